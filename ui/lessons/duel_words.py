"""What the lesson on the duel says of it."""

from mnist_core import words
from mnist_core.evaluation.accuracy import Evaluation
from mnist_core.lessons.duel import DEAREST_RIGHT_ANSWER, Duel, lost_before


def told(match: Duel, evaluation: Evaluation) -> str:
    """What became of the image on the table, which has just been answered."""
    place = match.told
    label, answer = match.labels[place], match.answers[place]
    return (
        f"It is labelled **{label}**. You read {answer}: {'right' if answer == label else 'wrong'}. "
        f"The network read {match.choices[place]} and gave it {given(match, evaluation, place)}."
    )


def given(match: Duel, evaluation: Evaluation, place: int) -> str:
    """The probability the network gave to its own answer."""
    return words.percent(evaluation.probabilities[match.images[place], match.choices[place]].item())


def result(match: Duel) -> str:
    """How a duel that is over came out."""
    you, network = match.score
    total = len(match.images)
    said = f"**You have {you} of {total} right, the network {network} of {total}.** "
    if not match.differences:
        return f"{said}You read every image as the network did."
    return f"{said}You and the network differ on {len(match.differences)} of them."


def unfair(match: Duel, evaluation: Evaluation) -> str:
    """How many of the duel's images the network had lost before it began."""
    lost, total = lost_before(match, evaluation), len(match.images)
    cost = (
        f"{lost:,} of these {total} images cost the network more: it had lost {'it' if lost == 1 else 'them'} before "
        "you began."
        if lost
        else f"None of these {total} images cost the network more."
    )
    return (
        "The images of the match are those with the highest **loss**, −ln p: the network gave the lowest probability p "
        "to their right digits. A right answer has the largest of ten probabilities. "
        f"That is at least 1 in 10, so it costs at most −ln 0.1 = {DEAREST_RIGHT_ANSWER:.3f}. {cost}"
    )


def of_twenty(right: int, images: int) -> str:
    """How the network does on one row of images, and whether a reader could beat it there."""
    said = f"The network reads **{right} of {images}** of these rightly."
    if right == images:
        return f"{said} Here nobody can beat it."
    return f"{said} Here a careful reader can still beat it." if 2 * right < images else said
