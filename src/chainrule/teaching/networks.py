"""Make a network of the student's class, with weights of our choice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.teaching.mistakes import BLANK, NOT_A_FUNCTION, Mistake, WrongError
from chainrule.teaching.oracle import Problem
from chainrule.teaching.trial import Run, Trial

Array = npt.NDArray[Any]

INIT_FIRST = Mistake(
    "init_first",
    "No network can be made, because `__init__` stops with {type}. Make check.init pass first.",
)
METHOD_MISSING = Mistake(
    "method_missing",
    "The class has no method `{name}`. Is it spelled so, and indented as the other methods are?",
)


def refuse_no_class(subject: Any, method: str) -> None:
    """Raise when the subject is not a class with that method."""
    if subject is Ellipsis:
        raise WrongError(BLANK, what="The class")
    if not isinstance(subject, type):
        kind = type(subject).__name__
        raise WrongError(NOT_A_FUNCTION, what="What you give", type=kind, kind="class")
    found = getattr(subject, method, None)
    if not callable(found) or found is getattr(object, method, None):
        raise WrongError(METHOD_MISSING, name=method)


def network(cls: type[Any], p: Problem) -> Any:
    """Return an object of the class that has the weights and the learning rate of a problem."""
    nn = cls(list(p.layers), p.eta, 42)
    nn.W = [w.copy() for w in p.W]
    nn.eta = p.eta
    return nn


def refuse_unmakeable(trial: Trial, p: Problem) -> None:
    """Raise when ``__init__`` stops, which is not the fault of the method that is checked."""
    run = trial.run(lambda: network(trial.subject, p))
    if run.error is not None:
        raise WrongError(INIT_FIRST, type=type(run.error).__name__)


def ask(
    trial: Trial,
    p: Problem,
    question: Callable[[Any], Any],
    cls: type[Any] | None = None,
) -> tuple[Run, Any]:
    """Return the run of a question to a new network, and the network afterwards.

    What ``__init__`` does, such as seeding, is not seen as done by the question.
    """
    made = trial.run(lambda: network(cls or trial.subject, p))
    if made.error is not None:
        return made, None
    return trial.run(lambda: question(made.value)), made.value


def weights(nn: Any) -> list[Array] | None:
    """Return a network's weights as arrays; None if they are not a list of arrays."""
    W: Any = getattr(nn, "W", None)
    if isinstance(W, np.ndarray) and W.dtype != object:
        return None
    if not isinstance(W, Sequence | np.ndarray):
        return None
    try:
        return [np.asarray(w, dtype=float) for w in W]
    except (TypeError, ValueError):
        return None
