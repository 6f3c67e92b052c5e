"""The first page: ten bars that answer, and so many of a hundred, as squares to count."""

from collections.abc import Sequence
from html import escape

from mnist_core.figures.theme import CHOICE, RIGHT_CLASS, Theme
from mnist_core.words import percent

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


def ten_bars(*, probabilities: Sequence[float] | None, is_answer: bool = True, theme: Theme) -> str:
    """The probabilities of the ten digits as bars, as HTML: nothing has to be loaded to draw them.

    Args:
        probabilities: Of the digits 0 to 9, each 0 to 1; None while there is nothing to read.
        is_answer: Whether the likeliest digit is what the network says, and so has the colour of a choice.
        theme: Of the page.

    Returns:
        HTML, one row for each digit.

    Raises:
        ValueError: If there are not ten probabilities.
    """
    p = [0.0] * 10 if probabilities is None else list(probabilities)
    if len(p) != 10:
        raise ValueError(f"There are ten digits, and so ten probabilities, not {len(p)}.")
    chosen = p.index(max(p)) if probabilities is not None and is_answer else None
    rows = (
        f'<span style="text-align: right">{digit}</span>'
        f'<span style="align-self: center; height: 0.9rem; border-radius: 2px; width: max({100 * share:.2f}%, 2px); '
        f'background: {CHOICE if digit == chosen else theme.rest}"></span>'
        f'<span style="text-align: right">{"" if probabilities is None else escape(_short(share))}</span>'
        for digit, share in enumerate(p)
    )
    return (
        '<div role="group" aria-label="How likely each digit is" translate="no" style="display: grid; '
        "line-height: 1.3; grid-template-columns: 1rem 1fr 4.5rem; column-gap: 0.5rem; "
        'font-variant-numeric: tabular-nums">'
        f"{''.join(rows)}</div>"
    )


def _short(share: float) -> str:
    """A probability as narrow as it can be written, such as 12.3% or < 0.1%."""
    return percent(share).replace("under", "<").replace("over", ">")
