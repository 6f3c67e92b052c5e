"""The list of symbols names what is there, and each once."""

import inspect
import pkgutil
import re

import pytest
import torch

from mnist_core.data.dataset import MEAN, STD, Dataset, Splits
from mnist_core.lessons.symbols import GROUPS, SYMBOLS, Symbol, shapes_on_the_way
from mnist_core.network.model import CLASSES, MLPConfig
from mnist_core.training.loop import new_model
from tests.conftest import PROJECT

BY_SIGN = {symbol.sign: symbol for symbol in SYMBOLS}
NEEDED = "x | x̂ | μ | σ | y | **y** | y′ | p | z | i, j | k | N | W | w | b | h | θ | e | ln | Σ | 1{y = i} | L | T | m"
TOO = "η | ∇"


def ids(symbol: Symbol) -> str:
    return symbol.name


def test_each_symbol_is_there_once() -> None:
    assert len(BY_SIGN) == len(SYMBOLS)
    assert len({symbol.latex for symbol in SYMBOLS}) == len(SYMBOLS)
    assert {*NEEDED.split(" | "), *TOO.split(" | ")} <= set(BY_SIGN)
    assert {symbol.group for symbol in SYMBOLS} == set(GROUPS)


@pytest.mark.parametrize("symbol", SYMBOLS, ids=ids)
def test_its_lessons_and_its_code_exist(symbol: Symbol) -> None:
    assert symbol.pages
    assert len(set(symbol.pages)) == len(symbol.pages)
    for page in symbol.pages:
        assert (PROJECT / "lessons" / f"{page}.py").is_file()
    if not symbol.code:
        assert not symbol.where
        return
    holder = pkgutil.resolve_name(f"mnist_core.{symbol.where}")
    assert re.search(rf"\b{symbol.code}\b", inspect.getsource(holder))


def test_the_numbers_it_states() -> None:
    assert BY_SIGN["μ"].shape == str(MEAN)
    assert BY_SIGN["σ"].shape == str(STD)
    assert BY_SIGN["k"].shape.startswith(f"{CLASSES},")
    assert f"{MLPConfig().parameter_count:,}" in BY_SIGN["θ"].shape
    shapes = {name: list(tensor.shape) for name, tensor in new_model(MLPConfig(), 0).named_parameters()}
    assert f"{shapes['0.weight']}, then {shapes['2.weight']}" in BY_SIGN["W"].shape
    assert f"{shapes['0.bias']}, then {shapes['2.bias']}" in BY_SIGN["b"].shape
    assert float(BY_SIGN["ε"].shape) == torch.optim.Adam([torch.zeros(1)]).defaults["eps"]
    ink = torch.tensor([0.0, 1.0]).sub(MEAN).div(STD)
    assert f"{ink[0]:.2f} to {ink[1]:.2f}".replace("-", "−") in BY_SIGN["x̂"].shape
    assert f"ln 10 = {torch.tensor(10.0).log():.3f}" in BY_SIGN["ln"].meaning


def test_the_search_finds_all_words_in_any_order() -> None:
    def found(text: str) -> set[str]:
        return {symbol.sign for symbol in SYMBOLS if symbol.matches(text)}

    assert found("") == found("  ") == set(BY_SIGN)
    assert found("LEARNING_rate") == found("rate learning") == {"η"}
    assert "η" in found("η")
    assert {"z", "p", "**y**"} <= found("[N, 10]")
    assert "h" not in found("[N, 10]")
    assert "μ" in found(r"\mu")
    assert found("no such thing") == set()


@pytest.mark.parametrize("size", [1, 7])
def test_shapes_are_those_of_torchs_own_layers(digits: Splits, size: int) -> None:
    model = new_model(MLPConfig(), 0)
    steps = {step.latex: step.shape for step in shapes_on_the_way(model, digits.validation.subset(slice(0, size)))}
    weights = dict(model.named_parameters())
    hidden = torch.nn.functional.linear(torch.zeros(size, 784), weights["0.weight"], weights["0.bias"])
    assert steps == {
        "x": (size, 28, 28),
        r"\hat x": (size, 784),
        "h": tuple(hidden.shape),
        "z": (size, 10),
        "p": (size, 10),
        "y": (size,),
        r"-\ln p_y": (size,),
        "L": (),
    }


def test_the_shapes_the_list_states_are_those(few: Dataset) -> None:
    for step in shapes_on_the_way(new_model(MLPConfig(), 0), few):
        symbol = next((symbol for symbol in SYMBOLS if symbol.latex == step.latex), None)
        if symbol:
            assert f"[{', '.join(map(str, step.shape))}]".replace("100", "N") in symbol.shape
