"""The subject of the lessons: digits, a multi-layer perceptron, its training and its predictions.

Nothing here knows of the web app: the same code works in a notebook and in a terminal (``python -m mnist_core``).
"""

from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent  # the folder that holds this package, models and data
