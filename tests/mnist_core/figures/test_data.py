"""Pixels as numbers."""

import re

import pytest
import torch

from mnist_core.data.dataset import MEAN, STD
from mnist_core.figures.data import AXIS, BRIGHT, class_bars, level_histogram, number_table, parts_sheet, scale_bars
from mnist_core.figures.theme import DARK, LIGHT, VegaFigure


def test_the_table_holds_every_number_in_its_row_and_marks_one() -> None:
    image = torch.randint(0, 256, (28, 28), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
    image[3, 5] = 0
    html = number_table(levels=image.tolist(), row=3, theme=LIGHT)
    assert re.findall(r'<th scope="col">(\d+)</th>', html) == [str(column) for column in range(28)]
    rows = re.findall(r'<tr( class=r)?><th scope="row">(\d+)</th>(.*?)</tr>', html)
    assert [int(number) for _, number, _ in rows] == list(range(28))
    assert [int(number) for marked, number, _ in rows if marked] == [3]
    for (_, _, cells), values in zip(rows, image.tolist(), strict=True):
        assert [int(cell) for cell in re.findall(r">(\d+)</td>", cells)] == values


def contrast(level: int, text: int) -> float:
    """WCAG's contrast ratio of two greys."""
    bright, dark = (
        (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4) + 0.05
        for c in (max(level, text) / 255, min(level, text) / 255)
    )
    return bright / dark


@pytest.mark.parametrize("level", [1, 60, BRIGHT - 1, BRIGHT, 200, 255])
def test_the_numbers_can_be_read_on_every_ground(level: int) -> None:
    cell = re.search(r"<td[^>]*>", number_table(levels=[[level]], row=0, theme=LIGHT).split("</style>")[1])
    assert cell is not None
    assert f"--v:{level}" in cell[0]
    assert contrast(level, 0 if "class=b" in cell[0] else 255) >= 4.5


def test_the_numbers_of_paper_can_be_read() -> None:
    assert contrast(0, 0x76) >= 4.5


def test_class_bars_have_their_counts_and_one_stands_out() -> None:
    data = class_bars(counts=[5923, 6742, 10], theme=LIGHT, chosen=1).data
    assert data["images"].tolist() == [5923, 6742, 10]
    assert data["label"].tolist() == ["5,923", "6,742", "10"]
    assert data["chosen"].tolist() == [False, True, False]


COUNTS = [800] + [1] * 127 + [0] * 127 + [73]


def histogram(normal: bool, without_paper: bool = False) -> VegaFigure:
    shift, scale = (MEAN, STD) if normal else (0.0, 1.0)
    return level_histogram(
        counts=COUNTS,
        shift=shift,
        scale=scale,
        mean=0.1,
        deviation=0.2,
        value=(0.5 - shift) / scale,
        name="x",
        without_paper=without_paper,
        theme=DARK,
    )


def test_the_bars_of_a_histogram_hold_all_pixels_and_only_move_when_normalised() -> None:
    before, after = histogram(normal=False).data, histogram(normal=True).data
    bars, moved = before[before["kind"] == "bar"], after[after["kind"] == "bar"]
    assert len(bars) == 32
    assert bars["share"].sum() == pytest.approx(1)
    assert bars["share"].iloc[0] == pytest.approx(807 / 1_000)
    assert moved["share"].tolist() == bars["share"].tolist()
    for edge in ("start", "end"):
        assert moved[edge].tolist() == pytest.approx([(x - MEAN) / STD for x in bars[edge]])
        assert all(AXIS[0] <= x <= AXIS[1] for x in (*bars[edge], *moved[edge]))


def test_without_paper_only_the_level_0_is_gone() -> None:
    data = histogram(normal=False, without_paper=True).data
    bars = data[data["kind"] == "bar"]
    assert bars["share"].iloc[0] == pytest.approx(7 / 1_000)
    assert bars["share"].sum() == pytest.approx(200 / 1_000)
    assert histogram(normal=False).spec == histogram(normal=False, without_paper=True).spec


def test_the_histogram_marks_mean_deviation_and_the_readers_pixel() -> None:
    figure = histogram(normal=True)
    assert " ".join(figure.spec["title"]["text"]) == "mean 0.10 (dashed), deviation 0.20 (grey band)"
    data = figure.data.set_index("kind")
    assert data.loc["mean", "start"] == pytest.approx(0.1)
    assert (data.loc["spread", "start"], data.loc["spread", "end"]) == pytest.approx((-0.1, 0.3))
    assert data.loc["value", "start"] == pytest.approx((0.5 - MEAN) / STD)
    assert data.loc["value", "label"] == "your pixel: 1.20"


def test_scale_bars_say_their_share() -> None:
    names = ["meant", "forgotten", "bytes"]
    figure = scale_bars(accuracies={"meant": 0.9906, "forgotten": 0.9468}, names=names, theme=LIGHT)
    assert figure.spec["encoding"]["y"]["scale"]["domain"] == names  # one that is not shown yet has its place
    assert figure.data["label"].tolist() == ["99.1%", "94.7%"]
    assert figure.data["meant"].tolist() == [True, False]


def test_one_part_of_the_data_set_is_bright() -> None:
    images = torch.full((4, 28, 28), 200, dtype=torch.uint8)
    shown = parts_sheet(images=images, parts=[0, 0, 1, 2], chosen=1, columns=4)
    assert [int(shown[20, 10 + 58 * place]) for place in range(4)] == [40, 40, 200, 40]
