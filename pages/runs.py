"""Compare runs: their settings, their curves, and whether a difference is more than luck."""

import math
from functools import partial

import pandas as pd
import streamlit as st

from mnist_core import words
from mnist_core.figures.runs import CURVES, final_accuracies, run_curves, seed_bands, styles
from mnist_core.lessons import runs_comparison
from mnist_core.lessons.runs_comparison import SEEDS, Band, RunResult, Welch
from ui.frame import dataset, lesson, link, question, state, theme
from ui.frame.question import Question
from ui.lessons import runs, runs_words
from ui.studio import live


def two_ways_to_misread() -> None:
    """Why a higher accuracy need not mean better settings."""
    st.markdown(
        "To find good settings one changes something, trains again, and looks whether the accuracy has gone up. That "
        "is easily misread in two ways. If two settings were changed at once, nobody knows which of them did it. And "
        "training is random: the same settings give another accuracy with another **seed**, the number that decides "
        "the first weights and the order of the images."
    )


def your_runs() -> None:
    """The visitor's own runs."""
    st.header("Your runs", anchor=False)
    runs_side_by_side()


@st.fragment
def runs_side_by_side() -> None:
    """The table of the visitor's runs, and the curves of those that are ticked."""
    results = runs.results()
    if not results:
        st.markdown(
            "You have not trained a network yet. Each run of yours will be a row here, with its settings and what came "
            "of them, the last eight of them. The part below needs none: it trains by itself."
        )
        st.page_link("pages/train.py", label="Train a network", icon=":material/model_training:")
        return
    runs.tick_new([result.number for result in results])
    st.pills(
        "Tick the runs to lay over each other",
        [result.number for result in results],
        selection_mode="multi",
        key=runs.TICKED,
        format_func="Run {}".format,
        persist_state="session",
    )
    ticked = [result for result in results if result.number in st.session_state[runs.TICKED]]
    table(results, ticked or results)
    if len(ticked) > 1:
        st.markdown(runs_words.what_differs(ticked))
    curves(ticked, styles([result.number for result in results]))
    st.download_button(
        "Download the table (CSV)",
        runs_comparison.as_csv(results),
        "runs.csv",
        "text/csv",
        key="runs_csv",
        icon=":material/download:",
        on_click="ignore",
        help="All settings of all the runs above, and their results with all digits, for a spreadsheet.",
    )


def table(results: list[RunResult], chosen: list[RunResult]) -> None:
    """A row for each run; the settings in which the chosen ones differ are marked."""
    records = [result.record for result in results]
    columns = runs_comparison.differing(records)
    marked = runs_comparison.differing(result.record for result in chosen)
    heads = {name: f"≠{runs_words.NO_BREAK}{name}" if name in marked else name for name in columns}
    # Not by a style of pandas, which takes longer than all the rest of the table.
    rows = [runs_words.row(result, heads, {heads[name] for name in marked}) for result in results]
    st.table(pd.DataFrame(rows), border="horizontal", hide_index=True)
    same = {name: value for name, value in runs_comparison.settings(records[0]).items() if name not in columns}
    mark = "A column with ≠ and a tint is a setting in which the ticked runs differ. " if marked else ""
    whose = "The same in all runs" if len(results) > 1 else "Its settings"
    st.caption(
        f"{mark}Where the table is wider than the screen, push it sideways. {whose}: {runs_words.in_a_sentence(same)}."
    )


def curves(ticked: list[RunResult], style_of: dict[int, int]) -> None:
    """The curves of the ticked runs in one figure."""
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    with left:
        curve = link.buttons("Curve", "runs_curve", CURVES, CURVES[0], names=str.capitalize)
    with right:
        log = link.toggle("Logarithmic axis", "runs_log", disabled=curve == CURVES[0])
    if not ticked:
        st.caption("Tick a run or two, and their curves appear here.")
        return
    figure = run_curves(results=ticked, style_of=style_of, curve=curve, log=log, theme=theme.current())
    theme.show(
        figure,
        key="runs_curves",
        description="A line for each ticked run over its epochs. The table above has the last value of each.",
    )
    cut = figure.data[figure.data["shown"] != figure.data["value"]]
    if len(cut) and curve == CURVES[0]:
        st.caption(
            f"The loss of {runs_words.listed([str(name) for name in cut['run'].unique()])} exploded: what lies below "
            f"{cut['shown'].max():.0%} is drawn there, so that the other curves stay readable."
        )
    elif len(cut):
        highest = f"{cut['shown'].max():g}"
        st.caption(f"Losses above {highest} are drawn at {highest}. A logarithmic axis shows them all.")
    early = [result for result in ticked if result.ending != "finished"]
    if early and curve != CURVES[2]:
        st.caption(
            f"{runs_words.listed([result.name for result in early]).capitalize()} did not come to the end. The last "
            "point is the network as it is now."
        )
    lesson.notice(
        "On the training batches every curve trembles: each point is a few other images. The validation curves are "
        "always measured on the same images, so there a difference counts, if it is larger than the luck below."
    )


LOOK_SECONDS = 1.0  # between two looks at the bands, which grow by a point an epoch
QUESTION = Question(
    "ask_runs",
    "You train the same network five times, with the same settings and the same images. Only the seed is another one "
    "each time. What will the five accuracies be?",
    "Close together, but not the same.",
    "Each seed begins with other weights and goes through the images in another order, so each run ends with other "
    "weights. They read most images alike, and a few differently.",
    {
        "The same, to the last digit.": "They would be with the same seed. But each seed draws other first weights and "
        "another order of the images, so each run ends with other weights.",
        "Some good, some as bad as guessing.": "The first weights are random, but what they become is not: the same "
        "images pull every network the same way. Only with settings on the brink does it hang on the seed whether a "
        "network learns at all.",
    },
    order=1,
)


def luck_of_the_seed() -> None:
    """The same settings with five seeds, and a verdict on two such bands."""
    st.header("The luck of the seed", anchor=False)
    splits = dataset.splits()
    dataset.notice("the networks below learn from generated digits, which the program draws itself")
    st.markdown(
        "How much is luck can be measured: train several times and change nothing but the seed. Here that is done "
        "with five seeds. Each of the five networks is judged by its **validation accuracy**, the share it reads "
        f"rightly of the same {len(splits.validation):,} images, from which none of them learns. Drawn over the "
        "epochs, the five curves are a **band**: it reaches from the lowest to the highest, and the thick line in it "
        "is their mean."
    )
    chosen = controls()
    if question.ask(QUESTION):
        if isinstance(chosen, str):
            st.info(chosen, icon=":material/info:")
        else:
            st.caption(chosen.work)
            live.experiment(
                runs.EXPERIMENT,
                "Train with five seeds",
                partial(runs.begin, chosen),
                progress,
                before="Press the button, and their curves appear here.",
                setting=chosen.label,
            )
        is_training = runs.is_training()
        st.fragment(two_bands, run_every=LOOK_SECONDS if is_training else None)()
        if len(runs.bands()) == 1 and not is_training:
            st.markdown(
                "Now choose other settings and train again. Then both bands stand in one figure, with a verdict."
            )


def controls() -> runs.Choice | str:
    """The settings to train five times."""
    names = runs.names()
    left, right = st.columns([2, 1])
    with left:
        name = link.selectbox("Settings", "band_settings", names, names[0])
    if not runs.is_recipe(name):
        return runs.choice(name, 0)
    with right:
        seed = link.seed("First seed", "band_seed", meaning="The other four follow it.")
    return runs.choice(name, seed)


def progress(band: Band) -> None:
    """How far the five have come, while they train."""
    if not runs.is_training():
        return
    seed, record = list(band.records.items())[-1]
    epoch = min(len(record.epochs) + 1, record.training_config.epochs)
    st.progress(
        band.progress,
        text=f"Network {len(band.records)} of {SEEDS}, seed {seed}: epoch {epoch} of {record.training_config.epochs}. "
        f"{runs.time_left(band)}".strip(),
    )


def two_bands() -> None:
    """The bands the reader has chosen, in one figure, and the verdict on them."""
    bands = {label: band for label, band in runs.bands().items() if band.records}
    if not bands:
        return
    on_show = {"A": next(iter(bands))}
    if len(bands) > 1:
        left, right = st.columns(2)
        first, second = runs.on_show(list(bands))
        with left:
            st.selectbox("A", bands, key=first, persist_state="session")
        with right:
            st.selectbox("B", bands, key=second, persist_state="session")
        on_show = {"A": st.session_state[first], "B": st.session_state[second]}
    # On a phone there is no room for the name of the digits too.
    shown_bands = {
        f"{letter}: {label.removesuffix(f', {state.GENERATED}')}": bands[label] for letter, label in on_show.items()
    }
    records = [record for band in shown_bands.values() for record in band.records.values()]
    if any(record.epochs for record in records):
        theme.show(
            seed_bands(bands=shown_bands, epochs=max(r.training_config.epochs for r in records), theme=theme.current()),
            key="seed_bands",
            description="Validation accuracy over the epochs, a band from the lowest to the highest seed; in words "
            "below.",
        )
    if any(band.finished for band in shown_bands.values()):
        st.markdown("How each of them ended, nearer: a dot for each seed, and a line at the mean.")
        theme.show(
            final_accuracies(bands=dict(zip(on_show, shown_bands.values(), strict=True)), theme=theme.current()),
            key="final_accuracies",
            description="The last validation accuracy of each seed as a dot; the same numbers stand below.",
        )
    for letter, label in on_show.items():
        st.markdown(runs_words.band(letter, bands[label]))
    if len(on_show) == 2:
        give_verdict(bands[on_show["A"]], bands[on_show["B"]])
    what_to_notice([bands[label] for label in dict.fromkeys(on_show.values())])


def give_verdict(first: Band, second: Band) -> None:
    """Whether A and B differ by more than luck, and how that is worked out."""
    if first.name == second.name:
        st.caption("A and B are the same. Choose another one to compare.")
        return
    found = runs_comparison.verdict(first, second)
    with st.container(border=True):
        st.markdown(f":material/balance: **Verdict.** {found.sentence}")
    if found.test:
        with st.expander("How the verdict is worked out: Welch's test", icon=":material/calculate:"):
            work_out(found.test.in_percent())


def work_out(test: Welch) -> None:
    """Welch's formulas, in symbols and with the numbers of A and B, all in percent and points."""
    st.markdown(
        r"$\bar a$ is the mean accuracy of a band, $n$ the number of its seeds, and $s$ their **standard deviation**: "
        r"how far an accuracy typically is from the mean. All are in percent. $t$ says how large the difference of the "
        "means is, measured by how uncertain it is."
    )
    (mean_a, mean_b), (s_a, s_b), (n_a, n_b) = test.means, test.deviations, test.sizes
    lesson.formula(
        r"t = \frac{\bar a_B - \bar a_A}{\sqrt{s_A^2 / n_A + s_B^2 / n_B}}",
        rf"t = \frac{{{mean_b:.3f} - {mean_a:.3f}}}{{\sqrt{{{s_a:.4f}^2 / {n_a} + {s_b:.4f}^2 / {n_b}}}}}",
        rf"t = \frac{{{test.difference:.3f}}}{{{test.error:.4f}}} = {test.t:.2f}",
    )
    st.markdown(
        r"With so few seeds, $s$ itself is uncertain. The **degrees of freedom** $\nu$ (nu) say how much it can be "
        "trusted: the more, the better."
    )
    square_a, square_b = test.squares
    lesson.formula(
        r"\nu = \frac{(s_A^2 / n_A + s_B^2 / n_B)^2}"
        r"{\dfrac{(s_A^2 / n_A)^2}{n_A - 1} + \dfrac{(s_B^2 / n_B)^2}{n_B - 1}}",
        rf"\nu = \frac{{({square_a:.5f} + {square_b:.5f})^2}}"
        rf"{{\dfrac{{{square_a:.5f}^2}}{{{n_a - 1}}} + \dfrac{{{square_b:.5f}^2}}{{{n_b - 1}}}}} = {test.freedom:.2f}",
    )
    st.markdown(
        f"If both settings were equally good, luck alone would give a $t$ at least as far from 0 as {test.t:.2f} in "
        f"**{words.percent(test.p)}** of such comparisons. Below {runs_comparison.LEVEL:.0%} one says that it was more "
        "than luck, and is wrong in that once in twenty times when there is nothing. The 95% interval of the "
        "difference is made so that it holds the true difference in 95 of 100 such comparisons."
    )


def what_to_notice(on_show: list[Band]) -> None:
    """Where to look, once all seeds of one band or of two have come to their end."""
    if any(len(band.finished) < SEEDS for band in on_show):
        return
    if len(on_show) == 1:
        lesson.notice(
            "Look at the ends of the thin lines. Nothing but the seed is different, and still they end that far apart. "
            "A single run of these settings could have ended at any of them."
        )
    else:
        lesson.notice(
            f"Look at the ends of the thin lines. Luck alone drives two bands of {SEEDS} wholly apart in fewer than "
            f"{math.ceil(100 * runs_comparison.chance_of_apart(SEEDS, SEEDS))} of 100 comparisons: where they end "
            "apart, the settings differ. Where they overlap, one run of each could have come out either way: with a "
            "lucky seed the worse settings win."
        )


def luck_of_the_images() -> None:
    """What an accuracy is uncertain by, because it was measured on some images only."""
    images = len(dataset.splits().validation)
    st.header("The luck of the images", anchor=False)
    st.markdown(
        "There is another luck, which no seed shows: which images happen to be among those that judge. On $n$ other "
        "images a network that reads a share $a$ rightly would get another accuracy. How far off that typically is, is "
        "called the **standard error**."
    )
    lesson.formula(
        r"\text{standard error} = \sqrt{\frac{a\,(1 - a)}{n}}",
        *(runs_words.error_of_images(count) for count in dict.fromkeys((runs_words.MNIST_VALIDATION, images))),
    )
    st.markdown(
        f"{runs_words.luck_of_images(images)} What that means:\n\n"
        "- An accuracy by itself is known no better than that, however many seeds you train.\n"
        "- In a comparison part of it cancels, because both settings are judged on the **same** images: if those are "
        "easy, they are easy for both. That is why the verdict above can find smaller differences. It speaks of these "
        "images.\n"
        "- Whoever tries many settings and keeps the one with the highest validation accuracy keeps a lucky one too: "
        "the number **flatters the winner**. That is why there are test images, for one last look at the one chosen."
    )


def in_the_end() -> None:
    """What to try, and the code."""
    lesson.try_this(
        "Train “98% in seconds” with five seeds, then once more with first seed 5. Those are the same settings: does "
        "the verdict say so? Then compare it with “Softmax regression”. Then guess a setting that makes it better, "
        "train that on the page before, and have it judged here."
    )
    lesson.show_source(runs_comparison.five_seeds, runs_comparison.welch, runs_comparison.chance_of)


lesson.show(two_ways_to_misread, your_runs, luck_of_the_seed, luck_of_the_images, in_the_end)
