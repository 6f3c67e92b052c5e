"""Whatever is in a picture file: it is opened within little memory, or a sentence says why not."""

import io
import struct
import subprocess
import sys
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pillow_heif
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngImageFile

from mnist_core.handwriting import heic, opening
from mnist_core.handwriting.opening import MOST_BYTES, SIDE, PhotoUnreadable, open_grey
from tests.conftest import PROJECT

MEGABYTE = 2**20


def plain(width: int, height: int, mode: str = "L") -> Image.Image:
    """A dark bar on light paper, of as many pixels as you like."""
    image = Image.new("L", (width, height), 220)
    image.paste(30, (width // 2, height // 3, width // 2 + width // 20, height * 2 // 3))
    if mode == "I;16":
        return Image.fromarray(np.asarray(image).astype(np.uint16) * 257)
    return image.convert(mode)


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    assert heic.is_readable(), "pillow-heif is one of the packages of requirements.txt"
    content = io.BytesIO()
    image.save(content, kind, **options)
    return content.getvalue()


# The most that a process has ever held, as Linux counts it for a program. What getrusage gives elsewhere begins, on
# Linux, with what the process held from which this one was started: then nothing would ever seem to be added.
PEAK = """
import resource, sys
from pathlib import Path
from mnist_core.handwriting import heic
from mnist_core.handwriting.opening import PhotoUnreadable, open_grey

def most():
    status = Path("/proc/self/status")
    if status.exists():
        return 1024 * int(status.read_text().partition("VmHWM:")[2].split()[0])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)

heic.is_readable()
content = sys.stdin.buffer.read()
before = most()
try:
    print(max(open_grey(content).shape))
except PhotoUnreadable as reason:
    print(reason)
print(most() - before)
"""


def opened(content: bytes) -> tuple[str, float]:
    """What a process of its own makes of a file, and how many megabytes that takes beside the file."""
    command = [sys.executable, "-W", "ignore", "-c", PEAK]
    said = subprocess.run(command, input=content, cwd=PROJECT, capture_output=True, check=True, timeout=120)
    words, peak = said.stdout.decode().splitlines()
    return words, int(peak) / MEGABYTE


def with_exif(orientation: int = 6) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


FAST = {"preset": "ultrafast"}
# Nearly as many pixels as are taken of that kind, in that pixel format and order which takes most.
LARGEST: dict[str, Any] = {
    "photo": lambda: saved(plain(8160, 6120, "RGB"), "JPEG", exif=with_exif()),
    "progressive photo": lambda: saved(plain(8160, 6120, "RGB"), "JPEG", progressive=True, exif=with_exif()),
    "progressive, no colour left out": lambda: saved(plain(4990, 4990, "RGB"), "JPEG", progressive=True, subsampling=0),
    "progressive, for print": lambda: saved(plain(4300, 4300, "CMYK"), "JPEG", progressive=True),
    "huge JPEG": lambda: saved(plain(13_000, 12_000), "JPEG", quality=50),
    "HEIC photo": lambda: saved(plain(5712, 4284, "RGB"), "HEIF", quality=50, enc_params=FAST),
    "HEIC, no colour left out": lambda: saved(
        plain(4500, 3600, "RGB"), "HEIF", quality=50, chroma=444, enc_params=FAST
    ),
    "PNG": lambda: saved(plain(5700, 4700, "RGBA"), "PNG", exif=with_exif()),
    "PNG, grey and transparent": lambda: saved(plain(5700, 4700, "LA"), "PNG"),
    "PNG, 16 bits": lambda: saved(plain(5700, 4700, "I;16"), "PNG", exif=with_exif()),
    "PNG with a palette": lambda: saved(plain(5700, 4700).convert("P"), "PNG", transparency=0),
    "GIF": lambda: saved(
        plain(4300, 4300).convert("P"), "GIF", save_all=True, append_images=[plain(4300, 4300).rotate(90)]
    ),
    "TIFF in one strip": lambda: saved(plain(3500, 3500, "RGBA"), "TIFF", compression="tiff_lzw", strip_size=2**30),
    "WebP that moves": lambda: saved(
        plain(2700, 2700, "RGBA"), "WEBP", save_all=True, append_images=[plain(2700, 2700, "RGBA").rotate(90)]
    ),
    "AVIF": lambda: saved(plain(2850, 2850, "RGBA"), "AVIF", quality=100, subsampling="4:4:4", speed=10),
}


@pytest.mark.parametrize("kind", LARGEST)
def test_no_picture_costs_more_than_150_megabytes(kind: str) -> None:
    content = LARGEST[kind]()
    assert len(content) < MOST_BYTES
    words, peak = opened(content)
    assert words == str(SIDE), "it is read"
    assert 1 < peak < 150  # not even the smallest picture takes nothing


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    """A small picture with some chunks of one's own behind its head."""
    content = saved(plain(400, 300), "PNG")
    made = [
        struct.pack(">I", len(what)) + kind + what + struct.pack(">I", zlib.crc32(kind + what)) for kind, what in chunks
    ]
    return content[:33] + b"".join(made) + content[33:]


def claiming(picture: Image.Image, thumbnails: tuple[int, ...] = ()) -> bytes:
    """A HEIC file that says of itself that it is ten times as wide and high, since one that is takes long to make."""
    file, content = pillow_heif.from_pillow(picture), io.BytesIO()
    sizes: list[int | None] = [*thumbnails]
    file[0].info["thumbnails"] = sizes
    file.save(content, quality=50)
    width, height = picture.size
    return content.getvalue().replace(
        b"ispe" + struct.pack(">III", 0, width, height), b"ispe" + struct.pack(">III", 0, 10 * width, 10 * height)
    )


def jpeg(behind_start: bytes) -> bytes:
    content = saved(plain(400, 300), "JPEG")
    return content[:2] + behind_start + content[2:]


def of_many_scans(count: int) -> bytes:
    """A progressive JPEG whose last scan comes again and again; each goes over all pixels: 1,000 took 16 s."""
    content = saved(plain(4000, 4000), "JPEG", progressive=True)
    start = content.rindex(b"\xff\xda")
    return content[:start] + content[start:-2] * count + b"\xff\xd9"


def with_many_extensions() -> bytes:
    content = saved(plain(400, 300), "GIF")
    start = content.index(b",\0\0\0\0")
    return content[:start] + b"\x21\xfe\x01a\0" * 1_900_000 + content[start:]


REFUSED: dict[str, Any] = {
    "PNG": lambda: (saved(Image.new("1", (12_000, 12_000)), "PNG"), "more than 27 million pixels.*save it as JPEG"),
    "more than Pillow takes": lambda: (saved(Image.new("1", (14_000, 13_500)), "PNG"), "more than 178 million pixels"),
    "WebP": lambda: (saved(plain(3000, 3000), "WEBP"), "more than 7 million pixels.*save it as JPEG"),
    "AVIF": lambda: (saved(plain(3600, 3600, "RGB"), "AVIF", speed=10), "more than 8 million pixels.*save it as JPEG"),
    "TIFF": lambda: (saved(plain(3600, 3600), "TIFF", compression="tiff_lzw"), "more than 12 million pixels"),
    "GIF": lambda: (saved(plain(4800, 4800), "GIF"), "more than 18 million pixels"),
    "HEIC": lambda: (claiming(plain(800, 600, "RGB")), "more than 27 million pixels.*save it as JPEG"),
    "progressive": lambda: (
        saved(plain(8160, 6120, "RGB"), "JPEG", progressive=True, subsampling=0),
        r"more than 24 million pixels\. Make it smaller\.",
    ),
    "scans": lambda: (of_many_scans(1000), "far more scans"),
    "segments of a JPEG": lambda: (jpeg(b"\xff\xe5\0\x03a" * 1_900_000), "far more parts"),
    "filler in a JPEG": lambda: (jpeg(b"\xff" * 9_000_000), "far more parts"),
    "chunks of a PNG": lambda: (png(*[(b"tEXt", b"k\0a")] * 600_000), "far more parts"),
    "comments in a GIF": lambda: (with_many_extensions(), "far more parts"),
    "texts that unpack": lambda: (png(*[(b"zTXt", b"k\0\0" + zlib.compress(bytes(10**6)))] * 60), "no picture"),
    "bytes": lambda: (bytes(MOST_BYTES + 1), "larger than 10 MB"),
    "garbage": lambda: (b"\x89PNG\r\n\x1a\n" + bytes(MOST_BYTES - 8), "no picture"),
}


@pytest.mark.filterwarnings("ignore:Image size")
@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_refused_is_refused_before_a_pixel_is_decoded(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    content, sentence = REFUSED[kind]()
    words, peak = opened(content)
    assert peak < 20
    monkeypatch.setattr(Image.Image, "load", lambda *_: pytest.fail("decoded"))
    monkeypatch.setattr(Image.Image, "crop", lambda *_: pytest.fail("decoded"))
    with pytest.raises(PhotoUnreadable, match=sentence) as reason:
        open_grey(content)
    assert words == str(reason.value)


def test_a_larger_photo_of_an_iphone_is_read_from_the_small_one_in_it() -> None:
    content = claiming(plain(800, 600, "RGB"), thumbnails=(416,))
    assert pillow_heif.open_heif(content).size == (8000, 6000)
    words, peak = opened(content)
    assert words == str(SIDE)
    assert peak < 20
    small = open_grey(saved(plain(400, 300), "PNG"))
    assert np.abs(open_grey(content) - small).mean() < 0.02


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "I", "F"])
@pytest.mark.parametrize("size", [(1501, 1203), (401, 400), (900, 2), (3001, 401)])
def test_made_small_band_by_band_it_is_the_same(
    mode: str, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (size[1], size[0]), np.uint8)
    image = Image.fromarray(noise.astype(np.uint16) * 257) if mode == "I;16" else Image.fromarray(noise).convert(mode)
    if mode in ("LA", "RGBA"):
        image.putalpha(Image.fromarray(noise.T.copy()).resize(size))
    content = saved(image, "TIFF" if mode in ("CMYK", "I", "F") else "PNG")
    monkeypatch.setattr(opening, "BAND", 10**9)
    at_once = open_grey(content)
    monkeypatch.setattr(opening, "BAND", 50_000)
    np.testing.assert_allclose(open_grey(content), at_once, atol=1.01 / 255)  # both are rounded


def test_pictures_are_decoded_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    under_way, most = 0, 0
    load = PngImageFile.load

    def count(image: PngImageFile) -> Any:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        time.sleep(0.02)  # so that others could begin
        try:
            return load(image)
        finally:
            under_way -= 1

    monkeypatch.setattr(PngImageFile, "load", count)
    content = saved(plain(640, 480), "PNG")
    with ThreadPoolExecutor(4) as pool:
        assert len(list(pool.map(open_grey, [content] * 4))) == 4
    assert most == 1
