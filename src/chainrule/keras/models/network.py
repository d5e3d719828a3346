"""The network of a model: all its layers as one architecture, all their numbers in one vector."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.architecture import Architecture
from chainrule.keras.layers.base import Layer, Shape
from chainrule.keras.variables import Variable
from chainrule.layers import Flatten

Array = npt.NDArray[Any]


class Network:
    """A chain of built layers, as engines see it.

    A variable belongs to at most one vector at a time: :meth:`bind` moves those that lie elsewhere,
    because another model has used the layer, into this one, with the values they have.

    Parameters
    ----------
    layers : sequence of Layer
        Built, each for the output of the one before; no models among them.
    input_shape, output_shape : tuple
        Of the chain, (None, ...).
    dtype : str
        "float32" or "float64".
    """

    def __init__(
        self, layers: Sequence[Layer], input_shape: Shape, output_shape: Shape, dtype: str
    ) -> None:
        self.layers = list(layers)
        self.sample = tuple(int(axis or 0) for axis in input_shape[1:])
        self.result = tuple(int(axis or 0) for axis in output_shape[1:])
        self.inputs = math.prod(self.sample)
        self.dtype = np.dtype(dtype)
        self.architecture = self._describe()
        self.theta: Array = np.empty(self.architecture.n_parameters, dtype=self.dtype)
        self._places: list[tuple[Variable, slice]] = []
        variables = (v for layer in self.layers for v in layer.parameters())
        places = (place for own in self.architecture.places for place in own)
        for variable, place in zip(variables, places, strict=True):
            self._places.append((variable, place.slice))
        self.bind()

    def _describe(self) -> Architecture:
        described = tuple(each for layer in self.layers for each in layer.describe())
        return Architecture(self.inputs, described or (Flatten(),))

    def bind(self) -> None:
        """Make every variable a view of the vector, with its present values."""
        for variable, place in self._places:
            if variable.array.base is not self.theta:
                view = self.theta[place].reshape(variable.shape)
                view[...] = variable.array
                variable.array = view

    def refresh(self) -> Architecture:
        """Return the architecture as the layers are set now, and bind the variables."""
        described = self._describe()
        if described != self.architecture:
            self.architecture = described
        self.bind()
        return self.architecture

    def slices(self, variables: Sequence[Variable]) -> list[tuple[Variable, slice]]:
        """Return where these variables lie in the vector."""
        known = {id(variable): place for variable, place in self._places}
        return [(variable, known[id(variable)]) for variable in variables]

    def rows(self, x: Array) -> Array:
        """Return samples (N, ...) as rows (N, D) of the network's dtype.

        Raises
        ------
        ValueError
            When a sample has another shape than the model takes.
        """
        if x.shape[1:] != self.sample and not (
            x.ndim == 1 and self.sample == (1,)  # a list of numbers for a single column
        ):
            raise ValueError(
                f"x has samples of shape {x.shape[1:]}; this model takes {self.sample}: "
                f"give an array of shape (N, {', '.join(map(str, self.sample))})"
            )
        return np.ascontiguousarray(x.reshape(len(x), self.inputs), dtype=self.dtype)

    def __deepcopy__(self, memo: dict[int, Any]) -> None:
        return None  # a copied model makes its own
