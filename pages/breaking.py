"""Break it: what a network can do without, and what it can't."""

from typing import Literal

import streamlit as st
import torch
from torch import nn

from mnist_core import words
from mnist_core.data.pixel_order import pixel_order, reordered
from mnist_core.evaluation.accuracy import Evaluation
from mnist_core.figures.breaking import Reading, before_and_now, digit_bars, failure_curve, reading_cards
from mnist_core.figures.images import sheet
from mnist_core.figures.signed import largest, signed_pictures
from mnist_core.lessons.breaking import (
    LOUDEST,
    Damage,
    add_noise,
    damaged,
    fed,
    follow_order,
    leads,
    more_noise,
    more_silenced,
    silence,
    zero_biases,
)
from mnist_core.network.model import CLASSES, INPUTS, MLP
from ui.frame import dataset, lesson, link, resources, theme
from ui.frame.question import Question, ask
from ui.lessons import breaking, breaking_words
from ui.visitor import networks


def opening() -> None:
    """What can be damaged, and how well the network then reads."""
    _, name = networks.model_in_use()
    judged, of_all = len(breaking.validation().labels), len(dataset.splits().validation)
    st.markdown(
        "All that a network has learned lies in its numbers: its weights and its biases. Here you damage those of "
        f"{name} and see at once how well it still reads. The damage is done to a copy. The network itself is never "
        "touched, and you can undo everything."
    )
    dataset.notice("the network is tried here on digits that the program draws itself")
    if elsewhere := networks.learned_elsewhere():
        st.markdown(elsewhere)
    st.markdown(
        "- **Silence**: some neurons of each hidden layer, drawn at random, pass on nothing.\n"
        "- **Noise**: to each weight a random number is added. At 1, these numbers are about as large as the "
        "weights themselves.\n"
        "- **Biases to zero**: what each neuron adds to its sum, whatever the image, is left out.\n"
        "- **Shuffle**: the pixels change places, in the same way in all images. That leaves the network as it is.\n"
    )
    st.caption(
        "Accuracy is here the share read rightly of the validation images, which it did not learn from. "
        + (
            f"Only the first {judged:,} of the {of_all:,} are read, so that the answer comes at once."
            if judged < of_all
            else f"There are {of_all:,} of them."
        )
    )


def your_damage() -> None:
    """The controls of the damage, and all that follows from them."""
    model, _ = networks.model_in_use()
    bench(model)


@st.fragment
def bench(model: MLP) -> None:
    """All that follows the controls."""
    dense = [layer for layer in model if isinstance(layer, nn.Linear)]
    has_hidden = len(dense) > 1
    left, right = st.columns([2, 3], gap="large")
    with left:
        damage = controls(has_hidden)
    before, now = breaking.validation(), breaking.broken(damage)
    with right:
        show_accuracy(before, now.evaluation, damage)
    show_readings(before, now.evaluation, damage)
    show_weights(dense[0], now)
    lesson.notice(
        "Look at the bars one by one: some digits suffer sooner than others. And a broken network never says that it "
        "is broken. It always names a digit: with all hidden neurons silent, the same one for every image. The biases "
        "hardly matter: with all of them at zero, the ready-made network reads less than 1 point less, since a bias is "
        "one number in a sum of hundreds."
    )
    show_formula(dense, damage, now, int(before.labels[0]))
    show_failing(before, now.evaluation, damage, has_hidden)
    show_displaced(before, damage.seed)


def controls(has_hidden: bool) -> Damage:
    """The controls of the damage, and the buttons that undo it."""
    percent = link.whole_slider(
        "Hidden neurons silenced", breaking.SILENCED, 0, 100, 0, step=5, format="%d%%", disabled=not has_hidden
    )
    if not has_hidden:
        st.caption("This network has no hidden layer, so there is nothing to silence.")
    noise = link.slider("Noise on the weights", breaking.NOISE, 0.0, LOUDEST, 0.0, 0.1, shown="%.1f")
    no_biases = link.toggle("All biases to zero", breaking.BIASES)
    shuffled = link.toggle("Shuffle the pixels of all images", breaking.SHUFFLED)
    seed = link.seed("Seed of the damage", breaking.SEED, meaning="Draws the neurons, the noise and the pixel order.")
    breaking.note()
    breaking.undo_buttons()
    return Damage(percent / 100 if has_hidden else 0.0, noise, no_biases, shuffled, seed)


def show_accuracy(before: Evaluation, now: Evaluation, damage: Damage) -> None:
    """The share read before and now, of all images and of each digit."""
    images = len(before.labels)
    read = int((now.choices == now.labels).sum())
    st.metric("Read rightly", f"{now.accuracy:.1%}")
    st.markdown(
        f"It reads **{read:,}** of {images:,} validation images rightly. "
        + (
            "Nothing is damaged."
            if damage.is_none
            else f"Before the damage it read {int((before.choices == before.labels).sum()):,} of them."
        )
    )
    theme.show(
        before_and_now(before=before.accuracy, now=now.accuracy, theme=theme.current()),
        key="brk_total",
        description="The share of images read rightly before and now, as two bars; the text above has the numbers.",
    )
    theme.show(
        digit_bars(before=before.recall.tolist(), now=now.recall.tolist(), theme=theme.current()),
        key="brk_digits",
        description="For each digit, the share read rightly now as a bar, and before as a line across.",
    )
    st.caption("Each digit by itself. Bar: read rightly now. Line: before.")


def show_readings(before: Evaluation, now: Evaluation, damage: Damage) -> None:
    """One image of each digit with what is read in it."""
    validation = dataset.splits().validation
    firsts = [int(found[0]) for digit in range(CLASSES) if len(found := (before.labels == digit).nonzero())]
    some = fed(validation.subset(slice(0, len(before.labels))).subset(before.labels.new_tensor(firsts)), damage)
    readings = [
        Reading(image, int(before.labels[index]), int(before.choices[index]), int(now.choices[index]))
        for index, image in zip(firsts, some.images.numpy(), strict=True)
    ]
    st.html(reading_cards(readings=readings, theme=theme.current()))
    st.caption(
        "One image of each digit, from 0 to 9, as the network sees it. Green frame: read rightly now. Dashed "
        "vermillion frame: read wrongly."
    )


def show_weights(first: nn.Linear, now: breaking.Broken) -> None:
    """The weights of some neurons of the first layer before, and now below."""
    before = first.weight[: breaking.NEURONS].detach().view(-1, 28, 28)
    limit = largest(before)
    half = breaking.NEURONS // 2
    for place, some in zip(st.columns(2, gap="small"), (slice(half), slice(half, None)), strict=True):
        if len(before[some]):
            pictures = signed_pictures(
                images=[*before[some], *now.first[some]],
                columns=len(before[some]),
                factor=3,
                theme=theme.current(),
                limit=limit or None,
            )
            place.image(pictures, output_format="PNG")
    st.caption(
        f"The weights of the first {len(before)} neurons of the first layer: in each block before above, now below. "
        f"Blue is below zero, vermillion above; the strongest colour stands for ±{limit:.2f} or more. A silenced "
        "neuron is blank."
    )


def show_formula(dense: list[nn.Linear], damage: Damage, now: breaking.Broken, label: int) -> None:
    """What becomes of a score, in symbols and with the reader's numbers."""
    last = dense[-1]
    h, what = ("h_j", "neurons") if len(dense) > 1 else ("x_j", "pixels")
    st.markdown(
        f"The same in symbols. The score of digit i adds up what the {what} before it pass on, ${h}$, each times its "
        "weight; Σ means: add up, here over all j. Noise gives each weight a number of its own: ε is drawn at random "
        f"around zero, σ is the spread (standard deviation) of all weights of the layer, in the last one "
        f"{last.weight.std(correction=0).item():.3f}, and a is your slider, now {damage.noise:.1f}. At the end "
        "comes the bias b."
    )
    lesson.formula(rf"z_i = \sum_j \left(W_{{i,j}} + a\,\sigma\,\varepsilon_{{i,j}}\right) {h} + b_i")
    silenced = f"what the {now.silent} silenced ones add; " if now.silent else ""
    st.markdown(
        f"An example is the image of {words.a(label)} among the ten above, and its score $z_{label}$. It is the sum "
        f"of: what the {last.in_features - now.silent} {what} add that "
        f"{'still speak' if len(dense) > 1 else 'there are'}; {silenced}the bias. Before the damage and now:"
    )
    lesson.formula(
        breaking_words.summed(label, now.before, now.silent), breaking_words.summed(label, now.now, now.silent)
    )
    if len(dense) > 1 and not damage.is_none:
        st.markdown("The first number changes too where noise is added, or where the layers before are damaged.")


SILENT = Question(
    key="ask_silenced",
    text="Think of the ready-made network, whichever you break here. One in ten of its hidden neurons is silenced, "
    "drawn at random. How many of the digits that it read rightly does it now get wrong?",
    right="Far fewer than one in ten",
    why="No neuron stands alone: each score adds up what many of them say. A digit is misread only when a wrong score "
    "overtakes the right one.",
    wrong={
        "About one in ten": "It would be so if each digit had neurons of its own. But each neuron has a say in all ten "
        "scores, and each score listens to many neurons. A few of them are hardly missed.",
        "Nearly all": "A program with a tenth of its lines struck out would not run at all. A network is a large sum: "
        "with some terms gone, it is still nearly the same sum.",
    },
    order=1,
)


def show_failing(before: Evaluation, now: Evaluation, damage: Damage, has_hidden: bool) -> None:
    """The section on how a network fails."""
    st.header("How does it fail?", anchor=False)
    if not ask(SILENT):
        return
    show_curves(now, damage, has_hidden)
    curves = "The curves" if breaking.reads_ready_made() else "The dashed curves"
    hidden = sum(resources.shipped_model().config.hidden_sizes)
    lesson.notice(
        f"{curves} of the ready-made network fall slowly at first and steeply later: a little damage costs little. "
        "With half of its hidden neurons silent it has lost much, and with nine in ten silent it mostly does little "
        f"better than guessing. It has {hidden:,} hidden neurons. Take away any single one of them, whichever you "
        "like, and it costs less than 1 point of accuracy."
    )
    show_leads(before, now, damage)


def show_curves(now: Evaluation, damage: Damage, has_hidden: bool) -> None:
    """How the share read falls with the amount of each kind of damage."""
    left, right = st.columns(2)
    if has_hidden or not breaking.reads_ready_made():
        with left:
            show_curve("silenced", "hidden neurons silenced", "%", damage, now if has_hidden else None)
    with right:
        show_curve("noise", "noise on the weights", ".1f", damage, now)
    st.caption(
        f"Each curve has one kind of damage alone, on the first {min(breaking.CURVE_IMAGES, len(now.labels)):,} "
        "validation images. The ring is what you have set; it leaves the curve when you add damage of another kind."
        + ("" if breaking.reads_ready_made() else " Dashed and grey, to compare with: the ready-made network, seed 0.")
    )


Kind = Literal["silenced", "noise"]


def show_curve(kind: Kind, title: str, shown: str, damage: Damage, now: Evaluation | None) -> None:
    """One of the curves; without ``now``, the network in use can't be damaged so."""
    more = {"silenced": more_silenced, "noise": more_noise}[kind]
    read: list[float] = []
    ring = None
    if now:
        some = Evaluation(now.logits[: breaking.CURVE_IMAGES], now.labels[: breaking.CURVE_IMAGES])
        read, ring = breaking.curve(more(damage.seed)), (getattr(damage, kind), some.accuracy)
    theme.show(
        failure_curve(
            amounts=[getattr(one, kind) for one in more(0)],
            read=read,
            ring=ring,
            title=title,
            shown=shown,
            theme=theme.current(),
            reference=[] if breaking.reads_ready_made() else breaking.curve(more(0), ready_made=True),
        ),
        key=f"brk_{kind}_curve",
        description=f"The share read rightly over the amount of damage: {title}. A ring marks your setting; a dashed "
        "curve, where there is one, is that of the ready-made network.",
    )


def show_leads(before: Evaluation, now: Evaluation, damage: Damage) -> None:
    """By how much the right score is ahead, before and now."""
    was, lead = leads(before), leads(now)
    typical = round(lead.median().item(), 1)
    ahead = f"{int((was > 0).sum()):,} of {len(was):,} images"
    st.markdown(
        "Each score is a sum, and damage moves all ten of them. An image is read rightly as long as the score of the "
        "right digit stays ahead of the nine others. In a typical image (the median: half of the images have a larger "
        f"lead, half a smaller one) it is **{was.median().item():.1f}** ahead of the best of the others before any "
        + (
            f"damage. It is ahead in {ahead}."
            if damage.is_none
            else f"damage, and now it is **{abs(typical):.1f} {'behind' if typical < 0 else 'ahead'}**. It was ahead "
            f"in {ahead}, and now it is in {int((lead > 0).sum()):,}."
        )
    )
    st.markdown(
        "A larger lead alone does not make a network harder to break. Double all weights and biases of its last layer: "
        "every lead is twice as large, but the same damage costs as many digits as it did."
    )


SHUFFLED_SHOWN = 8  # images
DISPLACED = Question(
    key="ask_displaced",
    text="Think of the ready-made network again. Nothing in it is touched. Only the pixels change places, in one "
    "order drawn at random, the same for all images. How many digits does it still read?",
    right="Hardly more than by guessing",
    why="Each weight of the first layer belongs to one place. Now it meets the ink of another.",
    wrong={
        "As many as before": "So it would be if it had learned from such images. It learned from images with every "
        "pixel in its place, and its weights stay where they were.",
        "About half of them": "That would be so if half of its weights still met the pixel they belong to. After a "
        "shuffle hardly any of the 784 pixels lies where it was.",
    },
    order=2,
)


def show_displaced(before: Evaluation, seed: int) -> None:
    """The section on shuffled pixels."""
    st.header("Nothing broken, and yet", anchor=False)
    if not ask(DISPLACED):
        return
    order = pixel_order(seed)
    some = dataset.splits().validation.subset(slice(0, SHUFFLED_SHOWN))
    images = torch.cat([some.images, reordered(some, order).images])
    st.image(sheet(images=images, columns=len(some), factor=4), output_format="PNG")
    st.caption("Above: images as they are. Below: the same images, all shuffled in the order of your seed.")
    shuffled = breaking.broken(Damage(shuffled=True, seed=seed)).evaluation
    st.markdown(
        "| pixels | weights of the first layer | read rightly |\n|---|---|---:|\n"
        f"| in place | as learned | {before.accuracy:.1%} |\n"
        f"| shuffled | as learned | **{shuffled.accuracy:.1%}** |\n"
        f"| shuffled | shuffled in the same order | {breaking.followed(seed):.1%} |"
    )
    if not breaking.reads_ready_made():
        whole, moved = (
            breaking.broken(damage, ready_made=True).evaluation.accuracy
            for damage in (Damage(), Damage(shuffled=True, seed=seed))
        )
        st.markdown(
            "The table is of the network you break. The ready-made one, of which the question spoke, reads "
            f"{whole:.1%} with the pixels in place and **{moved:.1%}** when they are shuffled."
        )
    st.markdown(
        "In symbols: place j of a shuffled image takes its ink from place π(j), where π is the order of the seed."
    )
    lesson.formula(
        r"x'_j = x_{\pi(j)}",
        rf"x'_1 = x_{{{int(order[0]) + 1}}}, \quad x'_2 = x_{{{int(order[1]) + 1}}}, \quad \ldots, \quad "
        rf"x'_{{{INPUTS}}} = x_{{{int(order[-1]) + 1}}}",
    )
    lesson.notice(
        "The third row: put the weights of the first layer into the same order π, so that each meets its own pixel "
        "again, and the network reads as before. So what it had learned is tied to places: which pixel means what. A "
        "network that learns from shuffled images finds that out as easily: the lesson *What layers do* trains one."
    )


def code() -> None:
    """The functions that do the damage."""
    lesson.show_source(Damage, damaged, silence, add_noise, zero_biases, fed, follow_order)


def in_the_end() -> None:
    """Another network to break, and what to try."""
    networks.chooser()
    lesson.try_this(
        "How much noise can it bear and still read nine in ten? Change the seed: is it the same again? Then silence "
        "30% and find the noise that would do as much harm. What do both do together? Last, train a network of your "
        "own with few hidden neurons, come back, and break it in the same way. Which of the two can lose more?"
    )


lesson.show(opening, your_damage, code, in_the_end)
