"""The curve of -ln p, at its ends."""

from mnist_core.figures.curves import loss_of_probability
from mnist_core.figures.theme import LIGHT


def test_a_probability_of_1_costs_0_and_not_minus_0() -> None:
    data = loss_of_probability(probability=1.0, marks=(0.1,), theme=LIGHT).data.set_index("kind")
    assert data.loc["yours", "label"] == "p = 1.000: 0.000"
    assert data.loc["mark", "label"] == "p = 0.1: 2.303"
