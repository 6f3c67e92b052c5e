"""The way to pixels with stages left out: what each does by itself, and that counting what it costs is exact."""

from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from mnist_core.data.dataset import MEAN, STD, Dataset, Splits
from mnist_core.handwriting.prediction import predict_proba
from mnist_core.handwriting.preprocessing import (
    LARGEST,
    SMALLEST,
    BlankDrawing,
    centre_of_mass,
    draw_on_canvas,
    drawing_to_mnist,
    ink_box,
    sample_drawing,
)
from mnist_core.lessons.pixels import (
    ALL,
    DRAWINGS,
    NONE,
    PICTURES,
    Stages,
    Trial,
    choose,
    cost,
    drawings,
    prepare_all,
    read,
    rights,
    take,
    trials,
)
from mnist_core.network.checkpoint import load_shipped
from mnist_core.network.model import MLP, MLPConfig
from mnist_core.training.loop import TrainingConfig, fit, new_model

EVERY = [Stages(*four) for four in product((True, False), repeat=4)]
ALONE = {name: Stages(**{name: False}) for name in ("cut", "scale", "centre", "normalize")}
few_examples = settings(max_examples=20, deadline=None)


def corner(top: int = 60, left: int = 40) -> Tensor:
    """Two thick strokes that meet: uint8 [280, 280], its box 150 high and 90 wide, heavier below and on the left."""
    drawing = torch.zeros(280, 280, dtype=torch.uint8)
    drawing[top : top + 150, left : left + 20] = 255
    drawing[top + 130 : top + 150, left : left + 90] = 255
    return drawing


def ink_edges(image: Tensor) -> tuple[int, int, int, int]:
    """Margins of an image without ink: above, below, to the left, to the right."""
    rows, columns = (image > 0.01).nonzero(as_tuple=True)
    size = len(image)
    return int(rows.min()), size - 1 - int(rows.max()), int(columns.min()), size - 1 - int(columns.max())


# All stages


@few_examples
@given(seed=st.integers(0, 10_000), hidden=st.sampled_from([(), (6,)]))
def test_with_all_stages_it_is_exactly_what_the_drawing_page_does(seed: int, hidden: tuple[int, ...]) -> None:
    random = np.random.default_rng(seed)
    drawing = random.integers(0, 256, random.integers(1, 90, 2), dtype=np.uint8)
    drawing[0, 0] = 255
    way, model = take(drawing), new_model(MLPConfig(hidden), seed)
    assert torch.equal(way.placed, drawing_to_mnist(drawing))
    assert torch.equal(read(model, way.placed[None]), predict_proba(model, drawing_to_mnist(drawing)[None]))
    assert torch.equal(way.fed, (way.placed - MEAN) / STD)
    assert torch.equal(way.cut > 0, way.raw[way.box] > 0.1)


# Each stage left out


def test_what_is_not_cut_out_stays_where_it_was_drawn() -> None:
    left_out = ALONE["cut"]
    way = take(corner(), left_out)
    assert torch.equal(way.cut, corner() / 255)
    assert way.scaled.sum() / way.scaled.max() == pytest.approx(int((corner() > 0).sum()) / 14**2, rel=1e-3)  # 280 / 20
    assert not torch.equal(take(corner(5, 5), left_out).placed, way.placed)
    assert torch.equal(take(corner(5, 5)).placed, take(corner()).placed)


def test_what_is_stretched_fills_the_image_whatever_its_proportions() -> None:
    bar = torch.zeros(280, 280, dtype=torch.uint8)
    bar[20:240, 100:110] = 200
    assert torch.allclose(take(bar, ALONE["scale"]).placed, torch.ones(28, 28), atol=1e-5)
    drawing = torch.zeros(300, 300, dtype=torch.uint8)
    box = torch.from_numpy(np.random.default_rng(0).integers(30, 256, (28 * 3, 28 * 7), dtype=np.uint8))
    drawing[10 : 10 + 28 * 3, 50 : 50 + 28 * 7] = box
    means = (box / 255).view(28, 3, 28, 7).mean(dim=(1, 3))
    assert torch.allclose(take(drawing, ALONE["scale"]).placed, means / means.max(), atol=1e-5)


def test_without_the_centre_of_mass_the_margins_are_equal() -> None:
    way = take(corner(), ALONE["centre"])
    above, below, left, right = ink_edges(way.placed)
    assert (above, below) == (4, 4)
    assert (left, right) == (8, 8)
    assert centre_of_mass(way.placed)[0] > 15  # the ink is heavier below
    assert centre_of_mass(take(corner()).placed) == pytest.approx((14.5, 14.5), abs=0.02)  # the middle of pixel 14


def test_without_normalising_the_network_is_fed_the_picture_as_it_is() -> None:
    model, way = new_model(MLPConfig((5,)), 3), take(corner(), ALONE["normalize"])
    assert torch.equal(way.placed, take(corner()).placed)
    assert torch.equal(way.fed, way.placed)
    model.train()
    now = read(model, way.placed[None], ALONE["normalize"])
    assert model.training
    assert torch.allclose(now, torch.softmax(model(way.placed.view(1, 784)), 1), atol=1e-6)
    assert not torch.allclose(now, read(model, way.placed[None]))


def test_with_no_stage_the_whole_canvas_is_squashed() -> None:
    way = take(corner(), NONE)
    blocks = (corner() / 255).view(28, 10, 28, 10).mean(dim=(1, 3))
    assert torch.allclose(way.placed, blocks / blocks.max(), atol=1e-5)
    assert torch.equal(way.fed, way.placed)


@pytest.mark.parametrize("stages", EVERY)
def test_every_choice_gives_pictures_in_range_and_refuses_a_blank_one(stages: Stages) -> None:
    way = take(corner(), stages)
    for picture in (way.raw, way.cut, way.scaled, way.placed):
        assert picture.dtype == torch.float32
        assert 0 <= picture.min() < picture.max() <= 1
    assert way.placed.shape == way.fed.shape == (28, 28)
    with pytest.raises(BlankDrawing):
        take(torch.zeros(280, 280, dtype=torch.uint8), stages)


def test_choices_with_the_same_picture_are_counted_as_one() -> None:
    assert len(PICTURES) == 6
    for stages in EVERY:
        assert stages.picture in PICTURES
        assert torch.equal(take(corner(), stages).placed, take(corner(), stages.picture).placed)
    pictures = [take(corner(), stages).placed for stages in PICTURES]
    assert not any(torch.equal(one, other) for i, one in enumerate(pictures) for other in pictures[:i])


def test_what_a_choice_lacks() -> None:
    assert Stages(cut=False, centre=False).lacks(ALONE["cut"])
    assert not Stages(cut=False, centre=False).lacks(ALONE["scale"])
    assert all(NONE.lacks(stages) and stages.lacks(ALL) for stages in EVERY)


# Drawings made of images


@few_examples
@given(index=st.integers(0, 99), seed=st.integers(0, 2**32))
def test_a_drawing_is_as_large_as_people_draw_and_comes_back_as_the_image_it_was(
    few: Dataset, index: int, seed: int
) -> None:
    image = few.images[index]
    drawing = draw_on_canvas(image, torch.Generator().manual_seed(seed))
    assert (drawing.shape, drawing.dtype) == ((280, 280), torch.uint8)
    rows, columns = ink_box(drawing / 255)
    longest = max(rows.stop - rows.start, columns.stop - columns.start)
    assert SMALLEST - 1 <= longest <= LARGEST + 1
    assert (drawing_to_mnist(drawing) - drawing_to_mnist(image)).abs().mean() < 0.05
    assert torch.equal(drawing, sample_drawing(image, seed))


def test_drawings_lie_anywhere_on_the_canvas(digits: Splits) -> None:
    boxes = [ink_box(drawing / 255) for drawing in drawings(digits.validation.images[:100], 0)]
    tops = [rows.start for rows, _ in boxes]
    lefts = [columns.start for _, columns in boxes]
    bottoms = [280 - rows.stop for rows, _ in boxes]
    rights_ = [280 - columns.stop for _, columns in boxes]
    for edges in (tops, lefts, bottoms, rights_):
        assert min(edges) < 10
        assert max(edges) > 90
    lengths = [max(rows.stop - rows.start, columns.stop - columns.start) for rows, columns in boxes]
    assert np.mean(lengths) == pytest.approx((SMALLEST + LARGEST) / 2, abs=12)


def test_an_empty_image_is_no_drawing() -> None:
    with pytest.raises(BlankDrawing):
        draw_on_canvas(torch.zeros(28, 28, dtype=torch.uint8), torch.Generator())


def test_all_are_prepared_as_one_by_one(few: Dataset) -> None:
    images = few.images[:12]
    found = prepare_all(drawings(images, 4))
    assert set(found) == set(PICTURES)
    for stages in EVERY:
        by_hand = torch.stack([take(drawing, stages).placed for drawing in drawings(images, 4)])
        assert torch.equal(found[stages.picture], by_hand)


def trial(dataset: Dataset, seed: int, n: int = DRAWINGS) -> Trial:
    *_, whole = trials(dataset, seed, n)
    return whole


def test_a_trial_grows_to_what_it_is_at_once(digits: Splits) -> None:
    grown, whole = list(trials(digits.validation, 3, 25, at_a_time=10)), trial(digits.validation, 3, 25)
    assert [len(part.labels) for part in grown] == [10, 20, 25]
    for part in (*grown, whole):
        assert torch.equal(part.labels, whole.labels[: len(part.labels)])
        for way in PICTURES:
            assert torch.equal(part.pictures[way], whole.pictures[way][: len(part.labels)])


def test_a_trial_depends_on_its_seed_alone(digits: Splits) -> None:
    one, again, other = (trial(digits.validation, seed, 15) for seed in (1, 1, 2))
    assert len(one.labels) == 15
    assert torch.equal(one.labels, again.labels)
    assert all(torch.equal(one.pictures[way], again.pictures[way]) for way in PICTURES)
    assert not torch.equal(one.pictures[ALL], other.pictures[ALL])
    assert torch.equal(choose(digits.validation, 1, 15).labels, one.labels)


def test_no_image_is_chosen_twice_and_all_where_there_are_few(digits: Splits) -> None:
    assert len(digits.validation) < DRAWINGS
    chosen = choose(digits.validation, 5)
    assert sorted(map(bytes, chosen.images.numpy())) == sorted(map(bytes, digits.validation.images.numpy()))
    assert len(choose(digits.validation, 5, 7)) == 7


# What it costs


def test_costs_are_counted_drawing_by_drawing() -> None:
    before, now = (
        torch.tensor([True] * 6 + [False] * 4),
        torch.tensor([True, True] + [False] * 4 + [True] + [False] * 3),
    )
    found = cost(before, now)
    assert (found.drawings, found.before, found.now, found.lost, found.gained) == (10, 6, 3, 4, 1)
    differences = before.numpy().astype(int) - now.numpy().astype(int)
    assert found.give_or_take == pytest.approx(np.sqrt(len(differences)) * differences.std())
    assert cost(before, before).give_or_take == 0


@pytest.mark.parametrize(("before", "now"), [(3, 4), (0, 0)])
def test_readings_that_can_not_be_compared(before: int, now: int) -> None:
    with pytest.raises(ValueError, match="same drawings"):
        cost(torch.ones(before, dtype=torch.bool), torch.ones(now, dtype=torch.bool))


def trained(hidden: tuple[int, ...], digits: Splits) -> MLP:
    model = new_model(MLPConfig(hidden), 0)
    for _ in fit(model, digits.train, digits.validation, TrainingConfig(4, 32, 3e-3, "adamw", 0)):
        pass
    return model.eval()


@pytest.fixture(scope="module")
def measured(digits: Splits) -> Trial:
    return trial(digits.validation, 0)


def lost_alone(model: MLP, measured: Trial) -> dict[str, float]:
    """How much of what is read with all stages is lost, as a share, by the one that is left out."""
    before = rights(model, measured, ALL)
    costs = {name: cost(before, rights(model, measured, stages)) for name, stages in ALONE.items()}
    return {name: (found.before - found.now) / found.before for name, found in costs.items()}


def test_rights_are_those_of_each_drawing_by_itself(digits: Splits, measured: Trial) -> None:
    model, some = new_model(MLPConfig((8,)), 1), choose(digits.validation, 0)
    for stages in (ALL, ALONE["cut"], NONE):
        one_by_one = [
            int(read(model, take(drawing, stages).placed[None], stages).argmax()) == label
            for drawing, label in zip(drawings(some.images[:40], 0), some.labels[:40].tolist(), strict=True)
        ]
        assert rights(model, measured, stages)[:40].tolist() == one_by_one


def test_with_all_stages_drawings_are_read_as_well_as_the_images(digits: Splits, measured: Trial) -> None:
    model, some = load_shipped(), choose(digits.validation, 0)
    as_they_are = (predict_proba(model, some.images / 255).argmax(1) == some.labels).float().mean()
    assert rights(model, measured, ALL).float().mean() == pytest.approx(as_they_are.item(), abs=0.03)


def two_cost_far_more(lost: dict[str, float]) -> bool:
    """What the page's question says of every network."""
    return min(lost["cut"], lost["scale"]) > max(0.2, 1.5 * lost["centre"], 1.5 * lost["normalize"])


@pytest.mark.parametrize("hidden", [None, (), (32,)])
def test_cutting_and_scaling_are_worth_most_and_centring_little_only_where_digits_were_moved(
    hidden: tuple[int, ...] | None, digits: Splits, measured: Trial
) -> None:
    model = load_shipped() if hidden is None else trained(hidden, digits)
    lost = lost_alone(model, measured)
    assert two_cost_far_more(lost)
    assert lost["centre"] < 0.05 if hidden is None else lost["centre"] > 0.1


@pytest.mark.slow
def test_the_same_holds_for_the_shipped_network_on_mnist(mnist: Splits) -> None:
    lost = lost_alone(load_shipped(), trial(mnist.validation, 0, 300))
    assert two_cost_far_more(lost)
    assert lost["centre"] < 0.03


def test_centring_by_mass_moves_most_digits_by_a_pixel_or_two(digits: Splits, measured: Trial) -> None:
    some = measured.pictures[ALONE["centre"].picture]
    moved = torch.tensor([[abs(14.5 - place) for place in centre_of_mass(image)] for image in some])
    assert (moved.amax(dim=1) <= 2).float().mean() > 0.7
