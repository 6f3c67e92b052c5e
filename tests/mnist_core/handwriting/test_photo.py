"""Only the ink is left of a photo, whatever the light, the paper and the file; and nothing but a sentence otherwise."""

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from mnist_core.data.dataset import Splits
from mnist_core.handwriting import photo
from mnist_core.handwriting.opening import SIDE, PhotoUnreadable
from mnist_core.handwriting.photo import (
    THINNEST,
    Correction,
    connected,
    ink_of,
    is_bright_on_dark,
    otsu,
    read_picture,
    stroke_width,
    thicken,
)
from mnist_core.handwriting.preprocessing import drawing_to_mnist, image_to_drawing
from tests.mnist_core.handwriting.test_preprocessing import STROKES, Canvas, draw

HEIGHT, WIDTH = 480, 640
Photo = npt.NDArray[np.float64]  # [HEIGHT, WIDTH], 0 to 255
Y, X = np.mgrid[0:HEIGHT, 0:WIDTH]


def digit(number: int = 5, length: int = 240, brush: float = 26, corner: tuple[int, int] = (110, 230)) -> Photo:
    """How much of each pixel is ink: a digit's strokes in the middle of the photo, 0 to 1."""
    small = draw(STROKES[number], length=120, brush=brush * 120 / length)
    large = Image.fromarray(small).resize((160 * length // 120,) * 2, Image.Resampling.BICUBIC)
    cover = np.zeros((HEIGHT, WIDTH))
    part = np.asarray(large)[: HEIGHT - corner[0], : WIDTH - corner[1]] / 255
    cover[corner[0] : corner[0] + part.shape[0], corner[1] : corner[1] + part.shape[1]] = part
    return cover


def inked(cover: Photo, paper: Photo | float = 225.0, ink: float = 45.0) -> Photo:
    return cover * ink + (1 - cover) * paper


def noise(deviation: float) -> Photo:
    return np.random.default_rng(1).normal(0, deviation, (HEIGHT, WIDTH))


def file(pixels: npt.NDArray[Any], kind: str = "PNG", **options: Any) -> bytes:
    content = io.BytesIO()
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(content, kind, **options)
    return content.getvalue()


def to_drawing(content: bytes) -> Canvas:
    return read_picture(content).drawing


def likeness(drawing: Canvas, expected: npt.NDArray[np.floating[Any]]) -> float:
    """The correlation of two drawings, as the network would see them."""
    seen = [drawing_to_mnist(one) for one in (drawing, (255 * expected).astype(np.uint8))]
    return float(torch.corrcoef(torch.stack(seen).flatten(1))[0, 1])


def ruled(ways: tuple[npt.NDArray[Any], ...], paper: float = 235.0, line: float = 185.0) -> Photo:
    lines = np.any([way % 40 < 2 for way in ways], axis=0)
    return np.where(lines, line, paper)


TABLE = (X < 60) | (X > 600 + Y / 20)

CONDITIONS: dict[str, Callable[[], Photo]] = {
    "plain paper": lambda: inked(digit()),
    "light from one side": lambda: inked(digit()) * (0.3 + 0.7 * X / WIDTH),
    "the edge of a shadow": lambda: inked(digit()) * np.where(X + Y < 520, 0.5, 1.0),
    "noise": lambda: inked(digit()) + noise(20),
    "blue on cream": lambda: inked(digit(brush=8), paper=226, ink=70),
    "ruled": lambda: inked(digit(brush=10), paper=ruled((Y,))),
    "squared": lambda: inked(digit(brush=10), paper=ruled((X, Y))),
    "ruled, turned by 5°": lambda: inked(digit(brush=10), paper=ruled(((Y + X * np.tan(np.radians(5))),))),
    "chalk on a board": lambda: inked(digit(), paper=55, ink=215) + noise(6),
    "pencil": lambda: inked(digit(brush=8), ink=140) + noise(4),
    "marker": lambda: inked(digit(brush=36)),
    "small": lambda: inked(digit(length=90, brush=7, corner=(200, 280))),
    "the table's edge": lambda: np.where(TABLE, 70, inked(digit())),
    "a thumb": lambda: np.where((X - 640) ** 2 + (Y - 400) ** 2 < 100**2, 120, inked(digit())),
    "specks": lambda: np.where((X % 97 < 3) & (Y % 89 < 3), 60, inked(digit())),
}


@pytest.mark.parametrize("condition", CONDITIONS)
def test_only_the_ink_is_left(condition: str) -> None:
    drawing = to_drawing(file(CONDITIONS[condition](), "JPEG", quality=60))
    assert drawing.dtype == np.uint8
    assert drawing.shape == (300, 400)
    brush = 36 if condition == "marker" else 26
    assert likeness(drawing, digit(brush=brush)) > 0.9
    assert (drawing == 0).mean() > 0.8


@pytest.mark.parametrize("number", range(10))
def test_every_digit_keeps_all_its_strokes(number: int) -> None:
    drawing = to_drawing(file(inked(digit(number))))
    assert likeness(drawing, digit(number)) > 0.97


def test_a_stroke_apart_from_the_rest_stays() -> None:
    cover = digit(1, brush=32)
    cover[60:75, 300:380] = 1  # a bar above the 1, which does not touch it
    assert likeness(to_drawing(file(inked(cover))), cover) > 0.95


def test_what_a_light_hand_left_faint_stays() -> None:
    """The pen's pressure falls to a third towards the right; Otsu's threshold alone would cut a 0 open."""
    cover = digit(0)
    pressed = np.where(X < 330, 1.0, 0.33)
    assert likeness(to_drawing(file(inked(cover * pressed))), cover * pressed) > 0.9


@pytest.mark.parametrize("line", [150, 170, 190, 210, 220])
def test_no_line_of_the_paper_stays_on_the_digit(line: int) -> None:
    """However strongly it is printed, short of the pen itself; also where noise tears it into pieces."""
    cover = digit(brush=10)
    drawing = to_drawing(file(inked(cover, paper=ruled((Y,), line=line)) + noise(8), "JPEG"))
    columns = np.flatnonzero((cover > 0.5).any(0)) * 400 // WIDTH
    beside = np.r_[0 : columns[0] - 12, columns[-1] + 12 : 400]
    assert not drawing[:, beside].any()


def test_two_digits_both_stay() -> None:
    two = digit(3, 150, 36, (160, 120)) + digit(7, 150, 36, (150, 400))
    assert likeness(to_drawing(file(inked(two))), two) > 0.95


def test_small_writing_far_from_the_digit_goes() -> None:
    words = np.maximum(digit(), digit(2, length=40, brush=4, corner=(30, 60)))
    assert likeness(to_drawing(file(inked(words))), digit()) > 0.97


@pytest.mark.parametrize("turned_around", [False, True])
def test_images_of_mnist_itself_come_back(digits: Splits, turned_around: bool) -> None:
    """A picture of 28 x 28 pixels is read too, and as it is: bright on dark or dark on bright."""
    for image in digits.validation.images[:30]:
        pixels = image.numpy()
        drawing = to_drawing(file(255 - pixels if turned_around else pixels))
        assert max(drawing.shape) == SIDE
        assert likeness(drawing, thicken((image_to_drawing(image) / 255).numpy())) > 0.93


@pytest.mark.parametrize("share", [0.01, 0.015, 0.02])
def test_a_thin_pen_becomes_as_thick_as_mnist_s_thinnest(share: float) -> None:
    thin = digit(3, length=380, brush=share * 380, corner=(40, 150))
    seen = drawing_to_mnist(to_drawing(file(inked(thin))))
    assert stroke_width(seen.numpy()) > 0.8 * THINNEST
    assert likeness(to_drawing(file(inked(thin))), digit(3, length=380, brush=38, corner=(40, 150))) > 0.9


def test_thick_strokes_stay_as_they_are() -> None:
    ink = digit(brush=36).astype(np.float32)
    assert thicken(ink) is ink


@pytest.mark.parametrize("width", [3, 6, 12])
def test_the_width_of_a_line_is_measured_also_where_it_is_grey_and_aslant(width: int) -> None:
    distance = np.abs(X - 200 - 0.5 * Y) / np.hypot(1, 0.5)
    line = (width / 2 + 0.5 - distance).clip(0, 1).astype(np.float32)
    assert stroke_width(line) == pytest.approx(width, rel=0.06)
    assert stroke_width(0.4 * line) == pytest.approx(width, rel=0.06)


def test_three_of_four_digits_in_mnist_have_thicker_strokes_than_the_thinnest(mnist: Splits) -> None:
    widths = []
    for image in mnist.validation.images[:800]:
        ink = (image_to_drawing(image) / 255).numpy()
        rows, columns = np.nonzero(ink > 0.1)
        widths.append(stroke_width(ink) * 20 / (max(np.ptp(rows), np.ptp(columns)) + 1))
    assert np.mean(np.array(widths) > THINNEST) == pytest.approx(0.75, abs=0.05)


@pytest.mark.parametrize(
    "blank",
    [
        np.full((HEIGHT, WIDTH), 230.0),
        np.zeros((HEIGHT, WIDTH)),
        225 * (0.3 + 0.7 * X / WIDTH),
        225 * np.where(X + Y < 520, 0.5, 1.0) + noise(3),
        220 + noise(15),
        np.where(TABLE, 70.0, 225.0),
        np.full((1, 1), 7.0),
        np.full((1, 300), 7.0),
    ],
    ids=["white", "black", "gradient", "shadow", "noise", "table", "one pixel", "one row"],
)
def test_where_nothing_is_written_it_says_so(blank: Photo) -> None:
    with pytest.raises(PhotoUnreadable, match="Nothing on this picture stands out"):
        to_drawing(file(blank, "PNG"))


def test_polarity_is_found_wherever_the_ink_is_the_smaller_part() -> None:
    grey = (inked(digit()) / 255).astype(np.float32)
    assert not is_bright_on_dark(grey)
    assert is_bright_on_dark(1 - grey)


# Other people's pictures.


def cropped(cover: Photo, cut: int = 0) -> Photo:
    """Only the ink's box, and ``cut`` pixels less on each side."""
    rows, columns = np.flatnonzero((cover > 0.5).any(1)), np.flatnonzero((cover > 0.5).any(0))
    return cover[rows[0] + cut : rows[-1] + 1 - cut, columns[0] + cut : columns[-1] + 1 - cut]


@pytest.mark.parametrize("turned_around", [False, True])
@pytest.mark.parametrize("number", [0, 2, 3, 4, 5, 7, 8])
def test_a_digit_that_fills_the_picture_is_whole(number: int, turned_around: bool) -> None:
    pixels = inked(cropped(digit(number)))
    drawing = to_drawing(file(255 - pixels if turned_around else pixels))
    assert likeness(drawing, digit(number)) > 0.9


@pytest.mark.parametrize("number", [2, 3, 5, 7])
def test_a_digit_that_the_picture_s_edge_cuts_off_stays(number: int) -> None:
    assert likeness(to_drawing(file(inked(cropped(digit(number), cut=6)))), digit(number)) > 0.8


@pytest.mark.parametrize("side", [8, 16, 28])
@pytest.mark.parametrize("turned_around", [False, True])
def test_a_picture_of_few_pixels_is_read_although_it_has_no_margin(side: int, turned_around: bool) -> None:
    for number in (0, 2, 3, 7):
        ink = cropped(digit(number, brush=34))
        small = Image.fromarray((255 * ink).astype(np.uint8)).resize((side, side), Image.Resampling.BOX)
        expected = np.asarray(small.resize((300, 300), Image.Resampling.BICUBIC)) / 255
        pixels = 255 - np.asarray(small) if turned_around else np.asarray(small)
        assert likeness(to_drawing(file(pixels)), expected) > 0.85


@pytest.mark.parametrize("grey", [0, 40, 80, 120, 160, 255])
@pytest.mark.parametrize("number", [3, 8])
def test_a_border_round_the_photo_does_not_matter(grey: int, number: int) -> None:
    photo_of_it = inked(digit(number)) * (0.8 + 0.2 * X / WIDTH) + noise(3)
    drawing = to_drawing(file(np.pad(photo_of_it, 60, constant_values=grey), "JPEG"))
    assert likeness(drawing, digit(number)) > 0.9


@pytest.mark.parametrize("turned_around", [False, True])
def test_strokes_may_be_so_thick_that_hardly_paper_is_left(turned_around: bool) -> None:
    thick = cropped(digit(2, brush=66))
    pixels = inked(np.pad(thick, 12))
    assert likeness(to_drawing(file(255 - pixels if turned_around else pixels)), thick) > 0.9


def framed(cover: Photo, ink: float, *, reaches: bool) -> Photo:
    """A digit in a printed frame, whose lines reach the picture's edge or are a box."""
    lines = (np.abs(Y - 70) < 4) | (np.abs(Y - 400) < 4) | (np.abs(X - 130) < 4) | (np.abs(X - 520) < 4)
    inside = (Y > 66) & (Y < 404) & (X > 126) & (X < 524)
    return np.minimum(inked(cover, ink=ink), np.where(lines & (inside | reaches), 25, 225))


@pytest.mark.parametrize("reaches", [False, True])
@pytest.mark.parametrize("ink", [45, 130])
@pytest.mark.parametrize("number", [0, 4, 5, 7])
def test_a_frame_as_dark_as_the_pen_or_darker_goes(number: int, ink: float, reaches: bool) -> None:
    cover = digit(number, brush=16)
    found = read_picture(file(framed(cover, ink, reaches=reaches)))
    assert likeness(found.drawing, thicken(cover.astype(np.float32))) > 0.9


def test_what_crosses_a_frame_stays() -> None:
    cover = digit(3, length=300, brush=20, corner=(60, 200))  # its top crosses the upper line
    found = read_picture(file(framed(cover, 45, reaches=True)))
    assert found.said == "dark ink on light paper, box removed"
    assert likeness(found.drawing, cover) > 0.85


def test_the_bars_of_a_digit_are_no_printed_lines() -> None:
    """From edge to edge, thin and straight: still the bar of a 7 and of a 4."""
    for number in (4, 7):
        cover = cropped(digit(number, brush=8))
        assert likeness(to_drawing(file(inked(cover))), thicken(cover.astype(np.float32))) > 0.9


def test_faint_parts_stay_though_the_picture_is_shaded_elsewhere() -> None:
    cover = digit(9)
    pressed = cover * np.where(Y < 200, 0.4, 1.0)
    corner = np.exp(-(((X - 640) / 200) ** 2) - ((Y - 480) / 150) ** 2)
    assert likeness(to_drawing(file(inked(pressed) * (1 - 0.4 * corner) + noise(3))), pressed) > 0.85


# Files of every kind.


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "AVIF"])
def test_every_kind_of_file_is_read(kind: str) -> None:
    assert likeness(to_drawing(file(inked(digit()), kind)), digit()) > 0.95


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    content = io.BytesIO()
    image.save(content, kind, **options)
    return content.getvalue()


@pytest.mark.parametrize("mode", ["1", "P", "RGB", "CMYK", "I;16", "F", "I"])
def test_every_kind_of_pixel_is_read(mode: str) -> None:
    grey = inked(digit())
    if mode == "I;16":
        content = saved(Image.fromarray((grey * 257).astype(np.uint16)), "PNG")
    elif mode == "I":
        content = saved(Image.fromarray((grey * 257).astype(np.int32)), "TIFF")
    elif mode == "F":
        content = saved(Image.fromarray((grey / 255).astype(np.float32)), "TIFF")
    else:
        image = Image.fromarray(grey.astype(np.uint8)).convert("RGB").convert(mode)
        content = saved(image, "JPEG" if mode == "CMYK" else "PNG")
    assert likeness(to_drawing(content), digit()) > 0.9


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF"])
@pytest.mark.parametrize("ink", [0, 255])
def test_ink_on_nothing_is_ink_on_paper(kind: str, ink: int) -> None:
    alpha = (255 * (digit() > 0.5)).astype(np.uint8)
    pixels = np.dstack([np.full_like(alpha, ink)] * 3 + [alpha])
    assert likeness(to_drawing(saved(Image.fromarray(pixels), kind)), digit()) > 0.9


def test_a_sheet_cut_out_with_round_corners_is_still_a_sheet() -> None:
    alpha = np.where((X - 320) ** 4 + (1.3 * (Y - 240)) ** 4 < 310**4, 255, 0)
    pixels = np.dstack([inked(digit())] * 3 + [alpha]).astype(np.uint8)
    assert likeness(to_drawing(saved(Image.fromarray(pixels), "PNG")), digit()) > 0.95


def polygon(*corners: tuple[int, int]) -> npt.NDArray[np.bool_]:
    canvas = Image.new("1", (200, 200))
    ImageDraw.Draw(canvas).polygon(corners, fill=1)
    box = canvas.getbbox()
    assert box
    return np.asarray(canvas.crop(box))


@pytest.mark.parametrize(
    ("corners", "straight", "aslant"),
    [
        (((20, 30), (180, 30), (180, 150), (20, 150)), True, True),  # a sheet
        (((40, 20), (180, 50), (160, 160), (20, 130)), False, True),  # one that lies aslant
        (((20, 20), (180, 20), (180, 60), (90, 180), (50, 180), (110, 60), (20, 60)), False, False),  # a thick 7
        (((100, 20), (160, 60), (180, 120), (140, 180), (60, 180), (20, 120), (40, 60)), False, False),  # a round 0
    ],
)
def test_a_sheet_fills_its_box_or_its_four_corners(
    corners: tuple[tuple[int, int], ...], straight: bool, aslant: bool
) -> None:
    filled = polygon(*corners)
    assert photo.is_sheet(filled, aslant=False) is straight
    assert photo.is_sheet(filled, aslant=True) is aslant


def test_of_an_animation_the_first_picture_is_read() -> None:
    pictures = [Image.fromarray(inked(digit(number)).astype(np.uint8)) for number in (5, 1, 2)]
    content = saved(pictures[0], "GIF", save_all=True, append_images=pictures[1:])
    assert likeness(to_drawing(content), digit(5)) > 0.95


@pytest.mark.parametrize(("orientation", "back"), [(3, 180), (6, 90), (8, 270)])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_a_photo_is_turned_as_the_camera_was_held(orientation: int, back: int, kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    upright = Image.fromarray(inked(digit()).astype(np.uint8))
    content = saved(upright.rotate(back, expand=True), kind, exif=exif)
    assert likeness(to_drawing(content), digit()) > 0.95


def test_a_jpeg_of_many_pixels_is_read_from_its_small_version() -> None:
    large = Image.fromarray(inked(digit()).astype(np.uint8)).resize((8000, 6000))
    assert likeness(to_drawing(saved(large, "JPEG")), digit()) > 0.95


@given(st.binary(max_size=200))
@example(b"")
@example(b"\x89PNG\r\n\x1a\n")
@example(b"GIF89a\x00\x00\x00\x00")
def test_garbage_is_a_sentence(content: bytes) -> None:
    with pytest.raises(PhotoUnreadable):
        to_drawing(content)


@settings(max_examples=60)
@given(st.sampled_from(["JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "AVIF"]), st.data())
def test_a_broken_file_is_a_sentence_or_a_drawing(kind: str, data: st.DataObject) -> None:
    """Cut off somewhere, or with some bytes changed."""
    content = bytearray(file(inked(digit())[::4, ::4], kind))
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=4)):
        content[place] ^= data.draw(st.integers(1, 255))
    content = content[: data.draw(st.integers(1, len(content)))]
    try:
        drawing = to_drawing(bytes(content))
    except PhotoUnreadable:
        return
    assert drawing.max() == 255


@settings(max_examples=60)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**32 - 1), st.sampled_from([1, 9, 40]))
def test_any_pixels_give_a_drawing_that_can_be_read_or_a_sentence(
    height: int, width: int, seed: int, contrast: int
) -> None:
    pixels = np.random.default_rng(seed).integers(0, 255, (height, width)) // contrast * contrast
    try:
        drawing = to_drawing(file(pixels))
    except PhotoUnreadable:
        return
    assert max(drawing.shape) <= SIDE
    assert drawing_to_mnist(drawing).max() == 1


@pytest.mark.parametrize("shape", [(1, 2000), (2000, 1), (3, 900)])
def test_a_strip_is_a_sentence_or_a_drawing(shape: tuple[int, int]) -> None:
    pixels = np.full(shape, 220)
    pixels[0, :5] = 0
    pixels[0, shape[1] // 3 : shape[1] // 2] = 0
    try:
        drawing = to_drawing(file(pixels))
    except PhotoUnreadable:
        return
    assert drawing_to_mnist(drawing).max() == 1


# The steps, against others' implementations.


@settings(max_examples=50)
@given(st.integers(1, 30), st.integers(1, 30), st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.2, 0.4, 0.6, 1.0]))
def test_pieces_are_what_can_be_walked_over(height: int, width: int, seed: int, share: float) -> None:
    """Against a walk from each pixel to its eight neighbours, row by row."""
    mask = np.random.default_rng(seed).random((height, width)) < share
    walked, pieces = np.zeros(mask.shape, np.int64), 0
    for start in np.argwhere(mask):
        pieces += not walked[tuple(start)]
        waiting = [] if walked[tuple(start)] else [start]
        while waiting:
            row, column = waiting.pop()
            walked[row, column] = pieces
            top, left = max(row - 1, 0), max(column - 1, 0)
            around = (slice(top, row + 2), slice(left, column + 2))
            waiting += list(np.argwhere(mask[around] & (walked[around] == 0)) + np.array((top, left)))
    found = connected(mask)
    assert found.dtype == np.int64
    np.testing.assert_array_equal(found, walked)


@pytest.mark.parametrize("stroke", [0.3, 0.1, 0.02])
def test_the_paper_under_a_stroke_is_a_closing(stroke: float) -> None:
    """By its definition, window by window; beyond the picture's edge there is nothing."""
    grey = np.random.default_rng(3).random((40, 60)).astype(np.float32)
    smooth = photo._blurred(grey, 1.0)
    half = round(stroke * 60) // 2

    def within(values: npt.NDArray[np.float32], of: Callable[[Any], Any], outside: float) -> npt.NDArray[np.float32]:
        framed = np.pad(values, half, constant_values=outside)
        windows = np.lib.stride_tricks.sliding_window_view(framed, (2 * half + 1, 2 * half + 1))
        return np.asarray(of(windows.reshape(*values.shape, -1)))

    paper = within(within(smooth, lambda found: found.max(-1), -np.inf), lambda found: found.min(-1), np.inf)
    darkness = (1 - smooth / np.maximum(paper, 0.15)).astype(np.float32)
    np.testing.assert_array_equal(
        photo.flatten(grey, stroke), np.maximum(darkness - np.median(photo._paper(darkness)), 0)
    )


def test_a_thicker_stroke_is_the_darkest_within_a_radius() -> None:
    ink = np.zeros((220, 180), np.float32)
    ink[10:210, 90] = 0.5 + np.random.default_rng(4).random(200).astype(np.float32) / 2
    ink[0, 90] = 1  # at the edge, beyond which there is only paper
    thick = thicken(ink)
    radius = int((thick[100] > 0).sum()) // 2
    assert radius > 1
    rows, columns = np.nonzero(ink)
    end = 209 + radius
    for row, column in [(0, 90), (100, 90), (100, 90 - radius), (12, 91), (3, 92), (end, 90), (end, 92)]:
        near = np.hypot(rows - row, columns - column) <= radius
        assert thick[row, column] == ink[rows[near], columns[near]].max(initial=0)


@given(st.lists(st.floats(0, 1, width=32), min_size=2, max_size=60))
def test_the_threshold_divides_with_the_largest_variance_between_the_classes(values: list[float]) -> None:
    """Otsu's threshold, by trying all."""
    bins = (np.minimum((np.array(values, np.float32) * 64).astype(int), 63) + 0.5) / 64

    def between(threshold: float) -> float:
        low, high = bins[bins < threshold], bins[bins >= threshold]
        return 0.0 if not len(low) or not len(high) else len(low) * len(high) * (low.mean() - high.mean()) ** 2

    best = max(between(cut / 64) for cut in range(1, 64))
    assert between(otsu(np.array(values, np.float32))) == pytest.approx(best, abs=1e-6)


# What a reader may correct.


def test_a_reader_may_turn_the_picture() -> None:
    upright = inked(digit())
    for turned in (90, 180, 270):
        found = read_picture(file(np.rot90(upright, turned // 90)), Correction(turned=turned))
        assert likeness(found.drawing, digit()) > 0.97
        assert found.grey.shape == found.darkness.shape == found.mask.shape == found.drawing.shape == (300, 400)


def test_a_reader_may_say_which_ink_is_the_digit() -> None:
    two = digit(3, 180, 20, (130, 120)) + digit(7, 70, 10, (200, 500))
    assert likeness(read_picture(file(inked(two))).drawing, two) < 0.9  # the small one is far from the large one
    found = read_picture(file(inked(two)), Correction(at=(0.45, 0.85)))
    assert likeness(found.drawing, digit(7, 70, 10, (200, 500))) > 0.9


def test_a_reader_may_say_what_is_ink() -> None:
    grey = (inked(digit()) / 255).astype(np.float32)
    assert ink_of(grey).said == "dark ink on light paper"
    assert ink_of(1 - grey).said == "bright ink on dark paper"
    np.testing.assert_array_equal(ink_of(1 - grey).drawing, ink_of(1 - grey, Correction(inverted=True)).drawing)
    assert likeness(ink_of(1 - grey, Correction(inverted=False)).drawing, digit()) < 0.5


def test_a_correction_that_makes_no_sense_is_a_sentence() -> None:
    with pytest.raises(ValueError, match="not by 45"):
        Correction(turned=45)
    with pytest.raises(ValueError, match="shares of 0 to 1"):
        Correction(at=(0.5, 3.0))
