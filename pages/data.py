"""The data: the images, their numbers, and the scale a network sees them on."""

import streamlit as st
import torch

from mnist_core import words
from mnist_core.data.dataset import MEAN, STD, Splits, normalize, standardize
from mnist_core.data.statistics import (
    class_counts,
    images_of,
    level_counts,
    mean_images,
    page_of,
    pixel_statistics,
)
from mnist_core.figures.data import class_bars, level_histogram, number_table, scale_bars
from mnist_core.figures.images import sheet, unrolled
from mnist_core.lessons.data import accuracy_fed, byte_scale, times_as_many, unit_scale
from ui.frame import dataset, lesson, link, state, theme
from ui.frame.question import Question, ask
from ui.lessons import data_cache


def what_is_there() -> None:
    """Which images there are, and what they are for."""
    dataset.notice("this page shows generated digits, which the program draws itself")
    say_what_is_there(dataset.splits())


def say_what_is_there(splits: Splits) -> None:
    """The parts of the data set and their uses."""
    train, validation, test = len(splits.train), len(splits.validation), len(splits.test)
    if splits.name == state.MNIST:
        origin = (
            f"**MNIST** has {train + validation + test:,} digits, written by hand by employees of a statistics office "
            "and by school students in the United States around 1990. Almost everyone who learns this subject meets "
            f"them. They come in two parts: {train + validation:,} to learn from and {test:,} for a test."
        )
    else:
        origin = (
            f"These are **generated digits**, {train + validation + test:,} of them: the program draws each one "
            "from strokes of a pen, bent and slanted at random. They stand in for MNIST, the digits written by people."
        )
    st.markdown(
        f"{origin} Each image has 28 × 28 **pixels**, and a **label** that says which digit it is. Here they have "
        "three uses:"
    )
    st.markdown(
        f"- **{train:,} training images**: from these a network learns.\n"
        f"- **{validation:,} validation images**, held out of the ones to learn from: the network never learns from "
        "them, so they show how well it is doing on digits it has not seen.\n"
        f"- **{test:,} test images**, read once by a finished network, for its final test. No lesson uses them."
    )


COLUMNS, ROWS = 10, 4
LAST_PAGE = 180  # of the commonest digit in MNIST; a page beyond the last one of a digit is its last one


def gallery() -> None:
    """All images, page by page, and what those of a digit have in common."""
    splits = dataset.splits()
    st.header("Browse the images", anchor=False)
    st.markdown("No two images are alike. Choose a digit and turn the pages: what do all of them have in common?")
    browse(splits)
    st.image(
        sheet(images=(data_cache.mean_images(splits) * 255).round().byte(), columns=5, factor=5),
        caption="The mean image of each digit, 0 to 9: each pixel is as bright as it is on average over all training "
        "images of that digit.",
        output_format="PNG",
    )
    lesson.notice(
        "Where a mean image is sharp, the images agree. Where it is a fog, they differ: a 1 is hardly more than a "
        "stroke, but it slants now more, now less. No single image looks like the mean of its digit."
    )


@st.fragment
def browse(splits: Splits) -> None:
    """A sheet of images of one digit, and how many there are of each."""
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    with left:
        digit = link.whole_slider("Which digit", "gallery_digit", 0, 9, 3)
    with right:
        page = link.number_input("Page", "gallery_page", 1, LAST_PAGE, 1)
    found = images_of(splits.train, digit)
    if len(found):
        shown, before = page_of(found, page, COLUMNS * ROWS)
        st.image(
            sheet(images=splits.train.images[shown], columns=COLUMNS, factor=3),
            caption=f"Training images of {words.a(digit)}: {before + 1:,} to {before + len(shown):,} of {len(found):,}",
            output_format="PNG",
        )
    counts = class_counts(splits.train, splits.validation)
    st.markdown(f"**How many there are of each digit**, training and validation together: {sum(counts):,} in all.")
    theme.show(
        class_bars(counts=counts, theme=theme.current(), chosen=digit),
        key="class_bars",
        description="The number of images of each digit as a bar, with the number above it.",
    )
    most, least = max(range(10), key=counts.__getitem__), min(range(10), key=counts.__getitem__)
    lesson.notice(
        f"The digits are about equally common, but not quite: there are {counts[most]:,} of the {most} and "
        f"{counts[least]:,} of the {least}. Whoever says always {most} is right {counts[most] / sum(counts):.1%} of "
        "the time. That is what a network has to beat."
    )


PIXELS = 28 * 28
CHOOSABLE = 1_000  # images whose numbers can be read


def an_image_is_numbers() -> None:
    """One image as the network gets it."""
    st.header("An image is 784 numbers", anchor=False)
    st.markdown(
        f"A computer has no picture, only numbers: one for each pixel, 28 · 28 = {PIXELS} in all. 0 is paper, 255 is "
        "full ink. Look for the digit in the table, then move the row."
    )
    take_apart(dataset.splits())


@st.fragment
def take_apart(splits: Splits) -> None:
    """One image as a table of numbers, and the same numbers as one long row."""
    left, right = st.columns(2)
    with left:
        number = link.number_input("Image number", "image", 1, CHOOSABLE, 1)
    with right:
        row = link.whole_slider("Row, r", "pixel_row", 0, 27, 7)
    index = (number - 1) % len(splits.train)
    image = splits.train.images[index]
    levels: list[list[int]] = image.tolist()
    st.html(number_table(levels=levels, row=row, theme=theme.current()))
    st.caption(
        f"Training image {index + 1}, {words.a(int(splits.train.labels[index]))}, as the numbers it is made of. Row "
        f"{row} has a blue frame. On a phone, push the table sideways: it has 28 columns."
    )
    st.markdown(
        "A network of dense layers takes no table, only a row of inputs. So the 28 rows are laid one after another: "
        "this is called **flattening**. Rows and columns are counted from 0."
    )
    lesson.formula(
        r"\text{position of the pixel in row } r \text{, column } c = 28\,r + c",
        rf"\text{{row }} {row}:\quad 28 \cdot {row} + 0 = {28 * row}\ \text{{ to }}\ 28 \cdot {row} + 27 = "
        f"{28 * row + 27}",
    )
    st.image(
        unrolled(image=image, row=row),
        caption=f"All {PIXELS} numbers in a row, broken into lines of 56 as a long sentence would be. In the blue "
        f"frame: positions {28 * row} to {28 * row + 27}.",
        output_format="PNG",
    )
    lesson.notice(
        "You see the digit twice: each line holds two rows of the image, one with an even number and beside it the "
        "next. The network does not know which pixels were neighbours. It gets 784 numbers and has to find out by "
        "itself what they have to do with each other."
    )


PAPER = Question(
    key="ask_paper",
    text="A pixel is a number from 0, pure paper, to 255, full ink. What share of all pixels is exactly 0?",
    right="About four in five",
    why="Digits are thin: most of each square stays empty. The exact share stands in the figure below.",
    wrong={
        "About one in five": "Then four pixels in five would have some ink on them. Look at the images above again: "
        "most of each square is black, which is paper.",
        "About half": "It is more than that: even the margin around the digits, where hardly any ink lies, is close "
        "to half of the square.",
    },
    order=2,
)


def one_scale_for_all() -> None:
    """Normalising: where its two numbers come from, and what it does."""
    splits = dataset.splits()
    st.header("Normalising: one scale for all", anchor=False)
    st.markdown(
        "A network multiplies its inputs by weights, adds the products up, and learns best when the inputs are neither "
        "large nor all on one side of 0. So all pixels are put on another scale before they go in."
    )
    counts = data_cache.level_counts(splits)
    show_mean_and_deviation(splits, counts)
    rescale(counts)


def show_mean_and_deviation(splits: Splits, counts: list[int]) -> None:
    """Mean and deviation before the reader's eyes, from how often each grey level occurs."""
    sums = pixel_statistics(torch.tensor(counts))
    images, pixels = len(splits.train) + len(splits.validation), words.grouped(sums.pixels)
    st.markdown(
        "First, each pixel is divided by 255, so that x lies between 0 (paper) and 1 (ink). Then two numbers are "
        f"needed, over all {images:,} training and validation images. The **mean** μ: add up all pixels, divide by how "
        "many there are. And the **standard deviation** σ, a typical distance from the mean: the root of the mean "
        "squared distance. This is the sum, done just now by this server:"
    )
    lesson.formula(
        rf"N = {words.grouped(images)} \cdot {PIXELS} = {pixels}",
        rf"\mu = \frac{{\sum x}}{{N}} = \frac{{{words.grouped(sums.total)}}}{{{pixels}}} = {sums.mean:.4f}",
        rf"\sigma = \sqrt{{\frac{{\sum (x - \mu)^2}}{{N}}}} = "
        rf"\sqrt{{\frac{{{words.grouped(sums.squares)}}}{{{pixels}}}}} = {sums.deviation:.4f}",
    )
    if splits.name == state.MNIST:
        st.markdown(
            f"These are the constants that stand in programs everywhere, {MEAN} and {STD}. They are no secret: they "
            "were computed just like this."
        )
    else:
        st.markdown(
            f"MNIST's own are {MEAN} and {STD}, and those are what this app uses for all digits, also for these. The "
            "ready-made network learned on that scale, and results can only be compared on the same scale. It does no "
            "harm: a network only needs inputs with a mean of about 0 and a deviation of about 1."
        )


@st.fragment
def rescale(counts: list[int]) -> None:
    """The formula for one pixel, and the histograms of all."""
    level = link.whole_slider("The value of one pixel", "pixel_value", 0, 255, 128)
    x = level / 255
    normal = (x - MEAN) / STD
    lesson.formula(
        r"\hat x = \frac{x - \mu}{\sigma}",
        rf"x = \frac{{{level}}}{{255}} = {x:.3f}",
        rf"\hat x = \frac{{{x:.3f} - {MEAN}}}{{{STD}}} = {normal:.2f}",
    )
    is_answered = ask(PAPER)
    # Drawn before the answer too, so that a teacher finds it among what can be hidden.
    without_paper = link.toggle("Without the pixels that are 0", "without_paper", disabled=not is_answered)
    if is_answered:
        show_levels(counts, x, normal, without_paper=without_paper)


def show_levels(counts: list[int], x: float, normal: float, *, without_paper: bool) -> None:
    """The two histograms, with the reader's pixel on both scales."""
    sums = pixel_statistics(torch.tensor(counts))
    for key, shift, scale, value, name in (
        ("before", 0.0, 1.0, x, "before: x, from 0 to 1"),
        ("after", MEAN, STD, normal, "after: x̂, normalised"),
    ):
        figure = level_histogram(
            counts=counts,
            shift=shift,
            scale=scale,
            mean=(sums.mean - shift) / scale,
            deviation=sums.deviation / scale,
            value=value,
            name=name,
            without_paper=without_paper,
            theme=theme.current(),
        )
        description = f"How many pixels have which value {key} normalisation; the mean and your pixel are marked."
        theme.show(figure, key=f"levels_{key}", description=description)
    lesson.notice(
        f"{counts[0] / sums.pixels:.1%} of all pixels are pure paper. Both figures have the same axis and the same "
        "bars: normalising only moves them and pulls them apart. After it, the mean is about 0 and the deviation about "
        f"1: paper is {words.number(-MEAN / STD)} and full ink {words.number((1 - MEAN) / STD)}. The grey band reaches "
        "one deviation to each side of the mean."
    )


FORGOTTEN = Question(
    key="ask_scale",
    text="The ready-made network has only seen normalised pixels, x̂. Now it is given x, from 0 to 1, by mistake. "
    "The pictures are the same to you. Of 100 validation images, how many more does it misread?",
    right="1 to 20",
    why="Its weights were fitted to one scale. On another one all its sums are off, though a 7 keeps the shape of a 7.",
    wrong={
        "None": "The digits look the same to you. But the network does sums with the numbers themselves, and these "
        "have changed: paper, for instance, was −0.42 and is 0 now.",
        "21 to 50": "It is not that bad. What is brighter is still brighter, so a 7 keeps the shape of a 7.",
        "More than 50": "Then it would be close to guessing. But what is brighter is still brighter, so a 7 keeps the "
        "shape of a 7.",
    },
    order=1,
)


def what_forgetting_costs() -> None:
    """What the ready-made network reads when its input is on another scale."""
    st.header("What it costs to forget", anchor=False)
    st.markdown(
        "Nothing looks wrong when somebody forgets to normalise: the program runs, and gives an answer. So it is worth "
        "knowing what that costs."
    )
    if not ask(FORGOTTEN):
        return
    splits = dataset.splits()
    read = data_cache.accuracies_by_scale(splits)
    theme.show(
        scale_bars(accuracies=read, theme=theme.current()),
        key="scale_bars",
        description="The share of validation images read rightly, for three scales of the same pixels.",
    )
    meant, forgotten, as_bytes = read.values()
    st.caption(
        f"Measured just now: the ready-made network, which learned from normalised MNIST images, reads all "
        f"{len(splits.validation):,} validation images of {splits.name}, three times. Only the scale of its input "
        "differs."
    )
    lesson.notice(
        f"With x in place of x̂ it misreads {1 - forgotten:.1%} in place of {1 - meant:.1%}: "
        f"{times_as_many(meant, forgotten):.1f} times as many. The third bar is for pixels that nobody divided by 255 "
        f"either: {1 - as_bytes:.1%} are misread. None of the scales is the right one in itself. What counts is that a "
        "network reads on the scale it learned on."
    )


def in_the_end() -> None:
    """Something to try, and the code that ran."""
    lesson.try_this(
        "Choose a 7 in the gallery and look for one with a bar through it, then for a 1 that could be a 7. In the "
        "table of numbers, find the brightest row. Which value of a pixel does normalising turn into 0, as nearly as "
        "you can set it?"
    )
    lesson.show_source(
        normalize, standardize, level_counts, pixel_statistics, mean_images, accuracy_fed, unit_scale, byte_scale
    )


lesson.show(what_is_there, gallery, an_image_is_numbers, one_scale_for_all, what_forgetting_costs, in_the_end)
