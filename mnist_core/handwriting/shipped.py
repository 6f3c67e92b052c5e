"""How the network that comes with the project is trained: ``python -m mnist_core ship --help``.

It learns from MNIST, distorted anew in every epoch, and from digits that this program draws, since many people
write their 1s, 4s, 7s and 9s as hardly anybody did in MNIST. Afterwards its logits are divided by the temperature at
which its probabilities fit MNIST's validation images best, and that is folded into its last layer.
"""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor, nn

from mnist_core.data.augmentation import distort, elastic, pen
from mnist_core.data.dataset import Dataset, Splits
from mnist_core.data.generated import make_digits
from mnist_core.evaluation.accuracy import evaluate
from mnist_core.evaluation.calibration import calibrate, fit_temperature
from mnist_core.network.checkpoint import dumps, load
from mnist_core.network.model import MLP, MLPConfig
from mnist_core.training.loop import EpochEvent, TrainingConfig, fit, new_model

MODEL = MLPConfig((800, 400))  # distorted MNIST and drawn digits are more to learn than MNIST alone
TRAINING = TrainingConfig(
    epochs=60,  # 120 learn the images by heart while distortion is weak: it has to stay stronger if there are more
    batch_size=512,  # two thirds of them MNIST's, one third drawn; smaller ones learn more an image, but less a second
    learning_rate=3e-3,  # the highest; the schedule warms up to it and comes down to nothing
    optimizer="adamw",  # learns as fast as Adam, and its decay keeps weights small that nothing asks for
    seed=3,  # of weights, order and distortion; of five it is the one nearest to their mean
    weight_decay=0.01,  # AdamW's usual
    schedule="one-cycle",
)
# Of distortion, in the first epoch and in the last: first what may happen to a digit, at last digits as they come.
STRENGTH = 1.2, 0.4
DRAWN = 110_000  # digits: twice as many as MNIST's, and half as many are used in an epoch, so each is seen seldom
DRAWN_SHARE = 1 / 3  # of a batch: enough to learn how else people write, and most of the network is left to MNIST
DRAWN_SEED = 1_000  # none that a test or a benchmark draws its own digits with
DRAWN_PEN = 0.7  # pixels at each edge, at most: their pens differ from person to person, the brushes here even more
DRAWN_WARP = 0.6  # pixels: each is bent a little; being moved and slanted is in the way they are drawn
PRECISION = torch.float16  # half the file, and no answer changes


@dataclass(frozen=True)
class Shipped:
    """The network as it is stored, with its card."""

    model: MLP
    card: dict[str, Any]
    content: bytes  # of the file


def ship(
    splits: Splits, model_config: MLPConfig = MODEL, config: TrainingConfig = TRAINING, drawn: int = DRAWN
) -> Iterator[EpochEvent | Shipped]:
    """Trains, calibrates and packs the network. The same arguments give the same file but for the time it took.

    Args:
        splits: MNIST. The test images are read once, at the end.
        model_config: The network.
        config: How to train it; ``DRAWN_SHARE`` of each batch is drawn, the rest from ``splits``.
        drawn: How many digits to draw.

    Yields:
        The figures at each epoch's end, those of training on distorted images and drawn ones; and ``Shipped`` at last.
    """
    started = time.perf_counter()
    model = new_model(model_config, config.seed)
    batches = _Mixed(splits.train, make_digits(drawn, DRAWN_SEED), config)
    with _rough_products():
        for event in fit(model, batches, splits.validation, config):
            if isinstance(event, EpochEvent):
                yield event
    temperature = fit_temperature(evaluate(model, splits.validation))
    divide_logits(model, temperature)
    stored = load(dumps(model, {}, PRECISION)).model  # what is measured is what is stored
    validation, test = evaluate(stored, splits.validation), evaluate(stored, splits.test)
    card = {
        "dataset": splits.name,
        "train_size": len(splits.train),
        "drawn_digits": {"count": drawn, "seed": DRAWN_SEED, "share_of_a_batch": round(DRAWN_SHARE, 4)},
        "augment": "affine, elastic and pen on MNIST's images; elastic and pen on the drawn ones",
        "seed": config.seed,
        "training": asdict(config),
        "epochs_done": config.epochs,
        "seconds": round(time.perf_counter() - started),
        "threads": torch.get_num_threads(),
        "temperature": round(temperature, 4),  # already in the weights
        "precision": str(PRECISION).removeprefix("torch."),
        "validation_accuracy": round(validation.accuracy, 4),
        "validation_calibration_error": round(calibrate(validation).error, 4),
        "test_accuracy": round(test.accuracy, 4),
        "test_calibration_error": round(calibrate(test).error, 4),
    }
    yield Shipped(stored, card, dumps(stored, card, PRECISION))


@contextmanager
def _rough_products() -> Iterator[None]:
    """Inside, matrices are multiplied with eight binary digits of each number, and the products summed with all 24.

    That is bfloat16: a processor with a unit for it (AMX) takes a fifth of the time, and the noise in the gradients is
    far smaller than that of choosing a batch. A processor without one may end with slightly different weights.
    """
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("medium")
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)


class _Mixed:
    """MNIST's images, distorted, and drawn digits in every batch, for ``fit``. An epoch is one pass over MNIST's."""

    def __init__(self, real: Dataset, drawn: Dataset, config: TrainingConfig) -> None:
        self._real, self._drawn = real, drawn
        self._of_a_batch = round(config.batch_size * (1 - DRAWN_SHARE))  # are real
        self._generator = torch.Generator().manual_seed(config.seed)
        self._strengths = iter(torch.linspace(*STRENGTH, config.epochs).tolist())

    def __len__(self) -> int:
        return math.ceil(len(self._real) / self._of_a_batch)

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        strength = next(self._strengths)
        for chosen in torch.randperm(len(self._real), generator=self._generator).split(self._of_a_batch):
            yield _batch(self._real.subset(chosen), self._drawn, self._generator, strength)


def _batch(real: Dataset, drawn: Dataset, generator: torch.Generator, strength: float) -> tuple[Tensor, Tensor]:
    """Some of MNIST's images, distorted, and their share of drawn ones: torch.uint8 [n, 28, 28], torch.int64 [n]."""
    count = round(len(real) * DRAWN_SHARE / (1 - DRAWN_SHARE))
    own = drawn.subset(torch.randint(len(drawn), (count,), generator=generator))
    bent = pen(elastic(own.images, generator, DRAWN_WARP), generator, DRAWN_PEN)
    return torch.cat((distort(real.images, generator, strength), bent)), torch.cat((real.labels, own.labels))


@torch.no_grad()
def divide_logits(model: MLP, temperature: float) -> None:
    """Folds a temperature into the last layer: z / T = (W / T) a + b / T. The order of the answers stays.

    Args:
        model: Changed in place.
        temperature: T, above 0.

    Raises:
        ValueError: If the temperature is not above 0.
    """
    if not temperature > 0:
        raise ValueError(f"A temperature is above 0, not {temperature!r}.")
    last = model[-1]
    assert isinstance(last, nn.Linear)
    last.weight.div_(temperature)
    last.bias.div_(temperature)
