"""Sigmoid, softmax and cross-entropy, written as their formulas read.

The symbols are the lessons': logits z, probabilities p, the right class y. All functions take any number of
examples. Where there are k classes, they are the last dimension; where there are two, each example has one logit.
"""

import torch
from torch import Tensor, nn


def bernoulli(p: Tensor, y: Tensor) -> Tensor:
    """What a network that answers p gave to the class that is right: p^y (1 - p)^(1 - y).

    The exponents 0 and 1 choose: with y = 1 this is p, with y = 0 it is 1 - p.

    Args:
        p: Probabilities of class 1, torch.float32 [...], 0 to 1.
        y: The right classes, torch.int64 [...], 0 or 1.

    Returns:
        Probabilities, torch.float32 [...], 0 to 1.
    """
    return p**y * (1 - p) ** (1 - y)


def sigmoid(z: Tensor) -> Tensor:
    """A number of any size, squeezed to between 0 and 1: p = 1 / (1 + e^(-z)).

    For a negative z, e^(-z) may overflow. The same fraction times e^z, above and below the line, is e^z / (1 + e^z).
    So only e^(-|z|) is needed, which is at most 1.

    Args:
        z: Logits, torch.float32 [...].

    Returns:
        Probabilities of class 1, torch.float32 [...], 0 to 1.
    """
    e = (-z.abs()).exp()
    return torch.where(z < 0, e, 1) / (1 + e)


def log_sigmoid(z: Tensor) -> Tensor:
    """The logarithm of p, without p itself, which may be too small for float32: min(z, 0) - ln(1 + e^(-|z|)).

    Args:
        z: Logits, torch.float32 [...].

    Returns:
        Logarithms of the probabilities of class 1, torch.float32 [...], 0 or less.
    """
    return z.clamp(max=0) - (-z.abs()).exp().log1p()


def binary_cross_entropy(z: Tensor, y: Tensor) -> Tensor:
    """The loss of each example where there are two classes: -[y ln p + (1 - y) ln(1 - p)], with p = sigmoid(z).

    It is ``cross_entropy`` of the two logits 0 and z, since 1 - p = sigmoid(-z).

    Args:
        z: Logits, torch.float32 [...]; finite.
        y: The right classes, torch.int64 [...], 0 or 1.

    Returns:
        Losses, torch.float32 [...], 0 or more. The loss of a batch is their mean.
    """
    return -(y * log_sigmoid(z) + (1 - y) * log_sigmoid(-z))


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


def geometric_mean(p: Tensor) -> Tensor:
    """The n-th root of the product of n probabilities; e^(-mean loss) is the same number.

    Args:
        p: Probabilities, torch.float32 [n], 0 to 1.

    Returns:
        Their geometric mean, torch.float32 [].
    """
    return p.prod() ** (1 / len(p))


def losses_by_torch(z: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """The mean loss of a batch as PyTorch's own classes have it: in two steps, and in one.

    Args:
        z: Logits, torch.float32 [N, k].
        y: The right classes, torch.int64 [N], 0 to k - 1.

    Returns:
        The loss by LogSoftmax and NLLLoss, and the loss by CrossEntropyLoss; torch.float32 [] each.
    """
    log_p = nn.LogSoftmax(dim=-1)(z)
    in_two_steps = nn.NLLLoss()(log_p, y)
    in_one = nn.CrossEntropyLoss()(z, y)
    return in_two_steps, in_one


def gradient_by_torch(z: Tensor, y: Tensor) -> Tensor:
    """The gradient of PyTorch's own cross-entropy as its autograd finds it, without a formula for it.

    Args:
        z: Logits, torch.float32 [k] or [N, k]. They are left as they are.
        y: The right classes, torch.int64 [] or [N], 0 to k - 1.

    Returns:
        Gradients, of the shape of z.
    """
    z = z.detach().clone().requires_grad_()
    (gradient,) = torch.autograd.grad(nn.CrossEntropyLoss(reduction="sum")(z, y), z)
    return gradient


def random_logits(count: int, seed: int) -> Tensor:
    """Logits to try things with: the first ones stay the same when more are asked for.

    Args:
        count: How many, 0 to 10.
        seed: 0 or more; it decides them all.

    Returns:
        z, torch.float32 [count], -3 to 3, in tenths, so that they can be written out.
    """
    drawn = torch.randn(10, generator=torch.Generator().manual_seed(seed))
    return (1.5 * drawn).clamp(-3, 3).round(decimals=1)[:count] + 0.0  # no -0.0
