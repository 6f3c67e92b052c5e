"""Your own test set: what the page says of the digits against scikit-learn and scipy, and its question's numbers."""

import re
import time
from typing import Any

import pytest
import torch
from scipy import stats
from sklearn.metrics import accuracy_score, confusion_matrix
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest

from mnist_core.data.dataset import Dataset, Splits, normalize
from mnist_core.jobs import State
from mnist_core.lessons.collection import OwnDigit, as_dataset, own_digit
from mnist_core.lessons.collection_learning import Learning, made_writer, parted
from mnist_core.network.checkpoint import FILE, LESSONS, OWN_DIGITS, fingerprint, load_shipped, shipped_card
from mnist_core.network.model import MLPConfig
from mnist_core.training.loop import new_model
from tests.app import (
    answer,
    formulas,
    go_deeper,
    in_one_piece,
    open_page,
    opened_by_link,
    questions_of,
    sound,
    status,
    text,
    turn_to,
)
from tests.ui.lessons.test_collection import give
from ui.frame import resources
from ui.lessons.collection_words import who_has_learned_from_neither
from ui.visitor import store
from ui.visitor.store import TrainedModel

PAGE = "pages/collection.py"


def from_data(data: Dataset, count: int) -> list[OwnDigit]:
    return [own_digit(data.images[i] / 255, int(data.labels[i]), "canvas") for i in range(count)]


def choices(model: torch.nn.Module, data: Dataset) -> torch.Tensor:
    logits: torch.Tensor = model(normalize(data.images))
    return logits.argmax(1)


def wilson(right: int, images: int) -> tuple[float, float]:
    found = stats.binomtest(right, images).proportion_ci(0.95, method="wilson")
    return found.low, found.high


def table_rows(app: AppTest) -> list[list[str]]:
    rows = app.table[0].value.values.tolist()
    return [[str(cell).replace("\u00a0", " ").replace("\u2011", "-") for cell in row] for row in rows]


def with_own_network(app: AppTest) -> AppTest:
    """Gives the visitor an untrained network, as if from a file; it is the one in use."""
    visitor = store.visitors().find(app.session_state["_tab"])
    model = new_model(MLPConfig((8,)), 0).eval()
    visitor.models = [TrainedModel("file-1", f"From file 1: {model.config.label}", model, {})]
    app = sound(app.run())
    return sound(app.selectbox(key="model").set_value("file-1").run())


def test_what_it_says_of_every_network_is_what_scikit_learn_and_scipy_count(digits: Splits) -> None:
    app = give(with_own_network(in_one_piece(PAGE)), from_data(digits.train, 20))
    own = digits.train.subset(slice(0, 20))
    shipped, untrained = load_shipped(), new_model(MLPConfig((8,)), 0).eval()
    expected = []
    for name, model in (
        ("From file 1 (784-8-10)", untrained),
        (f"Ready-made network ({shipped.config.label})", shipped),
    ):
        right = int((choices(model, own) == own.labels).sum())
        low, high = wilson(right, 20)
        elsewhere = accuracy_score(digits.validation.labels, choices(model, digits.validation))
        expected.append([name, f"{right} of 20", f"{low:.0%} to {high:.0%}", f"{elsewhere:.2%}"])
    assert table_rows(app) == expected
    low, high = wilson(int((choices(untrained, own) == own.labels).sum()), 20)
    assert f"the line reaches from {low:.0%} to {high:.0%}" in text(app)


def test_the_confusion_names_every_mistake_of_the_network_in_use(digits: Splits) -> None:
    app = give(with_own_network(in_one_piece(PAGE)), from_data(digits.train, 20))
    own = digits.train.subset(slice(0, 20))
    matrix = confusion_matrix(own.labels, choices(new_model(MLPConfig((8,)), 0).eval(), own), labels=range(10))
    named = {(int(i), int(j)): int(n) for i, j, n in re.findall(r"an? (\d) read as an? (\d): (\d+)", text(app))}
    assert named == {(i, j): matrix[i, j] for i in range(10) for j in range(10) if i != j and matrix[i, j]}


def test_two_networks_are_compared_on_the_digits_they_differ_on(digits: Splits) -> None:
    app = give(with_own_network(in_one_piece(PAGE)), from_data(digits.train, 20))
    own = digits.train.subset(slice(0, 20))
    one, two = (choices(m, own) == own.labels for m in (new_model(MLPConfig((8,)), 0).eval(), load_shipped()))
    only_one, only_two = int((one & ~two).sum()), int((two & ~one).sum())
    chance = stats.binomtest(only_one, only_one + only_two).pvalue
    assert chance < 0.05
    assert re.search(
        rf"784-8-10\) reads {only_one or 'no'} digits? rightly, only Ready-made .* {only_two} digits", text(app)
    )
    assert "Luck alone would hardly do that." in text(app)
    both, neither = int((one & two).sum()), int((~one & ~two).sum())
    assert f"Of the others, both read {both} and both misread {neither}:" in text(app)


def test_two_networks_alike_are_right_about_the_same_digits_of_so_many(digits: Splits) -> None:
    app = in_one_piece(PAGE)
    visitor = store.visitors().find(app.session_state["_tab"])
    model = new_model(MLPConfig((8,)), 0).eval()
    visitor.models = [TrainedModel(f"run-{n}", f"Your network {n}: 784-8-10", model, {}) for n in (1, 2)]
    app = give(app, from_data(digits.train, 20))
    app = sound(app.selectbox(key="model").set_value("run-1").run())
    own = digits.train.subset(slice(0, 20))
    right = int((choices(model, own) == own.labels).sum())
    assert 0 < right < 20
    assert app.selectbox(key="own_against").value == "run-2"
    assert f"Both are right about the same {right} of 20 digits." in text(app)


def test_what_the_networks_have_learned_from_is_not_said_of_those_nobody_knows_it_of() -> None:
    app = sound(in_one_piece(PAGE).run())  # by now there are digits
    assert who_has_learned_from_neither([]) in text(app)
    visitor = store.visitors().find(app.session_state["_tab"])
    model = new_model(MLPConfig((8,)), 0).eval()
    visitor.models = [
        TrainedModel(f"taught-{n}", "Ready-made network, taught 1 lesson", model, {"taught": 1}) for n in (1, 2)
    ]
    app = sound(app.run())
    assert who_has_learned_from_neither([LESSONS]) in text(app)
    names = {row[0] for row in table_rows(app)}
    assert names > {"Taught copy 2 (784-8-10)", "Taught copy 1 (784-8-10)"}  # though they have one name elsewhere
    assert who_has_learned_from_neither([FILE]) in text(with_own_network(app))


def test_how_the_ready_made_network_learned_is_what_its_card_says() -> None:
    card = shipped_card()
    assert card["dataset"] == "MNIST"
    assert card["augment"].startswith("affine, elastic")
    assert f"digits that the program drew: {card['drawn_digits']['share_of_a_batch']:.0%} of each batch" in text(
        in_one_piece(PAGE)
    )


def test_without_digits_it_shows_an_example_and_says_so(digits: Splits) -> None:
    app = sound(in_one_piece(PAGE).run())  # by now there are digits
    assert "They will stand here." in text(app)
    assert "example, not yours" in app.get("image")[0].proto.imgs[0].caption
    assert table_rows(app)[0][1].endswith("of 10")
    assert "of 10 digits rightly" in text(app)
    assert "Could that be luck?" not in text(app)
    assert all(button.proto.disabled for button in app.get("download_button"))
    assert "Could that be luck? If it read your digits" in text(give(app, from_data(digits.train, 10)))


def test_the_question_and_its_answers_are_wilsons_numbers() -> None:
    [nine] = questions_of(PAGE)
    low, high = wilson(9, 10)
    assert nine.right == f"About {low:.0%} to {high:.0%}"
    low, high = wilson(810, 900)
    narrow = f"{low:.0%} to {high:.0%}"
    assert "about 900 digits" in nine.wrong[narrow]
    for share in (0.6, 0.98):  # either gets nine of ten now and then
        assert stats.binom.pmf(9, 10, share) > 0.025


def intervals(app: AppTest) -> list[list[Any]]:
    data = app.get("vega_lite_chart")[0].proto.data.data
    found: list[list[Any]] = convert_arrow_bytes_to_pandas_df(data)[["low", "high"]].to_numpy().tolist()
    return found


def test_the_intervals_wait_for_the_answer_and_follow_the_slider() -> None:
    app = open_page(PAGE, 3)
    assert app.select_slider(key="digits_many").disabled
    assert intervals(app) == [[0.9, 0.9], [0.9, 0.9]]
    app = answer(app, "ask_nine_of_ten", "88% to 92%")
    assert intervals(app) == [pytest.approx(wilson(9, 10)), pytest.approx(wilson(90, 100))]
    app = sound(app.select_slider(key="digits_many").set_value(1_000).run())
    low, high = wilson(900, 1_000)
    assert intervals(app)[1] == pytest.approx((low, high))
    assert f"With 1,000: from **{low:.0%} to {high:.0%}**." in text(app)
    low, high = wilson(9, 10)
    assert f"With 10 digits: from **{low:.0%} to {high:.0%}**." in text(app)


def test_the_formula_has_the_readers_numbers(digits: Splits) -> None:
    app = give(in_one_piece(PAGE), from_data(digits.train, 7))
    own = digits.train.subset(slice(0, 7))
    low, high = wilson(int((choices(load_shipped(), own) == own.labels).sum()), 7)
    assert rf"{low:.3f} \text{{ to }} {high:.3f}" in formulas(app)
    for terms in re.findall(r"= \\frac\{([\d.]+) \+ ([\d.]+)\}\{1 \+ ([\d.]+)\} = ([\d.]+)", formulas(app)):
        a, b, c, middle = map(float, terms)
        assert (a + b) / (1 + c) == pytest.approx(middle, abs=2e-3)
        assert middle == pytest.approx((low + high) / 2, abs=1e-3)


def test_a_hundred_times_as_many_digits_make_the_line_about_ten_times_as_short() -> None:
    (low, high), (lower, higher) = wilson(9, 10), wilson(900, 1_000)
    assert (high - low) / (higher - lower) == pytest.approx(10, rel=0.1)
    assert "A hundred times as many digits make it about ten times as short" in text(open_page(PAGE, 3))


# To learn on

LEARN = 6


def learned(app: AppTest) -> AppTest:
    """Presses the button, and looks at the page until the training is over."""
    app = sound(app.button(key="start_learn_on").click().run())
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if "start_learn_on" in [button.key for button in app.button]:
            return app
        time.sleep(0.05)
        app = sound(app.run())
    pytest.fail("the training did not end within two minutes")


def latest(app: AppTest) -> Learning:
    found = store.visitors().find(app.session_state["_tab"]).experiments["learn_on"].job.snapshot().latest
    assert found is not None
    learning: Learning = found.learning
    return learning


def after(app: AppTest) -> dict[str, list[str]]:
    return {row[0]: row[1:] for row in table_rows(app)}


def test_without_own_digits_a_made_up_writers_are_learned_at_once_and_all_is_counted(digits: Splits) -> None:
    app = open_page(PAGE, LEARN)
    assert "Keep 20 digits in scene 1, and it learns yours. Until then: a made-up writer" in text(app)
    made, shipped = as_dataset(made_writer()), load_shipped()
    parts = parted(made_writer(), 0)
    before = int((choices(shipped, parts.kept) == parts.kept.labels).sum())
    elsewhere = accuracy_score(digits.validation.labels, choices(shipped, digits.validation))
    assert after(app) == {"before": [f"{before} of 20", f"{elsewhere:.1%}"]}
    assert len(made) == 100
    app = learned(app)
    learning = latest(app)
    assert after(app)["no generated"] == [
        f"{learning.right[-1]} of 20",
        f"{learning.elsewhere[-1] / len(digits.validation):.1%}",
    ]
    low, high = wilson(learning.right[-1], 20)
    assert f"{learning.right[-1]} of 20: 95% interval {low:.0%} to {high:.0%} of such digits." in text(app)
    app = sound(app.select_slider(key="learn_share").set_value(0.8).run())
    assert "The settings have changed since." in text(app)
    app = learned(app)
    assert list(after(app)) == ["before", "no generated", "80% generated"]
    assert latest(app).share == 0.8
    gained, lost = latest(app).gained_and_lost
    chance = stats.binomtest(gained, gained + lost).pvalue
    assert f"newly reads {gained}, and no longer reads {lost}." in text(go_deeper(app))
    assert f"in {chance:.1%} of all cases" in text(app) or chance < 0.0005


def test_what_learned_on_is_kept_reads_everywhere_and_the_network_it_began_with_is_as_it_was(digits: Splits) -> None:
    app = learned(opened_by_link(PAGE, scene=str(LEARN), learn_share="50%"))
    app = sound(app.button(key="learn_adopt").click().run())
    (trained,) = store.visitors().find(app.session_state["_tab"]).models
    assert trained.model is latest(app).model
    assert trained.validation
    assert trained.validation.images == len(digits.validation)
    assert trained.card["began_with"]["name"] == "Ready-made network"
    assert trained.card["made_up_digits"]["learned_from"] == 80
    assert trained.headline == pytest.approx(latest(app).elsewhere[-1] / len(digits.validation))
    assert "It is called Fine-tuned 1." in text(app)
    assert "The settings have changed since." not in text(app)  # it begins with what came of it, and that is all
    assert "Fine-tuned 1" in status(app)
    assert "learn_adopt" not in [button.key for button in app.button]
    assert fingerprint(resources.shipped_model()) == fingerprint(load_shipped())
    taken = sound(app.switch_page("pages/train.py").run())
    assert "Fine-tuned 1" in str(turn_to(taken, 7).selectbox(key="take_which").options)


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ([0] * 7, "You have kept 7 digits. With 20, it learns yours. Until then: a made-up writer"),
        ([0, 1, 2, 3, 5, 6, 7, 8] * 3, "You have kept no 4 and no 9 yet. With each of the ten, it learns your digits."),
    ],
)
def test_with_too_few_digits_or_one_missing_it_says_what_to_do(labels: list[int], said: str, digits: Splits) -> None:
    own = [own_digit(digits.train.images[i] / 255, label, "canvas") for i, label in enumerate(labels)]
    app = give(open_page(PAGE, LEARN), own)
    assert said in text(app)
    assert "learn_whose" not in [control.key for control in app.segmented_control]


def test_own_digits_are_learned_once_there_are_enough_and_whose_can_be_chosen(digits: Splits) -> None:
    app = give(open_page(PAGE, LEARN), from_data(digits.train, 40))
    assert "made-up writer" not in text(app)
    app = learned(app)
    assert len(latest(app).labels) == 10
    app = sound(app.button(key="learn_adopt").click().run())
    assert "It has learned from digits of yours before, perhaps from some that are kept back here." in text(app)
    (trained,) = store.visitors().find(app.session_state["_tab"]).models
    assert trained.headline is None  # nobody has counted on MNIST, from which it learned before
    assert trained.card["own_digits"]["learned_from"] == 30
    app = turn_to(app, 2)
    assert "It has learned from such digits of yours" in text(app)
    assert "Could that be luck?" not in text(app)
    assert who_has_learned_from_neither([OWN_DIGITS]) in text(go_deeper(app))
    app = turn_to(app, LEARN)
    app = sound(app.segmented_control(key="learn_whose").set_value("A made-up writer's").run())
    assert "This made-up writer mirrors digits" in text(app)


def test_the_seed_decides_which_digits_are_kept_back() -> None:
    app = go_deeper(open_page(PAGE, LEARN))
    first = app.get("html")
    app = sound(app.number_input(key="learn_seed").set_value(1).run())
    assert [part.proto.body for part in app.get("html")] != [part.proto.body for part in first]
    said = text(app)
    assert "learns from the other 80 for 10 epochs, with Adam at 0.001, 10 digits to a batch" in said
    assert "At 50%, 10 images of generated digits stand beside them, at 80% 40, at 90% 90" in said


def test_stopped_it_shows_what_came_so_far_and_keeps_nothing() -> None:
    app = open_page(PAGE, LEARN)
    app = sound(app.button(key="start_learn_on").click().run())
    deadline = time.monotonic() + 60
    while "stop_learn_on" in [button.key for button in app.button] and time.monotonic() < deadline:
        app = sound(app.button(key="stop_learn_on").click().run())
    state = store.visitors().find(app.session_state["_tab"]).experiments["learn_on"].job.snapshot().state
    assert ("**Stopped.**" in text(app)) == (state is State.CANCELLED)
    assert ("learn_adopt" in [button.key for button in app.button]) == (state is State.FINISHED)
