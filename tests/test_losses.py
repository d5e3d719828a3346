import dataclasses

import numpy as np
import pytest

from chainrule.losses import LOSSES

# The loss of one sample by hand: plain Python over the outputs. Every row of the table is here.
FORMULAS = {
    "sum_of_squared_errors": lambda a, y: sum((ai - yi) ** 2 for ai, yi in zip(a, y, strict=True)),
}

REDUCTIONS = {"sum_of_squared_errors": "sum"}

NAMES = list(LOSSES)
DTYPES = [np.float32, np.float64]


def draw(rng, dtype, samples=5, outputs=3):
    A = rng.uniform(0.05, 0.95, (samples, outputs)).astype(dtype)
    Y = rng.uniform(0.05, 0.95, (samples, outputs)).astype(dtype)
    return A, Y


def test_every_row_is_tested():
    assert set(FORMULAS) == set(REDUCTIONS) == set(LOSSES)


@pytest.mark.parametrize("name", NAMES)
def test_a_row_knows_its_name_and_cannot_change(name):
    row = LOSSES[name]
    assert row.name == name
    with pytest.raises(dataclasses.FrozenInstanceError):
        row.name = "other"


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("outputs", [1, 2, 3, 10])
@pytest.mark.parametrize("name", NAMES)
def test_per_sample(name, outputs, dtype, rng):
    A, Y = draw(rng, dtype, outputs=outputs)
    losses = LOSSES[name].per_sample(A, Y)
    assert losses.dtype == dtype
    expected = [FORMULAS[name](a, y) for a, y in zip(A.tolist(), Y.tolist(), strict=True)]
    np.testing.assert_allclose(losses, expected, rtol=8 * np.finfo(dtype).eps)


@pytest.mark.parametrize("name", NAMES)
def test_gradient_is_the_slope(name, rng):
    A, Y = draw(rng, np.float64)
    gradient = LOSSES[name].gradient(A, Y)
    eps = 1e-6
    expected = np.empty_like(A)
    for place in np.ndindex(A.shape):
        up, down = A.copy(), A.copy()
        up[place] += eps
        down[place] -= eps
        losses = [LOSSES[name].per_sample(moved, Y)[place[0]] for moved in (up, down)]
        expected[place] = (losses[0] - losses[1]) / (2 * eps)
    np.testing.assert_allclose(gradient, expected, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", NAMES)
def test_gradient_keeps_shape_and_dtype(name, dtype, rng):
    A, Y = draw(rng, dtype)
    gradient = LOSSES[name].gradient(A, Y)
    assert gradient.shape == A.shape
    assert gradient.dtype == dtype


@pytest.mark.parametrize("name", NAMES)
def test_inputs_are_not_changed(name, rng):
    A, Y = draw(rng, np.float64)
    before = A.copy(), Y.copy()
    LOSSES[name].per_sample(A, Y)
    LOSSES[name].gradient(A, Y)
    np.testing.assert_array_equal((A, Y), before)


@pytest.mark.parametrize("name", NAMES)
def test_how_samples_are_put_together(name):
    row = LOSSES[name]
    assert row.reduction == REDUCTIONS[name]
    for n in (1, 2, 10):
        assert row.scale(n) == (1 if row.reduction == "sum" else 1 / n)


def test_a_mean_weighs_a_sample_by_their_number():
    row = dataclasses.replace(LOSSES["sum_of_squared_errors"], reduction="mean")
    assert [row.scale(n) for n in (1, 4)] == [1.0, 0.25]


def test_squared_errors_by_hand():
    row = LOSSES["sum_of_squared_errors"]
    A = np.array([[1.0, 2.0], [0.0, -3.0]])
    Y = np.array([[0.0, 4.0], [0.0, 1.0]])
    np.testing.assert_array_equal(row.per_sample(A, Y), [5.0, 16.0])
    np.testing.assert_array_equal(row.gradient(A, Y), [[2.0, -4.0], [0.0, -8.0]])
    assert row.per_sample(Y, Y).tolist() == [0.0, 0.0]
