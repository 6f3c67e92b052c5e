"""What it gets wrong."""

from ui import lesson

lesson.header("What it gets wrong", "Which digits does it take for which, and would you have read them?")
lesson.footer()
