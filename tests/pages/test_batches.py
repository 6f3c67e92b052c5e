"""The page on mini-batches."""

import re
import time

import pytest
import torch
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest

from mnist_core.data.dataset import Splits, normalize
from mnist_core.lessons.batches_order import SHUFFLED, SORTED
from mnist_core.network.checkpoint import load_shipped
from tests.app import formulas, open_page, sound, text

PAGE = "pages/batches.py"


def captions(app: AppTest) -> str:
    return " ".join(image.caption for element in app.get("image") for image in element.proto.imgs)


def cards(app: AppTest) -> str:
    (found,) = [element.proto.body for element in app.get("html") if 'class="xray"' in element.proto.body]
    return str(found)


def bars(app: AppTest) -> tuple[str, list[float]]:
    """Which of the two batches is taken apart, and the cosines of both."""
    data = convert_arrow_bytes_to_pandas_df(app.get("vega_lite_chart")[-1].proto.data.data)
    return data["batch"][data["chosen"]].item(), data["cosine"].tolist()


def finish(app: AppTest, name: str) -> AppTest:
    app = sound(app.button(key=f"start_{name}").click().run())
    for _ in range(600):
        if f"stop_{name}" not in [button.key for button in app.button]:
            return app
        time.sleep(0.05)
        app = sound(app.run())
    pytest.fail("the training did not end within half a minute")


def test_a_batch_and_the_last_one_which_is_short() -> None:
    app = open_page(PAGE)
    assert "Batch 1 of 47: 32 of 1,500 training images" in captions(app)
    app = sound(app.segmented_control(key="batch_place").set_value("last").run())
    assert "Batch 47 of 47: 28 of 1,500 training images" in captions(app)
    assert r"\frac{1{,}500}{32} \right\rceil = 47" in formulas(app)
    assert "The last batch takes what is left, here 28 images." in text(app)
    app = sound(app.select_slider(key="batch_images").set_value(1).run())
    assert "Batch 1,500 of 1,500: 1 of" in captions(app)
    assert "here 1 image." in text(app)


def test_without_shuffling_a_batch_has_one_digit_and_the_seed_decides_the_other() -> None:
    app = open_page(PAGE)
    shuffled = captions(app)
    app = sound(app.number_input(key="batch_seed").set_value(5).run())
    assert captions(app) != shuffled
    app = sound(app.toggle(key="batch_shuffle").set_value(False).run())
    assert "Digit × how often: 0 × 32" in captions(app)
    app = sound(app.segmented_control(key="batch_place").set_value("last").run())
    assert "Digit × how often: 9 × 28" in captions(app)


def test_the_two_means_of_the_losses(digits: Splits) -> None:
    app = open_page(PAGE)
    some = digits.train.subset(slice(0, 1_000))
    with torch.no_grad():
        losses = torch.nn.functional.cross_entropy(
            load_shipped()(normalize(some.images)), some.labels, reduction="none"
        )
    over_batches = sum(float(losses[i : i + 32].mean()) for i in range(0, 1_000, 32)) / 32
    assert f"images}} = {float(losses.mean()):.5f}" in formulas(app)
    assert f"means of the batches}} = {over_batches:.5f}" in formulas(app)
    assert f"{losses.mean():.5f}" != f"{over_batches:.5f}"
    assert "32 batches, the last one with 8" in text(app)
    assert "That is 4 times as much." in text(app)
    app = sound(app.select_slider(key="batch_images").set_value(8).run())
    assert "because 8 divides 1,000" in text(app)


def test_the_dataloader_and_ours_are_run_and_compared() -> None:
    app = open_page(PAGE)
    sources = " ".join(block.value for block in app.code)
    assert "DataLoader(dataset, batch_size=32, shuffle=True, generator=generator)" in sources
    assert "index_select(0, indices)" in sources
    app = finish(app, "loaders")
    assert "The usual way: 1,000 images in" in text(app)
    assert "Ours: 1,000 images in" in text(app)
    assert "All 32 pairs of batches are identical" in text(app)


def test_shuffled_against_sorted_live() -> None:
    app = open_page(PAGE)
    assert "start_order" not in [button.key for button in app.button]  # it waits for the answer
    app = sound(app.radio(key="ask_order").set_value("40 to 69").run())
    charts = len(app.get("vega_lite_chart"))
    app = finish(app, "order")
    page = text(app)
    ended = page.split("At the end: **")[1]
    shuffled, in_order = (float(part.split("%")[0]) for part in (ended, ended.split("images, **")[1]))
    assert shuffled >= 60  # as the question says
    assert in_order < 40
    ended_with = [float(loss) for loss in re.findall(r"epoch: ([\d.]+) and ([\d.]+)\.", ended)[0]]
    assert all(0 < loss < 3 for loss in ended_with)
    assert len(app.get("vega_lite_chart")) == charts + 2  # the loss of the batches and the accuracy


def test_the_xray_of_a_batch() -> None:
    app = open_page(PAGE)
    html = cards(app)
    assert html.count("<figure") == 32
    assert "mean length of the 32 gradients" in formulas(app)

    app = sound(app.toggle(key="xray_sort").set_value(True).run())
    norms = [float(part.split("<")[0]) for part in cards(app).split("gradient ")[1:]]
    assert len(norms) == 32
    assert norms == sorted(norms, reverse=True)

    assert bars(app)[0] == SHUFFLED
    cosines = bars(app)[1]
    app = sound(app.segmented_control(key="xray_order").set_value(SORTED).run())
    assert bars(app)[0] == SORTED
    assert bars(app)[1] == pytest.approx(cosines, abs=1e-4)  # of both orders, whichever is looked at
    assert cards(app).count('alt="a 0"') == 32
    app = sound(app.segmented_control(key="xray_network").set_value("ready-made").run())
    assert "The 32 images of batch 1, sorted by label." in text(app)


@pytest.mark.parametrize("network", ["new, untrained", "ready-made"])
def test_it_says_how_many_of_the_batch_are_read_rightly(network: str) -> None:
    app = open_page(PAGE)
    app = sound(app.segmented_control(key="xray_network").set_value(network).run())
    for number in range(1, 47):
        app = sound(app.slider(key="xray_batch").set_value(number).run())
        wrong = cards(app).count("class=wrong")
        assert ("All 32 are read rightly." in text(app)) == (wrong == 0)
        assert (f"{32 - wrong} of 32 are read rightly. An orange frame" in text(app)) == (wrong > 0)
        if network != "ready-made" or wrong == 0:
            return
    pytest.fail("no batch is read without a mistake")


def test_it_says_that_32_is_an_opinion() -> None:
    assert "an opinion with good arguments, not a fact" in text(open_page(PAGE))
