"""The recipes do what their sentences say."""

from dataclasses import replace

import pytest

from mnist_core.data.dataset import Splits
from mnist_core.training.loop import TrainingDiverged, new_model
from mnist_core.training.recipes import RECIPES, Recipe
from mnist_core.training.records import RunRecord, run, trial

BY_NAME = {recipe.name: recipe for recipe in RECIPES}
QUICK, COURSE, NO_HIDDEN_LAYER, TOO_HIGH = RECIPES


def last_record(recipe: Recipe, splits: Splits, seed: int = 0) -> RunRecord:
    config = replace(recipe.training_config, seed=seed)
    *_, last = trial(new_model(recipe.model_config, seed), splits, config)
    return last


def test_each_has_a_name_of_its_own_and_a_sentence() -> None:
    assert len(BY_NAME) == len(RECIPES)
    assert len({recipe.sentence for recipe in RECIPES}) == len(RECIPES)
    assert all(recipe.sentence.endswith((".", "?")) for recipe in RECIPES)
    assert all(recipe.training_config.seed == 0 for recipe in RECIPES)


@pytest.mark.slow
def test_what_the_page_starts_with_is_as_good_as_it_says(mnist: Splits) -> None:
    """All five seeds are in benchmarks/recipes.py; this is the one a new visitor gets."""
    *_, last = run(new_model(QUICK.model_config, 0), mnist, QUICK.training_config)
    assert last.epochs[-1].validation_accuracy >= 0.975
    assert last.test is not None
    assert round(last.test.accuracy, 2) == 0.98  # "about 98% in the final test"


@pytest.mark.slow
def test_it_is_better_than_the_courses_network_which_is_better_than_none(all_digits: Splits) -> None:
    reached = [last_record(recipe, all_digits).epochs[-1].validation_accuracy for recipe in (QUICK, COURSE)]
    none = last_record(NO_HIDDEN_LAYER, all_digits).epochs[-1].validation_accuracy
    assert min(reached) > none + 0.05
    assert reached[0] > reached[1]


def check_it_explodes(splits: Splits, seed: int) -> None:
    config = replace(TOO_HIGH.training_config, seed=seed)
    model = new_model(TOO_HIGH.model_config, seed)
    with pytest.raises(TrainingDiverged) as caught:
        for _ in trial(model, splits, config):
            pass
    assert caught.value.step < 20


@pytest.mark.parametrize("seed", range(5))
def test_a_learning_rate_far_too_high_explodes_at_once(seed: int, digits: Splits) -> None:
    check_it_explodes(digits, seed)


@pytest.mark.parametrize("seed", range(5))
def test_a_learning_rate_far_too_high_explodes_at_once_on_mnist_too(seed: int, mnist: Splits) -> None:
    check_it_explodes(mnist, seed)
