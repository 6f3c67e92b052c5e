"""A photo as an iPhone saves it is read like any other; where that can't be, a sentence says what to do."""

import io
import sys

import numpy as np
import pytest
from PIL import Image

from mnist_core.handwriting import heic
from mnist_core.handwriting.opening import PhotoUnreadable
from mnist_core.handwriting.photo import read_picture


def bars() -> Image.Image:
    """A long dark bar and a short one on paper, which no other turn shows."""
    grey = np.full((200, 150), 225, np.uint8)
    grey[30:170, 60:72] = 40
    grey[30:42, 60:110] = 40
    return Image.fromarray(grey)


def saved(picture: Image.Image, orientation: int = 1) -> bytes:
    assert heic.is_readable(), "pillow-heif is one of the packages of requirements.txt"
    exif, content = Image.Exif(), io.BytesIO()
    exif[0x0112] = orientation
    picture.convert("RGB").save(content, "HEIF", quality=90, exif=exif.tobytes())
    return content.getvalue()


@pytest.mark.parametrize(("orientation", "turned"), [(1, 0), (6, 90), (8, 270)])
def test_it_is_read_upright_as_png_is(orientation: int, turned: int) -> None:
    as_held = bars().rotate(turned, expand=True)  # to the left; the file says to turn it back
    found = read_picture(saved(as_held, orientation))
    png = io.BytesIO()
    bars().save(png, "PNG")
    expected = read_picture(png.getvalue())
    assert found.drawing.shape == expected.drawing.shape
    assert np.corrcoef(found.drawing.ravel(), expected.drawing.ravel())[0, 1] > 0.97
    assert found.said == expected.said


def test_without_the_package_a_sentence_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    content = saved(bars())
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(PhotoUnreadable, match="This is a HEIC file"):
        read_picture(content)


def test_only_a_heic_file_is_taken_for_one() -> None:
    assert heic.is_heic(saved(bars()))
    assert heic.is_heic(b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic")
    assert not heic.is_heic(b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf")
    assert not heic.is_heic(b"\x89PNG\r\n\x1a\n")
    assert not heic.is_heic(b"")
    with pytest.raises(PhotoUnreadable, match="This is no picture"):  # and a broken one is no worse than another
        read_picture(saved(bars())[:300])
