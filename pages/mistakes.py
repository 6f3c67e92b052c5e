"""What it gets wrong: which digits it takes for which, how sure it is of that, and whether a reader does better."""

import math

import streamlit as st
from torch import Tensor

from mnist_core import words
from mnist_core.data.dataset import Splits
from mnist_core.data.statistics import page_of
from mnist_core.evaluation.accuracy import Evaluation
from mnist_core.figures.cards import Line, cards, large, two_lines
from mnist_core.figures.mistakes import fraction, precision_and_recall, table_of_digits
from mnist_core.lessons.mistakes import Duel, hardest_duel
from ui.frame import dataset, lesson, link, question, state, theme
from ui.frame.question import Question
from ui.lessons import mistakes_duel, mistakes_matrix, mistakes_words
from ui.visitor import known_networks, networks


def how_many() -> None:
    """Which network reads, and how many images it has right and wrong."""
    dataset.notice("the network reads generated digits on this page")
    digits = dataset.splits().name
    networks.chooser()
    st.markdown(mistakes_words.how_many(networks.validation(), networks.model_in_use()[1], digits))
    if networks.learned_elsewhere():
        st.markdown(networks.learned_elsewhere())


def you_against_it() -> None:
    """The reader against the network, on the images that it finds hardest."""
    duel(networks.validation(), dataset.splits())


@st.fragment
def duel(evaluation: Evaluation, splits: Splits) -> None:
    """The reader against the network."""
    st.header("You against the network", anchor=False)
    whom = known_networks.key_in_use(), splits.name
    match = mistakes_duel.with_network(whom, evaluation)
    total = len(match.images)
    st.markdown(
        f"Here are the {total} validation images with the highest **loss**, −ln p: those where the network gave the "
        "lowest probability p to the right digit. Can you read them? Press the digit that you see. You learn at once "
        "what the label says, and what the network read. Play before you scroll on: the mistakes shown further down "
        "give some of the answers away."
    )
    if match.is_over:
        show_result(match, evaluation, splits)
    else:
        left, right = st.columns([2, 3], gap="large")
        picture = splits.validation.images[match.images[match.turn]]
        left.html(large(image=picture, alt="The digit to be read", width=280))
        with right:
            st.markdown(f"**Image {match.turn + 1} of {total}.** Which digit is it?")
            show_buttons(whom, match.turn)
            show_last(match, evaluation, splits)
    if match.turn:
        st.button(
            "Start again",
            key="duel_restart",
            icon=":material/restart_alt:",
            on_click=mistakes_duel.restart,
            args=(whom,),
        )
    say_fair(match, evaluation, splits)


def show_buttons(whom: mistakes_duel.Opponents, turn: int) -> None:
    """A button for each digit. They are new ones for each image: a press that comes late belongs to the last one."""
    with st.container(horizontal=True, gap="small", key="duel_buttons", width=350):
        for digit in range(10):
            st.button(
                str(digit),
                key=f"duel_{turn}_{digit}",
                width=56,
                on_click=mistakes_duel.answer,
                args=(whom, turn, digit),
            )


def show_last(match: Duel, evaluation: Evaluation, splits: Splits) -> None:
    """How it stands, and what became of the last image."""
    if not match.turn:
        st.markdown("No image read yet.")
        return
    you, network = match.score
    st.markdown(f"You have **{you}** of {match.turn} right, the network **{network}** of {match.turn}.")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        picture = splits.validation.images[match.images[match.turn - 1]]
        st.html(large(image=picture, alt=f"Image {match.turn}, which you have read", width=84), width=84)
        st.markdown(mistakes_words.last_image(match, evaluation))


def show_result(match: Duel, evaluation: Evaluation, splits: Splits) -> None:
    """The score of a duel that is over, and all of its images."""
    you, network = match.score
    total = len(match.images)
    st.markdown(f"**You have {you} of {total} right, the network {network} of {total}.**")
    if match.differences:
        st.markdown(f"You and the network differ on {len(match.differences)} of them. Here are all {total}:")
    else:
        st.markdown(f"You read every image as the network did. Here are all {total}:")
    st.html(
        cards(
            images=splits.validation.images[list(match.images)],
            lines=[
                [
                    Line(f"label: {label}"),
                    Line(f"you: {answer}{mistakes_words.if_right(answer == label)}"),
                    Line(f"network: {choice}{mistakes_words.if_right(choice == label)}"),
                    Line(f"and gave it {mistakes_words.given(match, evaluation, place)}"),
                ]
                for place, (label, answer, choice) in enumerate(
                    zip(match.labels, match.answers, match.choices, strict=True)
                )
            ],
            theme=theme.current(),
        )
    )


def say_fair(match: Duel, evaluation: Evaluation, splits: Splits) -> None:
    """That the match is not fair, and who decides it."""
    lesson.notice(mistakes_words.unfair(match, evaluation))
    if splits.name == state.MNIST:
        source = "People wrote these digits, and people labelled them. Some can be read in two ways, and a label may "
        source += "be wrong."
    else:
        source = "The label of a generated digit is what the program set out to draw. Some it bends so far that they "
        source += "look like another digit."
    st.markdown(f"{source} Here the label decides, even where you would not agree.")


MIRROR = Question(
    key="ask_mirror",
    text="A network has read some 9s as 4s. Has it then read about as many 4s as 9s?",
    right="Not necessarily: the two numbers can be far apart.",
    why="Somewhere between 4s and 9s lies a border, and the network decides where. If it lies too far on the side of "
    "the 9s, many 9s end up beyond it, and hardly any 4s.",
    wrong={
        "Yes: if a 9 looks like a 4, that 4 looks like a 9.": "Looking alike works both ways, but reading does not. "
        "A network that takes every doubtful image for a 4 misreads many 9s and no 4 at all.",
        "Yes: there are about as many 9s as 4s.": "So there are, and yet the border between them may lie too far to "
        "one side. Then most of the mistakes are on that side.",
    },
    order=1,
)


def which_for_which() -> None:
    """The confusion matrix, and the images behind its cells."""
    matrix(networks.validation(), dataset.splits())


@st.fragment
def matrix(evaluation: Evaluation, splits: Splits) -> None:
    """The confusion matrix, and the images of one cell."""
    st.header("Which digit for which", anchor=False)
    st.markdown(
        "The **confusion matrix** is a table that counts answers. It has a row for each digit that an image can show, "
        "i, and a column for each digit that it can be read as, j. $C_{i,j}$ stands for the number in row i and "
        "column j: so many images show the digit i and were read as the digit j. Right answers are on the diagonal, "
        "where i = j. All others are mistakes."
    )
    has_answered = question.ask(MIRROR)
    i, j, as_rates = mistakes_matrix.controls(shows_matrix=has_answered)
    if has_answered:
        way = ", or choose its row and its column in the two lists" * mistakes_matrix.has_lists()
        st.markdown(
            f"Click a cell{way}, and the images in it appear below. The stronger the colour, the larger the share of "
            "the row that went wrong in this way. The diagonal has no colour: it holds the right answers."
        )
        mistakes_matrix.show(evaluation, (i, j), as_rates)
        lesson.notice(mistakes_words.mirror(evaluation))
    show_cell(evaluation, splits, i, j)
    counts = evaluation.confusion.tolist()
    st.markdown(
        f"The rate of this cell is its number of images, divided by all {sum(counts[i]):,} of its row. The sign Σ "
        "means: add up. Here it adds up the row i, with m for each of its ten columns in turn."
    )
    lesson.formula(
        r"\text{rate}_{i,j} = \frac{C_{i,j}}{\sum_m C_{i,m}}",
        rf"\text{{rate}}_{{{i},{j}}} = {fraction(counts[i][j], sum(counts[i]))}",
    )


def show_cell(evaluation: Evaluation, splits: Splits, i: int, j: int) -> None:
    """The images of a cell, page by page."""
    found = evaluation.cell(i, j)
    if not len(found):
        st.markdown(f"**No image of {words.a(i)} was read as {words.a(j)}.** The cell is empty.")
        return
    order = "the least sure answers first" if i == j else "first those whose right digit got the lowest probability"
    st.markdown(
        f"**Images of {words.a(i)} that were read as {words.a(j)}**, {order}. Each bar is a probability from the "
        "softmax."
    )
    show_cards(evaluation, splits, found, mistakes_matrix.PAGE)


A_PAGE = 12  # cards


def show_cards(evaluation: Evaluation, splits: Splits, found: Tensor, key: str) -> None:
    """Images with two probabilities each, twelve to a page."""
    page, pages = 1, math.ceil(len(found) / A_PAGE)
    if pages > 1:
        if not link.is_hidden(key) and st.session_state.get(key, 1) > pages:
            st.session_state[key] = pages  # another network may have fewer
        page = link.number_input(f"Page (of {pages})", key, 1, pages, 1, width=140)
    shown, before = page_of(found, page, A_PAGE)
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
    if pages > 1 and link.is_hidden(key):
        st.caption(f"{len(shown):,} of {len(found):,} are shown here.")
    else:
        st.caption(f"{before + 1:,} to {before + len(shown):,} of {len(found):,}")


ALWAYS_THREE = Question(
    key="ask_always_three",
    text="A program answers 3 to every image, whatever it shows. It finds every 3 there is. What is wrong with it, "
    "seen from the 3s?",
    right="Of all that it calls a 3, only about one in ten is a 3.",
    why="Each of the ten digits is about a tenth of the images, so about nine in ten of its 3s are something else. "
    "Its recall of the 3 is perfect, and its precision is poor.",
    wrong={
        "It misses many 3s.": "It misses none: it calls everything a 3. What it finds and what it calls by that name "
        "are two different questions.",
        "Nothing: it is right about every 3.": "It is right about every image that is a 3. But look at what it calls "
        "a 3: most of that is none.",
    },
    order=0,
)


def two_numbers() -> None:
    """Precision and recall."""
    precision_recall(networks.validation())


@st.fragment
def precision_recall(evaluation: Evaluation) -> None:
    """Two numbers for each digit."""
    st.header("Two numbers for each digit", anchor=False)
    st.markdown(
        "Take one digit, such as the 3. Two questions can be asked. Of all images that the network called a 3, how "
        "many are 3s? That is the **precision** of the 3; it looks down a column of the matrix. And of all images of "
        "a 3, how many did the network find? That is the **recall** of the 3; it looks along a row."
    )
    k = link.buttons("Digit k", "of_digit", range(10), 3)
    right, called, there = (int(n) for n in evaluation.of_digit(k))
    lesson.formula(
        r"\text{precision}_k = \frac{C_{k,k}}{\sum_i C_{i,k}} \qquad "
        r"\text{recall}_k = \frac{C_{k,k}}{\sum_j C_{k,j}}",
        rf"\text{{precision}}_{k} = {fraction(right, called)}",
        rf"\text{{recall}}_{k} = {fraction(right, there)}",
    )
    st.markdown(
        r"$\sum_i$ adds up the column k, and $\sum_j$ the row k. "
        f"In words, for k = {k}: the network called {called:,} images {words.a(k)}, and {right:,} of these are. "
        f"There are {there:,} images of {words.a(k)}, and it found {right:,} of these."
    )
    if not called:
        st.markdown(f"It never called anything {words.a(k)}, so there is no precision: nothing can be divided by 0.")
    if question.ask(ALWAYS_THREE):
        compare_digits(evaluation, k)


def compare_digits(evaluation: Evaluation, k: int) -> None:
    """Precision and recall of all digits, with the row of one of them marked."""
    measures = {"precision": evaluation.precision.tolist(), "recall": evaluation.recall.tolist()}
    left, beside = st.columns([3, 2], gap="large")
    with left:
        theme.show(
            precision_and_recall(**measures, chosen=k, theme=theme.current()),
            key="precision_and_recall",
            description="Precision and recall of each digit, as two marks on a line; the table has the same numbers.",
        )
    beside.table(table_of_digits(**measures), hide_index=True, border="horizontal")
    lesson.notice(
        "Where the disc lies to the left of the square, precision is lower than recall: the network calls more images "
        "by this name than there are. Where the disc lies to the right, it calls fewer. Mind where the axis begins: "
        "it shows only the range in which the marks lie."
    )


def wrong_and_sure() -> None:
    """The mistakes, the surest first."""
    surest(networks.validation(), dataset.splits())


@st.fragment
def surest(evaluation: Evaluation, splits: Splits) -> None:
    """The mistakes, the surest first."""
    st.header("Wrong, and sure of it", anchor=False)
    mistakes, images = len(evaluation.mistakes), len(evaluation.labels)
    if not mistakes:
        st.markdown(f"This network reads all {images:,} images rightly: there is nothing to show here.")
        return
    st.markdown(
        f"These are the mistakes of this network, {mistakes:,} in all. First come those in which it gave the highest "
        "probability to its wrong answer. The upper bar is the probability of what the image shows, the lower one of "
        "what the network took it for."
    )
    show_cards(evaluation, splits, evaluation.mistakes, "surest_page")
    lesson.notice(mistakes_words.how_sure_it_was(evaluation))


def in_the_end() -> None:
    """What to try, and the code."""
    lesson.try_this(
        "On the page “Train a network”, train one that is too small, or stop it after its first epoch. Come back and "
        "choose it at the top: which cells of the matrix fill up, and which digit has the lowest recall now?"
    )
    lesson.show_source(
        Evaluation.confusion,
        Evaluation.precision,
        Evaluation.recall,
        Evaluation.mistakes,
        Evaluation.cell,
        Evaluation.hardest,
        hardest_duel,
    )


lesson.show(how_many, you_against_it, which_for_which, two_numbers, wrong_and_sure, in_the_end)
