"""Keras on JAX or on TensorFlow: a ``Sequential``, one ``fit`` for all epochs.

What differs: it draws its own orders of the samples.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

import numpy as np

from benchmarks.peers import Array, ForwardPeer
from benchmarks.workload import Workload


def keras_on(backend: str) -> tuple[Any, dict[str, str]]:
    """Import Keras on a back end; return it and the versions of both."""
    os.environ["KERAS_BACKEND"] = backend
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    package = import_module(backend)
    if backend == "tensorflow":
        package.config.threading.set_intra_op_parallelism_threads(1)
        package.config.threading.set_inter_op_parallelism_threads(1)
    keras = import_module("keras")
    return keras, {"keras": keras.__version__, backend: package.__version__}


def network(keras: Any, workload: Workload, dtype: str) -> Any:
    """Return the network with its start weights."""
    keras.backend.set_floatx(dtype)
    pairs = zip(workload.widths[1:], workload.activations, strict=True)
    layers = [
        keras.layers.Dense(units, activation, use_bias=workload.biases)
        for units, activation in pairs
    ]
    model = keras.Sequential([keras.Input((workload.widths[0],)), *layers])
    model.set_weights(start(workload, dtype))
    return model


def start(workload: Workload, dtype: str) -> list[Array]:
    return [part for pair in workload.start(dtype) for part in pair if part is not None]


class KerasPeer:
    """One ``fit`` with a ``Sequential`` of ``keras``: the real one, or another with its names."""

    def __init__(
        self, workload: Workload, dtype: str, epochs: int, keras: Any, versions: dict[str, str]
    ) -> None:
        self.versions = versions
        self._keras = keras
        self._workload, self._epochs, self._start = workload, epochs, start(workload, dtype)
        self._X, self._Y = workload.inputs(workload.X, dtype), workload.Y.astype(dtype)
        self._validation = workload.validation(dtype)
        self._model = network(keras, workload, dtype)
        optimizers = {"sgd": keras.optimizers.SGD, "adam": keras.optimizers.Adam}
        self._model.compile(
            optimizer=optimizers[workload.optimizer](workload.learning_rate),
            loss=workload.loss_name,
            metrics=["accuracy"] if workload.watched else [],
        )
        self._model.optimizer.build(self._model.trainable_variables)
        self._state = [np.asarray(value) for value in self._model.optimizer.variables]

    def reset(self) -> None:
        # One order of twenty ends an epoch in a sudden large loss: a run draws what the first drew.
        self._keras.utils.set_random_seed(self._workload.seed)
        self._model.set_weights(self._start)
        for variable, value in zip(self._model.optimizer.variables, self._state, strict=True):
            variable.assign(value)

    def run(self) -> None:
        self.fit(self._model, verbose=0)

    def fit(self, model: Any, verbose: int, callbacks: Any = None) -> None:
        """Call ``fit`` of the model, or of what stands for it."""
        model.fit(
            self._X,
            self._Y,
            batch_size=self._workload.batch_size,
            epochs=self._epochs,
            shuffle=self._workload.shuffle,
            validation_data=self._validation,
            verbose=verbose,
            callbacks=callbacks,
        )

    def outputs(self) -> Array:
        return np.asarray(self._model.predict(self._X, verbose=0))


def prepare(workload: Workload, *, dtype: str, epochs: int, backend: str) -> KerasPeer:
    return KerasPeer(workload, dtype, epochs, *keras_on(backend))


def prepare_forward(workload: Workload, *, dtype: str, epochs: int, backend: str) -> ForwardPeer:
    keras, versions = keras_on(backend)
    model = network(keras, workload, dtype)
    X = workload.inputs(workload.X, dtype)
    return ForwardPeer(lambda X: model.predict(X, verbose=0), X, epochs, versions)
