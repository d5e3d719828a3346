"""The notebook's network in plain NumPy, with a place for every mistake.

Called without options, each function is right. Each option puts in the place of one step what a
mistake would compute there, so that the outcome of a mistake is known without its code. Letters:
A the activations of a layer, Z = A W what goes into the next, D its delta, s the sigmoid.

Derivation: docs/maths/back-propagation.md#the-whole-network
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Function = Callable[[Array], Array]
Slope = Callable[[Array, Array], Array]


def sigmoid(z: Array) -> Array:
    """s(z) = 1 / (1 + exp(-z))."""
    return np.asarray(1 / (1 + np.exp(-z)))


def slope(a: Array, z: Array) -> Array:
    """s'(z) = a (1 - a) for a = s(z)."""
    del z
    return np.asarray(a * (1 - a))


def identity(z: Array) -> Array:
    """Return the value itself."""
    return z


def with_ones(X: Array) -> Array:
    """[1, X]."""
    return np.column_stack([np.ones(len(X)), X])


@dataclass(frozen=True)
class Problem:
    """Small data for a network: its widths, weights, samples X (N, D) without ones, targets."""

    layers: tuple[int, ...]
    W: tuple[Array, ...]
    X: Array
    y: Array
    eta: float = 0.37

    @property
    def X1(self) -> Array:  # noqa: N802 (a matrix)
        """The samples with their column of ones."""
        return with_ones(self.X)


def shapes(layers: Sequence[int]) -> list[tuple[int, int]]:
    """Return the shapes of the weights: a bias row in each, a bias unit in each but the last."""
    *hidden, outputs = layers[1:]
    units = [*(n + 1 for n in hidden), outputs]
    return list(zip([layers[0] + 1, *units], units, strict=False))


def problem(layers: Sequence[int], samples: int, seed: int = 7) -> Problem:
    """Draw a problem in which no two numbers are alike."""
    random = np.random.default_rng(seed)
    W = tuple(random.normal(scale=0.8, size=shape) for shape in shapes(layers))
    X = random.normal(size=(samples, layers[0]))
    y = random.uniform(0.1, 0.9, size=(samples, layers[-1]))
    return Problem(tuple(layers), W, X, y)


def square() -> Problem:
    """Return a problem whose arrays are all 4 by 4: code that mixes them up still runs."""
    return problem([3, 3, 3, 4], samples=4)


def oblong() -> Problem:
    """Return a problem whose sizes all differ."""
    return problem([3, 4, 7, 3], samples=7)


def forward(
    W: Sequence[Array], X1: Array, hidden: Function = sigmoid, last: Function = sigmoid
) -> list[Array]:
    """Return the activations of all layers, the inputs first: A_{l+1} = s(A_l W_l)."""
    A = [X1]
    for layer, w in enumerate(W):
        A.append((last if layer == len(W) - 1 else hidden)(A[-1] @ w))
    return A


def squares(errors: Array) -> float:
    """Return the sum of squares."""
    return float(np.sum(errors**2))


def loss(W: Sequence[Array], X1: Array, y: Array) -> float:
    """Return L = sum (A_n - y)^2."""
    return squares(forward(W, X1)[-1] - y)


def finite_differences(value: Callable[[list[Array]], float], W: Sequence[Array]) -> list[Array]:
    """Return the gradient of a function of the weights, by moving each up and down a little."""
    points = [w.astype(float) for w in W]
    gradients = [np.zeros_like(w) for w in points]
    h = 1e-5
    for w, gradient in zip(points, gradients, strict=True):
        for place in np.ndindex(w.shape):
            kept = w[place]
            w[place] = kept + h
            above = value(points)
            w[place] = kept - h
            gradient[place] = (above - value(points)) / (2 * h)
            w[place] = kept
    return gradients


def difference(a: Array, y: Array) -> Array:
    """Return the error a - y."""
    return a - y


def carried(D: Array, W: Array) -> Array:
    """Return the delta of a layer, carried to the layer below: D W^T."""
    return D @ W.T


def product(A: Array, D: Array) -> Array:
    """Return the gradient of the weights between A and D: A^T D."""
    return A.T @ D


def next_layer(layer: int, n: int) -> int:
    """Return the layer above, of n."""
    del n
    return layer + 1


def steps(
    p: Problem,
    *,
    activation: Function = sigmoid,
    last_activation: Function | None = None,
    always_from_inputs: bool = False,
    error: Callable[[Array, Array], Array] = difference,
    last: Slope = slope,
    hidden: Slope = slope,
    slope_of: int = 0,
    carry: Callable[[Array, Array], Array] = carried,
    combine: Callable[[Array, Array], Array] = np.multiply,
    weight: int | None = 1,
    delta_from: Callable[[int, int], int] = next_layer,
    gradient: Callable[[Array, Array], Array] = product,
    activation_of: int | None = 0,
    order: Callable[[list[Array]], list[Array]] = list,
    updated: bool = False,
    inputs: Array | None = None,
) -> list[Array]:
    """Return how far one step goes, as (W before - W after) / eta, in matrices.

    Right is A_l^T D_l with D_n = (A - y) s'(Z) and D_l = (D_{l+1} W_{l+1}^T) s'(Z_l); the 2 of the
    square is left out. With ``updated`` each W is changed before the delta below it is computed;
    with ``weight`` None every delta is carried back through the last W, and with
    ``activation_of`` None every gradient takes the inputs.
    """
    X1 = p.X1 if inputs is None else inputs
    n = len(p.W)
    W = [w.copy() for w in p.W]
    Z, A = [X1], [X1]
    for layer, w in enumerate(W):
        Z.append((X1 if always_from_inputs else A[-1]) @ w)
        A.append((activation if layer < n - 1 else last_activation or activation)(Z[-1]))
    # D[l] is the delta of what W[l] leads to.
    D: list[Any] = [None] * n
    D[-1] = error(A[-1], p.y) * last(A[-1], Z[-1])
    if updated:
        W[-1] -= p.eta * product(A[n - 1], D[-1])
    for layer in range(n - 2, -1, -1):
        above = D[delta_from(layer, n)]
        at = (layer + 1 + slope_of) % (n + 1)
        back = carry(above, W[-1 if weight is None else (layer + weight) % n])
        D[layer] = combine(back, hidden(A[at], Z[at]))
        if updated:
            W[layer] -= p.eta * product(A[layer], D[layer])
    D = order(D)
    of = [0 if activation_of is None else (i + activation_of) % (n + 1) for i in range(n)]
    return [gradient(A[of[i]], D[i]) for i in range(n)]


def train(
    p: Problem,
    epochs: int,
    *,
    per_sample: bool,
    factor: float = 1.0,
    loss_factor: float = 1.0,
    inputs: Array | None = None,
) -> tuple[list[Array], list[float]]:
    """Return the weights after some epochs and the loss after each."""
    X1 = p.X1 if inputs is None else inputs
    W, history = list(p.W), []
    for _ in range(epochs):
        for rows in range(len(X1)) if per_sample else [slice(None)]:
            batch = Problem(p.layers, tuple(W), p.X, np.atleast_2d(p.y[rows]), p.eta)
            steps_now = steps(batch, inputs=np.atleast_2d(X1[rows]))
            W = [w - factor * p.eta * s for w, s in zip(W, steps_now, strict=True)]
        history.append(loss_factor * loss(W, X1, p.y))
    return W, history
