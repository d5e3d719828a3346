"""``__init__``: the shapes of the weights, how they are drawn, and what the network keeps."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from chainrule.teaching.comparing import close, plain, ratio
from chainrule.teaching.diagnoses.weights import (
    COUNT,
    ETA,
    HISTORY,
    LAYERS,
    LAYERS_CHANGED,
    MISSING,
    NOT_MATRICES,
    NOT_SEEDED,
    NUMBER,
    ONE_SEED,
    POSITIVE,
    RETURNS,
    SAME,
    SHAPE,
    SHAPES,
    SHARED,
    ZEROS,
)
from chainrule.teaching.mistakes import (
    BLANK,
    NOT_FINITE,
    WrongError,
    refuse_crash,
    refuse_leftovers,
)
from chainrule.teaching.networks import refuse_no_class, weights
from chainrule.teaching.oracle import shapes
from chainrule.teaching.trial import Run, Trial

Shapes = list[tuple[int, ...]]

_WHAT = "`__init__`"

_LAYERS = [6, 11, 4, 9, 2]  # no width is another one, or one more


def check_init(trial: Trial) -> None:
    """Raise what is wrong with ``__init__``."""
    cls = trial.subject
    refuse_no_class(cls, "__init__")
    for layers in (_LAYERS, [2, 2, 1], [30, 20, 10]):
        given = list(layers)
        run = trial.run(partial(cls, given, 0.37, 5))
        if isinstance(run.error, TypeError) and "should return None" in str(run.error):
            raise WrongError(RETURNS)
        refuse_crash(run, _WHAT)
        if given != layers:
            raise WrongError(LAYERS_CHANGED)
        _check_attributes(run.value, layers)
        _check_own(trial, layers)
        _check_shapes(run.value, layers)
        refuse_leftovers(run, _WHAT, may_draw=True)
    _check_drawing(trial)


def _check_attributes(nn: Any, layers: list[int]) -> None:
    for name in ("W", "layers", "eta", "loss_history"):
        if not hasattr(nn, name):
            raise WrongError(MISSING, name=name)
        if getattr(nn, name) is Ellipsis:
            raise WrongError(BLANK, what=f"`self.{name}`")
    if not close(nn.eta, 0.37):
        raise WrongError(ETA)
    try:
        kept = [int(n) for n in nn.layers]
    except (TypeError, ValueError):
        kept = []
    if kept != layers:
        raise WrongError(LAYERS)
    if not hasattr(nn.loss_history, "append") or len(nn.loss_history):
        raise WrongError(HISTORY)


def _check_shapes(nn: Any, layers: list[int]) -> None:
    W = weights(nn)
    if W is None:
        raise WrongError(NOT_MATRICES)
    given: Shapes = [w.shape for w in W]
    right: Shapes = [*shapes(layers)]
    if given == right:
        for w in W:
            if not np.isfinite(w).all():
                raise WrongError(NOT_FINITE, what="`self.W`")
        return
    for same in (_all_of, _some_of):
        for row in SHAPES:
            if row.gives is not None and same(row.gives(layers), given, right):
                raise WrongError(row)
    if len(given) != len(right):
        raise WrongError(COUNT, given=len(given), layers=len(layers), expected=len(right))
    if () in given:
        raise WrongError(NUMBER, i=given.index(()))
    i = next(i for i, pair in enumerate(zip(given, right, strict=True)) if pair[0] != pair[1])
    raise WrongError(SHAPE, i=i, shape=plain(given[i]), layers=layers)


def _all_of(wrong: Shapes, given: Shapes, right: Shapes) -> bool:
    del right
    return given == wrong


def _some_of(wrong: Shapes, given: Shapes, right: Shapes) -> bool:
    """Return whether each shape is that of a mistake or right."""
    fits = len(wrong) == len(given) == len(right)
    return fits and all(g in (w, r) for w, g, r in zip(wrong, given, right, strict=True))


def _two(trial: Trial, one: Callable[[], Any], other: Callable[[], Any]) -> Run:
    """Make two networks in one run, one after the other, as a notebook does."""
    run = trial.run(lambda: (one(), other()))
    refuse_crash(run, _WHAT)
    return run


def _check_own(trial: Trial, layers: list[int]) -> None:
    cls = trial.subject
    a, b = _two(trial, lambda: cls(list(layers), 0.37, 5), lambda: cls(list(layers), 0.1, 6)).value
    for name in ("W", "loss_history"):
        if getattr(a, name) is getattr(b, name):
            raise WrongError(SHARED, name=name)


def _check_drawing(trial: Trial) -> None:
    cls, layers = trial.subject, [30, 20, 10]
    W = weights(trial.run(lambda: cls(list(layers), 0.37, 5)).value) or []
    for i, w in enumerate(W):
        if np.ptp(w) < 1e-12:
            raise WrongError(ZEROS, i=i)
        if (w >= 0).all():
            raise WrongError(POSITIVE, i=i)
    if ratio([W[0].ravel()[:8]], [W[1].ravel()[:8]]) is not None:
        raise WrongError(SAME)
    for seeds, equal, row in (((5, 5), True, NOT_SEEDED), ((5, 6), False, ONE_SEED)):
        one, two = (partial(cls, list(layers), 0.37, seed) for seed in seeds)
        a, b = _two(trial, one, two).value
        if close(weights(a), weights(b)) is not equal:
            raise WrongError(row)
