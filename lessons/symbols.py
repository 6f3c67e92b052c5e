"""All symbols of the lessons on one page, and the shapes of a batch on its way through the network."""

from collections.abc import Sequence

import streamlit as st

from mnist_core.lessons.symbols import GROUPS, SYMBOLS, Symbol, shapes_on_the_way
from mnist_core.network.model import MLPConfig
from mnist_core.training.loop import new_model
from ui.frame import dataset, lesson, link, question
from ui.frame.question import Question


@lesson.scene("Which letter stands for what?")
@st.fragment
def letters() -> None:
    """One symbol at a time, by subject."""
    with lesson.stage():
        group = link.buttons("Subject", "symbol_group", GROUPS, GROUPS[0])
        of_group = [symbol for symbol in SYMBOLS if symbol.group == group]
        names = {symbol.sign.strip("*"): symbol for symbol in of_group}
        if "**y**" in [symbol.sign for symbol in of_group]:
            names["bold y"] = next(symbol for symbol in of_group if symbol.sign == "**y**")
            names["y"] = next(symbol for symbol in of_group if symbol.sign == "y")
        sign = link.buttons("Letter", f"symbol_{GROUPS.index(group)}", names, next(iter(names)))
        with st.container(border=True, key="symbol"):
            entry(names[sign])
    lesson.deeper(what_a_shape_is, all_symbols)


def what_a_shape_is() -> None:
    """How a shape is written."""
    st.markdown(
        "The lessons use the same letters on the page and in the code. Each has a **shape**: how many numbers it is "
        "made of, and how they are arranged. [32, 784] is a table of 32 rows with 784 numbers each, [10] is a row of "
        "ten, and [] is a single number."
    )


BATCHES = (1, 2, 8, 32, 128, 256)
QUESTION = Question(
    "ask_symbols",
    "32 images, 128 hidden neurons: which shape do the scores z have?",
    "[32, 10]",
    "Each of the 32 images has a row with ten scores.",
    {
        "[10]": "That would be the scores of one image. A batch goes through all at once: each image has its own ten.",
        "[32, 784]": "That is what goes in: 32 images of 28 × 28 = 784 pixels. Only digits have scores.",
        "[32, 128]": "That is h, what the hidden layer passes on: 128 numbers for each image. One more layer follows.",
    },
    order=1,
)


@lesson.scene("What shapes does a batch go through?")
@st.fragment
def shapes() -> None:
    """The shapes of a batch, of as many images as the reader wants."""
    splits = dataset.splits()
    answered = question.ask(QUESTION)
    with lesson.stage():
        size = link.select_slider("Images in the batch, N", "symbol_batch", BATCHES, 32, disabled=not answered)
        found = shapes_on_the_way(new_model(MLPConfig(), 0), splits.validation.subset(slice(0, size)))
        rows = [
            {"symbol": f"${step.latex}$", "shape": str(list(step.shape)) if answered else "?", "what it is": step.words}
            for step in found
        ]
        st.table(rows, border="horizontal")
    with st.container():
        if answered:
            lesson.notice(
                "The first number is always that of the images. They go through side by side and never mix, until the "
                "loss: one number for all."
            )
    lesson.deeper(lambda: lesson.show_source(shapes_on_the_way))


def all_symbols() -> None:
    """The list, and a field to search it."""
    wanted = link.text_input("Search", "symbol_filter", "a symbol, a word, or a name in the code", longest=40)
    chosen = [symbol for symbol in SYMBOLS if symbol.matches(wanted)]
    st.caption(f"{len(chosen)} of {len(SYMBOLS)} symbols" if chosen else "No symbol matches. Try a shorter word.")
    for group in GROUPS:
        of_group = [symbol for symbol in chosen if symbol.group == group]
        if of_group:
            st.subheader(group, anchor=False)
            table(of_group)
    lesson.try_this(
        "Search for “[N, 10]”: all that has ten numbers for each image. Then open the code of a lesson, and find the "
        "letters of its formula in it."
    )


def table(symbols: Sequence[Symbol]) -> None:
    """The symbols in pairs, side by side where there is room."""
    for pair in zip(symbols[::2], [*symbols[1::2], None], strict=False):
        for column, symbol in zip(st.columns(2, gap="medium"), pair, strict=True):
            if symbol:
                with column:
                    entry(symbol)


def entry(symbol: Symbol) -> None:
    """A symbol, and all there is to say of it."""
    with st.container(gap="xsmall"):
        st.markdown(f"${symbol.latex}$ &emsp; **{symbol.name}**")
        st.markdown(symbol.meaning)
        code = f"`{symbol.code}` in `{symbol.where}`" if symbol.code else ""
        st.caption(" · ".join(part for part in (symbol.shape, code) if part))
        with st.container(horizontal=True, gap="small"):
            for page in symbol.pages:
                st.page_link(f"lessons/{page}.py")


lesson.show(letters, shapes)
