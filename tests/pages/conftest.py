"""Every page is tested without MNIST and without a network."""

import pytest


@pytest.fixture(autouse=True)
def _offline(offline: None) -> None:
    """Of tests/conftest.py, for all tests in this folder."""
