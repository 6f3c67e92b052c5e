"""The lengths of weights and gradients as lines."""

import pytest

from mnist_core.figures.theme import DARK, LIGHT
from mnist_core.figures.train_norms import DASHES, SHORTEST_GRADIENT, layer_names, norm_curves
from mnist_core.network.model import MOST_HIDDEN_LAYERS, MLPConfig
from mnist_core.training.loop import TrainingConfig
from mnist_core.training.records import Norms, RunRecord


def record(hidden_sizes: tuple[int, ...], norms: tuple[Norms, ...]) -> RunRecord:
    return RunRecord(MLPConfig(hidden_sizes), TrainingConfig(epochs=2, batch_size=10), "MNIST", 100, 20, norms=norms)


def test_each_layer_is_a_line_of_the_lengths_of_the_run() -> None:
    run = record((8,), (Norms(5, (4.0, 1.0), (0.5, 0.25)), Norms(15, (5.0, 1.5), (0.05, 0.0))))
    lines = norm_curves(record=run, what="weights", theme=LIGHT).data.query("label == ''")
    assert lines[["epoch", "layer", "length"]].values.tolist() == [
        [0.5, "W1 (784 × 8)", 4.0],
        [0.5, "W2 (8 × 10)", 1.0],
        [1.5, "W1 (784 × 8)", 5.0],
        [1.5, "W2 (8 × 10)", 1.5],
    ]
    gradients = norm_curves(record=run, what="gradients", theme=LIGHT).data
    assert gradients["length"].tolist() == [0.5, 0.25, 0.05, 0.0]
    assert gradients["shown"].tolist() == [0.5, 0.25, 0.05, SHORTEST_GRADIENT]  # a logarithmic axis has no 0


@pytest.mark.parametrize("what", ["weights", "gradients"])
def test_the_spec_stays_while_the_lines_grow(what: str) -> None:
    norms = tuple(Norms(step, (2.0, 1.0), (1.0, 0.1)) for step in range(1, 21))
    specs = [norm_curves(record=record((8,), norms[:n]), what=what, theme=DARK).spec for n in (0, 1, 2, 9, 20)]  # type: ignore[arg-type]
    assert all(spec == specs[0] for spec in specs)


def test_one_measurement_is_no_line() -> None:
    assert norm_curves(record=record((), (Norms(1, (2.0,), (1.0,)),)), what="gradients", theme=LIGHT).data.empty


def test_the_deepest_network_has_lines_that_differ_in_their_dashes_and_names_that_stand_on_them() -> None:
    sizes = tuple(range(20, 20 + MOST_HIDDEN_LAYERS))
    layers = MOST_HIDDEN_LAYERS + 1
    norms = tuple(Norms(s, tuple(float(10 * s + n) for n in range(layers)), (1.0,) * layers) for s in range(1, 21))
    figure = norm_curves(record=record(sizes, norms), what="weights", theme=LIGHT)
    dashes = figure.spec["layer"][0]["encoding"]["strokeDash"]["scale"]
    assert dashes["domain"] == layer_names((784, *sizes, 10))
    assert len({tuple(dash) for dash in dashes["range"]}) == layers == len(DASHES)
    names = figure.data.query("label != ''")
    assert names["label"].tolist() == [f"W{n}" for n in range(1, layers + 1)]
    assert names["epoch"].is_monotonic_decreasing
    assert names["epoch"].is_unique
    points = set(figure.data.query("label == ''")[["epoch", "length", "layer"]].itertuples(index=False, name=None))
    assert points.issuperset(names[["epoch", "length", "layer"]].itertuples(index=False, name=None))


@pytest.mark.parametrize(
    ("lengths", "sides"),
    [
        ((5.0, 3.6, 3.5, 1.8), [-1, -1, 1, -1]),  # the second and the third lie together
        ((5.0, 3.5, 3.6, 1.8), [-1, 1, -1, -1]),
        ((2.0, 2.0), [-1, 1]),
        ((5.0, 4.0, 3.0), [-1, -1, -1]),
        ((0.0, 0.0), [-1, -1]),
    ],
)
def test_names_of_lines_that_lie_together_stand_on_two_sides(lengths: tuple[float, ...], sides: list[int]) -> None:
    norms = tuple(Norms(step, lengths, (1.0,) * len(lengths)) for step in range(1, 21))
    figure = norm_curves(record=record((8,) * (len(lengths) - 1), norms), what="weights", theme=LIGHT)
    assert figure.data.query("label != ''")["side"].tolist() == sides
