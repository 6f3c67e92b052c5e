"""Whatever network reads, every page can be looked at. ``EVERY_NETWORK=1`` tries all networks on all pages."""

import os
import random
import re

import pytest
from streamlit.testing.v1 import AppTest

from mnist_core.network.model import MLP
from tests.app import PAGES, in_one_piece, scenes_of, status
from tests.conftest import PROJECT
from tests.networks import cases, network, some_for
from ui.visitor import store
from ui.visitor.store import TrainedModel

EVERY_NETWORK = bool(os.environ.get("EVERY_NETWORK"))
TAB = "a" * 32
NO_NUMBER = re.compile(r"\b(nan|inf|NaN|Infinity)\b|∞")


def opened_with(path: str, model: MLP, **linked: str) -> AppTest:
    """A page as it is first seen by someone who reads with this network."""
    store.visitors.clear()
    name = f"From file 1: {model.config.label}"
    store.visitors().find(TAB).models = [TrainedModel("file-1", name, model, {})]
    app = AppTest.from_file(str(PROJECT / "app.py"), default_timeout=120).switch_page(path)
    app.session_state["_candidate"], app.session_state["_offered_model"] = TAB, "file-1"
    for key, value in linked.items():
        app.query_params[key] = value
    app = app.run()
    assert app.exception or "From file 1" in status(app)
    return app


def no_numbers(app: AppTest) -> int:
    """How often a page says nan or infinity, in words, in a formula or to a component."""
    return sum(len(NO_NUMBER.findall(str(element.proto))) for element in app.main)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_can_be_looked_at_with_any_network(path: str) -> None:
    usual = no_numbers(in_one_piece(path))  # a page may be about them
    scene = str(random.Random(path).randint(1, scenes_of(path)))
    problems = []
    for at, case in enumerate(cases() if EVERY_NETWORK else some_for(path)):
        model = network(*case)
        for linked in ({"show": "whole"}, {"scene": scene})[: 1 if at and not EVERY_NETWORK else 2]:
            app = opened_with(path, model, **linked)
            problems += [f"{case} {linked}: {error.message}" for error in app.exception]
            problems += [f"{case} {linked}: {error.value}" for error in app.error]
            if no_numbers(app) > usual:
                problems.append(f"{case} {linked}: it shows what is no number")
    assert not problems
