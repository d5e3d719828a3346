import json

import pytest

from chainrule.teaching.notebook import Cell, NotebookError, read_notebook


def write(path, content):
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_code_cells_are_numbered(tmp_path):
    cells = [
        {"cell_type": "markdown", "source": "# text"},
        {"cell_type": "code", "source": ["x = 1\n", "y = 2"]},
        {"cell_type": "raw", "source": "raw"},
        {"cell_type": "code", "source": "z = 3"},
    ]
    path = write(tmp_path / "n.ipynb", {"nbformat": 4, "cells": cells})
    assert read_notebook(path) == [Cell(1, "x = 1\ny = 2"), Cell(2, "z = 3")]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("text", "is no notebook: it is not JSON"),
        ([1], "is no notebook; possible: a file that Jupyter has saved"),
        ({"nbformat": 3, "worksheets": []}, "has the notebook format 3; possible: 4"),
        ({"nbformat": 4}, "is no notebook: it has no cells"),
        ({"nbformat": 4, "cells": ["x"]}, "is no notebook: it has no cells"),
    ],
)
def test_what_is_no_notebook(tmp_path, content, words):
    path = write(tmp_path / "n.ipynb", content)
    with pytest.raises(NotebookError, match=words):
        read_notebook(path)


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(NotebookError, match="there is no file"):
        read_notebook(tmp_path / "n.ipynb")
    with pytest.raises(NotebookError, match="is a folder"):
        read_notebook(tmp_path)
    (tmp_path / "b.ipynb").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(NotebookError, match="cannot be read as text"):
        read_notebook(tmp_path / "b.ipynb")


@pytest.mark.parametrize(
    ("source", "python"),
    [
        ("%matplotlib inline\nx = 1", "pass\nx = 1"),
        ("if True:\n    !pip install x\ny = 1", "if True:\n    pass\ny = 1"),
        ("files = !ls\nx = 1", "files = None\nx = 1"),
        ("np?\nx = 1\nnp.dot??", "pass\nx = 1\npass"),
        ("x = (7\n% 4)\ny = '!'", "x = (7\n% 4)\ny = '!'"),
        ("%%time\nx = 1", "\nx = 1"),
        ("%%bash\nls", ""),
        ("x = (", "x = ("),
        ("", ""),
    ],
)
def test_magics(source, python):
    assert Cell(1, source).python() == python


def test_checks_that_a_cell_calls():
    cell = Cell(1, "r = check.loss(NN)\nassert check.fit(NN)\nother.loss(1)\ncheck.nothing(2)")
    assert sorted(cell.checks()) == ["fit", "loss"]
    assert Cell(1, "x = (\ncheck.loss(NN)").checks() == ["loss"]
