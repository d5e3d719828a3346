"""docs/keras.md says what the package is, and its lines of Python run."""

import ast
import inspect
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))  # docs/ and benchmarks/ are not installed

from docs.keras_tables import attempts, modules, names, page  # noqa: E402
from docs.keras_tables.docstrings import (  # noqa: E402
    arguments,
    first_sentence,
    markdown,
    only,
)

from chainrule import keras  # noqa: E402
from chainrule.keras import layers, objects  # noqa: E402

TEXT = page.PAGE.read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
MODULES = {modules.short(module): module for module in modules.modules()}
API = names.known()["modules"]


def test_the_tables_are_those_of_the_package():
    now = page.made(TEXT)
    changed = [new for new in now.splitlines() if new not in TEXT.splitlines()]
    assert now == TEXT, f"run `make docs-keras`; new lines: {changed[:5]}"


@pytest.mark.parametrize("code", BLOCKS, ids=lambda code: code.splitlines()[0])
def test_lines_of_python_run(code, tmp_path, monkeypatch, capsys):
    if re.search(r"^import keras$", code, re.MULTILINE):
        pytest.importorskip("keras")
    if ".keras" in re.sub(r"chainrule\.keras", "", code):  # a file
        pytest.importorskip("h5py")
    monkeypatch.chdir(tmp_path)
    exec(compile(code, page.PAGE.name, "exec"), {})
    if "print(" in code:
        assert float(capsys.readouterr().out.splitlines()[-1]) > 0.9


def test_both_examples_without_other_packages_are_there():
    free = [code for code in BLOCKS if "import keras\n" not in code.replace("chainrule.", "")]
    assert len(BLOCKS) == 5
    assert len(free) == 3


def test_every_class_that_a_text_or_a_file_can_name_is_on_the_page():
    for kind in objects.kinds():
        for name, cls in objects.classes(kind).items():
            rows = re.findall(rf"^\| `{name}` \|.*$", TEXT, re.MULTILINE)
            assert any(markdown(first_sentence(cls)) in row for row in rows), f"{kind} {name}"


def test_every_public_module_has_a_heading():
    for name in keras.__all__:
        if inspect.ismodule(getattr(keras, name)):
            assert f"\n### `keras.{name}`\n" in TEXT


def _defaults():
    # A Variable has arguments of its own.
    for module, known in API.items():
        owner = keras if not module else MODULES.get(module)
        for name, expected in known.items():
            try:
                value = getattr(owner, name)
            except (AttributeError, NotImplementedError):
                continue
            if (
                callable(value) and expected and name != "Variable"
            ):  # which has arguments of its own
                yield pytest.param(value, expected, id=f"{module}.{name}")


@pytest.mark.parametrize(("ours", "expected"), list(_defaults()))
def test_defaults_are_those_of_keras(ours, expected):
    for parameter in inspect.signature(ours).parameters.values():
        text = expected.get(parameter.name, "")
        if not text or parameter.default is parameter.empty:
            continue
        try:
            default = ast.literal_eval(text)
        except (ValueError, SyntaxError):  # an object
            continue
        if isinstance(default, str) and isinstance(parameter.default, str):
            assert parameter.default.lower() == default.lower(), parameter.name
        else:
            assert parameter.default == default, parameter.name


def test_a_new_layer_gets_a_row(monkeypatch):
    class Doubling(layers.Layer):
        """A = 2 X.

        Parameters
        ----------
        times : int
            2.
        """

        def __init__(self, times: int = 2, **settings):
            super().__init__(**settings)
            self.times = times

    monkeypatch.setattr(layers, "Doubling", Doubling, raising=False)
    monkeypatch.setattr(layers, "__all__", [*layers.__all__, "Doubling"])
    api = {"Doubling": {"times": "2", "name": "None", "sparse": "False"}}
    row = "| `Doubling` | `times=2` | `times` only 2; without `sparse` | A = 2 X. |"
    assert row in modules.section(layers, api).splitlines()
    assert row.replace("; without `sparse`", "").replace("X. |", "X. *Not in Keras 3.* |") in (
        modules.section(layers, {})
    )


def test_texts_are_those_that_get_takes():
    assert '| `MeanSquaredError` | `"mean_squared_error"`, `"mse"`, `"MSE"` |' in TEXT
    for module in MODULES.values():
        get = vars(module).get("get")
        rows = re.findall(r"^\| `(\w+)` \| (`\".*?\"`) \|", _section(module), re.MULTILINE)
        for name, texts in rows:
            for text in re.findall(r'"(\w+)"', texts):
                assert type(get(text)).__name__ == name


def _section(module):
    return modules.section(module, API.get(modules.short(module), {}))


def test_what_is_missing_is_grouped_by_what_is_said_of_it():
    table = modules.missing(layers, {"Dense": {}, "Conv2D": {}, "LSTM": {}, "Lambda": {}})
    rows = table.splitlines()[2:]
    assert rows[0].startswith("| `Conv2D`, `LSTM` | layers.X is not supported")
    assert rows[1].startswith("| `Lambda` | layers.X is not supported")
    assert len(rows) == 2


@pytest.mark.parametrize("name", sorted(set(API["layers"]) - set(layers.__all__)))
def test_a_layer_that_only_keras_has_says_so(name):
    with pytest.raises(NotImplementedError, match=f"{name} is not supported: .* real Keras"):
        getattr(layers, name)


def test_lines_that_work_and_lines_that_raise_are_told_apart():
    assert attempts.outcome(keras, "Dense(2)") == ("works", "")
    assert attempts.outcome(keras, "Dense(0)")[0] == "ValueError"
    assert attempts.outcome(keras, "SGD(lr=0.5)")[0] == "DeprecationWarning"
    with pytest.raises(NameError):
        attempts.outcome(keras, "Dens(2)")


def test_what_real_keras_does_is_known_of_every_line():
    lines = {*attempts.OLD, *attempts.MISTAKES, *attempts.REFUSED}
    assert set(names.known()["attempts"]["all"]) == lines


def test_lines_that_are_refused_here_only():
    real = dict.fromkeys(attempts.REFUSED, "works")
    assert "layers.Conv2D(8, 3)" in attempts.refused(keras, real)
    real["layers.Conv2D(8, 3)"] = "TypeError"
    assert "layers.Conv2D(8, 3)" not in attempts.refused(keras, real)


def test_every_mistake_is_named():
    said = {line: attempts.outcome(keras, line)[0] for line in attempts.MISTAKES}
    silent = {line for line, what in said.items() if what == "works"}
    assert silent == {"model.fit(x.tolist(), one_hot, verbose=0)"}  # which is none here


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-1.", "-1"),
        ("None or 6.", "None or 6"),
        ("0.", "0"),
        ('None or "channels_last".', 'None or "channels_last"'),
        ("1, 2 or 3.", "1, 2 or 3"),
        ("Positive.", ""),
        ("-1 for the last.", ""),
        ("", ""),
    ],
)
def test_limits_are_texts_with_nothing_but_values(text, expected):
    assert only("int", text) == expected


def test_a_type_of_none_is_a_limit():
    assert only("None", "Keras has it.") == "None"


def _documented():
    """Return x^2 of the weights, ``w``. And a second sentence.

    Parameters
    ----------
    a, b : float, optional
        Of both.
    c : {"x", "y"}
        On two
        lines.
    d
        Without a type.

    Returns
    -------
    float
        Nothing else.
    """


def test_arguments_of_a_docstring():
    assert arguments(_documented) == {
        "a": ("float, optional", "Of both."),
        "b": ("float, optional", "Of both."),
        "c": ('{"x", "y"}', "On two lines."),
        "d": ("", "Without a type."),
    }
    assert arguments(test_arguments_of_a_docstring) == {}


def test_first_sentence():
    assert first_sentence(_documented) == "Return x^2 of the weights, ``w``."


def test_markdown():
    assert markdown(":class:`~a.B` and ``w`` of |x| < 2 * y") == r"`a.B` and `w` of \|x\| \< 2 \* y"
