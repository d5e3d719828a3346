"""``chainrule check``: what it runs, prints, and which exit codes it gives."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

SOLUTION = Path(__file__).parents[1] / "teaching" / "mutants" / "solution.py"
BOX_OR_ESCAPE = re.compile("[\x1b\u2500-\u257f]")
START = "%matplotlib inline\nimport numpy as np\nfrom chainrule.teaching import check"


@pytest.fixture
def notebook(tmp_path):
    """notebook(cells...) writes them to a file and returns its path."""

    def write(*sources):
        cells = [{"cell_type": "code", "source": source, "metadata": {}} for source in sources]
        path = tmp_path / "notebook.ipynb"
        path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "cells": cells}))
        return path

    return write


def run(*arguments, code):
    """Run the command, and check its exit code and that there is no traceback."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "chainrule", "check", *map(str, arguments)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert not BOX_OR_ESCAPE.search(done.stdout + done.stderr)
    return done


def test_a_right_notebook(notebook):
    path = notebook(
        START,
        "!pip install nothing\nprint('x' * 100000)",
        SOLUTION.read_text(),
        "check.sigmoid(sigmoid)\nassert check.back_propagation(NeuralNetwork)",
        "check.fit(NeuralNetwork);",
    )
    done = run(path, code=0)
    assert done.stdout.splitlines() == [
        "cell 4: sigmoid passed: A smooth step from 0 to 1.",
        "cell 4: back_propagation passed: The step follows the gradient in every layer.",
        "cell 5: fit passed: Batch and SGD learn as they should.",
        "3 of 3 checks passed",
    ]
    assert done.stderr == ""
    report = json.loads(run(path, "--json", code=0).stdout)
    assert report["passed"] is True
    assert [c["exercise"] for c in report["checks"]] == ["sigmoid", "back_propagation", "fit"]
    assert (report["problems"], report["not_reached"]) == ([], [])


def test_wrong_code_crashes_and_checks_not_reached(notebook):
    wrong = SOLUTION.read_text().replace("return 1 / (1 + np.exp(-x))", "return np.exp(x)", 1)
    path = notebook(
        START,
        wrong,
        "assert check.sigmoid(sigmoid)",
        "x = 1\n1 / 0\ncheck.loss(NeuralNetwork)",
        "y = (",
        "raise SystemExit(3)",
        "check.predict(NeuralNetwork)",
    )
    report = json.loads(run(path, "--json", code=1).stdout)
    assert report["passed"] is False
    sigmoid, predict = report["checks"]
    assert (sigmoid["cell"], sigmoid["passed"], sigmoid["mistake"]) == (3, False, "no_fraction")
    assert (predict["cell"], predict["passed"], predict["mistake"]) == (7, True, None)
    assert report["not_reached"] == [{"cell": 4, "exercise": "loss"}]
    problems = [(p["cell"], p["state"], p["line"], p["error"][:17]) for p in report["problems"]]
    assert problems == [
        (4, "error", 2, "ZeroDivisionError"),
        (5, "error", 1, "SyntaxError: '(' "),
        (6, "error", 1, "SystemExit: 3"),
    ]
    lines = run(path, code=1).stdout.splitlines()
    assert lines[1] == "cell 4: the cell stopped: line 2: ZeroDivisionError: division by zero"
    assert lines[2] == "cell 4: loss not reached: The check was not run."
    assert lines[-1] == "1 of 3 checks passed; 3 cells stopped"


def test_endless_cells(notebook):
    path = notebook(
        START,
        "while True:\n    try:\n        x = 1\n    except BaseException:\n        pass",
        "check.one_hot(np.eye(10))",
    )
    report = json.loads(run(path, "--json", "--timeout", 1, code=1).stdout)
    assert [(p["cell"], p["state"]) for p in report["problems"]] == [(2, "slow")]
    assert [c["passed"] for c in report["checks"]] == [True]


def test_a_check_inside_of_a_cell_keeps_its_own_limit(notebook):
    path = notebook(
        START,
        "def sigmoid(x):\n    while True:\n        pass",
        "check.sigmoid(sigmoid, time_limit=0.3)\nx = 2",
        "assert x == 2",
    )
    report = json.loads(run(path, "--json", "--timeout", 20, code=1).stdout)
    assert [c["mistake"] for c in report["checks"]] == ["too_slow"]
    assert "in line" in report["checks"][0]["message"]
    assert report["problems"] == []


def test_a_process_that_dies(notebook):
    path = notebook(START, "import os\nos._exit(3)", "check.one_hot(np.eye(10))")
    report = json.loads(run(path, "--json", code=1).stdout)
    assert [(p["cell"], p["state"]) for p in report["problems"]] == [(2, "died")]
    assert report["not_reached"] == [{"cell": 3, "exercise": "one_hot"}]


def test_no_network(notebook):
    path = notebook(
        START,
        "import socket\nsocket.create_connection(('192.0.2.1', 80), timeout=1)",
        "socket.getaddrinfo('example.org', 80)",
        "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\ns.sendto(b'x', ('192.0.2.1', 9))",
        "server = socket.create_server(('127.0.0.1', 0))\n"
        "socket.create_connection(server.getsockname()).close()\ncheck.one_hot(np.eye(10))",
    )
    report = json.loads(run(path, "--json", code=1).stdout)
    assert [p["cell"] for p in report["problems"]] == [2, 3, 4]
    assert all("no network here" in p["error"] for p in report["problems"])
    assert [c["passed"] for c in report["checks"]] == [True]


def test_the_notebooks_folder_and_what_notebooks_have(notebook, tmp_path):
    (tmp_path / "beside.py").write_text("value = 5")
    (tmp_path / "data.txt").write_text("7")
    path = notebook(
        START,
        "import beside\nassert open('data.txt').read() == '7' and beside.value == 5",
        "display(get_ipython())\nassert __name__ == '__main__'",
        "import pickle\nclass C: pass\npickle.dumps(C())\ncheck.one_hot(np.eye(10))",
    )
    assert run(path, code=0).stdout.endswith("1 of 1 checks passed\n")


def test_pictures_are_drawn_for_nobody(notebook):
    pytest.importorskip("matplotlib")
    path = notebook(
        START,
        "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()",
        "assert plt.get_fignums() == []\ncheck.one_hot(np.eye(10))",
    )
    run(path, code=0)


def test_a_notebook_without_checks(notebook):
    path = notebook("x = 1")
    assert "The notebook calls no checks" in run(path, code=1).stdout
    assert json.loads(run(path, "--json", code=1).stdout)["passed"] is False


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere.ipynb"], "there is no file 'nowhere.ipynb'"),
        ([__file__], "is no notebook: it is not JSON"),
        ([Path(__file__).parent], "is a folder"),
        ([__file__, "--timeout", "0"], "'0'; possible: a positive, finite number"),
        ([], "Missing argument"),
    ],
)
def test_usage(arguments, words):
    done = run(*arguments, code=2)
    assert words in " ".join(done.stderr.split())
    assert done.stdout == ""
