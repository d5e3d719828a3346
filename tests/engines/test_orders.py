"""Orders of samples: the same from every engine, and any with the same chance."""

import math
from collections import Counter

import numpy as np
import pytest

from chainrule.engines import get_engine


@pytest.mark.parametrize("name", ["numpy", "native"])
def test_an_order_by_hand(name):
    """Places 0, floor(0.9 x 2) = 1, floor(0.1 x 3) = 0 and floor(0.5 x 4) = 2."""
    orders = get_engine(name).orders(np.array([[0.0, 0.9, 0.1, 0.5], [0.0, 0.0, 0.0, 0.0]]))
    assert orders.dtype == np.int64
    assert orders.tolist() == [[2, 1, 3, 0], [3, 0, 1, 2]]


@pytest.mark.parametrize("shape", [(1, 1), (3, 0), (0, 3), (2, 7), (5, 1347)])
def test_engines_agree(shape):
    uniforms = np.random.default_rng(4).random(shape)
    expected = get_engine("numpy").orders(uniforms.copy())
    np.testing.assert_array_equal(get_engine("native").orders(uniforms.copy()), expected)
    assert (np.sort(expected, axis=1) == np.arange(shape[1])).all()


@pytest.mark.parametrize("name", ["numpy", "native"])
def test_each_order_has_the_same_chance(name):
    draws = 48_000
    orders = get_engine(name).orders(np.random.default_rng(5).random((draws, 4)))
    found = Counter(map(tuple, orders.tolist()))
    assert len(found) == math.factorial(4)
    expected = draws / 24
    assert max(abs(n - expected) for n in found.values()) < 5 * math.sqrt(expected)


@pytest.mark.parametrize("name", ["numpy", "native"])
def test_the_ends_of_the_interval_stay_in_it(name):
    least, most = np.zeros((1, 1000)), np.full((1, 1000), np.nextafter(1, 0))
    engine = get_engine(name)
    assert engine.orders(least).tolist() == [[999, *range(999)]]
    assert engine.orders(most).tolist() == [list(range(1000))]


@pytest.mark.parametrize("wrong", [1.0, -0.5, 1e300, np.nan, np.inf, -np.inf])
def test_native_code_refuses_what_is_no_place(wrong):
    with pytest.raises(ValueError, match=r"uniforms has a number that is not in \[0, 1\)"):
        get_engine("native").orders(np.array([[0.5, wrong, 0.5]]))
