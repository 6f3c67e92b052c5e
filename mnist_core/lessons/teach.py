"""One training step on one drawing, on a copy of a network: what it changes, and what it costs elsewhere.

The step is plain gradient descent, W ← W − η ∂L/∂W, with the loss L = −ln p of this one drawing.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from mnist_core.data.dataset import Dataset, standardize
from mnist_core.evaluation.accuracy import evaluate
from mnist_core.network.bounds import can_be_read_with
from mnist_core.network.functions import cross_entropy, cross_entropy_gradient, softmax
from mnist_core.network.gradients import batch_gradient, losses_along
from mnist_core.network.model import CLASSES, MLP, copied

HIGHEST_RATE = 100.0
AGREES = 0.05  # of the fall that is foretold: how far the real one may be off
MOST_LESSONS = 50  # taking one back goes through all the others again

Gradient = dict[str, Tensor]  # ∂L/∂W and ∂L/∂b of every layer, by the names the model has for W and b


class LessonFailed(ArithmeticError):
    """A step would make weights that nobody can read with; the message is a sentence that says what to try."""


@dataclass(frozen=True, eq=False)
class Slope:
    """What a network makes of a drawing, and how the loss would change with what it makes of it.

    Attributes:
        image: torch.float32 [28, 28] in 0..1.
        digit: What it is said to show, 0 to 9.
        probabilities: What the network gives each digit, torch.float32 [10].
        loss: −ln of the probability of ``digit``.
        scores: ∂L/∂z = p − y, torch.float32 [10].
        first: ∂L/∂z of each neuron of the first layer, torch.float32 [neurons]; without a hidden layer, ``scores``.
        squared_length: ‖g‖², the squares of all numbers of the gradient added up.
    """

    image: Tensor
    digit: int
    probabilities: Tensor
    loss: float
    scores: Tensor
    first: Tensor
    squared_length: float

    @property
    def rival(self) -> int:
        """The most probable of the digits that it is not said to show."""
        others = [digit for digit in range(CLASSES) if digit != self.digit]
        return max(others, key=lambda digit: float(self.probabilities[digit]))


def slope(model: MLP, image: Tensor, digit: int) -> tuple[Slope, Gradient]:
    """The loss of one drawing and its gradient.

    Args:
        model: Not changed. Its dropout, if it has any, is off.
        image: torch.float32 [28, 28] in 0..1, 0 for paper.
        digit: What the drawing is said to show.

    Returns:
        The slope, and the gradient as autograd finds it.

    Raises:
        ValueError: If the digit is none, or the image is not as above.
    """
    x, y = standardize(_checked(image)[None]), torch.tensor([_digit(digit)])  # (28, 28) -> (1, 784)
    copy = copied(model).requires_grad_(True)
    with torch.no_grad():
        z = copy(x)
    gradient = batch_gradient(copy, x, y)
    # A bias is added to its neuron's sum as it is, so the loss has the same slope in both.
    first = next(part for name, part in gradient.items() if name.endswith("bias"))
    squared_length = sum(float(part.double().square().sum()) for part in gradient.values())
    loss = cross_entropy(z, y).item()
    return Slope(image, digit, softmax(z)[0], loss, cross_entropy_gradient(z, y)[0], first, squared_length), gradient


def rank_one(scores: Tensor, image: Tensor) -> Tensor:
    """∂L/∂W = (∂L/∂z) xᵀ: the gradient of the weights of a layer that is fed x.

    Each row is the same picture, x, times one number. A matrix of such rows has rank one.

    Args:
        scores: ∂L/∂z of the layer's neurons, torch.float32 [neurons]; p − y for a single dense layer.
        image: torch.float32 [28, 28] in 0..1.

    Returns:
        torch.float32 [neurons, 784].
    """
    x = standardize(image[None])[0]  # (28, 28) -> (784,)
    return torch.outer(scores, x)


@torch.no_grad()
def step(model: MLP, gradient: Gradient, rate: float) -> MLP:
    """One step of gradient descent, W ← W − η ∂L/∂W, on a copy.

    Args:
        model: Left as it is.
        gradient: Of its weights and biases.
        rate: η, above 0 and up to 100.

    Returns:
        The copy, in eval mode and without gradients.

    Raises:
        ValueError: If the rate is out of range.
    """
    if not (math.isfinite(rate) and 0 < rate <= HIGHEST_RATE):
        raise ValueError(f"The learning rate is a number above 0 and up to {HIGHEST_RATE:.0f}, not {rate!r}.")
    copy = copied(model)
    for name, weights in copy.named_parameters():
        weights.sub_(rate * gradient[name])
    return copy


@dataclass(frozen=True, eq=False)
class Lesson:
    """What one step did for the drawing it was taken on.

    Attributes:
        slope: How things stood before it.
        rate: The learning rate, η.
        probabilities: What the network gives each digit after it, torch.float32 [10].
        loss: After it.
    """

    slope: Slope
    rate: float
    probabilities: Tensor
    loss: float

    @property
    def foretold(self) -> float:
        """By how much the loss would fall if the slope stayed what it was: η ‖g‖².

        A weight moves by −η times its gradient, and the loss changes by the gradient for every 1 the weight moves.
        """
        return self.rate * self.slope.squared_length

    @property
    def fall(self) -> float:
        """By how much the loss really fell; below 0 if it rose."""
        return self.slope.loss - self.loss


@dataclass(frozen=True, eq=False)
class Pupil:
    """A network that is taught: a copy of one that stays as it is.

    Attributes:
        original: Never changed.
        model: After all lessons. Before the first one it is the original itself.
        lessons: The first one first.
    """

    original: MLP
    model: MLP
    lessons: tuple[Lesson, ...] = ()


def teach(pupil: Pupil, image: Tensor, digit: int, rate: float) -> Pupil:
    """One more lesson: a single step on a single drawing.

    Args:
        pupil: Left as it is.
        image: torch.float32 [28, 28] in 0..1, 0 for paper.
        digit: What it is said to show.
        rate: The learning rate, above 0.

    Returns:
        The pupil after it.

    Raises:
        LessonFailed: If nobody could read with the weights any more.
        ValueError: If a value is out of range, or there were ``MOST_LESSONS`` before.
    """
    if len(pupil.lessons) >= MOST_LESSONS:
        raise ValueError(f"There were {MOST_LESSONS} lessons already, which is the most.")
    before, gradient = slope(pupil.model, image, digit)
    model = step(pupil.model, gradient, rate)
    if not can_be_read_with(model):
        raise LessonFailed(
            f"With a learning rate of {rate:g} the weights would grow so large that the scores could be too large for "
            "the computer to hold. So this lesson was not given. Try a smaller learning rate, or take a lesson back."
        )
    with torch.no_grad():
        z = model(standardize(image[None]))
    lesson = Lesson(before, rate, softmax(z)[0], cross_entropy(z, torch.tensor([digit])).item())
    return Pupil(pupil.original, model, (*pupil.lessons, lesson))


def take_back(pupil: Pupil) -> Pupil:
    """The pupil without the last lesson: the original is given all the others again, which makes the same weights.

    A weight that had the change added again, in place of all that, would be off by a rounding.

    Args:
        pupil: Left as it is.

    Returns:
        The pupil as it was before the last lesson, bit by bit; without lessons, as it is.
    """
    again = Pupil(pupil.original, pupil.original)
    for lesson in pupil.lessons[:-1]:
        again = teach(again, lesson.slope.image, lesson.slope.digit, lesson.rate)
    return again


@dataclass(frozen=True, eq=False)
class Cost:
    """What became of other images: each is read before and after, and compared with itself.

    Attributes:
        labels: What they show, torch.int64 [N].
        before: What each was read as before, torch.int64 [N].
        after: And after.
    """

    labels: Tensor
    before: Tensor
    after: Tensor

    @property
    def right_before(self) -> int:
        """How many were read rightly before."""
        return int((self.before == self.labels).sum())

    @property
    def right_after(self) -> int:
        """How many are read rightly after."""
        return int((self.after == self.labels).sum())

    @property
    def became_wrong(self) -> Tensor:
        """Where the images are that were read rightly before and are not after: torch.int64 [M]."""
        return ((self.before == self.labels) & (self.after != self.labels)).nonzero().flatten()

    @property
    def became_right(self) -> Tensor:
        """Where those are that were read wrongly before and rightly after: torch.int64 [M]."""
        return ((self.before != self.labels) & (self.after == self.labels)).nonzero().flatten()

    def wrong_as(self, digit: int) -> int:
        """How many of those that became wrong are now read as this digit."""
        return int((self.after[self.became_wrong] == digit).sum())


def losses_after(model: MLP, image: Tensor, digit: int, rates: Sequence[float]) -> list[float]:
    """The loss of a drawing after one step on it, for each of some learning rates.

    Args:
        model: Not changed.
        image: torch.float32 [28, 28] in 0..1.
        digit: What it is said to show.
        rates: 0 is where the network stands.

    Returns:
        A loss for each rate; inf or nan where it is no number any more.
    """
    _, gradient = slope(model, image, digit)
    downhill = {name: -part for name, part in gradient.items()}
    return losses_along(copied(model), standardize(image[None]), torch.tensor([digit]), downhill, rates)


@dataclass(frozen=True)
class Fall:
    """How far the loss of a drawing should fall with one step, and how far it does.

    Attributes:
        rate: The learning rate, η.
        foretold: η ‖g‖², by which it would fall if the slope stayed what it is.
        before: The loss before the step.
        after: And after; inf or nan where it is no number any more.
    """

    rate: float
    foretold: float
    before: float
    after: float

    @property
    def real(self) -> float:
        """By how much it falls; below 0 if it rises."""
        return self.before - self.after

    @property
    def agrees(self) -> bool:
        """Whether the real fall is what was foretold, to within a twentieth."""
        return abs(self.real - self.foretold) < AGREES * self.foretold


def falls(model: MLP, image: Tensor, digit: int, rates: Iterable[float]) -> Iterator[Fall]:
    """What is foretold and what is real, for one step with each of some learning rates.

    It is worked out in float64: with a short step the loss falls by so little that float32 would round it away.

    Args:
        model: Not changed.
        image: torch.float32 [28, 28] in 0..1.
        digit: What it is said to show.
        rates: Above 0.

    Yields:
        A fall for each rate, as it is asked for.
    """
    found, gradient = slope(model, image, digit)
    downhill = {name: -part.double() for name, part in gradient.items()}
    double, x, y = copied(model).double(), standardize(image[None]).double(), torch.tensor([digit])
    (before,) = losses_along(double, x, y, downhill, [0.0])
    for rate in rates:
        (after,) = losses_along(double, x, y, downhill, [rate])
        yield Fall(rate, rate * found.squared_length, before, after)


@dataclass(frozen=True)
class Trial:
    """What a step with one learning rate would do.

    Attributes:
        rate: The learning rate.
        probability: Of the drawing's digit after it; nan where the step makes no numbers.
        read: The share of other images read rightly after it.
    """

    rate: float
    probability: float
    read: float


def try_rates(model: MLP, image: Tensor, digit: int, rates: Sequence[float], others: Dataset) -> list[Trial]:
    """The same step with different learning rates, each from where the network stands.

    Args:
        model: Not changed.
        image: torch.float32 [28, 28] in 0..1.
        digit: What it is said to show.
        rates: 0 is where the network stands.
        others: Images it is not taught with.

    Returns:
        A trial for each rate.
    """
    _, gradient = slope(model, image, digit)
    trials = []
    for rate in rates:
        taught = step(model, gradient, rate) if rate else model
        with torch.no_grad():
            p = softmax(taught(standardize(image[None])))[0, digit].item()
        trials.append(Trial(rate, p, evaluate(taught, others).accuracy))
    return trials


def _checked(image: Tensor) -> Tensor:
    if image.dtype != torch.float32 or image.shape != (28, 28) or not (image.min() >= 0 and image.max() <= 1):
        raise ValueError("A drawing is torch.float32 [28, 28], from 0 for paper to 1 for ink.")
    return image


def _digit(digit: int) -> int:
    if digit not in range(CLASSES):
        raise ValueError(f"A digit is 0 to 9, not {digit!r}.")
    return digit
