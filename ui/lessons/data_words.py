"""What the lesson on the data says of where the images come from and who sees which."""

import torch
from torch import Tensor

from mnist_core import words
from mnist_core.data.dataset import MEAN, STD, Splits
from mnist_core.data.mnist import MNIST_FILES
from mnist_core.data.styles import STYLES
from mnist_core.lessons.data_baseline import Baseline
from ui.frame import state

PARTS = ("at each step", "after each epoch", "once, at the end")
SHOWN = 140  # of 70,000, so that each stands for 500


def origin(splits: Splits) -> str:
    """Who wrote the digits in use, and how many there are."""
    train, validation, test = len(splits.train), len(splits.validation), len(splits.test)
    if splits.name == state.MNIST:
        return (
            f"**MNIST** has {train + validation + test:,} digits. Employees of a statistics office and school "
            "students in the United States wrote them around 1990. Almost everyone who learns this subject meets "
            "them. Each image has 28 × 28 **pixels**, and a **label** that says which digit it is."
        )
    return (
        f"These are **generated digits**, {train + validation + test:,} of them. The program draws each one from "
        "strokes of a pen, bent and slanted at random. They stand in for MNIST, the digits written by people. Each "
        "image has 28 × 28 **pixels**, and a **label** that says which digit it is."
    )


def a_style() -> str:
    """How a style is written down, with one as an example, and how its share was found."""
    bar = next(style for style in STYLES if (style.digit, style.name) == (7, "bar"))
    return (
        f"A style is a list of points that the pen passes. This is one form of the *7, {bar.name}*:\n\n"
        f"    {bar.forms[0]}\n\n"
        "A point is x,y in hundredths of the digit's size, with y downwards. At ! is a corner, at | the pen is lifted, "
        f"and everywhere else the way is smooth. A style has some such forms, this one {len(bar.forms)}. Each "
        "digit is a blend of them, by chance. Then its points tremble, and it is bent, stretched, slanted and inked "
        "with another pen. The shares are our choice: nobody has counted how the world writes. Common ways are common, "
        "and rare ones are there."
    )


def download_megabytes() -> float:
    """The size of MNIST's four packed files."""
    return sum(file.archive_size for file in MNIST_FILES) / 1e6


def division(splits: Splits) -> str:
    """How the images came into three parts."""
    train, validation, test = len(splits.train), len(splits.validation), len(splits.test)
    if splits.name == state.MNIST:
        return (
            f"MNIST comes in two parts: {train + validation:,} images to learn from and {test:,} for a test. This app "
            f"holds {validation:,} of the {train + validation:,} out, the same ones each time, with the same share of "
            "each digit."
        )
    return (
        f"The program draws {train:,} images to learn from, {validation:,} for validation and {test:,} for a test, "
        "each part by itself."
    )


def seen(splits: Splits, part: str) -> str:
    """What a network does with a part of the images: one of ``PARTS``."""
    return (
        f"**{len(splits.train):,} training images.** After each batch of these, the weights change.",
        f"**{len(splits.validation):,} validation images.** It reads them, and no weight changes. They show how it "
        "does on digits it has not learned from.",
        f"**{len(splits.test):,} test images.** One last look at a finished network. No lesson uses them.",
    )[PARTS.index(part)]


def stand_ins(splits: Splits) -> tuple[Tensor, list[int], int]:
    """A few images that stand for all, in the proportions of the three parts.

    Returns:
        The images, torch.uint8 [N, 28, 28]; the part of each, 0 to 2; for how many each stands.
    """
    sizes = [len(splits.train), len(splits.validation), len(splits.test)]
    each = max(1, sum(sizes) // SHOWN)
    counts = [max(1, round(size / each)) for size in sizes]
    parts = (splits.train, splits.validation, splits.test)
    images = torch.cat([part.images[:count] for part, count in zip(parts, counts, strict=True)])
    return images, [part for part, count in enumerate(counts) for _ in range(count)], each


def constants(splits: Splits) -> str:
    """Where 0.1307 and 0.3081 come from, and why they stay for other digits."""
    if splits.name == state.MNIST:
        return (
            f"Programs everywhere contain these constants, {MEAN} and {STD}. They are no secret: they were computed "
            "just like this. Generated digits have their own."
        )
    return (
        f"MNIST's own are {MEAN} and {STD}. This app uses those for all digits, also for these, which have their own. "
        "The ready-made network learned on that scale, and results can only be compared on the same scale. It does no "
        "harm: a network only needs inputs with a mean of about 0 and a deviation of about 1."
    )


def nearest(label: int, said: int) -> str:
    """What the nearest mean says of an image."""
    if said == label:
        return f"Nearest: **{said}**. Right."
    return f"Nearest: **{said}**. It is {words.a(label)}."


def where_the_nearest_mean_fails(found: Baseline) -> str:
    """The digit it reads best, the one it reads worst, and its commonest wrong answer."""
    right = found.choices == found.labels
    shares = {digit: right[found.labels == digit].float().mean().item() for digit in set(found.labels.tolist())}
    best, worst = max(shares, key=shares.__getitem__), min(shares, key=shares.__getitem__)
    wrong, times = found.commonest_mistake
    return (
        f"It reads {shares[best]:.0%} of the {best}s rightly, and {shares[worst]:.0%} of the {worst}s. Of its "
        f"{len(found.mistakes):,} wrong answers {times:,} are {words.a(wrong)}, more than any other digit."
    )
