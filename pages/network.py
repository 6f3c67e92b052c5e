"""The network."""

from ui import lesson

lesson.header("The network", "")
lesson.footer()
