"""Two equal networks, one on images as they are and one on images whose pixels are shuffled."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from torch import Tensor

from mnist_core.data.dataset import Splits
from mnist_core.data.pixel_order import reordered
from mnist_core.network.model import MLPConfig
from mnist_core.training.loop import TrainingConfig, new_model
from mnist_core.training.records import RunRecord, side_by_side, trial

PLAIN, SHUFFLED = "pixels in place", "pixels shuffled"
LEARNS_FROM = 10_000  # images
EPOCHS = 5


def in_place_and_shuffled(splits: Splits, order: Tensor, seed: int) -> Iterator[Mapping[str, RunRecord]]:
    """Trains both with the same first weights on the same images.

    Args:
        splits: The digits. Only the first images of the training part are learned from.
        order: Of the pixels, the same for every image: torch.int64 [784].
        seed: Of the weights and of the batches.

    Yields:
        Both records so far, by name: ``PLAIN`` and ``SHUFFLED``.
    """
    small = replace(splits, train=splits.train.subset(slice(0, LEARNS_FROM)))
    moved = replace(small, train=reordered(small.train, order), validation=reordered(small.validation, order))
    config = TrainingConfig(epochs=EPOCHS, batch_size=64, seed=seed, batches_per_event=8)
    return side_by_side(
        {name: trial(new_model(MLPConfig((64,)), seed), of, config) for name, of in ((PLAIN, small), (SHUFFLED, moved))}
    )
