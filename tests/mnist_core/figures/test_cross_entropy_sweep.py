"""The curve that plays in the browser."""

import math

import pytest

from mnist_core.figures.cross_entropy_sweep import PROBABILITIES, STEP, loss_sweep
from mnist_core.figures.theme import DARK, LIGHT


def test_p_falls_from_1_to_a_hundredth_in_equal_steps() -> None:
    assert (PROBABILITIES[0], PROBABILITIES[-1]) == (1, 0.01)
    assert [a - b for a, b in zip(PROBABILITIES, PROBABILITIES[1:], strict=False)] == pytest.approx([STEP] * 33)


def test_each_frame_has_the_point_its_numbers_and_the_marks_so_far() -> None:
    figure = loss_sweep(theme=LIGHT)
    assert len(figure.frames) == len(PROBABILITIES)
    for count, (frame, p) in enumerate(zip(figure.frames, PROBABILITIES, strict=True), start=1):
        marks, point, text = frame.data
        assert frame.traces == (1, 2, 3)
        assert len(marks.x) == len(marks.y) == count
        assert (point.x, point.y) == ((p,), pytest.approx((math.log(1 / p),)))
        assert text.text == (f"p = {p:.2f}: {math.log(1 / p):.3f}",)


def test_everything_stays_inside_the_axes() -> None:
    figure = loss_sweep(theme=LIGHT)
    _, top = figure.layout.yaxis.range
    assert max(y for trace in (*figure.data, *figure.frames[-1].data) for y in trace.y) < top


def test_buttons_and_slider_move_the_frames() -> None:
    layout = loss_sweep(theme=DARK).layout
    assert [button.label for button in layout.updatemenus[0].buttons] == ["Play", "Pause"]
    names = [frame.name for frame in loss_sweep(theme=DARK).frames]
    assert [step.args[0][0] for step in layout.sliders[0].steps] == names
