"""The softmax explorer in a real browser: its arithmetic against torch's, hand, keyboard and finger, and its link."""

import re
from collections.abc import Callable

import pytest
import torch
from playwright.sync_api import Browser, Locator, Page, expect

from mnist_core.network import functions
from tests.browser.conftest import settle
from ui.lessons.softmax_explorer import SOFTMAX_JS, START

OpenPage = Callable[..., Page]

# What float32 leaves open. Each side rounds an exponential (the browser to half a unit in the last place, torch to
# one), adds ten of them in an order of its own (nine roundings of half a unit), and divides: 13 units, of 2^-23 each.
PROBABILITIES = 13 * 2**-23, 8 * 2**-149  # relative and absolute; below 1e-38 the last place is always 2^-149
# The logarithm of the sum has the same error, then absolute; the result is rounded once, in both.
LOGARITHMS = 2 * 2**-23, 13 * 2**-23


def many_scores() -> torch.Tensor:
    """Ten scores in a row: small, large, all alike, two alike on top, at the ends of the scale, just at the limits."""
    generator = torch.Generator().manual_seed(5)
    small = torch.randn(200, 10, generator=generator) * 3
    large = torch.rand(400, 10, generator=generator) * 240 - 120
    in_steps = torch.randint(-1_200, 1_201, (400, 10), generator=generator) / 10
    alike = torch.arange(-120.0, 121.0, 8.0).unsqueeze(1).expand(-1, 10)
    on_top = in_steps.clone()
    on_top[:, [2, 7]] = on_top.max(dim=1, keepdim=True).values
    ends = torch.where(torch.rand(200, 10, generator=generator) < 0.5, -120.0, 120.0)
    limits = torch.tensor([88.7, 88.8, -87.3, -87.4, -103.9, -104.0]).unsqueeze(1) * torch.ones(10)
    limits[:, 5:] = -50.0
    return torch.cat([small, large, in_steps, alike, on_top, ends, limits])


def in_the_browser(browser: Browser, expression: str, z: torch.Tensor) -> torch.Tensor:
    page = browser.new_page()
    rows = page.evaluate(f"(rows) => {{ {SOFTMAX_JS}; return rows.map((z) => {expression}) }}", z.tolist())
    page.close()
    return torch.tensor(rows, dtype=torch.float64)


def assert_close(found: torch.Tensor, expected: torch.Tensor, tolerance: tuple[float, float]) -> None:
    rtol, atol = tolerance
    torch.testing.assert_close(found, expected.double(), rtol=rtol, atol=atol, equal_nan=True)


def test_the_browsers_softmax_is_torchs(browser: Browser) -> None:
    z = many_scores()
    found = in_the_browser(browser, "softmax(z)", z)
    assert torch.equal(found, found.float().double())  # every number is one of float32's
    for expected in (functions.softmax(z), torch.softmax(z, -1)):
        assert_close(found, expected, PROBABILITIES)
    assert found.eq(0).any()


def test_the_browsers_naive_softmax_fails_where_torchs_does(browser: Browser) -> None:
    z = many_scores()
    found, expected = in_the_browser(browser, "softmaxNaive(z)", z), functions.softmax_naive(z)
    assert torch.equal(found.isnan(), expected.isnan())
    assert found.isnan().any(dim=1).sum() > 200
    # With all powers below 1e-38, the roundings of single powers to 2^-149 are a large part of them.
    precise = z.max(dim=1).values > -80
    assert_close(found[precise], expected[precise], PROBABILITIES)


def test_the_browsers_log_softmax_and_loss_are_torchs_and_finite(browser: Browser) -> None:
    z = many_scores()
    found = in_the_browser(browser, "logSoftmax(z)", z)
    assert found.isfinite().all()
    for expected in (functions.log_softmax(z), torch.log_softmax(z, -1)):
        assert_close(found, expected, LOGARITHMS)
    losses = in_the_browser(browser, "z.map((_, y) => crossEntropy(z, y))", z)
    assert torch.equal(losses, -found)


def bar(page: Page, digit: int) -> Locator:
    return page.get_by_role("slider", name=f"Score of the {digit}")


def place(page: Page, digit: int, share: float) -> tuple[float, float]:
    """Where on the page a share of the scale lies, from -1 to 1."""
    bar(page, digit).evaluate("node => node.scrollIntoView({ block: 'center' })")
    box = bar(page, digit).bounding_box()
    assert box is not None
    return box["x"] + box["width"] * (1 + share) / 2, box["y"] + box["height"] / 2


def drag(page: Page, digit: int, share: float) -> None:
    settle(page)
    page.mouse.move(*place(page, digit, 0))
    page.mouse.down()
    page.mouse.move(*place(page, digit, share), steps=5)
    page.mouse.up()


def scores(page: Page) -> list[float]:
    return [float(bar(page, digit).get_attribute("aria-valuenow") or "nan") for digit in range(10)]


def column(page: Page, name: str) -> list[str]:
    return page.locator(f".explorer .row:not(.head):not(.foot) {name}").all_inner_texts()


def number(shown: str) -> float:
    mantissa, _, power = shown.partition("·10")
    return float(f"{mantissa}e{power.translate(str.maketrans('⁻⁰¹²³⁴⁵⁶⁷⁸⁹', '-0123456789')) or 0}")


def path_of(page: Page) -> str:
    return page.url.split("/", 3)[3]


def test_a_drag_moves_all_probabilities_and_the_link_holds_it(open_page: OpenPage) -> None:
    page = open_page("softmax")
    expect(bar(page, 5)).to_have_attribute("aria-valuenow", f"{START.logits[5]:g}")
    drag(page, 5, 0.8)
    dragged = scores(page)
    assert dragged[5] == pytest.approx(8, abs=0.2)
    assert dragged[:5] + dragged[6:] == [*START.logits[:5], *START.logits[6:]]
    expected = torch.softmax(torch.tensor(dragged), 0)
    shown = [number(p) for p in column(page, ".p .number")]
    assert shown == pytest.approx(expected.tolist(), abs=0.0005)
    page.locator(".explorer .row input[value='8']").check()
    loss = torch.nn.functional.cross_entropy(torch.tensor(dragged), torch.tensor(8)).item()
    page.get_by_text("Go deeper").click()
    expect(page.get_by_text(f"= {loss:.3f}. The lower")).to_be_visible()
    page.wait_for_url("**true_class=8**")
    page.wait_for_url("**logits=**")
    other = open_page(path_of(page))
    expect(bar(other, 5)).to_have_attribute("aria-valuenow", f"{dragged[5]:g}")
    assert scores(other) == dragged
    assert column(other, ".p .number") == column(page, ".p .number")
    other.get_by_role("button", name="Reset", exact=True).click()
    expect(bar(other, 5)).to_have_attribute("aria-valuenow", f"{START.logits[5]:g}")
    assert scores(other) == list(START.logits)
    other.wait_for_url(re.compile("softmax$"))


def test_what_comes_back_from_the_server_never_interrupts_a_drag(open_page: OpenPage) -> None:
    page = open_page("softmax")
    drag(page, 0, 0.5)
    page.mouse.move(5, 5)  # leaving the columns sends what was dragged
    settle(page)
    page.mouse.move(*place(page, 1, 0))
    page.mouse.down()
    page.mouse.move(*place(page, 1, 0.4), steps=3)
    held = scores(page)
    page.wait_for_url("**logits=**")
    settle(page)
    assert scores(page) == held
    page.mouse.move(*place(page, 1, 0.6), steps=3)
    page.mouse.up()
    last = scores(page)
    assert last[1] == pytest.approx(6, abs=0.2)
    page.wait_for_url(re.compile(f"(,|%2C){last[1]:g}(,|%2C)"))
    settle(page)
    assert scores(page) == last


def test_the_keyboard_does_all_a_hand_does(open_page: OpenPage) -> None:
    page = open_page("softmax")
    four = bar(page, 4)
    four.focus()
    for key, expected in (
        ("ArrowRight", "-2.9"),
        ("ArrowUp", "-2.8"),
        ("ArrowLeft", "-2.9"),
        ("PageUp", "-1.9"),
        ("PageDown", "-2.9"),
        ("End", "10"),
        ("ArrowRight", "10"),
        ("Home", "-10"),
    ):
        four.press(key)
        expect(four).to_have_attribute("aria-valuenow", expected)
    expect(four).to_have_attribute("aria-valuetext", re.compile(r"^−10\.0, probability "))
    assert four.evaluate("node => getComputedStyle(node).outlineStyle") == "solid"


def test_the_buttons_double_halve_and_begin_again(open_page: OpenPage) -> None:
    page = open_page("softmax?scene=2&hide=ask_twice")
    said = page.locator(".explorer [role=status]")
    expect(said).to_contain_text("1.0 above that of the 8. So its p is 2.718 times as large")
    before = column(page, ".p .number")
    page.get_by_role("button", name="All × 2").click()
    assert scores(page) == [2 * score for score in START.logits]
    expect(said).to_contain_text("2.0 above that of the 8. So its p is 7.389 times as large")
    expected = torch.softmax(2 * torch.tensor(START.logits), 0)
    assert [number(p) for p in column(page, ".p .number")] == pytest.approx(expected.tolist(), abs=0.0005)
    half = page.get_by_role("button", name="All ÷ 2")
    half.click()
    assert scores(page) == list(START.logits)
    assert column(page, ".p .number") == before
    for _ in range(2):
        half.click()
    assert scores(page) == [score / 4 for score in START.logits]
    expect(half).to_be_disabled()  # a ten-thousandth would be lost
    page.get_by_role("button", name="Start again").click()
    assert scores(page) == list(START.logits)
    expect(page.get_by_role("button", name="Start again")).to_be_disabled()


def test_what_is_doubled_in_one_scene_is_so_in_the_others(open_page: OpenPage) -> None:
    page = open_page("softmax?scene=2&hide=ask_twice")
    settle(page)
    page.get_by_role("button", name="All × 2").click()
    page.locator(".st-key-scene_1 button:visible").first.click()
    page.locator(".explorer.columns").wait_for()
    assert scores(page) == [2 * score for score in START.logits]


def test_nothing_moves_before_the_answer(open_page: OpenPage) -> None:
    page = open_page("softmax?scene=2")
    expect(bar(page, 0)).to_have_attribute("aria-disabled", "true")
    drag(page, 0, 0.9)
    assert scores(page) == list(START.logits)
    expect(page.get_by_role("button", name="All × 2")).to_be_hidden()
    page.locator(".st-key-ask_twice").get_by_text("It grows").click()
    page.get_by_role("button", name="All × 2").click()
    assert scores(page) == [2 * score for score in START.logits]


def test_above_88_the_naive_way_has_no_number_and_the_maximum_mends_it(open_page: OpenPage) -> None:
    page = open_page("softmax?scene=5&hide=ask_add_hundred")
    expect(bar(page, 0)).to_be_visible()
    before = column(page, ".p .number")
    page.get_by_role("button", name="All + 100").click()
    subtract = page.get_by_role("switch", name="Subtract the maximum")
    assert column(page, ".e") == ["∞"] * 10
    assert column(page, ".p .number") == ["not a number"] * 10
    expect(page.locator(".explorer [role=status]")).to_contain_text("too large for float32")
    page.get_by_text("Subtract the maximum", exact=True).click()
    page.wait_for_url("**subtract=true**")
    assert column(page, ".p .number") == before
    subtract.press("Space")
    assert column(page, ".p .number") == ["not a number"] * 10
    subtract.press("Space")
    page.get_by_role("radio", name="±120").press("Space")
    bar(page, 3).press("Home")
    expect(bar(page, 3)).to_have_attribute("aria-valuenow", "-120")
    bar(page, 5).press("End")
    expect(page.locator(".explorer .row.right .loss")).to_have_text("∞")
    page.get_by_text("Go deeper").click()
    expect(page.get_by_text("it gives a loss of 240")).to_be_visible()


def swipe(page: Page, start: tuple[float, float], to: tuple[float, float]) -> None:
    touch = page.context.new_cdp_session(page)

    def send(kind: str, *points: tuple[float, float]) -> None:
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})

    send("touchStart", start)
    for step in range(1, 9):
        send("touchMove", (start[0] + (to[0] - start[0]) * step / 8, start[1] + (to[1] - start[1]) * step / 8))
        page.wait_for_timeout(30)
    send("touchEnd")


def test_a_finger_drags_along_a_bar_and_scrolls_across_it(open_page: OpenPage) -> None:
    page = open_page("softmax", width=390)
    settle(page)
    x, y = place(page, 3, 0)
    swipe(page, (x, y), place(page, 3, -0.5))
    expect(bar(page, 3)).to_have_attribute("aria-valuenow", re.compile(r"^-(4\.9|5|5\.1)$"))
    before, top = scores(page), bar(page, 3).evaluate("node => node.getBoundingClientRect().top")
    swipe(page, (x, y), (x + 2, y - 200))
    settle(page)
    assert bar(page, 3).evaluate("node => node.getBoundingClientRect().top") < top - 50
    assert scores(page) == before


def test_on_a_phone_each_column_can_be_had(open_page: OpenPage) -> None:
    page = open_page("softmax?scene=5&hide=ask_add_hundred&subtract=true", width=390)
    row = page.locator(".explorer .row.right")
    for name, stage in (("power of e", ".e"), ("minus the largest", ".shifted")):
        page.locator(".explorer .stages").get_by_text(name, exact=True).click()
        for other in (".e", ".shifted"):
            expect(row.locator(f".cell{other}")).to_be_visible(visible=other == stage)
        assert page.locator(".explorer").evaluate("node => node.scrollWidth <= node.clientWidth")


@pytest.mark.parametrize("path", ["softmax", "softmax?scene=2&hide=ask_twice"])
def test_all_ten_rows_stand_on_one_screen(open_page: OpenPage, path: str) -> None:
    page = open_page(path)
    page.set_viewport_size({"width": 1280, "height": 720})
    settle(page)
    last = page.locator(".explorer .foot").bounding_box()
    assert last is not None
    assert last["y"] + last["height"] < 660
    narrow = open_page(path, width=390)
    settle(narrow)
    height = narrow.locator(".st-key-stage").evaluate("node => node.getBoundingClientRect().height")
    assert height < 700
    for digit in range(10):
        box = bar(narrow, digit).bounding_box()
        assert box is not None
        assert 24 <= box["height"] <= 44


def test_hidden_parts_are_gone_and_stay_as_linked(open_page: OpenPage) -> None:
    page = open_page("softmax?scene=5&hide=subtract,logits,ask_add_hundred&subtract=true")
    expect(page.get_by_role("columnheader", name="minus the largest")).to_be_visible()
    expect(page.get_by_text("Subtract the maximum", exact=True)).to_be_hidden()
    expect(page.get_by_role("button", name="All + 100")).to_be_hidden()
    drag(page, 0, 0.9)
    assert scores(page) == list(START.logits)
    page.locator(".explorer .row input[value='8']").check()
    page.wait_for_url("**true_class=8**")
    assert "subtract=true" in page.url
    page.get_by_role("button", name="Reset", exact=True).click()
    page.wait_for_url(lambda url: "true_class" not in url)
    assert "subtract=true" in page.url
