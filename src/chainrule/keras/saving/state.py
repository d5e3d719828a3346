"""The numbers of a model as files hold them: groups of arrays, named by their place in the model.

The places are Keras's: ``layers/dense``, ``layers/dense_1``, ``layers/sequential/layers/dense``,
``optimizer``. They come from classes and their order, not from the names of layers, which are
often made automatically and differ from one process to the next.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy.typing as npt

from chainrule.keras.layers.base import Layer
from chainrule.keras.variables import Variable

if TYPE_CHECKING:
    from chainrule.keras.models.sequential import Sequential

Array = npt.NDArray[Any]

OPTIMIZER = "optimizer"


@dataclass
class State:
    """All numbers of a model.

    Parameters
    ----------
    groups : dict of str to list of ndarray
        Of each place its arrays, in the order of ``weights`` or of ``optimizer.variables``; the
        model itself is at "".
    names : dict of str to str
        How what stands at a place is called.
    key : int
        With which the random numbers of dropout begin; 0 if it is not known.
    """

    groups: dict[str, list[Array]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    key: int = 0


def places(model: Sequential, above: str = "") -> Iterator[tuple[str, Layer]]:
    """Yield the place of each layer, and the layer; a model comes before what is in it.

    Examples
    --------
    >>> from chainrule.keras import Sequential, layers
    >>> inner = Sequential([layers.Dense(2), layers.ReLU()])
    >>> [place for place, _ in places(Sequential([inner, layers.Dense(2), layers.Dense(3)]))]
    ['layers/sequential', 'layers/sequential/layers/dense', 'layers/sequential/layers/re_lu', \
'layers/dense', 'layers/dense_1']
    """
    from chainrule.keras.models.sequential import Sequential

    taken: dict[str, int] = {}
    for layer in model.layers:
        kind = _snake_case(type(layer).__name__)
        count = taken.get(kind, 0)
        taken[kind] = count + 1
        place = f"{above}layers/{kind}_{count}" if count else f"{above}layers/{kind}"
        yield place, layer
        if isinstance(layer, Sequential):
            yield from places(layer, f"{place}/")


def _snake_case(name: str) -> str:
    # As Keras has it in files: "re_lu" where identifiers have "relu".
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def own_weights(layer: Layer) -> list[Variable]:
    """Return the weights that are the layer's own, none for a model: its layers have them."""
    return [] if hasattr(layer, "layers") else layer.weights


def collect(model: Sequential) -> State:
    """Return the numbers of a model, and of its optimiser if it is compiled."""
    state = State({"": []}, {"": model.name})
    for place, layer in places(model):
        state.groups[place] = [variable.numpy() for variable in own_weights(layer)]
        state.names[place] = layer.name
    if model.optimizer is not None:
        optimizer = built(model)
        state.groups[OPTIMIZER] = [variable.numpy() for variable in optimizer.variables]
        state.names[OPTIMIZER] = optimizer.name
        state.key = int(optimizer.state.key)
    return state


def built(model: Sequential) -> Any:
    """Return the model's optimiser; a built copy of it if it is not built, and can be.

    So a file is complete whether or not the model was trained, and the optimiser stays as it is.
    """
    optimizer = model.optimizer
    if optimizer.built or not model.built:
        return optimizer
    twin = copy.deepcopy(optimizer)
    twin.build(list(model.trainable_weights))
    return twin


def in_order(arrays: dict[int, Array], place: str, where: str) -> list[Array]:
    """Return the arrays of a place by their numbers.

    Raises
    ------
    ValueError
        When a number is missing.
    """
    if sorted(arrays) != list(range(len(arrays))):
        raise ValueError(f"{where} has arrays {sorted(arrays)} at {place}; some are missing")
    return [arrays[i] for i in range(len(arrays))]
