"""Does 90 % mean 90 %? What a model claims beside how often it is right, and the temperature that brings them together.

After Guo, Pleiss, Sun and Weinberger, "On Calibration of Modern Neural Networks" (2017). Everything is counted in
float64, so that a probability close to 1 keeps its distance from it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise

import torch
from torch import Tensor

from mnist_core.evaluation.accuracy import TWO_SIDED_95, Evaluation, wilson_interval
from mnist_core.network.functions import cross_entropy, softmax

BINS = 15  # as in the paper
COLDEST, HOTTEST = 0.05, 20.0  # no network that has learned anything needs a temperature outside
HALVINGS = 50  # of that range: what is left of it is as small as a float64 can tell


@dataclass(frozen=True)
class Bin:
    """The images whose highest probability lies between two bounds.

    Attributes:
        low: The lower bound, which is not in the bin.
        high: The upper bound, which is.
        images: How many there are, n.
        right: How many of them are read rightly.
        promised: The sum of their highest probabilities: so many should be right.
        variance: Σ p (1 - p) of these: how far chance may take the number of right ones from the promised one, squared.
    """

    low: float
    high: float
    images: int
    right: int
    promised: float
    variance: float

    @property
    def accuracy(self) -> float:
        """The share read rightly, 0 to 1; nan without images."""
        return self.right / self.images if self.images else math.nan

    @property
    def confidence(self) -> float:
        """The mean of the highest probabilities, 0 to 1; nan without images."""
        return self.promised / self.images if self.images else math.nan

    @property
    def range_of_accuracy(self) -> tuple[float, float]:
        """Wilson's 95 % interval: which shares of right answers so few images leave possible, 0 to 1.

        Raises:
            ValueError: Without images.
        """
        return wilson_interval(self.right, self.images)


@dataclass(frozen=True)
class Calibration:
    """What a model claims beside how often it is right.

    Attributes:
        bins: From the lowest probability to the highest; empty ones too.
    """

    bins: tuple[Bin, ...]

    @cached_property
    def images(self) -> int:
        """How many images there are, N."""
        return sum(part.images for part in self.bins)

    @cached_property
    def accuracy(self) -> float:
        """The share of all images read rightly, 0 to 1."""
        return sum(part.right for part in self.bins) / self.images

    @cached_property
    def confidence(self) -> float:
        """The mean of the highest probabilities of all images, 0 to 1."""
        return sum(part.promised for part in self.bins) / self.images

    @cached_property
    def error(self) -> float:
        """The expected calibration error, 0 to 1."""
        return expected_calibration_error(self.bins)

    @cached_property
    def error_by_chance(self) -> float:
        """The calibration error to expect of a model whose probabilities are exactly true, only because N is finite.

        In each bin the number of right answers then strays from the promised one. Where it is about normally
        distributed, it does so by √(2/π) standard deviations on average.
        """
        return math.sqrt(2 / math.pi) * sum(math.sqrt(part.variance) for part in self.bins) / self.images

    @cached_property
    def error_is_chance(self) -> bool:
        """Whether chance alone could make such a calibration error (about 29 times out of 30 it makes a smaller one).

        The bound lies 1.96 standard deviations above the mean, and only errors above it count, not those below.
        The distance of a normally distributed count from its mean has a variance of 1 - 2/π times that of the count.
        """
        deviation = math.sqrt((1 - 2 / math.pi) * sum(part.variance for part in self.bins)) / self.images
        return self.error <= self.error_by_chance + TWO_SIDED_95 * deviation

    @cached_property
    def is_off_by_chance(self) -> bool:
        """Whether chance alone could explain that the mean claim is not the accuracy (19 times out of 20 it could)."""
        deviation = math.sqrt(sum(part.variance for part in self.bins)) / self.images
        return abs(self.confidence - self.accuracy) <= TWO_SIDED_95 * deviation


def expected_calibration_error(bins: Sequence[Bin]) -> float:
    """The mean gap, in which each image counts the same: Σ_b n_b/N · |a_b - c_b|.

    Args:
        bins: With at least one image in all.

    Returns:
        The error, 0 to 1.
    """
    filled = [part for part in bins if part.images]
    n = sum(part.images for part in filled)
    return sum(part.images / n * abs(part.accuracy - part.confidence) for part in filled)


def largest_terms(bins: Sequence[Bin], count: int) -> tuple[list[tuple[Bin, float]], float]:
    """The largest terms of the calibration error, rounded to four decimals as the error is, and adding up to it.

    Args:
        bins: With at least one image in all.
        count: How many terms, 1 or more.

    Returns:
        So many bins with images, or fewer if there are fewer, each with its term n_b/N · |a_b - c_b|; and what all
        other bins add.
    """
    n = sum(part.images for part in bins)
    filled = sorted((part for part in bins if part.images), key=lambda part: -abs(part.right - part.promised))
    sums = [0.0, *accumulate(abs(part.right - part.promised) / n for part in filled)]
    rounded = [round(total, 4) for total in sums]
    terms = [(part, after - before) for part, (before, after) in zip(filled, pairwise(rounded), strict=True)]
    return terms[:count], rounded[-1] - rounded[min(count, len(filled))]


def calibrate(evaluation: Evaluation, temperature: float = 1.0) -> Calibration:
    """Sorts images by the model's highest probability, and counts in each bin how many are read rightly.

    Args:
        evaluation: Logits and labels of at least one image.
        temperature: T in softmax(z / T), above 0; 1 leaves the probabilities as they are.

    Returns:
        ``BINS`` bins of the same width, which together cover 0 to 1, and what follows from them.

    Raises:
        ValueError: If a logit is not a number, there is no image, or the temperature is not above 0.
    """
    p = softmax(_logits(evaluation) / _checked(temperature))  # (N, 10)
    confidence = p.max(dim=1).values  # (N,)
    is_right = (evaluation.logits.argmax(dim=1) == evaluation.labels).double()  # the order of p is that of z
    bounds = torch.arange(BINS + 1, dtype=torch.float64) / BINS
    place = torch.bucketize(confidence, bounds[1:-1])  # a bin has its upper bound, not its lower one

    def sums(values: Tensor) -> list[float]:
        return torch.bincount(place, values, minlength=BINS).tolist()

    counted = zip(
        bounds.tolist(),
        bounds[1:].tolist(),
        torch.bincount(place, minlength=BINS).tolist(),
        [round(right) for right in sums(is_right)],
        sums(confidence),
        sums(confidence * (1 - confidence)),
        strict=False,  # there is one bound more than bins
    )
    return Calibration(tuple(Bin(*row) for row in counted))


def loss_at(evaluation: Evaluation, temperature: float) -> float:
    """The mean cross-entropy of softmax(z / T).

    Args:
        evaluation: Logits and labels of at least one image.
        temperature: T, above 0.

    Returns:
        The loss, 0 or more.

    Raises:
        ValueError: If a logit is not a number, or the temperature is not above 0.
    """
    return cross_entropy(_logits(evaluation) / _checked(temperature), evaluation.labels).mean().item()


def fit_temperature(evaluation: Evaluation) -> float:
    """The temperature with the smallest cross-entropy.

    With β = 1 / T the slope of the loss is the mean of Σ_i p_i z_i - z_y, p = softmax(β z). It never falls as β grows
    (the loss is convex in β), so there is one turn at most: the range is halved until the turn is found.

    Args:
        evaluation: Logits and labels of at least one image.

    Returns:
        T, from ``COLDEST`` to ``HOTTEST``; at one end where the loss falls all the way to it, and 1 where the
        temperature makes no difference that a float64 can tell.

    Raises:
        ValueError: If a logit is not a number, or there is no image.
    """
    z = _logits(evaluation)  # (N, 10)
    z = z - z.max(dim=1, keepdim=True).values  # changes no probability, and keeps the digits of small differences
    z_right = z.gather(1, evaluation.labels.unsqueeze(1)).mean()

    def slope(temperature: float) -> float:
        return ((softmax(z / temperature) * z).sum(dim=1).mean() - z_right).item()

    if slope(1.0) == 0:
        return 1.0
    cold, hot = COLDEST, HOTTEST
    for _ in range(HALVINGS):
        middle = math.sqrt(cold * hot)
        if slope(middle) > 0:  # the loss grows with β: a lower β, a higher T
            cold = middle
        else:
            hot = middle
    return math.sqrt(cold * hot)


def loss_on_other_half(evaluation: Evaluation) -> float:
    """The mean cross-entropy when each image is judged at a temperature fitted without it.

    The images are dealt into two halves, every other one; each half gets the temperature fitted on the other.

    Args:
        evaluation: Logits and labels of at least two images.

    Returns:
        The loss, 0 or more.

    Raises:
        ValueError: If a logit is not a number, or there are fewer than two images.
    """
    if len(evaluation.labels) < 2:
        raise ValueError("Two halves need at least two images.")
    even, odd = (Evaluation(evaluation.logits[start::2], evaluation.labels[start::2]) for start in (0, 1))
    total = 0.0
    for fitted, judged in ((even, odd), (odd, even)):
        total += loss_at(judged, fit_temperature(fitted)) * len(judged.labels)
    return total / len(evaluation.labels)


@dataclass(frozen=True)
class TemperatureSearch:
    """What temperature scaling finds.

    Attributes:
        best: The temperature with the lowest cross-entropy.
        lowest: The cross-entropy there.
        other_half: The cross-entropy with the temperatures of the other half of the images.
        tried: Temperatures, and the cross-entropy at each.
    """

    best: float
    lowest: float
    other_half: float
    tried: dict[float, float]


def search_temperature(evaluation: Evaluation, temperatures: Sequence[float]) -> TemperatureSearch:
    """Finds the best temperature, and the loss at others to draw it with.

    Args:
        evaluation: Logits and labels of at least two images.
        temperatures: Above 0.

    Returns:
        All that does not depend on a reader's temperature.

    Raises:
        ValueError: If a logit is not a number, a temperature is not above 0, or there are fewer than two images.
    """
    best = fit_temperature(evaluation)
    tried = {temperature: loss_at(evaluation, temperature) for temperature in temperatures}
    return TemperatureSearch(best, loss_at(evaluation, best), loss_on_other_half(evaluation), tried)


def surest_mistake(evaluation: Evaluation) -> int:
    """The image with the highest probability for a wrong digit; without mistakes, the one read with the lowest.

    Args:
        evaluation: Logits and labels of at least one image.

    Returns:
        Its index.

    Raises:
        ValueError: If a logit is not a number, or there is no image.
    """
    # 1 - p of the choice, from the powers of the others: close to p = 1 that tells apart what p itself does not.
    top = _logits(evaluation).sort(dim=1, descending=True).values
    doubt = (top[:, 1:] - top[:, :1]).logsumexp(dim=1)
    is_wrong = evaluation.logits.argmax(dim=1) != evaluation.labels
    if is_wrong.any():
        return int(torch.where(is_wrong, doubt, torch.inf).argmin())
    return int(doubt.argmax())


def _logits(evaluation: Evaluation) -> Tensor:
    """The logits, torch.float64 [N, 10]."""
    if not len(evaluation.labels):
        raise ValueError("Without images there is nothing to say about a model's probabilities.")
    if not evaluation.logits.isfinite().all():
        raise ValueError("Some of the scores are not numbers, so there are no probabilities to look at.")
    return evaluation.logits.double()


def _checked(temperature: float) -> float:
    if not (math.isfinite(temperature) and temperature > 0):
        raise ValueError(f"The temperature is a number above 0, not {temperature}.")
    return temperature
