"""What float32 has for a number, also where it is none."""

import torch

from ui.lessons.softmax_words import in_latex, in_text, lead


def test_what_overflows_is_infinite_and_its_ratio_no_number() -> None:
    power = torch.tensor(100.0).exp()
    assert in_text(power.item()) == "∞"
    assert in_latex(power.item()) == r"\infty"
    assert in_text((power / power).item()) == "not a number"


def test_what_fits_is_written_in_digits() -> None:
    assert in_text(0.0) == "0"
    assert in_text(0.123456) == "0.123"
    assert in_text(torch.tensor(-100.0).exp().item()) == "3.78e-44"
    assert in_latex(120.0) == "120.000"


def test_the_lead_of_the_first_is_the_ratio_at_that_temperature() -> None:
    scores = [1.0, 4.0, 3.0]
    for temperature in (0.5, 1.0, 8.0):
        p = torch.softmax(torch.tensor(scores, dtype=torch.float64) / temperature, 0)
        said = f"T = {temperature:g}: p of the 1 is **{p[1] / p[2]:.1f} times** p of the 2."
        assert lead(scores, temperature) == said


def test_two_in_front_have_the_ratio_one() -> None:
    assert "**1.0 times**" in lead([2.0, 2.0, 0.0], 0.05)
