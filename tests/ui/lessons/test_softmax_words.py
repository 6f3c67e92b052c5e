"""What float32 has for a number, also where it is none."""

import torch

from ui.lessons.softmax_words import in_latex, in_text


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
