"""How often the checker names a mistake right, and how often it flags what is right.

``python -m tests.teaching.report`` prints both rates. The versions are in mutants/: the solution of
the notebook, and tables of passages that stand in the place of others.
"""

import contextlib
import io
import tomllib
from pathlib import Path

import numpy as np

from chainrule.teaching import check

MUTANTS = Path(__file__).parent / "mutants"
SOLUTION = (MUTANTS / "solution.py").read_text()
SCRIPT = (MUTANTS / "script.py").read_text()
CHECKS = {
    **{name: name for name in ("sigmoid", "sigmoid_grad", "forward", "gradients")},
    **dict.fromkeys(("init", "predict", "loss", "back_propagation", "fit"), "NeuralNetwork"),
}
SCRIPT_CHECKS = {
    "data": ("X", "y"),
    "weights": ("w1", "w2"),
    "two_layer": (),
    "output": ("out", "xi", "w1", "w2"),
}
TIME_LIMIT = 2.0
# Those called fresh were written before the checker was tried on them.
WRONG = (
    "wrong",
    "wrong_scripts",
    "fresh_first",
    "fresh_second",
    "fresh_third",
    "fresh_third_scripts",
)
RIGHT = ("right", "right_scripts")


def table(name):
    """Return the rows of mutants/name.toml, or of all files in mutants/name."""
    files = sorted((MUTANTS / name).glob("*.toml")) or [MUTANTS / f"{name}.toml"]
    rows = {}
    for file in files:
        new = tomllib.loads(file.read_text())
        assert not rows.keys() & new.keys(), file
        rows |= new
    return rows


def replaced(text, passages):
    """Return the text with passages replaced, each of which is in it once."""
    for passage in passages:
        assert text.count(passage["old"]) == 1, passage["old"]
        text = text.replace(passage["old"], passage["new"])
    return text


def run_text(text):
    """Return the variables of a text after running it."""
    names = {"__name__": "student"}
    with np.errstate(all="ignore"):
        exec(compile(text, "<student>", "exec"), names)
    return names


def answer(exercise, text):
    """Return what a check says of a version of the solution."""
    names = run_text(text)
    with contextlib.redirect_stdout(io.StringIO()):
        return getattr(check, exercise)(names[CHECKS[exercise]], time_limit=TIME_LIMIT)


def script_answer(exercise, text):
    """Return what a check says of a version of the script; the first two come before the loop."""
    if exercise in ("data", "weights"):
        text = text.partition("for t in")[0]
    names = run_text(text)
    arguments = [names[name] for name in SCRIPT_CHECKS[exercise]] or [names]
    with contextlib.redirect_stdout(io.StringIO()):
        result = getattr(check, exercise)(*arguments)
    if result.mistake == "diverged":  # the student does what it says
        return script_answer(exercise, text.replace("n_epochs = 200", "n_epochs = 1"))
    return result


def wrong_answers(name):
    """Yield the name, the row and the answer of each wrong version of a table."""
    for key, row in table(name).items():
        scripts = name.endswith("scripts")
        text = replaced(SCRIPT if scripts else SOLUTION, [row])
        yield key, row, (script_answer if scripts else answer)(row["check"], text)


def right_answers(name):
    """Yield the name, the exercise and the answer, for all checks of each right version."""
    scripts = name.endswith("scripts")
    for key, row in table(name).items():
        text = replaced(SCRIPT if scripts else SOLUTION, row["passages"])
        for exercise in SCRIPT_CHECKS if scripts else CHECKS:
            yield key, exercise, (script_answer if scripts else answer)(exercise, text)


def is_named(row, result):
    """Return whether the answer has a name that fits, and the phrase."""
    return result.mistake in row["mistakes"] and row["phrase"] in result.message


def main():
    for name in WRONG:
        rows = list(wrong_answers(name))
        missed = [key for key, row, result in rows if not is_named(row, result)]
        found = sum(not result.passed for _, _, result in rows)
        print(
            f"{name}: {len(rows)} wrong versions, {found} found, "
            f"{len(rows) - len(missed)} named right ({1 - len(missed) / len(rows):.1%})"
        )
        for key in missed:
            print(f"  not named right: {key}")
    for name in RIGHT:
        rows = list(right_answers(name))
        versions = len({key for key, _, _ in rows})
        alarms = [(key, exercise) for key, exercise, result in rows if not result.passed]
        print(f"{name}: {versions} right versions, {len(rows)} checks, {len(alarms)} false alarms")
        for key, exercise in alarms:
            print(f"  flagged: {key}, {exercise}")


if __name__ == "__main__":
    main()
