"""JAX: ``lax.scan`` over batches, in a scan over epochs, compiled as one program by ``jit``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.peers import Array, ForwardPeer
from benchmarks.workload import Workload

VERSIONS = {"jax": jax.__version__}

ACTIVATIONS: dict[str, Callable[[jax.Array], jax.Array]] = {
    "sigmoid": jax.nn.sigmoid,
    "tanh": jnp.tanh,
    "relu": jax.nn.relu,
    "linear": lambda Z: Z,
    "softmax": jax.nn.softmax,
}


def logits(activations: tuple[str, ...], parameters: Any, X: jax.Array) -> jax.Array:
    """Return the last layer's output before its activation."""
    for (W, b), name in zip(parameters[:-1], activations[:-1], strict=True):
        X = ACTIVATIONS[name](X @ W if b is None else X @ W + b)
    W, b = parameters[-1]
    return X @ W if b is None else X @ W + b


def squared_errors(Z: jax.Array, Y: jax.Array, activation: str) -> jax.Array:
    return jnp.sum(jnp.square(ACTIVATIONS[activation](Z) - Y))


def mean_squared_error(Z: jax.Array, Y: jax.Array, activation: str) -> jax.Array:
    return jnp.mean(jnp.square(ACTIVATIONS[activation](Z) - Y))


def crossentropy(Z: jax.Array, Y: jax.Array, _: str) -> jax.Array:
    return -jnp.mean(jnp.sum(Y * jax.nn.log_softmax(Z), axis=-1))


LOSSES = {
    "sum_of_squared_errors": squared_errors,
    "mean_squared_error": mean_squared_error,
    "categorical_crossentropy": crossentropy,
}


def sgd(rate: float, parameters: Any, gradients: Any, state: Any) -> tuple[Any, Any]:
    return jax.tree.map(lambda p, g: p - rate * g, parameters, gradients), state


def adam(rate: float, parameters: Any, gradients: Any, state: Any) -> tuple[Any, Any]:
    """Adam with the settings of ours (Kingma and Ba, 2015)."""
    m, v, t = state
    t = t + 1
    m = jax.tree.map(lambda m, g: m + 0.1 * (g - m), m, gradients)
    v = jax.tree.map(lambda v, g: v + 0.001 * (g * g - v), v, gradients)
    alpha = rate * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    new = jax.tree.map(lambda p, m, v: p - alpha * m / (jnp.sqrt(v) + 1e-7), parameters, m, v)
    return new, (m, v, t)


def zeros(parameters: Any) -> Any:
    return jax.tree.map(jnp.zeros_like, parameters)


# The state before the first step, and the step.
OPTIMIZERS: dict[str, tuple[Callable[[Any], Any], Any]] = {
    "sgd": (lambda _: (), sgd),
    "adam": (lambda p: (zeros(p), zeros(p), jnp.zeros((), p[0][0].dtype)), adam),
}


def trainer(workload: Workload) -> Callable[..., Any]:
    """Return the program: parameters, data, orders and validation in, parameters out."""
    loss, activations = LOSSES[workload.loss_name], workload.activations
    start, step = OPTIMIZERS[workload.optimizer]
    size = min(workload.batch_size, len(workload.X))
    shape = (size,) if size > 1 else ()  # one sample is a vector
    full = len(workload.X) // size * size

    def judged(parameters: Any, X: jax.Array, Y: jax.Array) -> tuple[jax.Array, jax.Array]:
        """Return the loss and how many are right."""
        Z = logits(activations, parameters, X)
        hits = jnp.sum(jnp.argmax(Z, -1) == jnp.argmax(Y, -1)) if workload.watched else 0
        return loss(Z, Y, activations[-1]), hits

    def update(carry: Any, X: jax.Array, Y: jax.Array) -> tuple[Any, Any]:
        parameters, state = carry
        measured, gradients = jax.value_and_grad(judged, has_aux=True)(parameters, X, Y)
        return step(workload.learning_rate, parameters, gradients, state), measured

    def train(
        parameters: Any, X: jax.Array, Y: jax.Array, orders: Any, length: int, validation: Any
    ) -> Any:
        def epoch(carry: Any, order: Any) -> tuple[Any, Any]:
            if order is None:
                batches = tuple(part[:full].reshape(-1, *shape, part.shape[1]) for part in (X, Y))
                carry, measured = jax.lax.scan(lambda c, batch: update(c, *batch), carry, batches)
                rest = slice(full, None)
            else:
                batches = order[:full].reshape(-1, *shape)
                carry, measured = jax.lax.scan(lambda c, i: update(c, X[i], Y[i]), carry, batches)
                rest = order[full:]
            if full < len(workload.X):
                carry, _ = update(carry, X[rest], Y[rest])
            if validation is None:
                return carry, None
            return carry, (jax.tree.map(jnp.sum, measured), judged(carry[0], *validation))

        carry = (parameters, start(parameters))
        (parameters, _), history = jax.lax.scan(epoch, carry, orders, length=length)
        return parameters, history

    return train


class JaxPeer:
    """The gradient by ``jax.grad``; compiled ahead, in the set-up."""

    versions = VERSIONS

    def __init__(self, workload: Workload, dtype: str, epochs: int) -> None:
        self._workload, self._epochs = workload, epochs
        self._X = jnp.asarray(workload.inputs(workload.X, dtype))
        self._Y = jnp.asarray(workload.Y.astype(dtype))
        self._start = jax.tree.map(jnp.asarray, workload.start(dtype))
        self._validation = jax.tree.map(jnp.asarray, workload.validation(dtype))
        train = jax.jit(trainer(workload), static_argnames="length")
        arguments = (self._start, self._X, self._Y, workload.orders(epochs))
        lowered = train.lower(*arguments, length=epochs, validation=self._validation)
        self._train = lowered.compile()
        self.reset()

    def reset(self) -> None:
        self._weights = self._start

    def run(self) -> None:
        orders = self._workload.orders(self._epochs)
        answer = self._train(self._weights, self._X, self._Y, orders, validation=self._validation)
        self._weights, self._history = jax.block_until_ready(answer)

    def outputs(self) -> Array:
        names = self._workload.activations
        return np.asarray(ACTIVATIONS[names[-1]](logits(names, self._weights, self._X)))


def prepare(workload: Workload, *, dtype: str, epochs: int) -> JaxPeer:
    jax.config.update("jax_enable_x64", dtype == "float64")
    return JaxPeer(workload, dtype, epochs)


def prepare_forward(workload: Workload, *, dtype: str, epochs: int) -> ForwardPeer:
    """Return the compiled network; a row comes as a NumPy array and goes back as one."""
    jax.config.update("jax_enable_x64", dtype == "float64")
    names = workload.activations
    parameters = jax.tree.map(jnp.asarray, workload.start(dtype))
    compiled = jax.jit(lambda X: ACTIVATIONS[names[-1]](logits(names, parameters, X)))
    return ForwardPeer(
        lambda X: np.asarray(compiled(X)), workload.inputs(workload.X, dtype), epochs, VERSIONS
    )
