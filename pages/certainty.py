"""How sure is sure?."""

from ui import lesson

lesson.header("How sure is sure?", "It says 90 %. Is it right nine times out of ten?")
lesson.footer()
