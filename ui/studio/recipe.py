"""The recipe of a run: the network and how it is trained, as controls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mnist_core.data.dataset import Splits
from mnist_core.network.model import ACTIVATIONS, MLPConfig
from mnist_core.training.loop import SCHEDULES, TrainingConfig
from mnist_core.training.recipes import RECIPES, Recipe
from mnist_core.training.start import Start
from ui.frame import dataset, link, state
from ui.studio import begin_with, control
from ui.visitor import store
from ui.visitor.run_in_words import OPTIMIZERS

BATCH_SIZES = (8, 16, 32, 64, 100, 128, 256, 512, 1024)
LEARNING_RATES = (0.0001, 0.0003, 0.001, 0.002, 0.003, 0.004, 0.005, 0.01, 0.02, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
WIDTHS = (8, 16, 32, 64, 128, 256, 512)
SAME = 0  # stands for as many neurons as in the first hidden layer
MORE_WIDTHS = {"width_2": "second", "width_3": "third"}  # hidden layers, by the keys of their controls
DECAYS = (0.0, 0.0001, 0.001, 0.01, 0.1, 1.0)
DROPOUTS = (0.0, 0.1, 0.2, 0.3, 0.5, 0.8)
ALL = 55_000  # of MNIST; of generated digits there are fewer, and then it is those
IMAGES = (100, 300, 1_000, 3_000, 10_000, 30_000, ALL)
SCHEDULE_NAMES = dict(zip(SCHEDULES, ("Constant", "One-cycle"), strict=True))
ACTIVATION_NAMES = dict(zip(ACTIVATIONS, ("ReLU", "tanh", "Sigmoid"), strict=True))
HELP = {
    "seed": "Decides all that is random: new first weights, the order of the images and what dropout silences.",
    "epochs": "How often it sees all the training images.",
    "batch_size": "How many images it looks at before each change.",
    "layers": "Steps between the pixels and the scores. With none, each score is one weighted sum over the pixels.",
    "width": "A neuron adds up what comes in, each input with its own weight, and passes on what its activation "
    "makes of the sum.",
    "rate": "How large a change each batch makes. Too small learns slowly, too large learns nothing. It can be changed "
    "while the network trains.",
    "optimizer": "The rule that turns gradients into changes of the weights. SGD is the plain one; Adam gives each "
    "weight a step size of its own.",
    "schedule": "Constant: the learning rate stays. One-cycle: it rises to the one set here for three tenths of the "
    "run and then falls to nothing.",
    "decay": "Pulls all weights a little towards zero with every step, which makes it harder to learn by heart.",
    "activation": "What a hidden neuron makes of its sum. ReLU passes on what is above zero.",
    "dropout": "The share of hidden neurons that are silenced at random, others for each image, so that none "
    "becomes indispensable.",
    "images": "How many training images it gets. Few are learned by heart.",
    "shuffle": "A new order of the images in every epoch. Without, they come as they lie in the file.",
}
START = RECIPES[0]
WITHOUT_HIDDEN_LAYER = next(recipe for recipe in RECIPES if not recipe.model_config.hidden_sizes)


@dataclass(frozen=True)
class Chosen:
    """What the controls say."""

    model_config: MLPConfig
    training_config: TrainingConfig
    images: int
    start: Start | None = None

    @property
    def details(self) -> str:
        """What the settings say that are folded away, in a sentence."""
        model, training = self.model_config, self.training_config
        hidden = [ACTIVATION_NAMES[model.activation], f"{model.dropout:.0%} dropout" if model.dropout else "no dropout"]
        parts = [
            *(hidden if model.hidden_sizes else ()),
            f"{SCHEDULE_NAMES[training.schedule].lower()} learning rate",
            f"weight decay {training.weight_decay:g}" if training.weight_decay else "no weight decay",
            f"{_images_name(self.images)} training images",
            "shuffled" if training.shuffle else "not shuffled",
        ]
        return f"More settings: {', '.join(parts)}."

    def cut(self, splits: Splits) -> Splits:
        """A data set with as many training images as are wanted, or all if there are fewer."""
        return replace(splits, train=splits.train.subset(slice(0, self.images)))


def controls(outside: Mapping[str, DeltaGenerator], folded: DeltaGenerator) -> Chosen:
    """Draws them and returns what they say.

    Args:
        outside: Where those stand that the scene is about, by their keys.
        folded: Where all others stand.

    Raises:
        ValueError: If the core does not take these settings.
    """
    with folded:
        columns = st.columns(3, gap="medium")

    def at(key: str, column: int) -> DeltaGenerator:
        return outside.get(key, columns[column])

    start, model = START.training_config, START.model_config
    with columns[0]:
        dataset.chooser()
    with at("epochs", 0):
        epochs = link.whole_slider("Epochs", "epochs", 1, 20, start.epochs, help=HELP["epochs"])
    with at("batch_size", 0):
        batch_size = link.select_slider(
            "Batch size", "batch_size", BATCH_SIZES, start.batch_size, help=HELP["batch_size"]
        )
    with columns[1]:
        start_with = begin_with.choose()
    if start_with:
        network = start_with.model.config
        columns[1].caption(f"{_shape(network)}: weights fit their own network only, so its shape can't be changed.")
    else:
        with at("layers", 1):
            sizes = _hidden_sizes()
        with columns[1]:
            network = MLPConfig(sizes, *_neurons(model))
    with at("rate", 2):
        rate = link.select_slider(
            "Learning rate",
            "rate",
            LEARNING_RATES,
            start.learning_rate,
            names="{:g}".format,
            help=HELP["rate"],
            on_change=_turn_rate,
        )
    with columns[2]:
        optimizer, schedule, decay = _steps(start)
    with columns[0]:
        images, shuffle, seed = _what_it_sees(start)
    return Chosen(
        network,
        TrainingConfig(epochs, batch_size, rate, optimizer, seed, decay, shuffle, schedule),
        images,
        start_with,
    )


def _shape(network: MLPConfig) -> str:
    """All that a network's weights settle, in words."""
    if not network.hidden_sizes:
        return f"{network.label}, no hidden layer"
    dropout = f"{network.dropout:.0%} dropout" if network.dropout else "no dropout"
    return f"{network.label}, {ACTIVATION_NAMES[network.activation]}, {dropout}"


def _turn_rate() -> None:
    """A run that goes on learns on with the rate that the reader has just set, and is left alone otherwise."""
    control.turn_rate(store.visitor(), st.session_state["rate"])


def _hidden_sizes() -> tuple[int, ...]:
    start = START.model_config.hidden_sizes
    layers = link.whole_slider("Hidden layers", "layers", 0, 1 + len(MORE_WIDTHS), len(start), help=HELP["layers"])
    if not layers:
        return ()
    label = "Neurons in the first hidden layer" if layers > 1 else "Neurons in the hidden layer"
    width = link.select_slider(label, "width", WIDTHS, start[0], help=HELP["width"])
    others = [
        link.select_slider(f"Neurons in the {ordinal} hidden layer", key, (SAME, *WIDTHS), SAME, names=_width_name)
        for key, ordinal in list(MORE_WIDTHS.items())[: layers - 1]
    ]
    return (width, *(other or width for other in others))


def _neurons(model: MLPConfig) -> tuple[str, float]:
    return link.buttons(
        "Activation",
        "activation",
        ACTIVATIONS,
        model.activation,
        names=ACTIVATION_NAMES.__getitem__,
        help=HELP["activation"],
    ), link.select_slider("Dropout", "dropout", DROPOUTS, model.dropout, names="{:.0%}".format, help=HELP["dropout"])


def _steps(start: TrainingConfig) -> tuple[str, str, float]:
    optimizer = link.selectbox(
        "Optimizer",
        "optimizer",
        OPTIMIZERS,
        start.optimizer,
        names=OPTIMIZERS.__getitem__,
        help=HELP["optimizer"],
    )
    schedule = link.buttons(
        "Learning rate over the run",
        "schedule",
        SCHEDULES,
        start.schedule,
        names=SCHEDULE_NAMES.__getitem__,
        help=HELP["schedule"],
    )
    decay = link.select_slider(
        "Weight decay", "decay", DECAYS, start.weight_decay, names="{:g}".format, help=HELP["decay"]
    )
    return optimizer, schedule, decay or 0.0


def _what_it_sees(start: TrainingConfig) -> tuple[int, bool, int]:
    images = link.select_slider("Training images", "images", IMAGES, ALL, names=_images_name, help=HELP["images"])
    shuffle = link.toggle("Shuffle in every epoch", "shuffle", start.shuffle, help=HELP["shuffle"])
    return images, shuffle, link.seed("Seed", "seed", meaning=HELP["seed"])


def _width_name(width: int) -> str:
    return "same" if width == SAME else str(width)


def _images_name(images: int) -> str:
    return "all" if images == ALL else f"{images:,}"


def presets(chosen: Chosen | None) -> None:
    """A row of recipes to start from; the one that the controls now amount to is marked.

    Args:
        chosen: What the controls said in the last run.
    """
    if link.is_hidden("preset") or link.shows(link.WHOLE):
        return
    names = {recipe.name: recipe for recipe in RECIPES}
    mark = next((name for name, recipe in names.items() if _is(recipe, chosen)), None)
    key = state.key_standing_on("preset", mark)
    st.pills(
        "Start from",
        names,
        default=mark,
        key=key,
        on_change=_press,
        args=(key, names),
        label_visibility="collapsed",
    )


def sentence(chosen: Chosen) -> str:
    """What the recipe that the controls now amount to is good for; nothing for settings of the reader's own."""
    return next((recipe.sentence for recipe in RECIPES if _is(recipe, chosen)), "")


def _press(key: str, names: dict[str, Recipe]) -> None:
    if key == state.newest_key("preset"):  # a row that is gone says once more what it stood on
        apply(names.get(st.session_state[key]))


def _is(recipe: Recipe, chosen: Chosen | None) -> bool:
    return (
        chosen is not None
        and chosen.start is None
        and chosen.images == ALL
        and chosen.model_config == recipe.model_config
        and replace(chosen.training_config, seed=0) == replace(recipe.training_config, seed=0)
    )


def apply(recipe: Recipe | None) -> None:
    """Puts every control on what the recipe says, unless the link hides it. The seed and the digits stay."""
    if recipe is None:
        return
    model, training = recipe.model_config, recipe.training_config
    values: dict[str, Any] = {
        "layers": len(model.hidden_sizes),
        "width": model.hidden_sizes[0] if model.hidden_sizes else START.model_config.hidden_sizes[0],
        **dict(zip(MORE_WIDTHS, model.hidden_sizes[1:], strict=False)),
        "activation": model.activation,
        "dropout": model.dropout,
        "epochs": training.epochs,
        "batch_size": training.batch_size,
        "rate": training.learning_rate,
        "optimizer": training.optimizer,
        "decay": training.weight_decay,
        "schedule": training.schedule,
        "shuffle": training.shuffle,
        "images": ALL,
    }
    for key, value in values.items():
        if not link.is_hidden(key):
            st.session_state[key] = value
    if not link.is_hidden(begin_with.KEY):
        begin_with.begin_with("")
