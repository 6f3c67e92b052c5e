"""Calibration against a case worked by hand, a naive count, torch and scipy."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats
from torch import Tensor
from torch.nn import functional as F

from mnist_core.data.dataset import Splits
from mnist_core.evaluation.accuracy import Evaluation, evaluate, wilson_interval
from mnist_core.evaluation.calibration import (
    BINS,
    COLDEST,
    HOTTEST,
    Bin,
    Calibration,
    calibrate,
    expected_calibration_error,
    fit_temperature,
    largest_terms,
    loss_at,
    loss_on_other_half,
    search_temperature,
    surest_mistake,
)
from mnist_core.network.checkpoint import load_shipped
from mnist_core.network.model import MLPConfig
from mnist_core.training.loop import new_model

TEN_SCORES = st.lists(st.floats(-30, 30, width=32), min_size=10, max_size=10)


def claimed(*answers: tuple[float, bool]) -> Evaluation:
    """Images that get these highest probabilities, rightly or wrongly; 0 is always named. No claim is below 0.5."""
    rows = [[math.log(p / (1 - p)), 0.0] + [-1e4] * 8 for p, _ in answers]
    return Evaluation(torch.tensor(rows), torch.tensor([0 if right else 1 for _, right in answers]))


def made(images: int, sureness: float, seed: int = 0) -> Evaluation:
    """Scores whose own softmax decides the labels, then multiplied: the right temperature is about ``sureness``."""
    generator = torch.Generator().manual_seed(seed)
    z = 3 * torch.randn(images, 10, generator=generator)
    labels = torch.multinomial(F.softmax(z, 1), 1, generator=generator).squeeze(1)
    return Evaluation(sureness * z, labels)


def test_a_case_worked_by_hand() -> None:
    """Eight images and two of fifteen bins, each 1/15 wide.

    0.95, 0.95, 0.97, 0.97 lie in (14/15, 1]: mean 0.96; 3 of 4 right: gap |0.75 - 0.96| = 0.21.
    0.60, 0.60, 0.56, 0.56 lie in (8/15, 9/15] = (0.5333, 0.6]: mean 0.58; 3 of 4 right: gap |0.75 - 0.58| = 0.17.
    Each bin has 4 of 8 images: ECE = 0.5 · 0.21 + 0.5 · 0.17 = 0.19. With the signs it would be 0.02.
    """
    high = [(0.95, True), (0.95, True), (0.97, True), (0.97, False)]
    low = [(0.5999, True), (0.5999, True), (0.56, False), (0.56, True)]  # 0.6 itself would hang on a float32
    found = calibrate(claimed(*high, *low))
    assert found.error == pytest.approx(0.19, abs=1e-4)
    assert found.accuracy == 0.75
    assert found.confidence == pytest.approx((0.96 + 0.58) / 2, abs=1e-4)
    filled = [(index, part.images, part.right) for index, part in enumerate(found.bins) if part.images]
    assert filled == [(8, 4, 3), (14, 4, 3)]
    assert found.bins[14].confidence == pytest.approx(0.96, abs=1e-6)
    assert found.bins[14].accuracy == 0.75
    assert math.isnan(found.bins[0].accuracy)


def naive_error(p: Tensor, labels: Tensor, bins: int) -> float:
    """The definition, image by image."""
    error = 0.0
    for b in range(bins):
        inside = [i for i in range(len(p)) if b / bins < p[i].max().item() <= (b + 1) / bins]
        if inside:
            right = sum(int(p[i].argmax()) == int(labels[i]) for i in inside) / len(inside)
            claim = sum(p[i].max().item() for i in inside) / len(inside)
            error += len(inside) / len(p) * abs(right - claim)
    return error


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.5])
def test_against_a_naive_count(temperature: float) -> None:
    answers = made(400, 2.0)
    expected = naive_error((answers.logits.double() / temperature).softmax(1), answers.labels, 15)
    assert BINS == 15
    assert calibrate(answers, temperature).error == pytest.approx(expected, abs=1e-12)


@given(
    st.lists(
        st.tuples(st.lists(st.floats(-30, 30, width=32), min_size=10, max_size=10), st.integers(0, 9)), min_size=1
    ),
    st.sampled_from((0.05, 0.5, 1.0, 3.0, 20.0)),
    st.randoms(use_true_random=False),
)
def test_whatever_the_answers(answers: list[tuple[list[float], int]], temperature: float, random: object) -> None:
    evaluation = Evaluation(torch.tensor([z for z, _ in answers]), torch.tensor([y for _, y in answers]))
    found = calibrate(evaluation, temperature)
    assert 0 <= found.error <= 1
    assert sum(part.images for part in found.bins) == len(answers) == found.images
    # The temperature decides how sure, not what is read.
    assert found.accuracy == pytest.approx(evaluation.accuracy, abs=1e-6)
    # By the triangle inequality the bins together show at least what the mean shows.
    assert found.error >= abs(found.accuracy - found.confidence) - 1e-12
    order = torch.randperm(len(answers), generator=torch.Generator().manual_seed(random.randrange(1000)))  # type: ignore[attr-defined]
    shuffled = calibrate(Evaluation(evaluation.logits[order], evaluation.labels[order]), temperature)
    assert shuffled.error == pytest.approx(found.error, abs=1e-12)
    assert [(part.images, part.right) for part in shuffled.bins] == [(part.images, part.right) for part in found.bins]


def test_the_choice_is_the_same_at_every_temperature() -> None:
    z = made(2_000, 1.0).logits.double()
    for temperature in (COLDEST, 0.3, 1.7, HOTTEST):
        assert torch.equal((z / temperature).softmax(1).argmax(1), z.argmax(1))


def test_a_bin_has_its_upper_bound_and_not_its_lower_one() -> None:
    fifth = Evaluation(torch.tensor([[0.0] * 5 + [-1e4] * 5] * 3), torch.zeros(3, dtype=torch.int64))  # p = 0.2 = 3/15
    assert [part.images for part in calibrate(fifth).bins] == [0, 0, 3] + [0] * 12
    sure = Evaluation(torch.tensor([[1e4] + [0.0] * 9]), torch.tensor([0]))  # p = 1
    assert calibrate(sure).bins[-1].images == 1


def test_true_probabilities_have_about_the_error_that_chance_makes() -> None:
    errors = [calibrate(made(5_000, 1.0, seed)) for seed in range(40)]
    mean = sum(found.error for found in errors) / len(errors)
    by_chance = sum(found.error_by_chance for found in errors) / len(errors)
    assert mean == pytest.approx(by_chance, rel=0.1)
    assert mean < 0.02
    assert sum(found.is_off_by_chance for found in errors) >= 34  # 38 of 40 are to be expected
    assert sum(found.error_is_chance for found in errors) >= 34
    too_sure = calibrate(made(5_000, 2.0))
    assert not too_sure.is_off_by_chance
    assert not too_sure.error_is_chance


def test_the_error_that_chance_makes_in_one_bin_has_the_limit_of_a_normal_distribution() -> None:
    """All images in a bin: the error is |right - promised| / N, normal within a few thousandths for so many images."""
    n, p = 10_000, 0.95
    limit = stats.norm.isf(0.025) * math.sqrt(n * p * (1 - p))
    for strays, is_chance in ((0.95 * limit, True), (1.05 * limit, False)):
        part = Bin(14 / 15, 1.0, n, round(n * p - strays), n * p, n * p * (1 - p))
        assert Calibration((part,)).error_is_chance == is_chance


def test_the_range_of_accuracy_is_wilsons() -> None:
    part = Bin(0.8, 0.9, 31, 22, 0.85 * 31, 0.1)
    assert part.range_of_accuracy == wilson_interval(22, 31)
    with pytest.raises(ValueError, match="0 images say nothing"):
        _ = Bin(0, 0.1, 0, 0, 0.0, 0.0).range_of_accuracy


def test_the_loss_at_a_temperature_against_torch() -> None:
    answers = made(300, 1.5)
    for temperature in (0.05, 1.0, 7.0):
        expected = F.cross_entropy(answers.logits.double() / temperature, answers.labels).item()
        assert loss_at(answers, temperature) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("sureness", [0.3, 1.0, 2.0, 6.0])
def test_the_fitted_temperature_against_a_grid_scipy_and_lbfgs(sureness: float) -> None:
    answers = made(1_500, sureness)
    fitted = fit_temperature(answers)
    assert fitted == pytest.approx(sureness, rel=0.1)  # by how the labels were drawn
    grid = torch.logspace(math.log10(COLDEST), math.log10(HOTTEST), 4_001, dtype=torch.float64).tolist()
    best = min(grid, key=lambda t: F.cross_entropy(answers.logits.double() / t, answers.labels).item())
    assert fitted == pytest.approx(best, rel=2e-3)  # from one to the next is 0.15 %
    by_scipy = optimize.minimize_scalar(
        lambda log_t: loss_at(answers, math.exp(log_t)), bounds=(math.log(COLDEST), math.log(HOTTEST)), method="bounded"
    )
    assert math.log(fitted) == pytest.approx(by_scipy.x, abs=1e-4)
    assert fitted == pytest.approx(by_lbfgs(answers), rel=1e-5)


def by_lbfgs(answers: Evaluation) -> float:
    log_t = torch.zeros((), dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS(
        [log_t], max_iter=200, tolerance_grad=1e-12, tolerance_change=1e-16, line_search_fn="strong_wolfe"
    )

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = F.cross_entropy(answers.logits.double() / log_t.exp(), answers.labels)
        loss.backward()
        return loss

    optimizer.step(closure)
    return log_t.exp().item()


def test_the_fit_stays_within_its_range_whatever_the_network() -> None:
    z = 5 * torch.randn(200, 10, generator=torch.Generator().manual_seed(0))
    right, wrong = z.argmax(1), z.argmin(1)
    assert fit_temperature(Evaluation(z, right)) == pytest.approx(COLDEST)  # all right: never sure enough
    assert fit_temperature(Evaluation(z, wrong)) == pytest.approx(HOTTEST)  # all wrong: always too sure
    assert fit_temperature(Evaluation(1e30 * z, wrong)) == pytest.approx(HOTTEST)
    half = torch.where(torch.arange(200) % 2 == 0, right, wrong)
    assert fit_temperature(Evaluation(1e37 * z / z.abs().max(), half)) == pytest.approx(HOTTEST)
    assert math.isfinite(loss_at(Evaluation(1e37 * z / z.abs().max(), half), COLDEST))


def test_where_the_temperature_makes_no_difference_it_is_1() -> None:
    z = 5 * torch.randn(50, 10, generator=torch.Generator().manual_seed(0))
    assert fit_temperature(Evaluation(torch.zeros(5, 10), torch.arange(5))) == 1
    assert fit_temperature(Evaluation(1e30 * z, z.argmax(1))) == 1  # as sure and right as a float64 can be


def test_the_other_half_is_never_better_than_its_own_temperature() -> None:
    for seed in range(5):
        answers = made(200, 2.0, seed)
        even, odd = (Evaluation(answers.logits[start::2], answers.labels[start::2]) for start in (0, 1))
        crossed = (loss_at(even, fit_temperature(odd)) + loss_at(odd, fit_temperature(even))) / 2
        assert loss_on_other_half(answers) == pytest.approx(crossed)
        assert loss_on_other_half(answers) >= loss_at(answers, fit_temperature(answers)) - 1e-12


def test_the_search_holds_what_its_parts_say() -> None:
    answers = made(300, 2.0)
    found = search_temperature(answers, (0.5, 1.0, 2.0))
    assert found.best == fit_temperature(answers)
    assert found.lowest == loss_at(answers, found.best)
    assert found.other_half == loss_on_other_half(answers)
    assert found.tried == {t: loss_at(answers, t) for t in (0.5, 1.0, 2.0)}
    assert found.lowest <= min(found.tried.values())


def test_terms_and_rest_add_up_as_they_are_written() -> None:
    for seed in range(10):
        found = calibrate(made(700, 1.8, seed))
        terms, rest = largest_terms(found.bins, 3)
        assert [f"{value:.4f}" for _, value in terms] == [f"{round(value, 4)}".ljust(6, "0") for _, value in terms]
        assert sum(round(10_000 * value) for _, value in terms) + round(10_000 * rest) == round(10_000 * found.error)
        for part, value in terms:
            exact = part.images / found.images * abs(part.accuracy - part.confidence)
            assert value == pytest.approx(exact, abs=1.01e-4)
        others = [part for part in found.bins if part.images and part not in [chosen for chosen, _ in terms]]
        assert rest == pytest.approx(
            expected_calibration_error(found.bins) - sum(value for _, value in terms), abs=6e-5
        )
        gaps = [abs(part.right - part.promised) for part, _ in terms]
        assert min(gaps) >= max(abs(part.right - part.promised) for part in others)
    (alone,), rest = largest_terms(calibrate(claimed((0.9, True))).bins, 3)
    assert alone[1] == pytest.approx(0.1)
    assert rest == 0


def test_the_surest_mistake_even_where_float32_rounds_to_1() -> None:
    answers = claimed((0.9, False), (0.8, True), (0.99, False), (0.999, True))
    assert surest_mistake(answers) == 2
    z = torch.zeros(3, 10)
    z[:, 0] = torch.tensor([200.0, 300.0, 250.0])  # the probabilities are all 1 in float64 too
    assert surest_mistake(Evaluation(z, torch.tensor([1, 1, 1]))) == 1
    assert surest_mistake(Evaluation(z, torch.tensor([0, 0, 0]))) == 0  # no mistake: the one least sure


@pytest.mark.parametrize("broken", [math.nan, math.inf])
def test_scores_that_are_no_numbers_are_refused_in_a_sentence(broken: float) -> None:
    z = torch.zeros(3, 10)
    z[1, 2] = broken
    answers = Evaluation(z, torch.zeros(3, dtype=torch.int64))
    for ask in (calibrate, fit_temperature, surest_mistake, loss_on_other_half):
        with pytest.raises(ValueError, match="scores are not numbers"):
            ask(answers)


def test_arguments_out_of_range_are_refused_in_a_sentence() -> None:
    answers, nothing = made(10, 1.0), Evaluation(torch.zeros(0, 10), torch.zeros(0, dtype=torch.int64))
    for temperature in (0.0, -1.0, math.nan, math.inf):
        with pytest.raises(ValueError, match="temperature is a number above 0"):
            calibrate(answers, temperature)
        with pytest.raises(ValueError, match="temperature is a number above 0"):
            loss_at(answers, temperature)
    with pytest.raises(ValueError, match="Without images"):
        fit_temperature(nothing)
    with pytest.raises(ValueError, match="at least two images"):
        loss_on_other_half(Evaluation(torch.zeros(1, 10), torch.zeros(1, dtype=torch.int64)))


def test_a_network_that_knows_nothing_and_the_evaluation_is_left_as_it_was(digits: Splits) -> None:
    answers = evaluate(new_model(MLPConfig((16,)), 0), digits.validation)
    before = answers.logits.clone()
    found = calibrate(answers, fit_temperature(answers))
    assert isinstance(found, Calibration)
    assert found.error < 0.1
    assert torch.equal(answers.logits, before)


def test_the_shipped_network_is_about_as_sure_as_it_is_right(mnist: Splits) -> None:
    answers = evaluate(load_shipped(), mnist.validation)
    found, best = calibrate(answers), fit_temperature(answers)
    assert best == pytest.approx(1, abs=0.02)  # its temperature was fitted on these and is in its last layer
    assert found.is_off_by_chance
    assert found.error < 0.01
    assert calibrate(answers, 0.5).error > found.error  # as sure as it would have been with twice the scores
