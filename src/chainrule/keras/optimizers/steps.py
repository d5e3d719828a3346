"""One step outside of models: gradients and variables that are arrays of their own."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from chainrule.architecture import TrainingState
from chainrule.keras.optimizers.state import Slots
from chainrule.keras.variables import Variable
from chainrule.optimizers import Optimizer as Rule


def step(
    rule: Rule, state: TrainingState, slots: Slots, pairs: Sequence[tuple[Any, Variable]]
) -> None:
    """Change the variables, the slots and the number of the step.

    Parameters
    ----------
    rule : chainrule.optimizers.Optimizer
        The formula and its settings.
    state : TrainingState
        With the slots' array and the number of steps made.
    slots : Slots
        Where each variable lies.
    pairs : sequence of (gradient, Variable)
        Where a gradient is None, the variable stays.

    Raises
    ------
    ValueError
        When there is no gradient, or one has another shape than its variable.
    """
    missing = [weight.path for g, weight in pairs if g is None]
    known = {id(weight): _gradient(g, weight) for g, weight in pairs if g is not None}
    if not known:
        raise ValueError("grads holds no gradient at all; give one for a variable at least")
    if missing:
        warnings.warn(f"grads has None for {', '.join(missing)}, which stay", stacklevel=4)
    theta, gradient = np.zeros((2, state.slots.shape[1]), state.slots.dtype)
    moved = [(weight, place) for weight, place in slots.weights if id(weight) in known]
    for weight, place in moved:
        theta[place] = weight.array.ravel()
        gradient[place] = known[id(weight)].ravel()
    rule.step(theta, gradient, state.slots, state.step + 1, [place for _, place in moved])
    state.step += 1
    for weight, place in moved:
        new = theta[place].reshape(weight.shape)
        constraint = getattr(weight, "constraint", None)
        weight.assign(new if constraint is None else constraint(new))


def _gradient(g: Any, weight: Variable) -> Any:
    array = np.asarray(g)
    if array.shape != weight.shape:
        raise ValueError(
            f"grads has shape {array.shape} for {weight.path}; possible: {weight.shape}"
        )
    return array


def places(weights: Iterable[Any]) -> list[tuple[Variable, slice]]:
    """Return the weights with their places: those given, or one after the other.

    Examples
    --------
    >>> [place for _, place in places([Variable([1.0, 2.0]), Variable([3.0])])]
    [slice(0, 2, None), slice(2, 3, None)]
    """
    found: list[tuple[Variable, slice]] = []
    end = 0
    for weight in weights:
        if isinstance(weight, tuple):
            found.append(weight)
            continue
        found.append((weight, slice(end, end + weight.array.size)))
        end += weight.array.size
    return found
