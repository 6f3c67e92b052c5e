"""The figure of a flattened layer: every image is its digit at its place, and ten inks can be told apart."""

from itertools import combinations
from typing import Any

import numpy as np
import pytest

from mnist_core.figures.network_flat import EDGE, INKS_ON_DARK, INKS_ON_LIGHT, flattened
from mnist_core.figures.theme import DARK, LIGHT, Theme
from tests.mnist_core.figures.test_theme import ENOUGH, contrast

PLACES = [(0.0, 0.0), (10.0, 1.0), (5.0, 4.0)]


def drawn(**changed: Any) -> Any:
    given: dict[str, Any] = {"places": PLACES, "labels": [3, 8, 3], "star": (2.5, 2.0), "rings": [2, 0], "theme": LIGHT}
    return flattened(**(given | changed))


def test_each_image_is_its_digit_at_its_place() -> None:
    data = drawn().data
    images = data[data["kind"] == "image"]
    assert images["digit"].tolist() == ["3", "8", "3"]
    assert images["x"].tolist() == [-1, 1, 0]
    assert images["y"].tolist() == [-1, -0.5, 1]
    (star,) = data[data["kind"] == "star"].itertuples()
    assert (star.x, star.y) == (-0.5, 0)
    rings = data[data["kind"] == "ring"]
    assert rings[["x", "y", "x2", "y2"]].to_numpy().tolist() == [[0, 1, -0.5, 0], [-1, -1, -0.5, 0]]


def test_a_star_far_off_is_still_within_the_figure() -> None:
    data = drawn(star=(-30.0, 50.0)).data
    (star,) = data[data["kind"] == "star"].itertuples()
    assert (star.x, star.y) == (-1, 1)
    assert data[["x", "y"]].abs().max().max() == 1 < EDGE


def test_without_a_drawing_there_is_no_star() -> None:
    data = drawn(star=None, rings=[]).data
    assert set(data["kind"]) == {"image"}


@pytest.mark.parametrize("star", [None, (0.25, 0.25)])
def test_where_all_lie_in_one_place_it_is_the_middle(star: tuple[float, float] | None) -> None:
    data = drawn(places=[(0.25, 0.25)] * 3, star=star, rings=[]).data
    assert not data[["x", "y"]].to_numpy().any()


def test_one_direction_is_a_level_line() -> None:
    data = drawn(places=[(0.0, 0.0), (1.0, 0.0), (4.0, 0.0)], star=(2.0, 0.0), rings=[]).data
    assert data["y"].tolist() == [0, 0, 0, 0]
    assert data["x"].tolist() == [-1, -0.5, 1, 0]


def test_only_the_data_changes_with_the_images() -> None:
    assert drawn().spec == drawn(places=[(9.0, 9.0)], labels=[1], star=None, rings=[]).spec


def test_each_image_needs_a_label() -> None:
    with pytest.raises(ValueError, match="3 images need as many labels, not 2"):
        drawn(labels=[3, 8])


@pytest.mark.parametrize(("theme", "inks"), [(LIGHT, INKS_ON_LIGHT), (DARK, INKS_ON_DARK)])
def test_ten_inks_can_be_read_and_told_apart(theme: Theme, inks: tuple[str, ...]) -> None:
    (digits, *_) = drawn(theme=theme).spec["layer"]
    assert digits["encoding"]["color"]["scale"]["range"] == list(inks)
    assert len(set(inks)) == 10
    assert all(contrast(ink, theme.background) >= ENOUGH for ink in inks)
    # Black and white are 100 apart, and neighbours in print some 2: at 25 it is another colour at a glance.
    assert min(difference(one, other) for one, other in combinations(inks, 2)) > 25
    # Digits that are written alike lie near each other.
    alike = [(4, 9), (7, 9), (4, 7), (3, 5), (3, 8), (5, 8), (0, 6), (1, 7)]
    assert min(difference(inks[one], inks[other]) for one, other in alike) > 45


def difference(one: str, other: str) -> float:
    """How unlike two colours look: the distance in CIELAB (1976)."""
    return float(np.linalg.norm(_lab(one) - _lab(other)))


def _lab(colour: str) -> Any:
    channels = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    x, y, z = (
        np.cbrt(part) if part > 0.008856 else 7.787 * part + 16 / 116
        for part in to_xyz @ linear / np.array([0.9505, 1, 1.089])
    )
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])
