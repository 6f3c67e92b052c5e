"""A training run in words: with what settings, and how far it came."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mnist_core.training.records import RunRecord, Score


OPTIMIZERS = {"adam": "Adam", "adamw": "AdamW", "momentum": "SGD with momentum", "sgd": "SGD"}


FEW = 10_000  # training images; a run on fewer was meant to have few


def reached(record: RunRecord, validation: Score | None) -> str:
    """How far a run came, in a few words, with its accuracy on the validation images, where that was measured."""
    parts = [f"{validation.accuracy:.1%} in validation"] if validation and record.learned_steps else []
    if record.diverged:
        back = f"batch {record.learned_steps:,}" if record.learned_steps else "its first weights"
        parts.append(f"back at {back} after its loss exploded")
    elif not record.test and record.examples < 0.1 * record.train_size:
        parts.append(f"stopped after {record.steps:,} batch{'es' if record.steps > 1 else ''}")
    elif not record.test:
        parts.append(f"stopped after {record.examples / record.train_size:.1f} epochs")
    return ", ".join(parts)


def settings(record: RunRecord) -> str:
    """What was trained and how, in a line, so that runs can be told apart."""
    model, config = record.model_config, record.training_config
    parts = [
        f"{model.label} on {record.dataset}",
        *([f"begun with {record.start.name}"] if record.start else ()),
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
