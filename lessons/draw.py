"""Photos, letters, scribbles: what else a network can be given to read, and how it can say that it is not sure."""

import streamlit as st
from torch import Tensor

from mnist_core import words
from mnist_core.figures.bars import probability_bars
from mnist_core.figures.draw import Picture, photo_way
from mnist_core.figures.images import enlarged
from mnist_core.handwriting.is_digit import KINDS, Verdict, judge
from mnist_core.handwriting.photo import flatten, ink_of, inks
from mnist_core.handwriting.prediction import predict_proba
from mnist_core.handwriting.preprocessing import centre_by_mass, crop_to_ink, drawing_to_mnist, redraw
from mnist_core.lessons import draw
from mnist_core.network.view import LayerView, look
from ui.drawing import canvas, keep, network, photo, reading
from ui.frame import dataset, lesson, link, question, resources, state, theme
from ui.frame.question import Question
from ui.lessons import draw_row, draw_words
from ui.visitor import known_networks, networks, store
from ui.visitor.pad import Taken

SAMPLES = "the ten samples are digits that the program draws itself"
INVITATION = "Draw on the black square, with the mouse or a finger."
DIGITS = [str(digit) for digit in range(10)]


@lesson.scene("Can it read a photo?")
@st.fragment
def a_photo() -> None:
    """A photo, the ink on it, what the network sees, and what it reads."""
    model, _ = networks.model_in_use()
    with lesson.stage():
        left, right = st.columns([3, 2], gap="medium")
        with left:
            controls, pictures, corrections = st.container(), st.container(), st.container()
            photo.upload()
        with controls:
            taken = the_photo()
        found = photo.found_on(taken)
        image = drawing_to_mnist(found.drawing)
        shown = [
            Picture((255 * found.grey).round().astype("uint8"), "The photo, in grey", "A digit, photographed"),
            Picture(found.drawing, "The ink on it", "The ink of the photo, bright on black"),
            Picture((255 * image).round().byte().numpy(), "What it sees", "The ink in 28 by 28 pixels"),
        ]
        with pictures:
            photo.show(photo_way(pictures=shown, theme=theme.current()), taken)
        with corrections:
            photo.corrections(taken)
        with right:
            p = predict_proba(model, image[None])[0]  # (1, 28, 28) -> (1, 10) -> (10,)
            verdict = judge(resources.is_digit_model(), image, p)
            is_picked = taken.correction is not None and taken.correction.at is not None  # one of them, by the reader
            if is_picked or not draw_row.photographed_as_row(found, verdict, model):
                with st.container(key="answer"):
                    show_answer(*draw_words.answer(p, verdict))
                show_bars(p, "photo_probabilities", height=170, is_answer=verdict.is_digit)
    lesson.notice(
        "The network never meets the photo. First the program takes away light, paper and table. Did it take the wrong "
        "ink? Press the digit on the photo."
    )
    lesson.deeper(from_photo_to_ink, photo_code)


def the_photo() -> Taken:
    """The reader's own photo, with a way back; or the sample they choose."""
    taken = store.visitor().pad.taken
    if taken is not None:
        st.button("Back to the sample photo", icon=":material/undo:", on_click=to_the_sample)
        return taken
    surface = link.buttons("A digit", "photo_surface", draw.SURFACES, draw.SURFACES[0])
    return photo.sample(surface, draw.photo(surface))


def to_the_sample() -> None:
    """Takes the reader's photo away: what it took the place of is back."""
    store.visitor().pad.put_photo_away()


def from_photo_to_ink() -> None:
    """How the ink is found, and what is done to it."""
    st.markdown(
        "How does the program find the ink? It compares each pixel with the paper around it, not with a fixed grey: so "
        "half a shadow does no harm. The squares of the paper are thin and pale; what is too thin or too close to the "
        "paper's own brightness is left out. If most of the picture is dark, as a board is, dark and light change "
        "places. Then the ink goes the way of every drawing: it is cut out, its longer side becomes 20 pixels, and the "
        "centre of its mass is moved to the middle."
    )
    lesson.try_this(
        "Write a digit on paper and photograph it with a shadow across it. Or photograph one that is printed somewhere."
    )
    st.markdown("Each stage of a photo of your own can be looked at here:")
    st.page_link(state.page("pixels"), icon=":material/arrow_forward:")


def photo_code() -> None:
    """The functions that find the ink."""
    lesson.show_source(ink_of, inks, flatten)


def show_answer(large: str, small: str) -> None:
    """An answer, large, and what there is to say of it."""
    st.html(
        '<div style="font-size: 2.5rem; font-weight: 600; line-height: 1.1" translate="no">'
        f"{large}</div><div>{small}</div>"
    )


def show_bars(p: Tensor | None, key: str, *, height: int, right: str | None = None, is_answer: bool) -> None:
    """The ten probabilities [10]; empty bars where there is nothing to read."""
    st.caption("Its probabilities" if is_answer or p is None else "Its probabilities, if it had to choose")
    figure = probability_bars(
        probabilities=[0.0] * 10 if p is None else p.tolist(),
        classes=DIGITS,
        theme=theme.current(),
        right=right,
        height=height,
        is_answer=is_answer,
    )
    description = "The probability of each digit as a bar; the text above names the largest."
    theme.show(figure, key=key, description=description)


LETTER = Question(
    "ask_letter",
    "A network has learned the ten digits. What does it answer to the letter H?",
    "A digit, perhaps very surely",
    "It has ten outputs, and softmax divides all of the probability among them. Nothing is left for anything else.",
    {
        "“That is no digit”": "It has no output that could say so: there are ten, one for each digit.",
        "10% for each digit": "That would be honest. But nobody taught it to doubt: it scores whatever strokes it "
        "finds.",
    },
    order=1,
)
LETTERS = tuple("HATUXK")


@lesson.scene("What does it answer to a letter?")
@st.fragment
def a_letter() -> None:
    """What a network that knows only digits makes of a letter."""
    answered = question.ask(LETTER)
    model, _ = networks.model_in_use()
    with lesson.stage():
        name = link.buttons("The letter", "letter", LETTERS, LETTERS[0], disabled=not answered)
        image = drawing_to_mnist(draw.letter_h(canvas.BRUSH)) if name == "H" else draw.letter(name)
        p = predict_proba(model, image[None])[0] if answered else None
        left, right = st.columns([1, 3], gap="small", vertical_alignment="center")
        left.image(
            enlarged(image=image, factor=6), width=168, output_format="PNG", alt=f"The letter {name}, 28 by 28 pixels"
        )
        with right:
            with st.container(key="live_letter"):
                if p is None:
                    show_answer("?", "What does it answer?")
                else:
                    first = int(p.argmax())
                    show_answer(str(first), f"It says that this {name} is {words.a(first)}: {sure_of(p)}.")
            show_bars(p, "letter_probabilities", height=150, is_answer=answered)
    with st.container():
        if answered:
            lesson.notice("Each letter becomes a digit. A high probability does not say that there is a digit at all.")
    lesson.deeper(why_so_sure)


def sure_of(p: Tensor) -> str:
    """The largest probability of [10], in words."""
    return words.percent(p.max().item())


def why_so_sure() -> None:
    """Why a network is sure of what it has never met."""
    st.markdown(
        "Training asked one thing of it: to raise the score of the right one of ten digits. Each example was a digit. "
        "So no weight ever learned what a digit is *not*. An H has two upright strokes and a bar between them, as a 4 "
        "may have, and that is enough for a high score. Softmax compares the ten scores with each other only. If the "
        "best is far ahead of the others, its probability is close to 1, even if none of them fits."
    )
    lesson.show_source(predict_proba)


@lesson.scene("How can it say: this is no digit?")
@st.fragment
def no_digit() -> None:
    """What the second network makes of drawings that are digits, and of some that are none."""
    model, _ = networks.model_in_use()
    with lesson.stage():
        kind = link.buttons("Give it", "given", draw.KINDS, "a letter")
        image = draw.drawing_of(kind)
        p = predict_proba(model, image[None])[0]
        verdict = judge(resources.is_digit_model(), image, p)
        with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
            st.image(
                enlarged(image=image, factor=4),
                width=112,
                output_format="PNG",
                alt=f"What both networks see: {kind} in 28 by 28 pixels",
            )
            with st.container(width="stretch", key="live_no_digit"):
                show_answer(*draw_words.answer(p, verdict))
        second, first = st.columns(2, gap="medium")
        with second:
            st.caption("The second network: what kind of drawing is it?")
            show_kinds(verdict, height=130)
        with first:
            show_bars(p, "given_bars", height=130, is_answer=verdict.is_digit)
    lesson.notice(
        "A second network looks first. It learned to tell digits from dots, scribbles, letters, several digits and "
        "pictures of things: **out-of-distribution detection**. So both together may refuse: a **reject option**."
    )
    lesson.deeper(second_network, judging_code)


def show_kinds(verdict: Verdict, *, height: int) -> None:
    """What kind of drawing the second network takes this for, as bars."""
    names = ["several" if kind == "several digits" else kind for kind in KINDS]
    figure = probability_bars(
        probabilities=list(verdict.probabilities), classes=names, theme=theme.current(), height=height
    )
    description = f"The probability of each kind of drawing as a bar: {', '.join(KINDS)}."
    theme.show(figure, key="kinds", description=description)


def second_network() -> None:
    """What the second network learned from, and when it lets a drawing pass."""
    p, verdict = judged_h()
    st.markdown(
        "The second network was taught another question: is this a digit, or a dot, a scribble, a letter, several "
        "digits, or a picture of something? It learned that from drawings that are no digits. A network can only tell "
        "apart what somebody taught it to tell apart. "
        f"Of the H of the scene before it says: {draw_words.likeliest_kinds(verdict)}. The first "
        f"network calls the same H {words.a(int(p.argmax()), bold=True)}, with a probability of {sure_of(p)}."
    )
    st.markdown(draw_words.limits())


def judged_h() -> reading.Reading:
    """What both networks make of the letter H."""
    return reading.read(networks.model_in_use()[0], reading.drawn(draw.letter_h(canvas.BRUSH)))


def judging_code() -> None:
    """The rule of "not sure"."""
    lesson.show_source(judge)


@lesson.scene("Can you draw what it can't place?")
@st.fragment
def your_drawing() -> None:
    """The canvas and, beside it, what both networks say."""
    with lesson.stage():
        reader("net_yours", offers_samples=True)
    lesson.notice(
        "Draw a letter, a scribble, or two digits side by side. Or bend the tail of a 9, bit by bit. When does it "
        "begin to doubt?"
    )
    dataset.notice(SAMPLES)
    lesson.deeper(keep_it, look_closer, what_it_sees, code, browser_code)


def reader(key: str, *, offers_samples: bool = False) -> None:
    """The canvas and, beside it, the network in use, what it reads, and what the second one says."""
    left, right = st.columns([2, 3], gap="medium")
    with left, st.container(gap="xsmall"):
        subject = canvas.subject(offers_samples=offers_samples)
        second = st.container()
    with right:
        found = read_or_cut(key, subject)
    # Always a line, so that on a phone the network below it does not move.
    second.caption("\N{NO-BREAK SPACE}" if found is None else draw_words.second_network(found.verdict))


def read_or_cut(key: str, subject: reading.Subject | None) -> reading.Reading | None:
    """What is drawn, in the network that reads it; or digit by digit, where it is a row."""
    if subject is not None and subject.source != "sample":
        model = networks.model_in_use()[0]
        found = reading.read(model, subject)
        if draw_row.drawn_as_row(subject.drawing, found.verdict, model):
            return found
    return read_and_shown(key, subject, INVITATION)


def read_and_shown(
    key: str, subject: reading.Subject | None, invites: str, *, is_played_back: bool = False
) -> reading.Reading | None:
    """The network in use, which reads while the pen moves, and then what both networks made of it."""
    found = None if subject is None else reading.read(networks.model_in_use()[0], subject)
    network.show(
        key,
        subject=subject,
        reading=found,
        answer=None if found is None else draw_words.answer(*found, is_short=True),
        invites=invites,
        is_read_live=True,
        is_played_back=is_played_back,
        height=220,
    )
    return found


def keep_it() -> None:
    """Keeping what is drawn for a test set of one's own."""
    keep.buttons(canvas.on_the_pad(), networks.model_in_use()[0])


def look_closer() -> None:
    """The pages that look into this drawing; it goes with the reader."""
    st.markdown("Look closer, with this drawing:")
    with st.container(horizontal=True):
        for stem in ("pixels", "evidence", "teach"):
            st.page_link(state.page(stem), icon=":material/arrow_forward:")


def what_it_sees() -> None:
    """What becomes of a drawing before it is read."""
    st.markdown(
        "The network never sees your drawing. It sees 28 × 28 pixels, made from it much as MNIST's digits were made: "
        "cut out, scaled so that the longer side is 20 pixels, and moved so that the centre of its ink lies in the "
        "middle. So it does not matter where you draw, and hardly how large."
    )
    lesson.try_this("Draw a 9 and bend its tail. How far can you bend it before it becomes a 4, or nothing at all?")


def code() -> None:
    """The functions that prepared and read."""
    lesson.show_source(crop_to_ink, centre_by_mass, predict_proba, judge)


def browser_code() -> None:
    """The scripts of the picture, each beside its Python."""
    st.subheader("What your browser ran", anchor=False)
    st.markdown(
        "While the pen moves, the server hears nothing: your browser prepares the image and runs the network by "
        "itself, in JavaScript. When the pen is lifted, the server reads with the Python beside it. Tests compare the "
        "two, pixel by pixel. The lights and lines have no Python: the browser alone draws them."
    )
    lesson.show_script("network_reading", crop_to_ink, centre_by_mass, redraw, predict_proba, look)
    lesson.show_script("network_cards", LayerView)
    for name in ("network_places", "network_paint", "network_drawing"):
        lesson.show_script(name)
    lesson.show_script("network_pen")
    lesson.show_script("network_place")
    lesson.show_script("network", network.show)


@lesson.scene("How does it read more than one?")
@st.fragment
def a_row() -> None:
    """A row of digits that is cut and read one by one, and what happens as they come nearer to each other."""
    with lesson.stage():
        draw_row.stage()
    lesson.notice(draw_row.NOTICE)
    lesson.deeper(draw_row.why, draw_row.cut_it_yourself, draw_row.code)


@lesson.scene("At which stroke did the 1 become a 7?")
@st.fragment
def played_back() -> None:
    """The canvas and, beside it, the network with a slider over the strokes."""
    with lesson.stage():
        left, right = st.columns([2, 3], gap="medium")
        with left:
            subject = canvas.subject(offers_samples=False)
        with right:
            read_and_shown("net_played", subject, "Draw a 1. Then add the top line of a 7.", is_played_back=True)
    lesson.notice(
        "Press *Play*, or move the slider. The strip says which digit is read where, and each line in it marks the end "
        "of a stroke."
    )
    lesson.deeper(where_it_plays, playback_code)


def where_it_plays() -> None:
    """What is played back, and where."""
    st.markdown(
        "The canvas keeps each stroke as a path. Your browser draws the paths once more, as far as the slider says, "
        "and the network reads what is there. Nothing of that goes to the server or into the link. The strip shows "
        "the first network alone. Whether there is a digit at all, the second one says of the whole drawing only."
    )


def playback_code() -> None:
    """The script that plays, beside what hands it the strokes."""
    st.subheader("What your browser ran", anchor=False)
    lesson.show_script("network_playback", canvas.paths)


@lesson.scene("Does another network read it the same way?")
def another_network() -> None:
    """The canvas once more, and which network reads."""
    with lesson.stage():
        if len(known_networks.names()) > 1 or link.shows(link.WHOLE):
            networks.chooser()
        else:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown("So far there is only the ready-made network.", width="content")
                st.page_link(state.page("train"), label="Train one of your own", icon=":material/model_training:")
        st.fragment(reader)("net_another")
    lesson.notice(
        "Networks that learned differently agree on clear digits. On strange ones each makes its own guess. The second "
        "network stays the same, whichever reads."
    )


lesson.show(a_photo, a_letter, no_digit, your_drawing, a_row, played_back, another_network)
