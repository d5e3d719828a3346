"""What a mistake is, and those that can be made in any exercise: crashes, blanks, what is left.

A mistake is a row: its name, the sentence that says where to look, and, where it can be computed,
what code with this mistake gives. A check compares what the student's code gives with each row.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from chainrule.teaching.trial import AskedError, Run


@dataclass(frozen=True)
class Mistake:
    """One mistake.

    Attributes
    ----------
    name : str
        For programs.
    sentence : str
        For students; ``{words}`` in braces are filled in.
    gives : function, optional
        What code with this mistake gives for the exercise's own kind of data.
    """

    name: str
    sentence: str
    gives: Callable[..., Any] | None = None


class WrongError(Exception):
    """Something is wrong: the end of a check."""

    def __init__(self, mistake: Mistake, **words: object) -> None:
        self.mistake = mistake.name
        self.sentence = mistake.sentence.format(**words)
        super().__init__(self.sentence)


BLANK = Mistake(
    "blank", "{what} is not filled in yet: put your own code in the place of the `...`."
)
NO_RETURN = Mistake("no_return", "{what} gives back nothing (None). Does it end with `return`?")
NOT_AN_ARRAY = Mistake(
    "not_an_array", "{what} gives a {type}; a NumPy array is expected, so keep it in arrays."
)
WRONG_SHAPE = Mistake(
    "wrong_shape",
    "{what} has the shape {shape}, and {expected} is expected. Follow the shapes line by line.",
)
NOT_FINITE = Mistake(
    "not_finite",
    "{what} has values that are not numbers (nan or inf). Is something divided by "
    "zero, or does something grow without bound?",
)
CHANGES_INPUT = Mistake(
    "changes_input",
    "{what} changes the array {name} that it is given. Work on a new array, so "
    "that who calls you keeps the data.",
)
GLOBAL_VARIABLE = Mistake(
    "global_variable",
    "{what} changes `{name}`, which lives outside of it. Use variables of its "
    "own, or attributes of self, so that nothing is left behind.",
)
GLOBAL_SEED = Mistake(
    "global_seed",
    "{what} seeds or uses NumPy's global random numbers. It should need no chance "
    "at all: the same call must always give the same.",
)
NOT_A_FUNCTION = Mistake("not_a_function", "{what} is a {type}; give the {kind} itself.")
UNKNOWN = Mistake(
    "wrong_value",
    "{what} is not right yet: at {at} you have {value:.4g}, which differs from "
    "the reference. Follow this number back by hand.",
)

TOO_SLOW = Mistake(
    "too_slow",
    "Your code was stopped after {seconds:g} seconds{where}. Is there a loop that never comes to "
    "its end?",
)
BEYOND = Mistake(
    "beyond_the_check",
    "The check cannot follow what your code gives: it stops with {type}. Does anything have an "
    "unusual type or shape? Compare with the notebook.",
)
ASKS = Mistake("asks_input", "{what} waits for input(){where}. Leave it out: it gets all it needs.")
EXITS = Mistake("exits", "{what} ends the whole program (exit){where}. Use `return` to end it.")
RECURSION = Mistake("recursion", "{what} calls itself without end{where}. Who calls whom there?")
NAME = Mistake(
    "unknown_name",
    "The name {name!r}{where} has no value there. Is it spelled as where it was "
    "set, or is `self.` missing in front?",
)
ATTRIBUTE = Mistake(
    "unknown_attribute",
    "There is no {name!r}{where}. Is it spelled as where it was set, and is it set in `__init__`?",
)
SHAPES = Mistake(
    "shapes_do_not_fit",
    "Two arrays{where} do not fit together: {error}. Write down the shape of "
    "each, and which axes must agree.",
)
INDEX = Mistake(
    "index_too_far",
    "An index{where} goes past the end: {error}. Count again how many entries "
    "there are, and where the loop starts and ends.",
)
GROWS_BY_APPEND = Mistake(
    "index_too_far",
    "An entry{where} is set that the list does not have yet. A list that begins empty grows by "
    "`append`.",
)
IN_BRACKETS = Mistake(
    "shape_in_brackets",
    "A whole number is needed{where}, and a {given} comes. Some of NumPy's functions take a shape "
    "as one argument in brackets, others take its numbers one by one: which one is this?",
)
NOT_WHOLE = Mistake(
    "not_whole",
    "A whole number is needed{where}, and a {given} comes. Is something divided, or is it an array "
    "of numbers?",
)
ARGUMENTS = Mistake("arguments", "{what} cannot be called as in the notebook: {error}.")
CRASH = Mistake("crash", "{what} stops{where} with {type}: {error}.")


def refuse_crash(run: Run, what: str, special: Sequence[Mistake] = ()) -> None:
    """Raise what explains an error of the student's code; ``special`` rows replace those here."""
    error = run.error
    if error is None:
        return
    text = _short(str(error))
    where = in_line(run.line)
    words: dict[str, object] = {
        "what": what,
        "where": where,
        "error": text,
        "type": type(error).__name__,
        "name": getattr(error, "name", "") or text,
        "given": text.partition("'")[2].partition("'")[0],
    }
    row = _row_of(error, run.line)
    row = next((mine for mine in special if mine.name == row.name), row)
    raise WrongError(row, **words) from None


def in_line(line: int | None) -> str:
    """Return the place in a sentence."""
    return f" in line {line}" if line else ""


def _row_of(error: BaseException, line: int | None) -> Mistake:
    text = str(error)
    if "ellipsis" in text.lower():
        return BLANK
    if isinstance(error, TypeError) and "argument" in text and line is None:
        return ARGUMENTS
    if isinstance(error, ValueError) and _ABOUT_SHAPES.search(text):
        return SHAPES
    if isinstance(error, TypeError) and "cannot be interpreted as an integer" in text:
        return IN_BRACKETS if text.startswith(("'tuple'", "'list'")) else NOT_WHOLE
    if isinstance(error, IndexError) and "assignment" in text:
        return GROWS_BY_APPEND
    return next((row for kind, row in _KINDS if isinstance(error, kind)), CRASH)


_ABOUT_SHAPES = re.compile("align|broadcast|matmul|mismatch|shape|dimension")
_KINDS: tuple[tuple[type[BaseException], Mistake], ...] = (
    (AskedError, ASKS),
    (SystemExit, EXITS),
    (RecursionError, RECURSION),
    (NameError, NAME),
    (AttributeError, ATTRIBUTE),
    (IndexError, INDEX),
)


def _short(text: str) -> str:
    """Return an error's text on one line of at most 90 characters, without its final stop."""
    text = " ".join(text.split()).rstrip(".")
    return text if len(text) <= 90 else text[:87] + "..."


def refuse_leftovers(run: Run, what: str, *, may_draw: bool = False) -> None:
    """Raise when the code changed something outside of it."""
    if run.left:
        raise WrongError(GLOBAL_VARIABLE, what=what, name=run.left[0])
    if run.drew and not may_draw:
        raise WrongError(GLOBAL_SEED, what=what)
