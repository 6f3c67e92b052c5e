"""Damage to a network, to see what it can do without. It is always done to a copy; the network stays as it is."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from mnist_core.data.dataset import Dataset, normalize
from mnist_core.data.pixel_order import pixel_order, reordered
from mnist_core.evaluation.accuracy import Evaluation, evaluate
from mnist_core.network.layers import last_hidden
from mnist_core.network.model import MLP, MLPConfig, copied

LOUDEST = 3.0  # noise three times as large as the weights leaves next to nothing of what they knew
SEEDS = 2**32
SHARES = tuple(tenths / 10 for tenths in range(11))
NOISES = (0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 2.5, LOUDEST)


@dataclass(frozen=True)
class Damage:
    """What is done to a network, or to what it is shown. A seed draws which neurons, what noise and which order.

    Raises:
        ValueError: If a value is out of range, in a sentence that says which.
    """

    silenced: float = 0.0  # share of the neurons of each hidden layer
    noise: float = 0.0  # its deviation, in deviations of the layer's own weights: 1 is as large as they are
    zero_biases: bool = False
    shuffled: bool = False  # the pixels of all images, in one order
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.silenced <= 1:
            raise ValueError(f"The silenced neurons are a share from 0 to 1, not {self.silenced!r}.")
        _check_noise(self.noise)
        _check_seed(self.seed)

    @property
    def is_none(self) -> bool:
        """Whether all is left as it is."""
        return not (self.silenced or self.noise or self.zero_biases or self.shuffled)


def damaged(model: MLP, damage: Damage) -> MLP:
    """A copy of a network with the damage that concerns networks: noise first, then biases, then silent neurons.

    Args:
        model: Left as it is.
        damage: With the same seed, more of it adds to what less of it does: the neurons silenced before stay silenced,
            and the noise on each weight only grows.

    Returns:
        The copy, in eval mode and without gradients.
    """
    result = add_noise(model, damage.noise, damage.seed) if damage.noise else model
    if damage.zero_biases:
        result = zero_biases(result)
    for layer, neurons in enumerate(drawn_neurons(model.config, damage.silenced, damage.seed)):
        if len(neurons):
            result = silence(result, layer, neurons)
    return copied(model) if result is model else result


def fed(dataset: Dataset, damage: Damage) -> Dataset:
    """The images with the damage that concerns images: their pixels shuffled, all in the same order, or as they are."""
    return reordered(dataset, pixel_order(damage.seed)) if damage.shuffled else dataset


def read_damaged(model: MLP, dataset: Dataset, damage: Damage) -> Evaluation:
    """What a network makes of some images after the damage; both are left as they are.

    Args:
        model: Any network.
        dataset: At least one image.
        damage: What is done.

    Returns:
        The logits of the damaged copy beside the labels.
    """
    return evaluate(damaged(model, damage), fed(dataset, damage))


def zero_biases(model: MLP) -> MLP:
    """A copy of a network without biases: all of them are 0."""
    copy = copied(model)
    for layer in _dense(copy):
        layer.bias.zero_()
    return copy


def add_noise(model: MLP, noise: float, seed: int) -> MLP:
    """A copy of a network with a random number added to each weight; the biases stay.

    The numbers are drawn from a normal distribution around 0. Their deviation is ``noise`` times that of the weights
    of the same dense layer, so that each layer suffers alike.

    Args:
        model: Left as it is.
        noise: 0 to 3; 1 is as large as the weights themselves.
        seed: Which numbers. With more noise they are the same, only larger.

    Returns:
        The copy, in eval mode and without gradients.

    Raises:
        ValueError: If the noise or the seed is out of range.
    """
    _check_noise(noise)
    _check_seed(seed)
    copy = copied(model)
    generator = torch.Generator().manual_seed(seed)
    for layer in _dense(copy) if noise else []:
        spread = layer.weight.std(correction=0)  # of a single weight it is 0, where the other kind would be no number
        layer.weight += noise * spread * torch.randn(layer.weight.shape, generator=generator)
    return copy


def silence(model: MLP, layer: int, neurons: Sequence[int] | Tensor) -> MLP:
    """A copy of a network in which some hidden neurons say nothing, whatever they are shown.

    All weights into such a neuron, its bias and all weights out of it become 0. Those out of it would be enough. With
    the others at 0 too, a picture of its weights is blank.

    Args:
        model: Left as it is.
        layer: Which hidden layer, from 0.
        neurons: Which of its neurons, from 0.

    Returns:
        The copy, in eval mode and without gradients.

    Raises:
        ValueError: If there is no such layer or no such neuron.
    """
    hidden = model.config.hidden_sizes
    if not 0 <= layer < len(hidden):
        raise ValueError(f"This network has {len(hidden)} hidden layers, counted from 0: there is no layer {layer}.")
    chosen = torch.as_tensor(neurons, dtype=torch.int64)
    if len(chosen) and not (chosen.min() >= 0 and chosen.max() < hidden[layer]):
        raise ValueError(f"The neurons of this layer are numbered 0 to {hidden[layer] - 1}.")
    copy = copied(model)
    into, out = _dense(copy)[layer : layer + 2]
    into.weight[chosen] = 0
    into.bias[chosen] = 0
    out.weight[:, chosen] = 0
    return copy


def drawn_neurons(config: MLPConfig, share: float, seed: int) -> list[Tensor]:
    """Draws which neurons are silenced: in each hidden layer the same share, rounded to whole neurons.

    Args:
        config: The network's.
        share: 0 to 1. With the same seed, a larger share takes the same neurons and more.
        seed: Which ones.

    Returns:
        For each hidden layer torch.int64 [M]; none where there is no hidden layer.
    """
    generator = torch.Generator().manual_seed(seed)
    orders = [torch.randperm(size, generator=generator) for size in config.hidden_sizes]
    return [order[: round(share * len(order))] for order in orders]


def follow_order(model: MLP, order: Tensor) -> MLP:
    """A copy of a network that reads shuffled images as the network itself reads them unshuffled.

    Each weight of its first layer moves to where the pixel has gone that it belongs to.

    Args:
        model: Left as it is.
        order: torch.int64 [784], as for ``reordered``: from which pixel each takes its ink.

    Returns:
        The copy, in eval mode and without gradients.

    Raises:
        ValueError: If ``order`` does not name each of the 784 pixels once.
    """
    copy = copied(model)
    first = _dense(copy)[0]
    if not torch.equal(order.sort().values, torch.arange(first.in_features)):
        raise ValueError("An order names each of the 784 pixels once.")
    first.weight.copy_(first.weight[:, order])
    return copy


def more_silenced(seed: int) -> tuple[Damage, ...]:
    """More and more hidden neurons silenced, from none to all, and nothing else; for a curve."""
    return tuple(Damage(silenced=share, seed=seed) for share in SHARES)


def more_noise(seed: int) -> tuple[Damage, ...]:
    """More and more noise, from none to the loudest, and nothing else; for a curve."""
    return tuple(Damage(noise=noise, seed=seed) for noise in NOISES)


def leads(evaluation: Evaluation) -> Tensor:
    """By how much the score of the right digit is ahead of the best of the nine others, image by image.

    Args:
        evaluation: Of any network.

    Returns:
        torch.float32 [N]; below 0 where another digit is ahead, so that the image is read wrongly.
    """
    labels = evaluation.labels[:, None]
    right = evaluation.logits.gather(1, labels)[:, 0]
    return right - evaluation.logits.scatter(1, labels, -math.inf).amax(dim=1)


class ScoreParts(NamedTuple):
    """What a score is the sum of.

    Attributes:
        speaking: What the neurons add that are not silenced, or the pixels where there is no hidden layer.
        silent: What the silenced neurons add.
        bias: What is added whatever the image.
    """

    speaking: float
    silent: float
    bias: float


def score_parts(model: MLP, image: Tensor, digit: int, silent: Tensor) -> ScoreParts:
    """Takes the score of a digit apart, in a network before its damage as in the damaged copy.

    Args:
        model: In eval mode.
        image: torch.uint8 [28, 28].
        digit: Whose score.
        silent: The silenced neurons of the last hidden layer, torch.int64 [M]; empty where there is no such layer.

    Returns:
        Three numbers; together they are the score.
    """
    last = _dense(model)[-1]
    terms = last.weight[digit].detach() * last_hidden(model, normalize(image[None]))[0]
    is_silent = torch.zeros(len(terms), dtype=torch.bool)
    is_silent[silent] = True
    return ScoreParts(terms[~is_silent].sum().item(), terms[is_silent].sum().item(), last.bias[digit].item())


def _dense(model: MLP) -> list[nn.Linear]:
    return [layer for layer in model if isinstance(layer, nn.Linear)]


def _check_noise(noise: float) -> None:
    if not (math.isfinite(noise) and 0 <= noise <= LOUDEST):
        raise ValueError(f"Noise is a number from 0 to {LOUDEST:.0f}, not {noise!r}.")


def _check_seed(seed: int) -> None:
    if not 0 <= seed < SEEDS:
        raise ValueError(f"A seed is a whole number from 0 to {SEEDS - 1}, not {seed!r}.")
