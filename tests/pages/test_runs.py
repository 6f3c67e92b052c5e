"""The page that compares runs: the visitor's own, and the same settings with five seeds."""

import csv
import io
import itertools
import json
import math
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from mnist_core.data.dataset import Splits
from mnist_core.lessons import runs_comparison
from mnist_core.lessons.runs_comparison import SEEDS, RunResult, standard_error, verdict
from mnist_core.network.model import MLPConfig
from mnist_core.training import recipes
from mnist_core.training.loop import RateDial, RateEvent, TrainingConfig, TrainingDiverged, new_model
from mnist_core.training.recipes import Recipe
from mnist_core.training.records import RunRecord, run, score, trial
from tests.app import answer, in_one_piece, open_page, opened_by_link, sound, text, turn_to
from ui.frame import state
from ui.lessons import runs
from ui.visitor import store
from ui.visitor.store import TrainedModel

PAGE = "lessons/runs.py"
RIGHT = "Close together, not the same"
SEED, VERDICT, RUNS, IMAGES = range(1, 5)
QUICK = TrainingConfig(epochs=2, batch_size=100)
SMALL = Recipe("Small", "A sentence.", MLPConfig((16,)), QUICK)
SMALLER = Recipe("Smaller", "A sentence.", MLPConfig(()), replace(QUICK, epochs=1, learning_rate=1e-5))


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Recipes that take a moment."""
    monkeypatch.setattr(runs, "RECIPES", (SMALL, SMALLER))


def visitor(app: AppTest) -> store.Visitor:
    return store.visitors().find(app.session_state["_tab"])


def trained(
    number: int, splits: Splits, config: TrainingConfig, *turned: RateEvent, steps: int = 9_999
) -> TrainedModel:
    """A run as the training page leaves it; ended early if it has more steps than these."""
    model = new_model(MLPConfig((16,)), config.seed)
    record = RunRecord(model.config, config, splits.name, len(splits.train))
    try:
        for record in run(model, splits, config, dial=RateDial(turned)):
            if record.steps == steps:
                break
    except TrainingDiverged as diverged:
        record = replace(record, diverged=diverged)
    ending: store.Ending = "diverged" if record.diverged else "finished" if record.test else "stopped"
    key = f"run-{number}"
    return TrainedModel(key, key, model.eval(), record.card(), record, ending, 1.25, score(model, splits.validation))


def opened(*models: TrainedModel, scene: int = RUNS) -> AppTest:
    app = open_page(PAGE, scene)
    visitor(app).models = list(models)
    return sound(app.run())


def answered(app: AppTest) -> AppTest:
    return answer(app, "ask_runs", RIGHT)


def deeper(app: AppTest) -> AppTest:
    """The same visit, with all that goes deeper: in one piece."""
    app.session_state["_linked"]["show"] = "whole"
    return sound(app.run())


def opened_seed(*models: TrainedModel) -> AppTest:
    return answered(opened(*models, scene=SEED))


def until(app: AppTest, condition: Callable[[AppTest], bool]) -> AppTest:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        app = sound(app.run())
        if condition(app):
            return app
        time.sleep(0.05)
    pytest.fail(f"it did not come about within two minutes: {text(app)}")


def buttons(app: AppTest) -> list[str]:
    return [button.key for button in app.button if button.key]


def train_band(app: AppTest) -> AppTest:
    app = sound(app.button(key="start_seed_band").click().run())
    return until(app, lambda app: "start_seed_band" in buttons(app))


def table(app: AppTest, which: int = 0) -> dict[str, list[str]]:
    """The lines of a table by what they are about; its first line has the names of the runs."""
    frame = app.table[which].value
    lines = {str(row.pop("What")): [str(cell) for cell in row.values()] for row in frame.to_dict("records")}
    return {"Run": [str(head) for head in frame.columns if head != "What"], **lines}


def chart(app: AppTest) -> dict[str, Any]:
    """The encoding of the first figure on the page."""
    encoding: dict[str, Any] = json.loads(app.get("vega_lite_chart")[0].proto.spec)["encoding"]
    return encoding


# The visitor's runs


def test_without_runs_there_is_a_way_to_train_and_the_band_all_the_same() -> None:
    app = open_page(PAGE, RUNS)
    assert "Train a network" in [link.proto.label for link in app.get("page_link")]
    assert not app.table
    assert "start_seed_band" in buttons(open_page(PAGE, VERDICT))


def test_each_run_is_a_column_and_what_differs_is_a_line(digits: Splits) -> None:
    first = trained(1, digits, QUICK)
    second = trained(2, digits, replace(QUICK, learning_rate=0.01, seed=4), steps=20)
    third = trained(4, digits, replace(QUICK, seed=4), RateEvent(3, 0.02))
    app = opened(first, second, third)
    lines = table(app)
    assert lines["Run"] == ["Run 1", "Run 2", "Run 4"]
    assert lines["Learning rate"] == ["0.001", "0.01", "0.001"]
    assert lines["Seed"] == ["0", "4", "4"]
    assert lines["Learning rate turned"][2] == "to 0.02 after batch 3"
    assert lines["Ended"] == ["finished", "stopped", "finished"]
    assert first.record is not None
    assert first.record.test is not None
    assert first.validation is not None
    assert lines["Validation accuracy"][0] == f"{first.validation.accuracy:.2%}"
    assert "Final test" not in lines
    assert "Batch size" not in lines
    page = text(app)
    assert "differ in **2 settings at once: learning rate and learning rate turned**" in page
    assert "Run 2 did not" in page
    app = deeper(app)
    lines = table(app, 1)
    assert lines["Validation loss"][0] == f"{first.validation.loss:.4f}"
    assert lines["Final test"] == [f"{first.record.test.accuracy:.2%}", "–", lines["Final test"][2]]
    assert lines["Seconds"][0] == "1.2"
    assert (
        "generated digits, 1,500 training images, network 784-16-10, ReLU, no dropout, Adam, a constant learning "
        "rate, no weight decay, batches of 100, 2 epochs, shuffled." in text(app)
    )


@pytest.mark.parametrize(
    ("ticks", "said", "lines"),
    [
        ([1, 2], "differ in **nothing but the seed**", ["Seed"]),
        ([1, 3], "differ in **one setting: batch size**. One run each", ["Batch size"]),
        ([2, 3], "differ in **one setting: batch size**, and in the seed.", ["Batch size", "Seed"]),
        ([1, 4], "have the same settings, the seed included", []),
        ([1], "", []),
        ([], "", None),
    ],
)
def test_what_the_ticked_runs_can_tell(digits: Splits, ticks: list[int], said: str, lines: list[str] | None) -> None:
    configs = [QUICK, replace(QUICK, seed=1), replace(QUICK, batch_size=300), QUICK]
    app = opened(*(trained(number, digits, config, steps=2) for number, config in enumerate(configs, start=1)))
    app = sound(app.pills(key="runs_ticked").set_value(ticks).run())
    assert said in text(app)
    assert len(app.table) == bool(ticks)
    if lines is not None:
        assert list(table(app))[3:] == lines
    assert len(app.get("vega_lite_chart")) == bool(ticks)


def test_the_table_has_no_empty_head(digits: Splits) -> None:
    app = opened(trained(1, digits, QUICK))
    assert all(str(head).strip() for head in app.table[0].value.columns)


def test_the_last_three_are_ticked_at_first_then_whatever_is_new_and_ticks_stay(digits: Splits) -> None:
    made = [trained(number, digits, QUICK, steps=2) for number in range(1, 7)]
    app = opened(*made[:4])
    assert app.pills(key="runs_ticked").value == [2, 3, 4]
    app = sound(app.pills(key="runs_ticked").set_value([1, 2]).run())
    app = sound(app.segmented_control(key="runs_curve").set_value("training loss").run())
    assert app.pills(key="runs_ticked").value == [1, 2]
    app = sound(app.switch_page("lessons/welcome.py").run())
    visitor(app).models = made[1:5]
    app = sound(app.switch_page(PAGE).run())
    assert app.pills(key="runs_ticked").value == [2, 5]


def test_the_curves_are_those_of_the_ticked_runs_and_of_the_switch(digits: Splits) -> None:
    app = opened(trained(1, digits, QUICK), trained(3, digits, replace(QUICK, learning_rate=100.0, optimizer="sgd")))
    assert table(app)["Ended"] == ["finished", "diverged"]
    names = chart(app)["color"]["scale"]["domain"]
    assert names == ["Run 1", "Run 3"]
    assert "runs_log" not in [toggle.key for toggle in app.toggle]  # an accuracy has no use for it
    assert re.search(r"\brun 3 exploded.* \d+%", text(app))
    app = sound(app.segmented_control(key="runs_curve").set_value("training loss").run())
    assert re.search(r"\babove 3 .*\bat 3\.", text(app))
    app = sound(app.toggle(key="runs_log").set_value(True).run())
    assert not re.search(r"\babove 3 ", text(app))
    assert chart(app)["y"]["scale"]["type"] == "log"


def test_runs_on_other_digits_may_be_compared_but_that_is_said(digits: Splits) -> None:
    few = replace(digits, train=digits.train.subset(slice(0, 500)))
    app = opened(trained(1, digits, QUICK), trained(2, replace(digits, name="MNIST"), QUICK), trained(3, few, QUICK))
    assert "They were judged on different digits too" in text(app)
    app = sound(app.pills(key="runs_ticked").set_value([1, 3]).run())
    assert "with fewer training images" in text(app)


def test_the_table_can_be_taken_home(digits: Splits, monkeypatch: pytest.MonkeyPatch) -> None:
    texts: list[str] = []
    write = runs_comparison.as_csv

    def note(results: Sequence[RunResult]) -> str:
        texts.append(write(results))
        return texts[-1]

    monkeypatch.setattr(runs_comparison, "as_csv", note)
    made = trained(1, digits, QUICK, RateEvent(3, 0.02))
    app = deeper(opened(made, trained(2, digits, QUICK, steps=2)))
    (button,) = app.download_button
    assert button.label == "Download the table (CSV)"
    rows = list(csv.DictReader(io.StringIO(texts[-1])))
    assert [row["Ended"] for row in rows] == ["finished", "stopped"]
    assert made.validation is not None
    assert float(rows[0]["Validation accuracy"]) == made.validation.accuracy
    assert rows[0]["Learning rate turned"] == "to 0.02 after batch 3"


# The seed band


def test_a_band_a_second_one_and_the_verdict(digits: Splits) -> None:
    app = open_page(PAGE)
    assert "start_seed_band" not in buttons(app)
    assert len(app.get("vega_lite_chart")) == 1  # its axes stand there from the first
    app = answered(app)
    assert "Five trainings are 150 batches together: about 1 second." in text(app)  # 1,500 images in hundreds, twice
    app = train_band(app)
    first = visitor(app).bands["Small, seeds 0 to 4, generated digits"]
    each = ", ".join(f"{accuracy:.2%}" for accuracy in first.accuracies)
    assert f"**A**: {each}. Mean {sum(first.accuracies) / SEEDS:.2%}," in text(app)
    assert not app.get("progress")
    for seed in (0, 4):
        *_, alone = trial(new_model(SMALL.model_config, seed), digits, replace(QUICK, seed=seed))
        assert first.records[seed] == replace(alone, norms=(), frames=())

    app = turn_to(app, VERDICT)
    assert "Train two settings." in text(app)
    app = sound(app.selectbox(key="band_settings").set_value("Smaller").run())
    app = train_band(app)
    second = visitor(app).bands["Smaller, seeds 0 to 4, generated digits"]
    assert [app.selectbox(key=key).value for key in ("band_a", "band_b")] == [first.name, second.name]
    found = verdict(first, second)
    assert found.test is not None
    assert found.sentence.startswith("A is better than B by")
    assert found.sentence in text(app)
    app = deeper(app)
    check_numbers(app)

    app = sound(app.selectbox(key="band_a").set_value(second.name).run())
    app = sound(app.run())  # what goes deeper stands outside the fragment
    assert not formulas_of_welch(app)
    assert "A and B are the same." in text(app)
    app = sound(app.switch_page("lessons/welcome.py").run())
    app = sound(app.switch_page(PAGE).run())
    assert [app.selectbox(key=key).value for key in ("band_a", "band_b")] == [second.name, second.name]


def test_the_page_never_contradicts_its_verdict() -> None:
    """Bands that lie apart, and a test that finds no difference: only the verdict says whether A and B differ."""
    apart = [0.970, 0.971, 0.972, 0.973, 0.974], [0.9741, 0.9742, 0.9743, 0.9744, 0.990]
    assert max(apart[0]) < min(apart[1])
    assert runs_comparison.welch(*apart).p > runs_comparison.LEVEL
    page = text(in_one_piece(PAGE))
    assert "where they end apart" not in page
    assert "On this page the verdict counts." in page


def test_the_numbers_of_luck() -> None:
    page = text(in_one_piece(PAGE))
    assert runs_comparison.chance_of_outside(SEEDS) == pytest.approx(1 / 3)
    assert "A sixth seed would end outside it one time in three" in page
    assert "2/6 = 33%" in page
    outside = [order.index(5) in (0, 5) for order in itertools.permutations(range(6))]
    assert sum(outside) / len(outside) == pytest.approx(1 / 3)
    assert "Four bands make six comparisons" in page
    assert "at least one of six would do so in 26 of 100" in page
    assert 1 - 0.95 ** math.comb(4, 2) == pytest.approx(0.265, abs=1e-3)
    assert f"wholly apart in {100 * 2 / math.comb(10, 5):.1f} of 100" in page


def formulas(app: AppTest) -> list[str]:
    return [element.value.strip("$\n") for element in app.latex]


def formulas_of_welch(app: AppTest) -> list[str]:
    return [formula for formula in formulas(app) if formula.startswith(("t =", r"\nu ="))]


def check_numbers(app: AppTest) -> None:
    """The formulas with numbers say what they calculate."""
    number = r"(-?\d+\.\d+)"
    shown = " ".join(formulas(app))
    matched = re.search(
        rf"t = \\frac{{{number} - {number}}}{{\\sqrt{{{number}\^2 / 5 \+ {number}\^2 / 5}}}} "
        rf"t = \\frac{{{number}}}{{{number}}} = {number}",
        shown,
    )
    assert matched, shown
    mean_b, mean_a, s_a, s_b, difference, error, t = map(float, matched.groups())
    assert mean_b - mean_a == pytest.approx(difference, abs=1.5e-3)
    assert math.sqrt(s_a**2 / 5 + s_b**2 / 5) == pytest.approx(error, abs=1.5e-4)
    assert difference / error == pytest.approx(t, rel=2e-3, abs=0.01)
    freedom = re.search(rf"\\nu = \\frac{{\({number} \+ {number}\)\^2}}\S* \+ \S* = {number}", shown)
    assert freedom
    square_a, square_b, nu = map(float, freedom.groups())
    assert (square_a + square_b) ** 2 / ((square_a**2 + square_b**2) / 4) == pytest.approx(nu, rel=0.01)


def test_a_band_that_was_stopped_says_how_many_seeds_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    slow = replace(SMALL, training_config=replace(QUICK, epochs=40, batch_size=20))
    monkeypatch.setattr(runs, "RECIPES", (slow,))
    app = answered(open_page(PAGE))
    app = sound(app.button(key="start_seed_band").click().run())
    app = until(app, lambda app: "**A**: no seed" not in text(app) and "**A**:" in text(app))
    said = re.match(r"Network (\d) of 5, seed (\d): epoch \d+ of 40\.", app.get("progress")[0].proto.text)
    assert said
    assert int(said[1]) == int(said[2]) + 1  # the next seed may be about to begin
    app = sound(app.button(key="stop_seed_band").click().run())
    app = until(app, lambda app: "start_seed_band" in buttons(app))
    (band,) = visitor(app).bands.values()
    assert 0 < len(band.finished) < SEEDS
    assert f"So far these are {len(band.finished)} of 5 seeds." in text(app)
    assert not app.get("progress")


def test_a_band_whose_loss_explodes_has_a_sentence_and_no_nan(monkeypatch: pytest.MonkeyPatch) -> None:
    wild = replace(SMALL, name="Wild", training_config=replace(QUICK, learning_rate=100.0, optimizer="sgd"))
    monkeypatch.setattr(runs, "RECIPES", (wild, SMALLER))
    app = train_band(answered(open_page(PAGE)))
    assert re.search(r"The loss exploded with \d of 5 seeds\.", text(app))
    app = turn_to(app, VERDICT)
    app = sound(app.selectbox(key="band_settings").set_value("Smaller").run())
    app = train_band(app)
    assert re.search(r"The loss of A exploded with \d of 5 seeds\.", text(app))
    assert not formulas_of_welch(app)
    assert "nan" not in text(app)


def test_a_run_can_be_repeated_with_its_own_seeds_images_and_turns(digits: Splits) -> None:
    few = replace(digits, train=digits.train.subset(slice(0, 500)))
    app = opened_seed(trained(3, few, replace(QUICK, seed=2**32 - 2), RateEvent(3, 0.02)))
    app = sound(app.selectbox(key="band_settings").set_value("Run 3").run())
    assert "band_seed" not in [field.key for field in app.number_input]
    # 10 batches in 1.25 seconds, as many for each of the five
    assert "Five trainings are 50 batches together: about 6 seconds." in text(app)
    app = train_band(app)
    (band,) = visitor(app).bands.values()
    assert band.name == "Run 3, seeds 4294967294 to 2, generated digits"
    assert list(band.records) == [2**32 - 2, 2**32 - 1, 0, 1, 2]
    assert {record.train_size for record in band.records.values()} == {500}
    assert all(record.rates == (RateEvent(3, 0.02),) for record in band.records.values())


def test_a_run_that_can_not_be_repeated_here_says_why(digits: Splits) -> None:
    more = trained(2, digits, QUICK, steps=2)
    assert more.record is not None
    more = replace(more, record=replace(more.record, train_size=9_000))
    app = opened_seed(trained(1, replace(digits, name="MNIST"), QUICK, steps=2), more)
    app = sound(app.selectbox(key="band_settings").set_value("Run 1").run())
    assert "Run 1 learned from MNIST, and now generated digits are in use" in text(app)
    assert "start_seed_band" not in buttons(app)
    app = sound(app.selectbox(key="band_settings").set_value("Run 2").run())
    assert "Run 2 learned from 9,000 images, and there are only 1,500 now." in text(app)


def test_settings_that_are_gone_are_no_error(digits: Splits) -> None:
    app = opened_seed(trained(1, digits, QUICK, steps=2))
    app = sound(app.selectbox(key="band_settings").set_value("Run 1").run())
    visitor(app).models = []
    app = sound(app.run())
    assert app.selectbox(key="band_settings").value in ("Small", "Smaller")
    sound(opened_by_link(PAGE, band_settings="Run 7", hide="ask_runs"))
    sound(opened_by_link(PAGE, band_settings="Run 7", hide="ask_runs,band_settings"))


def test_only_the_last_bands_are_kept_and_the_same_settings_only_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "RECIPES", (replace(SMALLER, name="One"),))
    app = answered(open_page(PAGE))
    for seed in [*range(runs.MOST_BANDS + 1), runs.MOST_BANDS]:
        app = sound(app.number_input(key="band_seed").set_value(seed).run())
        app = train_band(app)
    assert [name.split(",")[1] for name in visitor(app).bands] == [
        f" seeds {seed} to {seed + 4}" for seed in range(1, runs.MOST_BANDS + 1)
    ]


def test_bands_and_runs_outlast_a_reload(digits: Splits, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state, "tab_name", lambda: "a" * 32)  # the tab's name, from its sessionStorage
    app = open_page(PAGE)
    store.visitor().models = [trained(1, digits, QUICK)]
    app = train_band(answered(app))
    words = next(element.value for element in app.markdown if element.value.startswith("**A**"))
    again = answered(open_page(PAGE))
    assert again.session_state["_candidate"] != app.session_state["_candidate"]
    assert words in text(again)
    assert table(turn_to(again, RUNS))["Run"] == ["Run 1"]


# The numbers of the prose


def test_the_standard_error_of_the_images_on_screen(digits: Splits) -> None:
    app = in_one_piece(PAGE)
    assert standard_error(0.98, 5_000) == pytest.approx(0.00198, abs=5e-6)
    assert re.search(r"\b5,000 images,.* \*\*0\.2 points\*\* at 98%\.", text(app))
    assert re.search(r"\b300 generated digits .* 0\.8 points\.", text(app))
    assert f"{100 * math.sqrt(0.98 * 0.02 / 300):.1f}" == "0.8"
    assert r"\sqrt{\frac{0.98 \cdot 0.02}{5000}} = 0.0020" in formulas(app)
    assert "between 97.8% and 98.2%" in text(app)
    app = sound(open_page(PAGE, IMAGES).select_slider(key="runs_images").set_value(300).run())
    assert r"\sqrt{\frac{0.98 \cdot 0.02}{300}} = 0.0081" in formulas(app)
    assert "**0.8 points**" in text(app)


def test_four_times_as_many_images_halve_the_error() -> None:
    assert standard_error(0.98, 20_000) == pytest.approx(standard_error(0.98, 5_000) / 2)


def test_mnist_leaves_5000_images_for_validation(mnist: Splits) -> None:
    assert len(mnist.validation) == 5_000


def test_five_seeds_end_close_together_but_not_at_the_same(mnist: Splits) -> None:
    """What the question says, with a tenth of the images and the first recipe."""
    recipe = recipes.RECIPES[0]
    small = replace(mnist, train=mnist.train.subset(slice(0, 5_500)))
    accuracies = []
    for seed in range(3):
        config = replace(recipe.training_config, seed=seed)
        *_, last = trial(new_model(recipe.model_config, seed), small, config)
        accuracies.append(last.epochs[-1].validation_accuracy)
    assert len(set(accuracies)) > 1
    assert 0 < max(accuracies) - min(accuracies) < 0.02


def test_the_recipes_that_the_page_names_are_there() -> None:
    names = [recipe.name for recipe in recipes.RECIPES]
    page = text(in_one_piece(PAGE))
    assert "97% in seconds" in page
    assert set(re.findall(r"“(.+?)”", page)) <= set(names)
