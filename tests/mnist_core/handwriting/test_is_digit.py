"""The rule that says "not sure": what it keeps, what it refuses and why, on drawings nobody learned from."""

import json
import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
import torch
from torch import Tensor

from mnist_core.data.dataset import Splits
from mnist_core.data.generated import make_digits
from mnist_core.handwriting import is_digit, not_digits
from mnist_core.handwriting.is_digit import (
    DIGIT_FROM,
    KEPT,
    KINDS,
    NETWORK,
    REASONS,
    RIVAL,
    SMALLEST,
    WEIGHTS,
    Verdict,
    judge,
    kinds_of,
    load_is_digit,
    threshold,
)
from mnist_core.handwriting.not_digits import ANSWERS, LETTERS
from mnist_core.handwriting.pictures import pictures
from mnist_core.handwriting.preprocessing import prepare
from mnist_core.network.checkpoint import CheckpointError, load
from mnist_core.network.model import MLP, MLPConfig
from mnist_core.training.loop import new_model

SEED = 424_242  # nothing was trained with it


@pytest.fixture(scope="module")
def network() -> MLP:
    return load_is_digit()


def refused(network: MLP, images: Tensor) -> float:
    return (kinds_of(network, images / 255)[:, 0] < DIGIT_FROM).float().mean().item()


def one_stroke(width: int, height: int) -> npt.NDArray[np.uint8]:
    """A canvas with one upright stroke on it."""
    canvas = np.zeros((280, 280), np.uint8)
    canvas[40 : 40 + height, 100 : 100 + width] = 255
    return canvas


def test_digits_are_kept(network: MLP) -> None:
    assert refused(network, make_digits(1_000, SEED).images) < 0.05
    assert refused(network, not_digits.single_digits(1_000, torch.Generator().manual_seed(SEED))[0]) < 0.05


def test_mnist_is_kept(network: MLP, mnist: Splits) -> None:
    assert refused(network, mnist.validation.images) < 0.02


def test_the_threshold_is_the_one_found_on_mnists_validation_images(network: MLP, mnist: Splits) -> None:
    assert 0 <= threshold(network, mnist.validation) - DIGIT_FROM < 0.011  # rounded down
    assert refused(network, mnist.validation.images) == pytest.approx(1 - KEPT, abs=0.0015)


@pytest.mark.parametrize("kind", ["dots", "scribbles", "letters", "several_digits", "pictures"])
def test_each_other_kind_is_refused(kind: str, network: MLP) -> None:
    drawn = getattr(not_digits, kind)(600, torch.Generator().manual_seed(SEED))
    assert refused(network, drawn[0] if kind == "letters" else drawn) >= 0.9


@pytest.mark.parametrize(
    ("kind", "draw", "share"),
    [
        ("dot", not_digits.dots, 0.8),
        ("scribble", not_digits.scribbles, 0.75),  # a dense one looks like a picture of a thing
        ("several digits", not_digits.several_digits, 0.8),
        ("picture", pictures, 0.7),  # what a photo leaves of one is often like a scribble
    ],
)
def test_the_reason_is_mostly_the_right_one(
    kind: str, draw: Callable[[int, torch.Generator], Tensor], share: float, network: MLP
) -> None:
    images = draw(200, torch.Generator().manual_seed(SEED)) / 255
    verdicts = [judge(network, image) for image in images]
    said = [verdict for verdict in verdicts if not verdict.is_digit]
    assert sum(verdict.kind == kind for verdict in said) > share * len(said)
    assert all(verdict.reason == REASONS[verdict.kind] for verdict in said if verdict.kind != "letter")


def test_a_letter_is_named(network: MLP) -> None:
    images, which = not_digits.letters(300, torch.Generator().manual_seed(SEED))
    named = [judge(network, image / 255) for image in images]
    letters = [verdict for verdict in named if verdict.kind == "letter"]
    assert len(letters) > 240
    right = [f"perhaps {list(LETTERS)[i]}." in verdict.reason for verdict, i in zip(named, which.tolist(), strict=True)]
    assert sum(right) > 0.7 * len(letters)


def test_kinds_are_sums_of_answers_in_five_looks(network: MLP) -> None:
    images = make_digits(20, SEED).images / 255
    kinds = kinds_of(network, images)
    looks = [images]
    for axis, step in ((1, 1), (1, -1), (2, 1), (2, -1)):  # there is paper at the edges: nothing comes round
        looks.append((images + images.roll(step, axis)) / 2)
    with torch.no_grad():
        each = [torch.softmax(network(((look - 0.1307) / 0.3081).flatten(1)), dim=1) for look in looks]
    answers = torch.stack(each).mean(0)
    assert kinds.shape == (20, len(KINDS))
    assert torch.allclose(kinds[:, 0], answers[:, :10].sum(1), atol=1e-5)
    for i, kind in enumerate(("dot", "scribble", "several digits", "picture"), start=10):
        assert torch.allclose(kinds[:, KINDS.index(kind)], answers[:, i], atol=1e-5)
    assert torch.allclose(kinds[:, KINDS.index("letter")], answers[:, 14:].sum(1), atol=1e-5)
    assert torch.allclose(kinds.sum(1), torch.ones(20))


def test_the_same_drawing_gets_the_same_verdict(network: MLP) -> None:
    image = make_digits(1, SEED).images[0] / 255
    assert judge(network, image) == judge(load_is_digit(), image)


def test_blank_paper(network: MLP) -> None:
    assert judge(network, torch.zeros(28, 28)) == Verdict(False, "blank", (0.0,) * len(KINDS), REASONS["blank"])


def clear_digit(network: MLP) -> Tensor:
    images = make_digits(50, SEED).images / 255
    return images[int(kinds_of(network, images)[:, 0].argmax())]


@pytest.mark.parametrize(("rival", "kind"), [(RIVAL + 0.01, "unsure"), (RIVAL - 0.01, "digit")])
def test_two_digits_about_as_likely(rival: float, kind: str, network: MLP) -> None:
    p = torch.full((10,), 0.01)
    first = 0.92 / (1 + rival)
    p[9], p[4] = first, rival * first
    verdict = judge(network, clear_digit(network), p)
    assert verdict.kind == kind
    assert verdict.is_digit == (kind == "digit")
    assert ("a 9 or a 4" in verdict.reason) == (kind == "unsure")


@pytest.mark.parametrize(("height", "kind"), [(40, "dot"), (44, "digit")])
def test_ink_too_small_for_a_digit_is_a_dot_whatever_its_form(height: int, kind: str, network: MLP) -> None:
    assert 40 / 280 < SMALLEST < 44 / 280
    drawing = one_stroke(8, height)
    extent = prepare(drawing).extent
    assert extent == pytest.approx(height / 280)
    image = clear_digit(network)  # so that only the size can speak against it
    assert judge(network, image, extent=extent).kind == kind
    assert judge(network, image).kind == "digit"  # how large it was drawn is not known


@pytest.mark.parametrize(
    ("image", "p"),
    [
        (torch.ones(28, 27), None),
        (torch.ones(1, 28, 28), None),
        (torch.ones(28, 28, dtype=torch.uint8), None),
        (torch.full((28, 28), 255.0), None),
        (torch.full((28, 28), math.nan), None),
        (torch.ones(28, 28), torch.full((5,), 0.2)),
        (torch.ones(28, 28), torch.full((10,), 0.2)),
        (torch.ones(28, 28), torch.full((10,), math.nan)),
        (torch.ones(28, 28), torch.tensor([1.5, -0.5] + [0.0] * 8)),
    ],
)
def test_bad_input_is_refused_in_a_sentence(image: Tensor, p: Tensor | None, network: MLP) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        judge(network, image, p)


def test_a_network_that_reads_is_not_the_second_network(digits: Splits) -> None:
    with pytest.raises(ValueError, match=rf"has {len(ANSWERS)} answers, not 10\.$"):
        judge(new_model(MLPConfig((8,)), 0), torch.ones(28, 28))


def test_the_file_is_small_says_what_it_is_and_reads_no_digits() -> None:
    assert WEIGHTS.stat().st_size < 1_000_000
    checkpoint = load(WEIGHTS, classes=len(ANSWERS))
    assert checkpoint.model.config == NETWORK
    assert checkpoint.card["answers"] == list(ANSWERS)
    assert json.dumps(checkpoint.card["training"])
    with pytest.raises(CheckpointError, match="10 are needed"):
        load(WEIGHTS)


def test_learning_is_seeded_and_yields_an_epoch_at_a_time(digits: Splits, monkeypatch: pytest.MonkeyPatch) -> None:
    few = not_digits.Amounts(20, 20, 10, 20, 20, 60, 13)
    monkeypatch.setattr(is_digit, "DRAWN", few)
    monkeypatch.setattr(is_digit, "DRAWN_TO_VALIDATE", few)
    networks, learned = [new_model(NETWORK, 3) for _ in range(2)], digits.train.subset(slice(0, 500))
    runs = [list(is_digit.learn(network, learned, digits.test, seed=3)) for network in networks]
    assert runs[0] == runs[1]
    assert [event.epoch for event in runs[0]] == list(range(1, is_digit.TRAINING.epochs + 1))
    assert runs[0][-1].train_loss < runs[0][0].train_loss
    assert torch.equal(networks[0].state_dict()["0.weight"], networks[1].state_dict()["0.weight"])
    shares = is_digit.rates(networks[0], digits.test, seed=3)
    assert len(shares) == 7
    assert all(0 <= share <= 1 for share in shares.values())
