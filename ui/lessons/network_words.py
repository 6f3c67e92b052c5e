"""What the lesson on the network says of a layer while it learns."""

SHAPES_SHOW = 100  # batches from which the weights of the ten neurons have shapes


def what_the_weights_show(batches: int) -> str:
    """What to see in the pictures of the ten neurons at this moment of the training.

    Args:
        batches: How many the layer has learned from.
    """
    if batches == 0:
        return "So far only random numbers: it can only guess."
    if batches < SHAPES_SHOW:
        return "Nobody draws the shapes that begin to show in the random numbers: they come from the examples."
    return (
        "Nobody drew these shapes: they come from the examples. Where ink speaks for a digit, the weight has become "
        "orange; where ink speaks against it, blue. In the middle of a 0 there should be no ink, so the weights "
        "there are blue."
    )
