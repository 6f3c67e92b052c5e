"""What a reader takes home of a network, and brings back: its weights, its experiment as a script, its digits."""

from __future__ import annotations

import contextlib
import re
import textwrap
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import streamlit as st

from mnist_core import words
from mnist_core.jobs import FORGET_AFTER
from mnist_core.network import checkpoint
from mnist_core.network.checkpoint import CheckpointError
from mnist_core.training import export
from mnist_core.training.start import Start
from ui.frame import resources, state
from ui.visitor import store
from ui.visitor.store import TrainedModel

UPLOAD = "weights_file"
KEPT = "half an hour" if FORGET_AFTER == 30 * 60 else f"{FORGET_AFTER / 60:.0f} minutes"
LONGEST = 300  # characters of a refusal, which may repeat what the file says


def show(trained: TrainedModel) -> None:
    """Draws the downloads of one network. What is large is made only when someone clicks.

    Args:
        trained: The network. One that came from a file has no experiment, only weights.
    """
    st.markdown(f"This page forgets your networks {KEPT} after you leave it. A file keeps them.")
    record = trained.record
    stem = export.file_stem(record) if record else trained.model.config.label
    parts: list[Callable[[], None]] = [lambda: _weights(trained, f"{stem}.safetensors")]
    if record:
        source = export.script(record, trained.validation)
        needs = ["the digits"] if record.dataset != state.MNIST else []
        needs += ["the first weights"] if record.start else []
        parts.append(lambda: _script(trained.key, source, f"{stem}.py", needs))
        if record.dataset != state.MNIST:
            parts.append(lambda: _data(trained.key))
        if record.start:
            start = record.start
            parts.append(lambda: _start(trained.key, start))
    for column, part in zip(st.columns(max(3, len(parts))), parts, strict=False):
        with column:
            part()


def _weights(trained: TrainedModel, name: str) -> None:
    st.download_button(
        "Weights",
        partial(checkpoint.dumps, trained.model, trained.card),
        name,
        "application/octet-stream",
        key=f"take_weights_{trained.key}",
        on_click="ignore",
        icon=":material/download:",
    )
    st.caption(f"All {trained.model.config.parameter_count:,} numbers it has learned.")


def _script(key: str, source: str, name: str, needs: list[str]) -> None:
    st.download_button(
        "Script",
        source,
        name,
        "text/x-python",
        key=f"take_script_{key}",
        on_click="ignore",
        icon=":material/code:",
    )
    needed = f" It needs {words.listed(needs)}." if needs else ""
    st.caption(f"The whole experiment as one PyTorch program.{needed}")


def _data(key: str) -> None:
    library = resources.library()
    st.download_button(
        "Digits",
        lambda: export.data_file(library.generated()),
        export.DATA_NAME,
        "application/octet-stream",
        key=f"take_data_{key}",
        on_click="ignore",
        icon=":material/database:",
    )
    st.caption("The generated digits, with their labels.")


def _start(key: str, start: Start) -> None:
    st.download_button(
        "First weights",
        partial(checkpoint.dumps, start.model, start.card),
        export.START_NAME,
        "application/octet-stream",
        key=f"take_start_{key}",
        on_click="ignore",
        icon=":material/start:",
    )
    st.caption(f"Those of {start.name} ({start.weights}), with which the run began.")


def explain() -> None:
    """What is in the files, and how they are used."""
    st.markdown(
        "- **Weights** come with the settings and the accuracy of the network. To go on reading with them, load the "
        "file here, today or another day.\n"
        "- The **script** is for Python, to read, change and run; its first lines say how. On the same machine it ends "
        "with exactly these weights; another computer may round a little differently.\n"
        f"- **Digits** are offered where a network learned from generated ones. Put {export.DATA_NAME} into the folder "
        "of the script. The same file serves all your networks that learned from generated digits.\n"
        f"- **First weights** are offered where a network learned on from another one. {export.START_NAME} belongs "
        "into the folder of the script, too."
    )


def load_back() -> None:
    """Draws the way back: a file of weights becomes one of the visitor's networks, and the one that reads."""
    upload = st.file_uploader("Load weights back", "safetensors", key=UPLOAD, on_change=_take)
    if upload is None:
        return
    try:
        loaded = checkpoint.load(upload.getvalue())
    except CheckpointError as error:
        st.error(plain(f"This file can't be used. {error}"), icon=":material/error:")
        return
    st.success(
        f"The network {loaded.model.config.label} is loaded and among your networks. The line at the top says which "
        f"one reads. {claim(loaded.card)}",
        icon=":material/check_circle:",
    )


def claim(card: Mapping[str, Any]) -> str:
    """What a card says of its network's accuracy, in a sentence. A card can say anything; only a share is repeated."""
    where = f" of {card['dataset']}" if card.get("dataset") in (state.MNIST, state.GENERATED) else ""
    for name, images in (("test_accuracy", "the test images"), ("validation_accuracy", "the validation images")):
        accuracy = card.get(name)
        if isinstance(accuracy, float) and 0 <= accuracy <= 1:
            return f"Its card says that it read {accuracy:.2%} of {images}{where} rightly."
    return "Its card says nothing of its accuracy."


def _take() -> None:
    """Keeps the network of a file just chosen: once, however often the page is drawn with that file in it."""
    upload = st.session_state[UPLOAD]
    if upload is not None:
        with contextlib.suppress(CheckpointError):  # the page says what is wrong with it
            store.add_loaded(store.visitor(), checkpoint.load(upload.getvalue()))


def plain(text: str) -> str:
    """Text of unknown origin as it is, no Markdown in it."""
    return re.sub(r"([^\w\s.,'])", r"\\\1", textwrap.shorten(text, LONGEST, placeholder=" …"))
