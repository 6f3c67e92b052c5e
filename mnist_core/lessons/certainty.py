"""A network that is surer than it is right: small, and trained in a second on images it soon knows by heart."""

from mnist_core.data.dataset import Splits
from mnist_core.network.model import MLP, MLPConfig
from mnist_core.training.loop import TrainingConfig, fit, new_model

IMAGES = 1_000  # so few that it has soon learned them by heart
MODEL = MLPConfig((64,))
TRAINING = TrainingConfig(epochs=20, batch_size=32, learning_rate=2e-3, optimizer="adam", weight_decay=0.0, seed=0)


def overconfident(splits: Splits) -> MLP:
    """Trains a network on the first ``IMAGES`` training images, for so long that it is surer than it is right.

    Args:
        splits: Any digits.

    Returns:
        The network, in eval mode; the same for the same digits.
    """
    model = new_model(MODEL, TRAINING.seed)
    for _ in fit(model, splits.train.subset(slice(0, IMAGES)), splits.validation.subset(slice(0, 1)), TRAINING):
        pass
    return model.eval().requires_grad_(False)
