"""What students read: short, whole sentences that do not give the answer away."""

import importlib
import pkgutil
import re
import string

import pytest

import chainrule.teaching
from chainrule.teaching.exercises import EXERCISES
from chainrule.teaching.mistakes import Mistake

# As long as each word becomes.
WORDS = {
    "what": "The output of `back_propagation`",
    "where": " in line 1234",
    "at": "[1234, 12]",
    "error": "operands could not be broadcast together with shapes (4,5)...",
    "others": "while the layers after it are",
    "place": "the delta of the output",
    "names": "grad_w1, grad_w2",
    "shape": "(1347, 10)",
    "shapes": "(65, 33), (33, 17), (17, 10)",
    "expected": "(1347, 10)",
    "layers": "[6, 11, 4, 9, 2]",
    "given": "64-32-16-10-10",
    "name": "grad_y_pred",
    "type": "NotImplementedError",
    "who": "`back_propagation`",
    "more": ", while `grad_w2` is",
    "kind": "function",
    "method": "batch",
}
NUMBERS = dict.fromkeys(
    (
        "value",
        "factor",
        "seconds",
        "most",
        "last",
        "share",
        "out",
        "losses",
        "epochs",
        "every",
        "i",
        "n",
    ),
    12,
)
NUMBERS |= dict.fromkeys(("row", "column", "sample", "x"), 12)
# What stands in the solution, and in no sentence.
ANSWERS = re.compile(
    r"np\.(dot|exp|ones|sum|c_|square|random|atleast_2d)|\.T\b|@|-=|\+=|A\[|D\[|self\.W\["
    r"|\b1 - |\*|\[::-1\]|len\(|range\(|\(1 [+-]|randn|bias_trick=bias_trick|keepdims"
)
INTERNAL = re.compile(r"oracle|mutant|hypothes|ndarray|broadcast(?!ing)|axis=|dtype")


def modules():
    path = chainrule.teaching.__path__
    for module in pkgutil.walk_packages(path, "chainrule.teaching."):
        if not module.name.endswith("worker"):  # it is a program
            yield importlib.import_module(module.name)


def mistakes_in(value, found):
    if isinstance(value, Mistake):
        found[id(value)] = value
    elif isinstance(value, dict):
        for item in value.values():
            mistakes_in(item, found)
    elif isinstance(value, list | tuple):
        for item in value:
            mistakes_in(item, found)
    return found


def all_mistakes():
    found = {}
    for module in modules():
        for value in vars(module).values():
            mistakes_in(value, found)
    return sorted(found.values(), key=lambda row: (row.name, row.sentence))


MISTAKES = all_mistakes()


def filled(row):
    fields = {name for _, name, _, _ in string.Formatter().parse(row.sentence) if name}
    words = {name: WORDS.get(name, NUMBERS.get(name)) for name in fields}
    for name, value in words.items():
        if re.search(rf"{{{name}:[^}}]*[gf]}}", row.sentence):
            words[name] = 1234.5678
        assert value is not None, name
    return row.sentence.format(**words)


def test_all_are_found():
    assert len(MISTAKES) > 200
    assert {"sign_of_update", "layers_off_by_one", "too_slow"} <= {row.name for row in MISTAKES}


@pytest.mark.parametrize("row", MISTAKES, ids=lambda row: f"{row.name}-{row.sentence[:20]}")
def test_a_sentence_is_short_and_no_answer(row):
    text = filled(row)
    assert len(text) < 240, len(text)
    assert text[0].isupper() or text[0] == "`"
    assert text[-1] in ".?"
    assert "  " not in text
    assert not ANSWERS.search(row.sentence)
    assert not INTERNAL.search(row.sentence)
    assert re.fullmatch(r"[a-z_]+", row.name)


@pytest.mark.parametrize("name", EXERCISES)
def test_praise_is_a_sentence(name):
    praise = EXERCISES[name].praise
    assert praise[0].isupper()
    assert praise[-1] == "."
    assert len(praise) < 80
