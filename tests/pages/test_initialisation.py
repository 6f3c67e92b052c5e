"""The page on where a network begins: what it states is what the core computes."""

import math
import re
import time

import pytest
import torch
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest
from torch import nn

from mnist_core import words
from mnist_core.data.dataset import Splits, normalize
from mnist_core.lessons.initialisation import DEEP, SMALL, WIDTH, drawn, gradient_sizes, he_deviation, layer_sums, size
from mnist_core.lessons.initialisation_race import BATCHES, SPREADS, TRAINING, grow
from mnist_core.network.model import MLPConfig
from mnist_core.training.loop import new_model
from tests.app import answer, formulas, in_one_piece, open_page, opened_by_link, sound, text

PAGE = "lessons/initialisation.py"


def sizes(splits: Splits, spread: float, seed: int = 0) -> list[str]:
    x = normalize(splits.validation.images[:500])
    return [words.rounded(size(sums), 2) for sums in layer_sums(drawn(DEEP, spread, seed), x)]


def test_the_sums_follow_the_spread(digits: Splits) -> None:
    app = open_page(PAGE)
    shown = []
    for spread in (0.5, 0.0, 1.0, 4.0):
        app = sound(app.select_slider(key="start_spread").set_value(spread).run())
        expected = sizes(digits, spread)
        assert f"typical size of **{expected[0]}** in layer 1, and of **{expected[4]}** in layer 5" in text(app)
        data = convert_arrow_bytes_to_pandas_df(app.get("vega_lite_chart")[0].proto.data.data)
        labels = data[data["part"] == "size"]["label"].tolist()
        assert labels[:-1] == expected
        outside = data[data["part"] == "outside"]["label"].tolist()
        assert (outside[0] in {"0%", "< 1%"}) == (spread <= 1)
        shown.append(labels)
    assert len({str(labels) for labels in shown}) == 4


def test_another_seed_draws_other_weights(digits: Splits) -> None:
    page = text(opened_by_link(PAGE, start_seed="3"))
    assert f"**{sizes(digits, 0.5, 3)[4]}** in layer 5" in page


def test_why_the_root_of_two(digits: Splits) -> None:
    app = in_one_piece(PAGE)
    shown, page = formulas(app), text(app)
    assert he_deviation(WIDTH) == pytest.approx(0.141, abs=5e-4)
    assert he_deviation(784) == pytest.approx(0.051, abs=5e-4)
    assert r"\sqrt{\frac{2}{100}} = 0.141" in shown
    assert r"\sqrt{\frac{2}{784}} = 0.051" in shown
    assert "32 times smaller in layer 5" in page
    ratio = size(layer_sums(drawn(DEEP, 1.0, 0), normalize(digits.validation.images))[4]) / size(
        layer_sums(drawn(DEEP, 0.5, 0), normalize(digits.validation.images))[4]
    )
    assert ratio == pytest.approx(32, rel=1e-4)


def test_the_table_of_beginnings_has_pytorchs(digits: Splits) -> None:
    page = text(in_one_piece(PAGE))
    for spread, name in ((0.25, "¼"), (0.5, "½"), (1.0, "1"), (2.0, "2")):
        assert f"| He × {name} | {' | '.join(sizes(digits, spread))} |" in page
    sums = layer_sums(new_model(DEEP, 0), normalize(digits.validation.images))
    assert f"| PyTorch | {' | '.join(words.rounded(size(each), 2) for each in sums)} |" in page
    assert f"√6 = {math.sqrt(6):.2f} times smaller" in page


def finished(app: AppTest, key: str) -> AppTest:
    app = sound(app.button(key=f"start_{key}").click().run())
    for _ in range(600):
        if f"start_{key}" in [button.key for button in app.button]:
            return app
        time.sleep(0.05)
        app = sound(app.run())
    pytest.fail("the training did not end within half a minute")


def losses(app: AppTest) -> dict[str, list[float]]:
    data = convert_arrow_bytes_to_pandas_df(app.get("vega_lite_chart")[0].proto.data.data)
    return {str(name): group["loss"].tolist() for name, group in data.groupby("network")}


def test_of_four_beginnings_one_learns() -> None:
    app = open_page(PAGE, 2)
    assert "start_beginnings" not in [button.key for button in app.button]
    assert "0, ¼, 1 and 2 times" in app.pills(key="ask_start").label
    assert BATCHES == 100
    assert list(SPREADS.values()) == [0, 0.25, 1, 2]
    assert losses(app) == {}
    app = answer(app, "ask_start", "All four, some later")
    assert losses(app) == {}
    assert "a hundred batches" in text(app)
    app = finished(app, "beginnings")
    found = losses(app)
    assert {name: len(run) for name, run in found.items() if name != "× 2"} == dict.fromkeys(
        ("× 0", "× ¼", "× 1"), BATCHES
    )
    page = text(app)
    assert re.search(r"\*\*× 0\*\*: loss 2\.30 → 2\.3\d, reads \d+\.\d%", page)
    assert re.search(r"\*\*× ¼\*\*: loss 2\.3\d → 2\.3\d, reads \d+\.\d%", page)
    he = found["× 1"]
    assert f"**× 1**: loss {he[0]:.2f} → {sum(he[-10:]) / 10:.2f}, " in page
    large = found["× 2"]
    assert f"**× 2**: loss {large[0]:,.0f} → {large[-1]:,.0f}, exploded at batch {len(large)}" in page


def test_how_the_four_are_trained() -> None:
    page = text(in_one_piece(PAGE))
    assert TRAINING.optimizer == "sgd"
    assert "batches of 32 images" in page
    assert "a learning rate of 0.05" in page
    assert f"ln 10 = {math.log(10):.3f}" in page


def test_equal_neurons_stay_twins_and_random_ones_do_not(digits: Splits) -> None:
    app = open_page(PAGE, 3)
    assert "at any pixel: **0**" in text(app)
    assert "Orange: a weight above zero. Blue: below. Full colour: ±0.06 or more." in text(app)
    equal = grow("all equal", digits, 0)[100]
    assert f"**{equal.accuracy:.1%}** of 300 validation images" in text(app)
    assert len(set(tiles(app))) == 1
    app = sound(app.segmented_control(key="start_twins").set_value("random").run())
    random = grow("random", digits, 0)[100]
    apart = (random.weights.amax(0) - random.weights.amin(0)).max().item()
    assert f"at any pixel: **{words.rounded(apart, 2)}**" in text(app)
    assert f"**{random.accuracy:.1%}** of 300" in text(app)
    assert len(set(tiles(app))) == 10
    now = tiles(app)
    app = sound(app.select_slider(key="start_moment").set_value(0).run())
    assert tiles(app) != now
    app = sound(app.segmented_control(key="start_twins").set_value("all zero").run())
    nothing = tiles(app)
    app = sound(app.select_slider(key="start_moment").set_value(100).run())
    assert tiles(app) == nothing
    assert "at any pixel: **0**" in text(app)


def tiles(app: AppTest) -> list[str]:
    html = next(part.proto.body for part in app.get("html") if "weight-tiles" in part.proto.body)
    return re.findall(r'<img src="([^"]+)"', html)


def test_what_zeros_can_learn_at_best(digits: Splits) -> None:
    labels = digits.train.labels
    shares = labels.bincount(minlength=10) / len(labels)
    best = nn.functional.cross_entropy(shares.log().expand(len(labels), 10), labels).item()
    page = text(in_one_piece(PAGE))
    assert f"In these 1,500 training images that is a loss of {best:.4f}, instead of ln 10 = {math.log(10):.4f}" in page
    assert f"begins at {SMALL}" in page
    assert f"told {SMALL} · (p − **y**)" in page


def gradients(splits: Splits, depth: int, activation: str) -> list[float]:
    some = splits.train.subset(slice(0, 500))
    model = drawn(MLPConfig((WIDTH,) * depth, activation), 1.0, 0)
    return gradient_sizes(model, normalize(some.images), some.labels)


def test_the_gradient_follows_the_depth(digits: Splits) -> None:
    app = open_page(PAGE, 4)
    for depth in (5, 1):
        app = sound(app.slider(key="start_depth").set_value(depth).run())
        found = gradients(digits, depth, "sigmoid")
        times = found[-1] / found[0]
        said = f"{times:,.0f}" if times > 9.5 else f"{times:.1f}"
        assert f"sigmoid: **{said} times smaller**" in text(app)
        data = convert_arrow_bytes_to_pandas_df(app.get("vega_lite_chart")[0].proto.data.data)
        for name, activation in (("sigmoid", "sigmoid"), ("tanh", "tanh"), ("ReLU", "relu")):
            drawn_sizes = data[data["activation"] == name]["size"].tolist()
            assert drawn_sizes == pytest.approx(gradients(digits, depth, activation))


def test_by_how_much_it_fades(digits: Splits) -> None:
    app = in_one_piece(PAGE)
    factor = math.sqrt(2) / 4
    assert rf"\sqrt{{2}} \cdot \tfrac{{1}}{{4}} = {factor:.3f}" in formulas(app)
    assert rf"^{{4}} = {factor**4:.3f}" in formulas(app)
    found = gradients(digits, 5, "sigmoid")
    measured = found[0] / found[-2]
    assert measured < factor**4
    assert f"about {factor**4:.1%} reaches layer 1, or less. Measured on the weights: {measured:.1%}" in text(app)
    assert f"√2 = {math.sqrt(2):.2f}" in text(app)


def test_sigmoid_still_guesses_and_the_depth_is_read_from_the_same_slider() -> None:
    app = open_page(PAGE, 5)
    assert losses(app) == {}
    assert "still guesses" not in text(app)
    app = finished(app, "activations")
    assert "a network of one hidden layer learns, and one of five still guesses" in text(app)
    said = dict(re.findall(r"\*\*(sigmoid|tanh|ReLU)\*\*: loss [\d.]+ → ([\d.]+), ", text(app)))
    assert float(said["sigmoid"]) == pytest.approx(math.log(10), abs=0.06)
    assert max(float(said["tanh"]), float(said["ReLU"])) < 1.3
    deep = losses(app)
    app = sound(app.slider(key="start_depth").set_value(1).run())
    assert "The settings have changed since" in text(app)
    app = finished(app, "activations")
    assert losses(app) != deep
    shallow = re.search(r"\*\*sigmoid\*\*: loss [\d.]+ → ([\d.]+), ", text(app))
    assert shallow
    assert float(shallow[1]) < 1.5


def test_nothing_is_drawn_from_the_generator_of_all() -> None:
    before = torch.get_rng_state()
    in_one_piece(PAGE)
    assert torch.equal(torch.get_rng_state(), before)
