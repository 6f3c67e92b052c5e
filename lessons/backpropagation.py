"""The way back: the chain rule on a network small enough to see whole, and on a real one."""

from functools import partial

import streamlit as st
import torch
from torch import Tensor

from mnist_core import words
from mnist_core.data.dataset import MEAN, STD
from mnist_core.figures.backpropagation import way_back
from mnist_core.figures.backpropagation_check import DOUBLE, REACH, SINGLE, errors_over_steps, slope_and_secant
from mnist_core.figures.backpropagation_pictures import WayPicture, neuron_squares, pictures_in_a_row
from mnist_core.figures.signed import largest, signed_colours
from mnist_core.lessons.backpropagation import SMALL_FIRST, SmallPass, small_pass
from mnist_core.lessons.backpropagation_check import Check, difference_quotient, loss_when_moved
from mnist_core.lessons.backpropagation_layer import WayBack, dead_neurons, way_to_first_layer
from mnist_core.network.backpropagation import Backpropagation
from mnist_core.network.functions import cross_entropy_gradient, softmax
from mnist_core.network.model import CLASSES, INPUTS, MLP
from mnist_core.network.view import look
from ui.drawing import network as drawing
from ui.drawing.network import Weights
from ui.frame import dataset, lesson, link, question, theme
from ui.frame.question import Question
from ui.lessons import backpropagation, backpropagation_words
from ui.lessons.backpropagation_words import HOW_FAR

NUDGE = 0.001
PAPER = -MEAN / STD


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
        "The **gradient** of a weight says how fast the loss rises with it. The **chain rule** finds it: along a line "
        "multiply, where lines meet add. **Backpropagation** goes this way once, for all weights. Pull w down to −0.5: "
        "the neuron falls silent, and nothing gets through."
    )
    lesson.deeper(
        partial(one_formula, run),
        why_backwards,
        partial(lesson.show_source, small_pass, Backpropagation._error, Backpropagation._backward),
    )


def one_formula(run: SmallPass) -> None:
    """The chain as one product, and how the reader can see that it is right."""
    st.markdown(
        "In one line, with $w_{k1}$ for the weights from h₁ to the scores. $1\\{…\\}$ is 1 where what is in the "
        "brackets is true, and 0 elsewhere:"
    )
    lesson.formula(
        r"\frac{\partial L}{\partial w} = \Big( \sum_k (p_k - y_k) \, w_{k1} \Big) \cdot 1\{w x_1 + x_2 > 0\} \cdot "
        r"x_1",
        backpropagation_words.product(run),
    )
    nudged = small_pass(run.first[0][0] + NUDGE)
    st.markdown(
        f"It says how fast the loss changes with w. Hold it against a small step: with w larger by {NUDGE}, the loss "
        f"goes from {run.loss:.5f} to {nudged.loss:.5f}. That is {words.number(nudged.loss - run.loss, 5)}, and "
        f"{NUDGE} times the gradient is {words.number(NUDGE * run.first_gradient[0][0], 5)}."
    )


def why_backwards() -> None:
    """Why the products are worked out from the back."""
    st.subheader("Why from the back?", anchor=False)
    st.markdown(
        "All eight gradients begin with the same factors, those next to the loss. Whoever comes from the back works "
        "them out once and keeps them: the δ of a neuron serves all weights that lead into it. From the front, each "
        "weight would need a pass of its own. The way back costs about twice as much as the way forward, however many "
        "weights there are. Rumelhart, Hinton and Williams made it known in 1986."
    )
    lesson.try_this(
        "Go to *all weights*. Both lines into h₁ have the same δ, times what they carry: 2 and 1. Then pull w down to "
        "−0.5. Four gradients are 0 now: two lead into the silent neuron, two out of it. Why?"
    )


IMAGE, CALLED = "bp_image", "bp_called"
ITS_OWN = "what it shows"
HEIGHT = 168  # pixels, of the picture of the network


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
            st.caption("Orange: the loss rises with the neuron. Blue: it falls. Dot: silent.")
    lesson.notice(
        "It begins with p − y: y is 1 for the right digit, else 0. Each layer multiplies by its **weights** and adds "
        "up; ReLU multiplies by 1 or 0. Slide to an image that is read well: hardly any error."
    )
    lesson.deeper(
        partial(layer_by_layer, model),
        stopped,
        in_code,
        partial(lesson.show_source, way_to_first_layer, Backpropagation, dead_neurons),
    )


def layer_by_layer(model: MLP) -> None:
    """The same in formulas, for as many layers as the network has."""
    layers = len(model.config.hidden_sizes)
    last = layers + 1
    st.markdown(
        r"$\delta_l$ holds a number for each neuron of layer $l$: how fast the loss rises with its sum $z_l$. $W_l$ "
        r"are the weights that lead into that layer, $h_{l-1}$ is what they are fed, and $\odot$ multiplies number by "
        r"number. The scores are layer "
        f"{last} here:"
    )
    lesson.formula(
        rf"\delta_{{{last}}} = p - \mathbf{{y}}",
        *(
            rf"\delta_{{{at}}} = \big( W_{{{at + 1}}}^\top \delta_{{{at + 1}}} \big) \odot f'(z_{{{at}}})"
            for at in range(layers, 0, -1)
        ),
        r"\frac{\partial L}{\partial W_l} = \delta_l \, h_{l-1}^\top \qquad \frac{\partial L}{\partial b_l} = \delta_l",
    )
    st.markdown(
        "$W^\\top$ is the table of weights with rows and columns exchanged: forward, a row adds up what comes into a "
        "neuron; back, a column adds up what comes from all that it leads to. $f'$ is the slope of the activation. "
        "For ReLU it is 1 where the sum is above 0, and 0 elsewhere. The squares show the first hidden layer: "
        "*comes back* is the bracket, *gets through* is δ₁."
    )


def stopped() -> None:
    """What a silent neuron costs, and what a dead one is."""
    st.subheader("Silent, and dead", anchor=False)
    st.markdown(
        "A silent neuron learns nothing from an image, but the next one may wake it. One that is silent for every "
        "image gets no gradient at all: a **dead neuron**, also called a dying ReLU. Large steps can make them. They "
        "do no harm to the answers, but they are places in the network that nobody uses. Sigmoid and tanh have no flat "
        "half; their slopes are small instead, and are multiplied layer by layer: **vanishing gradients**."
    )


def chosen_image() -> tuple[Tensor, int]:
    """The control for a validation image: its pixels and what it shows."""
    most = backpropagation.IMAGES
    return backpropagation.validation_image(link.whole_slider("Image, from read worst to read best", IMAGE, 1, most, 4))


def show_gate(way: WayBack) -> None:
    """What comes back to the neurons of the first hidden layer, and what gets through."""
    look_now, nobody = theme.current(), way.silent & False
    arrives = neuron_squares(values=way.arrived.numpy(), silent=nobody.numpy(), theme=look_now)
    passes = neuron_squares(values=way.deltas.numpy(), silent=way.silent.numpy(), theme=look_now)
    count = len(way.deltas)
    st.html(
        pictures_in_a_row(
            pictures=[
                WayPicture(arrives, "comes back", f"A square for each of {count} neurons: what comes back to it."),
                WayPicture(passes, "gets through", f"What gets through; {int(way.silent.sum())} are silent."),
            ],
            between="→",
            wide=240,
            theme=look_now,
        )
    )


def in_code() -> None:
    """Whose code it is."""
    st.markdown(
        "A run of *Train a network* goes this way, by the lines below. There each image of a batch is a row, so "
        r"$W^\top \delta$ is written δ times W, and the loss is a mean, so δ begins with (p − y) / N. PyTorch's "
        "autograd finds the same gradients from any code; these are equal to its own to the last bit."
    )


WANTED = Question(
    "ask_gradient_picture",
    "A neuron has a weight for each of 784 pixels. What does their gradient look like?",
    "Like the image",
    "Each weight's gradient is the neuron's δ, times the pixel that the weight is fed. So it is the image, times one "
    "number.",
    {
        "Like the neuron's weights": "The weights have a part in how large δ is, but they give the picture no shape.",
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
            rank = link.whole_slider("Neuron, by the size of its δ", "bp_rank", 1, 200, 1, disabled=not answered)
        number = way.ranked[min(rank, len(way.ranked)) - 1]
        pictures, beside = st.columns([3, 2], gap="medium", vertical_alignment="center")
        with pictures:
            show_product(way, number, answered)
        with beside:
            if answered:
                st.markdown(backpropagation_words.neuron(way, number))
    if answered:
        lesson.notice(
            "Orange: the weight should shrink; blue: it should grow. Each neuron gets this picture, stronger or "
            "weaker, or with its colours swapped. Paper has a colour, too: normalised, it is not 0."
        )
        lesson.deeper(partial(outer_product, way, number), whole_batch)


def outer_product(way: WayBack, number: int) -> None:
    """The table of all gradients of the layer, and one of its numbers."""
    neurons = len(way.deltas)
    st.markdown(
        f"All gradients of the first layer are a table of {neurons} rows and {INPUTS} columns, as large as the table "
        r"of its weights: each δ times each of the pixels $\hat x$. Such a product of a column and a row is called an "
        "**outer product**:"
    )
    pixel = int(way.x.argmax())
    fed, delta = way.x[pixel].item(), way.deltas[number].item()
    lesson.formula(
        r"\frac{\partial L}{\partial W_1} = \delta_1 \, \hat x^\top \qquad \frac{\partial L}{\partial b_1} = \delta_1",
        rf"\frac{{\partial L}}{{\partial w_{{{number + 1},\,{pixel + 1}}}}} = "
        rf"{words.significant(delta)} \cdot {fed:.3f} = {words.significant(delta * fed)}",
    )
    st.markdown(
        f"This is the pixel with the most ink, row {pixel // 28 + 1}, column {pixel % 28 + 1}. The paper is fed as "
        f"{words.number(PAPER, 3)}, and so has a gradient of the other sign. The bias is fed 1: its gradient is δ."
    )


def whole_batch() -> None:
    """What many images make of it."""
    st.markdown(
        "One image can only add itself, in many strengths, to the weights of a layer. A batch adds up such pictures, "
        "one for each image, and so the weights become mixtures of images. *Mini-batches* shows how much each of them "
        "has to say; *Teach it your digit* does the step with your drawing."
    )


def show_product(way: WayBack, number: int, answered: bool) -> None:
    """The image, and the gradient of a neuron's weights."""
    look_now = theme.current()
    fed = signed_colours(values=way.x.view(28, 28).numpy(), theme=look_now)
    gradients = way.gradient[number].view(28, 28) * answered
    limit = largest([way.gradient]) or 1.0
    colours = signed_colours(values=gradients.numpy(), theme=look_now, limit=limit)
    delta = backpropagation_words.slope(way.deltas[number].item()) if answered else "?"
    st.html(
        pictures_in_a_row(
            pictures=[
                WayPicture(fed, "fed to the network", "The image, normalised."),
                WayPicture(colours, "gradient", f"The gradient of 784 weights. δ is {delta}."),
            ],
            between=f"× {delta} =",
            wide=185,
            theme=look_now,
        )
    )


SCORES, NAMES, RIGHT = (2.0, 1.0, -1.0), ("3", "5", "8"), 0
MOVES = (1.0, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.001)


@lesson.scene("Why does the way back begin with p\u00a0−\u00a0y?")
@st.fragment
def first_link() -> None:
    """The slope of the loss over one score, by a difference and by the formula, and its proof in three lines."""
    with lesson.stage():
        left, right = st.columns(2, gap="medium")
        with left:
            name = link.buttons("Move the score of the", "bp_score", NAMES, NAMES[0])
        with right:
            by = link.select_slider("by ε", "bp_by", MOVES, MOVES[0], names=words.learning_rate)
        score = NAMES.index(name)
        proof, figure = st.columns(2, gap="medium", vertical_alignment="center")
        with proof:
            show_first_link(score, by)
        with figure:
            show_slope(score, by)
    lesson.notice(
        "The image is a 3, so 1{y = i} is 1 for the score of the 3, and 0 for the others. The dashed line goes through "
        "two losses; the straight line beside it has the slope p − y. The smaller ε, the closer they are."
    )
    lesson.deeper(term_by_term, partial(lesson.show_source, cross_entropy_gradient, loss_when_moved))


def term_by_term() -> None:
    """The three lines, with words."""
    st.markdown(
        "The first line is $-\\ln p_y$ with softmax put in: the logarithm of a fraction is a difference. A score "
        "changes the loss twice: by itself, if it is right, and as a part of the sum. Then each term is a rate of "
        "change. $-z_y$ changes by $-1$ with the right score, and not at all with the others. The "
        "logarithm of a sum changes by 1/sum, times what the sum changes by: the chain rule again. The sum changes by "
        "$e^{z_i}$. The fraction that comes out is $p_i$."
    )
    rows = [
        f"| {name} | {words.number(z, 1)} | {p:.4f} | {int(at == RIGHT)} | {words.number(slope, 4)} |"
        for at, (name, z, p, slope) in enumerate(
            zip(NAMES, SCORES, softmax(Tensor(SCORES)).tolist(), score_slopes().tolist(), strict=True)
        )
    ]
    st.markdown("\n".join(["| i | $z_i$ | $p_i$ | $y_i$ | $p_i - y_i$ |", "|---|---:|---:|---:|---:|", *rows]))
    st.markdown(
        "The line beside goes one way from the score, so its slope is off by about ε/2 times the bend of the curve. "
        "The next scene moves both ways, and is off by far less."
    )


def score_slopes() -> Tensor:
    """P − y."""
    return cross_entropy_gradient(Tensor(SCORES), torch.tensor(RIGHT))


def show_first_link(score: int, by: float) -> None:
    """The proof, and the two numbers."""
    gradient = score_slopes()[score].item()
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
            slope=score_slopes()[score].item(),
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
    check = backpropagation.check()
    with lesson.stage():
        if check.gradient:
            move_one_weight(check)
        else:
            st.markdown("All gradients of the first layer are 0 here. There is nothing to check.")
    lesson.notice(
        "A **gradient check**: move one weight of the real network both ways, and hold this **finite difference** "
        "against the formula. float32 keeps about 7 digits of a number, float64 about 16. The check takes two passes "
        "for each weight. Backpropagation takes one way back for all."
    )
    if check.gradient:
        lesson.deeper(
            partial(two_errors, check), partial(which_weight, check), partial(lesson.show_source, difference_quotient)
        )


def move_one_weight(check: Check) -> None:
    """The step, what comes of it in both precisions, and the curve of the errors."""
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
            f"Backpropagation says **{words.number(check.gradient, 6)}**. " + backpropagation_words.verdict(check, step)
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


def two_errors(check: Check) -> None:
    """Why there is a best step."""
    lesson.formula(
        r"\frac{L(w + \varepsilon) - L(w - \varepsilon)}{2 \varepsilon} = \frac{\partial L}{\partial w} + "
        r"\frac{\varepsilon^2}{6} \frac{\partial^3 L}{\partial w^3} + \dots"
    )
    st.markdown(
        "A step ten times smaller makes the first error, that of the bend, a hundred times smaller: on these axes a "
        "straight line. It stays so until the two losses are so close that only their last digits differ. float32 "
        "keeps about 7 digits, float64 about 16. The rounding is divided by 2ε, so a step ten times smaller makes the "
        "second error ten times larger. The best step is where both are alike, here about "
        f"{words.learning_rate(float(f'{check.best_single:.1g}'))} in float32. So a check is made in float64."
    )
    st.markdown(
        "Large steps have a third trouble: a ReLU has a corner. If the step moves a neuron from silent to active, the "
        "loss has another slope on the far side, and the error jumps."
    )


def which_weight(check: Check) -> None:
    """Where the weight is, and what it costs to check all."""
    model, name, _ = backpropagation.network()
    count = model.config.parameter_count
    found = way_to_first_layer(model, *backpropagation.validation_image(1)).gradient[check.neuron, check.pixel].item()
    off = backpropagation_words.share(check.error(found))
    st.markdown(
        f"The weight is that of {name} with the largest gradient in the first layer: from pixel "
        f"{check.pixel % 28 + 1} of row {check.pixel // 28 + 1} to neuron {check.neuron + 1}. It is "
        f"{words.number(check.weight, 4)}. The image is the one that the network reads worst. To check all parameters "
        f"takes 2 × {count:,} = {2 * count:,} passes forward. So it is done for a few, once, where someone has written "
        f"a way back by hand. What they are held against here is autograd's gradient in float64. The project's own way "
        f"back, in float32, finds {words.number(found, 6)}: it is off by {off}."
    )


lesson.show(link_by_link, through_the_network, the_image_times_a_number, first_link, gradient_check)
