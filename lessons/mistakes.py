"""What it gets wrong: which digits it takes for which, how sure it is of that, and why it has several accuracies."""

import math

import streamlit as st
from torch import Tensor

from mnist_core import words
from mnist_core.data.dataset import Splits
from mnist_core.data.statistics import page_of
from mnist_core.evaluation.accuracy import Evaluation, wilson_interval
from mnist_core.figures.cards import cards, two_lines
from mnist_core.figures.mistakes import accuracies, fraction, precision_and_recall, table_of_digits
from mnist_core.figures.tiles import tiles
from mnist_core.lessons.mistakes import Count
from mnist_core.network.checkpoint import shipped_card
from mnist_core.network.model import CLASSES
from ui.frame import dataset, lesson, link, question, state, theme
from ui.frame.question import Question
from ui.lessons import mistakes_accuracies, mistakes_matrix, mistakes_words
from ui.visitor import known_networks, networks

A_CELL, A_PAGE, A_ROW = 10, 6, 5  # images of a cell, cards of the surest mistakes, images beside each other


@lesson.scene("Which digits does it take for which?")
def which_for_which() -> None:
    """The confusion matrix, and the images behind its cells."""
    evaluation, splits = networks.validation(), dataset.splits()
    with lesson.stage():
        matrix(evaluation, splits)
    lesson.notice(mistakes_words.how_many(evaluation, networks.model_in_use()[1], splits.name))
    lesson.deeper(which_network, the_matrix, rate_of_the_cell, another_network)


@st.fragment
def matrix(evaluation: Evaluation, splits: Splits) -> None:
    """The confusion matrix, and the images of one cell."""
    left, right = st.columns([6, 7], gap="medium")
    with right:
        i, j = mistakes_matrix.controls(evaluation)
        show_cell(evaluation, splits, i, j)
    with left:
        mistakes_matrix.show(evaluation, (i, j), mistakes_matrix.says_rates())


def show_cell(evaluation: Evaluation, splits: Splits, i: int, j: int) -> None:
    """The images of a cell, page by page."""
    found = evaluation.cell(i, j)
    if not len(found):
        st.markdown(f"**No image of {words.a(i)} was read as {words.a(j)}.** The cell is empty.")
        return
    said = "image of" if len(found) == 1 else "images of"
    verb = "was" if len(found) == 1 else "were"
    st.markdown(f"**{len(found):,} {said} {words.a(i)} {verb} read as {words.a(j)}**")
    place = st.container()
    shown = one_page(found, mistakes_matrix.PAGE, A_CELL)
    with place:
        lines = [
            [f"{k}: {words.percent(p[k])}" for k in {i: 0, j: 0}] for p in evaluation.probabilities[shown].tolist()
        ]
        images = splits.validation.images[shown]
        st.html(tiles(images=images, lines=lines, right=[i == j] * len(shown), theme=theme.current(), across=5))


def one_page(found: Tensor, key: str, size: int) -> Tensor:
    """Some of the images, and where there are more, a control for which."""
    page, pages = 1, math.ceil(len(found) / size)
    if pages > 1:
        if not link.is_hidden(key) and st.session_state.get(key, 1) > pages:
            st.session_state[key] = pages  # another network may have fewer
        with st.container(horizontal=True, vertical_alignment="bottom"):
            page = link.number_input(f"Page (of {pages})", key, 1, pages, 1, width=140)
            said = st.container(width="content")
    shown, before = page_of(found, page, size)
    if pages > 1:
        said.caption(
            f"{len(shown):,} of {len(found):,} are shown here."
            if link.is_hidden(key)
            else f"{before + 1:,} to {before + len(shown):,} of {len(found):,}"
        )
    return shown


def show_cards(evaluation: Evaluation, splits: Splits, shown: Tensor) -> None:
    """Images with two probabilities each."""
    st.html(
        cards(
            images=splits.validation.images[shown],
            lines=[
                two_lines(
                    label=int(evaluation.labels[index]),
                    choice=int(evaluation.choices[index]),
                    probabilities=evaluation.probabilities[index].tolist(),
                )
                for index in shown
            ],
            theme=theme.current(),
        )
    )


def which_network() -> None:
    """Another network to look into."""
    networks.chooser()
    dataset.notice("the network reads generated digits on this page")
    st.markdown(
        "It has not learned from the validation images. One number, the accuracy, does not say what its mistakes are."
    )
    if networks.learned_elsewhere():
        st.markdown(networks.learned_elsewhere())


def the_matrix() -> None:
    """What the matrix is, and what its cells can say."""
    st.subheader("The confusion matrix", anchor=False)
    st.markdown(
        "The **confusion matrix** is a table that counts answers. It has a row for each digit that an image can show, "
        "i, and a column for each digit that it can be read as, j. $C_{i,j}$ stands for the number in row i and "
        "column j: so many images show the digit i and were read as the digit j. Right answers are on the diagonal, "
        "where i = j. All others are mistakes."
    )
    way = ", or choose its row and its column in the two lists" * mistakes_matrix.has_lists()
    st.markdown(
        f"Click a cell{way}, and the images in it appear beside it. The stronger the colour, the larger the share of "
        "the row that went wrong in this way. The diagonal has no colour: it holds the right answers. Of a cell with "
        "mistakes, first come the images whose right digit got the lowest probability; on the diagonal, the least "
        "sure answers. Below each image stand two probabilities from the softmax: of what it shows, and of "
        "what it was read as."
    )
    mistakes_matrix.numbers()


def rate_of_the_cell() -> None:
    """What share of its row the chosen cell is."""
    evaluation = networks.validation()
    i, j = mistakes_matrix.chosen(evaluation)
    counts = evaluation.confusion.tolist()
    st.markdown(
        f"The rate of a cell is its number of images, divided by all of its row, here {sum(counts[i]):,}. The sign Σ "
        "means: add up. Here it adds up the row i, with m for each of its ten columns in turn."
    )
    lesson.formula(
        r"\text{rate}_{i,j} = \frac{C_{i,j}}{\sum_m C_{i,m}}",
        rf"\text{{rate}}_{{{i},{j}}} = {fraction(counts[i][j], sum(counts[i]))}",
    )


def another_network() -> None:
    """What to try, and the code."""
    lesson.try_this(
        "On the page “Train a network”, train one that is too small, or stop it after its first epoch. Come back and "
        "choose it here: which cells of the matrix fill up, and which digit has the lowest recall now?"
    )
    lesson.show_source(Evaluation.confusion, Evaluation.cell)


MIRROR = Question(
    key="ask_mirror",
    text="A network has read some 9s as 4s. Has it then read about as many 4s as 9s?",
    right="Not necessarily",
    why="Between 4s and 9s lies a border, and the network decides where. If it lies too far on the side of the 9s, "
    "many 9s are read as 4s, and hardly any 4s as 9s.",
    wrong={
        "Yes: they look alike both ways": "Looking alike works both ways, reading does not. A network that takes every "
        "doubtful image for a 4 misreads many 9s and no 4 at all.",
        "Yes: there are as many 9s as 4s": "So there are, and yet the border between them may lie too far to one side.",
    },
    order=1,
)


@lesson.scene("If it takes 9s for 4s, does it take 4s for 9s?")
def mirror() -> None:
    """Two cells that would be the same if the matrix were a mirror image of itself."""
    answered = question.ask(MIRROR)
    with lesson.stage():
        two_cells(networks.validation(), dataset.splits(), answered=answered)
    with st.container():
        if answered:
            lesson.deeper(count_of_the_two)


@st.fragment
def two_cells(evaluation: Evaluation, splits: Splits, *, answered: bool) -> None:
    """A pair of digits, and the images of each that were read as the other."""
    with st.container(horizontal=True):
        one, other = (
            link.selectbox(label, key, range(10), start, width=130, disabled=not answered)
            for label, key, start in zip(
                ("One digit", "The other"), ("mirror_one", "mirror_other"), mistakes_words.ASKED, strict=True
            )
        )
    if not answered:
        return
    for place, (i, j) in zip(st.columns(2, gap="medium"), ((one, other), (other, one)), strict=True):
        with place:
            found = evaluation.cell(i, j)
            of = int(evaluation.confusion[i].sum())
            st.markdown(f"**{len(found):,} of {of:,}** images of {words.a(i)} were read as {words.a(j)}")
            if len(found):
                images = splits.validation.images[found[:A_ROW]]
                lines = [[f"{evaluation.probabilities[index, j]:.0%}"] for index in found[:A_ROW].tolist()]
                st.html(tiles(images=images, lines=lines, right=None, theme=theme.current(), across=6))
    lesson.notice(mistakes_words.luck_of(evaluation, one, other))


def count_of_the_two() -> None:
    """The cells in words, and the fullest ones."""
    st.markdown(mistakes_words.mirror(networks.validation()))


ALWAYS_THREE = Question(
    key="ask_always_three",
    text="A program answers 3 to every image. So it finds every 3 there is. What is poor about it?",
    right="Only one in ten of its 3s is a 3",
    why="Each digit is about a tenth of the images, so about nine in ten of its 3s are something else. "
    "Its **recall** of the 3 is perfect, and its **precision** is poor.",
    wrong={
        "It misses many 3s": "It misses none: it calls everything a 3. What it finds and what it calls by that name "
        "are two different questions.",
        "Nothing": "It is right about every image that is a 3. But look at what it calls a 3: most of that is none.",
    },
    order=0,
)


@lesson.scene("How many 3s does it find, and how many are 3s?")
def two_numbers() -> None:
    """Precision and recall."""
    answered = question.ask(ALWAYS_THREE)
    with lesson.stage():
        precision_recall(networks.validation(), answered=answered)
    with st.container():
        if answered:
            lesson.deeper(in_symbols)


@st.fragment
def precision_recall(evaluation: Evaluation, *, answered: bool) -> None:
    """Two numbers for each digit, and how one of them comes about; none of them before the answer."""
    nothing = [math.nan] * CLASSES
    measures = {
        "precision": evaluation.precision.tolist() if answered else nothing,
        "recall": evaluation.recall.tolist() if answered else nothing,
    }
    left, right = st.columns([3, 2], gap="medium")
    with right:
        k = link.buttons("Digit", "of_digit", range(CLASSES), 3, disabled=not answered)
    with right, st.container():
        if answered:
            say_of_digit(evaluation, k)
    with left:
        theme.show(
            precision_and_recall(**measures, chosen=k, theme=theme.current()),
            key="precision_and_recall",
            description="Precision and recall of each digit, as two marks on a line; the table below the scene has the "
            "same numbers.",
        )


def say_of_digit(evaluation: Evaluation, k: int) -> None:
    """How the two numbers of a digit come about."""
    hit, called, there = evaluation.of_digit(k)
    st.markdown(
        f"**Precision:** the network called {called:,} images {words.a(k)}; {hit:,} of these are. "
        f"\n\n**Recall:** there are {there:,} images of {words.a(k)}; it found {hit:,} of these."
    )
    if not called:
        st.markdown(f"It never called anything {words.a(k)}, so there is no precision: nothing is divided by 0.")


def in_symbols() -> None:
    """Both as formulas, and all of them in a table."""
    evaluation = networks.validation()
    k = int(st.session_state.get("of_digit") or 0) if not link.is_hidden("of_digit") else 3
    right, called, there = evaluation.of_digit(k)
    lesson.formula(
        r"\text{precision}_k = \frac{C_{k,k}}{\sum_i C_{i,k}} \qquad "
        r"\text{recall}_k = \frac{C_{k,k}}{\sum_j C_{k,j}}",
        rf"\text{{precision}}_{k} = {fraction(right, called)}",
        rf"\text{{recall}}_{k} = {fraction(right, there)}",
    )
    st.markdown(
        r"$\sum_i$ adds up the column k of the confusion matrix, and $\sum_j$ the row k. So precision looks down a "
        "column, and recall along a row."
    )
    measures = {"precision": evaluation.precision.tolist(), "recall": evaluation.recall.tolist()}
    st.table(table_of_digits(**measures), hide_index=True, border="horizontal")
    st.markdown(
        "Where the disc lies to the left of the square, precision is lower than recall: the network calls more images "
        "by this name than there are. Where the disc lies to the right, it calls fewer. Mind where the axis begins: "
        "it shows only the range in which the marks lie."
    )
    lesson.show_source(Evaluation.precision, Evaluation.recall)


@lesson.scene("How sure is it when it is wrong?")
def wrong_and_sure() -> None:
    """The mistakes, the surest first."""
    evaluation = networks.validation()
    with lesson.stage():
        surest(evaluation, dataset.splits())
    if len(evaluation.mistakes):
        lesson.notice(mistakes_words.how_sure_it_was(evaluation))
    lesson.deeper(code_of_mistakes)


@st.fragment
def surest(evaluation: Evaluation, splits: Splits) -> None:
    """The mistakes, the surest first."""
    mistakes, images = len(evaluation.mistakes), len(evaluation.labels)
    if not mistakes:
        st.markdown(f"This network reads all {images:,} images rightly: there is nothing to show here.")
        return
    st.markdown(f"All its mistakes, {mistakes:,}; first those with the highest probability for the wrong answer.")
    place = st.container()
    shown = one_page(evaluation.mistakes, "surest_page", A_PAGE)
    with place:
        show_cards(evaluation, splits, shown)


def code_of_mistakes() -> None:
    """The code."""
    lesson.show_source(Evaluation.mistakes)


FIRSTS = (100, 500, 1_000, 2_000)  # of the validation images; 2,000 are read on Break it


@lesson.scene("Why does one network have several accuracies?")
def several() -> None:
    """One network, and its accuracy on several kinds of images."""
    with lesson.stage():
        compare_counts()
    lesson.notice(
        "Other images, another number; and the fewer images, the wider the line of what luck leaves possible. "
        "The accuracy on all validation images is the **headline** everywhere in these lessons."
    )
    lesson.deeper(all_counts, why_apart)


@st.fragment
def compare_counts() -> None:
    """The accuracies, one of them on as many images as the reader chooses."""
    first = link.select_slider(
        "How many of the validation images", "mistakes_first", FIRSTS, 2_000, names="{:,}".format
    )
    counts = mistakes_accuracies.counts(networks.validation(), first)
    theme.show(
        accuracies(
            counts=[(count.name, count.accuracy, *count.interval) for count in counts],
            headline=mistakes_accuracies.VALIDATION,
            theme=theme.current(),
        ),
        key="mistakes_accuracies",
        description="The accuracy of the network on each kind of images as a dot, and its 95% interval as a line; the "
        "table under Go deeper has the numbers.",
    )
    st.caption("Dot: accuracy; diamond: the headline. Line: Wilson's 95% interval.")


def all_counts() -> None:
    """The same in numbers."""
    first = st.session_state.get("mistakes_first") or 2_000
    counts = mistakes_accuracies.counts(networks.validation(), int(first))
    st.table(
        [
            {
                "images": count.name,
                "how many": f"{count.images:,}",
                "read rightly": f"{count.right:,}",
                "accuracy": f"{count.accuracy:.2%}",
                "95% interval": "{:.2%} to {:.2%}".format(*count.interval),
            }
            for count in counts
        ],
        border="horizontal",
    )
    lesson.show_source(wilson_interval)


def why_apart() -> None:
    """What each kind of images is for, and why the numbers differ."""
    st.subheader("What each is for", anchor=False)
    st.markdown(
        "- **Training images:** the network learned from these, so this number flatters it. At most the first "
        f"{mistakes_accuracies.MOST_TRAINING:,} are read here.\n"
        "- **Validation images:** it did not learn from these. Settings are chosen by them, so this is the number to "
        "compare networks by.\n"
        "- **The first 2,000 of them:** read on *Break it*, so that the answer comes at once.\n"
        "- **Final test:** images kept for one last look at a finished network. They were read once, and the number "
        "is repeated here. Whoever looks at it often, and keeps the best, makes it another validation.\n"
        "- **Your handwriting:** the digits you kept in *Your own test set*, if any. Other pages read 1,000 drawings "
        "made by the program."
    )
    if known_networks.key_in_use() == state.SHIPPED and dataset.splits().name == state.MNIST:
        evaluation, card = networks.validation(), shipped_card()
        test = Count("test", round(card["test_accuracy"] * 10_000), 10_000)
        st.markdown(
            f"For the ready-made network the validation, {evaluation.accuracy:.2%}, is lower than the final test, "
            f"{test.accuracy:.2%}. Mostly it is the other way round. "
            f"{mistakes_words.apart(Count.of('validation', evaluation), test)} Other people wrote them than wrote the "
            "training and the validation images. The network gained nothing from being judged on validation: one "
            "number alone, its temperature, was fitted there, and that changes no answer."
        )


lesson.show(which_for_which, mirror, two_numbers, wrong_and_sure, several)
