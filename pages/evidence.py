"""Why 3 and not 8?: the evidence for one digit against another, pixel by pixel, and the neurons that bring it up."""

import streamlit as st
import torch
from torch import Tensor

from mnist_core import words
from mnist_core.data.dataset import MEAN, STD
from mnist_core.figures.bars import probability_bars
from mnist_core.figures.evidence import account, add_up, neuron_tiles
from mnist_core.figures.signed import largest
from mnist_core.handwriting.prediction import predict_proba
from mnist_core.lessons.evidence import Evidence, Loudest, changed_sides, evidence, loudest_neurons, pair, single_layer
from mnist_core.network.gradients import biases_alone, has_linear_pieces, linear_piece
from mnist_core.network.model import CLASSES, MLP
from ui.drawing import canvas, reading
from ui.frame import dataset, lesson, link, resources, theme
from ui.frame.question import Question, ask
from ui.lessons import evidence_pictures, evidence_words
from ui.lessons.evidence_words import Account, account_of, summand
from ui.visitor import networks

DIGITS = [str(digit) for digit in range(CLASSES)]
FIRST, NEXT = "best guess", "next best guess"


def opening() -> None:
    """What evidence is."""
    st.markdown(
        "The network gives each digit a score, its **logit** z. It prefers a 3 to an 8 if $z_3 - z_8$ is above zero. "
        "That difference can be shared out among the pixels: each one adds its ink times a weight. What it adds is "
        "its **evidence**."
    )


def your_drawing() -> None:
    """The evidence in a drawing, the account of it, and where it comes from."""
    used, name = networks.model_in_use()
    model = reading_network()
    if model is not used:
        st.info(
            f"In {name}, the hidden neurons have {used.config.activation} as their activation. It bends every sum a "
            "little, so there is no fixed weight per pixel that adds up exactly. On this page the ready-made network "
            "reads instead.",
            icon=":material/swap_horiz:",
        )
    look(model)


def reading_network() -> MLP:
    """The network in use, or the ready-made one if that has no weights of its own for a drawing."""
    model, _ = networks.model_in_use()
    return model if has_linear_pieces(model) else resources.shipped_model()


@st.fragment
def look(model: MLP) -> None:
    """The canvas, the evidence beside it, the account below, and where it comes from."""
    left, right = st.columns([2, 3], gap="large")
    with left:
        subject = canvas.subject(start=3)
    with right:
        says = st.container()
        one, other = choose_pair()
        image = torch.zeros(28, 28) if subject is None else subject.image
        p = predict_proba(model, image[None])[0]  # (1, 28, 28) -> (1, 10) -> (10)
        a, b = pair(p, None if one == FIRST else int(one), None if other == NEXT else int(other))
        found = None if subject is None or a == b else evidence(model, image, a, b)
        if found:
            evidence_pictures.show(found, a, b)
            draw_account(account_of(found), a, b)
            show_formula(account_of(found), a, b)
    if subject is None:
        says.info("Draw on the black square, with the mouse or a finger, and lift it.", icon=":material/draw:")
    else:
        says.markdown(evidence_words.answer(p, reading.verdict_on(subject, p)))
    if a == b:
        right.info("Choose two different digits.", icon=":material/compare_arrows:")
    if found:
        explain(model, found, a, b)
    show_blank_page(model, found, a, b)
    if found:
        show_inside(model, found, a, b)


def choose_pair() -> tuple[str, str]:
    """Two controls: which digits are compared, or that it is to be the network's guesses."""
    with st.container(horizontal=True):  # side by side on a phone, too
        one = link.selectbox("Evidence for", "evidence_for", [FIRST, *DIGITS], FIRST, width=168)
        other = link.selectbox("and against", "evidence_against", [NEXT, *DIGITS], NEXT, width=168)
    return one, other


def draw_account(written: Account, a: int, b: int) -> None:
    """The account as bars."""
    theme.show(
        account(
            names=[f"ink that speaks for {a}", f"ink that speaks for {b}", "bias"],
            parts=written[:3],
            total=written.total,
            total_name=evidence_words.difference(a, b),
            theme=theme.current(),
        ),
        key="evidence_account",
        description="Three bars, each beginning where the one before ended, and their sum; the formula below has the "
        "same numbers.",
    )


def show_formula(written: Account, a: int, b: int) -> None:
    """The account as a formula, and what it means."""
    total, ink = written.total, f"{written.for_a:.2f} - {abs(written.for_b):.2f}"
    lesson.formula(
        r"z_a - z_b = \sum_i w_i\, x_i + \text{bias} = \ln \frac{p_a}{p_b}",
        rf"z_{{{a}}} - z_{{{b}}} = {ink} {summand(written.bias)} = {total:.2f}",
        rf"\frac{{p_{{{a}}}}}{{p_{{{b}}}}} = e^{{{total:.2f}}}",
    )
    st.markdown(
        "The logarithm comes from softmax: $p_a = e^{z_a} / S$, with the same sum S for all digits. So $p_a / p_b = "
        "e^{z_a - z_b}$, and ln asks for that exponent."
    )
    st.markdown(evidence_words.meaning(total, a, b))


WEIGHTS_INSIDE = (
    "A network with hidden layers has no single weight from a pixel to a score. But a hidden neuron with ReLU either "
    "passes on its sum or is silent. Leave out the silent ones, and sums of sums are left: the whole network acts on "
    "*this* drawing like a single layer. Its weight $w_i$ is how much $z_a - z_b$ rises with the ink of pixel i."
)
WEIGHTS_OF_ONE_LAYER = (
    "This network has no hidden layer, so each score is a sum of weights times pixels already, plus a bias. The "
    "difference of two scores is such a sum, too. Its weight $w_i$ is how much $z_a - z_b$ rises with the ink of "
    "pixel i: the same for every drawing."
)


def explain(model: MLP, found: Evidence, a: int, b: int) -> None:
    """What the pictures are made of, and what they do not say."""
    lesson.notice(
        f"Vermillion ink speaks for {a}, blue ink for {b}, and paper says nothing: weight × 0 is 0. One stroke can "
        "speak for both, a bit here and a bit there. Choose another digit to compare with, and the same ink changes "
        "its colours: evidence is always for one digit *against another*."
    )
    st.header("Where the weights come from", anchor=False)
    has_hidden = bool(model.config.hidden_sizes)
    st.markdown(WEIGHTS_INSIDE if has_hidden else WEIGHTS_OF_ONE_LAYER)
    bias, alone = account_of(found).bias, round(found.piece.biases[0], 2)
    lesson.formula(
        r"w_i = \frac{1}{\sigma} \, \frac{\partial (z_a - z_b)}{\partial \hat{x}_i}"
        r"\qquad \hat{x}_i = \frac{x_i - \mu}{\sigma}",
        r"\text{bias} = \beta - \frac{\mu}{\sigma} \sum_i \frac{\partial (z_a - z_b)}{\partial \hat{x}_i}",
        rf"\text{{bias}} = {alone:.2f} {summand(bias - alone)} = {bias:.2f}",
    )
    st.markdown(
        "A fraction with ∂ says how much the upper quantity rises with the lower one. The network does not get a pixel "
        f"$x_i$ itself but $\\hat{{x}}_i$: less the mean μ = {MEAN} and divided by the deviation σ = {STD}. The "
        "account turns that around, so that paper is 0; what paper would add goes into the bias. The rest of it, β, is "
        + (
            "what the network's biases alone add up to, sent through the neurons that are active for this drawing."
            if has_hidden
            else f"the bias of the output for {a} less that of the output for {b}."
        )
    )


BLANK = Question(
    key="ask_blank_page",
    text="Wipe away all ink. Every pixel is 0, so no pixel has any evidence left. What does the network say of the "
    "blank page?",
    right="It still holds some digits for more probable than others",
    why="What is left are the biases. Nobody set them to be fair to ten digits on a blank page: they came out of the "
    "training, together with the weights.",
    wrong={
        "Each digit gets 10%": "That would be fair, and it would need ten equal scores. But the biases are left, and "
        "they are not equal.",
        "Nothing: there is nothing to add up": "Biases are added whether there is ink or not. Ten scores come out, "
        "softmax makes them ten probabilities, and one of those is the largest.",
    },
    order=1,
)


def show_blank_page(model: MLP, found: Evidence | None, a: int, b: int) -> None:
    """What the network says without any ink, and what the bias of the drawing has to do with it."""
    st.header("The bias, and a blank page", anchor=False)
    st.markdown(
        "Paper has no evidence, however much its emptiness may tell you: that there is *no* ink in the bays of a 3 "
        "speaks against an 8. No blank pixel is held against a digit here. But one number in the account is not "
        f"multiplied by any ink: the **bias**. {evidence_words.where_bias_comes_from(model.config)}"
    )
    if not ask(BLANK):
        return
    blank = torch.zeros(28, 28)
    p = predict_proba(model, blank[None])[0]
    theme.show(
        probability_bars(probabilities=p.tolist(), classes=DIGITS, theme=theme.current(), height=170),
        key="blank_page",
        description="The probability of each digit as a bar, for a blank page; the text below names the largest.",
    )
    st.markdown(f"Of a blank page this network says: {words.a(int(p.argmax()))}, with {words.percent(p.max().item())}.")
    if found:
        compare_biases(model, found, evidence(model, blank, a, b), a, b)


def compare_biases(model: MLP, found: Evidence, blank: Evidence, a: int, b: int) -> None:
    """The bias in the account of the drawing beside what the network says of a blank page."""
    bias = words.signed(account_of(found).bias)
    if not model.config.hidden_sizes:
        st.markdown(
            f"There, $z_{{{a}}} - z_{{{b}}}$ is exactly the bias in the account above, **{bias}**: nothing else is "
            "left of it without ink."
        )
        return
    st.markdown(
        f"There, $z_{{{a}}} - z_{{{b}}}$ is **{words.signed(blank.score)}**. The bias in the account of your drawing "
        f"is **{bias}**. These need not be the same. A bias gets to the output only through neurons that are active, "
        f"and {changed_sides(found.piece, blank.piece):,} of the {sum(model.config.hidden_sizes):,} hidden neurons are "
        "active on one of the two and silent on the other. The bias of your drawing is what all biases add up to with "
        "the neurons that are active *for your drawing*."
    )


LOUDEST = 8  # neurons: as many as can still be looked at one by one


def show_inside(model: MLP, found: Evidence, a: int, b: int) -> None:
    """The hidden neurons that add most, each with its weights."""
    st.header("Inside", anchor=False)
    if not model.config.hidden_sizes:
        show_single_layer(model, found)
        return
    loud = loudest_neurons(model, found.piece, LOUDEST)
    names = [f"neuron {number + 1}" for number in loud.numbers]
    rest = sum(of - silent for silent, of in loud.silent[:1]) - len(names)
    others = [f"the other {rest:,} active ones" if rest > 1 else "the other active one"] if rest else []
    parts, total = add_up([*loud.contributions.tolist(), *([loud.others] if rest else []), loud.bias])
    st.markdown(
        f"The same {words.signed(total)} once more, now neuron by neuron. These are the {len(names)} neurons of the "
        f"first hidden layer that say most about {a} or {b} here. The pictures are their weights, for pixels of 0 to "
        "1, with a line around your ink. Below each stands what it passes on, times its **influence**: how much "
        f"$z_{{{a}}} - z_{{{b}}}$ rises with it."
    )
    draw_neurons(loud, names, parts, found.ink)
    theme.show(
        account(
            names=[*names, *others, "biases behind them"],
            parts=parts,
            total=total,
            total_name=evidence_words.difference(a, b),
            theme=theme.current(),
        ),
        key="neuron_account",
        description="A bar for each neuron above, one for all others if there are any, one for the biases of the later "
        "layers, and their sum.",
    )
    st.markdown(evidence_words.silence(loud.silent))


def draw_neurons(loud: Loudest, names: list[str], parts: list[float], ink: Tensor) -> None:
    """The weights of each neuron as a picture, and below it what it adds, as it is written in the account."""
    limit = largest(loud.weights)
    shown = zip(names, loud.activations.tolist(), loud.influences.tolist(), parts, strict=False)
    lines = [
        [name, f"{passed:.2f} × {words.signed(influence)}", f"≈ {words.signed(part)}"]
        for name, passed, influence, part in shown
    ]
    st.html(
        neuron_tiles(weights=loud.weights.numpy(), ink=ink.numpy(), lines=lines, limit=limit, theme=theme.current())
    )
    st.caption(
        "Vermillion: ink there excites the neuron. Blue: ink there quiets it. All pictures share one scale; the "
        f"strongest colour stands for ±{limit:.2f}."
    )


def show_single_layer(model: MLP, found: Evidence) -> None:
    """The weights of the ten neurons of a network that has no others."""
    weights, z = single_layer(model, found.ink)
    st.markdown(
        "This network has no hidden layer: nothing stands between the pixels and the ten scores. So these are all of "
        "its weights, for pixels of 0 to 1, with a line around your ink, and the score of each digit. The evidence "
        "above is your ink times the difference of two of these pictures."
    )
    limit = largest(weights)
    lines = [[f"digit {digit}", f"z = {words.signed(score)}"] for digit, score in enumerate(z.tolist())]
    st.html(
        neuron_tiles(
            weights=weights.numpy(), ink=found.ink.numpy(), lines=lines, limit=limit, theme=theme.current(), columns=5
        )
    )
    st.caption(f"Blue is below zero, vermillion above; the strongest colour stands for ±{limit:.2f}.")


def its_limits() -> None:
    """What the account does not say, what to draw, and another network to read with."""
    dataset.notice("the ten samples are digits that the program draws itself")
    lesson.notice(
        "All this says what the network adds up. It does not say why a person would see a 3. "
        + (
            "And it holds for this one drawing: with more ink a silent neuron may wake up or an active one fall "
            "silent, and then the weights are others."
            if reading_network().config.hidden_sizes
            else "This network has no hidden layer, so its weights are the same whatever you draw."
        )
    )
    lesson.try_this(
        "Draw a 3 and close one of its bays, then the other, and watch the two bars of ink. Press Undo to open it "
        "again. Then draw a 1, choose evidence for 1 against 7, and give it a longer and longer flag."
    )
    networks.chooser()


def code() -> None:
    """The functions that share out the score."""
    lesson.show_source(evidence, linear_piece, biases_alone, loudest_neurons)


lesson.show(opening, your_drawing, its_limits, code)
