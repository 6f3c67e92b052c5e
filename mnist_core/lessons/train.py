"""One batch of a run taken apart: what went in, what came out, and what it did to the weights."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from mnist_core.data.dataset import Dataset, normalize
from mnist_core.network.functions import cross_entropy, softmax
from mnist_core.network.model import MLP, Dropout
from mnist_core.network.view import NetworkView, first_neurons, look
from mnist_core.training.records import lengths


@dataclass(frozen=True)
class BatchSeen:
    """What one batch did. Its tensors are copies.

    Attributes:
        step: Which batch of the run, from 1.
        images: torch.uint8 [N, 28, 28].
        labels: torch.int64 [N].
        probabilities: What the network gave each digit before the update, torch.float32 [N, 10].
        losses: Of each image, torch.float32 [N].
        loss: Their mean.
        loss_after: The same after the update. With dropout, the same neurons are silent both times.
        gradients: The length of the gradient of each dense layer's weights.
        changes: The length of what the update added to them.
        weights: Their own length after it.
        view: The network while it reads the first image, before the update, with the gradient of that image's loss:
            its share in the batch's, which is the mean of all. Without dropout, as always when a network reads.
        view_after: The same image and neurons after the update, without a gradient.
    """

    step: int
    images: Tensor
    labels: Tensor
    probabilities: Tensor
    losses: Tensor
    loss: float
    loss_after: float
    gradients: tuple[float, ...]
    changes: tuple[float, ...]
    weights: tuple[float, ...]
    view: NetworkView
    view_after: NetworkView


@torch.no_grad()
def look_at(before: MLP, after: MLP, batch: Dataset, step: int) -> BatchSeen:
    """Takes apart what a batch did to a model.

    Args:
        before: A copy of the model from before the batch, its dropout included; used up.
        after: The model after it, with the batch's gradients in it; only looked at.
        batch: The images and labels it learned from.
        step: Which batch of the run, from 1.

    Returns:
        The numbers, from forward to update.
    """
    image, label, shown = batch.images[0] / 255, int(batch.labels[0]), first_neurons(before.config)
    view = look(before, image, label=label, shown=shown, with_weights=True, with_gradient=True)
    x = normalize(batch.images)  # (N, 28, 28) -> (N, 784)
    silenced = [(layer, layer.generator.get_state()) for layer in before if isinstance(layer, Dropout)]
    logits = before.train()(x)
    losses = cross_entropy(logits, batch.labels)
    olds = [layer.weight.clone() for layer in before if isinstance(layer, nn.Linear)]
    news = [layer.weight for layer in after if isinstance(layer, nn.Linear)]
    before.load_state_dict(after.state_dict())
    for layer, state in silenced:
        layer.generator.set_state(state)
    loss_after = cross_entropy(before(x), batch.labels).mean().item()
    return BatchSeen(
        step,
        batch.images,
        batch.labels,
        softmax(logits),
        losses,
        losses.mean().item(),
        loss_after,
        gradients=lengths([weight.grad for weight in news if weight.grad is not None]),
        changes=lengths([new - old for new, old in zip(news, olds, strict=True)]),
        weights=lengths(news),
        view=view,
        view_after=look(after, image, label=label, shown=shown, with_weights=True),
    )
