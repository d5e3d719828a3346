"""Activations as functions of arrays, and which row of the engine each of them is.

The formulas are those of ``chainrule.activations``, where each has its source. Functions take
arrays of any shape and return tensors of that shape; lists and integers become floats.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.activations import ACTIVATIONS
from chainrule.keras.variables import Tensor, Variable, tensor
from chainrule.tables import Table

Function = Callable[..., Any]
Row = tuple[str, float | None]


def _value(row: str, x: npt.ArrayLike, alpha: float | None = None) -> Tensor:
    return tensor(np.asarray(ACTIVATIONS[row].with_alpha(alpha).value(_floats(x))))


def _floats(x: npt.ArrayLike) -> npt.NDArray[Any]:
    array = np.asarray(x)
    if array.dtype.kind == "f" and isinstance(x, (np.ndarray, Variable)):
        return array
    from chainrule.keras import backend

    return array.astype(backend.floatx())


def relu(
    x: npt.ArrayLike,
    negative_slope: float = 0.0,
    max_value: float | None = None,
    threshold: float = 0.0,
) -> Tensor:
    """f(x) = x above the threshold, at most max_value; negative_slope (x - threshold) below it.

    Examples
    --------
    >>> relu([-10, 5])
    Tensor([0., 5.], dtype=float32)
    >>> relu([-10, 0.5, 5], negative_slope=0.5, max_value=4, threshold=1)
    Tensor([-5.5 , -0.25,  4.  ], dtype=float32)
    """
    name, alpha = _relu_row(negative_slope, max_value, threshold)
    if name:
        return _value(name, x, alpha)
    z = _floats(x)
    above = np.where(z > threshold, z, 0)
    if max_value is not None:
        above = np.clip(above, 0, max_value)
    below = negative_slope * np.maximum(threshold - z, 0)
    return tensor((above - below).astype(z.dtype))


def leaky_relu(x: npt.ArrayLike, negative_slope: float = 0.2) -> Tensor:
    """f(x) = x for x > 0, else negative_slope x.

    Examples
    --------
    >>> leaky_relu([-10, 5])
    Tensor([-2.,  5.], dtype=float32)
    """
    return _value("leaky_relu", x, negative_slope)


def relu6(x: npt.ArrayLike) -> Tensor:
    """f(x) = min(max(x, 0), 6).

    Examples
    --------
    >>> relu6([-1, 5, 7])
    Tensor([0., 5., 6.], dtype=float32)
    """
    return _value("relu6", x)


def elu(x: npt.ArrayLike, alpha: float = 1.0) -> Tensor:
    """f(x) = x for x > 0, else alpha (exp(x) - 1).

    Examples
    --------
    >>> elu([-1, 5]).round(4)
    array([-0.6321,  5.    ], dtype=float32)
    """
    return _value("elu", x, alpha)


def selu(x: npt.ArrayLike) -> Tensor:
    """f(x) = 1.0507 x for x > 0, else 1.0507 1.6733 (exp(x) - 1).

    Examples
    --------
    >>> selu([-1, 1]).round(4)
    array([-1.1113,  1.0507], dtype=float32)
    """
    return _value("selu", x)


def gelu(x: npt.ArrayLike, approximate: bool = False) -> Tensor:
    """f(x) = x P(x) with the normal distribution P; nearly so, by a tanh, if approximate.

    Examples
    --------
    >>> gelu([1]).round(5), gelu([1], approximate=True).round(5)
    (array([0.84134], dtype=float32), array([0.84119], dtype=float32))
    """
    return _value("gelu_tanh" if approximate else "gelu", x)


def silu(x: npt.ArrayLike) -> Tensor:
    """f(x) = x sigmoid(x); also called swish.

    Examples
    --------
    >>> silu([-1, 1]).round(4)
    array([-0.2689,  0.7311], dtype=float32)
    """
    return _value("silu", x)


def softplus(x: npt.ArrayLike) -> Tensor:
    """f(x) = log(1 + exp(x)).

    Examples
    --------
    >>> softplus([0]).round(4)
    array([0.6931], dtype=float32)
    """
    return _value("softplus", x)


def softsign(x: npt.ArrayLike) -> Tensor:
    """f(x) = x / (1 + |x|).

    Examples
    --------
    >>> softsign([-3, 1])
    Tensor([-0.75,  0.5 ], dtype=float32)
    """
    return _value("softsign", x)


def sigmoid(x: npt.ArrayLike) -> Tensor:
    """f(x) = 1 / (1 + exp(-x)).

    Examples
    --------
    >>> sigmoid([0])
    Tensor([0.5], dtype=float32)
    """
    return _value("sigmoid", x)


def hard_sigmoid(x: npt.ArrayLike) -> Tensor:
    """f(x) = relu6(x + 3) / 6.

    Examples
    --------
    >>> hard_sigmoid([-4, 1.5])
    Tensor([0.  , 0.75], dtype=float32)
    """
    return _value("hard_sigmoid", x)


def tanh(x: npt.ArrayLike) -> Tensor:
    """f(x) = tanh(x).

    Examples
    --------
    >>> tanh([1]).round(4)
    array([0.7616], dtype=float32)
    """
    return _value("tanh", x)


def exponential(x: npt.ArrayLike) -> Tensor:
    """f(x) = exp(x).

    Examples
    --------
    >>> exponential([1]).round(4)
    array([2.7183], dtype=float32)
    """
    return _value("exponential", x)


def mish(x: npt.ArrayLike) -> Tensor:
    """f(x) = x tanh(softplus(x)).

    Examples
    --------
    >>> mish([1]).round(4)
    array([0.8651], dtype=float32)
    """
    return _value("mish", x)


def linear(x: npt.ArrayLike) -> Tensor:
    """f(x) = x.

    Examples
    --------
    >>> linear([2])
    Tensor([2.], dtype=float32)
    """
    return _value("linear", x)


def softmax(x: npt.ArrayLike, axis: int = -1) -> Tensor:
    """f(x)_i = exp(x_i) / sum over j of exp(x_j), along an axis.

    Examples
    --------
    >>> softmax([[1.0, 1.0], [0.0, 1000.0]])
    Tensor([[0.5, 0.5],
            [0. , 1. ]], dtype=float32)
    """
    return _along(axis, "softmax", x)


def log_softmax(x: npt.ArrayLike, axis: int = -1) -> Tensor:
    """f(x)_i = x_i - log of the sum over j of exp(x_j), along an axis.

    Examples
    --------
    >>> log_softmax([[0.0, 1000.0]])
    Tensor([[-1000.,     0.]], dtype=float32)
    """
    return _along(axis, "log_softmax", x)


def _along(axis: int, row: str, x: npt.ArrayLike) -> Tensor:
    return tensor(np.moveaxis(_value(row, np.moveaxis(_floats(x), axis, -1)), -1, axis))


swish = silu

# Every function, and which row of the engine it is with such settings; "" for none.
_ROWS: dict[Function, Callable[..., Row]] = {
    relu: lambda negative_slope=0.0, max_value=None, threshold=0.0: _relu_row(
        negative_slope, max_value, threshold
    ),
    leaky_relu: lambda negative_slope=0.2: ("leaky_relu", float(negative_slope)),
    elu: lambda alpha=1.0: ("elu", float(alpha)),
    gelu: lambda approximate=False: ("gelu_tanh" if approximate else "gelu", None),
    softmax: lambda axis=-1: ("softmax" if axis == -1 else "", None),
    log_softmax: lambda axis=-1: ("log_softmax" if axis == -1 else "", None),
    linear: lambda: ("linear", None),
    sigmoid: lambda: ("sigmoid", None),
    tanh: lambda: ("tanh", None),
    relu6: lambda: ("relu6", None),
    selu: lambda: ("selu", None),
    silu: lambda: ("silu", None),
    softplus: lambda: ("softplus", None),
    softsign: lambda: ("softsign", None),
    hard_sigmoid: lambda: ("hard_sigmoid", None),
    exponential: lambda: ("exponential", None),
    mish: lambda: ("mish", None),
}

FUNCTIONS: Table[Function] = Table(
    "activation", {function.__name__: function for function in _ROWS} | {"swish": silu}
)

# What Keras has besides, and the engine has not.
_UNSUPPORTED = (
    *("celu", "glu", "hard_shrink", "hard_silu", "hard_swish", "hard_tanh", "log_sigmoid"),
    *("soft_shrink", "sparse_plus", "sparse_sigmoid", "sparsemax", "squareplus", "tanh_shrink"),
    "threshold",
)


def _relu_row(negative_slope: float, max_value: float | None, threshold: float) -> Row:
    """Return the row that relu is with these settings; its name is empty if there is none."""
    if threshold:
        return "", None
    if negative_slope:
        return ("leaky_relu", float(negative_slope)) if max_value is None else ("", None)
    names: dict[float | None, str] = {None: "relu", 6: "relu6"}
    return names.get(max_value, ""), None


def get(identifier: object) -> Function:
    """Return the function that an identifier stands for; None is linear.

    Parameters
    ----------
    identifier : str, dict, function or None
        A name, what Keras writes for a function, one of the functions here, or a
        ``functools.partial`` of one with its settings.

    Raises
    ------
    ValueError
        For a name that is none.
    TypeError
        For a function of one's own: what is not in the table has no derivative here.

    Examples
    --------
    >>> get("swish").__name__, get(None).__name__, get(tanh).__name__
    ('silu', 'linear', 'tanh')
    >>> get("rleu")
    Traceback (most recent call last):
    ...
    ValueError: unknown activation 'rleu': did you mean 'relu'? Possible: relu, ...
    """
    if identifier is None:
        return linear
    if isinstance(identifier, Mapping):
        return get(identifier.get("config"))
    if isinstance(identifier, str):
        if identifier in _UNSUPPORTED:
            raise ValueError(
                f"activation {identifier!r} is not supported here; "
                f"possible: {', '.join(FUNCTIONS)}; or real Keras"
            )
        return FUNCTIONS[identifier]
    inner = identifier.func if isinstance(identifier, partial) else identifier
    if callable(inner) and inner in _ROWS:
        return identifier  # type: ignore[return-value]
    name, module = getattr(inner, "__name__", ""), str(getattr(inner, "__module__", ""))
    name = name.removesuffix("_v2")  # as TensorFlow calls its newer functions
    if name in FUNCTIONS and module.split(".")[0] in ("keras", "tensorflow"):
        return FUNCTIONS[name]  # such as tf.nn.relu
    raise TypeError(
        f"activation is {identifier!r}, a {type(identifier).__name__}; possible: a name "
        f"({', '.join(FUNCTIONS)}) or a function of chainrule.keras.activations. A layer, such as "
        f"LeakyReLU, goes after this one; a function of your own needs real Keras, since Python "
        f"code is not differentiated here"
    )


def row(identifier: object) -> Row:
    """Return the name of the engine's row, and its parameter or None.

    Raises
    ------
    TypeError, ValueError
        As :func:`get`, and for settings that the engine does not have.

    Examples
    --------
    >>> row("leaky_relu"), row(None), row(partial(gelu, approximate=True))
    (('leaky_relu', 0.2), ('linear', None), ('gelu_tanh', None))
    >>> row(partial(relu, threshold=1.0))
    Traceback (most recent call last):
    ...
    ValueError: relu with threshold=1.0 is not supported in a model; possible: its default, ...
    """
    function = get(identifier)
    settings = function.keywords if isinstance(function, partial) else {}
    if isinstance(function, partial):
        function = function.func
    name, alpha = _ROWS[function](**settings)
    if not name:
        given = ", ".join(f"{key}={value!r}" for key, value in settings.items())
        raise ValueError(
            f"{function.__name__} with {given} is not supported in a model; possible: its "
            f"default, relu with negative_slope or max_value=6, softmax along the last axis"
        )
    return name, alpha


def serialize(activation: Function) -> str:
    """Return the name of a function, as Keras writes it; ValueError for one with settings.

    Examples
    --------
    >>> serialize(silu)
    'silu'
    """
    function = get(activation)
    if isinstance(function, partial):
        raise ValueError(
            f"activation is {activation!r}, which a file cannot say; use a layer like LeakyReLU"
        )
    return function.__name__


def deserialize(config: object) -> Function:
    """Return the function that :func:`serialize`, or Keras, has written.

    Examples
    --------
    >>> deserialize("relu").__name__
    'relu'
    """
    return get(config)
