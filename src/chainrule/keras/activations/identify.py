"""From what users write for an activation to the function, and to the engine's row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from chainrule.keras.activations.rectifiers import (
    Row,
    celu,
    elu,
    leaky_relu,
    relu,
    relu6,
    relu_row,
    selu,
)
from chainrule.keras.activations.rowwise import log_softmax, softmax
from chainrule.keras.activations.shrinking import hard_shrink, soft_shrink, tanh_shrink
from chainrule.keras.activations.sigmoids import (
    hard_sigmoid,
    hard_tanh,
    linear,
    sigmoid,
    softsign,
    tanh,
)
from chainrule.keras.activations.smooth import (
    exponential,
    gelu,
    hard_silu,
    log_sigmoid,
    mish,
    silu,
    softplus,
    sparse_plus,
    squareplus,
)
from chainrule.tables import Table

Function = Callable[..., Any]

# Every function, and which row of the engine it is with such settings; "" for none.
_ROWS: dict[Function, Callable[..., Row]] = {
    relu: lambda negative_slope=0.0, max_value=None, threshold=0.0: relu_row(
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
    celu: lambda alpha=1.0: ("celu", float(alpha)),
    hard_tanh: lambda: ("hard_tanh", None),
    hard_silu: lambda: ("hard_silu", None),
    log_sigmoid: lambda: ("log_sigmoid", None),
    squareplus: lambda b=4: ("squareplus" if b == 4 else "", None),
    sparse_plus: lambda: ("sparse_plus", None),
    tanh_shrink: lambda: ("tanh_shrink", None),
    soft_shrink: lambda threshold=0.5: ("soft_shrink", float(threshold)),
    hard_shrink: lambda threshold=0.5: ("hard_shrink", float(threshold)),
}

FUNCTIONS: Table[Function] = Table(
    "activation",
    {function.__name__: function for function in _ROWS} | {"swish": silu, "hard_swish": hard_silu},
)

# What Keras has besides, and the engine has not.
_UNSUPPORTED = ("glu", "sparse_sigmoid", "sparsemax", "threshold")


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
