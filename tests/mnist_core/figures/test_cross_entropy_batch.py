"""Bars of a small batch, with its two averages."""

from mnist_core.figures.cross_entropy_batch import AVERAGE, EXAMPLE, GEOMETRIC, batch_losses, batch_mean
from mnist_core.figures.theme import DARK


def test_a_bar_for_each_image_and_a_line_for_each_average() -> None:
    data = batch_mean(probabilities=[0.25, 1.0], geometric_mean=0.5, theme=DARK).data.set_index("kind")
    assert data.loc[EXAMPLE, "probability"].tolist() == [0.25, 1.0]
    assert data.loc[EXAMPLE, "image"].tolist() == ["1", "2"]
    assert data.loc[GEOMETRIC, "probability"] == 0.5
    assert data.loc[AVERAGE, "probability"] == 0.625


def test_only_the_data_changes_with_the_numbers() -> None:
    first = batch_mean(probabilities=[0.25, 1.0], geometric_mean=0.5, theme=DARK).spec
    assert first == batch_mean(probabilities=[0.5, 0.5], geometric_mean=0.5, theme=DARK).spec


def test_a_bar_for_each_loss_and_a_line_for_their_mean() -> None:
    data = batch_losses(losses=[0.5, 2.5, 0.0], theme=DARK).data
    assert data["loss"].tolist() == [0.5, 2.5, 0.0, 1.0]
    assert data["kind"].tolist() == ["image", "image", "image", "mean"]
    assert data["label"].tolist() == ["0.500", "2.500", "0.000", "1.000"]
    assert batch_losses(losses=[0.5], theme=DARK).spec == batch_losses(losses=[4.5], theme=DARK).spec
