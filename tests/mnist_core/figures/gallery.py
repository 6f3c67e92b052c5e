"""Every figure once, as full of words as it gets: what is asked of all of them is asked of these."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch

from mnist_core.data.styles import STYLES
from mnist_core.evaluation.calibration import Bin
from mnist_core.figures.backpropagation import AT_ALL, way_back
from mnist_core.figures.backpropagation_check import DOUBLE, SINGLE, errors_over_steps, slope_and_secant
from mnist_core.figures.backpropagation_pictures import WayPicture, neuron_squares, pictures_in_a_row
from mnist_core.figures.bars import probability_bars
from mnist_core.figures.batches import cosine_bars, gradient_bars, running_mean_lines, xray_cards
from mnist_core.figures.breaking import Reading as ReadCard
from mnist_core.figures.breaking import digit_bars, failure_curve, reading_cards
from mnist_core.figures.breaking_adversarial import Change, changes
from mnist_core.figures.cards import cards, two_lines
from mnist_core.figures.certainty import images_per_bin, loss_over_temperature, reliability_diagram
from mnist_core.figures.collection import Share, share_intervals, small_confusion
from mnist_core.figures.collection_learning import Trial, kept_back, over_the_epochs
from mnist_core.figures.cross_entropy_arrows import gradient_arrows
from mnist_core.figures.cross_entropy_batch import batch_losses, batch_mean
from mnist_core.figures.cross_entropy_bias import over_a_bias
from mnist_core.figures.cross_entropy_squared import two_pushes
from mnist_core.figures.curves import loss_of_probability, training_curve
from mnist_core.figures.data import class_bars, level_histogram, number_table, scale_bars
from mnist_core.figures.data_distances import mean_distances
from mnist_core.figures.data_styles import digit_styles
from mnist_core.figures.draw import Picture, photo_way
from mnist_core.figures.draw_row import row_picture
from mnist_core.figures.evidence import account, neuron_tiles
from mnist_core.figures.finish import small_columns, small_hill
from mnist_core.figures.initialisation import first_losses, gradient_lines, sum_hills
from mnist_core.figures.layers import activation_curves, score_pairs, silenced_neurons, two_classes_map
from mnist_core.figures.mistakes import accuracies, confusion_matrix, precision_and_recall
from mnist_core.figures.network import network_diagram, weight_areas
from mnist_core.figures.network_flat import flattened
from mnist_core.figures.overfitting import learning_by_heart
from mnist_core.figures.pixels import CostRow, Tile, cost_table, two_readings, way_pictures
from mnist_core.figures.runs import final_accuracies, run_curves, seed_bands
from mnist_core.figures.side_by_side import comparison_curves
from mnist_core.figures.softmax import score_bars
from mnist_core.figures.step_hill import hill_and_ball
from mnist_core.figures.step_landscape import loss_landscape
from mnist_core.figures.step_ruler import learning_rate_ruler
from mnist_core.figures.teach import before_and_now, lessons_curve, loss_and_slope, rates_tried, score_slopes
from mnist_core.figures.theme import Theme, VegaFigure
from mnist_core.figures.tiles import tiles
from mnist_core.figures.train_batch import phase_cards
from mnist_core.figures.train_norms import norm_curves
from mnist_core.figures.train_schedule import rate_curves
from mnist_core.figures.train_weights import weight_tiles
from mnist_core.figures.two_classes import logit_bars, probability_of_label, sigmoid_curve, told_apart
from mnist_core.figures.two_classes_plane import plane
from mnist_core.figures.welcome import hundred_squares
from mnist_core.handwriting.is_digit import KINDS, Verdict
from mnist_core.handwriting.several import Box, Cut, Mark, Piece, Row
from mnist_core.lessons.backpropagation import small_pass
from mnist_core.lessons.batches_xray import BatchXray
from mnist_core.lessons.overfitting import Reading, Remedies, Study
from mnist_core.lessons.runs_comparison import Band, RunResult
from mnist_core.lessons.train import BatchSeen
from mnist_core.network.model import MLPConfig
from mnist_core.network.view import look
from mnist_core.training.loop import BatchEvent, EpochEvent, RateEvent, TrainingConfig, TrainingDiverged, new_model
from mnist_core.training.records import Norms, RunRecord, Score

Builder = Callable[[Theme], VegaFigure | str]

DIGITS = [str(digit) for digit in range(10)]
P = [0.02, 0.0, 0.004, 0.7, 0.0, 0.2, 0.0, 0.0, 0.07, 0.006]
DRAW = np.random.default_rng(0)
INK = np.clip(DRAW.random((28, 28)) - 0.5, 0, 1)
WEIGHTS = DRAW.standard_normal((10, 28, 28))
IMAGES = torch.from_numpy((INK * 255).astype(np.uint8)).expand(10, 28, 28).contiguous()
COUNTS = [[950 if shown == read else (shown * read) % 7 for read in range(10)] for shown in range(10)]


def _record(seed: int = 0) -> RunRecord:
    draw = np.random.default_rng(seed)
    losses = 2.3 * np.exp(-np.arange(1, 41) / 12) + 0.2 * draw.random(40)
    batches = tuple(
        BatchEvent(1 + n // 8, n + 1, 25, float(x), max(0.0, 1 - float(x) / 2.3)) for n, x in enumerate(losses)
    )
    epochs = tuple(
        EpochEvent(e, 8 * e, float(losses[8 * e - 1]), 0.8, float(losses[8 * e - 1]) + 0.1, 0.6 + 0.06 * e)
        for e in range(1, 6)
    )
    norms = tuple(Norms(n, (5 + n / 10, 4.8, 2 + n / 20), (1 / n, 0.8 / n, 0.3)) for n in range(1, 41))
    rates = (RateEvent(2, 0.003), RateEvent(6, 0.0005), RateEvent(36, 1.0))
    config = TrainingConfig(epochs=5, batch_size=25)
    return RunRecord(MLPConfig((128, 64)), config, "MNIST", 200, 40, batches, epochs, rates, norms)


RUN = _record()
EXPLODED = replace(
    RUN, steps=3, batches=RUN.batches[:2], epochs=(), norms=(), diverged=TrainingDiverged(3, 0, math.inf, 10.0)
)
STUDY = Study(
    Remedies(),
    "MNIST",
    500,
    tuple(Reading(e, 1.5 / e, 0.5, 0.4 + 0.02 * abs(e - 12), 0.9) for e in range(1, 41)),
)
BINS = [
    Bin(n / 15, (n + 1) / 15, 4 + 300 * (n == 14), 3 + 280 * (n == 14), 3.2 + 290 * (n == 14), 1.0)
    for n in range(4, 15)
]
VIEW = look(new_model(MLPConfig((16,)), 0), IMAGES[0] / 255, label=0, with_gradient=True)
SEEN = BatchSeen(
    step=5,
    images=IMAGES,
    labels=torch.arange(10),
    probabilities=torch.tensor([P] * 10),
    losses=torch.linspace(0.01, 5, 10),
    loss=1.234,
    loss_after=1.1,
    gradients=(1.234, 0.567, 0.089),
    changes=(0.0123, 0.0045, 0.0001),
    weights=(9.0, 7.0, 3.0),
    view=VIEW,
    view_after=VIEW,
)
XRAY = BatchXray(tuple(range(8)), (0, 1, 2, 3, 4, 5, 6, 1), (0.001,) * 7 + (4.5,), (0.1,) * 7 + (12.34,), 3.0, 1.0, 0.5)
BANDS = {
    "784-128-10, AdamW at 0.003": Band("a", {seed: _record(seed) for seed in range(3)}),
    "784-10, SGD": Band("b", {seed: _record(seed + 7) for seed in range(3)}),
}
RATES = [10.0**power for power in range(-4, 2)]


def _histogram(theme: Theme) -> VegaFigure:
    counts = [50_000, *(300 + level for level in range(255))]
    return level_histogram(
        counts=counts,
        shift=0.1307,
        scale=0.3081,
        mean=0.0,
        deviation=1.0,
        value=2.82,
        name="pixel, normalised",
        without_paper=True,
        theme=theme,
    )


def _failure(theme: Theme) -> VegaFigure:
    amounts, read = [0, 0.25, 0.5, 0.75, 1], [0.98, 0.9, 0.7, 0.4, 0.1]
    return failure_curve(
        amounts=amounts,
        read=read,
        ring=(0.5, 0.7),
        title="share of neurons silenced in every hidden layer",
        shown="%",
        theme=theme,
        reference=read[::-1],
    )


NO_KIND = (0.0,) * len(KINDS)
ROW = Row(
    pieces=tuple(
        Piece(
            Box(4, 24, left, left + 10),
            torch.rand(28, 28),
            torch.tensor(P),
            Verdict(read, kind, (0.0,) * len(KINDS), ""),
        )
        for left, read, kind in ((2, True, "digit"), (16, False, "letter"))
    ),
    cuts=(Cut(((0.0, 13.0), (28.0, 15.0)), 0.7, 0.5),),
    marks=(Mark(Box(20, 24, 12, 15), "a dot"),),
)

GALLERY: dict[str, Builder] = {
    "digit_styles": lambda theme: digit_styles(
        styles=[style for style in STYLES if style.digit == 4],
        hands=[IMAGES[:4] for style in STYLES if style.digit == 4],
        theme=theme,
    ),
    "row_picture": lambda theme: row_picture(drawing=IMAGES[0].numpy(), row=ROW, theme=theme, height=112),
    "photo_way": lambda theme: photo_way(
        pictures=[Picture(IMAGES[0].numpy(), "What it sees", "The ink in 28 by 28 pixels")], theme=theme
    ),
    "probability_bars": lambda theme: probability_bars(probabilities=P, classes=DIGITS, theme=theme, right="3"),
    "sure": lambda theme: probability_bars(probabilities=[1.0] + [0.0] * 9, classes=DIGITS, theme=theme, right="3"),
    "cosine_bars": lambda theme: cosine_bars(
        cosines={"shuffled": 0.62, "sorted by digit": -0.04, "as they come": 0.98}, chosen="shuffled", theme=theme
    ),
    "running_mean_lines": lambda theme: running_mean_lines(
        means={"shuffled": [0.1, 0.05, 0.06], "sorted by label": [0.01, 0.03, 0.06]},
        each=50,
        chosen="shuffled",
        theme=theme,
    ),
    "gradient_bars": lambda theme: gradient_bars(norms=[8.3, 1.2] + [0.01] * 30, chosen=0, theme=theme),
    "xray_cards": lambda theme: xray_cards(
        images=IMAGES.numpy(), xray=XRAY, order=range(8), theme=theme, longest=12.34
    ),
    "digit_bars": lambda theme: digit_bars(before=[0.98] * 10, now=P, theme=theme),
    "failure_curve": _failure,
    "reading_cards": lambda theme: reading_cards(
        readings=[ReadCard(IMAGES[0].numpy(), digit, digit, 3) for digit in range(10)], theme=theme
    ),
    "changes": lambda theme: changes(
        image=IMAGES[0].numpy(),
        shows=8,
        before=(8, 0.993),
        ways=[
            Change(name, IMAGES[0].numpy() // 2, read, 0.999)
            for name, read in (("Aimed at the network", 3), ("Drawn at random", 8))
        ],
        theme=theme,
    ),
    "cards": lambda theme: cards(
        images=IMAGES, lines=[two_lines(label=label, choice=3, probabilities=P) for label in range(10)], theme=theme
    ),
    "reliability_diagram": lambda theme: reliability_diagram(bins=BINS, theme=theme, before=BINS),
    "images_per_bin": lambda theme: images_per_bin(bins=BINS, theme=theme),
    "loss_over_temperature": lambda theme: loss_over_temperature(
        tried={t: abs(math.log(t)) + 0.06 for t in (0.25, 0.5, 1, 2, 4, 8)},
        chosen=(2.0, 0.75),
        lowest=(1.0, 0.06),
        theme=theme,
    ),
    "share_intervals": lambda theme: share_intervals(
        shares=[
            Share("Your network 1\n(784-128-10)", 8, 10, 0.49, 0.94, 0.98),
            Share("Ready-made network\n(784-512-400-10)", 9, 10, 0.6, 0.98, 0.98),
        ],
        theme=theme,
    ),
    "over_the_epochs": lambda theme: over_the_epochs(
        trials=[Trial("0%", [0.988, 0.98, 0.96], False), Trial("50%", [0.988, 0.982, 0.98], True)],
        title="MNIST, read rightly",
        epochs=10,
        theme=theme,
        lowest=0.95,
    ),
    "kept_back": lambda theme: kept_back(
        images=torch.zeros(20, 28, 28, dtype=torch.uint8), labels=[2] * 20, read=[2, 5] * 10, theme=theme
    ),
    "small_confusion": lambda theme: small_confusion(counts=COUNTS, theme=theme),
    "gradient_arrows": lambda theme: gradient_arrows(
        probabilities=[0.705, 0.259, 0.035],
        gradient=[-0.295, 0.259, 0.035],
        classes=["3", "5", "8"],
        right="3",
        theme=theme,
    ),
    "batch_mean": lambda theme: batch_mean(probabilities=[0.9, 0.7, 0.8, 0.3], geometric_mean=0.62, theme=theme),
    "loss_of_probability": lambda theme: loss_of_probability(
        probability=0.02, marks=(0.9, 0.1, 0.01), theme=theme, trail=(0.97, 0.8, 0.5)
    ),
    "training_curve": lambda theme: training_curve(record=RUN, quantity="loss", theme=theme),
    "logarithmic": lambda theme: training_curve(record=RUN, quantity="accuracy", theme=theme, logarithmic=True),
    "accuracy": lambda theme: training_curve(record=RUN, quantity="accuracy", theme=theme),
    "exploded": lambda theme: training_curve(record=EXPLODED, quantity="loss", theme=theme),
    "exploded accuracy": lambda theme: training_curve(record=EXPLODED, quantity="accuracy", theme=theme),
    "class_bars": lambda theme: class_bars(counts=[5_421 + 100 * digit for digit in range(10)], theme=theme, chosen=3),
    "level_histogram": _histogram,
    "scale_bars": lambda theme: scale_bars(
        accuracies={"normalised": 0.981, "0 to 1, not normalised": 0.97, "0 to 255": 0.61},
        names=["normalised", "0 to 1, not normalised", "0 to 255"],
        theme=theme,
    ),
    "mean_distances": lambda theme: mean_distances(
        distances=[10.4, 9.99, 8.0, 4.44, 6.0, 7.0, 7.1, 7.2, 7.3, 7.4], means=IMAGES, label=3, theme=theme
    ),
    "number_table": lambda theme: number_table(levels=IMAGES[0].tolist(), row=14, theme=theme),
    "account": lambda theme: account(
        names=["the bias", "of the ink", "of the paper", "neuron 12"],
        parts=[0.12, 5.34, -1.2, -0.03],
        total=4.23,
        total_name="score of 3 − score of 8",
        theme=theme,
    ),
    "neuron_tiles": lambda theme: neuron_tiles(
        weights=WEIGHTS[:4],
        ink=INK,
        lines=[["Neuron 12", "passes on 3.45", "adds +0.12 to the 3"]] * 4,
        limit=2.0,
        theme=theme,
    ),
    "sum_hills": lambda theme: sum_hills(
        sums=[DRAW.normal(0, 0.001 * 10**n, 500) for n in range(6)],
        sizes=[0.001 * 10**n for n in range(6)],
        names=[*(f"layer {n}" for n in range(1, 6)), "scores"],
        theme=theme,
    ),
    "first_losses": lambda theme: first_losses(
        losses={"× 0": [2.303] * 9, "× ¼": [2.302] * 9, "× 1": [3.1, 1.0, 0.5], "× 2": [158.0, 10_430.0]},
        ended=["× 2"],
        names=("× 0", "× ¼", "× 1", "× 2"),
        batches=100,
        highest=1e5,
        theme=theme,
    ),
    "gradient_lines": lambda theme: gradient_lines(
        sizes={"sigmoid": [6e-5, 0.001, 0.06], "tanh": [0.011, 0.01, 0.03], "ReLU": [0.02, 0.03, 0.16]}, theme=theme
    ),
    "score_pairs": lambda theme: score_pairs(
        scores={"three layers": [-1_650.0 + 190 * digit for digit in range(10)], "one layer": [12.5] * 10}, theme=theme
    ),
    "activation_curves": lambda theme: activation_curves(
        z=[-3.0, 0.0, 3.0],
        values={"ReLU": [0, 0, 3], "tanh": [-1, 0, 1], "sigmoid": [0.05, 0.5, 0.95]},
        at=1.0,
        here={"ReLU": 1, "tanh": 0.76, "sigmoid": 0.73},
        theme=theme,
    ),
    "two_classes_map": lambda theme: two_classes_map(
        points=[[0.0, 1.0], [-1.0, 0.0]], labels=[1, 0], scores=[[-1.0, 1.0], [2.0, 0.0]], reach=2.0, theme=theme
    ),
    "silenced_neurons": lambda theme: silenced_neurons(
        before=[n % 4 for n in range(60)],
        after=[2 * (n % 4) * (n % 2) for n in range(60)],
        silenced=[n % 2 == 0 for n in range(60)],
        columns=12,
        theme=theme,
    ),
    "confusion_matrix": lambda theme: confusion_matrix(counts=COUNTS, chosen=(4, 9), as_rates=True, theme=theme),
    "precision_and_recall": lambda theme: precision_and_recall(
        precision=[0.9 + 0.01 * d for d in range(10)],
        recall=[0.99 - 0.01 * d for d in range(10)],
        chosen=3,
        theme=theme,
    ),
    "network_diagram": lambda theme: network_diagram(layer_sizes=(784, 512, 128, 64, 10), theme=theme),
    "weight_areas": lambda theme: weight_areas(inputs=128, outputs=64, theme=theme),
    "learning_by_heart": lambda theme: learning_by_heart(study=STUDY, before=STUDY, theme=theme),
    "cost_table": lambda theme: cost_table(
        rows=[CostRow("all stages", 941, None, None, False), CostRow("without centring by mass", 87, 861, 7, True)],
        drawings=1_000,
        theme=theme,
    ),
    "two_readings": lambda theme: two_readings(now=P, before=P[::-1], theme=theme, right="3"),
    "way_pictures": lambda theme: way_pictures(
        tiles=[
            Tile("1 Your drawing", "280 × 280", "As you drew it.", IMAGES[0].numpy(), centre=(0.4, 0.6)),
            Tile("2 In the middle", "28 × 28", "Moved.", IMAGES[0].numpy(), is_mnist=True, is_left_out=True),
            Tile("Read as", "97.3%", "It says 3.", digit="3"),
        ],
        theme=theme,
    ),
    "run_curves": lambda theme: run_curves(
        results=[RunResult(n, _record(n), "finished", 1.0, Score(300, 0.5, 0.8)) for n in range(1, 9)],
        style_of={n: n - 1 for n in range(1, 9)},
        curve="validation accuracy",
        log=False,
        theme=theme,
    ),
    "seed_bands": lambda theme: seed_bands(bands=BANDS, epochs=5, theme=theme),
    "final_accuracies": lambda theme: final_accuracies(bands=dict(zip("AB", BANDS.values(), strict=True)), theme=theme),
    "comparison_curves": lambda theme: comparison_curves(
        records={"with batch normalisation": RUN, "without": _record(3)},
        names=("with batch normalisation", "without"),
        images="validation",
        quantity="accuracy",
        epochs=5,
        theme=theme,
    ),
    "small_columns": lambda theme: small_columns(probabilities=P, said="Ten columns", theme=theme),
    "small_hill": lambda theme: small_hill(losses=[2.0, 1.0, 1.5], start=0, end=1, said="A hill", theme=theme),
    "hill_and_ball": lambda theme: hill_and_ball(
        along=[-0.15, 0.0, 0.2, 0.4, 0.45], losses=[2.7, 1.3, 0.8, 1.5, 1.7], rate=0.4, theme=theme
    ),
    "loss_landscape": lambda theme: loss_landscape(
        along=[-0.15, 0.0, 0.15, 0.3, 0.45],
        across=[-0.3, 0.0, 0.3],
        losses=[[4.0, 3.0, 2.5, 3.0, 4.0], [2.7, 1.3, 0.8, 1.2, 1.7], [3.0, 2.0, 1.8, 2.0, 3.5]],
        before=1.3,
        after=(0.45, 1.7),
        lowest=0.15,
        theme=theme,
    ),
    "learning_rate_ruler": lambda theme: learning_rate_ruler(
        rates=RATES, losses=[2.29, 2.2, 1.9, 0.9, 2.5, math.inf], now=2.303, chosen=0.01, theme=theme
    ),
    "before_and_now": lambda theme: before_and_now(before=P, now=P[::-1], right=3, theme=theme, height=150),
    "lessons_curve": lambda theme: lessons_curve(read=[0.98, 0.979, None, 0.97, 0.95], theme=theme),
    "loss_and_slope": lambda theme: loss_and_slope(
        rates=[0.0, 0.1, 0.2, 0.3], losses=[2.0, 1.2, 0.9, 1.1], steepness=12.0, chosen=0.2, theme=theme
    ),
    "rates_tried": lambda theme: rates_tried(
        rates=RATES,
        learned=[0.1, 0.2, 0.5, 0.9, 1, 1],
        read=[0.98, 0.98, 0.97, 0.9, 0.5, 0.1],
        chosen=0.01,
        theme=theme,
    ),
    "score_slopes": lambda theme: score_slopes(slopes=[0.02, 0, 0.004, -0.7, 0, 0.5, 0, 0, 0.17, 0.006], theme=theme),
    "phase_cards": lambda theme: phase_cards(seen=SEEN, phase=4, theme=theme),
    "norm_curves": lambda theme: norm_curves(record=RUN, what="weights", theme=theme),
    "gradients": lambda theme: norm_curves(record=RUN, what="gradients", theme=theme),
    "rate_curves": lambda theme: rate_curves(
        rates={"constant": [0.03] * 50, "one-cycle": [0.0006 * min(n, 50 - n) for n in range(50)]},
        epochs=5,
        theme=theme,
    ),
    "weight_tiles": lambda theme: weight_tiles(weights=torch.from_numpy(WEIGHTS), limit=2.0, theme=theme, names=DIGITS),
    "logit_bars": lambda theme: logit_bars(logits=[2.0, -1.5, 0.0, 6.0], classes=["3", "5", "8", "9"], theme=theme),
    "probability_of_label": lambda theme: probability_of_label(p=0.8, y=1, theme=theme),
    "sigmoid_curve": lambda theme: sigmoid_curve(z=1.5, title="score of the 3 minus that of the 8, z", theme=theme),
    "accuracies": lambda theme: accuracies(
        counts=[("validation", 0.98, 0.97, 0.99), ("final test", 0.99, 0.985, 0.995)],
        headline="validation",
        theme=theme,
    ),
    "tiles": lambda theme: tiles(
        images=torch.zeros(2, 28, 28, dtype=torch.uint8), lines=[["12%"], ["8%"]], right=None, theme=theme
    ),
    "batch_losses": lambda theme: batch_losses(losses=[0.1, 2.3, 0.7], theme=theme),
    "score_bars": lambda theme: score_bars(scores=[2.0, -1.5, 6.0], classes=["3", "5", "8"], right="8", theme=theme),
    "told_apart": lambda theme: told_apart(z=[-3.0, 1.5, 40.0], labels=[0, 1, 1], theme=theme),
    "over_a_bias": lambda theme: over_a_bias(
        biases=[-5.0, 0.0, 5.0],
        values=[2e-7, 1e-6, 0.0],
        point=(0.0, 1e-6),
        slope=0.0,
        title="product of p",
        ends=(0, 1e-6),
        below="bias of the 3, b₃",
        theme=theme,
    ),
    "two_pushes": lambda theme: two_pushes(
        scores=[-8.0, 0.0, 8.0],
        pushes={"cross-entropy, −ln p": [1.0, 0.5, 0.0], "squared error, (1 − p)²": [0.0, 0.25, 0.0]},
        at=0.0,
        here={"cross-entropy, −ln p": 0.5, "squared error, (1 − p)²": 0.25},
        theme=theme,
    ),
    "plane": lambda theme: plane(
        points=[[0.1, 0.5], [0.5, 0.0]],
        labels=[0, 1],
        weights=(3.0, -3.0),
        bias=0.0,
        reach=1.0,
        thumbnails=[(0, IMAGES[0])],
        theme=theme,
    ),
    "hundred_squares": lambda theme: hundred_squares(filled=37, theme=theme),
    "flattened": lambda theme: flattened(
        places=[(float(n % 7), float(n % 3)) for n in range(10)],
        labels=range(10),
        star=(2.5, 1.5),
        rings=range(5),
        theme=theme,
    ),
    "way_back": lambda theme: way_back(run=small_pass(-0.7), back=AT_ALL, theme=theme),
    "pictures_in_a_row": lambda theme: pictures_in_a_row(
        pictures=[
            WayPicture(
                neuron_squares(values=[-1.0, 0.5, 2.0], silent=[True, False, False], theme=theme), words, "Squares"
            )
            for words in ("comes back", "gets through")
        ],
        between="× −0.1234 =",
        wide=200,
        theme=theme,
    ),
    "slope_and_secant": lambda theme: slope_and_secant(
        along=[-1.0, 0.0, 1.0],
        losses=[3.0, 1.0, 0.2],
        at=(0.0, 1.0),
        moved=(1.0, 0.2),
        slope=-1.5,
        name="score of the 3",
        theme=theme,
    ),
    "errors_over_steps": lambda theme: errors_over_steps(
        steps=[1e-8, 1e-4, 1.0],
        errors={SINGLE: [1.0, 1e-3, 0.1], DOUBLE: [1e-7, 1e-11, 0.1]},
        chosen=1e-4,
        theme=theme,
    ),
}
