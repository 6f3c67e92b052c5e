"""What is read: how large it is drawn counts on the canvas only."""

import numpy as np
import pytest

from mnist_core.handwriting.prediction import predict_proba
from mnist_core.handwriting.preprocessing import BlankDrawing, drawing_to_mnist
from mnist_core.network.checkpoint import load_shipped
from ui.drawing import reading
from ui.drawing.reading import Subject


def one(height: int) -> np.ndarray:
    drawing = np.zeros((280, 280), np.uint8)
    drawing[40 : 40 + height, 100 : 100 + height // 10] = 255
    return drawing


@pytest.mark.parametrize(("height", "extent", "kind"), [(180, 180 / 280, "digit"), (40, 40 / 280, "dot")])
def test_a_drawing_is_read_as_the_network_reads_and_judged_by_its_size(height: int, extent: float, kind: str) -> None:
    model, subject = load_shipped(), reading.drawn(one(height))
    p, verdict = reading.read(model, subject)
    assert p.equal(predict_proba(model, drawing_to_mnist(one(height))[None])[0])
    assert subject.extent == pytest.approx(extent)
    assert verdict.kind == kind


def test_a_photo_may_be_of_any_size() -> None:
    small = one(40)
    photo = Subject(drawing_to_mnist(small), small, None, "photo")
    assert reading.read(load_shipped(), photo).verdict.kind == "digit"


def test_a_blank_canvas_is_nothing_to_read() -> None:
    with pytest.raises(BlankDrawing):
        reading.drawn(np.zeros((280, 280), np.uint8))
