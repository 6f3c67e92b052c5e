"""Training: that it learns, that it can be repeated, and that it reports what happened."""

from collections.abc import Callable
from functools import partial
from itertools import islice, zip_longest

import pytest
import torch
from torch import Tensor, nn

from mnist_core.augmentation import affine
from mnist_core.data import Dataset, Splits, normalize
from mnist_core.evaluation import evaluate
from mnist_core.model import MLP, MLPConfig
from mnist_core.training import (
    OPTIMIZERS,
    BatchEvent,
    EpochEvent,
    TrainingConfig,
    TrainingDiverged,
    fit,
    new_model,
    train_step,
)

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
    assert evaluate(model, digits.test).accuracy > 0.75  # of ten digits; 0.79 to 0.81 when written


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
    assert [event.epoch for event in events] == [1, 1, 1, 2, 2, 2]
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


def test_the_contracts_order_of_settings() -> None:
    config = TrainingConfig(3, 64, 0.01, "sgd", 7)
    assert (config.epochs, config.batch_size, config.learning_rate, config.optimizer, config.seed) == (
        3,
        64,
        0.01,
        "sgd",
        7,
    )
