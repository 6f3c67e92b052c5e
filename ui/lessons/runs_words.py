"""What the lesson that compares runs says of settings, runs and bands."""

from collections.abc import Mapping, Sequence
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
    "Began with": "begun with {}",
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
    ("Began with", runs_comparison.RANDOM): "",
    ("Dropout", 0.0): "no dropout",
    ("Learning rate turned", "never"): "",
    ("Schedule", "constant"): "a constant learning rate",
    ("Schedule", "one-cycle"): "a one-cycle schedule",
    ("Weight decay", 0.0): "no weight decay",
    ("Epochs", 1): "1 epoch",
    ("Shuffle", True): "shuffled",
    ("Shuffle", False): "not shuffled",
}
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


def beside_each_other(results: list[RunResult], names: Sequence[str], *, whole: bool) -> list[dict[str, str]]:
    """Runs as the columns of a table, so that it is as wide as there are runs, however many settings there are.

    Args:
        results: The runs, at least one.
        names: Of the settings that are lines.
        whole: Whether all that came of them are lines too, the final test included, and not the accuracy alone.

    Returns:
        The lines, each with the same heads.
    """
    lines: dict[str, list[str]] = {"Validation accuracy": [f"{each.validation.accuracy:.2%}" for each in results]}
    if whole:
        lines["Validation loss"] = [f"{each.validation.loss:.4f}" for each in results]
        lines["Final test"] = [f"{each.record.test.accuracy:.2%}" if each.record.test else "–" for each in results]
        lines["Seconds"] = [f"{each.seconds:.1f}" for each in results]
    lines["Ended"] = [each.ending for each in results]
    settings = [runs_comparison.settings(each.record) for each in results]
    lines |= {name: [shown(name, chosen[name]) for chosen in settings] for name in names}
    heads = [each.name for each in results]
    return [{"What": name, **dict(zip(heads, cells, strict=True))} for name, cells in lines.items()]


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
            "luck: five seeds of each do."
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


def error_of_images(accuracy: float, images: int) -> str:
    """The standard error that so many images alone carry at an accuracy, in LaTeX."""
    error = runs_comparison.standard_error(accuracy, images)
    return rf"\sqrt{{\frac{{{accuracy:.3g} \cdot {1 - accuracy:.3g}}}{{{images}}}}} = {error:.4f}"


def within(accuracy: float, images: int) -> str:
    """The same in points, and where about two of three such accuracies lie."""
    error = runs_comparison.standard_error(accuracy, images)
    low, high = max(0.0, accuracy - error), min(1.0, accuracy + error)
    return (
        f"That is **{100 * error:.1f} points**. On other {images:,} images of the same kind, about two of three "
        f"accuracies would lie between {low:.1%} and {high:.1%}."
    )


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
