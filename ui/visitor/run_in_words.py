"""A training run in words: with what settings, and how far it came."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mnist_core.training.records import RunRecord


OPTIMIZERS = {"adam": "Adam", "adamw": "AdamW", "momentum": "SGD with momentum", "sgd": "SGD"}


FEW = 10_000  # training images; a run on fewer was meant to have few


def reached(record: RunRecord) -> str:
    """How far a run came, in a few words."""
    if record.test:
        return f"{record.test.accuracy:.1%} in its final test"
    if record.diverged:
        back = f"batch {record.learned_steps:,}" if record.learned_steps else "its first weights"
        return f"back at {back} after its loss exploded"
    if record.examples < 0.1 * record.train_size:
        return f"stopped after {record.steps:,} batch{'es' if record.steps > 1 else ''}"
    return f"stopped after {record.examples / record.train_size:.1f} epochs"


def settings(record: RunRecord) -> str:
    """What was trained and how, in a line, so that runs can be told apart."""
    model, config = record.model_config, record.training_config
    parts = [
        f"{model.label} on {record.dataset}",
        f"{OPTIMIZERS[config.optimizer]} at {config.learning_rate:g}",
        f"batches of {config.batch_size}",
        f"epochs: {config.epochs}",
        f"seed {config.seed}",
        *([f"learning rate turned to {record.learning_rate:g}"] if record.rates else ()),
        *(["one-cycle"] if config.schedule == "one-cycle" else ()),
        *([model.activation] if model.hidden_sizes and model.activation != "relu" else ()),
        *([f"{model.dropout:.0%} dropout"] if model.hidden_sizes and model.dropout else ()),
        *([f"weight decay {config.weight_decay:g}"] if config.weight_decay else ()),
        *([f"{record.train_size:,} images"] if record.train_size < FEW else ()),
        *([] if config.shuffle else ["not shuffled"]),
    ]
    return ", ".join(parts)
