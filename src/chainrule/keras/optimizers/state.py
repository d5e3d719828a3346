"""What an optimiser carries from step to step, as variables that read and write it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.architecture import TrainingState
from chainrule.keras.variables import Variable
from chainrule.optimizers import Nadam
from chainrule.optimizers import Optimizer as Rule

Array = npt.NDArray[Any]
Weights = Sequence[tuple[Variable, slice]]


class Iterations(Variable):
    """How many steps have been made: ``step`` of a training state, as a variable.

    Examples
    --------
    >>> state = TrainingState(np.zeros((0, 0)))
    >>> iterations = Iterations(state, "sgd/iteration")
    >>> state.step = 3
    >>> iterations.numpy()
    array(3)
    >>> iterations.assign(5)
    >>> state.step
    5
    """

    def __init__(self, state: TrainingState, path: str) -> None:
        self.state = state
        super().__init__(0, "iteration", trainable=False, dtype=np.int64, path=path)

    @property
    def array(self) -> Array:
        """The number of steps, a new array."""
        return np.array(self.state.step, dtype=np.int64)

    @array.setter
    def array(self, value: Array) -> None:
        """Ignore what the constructor writes: the state has the number."""

    def assign(self, value: npt.ArrayLike) -> None:
        """Set the number of steps."""
        self.state.step = int(np.asarray(value))


class MomentumProduct(Variable):
    """Nadam's product of the momenta of all steps so far, which the number of the step decides.

    Keras keeps it as a variable. Writing to it changes nothing.
    """

    def __init__(self, state: TrainingState, beta_1: float, dtype: npt.DTypeLike) -> None:
        self.state, self.beta_1 = state, beta_1
        self._dtype = dtype
        super().__init__(1.0, "variable", trainable=False, dtype=dtype)

    @property
    def array(self) -> Array:
        """The product, a new array."""
        steps = np.arange(1, min(self.state.step, 1000) + 1)  # beyond, the warm-up is over
        warm_up = np.prod(1 - 0.5 * 0.96**steps)
        return np.array(self.beta_1**self.state.step * warm_up, dtype=self._dtype)

    @array.setter
    def array(self, value: Array) -> None:
        """Ignore what the constructor writes: the number of the step decides."""

    def assign(self, value: npt.ArrayLike) -> None:
        """Leave it: the number of the step decides."""


class Slots:
    """The slots of an optimiser for some weights, in one array, and a variable for each part.

    Parameters
    ----------
    rule : chainrule.optimizers.Optimizer
        Says which slots there are, and with what they begin.
    groups : sequence of sequences of (str, str)
        The names that Keras and the rule have for each slot. Variables stand in Keras's order:
        for each group, for each weight, for each slot of the group.
    owner : str
        The optimiser's name, with which paths begin.
    weights : sequence of (Variable, slice)
        The weights, and where each lies in the flat vector.
    size : int
        The length of the flat vector.
    dtype : dtype
        Of the slots.

    Examples
    --------
    >>> from chainrule.optimizers import Adam
    >>> kernel = Variable(np.zeros((2, 3)), "kernel", path="dense/kernel")
    >>> groups = [[("momentum", "momentum"), ("velocity", "velocity")]]
    >>> slots = Slots(Adam(), groups, "adam", [(kernel, slice(0, 6))], 6, "float32")
    >>> slots.array.shape, [variable.path for variable in slots.variables]
    ((2, 6), ['adam/dense_kernel_momentum', 'adam/dense_kernel_velocity'])
    """

    def __init__(
        self,
        rule: Rule,
        groups: Sequence[Sequence[tuple[str, str]]],
        owner: str,
        weights: Weights,
        size: int,
        dtype: npt.DTypeLike,
    ) -> None:
        self.array: Array = np.zeros((len(rule.slots), size), dtype=dtype)
        for slot, start in zip(self.array, rule.initial_slots(), strict=True):
            if start != 0:  # zeros take no memory until they are written
                slot[:] = start
        self.weights = list(weights)
        self.variables: list[Variable] = []
        self._parts: dict[tuple[int, str], Variable] = {}
        rows = {name: row for row, name in enumerate(rule.slots)}
        for group in groups:
            for weight, place in self.weights:
                for name, slot_name in group:
                    own = f"{weight.path.replace('/', '_')}_{name}"
                    part = Variable(0.0, own, trainable=False, path=f"{owner}/{own}")
                    part.array = self.array[rows[slot_name], place].reshape(weight.shape)
                    self.variables.append(part)
                    self._parts[id(weight), slot_name] = part

    def part(self, weight: Variable, slot: str) -> Variable:
        """Return the variable of a weight in a slot of the rule."""
        return self._parts[id(weight), slot]

    def knows(self, weight: Variable) -> bool:
        """Say whether the weight has slots, or would if there were any."""
        return any(weight is known for known, _ in self.weights)

    def same_places(self, weights: Weights, size: int) -> bool:
        """Say whether these weights lie where they were when the slots were made."""
        places = {id(weight): place for weight, place in self.weights}
        return self.array.shape[1] == size and all(
            places.get(id(weight)) == place for weight, place in weights
        )

    def copy_from(self, other: Slots) -> None:
        """Take the numbers that another layout of the same weights has."""
        for key, variable in other._parts.items():
            if key in self._parts:
                self._parts[key].assign(variable.array)


def momentum_product(rule: Rule, state: TrainingState, dtype: npt.DTypeLike) -> list[Variable]:
    """Return the variable that Nadam has beside its slots; nothing for others."""
    return [MomentumProduct(state, rule.beta_1, dtype)] if isinstance(rule, Nadam) else []
