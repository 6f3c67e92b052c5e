"""The drawing of the small network has the numbers of its pass, and lights as much of the way as has been gone."""

import base64
import re
from xml.etree import ElementTree

import pytest

from mnist_core.figures.backpropagation import AT_ALL, AT_LOSS, AT_NEURON, AT_SCORES, AT_SUM, AT_WEIGHT, way_back
from mnist_core.figures.theme import DARK, LIGHT, Theme
from mnist_core.lessons.backpropagation import small_pass

START, SILENT = small_pass(0.5), small_pass(-0.7)


def lit(html: str, theme: Theme = LIGHT) -> tuple[int, int]:
    """How many lines and how many circles have the colour of the way back."""
    data = re.search(r"base64,([^\"]+)\" alt", html)
    assert data
    elements = list(ElementTree.fromstring(base64.b64decode(data[1])).iter())
    assert len([each for each in elements if each.tag.endswith("}circle")]) == 7
    found = [each for each in elements if each.get("stroke") == theme.second_line]
    lines, circles = (len([each for each in found if each.tag.endswith(f"}}{kind}")]) for kind in ("path", "circle"))
    assert len([each for each in elements if each.tag.endswith("}polygon")]) == lines
    return lines, circles


def words(html: str) -> list[str]:
    return re.findall(r"<span[^>]*>([^<]*)</span>", html)


def strong(html: str) -> list[str]:
    return re.findall(r"<span[^>]*font-weight: 600[^>]*>([^<]*)</span>", html)


@pytest.mark.parametrize("theme", [LIGHT, DARK])
@pytest.mark.parametrize(
    ("back", "lines", "circles"),
    [(AT_LOSS, 0, 1), (AT_SCORES, 2, 3), (AT_NEURON, 4, 4), (AT_SUM, 4, 4), (AT_WEIGHT, 5, 4), (AT_ALL, 10, 5)],
)
def test_each_step_back_lights_what_it_reaches(back: int, lines: int, circles: int, theme: Theme) -> None:
    assert lit(way_back(run=START, back=back, theme=theme), theme) == (lines, circles)


def test_behind_a_silent_neuron_nothing_is_lit() -> None:
    assert lit(way_back(run=SILENT, back=AT_WEIGHT, theme=LIGHT)) == (4, 4)
    assert lit(way_back(run=SILENT, back=AT_ALL, theme=LIGHT)) == (8, 5)  # the other neuron speaks
    assert "The neuron is silent and stops it." in way_back(run=SILENT, back=AT_SUM, theme=LIGHT)


def test_forward_it_has_all_numbers() -> None:
    said = words(way_back(run=START, back=AT_LOSS, theme=LIGHT))
    for word in ("h₁ = ReLU(2)", "h₂ = ReLU(1)", "w = 0.5", "z₃ 1.00", "z₈ 1.00", "0.50", "0.69", "−0.5", "p₃, right"):
        assert word in said
    assert not [word for word in said if word.startswith(("δ", "×", "←"))]


def test_each_factor_comes_with_its_step() -> None:
    def new(back: int) -> set[str]:
        return set(strong(way_back(run=START, back=back, theme=LIGHT))) - set(
            strong(way_back(run=START, back=back - 1, theme=LIGHT))
        )

    assert new(AT_SCORES) == {"δ −0.50", "δ 0.50"}
    assert new(AT_NEURON) == {"× 1", "× −0.5", "← −0.75"}
    assert new(AT_SUM) == {"δ −0.75"}
    assert new(AT_WEIGHT) == {"× 2"}
    assert new(AT_ALL) == {"−1.50", "−0.75", "3.00", "1.50", "−1.00", "−0.50", "1.00", "0.50", "δ 1.50"}


@pytest.mark.parametrize("back", [-1, 6])
def test_there_are_six_places(back: int) -> None:
    with pytest.raises(ValueError, match="The way back has the steps 0 to 5"):
        way_back(run=START, back=back, theme=LIGHT)
