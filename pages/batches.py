"""Mini-batches: which images a network looks at before each step, and what their order does."""

import inspect

import streamlit as st

from mnist_core import words
from mnist_core.data.dataset import Splits
from mnist_core.figures.batches import cosine_bars, xray_cards
from mnist_core.figures.images import sheet
from mnist_core.figures.side_by_side import comparison_curves
from mnist_core.lessons.batches import (
    Race,
    batch_sizes,
    epoch_order,
    label_order,
    mean_of_batch_means,
    mean_over_examples,
    our_batches,
    race,
    usual_batches,
)
from mnist_core.lessons.batches_order import IMAGES, NETWORK, SHUFFLED, SORTED, TRAINING, shuffled_and_sorted
from mnist_core.lessons.batches_xray import gradient_norms, xray
from mnist_core.training.records import RunRecord
from ui.frame import dataset, lesson, link, theme
from ui.frame.question import Question, ask
from ui.lessons import batches_cache
from ui.lessons.batches_words import how_read
from ui.studio import live

SIZES = (1, 8, 16, 32, 64, 128)
PLACES = ("first", "middle", "last")
SHORT = 1_000  # images, of which 32 make no whole number of batches


def one_batch() -> None:
    """What a network looks at before a step."""
    dataset.notice("the batches are made of generated digits, which the program draws itself")
    st.markdown(
        "A network learns in small steps. For each step it looks at a handful of training images, a **mini-batch** or "
        "batch for short. The step is made so that their mean **loss** falls, the price of being wrong. The next step "
        "takes the next batch, and when all images have had their turn, an **epoch** is over. They are shuffled, and "
        "it begins again."
    )
    look(dataset.splits())


@st.fragment
def look(splits: Splits) -> None:
    """One batch, and what its loss is."""
    left, middle, right = st.columns(3, vertical_alignment="bottom")
    with left:
        size = link.select_slider("Batch size, B", "batch_images", SIZES, 32)
    with middle:
        place = link.buttons("Which batch of the epoch", "batch_place", PLACES, "first")
    with right:
        seed = link.seed("Seed of the shuffling", "batch_seed")
    shuffle = link.toggle("Shuffle the images first (without, they are sorted by label)", "batch_shuffle", True)
    train = splits.train
    order = epoch_order(len(train), True, seed) if shuffle else label_order(train.labels)
    sizes = batch_sizes(len(train), size)
    number = {"first": 0, "middle": len(sizes) // 2, "last": len(sizes) - 1}[place]
    batch = train.subset(order[number * size : (number + 1) * size])
    st.image(
        sheet(images=batch.images, columns=min(8 if size <= 32 else 16, len(batch)), factor=3),
        caption=f"Batch {number + 1:,} of {len(sizes):,}: {len(batch)} of {len(train):,} training images. Digit × how "
        f"often: {words.digits_in_words(batch.labels)}",
        output_format="PNG",
    )
    lesson.formula(
        r"\text{loss of the batch} = \frac{1}{B} \sum_{b=1}^{B} \text{loss}_b",
        r"\text{batches in an epoch} = \left\lceil \frac{N}{B} \right\rceil = "
        + rf"\left\lceil \frac{{{words.grouped(len(train))}}}{{{size}}} \right\rceil = {words.grouped(len(sizes))}",
    )
    st.markdown(
        f"The signs ⌈ ⌉ mean: rounded up. The last batch takes what is left, here {words.count(sizes[-1], 'image')}."
    )
    count_short_batch(splits, size)


def count_short_batch(splits: Splits, size: int) -> None:
    """The mean over the examples beside the mean of the batches' means, with numbers."""
    losses = batches_cache.losses(splits, SHORT)
    sizes = batch_sizes(len(losses), size)
    right, wrong = mean_over_examples(losses), mean_of_batch_means(losses, size)
    st.markdown(
        "**A short last batch counts by its size.** To say how large the loss was in a whole epoch, each image must "
        f"count once. An example: the ready-made network reads the first {len(losses):,} training images in batches "
        f"of {size}. That makes {len(sizes):,} batches, the last one with {sizes[-1]}."
    )
    lesson.formula(
        rf"\text{{mean over all {words.grouped(len(losses))} images}} = {right:.5f}",
        rf"\text{{mean of the {words.grouped(len(sizes))} means of the batches}} = {wrong:.5f}",
    )
    if sizes[-1] == size:
        st.markdown(f"Here both are the same, because {size} divides {len(losses):,}: no batch is short.")
    else:
        st.markdown(
            f"The second one is not quite right: an image in the last batch counts 1/{sizes[-1]} of a mean, all others "
            f"1/{size}. That is {size / sizes[-1]:.3g} times as much. This app takes the mean over all images."
        )


def how_large() -> None:
    """What speaks for small batches, and what for large ones."""
    st.header("How large?", anchor=False)
    st.markdown(
        "Many PyTorch courses take 32. A small batch makes many steps out of the same images, each a little off; a "
        "large one gives a steadier direction and keeps fast hardware busy. So **32 or fewer is an opinion with good "
        "arguments, not a fact**: Masters and Luschi (2018) did best with it, while Goyal and others (2017) lost "
        "nothing with 8,192."
    )


CURVES = (
    ("training", "loss", "the loss of each batch, before the step that it causes"),
    ("validation", "accuracy", "the share of validation images read rightly, after each epoch"),
)
ORDER = Question(
    key="ask_order",
    text="Two equal networks learn from the same images, in batches of 32. The first gets them shuffled and ends up "
    "reading 60 or more of 100 validation images rightly. The second gets them sorted: first all 0s, then all 1s, up "
    "to the 9s, and then again from the 0s. How many of 100 does it read rightly?",
    right="Fewer than 40",
    why="While it sees one digit only, everything it does is to say that digit more. Then comes the next one, and it "
    "unlearns the last.",
    wrong={
        "70 or more": "Both do see the same images. But each step starts where the last one ended, so the order "
        "matters: after a hundred 9s in a row, the network says 9.",
        "40 to 69": "It is less still. A network has no place where the 0s are kept safe while it practises the 1s: "
        "all digits share the same weights.",
    },
    order=2,
)


def shuffled_or_sorted() -> None:
    """The same training on shuffled and on sorted images."""
    splits = dataset.splits()
    st.header("Shuffled or sorted?", anchor=False)
    images = min(IMAGES, len(splits.train))
    inputs, middle, scores = NETWORK.layer_sizes
    st.markdown(
        "Two networks begin with the same **weights**, the numbers that learning changes. Each is a "
        f"{NETWORK.label}: {inputs} pixels go in, {middle} neurons stand in the middle, {scores} scores come out, one "
        f"for each digit. Both learn for {TRAINING.epochs} epochs from the same {images:,} training images, in batches "
        f"of {TRAINING.batch_size}, with the same **learning rate**, which sets how long each step is: "
        f"{words.learning_rate(TRAINING.learning_rate)}. Only the order differs."
    )
    seed = link.seed("Seed of the weights and of the shuffling", "order_seed")
    if not ask(ORDER):
        return
    live.experiment(
        "order",
        "Train both",
        lambda: shuffled_and_sorted(splits, seed),
        show_both,
        before="Two small trainings, a few seconds.",
        setting=(splits.name, seed),
    )


def show_both(records: dict[str, RunRecord]) -> None:
    """The curves of both, and where they ended."""
    for images, quantity, meaning in CURVES:
        st.markdown(f"**{images.capitalize()} {quantity}**: {meaning}.")
        figure = comparison_curves(
            records=records,
            names=(SHUFFLED, SORTED),
            images=images,  # type: ignore[arg-type]
            quantity=quantity,  # type: ignore[arg-type]
            epochs=TRAINING.epochs,
            theme=theme.current(),
            height=280,
        )
        theme.show(figure, key=f"order_{quantity}", description=f"{images} {quantity} of both runs over the epochs.")
    ended = [record.epochs[-1] for record in records.values() if len(record.epochs) == TRAINING.epochs]
    if len(ended) == 2:
        shuffled, in_order = ended
        st.markdown(
            f"At the end: **{shuffled.validation_accuracy:.1%}** of the validation images read rightly with shuffled "
            f"images, **{in_order.validation_accuracy:.1%}** with sorted ones. The mean training loss of the last "
            f"epoch: {shuffled.train_loss:.3f} and {in_order.train_loss:.3f}."
        )
        lesson.notice(
            "The loss of the sorted run is a saw. Each tooth is a digit: at its first batches the network still says "
            "the digit before, and the loss leaps. Some batches later it says the new digit to everything, and the "
            "loss is near 0. So a low training loss can mean that little of use was learned. The validation images, "
            "which have all digits, show it."
        )


def xray_of_a_batch() -> None:
    """What each image in a batch wants of the network, and what is left of it in their mean."""
    splits = dataset.splits()
    st.header("X-ray of a batch", anchor=False)
    some = batches_cache.xray_batches(splits) * batches_cache.XRAY_BATCH
    st.markdown(
        "What does the order change? Take a batch apart. The **gradient** of a loss says, for each weight of the "
        "network, how the loss changes with it; a step goes against it. Each image has a gradient of its own, which "
        "you may think of as an arrow: the longer it is, the more this image wants to change, and where it points says "
        "which weights, and whether up or down. The batch's gradient is the mean of these arrows. The full gradient is "
        f"the mean over many images, here {some:,}, from which the batches are cut as well."
    )
    take_apart(splits)
    lesson.notice(
        "With the new network, a shuffled batch points roughly where all images point. A batch of one digit only pulls "
        "in its own direction: its images agree with each other, so little cancels, but with the others they have "
        "little in common. With the ready-made network it is another picture. Almost all images have hardly any "
        "gradient left; a few hard ones make up nearly all of it. Then even a shuffled batch says less about the "
        "whole: it depends on which of the hard ones it holds."
    )


@st.fragment
def take_apart(splits: Splits) -> None:
    """One batch, image by image."""
    network, order, number, seed = choose_batch(splits)
    shuffle = order == SHUFFLED
    chosen = batches_cache.xray(splits, network, shuffle, seed, number)
    other = batches_cache.batch_cosine(splits, network, not shuffle, seed, number)
    cosines = {SHUFFLED: chosen.cosine, SORTED: other} if shuffle else {SHUFFLED: other, SORTED: chosen.cosine}
    largest_first = link.toggle("Largest gradient first", "xray_sort")
    places = chosen.by_norm if largest_first else range(len(chosen.norms))
    batch = batches_cache.xray_batch(splits, shuffle, seed, number)
    cards = xray_cards(
        images=batch.images.numpy(), xray=chosen, order=places, theme=theme.current(), longest=max(chosen.norms)
    )
    st.html(cards)
    st.caption(
        f"The {len(chosen.norms)} images of batch {number}, {order}. The bar is the length of the image's own "
        f"gradient, beside the longest in this batch. {how_read(chosen)}"
    )
    lesson.formula(
        r"\text{gradient of the batch} = \frac{1}{B} \sum_{b=1}^{B} \text{gradient}_b",
        rf"\text{{mean length of the {len(chosen.norms)} gradients}} = {chosen.mean_norm:.3g}",
        rf"\text{{length of their mean}} = {chosen.batch_norm:.3g}",
    )
    st.markdown(
        f"So {chosen.share_left:.0%} is left when the {len(chosen.norms)} are averaged. Whatever the images disagree "
        "on cancels out."
    )
    st.markdown(
        "Does the batch point where all images would? The **cosine** says how two arrows lie: 1 when they point the "
        "same way, 0 when they stand at right angles, −1 when they point against each other."
    )
    theme.show(
        cosine_bars(cosines=cosines, chosen=order, theme=theme.current()),
        key="xray_cosines",
        description="The cosine between the gradient of the batch and the full one, shuffled and sorted, as bars.",
    )


def choose_batch(splits: Splits) -> tuple[str, str, int, int]:
    """The controls of the X-ray: network, order, batch and seed."""
    left, right = st.columns(2)
    with left:
        network = link.buttons(
            "Network", "xray_network", (batches_cache.NEW, batches_cache.READY_MADE), batches_cache.NEW
        )
        number = link.whole_slider("Batch", "xray_batch", 1, batches_cache.xray_batches(splits), 1)
    with right:
        order = link.buttons("Order of the images", "xray_order", (SHUFFLED, SORTED), SHUFFLED)
        seed = link.seed("Seed of the shuffling and of the new network", "xray_seed")
    return network, order, number, seed


RACE_IMAGES = 1_000


def dealt_out_in_two_ways() -> None:
    """The usual lines of a PyTorch program beside ours, both run."""
    splits = dataset.splits()
    st.header("Dealing out batches, in two ways", anchor=False)
    st.markdown(
        "The usual PyTorch way leaves the dealing to a **DataLoader**. It takes one image at a time: as a picture, "
        "then as numbers, then normalised, and at last 32 of them are stacked. That is a long chain of Python calls "
        "for each single image, however small it is."
    )
    st.code(inspect.getsource(usual_batches), language="python")
    st.markdown(
        "This app has all images in memory as one block of numbers. A batch is 32 rows of it, picked by one call and "
        "normalised by another, all together."
    )
    st.code(inspect.getsource(our_batches), language="python")
    seed = link.seed("Seed of both", "loader_seed")
    live.experiment(
        "loaders",
        "Run both",
        lambda: race(splits.train.subset(slice(0, RACE_IMAGES)), seed),
        show_race,
        before=f"Both deal out the first {min(RACE_IMAGES, len(splits.train)):,} training images, shuffled alike, "
        "and the batches are compared number by number.",
        setting=(splits.name, seed),
    )


def show_race(so_far: Race) -> None:
    """How far both have come, how long it took, and whether the batches are the same."""
    same = so_far.identical == so_far.compared
    st.markdown(
        f"The usual way: {so_far.usual_images:,} images in {so_far.usual_seconds:.3f} s. "
        f"Ours: {so_far.our_images:,} images in {so_far.our_seconds:.3f} s. "
        f"So just now, on this server, the usual way took **{so_far.ratio:.0f} times** as long. That is the dealing "
        "alone: in a training, the work of the network itself comes on top of both."
    )
    if same:
        st.success(
            f"All {so_far.compared} pairs of batches are identical: every pixel and every label.",
            icon=":material/check_circle:",
        )
    else:
        st.warning(f"Only {so_far.identical} of {so_far.compared} pairs of batches are identical.")


def in_the_end() -> None:
    """Something to try, and the code that ran."""
    lesson.try_this(
        "In the X-ray, take the new network and sorted images, and move the batch through all the digits. Does one of "
        "them pull against the others, with a cosine below 0? Then take the ready-made network, shuffled images and "
        "the largest gradient first: can you see why the first ones are hard?"
    )
    lesson.show_source(shuffled_and_sorted, xray, gradient_norms, mean_of_batch_means)


lesson.show(one_batch, how_large, shuffled_or_sorted, xray_of_a_batch, dealt_out_in_two_ways, in_the_end)
