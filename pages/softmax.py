"""The softmax, column by column: ten scores to drag, what float32 makes of them, and the temperature."""

import inspect

import streamlit as st
import torch

from mnist_core.figures.bars import probability_bars
from mnist_core.network.functions import cross_entropy, log_softmax, softmax, softmax_naive
from ui.frame import lesson, link, question, theme
from ui.frame.question import Question
from ui.lessons import softmax_explorer
from ui.lessons.softmax_words import in_latex, in_text


def columns() -> None:
    """From ten scores to ten probabilities, all to drag."""
    st.markdown(
        "A network looks at a smudged digit and gives each of the ten digits a **score**: any number at all, and the "
        "higher it is, the more the picture looks like that digit. The scores are called **logits**, written z. The "
        "**softmax** makes **probabilities** of them, written p: each lies between 0 and 1, and all ten together are 1."
    )
    st.latex(r"p_i = \frac{e^{z_i}}{\sum_j e^{z_j}}")
    st.markdown(
        "In words: raise $e$ = 2.718… to the power of each score, and divide each of these powers by the sum of all "
        "ten. The sign Σ stands for that sum. Below, each digit has a row and each step has a column. Drag the bars on "
        "the left; or go to one with the Tab key and press the arrow keys."
    )
    softmax_explorer.show()
    lesson.notice(
        "You move one score, and all ten probabilities change: they share one sum. Raise one score by 1: its power "
        "becomes 2.718 times as large, wherever it was. Below the columns stands the **loss**, the price of the "
        "answer: minus the logarithm of the probability given to the digit it really is, −ln p. The lower that "
        "probability, the higher the price."
    )


RISE = 100.0  # on paper, any other number would do
ADD_HUNDRED = Question(
    key="ask_add_hundred",
    text="All ten scores rise by 100. On paper that changes no probability. What does a program find that counts in "
    "float32 and follows the formula as it stands?",
    right="It finds no probabilities any more.",
    why="e¹⁰⁰ has 44 digits: the program can't hold a number that large. It takes it for ∞, and ∞ divided by ∞ is not "
    "a number.",
    wrong={
        "It finds the same probabilities.": "It would if it could hold the powers themselves. But e¹⁰⁰ has 44 digits.",
        "It finds ten larger probabilities.": "They can't all become larger: together they are always 1.",
        "It finds 1 for the largest score and 0 for the others.": "Only differences between scores count, and those "
        "have not grown.",
    },
    order=2,
)


@st.fragment
def too_large() -> None:
    """What a program makes of scores that all rise by 100."""
    st.header("Too large for the computer", anchor=False)
    st.markdown(
        "Networks mostly count in **float32**: 32 bits for each number. The largest number there is about 3.4 · 10³⁸, "
        "a 3 with 38 more digits. What is larger becomes ∞, infinity."
    )
    if not question.ask(ADD_HUNDRED):
        return
    st.markdown(
        "$e^{88.7}$ still fits, $e^{88.8}$ does not. The scores of the columns, with 100 added to each, in torch on "
        "the server:"
    )
    setting = take_scores("scores_again")
    z = torch.tensor(setting.logits) + RISE
    show_powers(z)
    st.markdown(
        "The way out: before anything else, subtract the largest score, m, from all ten. On paper that changes "
        "nothing, because $e^{-m}$ stands above and below the line and cancels. But now the largest power is "
        "$e^0 = 1$, and nothing can become too large."
    )
    show_way_out(z, setting.true_class)
    lesson.try_this(
        "Go back to the columns, press “All + 100”, and switch “Subtract the maximum” off: the powers become ∞, and ∞ "
        "divided by ∞ is not a number. Switch it on again, and the probabilities are back, the same as before."
    )


def take_scores(key: str) -> softmax_explorer.Setting:
    """What is set in the columns, and a button that looks again."""
    st.button("Take the scores from the columns", key=key, icon=":material/refresh:")
    return softmax_explorer.current()


def show_powers(z: torch.Tensor) -> None:
    """Each score with its power, and the probabilities of both ways to reckon."""
    st.table(
        {
            "digit": [str(digit) for digit in range(10)],
            "score": [f"{score:.1f}" for score in z.tolist()],
            "power": [in_text(power) for power in z.exp().tolist()],
            "p, naive": [in_text(p) for p in softmax_naive(z).tolist()],
            "p, safe": [in_text(p) for p in softmax(z).tolist()],
        },
        hide_index=True,
        border="horizontal",
    )


def show_way_out(z: torch.Tensor, k: int) -> None:
    """The formula without the largest score, with the numbers of class k."""
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
    st.header("And too small", anchor=False)
    z, y = torch.tensor(FAR_APART), torch.tensor(1)
    p = softmax(z)
    st.markdown(
        "The other end of float32 is about 1.4 · 10⁻⁴⁵: what is much smaller is rounded to 0. That happens to a power "
        "below about $e^{-104}$. On paper no probability is ever 0. In a program one can be, and then its logarithm "
        "is −∞, and the loss is ∞. So the loss is not computed from p, but from the logarithm of the formula, in "
        "which no tiny number appears:"
    )
    lesson.formula(
        r"-\ln p_i = \ln \textstyle\sum_j e^{z_j - m} - (z_i - m)",
        rf"z = ({FAR_APART[0]:.0f},\ {FAR_APART[1]:.0f}), \quad p_2 = {in_text(p[1].item())}",
        rf"-\ln p_2 = {in_latex(-p.log()[1].item())} \quad \text{{from }} p",
        rf"-\ln p_2 = {cross_entropy(z, y).item():.0f} \quad \text{{from the logarithm}}",
    )
    st.markdown(
        "The function that does this is called **log-softmax**. Below the columns stands what it gives, beside the "
        "loss made from p. Set the scale to ±120 and drag one score to the left end and another to the right end."
    )


# From almost one-hot to almost all alike, by about the same factor each time.
TEMPERATURES = (0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 7.0, 10.0, 15.0, 20.0, 30.0, 50.0)
DIGITS = [str(digit) for digit in range(10)]
HEAT = Question(
    key="ask_temperature",
    text="All ten scores are divided by the same number T, and T grows from 1 to 8. The ten probabilities come closer "
    "to each other. Can one overtake another?",
    right="No: their order never changes.",
    why="Of two scores, the larger one stays the larger when both are divided by the same number. So its power is the "
    "larger one too, and so is its probability.",
    wrong={
        "Yes: at a high temperature, a small one can come out on top.": "A high temperature makes them alike, but the "
        "larger of two scores stays the larger when both are divided by the same number.",
        "Yes: somewhere on the way, all ten are equal.": "They come as close to 1 in 10 as you like, but on paper they "
        "get there at no temperature.",
    },
    order=1,
)


@st.fragment
def temperature() -> None:
    """The same scores at one temperature after another."""
    st.header("Temperature: how sure to be", anchor=False)
    st.markdown(
        "Before the softmax, all scores can be divided by one number, the **temperature** T. With T = 1, nothing is "
        "changed."
    )
    st.latex(r"p_i = \frac{e^{z_i / T}}{\sum_j e^{z_j / T}}")
    answered = question.ask(HEAT)
    t = link.select_slider("Temperature, T", "sweep_t", TEMPERATURES, 1.0, names="{:g}".format, disabled=not answered)
    if not answered:
        return
    setting = take_scores("sweep_again")
    z = torch.tensor(setting.logits)
    theme.show(
        probability_bars(
            probabilities=softmax(z / t).tolist(),
            classes=DIGITS,
            right=DIGITS[setting.true_class],
            theme=theme.current(),
        ),
        key="sweep",
        description="The ten probabilities as bars, at the temperature that is set.",
    )
    lesson.notice(
        "The lower the temperature, the more goes to the largest score. The higher it is, the closer all ten come to "
        "1 in 10. The order of the bars never changes, so the answer of the network never does: the temperature only "
        "sets how sure it claims to be."
    )
    lesson.try_this(
        "In the columns, give two scores the same value, above all others, and turn the temperature down as far as it "
        "goes. Who wins?"
    )


def in_both_languages() -> None:
    """The arithmetic of the explorer, in the browser's language, beside the functions it is tested against."""
    with st.expander("The code that ran", icon=":material/code:"):
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
                st.code(inspect.getsource(function), language="python", wrap_lines=True)


lesson.show(columns, too_large, too_small, temperature, in_both_languages)
