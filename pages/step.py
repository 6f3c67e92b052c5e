"""One training step."""

from ui import lesson

lesson.header("One training step", "")
lesson.footer()
