"""Evaluation against scikit-learn and torch."""

import math
from collections import Counter

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import accuracy_score, confusion_matrix, precision_score, recall_score
from torch.nn import functional as F

from mnist_core.data.dataset import Dataset, Splits, normalize
from mnist_core.evaluation.accuracy import CHUNK, Evaluation, chance_of_split, evaluate, wilson_interval
from mnist_core.network.model import MLPConfig
from mnist_core.training.loop import new_model

PAIRS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=60)


def answered(labels: list[int], choices: list[int]) -> Evaluation:
    """Images of given digits, read as given digits, each with a certainty of its own."""
    sure = torch.linspace(1, 5, len(labels)).unsqueeze(1)
    return Evaluation(F.one_hot(torch.tensor(choices), 10) * sure, torch.tensor(labels))


def random_answers(images: int = 500) -> Evaluation:
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(images, 10, generator=generator)
    return Evaluation(logits, torch.randint(0, 9, (images,), generator=generator))  # no 9: a row of zeros


def test_against_scikit_learn_and_torch() -> None:
    result = random_answers()
    labels, guesses = result.labels, result.logits.argmax(1)
    assert result.confusion.tolist() == confusion_matrix(labels, guesses, labels=range(10)).tolist()
    assert result.accuracy == pytest.approx(accuracy_score(labels, guesses))
    assert result.loss == pytest.approx(F.cross_entropy(result.logits, labels).item(), rel=1e-5)
    torch.testing.assert_close(result.losses, F.cross_entropy(result.logits, labels, reduction="none"))
    torch.testing.assert_close(result.probabilities, F.softmax(result.logits, 1))


@given(PAIRS)
def test_confusion_precision_and_recall_are_scikit_learns(pairs: list[tuple[int, int]]) -> None:
    labels, choices = [shown for shown, _ in pairs], [read for _, read in pairs]
    result = answered(labels, choices)
    options = {"labels": range(10), "average": None, "zero_division": np.nan}
    assert result.confusion.tolist() == confusion_matrix(labels, choices, labels=range(10)).tolist()
    np.testing.assert_allclose(result.precision.numpy(), precision_score(labels, choices, **options))
    np.testing.assert_allclose(result.recall.numpy(), recall_score(labels, choices, **options))


def test_a_digit_never_read_has_no_precision_and_one_never_shown_no_recall() -> None:
    result = answered([3, 3, 5], [3, 5, 5])
    assert result.precision[[3, 5]].tolist() == [1, 0.5]
    assert result.recall[[3, 5]].tolist() == [0.5, 1]
    others = [0, 1, 2, 4, 6, 7, 8, 9]
    assert result.precision[others].isnan().all()
    assert result.recall[others].isnan().all()


@given(PAIRS)
def test_a_digit_is_called_more_often_than_it_is_there_just_where_precision_is_below_recall(
    pairs: list[tuple[int, int]],
) -> None:
    labels, choices = [shown for shown, _ in pairs], [read for _, read in pairs]
    result = answered(labels, choices)
    for digit in range(10):
        right, called, there = result.of_digit(digit)
        hits = sum(shown == read == digit for shown, read in pairs)
        assert (right, called, there) == (hits, choices.count(digit), labels.count(digit))
        if right:
            assert (result.precision[digit] < result.recall[digit]) == (called > there)
            assert (result.precision[digit] > result.recall[digit]) == (called < there)


def test_how_many_answers_are_surer_than_a_probability() -> None:
    logits = torch.tensor([[5.0] + [0.0] * 9, [5.0] + [0.0] * 9, [0.1] + [0.0] * 9])
    assert Evaluation(logits, torch.tensor([0, 1, 0])).surer_than(0.9) == (1, 1)


@given(PAIRS)
def test_the_cells_share_out_all_images(pairs: list[tuple[int, int]]) -> None:
    result = answered([shown for shown, _ in pairs], [read for _, read in pairs])
    found = [(int(i), shown, read) for shown in range(10) for read in range(10) for i in result.cell(shown, read)]
    assert [(shown, read) for _, shown, read in sorted(found)] == pairs


def test_a_cell_has_its_hardest_images_first() -> None:
    result = random_answers()
    for cell in ((3, 8), (4, 4)):
        losses = F.cross_entropy(result.logits, result.labels, reduction="none")[result.cell(*cell)].tolist()
        assert len(losses) > 1
        assert losses == sorted(losses, reverse=True)


def test_mistakes_are_the_wrong_answers_the_surest_first() -> None:
    logits = torch.zeros(5, 10)
    for image, (digit, score) in enumerate([(1, 2.0), (2, 9.0), (3, 5.0), (4, 2.0), (5, 7.0)]):
        logits[image, digit] = score
    result = Evaluation(logits, torch.tensor([0, 2, 0, 0, 0]))
    assert result.mistakes.tolist() == [4, 2, 0, 3]  # the last two are alike, so they keep their order
    result = random_answers()
    wrong = np.flatnonzero(result.logits.argmax(1).numpy() != result.labels.numpy())
    p = F.softmax(result.logits, 1).max(1).values.numpy()
    assert sorted(result.mistakes.tolist()) == wrong.tolist()
    assert (np.diff(p[result.mistakes.numpy()]) <= 0).all()


def test_a_network_without_mistakes() -> None:
    result = answered([3, 5], [3, 5])
    assert result.mistakes.tolist() == []
    assert result.cell(3, 5).tolist() == []
    assert result.commonest_mistakes == []


def test_the_commonest_mistake_is_off_the_diagonal() -> None:
    labels, choices = [1, 1, 1, 4, 9, 9, 7], [1, 1, 1, 9, 4, 4, 1]
    assert answered(labels, choices).commonest_mistakes == [(9, 4)]


@given(PAIRS)
def test_all_cells_that_tie_are_the_commonest(pairs: list[tuple[int, int]]) -> None:
    counted = Counter(pair for pair in pairs if pair[0] != pair[1])
    most = max(counted.values(), default=0)
    expected = sorted(pair for pair, count in counted.items() if count == most)
    assert answered([shown for shown, _ in pairs], [read for _, read in pairs]).commonest_mistakes == expected


@given(st.integers(0, 300), st.integers(0, 300))
def test_chance_of_a_split_is_the_binomial_test(one: int, other: int) -> None:
    expected = stats.binomtest(one, one + other).pvalue if one + other else 1.0
    assert chance_of_split(one, other) == pytest.approx(expected)


def test_chance_of_a_split_by_hand_and_of_thousands() -> None:
    assert chance_of_split(3, 0) == 0.25  # two of the eight ways three coins can fall
    assert chance_of_split(6, 0) == 2 / 64
    assert 0 < chance_of_split(2_500, 2_000) < 1e-12
    with pytest.raises(ValueError, match="Nobody can count"):
        chance_of_split(-1, 3)


def test_the_hardest_images_have_the_highest_losses() -> None:
    result = random_answers()
    losses = F.cross_entropy(result.logits, result.labels, reduction="none")
    hardest = result.hardest(20)
    torch.testing.assert_close(losses[hardest], losses.topk(20).values)
    assert Evaluation(torch.zeros(4, 10), torch.tensor([1, 2, 3, 4])).hardest(3).tolist() == [0, 1, 2]
    assert len(result.hardest(1_000)) == 500


@given(st.lists(st.floats(-20, 20, width=32), min_size=10, max_size=10))
def test_a_right_answer_never_costs_more_than_ln_10(z: list[float]) -> None:
    logits = torch.tensor([z])
    assert Evaluation(logits, logits.argmax(1)).losses.item() <= math.log(10) + 1e-5


def test_what_is_not_there_can_not_be_asked_for() -> None:
    result = random_answers()
    with pytest.raises(ValueError, match="At least one image"):
        result.hardest(0)
    for cell in ((10, 0), (0, -1)):
        with pytest.raises(ValueError, match="Digits are 0 to 9"):
            result.cell(*cell)


def test_evaluate_reads_every_image_once_and_leaves_the_model_as_it_was(digits: Splits) -> None:
    many = Dataset(digits.train.images.repeat(2, 1, 1), digits.train.labels.repeat(2))
    assert len(many) > 2 * CHUNK
    model = new_model(MLPConfig((16,), dropout=0.5), 0).train()
    result = evaluate(model, many)
    assert model.training
    model.eval()
    torch.testing.assert_close(result.logits, model(normalize(many.images)).detach())
    evaluate(model, many)
    assert not model.training


def test_wilsons_interval_against_scipy() -> None:
    for right, images in ((0, 1), (1, 1), (9, 10), (22, 31), (4886, 4903), (500, 500)):
        expected = stats.binomtest(right, images).proportion_ci(0.95, method="wilson")
        assert wilson_interval(right, images) == pytest.approx((expected.low, expected.high), abs=1e-7)


@pytest.mark.parametrize(("right", "images"), [(0, 0), (-1, 5), (6, 5)])
def test_there_is_no_interval_for_what_nobody_can_count(right: int, images: int) -> None:
    with pytest.raises(ValueError, match="say nothing"):
        wilson_interval(right, images)
