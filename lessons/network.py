"""The network: weights that become digits, neurons and their sums, how many there are, and a layer flattened."""

import time
from typing import Literal

import streamlit as st
import torch
from streamlit.delta_generator import DeltaGenerator
from torch import Tensor, nn

from mnist_core import words
from mnist_core.data.dataset import standardize
from mnist_core.figures.bars import probability_bars
from mnist_core.figures.network import network_diagram, weight_areas
from mnist_core.figures.network_flat import flattened
from mnist_core.figures.signed import largest, neuron_pictures, signed_pictures
from mnist_core.figures.tiles import tiles
from mnist_core.figures.train_weights import weight_tiles
from mnist_core.lessons.network import LAYER_TRAINING, LayerSnapshot, NeuronSum, learning_layer, neuron_sum, passed_on
from mnist_core.lessons.network_flat import FlatLayer, flatten, layer_by_layer, like_their_nearest, nearest
from mnist_core.network.functions import softmax
from mnist_core.network.layers import for_plain_pixels
from mnist_core.network.model import CLASSES, INPUTS, MLP, MLPConfig
from mnist_core.network.view import look
from ui.drawing import canvas, reading
from ui.drawing import network as drawing
from ui.drawing.reading import Subject
from ui.frame import dataset, lesson, link, state, theme
from ui.frame.question import Question, ask
from ui.lessons import network_cache, network_flat, network_flat_words
from ui.lessons.network_flat import Seen
from ui.lessons.network_words import what_the_weights_show
from ui.visitor import networks

DIGITS = [str(digit) for digit in range(CLASSES)]
IMAGES = 100  # of the validation images can be chosen
BATCHES = "net_batches"
FRAME = 0.7  # seconds that each moment stands while it grows


@lesson.scene("How do weights become digits?")
@st.fragment
def growing() -> None:
    """The weights of ten neurons while they learn."""
    with st.container():
        dataset.notice("this page shows digits that the program draws itself")
    grow()
    lesson.notice(
        "A **neuron** has a **weight** for each of 784 pixels: here as a picture. Orange says “ink here speaks for "
        "my digit”, blue “against it”."
    )
    lesson.deeper(one_layer, how_it_was_trained, lambda: lesson.show_source(learning_layer, for_plain_pixels))


def grow() -> None:
    """The ten pictures at one moment of the training, or one moment after another."""
    moments = network_cache.learning_layer()
    with lesson.stage():
        with st.container(horizontal=True, vertical_alignment="center"):
            at = link.select_slider(
                "Batches it has learned from",
                BATCHES,
                network_cache.MOMENTS,
                30,
                names="{:,}".format,
                help="A batch is a handful of images, here 50. After each, all weights are changed a little.",
            )
            is_growing = not link.is_hidden(BATCHES) and st.button(
                "Let it grow", key="net_grow", icon=":material/play_arrow:", type="primary", on_click=_to_the_end
            )
        pictures, says = st.empty(), st.empty()
        for snapshot in moments if is_growing else [each for each in moments if each.batches == at]:
            show_weights(snapshot, pictures, says)
            if is_growing and snapshot is not moments[-1]:
                time.sleep(FRAME)


def _to_the_end() -> None:
    st.session_state[BATCHES] = network_cache.MOMENTS[-1]


def show_weights(snapshot: LayerSnapshot, pictures: DeltaGenerator, says: DeltaGenerator) -> None:
    """The ten pictures of one moment, and how well they read."""
    limit = largest(snapshot.weights) or 1.0
    pictures.html(weight_tiles(weights=snapshot.weights, limit=limit, theme=theme.current(), names=DIGITS))
    says.markdown(
        f"After **{snapshot.batches:,} {'batch' if snapshot.batches == 1 else 'batches'}** these ten neurons read "
        f"**{snapshot.accuracy:.1%}** of the "
        f"validation images rightly. {what_the_weights_show(snapshot.batches)}"
    )


def one_layer() -> None:
    """What a layer is, and what it is called."""
    st.markdown(
        "An image has 28 rows of 28 pixels. For the network the rows are laid end to end: one long row of 784 "
        "numbers, $x_1$ to $x_{784}$. That is called **flattening**. A neuron multiplies each pixel by its weight, "
        "adds "
        "everything up, and adds one number more, its **bias**. Ten neurons side by side, one for each digit, are a "
        "**layer**. Each is joined to every input, so the layer is **fully connected**, also called **dense** or "
        "**linear**. A network of this one layer and softmax is **logistic regression**, here with ten classes."
    )


def how_it_was_trained() -> None:
    """The settings, and one of them that makes the pictures clear."""
    first = network_cache.learning_layer()[-1]
    st.markdown(
        f"The layer learns from batches of {LAYER_TRAINING.batch_size} images with SGD at a learning rate of "
        f"{LAYER_TRAINING.learning_rate}, and a **weight decay** of {LAYER_TRAINING.weight_decay}: a pull towards "
        f"zero in "
        "every step. Weights that no example needs fade. Without it the shapes are there too, under more of the noise "
        f"from the start. Full colour is ±{largest(first.weights):.2f} at the end; at each moment it is the largest "
        f"weight."
    )
    if dataset.name_in_use() == state.GENERATED:
        st.markdown(
            "These are generated digits, which vary more than those of MNIST. On MNIST such a layer reads 88% rightly "
            "after 1,000 batches."
        )


@lesson.scene("What does one neuron add up?")
@st.fragment
def ten_sums() -> None:
    """The sum of one of the ten neurons on an image, and what all ten say of it."""
    point_at_a_neuron()
    lesson.notice(
        "Each pixel times its weight, all added up, plus the **bias**: that is all a neuron does. The ten sums are the "
        "**logits**. The largest names the answer."
    )
    lesson.deeper(sum_in_numbers, plain_pixels, try_it, lambda: lesson.show_source(neuron_sum))


def point_at_a_neuron() -> None:
    """Ten neurons to press, an image, and the sum."""
    with lesson.stage():
        with st.container(horizontal=True):
            digit = link.buttons("Neuron", "net_neuron", range(CLASSES), 0, width="content")
            pixels, shows = chosen_image("net_image")
        snapshot, sums = _sums(pixels)
        left, right = st.columns([3, 2], gap="medium")
        with left:
            show_sum(pixels, snapshot.weights[digit], sums[digit], largest(snapshot.weights) or 1.0)
            st.markdown(
                f"$z_{digit}$ = {sums[digit].above:.2f} + {words.in_brackets(sums[digit].below)} + "
                f"{words.in_brackets(sums[digit].bias)} ≈ **{words.number(sums[digit].z)}**: orange, blue, bias."
            )
        with right:
            show_answer(snapshot.biases.new_tensor([found.z for found in sums]), shows)


def _sums(pixels: Tensor) -> tuple[LayerSnapshot, list[NeuronSum]]:
    """The layer at the end of its training, and what its ten neurons make of an image."""
    snapshot = network_cache.learning_layer()[-1]
    return snapshot, [neuron_sum(snapshot.weights[i], snapshot.biases[i].item(), pixels) for i in range(CLASSES)]


def chosen_image(key: str) -> tuple[Tensor, int]:
    """A control for one of the first validation images: its pixels, float32 [28, 28] in 0..1, and what it shows."""
    validation = dataset.splits().validation
    most = min(IMAGES, len(validation))
    index = link.whole_slider(f"Which image, 1 to {most}", key, 1, most, 1) - 1
    return validation.images[index] / 255, int(validation.labels[index])


def show_sum(pixels: Tensor, weights: Tensor, found: NeuronSum, limit: float) -> None:
    """The three pictures of a neuron's work."""
    pictures = neuron_pictures(
        pixels=pixels, weights=weights, products=found.products, factor=7, theme=theme.current(), limit=limit
    )
    st.image(
        pictures,
        "image × weights = what each pixel adds",
        alt="The image, the weights of the neuron, and their product, pixel by pixel. Blue is below zero, orange "
        "above.",
        output_format="PNG",
        width="stretch",
    )


def show_answer(z: Tensor, shows: int) -> None:
    """What all ten sums say together."""
    answer = int(z.argmax())
    theme.show(
        probability_bars(
            probabilities=softmax(z).tolist(), classes=DIGITS, theme=theme.current(), right=DIGITS[shows], height=170
        ),
        key="net_bars",
        description="The probability of each digit as a bar; the text below names the highest.",
    )
    st.markdown(
        f"The largest of the ten sums is that of neuron {answer}, {words.number(z[answer].item())}: so this layer "
        f"reads "
        f"{words.a(answer, bold=True)}. The image shows {words.a(shows, bold=True)}."
    )


def sum_in_numbers() -> None:
    """The formula, and the pixel that counts most."""
    digit = int(st.session_state.get("net_neuron", 0) or 0)
    validation = dataset.splits().validation
    index = min(int(st.session_state.get("net_image", 1)), len(validation)) - 1
    pixels = validation.images[index] / 255
    snapshot, sums = _sums(pixels)
    found, weights = sums[digit], snapshot.weights[digit]
    lesson.formula(
        rf"z_{{{digit}}} = \sum_j W_{{{digit},j}}\, x_j + b_{{{digit}}}",
        rf"z_{{{digit}}} = {found.above:.2f} + {words.in_brackets(found.below)} + {words.in_brackets(found.bias)} "
        rf"\approx {found.z:.2f}",
    )
    strongest = int(found.products.abs().argmax())
    weight, pixel = weights.flatten()[strongest].item(), pixels.flatten()[strongest].item()
    row, column = divmod(strongest, pixels.shape[1])
    st.markdown(
        f"The pixel that counts most here lies in row {row + 1}, column {column + 1}: it adds {words.number(weight)} × "
        f"{words.number(pixel)} = {words.number(weight * pixel)}."
    )


def plain_pixels() -> None:
    """What the network really gets."""
    st.markdown(
        "On this page a pixel is 0 where there is paper and 1 where there is most ink. A network gets its pixels "
        "normalised, as *The data* shows: less 0.1307 and divided by 0.3081. The weights and the bias shown here "
        "already "
        "include that, so that they can be multiplied by plain pixels. Softmax makes the ten sums into probabilities: "
        "the lesson *Softmax, column by column* shows how."
    )


def try_it() -> None:
    """Something to try."""
    lesson.try_this(
        "Find an image that this layer reads wrongly, and look at the sums of the two neurons that compete for it. "
        "What "
        "would you have to change?"
    )


WIDTHS = (8, 16, 32, 64, 128, 256, 512, 1024)
BEFORE = (128, 64)  # two hidden layers, before they are doubled
DOUBLED = Question(
    key="ask_doubled",
    text=f"Two hidden layers have {BEFORE[0]} and {BEFORE[1]} neurons. You double both. "
    "What happens to the number of weights between them?",
    right="It becomes four times as large",
    why="Each weight joins one neuron of the first layer to one of the second. Twice as many on the one side times "
    "twice as many on the other: four times as many pairs.",
    wrong={
        "It doubles": "It would, if you doubled only one of the two layers. Here both sides of the product double.",
        "It is squared": "Squaring would make 8,192 weights into some 67 million. A product grows with its two sides: "
        "2 × 2 is 4.",
    },
    order=1,
)


@lesson.scene("How many numbers are there to learn?")
@st.fragment
def how_many_numbers() -> None:
    """What there is to learn, counted."""
    with lesson.stage():
        controls, diagram = st.columns([2, 3], gap="large", vertical_alignment="center")
        with controls:
            config = built()
            st.markdown(f"**{config.parameter_count:,} parameters**: inputs × outputs + outputs, layer by layer.")
        diagram.html(network_diagram(layer_sizes=config.layer_sizes, theme=theme.current()))
    lesson.notice(
        "Weights and biases are the **parameters**: what a network learns. Layers between the pixels and the scores "
        "are "
        "**hidden**. A network with hidden layers is a **multi-layer perceptron**, MLP."
    )
    lesson.deeper(lambda: count(config), each_neuron_more)


def built() -> MLPConfig:
    """The controls for the layers."""
    layers = link.whole_slider("Hidden layers", "net_layers", 0, 3, 1)
    starts = (128, 64, 32)
    return MLPConfig(
        tuple(
            link.select_slider(f"Neurons in hidden layer {i + 1}", f"net_width_{i + 1}", WIDTHS, starts[i])
            for i in range(layers)
        )
    )


def count(config: MLPConfig) -> None:
    """The numbers of each layer, in a table and in a formula."""
    pairs = list(zip(config.layer_sizes, config.layer_sizes[1:], strict=False))
    rows = [f"| {i:,} → {o:,} | {i:,} × {o:,} = {i * o:,} | {o:,} | {i * o + o:,} |" for i, o in pairs]
    st.markdown("\n".join(["| from → to | weights | biases | together |", "|---|---:|---:|---:|", *rows]))
    products = r" \\ & + ".join(rf"({i} \times {o} + {o})" for i, o in pairs)
    lesson.formula(
        r"\text{parameters} = \sum_{\text{layers}} (\text{inputs} \times \text{outputs} + \text{outputs})",
        rf"\begin{{aligned}} & {products} \\ & = {words.grouped(config.parameter_count)} \end{{aligned}}",
    )
    first = config.layer_sizes[1]
    st.markdown(
        f"PyTorch keeps the weights of the first layer as a table of shape [{first}, {INPUTS}]: a row for each "
        f"neuron, a "
        f"column for each pixel. A single layer has {INPUTS} × {CLASSES} weights and {CLASSES} biases, "
        f"{MLPConfig(()).parameter_count:,} in all. With a hidden layer of 128 there are "
        f"{MLPConfig((128,)).parameter_count:,} parameters. A hidden layer is called so because its results are "
        f"neither "
        "the image nor the answer: nobody sees them from outside."
    )


def each_neuron_more() -> None:
    """What another neuron does to the count."""
    counts = [MLPConfig((width,)).parameter_count for width in (127, 128, 129)]
    st.markdown(
        f"In 784-128-10, the 128th hidden neuron brought {counts[1] - counts[0]} parameters: {INPUTS} weights and a "
        f"bias "
        f"of its own, and {CLASSES} weights in the next layer. The 129th would bring {counts[2] - counts[1]} again."
    )


@lesson.scene("What happens if two layers are doubled?")
def doubling() -> None:
    """The weights between two layers as an area."""
    answered = ask(DOUBLED)
    with lesson.stage():
        if answered:
            st.html(weight_areas(inputs=BEFORE[0], outputs=BEFORE[1], theme=theme.current()))
        else:
            half, _ = st.columns(2)
            half.html(network_diagram(layer_sizes=MLPConfig(BEFORE).layer_sizes, theme=theme.current()))
    with st.container():
        if answered:
            lesson.notice(
                f"The blue rectangle is what was there: {BEFORE[0]} × {BEFORE[1]} = {BEFORE[0] * BEFORE[1]:,} weights. "
                f"Twice as high and twice as wide, it holds {4 * BEFORE[0] * BEFORE[1]:,}."
            )
            lesson.deeper(all_of_them)


def all_of_them() -> None:
    """What doubling does to the whole network."""
    before, after = (MLPConfig(widths).parameter_count for widths in (BEFORE, (2 * BEFORE[0], 2 * BEFORE[1])))
    st.markdown(
        f"All parameters together grow less: from {before:,} to {after:,}, {after / before:.2f} times. The pixels and "
        f"the "
        "scores stay as many as they were, so most layers double on one side only. The number of parameters grows as "
        "the product of two widths. A product can be large, but it is not exponential growth, where each further "
        "neuron "
        "would multiply the count."
    )


INSIDE_HEIGHT = 230  # pixels of the picture: what a neuron tells and the notice fit below


@lesson.scene("What does a hidden neuron look for?")
@st.fragment
def inside_a_hidden_layer() -> None:
    """The neurons of a large network while it reads: whichever is pointed at says what it adds up."""
    model, name = networks.with_hidden_layer()
    with lesson.stage():
        image = hidden_image()
        key = networks.key_with_hidden_layer()
        drawing.show("net_inside", network=key, subject=image, is_about_neurons=True, height=INSIDE_HEIGHT)
    lesson.notice(
        "Ink where its picture is orange raises a neuron's sum, ink where it is blue lowers it. Some neurons look "
        "for a stroke, hardly any for a whole digit. In the bars, green is the right digit."
    )
    lesson.deeper(lambda: one_by_hand(model, image.image), lambda: first_neurons(model, name))


def hidden_image() -> Subject:
    """The control for a validation image, as something to read."""
    pixels, shows = chosen_image("net_hidden_image")
    return Subject(pixels, (255 * pixels).round().byte().numpy(), shows, "sample")


def one_by_hand(model: MLP, pixels: Tensor) -> None:
    """The sum of one neuron of the first hidden layer, pixel by pixel, and what its activation makes of it.

    It is the one that is pinned, or else the one that passes most on.
    """
    view = look(model, pixels).layers[0]
    pinned = [number for layer, number in drawing.pins(model.config.layer_sizes) if layer == 0]
    loudest = max(zip(view.values, view.shown, strict=True), key=lambda pair: abs(pair[0]))[1]
    number = pinned[0] if pinned else loudest
    (first, *_) = (layer for layer in model if isinstance(layer, nn.Linear))
    weights, biases = for_plain_pixels(first.weight[number : number + 1], first.bias[number : number + 1])
    found = neuron_sum(weights[0], biases.item(), pixels)
    st.markdown(
        f"Neuron {number + 1} of the first hidden layer, "
        f"{'which you pinned' if pinned else 'which passes most on here: pin another one to see its sum'}."
    )
    left, right = st.columns([3, 2], gap="medium", vertical_alignment="center")
    with left:
        show_sum(pixels, weights[0], found, largest(weights) or 1.0)
    with right:
        show_activation(model.config.activation, number + 1, found)


FIRST_HIDDEN = 20  # neurons of a hidden layer of which all weights are shown


def first_neurons(model: MLP, name: str) -> None:
    """The weights of the first neurons of a hidden layer."""
    (first, *_) = (layer for layer in model if isinstance(layer, nn.Linear))
    shown, _ = for_plain_pixels(first.weight[:FIRST_HIDDEN], first.bias[:FIRST_HIDDEN])
    strongest = shown.abs().amax((1, 2), True).clamp(min=1e-12)  # a neuron may have weights of 0 alone
    st.image(
        signed_pictures(images=shown / strongest, columns=10, factor=3, theme=theme.current(), limit=1.0),
        alt=f"The weights of {len(shown)} hidden neurons as pictures",
        output_format="PNG",
        width="stretch",
    )
    st.markdown(
        f"The weights of the first {words.count(len(shown), 'hidden neuron')} of {name}, row by row, each in the "
        "strongest colours it can have. A hidden neuron adds up weights times pixels as before. But its sum is not a "
        "digit's score: it goes through an **activation** and on to every neuron of the next layer."
    )


def show_activation(kind: str, number: int, found: NeuronSum) -> None:
    """The sum of a hidden neuron in numbers, and what it passes on."""
    z = found.z
    h = passed_on(kind, z)
    lesson.formula(
        rf"z_{{{number}}} = {found.above:.2f} + {words.in_brackets(found.below)} + {words.in_brackets(found.bias)} "
        rf"\approx {z:.2f}"
    )
    name, symbols = (r"\max", "0, ") if kind == "relu" else (rf"\text{{{kind}}}", "")
    lesson.formula(rf"h_{{{number}}} = {name}({symbols}z_{{{number}}}) = {name}({symbols}{z:.2f}) = {h:.2f}")
    if kind == "relu":
        st.markdown(
            "This activation is called **ReLU**: a sum above zero is passed on as it is, one below zero becomes 0. "
            + ("Here the neuron passes its sum on." if h else "Here the neuron is silent.")
        )


START = 3  # the sample that lies among the images until the reader draws
NEAREST = 5  # images that are shown


@lesson.scene("Where does the hidden layer put your digit?")
@st.fragment
def a_layer_flattened() -> None:
    """A thousand images where a hidden layer puts them, and the reader's drawing among them."""
    with lesson.stage():
        left, right = st.columns([2, 3], gap="small")
        with left:
            subject = canvas.subject(start=START)
        with right:
            when = link.buttons(
                "The network", "net_flat_when", network_flat.MOMENTS, network_flat.AFTER, label_visibility="collapsed"
            )
            seen = network_flat.seen(when)
            near = _nearest(seen, subject)
            star = None if subject is None else seen.of(subject.image)
            with st.container(key="net_flat_place"):
                draw_flat(seen.layer, seen.some.labels, star, near, key="net_flat", height="stretch")
            with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="live_flat"):
                show_nearest(seen, subject, near)
    with st.container():
        lesson.notice(network_flat_words.what_it_shows(seen.layer, is_trained=when == network_flat.AFTER))
    lesson.deeper(
        lambda: what_pca_is(seen),
        lambda: what_it_hides(seen, subject, near),
        lambda: the_layers_before(seen, subject, when),
        lambda: lesson.show_source(flatten, nearest, like_their_nearest),
    )


def _nearest(seen: Seen, subject: Subject | None) -> Tensor:
    """The images nearest to the drawing in the whole layer, torch.int64 [up to 5]; none where none is nearer."""
    if subject is None or not seen.layer.tells_apart:
        return torch.tensor([], dtype=torch.int64)
    return nearest(seen.layer.passed, seen.of(subject.image), NEAREST, seen.is_the_same(subject.image))


def draw_flat(
    layer: FlatLayer,
    labels: Tensor,
    star: Tensor | None,
    near: Tensor,
    *,
    key: str,
    height: Literal["content", "stretch"],
) -> None:
    """A layer as a figure: the digits that images show, where it puts them.

    Args:
        layer: What it makes of the images.
        labels: What they show, torch.int64 [N].
        star: What it makes of the drawing, torch.float32 [neurons], if there is one.
        near: The images with rings around them, torch.int64 [count].
        key: Of the figure's place.
        height: As ``theme.show`` takes it.
    """
    x, y = (0.0, 0.0) if star is None else layer.flat.place(star).tolist()
    theme.show(
        flattened(
            places=layer.flat.places.tolist(),
            labels=labels.tolist(),
            star=None if star is None else (x, y),
            rings=near.tolist(),
            theme=theme.current(),
        ),
        key=key,
        height=height,
        description="Many digits, each where the layer puts its image, and the drawing as a star among them. The text "
        "below says how well they keep apart.",
    )


def show_nearest(seen: Seen, subject: Subject | None, near: Tensor) -> None:
    """The nearest images, and what they and the network say of the drawing."""
    if subject is None:
        st.markdown("Draw on the black square, with the mouse or a finger: a star shows where it lies.")
        return
    labels = seen.some.labels[near]
    if len(near):
        with st.container(width=250):
            st.html(
                tiles(
                    images=seen.some.images[near],
                    lines=[[str(label)] for label in labels.tolist()],
                    right=None,
                    theme=theme.current(),
                    across=NEAREST,
                )
            )
    p, verdict = reading.read(seen.model, subject)
    st.markdown(network_flat_words.of_the_star(p, verdict, labels), width=345)


def what_pca_is(seen: Seen) -> None:
    """The two directions, as formulas, and how much of the differences they hold."""
    st.markdown(
        "**Principal component analysis**, PCA, finds the direction in which the images differ most: the one along "
        "which their places have the largest **variance**. The second direction is the one at a right angle to it "
        "along which the rest has the largest."
    )
    first, second, both = network_flat_words.shares(seen.layer.flat)
    lesson.formula(
        r"\mathbf{v}_1 = \operatorname*{arg\,max}_{|\mathbf{v}| = 1} \sum_i "
        r"\big(\mathbf{v} \cdot (\mathbf{h}_i - \bar{\mathbf{h}})\big)^2",
        r"x = \mathbf{v}_1 \cdot (\mathbf{h} - \bar{\mathbf{h}}) \qquad "
        r"y = \mathbf{v}_2 \cdot (\mathbf{h} - \bar{\mathbf{h}})",
        rf"\text{{share of the variance}} = {first:.3f} + {second:.3f} = {both:.3f}",
    )
    st.markdown(
        r"$\mathbf{h}_i$ is what the layer passes on of image i, as "
        f"{words.count(len(seen.layer.flat.centre), 'number')}. "
        r"$\bar{\mathbf{h}}$ is the mean. "
        f"The images are the first {len(seen.some):,} of the validation images. "
        "Your drawing has no part in finding the directions: it is only placed by the same formula."
    )


def what_it_hides(seen: Seen, subject: Subject | None, near: Tensor) -> None:
    """What two directions leave out, and what the vote of the nearest is called."""
    st.subheader("What the page hides", anchor=False)
    st.markdown(network_flat_words.what_is_left_out(seen.layer.passed.shape[1]))
    if subject is not None and len(near):
        at = seen.layer.flat.place(seen.of(subject.image))
        on_page = nearest(seen.layer.flat.places, at, len(near), seen.is_the_same(subject.image))
        both = int(torch.isin(on_page, near).sum())
        st.markdown(
            f"Of the {words.spelled(len(near))} images nearest to your drawing in the layer, {words.spelled(both)} "
            f"{'is' if both == 1 else 'are'} also among the {words.spelled(len(near))} nearest on the page. Letting "
            f"the nearest images vote is a classifier of its own: **k-nearest neighbours**, here with k = {len(near)}."
        )


def the_layers_before(seen: Seen, subject: Subject | None, when: str) -> None:
    """How well digits keep together in each layer, and the layer before the last one."""
    st.subheader("The layers before", anchor=False)
    _, network, _, key = network_flat.network()
    st.markdown(network_flat_words.where_it_began(network, network_flat.seed_of(key)))
    found = network_flat.layers(when)
    names = ["the pixels", *(f"hidden layer {number}" for number in range(1, len(found)))]
    rows = [f"| {name} | {at.alike:.1%} | {at.alike_when_flat:.1%} |" for name, at in zip(names, found, strict=True)]
    st.markdown("\n".join(["| layer | nearest in the whole layer | nearest on the page |", "|---|---:|---:|", *rows]))
    st.markdown(
        f"The table says, {when}, for how many images the nearest other one shows the same digit. Random weights keep "
        "near each other what is near already as pixels. So neighbours can vote rightly before training, too, though "
        "the page shows a cloud."
    )
    star = None
    if subject is not None:
        *_, star, _ = layer_by_layer(seen.model, standardize(subject.image[None]))
    none = torch.tensor([], dtype=torch.int64)
    draw_flat(
        found[-2], seen.some.labels, None if star is None else star[0], none, key="net_flat_before", height="content"
    )
    st.caption(f"The same images one layer earlier: {names[-2]}, {when}, in two directions of its own.")


lesson.show(growing, ten_sums, how_many_numbers, doubling, inside_a_hidden_layer, a_layer_flattened)
