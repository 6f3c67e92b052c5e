"""The data."""

from ui import lesson

lesson.header("The data", "")
lesson.footer()
