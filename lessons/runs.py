"""Compare runs: whether a difference is more than luck, and in which settings runs differ."""

from functools import partial

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mnist_core import words
from mnist_core.figures.runs import CURVES, final_accuracies, run_curves, seed_bands, styles
from mnist_core.lessons import runs_comparison
from mnist_core.lessons.runs_comparison import SEEDS, Band, RunResult, Welch
from ui.frame import dataset, lesson, link, question, state, theme
from ui.frame.question import Question
from ui.lessons import runs, runs_words
from ui.studio import beside, live

LOOK_SECONDS = 1.0  # between two looks at the bands, which grow by a point an epoch
EPOCHS = 5  # of the axis before there is a band
QUESTION = Question(
    "ask_runs",
    "You train the same network five times on the same images. Only the seed changes. How do the five end?",
    "Close together, not the same",
    "Each seed draws other first weights and another order of the images.",
    {
        "The same, to the last digit": "With the same seed they would. But each seed draws other first weights and "
        "another order of the images.",
        "Some good, some only guessing": "The first weights are random, but the same images pull every network the "
        "same way.",
    },
    order=1,
)


@lesson.scene("How much of an accuracy is luck?")
def luck_of_the_seed() -> None:
    """The same settings with five seeds."""
    answered = question.ask(QUESTION)
    with lesson.stage():
        buttons, sliders, view = beside.places()
        train_five(buttons, sliders, answered=answered)
        with view:
            watched(one_band, answered)
    dataset.notice("the networks below learn from generated digits, which the program draws itself")
    lesson.notice(
        "Each thin line will be one training with its **seed**, and the band reaches from the lowest to the highest. A "
        "sixth seed would end outside it one time in three. So a single higher number proves little."
    )
    lesson.deeper(two_ways_to_misread, how_five_are_judged, the_code)


def train_five(buttons: DeltaGenerator, sliders: DeltaGenerator, *, answered: bool) -> None:
    """The settings to train five times, and the button once the question is answered."""
    with sliders:
        chosen = controls(answered)
        if not answered:
            return
        if isinstance(chosen, str):
            st.info(chosen, icon=":material/info:")
            return
        live.experiment(
            runs.EXPERIMENT,
            "Train with five seeds",
            partial(runs.begin, chosen),
            progress,
            before=chosen.work,
            setting=chosen.label,
            share_done=lambda band: band.progress,
            beside=buttons,
        )


def controls(answered: bool) -> runs.Choice | str:
    """The settings to train five times."""
    names = runs.names()
    name = link.selectbox("Settings", "band_settings", names, names[0], disabled=not answered)
    if not runs.is_recipe(name):
        return runs.choice(name, 0)
    with st.popover("First seed", type="tertiary", disabled=not answered):
        seed = link.seed("First seed", "band_seed", meaning="The other four follow it.")
    return runs.choice(name, seed)


def watched(draw: runs.Draw, answered: bool) -> None:
    """Draws bands, and looks at them again and again while one grows."""
    if link.is_drawn_already(draw.__name__):
        return
    st.fragment(draw, run_every=LOOK_SECONDS if runs.is_training() else None)(answered)


def progress(band: Band) -> None:
    """How far the five have come, while they train."""
    if not runs.is_training():
        return
    seed, record = list(band.records.items())[-1]
    epoch = min(len(record.epochs) + 1, record.training_config.epochs)
    st.progress(
        band.progress,
        text=f"Network {len(band.records)} of {SEEDS}, seed {seed}: epoch {epoch} of {record.training_config.epochs}. "
        f"{runs.time_left()}".strip(),
    )


def one_band(answered: bool) -> None:
    """The band trained last; before the answer and before the first, its axes."""
    bands = runs.bands() if answered else {}
    label = next((name for name in reversed(bands) if bands[name].records), None)
    shown = {f"A: {in_short(label)}": bands[label]} if label else {"five seeds": Band("")}
    draw_bands(shown, "one_band", 290)
    if label:
        st.markdown(runs_words.band("A", bands[label]))


def draw_bands(shown: dict[str, Band], key: str, height: int) -> None:
    """One band or two over the epochs."""
    records = [record for band in shown.values() for record in band.records.values()]
    epochs = max((record.training_config.epochs for record in records), default=EPOCHS)
    theme.show(
        seed_bands(bands=shown, epochs=epochs, theme=theme.current(), height=height),
        key=key,
        description="Validation accuracy over the epochs, a band from the lowest to the highest seed; in words below.",
    )


def in_short(label: str | None) -> str:
    """On a phone there is no room for the name of the digits too."""
    return (label or "").removesuffix(f", {state.GENERATED}")


def two_ways_to_misread() -> None:
    """Why a higher accuracy need not mean better settings."""
    st.markdown(
        "To find good settings one changes something, trains again, and looks whether the accuracy has gone up. That "
        "is easily misread in two ways. If two settings were changed at once, nobody knows which of them did it. And "
        "training is random: the same settings give another accuracy with another **seed**, the number that decides "
        "the first weights and the order of the images."
    )


def how_five_are_judged() -> None:
    """What is measured, and how often a sixth seed falls outside."""
    st.markdown(
        "Each of the five networks is judged by its **validation accuracy** on the same "
        f"{len(dataset.splits().validation):,} images, from which none of them learns. The thick line is their "
        f"mean.\n\nOf {SEEDS + 1} seeds each is as likely as any other to be the lowest, and as likely to be the "
        f"highest. So the sixth is one of both with a probability of 2/{SEEDS + 1} = "
        f"{runs_comparison.chance_of_outside(SEEDS):.0%}: the band of the others does not hold it."
    )


def the_code() -> None:
    """What ran."""
    lesson.show_source(runs_comparison.five_seeds, runs_comparison.welch, runs_comparison.chance_of)


@lesson.scene("Is B better than A, or is that luck?")
def better_or_luck() -> None:
    """Two bands, and the verdict on them."""
    with lesson.stage():
        buttons, sliders, view = beside.places()
        train_five(buttons, sliders, answered=True)
        with view:
            choosers()
            watched(two_bands, True)
    lesson.notice(
        "Dots that overlap and dots that do not prove nothing by themselves: one lucky seed moves the end of a band. "
        "The verdict weighs all ten by **Welch's test**."
    )
    lesson.deeper(how_the_verdict_is_worked_out, where_the_test_ends)


def choosers() -> None:
    """Which two of the bands are compared."""
    labels = list(runs.bands())
    with st.container(horizontal=True):
        if len(labels) > 1:
            for letter, key in zip("AB", runs.on_show(labels), strict=True):
                st.selectbox(letter, labels, key=key, persist_state="session")


def two_bands(answered: bool) -> None:
    """The two bands that the reader has chosen, and the verdict on them."""
    chosen = runs.compared()
    shown = {f"{letter}: {in_short(band.name)}": band for letter, band in zip("AB", chosen, strict=False)}
    figures = st.columns(2, gap="small")
    with figures[0]:
        draw_bands(shown or {"five seeds": Band("")}, "seed_bands", 230)
    with figures[1]:
        if any(band.finished for band in shown.values()):
            theme.show(
                final_accuracies(bands=dict(zip("AB", shown.values(), strict=False)), theme=theme.current()),
                key="final_accuracies",
                description="The last validation accuracy of each seed as a dot; the same numbers stand deeper.",
            )
    if len(chosen) < 2:
        st.markdown("Train two settings. Then both bands stand here, with a verdict.")
    elif chosen[0].name == chosen[1].name:
        st.markdown("A and B are the same. Choose another one to compare.")
    else:
        st.markdown(f":material/balance: **Verdict.** {runs_comparison.verdict(chosen[0], chosen[1]).sentence}")


def how_the_verdict_is_worked_out() -> None:
    """Follows the bands as the verdict does, or the two could contradict each other."""
    watched(worked_out, True)


def worked_out(answered: bool) -> None:
    """The accuracies of both bands, and Welch's test with their numbers."""
    chosen = runs.compared()
    for letter, band in zip("AB", chosen, strict=False):
        if band.records:
            st.markdown(runs_words.band(letter, band))
    is_pair = len(chosen) == 2 and chosen[0].name != chosen[1].name
    found = runs_comparison.verdict(chosen[0], chosen[1]) if is_pair else None
    if found and found.test:
        st.subheader("Welch's test", anchor=False)
        work_out(found.test.in_percent())
    else:
        st.markdown("Once two bands stand above, Welch's test is worked out here with their numbers.")


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


def where_the_test_ends() -> None:
    """What the verdict leaves out: shared seeds, many comparisons, bands that lie apart."""
    apart, tests = runs_comparison.chance_of_apart(SEEDS, SEEDS), runs_comparison.pairs(runs.MOST_BANDS)
    st.markdown(
        "- **Shared seeds.** Both settings use the same seeds, unless you choose others. Welch's test takes all ten "
        "runs as independent. Should a seed that is lucky for A be lucky for B too, the test is more careful than it "
        "need be.\n"
        f"- **Many comparisons.** {words.spelled(runs.MOST_BANDS).capitalize()} bands make "
        f"{words.spelled(tests)} comparisons. Each finds a difference where there is none in 5 of 100 cases; if they "
        f"were independent, at least one of {words.spelled(tests)} would do so in "
        f"{100 * runs_comparison.chance_of_false_alarm(tests):.0f} of 100.\n"
        f"- **Bands that lie apart.** Luck alone drives two bands of {SEEDS} wholly apart in {100 * apart:.1f} of 100 "
        "comparisons. Yet one seed far from the others makes the test doubt a difference that the eye sees. On this "
        "page the verdict counts."
    )


@lesson.scene("Which of your runs was best, and what was different?")
def your_runs() -> None:
    """The visitor's own runs."""
    with lesson.stage():
        st.fragment(runs_side_by_side)()
    lesson.notice(
        "Change one setting at a time, or nobody can tell which of them did it. And one run each does not tell whether "
        "it was the setting or luck."
    )
    lesson.deeper(all_about_them)


def runs_side_by_side() -> None:
    """The table of the visitor's runs, and the curves of those that are ticked."""
    results = runs.results()
    if not results:
        st.markdown("You have not trained a network yet. Your last eight runs will stand here, with their settings.")
        st.page_link("lessons/train.py", label="Train a network", icon=":material/model_training:")
        return
    ticked = ticked_of(results)
    left, right = st.columns([5, 6], gap="medium")
    with left:
        names = runs_comparison.differing(result.record for result in ticked)
        table(runs_words.beside_each_other(ticked, names[:MOST_LINES], whole=False) if ticked else [])
    with right:
        curves(ticked, styles([result.number for result in results]))
    if len(ticked) > 1:
        st.markdown(runs_words.what_differs(ticked))


MOST_LINES = 5  # of settings beside the curves; deeper stand all


def ticked_of(results: list[RunResult]) -> list[RunResult]:
    """Those that the reader has ticked."""
    runs.tick_new([result.number for result in results])
    st.pills(
        "Tick the runs to lay over each other",
        [result.number for result in results],
        selection_mode="multi",
        key=runs.TICKED,
        format_func="Run {}".format,
        persist_state="session",
    )
    return [result for result in results if result.number in st.session_state[runs.TICKED]]


def table(lines: list[dict[str, str]]) -> None:
    """Runs as columns, and what they came to and differ in as lines."""
    if lines:
        st.table(pd.DataFrame(lines), border="horizontal", hide_index=True)


def curves(ticked: list[RunResult], style_of: dict[int, int]) -> None:
    """The curves of the ticked runs in one figure."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        curve = link.buttons(
            "Curve", "runs_curve", CURVES, CURVES[0], names=str.capitalize, label_visibility="collapsed"
        )
        log = curve != CURVES[0] and link.toggle("Logarithmic axis", "runs_log")
    if not ticked:
        st.caption("Tick a run or two, and their curves appear here.")
        return
    figure = run_curves(
        results=ticked, style_of=style_of, curve=curve, log=log, theme=theme.current(), height=CURVES_HEIGHT
    )
    theme.show(
        figure,
        key="runs_curves",
        description="A line for each ticked run over its epochs. The table beside it has the last value of each.",
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


CURVES_HEIGHT = 230


def all_about_them() -> None:
    """All settings and results of all runs, with what the final test invites, and a file of them."""
    results = runs.results()
    if not results:
        st.markdown("Once you have trained, all settings and results of your runs stand here.")
        return
    names = runs_comparison.differing(result.record for result in results)
    table(runs_words.beside_each_other(results, names, whole=True))
    same = {name: value for name, value in runs_comparison.settings(results[0].record).items() if name not in names}
    whose = "The same in all runs" if len(results) > 1 else "Its settings"
    st.markdown(f"{whose}: {runs_words.in_a_sentence(same)}.")
    st.markdown(
        "The **final test** was read once, at the end of each run. Whoever compares runs by it chooses by it, and then "
        "it flatters the winner as the validation accuracy does."
    )
    st.markdown(
        "On the training batches every curve trembles: each point is a few other images. The validation curves are "
        "always measured on the same images."
    )
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


COUNTS = (100, 300, 1_000, 5_000, 10_000, 60_000)


@lesson.scene("How far can you trust an accuracy at all?")
def luck_of_the_images() -> None:
    """What an accuracy is uncertain by, because it was measured on some images only."""
    with lesson.stage():
        st.fragment(standard_error)()
    lesson.notice(
        "This is another luck, which no seed shows: which images happen to be among those that judge. Four times as "
        "many images halve it."
    )
    lesson.deeper(what_that_means)


def standard_error() -> None:
    """An accuracy and a number of images, and the standard error they make."""
    _, sliders, view = beside.places()
    with sliders:
        accuracy = link.slider("Accuracy", "runs_accuracy", 0.5, 0.995, 0.98, 0.005, shown="%.3f")
        images = link.select_slider("Images that judge", "runs_images", COUNTS, 5_000, names="{:,}".format)
    with view:
        lesson.formula(
            r"\text{standard error} = \sqrt{\frac{a\,(1 - a)}{n}}", runs_words.error_of_images(accuracy, images)
        )
        st.markdown(runs_words.within(accuracy, images))


def what_that_means() -> None:
    """What follows for accuracies, comparisons and winners."""
    images = len(dataset.splits().validation)
    st.markdown(
        "On $n$ other images a network that classifies a share $a$ correctly would get another accuracy. How far off "
        f"that typically is, is called the **standard error**. {runs_words.luck_of_images(images)} What that means:\n\n"
        "- An accuracy by itself is known no better than that, however many seeds you train.\n"
        "- In a comparison part of it cancels, because both settings are judged on the **same** images: if those are "
        "easy, they are easy for both. That is why the verdict can find smaller differences. It speaks of these "
        "images.\n"
        "- Whoever tries many settings and keeps the one with the highest validation accuracy keeps a lucky one too: "
        "the number **flatters the winner**. That is why there are test images, for one last look at the one chosen."
    )
    lesson.try_this(
        "Train “97% in seconds” with five seeds, then once more with first seed 5. Those are the same settings: does "
        "the verdict say so? Then compare it with “Softmax regression”."
    )


lesson.show(luck_of_the_seed, better_or_luck, your_runs, luck_of_the_images)
