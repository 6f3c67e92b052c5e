"""The page of one training step, through all its phases, without a browser."""

import copy
import dataclasses
import re
from typing import Any

import pytest
import torch
from streamlit.testing.v1 import AppTest
from torch import nn

from mnist_core.data.dataset import Splits, normalize
from mnist_core.lessons.step import PHASES, SlowStep, partly_trained
from mnist_core.lessons.step_ruler import RateVerdict, Ruler, measure
from mnist_core.network.gradients import batch_gradient, losses_along
from mnist_core.network.model import MLP, MLPConfig
from mnist_core.network.view import as_data
from mnist_core.training.loop import OPTIMIZERS, TrainingConfig, new_model, train_step
from tests.app import (
    answer,
    component,
    formulas,
    go_deeper,
    in_one_piece,
    open_page,
    opened_by_link,
    sound,
    text,
    turn_to,
)
from ui.lessons import step_words
from ui.lessons.step_words import what_happened

PAGE = "lessons/step.py"
RATES = tuple(sorted({float(f"{step}e{power}") for power in range(-5, 1) for step in (1, 1.5, 2, 3, 5, 7)} | {10.0}))
TWICE = "Twice the gradient"
FAR_ABOVE = "Far above where it was"


def press(app: AppTest, times: int = 1, button: str = "step_next") -> AppTest:
    for _ in range(times):
        app = sound(app.button(key=button).click().run())
    return app


def slow_of(app: AppTest) -> SlowStep:
    slow: SlowStep = app.session_state["_microscope"].slow
    return slow


def batch(digits: Splits, seed: int = 0, images: int = 4) -> tuple[torch.Tensor, torch.Tensor]:
    chosen = torch.randperm(len(digits.train), generator=torch.Generator().manual_seed(seed))[:images]
    return normalize(digits.train.images[chosen]), digits.train.labels[chosen]


def same(one: MLP, other: MLP) -> bool:
    return all(torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))


def code(app: AppTest) -> list[str]:
    """The body of train_step, among the sources that the page shows."""
    (found,) = [element.value for element in app.code if "def " not in element.value and "backward()" in element.value]
    return str(found).splitlines()


def shapes(app: AppTest) -> dict[str, str]:
    table = app.table[0].value
    return {name.strip("`"): shape for name, shape in zip(table["tensor"], table["shape"], strict=True)}


def test_before_the_first_press_there_are_images_and_weights_and_nothing_else() -> None:
    app = in_one_piece(PAGE)
    assert shapes(app) == {
        **{"images": "[4, 784]", "labels": "[4]", "logits": "–", "loss": "–", "logits.grad": "–"},
        **{"W1": "[16, 784]", "b1": "[16]", "W2": "[10, 16]", "b2": "[10]"},
        **{"W1.grad": "–", "b1.grad": "–", "W2.grad": "–", "b2.grad": "–"},
    }
    assert not any(line.startswith("→") for line in code(app))


@pytest.mark.parametrize(("optimizer", "weights"), [("sgd", "new"), ("momentum", "partly trained"), ("adam", "new")])
def test_ten_presses_are_two_train_steps_bit_for_bit(optimizer: str, weights: str, digits: Splits) -> None:
    app = in_one_piece(PAGE)
    app.selectbox(key="step_optimizer").set_value(optimizer)
    app.segmented_control(key="step_weights").set_value(weights)
    app = press(sound(app.run()), 10)
    config = MLPConfig((16,))
    model = new_model(config, 0) if weights == "new" else partly_trained(config, digits)
    theirs = OPTIMIZERS[optimizer](model, TrainingConfig(optimizer=optimizer, learning_rate=0.05))
    losses = [float(train_step(model, *batch(digits), nn.CrossEntropyLoss(), theirs)[0]) for _ in range(2)]
    assert same(slow_of(app).model, model)
    assert list(slow_of(app).moment.losses[:2]) == losses


def test_every_phase_says_what_it_did_and_marks_its_line(digits: Splits) -> None:
    app = in_one_piece(PAGE)
    for phase in PHASES:
        assert app.button(key="step_next").label == f"Do: {phase}"
        app = press(app)
        assert slow_of(app).moment.phase == phase
        assert what_happened(slow_of(app).moment) in text(app)
        assert f":blue-badge[:material/arrow_downward: {phase}]" in text(app)
        (marked,) = [line for line in code(app) if line.startswith("→")]
        assert phase in marked or phase in ("forward", "step")
    assert shapes(app)["W1.grad"] == "[16, 784]"
    inputs, labels = batch(digits)
    model = partly_trained(MLPConfig((16,)), digits)
    before = nn.functional.cross_entropy(model(inputs), labels)
    gradients = torch.autograd.grad(before, list(model.parameters()))
    with torch.no_grad():
        for parameter, gradient in zip(model.parameters(), gradients, strict=True):
            parameter.sub_(0.05 * gradient)
    after = nn.functional.cross_entropy(model(inputs), labels)
    assert f"{before:.3f} → {after:.3f}" in text(app)


def test_every_phase_is_seen_in_the_network() -> None:
    app = open_page(PAGE, 4)

    def told() -> tuple[str, dict[str, Any] | None]:
        (data,) = component(app, "network")
        return data["flow"], data["view"]

    assert told() == ("still", None)
    assert "will read the first image of the batch" in text(app)
    views = []
    for flow in ("forward", "loss", "still", "backward", "update"):
        app = press(app)
        assert told() == (flow, as_data(slow_of(app).view()))
        views.append(told()[1])
    forward, _, _, backward, update = views
    assert forward
    assert backward
    assert update
    assert not forward["output"]["deltas"]
    assert any(backward["output"]["deltas"])
    assert forward["image"] == update["image"]
    assert forward["layers"][0]["weights"] == backward["layers"][0]["weights"] != update["layers"][0]["weights"]
    app = press(press(app, 2), button="step_skip")
    assert told()[0] == "still"
    app = press(press(app), button="step_skip")
    assert told() == ("still", update)
    app = press(app, button="step_again")
    assert told() == ("still", None)


def test_the_gradient_is_seen_in_pictures_once_it_is_there() -> None:
    app = press(in_one_piece(PAGE), 3)
    assert "the gradient" not in captions(app)
    assert "the gradient" in captions(press(app))


@pytest.mark.parametrize("images", [1, 8])
def test_the_numbers_of_the_loss_and_of_the_scores(images: int, digits: Splits) -> None:
    app = in_one_piece(PAGE)
    app.slider(key="step_images").set_value(images)
    app = press(sound(app.run()), 4)
    inputs, labels = batch(digits, images=images)
    logits = partly_trained(MLPConfig((16,)), digits)(inputs).detach()
    p, y = logits.softmax(1), int(labels[0])
    each = nn.functional.cross_entropy(logits, labels, reduction="none")
    slope = (float(p[0, y]) - 1) / images
    assert rf"\frac{{\partial L}}{{\partial z_{y}}} = \frac{{{p[0, y]:.4f} - 1}}{{{images}}} = {slope:.4f}" in formulas(
        app
    )
    page = text(app)
    assert f"`backward` has found {slope:.4f} and".replace("-", "−") in page
    assert f"Of all {10 * images} numbers" in page
    app = press(app, button="step_again")
    assert f"**{each.mean():.3f}**" in text(press(app, 2))


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam"])
def test_the_formula_of_the_step_has_the_numbers_of_a_real_weight(optimizer: str) -> None:
    app = in_one_piece(PAGE)
    app = sound(app.selectbox(key="step_optimizer").set_value(optimizer).run())
    assert r"W \leftarrow" not in formulas(app)
    assert "- 0.05" not in formulas(press(app))
    app = press(app, 9)
    number = r"\(?(-?\d+\.\d+)\)?"
    if optimizer == "adam":
        found = re.search(rf"{number} - 0\.05 \\cdot \\frac{{{number}}}{{{number}}} = {number}", formulas(app))
        assert found
        before, above, below, after = map(float, found.groups())
        step = above / below
    else:
        found = re.search(rf"{number} - 0\.05 \\cdot {number} = {number}", formulas(app))
        assert found
        before, step, after = map(float, found.groups())
    update = slow_of(app).moment.update
    assert update is not None
    places = len(found.groups()[-1].split(".")[1])
    assert [before, after] == pytest.approx([update.before, update.after], abs=0.5001 * 10**-places)
    assert before != after
    assert f"{before - 0.05 * step:.{places}f}" == f"{after:.{places}f}"
    assert places <= 6
    exact = update.gradient if optimizer == "sgd" else update.velocity
    if exact is not None:
        assert step == pytest.approx(exact, rel=5.1e-4)


def test_skipping_zero_grad_and_step_doubles_the_gradient() -> None:
    app = press(in_one_piece(PAGE), 4)
    once = slow_of(app).moment.there("W1.grad")
    app = press(app, button="step_skip")
    assert (slow_of(app).moment.phase, slow_of(app).moment.skipped) == ("step", True)
    app = press(app, 2)
    assert app.button(key="step_next").label == "Do: zero_grad"
    app = press(app, button="step_skip")
    assert any(line.startswith("× optimizer.zero_grad()") for line in code(app))
    app = press(app)
    assert torch.equal(slow_of(app).moment.there("W1.grad"), 2 * once)
    assert re.search(r"\b2\.000 times as much\..* came twice", text(app))
    app = press(app)
    assert len(slow_of(app).moment.losses) == 2


def test_twice_is_said_of_the_second_pass_alone_and_only_where_nothing_has_moved() -> None:
    app = press(in_one_piece(PAGE), 4)
    for factor in ("2.000", "1.500"):
        app = press(press(press(app, button="step_skip"), 2), button="step_skip")
        app = press(app)
        assert f"{factor} times as much" in text(app)
    assert "came twice" not in text(app)
    app = press(press(in_one_piece(PAGE), 7), button="step_skip")
    page = text(press(app))
    assert "sum of 2 backward passes" in page
    assert "came twice" not in page


def test_every_phase_names_what_is_new_with_its_shape() -> None:
    app = in_one_piece(PAGE)
    gradients = "`W1.grad`, [16, 784], `b1.grad`, [16], `W2.grad`, [10, 16], `b2.grad`, [10]"
    for said in (
        "New: `logits`, [4, 10].",
        "New: `loss`, [].",
        "New: nothing. All numbers are what they were.",
        f"New: {gradients}, `logits.grad`, [4, 10].",
        "Changed: `W1`, [16, 784], `b1`, [16], `W2`, [10, 16], `b2`, [10].",
        "New: `logits`, [4, 10].\n\nThrown away: `loss`, `logits.grad`.",
        "New: `loss`, [].",
    ):
        app = press(app)
        assert said in text(app)
    app = press(press(app, button="step_skip"))
    assert f"New: `logits.grad`, [4, 10].\n\nChanged: {gradients}." in text(app)


@pytest.mark.parametrize("presses", [0, 1, 3])
def test_only_zero_grad_and_step_can_be_skipped(presses: int) -> None:
    app = press(in_one_piece(PAGE), presses)
    assert app.button(key="step_skip").disabled


def test_a_setting_starts_again_and_the_learning_rate_does_not(digits: Splits) -> None:
    app = press(in_one_piece(PAGE), 3)
    app = sound(app.select_slider(key="step_rate").set_value(0.5).run())
    assert slow_of(app).moment.phase == "zero_grad"
    app = press(app, 2)
    update = slow_of(app).moment.update
    assert update is not None
    assert update.rate == 0.5
    app = sound(app.number_input(key="step_seed").set_value(7).run())
    assert slow_of(app).moment.phase is None
    assert torch.equal(slow_of(app).inputs, batch(digits, seed=7)[0])


def test_start_again_takes_the_weights_back() -> None:
    app = in_one_piece(PAGE)
    before = copy.deepcopy(slow_of(app).model)
    app = press(app, 5)
    assert not same(slow_of(app).model, before)
    app = press(app, button="step_again")
    assert same(slow_of(app).model, before)
    assert slow_of(app).moment.number == 1


def test_the_step_is_kept_on_other_pages_and_is_nobody_elses() -> None:
    app, other = press(in_one_piece(PAGE), 5), press(in_one_piece(PAGE), 1)
    assert slow_of(other).moment.phase == "forward"
    assert same(slow_of(other).model, slow_of(in_one_piece(PAGE)).model)
    app = sound(app.switch_page("lessons/welcome.py").run())
    app = press(sound(app.switch_page(PAGE).run()))
    assert (slow_of(app).moment.number, slow_of(app).moment.phase) == (2, "forward")


def test_the_pictures_wait_for_the_answer() -> None:
    app = open_page(PAGE, 5)
    assert app.toggle(key="step_clears").disabled
    norms = r"norm of ([\d.]+) after one `backward`; ([\d.]+) after two.*?; ([\d.]+) after two"
    assert "After two: norm ?" in captions(app)
    assert not re.search(norms, text(app))
    app = answer(app, "ask_backward_twice", TWICE)
    assert "`backward` **adds** what it finds" in text(app)
    after = [captions(sound(app.toggle(key="step_clears").set_value(clears).run())) for clears in (False, True)]
    found = re.search(norms, text(in_one_piece(PAGE)))
    assert found
    once, twice, cleared = map(float, found.groups())
    assert [twice, cleared] == pytest.approx([2 * once, once], abs=2e-4)
    assert f"After two: norm {found[2]}" in after[0]
    assert f"After two: norm {found[3]}" in after[1]


def captions(app: AppTest) -> str:
    return " ".join(image.caption for element in app.get("image") for image in element.proto.imgs)


def test_the_range_of_learning_rates_waits_for_the_answer() -> None:
    app = open_page(PAGE, 3)
    assert app.select_slider(key="step_rate").disabled
    assert "With 0.05" not in text(app)
    app = answer(app, "ask_rate_times_100", FAR_ABOVE)
    assert not app.select_slider(key="step_rate").disabled
    assert "With 0.05 the loss" in text(app)
    assert "**learning-rate range test**" in text(app)


def test_the_ball_lands_where_the_step_leads(digits: Splits) -> None:
    app = open_page(PAGE)
    chosen = torch.randperm(len(digits.train), generator=torch.Generator().manual_seed(0))[:32]
    inputs, labels = normalize(digits.train.images[chosen]), digits.train.labels[chosen]
    said = set()
    for rate in (0.01, 0.1, 0.45):
        app = sound(app.select_slider(key="step_ball").set_value(rate).run())
        model = partly_trained(MLPConfig((128,)), digits, 10)
        plain = torch.optim.SGD(model.parameters(), lr=rate)
        loss = nn.functional.cross_entropy(model(inputs), labels)
        plain.zero_grad()
        loss.backward()
        plain.step()
        after = nn.functional.cross_entropy(model(inputs), labels)
        assert landing(app) == pytest.approx((loss.item(), after.item()), abs=6e-4)
        said.add(text(app).split("The loss goes from")[0].split("**")[-2])
    assert len(said) == 3
    app = turn_to(app, 2)
    assert landing(app) == pytest.approx((loss.item(), after.item()), abs=6e-4)
    assert f"{sum(p.numel() for p in model.parameters()):,} directions" in text(app)


def landing(app: AppTest) -> tuple[float, ...]:
    found = re.search(r"The loss goes from ([\d.]+) to \*\*([\d.]+)\*\*", text(app))
    assert found
    return tuple(map(float, found.groups()))


@pytest.mark.parametrize("seed", [0, 2, 4])
def test_the_other_side_is_said_where_the_step_has_passed_a_lower_point(seed: int, digits: Splits) -> None:
    chosen = torch.randperm(len(digits.train), generator=torch.Generator().manual_seed(seed))[:32]
    inputs, labels = normalize(digits.train.images[chosen]), digits.train.labels[chosen]
    model = partly_trained(MLPConfig((128,)), digits, 10)
    gradient = batch_gradient(model, inputs, labels)
    down = {name: -part for name, part in gradient.items()}
    app, said = opened_by_link(PAGE, step_hill_seed=str(seed)), set()
    for rate in (0.01, 0.1, 0.2, 0.25, 0.3, 0.45):
        app = sound(app.select_slider(key="step_ball").set_value(rate).run())
        now, *way, after = losses_along(model, inputs, labels, down, [n / 100 for n in range(round(100 * rate) + 1)])
        is_beyond = min(way, default=after) < after
        assert ("lands **on the other side**" in text(app)) == is_beyond
        if is_beyond:
            assert f"**, {'lower' if after < now else 'higher'} than before." in text(app)
        said.add((is_beyond, after < now))
    assert said >= {(False, True), (True, True)}


def test_a_rate_that_is_large_enough_is_not_called_too_large() -> None:
    ruler = Ruler((0.1, 0.2, 0.3), (1.0, 0.52, 0.5), now=2.0)
    assert "**Large enough.** The loss goes from 2.000 to **0.500**." in step_words.landing(ruler, 0.3)
    assert "**Too large.**" not in step_words.landing(ruler, 0.3)


def test_the_hill_is_drawn_from_the_side_from_above_and_deeper_in_three_dimensions() -> None:
    app = open_page(PAGE)
    assert len(app.get("vega_lite_chart")) == 1
    app = turn_to(app, 2)
    assert len(app.get("vega_lite_chart")) == 1
    assert not app.get("plotly_chart")
    assert len(go_deeper(app).get("plotly_chart")) == 1


def test_what_goes_deeper_follows_the_rate() -> None:
    app = go_deeper(open_page(PAGE))
    for rate in (0.02, 0.3):
        app = sound(app.select_slider(key="step_ball").set_value(rate).run())
        assert rf"\text{{foretold: }} {rate} \cdot" in formulas(app)


def test_the_slope_foretells_a_short_step() -> None:
    written = formulas(in_one_piece(PAGE, step_ball="0.01"))
    fall, real = (float(re.search(rf"{word}: .*= ([\d.]+)", written)[1]) for word in ("foretold", "measured"))  # type: ignore[index]
    assert fall == pytest.approx(real, rel=0.15)


def test_the_ruler_foretells_the_loss_after_the_step() -> None:
    app = in_one_piece(PAGE)
    app = sound(app.select_slider(key="step_rate").set_value(0.015).run())
    foretold = re.search(r"With 0\.015 the loss falls from (\d+\.\d+) to (\d+\.\d+)", text(app))
    assert foretold
    moment = slow_of(press(app, 5)).moment
    assert tuple(map(float, foretold.groups())) == pytest.approx(moment.losses, abs=6e-4)


def test_too_small_right_and_too_large_can_all_be_seen() -> None:
    app = in_one_piece(PAGE)
    unseen: set[RateVerdict] = {"too small", "about right", "a bit large", "too large"}
    for seed in range(5):
        app = sound(app.number_input(key="step_seed").set_value(seed).run())
        ruler = measure(slow_of(app), RATES)
        there = {ruler.verdict(rate): rate for rate in RATES}
        for verdict in unseen & there.keys():
            app = sound(app.select_slider(key="step_rate").set_value(there[verdict]).run())
            assert f"**{verdict.capitalize()}" in text(app)
        unseen -= there.keys()
        assert unseen <= {"a bit large"}  # the images one begins with may have no such rate on the slider
    assert not unseen


def with_settings(app: AppTest, images: int, optimizer: str = "sgd", rate: float = 0.05) -> AppTest:
    app.slider(key="step_images").set_value(images)
    app.selectbox(key="step_optimizer").set_value(optimizer)
    app.select_slider(key="step_rate").set_value(rate)
    return sound(app.run())


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_where_no_rate_is_too_large_the_page_says_so(optimizer: str, digits: Splits) -> None:
    page = text(app := with_settings(in_one_piece(PAGE), 1, optimizer, 10.0))
    found = re.search(r"\*\*Large enough\.\*\* .* For one image any rate from about ([\d.]+) on does", page)
    assert found
    assert "no rate on the ruler is too large" in page
    assert "learned by heart at once" in page
    assert "into a valley" not in page
    assert "About right for this step" not in page
    slow = slow_of(app)
    now, *losses = measure(slow, [float(found[1]) * factor for factor in (1, 2, 5, 100)]).losses
    assert max(now, *losses) < 0.1 * slow.moment.losses[-1]


def past_the_lowest_point(slow: SlowStep) -> tuple[float, int]:
    """A learning rate, and after how many steps with it Adam goes on so that any further step leads up."""
    for rate in (rate for rate in RATES if 0.005 <= rate <= 1):
        trial = SlowStep(copy.deepcopy(slow.model), slow.inputs, slow.labels, "adam")
        for steps in range(1, 5):
            for _ in PHASES:
                trial.advance(rate)
            if measure(trial, RATES).shape == "no way down":
                return rate, steps
    pytest.fail("No rate leads there.")


def test_where_no_rate_helps_the_page_says_why() -> None:
    """With Adam, a step so long that the next gradient points back while Adam still goes on."""
    app = with_settings(in_one_piece(PAGE), 4, "adam")
    rate, steps = past_the_lowest_point(slow_of(app))
    app = press(sound(app.select_slider(key="step_rate").set_value(rate).run()), 5 * steps)
    assert measure(slow_of(app), [10 ** (power / 8) for power in range(-40, 9)]).shape == "no way down"
    page = text(app)
    assert "No part of the curve lies below the loss now" in page
    assert "Adam still carries the gradients of earlier steps on" in page
    assert "into a valley" not in page


def test_what_is_learned_already_is_said(digits: Splits) -> None:
    app = press(with_settings(in_one_piece(PAGE), 1, rate=1.0), 5)
    page = text(app)
    assert "Nothing is left to learn" in page
    assert "into a valley" not in page


def test_a_valley_is_said_where_there_is_one() -> None:
    page = text(in_one_piece(PAGE))
    assert "into a valley" in page


def test_hidden_controls_are_not_named() -> None:
    page = text(in_one_piece(PAGE))
    assert "A change starts the step again" in page
    assert "change the optimizer to Adam" in page
    assert "**Momentum**" in page
    hidden = "step_images,step_network,step_seed,step_weights,step_optimizer,step_rate"
    page = text(in_one_piece(PAGE, hide=hidden))
    assert "A change starts" not in page
    assert "change the optimizer" not in page
    assert "**Momentum**" not in page
    assert "**SGD**, stochastic gradient descent" in page


def test_resetting_the_page_starts_the_step_again() -> None:
    app = press(in_one_piece(PAGE), 3)
    app = press(app, button="reset_page")
    assert slow_of(app).moment.phase is None
    assert slow_of(press(app)).moment.phase == "forward"  # and only once


@pytest.mark.parametrize("presses", [0, 2])
def test_when_mnist_arrives_in_the_middle_of_a_step_the_page_says_so(
    presses: int, digits: Splits, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = press(in_one_piece(PAGE), presses)
    arrived = dataclasses.replace(digits, name="MNIST")
    monkeypatch.setattr("ui.frame.dataset.splits", lambda: arrived)
    app = sound(app.run())
    said = "MNIST is here: the step begins again with its images."
    assert (said in text(app)) == (presses > 0)
    assert slow_of(app).moment.phase is None
    assert said not in text(press(app))


def rises_at_a_hundred_times_the_best(splits: Splits) -> bool:
    slow = SlowStep(partly_trained(MLPConfig((16,)), splits), *batch(splits), "sgd")
    fine = measure(slow, [10 ** (power / 32) for power in range(-160, 33)])
    far = measure(slow, [100 * fine.rates[fine.best]])
    return far.losses[0] > 5 * far.now


def test_a_hundred_times_the_best_rate_ends_far_above(digits: Splits) -> None:
    assert rises_at_a_hundred_times_the_best(digits)


def test_a_hundred_times_the_best_rate_ends_far_above_on_mnist(mnist: Splits) -> None:
    assert rises_at_a_hundred_times_the_best(mnist)


def test_paper_is_as_dark_as_the_page_says() -> None:
    paper = float(normalize(torch.zeros(1, 28, 28, dtype=torch.uint8))[0, 0])
    assert f"{paper:.3f}".replace("-", "−") in text(press(in_one_piece(PAGE), 4))


def test_hidden_controls_and_questions_leave_a_page_that_works(digits: Splits) -> None:
    hidden = "step_rate,step_seed,ask_backward_twice,ask_rate_times_100"
    app = in_one_piece(PAGE, hide=hidden, step_rate="0.07", step_seed="3")
    assert len(app.get("vega_lite_chart")) == 3  # the hill, its map and the range of rates
    moment = slow_of(press(app, 5)).moment
    assert moment.update is not None
    assert moment.update.rate == 0.07
    assert torch.equal(moment.there("images"), batch(digits, seed=3)[0])


def test_when_the_numbers_overflow_it_says_so_and_can_start_again() -> None:
    app = in_one_piece(PAGE)
    with torch.no_grad():
        for parameter in slow_of(app).model.parameters():
            parameter.fill_(torch.inf)  # inf - inf, whatever the order of the sum
    app = press(app)
    assert not slow_of(app).moment.is_finite
    assert what_happened(slow_of(app).moment) in text(app)
    assert app.button(key="step_next").disabled
    app = press(app, button="step_again")
    assert slow_of(app).moment.phase is None
    assert not app.button(key="step_next").disabled
