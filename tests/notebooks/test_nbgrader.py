"""The notebook for nbgrader: its own validator, what it hands out, and what it grades."""

import os
import re
import sys
import warnings
from pathlib import Path

import pytest

REASON = "the notebooks are made and run in an environment of their own: make test-notebooks"
pytest.importorskip("jupytext", reason=REASON)
pytest.importorskip("nbgrader", reason=REASON)

import nbformat  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # notebooks/ is not installed

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what nbgrader's own libraries are warned of
    from nbgrader.converters import GenerateAssignment
    from nbgrader.coursedir import CourseDirectory
    from nbgrader.nbgraderformat import MetadataValidator
    from nbgrader.validator import Validator
from notebooks.make import marks  # noqa: E402
from notebooks.make.versions import VERSIONS, read_source  # noqa: E402
from traitlets.config import Config  # noqa: E402

PATH = VERSIONS["nbgrader"].path
NAME = PATH.stem


@pytest.fixture(scope="module")
def notebook():
    return nbformat.read(PATH, as_version=4)


def graded(notebook):
    return {
        cell.metadata.nbgrader.grade_id: cell
        for cell in notebook.cells
        if "nbgrader" in cell.metadata
    }


def test_metadata_pass_the_validator(notebook):
    MetadataValidator().validate_nb(notebook)
    assert {c.metadata.nbgrader.schema_version for c in graded(notebook).values()} == {3}


def test_a_lost_point_is_seen_by_the_validator(notebook):
    broken = nbformat.from_dict(notebook)
    del next(c for c in graded(broken).values() if c.metadata.nbgrader.grade).metadata.nbgrader[
        "points"
    ]
    with pytest.raises(nbformat.ValidationError):
        MetadataValidator().validate_nb(broken)


def test_checks_are_locked_tests_with_points_and_exercises_are_solutions(notebook):
    cells = graded(notebook)
    source = read_source()
    assert len(cells) == sum(
        "check" in c.metadata or "exercise" in c.metadata for c in source.cells
    )
    for name, cell in cells.items():
        data = cell.metadata.nbgrader
        if name.startswith("check-"):
            assert (data.grade, data.solution, data.locked) == (True, False, True)
            assert data.points > 0
            assert re.fullmatch(r"assert check\.\w+\(.*\)", cell.source)
        else:
            assert (data.grade, data.solution, data.locked) == (False, True, False)
            assert marks.has_solution(cell.source)
    assert sum(c.metadata.nbgrader.get("points", 0) for c in cells.values()) == 32


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course with the assignment, and settings that name its folder."""
    folder = tmp_path / "source" / "ps1"
    folder.mkdir(parents=True)
    (folder / PATH.name).write_text(PATH.read_text(encoding="utf-8"), encoding="utf-8")
    settings = Config()
    settings.CourseDirectory.root = str(tmp_path)
    settings.CourseDirectory.assignment_id = "ps1"
    settings.CourseDirectory.db_url = f"sqlite:///{tmp_path / 'gradebook.db'}"
    # nbgrader starts alembic, which lies beside the Python of its environment.
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    return settings


def handed_out(course):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        GenerateAssignment(coursedir=CourseDirectory(config=course), config=course).start()
    path = Path(course.CourseDirectory.root) / "release" / "ps1" / PATH.name
    return nbformat.read(path, as_version=4)


def test_what_is_handed_out_has_blanks_and_no_solution(course):
    course.ClearSolutions.code_stub = {"python": "...  # YOUR CODE HERE"}
    released = handed_out(course)
    cells = graded(released)
    assert cells["exercise-weights"].source == (
        "np.random.seed(2)\n"
        "w1 = ...  # first layer: np.random.randn with the right shape\n"
        "w2 = ...  # second layer\n"
        "...  # YOUR CODE HERE"
    )
    text = nbformat.writes(released)
    assert "SOLUTION" not in text
    assert "h.T.dot(grad_y_pred)" not in text
    for cell in released.cells:
        if cell.cell_type == "code" and not cell.source.lstrip().startswith(("import", "print")):
            compile(re.sub(r"^(\s*)%", r"\1#", cell.source, flags=re.M), "cell", "exec")


def test_settings_that_come_with_it_are_those_tested():
    settings = Config()
    text = (PATH.parent / "nbgrader_config.py").read_text(encoding="utf-8")
    exec(text, {"get_config": lambda: settings})
    assert settings.ClearSolutions.code_stub == {"python": "...  # YOUR CODE HERE"}


def test_what_is_handed_out_by_nbgraders_own_settings_has_no_solution(course):
    text = nbformat.writes(handed_out(course))
    assert "raise NotImplementedError" in text
    assert "h.T.dot(grad_y_pred)" not in text


def test_with_its_solutions_all_checks_pass_the_validator():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        patient = Config({"Execute": {"timeout": 600}})  # seconds for a cell, on a busy machine
        assert Validator(config=patient).validate(str(PATH)) == {}
