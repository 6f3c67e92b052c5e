"""What a run begins with: the weights of a network that has learned before, equal to the last bit."""

from dataclasses import replace

import pytest
import torch

from mnist_core.data.dataset import Splits
from mnist_core.evaluation.accuracy import evaluate
from mnist_core.network.checkpoint import dumps, load, load_shipped, shipped_card
from mnist_core.network.model import MLP, Dropout, MLPConfig
from mnist_core.training.loop import TrainingConfig, TrainingDiverged, new_model
from mnist_core.training.records import run, trial
from mnist_core.training.start import Start

CONFIG = TrainingConfig(epochs=1, batch_size=100)


def weights(model: MLP) -> list[torch.Tensor]:
    return [tensor.clone() for tensor in model.state_dict().values()]


def same(one: list[torch.Tensor], other: list[torch.Tensor]) -> bool:
    return all(torch.equal(a, b) for a, b in zip(one, other, strict=True))


@pytest.fixture
def start() -> Start:
    return Start("Your network 1", new_model(MLPConfig((16,), "tanh", 0.25), 4).eval(), {"dataset": "MNIST"})


@pytest.mark.parametrize("model", [load_shipped().requires_grad_(False), new_model(MLPConfig(()), 1)])
def test_a_copy_begins_with_the_same_weights_and_the_network_stays_as_it_is(model: MLP, digits: Splits) -> None:
    source = Start("any", model, {})
    before, copy = weights(model), source.network()
    assert same(before, weights(copy))
    assert copy.training
    *_, record = trial(copy, digits, CONFIG, start=source)
    assert record.learned_steps
    assert same(before, weights(model))
    assert not same(before, weights(copy))


def test_the_record_says_where_it_began_and_how_that_reads(start: Start, digits: Splits) -> None:
    first, *_, last = trial(start.network(), digits, CONFIG, start=start)
    found = evaluate(start.model, digits.validation)
    for record in (first, last):
        assert record.start is start
        assert record.before
        assert (record.before.loss, record.before.accuracy) == (found.loss, found.accuracy)
    batch = torch.randperm(len(digits.train), generator=torch.Generator().manual_seed(0))[:100]
    quiet = Start("without dropout", new_model(MLPConfig((16,)), 4), {})
    event = next(trial(quiet.network(), digits, CONFIG, start=quiet)).batches[0]
    assert event.loss == pytest.approx(evaluate(quiet.model, digits.train.subset(batch)).loss, rel=1e-5)
    assert last.card()["began_with"] == {
        "name": "Your network 1",
        "weights": start.weights,
        "learned_from": ["MNIST"],
    }
    *_, random = trial(new_model(MLPConfig(()), 0), digits, CONFIG)
    assert random.start is None
    assert random.before is None
    assert "began_with" not in random.card()


def test_the_same_start_and_settings_give_the_same_weights(start: Start, digits: Splits) -> None:
    ends = []
    for seed in (3, 3, 5):
        model = start.network()
        list(run(model, digits, replace(CONFIG, seed=seed), start=start))
        ends.append(weights(model))
    assert same(ends[0], ends[1])
    assert not same(ends[0], ends[2])


def test_a_run_that_explodes_at_once_goes_back_to_what_it_began_with(start: Start, digits: Splits) -> None:
    model = start.network()
    config = replace(CONFIG, optimizer="sgd", learning_rate=100.0, batch_size=10)
    with pytest.raises(TrainingDiverged) as diverged:
        list(trial(model, digits, config, start=start))
    assert diverged.value.kept_step == 0
    assert same(weights(model), weights(start.model))


def test_weights_are_known_again_from_a_file_and_told_from_others() -> None:
    shipped = Start("Ready-made network", load_shipped(), shipped_card())
    again = load(dumps(shipped.model, shipped.card))
    assert Start("From file 1", again.model, again.card).weights == shipped.weights
    other = shipped.network()
    with torch.no_grad():
        other[0].weight[0, 0] += 1e-3  # type: ignore[operator, index]
    assert Start("other", other.eval(), {}).weights != shipped.weights
    assert not any(isinstance(layer, Dropout) and layer.training for layer in shipped.model)
