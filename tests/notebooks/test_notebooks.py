"""The three notebooks: up to date, whole, and as their readers need them."""

import base64
import io
import re
import sys
from collections import Counter
from pathlib import Path

import pytest

REASON = "the notebooks are made and run in an environment of their own: make test-notebooks"
jupytext = pytest.importorskip("jupytext", reason=REASON)
pytest.importorskip("nbclient", reason=REASON)
nbformat = pytest.importorskip("nbformat", reason=REASON)
PIL = pytest.importorskip("PIL.Image", reason=REASON)

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # notebooks/ is not installed

from notebooks.make import marks  # noqa: E402
from notebooks.make.running import run  # noqa: E402
from notebooks.make.versions import (  # noqa: E402
    VERSIONS,
    build,
    read_source,
    without_outputs,
)

SOURCE = read_source()
CHECKS = [cell for cell in SOURCE.cells if "check" in cell.metadata]
EXERCISES = [cell for cell in SOURCE.cells if "exercise" in cell.metadata]


@pytest.fixture(scope="module", params=VERSIONS)
def version(request):
    return VERSIONS[request.param]


@pytest.fixture(scope="module")
def student():
    return nbformat.read(VERSIONS["student"].path, as_version=4)


@pytest.fixture(scope="module")
def solution():
    return nbformat.read(VERSIONS["solution"].path, as_version=4)


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_is_up_to_date(version):
    kept = nbformat.read(version.path, as_version=4)
    assert without_outputs(kept) == build(version, SOURCE), "next: make notebooks"


def test_is_a_valid_notebook(version):
    nbformat.validate(nbformat.read(version.path, as_version=4))


def test_is_made_the_same_twice(version):
    assert nbformat.writes(build(version, SOURCE)) == nbformat.writes(build(version, SOURCE))


def test_ids_are_unique(version):
    ids = [cell.id for cell in build(version, SOURCE).cells]
    assert len(set(ids)) == len(ids)


def test_every_solution_is_in_an_exercise_and_every_exercise_has_one():
    assert [c.id for c in EXERCISES] == [c.id for c in code(SOURCE) if marks.has_solution(c.source)]


def test_sections_are_those_of_the_tutorial_and_one_of_ours(solution):
    titles = [t for c in solution.cells for t in re.findall(r"^## \d\. (.*)$", c.source, re.M)]
    assert titles == [
        "A network of two layers",
        "A class for any number of layers",
        "The exclusive or",
        "Handwritten digits",
        "Keras with sigmoid layers",
        "Keras with ReLU layers",
        "Faster, and a closer look",
    ]


def test_sections_say_what_is_learnt_and_end_with_questions(solution):
    text = "\n".join(c.source for c in solution.cells if c.cell_type == "markdown")
    for section in re.split(r"^## ", text, flags=re.M)[1:]:
        assert "**You will learn**" in section
        questions, answers = section.split("**Questions**")[1].split("**Answers**")
        assert len(re.findall(r"^\d\.", questions, re.M)) == 2
        assert len(re.findall(r"^\d\.", answers, re.M)) == 2


def test_one_hot_of_six_has_its_one_at_index_six(solution):
    (row,) = [
        r for c in solution.cells for r in re.findall(r"6 \\;\\to\\; \[([\d, ]*)\]", c.source)
    ]
    assert [int(v) for v in row.split(",")].index(1) == 6
    assert len(row.split(",")) == 10
    assert not any("autoencoder" in c.source.lower() for c in solution.cells)


def test_student_has_a_blank_in_every_exercise(student):
    sources = {cell.id: cell.source for cell in code(student)}
    for cell in EXERCISES:
        assert "..." in sources[f"exercise-{cell.metadata['exercise']}"]


def test_student_has_no_outputs_and_no_marks(student):
    assert all(c.outputs == [] and c.execution_count is None for c in code(student))
    text = nbformat.writes(student)
    assert "SOLUTION" not in text
    assert "**Answers**" not in text


def test_student_has_none_of_the_lines_of_the_solution(student):
    found = Counter(line.strip() for cell in code(student) for line in cell.source.splitlines())
    parts = [part for cell in code(SOURCE) for part in marks.split(cell.source)]
    regions = [part for part in parts if isinstance(part, marks.Region)]
    given = Counter(part.strip() for part in parts if isinstance(part, str))
    given.update(line.strip() for region in regions for line in region.shown)
    secret = {line.strip() for r in regions for line in r.solution if line.strip()}
    assert len(regions) >= 30
    assert len(secret) >= 50
    # Some lines are given where they are no secret, such as the loop over all layers.
    assert {line: found[line] for line in secret} == {line: given[line] for line in secret}
    assert {line for line in secret if given[line] and len(line) > 20} == {
        "for layer in np.arange(0, len(self.layers) - 1):",
        "for xi, yi in zip(X, y):",
        "validation_data=(X_test, y_test),",
        "validation_split=0.1,",
        "verbose=0,  # 1 shows each epoch",
        "y = np.array([[0], [1], [1], [0]])",
    }


def test_solution_has_its_outputs(solution):
    cells = code(solution)
    assert [c.execution_count for c in cells] == list(range(1, len(cells) + 1))
    assert not [o for c in cells for o in c.outputs if o.output_type == "error"]
    answers = [c.outputs for c in cells if c.id.startswith("check-")]
    assert len(answers) == len(CHECKS)
    for (answer,) in answers:
        assert answer.data["text/plain"].startswith("passed: ")
    assert sum("image/png" in o.get("data", {}) for c in cells for o in c.outputs) == 16
    films = [
        o.data["image/gif"] for c in cells for o in c.outputs if "image/gif" in o.get("data", {})
    ]
    assert [PIL.open(io.BytesIO(base64.b64decode(film))).n_frames for film in films] == [24]
    assert VERSIONS["solution"].path.stat().st_size < 1_500_000


def test_solution_runs_from_top_to_bottom():
    done = run(build(VERSIONS["solution"], SOURCE))
    shown = [o for c in code(done) for o in c.outputs]
    assert not [o.text for o in shown if o.output_type == "stream" and o.name == "stderr"]
    passed = [o for o in shown if o.get("data", {}).get("text/plain", "").startswith("passed: ")]
    assert len(passed) == len(CHECKS)


def test_student_with_blanks_is_told_so_and_never_sees_a_traceback():
    done = run(build(VERSIONS["student"], SOURCE), allow_errors=True)
    cells = {cell.id: cell for cell in code(done)}
    assert not [o.evalue for c in cells.values() for o in c.outputs if o.output_type == "error"]
    for cell in CHECKS:
        (answer,) = cells[f"check-{cell.metadata['check']}"].outputs
        assert answer.data["text/plain"].startswith("not yet: ")
