"""What the lesson on mistakes says of a duel and of what a network made of the images."""

from mnist_core import words
from mnist_core.evaluation.accuracy import Evaluation, chance_of_split
from mnist_core.lessons.mistakes import DEAREST_RIGHT_ANSWER, Duel, lost_before

SURE = 0.9
ASKED = (9, 4)  # the two digits of the question on the matrix
MOST_NAMED = 3  # cells
LUCK = 0.05  # what chance does more often than that, it may well have done
FEW = 12  # mistakes between the two digits: with fewer there is little to compare


def how_many(evaluation: Evaluation, network: str, digits: str) -> str:
    """How many images the network has right and wrong.

    Args:
        evaluation: What it made of the validation images.
        network: Its name.
        digits: The name of the data set.
    """
    images, wrong = len(evaluation.labels), len(evaluation.mistakes)
    return (
        f"Now {network} reads the {images:,} validation images of {digits}. It has not learned from them. "
        f"It reads {images - wrong:,} of them rightly and {wrong:,} wrongly: its accuracy is "
        f"**{evaluation.accuracy:.2%}**. That one number does not say what the mistakes are. This page shows "
        "them."
    )


def unfair(match: Duel, evaluation: Evaluation) -> str:
    """Why the duel is not fair, and how many of its images the network had lost before it began."""
    lost, total = lost_before(match, evaluation), len(match.images)
    cost = (
        f"{lost:,} of these {total} images cost the network more: it had lost {'it' if lost == 1 else 'them'} before "
        "you began."
        if lost
        else f"None of these {total} images cost the network more."
    )
    return (
        "The match is not fair. The images were chosen because this network does worst on them. On images chosen "
        "because you misread them, you would have none right. A right answer has the largest of ten probabilities. "
        f"That is at least 1 in 10, so it costs at most −ln 0.1 = {DEAREST_RIGHT_ANSWER:.3f}. {cost}"
    )


def last_image(match: Duel, evaluation: Evaluation) -> str:
    """What became of the image read last; the duel has begun."""
    last = match.turn - 1
    label, answer = match.labels[last], match.answers[last]
    return (
        f"Image {match.turn} is labelled **{label}**. You read {answer}: "
        f"{'right' if answer == label else 'wrong'}. The network read {match.choices[last]} and gave it "
        f"{given(match, evaluation, last)}."
    )


def given(match: Duel, evaluation: Evaluation, place: int) -> str:
    """The probability the network gave to its own answer."""
    return words.percent(evaluation.probabilities[match.images[place], match.choices[place]].item())


def if_right(is_right: bool) -> str:
    """For the end of a line that says what was read."""
    return ", right" if is_right else ""


def mirror(evaluation: Evaluation) -> str:
    """The two cells of the question, whether chance explains how they differ, and the fullest ones off the diagonal."""
    counts = evaluation.confusion.tolist()
    i, j = ASKED
    one, other = counts[i][j], counts[j][i]
    said = (
        f"Of {sum(counts[i]):,} images of {words.a(i)}, the network has read {one:,} as {words.a(j)}: row {i}, column "
        f"{j}. Of {sum(counts[j]):,} images of {words.a(j)}, it has read {other:,} as {words.a(i)}: row {j}, column "
        f"{i}. "
    )
    if one == other:
        said += "Here the two numbers happen to be the same. "
    elif chance_of_split(one, other) > LUCK:
        said += "So few images prove little: chance alone could make such a difference. "
    else:
        said += "Chance alone would hardly make such a difference. "
    if one + other < FEW:
        said += "A network that makes more mistakes gives more to compare. "
    return said + fullest_cells(evaluation)


def fullest_cells(evaluation: Evaluation) -> str:
    """Which cells off the diagonal hold the most images."""
    cells = evaluation.commonest_mistakes
    if not cells:
        return "There is no mistake at all."
    named = [f"row {i}, column {j}" for i, j in cells[:MOST_NAMED]]
    if len(cells) > MOST_NAMED:
        named.append(f"{len(cells) - MOST_NAMED} more")
    most = int(evaluation.confusion[cells[0]])
    if len(cells) == 1:
        return f"The fullest cell off the diagonal is {named[0]}, with {words.count(most, 'image')}."
    return (
        f"No cell off the diagonal holds more than {words.count(most, 'image')}; {len(cells)} cells hold so many: "
        f"{'; '.join(named[:-1])} and {named[-1]}."
    )


def how_sure_it_was(evaluation: Evaluation) -> str:
    """In how many of its mistakes the network was sure, and in how many of its right answers."""
    mistakes, images = len(evaluation.mistakes), len(evaluation.labels)
    sure, sure_and_right = evaluation.surer_than(SURE)
    proves = (
        "So a high probability speaks for an answer, and proves nothing."
        if sure
        else "So here a high probability was never wrong, but on other images it may be."
    )
    return (
        f"In {sure:,} of its {mistakes:,} mistakes, the network gave its wrong answer more than {SURE:.0%}. It did the "
        f"same in {sure_and_right:,} of its {images - mistakes:,} right answers. {proves} "
        "What such a probability is worth is the question of the next page."
    )
