from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule import counter_random
from chainrule.counter_random import keep_mask, normal_deviates, philox, uniform_bits

WORD = st.integers(0, 2**32 - 1)
DOUBLE_WORD = st.integers(0, 2**64 - 1)

# The known answers that Random123 publishes for philox4x32-10: counter, key, words.
KNOWN_ANSWERS = [
    (
        "00000000 00000000 00000000 00000000",
        "00000000 00000000",
        "6627e8d5 e169c58d bc57ac4c 9b00dbd8",
    ),
    (
        "ffffffff ffffffff ffffffff ffffffff",
        "ffffffff ffffffff",
        "408f276d 41c83b0e a20bc7c6 6d5451fd",
    ),
    (
        "243f6a88 85a308d3 13198a2e 03707344",
        "a4093822 299f31d0",
        "d16cfe09 94fdcceb 5001e420 24126ea1",
    ),
]


def words(text):
    return np.array([int(word, 16) for word in text.split()], dtype=np.uint32)


def philox_of_one(counter, key):
    """The published algorithm in Python's own integers, one counter at a time."""
    c, k = list(counter), list(key)
    for _ in range(10):
        high_0, low_0 = divmod(0xD2511F53 * c[0], 2**32)
        high_1, low_1 = divmod(0xCD9E8D57 * c[2], 2**32)
        c = [high_1 ^ c[1] ^ k[0], low_1, high_0 ^ c[3] ^ k[1], low_0]
        k = [(k[0] + 0x9E3779B9) % 2**32, (k[1] + 0xBB67AE85) % 2**32]
    return c


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN_ANSWERS)
def test_known_answers(counter, key, answer):
    found = philox(words(counter), words(key))
    assert found.dtype == np.uint32
    np.testing.assert_array_equal(found, words(answer))


def test_counters_of_any_shape():
    key = words(KNOWN_ANSWERS[2][1])
    one = words(KNOWN_ANSWERS[2][0])
    found = philox(np.broadcast_to(one, (2, 3, 4)), key)
    np.testing.assert_array_equal(found, np.broadcast_to(philox(one, key), (2, 3, 4)))
    assert philox(np.empty((0, 4), dtype=np.uint32), key).shape == (0, 4)


@given(st.lists(st.tuples(WORD, WORD, WORD, WORD), min_size=1, max_size=5), st.tuples(WORD, WORD))
def test_many_counters_are_as_one_by_one(counters, key):
    found = philox(np.array(counters, dtype=np.uint32), np.array(key, dtype=np.uint32))
    np.testing.assert_array_equal(found, [philox_of_one(counter, key) for counter in counters])


@given(DOUBLE_WORD, DOUBLE_WORD, WORD, st.integers(0, 30))
def test_uniform_bits_say_where_each_word_comes_from(key, step, stream, n):
    halves = (key % 2**32, key >> 32)
    expected = [
        philox_of_one((i // 4, stream, step % 2**32, step >> 32), halves)[i % 4] for i in range(n)
    ]
    found = uniform_bits(key, step, stream, n)
    assert found.dtype == np.uint32
    np.testing.assert_array_equal(found, np.array(expected, dtype=np.uint32))


def test_a_longer_sequence_begins_with_the_shorter_one():
    np.testing.assert_array_equal(uniform_bits(7, 3, 1, 1001)[:333], uniform_bits(7, 3, 1, 333))


def test_key_step_and_stream_name_different_sequences():
    names = [(7, 3, 1), (8, 3, 1), (7 + 2**32, 3, 1), (7, 4, 1), (7, 3 + 2**32, 1), (7, 3, 2)]
    sequences = {tuple(uniform_bits(*name, 8).tolist()) for name in names}
    assert len(sequences) == len(names)


def test_bits_are_uniform():
    bits = uniform_bits(12345, 1, 0, 1 << 18)
    share = np.bincount(bits >> 28, minlength=16) / len(bits)  # of each of the 16 highest digits
    np.testing.assert_allclose(share, np.full(16, 1 / 16), atol=5 * (15 / 256 / len(bits)) ** 0.5)
    ones = (bits[:, None] >> np.arange(32, dtype=np.uint32) & 1).mean(axis=0)
    np.testing.assert_allclose(ones, np.full(32, 0.5), atol=5 * 0.5 / len(bits) ** 0.5)


@settings(max_examples=30)
@given(st.floats(0, 1), DOUBLE_WORD)
def test_keep_mask_is_bits_against_the_threshold(rate, key):
    mask = keep_mask(key, 5, 2, 100, rate)
    assert mask.dtype == bool
    threshold = int(rate * 2**32)
    expected = [int(word) >= threshold for word in uniform_bits(key, 5, 2, 100)]
    np.testing.assert_array_equal(mask, expected)


def test_keep_mask_keeps_a_word_that_is_the_threshold():
    word = int(uniform_bits(1, 2, 3, 1)[0])
    assert keep_mask(1, 2, 3, 1, word / 2**32).all()
    assert not keep_mask(1, 2, 3, 1, (word + 1) / 2**32).any()


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_keep_mask_keeps_its_share(rate):
    kept = keep_mask(1, 1, 0, 1 << 18, rate).mean()
    assert kept == pytest.approx(1 - rate, abs=5 * (rate * (1 - rate) / 2**18) ** 0.5)


def test_keep_mask_at_the_ends():
    assert keep_mask(1, 1, 0, 1000, 0.0).all()
    assert not keep_mask(1, 1, 0, 1000, 1.0).any()
    assert keep_mask(1, 1, 0, 0, 0.5).shape == (0,)


@pytest.mark.parametrize(
    ("counter", "key", "message"),
    [
        (np.zeros(4), np.zeros(2, dtype=np.uint32), "counter is of dtype float64"),
        (np.zeros((4, 3), dtype=np.uint32), np.zeros(2, dtype=np.uint32), r"shape \(4, 3\)"),
        (np.zeros((), dtype=np.uint32), np.zeros(2, dtype=np.uint32), r"shape \(\)"),
        (np.zeros(4, dtype=np.uint32), np.zeros(2, dtype=np.int64), "key is of dtype int64"),
        (np.zeros(4, dtype=np.uint32), np.zeros(4, dtype=np.uint32), "key is of dtype uint32"),
    ],
)
def test_philox_refuses_other_shapes_and_dtypes(counter, key, message):
    with pytest.raises(ValueError, match=message):
        philox(counter, key)


@pytest.mark.parametrize(
    ("name", "value"),
    [("key", -1), ("key", 2**64), ("step", -1), ("step", 2**64), ("stream", 2**32), ("n", -1)],
)
def test_numbers_out_of_bounds_are_refused(name, value):
    good = {"key": 0, "step": 0, "stream": 0, "n": 1}
    with pytest.raises(ValueError, match=f"{name} is {value}"):
        uniform_bits(**{**good, name: value})
    with pytest.raises(TypeError, match=f"{name} is 0.5, a float"):
        uniform_bits(**{**good, name: 0.5})


@pytest.mark.parametrize("rate", [-0.1, 1.1, float("nan")])
def test_a_rate_outside_of_0_to_1_is_refused(rate):
    with pytest.raises(ValueError, match="rate is"):
        keep_mask(0, 0, 0, 1, rate)


def test_normal_deviates_are_the_inverse_of_the_distribution():
    """The standard library has the same algorithm, with a third range beyond our last word."""
    words = uniform_bits(key=2**40 + 3, step=5, stream=2, n=20_000)
    expected = [NormalDist().inv_cdf((int(word) + 0.5) / 2**32) for word in words]
    found = normal_deviates(key=2**40 + 3, step=5, stream=2, n=20_000)
    np.testing.assert_allclose(found, expected, rtol=1e-15)


@pytest.mark.parametrize("word", [0, 1, 2**31 - 1, 2**31, 322122547, 322122548, 2**32 - 1])
def test_normal_deviates_at_the_ends_and_where_the_formula_changes(word, monkeypatch):
    words = np.array([word, 2**32 - 1 - word], dtype=np.uint32)
    monkeypatch.setattr(counter_random, "uniform_bits", lambda *_: words)
    low, high = counter_random.normal_deviates(0, 0, 0, 2)
    assert low == -high  # symmetric, and finite at both ends
    assert low == pytest.approx(NormalDist().inv_cdf((word + 0.5) / 2**32), rel=1e-15)
