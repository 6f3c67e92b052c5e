"""The sheet shows every digit and marks the misread ones; the figures say what was counted."""

import io

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from mnist_core.figures.collection import (
    ACROSS,
    CAPTION,
    GAP,
    TILE,
    TOP,
    Share,
    contact_sheet,
    share_intervals,
    small_confusion,
)
from mnist_core.figures.theme import DARK, LIGHT

VERMILLION, WHITE = (0xD5, 0x5E, 0x00), (255, 255, 255)


def some(count: int) -> Tensor:
    return torch.randint(0, 256, (count, 28, 28), generator=torch.Generator().manual_seed(1)).byte()


def opened(sheet: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(sheet)).convert("RGB"))


def corner(index: int) -> tuple[int, int]:
    return TOP + index // ACROSS * (TILE + CAPTION + GAP), GAP + index % ACROSS * (TILE + GAP)


def test_the_sheet_shows_every_image_with_hard_pixels_and_words_below() -> None:
    images = some(23)
    labels = [index % 10 for index in range(23)]
    read = [label if index != 12 else 9 for index, label in enumerate(labels)]
    picture = opened(contact_sheet(images=images, labels=labels, read=read, title="23 digits"))
    for index in range(23):
        top, left = corner(index)
        tile = picture[top : top + TILE, left : left + TILE]
        assert (tile[1::3, 1::3, 0] == images[index].numpy()).all()
        assert (tile[::3, ::3] == tile[2::3, 2::3]).all()
        words = picture[top + TILE + 4 : top + TILE + CAPTION, left : left + TILE]
        assert (words < 128).any()
        is_framed = (picture[top - 2, left + 40] == VERMILLION).all()
        assert is_framed == (index == 12)
        if not is_framed:
            assert (picture[top - 2, left + 40] == WHITE).all()
    assert (picture[:TOP] < 128).any()  # the title


def test_the_words_below_depend_on_label_and_reading() -> None:
    images = some(1)
    sheets = {
        contact_sheet(images=images, labels=[label], read=[read], title="") for label, read in ((1, 1), (7, 7), (1, 7))
    }
    assert len(sheets) == 3


def test_the_sheet_of_a_whole_class_is_a_picture_of_reasonable_size() -> None:
    sheet = contact_sheet(images=some(400), labels=[1] * 400, read=[1] * 400, title="x" * 500)
    assert opened(sheet).shape == (TOP + 40 * (TILE + CAPTION + GAP), GAP + ACROSS * (TILE + GAP), 3)
    assert len(sheet) < 2_000_000


@pytest.mark.parametrize(("count", "labels", "read"), [(0, [], []), (1, [1, 2], [1]), (1, [1], [])])
def test_a_sheet_needs_an_image_and_as_many_labels(count: int, labels: list[int], read: list[int]) -> None:
    with pytest.raises(ValueError, match="at least one"):
        contact_sheet(images=some(count), labels=labels, read=read, title="")


def test_shares_have_their_ends_and_a_square_only_where_there_is_one() -> None:
    figure = share_intervals(
        shares=[Share("a\nb", 9, 10, 0.6, 0.98, 0.99), Share("c", 90, 100, 0.83, 0.94)], theme=LIGHT
    )
    assert figure.data["share"].tolist() == [0.9, 0.9]
    assert figure.data["low"].tolist() == [0.6, 0.83]
    assert figure.data["high"].tolist() == [0.98, 0.94]
    assert figure.data["elsewhere"].isna().tolist() == [False, True]
    assert figure.data["said"].tolist()[0] == "9 of 10 right: 60% to 98%"
    rule, left, right, dot, square = figure.spec["layer"]
    assert [end["encoding"]["x"]["field"] for end in (left, right)] == ["low", "high"]
    assert left["mark"]["size"] > dot["mark"]["size"] ** 0.5  # the ends show where the dot hides the line
    assert (rule["encoding"]["x"]["field"], rule["encoding"]["x2"]["field"]) == ("low", "high")
    assert dot["mark"]["type"] != square["mark"]["type"]
    assert figure.spec == share_intervals(shares=[Share("d\ne", 1, 2, 0.1, 0.9)], theme=LIGHT).spec  # so it only moves


def test_the_small_confusion_marks_right_and_wrong_and_counts_them() -> None:
    counts = [[0] * 10 for _ in range(10)]
    counts[3][3], counts[8][3] = 2, 1
    figure = small_confusion(counts=counts, theme=DARK)
    cells = {(row["shown"], row["read"]): row for row in figure.data.to_dict("records")}
    assert len(cells) == 100
    assert (cells[3, 3]["kind"], cells[3, 3]["number"]) == ("right", "2")
    assert (cells[8, 3]["kind"], cells[8, 3]["number"]) == ("wrong", "1")
    assert cells[8, 3]["said"] == "1 of 1 images of an 8 were read as a 3"
    assert {cell["kind"] for place, cell in cells.items() if place not in ((3, 3), (8, 3))} == {"empty"}
