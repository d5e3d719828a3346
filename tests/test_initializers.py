import dataclasses

import numpy as np
import pytest

from chainrule.initializers import (
    INITIALIZERS,
    Constant,
    Orthogonal,
    RandomNormal,
    RandomUniform,
    TruncatedNormal,
    VarianceScaling,
)

SHAPE = (500, 300)  # 150,000 numbers
N = SHAPE[0] * SHAPE[1]
NAMES = list(INITIALIZERS)
CONSTANTS = {"zeros": 0.0, "ones": 1.0, "constant": 0.0}

# The bound of each uniform row at fan_in 500 and fan_out 300, from the papers' formulas.
BOUNDS = {
    "uniform": 0.05,
    "glorot_uniform": (6 / 800) ** 0.5,
    "he_uniform": (6 / 500) ** 0.5,
    "lecun_uniform": (3 / 500) ** 0.5,
    "sklearn_uniform": (6 / 800) ** 0.5,
    "sklearn_logistic": (2 / 800) ** 0.5,
}

# The standard deviation before truncation; in the variance-scaling ones, that after it is given.
TRUNCATION = 0.8796256610342398
NORMALS = {"normal": 0.05, "standard_normal": 1.0}
TRUNCATED = {
    "truncated_normal": 0.05,
    "glorot_normal": (2 / 800) ** 0.5 / TRUNCATION,
    "he_normal": (2 / 500) ** 0.5 / TRUNCATION,
    "lecun_normal": (1 / 500) ** 0.5 / TRUNCATION,
}


def rng(seed=1):
    return np.random.default_rng(seed)


def draw(name, shape=SHAPE, seed=1):
    return INITIALIZERS[name].draw(rng(seed), shape)


def assert_moments(W, stddev, kurtosis):
    """Compare mean, variance and 4th moment with what they are, to 5 standard errors."""
    assert abs(W.mean()) < 5 * stddev / N**0.5
    assert W.std() == pytest.approx(stddev, rel=5 * ((kurtosis - 1) / 4 / N) ** 0.5)
    assert np.mean(W**4) / stddev**4 == pytest.approx(kurtosis, rel=0.05)


def test_every_row_is_tested():
    assert {*CONSTANTS, *BOUNDS, *NORMALS, *TRUNCATED, "orthogonal"} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_draw_is_a_new_float64_array(name):
    for shape in [(7, 3), (3, 7), (1, 1)]:
        W = draw(name, shape)
        assert (W.shape, W.dtype) == (shape, np.float64)
        assert W.flags.c_contiguous
        assert W.flags.writeable
        assert np.isfinite(W).all()


@pytest.mark.parametrize("name", NAMES)
def test_a_draw_depends_on_the_generator_alone(name):
    np.testing.assert_array_equal(draw(name, (9, 4)), draw(name, (9, 4)))
    if name not in CONSTANTS:
        assert (draw(name, (9, 4)) != draw(name, (9, 4), seed=2)).all()
        one = rng()
        first, second = (INITIALIZERS[name].draw(one, (9, 4)) for _ in range(2))
        assert (first != second).all()


@pytest.mark.parametrize("name", NAMES)
def test_a_row_cannot_change(name):
    row = INITIALIZERS[name]
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(row, dataclasses.fields(row)[0].name, 1.0)


@pytest.mark.parametrize(("name", "value"), CONSTANTS.items())
def test_constants(name, value):
    np.testing.assert_array_equal(draw(name, (2, 3)), np.full((2, 3), value))
    np.testing.assert_array_equal(draw(name, (3,)), np.full(3, value))


def test_constants_leave_the_generator_alone():
    one = rng()
    INITIALIZERS["zeros"].draw(one, (9, 4))
    assert one.random() == rng().random()


@pytest.mark.parametrize(("name", "bound"), BOUNDS.items())
def test_uniform_rows(name, bound):
    W = draw(name)
    assert -bound <= W.min() < -0.9999 * bound
    assert 0.9999 * bound < W.max() <= bound
    assert_moments(W, bound / 3**0.5, 9 / 5)


@pytest.mark.parametrize(("name", "stddev"), NORMALS.items())
def test_normal_rows(name, stddev):
    W = draw(name)
    assert np.abs(W).max() > 4 * stddev
    assert_moments(W, stddev, 3)


@pytest.mark.parametrize(("name", "stddev"), TRUNCATED.items())
def test_truncated_rows(name, stddev):
    W = draw(name)
    assert 1.999 * stddev < np.abs(W).max() <= 2 * stddev
    # The 4th moment of a truncated standard normal: 3 m - a^3 p(a) / P with a = 2, m its variance.
    share = 0.9544997361036416  # of a normal distribution within 2 standard deviations
    density = np.exp(-2) / (2 * np.pi) ** 0.5
    variance = 1 - 2 * 2 * density / share
    assert variance**0.5 == pytest.approx(TRUNCATION, rel=1e-12)
    fourth = 3 * variance - 2 * 8 * density / share
    assert_moments(W, stddev * TRUNCATION, fourth / variance**2)


@pytest.mark.parametrize(
    ("name", "variance"),
    [("glorot_normal", 2 / 800), ("he_normal", 2 / 500), ("lecun_normal", 1 / 500)],
)
def test_truncation_is_made_good_in_variance_scaling(name, variance):
    assert draw(name).var() == pytest.approx(variance, rel=0.01)


def test_standard_normal_is_the_generators_own():
    np.testing.assert_array_equal(draw("standard_normal"), rng().standard_normal(SHAPE))


@pytest.mark.parametrize("mode", ["fan_in", "fan_out", "fan_avg"])
@pytest.mark.parametrize("distribution", ["uniform", "normal"])
def test_modes_of_variance_scaling(mode, distribution):
    fan = {"fan_in": 500, "fan_out": 300, "fan_avg": 400}[mode]
    W = VarianceScaling(3.0, mode, distribution).draw(rng(), SHAPE)
    assert W.var() == pytest.approx(3 / fan, rel=0.01)


def test_fans_of_a_bias():
    shape, fans = (3000,), (50, 3000)
    row = INITIALIZERS["sklearn_uniform"]
    own = np.abs(row.draw(rng(), shape)).max()
    assert own == pytest.approx((6 / 6000) ** 0.5, rel=0.01)
    given = np.abs(row.draw(rng(), shape, fans=fans)).max()
    assert given == pytest.approx((6 / 3050) ** 0.5, rel=0.01)
    np.testing.assert_array_equal(
        row.draw(rng(), (50, 3000), fans=fans), row.draw(rng(), (50, 3000))
    )


def test_drawn_as_scikit_learn_draws():
    pytest.importorskip("sklearn")
    from sklearn.neural_network import MLPClassifier

    for activation, name in [("relu", "sklearn_uniform"), ("logistic", "sklearn_logistic")]:
        network = MLPClassifier(activation=activation)
        network._random_state = np.random.RandomState(0)
        network.activation = activation
        W, b = network._init_coef(200, 300, np.float64)
        row = INITIALIZERS[name]
        ours = row.draw(rng(), (200, 300)), row.draw(rng(), (300,), fans=(200, 300))
        for found, expected in zip(ours, (W, b), strict=True):
            assert found.shape == expected.shape
            assert np.abs(found).max() == pytest.approx(np.abs(expected).max(), rel=0.02)


@pytest.mark.parametrize("shape", [(6, 6), (9, 4), (4, 9), (1, 5), (5, 1), (1, 1)])
@pytest.mark.parametrize("gain", [1.0, 2.5])
def test_orthogonal_is_orthogonal(shape, gain):
    W = Orthogonal(gain).draw(rng(), shape)
    few = min(shape)
    product = W.T @ W if shape[0] >= shape[1] else W @ W.T
    np.testing.assert_allclose(product, gain**2 * np.eye(few), atol=1e-13)


def test_orthogonal_is_uniform():
    # Of all rotations and reflections of the plane: every angle alike, half of them reflections.
    one = rng()
    Q = np.array([Orthogonal().draw(one, (2, 2)) for _ in range(4000)])
    error = 5 / 4000**0.5
    np.testing.assert_allclose(Q.mean(axis=0), np.zeros((2, 2)), atol=error)
    np.testing.assert_allclose((Q**2).mean(axis=0), np.full((2, 2), 0.5), atol=error)
    assert abs(np.linalg.det(Q).mean()) < error


def test_orthogonal_needs_two_axes():
    with pytest.raises(ValueError, match="draw biases with another initializer"):
        draw("orthogonal", (5,))


@pytest.mark.parametrize("bad", [0, None, np.random.RandomState(0), np.random])
def test_rng_is_a_generator(bad):
    with pytest.raises(TypeError, match=r"possible: a numpy\.random\.Generator"):
        INITIALIZERS["zeros"].draw(bad, (2,))


@pytest.mark.parametrize(
    ("shape", "error", "message"),
    [
        ((), ValueError, r"shape is \(\); possible"),
        ((2, 3, 4), ValueError, r"shape is \(2, 3, 4\); possible"),
        ((0, 3), ValueError, "a length in shape is 0"),
        ((-1,), ValueError, "a length in shape is -1"),
        ((2.0, 3), TypeError, "a length in shape is 2.0, a float"),
    ],
)
def test_bad_shapes_are_refused(shape, error, message):
    for name in NAMES:
        with pytest.raises(error, match=message):
            draw(name, shape)


def test_bad_fans_are_refused():
    with pytest.raises(ValueError, match="a number in fans is 0"):
        INITIALIZERS["he_normal"].draw(rng(), (3,), fans=(0, 3))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Constant(np.nan), "value is nan"),
        (lambda: RandomUniform(1, 0), "high is 0; possible: at least low, which is 1"),
        (lambda: RandomUniform(-np.inf, 0), "low is -inf"),
        (lambda: RandomNormal(np.inf), "mean is inf"),
        (lambda: RandomNormal(0, -1), "stddev is -1"),
        (lambda: TruncatedNormal(0, 0), "stddev is 0"),
        (lambda: VarianceScaling(0.0), "scale is 0.0"),
        (lambda: VarianceScaling(1.0, "fan"), "mode is 'fan'; possible: fan_in, fan_out, fan_avg"),
        (lambda: VarianceScaling(1.0, "fan_in", "cauchy"), "distribution is 'cauchy'"),
        (lambda: Orthogonal(np.nan), "gain is nan"),
    ],
)
def test_bad_hyper_parameters_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_unknown_name():
    with pytest.raises(ValueError, match=r"unknown initializer .glorot.: .*glorot_uniform"):
        INITIALIZERS["glorot"]
