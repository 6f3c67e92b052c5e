"""All that ties the subject to Streamlit, so that pages are prose, widgets and calls."""

from pathlib import Path

APP = Path(__file__).resolve().parent.parent  # the folder of app.py, in a clone and where the app is installed
