"""Train a network and watch it learn."""

from ui.frame import router

router.insist()

from collections.abc import Callable
from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mnist_core.data.dataset import Splits
from mnist_core.evaluation.accuracy import GUESSING_LOSS, evaluate
from mnist_core.figures.bars import probability_bars
from mnist_core.figures.side_by_side import comparison_curves
from mnist_core.figures.train_schedule import rate_curves
from mnist_core.lessons.train_schedule import CONSTANT, IMAGES, NETWORK, ONE_CYCLE, constant_and_one_cycle, rates
from mnist_core.lessons.train_schedule import TRAINING as SCHEDULED
from mnist_core.network.backpropagation import Backpropagation
from mnist_core.network.model import CLASSES, MLPConfig
from mnist_core.training.loop import DatasetBatches, Learner, TrainingConfig, fit, new_model, train_step
from mnist_core.training.records import RunRecord
from mnist_core.training.schedule import OneCycle, half_wave
from mnist_core.training.start import Start
from mnist_core.training.update import SGD, Adam
from ui.frame import dataset, lesson, link, question, state, theme
from ui.frame.question import Question
from ui.studio import beside, control, live, recipe, run_view, take_home, transport, watch_again
from ui.visitor import known_networks, store
from ui.visitor.store import Visitor

RATES = (0.0001, 0.001, 0.01, 0.1, 1.0)
LONG = TrainingConfig(epochs=20, batch_size=32, learning_rate=0.001, optimizer="adam")  # so that there is time to turn
PLAIN = recipe.WITHOUT_HIDDEN_LAYER


@lesson.scene("How does a network that knows nothing learn to read?")
def the_studio() -> None:
    """The settings, the buttons that move a run, and what is to be seen of it."""
    visitor = store.visitor()
    if state.is_asked_to_start():
        start_as_asked(visitor)
    mode = visitor.mode  # asked once: the run may end while this page is drawn, and the parts must agree
    with lesson.stage():
        with st.container(horizontal=True, key="beginning"):
            presets, after = st.container(key="presets"), st.container(key="after", width="content")
        buttons, sliders, view = beside.places()
    chosen = settings(sliders)
    with presets:
        recipe.presets(chosen)
    with buttons:
        transport.show(visitor, mode, lambda held: begin(visitor, chosen, held))
    with view:
        run_view.show(mode, run_view.not_begun(chosen.model_config, chosen.training_config, chosen.start))
    with after:
        if mode == "idle":
            run_view.offer_to_read()
    lesson.notice(
        "It looks at a small **batch** of images, compares its answers with the **labels** and changes each **weight** "
        "a little. A pass over all images is an **epoch**. The dots are **validation** images, from which it never "
        "learns. Ink on orange raises a neuron's sum, ink on blue lowers it."
    )
    lesson.deeper(curves_in_words, lambda: run_view.in_numbers(mode), run_view.final_test, the_code)


def settings(sliders: DeltaGenerator) -> recipe.Chosen:
    """The controls of a run: two in the stage, all others below it, folded."""
    dataset.notice("it learns from generated digits, which the program draws itself")
    folded = st.expander("More settings", icon=":material/tune:")
    with folded:
        said = st.container()
    try:
        chosen = recipe.controls({"epochs": sliders, "batch_size": sliders}, folded)
    except ValueError as error:
        st.error(f"These settings can't be used. {error}", icon=":material/tune:")
        st.stop()
    with said:
        describe(chosen)
    return chosen


def describe(chosen: recipe.Chosen) -> None:
    """The network of the controls in a line."""
    network = chosen.model_config
    parts = ["784 pixels in", *(f"{size} neurons" for size in network.hidden_sizes), "10 scores out"]
    if chosen.start:
        st.markdown(
            f"It begins with the weights of {chosen.start.name} ({chosen.start.weights}) and learns on: "
            "**fine-tuning**, or a **warm start**. That often takes a learning rate ten times smaller."
        )
    st.caption(
        f"{recipe.sentence(chosen)} The network {network.label}: {' → '.join(parts)}. "
        f"It has {network.parameter_count:,} numbers to learn: weights, and a bias for each neuron and each score. "
        f"{chosen.details} A new learning rate counts from the next batch, all other settings count for the next run."
    )


def begin(visitor: Visitor, chosen: recipe.Chosen, held: bool) -> None:
    """Starts a run with the controls as they stand; a held one rests before its first batch."""
    start(visitor, chosen.model_config, chosen.training_config, held, chosen.cut, chosen.start)


def start(
    visitor: Visitor,
    network: MLPConfig,
    config: TrainingConfig,
    held: bool,
    cut: Callable[[Splits], Splits] = lambda splits: splits,
    begin_with: Start | None = None,
) -> None:
    """Starts a run."""
    with st.spinner("The first digits are being drawn."):  # on a server that has just started
        splits = cut(dataset.splits())
    control.start(visitor, network, config, splits, held=held, begin_with=begin_with)


def start_as_asked(visitor: Visitor) -> None:
    """Starts the run that the first page promised, once: without hidden layer, since its weights become digits."""
    if not visitor.going:
        recipe.apply(PLAIN)
        start(visitor, PLAIN.model_config, PLAIN.training_config, held=False)
    state.has_started()


def curves_in_words() -> None:
    """How to read the curves, and what to try."""
    st.markdown(
        "The training curve is jagged because every batch is different. Each dot is the result on the validation "
        "images. Only they tell whether the network learned to read, or **memorised** its examples. The dashed line is "
        f"the loss of guessing, ln 10 = {GUESSING_LOSS:.3f}."
    )
    lesson.try_this(
        "Pause the run, and take it on batch by batch. Then set the hidden layers to 0 under *More settings*: how much "
        "worse is that than with one?"
    )


def the_code() -> None:
    """What ran."""
    lesson.show_source(Learner, Backpropagation, Adam, SGD, OneCycle, half_wave, fit, DatasetBatches)
    st.markdown(
        "PyTorch does one such step in five lines. **Autograd** finds the gradients there. It ends with the same "
        "weights, to the last bit, and takes up to twice as long."
    )
    lesson.show_source(train_step)


BLIND = Question(
    "ask_train",
    "It knows nothing, and gives each of the ten digits about the same probability. Where does its loss begin?",
    "Near 2.3",
    "Each digit gets about 1/10, and −ln(1/10) = ln 10 = 2.303.",
    {
        "Near 0": "A loss of 0 means that the right digit got a probability of 1: it would know everything already.",
        "Near 0.1": "0.1 is the probability it gives to the right digit. The loss is −ln 0.1 = 2.303.",
        "Near 10": "Ten is the number of digits. The loss is the logarithm of that: ln 10 = 2.303.",
    },
    order=2,
)


@lesson.scene("Where does the loss of a new network begin?")
def the_beginning() -> None:
    """A network before its first batch, and its loss."""
    answered = question.ask(BLIND)
    with lesson.stage():
        st.fragment(a_new_network)(answered)
    lesson.notice(
        f"No other first weights change much: the loss stays near ln 10 = {GUESSING_LOSS:.3f}. That is the dashed line "
        "in every curve of a loss here."
    )
    lesson.deeper(first_weights, lambda: lesson.show_source(new_model))


def a_new_network(answered: bool) -> None:
    """The probabilities that it gives on average, its loss, and a button for another one."""
    validation = dataset.splits().validation
    seed = st.session_state.setdefault("_first_weights", 0)
    found = evaluate(new_model(MLPConfig(), seed), validation) if answered else None
    left, right = st.columns([1, 3], gap="medium", vertical_alignment="center")
    with right:
        theme.show(
            probability_bars(
                probabilities=found.probabilities.mean(0).tolist() if found else [0.0] * CLASSES,
                classes=[str(digit) for digit in range(CLASSES)],
                theme=theme.current(),
                is_answer=False,
                height=260,
            ),
            key="first_bars",
            description="The probability that a new network gives to each digit, on average.",
        )
        st.caption(f"The probability it gives to each digit: the mean of {len(validation):,} images.")
    with left:
        if found:
            st.button(
                "Other first weights",
                key="first_weights",
                type="primary",
                icon=":material/casino:",
                on_click=draw_first_weights,
            )
            st.metric("Mean loss", f"{found.loss:.3f}", help=f"On {len(validation):,} validation images.")
            st.metric("Accuracy", f"{found.accuracy:.1%}")


def draw_first_weights() -> None:
    """Takes the next seed."""
    st.session_state["_first_weights"] += 1


def first_weights() -> None:
    """Where the first weights come from."""
    st.markdown(
        "The first weights are random numbers near 0, picked by a seed. So its first scores are near 0 too, and the "
        "softmax makes about equal probabilities of them. A network that gives each digit exactly 1/10 stays "
        "on the dashed line."
    )


@lesson.scene("What happens if the learning rate changes on the way?")
def another_rate() -> None:
    """A run whose learning rate the reader turns while it goes on."""
    visitor = store.visitor()
    mode = visitor.mode
    with lesson.stage():
        buttons, sliders, view = beside.places()
        with sliders:
            rate = link.select_slider(
                "Learning rate",
                "rate_now",
                RATES,
                LONG.learning_rate,
                names="{:g}".format,
                help=recipe.HELP["rate"],
                on_change=turn_rate,
            )
        # Generated digits are fewer, and a run on them is to last as long.
        long = LONG if dataset.name_in_use() == state.MNIST else replace(LONG, epochs=5 * LONG.epochs)
        config = replace(long, learning_rate=rate)
        with buttons:
            transport.show(visitor, mode, lambda held: start(visitor, MLPConfig(), config, held))
        with view:
            run_view.show(mode, run_view.not_begun(MLPConfig(), long))
    lesson.notice(
        "Press *Train*, then move the slider while it runs. At 0.0001 the curve grows calm, and hardly moves any more. "
        "At 1 the loss shoots up. It may even **explode**: then the run ends and goes back to its last sound weights. "
        "Dotted lines mark your changes."
    )
    lesson.deeper(rates_in_words)


def turn_rate() -> None:
    """A run that goes on learns on with the rate that the reader has just set."""
    control.turn_rate(store.visitor(), st.session_state["rate_now"])


def rates_in_words() -> None:
    """What the rate is, and what to try."""
    st.markdown(
        "The learning rate says how large a change each batch makes. Here the network has one hidden layer of 128 "
        "neurons, learns with Adam in batches of 32, and has 20 epochs, or 100 of generated digits, so that there is "
        "time. A new rate counts from the next batch."
    )
    lesson.try_this(
        "Start with 0.0001 and watch the curve leave the loss of guessing, 2.303. Then turn it up step by step. What "
        "does the curve do where the line is?"
    )


HIGHEST = (0.0003, 0.001, 0.003, 0.01, 0.03, 0.1)


@lesson.scene("Why let the learning rate rise and fall?")
def rise_and_fall() -> None:
    """The same training with a constant learning rate, and with one that rises and falls."""
    splits = dataset.splits()
    with lesson.stage():
        buttons, sliders, view = beside.places()
        with sliders:
            highest = link.select_slider(
                "Highest learning rate", "schedule_rate", HIGHEST, SCHEDULED.learning_rate, names="{:g}".format
            )
        with view:
            draw_rates(splits, highest)
            live.experiment(
                "schedule",
                "Train both",
                lambda: constant_and_one_cycle(splits, highest, SCHEDULED.seed),
                draw_both,
                share_done=lambda records: records[CONSTANT].share_done,
                before=lambda: draw_both({}),
                setting=(splits.name, highest),
                beside=buttons,
            )
    lesson.notice(
        "Such a plan is a **schedule**. Large steps get far, but never settle. **One-cycle** warms up, takes large "
        "steps, and ends with ever smaller ones. So it bears a high rate. With a low one it only loses time."
    )
    lesson.deeper(
        what_is_the_same, the_best_of_each, lambda: lesson.show_source(constant_and_one_cycle, OneCycle, half_wave)
    )


def draw_rates(splits: Splits, highest: float) -> None:
    """The learning rate of both over the epochs."""
    images = min(IMAGES, len(splits.train))
    steps = SCHEDULED.epochs * SCHEDULED.steps_per_epoch(images)
    both = {name: rates(name, highest, steps) for name in (CONSTANT, ONE_CYCLE)}
    theme.show(
        rate_curves(rates=both, epochs=SCHEDULED.epochs, theme=theme.current()),
        key="schedule_rates",
        description="The learning rate over the epochs: constant, and one that rises and then falls to nothing.",
    )


def draw_both(records: dict[str, RunRecord]) -> None:
    """The validation loss of both, and how they ended."""
    theme.show(
        comparison_curves(
            records=records,
            names=(CONSTANT, ONE_CYCLE),
            images="validation",
            quantity="loss",
            epochs=SCHEDULED.epochs,
            theme=theme.current(),
            height=240,
        ),
        key="schedule_losses",
        description="The validation loss of both runs after each epoch.",
    )
    ended = [record.epochs[-1] for record in records.values() if len(record.epochs) == SCHEDULED.epochs]
    if len(ended) == 2:
        constant, cycle = ended
        st.markdown(
            f"Validation images classified correctly: **{constant.validation_accuracy:.1%}** constant, "
            f"**{cycle.validation_accuracy:.1%}** one-cycle."
        )


def what_is_the_same() -> None:
    """How both networks are trained, and the shape of the schedule."""
    images = min(IMAGES, len(dataset.splits().train))
    st.markdown(
        f"Both networks are a {NETWORK.label}. They begin with the same weights and learn for {SCHEDULED.epochs} "
        f"epochs from the same {images:,} images, in the same order, with AdamW in batches of {SCHEDULED.batch_size}. "
        "Only the learning rate differs.\n\n"
        "One-cycle starts at 1/25 of the highest rate, rises for three tenths of the run (the **warm-up**) and falls "
        "to almost nothing (**annealing**), both along half a wave of a cosine (Smith, 2018). While the rate is high, "
        "the weights jump about, and the validation loss may rise for an epoch. They settle as the rate falls. The "
        "recipe *97% in seconds* trains so too."
    )


def the_best_of_each() -> None:
    """What was measured at the best rate of each."""
    st.markdown(
        "Is a constant rate bad, then? This was measured with three seeds. At 0.01, one-cycle classifies more than one "
        "in a hundred more of the validation images correctly. Each at its best, they are closer. But the validation "
        "loss of one-cycle at 0.003 is still more than a tenth lower than that of the better constant rate, 0.001 or "
        "0.003. At 0.0003 the constant rate wins: one-cycle has a smaller rate in almost every batch, and does not get "
        "far enough."
    )
    lesson.try_this(
        "At which of the highest rates do the two change places? Which of them is more patient with a bad choice?"
    )


TEN_PICTURES = Question(
    "ask_no_hidden",
    "Without a hidden layer, each digit's score is one weighted sum over the pixels. What will its picture of weights "
    "show?",
    "A blurred digit",
    "Ink where most of these digits have ink raises the score. Blue is where ink speaks against the digit.",
    {
        "Noise, as at first": "The first weights are noise. But each batch raises the weights where its digits have "
        "ink.",
        "One clear digit": "It would fit that one image. The weights have to serve thousands of them, all written "
        "differently.",
    },
    order=1,
)


@lesson.scene("How far does it get without a hidden layer?")
def without_hidden_layer() -> None:
    """Logistic regression: ten sums, ten pictures."""
    answered = question.ask(TEN_PICTURES)
    visitor = store.visitor()
    mode = visitor.mode
    with lesson.stage():
        buttons, _, view = beside.places()
        if answered:
            with buttons:
                transport.show(
                    visitor, mode, lambda held: start(visitor, PLAIN.model_config, PLAIN.training_config, held)
                )
        with view:
            run_view.show(
                mode if answered else "idle",
                run_view.not_begun(PLAIN.model_config, PLAIN.training_config),
                has_no_hidden_layer if answered else nothing,
            )
    lesson.notice(
        "This is **logistic regression**, for ten classes also called softmax regression. On MNIST it classifies 91 of "
        "100 validation images correctly. One hidden layer makes 97 of them."
    )
    lesson.deeper(
        lambda: st.markdown(
            f"It has {PLAIN.model_config.parameter_count:,} numbers to learn: 784 weights and a bias for each of the "
            "ten scores. A 1 that leans to the left and one that leans to the right need ink in different places, and "
            "one sum can't say “either this or that”. For that there are hidden layers."
        )
    )


def has_no_hidden_layer(network: MLPConfig) -> bool:
    """Whether a run is about what this scene shows."""
    return not network.hidden_sizes


def nothing(network: MLPConfig) -> bool:
    """Before the answer, no run is shown."""
    return False


@lesson.scene("How did noise become shapes?")
def again() -> None:
    """The last run, to watch again; while there is none, the way to one."""
    visitor = store.visitor()
    mode = visitor.mode
    trained = run_view.latest(visitor)
    with lesson.stage():
        if mode == "idle" and trained and trained.record and len(trained.record.frames) > 1:
            watch_again.show(trained.record, trained.key)
        else:
            model_config, config = recipe.START.model_config, recipe.START.training_config
            buttons, _, view = beside.places()
            with buttons:
                transport.show(visitor, mode, lambda held: start(visitor, model_config, config, held))
            with view:
                run_view.show(mode, run_view.not_begun(model_config, config))
    began = trained.record.start if trained and trained.record else None
    lesson.notice(
        "Each picture holds the weights of one neuron of the first layer, one for each pixel. "
        + (
            f"This run began with those of {began.name}."
            if began
            else "They begin as noise. The first batches change them most."
        )
    )


@lesson.scene("What can you do with your network?")
def take_it_home() -> None:
    """Its weights, its experiment as a script, the way back, and the pages that look into it."""
    models = [trained for trained in known_networks.own() if trained.has_learned]
    with lesson.stage():
        if models:
            names = {trained.key: trained.name for trained in reversed(models)}
            key = st.selectbox("Which of your networks", names, format_func=names.__getitem__, key="take_which")
            trained = next((trained for trained in models if trained.key == key), models[-1])
            run_view.let_it_read(trained)
            take_home.show(trained)
        else:
            st.markdown("Train a network first. Then you can save it here, with the whole experiment.")
        take_home.load_back()
    if models:
        run_view.onwards()
    lesson.deeper(take_home.explain)


lesson.show(the_studio, the_beginning, another_rate, rise_and_fall, without_hidden_layer, again, take_it_home)
