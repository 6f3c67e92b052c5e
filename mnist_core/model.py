"""A name that programs outside this project import; the code is in ``mnist_core.network.model``."""

from mnist_core.network.model import MLP, MLPConfig

__all__ = ["MLP", "MLPConfig"]
