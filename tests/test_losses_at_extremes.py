"""Losses far out, at clips and kinks, and where a formula has no value."""

import math

import numpy as np
import pytest

from chainrule.losses import LOSSES

EPSILON = 1e-7
DTYPES = [np.float32, np.float64]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("size", [30, 100, 1000, 1e4])
def test_far_logits(size, dtype):
    """Losses and gradients at far logits are what a log-sum-exp gives: |z|, and 0, 1 or -1."""
    Z = np.array([[size], [size], [-size], [-size]], dtype=dtype)
    Y = np.array([[1], [0], [1], [0]], dtype=dtype)
    tail = math.exp(-size)
    close = {"rtol": 8 * np.finfo(dtype).eps, "atol": 1e-45}
    row = LOSSES["binary_crossentropy_from_logits"]
    tail_loss = math.log1p(tail)
    expected = [tail_loss, size + tail_loss, size + tail_loss, tail_loss]
    np.testing.assert_allclose(row.per_sample(Z, Y), expected, **close)
    expected = np.array([[-tail], [1 - tail], [tail - 1], [tail]])
    np.testing.assert_allclose(row.gradient(Z, Y), expected, rtol=1e-6, atol=1e-7)

    row = LOSSES["binary_focal_crossentropy_from_logits"]
    expected = [0.25 * tail**3, 0.75 * size, 0.25 * size, 0.75 * tail**3]
    np.testing.assert_allclose(row.per_sample(Z, Y, 2.0, 0.25), expected, rtol=1e-6, atol=1e-30)
    expected = [[0], [0.75], [-0.25], [0]]
    np.testing.assert_allclose(row.gradient(Z, Y, 2.0, 0.25), expected, rtol=1e-6, atol=1e-7)

    row = LOSSES["categorical_crossentropy_from_logits"]
    Z = np.array([[size, -size, 0], [size, -size, size]], dtype=dtype)
    Y = np.array([[0, 1, 0], [1, 0, 0]], dtype=dtype)
    expected = [2 * size, math.log(2)]
    np.testing.assert_allclose(row.per_sample(Z, Y), expected, rtol=1e-6)
    expected = [[1, -1, 0], [-0.5, 0, 0.5]]
    np.testing.assert_allclose(row.gradient(Z, Y), expected, rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("name", ["binary_crossentropy", "binary_focal_crossentropy"])
def test_clipped_probabilities_have_no_gradient(name):
    row = LOSSES[name]
    A, Y = np.array([[0.0, 1e-8, 1.0, -3.0, 0.5]]), np.array([[1.0, 1.0, 0.0, 1.0, 0.0]])
    gradient = row.gradient(A, Y, *row.parameters)
    np.testing.assert_array_equal(gradient[0, :4], 0)
    assert gradient[0, 4] > 0


def test_clipped_probabilities_by_hand():
    far = -math.log(EPSILON)
    value = LOSSES["binary_crossentropy"].per_sample
    np.testing.assert_allclose(value(np.array([[0.0]]), np.array([[1.0]])), [far])
    np.testing.assert_allclose(value(np.array([[1.0]]), np.array([[0.0]])), [far], rtol=1e-9)
    row = LOSSES["categorical_crossentropy"]
    A, Y = np.array([[0.0, 2.0, 2.0]]), np.array([[1.0, 0.0, 0.0]])
    np.testing.assert_allclose(row.per_sample(A, Y), [far])
    np.testing.assert_array_equal(row.gradient(A, Y), [[0, 0, 0]])
    row = LOSSES["kl_divergence"]
    A, Y = np.array([[0.0, 2.0]]), np.array([[1.0, 0.0]])
    np.testing.assert_allclose(row.per_sample(A, Y), [far + EPSILON * math.log(EPSILON)])
    np.testing.assert_array_equal(row.gradient(A, Y), [[0, 0]])


def test_what_is_no_probability_gives_nan_and_no_warning():
    zeros, one = np.zeros((1, 2)), np.array([[0.0, 1.0]])
    row = LOSSES["categorical_crossentropy"]
    assert np.isnan(row.per_sample(zeros, one)).all()
    assert np.isnan(row.gradient(zeros, one)).all()
    row = LOSSES["poisson"]
    assert np.isnan(row.per_sample(np.array([[-1.0]]), np.array([[1.0]]))).all()
    assert np.isinf(row.gradient(np.array([[-EPSILON]]), np.array([[1.0]]))).all()


def test_a_logit_of_minus_inf_is_a_class_that_cannot_be():
    row = LOSSES["categorical_crossentropy_from_logits"]
    Z, Y = np.array([[-np.inf, 0.0, 0.0]]), np.array([[0.0, 1.0, 0.0]])
    np.testing.assert_allclose(row.per_sample(Z, Y), [math.log(2)])
    np.testing.assert_allclose(row.gradient(Z, Y), [[0, -0.5, 0.5]])


def test_kinks_have_the_subgradient_of_keras():
    at = np.zeros((1, 1))
    assert LOSSES["mean_absolute_error"].gradient(at, at) == 0
    assert LOSSES["hinge"].gradient(at + 1, at + 1) == 0
    assert LOSSES["huber"].gradient(at + 1, at, 1.0) == 1
    row = LOSSES["categorical_hinge"]
    np.testing.assert_array_equal(
        row.gradient(np.array([[1.0, 1.0, 0.0]]), np.array([[0.0, 0.0, 1.0]])), [[1, 0, -1]]
    )
    np.testing.assert_array_equal(
        row.gradient(np.array([[1.0, 0.0]]), np.array([[1.0, 0.0]])), [[0, 0]]
    )


def test_cosine_of_a_vector_without_length():
    row = LOSSES["cosine_similarity"]
    A, Y = np.zeros((1, 2)), np.array([[3.0, 4.0]])
    np.testing.assert_array_equal(row.per_sample(A, Y), [0])
    np.testing.assert_allclose(row.gradient(A, Y), [[-0.6 / EPSILON, -0.8 / EPSILON]])
    A = np.array([[3e-9, -1e-9]])
    np.testing.assert_allclose(row.per_sample(A, Y), [-(3 * 0.6 - 0.8) * 1e-9 / EPSILON])
    np.testing.assert_allclose(row.gradient(A, Y), [[-0.6 / EPSILON, -0.8 / EPSILON]])


def test_small_errors_keep_their_log_cosh():
    e = np.array([[1e-6]], dtype=np.float32)
    losses = LOSSES["log_cosh"].per_sample(e, np.zeros_like(e))
    np.testing.assert_allclose(losses, [5e-13], atol=1e-12)
