import dataclasses

import numpy as np
import pytest

from chainrule.optimizers import OPTIMIZERS, SGD

NAMES = list(OPTIMIZERS)
DTYPES = [np.float32, np.float64]


def slots_for(optimizer, theta):
    return np.zeros((len(optimizer.slots), len(theta)), dtype=theta.dtype)


@pytest.mark.parametrize("name", NAMES)
def test_a_row_knows_its_name_and_its_slots(name):
    row = OPTIMIZERS[name]
    assert row.name == name
    assert isinstance(row.slots, tuple)
    assert all(isinstance(slot, str) for slot in row.slots)


@pytest.mark.parametrize("name", NAMES)
def test_optimizers_are_values(name):
    row = OPTIMIZERS[name]
    assert row() == row()
    assert hash(row()) == hash(row())
    assert row(learning_rate=0.5) != row(learning_rate=0.25)
    with pytest.raises(dataclasses.FrozenInstanceError):
        row().learning_rate = 1


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", NAMES)
def test_a_step_works_in_place_and_leaves_the_gradient(name, dtype):
    optimizer = OPTIMIZERS[name](learning_rate=0.1)
    theta = np.array([1.0, -2.0, 3.0], dtype=dtype)
    same, before = theta, theta.copy()
    gradient = np.array([0.5, -0.5, 0.0], dtype=dtype)
    optimizer.step(theta, gradient, slots_for(optimizer, theta), t=1)
    assert theta is same
    assert theta.dtype == dtype
    assert theta[0] < before[0]
    assert theta[1] > before[1]
    np.testing.assert_array_equal(gradient, np.array([0.5, -0.5, 0.0], dtype=dtype))


@pytest.mark.parametrize("name", NAMES)
def test_every_optimizer_finds_the_bottom_of_a_bowl(name):
    optimizer = OPTIMIZERS[name](learning_rate=0.05)
    bottom = np.array([3.0, -1.0, 0.5])
    theta = np.zeros(3)
    slots = slots_for(optimizer, theta)
    start = np.sum((theta - bottom) ** 2)
    for t in range(1, 501):
        optimizer.step(theta, 2 * (theta - bottom), slots, t)
    assert np.sum((theta - bottom) ** 2) < 1e-2 * start


@pytest.mark.parametrize("dtype", DTYPES)
def test_sgd(dtype, rng):
    theta = rng.normal(size=50).astype(dtype)
    gradient = rng.normal(size=50).astype(dtype)
    expected = [
        float(w) - float(dtype(0.3)) * float(g) for w, g in zip(theta, gradient, strict=True)
    ]
    SGD(0.3).step(theta, gradient, np.empty((0, 50), dtype=dtype), t=7)
    eps = np.finfo(dtype).eps
    np.testing.assert_allclose(theta, expected, rtol=2 * eps, atol=2 * eps)


def test_sgd_has_no_memory():
    assert SGD.slots == ()
    once, again = np.array([1.0]), np.array([1.0])
    SGD(0.1).step(once, np.array([2.0]), np.empty((0, 1)), t=1)
    SGD(0.1).step(again, np.array([2.0]), np.empty((0, 1)), t=1000)
    assert once == again == 0.8


def test_the_default_learning_rate():
    assert SGD().learning_rate == 0.01


@pytest.mark.parametrize("rate", [0, -1.0, np.nan, np.inf])
def test_learning_rate_is_positive_and_finite(rate):
    with pytest.raises(ValueError, match=r"^learning_rate is .*; possible: a positive, finite"):
        SGD(rate)
