"""What is said of a flattened layer fits what is there to see."""

import pytest
import torch

from mnist_core.handwriting.is_digit import Verdict
from mnist_core.lessons.network_flat import flatten, look
from ui.lessons.network_flat_words import of_the_star, shares, what_is_left_out, what_it_shows, where_it_began

P = torch.tensor([0.01] * 8 + [0.9, 0.02])


def verdict(*, is_digit: bool) -> Verdict:
    return Verdict(is_digit, "digit" if is_digit else "scribble", (0.2,) * 5, "" if is_digit else "A scribble.")


def test_the_star_is_named_only_if_it_looks_like_a_digit() -> None:
    labels = torch.tensor([8, 8, 3, 8, 0])
    assert of_the_star(P, verdict(is_digit=True), labels) == "★ read as **8** (90.0%). Nearest vote **8**: 3 of 5."
    said = of_the_star(P, verdict(is_digit=False), labels)
    assert said == "★ **not sure**, maybe 8. Nearest vote **8**: 3 of 5."
    assert of_the_star(P, verdict(is_digit=True), labels[:0]) == "★ read as **8** (90.0%)."


def test_shares_add_up_as_they_are_written() -> None:
    for seed in range(50):
        passed = torch.randn(20, 6, generator=torch.Generator().manual_seed(seed))
        first, second, both = shares(flatten(passed))
        assert f"{1000 * first + 1000 * second:.0f}" == f"{1000 * both:.0f}"
        assert (first, second) == pytest.approx(flatten(passed).shares.tolist(), abs=0.0005)


def test_a_layer_that_differs_in_one_direction_or_in_none_is_called_so() -> None:
    labels = torch.tensor([1, 1, 2, 2])
    line = look(torch.tensor([[0.0, 1.0], [0.1, 1.0], [5.0, 1.0], [5.1, 1.0]]), labels)
    assert "there is only one here" in what_it_shows(line, is_trained=True)
    assert "For **100%** of 4 images" in what_it_shows(line, is_trained=True)
    assert "all images lie in one place" in what_it_shows(look(torch.ones(4, 2), labels), is_trained=True)
    assert "% of the variance" in what_it_shows(look(torch.eye(4), labels), is_trained=True)


def test_what_is_left_out_depends_on_how_many_neurons_there_are() -> None:
    assert "one neuron, so nothing is hidden" in what_is_left_out(1)
    assert "two neurons, so nothing is hidden" in what_is_left_out(2)
    assert "Two of 1,024 directions" in what_is_left_out(1_024)
    assert "along the other 1,022" in what_is_left_out(1_024)


def test_only_a_known_seed_is_called_the_one_it_began_with() -> None:
    assert where_it_began("your network 784-8-10", 3).endswith("began with: those of seed 3.")
    assert "is not known" in where_it_began("your network 784-8-10", None)


def test_before_training_the_weights_are_called_random() -> None:
    layer = look(torch.eye(4), torch.tensor([1, 1, 2, 2]))
    assert "random" in what_it_shows(layer, is_trained=False)
    assert "random" not in what_it_shows(layer, is_trained=True)
