"""Compare runs."""

from ui import lesson

lesson.header("Compare runs", "Is one setting better than another, or was it luck?")
lesson.footer()
