"""Scenes: one at a time, its place in the link, and the page in one piece, large, or in the notes' order."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.app import in_one_piece, open_page, opened_by_link, scenes_of, sound, turn_to
from ui.frame import course

pytestmark = pytest.mark.usefixtures("offline")
PAGE = "lessons/welcome.py"


def asked(app: AppTest) -> list[str]:
    """The questions of the scenes on the page."""
    return [header.value for header in app.header]


def scene_in_link(app: AppTest) -> str:
    (text,) = app.query_params.get("scene", ["1"])[:1]
    return str(text)


def test_one_scene_stands_there_at_a_time() -> None:
    first, second = asked(open_page(PAGE)), asked(open_page(PAGE, scene=2))
    assert len(first) == len(second) == 1
    assert first != second
    assert scenes_of(PAGE) == 3


@pytest.mark.parametrize("text", ["0", "4", "-1", "2.5", "two", "", "99999999999999999999"])
def test_a_scene_that_is_not_there_is_the_first(text: str) -> None:
    assert asked(opened_by_link(PAGE, scene=text)) == asked(open_page(PAGE))


def test_marks_back_and_next_turn_the_scenes_and_the_link_follows() -> None:
    app = open_page(PAGE)
    assert not [button for button in app.button if button.key == "turn_back"]
    app = sound(app.button(key="turn_on").click().run())
    assert (asked(app), scene_in_link(app)) == (asked(open_page(PAGE, scene=2)), "2")
    app = turn_to(app, 3)
    assert (asked(app), scene_in_link(app)) == (asked(open_page(PAGE, scene=3)), "3")
    assert not [button for button in app.button if button.key == "turn_on"]
    app = turn_to(app, 1)
    assert asked(app) == asked(open_page(PAGE))
    assert "scene" not in app.query_params


def test_at_both_ends_of_a_lesson_the_way_leads_to_its_neighbours() -> None:
    lessons = [course.WELCOME, *(lesson for section in course.SECTIONS for lesson in section.lessons)]
    before, here, after = lessons[1:4]
    path = f"lessons/{here.stem}.py"
    links = [link.proto.label for link in open_page(path).get("page_link")]
    assert before.title in links
    links = [link.proto.label for link in open_page(path, scene=scenes_of(path)).get("page_link")]
    assert after.title in links


def test_what_is_done_right_after_turning_still_comes_with_the_old_link() -> None:
    """A press that the browser sent before it had heard of the new scene does not turn back."""
    app = turn_to(open_page(PAGE), 2)
    app.query_params.clear()
    app = sound(app.run())
    assert asked(app) == asked(open_page(PAGE, scene=2))
    assert scene_in_link(app) == "2"


def test_another_page_begins_with_its_first_scene_unless_the_link_says_more() -> None:
    app = turn_to(open_page(PAGE), 3)
    app.query_params.clear()  # as Streamlit does when the page is switched
    app = sound(app.switch_page("lessons/softmax.py").run())
    assert asked(app) == asked(open_page("lessons/softmax.py"))


def test_a_page_in_one_piece_has_all_scenes_and_no_way_on() -> None:
    app = in_one_piece(PAGE)
    assert asked(app) == [asked(open_page(PAGE, scene=number))[0] for number in (1, 2, 3)]
    assert not [button for button in app.button if str(button.key).startswith(("scene_", "turn_"))]
    assert not app.pills


def test_large_stays_for_the_visit_and_has_a_switch() -> None:
    app = opened_by_link(PAGE, show="large")
    assert app.toggle(key="large").value
    app = sound(app.switch_page("lessons/softmax.py").run())
    assert app.query_params["show"] in ("large", ["large"])
    app = sound(app.toggle(key="large").set_value(False).run())
    assert "show" not in app.query_params


def test_the_notes_order_can_be_chosen_and_sent() -> None:
    app = opened_by_link("lessons/two_classes.py", path="course")
    assert app.toggle(key="course_order").value
    assert course.WELCOME.title in [link.proto.label for link in app.get("page_link")]  # the first lesson of that path
    app = sound(app.toggle(key="course_order").set_value(False).run())
    assert "path" not in app.query_params
    assert course.WELCOME.title not in [link.proto.label for link in app.get("page_link")]
