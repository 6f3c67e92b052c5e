"""One experiment as a script that stands alone: torch, torchvision and safetensors, and nothing of this project.

The script is put together from blocks of lines, and only those that the experiment needs. It is for reading as much as
for running: 88 columns, plain ASCII. What it does must stay what ``training`` and ``model`` do; the tests run it and
compare the weights.
"""

import io
import json
import re
import textwrap
from typing import Any

import numpy as np
import torch

from mnist_core.data.dataset import Dataset, Splits
from mnist_core.data.mnist import VALIDATION_SIZE
from mnist_core.network.model import ACTIVATIONS
from mnist_core.source import source_of
from mnist_core.training.loop import train_step
from mnist_core.training.records import RunRecord, Score

DATA_NAME = "digits.npz"  # under which the script looks for data that is not MNIST
START_NAME = "start.safetensors"  # and for weights that its run began with, if they were not random
WEIGHTS_NAME = "weights.safetensors"
MNIST_TRAIN_SIZE = 60_000 - VALIDATION_SIZE
WIDTH = 88  # columns, as formatters of Python have them
OPTIMIZERS = {"sgd": "SGD", "momentum": "SGD", "adam": "Adam", "adamw": "AdamW"}


def script(record: RunRecord, validation: Score | None = None) -> str:
    """Writes an experiment as a standalone PyTorch script.

    With the same version of PyTorch on the same machine it ends with the same weights, bit for bit: changes of the
    learning rate are made at their batches, and a run that was stopped or diverged ends where its weights come from.
    It learns from the first ``record.train_size`` training images, without distortion. Its weights are drawn with the
    run's own seed, as those of the training page are; or the run began with another network's, and so does the script.

    Args:
        record: The run.
        validation: Its score on the validation images at its end, for the script's head, if it had no final test.

    Returns:
        Python source, plain ASCII. A run on other digits than MNIST's needs its ``data_file`` beside it, and one that
        began with a network's weights the file of those.

    Raises:
        ValueError: If the run has learned from no batch, so that there is nothing to repeat.
    """
    if not record.learned_steps:
        raise ValueError("This run has learned from no batch, so there is nothing to repeat.")
    top = [_head(record, validation), _imports(record), _settings(record)]
    definitions = [SPLIT if _is_mnist(record) else PART, *([] if record.start else [DRAW_WEIGHTS]), EVALUATE]
    if record.model_config.dropout:
        definitions.insert(0, DROPOUT)
    program = [THREADS, _data(record), _network(record), _optimizer(record), _training(record), _ending(record)]
    return "\n\n\n".join(["\n\n".join(top), *definitions, "\n\n".join(program)]) + "\n"


def data_file(splits: Splits) -> bytes:
    """Packs a data set for the script, which takes the first of the training images, as many as its run had.

    Args:
        splits: The data the run was on. All of it: then one file serves the scripts of all its runs.

    Returns:
        A compressed .npz of images, uint8 [N, 28, 28], and labels, uint8 [N], of each of the three parts.
    """
    parts = {"train": splits.train, "validation": splits.validation, "test": splits.test}
    arrays = {name: array for part, dataset in parts.items() for name, array in _arrays(part, dataset).items()}
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def file_stem(record: RunRecord) -> str:
    """What files about a run are called, plain ASCII, such as ``784-256-10_mnist_seed0``."""
    dataset = re.sub(r"[^a-z0-9]+", "-", record.dataset.lower()).strip("-")
    return f"{record.model_config.label}_{dataset or 'digits'}_seed{record.training_config.seed}"


def _arrays(part: str, dataset: Dataset) -> dict[str, Any]:
    return {f"{part}_images": dataset.images.numpy(), f"{part}_labels": dataset.labels.to(torch.uint8).numpy()}


def _is_mnist(record: RunRecord) -> bool:
    return record.dataset == "MNIST"


def _is_cut_short(record: RunRecord) -> bool:
    return record.learned_steps < record.total_steps


def _changes(record: RunRecord) -> dict[int, float]:
    """The changes of the learning rate that the weights have seen, by the number of batches before them."""
    return {change.step: change.learning_rate for change in record.rates if change.step < record.learned_steps}


def _head(record: RunRecord, validation: Score | None) -> str:
    """The docstring: what this is, what it repeats, how to run it."""
    command = f"python {file_stem(record)}.py"
    digits = "MNIST" if _is_mnist(record) else "generated digits"
    parts = [
        f"The network {record.model_config.label} learns {'on' if record.start else 'to read'}"
        f"{', now from' if record.start else ''} {digits}.",
        _wrapped(
            f'An experiment from "Understand a classifier". {_outcome(record, validation)} This script repeats it '
            f"batch by batch: on the same machine and with the same PyTorch ({torch.__version__}) it ends with the "
            "same weights, bit for bit."
        ),
        f"    pip install torch torchvision safetensors\n    {command}",
    ]
    if _is_mnist(record):
        parts += ['It downloads MNIST into the folder "data". If MNIST is elsewhere, name that folder:']
        parts += [f"    {command} path/to/folder"]
    else:
        parts += [f"It reads its digits from {DATA_NAME}, which must lie in the same folder."]
    if record.start:
        parts.append(
            _wrapped(
                f"It begins with the weights in {START_NAME}, which must lie in the same folder, too: "
                f"{record.start.weights}, of the network that the app called {_ascii(record.start.name)}."
            )
        )
    return '"""' + "\n\n".join(parts) + '\n"""'


def _ascii(name: str) -> str:
    """A name of ours, whatever it may hold, as it can stand within quotation marks and on a line."""
    return re.sub(r"[^A-Za-z0-9 ,.-]", "", name)[:60].strip()


def _outcome(record: RunRecord, validation: Score | None) -> str:
    """What the run came to, in a sentence or two."""
    how = ""
    if record.diverged:
        how = (
            f"At batch {record.diverged.step:,} its loss exploded, so it went back to the weights it had after batch "
            f"{record.learned_steps:,}, and there this script ends. "
        )
    elif _is_cut_short(record):
        how = f"It was stopped after {record.learned_steps:,} of {record.total_steps:,} batches. "
    if record.test:
        return how + f"In its final test it read {record.test.accuracy:.2%} of {record.test.images:,} images rightly."
    if validation:
        return how + f"At its end it read {validation.accuracy:.2%} of {validation.images:,} validation images rightly."
    if whole := [epoch for epoch in record.epochs if epoch.step <= record.learned_steps]:
        how += f"After epoch {whole[-1].epoch} it read {whole[-1].validation_accuracy:.2%} of the validation images."
    return how.strip()


def _imports(record: RunRecord) -> str:
    standard = ["import json", *([] if record.start else ["import math"])]
    if _is_mnist(record):
        standard.append("import sys")
    if _is_cut_short(record):
        standard.append("from itertools import islice")
    if not _is_mnist(record) or record.start:
        standard.append("from pathlib import Path")
    loading = ["DataLoader"]
    loading += ["Subset"] if _is_mnist(record) else []
    loading += ["SubsetRandomSampler"] if record.training_config.shuffle else []
    loading += [] if _is_mnist(record) else ["TensorDataset"]
    files = "load_file, save_file" if record.start else "save_file"
    others = ["import torch", f"from safetensors.torch import {files}", "from torch import nn"]
    others.append(f"from torch.utils.data import {', '.join(loading)}")
    if _is_mnist(record):
        others += ["from torchvision import transforms", "from torchvision.datasets import MNIST"]
    else:
        others.insert(0, "import numpy as np")
    return "\n".join([*standard, "", *others])


def _settings(record: RunRecord) -> str:
    config = record.training_config
    one_cycle = config.schedule == "one-cycle"
    random = [*([] if record.start else ["first weights"]), *(["order of images"] if config.shuffle else [])]
    random += ["dropout"] if record.model_config.dropout else []
    lines = [
        _line(f"EPOCHS = {config.epochs}", "passes over the training images"),
        _line(f"BATCH_SIZE = {config.batch_size}", "images before each change of the weights"),
        _line(f"LEARNING_RATE = {config.learning_rate!r}", "the highest; see the schedule" if one_cycle else ""),
        _line(f"SEED = {config.seed}", f"decides all that is random: {', '.join(random) or 'nothing here'}"),
    ]
    if _has_decay(record):
        lines.insert(3, _line(f"WEIGHT_DECAY = {config.weight_decay!r}", "pulls all weights a little towards 0"))
    if not _is_mnist(record) or record.train_size < MNIST_TRAIN_SIZE:
        lines.append(_line(f"TRAIN_IMAGES = {record.train_size}", "it learns from the first so many"))
    if _is_cut_short(record):
        why = "where its last good weights come from" if record.diverged else "where it was stopped"
        lines.append(_line(f"STOP_AFTER = {record.learned_steps}", f"batches: {why}"))
    if changes := _changes(record):
        lines.append("# The learning rate was changed on the way: {after so many batches: to this}.")
        lines += _call("RATE_CHANGES = {", [f"{step}: {rate!r}" for step, rate in changes.items()], "}")
    return "\n".join(lines)


def _has_decay(record: RunRecord) -> bool:
    """Whether weight decay must be said: for AdamW also if there is none, because it has some by itself."""
    config = record.training_config
    return config.weight_decay is not None and (config.weight_decay != 0 or config.optimizer == "adamw")


def _data(record: RunRecord) -> str:
    """The images, and the batches they come in."""
    lines = MNIST_DATA.splitlines() if _is_mnist(record) else ["# Images and their labels, in three parts."]
    first = "[:TRAIN_IMAGES]" if record.train_size < MNIST_TRAIN_SIZE else ""
    if _is_mnist(record):
        lines += [f"train, validation = Subset(full, learned_from{first}), Subset(full, held_out)"]
        lines += ["test = MNIST(root, train=False, download=True, transform=to_input)"] if record.test else []
    else:
        lines += [f'digits = np.load(Path(__file__).with_name("{DATA_NAME}"))']
        lines += ['train, validation = part(digits, "train", TRAIN_IMAGES), part(digits, "validation")']
        lines += ['test = part(digits, "test")'] if record.test else []
    if record.training_config.shuffle:
        lines += SHUFFLED_BATCHES.splitlines()
    else:
        lines += ["", _line("batches = DataLoader(train, batch_size=BATCH_SIZE)", "always in the same order")]
    return "\n".join(lines)


def _network(record: RunRecord) -> str:
    config = record.model_config
    activation = f"nn.{getattr(ACTIVATIONS[config.activation], '__name__')}()"  # noqa: B009
    layers: list[str] = []
    for index, (inputs, outputs) in enumerate(zip(config.layer_sizes, config.layer_sizes[1:], strict=False)):
        layers.append(f"nn.Linear({inputs}, {outputs}),  # (N, {inputs}) -> (N, {outputs})")
        if index < len(config.hidden_sizes):
            layers.append(f"{activation},")
            if config.dropout:
                layers.append(f"Dropout({config.dropout!r}, seed=SEED + {len(layers)}),")
    what = "The network: from 784 pixels to a score for each digit."
    first = ["draw_weights(model, SEED)"]
    if record.start:
        first = [
            "# It begins with weights that have learned before.",
            f'model.load_state_dict(load_file(Path(__file__).with_name("{START_NAME}")))',
        ]
    return "\n".join([f"# {what}", "model = nn.Sequential(", *_indented(layers), ")", *first])


def _optimizer(record: RunRecord) -> str:
    config = record.training_config
    arguments = ["model.parameters()", "lr=LEARNING_RATE"]
    arguments += ["momentum=0.9"] if config.optimizer == "momentum" else []
    arguments += ["weight_decay=WEIGHT_DECAY"] if _has_decay(record) else []
    arguments += ["fused=True"]
    lines = [
        "loss_function = nn.CrossEntropyLoss()",
        *_call(f"optimizer = torch.optim.{OPTIMIZERS[config.optimizer]}(", arguments, ")"),
    ]
    if config.schedule == "one-cycle":
        lines += ["# One cycle: up to LEARNING_RATE in the first 30% of all batches, then down to 0."]
        arguments = ["optimizer", "max_lr=LEARNING_RATE", "total_steps=EPOCHS * len(batches)"]
        arguments += ["cycle_momentum=False"] if config.optimizer == "sgd" else []
        lines += _call("schedule = torch.optim.lr_scheduler.OneCycleLR(", arguments, ")")
    return "\n".join(lines)


def _training(record: RunRecord) -> str:
    one_cycle = record.training_config.schedule == "one-cycle"
    changes, cut_short = _changes(record), _is_cut_short(record)
    lines = ["step = 0  # batches so far"] if changes or cut_short else []
    lines += ["rate = LEARNING_RATE"] if changes else []
    lines += ["for epoch in range(1, EPOCHS + 1):", "    model.train()", "    train_loss, seen = 0.0, 0"]
    lines += [f"    for images, labels in {'islice(batches, STOP_AFTER - step)' if cut_short else 'batches'}:"]
    if changes:
        lines += _indented(_indented((SCALE_SCHEDULE if one_cycle else SCALE_RATE).splitlines()))
    lines += _indented(_indented([f"images = images.flatten(1)  # {_shape(record)} -> (N, 784)", *_step()]))
    lines += ["        schedule.step()  # the learning rate of the next batch"] if one_cycle else []
    lines += ["        step += 1"] if changes or cut_short else []
    lines += ["        train_loss += loss.item() * len(labels)", "        seen += len(labels)"]
    is_in_an_epoch = record.learned_steps % record.steps_per_epoch != 0
    lines += _indented((REPORT_STOPPED if is_in_an_epoch else REPORT).splitlines())
    lines += ["    if step == STOP_AFTER:", "        break"] if cut_short else []
    return "\n".join(lines)


def _shape(record: RunRecord) -> str:
    """That of a batch of images: torchvision adds a dimension for colours."""
    return "(N, 1, 28, 28)" if _is_mnist(record) else "(N, 28, 28)"


def _step() -> list[str]:
    """What ``train_step`` does, line by line as it stands there: all below its docstring but what it returns."""
    _, _, body = source_of(train_step).split('"""')
    *lines, _ = textwrap.dedent(body.strip("\n")).splitlines()
    return lines


def _ending(record: RunRecord) -> str:
    """The final test, if the run had one, and the file of its weights."""
    config = record.model_config
    shape = [f'"hidden_sizes": {list(config.hidden_sizes)}', f'"activation": "{config.activation}"']
    card = [
        *_call('"model": {', [*shape, f'"dropout": {config.dropout!r}'], "},", WIDTH - 4),
        f'"dataset": "{"MNIST" if _is_mnist(record) else "generated digits"}",',
        '"train_size": len(train),',
        '"seed": SEED,',
        '"validation_accuracy": round(accuracy, 4),',
    ]
    card += ['"test_accuracy": round(test_accuracy, 4),'] if record.test else []
    if record.start:
        began = record.start.on_card()
        parts = [f'"name": "{_ascii(began["name"])}"', f'"weights": "{began["weights"]}"']
        parts.append(f'"learned_from": {json.dumps(began["learned_from"])}')
        card += _call('"began_with": {', parts, "},", WIDTH - 4)
    lines = [*TEST.splitlines(), ""] if record.test else []
    lines += ["# The weights, with a card that says what they are: the app can load them back."]
    return "\n".join([*lines, "card = {", *_indented(card), "}", *SAVE.splitlines()])


def _line(code: str, comment: str) -> str:
    """A line with its comment behind it, or above it where it would become too long."""
    if not comment:
        return code
    return f"{code}  # {comment}" if len(f"{code}  # {comment}") <= WIDTH else f"# {comment}:\n{code}"


def _call(opening: str, arguments: list[str], closing: str, width: int = WIDTH) -> list[str]:
    """A call, or a dict, on one line where it fits, else with its arguments on one line, or on one each."""
    inside = ", ".join(arguments)
    if len(f"{opening}{inside}{closing}") <= width:
        return [f"{opening}{inside}{closing}"]
    is_dict = closing.startswith("}")  # which formatters never put on one line of its own
    lines = [f"{each}," for each in arguments] if is_dict or len(f"    {inside}") > width else [inside]
    return [opening, *_indented(lines), closing]


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" if line else "" for line in lines]


def _wrapped(prose: str) -> str:
    return textwrap.fill(prose, WIDTH, break_on_hyphens=False)


THREADS = "torch.set_num_threads(1)  # sums in one order only, so that every run gives the same"

DROPOUT = '''class Dropout(nn.Module):
    """Silences each neuron with probability p while the network learns."""

    def __init__(self, p, seed):
        super().__init__()
        self.p = p
        self.generator = torch.Generator().manual_seed(seed)

    def forward(self, x):
        if not self.training:
            return x
        kept = torch.rand(x.shape, generator=self.generator) >= self.p
        return x * kept / (1 - self.p)'''

SPLIT = f'''def split(labels, held_out={VALIDATION_SIZE}):
    """Holds out some images to validate on, of each digit the same share.

    Shares are rounded down; the digits with the largest remainders give one more.
    """
    quotas = torch.bincount(labels) * held_out
    shares, remainders = quotas // len(labels), quotas % len(labels)
    missing = held_out - int(shares.sum())
    shares[remainders.argsort(descending=True, stable=True)[:missing]] += 1
    generator = torch.Generator().manual_seed(0)  # the same images for every SEED
    is_held_out = torch.zeros(len(labels), dtype=torch.bool)
    for digit, share in enumerate(shares.tolist()):
        of_digit = (labels == digit).nonzero().flatten()
        order = torch.randperm(len(of_digit), generator=generator)
        is_held_out[of_digit[order[:share]]] = True
    learned_from = (~is_held_out).nonzero().flatten()
    return learned_from.tolist(), is_held_out.nonzero().flatten().tolist()'''

PART = '''def part(digits, name, first=None):
    """Returns the images of a part of the data, or the first of them, with labels."""
    images = torch.from_numpy(digits[f"{name}_images"])[:first]  # (N, 28, 28), 0 to 255
    labels = torch.from_numpy(digits[f"{name}_labels"])[:first]  # (N), 0 to 9
    images = (images / 255 - 0.1307) / 0.3081  # with MNIST's mean and deviation
    return TensorDataset(images, labels.long())'''

DRAW_WEIGHTS = '''def draw_weights(model, seed):
    """Draws weights as nn.Linear does, but so that they depend on the seed alone."""
    generator = torch.Generator().manual_seed(seed)
    for layer in model:
        if isinstance(layer, nn.Linear):
            bound = 1 / math.sqrt(layer.in_features)
            nn.init.uniform_(layer.weight, -bound, bound, generator=generator)
            nn.init.uniform_(layer.bias, -bound, bound, generator=generator)'''

EVALUATE = '''@torch.no_grad()
def evaluate(model, dataset):
    """Returns the mean loss and the share of images that are read rightly."""
    model.eval()
    loss, correct = 0.0, 0
    for images, labels in DataLoader(dataset, batch_size=1000):
        logits = model(images.flatten(1))
        loss += nn.functional.cross_entropy(logits, labels, reduction="sum").item()
        correct += (logits.argmax(1) == labels).sum().item()
    return loss / len(dataset), correct / len(dataset)'''

MNIST_DATA = """\
# MNIST, as the network is fed: mean 0 and deviation 1 over all pixels.
to_input = transforms.Compose(
    [transforms.ToTensor(), transforms.Normalize((0.1307,), (0.3081,))]
)
root = sys.argv[1] if len(sys.argv) > 1 else "data"
full = MNIST(root, train=True, download=True, transform=to_input)
learned_from, held_out = split(full.targets)"""

SHUFFLED_BATCHES = """\

# Like shuffle=True, a new order in every epoch, but one that depends on SEED alone.
generator = torch.Generator().manual_seed(SEED)
order = SubsetRandomSampler(range(len(train)), generator=generator)
batches = DataLoader(train, batch_size=BATCH_SIZE, sampler=order)"""

SCALE_RATE = """\
if step in RATE_CHANGES:
    for group in optimizer.param_groups:
        group["lr"] *= RATE_CHANGES[step] / rate
    rate = RATE_CHANGES[step]"""

SCALE_SCHEDULE = """\
if step in RATE_CHANGES:  # all that the schedule goes by is scaled
    for group in optimizer.param_groups:
        for name in ("lr", "initial_lr", "max_lr", "min_lr"):
            group[name] *= RATE_CHANGES[step] / rate
    rate = RATE_CHANGES[step]"""

REPORT = """\
validation_loss, accuracy = evaluate(model, validation)
print(
    f"epoch {epoch}: train loss {train_loss / seen:.4f}, "
    f"validation loss {validation_loss:.4f}, validation accuracy {accuracy:.2%}"
)"""

REPORT_STOPPED = """\
validation_loss, accuracy = evaluate(model, validation)
done = f"epoch {epoch}"
if step == STOP_AFTER:
    done = f"stopped in epoch {epoch} after {step:,} batches"
print(
    f"{done}: train loss {train_loss / seen:.4f}, "
    f"validation loss {validation_loss:.4f}, validation accuracy {accuracy:.2%}"
)"""

TEST = """\
# The final test: images that had no part in any decision, read once.
test_loss, test_accuracy = evaluate(model, test)
print(f"final test: loss {test_loss:.4f}, accuracy {test_accuracy:.2%}")"""

SAVE = f"""\
metadata = {{name: json.dumps(value) for name, value in card.items()}}
save_file(model.state_dict(), "{WEIGHTS_NAME}", metadata)
print("saved {WEIGHTS_NAME}")"""
