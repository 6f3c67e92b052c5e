"""The evidence for one digit against another: what pixels and neurons add to the difference of two scores."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from mnist_core.data.dataset import MEAN, STD, standardize
from mnist_core.handwriting.prediction import check_images
from mnist_core.network.gradients import LinearPiece, linear_piece
from mnist_core.network.layers import for_plain_pixels
from mnist_core.network.model import MLP


@dataclass(frozen=True)
class Evidence:
    """Why a network rather sees a than b in an image: what each pixel adds to z_a − z_b.

    Attributes:
        ink: The pixels x, torch.float64 [28, 28] in 0..1.
        weights: How much z_a − z_b rises with each of them, torch.float64 [28, 28].
        bias: What is left of z_a − z_b without ink, as long as the same neurons are active.
        score: z_a − z_b itself, as the network computes it.
        piece: The network as it is around this image.
    """

    ink: Tensor
    weights: Tensor
    bias: float
    score: float
    piece: LinearPiece

    @property
    def pixels(self) -> Tensor:
        """What each pixel adds, torch.float64 [28, 28]: weight × ink, and so 0 on paper."""
        return self.weights * self.ink

    @property
    def for_a(self) -> float:
        """What the pixels that speak for a add, together; 0 or more."""
        return self.pixels.clamp(min=0).sum().item()

    @property
    def for_b(self) -> float:
        """What the pixels that speak for b add, together; 0 or less."""
        return self.pixels.clamp(max=0).sum().item()


def pair(p: Tensor, one: int | None, other: int | None) -> tuple[int, int]:
    """Which two digits to compare.

    Args:
        p: Probabilities of the ten digits, torch.float32 [10].
        one: The digit to find evidence for; None for the most probable one that the other is not.
        other: The digit to compare it with; None for the most probable one but the first.
    """
    guesses = p.argsort(descending=True).tolist()
    a = next(guess for guess in guesses if guess != other) if one is None else one
    return a, next(guess for guess in guesses if guess != a) if other is None else other


def evidence(model: MLP, image: Tensor, a: int, b: int) -> Evidence:
    """What speaks for a and what for b, pixel by pixel: Σ weights · x + bias = z_a − z_b = ln(p_a / p_b).

    A network is fed x̂ = (x − MEAN) / STD, in which paper is not 0. In plain pixels it is, so all evidence lies on ink:
    w · x̂ + b = (w / STD) · x + (b − MEAN / STD · Σ w). Without a hidden layer that bias is what the network says of a
    blank page. With one it need not be: on a blank page other neurons are active.

    Args:
        model: With ReLU, or without a hidden layer; not changed.
        image: torch.float32 [28, 28] in 0..1, 0 for paper.
        a: A digit.
        b: Another one; the same makes everything 0.

    Returns:
        The evidence, in float64.

    Raises:
        ValueError: If the network has another activation, the image is not as above, or it has no such digit.
    """
    check_images(image[None])
    if not {a, b} <= set(range(model.config.classes)):
        raise ValueError(f"This network knows the digits 0 to {model.config.classes - 1}, not {a} and {b}.")
    direction = torch.zeros(model.config.classes, dtype=torch.float64)
    direction[a] += 1
    direction[b] -= 1
    piece = linear_piece(model, standardize(image[None].double())[0], direction)
    bias = piece.biases[0] - MEAN / STD * piece.weights[0].sum().item()
    return Evidence(image.double(), (piece.weights[0] / STD).view(28, 28), bias, piece.score, piece)


def changed_sides(one: LinearPiece, other: LinearPiece) -> int:
    """How many hidden neurons are active for one image and silent for the other."""
    pairs = zip(one.passed_on[1:], other.passed_on[1:], strict=True)
    return sum(int(((h > 0) != (g > 0)).sum()) for h, g in pairs)


@dataclass(frozen=True)
class Loudest:
    """The neurons of the first hidden layer that add most to z_a − z_b, or take most from it.

    Attributes:
        numbers: Which they are, counted from 0, the loudest first.
        activations: What each passes on, float64 [n].
        influences: How much z_a − z_b rises with that, float64 [n].
        contributions: Activation × influence, float64 [n].
        weights: Of each, for plain pixels: float64 [n, 28, 28].
        others: What all other neurons of the layer add, together.
        bias: What the biases of the layers behind it add.
        silent: How many neurons of each hidden layer pass nothing on, and of how many.
    """

    numbers: list[int]
    activations: Tensor
    influences: Tensor
    contributions: Tensor
    weights: Tensor
    others: float
    bias: float
    silent: list[tuple[int, int]]


@torch.no_grad()
def loudest_neurons(model: MLP, piece: LinearPiece, count: int) -> Loudest:
    """Ranks the first hidden layer by what each neuron adds to the score: contributions + others + bias is the score.

    Args:
        model: With a hidden layer.
        piece: The network around an image, as ``evidence`` found it.
        count: How many neurons, at most.

    Returns:
        The loudest, without those that are silent or that nothing behind them heeds.

    Raises:
        ValueError: If the network has no hidden layer.
    """
    if not model.config.hidden_sizes:
        raise ValueError("This network has no hidden neurons.")
    activations, influences = piece.passed_on[1], piece.weights[1]
    contributions = activations * influences
    order = contributions.abs().argsort(descending=True, stable=True)[:count]
    order = order[contributions[order] != 0]
    first = next(layer for layer in model if isinstance(layer, nn.Linear))
    return Loudest(
        order.tolist(),
        activations[order],
        influences[order],
        contributions[order],
        (first.weight[order].double() / STD).view(-1, 28, 28),
        (contributions.sum() - contributions[order].sum()).item(),
        piece.biases[1],
        [(int((layer == 0).sum()), len(layer)) for layer in piece.passed_on[1:]],
    )


def single_layer(model: MLP, ink: Tensor) -> tuple[Tensor, Tensor]:
    """The weights of a network without a hidden layer, and the logits that they make of an image.

    Args:
        model: With a single layer; not changed.
        ink: The pixels x, torch.float64 [28, 28] in 0..1.

    Returns:
        The weights for plain pixels, torch.float64 [10, 28, 28], and the logits z, torch.float64 [10].
    """
    layer = next(layer for layer in model if isinstance(layer, nn.Linear))
    weights, biases = for_plain_pixels(layer.weight, layer.bias)
    return weights, (weights * ink).sum(dim=(1, 2)) + biases  # (10, 28, 28) -> (10)
