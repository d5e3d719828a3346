"""The tutorial's class in plain NumPy, written from the maths, with its loss every epoch."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.workload import Workload

Array = npt.NDArray[Any]


def sigmoid(Z: Array) -> Array:
    return 1 / (1 + np.exp(-Z))


def forward(weights: list[Array], X: Array) -> list[Array]:
    """Return X and the activations of every layer."""
    activations = [np.atleast_2d(X)]
    for W in weights:
        activations.append(sigmoid(activations[-1].dot(W)))
    return activations


def update(weights: list[Array], x: Array, y: Array, eta: float) -> None:
    """One step of gradient descent on the squared error of one sample."""
    activations = forward(weights, x)
    A = activations[-1]
    deltas = [2 * (A - y) * A * (1 - A)]
    for W, A in zip(weights[:0:-1], activations[-2:0:-1], strict=True):
        deltas.append(deltas[-1].dot(W.T) * A * (1 - A))
    for W, A, delta in zip(weights, activations, reversed(deltas), strict=False):
        W -= eta * A.T.dot(delta)


class NumpyPeer:
    """What a reader of the tutorial ends up with."""

    versions = {"numpy": np.__version__}  # noqa: RUF012

    def __init__(self, workload: Workload, dtype: str, epochs: int) -> None:
        self._workload, self._dtype, self._epochs = workload, dtype, epochs
        self._X, self._Y = workload.inputs(workload.X, dtype), workload.Y.astype(dtype)
        self.reset()

    def reset(self) -> None:
        self._weights = [W for W, _ in self._workload.start(self._dtype)]

    def run(self) -> None:
        losses = []
        for _ in range(self._epochs):
            for x, y in zip(self._X, self._Y, strict=True):
                update(self._weights, x, y, self._workload.learning_rate)
            losses.append(np.sum((self.outputs() - self._Y) ** 2))

    def outputs(self) -> Array:
        return forward(self._weights, self._X)[-1]


def prepare(workload: Workload, *, dtype: str, epochs: int) -> NumpyPeer:
    return NumpyPeer(workload, dtype, epochs)
