"""The marks around solutions: what each notebook makes of them."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # notebooks/ is not installed

from notebooks.make import marks
from notebooks.make.marks import MarkError, Region

CELL = """\
def f(x):
    ### BEGIN SOLUTION
    ### a = ...  # a number
    a = x + 1
    ### END SOLUTION
    ### BEGIN SOLUTION
    ### for i in range(...):
    ###     a -= ...
    for i in range(3):
        a -= i
    ### END SOLUTION
    return a"""


def test_student_sees_the_lines_that_are_shown():
    assert marks.with_blanks(CELL) == (
        "def f(x):\n    a = ...  # a number\n"
        "    for i in range(...):\n        a -= ...\n    return a"
    )


def test_solution_has_its_lines_and_no_marks():
    assert marks.solved(CELL) == (
        "def f(x):\n    a = x + 1\n    for i in range(3):\n        a -= i\n    return a"
    )


def test_nbgrader_has_its_marks_and_no_line_that_would_run_before_the_solution():
    assert (
        marks.for_nbgrader(CELL)
        == """\
def f(x):
    a = ...  # a number
    ### BEGIN SOLUTION
    a = x + 1
    ### END SOLUTION
    # for i in range(...):
    #     a -= ...
    ### BEGIN SOLUTION
    for i in range(3):
        a -= i
    ### END SOLUTION
    return a"""
    )
    names = {}
    exec(marks.for_nbgrader(CELL), names)
    assert names["f"](10) == 8


def test_a_blank_that_the_solution_would_read_becomes_a_comment():
    region = "### BEGIN SOLUTION\n### p = ...\n{}\n### END SOLUTION"
    assert marks.for_nbgrader(region.format("p = f(p)")).startswith("# p = ...\n")
    assert marks.for_nbgrader(region.format("q = 2 * p\np = q")).startswith("# p = ...\n")
    assert marks.for_nbgrader(region.format("p = f(2)\np = f(p)")).startswith("p = ...\n")


def test_without_shown_lines_there_is_a_plain_blank():
    assert list(marks.split("  ### BEGIN SOLUTION\n  a = 1\n\n  b = 2\n  ### END SOLUTION")) == [
        Region("  ", ("  ...",), ("  a = 1", "", "  b = 2"))
    ]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("### BEGIN SOLUTION\na = 1", "does not end"),
        ("a = 1\n### END SOLUTION", "did not begin"),
        ("### BEGIN SOLUTION\n### BEGIN SOLUTION\na\n### END SOLUTION", "within another"),
        ("### BEGIN SOLUTION\n### a = ...\n### END SOLUTION", "no lines"),
    ],
    ids=["no end", "no begin", "nested", "empty"],
)
def test_marks_that_do_not_fit_are_refused(source, message):
    with pytest.raises(MarkError, match=message):
        list(marks.split(source))
