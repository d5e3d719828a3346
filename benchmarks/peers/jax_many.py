"""JAX: the training of one network under ``vmap``, compiled as one program by ``jit``."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.peers import Array
from benchmarks.peers.jax_scan import ACTIVATIONS, VERSIONS, logits, trainer
from benchmarks.workload import Workload


class JaxManyPeer:
    """All networks see the samples in the same order."""

    versions = VERSIONS

    def __init__(self, workload: Workload, dtype: str, epochs: int) -> None:
        self._names = workload.activations
        X, Y = jnp.asarray(workload.inputs(workload.X, dtype)), jnp.asarray(workload.Y, dtype)
        self._X = X
        train = trainer(workload)

        def one(parameters: object) -> object:
            return train(parameters, X, Y, None, length=epochs, validation=None)[0]

        self._start = jax.tree.map(jnp.asarray, workload.starts(dtype))
        self._train = jax.jit(jax.vmap(one)).lower(self._start).compile()
        self.reset()

    def reset(self) -> None:
        self._weights = self._start

    def run(self) -> None:
        self._weights = jax.block_until_ready(self._train(self._weights))

    def outputs(self) -> Array:
        def forward(parameters: object) -> jax.Array:
            return ACTIVATIONS[self._names[-1]](logits(self._names, parameters, self._X))

        return np.asarray(jax.vmap(forward)(self._weights))


def prepare(workload: Workload, *, dtype: str, epochs: int) -> JaxManyPeer:
    jax.config.update("jax_enable_x64", dtype == "float64")
    return JaxManyPeer(workload, dtype, epochs)
