"""Your own test set: the digits a reader wrote, and how every network reads them, with how little so few tell."""

from ui.frame import router

router.insist()

from collections.abc import Mapping, Sequence

import streamlit as st
import torch

from mnist_core import words
from mnist_core.data.dataset import Dataset
from mnist_core.evaluation.accuracy import TWO_SIDED_95, chance_of_split, wilson_interval
from mnist_core.figures.collection import Share, share_intervals, small_confusion
from mnist_core.figures.collection_learning import Trial, kept_back, over_the_epochs
from mnist_core.figures.images import sheet
from mnist_core.lessons.collection import OwnDigit, Standing, as_dataset, from_csv, merge, verdict
from mnist_core.lessons.collection_learning import (
    FEWEST_KEPT,
    OWN,
    SHARES,
    TRAINING,
    Learning,
    Mixed,
    learn_on,
    parted,
)
from mnist_core.network.checkpoint import OWN_DIGITS, shipped_card
from ui.drawing import canvas, keep, photo, samples
from ui.frame import dataset, lesson, link, question, state, theme
from ui.frame.question import Question
from ui.lessons import collection, collection_learning, collection_words
from ui.lessons.collection import Network
from ui.lessons.collection_learning import Latest, Setting
from ui.studio import beside, live, take_home
from ui.visitor import networks


@lesson.scene("Can it read your own writing?")
@st.fragment
def your_digits() -> None:
    """The canvas, and beside it the digits kept."""
    model, _ = networks.model_in_use()
    with lesson.stage():
        left, right = st.columns([2, 3], gap="small")
        with left:
            subject = canvas.subject(offers_samples=False)
        with right, st.container(gap="xsmall"):
            keep.buttons(subject, model, leads_on=False)
            digits = keep.kept()
            with st.container():
                if digits:
                    show_digits(digits, collection.all_networks()[0])
                else:
                    invite()
    lesson.notice(
        "A **test set** is images with the right answers beside them, which the network has not learned from. This one "
        "is yours: write as you always do."
    )
    lesson.deeper(a_photo, to_try)


def a_photo() -> None:
    """The way to keep a digit without drawing on the page."""
    st.markdown("A digit on paper counts, too: choose a photo of it here, then press above what it is.")
    photo.upload()


def to_try() -> None:
    """What else to write."""
    lesson.try_this(
        "Write ten digits as you always do. Then ten more: a 1 with a foot, a 7 with a bar, a 9 with a curled tail, "
        "and whatever else you have seen people write. Which network suffers most? Download the table, begin a new "
        "set, and let your neighbour write."
    )


def invite() -> None:
    """What stands there before the first digit."""
    st.markdown(
        "Ten digits, one of each, take a minute. They will stand here. Have you no mouse or pen? A photo of a digit "
        "can be kept, too: *Go deeper*."
    )
    digits = samples.one_of_each()
    if digits is not None:
        st.image(
            sheet(images=digits, columns=5, factor=2, gap=2),
            f"An example, not yours: ten validation images ({dataset.splits().name})",
            output_format="PNG",
            alt="Ten handwritten digits, 0 to 9",
        )


def show_digits(digits: Sequence[OwnDigit], network: Network) -> None:
    """All digits of the reader's, and what can be done with one of them."""
    answers = collection.reading(network, as_dataset(digits))
    wrong = len(answers.mistakes)
    framed = "" if not wrong else ": the framed one" if wrong == 1 else ": the framed ones"
    st.markdown(
        f"**Your test set: {words.how_many(len(digits), 'digit')}**. The network in use misreads "
        f"{wrong or 'none of them'}{framed}."
    )
    chosen = collection.show_sheet(digits, answers.choices.tolist())
    if chosen is None:
        st.caption("Click a digit to see what it is read as, to correct its label, or to remove it.")
        return
    st.markdown(collection_words.one_digit(chosen + 1, digits[chosen].label, answers.probabilities[chosen]))
    collection.show_corrections(digits[chosen])


def example() -> Dataset:
    """Ten validation images in place of the reader's digits."""
    validation = dataset.splits().validation
    return validation.subset(torch.tensor([int((validation.labels == digit).nonzero()[0]) for digit in range(10)]))


NO_BREAK = "\u00a0"  # a space at which no line is broken
NO_BREAK_HYPHEN = "\u2011"


@lesson.scene("Which network reads your digits best?")
@st.fragment
def compare() -> None:
    """Every network on the reader's digits, beside the validation images."""
    digits, known = keep.kept(), collection.all_networks()
    judged = as_dataset(digits) if digits else example()
    standings = [collection.standing(network, judged) for network in known]
    with lesson.stage():
        networks.chooser()
        show_standings(standings)
        st.caption(
            f"Dot: the share of {'your digits' if digits else 'the ten digits of the example'} read rightly, with its "
            "95% interval. Square: accuracy on the validation images."
        )
    first = standings[0]
    low, high = first.interval
    luck = f" {verdict(first)}" if digits else ""  # the example is itself of the images it would be compared with
    if digits and OWN_DIGITS in known[0].learned_from:
        luck = " It has learned from such digits of yours, perhaps from these very ones. So that proves nothing."
    lesson.notice(
        f"{first.name} reads {first.right} of {words.how_many(first.images, 'digit')} rightly, and the line reaches "
        f"from {low:.0%} to {high:.0%}.{luck}"
    )
    lesson.deeper(
        lambda: table_of_standings(standings),
        lambda: about_both(standings[0], known),
        lambda: show_pair(known, judged),
        lambda: lesson.show_source(Standing.chance, verdict),
    )


def show_standings(standings: Sequence[Standing]) -> None:
    """A row for each network."""
    shares = [
        Share("\n".join(s.name.replace(")", "").split(" (")), s.right, s.images, *s.interval, s.elsewhere)
        for s in standings
    ]
    theme.show(
        share_intervals(shares=shares, theme=theme.current()),
        key="standings",
        description="For each network a dot with its interval, and a square; Go deeper has a table of the numbers.",
    )


def table_of_standings(standings: Sequence[Standing]) -> None:
    """The same as numbers."""
    rows = {
        "Network": [s.name.replace("-", NO_BREAK_HYPHEN) for s in standings],
        "Right": [f"{s.right}{NO_BREAK}of{NO_BREAK}{s.images}" for s in standings],
        "95% interval": [f"{s.interval[0]:.0%} to {s.interval[1]:.0%}" for s in standings],
        "Validation": [f"{s.elsewhere:.2%}" for s in standings],
    }
    st.table(rows, hide_index=True, border="horizontal")


def about_both(first: Standing, known: Sequence[Network]) -> None:
    """What dots and squares are counted on, and who has learned from what."""
    theirs = dataset.splits()
    dataset.notice("the validation images are digits that the program draws itself")
    who = "which others wrote" if theirs.name == state.MNIST else "which the program drew"
    learned = collection_words.who_has_learned_from_neither([each for one in known for each in one.learned_from])
    each = f"Each counts for {100 / first.images:.2g} points" if first.images > 1 else "One digit can only be 0 or 100%"
    st.markdown(
        "The line is the **95% interval**: where the true share may lie, as far as so few digits can tell. "
        f"{each}. The square is counted on the {len(theirs.validation):,} validation images of {theirs.name}, {who}. "
        f"{learned}"
    )
    st.markdown(
        f"{collection_words.how_the_ready_made_one_learned(shipped_card())} Train one that sees every digit only as it "
        "is, and come back. Compare the squares of the two above, then their dots."
    )
    st.page_link(state.page("train"), icon=":material/arrow_forward:")


@lesson.scene("Which digit does it take for which?")
@st.fragment
def mixed_up() -> None:
    """A row for each digit written, a column for each digit read."""
    digits, network = keep.kept(), collection.all_networks()[0]
    counts = collection.reading(network, as_dataset(digits) if digits else example()).confusion.tolist()
    with lesson.stage():
        figure, said = st.columns(2, gap="large", vertical_alignment="center")
        with figure:
            theme.show(
                small_confusion(counts=counts, theme=theme.current()),
                key="own_confusion",
                description="A row for each digit written, a column for each digit read; the mistakes stand beside it.",
            )
        with said:
            networks.chooser()
            st.markdown(
                f"{'Your digits' if digits else 'The ten digits of the example'}, as {network.name} reads them."
            )
            st.markdown(collection_words.mistakes(counts))
    lesson.notice(
        "Such a table is a **confusion matrix**: green cells on its diagonal are right answers, the others mistakes."
    )


def show_pair(known: Sequence[Network], judged: Dataset) -> None:
    """The network in use against another on the same digits: only those count on which they differ."""
    if len(known) < 2:
        return
    others = {network.key: network for network in known[1:]}
    other = others[
        st.selectbox(
            "Compare the network in use with",
            list(others),
            format_func=lambda key: others[key].name,
            key="own_against",
            persist_state="session",
        )
    ]
    one, two = (collection.reading(network, judged).choices == judged.labels for network in (known[0], other))
    only_one, only_two = int((one & ~two).sum()), int((two & ~one).sum())
    both, neither = int((one & two).sum()), int((~one & ~two).sum())
    if not only_one + only_two:
        same = (
            f"right about the same {both} of {words.how_many(len(judged), 'digit')}"
            if both
            else "wrong about every digit"
        )
        st.markdown(f"Both are {same}. Where one is right the other is too, so these digits show no difference.")
        return
    chance = chance_of_split(only_one, only_two)
    judgement = "Luck alone would hardly do that." if chance < 0.05 else "That proves nothing."
    st.markdown(
        f"Only {known[0].name} reads {words.how_many(only_one, 'digit')} rightly, only {other.name} "
        f"{words.how_many(only_two, 'digit')}. Of the others, both read {both} and both misread {neither}: those can't "
        f"tell them apart. Were both networks equally good, luck would split the {only_one + only_two} so unevenly, or "
        f"more so, in {words.percent(chance)} of all cases: **McNemar's exact test**. {judgement}"
    )


EXAMPLE = 9, 10  # right, of so many
MANY = 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000  # digits
NINE = Question(
    "ask_nine_of_ten",
    "It reads nine of ten digits rightly. Which share is plausible for thousands of them?",
    "About 60% to 98%",
    "Who is right 60% of the time still gets nine of ten now and then, and so does who is right 98% of the time.",
    {
        "90%, that is what was counted": "That is the best guess. One digit read otherwise would make it 80% or 100%.",
        "88% to 92%": "So narrow a range takes about 900 digits. With ten, each digit counts 10 points.",
    },
    order=2,
)


@lesson.scene("How much do so few digits tell?")
@st.fragment
def how_little_few_tell() -> None:
    """The interval of nine tenths right, for ten digits and for more, and that of the reader's digits."""
    answered = question.ask(NINE)
    digits = keep.kept()
    own = collection.standing(collection.all_networks()[0], as_dataset(digits)) if digits else None
    with lesson.stage():
        left, right = st.columns([1, 2], gap="medium", vertical_alignment="center")
        with left:
            images = link.select_slider(
                "Digits, nine tenths of them right", "digits_many", MANY, 100, disabled=not answered, names=str
            )
            if answered:
                st.markdown(collection_words.two_intervals(*EXAMPLE, images * 9 // 10, images))
        counted = [EXAMPLE, (images * 9 // 10, images)] + ([(own.right, own.images)] if own else [])
        names = [f"{right:,} of {of:,}" for right, of in counted]
        if own:
            names[-1] = f"yours: {names[-1]}"
        shares = [
            Share(name, part, of, *(wilson_interval(part, of) if answered else (part / of, part / of)))
            for name, (part, of) in zip(names, counted, strict=True)
        ]
        with right:
            theme.show(
                share_intervals(shares=shares, theme=theme.current()),
                key="nine_of_ten",
                description="The share that is read rightly, as a dot, with its 95% interval as a line.",
            )
    lesson.notice(
        "The line is a **confidence interval**. A hundred times as many digits make it about ten times as short."
    )
    lesson.deeper(
        lambda: formula_of_interval(*((own.right, own.images) if own else EXAMPLE)),
        lambda: lesson.show_source(wilson_interval),
    )


def formula_of_interval(right: int, images: int) -> None:
    """Wilson's interval, with the numbers now on the page."""
    st.markdown(
        "The line shrinks with the square root of the number of digits. 95% means: if many people did this, each with "
        "ten digits, the lines of about 19 of 20 of them would cover their true share. This way to compute it is "
        "**Wilson's** (1927). It supposes that your digits are a fair sample of how you write. Ten drawn with care, or "
        "ten drawn to trick the network, are not: no interval covers that."
    )
    n, c = images, right / images
    low, high = wilson_interval(right, images)
    s = TWO_SIDED_95
    st.markdown(
        f"Here n is the number of digits, c the share of right answers, and s = {s:.2f} a fixed number "
        f"that belongs to 95%. With {right} of {images} right:"
    )
    middle, half = (low + high) / 2, (high - low) / 2
    below_root = rf"{c * (1 - c) / n:.5f} + {(s / n) ** 2 / 4:.5f}"
    lesson.formula(
        r"\text{middle} = \frac{c + \frac{s^2}{2n}}{1 + \frac{s^2}{n}}",
        rf"= \frac{{{c:.3f} + {s**2 / (2 * n):.3f}}}{{1 + {s**2 / n:.3f}}} = {middle:.3f}",
    )
    lesson.formula(
        r"\text{half} = \frac{s}{1 + \frac{s^2}{n}} \sqrt{\frac{c(1-c)}{n} + \frac{s^2}{4n^2}}",
        rf"= \frac{{{s:.2f}}}{{1 + {s**2 / n:.3f}}} \sqrt{{{below_root}}} = {half:.3f}",
        rf"\text{{middle}} \pm \text{{half}}: \quad {low:.3f} \text{{ to }} {high:.3f}",
    )


@lesson.scene("How does a whole class write?")
@st.fragment
def take_and_bring() -> None:
    """Files to take home, and files to load."""
    digits, known = keep.kept(), collection.all_networks()
    with lesson.stage():
        st.markdown(f"**Your test set: {words.how_many(len(digits), 'digit')}**")
        with st.container():
            judged = as_dataset(digits)
            said = {network.name: collection.reading(network, judged) for network in known if digits}
            collection.downloads(digits, said)
        collection.load_files()
        with st.popover("Begin a new set", type="tertiary", icon=":material/delete:", disabled=not digits):
            st.markdown(
                f"This forgets all {words.how_many(len(digits), 'digit')}. Download the table first if you want them "
                "back."
            )
            st.button("Forget them", key="own_remove_all", on_click=collection.remove_all)
    lesson.notice(
        "Everyone hands in a table, and one person loads all of them at once. Then the networks are judged on the "
        "writing of the whole class."
    )
    lesson.deeper(about_files, lambda: lesson.show_source(merge, from_csv))


def about_files() -> None:
    """What the files hold, and how long the digits stay."""
    st.markdown(
        "The table has a row for each digit: its label, what you wrote it on, what each network read, and its 784 "
        "pixels. It can be loaded again here. The sheet is one picture of all digits, to look at or to print; its "
        f"frames show what the network in use misreads. Your digits stay on this server and in no link; "
        f"{take_home.KEPT} after you leave they are forgotten. A file keeps them."
    )


@lesson.scene("Can it learn your writing, and forget nothing?")
def learn_yours() -> None:
    """The network in use learns on from most of the digits; the others, and MNIST, tell what came of it."""
    with lesson.stage():
        buttons, sliders, view = beside.places()
        with sliders:
            chosen = collection_learning.setting()
            share = link.select_slider(
                f"Share of {chosen.mixed_in}", "learn_share", SHARES, 0.0, names="{:.0%}".format, help=IN_EACH_BATCH
            )
            networks.chooser("Begin with")
        with view:
            with st.container():
                if chosen.whose != OWN:
                    st.caption(collection_words.whose_instead(keep.kept()))
                elif chosen.may_flatter:
                    st.caption("It has learned from digits of yours before, perhaps from some that are kept back here.")
            live.experiment(
                collection_learning.EXPERIMENT,
                "Learn these digits",
                lambda: collection_learning.train(chosen, share),
                draw_learning,
                before=lambda: before_learning(chosen),
                setting=(collection_learning.as_begun(chosen), share),
                share_done=lambda latest: latest.share_done,
                beside=buttons,
            )
    lesson.notice(
        "To learn on is **fine-tuning**. Whoever sees only new digits may unlearn the old ones: **catastrophic "
        f"forgetting**. Then mix in {chosen.mixed_in}, and learn once more. What does that save?"
    )
    lesson.deeper(
        lambda: how_it_learns_on(chosen),
        could_it_be_luck,
        lambda: lesson.show_source(learn_on, Mixed, parted),
    )


IN_EACH_BATCH = "In each batch. With none, it sees the new digits only."
SHOWN = 20  # of the digits kept back: two rows


def before_learning(chosen: Setting) -> None:
    """What the network makes of the digits kept back, and of the validation images, as it came."""
    learning = collection_learning.before(chosen)
    show_learning(chosen, learning, {0.0: learning})


def draw_learning(latest: Latest) -> None:
    """What came of it so far, and of what was tried before; once it is trained, a button to keep it."""
    show_learning(*latest, collection_learning.tried(latest))
    name = collection_learning.adopted(latest)
    if name:
        st.caption(f"It is called {name}.")
    elif live.is_finished(collection_learning.EXPERIMENT) and st.button(
        "Keep it, and read with it", key="learn_adopt", icon=":material/neurology:"
    ):
        collection_learning.adopt(latest)
        st.rerun()


def show_learning(chosen: Setting, learning: Learning, tried: Mapping[float, Learning]) -> None:
    """What is read of the digits kept back, what was tried so far, and both shares over the epochs."""
    left, right = st.columns([3, 2], gap="small")
    with left:
        show_kept_back(chosen.parts.kept, learning.read[-1])
        st.caption(collection_words.how_sure(learning))
    with right:
        st.table(collection_words.tried(tried, chosen.mixed_in), hide_index=True, border="horizontal")
    kept, elsewhere = [], []
    for share, each in tried.items():
        name, is_latest = f"{share:.0%}" if len(each.read) > 1 else "", share == learning.share
        kept.append(Trial(name, [right / len(each.labels) for right in each.right], is_latest))
        elsewhere.append(Trial(name, [right / each.images for right in each.elsewhere], is_latest))
    draw_epochs(kept, elsewhere, chosen.mixed_in)


def show_kept_back(kept: Dataset, read: torch.Tensor) -> None:
    """The digits kept back, or the first of them."""
    some = kept.subset(slice(0, SHOWN))
    st.html(
        kept_back(
            images=some.images,
            labels=some.labels.tolist(),
            read=read[:SHOWN].tolist(),
            theme=theme.current(),
        )
    )


def draw_epochs(kept: Sequence[Trial], elsewhere: Sequence[Trial], mixed_in: str) -> None:
    """The share read rightly over the epochs, of the digits kept back and of the validation images."""
    with st.container(key="run_curves_learned"):  # side by side on a phone, too
        for column, title, trials in zip(st.columns(2), ("Kept back", mixed_in), (kept, elsewhere), strict=True):
            with column:
                theme.show(
                    over_the_epochs(
                        trials=trials,
                        title=f"{title}, read rightly",
                        epochs=TRAINING.epochs,
                        theme=theme.current(),
                        lowest=0.95 if trials is elsewhere else 0.0,
                    ),
                    key=f"learned_{title}",
                    description=f"The share read rightly after each epoch: {title}. The table has the last values.",
                )


def how_it_learns_on(chosen: Setting) -> None:
    """What is kept back, how it is trained, and the seed."""
    parts, size = chosen.parts, TRAINING.batch_size
    st.markdown(
        f"A fifth of the digits, and at least {FEWEST_KEPT}, are **kept back**, of each digit the same share. The copy "
        f"learns from the other {len(parts.learned)} for {TRAINING.epochs} epochs, with Adam at "
        f"{TRAINING.learning_rate:g}, {size} digits to a batch. At 50%, {size} images of {chosen.mixed_in} stand "
        f"beside them, at 80% {4 * size}, at 90% {9 * size}. The network it was copied from stays as it is.\n\n"
        f"{chosen.mixed_in} is counted on all {chosen.images:,} validation images. In a set that many people wrote, "
        "the digits kept back are by the same people as the others. Somebody new may be harder to read. The frames: "
        f"green is right, dashed is wrong; of more than {SHOWN} digits the first {SHOWN} are shown."
    )
    link.seed("Seed", collection_learning.SEED, meaning="Which digits are kept back, and the order of all others.")
    st.markdown(
        "A network that is kept joins your networks. On the page *Train*, in the last scene, its weights can be taken "
        "home."
    )


def could_it_be_luck() -> None:
    """What the digits kept back prove of the last training."""
    latest = collection_learning.latest()
    if latest:
        st.markdown(collection_words.could_be_luck(latest.learning))


lesson.show(your_digits, compare, how_little_few_tell, mixed_up, take_and_bring, learn_yours)
