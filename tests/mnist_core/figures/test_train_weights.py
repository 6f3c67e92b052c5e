"""Pictures of weights."""

import base64
import io
import re

import numpy as np
import pytest
import torch
from PIL import Image

from mnist_core.figures.signed import signed_colours
from mnist_core.figures.theme import DARK, LIGHT, Theme
from mnist_core.figures.train_weights import weight_tiles


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_each_neuron_is_a_picture_of_its_own_in_the_colours_of_its_weights(theme: Theme) -> None:
    weights = torch.randn(3, 28, 28, generator=torch.Generator().manual_seed(0)).to(torch.float16)
    html = weight_tiles(weights=weights, limit=2.0, theme=theme)
    urls = re.findall(r'src="data:image/png;base64,([^"]+)"', html)
    assert len(urls) == 3
    expected = signed_colours(values=weights.float().numpy(), theme=theme, limit=2.0)
    for url, colours in zip(urls, expected, strict=True):
        assert np.array_equal(np.asarray(Image.open(io.BytesIO(base64.b64decode(url)))), colours)
    assert "pixelated" in html
