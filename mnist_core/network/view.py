"""What runs through a network when it reads one image, neuron by neuron: for the picture of the network.

The symbols are the lessons': sums z = W x + b, values h = activation(z), logits z and probabilities p at the end,
and δ = ∂L/∂z, the gradient of the loss at a neuron's sum.
"""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import torch
from torch import Tensor, nn

from mnist_core.data.dataset import STD, standardize
from mnist_core.network.functions import softmax
from mnist_core.network.model import MLP, Dropout, MLPConfig

MOST = 16  # neurons of a layer that are drawn: as many lights as still can be told apart and touched on a phone
MOST_OF_DEEP = 8  # from DEEP hidden layers on: the connections between two layers of 16 would hide each other
DEEP = 3
MOST_PICTURES = 10  # where neurons are drawn as pictures of their weights, which take more room
MOST_INK = 3  # pixels that are named for a neuron
STAYS = 1.25  # a neuron that was drawn before makes way for one that is this many times as loud

# The derivative of each activation, from its sum z and its value h.
SLOPES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "relu": lambda z, h: (z > 0).to(h.dtype),
    "tanh": lambda z, h: 1 - h * h,
    "sigmoid": lambda z, h: h * (1 - h),
}

Row = tuple[float, ...]
Rows = tuple[Row, ...]  # a row for each shown neuron


@dataclass(frozen=True)
class LayerView:
    """A dense layer while the network reads one image. All numbers are finite; see ``look``.

    Attributes:
        size: Neurons in the layer.
        shown: Which of them are drawn, ascending, from 0.
        sums: z of each shown neuron, its bias included.
        values: What it passes on, activation(z); of the output, z itself.
        links: What each shown neuron of the layer before adds to its sum: w × value. None in the first layer.
        ink: Of the first layer only, its strongest pixels as (pixel 0 to 783, w′ × x), the strongest first: at most
            ``MOST_INK``, and none of paper. w′ are weights for plain pixels, so paper adds nothing.
        speaks: Of hidden layers only, a number for each digit: value × ∂z_k/∂value minus the mean over all digits k,
            so what counts for all digits alike is left out.
        weights: Of the first layer only, and only if asked for: w′ as torch.int8 [shown, 28, 28]; 127 means ``limit``.
        limit: The largest |w′| of the shown neurons where there are ``weights``; else 0.
        deltas: ∂L/∂z of each shown neuron where the gradient was asked for; else none.
        back: The gradient of each weight that ``links`` are of: δ × value of the neuron before. None in the first
            layer, or without a gradient.
    """

    size: int
    shown: tuple[int, ...]
    sums: Row
    values: Row
    links: Rows = ()
    ink: tuple[tuple[tuple[int, float], ...], ...] = ()
    speaks: Rows = ()
    weights: Tensor | None = field(default=None, compare=False)
    limit: float = 0.0
    deltas: Row = ()
    back: Rows = ()


@dataclass(frozen=True)
class NetworkView:
    """A network while it reads one image.

    Attributes:
        image: torch.float32 [28, 28] in 0..1.
        label: The digit it shows, where that is known.
        layers: The hidden layers, from the pixels on.
        output: The layer of the logits; all of it is shown.
        p: The probabilities, with sum 1.
    """

    image: Tensor = field(compare=False)
    label: int | None
    layers: tuple[LayerView, ...]
    output: LayerView
    p: Row


def first_neurons(config: MLPConfig) -> tuple[tuple[int, ...], ...]:
    """The first neurons of each hidden layer: where always the same ones are seen, with pictures of their weights."""
    most = min(MOST_PICTURES, most_shown(config))
    return tuple(tuple(range(min(size, most))) for size in config.hidden_sizes)


def most_shown(config: MLPConfig) -> int:
    """How many neurons of a hidden layer are drawn at most."""
    return MOST if len(config.hidden_sizes) < DEEP else MOST_OF_DEEP


@torch.no_grad()
def look(
    model: MLP,
    image: Tensor,
    *,
    label: int | None = None,
    keep: NetworkView | None = None,
    with_weights: bool = False,
    with_gradient: bool = False,
    shown: Sequence[Sequence[int]] | None = None,
) -> NetworkView:
    """Follows one image through a network, and the gradient of its loss back.

    Dropout is off, as always when a network reads. Of a network whose numbers have overflowed all is finite
    nevertheless, so that it can be drawn: infinity stands as the largest number of float32, and 0 for what is not a
    number.

    Args:
        model: Of any shape; only looked at, whatever mode it is in.
        image: torch.float32 [28, 28] in 0..1, 0 for paper.
        label: The digit it shows.
        keep: The view before. Neurons that were drawn there stay unless others are clearly louder, ``STAYS`` times.
            A view of a network of another shape does not count.
        with_weights: Whether to add the first layer's weights as pictures.
        with_gradient: Whether to add the gradient of the cross-entropy of this one image; needs its label.
        shown: Which neurons of each hidden layer are drawn, ascending; else the loudest, those with the largest
            |value|, and of equals the first.

    Returns:
        What the picture shows.

    Raises:
        ValueError: If the image, the label or the neurons are not as above.
    """
    _check(model.config, image, label, with_gradient, shown)
    dense = [layer for layer in model if isinstance(layer, nn.Linear)]
    # Forward: from the pixels to the logits and the probabilities.
    sums, values = _forward(model, standardize(image[None])[0].to(dense[0].weight.dtype))  # (28, 28) -> (784)
    p = softmax(sums[-1].nan_to_num())

    # Backward: what each value counts for in the logits, and the gradient of the loss.
    slope = SLOPES[model.config.activation]
    slopes = [slope(z, h) for z, h in zip(sums[:-1], values[1:-1], strict=True)]  # of the hidden layers
    reach = _reach(dense, slopes)
    deltas = _deltas(dense, slopes, p, label) if with_gradient and label is not None else None

    places = [torch.tensor(of_layer) for of_layer in shown or _loudest(model.config, values[1:-1], keep)]
    places.append(torch.arange(model.config.classes))
    layers = []
    for at, layer in enumerate(dense):
        here = places[at]
        told = _of_the_pixels(layer.weight[here], image.flatten(), with_weights) if at == 0 else {}
        if at > 0:
            passed_on = values[at][places[at - 1]]
            told |= _between(layer.weight[here][:, places[at - 1]], passed_on, deltas[at][here] if deltas else None)
        if deltas:
            told["deltas"] = _row(deltas[at][here])
        if layer is not dense[-1]:
            told["speaks"] = _rows(_speaks(reach[at], values[at + 1])[here])
        z, h = _row(sums[at][here]), _row(values[at + 1][here])
        layers.append(LayerView(layer.out_features, tuple(here.tolist()), z, h, **told))
    return NetworkView(image, label, tuple(layers[:-1]), layers[-1], _row(p))


def _forward(model: MLP, x: Tensor) -> tuple[list[Tensor], list[Tensor]]:
    """The sums of each dense layer; and what each passes on, the pixels first and the logits as they are last."""
    sums, values = [], [x]
    for layer in model:
        if isinstance(layer, nn.Linear):
            sums.append(layer(values[-1]))
            values.append(sums[-1])
        elif not isinstance(layer, Dropout):
            values[-1] = layer(sums[-1])
    return sums, values


def _reach(dense: list[nn.Linear], slopes: list[Tensor]) -> list[Tensor]:
    """∂z/∂value for each hidden layer, [classes, neurons]: the chain of all weights and slopes behind it."""
    if not slopes:
        return []
    reach = [dense[-1].weight]
    for layer, slope in zip(dense[-2:0:-1], slopes[:0:-1], strict=True):
        reach.append((reach[-1] * slope) @ layer.weight)
    return reach[::-1]


def _speaks(reach: Tensor, values: Tensor) -> Tensor:
    """For each neuron, value × ∂z_k/∂value for the digits k, minus the mean of them: [neurons, classes]."""
    return ((reach - reach.mean(0)) * values).T


def _deltas(dense: list[nn.Linear], slopes: list[Tensor], p: Tensor, label: int) -> list[Tensor]:
    """∂L/∂z for each layer: p − y at the output, and from there backwards Wᵀδ times the slope."""
    delta = p.clone()
    delta[label] -= 1  # y is one-hot
    deltas = [delta]
    for layer, slope in zip(dense[:0:-1], slopes[::-1], strict=True):
        delta = (layer.weight.T @ delta) * slope
        deltas.append(delta)
    return deltas[::-1]


def _loudest(config: MLPConfig, values: list[Tensor], keep: NetworkView | None) -> list[list[int]]:
    """The neurons of each hidden layer with the largest |value|; those drawn before count ``STAYS`` times."""
    drawn = [layer.shown for layer in keep.layers] if keep and _sizes(keep) == config.hidden_sizes else []
    found = []
    for at, h in enumerate(values):
        loudness = h.abs().nan_to_num()
        if drawn:
            loudness[list(drawn[at])] *= STAYS
        found.append(sorted(loudness.argsort(descending=True, stable=True)[: most_shown(config)].tolist()))
    return found


def _sizes(view: NetworkView) -> tuple[int, ...]:
    return tuple(layer.size for layer in view.layers)


def _between(weight: Tensor, passed_on: Tensor, delta: Tensor | None) -> dict[str, Any]:
    """What the drawn neurons of a layer get from those before it, and the gradient of these weights if there is one."""
    told: dict[str, Any] = {"links": _rows(weight * passed_on)}
    if delta is not None:
        told["back"] = _rows(torch.outer(delta, passed_on))
    return told


def _of_the_pixels(weight: Tensor, pixels: Tensor, with_weights: bool) -> dict[str, Any]:
    """What is said of the first layer alone: ink, and the weights as pictures."""
    plain = (weight / STD).float().nan_to_num()  # for plain pixels; see for_plain_pixels
    inked = pixels.nonzero().flatten()  # paper adds nothing
    products = plain.index_select(1, inked) * pixels[inked]
    strongest = products.abs().topk(min(MOST_INK, len(inked))).indices
    added = _rows(products.gather(1, strongest))
    pairs = zip(inked[strongest].tolist(), added, strict=True)
    told: dict[str, Any] = {"ink": tuple(tuple(zip(pixels_at, by, strict=True)) for pixels_at, by in pairs)}
    if with_weights:
        limit = plain.abs().max()
        # Divided before it is multiplied: the other way round a large weight would overflow.
        told["weights"] = (plain / limit.clamp(min=1e-30) * 127).round().to(torch.int8).view(-1, 28, 28)
        told["limit"] = limit.item()
    return told


def _row(numbers: Tensor) -> Row:
    return tuple(numbers.float().nan_to_num().tolist())


def _rows(numbers: Tensor) -> Rows:
    return tuple(map(tuple, numbers.float().nan_to_num().tolist()))


def _check(
    config: MLPConfig,
    image: Tensor,
    label: int | None,
    with_gradient: bool,
    shown: Sequence[Sequence[int]] | None,
) -> None:
    if image.dtype != torch.float32 or image.shape != (28, 28):
        raise ValueError(f"An image is torch.float32 [28, 28], not {image.dtype} {list(image.shape)}.")
    least, largest = image.aminmax()
    if not (least >= 0 and largest <= 1):
        raise ValueError("Pixels must be between 0 (paper) and 1 (ink); divide by 255 first.")
    if label is not None and not (isinstance(label, int) and 0 <= label < config.classes):
        raise ValueError(f"The label is a whole number from 0 to {config.classes - 1}, not {label!r}.")
    if with_gradient and label is None:
        raise ValueError("There is no gradient without the label: the loss is that of the right digit.")
    if shown is None:
        return
    if len(shown) != len(config.hidden_sizes):
        raise ValueError(f"There is one list of neurons for each of {len(config.hidden_sizes)} hidden layers.")
    for places, size in zip(shown, config.hidden_sizes, strict=True):
        if not places or list(places) != sorted(set(places)) or places[0] < 0 or places[-1] >= size:
            raise ValueError(f"The neurons to show are ascending numbers from 0 to {size - 1}, not {list(places)}.")


def as_data(view: NetworkView) -> dict[str, Any]:
    """A view as plain JSON values, small enough to be sent often.

    Returns:
        The attributes by name. Numbers have five significant digits. The image is base64 of float32, little endian;
        the weights, where there are any, are base64 of int8.
    """
    return {
        "image": base64.b64encode(view.image.contiguous().numpy().astype("<f4").tobytes()).decode(),
        "label": view.label,
        "layers": [_layer_as_data(layer) for layer in view.layers],
        "output": _layer_as_data(view.output),
        "p": _short(view.p),
    }


def _layer_as_data(layer: LayerView) -> dict[str, Any]:
    told = {part.name: _short(getattr(layer, part.name)) for part in fields(layer) if part.name != "weights"}
    weights = layer.weights
    told["weights"] = None if weights is None else base64.b64encode(weights.numpy().tobytes()).decode()
    return told


def _short(value: Any) -> Any:
    """Decimal numbers with five digits, in lists; whole ones as they are."""
    if isinstance(value, tuple):
        return [_short(one) for one in value]
    return float(f"{value:.5g}") if isinstance(value, float) else value
