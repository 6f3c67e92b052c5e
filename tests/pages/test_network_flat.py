"""The scene with a hidden layer flattened: its figure, its star and its neighbours are the network's own."""

import re
import time
from typing import Any

import pytest
import torch
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest

from mnist_core.data import mnist as mnist_files
from mnist_core.data.dataset import Dataset, Splits, normalize
from mnist_core.handwriting.prediction import predict_proba
from mnist_core.lessons.network_flat import FlatLayer, flatten, like_their_nearest, look
from mnist_core.network.checkpoint import Checkpoint, load_shipped, shipped_card
from mnist_core.network.layers import last_hidden
from mnist_core.network.model import MLP, MLPConfig
from mnist_core.training.loop import new_model
from tests.app import (
    canvas,
    click_sample,
    draw,
    formulas,
    go_deeper,
    in_one_piece,
    opened_by_link,
    sound,
    status,
    text,
    turn_to,
)
from ui.lessons import network_flat
from ui.visitor import store

PAGE = "lessons/network.py"
SCENE = 6
BEFORE, AFTER = network_flat.MOMENTS


def opened(**linked: str) -> AppTest:
    """The scene, once there are samples to read."""
    app = opened_by_link(PAGE, scene=str(SCENE), **linked)
    for _ in range(200):
        if "will stand here in a moment" not in text(app):
            return app
        time.sleep(0.05)
        app = sound(app.run())
    pytest.fail("there were no samples within ten seconds")


def figure(app: AppTest, which: int = 0) -> Any:
    """The data of a figure."""
    proto = app.get("vega_lite_chart")[which].proto
    return convert_arrow_bytes_to_pandas_df(proto.datasets[0].data.data if proto.datasets else proto.data.data)


def images(app: AppTest) -> Any:
    data = figure(app)
    return data[data["kind"] == "image"]


def passed_on(model: MLP, some: Dataset) -> torch.Tensor:
    return last_hidden(model, normalize(some.images)).double()


def sample(some: Dataset, digit: int) -> int:
    return int((some.labels == digit).nonzero()[0])


def by_hand(passed: torch.Tensor, row: int) -> list[int]:
    """The five rows nearest to one of them, without itself."""
    others = [other for other in range(len(passed)) if other != row]
    return sorted(others, key=lambda other: float(((passed[other] - passed[row]) ** 2).sum()))[:5]


def shown_labels(app: AppTest) -> list[str]:
    """What stands below the images beside the figure."""
    (shown,) = [str(each.proto.body) for each in app.get("html") if 'class="tiles"' in each.proto.body]
    return re.findall(r'alt="Image: (\d)"', shown)


def use(app: AppTest, model: MLP, card: dict[str, Any]) -> AppTest:
    """Reads with a network of the visitor's own, as one that came from a file."""
    store.add_loaded(store.visitors().find(app.session_state["_tab"]), Checkpoint(model, card))
    app.session_state["model"] = store.visitors().find(app.session_state["_tab"]).models[-1].key
    app = sound(app.run())
    assert "From file" in status(app)
    return app


def check(app: AppTest, some: Dataset, model: MLP, digit: int) -> None:
    """That figure, star, neighbours and words are what this network makes of these images and a sample."""
    flat = flatten(passed := passed_on(model, some))
    row = sample(some, digit)
    near = by_hand(passed, row)
    at = images(app)
    assert at["digit"].tolist() == [str(label) for label in some.labels.tolist()]
    for axis, values in (("x", flat.places[:, 0]), ("y", flat.places[:, 1])):
        expected = 2 * (values - values.min()) / (values.max() - values.min()) - 1
        assert at[axis].to_numpy() == pytest.approx(expected.numpy(), abs=1e-3)
    data = figure(app)
    (star,) = data[data["kind"] == "star"].itertuples()
    assert (star.x, star.y) == pytest.approx((at["x"].iloc[row], at["y"].iloc[row]), abs=1e-3)  # its own image is there
    rings = data[data["kind"] == "ring"]
    assert rings["x"].tolist() == pytest.approx([at["x"].iloc[each] for each in near])
    labels = [int(some.labels[each]) for each in near]
    assert shown_labels(app) == [str(label) for label in labels]
    most = max(labels, key=labels.count)
    page = text(app)
    if labels.count(most) > 2:
        assert f"Nearest vote **{most}**: {labels.count(most)} of 5." in page
    assert "the nearest one here shows the same digit" in page
    assert f"For **{like_their_nearest(flat.places, some.labels):.0%}** of {len(some):,} images" in page
    assert f"an image is {passed.shape[1]} numbers" in page
    p = predict_proba(model, some.images[row : row + 1] / 255)[0]
    assert f"★ read as **{int(p.argmax())}**" in page or f"★ **not sure**, maybe {int(p.argmax())}." in page


def first(splits: Splits) -> Dataset:
    return splits.validation.subset(slice(0, 1_000))


def untrained(model: MLP, seed: int = 0) -> MLP:
    return new_model(model.config, seed).eval()


def test_before_and_after_are_two_figures_of_the_ready_made_network(digits: Splits) -> None:
    app = opened()
    check(app, first(digits), load_shipped(), 3)
    after = images(app)
    assert "★ read as **3**" in text(app)
    app = sound(app.segmented_control(key="net_flat_when").set_value(BEFORE).run())
    check(app, first(digits), untrained(load_shipped(), shipped_card()["seed"]), 3)
    assert images(app)["x"].tolist() != after["x"].tolist()
    assert images(app)["digit"].tolist() == after["digit"].tolist()


def test_a_link_opens_it_before_training(digits: Splits) -> None:
    app = opened(net_flat_when=BEFORE)
    check(app, first(digits), untrained(load_shipped(), shipped_card()["seed"]), 3)


def test_it_shows_a_thousand_images_of_mnist(mnist: Splits, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mnist_files, "load_mnist", lambda *arguments, **options: mnist)
    app = opened()
    for _ in range(100):
        if "Digits: MNIST" in status(app):
            break
        time.sleep(0.05)
        app = sound(app.run())
    app = click_sample(app, 4)
    assert len(images(app)) == 1_000
    check(app, first(mnist), load_shipped(), 4)
    app = sound(app.segmented_control(key="net_flat_when").set_value(BEFORE).run())
    check(app, first(mnist), untrained(load_shipped(), shipped_card()["seed"]), 4)


def test_the_star_follows_the_drawing(digits: Splits) -> None:
    app = opened()
    app = click_sample(app, 7)
    check(app, first(digits), load_shipped(), 7)
    one = canvas()
    one[50:230, 131:149, :3] = 255
    before = figure(app)
    drawn = draw(app, one)
    now = figure(drawn)
    assert before[before["kind"] == "star"].to_numpy().tolist() != now[now["kind"] == "star"].to_numpy().tolist()
    assert "★ read as **1**" in text(drawn)
    assert len(shown_labels(drawn)) == 5


def test_a_blank_canvas_has_no_star_and_an_invitation() -> None:
    app = draw(opened(), canvas())
    assert set(figure(app)["kind"]) == {"image"}
    assert "Draw on the black square" in text(app)
    assert sound(go_deeper(app))


def test_it_looks_into_the_visitors_own_network_and_begins_with_its_seed(digits: Splits) -> None:
    app = opened()
    ready_made = images(app)["x"].tolist()
    own = new_model(MLPConfig((20, 12), "tanh"), 99).eval()
    app = use(app, own, {"seed": 7})
    assert images(app)["x"].tolist() != ready_made
    check(app, first(digits), own, 3)
    app = sound(app.segmented_control(key="net_flat_when").set_value(BEFORE).run())
    check(app, first(digits), untrained(own, 7), 3)
    app = go_deeper(app)
    assert "those of seed 7" in text(app)


def test_a_network_that_began_with_anothers_weights_has_no_seed_of_its_own(digits: Splits) -> None:
    own = new_model(MLPConfig((24,)), 3).eval()
    app = go_deeper(use(opened(), own, {"seed": 7, "began_with": {"name": "Your network 1"}}))
    assert "those of seed 7" not in text(app)
    assert "once began is not known" in text(app)


@pytest.mark.parametrize("seed", [None, "7", True, -1, 2**32, 1.5, [3]])
def test_a_card_without_a_sound_seed_gives_seed_0_and_says_so(seed: object, digits: Splits) -> None:
    own = new_model(MLPConfig((5,)), 99).eval()
    app = use(opened(), own, {} if seed is None else {"seed": seed})
    app = sound(app.segmented_control(key="net_flat_when").set_value(BEFORE).run())
    check(app, first(digits), untrained(own), 3)
    assert "is not known" in text(go_deeper(app))


def test_a_network_without_a_hidden_layer_gives_way_to_the_ready_made_one(digits: Splits) -> None:
    app = use(opened(), new_model(MLPConfig(()), 0).eval(), {"seed": 5})
    check(app, first(digits), load_shipped(), 3)
    assert "the ready-made network 784-800-400-10 with the random weights" in text(go_deeper(app))


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
def test_one_neuron_is_a_line(activation: str, digits: Splits) -> None:
    own = new_model(MLPConfig((16, 1), activation), 2).eval()
    app = use(opened(), own, {"seed": 2})
    for when in (AFTER, BEFORE):
        app = sound(app.segmented_control(key="net_flat_when").set_value(when).run())
        data = figure(app)
        assert not data["y"].any()
        assert data[["x", "y"]].notna().all().all()
    app = go_deeper(sound(app.segmented_control(key="net_flat_when").set_value(AFTER).run()))
    assert "an image is 1 number." in text(app)
    assert "there is only one here" in text(app)
    assert "This layer has one neuron" in text(app)
    assert "1.000 + 0.000 = 1.000" in formulas(app)


@pytest.mark.parametrize("hidden", [(1,), (16,), (8, 3)])
def test_weights_of_nothing_put_all_in_one_place(hidden: tuple[int, ...]) -> None:
    own = MLP(MLPConfig(hidden)).eval()
    with torch.no_grad():
        for parameter in own.parameters():
            parameter.zero_()
    app = go_deeper(use(opened(), own, {}))
    data = figure(app)
    assert not data[["x", "y"]].to_numpy().any()
    assert set(data["kind"]) == {"image", "star"}
    assert "So all images lie in one place." in text(app)
    assert "Nearest vote" not in text(app)
    assert "nan" not in text(app) + formulas(app)
    assert not [each for each in app.get("html") if 'class="tiles"' in each.proto.body]


def test_what_it_says_of_the_two_directions(digits: Splits) -> None:
    app = go_deeper(opened())
    some, model = first(digits), load_shipped()
    flat = flatten(passed_on(model, some))
    one, two = (round(share, 3) for share in flat.shares.tolist())
    assert f"= {one:.3f} + {two:.3f} = {one + two:.3f}" in formulas(app)
    page = text(app)
    assert f"they hold {one + two:.0%} of the variance" in page
    assert f"The images are the first {len(some)} of the validation images." in page
    assert "Two of 400 directions" in page
    assert "along the other 398" in page
    row = sample(some, 3)
    both = set(by_hand(passed_on(model, some), row)) & set(by_hand(flat.places, row))
    spelled = ["zero", "one", "two", "three", "four", "five"][len(both)]
    assert (
        f"in the layer, {spelled} {'is' if len(both) == 1 else 'are'} also among the five nearest on the page" in page
    )


def test_the_table_has_every_layer_and_the_figure_the_one_before(digits: Splits) -> None:
    app = go_deeper(opened())
    some, model = first(digits), load_shipped()
    x = normalize(some.images)
    first_hidden = torch.relu(model[0](x)).detach()
    for name, passed in (
        ("the pixels", x),
        ("hidden layer 1", first_hidden),
        ("hidden layer 2", last_hidden(model, x)),
    ):
        shares = [like_their_nearest(points, some.labels) for points in (passed, flatten(passed).places)]
        assert f"| {name} | {shares[0]:.1%} | {shares[1]:.1%} |" in text(app)
    data = figure(app, 1)
    expected = flatten(first_hidden).places[:, 0]
    at = data[data["kind"] == "image"]["x"].to_numpy()
    assert at == pytest.approx(
        (2 * (expected - expected.min()) / (expected.max() - expected.min()) - 1).numpy(), abs=1e-3
    )
    (star,) = data[data["kind"] == "star"].itertuples()
    assert star.x == pytest.approx(at[sample(some, 3)], abs=1e-3)
    assert "one layer earlier: hidden layer 1, after training" in text(app)


def test_the_layer_before_a_single_hidden_one_is_the_pixels() -> None:
    app = go_deeper(use(opened(), new_model(MLPConfig((6,)), 0).eval(), {}))
    assert "one layer earlier: the pixels, after training" in text(app)


def test_what_it_has_computed_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    computed = []

    def note(passed: torch.Tensor, labels: torch.Tensor) -> FlatLayer:
        computed.append(len(passed))
        return look(passed, labels)

    monkeypatch.setattr(network_flat, "look", note)
    app = opened()
    app = click_sample(app, 5)
    app = click_sample(app, 6)
    assert len(computed) == 1
    app = sound(app.segmented_control(key="net_flat_when").set_value(BEFORE).run())
    app = sound(app.segmented_control(key="net_flat_when").set_value(AFTER).run())
    assert len(computed) == 2
    turn_to(turn_to(app, 1), SCENE)
    assert len(computed) == 2


def test_it_can_be_read_in_one_piece() -> None:
    app = in_one_piece(PAGE)
    assert "Nearest vote" in text(app)
    assert "k-nearest neighbours" in text(app)
