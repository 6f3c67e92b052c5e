"""Images changed so little that one hardly sees it, and read as another digit; beside random noise of the same size.

The changes are whole grey levels. So a changed image is one that a file could hold, and nothing is lost by rounding.
"""

import math

import torch
from torch import Tensor

from mnist_core.data.dataset import Dataset, standardize
from mnist_core.evaluation.accuracy import Evaluation, evaluate
from mnist_core.network.model import MLP

LEVELS = 255  # of grey between paper and ink
LARGEST = 64  # the largest change of a pixel that is tried: a quarter of the way from paper to ink
EPSILONS = (0, 8, 12, 16, 24, 32, 48, LARGEST)  # for a curve
SURE = 0.99  # an example is most striking where the network was as sure as this


def log_odds(logits: Tensor, labels: Tensor) -> Tensor:
    """How sure a network is of some labels: ln(p / (1 − p)), where p is the probability it gives to the label.

    The loss −ln p falls exactly where they rise. In float32 they still have a slope where p is rounded to 1, and the
    loss has none left.

    Args:
        logits: torch.float32 [N, 10].
        labels: torch.int64 [N].

    Returns:
        torch.float32 [N]; 0 where p is one half.
    """
    label = labels[:, None]
    others = logits.scatter(1, label, -math.inf).logsumexp(1)
    return logits.gather(1, label)[:, 0] - others


def slopes(model: MLP, images: Tensor, labels: Tensor) -> Tensor:
    """How fast the log-odds of a label rise with each pixel; the loss falls there, so it has the opposite signs.

    Args:
        model: In eval mode; neither it nor its gradients are changed.
        images: torch.uint8 [N, 28, 28].
        labels: torch.int64 [N].

    Returns:
        torch.float32 [N, 28, 28], for pixels in 0..1.
    """
    x = (images / LEVELS).requires_grad_()
    sure = log_odds(model(standardize(x)), labels)
    (slope,) = torch.autograd.grad(sure.sum(), x)
    return slope


def fgsm(model: MLP, images: Tensor, labels: Tensor, epsilon: int) -> Tensor:
    """The fast gradient sign method of Goodfellow et al. (2015): each pixel goes where the loss rises.

    Args:
        model: As for ``slopes``.
        images: torch.uint8 [N, 28, 28].
        labels: What they show, torch.int64 [N].
        epsilon: By how many grey levels of 255 each pixel goes, 0 or more.

    Returns:
        torch.uint8 [N, 28, 28].
    """
    return moved(images, -slopes(model, images, labels).sign(), epsilon)


def targeted(model: MLP, images: Tensor, wanted: Tensor, epsilon: int) -> Tensor:
    """The same towards a digit of one's choice: each pixel goes where the loss of the wanted label falls.

    Args:
        model: As for ``slopes``.
        images: torch.uint8 [N, 28, 28].
        wanted: As what they are to be read, torch.int64 [N].
        epsilon: As for ``fgsm``.

    Returns:
        torch.uint8 [N, 28, 28].
    """
    return moved(images, slopes(model, images, wanted).sign(), epsilon)


def random_signs(count: int, seed: int) -> Tensor:
    """For each pixel of some images plus or minus 1, by the fall of a coin: torch.float32 [count, 28, 28]."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(0, 2, (count, 28, 28), generator=generator).mul(2).sub(1).float()


def moved(images: Tensor, signs: Tensor, epsilon: int) -> Tensor:
    """Each pixel goes the same way up or down, and stops at paper and at ink.

    Args:
        images: torch.uint8 [N, 28, 28].
        signs: Which way, −1, 0 or 1: torch.float32 [N, 28, 28].
        epsilon: How far, in whole grey levels, 0 to 255.

    Returns:
        torch.uint8 [N, 28, 28].

    Raises:
        ValueError: If ``epsilon`` is out of range.
    """
    if not 0 <= epsilon <= LEVELS:
        raise ValueError(f"A pixel changes by 0 to {LEVELS} grey levels, not by {epsilon!r}.")
    return (images + epsilon * signs).clamp(0, LEVELS).byte()


def read_moved(model: MLP, dataset: Dataset, signs: Tensor, epsilon: int) -> Evaluation:
    """What a network makes of images after a change; all are left as they are. The arguments are those of ``moved``."""
    return evaluate(model, Dataset(moved(dataset.images, signs, epsilon), dataset.labels, dataset.classes))


def choices_at(model: MLP, image: Tensor, signs: Tensor) -> list[int]:
    """As what an image is read after every change from none to the largest that is tried.

    Args:
        model: It is left as it is.
        image: torch.uint8 [28, 28].
        signs: Which way each pixel goes, torch.float32 [28, 28].

    Returns:
        65 digits: the first one for the image as it is.
    """
    images = torch.cat([moved(image[None], signs, epsilon) for epsilon in range(LARGEST + 1)])
    return evaluate(model, Dataset(images, torch.zeros(len(images), dtype=torch.int64))).choices.tolist()


def examples(before: Evaluation, attacked: Evaluation) -> dict[int, int]:
    """For each digit the image that an attack does most to, of those that the network was sure of before.

    Args:
        before: What it made of some images.
        attacked: What it made of the same images after the attack.

    Returns:
        By digit, the number of an image; digits without images are missing. Where the network was sure of no image of
        a digit, it is one of those it read rightly, and if there are none either, one of all.
    """
    given = before.probabilities.gather(1, before.labels[:, None])[:, 0]
    found = {}
    for digit in before.labels.unique().tolist():
        is_digit = before.labels == digit
        is_right = is_digit & (before.choices == before.labels)
        best = next(some for some in (is_right & (given >= SURE), is_right, is_digit) if some.any())
        found[digit] = int(attacked.losses.where(best, -math.inf).argmax())
    return found


def pushes(slope: Tensor, before: Tensor, after: Tensor) -> tuple[float, float]:
    """What the pixels of one image do to the log-odds by their slopes: each its slope times its change.

    Args:
        slope: torch.float32 [28, 28].
        before: torch.uint8 [28, 28].
        after: torch.uint8 [28, 28].

    Returns:
        The sum of all that lower them, 0 or less, and of all that raise them, 0 or more.
    """
    each = slope.double() * (after.double() - before.double()) / LEVELS
    return each.clamp(max=0).sum().item(), each.clamp(min=0).sum().item()
