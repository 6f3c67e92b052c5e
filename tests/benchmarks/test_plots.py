"""Plots: round numbers on the axes, names that can be read, and every point where it belongs."""

import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.plots import Line, Plot, apart, drawn, even_ticks, ticks

NUMBERS = st.floats(1e-3, 1e6)


@given(NUMBERS, NUMBERS)
def test_ticks_enclose_what_there_is(one: float, other: float) -> None:
    low, high = sorted((one, other))
    found = ticks(low, high)
    assert found[0] <= low * (1 + 1e-9)
    assert found[-1] >= high * (1 - 1e-9)
    assert found == sorted(set(found))


def test_ticks_are_round() -> None:
    assert ticks(1, 60) == [1, 2, 5, 10, 20, 50, 100]
    assert ticks(1, 1_024) == [1, 10, 100, 1_000, 10_000]


@given(st.lists(NUMBERS, min_size=1, max_size=8))
def test_names_stand_apart_and_in_order(wanted: list[float]) -> None:
    places = apart(wanted, 14)
    assert all(after - before >= 14 - 1e-6 for before, after in zip(sorted(places), sorted(places)[1:], strict=False))
    assert sorted(range(len(wanted)), key=wanted.__getitem__) == sorted(range(len(places)), key=places.__getitem__)
    assert min(places) == min(wanted)


def test_every_point_is_drawn_and_more_is_higher() -> None:
    plot = Plot("s < 1", "visitors", [Line("first", [(1, 2.0), (30, 20.0)]), Line("last", [(1, 2.5), (30, 200.0)])])
    root = ElementTree.fromstring(drawn([plot, plot, plot]))
    lines = [line.attrib["points"].split() for line in root.iter("{http://www.w3.org/2000/svg}polyline")]
    assert [len(points) for points in lines] == [2] * 6
    first, last = ([tuple(map(float, point.split(","))) for point in points] for points in lines[:2])
    assert first[0][0] == pytest.approx(last[0][0])  # the same x
    assert first[1][0] > first[0][0]
    assert last[1][1] < first[1][1] < first[0][1]  # pixels are counted from the top


@given(NUMBERS)
def test_even_ticks_begin_at_0_and_enclose_what_there_is(high: float) -> None:
    found = even_ticks(high)
    assert found[0] == 0
    assert found[-2] < high * (1 + 1e-9)
    assert found[-1] >= high * (1 - 1e-9)
    assert 4 <= len(found) - 1 <= 8


def test_on_even_axes_twice_as_much_is_twice_as_high() -> None:
    line = Line("server", [(0, 0), (500, 600.0), (1_000, 1_200.0)])
    root = ElementTree.fromstring(drawn([Plot("MB", "visits", [line], is_even=True)]))
    (drawn_line,) = root.iter("{http://www.w3.org/2000/svg}polyline")
    points = [tuple(map(float, point.split(","))) for point in drawn_line.attrib["points"].split()]
    assert points[1] == pytest.approx([(points[0][axis] + points[2][axis]) / 2 for axis in (0, 1)], abs=0.1)
