"""What is installed: the same packages by pip, uv and Community Cloud; and a wheel that holds the whole app."""

import ast
import os
import shutil
import signal
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
from hatchling import build
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from streamlit import config

from tests.conftest import PROJECT

# Python as the Makefile calls it. It installs a package of three parts, one after another, and like pip it takes the
# package for installed as soon as the second is there. STOP says after which part, or half of one, all is killed.
PYTHON = """#!/bin/sh
part() {
  echo >> "$STEPS"
  [ "$(wc -l < "$STEPS")" -ne "$STOP" ] || kill -9 0
}
home=$(dirname "$(dirname "$0")")
case "$1 $2" in
  *version_info*) ;;
  -c*) exit 1 ;;  # no network
  "-m venv") part; mkdir -p "$3/bin"; part; cp "$0" "$3/bin/python"; part ;;
  *) name=$(basename "$6" .txt)
    [ ! -e "$home/$name.metadata" ] || exit 0
    part; touch "$home/$name.files"; part; touch "$home/$name.metadata"; part
    for command in streamlit ruff mypy lint-imports; do
      echo "echo started" > "$home/bin/$command"; chmod +x "$home/bin/$command"
    done; part ;;
esac
"""
WITH_THE_APP = ("app.py", "understand_a_classifier.py", "lessons", "ui", "mnist_core")


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    """pyproject.toml."""
    return tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder into which an installer would unpack the wheel."""
    folder = tmp_path_factory.mktemp("installed")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(PROJECT)
        wheel = folder / build.build_wheel(str(folder))
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site-packages")
    return folder / "site-packages"


def _lines(name: str) -> list[str]:
    return sorted(line for line in (PROJECT / name).read_text(encoding="utf-8").splitlines() if line[:1].isalpha())


def test_pip_and_community_cloud_install_the_same(project: dict[str, Any]) -> None:
    assert _lines("requirements.txt") == sorted(project["project"]["dependencies"])


def test_uv_and_make_install_the_same_development_tools(project: dict[str, Any]) -> None:
    assert _lines("requirements-dev.txt") == sorted(project["dependency-groups"]["dev"])


def test_what_the_app_imports_is_named(project: dict[str, Any]) -> None:
    named = {canonicalize_name(Requirement(line).name) for line in project["project"]["dependencies"]}
    files = [found for place in WITH_THE_APP for found in (PROJECT / place, *(PROJECT / place).rglob("*.py"))]
    trees = [ast.parse(file.read_bytes()) for file in files if file.suffix == ".py"]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    imported = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    providers = packages_distributions()
    foreign = {name.partition(".")[0] for name in imported} - sys.stdlib_module_names - {"mnist_core", "lessons", "ui"}
    assert "torch" in foreign
    assert {canonicalize_name(providers[name][0]) for name in foreign} <= named


def test_a_wheel_holds_every_file_of_the_app(installed: Path) -> None:
    kept = {
        file.relative_to(PROJECT)
        for place in ("app.py", "lessons", "ui", ".streamlit", "mnist_core", "models")
        for file in (PROJECT / place, *(PROJECT / place).rglob("*"))
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert Path("models/shipped.safetensors") in kept
    homes = {"mnist_core": Path(), "models": Path("mnist_core")}
    app = Path("understand_a_classifier")
    missing = {file for file in kept if not (installed / homes.get(file.parts[0], app) / file).is_file()}
    assert not missing


def test_a_wheel_puts_no_lessons_and_no_ui_among_the_packages(installed: Path) -> None:
    packages = {path.name for path in installed.iterdir() if path.suffix != ".dist-info"}
    assert packages == {"mnist_core", "understand_a_classifier"}


def test_an_installed_core_has_its_weights_with_it_and_the_data_with_the_user(installed: Path, tmp_path: Path) -> None:
    answer = subprocess.run(
        [sys.executable, "-c", "import mnist_core; print(mnist_core.MODELS, mnist_core.DATA, sep='\\n')"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=True,
    )
    models, data = map(Path, answer.stdout.splitlines())
    assert models == installed / "mnist_core" / "models"
    assert data == Path.home() / ".cache" / "understand-a-classifier"


def test_the_command_starts_the_app_from_anywhere_with_its_settings(installed: Path, tmp_path: Path) -> None:
    """Config is read as the server does, without waiting for one to start."""
    script = (
        "import sys, streamlit.web.bootstrap as bootstrap\n"
        "from streamlit import config\n"
        "bootstrap.run = lambda path, *rest, **more: print(path, config.get_option('server.maxUploadSize'), "
        "config.get_option('theme.light.primaryColor'), config.get_option('server.port'), sep='\\n')\n"
        "import understand_a_classifier\n"
        "understand_a_classifier.main()"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script, "--server.port", "8765"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        check=True,
    )
    path, upload, colour, port = answer.stdout.splitlines()
    assert Path(path) == installed / "understand_a_classifier" / "app.py"
    settings = tomllib.loads((PROJECT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert upload == str(settings["server"]["maxUploadSize"])
    assert colour == settings["theme"]["light"]["primaryColor"]
    assert port == "8765"


def make(folder: Path, target: str, stop: int = 0) -> "subprocess.CompletedProcess[str]":
    """Runs a target of the Makefile; it is killed with all that it has started after so many steps, if any."""
    (folder / "steps").write_text("")
    return subprocess.run(
        ["make", f"PYTHON={folder / 'python'}", target],
        cwd=folder,
        env={**os.environ, "STEPS": str(folder / "steps"), "STOP": str(stop)},
        start_new_session=True,
        capture_output=True,
        text=True,
    )


@pytest.mark.skipif(not shutil.which("make"), reason="no make here")
@pytest.mark.parametrize(("target", "steps"), [("run", 7), ("lint", 11)])
def test_make_interrupted_at_any_moment_can_be_started_again(tmp_path: Path, target: str, steps: int) -> None:
    for stop in range(1, steps + 1):
        folder = tmp_path / str(stop)
        folder.mkdir()
        for name in ("Makefile", "requirements.txt", "requirements-dev.txt"):
            shutil.copy(PROJECT / name, folder)
        (folder / "python").write_text(PYTHON)
        (folder / "python").chmod(0o755)
        assert make(folder, target, stop).returncode == -signal.SIGKILL, f"there is no step {stop}"
        for wanted in ("run", target):
            again = make(folder, wanted)
            assert (again.returncode, "started" in again.stdout) == (0, True), f"after step {stop}: {again}"
        assert "install" not in make(folder, target).stdout.lower()  # nothing twice
        assert not (folder / ".venv-begun").exists()


@pytest.mark.skipif(not Path("/proc/self/comm").exists(), reason="only Linux tells which process has a number")
def test_two_makes_do_not_install_at_once(tmp_path: Path) -> None:
    shutil.copy(PROJECT / "Makefile", tmp_path)
    (tmp_path / "requirements.txt").touch()
    (tmp_path / "waits.mk").write_text("wait:\n\t@echo $$PPID > .venv-begun; read line\n")
    waiting = subprocess.Popen(["make", "-f", "waits.mk"], cwd=tmp_path, stdin=subprocess.PIPE)
    while not (tmp_path / ".venv-begun").exists() or not (tmp_path / ".venv-begun").read_text():
        assert waiting.poll() is None
    said = subprocess.run(["make", f"PYTHON={sys.executable}", "run"], cwd=tmp_path, capture_output=True, text=True)
    assert (said.returncode, "Another make" in said.stdout) == (2, True)
    waiting.communicate(b"\n")


# What a server that anyone can reach needs; the reasons stand beside each in the file.
FOR_A_PUBLIC_HOST = {
    "server.enableXsrfProtection": True,
    "server.enableCORS": True,
    "server.corsAllowedOrigins": [],
    "server.enableStaticServing": False,
    "server.enableAgentApi": False,
    "server.fileWatcherType": "none",
    "server.runOnSave": False,
    "server.maxUploadSize": 10,
    "server.maxMessageSize": 20,
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "client.toolbarMode": "minimal",
    "browser.gatherUsageStats": False,
}


def _settings() -> dict[str, Any]:
    """What .streamlit/config.toml says, by the names Streamlit has for it."""
    sections = tomllib.loads((PROJECT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))

    def flat(section: str, values: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in values.items():
            name = f"{section}.{key}"
            found |= flat(name, value) if isinstance(value, dict) else {name: value}
        return found

    return {name: value for section, values in sections.items() for name, value in flat(section, values).items()}


@pytest.mark.parametrize("name", FOR_A_PUBLIC_HOST)
def test_the_settings_are_those_of_a_server_that_anyone_can_reach(name: str) -> None:
    assert _settings()[name] == FOR_A_PUBLIC_HOST[name]


def test_streamlit_knows_every_setting() -> None:
    """It ignores one it does not know, and then what was to be shut is open."""
    known = set(config.get_config_options(force_reparse=False))
    assert not set(_settings()) - known


def test_every_setting_for_the_server_has_its_reason() -> None:
    text = (PROJECT / ".streamlit" / "config.toml").read_text(encoding="utf-8").partition("[theme]")[0]
    for block in text.split("\n["):
        lines = [line for line in block.splitlines()[1:] if line.strip()]
        reasons = [index for index, line in enumerate(lines) if line.startswith("#")]
        assert not lines or reasons[:1] == [0], block  # a reason may stand for the settings below it


def test_the_oldest_versions_are_tried_on_the_oldest_python(project: dict[str, Any]) -> None:
    workflow = (PROJECT / ".github/workflows/dependencies.yml").read_text(encoding="utf-8")
    oldest = project["project"]["requires-python"].removeprefix(">=")
    assert f'python-version: "{oldest}"' in workflow.partition("lowest:")[2]
    assert "--resolution lowest-direct" in workflow
    assert "pip-audit --requirement requirements.txt" in workflow


def test_every_dependency_has_an_oldest_version_and_an_end(project: dict[str, Any]) -> None:
    for line in project["project"]["dependencies"]:
        assert {part.operator for part in Requirement(line).specifier} == {">=", "<"}, line
