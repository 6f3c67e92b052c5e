"""From stroke to pixel: what happens to a drawing before a network sees it, and what each stage is worth."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import streamlit as st
from torch import Tensor

from mnist_core import words
from mnist_core.data.dataset import MEAN, STD, standardize
from mnist_core.figures.pixels import CostRow, Tile, cost_table, framed, two_readings, way_pictures
from mnist_core.figures.signed import signed_colours
from mnist_core.handwriting import CANVAS_SIZE
from mnist_core.handwriting.is_digit import Verdict
from mnist_core.handwriting.photo import Found, grey_ink
from mnist_core.handwriting.preprocessing import (
    BOX_SIZE,
    IMAGE_SIZE,
    LARGEST,
    SMALLEST,
    centre_by_mass,
    centre_of_mass,
    crop_to_ink,
    draw_on_canvas,
    redraw,
    scale_to_box,
)
from mnist_core.lessons.pixels import ALL, DRAWINGS, NONE, Stages, Trial, Way, centre_by_box, read, stretch, take
from mnist_core.network.model import MLP
from ui.drawing import canvas, photo
from ui.drawing.reading import Subject, verdict_on
from ui.frame import dataset, lesson, link, state, theme
from ui.frame.question import Question, ask
from ui.lessons import pixels_drawings, pixels_words
from ui.visitor import networks, store
from ui.visitor.pad import Taken

BRIGHTEST = (1 - MEAN) / STD  # what full ink becomes


START = 7  # the sample whose way is shown until the reader draws


@lesson.scene("What does the network see of your stroke?")
@st.fragment
def your_drawing() -> None:
    """The canvas, and beside it the drawing at one stage of its way."""
    model, _ = networks.model_in_use()
    with lesson.stage():
        left, right = st.columns([2, 3], gap="small")
        with left:
            subject = canvas.subject(start=START)
        with right:
            taken = store.visitor().pad.taken
            if taken is None:
                stage = link.buttons("Its way", "pix_stage", STAGES, STAGES[3])
            else:
                stage = link.buttons("Its way", "pix_photo_stage", PHOTO_STAGES, PHOTO_STAGES[2])
            with st.container(key="live_way"):
                if subject is None:
                    st.markdown("Draw on the black square, with the mouse or a finger.")
                else:
                    show_stage(model, subject, stage, taken)
    lesson.notice(
        "Only the picture under *Fed* reaches the network, as 784 numbers. It learned from digits that had come this "
        "way: MNIST's makers did the same to theirs, all but the last step."
    )
    which_digits()
    lesson.deeper(why_so, lambda: show_sums(subject), networks.chooser)


STAGES = ("Drawn", "Cut out", "Scaled", "Centred", "Fed")
PHOTO_STAGES = ("Grey", "Darkness", "Mask", "Ink", "Thickened", *STAGES[1:])


def show_stage(model: MLP, subject: Subject, stage: str, taken: Taken | None) -> None:
    """One picture of the way, large, and what is read at its end."""
    way = take(subject.drawing)
    shown = dict(zip(STAGES, tiles(way, ALL), strict=True))
    if taken is not None:
        shown |= {tile.title: tile for tile in photo_tiles(photo.found_on(taken))}
    p = read(model, way.placed[None])[0]  # (1, 28, 28) -> (1, 10) -> (10,)
    read_as = replace(answer_tile(p, p, verdict_on(subject, p)), says="")
    st.html(way_pictures(tiles=[shown[stage], read_as], theme=theme.current()))


def photo_tiles(found: Found) -> list[Tile]:
    """The pictures of a photo's way to what a drawing begins with."""
    ink = grey_ink(found.darkness, found.mask)
    is_wider = not np.array_equal((255 * ink).round().astype(np.uint8), found.drawing)
    shown: list[tuple[str, npt.ArrayLike, str]] = [
        ("Grey", found.grey, f"Found on it: {found.said}."),
        (
            "Darkness",
            found.darkness,
            "How much darker than the paper around it. Light and shadow are gone.",
        ),
        ("Mask", found.mask, "The digit. Lines, edges and dirt are left out."),
        ("Ink", ink, "The darkness under the mask, as bright as most of the digit is dark."),
        (
            "Thickened",
            found.drawing / 255,
            "Thin strokes would vanish in 20 pixels. So they were made wider."
            if is_wider
            else "Its strokes are wide enough for 20 pixels. Nothing was changed.",
        ),
    ]
    size = pixels_words.sides(*found.grey.shape)
    return [Tile(name, size, says, framed(drawing=picture, box=None)) for name, picture, says in shown]


def which_digits() -> None:
    """Where the samples and the drawings come from, while MNIST is not there."""
    with st.container():
        dataset.notice(
            "the sample digits and the drawings to measure with are made of digits that the program draws itself"
        )


def why_so() -> None:
    """What each stage takes away, and what else to draw."""
    st.markdown(
        "Three of the four stages take away something that says nothing about which digit it is: where it was drawn, "
        "how large, and how the ink lies in its box. Normalising takes nothing away. It only counts the ink on another "
        "scale, on which training goes better. MNIST's pictures themselves are not normalised."
    )
    lesson.try_this("Draw a small 4 in a corner, then a large one in the middle. Which pictures differ?")
    st.markdown(
        "A photo has a longer way: five stages make a drawing of it. Choose one in the lesson *Photos, letters, "
        "scribbles* and come back."
    )
    st.page_link(state.page("draw"), icon=":material/arrow_forward:")


@lesson.scene("What happens if a stage is left out?")
@st.fragment
def left_out() -> None:
    """The four switches, the pictures of the way, and what is read at its end."""
    model, _ = networks.model_in_use()
    subject = canvas.on_the_pad(START)
    with lesson.stage():
        stages = controls()
        with st.container():
            if subject is None:
                st.markdown("Draw something in the scene before this one.")
            else:
                compare(model, subject, stages)
    lesson.notice(
        "Switch one stage on and another one off. All stages after it work on whatever they get. Which one does this "
        "digit need most?"
    )
    which_digits()
    lesson.deeper(lambda: all_pictures(model, subject, stages), what_to_draw, code_of_stages)


def what_to_draw() -> None:
    """Drawings that need one of the stages."""
    lesson.try_this(
        "Draw a small 4 in a corner and switch off *Cut out*. Draw a plain 1 and switch off *20 pixels*. Draw a 6 or a "
        "9 with a heavy loop and switch off *Centre of mass*: watch the ring."
    )


def code_of_stages() -> None:
    """The functions of the stages, and what stands in their place."""
    lesson.show_source(crop_to_ink, scale_to_box, centre_by_mass, stretch, centre_by_box, take)


def controls(*, disabled: bool = False) -> Stages:
    """The four switches."""
    with st.container(horizontal=True):
        cut = link.toggle("Cut out", "pix_cut", False, disabled=disabled)
        scale = link.toggle("20 pixels", "pix_scale", True, disabled=disabled)
        centre = link.toggle("Centre of mass", "pix_centre", True, disabled=disabled or not scale)
        normalize = link.toggle("Normalise", "pix_normalise", True, disabled=disabled)
    with st.container():
        if not scale:
            st.caption("Without *20 pixels* the picture fills the paper, so *Centre of mass* has nothing to move.")
    return Stages(cut, scale, centre, normalize)


def compare(model: MLP, subject: Subject, stages: Stages) -> None:
    """What the network gets with all stages and as they are set, and what is read in both."""
    way, whole = take(subject.drawing, stages), take(subject.drawing)
    now, before = both_readings(model, subject, stages)
    verdict = verdict_on(subject, before)
    usual = replace(placed_tile(whole, ALL), title="With all stages", says=says_of(before))
    as_set = replace(placed_tile(way, stages), title="As you have set it", says=says_of(now), is_left_out=False)
    pictures, bars = st.columns([2, 3], gap="small")
    with pictures, st.container(key="live_set"):
        st.html(way_pictures(tiles=[usual, as_set], theme=theme.current()))
    with bars:
        theme.show(
            two_readings(
                now=now.tolist(),
                before=before.tolist(),
                theme=theme.current(),
                right=None if subject.label is None else str(subject.label),
                is_answer=verdict.is_digit,
            ),
            key="pix_readings",
            description="The probability of each digit as a bar, and as a line across it the one with all stages; the "
            "pictures name the likeliest of both.",
        )
        st.caption("Bars: as you have set the stages. Lines: with all stages.")


def says_of(p: Tensor) -> str:
    """What is read, from probabilities [10]."""
    return f"Read as {words.a(int(p.argmax()))}: {words.percent(p.max().item())}."


def both_readings(model: MLP, subject: Subject, stages: Stages) -> tuple[Tensor, Tensor]:
    """What is read as the stages are set, and with all of them: probabilities [10] both."""
    way, whole = take(subject.drawing, stages), take(subject.drawing)
    return read(model, way.placed[None], stages)[0], read(model, whole.placed[None])[0]  # (1, 10) -> (10,)


def all_pictures(model: MLP, subject: Subject | None, stages: Stages) -> None:
    """All pictures of the way as the stages are set."""
    if subject is None:
        return
    way = take(subject.drawing, stages)
    now, before = both_readings(model, subject, stages)
    verdict = verdict_on(subject, before)
    if not verdict.is_digit:
        st.markdown(f"**Not sure:** {verdict.reason}")
    pictures = [*tiles(way, stages), answer_tile(now, before, verdict)]
    st.html(way_pictures(tiles=pictures, theme=theme.current()))


def tiles(way: Way, stages: Stages) -> list[Tile]:
    """The pictures of the way, up to what the network is fed."""
    drawing = Tile(
        "1 Drawing",
        pixels_words.sides(*way.raw.shape),
        "The blue frame is the smallest that holds all ink." if stages.cut else "As it was drawn.",
        framed(drawing=way.raw, box=way.box if stages.cut else None),
    )
    cut = Tile(
        "2 Cut out",
        pixels_words.sides(*way.cut.shape),
        "Where it was drawn no longer matters." if stages.cut else "All of it is taken for the digit.",
        framed(drawing=way.cut, box=None),
        is_left_out=not stages.cut,
    )
    return [drawing, cut, scaled_tile(way, stages), placed_tile(way, stages), fed_tile(way, stages)]


def scaled_tile(way: Way, stages: Stages) -> Tile:
    """The picture after the scaling, or after the stretching in its place."""
    zoom = BOX_SIZE / max(way.cut.shape)
    size = (
        pixels_words.sides(*(zoom * side for side in way.cut.shape))
        if stages.scale
        else pixels_words.sides(*way.scaled.shape)
    )
    if not stages.scale:
        says = "Both sides are stretched to 28 pixels. Its proportions are lost."
    elif stages.cut:
        says = "The longer side is made 20 pixels. How large it was drawn no longer matters."
    else:
        says = "All of it is made 20 pixels long, and the digit is only a part of it."
    picture = framed(drawing=way.scaled, box=None)
    return Tile("3 20 pixels", size, says, picture, is_mnist=True, is_left_out=not stages.scale)


MIDDLE = "the middle of the picture (cross)"


def placed_tile(way: Way, stages: Stages) -> Tile:
    """The picture on the paper of 28 × 28 pixels."""
    if not stages.scale:
        says = "It fills the paper, so there is nothing to move."
    elif not stages.centre:
        says = "The margins are equal. The centre of mass (ring) lies where it may."
    elif stages.cut:
        says = f"Where the ink would balance (ring) is brought to {MIDDLE}."
    else:
        says = f"Where the ink would balance (ring) is moved towards {MIDDLE}, as far as there is room."
    down, across = centre_of_mass(way.placed)
    return Tile(
        "4 Centre of mass",
        pixels_words.sides(*way.placed.shape),
        says,
        framed(drawing=way.placed, box=None),
        is_mnist=True,
        is_left_out=not stages.centre,
        centre=(down / IMAGE_SIZE, across / IMAGE_SIZE),
    )


def fed_tile(way: Way, stages: Stages) -> Tile:
    """The numbers that the network gets, in colours."""
    low, high = (words.number(value) for value in (way.fed.min().item(), way.fed.max().item()))
    return Tile(
        "5 Normalised",
        f"784 numbers, {low} to {high}",
        "What the network is fed. Orange: above zero. "
        + ("Blue: below." if stages.normalize else "Paper is 0, which has no colour."),
        signed_colours(values=way.fed, limit=BRIGHTEST, theme=theme.current()),
        is_mnist=True,
        is_left_out=not stages.normalize,
    )


def answer_tile(now: Tensor, before: Tensor, verdict: Verdict) -> Tile:
    """The digit that is read, and the one that is read with all stages; both from probabilities [10]."""
    first, usual = int(now.argmax()), int(before.argmax())
    found = f"{first}, with {words.percent(now[first].item())}"
    return Tile(
        "Read as" if verdict.is_digit else "Not sure",
        found if verdict.is_digit else f"If it had to choose: {found}",
        f"With all stages: {usual}, with {words.percent(before[usual].item())}.",
        digit=str(first) if verdict.is_digit else "?",
    )


LEFT_OUT = {
    Stages(cut=False): "not cut out",
    Stages(scale=False): "stretched, not 20 pixels",
    Stages(centre=False): "centred by its box, not by mass",
    Stages(normalize=False): "not normalised",
}
COSTLIEST = Question(
    key="ask_costliest",
    text="Each stage is left out in turn. Two of the four cost far more than the others. Which two?",
    right="Cutting out, and the 20 pixels",
    why="Without either, strokes lie where the network has seldom met any.",
    wrong={
        "Cutting out, and the centre of mass": "Centring by mass moves most digits by no more than a pixel or two. "
        "Wrong proportions cost far more.",
        "The 20 pixels, and normalising": "Without normalising all 784 numbers change, but all alike: the picture in "
        "them stays the same.",
        "The centre of mass, and normalising": "Both leave the digit its size and its proportions, which cost far "
        "more.",
    },
    order=1,
)


@lesson.scene("What is each stage worth?")
@st.fragment
def worth() -> None:
    """What it costs on many drawings to leave stages out."""
    _, reader = networks.model_in_use()
    making = pixels_drawings.making()
    answered = ask(COSTLIEST)
    with lesson.stage():
        stages = controls(disabled=not answered)
        with st.container():
            if not answered:
                st.markdown(f"{DRAWINGS:,} drawings wait to be read with one stage less.")
            elif making.trial is None or not making.is_done:
                wait()
            else:
                show_costs(making.trial, stages)
    with st.container():
        if answered:
            lesson.notice("*Lost*: read rightly with all stages, and now wrongly. *Gained*: the other way round.")
    which_digits()
    lesson.deeper(lambda: which_drawings(reader), lambda: what_it_means(stages, is_answered=answered), code_of_drawings)


def show_costs(trial: Trial, stages: Stages) -> None:
    """How many drawings are read rightly with which stages."""
    st.html(cost_table(rows=cost_rows(trial, stages), drawings=len(trial.labels), theme=theme.current()))


def which_drawings(reader: str) -> None:
    """What is measured, and who reads."""
    splits = dataset.splits()
    st.markdown(
        f"One drawing proves little. So {min(DRAWINGS, len(splits.validation)):,} validation images ({splits.name}), "
        "from which no network learns, were made into drawings: each on a canvas of its own, "
        f"{CANVAS_SIZE} × {CANVAS_SIZE} pixels, between {SMALLEST:.0f} and {LARGEST:.0f} pixels long, and anywhere on "
        f"it. They were prepared like yours and read by {reader}. {networks.learned_elsewhere()}"
    )


def what_it_means(stages: Stages, *, is_answered: bool) -> None:
    """What the reader's own setting costs, and which stage is worth most and least to this network."""
    making = pixels_drawings.making()
    if making.trial is None or not making.is_done or not is_answered:
        return
    trial = making.trial
    st.markdown(pixels_words.set_so(pixels_drawings.found(trial, stages), stages))
    st.markdown(pixels_words.most_and_least({alone: pixels_drawings.found(trial, alone) for alone in LEFT_OUT}))


def code_of_drawings() -> None:
    """The functions that make and prepare the drawings."""
    lesson.show_source(draw_on_canvas, stretch, centre_by_box, take)


@st.fragment(run_every=1.0)
def wait() -> None:
    """Until the drawings are made."""
    making = pixels_drawings.making()
    if making.is_done and making.trial:
        st.rerun()
    ready = len(making.trial.labels) if making.trial else 0
    st.markdown(f"The drawings are still being made: **{ready:,}** so far. That happens once on this server.")


def cost_rows(trial: Trial, stages: Stages) -> list[CostRow]:
    """The lines of the table: all stages, each left out alone, all left out, and what the reader has set."""
    names = {ALL: "all stages", **LEFT_OUT, NONE: "none of the four"}
    names.setdefault(stages, ", ".join(name for alone, name in LEFT_OUT.items() if stages.lacks(alone)))
    rows = []
    for some, name in names.items():
        found = pixels_drawings.found(trial, some)
        lost, gained = (None, None) if some == ALL else (found.lost, found.gained)
        rows.append(CostRow(name, found.now, lost, gained, is_set=some == stages))
    return rows


def show_sums(subject: Subject | None) -> None:
    """The three formulas, with the numbers of the reader's drawing."""
    if subject is None:
        return
    way = take(subject.drawing)
    st.subheader("Three sums, with the numbers of this drawing", anchor=False)
    height, width = way.cut.shape
    zoom = BOX_SIZE / max(height, width)
    st.markdown(
        f"**20 pixels.** What was cut out is {width} pixels wide and {height} high. Both are multiplied by the same "
        "number s, so that the proportions stay:"
    )
    lesson.formula(
        rf"s = \frac{{{BOX_SIZE}}}{{\text{{longer side}}}} = \frac{{{BOX_SIZE}}}{{{max(height, width)}}} = {zoom:.4f}",
        rf"{width}\,s = {width * zoom:.1f} \qquad {height}\,s = {height * zoom:.1f}",
    )
    st.markdown(
        "Each new pixel is the mean of the old ones that it covers. Thin strokes would become grey that way, so all "
        "is made brighter until the strongest ink is full ink. That stage has no switch."
    )
    show_balance(way, zoom)
    st.markdown(
        "**Normalising.** Each of the 784 pixels x, from 0 to 1, becomes x̂. μ and σ are the mean and the standard "
        "deviation of all of MNIST's pixels; the lesson *The data* computes them. Paper and full ink become:"
    )
    lesson.formula(
        r"\hat x = \frac{x - \mu}{\sigma}",
        rf"\frac{{0 - {MEAN}}}{{{STD}}} = {-MEAN / STD:.2f} \qquad \frac{{1 - {MEAN}}}{{{STD}}} = {BRIGHTEST:.2f}",
    )
    lesson.show_source(crop_to_ink, scale_to_box, centre_by_mass, centre_of_mass, redraw, standardize)


def show_balance(way: Way, zoom: float) -> None:
    """The formula of the centre of mass, and how far from the middle of the box it lies."""
    height, width = way.cut.shape
    down, across = centre_of_mass(way.cut)
    ink = way.cut.sum().item()
    st.markdown(
        "**Centre of mass.** Cut the digit out of cardboard: at this point it would balance on a pencil's tip. How far "
        "down is that? $m_i$ is all the ink in row i, and $d_i$ how far the middle of that row is from the upper edge: "
        "½, 1½, 2½ and so on. The point lies at the mean of these distances, in which a row counts as much as it has "
        "ink. (Σ means: add up, over all rows.) The same with columns says how far across."
    )
    lesson.formula(
        r"\frac{\sum_i d_i\,m_i}{\sum_i m_i}",
        *(
            rf"\text{{{name}: }}\frac{{{words.grouped(ink * place)}}}{{{words.grouped(ink)}}} = {place:.1f}"
            for name, place in (("down", down), ("across", across))
        ),
    )
    lower, further = zoom * (down - height / 2), zoom * (across - width / 2)
    st.markdown(
        f"The middle of the box is {height / 2:.1f} down and {width / 2:.1f} across. Times s, the centre of mass lies "
        f"**{abs(lower):.1f}** of the new pixels {'below' if lower > 0 else 'above'} it and **{abs(further):.1f}** to "
        f"the {'right' if further > 0 else 'left'}. MNIST's makers brought it to the middle of the pixel in row 14 and "
        "column 14, counted from 0, and so does this program."
    )


lesson.show(your_drawing, left_out, worth)
