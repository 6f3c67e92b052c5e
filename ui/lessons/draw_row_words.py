"""What the page on drawing says of a row of digits."""

from mnist_core import words
from mnist_core.handwriting.several import FEWEST, MOST, SURE_FROM, Row

NOTICE = (
    "Which comes first, cutting or reading? Each needs the other. So the program cuts in many ways, reads every piece, "
    "and keeps the cuts whose pieces are the best digits: **segmentation**. Push the digits together. When does a cut "
    "turn unsure?"
)
WHERE_TO_CUT = (
    "Move the cut through both digits. Only where both sides look like digits does the network become sure of both. "
    "Beside that place, one side has lost a part, and the other has a part too much. Either may be read as something "
    "else, even surely."
)


def answer(row: Row) -> tuple[str, str]:
    """What is read, in large; and below it how sure the cuts are, or why nothing is read."""
    if not row.pieces:
        return "Not sure", row.said
    least = words.percent(min(cut.probability for cut in row.cuts))
    unsure = sum(not cut.is_sure for cut in row.cuts)
    said = f"Cut into {words.spelled(len(row.pieces))}, each read by itself."
    if unsure == 1:
        return row.text, f"{said} The dashed cut is unsure: {least}."
    if unsure:
        return row.text, f"{said} {words.spelled(unsure).capitalize()} dashed cuts are unsure: {least} at least."
    if len(row.cuts) == 1:
        return row.text, f"{said} The cut is sure: {least}."
    return row.text, f"{said} Every cut is sure: {least}{'' if least.startswith('over') else ' at least'}."


def ways(row: Row) -> str:
    """How much is tried for a row, and what a sure cut is."""
    return (
        f"For the two digits, apart as at the start, the program found {len(row.seams)} places to cut and read "
        f"{row.tried} pieces. A piece gains by a high probability of its best digit, and by looking like a digit to "
        "the second network. It loses by being too wide or too low; a cut loses by the ink it crosses. Of all ways "
        "through these pieces, **dynamic programming** finds the best without trying each. How likely each cut is, the "
        "**forward-backward algorithm** says: it adds up all ways that have a cut there, and divides by all ways. From "
        f"{SURE_FROM:.0%} on, the page calls a cut sure. From {words.spelled(FEWEST)} to {words.spelled(MOST)} digits "
        "are read. A dot or a minus is told by its size and its place, and left out. The weights of all this were "
        "learned from rows whose cuts are known: a **conditional random field**."
    )
