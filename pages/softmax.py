"""The softmax, column by column: ten scores to drag, to double, to divide by a temperature, and to make too large."""

from ui.frame import router

router.insist()

import streamlit as st
import torch

from mnist_core import words
from mnist_core.data.dataset import normalize
from mnist_core.figures.bars import probability_bars
from mnist_core.figures.images import enlarged
from mnist_core.figures.softmax import score_bars
from mnist_core.network.functions import cross_entropy, log_softmax, softmax, softmax_naive
from mnist_core.source import source_of
from ui.frame import dataset, lesson, link, question, theme
from ui.frame.question import Question
from ui.lessons import softmax_explorer
from ui.lessons.softmax_words import in_latex, in_text, lead
from ui.visitor import networks

DIGITS = [str(digit) for digit in range(10)]


@lesson.scene("How do ten scores become ten probabilities?")
@st.fragment
def columns() -> None:
    """From ten scores to ten probabilities, all to drag."""
    with lesson.stage():
        softmax_explorer.show("columns")
    lesson.notice(
        "Drag a score, or press an arrow key on it: all ten **probabilities** change, since they share one sum. "
        "The field calls the scores **logits**, and the way from z to p **softmax**."
    )
    lesson.deeper(in_a_formula, with_its_numbers)


def in_a_formula() -> None:
    """What the columns do, in words and in symbols."""
    st.markdown(
        "A network looks at a smudged digit and gives each of the ten digits a score, z: any number at all, and the "
        "higher it is, the more the picture looks like that digit. Raise $e$ = 2.718… to the power of each score, and "
        "divide each of these powers by the sum of all ten. The sign Σ stands for that sum."
    )
    st.latex(r"p_i = \frac{e^{z_i}}{\sum_j e^{z_j}}")
    st.markdown(
        "Each probability, p, lies between 0 and 1, and all ten together are 1. Raise one score by 1: its power "
        "becomes 2.718 times as large, wherever it was."
    )


def with_its_numbers() -> None:
    """The formula with the numbers of the true class, and the price of the answer."""
    setting = softmax_explorer.current()
    z, k = torch.tensor(setting.logits), setting.true_class
    powers = (z.double() - z.max()).exp()
    p, m = softmax(z)[k].item(), words.in_brackets(z.max().item(), 1)
    lesson.formula(
        rf"\begin{{aligned}} p_{k} & = \frac{{e^{{z_{k}}}}}{{\sum_j e^{{z_j}}}} = "
        rf"\frac{{e^{{{z[k]:.1f} - {m}}}}}{{\sum_j e^{{z_j - {m}}}}} \\ & = "
        rf"\frac{{{powers[k]:.4f}}}{{{powers.sum():.4f}}} = {words.decimal(p)} \end{{aligned}}"
    )
    st.markdown(
        "Here the largest score is taken from all ten first, which changes no probability: the last scene shows why. "
        "The **loss** is the price of the answer: minus the logarithm of the probability given to the digit it really "
        f"is. Here $-\\ln p_{k}$ = {cross_entropy(z, torch.tensor(k)).item():.3f}. The lower that probability, the "
        "higher the price; the next lesson is about it."
    )


DOUBLED = Question(
    key="ask_twice",
    text="All ten scores are doubled. What happens to the largest probability?",
    right="It grows",
    why="The differences between the scores double. So the probabilities lie further apart, and the first gets surer.",
    wrong={
        "Nothing: all scores grow alike": "Adding the same to all would change nothing. Doubling also doubles the "
        "differences, and only these count.",
        "It doubles": "It can't always: no probability is above 1. It does grow.",
    },
    order=1,
)


@lesson.scene("What if every score is doubled?")
@st.fragment
def doubling() -> None:
    """All scores times two, and by two."""
    answered = question.ask(DOUBLED)
    with lesson.stage():
        softmax_explorer.show("doubling", live=answered)
    if answered:
        lesson.notice(
            "Twice the difference: the ratio of two probabilities is squared. At the start it is 2.718 between "
            "the 3 and the 8, then 2.718² = 7.389. Doubling is the same as a **temperature** of 0.5: the next scene."
        )
        lesson.deeper(why_squared)


def why_squared() -> None:
    """The ratio of two probabilities, in symbols."""
    st.markdown("The sum stands below both probabilities, so it cancels in their ratio. What is left is one power:")
    st.latex(
        r"\begin{aligned} \frac{p_i}{p_j} & = \frac{e^{z_i}}{e^{z_j}} = e^{z_i - z_j} \\ "
        r"\frac{e^{2 z_i}}{e^{2 z_j}} & = e^{2 (z_i - z_j)} = \left( e^{z_i - z_j} \right)^2 \end{aligned}"
    )
    lesson.try_this(
        "Give two scores the same value, above all others, and double again and again. Who wins? Nobody: a ratio of 1 "
        "stays 1 when it is squared, so each comes to one half."
    )


# From almost everything for one to almost the same for all, by about the same factor each time.
TEMPERATURES = (0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 7.0, 10.0, 15.0, 20.0, 30.0, 50.0)
HEAT = Question(
    key="ask_temperature",
    text="All ten scores are divided by the same number T, and T grows. Can one probability overtake another?",
    right="No: their order never changes",
    why="Divided by the same number, the larger of two scores stays the larger. So do its power and its probability.",
    wrong={
        "Yes: a small one can come out on top": "A high temperature makes them alike. But divided by the same number, "
        "the larger of two scores stays the larger.",
        "Yes: at some T, all ten are equal": "They come as close to 1 in 10 as you like, but on paper they get there "
        "at no temperature.",
    },
    order=1,
)


@lesson.scene("How sure should it claim to be?")
@st.fragment
def temperature() -> None:
    """The same scores at one temperature after another."""
    answered = question.ask(HEAT)
    setting = softmax_explorer.current()
    z = torch.tensor(setting.logits)
    with lesson.stage():
        control, figure = st.columns([1, 2], gap="medium", vertical_alignment="center")
        with control:
            t = link.select_slider(
                "Temperature, T", "temperature", TEMPERATURES, 1.0, names="{:g}".format, disabled=not answered
            )
            st.markdown(lead(setting.logits, t))
        with figure:
            theme.show(
                probability_bars(
                    probabilities=softmax(z / t).tolist(),
                    classes=DIGITS,
                    right=DIGITS[setting.true_class],
                    theme=theme.current(),
                    height=270,
                ),
                key="heated",
                description="The ten probabilities as bars, at the temperature that is set.",
            )
    if answered:
        lesson.notice(
            "A low **temperature** gives nearly all to the largest score; a high one brings all ratios to 1. The "
            "order stays, and so does the answer: T only sets how sure it claims to be."
        )
        lesson.deeper(temperature_in_symbols, ratios_not_differences)


def temperature_in_symbols() -> None:
    """The formula with the temperature in it."""
    st.latex(r"p_i = \frac{e^{z_i / T}}{\sum_j e^{z_j / T}}")
    st.markdown(
        "With T = 1, nothing is changed. T = 0.5 is the same as doubling every score, T = 2 as halving it. The scores "
        "are those of the first scene."
    )
    lesson.try_this(
        "In the columns, give two scores the same value, above all others, and turn the temperature down as far as it "
        "goes. Who wins?"
    )


def ratios_not_differences() -> None:
    """What comes closer with T, and what need not."""
    st.markdown(
        "With T, all *ratios* come closer to 1. *Differences* need not shrink at once. With the scores of the start, "
        "p of the 0 is 0.0026 above p of the 1 at T = 1, and 0.0097 above it at T = 8: both have grown, at the cost of "
        "the 3. In the end, far beyond, every difference goes to 0, too."
    )


NEEDED = Question(
    key="ask_needed",
    text="A trained network only has to say which digit it sees. What does it need for that?",
    right="The largest score",
    why="The softmax keeps the order: the largest score gets the largest probability, so it names the same digit.",
    wrong={
        "The softmax of all ten scores": "It could use it, but the softmax keeps the order: the largest score already "
        "tells.",
        "A probability above one half": "No: the largest of ten may be 0.3, and is the answer all the same.",
    },
)
SCORES, PROBABILITIES = "scores", "probabilities"
IMAGES = 20


@lesson.scene("Does naming a digit need the softmax?")
@st.fragment
def inference() -> None:
    """The same answer from scores and from probabilities."""
    answered = question.ask(NEEDED)
    with lesson.stage():
        answer_from_either(answered)
    if answered:
        lesson.notice(
            "Both name the same digit. Using a trained network is called **inference**: it needs the softmax only to "
            "say how sure it is. In training the softmax is there all the time, inside the loss."
        )
        lesson.deeper(by_numbers)


def answer_from_either(answered: bool) -> None:
    """An image, the answer, and the bars it is read from."""
    controls, figure = st.columns([1, 2], gap="medium", vertical_alignment="center")
    with controls:
        number = link.whole_slider("Image", "softmax_image", 1, IMAGES, 1, disabled=not answered)
    image, label, z = read_image(number)
    p = softmax(z).tolist()
    with controls, st.container(horizontal=True, vertical_alignment="center"):
        st.image(
            enlarged(image=image / 255, factor=4),
            width=96,
            alt=f"The digit to read: {words.a(label)}.",
            output_format="PNG",
        )
        with st.container(width="stretch"):
            source = link.buttons(
                "The answer is read from", "softmax_source", (SCORES, PROBABILITIES), SCORES, disabled=not answered
            )
            best = int(z.argmax())
            surely = f" It is {words.percent(p[best])} sure." if source == PROBABILITIES else ""
            st.markdown(f"The highest of the {source} says: {words.a(best, bold=True)}.{surely}")
    right, look = DIGITS[label], theme.current()
    with figure:
        if source == SCORES:
            bars = score_bars(scores=z.tolist(), classes=DIGITS, right=right, theme=look, height=250)
        else:
            bars = probability_bars(probabilities=p, classes=DIGITS, right=right, theme=look, height=250)
        theme.show(bars, key=f"from_{source}", description=f"The ten {source} as bars.")


def read_image(number: int) -> tuple[torch.Tensor, int, torch.Tensor]:
    """A validation image, what it shows, and the ten scores of the network that reads."""
    validation = dataset.splits().validation
    image, label = validation.images[number - 1], int(validation.labels[number - 1])
    model, _ = networks.model_in_use()
    with torch.inference_mode():
        return image, label, model(normalize(image[None]))[0]  # (1, 784) -> (1, 10) -> (10,)


def by_numbers() -> None:
    """Scores and probabilities of that image side by side, and where the softmax is in training."""
    number = st.session_state.get("softmax_image", 1)
    _, _, z = read_image(number)
    name, digits = networks.model_in_use()[1], dataset.splits().name
    st.markdown(f"What {name} gives to image {number} of the validation images ({digits}):")
    st.table(
        {
            "digit": DIGITS,
            "score": [words.number(score) for score in z.tolist()],
            "probability": [words.decimal(p) for p in softmax(z).tolist()],
        },
        hide_index=True,
        border="horizontal",
    )
    st.markdown(
        "In training, PyTorch's `CrossEntropyLoss` takes the scores and has the softmax inside. So the network itself "
        "ends with its scores, and whoever wants probabilities from it puts a softmax behind it."
    )


RISE = 100.0  # on paper, any other number would do
ADD_HUNDRED = Question(
    key="ask_add_hundred",
    text="The scores run from −3 to 4 at the start. All rise by 100. On paper no probability changes. What does a "
    "program find in float32, if it follows the formula as it stands?",
    right="No probabilities any more",
    why="e¹⁰⁰ has 44 digits: it becomes ∞, and ∞ divided by ∞ is not a number.",
    wrong={
        "The same probabilities": "It would if it could hold the powers themselves. But e¹⁰⁰ has 44 digits.",
        "Ten larger probabilities": "They can't all become larger: together they are always 1.",
        "1 for the largest, 0 for the rest": "Only differences between scores count, and those have not grown.",
    },
    order=2,
)


@lesson.scene("What if a score is too large for the computer?")
@st.fragment
def too_large() -> None:
    """What a program makes of scores that all rise by 100, and the cure."""
    answered = question.ask(ADD_HUNDRED)
    with lesson.stage():
        softmax_explorer.show("float32", live=answered)
    if answered:
        lesson.notice(
            "Add 100: the powers are too large for **float32**. Then take the largest score from all ten first: the "
            "probabilities are back."
        )
        lesson.deeper(limits, way_out, too_small, in_both_languages)


def limits() -> None:
    """How large a number float32 holds, and what that does to the scores plus 100."""
    st.markdown(
        "Networks mostly count in float32: 32 bits for each number. The largest number there is about 3.4 · 10³⁸, a 3 "
        "with 38 more digits. What is larger becomes ∞, infinity. $e^{88.7}$ still fits, $e^{88.8}$ does not. A score "
        "of −20 would still be safe after 100 is added. The scores of the columns, as they are and with 100 added to "
        "each, in torch on the server:"
    )
    z = torch.tensor(softmax_explorer.current().logits)
    raised = z + RISE
    st.table(
        {
            "digit": DIGITS,
            "score": [f"{score:.1f}" for score in z.tolist()],
            "score + 100": [f"{score:.1f}" for score in raised.tolist()],
            "power": [in_text(power) for power in raised.exp().tolist()],
            "p, naive": [in_text(p) for p in softmax_naive(raised).tolist()],
            "p, safe": [in_text(p) for p in softmax(raised).tolist()],
        },
        hide_index=True,
        border="horizontal",
    )


def way_out() -> None:
    """The formula without the largest score, with the numbers of the true class."""
    st.markdown(
        "The way out: before anything else, subtract the largest score, m, from all ten. On paper that changes "
        "nothing, because $e^{-m}$ stands above and below the line and cancels. But now the largest power is "
        "$e^0 = 1$, and nothing can become too large."
    )
    setting = softmax_explorer.current()
    z, k = torch.tensor(setting.logits) + RISE, setting.true_class
    m = z.max().item()
    shifted = (z - m).exp()
    lesson.formula(
        r"\frac{e^{z_i - m}}{\sum_j e^{z_j - m}} = \frac{e^{-m} \, e^{z_i}}{e^{-m} \sum_j e^{z_j}} = p_i",
        rf"\frac{{e^{{{z[k]:.1f} - {m:.1f}}}}}{{\sum_j e^{{z_j - {m:.1f}}}}} = "
        rf"\frac{{{shifted[k]:.3f}}}{{{shifted.sum():.3f}}} = {softmax(z)[k]:.3f}",
    )


FAR_APART = (60.0, -60.0)


def too_small() -> None:
    """What becomes of the loss when p is rounded to 0."""
    st.subheader("And too small", anchor=False)
    z, y = torch.tensor(FAR_APART), torch.tensor(1)
    p = softmax(z)
    st.markdown(
        "The other end of float32 is about 1.4 · 10⁻⁴⁵: what is much smaller is rounded to 0. That happens to a power "
        "below about $e^{-104}$. On paper no probability is ever 0. In a program one can be, and then its logarithm "
        "is −∞, and the loss is ∞. So the loss is not computed from p, but from the logarithm of the formula, in "
        "which no tiny number appears:"
    )
    st.latex(
        r"\begin{aligned} -\ln p_i & = \ln \textstyle\sum_j e^{z_j - m} - (z_i - m) \\ "
        rf"z & = ({FAR_APART[0]:.0f},\ {FAR_APART[1]:.0f}), \quad p_2 = {in_text(p[1].item())} \\ "
        rf"-\ln p_2 & = {in_latex(-p.log()[1].item())} \quad \text{{from }} p \\ "
        rf"-\ln p_2 & = {cross_entropy(z, y).item():.0f} \quad \text{{from the logarithm}} \end{{aligned}}"
    )
    setting = softmax_explorer.current()
    loss = cross_entropy(torch.tensor(setting.logits), torch.tensor(setting.true_class)).item()
    st.markdown(
        "The function that does this is called **log-softmax**. For the columns as they stand it gives a loss of "
        f"{words.loss(loss)}. Set the scale to ±120, subtract the maximum, and drag one score to the left end and "
        "another to the right end. Call the left one the true class: its loss made from p is ∞, and here it is 240."
    )


def in_both_languages() -> None:
    """The arithmetic of the explorer, in the browser's language, beside the functions it is tested against."""
    st.subheader("The code that ran", anchor=False)
    st.markdown(
        "The columns are computed in your browser, in JavaScript, so that they follow your hand. Here it stands "
        "beside the Python of the other pages. A test gives both the same scores and compares what comes out."
    )
    browser, server = st.columns(2)
    with browser:
        st.caption("`ui/components/softmax.js`, in your browser")
        st.code(softmax_explorer.SOFTMAX_JS, language="javascript", wrap_lines=True)
    with server:
        st.caption(f"`{softmax.__module__}`, on the server")
        for function in (softmax_naive, softmax, log_softmax, cross_entropy):
            st.code(source_of(function), language="python", wrap_lines=True)


lesson.show(columns, doubling, temperature, inference, too_large)
