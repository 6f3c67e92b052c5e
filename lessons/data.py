"""The data: the images, their numbers, and the scale a network sees them on."""

import streamlit as st
import torch

from mnist_core import words
from mnist_core.data.dataset import MEAN, STD, Splits, normalize, split_stratified, standardize
from mnist_core.data.generated import draw_style
from mnist_core.data.statistics import (
    class_counts,
    images_of,
    level_counts,
    mean_images,
    page_of,
    pixel_statistics,
)
from mnist_core.data.styles import STYLES
from mnist_core.evaluation.accuracy import GUESSING_ACCURACY
from mnist_core.figures.cards import large
from mnist_core.figures.data import class_bars, level_histogram, number_table, parts_sheet, scale_bars
from mnist_core.figures.data_distances import mean_distances
from mnist_core.figures.data_styles import digit_styles
from mnist_core.figures.images import enlarged, row_marked, sheet, unrolled
from mnist_core.lessons.data import accuracy_fed, byte_scale, times_as_many, unit_scale
from mnist_core.lessons.data_baseline import Baseline, distances, nearest_mean, scores
from ui.frame import dataset, lesson, link, state, theme
from ui.frame.question import Question, ask
from ui.lessons import data_cache, data_words

COLUMNS, ROWS = 10, 5
LAST_PAGE = 180  # of the commonest digit in MNIST; a page beyond the last one of a digit is its last one


@lesson.scene("What do all images of a digit have in common?")
def gallery() -> None:
    """All images, page by page, and what those of a digit have in common."""
    with lesson.stage():
        browse(dataset.splits())
    lesson.notice(
        "No two are alike. Where the **mean image** is sharp, they agree. Where it is a fog, they differ. No single "
        "image looks like it."
    )
    with st.container():
        dataset.notice("this page shows generated digits, which the program draws itself")
    lesson.deeper(all_means, how_many, where_they_come_from, source_of_the_counts)


@st.fragment
def browse(splits: Splits) -> None:
    """A sheet of images of one digit, and their mean."""
    with st.container(horizontal=True):
        digit = link.whole_slider("Digit", "gallery_digit", 0, 9, 3)
        page = link.number_input("Page", "gallery_page", 1, LAST_PAGE, 1, width=160)
    found = images_of(splits.train, digit)
    many, mean = st.columns([6, 5])
    with many:
        if len(found):
            shown, before = page_of(found, page, COLUMNS * ROWS)
            st.image(
                sheet(images=splits.train.images[shown], columns=COLUMNS, factor=3),
                caption=f"Training images of {words.a(digit)}: {before + 1:,} to {before + len(shown):,} of "
                f"{len(found):,}",
                alt=f"{len(shown)} images of {words.a(digit)}, each written another way",
                output_format="PNG",
                width="stretch",
            )
    with mean, st.container(horizontal_alignment="center"):
        st.image(
            enlarged(image=data_cache.mean_images(splits)[digit], factor=10),
            caption=f"The mean of all {len(found):,}",
            alt=f"The mean image of all training images of {words.a(digit)}",
            output_format="PNG",
            width=220,
        )


def all_means() -> None:
    """The ten mean images side by side."""
    st.subheader("All ten mean images", anchor=False)
    st.image(
        sheet(images=(data_cache.mean_images(dataset.splits()) * 255).round().byte(), columns=5, factor=5),
        caption="The digits 0 to 9: each pixel is as bright as it is on average over all training images of that "
        "digit.",
        alt="The mean images of the digits 0 to 9",
        output_format="PNG",
    )
    st.markdown("A 1 is hardly more than a stroke. But it slants now more, now less: its mean is a fan.")


def how_many() -> None:
    """How often each digit occurs."""
    splits = dataset.splits()
    st.subheader("How many there are of each digit", anchor=False)
    counts = class_counts(splits.train, splits.validation)
    most, least = max(range(10), key=counts.__getitem__), min(range(10), key=counts.__getitem__)
    theme.show(
        class_bars(counts=counts, theme=theme.current(), chosen=most),
        key="class_bars",
        description="The number of images of each digit as a bar, with the number above it.",
    )
    st.markdown(
        f"Training and validation images together are {sum(counts):,}. The digits are about equally common, but not "
        f"quite: there are {counts[most]:,} of the {most} and {counts[least]:,} of the {least}. Someone who always "
        f"says {most} is right {counts[most] / sum(counts):.1%} of the time. A network has to beat that."
    )


def where_they_come_from() -> None:
    """Who wrote them, and how a program gets them."""
    st.subheader("Where they come from", anchor=False)
    st.markdown(data_words.origin(dataset.splits()))
    st.markdown(
        "MNIST does not come inside PyTorch. `torchvision.datasets.MNIST(root, download=True)` **downloads** it on "
        f"first use: four files, {data_words.download_megabytes():.0f} MB packed. This app fetches the same files from "
        "the same servers."
    )


def source_of_the_counts() -> None:
    """Something to try, and the code that ran."""
    lesson.try_this("Choose the 7 and look for one with a bar through it. Then look for a 1 that could be a 7.")
    lesson.show_source(mean_images, class_counts)


@lesson.scene("How many ways are there to write a digit?")
def styles() -> None:
    """The styles that the program's own digits are drawn in."""
    with lesson.stage():
        ways_to_write()
    lesson.notice(
        f"A network knows only what it has seen. So this program draws digits in {len(STYLES)} ways, and the "
        "ready-made network learned from them, too."
    )
    lesson.deeper(how_a_style_is_drawn, alike, source_of_the_styles)


@st.fragment
def ways_to_write() -> None:
    """All styles of one digit, four hands each."""
    digit = link.whole_slider("Digit", "style_digit", 0, 9, 7)
    found = data_cache.hands(digit)
    st.html(digit_styles(styles=list(found), hands=list(found.values()), theme=theme.current()))
    st.caption(
        f"Each picture shows four hands. The number: of a hundred {digit}s that the program draws, so many are "
        "written like this."
    )


def how_a_style_is_drawn() -> None:
    """The notation, and where the numbers come from."""
    st.subheader("How a style is drawn", anchor=False)
    st.markdown(data_words.a_style())


def alike() -> None:
    """That styles of different digits can look alike."""
    st.subheader("When two ways look alike", anchor=False)
    st.markdown(
        "A 1 with a long flag is written like a 7, and a 7 whose bar is drawn on from the foot is written like a 2. "
        "Where some people write one digit as others write another, nobody can always be right. A network then has to "
        "go by what is more common."
    )
    lesson.try_this("Write the ten digits on paper. Which of these ways are yours? Which one is missing here?")


def source_of_the_styles() -> None:
    """The code that drew them."""
    lesson.show_source(draw_style)


@lesson.scene("Which images may a network learn from?")
def parts() -> None:
    """Training, validation and test images, and when a network sees them."""
    with lesson.stage():
        who_sees_what(dataset.splits())
    lesson.notice("We judge a network on images it did not learn from, as a teacher sets new problems in a test.")
    lesson.deeper(why_three_parts, source_of_the_parts)


@st.fragment
def who_sees_what(splits: Splits) -> None:
    """A picture of the whole data set; the part that the network sees is bright."""
    pictures, said = st.columns([2, 1], vertical_alignment="center")
    with said:
        part = link.buttons("When does the network see them?", "data_part", data_words.PARTS, data_words.PARTS[0])
        st.markdown(data_words.seen(splits, part))
    images, which, each = data_words.stand_ins(splits)
    with pictures:
        st.image(
            parts_sheet(images=images, parts=which, chosen=data_words.PARTS.index(part), columns=20),
            caption=f"Each small image stands for {each:,}. Bright: what the network sees then.",
            alt=f"All images, in three parts; bright is the part it sees {part}",
            output_format="PNG",
            width="stretch",
        )


def why_three_parts() -> None:
    """What each part is for, and what the test images are spared for."""
    splits = dataset.splits()
    st.subheader("Why three parts", anchor=False)
    st.markdown(data_words.division(splits))
    st.markdown(
        "You look at the **validation** images often: after each epoch, and to choose among settings. So the choice "
        "fits them a little too well. That is why the **test** images wait. Each finished run reads them once. *Train "
        "a network* shows that final test where it goes deeper, and so does *Compare runs*. Choose by validation, and "
        "read the final test afterwards: if you choose by it, it is no test any more."
    )
    st.markdown("One network therefore has several accuracies. Which is which, this page explains:")
    st.page_link(state.page("mistakes"), icon=":material/arrow_forward:")


def source_of_the_parts() -> None:
    """The code that held the validation images out."""
    lesson.show_source(split_stratified)


AS_THEY_COME, MISREAD = "as they come", "misread"
BROWSED = 100  # images that the slider goes through


@lesson.scene("What does a network have to beat?")
@st.fragment
def baseline() -> None:
    """The nearest mean image as a reader, and how far that gets."""
    splits = dataset.splits()
    found = data_cache.baseline(splits)
    with lesson.stage():
        index = nearest(splits, found)
        compare_accuracies(splits, found)
    lesson.notice(
        "Each bar is the **distance** to a mean image. The smallest decides, and nothing is trained. The percentages "
        f"say how many of {len(splits.validation):,} validation images are read rightly. A simple method that a "
        "better one has to beat is a **baseline**. This one is called **nearest centroid**."
    )
    lesson.deeper(
        lambda: distance_in_numbers(splits, found, index),
        lambda: where_it_fails(splits, found),
        ten_sums,
        lambda: lesson.show_source(distances, nearest_mean, scores),
    )


def nearest(splits: Splits, found: Baseline) -> int:
    """An image and its distance to each mean; returns which of the validation images it is."""
    with st.container(horizontal=True):
        which = link.buttons("Images", "baseline_which", (AS_THEY_COME, MISREAD), AS_THEY_COME, width="content")
        number = link.whole_slider("Image", "baseline_image", 1, BROWSED, 1)
    among = found.mistakes if which == MISREAD and len(found.mistakes) else torch.arange(len(found.labels))
    index = int(among[(number - 1) % len(among)])
    label, said = int(found.labels[index]), int(found.choices[index])
    one, means = st.columns([1, 4], vertical_alignment="bottom")
    with one:
        image = splits.validation.images[index]
        st.html(large(image=image, alt=f"Validation image {index + 1}, {words.a(label)}", width=140))
        st.markdown(data_words.nearest(label, said))
    with means:
        st.html(
            mean_distances(
                distances=found.distances[index].tolist(),
                means=(data_cache.mean_images(splits) * 255).round().byte(),
                label=label,
                theme=theme.current(),
            )
        )
    return index


def compare_accuracies(splits: Splits, found: Baseline) -> None:
    """How many of the validation images are read rightly, by guessing, by the nearest mean and by a network."""
    network = next(iter(data_cache.accuracies_by_scale(splits).values()))
    with st.container(horizontal=True, gap="medium", key="baseline_accuracies"):
        for name, accuracy in (
            ("Guessing", GUESSING_ACCURACY),
            ("Nearest mean", found.accuracy),
            ("Network", network),
        ):
            st.metric(name, f"{accuracy:.1%}", width="content")


def distance_in_numbers(splits: Splits, found: Baseline, index: int) -> None:
    """The formula of the distance, with the numbers of the image on show."""
    digit = int(found.choices[index])
    distance = found.distances[index, digit].item()
    st.markdown(
        f"The accuracies are those on the {len(found.labels):,} validation images of {splits.name}; the network is the "
        "ready-made one. The means are made of training images alone. The **distance** of an image $x$ from a mean $m$ "
        "goes over all 784 pixels, each from 0 to 1:"
    )
    lesson.formula(
        r"\|x - m\| = \sqrt{\textstyle\sum_{j=1}^{784} (x_j - m_j)^2}",
        rf"\|x - m_{{{digit}}}\| = \sqrt{{{distance**2:.2f}}} = {distance:.2f}",
    )


def where_it_fails(splits: Splits, found: Baseline) -> None:
    """Which digits it reads badly, and what it takes them for."""
    st.subheader("Where it fails", anchor=False)
    st.markdown(data_words.where_the_nearest_mean_fails(found))
    st.markdown(
        "There is one mean for all ways to write a digit. A digit that leans, or stands a little to the side, shares "
        "little ink with the mean of its own. And where there is little ink, the faintest mean is near: that of the 1."
    )
    lesson.try_this("Choose *misread*, and look for a digit that you would read at once. Which mean does it lie on?")


def ten_sums() -> None:
    """That it is a network without hidden layer whose weights nobody trained."""
    st.subheader("Ten weighted sums", anchor=False)
    st.markdown(
        "Multiplied out, the square of the distance has a part that is the same for all ten digits. What is left is a "
        "weighted sum of the pixels and a constant, one for each digit:"
    )
    lesson.formula(r"\|x - m\|^2 = \|x\|^2 - 2\,\big(\underbrace{m \cdot x - \tfrac12 \|m\|^2}_{\text{score}}\big)")
    st.markdown(
        "So the nearest mean is a network without a hidden layer. Its weights are the mean images, its biases "
        "−‖m‖²/2, and nobody trained them. *Train a network* trains such a network: on MNIST that reads 91 of 100."
    )


PIXELS = 28 * 28
CHOOSABLE = 1_000  # images whose numbers can be read


@lesson.scene("How does an image become a list of 784 numbers?")
@st.fragment
def flattening() -> None:
    """One image as the network gets it."""
    with lesson.stage():
        index, row = flatten(dataset.splits())
    lesson.notice(
        "Laying the 28 rows one after another is called **flattening**. The network does not know which pixels were "
        "neighbours."
    )
    lesson.deeper(lambda: all_numbers(index, row), lambda: position(row), try_the_numbers)


def flatten(splits: Splits) -> tuple[int, int]:
    """One image with a row marked, and the same row in the list; returns which image and which row."""
    square, line = st.columns(2, vertical_alignment="center")
    with square:
        with st.container(horizontal=True):
            row = link.whole_slider("Row", "pixel_row", 0, 27, 7)
            number = link.number_input("Image", "image", 1, CHOOSABLE, 1, width=160)
        index = (number - 1) % len(splits.train)
        image = splits.train.images[index]
        shown = words.a(int(splits.train.labels[index]))
        st.image(
            row_marked(image=image, row=row, factor=10),
            alt=f"Training image {index + 1}, {shown}, with row {row} in a blue frame",
            output_format="PNG",
            width=250,
        )
    with line:
        st.markdown(f"**Row {row}**: `{' '.join(map(str, image[row].tolist()))}`")
        st.image(
            unrolled(image=image, row=row),
            caption=f"All {PIXELS} numbers in a list, broken into lines of 56, two rows each. In the frame: positions "
            f"{28 * row} to {28 * row + 27}.",
            alt=f"The {PIXELS} pixels in a list; a blue frame marks those of row {row}",
            output_format="PNG",
            width="stretch",
        )
    return index, row


def all_numbers(index: int, row: int) -> None:
    """The whole image as a table of numbers."""
    splits = dataset.splits()
    st.subheader("All its numbers", anchor=False)
    levels: list[list[int]] = splits.train.images[index].tolist()
    st.html(number_table(levels=levels, row=row, theme=theme.current()))
    st.caption(
        f"Training image {index + 1}, {words.a(int(splits.train.labels[index]))}, as the numbers it is made of: 0 is "
        f"paper, 255 is full ink. Row {row} has a blue frame."
    )


def position(row: int) -> None:
    """Where a pixel lands in the list."""
    st.markdown("Rows, columns and positions are counted from 0.")
    lesson.formula(
        r"\text{position of the pixel in row } r \text{, column } c = 28\,r + c",
        rf"\text{{row }} {row}:\quad 28 \cdot {row} + 0 = {28 * row}\ \text{{ to }}\ 28 \cdot {row} + 27 = "
        f"{28 * row + 27}",
    )
    st.markdown(
        "You see the digit twice in the lines of the list: each line holds two rows of the image, one with an even "
        f"number and beside it the next. The network gets {PIXELS} numbers. It has to find out from examples what "
        "they have to do with each other."
    )


def try_the_numbers() -> None:
    """Something to try."""
    lesson.try_this("In the table of numbers, find the brightest row. Then move the frame there.")


PAPER = Question(
    key="ask_paper",
    text="A pixel is a number from 0, pure paper, to 255, full ink. What share of all pixels is exactly 0?",
    right="About four in five",
    why="Digits are thin: most of each square stays empty.",
    wrong={
        "About one in five": "Then four pixels in five would have some ink. But digits are thin, and most of each "
        "square is black, which is paper.",
        "About half": "It is more: even the margin, where hardly any ink lies, is close to half of the square.",
    },
    order=2,
)


@lesson.scene("How much of an image is ink?")
def paper() -> None:
    """How often each grey level occurs, and how much of it is paper."""
    splits = dataset.splits()
    answered = ask(PAPER)
    counts = data_cache.level_counts(splits)
    with lesson.stage():
        weigh_paper(counts, answered)
    with st.container():
        if answered:
            lesson.notice(
                f"{counts[0] / sum(counts):.1%} of all pixels are pure paper. So the mean, {mean_of(counts):.2f}, lies "
                "near paper."
            )
    lesson.deeper(sum_of_all_pixels, source_of_the_sums)


def mean_of(counts: list[int]) -> float:
    """The mean of all pixels, in 0..1."""
    return pixel_statistics(torch.tensor(counts)).mean


@st.fragment
def weigh_paper(counts: list[int], answered: bool) -> None:
    """The histogram of all pixels; before the answer, only of those with ink."""
    # Drawn before the answer too, so that a teacher finds it among what can be hidden.
    without_paper = link.toggle("Without the pixels that are 0", "without_paper", disabled=not answered)
    sums = pixel_statistics(torch.tensor(counts))
    theme.show(
        level_histogram(
            counts=counts,
            shift=0.0,
            scale=1.0,
            mean=sums.mean,
            deviation=sums.deviation,
            value=None,
            name="value of a pixel, 0 is paper, 1 is ink",
            without_paper=without_paper or not answered,
            theme=theme.current(),
            height=260,
            axis=(-0.25, 1.05),
        ),
        key="levels",
        description="How many pixels have which value; the mean is marked.",
    )


def sum_of_all_pixels() -> None:
    """Mean and deviation before the reader's eyes, from how often each grey level occurs."""
    splits = dataset.splits()
    sums = pixel_statistics(torch.tensor(data_cache.level_counts(splits)))
    images, pixels = len(splits.train) + len(splits.validation), words.grouped(sums.pixels)
    st.subheader("Mean and standard deviation", anchor=False)
    st.markdown(
        "First, each pixel is divided by 255, so that x lies between 0 (paper) and 1 (ink). Then two numbers are "
        f"taken over all {images:,} training and validation images. The **mean** μ: add up all pixels, and divide by "
        "how many there are. The **standard deviation** σ is a typical distance from the mean: the root of the mean "
        "squared distance. This server has just done the sum:"
    )
    lesson.formula(
        rf"N = {words.grouped(images)} \cdot {PIXELS} = {pixels}",
        rf"\mu = \frac{{\sum x}}{{N}} = \frac{{{words.grouped(sums.total)}}}{{{pixels}}} = {sums.mean:.4f}",
        rf"\sigma = \sqrt{{\frac{{\sum (x - \mu)^2}}{{N}}}} = "
        rf"\sqrt{{\frac{{{words.grouped(sums.squares)}}}{{{pixels}}}}} = {sums.deviation:.4f}",
    )
    st.markdown(data_words.constants(splits))


def source_of_the_sums() -> None:
    """The code that counted."""
    lesson.show_source(level_counts, pixel_statistics)


@lesson.scene("What does normalising do to a pixel?")
def normalising() -> None:
    """The formula for one pixel, and the histograms of all."""
    with lesson.stage():
        rescale(data_cache.level_counts(dataset.splits()))
    lesson.notice(
        "The bars stay the same: **normalising** moves them and pulls them apart, until the mean is about 0 and the "
        f"deviation about 1. Paper becomes {words.number(-MEAN / STD)}, full ink {words.number((1 - MEAN) / STD)}."
    )
    lesson.deeper(why_normalise, source_of_the_scale)


@st.fragment
def rescale(counts: list[int]) -> None:
    """One pixel on both scales, among all others."""
    sums = pixel_statistics(torch.tensor(counts))
    own, figures = st.columns([2, 3], vertical_alignment="center")
    with own:
        level = link.whole_slider("The value of one pixel", "pixel_value", 0, 255, 128)
        x = level / 255
        normal = (x - MEAN) / STD
        lesson.formula(
            rf"x = \frac{{{level}}}{{255}} = {x:.3f}",
            rf"\hat x = \frac{{x - \mu}}{{\sigma}} = \frac{{{x:.3f} - {MEAN}}}{{{STD}}} = {normal:.2f}",
        )
    with figures:
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
                without_paper=True,
                theme=theme.current(),
            )
            description = f"How many pixels have which value {key} normalisation; the mean and your pixel are marked."
            theme.show(figure, key=f"levels_{key}", description=description)


def why_normalise() -> None:
    """What it is good for, and that nothing gets lost."""
    st.subheader("Why normalise?", anchor=False)
    st.markdown(
        "A network multiplies its inputs by weights, and adds the products up. It learns best when the inputs are "
        "neither large nor all on one side of 0. So all pixels are put on another scale before they go in. The grey "
        "band in the figures reaches one deviation to each side of the mean. The bars leave out the pixels that are "
        "exactly 0, which would hide all others; mean and deviation count them."
    )
    st.markdown(data_words.constants(dataset.splits()))
    st.markdown(
        "The makers of MNIST did not normalise: they left grey levels from 0 to 255. And normalising takes nothing "
        "away. From x̂ you get the pixel back:"
    )
    lesson.formula(r"x = \mu + \sigma\,\hat x")
    lesson.try_this("Which value of a pixel does normalising turn into 0, as nearly as you can set it?")


def source_of_the_scale() -> None:
    """The code that every image goes through."""
    lesson.show_source(normalize, standardize)


FORGOTTEN = Question(
    key="ask_scale",
    text="The ready-made network learned from normalised pixels, x̂. Now it gets x, from 0 to 1. Of 100 images, how "
    "many more does it misread?",
    right="1 to 20",
    why="Its weights were fitted to one scale. On another its sums are off, though a 7 keeps the shape of a 7.",
    wrong={
        "None": "The digits look the same to you. But the network does sums with the numbers, and these have changed: "
        "paper was −0.42 and is 0 now.",
        "21 to 50": "It is not that bad. What is brighter is still brighter, so a 7 keeps the shape of a 7.",
        "More than 50": "That would be close to guessing. But what is brighter is still brighter.",
    },
    order=1,
)


@lesson.scene("What does it cost to forget normalising?")
def forgotten() -> None:
    """What the ready-made network reads when its input is on another scale."""
    answered = ask(FORGOTTEN)
    splits = dataset.splits()
    read = data_cache.accuracies_by_scale(splits)
    with lesson.stage():
        shown = read if answered else dict(list(read.items())[:1])
        theme.show(
            scale_bars(accuracies=shown, names=list(read), theme=theme.current()),
            key="scale_bars",
            description="The share of validation images read rightly, for three scales of the same pixels.",
        )
        st.caption(f"The ready-made network reads the {len(splits.validation):,} validation images of {splits.name}.")
    with st.container():
        if answered:
            meant, forgotten, _ = read.values()
            lesson.notice(
                f"Nothing looks wrong: the program runs, and answers. But with x it misreads {1 - forgotten:.1%} in "
                f"place of {1 - meant:.1%}: {times_as_many(meant, forgotten):.1f} times as many."
            )
    lesson.deeper(which_scale_is_right, source_of_the_readings)


def which_scale_is_right() -> None:
    """The third bar, and that no scale is the right one in itself."""
    as_bytes = list(data_cache.accuracies_by_scale(dataset.splits()).values())[2]
    st.markdown(
        f"The third bar is for pixels that nobody divided by 255 either: {1 - as_bytes:.1%} are misread. None of the "
        "scales is the right one in itself. What counts is that a network reads on the scale it learned on. The three "
        "numbers were measured just now: the same network, the same images, read three times. Only the scale of the "
        "input differs."
    )


def source_of_the_readings() -> None:
    """The code that ran."""
    lesson.show_source(accuracy_fed, unit_scale, byte_scale)


lesson.show(gallery, styles, parts, baseline, flattening, paper, normalising, forgotten)
