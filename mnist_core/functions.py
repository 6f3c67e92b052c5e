"""Softmax and cross-entropy, written as their formulas read.

The symbols are the lessons': logits z, probabilities p, the right class y. All functions take any number of
examples: the classes are the last dimension.
"""

import torch
from torch import Tensor


def softmax_naive(z: Tensor) -> Tensor:
    """Softmax as the formula stands: p_i = e^(z_i) / Σ_j e^(z_j).

    In float32, e^z is too large to be a number when z is above 88.7: then the result is not a number either.

    Args:
        z: Logits, torch.float32 [..., k].

    Returns:
        Probabilities, torch.float32 [..., k], or nan where e^z overflows.
    """
    e = z.exp()
    return e / e.sum(dim=-1, keepdim=True)


def softmax(z: Tensor) -> Tensor:
    """Softmax that can't overflow: the same number taken from every logit changes nothing.

    e^(z_i - m) / Σ_j e^(z_j - m) has the factor e^(-m) above and below the line. With m the largest logit,
    the largest power is e^0 = 1.

    Args:
        z: Logits, torch.float32 [..., k]; finite.

    Returns:
        Probabilities, torch.float32 [..., k], 0 to 1, with sum 1.
    """
    return softmax_naive(z - z.max(dim=-1, keepdim=True).values)


def log_softmax(z: Tensor) -> Tensor:
    """The logarithms of p, without p itself, which may be too small for float32: z_i - m - ln Σ_j e^(z_j - m).

    Args:
        z: Logits, torch.float32 [..., k]; finite.

    Returns:
        Logarithms of the probabilities, torch.float32 [..., k], 0 or less.
    """
    shifted = z - z.max(dim=-1, keepdim=True).values
    return shifted - shifted.exp().sum(dim=-1, keepdim=True).log()


def cross_entropy(z: Tensor, y: Tensor) -> Tensor:
    """The loss of each example: -ln p_y, minus the logarithm of the probability given to the right class.

    Args:
        z: Logits, torch.float32 [..., k]; finite.
        y: The right classes, torch.int64 [...], 0 to k - 1.

    Returns:
        Losses, torch.float32 [...], 0 or more. The loss of a batch is their mean.
    """
    return -log_softmax(z).gather(-1, y.unsqueeze(-1)).squeeze(-1)


def cross_entropy_gradient(z: Tensor, y: Tensor) -> Tensor:
    """How the loss of each example changes with each of its logits: p - **y**, with **y** one-hot.

    Args:
        z: Logits, torch.float32 [..., k]; finite.
        y: The right classes, torch.int64 [...], 0 to k - 1.

    Returns:
        Gradients, torch.float32 [..., k], -1 to 1, with sum 0.
    """
    one_hot = torch.nn.functional.one_hot(y, z.shape[-1])
    return softmax(z) - one_hot
