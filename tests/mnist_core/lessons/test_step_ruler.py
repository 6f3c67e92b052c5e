"""The ruler foretells what the next step does, and calls a rate what it is."""

import math
import random

import pytest

from mnist_core.data.dataset import Dataset, normalize
from mnist_core.lessons.step import CAN_BE_SKIPPED, PHASES, SLOW_OPTIMIZERS, SlowStep
from mnist_core.lessons.step_ruler import RateVerdict, Ruler, measure
from mnist_core.network.model import MLPConfig
from mnist_core.training.loop import new_model

RATES = (0.001, 0.01, 0.1, 1.0, 10.0)


@pytest.mark.parametrize("optimizer", SLOW_OPTIMIZERS)
@pytest.mark.parametrize("presses", [0, 2, 4, 5, 8, 13])
@pytest.mark.parametrize("rate", [0.001, 0.1])
def test_it_foretells_the_loss_after_the_step(optimizer: str, presses: int, rate: float, few: Dataset) -> None:
    slow = SlowStep(new_model(MLPConfig((16,)), 2), normalize(few.images[:4]), few.labels[:4], optimizer)
    for _ in range(presses):
        slow.advance(0.01)
    ruler = measure(slow, RATES)
    assert ruler.now == pytest.approx(slow.moment.losses[-1], rel=1e-5)
    steps = len(slow.moment.losses)
    while len(slow.moment.losses) == steps:
        slow.advance(rate)
    assert ruler.loss_at(rate) == pytest.approx(slow.moment.losses[-1], rel=1e-4, abs=1e-6)


@pytest.mark.parametrize(
    ("rate", "verdict"),
    [(0.001, "too small"), (0.01, "a bit small"), (0.1, "about right"), (1.0, "a bit large"), (10.0, "too large")],
)
def test_verdicts(rate: float, verdict: RateVerdict) -> None:
    ruler = Ruler(RATES, (1.76, 1.74, 1.0, 1.51, math.nan), now=2.0)
    assert ruler.best == 2
    assert ruler.verdict(rate) == verdict
    assert (ruler.shape, ruler.enough_from) == ("valley", None)


def test_beyond_the_lowest_point_is_the_other_side_however_low_it_is() -> None:
    ruler = Ruler(RATES, (1.76, 1.0, 1.1, 2.5, math.nan), now=2.0)
    assert [ruler.is_beyond(rate) for rate in RATES] == [False, False, True, True, False]


def test_half_of_the_best_gain_is_about_right_on_both_sides() -> None:
    ruler = Ruler(RATES, (1.99, 1.5, 1.0, 1.5, 1.76), now=2.0)
    assert [ruler.verdict(rate) for rate in RATES] == ["too small", *["about right"] * 3, "too large"]
    assert ruler.shape == "valley"  # though the largest rate ends below the loss now


def test_a_fortieth_of_the_loss_is_not_about_right_where_twice_as_much_is_possible() -> None:
    assert Ruler(RATES, (0.032, 0.026, 0.017, 0.05, 9.0), now=0.032).verdict(0.01) == "a bit small"


def test_without_an_upper_end_none_is_too_large() -> None:
    ruler = Ruler(RATES, (1.99, 1.4, 0.15, 0.0, 0.1), now=2.0)
    assert (ruler.shape, ruler.enough_from) == ("no upper end", 0.1)
    assert [ruler.verdict(rate) for rate in RATES] == ["too small", "a bit small", *["large enough"] * 3]


def test_where_the_loss_is_as_good_as_zero_nothing_is_left() -> None:
    ruler = Ruler(RATES, (0.0, 0.0, 0.0, 0.0, 3.0), now=0.000001)
    assert ruler.shape == "nothing left"
    assert (ruler.verdict(1.0), ruler.verdict(10.0)) == ("nothing left", "too large")


def test_a_rise_before_the_best_rate_is_too_large() -> None:
    assert Ruler(RATES, (1.9, 2.4, 2.6, 0.0, 0.0), now=2.0).verdict(0.1) == "too large"


def test_when_none_helps() -> None:
    assert Ruler(RATES, (2.0, 2.1, 2.2, 3.0, math.inf), now=2.0).verdict(0.1) == "none helps"
    assert Ruler(RATES, (2.0, 2.1, 2.2, 3.0, math.inf), now=2.0).shape == "no way down"
    assert Ruler(RATES, (math.nan,) * 5, now=math.nan).verdict(0.1) == "none helps"


def test_a_rate_that_was_not_measured() -> None:
    with pytest.raises(ValueError, match=r"0\.5"):
        Ruler(RATES, (1.0,) * 5, now=2.0).loss_at(0.5)


def test_moments_of_one_coming_step_have_one_ruler(few: Dataset) -> None:
    """Also where phases were left out, on the way to many different sums of gradients."""
    slow = SlowStep(new_model(MLPConfig((16,)), 2), normalize(few.images[:4]), few.labels[:4], "momentum")
    rulers: dict[object, Ruler] = {}
    generator = random.Random(0)
    for _ in range(120):
        skip = slow.moment.next_phase in CAN_BE_SKIPPED and generator.random() < 0.5
        slow.advance(0.01, skip)
        ruler = measure(slow, RATES)
        known = rulers.setdefault(slow.moment.coming_step, ruler)
        assert ruler.losses == pytest.approx(known.losses, rel=1e-4, abs=1e-6)
    assert 20 < len(rulers) < 120


def test_it_leaves_the_step_alone(few: Dataset) -> None:
    slow = SlowStep(new_model(MLPConfig(()), 2), normalize(few.images[:4]), few.labels[:4], "adam")
    other = SlowStep(new_model(MLPConfig(()), 2), normalize(few.images[:4]), few.labels[:4], "adam")
    for _ in range(2 * len(PHASES)):
        measure(slow, RATES)
        slow.advance(0.01)
        other.advance(0.01)
    assert slow.moment.losses == other.moment.losses
