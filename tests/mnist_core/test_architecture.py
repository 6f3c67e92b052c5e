"""The core stands alone."""

import ast
import importlib
import subprocess
import sys

import pytest

from tests.conftest import PROJECT


def test_the_core_imports_without_streamlit() -> None:
    program = (
        "import pkgutil, importlib, sys, mnist_core\n"
        "for module in pkgutil.walk_packages(mnist_core.__path__, 'mnist_core.'):\n"
        "    importlib.import_module(module.name)\n"
        "print(sorted(name for name in sys.modules if name.split('.')[0] in ('streamlit', 'ui', 'lessons')))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def imports_of(file: str) -> str:
    """The import statements at the top of a file; not what it says of the language, which must come first."""
    tree = ast.parse((PROJECT / file).read_text(encoding="utf-8"))
    imports = [ast.unparse(node) for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    return "\n".join(line for line in imports if not line.startswith("from __future__"))


def test_the_first_page_needs_none_of_the_libraries_that_are_slow_to_load() -> None:
    program = (
        f"import sys\n{imports_of('app.py')}\n{imports_of('lessons/welcome.py')}\n"
        "print([name for name in ('torch', 'pandas', 'scipy', 'torchvision') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# What programs outside this project import, from where they import it.
NAMES = {
    "mnist_core.data": ("MEAN", "STD", "Dataset", "DatasetUnavailable", "Splits", "load_mnist", "normalize"),
    "mnist_core.offline_digits": ("make_digits",),
    "mnist_core.model": ("MLP", "MLPConfig"),
    "mnist_core.training": ("TrainingConfig", "fit", "new_model"),
    "mnist_core.preprocessing": ("BlankDrawing", "drawing_to_mnist"),
    "mnist_core.prediction": ("predict_proba",),
    "mnist_core.checkpoint": ("Checkpoint", "CheckpointError", "load", "load_shipped", "save"),
}


@pytest.mark.parametrize("module", NAMES)
def test_names_that_others_import_stay_where_they_are(module: str) -> None:
    found = importlib.import_module(module)
    assert sorted(found.__all__) == sorted(NAMES[module])
    assert all(hasattr(found, name) for name in NAMES[module])
