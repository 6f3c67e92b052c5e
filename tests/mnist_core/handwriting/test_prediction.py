"""Prediction against torch's softmax of the logits."""

import pytest
import torch

from mnist_core.data.dataset import Splits, normalize
from mnist_core.handwriting.prediction import predict_proba
from mnist_core.network.model import MLPConfig
from mnist_core.training.loop import new_model


def test_predict_proba(digits: Splits) -> None:
    model = new_model(MLPConfig((16,), dropout=0.5), 0)
    images = digits.test.images[:50]
    p = predict_proba(model, images / 255)
    assert model.training  # as it was; but the dropout was off
    torch.testing.assert_close(p, torch.softmax(model.eval()(normalize(images)), dim=1))
    assert p.shape == (50, 10)
    assert p.dtype == torch.float32
    assert not p.requires_grad
    torch.testing.assert_close(p.sum(1), torch.ones(50))
    assert predict_proba(model, torch.zeros(0, 28, 28)).shape == (0, 10)


@pytest.mark.parametrize(
    ("images", "says"),
    [
        (torch.zeros(28, 28), "N, 28, 28"),
        (torch.zeros(1, 784), "N, 28, 28"),
        (torch.zeros(1, 28, 28, dtype=torch.uint8), "float32"),
        (torch.full((1, 28, 28), 255.0), "divide by 255"),
        (torch.full((1, 28, 28), float("nan")), "between 0"),
    ],
)
def test_bad_images_are_refused_in_a_sentence(images: torch.Tensor, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        predict_proba(new_model(MLPConfig(()), 0), images)
