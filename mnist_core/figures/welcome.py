"""The first page: so many of a hundred, as squares to count."""

from mnist_core.figures.theme import RIGHT_CLASS, Theme

STEP = 12  # from one square to the next
SIDE = 10


def hundred_squares(*, filled: int, theme: Theme) -> str:
    """Ten rows of ten squares, the first ``filled`` of them full, as an SVG.

    Args:
        filled: 0 to 100.
        theme: Of the page.

    Returns:
        The SVG's text.

    Raises:
        ValueError: If ``filled`` is not from 0 to 100.
    """
    if not 0 <= filled <= 100:
        raise ValueError(f"Of a hundred squares 0 to 100 can be full, not {filled}.")
    squares = (
        f'<rect x="{i % 10 * STEP + 1}" y="{i // 10 * STEP + 1}" width="{SIDE}" height="{SIDE}" rx="2" '
        f'stroke="{theme.rest}" fill="{RIGHT_CLASS if i < filled else "none"}"/>'
        for i in range(100)
    )
    size = 10 * STEP
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" width="160">{"".join(squares)}</svg>'
