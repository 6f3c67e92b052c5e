"""What fails while a page is drawn goes to the log with what was asked for, and once."""

import logging
import traceback

from streamlit.runtime.scriptrunner import get_script_run_ctx

from ui.frame.shared import Shared

LOGGER = logging.getLogger("streamlit.error_util")  # where Streamlit logs them
MOST = 1_000  # different failures that are told; a server in which more fail is not mended by its log


class OnceWithItsLink(logging.Filter):
    """Adds the link to what Streamlit logs of a failure, and lets pass what fails at a place only the first time."""

    def __init__(self) -> None:
        super().__init__()
        self._told: set[tuple[str, str, int | None]] = set()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether it is to be logged."""
        error = record.exc_info[1] if record.exc_info else None
        context = get_script_run_ctx()
        if error is None or context is None:
            return True
        deepest = traceback.extract_tb(error.__traceback__)[-1:]
        place = type(error).__name__, *((deepest[0].filename, deepest[0].lineno) if deepest else ("", None))
        if place in self._told or len(self._told) >= MOST:
            return False
        self._told.add(place)
        page = context.pages_manager.get_pages().get(context.page_script_hash)
        record.msg = f"{record.msg} of /{page.get('url_pathname', '') if page else ''}?{context.query_string}"
        return True


@Shared
def report() -> None:
    """Lets the log say so; called by app.py, which knows of no failure in a part that is drawn anew alone."""
    LOGGER.addFilter(OnceWithItsLink())
