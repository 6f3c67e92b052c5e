"""The page that breaks a network: what it says is what the core says, and all can be undone."""

import re
import time

import pytest
import torch
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest

from mnist_core import words
from mnist_core.data.dataset import Dataset, Splits
from mnist_core.evaluation.accuracy import Evaluation, evaluate
from mnist_core.lessons.breaking import Damage, more_noise, more_silenced, read_damaged
from mnist_core.lessons.breaking_adversarial import (
    EPSILONS,
    choices_at,
    examples,
    fgsm,
    log_odds,
    moved,
    pushes,
    random_signs,
    read_moved,
    slopes,
    targeted,
)
from mnist_core.network.checkpoint import load_shipped
from mnist_core.network.model import MLP, MLPConfig
from mnist_core.training.loop import new_model
from tests.app import answer, go_deeper, in_one_piece, open_page, opened_by_link, sound, text, turn_to
from ui.frame import resources, state
from ui.lessons import breaking, breaking_attack
from ui.visitor import store
from ui.visitor.store import TrainedModel

PAGE = "lessons/breaking.py"
NOISY, SILENT, DISPLACED, TOGETHER, ADVERSARIAL, ATTACKED = 1, 2, 3, 4, 5, 6  # the scenes


def rights(splits: Splits, damage: Damage) -> int:
    """How many of the page's images the ready-made network reads rightly after the damage."""
    found = read_damaged(load_shipped(), splits.validation.subset(slice(0, breaking.IMAGES)), damage)
    return int((found.logits.argmax(1) == found.labels).sum())


def said(app: AppTest) -> int:
    found = re.search(r"It reads \*\*([\d,]+)\*\* of 300 validation images rightly", text(app))
    assert found
    return int(found[1].replace(",", ""))


def all_controls() -> AppTest:
    """The scene with all kinds of damage, and the seed."""
    return go_deeper(open_page(PAGE, TOGETHER))


def is_disabled(app: AppTest, key: str) -> bool:
    return bool(app.button(key=key).disabled)


def test_each_kind_of_damage_counts_at_once_and_the_network_stays_what_it_is(digits: Splits) -> None:
    app = all_controls()
    shipped = resources.shipped_model()
    before = [tensor.clone() for tensor in shipped.state_dict().values()]
    assert said(app) == rights(digits, Damage())
    assert "Nothing is damaged." in text(app)
    app = sound(app.slider(key="brk_silenced").set_value(50).run())
    assert said(app) == rights(digits, Damage(silenced=0.5))
    app = sound(app.slider(key="brk_noise").set_value(1.2).run())
    assert said(app) == rights(digits, Damage(silenced=0.5, noise=1.2))
    app = sound(app.toggle(key="brk_biases").set_value(True).run())
    assert said(app) == rights(digits, Damage(0.5, 1.2, True))
    app = sound(app.toggle(key="brk_shuffled").set_value(True).run())
    assert said(app) == rights(digits, Damage(0.5, 1.2, True, True))
    app = sound(app.number_input(key="brk_seed").set_value(3).run())
    assert said(app) == rights(digits, Damage(0.5, 1.2, True, True, 3))
    assert f"Before the damage it read {rights(digits, Damage())} of them" in text(app)
    after = shipped.state_dict().values()
    assert all(torch.equal(was, now) for was, now in zip(before, after, strict=True))


def test_steps_back_and_an_end_to_all_damage(digits: Splits) -> None:
    app = all_controls()
    assert is_disabled(app, "brk_back")
    assert is_disabled(app, "brk_undo")
    app = sound(app.slider(key="brk_silenced").set_value(60).run())
    app = sound(app.toggle(key="brk_biases").set_value(True).run())
    app = sound(app.slider(key="brk_noise").set_value(2.0).run())
    assert not is_disabled(app, "brk_undo")

    app = sound(app.button(key="brk_back").click().run())
    assert (app.slider(key="brk_noise").value, app.toggle(key="brk_biases").value) == (0.0, True)
    app = sound(app.button(key="brk_back").click().run())
    assert (app.slider(key="brk_silenced").value, app.toggle(key="brk_biases").value) == (60, False)
    assert said(app) == rights(digits, Damage(silenced=0.6))

    app = sound(app.number_input(key="brk_seed").set_value(8).run())
    app = sound(app.button(key="brk_undo").click().run())
    assert said(app) == rights(digits, Damage())
    assert app.number_input(key="brk_seed").value == 8  # a seed does no damage
    assert is_disabled(app, "brk_undo")
    app = sound(app.button(key="brk_back").click().run())  # the undoing can be undone
    assert app.slider(key="brk_silenced").value == 60
    app = sound(app.button(key="brk_back").click().run())
    assert app.slider(key="brk_silenced").value == 0
    assert is_disabled(app, "brk_back")
    assert is_disabled(app, "brk_undo")


def test_the_reset_of_the_page_can_be_stepped_back_from() -> None:
    app = all_controls()
    app = sound(app.slider(key="brk_noise").set_value(1.5).run())
    app = sound(app.button(key="reset_page").click().run())
    assert app.slider(key="brk_noise").value == 0.0
    app = sound(app.button(key="brk_back").click().run())
    assert app.slider(key="brk_noise").value == 1.5


def test_damage_and_its_undoing_survive_another_page() -> None:
    app = all_controls()
    app = sound(app.slider(key="brk_noise").set_value(1.5).run())
    app = sound(app.switch_page("lessons/softmax.py").run())
    app = turn_to(sound(app.switch_page(PAGE).run()), TOGETHER)
    assert app.slider(key="brk_noise").value == 1.5
    app = sound(app.button(key="brk_back").click().run())
    assert app.slider(key="brk_noise").value == 0.0


def test_a_teacher_can_hide_damage_which_the_reader_can_not_undo(digits: Splits) -> None:
    app = opened_by_link(PAGE, scene=str(TOGETHER), hide="brk_noise", brk_noise="2.0")
    assert "brk_noise" not in [slider.key for slider in app.slider]
    assert said(app) == rights(digits, Damage(noise=2.0))
    assert is_disabled(app, "brk_undo")
    app = sound(app.slider(key="brk_silenced").set_value(20).run())
    app = sound(app.button(key="brk_undo").click().run())
    assert said(app) == rights(digits, Damage(noise=2.0))


def test_one_control_moved_many_times_is_one_step() -> None:
    app = all_controls()
    app = sound(app.toggle(key="brk_biases").set_value(True).run())
    for percent in range(5, 125, 5):  # as the keyboard moves it; more than can be stepped back
        app = sound(app.slider(key="brk_silenced").set_value(min(percent, 100)).run())
    app = sound(app.button(key="brk_back").click().run())
    assert (app.slider(key="brk_silenced").value, app.toggle(key="brk_biases").value) == (0, True)
    app = sound(app.slider(key="brk_silenced").set_value(40).run())  # a new step, though of the same control
    app = sound(app.slider(key="brk_silenced").set_value(0).run())  # and back again: no step is left of it
    app = sound(app.button(key="brk_back").click().run())
    assert not app.toggle(key="brk_biases").value
    assert is_disabled(app, "brk_back")


def test_after_a_step_back_the_same_control_makes_a_new_step() -> None:
    app = all_controls()
    app = sound(app.slider(key="brk_noise").set_value(1.0).run())
    app = sound(app.button(key="brk_undo").click().run())
    app = sound(app.slider(key="brk_noise").set_value(2.0).run())
    for expected in (0.0, 1.0, 0.0):
        app = sound(app.button(key="brk_back").click().run())
        assert app.slider(key="brk_noise").value == expected
    assert is_disabled(app, "brk_back")


def written(app: AppTest) -> list[str]:
    return [element.value.strip("$\n ") for element in app.latex]


def test_the_formula_has_the_readers_numbers(digits: Splits) -> None:
    app = all_controls()
    app = sound(app.slider(key="brk_silenced").set_value(25).run())
    app = sound(app.slider(key="brk_noise").set_value(0.7).run())
    app = sound(app.toggle(key="brk_biases").set_value(True).run())
    spread = load_shipped()[-1].weight.std(correction=0).item()  # type: ignore[operator]
    assert f"in the last one {spread:.3f}, and a is your slider, now 0.7." in text(app)
    label = int(digits.validation.labels[0])
    page = text(app)
    assert f"image of {'an' if label == 8 else 'a'} {label} that comes first" in page
    last = load_shipped().config.hidden_sizes[-1]
    silent = round(0.25 * last)
    assert f"what the {last - silent} neurons add that still speak; what the {silent} silenced ones add; the bias" in (
        page
    )
    before, now = (line for line in written(app) if line.startswith(f"z_{label} ="))
    scores = [
        read_damaged(load_shipped(), digits.validation, damage).logits[0, label].item()
        for damage in (Damage(), Damage(0.25, 0.7, True))
    ]
    for line, score in zip((before, now), scores, strict=True):
        summed, total = line.split("=")[1].split(r"\approx")
        assert float(total) == pytest.approx(score, abs=0.006)
        assert sum(map(float, summed.replace("+ ", "+").replace("- ", "-").split())) == pytest.approx(score, abs=0.016)
    assert " + 0 + 0 " in now


def test_an_undamaged_score_has_no_silent_part(digits: Splits) -> None:
    app = all_controls()
    label = int(digits.validation.labels[0])
    before, now = (line for line in written(app) if line.startswith(f"z_{label} ="))
    assert before == now
    assert "silenced ones add" not in text(app)
    last = load_shipped().config.hidden_sizes[-1]
    assert f"what the {last} neurons add that still speak; the bias." in text(app)


def lead_by_hand(digits: Splits, damage: Damage) -> tuple[float, int]:
    """The median lead of the right digit, and in how many images it is ahead."""
    found = read_damaged(load_shipped(), digits.validation, damage)
    each = sorted(
        scores[label] - max(score for digit, score in enumerate(scores) if digit != label)
        for scores, label in zip(found.logits.tolist(), found.labels.tolist(), strict=True)
    )
    return each[(len(each) - 1) // 2], sum(lead > 0 for lead in each)


def test_silence_waits_for_the_answer_and_gives_the_lead(digits: Splits) -> None:
    app = go_deeper(open_page(PAGE, SILENT))
    assert app.slider(key="brk_silenced").disabled
    assert not drawn(app, 0, "curve")
    hidden = sum(load_shipped().config.hidden_sizes)
    assert f"{hidden:,} hidden neurons" not in text(app)
    app = answer(app, "ask_silenced", "About one in ten")
    assert drawn(app, 0, "curve")
    lead, ahead = lead_by_hand(digits, Damage())
    assert ahead == rights(digits, Damage())
    assert f"it is **{lead:.1f}** ahead of the best of the others before any damage. It is ahead in {ahead} of 300" in (
        text(app)
    )
    for percent, word in ((30, "ahead"), (90, "behind")):
        app = sound(app.slider(key="brk_silenced").set_value(percent).run())
        now, still = lead_by_hand(digits, Damage(silenced=percent / 100))
        assert f"**{lead:.1f}** ahead of the best of the others before any damage, and now it is **" in text(app)
        assert (
            f"now it is **{abs(now):.1f} {word}**. It was ahead in {ahead} of 300 images, and now it is in {still}."
            in (text(app))
        )
        assert still == said(app)
        assert drawn(app, 0, "yours") == [pytest.approx([percent / 100, still / 300])]
    assert not drawn(app, 0, "reference")
    assert f"It has {hidden:,} hidden neurons. Take away any single one" in text(app)  # test_perturbation: all


def test_noise_alone_counts_in_its_scene_and_comes_along_to_the_last(digits: Splits) -> None:
    app = open_page(PAGE, NOISY)
    app = sound(app.slider(key="brk_noise").set_value(1.5).run())
    assert said(app) == rights(digits, Damage(noise=1.5))
    points = 100 * (rights(digits, Damage(noise=1.5)) - rights(digits, Damage())) / 300
    assert app.metric[0].delta == f"{points:+.1f} points"
    app = turn_to(app, SILENT)
    assert said(app) == rights(digits, Damage())
    app = turn_to(app, TOGETHER)
    assert app.slider(key="brk_noise").value == 1.5
    assert said(app) == rights(digits, Damage(noise=1.5))


def with_own(config: MLPConfig, scene: int) -> tuple[AppTest, MLP]:
    """A scene with a network of the visitor's own in use."""
    model = new_model(config, 0).eval().requires_grad_(False)
    app = open_page(PAGE, scene)
    visitor = store.visitors().find(app.session_state["_tab"])
    visitor.models = [TrainedModel("run-1", "Your network 1", model, {"dataset": state.GENERATED})]
    app.session_state["_offered_model"] = "run-1"
    return go_deeper(sound(app.run())), model


def drawn(app: AppTest, chart: int, kind: str) -> list[list[float]]:
    """The points of a kind in one of the page's charts."""
    data = app.get("vega_lite_chart")[chart].proto.data.data
    table = convert_arrow_bytes_to_pandas_df(data)
    return table[table["kind"] == kind][["amount", "read"]].to_numpy().tolist()  # type: ignore[no-any-return]


def test_beside_another_network_the_ready_made_one_is_drawn_to_compare_with(digits: Splits) -> None:
    app, model = with_own(MLPConfig((16,)), SILENT)
    app = sound(app.number_input(key="brk_seed").set_value(2).run())
    app = answer(app, "ask_silenced", "Nearly all")
    assert "The dashed curve of the ready-made network" in text(app)
    for more, field, scene in ((more_silenced, "silenced", SILENT), (more_noise, "noise", NOISY)):
        app = app if scene == SILENT else go_deeper(turn_to(app, scene))
        for kind, network, seed in (("curve", model, 2), ("reference", load_shipped(), 0)):
            assert drawn(app, 0, kind) == [
                pytest.approx([getattr(one, field), read_damaged(network, digits.validation, one).accuracy])
                for one in more(seed)
            ]
    assert "this network learned from MNIST" not in text(app)
    app = go_deeper(answer(turn_to(app, DISPLACED), "ask_displaced", "As many as before"))
    whole, moved = (rights(digits, damage) / 300 for damage in (Damage(), Damage(shuffled=True, seed=2)))
    assert f"reads {whole:.1%} with the pixels in place and **{moved:.1%}** when they are shuffled" in text(app)


@pytest.mark.parametrize("seed", [0, 5])
def test_shuffled_pixels_and_the_weights_that_follow_them(digits: Splits, seed: int) -> None:
    app = go_deeper(open_page(PAGE, DISPLACED))
    app = sound(app.number_input(key="brk_seed").set_value(seed).run())
    assert app.toggle(key="brk_shuffled").disabled
    assert "| shuffled |" not in text(app)
    app = answer(app, "ask_displaced", "As many as before")
    page = text(app)
    whole, moved = (rights(digits, damage) / 300 for damage in (Damage(), Damage(shuffled=True, seed=seed)))
    assert f"| in place | as learned | {whole:.1%} |" in page
    assert f"| shuffled | as learned | **{moved:.1%}** |" in page
    assert f"| shuffled | in the same order | {whole:.1%} |" in page
    order = torch.randperm(784, generator=torch.Generator().manual_seed(seed))
    assert rf"x'_1 = x_{{{int(order[0]) + 1}}}, " in " ".join(element.value for element in app.latex)


def test_a_network_without_a_hidden_layer_has_nothing_to_silence(digits: Splits) -> None:
    app, single = with_own(MLPConfig(()), SILENT)
    app = answer(app, "ask_silenced", "Nearly all")
    assert app.slider(key="brk_silenced").disabled
    assert drawn(app, 0, "curve") == drawn(app, 0, "yours") == []  # the question is still answered
    assert len(drawn(app, 0, "reference")) == len(more_silenced(0))
    assert "has no hidden layer, so there is nothing to silence" in text(app)
    app = go_deeper(turn_to(app, TOGETHER))
    assert app.slider(key="brk_silenced").disabled
    app = sound(app.slider(key="brk_noise").set_value(1.0).run())
    right = evaluate(single, digits.validation).accuracy
    assert f"Before the damage it read {round(300 * right)} of them" in text(app)
    assert r"x_j" in " ".join(written(app))
    assert "what the 784 pixels add that there are; the bias" in text(app)


def test_what_it_says_of_the_images() -> None:
    page = text(in_one_piece(PAGE))
    assert "which it did not learn from. There are 300 of them." in page
    assert "this network learned from MNIST" not in page  # it learned from drawn digits too


def test_on_mnist_it_says_that_it_takes_the_first_two_thousand(mnist: Splits, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mnist_core.data.mnist.load_mnist", lambda *arguments, **options: mnist)
    app = go_deeper(open_page(PAGE, NOISY))
    for _ in range(600):
        if resources.library().mnist():
            break
        time.sleep(0.05)
    app = sound(app.run())
    assert breaking.IMAGES == 2_000
    assert "Only the first 2,000 of the 5,000 are read" in text(app)
    assert "this network learned from MNIST" not in text(app)
    expected = rights(mnist, Damage())
    assert f"It reads **{expected:,}** of 2,000 validation images" in text(app)


def aim_at(model: MLP, digits: Splits) -> tuple[Dataset, torch.Tensor, dict[int, int]]:
    """The images that are attacked, their slopes, and which of them are shown."""
    some = digits.validation
    found = slopes(model, some.images, some.labels)
    return some, found, examples(evaluate(model, some), read_moved(model, some, -found.sign(), breaking_attack.START))


def drawn_changes(app: AppTest, row: int = 0) -> list[tuple[str, str]]:
    """What the pictures say is read: before and after, row by row."""
    html = [element.proto.body for element in app.get("html") if "changes-place" in element.proto.body][row]
    return re.findall(r"reads <b>(\d)</b>, ([^<]+)<", html)


@pytest.mark.parametrize(("digit", "epsilon", "seed"), [(8, 16, 0), (3, 40, 5), (1, 0, 0)])
def test_an_image_its_changes_and_what_is_read(digits: Splits, digit: int, epsilon: int, seed: int) -> None:
    model = load_shipped().requires_grad_(False)
    some, found, shown = aim_at(model, digits)
    index = shown[digit]
    app = go_deeper(open_page(PAGE, ADVERSARIAL))
    assert (app.segmented_control(key="brk_digit").value, app.slider(key="brk_epsilon").value) == (8, 16)
    app = sound(app.segmented_control(key="brk_digit").set_value(digit).run())
    app = sound(app.slider(key="brk_epsilon").set_value(epsilon).run())
    app = sound(app.number_input(key="brk_seed").set_value(seed).run())
    image, label, noise = some.images[[index]], some.labels[[index]], random_signs(len(some), seed)[[index]]
    aimed, noisy = fgsm(model, image, label, epsilon), moved(image, noise, epsilon)
    before, after, beside = (evaluate(model, Dataset(each, label)) for each in (image, aimed, noisy))

    def said(found: Evaluation) -> tuple[str, str]:
        choice = int(found.choices[0])
        return str(choice), words.percent(found.probabilities[0, choice].item())

    assert drawn_changes(app) == [said(before), said(after), said(before), said(beside)]
    if epsilon == breaking_attack.START:
        assert int(after.choices[0]) != digit == int(beside.choices[0])  # it shows something at once
    signs = (-found[index].sign(), noise[0])
    for name, each in zip(("Aimed at the network", "Drawn at random"), signs, strict=True):
        choices = choices_at(model, image[0], each)
        at = next((e for e, choice in enumerate(choices) if choice != digit), None)
        ends = "read rightly up to 64 levels" if at is None else f"first misread at {at} level"
        assert f"**{name}:** {ends}" in text(app)
    assert f"Your slider stands on {epsilon} of 255 levels, so ε = {epsilon / 255:.3f}." in text(app)

    odds = [log_odds(each.logits, label).item() for each in (before, after, beside)]
    assert f"the log-odds of the {digit} stand at {words.number(odds[0])}." in text(app)
    down, up = zip(*(pushes(found[index], image[0], images[0]) for images in (aimed, noisy)), strict=True)
    rows = {
        "pushes down": down,
        "pushes up": up,
        "together": [sum(both) for both in zip(down, up, strict=True)],
        "what came of it": [now - odds[0] for now in odds[1:]],
    }
    for name, numbers in rows.items():
        assert f"| {name} | {' | '.join(map(words.signed, numbers))} |" in text(app)
    steep, chance = found[index].double().abs().sum(), found[index].double().square().sum().sqrt()
    assert f"aimed change does **{steep / chance:.0f} times** as much here" in text(app)
    step = epsilon / 255
    for line, sum_of in ((r"\sum_j |w_j|", steep), (r"\sqrt{\textstyle\sum_j w_j^2}", chance)):
        assert rf"\varepsilon {line} = {step:.3f} \cdot {sum_of:.1f} \approx {step * sum_of:.2f}" in written(app)


def test_the_pixel_that_is_written_out_is_the_steepest_of_those_that_move(digits: Splits) -> None:
    model = load_shipped().requires_grad_(False)
    some, found, shown = aim_at(model, digits)
    index = shown[8]
    image, aimed = some.images[index], fgsm(model, some.images[[index]], some.labels[[index]], 16)[0]
    steepest = max(
        ((row, column) for row in range(28) for column in range(28) if image[row, column] != aimed[row, column]),
        key=lambda at: abs(found[index][at].item()),
    )
    page = go_deeper(open_page(PAGE, ADVERSARIAL))
    assert f"row {steepest[0] + 1}, column {steepest[1] + 1}:" in text(page)
    (line,) = (line for line in written(page) if "tfrac{16}{255}" in line)
    assert f"left({image[steepest] / 255:.3f} + " in line
    assert line.endswith(f"= {aimed[steepest] / 255:.3f}")


def test_an_image_can_be_made_another_digit(digits: Splits) -> None:
    model = load_shipped().requires_grad_(False)
    some, _, shown = aim_at(model, digits)
    image = some.images[[shown[8]]]
    app = go_deeper(open_page(PAGE, ADVERSARIAL))
    assert app.selectbox(key="brk_wanted").value == 9
    for wanted in (9, 3):
        app = sound(app.selectbox(key="brk_wanted").set_value(wanted).run())
        label = torch.tensor([wanted])
        after = evaluate(model, Dataset(targeted(model, image, label, 16), label))
        assert drawn_changes(app, 1)[1][0] == str(int(after.choices[0]))
        choices = choices_at(model, image[0], slopes(model, image, label).sign()[0])
        expected = f"at {choices.index(wanted)} level" if wanted in choices else "No change up to 64 levels"
        assert expected in text(app)
    assert wanted in choices  # the 3 at least


def test_how_many_are_still_read_is_counted_once_the_question_is_answered(digits: Splits) -> None:
    model = load_shipped().requires_grad_(False)
    some, found, _ = aim_at(model, digits)
    app = go_deeper(open_page(PAGE, ATTACKED))
    assert app.slider(key="brk_epsilon").disabled
    assert not app.metric
    assert drawn(app, 0, "curve") == drawn(app, 0, "reference") == drawn(app, 0, "yours") == []
    assert "Dotted: guessing." in text(app)
    assert "Dashed: random" not in text(app)
    assert "The ready-made one at" not in text(app)
    app = answer(app, "ask_attacked", "Nearly all")
    assert "Line: aimed. Dashed: random. Ring: yours. Dotted: guessing." in text(app)
    at_32 = [
        round(300 * read_moved(model, some, signs, 32).accuracy)
        for signs in (-found.sign(), random_signs(len(some), 0))
    ]
    assert f"The ready-made one at 32 levels: {at_32[0]} and {at_32[1]}." in text(app)
    for epsilon in (16, 32):
        app = sound(app.slider(key="brk_epsilon").set_value(epsilon).run())
        ways = (-found.sign(), random_signs(len(some), 0))
        shares = [[read_moved(model, some, signs, each).accuracy for each in EPSILONS] for signs in ways]
        now = [read_moved(model, some, signs, epsilon).accuracy for signs in ways]
        assert [metric.value for metric in app.metric] == [str(round(300 * share)) for share in now]
        assert now[0] < now[1]
        assert drawn(app, 0, "curve") == [pytest.approx(point) for point in zip(EPSILONS, shares[0], strict=True)]
        assert drawn(app, 0, "reference") == [pytest.approx(point) for point in zip(EPSILONS, shares[1], strict=True)]
        assert drawn(app, 0, "yours") == [pytest.approx([epsilon, now[0]])]
        sizes = [
            (moved(some.images, signs, epsilon).int() - some.images.int()).abs().float().mean().item() for signs in ways
        ]
        assert (
            f"**{sizes[0]:.1f} levels** a pixel on average when it is aimed, and of **{sizes[1]:.1f}** at random"
            in (text(app))
        )
    assert "Read rightly, of the first 300 validation images." in text(app)
    assert "of which the question spoke" not in text(app)


def test_another_network_gets_an_attack_of_its_own(digits: Splits) -> None:
    app, model = with_own(MLPConfig((16,)), ADVERSARIAL)
    some, _, shown = aim_at(model, digits)
    image, label = some.images[[shown[8]]], some.labels[[shown[8]]]
    after = evaluate(model, Dataset(fgsm(model, image, label, 16), label))
    assert drawn_changes(app)[1][0] == str(int(after.choices[0]))
    assert "The attack is aimed at your network" in text(app)
    app = go_deeper(answer(turn_to(app, ATTACKED), "ask_attacked", "Nearly all"))
    own = read_moved(model, some, -slopes(model, some.images, some.labels).sign(), 16).accuracy
    assert app.metric[0].value == str(round(300 * own))
    shipped = load_shipped().requires_grad_(False)
    aimed = read_moved(shipped, some, -slopes(shipped, some.images, some.labels).sign(), 32).accuracy
    noisy = read_moved(shipped, some, random_signs(len(some), 0), 32).accuracy
    assert (
        f"of which the question spoke, reads **{round(300 * aimed)}** of 300 images after an aimed change of 32 "
        f"levels, and {round(300 * noisy)} after a random one" in text(app)
    )
