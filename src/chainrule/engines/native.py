"""The native engine: the reference's results at the speed of the processor.

The arithmetic is in ``native/``, compiled for several instruction sets; the fastest that this
processor can run is chosen, or the one that the environment variable ``CHAINRULE_ISA`` names.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.activations import ACTIVATIONS
from chainrule.architecture import Architecture, Program, TrainingState
from chainrule.arrays import integer
from chainrule.engines.many import Many
from chainrule.engines.protocol import Data, Indices, TrainingLog
from chainrule.layers import (
    Activation,
    BatchNormalization,
    Dense,
    Dropout,
    Flatten,
    GaussianNoise,
    LayerNormalization,
    Normalization,
    PReLU,
    Rescaling,
)

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
        ``CHAINRULE_ISA``, or else the fastest: the last of them, or "v3" for networks whose layers
        would leave wider vectors half empty and, on Zen 4, for one sample at a time.

    Raises
    ------
    ValueError
        When this processor cannot run that build.

    Examples
    --------
    >>> network = Architecture(1, (Dense(1),))
    >>> NativeEngine().forward(network, np.array([2.0, 1.0]), np.array([[3.0]]))
    array([[7.]])
    """

    name = "native"

    def __init__(self, isa: str | None = None) -> None:
        chosen = os.environ.get("CHAINRULE_ISA", "") if isa is None else isa
        self._compile = lru_cache(maxsize=64)(lambda program: _compiled(chosen, program))
        self._compile_network = lru_cache(maxsize=64)(lambda net: self._compile(Program(net)))
        self.isa = _compiled(chosen, _SMALLEST).isa

    def forward(self, architecture: Architecture, theta: Array, X: Array) -> Array:
        """Return the outputs of the last layer, shape (N, H)."""
        program = self._compile_network(architecture)  # refuses sizes that no memory has
        A = np.empty((len(X), architecture.outputs), dtype=theta.dtype)
        _native.forward(program, theta, X, A)
        return A

    def evaluate(self, program: Program, theta: Array, data: Data) -> float:
        """Return the loss over the data, with the penalties of the regularisers."""
        return _native.evaluate(self._compile(program), theta, data.X, data.Y, data.weight)

    def value_and_gradient(
        self, program: Program, theta: Array, data: Data, *, key: int = 0, step: int = 1
    ) -> tuple[float, Array]:
        """Return the loss over the data, computed as in training, and its gradient (P,)."""
        gradient = np.empty_like(theta)
        value = _native.value_and_gradient(
            self._compile(program), theta, data.X, data.Y, data.weight, key, step, gradient
        )
        return value, gradient

    def orders(self, uniforms: npt.NDArray[np.float64]) -> Indices:
        """Return an order of the samples for each row (epochs, N); see Engine."""
        numbers = uniforms.view(np.int64)
        _native.orders(numbers)
        return numbers

    def train(
        self,
        program: Program,
        theta: Array,
        state: TrainingState,
        data: Data,
        order: Indices | None,
        *,
        batch_size: int,
        log: TrainingLog,
        validation: Data | None = None,
    ) -> None:
        """Train for ``len(log.loss)`` epochs; see :class:`chainrule.engines.protocol.Engine`."""
        done = np.zeros(2, dtype=np.int64)  # epochs, steps
        size = max(1, min(batch_size, len(data.X)))  # native code refuses less than 1
        samples = len(data.X) if order is None else order.shape[-1]
        steps = -(-samples // size) * len(log.loss)
        checked = _NOTHING if validation is None else validation
        try:
            _native.train(
                self._compile(program),
                theta,
                state.slots,
                data.X,
                data.Y,
                data.weight,
                order,
                batch_size,
                program.optimizer.rates(state.step + 1, steps),
                state.key,
                state.step,
                log.loss,
                checked.X,
                checked.Y,
                checked.weight,
                log.validation_loss,
                log.measures,
                log.validation_measures,
                log.outputs,
                done,
            )
        finally:  # Ctrl-C ends the call with KeyboardInterrupt, and what was done counts
            log.epochs_done += int(done[0])
            state.step += int(done[1])

    def train_many(
        self,
        program: Program,
        many: Many,
        data: Data,
        order: Indices | None,
        *,
        batch_size: int,
        loss: npt.NDArray[np.float64],
        measures: npt.NDArray[np.float64],
    ) -> None:
        """Train many networks; see :class:`chainrule.engines.protocol.Engine`.

        Tiny networks of dense layers go together, one a vector lane; others one after the other.
        Both are shared among the threads of :func:`set_num_threads`. A network's result depends
        neither on their number nor on the other networks.
        """
        size = max(1, min(batch_size, len(data.X)))  # native code refuses less than 1
        steps = -(-len(data.X) // size) * loss.shape[1]
        rates = many.learning_rates
        _native.train_many(
            self._compile(program),
            many.thetas,
            many.slots,
            data.X,
            data.Y,
            data.weight,
            order,
            batch_size,
            program.optimizer.rates(many.step + 1, steps) if rates is None else rates,
            rates is not None,
            many.keys,
            many.step,
            loss,
            measures,
        )
        many.step += steps


def get_num_threads() -> int:
    """Return how many threads the native engine may use.

    That is what :func:`set_num_threads` was given, else what the environment variable
    ``CHAINRULE_NUM_THREADS`` says, else the number of processors that this process may run on.

    Raises
    ------
    ValueError
        When the variable holds no integer from 1 to 1024.
    """
    return _native.num_threads()


def set_num_threads(n: int) -> None:
    """Let the native engine use at most ``n`` threads, from 1 to 1024.

    They start only where the work is worth it. Results do not depend on their number.

    Raises
    ------
    TypeError, ValueError
        When ``n`` is not that.

    Examples
    --------
    >>> before = get_num_threads()
    >>> set_num_threads(2)
    >>> get_num_threads()
    2
    >>> set_num_threads(before)
    """
    _native.set_num_threads(min(integer("n", n, least=1), 1 << 32))


def isas() -> list[str]:
    """Return the names of the kernels' builds that this processor can run, the fastest last."""
    return _native.isas()


def _by_column(width: int, *values: npt.ArrayLike) -> list[float]:
    """Return scale, offset and shift of (x - shift) scale + offset: ``width`` numbers of each."""
    columns = (np.broadcast_to(value, width) for value in values)
    return [float(number) for column in columns for number in column]


# Each layer becomes a stage: kind, activation, alpha, settings; an activation may follow a product.
_STAGES: dict[type, Callable[[Any, int], tuple[str, str, float | None, list[float]]]] = {
    Dense: lambda layer, _: ("dense", layer.activation, None, []),
    Activation: lambda layer, _: ("activation", layer.activation, layer.alpha, []),
    PReLU: lambda *_: ("prelu", "linear", None, []),
    Dropout: lambda layer, _: ("dropout", "linear", None, [layer.rate]),
    GaussianNoise: lambda layer, _: ("gaussian_noise", "linear", None, [layer.stddev]),
    BatchNormalization: lambda layer, _: (
        "batch_norm",
        "linear",
        None,
        [layer.momentum, layer.epsilon, float(layer.trainable)],
    ),
    LayerNormalization: lambda layer, _: ("layer_norm", "linear", None, [layer.epsilon]),
    Rescaling: lambda layer, width: (
        "rescaling",
        "linear",
        None,
        _by_column(width, layer.scale, layer.offset, 0.0),
    ),
    Normalization: lambda layer, width: (
        "rescaling",
        "linear",
        None,
        _by_column(width, 1 / np.asarray(layer.deviation), 0.0, layer.mean),
    ),
    Flatten: lambda *_: ("activation", "linear", None, []),
}


def _compiled(isa: str, program: Program) -> _native.Compiled:
    """Hand a program to native code."""
    architecture, loss = program.architecture, program.loss_row
    stages, blocks = [], []
    last = "linear"
    for i, (layer, places) in enumerate(zip(architecture.layers, architecture.places, strict=True)):
        inputs, units = architecture.widths[i], architecture.widths[i + 1]
        kind, last, alpha, settings = _STAGES[type(layer)](layer, units)
        alpha = ACTIVATIONS[last].alpha if alpha is None else alpha
        stages.append((kind, inputs, units, last, alpha or 0.0, len(places), settings, i))
        for place in places:
            p = place.parameter
            rows, columns = p.shape if len(p.shape) == 2 else (1, *p.shape)
            blocks.append((rows, columns, p.trainable, p.l1, p.l2, p.max_norm or 0.0))
    on_logits = loss.on_logits.get(last)
    o = program.optimizer
    optimizer = (
        o.name,
        list(o.settings),
        len(o.own_slots),
        o.weight_decay or 0.0,
        o.clip_value or 0.0,
        o.clip_norm or 0.0,
        o.global_clip_norm or 0.0,
        -1.0 if o.ema_momentum is None else o.ema_momentum,
    )
    return _native.Compiled(
        isa,
        stages,
        blocks,
        on_logits or program.loss,
        program.loss_row.reduction == "mean",
        on_logits is not None,
        program.targets,
        list(program.loss_parameters or loss.parameters),
        optimizer,
        list(program.measures),
    )


_NOTHING: Any = SimpleNamespace(X=None, Y=None, weight=None)
_SMALLEST = Program(Architecture(1, (Dense(1),)))
