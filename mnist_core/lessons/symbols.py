"""The symbols of the lessons as data, and the shapes that a batch goes through."""

from dataclasses import dataclass
from typing import NamedTuple

import torch

from mnist_core.data.dataset import Dataset, standardize
from mnist_core.network.functions import cross_entropy, softmax
from mnist_core.network.model import CLASSES, MLP

IMAGE, NETWORK, LOSS, TRAINING = "Images and labels", "The network", "Softmax and loss", "Training"
GROUPS = (IMAGE, NETWORK, LOSS, TRAINING)


@dataclass(frozen=True)
class Symbol:
    """A symbol and what it stands for.

    Attributes:
        group: One of ``GROUPS``.
        sign: How it is typed, without LaTeX.
        latex: How it is written.
        name: How it is read.
        shape: Its shape, its type in torch and its range, as far as it has them.
        meaning: What it is, in a sentence or two.
        pages: The lessons that use it, or what it stands for: file names in ``pages/`` without the ending.
        code: Its name in the code, or nothing.
        where: In which module or function of ``mnist_core`` it has that name.
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
        Shape("J", tuple(losses.mean().shape), "their mean: one number"),
    ]


FLOAT, WHOLE = "torch.float32", "torch.int64"

SYMBOLS = (
    Symbol(
        IMAGE,
        "x",
        "x",
        "an image",
        f"{FLOAT} [N, 28, 28], 0 to 1",
        "One number for each pixel: 0 is paper, 1 is ink. For a single neuron, x₁, x₂, … are the numbers that come in.",
        ("two_classes", "data", "network"),
        "x",
        "symbols.shapes_on_the_way",
    ),
    Symbol(
        IMAGE,
        "x̂",
        r"\hat x",
        "x hat, the normalised image",
        f"{FLOAT} [N, 784], −0.42 to 2.82",
        "The pixels of an image in one long row, minus the mean μ and divided by the deviation σ. This is what goes "
        "into the network.",
        ("data",),
        "normalize",
        "data.normalize",
    ),
    Symbol(
        IMAGE,
        "μ",
        r"\mu",
        "mu, the mean",
        "0.1307",
        "The mean of all pixels of MNIST's 60,000 training images.",
        ("data",),
        "MEAN",
        "data.standardize",
    ),
    Symbol(
        IMAGE,
        "σ",
        r"\sigma",
        "sigma, the standard deviation",
        "0.3081",
        "How far those pixels are from their mean, typically. Followed by a bracket, σ(z), it is the sigmoid.",
        ("data",),
        "STD",
        "data.standardize",
    ),
    Symbol(
        IMAGE,
        "y",
        "y",
        "the class, or label",
        f"{WHOLE} [N], 0 to 9",
        "What an image really shows.",
        ("two_classes", "cross_entropy", "step"),
        "y",
        "functions.cross_entropy",
    ),
    Symbol(
        IMAGE,
        "**y**",
        r"\mathbf{y}",
        "bold y, the one-hot vector",
        f"{WHOLE} [N, 10], zeros and a single 1",
        "The class as a row of ten numbers: 1 at the right digit, 0 at all others. yᵢ is the number at digit i.",
        ("cross_entropy", "step"),
        "one_hot",
        "functions.cross_entropy_gradient",
    ),
    Symbol(
        IMAGE,
        "N",
        "N",
        "how many there are",
        "a whole number",
        "Of images in a batch or in a data set; where a mean is calculated, of the numbers it is the mean of.",
        ("data", "batches", "step"),
        "N",
        "data.Dataset",
    ),
    Symbol(
        IMAGE,
        "B",
        "B",
        "the batch size",
        "a whole number from 1",
        "How many images go through the network before its weights are changed.",
        ("batches",),
        "batch_size",
        "training.TrainingConfig",
    ),
    Symbol(
        NETWORK,
        "w",
        "w",
        "a weight",
        f"{FLOAT}, any number",
        "How much one input counts for one neuron; negative weights count against. wᵀx is the sum of all inputs, each "
        "times its weight: the small T only says so.",
        ("two_classes", "overfitting"),
        "weight",
        "model.MLP",
    ),
    Symbol(
        NETWORK,
        "W",
        "W",
        "all weights of a layer",
        f"{FLOAT} [neurons, inputs]: [128, 784], then [10, 128]",
        "A table with a row for each neuron and a column for each input.",
        ("network", "step"),
        "weight",
        "model.MLP",
    ),
    Symbol(
        NETWORK,
        "b",
        "b",
        "the bias",
        f"{FLOAT} [neurons]: [128], then [10]",
        "What a neuron adds to its sum, whatever the image. In the sums over a batch, b counts its images instead.",
        ("two_classes", "network", "batches"),
        "bias",
        "model.MLP",
    ),
    Symbol(
        NETWORK,
        "h",
        "h",
        "the hidden activations",
        f"{FLOAT} [N, 128], 0 or more with ReLU",
        "What the neurons of the hidden layer pass on. The table above has them.",
        ("network", "layers"),
        "h",
        "symbols.shapes_on_the_way",
    ),
    Symbol(
        NETWORK,
        "θ",
        r"\theta",
        "theta, all parameters",
        f"{FLOAT}, 101,770 numbers in all",
        "All weights and biases together: what training changes. The lessons say “parameters”, many books write θ.",
        ("network",),
        "parameters",
        "gradients.batch_gradient",
    ),
    Symbol(
        NETWORK,
        "max(0, z)",
        r"\max(0, z)",
        "ReLU",
        f"{FLOAT}, 0 or more",
        "What a hidden neuron makes of its sum: it passes on what is above zero, and nothing else.",
        ("network", "layers"),
        "relu",
        "model",
    ),
    Symbol(
        NETWORK,
        "σ(z)",
        r"\sigma(z)",
        "the sigmoid",
        f"{FLOAT}, 0 to 1",
        "Squeezes any number to between 0 and 1: 1 / (1 + e⁻ᶻ).",
        ("two_classes", "layers"),
        "sigmoid",
        "model",
    ),
    Symbol(
        LOSS,
        "z",
        "z",
        "the logits, or scores",
        f"{FLOAT} [N, 10], any numbers",
        "What the last layer says: a score for each digit. The highest names the answer.",
        ("two_classes", "softmax", "cross_entropy", "network", "layers", "step"),
        "z",
        "functions.softmax",
    ),
    Symbol(
        LOSS,
        "e",
        "e",
        "Euler's number",
        "2.718…",
        "e to the power of a score is never negative, and one more in the score makes it 2.718 times as large.",
        ("two_classes", "softmax", "cross_entropy", "layers"),
        "exp",
        "functions.softmax_naive",
    ),
    Symbol(
        LOSS,
        "Σ",
        r"\sum",
        "capital sigma, a sum",
        "",
        "Add up what follows, once for each value of the letter below it.",
        ("two_classes", "softmax", "cross_entropy", "data", "batches", "network"),
        "sum",
        "functions.softmax_naive",
    ),
    Symbol(
        LOSS,
        "p",
        "p",
        "the probabilities",
        f"{FLOAT} [N, 10], 0 to 1, each row with sum 1",
        "What softmax makes of the logits. pᵢ is the probability given to class i, and p with a y below it the one "
        "given to the right class. In the lesson on layers, p is also the share of neurons that dropout silences.",
        ("two_classes", "softmax", "cross_entropy", "step", "layers"),
        "softmax",
        "functions.softmax",
    ),
    Symbol(
        LOSS,
        "y′",
        "y'",
        "y prime, the first name of p",
        "0 to 1",
        "The network's answer. The first lesson renames it p, and so do all that follow.",
        ("two_classes",),
    ),
    Symbol(
        LOSS,
        "i, j",
        "i,\\ j",
        "counting letters",
        "1 to k on paper, 0 to 9 for digits",
        "i is the class that is talked about; j goes through all classes in a sum.",
        ("two_classes", "softmax", "cross_entropy", "network", "step"),
    ),
    Symbol(
        LOSS,
        "k",
        "k",
        "the number of classes",
        "10, for the digits; 2 or more",
        "Ten digits, ten classes.",
        ("two_classes", "cross_entropy"),
        "CLASSES",
        "model",
    ),
    Symbol(
        LOSS,
        "T",
        "T",
        "the temperature",
        "above 0; 1 unless someone changes it",
        "Divides all logits before the softmax: above 1 the probabilities become more equal, below 1 less.",
        ("two_classes", "softmax"),
    ),
    Symbol(
        LOSS,
        "m",
        "m",
        "the maximum",
        f"{FLOAT} [N, 1]",
        "The largest logit of an image. Subtracting it from all ten changes nothing on paper, and no power overflows.",
        ("softmax",),
        "max",
        "functions.softmax",
    ),
    Symbol(
        LOSS,
        "ln",
        r"\ln",
        "the natural logarithm",
        "",
        "The power that e must be raised to: ln 1 = 0, ln 10 = 2.303, and towards 0 it falls without end.",
        ("softmax", "cross_entropy"),
        "log",
        "functions.log_softmax",
    ),
    Symbol(
        LOSS,
        "1{y = i}",
        r"1\{y=i\}",
        "the indicator",
        "0 or 1",
        "1 where i is the right class, 0 for all others. So one term of the sum is left: that of the right class.",
        ("cross_entropy",),
        "gather",
        "functions.cross_entropy",
    ),
    Symbol(
        LOSS,
        "J",
        "J",
        "the loss",
        f"{FLOAT} [], 0 or more",
        "The price of the answers: minus the logarithm of the probability given to the right class, and for a batch "
        "the mean over its images.",
        ("cross_entropy", "step"),
        "loss",
        "training.train_step",
    ),
    Symbol(
        TRAINING,
        "∂J/∂w",
        r"\frac{\partial J}{\partial w}",
        "the gradient of one number",
        f"{FLOAT}, of the shape of the parameter",
        "How much the loss changes when this one number becomes a little larger, for each unit of the change.",
        ("cross_entropy", "step"),
        "grad",
        "gradients.batch_gradient",
    ),
    Symbol(
        TRAINING,
        "∇",
        r"\nabla",
        "nabla, the whole gradient",
        f"{FLOAT}, a number for each parameter",
        "All of these slopes together, which the lessons call “the gradient”. It points to where the loss grows "
        "fastest; training goes the other way.",
        ("step", "batches"),
        "batch_gradient",
        "gradients.batch_gradient",
    ),
    Symbol(
        TRAINING,
        "η",
        r"\eta",
        "eta, the learning rate",
        "above 0, such as 0.001",
        "How far each step goes against the gradient.",
        ("step", "overfitting"),
        "learning_rate",
        "training.TrainingConfig",
    ),
    Symbol(
        TRAINING,
        "v",
        "v",
        "the running sum of gradients",
        f"{FLOAT}, of the shape of the parameter",
        "What SGD with momentum moves along: this gradient, and nine tenths of the v of the step before.",
        ("step",),
        "momentum",
        "training",
    ),
    Symbol(
        TRAINING,
        "m̂, v̂",
        r"\hat m,\ \hat v",
        "the running means of Adam",
        f"{FLOAT}, of the shape of the parameter",
        "Means of the latest gradients and of their squares. Adam divides the first by the square root of the second, "
        "so that each weight has steps of a size of its own.",
        ("step",),
        "adam",
        "training",
    ),
    Symbol(
        TRAINING,
        "ε",
        r"\varepsilon",
        "epsilon",
        "0.00000001",
        "A tiny number below the line in Adam’s rule, so that nothing is ever divided by zero.",
        ("step",),
        "adam",
        "training",
    ),
    Symbol(
        TRAINING,
        "⌈ ⌉",
        r"\lceil\ \rceil",
        "rounding up",
        "a whole number",
        "The next whole number, where it is not one already: a short last batch counts as a batch.",
        ("batches",),
        "ceil",
        "training.TrainingConfig",
    ),
    Symbol(
        TRAINING,
        "λ",
        r"\lambda",
        "lambda, the weight decay",
        "0 or more, such as 0.01",
        "Each step takes the share ηλ off every weight.",
        ("overfitting",),
        "weight_decay",
        "training.TrainingConfig",
    ),
    Symbol(
        TRAINING,
        "←",
        r"\leftarrow",
        "becomes",
        "",
        "The number on the left gets the value on the right.",
        ("step", "overfitting"),
    ),
)
