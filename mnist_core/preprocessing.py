"""A name that programs outside this project import; the code is in ``mnist_core.handwriting.preprocessing``."""

from mnist_core.handwriting.preprocessing import BlankDrawing, drawing_to_mnist

__all__ = ["BlankDrawing", "drawing_to_mnist"]
