import dataclasses
import math

import numpy as np
import pytest

from chainrule.losses import LOSSES

EPSILON = 1e-7


# The loss of one sample by hand: plain Python over the outputs. Every row of the table is here.
def mean(values):
    values = list(values)
    return sum(values) / len(values)


def over(function):
    """Return the mean over outputs of a function of one output and its target."""
    return lambda a, y, *p: mean(function(ai, yi, *p) for ai, yi in zip(a, y, strict=True))


def sigmoid(z):
    return 1 / (1 + math.exp(-z))


def softmax(z):
    return [math.exp(zi) / sum(math.exp(zj) for zj in z) for zi in z]


def one_hot(y, n):
    return [float(j == int(y[0])) for j in range(n)]


def binary(a, y):
    return -y * math.log(a) - (1 - y) * math.log(1 - a)


def focal(a, y, gamma, alpha):
    weight = alpha * y + (1 - alpha) * (1 - y)
    return weight * (1 - (y * a + (1 - y) * (1 - a))) ** gamma * binary(a, y)


def categorical_focal(a, y, gamma, alpha):
    shares = [ai / sum(a) for ai in a]
    return -alpha * sum(
        yi * (1 - q) ** gamma * math.log(q) for q, yi in zip(shares, y, strict=True)
    )


def categorical(a, y):
    return -sum(yi * math.log(ai / sum(a)) for ai, yi in zip(a, y, strict=True))


def huber(a, y, delta):
    e = abs(a - y)
    return e**2 / 2 if e <= delta else delta * e - delta**2 / 2


def categorical_hinge(a, y):
    right = sum(yi * ai for ai, yi in zip(a, y, strict=True))
    wrong = max((1 - yi) * ai for ai, yi in zip(a, y, strict=True))
    return max(0.0, 1 + wrong - right)


def cosine(a, y):
    lengths = math.hypot(*a) * math.hypot(*y)
    return -sum(ai * yi for ai, yi in zip(a, y, strict=True)) / lengths


FORMULAS = {
    "sum_of_squared_errors": lambda a, y: sum((ai - yi) ** 2 for ai, yi in zip(a, y, strict=True)),
    "mean_squared_error": over(lambda a, y: (a - y) ** 2),
    "mean_absolute_error": over(lambda a, y: abs(a - y)),
    "huber": over(huber),
    "log_cosh": over(lambda a, y: math.log(math.cosh(a - y))),
    "binary_crossentropy": over(binary),
    "binary_crossentropy_from_logits": over(lambda z, y: binary(sigmoid(z), y)),
    "categorical_crossentropy": categorical,
    "categorical_crossentropy_from_logits": lambda z, y: categorical(softmax(z), y),
    "sparse_categorical_crossentropy": lambda a, y: categorical(a, one_hot(y, len(a))),
    "sparse_categorical_crossentropy_from_logits": lambda z, y: categorical(
        softmax(z), one_hot(y, len(z))
    ),
    "binary_focal_crossentropy": over(focal),
    "binary_focal_crossentropy_from_logits": over(lambda z, y, *p: focal(sigmoid(z), y, *p)),
    "hinge": over(lambda a, y: max(0.0, 1 - y * a)),
    "squared_hinge": over(lambda a, y: max(0.0, 1 - y * a) ** 2),
    "categorical_hinge": categorical_hinge,
    "kl_divergence": lambda a, y: sum(yi * math.log(yi / ai) for ai, yi in zip(a, y, strict=True)),
    "poisson": over(lambda a, y: a - y * math.log(a + EPSILON)),
    "cosine_similarity": cosine,
    "mean_absolute_percentage_error": over(lambda a, y: 100 * abs(a - y) / abs(y)),
    "mean_squared_logarithmic_error": over(lambda a, y: math.log((1 + a) / (1 + y)) ** 2),
    "categorical_focal_crossentropy": categorical_focal,
    "categorical_focal_crossentropy_from_logits": lambda z, y, *p: categorical_focal(
        softmax(z), y, *p
    ),
}

# What is not the default: the reduction "mean", no parameters, targets like the outputs.
REDUCTIONS = {"sum_of_squared_errors": "sum"}
FOCAL = [
    f"{kind}_focal_crossentropy{on}"
    for kind in ("binary", "categorical")
    for on in ("", "_from_logits")
]
PARAMETERS = {"huber": (1.0,), **dict.fromkeys(FOCAL, (2.0, 0.25))}
OTHER_PARAMETERS = {
    "huber": [(0.3,), (2.5,)],
    **{name: [(0.0, 0.5), (0.5, 0.9), (3.0, 0.1)] for name in FOCAL},
}
ON_LOGITS = {
    "binary_crossentropy": ("sigmoid", "binary_crossentropy_from_logits"),
    "binary_focal_crossentropy": ("sigmoid", "binary_focal_crossentropy_from_logits"),
    "categorical_crossentropy": ("softmax", "categorical_crossentropy_from_logits"),
    "categorical_focal_crossentropy": ("softmax", "categorical_focal_crossentropy_from_logits"),
    "sparse_categorical_crossentropy": (
        "softmax",
        "sparse_categorical_crossentropy_from_logits",
    ),
}
SPARSE = {"sparse_categorical_crossentropy", "sparse_categorical_crossentropy_from_logits"}
SIGNED = {"hinge", "squared_hinge"}
SCORES = {"mean_absolute_error", "huber", "log_cosh", *SIGNED, "categorical_hinge"}

NAMES = list(LOSSES)
LOGITS = [name for name in NAMES if name.endswith("_from_logits")]
DTYPES = [np.float32, np.float64]
CASES = [(name, PARAMETERS.get(name, ())) for name in NAMES] + [
    (name, p) for name, others in OTHER_PARAMETERS.items() for p in others
]


def draw(rng, name, dtype=np.float64, samples=7, outputs=3):
    """Draw outputs and targets of this loss, away from its kinks and clips."""
    A = rng.uniform(0.05, 0.95, (samples, outputs))
    if name in SCORES or name in LOGITS:
        A = rng.normal(0, 2, (samples, outputs))
    Y = rng.uniform(0.05, 0.95, (samples, outputs))
    if name in SIGNED:
        Y = rng.choice([-1.0, 1.0], (samples, outputs))
    if name in SPARSE:
        Y = rng.integers(0, outputs, (samples, 1))
    return A.astype(dtype), Y.astype(dtype)


def slopes(function, A, eps=1e-6):
    """Return the gradient (N, H) of a function with values (N,), by central differences."""
    found = np.empty_like(A)
    for place in np.ndindex(A.shape):
        up, down = A.copy(), A.copy()
        up[place] += eps
        down[place] -= eps
        found[place] = (function(up)[place[0]] - function(down)[place[0]]) / (2 * eps)
    return found


def test_every_row_is_tested():
    assert set(FORMULAS) == set(LOSSES)
    assert list(FORMULAS)[:5] == NAMES[:5]


@pytest.mark.parametrize("name", NAMES)
def test_a_row_is_complete_and_cannot_change(name):
    row = LOSSES[name]
    assert row.name == name
    assert row.reduction == REDUCTIONS.get(name, "mean")
    assert row.parameters == PARAMETERS.get(name, ())
    assert dict(row.on_logits) == dict([ON_LOGITS[name]] if name in ON_LOGITS else [])
    assert row.sparse == (name in SPARSE)
    assert isinstance(hash(row), int)
    with pytest.raises(dataclasses.FrozenInstanceError):
        row.name = "other"


@pytest.mark.parametrize("name", list(ON_LOGITS))
def test_the_row_on_logits_takes_the_same_targets_and_parameters(name):
    row, fused = LOSSES[name], LOSSES[ON_LOGITS[name][1]]
    assert (fused.parameters, fused.reduction) == (row.parameters, row.reduction)
    assert fused.sparse == row.sparse


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("outputs", [1, 2, 3, 10])
@pytest.mark.parametrize(("name", "parameters"), CASES)
def test_per_sample(name, parameters, outputs, dtype, rng):
    A, Y = draw(rng, name, dtype, outputs=outputs)
    losses = LOSSES[name].per_sample(A, Y, *parameters)
    assert losses.dtype == dtype
    expected = [
        FORMULAS[name](a, y, *parameters) for a, y in zip(A.tolist(), Y.tolist(), strict=True)
    ]
    tolerance = 64 * np.finfo(dtype).eps
    if outputs == 1 and name.endswith(
        ("categorical_crossentropy", "categorical_focal_crossentropy")
    ):
        tolerance += EPSILON  # the only probability is 1, and is clipped
    np.testing.assert_allclose(losses, expected, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("outputs", [1, 2, 5])
@pytest.mark.parametrize(("name", "parameters"), CASES)
def test_gradient_is_the_slope(name, parameters, outputs, rng):
    row = LOSSES[name]
    A, Y = draw(rng, name, outputs=outputs)
    expected = slopes(lambda moved: row.per_sample(moved, Y, *parameters), A)
    gradient = row.gradient(A, Y, *parameters)
    np.testing.assert_allclose(gradient, expected, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("name", list(ON_LOGITS))
def test_on_logits_is_the_chain_of_activation_and_loss(name, rng):
    row, fused = LOSSES[name], LOSSES[ON_LOGITS[name][1]]
    Z, Y = draw(rng, fused.name)
    p = row.parameters
    if ON_LOGITS[name][0] == "sigmoid":
        A = 1 / (1 + np.exp(-Z))
        chained = row.gradient(A, Y, *p) * A * (1 - A)
    else:
        A = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
        dA = row.gradient(A, Y, *p)
        chained = A * (dA - np.sum(A * dA, axis=1, keepdims=True))
    np.testing.assert_allclose(fused.per_sample(Z, Y, *p), row.per_sample(A, Y, *p), rtol=1e-12)
    np.testing.assert_allclose(fused.gradient(Z, Y, *p), chained, rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", NAMES)
def test_gradient_keeps_shape_and_dtype(name, dtype, rng):
    A, Y = draw(rng, name, dtype)
    row = LOSSES[name]
    gradient = row.gradient(A, Y, *row.parameters)
    assert gradient.shape == A.shape
    assert gradient.dtype == dtype


@pytest.mark.parametrize("name", NAMES)
def test_inputs_are_only_read(name, rng):
    A, Y = draw(rng, name)
    A.flags.writeable = Y.flags.writeable = False
    row, before = LOSSES[name], (A.copy(), Y.copy())
    row.per_sample(A, Y, *row.parameters)
    row.gradient(A, Y, *row.parameters)
    np.testing.assert_array_equal(A, before[0])
    np.testing.assert_array_equal(Y, before[1])


@pytest.mark.parametrize("name", NAMES)
def test_how_samples_are_put_together(name):
    row = LOSSES[name]
    for n in (1, 2, 10):
        assert row.scale(n) == (1 if row.reduction == "sum" else 1 / n)


@pytest.mark.parametrize("name", sorted(SPARSE))
def test_sparse_is_categorical_with_one_hot_targets(name, rng):
    row, dense = LOSSES[name], LOSSES[name.removeprefix("sparse_")]
    A, Y = draw(rng, name, outputs=4)
    ones = np.eye(4)[Y[:, 0].astype(int)]
    np.testing.assert_array_equal(row.per_sample(A, Y), dense.per_sample(A, ones))
    np.testing.assert_array_equal(row.gradient(A, Y), dense.gradient(A, ones))


BY_HAND = {
    "sum_of_squared_errors": ([1, 2], [0, 4], (), 5, [2, -4]),
    "mean_squared_error": ([1, 2], [0, 4], (), 2.5, [1, -2]),
    "mean_absolute_error": ([1, 2], [1, 4], (), 1, [0, -0.5]),
    "huber": ([1, 5], [0, 0], (2.0,), (0.5 + 8) / 2, [0.5, 1]),
    "log_cosh": ([math.log(2), 0], [0, 0], (), math.log(1.25) / 2, [0.3, 0]),
    "binary_crossentropy": ([0.5, 0.25], [1, 0], (), math.log(8 / 3) / 2, [-1, 2 / 3]),
    "binary_crossentropy_from_logits": ([0, 0], [1, 0], (), math.log(2), [-0.25, 0.25]),
    # q = 1/4, 3/4; g = 0, -4/3; sum(g q) = -1; (g + 1) / 4
    "categorical_crossentropy": ([1, 3], [0, 1], (), math.log(4 / 3), [0.25, -1 / 12]),
    "categorical_crossentropy_from_logits": (
        *([0, math.log(3)], [0, 1], (), math.log(4 / 3)),
        [0.25, -0.25],
    ),
    "sparse_categorical_crossentropy": ([1, 3], [1], (), math.log(4 / 3), [0.25, -1 / 12]),
    "sparse_categorical_crossentropy_from_logits": (
        *([0, math.log(3)], [1], (), math.log(4 / 3)),
        [0.25, -0.25],
    ),
    # 1/4 (1/2)^2 log 2;  1/4 (2 (1/2) (-1) log 2 + (1/2)^2 (-2))
    "binary_focal_crossentropy": (
        *([0.5], [1], (2.0, 0.25), math.log(2) / 16),
        [-(math.log(2) + 0.5) / 4],
    ),
    "binary_focal_crossentropy_from_logits": (
        *([0], [1], (2.0, 0.25), math.log(2) / 16),
        [-(math.log(2) + 0.5) / 16],
    ),
    "hinge": ([0.5, 2], [-1, 1], (), 0.75, [0.5, 0]),
    "squared_hinge": ([0.5, 2], [-1, 1], (), 1.125, [1.5, 0]),
    "categorical_hinge": ([1, 3, 2], [0, 0, 1], (), 2, [0, 1, -1]),
    "kl_divergence": ([0.25, 0.75], [0.5, 0.5], (), math.log(4 / 3) / 2, [-2, -2 / 3]),
    "poisson": ([1 - EPSILON, 2], [3, 0], (), 1.5 - EPSILON / 2, [-1, 0.5]),
    "cosine_similarity": ([0, 2], [3, 4], (), -0.8, [-0.3, 0]),
    "mean_absolute_percentage_error": ([1, 4], [2, 4], (), 25, [-25, 0]),
    "mean_squared_logarithmic_error": (
        *([1, -1], [3, 3], (), (math.log(2) ** 2 + math.log(4 / (1 + EPSILON)) ** 2) / 2),
        [-math.log(2) / 2, 0],
    ),
    # q = 1/4, 3/4; g = 0, 1/4 (2/4 log 3/4 - (1/4)^2 4/3); sum(g q) = 3/4 g; / 4
    "categorical_focal_crossentropy": (
        *([1, 3], [0, 1], (2.0, 0.25), math.log(4 / 3) / 64),
        [(math.log(4 / 3) / 2 + 1 / 12) * 3 / 64, -(math.log(4 / 3) / 2 + 1 / 12) / 64],
    ),
    "categorical_focal_crossentropy_from_logits": (
        *([0, math.log(3)], [0, 1], (2.0, 0.25), math.log(4 / 3) / 64),
        [
            3 / 64 * (math.log(4 / 3) / 2 + 1 / 12),
            -3 / 64 * (math.log(4 / 3) / 2 + 1 / 12),
        ],
    ),
}


@pytest.mark.parametrize("name", NAMES)
def test_by_hand(name):
    a, y, parameters, value, gradient = BY_HAND[name]
    A, Y = np.array([a], dtype=float), np.array([y], dtype=float)
    row = LOSSES[name]
    np.testing.assert_allclose(row.per_sample(A, Y, *parameters), [value], rtol=1e-14)
    found = row.gradient(A, Y, *parameters)
    np.testing.assert_allclose(found, [gradient], rtol=1e-14, atol=1e-16)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("size", [0, 1e-30, 1e4])
@pytest.mark.parametrize(("name", "parameters"), CASES)
def test_extremes_are_finite(name, parameters, size, dtype):
    """No overflow, no NaN and no warning at outputs of this size, whatever the targets."""
    pairs = [(s * size, y) for s in (-1, 0, 1) for y in ((-1, 1) if name in SIGNED else (0, 1))]
    pairs = [(a, y) for a, y in pairs if name != "poisson" or a >= 0]
    A, Y = (np.array(column, dtype=dtype)[:, None] for column in zip(*pairs, strict=True))
    one = np.ones_like(A)
    if name.endswith(("categorical_crossentropy", "categorical_focal_crossentropy")):
        A = np.hstack([np.abs(A), one])  # a sum of 0 is no probability
    else:
        A = np.hstack([A, one])
    Y = Y if name in SPARSE else np.hstack([Y, one])
    row = LOSSES[name]
    losses, gradient = row.per_sample(A, Y, *parameters), row.gradient(A, Y, *parameters)
    assert np.isfinite(losses).all()
    assert np.isfinite(gradient).all()
    assert (losses.dtype, gradient.dtype) == (dtype, dtype)


@pytest.mark.parametrize("name", NAMES)
def test_nan_is_not_hidden(name, rng):
    A, Y = draw(rng, name, samples=2)
    A[0, 0] = np.nan
    if not LOSSES[name].sparse:
        Y[0, 0] = 1
    else:
        Y[0, 0] = 0
    row = LOSSES[name]
    losses, gradient = row.per_sample(A, Y, *row.parameters), row.gradient(A, Y, *row.parameters)
    assert np.isnan(losses).tolist() == [True, False]
    if "hinge" not in name or name == "squared_hinge":  # those have constants as gradients
        assert np.isnan(gradient[0, 0])
    assert not np.isnan(gradient[1]).any()


def test_which_losses_take_class_numbers_and_which_a_yes_or_no_in_each_column():
    sparse = {name for name, row in LOSSES.items() if row.sparse}
    binary = {name for name, row in LOSSES.items() if row.binary}
    crossentropies = {"sparse_categorical_crossentropy", "binary_crossentropy"}
    both = crossentropies | {"binary_focal_crossentropy"}
    assert sparse | binary == both | {f"{name}_from_logits" for name in both}
    assert sparse & binary == set()
    assert all("sparse" in name for name in sparse)
