"""Overfitting: a network with few images learns them by heart; when that shows, and what helps."""

from collections.abc import Iterator

import streamlit as st

from mnist_core.data.dataset import Splits
from mnist_core.figures.overfitting import learning_by_heart
from mnist_core.lessons import overfitting
from mnist_core.lessons.overfitting import EPOCHS, LEARNING_RATE, PATIENCE, Remedies, Study
from ui.frame import dataset, lesson, link, question, theme
from ui.frame.question import Question
from ui.lessons import overfitting_runs, overfitting_words
from ui.studio import live

PLAIN = Remedies()


def two_ways_to_learn() -> None:
    """What learning by heart is, and why a network can."""
    st.markdown(
        "There are two ways to pass a vocabulary test. You can learn the language, or you can learn the answers to the "
        "twenty questions by heart. The second works until the questions are new.\n\n"
        f"A network has the same choice. Its weights and biases are numbers that training may set as it likes, here "
        f"{PLAIN.model_config.parameter_count:,} of them: enough to store every training image, smudges included. "
        "Learning its examples by heart, instead of what they have in common, is called **overfitting**."
    )
    dataset.notice("this lesson uses generated digits, which the program draws itself")


QUESTION = Question(
    "ask_overfitting",
    "500 training images, 101,770 numbers to learn. After 50 epochs the training loss is nearly 0. What has the "
    "validation loss done by then?",
    "It fell, turned, and rose again.",
    "At first the network learns what all digits have in common, which helps with new images too. After that there is "
    "only one thing left to learn: its own images, one by one.",
    {
        "It fell towards 0 as well.": "It would, if each new image were nearly the same as one of the training images. "
        "But every digit is written differently, and the network knows only a few hundred digits.",
        "It fell, and then stayed where it was.": "That sounds fair: the network has nothing more to learn from new "
        "images. But learning its own images by heart changes the weights, and that changes how it reads new ones.",
        "It rose from the start.": "What the network learns first is useful for every image: it begins at 2.303, the "
        "loss of guessing, and soon does far better than that.",
    },
    order=2,
)


def learned_by_heart() -> None:
    """A run on few images and without remedies."""
    splits = dataset.splits()
    st.header("500 images, learned by heart", anchor=False)
    st.markdown(
        f"The network gets {PLAIN.images} training images instead of all {len(splits.train):,}. After each epoch, one "
        f"pass through them, its loss is measured twice: the **training loss** on these {PLAIN.images}, and the "
        f"**validation loss** on {len(splits.validation):,} images from which it never learns. The difference is "
        "called the **generalisation gap**."
    )
    if question.ask(QUESTION):
        live.experiment(
            "overfit_first",
            "Train on 500 images",
            lambda: numbered(splits, PLAIN),
            draw_first,
            before=f"Press the button: {EPOCHS} epochs take a few seconds.",
            setting=splits.name,
        )


def numbered(splits: Splits, remedies: Remedies) -> Iterator[tuple[int, Study]]:
    """A new run with its number, so that the page knows it again."""
    number = overfitting_runs.next_number()
    return ((number, study) for study in overfitting.study(splits, remedies))


def draw_first(run: tuple[int, Study]) -> None:
    """The run without remedies: the figure, the turn and the gap in numbers, and what became of the mistakes."""
    number, study = run
    if not study.readings:
        st.caption("The first epoch is not over yet.")
        return
    overfitting_runs.note(number, study)
    theme.show(
        learning_by_heart(study=study, before=None, theme=theme.current()),
        key="overfitting_first",
        description="Training and validation loss over the epochs; the lowest validation loss is marked.",
    )
    st.markdown(overfitting_words.where_it_turned(study))
    lesson.formula(
        r"\text{gap} = \text{validation loss} - \text{training loss}",
        *(overfitting_words.gap(reading) for reading in dict.fromkeys((study.lowest, study.last))),
    )
    surer = overfitting_words.what_became_of_mistakes(study)
    if surer:
        st.markdown(surer)
    if study.lowest.epoch < study.last.epoch:
        lesson.notice(
            "The two lines start close together and come apart. Up to the mark, learning its own images makes the "
            "network better at all images. Beyond it, the training loss tells you nothing any more: only the "
            "validation loss does."
        )


NUMBERS = (100, 200, 500, 1_000, 2_000, 5_000)
DECAYS = (0.0, 0.3, 1.0, 3.0, 10.0)
DROPOUTS = (0.0, 0.2, 0.5, 0.8)


def what_helps() -> None:
    """Four remedies, and runs with those that the reader chooses."""
    st.header("What helps", anchor=False)
    st.markdown(
        "There are four remedies. Each makes it harder to learn by heart, or ends it in time.\n\n"
        "- **More images** are harder to learn by heart, and they show more ways to write a digit.\n"
        f"- **Stopping early** ends the training once the validation loss has gone {PATIENCE} epochs without a new "
        "lowest value. One then uses the weights of the epoch that was best.\n"
        "- **Weight decay** makes every weight a little smaller in each step, so that only what many images ask for "
        "grows large.\n"
        "- **Dropout** silences some hidden neurons in each step, others each time. No neuron can rely on another one "
        "to remember an image for it. When the network reads, all of them work."
    )
    remedies, splits = controls(), dataset.splits()
    explain_decay(remedies.weight_decay)
    live.experiment(
        "overfit_again",
        "Train with these settings",
        lambda: numbered(splits, remedies),
        draw_again,
        before="Change a setting or two, then press the button. Your runs are kept here, so that you can compare them.",
        setting=(remedies, splits.name),
    )
    if overfitting_runs.has_tried_remedies():
        lesson.notice(
            "Dropout of 80%, or a weight decay of λ = 3, takes away more than half of the rise, and the mistakes are "
            "less sure. But the lowest value itself hardly moves: it is less than a tenth lower. With 2,000 images "
            "instead of 500 it is more than a fifth lower."
        )


def controls() -> Remedies:
    """The remedies to try."""
    left, right = st.columns(2, gap="large")
    with left:
        images = link.select_slider("Training images", "overfit_images", NUMBERS, PLAIN.images, names="{:,}".format)
        decay = link.select_slider("Weight decay, λ", "overfit_decay", DECAYS, 0.0, names="{:g}".format)
    with right:
        dropout = link.select_slider(
            "Dropout: share of hidden neurons silenced", "overfit_dropout", DROPOUTS, 0.0, names="{:.0%}".format
        )
        seed = link.seed("Seed", "overfit_seed", meaning="Another seed draws other images and other first weights.")
    stop_early = link.toggle("Stop early", "overfit_stop")
    return Remedies(images, decay, dropout, stop_early, seed)


def explain_decay(decay: float) -> None:
    """What weight decay does to a weight in each step."""
    st.markdown(
        "The number $\\lambda$ (lambda) says how strong weight decay is; at 0 there is none. The **learning rate** "
        f"$\\eta$ (eta) says how far a step moves the weights, here {LEARNING_RATE:g}. Before each step, every weight "
        "becomes smaller by a share: the product of the two."
    )
    shrunk = rf"w \leftarrow (1 - {LEARNING_RATE:g} \cdot {decay:g})\,w = {1 - LEARNING_RATE * decay:g}\,w"
    lesson.formula(r"w \leftarrow (1 - \eta\lambda)\,w", *[shrunk] * bool(decay))


def draw_again(run: tuple[int, Study]) -> None:
    """A run with remedies: the figure with the run before it, and the table of the last runs."""
    number, study = run
    if not study.readings:
        st.caption("The first epoch is not over yet.")
        return
    overfitting_runs.note(number, study)
    before = overfitting_runs.before(number)
    theme.show(
        learning_by_heart(study=study, before=before[1] if before else None, theme=theme.current()),
        key="overfitting_again",
        description="Training and validation loss of this run and, pale, of the one before; the table has the numbers.",
    )
    stopped = overfitting_runs.was_stopped
    if before:
        now, then = (overfitting_words.settings(made, stopped=stopped(n, made)) for n, made in (run, before))
        st.caption(f"Solid: run {number}, {now}. Pale and dashed: run {before[0]}, {then}.")
    st.markdown(overfitting_words.where_it_turned(study))
    st.markdown("Your last runs: the lowest and the last validation loss, and the share read rightly at the end.")
    st.table(
        [
            overfitting_words.row(n, made, stopped=stopped(n, made))
            for n, made in reversed(overfitting_runs.kept().items())
        ],
        border="horizontal",
    )


def in_the_end() -> None:
    """What to try, and the code."""
    lesson.try_this(
        "Train without any of the four remedies, then with another seed: that is how much chance alone changes. Is the "
        "difference that a remedy makes larger? Then put several together, and try to get below the lowest loss in "
        "your table."
    )
    lesson.show_source(overfitting.study, overfitting.is_time_to_stop, overfitting.mistakes)


lesson.show(two_ways_to_learn, learned_by_heart, what_helps, in_the_end)
