"""What one batch did, as four cards that light up in turn: forward, loss, gradient, update."""

import math
from collections.abc import Sequence

from mnist_core.figures.cards import data_url
from mnist_core.figures.theme import CHOICE, RIGHT_CLASS, Theme
from mnist_core.lessons.train import BatchSeen

MOST_IMAGES = 3  # so that the cards are no higher than the curves, in whose place they stand
LONGEST_LOSS = 5.0  # whose bar fills its place: the right digit had a probability of less than 1 %
TITLES = ("Forward", "Loss", "Gradient", "Update")
# The colour of text is the page's. A card that is still to come keeps its size: nothing moves when its turn comes.
_STYLE = """
<style>
.batch-place { container-type: inline-size; font-size: SIZE; }
.batch-cards { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: 0.5em;
  line-height: 1.3; font-variant-numeric: tabular-nums; }
/* Where there is no room for four, the one whose turn it is comes first, and a finger finds the others beside it. */
@container (max-width: 46em) {
  .batch-cards { display: flex; overflow-x: auto; scroll-snap-type: x mandatory; }
  .batch-cards section { flex: 0 0 17em; scroll-snap-align: start; }
  .batch-cards .now { order: -1; }
}
.batch-cards section { min-width: 0; padding: 0.3em 0.5em 0.4em;
  border: 2px solid rgba(128, 128, 128, 0.35); border-radius: 0.5rem; }
.batch-cards header { display: flex; justify-content: space-between; font-weight: 600; font-size: 1.1em; }
.batch-cards p { font-size: inherit; margin: 0 0 0.3em; max-width: none; }
.batch-cards .big { font-size: 1.3em; font-weight: 600; margin: 0.2em 0 0; }
.batch-cards .later header { opacity: 0.5; }
.batch-cards .later .inside { visibility: hidden; }
.batch-cards .tiles { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 0.3rem; text-align: center;
  line-height: 1.3; white-space: nowrap; }
.batch-cards img { display: block; image-rendering: pixelated; }
.batch-cards .tiles img { width: 100%; max-width: 56px; height: auto; margin: 0 auto 2px; }
.batch-cards .rows { display: grid; grid-template-columns: auto auto 1fr; gap: 3px 0.4rem; align-items: center; }
.batch-cards .rows img { width: 20px; height: 20px; }
.batch-cards .rows span { text-align: right; white-space: nowrap; }
.batch-cards .bar { display: block; height: 8px; background: rgba(128, 128, 128, 0.25); }
.batch-cards .bar i { forced-color-adjust: none; display: block; height: 8px; min-width: 1px; box-sizing: border-box; }
</style>
"""


def phase_cards(*, seen: BatchSeen, phase: int, theme: Theme) -> str:
    """The four things that happen with a batch, each with its numbers.

    Args:
        seen: What the batch did.
        phase: How many of the four have begun, 0 to 4. The last of them is outlined; those to come are empty.
        theme: Of the page.

    Returns:
        HTML for ``st.html``. The cards stand side by side, on a phone one below the other.

    Raises:
        ValueError: If there is no such phase.
    """
    if not 0 <= phase <= len(TITLES):
        raise ValueError(f"Of a batch 0 to {len(TITLES)} phases have begun, not {phase!r}.")
    urls = [data_url(image=image) for image in seen.images[:MOST_IMAGES]]
    insides = (_forward(seen, urls), _loss(seen, urls, theme), _gradient(seen, theme), _update(seen, theme))
    cards = "".join(_card(number, inside, phase, theme) for number, inside in enumerate(insides, start=1))
    return f'{theme.sized(_STYLE)}<div class="batch-place"><div class="batch-cards">{cards}</div></div>'


def _card(number: int, inside: str, phase: int, theme: Theme) -> str:
    is_now = number == phase
    outline = f' style="border-color: {theme.first_line}"' if is_now else ""
    name = "later" if number > phase else "now" if is_now else "done"
    said = "<span>now</span>" if is_now else ""
    header = f"<header><span>{number} {TITLES[number - 1]}</span>{said}</header>"
    return f'<section class="{name}"{outline}>{header}<div class="inside">{inside}</div></section>'


def _forward(seen: BatchSeen, urls: Sequence[str]) -> str:
    """The first images, and below each the digit it was read as."""
    count = len(seen.labels)
    some = f"{len(urls)} of the {count:,} images" if count > len(urls) else "The images" if count > 1 else "The image"
    tiles = [
        _tile(url, label, probabilities)
        for url, label, probabilities in zip(urls, seen.labels.tolist(), seen.probabilities.tolist(), strict=False)
    ]
    return f'<p>{some}, and the digit each is read as.</p><div class="tiles">{"".join(tiles)}</div>'


def _tile(url: str, label: int, probabilities: Sequence[float]) -> str:
    choice = max(range(len(probabilities)), key=lambda digit: probabilities[digit])
    p, is_right = probabilities[choice], choice == label
    look = f"background: {RIGHT_CLASS}; border: 2px solid {CHOICE}" if is_right else f"background: {CHOICE}"
    below = "right" if is_right else f"it is {label}"
    picture = f'<img src="{url}" alt="Image of the digit {label}" width="56" height="56">'
    return f"<div>{picture}{choice}: {_percent(p)}{_bar(p, look)}{below}</div>"


def _loss(seen: BatchSeen, urls: Sequence[str], theme: Theme) -> str:
    """What each of these images costs, and the mean of all."""
    rows = []
    for url, label, probabilities, loss in zip(
        urls, seen.labels.tolist(), seen.probabilities.tolist(), seen.losses.tolist(), strict=False
    ):
        share = loss / LONGEST_LOSS if math.isfinite(loss) else 1.0
        price = f"−ln {_decimal(probabilities[label])} = {_number(loss)}"
        bar = _bar(share, f"background: {theme.rest}")
        rows.append(f'<img src="{url}" alt="" width="20" height="20"><span>{price}</span>{bar}')
    count = len(seen.labels)
    mean = f"the mean of all {count:,}" if count > 1 else "the only one"
    return (
        "<p>−ln of the probability of the right digit.</p>"
        f'<div class="rows">{"".join(rows)}</div><p class="big">{_number(seen.loss)}</p><div>{mean}</div>'
    )


def _gradient(seen: BatchSeen, theme: Theme) -> str:
    rows = _layer_rows(seen.gradients, [_number(length) for length in seen.gradients], theme)
    return (
        "<p>How steeply the loss rises with each weight. For each layer, the length of all these slopes.</p>"
        f'<div class="rows">{rows}</div>'
    )


def _update(seen: BatchSeen, theme: Theme) -> str:
    shares = [change / length if length else 0.0 for change, length in zip(seen.changes, seen.weights, strict=True)]
    said = [f"{_number(change)}, {_share(share)}" for change, share in zip(seen.changes, shares, strict=True)]
    fell = seen.loss_after < seen.loss
    return (
        "<p>How far each layer's weights moved, also as a share of their length.</p>"
        f'<div class="rows">{_layer_rows(shares, said, theme)}</div>'
        f'<p class="big">{_number(seen.loss)} → {_number(seen.loss_after)}</p>'
        f"<div>loss of this batch, before and after: it {'fell' if fell else 'did not fall'}</div>"
    )


def _layer_rows(sizes: Sequence[float], said: Sequence[str], theme: Theme) -> str:
    """A bar for each layer, the longest as long as there is room."""
    longest = max((size for size in sizes if math.isfinite(size)), default=0.0)
    rows = []
    for index, (size, words) in enumerate(zip(sizes, said, strict=True), start=1):
        share = 1.0 if not math.isfinite(size) else size / longest if longest else 0.0
        rows.append(f"<b>W{index}</b><span>{words}</span>{_bar(share, f'background: {theme.first_line}')}")
    return "".join(rows)


def _bar(share: float, look: str) -> str:
    """A bar of a length from 0 to 1; of what is no number there is nothing to see."""
    share = min(max(0.0, share), 1.0) if math.isfinite(share) else 0.0
    return f'<span class="bar"><i style="width: {100 * share:.1f}%; {look}"></i></span>'


def _percent(p: float) -> str:
    """A probability in few letters; nothing is called certain that is not."""
    if not math.isfinite(p):
        return "no number"
    if p < 0.005:
        return "&lt;1%"
    return "&gt;99%" if p > 0.995 else f"{p:.0%}"


def _decimal(p: float) -> str:
    """A probability so exact that a calculator finds its −ln."""
    if not math.isfinite(p):
        return "no number"
    return f"{p:.4f}" if p >= 0.00005 else "&lt;0.0001"


def _share(share: float) -> str:
    """How far weights moved, as a share of their length."""
    if not math.isfinite(share):
        return "no share"
    if 0 < share < 0.0005:
        return "&lt;0.1%"
    return f"{share:.1%}" if share < 10 else f"{share:,.0f}×"


def _number(value: float) -> str:
    """A number from 0 upwards to about three digits, also if a run has just exploded."""
    if math.isnan(value):
        return "no number"
    if math.isinf(value):
        return "infinite"
    value = max(0.0, value)  # in this order, so that a loss of nothing is not -0
    if value >= 1e6:
        return f"{value:.1e}"
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3f}" if value >= 0.001 or not value else f"{value:.5f}"
