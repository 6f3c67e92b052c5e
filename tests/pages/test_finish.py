"""The last page: five pictures, each with its lesson, also where nothing was drawn or trained."""

import numpy as np
import pytest
import torch

from mnist_core.data.dataset import Splits
from mnist_core.evaluation.accuracy import evaluate
from mnist_core.lessons.finish import BEST, RATES, pictures
from mnist_core.network.checkpoint import load_shipped
from mnist_core.network.model import MLP, MLPConfig
from tests.app import in_one_piece, open_page, sound, text

PAGE = "lessons/finish.py"


def links(stem: str) -> int:
    return [link.proto.page for link in open_page(PAGE).get("page_link")].count(stem)


def test_each_picture_leads_to_its_lesson() -> None:
    app = open_page(PAGE)
    assert len(app.get("image")) == 3
    assert all(links(stem) for stem in ("pixels", "network", "softmax", "step", "duel"))
    assert "It says 3." in text(app)  # the sample, since nothing was drawn


def test_what_to_do_next() -> None:
    page = text(open_page(PAGE, 2))
    assert "Copy link" in page
    assert "single layer after one step on 1,000 training images" in text(in_one_piece(PAGE))


def test_the_ball_lies_lower_than_before_and_the_digits_are_the_hardest(digits: Splits) -> None:
    check(digits)


def test_the_same_on_mnist(mnist: Splits) -> None:
    check(mnist)


def check(splits: Splits) -> None:
    found = pictures(splits, load_shipped())
    now, after = (found.losses[RATES.index(rate)] for rate in (0.0, BEST))
    assert now == pytest.approx(np.log(10), abs=1e-4)  # all weights are 0
    assert after < now
    assert min(found.losses) < found.losses[-1]  # a valley
    seen = evaluate(load_shipped(), splits.validation.subset(slice(0, 1_000)))
    worst = seen.losses.argsort(descending=True)[:4]
    assert torch.equal(found.hardest, splits.validation.images[worst])


@pytest.mark.parametrize("hidden", [(1,), ()])
def test_a_network_of_nothing_breaks_nothing(hidden: tuple[int, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    model = MLP(MLPConfig(hidden)).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
    monkeypatch.setattr("ui.visitor.networks.model_in_use", lambda: (model, "a network of nothing"))
    monkeypatch.setattr("ui.drawing.canvas.on_the_pad", lambda start: None)
    assert "Here 10.0%" in text(sound(open_page(PAGE)))
