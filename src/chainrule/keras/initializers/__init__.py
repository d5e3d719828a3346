"""Initialisers: how weights are drawn before training. Faces of ``chainrule.initializers``.

With an integer as its seed, an initialiser draws the same numbers at each call; with none, new
ones, which :func:`chainrule.keras.random.set_seed` makes reproducible.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.keras.initializers.base import Array, Initializer, Shape
from chainrule.keras.initializers.drawn import (
    Orthogonal,
    RandomNormal,
    RandomUniform,
    TruncatedNormal,
)
from chainrule.keras.initializers.fixed import Constant, Identity, Ones, Zeros
from chainrule.keras.initializers.scaled import (
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    LecunNormal,
    LecunUniform,
    VarianceScaling,
)
from chainrule.keras.mistakes import missing
from chainrule.keras.objects import deserialize, resolve, serialize

__all__ = [
    "Constant",
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "Identity",
    "IdentityInitializer",
    "Initializer",
    "LecunNormal",
    "LecunUniform",
    "Ones",
    "Orthogonal",
    "OrthogonalInitializer",
    "RandomNormal",
    "RandomUniform",
    "TruncatedNormal",
    "VarianceScaling",
    "Zeros",
    "constant",
    "deserialize",
    "get",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "identity",
    "lecun_normal",
    "lecun_uniform",
    "ones",
    "orthogonal",
    "random_normal",
    "random_uniform",
    "serialize",
    "truncated_normal",
    "variance_scaling",
    "zeros",
]

# Keras has the classes under these names too.
zeros, ones, constant, identity = Zeros, Ones, Constant, Identity
random_normal, random_uniform, truncated_normal = RandomNormal, RandomUniform, TruncatedNormal
variance_scaling, orthogonal = VarianceScaling, Orthogonal
glorot_uniform, glorot_normal = GlorotUniform, GlorotNormal
he_uniform, he_normal, lecun_uniform, lecun_normal = HeUniform, HeNormal, LecunUniform, LecunNormal
IdentityInitializer, OrthogonalInitializer = Identity, Orthogonal


def get(identifier: object, argument: str | None = None) -> Any:
    """Return the initialiser that an identifier stands for; None stays None.

    A function of (shape, dtype) and an object of a class derived from :class:`Initializer` are
    returned as they are; an array becomes a function that returns it.

    Raises
    ------
    TypeError, ValueError
        When it is neither that nor a name or class in the table.

    Examples
    --------
    >>> get("zeros"), get({"class_name": "HeNormal", "config": {"seed": 3}})
    (<Zeros>, <HeNormal: seed=3, input_axes=None, output_axes=None>)
    >>> get(np.array([1.0, 2.0]))((2,), "float32")
    array([1., 2.], dtype=float32)
    >>> get("glorot")
    Traceback (most recent call last):
    ...
    ValueError: unknown initializer 'glorot': ...
    """
    if identifier is None:
        return None
    if isinstance(identifier, (np.ndarray, np.generic)):
        return _given(np.asarray(identifier))
    if isinstance(identifier, type) and issubclass(identifier, Initializer):
        return identifier()
    if callable(identifier) and not isinstance(identifier, type):
        return identifier
    return resolve("initializer", identifier, argument)


def _given(value: Array) -> Callable[..., Array]:
    def initialize(shape: Shape, dtype: npt.DTypeLike | None = None) -> Array:
        if tuple(shape) != value.shape:
            raise ValueError(
                f"initializer is an array of shape {value.shape}, and the weight has shape "
                f"{tuple(shape)}; give an array of shape {tuple(shape)}"
            )
        return value.astype(dtype or value.dtype)

    return initialize


def __getattr__(name: str) -> Any:
    raise missing(__name__, name, __all__, ("STFT", "STFTInitializer", "stft"))
