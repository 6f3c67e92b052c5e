"""The router: which page is open, and what stands above each."""

from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from ui.frame import course, dataset, failures, incoming, link, resources, state, theme
from ui.visitor import status

incoming.guard()
failures.report()
st.set_page_config(page_title=course.TITLE, layout="wide")


def page_of(lesson: course.Lesson) -> StreamlitPage:
    """Without an icon: the browser would ask a server on the internet for it, as the tab's icon."""
    return st.Page(f"pages/{lesson.stem}.py", title=lesson.title, default=lesson is course.WELCOME)


sections = {
    "": [page_of(course.WELCOME)],
    **{section.title: [page_of(lesson) for lesson in section.lessons] for section in course.sections(link.path())},
}
page = st.navigation(sections, position="hidden" if link.shows_alone() else "top")
in_order = [page for pages in sections.values() for page in pages]
state.turn_to(in_order.index(page), in_order)
link.restore()
theme.apply()
state.identify()
if state.open_stem() != course.WELCOME.stem:
    resources.libraries()
page.run()
with st.container(key="status"):
    status.line()
dataset.mention()
incoming.mention()
state.ask_tab()
theme.bear_translation()
link.mend()
# The tab's icon comes late because Streamlit imports numpy and PIL for it, which the page need not wait for.
st.set_page_config(
    page_title=course.tab_title(state.open_stem()),
    page_icon=str(Path(__file__).parent / "ui" / "favicon.png"),
)
resources.warm_up()
