"""What is trained: an architecture, and the program (architecture, loss, optimiser) around it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from chainrule.description import described
from chainrule.layers import Layer, Parameter
from chainrule.losses import LOSSES, Loss
from chainrule.measures import MEASURES
from chainrule.optimizers import SGD, Optimizer

Array = npt.NDArray[Any]


@described
class Place:
    """Where one parameter lies in the flat vector of all of them."""

    parameter: Parameter
    start: int
    stop: int

    @property
    def slice(self) -> slice:
        """The part of the flat vector."""
        return slice(self.start, self.stop)

    def view(self, theta: Array) -> Array:
        """Return the parameter as a view of ``theta``."""
        return theta[self.start : self.stop].reshape(self.parameter.shape)


@described
class Architecture:
    """A chain of layers, and the layout of its parameters in one flat vector ``theta``.

    The vector holds, layer after layer, each parameter row by row.

    Parameters
    ----------
    inputs : int
        The number of columns of X.
    layers : tuple of Layer
        From the input to the output, at least one.

    Examples
    --------
    >>> from chainrule.layers import Dense
    >>> net = Architecture(64, (Dense(32, "sigmoid"), Dense(10)))
    >>> net.n_parameters, net.outputs
    (2410, 10)
    >>> first, second = net.views(np.zeros(net.n_parameters))
    >>> first["W"].shape, first["b"].shape, second["W"].shape, second["b"].shape
    ((64, 32), (32,), (32, 10), (10,))
    """

    inputs: int
    layers: tuple[Layer, ...]

    def __post_init__(self) -> None:
        if self.inputs < 1:
            raise ValueError(f"inputs is {self.inputs}: a network has at least 1")
        if not self.layers:
            raise ValueError("layers is empty: a network has at least one layer")
        _ = self.widths  # each layer checks that it fits the one before

    @cached_property
    def widths(self) -> tuple[int, ...]:
        """The number of columns of X, and of the output of each layer."""
        widths = [self.inputs]
        for layer in self.layers:
            widths.append(layer.outputs(widths[-1]))
        return tuple(widths)

    @cached_property
    def outputs(self) -> int:
        """The number of columns of the output."""
        return self.widths[-1]

    @cached_property
    def places(self) -> tuple[tuple[Place, ...], ...]:
        """Where each layer's parameters lie."""
        places = []
        start = 0
        for layer, inputs in zip(self.layers, self.widths, strict=False):
            own = []
            for parameter in layer.parameters(inputs):
                own.append(Place(parameter, start, start + parameter.size))
                start += parameter.size
            places.append(tuple(own))
        return tuple(places)

    @cached_property
    def n_parameters(self) -> int:
        """The length of the flat vector."""
        return max((place.stop for own in self.places for place in own), default=0)

    @cached_property
    def trainable(self) -> tuple[slice, ...]:
        """The parts of the flat vector that optimisers change, one for each parameter."""
        return tuple(p.slice for own in self.places for p in own if p.parameter.trainable)

    def views(self, theta: Array) -> list[dict[str, Array]]:
        """Return the parameters of every layer, by name, as views of ``theta``."""
        return [{p.parameter.name: p.view(theta) for p in own} for own in self.places]

    def draw(self, rng: np.random.Generator) -> npt.NDArray[np.float64]:
        """Return new parameters, each drawn with its initialiser, in their order, shape (P,).

        Raises
        ------
        TypeError
            When ``rng`` is no Generator.
        ValueError
            When a layer names an initialiser that is no row of
            :data:`chainrule.initializers.INITIALIZERS`, or one that cannot draw its shape.

        Examples
        --------
        >>> from chainrule.layers import Dense
        >>> net = Architecture(2, (Dense(1, bias_initializer="ones"),))
        >>> net.draw(np.random.default_rng(0)).round(4)
        array([ 0.3874, -0.6511,  1.    ])
        """
        from chainrule.initializers import INITIALIZERS

        theta = np.empty(self.n_parameters)
        for place in (place for own in self.places for place in own):
            p = place.parameter
            place.view(theta)[...] = INITIALIZERS[p.initializer].draw(rng, p.shape)
        return theta


@described
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
    loss_parameters : tuple of float
        What the loss has beside outputs and targets, such as Huber's delta; its defaults if empty.
    measures : tuple of str
        Rows of :data:`chainrule.measures.MEASURES`, counted while training goes by.
    reduction : {"sum", "mean"} or None
        Whether the loss of a batch, and its gradient, is the sum or the mean over its samples; as
        the loss's row has it if None.

    Examples
    --------
    >>> from chainrule.layers import Dense
    >>> net = Architecture(2, (Dense(1, "sigmoid"),))
    >>> Program(net, "huber").loss_row.reduction
    'mean'
    >>> Program(net, "huber", reduction="sum").loss_row.reduction
    'sum'
    >>> Program(net, "huberr").loss
    Traceback (most recent call last):
    ...
    ValueError: unknown loss 'huberr': did you mean 'huber'? Possible: sum_of_squared_errors, ...
    """

    architecture: Architecture
    loss: str = "sum_of_squared_errors"
    optimizer: Optimizer = field(default_factory=SGD)
    loss_parameters: tuple[float, ...] = ()
    measures: tuple[str, ...] = ()
    reduction: Literal["sum", "mean"] | None = None

    def __post_init__(self) -> None:
        if self.reduction not in ("sum", "mean", None):
            raise ValueError(
                f"reduction is {self.reduction!r}; possible: 'sum', 'mean', or None for that of "
                f"{self.loss!r}, {LOSSES[self.loss].reduction!r}"
            )
        for name in self.measures:
            if MEASURES[name].sparse != LOSSES[self.loss].sparse:
                kind = "class numbers" if LOSSES[self.loss].sparse else "one column an output"
                fitting = (n for n in MEASURES if MEASURES[n].sparse == LOSSES[self.loss].sparse)
                raise ValueError(
                    f"measures has {name!r}, but the targets of {self.loss!r} are {kind}; "
                    f"possible: {', '.join(fitting)}"
                )
        defaults = LOSSES[self.loss].parameters
        if self.loss_parameters and len(self.loss_parameters) != len(defaults):
            raise ValueError(
                f"loss_parameters has {len(self.loss_parameters)} numbers; possible: "
                f"{len(defaults)} for {self.loss!r}, or none for its defaults {defaults}"
            )

    @cached_property
    def loss_row(self) -> Loss:
        """The loss's row, with the reduction of this program."""
        row = LOSSES[self.loss]
        return row if self.reduction is None else replace(row, reduction=self.reduction)

    @property
    def targets(self) -> int:
        """The number of columns of Y: 1 where it holds class numbers, else as many as outputs."""
        return 1 if LOSSES[self.loss].sparse else self.architecture.outputs


@dataclass
class TrainingState:
    """What an optimiser carries between steps.

    Parameters
    ----------
    slots : ndarray, shape (S, P)
        One row for each of the optimiser's slots.
    step : int
        How many steps have been made.
    key : int
        Of the generator of dropout's masks, 64 bits. With the number of the step it decides them.
    """

    slots: Array
    step: int = 0
    key: int = 0

    @classmethod
    def fresh(cls, program: Program, dtype: npt.DTypeLike, key: int = 0) -> TrainingState:
        """Return the state before the first step.

        Examples
        --------
        >>> from chainrule.layers import Dense
        >>> program = Program(Architecture(2, (Dense(1),)))
        >>> TrainingState.fresh(program, np.float64).slots.shape
        (0, 3)
        """
        starts = program.optimizer.initial_slots()
        slots = np.zeros((len(starts), program.architecture.n_parameters), dtype=dtype)
        for slot, start in zip(slots, starts, strict=True):
            if start != 0:  # zeros take no memory until they are written
                slot[:] = start
        return cls(slots, key=key)
