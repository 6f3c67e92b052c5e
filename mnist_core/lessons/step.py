"""One training step, slowly: ``train_step`` phase by phase, with everything laid open after each."""

import copy
import math
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

import torch
from torch import Tensor, nn

from mnist_core import words
from mnist_core.data.dataset import MEAN, STD, Splits
from mnist_core.network.functions import cross_entropy
from mnist_core.network.gradients import batch_gradient
from mnist_core.network.model import INPUTS, MLP, MLPConfig
from mnist_core.network.view import NetworkView, first_neurons, look
from mnist_core.source import source_of
from mnist_core.training.loop import OPTIMIZERS, TrainingConfig, fit, new_model, train_step

Phase = Literal["forward", "loss", "zero_grad", "backward", "step"]
PHASES: tuple[Phase, ...] = get_args(Phase)
CAN_BE_SKIPPED: tuple[Phase, ...] = ("zero_grad", "step")  # the others need what the one before made
# Without weight decay, so that the step of each is a direction times the learning rate.
SLOW_OPTIMIZERS = ("sgd", "momentum", "adam")
# How the line of each phase begins in train_step.
LINES: dict[Phase, str] = {
    "forward": "logits = model(",
    "loss": "loss = loss_function(",
    "zero_grad": "optimizer.zero_grad(",
    "backward": "loss.backward(",
    "step": "optimizer.step(",
}


@dataclass(frozen=True)
class WeightUpdate:
    """What a step did to one weight of the first layer, with all that its rule is made of.

    Attributes:
        neuron: Row of the weight, from 0.
        pixel: Its column, 0 to 783.
        before: The weight before the step.
        gradient: What ``.grad`` held for it.
        rate: The learning rate.
        after: The weight after the step.
        steps: How many steps the optimizer has taken, this one included.
        velocity: Momentum's running sum of gradients, v ← 0.9 v + gradient; else None.
        mean: Adam's m̂, a running mean of the gradient, corrected for its start at 0; else None.
        square: Adam's v̂, the same of the gradient's square; else None.
    """

    neuron: int
    pixel: int
    before: float
    gradient: float
    rate: float
    after: float
    steps: int
    velocity: float | None = None
    mean: float | None = None
    square: float | None = None


@dataclass(frozen=True)
class Moment:
    """How everything stands after a phase. Its tensors are copies.

    Attributes:
        number: Which training step this is, from 1.
        phase: The phase that has just ended; None before the first one.
        skipped: Whether that phase was left out.
        tensors: What is in memory, by name: images, labels, W1, b1, …, logits, loss, W1.grad, …, logits.grad. None
            for what is not there at the moment.
        changed: The names of those that the phase made, changed or threw away.
        lengths: The length of the gradient, all parameters taken as one row of numbers, after each backward pass
            since the gradients were last thrown away: one for each pass that is added up in them.
        losses: The loss of the batch before the first step and after each one.
        moved: Whether the weights have moved since the first of the passes that are added up.
        update: What the last step did to one weight; None before the first one.
    """

    number: int
    phase: Phase | None
    skipped: bool
    tensors: Mapping[str, Tensor | None]
    changed: frozenset[str]
    lengths: tuple[float, ...]
    losses: tuple[float, ...]
    moved: bool = False
    update: WeightUpdate | None = None

    @property
    def next_phase(self) -> Phase:
        """The phase that comes now."""
        return PHASES[0] if self.phase is None else PHASES[(PHASES.index(self.phase) + 1) % len(PHASES)]

    @property
    def coming_step(self) -> object:
        """What the next step depends on: two moments with equal ones, of one ``SlowStep``, foretell the same step."""
        steps = len(self.losses)
        return (steps, self.phase, self.lengths) if self.adds_up else steps

    @property
    def adds_up(self) -> bool:
        """Whether the next step will follow a sum of several gradients, because ``zero_grad`` was left out."""
        return self.phase in ("zero_grad", "backward") and len(self.lengths) + (self.phase == "zero_grad") > 1

    def there(self, name: str) -> Tensor:
        """The tensor of this name.

        Raises:
            ValueError: If it is not there at the moment.
        """
        tensor = self.tensors.get(name)
        if tensor is None:
            raise ValueError(f"There is no {name} at the moment.")
        return tensor

    @property
    def is_finite(self) -> bool:
        """Whether all numbers still are numbers."""
        return math.isfinite(self.losses[-1]) and all(
            tensor is None or bool(tensor.isfinite().all()) for tensor in self.tensors.values()
        )


@dataclass
class SlowStep:
    """Training on one batch, over and over, one phase at a time.

    Attributes:
        model: Trained in place; without dropout.
        inputs: torch.float32 [N, 784], normalized.
        labels: torch.int64 [N].
        optimizer_name: One of ``SLOW_OPTIMIZERS``.
        moment: How everything stands.

    Raises:
        ValueError: If the optimizer is another, or there are not as many labels as images.
    """

    model: MLP
    inputs: Tensor
    labels: Tensor
    optimizer_name: str
    moment: Moment = field(init=False)

    def __post_init__(self) -> None:
        if self.optimizer_name not in SLOW_OPTIMIZERS:
            raise ValueError(f"The optimizer is one of {', '.join(SLOW_OPTIMIZERS)}, not {self.optimizer_name!r}.")
        if not len(self.inputs) == len(self.labels) > 0:
            raise ValueError(f"There is one label for each image, not {len(self.labels)} for {len(self.inputs)}.")
        self._loss_function = nn.CrossEntropyLoss()
        self._optimizer = self._new_optimizer(self.model)
        self._logits: Tensor | None = None
        self._loss: Tensor | None = None
        self.moment = Moment(1, None, False, self._tensors(), frozenset(), (), (self._loss_now(),))

    @property
    def inked_pixel(self) -> int:
        """A pixel with ink in the first image, and two more to the right of it: a place worth looking at."""
        return min(int(self.inputs[0].argmax()), INPUTS - 3)

    @property
    def remembers(self) -> bool:
        """Whether the optimizer carries gradients of earlier steps on into the next one."""
        return self.optimizer_name != "sgd" and len(self.moment.losses) > 1

    def advance(self, rate: float, skip: bool = False) -> Moment:
        """Does the next phase, or leaves it out.

        Args:
            rate: The learning rate, above 0; only ``step`` uses it.
            skip: Whether to leave it out, if it is one of ``CAN_BE_SKIPPED``.

        Returns:
            How everything stands now; also in ``moment``.

        Raises:
            ValueError: If the rate is not a number above 0, or the phase can't be left out.
        """
        before, phase = self.moment, self.moment.next_phase
        if not (math.isfinite(rate) and rate > 0):
            raise ValueError(f"The learning rate is a number above 0, not {rate!r}.")
        if skip and phase not in CAN_BE_SKIPPED:
            raise ValueError(f"{phase} can't be left out: what comes after needs what it makes.")
        if not skip:
            self._do(phase, rate)
        tensors = self._tensors()
        moved = phase == "step" and not skip
        cleared = phase == "zero_grad" and not skip
        self.moment = Moment(
            number=before.number + (before.phase == "step"),
            phase=phase,
            skipped=skip,
            tensors=tensors,
            changed=_changed(before.tensors, tensors),
            lengths=self._lengths(before.lengths, phase, skip),
            losses=(*before.losses, self._loss_now()) if moved else before.losses,
            moved=not cleared and (moved or before.moved),
            update=self._update(before, rate) if moved else before.update,
        )
        return self.moment

    def _do(self, phase: Phase, rate: float) -> None:
        match phase:
            case "forward":
                self._logits, self._loss = self.model(self.inputs), None
                self._logits.retain_grad()  # autograd forgets the gradients of what is not a parameter
            case "loss":
                self._loss = self._loss_function(self._logits, self.labels)
            case "zero_grad":
                self._optimizer.zero_grad()
            case "backward":
                assert self._loss is not None
                self._loss.backward()
            case "step":
                for group in self._optimizer.param_groups:
                    group["lr"] = rate
                self._optimizer.step()

    def view(self) -> NetworkView:
        """The network while it reads the first image of the batch, with the weights it has now.

        After ``backward`` it has the gradient of that image's loss, its share in the batch's, which is the mean of all.
        The step that follows moves the weights, and that gradient is no longer theirs.

        Returns:
            The first neurons of each layer, always the same, with their weights.
        """
        image = (self.inputs[0].float() * STD + MEAN).clamp(0, 1).view(28, 28)
        return look(
            self.model,
            image,
            label=int(self.labels[0]),
            shown=first_neurons(self.model.config),
            with_weights=True,
            with_gradient=self.moment.phase == "backward",
        )

    def direction(self) -> dict[str, Tensor]:
        """Where the optimizer will move the weights with its next step, for a learning rate of 1.

        The step does not depend on where the weights stand, so it is read off weights that are all 0: after it, they
        are the step. The gradients are those the step will find if no phase is left out from here on.

        Returns:
            For each parameter of the model, by its name there: torch.float32 of its shape.
        """
        model = copy.deepcopy(self.model)
        gradients = self._coming_gradients()
        with torch.no_grad():
            for name, parameter in model.named_parameters():
                parameter.zero_()
                parameter.grad = gradients[name].clone()
        optimizer = self._new_optimizer(model)
        optimizer.load_state_dict(copy.deepcopy(self._optimizer.state_dict()))
        for group in optimizer.param_groups:
            group["lr"] = 1.0
        optimizer.step()
        return {name: parameter.detach() for name, parameter in model.named_parameters()}

    def _coming_gradients(self) -> dict[str, Tensor]:
        found = {name: parameter.grad for name, parameter in self.model.named_parameters()}
        if self.moment.phase == "backward":
            return {name: gradient for name, gradient in found.items() if gradient is not None}
        fresh = batch_gradient(self.model, self.inputs, self.labels)
        if self.moment.phase != "zero_grad":
            return fresh
        # What zero_grad has left, if it was left out, is added to.
        return {name: fresh[name] if old is None else old + fresh[name] for name, old in found.items()}

    def _new_optimizer(self, model: MLP) -> torch.optim.Optimizer:
        return OPTIMIZERS[self.optimizer_name](model, TrainingConfig(optimizer=self.optimizer_name))

    def _lengths(self, before: tuple[float, ...], phase: Phase, skip: bool) -> tuple[float, ...]:
        if phase == "backward":
            squares = [
                parameter.grad.double().square().sum()
                for parameter in self.model.parameters()
                if parameter.grad is not None
            ]
            return (*before, math.sqrt(float(sum(squares))))
        return () if phase == "zero_grad" and not skip else before

    @torch.no_grad()
    def _loss_now(self) -> float:
        return float(self._loss_function(self.model(self.inputs), self.labels))

    def _tensors(self) -> dict[str, Tensor | None]:
        parameters = _lettered(self.model)
        logits, loss = self._logits, self._loss
        return {
            "images": self.inputs,
            "labels": self.labels,
            **{name: parameter.detach().clone() for name, parameter in parameters.items()},
            "logits": None if logits is None else logits.detach().clone(),
            "loss": None if loss is None else loss.detach().clone(),
            **{f"{name}.grad": _copy(parameter.grad) for name, parameter in parameters.items()},
            "logits.grad": None if logits is None else _copy(logits.grad),
        }

    def _update(self, before: Moment, rate: float) -> WeightUpdate:
        """Of the weight with the largest gradient."""
        old, gradient = before.there("W1"), before.there("W1.grad")
        neuron, pixel = divmod(int(gradient.abs().argmax()), INPUTS)
        weight = _lettered(self.model)["W1"]
        known = self._optimizer.state[weight]  # by the parameter itself

        def of_it(name: str) -> float | None:
            return float(known[name][neuron, pixel]) if name in known else None

        steps = len(self.moment.losses)  # the one before the first step makes up for this one
        mean, square = of_it("exp_avg"), of_it("exp_avg_sq")
        return WeightUpdate(
            neuron=neuron,
            pixel=pixel,
            before=float(old[neuron, pixel]),
            gradient=float(gradient[neuron, pixel]),
            rate=rate,
            after=float(weight.detach()[neuron, pixel]),
            steps=steps,
            velocity=of_it("momentum_buffer"),
            mean=None if mean is None else mean / (1 - 0.9**steps),
            square=None if square is None else square / (1 - 0.999**steps),
        )


def two_backwards(model: MLP, inputs: Tensor, labels: Tensor, zero_grad: bool) -> list[Tensor]:
    """What ``.grad`` of the first layer holds after one backward pass, and after a second one on the same batch.

    Args:
        model: Copied, not changed.
        inputs: torch.float32 [N, 784], normalized.
        labels: torch.int64 [N].
        zero_grad: Whether the gradients are thrown away before each pass.

    Returns:
        Two gradients: torch.float32 [neurons, 784].
    """
    model = copy.deepcopy(model)
    model.zero_grad()
    weight = _lettered(model)["W1"]
    found = []
    for _ in range(2):
        if zero_grad:
            model.zero_grad()
        loss = cross_entropy(model(inputs), labels).mean()
        loss.backward()  # adds to what .grad holds
        assert weight.grad is not None
        found.append(weight.grad.clone())
    return found


def partly_trained(model_config: MLPConfig, splits: Splits, batches: int = 100) -> MLP:
    """A network that has begun to learn: always the same for the same digits.

    Args:
        model_config: Its shape.
        splits: What it learns from.
        batches: How many, of 32 training images each, with Adam at 0.001.

    Returns:
        The network.
    """
    model = new_model(model_config, seed=0)
    for event in fit(model, splits.train, splits.validation, TrainingConfig(epochs=batches, batch_size=32)):
        if event.step >= batches:
            break
    return model


def marked_source(phase: Phase | None, skipped: bool = False) -> str:
    """The body of ``train_step`` with an arrow at the line of a phase.

    Args:
        phase: Which one; None: no arrow.
        skipped: Whether it was left out: then it gets a cross.

    Returns:
        The lines.
    """
    _, _, below_docstring = source_of(train_step).split('"""')
    body = textwrap.dedent(below_docstring.strip("\n")).splitlines()
    marks = ["→×"[skipped] if phase and line.startswith(LINES[phase]) else " " for line in body]
    return "\n".join(f"{mark} {line}" for mark, line in zip(marks, body, strict=True))


def excerpt(tensor: Tensor | None, pixel: int = 0) -> str:
    """Some of the values of a tensor: three of its first row, or all if there are no more.

    Args:
        tensor: Any; None is none yet.
        pixel: Which values of a row of 784 come first, since at the edge they are all alike; 0 to 781.

    Returns:
        The values as text.
    """
    if tensor is None:
        return "none"
    row = tensor if tensor.ndim < 2 else tensor[0]
    if row.ndim == 0:
        return _number(float(row))
    if not row.is_floating_point():
        return ", ".join(str(int(value)) for value in row)
    start = pixel if len(row) == INPUTS else 0
    values = ", ".join(_number(float(value)) for value in row[start : start + 3])
    return f"{'… ' if start else ''}{values}{' …' if tensor.numel() > start + 3 else ''}"


def _number(value: float) -> str:
    if value and abs(value) < 0.0005:
        return words.minus(f"{value:.0e}")
    return words.number(value, 3)


def _lettered(model: MLP) -> dict[str, Tensor]:
    """The parameters by the lessons' names: W1, b1, W2 and so on."""
    dense = [layer for layer in model if isinstance(layer, nn.Linear)]
    named = {}
    for number, layer in enumerate(dense, start=1):
        named[f"W{number}"], named[f"b{number}"] = layer.weight, layer.bias
    return named


def _copy(tensor: Tensor | None) -> Tensor | None:
    return None if tensor is None else tensor.detach().clone()


def _changed(before: Mapping[str, Tensor | None], after: Mapping[str, Tensor | None]) -> frozenset[str]:
    def differ(old: Tensor | None, new: Tensor | None) -> bool:
        if old is None or new is None:
            return old is not new
        return not torch.equal(old, new)

    return frozenset(name for name in after if differ(before[name], after[name]))
