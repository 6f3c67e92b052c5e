"""The state of a page in its link: a teacher sets the page up, copies the link, and pupils see the same.

Each control here is one of Streamlit's, bound to the query parameter of its key. ``?hide=epochs,seed`` leaves out the
controls it names for the whole visit: one that has a value in the link keeps it, another stands on its start.
Everything a link says is checked before it is used; what is not among the control's values is ignored.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar, cast
from urllib.parse import urlencode

import streamlit as st

from ui.frame import course, incoming, state

T = TypeVar("T")

_COPY_HTML = '<button type="button">Copy link</button>\n<span role="status"></span>'
_COPY_JS = (state.COMPONENTS / "copy_link.js").read_text(encoding="utf-8")
_COPY_CSS = (state.COMPONENTS / "copy_link.css").read_text(encoding="utf-8")
_MENDS = {name: (state.COMPONENTS / f"{name}.js").read_text(encoding="utf-8") for name in ("history", "whole_numbers")}
_NAME = re.compile(r"[a-z0-9_]{1,40}")
UNBOUND = object()  # the start of what is not a widget, among the page's controls
_BOUND: dict[str, Any] = {"bind": "query-params", "persist_state": "session"}


LARGEST_SEED = 2**32 - 1
LARGE, WHOLE = "large", "whole"  # what ?show= can say: for a projector; in one piece
COURSE = course.NOTES  # what ?path= can say
YES_OR_NO = incoming.one_of((True, False), {True: "true", False: "false"}.__getitem__)


def restore() -> None:
    """Remembers what the link said when the visit began; called once a run, before the page.

    Streamlit drops what no widget is bound to when the page is switched, so what counts for the visit is said again.
    """
    _say_again("hide", ",".join(sorted(hidden_names())))
    _say_again("show", ",".join(way for way in (LARGE, WHOLE) if shows(way)))
    _say_again("path", path())


def _say_again(name: str, text: str) -> None:
    if text and st.query_params.get(name) != text:
        state.linked()[name] = st.query_params[name] = text


def shows(way: str) -> bool:
    """Whether this visit is shown in a way of its own: ``LARGE``, ``WHOLE`` or both."""
    return way in state.linked().get("show", "").split(",")


def shows_alone() -> bool:
    """Whether nothing is to stand around the scene: no menu, on a projector or on paper."""
    return shows(LARGE) or shows(WHOLE)


def path() -> str:
    """In which order the lessons come on this visit: ``COURSE``, that of the course notes, or ``""``, our own."""
    return COURSE if state.linked().get("path") == COURSE else ""


def scene(count: int) -> int:
    """The scene to draw, from 1: the one the reader turned to, else the one in the link; the first, if there is none.

    What the reader does right after turning still comes with the link from before. So the link counts only when the
    page is opened, and when the browser went back or on.

    Args:
        count: How many scenes the page has.
    """
    if state.turned_in_history():
        state.choose_scene(None)
    linked, _ = incoming.from_link("scene", st.query_params.get("scene", "1"), incoming.one_of(range(1, count + 1)), 1)
    number = min(state.chosen_scene() or linked, count)
    state.choose_scene(number)
    if number != linked or (number == 1) != ("scene" not in st.query_params):
        _put_scene(number)
    return number


def turn_to_scene(number: int) -> None:
    """Turns to a scene; for callbacks."""
    state.choose_scene(number)
    _put_scene(number)


def _put_scene(number: int) -> None:
    if number == 1:
        st.query_params.pop("scene", None)
    else:
        st.query_params["scene"] = str(number)


def is_drawn_already(key: str) -> bool:
    """Whether what goes by this name stands on the page already; notes that it will.

    In one piece, several scenes of a page may have the same control, which can stand there only once.
    """
    if not shows(WHOLE) or state.is_fragment_alone():
        return False
    is_drawn = key in state.drawn()
    state.drawn().add(key)
    return is_drawn


def switch_large() -> None:
    """The switch for a projector."""
    st.session_state["large"] = shows(LARGE)
    st.toggle("Large, for a projector", key="large", on_change=_set_for_visit, args=("show", LARGE, "large"))


def switch_path() -> None:
    """The switch for the order of the course notes."""
    st.session_state["course_order"] = bool(path())
    st.toggle(
        "Lessons in the order of the course notes: formulas first",
        key="course_order",
        on_change=_set_for_visit,
        args=("path", COURSE, "course_order"),
    )


def _set_for_visit(name: str, text: str, key: str) -> None:
    """Puts what a switch says into the link, or takes it out; for callbacks."""
    set_unbound(name, text if st.session_state[key] else None)


def in_one_piece() -> str:
    """The address of the open page in one piece as it is set now, light, without what stands around it."""
    settings = {name: text for name, text in st.query_params.to_dict().items() if name != "scene"}
    return "?" + urlencode({**settings, "show": WHOLE, "embed": "true", "embed_options": "light_theme"})


def hidden_names() -> set[str]:
    """The names of the controls that this visit leaves out."""
    return {name for name in state.linked().get("hide", "").split(",") if _NAME.fullmatch(name)}


def is_hidden(name: str) -> bool:
    """Whether this visit leaves out the control (or the part of a page) of this name."""
    return name in hidden_names()


def slider(
    label: str, key: str, least: float, most: float, start: float, step: float = 0.1, *, shown: str, **options: Any
) -> float:
    """A slider of decimal numbers.

    Args:
        label: What it sets.
        key: Its name, in the session's state and in the link.
        least: The lowest value.
        most: The highest value.
        start: The value without a link.
        step: From one value to the next.
        shown: How a value is written, such as ``"%.1f"``.
        options: Whatever else ``st.slider`` takes.

    Returns:
        The value, from ``least`` to ``most``.
    """

    def draw() -> float:
        return float(st.slider(label, least, most, start, step, shown, key, **_BOUND, **options))

    return _control(key, start, incoming.decimal(least, most), draw)


def whole_slider(label: str, key: str, least: int, most: int, start: int, **options: Any) -> int:
    """A slider of whole numbers; the arguments are those of ``slider``."""
    return _control(
        key,
        start,
        incoming.whole(least, most),
        lambda: int(st.slider(label, least, most, start, key=key, **_BOUND, **options)),
    )


def number_input(label: str, key: str, least: int, most: int, start: int, **options: Any) -> int:
    """A field for a whole number; the arguments are those of ``slider``."""
    return _control(
        key,
        start,
        incoming.whole(least, most),
        lambda: int(st.number_input(label, least, most, start, key=key, **_BOUND, **options)),
    )


def seed(label: str, key: str, *, meaning: str = "") -> int:
    """A field for a seed, which says what a seed is.

    Args:
        label: Of what the seed is.
        key: Its name, in the session's state and in the link.
        meaning: What this one decides, as a sentence.

    Returns:
        The seed, 0 to 2**32 - 1; 0 without a link.
    """
    explained = "A seed picks one of many random draws: the same seed gives the same one again."
    return number_input(label, key, 0, LARGEST_SEED, 0, help=f"{meaning} {explained}".strip())


def seed_below(key: str) -> int:
    """The value of a seed whose field stands further down, where what goes deeper may not be open.

    Args:
        key: Of the field, which ``seed`` draws.

    Returns:
        What was last set there, else what the link says, else 0.
    """
    if key in st.session_state:
        return int(st.session_state[key])
    return _keep_linked(key, 0, incoming.whole(0, LARGEST_SEED))


def choice_below(key: str, values: Iterable[T], start: T, *, names: Callable[[T], str] = str) -> T:
    """The value of a ``select_slider`` that stands further down or in another scene; its arguments are the same."""
    if key in st.session_state:
        return cast(T, st.session_state[key])
    return _keep_linked(key, start, incoming.one_of(values, names))


def toggle(label: str, key: str, start: bool = False, **options: Any) -> bool:
    """A switch; the arguments are those of ``slider``."""
    return _control(
        key,
        start,
        YES_OR_NO,
        lambda: st.toggle(label, start, key, **_BOUND, **options),
    )


def select_slider(
    label: str, key: str, values: Sequence[T], start: T, *, names: Callable[[T], str] = str, **options: Any
) -> T:
    """A slider over given values.

    Args:
        label: What it sets.
        key: Its name, in the session's state and in the link.
        values: What it can stand on, in order.
        start: The value without a link.
        names: How a value is written, on the page and in the link.
        options: Whatever else ``st.select_slider`` takes.

    Returns:
        One of ``values``.
    """
    return _control(
        key,
        start,
        incoming.one_of(values, names),
        lambda: st.select_slider(label, values, start, names, key, **_BOUND, **options),
    )


def buttons(
    label: str, key: str, values: Iterable[T], start: T, *, names: Callable[[T], str] = str, **options: Any
) -> T:
    """A row of buttons of which one is pressed; the arguments are those of ``select_slider``."""
    values = list(values)

    def draw() -> T:
        chosen = st.segmented_control(
            label, values, default=start, required=True, format_func=names, key=key, wrap=True, **_BOUND, **options
        )
        return start if chosen is None else chosen

    return _control(key, start, incoming.one_of(values, names), draw)


def selectbox(
    label: str, key: str, values: Iterable[T], start: T, *, names: Callable[[T], str] = str, **options: Any
) -> T:
    """A list to choose one from; the arguments are those of ``select_slider``."""
    values = list(values)
    return _control(
        key,
        start,
        incoming.one_of(values, names),
        lambda: st.selectbox(label, values, values.index(start), names, key, **_BOUND, **options),
    )


def text_input(label: str, key: str, placeholder: str, *, longest: int) -> str:
    """A field for a few words, empty without a link.

    Args:
        label: What it is for.
        key: Its name, in the session's state and in the link.
        placeholder: What stands in it while it is empty.
        longest: The most characters it takes; a longer text in the link is cut off there.

    Returns:
        The text.
    """
    return _control(
        key,
        "",
        str,
        lambda: st.text_input(label, key=key, placeholder=placeholder, max_chars=longest, **_BOUND),
    )[:longest]


def _control(key: str, start: T, read: Callable[[str], T], draw: Callable[[], T]) -> T:
    if is_hidden(key):
        return _keep_linked(key, start, read)
    if is_drawn_already(key):
        return cast(T, st.session_state.get(key, start))
    state.page_controls()[key] = start
    text = st.query_params.get(key)
    if text is not None:  # Streamlit reads it by itself, but says nothing when it can't
        incoming.from_link(key, text, read, start)
    return draw()


def _keep_linked(key: str, start: T, read: Callable[[str], T]) -> T:
    """The value the link has for something that is not a widget, which also stays in the link."""
    text = state.linked().get(key)
    if text is None:
        return start
    value, is_sound = incoming.from_link(key, text, read, start)
    if not is_sound:
        set_unbound(key, None)
    elif st.query_params.get(key) != text:
        st.query_params[key] = text
    return value


def unbound(key: str, start: T, read: Callable[[str], T]) -> T:
    """The linked value of what is not a widget, such as the state of an inline component.

    Args:
        key: Its name in the link.
        start: The value without a link.
        read: From the link's text to the value; it raises ValueError for what it does not accept.

    Returns:
        The value last set with ``set_unbound``, else that of the link, else ``start``.
    """
    if not is_hidden(key):
        state.page_controls()[key] = UNBOUND
    return _keep_linked(key, start, read)


def offers(name: str) -> bool:
    """Whether a part of the scene stands there that has no value for the link: this visit may leave it out."""
    if is_hidden(name):
        return False
    state.page_controls()[name] = UNBOUND
    return True


def set_unbound(key: str, text: str | None) -> None:
    """Puts the value of what is not a widget into the link; None takes it out. For callbacks, or before it is drawn."""
    if text is None:
        state.linked().pop(key, None)
        st.query_params.pop(key, None)
    else:
        state.linked()[key] = st.query_params[key] = text


def tools() -> None:
    """The two buttons every page has: copy the link to this scene as it stands, and set it back."""
    with st.container(horizontal=True, key="page_tools", vertical_alignment="center"):
        component = st.components.v2.component("copy_link", html=_COPY_HTML, css=_COPY_CSS, js=_COPY_JS)
        component(key="copy_link", width="content")
        st.button("Reset", key="reset_page", type="tertiary", on_click=_reset)


def mend() -> None:
    """Mends what Streamlit does in the browser with the link and with numbers that are typed; called once a run.

    One Back of the browser goes one page or one scene back, and what is no whole number does not become one.
    """
    with st.container(key="unseen_mends"):
        for name, script in _MENDS.items():
            st.components.v2.component(name, js=script)(key=f"mends_{name}")


def _reset() -> None:
    """Puts each control of the scene on its start and forgets its answers. What the link hides stays as linked."""
    controls = state.page_controls()
    for key, start in controls.items():
        if start is UNBOUND:
            set_unbound(key, None)
        else:
            st.session_state[key] = start
