"""Your own test set: the digits a reader wrote, and how every network reads them, with how little so few tell."""

from collections.abc import Sequence

import streamlit as st
import torch

from mnist_core import words
from mnist_core.data.dataset import Dataset
from mnist_core.evaluation.accuracy import TWO_SIDED_95, Evaluation, chance_of_split, wilson_interval
from mnist_core.figures.collection import Share, share_intervals, small_confusion
from mnist_core.figures.images import sheet
from mnist_core.lessons.collection import OwnDigit, Standing, as_dataset, from_csv, merge, verdict
from mnist_core.network.checkpoint import shipped_card
from mnist_core.network.model import MLP
from ui.drawing import canvas, keep, samples
from ui.frame import dataset, lesson, question, state, theme
from ui.frame.question import Question
from ui.lessons import collection, collection_words
from ui.lessons.collection import Network
from ui.studio import take_home
from ui.visitor import networks


def opening() -> None:
    """What a test set is."""
    st.markdown(
        "How good is a network? So far it was judged on digits that you did not write. A **test set** is nothing but "
        "images with the right answers beside them, which the network has not learned from. So you can write one "
        "yourself: draw digits as you always write them, and say what each one is."
    )


def your_digits() -> None:
    """The canvas and the digits kept, and all that follows from them."""
    model, _ = networks.model_in_use()
    networks.chooser()
    bench(model)


@st.fragment
def bench(model: MLP) -> None:
    """The canvas and the digits beside it, and below them all that follows from the digits."""
    left, right = st.columns([2, 3], gap="large")
    with left:
        subject = canvas.subject(offers_samples=False)
    digits = keep.kept()
    known = collection.all_networks()
    with right:
        keep.buttons(subject, model, leads_on=False)
        if digits:
            show_digits(digits, known[0])
        else:
            invite()
    compare(digits, known)
    how_little_ten_tell(collection.standing(known[0], as_dataset(digits)) if digits else None)
    take_and_bring(digits, known)


def invite() -> None:
    """What stands there before the first digit."""
    st.info(
        "Draw a digit and press what it is. The canvas clears, and the next one can follow. Ten digits, one of each, "
        "take a minute.",
        icon=":material/draw:",
    )
    digits = samples.one_of_each()
    if digits is not None:
        st.image(
            sheet(images=digits, columns=5, factor=2, gap=2),
            f"An example, not yours: ten validation images ({dataset.splits().name})",
            output_format="PNG",
        )


def show_digits(digits: Sequence[OwnDigit], network: Network) -> None:
    """All digits of the reader's, and what can be done with one of them."""
    answers = collection.reading(network, as_dataset(digits))
    wrong = len(answers.mistakes)
    st.markdown(
        f"**Your test set: {words.how_many(len(digits), 'digit')}**, in the order you wrote them. Below each stands "
        f"what you called it. The network in use reads {f'{wrong} of them' if wrong else 'none of them'} "
        f"otherwise{': the framed ones' if wrong > 1 else ': the framed one' if wrong else ''}."
    )
    chosen = collection.show_sheet(digits, answers.choices.tolist())
    if chosen is None:
        st.caption("Click a digit to see what the network makes of it, to correct its label, or to remove it.")
        return
    st.markdown(collection_words.one_digit(chosen + 1, digits[chosen].label, answers.probabilities[chosen]))
    collection.show_corrections(digits[chosen])


def compare(digits: Sequence[OwnDigit], known: Sequence[Network]) -> None:
    """Every network on the reader's digits, beside the validation images."""
    st.header("Your writing and theirs", anchor=False)
    judged = as_dataset(digits) if digits else example()
    if judged is None:
        st.markdown("As soon as there is a digit, what every network makes of it stands here.")
        return
    whose = "your digits" if digits else "the ten digits of the example"
    standings = [collection.standing(network, judged) for network in known]
    theirs = dataset.splits()
    who = "which others wrote" if theirs.name == state.MNIST else "which the program drew"
    learned = collection_words.who_has_learned_from_neither(
        with_taught=any(network.is_taught for network in known),
        with_files=any(network.is_from_file for network in known),
    )
    st.markdown(
        f"The dot is the share of {whose} that a network reads rightly. The line through it is its **95% interval**: "
        "where the true share may lie, as far as so few digits can tell. The square is its accuracy on the "
        f"{len(theirs.validation):,} validation images of {theirs.name}, {who}. "
        f"{learned}"
    )
    show_standings(standings)
    first = standings[0]
    low, high = first.interval
    each = f"Each counts for {100 / first.images:.2g} points" if first.images > 1 else "One digit can only be 0 or 100%"
    luck = f" {verdict(first)}" if digits else ""  # the example is itself of the images it would be compared with
    lesson.notice(
        f"{first.name} reads {first.right} of {words.how_many(first.images, 'digit')} rightly. {each}, and the line "
        f"reaches from {low:.0%} to {high:.0%}.{luck}"
    )
    answers = collection.reading(known[0], judged)
    show_confusion(answers)
    if len(known) > 1:
        show_pair(known, judged)


def example() -> Dataset | None:
    """Ten validation images in place of the reader's digits; None while there are none."""
    digits = samples.one_of_each()
    return None if digits is None else Dataset(digits, torch.arange(10))


NO_BREAK = "\u00a0"  # a space at which no line is broken
NO_BREAK_HYPHEN = "\u2011"


def show_standings(standings: Sequence[Standing]) -> None:
    """A row for each network: as a figure, and as a table."""
    shares = [
        Share("\n".join(s.name.replace(")", "").split(" (")), s.right, s.images, *s.interval, s.elsewhere)
        for s in standings
    ]
    theme.show(
        share_intervals(shares=shares, theme=theme.current()),
        key="standings",
        description="For each network a dot with its interval, and a square; the table below has the same numbers.",
    )
    rows = {
        "Network": [s.name.replace("-", NO_BREAK_HYPHEN) for s in standings],
        "Right": [f"{s.right}{NO_BREAK}of{NO_BREAK}{s.images}" for s in standings],
        "95% interval": [f"{s.interval[0]:.0%} to {s.interval[1]:.0%}" for s in standings],
        "Validation": [f"{s.elsewhere:.2%}" for s in standings],
    }
    st.table(rows, hide_index=True, border="horizontal")


def show_confusion(answers: Evaluation) -> None:
    """Which digits the network in use took for which."""
    figure, said = st.columns(2, gap="large", vertical_alignment="center")
    with figure:
        theme.show(
            small_confusion(counts=answers.confusion.tolist(), theme=theme.current()),
            key="own_confusion",
            description="A row for each digit written, a column for each digit read; the mistakes stand beside it.",
        )
    cells = [
        (int(count), shown, read)
        for shown, row in enumerate(answers.confusion.tolist())
        for read, count in enumerate(row)
        if count and shown != read
    ]
    with said:
        st.markdown("**Which for which**, by the network in use. Green cells on the diagonal are right answers.")
        if cells:
            st.markdown(
                "\n".join(
                    f"- {words.a(shown)} read as {words.a(read)}: {count}" for count, shown, read in sorted(cells)[::-1]
                )
            )
        else:
            st.markdown("No digit is misread. Write one as you do in a hurry.")


def show_pair(known: Sequence[Network], judged: Dataset) -> None:
    """The network in use against another on the same digits: only those count on which they differ."""
    others = {network.key: network for network in known[1:]}
    other = others[
        st.selectbox(
            "Compare the network in use with",
            list(others),
            format_func=lambda key: others[key].name,
            key="own_against",
            persist_state="session",
        )
    ]
    one, two = (collection.reading(network, judged).choices == judged.labels for network in (known[0], other))
    only_one, only_two = int((one & ~two).sum()), int((two & ~one).sum())
    both, neither = int((one & two).sum()), int((~one & ~two).sum())
    if not only_one + only_two:
        same = (
            f"right about the same {both} of {words.how_many(len(judged), 'digit')}"
            if both
            else "wrong about every digit"
        )
        st.markdown(f"Both are {same}. Where one is right the other is too, so these digits show no difference.")
        return
    chance = chance_of_split(only_one, only_two)
    judgement = "Luck alone would hardly do that." if chance < 0.05 else "That proves nothing."
    st.markdown(
        f"Only {known[0].name} reads {words.how_many(only_one, 'digit')} rightly, only {other.name} "
        f"{words.how_many(only_two, 'digit')}. Of the others, both read {both} and both misread {neither}: those can't "
        f"tell them apart. Were both networks equally good, luck would split the {only_one + only_two} so unevenly, or "
        f"more so, in {words.percent(chance)} of all cases. {judgement}"
    )


EXAMPLE = 9, 10  # right, of so many
NINE_OF_TEN = [EXAMPLE, (27, 30), (90, 100), (900, 1_000)]
NINE = Question(
    "ask_nine_of_ten",
    "Of ten digits that you wrote, a network reads nine rightly. How often would it read your writing rightly, if you "
    "went on for thousands of digits?",
    "Anything from about 60% to 98% of the time",
    "Ten digits are few: a network that is right 60% of the time still gets nine of ten now and then, and so does one "
    "that is right 98% of the time.",
    {
        "90% of the time": "That is the best guess. But with ten digits, luck alone moves the count by one or two. One "
        "digit read otherwise, and the guess would be 80% or 100%.",
        "Between 88% and 92% of the time": "So narrow a range takes about 900 digits. With ten, one single digit "
        "already counts 10 points.",
    },
    order=2,
)


def how_little_ten_tell(standing: Standing | None) -> None:
    """The question, and the interval with its formula."""
    st.header("How much do ten digits tell?", anchor=False)
    if not question.ask(NINE):
        return
    shares = [
        Share(f"{right:,} of {images:,}", right, images, *wilson_interval(right, images))
        for right, images in NINE_OF_TEN
    ]
    theme.show(
        share_intervals(shares=shares, theme=theme.current()),
        key="nine_of_ten",
        description="The 95% intervals of nine of ten right, and of the same share of 30, 100 and 1,000 digits.",
    )
    low, high = wilson_interval(*EXAMPLE)
    st.markdown(
        f"In all four rows nine tenths are right. With ten digits the line reaches from {low:.0%} to {high:.0%}. A "
        "hundred times as many digits make it about ten times as short: it shrinks with the square root of their "
        "number. 95% means: if many people did this, each with ten digits, the lines of about 19 of 20 of them would "
        "cover their true share."
    )
    formula_of_interval(*((standing.right, standing.images) if standing else EXAMPLE))
    st.markdown(
        "This way to compute it is **Wilson's** (1927). It supposes that your digits are a fair sample of how you "
        "write. Ten drawn with care, or ten drawn to trick the network, are not: no interval covers that."
    )


def formula_of_interval(right: int, images: int) -> None:
    """Wilson's interval, with the numbers now on the page."""
    n, c = images, right / images
    low, high = wilson_interval(right, images)
    s = TWO_SIDED_95
    st.markdown(
        f"Here n is the number of digits, c the share of right answers, and s = {s:.2f} a fixed number "
        f"that belongs to 95%. With {right} of {images} right:"
    )
    middle, half = (low + high) / 2, (high - low) / 2
    below_root = rf"{c * (1 - c) / n:.5f} + {(s / n) ** 2 / 4:.5f}"
    lesson.formula(
        r"\text{middle} = \frac{c + \frac{s^2}{2n}}{1 + \frac{s^2}{n}}",
        rf"= \frac{{{c:.3f} + {s**2 / (2 * n):.3f}}}{{1 + {s**2 / n:.3f}}} = {middle:.3f}",
    )
    lesson.formula(
        r"\text{half} = \frac{s}{1 + \frac{s^2}{n}} \sqrt{\frac{c(1-c)}{n} + \frac{s^2}{4n^2}}",
        rf"= \frac{{{s:.2f}}}{{1 + {s**2 / n:.3f}}} \sqrt{{{below_root}}} = {half:.3f}",
        rf"\text{{middle}} \pm \text{{half}}: \quad {low:.3f} \text{{ to }} {high:.3f}",
    )


def take_and_bring(digits: Sequence[OwnDigit], known: Sequence[Network]) -> None:
    """Files to take home, and files to load."""
    st.header("Take them with you, or bring a class together", anchor=False)
    st.markdown(
        f"Your digits stay on this server and in no link; {take_home.KEPT} after you leave they are forgotten. A file "
        "keeps them. And if everyone in a class hands in their table, one person can load all of them at once: then "
        "the networks are judged on the writing of the whole class."
    )
    if digits:
        judged = as_dataset(digits)
        collection.downloads(digits, {network.name: collection.reading(network, judged) for network in known})
    collection.load_files()
    if digits:
        with st.popover("Begin a new set", type="tertiary", icon=":material/delete:"):
            st.markdown(
                f"This forgets all {words.how_many(len(digits), 'digit')}. Download the table first if you want them "
                "back."
            )
            st.button("Forget them", key="own_remove_all", on_click=collection.remove_all)


def other_writing() -> None:
    """What else to write, and a network to train that has met less."""
    dataset.notice("the validation images are digits that the program draws itself")
    lesson.try_this(
        "Write ten digits as you always do. Then ten more: a 1 with a foot, a 7 with a bar, a 9 with a curled tail, "
        "and whatever else you have seen people write. Which network suffers most? Download the table, begin a new "
        "set, and let your neighbour write."
    )
    st.markdown(
        f"{collection_words.how_the_ready_made_one_learned(shipped_card())} Train one that sees every digit only as it "
        "is, and come back. Compare the squares of the two above, then their dots."
    )
    st.page_link(state.page("train"), icon=":material/arrow_forward:")


def code() -> None:
    """The functions that count and judge, and those that bring files together."""
    lesson.show_source(wilson_interval, Standing.chance, verdict, merge, from_csv)


lesson.show(opening, your_digits, other_writing, code)
