"""Two small drawings without words: columns, and a hill with a ball."""

from collections.abc import Sequence

from mnist_core.figures.svg import drawing
from mnist_core.figures.theme import CHOICE, Theme

WIDTH, HEIGHT = 150.0, 90.0


def small_columns(*, probabilities: Sequence[float], said: str, theme: Theme) -> str:
    """A column for each class, the highest in the colour of a choice.

    Args:
        probabilities: 0 to 1.
        said: For readers who can't see it.
        theme: Of the page.

    Returns:
        HTML for ``st.html``.
    """
    step = WIDTH / len(probabilities)
    highest = max(range(len(probabilities)), key=lambda index: probabilities[index])
    columns = "".join(
        f'<rect x="{index * step + 2:.1f}" y="{HEIGHT - max(2, p * (HEIGHT - 4)):.1f}" width="{step - 4:.1f}" '
        f'height="{max(2, p * (HEIGHT - 4)):.1f}" fill="{CHOICE if index == highest else theme.rest}"/>'
        for index, p in enumerate(probabilities)
    )
    return drawing(width=WIDTH, height=HEIGHT, content=columns, said=said, theme=theme, most=WIDTH)


def small_hill(*, losses: Sequence[float], start: int, end: int, said: str, theme: Theme) -> str:
    """A curve with a ball before and after a step.

    Args:
        losses: Finite, from left to right.
        start: The index where the ball was.
        end: The index where it is.
        said: For readers who can't see it.
        theme: Of the page.

    Returns:
        HTML for ``st.html``.
    """
    low, high = min(losses), max(losses)
    places = [
        (index * WIDTH / (len(losses) - 1), HEIGHT - 12 - (loss - low) / ((high - low) or 1) * (HEIGHT - 30))
        for index, loss in enumerate(losses)
    ]
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
    balls = "".join(
        f'<circle cx="{places[at][0]:.1f}" cy="{places[at][1] - 8:.1f}" r="7" fill="{fill}" '
        f'stroke="{theme.second_line}" stroke-width="2"/>'
        for at, fill in ((start, theme.background), (end, theme.second_line))
    )
    hill = (
        f'<path d="M{path}L{WIDTH:.0f} {HEIGHT:.0f}L0 {HEIGHT:.0f}Z" fill="{theme.first_line}" opacity="0.25"/>'
        f'<path d="M{path}" fill="none" stroke="{theme.first_line}" stroke-width="2.5"/>'
    )
    return drawing(width=WIDTH, height=HEIGHT, content=hill + balls, said=said, theme=theme, most=WIDTH)
