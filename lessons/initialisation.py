"""Where a network begins: how large its first weights are, why they differ, and what depth does to the gradient."""

import math
from functools import partial

import streamlit as st
from torch import Tensor

from mnist_core import words
from mnist_core.data.dataset import normalize
from mnist_core.evaluation.accuracy import GUESSING_LOSS
from mnist_core.figures.initialisation import first_losses, gradient_lines, sum_hills
from mnist_core.figures.train_weights import weight_tiles
from mnist_core.lessons.initialisation import (
    DEEP,
    DEEPEST,
    IMAGES,
    SMALL,
    WIDTH,
    drawn,
    gradient_sizes,
    he_deviation,
    layer_sums,
    size,
)
from mnist_core.lessons.initialisation_race import (
    ACTIVATIONS,
    BATCHES,
    EQUAL,
    MOMENTS,
    ONE_LAYER,
    RANDOM,
    SPREADS,
    TRAINING,
    ZERO,
    Start,
    activation_race,
    grow,
    race,
    share_raced,
    spread_race,
)
from mnist_core.network.model import INPUTS, MLP
from mnist_core.training.loop import new_model
from ui.frame import dataset, lesson, link, theme
from ui.frame.question import Question, ask
from ui.lessons import initialisation_cache, initialisation_words
from ui.studio import live

MULTIPLES = {0.0: "0", 0.25: "¼", 0.5: "½", 0.75: "¾", 1.0: "1", 1.25: "1¼", 1.5: "1½", 2.0: "2", 4.0: "4"}
LAYERS = [*(f"layer {number}" for number in range(1, DEEPEST + 1)), "scores"]


def seed_of_the_weights() -> None:
    """The one seed of the page."""
    link.seed("Seed of the first weights", "start_seed", meaning="It also shuffles the images.")


@lesson.scene("How large should the first weights be?")
@st.fragment
def how_large() -> None:
    """What runs through a deep network whose weights are random."""
    with lesson.stage():
        through_the_layers()
    lesson.notice(
        "Weights begin at random. Too small, and what runs through the layers dies out. Too large, and it explodes. "
        "At 1 it keeps its size: **He initialisation**."
    )
    lesson.deeper(why_the_root, beginnings_in_numbers, lambda: lesson.show_source(he_deviation, drawn, layer_sums))


def through_the_layers() -> None:
    """The sums of each layer, for weights as wide as the reader sets them."""
    controls, figure = st.columns([2, 3], gap="medium", vertical_alignment="center")
    with controls:
        spread = link.select_slider(
            "Spread of the first weights, × √(2 ÷ inputs)",
            "start_spread",
            list(MULTIPLES),
            0.5,
            names=MULTIPLES.__getitem__,
        )
    x = normalize(dataset.splits().validation.images[:IMAGES])
    sums = layer_sums(drawn(DEEP, spread, link.seed_below("start_seed")), x)
    sizes = [size(each) for each in sums]
    with controls:
        st.markdown(
            f"A new network, {DEEP.label}, gets {len(x)} images. The sums of its neurons have a typical size of "
            f"**{words.rounded(sizes[0], 2)}** in layer 1, and of **{words.rounded(sizes[-2], 2)}** in layer "
            f"{DEEPEST}."
        )
        st.caption("All hills have one scale. The tallest are cut off.")
    with figure:
        theme.show(
            sum_hills(sums=[each.numpy() for each in sums], sizes=sizes, names=LAYERS, theme=theme.current()),
            key="start_hills",
            description="A hill for each layer: how often its sums have which value. The numbers stand beside them.",
        )


def why_the_root() -> None:
    """Where √(2 / inputs) comes from."""
    st.subheader("Why the root of 2 ÷ inputs", anchor=False)
    st.markdown(
        "A sum adds up as many products as the layer has inputs. Weights around 0 make some products positive, some "
        "negative. The squares do not cancel, so the mean of the squares says how large the sums are:"
    )
    lesson.formula(
        r"\begin{aligned} & \text{mean of } z^2 \\ & = \text{inputs} \cdot \text{variance of } w \cdot "
        r"\text{mean of } h^2 \end{aligned}",
    )
    st.markdown("Here h is what the layer before passed on. ReLU silences one half of its sums:")
    lesson.formula(r"\text{mean of } h^2 = \tfrac{1}{2} \cdot \text{mean of } z^2")
    st.markdown(
        "So each layer multiplies the mean square by inputs · variance ÷ 2. That is 1 if the variance is 2 ÷ inputs. "
        "Its root, √(2 ÷ inputs), is the **standard deviation** of the weights:"
    )
    lesson.formula(
        rf"\sqrt{{\frac{{2}}{{{INPUTS}}}}} = {he_deviation(INPUTS):.3f} \text{{ in layer 1}}",
        rf"\sqrt{{\frac{{2}}{{{WIDTH}}}}} = {he_deviation(WIDTH):.3f} \text{{ in the others}}",
    )
    st.markdown(
        "He and others (2015) found it; PyTorch has it as `nn.init.kaiming_normal_`. The typical size here is the "
        "**root mean square**: square all numbers, take the mean, and the root of that. With biases of 0 the rule is "
        "exact in one more way. Half the spread makes the sums half as large in layer 1, a quarter as large in layer "
        "2, and "
        f"{2**DEEPEST} times smaller in layer {DEEPEST}."
    )


def beginnings_in_numbers() -> None:
    """The typical size in each layer for several beginnings, and for PyTorch's."""
    seed = link.seed_below("start_seed")
    x = normalize(dataset.splits().validation.images[:IMAGES])
    beginnings = {f"He × {MULTIPLES[spread]}": drawn(DEEP, spread, seed) for spread in (0.25, 0.5, 1.0, 2.0)}
    beginnings["PyTorch"] = new_model(DEEP, seed)
    st.subheader("The typical size of the sums", anchor=False)
    rows = [f"| {name} | {' | '.join(_sizes(model, x))} |" for name, model in beginnings.items()]
    st.markdown("\n".join([f"| beginning | {' | '.join(LAYERS)} |", "|---|" + "---:|" * len(LAYERS), *rows]))
    st.markdown(
        "PyTorch's `nn.Linear`, and this app where it trains on digits elsewhere, draw weights and biases evenly "
        "between −1 ÷ √inputs and 1 ÷ √inputs. Their deviation is 1 ÷ √(3 · inputs), which is √6 = "
        f"{math.sqrt(6):.2f} times smaller than He's. So the sums shrink, until little but the biases is left."
    )
    seed_of_the_weights()
    lesson.try_this(
        "Find the largest spread at which no layer's typical size is above 10. Does another seed change it?"
    )


def _sizes(model: MLP, x: Tensor) -> list[str]:
    return [words.rounded(size(sums), 2) for sums in layer_sums(model, x)]


FOUR = Question(
    key="ask_start",
    text="Four networks begin at 0, ¼, 1 and 2 times the spread of scene 1. Which of them learn?",
    right="Only the one at 1",
    why="The first two hand no gradient back, or next to none. The last one explodes.",
    wrong={
        "All but the one at 0": "It takes more than not being zero: a gradient that shrinks in every layer moves "
        "nothing, and one that grows blows the weights up.",
        "All four, some later": "Some never set out: no gradient, no step.",
    },
    order=1,
)


@lesson.scene("Does the beginning decide how a network learns?")
def four_beginnings() -> None:
    """The first batches from four beginnings."""
    splits, seed = dataset.splits(), link.seed_below("start_seed")
    answered = ask(FOUR)
    with lesson.stage():
        if answered:
            live.experiment(
                "beginnings",
                "Train all four",
                lambda: spread_race(splits, seed),
                show_beginnings,
                share_done=share_raced,
                before=partial(show_beginnings, {}),
                setting=(splits.name, seed),
            )
        else:
            show_beginnings({})
    lesson.deeper(about_the_four, lambda: lesson.show_source(spread_race, race))


def show_beginnings(starts: dict[str, Start]) -> None:
    """The losses of the four, and what became of each."""
    before = "Each learns from a hundred batches. That takes a few seconds."
    show_race(starts, list(SPREADS), "beginnings", highest=1e5, before=before)


def show_race(starts: dict[str, Start], names: list[str], key: str, *, highest: float, before: str) -> None:
    """The losses of several networks, and what became of each; before the start, the axes and what is to come."""
    figure, said = st.columns([3, 2], gap="medium", vertical_alignment="center")
    with figure:
        theme.show(
            first_losses(
                losses={name: start.losses for name, start in starts.items()},
                ended=[name for name, start in starts.items() if start.has_exploded],
                names=names,
                batches=BATCHES,
                highest=highest,
                theme=theme.current(),
            ),
            key=f"{key}_losses",
            description="The training loss of each network over its first batches; the text has the numbers.",
        )
    with said:
        if not starts:
            st.caption(before)
            return
        lines = [f"**{name}**: {initialisation_words.fate(start)}" for name, start in starts.items()]
        st.markdown("  \n".join(lines))


def about_the_four() -> None:
    """How they are trained."""
    st.markdown(
        f"All four are {DEEP.label} with ReLU. They have the same random numbers, multiplied by 0, ¼, 1 and 2, and get "
        f"the same batches of {TRAINING.batch_size} images. They learn by plain SGD at a learning rate of "
        f"{words.learning_rate(TRAINING.learning_rate)}. The dashed line is the loss of guessing, ln 10 = "
        f"{GUESSING_LOSS:.3f}. The axis is logarithmic: each mark is ten times the one before. A run whose loss "
        "explodes is stopped. The numbers beside the curves: the loss of the first batch, the mean loss of the last "
        "ten, and the share of the validation images read rightly."
    )
    seed_of_the_weights()


LIMIT = 0.06  # the weight at which a colour is full


@lesson.scene("Why must the first weights differ?")
@st.fragment
def twins() -> None:
    """The weights of ten neurons that began alike, or not."""
    with lesson.stage():
        ten_neurons()
    lesson.notice(
        "Neurons that begin alike get the same gradient and stay alike: ten do the work of one. Random weights "
        "break this **symmetry**."
    )
    lesson.deeper(why_they_stay_alike, zeros_in_numbers, lambda: lesson.show_source(grow))


def ten_neurons() -> None:
    """The weights of the hidden neurons as pictures, for one beginning at one moment."""
    splits = dataset.splits()
    with st.container(horizontal=True):
        beginning = link.buttons("First weights", "start_twins", (ZERO, EQUAL, RANDOM), EQUAL, width="content")
        moment = link.select_slider("Batches learned", "start_moment", MOMENTS, BATCHES)
    grown = initialisation_cache.grown(splits, beginning, link.seed_below("start_seed"))[moment]
    names = [f"neuron {number}" for number in range(1, len(grown.weights) + 1)]
    st.html(weight_tiles(weights=grown.weights, limit=LIMIT, theme=theme.current(), names=names))
    st.caption(f"Orange: a weight above zero. Blue: below. Full colour: ±{LIMIT} or more.")
    apart = (grown.weights.amax(0) - grown.weights.amin(0)).max().item()
    st.markdown(
        f"The weights of {len(names)} neurons. Largest difference between two of them, at any pixel: "
        f"**{words.rounded(apart, 2)}**.  \nRead rightly: **{grown.accuracy:.1%}** of "
        f"{len(splits.validation):,} validation images."
    )


def why_they_stay_alike() -> None:
    """Why equal neurons stay equal, and zeros stay zero."""
    st.markdown(
        f"This network is {ONE_LAYER.label} with ReLU. All biases begin at 0. “{EQUAL.capitalize()}” means that every "
        f"weight begins at {SMALL}; “{RANDOM}” means around 0 with a deviation of {SMALL}. The colours are full at "
        f"±{LIMIT}."
    )
    st.markdown(
        f"**{EQUAL.capitalize()}.** All hidden neurons have the same sum, pass on the same number, and are asked for "
        "the same change. So they are equal after each step, to the last digit. At the first step the first layer "
        "does not even move, but for rounding: a hidden neuron is told 0.01 · (p − **y**), added up over the ten "
        "scores, and p and **y** both add up to 1."
    )
    st.markdown(
        f"**{ZERO.capitalize()}.** Each hidden neuron passes on 0. The gradient of a weight after it is what the "
        "neuron passes on, times the slope of the score: 0. The gradient before it comes back through those weights: "
        "0 again. Only the ten biases of the scores learn, for every image the same."
    )


def zeros_in_numbers() -> None:
    """What ten biases alone can reach."""
    splits = dataset.splits()
    shares = splits.train.labels.bincount(minlength=10) / len(splits.train)
    best = -(shares * shares.log()).sum().item()
    st.markdown(
        "The best that ten biases can do is to say how frequent each digit is. In these "
        f"{len(splits.train):,} training images that is a loss of {best:.4f}, instead of ln 10 = {GUESSING_LOSS:.4f}."
    )
    seed_of_the_weights()


def choose_depth() -> int:
    """How many hidden layers the networks with different activations have."""
    return link.whole_slider("Hidden layers", "start_depth", 1, DEEPEST, DEEPEST)


@lesson.scene("What is left of the gradient in the first layer?")
@st.fragment
def fading() -> None:
    """How large the gradient is in each layer, for three activations."""
    with lesson.stage():
        layer_by_layer()
    lesson.notice(
        "On its way back the gradient is multiplied by the slope of each activation. The sigmoid's is ¼ at most. So "
        "little is left for the first layers: a **vanishing gradient**."
    )
    lesson.deeper(why_it_fades, lambda: lesson.show_source(gradient_sizes))


def layer_by_layer() -> None:
    """The lines, and how much smaller the gradient is in the first layer."""
    controls, figure = st.columns([2, 3], gap="medium", vertical_alignment="center")
    with controls:
        depth = choose_depth()
    found = initialisation_cache.gradients(dataset.splits(), depth, link.seed_below("start_seed"))
    with controls:
        lines = [f"{name}: **{initialisation_words.compared(sizes)}**" for name, sizes in found.items()]
        st.markdown("Gradient of the first layer, beside the last:  \n" + "  \n".join(lines))
    with figure:
        theme.show(
            gradient_lines(sizes=found, theme=theme.current()),
            key="start_gradients",
            description="The typical size of the gradient in each layer, for three activations.",
        )


def why_it_fades() -> None:
    """The factor of each layer."""
    found = initialisation_cache.gradients(dataset.splits(), DEEPEST, link.seed_below("start_seed"))
    st.subheader("By how much it fades", anchor=False)
    st.markdown(
        "From one hidden layer back to the one before, the slopes of the loss are multiplied by the weights, and added "
        f"up. Between equal layers, He's weights make them √2 = {math.sqrt(2):.2f} times as large. Then each is "
        "multiplied by the slope of the activation. ReLU's slope is 1 for one half of the neurons and 0 for the other: "
        "that takes back the √2. "
        "The sigmoid's slope is ¼ at most:"
    )
    lesson.formula(
        rf"\sqrt{{2}} \cdot \tfrac{{1}}{{4}} = {math.sqrt(2) / 4:.3f}",
        rf"\left(\sqrt{{2}} \cdot \tfrac{{1}}{{4}}\right)^{{{DEEPEST - 1}}} = "
        f"{words.significant((math.sqrt(2) / 4) ** (DEEPEST - 1), 2)}",
    )
    sigmoid = found["sigmoid"]
    measured = sigmoid[0] / sigmoid[-2]
    st.markdown(
        f"So of what reaches hidden layer {DEEPEST}, about {(math.sqrt(2) / 4) ** (DEEPEST - 1):.1%} reaches layer 1, "
        f"or less. Measured on the weights: {measured:.1%}. All three networks have the same first weights, He's. The "
        f"gradient is that of the mean loss of {IMAGES} training images, and its typical size the root mean square "
        "over the weights of a layer. The usual beginning for sigmoid and tanh, of Glorot and Bengio (2010), has a "
        "variance of "
        "2 ÷ (inputs + outputs). Between two equal layers that is half of He's: the gradient fades faster still. "
        "Hochreiter described the vanishing gradient in 1991. Deep networks became usual once ReLU, "
        "better beginnings and layers that normalise had tamed it."
    )
    seed_of_the_weights()


@lesson.scene("What does a faded gradient cost?")
def what_it_costs() -> None:
    """The first batches with three activations."""
    splits, seed = dataset.splits(), link.seed_below("start_seed")
    with lesson.stage():
        with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
            depth = choose_depth()
            button = st.container(width="content")
        live.experiment(
            "activations",
            "Train all three",
            lambda: activation_race(splits, depth, seed),
            show_activations,
            share_done=share_raced,
            before=partial(show_activations, {}),
            setting=(splits.name, depth, seed),
            beside=button,
        )
    lesson.notice(
        "With sigmoid, a network of one hidden layer learns, and one of five still guesses. Its last layer learns, but "
        "what reaches that is nearly the same for every image."
        if live.is_finished("activations")
        else "Where the gradient is small, each step moves the weights little. Train with five hidden layers, and then "
        "with one. What becomes of the sigmoid's loss?"
    )
    lesson.deeper(about_the_three, lambda: lesson.show_source(activation_race))


def show_activations(starts: dict[str, Start]) -> None:
    """The losses of the three, and what became of each."""
    before = "Three networks learn from a hundred batches. That takes a few seconds."
    show_race(starts, list(ACTIVATIONS), "activations", highest=10.0, before=before)


def about_the_three() -> None:
    """How they are trained."""
    st.markdown(
        f"Each hidden layer has {WIDTH} neurons. All three have the same first weights, He's, and get the same batches "
        f"of {TRAINING.batch_size} images. They learn by plain SGD at a learning rate of "
        f"{words.learning_rate(TRAINING.learning_rate)}. The numbers beside the curves: the loss of the first batch, "
        "the mean loss of the last ten, and the share of the validation images read rightly."
    )
    seed_of_the_weights()
    lesson.try_this("Find out with how many hidden layers the sigmoid still learns something in so few batches.")


lesson.show(how_large, four_beginnings, twins, fading, what_it_costs)
