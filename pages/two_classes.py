"""From two classes to many."""

from ui import lesson

lesson.header("From two classes to many", "")
lesson.footer()
