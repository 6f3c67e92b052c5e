"""Every key of the session's state that is not a widget's own, behind typed accessors."""

import uuid
from typing import Any, cast

import streamlit as st
from streamlit.navigation.page import StreamlitPage
from streamlit.runtime.scriptrunner import get_script_run_ctx

from ui import APP
from ui.frame import course, incoming

COMPONENTS = APP / "ui" / "components"
SHIPPED = "shipped"
MNIST = "MNIST"
GENERATED = "generated digits"
MOST_NAMES = 2  # of tabs in one session: the one proposed, and the one that the tab had already

_TAB_JS = (COMPONENTS / "tab.js").read_text(encoding="utf-8")


def identify() -> None:
    """Finds the name of this browser tab, which survives a reload; called once a run, before anything needs it.

    The server proposes a name. A tab that has one from before answers with that, a moment after the first run.
    """
    candidate = st.session_state.setdefault("_candidate", uuid.uuid4().hex)
    st.session_state.setdefault("_tab", candidate)
    name = st.session_state.get("tab", {}).get("name", candidate)
    names: list[str] = st.session_state.setdefault("_names", [candidate])
    if name not in names and len(names) < MOST_NAMES:
        names.append(name)
    if name in names:  # no session has the runs of any number of tabs
        st.session_state["_tab"] = name


def ask_tab() -> None:
    """Asks the tab for its name, once the page is drawn."""
    component = st.components.v2.component("tab", js=_TAB_JS)
    with st.container(key="unseen"):
        component(
            key=incoming.ask("tab", name=incoming.is_text("[0-9a-f]{32}")),
            data={"candidate": st.session_state["_candidate"], "known": tab_name()},
            on_name_change=lambda: None,
        )


def tab_name() -> str:
    """The name ``identify`` found in this run."""
    return str(st.session_state["_tab"])


def linked() -> dict[str, str]:
    """What the link says that is not bound to a widget on the page: at first all that it said when the visit began."""
    if "_linked" not in st.session_state:
        st.session_state["_linked"] = incoming.link()
    return cast(dict[str, str], st.session_state["_linked"])


def page_controls() -> dict[str, Any]:
    """The controls drawn in this scene so far: the value each starts with, by key."""
    return cast(dict[str, Any], st.session_state.setdefault("_page_controls", {}))


def drawn() -> set[str]:
    """What is drawn on this page so far that can stand there only once, by name."""
    return cast(set[str], st.session_state.setdefault("_drawn", set()))


def settled() -> dict[str, Any]:
    """What was found out in the last run of the whole page, and is to stay as it was until the next one."""
    return cast(dict[str, Any], st.session_state.setdefault("_settled", {}))


def is_fragment_alone() -> bool:
    """Whether this run draws a fragment anew, and not the whole page."""
    context = get_script_run_ctx()
    return bool(context and context.fragment_ids_this_run)


def turned_in_history() -> bool:
    """Whether the browser's Back or Forward brought about this run."""
    context = get_script_run_ctx()
    return bool(context and context.is_history_navigation)


def turn_to(index: int, pages: list[StreamlitPage]) -> None:
    """Notes the order of all pages, and which of them is open."""
    st.session_state["_pages"] = index, pages
    st.session_state["_through_router"] = True
    st.session_state["_page_controls"], st.session_state["_drawn"], st.session_state["_settled"] = {}, set(), {}


def open_stem() -> str:
    """The name of the open page's file."""
    index, pages = st.session_state["_pages"]
    return pages[index].url_path or course.WELCOME.stem


def chosen_scene() -> int | None:
    """The scene that the reader turned to on the open page, if they did."""
    place: tuple[str, int] = st.session_state.get("_turned_to", ("", 0))
    return place[1] if place[0] == open_stem() else None


def choose_scene(number: int | None) -> None:
    """Notes the scene that the reader turned to on the open page."""
    st.session_state["_turned_to"] = (open_stem(), number) if number else ("", 0)


def arrive(number: int) -> None:
    """Counts how often the reader came from one scene or page to another; called once a run with the scene's number."""
    index, _ = st.session_state["_pages"]
    if st.session_state.get("_arrived") != (index, number):
        st.session_state["_arrived"] = index, number
        st.session_state["_arrivals"] = st.session_state.get("_arrivals", 0) + 1


def enter_scene(number: int) -> None:
    """Notes which scene is being drawn, from 1."""
    st.session_state["_scene"] = number


def scene_now() -> int:
    """The scene being drawn, from 1."""
    return int(st.session_state["_scene"])


def came_through_router() -> bool:
    """Whether app.py has brought the page here in this run; to be asked once a run."""
    return bool(st.session_state.pop("_through_router", False))


def neighbours() -> tuple[StreamlitPage | None, StreamlitPage | None]:
    """The pages before and after the open one, where there are such."""
    index, pages = st.session_state["_pages"]
    return pages[index - 1] if index else None, pages[index + 1] if index + 1 < len(pages) else None


def page(stem: str) -> StreamlitPage:
    """The page whose file has this name, for a link to it."""
    _, pages = st.session_state["_pages"]
    return cast(StreamlitPage, next(page for page in pages if (page.url_path or course.WELCOME.stem) == stem))


def wanted_dataset() -> str:
    """The data set the reader or the link chose: ``MNIST`` (also while it is not there yet) or ``GENERATED``."""
    chosen = st.session_state.get("dataset")
    if chosen is None and (linked().get("digits") == "generated" or linked().get("dataset") == "Generated digits"):
        return GENERATED
    return GENERATED if chosen == GENERATED else MNIST


def key_standing_on(name: str, mark: object) -> str:
    """The key of a widget that the page moves, too: another one whenever it moved without a press of the reader.

    With the same key, whatever the reader did before the browser had heard of the new mark would come with the old one,
    as if that had been pressed.

    Args:
        name: Of the widget; the key begins with it.
        mark: What the widget is to stand on.
    """
    if st.session_state.get(newest_key(name)) != mark:
        st.session_state[f"_moved_{name}"] = st.session_state.get(f"_moved_{name}", 0) + 1
    return newest_key(name)


def newest_key(name: str) -> str:
    """What ``key_standing_on`` said last of this widget."""
    return f"{name}_{st.session_state.get(f'_moved_{name}', 0)}"


def offer_model(key: str) -> None:
    """Makes a model the one to read with, from the next time anything asks which one does."""
    st.session_state["_offered_model"] = key


def accept_offered_model() -> None:
    """Lets the chooser, whose key is ``model``, stand on the model offered; call it before drawing that."""
    if "_offered_model" in st.session_state:
        st.session_state["model"] = st.session_state.pop("_offered_model")


def ask_to_start() -> None:
    """Notes that the training page is to start a run as soon as it opens; called before going there."""
    st.session_state["_asked_to_start"] = True


def is_asked_to_start() -> bool:
    """Whether that was asked and has not been done yet."""
    return bool(st.session_state.get("_asked_to_start"))


def has_started() -> None:
    """Notes that it was done: neither a reload nor the way back starts another run."""
    st.session_state.pop("_asked_to_start", None)


def is_new_place() -> bool:
    """Whether the canvas drawn last was another one: of another scene, or of this one before the reader left it."""
    here = st.session_state.get("_arrivals"), tab_name()
    is_new = st.session_state.get("_canvas_place") != here
    st.session_state["_canvas_place"] = here
    return is_new
