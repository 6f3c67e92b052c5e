"""Train a network and watch it learn."""

from typing import Any

import streamlit as st

from mnist_core.model import MLPConfig
from mnist_core.training import TrainingConfig, train_step
from ui import dataset, lesson, run_view, state, training_panel
from ui.training_panel import OPTIMIZERS

BATCH_SIZES = (8, 16, 32, 64, 128, 256, 512, 1024)
LEARNING_RATES = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
WIDTHS = (8, 16, 32, 64, 128, 256, 512)
DATASETS = {state.MNIST: "MNIST", state.GENERATED: "Generated digits"}
HELP = {
    "dataset": "MNIST: digits written by people; it learns from 55,000 of them. Generated digits: drawn by the "
    "program; it learns from 10,000.",
    "seed": "Decides all that is random: with the same settings and the same seed you get exactly the same run.",
    "epochs": "How often it sees all the training images.",
    "batch_size": "How many images it looks at before each change.",
    "layers": "Steps between the pixels and the scores. With none, each score is a plain sum over the pixels.",
    "width": "A neuron adds up what comes in, each input with its own weight, and passes on what is above zero.",
    "rate": "How large a change each batch makes. Too small learns slowly, too large learns nothing.",
    "optimizer": "The rule that turns slopes into changes of the weights. SGD is the plain one; Adam gives each weight "
    "a step size of its own.",
}


def control(key: str) -> dict[str, Any]:
    """What all controls have in common: a name, an explanation, and a value that survives a page switch."""
    return {"key": key, "help": HELP[key], "persist_state": "session"}


def configs() -> tuple[MLPConfig, TrainingConfig]:
    """The controls, and what they say."""
    top, side = st.columns([2, 1])
    names = DATASETS.__getitem__
    top.segmented_control(
        "Digits to learn from", DATASETS, default=state.MNIST, required=True, format_func=names, **control("dataset")
    )
    seed = side.number_input("Seed", 0, 2**32 - 1, 0, **control("seed"))
    left, middle, right = st.columns(3)
    epochs = left.slider("Epochs", 1, 20, 5, **control("epochs"))
    batch_size = left.select_slider("Batch size", BATCH_SIZES, 32, **control("batch_size"))
    layers = middle.slider("Hidden layers", 0, 3, 1, **control("layers"))
    width = middle.select_slider("Neurons in each hidden layer", WIDTHS, 128, disabled=layers == 0, **control("width"))
    rate = right.select_slider("Learning rate", LEARNING_RATES, 0.001, format_func="{:g}".format, **control("rate"))
    optimizer = right.selectbox("Optimizer", OPTIMIZERS, format_func=OPTIMIZERS.__getitem__, **control("optimizer"))
    per_event = max(1, training_panel.EXAMPLES_PER_EVENT // batch_size)
    return MLPConfig((width,) * layers), TrainingConfig(
        epochs, batch_size, rate, optimizer, seed, batches_per_event=per_event
    )


lesson.header("Train a network", "How does a network that knows nothing learn to read?")
st.markdown(
    "It looks at a small **batch** of images and compares its answers with the right ones, the **labels**. Then it "
    "changes each of its numbers, the **weights**, a little, so that the loss of the batch falls. Then comes the next "
    "batch. One pass over all training images is an **epoch**."
)
visitor = training_panel.visitor()
is_training = visitor.is_training  # asked once: the run may end while this page is drawn, and the parts must agree
with st.container(border=True):
    try:
        model_config, training_config = configs()
    except ValueError as error:
        st.error(f"These settings can't be used. {error}", icon=":material/tune:")
        st.stop()
    parts = ["784 pixels in", *(f"{size} neurons" for size in model_config.hidden_sizes), "10 scores out"]
    st.caption(
        f"The network {model_config.label}: {' → '.join(parts)}. "
        f"It has {model_config.parameter_count:,} numbers to learn: weights, and a bias for each neuron and each score."
    )
    dataset.notice("it learns from generated digits, which the program draws itself")
    if is_training:
        st.button("Stop", key="stop", icon=":material/stop:", on_click=training_panel.stop, args=(visitor,))
    # Not a callback, which would train with the settings of the run before.
    elif st.button("Train", key="train", type="primary", icon=":material/play_arrow:"):
        training_panel.start(visitor, model_config, training_config, dataset.splits())
        st.rerun()

run_view.show(is_training)
lesson.notice(
    "The training curve is jagged because every batch is different. Each dot is the result on the **validation** "
    "images, which the network never learns from: only they tell whether it learned to read, or just learned its "
    "examples by heart. A network that gives every digit the same probability has a loss of 2.303 (ln 10), and reads "
    "1 in 10."
)
lesson.try_this(
    "Set the learning rate to 1 and train again. Then to 0.0001. Then go back to 0.001 and set the hidden layers to 0: "
    "how much worse is that than with one?"
)
lesson.show_source(train_step)
lesson.footer()
