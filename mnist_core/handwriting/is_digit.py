"""Is it a digit at all? A rule that says "not sure", and why.

A network with ten outputs has no output for "none of them": softmax divides all of the probability among the ten,
so a letter gets a digit too, often a confident one. The rule asks three questions before a digit is named:

1. Is there enough ink? A drawing loses its size on the way to 28 × 28 pixels, so this is judged on the drawing itself.
2. What kind of drawing is it? A second, small network has learned to tell the ten digits from dots, scribbles, letters,
   several digits at once and pictures of things. It knows nothing of the network that reads, so it works beside any.
3. Is one digit clearly ahead? If the network that reads finds a second one about as likely, the reader hears of both.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from mnist_core import MODELS
from mnist_core.data.augmentation import elastic
from mnist_core.data.dataset import Dataset
from mnist_core.handwriting.not_digits import ANSWERS, LETTERS, Amounts, collect
from mnist_core.handwriting.prediction import check_images, predict_proba
from mnist_core.handwriting.preprocessing import IMAGE_SIZE
from mnist_core.handwriting.worn import wear
from mnist_core.network.checkpoint import load
from mnist_core.network.model import CLASSES, MLP, MLPConfig
from mnist_core.training.loop import EpochEvent, TrainingConfig, fit

KINDS = ("digit", "dot", "scribble", "letter", "several digits", "picture")
WEIGHTS = MODELS / "is_digit.safetensors"
SMALLEST = 0.15  # of the canvas' longer side: ink shorter than that, 42 of 280 pixels, is a dot
KEPT = 0.989  # of MNIST's validation images; what the rest costs in patience, it gives back in letters refused
DIGIT_FROM = 0.41  # a digit has at least this probability among the kinds; ``threshold`` found it
RIVAL = 0.9  # a second digit this many times as likely as the first leaves the network unsure

# The second network. Its answers are finer than the kinds: ten digits and every letter have one each. It is easier to
# learn what an A looks like than what all letters have in common; and the reader is told which letter it looks like.
NETWORK = MLPConfig((512, 128), classes=len(ANSWERS))  # with 160-64, 2 to 3 % more letters are taken for digits
TRAINING = TrainingConfig(
    epochs=16,  # of images that never come the same way twice; otherwise it would know its own drawings by heart
    batch_size=256,
    learning_rate=2e-3,
    optimizer="adamw",
    schedule="one-cycle",
    batches_per_event=1_000_000,
)
BENT = 0.6  # pixels: all images, real and drawn, are bent a little, and some worn, anew in every epoch
# Most letters and digits: they are the hardest to tell apart.
DRAWN = Amounts(
    digits=55_000,
    single_digits=110_000,
    dots=4_000,
    scribbles=40_000,
    several_digits=26_000,
    letters=120_000,
    pictures=26_000,
)
DRAWN_TO_VALIDATE = Amounts(2_000, 3_000, 500, 2_000, 2_000, 3_000, 2_000)

REASONS = {
    "digit": "This looks like a digit.",
    "blank": "There is nothing to read yet. Draw a digit.",
    "dot": "This is hardly more than a dot. Write the digit larger, with longer strokes.",
    "scribble": "This looks like a scribble, not like a digit. Write a single digit, with clear strokes.",
    "letter": "This looks more like a letter, perhaps {letter}. The network knows digits only, from 0 to 9.",
    "several digits": "This looks like two or more digits side by side. The network reads one at a time.",
    "picture": "This looks like a picture of something, not like writing. The network reads written digits only.",
}


@dataclass(frozen=True)
class Verdict:
    """What the rule says of one drawing.

    Attributes:
        is_digit: Whether a digit may be named without a warning.
        kind: One of ``KINDS``; "blank" without ink; or "unsure" if it looks like a digit, but two are about as likely.
        probabilities: Of ``KINDS``, from the second network, with sum 1; all 0 for a blank drawing.
        reason: A sentence that says what it looks like, and what to do.
    """

    is_digit: bool
    kind: str
    probabilities: tuple[float, ...]
    reason: str


def load_is_digit() -> MLP:
    """The second network, which comes with the project, in eval mode: 784 pixels in, a score for each answer out."""
    return load(WEIGHTS, classes=len(ANSWERS)).model


def kinds_of(network: MLP, images: Tensor) -> Tensor:
    """How likely images are of each kind: a kind has what its answers have together.

    Args:
        network: The second network.
        images: torch.float32 [N, 28, 28] in 0..1.

    Returns:
        Probabilities, torch.float32 [N, kinds], in the order of ``KINDS``.
    """
    return _together(_answers(network, images))


def _answers(network: MLP, images: Tensor) -> Tensor:
    """The mean of five looks at each image, [N, 28, 28], four of them moved by half a pixel: [N, answers].

    A dense layer knows each pixel by its place. What it takes for a letter here, it may know for a digit there.
    """
    check_images(images)
    framed = torch.nn.functional.pad(images, (1, 1, 1, 1))
    inner = slice(1, -1)
    sides = (framed[:, :-2, inner], framed[:, 2:, inner], framed[:, inner, :-2], framed[:, inner, 2:])
    looks = [images, *((images + side) / 2 for side in sides)]
    return predict_proba(network, torch.cat(looks)).view(len(looks), len(images), -1).mean(0)


def _together(answers: Tensor) -> Tensor:
    """From probabilities of ``ANSWERS``, [N, answers], to those of ``KINDS``, [N, kinds]."""
    kinds = torch.tensor([KINDS.index(_kind(answer)) for answer in ANSWERS])
    return torch.zeros(len(answers), len(KINDS)).index_add(1, kinds, answers)


def _kind(answer: str) -> str:
    if answer in KINDS:
        return answer
    return "letter" if answer in LETTERS else "digit"


def judge(network: MLP, image: Tensor, p: Tensor | None = None, extent: float | None = None) -> Verdict:
    """Whether an image shows one digit, and if not, what else.

    Args:
        network: The second network, from ``load_is_digit``; left as it is.
        image: torch.float32 [28, 28] in 0..1, as ``drawing_to_mnist`` returns it.
        p: Probabilities of the ten digits, torch.float32 [10], from the network that reads; None if none has read.
        extent: How large it was drawn on a canvas, as ``Preparation.extent`` says; None for a sample or a photo, whose
            size says nothing.

    Returns:
        The verdict with its reason.

    Raises:
        ValueError: If the network, the image or the probabilities are not as above.
    """
    _check(network, image, p)
    if not image.any():
        return _verdict("blank", (0.0,) * len(KINDS))
    answers = _answers(network, image[None])  # (1, 28, 28) -> (1, answers)
    kinds = tuple(_together(answers)[0].tolist())
    if extent is not None and extent < SMALLEST:
        return _verdict("dot", kinds)
    if kinds[0] < DIGIT_FROM:
        kind = max(KINDS[1:], key=lambda kind: kinds[KINDS.index(kind)])
        return _verdict(kind, kinds, letter=ANSWERS[-len(LETTERS) + int(answers[0, -len(LETTERS) :].argmax())])
    return _verdict("digit", kinds) if p is None else _compare(p, kinds)


def _compare(p: Tensor, kinds: tuple[float, ...]) -> Verdict:
    """A digit, unless the two likeliest of the ten are about as likely."""
    (first, second), (a, b) = (values.tolist() for values in p.topk(2))
    if second < RIVAL * first:
        return _verdict("digit", kinds)
    reason = f"This could be a {a} or a {b}: the network finds both about as likely. Write it more clearly."
    return Verdict(False, "unsure", kinds, reason)


def _verdict(kind: str, kinds: tuple[float, ...], letter: str = "") -> Verdict:
    return Verdict(kind == "digit", kind, kinds, REASONS[kind].format(letter=letter))


def _check(network: MLP, image: Tensor, p: Tensor | None) -> None:
    if network.config.classes != len(ANSWERS):
        raise ValueError(f"The second network has {len(ANSWERS)} answers, not {network.config.classes}.")
    if image.shape != (IMAGE_SIZE, IMAGE_SIZE):
        raise ValueError(f"An image is torch.float32 [28, 28], not {image.dtype} {list(image.shape)}.")
    if p is None:
        return
    if p.shape != (CLASSES,):
        raise ValueError(f"There is one probability for each of {CLASSES} digits, not {list(p.shape)}.")
    if not (p.min() >= 0 and abs(float(p.sum()) - 1) < 1e-3):  # nan is refused, too
        raise ValueError("Probabilities are 0 or more, and their sum is 1.")


def learn(network: MLP, train: Dataset, validation: Dataset, seed: int = 0) -> Iterator[EpochEvent]:
    """Trains the second network in place, on real digits and on drawings made for it.

    Args:
        network: A new one of the shape ``NETWORK``.
        train: Digits to learn from, such as MNIST's 55,000.
        validation: Others to judge by.
        seed: Of what is drawn, and of the order; what is drawn to judge by has the next seed.

    Yields:
        The figures at each epoch's end: of all answers, so that taking one letter for another counts as wrong, too.
    """
    learned, judged = collect(train, DRAWN, seed), collect(validation, DRAWN_TO_VALIDATE, seed + 1)
    for event in fit(network, learned, judged, replace(TRAINING, seed=seed), _worn_and_bent):
        if isinstance(event, EpochEvent):
            yield event


def _worn_and_bent(images: Tensor, generator: torch.Generator) -> Tensor:
    return elastic(wear(images, generator), generator, BENT)


def threshold(network: MLP, validation: Dataset) -> float:
    """The highest ``DIGIT_FROM`` at which the second network keeps the share ``KEPT`` of real digits.

    Args:
        network: After ``learn``.
        validation: Digits it has not learned from, such as MNIST's 5,000.

    Returns:
        A probability.
    """
    as_digits = kinds_of(network, validation.images / 255)[:, 0].sort().values
    return as_digits[math.floor((1 - KEPT) * len(as_digits))].item()


def rates(network: MLP, validation: Dataset, seed: int = 0) -> dict[str, float]:
    """How often the second network is right about images it has not learned from, at the threshold of the rule.

    Args:
        network: After ``learn``.
        validation: Real digits; what is drawn besides is what ``learn`` judged by.
        seed: That of ``learn``.

    Returns:
        The shares kept of real digits and of drawn ones, and the share refused of each other kind; 0 to 1.
    """
    judged = collect(validation, DRAWN_TO_VALIDATE, seed + 1)
    is_digit = kinds_of(network, judged.images / 255)[:, 0] >= DIGIT_FROM
    kind = torch.tensor([KINDS.index(_kind(answer)) for answer in ANSWERS])[judged.labels]
    real = len(validation)
    kept = {"real digits kept": is_digit[:real], "drawn digits kept": is_digit[real:][kind[real:] == 0]}
    refused = {f"{name} refused": ~is_digit[kind == i] for i, name in enumerate(KINDS) if i > 0}
    return {name: which.float().mean().item() for name, which in (kept | refused).items()}
