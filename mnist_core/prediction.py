"""A name that programs outside this project import; the code is in ``mnist_core.handwriting.prediction``."""

from mnist_core.handwriting.prediction import predict_proba

__all__ = ["predict_proba"]
