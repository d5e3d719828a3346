"""Random numbers without a state: Philox 4x32-10, which both engines share.

A number is found from where it is used (key of the run, step, layer, position) and not from what
was drawn before it. So every engine draws the same masks, in whatever order it goes. The native
engine has the same generator in ``native/philox.hpp``.

Source: Salmon, Moraes, Dror and Shaw, Parallel Random Numbers: As Easy as 1, 2, 3, 2011.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.arrays import integer

Words = npt.NDArray[np.uint32]

_ROUNDS = 10
_MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
_KEY_STEPS = (0x9E3779B9, 0xBB67AE85)  # the golden ratio and sqrt(3) - 1
_LOW = 0xFFFFFFFF


def philox(counter: npt.NDArray[Any], key: npt.NDArray[Any]) -> Words:
    """Return four random words for each counter: Philox 4x32 with 10 rounds.

    One round takes the words (c0, c1, c2, c3) and the key (k0, k1) to

        (high(M1 c2) ^ c1 ^ k0,  low(M1 c2),  high(M0 c0) ^ c3 ^ k1,  low(M0 c0))

    with high and low the two halves of a 64-bit product; after it the two words of the key grow
    by a constant each.

    Parameters
    ----------
    counter : uint32 array, shape (..., 4)
        The counters, their lowest word first.
    key : uint32 array, shape (2,)
        The key.

    Returns
    -------
    uint32 array, shape (..., 4)

    Raises
    ------
    ValueError
        For other dtypes and shapes.

    Examples
    --------
    >>> words = philox(np.zeros(4, dtype=np.uint32), np.zeros(2, dtype=np.uint32))
    >>> [f"{word:08x}" for word in words]
    ['6627e8d5', 'e169c58d', 'bc57ac4c', '9b00dbd8']
    """
    counter, key = np.asarray(counter), np.asarray(key)
    if counter.dtype != np.uint32 or counter.shape[-1:] != (4,):
        raise ValueError(
            f"counter is of dtype {counter.dtype} and shape {counter.shape}; "
            f"possible: uint32 of shape (..., 4)"
        )
    if key.dtype != np.uint32 or key.shape != (2,):
        raise ValueError(
            f"key is of dtype {key.dtype} and shape {key.shape}; possible: uint32 of shape (2,)"
        )
    c0, c1, c2, c3 = np.moveaxis(counter.astype(np.uint64), -1, 0)  # words in 64 bits each
    k0, k1 = int(key[0]), int(key[1])
    low, half = np.uint64(_LOW), np.uint64(32)
    for _ in range(_ROUNDS):
        a, b = c0 * np.uint64(_MULTIPLIERS[0]), c2 * np.uint64(_MULTIPLIERS[1])
        c0, c1, c2, c3 = (
            (b >> half) ^ c1 ^ np.uint64(k0),
            b & low,
            (a >> half) ^ c3 ^ np.uint64(k1),
            a & low,
        )
        k0, k1 = (k0 + _KEY_STEPS[0]) & _LOW, (k1 + _KEY_STEPS[1]) & _LOW
    return np.stack([c0, c1, c2, c3], axis=-1).astype(np.uint32)


def uniform_bits(key: int, step: int, stream: int, n: int) -> Words:
    """Return the first ``n`` words of the sequence that key, step and stream name.

    Word i is word i mod 4 of ``philox`` at the counter (i div 4, stream, low and high half of
    step), with the low and high half of ``key`` as key.

    Parameters
    ----------
    key : int
        Which run it is, from 0 to 2^64 - 1.
    step : int
        Which step of the run, from 0 to 2^64 - 1.
    stream : int
        Which of several sequences in a step, such as the number of a layer, from 0 to 2^32 - 1.
    n : int
        How many words, from 0 to 2^34.

    Returns
    -------
    uint32 array, shape (n,)

    Raises
    ------
    TypeError, ValueError
        For what is no integer, or outside of these bounds.

    Examples
    --------
    >>> [f"{word:08x}" for word in uniform_bits(key=0, step=0, stream=0, n=3)]
    ['6627e8d5', 'e169c58d', 'bc57ac4c']
    """
    key, step = _within("key", key, 2**64 - 1), _within("step", step, 2**64 - 1)
    stream, n = _within("stream", stream, 2**32 - 1), _within("n", n, 2**34)
    blocks = -(-n // 4)
    counter = np.empty((blocks, 4), dtype=np.uint32)
    counter[:, 0] = np.arange(blocks, dtype=np.uint32)
    counter[:, 1] = stream
    counter[:, 2] = step & _LOW
    counter[:, 3] = step >> 32
    return philox(counter, np.array([key & _LOW, key >> 32], dtype=np.uint32)).reshape(-1)[:n]


def keep_mask(key: int, step: int, stream: int, n: int, rate: float) -> npt.NDArray[np.bool_]:
    """Return which of ``n`` numbers dropout keeps: each with probability 1 - rate.

    Number i is kept where bits_i >= floor(2^32 rate), with bits as :func:`uniform_bits` has them.

    Parameters
    ----------
    key, step, stream, n : int
        As :func:`uniform_bits` takes them.
    rate : float
        The share that is dropped, from 0 to 1.

    Returns
    -------
    bool array, shape (n,)

    Raises
    ------
    TypeError, ValueError
        For integers as in :func:`uniform_bits`, and a rate that is not from 0 to 1.

    Examples
    --------
    >>> keep_mask(key=0, step=0, stream=0, n=4, rate=0.5)
    array([False,  True,  True,  True])
    """
    if not 0 <= rate <= 1:
        raise ValueError(f"rate is {rate}; possible: from 0 (keep all) to 1 (keep none)")
    threshold = np.uint64(int(rate * 2**32))
    bits = uniform_bits(key, step, stream, n).astype(np.uint64)
    return bits >= threshold


# Coefficients of AS 241, those of x^0 first: near the middle, and in the tails.
_NEAR_TOP = (
    *(3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3),
    *(1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4),
    *(3.3430575583588128105e4, 2.5090809287301226727e3),
)
_NEAR_BOTTOM = (
    *(1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3),
    *(2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4),
    5.2264952788528545610e3,
)
_FAR_TOP = (
    *(1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0),
    *(3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1),
    *(2.27238449892691845833e-2, 7.74545014278341407640e-4),
)
_FAR_BOTTOM = (
    *(1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1),
    *(1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4),
    1.05075007164441684324e-9,
)


def normal_deviates(key: int, step: int, stream: int, n: int) -> npt.NDArray[np.float64]:
    """Return ``n`` normal numbers of mean 0 and variance 1.

    Number i is the x below which a normal variable is with probability (bits_i + 1/2) / 2^32,
    with bits as :func:`uniform_bits` has them; so no number is beyond 6.4. The inverse of the
    normal distribution is that of algorithm AS 241, accurate to about 1e-16. With q = p - 1/2 and
    P, Q, R, S polynomials of degree 7:

        |q| <= 0.425    x = q P(r) / Q(r),          r = 0.425^2 - q^2
        else            x = sign(q) R(r) / S(r),    r = sqrt(-log(1/2 - |q|)) - 1.6

    Parameters
    ----------
    key, step, stream, n : int
        As :func:`uniform_bits` takes them.

    Returns
    -------
    float64 array, shape (n,)

    Raises
    ------
    TypeError, ValueError
        For integers as in :func:`uniform_bits`.

    Source: Wichura, Algorithm AS 241: The Percentage Points of the Normal Distribution, 1988.

    Examples
    --------
    >>> normal_deviates(key=0, step=0, stream=0, n=3).round(4)
    array([-0.2558,  1.1776,  0.6302])
    """
    q = (uniform_bits(key, step, stream, n) - (2.0**31 - 0.5)) / 2**32
    size = np.abs(q)
    near, far = 0.180625 - q * q, np.sqrt(-np.log(0.5 - size)) - 1.6
    x: npt.NDArray[np.float64] = np.where(
        size <= 0.425,
        q * _polynomial(_NEAR_TOP, near) / _polynomial(_NEAR_BOTTOM, near),
        np.copysign(_polynomial(_FAR_TOP, far) / _polynomial(_FAR_BOTTOM, far), q),
    )
    return x


def _polynomial(coefficients: tuple[float, ...], x: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return np.polyval(coefficients[::-1], x)


def _within(name: str, value: object, most: int) -> int:
    number = integer(name, value, least=0)
    if number > most:
        raise ValueError(f"{name} is {number}; possible: an integer from 0 to {most}")
    return number
