"""Layers that shift and scale inputs by given numbers, or by those of the data."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule import layers
from chainrule.keras.layers.base import Layer, Shape
from chainrule.keras.objects import register
from chainrule.keras.variables import Variable

Array = npt.NDArray[Any]


@register("layer", "keras.layers")
class Rescaling(Layer):
    """A = X scale + offset.

    Parameters
    ----------
    scale, offset : float or array_like
        One number, or what fits the last axes of a sample.
    **settings
        Those of :class:`Layer`.

    Examples
    --------
    >>> Rescaling(1 / 16)([[0.0, 8.0, 16.0]])
    Tensor([[0. , 0.5, 1. ]], dtype=float32)
    """

    def __init__(self, scale: Any, offset: Any = 0.0, **settings: Any) -> None:
        self.scale, self.offset = scale, offset
        super().__init__(**settings)

    def describe(self) -> tuple[layers.Layer, ...]:
        """Return the layer of the same name."""
        scale, offset = (_columns(self, value) for value in (self.scale, self.offset))
        return (layers.Rescaling(scale, offset),)

    def own_config(self) -> dict[str, Any]:
        """Return the settings, as Keras writes them."""
        return {"scale": _plain(self.scale), "offset": _plain(self.offset)}


@register("layer", "keras.layers")
class Normalization(Layer):
    """A = (X - mean) / max(sqrt(variance), 1e-7).

    Parameters
    ----------
    axis : int, sequence of int or None
        The axes that have a mean and a variance for each of their places; None for one in all.
    mean, variance : float or array_like, optional
        The numbers; if None, :meth:`adapt` finds them from data.
    invert : bool
        False.
    **settings
        Those of :class:`Layer`.

    Raises
    ------
    ValueError
        When only one of mean and variance is given.

    Examples
    --------
    >>> layer = Normalization()
    >>> layer.adapt([[1.0, 5.0], [3.0, 5.0]])
    >>> layer([[1.0, 5.0]])
    Tensor([[-1.,  0.]], dtype=float32)
    """

    def __init__(
        self,
        axis: int | Sequence[int] | None = -1,
        mean: Any = None,
        variance: Any = None,
        invert: bool = False,
        **settings: Any,
    ) -> None:
        if invert:
            raise ValueError(
                f"invert is {invert!r}; possible: False; Rescaling(scale, offset) goes back"
            )
        if (mean is None) != (variance is None):
            missing = "mean" if mean is None else "variance"
            raise ValueError(f"{missing} is not given; possible: both mean and variance, or none")
        self.axis = () if axis is None else (axis,) if isinstance(axis, int) else tuple(axis)
        self.input_mean, self.input_variance = mean, variance
        self._adapted: tuple[Variable, Variable, Variable] | None = None
        super().__init__(**settings)

    def create(self, input_shape: Shape) -> None:
        """Make mean, variance and count, unless the numbers were given."""
        if self.input_mean is not None:
            return
        kept = tuple(input_shape[axis] or 1 for axis in self._kept(len(input_shape)))
        self._adapted = (
            self.add_weight("mean", kept, "zeros", trainable=False),
            self.add_weight("variance", kept, "ones", trainable=False),
            Variable(0, "count", trainable=False, dtype="int32", path=f"{self.name}/count"),
        )
        self._variables.append(self._adapted[2])

    def _kept(self, ndim: int) -> tuple[int, ...]:
        kept = sorted(axis % ndim for axis in self.axis)
        if any(not -ndim <= axis < ndim for axis in self.axis) or 0 in kept:
            raise ValueError(
                f"axis is {self.axis}; possible for data with {ndim} axes: None, or axes from 1 "
                f"to {ndim - 1}"
            )
        return tuple(kept)

    def adapt(self, data: Any, batch_size: int | None = None, steps: int | None = None) -> None:  # noqa: ARG002
        """Find mean and (biased) variance from data: an array (N, ...), or batches of arrays."""
        from chainrule.keras import data as given

        if self.input_mean is not None:
            raise ValueError(
                "adapt() is called, but mean and variance were given; make a new layer"
            )
        if isinstance(data, Iterable) and not hasattr(data, "__array__") and not _is_rows(data):
            parts = [given.arrays(part, "data", self.dtype) for part in data]
            x = np.concatenate(parts)
        else:
            x = given.arrays(data, "data", self.dtype)
        self.build((None, *x.shape[1:]))
        kept = self._kept(x.ndim)
        over = tuple(axis for axis in range(x.ndim) if axis not in kept)
        wide = x.astype(np.float64)
        if self._adapted is not None:
            self._adapted[0].assign(wide.mean(axis=over))
            self._adapted[1].assign(wide.var(axis=over))

    @property
    def mean(self) -> Array:
        """The means; once built with the axes of the data, those that are not kept being 1."""
        return self._shaped(self._numbers()[0])

    @property
    def variance(self) -> Array:
        """The variances, in the same shape."""
        return self._shaped(self._numbers()[1])

    def _shaped(self, value: Any) -> Array:
        array = np.asarray(value, self.dtype)
        if self._input is None:
            return array
        kept = self._kept(len(self._input))
        sizes = [(size or 1) if axis in kept else 1 for axis, size in enumerate(self._input)]
        over = array.size not in (1, math.prod(sizes))  # numbers of a whole sample, as they came
        return (
            array if over else np.broadcast_to(array.reshape(-1), math.prod(sizes)).reshape(sizes)
        )

    def _numbers(self) -> tuple[Any, Any]:
        if self._adapted is None:
            return self.input_mean, self.input_variance
        return self._adapted[0].array, self._adapted[1].array

    def parameters(self) -> list[Variable]:
        """Return nothing: the numbers are part of the description."""
        return []

    def describe(self) -> tuple[layers.Layer, ...]:
        """Return the layer of the same name, with the numbers as they are now."""
        kept = self._kept(len(self.input_shape))
        sizes = tuple(
            (size or 1) if axis in kept else 1 for axis, size in enumerate(self.input_shape)
        )[1:]
        both = []
        for value in self._numbers():
            array = np.asarray(value)
            array = array.reshape(sizes) if array.size == math.prod(sizes) else array
            both.append(_columns(self, array))
        return (layers.Normalization(*both),)

    def own_config(self) -> dict[str, Any]:
        """Return the settings, as Keras writes them."""
        return {
            "axis": list(self.axis),
            "invert": False,
            "mean": _plain(self.input_mean),
            "variance": _plain(self.input_variance),
        }


def _is_rows(data: Any) -> bool:
    """Whether data is a list of rows of numbers, and no list of batches."""
    return isinstance(data, Sequence) and len(data) > 0 and np.ndim(data[0]) <= 1


def _columns(layer: Layer, value: Any) -> float | tuple[float, ...]:
    """Return one number, or one for each number of a sample."""
    if np.ndim(value) == 0:
        return float(value)
    sample = layer.input_shape[1:]
    return tuple(np.broadcast_to(np.asarray(value, float), sample).ravel().tolist())  # type: ignore[arg-type]


def _plain(value: Any) -> Any:
    return value.tolist() if isinstance(value, (np.ndarray, np.generic)) else value
