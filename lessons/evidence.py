"""Why 3 and not 8?: the evidence for one digit against another, pixel by pixel, and the neurons that bring it up."""

import streamlit as st
import torch
from torch import Tensor

from mnist_core import words
from mnist_core.data.dataset import MEAN, STD
from mnist_core.figures.bars import probability_bars
from mnist_core.figures.evidence import account, add_up, neuron_tiles
from mnist_core.figures.images import enlarged
from mnist_core.figures.signed import largest
from mnist_core.handwriting.prediction import predict_proba
from mnist_core.lessons.evidence import Evidence, Loudest, changed_sides, evidence, loudest_neurons, pair, single_layer
from mnist_core.network.gradients import biases_alone, has_linear_pieces, linear_piece
from mnist_core.network.model import CLASSES, MLP
from ui.drawing import canvas, network, reading
from ui.drawing.reading import Subject
from ui.frame import dataset, lesson, link, resources, state, theme
from ui.frame.question import Question, ask
from ui.lessons import evidence_pictures, evidence_words
from ui.lessons.evidence_words import Account, account_of, summand
from ui.visitor import known_networks, networks

DIGITS = [str(digit) for digit in range(CLASSES)]
FIRST, NEXT = "its choice", "its rival"
START = 3  # the sample that is read until the reader draws; its rival is the 8 that this page is named after
RIVAL_OF_START = 8


@lesson.scene("Which ink speaks for 3, and which for 8?")
@st.fragment
def your_drawing() -> None:
    """The canvas, and beside it what each pixel says for one digit against another."""
    model = reading_network()
    with lesson.stage():
        left, right = st.columns([2, 3], gap="small")
        with left:
            subject = canvas.subject(start=START)
        with right:
            with st.container(key="answer"):
                says(model, subject)
            found, a, b = weighed(model, subject)
            if found:
                evidence_pictures.show(found, a, b)
    lesson.notice(
        "Orange ink speaks for the one digit, blue ink for the other. This is **attribution**: a decision is "
        "shared out among the pixels. Choose another rival, and the same ink changes its colours."
    )
    which_network_reads()
    lesson.deeper(of_one_pixel, to_try)


def says(model: MLP, subject: Subject | None) -> None:
    """What is read, in a line."""
    if subject is None:
        st.markdown("Draw on the black square, with the mouse or a finger.")
        return
    p = predict_proba(model, subject.image[None])[0]  # (1, 28, 28) -> (1, 10) -> (10,)
    st.markdown(evidence_words.answer(p, reading.verdict_on(subject, p)))


def weighed(model: MLP, subject: Subject | None) -> tuple[Evidence | None, int, int]:
    """The controls for the two digits, and the evidence for one against the other; None where there is none.

    Args:
        model: The network that reads.
        subject: What it reads, if there is something.

    Returns:
        The evidence, and the two digits.
    """
    one, other = choose_pair()
    with st.container():
        if subject is None:
            return None, START, RIVAL_OF_START
        is_start = subject.source == "sample" and subject.label == START and (one, other) == (FIRST, NEXT)
        p = predict_proba(model, subject.image[None])[0]
        chosen = None if one == FIRST else int(one), None if other == NEXT else int(other)
        a, b = (START, RIVAL_OF_START) if is_start else pair(p, *chosen)
        if a == b:
            st.info("Choose two different digits.", icon=":material/compare_arrows:")
            return None, a, b
        return evidence(model, subject.image, a, b), a, b


def choose_pair() -> tuple[str, str]:
    """Two controls: which digits are compared, or that it is to be the network's choice and its rival."""
    with st.container(horizontal=True, gap="small"):  # side by side on a phone, too
        one = link.selectbox("Evidence for", "evidence_for", [FIRST, *DIGITS], FIRST, width=168)
        other = link.selectbox(
            "and against",
            "evidence_against",
            [NEXT, *DIGITS],
            NEXT,
            width=168,
            help=f"The rival is the next best guess. For the sample {START} it is {RIVAL_OF_START}.",
        )
    return one, other


def reading_network() -> MLP:
    """The network in use, or the ready-made one if that has no weights of its own for a drawing."""
    model, _ = networks.model_in_use()
    return model if has_linear_pieces(model) else resources.shipped_model()


def reading_key() -> str:
    """The key of that network."""
    return known_networks.key_in_use() if has_linear_pieces(networks.model_in_use()[0]) else state.SHIPPED


def which_network_reads() -> None:
    """That another network reads here, where the one in use can't be shared out; and where the samples come from."""
    used, name = networks.model_in_use()
    if link.is_drawn_already("which_network_reads"):
        return
    with st.container():
        if not has_linear_pieces(used):
            st.info(
                f"In {name}, the hidden neurons have {used.config.activation} as their activation. It bends every sum "
                "a little, so there is no fixed weight per pixel that adds up exactly. On this page the ready-made "
                "network reads instead.",
                icon=":material/swap_horiz:",
            )
        dataset.notice("the ten samples are digits that the program draws itself")


def of_one_pixel() -> None:
    """What the evidence of a pixel is, and what it is not."""
    st.markdown(
        "The network gives each digit a score, its **logit** z. It prefers a 3 to an 8 if $z_3 - z_8$ is above zero. "
        "That difference can be shared out among the pixels: each one adds its ink times a weight. What it adds is its "
        "**evidence**. Paper says nothing: weight × 0 is 0. One stroke can speak for both digits, a bit here and a bit "
        "there. Evidence is always for one digit *against another*."
    )
    st.markdown(
        "All this says what the network adds up. It does not say why a person would see a 3. "
        + (
            "And it holds for this one drawing: with more ink a silent neuron may wake up or an active one fall "
            "silent, and then the weights are others."
            if reading_network().config.hidden_sizes
            else "This network has no hidden layer, so its weights are the same whatever you draw."
        )
    )
    st.markdown("Rows and columns are counted from 0, as in the code.")


def to_try() -> None:
    """What to draw, and another network to read with."""
    lesson.try_this(
        "Draw a 3 and close one of its bays, then the other, and watch the two bars of ink in the next scene. Press "
        "Undo to open it again. Then draw a 1, choose evidence for 1 against 7, and give it a longer and longer flag."
    )
    networks.chooser()


@lesson.scene("Do the pixels add up to its decision?")
@st.fragment
def adding_up() -> None:
    """The account of the evidence: three summands, and the difference of two scores."""
    model = reading_network()
    with lesson.stage():
        left, right = st.columns([2, 3], gap="medium")
        with left:
            found, a, b = weighed(model, canvas.on_the_pad(START))
            if found:
                evidence_pictures.still(found, a, b)
        with right:
            if found:
                draw_account(account_of(found), a, b)
                show_formula(account_of(found), a, b)
            else:
                st.markdown("Draw something in the scene before this one.")
    lesson.notice(
        "All ink together, and the bias, make exactly the lead of the one digit over the other: its **margin**. It is "
        "the logarithm of how many times likelier the digit is, their **log-odds**."
    )
    which_network_reads()
    lesson.deeper(why_a_logarithm, lambda: where_weights_come_from(model, found, a, b), code)


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
    """The account as a formula with its numbers, and what it means."""
    total, ink = written.total, f"{written.for_a:.2f} - {abs(written.for_b):.2f}"
    lesson.formula(
        rf"z_{{{a}}} - z_{{{b}}} = {ink} {summand(written.bias)} = {total:.2f}",
        rf"\frac{{p_{{{a}}}}}{{p_{{{b}}}}} = e^{{{total:.2f}}}",
    )
    st.markdown(evidence_words.meaning(total, a, b))


def why_a_logarithm() -> None:
    """The sum in symbols, and where the logarithm comes from."""
    st.latex(r"z_a - z_b = \sum_i w_i\, x_i + \text{bias} = \ln \frac{p_a}{p_b}")
    st.markdown(
        "The logarithm comes from softmax: $p_a = e^{z_a} / S$, with the same sum S for all digits. So $p_a / p_b = "
        "e^{z_a - z_b}$, and ln asks for that exponent."
    )


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


def where_weights_come_from(model: MLP, found: Evidence | None, a: int, b: int) -> None:
    """How the weight of a pixel is found, and what the bias is made of."""
    if found is None:
        return
    st.subheader("Where the weights come from", anchor=False)
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


def code() -> None:
    """The functions that share out the score."""
    lesson.show_source(evidence, linear_piece, biases_alone)


BLANK = Question(
    key="ask_blank_page",
    text="Wipe away all ink. What does the network say of the blank page?",
    right="Some digits are likelier than others",
    why="What is left are the biases. Nobody set them to be fair to ten digits on a blank page: they came out of the "
    "training, together with the weights.",
    wrong={
        "Each digit gets 10%": "That would be fair, and it would need ten equal scores. But the biases are left, and "
        "they are not equal.",
        "Nothing": "Biases are added whether there is ink or not. Ten scores come out, "
        "softmax makes them ten probabilities, and one of those is the largest.",
    },
    order=1,
)


@lesson.scene("What does it say without any ink?")
@st.fragment
def blank_page() -> None:
    """The drawing fades, and what is left is a blank page, on which only the biases speak."""
    model = reading_network()
    answered = ask(BLANK)
    subject = canvas.on_the_pad(START)
    with lesson.stage():
        left, right = st.columns([1, 2], gap="medium")
        with left:
            share = link.whole_slider("Ink that is left", "ink_left", 0, 100, 0, format="%d%%", disabled=not answered)
            image = torch.zeros(28, 28) if subject is None else subject.image * (share if answered else 100) / 100
            st.image(
                enlarged(image=image, factor=6), width=168, output_format="PNG", alt="The drawing, with the ink left"
            )
        with right:
            p = predict_proba(model, image[None])[0] if answered else torch.zeros(10)
            theme.show(
                probability_bars(
                    probabilities=p.tolist(), classes=DIGITS, theme=theme.current(), height=170, is_answer=answered
                ),
                key="blank_page",
                description="The probability of each digit as a bar; the text below names the largest.",
            )
            with st.container(key="live_blank"):
                if answered:
                    of_what = f"{share}% of the ink" if share and subject else "a blank page"
                    st.markdown(
                        f"Of {of_what} this network says: {words.a(int(p.argmax()))}, with "
                        f"{words.percent(p.max().item())}."
                    )
    with st.container():
        if answered:
            lesson.notice(
                "Paper has no evidence. But one number in the account is not multiplied by any ink: the **bias**. Move "
                "the slider: how little ink does a decision take?"
            )
    which_network_reads()
    lesson.deeper(lambda: about_the_bias(model, subject))


def about_the_bias(model: MLP, subject: Subject | None) -> None:
    """Where the bias comes from, and what it has to do with the blank page."""
    st.markdown(
        "Paper has no evidence, however much its emptiness may tell you: that there is *no* ink in the bays of a 3 "
        "speaks against an 8. No blank pixel is held against a digit here. The bias is what is left. "
        f"{evidence_words.where_bias_comes_from(model.config)}"
    )
    found, a, b = weighed(model, subject)
    if found:
        compare_biases(model, found, evidence(model, torch.zeros(28, 28), a, b), a, b)


def compare_biases(model: MLP, found: Evidence, blank: Evidence, a: int, b: int) -> None:
    """The bias in the account of the drawing beside what the network says of a blank page."""
    bias = words.signed(account_of(found).bias)
    if not model.config.hidden_sizes:
        st.markdown(
            f"On a blank page, $z_{{{a}}} - z_{{{b}}}$ is exactly the bias in the account, **{bias}**: nothing "
            "else is left of it without ink."
        )
        return
    st.markdown(
        f"On a blank page, $z_{{{a}}} - z_{{{b}}}$ is **{words.signed(blank.score)}**. The bias in the account of "
        f"your drawing is **{bias}**. These need not be the same. A bias gets to the output only through neurons that "
        f"are active, and {changed_sides(found.piece, blank.piece):,} of the {sum(model.config.hidden_sizes):,} "
        "hidden neurons are active on one of the two and silent on the other. The bias of your drawing is what all "
        "biases add up to with the neurons that are active *for your drawing*."
    )


PICTURE_HEIGHT = 225  # pixels: what a neuron tells fits below
LOUDEST = 8  # neurons: as many as can still be looked at one by one


@lesson.scene("Which hidden neurons decide between the two?")
@st.fragment
def inside() -> None:
    """The hidden neurons that add most to the one digit or the other, in the picture of the network."""
    model = reading_network()
    subject = canvas.on_the_pad(START)
    with lesson.stage():
        with st.container(horizontal=True, vertical_alignment="bottom"):
            with st.container(width="content"):
                found, a, b = weighed(model, subject)
            total = st.container(key="live_inside", width="content")
        with st.container():
            if found and model.config.hidden_sizes:
                total.markdown(of_all_neurons(model, found, a, b))
                network.show(
                    "evidence_inside",
                    network=reading_key(),
                    subject=subject,
                    pair=(a, b),
                    is_about_neurons=True,
                    height=PICTURE_HEIGHT,
                )
            elif found:
                show_single_layer(model, found)
            else:
                st.markdown("Draw something in the first scene.")
    with st.container():
        if model.config.hidden_sizes:
            lesson.notice(
                f"Here are the neurons that say most about {a} or {b}. Lines to these two alone are drawn on the "
                "right: orange raises a score, blue lowers it. Point at a neuron, and all its lines are there."
            )
        else:
            lesson.notice("The evidence is your ink times the difference of two of these pictures.")
    which_network_reads()
    lesson.deeper(lambda: all_neurons(model, found, a, b), code_inside)


def of_all_neurons(model: MLP, found: Evidence, a: int, b: int) -> str:
    """What all neurons together make, in words."""
    _, _, total = summands(loudest_neurons(model, found.piece, LOUDEST))
    return f"All neurons, and the biases behind them, make ${z_difference(a, b)}$ = **{words.signed(total)}**."


def z_difference(a: int, b: int) -> str:
    """The difference of two scores in LaTeX."""
    return f"z_{{{a}}} - z_{{{b}}}"


def summands(loud: Loudest) -> tuple[list[str], list[float], float]:
    """The account by neurons as it is written: the names of the neurons, all summands, and their sum."""
    names = [f"neuron {number + 1}" for number in loud.numbers]
    parts, total = add_up([*loud.contributions.tolist(), *([loud.others] if others(loud) else []), loud.bias])
    return names, parts, total


def others(loud: Loudest) -> int:
    """How many neurons of the first hidden layer are active, besides the loudest."""
    return sum(of - silent for silent, of in loud.silent[:1]) - len(loud.numbers)


def all_neurons(model: MLP, found: Evidence | None, a: int, b: int) -> None:
    """The same sum neuron by neuron, as an account; nothing for a network that has no hidden ones."""
    if found is None or not model.config.hidden_sizes:
        return
    loud = loudest_neurons(model, found.piece, LOUDEST)
    names, parts, total = summands(loud)
    rest = others(loud)
    behind = [f"the other {rest:,} active ones" if rest > 1 else "the other active one"] if rest else []
    st.markdown(
        f"The same {words.signed(total)} once more, now neuron by neuron. These are the {len(names)} neurons of the "
        f"first hidden layer that say most about {a} or {b} here. The pictures are their weights, for pixels of 0 to "
        "1, with a line around your ink. Below each stands what it passes on, times its **influence**: how much "
        f"${z_difference(a, b)}$ rises with it."
    )
    draw_neurons(loud, names, parts, found.ink)
    theme.show(
        account(
            names=[*names, *behind, "biases behind them"],
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
    limit = largest(loud.weights) or 1.0
    shown = zip(names, loud.activations.tolist(), loud.influences.tolist(), parts, strict=False)
    lines = [
        [name, f"{passed:.2f} × {words.signed(influence)}", f"≈ {words.signed(part)}"]
        for name, passed, influence, part in shown
    ]
    st.html(
        neuron_tiles(weights=loud.weights.numpy(), ink=ink.numpy(), lines=lines, limit=limit, theme=theme.current())
    )
    st.caption(f"All pictures share one scale; the strongest colour stands for ±{limit:.2f}.")


def show_single_layer(model: MLP, found: Evidence) -> None:
    """The weights of the ten neurons of a network that has no others."""
    weights, z = single_layer(model, found.ink)
    st.markdown(
        "This network has no hidden layer. So these are all of its weights, for pixels of 0 to 1, with a line around "
        "your ink, and the score of each digit."
    )
    limit = largest(weights) or 1.0
    lines = [[f"digit {digit}", f"z = {words.signed(score)}"] for digit, score in enumerate(z.tolist())]
    st.html(
        neuron_tiles(
            weights=weights.numpy(), ink=found.ink.numpy(), lines=lines, limit=limit, theme=theme.current(), columns=5
        )
    )
    st.caption(f"Blue is below zero, orange above; the strongest colour stands for ±{limit:.2f}.")


def code_inside() -> None:
    """The function that ranks the neurons."""
    lesson.show_source(loudest_neurons)


lesson.show(your_drawing, adding_up, blank_page, inside)
