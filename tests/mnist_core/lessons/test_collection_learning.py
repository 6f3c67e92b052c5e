"""A network learns on from some digits: what is kept back is never learned from, and what is forgotten is counted."""

import json
from dataclasses import replace

import pytest
import torch

from mnist_core.data.dataset import Dataset, Splits
from mnist_core.evaluation.accuracy import evaluate
from mnist_core.lessons import collection_learning
from mnist_core.lessons.collection import as_dataset, own_digit
from mnist_core.lessons.collection_learning import (
    FEWEST,
    MADE,
    MADE_UP,
    OWN,
    TRAINING,
    Mixed,
    card,
    learn_on,
    made_writer,
    missing,
    parted,
)
from mnist_core.network.checkpoint import OWN_DIGITS, learned_from, load_shipped, shipped_card
from mnist_core.network.model import MLPConfig
from mnist_core.training.loop import fit, new_model
from mnist_core.training.start import Start


@pytest.fixture(scope="module")
def start(digits: Splits) -> Start:
    """A network that has learned to read generated digits."""
    model = new_model(MLPConfig((32,)), 0)
    list(fit(model, digits.train, digits.validation, replace(TRAINING, epochs=5, batch_size=50)))
    return Start("Your network 1", model.eval(), {"dataset": digits.name})


def images_of(dataset: Dataset) -> set[bytes]:
    return {image.numpy().tobytes() for image in dataset.images}


@pytest.mark.parametrize(("count", "kept"), [(20, 10), (50, 10), (100, 20), (400, 80)])
def test_a_fifth_is_kept_back_of_each_digit_the_same_share_and_ten_at_least(
    count: int, kept: int, digits: Splits
) -> None:
    labels = digits.train.labels
    order = torch.cat([(labels == digit).nonzero().flatten()[: count // 10] for digit in range(10)])
    own = [own_digit(digits.train.images[i] / 255, int(labels[i]), "canvas") for i in order]
    parts = parted(own, 0)
    assert len(parts.kept) == kept
    assert len(parts.learned) + kept == count
    assert not images_of(parts.kept) & images_of(parts.learned)
    counts = parts.kept.labels.bincount(minlength=10)
    assert counts.tolist() == [kept // 10] * 10
    assert images_of(parted(own, 1).kept) != images_of(parts.kept)


def test_too_few_digits_are_refused_and_missing_ones_are_named() -> None:
    few = list(made_writer())[: FEWEST - 1]
    with pytest.raises(ValueError, match=r"At least 20 digits are needed, not 19"):
        parted(few, 0)
    assert missing(few) == [2, 3, 4, 5, 6, 7, 8, 9]
    assert missing(made_writer()) == []


@pytest.mark.parametrize(("share", "others"), [(0.0, 0), (0.5, 10), (0.8, 40), (0.9, 90)])
def test_every_batch_has_all_of_the_few_in_turn_and_its_share_of_others(
    share: float, others: int, digits: Splits
) -> None:
    parts = parted(made_writer(), 0)
    batches = Mixed(parts.learned, digits.train, share, TRAINING)
    assert len(batches) == 8
    seen: list[bytes] = []
    for images, labels in batches:
        assert len(images) == len(labels) == 10 + others
        assert images.dtype == torch.uint8
        seen += [image.numpy().tobytes() for image in images[:10]]
        assert {image.numpy().tobytes() for image in images[10:]} <= images_of(digits.train)
    assert sorted(seen) == sorted(image.numpy().tobytes() for image in parts.learned.images)
    same = [images[:10] for images, _ in Mixed(parts.learned, digits.train, 0.0, TRAINING)]
    for (images, _), few in zip(Mixed(parts.learned, digits.train, share, TRAINING), same, strict=True):
        assert torch.equal(images[:10], few)  # the share leaves their order as it is


@pytest.mark.parametrize("share", [-0.1, 1.0, float("nan")])
def test_a_share_out_of_range_is_refused(share: float, digits: Splits) -> None:
    with pytest.raises(ValueError, match=r"from 0 to below 1"):
        Mixed(digits.train, digits.train, share, TRAINING)


def test_what_is_kept_back_is_never_learned_from(start: Start, digits: Splits, monkeypatch: pytest.MonkeyPatch) -> None:
    learned: set[bytes] = set()
    whole = Mixed.__iter__

    def noted(self: Mixed):  # type: ignore[no-untyped-def]
        for images, labels in whole(self):
            learned.update(image.numpy().tobytes() for image in images)
            yield images, labels

    monkeypatch.setattr(collection_learning.Mixed, "__iter__", noted)
    parts = parted(made_writer(), 3)
    list(learn_on(start, parts, digits, 0.5))
    assert images_of(parts.learned) <= learned
    assert not images_of(parts.kept) & learned
    assert not images_of(digits.validation) & learned


def test_it_is_counted_before_and_after_each_epoch_and_the_network_stays_as_it_is(start: Start, digits: Splits) -> None:
    before = [tensor.clone() for tensor in start.model.state_dict().values()]
    parts = parted(made_writer(), 0)
    found = list(learn_on(start, parts, digits, 0.0))
    assert [len(each.read) for each in found] == list(range(1, TRAINING.epochs + 2))
    first, last = found[0], found[-1]
    for each, model in ((first, start.model), (last, last.model)):
        assert torch.equal(each.read[-1], evaluate(model, parts.kept).choices)
        assert each.right[-1] == int((each.read[-1] == parts.kept.labels).sum())
        read = evaluate(model, digits.validation)
        assert each.elsewhere[-1] == int((read.choices == read.labels).sum())
    gained, lost = last.gained_and_lost
    assert last.right[-1] == last.right[0] + gained - lost
    for tensor, was in zip(start.model.state_dict().values(), before, strict=True):
        assert torch.equal(tensor, was)
    again = list(learn_on(start, parts, digits, 0.0))[-1]
    for one, other in zip(last.model.state_dict().values(), again.model.state_dict().values(), strict=True):
        assert torch.equal(one, other)


def check_it_learns_and_forgets(splits: Splits, least: float) -> None:
    """What the scene shows with the ready-made network: mixing in saves most of what is forgotten otherwise."""
    parts, shipped = parted(made_writer(), 0), Start("Ready-made network", load_shipped(), shipped_card())
    alone, mixed = (list(learn_on(shipped, parts, splits, share))[-1] for share in (0.0, 0.8))
    for each in (alone, mixed):
        assert each.right[-1] >= each.right[0] + 4
    assert alone.elsewhere[-1] < alone.elsewhere[0] - least * alone.images
    assert mixed.elsewhere[-1] > alone.elsewhere[-1] + least / 2 * alone.images


def test_it_learns_the_new_forgets_the_old_and_forgets_less_with_the_old_mixed_in(digits: Splits) -> None:
    check_it_learns_and_forgets(digits, 0.02)


def test_so_it_does_on_mnist(mnist: Splits) -> None:
    check_it_learns_and_forgets(mnist, 0.02)


def test_the_made_up_writer_writes_ten_of_each_always_the_same_and_mirrored() -> None:
    made = as_dataset(made_writer())
    assert made.labels.bincount().tolist() == [MADE // 10] * 10
    collection_learning.made_writer.cache_clear()
    assert torch.equal(as_dataset(made_writer()).images, made.images)
    shipped = load_shipped()
    mirrored = Dataset(made.images.flip(2), made.labels)
    read, back = evaluate(shipped, made), evaluate(shipped, mirrored)
    of = [read.of_digit(digit)[0] for digit in (2, 3, 4, 5, 6, 7, 9)]  # the others look much the same
    assert sum(of) < 35
    assert back.accuracy > 0.85


@pytest.mark.parametrize("of", [OWN, MADE_UP])
@pytest.mark.parametrize("share", [0.0, 0.5])
def test_the_card_says_what_was_learned_from_and_what_came_of_it(
    of: str, share: float, start: Start, digits: Splits
) -> None:
    parts = parted(made_writer(), 0)
    *_, last = learn_on(start, parts, digits, share)
    told = card(start, last, parts, of, digits.name, TRAINING)
    assert json.loads(json.dumps(told)) == told
    assert told["began_with"]["weights"] == start.weights
    assert told[of] == {
        "learned_from": 80,
        "kept_back": 20,
        "read_before": last.right[0],
        "read_after": last.right[-1],
    }
    assert told["validation_accuracy"] == round(evaluate(last.model, digits.validation).accuracy, 4)
    assert (OWN_DIGITS in learned_from(told)) == (of == OWN)
    elsewhere = card(Start("x", start.model, {"dataset": "MNIST"}), last, parts, of, digits.name, TRAINING)
    assert elsewhere["dataset"] == (digits.name if share else "MNIST")
    assert ("validation_accuracy" in elsewhere) == (share > 0)
