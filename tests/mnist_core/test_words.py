"""Numbers as text."""

import math

import pytest
import torch

from mnist_core import words


@pytest.mark.parametrize(
    ("value", "places", "text"),
    [(-0.5, 2, "−0.50"), (1234.5, 1, "1,234.5"), (-0.0004, 3, "0.000"), (-0.0004, 4, "−0.0004"), (0.0, 2, "0.00")],
)
def test_a_minus_is_as_long_as_a_plus_and_nothing_has_no_sign(value: float, places: int, text: str) -> None:
    assert words.number(value, places) == text


@pytest.mark.parametrize(
    ("loss", "text"),
    [
        (math.nan, "not a number"),
        (math.inf, "not a number"),
        (1e-6, "under 0.00001"),
        (0.00042, "0.00042"),
        (2.3026, "2.303"),
        (123456.0, "123,456"),
    ],
)
def test_a_loss_of_any_size(loss: float, text: str) -> None:
    assert words.loss(loss) == text
    assert words.loss(1.26104, 4) == "1.2610"


@pytest.mark.parametrize(("amount", "text"), [(0, "0 lessons"), (1, "1 lesson"), (12_000, "12,000 lessons")])
def test_one_of_a_thing_and_many(amount: int, text: str) -> None:
    assert words.count(amount, "lesson") == text


def test_small_numbers_are_spelled_out() -> None:
    assert [words.spelled(amount) for amount in (0, 4, 12, 13, 1200)] == ["zero", "four", "twelve", "13", "1,200"]


def test_none_of_a_thing() -> None:
    assert [words.how_many(amount, "digit") for amount in (0, 1, 3)] == ["no digit", "1 digit", "3 digits"]


def test_names_in_a_row() -> None:
    assert [words.listed(names) for names in ("a", "ab", "abc")] == ["a", "a and b", "a, b and c"]
    assert [words.in_brackets(value) for value in (0.5, -0.5)] == ["0.50", "(-0.50)"]


def test_whole_numbers_in_latex() -> None:
    assert [words.grouped(value) for value in (999, 1_000, 1234567.6)] == ["999", "1{,}000", "1{,}234{,}568"]


@pytest.mark.parametrize(
    ("p", "says"),
    [
        (0.0, "under 0.1%"),
        (1e-6, "under 0.1%"),
        (0.0005, "0.1%"),
        (0.5, "50.0%"),
        (0.9996, "over 99.9%"),
        (1.0, "over 99.9%"),
    ],
)
def test_nothing_is_called_certain_that_is_not(p: float, says: str) -> None:
    assert words.percent(p) == says


@pytest.mark.parametrize(("p", "says"), [(0.25, "0.250"), (0.001, "0.001"), (0.000168, "0.00017")])
def test_small_probabilities_get_more_decimals(p: float, says: str) -> None:
    assert words.decimal(p) == says


def test_articles() -> None:
    assert [words.a(digit) for digit in (1, 8, 9)] == ["a 1", "an 8", "a 9"]
    assert [words.a(digit, bold=True) for digit in (1, 8)] == ["a **1**", "an **8**"]


def test_numbers_as_text() -> None:
    assert [words.signed(number) for number in (1.234, -0.5, 0.001, -0.001)] == ["+1.23", "−0.50", "0.00", "0.00"]
    assert words.times(0) == "1.0"
    assert words.times(math.log(9.44)) == "9.4"
    assert words.times(math.log(9_472)) == "9,500"
    assert words.times(math.log(7.2e10)) == "7.2 · 10¹⁰"
    assert words.times(1000 * math.log(10) + math.log(3)) == "3.0 · 10¹⁰⁰⁰"  # no float is so large
    assert words.times(math.log(9.97e10)) == "1.0 · 10¹¹"
    assert words.times(34_365_800.0).endswith(" · 10¹⁴⁹²⁴⁸⁷⁷")  # as after a lesson with far too long a step


@pytest.mark.parametrize(("rate", "text"), [(0.00001, "0.00001"), (0.0015, "0.0015"), (10.0, "10"), (1.0, "1")])
def test_rates_are_written_out(rate: float, text: str) -> None:
    assert words.learning_rate(rate) == text


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "1 second"),
        (1.4, "1 second"),
        (8.6, "9 seconds"),
        (86, "90 seconds"),
        (94.9, "90 seconds"),
        (96, "2 minutes"),
        (215, "4 minutes"),
    ],
)
def test_a_time_in_few_words(seconds: float, said: str) -> None:
    assert words.duration(seconds) == said


@pytest.mark.parametrize(
    ("number", "text"),
    [
        *((0.0, "0"), (1.0, "1.000"), (-0.01234567, "-0.01235"), (0.99999, "1.000"), (123.456, "123.5")),
        *((12345.6, "12{,}346"), (0.00001, "0.00001000"), (-0.0000012345678, r"-1.235 \cdot 10^{-6}")),
    ],
)
def test_four_significant_digits(number: float, text: str) -> None:
    assert words.significant(number) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        *((0.0, "0"), (1615.4, "1,615"), (-8239.0, "−8,239"), (999.6, "1,000"), (0.00012, "0.00012"), (1.46, "1.5")),
        *((1.2e-7, "1.2 · 10⁻⁷"), (-9.96e-7, "−1.0 · 10⁻⁶"), (float("inf"), "inf")),
    ],
)
def test_two_significant_digits_in_text(number: float, text: str) -> None:
    assert words.rounded(number, 2) == text


@pytest.mark.parametrize("rate", [0.00001, 0.0003, 0.05, 1.0, 10.0])
@pytest.mark.parametrize("gradient", [-0.21, 0.0123456, 0.5, -3.3])
@pytest.mark.parametrize("before", [-0.03456789, 0.0213141, 0.1])
def test_the_fewest_places_that_show_the_step(rate: float, gradient: float, before: float) -> None:
    after = before - rate * gradient
    found = [words.places_that_show(before, rate * float(f"{gradient:.{digits}e}"), after) for digits in (3, 4, 5, 6)]
    places, digits = next((places, digits) for digits, places in enumerate(found, 3) if places is not None)
    assert 4 <= places <= 8
    assert f"{before:.{places}f}" != f"{after:.{places}f}"
    shown = round(before, places) - rate * float(f"{gradient:.{digits}e}")
    assert f"{shown:.{places}f}" == f"{after:.{places}f}"


def test_a_weight_that_does_not_move_needs_four_places() -> None:
    assert words.places_that_show(0.123456, 0.0, 0.123456) == 4


def test_digits_in_words() -> None:
    labels = torch.tensor([9, 0, 0, 4])
    assert words.digits_in_words(labels) == "0 × 2, 4 × 1, 9 × 1"
