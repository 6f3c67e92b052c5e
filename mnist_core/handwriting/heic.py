"""HEIC, the format of an iPhone's photos: Pillow reads it with the package pillow-heif."""

import io
from collections.abc import Callable

from PIL import Image

Rows = Callable[[int, int], Image.Image]  # some rows of a picture: from the first to before the last
LACKING = (
    "This is a HEIC file, as an iPhone saves its photos, and the package pillow-heif, which reads them, is not "
    "installed here. Save the photo as JPEG."
)
_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"}


def is_heic(content: bytes) -> bool:
    """Whether a file says of itself that it is HEIC.

    Its first box gives its own length, the word "ftyp", a brand, a version, and other brands; of four bytes each.
    """
    if content[4:8] != b"ftyp":
        return False
    end = min(int.from_bytes(content[:4], "big"), 64)
    return any(content[start : start + 4] in _BRANDS for start in (8, *range(16, end, 4)))


def is_readable() -> bool:
    """Whether the package is there; Pillow is then told of it."""
    try:
        from pillow_heif import register_heif_opener
    except ImportError:
        return False
    register_heif_opener()
    return True


def held(image: Image.Image) -> float:
    """How many bytes of each pixel its decoder holds at most, as measured: a phone's photo needs fewest."""
    is_fine, is_deep = image.info.get("chroma") != 420, image.info.get("bit_depth") != 8
    return 5.5 * 1.65 ** (is_fine + is_deep) + ("A" in image.mode)


def rows_of(content: bytes) -> tuple[Rows, tuple[int, int]]:
    """The picture in a file, in bands, since Pillow would copy all of it, at four bytes a pixel; and its size.

    Args:
        content: A HEIC file, if ``is_readable``.

    Returns:
        What gives some of its rows, and its width and height.
    """
    from pillow_heif import open_heif

    file = open_heif(io.BytesIO(content))
    pixels, stride, (width, height) = memoryview(file.data), file.stride, file.size  # a slice of it is no copy

    def rows(top: int, bottom: int) -> Image.Image:
        band = bytes(pixels[top * stride : bottom * stride])
        return Image.frombuffer(file.mode, (width, bottom - top), band, "raw", file.mode, stride, 1)

    return rows, (width, height)
