"""Digits from pen strokes: the format and the placement of MNIST, many hands, and learnable."""

import re

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from mnist_core.data.dataset import Dataset, normalize
from mnist_core.data.generated import CHUNK, draw_style, make_digits
from mnist_core.data.styles import STYLES, Style
from mnist_core.handwriting.prediction import predict_proba
from mnist_core.network.checkpoint import load_shipped

POINT = re.compile(r"-?\d+,-?\d+!?")


@pytest.fixture(scope="module")
def drawn() -> Dataset:
    return make_digits(4_000, seed=1)


def inked(side_sums: Tensor) -> Tensor:
    """From the first to the last row (or column) with ink: [N, 28] -> pixels [N]."""
    counted = torch.arange(1, 29) * (side_sums > 0)
    first = torch.where(counted > 0, counted, 99).amin(1)
    return counted.amax(1) - first + 1


def test_the_format_is_that_of_mnist(drawn: Dataset) -> None:
    assert drawn.images.shape == (4_000, 28, 28)
    assert drawn.images.dtype == torch.uint8
    assert drawn.labels.shape == (4_000,)
    assert drawn.labels.dtype == torch.int64


def test_paper_is_0_and_ink_is_255_with_soft_edges(drawn: Dataset) -> None:
    images = drawn.images
    assert (images.amax((1, 2)) == 255).all()
    assert (images[:, 0, 0] == 0).all()  # a corner is paper
    soft = ((images > 0) & (images < 255)).sum() / (images > 0).sum()
    assert 0.3 < soft < 0.7  # MNIST: 0.62 of its ink is below 250


def test_the_longer_side_of_the_ink_is_20_pixels(drawn: Dataset) -> None:
    ink = drawn.images.long()
    longer = torch.maximum(inked(ink.sum(1)), inked(ink.sum(2)))
    assert set(longer.tolist()) <= {19, 20}
    assert (longer == 20).float().mean() > 0.99


def test_the_centre_of_mass_is_in_the_middle(drawn: Dataset) -> None:
    ink = drawn.images.double()
    position = torch.arange(28, dtype=torch.float64)
    for sums in (ink.sum(1), ink.sum(2)):  # over the columns, over the rows
        centre = sums @ position / ink.sum((1, 2))
        assert (centre - 14).abs().max() <= 0.5 + 1e-4


def test_there_is_as_much_ink_as_in_mnist(drawn: Dataset) -> None:
    assert 0.125 < drawn.images.float().mean() / 255 < 0.135


def test_same_seed_same_digits_other_seed_others() -> None:
    once, again, other = make_digits(300, 5), make_digits(300, 5), make_digits(300, 6)
    assert torch.equal(once.images, again.images)
    assert torch.equal(once.labels, again.labels)
    assert not torch.equal(once.labels, other.labels)
    assert not torch.equal(once.images, other.images)


def test_the_process_wide_random_numbers_are_left_alone() -> None:
    before = torch.get_rng_state()
    first = make_digits(20, 1).images
    torch.rand(3)
    assert torch.equal(first, make_digits(20, 1).images)
    torch.set_rng_state(before)
    make_digits(20, 1)
    assert torch.equal(before, torch.get_rng_state())


def test_no_two_digits_are_alike_within_and_across_chunks() -> None:
    images = make_digits(2 * CHUNK + 7, 3).images
    assert len(images.flatten(1).unique(dim=0)) == 2 * CHUNK + 7


@settings(max_examples=25, deadline=None)
@given(n=st.integers(1, 45), seed=st.integers(0, 2**32 - 1))
def test_labels_are_balanced_for_any_number(n: int, seed: int) -> None:
    made = make_digits(n, seed)
    counts = torch.bincount(made.labels, minlength=10)
    assert len(made) == n
    assert len(counts) == 10
    assert counts.max() - counts.min() <= 1


def test_labels_are_shuffled() -> None:
    labels = make_digits(200, 0).labels
    assert not torch.equal(labels, torch.arange(200) % 10)
    assert not torch.equal(labels, labels.sort().values)


@pytest.mark.parametrize("n", [0, -3, True, 2.5, "ten", None])
def test_a_bad_number_is_refused_in_a_sentence(n: object) -> None:
    with pytest.raises(ValueError, match=r"is .*; give a whole number of 1 or more\."):
        make_digits(n, 0)  # type: ignore[arg-type]


@pytest.mark.parametrize("digit", range(10))
def test_every_digit_has_several_styles(digit: int) -> None:
    styles = [style for style in STYLES if style.digit == digit]
    assert len(styles) >= 3
    assert len({style.name for style in styles}) == len(styles)
    # Whole hundredths, which the page on the data shows; their sum is exact.
    assert all(style.share >= 0.01 and style.share == round(style.share, 2) for style in styles)
    assert sum(round(100 * style.share) for style in styles) == 100


@pytest.mark.parametrize(
    ("digit", "name"),
    [
        (0, "slashed"),
        (0, "angular"),
        (1, "flag and foot"),
        (1, "long flag"),
        (1, "long flag and foot"),
        (2, "looped"),
        (3, "flat top"),
        (3, "narrow, shallow"),
        (4, "open, two strokes"),
        (4, "closed"),
        (4, "lightning"),
        (4, "low bar, one stroke"),
        (4, "one stroke, up and down"),
        (5, "detached bar"),
        (6, "curled"),
        (6, "square"),
        (6, "loop left open"),
        (7, "curved"),
        (7, "bar"),
        (7, "bar drawn on from the foot"),
        (7, "bar drawn on from the foot, looped"),
        (8, "two circles"),
        (8, "two diamonds"),
        (8, "hourglass"),
        (9, "straight tail"),
        (9, "hooked tail"),
        (9, "head left open"),
        (9, "pinched head"),
    ],
)
def test_the_styles_people_differ_in_are_there(digit: int, name: str) -> None:
    assert [style for style in STYLES if (style.digit, style.name) == (digit, name)]


@pytest.mark.parametrize("style", STYLES, ids=lambda style: f"{style.digit}, {style.name}")
def test_all_forms_of_a_style_can_be_blended(style: Style) -> None:
    forms = style.forms
    assert len(forms) >= 2  # a writer is somewhere between them
    skeletons = set()
    for form in forms:
        strokes = [stroke.split() for stroke in form.split("|")]
        assert all(POINT.fullmatch(word) for stroke in strokes for word in stroke)
        skeletons.add(tuple(tuple(word.endswith("!") for word in stroke) for stroke in strokes))
    assert len(skeletons) == 1  # the same strokes, points and corners


@pytest.mark.parametrize("digit", range(10))
def test_common_styles_are_common(digit: int) -> None:
    """The three commonest are more than half of all, so that no rare way crowds them out."""
    shares = sorted((style.share for style in STYLES if style.digit == digit), reverse=True)
    assert sum(shares[:3]) > 0.45
    assert sum(shares[:5]) > 0.6


AMBIGUOUS = {
    (1, "bowed flag"): "a 7 has its bar where this has its flag",
    (4, "closed, one stroke like a 9"): "it is written like a 9, only with a corner",
    (6, "small loop, tail to the left"): "a thick pen fills the loop, and a stroke is left",
    (7, "bar drawn on from the foot, looped"): "the loop and the bar are those of a looped 2",
    (9, "S-tail under a small head"): "a thick pen fills the head, and a 3 or a 5 is left",
}


@pytest.mark.parametrize("style", STYLES, ids=lambda style: f"{style.digit}, {style.name}")
def test_a_style_looks_like_its_digit(style: Style) -> None:
    """To the network that is shipped. Of what looks like another digit, too, it still knows a good share."""
    images = draw_style(style, 200, seed=7)
    assert images.shape == (200, 28, 28)
    assert images.dtype == torch.uint8
    assert len(images.flatten(1).unique(dim=0)) == 200
    chosen = predict_proba(load_shipped(), images / 255).argmax(1)
    right = float((chosen == style.digit).float().mean())
    assert right > (0.2 if (style.digit, style.name) in AMBIGUOUS else 0.55)


def test_what_is_said_to_be_ambiguous_is_there() -> None:
    assert set(AMBIGUOUS) <= {(style.digit, style.name) for style in STYLES}


def test_a_style_alone_is_the_same_for_the_same_seed() -> None:
    style = STYLES[-1]
    assert torch.equal(draw_style(style, 5, seed=3), draw_style(style, 5, seed=3))
    assert not torch.equal(draw_style(style, 5, seed=3), draw_style(style, 5, seed=4))


def test_hands_differ(drawn: Dataset) -> None:
    """Every digit is written thin and thick, upright and slanted, narrow and wide."""
    for digit in range(10):
        ink = drawn.images[drawn.labels == digit].float() / 255
        amount = ink.mean((1, 2))
        assert amount.std() > 0.02
        width = inked(ink.sum(1)).float()
        assert width.std() > 1.5


def test_digits_of_another_seed_are_recognised_by_the_mean_images(drawn: Dataset) -> None:
    means = torch.stack([drawn.images[drawn.labels == digit].float().mean(0) for digit in range(10)]).flatten(1)
    others = make_digits(2_000, seed=2)
    nearest = torch.cdist(others.images.float().flatten(1), means).argmin(1)
    accuracy = (nearest == others.labels).float().mean()
    assert accuracy > 0.6  # MNIST's test images by the means of its training images: 0.82


def test_a_small_network_learns_them() -> None:
    drawn = make_digits(8_000, seed=1)  # of each style about as many as there were when there were half as many
    weights = torch.Generator().manual_seed(0)
    hidden = (torch.randn(784, 64, generator=weights) / 28).requires_grad_()
    readout = (torch.randn(64, 10, generator=weights) / 8).requires_grad_()
    optimizer = torch.optim.Adam([hidden, readout], lr=2e-3)

    def logits(images: Tensor) -> Tensor:
        return (normalize(images) @ hidden).relu() @ readout

    for _ in range(6):
        for images, labels in zip(drawn.images.split(50), drawn.labels.split(50), strict=True):
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(logits(images), labels).backward()
            optimizer.step()
    others = make_digits(2_000, seed=2)
    accuracy = (logits(others.images).argmax(1) == others.labels).float().mean()
    assert accuracy > 0.75  # a tenth by chance
