"""What is said of digits that were learned from, and of how much a few kept back tell."""

from dataclasses import replace

import pytest
import torch
from scipy import stats

from mnist_core.lessons.collection import OwnDigit
from mnist_core.lessons.collection_learning import Learning
from mnist_core.network.model import MLPConfig
from mnist_core.training.loop import new_model
from ui.lessons.collection_words import could_be_luck, how_sure, tried, whose_instead


def learning(before: list[int], now: list[int], share: float = 0.0) -> Learning:
    """Digits kept back that are all 3, and what they are read as."""
    read = torch.tensor(before), torch.tensor(now)
    return Learning(share, read, torch.full((len(now),), 3), (4_940, 4_770), 5_000, new_model(MLPConfig(()), 0))


def test_what_a_few_digits_prove_is_mcnemars_number() -> None:
    better = learning([3] * 6 + [8] * 14, [8] + [3] * 15 + [5] * 4)
    said = could_be_luck(better)
    assert "newly reads 10, and no longer reads 1." in said
    assert f"in {stats.binomtest(1, 11).pvalue:.1%} of all cases" in said
    assert said.endswith("Luck alone would hardly do that.")
    assert could_be_luck(learning([3, 8, 8], [3, 3, 8])).endswith("That may be luck.")
    assert "they show no difference" in could_be_luck(learning([3, 8], [3, 5]))


def test_the_interval_is_wilsons() -> None:
    found = stats.binomtest(16, 20).proportion_ci(0.95, method="wilson")
    assert how_sure(learning([8] * 20, [3] * 16 + [8] * 4)) == (
        f"16 of 20: 95% interval {found.low:.0%} to {found.high:.0%} of such digits."
    )


@pytest.mark.parametrize(("name", "short"), [("MNIST", "MNIST"), ("generated digits", "generated")])
def test_each_share_is_a_line_below_the_network_as_it_came(name: str, short: str) -> None:
    alone, mixed = learning([8, 3], [3, 3]), learning([8, 3], [3, 8], 0.5)
    lines = tried({0.0: alone, 0.5: mixed}, name)
    assert [list(line.values()) for line in lines] == [
        ["before", "1 of 2", "98.8%"],
        [f"no {short}", "2 of 2", "95.4%"],
        [f"50% {short}", "1 of 2", "95.4%"],
    ]
    assert list(lines[0]) == ["Each batch", "Kept back", short.title() if short.islower() else short]


def test_who_has_enough_digits_may_still_look_at_the_made_up_writers() -> None:
    own = [OwnDigit(place % 10, "canvas", bytes([place] * 784)) for place in range(20)]
    assert whose_instead(own) == "This made-up writer mirrors digits, as many children do."
    assert whose_instead(own[:19]).startswith("You have kept 19 digits. With 20, it learns yours. Until then:")
    without = [replace(digit, label=digit.label % 9) for digit in own]
    assert whose_instead(without).startswith("You have kept no 9 yet.")
