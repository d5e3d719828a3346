"""How each kind of layer computes, forward and backward, in NumPy: the reference's table of layers.

N samples, D inputs and H outputs of a layer. ``forward`` gets the layer's description, its
parameters by name, X (N, D) and the mode, and returns A (N, H) with what backward needs; given
dL/dA (N, H), ``backward`` returns dL/dX (N, D) and the gradients of the parameters by name.

Derivation: docs/maths/back-propagation.md#a-dense-layer, docs/maths/normalisation.md#backward,
docs/maths/dropout.md#dropout
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.activations import ACTIVATIONS
from chainrule.counter_random import keep_mask, normal_deviates
from chainrule.description import described
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

Array = npt.NDArray[Any]
Named = dict[str, Array]


@described
class Mode:
    """How to compute: in training or not, and which random numbers this step has."""

    training: bool = False
    key: int = 0
    step: int = 0
    stream: int = 0  # the number of the layer
    first_row: int = 0  # of these rows within the batch


@described
class Rule:
    """Forward and backward of one kind of layer."""

    forward: Callable[[Any, Named, Array, Mode], tuple[Array, Any]]
    backward: Callable[[Any, Named, Any, Array], tuple[Array, Named]]


def dense_forward(layer: Dense, p: Named, X: Array, mode: Mode) -> tuple[Array, Any]:
    """Z = X W + b, A = f(Z)."""
    Z = X @ p["W"]
    if layer.use_bias:
        Z = Z + p["b"]
    A = ACTIVATIONS[layer.activation].value(Z)
    return A, (X, Z, A)


def dense_backward(layer: Dense, p: Named, kept: Any, dA: Array) -> tuple[Array, Named]:
    """D_ = dL/dZ from dL/dA; dL/dW = X^T D_, dL/db = sum over samples of D_, dL/dX = D_ W^T."""
    X, Z, A = kept
    return dense_backward_from_logits(p, X, ACTIVATIONS[layer.activation].pullback(Z, A, dA))


def dense_backward_from_logits(p: Named, X: Array, D_: Array) -> tuple[Array, Named]:
    """Do the same from D_ = dL/dZ."""
    return D_ @ p["W"].T, {"W": X.T @ D_, "b": D_.sum(axis=0)}


def activation_forward(layer: Activation, p: Named, X: Array, mode: Mode) -> tuple[Array, Any]:
    """Compute A = f(X)."""
    A = ACTIVATIONS[layer.activation].with_alpha(layer.alpha).value(X)
    return A, (X, A)


def activation_backward(layer: Activation, p: Named, kept: Any, dA: Array) -> tuple[Array, Named]:
    """dL/dX = dL/dA f'(X)."""
    X, A = kept
    return ACTIVATIONS[layer.activation].with_alpha(layer.alpha).pullback(X, A, dA), {}


def prelu_forward(layer: PReLU, p: Named, X: Array, mode: Mode) -> tuple[Array, Any]:
    """Compute A = max(0, X) + alpha min(0, X)."""
    return np.maximum(X, 0) + p["alpha"] * np.minimum(X, 0), X


def prelu_backward(layer: PReLU, p: Named, kept: Any, dA: Array) -> tuple[Array, Named]:
    """dL/dX = dL/dA (1 if X > 0, else alpha), dL/dalpha = sum of dL/dA min(0, X) over samples."""
    dX = dA * np.where(kept > 0, 1, p["alpha"]).astype(dA.dtype)
    return dX, {"alpha": (dA * np.minimum(kept, 0)).sum(axis=0)}


def dropout_forward(layer: Dropout, p: Named, X: Array, mode: Mode) -> tuple[Array, Any]:
    """Compute A = X mask / (1 - rate) in training; mask (n, j) is number n D + j."""
    if not mode.training or layer.rate == 0:
        return X, np.ones((), dtype=X.dtype)
    n = mode.first_row * X.shape[1] + X.size
    mask = keep_mask(mode.key, mode.step, mode.stream, n, layer.rate)[-X.size :].reshape(X.shape)
    factor = mask * X.dtype.type(1 / (1 - layer.rate))
    return X * factor, factor


def dropout_backward(layer: Dropout, p: Named, kept: Any, dA: Array) -> tuple[Array, Named]:
    """dL/dX = dL/dA mask / (1 - rate)."""
    return dA * kept, {}


def gaussian_noise_forward(
    layer: GaussianNoise, p: Named, X: Array, mode: Mode
) -> tuple[Array, Any]:
    """Compute A = X + stddev noise, whose numbers count along the rows of the batch."""
    if not mode.training:
        return X, None
    n = mode.first_row * X.shape[1] + X.size
    noise = layer.stddev * normal_deviates(mode.key, mode.step, mode.stream, n)[-X.size :]
    return X + noise.reshape(X.shape).astype(X.dtype), None


def unchanged_backward(layer: Any, p: Named, kept: Any, dA: Array) -> tuple[Array, Named]:
    """dL/dX = dL/dA, where A is X and something that does not depend on it."""
    return dA, {}


def batch_norm_forward(
    layer: BatchNormalization, p: Named, X: Array, mode: Mode
) -> tuple[Array, Any]:
    """x^ = (X - mean) / sqrt(variance + epsilon), A = gamma x^ + beta."""
    batch = mode.training and layer.trainable
    mean = X.mean(axis=0) if batch else p["moving_mean"]
    variance = X.var(axis=0) if batch else p["moving_variance"]
    scale = 1 / np.sqrt(variance + X.dtype.type(layer.epsilon))
    x_hat = (X - mean) * scale
    return p["gamma"] * x_hat + p["beta"], (x_hat, scale, batch, mean, variance)


def batch_norm_backward(
    layer: BatchNormalization, p: Named, kept: Any, dA: Array
) -> tuple[Array, Named]:
    """dL/dX = scale (d - mean(d) - x^ mean(d x^)), d = gamma dL/dA; means over the batch."""
    x_hat, scale, batch, _, _ = kept
    d = p["gamma"] * dA
    dX = d - d.mean(axis=0) - x_hat * (d * x_hat).mean(axis=0) if batch else d
    return scale * dX, {"gamma": (dA * x_hat).sum(axis=0), "beta": dA.sum(axis=0)}


def batch_norm_averages(layer: BatchNormalization, p: Named, kept: Any) -> None:
    """M <- momentum m + (1 - momentum) m_batch, for the mean and the variance."""
    _, _, batch, mean, variance = kept
    if batch:
        momentum = p["gamma"].dtype.type(layer.momentum)
        p["moving_mean"][...] = momentum * p["moving_mean"] + (1 - momentum) * mean
        p["moving_variance"][...] = momentum * p["moving_variance"] + (1 - momentum) * variance


def layer_norm_forward(
    layer: LayerNormalization, p: Named, X: Array, mode: Mode
) -> tuple[Array, Any]:
    """x^ = (X - mean) / sqrt(variance + epsilon) row by row, A = gamma x^ + beta."""
    mean = X.mean(axis=1, keepdims=True)
    scale = 1 / np.sqrt(X.var(axis=1, keepdims=True) + X.dtype.type(layer.epsilon))
    x_hat = (X - mean) * scale
    return p["gamma"] * x_hat + p["beta"], (x_hat, scale)


def layer_norm_backward(
    layer: LayerNormalization, p: Named, kept: Any, dA: Array
) -> tuple[Array, Named]:
    """dL/dX = scale (d - mean(d) - x^ mean(d x^)), d = gamma dL/dA; means over the columns."""
    x_hat, scale = kept
    d = p["gamma"] * dA
    mean, slope = d.mean(axis=1, keepdims=True), (d * x_hat).mean(axis=1, keepdims=True)
    gradients = {"gamma": (dA * x_hat).sum(axis=0), "beta": dA.sum(axis=0)}
    return scale * (d - mean - x_hat * slope), gradients


def rescaling_forward(layer: Rescaling, p: Named, X: Array, mode: Mode) -> tuple[Array, Any]:
    """Compute A = X scale + offset."""
    return X * np.asarray(layer.scale, X.dtype) + np.asarray(layer.offset, X.dtype), None


def rescaling_backward(layer: Rescaling, p: Named, kept: Any, dA: Array) -> tuple[Array, Named]:
    """dL/dX = dL/dA scale."""
    return dA * np.asarray(layer.scale, dA.dtype), {}


def normalization_forward(
    layer: Normalization, p: Named, X: Array, mode: Mode
) -> tuple[Array, Any]:
    """Compute A = (X - mean) / deviation."""
    return (X - np.asarray(layer.mean, X.dtype)) / np.asarray(layer.deviation, X.dtype), None


def normalization_backward(
    layer: Normalization, p: Named, kept: Any, dA: Array
) -> tuple[Array, Named]:
    """dL/dX = dL/dA / deviation."""
    return dA / np.asarray(layer.deviation, dA.dtype), {}


def flatten_forward(layer: Flatten, p: Named, X: Array, mode: Mode) -> tuple[Array, Any]:
    """Compute A = X."""
    return X, None


RULES: dict[type, Rule] = {
    Dense: Rule(dense_forward, dense_backward),
    Activation: Rule(activation_forward, activation_backward),
    PReLU: Rule(prelu_forward, prelu_backward),
    Dropout: Rule(dropout_forward, dropout_backward),
    GaussianNoise: Rule(gaussian_noise_forward, unchanged_backward),
    BatchNormalization: Rule(batch_norm_forward, batch_norm_backward),
    LayerNormalization: Rule(layer_norm_forward, layer_norm_backward),
    Rescaling: Rule(rescaling_forward, rescaling_backward),
    Normalization: Rule(normalization_forward, normalization_backward),
    Flatten: Rule(flatten_forward, unchanged_backward),
}
