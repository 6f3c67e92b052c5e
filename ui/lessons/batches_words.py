"""What the lesson on batches says of one that is taken apart."""

from collections.abc import Sequence

from mnist_core import words
from mnist_core.lessons.batches_xray import BatchXray


def how_read(batch: BatchXray) -> str:
    """How many of the images are read rightly, and how to find the others."""
    images = len(batch.labels)
    if batch.right == images:
        return f"All {images} are read rightly."
    return (
        f"{batch.right} of {images} are read rightly. An orange frame marks each other one, with what it was read as."
    )


def what_is_left(sizes: Sequence[int]) -> str:
    """How large the last batch of an epoch is."""
    if sizes[-1] == sizes[0]:
        return f"Every batch has {words.count(sizes[0], 'image')}; none is left over."
    return f"The last batch takes what is left, here {words.count(sizes[-1], 'image')}."


def wants(batch: BatchXray, place: int) -> str:
    """One image: what it is, what it is read as, its loss and the length of its gradient."""
    label, answer = batch.labels[place], batch.answers[place]
    read = "read rightly" if label == answer else f"read as {words.a(answer, bold=True)}"
    return (
        f"This is {words.a(label, bold=True)}, {read}.  \n"
        f"Loss: **{words.loss(batch.losses[place])}**  \n"
        f"Gradient: **{words.loss(batch.norms[place])}** long"
    )
