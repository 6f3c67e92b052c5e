"""What the lesson on batches says of one that is taken apart."""

from mnist_core.lessons.batches_xray import BatchXray


def how_read(batch: BatchXray) -> str:
    """How many of the images are read rightly, and how to find the others."""
    images = len(batch.labels)
    if batch.right == images:
        return f"All {images} are read rightly."
    return (
        f"{batch.right} of {images} are read rightly. An orange frame marks each other one, with what it was read as."
    )
