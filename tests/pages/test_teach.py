"""The page that teaches a copy: its numbers are the core's, and nobody else's network changes."""

import re

import numpy as np
import pytest
import torch
from pandas import DataFrame
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import ButtonGroup
from torch import Tensor

from mnist_core import words
from mnist_core.data.dataset import Splits
from mnist_core.evaluation.accuracy import evaluate
from mnist_core.handwriting.prediction import predict_proba
from mnist_core.lessons.teach import MOST_LESSONS, Cost, Pupil, slope, teach
from mnist_core.network.checkpoint import load_shipped
from mnist_core.network.model import MLP, MLPConfig
from mnist_core.training.loop import new_model
from tests.app import (
    answer,
    canvas,
    click_sample,
    draw,
    formulas,
    go_deeper,
    in_one_piece,
    open_page,
    opened_by_link,
    sound,
    status,
    text,
    turn_to,
)
from ui.frame import resources, state
from ui.lessons import teach_words
from ui.visitor import store
from ui.visitor.desk import Desk
from ui.visitor.store import TrainedModel

PAGE = "lessons/teach.py"


def desk_of(app: AppTest, key: str = state.SHIPPED) -> Desk:
    return store.visitors().find(app.session_state["_tab"]).desks[key]


def sample(digits: Splits, digit: int) -> Tensor:
    """The sample to click, as the network sees it."""
    first = int((digits.validation.labels == digit).nonzero()[0])
    return digits.validation.images[first] / 255


def press(app: AppTest, key: str) -> AppTest:
    return sound(app.button(key=key).click().run())


def metrics(app: AppTest) -> list[tuple[str, str]]:
    return [(metric.label, str(metric.value)) for metric in app.metric]


def was_taught(app: AppTest) -> bool:
    return any(label.startswith("After 1 lesson:") for label, _ in metrics(app))


def lessons(app: AppTest) -> DataFrame:
    """The table of all lessons."""
    [found] = [table.value for table in app.table if "Read rightly" in table.value.columns]
    return found


def digit_buttons(app: AppTest) -> ButtonGroup[int]:
    """The ten, which have another key whenever the page moves their mark."""
    [found] = [row for row in app.segmented_control if str(row.key).startswith("teach_digit")]
    return found


def named(app: AppTest) -> int:
    return int(str(digit_buttons(app).value))


def with_own(config: MLPConfig, scale: float = 1.0) -> tuple[AppTest, MLP]:
    """The page with a network of the visitor's own in use, with weights so many times as large as new ones."""
    model = new_model(config, 0).eval().requires_grad_(False)
    for weights in model.parameters():
        weights.mul_(scale)
    app = in_one_piece(PAGE)
    visitor = store.visitors().find(app.session_state["_tab"])
    visitor.models = [
        TrainedModel("run-1", "Your network 1: a long name", model, {"dataset": state.GENERATED, "test_accuracy": 0.5})
    ]
    app.session_state["_offered_model"] = "run-1"
    return sound(app.run()), model


def test_it_begins_with_the_training_image_that_is_read_worst(digits: Splits) -> None:
    app = in_one_piece(PAGE)
    found = evaluate(load_shipped(), digits.train)
    worst = int(found.hardest(1)[0])
    digit = int(digits.train.labels[worst])
    assert named(app) == digit
    assert metrics(app)[0][1] == words.percent(float(found.probabilities[worst, digit]))
    assert metrics(app)[1] == ("After the lesson", "?")
    assert f"the image that it reads worst of {len(digits.train.labels):,} training images" in text(app)
    assert f"Read now: the sample {digit}." in text(app)
    assert "This is lesson" not in text(app)
    assert app.button(key="teach_back").disabled
    assert app.button(key="teach_forget").disabled


def test_before_and_after_are_those_of_the_core(digits: Splits) -> None:
    app = click_sample(in_one_piece(PAGE), 4)
    app = sound(digit_buttons(app).set_value(9).run())
    app = sound(app.select_slider(key="teach_rate").set_value(0.001).run())
    app = press(app, "teach_it")
    shipped = load_shipped()
    expected = teach(Pupil(shipped, shipped), sample(digits, 4), 9, 0.001)
    (lesson,) = expected.lessons
    was, now = (words.percent(float(p[9])) for p in (lesson.slope.probabilities, lesson.probabilities))
    page = text(app)
    before_read, after_read = (int(p.argmax()) for p in (lesson.slope.probabilities, lesson.probabilities))
    assert metrics(app)[0] == (f"Before: read as {words.a(before_read)}", was)
    assert metrics(app)[1] == (f"After 1 lesson: read as {words.a(after_read)}", now)
    assert f"the digit you named: **{words.loss(lesson.slope.loss)} → {words.loss(lesson.loss)}**" in page
    assert "This is lesson 1, the last one, as it began." in page
    falls = told_falls(page)
    assert falls[-1] == pytest.approx((0.001, lesson.foretold, lesson.fall, lesson.slope.loss, lesson.loss), abs=1e-3)

    p = float(lesson.slope.probabilities[9])
    assert rf"\frac{{\partial L}}{{\partial z_9}} \approx {p:.4f} - 1 = {p - 1:.4f}" in formulas(app)
    p = float(lesson.slope.probabilities[4])
    assert rf"\frac{{\partial L}}{{\partial z_4}} \approx {p:.4f} - 0 = {p:.4f}" in formulas(app)

    before, after = (evaluate(model, digits.validation) for model in (shipped, expected.model))
    cost = Cost(digits.validation.labels, before.choices, after.choices)
    assert ("Read rightly after 1 lesson", f"{before.accuracy:.2%} → {after.accuracy:.2%}") in metrics(app)
    assert f"{cost.right_before} of 300 validation images before, {cost.right_after} now." in page
    assert f"became wrong: **{len(cost.became_wrong)}**" in page
    assert f"became right: **{len(cost.became_right)}**" in page
    assert lessons(app).iloc[0].tolist() == ["1", "9", "0.001", f"{was} → {now}", f"{after.accuracy:.2%}"]


def test_more_lessons_undo_and_forgetting(digits: Splits) -> None:
    app = in_one_piece(PAGE)
    shipped = load_shipped()
    expected = [Pupil(shipped, shipped)]
    for digit, rate in ((2, 0.01), (5, 0.1), (5, 0.01)):
        app = click_sample(app, digit)
        app = sound(digit_buttons(app).set_value((digit + 1) % 10).run())
        app = sound(app.select_slider(key="teach_rate").set_value(rate).run())
        app = press(app, "teach_it")
        expected.append(teach(expected[-1], sample(digits, digit), (digit + 1) % 10, rate))
    accuracies = [f"{evaluate(pupil.model, digits.validation).accuracy:.2%}" for pupil in expected]
    assert lessons(app)["Read rightly"].tolist() == accuracies[:0:-1]

    app = press(app, "teach_back")
    assert lessons(app)["Read rightly"].tolist() == accuracies[2:0:-1]
    kept = desk_of(app).pupil.model.state_dict().values()
    assert all(torch.equal(a, b) for a, b in zip(kept, expected[2].model.state_dict().values(), strict=True))
    app = press(app, "teach_it")
    assert lessons(app)["Read rightly"].tolist() == accuracies[:0:-1]
    app = press(app, "teach_forget")
    assert "A table of all lessons will stand here." in text(app)
    assert desk_of(app).pupil.model is resources.shipped_model()
    assert ("Read rightly before any lesson", f"{evaluate(shipped, digits.validation).accuracy:.2%}") in metrics(app)


def test_what_became_wrong_is_counted_for_each_digit_that_was_taught(digits: Splits) -> None:
    app = in_one_piece(PAGE)
    app = sound(app.select_slider(key="teach_rate").set_value(0.1).run())
    shipped = load_shipped()
    expected = Pupil(shipped, shipped)
    for digit, lie in ((2, 8), (5, 1)):
        app = click_sample(app, digit)
        app = press(sound(digit_buttons(app).set_value(lie).run()), "teach_it")
        expected = teach(expected, sample(digits, digit), lie, 0.1)
    cost = Cost(
        digits.validation.labels,
        evaluate(shipped, digits.validation).choices,
        evaluate(expected.model, digits.validation).choices,
    )
    assert (
        f"became wrong: **{len(cost.became_wrong)}**, of which {cost.wrong_as(1)} are now read as a 1, "
        f"{cost.wrong_as(8)} are now read as an 8" in text(app)
    )


def test_where_nothing_is_left_to_learn_it_says_so() -> None:
    app, model = with_own(MLPConfig(()))
    with torch.no_grad():
        model[0].bias[6] = 1000.0  # type: ignore[operator]
    app = press(click_sample(app, 6), "teach_it")
    charts = len(app.get("vega_lite_chart"))
    lie = press(app, "teach_lie")
    assert named(lie) != 6
    assert lie.button(key="teach_it").label == f"Teach it: this is {'an' if named(lie) == 8 else 'a'} {named(lie)}"
    assert len(lie.get("vega_lite_chart")) == charts + 2  # the loss along the step, and many rates
    assert "teach_lie" not in [button.key for button in lie.button]


@pytest.mark.parametrize(
    ("config", "layer", "bias", "said"),
    [
        (MLPConfig((8,)), 0, -1000.0, "no neuron of the first layer is active, so"),
        (MLPConfig((8, 6)), 2, -1000.0, "no neuron of the first layer, or of one behind it, is active, so"),
        (MLPConfig((8,), "tanh"), 0, 1000.0, "every neuron of the first layer is at an end of its tanh"),
    ],
)
def test_where_the_first_layer_gets_no_slope_it_says_why_and_shows_no_pictures(
    config: MLPConfig, layer: int, bias: float, said: str
) -> None:
    app, model = with_own(config)
    app = click_sample(app, 6)
    images = len(app.get("image"))
    with torch.no_grad():
        model[layer].bias.fill_(bias)  # type: ignore[operator]
    page = text(sound(app.run()))
    assert f"For this drawing, {said}" in page
    assert len(app.get("image")) == images - 1
    assert r"\frac{\partial L}{\partial W_1} = \delta\, \hat x^\top" in " ".join(element.value for element in app.latex)


def test_from_what_is_known_a_button_leads_to_what_is_read_worst(digits: Splits) -> None:
    model = load_shipped()
    found = evaluate(model, digits.validation)
    firsts = [int((digits.validation.labels == digit).nonzero()[0]) for digit in range(10)]
    known = next(digit for digit in range(10) if float(found.probabilities[firsts[digit], digit]) > 0.9999)
    app = click_sample(in_one_piece(PAGE), known)
    worst = int(evaluate(model, digits.train).hardest(1)[0])
    digit = int(digits.train.labels[worst])
    assert app.button(key="teach_take_worst").label == f"Take the {digit} it reads worst"
    app = press(press(app, "teach_take_worst"), "teach_it")
    assert torch.equal(desk_of(app).pupil.lessons[0].slope.image, digits.train.images[worst] / 255)
    assert named(app) == digit


def told_falls(page: str) -> list[tuple[float, ...]]:
    """The learning rate, the foretold and the real fall, and the losses before and after, of each line."""
    number = r"\*{0,2}([\d,.]+?)\*{0,2}"
    said = rf"η = {number}, .*?: the slope foretells a fall of {number}\. Really the loss (falls|rises) by {number}, "
    lines = re.findall(said + rf"from {number} to {number}\.(?:\s|$)", page, re.MULTILINE)
    for _, foretold, _, *losses in lines:
        assert len({len(shown.partition(".")[2]) for shown in (foretold, *losses)}) == 1  # equally many digits
    return [
        tuple(
            float(shown.replace(",", "")) * (1 if at != 2 or line[2] == "falls" else -1)
            for at, shown in enumerate((*line[:2], *line[3:]))
        )
        for line in lines
    ]


def test_a_short_step_keeps_the_word_of_its_slope_beside_a_long_one_that_does_not() -> None:
    app = in_one_piece(PAGE)
    app = sound(app.select_slider(key="teach_rate").set_value(1.0).run())
    short, chosen = told_falls(text(app))
    assert short[0] < chosen[0] == 1.0
    assert short[2] == pytest.approx(short[1], rel=0.06)
    assert chosen[2] < chosen[1] / 2
    for _, _, fall, before, after in (short, chosen):
        assert before - after == pytest.approx(fall, abs=1e-9)  # as a reader works it out
    assert chosen[1] > chosen[3]  # it promises more than there is
    assert teach_words.why_they_part(desk_of(app).falls[1][0]) in text(app)  # type: ignore[index]


def test_a_copy_that_has_forgotten_already_is_not_said_to_forget_little(digits: Splits) -> None:
    app = sound(in_one_piece(PAGE).select_slider(key="teach_rate").set_value(10.0).run())
    app = press(app, "teach_it")
    assert "most else is forgotten for one drawing" in text(app)
    app = press(click_sample(app, (named(app) + 1) % 10), "teach_it")
    at = desk_of(app)
    spoilt = teach(
        Pupil(at.pupil.original, at.pupil.original),
        at.pupil.lessons[0].slope.image,
        at.pupil.lessons[0].slope.digit,
        10.0,
    ).model
    reads = [evaluate(model, digits.validation).accuracy for model in (load_shipped(), spoilt)]
    assert reads[1] < 0.5
    assert (
        f"reads {reads[0]:.1%} of these images rightly, and the copy, after its earlier lessons, only {reads[1]:.1%}"
        in text(app)
    )


def test_a_lesson_after_which_nobody_counted_is_explained() -> None:
    app = go_deeper(turn_to(press(press(open_page(PAGE), "teach_it"), "teach_it"), 6))
    assert "–" in lessons(app)["Read rightly"].tolist()
    assert "–: after this lesson nobody counted." in text(app)
    app = press(press(press(app, "teach_back"), "teach_back"), "teach_ten")
    assert len(lessons(app)) == 10
    assert "–: after this lesson" not in text(app)


def test_lessons_survive_another_page_and_concern_nobody_else() -> None:
    before = [tensor.clone() for tensor in resources.shipped_model().state_dict().values()]
    app, other = in_one_piece(PAGE), in_one_piece(PAGE)
    app = sound(app.select_slider(key="teach_rate").set_value(0.1).run())
    app = press(app, "teach_it")
    other = sound(other.run())
    assert not was_taught(other)
    assert not desk_of(other).pupil.lessons
    app = sound(app.switch_page("lessons/softmax.py").run())
    app = sound(app.switch_page(PAGE).run())
    assert was_taught(app)
    after = resources.shipped_model().state_dict().values()
    assert all(torch.equal(was, now) for was, now in zip(before, after, strict=True))


def test_each_network_has_lessons_of_its_own_and_one_without_a_hidden_layer_is_p_minus_y() -> None:
    app, model = with_own(MLPConfig(()))
    assert r"\frac{\partial L}{\partial W} = (p - y)\, \hat x^\top" in [
        element.value.strip("$\n ") for element in app.latex
    ]
    assert "a picture for each digit, 0 to 9" in text(app)
    app = press(app, "teach_it")
    assert len(desk_of(app, "run-1").pupil.lessons) == 1
    app = sound(app.selectbox(key="model").set_value(state.SHIPPED).run())
    assert not was_taught(app)
    assert r"\delta\, \hat x^\top" in " ".join(element.value for element in app.latex)
    app = sound(app.selectbox(key="model").set_value("run-1").run())
    assert was_taught(app)
    assert desk_of(app, "run-1").pupil.original is model


def bar() -> np.ndarray:
    one = canvas()
    one[50:230, 131:149, :3] = 255
    return one


def test_what_it_was_follows_the_drawing_until_the_reader_says_it() -> None:
    app = in_one_piece(PAGE)
    app = click_sample(app, 8)
    assert named(app) == 8
    app = draw(app, bar())
    assert named(app) == 1  # as it is read
    app = sound(digit_buttons(app).set_value(7).run())
    more = bar()
    more[50:68, 60:149, :3] = 255
    app = draw(app, more)
    assert named(app) == 7  # said, and a stroke more does not unsay it
    app = click_sample(app, 2)
    assert named(app) == 2


def test_a_link_can_say_what_it_was_to_teach_something_false() -> None:
    app = opened_by_link(PAGE, teach_digit="0")
    assert named(app) == 0
    app = click_sample(app, 6)
    assert named(app) == 6


def test_a_hidden_digit_is_what_the_sample_is(digits: Splits) -> None:
    app = click_sample(opened_by_link(PAGE, hide="teach_digit"), 6)
    assert app.button(key="teach_it").label == "Teach it: this is a 6"


def test_with_too_large_a_rate_it_stops_with_a_sentence_and_keeps_what_it_had() -> None:
    app, _ = with_own(MLPConfig((16,) * 5), 1e5)  # whose scores are numbers of some thirty digits
    assert "the digit you named: **over a million**" in text(app)
    assert r"\cdot 10^{" in " ".join(element.value for element in app.latex)
    assert not re.search(r"\d{9}", text(app) + " ".join(element.value for element in app.latex))
    app = sound(app.select_slider(key="teach_rate").set_value(10.0).run())
    app = press(app, "teach_it")
    assert "Try a smaller learning rate" in app.warning[0].value
    assert not desk_of(app, "run-1").pupil.lessons
    app = sound(app.select_slider(key="teach_rate").set_value(0.1).run())
    app = click_sample(app, 3)
    assert not desk_of(app, "run-1").pupil.lessons


def test_after_the_last_lesson_no_more_can_be_given() -> None:
    app, _ = with_own(MLPConfig(()))
    at = desk_of(app, "run-1")
    image = torch.zeros(28, 28)
    for _ in range(MOST_LESSONS):
        at.pupil = teach(at.pupil, image, 1, 0.0001)
    app = sound(app.run())
    assert app.button(key="teach_it").disabled
    assert f"It had {MOST_LESSONS} lessons, which is the most." in text(app)
    app = press(app, "teach_back")
    assert not app.button(key="teach_it").disabled


@pytest.mark.parametrize("config", [MLPConfig(()), MLPConfig((12,), activation="tanh", dropout=0.5)])
def test_the_copy_can_be_read_with_elsewhere_and_says_what_it_is(config: MLPConfig, digits: Splits) -> None:
    app, _ = with_own(config)
    assert app.button(key="teach_adopt").disabled
    app = press(press(app, "teach_it"), "teach_it")
    taught = desk_of(app, "run-1").pupil.model
    app = press(app, "teach_adopt")
    assert "Your network 1, taught 2 lessons" in status(app)
    adopted = store.visitors().find(app.session_state["_tab"]).models[-1]
    assert adopted.model is taught
    accuracy = round(evaluate(taught, digits.validation).accuracy, 4)
    assert adopted.card == {"dataset": state.GENERATED, "taught": 2, "validation_accuracy": accuracy}
    app = sound(app.switch_page("lessons/draw.py").run())
    assert "Your network 1, taught 2 lessons" in status(app)
    sound(app.switch_page("lessons/runs.py").run())  # which lists networks that were trained here
    sound(app.switch_page("lessons/train.py").run())


def drawn(app: AppTest, chart: int) -> list[list[object]]:
    data = app.get("vega_lite_chart")[chart].proto.data.data
    found: list[list[object]] = convert_arrow_bytes_to_pandas_df(data).to_numpy().tolist()
    return found


def test_the_other_rates_start_from_where_the_last_step_did(digits: Splits) -> None:
    app = in_one_piece(PAGE)
    coming = drawn(app, 1)
    app = press(app, "teach_it")
    assert str(drawn(app, 1)) == str(coming)  # as text, since nan is not equal to itself
    found, _ = slope(load_shipped(), desk_of(app).pupil.lessons[0].slope.image, named(app))
    assert re.search(rf"The last step, to teach an? {found.digit}, taken with many", text(app))


def test_the_question_is_true_of_the_page(digits: Splits) -> None:
    """A long step with a misread 7: nearly all that becomes wrong is read as a 7."""
    found = evaluate(load_shipped(), digits.train)
    order = found.hardest(len(digits.train))
    worst = int(order[digits.train.labels[order] == 7][0])
    app = in_one_piece(PAGE)
    desk_of(app).picked = 7
    app = sound(app.select_slider(key="teach_rate").set_value(1.0).run())
    app = press(app, "teach_it")
    assert torch.equal(desk_of(app).pupil.lessons[0].slope.image, digits.train.images[worst] / 255)
    counted = re.search(r"became wrong: \*\*([\d,]+)\*\*, of which ([\d,]+) are now read as a 7", text(app))
    assert counted
    wrong, as_seven = (int(number.replace(",", "")) for number in counted.groups())
    assert wrong > 30
    assert as_seven > 0.8 * wrong


def test_before_the_answer_nothing_in_the_cost_is_live_and_after_it_a_long_step_costs_more(digits: Splits) -> None:
    app = press(open_page(PAGE), "teach_it")
    app = turn_to(app, 2)
    assert app.button(key="teach_it").disabled
    assert app.button(key="teach_back").disabled
    assert app.select_slider(key="teach_rate").disabled
    assert "became wrong" not in text(app)
    app = answer(app, "ask_teach", "None goes wrong")
    short = wrong_now(app)
    app = press(app, "teach_back")
    app = sound(app.select_slider(key="teach_rate").set_value(1.0).run())
    assert wrong_now(press(app, "teach_it")) > short + 30


def wrong_now(app: AppTest) -> int:
    counted = re.search(r"became wrong: \*\*([\d,]+)\*\*", text(app))
    assert counted
    return int(counted[1].replace(",", ""))


def test_the_rate_set_in_one_scene_is_that_of_the_others() -> None:
    app = turn_to(opened_by_link(PAGE, scene="3", teach_rate="0.3"), 1)
    app = press(app, "teach_it")
    assert desk_of(app).pupil.lessons[0].rate == 0.3


def test_another_digit_named_has_another_gradient() -> None:
    app = open_page(PAGE, 4)
    before = drawn(app, 0)
    app = sound(digit_buttons(app).set_value((named(app) + 1) % 10).run())
    assert drawn(app, 0) != before


def test_ten_lessons_in_a_row_are_each_counted_and_what_is_still_known_is_said(digits: Splits) -> None:
    app = press(open_page(PAGE, 6), "teach_ten")
    at = desk_of(app)
    assert [given.slope.digit for given in at.pupil.lessons] == list(range(10))
    images = torch.stack([given.slope.image for given in at.pupil.lessons])
    known = int((predict_proba(at.pupil.model, images).argmax(1) == torch.arange(10)).sum())
    assert f"Of 10 images taught, it now reads **{known}** as told." in text(app)
    read = evaluate(at.pupil.model, digits.validation).accuracy
    assert drawn(app, 0)[-1] == [10, pytest.approx(read)]
    assert len(drawn(app, 0)) == 11
    app = press(app, "teach_back")
    assert len(desk_of(app).pupil.lessons) == 9


def test_the_paper_has_the_colour_that_is_said() -> None:
    assert "it is −0.424 and not 0" in text(in_one_piece(PAGE))
