"""Overfitting."""

from ui import lesson

lesson.header("Overfitting", "")
lesson.footer()
