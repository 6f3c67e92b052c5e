"""What layers do: why something stands between them, what they do not know, and what pooling and dropout are for."""

from collections.abc import Mapping

import streamlit as st
import torch
from torch import Tensor

from mnist_core import words
from mnist_core.data.dataset import normalize
from mnist_core.data.pixel_order import pixel_order, reordered
from mnist_core.figures.images import enlarged, sheet
from mnist_core.figures.layers import (
    activation_curves,
    score_pairs,
    side_by_side_pictures,
    silenced_neurons,
    two_classes_map,
)
from mnist_core.figures.side_by_side import comparison_curves
from mnist_core.lessons.layers import (
    activation_slopes,
    activation_values,
    collapse,
    in_one_layer,
    layer_by_layer,
    with_dropout,
)
from mnist_core.lessons.layers_permuted import EPOCHS, LEARNS_FROM, PLAIN, SHUFFLED, in_place_and_shuffled
from mnist_core.lessons.layers_pooling import KINDS, pool
from mnist_core.lessons.layers_rings import NOTHING, REACH
from mnist_core.network.layers import last_hidden
from mnist_core.network.model import Dropout, MLPConfig
from mnist_core.training.records import RunRecord
from ui.frame import dataset, lesson, link, resources, theme
from ui.frame.question import Question, ask
from ui.lessons import layers_cache
from ui.studio import live
from ui.visitor import networks

BETWEEN = {NOTHING: "nothing", "relu": "ReLU", "tanh": "tanh", "sigmoid": "sigmoid"}


@lesson.scene("How can a network draw a round border?")
@st.fragment
def something_in_between() -> None:
    """What an activation makes possible, in a network small enough to be seen whole."""
    with lesson.stage():
        two_rings()
    lesson.notice(
        "Each hidden neuron can draw one straight line. With nothing between the layers the border stays one line. "
        "With an **activation** it bends."
    )
    lesson.deeper(about_the_rings)


def two_rings() -> None:
    """Two rings of points, and what a small network says everywhere."""
    controls, picture = st.columns([2, 3], gap="large", vertical_alignment="center")
    with controls:
        between = link.buttons(
            "Between its two layers stands", "ring_between", BETWEEN, NOTHING, names=BETWEEN.__getitem__
        )
        hidden = link.whole_slider("Hidden neurons", "ring_neurons", 1, 8, 3)
    found = layers_cache.separation(between, hidden, link.seed_below("ring_seed"))
    with controls:
        st.markdown(f"It puts **{found.accuracy:.0%}** of the points right.")
    with picture:
        st.html(
            two_classes_map(
                points=found.points.tolist(),
                labels=found.labels.tolist(),
                scores=found.scores.tolist(),
                reach=REACH,
                theme=theme.current(),
            )
        )
        st.caption("Orange: it says filled. Blue: it says hollow. Pale: it is not sure.")


def about_the_rings() -> None:
    """What the network is, and its seed."""
    st.markdown(
        "This network has two inputs: how far to the right a point lies, and how high. It is to tell the filled points "
        "from the hollow ones around them. With three neurons the border can close around the middle; if it does not, "
        "try another seed. ReLU makes corners; with tanh and sigmoid they are round."
    )
    link.seed("Seed of the first weights", "ring_seed")
    lesson.try_this(
        "Find the fewest neurons that put all points right, for ReLU and for tanh. Try several seeds before you give a "
        "number up."
    )


COMPARED = 100  # validation images


@lesson.scene("Do several layers do more than one?")
@st.fragment
def layers_in_a_row() -> None:
    """The same network with and without activations, beside the one layer it collapses into."""
    with lesson.stage():
        difference = collapsing()
    lesson.notice(
        "A **dense** layer, also called **linear** or **fully connected**, multiplies by weights and adds a bias. Do "
        "that twice with nothing in between, and you could have done it once."
    )
    lesson.deeper(
        lambda: why_they_are_one(difference), lambda: lesson.show_source(collapse, in_one_layer, layer_by_layer)
    )


def collapsing() -> float:
    """Ten scores, worked out in two ways; returns the largest difference over some images."""
    model, name = networks.with_hidden_layer()
    kind = model.config.activation
    says, figure = st.columns([2, 3], vertical_alignment="center")
    with says:
        between = link.buttons(
            f"Between the layers of {name} stands", "lay_between", (NOTHING, kind), NOTHING, names=BETWEEN.__getitem__
        )
    x = normalize(dataset.splits().validation.images[:COMPARED])
    layered = layer_by_layer(model, x, with_activation=between != NOTHING).double()
    single = in_one_layer(model, x)
    difference = (layered - single).abs().max().item()
    dense = len(model.config.layer_sizes) - 1
    with says:
        if between == NOTHING:
            st.markdown(
                f"Largest difference in {len(x)} images: **none**, but for rounding. {dense} layers with "
                f"{model.config.parameter_count:,} parameters do no more than one with "
                f"{MLPConfig(()).parameter_count:,}."
            )
        else:
            st.markdown(
                f"Largest difference in {len(x)} images: **{words.number(difference, 1)}**. With {BETWEEN[kind]} in "
                f"between, no single layer does what these {dense} do: their scores go from "
                f"{words.number(layered[0].min().item(), 1)} to {words.number(layered[0].max().item(), 1)}."
            )
    ways = {f"{words.spelled(dense)} layers": layered[0].tolist(), "one layer": single[0].tolist()}
    with figure:
        theme.show(
            score_pairs(scores=ways, theme=theme.current()),
            key="lay_scores",
            description="The ten scores of the first validation image, from the layers in turn and from one layer.",
        )
    return difference


def why_they_are_one(difference: float) -> None:
    """The formula, and the rounding."""
    st.markdown("With one number: first times 2 and plus 1, then times 3 and minus 4.")
    lesson.formula(r"3 \cdot (2x + 1) - 4 = 6x - 1")
    st.markdown("With whole layers it is the same. W stands for all weights of a layer, and b for its biases:")
    lesson.formula(
        r"\begin{aligned} & W_2\,(W_1 x + b_1) + b_2 \\ "
        r"& = \underbrace{W_2 W_1}_{W}\, x + \underbrace{W_2 b_1 + b_2}_{b} \end{aligned}"
    )
    st.markdown(
        "$W_2 W_1$ is again a table of weights: for each input and each output it adds up, over the neurons in "
        "between, the weight in times the weight out. So any number of dense layers in a row is **one** dense layer. "
        "The layers in turn reckon with float32, which has about 7 digits, and the one layer with float64. The largest "
        "difference now:"
    )
    lesson.formula(rf"\max |z - z'| = {words.significant(difference, 2)}")


CURVE = [i / 20 - 4 for i in range(161)]


@lesson.scene("What does an activation do to a sum?")
@st.fragment
def three_activations() -> None:
    """The usual ones, as curves, with a point to move."""
    with lesson.stage():
        z = activations()
    lesson.notice(
        "**ReLU** lets everything above zero through and silences the rest. Where a curve is flat, moving the sum "
        "changes next to nothing, and a network learns slowly. The networks here use ReLU."
    )
    lesson.deeper(lambda: in_formulas(z), lambda: how_steep(z), source_of_the_curves)


def activations() -> float:
    """The curves of the activations; returns the reader's sum."""
    says, figure = st.columns([2, 3], vertical_alignment="center")
    with says:
        z = link.slider("The sum of a neuron, z", "act_z", -4.0, 4.0, -1.0, 0.1, shown="%.1f")
        z = round(z, 1) + 0.0  # what is shown is what is calculated with; + 0.0 makes 0 of -0
        here = {name: values[0] for name, values in activation_values([z]).items()}
        st.markdown("It passes on:  \n" + "  \n".join(f"{BETWEEN[n]}: **{words.number(here[n])}**" for n in here))
    curves = {BETWEEN[name]: values for name, values in activation_values(CURVE).items()}
    points = {BETWEEN[name]: value for name, value in here.items()}
    with figure:
        theme.show(
            activation_curves(z=CURVE, values=curves, at=z, here=points, theme=theme.current()),
            key="act_curves",
            description="Three curves of what a neuron passes on, over its sum; the text has the numbers.",
        )
    return z


def in_formulas(z: float) -> None:
    """The three activations with the reader's number."""
    here = {name: values[0] for name, values in activation_values([z]).items()}
    minus_z = f"{-z:.1f}" if z else "0"
    lesson.formula(
        rf"\text{{ReLU}}(z) = \max(0, z) = \max(0, {z:.1f}) = {here['relu']:.3f}",
        rf"\tanh(z) = \frac{{e^z - e^{{-z}}}}{{e^z + e^{{-z}}}} = \tanh({z:.1f}) = {here['tanh']:.3f}",
        rf"\sigma(z) = \frac{{1}}{{1 + e^{{-z}}}} = \frac{{1}}{{1 + e^{{{minus_z}}}}} = {here['sigmoid']:.3f}",
    )


LAYERS = 5  # of which the slopes are multiplied, as an example


def how_steep(z: float) -> None:
    """What flat curves do to learning."""
    slopes, most = activation_slopes(z), activation_slopes(0.0)["sigmoid"]
    st.subheader("Why flat is bad", anchor=False)
    st.markdown(
        f"At z = {words.number(z, 1)} the slopes are {slopes['relu']:.3f} for ReLU, {slopes['tanh']:.3f} for tanh and "
        f"{slopes['sigmoid']:.3f} for sigmoid. Learning sends the gradient back through the activation, and multiplies "
        "it by this slope. Tanh and sigmoid are flat far out on both sides: such a neuron is **saturated**. The "
        f"sigmoid's slope is {most:.2f} at most. Through {words.spelled(LAYERS)} layers that makes "
        f"{most**LAYERS:.4f} at most: a **vanishing gradient**. ReLU has slope 1 "
        "above zero, however far out. But below zero it has slope 0. A neuron whose sum is below zero for every image "
        "gets no gradient, and never changes again: a **dead ReLU**."
    )


def source_of_the_curves() -> None:
    """The code that ran."""
    lesson.show_source(activation_values, activation_slopes)


PERMUTED = Question(
    key="ask_permuted",
    text="Two networks learn from the same images. For the second, all pixels are shuffled, in the same way for every "
    "image. How well will it read such images?",
    right="About as well as the first",
    why="A dense layer gets a list of 784 numbers. Nobody told it which of them lie side by side.",
    wrong={
        "Hardly better than guessing": "You look for lines, and could not read them. The network never saw a line: to "
        "it an image is a list, and the order stays the same.",
        "Worse, but better than guessing": "That would be so if it made use of which pixels are neighbours. A dense "
        "layer does not.",
    },
    order=2,
)


@lesson.scene("Can a network read shuffled pixels?")
def what_it_does_not_know() -> None:
    """To a dense layer an image is a list."""
    with st.container():
        dataset.notice("this page shows digits that the program draws itself, and its small networks learn from them")
    splits = dataset.splits()
    seed = link.seed_below("pixel_seed")
    order = pixel_order(seed)
    answered = ask(PERMUTED)
    with lesson.stage():
        images, training = st.columns([4, 7])
        with images:
            shuffled_images(order)
        with training:
            if answered:
                live.experiment(
                    "permuted",
                    "Train both",
                    lambda: in_place_and_shuffled(splits, order, seed),
                    show_both,
                    before="It takes a few seconds.",
                    setting=(seed, splits.name),
                    share_done=lambda records: records[PLAIN].share_done,
                )
    lesson.deeper(about_the_shuffled, lambda: lesson.show_source(pixel_order, reordered))


def shuffled_images(order: Tensor) -> None:
    """Some images as they are, and below them the same with shuffled pixels."""
    some = dataset.splits().validation.subset(slice(0, 4))
    images = torch.cat([some.images, reordered(some, order).images])
    st.image(
        sheet(images=images, columns=4, factor=4),
        caption="Above: as they are. Below: the same, shuffled.",
        alt="Four digits, and below each the same pixels in the shuffled order, where no digit can be made out",
        output_format="PNG",
        width=300,
    )


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
            height=230,
        ),
        key="permuted_curves",
        description="The accuracy of both networks on their training batches; the text below has the last numbers.",
    )
    ends = [(name, record.epochs[-1]) for name, record in records.items() if record.epochs]
    st.markdown(
        "  \n".join(
            f"With {name}: **{end.validation_accuracy:.1%}** of the validation images after "
            f"{words.count(end.epoch, 'epoch')}."
            for name, end in ends
        )
    )


def about_the_shuffled() -> None:
    """How both learn, what it means, and the seed."""
    st.markdown(
        f"Both networks are 784-64-10 and learn from {min(LEARNS_FROM, len(dataset.splits().train)):,} images, "
        f"{EPOCHS} times over. The two lines do not match point for point, because each first weight meets another "
        "pixel. Shuffle the first weights in the same way, and they would. So a dense network knows nothing of lines "
        "and neighbours. It has to find out from examples which pixels belong together."
    )
    link.seed("Seed", "pixel_seed", meaning="Another seed draws another order and other first weights.")


SHOWN = 24  # of the neurons: all of them would be a wall
DRAWS = 1_000


@lesson.scene("What if some neurons fall silent while it learns?")
@st.fragment
def silent_neurons() -> None:
    """Dropout."""
    with lesson.stage():
        share, training = dropping_out()
    lesson.notice(
        "**Dropout** draws anew for each image, so no neuron can count on another: the network can't learn its "
        "examples by heart so easily. When it reads, dropout is off."
    )
    lesson.deeper(
        lambda: in_numbers(share, training),
        what_dropout_keeps,
        lambda: lesson.show_source(Dropout.forward, with_dropout),
    )


def dropping_out() -> tuple[float, bool]:
    """Some neurons on two images of a batch; returns the share silenced and whether the network trains."""
    with st.container(horizontal=True):
        mode = link.buttons("The network", "drop_mode", ("trains", "reads"), "trains", width="content")
        share = link.slider("Share silenced, p", "drop_share", 0.0, 0.9, 0.5, 0.05, shown="%.2f")
    seed, training = link.seed_below("drop_seed"), mode == "trains"
    validation = dataset.splits().validation
    images = validation.images[validation.labels == validation.labels[0]][:2]  # of one digit: they share many neurons
    before = last_hidden(resources.shipped_model(), normalize(images))  # (2, 784) -> (2, 400)
    after = with_dropout(before, share, seed, training=training)
    silenced = with_dropout(torch.ones_like(before), share, seed, training=training) == 0
    chosen = before.sum(0).argsort(descending=True, stable=True)[:SHOWN].sort().values  # those that pass on most
    for place, column in enumerate(st.columns(2, gap="large")):
        with column, st.container(horizontal=True, vertical_alignment="center"):
            st.image(
                enlarged(image=images[place] / 255, factor=3),
                alt=f"Image {place + 1} of the batch",
                output_format="PNG",
                width=56,
            )
            with st.container(width=270, gap="xxsmall"):
                st.html(
                    silenced_neurons(
                        before=before[place, chosen].tolist(),
                        after=after[place, chosen].tolist(),
                        silenced=silenced[place, chosen].tolist(),
                        columns=8,
                        theme=theme.current(),
                    )
                )
                st.caption(f"Silenced: {int(silenced[place, chosen].sum())} of {len(chosen)}")
    return share, training


def in_numbers(share: float, training: bool) -> None:
    """Dropout's formula, and what it leaves of the sum of all neurons."""
    seed = link.seed("Seed of the draw", "drop_seed")
    before = last_hidden(resources.shipped_model(), normalize(dataset.splits().validation.images[:1]))
    drawn = with_dropout(before, share, seed, training=training).sum().item()
    whole, neurons = before.sum().item(), before.shape[1]
    silenced = int((with_dropout(torch.ones_like(before), share, seed, training=training) == 0).sum())
    st.markdown(
        f"The figure has the {SHOWN} of {neurons} neurons in the ready-made network's second hidden layer that pass on "
        "most, on two validation images of one digit. The stronger the colour, the more. A thin cross: it passes on "
        "nothing anyway, since ReLU made its sum 0."
    )
    if not training:
        lesson.formula("h' = h")
        st.markdown(
            f"The network reads (in PyTorch: **eval mode**), so dropout is off: it silences **{silenced}** neurons, "
            f"and all of them together pass on {words.number(drawn, 1)}, as without dropout."
        )
        return
    many = with_dropout(before.expand(DRAWS, -1), share, seed, training=True).sum(dim=1).mean().item()
    lesson.formula(
        r"h' = \begin{cases} 0 & \text{with probability } p \\ h / (1 - p) & \text{otherwise} \end{cases}",
        rf"\frac{{1}}{{1 - p}} = \frac{{1}}{{1 - {share:.2f}}} = {1 / (1 - share):.2f}",
    )
    st.markdown(
        "The network trains (in PyTorch: **train mode**). The neurons that remain are scaled up to make good for the "
        f"silent ones. On the first image alone, a draw silences **{silenced}** of all {neurons} neurons, and "
        f"multiplies what the others pass on by {1 / (1 - share):.2f}. All of them together passed on "
        f"{words.number(whole, 1)} "
        f"without dropout, and **{words.number(drawn, 1)}** in this draw. Over {DRAWS:,} draws the mean is "
        f"**{words.number(many, 1)}**: nearly what it was."
    )


def what_dropout_keeps() -> None:
    """The number of parameters, and something to try."""
    count = MLPConfig((512, 128)).parameter_count
    st.markdown(
        f"Dropout takes away no weights: 784-512-128-10 has {count:,} parameters without dropout and "
        f"{MLPConfig((512, 128), dropout=0.5).parameter_count:,} with it."
    )
    lesson.try_this("Set the share to 0.9 and change the seed: how far does a single draw stray from the mean?")


POOLED = {"max": "maximum", "mean": "mean"}
POOLED_DIGIT = 2  # has curves and a corner to lose
NEXT_LAYER = 128  # neurons after the pooling


@lesson.scene("How small can an image be and still be read?")
@st.fragment
def fewer_inputs() -> None:
    """Pooling, which these networks do without."""
    with lesson.stage():
        sizes = pooling()
    lesson.notice(
        "**Pooling** makes one pixel of every square of four, and learns nothing itself. At 14 × 14 a digit can still "
        "be told; at 7 × 7 much is lost. No network in these lessons uses it."
    )
    lesson.deeper(lambda: what_pooling_saves(sizes), lambda: lesson.show_source(pool))


def pooling() -> list[int]:
    """An image, pooled once and twice; returns how many pixels each has."""
    kind = link.buttons("Four pixels become their", "pool_kind", KINDS, KINDS[0], names=POOLED.__getitem__)
    validation = dataset.splits().validation
    images = validation.images[validation.labels == POOLED_DIGIT][:1]
    once = pool(images / 255, kind)  # (1, 28, 28) -> (1, 14, 14)
    twice = pool(once, kind)  # (1, 14, 14) -> (1, 7, 7)
    page = 18 if theme.current().is_dark else 255
    pictures = [images[0] / 255, once[0], twice[0]]
    sizes = [picture.numel() for picture in pictures]
    st.image(
        side_by_side_pictures(images=[picture.numpy() for picture in pictures], side=196, gap=28, page=page),
        alt=f"A {POOLED_DIGIT} of 28 by 28 pixels, pooled once to 14 by 14 and twice to 7 by 7",
        output_format="PNG",
        width=720,
    )
    st.markdown(
        f"28 × 28 = **{sizes[0]}** pixels, pooled once 14 × 14 = **{sizes[1]}**, pooled twice 7 × 7 = **{sizes[2]}**."
    )
    return sizes


def what_pooling_saves(sizes: list[int]) -> None:
    """The parameters of a dense layer after it, and that others save none."""
    st.markdown(
        f"A dense layer that follows, here of {NEXT_LAYER} neurons, has fewer inputs, and so fewer weights. Each "
        "pooling leaves a quarter of the inputs, and about a quarter of the parameters:"
    )
    counts = r" \\ ".join(
        rf"{size} & \times {NEXT_LAYER} + {NEXT_LAYER} & = {words.grouped(size * NEXT_LAYER + NEXT_LAYER)}"
        for size in sizes
    )
    lesson.formula(
        r"\text{inputs} \times \text{outputs} + \text{outputs} = \text{parameters}",
        rf"\begin{{alignedat}}{{2}} {counts} \end{{alignedat}}",
    )
    st.markdown(
        "You meet pooling in **convolutional** networks, which read images with layers that know which pixels are "
        "neighbours. A convolutional layer has the same few weights for an image of any size. So before such a layer, "
        "pooling saves sums and no weights. It saves weights only before a dense layer."
    )


lesson.show(
    something_in_between, layers_in_a_row, three_activations, what_it_does_not_know, silent_neurons, fewer_inputs
)
