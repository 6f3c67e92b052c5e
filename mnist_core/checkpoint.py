"""Weights on disk: safetensors, with a card that says what they are."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from safetensors import SafetensorError

from mnist_core.model import MLP, MLPConfig

SHIPPED = Path(__file__).resolve().parent.parent / "models" / "shipped.safetensors"
LARGEST = 32_000_000  # bytes; the largest network MLPConfig allows has 20 million


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


def save(path: str | Path, model: MLP, card: Mapping[str, Any]) -> None:
    """Writes weights and card.

    The weights keep the names they have in a plain ``nn.Sequential``. The file's metadata holds the shape
    of the network under ``model`` and everything on the card, each as JSON.

    Args:
        path: The file, replaced if there is one.
        model: What to save.
        card: JSON values by name.
    """
    metadata = {name: json.dumps(value) for name, value in card.items()}
    metadata["model"] = json.dumps(asdict(model.config))
    tensors = {name: tensor.detach().contiguous() for name, tensor in model.state_dict().items()}
    Path(path).write_bytes(safetensors.torch.save(tensors, metadata))


def load(path_or_bytes: str | Path | bytes) -> Checkpoint:
    """Reads weights and card.

    Args:
        path_or_bytes: A file's path, or what is in it.

    Returns:
        The model, in eval mode, and its card.

    Raises:
        CheckpointError: If it can't be read, or is not a network of ours.
    """
    content = path_or_bytes if isinstance(path_or_bytes, bytes) else _read(Path(path_or_bytes))
    card = _card(content)
    model = MLP(_config(card.get("model")))
    try:
        tensors = safetensors.torch.load(content)
    except (SafetensorError, ValueError, KeyError) as error:
        raise CheckpointError(f"The weights can't be read: {error}.") from None
    expected = {name: tensor.shape for name, tensor in model.state_dict().items()}
    if {name: tensor.shape for name, tensor in tensors.items()} != expected:
        raise CheckpointError(f"The weights are not those of a {model.config.label} network, which the file claims.")
    if not all(tensor.is_floating_point() and tensor.isfinite().all() for tensor in tensors.values()):
        raise CheckpointError("Some weights are not numbers.")
    model.load_state_dict({name: tensor.to(torch.float32) for name, tensor in tensors.items()})
    return Checkpoint(model.eval(), card)


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
        header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
        return {name: json.loads(value) for name, value in header["__metadata__"].items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise CheckpointError("This is not a safetensors file with a card of ours.") from None


def _config(fields: Any) -> MLPConfig:
    try:
        return MLPConfig(**fields)
    except TypeError:
        raise CheckpointError("The card does not say which network the weights belong to.") from None
    except ValueError as error:
        raise CheckpointError(f"The card describes no network that can be built. {error}") from None
