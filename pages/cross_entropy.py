"""Cross-entropy."""

from ui import lesson

lesson.header("Cross-entropy", "")
lesson.footer()
