"""Images of digits with their labels: MNIST, and digits that the program draws."""

from mnist_core.data.dataset import MEAN, STD, Dataset, Splits, normalize
from mnist_core.data.mnist import DatasetUnavailable, load_mnist

__all__ = ["MEAN", "STD", "Dataset", "DatasetUnavailable", "Splits", "load_mnist", "normalize"]
