"""A model of real Keras and the same here: their numbers, kept the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from chainrule.bridge.checks import keras_of
from chainrule.bridge.reading import flat
from chainrule.keras.models import Sequential
from chainrule.keras.variables import Variable


class Pair:
    """Two models, with the variables of one beside those of the other.

    Parameters
    ----------
    real : keras.Model
        A chain of layers.
    twin : Sequential
        What :func:`chainrule.bridge.reading.read` made of it.
    """

    def __init__(self, real: Any, twin: Sequential) -> None:
        self.real, self.twin = real, twin
        self._weights: list[tuple[Any, Variable]] = []
        if real.built:
            for layer, ours in zip(flat(real), twin._flat(), strict=True):
                self._weights += _beside(layer.name, layer.weights, ours.weights)
        self._written: int | None = None

    # Weights.

    def read_weights(self) -> None:
        """Take over the weights that the real model has."""
        for theirs, ours in self._weights:
            ours.array[...] = theirs.numpy()

    def write(self, *, always: bool = False) -> None:
        """Write weights, the optimiser's state, and what stopped, into the real model.

        Nothing is done when no step was made since, unless ``always``.
        """
        step = self.twin.optimizer.state.step if self.twin.compiled else None
        if step == self._written and not always:
            return
        for theirs, ours in self._weights:
            _write(theirs, ours)
        for theirs, ours in self._optimizers():
            _write(theirs, ours)
        self._build_metrics()
        self._written = step

    def read(self) -> None:
        """Take over everything that may have been changed in the real model."""
        self.read_weights()
        for theirs, ours in self._optimizers():
            ours.assign(theirs.numpy())
        self._written = self.twin.optimizer.state.step

    # The optimiser.

    def read_optimizer(self) -> None:
        """Take over where the real optimiser stands; both are built afterwards."""
        real, ours = self.real.optimizer, self.twin.optimizer
        if not real.built:
            real.build(self.real.trainable_variables)
        known = {id(theirs): variable for theirs, variable in self._weights}
        strange = [each.path for each in real._trainable_variables if id(each) not in known]
        if strange:
            raise ValueError(
                f"optimizer was built for {', '.join(strange)}, which the model does not have; "
                f"compile the model again, with a new optimizer"
            )
        network = self.twin.network
        places = network.slices([known[id(each)] for each in real._trainable_variables])
        ours.build(places, network.architecture.n_parameters, network.dtype)
        for theirs, variable in self._optimizers():
            variable.assign(theirs.numpy())
        self._written = ours.state.step

    def build_optimizer(self) -> None:
        """Build the real optimiser for the weights that ours has state for."""
        network, optimizer = self.twin.network, self.twin.optimizer
        places = network.slices(self.twin.trainable_weights)
        optimizer.build(places, network.architecture.n_parameters, network.dtype)
        known = {id(ours): theirs for theirs, ours in self._weights}
        self.real.optimizer.build([known[id(each)] for each, _ in optimizer._slots.weights])

    def read_rate(self) -> None:
        """Take over the learning rate, where it is a number."""
        rate = self.twin.optimizer.learning_rate
        if isinstance(rate, Variable):
            now = self.real.optimizer.learning_rate
            rate.assign(keras_of(self.real).ops.convert_to_numpy(now))

    def _optimizers(self) -> list[tuple[Any, Variable]]:
        if not self.twin.compiled or not self.real.optimizer.built:
            return []
        ours = self.twin.optimizer
        return _beside(ours.name, self.real.optimizer.variables, ours.variables)

    # Metrics.

    def _build_metrics(self) -> None:
        """Let the real model find its metrics, as soon as the shapes of targets are known."""
        if not self.twin.compiled:
            return
        metrics, shapes = self.real._compile_metrics, self.twin.needed("metrics")._shapes
        if metrics is not None and not metrics.built and shapes is not None:
            metrics.build(*(np.zeros((1, *shape[1:]), "float32") for shape in shapes))

    def write_metrics(self, logs: Mapping[str, float]) -> None:
        """Let the real model's metrics give these results."""
        self._build_metrics()
        found = self.real._compile_metrics
        theirs = [self.real._loss_tracker, *(found.metrics if found is not None else ())]
        ours = [None, *self.twin.metrics]
        for metric, twin in zip(theirs, ours, strict=True):
            variables = metric.variables
            if [each.name for each in variables] == ["total", "count"]:
                variables[0].assign(logs["loss" if twin is None else twin.name])
                variables[1].assign(1)
            elif twin is not None and _alike(variables, twin.variables):
                for one, other in zip(variables, twin.variables, strict=True):
                    _write(one, other)


def _write(theirs: Any, ours: Variable) -> None:
    # A copy: a back end may keep the memory that it is given, and ours is trained on.
    theirs.assign(np.array(ours.array, dtype=str(theirs.dtype)))


def _alike(theirs: Sequence[Any], ours: Sequence[Variable]) -> bool:
    return [tuple(each.shape) for each in theirs] == [each.shape for each in ours]


def _beside(
    name: str, theirs: Sequence[Any], ours: Sequence[Variable]
) -> list[tuple[Any, Variable]]:
    if not _alike(theirs, ours):
        raise NotImplementedError(
            f"{name!r} has the variables {', '.join(each.path for each in theirs)} in Keras, and "
            f"{', '.join(each.path for each in ours)} here; train it with Keras itself"
        )
    return list(zip(theirs, ours, strict=True))
