"""Weights on disk: safetensors, with a card that says what they are."""

import hashlib
import json
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from safetensors import SafetensorError

from mnist_core import MODELS
from mnist_core.files import write_whole
from mnist_core.network.bounds import can_be_read_with
from mnist_core.network.model import CLASSES, MLP, MLPConfig

SUFFIX = ".safetensors"
SHIPPED = MODELS / "shipped.safetensors"
LARGEST = 32_000_000  # bytes; the largest network MLPConfig allows has 20 million
LARGEST_CARD = 100_000  # bytes; ours have a thousand
# What a network can have learned from, as far as cards tell. What a network from a file met, only its maker knows.
DRAWN, LESSONS, OWN_DIGITS, FILE = "drawn digits", "lessons by hand", "own digits", "a file"
SOURCES = ("MNIST", "generated digits", DRAWN, LESSONS, OWN_DIGITS, FILE)
PRECISIONS = (torch.float16, torch.bfloat16, torch.float32, torch.float64)


class CheckpointError(ValueError):
    """A file is no checkpoint of a network of ours; the message is a sentence that says why."""


@dataclass(frozen=True)
class Checkpoint:
    """What was saved.

    Attributes:
        model: In eval mode.
        card: What the file says of it: settings, data set, seed, accuracy; plain JSON values.
    """

    model: MLP
    card: dict[str, Any]


def dumps(model: MLP, card: Mapping[str, Any], precision: torch.dtype = torch.float32) -> bytes:
    """Packs weights and card into what a file holds.

    The weights keep the names they have in a plain ``nn.Sequential``. The file's metadata holds the shape
    of the network under ``model`` and everything on the card, each as JSON.

    Args:
        model: What to save.
        card: JSON values by name.
        precision: torch.float16 takes half the bytes of torch.float32; ``load`` widens it again.

    Returns:
        A safetensors file.
    """
    metadata = {name: json.dumps(value) for name, value in card.items()}
    metadata["model"] = json.dumps(asdict(model.config))
    tensors = {name: tensor.detach().to(precision).contiguous() for name, tensor in model.state_dict().items()}
    return safetensors.torch.save(tensors, metadata)


def save(path: str | Path, model: MLP, card: Mapping[str, Any], precision: torch.dtype = torch.float32) -> None:
    """Writes weights and card, as ``dumps`` packs them, into a file, replaced if there is one; raises as ``write``."""
    write(path, dumps(model, card, precision))


def write(path: str | Path, content: bytes) -> None:
    """Writes what ``dumps`` has packed into a file: all of it or nothing, and then what was there before stays.

    Args:
        path: Where; replaced if there is one.
        content: A safetensors file.

    Raises:
        CheckpointError: If it can't be written there.
    """
    check_place(path)
    path = Path(path)
    try:
        write_whole(path, content)
    except OSError as error:
        raise CheckpointError(f"{path} can't be written: {error.strerror}.") from None


def check_place(path: str | Path) -> None:
    """Finds out whether a checkpoint can be written to a path, so that nobody trains for an hour and then loses it.

    Args:
        path: The file's name to be.

    Raises:
        CheckpointError: If the name does not end in ``SUFFIX``, or its folder is not there or takes no files.
    """
    path = Path(path)
    if path.suffix != SUFFIX:
        raise CheckpointError(f"{path} does not end in {SUFFIX}, which is the kind of file that is saved. Name it so.")
    if path.is_dir():
        raise CheckpointError(f"{path} is a folder. Name a file to save to.")
    if not path.parent.is_dir():
        raise CheckpointError(f"There is no folder {path.parent} to save {path.name} in. Make it first.")
    try:
        tempfile.TemporaryFile(dir=path.parent).close()
    except OSError as error:
        raise CheckpointError(f"Nothing can be saved in the folder {path.parent}: {error.strerror}.") from None


def load(path_or_bytes: str | Path | bytes, classes: int = CLASSES) -> Checkpoint:
    """Reads weights and card.

    Args:
        path_or_bytes: A file's path, or what is in it.
        classes: How many answers the network has to choose from.

    Returns:
        The model, in eval mode, and its card.

    Raises:
        CheckpointError: If it can't be read, or is not a network of ours with so many answers.
    """
    content = path_or_bytes if isinstance(path_or_bytes, bytes) else _read(Path(path_or_bytes))
    if len(content) > LARGEST:
        raise CheckpointError("The file is too large to be a network of ours.")
    card = _card(content)
    config = _config(card.get("model"))
    if config.classes != classes:
        raise CheckpointError(f"The network chooses from {config.classes} answers, but {classes} are needed here.")
    model = MLP(config)
    try:
        tensors = safetensors.torch.load(content)
    except (SafetensorError, ValueError, KeyError):  # whose words may repeat what the file says, however long
        raise CheckpointError("The weights can't be read: the file is damaged, or is not what it says.") from None
    expected = {name: tensor.shape for name, tensor in model.state_dict().items()}
    if {name: tensor.shape for name, tensor in tensors.items()} != expected:
        raise CheckpointError(f"The weights are not those of a {model.config.label} network, which the file claims.")
    if not all(tensor.dtype in PRECISIONS for tensor in tensors.values()):
        raise CheckpointError("The weights are not decimal numbers of 16, 32 or 64 bits.")
    model.load_state_dict({name: tensor.to(torch.float32) for name, tensor in tensors.items()})
    if not can_be_read_with(model):
        raise CheckpointError("Some weights are not numbers, or so large that what is computed from them would not be.")
    return Checkpoint(model.eval(), card)


def fingerprint(model: MLP) -> str:
    """Eight characters that tell its weights from any others, wherever they are: the beginning of their SHA-256.

    Args:
        model: Only looked at. Its dropout does not count.

    Returns:
        Of 0 to 9 and a to f.
    """
    digest = hashlib.sha256(repr((model.config.layer_sizes, model.config.activation)).encode())
    for tensor in model.state_dict().values():
        digest.update(tensor.detach().contiguous().numpy().tobytes())
    return digest.hexdigest()[:8]


def learned_from(card: Mapping[str, Any]) -> tuple[str, ...]:
    """What a network has learned from, the networks included that it began with.

    Args:
        card: Of the network. A file's can say anything; only what is known is repeated.

    Returns:
        Some of ``SOURCES``.
    """
    began = card.get("began_with")
    before = began.get("learned_from") if isinstance(began, dict) else None
    said = [card.get("dataset"), *(before if isinstance(before, list) else [])]
    marks = {"drawn_digits": DRAWN, "taught": LESSONS, "own_digits": OWN_DIGITS, "from_file": FILE}
    said += [source for mark, source in marks.items() if card.get(mark)]
    return tuple(source for source in SOURCES if source in said)


def load_shipped() -> MLP:
    """The network that comes with the project, in eval mode."""
    return load(SHIPPED).model


def shipped_card() -> dict[str, Any]:
    """The card of the network that comes with the project."""
    return _card(_read(SHIPPED))


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST:
            raise CheckpointError(f"{path.name} is too large to be a network of ours.")
        return path.read_bytes()
    except OSError as error:
        raise CheckpointError(f"{path.name} can't be read: {error.strerror}.") from None


def _card(content: bytes) -> dict[str, Any]:
    """The metadata at the head of a safetensors file: eight bytes of length, then JSON."""
    try:
        length = int.from_bytes(content[:8], "little")
        if length > LARGEST_CARD:
            raise ValueError("no card of ours is that long")
        header = json.loads(content[8 : 8 + length])
        return {name: json.loads(value) for name, value in header["__metadata__"].items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise CheckpointError("It is not a file of weights as this program writes them.") from None


def _config(fields: Any) -> MLPConfig:
    try:
        return MLPConfig(**fields)
    except TypeError:
        raise CheckpointError("The card does not say which network the weights belong to.") from None
    except ValueError as error:
        raise CheckpointError(f"The card describes no network that can be built. {error}") from None
