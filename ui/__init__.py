"""All that ties the subject to Streamlit, so that pages are prose, widgets and calls."""
