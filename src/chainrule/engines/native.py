"""The native engine: the reference's results at the speed of the processor.

The arithmetic is in ``native/``, compiled for several instruction sets; the fastest that this
processor can run is chosen, or the one that the environment variable ``CHAINRULE_ISA`` names.
"""

from __future__ import annotations

import os
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.architecture import Architecture, Program, TrainingState
from chainrule.engines.protocol import Indices, TrainingLog

try:
    from chainrule import _native
except ImportError as error:
    raise ImportError(
        f"the native engine is not built ({error}); build it with `pip install .` in chainrule's "
        'source directory (a C++20 compiler is needed), or choose the engine "numpy"'
    ) from error

Array = npt.NDArray[Any]


class NativeEngine:
    """The fast engine.

    Parameters
    ----------
    isa : str, optional
        Which build of the kernels to run, one of :func:`isas`; by default that named by
        ``CHAINRULE_ISA``, or else the fastest.

    Raises
    ------
    ValueError
        When this processor cannot run that build.

    Examples
    --------
    >>> from chainrule.layers import Dense
    >>> network = Architecture(1, (Dense(1),))
    >>> NativeEngine().forward(network, np.array([2.0, 1.0]), np.array([[3.0]]))
    array([[7.]])
    """

    name = "native"

    def __init__(self, isa: str | None = None) -> None:
        chosen = os.environ.get("CHAINRULE_ISA", "") if isa is None else isa
        self._compile = lru_cache(maxsize=64)(lambda program: _compiled(chosen, program))
        self.isa = _compiled(chosen, _SMALLEST).isa

    def forward(self, architecture: Architecture, theta: Array, X: Array) -> Array:
        """Return the outputs of the last layer, shape (N, H)."""
        A = np.empty((len(X), architecture.outputs), dtype=theta.dtype)
        _native.forward(self._compile(Program(architecture)), theta, X, A)
        return A

    def evaluate(self, program: Program, theta: Array, X: Array, Y: Array) -> float:
        """Return the loss over X, Y."""
        return _native.evaluate(self._compile(program), theta, X, Y)

    def value_and_gradient(
        self, program: Program, theta: Array, X: Array, Y: Array
    ) -> tuple[float, Array]:
        """Return the loss over X, Y and its gradient, shape (P,)."""
        gradient = np.empty_like(theta)
        value = _native.value_and_gradient(self._compile(program), theta, X, Y, gradient)
        return value, gradient

    def train(
        self,
        program: Program,
        theta: Array,
        state: TrainingState,
        X: Array,
        Y: Array,
        order: Indices | None,
        *,
        batch_size: int,
        log: TrainingLog,
        validation: tuple[Array, Array] | None = None,
    ) -> None:
        """Train for ``len(log.loss)`` epochs; see :class:`chainrule.engines.protocol.Engine`."""
        done = np.zeros(2, dtype=np.int64)  # epochs, steps
        X_validation, Y_validation = (None, None) if validation is None else validation
        try:
            _native.train(
                self._compile(program),
                theta,
                X,
                Y,
                order,
                batch_size,
                log.loss,
                X_validation,
                Y_validation,
                log.validation_loss,
                done,
            )
        finally:  # Ctrl-C ends the call with KeyboardInterrupt, and what was done counts
            log.epochs_done += int(done[0])
            state.step += int(done[1])


def isas() -> list[str]:
    """Return the names of the kernels' builds that this processor can run, the fastest last."""
    return _native.isas()


def _compiled(isa: str, program: Program) -> _native.Compiled:
    architecture = program.architecture
    layers = [
        (place.inputs, place.units, layer.activation, layer.use_bias)
        for place, layer in zip(architecture.parameters, architecture.layers, strict=True)
    ]
    optimizer = program.optimizer
    return _native.Compiled(
        isa, layers, program.loss, optimizer.name, getattr(optimizer, "learning_rate", 0.0)
    )


def _smallest() -> Program:
    from chainrule.layers import Dense

    return Program(Architecture(1, (Dense(1),)))


_SMALLEST = _smallest()
