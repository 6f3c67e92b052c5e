"""The drawing page: a letter is called a digit, and with which probability."""

import re

from tests.app import open_page, sound, text


def test_a_letter_is_called_a_digit_with_a_high_probability_as_the_answer_says() -> None:
    app = open_page("pages/draw.py")
    assert len(app.get("vega_lite_chart")) == 1  # the empty bars of the canvas
    app = sound(app.radio(key="ask_letter").set_value("That it is no digit").run())
    assert len(app.get("vega_lite_chart")) == 2
    said = re.search(r"the H is a \*\*4\*\*, with a probability of ([\d.]+)%", text(app))
    assert said
    assert float(said[1]) > 90
