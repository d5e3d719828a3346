"""Numbers of a file into a model: all of them, or none with an error that says what does not fit.

>>> from chainrule.keras import Sequential, layers
>>> from chainrule.keras.saving.state import collect
>>> one, other = (Sequential([layers.Input((2,)), layers.Dense(n, name="d")]) for n in (3, 4))
>>> place(one, collect(other), "other.weights.h5")
Traceback (most recent call last):
...
ValueError: other.weights.h5 does not fit the model: layer 'd' has kernel of shape (2, 3), \
and the file (2, 4). ...
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from chainrule.keras.saving.state import OPTIMIZER, State, built, own_weights, places
from chainrule.keras.variables import Variable

if TYPE_CHECKING:
    from chainrule.keras.models.sequential import Sequential

Array = npt.NDArray[Any]
Moves = list[tuple[Variable, Array]]


def place(model: Sequential, state: State, where: str, skip_mismatch: bool = False) -> None:
    """Write numbers into the layers of a model, and into its optimiser if both have them.

    Parameters
    ----------
    model : Sequential
        Built; compiled, if its optimiser is to go on where that of the file stood.
    state : State
        What the file holds.
    where : str
        How errors call the file.
    skip_mismatch : bool
        Whether layers that do not fit are left as they are, with a warning.

    Raises
    ------
    ValueError
        When the model is not built, or a layer does not fit; nothing is changed then.
    """
    if not model.built:
        raise ValueError(
            f"model {model.name!r} is not built, and has no weights to load; begin it with "
            f"Input(shape=...), or call build((None, columns)) first"
        )
    moves: Moves = []
    problems: list[str] = []
    known = set()
    for at, layer in places(model):
        found = _group(state, at)
        known.add(at)
        what = f"layer {layer.name!r}"
        problem = _match(what, at, own_weights(layer), found, state, moves)
        if problem:
            problems.append(problem)
    if problems:
        text = f"{where} does not fit the model: {'; '.join(problems[:3])}."
        if len(problems) > 3:
            text += f" So it is with {len(problems) - 3} more."
        if not skip_mismatch:
            raise ValueError(
                f"{text} Build the model as the file was made, or load what fits with "
                f"load_weights(..., skip_mismatch=True)"
            )
        warnings.warn(f"{text} These layers stay as they are", stacklevel=4)
    unused = [at for at in state.groups if _is_layer(at, known) and state.groups[at]]
    if unused:
        warnings.warn(
            f"{where} has weights for {', '.join(unused[:5])}, and the model no such layers; "
            f"they are left out",
            stacklevel=4,
        )
    moves += _optimizer_moves(model, state, where)
    for variable, array in moves:
        variable.assign(array)


def _group(state: State, at: str) -> list[Array] | None:
    """Return the arrays of a place, which Keras 2.13 to 2.15 called otherwise."""
    older = at.replace("layers", "_layer_checkpoint_dependencies")
    return state.groups.get(at, state.groups.get(older))


def _is_layer(at: str, known: set[str]) -> bool:
    """Whether a place is that of a layer, and not of a known one or of what is in it: seeds."""
    inside = any(at == each or at.rpartition("/")[0] == each for each in known)
    return at.startswith("layers/") and not inside


def _match(
    what: str,
    at: str,
    variables: Sequence[Variable],
    found: list[Array] | None,
    state: State,
    moves: Moves,
) -> str | None:
    """Add what is to be written; or return what does not fit."""
    if not found and not variables:
        return None
    if found is None:
        there = [place for place, arrays in state.groups.items() if arrays and place != OPTIMIZER]
        return f"{what} is not in the file: there is no {at}, but {', '.join(there) or 'nothing'}"
    if len(found) != len(variables):
        names = ", ".join(f"{v.name} {v.shape}" for v in variables) or "none"
        return f"{what} has {len(variables)} variables ({names}), and the file {len(found)}"
    for variable, array in zip(variables, found, strict=True):
        if variable.shape != array.shape:
            return (
                f"{what} has {variable.name} of shape {variable.shape}, and the file {array.shape}"
            )
    moves += zip(variables, found, strict=True)
    return None


def _optimizer_moves(model: Sequential, state: State, where: str) -> Moves:
    """Return what is to be written into the optimiser, which is built for it."""
    found = state.groups.get(OPTIMIZER)
    if not found or model.optimizer is None:
        return []
    expected = built(model).variables
    if [v.shape for v in expected] == [np.shape(array) for array in found]:
        compiled = model.needed("load")
        compiled.optimizer.state.key = state.key or compiled.optimizer.state.key
        compiled.state(model.network, model.trainable_weights)
        return list(zip(model.optimizer.variables, found, strict=True))
    own = [v for v in model.optimizer.variables if v.ndim == 0]
    if not model.optimizer.built and len(found) == len(own):  # of one that was never used
        return list(zip(own, found, strict=True))
    warnings.warn(
        f"{where} has the state of another optimizer, in {len(found)} arrays where "
        f"{model.optimizer.name!r} has {len(expected)}; it is left out, and the optimizer stays as "
        f"it is",
        stacklevel=5,
    )
    return []
