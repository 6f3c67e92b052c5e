"""Is a drawing read the same wherever, however large and however faintly it was drawn, and does it look like MNIST?"""

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn.functional import interpolate

from mnist_core.handwriting.prediction import predict_proba
from mnist_core.handwriting.preprocessing import BlankDrawing, drawing_to_mnist, prepare
from mnist_core.network.checkpoint import CheckpointError, load_shipped

CANVAS = 160
Canvas = npt.NDArray[np.uint8]
Points = list[tuple[float, float]]

# The ten digits as pen strokes in a unit square, x to the right and y down.
STROKES: list[list[Points]] = [
    [[(0.5, 0), (0.2, 0.15), (0.1, 0.5), (0.2, 0.85), (0.5, 1), (0.8, 0.85), (0.9, 0.5), (0.8, 0.15), (0.5, 0)]],
    [[(0.4, 0.15), (0.6, 0), (0.6, 1)]],
    [[(0.15, 0.2), (0.35, 0), (0.7, 0), (0.85, 0.25), (0.6, 0.6), (0.1, 1), (0.9, 1)]],
    [[(0.15, 0.05), (0.6, 0), (0.8, 0.2), (0.4, 0.45), (0.85, 0.7), (0.6, 1), (0.1, 0.95)]],
    [[(0.3, 0), (0.1, 0.6), (0.9, 0.6)], [(0.7, 0.1), (0.65, 1)]],
    [[(0.8, 0), (0.2, 0), (0.2, 0.4), (0.65, 0.4), (0.85, 0.7), (0.6, 1), (0.1, 0.95)]],
    [[(0.7, 0), (0.3, 0.35), (0.15, 0.7), (0.4, 1), (0.75, 0.85), (0.65, 0.6), (0.2, 0.65)]],
    [[(0.1, 0), (0.85, 0), (0.5, 0.5), (0.35, 1)]],
    [[(0.7, 0.1), (0.4, 0), (0.25, 0.2), (0.7, 0.7), (0.5, 1), (0.25, 0.8), (0.7, 0.3), (0.7, 0.1)]],
    [[(0.75, 0.3), (0.4, 0.45), (0.25, 0.2), (0.5, 0), (0.75, 0.1), (0.75, 0.4), (0.6, 1)]],
]


def draw(strokes: list[Points], *, length: float, brush: float, corner: tuple[float, float] = (0, 0)) -> Canvas:
    """Strokes, the unit square ``length`` pixels long, with a round brush: a pixel is inked by its distance to them."""
    y, x = np.mgrid[0:CANVAS, 0:CANVAS] + 0.5
    distance = np.full((CANVAS, CANVAS), np.inf)
    for points in strokes:
        pixels = np.array(points) * length + brush / 2 + 1 + np.array(corner)
        for (ax, ay), (bx, by) in pairwise(pixels):
            dx, dy = bx - ax, by - ay
            along = np.clip(((x - ax) * dx + (y - ay) * dy) / max(dx**2 + dy**2, 1e-9), 0, 1)
            distance = np.minimum(distance, np.hypot(x - ax - along * dx, y - ay - along * dy))
    return (np.clip(brush / 2 + 0.5 - distance, 0, 1) * 255).round().astype(np.uint8)


def wobbly(digit: int, seed: int) -> list[Points]:
    """A digit's strokes as another hand would draw them: every corner a little elsewhere, wider or slimmer."""
    random = np.random.default_rng([seed, digit])
    slimmer = random.uniform(0.6, 1)
    return [
        [(slimmer * x, y) for x, y in np.array(points) + random.normal(0, 0.04, (len(points), 2))]
        for points in STROKES[digit]
    ]


def resampled(drawing: Canvas, factor: float) -> Tensor:
    """The same picture on a canvas ``factor`` times as large: uint8 [H, W]."""
    picture = torch.from_numpy(drawing)[None, None].float()
    side = round(CANVAS * factor)
    larger = interpolate(picture, size=(side, side), mode="bilinear", antialias=True)
    return larger[0, 0].round().clamp(0, 255).to(torch.uint8)


def centre_of_mass(image: Tensor) -> tuple[float, float]:
    """Row and column, pixels counted from 0."""
    pixels = torch.arange(len(image), dtype=image.dtype)
    return float(image.sum(dim=1) @ pixels / image.sum()), float(image.sum(dim=0) @ pixels / image.sum())


def ink_extent(image: Tensor) -> tuple[int, int]:
    """Rows and columns from the first to the last with more than a tenth of full ink."""
    rows, columns = (image > 0.1).nonzero(as_tuple=True)
    return int(rows.max() - rows.min()) + 1, int(columns.max() - columns.min()) + 1


drawings = st.builds(
    lambda digit, seed, length, brush: draw(wobbly(digit, seed), length=length, brush=brush, corner=(12, 12)),
    digit=st.integers(0, 9),
    seed=st.integers(0, 10_000),
    length=st.floats(70, 110),
    brush=st.floats(6, 14),
)
few = settings(max_examples=40, deadline=None)


@few
@given(drawing=drawings, down=st.integers(0, 200), right=st.integers(0, 200))
def test_a_drawing_moved_on_the_canvas_gives_the_very_same_image(drawing: Canvas, down: int, right: int) -> None:
    canvas = np.zeros((CANVAS + 200, CANVAS + 200), dtype=np.uint8)
    canvas[down : down + CANVAS, right : right + CANVAS] = drawing
    rgba = np.dstack([canvas, canvas, canvas, np.full_like(canvas, 255)])
    expected = drawing_to_mnist(drawing)
    assert torch.equal(drawing_to_mnist(canvas), expected)
    assert torch.equal(drawing_to_mnist(rgba), expected)


@few
@given(drawing=drawings, factor=st.floats(0.4, 2.5))
def test_the_size_of_a_drawing_hardly_matters(drawing: Canvas, factor: float) -> None:
    difference = (drawing_to_mnist(drawing) - drawing_to_mnist(resampled(drawing, factor))).abs().mean()
    assert difference < 0.05


def drawn_in_two_sizes(n: int) -> tuple[Tensor, Tensor]:
    """Digits prepared from a medium drawing, and from one 0.4 to 2.5 times as large: float32 [n, 28, 28] each."""
    random = np.random.default_rng(0)
    medium, other = [], []
    for seed in range(n):
        factor = float(np.exp(random.uniform(np.log(0.4), np.log(2.5))))
        corner = tuple(random.uniform(4, 8, 2))
        strokes = wobbly(seed % 10, seed)
        medium.append(drawing_to_mnist(draw(strokes, length=50, brush=5, corner=(8, 8))))
        other.append(drawing_to_mnist(draw(strokes, length=50 * factor, brush=5 * factor, corner=corner)))
    return torch.stack(medium), torch.stack(other)


def test_of_a_hundred_digits_drawn_larger_or_smaller_ninety_five_differ_by_less_than_three_hundredths() -> None:
    medium, other = drawn_in_two_sizes(100)
    differences = (medium - other).abs().mean(dim=(1, 2))
    assert differences.quantile(0.95) < 0.03


def test_the_shipped_model_reads_the_same_digit_in_both_sizes() -> None:
    try:
        model = load_shipped()
    except (CheckpointError, OSError):
        pytest.skip("no model is shipped yet")
    medium, other = drawn_in_two_sizes(100)
    same = predict_proba(model, medium).argmax(dim=1) == predict_proba(model, other).argmax(dim=1)
    assert same.float().mean() >= 0.95


@few
@given(drawing=drawings)
def test_a_drawing_is_placed_as_mnist_places_its_digits(drawing: Canvas) -> None:
    image = drawing_to_mnist(drawing)
    assert image.shape == (28, 28)
    assert image.dtype == torch.float32
    assert image.min() >= 0
    assert image.max() == 1
    assert centre_of_mass(image) == pytest.approx((14, 14), abs=0.5)
    assert 19 <= max(ink_extent(image)) <= 21  # 20 pixels long; moved by half a pixel it touches 21


@few
@given(drawing=drawings)
def test_every_stage_has_its_shape_and_range(drawing: Canvas) -> None:
    stages = prepare(drawing)
    height, width = ink_extent(torch.from_numpy(drawing) / 255)
    assert stages.raw.shape == drawing.shape
    assert stages.cropped.shape == (height, width)
    assert stages.scaled.shape == (20, 20)
    assert max(ink_extent(stages.scaled)) == 20
    for stage in (stages.raw, stages.cropped, stages.scaled, stages.centred):
        assert stage.dtype == torch.float32
        assert stage.min() >= 0
        assert stage.max() <= 1


@few
@given(drawing=drawings)
def test_an_image_that_is_placed_as_mnist_comes_back_nearly_unchanged(drawing: Canvas) -> None:
    scaled = prepare(drawing).scaled
    image = torch.zeros(28, 28)
    row, column = centre_of_mass(scaled)
    top, left = max(0, min(8, round(14 - row))), max(0, min(8, round(14 - column)))  # whole pixels, as MNIST did
    image[top : top + 20, left : left + 20] = scaled
    again = drawing_to_mnist((image * 255).round().to(torch.uint8))
    assert (again - image).abs().mean() < 0.08  # it has moved by up to half a pixel
    assert ink_extent(again)[0] - ink_extent(image)[0] in (-1, 0, 1)


def test_an_image_with_its_centre_of_mass_at_14_14_comes_back_unchanged() -> None:
    image = torch.zeros(28, 28, dtype=torch.uint8)
    image[4:24, 14] = 255  # 20 pixels around row 13.5
    image[19, 13:16] = 255  # two more pixels that bring the centre of mass to (20 * 13.5 + 2 * 19) / 22 = 14
    assert (drawing_to_mnist(image) - image / 255).abs().max() < 1e-5


@pytest.mark.parametrize("level", [80, 128, 254])
def test_grey_ink_becomes_full_ink(level: int) -> None:
    drawing = draw(STROKES[2], length=100, brush=10)
    faint = (drawing * (level / 255)).round().astype(np.uint8)
    assert (drawing_to_mnist(faint) - drawing_to_mnist(drawing)).abs().mean() < 0.01


def test_a_thin_brush_leaves_thin_strokes_of_full_ink() -> None:
    thin, thick = (drawing_to_mnist(draw(STROKES[3], length=120, brush=brush)) for brush in (2, 12))
    assert thin.max() == 1
    assert 0.1 * thick.sum() < thin.sum() < 0.6 * thick.sum()


def test_a_line_one_pixel_wide_stays_one_pixel_wide_and_does_not_vanish() -> None:
    line = np.zeros((280, 280), dtype=np.uint8)
    line[30:230, 77] = 255
    image = drawing_to_mnist(line)
    assert image.sum() == pytest.approx(20, abs=0.01)
    assert image[:, 14].sum() == pytest.approx(20, abs=0.01)


def test_ink_is_kept_on_the_paper_where_its_centre_of_mass_would_push_it_off() -> None:
    lopsided = np.zeros((200, 200), dtype=np.uint8)
    lopsided[:60, :] = 255
    lopsided[199, 0] = 255
    image = drawing_to_mnist(lopsided)
    assert image.sum() == pytest.approx((lopsided > 0).sum() / 100, rel=0.01)


# RGBA


def test_rgba_is_laid_over_black() -> None:
    pixels = np.array(
        [[[255, 255, 255, 255], [255, 255, 255, 128], [255, 255, 255, 0], [0, 0, 0, 255]]], dtype=np.uint8
    )
    assert prepare(pixels).raw.flatten().tolist() == pytest.approx([1, 128 / 255, 0, 0])


def test_white_ink_on_transparent_paper_reads_like_white_on_black() -> None:
    drawing = draw(STROKES[5], length=100, brush=10)
    white = np.full_like(drawing, 255)
    transparent = np.dstack([white, white, white, drawing])
    on_black = np.dstack([drawing, drawing, drawing, white])
    assert torch.equal(drawing_to_mnist(transparent), drawing_to_mnist(on_black))
    assert torch.equal(drawing_to_mnist(on_black), drawing_to_mnist(drawing))


def test_coloured_ink_counts_by_its_luminance() -> None:
    pixels = np.array([[[255, 0, 0, 255], [0, 255, 0, 255], [0, 0, 255, 255]]], dtype=np.uint8)
    assert prepare(pixels).raw.flatten().tolist() == pytest.approx([0.299, 0.587, 0.114])


# Nothing to read


@pytest.mark.parametrize(
    "drawing",
    [
        np.zeros((280, 280), dtype=np.uint8),
        np.zeros((280, 280, 4), dtype=np.uint8),
        np.full((280, 280, 4), (0, 0, 0, 255), dtype=np.uint8),
        np.full((280, 280, 4), (255, 255, 255, 0), dtype=np.uint8),
        np.full((5, 9), 25, dtype=np.uint8),
        np.zeros((1, 1), dtype=np.uint8),
    ],
)
def test_a_blank_drawing_says_what_to_do(drawing: Canvas) -> None:
    with pytest.raises(BlankDrawing, match="Draw a digit"):
        drawing_to_mnist(drawing)


@few
@given(drawing=drawings, seed=st.integers(0, 1000))
def test_faint_noise_on_the_paper_changes_nothing(drawing: Canvas, seed: int) -> None:
    noise = np.random.default_rng(seed).integers(0, 26, drawing.shape, dtype=np.uint8)
    clean = np.where(drawing > 25, drawing, 0).astype(np.uint8)
    assert torch.equal(drawing_to_mnist(np.maximum(clean, noise)), drawing_to_mnist(clean))


# Whatever is drawn


@settings(max_examples=100, deadline=None)
@given(
    height=st.integers(1, 60),
    width=st.integers(1, 60),
    seed=st.integers(0, 1000),
    share=st.floats(0, 1),
    rgba=st.booleans(),
)
def test_any_picture_is_prepared_or_blank(height: int, width: int, seed: int, share: float, rgba: bool) -> None:
    random = np.random.default_rng(seed)
    shape = (height, width, 4) if rgba else (height, width)
    drawing = random.integers(0, 256, shape, dtype=np.uint8)
    drawing[random.random((height, width)) > share] = 0
    try:
        image = drawing_to_mnist(drawing)
    except BlankDrawing:
        return
    assert image.shape == (28, 28)
    assert image.isfinite().all()
    assert image.min() >= 0
    assert image.max() == 1


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (3, 2), (2000, 2000), (2000, 10)])
def test_full_ink_from_border_to_border(shape: tuple[int, int]) -> None:
    image = drawing_to_mnist(np.full(shape, 255, dtype=np.uint8))
    height, width = (max(1.0, 20 * side / max(shape)) for side in shape)
    assert image.sum() == pytest.approx(height * width, rel=1e-3)
    assert centre_of_mass(image) == pytest.approx((14, 14), abs=1e-3)


def test_a_single_dot_on_a_large_canvas_is_read() -> None:
    dot = np.zeros((2000, 2000), dtype=np.uint8)
    dot[1999, 0] = 200
    assert centre_of_mass(drawing_to_mnist(dot)) == pytest.approx((14, 14), abs=1e-3)


def test_arrays_tensors_and_views_of_them_give_the_same_and_stay_as_they_were() -> None:
    drawing = draw(STROKES[9], length=100, brush=10)
    before = drawing.copy()
    expected = drawing_to_mnist(drawing)
    read_only = drawing.copy()
    read_only.flags.writeable = False
    for same in (
        torch.from_numpy(drawing),
        read_only,
        np.flipud(np.flipud(drawing).copy()),
        np.asfortranarray(drawing),
    ):
        assert torch.equal(drawing_to_mnist(same), expected)
    stages = prepare(drawing)
    stages.raw.zero_()
    stages.cropped.zero_()
    assert np.array_equal(drawing, before)


# Bad input


@pytest.mark.parametrize("drawing", [None, [[0, 255]], "digit", 7])
def test_what_is_no_array_is_refused(drawing: object) -> None:
    with pytest.raises(TypeError, match="numpy array or a torch tensor"):
        drawing_to_mnist(drawing)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "drawing", [np.ones((4, 4)), np.ones((4, 4), dtype=bool), torch.ones(4, 4), np.array([["ink"]])]
)
def test_a_wrong_dtype_is_refused(drawing: Canvas) -> None:
    with pytest.raises(TypeError, match="dtype uint8"):
        drawing_to_mnist(drawing)


@pytest.mark.parametrize("shape", [(), (784,), (28, 28, 3), (28, 28, 1), (1, 28, 28), (1, 28, 28, 4)])
def test_a_wrong_shape_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"shape \[H, W\]"):
        drawing_to_mnist(np.full(shape, 255, dtype=np.uint8))


@pytest.mark.parametrize("shape", [(0, 0), (0, 28), (28, 0, 4)])
def test_a_drawing_without_pixels_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="at least one pixel"):
        drawing_to_mnist(np.zeros(shape, dtype=np.uint8))
