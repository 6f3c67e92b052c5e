"""What a network's layers give, taken apart."""

import torch

from mnist_core.data.dataset import Dataset, normalize
from mnist_core.network.layers import last_hidden
from mnist_core.network.model import MLPConfig
from mnist_core.training.loop import new_model


def test_the_last_hidden_layer_is_what_the_last_dense_layer_reads(few: Dataset) -> None:
    model = new_model(MLPConfig((16, 8), activation="tanh"), seed=1).eval()
    x = normalize(few.images)
    hidden = last_hidden(model, x)
    assert hidden.shape == (100, 8)
    assert torch.equal(model[-1](hidden), model(x))
