"""A name that programs outside this project import; the code is in ``mnist_core.data.generated``."""

from mnist_core.data.generated import make_digits

__all__ = ["make_digits"]
