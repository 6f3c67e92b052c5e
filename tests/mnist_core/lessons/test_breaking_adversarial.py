"""Attacks on images against autograd and against what every change of the same size could do."""

import math
from copy import deepcopy

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional

from mnist_core.data.dataset import STD, Dataset, Splits, normalize, standardize
from mnist_core.evaluation.accuracy import Evaluation, evaluate
from mnist_core.lessons.breaking_adversarial import (
    EPSILONS,
    LARGEST,
    LEVELS,
    SURE,
    choices_at,
    examples,
    fgsm,
    log_odds,
    moved,
    pushes,
    random_signs,
    read_moved,
    slopes,
    targeted,
)
from mnist_core.network.checkpoint import load_shipped
from mnist_core.network.model import MLP, MLPConfig
from mnist_core.training.loop import new_model

SHAPES = st.sampled_from([(), (12,), (12, 7)])
KINDS = st.sampled_from(["relu", "tanh", "sigmoid"])
EPSILON = st.integers(0, LEVELS)


def network(hidden: tuple[int, ...], kind: str = "relu") -> MLP:
    return new_model(MLPConfig(hidden, kind), seed=5).eval()


def loss_gradient(model: MLP, images: Tensor, labels: Tensor) -> Tensor:
    """∂L/∂x as autograd has it, in float64: L of each image, x in 0..1."""
    x = (images.double() / LEVELS).requires_grad_()
    loss = functional.cross_entropy(deepcopy(model).double()(standardize(x)), labels, reduction="sum")
    return torch.autograd.grad(loss, x)[0]


def changes_of(before: Tensor, after: Tensor) -> Tensor:
    return after.int() - before.int()


@given(hidden=SHAPES, kind=KINDS)
def test_the_signs_are_those_of_the_losss_own_gradient(few: Dataset, hidden: tuple[int, ...], kind: str) -> None:
    model = network(hidden, kind)
    slope = slopes(model, few.images, few.labels)
    gradient = loss_gradient(model, few.images, few.labels)
    p = evaluate(model, few).probabilities[torch.arange(len(few)), few.labels].double()
    assert torch.allclose(-(1 - p)[:, None, None] * slope.double(), gradient, atol=1e-6, rtol=1e-3)
    clear = gradient.abs() > 1e-5  # what is nearer to 0 may be rounded to the other side
    assert clear.float().mean() > 0.5
    assert torch.equal((-slope.sign())[clear], gradient.sign().float()[clear])
    aimed = fgsm(model, few.images, few.labels, 9)
    up, down = clear & (gradient > 0), clear & (gradient < 0)
    assert torch.equal(aimed[up], few.images.int()[up].add(9).clamp(max=255).byte())
    assert torch.equal(aimed[down], few.images.int()[down].sub(9).clamp(min=0).byte())


def test_dividing_by_the_deviation_changes_no_sign(few: Dataset) -> None:
    model = network((12,))
    fed = normalize(few.images).requires_grad_()
    (of_what_is_fed,) = torch.autograd.grad(log_odds(model(fed), few.labels).sum(), fed)
    slope = slopes(model, few.images, few.labels).flatten(1)
    assert torch.allclose(slope, of_what_is_fed / STD, rtol=1e-4, atol=1e-7)
    assert torch.equal(slope.sign(), of_what_is_fed.sign())


def test_where_the_loss_is_rounded_flat_the_signs_are_still_there(few: Dataset) -> None:
    model = network((12,))
    with torch.no_grad():
        for parameter in list(model.parameters())[-2:]:
            parameter.mul_(2_000)
    labels = evaluate(model, few).choices
    x = (few.images / LEVELS).requires_grad_()
    (gradient,) = torch.autograd.grad(functional.cross_entropy(model(standardize(x)), labels), x)
    is_flat = (gradient == 0).flatten(1).all(1)
    assert is_flat.sum() > 20
    slope = slopes(model, few.images, labels)[is_flat]
    assert slope.isfinite().all()
    assert (slope != 0).float().mean() > 0.9


def test_log_odds_are_what_their_name_says() -> None:
    logits = torch.tensor([[1.0, 2.0, -0.5], [0.0, 0.0, math.log(2)], [0.0, 200.0, 0.0]])
    labels = torch.tensor([1, 2, 1])
    p = logits.double().softmax(1)[torch.arange(3), labels][:2]
    found = log_odds(logits, labels)
    assert torch.allclose(found[:2].double(), (p / (1 - p)).log(), atol=1e-6)
    assert found[1].abs() < 1e-6  # p is one half
    assert found[2].item() == pytest.approx(200 - math.log(2), rel=1e-6)  # p is rounded to 1


@given(epsilon=EPSILON, seed=st.integers(0, 2**32 - 1), hidden=SHAPES)
def test_no_pixel_changes_by_more_and_all_stay_between_paper_and_ink(
    few: Dataset, epsilon: int, seed: int, hidden: tuple[int, ...]
) -> None:
    model = network(hidden)
    aim = -slopes(model, few.images, few.labels).sign()
    for signs in (aim, random_signs(len(few), seed)):
        after = moved(few.images, signs, epsilon)
        assert after.dtype == torch.uint8
        change = changes_of(few.images, after)
        assert change.abs().max() <= epsilon
        assert (change * signs >= 0).all()  # the way it was sent, or not at all
        inside = (few.images.int() + epsilon * signs.int()).clamp(0, LEVELS)
        assert torch.equal(after.int(), inside)
        has_room = inside == few.images.int() + epsilon * signs.int()
        assert torch.equal(change[has_room], (epsilon * signs.int())[has_room])


@given(hidden=SHAPES, kind=KINDS)
def test_the_network_and_the_images_stay_what_they_are(few: Dataset, hidden: tuple[int, ...], kind: str) -> None:
    model = network(hidden, kind)
    before, images = [tensor.clone() for tensor in model.state_dict().values()], few.images.clone()
    everyones = torch.get_rng_state()
    fgsm(model, few.images, few.labels, 20)
    targeted(model, few.images, few.labels, 20)
    read_moved(model, few, random_signs(len(few), 3), 20)
    choices_at(model, few.images[0], random_signs(1, 0)[0])
    assert all(torch.equal(was, now) for was, now in zip(before, model.state_dict().values(), strict=True))
    assert all(parameter.grad is None for parameter in model.parameters())
    assert torch.equal(few.images, images)
    assert torch.equal(torch.get_rng_state(), everyones)


@given(hidden=SHAPES, kind=KINDS, seed=st.integers(0, 99))
def test_to_first_order_the_loss_grows_by_the_step_times_all_slopes(
    few: Dataset, hidden: tuple[int, ...], kind: str, seed: int
) -> None:
    model, step = network(hidden, kind), 1e-7
    gradient = loss_gradient(model, few.images, few.labels)
    exact = deepcopy(model).double()

    def losses(x: Tensor) -> Tensor:
        with torch.no_grad():
            return functional.cross_entropy(exact(standardize(x)), few.labels, reduction="none")

    x = few.images.double() / LEVELS
    before = losses(x)
    aim = -slopes(model, few.images, few.labels).sign().double()
    grew = (losses(x + step * aim) - before) / step
    assert torch.allclose(grew, gradient.abs().sum((1, 2)), rtol=1e-3, atol=1e-5)
    noise = random_signs(len(few), seed).double()
    grew_at_random = (losses(x + step * noise) - before) / step
    assert torch.allclose(grew_at_random, (gradient * noise).sum((1, 2)), rtol=1e-3, atol=1e-5)
    assert (grew_at_random.abs() <= grew + 1e-6).all()  # no noise does more; where all neurons are silent, both nothing


def test_at_random_the_slopes_add_up_to_the_root_of_their_squares(few: Dataset) -> None:
    slope = slopes(network((12,)), few.images[:1], few.labels[:1])[0].double()
    typical = slope.square().sum().sqrt()
    at_random = (slope * random_signs(4_000, 2)).sum((1, 2)) / typical
    assert at_random.square().mean().item() == pytest.approx(1, abs=5 * math.sqrt(2 / 4_000))
    assert abs(at_random.mean().item()) < 5 / math.sqrt(4_000)
    steep = slope.abs().sum()
    assert 10 < steep / typical <= math.sqrt(slope.numel()) == 28


@given(epsilon=st.integers(1, LEVELS), seed=st.integers(0, 99))
def test_without_a_hidden_layer_no_change_of_that_size_foretells_worse_and_it_is_at_least_that_bad(
    few: Dataset, epsilon: int, seed: int
) -> None:
    model = network(())
    slope, aimed = slopes(model, few.images, few.labels), fgsm(model, few.images, few.labels, epsilon)
    noisy = moved(few.images, random_signs(len(few), seed), epsilon)
    draw = torch.Generator().manual_seed(seed)
    any_size = (few.images + torch.randint(-epsilon, epsilon + 1, few.images.shape, generator=draw)).clamp(0, LEVELS)

    def foretold(after: Tensor) -> Tensor:
        return (slope * changes_of(few.images, after)).sum((1, 2)) / LEVELS

    for other in (noisy, any_size):
        assert (foretold(aimed) <= foretold(other) + 1e-5).all()
    with torch.no_grad():
        before, after = (log_odds(model(normalize(images)), few.labels) for images in (few.images, aimed))
    assert (after - before <= foretold(aimed) + 1e-3).all()  # the log-odds of such a network bend downwards
    assert (evaluate(model, Dataset(aimed, few.labels)).losses >= evaluate(model, few).losses - 1e-5).all()


def test_noise_is_as_large_and_falls_as_a_coin_does() -> None:
    grey = torch.full((100, 28, 28), 128, dtype=torch.uint8)
    signs = random_signs(100, 4)
    assert set(signs.unique().tolist()) == {-1.0, 1.0}
    assert abs(signs.mean().item()) < 5 / math.sqrt(signs.numel())
    aim = -slopes(network((12,)), grey, torch.arange(100) % 10).sign()
    for each in (signs, aim):
        assert changes_of(grey, moved(grey, each, 30)).abs().float().mean().item() == pytest.approx(30, abs=0.05)
    assert torch.equal(random_signs(100, 4), signs)
    assert not torch.equal(random_signs(100, 5), signs)


@given(hidden=SHAPES, epsilon=EPSILON, wanted=st.integers(0, 9))
def test_aimed_pushes_all_go_one_way(few: Dataset, hidden: tuple[int, ...], epsilon: int, wanted: int) -> None:
    model, image = network(hidden), few.images[:1]
    slope = slopes(model, image, few.labels[:1])
    aimed = moved(image, -slope.sign(), epsilon)
    down, up = pushes(slope[0], image[0], aimed[0])
    assert up == 0
    assert down == pytest.approx(-(slope.abs() * changes_of(image, aimed).abs()).sum().item() / LEVELS, rel=1e-4)
    noisy = moved(image, random_signs(1, 0), epsilon)
    both = pushes(slope[0], image[0], noisy[0])
    assert both[0] <= 0 <= both[1]
    assert sum(both) == pytest.approx((slope * changes_of(image, noisy)).sum().item() / LEVELS, abs=1e-4)

    target = torch.tensor([wanted])
    towards = targeted(model, image, target, epsilon)
    assert pushes(slopes(model, image, target)[0], image[0], towards[0])[0] == 0
    assert changes_of(image, towards).abs().max() <= epsilon


def test_what_is_read_after_every_change(few: Dataset) -> None:
    model, signs = network((12,)), random_signs(len(few), 1)
    found = choices_at(model, few.images[7], signs[7])
    assert len(found) == LARGEST + 1 == 65
    for epsilon in (0, 1, 30, LARGEST):
        assert found[epsilon] == int(read_moved(model, few, signs, epsilon).choices[7])
    assert found[0] == int(evaluate(model, few).choices[7])


def test_the_example_of_a_digit_is_the_worst_of_those_it_was_sure_of() -> None:
    sure, unsure, wrong = [0.0, 9.0, 0.0], [0.0, 1.0, 0.0], [9.0, 0.0, 0.0]
    labels = torch.tensor([1, 1, 1, 1, 2, 2, 0])
    before = torch.tensor([sure, sure, unsure, wrong, [0.0, 0.0, 1.0], wrong, [0.0, 1.0, 0.0]])
    attacked = torch.tensor([[0, 3.0, 0], [0, 2.0, 0], [9.0, 0, 0], [9.0, 0, 0], [0, 0, 0.0], wrong, wrong])
    assert examples(Evaluation(before, labels), Evaluation(attacked, labels)) == {0: 6, 1: 1, 2: 4}


@pytest.mark.parametrize("epsilon", [-1, 256])
def test_a_change_that_no_pixel_can_make_is_refused_in_a_sentence(few: Dataset, epsilon: int) -> None:
    with pytest.raises(ValueError, match=f"0 to 255 grey levels, not by {epsilon}"):
        moved(few.images, random_signs(len(few), 0), epsilon)


def many_steps(model: MLP, some: Dataset, epsilon: int, steps: int) -> Tensor:
    """The attack of many small steps, each of which stays as near to the image as one large one."""
    lowest, highest = some.images.int() - epsilon, some.images.int() + epsilon
    images = some.images
    for _ in range(steps):
        images = fgsm(model, images, some.labels, 2 * epsilon // steps).int().clamp(lowest, highest).byte()
    return images


def check_what_the_page_says(splits: Splits) -> None:
    """The claims of the page on the ready-made network, on the images it attacks."""
    some, model = splits.validation.subset(slice(0, 1_000)), load_shipped().requires_grad_(False)
    aim, noise = -slopes(model, some.images, some.labels).sign(), random_signs(len(some), 0)
    whole = evaluate(model, some)
    aimed, noisy = ({e: read_moved(model, some, signs, e).accuracy for e in EPSILONS} for signs in (aim, noise))
    assert EPSILONS[0] == 0
    assert aimed[0] == noisy[0] == whole.accuracy
    assert aimed[32] < 0.45  # "less than half", "nearer the other way round" than two thirds
    assert noisy[32] > 0.93  # "nearly all: so it is with noise of that size"
    assert whole.accuracy - noisy[32] < 0.05  # "costs it little"
    assert whole.accuracy - noisy[16] < 0.01  # "costs next to nothing at first"
    assert list(aimed.values()) == sorted(aimed.values(), reverse=True)
    assert evaluate(model, Dataset(many_steps(model, some, 16, 8), some.labels)).accuracy < aimed[16]  # "worse changes"

    shown = examples(whole, read_moved(model, some, aim, 16))
    assert sorted(shown) == list(range(10))
    after, beside = read_moved(model, some, aim, 16), read_moved(model, some, noise, 16)
    missed = 0
    for digit, index in shown.items():
        assert whole.probabilities[index, digit] >= SURE
        assert after.choices[index] != digit == beside.choices[index]  # each shows something at once
        for wanted in set(range(10)) - {digit}:
            signs = slopes(model, some.images[[index]], torch.tensor([wanted])).sign()[0]
            missed += wanted not in choices_at(model, some.images[index], signs)
    assert missed > 30  # of 90: "a single step often misses its target"


@pytest.mark.slow
def test_what_the_page_says_is_so_on_generated_digits(all_digits: Splits) -> None:
    check_what_the_page_says(all_digits)


@pytest.mark.slow
def test_what_the_page_says_is_so_on_mnist(mnist: Splits) -> None:
    check_what_the_page_says(mnist)
