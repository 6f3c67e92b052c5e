"""What the lesson on mistakes says of what a network made of the images."""

from mnist_core import words
from mnist_core.evaluation.accuracy import Evaluation, chance_of_split
from mnist_core.lessons.mistakes import Count

SURE = 0.9
ASKED = (9, 4)  # the two digits of the question on the matrix
MOST_NAMED = 3  # cells
LUCK = 0.05  # what chance does more often than that, it may well have done
FEW = 12  # mistakes between the two digits: with fewer there is little to compare


def how_many(evaluation: Evaluation, network: str, digits: str) -> str:
    """How many images the network has right and wrong, in our words and in the field's.

    Args:
        evaluation: What it made of the validation images.
        network: Its name.
        digits: The name of the data set.
    """
    images, wrong = len(evaluation.labels), len(evaluation.mistakes)
    name = network[0].upper() + network[1:]
    return (
        f"{name} reads (**classifies**) {images - wrong:,} of the {images:,} validation images of {digits} rightly, "
        f"and misreads (**misclassifies**) {wrong:,}: an **accuracy** of **{evaluation.accuracy:.2%}**."
    )


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


def luck_of(evaluation: Evaluation, one: int, other: int) -> str:
    """Whether chance explains how two cells across the diagonal differ."""
    if one == other:
        return "Choose two different digits."
    there, back = (int(evaluation.confusion[pair]) for pair in ((one, other), (other, one)))
    if there == back:
        return f"Here both numbers are the same, {there}."
    if chance_of_split(there, back) > LUCK:
        return f"{there} and {back}: so few images prove little. Chance alone could make such a difference."
    return f"{there} and {back}: chance alone would hardly make such a difference."


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
        "What such a probability is worth is the question of *How sure is sure?*"
    )


def apart(one: Count, other: Count) -> str:
    """Whether luck alone may have made two accuracies of one network differ, judged by their intervals."""
    if one.interval[0] <= other.interval[1] and other.interval[0] <= one.interval[1]:
        return "The intervals of both overlap, so luck may have made the difference."
    easier = one.name if one.accuracy > other.accuracy else other.name
    return (
        "The intervals of both do not overlap: luck hardly makes such a difference. "
        f"The images of the {easier} are easier for it."
    )
