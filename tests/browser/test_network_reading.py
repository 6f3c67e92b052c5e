"""The browser reads a drawing as the program does: the same pixels, the same probabilities, the same neurons.

``benchmarks/browser_reading.py`` prints the differences as a table.
"""

import itertools
from collections.abc import Iterator

import pytest
import torch
from playwright.sync_api import Browser
from torch import Tensor, nn

from benchmarks.browser_reading import (
    KINDS,
    BrowserReader,
    Kind,
    View,
    drawings,
    largest_difference,
    prepared,
    probabilities,
    sent_as,
    trained,
)
from mnist_core.data.dataset import Splits
from mnist_core.network.checkpoint import SHIPPED, dumps, load, load_shipped
from mnist_core.network.layers import for_plain_pixels
from mnist_core.network.model import MLP, MLPConfig
from mnist_core.network.view import LayerView, NetworkView, look
from mnist_core.training.loop import new_model
from ui.drawing.network import MOST_BYTES, packed

PIXEL, PROBABILITY = 1 / 255, 0.001  # that browser and program may differ by
DRAWN = list(itertools.chain(*drawings().values()))
LOOKED_AT = (3, 42, 120, 190)  # drawings of several kinds


@pytest.fixture(scope="module")
def reader(browser: Browser) -> Iterator[BrowserReader]:
    page = browser.new_page()
    yield BrowserReader(page, DRAWN)
    page.close()


@pytest.fixture(scope="module")
def images() -> list[Tensor | None]:
    return prepared(DRAWN)


def test_each_pixel_is_the_programs(reader: BrowserReader, images: list[Tensor | None]) -> None:
    assert len(DRAWN) > 200
    blank = len(drawings()["blank"])
    assert [image is None for image in images] == [False] * (len(DRAWN) - blank) + [True] * blank
    assert largest_difference(images, reader.images) < PIXEL


def test_the_ready_made_network_reads_as_the_program_does(reader: BrowserReader, images: list[Tensor | None]) -> None:
    differs = largest_difference(probabilities(load_shipped(), images), reader.read(SHIPPED.read_bytes()))
    assert differs < PROBABILITY


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_visitors_own_network_reads_as_the_program_does(
    reader: BrowserReader, images: list[Tensor | None], digits: Splits, kind: Kind
) -> None:
    model = trained(kind, digits)
    expected, sent = probabilities(model, images), packed(model).content
    if sent is None:  # then the server alone reads: float16 would move its probabilities too far
        assert model.config.parameter_count * 4 > MOST_BYTES
        assert kind.learning_rate > 0.001
        return
    assert len(sent) <= MOST_BYTES
    read = reader.read(sent)
    assert largest_difference(expected, read) < PROBABILITY
    said = torch.stack([p for p in read if p is not None])
    if kind.sizes != (1,):  # a single neuron may have fallen silent
        assert (said.amax(0) - said.amin(0)).max() > 0.05  # it has learned something: it does not say the same of all


def test_a_network_trained_on_mnist_reads_as_the_program_does(
    reader: BrowserReader, images: list[Tensor | None], mnist: Splits
) -> None:
    for kind in (Kind((256,), batches=300), Kind((256,), "sigmoid", 0.1), Kind((512, 256))):
        model = trained(kind, mnist)
        sent = packed(model).content
        assert sent is not None, kind
        assert largest_difference(probabilities(model, images), reader.read(sent)) < PROBABILITY, kind


def test_what_is_sent_is_as_exact_as_fits() -> None:
    sent = {width: packed(new_model(MLPConfig((width, 512)), seed=0)) for width in (64, 512, 1024)}
    assert [sent_as(sent[width].content) for width in sent] == ["float32", "float16", "not sent"]
    large = new_model(MLPConfig((512, 512)), seed=0)
    with torch.no_grad():
        next(large.parameters())[0, 0] = 1e6  # float16 ends at 65,504
    assert packed(large).content is None
    assert packed(large).sizes == (784, 512, 512, 10)


def dense_layers(model: MLP) -> list[nn.Linear]:
    return [layer for layer in model if isinstance(layer, nn.Linear)]


@pytest.mark.parametrize("sizes", [(), (40,), (30, 20), (40, 30, 20)], ids=lambda sizes: f"{len(sizes)} hidden")
@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
def test_what_is_drawn_and_said_of_each_neuron_is_what_the_program_sees(
    reader: BrowserReader, digits: Splits, sizes: tuple[int, ...], activation: str
) -> None:
    weights = dumps(trained(Kind(sizes, activation), digits), {})
    model = load(weights).model
    reader.read(weights)
    view: View | None = None
    expected: NetworkView | None = None
    for number in LOOKED_AT:  # one after another: who was drawn before stays while it is nearly as loud
        image = reader.images[number]
        assert image is not None
        view, details = reader.look(number, view)
        expected = look(model, image, keep=expected)
        assert view["p"] == pytest.approx(expected.p, abs=1e-5)
        drawn, seen = [*view["layers"], view["output"]], [*expected.layers, expected.output]
        for ours, theirs, said, layer in zip(seen, drawn, details, dense_layers(model), strict=True):
            assert_same_layer(theirs, ours)
            assert_same_details(said, ours, layer, is_first=ours is seen[0])


def assert_same_layer(drawn: View, seen: LayerView) -> None:
    assert (drawn["size"], drawn["shown"]) == (seen.size, list(seen.shown))
    assert drawn["sums"] == pytest.approx(seen.sums, rel=1e-4, abs=1e-4)
    assert drawn["values"] == pytest.approx(seen.values, rel=1e-4, abs=1e-4)
    assert len(drawn["links"]) == len(seen.links)
    for links, added in zip(drawn["links"], seen.links, strict=True):
        assert links == pytest.approx(added, rel=1e-4, abs=1e-4)
    assert len(drawn["ink"]) == len(seen.ink)
    for ink, strongest in zip(drawn["ink"], seen.ink, strict=True):
        assert [by for _, by in ink] == pytest.approx([by for _, by in strongest], rel=1e-4, abs=1e-4)
        assert len(ink) == 3


def assert_same_details(details: list[View], seen: LayerView, layer: nn.Linear, *, is_first: bool) -> None:
    plain, empty = for_plain_pixels(layer.weight, layer.bias) if is_first else (layer.weight, layer.bias)
    for place, (number, said) in enumerate(zip(seen.shown, details, strict=True)):
        assert said["size"] == seen.size
        assert torch.allclose(torch.tensor(said["weights"]), plain[number].flatten().float(), atol=1e-5)
        assert said["bias"] == pytest.approx(empty[number].item(), abs=1e-4)
        assert (said["sum"], said["value"]) == pytest.approx((seen.sums[place], seen.values[place]), rel=1e-4, abs=1e-4)
        terms = said["terms"]
        assert 1 <= len(terms) <= 4
        assert all(term["adds"] == pytest.approx(term["w"] * term["x"]) for term in terms)
        assert all(term["w"] == said["weights"][term["from"]] for term in terms)
        sizes = [abs(term["adds"]) for term in terms]
        assert sizes == sorted(sizes, reverse=True)
        named = seen.ink[place] if is_first else ()
        assert [term["adds"] for term in terms[:3]][: len(named)] == pytest.approx([by for _, by in named], abs=1e-4)
        if seen.speaks:
            assert said["speaks"] == pytest.approx(seen.speaks[place], rel=1e-3, abs=1e-4)
        else:
            assert said["speaks"] is None


def test_of_two_digits_those_neurons_are_drawn_that_say_most_and_pinned_ones_whatever_they_say(
    reader: BrowserReader, digits: Splits
) -> None:
    weights = dumps(trained(Kind((60, 40), "tanh"), digits), {})
    model, image = load(weights).model, reader.images[LOOKED_AT[0]]
    assert image is not None
    reader.read(weights)
    everyone = look(model, image, shown=[range(60), range(40)])
    view, _ = reader.look(LOOKED_AT[0], pair=(3, 8))
    for drawn, seen in zip(view["layers"], everyone.layers, strict=True):
        says = torch.tensor([speaks[3] - speaks[8] for speaks in seen.speaks])  # of z_3 − z_8
        assert drawn["shown"] == sorted(says.abs().topk(16).indices.tolist())
    quietest = [int(torch.tensor(layer.values).abs().argmin()) for layer in everyone.layers]
    view, _ = reader.look(LOOKED_AT[0], pins=list(enumerate(quietest)))
    for drawn, number in zip(view["layers"], quietest, strict=True):
        assert number in drawn["shown"]
        assert len(drawn["shown"]) == 16
