"""All symbols of the lessons on one page, and the shapes of a batch on its way through the network."""

from collections.abc import Sequence

import streamlit as st

from mnist_core.lessons.symbols import GROUPS, SYMBOLS, Symbol, shapes_on_the_way
from mnist_core.network.model import MLPConfig
from mnist_core.training.loop import new_model
from ui.frame import dataset, lesson, link, question
from ui.frame.question import Question


def what_a_shape_is() -> None:
    """What the letters stand for, and how a shape is written."""
    st.markdown(
        "The lessons use the same letters on the page and in the code. Here they are, each with its **shape**: how "
        "many numbers it is made of, and how they are arranged. [32, 784] is a table of 32 rows with 784 numbers each, "
        "[10] is a row of ten, and [] is a single number."
    )


BATCHES = (1, 2, 8, 32, 128, 256)
QUESTION = Question(
    "ask_symbols",
    "A batch of 32 images goes into the network, which has 128 hidden neurons. What is the shape of z, the scores?",
    "[32, 10]",
    "Each of the 32 images gets a row, and in it a score for each of the ten digits.",
    {
        "[10]": "That would be the scores of one image. A batch goes through all at once: each image has its own ten.",
        "[32, 784]": "That is what goes in: 32 images of 28 × 28 = 784 pixels. Scores there are only for digits.",
        "[32, 128]": "That is h, what the hidden layer passes on: 128 numbers for each image. One more layer follows.",
        "[784, 10]": "The number of pixels is gone by then: each layer adds up over its inputs. The images stay.",
    },
    order=1,
)


def one_batch() -> None:
    """A batch on its way through the network."""
    st.header("One batch, all its shapes", anchor=False)
    shapes()
    lesson.show_source(shapes_on_the_way)


@st.fragment
def shapes() -> None:
    """The shapes of a batch, of as many images as the reader wants."""
    splits = dataset.splits()
    answered = question.ask(QUESTION)
    size = link.select_slider("Images in the batch, N", "symbol_batch", BATCHES, 32)
    if not answered:
        return
    found = shapes_on_the_way(new_model(MLPConfig(), 0), splits.validation.subset(slice(0, size)))
    st.table(
        [{"": f"${step.latex}$", "shape": str(list(step.shape)), "what it is": step.words} for step in found],
        border="horizontal",
    )
    lesson.notice(
        "The first number is always that of the images: they go through side by side and never mix, until the loss, "
        "which is one number for all of them. The network itself is the same for 1 image as for 256."
    )


def all_symbols() -> None:
    """The list, and a field to search it."""
    st.header("The list", anchor=False)
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
                st.page_link(f"pages/{page}.py")


lesson.show(what_a_shape_is, one_batch, all_symbols)
