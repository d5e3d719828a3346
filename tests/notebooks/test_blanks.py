"""A cell that meets a blank says which; all other errors are left as they are."""

import io
import sys

import pytest

from chainrule.teaching.blanks import explain_blanks, sentence_for

BLANK = "still has a blank: put your own code in the place of the `...`."


def sentence(source, *, open_names=(), **names):
    """Run the source as a notebook's cell would be, and explain what it ends with."""
    import linecache

    linecache.cache["<cell>"] = (len(source), None, source.splitlines(keepends=True), "<cell>")
    try:
        exec(compile(source, "<cell>", "exec"), {**names, "__name__": "__main__"})
    except Exception as error:
        return sentence_for(error, error.__traceback__, set(open_names))
    finally:
        del linecache.cache["<cell>"]
    raise AssertionError("the source has no error")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a = 1\nb = a - ...", f"Line 2, `b = a - ...`, {BLANK}"),
        ("max(\n    1,\n    ...,\n)", f"Line 1, `max(`, {BLANK}"),
        ("for i in range(...):\n    pass", f"Line 1, `for i in range(...):`, {BLANK}"),
        (
            "p = ...\ny = 1\nloss = p - y",
            "Line 3, `loss = p - y`, cannot run yet: `p` is still `...`. Fill that in first.",
        ),
        (
            "p = q = ...\nprint(p - q)",
            "Line 2, `print(p - q)`, cannot run yet: `p` and `q` are still `...`. "
            "Fill that in first.",
        ),
        (
            "def f():\n    a = ...\n    return a + 1\nf()",
            "In `f`, line 3, `return a + 1`, cannot run yet: `a` is still `...`. "
            "Fill that in first.",
        ),
        (
            "values = [1, ...]\nsum(values)",
            "Line 2, `sum(values)`, cannot run yet: it meets a `...` that is not filled in.",
        ),
        # The blank is not in what the error says, but in what the line uses.
        (
            "out = ...\n[1, 2].index(out)",
            "Line 2, `[1, 2].index(out)`, cannot run yet: `out` is still `...`. "
            "Fill that in first.",
        ),
    ],
)
def test_blanks_are_named(source, expected):
    assert sentence(source) == expected


def test_a_blank_is_named_where_the_students_code_meets_it_not_in_a_library():
    import numpy as np

    assert sentence("w = np.random.randn(...)", np=np).startswith("Line 1, `w = np.random.randn")


@pytest.mark.parametrize(
    "source",
    [
        "1 / 0",
        "a = [[1]]\na.b",
        "unknown",
        "a = {}\nb = ...\na['x']",
        "a = [1]\na[..., 0]['x'] if False else a[7]",
    ],
)
def test_other_errors_are_not_explained(source):
    assert sentence(source) is None


def test_a_name_is_missed_only_if_a_cell_with_a_blank_would_have_made_it():
    assert sentence("nn.fit()", open_names={"nn"}).startswith("`nn` is not there yet")
    assert sentence("nn.fit()", open_names={"other"}) is None


def test_outside_of_ipython_nothing_is_done():
    assert explain_blanks() is None


def test_in_ipython_cells_are_explained_and_real_errors_shown(monkeypatch, capsys):
    pytest.importorskip("IPython", reason="comes with ipykernel, in the extra tutorial")
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell()
    monkeypatch.setattr(sys.modules["IPython"], "get_ipython", lambda: shell)
    explain_blanks()

    def shown(cell):
        result = shell.run_cell(cell, store_history=True)
        assert not result.success
        return capsys.readouterr().out

    assert "Line 1, `nn, n = len(...), 1`, still has a blank" in shown("nn, n = len(...), 1")
    assert "`nn` is not there yet" in shown("loss = nn + 1")
    assert "`loss` is not there yet" in shown("print(loss)")
    out = shown("1 / 0")
    assert "ZeroDivisionError" in out
    assert "not yet" not in out
    assert "NameError" in shown("print(typo)")


def test_a_picture_that_was_begun_is_not_shown(monkeypatch, capsys):
    pytest.importorskip("IPython", reason="comes with ipykernel, in the extra tutorial")
    from IPython.core.interactiveshell import InteractiveShell

    closed = io.StringIO()

    class Pyplot:
        @staticmethod
        def close(what):
            closed.write(what)

    shell = InteractiveShell()
    monkeypatch.setattr(sys.modules["IPython"], "get_ipython", lambda: shell)
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", Pyplot)
    explain_blanks()
    shell.run_cell("len(...)", store_history=True)
    assert closed.getvalue() == "all"
    assert "not yet: this cell" in capsys.readouterr().out
