"""What layers do: why something stands between them, what they do not know, and what pooling and dropout are for."""

from collections.abc import Mapping

import streamlit as st
import torch
from torch import Tensor

from mnist_core import words
from mnist_core.data.dataset import normalize
from mnist_core.data.pixel_order import pixel_order, reordered
from mnist_core.figures.images import sheet
from mnist_core.figures.layers import activation_curves, side_by_side_pictures, silenced_neurons, two_classes_map
from mnist_core.figures.side_by_side import comparison_curves
from mnist_core.lessons.layers import activation_values, collapse, in_one_layer, layer_by_layer, with_dropout
from mnist_core.lessons.layers_permuted import EPOCHS, LEARNS_FROM, PLAIN, SHUFFLED, in_place_and_shuffled
from mnist_core.lessons.layers_pooling import KINDS, pool
from mnist_core.lessons.layers_rings import NOTHING, REACH, Separation
from mnist_core.network.layers import last_hidden
from mnist_core.network.model import Dropout, MLPConfig
from mnist_core.training.records import RunRecord
from ui.frame import dataset, lesson, link, resources, theme
from ui.frame.question import Question, ask
from ui.lessons import layers_cache
from ui.studio import live
from ui.visitor import networks

BETWEEN = {NOTHING: "nothing", "relu": "ReLU", "tanh": "tanh", "sigmoid": "sigmoid"}
COMPARED = 100  # validation images


def layers_in_a_row() -> None:
    """Dense layers with nothing in between do no more than one."""
    dataset.notice("this page shows digits that the program draws itself, and its small networks learn from them")
    st.header("Two layers that are one", anchor=False)
    st.markdown(
        "A dense layer multiplies by weights and adds a bias. Do that twice and you could have done it once. With one "
        "number: first times 2 and plus 1, then times 3 and minus 4."
    )
    lesson.formula(r"3 \cdot (2x + 1) - 4 = 6x - 1")
    st.markdown("With whole layers it is the same. W stands for all weights of a layer, and b for its biases:")
    lesson.formula(
        r"\begin{aligned} & W_2\,(W_1 x + b_1) + b_2 \\ "
        r"& = \underbrace{W_2 W_1}_{W}\, x + \underbrace{W_2 b_1 + b_2}_{b} \end{aligned}"
    )
    st.markdown(
        "$W_2 W_1$ is again a table of weights: for each input and each output it adds up, over the neurons in "
        "between, the weight in times the weight out. So any number of dense layers in a row is **one** dense layer. "
        "Try it with a real network: take out what stands between its layers, and put it back."
    )
    collapsing()


@st.fragment
def collapsing() -> None:
    """The same network with and without activations, beside the one layer it collapses into."""
    model, name = networks.with_hidden_layer()
    kind = model.config.activation
    options = (NOTHING, kind)
    between = link.buttons(
        f"Between the layers of {name} stands", "lay_between", options, NOTHING, names=BETWEEN.__getitem__
    )
    images = dataset.splits().validation.images[:COMPARED]
    x = normalize(images)
    layered = layer_by_layer(model, x, with_activation=between != NOTHING).double()
    single = in_one_layer(model, x)
    difference = (layered - single).abs().max().item()
    head = "| score of | " + " | ".join(map(str, range(0, 10, 3))) + " |"
    rows = [
        f"| {name} | " + " | ".join(words.number(z[0, digit].item(), 1) for digit in range(0, 10, 3)) + " |"
        for name, z in (("layers in turn", layered), ("one layer", single))
    ]
    st.markdown("\n".join([head, "|---|" + "---:|" * 4, *rows]))
    st.caption("Four of the ten scores of the first validation image, worked out in two ways.")
    said = f"{difference:.6f}" if difference < 0.01 else words.number(difference, 1)
    dense = len(model.config.layer_sizes) - 1
    st.markdown(
        f"The largest difference in any score of the first {len(images)} validation images is **{said}**. "
        + (
            f"That is rounding: {dense} layers with {model.config.parameter_count:,} parameters do no more than one "
            f"layer with {MLPConfig(()).parameter_count:,}."
            if between == NOTHING
            else f"With {BETWEEN[kind]} in between, no single layer does what these {dense} do."
        )
    )


def something_in_between() -> None:
    """What an activation makes possible."""
    st.markdown(
        "So something else must stand between the layers: an **activation**. What it makes possible can be seen in a "
        "plane. This network has two inputs: how far to the right a point lies, and how high. It is to tell the filled "
        "points from the hollow ones around them. Each of its hidden neurons can draw one straight line."
    )
    two_rings()
    lesson.notice(
        "With nothing in between, the border stays one straight line, however many neurons there are. With an "
        "activation it may bend, and with three neurons it can close around the middle; if it does not, try another "
        "seed. ReLU makes corners; with tanh and sigmoid they are round."
    )


@st.fragment
def two_rings() -> None:
    """A network small enough to be seen whole."""
    controls, picture = st.columns([2, 3], gap="large", vertical_alignment="center")
    with controls:
        between = link.buttons(
            "Between its two layers stands", "ring_between", BETWEEN, NOTHING, names=BETWEEN.__getitem__
        )
        hidden = link.whole_slider("Hidden neurons", "ring_neurons", 1, 8, 3)
        seed = link.seed("Seed of the first weights", "ring_seed")
    found = layers_cache.separation(between, hidden, seed)
    with controls:
        st.markdown(f"It puts **{found.accuracy:.0%}** of the points right.")
    with picture:
        show_separation(found)


def show_separation(found: Separation) -> None:
    """The plane, and what the network says in each place."""
    st.html(
        two_classes_map(
            points=found.points.tolist(),
            labels=found.labels.tolist(),
            scores=found.scores.tolist(),
            reach=REACH,
            theme=theme.current(),
        )
    )
    st.caption("Vermillion: here the network says filled. Blue: here it says hollow. Pale: it is not sure.")


CURVE = [i / 20 - 4 for i in range(161)]


def three_activations() -> None:
    """The usual ones, as curves and formulas."""
    st.header("Three activations", anchor=False)
    st.markdown(
        "An activation is applied to the sum of each hidden neuron. These three are the usual ones; the networks here "
        "use ReLU."
    )
    activations()
    lesson.notice(
        "ReLU lets everything above zero through and silences the rest. Tanh and sigmoid flatten out on both sides. "
        "Where a curve is flat, moving the sum changes next to nothing, and a network learns slowly."
    )
    lesson.show_source(collapse, layer_by_layer, activation_values)


@st.fragment
def activations() -> None:
    """The curves of the activations, with a point to move."""
    z = link.slider("The sum of a neuron, z", "act_z", -4.0, 4.0, -1.0, 0.1, shown="%.1f")
    z = round(z, 1) + 0.0  # what is shown is what is calculated with; + 0.0 makes 0 of -0
    minus_z = f"{-z:.1f}" if z else "0"
    here = {name: values[0] for name, values in activation_values([z]).items()}
    curves = {BETWEEN[name]: values for name, values in activation_values(CURVE).items()}
    points = {BETWEEN[name]: value for name, value in here.items()}
    theme.show(
        activation_curves(z=CURVE, values=curves, at=z, here=points, theme=theme.current()),
        key="act_curves",
        description="Three curves of what a neuron passes on, over its sum; the formulas below have the numbers.",
    )
    lesson.formula(
        rf"\text{{ReLU}}(z) = \max(0, z) = \max(0, {z:.1f}) = {here['relu']:.3f}",
        rf"\tanh(z) = \frac{{e^z - e^{{-z}}}}{{e^z + e^{{-z}}}} = \tanh({z:.1f}) = {here['tanh']:.3f}",
        rf"\sigma(z) = \frac{{1}}{{1 + e^{{-z}}}} = \frac{{1}}{{1 + e^{{{minus_z}}}}} = {here['sigmoid']:.3f}",
    )


PERMUTED = Question(
    key="ask_permuted",
    text="Two networks learn from the same images. One sees them as they are. The other sees their pixels in a "
    "shuffled order, the same for every image. How well will the second one read, on images shuffled in the same way?",
    right="About as well as the first",
    why="A dense layer gets a list of 784 numbers. Which of them lie side by side on the paper, nobody has told it.",
    wrong={
        "Hardly better than guessing": "You could not read them, since you look for lines. The network never saw any: "
        "to it an image is a list of 784 numbers, and the order of a list that stays the same does not matter.",
        "Clearly worse, but better than guessing": "It would be worse if the network made use of which pixels are "
        "neighbours. A dense layer does not: to it an image is a list of 784 numbers.",
    },
    order=2,
)


def what_it_does_not_know() -> None:
    """To a dense layer an image is a list."""
    st.header("What a dense layer does not know", anchor=False)
    st.markdown(
        "The image was made into a list of 784 numbers. What if the list is shuffled, in the same way for every image?"
    )
    permuted()
    lesson.show_source(pixel_order, reordered)


def permuted() -> None:
    """The experiment with the shuffled pixels."""
    seed = link.seed("Seed", "pixel_seed", meaning="Another seed draws another order and other first weights.")
    order = pixel_order(seed)
    shuffled_images(order)
    if not ask(PERMUTED):
        return
    live.experiment(
        "permuted",
        "Train both",
        lambda: in_place_and_shuffled(dataset.splits(), order, seed),
        show_both,
        before=f"Both networks are 784-64-10 and learn from {min(LEARNS_FROM, len(dataset.splits().train)):,} images, "
        f"{EPOCHS} times over. It takes a few seconds.",
        setting=(seed, dataset.splits().name),
    )


def shuffled_images(order: Tensor) -> None:
    """Some images as they are, and below them the same with shuffled pixels."""
    some = dataset.splits().validation.subset(slice(0, 8))
    images = torch.cat([some.images, reordered(some, order).images])
    st.image(sheet(images=images, columns=8, factor=4), output_format="PNG")
    st.caption("Above: images as they are. Below: the same images, each with its pixels in the same shuffled order.")


def show_both(records: Mapping[str, RunRecord]) -> None:
    """The two trainings so far."""
    theme.show(
        comparison_curves(
            records=records,
            names=(PLAIN, SHUFFLED),
            images="training",
            quantity="accuracy",
            epochs=EPOCHS,
            theme=theme.current(),
        ),
        key="permuted_curves",
        description="The accuracy of both networks on their training batches; the text below has the last numbers.",
    )
    ends = [(name, record.epochs[-1]) for name, record in records.items() if record.epochs]
    for name, end in ends:
        st.markdown(
            f"With {name}: **{end.validation_accuracy:.1%}** of the validation images after "
            f"{words.count(end.epoch, 'epoch')}."
        )
    lesson.notice(
        "The two lines do not match point for point, because each first weight meets another pixel. Shuffle the first "
        "weights in the same way, and they would. So a dense network knows nothing of lines and neighbours; it has to "
        "find out from examples which pixels belong together."
    )


POOLED = {"max": "maximum", "mean": "mean"}
POOLED_DIGIT = 2  # has curves and a corner to lose
NEXT_LAYER = 128  # neurons after the pooling


def fewer_inputs() -> None:
    """Pooling, which these networks do without."""
    st.header("Pooling: fewer inputs for the next layer", anchor=False)
    st.markdown(
        "**Pooling** makes one pixel of every square of four. It has no parameters, since there is nothing in it to "
        f"learn. But the next layer, here of {NEXT_LAYER} neurons, has fewer inputs, and so fewer weights. No network "
        "in these lessons uses it. You meet it in **convolutional** networks, which read images with layers that know "
        "which pixels are neighbours."
    )
    pooling()
    lesson.notice(
        "Each pooling leaves a quarter of the inputs, and so about a quarter of the parameters. At 14 × 14 a digit can "
        "still be told; at 7 × 7 much is lost."
    )
    lesson.show_source(pool)


@st.fragment
def pooling() -> None:
    """An image, pooled once and twice, and what that saves the next layer."""
    kind = link.buttons("Four pixels become their", "pool_kind", KINDS, KINDS[0], names=POOLED.__getitem__)
    validation = dataset.splits().validation
    images = validation.images[validation.labels == POOLED_DIGIT][:1]
    once = pool(images / 255, kind)  # (1, 28, 28) -> (1, 14, 14)
    twice = pool(once, kind)  # (1, 14, 14) -> (1, 7, 7)
    page = 18 if theme.current().is_dark else 255
    pictures = [images[0] / 255, once[0], twice[0]]
    st.image(
        side_by_side_pictures(images=[picture.numpy() for picture in pictures], side=196, gap=28, page=page),
        output_format="PNG",
    )
    st.caption("28 × 28 pixels, pooled once to 14 × 14, pooled twice to 7 × 7.")
    sizes = [picture.numel() for picture in pictures]
    counts = r" \\ ".join(
        rf"{size} & \times {NEXT_LAYER} + {NEXT_LAYER} & = {words.grouped(size * NEXT_LAYER + NEXT_LAYER)}"
        for size in sizes
    )
    lesson.formula(
        r"\text{inputs} \times \text{outputs} + \text{outputs} = \text{parameters}",
        rf"\begin{{alignedat}}{{2}} {counts} \end{{alignedat}}",
    )


DRAWS = 1_000
SHOWN = 60  # of the neurons: all of them would be a wall


def silent_neurons() -> None:
    """Dropout."""
    st.header("Dropout: learning with some neurons silent", anchor=False)
    count = MLPConfig((512, 128)).parameter_count
    st.markdown(
        "A network can learn its examples by heart. **Dropout** makes that harder: during training, each hidden neuron "
        "is silenced with probability p, drawn anew for every image, so that no neuron can count on another. Those "
        "that remain are scaled up to make good for it. When the network reads, dropout is off. It takes away no "
        f"weights: 784-512-128-10 has {count:,} parameters without dropout and "
        f"{MLPConfig((512, 128), dropout=0.5).parameter_count:,} with it."
    )
    dropping_out()
    lesson.show_source(Dropout.forward, with_dropout)


@st.fragment
def dropping_out() -> None:
    """One hidden layer of the ready-made network on a digit, with some of its neurons silenced."""
    left, right = st.columns(2)
    with left:
        mode = link.buttons("The network", "drop_mode", ("trains", "reads"), "trains")
        share = link.slider("Share silenced, p", "drop_share", 0.0, 0.9, 0.5, 0.05, shown="%.2f")
    with right:
        seed = link.seed("Seed of the draw", "drop_seed")
    training = mode == "trains"
    images = dataset.splits().validation.images[:1]
    before = last_hidden(resources.shipped_model(), normalize(images))  # (1, 784) -> (1, 400)
    after = with_dropout(before, share, seed, training=training)
    silenced = with_dropout(torch.ones_like(before), share, seed, training=training) == 0
    st.html(
        silenced_neurons(
            before=before[0, :SHOWN].tolist(),
            after=after[0, :SHOWN].tolist(),
            silenced=silenced[0, :SHOWN].tolist(),
            columns=12,
            theme=theme.current(),
        )
    )
    st.caption(
        f"The first {SHOWN} of {before.shape[1]} neurons of the second hidden layer of the ready-made network, on the "
        "first validation image. The stronger the colour, the more a neuron passes on. A cross: silenced by dropout. "
        "A thin cross: it passes on nothing anyway, since ReLU made its sum 0."
    )
    many = with_dropout(before.expand(DRAWS, -1), share, seed, training=training).sum(dim=1).mean().item()
    show_dropout(training, share, int(silenced.sum()), before.sum().item(), after.sum().item(), many)


def show_dropout(training: bool, share: float, silenced: int, whole: float, drawn: float, many: float) -> None:
    """Dropout's formula, and what it leaves of the sum of all neurons."""
    if training:
        lesson.formula(
            r"h' = \begin{cases} 0 & \text{with probability } p \\ h / (1 - p) & \text{otherwise} \end{cases}",
            rf"\frac{{1}}{{1 - p}} = \frac{{1}}{{1 - {share:.2f}}} = {1 / (1 - share):.2f}",
        )
        st.markdown(
            f"This draw silences **{silenced}** neurons and multiplies what the others pass on by "
            f"{1 / (1 - share):.2f}. All of them together passed on {words.number(whole, 1)} without dropout, and "
            f"**{words.number(drawn, 1)}** in this draw. Over {DRAWS:,} draws the mean is "
            f"**{words.number(many, 1)}**: nearly what it was."
        )
    else:
        lesson.formula("h' = h")
        st.markdown(
            f"The network reads, so dropout is off: it silences **{silenced}** neurons, and all of them together pass "
            f"on {words.number(drawn, 1)}, as without dropout."
        )


def in_the_end() -> None:
    """Something to try."""
    lesson.try_this(
        "Set the share to 0.9 and change the seed: how far does a single draw stray from the mean? Then let the "
        "network read. In the plane above, find the fewest neurons that put all points right, for ReLU and for tanh; "
        "try several seeds before you give a number up."
    )


lesson.show(
    layers_in_a_row,
    something_in_between,
    three_activations,
    what_it_does_not_know,
    fewer_inputs,
    silent_neurons,
    in_the_end,
)
