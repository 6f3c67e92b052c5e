"""The page to train a network on: its studio, its other scenes, and what it says of a network that knows nothing."""

import inspect
import math
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
import torch
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import ButtonGroup

from mnist_core.data.dataset import Dataset, Splits
from mnist_core.evaluation.accuracy import evaluate
from mnist_core.lessons.train_schedule import CONSTANT, ONE_CYCLE, constant_and_one_cycle
from mnist_core.network.backpropagation import Backpropagation
from mnist_core.network.model import MLPConfig
from mnist_core.network.view import as_data
from mnist_core.training.loop import (
    DatasetBatches,
    Learner,
    RateDial,
    RateEvent,
    TrainingConfig,
    TrainingDiverged,
    fit,
    new_model,
    train_step,
)
from mnist_core.training.recipes import RECIPES
from mnist_core.training.records import trial
from mnist_core.training.schedule import OneCycle
from mnist_core.training.update import SGD, Adam
from tests.app import (
    answer,
    component,
    finish,
    in_one_piece,
    open_page,
    opened_by_link,
    sound,
    status,
    text,
    train,
    turn_to,
)
from ui.frame import resources, state
from ui.studio import control, recipe
from ui.visitor import store

PAGE = "lessons/train.py"
STUDIO, BEGINNING, RATE, SCHEDULE, NO_HIDDEN, AGAIN, TAKE_HOME = range(1, 8)


def html(app: AppTest, part: str) -> list[str]:
    return [element.proto.body for element in app.get("html") if part in element.proto.body]


def keys(app: AppTest) -> list[str | None]:
    return [button.key for button in app.button if not button.disabled]


def visitor(app: AppTest) -> store.Visitor:
    return store.visitors().find(app.session_state["_tab"])


def mode(app: AppTest) -> store.Mode:
    return visitor(app).mode


# Where the loss begins


def check_a_new_network_guesses(validation: Dataset) -> None:
    for seed in range(3):
        evaluation = evaluate(new_model(MLPConfig(), seed), validation)
        assert evaluation.loss == pytest.approx(math.log(10), abs=0.1)  # "near 2.3"
        assert evaluation.accuracy < 0.25
        assert evaluation.probabilities.mean(0).max() < 0.2


def test_the_loss_of_a_new_network_is_near_that_of_guessing(digits: Splits) -> None:
    check_a_new_network_guesses(digits.validation)


def test_the_loss_of_a_new_network_is_near_that_of_guessing_on_mnist_too(mnist: Splits) -> None:
    check_a_new_network_guesses(mnist.validation)


def test_the_question_about_it_states_the_right_number() -> None:
    app = open_page(PAGE, BEGINNING)
    assert "first_weights" not in keys(app)
    app = answer(app, "ask_train", "Near 2.3")
    assert f"ln 10 = {math.log(10):.3f}" in text(app)
    app = answer(app, "ask_train", "Near 0.1")
    assert f"−ln 0.1 = {-math.log(0.1):.3f}" in text(app)


def test_other_first_weights_have_another_loss_near_it(digits: Splits) -> None:
    app = answer(open_page(PAGE, BEGINNING), "ask_train", "Near 2.3")
    shown = []
    for seed in range(2):
        shown.append(app.metric[0].value)
        assert shown[seed] == f"{evaluate(new_model(MLPConfig(), seed), digits.validation).loss:.3f}"
        app = sound(app.button(key="first_weights").click().run())
    assert shown[0] != shown[1]


# The studio


def nearly_done() -> Iterator[float]:
    while True:
        time.sleep(0.001)
        yield 0.999


def test_whoever_waits_reads_their_place_and_their_time_on_the_page_and_below_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(resources, "cores", lambda: 2)
    app = opened_by_link(PAGE, epochs="20", batch_size="8", width="16")
    others = [resources.jobs().submit(nearly_done(), lambda share: share) for _ in range(3)]
    app = sound(app.button(key="train").click().run())
    going = visitor(app).going
    assert going is not None
    while going.job.snapshot().latest is None or going.job.snapshot().left is None:
        time.sleep(0.01)
    app = sound(app.run())
    time_told = r"done in about \d+ (seconds|minutes)"
    assert re.search(rf"You are number 2 in line on this server\. Yours is {time_told}\. It goes on by", text(app))
    assert re.search(rf"training: number 2 in line, {time_told}$", status(app))
    for other in others:
        other.cancel()


def network(app: AppTest) -> dict[str, Any]:
    """What the picture of the network was told."""
    (told,) = component(app, "network")
    return told


def test_curves_and_the_network_stand_there_before_the_first_batch() -> None:
    app = open_page(PAGE)
    assert len(app.get("vega_lite_chart")) == 2
    told = network(app)
    assert (told["view"], told["flow"], told["sizes"]) == (None, "still", [784, 256, 10])
    assert "it reads one validation image here" in text(app)
    told = network(opened_by_link(PAGE, layers="2", width="64", activation="tanh"))
    assert (told["sizes"], told["activation"]) == ([784, 64, 64, 10], "tanh")


def test_without_a_hidden_layer_ten_large_pictures_stand_there() -> None:
    app = sound(recipes(open_page(PAGE)).set_value("Softmax regression").run())
    (tiles,) = html(app, "weight-tiles")
    assert tiles.count("<img") == 10
    assert re.findall(r"<figcaption>digit (\d)", tiles) == [str(digit) for digit in range(10)]
    assert not component(app, "network")


def test_the_network_follows_the_run_on_one_image_and_stays_when_it_is_over(digits: Splits) -> None:
    app = opened_by_link(PAGE, epochs="20", batch_size="8", width="16")
    app = sound(app.button(key="train").click().run())
    views: list[dict[str, Any]] = []
    deadline = time.monotonic() + 60
    while len(views) < 3 and time.monotonic() < deadline:
        app = sound(app.run())
        told = network(app)
        assert told["flow"] == "still"
        if told["view"] and told["view"] not in views:
            views.append(told["view"])
    assert len({view["image"] for view in views}) == 1
    assert len({str(view["p"]) for view in views}) == len({view["layers"][0]["weights"] for view in views}) == 3
    app = sound(app.button(key="stop").click().run())
    record = visitor(app).models[-1].record
    assert record
    assert record.view
    assert network(app)["view"] == as_data(record.view)
    image = digits.validation.images[int((digits.validation.labels != 1).int().argmax())]
    assert torch.equal(record.view.image, image / 255)
    called = "an" if record.view.label == 8 else "a"
    assert f"It reads the same validation image all the time: {called} {record.view.label}." in text(app)


def test_what_runs_through_the_network_keeps_step_with_the_cards(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(control, "_now", lambda: now)
    app = opened_by_link(PAGE, epochs="20", batch_size="8", width="16")
    app = sound(app.button(key="slow").click().run())
    going = visitor(app).going
    assert going
    assert going.seen
    before, after = as_data(going.seen.view), as_data(going.seen.view_after)
    assert before["output"]["deltas"]
    for number, (flow, view) in enumerate(
        [("forward", before), ("loss", before), ("backward", before), ("update", after)], start=1
    ):
        now = (number - 0.5) * control.PHASE_SECONDS
        app = sound(app.run())
        assert (network(app)["flow"], network(app)["view"]) == (flow, view)
        assert html(app, "batch-cards")[0].count('class="later"') == 4 - number
    assert (
        f"It reads the first image of this batch: {'an' if before['label'] == 8 else 'a'} {before['label']}."
        in text(app)
    )
    now = 4.5 * control.PHASE_SECONDS  # the next batch came by itself
    app = sound(app.run())
    assert network(app)["flow"] == "forward"
    assert network(app)["view"] != before


def test_after_one_batch_the_network_is_seen_updated() -> None:
    app = opened_by_link(PAGE, epochs="20", batch_size="8", width="16")
    app = sound(app.button(key="one_batch").click().run())
    going = visitor(app).going
    assert going
    assert going.seen
    assert (network(app)["flow"], network(app)["view"]) == ("update", as_data(going.seen.view_after))


def test_neurons_of_a_run_are_pinned_by_the_link() -> None:
    assert network(opened_by_link(PAGE, net_pins="0.3,1.7"))["pins"] == [
        {"layer": 0, "number": 3},
        {"layer": 1, "number": 7},
    ]


def test_the_code_shown_is_all_of_the_loop() -> None:
    """Whatever of our own ``fit`` calls to learn from a batch stands beside it."""
    shown = [code.value.strip() for code in in_one_piece(PAGE).code]
    for part in (Learner, Backpropagation, Adam, SGD, OneCycle, fit, DatasetBatches, train_step):
        assert inspect.getsource(part).strip() in shown


def test_settings_come_from_the_link() -> None:
    app = opened_by_link(PAGE, epochs="2", batch_size="128", layers="2", width="64", rate="0.01", seed="7")
    assert "The network 784-64-64-10" in text(app)
    assert app.select_slider(key="batch_size").value == 128
    assert app.select_slider(key="rate").value == 0.01
    assert app.number_input(key="seed").value == 7
    hidden = opened_by_link(PAGE, layers="2", width="64", hide="layers,width")
    assert "The network 784-64-64-10" in text(hidden)


def recipes(app: AppTest) -> ButtonGroup[str]:
    """The row to start from; its key is another one after each move of its mark."""
    (row,) = [pills for pills in app.pills if pills.label == "Start from"]
    return row


def test_it_starts_with_the_first_recipe_and_each_sets_every_control() -> None:
    app = open_page(PAGE)
    assert recipes(app).value == RECIPES[0].name
    for each in (*RECIPES[1:], RECIPES[0]):
        app = sound(recipes(app).set_value(each.name).run())
        assert each.sentence in text(app)
        assert f"The network {each.model_config.label}:" in text(app)
        assert app.slider(key="epochs").value == each.training_config.epochs
        assert app.select_slider(key="rate").value == each.training_config.learning_rate
        assert app.select_slider(key="decay").value == each.training_config.weight_decay
        assert recipes(app).value == each.name
    app = sound(app.slider(key="epochs").set_value(9).run())
    assert recipes(app).value is None
    app = sound(app.number_input(key="seed").set_value(5).run())
    app = sound(app.slider(key="epochs").set_value(RECIPES[0].training_config.epochs).run())
    assert recipes(app).value == RECIPES[0].name  # whatever the seed is


def test_a_recipe_leaves_alone_what_the_link_hides() -> None:
    app = opened_by_link(PAGE, hide="epochs,width", epochs="7", width="16")
    app = sound(recipes(app).set_value("The course's network").run())
    assert "The network 784-16-10:" in text(app)
    assert app.query_params["epochs"] in ("7", ["7"])


def test_layers_have_widths_of_their_own() -> None:
    app = opened_by_link(PAGE, layers="3", width="64", width_2="32")
    assert "The network 784-64-32-64-10:" in text(app)


def test_batch_by_batch_then_an_epoch_then_to_the_end(digits: Splits) -> None:
    app = opened_by_link(PAGE, epochs="2", width="16", batch_size="512", images="1,000")
    for number in (1, 2):
        app = sound(app.button(key="one_batch").click().run())
        assert mode(app) == "paused"
        assert f"Paused after batch {number} of 4." in text(app)
        (cards,) = html(app, "batch-cards")
        assert "Gradient" in cards
    app = finish(sound(app.button(key="one_epoch").click().run()))  # the first is over: to the end of the second
    assert mode(app) == "idle"
    assert len(visitor(app).models[-1].record.epochs) == 2  # type: ignore[union-attr]


def test_what_can_be_pressed_when(digits: Splits) -> None:
    app = opened_by_link(PAGE, epochs="20", batch_size="8", width="8")
    steps = {"one_batch", "one_epoch", "slow"}
    assert {"train", *steps} <= set(keys(app))
    assert not {"stop", "pause", "go_on"} & set(keys(app))
    app = sound(app.button(key="train").click().run())
    assert {"pause", "stop"} <= set(keys(app))
    assert not steps & set(keys(app))
    app = sound(app.button(key="pause").click().run())
    assert {"go_on", "stop", *steps} <= set(keys(app))
    assert mode(app) == "paused"
    assert status(app).endswith(", paused")
    app = sound(app.button(key="slow").click().run())
    assert mode(app) == "slow"
    assert status(app).endswith(", in slow motion")
    assert "slow" not in keys(app)
    app = sound(app.button(key="stop").click().run())
    assert mode(app) == "idle"
    assert "Stopped: 784-8-10" in text(app)
    assert "train" in keys(app)


def test_a_learning_rate_turned_far_too_high_on_the_way_ends_in_a_sentence() -> None:
    app = opened_by_link(PAGE, epochs="20", batch_size="8", layers="3", width="256")
    app = sound(app.button(key="train").click().run())
    app = finish(sound(app.select_slider(key="rate").set_value(10.0).run()))
    assert re.search(r"learning rate than 10\b", text(app))


def test_another_recipe_does_not_turn_the_rate_of_a_run_that_goes_on() -> None:
    app = opened_by_link(PAGE, epochs="20", batch_size="8", width="256")
    app = sound(app.button(key="train").click().run())
    app = sound(recipes(app).set_value("Learning rate far too high").run())
    app = sound(app.button(key="stop").click().run())
    record = visitor(app).models[-1].record
    assert record
    assert not record.rates


def test_a_run_that_explodes_at_once_has_nothing_to_take_home() -> None:
    app = open_page(PAGE)
    app = sound(recipes(app).set_value("Learning rate far too high").run())
    app = train(app)
    assert re.search(r"first weights.* learning rate than 10\b", text(app))
    assert "Ready-made network" in status(app)
    assert "let_it_read" not in keys(app)
    assert not turn_to(app, TAKE_HOME).get("download_button")


def test_the_headline_is_the_validation_accuracy_and_the_test_lies_deeper(digits: Splits) -> None:
    app = opened_by_link(PAGE, epochs="1", width="16")
    app = train(app)
    trained = visitor(app).models[-1]
    assert trained.validation
    assert trained.record
    assert trained.record.test
    assert f"validation accuracy **{trained.validation.accuracy:.1%}**" in text(app)
    assert "Final test" not in text(app)
    assert "let_it_read" in keys(app)
    assert "Ready-made network reads now." in text(turn_to(app, TAKE_HOME))
    app = turn_to(app, STUDIO)
    whole = sound(app.session_state["_linked"].update(show="whole") or app.run())
    said = f"**{trained.record.test.accuracy:.2%}** of {len(digits.test)} images"
    assert said in text(whole)
    assert "no images are left for an honest last look" in text(whole)


def test_it_reads_once_the_reader_lets_it() -> None:
    app = train(opened_by_link(PAGE, epochs="1", width="16"))
    assert "Ready-made network" in status(app)
    app = sound(app.button(key="let_it_read").click().run())
    assert state_of(app) == "welcome"
    assert "Your network 1" in status(app)


def state_of(app: AppTest) -> str:
    index, pages = app.session_state["_pages"]
    return str(pages[index].url_path or "welcome")


def test_a_run_asked_for_on_another_page_starts_at_once_and_once(digits: Splits) -> None:
    app = open_page("lessons/softmax.py")
    app.session_state["_asked_to_start"] = True  # as state.ask_to_start notes it
    app = sound(app.switch_page(PAGE).run())
    assert visitor(app).runs_started == 1
    going = visitor(app).going
    if going:  # it may be over already
        assert going.model.config == recipe.WITHOUT_HIDDEN_LAYER.model_config
    assert recipes(app).value == recipe.WITHOUT_HIDDEN_LAYER.name
    app = finish(app)
    app = sound(app.switch_page("lessons/softmax.py").run())
    app = sound(app.switch_page(PAGE).run())
    assert visitor(app).runs_started == 1
    assert mode(app) == "idle"


def test_asked_while_a_run_goes_on_it_starts_no_other() -> None:
    app = opened_by_link(PAGE, epochs="20", batch_size="8", width="256")
    app = sound(app.button(key="train").click().run())
    app.session_state["_asked_to_start"] = True
    app = sound(app.run())
    assert visitor(app).runs_started == 1
    app = sound(app.button(key="stop").click().run())
    app = sound(app.run())
    assert visitor(app).runs_started == 1


def test_whoever_asks_is_remembered_until_it_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    values: dict[str, object] = {}
    monkeypatch.setattr("streamlit.session_state", values)
    assert not state.is_asked_to_start()
    state.ask_to_start()
    assert state.is_asked_to_start()
    state.has_started()
    assert not state.is_asked_to_start()


# The other scenes


def test_the_rate_of_the_third_scene_turns_the_run_and_is_marked() -> None:
    app = open_page(PAGE, RATE)
    app = sound(app.button(key="train").click().run())
    app = sound(app.select_slider(key="rate_now").set_value(0.0001).run())
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        going = visitor(app).going
        record = going.job.snapshot().latest if going else None
        if record and record.rates:
            break
        time.sleep(0.02)
    assert record
    assert [change.learning_rate for change in record.rates] == [0.0001]
    sound(app.button(key="stop").click().run())


def check_what_the_rates_do(splits: Splits) -> None:
    """What the third scene says, on fewer images: the loss shoots up, and the weights outlast an explosion."""
    config = TrainingConfig(epochs=3, batch_size=32, learning_rate=0.001, optimizer="adam")
    few = replace(splits, train=splits.train.subset(slice(0, 3_200)))
    losses = []
    with suppress(TrainingDiverged):
        for record in trial(new_model(MLPConfig(), 0), few, config, dial=RateDial((RateEvent(100, 1.0),))):
            losses.append(record.batches[-1].loss)
    assert max(losses[:100]) < 3
    assert max(losses[100:]) > 10 * math.log(10)
    if record.diverged:
        assert 100 < record.diverged.step < 160
        assert record.diverged.kept_step > 0


def test_at_1_the_loss_shoots_up(digits: Splits) -> None:
    check_what_the_rates_do(digits)


def test_at_1_the_loss_shoots_up_on_mnist_too(mnist: Splits) -> None:
    check_what_the_rates_do(mnist)


def test_without_a_hidden_layer_nothing_runs_before_the_answer() -> None:
    app = open_page(PAGE, NO_HIDDEN)
    assert "train" not in keys(app)
    assert len(html(app, "weight-tiles")) == 1
    app = answer(app, "ask_no_hidden", "A blurred digit")
    app = finish(sound(app.button(key="train").click().run()))
    (trained,) = visitor(app).models
    assert trained.model.config == MLPConfig(())
    assert trained.validation
    assert f"validation accuracy **{trained.validation.accuracy:.1%}**" in text(app)


def test_what_is_said_of_both_networks_is_so_on_mnist(mnist: Splits) -> None:
    app = open_page(PAGE, NO_HIDDEN)
    assert "classifies 91 of 100 validation images correctly. One hidden layer makes 97 of them" in text(app)
    for each, share in ((recipe.WITHOUT_HIDDEN_LAYER, 0.91), (recipe.START, 0.97)):
        *_, record = trial(new_model(each.model_config, 0), mnist, each.training_config)
        assert math.floor(100 * record.epochs[-1].validation_accuracy) / 100 == share


def test_the_last_run_can_be_watched_again() -> None:
    app = open_page(PAGE, AGAIN)
    assert "train" in keys(app)
    app = sound(app.button(key="train").click().run())
    deadline = time.monotonic() + 60
    while mode(app) != "idle" and time.monotonic() < deadline:
        time.sleep(0.05)
        app = sound(app.run())
    assert "train" not in keys(sound(app.run()))


def test_the_end_of_a_run_leads_on_and_can_be_taken_home(digits: Splits) -> None:
    app = train(opened_by_link(PAGE, epochs="1", width="16"))
    app = turn_to(app, TAKE_HOME)
    assert {link.proto.page for link in app.get("page_link")} >= {"mistakes", "certainty", "breaking", "runs"}
    assert len(app.get("download_button")) == 3
    assert len(app.get("file_uploader")) == 1


def test_in_one_piece_it_has_everything_once() -> None:
    app = train(in_one_piece(PAGE, epochs="1", width="16"))
    specs = " ".join(chart.proto.spec for chart in app.get("vega_lite_chart"))
    assert '"log"' in specs
    assert "length of the gradient" in specs


# A schedule


def trained_both(app: AppTest) -> AppTest:
    app = sound(app.button(key="start_schedule").click().run())
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if "start_schedule" in keys(app):
            return app
        time.sleep(0.05)
        app = sound(app.run())
    pytest.fail("the trainings did not end within two minutes")


def shown_rates(app: AppTest) -> dict[str, list[float]]:
    data = convert_arrow_bytes_to_pandas_df(app.get("vega_lite_chart")[0].proto.data.data)
    return {name: data[data["run"] == name]["learning rate"].tolist() for name in data["run"].unique()}


def test_the_highest_rate_moves_both_schedules_and_both_runs(digits: Splits) -> None:
    app = open_page(PAGE, SCHEDULE)
    assert max(shown_rates(app)[ONE_CYCLE]) == pytest.approx(0.01, rel=0.01)
    assert set(shown_rates(app)[CONSTANT]) == {0.01}
    assert "classified correctly" not in text(app)
    app = sound(app.select_slider(key="schedule_rate").set_value(0.003).run())
    assert set(shown_rates(app)[CONSTANT]) == {0.003}
    app = trained_both(app)
    *_, ended = constant_and_one_cycle(digits, 0.003, 0)
    constant, cycle = (record.epochs[-1].validation_accuracy for record in ended.values())
    assert f"**{constant:.1%}** constant, **{cycle:.1%}** one-cycle" in text(app)
    app = sound(app.select_slider(key="schedule_rate").set_value(0.03).run())
    assert "settings have changed" in text(app)


def test_what_is_said_of_one_cycle() -> None:
    page = text(in_one_piece(PAGE))
    assert "starts at 1/25 of the highest rate, rises for three tenths of the run" in page
    assert "784-128-10" in page
    assert "more than one in a hundred more of the validation images" in page
    assert "at 0.003 is still more than a tenth lower than that of the better constant rate, 0.001 or 0.003" in page
    assert "for 6 epochs from the same 1,500 images, in the same order, with AdamW in batches of 64" in page
    recipe_of = next(each for each in RECIPES if each.name == "97% in seconds")
    assert recipe_of.training_config.schedule == ONE_CYCLE  # "trains so too"
