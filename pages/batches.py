"""Mini-batches."""

from ui import lesson

lesson.header("Mini-batches", "")
lesson.footer()
