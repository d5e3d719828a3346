"""Random numbers: where layers, initialisers and shuffling take theirs from.

Every user gets a stream of its own, and streams are made one after the other from one seed. So
after :func:`set_seed` all of them are the same again, and none depends on how many numbers
another has drawn.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.keras.mistakes import missing
from chainrule.keras.objects import Configured, new_name, register
from chainrule.keras.variables import Tensor, tensor

__all__ = [
    "SeedGenerator",
    "generator",
    "normal",
    "randint",
    "set_seed",
    "shuffle",
    "truncated_normal",
    "uniform",
]

_SEED_BITS = 2**64


class _Streams:
    """Where the next stream comes from; of the system's entropy until a seed is set."""

    sequence = np.random.SeedSequence()


def set_seed(seed: int | None) -> None:
    """Begin all streams anew from a seed; from the system's entropy if it is None.

    Examples
    --------
    >>> set_seed(1)
    >>> first = generator().random()
    >>> set_seed(1)
    >>> generator().random() == first, generator().random() == first
    (True, False)
    >>> set_seed(None)
    """
    entropy = None if seed is None else _seed(seed)
    _Streams.sequence = np.random.SeedSequence(entropy)


def generator(seed: int | SeedGenerator | None = None) -> np.random.Generator:
    """Return a new generator: for an integer always the same, for None the next stream.

    Examples
    --------
    >>> generator(1).random() == generator(1).random(), generator().random() == generator().random()
    (True, False)
    >>> generator("1")
    Traceback (most recent call last):
    ...
    TypeError: seed is '1', a str; possible: an integer, a SeedGenerator, or None
    """
    if isinstance(seed, SeedGenerator):
        return seed.next()
    if seed is None:
        return np.random.default_rng(_Streams.sequence.spawn(1)[0])
    return np.random.default_rng(_seed(seed))


@register("seed", "keras.random")
class SeedGenerator(Configured):
    """A seed that gives another stream at each use, and the same ones to an equal seed.

    Parameters
    ----------
    seed : int, optional
        Where the streams begin; chance if None.
    name : str, optional
        Kept for files.

    Examples
    --------
    >>> first, second = SeedGenerator(7), SeedGenerator(7)
    >>> [first.next().random() == second.next().random() for _ in range(2)]
    [True, True]
    """

    def __init__(self, seed: int | None = None, name: str | None = None) -> None:
        self.seed = seed
        self.name = name or new_name("seed_generator")
        self._sequence = np.random.SeedSequence(
            int(generator().integers(_SEED_BITS, dtype=np.uint64)) if seed is None else _seed(seed)
        )

    def next(self) -> np.random.Generator:
        """Return the generator of the next stream."""
        return np.random.default_rng(self._sequence.spawn(1)[0])

    def get_config(self) -> dict[str, Any]:
        """Return the settings by name."""
        return {"seed": self.seed, "name": self.name}


Seed = int | SeedGenerator | None


def normal(
    shape: tuple[int, ...],
    mean: float = 0.0,
    stddev: float = 1.0,
    dtype: npt.DTypeLike | None = None,
    seed: Seed = None,
) -> Tensor:
    """Return normal numbers of that mean and standard deviation.

    Parameters
    ----------
    shape : tuple of int
        Of the result.
    mean, stddev : float
        Of the distribution.
    dtype : dtype, optional
        Of the result; :func:`chainrule.keras.backend.floatx` if None.
    seed : int or SeedGenerator, optional
        The same numbers for an integer; the next stream if None.

    Examples
    --------
    >>> normal((3,), seed=0).round(3)
    array([ 0.126, -0.132,  0.64 ], dtype=float32)
    """
    return _tensor(generator(seed).normal(mean, stddev, shape), dtype)


def uniform(
    shape: tuple[int, ...],
    minval: float = 0.0,
    maxval: float = 1.0,
    dtype: npt.DTypeLike | None = None,
    seed: Seed = None,
) -> Tensor:
    """Return uniform numbers from minval to maxval.

    Parameters
    ----------
    shape : tuple of int
        Of the result.
    minval, maxval : float
        The ends of the range.
    dtype : dtype, optional
        Of the result; :func:`chainrule.keras.backend.floatx` if None.
    seed : int or SeedGenerator, optional
        The same numbers for an integer; the next stream if None.

    Examples
    --------
    >>> uniform((3,), seed=0).round(3)
    array([0.637, 0.27 , 0.041], dtype=float32)
    """
    return _tensor(generator(seed).uniform(minval, maxval, shape), dtype)


def truncated_normal(
    shape: tuple[int, ...],
    mean: float = 0.0,
    stddev: float = 1.0,
    dtype: npt.DTypeLike | None = None,
    seed: Seed = None,
) -> Tensor:
    """Return normal numbers, drawn anew while they are over two standard deviations away.

    Parameters
    ----------
    shape : tuple of int
        Of the result.
    mean, stddev : float
        Of the distribution before it is cut off.
    dtype : dtype, optional
        Of the result; :func:`chainrule.keras.backend.floatx` if None.
    seed : int or SeedGenerator, optional
        The same numbers for an integer; the next stream if None.

    Examples
    --------
    >>> bool(abs(truncated_normal((1000,), seed=0)).max() <= 2)
    True
    """
    from chainrule.initializers import TruncatedNormal

    numbers = TruncatedNormal(mean, stddev).numbers(generator(seed), tuple(shape), (1, 1))
    return _tensor(numbers, dtype)


def randint(
    shape: tuple[int, ...],
    minval: int,
    maxval: int,
    dtype: npt.DTypeLike = "int32",
    seed: Seed = None,
) -> Tensor:
    """Return integers from minval up to, and without, maxval.

    Parameters
    ----------
    shape : tuple of int
        Of the result.
    minval, maxval : int
        The smallest integer, and the one after the largest.
    dtype : dtype
        Of the result.
    seed : int or SeedGenerator, optional
        As for :func:`normal`.

    Examples
    --------
    >>> randint((5,), 0, 3, seed=0)
    Tensor([2, 1, 1, 0, 0], dtype=int32)
    """
    return tensor(generator(seed).integers(minval, maxval, shape).astype(dtype))


def shuffle(x: npt.ArrayLike, axis: int = 0, seed: Seed = None) -> Tensor:
    """Return the parts of ``x`` along an axis in another order.

    Parameters
    ----------
    x : array_like
        Stays as it is.
    axis : int
        Along which the parts lie.
    seed : int or SeedGenerator, optional
        As for :func:`normal`.

    Examples
    --------
    >>> shuffle([1, 2, 3, 4], seed=0)
    Tensor([3, 1, 2, 4])
    """
    return tensor(generator(seed).permutation(np.asarray(x), axis=axis))


def _tensor(numbers: Any, dtype: npt.DTypeLike | None) -> Tensor:
    from chainrule.keras import backend

    return tensor(np.asarray(numbers, dtype=dtype or backend.floatx()))


def _seed(seed: object) -> int:
    """Return the seed as an integer of at least 0, as NumPy needs it."""
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)):
        raise TypeError(
            f"seed is {seed!r}, a {type(seed).__name__}; "
            f"possible: an integer, a SeedGenerator, or None"
        )
    return int(seed) % _SEED_BITS


def __getattr__(name: str) -> Any:
    raise missing(__name__, name, __all__, ("beta", "binomial", "categorical", "dropout", "gamma"))
