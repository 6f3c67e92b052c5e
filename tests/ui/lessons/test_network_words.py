"""What a page says of a layer while it learns."""

from ui.lessons.network_cache import MOMENTS
from ui.lessons.network_words import SHAPES_SHOW, what_the_weights_show


def test_it_says_one_thing_of_the_start_one_of_the_first_batches_and_one_of_the_shapes() -> None:
    groups = (
        {what_the_weights_show(0)},
        {what_the_weights_show(moment) for moment in MOMENTS if 0 < moment < SHAPES_SHOW},
        {what_the_weights_show(moment) for moment in MOMENTS if moment >= SHAPES_SHOW},
    )
    assert [len(group) for group in groups] == [1, 1, 1]
    assert len(set.union(*groups)) == 3
    assert SHAPES_SHOW in MOMENTS
