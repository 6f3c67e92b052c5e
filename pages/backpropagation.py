"""The way back: the chain rule on a network small enough to see whole, and on a real one."""

import streamlit as st
from torch import Tensor

from mnist_core import words
from mnist_core.figures.backpropagation import way_back
from mnist_core.figures.backpropagation_check import DOUBLE, REACH, SINGLE, errors_over_steps, slope_and_secant
from mnist_core.figures.backpropagation_pictures import Picture, neuron_squares, side_by_side
from mnist_core.figures.signed import largest, signed_colours
from mnist_core.lessons.backpropagation import SMALL_FIRST, small_pass
from mnist_core.lessons.backpropagation_check import loss_when_moved
from mnist_core.lessons.backpropagation_layer import WayBack, way_to_first_layer
from mnist_core.network.functions import cross_entropy_gradient
from mnist_core.network.model import CLASSES
from mnist_core.network.view import look
from ui.drawing import network as drawing
from ui.drawing.network import Weights
from ui.frame import dataset, lesson, link, question, theme
from ui.frame.question import Question
from ui.lessons import backpropagation, backpropagation_words
from ui.lessons.backpropagation_words import HOW_FAR


@lesson.scene("How does the loss reach a weight deep inside?")
@st.fragment
def link_by_link() -> None:
    """A network of eight weights with all its numbers, and the way from its loss to one of them."""
    with lesson.stage():
        left, right = st.columns(2, gap="medium")
        with left:
            name = link.select_slider("How far back", "bp_back", HOW_FAR, HOW_FAR[1])
        with right:
            weight = link.slider("The weight w", "bp_weight", -2.0, 2.0, SMALL_FIRST[0][0], shown="%.1f")
        run, back = small_pass(weight), HOW_FAR.index(name)
        figure, beside = st.columns(2, gap="medium", vertical_alignment="center")
        with beside:
            st.latex(backpropagation_words.chain(run, back))
            st.markdown(backpropagation_words.meaning(run, back))
        with figure:
            st.html(way_back(run=run, back=back, theme=theme.current()))
    lesson.notice(
        "The **chain rule**: along a line multiply, where lines meet add. **Backpropagation** goes this way once, for "
        "all weights. Pull w down to −0.5: the neuron falls silent, and nothing gets through."
    )


IMAGE, CALLED = "bp_image", "bp_called"
ITS_OWN = "what it shows"
HEIGHT = 190  # pixels, of the picture of the network


@lesson.scene("Which neurons does the error reach?")
@st.fragment
def through_the_network() -> None:
    """The gradient on its way back through the network that reads, and the neurons that stop it."""
    model, _, _ = backpropagation.network()
    with lesson.stage():
        left, right = st.columns(2, gap="medium")
        with left:
            pixels, label = chosen_image()
        with right:
            called = link.selectbox("Digit that counts as right", CALLED, (ITS_OWN, *range(CLASSES)), ITS_OWN)
        said = label if called == ITS_OWN else int(called)
        way = way_to_first_layer(model, pixels, said)
        view = look(model, pixels, label=said, with_gradient=True)
        config = model.config
        drawing.show_view(
            "bp_network", view, Weights(None, config.layer_sizes, config.activation), flow="backward", height=HEIGHT
        )
        pictures, beside = st.columns([3, 2], gap="medium", vertical_alignment="center")
        with pictures:
            show_gate(way)
        with beside:
            images = len(dataset.splits().validation)
            st.markdown(backpropagation_words.gate(way, config.activation, backpropagation.dead(), images))
    lesson.notice(
        "It begins with p − y. Through each layer it goes **times** the weights, added up, and through ReLU times 1 or "
        "0. Slide to an image that is read well: there is hardly any error to send."
    )


def chosen_image() -> tuple[Tensor, int]:
    """The control for a validation image: its pixels and what it shows."""
    most = backpropagation.IMAGES
    return backpropagation.image(link.whole_slider("Image, from read worst to read best", IMAGE, 1, most, 4))


def show_gate(way: WayBack) -> None:
    """What comes back to the neurons of the first hidden layer, and what gets through."""
    look_now, nobody = theme.current(), way.silent & False
    arrives = neuron_squares(values=way.arrived.numpy(), silent=nobody.numpy(), theme=look_now)
    passes = neuron_squares(values=way.deltas.numpy(), silent=way.silent.numpy(), theme=look_now)
    count = len(way.deltas)
    st.html(
        side_by_side(
            pictures=[
                Picture(arrives, "comes back", f"A square for each of {count} neurons: what comes back to it."),
                Picture(passes, "gets through", f"The same for what gets through; {int(way.silent.sum())} are silent."),
            ],
            between="→",
            wide=300,
            theme=look_now,
        )
    )


WANTED = Question(
    "ask_gradient_picture",
    "A neuron has 784 weights, one for each pixel. What does their gradient look like, as a picture?",
    "Like the image",
    "Each weight's gradient is the neuron's δ, times the pixel that the weight is fed. So it is the image, times one "
    "number.",
    {
        "Like the neuron's weights": "The weights of this layer have no part in it: the way back ends before them.",
        "Like noise": "There is nothing random on the way back: each weight is fed one pixel, and that decides.",
    },
    order=1,
)


@lesson.scene("What does one image want of 784 weights?")
@st.fragment
def the_image_times_a_number() -> None:
    """The gradient of a neuron's weights: δ times what the network was fed."""
    answered = question.ask(WANTED)
    model, _, _ = backpropagation.network()
    with lesson.stage():
        left, right = st.columns(2, gap="medium")
        with left:
            pixels, label = chosen_image()
        way = way_to_first_layer(model, pixels, label)
        with right:
            rank = link.whole_slider("Neuron, by the size of its δ", "bp_rank", 1, 100, 1, disabled=not answered)
        number = way.ranked[min(rank, len(way.ranked)) - 1]
        pictures, beside = st.columns([3, 2], gap="medium", vertical_alignment="center")
        with pictures:
            show_product(way, number, answered)
        with beside:
            if answered:
                st.markdown(backpropagation_words.neuron(way, number))
    if answered:
        lesson.notice(
            "Vermillion: the weight should shrink; blue: it should grow. Each neuron gets the same picture, stronger "
            "or weaker, as it is or turned round. The paper has a colour, too: normalised, it is not 0."
        )


def show_product(way: WayBack, number: int, answered: bool) -> None:
    """The image, and the gradient of a neuron's weights."""
    look_now = theme.current()
    fed = signed_colours(values=way.x.view(28, 28).numpy(), theme=look_now)
    gradients = way.deltas[number] * way.x.view(28, 28) * answered
    limit = largest([way.deltas.abs().max() * way.x]) or 1.0
    colours = signed_colours(values=gradients.numpy(), theme=look_now, limit=limit)
    delta = backpropagation_words.slope(way.deltas[number].item()) if answered else "?"
    st.html(
        side_by_side(
            pictures=[
                Picture(fed, "fed to the network", "The image, normalised."),
                Picture(colours, "gradient", f"The gradient of 784 weights. δ is {delta}."),
            ],
            between=f"× {delta} =",
            wide=210,
            theme=look_now,
        )
    )


SCORES, NAMES, RIGHT = (2.0, 1.0, -1.0), ("3", "5", "8"), 0
MOVES = (1.0, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.001)


@lesson.scene("Why does the way back begin with p − y?")
@st.fragment
def first_link() -> None:
    """The slope of the loss over one score, by a difference and by the formula, and its proof in three lines."""
    with lesson.stage():
        left, right = st.columns(2, gap="medium", vertical_alignment="center")
        with left:
            name = link.buttons("Move the score of the", "bp_score", NAMES, NAMES[0])
            by = link.select_slider("by ε", "bp_by", MOVES, MOVES[0], names=words.learning_rate)
            score = NAMES.index(name)
            show_first_link(score, by)
        with right:
            show_slope(score, by)
    lesson.notice(
        "The image is a 3. The dashed line goes through two losses; the other has the slope p − y. The smaller ε, the "
        "closer they are. A score changes the loss twice: by itself, if it is right, and as a part of the sum."
    )


def show_first_link(score: int, by: float) -> None:
    """The proof, and the two numbers."""
    gradient = cross_entropy_gradient(Tensor(SCORES), Tensor([RIGHT]).long()[0])[score].item()
    change = loss_when_moved(SCORES, RIGHT, score, by) - loss_when_moved(SCORES, RIGHT, score, 0)
    lesson.formula(
        r"\begin{aligned} L &= -\ln p_y = -z_y + \ln \textstyle\sum_j e^{z_j} \\ "
        r"\frac{\partial L}{\partial z_i} &= -1\{y = i\} + \frac{e^{z_i}}{\sum_j e^{z_j}} \\ &= p_i - y_i \end{aligned}"
    )
    st.markdown(
        f"Change of the loss / ε = **{words.number(change / by, 4)}**  \np − y = **{words.number(gradient, 4)}**"
    )


def show_slope(score: int, by: float) -> None:
    """The loss over the score."""
    z = SCORES[score]
    along = [z - REACH + 2 * REACH * place / 80 for place in range(81)]
    theme.show(
        slope_and_secant(
            along=along,
            losses=[loss_when_moved(SCORES, RIGHT, score, x - z) for x in along],
            at=(z, loss_when_moved(SCORES, RIGHT, score, 0)),
            moved=(z + by, loss_when_moved(SCORES, RIGHT, score, by)),
            slope=cross_entropy_gradient(Tensor(SCORES), Tensor([RIGHT]).long()[0])[score].item(),
            name=f"score of the {NAMES[score]}",
            theme=theme.current(),
        ),
        key=f"bp_slope_{score}",
        description="The loss over one score as a curve, a line with the slope p − y, and a dashed one through a "
        "second point of the curve. The text beside it has both slopes.",
    )


@lesson.scene("How do you know that a gradient is right?")
@st.fragment
def gradient_check() -> None:
    """One weight of the real network moved both ways, in two precisions, by steps of all sizes."""
    with lesson.stage():
        check = backpropagation.check()
        left, right = st.columns([2, 3], gap="medium", vertical_alignment="center")
        with left:
            step = link.select_slider(
                "Move the weight by ε", "bp_step", backpropagation.STEPS, 0.01, names=words.learning_rate
            )
            at = check.steps.index(step)
            rows = [
                f"| {name} | {words.number(quotient, 6)} | {backpropagation_words.share(check.error(quotient))} |"
                for name, quotient in ((SINGLE, check.single[at]), (DOUBLE, check.double[at]))
            ]
            st.markdown("\n".join(["| worked out in | slope | off by |", "|---|---:|---:|", *rows]))
            st.markdown(
                f"Backpropagation says **{words.number(check.gradient, 6)}**. "
                + backpropagation_words.verdict(check, step)
            )
        with right:
            theme.show(
                errors_over_steps(
                    steps=check.steps,
                    errors={SINGLE: [*map(check.error, check.single)], DOUBLE: [*map(check.error, check.double)]},
                    chosen=step,
                    theme=theme.current(),
                ),
                key="bp_errors",
                description="The error of the difference over the step, in float32 and in float64. Both curves fall "
                "and rise again: large steps are off since the loss bends, small ones since numbers are rounded.",
            )
    lesson.notice(
        "A **gradient check**: move one weight of the real network both ways, and hold this **finite difference** "
        "against the formula. It takes two passes for each weight. Backpropagation takes one way back for all."
    )


lesson.show(link_by_link, through_the_network, the_image_times_a_number, first_link, gradient_check)
