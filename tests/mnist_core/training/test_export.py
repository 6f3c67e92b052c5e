"""Exported scripts, run as a student runs them: alone, in an empty folder. They end with the weights of the run."""

import ast
import inspect
import io
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from mnist_core.data.dataset import Splits, split_stratified
from mnist_core.data.mnist import SPLIT_SEED, VALIDATION_SIZE, default_root
from mnist_core.network.checkpoint import dumps, load
from mnist_core.network.model import MLP, MLPConfig
from mnist_core.training import export
from mnist_core.training.export import DATA_NAME, SPLIT, START_NAME, WEIGHTS_NAME, data_file, file_stem, script
from mnist_core.training.loop import (
    OPTIMIZERS,
    EpochEvent,
    RateDial,
    RateEvent,
    TrainingConfig,
    TrainingDiverged,
    new_model,
    train_step,
)
from mnist_core.training.records import RunRecord, Score, run, score
from mnist_core.training.start import Start

FINISHED = Score(10_000, 0.07, 0.9805)


def trained(
    model_config: MLPConfig,
    config: TrainingConfig,
    splits: Splits,
    changes: dict[int, float],
    stop_after: int | None,
    start: Start | None = None,
) -> tuple[MLP, RunRecord]:
    """A run of ours, stopped as the page stops one."""
    model = start.network() if start else new_model(model_config, config.seed)
    dial = RateDial(RateEvent(step, rate) for step, rate in changes.items())
    runs = run(model, splits, config, dial=dial, start=start)
    record = next(runs)
    try:
        for record in runs:
            if record.steps == stop_after:
                break
    except TrainingDiverged:
        assert record.diverged
    return model, record


def alone(folder: Path, *arguments: str) -> str:
    """Runs Python with nothing of ours in reach and no network; what it printed."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "MNIST"))}
    environment |= {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}
    command = [sys.executable, "-I", *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    assert not done.stderr, done.stderr
    return done.stdout


def check_same_weights(loaded: MLP, model: MLP) -> None:
    assert loaded.config == model.config
    ours = model.state_dict()
    assert list(loaded.state_dict()) == list(ours)
    for name, tensor in loaded.state_dict().items():
        assert torch.equal(tensor, ours[name]), name


EXPERIMENTS: dict[str, tuple[MLPConfig, TrainingConfig, dict[int, float], int | None]] = {
    # 1,500 images: 47 batches of 32 in an epoch, the last one short.
    "Adam": (MLPConfig((32,)), TrainingConfig(2, 32, 1e-3, "adam", seed=3), {}, None),
    "one-cycle AdamW, dropout, rate changed": (
        MLPConfig((32, 16), "tanh", 0.25),
        TrainingConfig(2, 32, 5e-3, "adamw", seed=7, weight_decay=0.05, schedule="one-cycle"),
        {20: 0.002, 70: 0.03},
        None,
    ),
    "momentum, rate changed, stopped": (
        MLPConfig((16,), "sigmoid"),
        TrainingConfig(3, 64, 0.1, "momentum", seed=1, weight_decay=0.001),
        {5: 0.3, 30: 0.07},  # 24 batches in an epoch
        40,
    ),
    "diverged": (MLPConfig((16,)), TrainingConfig(2, 32, 0.1, "sgd"), {33: 100.0}, None),
    "one-cycle SGD, not shuffled, stopped at an epoch's end": (
        MLPConfig(()),
        TrainingConfig(3, 100, 0.1, "sgd", seed=2, schedule="one-cycle", shuffle=False),
        {},
        15,
    ),
    "begun with a network": (
        MLPConfig((16,), "tanh", 0.25),
        TrainingConfig(1, 64, 1e-3, "adamw", seed=9, weight_decay=0.01),
        {},
        None,
    ),
    "begun with a network, diverged": (MLPConfig((16,)), TrainingConfig(2, 32, 0.1, "sgd"), {33: 100.0}, None),
}


def begun_with(model_config: MLPConfig) -> Start:
    """A network that no seed has drawn so."""
    model = new_model(model_config, 77)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(1.3)
    return Start("Your network 1", model.eval(), {"dataset": "generated digits"})


def test_every_optimizer_has_a_name_in_a_script_and_an_experiment_here() -> None:
    tried = {config.optimizer for _, config, _, _ in EXPERIMENTS.values()}
    assert tried == set(OPTIMIZERS) == set(export.OPTIMIZERS)


# Importing torch takes longer than such a run: so one process runs all scripts, each in its folder.
ALL = """
import contextlib, os, runpy, sys
for folder in sys.argv[1:]:
    os.chdir(folder)
    with open("output.txt", "w") as output, contextlib.redirect_stdout(output):
        runpy.run_path("experiment.py")
"""


@pytest.fixture(scope="module")
def runs(digits: Splits, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[MLP, RunRecord, Path]]:
    """Each experiment as we run it, and the folder in which its script ran."""
    made = {}
    for name, (model_config, config, changes, stop_after) in EXPERIMENTS.items():
        start = begun_with(model_config) if name.startswith("begun with") else None
        model, record = trained(model_config, config, digits, changes, stop_after, start)
        folder = tmp_path_factory.mktemp("experiment")
        if start:
            (folder / START_NAME).write_bytes(dumps(start.model, start.card))
        (folder / "experiment.py").write_text(script(record), encoding="ascii")
        (folder / DATA_NAME).write_bytes(data_file(digits))
        made[name] = model, record, folder
    alone(tmp_path_factory.getbasetemp(), "-c", ALL, *(str(folder) for _, _, folder in made.values()))
    return made


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_the_script_ends_with_the_same_weights(
    name: str, runs: dict[str, tuple[MLP, RunRecord, Path]], digits: Splits
) -> None:
    model, record, folder = runs[name]
    loaded, output = load(folder / WEIGHTS_NAME), (folder / "output.txt").read_text()
    check_same_weights(loaded.model, model)
    assert loaded.card["seed"] == record.training_config.seed
    assert loaded.card.get("began_with") == record.card().get("began_with")
    assert loaded.card["train_size"] == len(digits.train)
    assert loaded.card["validation_accuracy"] == round(score(model, digits.validation).accuracy, 4)
    for epoch in record.epochs:
        if epoch.step <= record.learned_steps:
            assert said(epoch) in output
    if record.test:
        assert f"final test: loss {record.test.loss:.4f}, accuracy {record.test.accuracy:.2%}" in output
        assert loaded.card["test_accuracy"] == round(record.test.accuracy, 4)
    else:
        epochs, left = divmod(record.learned_steps, record.steps_per_epoch)
        stopped = f"stopped in epoch {epochs + 1} after {record.learned_steps} batches: train loss "
        assert (stopped in output) == (left > 0)
        assert output.count("\nepoch ") + output.startswith("epoch ") == epochs
        assert "test_accuracy" not in loaded.card
        assert "test" not in output
        assert record.learned_steps < record.total_steps


def said(epoch: EpochEvent) -> str:
    return (
        f"epoch {epoch.epoch}: train loss {epoch.train_loss:.4f}, validation loss {epoch.validation_loss:.4f}, "
        f"validation accuracy {epoch.validation_accuracy:.2%}\n"
    )


def test_the_diverged_run_among_them_went_back_on_its_way(runs: dict[str, tuple[MLP, RunRecord, Path]]) -> None:
    _, record, _ = runs["diverged"]
    assert record.diverged
    assert 0 < record.learned_steps < record.diverged.step
    assert f"At batch {record.diverged.step} its loss exploded" in unwrapped(script(record))


@pytest.mark.slow
def test_a_script_on_mnist_ends_with_the_same_weights(mnist: Splits, tmp_path: Path) -> None:
    few = replace(mnist, train=mnist.train.subset(slice(0, 1_000)))
    config = TrainingConfig(1, 32, 5e-3, "adamw", seed=5, weight_decay=0.01, schedule="one-cycle")
    model, record = trained(MLPConfig((32,)), config, few, {}, None)
    (tmp_path / "experiment.py").write_text(script(record), encoding="ascii")
    output = alone(tmp_path, "experiment.py", str(default_root().resolve()))
    loaded = load(tmp_path / WEIGHTS_NAME)
    check_same_weights(loaded.model, model)
    assert loaded.card["dataset"] == "MNIST"
    assert record.test
    assert f"accuracy {record.test.accuracy:.2%}" in output


@pytest.mark.parametrize("seed", range(3))
def test_its_split_is_ours(seed: int) -> None:
    scope: dict[str, Any] = {"torch": torch}
    exec(SPLIT, scope)
    shares = torch.tensor([0.2, 0.05, 0.1, 0.13, 0.07, 0.1, 0.1, 0.1, 0.08, 0.07])
    labels = shares.multinomial(20_001, replacement=True, generator=torch.Generator().manual_seed(seed))
    learned_from, held_out = scope["split"](labels)
    ours = split_stratified(labels, VALIDATION_SIZE, SPLIT_SEED)
    assert learned_from == ours[0].tolist()
    assert held_out == ours[1].tolist()


def recorded(
    hidden: tuple[int, ...] = (256,),
    activation: str = "relu",
    dropout: float = 0.0,
    dataset: str = "MNIST",
    train_size: int = 55_000,
    learned: int | None = None,
    changes: dict[int, float] | None = None,
    **settings: Any,
) -> RunRecord:
    """A record as a run leaves it, without the run."""
    config = TrainingConfig(**{"epochs": 3, "batch_size": 128, "learning_rate": 5e-3, **settings})
    rates = tuple(RateEvent(step, rate) for step, rate in (changes or {}).items())
    record = RunRecord(MLPConfig(hidden, activation, dropout), config, dataset, train_size, rates=rates)
    return replace(record, steps=learned or record.total_steps, test=None if learned else FINISHED)


VARIETY = {
    "plain": recorded(),
    "no hidden layer": recorded(()),
    "all at once": recorded(
        (1024,) * 5,
        "sigmoid",
        1 / 3,
        "generated digits",
        9_999,
        100,
        {step: 0.1 / (step + 1) for step in range(40)},
        optimizer="momentum",
        weight_decay=1 / 3,
        schedule="one-cycle",
        seed=2**32 - 1,
        epochs=1_000,
    ),
    "no decay": recorded(optimizer="adamw", weight_decay=0.0),
    "usual decay": recorded(optimizer="adamw"),
    "one-cycle SGD": recorded((), optimizer="sgd", schedule="one-cycle", shuffle=False),
    "few images": recorded(train_size=100, learning_rate=1e-5),
    "stopped": recorded(learned=5),
    "begun with a network": replace(recorded((), shuffle=False), start=begun_with(MLPConfig(()))),
    "begun with a long name": replace(
        recorded((16,), dropout=0.5, dataset="generated digits", train_size=100),
        start=Start(
            'Ready-made network "é", taught 50 lessons ' * 3, new_model(MLPConfig((16,)), 0), {"drawn_digits": 1}
        ),
    ),
    "hostile name": recorded(dataset='"""\nimport os\n../é'),
}


@pytest.mark.parametrize("record", VARIETY.values(), ids=VARIETY)
def test_every_script_is_tidy(record: RunRecord, tmp_path: Path) -> None:
    source = script(record)
    compile(source, "experiment.py", "exec")
    assert source.isascii()
    path = tmp_path / "experiment.py"
    path.write_text(source)
    # Not this project's rules: those a student's editor has, and a few more.
    rules = ("check", "--isolated", "--no-cache", "--select", "E,W,F,I,B,UP,SIM,C4,N,ARG,RET,PERF", "--quiet")
    for command in (rules, ("format", "--isolated", "--no-cache", "--diff", "--quiet")):
        checked = subprocess.run([sys.executable, "-m", "ruff", *command, path], capture_output=True, text=True)
        assert checked.returncode == 0, checked.stdout + checked.stderr
    used = {name.id for name in ast.walk(ast.parse(source)) if isinstance(name, ast.Name)}
    assert "mnist_core" not in source
    for constant in ("WEIGHT_DECAY", "TRAIN_IMAGES", "STOP_AFTER", "RATE_CHANGES"):
        assert (f"{constant} = " in source) == (constant in used)


def test_only_what_an_experiment_needs_is_written() -> None:
    plain = script(VARIETY["plain"])
    for absent in ("Dropout", "schedule", "step +=", "islice", "WEIGHT_DECAY", "TRAIN_IMAGES", "numpy", "momentum"):
        assert absent not in plain
    assert len(plain.splitlines()) < 140
    assert "final test" not in script(VARIETY["stopped"])
    assert "weight_decay=WEIGHT_DECAY" in script(VARIETY["no decay"])  # AdamW's own would be 0.01
    assert "weight_decay" not in script(VARIETY["usual decay"])
    assert "SubsetRandomSampler" not in script(VARIETY["one-cycle SGD"])


@pytest.mark.parametrize("name", ["plain", "all at once"])
def test_its_step_is_the_one_that_ran(name: str) -> None:
    function = ast.parse(inspect.getsource(train_step)).body[0]
    assert isinstance(function, ast.FunctionDef)
    _docstring, *statements, _return = map(ast.unparse, function.body)
    assert statements
    assert "\n".join(statements) in "\n".join(
        line.strip() for line in ast.unparse(ast.parse(script(VARIETY[name]))).splitlines()
    )


def unwrapped(source: str) -> str:
    return " ".join(source.split())


def test_a_script_of_a_run_that_learned_on_says_with_what_it_begins() -> None:
    record = VARIETY["begun with a network"]
    assert record.start
    source = script(record)
    assert "The network 784-10 learns on, now from MNIST." in source
    assert (
        f"It begins with the weights in {START_NAME}, which must lie in the same folder, too: {record.start.weights}, "
        "of the network that the app called Your network 1." in unwrapped(source)
    )
    for absent in ("draw_weights", "import math", "first weights"):
        assert absent not in source
    assert START_NAME not in script(VARIETY["plain"])


def test_its_head_says_what_the_run_came_to() -> None:
    assert "In its final test it read 98.05% of 10,000 images rightly." in unwrapped(script(VARIETY["plain"]))
    stopped = VARIETY["stopped"]
    assert "It was stopped after 5 of 1,290 batches. This script" in unwrapped(script(stopped))
    said = unwrapped(script(stopped, Score(5_000, 0.5, 0.87654)))
    assert "It was stopped after 5 of 1,290 batches. At its end it read 87.65% of 5,000 validation images" in said
    later = replace(stopped, steps=440, epochs=(EpochEvent(1, 430, 0.3, 0.9, 0.2, 0.9512),))
    assert "After epoch 1 it read 95.12% of the validation images." in unwrapped(script(later))


def test_changes_the_weights_have_not_seen_are_left_out() -> None:
    record = recorded(learned=30, changes={10: 0.1, 30: 0.2, 31: 0.3})
    assert "RATE_CHANGES = {10: 0.1}\n" in script(record)


def test_a_run_that_learned_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match=r"learned from no batch"):
        script(RunRecord(MLPConfig(), TrainingConfig(), "MNIST", 55_000))


def test_names_of_files_are_plain() -> None:
    assert file_stem(VARIETY["plain"]) == "784-256-10_mnist_seed0"
    assert file_stem(VARIETY["hostile name"]) == "784-256-10_import-os_seed0"
    assert file_stem(recorded((), dataset="é", seed=4)) == "784-10_digits_seed4"


def test_the_data_come_whole_and_small(digits: Splits) -> None:
    packed = data_file(digits)
    arrays = np.load(io.BytesIO(packed))
    for part in ("train", "validation", "test"):
        dataset = getattr(digits, part)
        for name, tensor in (("images", dataset.images), ("labels", dataset.labels)):
            array = arrays[f"{part}_{name}"]
            assert array.dtype == np.uint8
            assert (array == tensor.numpy()).all()
    assert len(packed) < len(digits.train) * 784 / 2
