"""A run watched again: the first layer's weights at some moments, and its loss as far as it had come with them."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from mnist_core import words
from mnist_core.evaluation.accuracy import GUESSING_LOSS
from mnist_core.figures.curves import HIGHEST_LOSS
from mnist_core.figures.images import png_url
from mnist_core.figures.signed import signed_colours
from mnist_core.figures.theme import Theme
from mnist_core.training.records import Frame, RunRecord

BEYOND = 0.005  # share of a run's weights whose colour is cut off
SIDE = 28  # of a picture, in weights
STEPS = 31  # of colour on each side of zero: more make the picture larger, and nobody sees them
ABOVE = 1.12  # of the highest loss: where the axis ends

Floats = npt.NDArray[np.float64]
Points = list[tuple[float, float]]


class Moment(NamedTuple):
    """What a run was like after a batch.

    Attributes:
        spoken: Which moment it is, in few words.
        says: The same with the losses, as a sentence.
        drawn: How many points of the curve of the training loss it has come to.
        tested: How many of the validation loss.
    """

    spoken: str
    says: str
    drawn: int
    tested: int


class Replay(NamedTuple):
    """What is shown of a run, one moment after the other.

    Attributes:
        picture: All pictures as one PNG in a ``data:`` URL: a row for each moment, 28 × 28 pixels for each neuron.
        names: What stands below the picture of each neuron; an empty text where its number says nothing.
        moments: In order, one at least.
        training: The curve of the training loss: (x, y) from 0 to 1, y upwards.
        validation: The same of the validation loss.
        guessing: Where on this axis the loss of guessing stands, 0 to 1.
        steps: How many batches the curve is long.
        highest: The loss at the top of the axis.
    """

    picture: str
    names: list[str]
    moments: list[Moment]
    training: Points
    validation: Points
    guessing: float
    steps: int
    highest: float


def replay(*, record: RunRecord, theme: Theme) -> Replay:
    """The pictures of a run's weights and its loss, moment by moment.

    All pictures share one symmetric scale of colours, that of ``weight_limit``.

    Args:
        record: A run, over or not, with one frame at least.
        theme: Of the page.

    Raises:
        ValueError: If the run has no frame.
    """
    if not record.frames:
        raise ValueError("A run without pictures of its weights can't be watched again.")
    highest = ABOVE * max([GUESSING_LOSS, *(_shown(event.loss) for event in record.batches)])
    end = max(1, record.steps)
    names = [str(i) if not record.model_config.hidden_sizes else "" for i in range(len(record.frames[0].weights))]
    return Replay(
        picture=_sheet(record, theme),
        names=names,
        moments=[_moment(record, frame) for frame in record.frames],
        training=[_point(event.step / end, event.loss, highest) for event in record.batches],
        validation=[_point(event.step / end, event.validation_loss, highest) for event in record.epochs],
        guessing=round(GUESSING_LOSS / highest, 4),
        steps=record.steps,
        highest=highest,
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


def _sheet(record: RunRecord, theme: Theme) -> str:
    """All pictures of all frames as the address of one image, a pixel for each weight."""
    limit = weight_limit(record)
    rows = [np.concatenate(list(_numbers(frame)), axis=1) for frame in record.frames]  # each (28, neurons · 28)
    levels = np.clip(np.concatenate(rows) / limit, -1, 1) * STEPS + STEPS
    image = Image.fromarray(levels.round().astype(np.uint8))
    scale = np.linspace(-1, 1, 2 * STEPS + 1)
    image.putpalette(signed_colours(values=scale, theme=theme, limit=1.0).tobytes())
    return png_url(image)


def _moment(record: RunRecord, frame: Frame) -> Moment:
    passed = [event for event in record.batches if event.step <= frame.step]
    tested = [event for event in record.epochs if event.step <= frame.step]
    epoch = max(1, -(-frame.step // record.steps_per_epoch))
    spoken = f"after batch {frame.step:,}, in epoch {epoch}" if frame.step else "before the first batch"
    losses = [f"training loss {words.loss(passed[-1].loss)}"] if passed else []
    losses += [f"validation loss {words.loss(tested[-1].validation_loss)}"] if tested else []
    says = f"{spoken[0].upper()}{spoken[1:]}" + (f": {words.listed(losses)}." if losses else ".")
    return Moment(spoken, says, len(passed), len(tested))


def _point(x: float, loss: float, highest: float) -> tuple[float, float]:
    return round(x, 4), round(_shown(loss) / highest, 4)


def _shown(loss: float) -> float:
    """Where a loss is drawn: no number is drawn as the highest, too."""
    return min(loss, HIGHEST_LOSS) if loss == loss else HIGHEST_LOSS
