"""Why 3 and not 8?: what the page says adds up, follows the drawing, and holds for every kind of network."""

import re
import time

import pytest
import torch
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest

from mnist_core import words
from mnist_core.data.dataset import Splits
from mnist_core.handwriting import is_digit
from mnist_core.handwriting.prediction import predict_proba
from mnist_core.lessons.evidence import evidence, loudest_neurons
from mnist_core.network.model import MLP, MLPConfig
from mnist_core.training.loop import TrainingConfig, fit, new_model
from tests.app import answer, canvas, click_sample, component, draw, formulas, in_one_piece, open_page, sound, text
from ui.frame import resources
from ui.lessons import evidence_words
from ui.visitor import networks

PAGE = "lessons/evidence.py"
NUMBER = r"([+−-]?\s?\d+\.\d\d)"


def use(monkeypatch: pytest.MonkeyPatch, model: MLP) -> MLP:
    monkeypatch.setattr(networks, "model_in_use", lambda: (model, f"a network {model.config.label}"))
    return model


@pytest.fixture(scope="module")
def trained(digits: Splits) -> MLP:
    model = new_model(MLPConfig((24, 12), dropout=0.2), 0)
    list(fit(model, digits.train, digits.validation, TrainingConfig(epochs=4, batch_size=50, seed=0)))
    return model


@pytest.fixture
def small(trained: MLP, monkeypatch: pytest.MonkeyPatch) -> MLP:
    return use(monkeypatch, trained)


SUM = rf"z_{{(\d)}} - z_{{(\d)}} = {NUMBER} - {NUMBER} ([+-] \d+\.\d\d) = {NUMBER}"


def written_sum(app: AppTest) -> tuple[int, int, list[float]]:
    """The two digits of the formula with numbers, and the numbers in it."""
    found = re.search(SUM, formulas(app))
    assert found
    numbers = [float(part.replace(" ", "").replace("−", "-")) for part in found.groups()[2:]]
    return int(found[1]), int(found[2]), numbers


def invited(app: AppTest) -> bool:
    """Whether the reader is asked to draw."""
    return "Draw on the black square" in text(app)


def sample(digits: Splits, digit: int) -> torch.Tensor:
    return digits.validation.images[int((digits.validation.labels == digit).nonzero()[0])] / 255


def opened(**linked: str) -> AppTest:
    """The page, once there are samples to read."""
    app = in_one_piece(PAGE, **linked)
    for _ in range(200):
        if component(app, "evidence"):
            return app
        time.sleep(0.05)
        app = sound(app.run())
    pytest.fail("there were no samples within ten seconds")


def test_a_sample_is_explained_at_once_and_its_sum_adds_up_as_written(small: MLP, digits: Splits) -> None:
    app = opened()
    a, b, (for_a, for_b, bias, total) = written_sum(app)
    assert round(100 * for_a) - round(100 * for_b) + round(100 * bias) == round(100 * total)
    image = sample(digits, 3)
    assert (a, b) == (3, 8)  # what the page is named after, whatever this network's second guess is
    found = evidence(small, image, a, b)
    assert total == pytest.approx(found.score, abs=0.006)
    assert bias == pytest.approx(found.bias, abs=0.01)
    of_biases = re.search(rf"text{{bias}} = {NUMBER} ([+-] \d+\.\d\d) = {NUMBER}", formulas(app))
    assert of_biases
    alone, of_paper, again = (float(part.replace(" ", "")) for part in of_biases.groups())
    assert round(100 * alone) + round(100 * of_paper) == round(100 * again) == round(100 * bias)
    assert alone == pytest.approx(found.piece.biases[0], abs=0.006)
    assert for_a == pytest.approx(found.for_a, abs=0.01)
    assert component(app, "evidence")
    assert f"strongest colour stands for ±{found.pixels.abs().max():.2f}." in text(app)
    assert evidence_words.meaning(total, a, b) in text(app)


@pytest.mark.parametrize("looks_like_one", [True, False])
def test_only_what_looks_like_a_digit_gets_a_bold_one(
    looks_like_one: bool, small: MLP, digits: Splits, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = "digit" if looks_like_one else "scribble"
    kinds = torch.tensor([[float(kind == network) for kind in is_digit.KINDS]])
    monkeypatch.setattr(is_digit, "_together", lambda _: kinds)
    monkeypatch.setattr(is_digit, "RIVAL", 1.0)  # small networks are often torn between two digits
    app = opened()
    image = sample(digits, 3)
    p = predict_proba(small, image[None])[0]
    verdict = is_digit.judge(is_digit.load_is_digit(), image, p)
    assert verdict.is_digit == looks_like_one
    assert evidence_words.answer(p, verdict) in text(app)
    assert ("**Not sure:** This looks like a scribble, not like a digit." in text(app)) != looks_like_one
    assert (f"**{int(p.argmax())}**" in evidence_words.answer(p, verdict)) == looks_like_one
    assert written_sum(app)


def test_a_dot_is_not_read_but_its_account_stays(small: MLP) -> None:
    dot = canvas()
    dot[130:150, 130:150, :3] = 255
    app = draw(opened(), dot)
    assert "**Not sure:** This is hardly more than a dot. If it had to choose" in text(app)
    assert written_sum(app)


def test_the_digits_follow_the_drawing_unless_they_are_chosen(small: MLP, digits: Splits) -> None:
    app = opened()
    for digit in (0, 1, 7):
        app = click_sample(app, digit)
        p = predict_proba(small, sample(digits, digit)[None])[0]
        assert list(written_sum(app)[:2]) == p.argsort(descending=True)[:2].tolist()
    app = sound(app.selectbox(key="evidence_for").set_value("4").run())
    app = sound(app.selectbox(key="evidence_against").set_value("9").run())
    for digit in (0, 3):
        app = click_sample(app, digit)
        assert written_sum(app)[:2] == (4, 9)
    app = sound(app.selectbox(key="evidence_against").set_value("4").run())
    assert not re.search(SUM, formulas(app))
    assert ":material/compare_arrows:" in [info.icon for info in app.info]


def test_the_pair_is_in_the_link_and_a_guess_never_meets_itself(small: MLP, digits: Splits) -> None:
    app = opened(evidence_for="8", evidence_against="3")
    assert written_sum(app)[:2] == (8, 3)
    guesses = predict_proba(small, sample(digits, 3)[None])[0].argsort(descending=True).tolist()
    app = opened(evidence_for=str(guesses[0]))
    assert list(written_sum(app)[:2]) == guesses[:2]
    app = opened(evidence_against=str(guesses[0]))
    assert list(written_sum(app)[:2]) == [guesses[1], guesses[0]]


def test_the_neurons_inside_are_the_loudest_and_the_silent_ones_are_counted(small: MLP, digits: Splits) -> None:
    app = opened()
    a, b, _ = written_sum(app)
    loud = loudest_neurons(small, evidence(small, sample(digits, 3), a, b).piece, 8)
    (tiles,) = (each.proto.body for each in app.get("html") if "neuron-tiles" in each.proto.body)
    assert re.findall(r"neuron (\d+)<br>", tiles) == [str(number + 1) for number in loud.numbers]
    silent = "; ".join(f"{none} of the {of} in hidden layer {i}" for i, (none, of) in enumerate(loud.silent, 1))
    assert f"sums are not above 0: {silent}." in text(app)


def test_the_picture_weighs_the_two_digits_and_its_sum_is_that_of_the_account(digits: Splits) -> None:
    app = opened(evidence_for="8", evidence_against="3")
    (told,) = component(app, "network")
    assert told["pair"] == [8, 3]
    assert told["sizes"] == list(resources.shipped_model().config.layer_sizes)
    score = evidence(resources.shipped_model(), sample(digits, 3), 8, 3).score
    assert f"All neurons, and the biases behind them, make $z_{{8}} - z_{{3}}$ = **{words.signed(score)}**." in text(
        app
    )


@pytest.mark.parametrize(
    ("neurons", "rest"), [(6, None), (9, "the other active one"), (24, "the other 16 active ones")]
)
def test_the_account_has_a_bar_for_the_rest_only_where_there_is_a_rest(
    neurons: int, rest: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = new_model(MLPConfig((neurons,)), 0)
    with torch.no_grad():
        model[0].bias.fill_(10.0)  # type: ignore[operator]
    use(monkeypatch, model)
    rows = convert_arrow_bytes_to_pandas_df(opened().get("vega_lite_chart")[-1].proto.data.data)
    names = rows["name"].tolist()
    assert names[min(neurons, 8) : -1] == [*([rest] if rest else []), "biases behind them"]
    assert all(name.startswith("neuron ") for name in names[: min(neurons, 8)])
    label = [round(100 * float(text.replace("−", "-"))) for text in rows["label"]]
    assert sum(label[:-1]) == label[-1]


def test_a_network_without_hidden_layer_shows_its_ten_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    single = use(monkeypatch, new_model(MLPConfig(()), 0))
    app = opened()
    said = text(app)
    assert evidence_words.where_bias_comes_from(single.config) in said
    assert "its weights are the same whatever you draw" in said
    assert not re.search("silent|active", said.split("The code that ran")[0])
    tiles = next(element.proto.body for element in app.get("html") if "neuron-tiles" in element.proto.body)
    assert re.findall(r"digit (\d)<br>", tiles) == [str(digit) for digit in range(10)]
    bias = written_sum(app)[2][2]
    assert f"exactly the bias in the account, **{words.signed(bias)}**" in text(app)
    a, b, _ = written_sum(app)
    assert bias == pytest.approx(evidence(single, torch.zeros(28, 28), a, b).score, abs=0.01)


@pytest.mark.parametrize("activation", ["tanh", "sigmoid"])
def test_a_network_that_bends_its_sums_leaves_the_reading_to_the_ready_made_one(
    activation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, new_model(MLPConfig((8,), activation), 0))
    app = opened()
    [instead] = [info.value for info in app.info if info.icon == ":material/swap_horiz:"]
    assert activation in instead
    assert written_sum(app)


def test_a_blank_page_is_no_even_chance_as_the_answer_says(small: MLP) -> None:
    app = open_page(PAGE, 3)
    assert app.slider(key="ink_left").disabled
    assert "this network says" not in text(app)
    app = answer(app, "ask_blank_page", "Each digit gets 10%")
    p = predict_proba(small, torch.zeros(1, 28, 28))[0]
    assert f"Of a blank page this network says: {words.a(int(p.argmax()))}, with" in text(app)
    assert p.max() > 0.15


def test_ink_comes_back_with_the_slider(small: MLP, digits: Splits) -> None:
    app = opened(ink_left="40")
    p = predict_proba(small, 0.4 * sample(digits, 3)[None])[0]
    said = f"Of 40% of the ink this network says: {words.a(int(p.argmax()))}, with {words.percent(p.max().item())}."
    assert said in text(app)


def test_the_bias_of_a_drawing_is_not_what_a_blank_page_gets(small: MLP) -> None:
    app = opened()
    a, b, numbers = written_sum(app)
    blank = evidence(small, torch.zeros(28, 28), a, b).score
    said = f"is **{words.signed(blank)}**. The bias in the account of your drawing is **{words.signed(numbers[2])}**"
    assert said in text(app)
    assert evidence_words.where_bias_comes_from(small.config) in text(app)
    assert evidence_words.where_bias_comes_from(MLPConfig(())) not in text(app)
    assert abs(blank - numbers[2]) > 0.1


def test_a_network_whose_weights_are_all_equal_breaks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for hidden in ((), (4,)):
        model = new_model(MLPConfig(hidden), 0)
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.fill_(0.0)
        use(monkeypatch, model)
        app = opened()
        assert written_sum(app)[2] == [0.0, 0.0, 0.0, 0.0]
        assert "as probable as" in text(app)


def test_the_ready_made_network_has_no_even_chance_either() -> None:
    p = predict_proba(resources.shipped_model(), torch.zeros(1, 28, 28))[0]
    assert p.max() > 0.15


def test_what_is_drawn_is_explained_and_nothing_is_when_it_is_cleared(small: MLP) -> None:
    app = opened()
    one = canvas()
    one[50:230, 131:149, :3] = 255
    before = written_sum(app)
    app = draw(app, one)
    assert written_sum(app) != before
    app = draw(app, canvas())
    assert invited(app)
    assert not re.search(SUM, formulas(app))
