"""What a run of the lesson on overfitting came to, in words."""

import math
from collections.abc import Sequence

from mnist_core import words
from mnist_core.data.pixel_order import PIXELS
from mnist_core.lessons.overfitting import Reading, Study

MUCH = 0.01  # a change of the accuracy below this is no change


def where_it_turned(study: Study) -> str:
    """The lowest validation loss and the last.

    Args:
        study: With one epoch at least.
    """
    lowest, last = study.lowest, study.last
    if lowest.epoch == last.epoch:
        return (
            f"After epoch {last.epoch} the validation loss is **{last.validation_loss:.3f}**, its lowest so far: it "
            f"has not turned. The training loss is {last.train_loss:.3f}."
        )
    return (
        f"The validation loss was lowest after **epoch {lowest.epoch}**: **{lowest.validation_loss:.3f}**. "
        f"After epoch {last.epoch} it is {last.validation_loss:.3f}, and the training loss is {last.train_loss:.3f}."
    )


def room(numbers: int, images: int) -> str:
    """Whether so many numbers are enough to store the images, or at least to get their labels right.

    Args:
        numbers: That training may set.
        images: How many there are.
    """
    enough = f"{numbers / images:,.0f} numbers for each label: enough to get every one right."
    if numbers >= PIXELS * images:
        return f"{enough} There are even more numbers than pixels."
    return (
        f"{enough} But too few to store the images: a number would have to hold {PIXELS * images / numbers:.1f} pixels."
    )


def mistakes(study: Study) -> list[dict[str, str]]:
    """The mistakes at the turn and at the end as two lines of a table; what is not known yet is a dash.

    Args:
        study: The run, as far as it has come.
    """
    rows = []
    for name, found, reading in (
        ("at the lowest loss", study.at_lowest, study.lowest if study.readings else None),
        ("at the end", study.at_end, study.last if study.readings else None),
    ):
        known = found is not None and reading is not None
        rows.append(
            {
                "Where": name,
                "Validation loss": f"{reading.validation_loss:.3f}" if known and reading else "–",
                "Accuracy": f"{reading.validation_accuracy:.1%}" if known and reading else "–",
                "Sure of its mistakes": f"{found.confidence:.1%}" if known and found else "–",
            }
        )
    return rows


def gap(reading: Reading) -> str:
    """The generalisation gap of an epoch, in LaTeX."""
    # What is shown is what is calculated with, or the last digit could seem wrong.
    validation, training = round(reading.validation_loss, 3), round(reading.train_loss, 3)
    return rf"\text{{epoch {reading.epoch}:}}\quad {validation:.3f} - {training:.3f} = {validation - training:.3f}"


def what_became_of_mistakes(study: Study) -> str:
    """Why the loss can rise while the accuracy does not fall.

    Args:
        study: With one epoch at least.

    Returns:
        Nothing while the run goes on, or if its mistakes have not become surer.
    """
    then, now = study.at_lowest, study.at_end
    if then is None or now is None or now.confidence <= then.confidence or study.lowest.epoch == study.last.epoch:
        return ""
    left = 1 - now.confidence
    first, last = study.lowest, study.last
    change = last.validation_accuracy - first.validation_accuracy
    if change <= -MUCH:
        verdict = "lower, but that is not all: the loss also counts how sure an answer is"
    else:
        much = "higher" if change >= MUCH else "nearly the same"
        verdict = f"{much}. Yet the loss rises: it counts how sure an answer is"
    return (
        f"Look at the **accuracy** too, the share of the validation images that it classifies correctly: "
        f"{first.validation_accuracy:.1%} after epoch {first.epoch}, {last.validation_accuracy:.1%} after epoch "
        f"{last.epoch}. That is {verdict}, and **the mistakes have become surer**. After epoch {first.epoch} the "
        f"network gave its wrong answers a probability of {words.percent(then.confidence)} on average, at the end of "
        f"{words.percent(now.confidence)}. Then at most {words.percent(left)} is left for the right digit, and that "
        f"costs at least −ln\u00a0{left:.3f}\u00a0=\u00a0{-math.log(left):.3f}."
    )


def settings(study: Study, *, stopped: bool) -> str:
    """What a run was made with, in a few words.

    Args:
        study: The run.
        stopped: Whether it ended before its time.
    """
    remedies = study.remedies
    parts = [f"{study.images:,} images"]
    parts += [f"λ = {remedies.weight_decay:g}"] * bool(remedies.weight_decay)
    parts += [f"dropout {remedies.dropout:.0%}"] * bool(remedies.dropout)
    parts += ["augmented"] * remedies.augment
    parts += ["stops early"] * remedies.stop_early
    parts += [f"seed {remedies.seed}"] * bool(remedies.seed)
    parts += [f"stopped after epoch {study.last.epoch}"] * stopped
    return ", ".join(parts)


def row(number: int, study: Study, *, stopped: bool) -> dict[str, str]:
    """A run as a line of the table.

    Args:
        number: Of the run.
        study: With one epoch at least.
        stopped: Whether it ended before its time.

    Returns:
        The cells by the heads of their columns.
    """
    lowest, last = study.lowest, study.last
    return {
        "Run": f"{number}: {settings(study, stopped=stopped)}",
        "Lowest": f"{lowest.validation_loss:.3f} (epoch {lowest.epoch})",
        "Last": f"{last.validation_loss:.3f} (epoch {last.epoch})",
        "Accuracy": f"{last.validation_accuracy:.1%}",
    }


def copies(digit: int, read: Sequence[int]) -> str:
    """What became of the copies of a digit.

    Args:
        digit: That they were made of.
        read: What each of them is read as.
    """
    kept = sum(each == digit for each in read)
    if kept == len(read):
        return f"All {len(read)} copies are still read as {words.a(digit)}."
    still = f"{kept} of {len(read)} copies are still read as {words.a(digit)}."
    return f"{still} A copy that you, too, would read otherwise teaches a wrong label."
