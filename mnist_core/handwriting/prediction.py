"""From an image to ten probabilities, and the evidence for them."""

import torch
from torch import Tensor

from mnist_core.data.dataset import standardize
from mnist_core.network.functions import softmax
from mnist_core.network.model import MLP


@torch.no_grad()
def predict_proba(model: MLP, images: Tensor) -> Tensor:
    """What a model thinks images show.

    Args:
        model: It is in eval mode while it reads, and afterwards in the mode it was in.
        images: torch.float32 [N, 28, 28] in 0..1, 0 for paper, as ``drawing_to_mnist`` returns them.

    Returns:
        Probabilities, torch.float32 [N, 10]; each row has the sum 1.

    Raises:
        ValueError: If shape, dtype or range are not as above.
    """
    check_images(images)
    was_training = model.training
    model.eval()
    logits = model(standardize(images))  # (N, 28, 28) -> (N, 784) -> (N, 10)
    model.train(was_training)
    return softmax(logits)


def check_images(images: Tensor) -> None:
    """Raises ValueError unless these are images as ``predict_proba`` takes them."""
    if images.dtype != torch.float32 or images.shape[1:] != (28, 28):
        raise ValueError(f"Images must be torch.float32 [N, 28, 28], not {images.dtype} {list(images.shape)}.")
    if len(images) and not (images.min() >= 0 and images.max() <= 1):
        raise ValueError("Pixels must be between 0 (paper) and 1 (ink); divide by 255 first.")
