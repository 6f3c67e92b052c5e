"""The same subject from a terminal: ``python -m mnist_core train --help``."""

import argparse
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path

import torch

from mnist_core import words
from mnist_core.data.augmentation import affine
from mnist_core.data.dataset import Splits
from mnist_core.data.generated import generated_splits
from mnist_core.data.mnist import DatasetUnavailable, default_root, load_mnist
from mnist_core.evaluation.accuracy import evaluate
from mnist_core.evaluation.calibration import calibrate
from mnist_core.handwriting.is_digit import (
    BENT,
    DIGIT_FROM,
    DRAWN,
    KEPT,
    NETWORK,
    TRAINING,
    WEIGHTS,
    judge,
    learn,
    load_is_digit,
    rates,
    threshold,
)
from mnist_core.handwriting.not_digits import ANSWERS
from mnist_core.handwriting.opening import PhotoUnreadable
from mnist_core.handwriting.photo import read_picture
from mnist_core.handwriting.prediction import predict_proba
from mnist_core.handwriting.preprocessing import drawing_to_mnist
from mnist_core.handwriting.shipped import DRAWN as DIGITS
from mnist_core.handwriting.shipped import MODEL, ship
from mnist_core.handwriting.shipped import TRAINING as SHIPPING
from mnist_core.network.checkpoint import SHIPPED, CheckpointError, check_place, load, save, write
from mnist_core.network.model import ACTIVATIONS, MLP, MLPConfig
from mnist_core.training.loop import OPTIMIZERS, SCHEDULES, EpochEvent, TrainingConfig, TrainingDiverged, new_model
from mnist_core.training.records import run


def main(arguments: list[str] | None = None) -> int:
    """Runs one command; returns 0, or 1 after a sentence on what went wrong."""
    options = _parser().parse_args(arguments)
    torch.set_num_threads(1)  # sums are rounded in one order: the same seed, the same weights, on two cores or twenty
    try:
        if getattr(options, "save", None):
            check_place(options.save)  # before the training, not after
        if options.command == "train":
            _train(options)
        elif options.command == "is-digit":
            _is_digit(options)
        elif options.command == "ship":
            _ship(options)
        elif options.command == "predict":
            return _predict(options)
        else:
            _evaluate(options)
    except (DatasetUnavailable, CheckpointError, TrainingDiverged, ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m mnist_core", description="Train and test a digit classifier.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, purpose in (("train", "train a network and test it"), ("evaluate", "test a saved network")):
        command = commands.add_parser(name, help=purpose, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
        command.add_argument("--data", choices=("mnist", "generated"), default="mnist", help="which digits")
        if name == "evaluate":
            command.add_argument("checkpoint", type=Path, help="a file that train --save wrote")
            continue
        model, training = MLPConfig(), TrainingConfig()
        command.add_argument("--hidden", type=int, nargs="*", default=model.hidden_sizes, help="neurons per layer")
        command.add_argument("--activation", choices=ACTIVATIONS, default=model.activation)
        command.add_argument("--dropout", type=float, default=model.dropout, help="share of neurons silenced")
        command.add_argument("--epochs", type=int, default=training.epochs)
        command.add_argument("--batch-size", type=int, default=training.batch_size)
        command.add_argument("--learning-rate", type=float, default=training.learning_rate)
        command.add_argument("--optimizer", choices=OPTIMIZERS, default=training.optimizer)
        command.add_argument("--schedule", choices=SCHEDULES, default=training.schedule)
        command.add_argument("--seed", type=int, default=training.seed)
        command.add_argument("--augment", action="store_true", help="distort the training images")
        command.add_argument("--save", type=Path, help="where to write the weights")
    command = commands.add_parser("is-digit", help="train the network that tells digits from other drawings, on MNIST")
    command.add_argument("--seed", type=int, default=TRAINING.seed, help="of what is drawn, the weights and the order")
    command.add_argument("--save", type=Path, default=WEIGHTS, help="where to write the weights")
    command = commands.add_parser("predict", help="read a digit from a photo, a scan or any other picture")
    command.add_argument("pictures", type=Path, nargs="+", help="JPEG, PNG or the like, one digit each")
    command.add_argument("--model", type=Path, default=SHIPPED, help="a file that train --save wrote")
    command = commands.add_parser("ship", help="train the network that comes with the project, from MNIST")
    command.add_argument("--save", type=Path, required=True, help="where to write the weights")
    command.add_argument("--seed", type=int, default=SHIPPING.seed, help=f"({SHIPPING.seed}, the one that is shipped)")
    return parser


def _splits(name: str) -> Splits:
    return load_mnist(default_root()) if name == "mnist" else generated_splits()


def _train(options: argparse.Namespace) -> None:
    model_config = MLPConfig(tuple(options.hidden), options.activation, options.dropout)
    config = TrainingConfig(
        epochs=options.epochs,
        batch_size=options.batch_size,
        learning_rate=options.learning_rate,
        optimizer=options.optimizer,
        schedule=options.schedule,
        seed=options.seed,
        batches_per_event=1_000_000,  # the terminal shows whole epochs
    )
    splits = _splits(options.data)
    model = new_model(model_config, options.seed)
    print(f"{model_config.label} with {model_config.parameter_count:,} parameters on {splits.name}")
    started = time.perf_counter()
    shown = 0
    for record in run(model, splits, config, affine if options.augment else None):
        if len(record.epochs) > shown:
            shown = len(record.epochs)
            _print_epoch(record.epochs[-1], time.perf_counter() - started)
    assert record.test is not None
    print(f"final test on {len(splits.test):,} images: {record.test.accuracy:.2%}, loss {record.test.loss:.4f}")
    if options.save:
        save(options.save, model, record.card() | {"augment": options.augment})
        print(f"saved {options.save} ({options.save.stat().st_size:,} bytes)")


def _print_epoch(last: EpochEvent, seconds: float) -> None:
    print(
        f"epoch {last.epoch:3}  {seconds:6.1f} s  "
        f"train loss {last.train_loss:.4f} accuracy {last.train_accuracy:.2%}  "
        f"validation loss {last.validation_loss:.4f} accuracy {last.validation_accuracy:.2%}",
        flush=True,
    )


def _is_digit(options: argparse.Namespace) -> None:
    splits = load_mnist(default_root())
    network = new_model(NETWORK, options.seed)
    print(f"{NETWORK.label} with {NETWORK.parameter_count:,} parameters on {splits.name} and drawings made for it")
    started = time.perf_counter()
    for event in learn(network, splits.train, splits.validation, options.seed):
        _print_epoch(event, time.perf_counter() - started)
    found = threshold(network, splits.validation)
    print(f"{KEPT:.1%} of the validation digits have a probability of {found:.3f} or more; DIGIT_FROM is {DIGIT_FROM}")
    shares = rates(network, splits.validation, options.seed)
    print("of images not learned from: " + ", ".join(f"{name} {share:.1%}" for name, share in shares.items()))
    card = {
        "answers": ANSWERS,
        "trained_on": f"{splits.name}'s {len(splits.train):,} training images and drawings of this program",
        "drawn": asdict(DRAWN),
        "augment": f"worn, then elastic, {BENT} pixels",
        "training": asdict(replace(TRAINING, seed=options.seed)),
        "validation_accuracy": event.validation_accuracy,
        "threshold": found,
        "validation": shares,
    }
    save(options.save, network, card, torch.float16)
    print(f"saved {options.save} ({options.save.stat().st_size:,} bytes)")


def _ship(options: argparse.Namespace) -> None:
    print(f"{MODEL.label} with {MODEL.parameter_count:,} parameters, on MNIST and {DIGITS:,} drawn digits")
    config = replace(SHIPPING, seed=options.seed)
    print(f"{config}", flush=True)
    splits, started = load_mnist(default_root()), time.perf_counter()
    for step in ship(splits, config=config):
        if isinstance(step, EpochEvent):
            _print_epoch(step, time.perf_counter() - started)
        else:
            write(options.save, step.content)
            print(*(f"{name}: {value}" for name, value in step.card.items()), sep="\n")
            print(f"saved {options.save} ({len(step.content):,} bytes)")


def _predict(options: argparse.Namespace) -> int:
    """Reads each picture; returns 1 if one of them can't be read, which keeps nobody from the others."""
    model, second, status = load(options.model).model, load_is_digit(), 0
    for path in options.pictures:
        try:
            print(f"{path}: {_read(path, model, second)}")
        except PhotoUnreadable as reason:
            print(f"{path}: {reason}", file=sys.stderr)
            status = 1
        except OSError as error:
            print(f"{path} can't be read: {error.strerror}.", file=sys.stderr)
            status = 1
    return status


def _read(path: Path, model: MLP, second: MLP) -> str:
    """What is read in a picture, the three likeliest digits, and what was found on it."""
    found = read_picture(path.read_bytes())
    image = drawing_to_mnist(found.drawing)
    p = predict_proba(model, image[None])[0]  # (1, 28, 28) -> (10,)
    verdict = judge(second, image, p)
    likeliest = ", ".join(f"{digit}: {p[digit]:.1%}" for digit in p.argsort(descending=True)[:3].tolist())
    says = f"{words.a(int(p.argmax()))}." if verdict.is_digit else f"not sure. {verdict.reason}"
    return f"{says} ({likeliest}; {found.said})"


def _evaluate(options: argparse.Namespace) -> None:
    model = load(options.checkpoint).model
    splits = _splits(options.data)
    result = evaluate(model, splits.test)
    error = calibrate(result).error
    print(
        f"{model.config.label} on {splits.name}, {len(splits.test):,} test images: "
        f"{result.accuracy:.2%}, calibration error {error:.2%}"
    )


if __name__ == "__main__":
    sys.exit(main())
