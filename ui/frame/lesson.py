"""The furniture all lessons share: scenes one at a time, what goes deeper, the way on and the foot of the page."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import streamlit as st

from mnist_core.source import source_of
from ui import APP
from ui.frame import course, link, state

SCRIPT_HEIGHT = 420  # pixels
_SCENES_JS = (state.COMPONENTS / "scenes.js").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Scene:
    """One idea on one screen.

    Attributes:
        question: What it answers, in a line.
        draw: Draws it: the stage, what to notice, and what goes deeper.
    """

    question: str
    draw: Callable[[], object]


def scene(question: str) -> Callable[[Callable[[], object]], Scene]:
    """Makes a scene of a function of the page: ``@lesson.scene("How do ten scores become ten probabilities?")``."""
    return lambda draw: Scene(question, draw)


def show(*scenes: Scene) -> None:
    """Draws the lesson of the open page: the scene that the link names, and the way on.

    It is the last call of every page, so that a page ends with its table of contents. A page in one piece has all
    scenes, one below the other, with all that goes deeper, and no way on: it is for reading and for paper.

    Args:
        scenes: In order.
    """
    is_whole = link.shows(link.WHOLE)
    number = 1 if is_whole else link.scene(len(scenes))
    state.arrive(number)
    lesson = course.lesson_of(state.open_stem())
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", key="top"):
        st.title(course.TITLE if lesson is course.WELCOME else lesson.title, anchor=False, width="content")
        tools = st.container(width="content")
    with st.container(key="scene"):
        for each, one in enumerate(scenes, start=1):
            if is_whole or each == number:
                with st.container():  # of its own, so that no scene is moved by how much those before it have to show
                    state.enter_scene(each)
                    st.header(one.question, anchor=False)
                    one.draw()
    if not is_whole:
        _way(scenes, number)
    _footer()
    with tools:  # after the scene, which need not wait for what Streamlit loads for inline components
        link.tools()
    _turn_by_keys(number)


def stage() -> AbstractContextManager[object]:
    """The figure, the control that moves it and what comes of it: what has to stand on one screen."""
    follow_a_turn()
    first = state.scene_now() == 1 or not link.shows(link.WHOLE)
    return st.container(key="stage" if first else f"stage_{state.scene_now()}")


def follow_a_turn() -> None:
    """Draws the whole page anew if the reader turned to another scene, and only a fragment of this one was run.

    A browser that has news of a component and of a button at once sends both as the component's, for its fragment.
    """
    if state.is_fragment_alone() and not link.shows(link.WHOLE) and state.chosen_scene() != state.scene_now():
        st.rerun()


def deeper(*parts: Callable[[], object]) -> None:
    """What goes further than the scene: drawn once it is opened, so that a scene costs no more than it shows.

    Args:
        parts: Each draws one part.
    """
    with st.container(key=f"deeper_{state.scene_now()}"):
        if link.shows(link.WHOLE):
            _all(parts)
            return
        name = f"go_deeper_{state.open_stem()}_{state.scene_now()}"
        box = st.expander("Go deeper", icon=":material/keyboard_double_arrow_down:", key=name, on_change="rerun")
        if box.open:
            with box:
                _all(parts)


def _all(parts: tuple[Callable[[], object], ...]) -> None:
    for part in parts:
        with st.container():
            part()


def formula(symbols: str, *numbers: str) -> None:
    """A formula in symbols, and below it the same with the numbers now on the page; all in LaTeX."""
    st.latex(symbols)
    for line in numbers:
        st.latex(line)


def notice(text: str) -> None:
    """What the reader should look at in the figure above."""
    st.markdown(f":material/visibility: {text}")


def try_this(text: str) -> None:
    """Something to do with the controls of the page."""
    st.markdown(f":material/science: **Try this.** {text}")


def show_source(*functions: Callable[..., Any] | cached_property[Any]) -> None:
    """The code that ran: read from the functions themselves, so that it can't be out of date."""
    st.subheader("The code that ran", anchor=False)
    _show_python(functions)


def _show_python(functions: tuple[Callable[..., Any] | cached_property[Any], ...]) -> None:
    for given in functions:
        function = given.func if isinstance(given, cached_property) else given
        st.caption(f"`{function.__module__}.{function.__qualname__}`")
        st.code(source_of(function), language="python", wrap_lines=True)


def show_script(name: str, *functions: Callable[..., Any]) -> None:
    """A script that the browser ran, and beside it the Python that does the same; of both, a window to scroll in.

    Args:
        name: Of the file among the components, without its ending.
        functions: In Python; none where the browser alone does it.
    """
    window: int | Literal["content"] = "content" if link.shows(link.WHOLE) else SCRIPT_HEIGHT  # paper can't be scrolled
    python, script = st.columns(2) if functions else (None, st.container())
    if python is not None:
        with python.container(height=window, border=False):
            _show_python(functions)
    with script.container(height=window, border=False):
        path = state.COMPONENTS / f"{name}.js"
        st.caption(f"`{path.relative_to(APP)}`")
        st.code(path.read_text(encoding="utf-8"), language="javascript", wrap_lines=True)


def _way(scenes: tuple[Scene, ...], number: int) -> None:
    """Back, a mark for each scene, and Next; beyond the first and the last scene lie the neighbouring lessons."""
    before, after = state.neighbours()
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", key="scenes"):
        with st.container(key="scene_back", width="content"):
            if number > 1:
                _turn("Back", "turn_back", number - 1, icon=":material/arrow_back:", type="tertiary")
            elif before:
                st.page_link(before, label=before.title, icon=":material/arrow_back:")
        with st.container(horizontal=True, width="content", gap="xxsmall", key="marks"):
            for each, one in enumerate(scenes, start=1):
                if len(scenes) > 1:
                    _turn(
                        str(each),
                        f"scene_{each}",
                        each,
                        type="primary" if each == number else "tertiary",
                        help=one.question,
                    )
        with st.container(key="scene_next", width="content"):
            if number < len(scenes):
                _turn(
                    "Next",
                    "turn_on",
                    number + 1,
                    icon=":material/arrow_forward:",
                    icon_position="right",
                    type="secondary",
                )
            elif after:
                st.page_link(after, label=after.title, icon=":material/arrow_forward:", icon_position="right")


def _turn(label: str, key: str, to: int, **options: Any) -> None:
    """A button that leads to a scene."""
    st.button(label, key=key, on_click=link.turn_to_scene, args=(to,), **options)


def _turn_by_keys(number: int) -> None:
    """Lets the arrow keys turn the scenes, and begins a new one at its top."""
    with st.container(key="unseen_scenes"):
        component = st.components.v2.component("scenes", js=_SCENES_JS)
        component(key="scene_keys", data={"place": f"{state.open_stem()} {number}"})


def _footer() -> None:
    """What a teacher may want: large text, one piece, the other order, and how to leave something out."""
    with st.container(horizontal=True, vertical_alignment="center", key="foot"):
        if not link.shows(link.WHOLE):
            link.switch_large()
            st.markdown(f"[Read or print this page in one piece]({link.in_one_piece()})", width="content")
    _for_teachers()


def _for_teachers() -> None:
    """The order of the lessons, and how to hide what is in this scene, with the names it goes by."""
    names = sorted(state.page_controls())
    with st.expander("For teachers", icon=":material/school:"):
        link.switch_path()
        st.markdown(
            "The link to this page holds this scene and its settings: press *Copy link*, and pupils see the same. "
            "To leave a control or a question out for the whole visit, add "
            f"`hide=` and its name to the link, after a `?`, or after an `&` if there is a `?` already. Several names "
            f"are separated by commas: `?hide={','.join(names[:2])}`. "
            "A hidden control keeps the value it has in the link; without a hidden question, its figure shows at once."
        )
        st.markdown(f"The names in this scene: {_listed(names)}.")
        if link.hidden_names():
            st.markdown(f"Your link leaves out: {_listed(sorted(link.hidden_names()))}.")


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "none"
