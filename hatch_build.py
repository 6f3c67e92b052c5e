"""What a wheel holds beside ``mnist_core``: the weights within it, and the app in one folder.

So no package of the environment is called ``lessons`` or ``ui``. An editable install copies nothing: it has the clone.
"""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PLACES = {
    "models": "mnist_core/models",
    "understand_a_classifier.py": "understand_a_classifier/__init__.py",
    "app.py": "understand_a_classifier/app.py",
    "lessons": "understand_a_classifier/lessons",
    "ui": "understand_a_classifier/ui",
    ".streamlit": "understand_a_classifier/.streamlit",
}


class AppInOneFolder(BuildHookInterface[Any]):
    """Puts each of PLACES where it belongs in the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before it builds; ``version`` is "standard" or "editable"."""
        if version == "standard":
            build_data["force_include"].update(PLACES)
