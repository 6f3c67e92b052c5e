"""The lesson on overfitting: what it shows of a run, what it keeps, and whether what it says is true."""

import math
import re
import time
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from mnist_core.data.dataset import Splits
from mnist_core.data.generated import generated_splits
from mnist_core.data.pixel_order import PIXELS
from mnist_core.figures.cards import data_url
from mnist_core.lessons.overfitting import EPOCHS, LEARNING_RATE, PATIENCE, Remedies, Study, study
from tests.app import answer, formulas, in_one_piece, open_page, opened_by_link, sound, text, turn_to
from ui.lessons.overfitting_copies import of_digit
from ui.lessons.overfitting_runs import MOST_RUNS
from ui.lessons.overfitting_words import copies, room, where_it_turned

PAGE = "lessons/overfitting.py"
RIGHT = "It falls, turns and rises again"
FIRST, ROOM, MISTAKES, REMEDIES, COPIES, TOGETHER = range(1, 7)


def trained(app: AppTest, name: str) -> AppTest:
    app = sound(app.button(key=f"start_{name}").click().run())
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if f"start_{name}" in [button.key for button in app.button]:
            return app
        time.sleep(0.05)
        app = sound(app.run())
    pytest.fail("the training did not end within a minute")


def buttons(app: AppTest) -> list[str | None]:
    return [button.key for button in app.button]


FINISHED: dict[tuple[str, int, int, Remedies], Study] = {}


def finished(splits: Splits, remedies: Remedies) -> Study:
    """A run to its end, trained once for all tests here."""
    key = (splits.name, len(splits.train), len(splits.validation), remedies)
    if key not in FINISHED:
        *_, FINISHED[key] = study(splits, remedies)
    return FINISHED[key]


def captions(app: AppTest) -> str:
    return " ".join(caption.value for caption in app.caption)


def table(app: AppTest) -> list[list[str]]:
    return [[str(cell) for cell in row] for row in app.table[-1].value.to_numpy().tolist()]


def deeper(app: AppTest) -> AppTest:
    """The same visit, with all that goes deeper: in one piece."""
    app.session_state["_linked"]["show"] = "whole"
    return sound(app.run())


def test_the_first_run_waits_for_the_answer_and_then_says_where_it_turned(digits: Splits) -> None:
    app = open_page(PAGE)
    assert "start_overfit_first" not in buttons(app)
    assert app.select_slider(key="overfit_few").disabled
    assert len(app.get("vega_lite_chart")) == 1  # its axes stand there from the first
    app = trained(answer(app, "ask_overfitting", RIGHT), "overfit_first")
    expected = finished(digits, Remedies())
    lowest, last = expected.lowest, expected.last
    assert last.epoch == EPOCHS
    assert where_it_turned(expected) in text(app)
    app = deeper(app)
    gaps = [tuple(map(float, gap)) for gap in re.findall(r"\\quad (\d\.\d+) - (\d\.\d+) = (\d\.\d+)", formulas(app))]
    assert [gap[:2] for gap in gaps] == [
        (round(reading.validation_loss, 3), round(reading.train_loss, 3)) for reading in (lowest, last)
    ]
    assert all(validation - training == pytest.approx(gap) for validation, training, gap in gaps)


def test_fewer_images_can_be_learned_from_at_once(digits: Splits) -> None:
    app = answer(open_page(PAGE), "ask_overfitting", RIGHT)
    app = sound(app.select_slider(key="overfit_few").set_value(100).run())
    app = trained(app, "overfit_first")
    assert where_it_turned(finished(digits, Remedies(100))) in text(app)


@pytest.mark.parametrize(("images", "stored"), [(100, True), (500, False), (5_000, False)])
def test_the_numbers_are_enough_for_the_labels_and_for_few_images_only(images: int, stored: bool) -> None:
    app = open_page(PAGE, ROOM)
    app = sound(app.select_slider(key="overfit_few").set_value(images).run())
    numbers = Remedies().model_config.parameter_count
    assert numbers == 784 * 128 + 128 + 128 * 10 + 10 == 101_770
    assert [metric.value for metric in app.metric] == [f"{images:,}", f"{numbers:,}", f"{images * 784:,}"]
    assert (numbers >= images * PIXELS) == stored
    assert ("even more numbers than pixels" in text(app)) == stored
    assert ("too few to store the images" in text(app)) != stored


def test_what_is_said_of_500_images() -> None:
    assert "204 numbers for each label" in room(101_770, 500)
    assert "3.9 pixels" in room(101_770, 500)
    page = text(in_one_piece(PAGE))
    assert "500 × 784 = 392,000 pixels" in page
    assert 500 * 784 == 392_000
    assert "784 × 128 + 128 + 128 × 10 + 10 = 101,770" in page


def test_the_mistakes_become_surer(digits: Splits) -> None:
    app = open_page(PAGE, MISTAKES)
    app = trained(app, "overfit_plain")
    expected = finished(digits, Remedies())
    assert expected.at_lowest
    assert expected.at_end
    rows = table(app)
    assert [row[-1] for row in rows] == [f"{found.confidence:.1%}" for found in (expected.at_lowest, expected.at_end)]
    assert [row[2] for row in rows] == [
        f"{reading.validation_accuracy:.1%}" for reading in (expected.lowest, expected.last)
    ]
    left = 1 - expected.at_end.confidence
    assert f"−ln\u00a0{left:.3f}\u00a0=\u00a0{-math.log(left):.3f}" in text(deeper(app))


def test_each_remedy_is_tried_beside_a_run_without(digits: Splits) -> None:
    app = trained(open_page(PAGE, MISTAKES), "overfit_plain")
    app = turn_to(app, REMEDIES)
    app = sound(app.segmented_control(key="overfit_remedy").set_value("Weight decay").run())
    assert "Pale" not in text(app)
    app = trained(app, "overfit_remedies")
    assert where_it_turned(finished(digits, Remedies(weight_decay=3.0))) in text(app)
    assert "Pale: without a remedy." in text(app)
    app = sound(app.segmented_control(key="overfit_remedy").set_value("Early stopping").run())
    assert "settings have changed" in text(app)
    assert f"after {PATIENCE} epochs without a new lowest validation loss" in text(app)


def test_augmentation_is_a_remedy_too(digits: Splits) -> None:
    app = opened_by_link(PAGE, scene=str(REMEDIES), overfit_remedy="Augmentation")
    app = trained(app, "overfit_remedies")
    assert where_it_turned(finished(digits, Remedies(augment=True))) in text(app)


def tiles(app: AppTest) -> str:
    (found,) = [element for element in app.get("html") if 'class="tiles"' in element.proto.body]
    return str(found.proto.body)


def test_copies_of_one_image_are_shown_with_what_is_read_of_them(digits: Splits) -> None:
    app = open_page(PAGE, COPIES)
    expected = of_digit(digits, 6, "All", 1.0, 9, 0)
    shown = [re.findall(r'src="([^"]+)"', tiles(app))]
    assert shown[0] == [data_url(image=image) for image in expected.images]
    assert re.findall(r"read as (\d)<", tiles(app)) == [str(read) for read in expected.read]
    assert copies(6, expected.read[1:]) in text(app)

    app = sound(app.button(key="augment_anew").click().run())
    shown.append(re.findall(r'src="([^"]+)"', tiles(app)))
    assert shown[1] == [data_url(image=image) for image in of_digit(digits, 6, "All", 1.0, 9, 1).images]
    assert shown[0][0] == shown[1][0]  # the original
    assert not set(shown[0][1:]) & set(shown[1][1:])


def test_another_way_and_another_amount_make_other_copies(digits: Splits) -> None:
    app = open_page(PAGE, COPIES)
    app = sound(app.segmented_control(key="augment_way").set_value("Turn").run())
    app = sound(app.slider(key="augment_turn").set_value(180.0).run())
    expected = of_digit(digits, 6, "Turn", 180.0, 9, 0)
    assert re.findall(r"read as (\d)<", tiles(app)) == [str(read) for read in expected.read]
    assert 9 in expected.read
    assert "A copy that you, too, would read otherwise teaches a wrong label." in text(app)
    app = opened_by_link(PAGE, scene=str(COPIES), augment_digit="3", augment_way="Shift", augment_shift="0")
    assert "All 9 copies are still read as a 3." in text(app)


def test_what_training_uses_is_said() -> None:
    page = text(in_one_piece(PAGE))
    assert "a turn by at most 12 degrees, a shift by at most 1.5 pixels, up to 12% wider" in page
    assert "a slant of at most 25% of the height" in page
    assert "about 0.8 pixels each, and a pen up to 0.3 pixels" in page


def test_runs_are_compared_with_the_one_before_and_kept_out_of_the_link(digits: Splits) -> None:
    app = sound(open_page(PAGE, TOGETHER).select_slider(key="overfit_images").set_value(100).run())
    app = trained(app, "overfit_again")
    assert not re.search(r"run 1\b", captions(app))
    app.select_slider(key="overfit_decay").set_value(3.0)
    app.select_slider(key="overfit_dropout").set_value(0.5)
    app.toggle(key="overfit_augment").set_value(True)
    app.toggle(key="overfit_stop").set_value(True)
    app = sound(app.run())
    assert "settings have changed" in text(app)
    app = trained(app, "overfit_again")
    how = "100 images, λ = 3, dropout 50%, augmented, stops early"
    assert re.search(rf"run 2, {how}\..* run 1, 100 images\.", captions(app))
    set_of = {"overfit_images", "overfit_decay", "overfit_dropout", "overfit_augment", "overfit_stop", "scene"}
    assert set(app.query_params) <= set_of
    app = deeper(app)
    assert "(1 - 0.001 \\cdot 3)\\,w = 0.997\\,w" in formulas(app)
    second, first = table(app)
    assert first[0] == "1: 100 images"
    assert second[0] == f"2: {how}"
    expected = finished(digits, Remedies(100, 3.0, 0.5, True, augment=True))
    lowest, last = expected.lowest, expected.last
    assert second[1:] == [
        f"{lowest.validation_loss:.3f} (epoch {lowest.epoch})",
        f"{last.validation_loss:.3f} (epoch {last.epoch})",
        f"{last.validation_accuracy:.1%}",
    ]
    app = sound(app.switch_page("lessons/welcome.py").run())
    app = sound(app.switch_page(PAGE).run())
    assert table(app) == [second, first]


def test_only_the_last_runs_are_kept() -> None:
    app = opened_by_link(PAGE, scene=str(TOGETHER), overfit_images="100", overfit_stop="true")
    for _ in range(MOST_RUNS + 1):
        app = trained(app, "overfit_again")
    rows = table(deeper(app))
    assert [row[0].split(":")[0] for row in rows] == [str(number) for number in range(MOST_RUNS + 1, 1, -1)]


def test_settings_of_a_link_are_used() -> None:
    assert "start_overfit_first" in buttons(opened_by_link(PAGE, hide="ask_overfitting"))
    app = opened_by_link(
        PAGE, scene=str(TOGETHER), hide="overfit_images", overfit_images="200", overfit_seed="7", overfit_stop="true"
    )
    app = trained(app, "overfit_again")
    assert table(deeper(app))[0][0] == "1: 200 images, stops early, seed 7"


def test_the_numbers_of_the_prose() -> None:
    app = open_page(PAGE)
    question = app.pills(key="ask_overfitting").label
    assert re.search(rf"\b{Remedies().images} training images, {EPOCHS} times over", question)
    assert "2.303" in text(answer(app, "ask_overfitting", "It rises from the start"))
    assert f"{math.log(10):.3f}" == "2.303"
    page = text(in_one_piece(PAGE))
    assert re.search(rf"\$\\eta\$.* {LEARNING_RATE:g}\.", page)
    assert re.search(r"80%.* λ = 3\b.* more than half of the rise", page)
    assert "less than a tenth lower" in page
    assert re.search(r"2,000 images .*500 .*more than a fifth lower", page)
    assert "more than a third lower, lower than with 2,000 images" in page
    assert "least four more are classified correctly" in page


def check_claims(splits: Splits) -> None:
    """What the page says in general, which must be so for the digits a reader has."""
    plain = finished(splits, Remedies())
    assert plain.last.train_loss < 0.01  # "near 0"
    assert plain.last.train_accuracy == 1
    assert plain.lowest.epoch < EPOCHS / 2
    assert plain.last.validation_loss > 1.15 * plain.lowest.validation_loss
    assert plain.at_lowest is not None
    assert plain.at_end is not None
    assert plain.at_end.confidence > plain.at_lowest.confidence + 0.1
    rise = plain.last.validation_loss - plain.lowest.validation_loss
    for remedy in (Remedies(dropout=0.8), Remedies(weight_decay=3.0)):
        tried = finished(splits, remedy)
        assert tried.last.validation_loss - tried.lowest.validation_loss < rise / 2  # "more than half"
        assert 0.9 < tried.lowest.validation_loss / plain.lowest.validation_loss < 1  # "less than a tenth lower"
        assert tried.at_end is not None
        assert tried.at_end.confidence < plain.at_end.confidence
    more = finished(splits, Remedies(images=2_000, stop_early=True))
    assert more.lowest.validation_loss < 0.8 * plain.lowest.validation_loss  # "more than a fifth lower"


def check_augmentation(splits: Splits) -> None:
    """What the page says of it, with more seeds: each draws other images, other weights and other distortions."""
    more = finished(splits, Remedies(images=2_000, stop_early=True))
    augmented = finished(splits, Remedies(augment=True))
    check_augmented(augmented, finished(splits, Remedies()))
    assert augmented.lowest.validation_loss < more.lowest.validation_loss  # "lower than with 2,000 images"
    fewer = replace(splits, validation=splits.validation.subset(slice(0, 1_000)))  # enough to see it, and faster
    for seed in (1, 2):
        plain, augmented = (finished(fewer, Remedies(seed=seed, augment=augment)) for augment in (False, True))
        check_augmented(augmented, plain)


def check_augmented(augmented: Study, plain: Study) -> None:
    """The same images and the same first weights, with augmentation and without."""
    assert augmented.lowest.validation_loss < 0.66 * plain.lowest.validation_loss  # "more than a third lower"
    assert augmented.last.validation_accuracy > plain.last.validation_accuracy + 0.04  # "at least four more"
    assert augmented.lowest.epoch > EPOCHS / 2 > plain.lowest.epoch  # "comes late"
    rises = [study.last.validation_loss - study.lowest.validation_loss for study in (augmented, plain)]
    assert rises[0] < rises[1] / 2


def test_a_run_that_the_reader_stopped_says_so() -> None:
    app = opened_by_link(PAGE, scene=str(TOGETHER), overfit_images="5,000")
    app = sound(app.button(key="start_overfit_again").click().run())
    deadline = time.monotonic() + 60
    while "After epoch" not in text(app) and time.monotonic() < deadline:
        time.sleep(0.05)
        app = sound(app.run())
    app = sound(app.button(key="stop_overfit_again").click().run())
    (stopped,) = table(deeper(app))
    epoch = re.search(r"\(epoch (\d+)\)", stopped[2])
    assert epoch
    assert stopped[0].endswith(f"images, stopped after epoch {epoch[1]}")


def test_what_it_says_is_so_for_generated_digits() -> None:
    check_claims(generated_splits())


def test_what_it_says_is_so_for_mnist(mnist: Splits) -> None:
    check_claims(mnist)


def test_what_it_says_of_augmentation_is_so_for_generated_digits() -> None:
    check_augmentation(generated_splits())


def test_what_it_says_of_augmentation_is_so_for_mnist(mnist: Splits) -> None:
    check_augmentation(mnist)
