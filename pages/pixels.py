"""From stroke to pixel: what happens to a drawing before a network sees it, and what each stage is worth."""

import streamlit as st
from torch import Tensor

from mnist_core import words
from mnist_core.data.dataset import MEAN, STD, standardize
from mnist_core.figures.pixels import CostRow, Tile, cost_table, framed, two_readings, way_pictures
from mnist_core.figures.signed import signed_colours
from mnist_core.handwriting import CANVAS_SIZE
from mnist_core.handwriting.is_digit import Verdict
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
from ui.drawing import canvas
from ui.drawing.reading import Subject, verdict_on
from ui.frame import dataset, lesson, link, theme
from ui.frame.question import Question, ask
from ui.lessons import pixels_drawings, pixels_words
from ui.visitor import networks

BRIGHTEST = (1 - MEAN) / STD  # what full ink becomes


def opening() -> None:
    """Why a drawing is changed before it is read."""
    st.markdown(
        "A network reads only what looks like the digits it learned from. So between your hand and the network there "
        "are four stages. Switch one off, and see what it was good for."
    )


def your_drawing() -> None:
    """The drawing at each stage of its way, what each stage is worth, and three sums on the way."""
    look(*networks.model_in_use())


@st.fragment
def look(model: MLP, reader: str) -> None:
    """The canvas and, beside it, the pictures; below, what the stages are worth."""
    left, right = st.columns([3, 5], gap="medium")
    with left:
        subject = canvas.subject(start=7)
    with right:
        stages = controls()
        if subject is None:
            st.info("Draw on the black square, with the mouse or a finger, and lift it.", icon=":material/draw:")
        else:
            show_way(model, subject, stages)
    lesson.notice(
        "Only picture 5 reaches the network, as 784 numbers. It learned from digits that had come this way: "
        "MNIST's makers did the same to theirs. Each stage takes away something that says nothing about which digit it "
        "is: where it was drawn, how large, how the ink lies in its box, on what scale it is counted."
    )
    lesson.try_this(
        "Draw a small 4 in a corner and switch off *Cut out*. Draw a plain 1 and switch off *20 pixels*. Draw a 6 or a "
        "9 with a heavy loop and switch off *Centre of mass*: watch the ring."
    )
    show_costs(stages, reader)
    if subject is not None:
        show_sums(take(subject.drawing))


def controls() -> Stages:
    """The four switches."""
    with st.container(horizontal=True, key="pix_stages"):
        cut = link.toggle("Cut out", "pix_cut", True)
        scale = link.toggle("20 pixels", "pix_scale", True)
        centre = link.toggle("Centre of mass", "pix_centre", True, disabled=not scale)
        normalize = link.toggle("Normalise", "pix_normalise", True)
    if not scale:
        st.caption("Without *20 pixels* the picture fills the paper, so *Centre of mass* has nothing to move.")
    return Stages(cut, scale, centre, normalize)


def show_way(model: MLP, subject: Subject, stages: Stages) -> None:
    """The pictures of the reader's drawing, and what is read in the last of them."""
    way, whole = take(subject.drawing, stages), take(subject.drawing)
    now, before = read(model, way.placed[None], stages)[0], read(model, whole.placed[None])[0]  # (1, 10) -> (10,)
    verdict = verdict_on(subject, before)
    if not verdict.is_digit:
        st.markdown(f"**Not sure:** {verdict.reason}")
    st.html(way_pictures(tiles=[*tiles(way, stages), answer_tile(now, before, verdict)], theme=theme.current()))
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
        "last of the pictures above names the likeliest of both.",
    )
    st.caption("Bars: as you have set the stages. Lines: with all stages.")


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


MIDDLE = "the middle of pixel (14, 14), counted from 0 (cross)"


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
        "What the network is fed. Vermillion: above zero. "
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
        found if verdict.is_digit else f"Made to choose: {found}",
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
    text="One of the four stages is left out, and the other three stay. Then the network reads all these drawings "
    "again. Two of the stages cost far more than the other two. Which two?",
    right="Cutting out, and the 20 pixels",
    why="Without either, the digit has another size or other proportions. Many of its strokes then lie where the "
    "network has seldom met any.",
    wrong={
        "Cutting out, and the centre of mass": "Cutting out is one of the two. But centring by mass moves most digits "
        "by no more than a pixel or two. What that costs depends on the network (see the table), but wrong proportions "
        "cost far more.",
        "The 20 pixels, and normalising": "Without normalising, all 784 numbers become other ones. It costs something "
        "(see the table), but they all change alike, and the picture in them stays the same.",
        "The centre of mass, and normalising": "The one moves most digits by no more than a pixel or two. The other "
        "changes all 784 numbers, but all alike. It costs something (see the table), but both leave the digit its size "
        "and its proportions.",
    },
    order=1,
)


def show_costs(stages: Stages, reader: str) -> None:
    """What each stage is worth, on many drawings."""
    st.header("What is each stage worth?", anchor=False)
    making, splits = pixels_drawings.making(), dataset.splits()
    st.markdown(
        f"One drawing proves little. So {min(DRAWINGS, len(splits.validation)):,} validation images ({splits.name}), "
        "from which no network learns, were made into drawings: each on a canvas of its own, "
        f"{CANVAS_SIZE} × {CANVAS_SIZE} pixels, between {SMALLEST:.0f} and {LARGEST:.0f} pixels long, and anywhere on "
        f"it. They were prepared like yours and read by {reader}. {networks.learned_elsewhere()}"
    )
    if not ask(COSTLIEST):
        return
    if not making.is_done or making.trial is None:
        wait()
        return
    trial = making.trial
    st.html(cost_table(rows=cost_rows(trial, stages), drawings=len(trial.labels), theme=theme.current()))
    st.caption("Lost: read rightly with all stages, and now wrongly. Gained: the other way round.")
    st.markdown(pixels_words.set_so(pixels_drawings.found(trial, stages), stages))
    lesson.notice(pixels_words.most_and_least({alone: pixels_drawings.found(trial, alone) for alone in LEFT_OUT}))
    lesson.show_source(stretch, centre_by_box, draw_on_canvas, take)


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


def show_sums(way: Way) -> None:
    """The three formulas, with the numbers of the reader's drawing."""
    st.header("Three sums, with the numbers of this drawing", anchor=False)
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


def what_reads() -> None:
    """Another network to read with, and what the drawings are made of."""
    networks.chooser()
    dataset.notice(
        "the sample digits and the drawings to measure with are made of digits that the program draws itself"
    )


lesson.show(opening, your_drawing, what_reads)
