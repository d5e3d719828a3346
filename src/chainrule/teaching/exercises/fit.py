"""``fit``: the epochs, batch and SGD, the column of ones, the record of the loss."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.teaching.comparing import close
from chainrule.teaching.diagnoses.epochs import (
    ALL,
    BACK_FIRST,
    CALLS_WRONG,
    COLUMNS,
    ENTRIES,
    EPOCHS,
    EPOCHS_IGNORED,
    ETA_CHANGED,
    LAST_ONLY,
    LOSS,
    LOSS_FIRST,
    LOSS_TIMES,
    METHODS,
    MINI_BATCHES,
    NOT_A_LIST,
    OTHER_VALUES,
    OUTCOME,
    OWN_CHANGES,
    PRINTED_ONLY,
    PRINTS,
    RIGHT,
    ROWS,
    SAMPLES,
    SHUFFLES,
    STEPS_OF,
    STEPS_WRONG,
)
from chainrule.teaching.diagnoses.errors import FACTORS
from chainrule.teaching.exercises.tracing import Event, Trace, trace_of
from chainrule.teaching.mistakes import (
    CHANGES_INPUT,
    GLOBAL_SEED,
    WrongError,
    refuse_crash,
    refuse_leftovers,
)
from chainrule.teaching.networks import ask, refuse_no_class, refuse_unmakeable, weights
from chainrule.teaching.oracle import Problem, problem, train
from chainrule.teaching.trial import Run, Trial, lines_of

Array = npt.NDArray[Any]

_WHAT = "`fit`"

_EVERY = 4  # display_update: three lines are printed, of epochs 1, 4 and 8

_STEPS = (1.0, 2.0, 4.0)  # the factors of the gradient that check.back_propagation lets pass


def _problem() -> Problem:
    return problem([2, 3, 4, 2], samples=SAMPLES, seed=11)


def check_fit(trial: Trial) -> None:
    """Raise what is wrong with ``fit``."""
    refuse_no_class(trial.subject, "fit")
    p = _problem()
    refuse_unmakeable(trial, p)
    runs = {method: _fit(trial, p, method) for method in METHODS}
    wrong = {m: fault for m in METHODS if (fault := _fault(*runs[m][:2], p, m))}
    if wrong:
        _explain(trial, p, runs, wrong)
    for method in METHODS:
        run, nn, X, y = runs[method]
        _check_side_effects(run, nn, p, X, y)


Fit = tuple[Run, Any, Array, Array]


def _fit(trial: Trial, p: Problem, method: str) -> Fit:
    X, y = p.X.copy(), p.y.copy()

    def question(nn: Any) -> Any:
        return nn.fit(X, y, n_epochs=EPOCHS, method=method, display_update=_EVERY)

    run, nn = ask(trial, p, question)
    return run, nn, X, y


def _fault(run: Run, nn: Any, p: Problem, method: str) -> str:
    """Return which outcome is wrong: "crash", "weights", "losses", or none."""
    if run.error is not None:
        return "crash"
    W, history = weights(nn), _history(nn)
    for factor in _STEPS:
        expected, losses = train(p, EPOCHS, per_sample=method == "SGD", factor=factor)
        if W is not None and close(W, expected):
            same = any(close(history, f * np.array(losses)) for f in FACTORS)
            return "" if same else "losses"
    return "weights"


def _history(nn: Any) -> Array:
    """Return the losses as numbers; an empty array if they are something else."""
    try:
        return np.array([float(np.squeeze(v)) for v in nn.loss_history])
    except (TypeError, ValueError):
        return np.array([])


def _explain(trial: Trial, p: Problem, runs: dict[str, Fit], wrong: dict[str, str]) -> None:
    """Raise why the outcome is wrong, from what fit calls."""
    traces = {m: trace_of(trial, p, m, EPOCHS, _EVERY) for m in METHODS}
    method = next(iter(wrong))
    if not any(trace.steps for trace in traces.values()) and any(
        not close(weights(t.network) or [], list(p.W)) for t in traces.values()
    ):  # it learns without back_propagation: only its outcome can be compared
        _explain_outcome(p, runs)
        refuse_crash(runs[method][0], _WHAT)
        raise WrongError(OUTCOME, method=method, epochs=EPOCHS)
    for m in METHODS:
        _check_columns(traces[m])
    if all(_records_itself(traces[m], m) for m in METHODS):
        raise WrongError(OTHER_VALUES)
    events = {m: traces[m].events for m in METHODS}
    row = next((r for r in ROWS if r.gives is not None and r.gives(p) == events), None)
    if row is not None:
        raise WrongError(row)
    for m in METHODS:
        refuse_crash(traces[m].run, _WHAT)
        _check_steps(traces[m], m)
    for m in METHODS:
        _check_history(traces[m], p)
    for m in METHODS:
        if runs[m][0].line in lines_of(trial.subject.fit):  # it calls a method in another way
            refuse_crash(runs[m][0], _WHAT)
    # What is left is in what fit calls: its steps, or only its losses.
    step, _ = ask(trial, p, lambda nn: nn.back_propagation(p.X1, p.y.copy()))
    steps_fail = "weights" in wrong.values() or step.error is not None
    raise WrongError(BACK_FIRST if steps_fail else LOSS_FIRST)


def _records_itself(trace: Trace, method: str) -> bool:
    """Return whether the steps are right and the losses are computed without ``loss``."""
    right = trace.steps == STEPS_OF[method] * EPOCHS
    return right and not trace.losses and len(trace.network.loss_history) > 0


def _check_columns(trace: Trace) -> None:
    for who, column in trace.columns:
        if column != "first":
            raise WrongError(COLUMNS[column], who=f"`{who}`")


def _check_steps(trace: Trace, method: str) -> None:
    """Raise where the steps of one method are not those expected, and no row says why."""
    if trace.events == RIGHT[method]:
        return
    steps = trace.steps
    expected = STEPS_OF[method] * EPOCHS
    made = len(steps) // len(STEPS_OF[method])
    if trace.events == [*STEPS_OF[method], LOSS] * made:
        raise WrongError(EPOCHS_IGNORED, given=made, epochs=EPOCHS)
    if steps == expected:
        raise WrongError(LOSS_TIMES, losses=len(trace.losses), epochs=EPOCHS)
    if sorted(steps) == sorted(expected) or _is_drawn(steps, method):
        raise WrongError(SHUFFLES)
    if method == "SGD" and any(len(s) > 1 for s in steps):
        raise WrongError(MINI_BATCHES)
    if len(steps) != len(expected):
        losses = len(trace.events) - len(steps)
        raise WrongError(CALLS_WRONG, method=method, given=len(steps), losses=losses, epochs=EPOCHS)
    for i, (given, right) in enumerate(zip(steps, expected, strict=True), 1):
        if given != right:
            raise WrongError(
                STEPS_WRONG, method=method, i=i, given=_samples(given), expected=_samples(right)
            )


def _is_drawn(steps: list[tuple[int, ...]], method: str) -> bool:
    """Return whether the rows are permuted inside of the batch, or drawn with replacement."""
    if method == "batch":
        return all(tuple(sorted(s)) == ALL for s in steps) and any(s != ALL for s in steps)
    singles = len(steps) == EPOCHS * SAMPLES and all(len(s) == 1 for s in steps)
    epochs = [tuple(steps[i : i + SAMPLES]) for i in range(0, len(steps), SAMPLES)]
    return singles and len(set(epochs)) > EPOCHS // 2


def _samples(rows: Event) -> str:
    return f"sample {rows[0]}" if len(rows) == 1 else f"{len(rows)} samples"


def _check_history(trace: Trace, p: Problem) -> None:
    """Raise where what fit calls is right, and what it makes of it is not."""
    nn = trace.network
    if not isinstance(nn.loss_history, list | np.ndarray):
        raise WrongError(NOT_A_LIST)
    if not close(nn.eta, p.eta):
        raise WrongError(ETA_CHANGED)
    if not close(weights(nn) or [], list(p.W)):
        raise WrongError(OWN_CHANGES)
    given, losses = _history(nn), np.array(trace.losses)
    if len(nn.loss_history) != len(losses):
        if close(given, losses[-1:]):
            raise WrongError(LAST_ONLY)
        if close(given, losses[[i for i in range(len(losses)) if i == 0 or not (1 + i) % _EVERY]]):
            raise WrongError(PRINTED_ONLY)
        raise WrongError(ENTRIES, n=len(nn.loss_history), epochs=EPOCHS)
    if not close(given, losses):
        raise WrongError(OTHER_VALUES)


def _explain_outcome(p: Problem, runs: dict[str, Fit]) -> None:
    """Raise which mistake gives these weights, where fit does not call ``back_propagation``."""
    W = {m: weights(runs[m][1]) for m in METHODS if runs[m][1] is not None}
    if len(W) < len(METHODS) or any(w is None for w in W.values()):
        return
    for factor in _STEPS:
        for row in ROWS:
            events = row.gives(p) if row.gives is not None else {}
            if events != RIGHT and all(_replayed(p, events[m], factor, W[m]) for m in METHODS):
                raise WrongError(row)


def _replayed(p: Problem, events: list[Event], factor: float, W: Any) -> bool:
    """Return whether these steps lead to these weights."""
    now = p
    for event in events:
        if isinstance(event, str):  # a loss changes nothing
            continue
        rows = list(event)
        batch = Problem(p.layers, now.W, p.X[rows], p.y[rows], p.eta)
        one, _ = train(batch, 1, per_sample=False, factor=factor)
        now = Problem(p.layers, tuple(one), p.X, p.y, p.eta)
    return close(W, list(now.W))


def _check_side_effects(run: Run, nn: Any, p: Problem, X: Array, y: Array) -> None:
    for name, given, before in (("X", X, p.X), ("y", y, p.y)):
        if given.shape != before.shape or not np.array_equal(given, before):
            raise WrongError(CHANGES_INPUT, what=_WHAT, name=name)
    if run.drew:
        raise WrongError(GLOBAL_SEED, what=_WHAT)
    refuse_leftovers(run, _WHAT)
    if not close(nn.eta, p.eta):
        raise WrongError(ETA_CHANGED)
    lines = [line for line in run.printed.splitlines() if line.strip()]
    if len(lines) >= EPOCHS:
        raise WrongError(PRINTS, n=len(lines), epochs=EPOCHS, every=_EVERY)
