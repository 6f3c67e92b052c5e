"""What the order of the images does: the same training on shuffled images and on images sorted by label."""

from collections.abc import Iterator
from dataclasses import replace

from mnist_core.data.dataset import Splits
from mnist_core.lessons.batches import sorted_by_label
from mnist_core.network.model import MLPConfig
from mnist_core.training.loop import TrainingConfig, new_model
from mnist_core.training.records import RunRecord, side_by_side, trial

SHUFFLED, SORTED = "shuffled", "sorted by label"
IMAGES = 5_000  # enough for nine in ten, few enough for two trainings in two seconds
NETWORK = MLPConfig((64,))
TRAINING = TrainingConfig(epochs=3, batch_size=32, learning_rate=0.05, optimizer="sgd", batches_per_event=2)


def shuffled_and_sorted(splits: Splits, seed: int) -> Iterator[dict[str, RunRecord]]:
    """Trains two networks that begin with the same weights, on the same images, with the same settings.

    Args:
        splits: The first ``IMAGES`` of its training images are used, and all its validation images.
        seed: Of the weights and of the order.

    Yields:
        The records so far, by name.
    """
    some = splits.train.subset(slice(0, IMAGES))
    shuffled = replace(TRAINING, seed=seed)
    in_order = replace(shuffled, shuffle=False)
    return side_by_side(
        {
            SHUFFLED: trial(new_model(NETWORK, seed), replace(splits, train=some), shuffled),
            SORTED: trial(new_model(NETWORK, seed), replace(splits, train=sorted_by_label(some)), in_order),
        }
    )
