"""You against the network: twenty images, the same for both."""

import streamlit as st

from mnist_core.data.dataset import Splits
from mnist_core.evaluation.accuracy import Evaluation
from mnist_core.figures.tiles import tiles
from mnist_core.lessons.duel import Duel, hardest_duel
from ui.frame import dataset, lesson, link, state, theme
from ui.lessons import duel, duel_words
from ui.visitor import known_networks, networks


@lesson.scene("Who reads the twenty hardest digits better?")
def game() -> None:
    """The reader against the network, on the images that it finds hardest."""
    evaluation, splits = networks.validation(), dataset.splits()
    with lesson.stage():
        match_on_the_page(evaluation, splits)
    with st.container():
        dataset.notice("the digits of this match are generated ones")
    lesson.notice("These are the images on which this network does worst. Press a digit, or type it; Enter goes on.")
    lesson.deeper(which_network, how_chosen)


@st.fragment
def match_on_the_page(evaluation: Evaluation, splits: Splits) -> None:
    """The match as far as it has come."""
    whom = known_networks.key_in_use(), splits.name
    match = duel.with_network(whom, evaluation)
    duel.style()
    if match.is_over:
        show_result(match, whom, splits)
        return
    with st.container(horizontal=True, gap="large", key="duel_table"):
        with st.container(width="content"):
            duel.large(splits.validation.images[match.images[match.told]])
        with st.container(width=360):
            show_scores(match)
            with st.container(key="duel_said"):
                if match.is_asked:
                    st.markdown(f"**Image {match.told + 1} of {len(match.images)}.** Which digit is it?")
                else:
                    is_right = match.answers[-1] == match.labels[match.told]
                    (st.success if is_right else st.info)(duel_words.told(match, evaluation))
            if match.is_asked:
                show_buttons(whom, match.told)
            else:
                show_next(whom, match)


def show_scores(match: Duel) -> None:
    """How both stand."""
    you, network = match.score
    with st.container(horizontal=True, key="duel_scores"):
        st.metric("You", f"{you} of {len(match.answers)}", width=150)
        st.metric("The network", f"{network} of {len(match.answers)}", width=150)


def show_buttons(whom: duel.Opponents, place: int) -> None:
    """A button for each digit. They are new ones for each image: a press that comes late belongs to the last one."""
    with st.container(horizontal=True, gap="xsmall", key="duel_buttons", width=350):
        for digit in range(10):
            st.button(
                str(digit),
                key=f"duel_{place}_{digit}",
                width=60,
                shortcut=str(digit),
                on_click=duel.answer,
                args=(whom, place, digit),
            )


def show_next(whom: duel.Opponents, match: Duel) -> None:
    """The way to the next image, or to the result."""
    last = match.told + 1 == len(match.images)
    with st.container(key="duel_next"):
        st.button(
            "See the result" if last else "Next digit",
            key=f"duel_on_{match.told}",
            type="primary",
            shortcut="Enter",
            on_click=duel.go_on,
            args=(whom, match.told),
        )


def show_result(match: Duel, whom: duel.Opponents, splits: Splits) -> None:
    """The score of a match that is over, and all of its images."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(duel_words.result(match), width="content")
        st.button("Again", key="duel_restart", icon=":material/restart_alt:", on_click=duel.restart, args=(whom,))
    st.html(
        tiles(
            images=splits.validation.images[list(match.images)],
            lines=[
                [f"label {label}", f"you {answer}", f"it {choice}"]
                for label, answer, choice in zip(match.labels, match.answers, match.choices, strict=True)
            ],
            right=[answer == label for answer, label in zip(match.answers, match.labels, strict=True)],
            theme=theme.current(),
        )
    )
    st.caption("A green frame: you have it right. A dashed one: you have it wrong. “it” is the network.")


def which_network() -> None:
    """Another network to play against."""
    networks.chooser()
    if networks.learned_elsewhere():
        st.markdown(networks.learned_elsewhere())


def how_chosen() -> None:
    """How the twenty images are found, and the code."""
    evaluation = networks.validation()
    st.subheader("How the twenty are found", anchor=False)
    st.markdown(duel_words.unfair(hardest_duel(evaluation, duel.IMAGES), evaluation))
    lesson.show_source(Evaluation.hardest, hardest_duel)


FIRSTS = (31, 51, 71, 101, 201, 501, 1_001, 2_001, 4_981)  # of twenty images, counted from the hardest


@lesson.scene("Was that a fair match?")
@st.fragment
def fair() -> None:
    """How the network does on images that are less hard."""
    evaluation, splits = networks.validation(), dataset.splits()
    images = len(evaluation.labels)
    firsts = [first for first in FIRSTS if first + duel.IMAGES - 1 <= images] or [max(1, images - duel.IMAGES + 1)]
    with lesson.stage():
        first = link.select_slider(
            f"Which twenty of {images:,} images, from the hardest on",
            "duel_from",
            firsts,
            firsts[0],
            names=lambda first: f"{first} to {first + duel.IMAGES - 1}",
        )
        found = evaluation.hardest(first + duel.IMAGES - 1)[first - 1 :]
        right = (evaluation.choices[found] == evaluation.labels[found]).tolist()
        st.markdown(duel_words.of_twenty(sum(right), len(found)))
        show_tiles(evaluation, splits, found.tolist(), covered=False)
    lesson.notice(
        "The match was not fair: its images were chosen because the network does worst on them. On images chosen "
        "because *you* misread them, you would have none right."
    )


@lesson.scene("Whose reading counts?")
@st.fragment
def labels() -> None:
    """Ten hard images, whose labels can be uncovered."""
    evaluation, splits = networks.validation(), dataset.splits()
    with lesson.stage():
        st.markdown("Read these ten hard images first. They were not in the match.")
        is_open = link.toggle("Uncover the labels and the network's readings", "duel_labels")
        found = evaluation.hardest(duel.IMAGES + 10)[-10:]
        show_tiles(evaluation, splits, found.tolist(), covered=not is_open)
    if splits.name == state.MNIST:
        source = "People wrote these digits, and people labelled them. Some can be read in two ways, and a label may "
        source += "be wrong."
    else:
        source = "The label of a generated digit is what the program set out to draw. Some it bends so far that they "
        source += "look like another digit."
    lesson.notice(f"{source} Here the label decides, even where you would not agree.")


def show_tiles(evaluation: Evaluation, splits: Splits, found: list[int], *, covered: bool) -> None:
    """Images with their labels and what the network read, or without."""
    both = list(zip(evaluation.labels[found].tolist(), evaluation.choices[found].tolist(), strict=True))
    st.html(
        tiles(
            images=splits.validation.images[found],
            lines=[["label ?", "it ?"] if covered else [f"label {y}", f"it {read}"] for y, read in both],
            right=None if covered else [read == y for y, read in both],
            theme=theme.current(),
        )
    )


lesson.show(game, fair, labels)
