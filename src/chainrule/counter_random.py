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


def _within(name: str, value: object, most: int) -> int:
    number = integer(name, value, least=0)
    if number > most:
        raise ValueError(f"{name} is {number}; possible: an integer from 0 to {most}")
    return number
