"""JAX: ``lax.scan`` over samples, in a scan over epochs, compiled as one program by ``jit``."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import numpy.typing as npt

from benchmarks.workload import Workload


def forward(weights: list[jax.Array], X: jax.Array) -> jax.Array:
    for W in weights:
        X = jax.nn.sigmoid(X @ W)
    return X


def squared_error(weights: list[jax.Array], x: jax.Array, y: jax.Array) -> jax.Array:
    return jnp.sum(jnp.square(forward(weights, x) - y))


class JaxPeer:
    """The gradient by ``jax.grad``; compiled ahead, in the set-up."""

    versions = {"jax": jax.__version__}  # noqa: RUF012

    def __init__(self, workload: Workload, dtype: str, epochs: int) -> None:
        eta = workload.eta

        def train(weights: Any, X: jax.Array, Y: jax.Array) -> Any:
            def update(weights: Any, sample: Any) -> tuple[Any, None]:
                gradients = jax.grad(squared_error)(weights, *sample)
                pairs = zip(weights, gradients, strict=True)
                return [W - eta * dW for W, dW in pairs], None

            def epoch(weights: Any, _: None) -> tuple[Any, None]:
                return jax.lax.scan(update, weights, (X, Y))[0], None

            return jax.lax.scan(epoch, weights, None, length=epochs)[0]

        self._X = jnp.asarray(workload.inputs_with_ones.astype(dtype))
        self._Y = jnp.asarray(workload.Y.astype(dtype))
        self._start = [jnp.asarray(W.astype(dtype)) for W in workload.start_weights()]
        self._train = jax.jit(train).lower(self._start, self._X, self._Y).compile()
        self.reset()

    def reset(self) -> None:
        self._weights = self._start

    def run(self) -> None:
        weights = self._train(self._weights, self._X, self._Y)
        self._weights = jax.block_until_ready(weights)

    def outputs(self) -> npt.NDArray[Any]:
        return np.asarray(forward(self._weights, self._X))


def prepare(workload: Workload, *, dtype: str, epochs: int) -> JaxPeer:
    jax.config.update("jax_enable_x64", dtype == "float64")
    return JaxPeer(workload, dtype, epochs)
