"""Lessons: the step is torch's own, undoing is exact, the slope foretells small steps, costs are counted one by one."""

import copy
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from mnist_core.data.dataset import Dataset, Splits, standardize
from mnist_core.evaluation.accuracy import evaluate
from mnist_core.lessons.teach import (
    MOST_LESSONS,
    Cost,
    Fall,
    LessonFailed,
    Pupil,
    falls,
    rank_one,
    slope,
    step,
    take_back,
    teach,
    try_rates,
)
from mnist_core.network.checkpoint import load_shipped
from mnist_core.network.model import MLP, MLPConfig
from mnist_core.training.loop import TrainingConfig, fit, new_model

CONFIGS = (
    MLPConfig(()),
    MLPConfig((32,)),
    MLPConfig((24, 16), activation="tanh"),
    MLPConfig((24,), activation="sigmoid", dropout=0.3),
)


@pytest.fixture(params=CONFIGS, ids=lambda config: f"{config.label} {config.activation}")
def model(request: pytest.FixtureRequest) -> MLP:
    return new_model(request.param, 3)


@pytest.fixture(scope="module")
def trained(digits: Splits) -> MLP:
    model = new_model(MLPConfig((32,)), 0)
    for _ in fit(model, digits.train, digits.validation, TrainingConfig(epochs=3, learning_rate=3e-3)):
        pass
    return model.eval()


def drawing(few: Dataset, index: int = 0) -> tuple[Tensor, int]:
    return few.images[index] / 255, int(few.labels[index])


def weights(model: MLP) -> list[Tensor]:
    return [parameter.detach().clone() for parameter in model.parameters()]


def test_a_step_is_that_of_torch(model: MLP, few: Dataset) -> None:
    image, digit = drawing(few)
    before = weights(model)
    taught = teach(Pupil(model, model), image, digit, 0.05)

    other = copy.deepcopy(model).eval()
    optimizer = torch.optim.SGD(other.parameters(), lr=0.05)
    loss = nn.CrossEntropyLoss()(other(standardize(image[None])), torch.tensor([digit]))
    loss.backward()
    optimizer.step()
    for mine, theirs in zip(taught.model.parameters(), other.parameters(), strict=True):
        torch.testing.assert_close(mine, theirs)

    (lesson,) = taught.lessons
    assert lesson.slope.loss == pytest.approx(loss.item(), rel=1e-5)
    after = other(standardize(image[None])).detach()
    torch.testing.assert_close(lesson.probabilities, after.softmax(1)[0])
    assert lesson.loss == pytest.approx(nn.CrossEntropyLoss()(after, torch.tensor([digit])).item(), rel=1e-4, abs=1e-6)
    squares = sum(float(p.grad.square().sum()) for p in other.parameters() if p.grad is not None)
    assert lesson.slope.squared_length == pytest.approx(squares, rel=1e-4)
    assert lesson.foretold == pytest.approx(0.05 * squares, rel=1e-4)
    assert all(torch.equal(was, now) for was, now in zip(before, weights(model), strict=True))


def test_the_gradient_of_the_first_layer_is_one_column_times_one_row(model: MLP, few: Dataset) -> None:
    image, digit = drawing(few, 4)
    found, gradient = slope(model, image, digit)
    first = next(iter(gradient.values()))
    torch.testing.assert_close(rank_one(found.first, image), first)
    assert torch.linalg.matrix_rank(first.double(), rtol=1e-5) == 1


def test_without_a_hidden_layer_the_column_is_p_minus_y(few: Dataset) -> None:
    image, digit = drawing(few, 2)
    model = new_model(MLPConfig(()), 1)
    found, gradient = slope(model, image, digit)
    p = model(standardize(image[None])).softmax(1)[0].detach()
    expected = p.clone()
    expected[digit] -= 1
    torch.testing.assert_close(found.scores, expected)
    assert found.rival == int(expected.argmax())  # of what is left, the most probable
    torch.testing.assert_close(found.first, expected)
    torch.testing.assert_close(gradient["0.weight"], expected[:, None] * standardize(image[None]))
    assert found.loss == pytest.approx(-math.log(p[digit]), rel=1e-5)


def test_the_slope_foretells_a_small_step_and_only_that(model: MLP, few: Dataset) -> None:
    image, digit = drawing(few)
    x, y = standardize(image[None]).double(), torch.tensor([digit])
    found, gradient = slope(model, image, digit)
    double = copy.deepcopy(model).double().eval()  # where a small step is not lost in rounding

    def ratio(rate: float) -> float:
        moved = copy.deepcopy(double)
        with torch.no_grad():
            for name, parameter in moved.named_parameters():
                parameter.sub_(rate * gradient[name].double())
            before, after = (nn.CrossEntropyLoss()(m(x), y).item() for m in (double, moved))
        return float((before - after) / (rate * found.squared_length))

    ratios = [abs(1 - ratio(rate)) for rate in (1e-3, 1e-4, 1e-5, 1e-6)]
    assert ratios == sorted(ratios, reverse=True)
    assert ratios[-1] < 1e-3


def test_a_lesson_falls_short_of_what_its_slope_foretells_when_the_step_is_long(trained: MLP, digits: Splits) -> None:
    image, digit = drawing(digits.validation, int(evaluate(trained, digits.validation).hardest(1)[0]))
    small, large = (teach(Pupil(trained, trained), image, digit, rate).lessons[0] for rate in (1e-5, 1.0))
    assert small.fall / small.foretold == pytest.approx(1, abs=0.05)
    assert large.foretold > large.slope.loss  # no loss can fall below 0
    assert large.fall <= large.slope.loss


def test_a_fall_is_that_of_the_lesson_and_agrees_once_the_step_is_short(trained: MLP, digits: Splits) -> None:
    image, digit = drawing(digits.validation, int(evaluate(trained, digits.validation).hardest(1)[0]))
    rates = (1.0, 0.01, 1e-5, 1e-9)
    found = list(falls(trained, image, digit, rates))
    for fall, rate in zip(found, rates, strict=True):
        lesson = teach(Pupil(trained, trained), image, digit, rate).lessons[0]
        assert fall.foretold == pytest.approx(lesson.foretold)
        assert (fall.before, fall.after) == pytest.approx((lesson.slope.loss, lesson.loss), rel=1e-4, abs=1e-6)
    assert [fall.agrees for fall in found] == [False, found[1].agrees, True, True]
    assert found[3].real == pytest.approx(found[3].foretold, rel=1e-4)  # which float32 would round away


def test_what_is_foretold_of_a_rise_or_of_no_number_does_not_agree() -> None:
    assert Fall(0.1, 1.0, 3.0, 2.04).agrees
    assert not any(Fall(0.1, 1.0, 3.0, after).agrees for after in (1.9, 2.1, 4.0, math.inf, math.nan))


def test_taking_lessons_back_restores_bit_by_bit(model: MLP, few: Dataset) -> None:
    pupils = [Pupil(model, model)]
    for index, rate in enumerate((0.01, 0.1, 0.03)):
        pupils.append(teach(pupils[-1], *drawing(few, index), rate))
    at = pupils[-1]
    for expected in reversed(pupils[:-1]):
        at = take_back(at)
        assert len(at.lessons) == len(expected.lessons)
        assert all(torch.equal(a, b) for a, b in zip(weights(at.model), weights(expected.model), strict=True))
    assert at.model is model
    assert take_back(at).lessons == ()


def test_a_step_nobody_could_read_with_is_refused_with_a_sentence(few: Dataset) -> None:
    model = new_model(MLPConfig((16,) * 5), 0).requires_grad_(False)
    for part in model.parameters():
        part.mul_(1e5)  # scores of some thirty digits, and gradients as large
    pupil = Pupil(model, model)
    with pytest.raises(LessonFailed, match="Try a smaller learning rate"):
        teach(pupil, *drawing(few), 100.0)
    assert all(part.isfinite().all() for part in weights(pupil.model))


@pytest.mark.parametrize("rate", [0.0, -1.0, math.inf, math.nan, 101.0])
def test_rates_out_of_range(few: Dataset, rate: float) -> None:
    model = new_model(MLPConfig(()), 0)
    with pytest.raises(ValueError, match="learning rate"):
        teach(Pupil(model, model), *drawing(few), rate)


def test_what_is_no_digit_and_no_drawing(few: Dataset) -> None:
    model, (image, digit) = new_model(MLPConfig(()), 0), drawing(few)
    for wrong in (10, -1):
        with pytest.raises(ValueError, match="A digit is 0 to 9"):
            slope(model, image, wrong)
    for bad in (image[None], image * 255, few.images[0], image.double()):
        with pytest.raises(ValueError, match="A drawing is"):
            slope(model, bad, digit)


def test_there_is_a_last_lesson(few: Dataset) -> None:
    model = new_model(MLPConfig(()), 0)
    pupil = Pupil(model, model)
    for _ in range(MOST_LESSONS):
        pupil = teach(pupil, *drawing(few), 1e-4)
    with pytest.raises(ValueError, match="the most"):
        teach(pupil, *drawing(few), 1e-4)


@given(st.lists(st.tuples(*[st.integers(0, 3)] * 3), min_size=1, max_size=40))
def test_costs_are_counted_image_by_image(images: list[tuple[int, int, int]]) -> None:
    labels, before, after = map(torch.tensor, zip(*images, strict=True))
    cost = Cost(labels, before, after)
    assert cost.became_wrong.tolist() == [i for i, (y, was, now) in enumerate(images) if was == y != now]
    assert cost.became_right.tolist() == [i for i, (y, was, now) in enumerate(images) if was != y == now]
    assert cost.right_after == cost.right_before - len(cost.became_wrong) + len(cost.became_right)
    assert cost.right_before == sum(y == was for y, was, _ in images)
    assert cost.wrong_as(2) == sum(was == y != now == 2 for y, was, now in images)


def test_trials_are_what_lessons_would_come_to(trained: MLP, digits: Splits) -> None:
    image, digit = drawing(digits.validation, 5)
    others = digits.validation.subset(slice(0, 100))
    standing, *trials = try_rates(trained, image, digit, (0.0, 0.001, 0.1), others)
    assert standing.read == evaluate(trained, others).accuracy
    assert standing.probability == pytest.approx(float(slope(trained, image, digit)[0].probabilities[digit]))
    for trial in trials:
        taught = teach(Pupil(trained, trained), image, digit, trial.rate)
        assert trial.probability == pytest.approx(float(taught.lessons[0].probabilities[digit]))
        assert trial.read == evaluate(taught.model, others).accuracy


def lost(model: MLP, images: Dataset, judges: Dataset, digit: int, rate: float) -> tuple[int, int]:
    """How many images the worst read one of a digit costs with one step, and how many of them become that digit.

    The network misreads that image before the step, and reads it as that digit after it.
    """
    order = evaluate(model, images).hardest(len(images))
    image, _ = drawing(images, int(order[images.labels[order] == digit][0]))
    before, gradient = slope(model, image, digit)
    after = step(model, gradient, rate)
    assert int(before.probabilities.argmax()) != digit == int(slope(after, image, digit)[0].probabilities.argmax())
    cost = Cost(judges.labels, evaluate(model, judges).choices, evaluate(after, judges).choices)
    return len(cost.became_wrong), cost.wrong_as(digit)


@pytest.mark.parametrize("digit", [2, 3, 5, 7])
def test_what_a_large_step_costs_is_read_as_what_was_taught(trained: MLP, digits: Splits, digit: int) -> None:
    wrong, as_it = lost(trained, digits.train, digits.validation, digit, 0.1)
    assert wrong > 0.05 * len(digits.validation)
    assert as_it > 0.8 * wrong


@pytest.mark.parametrize("digit", [2, 7, 9])
def test_so_it_is_with_the_ready_made_network(mnist: Splits, digit: int) -> None:
    images, judges = mnist.train.subset(slice(0, 5_000)), mnist.validation.subset(slice(0, 1_000))
    for rate, least in ((0.1, 50), (1.0, 500)):
        wrong, as_it = lost(load_shipped(), images, judges, digit, rate)
        assert wrong > least
        assert as_it > 0.9 * wrong


def test_with_the_rate_the_page_begins_with_little_is_lost(mnist: Splits) -> None:
    images, judges = mnist.train.subset(slice(0, 5_000)), mnist.validation.subset(slice(0, 1_000))
    assert lost(load_shipped(), images, judges, 7, 0.003)[0] <= 10
