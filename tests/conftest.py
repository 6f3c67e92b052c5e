"""What all tests share: a small data set that needs no network."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
import torch
from hypothesis import settings
from torchvision.datasets import MNIST

from mnist_core.data import generated
from mnist_core.data.dataset import Dataset, Splits
from mnist_core.data.generated import make_digits
from mnist_core.data.mnist import default_root, load_mnist
from ui.frame import resources

torch.set_num_threads(1)  # as the app does: results do not depend on the machine's cores
# The same examples every time, and none fails for being slow: tests measure no time.
settings.register_profile("steady", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("steady")
PROJECT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def digits() -> Splits:
    """Generated digits: 1,500 to train on, 300 and 300 to judge by."""
    made = make_digits(2_100, seed=11)
    return Splits(
        "generated digits",
        made.subset(slice(0, 1_500)),
        made.subset(slice(1_500, 1_800)),
        made.subset(slice(1_800, 2_100)),
    )


@pytest.fixture(scope="session")
def few(digits: Splits) -> Dataset:
    """A hundred generated digits."""
    return digits.train.subset(slice(0, 100))


@pytest.fixture(scope="session")
def mnist() -> Splits:
    """The real MNIST, where it lies on this machine."""
    root = default_root()
    if not (root / "MNIST" / "raw").is_dir():
        pytest.skip(f"MNIST is not in {root}; set MNIST_DATA_DIR to the folder that holds MNIST/raw")
    return load_mnist(root, download=False)


@pytest.fixture
def offline(digits: Splits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No MNIST on disk, none to download, and few generated digits."""
    monkeypatch.setenv("MNIST_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(MNIST, "mirrors", [])
    monkeypatch.setattr(generated, "generated_splits", lambda: digits)
    monkeypatch.setattr(resources, "warm_up", lambda: None)  # it would come after the test is over
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()
