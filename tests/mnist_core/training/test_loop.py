"""Training: that it learns, that it can be repeated, and that it reports what happened."""

import pickle
import random
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import islice, zip_longest

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from mnist_core import jobs
from mnist_core.data.augmentation import affine
from mnist_core.data.dataset import Dataset, Splits, normalize, standardize
from mnist_core.evaluation.accuracy import GUESSING_LOSS, evaluate
from mnist_core.network.model import ACTIVATIONS, MLP, MLPConfig
from mnist_core.training.loop import (
    COPY_EVERY,
    EXPLODED,
    OPTIMIZERS,
    SCHEDULES,
    Augment,
    BatchEvent,
    DatasetBatches,
    EpochEvent,
    RateDial,
    RateEvent,
    TrainingConfig,
    TrainingDiverged,
    batch_at,
    epoch_orders,
    fit,
    new_model,
    train_step,
)
from mnist_core.training.recipes import RECIPES
from mnist_core.training.records import RunRecord, run

WITH_DROPOUT = MLPConfig((32,), dropout=0.5)


def trained(splits: Splits, seed: int, shape: MLPConfig = WITH_DROPOUT) -> MLP:
    model = new_model(shape, seed)
    for _ in fit(model, splits.train, splits.validation, TrainingConfig(epochs=2, seed=seed), affine):
        pass
    return model


def same_weights(one: MLP, other: MLP) -> bool:
    return all(torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_learns(digits: Splits, optimizer: str) -> None:
    rate = {"sgd": 0.1, "momentum": 0.02}.get(optimizer, 1e-3)
    model = new_model(MLPConfig((64,)), seed=0)
    for _ in fit(model, digits.train, digits.validation, TrainingConfig(5, 32, rate, optimizer, 0)):
        pass
    assert evaluate(model, digits.test).accuracy > 0.6  # of ten digits in 94 ways; 0.67 to 0.71 when written


def test_a_step_is_the_courses_step(few: Dataset) -> None:
    """Against torch's plain optimizer and autograd, one weight at a time."""
    model = new_model(MLPConfig((8,)), seed=3)
    by_hand = nn.Sequential(nn.Linear(784, 8), nn.ReLU(), nn.Linear(8, 10))
    by_hand.load_state_dict(model.state_dict())
    x = normalize(few.images)
    expected = nn.functional.cross_entropy(by_hand(x), few.labels)
    expected.backward()

    loss, logits = train_step(
        model, x, few.labels, nn.CrossEntropyLoss(), OPTIMIZERS["sgd"](model, TrainingConfig(learning_rate=0.5))
    )

    assert loss.item() == pytest.approx(expected.item())
    assert logits.shape == (100, 10)
    for after, before in zip(model.parameters(), by_hand.parameters(), strict=True):
        assert before.grad is not None
        torch.testing.assert_close(after.data, before.data - 0.5 * before.grad)


def test_runs_taking_turns_end_with_the_weights_each_gets_alone(digits: Splits) -> None:
    alone = [trained(digits, seed) for seed in (1, 2)]
    before = torch.get_rng_state()
    models = [new_model(WITH_DROPOUT, seed) for seed in (1, 2)]
    runs = [
        fit(model, digits.train, digits.validation, TrainingConfig(epochs=2, seed=seed), affine)
        for model, seed in zip(models, (1, 2), strict=True)
    ]
    for _ in zip_longest(*runs):
        pass
    assert torch.equal(before, torch.get_rng_state())
    assert same_weights(models[0], alone[0])
    assert same_weights(models[1], alone[1])
    assert not same_weights(models[0], models[1])


def test_looking_at_the_model_between_batches_changes_nothing(digits: Splits) -> None:
    model = new_model(WITH_DROPOUT, 1)
    for _ in fit(model, digits.train, digits.validation, TrainingConfig(epochs=2, seed=1), affine):
        model.eval()
        evaluate(model, digits.validation)
    assert same_weights(model, trained(digits, 1))


def test_events(digits: Splits) -> None:
    train = digits.train.subset(slice(0, 100))
    config = TrainingConfig(epochs=2, batch_size=32, batches_per_event=3)
    events = list(fit(new_model(MLPConfig((8,)), 0), train, digits.validation, config))
    assert [type(event) for event in events] == [BatchEvent, BatchEvent, EpochEvent] * 2
    assert [event.step for event in events] == [3, 4, 4, 6, 8, 8]
    assert [event.epoch for event in events if not isinstance(event, RateEvent)] == [1, 1, 1, 2, 2, 2]
    batches = [event for event in events if isinstance(event, BatchEvent)]
    assert [event.examples for event in batches] == [96, 4, 64, 36]


def test_a_short_last_batch_counts_by_its_size(digits: Splits) -> None:
    train = digits.train.subset(slice(0, 40))
    events = list(fit(new_model(MLPConfig((8,)), 0), train, digits.validation, TrainingConfig(epochs=1)))
    first, last, epoch = events
    assert isinstance(first, BatchEvent)
    assert isinstance(last, BatchEvent)
    assert isinstance(epoch, EpochEvent)
    assert epoch.train_loss == pytest.approx((first.loss * 32 + last.loss * 8) / 40)
    assert epoch.train_accuracy == pytest.approx((first.accuracy * 32 + last.accuracy * 8) / 40)


def test_the_epochs_validation_is_that_of_the_model_as_it_then_is(digits: Splits) -> None:
    model = new_model(WITH_DROPOUT, 0)
    for event in fit(model, digits.train, digits.validation, TrainingConfig(epochs=1)):
        if isinstance(event, EpochEvent):
            assert event.validation_accuracy == evaluate(model, digits.validation).accuracy
            assert event.validation_loss == evaluate(model, digits.validation).loss


def test_an_untrained_network_starts_at_the_loss_of_knowing_nothing(digits: Splits) -> None:
    assert evaluate(new_model(MLPConfig(), 0), digits.validation).loss == pytest.approx(2.303, abs=0.15)


def test_closing_stops_before_the_next_batch(digits: Splits) -> None:
    model = new_model(MLPConfig((8,)), 0)
    run = fit(model, digits.train, digits.validation, TrainingConfig(epochs=5))
    list(islice(run, 3))
    weights = model.state_dict()["0.weight"].clone()
    run.close()  # type: ignore[attr-defined]
    assert torch.equal(weights, model.state_dict()["0.weight"])


def test_a_diverging_run_says_so(digits: Splits) -> None:
    model = new_model(MLPConfig((8,)), 0)
    run = fit(model, digits.train, digits.validation, TrainingConfig())
    list(islice(run, 3))
    nn.init.constant_(model.state_dict()["0.weight"], float("inf"))
    with pytest.raises(TrainingDiverged, match=r"At batch 4 .*smaller learning rate"):
        next(run)


def test_one_cycle_ends_with_tiny_steps(digits: Splits) -> None:
    model = new_model(MLPConfig((8,)), 0)
    config = TrainingConfig(epochs=2, batch_size=100, learning_rate=1e-2, schedule="one-cycle")
    weights: list[Tensor] = []
    for event in fit(model, digits.train, digits.validation, config):
        if isinstance(event, BatchEvent):
            weights.append(model.state_dict()["0.weight"].clone())
    moves = [(after - before).abs().max().item() for before, after in zip(weights, weights[1:], strict=False)]
    assert moves[-1] < max(moves) / 100


def images_seen(train: Dataset, validation: Dataset, config: TrainingConfig) -> list[Tensor]:
    """The images of each epoch, in the order in which they were used."""
    seen: list[Tensor] = []

    def note(images: Tensor, generator: torch.Generator) -> Tensor:
        seen.append(images)
        return images

    epochs = []
    for event in fit(new_model(MLPConfig((8,)), 0), train, validation, config, note):
        if isinstance(event, EpochEvent):
            epochs.append(torch.cat(seen))
            seen.clear()
    return epochs


def test_without_shuffling_the_images_come_as_they_lie(few: Dataset, digits: Splits) -> None:
    first, second = images_seen(few, digits.validation, TrainingConfig(epochs=2, shuffle=False))
    assert torch.equal(first, few.images)
    assert torch.equal(second, few.images)


def test_with_shuffling_each_epoch_has_an_order_of_its_own_from_the_seed(few: Dataset, digits: Splits) -> None:
    epochs = images_seen(few, digits.validation, TrainingConfig(epochs=2, seed=5))
    generator = torch.Generator().manual_seed(5)
    orders = [torch.randperm(100, generator=generator) for _ in range(2)]
    assert not torch.equal(*orders)
    for seen, order in zip(epochs, orders, strict=True):
        assert torch.equal(seen, few.images[order])


# torch's own, one weight at a time, with their own defaults; the fused ones are what the app uses.
TORCHS_OWN: dict[str, Callable[..., torch.optim.Optimizer]] = {
    "sgd": torch.optim.SGD,
    "momentum": partial(torch.optim.SGD, momentum=0.9),
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
}


@pytest.mark.parametrize("decay", [None, 0.0, 0.3])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_weight_decay_is_torchs_own(name: str, decay: float | None, few: Dataset, digits: Splits) -> None:
    rate = 0.01
    model = new_model(MLPConfig((8,)), seed=3)
    by_hand = nn.Sequential(nn.Linear(784, 8), nn.ReLU(), nn.Linear(8, 10))
    by_hand.load_state_dict(model.state_dict())
    options = {} if decay is None else {"weight_decay": decay}
    optimizer = TORCHS_OWN[name](by_hand.parameters(), lr=rate, foreach=False, **options)
    for _ in range(2):
        for images, labels in zip(few.images.split(40), few.labels.split(40), strict=True):
            optimizer.zero_grad()
            nn.functional.cross_entropy(by_hand(normalize(images)), labels).backward()
            optimizer.step()

    config = TrainingConfig(2, 40, rate, name, weight_decay=decay, shuffle=False)
    for _ in fit(model, few, digits.validation, config):
        pass
    for ours, torchs in zip(model.parameters(), by_hand.parameters(), strict=True):
        torch.testing.assert_close(ours, torchs, rtol=1e-4, atol=1e-5)


def test_adamw_first_takes_the_stated_share_off_every_weight(few: Dataset, digits: Splits) -> None:
    """What the lesson on overfitting says: w becomes (1 - learning rate × decay) w, and then moves as always."""

    def after_one_step(decay: float) -> MLP:
        model = new_model(MLPConfig((8,)), seed=3)
        config = TrainingConfig(1, 100, 0.01, "adamw", weight_decay=decay)
        for _ in fit(model, few, digits.validation, config):
            pass
        return model

    start = new_model(MLPConfig((8,)), seed=3)
    parameters = zip(
        start.parameters(), after_one_step(3.0).parameters(), after_one_step(0.0).parameters(), strict=True
    )
    for before, with_decay, without in parameters:
        torch.testing.assert_close(without - with_decay, 0.01 * 3.0 * before)


@pytest.mark.parametrize(
    "fields",
    [
        {"epochs": 0},
        {"epochs": 2.5},
        {"epochs": True},
        {"batch_size": 0},
        {"learning_rate": 0.0},
        {"learning_rate": float("nan")},
        {"learning_rate": float("inf")},
        {"optimizer": "magic"},
        {"schedule": "sometimes"},
        {"seed": -1},
        {"batches_per_event": 0},
        {"weight_decay": -0.1},
        {"weight_decay": float("nan")},
    ],
)
def test_bad_settings_are_refused_in_a_sentence(fields: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"not .*\.$"):
        TrainingConfig(**fields)  # type: ignore[arg-type]


def test_the_order_of_settings() -> None:
    config = TrainingConfig(3, 64, 0.01, "sgd", 7)
    assert (config.epochs, config.batch_size, config.learning_rate, config.optimizer, config.seed) == (
        3,
        64,
        0.01,
        "sgd",
        7,
    )


def by_torch(train: Dataset, config: TrainingConfig, changes: dict[int, float]) -> MLP:
    """A constant learning rate, changed by hand before the stated batches, with torch's own loop."""
    model = new_model(MLPConfig((8,)), 0)
    optimizer = OPTIMIZERS[config.optimizer](model, config)
    step = 0
    for _ in range(config.epochs):
        for images, labels in zip(
            train.images.split(config.batch_size), train.labels.split(config.batch_size), strict=True
        ):
            if step in changes:
                optimizer.param_groups[0]["lr"] = changes[step]
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(normalize(images)), labels).backward()
            optimizer.step()
            step += 1
    return model


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_learning_rate_can_be_turned_on_the_way(optimizer: str, few: Dataset, digits: Splits) -> None:
    config = TrainingConfig(3, 20, 0.01, optimizer, weight_decay=0.0, shuffle=False)
    dial, model = RateDial(), new_model(MLPConfig((8,)), 0)
    changes = []
    for event in fit(model, few, digits.validation, config, dial=dial):
        if isinstance(event, RateEvent):
            changes.append(event)
        elif isinstance(event, BatchEvent) and event.step in (4, 9):
            dial.turn(0.5 * event.step / 100)
    assert changes == [RateEvent(4, 0.02), RateEvent(9, 0.045)]
    for ours, torchs in zip(model.parameters(), by_torch(few, config, {4: 0.02, 9: 0.045}).parameters(), strict=True):
        torch.testing.assert_close(ours, torchs, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("schedule", ["constant", "one-cycle"])
def test_changes_on_record_are_made_again(schedule: str, digits: Splits) -> None:
    config = TrainingConfig(2, 100, 0.01, "adamw", schedule=schedule)
    dial, first = RateDial(), new_model(WITH_DROPOUT, 0)
    changes = []
    for event in fit(first, digits.train, digits.validation, config, dial=dial):
        if isinstance(event, RateEvent):
            changes.append(event)
        elif isinstance(event, BatchEvent) and event.step in (3, 20):
            dial.turn(0.02 / event.step)
    again, plain = new_model(WITH_DROPOUT, 0), new_model(WITH_DROPOUT, 0)
    assert list(fit(again, digits.train, digits.validation, config, dial=RateDial(changes)))
    assert list(fit(plain, digits.train, digits.validation, config))
    assert same_weights(first, again)
    assert not same_weights(first, plain)


def test_with_a_schedule_all_of_it_scales_along(few: Dataset, digits: Splits) -> None:
    """With plain SGD a step's length is the learning rate: after the dial it is ten times what the schedule says."""

    def moves(dial: RateDial) -> list[float]:
        model = new_model(MLPConfig(()), 0)
        config = TrainingConfig(1, 10, 1e-4, "sgd", schedule="one-cycle", shuffle=False)
        lengths = []
        before = model.state_dict()["0.weight"].double().clone()
        for event in fit(model, few, digits.validation, config, dial=dial):
            if isinstance(event, BatchEvent):
                after = model.state_dict()["0.weight"].double().clone()
                lengths.append((after - before).norm().item())
                before = after
        return lengths

    usual, turned = moves(RateDial()), moves(RateDial([RateEvent(5, 1e-3)]))
    ratios = [after / before for before, after in zip(usual[:-1], turned[:-1], strict=True)]
    assert ratios[:5] == pytest.approx([1] * 5, rel=0.05)
    assert ratios[5:] == pytest.approx([10] * 4, rel=0.05)  # the last batch has next to nothing left


def test_plain_sgd_stays_plain_with_a_schedule(few: Dataset, digits: Splits) -> None:
    """torch's one-cycle schedule would give it the momentum that it cycles for the others."""
    config = TrainingConfig(1, 10, 0.1, "sgd", schedule="one-cycle", shuffle=False)
    model, by_hand = new_model(MLPConfig(()), 0), new_model(MLPConfig(()), 0)
    optimizer = torch.optim.SGD(by_hand.parameters(), lr=0.1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.1, 10, cycle_momentum=False)
    for images, labels in zip(few.images.split(10), few.labels.split(10), strict=True):
        optimizer.zero_grad()
        nn.functional.cross_entropy(by_hand(normalize(images)), labels).backward()
        optimizer.step()
        schedule.step()
    assert list(fit(model, few, digits.validation, config))
    for ours, torchs in zip(model.parameters(), by_hand.parameters(), strict=True):
        torch.testing.assert_close(ours, torchs, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("rate", [0.0, -1.0, float("nan"), float("inf"), 101.0])
def test_the_dial_takes_no_learning_rate_that_is_none(rate: float) -> None:
    with pytest.raises(ValueError, match=r"The learning rate is a number above 0 and up to 100, not"):
        RateDial().turn(rate)


def test_a_batch_can_be_found_again(digits: Splits) -> None:
    train = digits.train.subset(slice(0, 105))
    for shuffle in (True, False):
        config = TrainingConfig(epochs=3, batch_size=20, seed=4, shuffle=shuffle)
        epochs = images_seen(train, digits.validation, config)
        for step in range(18):
            epoch, place = divmod(step, 6)
            expected = epochs[epoch][place * 20 : (place + 1) * 20]
            assert torch.equal(batch_at(train, config, step).images, expected)


def test_batches_may_come_from_elsewhere(few: Dataset, digits: Splits) -> None:
    """A list of batches is a run without shuffling, whatever the settings say of their size; the schedule knows."""
    config = TrainingConfig(3, 32, 0.01, "adamw", seed=1, schedule="one-cycle", shuffle=False)
    theirs, ours = (new_model(WITH_DROPOUT, 1) for _ in range(2))
    given = list(zip(few.images.split(32), few.labels.split(32), strict=True))
    config_of_theirs = replace(config, batch_size=7, shuffle=True)
    events = list(fit(theirs, given, digits.validation, config_of_theirs, affine))
    assert events == list(fit(ours, few, digits.validation, config, affine))
    assert [event.step for event in events if isinstance(event, EpochEvent)] == [4, 8, 12]
    assert same_weights(theirs, ours)


def test_each_epoch_asks_for_its_batches_anew(few: Dataset, digits: Splits) -> None:
    class Growing:
        """Batches of 1 image in the first epoch, of 2 in the second."""

        epochs = 0

        def __len__(self) -> int:
            return 3

        def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
            self.epochs += 1
            for _ in range(3):
                yield few.images[: self.epochs], few.labels[: self.epochs]

    events = fit(new_model(MLPConfig((8,)), 0), Growing(), digits.validation, TrainingConfig(epochs=2))
    assert [event.examples for event in events if isinstance(event, BatchEvent)] == [1, 1, 1, 2, 2, 2]


@pytest.mark.parametrize(("optimizer", "rate"), [("sgd", 100.0), ("momentum", 10.0), ("adam", 100.0)])
def test_an_exploding_run_stops_there_and_returns_to_good_weights(optimizer: str, rate: float, digits: Splits) -> None:
    """It learns well for 25 batches; then the learning rate is turned far too high."""
    model, config = new_model(MLPConfig((16,)), 0), TrainingConfig(2, 20, 0.01, optimizer)
    weights, losses, steps = {0: [p.detach().clone() for p in model.parameters()]}, {}, []
    run = fit(model, digits.train, digits.validation, config, dial=RateDial([RateEvent(25, rate)]))
    with pytest.raises(TrainingDiverged) as caught:  # noqa: PT012
        for event in run:
            if isinstance(event, BatchEvent):
                steps.append(event.step)
                losses[event.step] = event.loss
                weights[event.step] = [p.detach().clone() for p in model.parameters()]
    diverged = caught.value
    assert 26 <= diverged.step <= 40
    assert steps[-1] in (diverged.step, diverged.step - 1)  # the batch itself is reported if its loss is a number
    assert not diverged.loss <= EXPLODED
    assert all(loss <= EXPLODED for step, loss in losses.items() if step < diverged.step)
    # The weights before a batch are those after the one before it.
    good = [
        step for step in range(0, diverged.step, COPY_EVERY) if losses.get(step + 1, GUESSING_LOSS + 1) <= GUESSING_LOSS
    ]
    assert diverged.kept_step == max(good) == 20
    for kept, then in zip(model.parameters(), weights[20], strict=True):
        assert torch.equal(kept, then)
    assert evaluate(model, digits.validation).loss < GUESSING_LOSS
    assert str(diverged).endswith(
        f"and went back to the weights it had after batch 20: try a smaller learning rate than {rate:g}."
    )
    assert str(diverged).count(". ") == 0  # one sentence
    assert str(pickle.loads(pickle.dumps(diverged))) == str(diverged)


def test_a_run_that_explodes_at_once_keeps_its_first_weights(digits: Splits) -> None:
    model = new_model(MLPConfig((16,)), 0)
    with pytest.raises(TrainingDiverged, match="its first weights") as caught:
        list(fit(model, digits.train, digits.validation, TrainingConfig(2, 32, 100.0, "sgd")))
    assert caught.value.kept_step == 0
    assert same_weights(model, new_model(MLPConfig((16,)), 0))


def test_turning_the_dial_to_where_it_stands_changes_nothing(few: Dataset, digits: Splits) -> None:
    dial = RateDial()
    dial.turn(0.01)
    config = TrainingConfig(1, 20, 0.01)
    assert not any(
        isinstance(event, RateEvent)
        for event in fit(new_model(MLPConfig((8,)), 0), few, digits.validation, config, dial=dial)
    )


def by_autograd(
    model_config: MLPConfig, train: Dataset, config: TrainingConfig, augment: Augment | None, changes: dict[int, float]
) -> MLP:
    """The course's loop: ``train_step`` with PyTorch's own optimizer and scheduler, batch by batch."""
    model, loss_function = new_model(model_config, 3), nn.CrossEntropyLoss()
    model.seed_dropout(config.seed)
    optimizer = OPTIMIZERS[config.optimizer](model, config)
    schedule, rate, step = None, config.learning_rate, 0
    if config.schedule == "one-cycle":
        steps = config.epochs * config.steps_per_epoch(len(train))
        cycles = config.optimizer != "sgd"
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, steps, cycle_momentum=cycles)
    generator = torch.Generator().manual_seed(config.seed)
    for order in epoch_orders(len(train), config):
        for indices in order.split(config.batch_size):
            if step in changes:
                for name in {"lr", "initial_lr", "max_lr", "min_lr"} & set(optimizer.param_groups[0]):
                    optimizer.param_groups[0][name] *= changes[step] / rate
                rate = changes[step]
            images = train.images[indices]
            x = standardize((augment(images, generator) if augment else images) / 255)
            train_step(model.train(), x, train.labels[indices], loss_function, optimizer)
            if schedule:
                schedule.step()
            step += 1
    return model


@settings(max_examples=60)
@given(
    model_config=st.builds(
        MLPConfig,
        hidden_sizes=st.lists(st.integers(1, 40), max_size=3).map(tuple),
        activation=st.sampled_from(sorted(ACTIVATIONS)),
        dropout=st.sampled_from([0.0, 0.3]),
    ),
    config=st.builds(
        TrainingConfig,
        epochs=st.integers(1, 2),
        batch_size=st.integers(7, 110),  # of 100 images: whole batches, short last ones, and one of all
        learning_rate=st.sampled_from([1e-3, 0.02]),
        optimizer=st.sampled_from(sorted(OPTIMIZERS)),
        seed=st.integers(0, 99),
        weight_decay=st.sampled_from([None, 0.0, 0.1]),
        shuffle=st.booleans(),
        schedule=st.sampled_from(SCHEDULES),
    ),
    augment=st.sampled_from([None, affine]),
    changes=st.dictionaries(st.integers(0, 6), st.sampled_from([1e-4, 0.01, 0.03]), max_size=2),
)
def test_the_weights_are_those_of_the_courses_loop_bit_for_bit(
    few: Dataset,
    model_config: MLPConfig,
    config: TrainingConfig,
    augment: Augment | None,
    changes: dict[int, float],
) -> None:
    model = new_model(model_config, 3)
    dial = RateDial([RateEvent(step, rate) for step, rate in changes.items()])
    assert list(fit(model, few, few.subset(slice(0, 1)), config, augment, dial))
    assert same_weights(model, by_autograd(model_config, few, config, augment, changes))


def test_the_default_recipe_ends_with_the_weights_of_the_courses_loop(digits: Splits) -> None:
    """A few hundred steps of a real width, in which a wrong last bit would grow."""
    model_config, config = RECIPES[0].model_config, replace(RECIPES[0].training_config, seed=2)
    model = new_model(model_config, 3)
    assert list(fit(model, digits.train, digits.validation, config))
    assert same_weights(model, by_autograd(model_config, digits.train, config, None, {}))


def test_the_weights_are_the_same_whichever_thread_trains_and_whatever_else_does(
    digits: Splits, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The queue's threads hand their runs over to each other after every few steps."""
    both = threading.Barrier(2)
    threads: list[set[int]] = [set(), set()]

    def train(which: int, model: MLP) -> Iterator[RunRecord]:
        for record in run(model, digits, configs[which], augment=affine if which else None):
            if not threads[which]:
                both.wait(20)
            threads[which].add(threading.get_ident())
            assert torch.get_num_threads() == 1
            yield record

    configs = [
        TrainingConfig(3, 32, 0.01, "adamw", 1, schedule="one-cycle"),
        TrainingConfig(2, 50, 0.05, "momentum", 2),
    ]
    shapes = [WITH_DROPOUT, MLPConfig((24, 16), activation="tanh")]
    models = [new_model(shape, 0) for shape in shapes]
    for name in ("TURN", "FIRST_TURN"):
        monkeypatch.setattr(jobs, name, 0.001)
    chance = random.Random(0)
    queue = jobs.FairQueue(is_busy=lambda: chance.random() < 0.2)
    waiting = [queue.submit(train(which, model)) for which, model in enumerate(models)]
    for job in waiting:
        assert job.wait(60)
        assert job.snapshot().state is jobs.State.FINISHED, job.snapshot().error
    queue.close()
    assert len(threads[0] | threads[1]) == 2
    for which, trained in enumerate(models):
        alone = new_model(shapes[which], 0)
        list(run(alone, digits, configs[which], augment=affine if which else None))
        assert same_weights(trained, alone)


@pytest.mark.parametrize("batch_size", [1, 7, 128, 256, 300, 1_000])
def test_batches_are_the_images_in_the_order_of_each_epoch(batch_size: int, digits: Splits) -> None:
    some, config = digits.train.subset(slice(0, 700)), TrainingConfig(batch_size=batch_size)
    batches = DatasetBatches(some, config, as_images=False)
    for order in islice(epoch_orders(len(some), config), 2):
        dealt = list(batches)
        assert [len(labels) for _, labels in dealt] == [len(part) for part in order.split(batch_size)]
        assert len(dealt) == len(batches)
        assert torch.equal(torch.cat([x for x, _ in dealt]), normalize(some.images[order]))
        assert torch.equal(torch.cat([labels for _, labels in dealt]), some.labels[order])


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_nothing_to_learn_from_is_said(schedule: str, digits: Splits) -> None:
    nothing, config = digits.train.subset(slice(0, 0)), TrainingConfig(schedule=schedule)
    with pytest.raises(ValueError, match="no image to learn from"):
        next(fit(new_model(MLPConfig(()), 0), nothing, digits.validation, config))
