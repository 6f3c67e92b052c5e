"""Mini-batches: which images a network looks at before each step, and what their order does."""

from ui.frame import router

router.insist()

import streamlit as st
import torch

from mnist_core import words
from mnist_core.data.dataset import Splits
from mnist_core.figures.batches import cosine_bars, gradient_bars, running_mean_lines, xray_cards
from mnist_core.figures.images import enlarged, one_marked, sheet
from mnist_core.figures.side_by_side import comparison_curves
from mnist_core.lessons.batches import (
    Race,
    batch_sizes,
    epoch_order,
    mean_of_batch_means,
    mean_over_examples,
    our_batches,
    race,
    sorted_by_label,
    usual_batches,
)
from mnist_core.lessons.batches_order import IMAGES, NETWORK, SHUFFLED, SORTED, TRAINING, shuffled_and_sorted
from mnist_core.lessons.batches_validation import AS_THEY_LIE, mean_in_order, orders, running_means
from mnist_core.lessons.batches_xray import gradient_norms, xray
from mnist_core.source import source_of
from mnist_core.training.records import RunRecord
from ui.frame import dataset, lesson, link, theme
from ui.frame.question import Question, ask
from ui.lessons import batches_cache, batches_words
from ui.studio import live

SIZES = (1, 8, 16, 32, 64, 128)
PLACES = ("first", "middle", "last")
SHORT = 1_000  # images, of which 32 make no whole number of batches


@lesson.scene("What does a network look at before each step?")
def one_batch() -> None:
    """One batch, how large it is, and how many there are."""
    splits = dataset.splits()
    with lesson.stage():
        size = look(splits)
    lesson.notice(
        "This is a **mini-batch**, or batch. The network takes one step, so that the mean **loss** of these images "
        "falls. Then comes the next batch. When all images have had their turn, an **epoch** is over."
    )
    with st.container():
        dataset.notice("the batches are made of generated digits, which the program draws itself")
    lesson.deeper(
        lambda: batches_in_numbers(splits, size),
        lambda: count_short_batch(splits, size),
        how_large,
        dealt_out_in_two_ways,
        source_of_the_means,
    )


def look(splits: Splits) -> int:
    """One batch of an epoch; returns its size as it is set."""
    with st.container(horizontal=True):
        size = link.select_slider("Batch size, B", "batch_images", SIZES, 32)
        place = link.buttons("Which batch of the epoch", "batch_place", PLACES, "first", width="content")
    train = splits.train
    sizes = batch_sizes(len(train), size)
    number = {"first": 0, "middle": len(sizes) // 2, "last": len(sizes) - 1}[place]
    order = epoch_order(len(train), True, link.seed_below("batch_seed"))
    batch = train.subset(order[number * size : (number + 1) * size])
    images, says = st.columns([5, 4], vertical_alignment="center")
    with images:
        st.image(
            sheet(images=batch.images, columns=8 if size <= 32 else 16, factor=3),
            alt=f"The {words.count(len(batch), 'image')} of the batch",
            output_format="PNG",
            width="stretch",
        )
    with says:
        st.markdown(
            f"**Batch {number + 1:,} of {len(sizes):,}**: {len(batch)} of {len(train):,} training images.  \n"
            f"Digit × how often: {words.digits_in_words(batch.labels)}."
        )
    return size


def batches_in_numbers(splits: Splits, size: int) -> None:
    """The formulas of a batch, and the seed that deals the images out."""
    count = batch_sizes(len(splits.train), size)
    lesson.formula(
        r"\text{loss of the batch} = \frac{1}{B} \sum_{b=1}^{B} \text{loss}_b",
        r"\text{batches in an epoch} = \left\lceil \frac{N}{B} \right\rceil = "
        + rf"\left\lceil \frac{{{words.grouped(len(splits.train))}}}{{{size}}} \right\rceil = "
        + words.grouped(len(count)),
    )
    st.markdown(
        f"The signs ⌈ ⌉ mean: rounded up. {batches_words.what_is_left(count)} Then the images are shuffled again, and "
        "the next epoch begins. Images and batches are counted from 1."
    )
    link.seed("Seed of the shuffling", "batch_seed")


def count_short_batch(splits: Splits, size: int) -> None:
    """The mean over the examples beside the mean of the batches' means, with numbers."""
    losses = batches_cache.losses(splits, SHORT)
    sizes = batch_sizes(len(losses), size)
    right, wrong = mean_over_examples(losses), mean_of_batch_means(losses, size)
    st.subheader("A short last batch counts by its size", anchor=False)
    st.markdown(
        "How large was the loss in a whole epoch? Each image must count once. An example: the ready-made network reads "
        f"the first {len(losses):,} training images in batches of {size}. That makes {len(sizes):,} batches, the last "
        f"one with {sizes[-1]}."
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
    st.subheader("How large should a batch be?", anchor=False)
    st.markdown(
        "Many PyTorch courses take 32. A small batch makes many steps out of the same images, each a little off. A "
        "large one gives a steadier direction, and keeps fast hardware busy. So **32 or fewer is an opinion with good "
        "arguments, not a fact**. Masters and Luschi (2018) did best with it. Goyal and others (2017) lost nothing "
        "with 8,192, but they needed two tricks: a learning rate that grows in step with the batch, and a "
        "**warm-up**, in which the rate starts small."
    )


CURVES = (("training", "loss"), ("validation", "accuracy"))
ORDER = Question(
    key="ask_order",
    text="A network learns from shuffled images, and reads over 60 of 100 rightly. Its twin gets the same images "
    "sorted: all 0s first, the 9s last. How many does it read?",
    right="Fewer than 40",
    why="While it sees one digit only, it learns to say that digit more, and unlearns the last.",
    wrong={
        "70 or more": "Each step starts where the last one ended, so the order matters: after a hundred 9s in a row, "
        "the network says 9.",
        "40 to 69": "It is less. All digits share the same weights: no place keeps the 0s safe while it practises "
        "the 1s.",
    },
    order=2,
)


@lesson.scene("Does the order of the training images matter?")
def shuffled_or_sorted() -> None:
    """The same training on shuffled and on sorted images."""
    splits = dataset.splits()
    seed = link.seed_below("order_seed")
    answered = ask(ORDER)
    with lesson.stage():
        images, training = st.columns([4, 7])
        with images:
            in_both_orders(splits, seed)
        with training:
            if answered:
                live.experiment(
                    "order",
                    "Train both",
                    lambda: shuffled_and_sorted(splits, seed),
                    show_both,
                    before="Two small trainings, a few seconds.",
                    setting=(splits.name, seed),
                    share_done=lambda records: records[SHUFFLED].share_done,
                )
    lesson.deeper(what_they_are, the_teeth, source_of_both)


def in_both_orders(splits: Splits, seed: int) -> None:
    """Some of the images, as the one network gets them and as the other."""
    some = splits.train.subset(slice(0, min(IMAGES, len(splits.train))))
    apart = slice(0, len(some), len(some) // 20)  # so that all digits of the sorted ones are there
    shuffled = some.subset(epoch_order(len(some), True, seed)).images[apart][:20]
    in_order = sorted_by_label(some).images[apart][:20]
    st.image(
        sheet(images=torch.cat([shuffled, in_order]), columns=10, factor=3),
        caption="Two rows shuffled, two rows sorted",
        alt=f"Every {len(some) // 20}th training image: two rows shuffled, two rows sorted by label",
        output_format="PNG",
        width=300,
    )


def show_both(records: dict[str, RunRecord]) -> None:
    """The curves of both, and where they ended."""
    for column, (images, quantity) in zip(st.columns(2), CURVES, strict=True):
        figure = comparison_curves(
            records=records,
            names=(SHUFFLED, SORTED),
            images=images,  # type: ignore[arg-type]
            quantity=quantity,  # type: ignore[arg-type]
            epochs=TRAINING.epochs,
            theme=theme.current(),
            height=200,
        )
        with column:
            theme.show(
                figure, key=f"order_{quantity}", description=f"{images} {quantity} of both runs over the epochs."
            )
    ended = [record.epochs[-1] for record in records.values() if len(record.epochs) == TRAINING.epochs]
    if len(ended) == 2:
        shuffled, in_order = ended
        st.markdown(
            f"Read rightly: **{shuffled.validation_accuracy:.1%}** shuffled, **{in_order.validation_accuracy:.1%}** "
            f"sorted. Training loss of the last epoch: {shuffled.train_loss:.3f} and {in_order.train_loss:.3f}."
        )


def what_they_are() -> None:
    """How both networks are trained, and the seed."""
    inputs, middle, scores = NETWORK.layer_sizes
    images = min(IMAGES, len(dataset.splits().train))
    st.markdown(
        "Both networks begin with the same **weights**, the numbers that learning changes. Each is a "
        f"{NETWORK.label}: {inputs} pixels go in, {middle} neurons stand in the middle, {scores} scores come out, one "
        f"for each digit. Both learn for {TRAINING.epochs} epochs from the same {images:,} training images, in batches "
        f"of {TRAINING.batch_size}, with the same **learning rate**, which sets how long each step is: "
        f"{words.learning_rate(TRAINING.learning_rate)}. Only the order differs. The left figure has the loss of each "
        "batch, before the step that it causes. The right one has the accuracy after each epoch."
    )
    link.seed("Seed of the weights and of the shuffling", "order_seed")


def the_teeth() -> None:
    """Why the loss of the sorted run goes up and down."""
    st.subheader("Why the curve of the sorted run looks like a saw", anchor=False)
    st.markdown(
        "Each tooth is a digit. At its first batches the network still says the digit before, and the loss leaps. Some "
        "batches later it says the new digit to everything, and the loss is near 0. So a low training loss can mean "
        "that little of use was learned. The validation images, which have all digits, show it."
    )


def source_of_both() -> None:
    """The code that trained."""
    lesson.show_source(shuffled_and_sorted)


EACH = 50  # images between two points of the curve


@lesson.scene("Must the validation images be shuffled too?")
@st.fragment
def validation() -> None:
    """The mean loss over all validation images, read in three orders."""
    splits = dataset.splits()
    seed = link.seed_below("validation_seed")
    with lesson.stage():
        read_in_order(splits, seed)
    lesson.notice(
        "Other images come first, the line takes another way, and ends at the same mean. Reading changes no weight: "
        "no image can spoil the next one. In training each step changes what comes after it."
    )
    lesson.deeper(lambda: rounded(splits, seed), why_no_shuffling, lambda: lesson.show_source(mean_in_order))


def read_in_order(splits: Splits, seed: int) -> None:
    """The first images, the mean so far and the mean over all."""
    found = batches_cache.validation(splits)
    ways = orders(splits.validation.labels, seed)
    first, line = st.columns([2, 3], vertical_alignment="center")
    with first:
        chosen = link.buttons("Order of the validation images", "validation_order", ways, AS_THEY_LIE)
        st.image(
            sheet(images=splits.validation.images[ways[chosen][:18]], columns=9, factor=2),
            caption=f"The first 18 of {len(splits.validation):,}",
            alt=f"The first 18 validation images, {chosen}",
            output_format="PNG",
            width="stretch",
        )
        mean = mean_in_order(found.losses, ways[chosen]).exact
        right = (found.choices == found.labels)[ways[chosen]].sum().item()
        st.markdown(f"Mean loss of all: **{mean:.10f}**  \nRead rightly: **{right:,}** of {len(found.labels):,}")
    with line:
        theme.show(
            running_mean_lines(
                means={name: running_means(found.losses, way, EACH) for name, way in ways.items()},
                each=EACH,
                chosen=chosen,
                theme=theme.current(),
            ),
            key="validation_line",
            description="The mean loss over the images read so far, in three orders; all end at the same mean.",
        )


def rounded(splits: Splits, seed: int) -> None:
    """What rounding makes of the same sum in another order."""
    losses = batches_cache.validation(splits).losses
    st.subheader("Is it the same to the last digit?", anchor=False)
    st.markdown(
        "On paper a sum does not depend on the order. A computer rounds after each addition, so its last digits may. "
        f"Here are the {len(losses):,} losses, added up one after another in three ways:"
    )
    ways = orders(splits.validation.labels, seed)
    rows = [
        f"| {name} | {mean.exact:.17f} | {mean.in_float64:.17f} | {mean.in_float32:.9f} |"
        for name, mean in ((name, mean_in_order(losses, way)) for name, way in ways.items())
    ]
    st.markdown("\n".join(["| order | exact | float64 | float32 |", "|---|---:|---:|---:|", *rows]))
    st.markdown(
        "The exact sum is rounded once, at its end: it is the same in each order, to the last digit. A float64 has "
        "about 16 digits, and agrees in all that anyone will print. A float32 has about 7, and its last ones depend on "
        "the order. That is rounding, and no learning."
    )
    link.seed("Seed of the shuffled order", "validation_seed")


def why_no_shuffling() -> None:
    """What shuffling is for, and what it would do here."""
    st.markdown(
        "Shuffling is for training: it makes each batch a fair sample of all images, and each step a fair step. The "
        "validation loss is taken over the whole validation set, with the weights as they are. So in PyTorch the "
        "DataLoader of the training set has `shuffle=True`, and that of the validation set does not. There the "
        "batch size only sets how many images are read at a time, and how much memory that needs."
    )


@lesson.scene("What does each image want to change?")
@st.fragment
def each_image() -> None:
    """A batch, image by image: its loss and the length of its gradient."""
    splits = dataset.splits()
    with lesson.stage():
        one_by_one(splits)
    lesson.notice(
        "The **gradient** says how the loss changes with each weight. Its length, the **norm**, says how much this "
        "image wants to change. Most images ask for hardly anything; a few hard ones make up nearly all of it."
    )
    lesson.deeper(what_a_gradient_is, lambda: lesson.show_source(gradient_norms))


def one_by_one(splits: Splits) -> None:
    """The first shuffled batch, one image of it in detail."""
    with st.container(horizontal=True):
        network = choose_network()
        rank = link.whole_slider("Image, the hardest first", "xray_image", 1, batches_cache.XRAY_BATCH, 1)
    seed = link.seed_below("xray_seed")
    found = batches_cache.xray(splits, network, True, seed, 1)
    images = batches_cache.xray_batch(splits, True, seed, 1).images
    place = found.by_norm[rank - 1]
    all_of_them, own = st.columns(2, vertical_alignment="center")
    with all_of_them:
        st.image(
            one_marked(picture=sheet(images=images, columns=8, factor=3), index=place, columns=8, factor=3),
            alt=f"The {len(images)} images of the batch; a frame marks the one chosen",
            output_format="PNG",
            width=330,
        )
    with own, st.container(horizontal=True, vertical_alignment="center"):
        st.image(
            enlarged(image=images[place] / 255, factor=6),
            alt=f"The image chosen, {words.a(found.labels[place])}",
            output_format="PNG",
            width=120,
        )
        st.markdown(batches_words.wants(found, place), width=190)
    theme.show(
        gradient_bars(norms=sorted(found.norms, reverse=True), chosen=rank - 1, theme=theme.current()),
        key="xray_lengths",
        description="The length of each image's gradient as a bar; that of the chosen image stands out.",
    )


def choose_network() -> str:
    """Which network the batch is taken apart with."""
    kinds = (batches_cache.READY_MADE, batches_cache.NEW)
    return link.buttons("Network", "xray_network", kinds, batches_cache.READY_MADE, width="content")


def what_a_gradient_is() -> None:
    """The gradient as an arrow, and the seed."""
    st.markdown(
        "A step goes against the gradient. You may think of it as an arrow with one number for each weight: the longer "
        "it is, the more this image wants to change, and where it points says which weights, and whether up or down. A "
        "new network wants something of every image. The ready-made one has learned what most images can teach it."
    )
    seed_of_the_xray()
    lesson.try_this("Look at the first few images. Can you see why they are hard?")


def seed_of_the_xray() -> None:
    """The seed of both scenes that take a batch apart."""
    link.seed("Seed of the shuffling and of the new network", "xray_seed")


@lesson.scene("Do the images of a batch pull the same way?")
@st.fragment
def together() -> None:
    """What is left in the mean of the gradients, and where it points."""
    splits = dataset.splits()
    with lesson.stage():
        order, number = average(splits)
    lesson.notice(
        "A shuffled batch points roughly where all images point: its **cosine** is well above 0. The images of one "
        "digit agree with each other, so more is left; but they pull in a direction of their own."
    )
    lesson.deeper(what_cancels, lambda: all_cards(splits, order, number), lambda: lesson.show_source(xray))


def average(splits: Splits) -> tuple[str, int]:
    """The mean of a batch's gradients with the new network; returns the order and the batch."""
    with st.container(horizontal=True):
        order = link.buttons("Order of the images", "xray_order", (SHUFFLED, SORTED), SHUFFLED, width="content")
        number = link.whole_slider("Batch", "xray_batch", 1, batches_cache.xray_batches(splits), 1)
    seed, shuffle = link.seed_below("xray_seed"), order == SHUFFLED
    found = batches_cache.xray(splits, batches_cache.NEW, shuffle, seed, number)
    images, figure = st.columns([2, 3], vertical_alignment="center")
    with images:
        st.image(
            sheet(images=batches_cache.xray_batch(splits, shuffle, seed, number).images, columns=8, factor=2),
            alt=f"The {len(found.norms)} images of batch {number}, {order}",
            output_format="PNG",
            width=320,
        )
    with figure:
        st.markdown(
            f"Their {len(found.norms)} gradients have a mean length of **{found.mean_norm:.3g}**. The mean of the "
            f"gradients has length **{found.batch_norm:.3g}**: **{found.share_left:.0%}** is left."
        )
        show_cosines(splits, batches_cache.NEW, order, number, key="xray_cosines")
    return order, number


def show_cosines(splits: Splits, network: str, order: str, number: int, *, key: str) -> None:
    """Where a batch points, shuffled and sorted."""
    seed = link.seed_below("xray_seed")
    cosines = {
        name: batches_cache.batch_cosine(splits, network, name == SHUFFLED, seed, number) for name in (SHUFFLED, SORTED)
    }
    theme.show(
        cosine_bars(cosines=cosines, chosen=order, theme=theme.current()),
        key=key,
        description="The cosine between the gradient of the batch and the full one, shuffled and sorted, as bars.",
    )


def what_cancels() -> None:
    """The formula of the mean, and what a cosine is."""
    some = batches_cache.xray_batches(dataset.splits()) * batches_cache.XRAY_BATCH
    lesson.formula(r"\text{gradient of the batch} = \frac{1}{B} \sum_{b=1}^{B} \text{gradient}_b")
    st.markdown(
        "Whatever the images disagree on cancels out in the mean. Does the batch point where all images would? The "
        "**cosine** says how two arrows lie: 1 when they point the same way, 0 when they stand at right angles, −1 "
        f"when they point against each other. The full gradient is the mean over {some:,} images, from which the "
        "batches are cut as well. The figure above is that of a new, untrained network."
    )


def all_cards(splits: Splits, order: str, number: int) -> None:
    """The batch image by image, with either network."""
    st.subheader("X-ray of the whole batch", anchor=False)
    network = choose_network()
    seed_of_the_xray()
    seed, shuffle = link.seed_below("xray_seed"), order == SHUFFLED
    chosen = batches_cache.xray(splits, network, shuffle, seed, number)
    places = chosen.by_norm if link.toggle("Largest gradient first", "xray_sort") else range(len(chosen.norms))
    images = batches_cache.xray_batch(splits, shuffle, seed, number).images.numpy()
    st.html(xray_cards(images=images, xray=chosen, order=places, theme=theme.current(), longest=max(chosen.norms)))
    st.caption(
        f"The {len(chosen.norms)} images of batch {number}, {order}. The bar is the length of the image's own "
        f"gradient, beside the longest in this batch. {batches_words.how_read(chosen)}"
    )
    lesson.formula(
        rf"\text{{mean length of the {len(chosen.norms)} gradients}} = {chosen.mean_norm:.3g}",
        rf"\text{{length of their mean}} = {chosen.batch_norm:.3g}",
    )
    show_cosines(splits, network, order, number, key="xray_all_cosines")
    st.markdown(
        "With the ready-made network, almost all images have hardly any gradient left. Then even a shuffled batch says "
        "less about the whole: it depends on which of the hard ones it holds."
    )
    lesson.try_this(
        "Take the new network and sorted images, and move the batch through all the digits. Does one of them pull "
        "against the others, with a cosine below 0?"
    )


RACE_IMAGES = 1_000


def dealt_out_in_two_ways() -> None:
    """The usual lines of a PyTorch program beside ours, both run."""
    splits = dataset.splits()
    st.subheader("Dealing out batches, in two ways", anchor=False)
    st.markdown(
        "The usual PyTorch way leaves the dealing to a **DataLoader**. It takes one image at a time: as a picture, "
        "then as numbers, then normalised, and at last 32 of them are stacked. That is a long chain of Python calls "
        "for each single image, however small it is."
    )
    st.code(source_of(usual_batches), language="python", wrap_lines=True)
    st.markdown(
        "This app has all images in memory as one block of numbers. A batch is 32 rows of it. One call picks them, and "
        "another normalises them, all together."
    )
    st.code(source_of(our_batches), language="python", wrap_lines=True)
    seed = link.seed("Seed of both", "loader_seed")
    images = min(RACE_IMAGES, len(splits.train))
    live.experiment(
        "loaders",
        "Run both",
        lambda: race(splits.train.subset(slice(0, RACE_IMAGES)), seed),
        show_race,
        before=f"Both deal out the first {images:,} training images, shuffled alike, and the batches are compared "
        "number by number.",
        setting=(splits.name, seed),
        share_done=lambda so_far: so_far.our_images / images,
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


def source_of_the_means() -> None:
    """The code that ran."""
    lesson.show_source(mean_over_examples, mean_of_batch_means)


lesson.show(one_batch, shuffled_or_sorted, validation, each_image, together)
