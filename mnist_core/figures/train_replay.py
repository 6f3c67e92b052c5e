"""A run watched again: the first layer's weights become shapes while the loss falls, all of it in the browser."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
from PIL import Image

from mnist_core.evaluation.accuracy import GUESSING_LOSS
from mnist_core.figures.curves import HIGHEST_LOSS
from mnist_core.figures.frames import add_player
from mnist_core.figures.images import png_url
from mnist_core.figures.signed import signed_colours
from mnist_core.figures.theme import Theme
from mnist_core.training.records import Frame, RunRecord

FRAME_MS = 350
BEYOND = 0.005  # share of a run's weights whose colour is cut off
COLUMNS = 5  # pictures side by side: on a phone each is then some 65 pixels wide
SIDE, GAP = 28, 2  # of a picture and between two, in weights
NAME_GAP = 9  # above a picture that has a name
STEPS = 31  # of colour on each side of zero: more make the figure larger, and nobody sees them
NOTHING = 2 * STEPS + 1  # the place in the palette of what is transparent
ROW, CURVE, BETWEEN, ABOVE, BELOW = 70, 190, 48, 56, 130  # heights in pixels of the page
MOST_TICKS = 8

_BELOW = {"xaxis": "x2", "yaxis": "y2", "hoverinfo": "skip", "cliponaxis": False}  # traces of the loss

Floats = npt.NDArray[np.float64]


def replay(*, record: RunRecord, theme: Theme) -> go.Figure:
    """The pictures of a run's weights, and below them its loss as far as it had come with them.

    All pictures share one symmetric scale of colours, that of ``weight_limit``. The figure first stands on the last.

    Args:
        record: A run, over or not, with one frame at least.
        theme: Of the page.

    Returns:
        The figure; if the run has one frame only, there is no player.

    Raises:
        ValueError: If the run has no frame.
    """
    if not record.frames:
        raise ValueError("A run without pictures of its weights can't be watched again.")
    sheet, limit = _Sheet.of(record), weight_limit(record)
    moments = [_moment(record, frame, sheet.picture(frame, limit, theme)) for frame in record.frames]
    looks = _looks(theme)
    moving = [{**values, **look} for values, look in zip(moments[-1], looks, strict=True)]
    figure = go.Figure([*moving, *_behind(record, theme)])
    figure.update_layout(
        height=sheet.page_height + BETWEEN + CURVE + ABOVE + BELOW,
        margin={"l": 30, "r": 12, "t": ABOVE, "b": BELOW},
        showlegend=False,
        dragmode=False,
        **_axes(record, sheet),
    )
    _say_what_is_drawn(figure, sheet, theme)
    if not record.model_config.hidden_sizes:
        sheet.name_pictures(figure, theme)
    if len(moments) > 1:
        # A frame has only what changes: Plotly takes the looks from the traces that stand.
        figure.frames = [
            {"name": f"{frame.step:,}", "data": values, "traces": list(range(len(values)))}
            for values, frame in zip(moments, record.frames, strict=True)
        ]
        add_player(figure, first=len(moments) - 1, prefix="after batch ", milliseconds=FRAME_MS, theme=theme)
    return figure


def _say_what_is_drawn(figure: go.Figure, sheet: "_Sheet", theme: Theme) -> None:
    """Puts the meaning of line and dots above the curve, which may lie on everything that is written within."""
    figure.add_annotation(
        x=0,
        y=CURVE / (sheet.page_height + BETWEEN + CURVE),
        xref="paper",
        yref="paper",
        xanchor="left",
        yanchor="bottom",
        align="left",
        showarrow=False,
        text=f"Loss. Line: training, dots: validation,<br>dashed: guessing ({GUESSING_LOSS:.3f})",
        font={"size": 12, "color": theme.text},
    )


def weight_limit(record: RunRecord) -> float:
    """The value from which a colour is full, for all pictures of a run: few of its weights are beyond it.

    The very largest would leave all others pale. What a run that diverged did not keep doesn't count, for the same
    reason.

    Args:
        record: A run, over or not.

    Returns:
        A number above 0.
    """
    kept = [np.abs(_numbers(frame)).ravel() for frame in record.frames if frame.step <= record.learned_steps]
    return float(np.quantile(np.concatenate(kept), 1 - BEYOND)) or 1.0 if kept else 1.0


def _numbers(frame: Frame) -> Floats:
    """Its weights, [N, 28, 28]; should one of them be no number, as 0, and an infinite one as the largest half."""
    weights: Floats = frame.weights.nan_to_num().double().numpy()
    return weights


class _Sheet(NamedTuple):
    """Where the pictures of some neurons stand, in weights."""

    neurons: int
    columns: int
    above: int  # each picture

    @classmethod
    def of(cls, record: RunRecord) -> "_Sheet":
        count = len(record.frames[0].weights)
        return cls(count, min(count, COLUMNS), GAP if record.model_config.hidden_sizes else NAME_GAP)

    @property
    def rows(self) -> int:
        return -(-self.neurons // self.columns)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width."""
        return self.rows * (SIDE + self.above), self.columns * (SIDE + GAP) - GAP

    @property
    def page_height(self) -> int:
        """In pixels, so that five pictures in a row fill the width of a phone."""
        return max(2, self.rows) * (ROW + 2 * (self.above - GAP))

    def corner(self, index: int) -> tuple[int, int]:
        """The first row and column of a picture."""
        row, column = divmod(index, self.columns)
        return row * (SIDE + self.above) + self.above, column * (SIDE + GAP)

    def picture(self, frame: Frame, limit: float, theme: Theme) -> str:
        """All pictures of a frame as the address of one image, a pixel for each weight."""
        levels = np.clip(_numbers(frame) / limit, -1, 1) * STEPS + STEPS
        pixels = np.full(self.size, NOTHING, np.uint8)
        for index, level in enumerate(levels.round().astype(np.uint8)):
            top, left = self.corner(index)
            pixels[top : top + SIDE, left : left + SIDE] = level
        image = Image.fromarray(pixels)
        scale = np.append(np.linspace(-1, 1, NOTHING), 0.0)  # the last is not seen
        image.putpalette(signed_colours(values=scale, theme=theme, limit=1.0).tobytes())
        image.info["transparency"] = NOTHING
        return png_url(image)

    def name_pictures(self, figure: go.Figure, theme: Theme) -> None:
        """Writes above each picture which digit's score it makes."""
        for index in range(self.neurons):
            top, left = self.corner(index)
            figure.add_annotation(
                x=left + SIDE / 2,
                y=top,
                text=str(index),
                yanchor="bottom",
                showarrow=False,
                font={"size": 14, "color": theme.text},
            )


def _moment(record: RunRecord, frame: Frame, picture: str) -> list[dict[str, Any]]:
    """What changes: the picture, the curve up to then, the validation dots passed, and the point."""
    x, y = _curve(record, frame.step)
    passed = [event for event in record.epochs if event.step <= frame.step]
    return [
        {"type": "image", "source": picture},
        {"type": "scatter", "x": x, "y": y},
        {
            "type": "scatter",
            "x": [event.step for event in passed],
            "y": [_shown(event.validation_loss) for event in passed],
        },
        {"type": "scatter", "x": x[-1:], "y": y[-1:]},
    ]


def _looks(theme: Theme) -> list[dict[str, Any]]:
    """How the traces that change look."""
    return [
        # Hard pixels: plotly.js draws them if told not to smooth an image that comes from an address.
        {"zsmooth": False, "hoverinfo": "skip"},
        {**_BELOW, "mode": "lines", "line": {"color": theme.first_line, "width": 2}},
        {**_BELOW, "mode": "markers", "marker": {"color": theme.second_line, "size": 9}},
        {**_BELOW, "mode": "markers", "marker": {"color": theme.first_line, "size": 13}},
    ]


def _behind(record: RunRecord, theme: Theme) -> list[dict[str, Any]]:
    """What stands: the whole curve, pale, and the loss of guessing."""
    end = max(1, record.steps)
    x, y = _curve(record, record.steps)
    line = {"type": "scatter", **_BELOW, "mode": "lines"}
    return [
        {**line, "x": x, "y": y, "line": {"color": theme.rest, "width": 1}, "opacity": 0.6},
        {**line, "x": [0, end], "y": [GUESSING_LOSS] * 2, "line": {"color": theme.rest, "width": 1, "dash": "dash"}},
    ]


def _curve(record: RunRecord, step: int) -> tuple[list[int], list[float]]:
    passed = [event for event in record.batches if event.step <= step]
    return [event.step for event in passed], [_shown(event.loss) for event in passed]


def _shown(loss: float) -> float:
    return round(min(loss, HIGHEST_LOSS), 4)


def _axes(record: RunRecord, sheet: _Sheet) -> dict[str, Any]:
    height, width = sheet.size
    total = sheet.page_height + BETWEEN + CURVE
    highest = max([GUESSING_LOSS, *(_shown(event.loss) for event in record.batches)])
    hidden = {"visible": False, "fixedrange": True, "constrain": "domain"}
    return {
        "xaxis": {**hidden, "range": [-0.5, width - 0.5], "anchor": "y"},
        "yaxis": {
            **hidden,
            "range": [height - 0.5, -0.5],
            "scaleanchor": "x",
            "domain": [1 - sheet.page_height / total, 1],
        },
        "xaxis2": {
            "title": {"text": "batches"},
            "range": [0, max(1, record.steps)],
            **({"dtick": 1} if record.steps <= MOST_TICKS else {"nticks": MOST_TICKS}),  # there is no half of a batch
            "anchor": "y2",
            "fixedrange": True,
        },
        "yaxis2": {
            "range": [0, 1.12 * highest],
            "anchor": "x2",
            "domain": [0, CURVE / total],
            "fixedrange": True,
        },
    }
