"""The slow step is train_step: the same bits, with everything laid open on the way."""

import copy
import dataclasses
import itertools
import math

import pytest
import torch
from torch import Tensor, nn

from mnist_core.data.dataset import Dataset, Splits, normalize
from mnist_core.lessons.step import (
    CAN_BE_SKIPPED,
    PHASES,
    SLOW_OPTIMIZERS,
    Moment,
    SlowStep,
    excerpt,
    marked_source,
    partly_trained,
    two_backwards,
)
from mnist_core.network.functions import softmax
from mnist_core.network.model import MLP, MLPConfig
from mnist_core.training.loop import OPTIMIZERS, TrainingConfig, new_model, train_step

NETWORKS = [(), (16,), (8, 8)]


@pytest.fixture
def batch(few: Dataset) -> tuple[Tensor, Tensor]:
    return normalize(few.images[:4]), few.labels[:4]


def whole_step(slow: SlowStep, rate: float) -> Moment:
    for _ in PHASES:
        slow.advance(rate)
    return slow.moment


def until(slow: SlowStep, phase: str) -> Moment:
    while slow.moment.phase != phase:
        slow.advance(0.1)
    return slow.moment


def same(one: MLP, other: MLP) -> bool:
    return all(torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))


@pytest.mark.parametrize("optimizer", SLOW_OPTIMIZERS)
@pytest.mark.parametrize("hidden", NETWORKS)
def test_three_steps_are_three_train_steps_bit_for_bit(
    optimizer: str, hidden: tuple[int, ...], batch: tuple[Tensor, Tensor]
) -> None:
    model = new_model(MLPConfig(hidden), 5)
    slow = SlowStep(copy.deepcopy(model), *batch, optimizer)
    theirs = OPTIMIZERS[optimizer](model, TrainingConfig(optimizer=optimizer, learning_rate=0.03))
    for number in (1, 2, 3):
        loss, logits = train_step(model, *batch, nn.CrossEntropyLoss(), theirs)
        moment = whole_step(slow, 0.03)
        assert moment.number == number
        assert same(slow.model, model)
        assert torch.equal(moment.there("logits"), logits)
        assert torch.equal(moment.there("loss"), loss)
        assert torch.equal(moment.there("W1"), next(model.parameters()))
        assert moment.losses[number - 1] == float(loss)
        with torch.no_grad():
            assert moment.losses[number] == float(nn.CrossEntropyLoss()(model(batch[0]), batch[1]))


def test_the_rate_may_change_between_steps(batch: tuple[Tensor, Tensor]) -> None:
    model = new_model(MLPConfig((16,)), 5)
    slow = SlowStep(copy.deepcopy(model), *batch, "adam")
    theirs = OPTIMIZERS["adam"](model, TrainingConfig(optimizer="adam"))
    for rate in (0.01, 0.1):
        theirs.param_groups[0]["lr"] = rate
        train_step(model, *batch, nn.CrossEntropyLoss(), theirs)
        whole_step(slow, rate)
    assert same(slow.model, model)


def test_what_each_phase_makes_and_throws_away(batch: tuple[Tensor, Tensor]) -> None:
    slow = SlowStep(new_model(MLPConfig((16,)), 0), *batch, "sgd")
    start = slow.moment
    assert [name for name, tensor in start.tensors.items() if tensor is None] == [
        *("logits", "loss", "W1.grad", "b1.grad", "W2.grad", "b2.grad", "logits.grad")
    ]
    weights = {"W1", "b1", "W2", "b2"}
    gradients = {f"{name}.grad" for name in weights}
    assert start.next_phase == "forward"
    assert slow.advance(0.1).changed == {"logits"}
    assert slow.advance(0.1).changed == {"loss"}
    assert slow.advance(0.1).changed == frozenset()  # zero_grad: nothing to throw away yet
    assert slow.advance(0.1).changed == {*gradients, "logits.grad"}
    assert slow.advance(0.1).changed == weights
    assert slow.advance(0.1).changed == {"logits", "loss", "logits.grad"}
    slow.advance(0.1)
    cleared = slow.advance(0.1)
    assert cleared.changed == gradients
    assert all(cleared.tensors[name] is None for name in gradients)
    assert (cleared.number, cleared.phase, cleared.lengths) == (2, "zero_grad", ())


@pytest.mark.parametrize("hidden", [(), (16,), (20,)])
def test_the_first_image_runs_through_the_network_as_it_is_in_each_phase(hidden: tuple[int, ...], few: Dataset) -> None:
    inputs, labels = normalize(few.images[:4]), few.labels[:4]
    slow = SlowStep(new_model(MLPConfig(hidden), 0), inputs, labels, "sgd")
    start = slow.view()
    torch.testing.assert_close(start.image, few.images[0] / 255, rtol=0, atol=1e-6)
    assert start.label == labels[0]
    assert [layer.shown for layer in start.layers] == [tuple(range(10)) for _ in hidden]  # the first ones, as pictures
    assert (start.layers or [start.output])[0].weights is not None
    for phase in PHASES * 2:
        assert slow.advance(0.1).phase == phase
        view = slow.view()
        with torch.no_grad():
            z = slow.model(inputs)[0]
        assert view.output.sums == pytest.approx(z.tolist(), rel=1e-4, abs=1e-5)
        assert view.p == pytest.approx(z.softmax(0).tolist(), rel=1e-4, abs=1e-6)
        assert bool(view.output.deltas) == (phase == "backward")
    assert view.output.sums != start.output.sums


def test_the_view_of_a_single_image_after_backward_has_its_gradient(few: Dataset) -> None:
    slow = SlowStep(new_model(MLPConfig((16,)), 0), normalize(few.images[:1]), few.labels[:1], "sgd")
    moment = until(slow, "backward")
    view = slow.view()
    (hidden,) = view.layers
    assert view.output.deltas == pytest.approx(moment.there("logits.grad")[0].tolist(), rel=1e-4, abs=1e-6)
    back = torch.tensor(view.output.back)
    shown = list(hidden.shown)
    torch.testing.assert_close(back, moment.there("W2.grad")[:, shown], rtol=1e-4, atol=1e-6)
    assert hidden.deltas == pytest.approx(moment.there("b1.grad")[shown].tolist(), rel=1e-4, abs=1e-6)


def test_looking_at_the_network_changes_nothing_in_the_step(batch: tuple[Tensor, Tensor]) -> None:
    looked, plain = (SlowStep(new_model(MLPConfig((16,)), 0), *batch, "adam") for _ in range(2))
    for _ in PHASES * 2:
        for slow in (looked, plain):
            slow.advance(0.1)
        looked.view()
    assert same(looked.model, plain.model)


def test_shapes(batch: tuple[Tensor, Tensor]) -> None:
    moment = whole_step(SlowStep(new_model(MLPConfig((16,)), 0), *batch, "sgd"), 0.1)
    shapes = {name: list(moment.there(name).shape) for name in moment.tensors}
    assert shapes == {
        **{"images": [4, 784], "labels": [4], "logits": [4, 10], "loss": [], "logits.grad": [4, 10]},
        **{"W1": [16, 784], "b1": [16], "W2": [10, 16], "b2": [10]},
        **{"W1.grad": [16, 784], "b1.grad": [16], "W2.grad": [10, 16], "b2.grad": [10]},
    }


def test_a_moment_keeps_its_numbers_while_training_goes_on(batch: tuple[Tensor, Tensor]) -> None:
    slow = SlowStep(new_model(MLPConfig(()), 0), *batch, "momentum")
    moment = whole_step(slow, 0.1)
    kept = {name: moment.there(name).clone() for name in moment.tensors}
    whole_step(slow, 0.1)
    assert all(torch.equal(kept[name], moment.there(name)) for name in kept)
    with pytest.raises(dataclasses.FrozenInstanceError):
        moment.number = 7  # type: ignore[misc]


@pytest.mark.parametrize("hidden", NETWORKS)
def test_a_second_backward_without_zero_grad_is_exactly_twice_the_gradient(
    hidden: tuple[int, ...], batch: tuple[Tensor, Tensor]
) -> None:
    slow = SlowStep(new_model(MLPConfig(hidden), 2), *batch, "sgd")
    first = until(slow, "backward")
    slow.advance(0.1, skip=True)  # step
    slow.advance(0.1)
    slow.advance(0.1)
    slow.advance(0.1, skip=True)  # zero_grad
    second = slow.advance(0.1)
    assert second.phase == "backward"
    for name in (name for name in first.tensors if name.endswith(".grad") and name != "logits.grad"):
        assert torch.equal(second.there(name), 2 * first.there(name))
    assert torch.equal(second.there("logits.grad"), first.there("logits.grad"))  # the logits are new ones
    assert second.lengths[0] == first.lengths[0]
    assert second.lengths[1:] == pytest.approx([2 * first.lengths[0]], rel=1e-12)
    assert len(second.losses) == 1


def test_the_length_of_the_gradient(batch: tuple[Tensor, Tensor]) -> None:
    slow = SlowStep(new_model(MLPConfig((16,)), 2), *batch, "sgd")
    until(slow, "backward")
    rows = torch.cat([p.grad.flatten() for p in slow.model.parameters() if p.grad is not None])
    assert slow.moment.lengths == pytest.approx([float(rows.double().norm())], rel=1e-12)


def test_skipping_step_moves_nothing_and_counts_on(batch: tuple[Tensor, Tensor]) -> None:
    model = new_model(MLPConfig((16,)), 2)
    slow = SlowStep(copy.deepcopy(model), *batch, "adam")
    until(slow, "backward")
    moment = slow.advance(0.1, skip=True)
    assert (moment.phase, moment.skipped, moment.update) == ("step", True, None)
    assert same(slow.model, model)
    assert slow.advance(0.1).number == 2


def test_only_what_can_be_left_out_can_be(batch: tuple[Tensor, Tensor]) -> None:
    slow = SlowStep(new_model(MLPConfig(()), 2), *batch, "sgd")
    for phase in PHASES:
        if phase not in CAN_BE_SKIPPED:
            with pytest.raises(ValueError, match=phase):
                slow.advance(0.1, skip=True)
        slow.advance(0.1)


@pytest.mark.parametrize("rate", [0.0, -1.0, math.nan, math.inf])
def test_a_rate_that_is_none(rate: float, batch: tuple[Tensor, Tensor]) -> None:
    with pytest.raises(ValueError, match="learning rate"):
        SlowStep(new_model(MLPConfig(()), 2), *batch, "sgd").advance(rate)


def test_other_optimizers_and_unequal_batches_are_refused(batch: tuple[Tensor, Tensor]) -> None:
    model = new_model(MLPConfig(()), 2)
    with pytest.raises(ValueError, match="adamw"):
        SlowStep(model, *batch, "adamw")
    with pytest.raises(ValueError, match="one label for each image"):
        SlowStep(model, batch[0], batch[1][:2], "sgd")
    with pytest.raises(ValueError, match="There is no loss"):
        SlowStep(model, *batch, "sgd").moment.there("loss")


@pytest.mark.parametrize("count", [1, 4])
def test_the_gradient_of_the_logits_is_p_minus_y_over_n(count: int, batch: tuple[Tensor, Tensor]) -> None:
    slow = SlowStep(new_model(MLPConfig((16,)), 2), batch[0][:count], batch[1][:count], "sgd")
    moment = until(slow, "backward")
    one_hot = nn.functional.one_hot(batch[1][:count], 10)
    by_hand = (softmax(moment.there("logits")) - one_hot) / count
    torch.testing.assert_close(moment.there("logits.grad"), by_hand, rtol=0, atol=1e-7)


@pytest.mark.parametrize("optimizer", SLOW_OPTIMIZERS)
def test_the_rule_gives_what_the_optimizer_did_to_the_weight(optimizer: str, batch: tuple[Tensor, Tensor]) -> None:
    slow = SlowStep(new_model(MLPConfig((16,)), 2), *batch, optimizer)
    velocity = mean = square = 0.0  # of the weight looked at in step 3, followed from the start
    gradients = [until(slow, "backward").there("W1.grad")]
    slow.advance(0.05)
    for _ in range(2):
        slow.advance(0.05)
        gradients.append(until(slow, "backward").there("W1.grad"))
        before = slow.moment.there("W1")
        slow.advance(0.05)
    update = slow.moment.update
    assert update is not None
    where = update.neuron, update.pixel
    assert abs(update.gradient) == float(gradients[-1].abs().max())
    assert update.before == float(before[where])
    assert update.after == float(slow.moment.there("W1")[where])
    for gradient in gradients:
        slope = float(gradient[where])
        velocity = 0.9 * velocity + slope
        mean, square = 0.9 * mean + 0.1 * slope, 0.999 * square + 0.001 * slope**2
    mean, square = mean / (1 - 0.9**3), square / (1 - 0.999**3)
    step = {"sgd": update.gradient, "momentum": velocity, "adam": mean / (math.sqrt(square) + 1e-8)}[optimizer]
    assert update.after == pytest.approx(update.before - update.rate * step, abs=1e-6)
    assert update.steps == 3
    assert update.velocity == (pytest.approx(velocity, rel=1e-5) if optimizer == "momentum" else None)
    assert update.mean == (pytest.approx(mean, rel=1e-5) if optimizer == "adam" else None)
    assert update.square == (pytest.approx(square, rel=1e-5) if optimizer == "adam" else None)


def test_adams_first_step_moves_every_weight_with_a_gradient_by_the_rate(batch: tuple[Tensor, Tensor]) -> None:
    slow = SlowStep(new_model(MLPConfig((16,)), 0), *batch, "adam")
    before = slow.moment.there("W1")
    moment = whole_step(slow, 0.01)
    far = (moment.there("W1") - before).abs()
    slope = moment.there("W1.grad").abs()
    assert (slope == 0).any()  # of silent neurons
    assert (far[slope == 0] == 0).all()
    assert far[slope > 1e-6].numpy() == pytest.approx(0.01, rel=0.011)


def presses(after: str) -> list[bool]:
    """Up to a phase of the third step, with zero_grad left out in it."""
    third = itertools.takewhile(lambda phase: phase != after, PHASES)
    return [False] * 10 + [phase == "zero_grad" for phase in (*third, after)]


@pytest.mark.parametrize("optimizer", SLOW_OPTIMIZERS)
@pytest.mark.parametrize("after", PHASES)
def test_the_direction_is_that_of_the_step_that_comes(optimizer: str, after: str, batch: tuple[Tensor, Tensor]) -> None:
    # In double precision: where a gradient is nearly nothing, Adam makes its rounding as large as a step.
    slow = SlowStep(new_model(MLPConfig((16,)), 2).double(), batch[0].double(), batch[1], optimizer)
    for skip in presses(after):
        slow.advance(0.02, skip)
    before = [parameter.detach().clone() for parameter in slow.model.parameters()]
    state = copy.deepcopy(slow._optimizer.state_dict())
    direction = slow.direction()
    assert all(torch.equal(a, b) for a, b in zip(before, slow.model.parameters(), strict=True))
    assert str(slow._optimizer.state_dict()) == str(state)
    slow.advance(0.07)
    until(slow, "step") if slow.moment.phase != "step" else None
    rate = 0.07 if after == "backward" else 0.1
    for old, new, way in zip(before, slow.model.parameters(), direction.values(), strict=True):
        torch.testing.assert_close(new.detach(), old + rate * way, rtol=1e-10, atol=1e-12)


def test_two_backwards(batch: tuple[Tensor, Tensor]) -> None:
    model = new_model(MLPConfig((16,)), 2)
    loss = nn.CrossEntropyLoss()(model(batch[0]), batch[1])
    (expected,) = torch.autograd.grad(loss, [next(model.parameters())])
    once, twice = two_backwards(model, *batch, zero_grad=False)
    torch.testing.assert_close(once, expected)
    assert torch.equal(twice, 2 * once)
    cleared = two_backwards(model, *batch, zero_grad=True)
    assert torch.equal(cleared[0], once)
    assert torch.equal(cleared[1], once)
    assert next(model.parameters()).grad is None


def test_partly_trained_is_always_the_same_and_knows_something(digits: Splits) -> None:
    model, again = (partly_trained(MLPConfig((16,)), digits, batches=60) for _ in range(2))
    assert same(model, again)
    with torch.no_grad():
        answers = model(normalize(digits.validation.images)).argmax(1)
    share = float((answers == digits.validation.labels).float().mean())
    assert 0.3 < share < 0.99


@pytest.mark.parametrize("phase", PHASES)
def test_the_arrow_points_to_the_line_of_the_phase(phase: str) -> None:
    lines = marked_source(phase).splitlines()  # type: ignore[arg-type]
    (marked,) = [line for line in lines if line.startswith("→ ")]
    assert {"forward": "model(", "loss": "loss_function("}.get(phase, f".{phase}()") in marked
    assert all(line.startswith(("→ ", "  ")) for line in lines)
    assert "×" in marked_source(phase, skipped=True)  # type: ignore[arg-type]
    assert len(lines) == 6
    assert "→" not in marked_source(None).replace("->", "")


def test_whether_the_weights_have_moved_since_the_first_pass(batch: tuple[Tensor, Tensor]) -> None:
    slow = SlowStep(new_model(MLPConfig((16,)), 2), *batch, "adam")
    assert (slow.moment.moved, slow.moment.adds_up, slow.remembers) == (False, False, False)
    until(slow, "backward")
    assert not slow.advance(0.1, skip=True).moved  # step
    slow.advance(0.1)
    slow.advance(0.1)
    skipped = slow.advance(0.1, skip=True)  # zero_grad
    assert (skipped.moved, skipped.adds_up, len(skipped.lengths)) == (False, True, 1)
    assert not slow.advance(0.1).moved  # backward
    before = slow.remembers
    assert slow.advance(0.1).moved  # step
    assert (before, slow.remembers) == (False, True)
    slow.advance(0.1)
    slow.advance(0.1)
    assert slow.advance(0.1, skip=True).moved  # zero_grad
    moment = slow.advance(0.1)
    assert (moment.moved, moment.adds_up, len(moment.lengths)) == (True, True, 3)
    slow.advance(0.1)
    cleared = until(slow, "zero_grad")
    assert (cleared.moved, cleared.adds_up, cleared.lengths) == (False, False, ())


def test_excerpts() -> None:
    assert excerpt(None) == "none"
    assert excerpt(torch.tensor(0.1234)) == "0.123"
    assert excerpt(torch.tensor([5, 4])) == "5, 4"
    assert excerpt(torch.tensor([[1.0, -2.0, 0.00012], [0.0, 0.0, 0.0]])) == "1.000, −2.000, 1e−04 …"
    assert excerpt(torch.arange(784.0)[None], pixel=400) == "… 400.000, 401.000, 402.000 …"
    assert excerpt(torch.arange(784.0)[None], pixel=781) == "… 781.000, 782.000, 783.000"


def speaking_against_a_digit() -> SlowStep:
    """A network in which every neuron speaks, and against what its one image shows: a step makes each less loud."""
    model = new_model(MLPConfig((16,)), 2)
    with torch.no_grad():
        for parameter, value in zip(model.parameters(), (0.01, 0.0, 0.0, 0.0), strict=True):
            parameter.fill_(value)
        list(model.parameters())[2][7] = -1.0
    return SlowStep(model, torch.ones(1, 784), torch.tensor([7]), "sgd")


def test_too_large_a_rate_can_silence_all_neurons() -> None:
    slow = speaking_against_a_digit()
    for _ in range(2):
        whole_step(slow, 0.001)
    assert (slow.moment.there("W1.grad") > 0).all()
    slow = speaking_against_a_digit()
    for _ in range(2):
        whole_step(slow, 10.0)
    assert not slow.moment.there("W1.grad").any()
    update = slow.moment.update
    assert update is not None
    assert (update.gradient, update.after) == (0.0, update.before)


def test_what_is_no_number_is_noticed(batch: tuple[Tensor, Tensor]) -> None:
    model = new_model(MLPConfig((16,)), 2)
    slow = SlowStep(model, *batch, "adam")
    assert slow.moment.is_finite
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.fill_(torch.inf)  # inf - inf, whatever the order of the sum
    for _ in range(2 * len(PHASES)):
        assert not slow.advance(1.0).is_finite
        slow.direction()


def test_a_second_backward_alone_is_an_error_and_keeps_the_first_gradient(batch: tuple[Tensor, Tensor]) -> None:
    model = new_model(MLPConfig((16,)), 2)
    loss = nn.CrossEntropyLoss()(model(batch[0]), batch[1])
    loss.backward()
    weight = next(model.parameters())
    assert weight.grad is not None
    first = weight.grad.clone()
    with pytest.raises(RuntimeError, match="second time"):
        loss.backward()
    assert torch.equal(weight.grad, first)
