"""What the lesson on the network says of a hidden layer that is flattened."""

from torch import Tensor

from mnist_core import words
from mnist_core.handwriting.is_digit import Verdict
from mnist_core.lessons.network_flat import Flat, FlatLayer, vote


def shares(flat: Flat) -> tuple[float, float, float]:
    """What the two directions hold of the variance, to three decimals, and their sum, so that it adds up as written."""
    first, second = (round(share, 3) for share in flat.shares.tolist())
    return first, second, round(first + second, 3)


def what_it_shows(layer: FlatLayer, *, is_trained: bool) -> str:
    """How to read the figure, and how well digits of a kind come together in it, before or after the training."""
    many = words.count(layer.passed.shape[1], "number")
    if not layer.tells_apart:
        return f"This layer passes on the same {many} whatever it sees. So all images lie in one place."
    held = f"they hold {shares(layer.flat)[2]:.0%} of the variance"
    if not layer.flat.shares[1]:
        held = "there is only one here"
    return (
        f"In the last hidden layer, an image is {many}. Here it stands in the two directions in which images differ "
        f"most: {held}. For **{layer.alike_when_flat:.0%}** of {len(layer.passed):,} images, the nearest one here "
        "shows the same digit. Rings: your nearest in the whole layer. "
        + ("Nobody told it to sort them." if is_trained else "Its weights are still random.")
    )


def of_the_star(p: Tensor, verdict: Verdict, labels: Tensor) -> str:
    """What the network reads in the drawing, by probabilities [10], and what the nearest images vote for.

    Args:
        p: What the network gives to the ten digits.
        verdict: Whether one of them may be named.
        labels: What the nearest images show, torch.int64 [count]; none where none is nearer than others.
    """
    choice = int(p.argmax())
    doubt = words.percent(p[choice].item())
    said = f"★ read as **{choice}** ({doubt})." if verdict.is_digit else f"★ **not sure**, maybe {choice}."
    if not len(labels):
        return said
    digit, most = vote(labels)
    return f"{said} Nearest vote **{digit}**: {most} of {len(labels)}."


def what_is_left_out(neurons: int) -> str:
    """What the figure does not show of so many neurons."""
    if neurons == 1:
        return "This layer has one neuron, so nothing is hidden: its one number is the place from left to right."
    if neurons == 2:
        return "This layer has two neurons, so nothing is hidden: the figure only turns it."
    return (
        f"Two of {neurons:,} directions are a shadow of the layer. What lies side by side on the page can be far apart "
        f"along the other {neurons - 2:,}. And each axis is stretched to fill the figure, so that a length to the "
        "right is not the same as one upwards."
    )


def where_it_began(name: str, seed: int | None) -> str:
    """Which network is the one before training, for the network of this name."""
    if seed is None:
        return (
            f"With which random weights {name} once began is not known. So *before training* is a network of the same "
            "shape with random weights, those of seed 0."
        )
    return f"*Before training* is {name} with the random weights that its training began with: those of seed {seed}."
