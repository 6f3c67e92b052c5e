"""Train a network and watch it learn."""

import streamlit as st

from mnist_core.model import MLPConfig
from mnist_core.training import TrainingConfig, train_step
from ui import dataset, lesson, link, question, run_view, training_panel
from ui.question import Question
from ui.training_panel import OPTIMIZERS

BATCH_SIZES = (8, 16, 32, 64, 128, 256, 512, 1024)
LEARNING_RATES = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
WIDTHS = (8, 16, 32, 64, 128, 256, 512)
HELP = {
    "seed": "Decides all that is random: the first weights and the order of the images.",
    "epochs": "How often it sees all the training images.",
    "batch_size": "How many images it looks at before each change.",
    "layers": "Steps between the pixels and the scores. With none, each score is a plain sum over the pixels.",
    "width": "A neuron adds up what comes in, each input with its own weight, and passes on what is above zero.",
    "rate": "How large a change each batch makes. Too small learns slowly, too large learns nothing.",
    "optimizer": "The rule that turns slopes into changes of the weights. SGD is the plain one; Adam gives each weight "
    "a step size of its own.",
}


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


def configs() -> tuple[MLPConfig, TrainingConfig]:
    """The controls, and what they say."""
    top, side = st.columns([2, 1])
    with top:
        dataset.chooser()
    with side:
        seed = link.seed("Seed", "seed", meaning=HELP["seed"])
    left, middle, right = st.columns(3)
    with left:
        epochs = link.whole_slider("Epochs", "epochs", 1, 20, 5, help=HELP["epochs"])
        batch_size = link.select_slider("Batch size", "batch_size", BATCH_SIZES, 32, help=HELP["batch_size"])
    with middle:
        layers = link.whole_slider("Hidden layers", "layers", 0, 3, 1, help=HELP["layers"])
        width = link.select_slider(
            "Neurons in each hidden layer", "width", WIDTHS, 128, disabled=layers == 0, help=HELP["width"]
        )
    with right:
        rate = link.select_slider(
            "Learning rate", "rate", LEARNING_RATES, 0.001, names="{:g}".format, help=HELP["rate"]
        )
        optimizer = link.selectbox(
            "Optimizer", "optimizer", OPTIMIZERS, "adam", names=OPTIMIZERS.__getitem__, help=HELP["optimizer"]
        )
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
if question.ask(BLIND):
    st.markdown(
        "In the curve of the loss, a dashed line marks this place. A network that stays there reads 1 digit in 10. "
        "With a learning rate of 0.0001 you can watch the curve leave it."
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
    "examples by heart."
)
lesson.try_this(
    "Set the learning rate to 1 and train again. Then to 0.0001. Then go back to 0.001 and set the hidden layers to 0: "
    "how much worse is that than with one?"
)
lesson.show_source(train_step)
lesson.footer()
