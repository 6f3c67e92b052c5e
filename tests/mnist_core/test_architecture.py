"""The core stands alone."""

import subprocess
import sys

from tests.conftest import PROJECT


def test_the_core_imports_without_streamlit() -> None:
    program = (
        "import pkgutil, importlib, sys, mnist_core\n"
        "for module in pkgutil.walk_packages(mnist_core.__path__, 'mnist_core.'):\n"
        "    importlib.import_module(module.name)\n"
        "print(sorted(name for name in sys.modules if name.split('.')[0] in ('streamlit', 'ui', 'pages')))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_first_page_needs_neither_torch_nor_pandas() -> None:
    program = (
        "import sys\nfrom ui import lesson, resources, state, status, theme\n"
        "print('torch' in sys.modules or 'pandas' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
