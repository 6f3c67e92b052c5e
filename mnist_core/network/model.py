"""The multi-layer perceptron: dense layers with a nonlinearity between them."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

INPUTS = 28 * 28
CLASSES = 10
ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}
MOST_HIDDEN_LAYERS = 5
WIDEST_LAYER = 1024
MOST_CLASSES = 100


@dataclass(frozen=True)
class MLPConfig:
    """The shape of a network.

    Raises:
        ValueError: If a value is out of range, in a sentence that says which.
    """

    hidden_sizes: tuple[int, ...] = (128,)  # the course's network; () is softmax regression
    activation: str = "relu"  # cheap, and its gradient does not fade
    dropout: float = 0.0  # share of hidden neurons silenced in training; a small network needs none
    classes: int = CLASSES  # answers to choose from: the ten digits, unless the question is another one

    def __post_init__(self) -> None:
        sizes = tuple(self.hidden_sizes)
        object.__setattr__(self, "hidden_sizes", sizes)
        if len(sizes) > MOST_HIDDEN_LAYERS:
            raise ValueError(f"At most {MOST_HIDDEN_LAYERS} hidden layers, not {len(sizes)}.")
        for size in sizes:
            if not isinstance(size, int) or isinstance(size, bool) or not 1 <= size <= WIDEST_LAYER:
                raise ValueError(f"A hidden layer has a whole number of neurons, 1 to {WIDEST_LAYER}, not {size!r}.")
        if self.activation not in ACTIVATIONS:
            raise ValueError(f"The activation is one of {', '.join(ACTIVATIONS)}, not {self.activation!r}.")
        if not 0 <= self.dropout < 1:
            raise ValueError(f"Dropout is a share from 0 to below 1, not {self.dropout!r}.")
        if not isinstance(self.classes, int) or isinstance(self.classes, bool) or not 2 <= self.classes <= MOST_CLASSES:
            raise ValueError(f"A network chooses from 2 to {MOST_CLASSES} answers, not {self.classes!r}.")

    @property
    def layer_sizes(self) -> tuple[int, ...]:
        """Widths from the pixels to the answers, such as (784, 128, 10)."""
        return (INPUTS, *self.hidden_sizes, self.classes)

    @property
    def label(self) -> str:
        """The widths as the field writes them, such as 784-128-10."""
        return "-".join(map(str, self.layer_sizes))

    @property
    def parameter_count(self) -> int:
        """Weights and biases: inputs × outputs + outputs, summed over the dense layers."""
        return sum(i * o + o for i, o in zip(self.layer_sizes, self.layer_sizes[1:], strict=False))


class Dropout(nn.Module):
    """Silences each neuron with a probability during training and scales the others by 1 / (1 - probability).

    torch's own draws from the process-wide generator, which everyone's training would share; this one draws
    from a generator of its own, so that a run can be repeated. See Srivastava et al. (2014).
    """

    def __init__(self, probability: float) -> None:
        super().__init__()
        self.probability = probability
        self.share_kept = 1 - probability
        self.generator = torch.Generator().manual_seed(0)

    def draw(self, shape: torch.Size) -> Tensor:
        """Which neurons are kept, each for each image: torch.bool of this shape."""
        return torch.rand(shape, generator=self.generator) >= self.probability

    def forward(self, x: Tensor) -> Tensor:
        """Takes and returns torch.float32 [N, neurons]; changes nothing outside of training."""
        if not self.training or self.probability == 0:
            return x
        return x * self.draw(x.shape) / self.share_kept


class MLP(nn.Sequential):
    """Dense layers with an activation (and dropout) after each but the last: [N, 784] -> logits [N, classes].

    It is a plain ``nn.Sequential``: its weights load into one that is written by hand.
    """

    def __init__(self, config: MLPConfig) -> None:
        layers: list[nn.Module] = []
        for inputs, outputs in zip(config.layer_sizes, config.layer_sizes[1:], strict=False):
            # Memory only: new_model draws the weights, from a generator of the run.
            layers.append(torch.nn.utils.skip_init(nn.Linear, inputs, outputs))
            layers.append(ACTIVATIONS[config.activation]())
            if config.dropout:
                layers.append(Dropout(config.dropout))
        last_dense = max(index for index, layer in enumerate(layers) if isinstance(layer, nn.Linear))
        super().__init__(*layers[: last_dense + 1])
        self.config = config

    def draw_weights(self, seed: int) -> None:
        """Draws weights and biases as ``nn.Linear`` does, uniform within ±1/√inputs, but from a generator of our own.

        Args:
            seed: Which weights; the same seed gives the same.
        """
        generator = torch.Generator().manual_seed(seed)
        for layer in self:
            if isinstance(layer, nn.Linear):
                bound = 1 / math.sqrt(layer.in_features)
                nn.init.uniform_(layer.weight, -bound, bound, generator=generator)
                nn.init.uniform_(layer.bias, -bound, bound, generator=generator)

    def seed_dropout(self, seed: int) -> None:
        """Makes the neurons that dropout silences from here on depend on ``seed`` alone."""
        for index, layer in enumerate(self):
            if isinstance(layer, Dropout):
                layer.generator.manual_seed(seed + index)


def copied(model: MLP) -> MLP:
    """A copy to look at or to change, in eval mode and without gradients.

    Not copy.deepcopy: it would also copy the graph a training may have left, and the generators of dropout.
    """
    copy = MLP(model.config)
    copy.load_state_dict(model.state_dict())
    return copy.eval().requires_grad_(False)
