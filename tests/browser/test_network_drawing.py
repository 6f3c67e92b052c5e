"""The picture of a network on a blank page: what is drawn where, what can be pointed at, and when it rests."""

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.conftest import PROJECT

COMPONENTS = PROJECT / "ui" / "components"
SCRIPT = "\n".join((COMPONENTS / f"network_{part}.js").read_text() for part in ("places", "paint", "drawing"))
COLOURS = {
    "right": "#009E73",
    "choice": "#D55E00",
    "rest": "#767676",
    "above": "#C04000",
    "below": "#0072B2",
    "paper": "#F4F6F8",
    "text": "#1B1F24",
    "line": "#D5DAE0",
    "first": "#56B4E9",
    "background": "#FFFFFF",
}
# Makes a picture with what is on the page; the name of the colour at a point, or the colour; and the next moments.
HELPERS = """
window.picture = (view, options, {width = 640, height = 260, size = 16, isStill = true, marks = {}} = {}) => {
  window.last?.close()
  const canvas = document.createElement("canvas")
  canvas.style.cssText = `display: block; width: ${width}px; height: ${height}px`
  document.body.replaceChildren(canvas)
  window.last = new NetworkPicture(canvas)
  last.dress({colours: COLOURS, size, isStill})
  last.show(view, options)
  last.mark(marks)
  return last
}
window.pixel = (x, y) => {
  const [red, green, blue, alpha] = last.context.getImageData(Math.round(x), Math.round(y), 1, 1).data
  const parts = (colour) => [1, 3, 5].map((start) => parseInt(colour.slice(start, start + 2), 16))
  const isIt = (colour) => parts(colour).every((part, k) => Math.abs(part - [red, green, blue][k]) <= 4) // alpha rounds
  return alpha ? Object.keys(COLOURS).find((name) => isIt(COLOURS[name])) ?? `${[red, green, blue]}` : ""
}
window.frame = () => new Promise(requestAnimationFrame)
window.rest = async () => { do await frame(); while (last.waiting) }
window.frames = () => Number(last.canvas.dataset.frames)
"""
SHAPES = [[], [16], [800, 400], [64, 32, 16], [40, 30, 20, 10], [64, 48, 32, 24, 16], [1], [2, 3]]


def layer(size: int, shown: int, before: int, value: float = 1.0) -> dict[str, Any]:
    """A layer in which neuron j adds up as many numbers as there are, positive and negative in turn."""
    signs = [[(-1.0) ** (i + j) * value for i in range(before)] for j in range(shown)]
    return {
        "size": size,
        "shown": list(range(shown)),
        "sums": [value] * shown,
        "values": [value * (1 + j) for j in range(shown)],
        "links": signs if before else [],
        "ink": []
        if before
        else [[[400 + j, value], [401 + j, -value / 2], [430 + j, value / 3]] for j in range(shown)],
        "speaks": [],
        "weights": None,
        "limit": 0,
        "deltas": [(-1.0) ** j * value for j in range(shown)],
        "back": signs if before else [],
    }


def view(hidden: list[int], value: float = 1.0, choice: int = 3) -> dict[str, Any]:
    """What a network of these layers makes of a cross, with made-up numbers."""
    counts = [min(size, 8 if len(hidden) > 2 else 16) for size in hidden]
    layers = [layer(size, counts[k], counts[k - 1] if k else 0, value) for k, size in enumerate(hidden)]
    image = [1.0 if 12 <= pixel % 28 <= 15 or 12 <= pixel // 28 <= 15 else 0.0 for pixel in range(784)]
    p = [0.6 if digit == choice else 0.4 / 9 for digit in range(10)]
    return {
        "image": image,
        "label": 5,
        "layers": layers,
        "output": layer(10, 10, counts[-1] if counts else 0, value),
        "p": p,
    }


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1100, "height": 400})
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.set_content("<body></body>")
    page.add_script_tag(content=f"{SCRIPT}\nObject.assign(window, {{ NetworkPicture }})\n{HELPERS}")
    page.evaluate("(colours) => { window.COLOURS = colours }", COLOURS)
    yield page
    page.close()
    assert not errors


def test_at_rest_the_whole_network_is_there_and_nothing_moves_when_the_first_view_comes(page: Page) -> None:
    before, ring, inside, bar, ink, after = page.evaluate(
        """async ([sizes, view]) => {
          const {places} = picture(null, {sizes})
          await rest()
          const spot = places.layers[0][0]
          const {bar, length, top, row} = places.table
          const ring = pixel(spot.x + spot.reach + 1, spot.y)
          const seen = [ring, pixel(spot.x, spot.y), pixel(bar + length / 2, top + row / 2)]
          const ink = pixel(places.input.x + 10, places.input.y + 10)
          const before = JSON.stringify(last.places)
          last.show(view)
          await rest()
          return [before, ...seen, ink, JSON.stringify(last.places)]
        }""",
        [[784, 800, 400, 10], view([800, 400])],
    )
    assert ring
    assert inside == "background"
    assert bar == "line"
    assert ink == "0,0,0"
    assert before == after


def test_colour_is_the_sign_of_a_connection_the_choice_and_the_right_answer(page: Page) -> None:
    shown = view([2], choice=3)
    shown["output"]["links"] = [[0.0, 0.0] for _ in range(10)]
    shown["output"]["links"][2] = [5.0, 0.0]
    shown["output"]["links"][8] = [0.0, -5.0]
    shown["layers"][0]["values"] = [2.0, -2.0]
    look = """async ([view, options]) => {
      const {places} = picture(view, options)
      await rest()
      const middle = ({x0, y0, x1, y1}) => pixel((x0 + x1) / 2, (y0 + y1) / 2)
      const bar = (digit) => pixel(places.table.bar + 5, places.layers[1][digit].y)
      const edge = (digit) => pixel(places.table.bar + 1, places.layers[1][digit].y)
      return {
        links: [middle(places.ends(1, 0, 2)), middle(places.ends(1, 1, 8))],
        lights: places.layers[0].map(({x, y}) => pixel(x, y)),
        bars: [3, 5, 7].map(bar), edge: edge(3),
        ink: pixel(places.input.x + places.input.side / 2, places.input.y + places.input.side / 8),
      }
    }"""
    wrong = page.evaluate(look, [shown, {"right": 5, "choice": 3}])
    assert wrong["links"] == ["above", "below"]
    assert wrong["lights"] == ["above", "below"]
    assert wrong["bars"] == ["choice", "right", "rest"]
    assert wrong["ink"] == "background"  # white
    right = page.evaluate(look, [shown, {"right": 3, "choice": 3}])
    assert right["bars"] == ["right", "rest", "rest"]
    assert right["edge"] == "choice"


def test_a_pair_of_digits_has_its_connections_in_colour_and_the_others_in_grey(page: Page) -> None:
    first, own, other = page.evaluate(
        """async (view) => {
          const {places} = picture(view, {pair: [3, 8]})
          await rest()
          const at = ({x0, y0, x1, y1}) => pixel((x0 + x1) / 2, (y0 + y1) / 2)
          const links = last.gaps[1].links.map(({k}) => Math.floor((k - last.gaps[1].first) / last.gaps[1].from))
          return [at(places.ends(0, 400, 0)), at(places.ends(1, 0, 3)), links.filter((j) => j !== 3 && j !== 8).length]
        }""",
        view([1]),
    )
    assert first == "rest"
    assert own == "below"
    assert other == 0


def test_the_gradient_colours_lights_by_its_sign(page: Page) -> None:
    lights = page.evaluate(
        """async (view) => {
          const {places} = picture(view, {flow: "backward"})
          await rest()
          return places.layers[0].map(({x, y}) => pixel(x, y))
        }""",
        view([2]),
    )
    assert lights == ["above", "below"]


def test_the_weights_are_pictures_with_the_light_around_them(page: Page) -> None:
    shown = view([2])
    shown["layers"][0].update(
        values=[1.0, 0.0], limit=1, weights=base64.b64encode(b"\x7f" * 784 + b"\x81" * 784).decode()
    )
    inside, around = page.evaluate(
        """async (view) => {
          const {places} = picture(view)
          await rest()
          const spots = places.layers[0]
          return [spots.map(({x, y}) => pixel(x, y)), spots.map(({x, y, reach}) => pixel(x, y - reach - 1.5))]
        }""",
        shown,
    )
    assert inside == ["above", "below"]
    assert around[0] == "above"
    assert around[1] not in ("above", "below")


@pytest.mark.parametrize("hidden", SHAPES, ids=str)
@pytest.mark.parametrize(("width", "height", "size"), [(350, 260, 16), (1000, 220, 16), (640, 260, 24)])
def test_every_neuron_is_found_by_a_point_and_by_arrow_keys(
    page: Page, hidden: list[int], width: int, height: int, size: int
) -> None:
    found = page.evaluate(
        """async ([view, room]) => {
          const {places, canvas} = picture(view, {}, room)
          await rest()
          const all = places.layers.flatMap((spots, layer) => spots.map((spot, at) => ({layer, at, ...spot})))
          const name = (place) => place && `${place.layer} ${place.at}`
          const reached = new Map()
          const next = [last.neighbour(null, "ArrowDown")]
          while (next.length) {
            const place = next.pop()
            if (reached.has(name(place))) continue
            reached.set(name(place), place)
            for (const way of ["Left", "Right", "Up", "Down"]) next.push(last.neighbour(place, `Arrow${way}`))
          }
          const lights = all.filter(({layer}) => layer < places.layers.length - 1)
          const near = lights.flatMap((a, k) => lights.slice(k + 1).map((b) => Math.hypot(a.x - b.x, a.y - b.y)))
          return {
            start: name(last.neighbour(null, "ArrowRight")), first: name(last.neighbour(all[5], "Home")),
            end: name(last.neighbour(all[0], "End")), all: all.map(name), reached: [...reached.keys()],
            hit: all.map(({x, y}) => name(last.nearest(x, y))), nothing: last.nearest(-40, -40),
            apart: Math.min(99, ...near), row: places.table.row,
            outside: all.filter(
              ({x, y, reach}) => Math.min(x, y) < reach || y + reach > canvas.clientHeight || x > canvas.clientWidth
            ),
          }
        }""",
        [view(hidden), {"width": width, "height": height, "size": size}],
    )
    assert found["start"] == found["first"] == "0 0"
    assert found["end"] == found["all"][-1]
    assert sorted(found["reached"]) == sorted(found["all"])
    assert found["hit"] == found["all"]
    assert found["nothing"] is None
    assert found["outside"] == []
    assert found["apart"] >= 23.5
    assert found["row"] >= (26 if size == 24 else 20)


def test_it_rests_when_it_has_arrived_and_moves_while_something_flows(page: Page) -> None:
    result = page.evaluate(
        """async ([one, two]) => {
          const frozen = async () => {
            const before = frames()
            for (let k = 0; k < 5; k++) await frame()
            return frames() === before
          }
          picture(one, {}, {isStill: false})
          await rest()
          const before = frames()
          last.show(two)
          await rest()
          const eased = frames() - before
          const isAtRest = await frozen()
          last.show(two, {flow: "forward"})
          for (let k = 0; k < 30; k++) await frame()
          const isFlowing = !(await frozen())
          last.canvas.remove()
          await frame()
          return {eased, isAtRest, isFlowing, isGone: await frozen()}
        }""",
        [view([16]), view([16], 2.0, choice=7)],
    )
    assert result["eased"] > 1
    assert result["isAtRest"]
    assert result["isFlowing"]
    assert result["isGone"]


def test_with_reduced_motion_each_view_is_one_frame(page: Page) -> None:
    counts = page.evaluate(
        """async ([one, two]) => {
          const counts = []
          picture(one, {flow: "forward"})
          for (const view of [one, two, two]) {
            last.show(view, {flow: view === two ? "backward" : "forward"})
            for (let k = 0; k < 5; k++) await frame()
            counts.push(frames())
          }
          return counts
        }""",
        [view([16]), view([16], 2.0)],
    )
    assert counts == [1, 2, 3]


@pytest.mark.parametrize("hidden", SHAPES, ids=str)
@pytest.mark.parametrize("value", [0.0, float("nan"), 1e-30])
def test_nothing_fails_with_zeros_or_where_there_are_no_numbers(page: Page, hidden: list[int], value: float) -> None:
    shown = view(hidden, value)
    if value != value:
        shown["p"] = [value] * 10
    drawn = page.evaluate(
        """async ([view, sizes]) => {
          picture(null, {sizes}, {width: 350})
          for (const flow of ["still", "forward", "loss", "backward", "update"]) {
            last.show(view, {right: 5, choice: 3, flow, pair: flow === "loss" ? [3, 5] : null})
            last.mark({pointed: {layer: 0, at: flow === "loss" ? 99 : 0}, pinned: [null, {layer: 0, at: 0}]})
            await rest()
          }
          last.show(null)
          await rest()
          return frames()
        }""",
        [shown, [784, *hidden, 10]],
    )
    assert drawn == 6


def test_readers_own_colours_are_taken(page: Page) -> None:
    page.emulate_media(forced_colors="active")
    bar, words = page.evaluate(
        """async (view) => {
          const {places} = picture(view, {choice: 3})
          await rest()
          const {digit, bar, top, row} = places.table
          const {data} = last.context.getImageData(digit, top, 12, row)
          const words = new Set()
          for (let k = 0; k < data.length; k += 4) if (data[k + 3] === 255) words.add(data.slice(k, k + 3).join())
          const own = document.body.appendChild(document.createElement("p"))
          const colour = (name) => { own.style.color = name; return getComputedStyle(own).color.match(/\\d+/g).join() }
          const choice = last.context.getImageData(bar + 5, Math.round(top + 3.5 * row), 1, 1).data.slice(0, 3).join()
          return [choice === colour("LinkText"), words.has(colour("CanvasText"))]
        }""",
        view([16]),
    )
    page.emulate_media(forced_colors="none")
    assert bar
    assert words
