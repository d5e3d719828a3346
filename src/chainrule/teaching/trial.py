"""Run a student's code under guard: with a time limit, in silence, and leaving nothing behind."""

from __future__ import annotations

import builtins
import contextlib
import io
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chainrule.teaching.belongings import Belongings, functions_of
from chainrule.teaching.limits import TimeIsUpError, limited

_KEPT = 100_000  # characters of what is printed; an endless loop that prints must not fill memory


class AskedError(Exception):
    """The code called ``input()``."""


class SlowError(Exception):
    """The time of a check is up; ``line`` is where the student's code was, if that is known."""

    def __init__(self, line: int | None) -> None:
        self.line = line
        super().__init__(line)


class Paper(io.StringIO):
    """Takes what is printed, up to a length."""

    def write(self, text: str) -> int:
        """Keep the text while there is room."""
        if self.tell() < _KEPT:
            super().write(text[:_KEPT])
        return len(text)


@dataclass(frozen=True)
class Run:
    """What came of one call.

    Attributes
    ----------
    value : object
        What it returned.
    error : BaseException or None
        What it ended with, if it did not return.
    line : int or None
        The line of the student's code where that was.
    printed : str
        What it printed.
    drew : bool
        Whether it used or seeded NumPy's global random numbers.
    left : tuple of str
        The variables outside of it that it changed.
    """

    value: Any = None
    error: BaseException | None = None
    line: int | None = None
    printed: str = ""
    drew: bool = False
    left: tuple[str, ...] = ()


@dataclass
class Trial:
    """All runs of one check, which share its time limit.

    Examples
    --------
    >>> def student(x):
    ...     print("on the way")
    ...     return 1 / x
    >>> trial = Trial(student, time_limit=5)
    >>> trial.run(lambda: student(4)).value
    0.25
    >>> type(trial.run(lambda: student(0)).error).__name__
    'ZeroDivisionError'
    """

    subject: Any
    time_limit: float
    _files: set[str] = field(default_factory=set)
    _deadline: float = 0.0

    def __post_init__(self) -> None:
        self._files = {f.__code__.co_filename for f in functions_of(self.subject)}
        self._deadline = time.monotonic() + self.time_limit

    def run(self, call: Callable[[], Any]) -> Run:
        """Return what comes of a call.

        Raises
        ------
        SlowError
            When the time of the check is up.
        KeyboardInterrupt
            On Ctrl-C.
        """
        paper = Paper()
        belongings = Belongings(self.subject)
        value, error = None, None
        streams = sys.stdout, sys.stderr, builtins.input
        seconds = max(self._deadline - time.monotonic(), 0.01)
        try:
            value = limited(lambda: _quietly(call, paper), seconds)
        except BaseException as raised:  # SystemExit, too, is to be explained
            error = raised
        finally:  # also where a thread that cannot be stopped has them
            sys.stdout, sys.stderr, builtins.input = streams
        drew = belongings.random_has_moved()
        left = tuple(belongings.put_back())
        if isinstance(error, KeyboardInterrupt):
            raise error
        line = self._line(error) if error is not None else None
        if isinstance(error, TimeIsUpError):
            raise SlowError(line)
        return Run(value, error, line, paper.getvalue(), drew, left)

    def _line(self, error: BaseException) -> int | None:
        """Return the last line of the student's own code that an exception went through."""
        if isinstance(error, SyntaxError):
            return error.lineno
        if isinstance(error, TimeIsUpError) and error.places:
            lines = [n for name, n in error.places if name in self._files]
            return lines[-1] if lines else None
        frames = traceback.walk_tb(error.__traceback__)
        lines = [n for frame, n in frames if frame.f_code.co_filename in self._files]
        return lines[-1] if lines else None


def lines_of(function: Any) -> set[int]:
    """Return the lines that a function has, without those of functions that it calls."""
    code = getattr(getattr(function, "__func__", function), "__code__", None)
    return {line for _, _, line in code.co_lines() if line} if code is not None else set()


def _quietly(call: Callable[[], Any], paper: Paper) -> Any:
    with (
        contextlib.redirect_stdout(paper),
        contextlib.redirect_stderr(Paper()),
        warnings.catch_warnings(),
        np.errstate(all="ignore"),
        _nobody_to_ask(),
    ):
        warnings.simplefilter("ignore")
        return call()


@contextlib.contextmanager
def _nobody_to_ask() -> Iterator[None]:
    """Make ``input()`` fail: it would wait for ever."""

    def refuse(*_: object) -> str:
        raise AskedError

    asked = builtins.input
    builtins.input = refuse
    try:
        yield
    finally:
        builtins.input = asked
