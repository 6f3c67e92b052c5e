"""From stroke to pixel: the page shows and says what the core computes, for the drawing and for the many."""

import re
import time

import numpy as np
import pytest
import torch
from PIL import Image
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest
from torch import Tensor

from mnist_core import words
from mnist_core.data.dataset import Splits
from mnist_core.figures.images import png_url
from mnist_core.figures.pixels import framed
from mnist_core.handwriting.is_digit import REASONS
from mnist_core.handwriting.photo import Correction, ink_of
from mnist_core.handwriting.preprocessing import centre_of_mass, sample_drawing
from mnist_core.lessons import pixels as core
from mnist_core.lessons.pixels import ALL, NONE, Stages, cost, read, take
from mnist_core.network.checkpoint import load_shipped
from tests.app import canvas, click_sample, draw, in_one_piece, open_page, opened_by_link, sound, text
from ui.lessons import pixels_drawings
from ui.visitor import store
from ui.visitor.pad import Taken

PAGE = "lessons/pixels.py"
SWITCHES = ("pix_cut", "pix_scale", "pix_centre", "pix_normalise")


def html(app: AppTest) -> str:
    return " ".join(element.proto.body for element in app.get("html"))


def invited(app: AppTest) -> bool:
    """Whether the reader is asked to draw."""
    return "Draw on the black square" in text(app)


def opened() -> AppTest:
    """The page in one piece, once there are samples to read, with all stages taken."""
    app = in_one_piece(PAGE, pix_cut="true")
    for _ in range(200):
        if app.get("vega_lite_chart"):
            return app
        time.sleep(0.05)
        app = sound(app.run())
    pytest.fail("there were no samples within ten seconds")


def test_each_stage_of_the_way_has_its_picture() -> None:
    app = click_sample(open_page(PAGE), 7)
    names = ("1 Drawing", "2 Cut out", "3 20 pixels", "4 Centre of mass", "5 Normalised")
    for stage, name in zip(app.segmented_control(key="pix_stage").options, names, strict=True):
        app = sound(app.segmented_control(key="pix_stage").set_value(stage).run())
        shown = html(app)
        assert [other for other in names if f"<strong>{other}</strong>" in shown] == [name]
        assert '<b class="digit">7</b>' in shown


def test_a_photo_has_five_stages_more_and_what_the_reader_put_right_holds() -> None:
    app = open_page(PAGE)
    grey = np.full((300, 400), 225, np.uint8)
    grey[60:240, 180:184] = 40  # a thin 1, and another on the right
    grey[60:240, 320:324] = 40
    taken = Taken(grey, ink_of(grey.astype(np.float32) / np.float32(255)).drawing)
    corrected = ink_of(grey.astype(np.float32) / np.float32(255), Correction(at=(0.5, 0.8)))
    taken.correct(Correction(at=(0.5, 0.8)), corrected.drawing)
    store.visitors().find(app.session_state["_tab"]).pad.read_photo(taken)
    app = sound(app.run())
    stages = app.segmented_control(key="pix_photo_stage").options
    assert stages == ["Grey", "Darkness", "Mask", "Ink", "Thickened", "Cut out", "Scaled", "Centred", "Fed"]
    assert "pix_stage" not in [control.key for control in app.segmented_control]
    titles = [*stages[:5], "2 Cut out", "3 20 pixels", "4 Centre of mass", "5 Normalised"]
    for stage, title in zip(stages, titles, strict=True):
        app = sound(app.segmented_control(key="pix_photo_stage").set_value(stage).run())
        assert f"<strong>{title}</strong>" in html(app)
        if stage == "Grey":
            assert f"Found on it: {corrected.said}." in html(app)
            assert "400 wide, 300 high" in html(app)
        if stage == "Mask":
            mask = framed(drawing=corrected.mask, box=None)
            assert png_url(Image.fromarray(mask)) in html(app)
            assert mask[:, :300].max() == 0
        if stage == "Thickened":
            assert "So they were made wider." in html(app)
        assert '<b class="digit">1</b>' in html(app)


def test_no_stage_can_be_left_out_on_many_drawings_before_the_answer() -> None:
    app = open_page(PAGE, 3)
    assert all(app.toggle(key=switch).disabled for switch in SWITCHES)
    assert not counts(app)


def sample(digits: Splits, digit: int) -> Tensor:
    image = digits.validation.images[int((digits.validation.labels == digit).nonzero()[0])]
    return sample_drawing(image, digit)


def shown(app: AppTest) -> list[float]:
    """The ten probabilities of the bars."""
    data = convert_arrow_bytes_to_pandas_df(app.get("vega_lite_chart")[0].proto.data.data)
    found: list[float] = data["now"].tolist()
    return found


def test_it_opens_with_a_sample_and_every_switch_counts_at_once(digits: Splits) -> None:
    app, model = opened(), load_shipped()
    drawing = sample(digits, 7)
    for stages in (ALL, Stages(cut=False), Stages(False, centre=False), Stages(False, False, False), NONE):
        for switch, is_on in zip(SWITCHES, (stages.cut, stages.scale, stages.centre, stages.normalize), strict=True):
            if app.toggle(key=switch).value != is_on:
                app.toggle(key=switch).set_value(is_on)
        app = sound(app.run())
        way, whole = take(drawing, stages), take(drawing)
        now, before = read(model, way.placed[None], stages)[0], read(model, whole.placed[None])[0]
        assert shown(app) == pytest.approx(now.tolist(), abs=1e-6)
        page = html(app)
        assert f'<b class="digit">{int(now.argmax())}</b>' in page
        assert f"With all stages: {int(before.argmax())}, with {words.percent(before.max().item())}." in page
        assert page.count("<span>left out</span>") == [stages.cut, stages.scale, stages.centre, stages.normalize].count(
            False
        )
        height, width = way.cut.shape
        assert f"{width} wide, {height} high" in page
        low, high = (f"{number:.2f}".replace("-", "−") for number in (way.fed.min().item(), way.fed.max().item()))
        assert f"784 numbers, {low} to {high}" in page


def test_what_is_drawn_takes_the_place_of_the_sample() -> None:
    app = opened()
    one = canvas()
    one[50:230, 131:149, :3] = 255
    app = draw(app, one)
    page = html(app)
    assert "18 wide, 180 high" in page  # cut out
    assert "2 wide, 20 high" in page  # and scaled
    assert "−0.42 to 2.82" in page
    for switch in ("pix_cut", "pix_scale"):
        app = sound(app.toggle(key=switch).set_value(switch != "pix_scale").run())
    assert "28 wide, 28 high" in html(app)  # stretched
    app = click_sample(app, 3)
    assert "18 wide, 180 high" not in html(app)


def test_a_canvas_without_ink_gets_an_invitation_and_no_pictures() -> None:
    app = opened()
    faint = canvas()
    faint[50:60, 50:60, :3] = 10
    app = draw(app, faint)
    assert invited(app)
    assert 'class="stages"' not in html(app)
    assert not app.get("vega_lite_chart")


def test_what_is_no_digit_gets_no_bold_one_but_its_way_is_shown() -> None:
    dot = canvas()
    dot[130:150, 130:150, :3] = 255
    app = draw(opened(), dot)
    assert f"**Not sure:** {REASONS['dot']}" in text(app)
    page = html(app)
    assert '<b class="digit">?</b>' in page
    assert "the middle of the picture (cross)" in page
    app = click_sample(app, 7)
    assert "Not sure" not in text(app) + html(app)


def test_without_20_pixels_nothing_can_be_centred_and_the_switch_says_so() -> None:
    app = open_page(PAGE, 2)
    assert not app.toggle(key="pix_centre").disabled
    assert "has nothing to move" not in text(app)
    app = sound(app.toggle(key="pix_scale").set_value(False).run())
    assert app.toggle(key="pix_centre").disabled
    assert "*Centre of mass* has nothing to move." in text(app)


def test_both_colours_of_the_last_picture_are_explained() -> None:
    app = click_sample(opened(), 7)
    assert "Orange: above zero. Blue: below." in html(app)
    app = sound(app.toggle(key="pix_normalise").set_value(False).run())
    assert "Orange: above zero. Paper is 0, which has no colour." in html(app)


def written(app: AppTest) -> str:
    return " ".join(element.value for element in app.latex)


def test_the_formulas_have_the_numbers_of_this_drawing() -> None:
    app = opened()
    drawing = np.zeros((280, 280), dtype=np.uint8)
    drawing[40:200, 30:50] = 255  # a stem 160 high and 20 wide, and a foot 80 wide and 20 high
    drawing[180:200, 30:110] = 255
    app = draw(app, np.dstack([drawing] * 3 + [np.full_like(drawing, 255)]))
    ink, rows, columns = drawing[40:200, 30:110] / 255, np.arange(160) + 0.5, np.arange(80) + 0.5
    down, across = (ink.sum(1) * rows).sum(), (ink.sum(0) * columns).sum()
    total, scale = ink.sum(), 20 / 160
    formulas = written(app).replace("{,}", ",")
    assert rf"\frac{{20}}{{160}} = {scale:.4f}" in formulas
    assert rf"80\,s = {80 * scale:.1f} \qquad 160\,s = 20.0" in formulas
    assert rf"\text{{down: }}\frac{{{down:,.0f}}}{{{total:,.0f}}} = {down / total:.1f}" in formulas
    assert rf"\text{{across: }}\frac{{{across:,.0f}}}{{{total:,.0f}}} = {across / total:.1f}" in formulas
    assert r"\frac{0 - 0.1307}{0.3081} = -0.42 \qquad \frac{1 - 0.1307}{0.3081} = 2.82" in formulas
    lower, further = (down / total - 80) * scale, (40 - across / total) * scale
    assert f"lies **{lower:.1f}** of the new pixels below it and **{further:.1f}** to the left" in text(app)
    assert centre_of_mass(torch.from_numpy(ink)) == pytest.approx((down / total, across / total), abs=1e-3)


# What the stages are worth


def answered(app: AppTest) -> AppTest:
    """Waits for the drawings."""
    for _ in range(600):
        if counts(app):
            return app
        time.sleep(0.05)
        app = sound(app.run())
    pytest.fail("the drawings were not made within half a minute")


def counts(app: AppTest) -> list[tuple[str, str, str]]:
    """The numbers of each line of the table."""
    numbers = re.findall(r'<td class="number">([\d,]*)</td>', html(app))
    return list(zip(numbers[::3], numbers[1::3], numbers[2::3], strict=True))


def test_the_costs_are_those_of_the_core(digits: Splits) -> None:
    app = opened()
    assert "So 300 validation images (generated digits)" in text(app)
    app = answered(app)
    (*_, trial), model = core.trials(digits.validation, pixels_drawings.SEED), load_shipped()
    before = core.rights(model, trial, ALL)
    alone = [Stages(cut=False), Stages(scale=False), Stages(centre=False), Stages(normalize=False)]
    found = [cost(before, core.rights(model, trial, stages)) for stages in (*alone, NONE)]
    lines = [(str(one.now), str(one.lost), str(one.gained)) for one in found]
    assert counts(app) == [(str(int(before.sum())), "", ""), *lines]
    assert f"With all stages it reads **{int(before.sum())} of 300** rightly" in text(app)
    worst, best = min(found[:4], key=lambda one: one.now), max(found[:4], key=lambda one: one.now)
    said = re.search(r"it costs most to [a-z0-9 ]+ \((\d+) read rightly instead of (\d+)\), and least to", text(app))
    assert said
    assert (int(said[1]), int(said[2])) == (worst.now, worst.before)
    assert re.search(rf"and least to [a-z0-9 ]+ \({best.now}\)\.", text(app))
    may_be_chance = best.now != best.before and abs(best.lost - best.gained) <= 2 * best.give_or_take
    assert (f"difference between {best.now} and {best.before} may be chance" in text(app)) == may_be_chance

    for switch in ("pix_cut", "pix_centre"):
        app = sound(app.toggle(key=switch).set_value(False).run())
    set_so = cost(before, core.rights(model, trial, Stages(cut=False, centre=False)))
    assert counts(app)[-1] == (str(set_so.now), str(set_so.lost), str(set_so.gained))
    assert "not cut out, centred by its box, not by mass (as set above)" in html(app)
    fewer = set_so.lost - set_so.gained
    assert (
        f"it reads **{set_so.now} of 300** rightly instead of {set_so.before}: {fewer} fewer, give or take "
        f"{set_so.give_or_take:.0f}."
    ) in text(app)


def test_what_fills_the_image_can_not_be_moved_in_it() -> None:
    app = answered(opened())
    for switch in ("pix_centre", "pix_scale"):
        app = sound(app.toggle(key=switch).set_value(False).run())
    assert counts(app)[-1] == counts(app)[2]  # what fills the image can't be moved in it


def test_a_teacher_sets_the_stages_by_the_link_and_hides_them(digits: Splits) -> None:
    app = opened_by_link(PAGE, scene="2", pix_cut="true", pix_scale="false", hide="pix_scale")
    assert "pix_scale" not in [toggle.key for toggle in app.toggle]
    stages = Stages(scale=False)
    way = take(sample(digits, 7), stages)
    app = sound(app.run())  # at first there are no samples yet
    assert shown(app) == pytest.approx(read(load_shipped(), way.placed[None], stages)[0].tolist(), abs=1e-6)
