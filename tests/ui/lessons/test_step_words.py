"""What the lesson on a training step says of each phase has the numbers of that phase."""

import re

import pytest
import torch
from torch.nn import functional as F

from mnist_core.data.dataset import Dataset, normalize
from mnist_core.lessons.step import PHASES, SlowStep
from mnist_core.network.model import MLPConfig
from mnist_core.training.loop import new_model
from ui.lessons import step_words


@pytest.fixture
def slow(few: Dataset) -> SlowStep:
    four = few.subset(slice(0, 4))
    return SlowStep(new_model(MLPConfig((16,)), 0), normalize(four.images), four.labels, "sgd")


def test_each_phase_has_its_own_numbers(slow: SlowStep) -> None:
    said: dict[str | None, str] = {None: step_words.what_happened(slow.moment)}
    for phase in PHASES:
        said[phase] = step_words.what_happened(slow.advance(0.05))
    assert len(set(said.values())) == 1 + len(PHASES)
    moment = slow.moment
    before, after = moment.losses
    lengths = torch.cat([p.grad.flatten() for p in slow.model.parameters() if p.grad is not None])
    assert "of 4 " in said["forward"]
    assert f"= **{before:.3f}**" in said["loss"]
    assert "`None`" in said["zero_grad"]
    assert f"{lengths.double().norm():.4f}" in said["backward"]
    assert f"**{before:.3f} → {after:.3f}**, lower" in said["step"]


def test_what_was_skipped_is_said_to_be(slow: SlowStep) -> None:
    for phase in PHASES:
        skip = phase in ("zero_grad", "step")
        said = step_words.what_happened(slow.advance(0.05, skip))
        assert said.startswith(f"**{phase} was skipped.**") == skip


def test_the_loss_of_the_batch_is_the_mean_of_those_of_its_images(slow: SlowStep) -> None:
    slow.advance(0.05)
    found = re.search(r"\((.*)\) / 4 = \*\*([\d.]+)\*\*", step_words.what_happened(slow.advance(0.05)))
    assert found
    each = F.cross_entropy(slow.model(slow.inputs), slow.labels, reduction="none")
    assert [float(loss) for loss in found[1].split(" + ")] == pytest.approx(each.tolist(), abs=5.1e-4)
    assert float(found[2]) == pytest.approx(each.mean().item(), abs=5.1e-4)


@pytest.mark.parametrize("silent", [0, 1, 3])
def test_neurons_that_are_silent_are_counted(silent: int) -> None:
    gradient = torch.ones(16, 784)
    gradient[:silent] = 0
    said = step_words.silent_neurons(gradient)
    assert bool(said) == (silent > 0)
    assert re.findall(r"\d+", said) == ([str(silent)] if silent > 1 else [])


def test_only_optimizers_that_can_be_chosen_are_explained() -> None:
    assert all(said in step_words.about("") for said in step_words.ABOUT.values())
    assert step_words.about("adam") == step_words.ABOUT["adam"]
