"""Starts the app from any folder: ``understand-a-classifier``, with the options of ``streamlit run`` behind it.

In a clone it lies beside app.py. In a wheel it is the package that holds app.py, pages, ui and .streamlit. Both times
Streamlit finds the settings and the imports of app.py in app.py's own folder.
"""

import sys
from pathlib import Path

from streamlit.web import cli


def main() -> None:
    """The console command."""
    app = Path(__file__).resolve().with_name("app.py")
    cli.main(["run", str(app), *sys.argv[1:]], prog_name="streamlit")
