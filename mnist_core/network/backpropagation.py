"""Backpropagation, written out: forward through the layers, then the error back through them to every weight.

Autograd finds the same gradients from any code, and takes longer to keep its books than a small network takes to
calculate. Here each line is one formula of the chain rule, for the networks that this project trains. The numbers are
autograd's to the last bit: where a formula would round otherwise, its line calls the kernel that autograd calls. See
Rumelhart, Hinton and Williams (1986), "Learning representations by back-propagating errors".
"""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mnist_core.network.model import MLP, Dropout

aten = torch.ops.aten  # PyTorch's kernels by their own names
# In place: nobody needs the sums again.
ACTIVATE: dict[str, Callable[[Tensor], Tensor]] = {"relu": torch.relu_, "tanh": torch.tanh_, "sigmoid": torch.sigmoid_}
# What comes back, times the slope of the activation. That can be told from h, what the neuron passed on.
TIMES_SLOPE: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "relu": lambda back, h: aten.threshold_backward.default(back, h, 0),  # 1 where h > 0; 0 for a silent neuron
    "tanh": aten.tanh_backward.default,  # 1 - h²
    "sigmoid": aten.sigmoid_backward.default,  # h (1 - h), at most 1/4
}


class Backpropagation:
    """A network, and the way back through it.

    Attributes:
        weights: The weights and biases of each dense layer in turn, from the pixels on: the model's own.
        gradients: How the loss of the last batch changes with each of them: the model's own ``.grad``.
    """

    def __init__(self, model: MLP) -> None:
        dense = [layer for layer in model if isinstance(layer, nn.Linear)]
        parameters = [parameter for layer in dense for parameter in (layer.weight, layer.bias)]
        self.weights = [parameter.detach() for parameter in parameters]
        self.gradients = [torch.zeros_like(weight) for weight in self.weights]
        for parameter, gradient in zip(parameters, self.gradients, strict=True):
            parameter.grad = gradient
        self._w, self._b = self.weights[::2], self.weights[1::2]
        self._w_turned = [w.t() for w in self._w]
        self._of_w, self._of_b = self.gradients[::2], self.gradients[1::2]
        self._activate, self._times_slope = ACTIVATE[model.config.activation], TIMES_SLOPE[model.config.activation]
        self._dropout = [layer for layer in model if isinstance(layer, Dropout)]
        self._images, self._minus_y = 0, torch.empty(0)  # of the last batch, for its mean: -y / N

    def run(self, x: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Takes one batch forward and back. Then ``gradients`` holds what it says of every weight.

        Args:
            x: torch.float32 [N, 784], normalized.
            labels: torch.int64 [N].

        Returns:
            The loss, torch.float32 [], and the logits, torch.float32 [N, classes].
        """
        fed, passed, kept = self._forward(x)
        logits = torch.addmm(self._b[-1], fed[-1], self._w_turned[-1])  # z = h Wᵀ + b
        log_p = torch.log_softmax(logits, dim=1)
        loss = F.nll_loss(log_p, labels)  # the mean of -ln p of the right digits
        self._backward(self._error(log_p, labels), fed, passed, kept)
        return loss, logits

    def _forward(self, x: Tensor) -> tuple[list[Tensor], list[Tensor], list[Tensor]]:
        """What each dense layer is fed, what each activation passed on, and which neurons dropout kept."""
        fed, passed, kept = [x], [], []
        for layer in range(len(self._w) - 1):
            h = self._activate(torch.addmm(self._b[layer], fed[layer], self._w_turned[layer]))  # h = ReLU(x Wᵀ + b)
            passed.append(h)
            if self._dropout:
                kept.append(self._dropout[layer].draw(h.shape))
                h = h * kept[layer] / self._dropout[layer].share_kept
            fed.append(h)
        return fed, passed, kept

    def _error(self, log_p: Tensor, labels: Tensor) -> Tensor:
        """How the loss changes with each logit: δ = (p - y) / N, where y is 1 for the right digit and 0 for others."""
        if len(labels) != self._images:
            self._images, self._minus_y = len(labels), torch.eye(len(self._b[-1])) / -len(labels)
        return torch._log_softmax_backward_data(self._minus_y.index_select(0, labels), log_p, 1, torch.float32)

    def _backward(self, delta: Tensor, fed: list[Tensor], passed: list[Tensor], kept: list[Tensor]) -> None:
        """From the last layer to the first: the gradients of its weights, then the error of the layer before it."""
        for layer in reversed(range(len(self._w))):
            torch.mm(delta.t(), fed[layer], out=self._of_w[layer])  # a weight's slope: its neuron's δ times its input
            torch.sum(delta, 0, out=self._of_b[layer])
            if layer == 0:
                return  # the pixels have nothing to learn
            back = torch.mm(delta, self._w[layer])  # every neuron hears from all that it feeds: δ W
            if self._dropout:
                back = back / self._dropout[layer - 1].share_kept * kept[layer - 1]
            delta = self._times_slope(back, passed[layer - 1])
