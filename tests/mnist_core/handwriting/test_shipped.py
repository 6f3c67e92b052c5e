"""How the shipped network is made: the recipe on a small scale, and what it promises of the file."""

from collections.abc import Generator
from dataclasses import replace

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from mnist_core.data.dataset import Splits
from mnist_core.evaluation.accuracy import evaluate
from mnist_core.evaluation.calibration import fit_temperature
from mnist_core.handwriting import shipped
from mnist_core.handwriting.shipped import Shipped, divide_logits, ship
from mnist_core.network.checkpoint import load
from mnist_core.network.model import MLPConfig
from mnist_core.training.loop import EpochEvent, TrainingConfig, new_model

SMALL = MLPConfig((48, 24))
SHORT = replace(shipped.TRAINING, epochs=4, batch_size=64, learning_rate=5e-3)


def made(splits: Splits, config: TrainingConfig = SHORT) -> tuple[list[EpochEvent], Shipped]:
    *progress, last = ship(splits, SMALL, config, drawn=600)
    assert isinstance(last, Shipped)
    return [step for step in progress if isinstance(step, EpochEvent)], last


@pytest.fixture(scope="module")
def run(digits: Splits) -> tuple[list[EpochEvent], Shipped]:
    return made(digits)


def test_it_learns_and_reports_every_epoch(run: tuple[list[EpochEvent], Shipped], digits: Splits) -> None:
    progress, last = run
    assert [step.epoch for step in progress] == [1, 2, 3, 4]
    assert progress[-1].train_loss < progress[0].train_loss
    assert evaluate(last.model, digits.test).accuracy > 0.6  # a tenth by chance; a few hundred steps


def test_the_file_is_the_network_with_a_card_that_is_true_of_it(
    run: tuple[list[EpochEvent], Shipped], digits: Splits
) -> None:
    _, last = run
    stored = load(last.content)
    for name, weights in last.model.state_dict().items():
        assert torch.equal(stored.model.state_dict()[name], weights)
    assert {name: value for name, value in stored.card.items() if name != "model"} == last.card
    assert last.card["test_accuracy"] == round(evaluate(stored.model, digits.test).accuracy, 4)
    assert last.card["validation_accuracy"] == round(evaluate(stored.model, digits.validation).accuracy, 4)
    assert last.card["training"]["seed"] == last.card["seed"] == shipped.TRAINING.seed
    parameters = SMALL.parameter_count
    assert 2 * parameters < len(last.content) < 2 * parameters + 5_000  # two bytes a number


def test_its_probabilities_fit_the_validation_images_as_they_are(
    run: tuple[list[EpochEvent], Shipped], digits: Splits
) -> None:
    _, last = run
    assert fit_temperature(evaluate(last.model, digits.validation)) == pytest.approx(1, abs=0.02)
    assert last.card["temperature"] != 1


def test_the_same_seed_gives_the_same_file_and_another_one_another(
    run: tuple[list[EpochEvent], Shipped], digits: Splits
) -> None:
    before = torch.get_rng_state()
    again, other = made(digits)[1].model.state_dict(), made(digits, replace(SHORT, seed=1))[1].model.state_dict()
    assert torch.equal(before, torch.get_rng_state())
    assert all(torch.equal(again[name], weights) for name, weights in run[1].model.state_dict().items())
    assert not any(torch.equal(again[name], weights) for name, weights in other.items())


def test_a_third_of_a_batch_is_drawn_and_the_rest_distorted(digits: Splits) -> None:
    real, drawn = digits.train.subset(slice(0, 400)), digits.validation
    images, labels = shipped._batch(real, drawn, torch.Generator().manual_seed(1), 1.0)
    assert images.shape == (600, 28, 28)
    assert images.dtype == torch.uint8
    assert torch.equal(labels[:400], real.labels)
    assert (images[:400] != real.images).flatten(1).any(1).all()
    assert round(600 * shipped.DRAWN_SHARE) == 200
    # Nearly each drawn one is still nearest to one of those it was taken from.
    distance = torch.cdist(images[400:].flatten(1).float(), drawn.images.flatten(1).float())
    assert (drawn.labels[distance.argmin(1)] == labels[400:]).float().mean() > 0.95


def test_an_epoch_is_one_pass_over_the_real_images(digits: Splits) -> None:
    batches = shipped._Mixed(digits.train, digits.validation, replace(SHORT, batch_size=96))
    for _ in range(2):
        sizes = [len(labels) for _, labels in batches]
        assert len(sizes) == len(batches)
        assert sum(round(2 / 3 * size) for size in sizes) == len(digits.train)
        assert set(sizes[:-1]) == {96}


def test_distortion_grows_weaker_from_epoch_to_epoch(digits: Splits, monkeypatch: pytest.MonkeyPatch) -> None:
    strengths: list[float] = []

    def distort(images: Tensor, generator: torch.Generator, strength: float) -> Tensor:
        strengths.append(strength)
        return images

    monkeypatch.setattr(shipped, "distort", distort)
    batches = shipped._Mixed(digits.train, digits.validation, replace(SHORT, epochs=3))
    for _ in range(3):
        for images, labels in batches:
            assert len(images) == len(labels)
    assert strengths == pytest.approx([strength for strength in (1.2, 0.8, 0.4) for _ in range(len(batches))])


def test_only_the_training_multiplies_roughly(digits: Splits) -> None:
    before = torch.get_float32_matmul_precision()
    run = ship(digits, SMALL, SHORT, drawn=60)
    assert isinstance(run, Generator)
    next(run)
    assert torch.get_float32_matmul_precision() == "medium"
    del run  # as if somebody had stopped it
    assert torch.get_float32_matmul_precision() == before == "highest"


@pytest.mark.parametrize("temperature", [0.5, 1.0, 1.7])
def test_a_temperature_folded_into_the_last_layer_divides_the_logits(temperature: float) -> None:
    model, x = new_model(SMALL, 3), torch.randn(20, 784, generator=torch.Generator().manual_seed(0))
    before = model(x).detach()
    divide_logits(model, temperature)
    assert torch.allclose(model(x), before / temperature, atol=1e-6)
    assert torch.allclose(F.softmax(model(x), 1), F.softmax(before / temperature, 1), atol=1e-6)


@pytest.mark.parametrize("temperature", [0.0, -1.0, float("nan")])
def test_a_temperature_that_is_none_is_refused(temperature: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        divide_logits(new_model(SMALL, 3), temperature)
