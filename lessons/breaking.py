"""Break it: what a network can do without, and what it can't."""

from typing import Literal

import streamlit as st
import torch
from torch import Tensor

from mnist_core import words
from mnist_core.data.pixel_order import pixel_order, reordered
from mnist_core.evaluation.accuracy import Evaluation
from mnist_core.figures.breaking import Reading, digit_bars, failure_curve, reading_cards
from mnist_core.figures.breaking_adversarial import Change, changes
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
from mnist_core.lessons.breaking_adversarial import (
    EPSILONS,
    LARGEST,
    LEVELS,
    SURE,
    choices_at,
    fgsm,
    log_odds,
    moved,
    pushes,
    random_signs,
    read_moved,
    slopes,
    targeted,
)
from mnist_core.network.model import CLASSES, INPUTS
from ui.frame import dataset, lesson, link, resources, theme
from ui.frame.question import Question, ask
from ui.lessons import breaking, breaking_words
from ui.lessons import breaking_attack as attack
from ui.visitor import networks


@lesson.scene("How much noise can a network bear?")
@st.fragment
def noisy() -> None:
    """Noise on the weights, and ten digits as they are read now."""
    seed = link.seed_below(breaking.SEED)
    with lesson.stage():
        left, right = st.columns([2, 3], gap="medium")
        with left:
            noise = noise_slider()
            breaking.note()
            breaking.undo_buttons()
        damage = Damage(noise=noise, seed=seed)
        before, now = breaking.validation(), breaking.broken(damage).evaluation
        with left:
            show_accuracy(before, now, damage)
        with right:
            show_readings(before, now, damage)
    lesson.notice(
        "Each weight gets a random number on top; at 1 these are about as large as the weights. A broken network never "
        "says that it is broken: it always names a digit."
    )
    lesson.deeper(about_the_images, lambda: show_curve("noise", damage, now), seed_and_network, try_breaking)


def noise_slider() -> float:
    """How loud the noise on the weights is."""
    return link.slider("Noise on the weights", breaking.NOISE, 0.0, LOUDEST, 0.0, 0.1, shown="%.1f")


def silence_slider(has_hidden: bool, *, answered: bool = True) -> float:
    """The share of the hidden neurons that fall silent."""
    percent = link.whole_slider(
        "Hidden neurons silenced",
        breaking.SILENCED,
        0,
        100,
        0,
        step=5,
        format="%d%%",
        disabled=not (has_hidden and answered),
    )
    return percent / 100 if has_hidden and answered else 0.0


def show_accuracy(before: Evaluation, now: Evaluation, damage: Damage) -> None:
    """The share read now, and how many images that are of how many."""
    right, was = (int((each.choices == each.labels).sum()) for each in (now, before))
    change = None if damage.is_none else f"{100 * (now.accuracy - before.accuracy):+.1f} points"
    st.metric("Read rightly", f"{now.accuracy:.1%}", change)  # its arrow takes no minus but a hyphen
    st.caption(
        f"It reads **{right:,}** of {len(before.labels):,} validation images rightly. "
        + ("Nothing is damaged." if damage.is_none else f"Before the damage it read {was:,} of them.")
    )


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
    st.caption("Green: read rightly now. Dashed orange: read wrongly.")


def about_the_images() -> None:
    """Which network is damaged, and on which images it is tried."""
    _, name = networks.model_in_use()
    judged, of_all = len(breaking.validation().labels), len(dataset.splits().validation)
    dataset.notice("the network is tried here on digits that the program draws itself")
    counted = (
        f"Only the first {judged:,} of the {of_all:,} are read, so that the answer comes at once, and the accuracy "
        "differs a little from the network's headline. Why one network has several: *What it gets wrong*."
        if judged < of_all
        else f"There are {of_all:,} of them."
    )
    st.markdown(
        f"The damage is done to a copy of {name}. The network itself is never touched. Accuracy is here the share "
        f"read rightly of the validation images, which it did not learn from. {counted}"
    )
    if elsewhere := networks.learned_elsewhere():
        st.markdown(elsewhere)


def seed_and_network() -> None:
    """What draws the damage, and another network to break."""
    link.seed("Seed of the damage", breaking.SEED, meaning="Draws the neurons, the noise and the pixel order.")
    networks.chooser()


def try_breaking() -> None:
    """What to try."""
    lesson.try_this(
        "How much noise can it bear and still read nine in ten? Change the seed: is it the same again? Then train a "
        "network of your own with few hidden neurons, come back, and break it in the same way. Which of the two can "
        "lose more?"
    )


SILENT = Question(
    key="ask_silenced",
    text="One in ten of the ready-made network's hidden neurons falls silent. How many of the digits it read does it "
    "now misread?",
    right="Far fewer than one in ten",
    why="Each score adds up what many neurons say. A few of them are hardly missed.",
    wrong={
        "About one in ten": "So it would be if each digit had neurons of its own. But each neuron has a say in all ten "
        "scores.",
        "Nearly all": "A program without a tenth of its lines would not run. A network is a large sum: with some terms "
        "gone, it is nearly the same.",
    },
    order=1,
)


@lesson.scene("What if neurons fall silent?")
@st.fragment
def silent() -> None:
    """Neurons that pass on nothing, and how the accuracy falls."""
    seed, answered, has_hidden = link.seed_below(breaking.SEED), ask(SILENT), breaking.has_hidden()
    with lesson.stage():
        left, right = st.columns([2, 3], gap="medium")
        with left:
            damage = Damage(silenced=silence_slider(has_hidden, answered=answered), seed=seed)
            breaking.note()
            breaking.undo_buttons()
        before, now = breaking.validation(), breaking.broken(damage).evaluation
        with left:
            show_accuracy(before, now, damage)
        with right:
            show_curve("silenced", damage, now if has_hidden else None, answered=answered)
    with st.container():
        if answered:
            lesson.notice(how_it_falls())
    lesson.deeper(lambda: what_silence_is(has_hidden), lambda: show_leads(before, now, damage), seed_and_network)


def how_it_falls() -> str:
    """How the ready-made network bears silence."""
    curve = "The curve" if breaking.reads_ready_made() else "The dashed curve"
    hidden = sum(resources.shipped_model().config.hidden_sizes)
    return (
        f"{curve} of the ready-made network falls slowly at first and steeply later. It has {hidden:,} hidden neurons. "
        "Take away any single one, and it costs less than 1 point of accuracy."
    )


def what_silence_is(has_hidden: bool) -> None:
    """The field's word, and what the curve says beyond its start."""
    st.markdown(
        "Taking a part away to see what it was good for is called **ablation**. Some neurons of each hidden layer, "
        "drawn at random, pass on nothing. With six in ten of its hidden neurons silent the ready-made network has "
        "lost much. With nine in ten silent it mostly does little better than guessing."
    )
    if not has_hidden:
        st.markdown("The network in use has no hidden layer, so there is nothing to silence.")


Kind = Literal["silenced", "noise"]
TITLES: dict[Kind, tuple[str, str]] = {
    "silenced": ("hidden neurons silenced", "%"),
    "noise": ("noise on the weights", ".1f"),
}


def show_curve(kind: Kind, damage: Damage, now: Evaluation | None, *, answered: bool = True) -> None:
    """How the share read falls with one kind of damage; without ``now``, the network in use can't be damaged so."""
    more = {"silenced": more_silenced, "noise": more_noise}[kind]
    title, shown = TITLES[kind]
    read: list[float] = []
    ring = None
    if now and answered:
        some = Evaluation(now.logits[: breaking.CURVE_IMAGES], now.labels[: breaking.CURVE_IMAGES])
        read, ring = breaking.curve(more(damage.seed)), (getattr(damage, kind), some.accuracy)
    is_compared = answered and not breaking.reads_ready_made()
    theme.show(
        failure_curve(
            amounts=[getattr(one, kind) for one in more(0)],
            read=read,
            ring=ring,
            title=title,
            shown=shown,
            theme=theme.current(),
            reference=breaking.curve(more(0), ready_made=True) if is_compared else [],
        ),
        key=f"brk_{kind}_curve",
        description=f"The share read rightly over the amount of damage: {title}. A ring marks your setting; a dashed "
        "curve, where there is one, is that of the ready-made network.",
    )
    images = min(breaking.CURVE_IMAGES, len(breaking.validation().labels))
    st.caption(
        f"On the first {images:,} images. Dotted: guessing."
        + (" Ring: what you have set." if ring else "")
        + (" Dashed: the ready-made network, seed 0." if is_compared else "")
    )


def show_leads(before: Evaluation, now: Evaluation, damage: Damage) -> None:
    """By how much the right score is ahead, before and now."""
    was, lead = leads(before), leads(now)
    typical = round(lead.median().item(), 1)
    ahead = f"{int((was > 0).sum()):,} of {len(was):,} images"
    st.subheader("Why so little damage costs so little", anchor=False)
    st.markdown(
        "Each score is a sum, and damage moves all ten of them. An image is read rightly as long as the score of the "
        "right digit stays ahead of the nine others: its lead is called **margin**. In a typical image (the median: "
        "half of the images have a larger lead, half a smaller one) it is "
        f"**{was.median().item():.1f}** ahead of the best of the others before any "
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


SHUFFLED_SHOWN = 5  # images
DISPLACED = Question(
    key="ask_displaced",
    text="Nothing is broken. Only the pixels change places, in one order for all images. How many digits does the "
    "ready-made network still read?",
    right="Hardly more than by guessing",
    why="Each weight of the first layer belongs to one place. Now it meets the ink of another.",
    wrong={
        "As many as before": "So it would be if it had learned from such images. Its weights stay where they were.",
        "About half of them": "So it would be if half of its weights still met their pixel. Hardly any of the 784 "
        "does.",
    },
    order=2,
)


@lesson.scene("And if only the pixels change places?")
@st.fragment
def displaced() -> None:
    """The same images with their pixels in another order, and how many are read."""
    seed, answered = link.seed_below(breaking.SEED), ask(DISPLACED)
    some = dataset.splits().validation.subset(slice(0, SHUFFLED_SHOWN))
    with lesson.stage():
        is_shuffled = link.toggle("Shuffle the pixels of all images", breaking.SHUFFLED, disabled=not answered)
        breaking.note()
        shown = reordered(some, pixel_order(seed)) if is_shuffled and answered else some
        pictures, table = st.columns(2, gap="medium", vertical_alignment="center")
        pictures.image(
            sheet(images=torch.cat([some.images, shown.images]), columns=len(some), factor=4),
            output_format="PNG",
            width="stretch",
            alt="Digits in a row, and below each the image that the network gets.",
        )
        pictures.caption("Above: as they are. Below: what the network gets.")
        with table:
            if answered:
                show_shuffled(seed, breaking.validation())
    with st.container():
        if answered:
            lesson.notice(
                "What it learned is tied to places. Let the first layer's weights follow their pixels, and it reads "
                "as before."
            )
    lesson.deeper(lambda: pixels_in_symbols(seed), seed_and_network)


def show_shuffled(seed: int, before: Evaluation) -> None:
    """What is read with the pixels in place, shuffled, and with weights that follow."""
    shuffled = breaking.broken(Damage(shuffled=True, seed=seed)).evaluation
    st.markdown(
        "| pixels | first weights | read rightly |\n|---|---|---:|\n"
        f"| in place | as learned | {before.accuracy:.1%} |\n"
        f"| shuffled | as learned | **{shuffled.accuracy:.1%}** |\n"
        f"| shuffled | in the same order | {breaking.followed(seed):.1%} |"
    )


def pixels_in_symbols(seed: int) -> None:
    """The order of the pixels as a formula, and the ready-made network beside another one."""
    order = pixel_order(seed)
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
    st.markdown(
        "Put the weights of the first layer into the same order π, and each meets its own pixel again. A network that "
        "learns from shuffled images finds that out as easily: the lesson *What layers do* trains one."
    )


@lesson.scene("What does all of it do together?")
@st.fragment
def together() -> None:
    """All kinds of damage at once, and each digit by itself."""
    with lesson.stage():
        left, right = st.columns([2, 3], gap="medium")
        with left:
            damage = all_controls(link.seed_below(breaking.SEED))
        before, now = breaking.validation(), breaking.broken(damage)
        with left:
            show_accuracy(before, now.evaluation, damage)
        with right:
            theme.show(
                digit_bars(before=before.recall.tolist(), now=now.evaluation.recall.tolist(), theme=theme.current()),
                key="brk_digits",
                description="For each digit, the share read rightly now as a bar, and before as a line across.",
            )
            st.caption("Each digit by itself. Bar: read rightly now. Line: before.")
    lesson.notice(
        "Some digits suffer sooner than others. The biases hardly matter: a bias is one number in a sum of hundreds."
    )
    lesson.deeper(
        lambda: show_weights(now),
        lambda: show_formula(damage, now, int(before.labels[0])),
        seed_and_network,
        more_to_break,
        code,
    )


def all_controls(seed: int) -> Damage:
    """All controls of damage, and the buttons that undo it."""
    silenced = silence_slider(breaking.has_hidden())
    noise = noise_slider()
    with st.container(horizontal=True):
        no_biases = link.toggle("All biases to zero", breaking.BIASES)
        shuffled = link.toggle("Shuffle the pixels of all images", breaking.SHUFFLED)
    breaking.note()
    breaking.undo_buttons()
    return Damage(silenced, noise, no_biases, shuffled, seed)


def show_weights(now: breaking.Broken) -> None:
    """The weights of some neurons of the first layer before, and now below."""
    st.subheader("The weights before and now", anchor=False)
    before = breaking.dense()[0].weight[: breaking.NEURONS].detach().view(-1, 28, 28)
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
            place.image(pictures, output_format="PNG", alt="Weights of neurons as pictures: before above, now below.")
    st.caption(
        f"The weights of the first {len(before)} neurons of the first layer: in each block before above, now below. "
        f"Blue is below zero, orange above; the strongest colour stands for ±{limit:.2f} or more. A silenced "
        "neuron is blank."
    )


def show_formula(damage: Damage, now: breaking.Broken, label: int) -> None:
    """What becomes of a score, in symbols and with the reader's numbers."""
    dense = breaking.dense()
    last = dense[-1]
    h, what = ("h_j", "neurons") if len(dense) > 1 else ("x_j", "pixels")
    st.subheader("The same in symbols", anchor=False)
    st.markdown(
        f"The score of digit i adds up what the {what} before it pass on, ${h}$, each times its "
        "weight; Σ means: add up, here over all j. Noise gives each weight a number of its own: ξ is drawn at random "
        f"around zero, σ is the spread (standard deviation) of all weights of the layer, in the last one "
        f"{last.weight.std(correction=0).item():.3f}, and a is your slider, now {damage.noise:.1f}. At the end "
        "comes the bias b."
    )
    lesson.formula(rf"z_i = \sum_j \left(W_{{i,j}} + a\,\sigma\,\xi_{{i,j}}\right) {h} + b_i")
    silenced = f"what the {now.silent} silenced ones add; " if now.silent else ""
    st.markdown(
        f"An example is the image of {words.a(label)} that comes first, and its score $z_{label}$. It is the sum "
        f"of: what the {last.in_features - now.silent} {what} add that "
        f"{'still speak' if len(dense) > 1 else 'there are'}; {silenced}the bias. Before the damage and now:"
    )
    lesson.formula(
        breaking_words.summed(label, now.before, now.silent), breaking_words.summed(label, now.now, now.silent)
    )
    if len(dense) > 1 and not damage.is_none:
        st.markdown("The first number changes too where noise is added, or where the layers before are damaged.")


def more_to_break() -> None:
    """What else there is to know and to try."""
    st.markdown(
        "With all hidden neurons silent, it names the same digit for every image. With all biases at zero, the "
        "ready-made network reads less than 1 point less."
    )
    lesson.try_this(
        "Silence 30% and find the noise that would do as much harm. What do both do together? Then undo all."
    )


def code() -> None:
    """The functions that do the damage."""
    lesson.show_source(Damage, damaged, silence, add_noise, zero_biases, fed, follow_order)


FIRST_ATTACKED, FIRST_WANTED = 8, 9


@lesson.scene("Can a change you hardly see fool it?")
@st.fragment
def adversarial() -> None:
    """One image, changed a little: aimed at the network, and at random."""
    seed, aim = link.seed_below(breaking.SEED), attack.attack()
    with lesson.stage():
        left, right = st.columns([5, 7], gap="medium")
        with left:
            index = aim.examples[link.buttons("Image of", attack.DIGIT, aim.examples, FIRST_ATTACKED, names=str)]
            epsilon = epsilon_slider()
        ways = {AIMED: aim.signs[index], RANDOM: attack.noise(len(aim.some), seed)[index]}
        with left:
            show_first_misread(aim, index, ways)
        with right:
            show_changes(aim, index, ways, epsilon)
            st.caption("The change is drawn with full contrast. Orange: brighter. Blue: darker. Blank: as it was.")
    lesson.notice(
        "Aimed, each pixel goes where the loss rises: many small pushes add up. At random, most of them cancel. An "
        "image changed so that it is misread is an **adversarial example**."
    )
    lesson.deeper(
        lambda: attack_in_symbols(aim, index, epsilon),
        lambda: show_pushes(aim, index, ways, epsilon),
        lambda: show_targeted(aim, index, epsilon),
        about_the_example,
        seed_and_network,
        lambda: lesson.show_source(fgsm, slopes, log_odds, moved, targeted, random_signs, pushes),
    )


AIMED, RANDOM = "Aimed at the network", "Drawn at random"


def epsilon_slider(*, answered: bool = True) -> int:
    """By how many grey levels each pixel changes."""
    return link.whole_slider(
        "Each pixel changes by (grey levels of 255)",
        attack.EPSILON,
        0,
        LARGEST,
        attack.START,
        step=2,
        disabled=not answered,
    )


def show_first_misread(aim: attack.Attack, index: int, ways: dict[str, Tensor]) -> None:
    """How large each change must be to fool the network on this image."""
    model, label = networks.model_in_use()[0], int(aim.some.labels[index])
    for name, signs in ways.items():
        found = breaking_words.first_misread(label, choices_at(model, aim.some.images[index], signs))
        st.caption(f"**{name}:** {found}.")


def show_changes(aim: attack.Attack, index: int, ways: dict[str, Tensor], epsilon: int) -> None:
    """The image, each change and what comes out, with what the network reads."""
    model, one = networks.model_in_use()[0], aim.some.subset(slice(index, index + 1))
    rows = []
    for name, signs in ways.items():
        found = read_moved(model, one, signs, epsilon)
        choice, image = int(found.choices[0]), moved(one.images, signs, epsilon)[0].numpy()
        rows.append(Change(name, image, choice, float(found.probabilities[0, choice])))
    read = int(aim.before.choices[index])
    st.html(
        changes(
            image=one.images[0].numpy(),
            shows=int(one.labels[0]),
            before=(read, float(aim.before.probabilities[index, read])),
            ways=rows,
            theme=theme.current(),
        )
    )


def attack_in_symbols(aim: attack.Attack, index: int, epsilon: int) -> None:
    """The rule of the attack, and one pixel's numbers."""
    label = int(aim.some.labels[index])
    st.subheader("The rule", anchor=False)
    st.markdown(
        "This is the simplest attack, the **fast gradient sign method** (FGSM) of Goodfellow and others (2015). L is "
        "the loss of the right digit, −ln p. For each pixel, ∂L/∂x says how fast it rises with more ink. Of that only "
        "the sign is used: +1, −1 or 0. ε is the size of the change. At the end, clip keeps each pixel between 0, "
        "paper, and 1, ink."
    )
    lesson.formula(
        r"x' = \operatorname{clip}\left(x + \varepsilon \cdot "
        r"\operatorname{sign}\frac{\partial L}{\partial x},\ 0,\ 1\right)"
    )
    can_move = moved(aim.some.images[[index]], aim.signs[[index]], 1)[0] != aim.some.images[index]
    row, column = divmod(int(aim.slopes[index].abs().where(can_move, 0).argmax()), 28)
    before, sign = int(aim.some.images[index, row, column]), float(aim.signs[index, row, column])
    after = int(moved(aim.some.images[[index]], aim.signs[[index]], epsilon)[0, row, column])
    st.markdown(
        f"Your slider stands on {epsilon} of {LEVELS} levels, so ε = {epsilon / LEVELS:.3f}. Of the pixels that "
        f"can move, the loss is steepest in the one in row {row + 1}, column {column + 1}:"
    )
    st.latex(breaking_words.pixel_moved(before, after, sign, epsilon))
    st.markdown(
        "The network is fed (x − μ) / σ in place of x. That divides each slope by σ, which is above 0. So no sign "
        f"changes. Where the network is very sure of the {label}, float32 rounds p to 1, and the loss has no slope "
        "left. So the code takes the slope of ln(p / (1 − p)), the **log-odds**: they fall exactly where the loss "
        "rises."
    )


def show_pushes(aim: attack.Attack, index: int, ways: dict[str, Tensor], epsilon: int) -> None:
    """Why an aimed change does so much more: what each pixel's push comes to, added up."""
    model, one = networks.model_in_use()[0], aim.some.subset(slice(index, index + 1))
    label, slope = int(one.labels[0]), aim.slopes[index].double()
    before = float(log_odds(aim.before.logits[[index]], one.labels))
    after = [float(log_odds(read_moved(model, one, signs, epsilon).logits, one.labels)) for signs in ways.values()]
    both = [pushes(aim.slopes[index], one.images[0], moved(one.images, each, epsilon)[0]) for each in ways.values()]
    st.subheader("Why small pushes come to so much", anchor=False)
    st.markdown(
        f"Before any change, the log-odds of the {label} stand at {words.number(before)}. Below 0 it is likelier, for "
        f"the network, that this is no {label}. Each pixel pushes them by its slope w times its change. Added up:"
    )
    st.markdown(breaking_words.pushes_table(both, [now - before for now in after]))
    st.markdown(
        "“Together” is what would come of it if the slopes stayed as they are. On the way some neurons fall silent and "
        "others wake, so the slopes change. Without the clipping at paper and ink, the aimed pushes would add up all "
        "absolute values, the first line. Of the others most would cancel, and the second line is typical:"
    )
    steep, chance, step = slope.abs().sum().item(), slope.square().sum().sqrt().item(), epsilon / LEVELS
    lesson.formula(
        rf"\varepsilon \sum_j |w_j| = {step:.3f} \cdot {steep:.1f} \approx {step * steep:.2f}",
        rf"\varepsilon \sqrt{{\textstyle\sum_j w_j^2}} = {step:.3f} \cdot {chance:.1f} \approx {step * chance:.2f}",
    )
    st.markdown(breaking_words.aimed_beside_random(steep, chance))


def show_targeted(aim: attack.Attack, index: int, epsilon: int) -> None:
    """The same attack towards a digit of the reader's choice."""
    st.subheader("Make it read another digit", anchor=False)
    wanted = link.selectbox("Make it read", attack.WANTED, range(CLASSES), FIRST_WANTED, names=str)
    model, image = networks.model_in_use()[0], aim.some.images[[index]]
    signs = slopes(model, image, torch.tensor([wanted])).sign()[0]
    show_changes(aim, index, {f"Towards {wanted}": signs}, epsilon)
    st.markdown(
        f"{breaking_words.first_reached(wanted, choices_at(model, image[0], signs))} Here each pixel goes where the "
        f"loss of the wanted digit falls. That is a minus in the rule, and another label in L. It is called a "
        "**targeted** attack. A single step often misses its target."
    )


def about_the_example() -> None:
    """Which network is attacked, and how the image was chosen."""
    _, name = networks.model_in_use()
    dataset.notice("the attack is tried here on digits that the program draws itself")
    st.markdown(
        f"The attack is aimed at {name}. Another network has other slopes and gets an attack of its own: choose one "
        f"below, yours too. Of each digit you see the image that an aimed change of {attack.START} levels makes worst, "
        f"among those that the network was at least {SURE:.0%} sure of. So you see weak places, not the "
        "typical case: the next scene counts all images."
    )


def about_the_method() -> None:
    """What the counts are worth."""
    _, name = networks.model_in_use()
    st.markdown(
        f"The attack is aimed at {name}. It is the simplest there is: one step, all pixels alike. Attacks of many "
        "small steps find worse changes of the same size (Madry and others, 2018). So what a network still reads here "
        "is no promise of what it reads under those. The best-known remedy is to learn from attacked images too: "
        "**adversarial training**."
    )
    if elsewhere := networks.learned_elsewhere():
        st.markdown(elsewhere)


ASKED = 32  # levels, in the question
ATTACKED = Question(
    key="ask_attacked",
    text="Each pixel changes by 32 of 255 grey levels, aimed at the ready-made network. How many images does it still "
    "read?",
    right="Less than half",
    why="And the same amount of noise costs it little.",
    wrong={
        "Nearly all": "So it is with noise of that size. Aimed, all pixels push the same way.",
        "About two thirds": "It is nearer the other way round: most are misread.",
    },
    order=2,
)


@lesson.scene("How many images does it still read?")
@st.fragment
def attacked() -> None:
    """How the share read falls with the change: aimed, and at random."""
    seed, answered = link.seed_below(breaking.SEED), ask(ATTACKED)
    aim = attack.attack()
    with lesson.stage():
        left, right = st.columns([2, 3], gap="medium")
        with left:
            epsilon = epsilon_slider(answered=answered)
            if answered:
                show_counts(attack.read(epsilon, seed), len(aim.some))
                asked = attack.read(ASKED, seed, ready_made=True)
                st.caption(f"The ready-made one at {ASKED} levels: {asked.aimed:,} and {asked.noise:,}.")
        with right:
            show_attack_curve(seed, epsilon, len(aim.some), answered=answered)
    with st.container():
        if answered:
            lesson.notice(
                "Noise as large as the attack costs next to nothing at first. To read well and to be hard to fool are "
                "two things: accuracy measures only the first."
            )
    lesson.deeper(
        lambda: ready_made_under_attack(seed),
        lambda: sizes_of_changes(aim, seed, epsilon),
        about_the_method,
        seed_and_network,
        try_attacking,
    )


def show_counts(read: attack.Read, count: int) -> None:
    """How many images are read after each change."""
    with st.container(horizontal=True):
        for name, right in zip((AIMED, RANDOM), read, strict=True):
            st.metric(name, f"{right:,}", width="content")
    st.caption(f"Read rightly, of the first {count:,} validation images.")


def show_attack_curve(seed: int, epsilon: int, count: int, *, answered: bool) -> None:
    """The share read over the size of the change."""
    read = attack.curve(seed) if answered else []
    theme.show(
        failure_curve(
            amounts=EPSILONS,
            read=[each.aimed / count for each in read],
            ring=(epsilon, attack.read(epsilon, seed).aimed / count) if answered else None,
            title="change per pixel, in levels",
            shown="d",
            theme=theme.current(),
            reference=[each.noise / count for each in read],
        ),
        key="brk_attack_curve",
        description="The share read rightly over the change of each pixel: a line for the aimed change, with a ring at "
        "your setting, and a dashed grey one for the random change.",
    )
    lines = "Line: aimed. Dashed: random. Ring: yours. " if answered else ""
    st.caption(f"{lines}Dotted: guessing.")


def ready_made_under_attack(seed: int) -> None:
    """What the question asked, where the figure shows another network."""
    if not breaking.reads_ready_made():
        some = attack.attack(ready_made=True).before.labels
        read = attack.read(ASKED, seed, ready_made=True)
        st.markdown(
            f"The curves are of the network you attack. The ready-made one, of which the question spoke, reads "
            f"**{read.aimed:,}** of {len(some):,} images after an aimed change of {ASKED} levels, and {read.noise:,} "
            "after a random one."
        )


def sizes_of_changes(aim: attack.Attack, seed: int, epsilon: int) -> None:
    """How large both changes really are, once they have stopped at paper and ink."""
    before = aim.some.images.float()
    sizes = [
        (moved(aim.some.images, signs, epsilon).float() - before).abs().mean().item()
        for signs in (aim.signs, attack.noise(len(before), seed))
    ]
    st.subheader("Are both changes equally large?", anchor=False)
    st.markdown(
        f"Both move each pixel by {words.count(epsilon, 'level')}, and both stop at paper and at ink. Most pixels are "
        "paper, which can't go any lower, so many a push is lost. What is left is a change of "
        f"**{sizes[0]:.1f} levels** a pixel on average when it is aimed, and of **{sizes[1]:.1f}** at random."
    )


def try_attacking() -> None:
    """What to try."""
    lesson.try_this(
        "Train a network without a hidden layer, and one with dropout. Come back and choose each of them here. Which "
        "of the two is harder to fool? Is it also the one that reads more?"
    )


lesson.show(noisy, silent, displaced, together, adversarial, attacked)
