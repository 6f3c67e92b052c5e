"""Train a network and watch it learn."""

import streamlit as st

from mnist_core.model import MLPConfig
from mnist_core.training import TrainingConfig, train_step
from ui import dataset, lesson, run_view, state, training_panel

OPTIMIZERS = {"adam": "Adam", "adamw": "AdamW", "momentum": "SGD with momentum", "sgd": "SGD"}
BATCH_SIZES = (8, 16, 32, 64, 128, 256, 512, 1024)
LEARNING_RATES = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
WIDTHS = (8, 16, 32, 64, 128, 256, 512)
DATASETS = {state.MNIST: "MNIST", state.GENERATED: "Generated digits"}


def configs() -> tuple[MLPConfig, TrainingConfig]:
    """The controls, and what they say."""
    top, side = st.columns([2, 1])
    top.segmented_control(
        "Digits to learn from",
        DATASETS,
        default=state.MNIST,
        required=True,
        format_func=DATASETS.__getitem__,
        key="dataset",
        persist_state="session",
        help="MNIST: 70,000 digits written by people. Generated digits: 12,000 drawn by the program.",
    )
    seed = side.number_input(
        "Seed", 0, 2**32 - 1, 0, key="seed", persist_state="session", help="The same settings and seed, the same run."
    )
    left, middle, right = st.columns(3)
    epochs = left.slider("Epochs", 1, 20, 5, key="epochs", persist_state="session")
    batch_size = left.select_slider("Batch size", BATCH_SIZES, 32, key="batch_size", persist_state="session")
    layers = middle.slider("Hidden layers", 0, 3, 1, key="layers", persist_state="session")
    width = middle.select_slider("Neurons in each hidden layer", WIDTHS, 128, key="width", persist_state="session")
    rate = right.select_slider(
        "Learning rate", LEARNING_RATES, 0.001, key="rate", persist_state="session", format_func="{:g}".format
    )
    optimizer = right.selectbox(
        "Optimizer", OPTIMIZERS, format_func=OPTIMIZERS.__getitem__, key="optimizer", persist_state="session"
    )
    per_event = max(1, training_panel.EXAMPLES_PER_EVENT // batch_size)
    return MLPConfig((width,) * layers), TrainingConfig(
        epochs=epochs,
        batch_size=batch_size,
        learning_rate=rate,
        optimizer=optimizer,
        seed=seed,
        batches_per_event=per_event,
    )


lesson.header("Train a network", "How does a network that knows nothing learn to read?")
st.markdown(
    "It looks at a small **batch** of images, compares its answers with the labels, and moves every weight a little so "
    "that the loss of the batch falls. Then comes the next batch. One pass over all training images is an **epoch**."
)
visitor = training_panel.visitor()
is_training = visitor.is_training  # asked once: the run may end while this page is drawn, and the parts must agree
with st.container(border=True):
    try:
        model_config, training_config = configs()
    except ValueError as error:
        st.error(f"These settings can't be used. {error}", icon=":material/tune:")
        st.stop()
    st.caption(
        f"A network {model_config.label}: 784 pixels in, 10 scores out, "
        f"{model_config.parameter_count:,} weights and biases to learn."
    )
    dataset.notice()
    if is_training:
        st.button("Stop", key="stop", icon=":material/stop:", on_click=training_panel.stop, args=(visitor,))
    # Not a callback, which would train with the settings of the run before.
    elif st.button("Train", key="train", type="primary", icon=":material/play_arrow:"):
        training_panel.start(visitor, model_config, training_config, dataset.splits())
        st.rerun()

run_view.show(is_training)
lesson.notice(
    "The training curve is jagged because every batch is different. The dots are the **validation** images, which the "
    "network never learns from: only they tell whether it learned to read, or just learned its examples by heart. "
    "A network that guesses has a loss of 2.303 (ln 10) and reads 1 in 10."
)
lesson.try_this(
    "Set the learning rate to 1 and train again. Then to 0.0001. Then take away the hidden layer: how much worse is it?"
)
lesson.show_source(train_step)
lesson.next_page("pages/draw.py", "Next: let it read your handwriting")
