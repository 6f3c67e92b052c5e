"""The look that all figures share: what is written in them can be read, at a desk and from the back of a room."""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from mnist_core import figures
from mnist_core.figures.data import BRIGHT
from mnist_core.figures.theme import DARK, FONT, LARGE, LIGHT, Theme, VegaFigure
from tests.mnist_core.figures.gallery import GALLERY, Builder

LOOKS = [
    pytest.param(replace(theme, size=size), id=f"{name}-{size}")
    for name, theme in (("light", LIGHT), ("dark", DARK))
    for size in (LIGHT.size, LARGE)
]
BUILDERS = [pytest.param(builder, id=name) for name, builder in GALLERY.items()]
ENOUGH = 4.5  # to 1: WCAG 2.2, 1.4.3
WRITTEN = re.compile(r"^(label|title|sub[tT]itle|)[cC]olor$|^fill$")  # of axis, legend, title and text


def luminance(colour: str) -> float:
    """As WCAG defines it, of a colour such as #1B1F24."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def parts(value: Any) -> Iterator[dict[str, Any]]:
    """Every dictionary in a spec."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from parts(inner)


def sizes(figure: VegaFigure | str) -> list[float]:
    """All sizes of letters that a figure states, in pixels; relative ones against its own."""
    if isinstance(figure, VegaFigure):
        return [part[key] for part in parts(figure.spec) for key in part if key.lower().endswith("fontsize")]
    base = [float(size) for size in re.findall(r"font-size: ?([\d.]+)px", figure)]
    relative = [float(size) * min(base) for size in re.findall(r"font-size: ?([\d.]+)em", figure)]
    return base + relative


def public_builders() -> set[str]:
    """What takes a theme and makes a figure of it."""
    found = set()
    for module in pkgutil.iter_modules(figures.__path__):
        content = vars(importlib.import_module(f"{figures.__name__}.{module.name}"))
        for name, function in content.items():
            if inspect.isfunction(function) and not name.startswith("_") and function.__module__.endswith(module.name):
                signature = inspect.signature(function)
                is_figure = str(signature.return_annotation) in ("VegaFigure", "str", str(VegaFigure), str(str))
                if "theme" in signature.parameters and is_figure:
                    found.add(name)
    return found


def test_black_on_white_is_the_greatest_contrast() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#767676", "#FFFFFF") == pytest.approx(4.54, abs=0.01)


def test_every_builder_is_in_the_gallery() -> None:
    # They are parts of other figures: a picture without words, and the sheet of drawings.
    assert public_builders() - set(GALLERY) == {"evidence_picture", "drawing"}


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_what_is_written_stands_out_from_the_page_and_marks_can_be_seen(theme: Theme) -> None:
    assert contrast(theme.text, theme.background) >= 7
    assert contrast(theme.axis, theme.background) >= 7
    for mark in (theme.rest, theme.first_line, theme.second_line, theme.third_line):
        assert contrast(mark, theme.background) >= 3


@pytest.mark.parametrize("theme", LOOKS)
@pytest.mark.parametrize("builder", BUILDERS)
def test_no_letter_is_smaller_than_the_themes(builder: Builder, theme: Theme) -> None:
    figure = builder(theme)
    found = sizes(figure)
    assert min(found, default=theme.size) >= theme.size
    if isinstance(figure, VegaFigure):
        config = figure.spec["config"]
        assert config["font"] == FONT
        assert {config[part][key] for part in ("axis", "legend") for key in ("labelFontSize", "titleFontSize")} == {
            theme.size
        }
        assert config["text"]["fontSize"] == theme.size
    else:
        assert not re.search(r"font-size: ?[\d.]+rem|<text|Arial|font-family|font: \d", figure)
        assert found or "<svg" in figure or 'class="' not in figure


@pytest.mark.parametrize("theme", LOOKS)
@pytest.mark.parametrize("builder", BUILDERS)
def test_what_is_written_has_contrast(builder: Builder, theme: Theme) -> None:
    figure = builder(theme)
    if not isinstance(figure, VegaFigure):
        colours = re.findall(r"[; {\"]color: (#[0-9A-Fa-f]{6})", figure)
        has_ground_of_its_own = builder is GALLERY["number_table"]
        assert has_ground_of_its_own or all(contrast(colour, theme.background) >= ENOUGH for colour in colours)
        return
    config = figure.spec["config"]
    written = [config[part][key] for part in ("axis", "legend") for key in ("labelColor", "titleColor")]
    written += [config["text"]["color"], config["title"]["color"]]
    written += [part[key] for part in parts(figure.spec) for key in ("labelColor", "titleColor") if key in part]
    written += [
        part["color"]
        for part in parts(figure.spec)
        if part.get("type") == "text" and isinstance(part.get("color"), str)
    ]
    assert all(contrast(colour, theme.background) >= ENOUGH for colour in written)


def test_numbers_stand_out_from_their_own_ground() -> None:
    assert contrast("#767676", "#000000") >= ENOUGH  # the zeros
    for level in range(1, 256):
        assert contrast("#000000" if level >= BRIGHT else "#FFFFFF", f"#{level:02X}{level:02X}{level:02X}") >= ENOUGH


def test_a_long_axis_title_is_broken_into_lines_that_fit_a_phone() -> None:
    title = "learning rate, each mark ten times the one before"
    for theme in (LIGHT, replace(LIGHT, size=LARGE)):
        figure = GALLERY["learning_rate_ruler"](theme)
        assert isinstance(figure, VegaFigure)
        lines = figure.spec["encoding"]["x"]["title"]
        assert " ".join(lines) == title
        assert all(len(line) * theme.size / 2 <= 300 for line in lines)
