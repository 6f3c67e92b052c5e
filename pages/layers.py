"""What layers do."""

from ui import lesson

lesson.header("What layers do", "")
lesson.footer()
