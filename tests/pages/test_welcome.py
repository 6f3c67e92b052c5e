"""The first page: what it says of the network that comes with the site."""

from mnist_core.network.checkpoint import load_shipped, shipped_card
from tests.app import open_page, sound, text
from tests.conftest import PROJECT
from ui.studio.take_home import KEPT


def test_what_guessing_and_the_shipped_network_reach_is_shown_after_the_answer() -> None:
    app = open_page("pages/welcome.py")
    assert not app.get("image")
    app = sound(app.radio(key="ask_welcome").set_value("None").run())
    captions = [image.caption for element in app.get("image") for image in element.proto.imgs]
    assert captions == ["Guessing: 10 of 100", "Ready-made network: 99 of 100"]
    assert f"reads {shipped_card()['test_accuracy']:.2%} of MNIST's 10,000 test images" in text(app)


def test_it_leads_to_every_page() -> None:
    app = open_page("pages/welcome.py")
    led_to = {link.proto.page for link in app.get("page_link")}
    assert led_to == {path.stem for path in (PROJECT / "pages").glob("*.py")} - {"welcome"}


def test_in_a_hurry_there_is_a_way_to_train_and_to_draw_before_all_others() -> None:
    links = [link.proto.page for link in open_page("pages/welcome.py").get("page_link")]
    assert links[:2] == ["train", "draw"]


def test_how_many_numbers_a_network_is_and_how_long_they_are_kept() -> None:
    said = text(open_page("pages/welcome.py"))
    assert "hundreds of thousands of numbers" in said
    assert 200_000 < sum(weights.numel() for weights in load_shipped().parameters()) < 1_000_000
    assert f"forgotten {KEPT} after you leave" in said
