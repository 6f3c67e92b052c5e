"""Where visitors teach copies of their networks: what is taught, what was taught so far, and what it cost."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import streamlit as st
import torch
from torch import Tensor

from mnist_core import words
from mnist_core.data.dataset import Splits
from mnist_core.evaluation.accuracy import evaluate
from mnist_core.handwriting.prediction import predict_proba
from mnist_core.handwriting.preprocessing import image_to_drawing
from mnist_core.lessons import teach
from mnist_core.lessons.teach import Cost, Fall, Lesson, LessonFailed, Pupil, Slope, Trial
from mnist_core.network.checkpoint import shipped_card
from mnist_core.network.model import MLP
from ui.drawing import canvas, samples
from ui.drawing.reading import Subject
from ui.frame import dataset, incoming, link, state
from ui.visitor import known_networks, networks, store
from ui.visitor.desk import Desk

DIGIT = "teach_digit"
_ASKED = "_teach_asked"  # whether this visit has asked what a drawing was meant to be
SURE = 0.9995  # from here on, a probability is written as over 99.9 %, and a step comes to as good as nothing
LOOKED_THROUGH = 5_000  # training images, for those that are read worst
SHORTEST = 1e-9  # learning rate: a number that can still be read
CURVE_POINTS = 16  # an even number, so that the chosen rate is one of them
TRIED_ON = 500  # validation images, for each of many learning rates; so many take as long as reading all once


def desk() -> Desk:
    """The visitor's own, for the network in use."""
    visitor, key = store.visitor(), known_networks.key_in_use()
    model, _ = networks.model_in_use()
    with visitor.lock:
        visitor.desks = {name: kept for name, kept in visitor.desks.items() if name in known_networks.names()}
        found = visitor.desks.get(key)
        if found is None or found.pupil.original is not model:
            found = visitor.desks[key] = Desk(Pupil(model, model), (None, model))
        return found


def subject(at: Desk) -> Subject:
    """Draws the canvas, with images below it that are read badly, and says what there is to teach."""
    images, hardest = read_worst()
    otherwise = _picked(at, images, hardest)
    drawn = canvas.subject(offers_samples=False, otherwise=otherwise)
    samples.row(images, "teach_worst", "Read badly", lambda digit: take_worst(desk(), digit))
    return drawn or otherwise


def subject_now(at: Desk) -> Subject:
    """What there is to teach, in a scene without a canvas."""
    return canvas.on_the_pad() or _picked(at, *read_worst())


def _picked(at: Desk, images: Tensor, hardest: int) -> Subject:
    """The badly read image that is taught while nothing is drawn."""
    digit = hardest if at.picked is None else at.picked
    return Subject(images[digit] / 255, image_to_drawing(images[digit]).numpy(), digit, "sample")


def take_worst(at: Desk, digit: int) -> None:
    """What is taught is the image of this digit that is read worst, not what is drawn; Undo brings that back."""
    canvas.pad_now().set_aside()
    at.picked = digit


def read_worst() -> tuple[Tensor, int]:
    """Of each digit the training image that the network in use reads worst, and the digit it reads worst of all.

    Returns:
        torch.uint8 [10, 28, 28] and the digit.
    """
    splits = dataset.splits()
    model, _ = networks.model_in_use()
    return _read_worst(*networks.owner_and_key(), splits.name, len(splits.train), model, splits)


@st.cache_resource(max_entries=32, show_spinner=False)
def _read_worst(owner: str, key: str, name: str, size: int, _model: MLP, _splits: Splits) -> tuple[Tensor, int]:
    some = _splits.train.subset(slice(0, LOOKED_THROUGH))
    order = evaluate(_model, some).hardest(len(some))
    labels = some.labels[order]
    firsts = [int(order[labels == digit][0]) for digit in range(10)]
    return some.images[firsts], int(labels[0])


class Step(NamedTuple):
    """A step that is to be taken, or was the last one.

    Attributes:
        at: The desk.
        shown: What it is taken on.
        digit: What that is said to show.
        original: How things stood before all lessons.
        now: How they stand now.
        last: The last lesson, if it was this very step; None: the step is still to come.
    """

    at: Desk
    shown: Subject
    digit: int
    original: Slope
    now: Slope
    last: Lesson | None

    @property
    def found(self) -> Slope:
        """How things stood before the step."""
        return self.last.slope if self.last else self.now

    @property
    def is_sure(self) -> bool:
        """Whether the step would come to as good as nothing."""
        return float(self.found.probabilities[self.digit]) >= SURE


def step_on(at: Desk, shown: Subject, digit: int) -> Step:
    """The step on what is shown, told to be this digit."""
    now, _ = teach.slope(at.pupil.model, shown.image, digit)
    original = teach.slope(at.pupil.original, shown.image, digit)[0] if at.pupil.lessons else now
    return Step(at, shown, digit, original, now, last_on(at, shown.image, digit))


def digit_of(at: Desk, shown: Subject) -> int:
    """What a drawing was meant to be.

    It is what it is known to be, or else what it is read as. Once the reader has said it, that holds until something
    else is there; a drawing with one more stroke is not.
    """
    suggestion = shown.label
    if suggestion is None:
        suggestion = int(predict_proba(at.pupil.model, shown.image[None])[0].argmax())
    seen = None if shown.label is None else shown.image.numpy().tobytes()
    if at.seen == "":  # only now, when the visit begins, is it the link that says it
        at.said = DIGIT in state.linked() and not st.session_state.get(_ASKED)
    elif at.seen != seen or st.session_state.get("reset_page"):
        at.said = False
    at.seen = seen
    if not at.said and not link.is_hidden(DIGIT):
        state.linked()[DIGIT] = str(suggestion)
    return link.unbound(DIGIT, suggestion, incoming.one_of(range(10)))


def ask_digit(at: Desk, shown: Subject) -> int:
    """Ten buttons for what the drawing was meant to be; says what it is."""
    digit = digit_of(at, shown)
    if link.is_hidden(DIGIT) or link.is_drawn_already(DIGIT):
        return digit
    st.session_state[_ASKED] = True
    key = state.key_standing_on(DIGIT, digit)
    st.segmented_control(
        "What was it meant to be?",
        range(10),
        default=digit,
        required=True,
        key=key,
        on_change=_press,
        args=(at, key, digit),
        wrap=True,
    )
    return digit


def _press(at: Desk, key: str, stood: int) -> None:
    pressed = st.session_state[key]
    if pressed not in (None, stood):  # a row that is gone says once more what it stood on
        say(at, pressed)


def say(at: Desk, digit: int) -> None:
    """Says what it was, in place of the reader, or for them."""
    link.set_unbound(DIGIT, str(digit))
    at.said = True


def teach_newest(at: Desk, shown: Subject, digit: int, rate: float) -> None:
    """Teaches the copy what is there, with what was drawn since the page was."""
    give_lesson(at, canvas.newest(shown) or shown, digit, rate)


def give_lesson(at: Desk, shown: Subject, digit: int, rate: float) -> None:
    """Teaches the copy one drawing, or notes why not."""
    with store.visitor().lock:
        at.trouble = ""
        try:
            taught = teach.teach(at.pupil, shown.image, digit, rate)
            at.before = taught.lessons[-1], at.pupil.model
            at.pupil = taught
        except (LessonFailed, ValueError) as error:
            at.trouble = str(error)


def give_ten(at: Desk, rate: float) -> None:
    """Teaches the copy the image of each digit that is read worst, one after the other, and counts after each."""
    for digit, image in enumerate(read_worst()[0]):
        give_lesson(at, Subject(image / 255, image.numpy(), digit, "sample"), digit, rate)
        if at.trouble:
            return
        cost(at)


def still_known(at: Desk) -> tuple[int, int]:
    """Of the images taught, as last told: how many are read so now, and how many there are."""
    told = {given.slope.image.numpy().tobytes(): (given.slope.image, given.slope.digit) for given in at.pupil.lessons}
    images = torch.stack([image for image, _ in told.values()])
    choices = predict_proba(at.pupil.model, images).argmax(1).tolist()
    return sum(choice == digit for choice, (_, digit) in zip(choices, told.values(), strict=True)), len(told)


def last_on(at: Desk, image: Tensor, digit: int) -> Lesson | None:
    """The last lesson, if it was given on this very drawing, and as this digit."""
    if not at.pupil.lessons:
        return None
    last = at.pupil.lessons[-1]
    return last if last.slope.digit == digit and last.slope.image.equal(image) else None


def take_back(at: Desk) -> None:
    """Takes the last lesson back."""
    with store.visitor().lock:
        at.trouble = ""
        for by_lessons in at.choices.values():
            by_lessons.pop(len(at.pupil.lessons), None)
        at.pupil = teach.take_back(at.pupil)


def forget(at: Desk) -> None:
    """Back to the network as it came."""
    with store.visitor().lock:
        at.trouble = ""
        at.choices.clear()
        at.pupil = Pupil(at.pupil.original, at.pupil.original)


def cost(at: Desk) -> Cost:
    """What all lessons together have done to the reading of the validation images."""
    splits, pupil = dataset.splits(), at.pupil
    by_lessons = _choices(at, splits)
    before = by_lessons.setdefault(0, networks.validation().choices)
    given = len(pupil.lessons)
    if given not in by_lessons:
        by_lessons[given] = evaluate(pupil.model, splits.validation).choices
    return Cost(splits.validation.labels, before, by_lessons[given])


def read_after_each(at: Desk) -> list[float | None]:
    """The share of validation images read rightly before the first lesson and after each; None if nobody counted."""
    splits = dataset.splits()
    known, labels = _choices(at, splits), splits.validation.labels
    return [
        (known[given] == labels).float().mean().item() if given in known else None
        for given in range(len(at.pupil.lessons) + 1)
    ]


def _choices(at: Desk, splits: Splits) -> dict[int, Tensor]:
    return at.choices.setdefault((splits.name, len(splits.validation)), {})


def trials(step: Step, rates: Sequence[float]) -> list[Trial]:
    """What a step comes to with each learning rate; kept until another step is asked for.

    Args:
        step: To be taken, or the last one.
        rates: Above 0.

    Returns:
        A trial of no step at all, and one for each rate.
    """
    splits, at, found = dataset.splits(), step.at, step.found
    asked = (_before(at, step.last), found.image.numpy().tobytes(), found.digit, splits.name)
    if at.tried[0] != asked:
        others = splits.validation.subset(slice(0, TRIED_ON))
        at.tried = (asked, teach.try_rates(asked[0], found.image, found.digit, (0.0, *rates), others))
    return at.tried[1]


def _before(at: Desk, last: Lesson | None) -> MLP:
    """The network from before a step: the last lesson, or the coming one."""
    if last is None:
        return at.pupil.model
    if at.before[0] is not last:
        at.before = last, teach.take_back(at.pupil).model
    return at.before[1]


def losses_along_step(step: Step, rate: float) -> tuple[list[float], list[float]]:
    """The loss of a drawing after steps from none to twice as long as the one with this rate.

    Args:
        step: To be taken, or the last one.
        rate: Of the step.

    Returns:
        The learning rates, with the given one in the middle, and the losses.
    """
    at, found, middle = step.at, step.found, CURVE_POINTS // 2
    rates = [rate * (point / middle) for point in range(CURVE_POINTS + 1)]
    asked = (_before(at, step.last), found.image.numpy().tobytes(), found.digit, rate)
    if at.curve[0] != asked:
        at.curve = (asked, teach.losses_after(asked[0], found.image, found.digit, rates))
    return rates, at.curve[1]


def original_reads(at: Desk) -> float:
    """The share that the network as it came reads rightly, of the images that ``trials`` are counted on."""
    found = networks.validation_of(known_networks.key_in_use(), at.pupil.original)
    return (found.choices == found.labels)[:TRIED_ON].float().mean().item()


def falls(step: Step, rate: float) -> tuple[Fall, Fall | None]:
    """How far the loss falls with a step, and with the longest of some shorter ones of which the slope foretells it.

    Args:
        step: To be taken, or the last one.
        rate: Of the step; the shorter ones are ten, a hundred, … times shorter.

    Returns:
        The two; the second is None if the slope foretells none.
    """
    at, found = step.at, step.found
    asked = (_before(at, step.last), found.image.numpy().tobytes(), found.digit, rate)
    if at.falls is None or at.falls[0] != asked:
        shorter = (round(rate * 0.1**tens, 12) for tens in range(1, 10))
        rates = (rate, *(short for short in shorter if short >= SHORTEST))
        each = teach.falls(asked[0], found.image, found.digit, rates)
        at.falls = (asked, (next(each), next((fall for fall in each if fall.agrees), None)))
    return at.falls[1]


def adopt(at: Desk) -> None:
    """Keeps the copy beside the visitor's networks, and reads with it everywhere."""
    read = cost(at)
    visitor, given = store.visitor(), len(at.pupil.lessons)
    name = known_networks.names()[known_networks.key_in_use()].split(":")[0]
    original = _card()
    # What the original reached in its tests says nothing of the copy.
    card = {key: value for key, value in original.items() if not key.endswith("_accuracy")} | {"taught": given}
    if original.get("dataset") == dataset.splits().name:
        card["validation_accuracy"] = round(read.right_after / len(read.labels), 4)
    store.add_taught(visitor, f"{name}, taught {words.count(given, 'lesson')}", at.pupil.model, card)


def _card() -> dict[str, Any]:
    """Of the network in use."""
    key = known_networks.key_in_use()
    own = [trained.card for trained in known_networks.own() if trained.key == key]
    return own[0] if own else shipped_card()
