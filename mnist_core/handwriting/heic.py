"""HEIC, the format of an iPhone's photos: Pillow reads it with the package pillow-heif."""

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
