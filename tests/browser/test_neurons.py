"""What a neuron tells when it is pointed at: the network's own numbers, by key, mouse and finger, pinned and let go."""

import base64
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from playwright.sync_api import Browser, Locator, Page, Position, expect
from torch import Tensor

from mnist_core.data.dataset import Splits, normalize
from mnist_core.figures.theme import LIGHT
from mnist_core.lessons.evidence import evidence, loudest_neurons
from mnist_core.network.checkpoint import dumps, load_shipped
from mnist_core.network.layers import for_plain_pixels
from mnist_core.network.model import MLP, MLPConfig
from mnist_core.network.view import first_neurons, look
from mnist_core.training.loop import new_model
from tests.browser.conftest import go_to, settle
from ui.drawing import network

OpenPage = Callable[..., Page]
SCENE = "network?scene=5"
NUMBER = r"−?\d+\.\d\d"
NEURON = re.compile(r"Neuron (\d+) of ([\d,]+)(?: in layer (\d))?")


def read(text: str) -> float:
    return float(text.replace("−", "-").replace(" ", ""))


def plain(locator: Locator) -> str:
    """What is written there, with spaces that break."""
    return (locator.text_content() or "").replace("\u00a0", " ")


def heard(page: Page) -> str:
    return plain(page.locator(".heard"))


def cards(page: Page) -> list[str]:
    return [plain(card) for card in page.locator("section:visible strong").all()]


def at_the_picture(page: Page, *keys: str) -> Locator:
    """Focuses the picture once it has come to rest, and presses keys."""
    picture = page.get_by_role("application", name="The network")
    expect(page.locator("section:visible").first).to_be_visible()
    settle(page)
    picture.focus()
    for key in keys:
        page.keyboard.press(key)
    return picture


def summands(said: str) -> tuple[list[tuple[float, float]], float, float, float]:
    """The named terms w × x, the others, the bias and the sum of what a neuron says."""
    written = said.split(": ", 1)[1].split(". ReLU")[0].split(". This")[0]
    terms = re.findall(rf"([+−]? ?\d+\.\d\d) × \(?({NUMBER})\)?", written)
    others, bias, total = (
        re.search(pattern, written)
        for pattern in (r"([+−]? ?\d+\.\d\d) \(others\)", r"([+−]? ?\d+\.\d\d) \(bias\)", rf"≈ ({NUMBER})")
    )
    assert bias
    assert total
    return [(read(w), read(x)) for w, x in terms], read(others[1]) if others else 0.0, read(bias[1]), read(total[1])


def check_sum(said: str, weights: Tensor, x: Tensor, bias: float, z: float) -> None:
    """That a sum is written with its largest terms, and each number to two decimals."""
    terms, others, written_bias, total = summands(said)
    products = (weights * x).flatten()
    strongest = products.abs().topk(3).indices
    assert [w for w, _ in terms] == pytest.approx(weights.flatten()[strongest].tolist(), abs=0.006)
    assert [by for _, by in terms] == pytest.approx(x.flatten()[strongest].tolist(), abs=0.006)
    assert others == pytest.approx((products.sum() - products[strongest].sum()).item(), abs=0.006)
    assert (written_bias, total) == pytest.approx((bias, z), abs=0.006)


def test_arrow_keys_reach_a_neuron_and_its_sum_is_the_networks_own(open_page: OpenPage, all_digits: Splits) -> None:
    page = open_page(SCENE)
    at_the_picture(page, "Home", "ArrowDown")
    model, image = load_shipped(), all_digits.validation.images[0] / 255
    expect(page.locator(".heard")).to_have_text(NEURON)
    said = heard(page)
    found = NEURON.match(said)
    assert found
    assert found[2] == f"{model.config.hidden_sizes[0]:,}"
    number = int(found[1]) - 1
    first: Any = model[0]
    weights, biases = for_plain_pixels(first.weight, first.bias)
    z = first(normalize(all_digits.validation.images[:1]))[0]
    check_sum(said, weights[number], image, biases[number].item(), z[number].item())
    assert f"ReLU passes on {max(0, z[number].item()):.2f}." in said
    assert number in z.relu().topk(16).indices

    view = look(model, image)
    speaks = view.layers[0].speaks[view.layers[0].shown.index(number)]
    named = {int(digit): read(by) for digit, by in re.findall(r"(\d) \(([+−]\d+\.\d\d)\)", said)}
    assert named == pytest.approx({digit: speaks[digit] for digit in named}, abs=0.006)
    assert max(range(10), key=lambda digit: speaks[digit]) == next(iter(named))
    contra = re.search(r"against (\d)", said)
    assert contra
    assert min(range(10), key=lambda digit: speaks[digit]) == int(contra[1])

    page.keyboard.press("ArrowRight")
    expect(page.locator(".heard")).to_have_text(re.compile("in layer 2"))
    said = heard(page)
    found = NEURON.match(said)
    assert found
    number, second = int(found[1]) - 1, [layer for layer in model if isinstance(layer, torch.nn.Linear)][1]
    h = z.relu()
    check_sum(said, second.weight[number], h, second.bias[number].item(), second(h)[number].item())
    picture = page.locator("section:visible canvas").last
    expect(picture).to_have_accessible_name(
        "Its 800 weights, one for each neuron before it, row by row. Orange is above zero, blue below."
    )
    page.keyboard.press("End")
    expect(page.locator(".heard")).to_have_text(re.compile(r"^Output 9.*This is the logit of the 9"))
    expect(page.get_by_role("heading", name="What does a hidden neuron look for?")).to_be_visible()  # no key turned it


def test_two_neurons_are_pinned_beside_a_third_and_stay_in_the_link(open_page: OpenPage) -> None:
    page = open_page(SCENE)
    below = page.get_by_text("Ink where its picture is orange")
    at_the_picture(page, "Escape")
    expect(page.get_by_text("Tap or point at a neuron")).to_be_visible()
    stands = [below.bounding_box()]
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"net_pins=0\.\d+$"))
    stands.append(below.bounding_box())
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"net_pins=0\.\d+%2C0\.\d+$"))
    page.keyboard.press("ArrowDown")
    settle(page)
    stands.append(below.bounding_box())
    assert stands[0]
    assert stands == 3 * [stands[0]]  # nothing moves below
    before = cards(page)
    assert [name[:2] for name in before] == ["A:", "B:", "Ne"]
    for card in page.locator("section:visible").all():
        box, room = card.bounding_box(), page.locator(".neurons").bounding_box()
        assert box
        assert room
        assert box["y"] + box["height"] <= room["y"] + room["height"]
    page.reload()
    expect(page.locator("section:visible")).to_have_count(2)
    assert cards(page) == before[:2]
    go_to(page, "Can you trust it?", "Why 3 and not 8?")
    expect(page.get_by_role("heading", name="Which ink speaks for 3, and which for 8?")).to_be_visible()
    page.go_back()
    expect(page.locator("section:visible")).to_have_count(2)

    let_go = page.get_by_role("button", name=f"Let go of {before[0]}")
    settle(page)
    let_go.focus()
    page.keyboard.press("Enter")
    expect(page.locator("section:visible")).to_have_count(1)
    assert cards(page) == [before[1].replace("B:", "A:")]
    page.wait_for_url(re.compile(r"net_pins=0\.\d+$"))
    at_the_picture(page, "Escape")
    expect(page.locator("section:visible")).to_have_count(0)
    page.wait_for_url(lambda url: "net_pins" not in url)


def test_a_mouse_points_and_pins_unless_pins_are_hidden(open_page: OpenPage) -> None:
    page = open_page(SCENE)
    picture = at_the_picture(page, "Escape")
    box = picture.bounding_box()
    assert box
    spot: Position = {"x": 0.37 * box["width"], "y": 0.5 * box["height"]}
    picture.hover(position=spot)
    expect(page.locator("section:visible")).to_have_count(1)
    [name] = cards(page)
    assert NEURON.match(name)
    picture.click(position=spot)
    expect(page.locator("section:visible strong")).to_have_text(f"A: {name}")
    picture.click(position=spot)
    expect(page.locator("section:visible strong")).to_have_text(name)

    page = open_page(f"{SCENE}&hide=net_pins&net_pins=0.1")
    at_the_picture(page, "Home", "ArrowDown", "Enter")
    assert [name[:2] for name in cards(page)] == ["A:", "Ne"]
    assert page.get_by_role("button", name=re.compile("Pin|Let go")).count() == 0


def test_a_finger_taps_a_neuron_and_pins_it_by_the_button(open_page: OpenPage) -> None:
    page = open_page(SCENE, width=390)
    picture = at_the_picture(page, "Escape")
    box = picture.bounding_box()
    assert box
    picture.tap(position={"x": 0.35 * box["width"], "y": 0.5 * box["height"]})
    expect(page.locator("section:visible")).to_have_count(1)
    pin = page.get_by_role("button", name=re.compile("^Pin Neuron"))
    button = pin.bounding_box()
    assert button
    assert min(button["width"], button["height"]) >= 24
    pin.tap()
    expect(page.locator("section:visible strong")).to_have_text(re.compile("^A: Neuron"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_what_a_neuron_says_for_one_digit_against_another_is_its_part_of_the_account(
    open_page: OpenPage, all_digits: Splits
) -> None:
    page = open_page("evidence?scene=4")
    at_the_picture(page)
    sample = all_digits.validation.images[int((all_digits.validation.labels == 3).nonzero()[0])] / 255
    model = load_shipped()
    loud = loudest_neurons(model, evidence(model, sample, 3, 8).piece, 8)
    [name] = cards(page)
    said = plain(page.locator("section:visible p").last)
    assert name == f"Neuron {loud.numbers[0] + 1} of 800 in layer 1"  # the loudest is pointed at from the start
    adds = loud.contributions[0].item()
    pro, contra = (3, 8) if adds > 0 else (8, 3)
    assert f"It speaks for {pro} against {contra}: {adds:+.2f} to z₃ − z₈.".replace(": -", ": −") in said
    drawn = set()
    page.keyboard.press("Home")
    for _ in range(16):
        found = NEURON.match(heard(page))
        assert found
        drawn.add(int(found[1]) - 1)
        page.keyboard.press("ArrowDown")
    assert drawn.issuperset(loud.numbers)  # those of the account are all in the picture


# The component on a blank page, for networks that no page has ready.

HOST = "http://neurons.test/"
MOUNT = """async (data) => {
  if (!document.drawNetwork) (await import("/network.js")).default()
  window.pins = []
  document.drawNetwork({data, parentElement: document.body, setStateValue: (_, pins) => (window.pins = pins)})
}"""


@pytest.fixture(scope="module")
def blank(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1024, "height": 600})
    script = '<script type="module" src="/static/app.js"></script>'
    html = f"<!doctype html><body>{script}<style>{network._CSS}</style>{network._HTML}</body>"
    page.route(HOST, lambda route: route.fulfill(body=html, content_type="text/html"))
    page.route(f"{HOST}static/app.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    page.route(f"{HOST}network.js", lambda route: route.fulfill(body=network._CODE_JS, content_type="text/javascript"))
    yield page
    page.close()


def mounted(page: Page, model: MLP, image: Tensor, **told: Any) -> list[str]:
    """Shows a network of any kind reading an image; returns the errors, to which later ones are added."""
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.route(f"{HOST}weights", lambda route: route.fulfill(body=dumps(model, {}, torch.float16)))
    page.goto(HOST)
    nothing = dict.fromkeys(("label", "answer", "view", "strokes", "pair"))
    page.evaluate(
        MOUNT,
        {
            **nothing,
            "weights": "/weights",
            "image": base64.b64encode(image.numpy().tobytes()).decode(),
            "turn": "",
            "invites": "",
            "flow": "still",
            "follows": False,
            "isAboutNeurons": True,
            "sizes": list(model.config.layer_sizes),
            "activation": model.config.activation,
            "pins": [],
            "hidden": [],
            "colours": network._colours(LIGHT),
            "size": 16,
            "height": 240,
            **told,
        },
    )
    expect(page.locator("section:visible")).to_have_count(1 + len(told.get("pins", [])) - bool(told.get("pins")))
    return problems


@pytest.mark.parametrize(
    "config",
    [
        MLPConfig((1,)),
        MLPConfig(()),
        MLPConfig((5, 4, 3, 2, 1)),
        MLPConfig((12,), "tanh"),
        MLPConfig((12,), "sigmoid"),
    ],
)
def test_networks_of_every_kind_tell_their_own_sums(config: MLPConfig, blank: Page, all_digits: Splits) -> None:
    model, image = new_model(config, 3).eval(), all_digits.validation.images[0] / 255
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(parameter.half())  # as the browser is sent them
    problems = mounted(blank, model, image)
    blank.locator(".picture").focus()
    view = look(model, image)
    for layer, seen in enumerate([*view.layers, view.output]):
        blank.keyboard.press("Home")
        for _ in range(layer):
            blank.keyboard.press("ArrowRight")
        for _ in range(16):
            blank.keyboard.press("ArrowUp")
        said = heard(blank)
        name = f"Output {seen.shown[0]}." if layer == len(view.layers) else f"Neuron {seen.shown[0] + 1} of {seen.size}"
        assert said.startswith(name)
        assert read(re.findall(rf"≈ ({NUMBER})", said)[0]) == pytest.approx(seen.sums[0], abs=0.006)
        if seen.speaks and seen.values[0]:
            assert f"passes on {seen.values[0]:.2f}.".replace("-", "−") in said
    assert not problems


def test_a_network_of_nothing_says_so(blank: Page) -> None:
    model = new_model(MLPConfig((4,)), 0)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
    problems = mounted(blank, model, torch.zeros(28, 28), pins=[{"layer": 0, "number": 3}, {"layer": 1, "number": 9}])
    assert cards(blank) == ["A: Neuron 4 of 4", "B: Output 9"]
    said = [plain(line) for line in blank.locator("section:visible p").all()]
    assert said[:2] == ["Weight × ink: 0.00 (bias) ≈ 0.00", "ReLU passes on 0: the neuron is silent."]
    assert said[3] == "This is the logit of the 9. Softmax makes it 10.0%."
    assert not problems


def test_a_pinned_neuron_stays_drawn_whatever_is_read(blank: Page, all_digits: Splits) -> None:
    model, image = load_shipped(), all_digits.validation.images[0] / 255
    quiet = look(model, image, shown=first_neurons(model.config)).layers[0].values.index(0.0)
    problems = mounted(blank, model, image, pins=[{"layer": 0, "number": quiet}])
    blank.locator(".picture").focus()
    blank.keyboard.press("Home")
    reached = set()
    for _ in range(16):
        reached.add(heard(blank).split(" of ")[0])
        blank.keyboard.press("ArrowDown")
    assert f"Neuron {quiet + 1}" in {name.removeprefix("A: ") for name in reached}
    assert not problems
