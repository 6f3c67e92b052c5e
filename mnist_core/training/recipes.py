"""Settings to begin with, each with what it is good for."""

from dataclasses import dataclass

from mnist_core.network.model import MLPConfig
from mnist_core.training.loop import TrainingConfig


@dataclass(frozen=True)
class Recipe:
    """A network and a way to train it.

    Attributes:
        name: What a reader calls it.
        sentence: What it is good for.
        model_config: The network.
        training_config: How it is trained; its seed is the reader's to choose.
    """

    name: str
    sentence: str
    model_config: MLPConfig
    training_config: TrainingConfig


RECIPES: tuple[Recipe, ...] = (
    Recipe(
        "97% in seconds",
        "About 97.7% of MNIST's validation images, 98% of its test images, and less on generated digits. "
        "The learning rate first rises and then falls to nothing, so that few epochs are enough.",
        MLPConfig((256,)),
        TrainingConfig(4, 100, 4e-3, "adamw", weight_decay=0.01, schedule="one-cycle"),
    ),
    Recipe(
        "The course's network",
        "One hidden layer, a steady learning rate and small batches: slower, and every step of it is in the lessons.",
        MLPConfig((128,)),
        TrainingConfig(5, 32, 1e-3, "adam", weight_decay=0.0),
    ),
    Recipe(
        "Softmax regression",
        "No hidden layer, which is called logistic regression too: each score is one weighted sum over the pixels. How "
        "far does that get?",
        MLPConfig(()),
        TrainingConfig(5, 32, 1e-3, "adam", weight_decay=0.0),
    ),
    Recipe(
        "Learning rate far too high",
        "Every step overshoots, and within a few batches the loss explodes. See what becomes of the run.",
        MLPConfig((128,)),
        TrainingConfig(5, 32, 10.0, "sgd", weight_decay=0.0),
    ),
)
