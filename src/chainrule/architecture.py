"""What is trained: an architecture, and the program (architecture, loss, optimiser) around it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.layers import Dense
from chainrule.losses import LOSSES
from chainrule.optimizers import SGD, Optimizer

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class DenseParameters:
    """Where the numbers of one dense layer lie in the flat vector of all parameters."""

    inputs: int
    units: int
    start: int  # of the kernel, row by row: W[i, j] goes from input i to unit j
    bias: int  # its start; the kernel ends there
    stop: int  # equal to ``bias`` when there is none

    def views(self, theta: Array) -> tuple[Array, Array | None]:
        """Return ``W`` (inputs, units) and ``b`` (units,) or None, as views of ``theta``."""
        W = theta[self.start : self.bias].reshape(self.inputs, self.units)
        return W, theta[self.bias : self.stop] if self.stop > self.bias else None


@dataclass(frozen=True)
class Architecture:
    """A chain of layers, and the layout of its parameters in one flat vector ``theta``.

    The vector holds, layer after layer, the kernel row by row and then the bias.

    Parameters
    ----------
    inputs : int
        The number of columns of X.
    layers : tuple of Dense
        From the input to the output, at least one.

    Examples
    --------
    >>> net = Architecture(64, (Dense(32, "sigmoid"), Dense(10)))
    >>> net.n_parameters, net.outputs
    (2410, 10)
    >>> (W1, b1), (W2, b2) = net.views(np.zeros(net.n_parameters))
    >>> W1.shape, b1.shape, W2.shape, b2.shape
    ((64, 32), (32,), (32, 10), (10,))
    """

    inputs: int
    layers: tuple[Dense, ...]

    def __post_init__(self) -> None:
        if self.inputs < 1:
            raise ValueError(f"inputs is {self.inputs}: a network has at least 1")
        if not self.layers:
            raise ValueError("layers is empty: a network has at least one layer")

    @property
    def outputs(self) -> int:
        """The number of columns of the output."""
        return self.layers[-1].units

    @cached_property
    def parameters(self) -> tuple[DenseParameters, ...]:
        """Where each layer's numbers lie."""
        places = []
        start, inputs = 0, self.inputs
        for layer in self.layers:
            bias = start + inputs * layer.units
            stop = bias + (layer.units if layer.use_bias else 0)
            places.append(DenseParameters(inputs, layer.units, start, bias, stop))
            start, inputs = stop, layer.units
        return tuple(places)

    @property
    def n_parameters(self) -> int:
        """The length of the flat vector."""
        return self.parameters[-1].stop

    def views(self, theta: Array) -> list[tuple[Array, Array | None]]:
        """Return ``(W, b)`` of every layer as views of ``theta``; ``b`` is None without a bias."""
        return [place.views(theta) for place in self.parameters]


@dataclass(frozen=True)
class Program:
    """All that an engine must know to train, but for the numbers.

    Parameters
    ----------
    architecture : Architecture
        The network.
    loss : str
        A row of :data:`chainrule.losses.LOSSES`.
    optimizer : Optimizer
        How a gradient changes the parameters.

    Examples
    --------
    >>> net = Architecture(2, (Dense(1, "sigmoid"),))
    >>> Program(net, "sum_of_squared_error", SGD(0.1))
    Traceback (most recent call last):
    ...
    ValueError: unknown loss 'sum_of_squared_error': did you mean 'sum_of_squared_errors'? \
Possible: sum_of_squared_errors
    """

    architecture: Architecture
    loss: str = "sum_of_squared_errors"
    optimizer: Optimizer = field(default_factory=SGD)

    def __post_init__(self) -> None:
        LOSSES[self.loss]


@dataclass
class TrainingState:
    """What an optimiser carries between steps.

    Parameters
    ----------
    slots : ndarray, shape (S, P)
        One row for each of the optimiser's slots.
    step : int
        How many steps have been made.
    """

    slots: Array
    step: int = 0

    @classmethod
    def fresh(cls, program: Program, dtype: npt.DTypeLike) -> TrainingState:
        """Return the state before the first step: all zeros.

        Examples
        --------
        >>> program = Program(Architecture(2, (Dense(1),)))
        >>> TrainingState.fresh(program, np.float64)
        TrainingState(slots=array([], shape=(0, 3), dtype=float64), step=0)
        """
        shape = (len(program.optimizer.slots), program.architecture.n_parameters)
        return cls(np.zeros(shape, dtype=dtype))
