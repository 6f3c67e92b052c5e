"""What the lesson that compares runs says of settings, runs and bands."""

from collections.abc import Mapping
from typing import Any

from mnist_core import words
from mnist_core.lessons import runs_comparison
from mnist_core.lessons.runs_comparison import SEEDS, Band, RunResult, SettingValue
from ui.studio import recipe
from ui.visitor import run_in_words

NAMES: dict[str, Mapping[Any, str]] = {
    "Optimizer": run_in_words.OPTIMIZERS,
    "Activation": recipe.ACTIVATION_NAMES,
    "Schedule": recipe.SCHEDULE_NAMES,
    "Shuffle": {True: "yes", False: "no"},
}
SAID = {
    "Training images": "{} training images",
    "Network": "network {}",
    "Dropout": "{} dropout",
    "Learning rate": "learning rate {}",
    "Schedule": "{} learning rate",
    "Learning rate turned": "learning rate turned {}",
    "Weight decay": "weight decay {}",
    "Batch size": "batches of {}",
    "Epochs": "{} epochs",
    "Seed": "seed {}",
}
PLAIN: dict[tuple[str, SettingValue], str] = {
    ("Dropout", 0.0): "no dropout",
    ("Learning rate turned", "never"): "",
    ("Schedule", "constant"): "a constant learning rate",
    ("Schedule", "one-cycle"): "a one-cycle schedule",
    ("Weight decay", 0.0): "no weight decay",
    ("Epochs", 1): "1 epoch",
    ("Shuffle", True): "shuffled",
    ("Shuffle", False): "not shuffled",
}
NO_BREAK = "\u00a0"  # a space at which no line is broken: on a phone the table is pushed sideways instead
NO_BREAK_HYPHEN = "\u2011"
EXAMPLE_ACCURACY = 0.98
MNIST_VALIDATION = 5_000


def shown(name: str, value: SettingValue) -> str:
    """A setting as the table writes it.

    Args:
        name: One of those in ``runs_comparison.settings``.
        value: What was chosen for it.
    """
    if value == "":
        return "–"
    if name in NAMES:
        return str(NAMES[name].get(value, value))
    if name == "Dropout":
        return f"{value:.0%}"
    if name == "Seed" or isinstance(value, str):
        return str(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"


def in_a_sentence(settings: Mapping[str, SettingValue]) -> str:
    """Settings as a reader would say them; what was not used is left out."""
    parts = [
        PLAIN.get((name, value), SAID.get(name, "{}").format(shown(name, value)))
        for name, value in settings.items()
        if value != ""
    ]
    return ", ".join(part for part in parts if part)


def row(result: RunResult, heads: Mapping[str, str], tinted: set[str]) -> dict[str, str]:
    """A run as a row of the table: what came of it, and its settings.

    Args:
        result: The run.
        heads: The head of each setting's column, by the name of the setting.
        tinted: The heads of those columns that have a tint.

    Returns:
        The cells by the heads of their columns, in Markdown.
    """
    chosen = runs_comparison.settings(result.record)
    test = result.record.test
    cells = {
        "Run": result.name,
        "Validation accuracy": f"{result.validation.accuracy:.2%}",
        "Validation loss": f"{result.validation.loss:.4f}",
        **{head: shown(name, chosen[name]) for name, head in heads.items()},
        "Final test": f"{test.accuracy:.2%}" if test else "–",
        "Seconds": f"{result.seconds:.1f}",
        "Ended": result.ending,
    }
    plain = {head: cell.replace(" ", NO_BREAK).replace("-", NO_BREAK_HYPHEN) for head, cell in cells.items()}
    return {head: f":blue-background[{cell}]" if head in tinted else cell for head, cell in plain.items()}


def what_differs(ticked: list[RunResult]) -> str:
    """What a comparison of these runs can tell, and what it can't."""
    names = runs_comparison.differing(result.record for result in ticked)
    but_seed = [name for name in names if name != "Seed"]
    if not names:
        said = "The ticked runs have the same settings, the seed included: taken to the end, they are the same run."
    elif not but_seed:
        said = "The ticked runs differ in **nothing but the seed**. What their accuracies differ by is luck."
    elif len(but_seed) == 1:
        said = (
            f"The ticked runs differ in **one setting: {listed(but_seed)}**"
            f"{', and in the seed' if 'Seed' in names else ''}. One run each does not tell whether it was that or "
            "luck: for that there is the seed band below."
        )
    else:
        said = (
            f"The ticked runs differ in **{len(but_seed)} settings at once: {listed(but_seed)}**. Whatever the curves "
            "show, nobody can tell which of them did it. To find out, change one at a time."
        )
    if "Digits" in names:
        said += (
            " They were judged on different digits too, so their accuracies say as much about the digits as about the "
            "settings."
        )
    elif "Training images" in names:
        said += " An epoch is shorter for a run with fewer training images."
    return said


def listed(names: list[str]) -> str:
    """Names of settings or of runs within a sentence; at least one."""
    return words.listed(names).lower()


def band(letter: str, shown_band: Band) -> str:
    """The accuracies of a band, and what became of the seeds that have none.

    Args:
        letter: What the band goes by in the figure.
        shown_band: With one record at least.
    """
    found, diverged = shown_band.accuracies, shown_band.diverged
    if not found:
        parts = [f"**{letter}**: no seed has come to its end yet."] if not diverged else [f"**{letter}**:"]
    else:
        each = ", ".join(f"{accuracy:.2%}" for accuracy in found)
        parts = [f"**{letter}**: {each}."]
        if len(found) > 1:
            mean, deviation = runs_comparison.mean_and_deviation(found)
            parts.append(f"Mean {mean:.2%}, standard deviation {100 * deviation:.2f} points.")
    if diverged:
        parts.append(f"The loss exploded with {diverged} of {len(shown_band.records)} seeds.")
    missing = SEEDS - len(found) - diverged
    if missing and found:
        parts.append(f"So far these are {len(found)} of {SEEDS} seeds.")
    return " ".join(parts)


def error_of_images(images: int) -> str:
    """The standard error that validation images alone carry, in LaTeX."""
    error = runs_comparison.standard_error(EXAMPLE_ACCURACY, images)
    return rf"\sqrt{{\frac{{{EXAMPLE_ACCURACY:g} \cdot {1 - EXAMPLE_ACCURACY:g}}}{{{images}}}}} = {error:.4f}"


def luck_of_images(images: int) -> str:
    """The same in points: of MNIST's validation images, and of those in use if they are others.

    Args:
        images: How many validation images are in use.
    """
    of_mnist, of_these = (
        f"{100 * runs_comparison.standard_error(EXAMPLE_ACCURACY, count):.1f} points"
        for count in (MNIST_VALIDATION, images)
    )
    said = (
        f"So {MNIST_VALIDATION:,} images, which is what MNIST leaves for validation here, alone carry a standard error "
        f"of **{of_mnist}** at {EXAMPLE_ACCURACY:.0%}."
    )
    if images != MNIST_VALIDATION:
        said += f" The {images:,} generated digits now in use carry {of_these}."
    return said
