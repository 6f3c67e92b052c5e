"""All symbols."""

from ui import lesson

lesson.header("All symbols", "")
lesson.footer()
