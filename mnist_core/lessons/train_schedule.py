"""What a schedule does: the same training with a constant learning rate, and with one that rises and falls."""

from collections.abc import Iterator
from dataclasses import replace

from mnist_core.data.dataset import Splits
from mnist_core.network.model import MLPConfig
from mnist_core.training.loop import TrainingConfig, new_model, new_schedule
from mnist_core.training.records import RunRecord, side_by_side, trial

CONSTANT, ONE_CYCLE = "constant", "one-cycle"
IMAGES = 10_000  # few enough for two trainings in a few seconds
NETWORK = MLPConfig((128,))
TRAINING = TrainingConfig(6, 64, 0.01, "adamw", weight_decay=0.01, batches_per_event=8)


def constant_and_one_cycle(splits: Splits, highest: float, seed: int) -> Iterator[dict[str, RunRecord]]:
    """Trains two networks that differ in their schedule only.

    Args:
        splits: The first ``IMAGES`` of its training images are used, and all its validation images.
        highest: The constant learning rate, and the highest of the other one.
        seed: Of the weights and of the order.

    Yields:
        The records so far, by name.
    """
    some = replace(splits, train=splits.train.subset(slice(0, IMAGES)))
    config = replace(TRAINING, learning_rate=highest, seed=seed)
    return side_by_side(
        {name: trial(new_model(NETWORK, seed), some, replace(config, schedule=name)) for name in (CONSTANT, ONE_CYCLE)}
    )


def rates(schedule: str, highest: float, steps: int) -> list[float]:
    """The learning rate of each batch of a run.

    Args:
        schedule: ``CONSTANT`` or ``ONE_CYCLE``.
        highest: The learning rate of the settings.
        steps: Batches in the run, at least 1.

    Raises:
        ValueError: If there is no such schedule, or no batch.
    """
    if schedule not in (CONSTANT, ONE_CYCLE) or steps < 1:
        raise ValueError(f"There is no schedule {schedule!r} over {steps!r} batches.")
    plan = new_schedule(TrainingConfig(learning_rate=highest, schedule=schedule), 0.0, steps)
    found = []
    for _ in range(steps):
        found.append(plan.rate)
        plan.advance()
    return found
