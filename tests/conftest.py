"""What all tests share: a small data set that needs no network."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import streamlit as st
import torch
from hypothesis import settings
from streamlit.components.v2 import manifest_scanner
from torchvision.datasets import MNIST

from mnist_core.data import generated
from mnist_core.data.dataset import Dataset, Splits
from mnist_core.data.generated import generated_splits, make_digits
from mnist_core.data.mnist import default_root, load_mnist
from ui.frame import resources
from ui.visitor import store

torch.set_num_threads(1)  # as the app does: results do not depend on the machine's cores
# The same examples every time, and none fails for being slow: tests measure no time.
settings.register_profile("steady", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("steady")
PROJECT = Path(__file__).resolve().parent.parent
# Each AppTest looks through all installed packages for components: most of what opening a page costs. They do not
# change while tests run.
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)


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
def all_digits() -> Splits:
    """The generated digits as the app has them: 12,000."""
    return generated_splits()


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
def offline(request: pytest.FixtureRequest, digits: Splits, tmp_path: Path) -> Iterator[None]:
    """No MNIST on disk, none to download, few generated digits, and nobody there yet.

    What lessons have computed is kept from test to test, as it is from visitor to visitor: it comes from the same
    digits and the same code. A test that puts something in the place of either begins and ends without it.
    """
    replaces = "monkeypatch" in request.fixturenames
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MNIST_DATA_DIR", str(tmp_path))
        patch.setattr(MNIST, "mirrors", [])
        patch.setattr(generated, "generated_splits", lambda: digits)
        patch.setattr(resources, "warm_up", lambda: None)  # it would come after the test is over
        _forget(everything=replaces)
        yield
        resources.jobs().close()  # or a training would go on beside the next tests
        _forget(everything=replaces)


def _forget(*, everything: bool) -> None:
    if everything:
        st.cache_resource.clear()
        st.cache_data.clear()
    for shared in (resources.library, resources.jobs, store.visitors):
        shared.clear()
