"""A batch taken apart: each image with its loss and the size of its gradient, and where the batch as a whole points."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from PIL import Image

from mnist_core import words
from mnist_core.figures.images import png_url
from mnist_core.figures.theme import CHOICE, Theme, VegaFigure
from mnist_core.lessons.batches_xray import BatchXray

_STYLE = """
<style>
.xray { display: grid; grid-template-columns: repeat(8, 1fr); gap: 10px 8px; }
.xray-place { container-type: inline-size; font-size: SIZE; }
@container (max-width: 52em) { .xray { grid-template-columns: repeat(4, 1fr); } }
@container (max-width: 26em) { .xray { grid-template-columns: repeat(3, 1fr); } }
.xray figure { margin: 0; }
.xray img { width: 100%; max-width: 84px; display: block; image-rendering: pixelated; border: 2px solid transparent; }
.xray .wrong img { border-color: CHOICE; }
.xray .bar { height: 7px; max-width: 84px; margin: 3px 0; background: rgba(128, 128, 128, .25); }
.xray .bar div { forced-color-adjust: none; height: 100%; background: LINE; }
.xray figcaption { line-height: 1.3; }
</style>
"""


def xray_cards(
    *, images: npt.NDArray[np.uint8], xray: BatchXray, order: Sequence[int], theme: Theme, longest: float
) -> str:
    """A card for each image: the image, a bar as long as its gradient, and its loss.

    Args:
        images: uint8 [N, 28, 28].
        xray: Of these images.
        order: Their places in the batch, in the order of the cards.
        theme: Of the page.
        longest: The length of a gradient whose bar is full.

    Returns:
        HTML; eight cards side by side, four on a phone.
    """
    style = theme.sized(_STYLE).replace("CHOICE", CHOICE).replace("LINE", theme.first_line)
    cards = "".join(_card(images[i], xray, i, longest) for i in order)
    return f'{style}<div class="xray-place"><div class="xray">{cards}</div></div>'


def _card(image: npt.NDArray[np.uint8], xray: BatchXray, index: int, longest: float) -> str:
    label, answer = xray.labels[index], xray.answers[index]
    share = min(1.0, xray.norms[index] / longest) if longest > 0 else 0.0
    is_wrong = answer != label
    says = [f"gradient {_amount(xray.norms[index])}", f"loss {_amount(xray.losses[index])}"]
    says += [f"read as {answer}"] if is_wrong else []
    picture = f'<img src="{png_url(Image.fromarray(image))}" alt="{words.a(label)}">'
    return (
        f"<figure{' class=wrong' if is_wrong else ''}>{picture}"
        f'<div class="bar"><div style="width:{share:.1%}"></div></div>'
        f"<figcaption>{'<br>'.join(says)}</figcaption></figure>"
    )


def _amount(number: float) -> str:
    return f"{number:z.2f}" if number >= 0.005 or number == 0 else "&lt; 0.01"


def cosine_bars(*, cosines: Mapping[str, float], chosen: str, theme: Theme) -> VegaFigure:
    """How far batches point where all images together point: from −1, against it, to 1, the same direction.

    Args:
        cosines: By the name of the batch.
        chosen: The batch that is taken apart.
        theme: Of the page.

    Returns:
        The figure.
    """
    data = pd.DataFrame({"batch": list(cosines), "cosine": list(cosines.values())})
    data["label"] = [words.number(cosine) for cosine in cosines.values()]
    data["chosen"] = [name == chosen for name in cosines]
    encoding: dict[str, Any] = {
        "y": {"field": "batch", "type": "nominal", "sort": None, "title": None},
        "x": {
            "field": "cosine",
            "type": "quantitative",
            "title": "cosine with the full gradient",
            "scale": {"domain": [-1, 1]},
            "axis": {"tickCount": 5},
        },
    }
    fill = {"condition": {"test": "datum.chosen", "value": theme.first_line}, "value": theme.rest}
    align = {"expr": "datum.cosine < 0 ? 'right' : 'left'"}
    dx = {"expr": "datum.cosine < 0 ? -5 : 5"}
    label = {
        "mark": {"type": "text", "align": align, "dx": dx},
        "encoding": {"text": {"field": "label", "type": "nominal"}},
    }
    bars = {"mark": {"type": "bar", "height": 20}, "encoding": {"color": fill}}
    return theme.figure(data, {"height": {"step": 34}, "encoding": encoding, "layer": [bars, label]})


def running_mean_lines(*, means: Mapping[str, Sequence[float]], each: int, chosen: str, theme: Theme) -> VegaFigure:
    """The mean over the images read so far, a line for each order in which they are read.

    Args:
        means: By the name of the order, after every few images.
        each: After how many.
        chosen: The order whose line stands out.
        theme: Of the page.

    Returns:
        The figure.
    """
    rows = [(name, each * (i + 1), mean) for name, way in means.items() for i, mean in enumerate(way)]
    data = pd.DataFrame(rows, columns=["order", "read", "mean"])
    data["chosen"] = data["order"] == chosen
    stands_out = "datum.chosen"
    encoding: dict[str, Any] = {
        "x": {"field": "read", "type": "quantitative", "title": "images read so far", "scale": {"nice": False}},
        "y": {"field": "mean", "type": "quantitative", "title": "mean loss so far", "axis": {"tickCount": 4}},
        "detail": {"field": "order", "type": "nominal"},
        "color": {"condition": {"test": stands_out, "value": theme.first_line}, "value": theme.rest},
        "strokeWidth": {"condition": {"test": stands_out, "value": 3}, "value": 1},
        "opacity": {"condition": {"test": stands_out, "value": 1}, "value": 0.7},
    }
    return theme.figure(data, {"height": 250, "mark": {"type": "line"}, "encoding": encoding})


def gradient_bars(*, norms: Sequence[float], chosen: int, theme: Theme) -> VegaFigure:
    """The length of the gradient of each image in a batch; one stands out.

    Args:
        norms: In the order of the images.
        chosen: The place of the one that stands out, from 0.
        theme: Of the page.

    Returns:
        The figure.
    """
    data = pd.DataFrame({"image": range(1, len(norms) + 1), "length": list(norms)})
    data["chosen"] = [index == chosen for index in range(len(norms))]
    encoding: dict[str, Any] = {
        "x": {
            "field": "image",
            "type": "ordinal",
            "title": "images, the hardest first",
            "axis": {"labelAngle": 0, "labelOverlap": True},
        },
        "y": {"field": "length", "type": "quantitative", "title": "gradient", "axis": {"tickCount": 3}},
        "color": {"condition": {"test": "datum.chosen", "value": theme.first_line}, "value": theme.rest},
    }
    return theme.figure(data, {"height": 160, "mark": {"type": "bar"}, "encoding": encoding})
