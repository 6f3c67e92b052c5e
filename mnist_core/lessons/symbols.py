"""The symbols of the lessons as data, and the shapes that a batch goes through."""

from dataclasses import dataclass
from typing import NamedTuple

import torch

from mnist_core.data.dataset import Dataset, standardize
from mnist_core.network.functions import cross_entropy, softmax
from mnist_core.network.model import CLASSES, MLP

IMAGE, NETWORK, LOSS, TRAINING = "Images and labels", "The network", "Softmax and loss", "Training"
TRUST = "Counting and comparing"
GROUPS = (IMAGE, NETWORK, LOSS, TRAINING, TRUST)


@dataclass(frozen=True, kw_only=True)
class Symbol:
    """A symbol and what it stands for.

    Attributes:
        group: One of ``GROUPS``.
        sign: How it is typed, without LaTeX.
        latex: How it is written.
        name: How it is read.
        shape: Its shape, its type in torch and its range, as far as it has them.
        meaning: What it is, in a sentence or two.
        pages: The lessons that use it, or what it stands for: file names in ``lessons/`` without the ending.
        code: Its name in the code, or nothing.
        where: In which module, class or function of ``mnist_core`` it has that name.
    """

    group: str
    sign: str
    latex: str
    name: str
    shape: str
    meaning: str
    pages: tuple[str, ...]
    code: str = ""
    where: str = ""

    def matches(self, text: str) -> bool:
        """Whether all words of a text occur in what is said about the symbol, in capitals or not."""
        said = " ".join(
            (self.group, self.sign, self.latex, self.name, self.shape, self.meaning, self.code, self.where, *self.pages)
        )
        return all(word in said.casefold() for word in text.casefold().split())


class Shape(NamedTuple):
    """What a batch is at one place on its way: the symbol in LaTeX, its shape, and in words."""

    latex: str
    shape: tuple[int, ...]
    words: str


@torch.no_grad()
def shapes_on_the_way(model: MLP, batch: Dataset) -> list[Shape]:
    """Sends a batch through a network and notes each shape.

    Args:
        model: With one hidden layer.
        batch: At least one image.

    Returns:
        The shapes, from the images to the loss.
    """
    x = batch.images / 255
    flat = standardize(x)
    *hidden, last = model
    h = flat
    for layer in hidden:
        h = layer(h)
    z = last(h)
    p = softmax(z)
    losses = cross_entropy(z, batch.labels)
    return [
        Shape("x", tuple(x.shape), "images of 28 rows and 28 columns"),
        Shape(r"\hat x", tuple(flat.shape), "normalised, each image one long row"),
        Shape("h", tuple(h.shape), "what the hidden neurons pass on"),
        Shape("z", tuple(z.shape), f"a score for each of {CLASSES} digits"),
        Shape("p", tuple(p.shape), "a probability for each digit"),
        Shape("y", tuple(batch.labels.shape), "the right digit of each image"),
        Shape(r"-\ln p_y", tuple(losses.shape), "a loss for each image"),
        Shape("L", tuple(losses.mean().shape), "their mean: one number"),
    ]


FLOAT, WHOLE = "torch.float32", "torch.int64"

SYMBOLS = (
    Symbol(
        group=IMAGE,
        sign="x",
        latex="x",
        name="an image",
        shape=f"{FLOAT} [N, 28, 28], 0 to 1",
        meaning="One number for each pixel: 0 is paper, 1 is ink. For a single neuron, x₁, x₂, … are the numbers that "
        "come in.",
        pages=("two_classes", "data", "network"),
        code="x",
        where="lessons.symbols.shapes_on_the_way",
    ),
    Symbol(
        group=IMAGE,
        sign="x̂",
        latex=r"\hat x",
        name="x hat, the normalised image",
        shape=f"{FLOAT} [N, 784], −0.42 to 2.82",
        meaning="The pixels of an image in one long row, minus the mean μ and divided by the deviation σ. This is what "
        "goes into the network.",
        pages=("data", "backpropagation"),
        code="normalize",
        where="data.dataset.normalize",
    ),
    Symbol(
        group=IMAGE,
        sign="μ",
        latex=r"\mu",
        name="mu, the mean",
        shape="0.1307",
        meaning="The mean of all pixels of MNIST's 60,000 training images.",
        pages=("data",),
        code="MEAN",
        where="data.dataset.standardize",
    ),
    Symbol(
        group=IMAGE,
        sign="σ",
        latex=r"\sigma",
        name="sigma, the standard deviation",
        shape="0.3081",
        meaning="How far those pixels are from their mean, typically. Followed by a bracket, σ(z), it is the sigmoid.",
        pages=("data",),
        code="STD",
        where="data.dataset.standardize",
    ),
    Symbol(
        group=IMAGE,
        sign="y",
        latex="y",
        name="the class, or label",
        shape=f"{WHOLE} [N], 0 to 9",
        meaning="What an image really shows.",
        pages=("two_classes", "cross_entropy", "step", "backpropagation"),
        code="y",
        where="network.functions.cross_entropy",
    ),
    Symbol(
        group=IMAGE,
        sign="**y**",
        latex=r"\mathbf{y}",
        name="bold y, the one-hot vector",
        shape=f"{WHOLE} [N, 10], zeros and a single 1",
        meaning="The class as a row of ten numbers: 1 at the right digit, 0 at all others. yᵢ is the number at digit "
        "i.",
        pages=("cross_entropy", "step", "backpropagation"),
        code="one_hot",
        where="network.functions.cross_entropy_gradient",
    ),
    Symbol(
        group=IMAGE,
        sign="N",
        latex="N",
        name="how many there are",
        shape="a whole number",
        meaning="Of images in a batch or in a data set; where a mean is calculated, of the numbers it is the mean of.",
        pages=("data", "batches", "step"),
        code="N",
        where="data.dataset.Dataset",
    ),
    Symbol(
        group=IMAGE,
        sign="B",
        latex="B",
        name="the batch size",
        shape="a whole number from 1",
        meaning="How many images go through the network before its weights are changed.",
        pages=("batches",),
        code="batch_size",
        where="training.loop.TrainingConfig",
    ),
    Symbol(
        group=NETWORK,
        sign="w",
        latex="w",
        name="a weight",
        shape=f"{FLOAT}, any number",
        meaning="How much one input counts for one neuron; negative weights count against. wᵀx is the sum of all "
        "inputs, each times its weight: the small T only says so.",
        pages=("two_classes", "overfitting", "backpropagation"),
        code="weight",
        where="network.model.MLP",
    ),
    Symbol(
        group=NETWORK,
        sign="W",
        latex="W",
        name="all weights of a layer",
        shape=f"{FLOAT} [neurons, inputs]: [128, 784], then [10, 128]",
        meaning="A table with a row for each neuron and a column for each input.",
        pages=("network", "step", "backpropagation"),
        code="weight",
        where="network.model.MLP",
    ),
    Symbol(
        group=NETWORK,
        sign="b",
        latex="b",
        name="the bias",
        shape=f"{FLOAT} [neurons]: [128], then [10]",
        meaning="What a neuron adds to its sum, whatever the image. In the sums over a batch, b counts its images "
        "instead.",
        pages=("two_classes", "cross_entropy", "network", "batches"),
        code="bias",
        where="network.model.MLP",
    ),
    Symbol(
        group=NETWORK,
        sign="h",
        latex="h",
        name="the hidden activations",
        shape=f"{FLOAT} [N, 128], 0 or more with ReLU",
        meaning="What the neurons of the hidden layer pass on. The table above has them.",
        pages=("network", "layers", "backpropagation"),
        code="h",
        where="lessons.symbols.shapes_on_the_way",
    ),
    Symbol(
        group=NETWORK,
        sign="θ",
        latex=r"\theta",
        name="theta, all parameters",
        shape=f"{FLOAT}, 101,770 numbers in all",
        meaning="All weights and biases together: what training changes. The lessons say “parameters”, many books "
        "write θ.",
        pages=("network",),
        code="parameters",
        where="network.gradients.batch_gradient",
    ),
    Symbol(
        group=NETWORK,
        sign="max(0, z)",
        latex=r"\max(0, z)",
        name="ReLU",
        shape=f"{FLOAT}, 0 or more",
        meaning="What a hidden neuron makes of its sum: it passes on what is above zero, and nothing else.",
        pages=("network", "layers", "backpropagation"),
        code="relu",
        where="network.model",
    ),
    Symbol(
        group=NETWORK,
        sign="σ(z)",
        latex=r"\sigma(z)",
        name="the sigmoid",
        shape=f"{FLOAT}, 0 to 1",
        meaning="Squeezes any number to between 0 and 1: 1 / (1 + e⁻ᶻ).",
        pages=("two_classes", "layers"),
        code="sigmoid",
        where="network.model",
    ),
    Symbol(
        group=LOSS,
        sign="z",
        latex="z",
        name="the logits, or scores",
        shape=f"{FLOAT} [N, 10], any numbers",
        meaning="What the last layer says: a score for each digit. The highest names the answer.",
        pages=("two_classes", "softmax", "cross_entropy", "network", "layers", "step", "backpropagation"),
        code="z",
        where="network.functions.softmax",
    ),
    Symbol(
        group=LOSS,
        sign="e",
        latex="e",
        name="Euler's number",
        shape="2.718…",
        meaning="e to the power of a score is never negative, and one more in the score makes it 2.718 times as large.",
        pages=("two_classes", "softmax", "cross_entropy", "layers"),
        code="exp",
        where="network.functions.softmax_naive",
    ),
    Symbol(
        group=LOSS,
        sign="Σ",
        latex=r"\sum",
        name="capital sigma, a sum",
        shape="",
        meaning="Add up what follows, once for each value of the letter below it.",
        pages=("two_classes", "softmax", "cross_entropy", "data", "batches", "network", "backpropagation"),
        code="sum",
        where="network.functions.softmax_naive",
    ),
    Symbol(
        group=LOSS,
        sign="Π",
        latex=r"\prod",
        name="capital pi, a product",
        shape="",
        meaning="Multiply what follows, once for each value of the letter below it.",
        pages=("cross_entropy",),
        code="prod",
        where="lessons.cross_entropy_bias.likelihood",
    ),
    Symbol(
        group=LOSS,
        sign="p",
        latex="p",
        name="the probabilities",
        shape=f"{FLOAT} [N, 10], 0 to 1, each row with sum 1",
        meaning="What softmax makes of the logits. pᵢ is the probability given to class i, and p with a y below it the "
        "one given to the right class. In the lesson on layers, p is also the share of neurons that dropout silences.",
        pages=("two_classes", "softmax", "cross_entropy", "step", "layers", "backpropagation"),
        code="softmax",
        where="network.functions.softmax",
    ),
    Symbol(
        group=LOSS,
        sign="y′",
        latex="y'",
        name="y prime, the first name of p",
        shape="0 to 1",
        meaning="The network's answer. The first lesson renames it p, and so do all that follow.",
        pages=("two_classes",),
    ),
    Symbol(
        group=LOSS,
        sign="i, j",
        latex="i,\\ j",
        name="counting letters",
        shape="1 to k on paper, 0 to 9 for digits",
        meaning="i is the class that is talked about; j goes through all classes in a sum.",
        pages=("two_classes", "softmax", "cross_entropy", "network", "step", "backpropagation"),
    ),
    Symbol(
        group=LOSS,
        sign="k",
        latex="k",
        name="the number of classes",
        shape="10, for the digits; 2 or more",
        meaning="Ten digits, ten classes.",
        pages=("two_classes", "cross_entropy"),
        code="CLASSES",
        where="network.model",
    ),
    Symbol(
        group=LOSS,
        sign="T",
        latex="T",
        name="the temperature",
        shape="above 0; 1 unless someone changes it",
        meaning="Divides all logits before the softmax: above 1 the probabilities become more equal, below 1 less.",
        pages=("two_classes", "softmax"),
    ),
    Symbol(
        group=LOSS,
        sign="m",
        latex="m",
        name="the maximum",
        shape=f"{FLOAT} [N, 1]",
        meaning="The largest logit of an image. Subtracting it from all ten changes nothing on paper, and no power "
        "overflows.",
        pages=("softmax",),
        code="max",
        where="network.functions.softmax",
    ),
    Symbol(
        group=LOSS,
        sign="ln",
        latex=r"\ln",
        name="the natural logarithm",
        shape="",
        meaning="The power that e must be raised to: ln 1 = 0, ln 10 = 2.303, and towards 0 it falls without end.",
        pages=("softmax", "cross_entropy", "backpropagation"),
        code="log",
        where="network.functions.log_softmax",
    ),
    Symbol(
        group=LOSS,
        sign="1{y = i}",
        latex=r"1\{y=i\}",
        name="the indicator",
        shape="0 or 1",
        meaning="1 where i is the right class, 0 for all others. So one term of the sum is left: that of the right "
        "class.",
        pages=("cross_entropy", "backpropagation"),
        code="gather",
        where="network.functions.cross_entropy",
    ),
    Symbol(
        group=LOSS,
        sign="L",
        latex="L",
        name="the loss",
        shape=f"{FLOAT} [], 0 or more",
        meaning="The price of the answers: minus the logarithm of the probability given to the right class, and for a "
        "batch the mean over its images. The course notes call it J.",
        pages=("cross_entropy", "step", "backpropagation"),
        code="loss",
        where="training.loop.train_step",
    ),
    Symbol(
        group=TRAINING,
        sign="∂L/∂w",
        latex=r"\frac{\partial L}{\partial w}",
        name="the gradient of one number",
        shape=f"{FLOAT}, of the shape of the parameter",
        meaning="How much the loss changes when this one number becomes a little larger, for each unit of the change.",
        pages=("cross_entropy", "step", "backpropagation", "breaking"),
        code="grad",
        where="network.gradients.batch_gradient",
    ),
    Symbol(
        group=TRAINING,
        sign="∇",
        latex=r"\nabla",
        name="nabla, the whole gradient",
        shape=f"{FLOAT}, a number for each parameter",
        meaning="All of these slopes together, which the lessons call “the gradient”. It points to where the loss "
        "grows fastest; training goes the other way.",
        pages=("step", "batches"),
        code="batch_gradient",
        where="network.gradients.batch_gradient",
    ),
    Symbol(
        group=TRAINING,
        sign="η",
        latex=r"\eta",
        name="eta, the learning rate",
        shape="above 0, such as 0.001",
        meaning="How far each step goes against the gradient.",
        pages=("step", "overfitting"),
        code="learning_rate",
        where="training.loop.TrainingConfig",
    ),
    Symbol(
        group=TRAINING,
        sign="v",
        latex="v",
        name="the running sum of gradients",
        shape=f"{FLOAT}, of the shape of the parameter",
        meaning="What SGD with momentum moves along: this gradient, and nine tenths of the v of the step before.",
        pages=("step",),
        code="momentum",
        where="training.loop",
    ),
    Symbol(
        group=TRAINING,
        sign="m̂, v̂",
        latex=r"\hat m,\ \hat v",
        name="the running means of Adam",
        shape=f"{FLOAT}, of the shape of the parameter",
        meaning="Means of the latest gradients and of their squares. Adam divides the first by the square root of the "
        "second, so that each weight has steps of a size of its own.",
        pages=("step",),
        code="adam",
        where="training.loop",
    ),
    Symbol(
        group=TRAINING,
        sign="ε",
        latex=r"\varepsilon",
        name="epsilon",
        shape="0.00000001",
        meaning="A tiny number below the line in Adam’s rule, so that nothing is ever divided by zero. In a gradient "
        "check, how far one number is moved. In an attack on an image it is larger: by how much each pixel changes, "
        "12/255 for example.",
        pages=("step", "backpropagation", "breaking"),
        code="adam",
        where="training.loop",
    ),
    Symbol(
        group=TRAINING,
        sign="⌈ ⌉",
        latex=r"\lceil\ \rceil",
        name="rounding up",
        shape="a whole number",
        meaning="The next whole number, where it is not one already: a short last batch counts as a batch.",
        pages=("batches",),
        code="ceil",
        where="training.loop.TrainingConfig",
    ),
    Symbol(
        group=TRAINING,
        sign="λ",
        latex=r"\lambda",
        name="lambda, the weight decay",
        shape="0 or more, such as 0.01",
        meaning="Each step takes the share ηλ off every weight.",
        pages=("overfitting",),
        code="weight_decay",
        where="training.loop.TrainingConfig",
    ),
    Symbol(
        group=TRAINING,
        sign="←",
        latex=r"\leftarrow",
        name="becomes",
        shape="",
        meaning="The number on the left gets the value on the right.",
        pages=("step", "overfitting"),
    ),
    Symbol(
        group=TRAINING,
        sign="g",
        latex=r"g",
        name="the gradient as a row of numbers",
        shape=f"{FLOAT}, a number for each parameter",
        meaning="The gradient of one batch. ‖g‖ is its length, the norm: the root of the sum of its squares.",
        pages=("step",),
    ),
    Symbol(
        group=TRAINING,
        sign="δ",
        latex=r"\delta",
        name="delta, the slope of a sum",
        shape=f"{FLOAT} [neurons]",
        meaning="How fast the loss rises with the sum of a neuron. Backpropagation hands it from layer to layer. At "
        "the scores it is p − **y**.",
        pages=("teach", "backpropagation"),
    ),
    Symbol(
        group=TRAINING,
        sign="⊙",
        latex=r"\odot",
        name="number by number",
        shape="",
        meaning="Each number of the one times the number at the same place of the other.",
        pages=("backpropagation",),
    ),
    Symbol(
        group=TRAINING,
        sign="⊤",
        latex=r"\top",
        name="transposed",
        shape="",
        meaning="Rows become columns. A column times a row is a table: each number of the one times each of the other.",
        pages=("teach", "backpropagation"),
    ),
    Symbol(
        group=TRUST,
        sign="C with i, j",
        latex=r"C_{i,j}",
        name="a cell of the confusion matrix",
        shape="a whole number from 0",
        meaning="How many images of the digit i were read as the digit j.",
        pages=("mistakes",),
    ),
    Symbol(
        group=TRUST,
        sign="sign",
        latex=r"\operatorname{sign}",
        name="the sign of a number",
        shape="−1, 0 or 1",
        meaning="Whether a number is below 0, is 0 or is above it, and nothing of how large it is.",
        pages=("breaking",),
        code="sign",
        where="lessons.breaking_adversarial.fgsm",
    ),
    Symbol(
        group=TRUST,
        sign="clip",
        latex=r"\operatorname{clip}(x, 0, 1)",
        name="kept between two numbers",
        shape="0 to 1",
        meaning="A number that is smaller becomes 0, one that is larger becomes 1, and the others stay. So an image "
        "stays one.",
        pages=("breaking",),
        code="clamp",
        where="lessons.breaking_adversarial.moved",
    ),
    Symbol(
        group=TRUST,
        sign="π",
        latex=r"\pi",
        name="pi, a permutation",
        shape="784 places",
        meaning="Where each pixel comes from once they are shuffled. Here it is not 3.14159.",
        pages=("breaking",),
    ),
    Symbol(
        group=TRUST,
        sign="s",
        latex=r"s",
        name="the standard deviation of a sample",
        shape="0 or more",
        meaning="How far a few results lie from their mean, typically. n is how many there are.",
        pages=("runs",),
    ),
    Symbol(
        group=TRUST,
        sign="ν",
        latex=r"\nu",
        name="nu, the degrees of freedom",
        shape="above 0",
        meaning="How much a deviation from few results can be trusted, in Welch’s test.",
        pages=("runs",),
    ),
    Symbol(
        group=NETWORK,
        sign="β",
        latex=r"\beta",
        name="beta, what the biases leave",
        shape="any number",
        meaning="What all biases together make of the difference of two scores, for one drawing.",
        pages=("evidence",),
    ),
)
