"""How well a model does on images it was not trained on."""

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from mnist_core.data import Dataset, normalize
from mnist_core.functions import cross_entropy
from mnist_core.model import MLP

CHUNK = 1_000  # images at a time: all at once would need a gigabyte for wide networks


@dataclass(frozen=True)
class Evaluation:
    """What a model said of some images beside what they show.

    Attributes:
        logits: torch.float32 [N, 10].
        labels: torch.int64 [N].
    """

    logits: Tensor
    labels: Tensor

    @cached_property
    def loss(self) -> float:
        """The mean cross-entropy."""
        return cross_entropy(self.logits, self.labels).mean().item()

    @cached_property
    def accuracy(self) -> float:
        """The share read rightly, 0 to 1."""
        return (self.logits.argmax(1) == self.labels).float().mean().item()

    @cached_property
    def confusion(self) -> Tensor:
        """torch.int64 [10, 10]: how many images of the digit of the row were read as that of the column."""
        pairs = self.labels * 10 + self.logits.argmax(1)
        return torch.bincount(pairs, minlength=100).view(10, 10)


@torch.no_grad()
def evaluate(model: MLP, dataset: Dataset) -> Evaluation:
    """Lets a model read a data set.

    Args:
        model: It is in eval mode while it reads, and afterwards in the mode it was in.
        dataset: At least one image.

    Returns:
        The logits beside the labels.
    """
    was_training = model.training
    model.eval()
    logits = [model(normalize(images)) for images in dataset.images.split(CHUNK)]
    model.train(was_training)
    return Evaluation(torch.cat(logits), dataset.labels)
