"""The subject of the lessons: digits, a multi-layer perceptron, its training and its predictions.

Nothing here knows of the web app: the same code works in a notebook and in a terminal (``python -m mnist_core``).
"""

from pathlib import Path

# The only paths that start from a file of this package, so that its modules may move. In a clone, weights and data lie
# beside the package. Where it is installed, the weights lie in it, and the data where the user's programs keep theirs.
_PACKAGE = Path(__file__).resolve().parent
_INSTALLED = (_PACKAGE / "models").is_dir()
MODELS = (_PACKAGE if _INSTALLED else _PACKAGE.parent) / "models"
DATA = Path.home() / ".cache" / "understand-a-classifier" if _INSTALLED else _PACKAGE.parent / "data"
