import importlib.metadata
import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import chainrule

PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"
# What is only loaded when it is used.
LAZY = {
    *("sklearn", "scipy", "matplotlib", "pandas", "polars", "torch", "jax", "PIL"),
    *("rich", "typer", "click", "safetensors", "IPython", "pytest", "hypothesis"),
    *("asyncio", "multiprocessing", "email", "http", "urllib.request", "ssl", "sqlite3", "tomllib"),
    *("chainrule.cli", "chainrule.plots", "chainrule.datasets", "chainrule.metrics"),
}


def loaded_by(statement):
    """Return the modules of a fresh interpreter after a statement."""
    code = f"{statement}; import sys; names = sorted(sys.modules); import json"
    output = subprocess.run(
        [sys.executable, "-c", f"{code}; print(json.dumps(names))"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return set(json.loads(output))


def test_importing_chainrule_loads_numpy_and_little_else():
    numpy = loaded_by("import numpy")
    loaded = loaded_by("from chainrule import NeuralNetwork") - numpy
    assert "chainrule.network" in loaded
    assert loaded & LAZY == set()
    others = {name.partition(".")[0] for name in loaded} - set(sys.stdlib_module_names)
    assert {name for name in others if not name.startswith("_")} <= {"chainrule", "numpy"}


def test_a_network_loads_no_more(engine_name):
    use = f"nn = chainrule.NeuralNetwork([2, 1], engine={engine_name!r}); nn.predict([[0, 1]])"
    loaded = loaded_by(f"import chainrule; {use}") - loaded_by("import numpy")
    assert loaded & LAZY == set()


def test_public_names():
    assert set(chainrule.__all__) >= {"NeuralNetwork", "__version__", "datasets", "plots"}
    assert chainrule.__all__ == sorted(chainrule.__all__)
    assert dir(chainrule) == sorted(chainrule.__all__)


@pytest.mark.parametrize("name", chainrule.__all__)
def test_every_public_name_is_there(name):
    if name == "plots":
        pytest.importorskip("matplotlib")
    assert getattr(chainrule, name) is getattr(chainrule, name)


def test_an_unknown_name():
    with pytest.raises(AttributeError, match=r"^module 'chainrule' has no attribute 'network_'$"):
        _ = chainrule.network_


def test_the_version_is_that_of_pyproject():
    project = tomllib.loads(PYPROJECT.read_text())["project"]
    assert chainrule.__version__ == project["version"]


def test_the_version_is_that_installed():
    try:
        installed = importlib.metadata.version("chainrule")
    except importlib.metadata.PackageNotFoundError:
        pytest.skip("chainrule is not installed, only on the path")
    assert chainrule.__version__ == installed


def test_types_are_published():
    assert (Path(chainrule.__file__).parent / "py.typed").is_file()
