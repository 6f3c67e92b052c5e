"""The network as the picture: what is read runs through it, and while the pen moves the browser reads by itself."""

from __future__ import annotations

import base64
import json
import math
import re
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import streamlit as st
from streamlit.runtime import get_instance

from mnist_core import MODELS
from mnist_core.figures.theme import CHOICE, RIGHT_CLASS, Theme
from ui.drawing import canvas
from ui.frame import incoming, link, state, theme
from ui.visitor import known_networks, store

if TYPE_CHECKING:  # the first page has the picture before torch is there
    from mnist_core.network.model import MLP
    from mnist_core.network.view import NetworkView
    from ui.drawing.reading import Reading, Subject

Flow = Literal["still", "forward", "loss", "backward", "update"]
PINS = "net_pins"  # the neurons that are compared: their name in the link
PLAYBACK = "playback"  # what ?hide= calls the slider over the strokes
MOST_PINS = 2
HEIGHT = 250  # pixels, of the picture itself
MOST_BYTES = 2_000_000  # of weights that a browser is sent; a larger network is read by the server alone
MOST_ROUNDING = 0.0005  # of a probability, over some digits: half of what browser and server may differ by
PARTS = ("reading", "places", "paint", "drawing", "cards", "playback", "pen")  # before that which brings them together

_FILES = [*(f"network_{part}" for part in PARTS), "network"]
_CODE_JS = "\n".join((state.COMPONENTS / f"{name}.js").read_text(encoding="utf-8") for name in _FILES)
_PLACE_JS = (state.COMPONENTS / "network_place.js").read_text(encoding="utf-8")
_CSS = (state.COMPONENTS / "network.css").read_text(encoding="utf-8")
_HTML = """
<div class="network" role="group" aria-label="The network">
  <div class="says" translate="no"><span class="large"></span><span class="small"></span></div>
  <canvas class="picture" tabindex="0" role="application" aria-roledescription="network" aria-label="The network: the
    image, its hidden neurons and the ten digits. The arrow keys point at a neuron, Enter pins it."></canvas>
  <div class="playback" hidden>
    <button type="button">Play</button>
    <input type="range" step="1" aria-label="How much of the drawing is there">
    <div class="strip" role="img" translate="no"></div>
    <p class="became" aria-live="polite"></p>
  </div>
  <div class="neurons">
    <p class="hint">Tap or point at a neuron: what does it add up?</p>
    <div class="cards" translate="no"></div>
  </div>
  <p class="heard" aria-live="polite"></p>
</div>
"""
_PIN = re.compile(r"([0-5])\.([0-9]{1,4})")

_IS_PIN = incoming.is_like(layer=incoming.is_whole(0, 5), number=incoming.is_whole(0, 9_999))

Pin = tuple[int, int]  # a layer and a neuron in it, both from 0


class Weights(NamedTuple):
    """A network as a browser is sent it.

    Attributes:
        content: A safetensors file in float32, or in float16 if that would be too large; None if that is too large,
            too, or rounds too much.
        sizes: How many numbers each layer has, from the pixels on.
        activation: Of the hidden layers.
    """

    content: bytes | None
    sizes: tuple[int, ...]
    activation: str


def show(
    key: str,
    *,
    network: str | None = None,
    subject: Subject | None = None,
    reading: Reading | None = None,
    answer: tuple[str, str] | None = None,
    invites: str = "",
    is_read_live: bool = False,
    is_played_back: bool = False,
    pair: tuple[int, int] | None = None,
    is_about_neurons: bool = False,
    height: int = HEIGHT,
) -> None:
    """Draws a network that reads something.

    Args:
        key: Of the place on the page.
        network: The key of the network; None: the one in use.
        subject: What it reads, if there is something.
        reading: What the server read there.
        answer: The same in words: in large letters, and a sentence.
        invites: What stands there while there is nothing to read.
        is_read_live: Whether the canvas on the page is read while the pen moves.
        is_played_back: Whether there is a slider over the strokes of the drawing.
        pair: Two digits whose evidence is weighed: of the last layer, only what leads to them is drawn.
        is_about_neurons: Whether the page is about the neurons: one is pointed at from the start, the one there is most
            to see of, and more room is kept for what they tell.
        height: Of the picture, in pixels.
    """
    pad = store.visitor().pad
    weights = weights_of(network or known_networks.key_in_use())
    seen = None if subject is None or weights.content else _seen(network or known_networks.key_in_use(), subject)
    strokes = None
    if is_played_back and link.offers(PLAYBACK):
        strokes = canvas.paths(pad) if subject is not None and subject.source == "canvas" else []
    said = None
    if reading is not None and answer is not None:
        large, small = answer
        said = {"p": reading.p.tolist(), "large": large, "small": small, "isAnswer": reading.verdict.is_digit}
    _draw(
        key,
        weights,
        height,
        weights=_address(key, weights.content),
        image=None if subject is None else base64.b64encode(subject.image.numpy().tobytes()).decode(),
        label=None if subject is None else subject.label,
        view=seen,
        answer=said,
        invites=invites,
        turn=f"{pad.version}.{pad.received}",
        follows=is_read_live,
        strokes=strokes,
        pair=pair,
        isAboutNeurons=is_about_neurons,
    )


def _seen(key: str, subject: Subject) -> dict[str, Any]:
    """What the server sees of a network that is too large for the browser."""
    from mnist_core.network.view import as_data, look

    return as_data(look(_own(key), subject.image, label=subject.label, with_weights=True))


def _own(key: str) -> MLP:
    """The network that the visitor knows by this key."""
    (model,) = (trained.model for trained in known_networks.own() if trained.key == key)
    return model


def show_view(key: str, view: NetworkView | None, weights: Weights, *, flow: Flow = "still", height: int) -> None:
    """Draws what the server has seen of a network, such as one in training. What a neuron tells stands beside it.

    Args:
        key: Of the place on the page.
        view: What was seen; None while there is nothing.
        weights: Of which only the sizes and the activation are told to the browser.
        flow: What runs through the network at this moment, and from which side.
        height: Of the picture, in pixels.
    """
    from mnist_core.network.view import as_data

    _draw(key, weights, height, view=None if view is None else as_data(view), flow=flow, isBeside=True)


def _draw(key: str, shape: Weights, height: int, **told: Any) -> None:
    """The component itself; what is not told is nothing."""
    look = theme.current()
    with st.container(key=f"unseen_code_{key}"):
        st.components.v2.component("network_code", js=_CODE_JS)(key=f"code_{key}")
    component = st.components.v2.component("network", html=_HTML, css=_CSS, js=_PLACE_JS)
    nothing = dict.fromkeys(("weights", "image", "label", "answer", "view", "strokes", "pair"))
    component(
        key=incoming.ask(key, pins=incoming.is_list(_IS_PIN, 0, MOST_PINS)),
        data={
            **nothing,
            "turn": "",
            "follows": False,
            "isAboutNeurons": False,
            "invites": "",
            "flow": "still",
            "isBeside": False,
            **told,
            "sizes": list(shape.sizes),
            "activation": shape.activation,
            "pins": [{"layer": layer, "number": number} for layer, number in pins(shape.sizes)],
            "hidden": [name for name in (PINS,) if link.is_hidden(name)],
            "colours": _colours(look),
            "size": 24 if link.shows(link.LARGE) else 16,
            "height": height,
        },
        on_pins_change=partial(_take_pins, key, shape.sizes),
    )


def _colours(look: Theme) -> dict[str, str]:
    dark = look.is_dark
    return {
        "right": RIGHT_CLASS,
        "choice": CHOICE,
        "rest": look.rest,
        "above": "#FF7A1A" if dark else CHOICE,
        "below": "#56B4E9" if dark else "#0072B2",
        "paper": look.background,
        "background": look.background,
        "text": look.text,
        "line": "#3A424C" if dark else "#D5D9DE",
        "first": look.first_line,
    }


def pins(sizes: tuple[int, ...]) -> tuple[Pin, ...]:
    """The neurons that the reader or the link has pinned, those that a network of these sizes has."""
    found: tuple[Pin, ...] = link.unbound(PINS, (), _read_pins)
    return tuple(dict.fromkeys(place for place in found if _is_in(sizes, *place)))


def _is_in(sizes: tuple[int, ...], layer: int, number: int) -> bool:
    return 0 <= layer < len(sizes) - 1 and 0 <= number < sizes[layer + 1]


def _read_pins(text: str) -> tuple[Pin, ...]:
    found = [_PIN.fullmatch(part) for part in text.split(",")]
    if len(found) > MOST_PINS or not all(found):
        raise ValueError("not at most two neurons, each a layer and a number")
    return tuple((int(each[1]), int(each[2])) for each in found if each)


def _take_pins(key: str, sizes: tuple[int, ...]) -> None:
    """Puts what is pinned into the link; what is no neuron of this network is left out."""
    found = [(pin["layer"], pin["number"]) for pin in st.session_state.get(key, {}).get("pins") or ()]
    known = [f"{layer}.{number}" for layer, number in found if _is_in(sizes, layer, number)]
    link.set_unbound(PINS, ",".join(known) or None)


def weights_of(key: str) -> Weights:
    """The weights of one of the visitor's networks, or of the ready-made one, as the browser is sent them."""
    if key == state.SHIPPED:
        return _shipped()
    return _packed(known_networks.owner(), key)


@st.cache_resource(show_spinner=False)
def _shipped() -> Weights:
    """The very file that comes with the project: it is in float16, and reading it takes no torch."""
    return _described((MODELS / "shipped.safetensors").read_bytes())


@st.cache_resource(max_entries=32, show_spinner=False)
def _packed(owner: str, key: str) -> Weights:
    return packed(_own(key))


def packed(model: MLP) -> Weights:
    """The weights of a network as a browser is sent them, such that it reads as the server does.

    They are rounded to float16 only where float32 would be too large. In a network that was trained with a large
    learning rate, and so has large weights, that would move probabilities too far: then none are sent.
    """
    import torch

    from mnist_core.network.checkpoint import dumps

    exact = dumps(model, {}, torch.float32)
    if len(exact) <= MOST_BYTES:
        return _described(exact)
    half = _described(dumps(model, {}, torch.float16))
    fits = len(half.content or b"") <= MOST_BYTES and _rounding(model) <= MOST_ROUNDING
    return half if fits else half._replace(content=None)


def _rounding(model: MLP) -> float:
    """By how much a probability changes at most if the weights are in float16, over some digits."""
    from mnist_core.data.generated import make_digits
    from mnist_core.handwriting.prediction import predict_proba
    from mnist_core.network.model import copied

    rounded = copied(model).half().float()
    if not all(parameter.isfinite().all() for parameter in rounded.parameters()):
        return math.inf  # float16 ends at 65,504
    digits = make_digits(500, seed=0).images / 255
    return (predict_proba(rounded, digits) - predict_proba(model, digits)).abs().max().item()


def _described(content: bytes) -> Weights:
    """A file of weights with what its head says of the network."""
    length = int.from_bytes(content[:8], "little")
    model = json.loads(json.loads(content[8 : 8 + length])["__metadata__"]["model"])
    return Weights(content, (784, *model["hidden_sizes"], model["classes"]), model["activation"])


def _address(key: str, content: bytes | None) -> str | None:
    """Where a browser finds the weights: beside the page's pictures, by what is in them, so that it asks only once."""
    if content is None:
        return None
    return get_instance().media_file_mgr.add(content, "application/octet-stream", f"network-{state.scene_now()}-{key}")
