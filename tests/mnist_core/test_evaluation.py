"""Evaluation against scikit-learn and torch."""

import pytest
import torch
from sklearn.metrics import accuracy_score, confusion_matrix
from torch.nn import functional as F

from mnist_core.data import Dataset, Splits, normalize
from mnist_core.evaluation import CHUNK, Evaluation, evaluate
from mnist_core.model import MLPConfig
from mnist_core.training import new_model


def test_against_scikit_learn_and_torch() -> None:
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(500, 10, generator=generator)
    labels = torch.randint(0, 9, (500,), generator=generator)  # no 9: a row of zeros
    result = Evaluation(logits, labels)
    guesses = logits.argmax(1)
    assert result.confusion.tolist() == confusion_matrix(labels, guesses, labels=range(10)).tolist()
    assert result.accuracy == pytest.approx(accuracy_score(labels, guesses))
    assert result.loss == pytest.approx(F.cross_entropy(logits, labels).item(), rel=1e-5)


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
