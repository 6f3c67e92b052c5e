"""Opens a picture file: small, grey and upright, whatever the file holds, and without ever taking much memory for it.

How many pixels a file has stands near its beginning, so what has too many is refused before one is decoded. Of what is
taken, the decoders hold at most ``ROOM``; the rest is made small band by band, before anything else is done with it.
"""

import io
import threading
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import ExifTags, Image, ImageOps, PngImagePlugin
from PIL.JpegImagePlugin import JpegImageFile

from mnist_core.handwriting import heic

MOST_BYTES = 10 * 2**20
SIDE = 400  # pixels: the longer side of what is worked on, which leaves even a small digit more than MNIST's 20
TINY = 20  # pixels: in a picture that is no longer a stroke is hardly wider than a pixel
SHARPER = 3  # times: how much steeper its edges become, once it is enlarged
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")  # and HEIC

ROOM = 143 * 2**20  # bytes for what a decoder holds; with what is made of it, a picture takes less than 150 MB
# What the decoders hold of a pixel at most, in bytes, their own copies included.
HELD = {"PNG": 5.5, "BMP": 5.5, "GIF": 8.0, "TIFF": 12.0, "AVIF": 18.0, "WEBP": 20.0}
BAND = 1_000_000  # pixels that are made small at once
MOST_READS = 50_000  # of a file's parts: a photo has some hundreds, each of them costs time and memory
MOST_SCANS = 40  # in which a JPEG may come, each of which goes over all pixels; ten is usual
PngImagePlugin.MAX_TEXT_MEMORY = 2**22  # bytes of the texts in a PNG, once unpacked

# However many threads ask: together, thirty pictures would take gigabytes.
_ONE_AT_A_TIME = threading.Lock()

Grey = npt.NDArray[np.float32]  # [H, W] in 0..1


class PhotoUnreadable(ValueError):
    """There is no picture in the file, or no ink on the picture; the message says which, in a sentence."""


class _Stream(io.BytesIO):
    """A file in memory that nobody may read in too many small pieces."""

    reads = 0

    def read(self, size: int | None = -1, /) -> bytes:
        self.reads += 1
        if self.reads > MOST_READS:
            raise PhotoUnreadable("The file has far more parts than a picture needs. Save the picture anew.")
        return super().read(size)


def open_grey(content: bytes) -> Grey:
    """The picture in grey, as the camera was held, ``SIDE`` pixels long.

    Args:
        content: A picture file.

    Returns:
        float32 [H, W] in 0..1.

    Raises:
        PhotoUnreadable: If the file is too large, or no picture, or broken.
    """
    if len(content) > MOST_BYTES:
        raise PhotoUnreadable(f"The file is larger than {MOST_BYTES // 2**20} MB. A smaller picture will do.")
    try:
        with _ONE_AT_A_TIME:
            small = _decoded(content)
    except PhotoUnreadable:
        raise
    except Image.DecompressionBombError as error:  # Pillow counts the pixels, too, and earlier; its limit is higher
        raise _too_many(2 * (Image.MAX_IMAGE_PIXELS or 0)) from error
    except Exception as error:  # Pillow raises nearly anything at a file that is broken, or made to do harm
        raise PhotoUnreadable("This is no picture that can be read here. JPEG, PNG and WebP can.") from error
    return np.asarray(small, np.float32) / np.float32(255)


def _too_many(most: int, instead: str = "") -> PhotoUnreadable:
    return PhotoUnreadable(f"The picture has more than {most // 1_000_000} million pixels. Make it smaller{instead}.")


def _decoded(content: bytes) -> Image.Image:
    """A picture file in grey, mode "L", upright and ``SIDE`` pixels long."""
    if (is_heic := heic.is_heic(content)) and not heic.is_readable():
        raise PhotoUnreadable(heic.LACKING)
    image = Image.open(_Stream(content), formats=("HEIF",) if is_heic else FORMATS)  # of an animation, the first one
    whole = image.size
    if is_jpeg := isinstance(image, JpegImageFile):
        held = _held_of_jpeg(image, content)
    else:
        held = heic.held(image) if is_heic else HELD[image.format or ""]
    most = int(ROOM / held)
    # A JPEG holds smaller versions of itself, and an iPhone's HEIC may, too, which are read much faster.
    image.draft("L", (SIDE, SIDE))
    if is_heic and image.size == whole and whole[0] * whole[1] > most:
        image.draft(None, _fitted(whole))
    width, height = whole if is_jpeg else image.size
    if width * height > most:
        raise _too_many(most, "" if is_jpeg else ", or save it as JPEG, which may have more")
    rows, size = heic.rows_of(content) if is_heic and image.size == whole else (_rows_of(image), image.size)
    # Made small before it is turned and its colours are looked at: each of those takes copies of all there is.
    small = _resized(rows, *size)
    small.getexif()[ExifTags.Base.Orientation] = image.getexif().get(ExifTags.Base.Orientation, 1)
    grey = _one_channel(ImageOps.exif_transpose(small))
    return _sharpened(grey) if max(whole) <= TINY else grey


def _held_of_jpeg(image: JpegImageFile, content: bytes) -> float:
    """How many bytes of each pixel the decoder holds: of a usual JPEG, which comes row by row, nearly none.

    One that comes in several scans, each over the whole picture, is held as numbers of two bytes, all components of it.
    """
    if not _comes_in_scans(content):
        steps = min(image.size) // SIDE
        return 4 / next((step for step in (8, 4, 2) if steps >= step), 1) ** 2  # only every so many-th pixel is made
    if content.count(b"\xff\xda") > MOST_SCANS:
        raise PhotoUnreadable("This JPEG comes in far more scans than a picture needs. Save the picture anew.")
    wide, high = (max(part[place] for part in image.layer) for place in (1, 2))
    return 2 * sum(part[1] * part[2] for part in image.layer) / (wide * high)


def _comes_in_scans(content: bytes) -> bool:
    """Whether a JPEG has more than one scan: it is progressive, or its first scan lacks some of its components."""
    place, components = 2, 0
    while True:
        kind, length = content[place + 1], int.from_bytes(content[place + 2 : place + 4], "big")
        if kind == 0xFF:  # which may stand before a marker as often as it likes
            place += 1
            continue
        if kind == 0xDA:
            return content[place + 4] < components
        if 0xC0 <= kind <= 0xCF and kind not in (0xC4, 0xC8, 0xCC):  # which are tables
            components = content[place + 9]
            if kind & 3 == 2:
                return True
        place += 2 + length


def _fitted(size: tuple[int, int]) -> tuple[int, int]:
    """A picture's size, once it is ``SIDE`` pixels long."""
    zoom = SIDE / max(size)
    return max(round(zoom * size[0]), 1), max(round(zoom * size[1]), 1)


def _sharpened(image: Image.Image) -> Image.Image:
    """A picture of few pixels that was enlarged, with edges as sharp as a pen's.

    Its pixels were as wide as a stroke, and grey where ink covers them in part.
    """
    grey = np.asarray(image, np.float64)
    low, high = grey.min(), grey.max()
    return Image.fromarray((SHARPER * grey - (SHARPER - 1) * (low + high) / 2).clip(low, high).round().astype(np.uint8))


def _rows_of(image: Image.Image) -> heic.Rows:
    """Some rows of a picture, to be asked for."""
    return lambda top, bottom: image.crop((0, top, image.width, bottom))


def _resized(rows: heic.Rows, width: int, height: int) -> Image.Image:
    """A picture ``SIDE`` pixels long, in a mode that has no palette.

    Args:
        rows: The picture, in bands.
        width: Of the picture, in pixels.
        height: Of the picture, in pixels.
    """
    across, down = _fitted((width, height))
    if max(width, height) <= SIDE:
        return _plain(rows(0, height)).resize((across, down), Image.Resampling.BILINEAR)
    zoom, step = height / down, max(1, BAND * down // (width * height))
    bands = []
    for first in range(0, down, step):
        last = min(first + step, down)
        top, bottom = int(first * zoom), min(int(np.ceil(last * zoom)), height)
        box = (0, first * zoom - top, width, min(last * zoom, height) - top)
        # A smaller pixel is the mean of what it covers, so that thin lines become faint but not lost.
        band = _plain(rows(top, bottom)).resize((across, last - first), Image.Resampling.BOX, box)
        bands.append((first, band))
    small = Image.new(bands[0][1].mode, (across, down))
    for first, band in bands:
        small.paste(band, (0, first))
    return small


def _plain(image: Image.Image) -> Image.Image:
    """A picture in a mode that may be resized."""
    if image.has_transparency_data and image.mode[0] not in "IF":
        return image.convert("RGBA")  # a colour that stands for nothing must not be mixed with others
    if image.mode in ("1", "P"):
        return image.convert("L" if image.mode == "1" else "RGB")
    return image


def _one_channel(image: Image.Image) -> Image.Image:
    """Any picture in grey, mode "L"; what is transparent becomes paper."""
    if image.mode.startswith("I") or image.mode == "F":  # 16 bits a pixel or more; converting would cut, not scale
        values: npt.NDArray[Any] = np.asarray(image).astype(np.float64)
        most = 65_535 if image.mode.startswith("I") else max(float(np.nanmax(values)), 1e-9)
        return Image.fromarray((255 * np.nan_to_num(values / most).clip(0, 1)).astype(np.uint8))
    if not image.has_transparency_data:
        return image if image.mode == "L" else image.convert("RGB").convert("L")
    grey, alpha = image.convert("RGBA").convert("LA").split()
    opaque = np.asarray(alpha) > 127
    if not opaque.any():
        return Image.new("L", image.size)
    seen = float(np.median(np.asarray(grey)[opaque]))
    # If most of the picture is transparent, what is not is the ink, else the paper.
    paper = seen if opaque.mean() > 0.5 else 255.0 * (seen < 128)
    return Image.composite(grey, Image.new("L", image.size, round(paper)), alpha)
