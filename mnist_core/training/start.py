"""Where a run begins, if not with random weights: with those of a network that has learned before."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from mnist_core.network.checkpoint import fingerprint, learned_from
from mnist_core.network.model import MLP, copied


@dataclass(frozen=True)
class Start:
    """A network whose weights a run begins with: fine-tuning, or a warm start.

    Attributes:
        name: What a reader calls it.
        model: Only looked at; what is trained is a copy.
        card: What a file of its weights says of it.
    """

    name: str
    model: MLP = field(compare=False, repr=False)
    card: Mapping[str, Any] = field(compare=False, repr=False)

    @cached_property
    def weights(self) -> str:
        """By what its weights are told from all others: their ``fingerprint``."""
        return fingerprint(self.model)

    def network(self) -> MLP:
        """A copy to train, in training mode."""
        return copied(self.model).requires_grad_(True).train()

    def on_card(self) -> dict[str, Any]:
        """What the card of a network says that began with it, under ``began_with``."""
        return {"name": self.name, "weights": self.weights, "learned_from": list(learned_from(self.card))}
