"""Train a network and watch it learn."""

import streamlit as st

from mnist_core.training.loop import DatasetBatches, Learner, fit, train_step
from ui.frame import dataset, lesson, question
from ui.frame.question import Question
from ui.studio import control, recipe, run_view, transport
from ui.visitor import store
from ui.visitor.store import Visitor

BLIND = Question(
    "ask_train",
    "Before its first batch the network knows nothing, and gives each of the ten digits about the same probability. "
    "Where does the curve of its loss begin?",
    "Near 2.3",
    "Each digit gets a probability of about 1/10, and −ln(1/10) = ln 10 = 2.303.",
    {
        "Near 0": "A loss of 0 means that the right digit got a probability of 1: it would know everything already.",
        "Near 0.1": "0.1 is the probability it gives to the right digit. The loss is −ln 0.1 = 2.303.",
        "Near 10": "Ten is the number of digits. The loss is the logarithm of that: ln 10 = 2.303.",
    },
    order=2,
)


def the_routine() -> None:
    """What training is, and where the loss begins."""
    st.markdown(
        "It looks at a small **batch** of images and compares its answers with the right ones, the **labels**. Then it "
        "changes each of its numbers, the **weights**, a little, so that the loss of the batch falls. Then comes the "
        "next batch. One pass over all training images is an **epoch**."
    )
    if question.ask(BLIND):
        st.markdown(
            "In the curve of the loss, a dashed line marks this place. A network that gives each digit the same "
            "probability stays there. With a learning rate of 0.0001 you can watch the curve leave it."
        )


def the_run() -> None:
    """The settings, the buttons that move a run, and what is to be seen of it."""
    visitor = store.visitor()
    mode = visitor.mode  # asked once: the run may end while this page is drawn, and the parts must agree
    with st.container(border=True):
        presets = st.container()
        try:
            chosen = recipe.controls()
        except ValueError as error:
            st.error(f"These settings can't be used. {error}", icon=":material/tune:")
            st.stop()
        with presets:
            recipe.presets(chosen)
        describe(chosen)
        dataset.notice("it learns from generated digits, which the program draws itself")
        control.turn_rate(visitor, chosen.training_config.learning_rate)
        transport.show(visitor, mode, lambda held: begin(visitor, chosen, held))
        if mode != "idle":
            st.caption("A new learning rate counts from the next batch; all other settings count for the next run.")
    run_view.show(mode)


def describe(chosen: recipe.Chosen) -> None:
    """The network of the controls in a line."""
    network = chosen.model_config
    parts = ["784 pixels in", *(f"{size} neurons" for size in network.hidden_sizes), "10 scores out"]
    st.caption(
        f"The network {network.label}: {' → '.join(parts)}. "
        f"It has {network.parameter_count:,} numbers to learn: weights, and a bias for each neuron and each score. "
        f"{chosen.details}"
    )


def begin(visitor: Visitor, chosen: recipe.Chosen, held: bool) -> None:
    """Starts a run with the controls as they stand; a held one rests before its first batch."""
    with st.spinner("The first digits are being drawn."):  # on a server that has just started
        splits = chosen.cut(dataset.splits())
    control.start(visitor, chosen.model_config, chosen.training_config, splits, held=held)


def in_the_end() -> None:
    """What to look at and what to try, and the code."""
    lesson.notice(
        "The training curve is jagged because every batch is different. Each dot is the result on the **validation** "
        "images, which the network never learns from: only they tell whether it learned to read, or just learned its "
        "examples by heart."
    )
    lesson.try_this(
        "Pause the run, and take it on batch by batch. Let it go on and set the learning rate to 1: what does the "
        "curve do where the mark is? Then set the hidden layers to 0: how much worse is that than with one?"
    )
    lesson.show_source(train_step, Learner, fit, DatasetBatches)


lesson.show(the_routine, the_run, in_the_end)
