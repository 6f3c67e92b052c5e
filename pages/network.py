"""The network: neurons and their sums, layers, and how many numbers there are to learn."""

import streamlit as st
from torch import Tensor, nn

from mnist_core import words
from mnist_core.figures.bars import probability_bars
from mnist_core.figures.network import network_diagram, weight_areas
from mnist_core.figures.signed import largest, neuron_pictures, signed_pictures
from mnist_core.figures.train_weights import weight_tiles
from mnist_core.lessons.network import LayerSnapshot, NeuronSum, learning_layer, neuron_sum, passed_on
from mnist_core.network.functions import softmax
from mnist_core.network.layers import for_plain_pixels
from mnist_core.network.model import CLASSES, INPUTS, MLPConfig
from ui.frame import dataset, lesson, link, state, theme
from ui.frame.question import Question, ask
from ui.lessons import network_cache
from ui.lessons.network_words import what_the_weights_show
from ui.visitor import networks

DIGITS = [str(digit) for digit in range(CLASSES)]
IMAGES = 100  # of the validation images can be chosen


def ten_sums() -> None:
    """The smallest network: ten neurons, and what each adds up."""
    st.markdown(
        "An image here has 28 rows of 28 pixels. For the network the rows are laid end to end: one long row of 784 "
        "numbers, $x_1$ to $x_{784}$. That is called **flattening**. In this lesson a pixel is 0 where there is paper "
        "and 1 where there is most ink."
    )
    dataset.notice("this page shows digits that the program draws itself")
    st.header("Ten neurons, ten sums", anchor=False)
    st.markdown(
        "A **neuron** has a number for each pixel, its **weight**, and one number more, its **bias**. It multiplies "
        "each pixel by its weight, adds everything up, and adds the bias. For two classes one neuron is enough. For "
        "ten digits there are ten, side by side: each looks at all 784 pixels and gives one score. Such a row of "
        "neurons is a **layer**, and because each neuron is joined to every input, a **dense** one."
    )
    one_layer()
    st.markdown(
        "A network gets its pixels normalized, as *The data* shows: less 0.1307 and divided by 0.3081. That is done "
        "with each pixel before the sum. The weights and the bias shown above already include it, so that they can be "
        "multiplied by plain pixels."
    )
    lesson.show_source(neuron_sum, for_plain_pixels, learning_layer)


@st.fragment
def one_layer() -> None:
    """The single layer of ten neurons: its weights while it learns, and the sum of one of them."""
    moments = {snapshot.batches: snapshot for snapshot in network_cache.learning_layer()}
    snapshot = moments[
        link.select_slider(
            "Batches it has learned from",
            "net_batches",
            network_cache.MOMENTS,
            network_cache.MOMENTS[-1],
            names="{:,}".format,
            help="A batch is a handful of images, here 50. After each, all weights are changed a little.",
        )
    ]
    limit = largest(snapshot.weights)
    st.html(weight_tiles(weights=snapshot.weights, limit=limit, theme=theme.current(), names=DIGITS))
    st.caption(
        f"The weights of the ten neurons, each at the place of its pixel and above the digit whose score it makes. "
        f"After {snapshot.batches:,} {'batch' if snapshot.batches == 1 else 'batches'} this layer reads "
        f"{snapshot.accuracy:.1%} of the validation images rightly, which it did not learn from."
    )
    lesson.notice(what_the_weights_show(snapshot.batches))
    if dataset.name_in_use() == state.GENERATED:
        st.caption(
            "These are generated digits, which vary more than those of MNIST. On MNIST such a layer reads 88% rightly "
            "after 1,000 batches."
        )
    point_at_a_neuron(snapshot, limit)


def point_at_a_neuron(snapshot: LayerSnapshot, limit: float) -> None:
    """The sum of one of the ten neurons on an image, and what all ten say of it."""
    st.markdown("##### Point at a neuron")
    left, right = st.columns(2)
    with left:
        digit = link.whole_slider("The neuron of the digit", "net_neuron", 0, 9, 0)
    with right:
        pixels, shows = chosen_image("net_image")
    weights = snapshot.weights
    sums = [neuron_sum(weights[i], snapshot.biases[i].item(), pixels) for i in range(CLASSES)]
    show_sum(str(digit), pixels, weights[digit], sums[digit], limit)
    show_answer(snapshot.biases.new_tensor([found.z for found in sums]), shows)


def chosen_image(key: str) -> tuple[Tensor, int]:
    """A control for one of the first validation images: its pixels, float32 [28, 28] in 0..1, and what it shows."""
    validation = dataset.splits().validation
    most = min(IMAGES, len(validation))
    index = link.whole_slider(f"Which image, 1 to {most}", key, 1, most, 1) - 1
    return validation.images[index] / 255, int(validation.labels[index])


def show_sum(name: str, pixels: Tensor, weights: Tensor, found: NeuronSum, limit: float) -> None:
    """The three pictures of a neuron's work, and its formula with numbers; ``name`` is its index."""
    pictures = neuron_pictures(
        pixels=pixels, weights=weights, products=found.products, factor=7, theme=theme.current(), limit=limit
    )
    st.image(pictures, output_format="PNG")
    st.caption(
        f"From left to right: the image, the weights of the neuron, and their product, pixel by pixel. Blue is below "
        f"zero, vermillion above; the strongest colour stands for ±{limit:.2f}."
    )
    strongest = int(found.products.abs().argmax())
    weight, pixel = weights.flatten()[strongest].item(), pixels.flatten()[strongest].item()
    row, column = divmod(strongest, pixels.shape[1])
    st.markdown(
        f"The pixel that counts most here lies in row {row + 1}, column {column + 1}: it adds {words.number(weight)} × "
        f"{words.number(pixel)} = {words.number(weight * pixel)}. Add up the vermillion ones, the blue ones, and the "
        "bias:"
    )
    lesson.formula(
        rf"z_{{{name}}} = \sum_j W_{{{name},j}}\, x_j + b_{{{name}}}",
        rf"z_{{{name}}} = {found.above:.2f} + {words.in_brackets(found.below)} + {words.in_brackets(found.bias)} "
        rf"\approx {found.z:.2f}",
    )


def show_answer(z: Tensor, shows: int) -> None:
    """What all ten sums say together."""
    answer = int(z.argmax())
    st.markdown(
        f"All ten neurons do this with the same image. The largest of the ten sums is that of neuron {answer}, "
        f"{words.number(z[answer].item())}: so this layer reads {words.a(answer, bold=True)}. The image shows "
        f"{words.a(shows, bold=True)}. Softmax makes the ten sums into probabilities: shares between 0 and 1 that add "
        "up to 1, the larger the sum the larger. The lesson *Softmax, column by column* shows how."
    )
    theme.show(
        probability_bars(
            probabilities=softmax(z).tolist(), classes=DIGITS, theme=theme.current(), right=DIGITS[shows], height=170
        ),
        key="net_bars",
        description="The probability of each digit as a bar; the text above names the highest.",
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


def how_many_numbers() -> None:
    """What there is to learn, counted."""
    st.header("How many numbers are there to learn?", anchor=False)
    st.markdown(
        f"Weights and biases are what a network learns: its **parameters**. The single layer has {INPUTS} × {CLASSES} "
        f"weights and {CLASSES} biases, {MLPConfig(()).parameter_count:,} in all. Between the pixels and the scores "
        "there can be more layers, called **hidden** because one sees neither what goes in nor what comes out. Each of "
        "their neurons looks at all numbers of the layer before. With a hidden layer of 128 there are "
        f"{MLPConfig((128,)).parameter_count:,} parameters."
    )
    builder()
    growth()


@st.fragment
def builder() -> None:
    """The diagram, and the counts of what there is to learn."""
    controls, diagram = st.columns([1, 2], gap="large")
    with controls:
        layers = link.whole_slider("Hidden layers", "net_layers", 0, 3, 1)
        starts = (128, 64, 32)
        widths = tuple(
            link.select_slider(f"Neurons in hidden layer {i + 1}", f"net_width_{i + 1}", WIDTHS, starts[i])
            for i in range(layers)
        )
    config = MLPConfig(widths)
    diagram.html(network_diagram(layer_sizes=config.layer_sizes, theme=theme.current()))
    pairs = list(zip(config.layer_sizes, config.layer_sizes[1:], strict=False))
    rows = [f"| {i:,} → {o:,} | {i:,} × {o:,} = {i * o:,} | {o:,} | {i * o + o:,} |" for i, o in pairs]
    st.markdown("\n".join(["| from → to | weights | biases | together |", "|---|---:|---:|---:|", *rows]))
    products = r" \\ & + ".join(rf"({i} \times {o} + {o})" for i, o in pairs)
    lesson.formula(
        r"\text{parameters} = \sum_{\text{layers}} (\text{inputs} \times \text{outputs} + \text{outputs})",
        rf"\begin{{aligned}} & {products} \\ & = {words.grouped(config.parameter_count)} \end{{aligned}}",
    )


def growth() -> None:
    """What another neuron, and what twice as many, do to the count."""
    if ask(DOUBLED):
        st.html(weight_areas(inputs=BEFORE[0], outputs=BEFORE[1], theme=theme.current()))
        lesson.notice(
            f"The blue rectangle is what was there: {BEFORE[0]} × {BEFORE[1]} = {BEFORE[0] * BEFORE[1]:,} weights. "
            f"Twice as high and twice as wide, it holds {4 * BEFORE[0] * BEFORE[1]:,}."
        )
    counts = [MLPConfig((width,)).parameter_count for width in (127, 128, 129)]
    more = counts[1] - counts[0]
    st.markdown(
        "A product of two widths can be large, but it is not exponential growth, where each further "
        f"neuron would multiply the count. In 784-128-10, the 128th hidden neuron brought {more} parameters: "
        f"{INPUTS} weights and a bias of its own, and {CLASSES} weights in the next layer. The 129th would bring "
        f"{counts[2] - counts[1]} again."
    )


FIRST_HIDDEN = 20  # neurons of a hidden layer of which all weights are shown


def inside_a_hidden_layer() -> None:
    """A neuron whose sum is no score."""
    st.header("Inside a hidden layer", anchor=False)
    hidden_neuron()
    lesson.notice(
        "The weights of a hidden neuron seldom look like a digit. Some answer to a stroke in one place, or to the gap "
        "beside it; of others nobody can say what they look for. What it is good for is decided by the layers after it."
    )


@st.fragment
def hidden_neuron() -> None:
    """One neuron of the first hidden layer of a large network, with what its activation makes of its sum."""
    model, name = networks.with_hidden_layer()
    (first, *_) = (layer for layer in model if isinstance(layer, nn.Linear))
    st.markdown(
        f"Here is one neuron of the first hidden layer of {name}. It does the same as before: weights times pixels, "
        "plus a bias. But its sum is no score of a digit. It goes through an **activation** and on to every neuron of "
        "the next layer."
    )
    shown, _ = for_plain_pixels(first.weight[:FIRST_HIDDEN], first.bias[:FIRST_HIDDEN])
    st.image(
        signed_pictures(images=shown / shown.abs().amax((1, 2), True), columns=10, factor=3, theme=theme.current()),
        output_format="PNG",
    )
    st.caption(
        f"The weights of its first {len(shown)} hidden neurons, row by row, each in the strongest colours it can have."
    )
    left, right = st.columns(2)
    with left:
        number = link.number_input(f"Hidden neuron, 1 to {first.out_features}", "net_hidden", 1, first.out_features, 3)
    with right:
        pixels, _ = chosen_image("net_hidden_image")
    only = slice(number - 1, number)
    weights, biases = for_plain_pixels(first.weight[only], first.bias[only])
    found = neuron_sum(weights[0], biases.item(), pixels)
    show_sum(str(number), pixels, weights[0], found, largest(weights))
    show_activation(model.config.activation, number, found.z)


def show_activation(kind: str, number: int, z: float) -> None:
    """What a hidden neuron passes on."""
    h = passed_on(kind, z)
    name, symbols = (r"\max", "0, ") if kind == "relu" else (rf"\text{{{kind}}}", "")
    lesson.formula(rf"h_{{{number}}} = {name}({symbols}z_{{{number}}}) = {name}({symbols}{z:.2f}) = {h:.2f}")
    if kind == "relu":
        st.markdown(
            "This activation is called **ReLU**: a sum above zero is passed on as it is, one below zero becomes 0. "
            + ("Here the neuron passes its sum on." if h else "Here the neuron is silent.")
        )


def in_the_end() -> None:
    """Something to try."""
    lesson.try_this(
        "Set the batches to 0 and move them up: which digit takes shape first? Then find an image that the single "
        "layer reads wrongly, and look at the sums of the two neurons that compete for it. What would you have to "
        "change?"
    )


lesson.show(ten_sums, how_many_numbers, inside_a_hidden_layer, in_the_end)
