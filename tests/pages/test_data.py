"""The data page: what it shows, what it computes, and what it says of it."""

import re

import numpy as np
import pytest
import torch
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest

from mnist_core import words
from mnist_core.data import mnist as mnist_files
from mnist_core.data.dataset import MEAN, STD, Splits, normalize
from mnist_core.data.generated import generated_splits
from mnist_core.data.statistics import mean_images
from mnist_core.data.styles import STYLES
from mnist_core.evaluation.accuracy import evaluate
from mnist_core.lessons.data_baseline import nearest_mean
from mnist_core.network.checkpoint import load_shipped, shipped_card
from tests.app import answer, formulas, in_one_piece, open_page, opened_by_link, questions_of, sound, status, text

PAGE = "lessons/data.py"
STYLES_SCENE, PARTS, BASELINE, FLATTENING, PAPER, NORMALISING, FORGOTTEN = 2, 3, 4, 5, 6, 7, 8


def tables(app: AppTest) -> list[str]:
    return [element.proto.body for element in app.get("html") if "pixel-table" in element.proto.body]


def whole_with_mnist(mnist: Splits, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setattr(mnist_files, "load_mnist", lambda *arguments, **options: mnist)
    app = in_one_piece(PAGE)
    for _ in range(100):
        if "Digits: MNIST" in status(app):
            return app
        app = sound(app.run())
    pytest.fail("MNIST did not come")


def test_it_says_what_is_there_and_why_the_constants_stay(digits: Splits) -> None:
    app = in_one_piece(PAGE)
    page = text(app)
    assert "generated digits**, 2,100 of them" in page
    assert "1,500 images to learn from, 300 for validation and 300 for a test" in page
    assert "**1,500 training images.**" in page
    assert "MNIST's own are 0.1307 and 0.3081" in page
    assert "60,000" not in page

    x = np.concatenate([digits.train.images.numpy(), digits.validation.images.numpy()]) / 255
    assert f"{x.sum():,.0f}".replace(",", "{,}") in formulas(app)
    assert f"= {x.mean():.4f}" in formulas(app)
    assert f"= {x.std():.4f}" in formulas(app)
    # "A network only needs inputs with a mean of about 0 and a deviation of about 1": these have.
    assert abs((x.mean() - MEAN) / STD) < 0.1
    assert abs(x.std() / STD - 1) < 0.1


def test_with_mnist_the_60000_and_the_fields_constants(mnist: Splits, monkeypatch: pytest.MonkeyPatch) -> None:
    app = whole_with_mnist(mnist, monkeypatch)
    page = text(app)
    assert "**MNIST** has 70,000 digits" in page
    assert "60,000 images to learn from and 10,000 for a test" in page
    assert "holds 5,000 of the 60,000 out" in page
    assert "four files, 12 MB packed" in page
    assert "N = 60{,}000" in formulas(app)
    assert "= 0.1307" in formulas(app)
    assert "= 0.3081" in formulas(app)
    assert "there are 6,742 of the 1 and 5,421 of the 5" in page

    paper = float((np.concatenate([mnist.train.images.numpy(), mnist.validation.images.numpy()]) == 0).mean())
    assert f"{paper:.1%} of all pixels are pure paper" in page
    assert 0.75 < paper < 0.85  # "about four in five"
    right = evaluate(load_shipped(), mnist.validation).accuracy
    assert f"in place of {1 - right:.1%}" in page
    assert "Each small image stands for 500." in captions(app)


def test_the_share_of_paper_and_of_the_margin(digits: Splits) -> None:
    page = text(in_one_piece(PAGE))
    images = np.concatenate([digits.train.images.numpy(), digits.validation.images.numpy()])
    paper = float((images == 0).mean())
    assert f"{paper:.1%} of all pixels are pure paper" in page
    assert 0.75 < paper < 0.85
    check_margin(images)


def test_hardly_any_ink_lies_in_the_margin_of_mnist(mnist: Splits) -> None:
    check_margin(mnist.train.images.numpy())


def check_margin(images: np.ndarray) -> None:
    """The margin is close to half of the square, and hardly any ink lies there, as the page says."""
    margin = 1 - 20 * 20 / (28 * 28)
    assert abs(margin - 0.5) < 0.02
    inner = images[:, 4:24, 4:24].sum(dtype=np.int64)
    assert 1 - inner / images.sum(dtype=np.int64) < 0.06


@pytest.mark.parametrize(
    ("part", "size"),
    [
        ("at each step", "1,500 training"),
        ("after each epoch", "300 validation"),
        ("once, at the end", "300 test"),
    ],
)
def test_one_part_is_bright_and_its_size_is_said(part: str, size: str) -> None:
    app = open_page(PAGE, PARTS)
    app = sound(app.segmented_control(key="data_part").set_value(part).run())
    assert f"**{size} images.**" in text(app)
    assert "Each small image stands for 15." in captions(app)


def test_the_whole_histogram_waits_for_the_answer() -> None:
    app = open_page(PAGE, PAPER)
    assert app.toggle(key="without_paper").disabled
    assert first_bar(app) < 0.1
    assert "pure paper" not in notices(app)
    app = answer(app, "ask_paper", "About four in five")
    assert app.success
    assert not app.toggle(key="without_paper").disabled
    assert first_bar(app) > 0.75
    assert "pure paper" in notices(app)
    app = sound(app.toggle(key="without_paper").set_value(True).run())
    assert first_bar(app) < 0.1


def first_bar(app: AppTest) -> float:
    """The share of the pixels in the darkest bar."""
    data = convert_arrow_bytes_to_pandas_df(app.get("vega_lite_chart")[0].proto.data.data)
    return float(data["share"].iloc[0])


def notices(app: AppTest) -> str:
    return " ".join(element.value for element in app.markdown if ":material/visibility:" in element.value)


def test_the_cost_waits_for_the_answer() -> None:
    app = open_page(PAGE, FORGOTTEN)
    assert not misread_times(app)
    assert scales_shown(app) == 1
    app = answer(app, "ask_scale", "More than 50")
    assert misread_times(app)
    assert scales_shown(app) == 3


def scales_shown(app: AppTest) -> int:
    return len(convert_arrow_bytes_to_pandas_df(app.get("vega_lite_chart")[0].proto.data.data))


def misread_times(app: AppTest) -> list[str]:
    return re.findall(r"([\d.]+|inf) times as many", text(app))


def test_what_forgetting_costs_is_what_it_says(digits: Splits) -> None:
    page = text(in_one_piece(PAGE))
    model, validation = load_shipped(), digits.validation
    x = validation.images.reshape(-1, 784) / 255
    fed = (x, (x - MEAN) / STD, 255 * x)
    wrong = [float((model(inputs).argmax(1) != validation.labels).float().mean()) for inputs in fed]
    assert f"it misreads {wrong[0]:.1%} in place of {wrong[1]:.1%}" in page
    assert f"nobody divided by 255 either: {wrong[2]:.1%} are misread" in page
    assert f"reads the {len(validation)} validation images" in page


def test_the_gallery_shows_the_chosen_digit_page_by_page(digits: Splits) -> None:
    app = open_page(PAGE)
    total = int((digits.train.labels == 7).sum())
    app.slider(key="gallery_digit").set_value(7)
    app = sound(app.run())
    assert f"{total:,}" in captions(app)
    assert "Training images of a 7: 1 to 50" in captions(app)
    app = sound(app.number_input(key="gallery_page").set_value(2).run())
    assert "Training images of a 7: 51 to 100" in captions(app)
    app = sound(app.number_input(key="gallery_page").set_value(180).run())
    assert f"to {total} of {total}" in captions(app)


@pytest.mark.parametrize("digit", range(10))
def test_each_style_of_the_chosen_digit_is_named_once_with_its_share(digit: int) -> None:
    app = open_page(PAGE, STYLES_SCENE)
    app = sound(app.slider(key="style_digit").set_value(digit).run())
    (figure,) = [element.proto.body for element in app.get("html") if "digit-styles" in element.proto.body]
    shown = [(name, int(number)) for number, name in re.findall(r"<b>(\d+)</b> ([^<]+)</div>", figure)]
    styles = [style for style in STYLES if style.digit == digit]
    assert sorted(shown) == sorted((style.name, round(100 * style.share)) for style in styles)
    assert [number for _, number in shown] == sorted((number for _, number in shown), reverse=True)
    assert sum(number for _, number in shown) == 100
    pictures = re.findall(r'<img src="([^"]+)"', figure)
    assert len(set(pictures)) == len(styles)
    assert f"of a hundred {digit}s that the program draws" in " ".join(caption.value for caption in app.caption)


def test_the_number_of_ways_and_one_form_are_those_of_the_program() -> None:
    app = in_one_piece(PAGE)
    assert f"draws digits in {len(STYLES)} ways" in text(app)
    (bar,) = [style for style in STYLES if (style.digit, style.name) == (7, "bar")]
    assert bar.forms[0] in text(app)
    assert f"some such forms, this one {len(bar.forms)}." in text(app)
    # "The ready-made network learned from them, too."
    assert shipped_card()["drawn_digits"]["count"] > 10_000


def captions(app: AppTest) -> str:
    return " ".join(image.caption for element in app.get("image") for image in element.proto.imgs)


def test_the_nearest_mean_answers_and_its_accuracy_stands_between_guessing_and_a_network(digits: Splits) -> None:
    app = open_page(PAGE, BASELINE)
    found = nearest_mean(digits.validation, mean_images(digits.train))
    right = evaluate(load_shipped(), digits.validation).accuracy
    assert [metric.value for metric in app.metric] == ["10.0%", f"{found.accuracy:.1%}", f"{right:.1%}"]
    assert 0.1 < found.accuracy < right
    assert bars(app) == [f"{distance:.2f}" for distance in found.distances[0].tolist()]
    assert f"Nearest: **{found.choices[0]}**" in text(app)

    app = sound(app.slider(key="baseline_image").set_value(3).run())
    assert bars(app) == [f"{distance:.2f}" for distance in found.distances[2].tolist()]
    app = sound(app.segmented_control(key="baseline_which").set_value("misread").run())
    third = int(found.mistakes[2])
    assert bars(app) == [f"{distance:.2f}" for distance in found.distances[third].tolist()]
    assert f"Nearest: **{found.choices[third]}**. It is a{'n' * (digits.validation.labels[third] == 8)} " in text(app)


def bars(app: AppTest) -> list[str]:
    (figure,) = [element.proto.body for element in app.get("html") if "mean-distances" in element.proto.body]
    return re.findall(r"<span>([\d.]+)</span><i", figure)


def test_the_distance_is_worked_out_for_the_image_on_show(digits: Splits) -> None:
    app = in_one_piece(PAGE, baseline_image="5")
    found = nearest_mean(digits.validation, mean_images(digits.train))
    distance, digit = found.distances[4].min().item(), int(found.choices[4])
    assert rf"\|x - m_{{{digit}}}\| = \sqrt{{{distance**2:.2f}}} = {distance:.2f}" in formulas(app)
    shares = [(found.choices == d)[found.labels == d].float().mean().item() for d in range(10)]
    best, worst = max(range(10), key=shares.__getitem__), min(range(10), key=shares.__getitem__)
    said = f"{shares[best]:.0%} of the {best}s rightly, and {shares[worst]:.0%} of the {worst}s"
    assert said in text(app)
    assert f"{len(found.mistakes)} wrong answers" in text(app)


def test_what_is_said_of_the_baseline_is_so_for_mnist(mnist: Splits) -> None:
    check_baseline(mnist)
    found = nearest_mean(mnist.validation, mean_images(mnist.train))
    assert round(found.accuracy, 3) == 0.802
    assert found.commonest_mistake == (1, 179)


def test_what_is_said_of_the_baseline_is_so_for_generated_digits() -> None:
    check_baseline(generated_splits())


def check_baseline(splits: Splits) -> None:
    """Most wrong answers are a 1, whose mean is the faintest, and the images so misread have little ink."""
    means = mean_images(splits.train)
    found = nearest_mean(splits.validation, means)
    assert found.commonest_mistake[0] == 1
    assert int(means.sum((1, 2)).argmin()) == int(means.square().sum((1, 2)).argmin()) == 1
    ink = splits.validation.images.float().mean((1, 2))
    misread = found.mistakes[found.choices[found.mistakes] == 1]
    assert ink[misread].mean() < ink[found.labels != 1].mean()
    assert evaluate(load_shipped(), splits.validation).accuracy > found.accuracy > 0.1


def test_the_numbers_of_the_chosen_image_and_its_row(digits: Splits) -> None:
    app = open_page(PAGE, FLATTENING)
    app.number_input(key="image").set_value(12)
    app = sound(app.slider(key="pixel_row").set_value(14).run())
    levels = " ".join(map(str, digits.train.images[11, 14].tolist()))
    assert f"**Row 14**: `{levels}`" in text(app)
    assert "positions 392 to 419" in captions(app)

    app = opened_by_link(PAGE, show="whole", image="12", pixel_row="14")
    (table,) = tables(app)
    row = table.split('<tr class=r><th scope="row">14</th>')[1].split("</tr>")[0]
    for level in digits.train.images[11, 14].tolist():
        assert f">{level}</td>" in row
    assert f"Training image 12, {words.a(int(digits.train.labels[11]))}" in text(app)
    assert r"28 \cdot 14 + 0 = 392" in formulas(app)
    assert r"28 \cdot 14 + 27 = 419" in formulas(app)
    assert "positions 392 to 419" in captions(app)
    assert digits.train.images[11].flatten()[392:420].tolist() == digits.train.images[11, 14].tolist()


@pytest.mark.parametrize("level", [0, 33, 255])
def test_the_formula_of_one_pixel(level: int) -> None:
    app = open_page(PAGE, NORMALISING)
    app = sound(app.slider(key="pixel_value").set_value(level).run())
    x = level / 255
    assert rf"x = \frac{{{level}}}{{255}} = {x:.3f}" in formulas(app)
    assert rf"\frac{{{x:.3f} - {MEAN}}}{{{STD}}} = {(x - MEAN) / STD:.2f}" in formulas(app)


def test_paper_and_ink_after_normalising_and_back() -> None:
    page = text(in_one_piece(PAGE))
    paper, ink = -MEAN / STD, (1 - MEAN) / STD
    assert f"Paper becomes {paper:.2f}, full ink {ink:.2f}".replace("-", "−") in page
    assert "paper was −0.42 and is 0 now" in data_page_question("ask_scale")
    pixels = torch.arange(256, dtype=torch.uint8).repeat(4)[: 28 * 28].view(1, 28, 28)
    back = normalize(pixels) * STD + MEAN  # "normalising takes nothing away"
    assert torch.equal((back * 255).round().byte().view(1, 28, 28), pixels)


def data_page_question(key: str) -> str:
    (found,) = [question for question in questions_of(PAGE) if question.key == key]
    return " ".join(found.wrong.values())
