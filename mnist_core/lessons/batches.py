"""Mini-batches: how the images are dealt out, by PyTorch's DataLoader and by us."""

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from mnist_core.data.dataset import MEAN, STD, Dataset, normalize

if TYPE_CHECKING:
    from torchvision import datasets

BATCHES_PER_STEP = 8  # of the race: between two steps others get their turn


def epoch_order(size: int, shuffle: bool, seed: int) -> Tensor:
    """The order in which an epoch takes the images: torch.int64 [size]."""
    if not shuffle:
        return torch.arange(size)
    return torch.randperm(size, generator=torch.Generator().manual_seed(seed))


def label_order(labels: Tensor) -> Tensor:
    """The order that sorts images by label, otherwise as they lie: torch.int64 [N]."""
    return labels.argsort(stable=True)


def sorted_by_label(dataset: Dataset) -> Dataset:
    """The same images, all the 0s first, then all the 1s, and so on."""
    return dataset.subset(label_order(dataset.labels))


def batch_sizes(images: int, batch_size: int) -> list[int]:
    """How many images each batch of an epoch has: all the same but the last one, which takes what is left.

    Raises:
        ValueError: If ``images`` or ``batch_size`` is below 1.
    """
    if images < 1 or batch_size < 1:
        raise ValueError(f"{images} images can't be dealt out in batches of {batch_size}.")
    batches = math.ceil(images / batch_size)
    return [batch_size] * (batches - 1) + [images - (batches - 1) * batch_size]


def mean_over_examples(losses: Tensor) -> float:
    """Each example counts once."""
    return losses.mean().item()


def mean_of_batch_means(losses: Tensor, batch_size: int) -> float:
    """Each batch counts once: the few examples of a short last batch count for more than the others."""
    return torch.stack([batch.mean() for batch in losses.split(batch_size)]).mean().item()


def usual_dataset(dataset: Dataset) -> "datasets.MNIST":
    """The class of torchvision, with its own way of making an image ready, over images that are in memory already."""
    from torchvision import datasets, transforms  # a second to import, and only this comparison needs it

    usual = datasets.MNIST.__new__(datasets.MNIST)
    usual.data, usual.targets = dataset.images, dataset.labels
    usual.transform = transforms.Compose([transforms.ToTensor(), transforms.Normalize((MEAN,), (STD,))])
    usual.target_transform = None
    return usual


def usual_batches(dataset: "datasets.MNIST", seed: int) -> Iterator[tuple[Tensor, Tensor]]:
    """The usual PyTorch way: image by image, gathered by DataLoader."""
    from torch.utils.data import DataLoader

    generator = torch.Generator().manual_seed(seed)
    loader = DataLoader(dataset, batch_size=32, shuffle=True, generator=generator)
    yield from loader  # images and labels: (32, 1, 28, 28) and (32,)


def our_batches(dataset: Dataset, seed: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Our way: 32 rows of one tensor, made ready together."""
    generator = torch.Generator().manual_seed(seed)
    # DataLoader draws a number before it shuffles; so do we, only to shuffle alike.
    torch.empty((), dtype=torch.int64).random_(generator=generator)
    order = torch.randperm(len(dataset), generator=generator)
    for indices in order.split(32):
        images = dataset.images.index_select(0, indices)
        labels = dataset.labels.index_select(0, indices)
        yield normalize(images), labels  # (32, 784) and (32,)


@dataclass(frozen=True)
class Race:
    """Both ways over the same images, as far as they have come.

    Attributes:
        usual_images: How many images the usual PyTorch way has dealt out.
        usual_seconds: In how many seconds.
        our_images: The same for ours.
        our_seconds: The same for ours.
        compared: How many pairs of batches have been laid beside each other.
        identical: How many of these pairs were equal in every number and every label.
    """

    usual_images: int = 0
    usual_seconds: float = 0.0
    our_images: int = 0
    our_seconds: float = 0.0
    compared: int = 0
    identical: int = 0

    @property
    def ratio(self) -> float:
        """How many times as long the usual way took, once both are done."""
        return self.usual_seconds / self.our_seconds


def race(dataset: Dataset, seed: int) -> Iterator[Race]:
    """Runs both ways and compares what they deal out, batch by batch.

    Args:
        dataset: Some thousand images.
        seed: Of the order, the same for both.

    Yields:
        The race so far, every few batches.
    """
    so_far = Race()
    usual = usual_batches(usual_dataset(dataset), seed)
    ours = our_batches(dataset, seed)
    while True:
        started = time.perf_counter()
        theirs = [batch for _, batch in zip(range(BATCHES_PER_STEP), usual, strict=False)]
        between = time.perf_counter()
        own = [batch for _, batch in zip(range(BATCHES_PER_STEP), ours, strict=False)]
        ended = time.perf_counter()
        if not theirs and not own:
            return
        so_far = replace(
            so_far,
            usual_images=so_far.usual_images + sum(len(labels) for _, labels in theirs),
            usual_seconds=so_far.usual_seconds + between - started,
            our_images=so_far.our_images + sum(len(labels) for _, labels in own),
            our_seconds=so_far.our_seconds + ended - between,
            compared=so_far.compared + max(len(theirs), len(own)),
            identical=so_far.identical + sum(_equal(a, b) for a, b in zip(theirs, own, strict=False)),
        )
        yield so_far


def _equal(usual: tuple[Tensor, Tensor], own: tuple[Tensor, Tensor]) -> bool:
    images = usual[0].flatten(1)  # (N, 1, 28, 28) -> (N, 784)
    return torch.equal(images, own[0]) and torch.equal(usual[1], own[1])
