"""A network that is surer than it is right: trained in less than a second, on few images, many times over."""

from mnist_core.data.dataset import Splits
from mnist_core.network.model import MLP, MLPConfig
from mnist_core.training.loop import TrainingConfig, fit, new_model

IMAGES = 1_000
EPOCHS = 30


def train_quickly(splits: Splits) -> MLP:
    """A network with 64 hidden neurons that has learned its few images by heart.

    Args:
        splits: It learns from the first ``IMAGES`` training images.

    Returns:
        The network, in eval mode. The same splits give the same one.
    """
    model = new_model(MLPConfig((64,)), seed=0)
    config = TrainingConfig(epochs=EPOCHS, batch_size=64, learning_rate=0.003, seed=0)
    few = splits.train.subset(slice(0, IMAGES))
    for _ in fit(model, few, splits.validation.subset(slice(0, 1)), config):
        pass  # nobody watches: it takes a third of a second
    return model.eval().requires_grad_(False)
