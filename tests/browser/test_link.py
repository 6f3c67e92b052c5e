"""A teacher's link, in a real browser: copied, opened by someone else, with controls left out."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import settle

OpenPage = Callable[..., Page]


def copied_link(page: Page) -> str:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    return str(page.evaluate("navigator.clipboard.readText()"))


def path_of(link: str) -> str:
    return link.split("/", 3)[3]


def test_whoever_opens_a_copied_link_sees_the_page_as_it_was_set(open_page: OpenPage) -> None:
    teacher = open_page("train")
    epochs = teacher.get_by_role("slider", name="Epochs")
    epochs.focus()
    epochs.press("ArrowRight")
    expect(epochs).to_have_value("5")
    teacher.get_by_role("spinbutton", name="Seed").fill("42")
    teacher.get_by_role("spinbutton", name="Seed").press("Enter")
    teacher.wait_for_url("**seed=42**")
    link = copied_link(teacher)
    assert "ask_" not in link

    pupil = open_page(path_of(link))
    expect(pupil.get_by_role("slider", name="Epochs")).to_have_value("5")
    expect(pupil.get_by_role("spinbutton", name="Seed")).to_have_value("42")
    pupil.get_by_role("button", name="Reset this page").click()
    expect(pupil.get_by_role("slider", name="Epochs")).to_have_value("4")
    pupil.wait_for_url(lambda url: "seed" not in url)


def test_what_a_link_hides_stays_hidden_for_the_visit_and_keeps_its_value(open_page: OpenPage) -> None:
    page = open_page("train?hide=epochs,ask_train&epochs=3")
    expect(page.get_by_role("slider", name="Batch size")).to_be_visible()
    assert page.get_by_role("slider", name="Epochs").count() == 0
    page.get_by_role("link", name="Next: ").click()
    expect(page.get_by_role("heading", name="Compare runs", exact=True)).to_be_visible()
    page.wait_for_url("**hide=**")
    page.get_by_role("link", name="Back: ").click()
    expect(page.get_by_role("slider", name="Batch size")).to_be_visible()
    assert page.get_by_role("slider", name="Epochs").count() == 0
    page.wait_for_url("**epochs=3**")
    link = copied_link(page)
    assert "hide=" in link
    assert "epochs=3" in link


def test_one_back_of_the_browser_finds_the_page_before_as_it_was_set(open_page: OpenPage) -> None:
    page = open_page("train?epochs=2&seed=7")
    settle(page)
    start = page.evaluate("history.length")
    page.get_by_role("link", name="Draw a digit", exact=True).click()
    expect(page.get_by_role("heading", name="Draw a digit", exact=True)).to_be_visible()
    settle(page)
    assert page.evaluate("history.length") == start + 1
    page.go_back()
    expect(page.get_by_role("slider", name="Epochs")).to_have_value("2")
    assert path_of(page.url) == "train?epochs=2&seed=7"

    page.get_by_role("link", name="Draw a digit", exact=True).click()
    expect(page.get_by_role("heading", name="Draw a digit", exact=True)).to_be_visible()
    settle(page)
    page.get_by_role("link", name="Train a network", exact=True).click()
    page.wait_for_url("**epochs=2**")  # the server puts each setting back into the link
    settle(page)
    page.go_back()
    expect(page.get_by_role("heading", name="Draw a digit", exact=True)).to_be_visible()


def test_scenes_have_entries_of_their_own_in_the_browsers_history_and_settings_have_none(open_page: OpenPage) -> None:
    page = open_page("train")
    settle(page)
    lengths = page.evaluate(
        """() => ["?epochs=2", "?scene=1&epochs=2", "?scene=2&epochs=2", "?scene=2", "?scene=3"].map((search) => {
            history.pushState({}, "", search)
            return history.length
        })"""
    )
    start = lengths[0]
    assert lengths == [start, start, start + 1, start + 1, start + 2]
