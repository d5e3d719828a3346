"""Initialisers: how parameters are drawn before training.

One row an initialiser, with Keras's defaults; the classes below are for other hyper-parameters.
All draw from a ``numpy.random.Generator``, so the same generator gives the same numbers whatever
the engine.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import Literal

import numpy as np
import numpy.typing as npt

from chainrule.arrays import integer, positive
from chainrule.description import described
from chainrule.tables import Table

Array = npt.NDArray[np.float64]

# The standard deviation of a standard normal number that is known to lie in [-2, 2].
_TRUNCATED_STDDEV = 0.87962566103423978


class Initializer(ABC):
    """A way to draw the numbers of one parameter."""

    def draw(
        self,
        rng: np.random.Generator,
        shape: tuple[int, ...],
        *,
        fans: tuple[int, int] | None = None,
    ) -> Array:
        """Return a new array of that shape.

        Parameters
        ----------
        rng : numpy.random.Generator
            Where random numbers come from; it is advanced.
        shape : tuple of int
            (fan_in, fan_out) of a kernel, or (units,) of a bias.
        fans : (fan_in, fan_out), optional
            How many inputs and outputs the layer has, for those that scale by it. By default the
            shape says it; for a bias both are ``units``, as Keras has it. Give the layer's own to
            draw biases as scikit-learn does.

        Returns
        -------
        float64 array of that shape

        Raises
        ------
        TypeError
            When ``rng`` is no Generator, or the shape holds anything but integers.
        ValueError
            When the shape has no axis or more than two, or a length below 1.

        Examples
        --------
        >>> INITIALIZERS["ones"].draw(np.random.default_rng(0), (2, 3))
        array([[1., 1., 1.],
               [1., 1., 1.]])
        """
        if not isinstance(rng, np.random.Generator):
            raise TypeError(
                f"rng is {rng!r}, a {type(rng).__name__}; possible: a numpy.random.Generator, "
                f"such as numpy.random.default_rng(0)"
            )
        shape = tuple(integer("a length in shape", length, least=1) for length in shape)
        if len(shape) not in (1, 2):
            raise ValueError(f"shape is {shape}; possible: (fan_in, fan_out) or (units,)")
        if fans is None:
            fans = shape[0], shape[-1]
        fan_in, fan_out = (integer("a number in fans", fan, least=1) for fan in fans)
        return self.numbers(rng, shape, (fan_in, fan_out))

    @abstractmethod
    def numbers(
        self, rng: np.random.Generator, shape: tuple[int, ...], fans: tuple[int, int]
    ) -> Array:
        """Return a new array, of a shape and fans that :meth:`draw` has checked."""


@described
class Constant(Initializer):
    """w = value.

    Examples
    --------
    >>> Constant(0.5).draw(np.random.default_rng(0), (2,))
    array([0.5, 0.5])
    """

    value: float = 0.0

    def __post_init__(self) -> None:
        _finite("value", self.value)

    def numbers(
        self,
        rng: np.random.Generator,  # noqa: ARG002
        shape: tuple[int, ...],
        fans: tuple[int, int],  # noqa: ARG002
    ) -> Array:
        """Return ``value`` everywhere; the generator stays as it is."""
        return np.full(shape, self.value, dtype=np.float64)


@described
class RandomUniform(Initializer):
    """w uniform between low and high: mean (low + high) / 2, variance (high - low)^2 / 12.

    Examples
    --------
    >>> RandomUniform(-1, 1).draw(np.random.default_rng(0), (3,)).round(4)
    array([ 0.2739, -0.4604, -0.9181])
    """

    low: float = -0.05
    high: float = 0.05

    def __post_init__(self) -> None:
        _finite("low", self.low)
        _finite("high", self.high)
        if not self.low <= self.high:
            raise ValueError(f"high is {self.high}; possible: at least low, which is {self.low}")

    def numbers(
        self,
        rng: np.random.Generator,
        shape: tuple[int, ...],
        fans: tuple[int, int],  # noqa: ARG002
    ) -> Array:
        """Return a new array."""
        return rng.uniform(self.low, self.high, shape)


@described
class RandomNormal(Initializer):
    """w normal, of that mean and standard deviation.

    Examples
    --------
    >>> RandomNormal(0, 1).draw(np.random.default_rng(0), (3,)).round(4)
    array([ 0.1257, -0.1321,  0.6404])
    """

    mean: float = 0.0
    stddev: float = 0.05

    def __post_init__(self) -> None:
        _finite("mean", self.mean)
        positive("stddev", self.stddev)

    def numbers(
        self,
        rng: np.random.Generator,
        shape: tuple[int, ...],
        fans: tuple[int, int],  # noqa: ARG002
    ) -> Array:
        """Return a new array."""
        return rng.normal(self.mean, self.stddev, shape)


@described
class TruncatedNormal(Initializer):
    """w = mean + stddev u, u standard normal and drawn anew while it is beyond [-2, 2].

    So the standard deviation is 0.8796 stddev.

    Examples
    --------
    >>> W = TruncatedNormal(0, 1).draw(np.random.default_rng(0), (100, 100))
    >>> bool(np.abs(W).max() <= 2)
    True
    """

    mean: float = 0.0
    stddev: float = 0.05

    def __post_init__(self) -> None:
        _finite("mean", self.mean)
        positive("stddev", self.stddev)

    def numbers(
        self,
        rng: np.random.Generator,
        shape: tuple[int, ...],
        fans: tuple[int, int],  # noqa: ARG002
    ) -> Array:
        """Return a new array."""
        u = rng.standard_normal(shape)
        while (beyond := np.abs(u) > 2).any():
            u[beyond] = rng.standard_normal(np.count_nonzero(beyond))
        return self.mean + self.stddev * u


@described
class VarianceScaling(Initializer):
    """w of mean 0 and variance scale / fan, so that signals neither grow nor fade with depth.

    uniform   w uniform between -b and b, b = sqrt(3 scale / fan)
    normal    w truncated normal: u sqrt(scale / fan) / 0.8796, u as in :class:`TruncatedNormal`,
              where the division makes good what the truncation takes from the variance

    Sources: LeCun, Bottou, Orr and Müller, Efficient BackProp, 1998 (lecun: scale 1, fan_in);
    Glorot and Bengio, Understanding the Difficulty of Training Deep Feedforward Neural Networks,
    2010 (glorot: scale 1, fan_avg); He, Zhang, Ren and Sun, Delving Deep into Rectifiers, 2015
    (he: scale 2, fan_in). scikit-learn's MLP draws as glorot_uniform, and for logistic units with
    b = sqrt(2 / (fan_in + fan_out)), which is a scale of 1 / 3.

    Parameters
    ----------
    scale : float
        Positive.
    mode : {"fan_in", "fan_out", "fan_avg"}
        What ``fan`` is: the layer's inputs, its outputs, or the mean of both.
    distribution : {"uniform", "normal"}
        The form.

    Examples
    --------
    >>> VarianceScaling(2.0, "fan_in", "normal") == INITIALIZERS["he_normal"]
    True
    >>> W = INITIALIZERS["glorot_uniform"].draw(np.random.default_rng(0), (100, 50))
    >>> bool(np.abs(W).max() < np.sqrt(6 / (100 + 50)))
    True
    """

    scale: float = 1.0
    mode: Literal["fan_in", "fan_out", "fan_avg"] = "fan_in"
    distribution: Literal["uniform", "normal"] = "normal"

    def __post_init__(self) -> None:
        positive("scale", self.scale)
        for name, possible in (
            ("mode", ("fan_in", "fan_out", "fan_avg")),
            ("distribution", ("uniform", "normal")),
        ):
            value = getattr(self, name)
            if value not in possible:
                raise ValueError(f"{name} is {value!r}; possible: {', '.join(possible)}")

    def numbers(
        self, rng: np.random.Generator, shape: tuple[int, ...], fans: tuple[int, int]
    ) -> Array:
        """Return a new array."""
        fan_in, fan_out = fans
        fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        if self.distribution == "uniform":
            bound = math.sqrt(3 * self.scale / fan)
            return rng.uniform(-bound, bound, shape)
        stddev = math.sqrt(self.scale / fan) / _TRUNCATED_STDDEV
        return TruncatedNormal(0.0, stddev).numbers(rng, shape, fans)


@described
class Orthogonal(Initializer):
    """W = gain Q with orthonormal columns, or rows where there are fewer rows; all such equally.

    Q comes from the factorisation G = Q R of a matrix of standard normal numbers, each column
    times the sign of R's diagonal, without which Q would not be uniform. Source: Saxe, McClelland
    and Ganguli, Exact Solutions to the Nonlinear Dynamics of Learning in Deep Linear Neural
    Networks, 2013; for the signs Mezzadri, How to Generate Random Matrices from the Classical
    Compact Groups, 2007.

    Raises
    ------
    ValueError
        When it is to draw a bias: it needs two axes.

    Examples
    --------
    >>> W = Orthogonal().draw(np.random.default_rng(0), (5, 2))
    >>> np.abs(W.T @ W).round(12)
    array([[1., 0.],
           [0., 1.]])
    """

    gain: float = 1.0

    def __post_init__(self) -> None:
        _finite("gain", self.gain)

    def numbers(
        self,
        rng: np.random.Generator,
        shape: tuple[int, ...],
        fans: tuple[int, int],  # noqa: ARG002
    ) -> Array:
        """Return a new array."""
        if len(shape) != 2:
            raise ValueError(
                f"shape is {shape}; orthogonal needs (fan_in, fan_out): "
                f"draw biases with another initializer, such as zeros"
            )
        Q, R = np.linalg.qr(rng.standard_normal((max(shape), min(shape))))
        Q = Q * np.where(np.diag(R) < 0, -1.0, 1.0)
        return np.ascontiguousarray(self.gain * (Q if shape[0] >= shape[1] else Q.T))


def _finite(name: str, value: float) -> None:
    if not math.isfinite(value):
        raise ValueError(f"{name} is {value}; possible: a finite number")


INITIALIZERS: Table[Initializer] = Table(
    "initializer",
    {
        "zeros": Constant(0.0),
        "ones": Constant(1.0),
        "constant": Constant(),
        "uniform": RandomUniform(),
        "normal": RandomNormal(),
        "truncated_normal": TruncatedNormal(),
        "glorot_uniform": VarianceScaling(1.0, "fan_avg", "uniform"),
        "glorot_normal": VarianceScaling(1.0, "fan_avg", "normal"),
        "he_uniform": VarianceScaling(2.0, "fan_in", "uniform"),
        "he_normal": VarianceScaling(2.0, "fan_in", "normal"),
        "lecun_uniform": VarianceScaling(1.0, "fan_in", "uniform"),
        "lecun_normal": VarianceScaling(1.0, "fan_in", "normal"),
        "orthogonal": Orthogonal(),
        "sklearn_uniform": VarianceScaling(1.0, "fan_avg", "uniform"),
        "sklearn_logistic": VarianceScaling(1 / 3, "fan_avg", "uniform"),
        "standard_normal": RandomNormal(0.0, 1.0),
    },
)
