"""Is it a digit at all? A rule that says "not sure", and why.

A network with ten outputs has no output for "none of them": softmax divides all of the probability among the ten,
so a letter gets a digit too, often a confident one. The rule asks three questions before a digit is named:

1. Is there enough ink? A drawing loses its size on the way to 28 × 28 pixels, so this is judged on the drawing itself.
2. What kind of drawing is it? A second, small network has learned to tell digits from dots, scribbles, letters and
   several digits at once. It knows nothing of the network that reads, so it works beside any.
3. Is one digit clearly ahead? If the network that reads finds a second one about as likely, the reader hears of both.
"""

from dataclasses import dataclass

from torch import Tensor

from mnist_core.checkpoint import SHIPPED, load
from mnist_core.model import CLASSES, MLP
from mnist_core.prediction import predict_proba
from mnist_core.preprocessing import IMAGE_SIZE, BlankDrawing, Drawing, crop_to_ink, to_grey

KINDS = ("digit", "dot", "scribble", "letter", "several digits")  # in the order of the second network's outputs
WEIGHTS = SHIPPED.with_name("familiarity.safetensors")
SMALLEST = 0.15  # of the canvas' longer side: ink shorter than that, 42 of 280 pixels, is a dot
DIGIT_FROM = 0.2  # a digit has at least this probability among the kinds
RIVAL = 0.8  # a second digit this many times as likely as the first leaves the network unsure

REASONS = {
    "digit": "This looks like a digit.",
    "blank": "There is nothing to read yet. Draw a digit.",
    "dot": "This is hardly more than a dot. Draw the digit larger, with longer strokes.",
    "scribble": "This looks like a scribble, not like a digit. Clear it and draw a single digit.",
    "letter": "This looks like a letter. The network has learned digits only, so draw one of 0 to 9.",
    "several digits": "This looks like two or more digits side by side. The network reads one at a time.",
}


@dataclass(frozen=True)
class Verdict:
    """What the rule says of one drawing.

    Attributes:
        is_digit: Whether a digit may be named without a warning.
        kind: One of ``KINDS``; "blank" without ink; or "unsure" if it looks like a digit, but two are about as likely.
        probabilities: Of ``KINDS``, from the second network; all 0 for a blank drawing.
        reason: A sentence that says what it looks like, and what to do.
    """

    is_digit: bool
    kind: str
    probabilities: tuple[float, ...]
    reason: str


def load_familiarity() -> MLP:
    """The second network, which comes with the project: 784 pixels in, a score for each of ``KINDS`` out; eval mode."""
    return load(WEIGHTS, classes=len(KINDS)).model


def judge(network: MLP, image: Tensor, p: Tensor | None = None, drawing: Drawing | None = None) -> Verdict:
    """Whether an image shows one digit, and if not, what else.

    Args:
        network: The second network, from ``load_familiarity``; left as it is.
        image: torch.float32 [28, 28] in 0..1, as ``drawing_to_mnist`` returns it.
        p: Probabilities of the ten digits, torch.float32 [10], from the network that reads; None if none has read.
        drawing: What ``image`` was made of, uint8 [H, W] or [H, W, 4], if it was drawn on a canvas; None for a sample
            or a photo, whose size says nothing.

    Returns:
        The verdict with its reason.

    Raises:
        TypeError: If the drawing is not uint8.
        ValueError: If the network, the image, the probabilities or the drawing are not as above.
    """
    _check(network, image, p)
    if not image.any():
        return _verdict("blank", (0.0,) * len(KINDS))
    q = predict_proba(network, image[None])[0]  # (1, 28, 28) -> (1, 5) -> (5,)
    kinds = tuple(q.tolist())
    if drawing is not None and extent(drawing) < SMALLEST:
        return _verdict("dot", kinds)
    if kinds[0] < DIGIT_FROM:
        return _verdict(KINDS[1 + int(q[1:].argmax())], kinds)
    return _verdict("digit", kinds) if p is None else _compare(p, kinds)


def extent(drawing: Drawing) -> float:
    """The longer side of the ink as a share of the longer side of the paper: 0 for a blank drawing, up to 1.

    Args:
        drawing: uint8 [H, W] or [H, W, 4], as ``drawing_to_mnist`` takes it; it raises what that does.
    """
    grey = to_grey(drawing)
    try:
        return max(crop_to_ink(grey).shape) / max(grey.shape)
    except BlankDrawing:
        return 0.0


def _compare(p: Tensor, kinds: tuple[float, ...]) -> Verdict:
    """A digit, unless the two likeliest of the ten are about as likely."""
    (first, second), (a, b) = (values.tolist() for values in p.topk(2))
    if second < RIVAL * first:
        return _verdict("digit", kinds)
    reason = f"This could be a {a} or a {b}: the network finds both about as likely. Draw it more clearly."
    return Verdict(False, "unsure", kinds, reason)


def _verdict(kind: str, kinds: tuple[float, ...]) -> Verdict:
    return Verdict(kind == "digit", kind, kinds, REASONS[kind])


def _check(network: MLP, image: Tensor, p: Tensor | None) -> None:
    if network.config.classes != len(KINDS):
        raise ValueError(f"The second network tells {len(KINDS)} kinds apart, not {network.config.classes}.")
    if image.shape != (IMAGE_SIZE, IMAGE_SIZE):
        raise ValueError(f"An image is torch.float32 [28, 28], not {image.dtype} {list(image.shape)}.")
    if p is None:
        return
    if p.shape != (CLASSES,):
        raise ValueError(f"There is one probability for each of {CLASSES} digits, not {list(p.shape)}.")
    if not (p.min() >= 0 and abs(float(p.sum()) - 1) < 1e-3):  # nan is refused, too
        raise ValueError("Probabilities are 0 or more, and their sum is 1.")
