"""What is uploaded is looked at and never executed."""

import ast
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

from mnist_core.handwriting.opening import PhotoUnreadable, open_grey
from mnist_core.lessons import collection
from mnist_core.network import checkpoint
from tests.conftest import PROJECT


class Trap:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return Path.touch, (self.mark,)


READERS: dict[str, tuple[Callable[[bytes], object], type[Exception]]] = {
    "weights": (checkpoint.load, checkpoint.CheckpointError),
    "photo": (open_grey, PhotoUnreadable),
    "drawings": (collection.from_csv, collection.NotACollection),
}


@pytest.mark.parametrize("kind", READERS)
def test_a_pickle_is_refused_and_not_opened(kind: str, tmp_path: Path) -> None:
    mark = tmp_path / "executed"
    harm = pickle.dumps(Trap(mark))
    read, refused = READERS[kind]
    with pytest.raises(refused):
        read(harm)
    assert not mark.exists()
    pickle.loads(harm)
    assert mark.exists()  # it would have been


EXECUTES = {
    "eval", "exec", "compile", "__import__", "torch.load", "np.load", "numpy.load", "pd.read_pickle", "os.system",
}  # fmt: skip
MODULES = {"pickle", "cPickle", "dill", "joblib", "shelve", "marshal", "yaml", "code", "runpy"}


@pytest.mark.parametrize("place", ["app.py", "pages", "ui", "mnist_core"])
def test_the_app_has_no_way_to_execute_what_it_is_given(place: str) -> None:
    for file in (PROJECT / place, *(PROJECT / place).rglob("*.py")):
        if file.suffix != ".py":
            continue
        for node in ast.walk(ast.parse(file.read_bytes())):
            match node:
                case ast.Import():
                    assert not {alias.name.partition(".")[0] for alias in node.names} & MODULES, file
                case ast.ImportFrom():
                    assert (node.module or "").partition(".")[0] not in MODULES, file
                case ast.Call():
                    is_ours = "ROUTER" in {name.id for name in ast.walk(node) if isinstance(name, ast.Name)}  # app.py
                    assert ast.unparse(node.func) not in EXECUTES or is_ours, (file, node.lineno)
