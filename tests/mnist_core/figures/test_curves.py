"""The curve of -ln p, at its ends."""

from mnist_core.figures.curves import loss_of_probability
from mnist_core.figures.theme import LIGHT


def test_a_probability_of_1_costs_0_and_not_minus_0() -> None:
    data = loss_of_probability(probability=1.0, marks=(0.1,), theme=LIGHT).data.set_index("kind")
    assert data.loc["yours", "label"] == "p = 1.00: 0.000"
    assert data.loc["mark", "label"] == "p = 0.10: 2.303"


def test_the_mark_that_the_point_covers_is_left_out() -> None:
    data = loss_of_probability(probability=0.01, marks=(0.1, 0.01), theme=LIGHT).data
    assert data["label"][data["kind"] != "curve"].tolist() == ["p = 0.10: 2.303", "p = 0.01: 4.605"]
    assert data["kind"].tolist()[-2:] == ["mark", "yours"]


def test_only_the_data_changes_with_the_readers_point() -> None:
    assert (
        loss_of_probability(probability=0.01, marks=(0.1, 0.01), theme=LIGHT).spec
        == loss_of_probability(probability=0.7, marks=(0.1, 0.01), theme=LIGHT).spec
    )
