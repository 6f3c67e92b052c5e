"""From a photo or a scan of a digit to a drawing: bright ink on dark paper, and nothing else.

A canvas has ink and nothing. A photo has paper, light that falls unevenly, lines printed on the paper, the edge of a
table, and dirt that JPEG adds. Six steps leave only the ink:

    open_grey -> is_bright_on_dark -> flatten -> core -> digit_among -> thicken

``read_picture`` runs them. ``preprocessing.drawing_to_mnist`` then does with the result what it does with any drawing.
"""

import contextlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter
from scipy import ndimage

from mnist_core.handwriting.opening import SIDE, Grey, PhotoUnreadable, open_grey
from mnist_core.handwriting.preprocessing import BOX_SIZE
from mnist_core.handwriting.rules import without_rules

WHOLE = 2.0  # of the longer side: so wide a neighbourhood is the whole picture
STROKES = (0.3, 0.1, WHOLE)  # of it: what is wider is no stroke but a shadow; each if those before fail
BESIDE = 15  # pixels: how wide an edge may be, where a file of 28 pixels was enlarged
STEP = 0.35  # of the one from ink to paper: ink in a shadow has as much at its edges
CLEAR = 0.75  # of its outline: more of it is an edge, but for a few faint parts
BLOT = 0.45  # of its length: where a circle so wide fits in, two strokes may have met, but not more
FILLED = 0.85  # of its box: what fills more, holes included, is a sheet or a field, not a digit
LARGE = 0.45  # of the picture: so long is no hole of a loop
LESS = 0.9  # of the length: what is shorter may be paper between the strokes of the longer one
MOST_CUT = 0.33  # of its outline: what the picture's edge cuts off more than this is the table, a shadow or a thumb
SPANS = 0.5  # of the picture's longer side: what the edge cuts off and is shorter than this is something else's end
LYING = 2.5  # of its height: what is wider than this is a line, not a digit
FAINTEST = 0.08  # of the paper's brightness: what is closer to the paper than this is paper
FAINT_STEPS = 4  # from paper to strong ink: how faint a part of the digit may be
NOISE = 4.0  # deviations of the paper's own brightness, which chance hardly exceeds
SAME = 0.05  # of white: pixels of a border differ less than this
SHEET = 0.3  # of the picture's shorter side: paper is at least as large
SMALL = 0.15  # of the picture: where all that remains without printed lines is smaller, they are the digit
MOST_PRINTED = 3  # a box, lines in it, and once more to see that none is left
MOST_BORDERS = 3  # a wall, a mount, and a frame
SMALLEST = 8  # pixels of ink: a smaller piece is dirt
SPECK = 0.04  # of the main piece's ink: what has less and stands apart is dirt
NEAR = 0.35  # of the main piece's length: what is that near to it may be another stroke of the same digit
SIMILAR = 0.5  # of the main piece's length: what is that long is another digit, wherever it stands
THUMBNAIL = 64  # pixels: enough to see whether ink is darker or brighter than paper ...
AROUND = 25  # ... which is what most pixels of so wide a square are
THINNEST = 2.0  # pixels of MNIST's 20: three of four digits in MNIST have thicker strokes

NOTHING = (
    "Nothing on this picture stands out from its background. A photo of one digit works best, from straight above and "
    "large in the picture."
)
Mask = npt.NDArray[np.bool_]  # [H, W]
Box = tuple[slice, slice]  # rows and columns of a picture


@dataclass(frozen=True)
class Correction:
    """What a reader says the program got wrong; all off is what the program finds itself.

    Attributes:
        turned: How far to turn the picture clockwise, beyond what the file says: 0, 90, 180 or 270 degrees.
        inverted: False for dark ink on light paper, True for bright ink on dark paper; None: the program decides.
        at: A place on the turned picture, (down, across) in 0..1: the ink nearest to it is the digit.
    """

    turned: int = 0
    inverted: bool | None = None
    at: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if self.turned not in (0, 90, 180, 270):
            raise ValueError(f"A picture is turned by 0, 90, 180 or 270 degrees, not by {self.turned}.")
        if self.at is not None and not all(0 <= share <= 1 for share in self.at):
            raise ValueError(f"A place on the picture has two shares of 0 to 1, not {self.at}.")


@dataclass(frozen=True, eq=False)  # eq=False: two arrays compare to an array, not to True or False
class Found:
    """What was found on a picture, and on the way to it.

    Attributes:
        grey: The picture as it was read, upright: float32 [H, W] in 0..1, the longer side ``SIDE``.
        darkness: How much darker than its paper each pixel is, once the ink is dark: float32 [H, W] in 0..1.
        mask: Where the digit is: bool [H, W].
        drawing: The digit as if it had been drawn: uint8 [H, W], 0 for everything but ink, 255 for full ink.
        said: What was found, in about five words.
    """

    grey: Grey
    darkness: Grey
    mask: Mask
    drawing: npt.NDArray[np.uint8]
    said: str


NONE = Correction()


def read_picture(content: bytes, correction: Correction = NONE) -> Found:
    """What is written on a photo, a scan, or any other picture.

    Args:
        content: A picture file: JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF or HEIC, up to ``MOST_BYTES`` long.
        correction: What the reader knows better.

    Returns:
        The ink, and how it was found.

    Raises:
        PhotoUnreadable: If the file is no such picture, or nothing on it stands out.
    """
    return ink_of(open_grey(content), correction)


def to_drawing(content: bytes) -> npt.NDArray[np.uint8]:
    """Only the drawing of ``read_picture``, uint8 [H, W], for programs that want nothing else."""
    return read_picture(content).drawing


def ink_of(grey: Grey, correction: Correction = NONE) -> Found:
    """Steps 2 to 6: what is written on a picture that ``open_grey`` has opened.

    Args:
        grey: float32 [H, W] in 0..1.
        correction: What the reader knows better.

    Returns:
        The ink, and how it was found.

    Raises:
        PhotoUnreadable: If nothing on it stands out.
    """
    grey = np.ascontiguousarray(np.rot90(grey, -correction.turned // 90))
    box = paper_box(grey)
    darkness, mask = np.zeros_like(grey), np.zeros(grey.shape, bool)
    ink, inverted = _either_way(grey[box], correction.inverted, _within(box, grey.shape, correction.at))
    darkness[box], mask[box] = ink.darkness, ink.mask
    drawing = (255 * thicken(grey_ink(darkness, mask))).round().astype(np.uint8)
    said = "bright ink on dark paper" if inverted else "dark ink on light paper"
    return Found(grey, darkness, mask, drawing, said + ink.removed)


def _within(box: Box, shape: tuple[int, ...], at: tuple[float, float] | None) -> tuple[float, float] | None:
    """A place on a picture of a shape, as a place in a box of it."""
    if at is None:
        return None
    down, across = (
        min(max((share * side - part.start) / (part.stop - part.start), 0), 1)
        for share, side, part in zip(at, shape, box, strict=True)
    )
    return down, across


def _either_way(grey: Grey, inverted: bool | None, at: tuple[float, float] | None) -> tuple["Ink", bool]:
    """The ink, and whether it is bright; where the reader has not said so, that is found out."""
    ways = (inverted,) if inverted is not None else (first := is_bright_on_dark(grey), not first)
    found: list[tuple[Ink, bool]] = []
    for way in ways:
        found += [(ink, way) for ink in inks(1 - grey if way else grey, at)]
        if found and found[-1][0].is_written and found[-1][0].shape.length > LARGE * max(grey.shape):
            break  # what else there is, is smaller
    if not found:
        raise PhotoUnreadable(NOTHING)
    best = next((one for one in found if one[0].is_written), max(found, key=lambda one: one[0].edges))
    for one in found:
        if one[0].is_written and one[0].surrounds(best[0]) and is_paper(grey, best[0].mask, one[0].mask):
            best = one
    return best


def paper_box(grey: Grey) -> Box:
    """Step 2: where on a picture the paper is: without a border all round, be it a table, a frame or a wall.

    A border is what is of one colour along all four edges of the picture, or, where a sheet lies on a table, what is
    on the other side of Otsu's threshold. It is one only if the paper begins where it ends: around a digit that was
    drawn on the same white there would be more of the white.

    Args:
        grey: float32 [H, W] in 0..1.

    Returns:
        The paper's rows and columns; all of them without a border.
    """
    box = slice(0, grey.shape[0]), slice(0, grey.shape[1])
    for _ in range(MOST_BORDERS):
        inner = _inside_border(grey[box]) or _inside_table(grey[box])
        if inner is None:
            break
        box = tuple(  # type: ignore[assignment]
            slice(outer.start + part.start, outer.start + part.stop) for outer, part in zip(box, inner, strict=True)
        )
    return box


def _ring(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The outermost pixels of a picture [H, W]."""
    return np.concatenate([values[0], values[-1], values[:, 0], values[:, -1]])


def _inside_border(grey: Grey) -> Box | None:
    """What a border of one colour leaves of a picture; None without one."""
    colour = np.median(_ring(grey))
    other = np.abs(grey - colour) > SAME
    rows, columns = np.flatnonzero(other.mean(1) > 0.02), np.flatnonzero(other.mean(0) > 0.02)
    if min(rows.size, columns.size) == 0 or _ring(other).mean() > 0.05:
        return None
    inner = _shrunk(rows, columns)
    return inner if _is_sheet(other, inner) else None


def _inside_table(grey: Grey) -> Box | None:
    """The box of a sheet that lies all on a darker or brighter table; None without one."""
    bright = grey > otsu(grey.ravel())
    sheet = bright if _ring(bright).mean() < 0.5 else ~bright
    if _ring(sheet).mean() > 0.05:
        return None
    numbers = connected(sheet)
    if not numbers.any():
        return None
    sheet = numbers == np.bincount(numbers[numbers > 0]).argmax()
    inner = _shrunk(np.flatnonzero(sheet.any(1)), np.flatnonzero(sheet.any(0)))
    filled = ndimage.binary_fill_holes(sheet)
    return inner if _is_sheet(sheet, inner) and filled[inner].mean() > FILLED and sheet[inner].mean() > 0.6 else None


def _shrunk(rows: npt.NDArray[np.int64], columns: npt.NDArray[np.int64]) -> Box:
    """From the first to the last of some rows and columns, without what blur mixed at the edge."""
    return slice(int(rows[0]) + 2, max(int(rows[-1]) - 1, 0)), slice(int(columns[0]) + 2, max(int(columns[-1]) - 1, 0))


def _is_sheet(other: Mask, inner: Box) -> bool:
    """Whether a box is so large, and so much of its edge is of ``other`` colour than the border, that it is a sheet."""
    part = other[inner]
    return min(part.shape) >= SHEET * min(other.shape) and bool(_ring(part).mean() > 0.8)


def is_bright_on_dark(grey: Grey) -> bool:
    """Step 3: whether the ink is brighter than the paper, as chalk on a board is.

    Ink covers little of what is around it. So the median of a wide neighbourhood is paper, and what differs most from
    it is ink; the third power lets a few pixels that differ much count for more than many that differ little.

    Args:
        grey: float32 [H, W] in 0..1.
    """
    height, width = grey.shape
    size = max(THUMBNAIL * width // SIDE, 1), max(THUMBNAIL * height // SIDE, 1)
    small = Image.fromarray((255 * grey).astype(np.uint8)).resize(size, Image.Resampling.BOX)
    around = small.filter(ImageFilter.MedianFilter(AROUND))
    difference = (np.asarray(small, np.float64) - np.asarray(around, np.float64)) / 255
    return bool((_middle(difference.shape) * difference**3).sum() > 0)


def _middle(shape: tuple[int, int]) -> npt.NDArray[np.float64]:
    """How much a place counts: 1 in the middle of the picture, less towards its edges."""
    down, across = (np.linspace(-1, 1, length) if length > 1 else np.zeros(1) for length in shape)
    return np.exp(-(down[:, None] ** 2 + across**2) / 0.5)


@dataclass(frozen=True, eq=False)
class Ink:
    """The digit on a picture whose ink is dark: what one way of looking for it has found.

    Attributes:
        darkness: float32 [H, W] in 0..1.
        mask: bool [H, W].
        edges: How much of its outline is an edge of the picture itself, 0 to 1. What is a square because squares were
            compared, or a part of the paper because the rest lies in a shadow, has few.
        removed: What was taken out, to be said.
    """

    darkness: Grey
    mask: Mask
    edges: float
    removed: str = ""

    @cached_property
    def shape(self) -> "Piece":
        """All of it, measured as one piece."""
        return Piece.around(self.mask)

    @cached_property
    def is_written(self) -> bool:
        """Whether it looks as if a pen had drawn it.

        Its outline is an edge, all around; all of it is in the picture, or the edge cuts off no more than ends of its
        strokes; it is not too fat; and it is no lying line. A row of digits is lying, too, but its pieces are not.
        """
        shape = self.shape
        is_strange = shape.is_surroundings or is_blot(self.mask, shape.length) or (shape.is_lying and self._has_lines)
        return self.edges > CLEAR and not is_strange

    @property
    def _has_lines(self) -> bool:
        """Whether most of its ink is in pieces that are lying lines."""
        lying = sum(piece.area for piece in _measured(connected(self.mask)) if piece.is_lying)
        return 2 * lying > self.shape.area

    def surrounds(self, other: "Ink") -> bool:
        """Whether another is only paper between its strokes, or a part of it: inside of its box, and shorter.

        A box of a form, taken for bright ink, surrounds what is written in it, but is filled to its corners.
        """
        one, two = self.shape, other.shape
        box = slice(one.top, one.bottom), slice(one.left, one.right)
        is_inside = one.top <= two.top and two.bottom <= one.bottom and one.left <= two.left and two.right <= one.right
        return (
            is_inside
            and two.length < LESS * one.length
            and not is_sheet(ndimage.binary_fill_holes(self.mask[box]), aslant=not one.cut)
        )


def is_sheet(filled: Mask, *, aslant: bool) -> bool:
    """Whether a mask without holes, bool [H, W], fills its box, or, if it may lie aslant, its four corners."""
    rows, columns = np.nonzero(filled)
    total, apart = rows + columns, rows - columns
    corners = [total.argmin(), apart.argmax(), total.argmax(), apart.argmin()]
    y, x = rows[corners].astype(float), columns[corners].astype(float)
    area = abs(float((x * np.roll(y, 1) - y * np.roll(x, 1)).sum())) / 2
    return bool(filled.mean() > FILLED or (aslant and 0.9 * area < rows.size < 1.15 * area))


def is_paper(grey: Grey, mask: Mask, ink: Mask) -> bool:
    """Whether a mask, bool [H, W], is as bright as what is around some ink, as a loop's hole is, not as the ink."""
    filled = ndimage.binary_fill_holes(ink).astype(np.uint8)
    around = ndimage.maximum_filter(filled, 31) > ndimage.maximum_filter(filled, 11)  # not the outline, which is grey
    if not around.any():
        return True
    own, paper, inked = (float(np.median(grey[part])) for part in (mask, around, ink))
    return abs(own - paper) < abs(own - inked) / 2


def inks(grey: Grey, at: tuple[float, float] | None = None) -> list[Ink]:
    """Steps 3 to 5: how dark everything is beside its paper, and where the digit is.

    A marker needs a wide neighbourhood (see ``flatten``). But the corner of a shadow is narrow, too, and would be ink
    then. So if what is found does not look like a pen's strokes, a narrow one is tried, and then the whole picture,
    for strokes so thick that no neighbourhood shows their paper. Where the paper is as even as a screen's or a
    scanner's, the whole picture comes first.

    Args:
        grey: float32 [H, W] in 0..1, dark ink on light paper.
        at: Where the reader says the digit is, (down, across) in 0..1; None: the program decides.

    Returns:
        What was found, up to the first that looks as if a pen had drawn it; empty if nothing stands out.
    """
    found: list[Ink] = []
    for stroke in sorted(STROKES, key=lambda stroke: -(stroke == WHOLE)) if is_even(grey) else STROKES:
        with contextlib.suppress(PhotoUnreadable):
            found.append(_digit_of(grey, stroke, at))
            if found[-1].is_written:
                break
    return found


def is_even(grey: Grey) -> bool:
    """Whether nearly all of a picture, float32 [H, W], is either as bright as its brightest paper, or clearly ink."""
    brightest, darkest = np.quantile(grey, (0.99, 0.01))
    share = (brightest - grey) / max(brightest - darkest, FAINTEST)
    return bool(((share > 0.05) & (share < 0.3)).mean() < 0.15 and (share <= 0.05).mean() > 0.1)


def _digit_of(grey: Grey, stroke: float, at: tuple[float, float] | None) -> Ink:
    """The digit on a picture whose ink is dark, with one neighbourhood."""
    darkness, removed = flatten(grey, stroke), ""
    for _ in range(MOST_PRINTED):
        numbers = core(darkness)
        left, lines = without_rules(darkness, numbers > 0)
        if not lines or not _has_digit(left, at):
            break
        darkness, removed = left, f", {lines} removed"
    mask = digit_among(numbers, at)
    whole = with_faint_parts(darkness, numbers, mask)
    return Ink(darkness, whole, edges(grey, darkness, mask), removed)


def edges(grey: Grey, darkness: Grey, mask: Mask) -> float:
    """How much of a mask's outline is an edge of the picture itself: where grey changes near it, as ink and paper do.

    Args:
        grey: float32 [H, W] in 0..1.
        darkness: float32 [H, W] in 0..1.
        mask: bool [H, W], with at least one True.

    Returns:
        The share, 0 to 1; the picture's own edge does not count.
    """
    outline = mask & ~ndimage.binary_erosion(mask, border_value=1)
    if not outline.any():
        return 0.0
    smooth, dark = _blurred(grey, 1.0), np.minimum(darkness[mask], 0.95)
    step = float(np.median(smooth[mask] * dark / (1 - dark)))  # from ink to the paper that it is compared with
    box = _near(mask, BESIDE)  # or nearly all of the time would go into paper without ink
    brightest, darkest = ndimage.maximum_filter(smooth[box], BESIDE), ndimage.minimum_filter(smooth[box], BESIDE)
    return float(((brightest - darkest)[outline[box]] > STEP * step).mean())


def _has_digit(darkness: Grey, at: tuple[float, float] | None) -> bool:
    """Whether a digit remains, or nothing but the rest of one."""
    try:
        mask = digit_among(core(darkness), at)
    except PhotoUnreadable:
        return False
    shape = Piece.around(mask)
    return not shape.is_surroundings and not shape.is_lying and shape.length > SMALL * shape.picture


def is_blot(mask: Mask, length: int) -> bool:
    """Whether a circle fits into a mask, bool [H, W], that is too wide for a pen's line of that length."""
    inside: npt.NDArray[np.int32] = ndimage.distance_transform_cdt(np.pad(mask, 1), "chessboard")
    return bool(2 * int(inside.max()) > BLOT * length)


def flatten(grey: Grey, stroke: float) -> Grey:
    """Step 3: how much darker than the paper around it each pixel is, so that light and shadow no longer matter.

    The paper under a stroke is found by *closing*: each pixel becomes the brightest of its neighbourhood, then the
    darkest of the neighbourhood's brightest. What is dark and narrower than the neighbourhood is gone then, but shadows
    and tables, which are wide, stay as they are, sharp edges and all. Ink in a shadow reflects the same *share* of the
    light as ink beside it, so the paper is divided by, not subtracted.

    Args:
        grey: float32 [H, W] in 0..1, dark ink on light paper.
        stroke: How wide the neighbourhood is, as a share of the picture's longer side; wider than any stroke.

    Returns:
        float32 [H, W] in 0..1: 0 for paper, 1 for black.
    """
    smooth = _blurred(grey, 1.0)  # or a single bright pixel of noise would stand for the paper around it
    reach = 2 * (round(stroke * max(grey.shape)) // 2) + 1  # odd, so that the pixel is in its middle
    paper: Grey = ndimage.grey_closing(smooth, (reach, reach))
    # A black table has no ink, only noise.
    darkness = (1 - smooth / np.maximum(paper, 0.15)).astype(np.float32)
    # The brightest of many pixels is always brighter than paper is on average: take that off again.
    ink: Grey = np.maximum(darkness - np.median(_paper(darkness)), 0).astype(np.float32)
    return ink


def _paper(darkness: Grey) -> Grey:
    """Those pixels that are paper, float32 [n], also where thick strokes cover more than half of the picture."""
    threshold = otsu(darkness.ravel())
    return darkness[darkness <= threshold] if threshold > 2 * FAINTEST else darkness.ravel()


def _blurred(grey: Grey, radius: float) -> Grey:
    image = Image.fromarray((255 * grey).round().astype(np.uint8)).filter(ImageFilter.GaussianBlur(radius))
    return np.asarray(image, np.float32) / np.float32(255)


def core(darkness: Grey) -> npt.NDArray[np.int64]:
    """Step 4: the strong ink, and which of it hangs together.

    Args:
        darkness: float32 [H, W] in 0..1, 0 for paper.

    Returns:
        int64 [H, W]: 0 for paper, and a number from 1 for each piece of ink.

    Raises:
        PhotoUnreadable: If nothing is darker than the paper's own unevenness.
    """
    marks = darkness[darkness > paper_limit(darkness)]
    if marks.size < SMALLEST:
        raise PhotoUnreadable(NOTHING)
    return connected(darkness > otsu(marks))


def paper_limit(darkness: Grey) -> float:
    """How dark paper can be by chance. The median distance from the median tells, ink or not: most of it is paper."""
    paper = _paper(darkness)
    deviation = 1.4826 * float(np.median(np.abs(paper - np.median(paper))))  # of normal noise
    return max(FAINTEST, NOISE * deviation)


def with_faint_parts(darkness: Grey, numbers: npt.NDArray[np.int64], mask: Mask) -> Mask:
    """The digit with those parts of its strokes that a light hand left faint, as faint as printed lines may be.

    What is darker than paper and hangs together with the digit is taken along; but only if it is more than what is
    just as faint beside it. For then the paper is printed, or shaded, and what hangs together with the digit is that.
    In that case less faint parts are tried, in a few steps.

    Args:
        darkness: float32 [H, W] in 0..1, 0 for paper.
        numbers: int64 [H, W], 0 for all but strong ink.
        mask: bool [H, W], True on that strong ink which is the digit.

    Returns:
        bool [H, W].
    """
    edges = ndimage.maximum_filter(mask.view(np.uint8), 5) > 0  # as faint, but of no other stroke
    near = _near(mask, _length(mask) // 4)
    faintest, strongest = paper_limit(darkness), float(darkness[mask].min())
    for limit in np.geomspace(faintest, max(strongest, faintest), FAINT_STEPS, endpoint=False):
        faint = connected(darkness > limit)
        grown = np.isin(faint, np.unique(faint[mask]))
        gained, elsewhere = grown & ~edges, (faint > 0) & ~grown & (numbers == 0)
        if (_is_cut(mask) or not _is_cut(grown)) and elsewhere[near].sum() <= gained.sum():
            return grown
    return mask


def _near(mask: Mask, margin: int) -> Box:
    """The box around a mask, and so many pixels around that."""
    rows, columns = (np.flatnonzero(mask.any(axis)) for axis in (1, 0))
    return slice(max(int(rows[0]) - margin, 0), int(rows[-1]) + 1 + margin), slice(
        max(int(columns[0]) - margin, 0), int(columns[-1]) + 1 + margin
    )


def _length(mask: Mask) -> int:
    """The longer side of the box around a mask, in pixels."""
    return 1 + max(int(np.ptp(np.flatnonzero(mask.any(axis)))) for axis in (0, 1))


def _is_cut(mask: Mask) -> bool:
    """Whether the picture's edge cuts a mask off."""
    return bool(mask[[0, -1]].any() or mask[:, [0, -1]].any())


def otsu(values: npt.NDArray[np.float32]) -> float:
    """The threshold that divides values into two classes as different as can be (Otsu 1979).

    Lines printed on paper are fainter than the pen, and this finds the gap between the two. With no lines there, it
    divides the faint edges of the ink from its core.

    Args:
        values: float32 [n] in 0..1.

    Returns:
        The threshold: the one for which the variance between the two classes is largest.
    """
    edges = np.linspace(0, 1, 65)
    count = np.bincount((64 * values).astype(np.int8).clip(0, 63), minlength=64)  # much faster than np.histogram
    share = count / count.sum()
    middle = (edges[1:] + edges[:-1]) / 2
    below = share.cumsum()[:-1]  # (63,): the share of the lower class
    mass = (share * middle).cumsum()[:-1]
    mean = (share * middle).sum()
    between = (mean * below - mass) ** 2 / np.maximum(below * (1 - below), 1e-12)
    return float(edges[1:-1][between.argmax()])


def connected(mask: Mask) -> npt.NDArray[np.int64]:
    """Numbers the pieces of a mask; pixels that touch, also at a corner, are of one piece.

    Args:
        mask: bool [H, W].

    Returns:
        int64 [H, W]: 0 where the mask is False, else the piece's number, from 1.
    """
    pieces, _ = ndimage.label(mask, np.ones((3, 3)), np.int64)
    numbers: npt.NDArray[np.int64] = pieces
    return numbers


@dataclass(frozen=True)
class Piece:
    """One piece of ink, measured in pixels.

    Attributes:
        number: Which one it is.
        top, bottom, left, right: Its box.
        area: How many pixels it has.
        weight: The same, counted less towards the picture's edge.
        outline: How many sides of its pixels are towards paper.
        cut: How many are towards the picture's edge, beyond which it may go on.
        picture: The picture's longer side.
    """

    number: int
    top: int
    bottom: int
    left: int
    right: int
    area: int
    weight: float
    outline: int
    cut: int
    picture: int

    @classmethod
    def around(cls, mask: Mask) -> "Piece":
        """All of a mask, bool [H, W], as one piece."""
        return _measured(mask.astype(np.int64))[0]

    @property
    def is_aside(self) -> bool:
        """Whether most of it is away from the picture's middle."""
        return self.weight < 0.4 * self.area

    @property
    def is_surroundings(self) -> bool:
        """Whether so much of its outline is the picture's edge that it is what lies around the paper."""
        return self.cut > MOST_CUT * (self.cut + self.outline)

    @property
    def is_lying(self) -> bool:
        """Whether it is so much wider than high as no digit is."""
        return self.right - self.left > LYING * (self.bottom - self.top)

    @property
    def may_go_on(self) -> bool:
        """Whether the picture's edge cuts it off and it is no digit that only touches it."""
        return self.cut > 0 and (self.is_surroundings or self.length < SPANS * self.picture)

    @property
    def length(self) -> int:
        """Of its longer side."""
        return max(self.bottom - self.top, self.right - self.left)

    def gap(self, other: "Piece") -> int:
        """How far apart two boxes are; 0 if they overlap."""
        down = max(self.top, other.top) - min(self.bottom, other.bottom)
        across = max(self.left, other.left) - min(self.right, other.right)
        return max(down, across, 0)


def digit_among(numbers: npt.NDArray[np.int64], at: tuple[float, float] | None = None) -> Mask:
    """Step 5: the pieces that are the digit, not dirt, nor the table's edge, nor what else is written there.

    The main piece is the one with the most ink, where ink counts less towards the picture's edge, and what the edge
    cuts off counts hardly at all, nor does a line under a row of digits. A 4 or a 5 may have a second stroke: what is
    near the main piece stays, unless it is a speck. What is about as large as the main piece stays wherever it is: that
    there are two digits is for the reader to know, not to be hidden.

    Args:
        numbers: int64 [H, W]: a number for each piece, 0 for paper.
        at: The main piece is the one nearest to here, (down, across) in 0..1; None: it is chosen as above.

    Returns:
        bool [H, W]: True on the digit.

    Raises:
        PhotoUnreadable: If there are only specks, or something that the picture's edge cuts off, away from the middle.
    """
    found = _measured(numbers)
    if not found:
        raise PhotoUnreadable(NOTHING)
    if at is not None:
        main = next(piece for piece in found if piece.number == _nearest(numbers, {one.number for one in found}, at))
    else:
        main = max(found, key=lambda piece: piece.weight * (0.05 if piece.may_go_on or piece.is_lying else 1))
        if main.may_go_on and main.is_aside:
            raise PhotoUnreadable(NOTHING)
    kept = [piece.number for piece in found if piece is main or _belongs(piece, main, alone=at is not None)]
    return np.isin(numbers, kept)


def _nearest(numbers: npt.NDArray[np.int64], among: set[int], at: tuple[float, float]) -> int:
    """The number of that piece ``among`` some which is nearest to a place."""
    rows, columns = np.nonzero(np.isin(numbers, list(among)))
    down, across = (share * (side - 1) for share, side in zip(at, numbers.shape, strict=True))
    nearest = np.hypot(rows - down, columns - across).argmin()
    return int(numbers[rows[nearest], columns[nearest]])


def _belongs(piece: Piece, main: Piece, *, alone: bool) -> bool:
    """Whether a piece is a stroke of the digit that the main one is of, or, if not ``alone``, another digit."""
    if piece.is_surroundings or (piece.cut and not main.cut):
        return False
    if piece.length >= SIMILAR * main.length and not alone:
        return True
    return piece.area >= SPECK * main.area and piece.gap(main) <= NEAR * main.length


def _measured(numbers: npt.NDArray[np.int64]) -> list[Piece]:
    """Every piece's box, area, and weight."""
    height, width = numbers.shape
    rows, columns = np.nonzero(numbers)
    owner, count = numbers[rows, columns], int(numbers.max()) + 1
    first, last = np.full((2, count), SIDE), np.zeros((2, count), np.int64)
    for axis, places in enumerate((rows, columns)):
        np.minimum.at(first[axis], owner, places)
        np.maximum.at(last[axis], owner, places)
    area = np.bincount(owner, minlength=count)
    weight = np.bincount(owner, _middle(numbers.shape)[rows, columns], minlength=count)
    outline, cut = _outlines(numbers, count)
    return [
        Piece(
            number=number,
            top=int(first[0, number]),
            bottom=int(last[0, number]) + 1,
            left=int(first[1, number]),
            right=int(last[1, number]) + 1,
            area=int(area[number]),
            weight=float(weight[number]),
            outline=int(outline[number]),
            cut=int(cut[number]),
            picture=max(height, width),
        )
        for number in np.flatnonzero(area >= SMALLEST).tolist()
    ]


def _outlines(numbers: npt.NDArray[np.int64], count: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """For each piece, how many sides of its pixels are towards paper, and how many towards the picture's edge."""
    edge = np.concatenate([numbers[0], numbers[-1], numbers[:, 0], numbers[:, -1]])
    sides = []
    for one, other in ((numbers[1:], numbers[:-1]), (numbers[:, 1:], numbers[:, :-1])):
        differ = one != other
        sides += [one[differ], other[differ]]
    return np.bincount(np.concatenate(sides), minlength=count), np.bincount(edge, minlength=count)


def grey_ink(darkness: Grey, mask: Mask) -> Grey:
    """Ink as dark as most of the digit becomes full ink; its edges keep their grey, everything else becomes paper.

    Args:
        darkness: float32 [H, W] in 0..1.
        mask: bool [H, W]: where the digit is.

    Returns:
        float32 [H, W] in 0..1, 1 for full ink.
    """
    near = np.asarray(Image.fromarray(mask).convert("L").filter(ImageFilter.MaxFilter(3))) > 0  # its edges, too
    full = float(np.quantile(darkness[mask], 0.7))
    return np.where(near, np.minimum(darkness / full, 1), 0).astype(np.float32)


def thicken(ink: Grey) -> Grey:
    """Step 6: makes strokes that would be too thin in MNIST's 20 pixels as thick as MNIST's thinnest.

    A ballpoint's line is a fiftieth of a digit's height; in 20 pixels that is less than half a pixel.

    Args:
        ink: float32 [H, W] in 0..1.

    Returns:
        The same, or with every stroke thicker by as much as is missing.
    """
    radius = round((THINNEST / BOX_SIZE * _length(ink > 0) - stroke_width(ink)) / 2)
    if radius < 1:
        return ink
    down, across = np.ogrid[-radius : radius + 1, -radius : radius + 1]
    thick: Grey = ndimage.maximum_filter(ink, footprint=down**2 + across**2 <= radius**2, mode="constant")
    return thick


def stroke_width(ink: Grey) -> float:
    """How thick the strokes are on average, in pixels: twice the area over the length of the outline.

    Args:
        ink: float32 [H, W] in 0..1. Both are taken from the grey values (the outline is how much they change in all),
            so that it also holds for lines thinner than a pixel.

    Returns:
        The width; 0 without ink.
    """
    down, across = np.diff(ink, axis=0), np.diff(ink, axis=1)  # each then averaged over the same squares of 4 pixels
    outline = float(np.hypot(down[:, 1:] + down[:, :-1], across[1:] + across[:-1]).sum()) / 2
    return 2 * float(ink.sum()) / outline if outline else 0.0
