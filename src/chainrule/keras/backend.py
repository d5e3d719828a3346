"""The backend's settings (``K.floatx``, ``K.epsilon``, ``K.clear_session``), and what reads values.

The arithmetic of Keras's old backend is NumPy's here: arrays are NumPy arrays. A name that this
module lacks says which function of NumPy to use instead.

>>> floatx(), epsilon(), backend()
('float32', 1e-07, 'chainrule')
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.keras.mistakes import close_to
from chainrule.keras.objects import forget_names
from chainrule.keras.variables import Variable

Array = npt.NDArray[Any]

_FLOATS = ("float32", "float64")
_LAYOUTS = ("channels_last", "channels_first")
_settings: dict[str, Any] = {
    "floatx": "float32",
    "epsilon": 1e-7,
    "image_data_format": "channels_last",
}


def backend() -> str:
    """Return the name of what computes.

    Examples
    --------
    >>> backend()
    'chainrule'
    """
    return "chainrule"


def floatx() -> str:
    """Return the type of new weights and of the data they meet: float32 unless changed.

    Examples
    --------
    >>> floatx()
    'float32'
    """
    return str(_settings["floatx"])


def set_floatx(value: str) -> None:
    """Change the type of the weights of models that are built from now on.

    Raises
    ------
    ValueError
        For another type than float32 and float64.

    Examples
    --------
    >>> set_floatx("float64")
    >>> cast_to_floatx([1, 2]).dtype
    dtype('float64')
    >>> set_floatx("float32")
    >>> set_floatx("float16")
    Traceback (most recent call last):
    ...
    ValueError: floatx is 'float16'; possible: float32, float64; for half precision use real Keras
    """
    if value not in _FLOATS:
        half = "; for half precision use real Keras" if value in ("float16", "bfloat16") else ""
        raise ValueError(f"floatx is {value!r}; possible: {', '.join(_FLOATS)}{half}")
    _settings["floatx"] = value


def epsilon() -> float:
    """Return the small number that keeps divisions and logarithms finite; 1e-7 unless changed.

    Examples
    --------
    >>> epsilon()
    1e-07
    """
    return float(_settings["epsilon"])


def set_epsilon(value: float) -> None:
    """Change the number that :func:`epsilon` returns.

    The losses of the engine clip probabilities at 1e-7 whatever is set here.

    Raises
    ------
    ValueError
        When it is not a positive, finite number.

    Examples
    --------
    >>> set_epsilon(1e-5)
    >>> epsilon()
    1e-05
    >>> set_epsilon(1e-7)
    """
    number = float(value)
    if not 0 < number < float("inf"):
        raise ValueError(f"epsilon is {value!r}; possible: a positive, finite number, such as 1e-7")
    _settings["epsilon"] = number


def image_data_format() -> str:
    """Return where the colours of an image are: in the last axis, unless changed.

    Examples
    --------
    >>> image_data_format()
    'channels_last'
    """
    return str(_settings["image_data_format"])


def set_image_data_format(data_format: str) -> None:
    """Change what :func:`image_data_format` returns, which layers that flatten images read.

    Raises
    ------
    ValueError
        For anything but ``"channels_last"`` and ``"channels_first"``.

    Examples
    --------
    >>> set_image_data_format("channels_last")
    """
    if data_format not in _LAYOUTS:
        raise ValueError(f"data_format is {data_format!r}; possible: {', '.join(_LAYOUTS)}")
    _settings["image_data_format"] = data_format


def clear_session(free_memory: bool = True) -> None:
    """Name the layers from the beginning again: the next Dense is ``dense``.

    Models that exist stay as they are: there is no other global state to clear.

    Parameters
    ----------
    free_memory : bool
        Collect unreachable objects at once.

    Examples
    --------
    >>> from chainrule.keras.objects import new_name
    >>> clear_session()
    >>> new_name("dense"), new_name("dense")
    ('dense', 'dense_1')
    >>> clear_session()
    >>> new_name("dense")
    'dense'
    >>> clear_session()
    """
    forget_names()
    if free_memory:
        import gc

        gc.collect()


def get_value(x: object) -> Any:
    """Return what a variable holds, as an array, or a NumPy number for a single one.

    Examples
    --------
    >>> get_value(Variable(0.5, dtype="float32"))
    np.float32(0.5)
    """
    return np.array(x.array if isinstance(x, Variable) else x)[()]


eval = get_value  # noqa: A001  Keras's own name for it


def set_value(x: Variable, value: npt.ArrayLike) -> None:
    """Write a value of the same shape into a variable.

    Raises
    ------
    TypeError
        When ``x`` is not a variable.
    ValueError
        When the shape is another.

    Examples
    --------
    >>> rate = Variable(0.5)
    >>> set_value(rate, 0.25)
    >>> float(rate)
    0.25
    """
    if not hasattr(x, "assign"):
        raise TypeError(
            f"x is {x!r}, a {type(x).__name__}; possible: a variable, such as "
            f"model.optimizer.learning_rate or layer.kernel"
        )
    x.assign(np.asarray(value))


def batch_get_value(tensors: list[Any]) -> list[Any]:
    """Return what several variables hold.

    Examples
    --------
    >>> batch_get_value([Variable(1), Variable(2)])
    [np.int64(1), np.int64(2)]
    """
    return [get_value(each) for each in tensors]


def batch_set_value(tuples: list[tuple[Variable, npt.ArrayLike]]) -> None:
    """Write values into several variables, given as pairs of a variable and its value.

    Examples
    --------
    >>> batch_set_value([(Variable(1), 3)])
    """
    for variable, value in tuples:
        set_value(variable, value)


def cast_to_floatx(x: npt.ArrayLike) -> Array:
    """Return an array of the type of :func:`floatx`; a copy.

    Examples
    --------
    >>> cast_to_floatx([1, 2])
    array([1., 2.], dtype=float32)
    """
    return np.array(x, dtype=floatx())


def int_shape(x: object) -> tuple[int | None, ...] | None:
    """Return the shape of an array, a variable or a symbolic tensor; None if it has none.

    Examples
    --------
    >>> int_shape(np.zeros((2, 3)))
    (2, 3)
    """
    shape = getattr(x, "shape", None)
    return None if shape is None else tuple(shape)


def ndim(x: object) -> int | None:
    """Return how many axes an array, a variable or a symbolic tensor has.

    Examples
    --------
    >>> ndim(np.zeros((2, 3)))
    2
    """
    shape = int_shape(x)
    return None if shape is None else len(shape)


def count_params(x: object) -> int:
    """Return how many numbers an array or a variable holds.

    Examples
    --------
    >>> count_params(Variable(np.zeros((2, 3))))
    6
    """
    return math.prod(size for size in int_shape(x) or () if size is not None)


def dtype(x: Any) -> str:
    """Return the name of the type of an array's or a variable's numbers.

    Examples
    --------
    >>> dtype(np.zeros(2))
    'float64'
    """
    return str(np.dtype(x.dtype).name)


# Names of Keras's old backend whose counterpart in NumPy has another name, or another place.
_ELSEWHERE = {
    "batch_dot": "numpy.einsum",
    "cast": "x.astype(dtype)",
    "constant": "numpy.full",
    "dot": "numpy.dot",
    "flatten": "x.ravel()",
    "gather": "numpy.take",
    "greater": "numpy.greater",
    "in_top_k": "keras.metrics.TopKCategoricalAccuracy",
    "learning_phase": "model(x, training=True) or model(x, training=False)",
    "set_learning_phase": "model(x, training=True) or model(x, training=False)",
    "one_hot": "keras.utils.to_categorical",
    "permute_dimensions": "numpy.transpose",
    "placeholder": "keras.Input",
    "pow": "numpy.power",
    "random_normal": "numpy.random.default_rng().normal",
    "random_uniform": "numpy.random.default_rng().uniform",
    "truncated_normal": "keras.initializers.TruncatedNormal",
    "repeat_elements": "numpy.repeat",
    "reverse": "numpy.flip",
    "update": "variable.assign",
    "update_add": "variable.assign_add",
    "update_sub": "variable.assign_sub",
    "variable": "chainrule.keras.variables.Variable",
}
_OF_ACTIVATIONS = (
    "elu", "hard_sigmoid", "relu", "sigmoid", "softmax", "softplus", "softsign", "tanh",
)  # fmt: skip
_OF_LOSSES = ("binary_crossentropy", "categorical_crossentropy", "sparse_categorical_crossentropy")
_OF_GRAPHS = (
    "function", "get_session", "gradients", "name_scope", "rnn", "set_session", "stop_gradient",
    "switch",
)  # fmt: skip


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    hint = ""
    if name in _ELSEWHERE:
        next_ = f"use {_ELSEWHERE[name]}"
    elif name in _OF_ACTIVATIONS:
        next_ = f"use keras.activations.{name}"
    elif name in _OF_LOSSES:
        next_ = f"use keras.losses.{name}"
    elif name in _OF_GRAPHS:
        next_ = "it needs a graph of operations, which real Keras has and this package has not"
    elif hasattr(np, name):
        next_ = f"use numpy.{name}: tensors are NumPy arrays here"
    else:
        next_ = "tensors are NumPy arrays here: use NumPy's functions"
        made_here = (each for each, made in globals().items() if _module(made) == __name__)
        hint = close_to(name, made_here)
    raise AttributeError(f"module 'chainrule.keras.backend' has no {name!r}; {next_}{hint}")


def _module(made: object) -> str:
    return str(getattr(made, "__module__", ""))
