"""How far an image is from the mean image of each digit."""

from collections.abc import Sequence

from torch import Tensor

from mnist_core.figures.cards import data_url
from mnist_core.figures.theme import CHOICE, LIGHT, RIGHT_CLASS, Theme

_STYLE = """
<style>
.mean-distances { display: grid; grid-template-columns: repeat(10, minmax(0, 1fr)); gap: 0.3rem; font-size: SIZE;
  line-height: 1.3; text-align: center; font-variant-numeric: tabular-nums; }
.mean-distances > div { display: flex; flex-direction: column; justify-content: flex-end; align-items: center; }
.mean-distances i { forced-color-adjust: none; display: block; box-sizing: border-box; width: 70%; }
.mean-distances img { display: block; width: 100%; max-width: 3.4em; image-rendering: pixelated; margin-top: 0.3rem; }
</style>
"""


def mean_distances(*, distances: Sequence[float], means: Tensor, label: int, theme: Theme, height: int = 150) -> str:
    """A bar for each mean image, as high as its distance; the lowest is the answer.

    Args:
        distances: From the image to each of the means, 0 or more.
        means: torch.uint8 [10, 28, 28].
        label: The digit that the image shows: its bar is green.
        theme: Of the page.
        height: Of the highest bar, in pixels, where letters have their usual size.

    Returns:
        HTML. Each bar has its number above it and its mean image below it.

    Raises:
        ValueError: If there are not as many means as distances.
    """
    if len(distances) != len(means):
        raise ValueError(f"{len(distances)} distances need as many means, not {len(means)}.")
    height -= 4 * (theme.size - LIGHT.size)  # larger letters take some of it
    longest, nearest = max(distances), min(range(len(distances)), key=distances.__getitem__)
    columns = []
    for digit, (distance, mean) in enumerate(zip(distances, means, strict=True)):
        fill = RIGHT_CLASS if digit == label else CHOICE if digit == nearest else theme.rest
        outline = f"border:2.5px solid {CHOICE};" if digit == label == nearest else ""
        bar = f"height:{height * distance / longest if longest else 0:.0f}px;background:{fill};{outline}"
        number = f"{distance:.2f}" if distance < 10 else f"{distance:.1f}"
        digit_and_role = f"<b>{digit}</b>" if digit == nearest else str(digit)
        spoken = f"mean of the {digit}{', the nearest' if digit == nearest else ''}"
        columns.append(
            f'<div role="listitem"><span>{number}</span><i style="{bar}"></i>'
            f'<img src="{data_url(image=mean)}" alt="{spoken}"><span>{digit_and_role}</span></div>'
        )
    return f'{theme.sized(_STYLE)}<div class="mean-distances" role="list">{"".join(columns)}</div>'
