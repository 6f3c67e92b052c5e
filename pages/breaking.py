"""Break it."""

from ui import lesson

lesson.header("Break it", "How much of a network can you destroy before it stops reading?")
lesson.footer()
