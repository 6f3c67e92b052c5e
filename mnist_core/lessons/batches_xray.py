"""X-ray of a batch: what each image in it wants of the weights, and what the batch as a whole wants."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from mnist_core.data.dataset import Dataset, normalize
from mnist_core.network.functions import cross_entropy
from mnist_core.network.gradients import batch_gradient
from mnist_core.network.model import MLP


@dataclass(frozen=True)
class BatchXray:
    """A batch, taken apart. Plain numbers, one for each image where it is a tuple.

    Attributes:
        labels: What the images show.
        answers: What the network reads.
        losses: The loss of each image.
        norms: The length of each image's own gradient.
        mean_norm: The mean of these lengths.
        batch_norm: The length of the batch's gradient, which is the mean of the images' gradients.
        cosine: Between the batch's gradient and the full one: 1 is the same direction, 0 a right angle, below 0 is
            against it.
    """

    labels: tuple[int, ...]
    answers: tuple[int, ...]
    losses: tuple[float, ...]
    norms: tuple[float, ...]
    mean_norm: float
    batch_norm: float
    cosine: float

    @property
    def by_norm(self) -> list[int]:
        """The places of the images in the batch, the largest gradient first."""
        return sorted(range(len(self.norms)), key=lambda index: -self.norms[index])

    @property
    def right(self) -> int:
        """How many images are read rightly."""
        return sum(label == answer for label, answer in zip(self.labels, self.answers, strict=True))

    @property
    def share_left(self) -> float:
        """Of the length of the images' gradients, what is left in their mean: 0 to 1."""
        return self.batch_norm / self.mean_norm if self.mean_norm else 0.0


def full_gradient(model: MLP, dataset: Dataset) -> Tensor:
    """The gradient of the mean loss over all images, as one row: torch.float32 [parameters].

    Args:
        model: Without dropout, or in eval mode; not changed.
        dataset: At least one image.
    """
    trainable = _with_gradients(model)
    gradients = batch_gradient(trainable, normalize(dataset.images), dataset.labels)
    return torch.cat([gradient.flatten() for gradient in gradients.values()])


def gradient_norms(model: MLP, inputs: Tensor, labels: Tensor) -> Tensor:
    """The length of each image's own gradient. The gradients themselves, each as large as the model, are not made.

    A dense layer makes z = W h + b of its input h. If δ says how the loss of an image changes with z, then its gradient
    is δ hᵀ for W and δ for b. So the square of its length is |δ|² (|h|² + 1), added up over the layers. See Goodfellow
    (2015), "Efficient per-example gradient computations".

    Args:
        model: Without dropout, or in eval mode; not changed.
        inputs: torch.float32 [N, 784], normalized.
        labels: torch.int64 [N].

    Returns:
        torch.float32 [N].
    """
    h = inputs.clone().requires_grad_()  # so that autograd follows what becomes of it, also in a frozen model
    taken, made = [], []  # what each dense layer takes and makes: (N, its inputs) and (N, its outputs)
    for layer in model:
        z = layer(h)
        if isinstance(layer, nn.Linear):
            taken.append(h.detach())
            made.append(z)
        h = z
    deltas = torch.autograd.grad(cross_entropy(h, labels).sum(), made)
    squares = [(d**2).sum(1) * ((h**2).sum(1) + 1) for d, h in zip(deltas, taken, strict=True)]  # (N,) each
    return torch.stack(squares).sum(0).sqrt()


def xray(model: MLP, batch: Dataset, full: Tensor) -> BatchXray:
    """Takes a batch apart.

    Args:
        model: Without dropout, or in eval mode; not changed.
        batch: The images.
        full: From ``full_gradient``, of the same model.

    Returns:
        Its parts.

    Raises:
        ValueError: If there is no image in the batch.
    """
    if not len(batch):
        raise ValueError("A batch has at least one image.")
    inputs = normalize(batch.images)
    norms = gradient_norms(model, inputs, batch.labels)
    gradient = full_gradient(model, batch)  # of the mean loss: the mean of the gradients
    with torch.no_grad():
        logits = model(inputs)
    return BatchXray(
        labels=tuple(batch.labels.tolist()),
        answers=tuple(logits.argmax(1).tolist()),
        losses=tuple(cross_entropy(logits, batch.labels).tolist()),
        norms=tuple(norms.tolist()),
        mean_norm=norms.mean().item(),
        batch_norm=gradient.norm().item(),
        cosine=cosine(gradient, full),
    )


def batch_cosine(model: MLP, batch: Dataset, full: Tensor) -> float:
    """The cosine of an X-ray alone, without looking at each image, which takes far longer. Arguments as for xray."""
    return cosine(full_gradient(model, batch), full)


def cosine(a: Tensor, b: Tensor) -> float:
    """The cosine of the angle between two directions: a·b / (|a| |b|), −1 to 1; 0 if one of them has no length."""
    lengths = a.double().norm() * b.double().norm()
    return float(a.double() @ b.double() / lengths) if lengths > 0 else 0.0


def _with_gradients(model: MLP) -> MLP:
    """A model whose weights autograd follows; the shared one, which must not be changed, is copied."""
    if all(parameter.requires_grad for parameter in model.parameters()):
        return model
    copy = MLP(model.config)
    copy.load_state_dict(model.state_dict())
    return copy.train(model.training)
