"""What the page on the way from stroke to pixel says of sizes, and of what its stages cost."""

from collections.abc import Mapping

from mnist_core.lessons.pixels import ALL, Cost, Stages

TO_LEAVE_OUT = {
    Stages(cut=False): "to leave out the cutting",
    Stages(scale=False): "to stretch in place of the 20 pixels",
    Stages(centre=False): "to centre by the box",
    Stages(normalize=False): "to leave out the normalising",
}


def sides(height: float, width: float) -> str:
    """The size of a picture, in whole pixels."""
    return f"{max(1, round(width)):,} wide, {max(1, round(height)):,} high"


def set_so(found: Cost, stages: Stages) -> str:
    """What the reader's own setting costs."""
    if stages == ALL:
        return f"With all stages it reads **{found.now:,} of {found.drawings:,}** rightly. Switch one off above."
    less, error = found.lost - found.gained, found.give_or_take
    difference = f"{abs(less):,} {'fewer' if less >= 0 else 'more'}, give or take {error:.0f}"
    return (
        f"As you have set it above, it reads **{found.now:,} of {found.drawings:,}** rightly instead of "
        f"{found.before:,}: {difference}. (Other drawings would give a little more or less. The number after "
        "*give or take* is the standard error: how far off such a difference typically is.)"
        + (" So small a difference may be chance." if abs(less) <= 2 * error else "")
    )


def most_and_least(costs: Mapping[Stages, Cost]) -> str:
    """Which stage is worth most and which least to the network in use, and why that may differ.

    Args:
        costs: What it costs to leave out each of the four stages alone.
    """
    in_order = sorted(costs.items(), key=lambda one: one[1].now)
    (worst, most), (best, least) = in_order[0], in_order[-1]
    return (
        f"For this network it costs most {TO_LEAVE_OUT[worst]} ({most.now:,} read rightly instead of {most.before:,}), "
        f"and least {TO_LEAVE_OUT[best]} ({least.now:,}). {_may_be_chance(most)}{_may_be_chance(least)}"
        "What centring is worth depends on what a network has met. The ready-made one learned from copies of digits "
        "that were moved about a little, so it hardly needs it. One that you train without distortion needs it badly."
    )


def _may_be_chance(found: Cost) -> str:
    """A sentence on a difference that is no larger than chance often makes it, and a space; else nothing."""
    if found.now == found.before or abs(found.lost - found.gained) > 2 * found.give_or_take:
        return ""
    return f"The difference between {found.now:,} and {found.before:,} may be chance. "
