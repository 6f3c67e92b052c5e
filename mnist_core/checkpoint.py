"""A name that programs outside this project import; the code is in ``mnist_core.network.checkpoint``."""

from mnist_core.network.checkpoint import Checkpoint, CheckpointError, load, load_shipped, save

__all__ = ["Checkpoint", "CheckpointError", "load", "load_shipped", "save"]
