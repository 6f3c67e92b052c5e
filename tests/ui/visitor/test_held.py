"""How many bytes something holds: held against what is known of it."""

import ast
import sys
from collections.abc import Iterator

import numpy as np
import pytest
import torch

from mnist_core.data.dataset import Splits
from mnist_core.jobs import FairQueue
from mnist_core.network.model import MLPConfig
from mnist_core.training.loop import RateDial, TrainingConfig, new_model
from mnist_core.training.records import run
from tests.conftest import PROJECT
from ui.visitor.held import held_bytes
from ui.visitor.store import Going, Visitor

MEGABYTE = 2**20
LITTLE = 4_096  # bytes, for the objects around the numbers


def test_a_tensor_counts_with_all_the_memory_behind_it_and_once() -> None:
    numbers = torch.zeros(MEGABYTE, dtype=torch.uint8)
    assert MEGABYTE <= held_bytes([numbers]) < MEGABYTE + LITTLE
    assert MEGABYTE <= held_bytes([numbers[:1]]) < MEGABYTE + LITTLE  # a view keeps all of it alive
    assert MEGABYTE <= held_bytes([{"one": numbers, "again": (numbers, numbers[5:])}]) < MEGABYTE + LITTLE


def test_an_array_counts_with_what_it_is_a_part_of() -> None:
    numbers = np.zeros(MEGABYTE, np.uint8)
    assert MEGABYTE <= held_bytes([numbers]) < MEGABYTE + LITTLE
    assert MEGABYTE <= held_bytes([numbers[:1]]) < MEGABYTE + LITTLE
    assert MEGABYTE <= held_bytes([np.frombuffer(bytes(MEGABYTE), np.uint8)]) < MEGABYTE + LITTLE


def test_what_others_hold_anyway_does_not_count() -> None:
    numbers, more = torch.zeros(MEGABYTE, dtype=torch.uint8), bytearray(MEGABYTE)
    assert held_bytes([[numbers[3:], more]], [numbers]) < MEGABYTE + LITTLE
    assert held_bytes([[numbers, sys, FairQueue(), int]], [numbers]) < LITTLE


def test_a_network_counts_with_its_gradients() -> None:
    model = new_model(MLPConfig((512,)), 0)
    weights = sum(parameter.nbytes for parameter in model.parameters())
    assert weights <= held_bytes([model]) < weights + 10 * LITTLE
    for parameter in model.parameters():
        parameter.grad = torch.zeros_like(parameter)
    assert 2 * weights <= held_bytes([model]) < 2 * weights + 10 * LITTLE


def test_a_run_counts_with_all_that_its_optimizer_keeps_and_without_the_digits(digits: Splits) -> None:
    model, config = new_model(MLPConfig((512,)), 0), TrainingConfig(optimizer="adam", epochs=2, batch_size=100)
    weights = sum(parameter.nbytes for parameter in model.parameters())
    queue = FairQueue()
    job = queue.submit(run(model, digits, config))
    job.go_on(lambda record: record.steps > 3)
    assert job.wait(60.0)  # it rests: what a generator holds while it works, only it knows
    visitor = Visitor(0.0, going=Going(job, model, RateDial(), digits))
    # Weights, gradients, both of Adam's means, and the weights to go back to.
    assert 5 * weights < held_bytes([visitor], [digits]) < 6 * weights + MEGABYTE
    queue.close()


def test_a_generator_counts_with_those_it_waits_for() -> None:
    def inner() -> Iterator[int]:
        kept = bytearray(MEGABYTE)
        yield len(kept)

    def outer() -> Iterator[int]:
        for number in inner():  # not "yield from", which Python's collector is told of otherwise
            yield number + 1

    generator = outer()
    next(generator)
    assert MEGABYTE <= held_bytes([generator]) < MEGABYTE + LITTLE


def test_the_first_page_counts_without_torch() -> None:
    tree = ast.parse((PROJECT / "ui/visitor/held.py").read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert "torch" not in names


@pytest.mark.parametrize("thing", [None, 1, "word", b"", (), {}, object(), 3 + 4j, slice(3)])
def test_anything_can_be_counted(thing: object) -> None:
    assert 0 < held_bytes([thing]) < LITTLE
