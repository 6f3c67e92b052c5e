"""What the lesson on the way back says has the numbers of the moment, and says them rightly."""

import dataclasses

import pytest
import torch

from mnist_core.figures.backpropagation import AT_ALL, AT_LOSS, AT_NEURON, AT_SCORES, AT_SUM, AT_WEIGHT
from mnist_core.lessons.backpropagation import small_pass
from mnist_core.lessons.backpropagation_check import Check
from mnist_core.lessons.backpropagation_layer import WayBack
from ui.lessons.backpropagation_words import HOW_FAR, chain, gate, meaning, neuron, product, share, slope, verdict

START, SILENT = small_pass(0.5), small_pass(-0.7)


def test_the_formulas_grow_with_each_step() -> None:
    assert len(HOW_FAR) == AT_ALL + 1
    assert r"-\ln 0.50 = 0.69" in chain(START, AT_LOSS)
    assert r"\delta_3 &= p_3 - 1 = -0.50" in chain(START, AT_SCORES)
    assert r"(-0.50) \cdot 1.0 + 0.50 \cdot (-0.5) = -0.75" in chain(START, AT_NEURON)
    assert r"\delta_{h_1} &= (-0.75) \cdot 1 = -0.75" in chain(START, AT_SUM)
    assert r"\frac{\partial L}{\partial w} &= (-0.75) \cdot 2 = -1.50" in chain(START, AT_WEIGHT)
    assert chain(START, AT_WEIGHT) == chain(START, AT_ALL)
    assert product(START) == r"= \big( (-0.50) \cdot 1.0 + 0.50 \cdot (-0.5) \big) \cdot 1 \cdot 2 = -1.50"


def test_a_silent_neuron_is_times_0() -> None:
    assert r"\cdot 0 = 0.00" in chain(SILENT, AT_SUM)
    assert r"&= 0.00 \cdot 2 = 0.00" in chain(SILENT, AT_WEIGHT)
    assert "**times 0**" in meaning(SILENT, AT_SUM)
    assert "**times 1**" in meaning(START, AT_SUM)
    assert "Nothing has got this far" in meaning(SILENT, AT_WEIGHT)
    assert product(SILENT).endswith(r"\cdot 0 \cdot 2 = 0.00")


@pytest.mark.parametrize("weight", [n / 10 for n in range(-20, 21)])
def test_every_formula_holds_for_the_numbers_it_shows(weight: float) -> None:
    run = small_pass(weight)
    for line in chain(run, AT_ALL).removeprefix(r"\begin{aligned} ").removesuffix(r" \end{aligned}").split(r" \\ ")[1:]:
        _, *sides = line.replace(r"\approx", "=").split("=")
        made, total = (side.replace(r"\cdot", "*") for side in sides)
        assert eval(made) == pytest.approx(float(total), abs=0.0051 if "approx" not in line else 0.02)


@pytest.mark.parametrize("weight", [0.5, 1.0, 2.0])
def test_the_way_the_loss_goes_with_w_is_the_real_one(weight: float) -> None:
    change = small_pass(weight + 0.001).loss - small_pass(weight).loss
    assert ("falls" in meaning(small_pass(weight), AT_WEIGHT)) == (change < 0)


def way(deltas: list[float], passed_on: list[float]) -> WayBack:
    return WayBack(
        x=torch.zeros(784),
        p_minus_y=torch.tensor([0.25, -0.75, 0.5]),
        passed_on=torch.tensor(passed_on),
        arrived=torch.ones(len(deltas)),
        deltas=torch.tensor(deltas),
        gradient=torch.zeros(len(deltas), 784),
        loss=1.0,
    )


def test_silent_and_dead_neurons_are_counted() -> None:
    said = gate(way([0.5, 0.0, 0.0], [1.0, 0.0, 0.0]), "relu", 1, 5_000)
    assert "At the scores, p − y is 0.750 in size at most." in said
    assert "comes back to 3 neurons" in said
    assert "**2** are silent" in said
    assert "gets through to **1**" in said
    assert "1 is silent for all 5,000 validation images" in said
    assert "No neuron is silent for all 300" in gate(way([0.5], [1.0]), "relu", 0, 300)
    assert "the slope that tanh has" in gate(way([0.5], [1.0]), "tanh", 0, 300)


def test_a_neuron_says_its_slope() -> None:
    found = way([-0.32941, 0.0], [1.0, 0.0])
    assert neuron(found, 0) == "Neuron 1 has δ = **−0.3294**."
    assert "Neuron 2 is **silent**" in neuron(found, 1)


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.0, "0.0000"), (-0.5, "−0.5000"), (0.00006, "0.0001"), (2.34e-7, "2.3 · 10⁻⁷"), (-4e-12, "−4.0 · 10⁻¹²")],
)
def test_a_small_slope_has_a_power_of_ten(value: float, said: str) -> None:
    assert slope(value) == said


def test_how_far_off() -> None:
    assert share(0.1234) == "12.3%"
    assert share(1.0) == "100.0%"
    assert share(0.00005) == "0.0050%"
    assert share(7.3e-8) == "7.3 · 10⁻⁸"


def test_the_verdict_names_what_is_wrong() -> None:
    steps = (1e-8, 1e-6, 1e-2, 1.0)
    check = Check(0, 0, 0.1, 2.0, steps, (0.0, 2.2, 2.0001, 2.5), (2.0000001, 2.0, 2.0, 2.5))
    said = [verdict(check, step).split("**")[1] for step in steps]
    assert said == ["Too small for float32.", "Too small for float32.", "A good step.", "Too large."]
    assert verdict(check, 1e-8) != verdict(check, 1e-6)
    assert check.best_single == 1e-2
    assert dataclasses.replace(check, gradient=4.0).error(2.0) == 0.5
