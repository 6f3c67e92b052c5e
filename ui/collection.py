"""The reader's own test set on the page: a digit is kept by one press, corrected, and taken home or loaded from files.

The digits are the reader's own. They stay through a page switch and a reload, as their networks do, and are never in
the link.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, cast

import streamlit as st

from ui import canvas, networks, resources, state, status, training_panel
from ui.canvas import Subject
from ui.take_home import plain

if TYPE_CHECKING:
    from mnist_core.collection import OwnDigit, Standing
    from mnist_core.data import Dataset
    from mnist_core.evaluation import Evaluation
    from mnist_core.model import MLP

KEEP_AS, RELABEL, FILES = "keep_as", "own_label", "own_files"  # keys of widgets
MOST_MEGABYTES = 4  # collection.MOST_BYTES, which is not imported here because torch is slow to load
_WORD, _CHOSEN, _TAKEN, _OUTCOMES = "_kept_word", "_own_chosen", "_own_files_taken", "_own_files_outcomes"
_UPLOADER = "_own_files_uploader"  # how many have been replaced by an empty one
FIVE_WIDE = 220  # pixels, in which five buttons stand side by side, and the other five below
COLUMNS = 20  # of images in the one picture that the browser gets

_JS = (state.COMPONENTS / "own_digits.js").read_text(encoding="utf-8")
_CSS = (state.COMPONENTS / "own_digits.css").read_text(encoding="utf-8")


def kept() -> list[OwnDigit]:
    """The digits kept so far, the oldest first."""
    return training_panel.visitor().own_digits


def keep(subject: Subject | None, model: MLP, *, leads_on: bool = True) -> None:
    """Draws ten buttons; a press keeps the drawing as that digit and clears the canvas for the next one.

    Args:
        subject: What is drawn; a sample is not the reader's, and can't be kept.
        model: The network in use, which says what it reads there.
        leads_on: Whether this is a page that shows what it reads; then a link leads to the page of the test set. That
            page itself shows here what is read in place of a drawing.
    """
    with st.container(horizontal=True, vertical_alignment="center"):
        st.segmented_control(
            "What did you write? One press keeps it for your own test set.",
            range(10),
            key=KEEP_AS,
            on_change=_keep,
            args=(subject, model),
            disabled=subject is None or subject.source == "sample",
            wrap=True,
            width=FIVE_WIDE,
        )
        if subject is not None and subject.source != "canvas" and not leads_on:
            _show_what_is_read(subject)
    if subject is not None and subject.source == "sample":
        st.caption("This is a sample, which someone else wrote. What you draw yourself can be kept.")
    elif _WORD in st.session_state:
        st.caption(st.session_state[_WORD])
    if leads_on and kept():
        st.page_link(state.page("collection"), label=f"See your test set: {in_words(len(kept()))} so far")


def in_words(count: int) -> str:
    """Such as no digit, 1 digit, 3 digits."""
    return f"{count:,} digit{'' if count == 1 else 's'}" if count else "no digit"


def _show_what_is_read(subject: Subject) -> None:
    """A sample or a photo, while the canvas is empty."""
    from PIL import Image

    from mnist_core.figures.images import enlarged, png_url

    whose = "The sample" if subject.source == "sample" else "Your photo"
    seen = png_url(Image.fromarray(enlarged(image=subject.image, factor=4)))
    st.image(seen, f"{whose}, 28 × 28 pixels", width=112)


def _keep(shown: Subject | None, model: MLP) -> None:
    """Keeps a drawing under the label just pressed, and says so."""
    from mnist_core.collection import MOST, own_digit
    from mnist_core.figures.cards import a
    from mnist_core.prediction import predict_proba

    label, subject = st.session_state[KEEP_AS], canvas.newest(shown)
    st.session_state[KEEP_AS] = None  # the next drawing begins without an answer
    if label is None or subject is None or subject.source == "sample":
        return
    added, dropped = _add([own_digit(subject.image, label, subject.source)])
    if not added:
        st.session_state[_WORD] = "This drawing was there already. The same one is not kept twice."
        return
    training_panel.visitor().pad.clear()
    read = int(predict_proba(model, subject.image[None])[0].argmax())
    said = f"Kept as **{a(label)}**; the network read **{a(read)}**.{_doubt(subject)} {in_words(len(kept()))} so far."
    gone = f" There is room for {MOST}, so the oldest one went." if dropped else ""
    st.session_state[_WORD] = f"{said}{gone} Draw the next one."


def _doubt(subject: Subject) -> str:
    """What a drawing looks like that the second network takes for no digit. The reader decides: it is kept anyway."""
    from mnist_core.familiarity import judge

    drawing = subject.drawing if subject.source == "canvas" else None
    verdict = judge(resources.familiarity_model(), subject.image, drawing=drawing)
    if verdict.is_digit:
        return ""
    looks = verdict.reason.partition(". ")[0].replace("This", "it", 1)
    return f" But {looks}: click it in your test set if it is to go."


def _add(new: Sequence[OwnDigit]) -> tuple[int, int]:
    """Adds digits to those kept; returns how many were new, and how many old ones had to go."""
    from mnist_core.collection import merge

    visitor = training_panel.visitor()
    with visitor.lock:
        merged = merge(visitor.own_digits, new)
        visitor.own_digits = merged.digits
    return merged.added, merged.dropped


class Network(NamedTuple):
    """One of the networks that can read: its key, what the page calls it, and itself; no two have the same name."""

    key: str
    name: str
    model: MLP
    is_taught: bool = False
    is_from_file: bool = False


def all_networks() -> list[Network]:
    """The visitor's networks and the ready-made one; first the one in use, then the newest."""
    own = [
        Network(
            trained.key,
            f"{_short(trained)} ({trained.model.config.label})",
            trained.model,
            is_taught="taught" in trained.card,
            is_from_file=trained.key.startswith("file-"),
        )
        for trained in reversed(training_panel.visitor().models)
        if trained.has_learned
    ]
    shipped = resources.shipped_model()
    found = [*own, Network(state.SHIPPED, f"{status.SHIPPED_NAME} ({shipped.config.label})", shipped)]
    return sorted(found, key=lambda network: network.key != status.model_in_use())  # which keeps the order otherwise


def _short(trained: training_panel.TrainedModel) -> str:
    """What tells it from the visitor's others, in few words: a copy taught twice has its original's name twice."""
    kind, _, number = trained.key.partition("-")
    return f"Taught copy {number}" if kind == "taught" else trained.name.partition(":")[0]


def reading(network: Network, digits: Dataset) -> Evaluation:
    """What a network makes of some digits."""
    seen = hash((digits.images.numpy().tobytes(), digits.labels.numpy().tobytes()))
    return _reading(networks.owner_of(network.key), network.key, seen, network.model, digits)


@st.cache_resource(max_entries=64, show_spinner=False)
def _reading(owner: str, key: str, seen: int, _model: MLP, _digits: Dataset) -> Evaluation:
    from mnist_core.evaluation import evaluate

    return evaluate(_model, _digits)


def standing(network: Network, digits: Dataset) -> Standing:
    """How a network does on some digits, and on the validation images in use."""
    from mnist_core.collection import Standing

    right = len(digits) - len(reading(network, digits).mistakes)
    elsewhere = networks.validation_of(network.key, network.model).accuracy
    return Standing(network.name, right, len(digits), elsewhere)


def show_sheet(digits: Sequence[OwnDigit], read: Sequence[int]) -> int | None:
    """Draws all digits as buttons, and says which one is chosen: its place, or None.

    Args:
        digits: At least one.
        read: What the network in use read of each.
    """
    from PIL import Image

    from mnist_core.collection import as_dataset
    from mnist_core.figures.cards import a
    from mnist_core.figures.images import png_url, sheet

    chosen = _place_of_chosen(digits)
    picture = sheet(images=as_dataset(digits).images, columns=COLUMNS, factor=1, gap=0)
    tiles = [
        {
            "name": f"Digit {number}: {a(digit.label)}, read as {a(answer)}",
            "says": f"{digit.label}" if digit.label == answer else f"{digit.label}, read {answer}",
            "wrong": digit.label != answer,
        }
        for number, (digit, answer) in enumerate(zip(digits, read, strict=True), 1)
    ]
    component = st.components.v2.component(
        "own_digits", html='<div class="sheet" role="group" aria-label="Your digits">\n</div>', css=_CSS, js=_JS
    )
    component(
        key="own_digits",
        data={"picture": png_url(Image.fromarray(picture)), "columns": COLUMNS, "tiles": tiles, "chosen": chosen},
        on_picked_change=_pick,
    )
    return chosen


def _place_of_chosen(digits: Sequence[OwnDigit]) -> int | None:
    pixels = st.session_state.get(_CHOSEN)
    return next((place for place, digit in enumerate(digits) if digit.pixels == pixels), None)


def _pick() -> None:
    """Chooses the digit just clicked; a second click lets it go."""
    picked = st.session_state["own_digits"].get("picked")
    if isinstance(picked, int) and 0 <= picked < len(kept()):
        pixels = kept()[picked].pixels
        st.session_state[_CHOSEN] = None if st.session_state.get(_CHOSEN) == pixels else pixels


def show_corrections(digit: OwnDigit) -> None:
    """Draws what can be done with one digit: another label, or away with it."""
    st.session_state[RELABEL] = digit.label
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox("It is a", range(10), key=RELABEL, on_change=_relabel, args=(digit,), width=110)
        st.button("Remove", key="own_remove", icon=":material/delete:", on_click=_remove, args=(digit,))


def _relabel(digit: OwnDigit) -> None:
    label = st.session_state[RELABEL]
    visitor = training_panel.visitor()
    with visitor.lock:
        visitor.own_digits = [replace(one, label=label) if one == digit else one for one in visitor.own_digits]
    st.session_state.pop(_WORD, None)  # it may be of this digit, and said what it was called before


def _remove(digit: OwnDigit) -> None:
    visitor = training_panel.visitor()
    with visitor.lock:
        visitor.own_digits = [one for one in visitor.own_digits if one != digit]
    st.session_state.pop(_WORD, None)  # it counts one too many


def remove_all() -> None:
    """Forgets all digits kept, and the files that some came from."""
    visitor = training_panel.visitor()
    with visitor.lock:
        visitor.own_digits = []
    for key in (_WORD, _CHOSEN, _TAKEN, _OUTCOMES):
        st.session_state.pop(key, None)
    st.session_state[_UPLOADER] = st.session_state.get(_UPLOADER, 0) + 1


def downloads(digits: Sequence[OwnDigit], answers: Mapping[str, Evaluation]) -> None:
    """Draws the two files to take home. They are made only when someone clicks.

    Args:
        digits: At least one.
        answers: What each network made of them, by its name; first the one in use.
    """
    said = {name: evaluation.choices.tolist() for name, evaluation in answers.items()}
    left, right = st.columns(2)
    with left:
        st.download_button(
            "Table (CSV)",
            partial(_csv, digits, said),
            "my_digits.csv",
            "text/csv",
            key="own_csv",
            icon=":material/download:",
            on_click="ignore",
        )
        st.caption(
            "A row for each digit: its label, what you wrote it on, what each network read, and its 784 pixels. This "
            "file can be loaded again below."
        )
    with right:
        st.download_button(
            "Sheet (PNG)",
            partial(_sheet, digits, said),
            "my_digits.png",
            "image/png",
            key="own_png",
            icon=":material/download:",
            on_click="ignore",
        )
        st.caption(
            f"One picture of all digits to look at or to print. Its frames show what {next(iter(said))} misread."
        )


def _csv(digits: Sequence[OwnDigit], said: Mapping[str, Sequence[int]]) -> str:
    from mnist_core.collection import to_csv

    return to_csv(digits, said)


def _sheet(digits: Sequence[OwnDigit], said: Mapping[str, Sequence[int]]) -> bytes:
    from mnist_core.collection import as_dataset
    from mnist_core.figures.collection import contact_sheet

    name, read = next(iter(said.items()))
    labels = [digit.label for digit in digits]
    right = sum(label == answer for label, answer in zip(labels, read, strict=True))
    title = f"{name}: {right} of {in_words(len(digits))} read rightly"
    return contact_sheet(images=as_dataset(digits).images, labels=labels, read=read, title=title)


def load_files() -> None:
    """Draws the way back: files of this page, one or a whole class's, become part of the test set."""
    # Under another key it is another uploader, without the files of the set just forgotten.
    key = f"{FILES}_{st.session_state.get(_UPLOADER, 0)}"
    st.file_uploader(
        "Load digits from files, one or several at once",
        "csv",
        accept_multiple_files=True,
        max_upload_size=MOST_MEGABYTES,
        key=key,
        on_change=_take,
        args=(key,),
    )
    for is_good, outcome in cast("list[tuple[bool, str]]", st.session_state.get(_OUTCOMES, [])):
        if is_good:
            st.success(outcome, icon=":material/check_circle:")
        else:
            st.error(outcome, icon=":material/error:")


def _take(key: str) -> None:
    """Adds the digits of the files just chosen, of each once, and notes what came of it."""
    taken: set[str] = st.session_state.setdefault(_TAKEN, set())
    new = [file for file in st.session_state[key] if file.file_id not in taken]
    taken.update(file.file_id for file in new)
    st.session_state[_OUTCOMES] = [_outcome(file.name, file.getvalue()) for file in new]


def _outcome(name: str, content: bytes) -> tuple[bool, str]:
    """Adds the digits of a file; whether that was possible, and a sentence about it."""
    from mnist_core.collection import MOST, NotACollection, from_csv

    try:
        digits = from_csv(content)
    except NotACollection as error:
        return False, f"{plain(name)} can't be used. {error}"
    added, dropped = _add(digits)
    said = f"{plain(name)}: {in_words(added)} added."
    known = len(digits) - added
    if known:
        said += f" {in_words(known)} {'was' if known == 1 else 'were'} there already."
    if dropped:
        said += f" There is room for {MOST}, so the {dropped} oldest went."
    return True, said
