"""Training a network, the record of a run, and the script to take it home."""

from mnist_core.training.loop import TrainingConfig, fit, new_model

__all__ = ["TrainingConfig", "fit", "new_model"]
