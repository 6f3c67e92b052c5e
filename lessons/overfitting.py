"""Overfitting: a network with few images memorises them; when that shows, and what helps."""

from collections.abc import Iterator
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mnist_core.data import augmentation
from mnist_core.data.augmentation import distort
from mnist_core.data.dataset import Splits
from mnist_core.data.pixel_order import PIXELS
from mnist_core.figures.overfitting import learning_by_heart
from mnist_core.figures.tiles import tiles
from mnist_core.lessons import overfitting
from mnist_core.lessons.overfitting import EPOCHS, LEARNING_RATE, PATIENCE, Remedies, Study
from mnist_core.lessons.overfitting_augmented import WAYS, copies, shift, turn_by
from ui.frame import dataset, lesson, link, question, theme
from ui.frame.question import Question
from ui.lessons import overfitting_copies, overfitting_runs, overfitting_words
from ui.studio import beside, live

PLAIN = Remedies()
NUMBERS = (100, 200, 500, 1_000, 2_000, 5_000)
DECAYS = (0.0, 0.3, 1.0, 3.0, 10.0)
DROPOUTS = (0.0, 0.2, 0.5, 0.8)

QUESTION = Question(
    "ask_overfitting",
    "500 training images, 50 times over. The training loss ends near 0. What does the loss on new images do?",
    "It falls, turns and rises again",
    "First it learns what all digits have in common, which helps with new images too. Then only its own are left.",
    {
        "It falls towards 0 as well": "It would, if each new image were nearly like one of the 500. But every digit is "
        "written differently.",
        "It falls and stays there": "There is nothing left to learn for new images. But memorising its own changes the "
        "weights, and with them how it reads new ones.",
        "It rises from the start": "What it learns first helps with every image: it begins at 2.303, the loss of "
        "guessing, and soon does far better.",
    },
    order=2,
)


@lesson.scene("What if it learns the same 500 images over and over?")
def learned_by_heart() -> None:
    """A run on few images and without remedies."""
    answered = question.ask(QUESTION)
    splits = dataset.splits()
    with lesson.stage():
        buttons, sliders, view = beside.places()
        remedies = Remedies(images_to_learn(sliders, disabled=not answered))
        with view:
            if answered:
                run_it("overfit_first", remedies, splits, buttons, draw_first)
            else:
                draw_blank("overfitting_blank")
    dataset.notice("this lesson uses generated digits, which the program draws itself")
    lesson.notice(
        "A mark will show where the loss on new images is lowest. Beyond it the network grows better only at its own: "
        "it has **memorised** them. That is **overfitting**, and the distance of the lines the **generalisation gap**."
    )
    lesson.deeper(partial(the_gap, splits), the_code)


def images_to_learn(place: DeltaGenerator, *, disabled: bool = False) -> int:
    """The control for how many images there are."""
    with place:
        return link.select_slider(
            "Training images", "overfit_few", NUMBERS, PLAIN.images, names="{:,}".format, disabled=disabled
        )


def run_it(name: str, remedies: Remedies, splits: Splits, buttons: DeltaGenerator, draw: live.Draw) -> None:
    """A button for a run with these remedies, and what came of it."""
    live.experiment(
        name,
        "Train",
        lambda: numbered(splits, remedies),
        draw,
        before=partial(draw_blank, f"{name}_blank"),
        setting=(remedies, splits.name),
        share_done=lambda latest: len(latest[1].readings) / EPOCHS,
        beside=buttons,
    )


def numbered(splits: Splits, remedies: Remedies) -> Iterator[tuple[int, Study]]:
    """A new run with its number, so that the page knows it again."""
    number = overfitting_runs.next_number()
    return ((number, study) for study in overfitting.study(splits, remedies))


def draw_blank(key: str) -> None:
    """The axes, before there is a run."""
    draw_curves(Study(PLAIN, "", PLAIN.images), None, key)


def draw_curves(study: Study, before: Study | None, key: str) -> None:
    """Both losses of a run, and pale behind them those of another one."""
    theme.show(
        learning_by_heart(study=study, before=before, theme=theme.current(), height=260),
        key=key,
        description="Training and validation loss over the epochs; the lowest validation loss is marked.",
    )


def draw_first(run: tuple[int, Study]) -> None:
    """The run without remedies, and the turn in numbers."""
    number, study = run
    overfitting_runs.note(number, study)
    draw_curves(study, None, "overfitting_first")
    st.markdown(overfitting_words.where_it_turned(study) if study.readings else "The first epoch is not over yet.")


def the_gap(splits: Splits) -> None:
    """What was measured, and the gap with its numbers."""
    st.markdown(
        "There are two ways to pass a vocabulary test. You can learn the language, or you can learn the answers to the "
        "twenty questions by heart. The second works until the questions are new.\n\n"
        f"Here the network gets a few training images of the {len(splits.train):,} there are. After each epoch, one "
        "pass through them, its loss is measured twice: the **training loss** on these, and the **validation loss** on "
        f"{len(splits.validation):,} images from which it never learns. Their difference is the generalisation gap."
    )
    lesson.formula(
        r"\text{gap} = \text{validation loss} - \text{training loss}",
        *(overfitting_words.gap(reading) for reading in overfitting_runs.turn_and_end("overfit_first")),
    )


def the_code() -> None:
    """What ran."""
    lesson.show_source(overfitting.study, overfitting.is_time_to_stop, overfitting.mistakes)


@lesson.scene("Are there enough numbers to memorise them?")
def room_to_memorise() -> None:
    """How many numbers there are to learn, beside what there is to be learned."""
    with lesson.stage():
        st.fragment(compare_numbers)()
    lesson.notice(
        "To memorise is not to store. The network need not keep an image, smudges and all. It needs one number in its "
        "ten scores to be the largest, for each image it knows."
    )
    lesson.deeper(
        lambda: st.markdown(
            f"The network 784-128-10 has 784 × 128 + 128 + 128 × 10 + 10 = {PLAIN.model_config.parameter_count:,} "
            f"numbers. 500 images have 500 × 784 = {500 * PIXELS:,} pixels. That is more than it could keep, and "
            "far more than it needs: 500 labels are 500 digits."
        )
    )


def compare_numbers() -> None:
    """A control for the images, and three counts."""
    _, sliders, view = beside.places()
    images = images_to_learn(sliders)
    numbers = PLAIN.model_config.parameter_count
    with view:
        with st.container(horizontal=True, gap="large"):
            st.metric("Labels to get right", f"{images:,}", width="content")
            st.metric("Numbers to learn", f"{numbers:,}", width="content")
            st.metric("Pixels of these images", f"{images * PIXELS:,}", width="content")
        st.markdown(overfitting_words.room(numbers, images))


@lesson.scene("Why does the loss rise while the accuracy stays?")
def surer_mistakes() -> None:
    """The mistakes at the turn and at the end."""
    splits = dataset.splits()
    with lesson.stage():
        buttons, sliders, view = beside.places()
        with sliders:
            st.markdown(f"{PLAIN.images} images, {EPOCHS} epochs.")
        with view:
            run_it("overfit_plain", PLAIN, splits, buttons, draw_mistakes)
    lesson.notice(
        "The accuracy counts mistakes. The loss also counts how sure they are, and memorising makes the network surer "
        "of everything, its mistakes included: it becomes **overconfident**."
    )
    lesson.deeper(
        lambda: st.markdown(
            "If a wrong answer has the probability p, at most 1 − p is left for the right digit, and that costs at "
            "least −ln(1 − p). The table has the mean p of the wrong answers at both places."
        ),
        partial(in_words, "overfit_plain"),
    )


def draw_mistakes(run: tuple[int, Study]) -> None:
    """Both losses, and below them the mistakes at the turn and at the end."""
    number, study = run
    overfitting_runs.note(number, study)
    draw_curves(study, None, "overfitting_plain")
    st.table(overfitting_words.mistakes(study), border="horizontal")


def in_words(name: str) -> None:
    """What became of the mistakes of the last run, in words."""
    study = overfitting_runs.latest(name)
    said = overfitting_words.what_became_of_mistakes(study) if study and study.readings else ""
    if said:
        st.markdown(said)


REMEDIES: dict[str, tuple[Remedies, str]] = {
    "More images": (
        Remedies(images=2_000),
        "2,000 images are harder to memorise, and they show more ways to write a digit.",
    ),
    "Early stopping": (
        Remedies(stop_early=True),
        f"**Early stopping** ends the training after {PATIENCE} epochs without a new lowest validation loss. One then "
        "uses the weights of the best epoch.",
    ),
    "Weight decay": (
        Remedies(weight_decay=3.0),
        "**Weight decay** makes every weight a little smaller in each step. Only what many images ask for grows large.",
    ),
    "Dropout": (
        Remedies(dropout=0.8),
        "**Dropout** silences 80% of the hidden neurons at random, and draws anew for each image and step. So "
        "none can rely on another.",
    ),
    "Augmentation": (
        Remedies(augment=True),
        "**Data augmentation** shifts, turns and bends each image anew in every epoch. The next scene shows how.",
    ),
}


@lesson.scene("What keeps it from memorising?")
def what_helps() -> None:
    """Five remedies, one at a time, beside a run without."""
    splits = dataset.splits()
    with lesson.stage():
        buttons, sliders, view = beside.places()
        with sliders:
            chosen = link.buttons("One remedy", "overfit_remedy", REMEDIES, "Dropout")
        remedies, said = REMEDIES[chosen]
        with view:
            run_it("overfit_remedies", remedies, splits, buttons, draw_against_plain)
            st.markdown(said)
    lesson.notice(
        "Such remedies are called **regularisation**. Dropout or weight decay takes away more than half of the rise of "
        "the validation loss, but its lowest value hardly moves. More images move it, and so does augmentation."
    )
    lesson.deeper(what_was_measured, explain_decay)


def draw_against_plain(run: tuple[int, Study]) -> None:
    """A run with a remedy, and pale behind it the last one without, if there is one."""
    number, study = run
    overfitting_runs.note(number, study)
    plain = overfitting_runs.last_plain()
    draw_curves(study, plain, "overfitting_remedy")
    if study.readings:
        pale = " Pale: without a remedy." if plain else ""
        st.markdown(overfitting_words.where_it_turned(study) + pale)


def what_was_measured() -> None:
    """How much each remedy did."""
    st.markdown(
        "Dropout of 80%, or a weight decay of λ = 3, takes away more than half of the rise of the validation loss, and "
        "the mistakes are less sure. But the lowest value itself hardly moves: it is less than a tenth lower. With "
        "2,000 images instead of 500 it is more than a fifth lower. When the network reads, all its neurons work."
    )
    st.markdown(
        "With data augmentation it is more than a third lower, lower than with 2,000 images. Of 100 new images, at "
        "least four more are classified correctly at the end. The lowest loss comes late: no image comes twice, so "
        "there is less to memorise."
    )


def explain_decay(decay: float = 3.0) -> None:
    """What weight decay does to a weight in each step."""
    st.subheader("Weight decay in a formula", anchor=False)
    st.markdown(
        "The number $\\lambda$ (lambda) says how strong weight decay is; at 0 there is none. The **learning rate** "
        f"$\\eta$ (eta) says how far a step moves the weights, here {LEARNING_RATE:g}. Before each step, every weight "
        "becomes smaller by a share: the product of the two."
    )
    shrunk = rf"w \leftarrow (1 - {LEARNING_RATE:g} \cdot {decay:g})\,w = {1 - LEARNING_RATE * decay:g}\,w"
    lesson.formula(r"w \leftarrow (1 - \eta\lambda)\,w", *[shrunk] * bool(decay))


@lesson.scene("How can one image become a thousand?")
def augmentation_of_one() -> None:
    """One image, and copies of it that are shifted, turned and bent."""
    splits = dataset.splits()
    with lesson.stage():
        st.fragment(copies_of_one)(splits)
    lesson.notice(
        "The copies keep the **label**, so they cost nothing. That is right only while you yourself would still read "
        "the same digit. Choose *Turn* and 180 degrees: an upside-down 6 is a 9."
    )
    lesson.deeper(other_digits, what_training_uses, lambda: lesson.show_source(copies, shift, turn_by, distort))


COPIES = 9  # and the original
OTHERS = "_augment_seed"


def copies_of_one(splits: Splits) -> None:
    """The controls, the image, its copies, and what a network reads of each."""
    buttons, sliders, view = beside.places()
    digit = link.choice_below("augment_digit", range(10), 6)
    with sliders:
        name = link.buttons("What is done", "augment_way", WAYS, "All")
        way = WAYS[name]
        amount = link.slider(way.label, f"augment_{name.lower()}", 0.0, way.most, way.start, way.step, shown=way.shown)
    with buttons:
        st.button("Nine others", key="augment_anew", type="primary", icon=":material/casino:", on_click=draw_others)
    made = overfitting_copies.of_digit(splits, digit, name, amount, COPIES, st.session_state.get(OTHERS, 0))
    lines = [[f"read as {read}"] for read in made.read]
    lines[0].append("the original")
    with view:
        st.html(
            tiles(
                images=made.images,
                lines=lines,
                right=[read == digit for read in made.read],
                theme=theme.current(),
                across=5,
            )
        )
        st.markdown(overfitting_words.copies(digit, made.read[1:]))


def draw_others() -> None:
    """Takes the next seed."""
    st.session_state[OTHERS] = st.session_state.get(OTHERS, 0) + 1


def other_digits() -> None:
    """The digit to make copies of."""
    link.select_slider("Digit", "augment_digit", range(10), 6)
    st.markdown(
        "The image is the first training image of this digit. The ready-made network reads the copies. It learned from "
        "such copies itself."
    )


def what_training_uses() -> None:
    """How far the copies of a training go, and why no further."""
    st.markdown(
        f"The remedy *Augmentation* uses *All* with strength 1: a turn by at most {augmentation.ROTATION:.0f} degrees, "
        f"a shift by at most {augmentation.SHIFT:g} pixels, up to {augmentation.SCALE:.0%} wider, narrower, higher or "
        f"lower, a slant of at most {augmentation.SHEAR:.0%} of the height, points that move by about "
        f"{augmentation.WARP:g} pixels each, and a pen up to {augmentation.PEN:g} pixels wider or narrower at each "
        "edge.\n\n"
        "Which changes keep the label depends on the data. A photo of a cat may be mirrored. A mirrored 3 is no digit."
    )
    lesson.try_this("At which strength do you yourself no longer read the digit? Does the network give up before you?")


@lesson.scene("How low can you bring the validation loss?")
def all_together() -> None:
    """All remedies together, as the reader sets them."""
    splits = dataset.splits()
    with lesson.stage():
        buttons, sliders, view = beside.places()
        with sliders:
            remedies = controls()
        with view:
            run_it("overfit_again", remedies, splits, buttons, draw_again)
    lesson.notice(
        "Settings like these are **hyperparameters**: training does not find them. One chooses them by the validation "
        "loss."
    )
    lesson.deeper(
        last_runs,
        partial(explain_decay, remedies.weight_decay),
        lambda: lesson.try_this(
            "Train without any of the five remedies, then with another seed: that is how much chance alone changes. Is "
            "the difference that a remedy makes larger?"
        ),
    )


def controls() -> Remedies:
    """The remedies to try."""
    images = link.select_slider("Training images", "overfit_images", NUMBERS, PLAIN.images, names="{:,}".format)
    decay = link.select_slider("Weight decay, λ", "overfit_decay", DECAYS, 0.0, names="{:g}".format)
    dropout = link.select_slider("Dropout", "overfit_dropout", DROPOUTS, 0.0, names="{:.0%}".format)
    augment = link.toggle("Augment", "overfit_augment")
    stop_early = link.toggle("Stop early", "overfit_stop")
    with st.popover("Seed", type="tertiary"):
        seed = link.seed("Seed", "overfit_seed", meaning="Another seed draws other images and other first weights.")
    return Remedies(images, decay, dropout, stop_early, seed, augment)


def last_runs() -> None:
    """The last runs in a table."""
    rows = [
        overfitting_words.row(n, made, stopped=overfitting_runs.was_stopped(n, made))
        for n, made in reversed(overfitting_runs.kept().items())
        if made.readings
    ]
    if rows:
        st.markdown("Your last runs: the lowest and the last validation loss, and the share classified correctly.")
        st.table(rows, border="horizontal")


def draw_again(run: tuple[int, Study]) -> None:
    """A run with remedies: the figure with the run before it."""
    number, study = run
    overfitting_runs.note(number, study)
    before = overfitting_runs.before(number)
    draw_curves(study, before[1] if before else None, "overfitting_again")
    if not study.readings:
        return
    st.markdown(overfitting_words.where_it_turned(study))
    stopped = overfitting_runs.was_stopped
    if before:
        now, then = (overfitting_words.settings(made, stopped=stopped(n, made)) for n, made in (run, before))
        st.caption(f"Solid: run {number}, {now}. Pale and dashed: run {before[0]}, {then}.")


lesson.show(learned_by_heart, room_to_memorise, surer_mistakes, what_helps, augmentation_of_one, all_together)
