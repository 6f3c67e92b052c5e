"""The lesson on overfitting: what it shows of a run, what it keeps, and whether what it says is true."""

import math
import re
import time

import pytest
from streamlit.testing.v1 import AppTest

from mnist_core.data.dataset import Splits
from mnist_core.data.generated import generated_splits
from mnist_core.lessons.overfitting import EPOCHS, LEARNING_RATE, PATIENCE, Remedies, Study, study
from tests.app import formulas, open_page, opened_by_link, sound, text
from ui.lessons.overfitting_runs import MOST_RUNS
from ui.lessons.overfitting_words import where_it_turned

PAGE = "pages/overfitting.py"
RIGHT = "It fell, turned, and rose again."


def trained(app: AppTest, name: str) -> AppTest:
    app = sound(app.button(key=f"start_{name}").click().run())
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if f"start_{name}" in [button.key for button in app.button]:
            return app
        time.sleep(0.05)
        app = sound(app.run())
    pytest.fail("the training did not end within a minute")


def answered() -> AppTest:
    return sound(open_page(PAGE).radio(key="ask_overfitting").set_value(RIGHT).run())


def finished(splits: Splits, remedies: Remedies) -> Study:
    *_, last = study(splits, remedies)
    return last


def captions(app: AppTest) -> str:
    return " ".join(caption.value for caption in app.caption)


def table(app: AppTest) -> list[list[str]]:
    return [[str(cell) for cell in row] for row in app.table[0].value.to_numpy().tolist()]


def test_the_first_run_waits_for_the_answer_and_then_says_where_it_turned(digits: Splits) -> None:
    app = open_page(PAGE)
    assert "start_overfit_first" not in [button.key for button in app.button]
    assert "start_overfit_again" in [button.key for button in app.button]
    app = answered()
    assert not app.get("vega_lite_chart")
    app = trained(app, "overfit_first")
    assert "more than half of the rise" not in text(app)
    expected = finished(digits, Remedies())
    lowest, last = expected.lowest, expected.last
    page = text(app)
    assert last.epoch == EPOCHS
    assert where_it_turned(expected) in page
    gaps = [tuple(map(float, gap)) for gap in re.findall(r"\\quad (\d\.\d+) - (\d\.\d+) = (\d\.\d+)", formulas(app))]
    assert [gap[:2] for gap in gaps] == [
        (round(reading.validation_loss, 3), round(reading.train_loss, 3)) for reading in (lowest, last)
    ]
    assert all(validation - training == pytest.approx(gap) for validation, training, gap in gaps)
    assert len(app.get("vega_lite_chart")) == 1
    assert expected.at_end is not None
    assert f"{expected.at_end.confidence:.1%}" in page
    left = 1 - expected.at_end.confidence
    assert f"−ln\u00a0{left:.3f}\u00a0=\u00a0{-math.log(left):.3f}" in page


def test_runs_are_compared_with_the_one_before_and_kept_out_of_the_link(digits: Splits) -> None:
    app = sound(open_page(PAGE).select_slider(key="overfit_images").set_value(100).run())
    assert "0.001" not in formulas(app)  # with λ = 0 there is nothing to work out
    app = trained(app, "overfit_again")
    assert not re.search(r"run 1\b", captions(app))
    app.select_slider(key="overfit_decay").set_value(3.0)
    app.select_slider(key="overfit_dropout").set_value(0.5)
    app.toggle(key="overfit_stop").set_value(True)
    app = sound(app.run())
    assert "settings have changed" in text(app)
    assert "(1 - 0.001 \\cdot 3)\\,w = 0.997\\,w" in formulas(app)
    app = trained(app, "overfit_again")
    how = "100 images, λ = 3, dropout 50%, stops early"
    assert re.search(rf"run 2, {how}\..* run 1, 100 images\.", captions(app))
    second, first = table(app)
    assert first[0] == "1: 100 images"
    assert second[0] == f"2: {how}"
    expected = finished(digits, Remedies(100, 3.0, 0.5, True))
    lowest, last = expected.lowest, expected.last
    assert second[1:] == [
        f"{lowest.validation_loss:.3f} (epoch {lowest.epoch})",
        f"{last.validation_loss:.3f} (epoch {last.epoch})",
        f"{last.validation_accuracy:.1%}",
    ]
    assert set(app.query_params) <= {"overfit_images", "overfit_decay", "overfit_dropout", "overfit_stop"}
    app = sound(app.switch_page("pages/welcome.py").run())
    app = sound(app.switch_page(PAGE).run())
    assert table(app) == [second, first]


def test_only_the_last_runs_are_kept() -> None:
    app = opened_by_link(PAGE, overfit_images="100", overfit_stop="true")
    for _ in range(MOST_RUNS + 1):
        app = trained(app, "overfit_again")
    assert [row[0].split(":")[0] for row in table(app)] == [str(number) for number in range(MOST_RUNS + 1, 1, -1)]


def test_settings_of_a_link_are_used() -> None:
    app = opened_by_link(PAGE, hide="overfit_images,ask_overfitting", overfit_images="200", overfit_seed="7")
    assert "start_overfit_first" in [button.key for button in app.button]
    app = sound(app.toggle(key="overfit_stop").set_value(True).run())
    app = trained(app, "overfit_again")
    assert table(app)[0][0] == "1: 200 images, stops early, seed 7"


def test_the_numbers_of_the_prose() -> None:
    app = answered()
    page, question = text(app), app.radio(key="ask_overfitting").label
    plain = Remedies()
    count = plain.model_config.parameter_count
    assert f"{count:,}" in page
    assert re.search(rf"\b{plain.images} training images, {count:,} numbers\b.* {EPOCHS} epochs", question)
    assert re.search(rf"\b{PATIENCE} epochs", page)
    assert re.search(rf"\$\\eta\$.* {LEARNING_RATE:g}\.", page)
    assert "2.303" in page_after("It rose from the start.")
    assert f"{math.log(10):.3f}" == "2.303"


def page_after(answer: str) -> str:
    return text(sound(open_page(PAGE).radio(key="ask_overfitting").set_value(answer).run()))


def check_claims(splits: Splits) -> None:
    """What the page says in general, which must be so for the digits a reader has."""
    plain = finished(splits, Remedies())
    assert plain.last.train_loss < 0.01  # "nearly 0"
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


def test_a_run_that_the_reader_stopped_says_so() -> None:
    app = opened_by_link(PAGE, overfit_images="5,000")
    app = sound(app.button(key="start_overfit_again").click().run())
    deadline = time.monotonic() + 60
    while not app.table and time.monotonic() < deadline:
        time.sleep(0.05)
        app = sound(app.run())
    assert "stopped" not in table(app)[0][0]
    app = sound(app.button(key="stop_overfit_again").click().run())
    (stopped,) = table(app)
    epoch = re.search(r"\(epoch (\d+)\)", stopped[2])
    assert epoch
    assert stopped[0].endswith(f"images, stopped after epoch {epoch[1]}")
    assert "more than half of the rise" not in text(app)


def test_what_it_says_of_the_remedies_is_on_the_page_after_a_run_with_one() -> None:
    app = trained(opened_by_link(PAGE, overfit_images="100"), "overfit_again")
    page = text(app)
    assert re.search(r"80%.* λ = 3\b.* more than half of the rise", page)
    assert "less than a tenth lower" in page
    assert re.search(r"2,000 images .*500 .*more than a fifth lower", page)


def test_what_it_says_is_so_for_generated_digits() -> None:
    check_claims(generated_splits())


def test_what_it_says_is_so_for_mnist(mnist: Splits) -> None:
    check_claims(mnist)
