"""Predict first, then see: a question that the reader answers before the figure shows the answer."""

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from ui.frame import link, state


@dataclass(frozen=True)
class Question:
    """A question with its possible answers.

    Attributes:
        key: Its name: that of the widget, and what ``?hide=`` calls it.
        text: What is asked, in one or two sentences.
        right: The right answer.
        why: Why it is right, said to whoever gave it.
        wrong: Each wrong answer, and what is wrong with it.
        order: The place of the right answer among the others, from 0.
    """

    key: str
    text: str
    right: str
    why: str
    wrong: Mapping[str, str]
    order: int = 0

    @property
    def answers(self) -> list[str]:
        """All answers, as they are shown."""
        answers = list(self.wrong)
        return [*answers[: self.order], self.right, *answers[self.order :]]


def ask(question: Question) -> bool:
    """Draws a question, and what there is to say of the answer given.

    An answer is the reader's own: it survives a page switch and is never in the link.

    Returns:
        Whether the figure may be shown: an answer was given, or this visit leaves the question out.
    """
    if link.is_hidden(question.key):
        return True
    if link.shows(link.WHOLE):  # for reading and for paper: with its answer
        st.markdown(f"**Predict first.** {question.text} *{question.right}* {question.why}")
        return True
    state.page_controls()[question.key] = None
    with st.container(key=f"{question.key}_box"):
        answer = st.pills(
            f":material/psychology_alt: **Predict first.** {question.text}",
            question.answers,
            required=True,
            key=question.key,
            persist_state="session",
            wrap=True,
        )
        with st.container(key=f"{question.key}_said"):  # always there, and read out when it fills
            if answer == question.right:
                st.success(f"Yes. {question.why}", icon=":material/check_circle:")
            elif answer is not None:
                st.info(f"Not quite. {question.wrong[answer]}", icon=":material/lightbulb:")
    return answer is not None
