"""What a class waits for, as figures."""

from benchmarks.class_trains import Found, percentile


def test_of_a_hundred_the_95th_is_meant_and_of_few_the_worst() -> None:
    assert percentile([float(number) for number in range(1, 101)]) == 95
    assert percentile([1.0, 2.0, 3.0]) == 3
    assert percentile([7.0]) == 7


def test_a_row_says_first_median_and_last() -> None:
    found = Found(3, [2.0, 5.0, 11.0], [0.2, 0.4, 0.9], [0.01, 0.02], [0.05], {"MB": 900.0})
    assert found.row() == ("visitors 3  done 2.0, 5.0, 11.0  Stop 400, 900  look 15, 20  page 50, 50  MB 900.00")


def test_a_run_that_ended_before_anyone_pressed_stop_has_no_figure() -> None:
    assert "Stop ?" in Found(1, [2.0], [], [0.01], [0.05], {}).row()
