"""Every kind of layer: what it computes, its gradient, and agreement of the engines."""

import dataclasses

import numpy as np
import pytest

from chainrule.architecture import Architecture, Program, TrainingState
from chainrule.engines import get_engine
from chainrule.engines.protocol import Data, TrainingLog
from chainrule.engines.rules import RULES
from chainrule.layers import (
    Activation,
    BatchNormalization,
    Dense,
    Dropout,
    Flatten,
    GaussianNoise,
    LayerNormalization,
    Normalization,
    PReLU,
    Rescaling,
)
from chainrule.optimizers import SGD, Adam

STACKS = {
    "activation": (Dense(9), Activation("tanh"), Dense(2)),
    "alpha": (Dense(9), Activation("leaky_relu", 0.1), Dense(3), Activation("elu", 0.5)),
    "prelu": (
        PReLU(alpha_l2=0.01),
        Dense(9),
        PReLU(alpha_l1=0.01, alpha_l2=0.02),
        Dense(20),
        PReLU(trainable=False),
        Dense(2),
        PReLU(),
    ),
    "dropout": (Dropout(0.2), Dense(17, "tanh"), Dropout(0.5), Dense(2)),
    "gaussian noise": (GaussianNoise(0.5), Dense(17, "tanh"), GaussianNoise(0.1), Dense(2)),
    "normalisation": (
        Normalization((0.5, -1.0, 2.0, 3.0, 0.1), (0.1, 1.0, 2.0, 3.0, 0.5)),
        Dense(9, "tanh"),
        Normalization(0.5, 4.0),
    ),
    "batch normalisation": (Dense(9, use_bias=False), BatchNormalization(), Dense(2, "tanh")),
    "batch normalisation first": (BatchNormalization(0.9), Dense(18, "relu"), Dense(2)),
    "batch normalisation last": (Dense(3, "tanh"), BatchNormalization(0.5, 1e-2)),
    "batch normalisation, no gamma": (Dense(9), BatchNormalization(scale=False), Dense(2)),
    "layer normalisation, no beta": (Dense(9), LayerNormalization(center=False), Dense(2)),
    "layer normalisation": (Dense(9), LayerNormalization(), Activation("silu"), Dense(2)),
    "layer normalisation first": (LayerNormalization(1e-2), Dense(3)),
    "rescaling": (Rescaling((0.5, 1.0, 2.0, 3.0, 0.1), 1.0), Dense(9, "tanh"), Rescaling(2.0)),
    "flatten": (Dense(9, "tanh"), Flatten(), Dense(2)),
    "regularisers": (
        Dense(9, "tanh", kernel_l1=0.01, kernel_l2=0.02, bias_l2=0.03),
        Dense(2, kernel_l2=0.1, bias_l1=0.05),
    ),
    "regularisers of normalisation": (
        Dense(9, "tanh"),
        BatchNormalization(gamma_l1=0.02, gamma_l2=0.03, beta_l2=0.1),
        Dense(6, "tanh"),
        LayerNormalization(gamma_l2=0.05, beta_l1=0.02, beta_l2=0.1),
        LayerNormalization(scale=False, gamma_l2=9.0),
        Dense(2),
    ),
    "frozen": (
        Dense(9, "tanh", trainable=False),
        BatchNormalization(trainable=False),
        Dense(2),
    ),
    "all": (
        Rescaling(0.5),
        Dense(20, kernel_l2=0.01),
        BatchNormalization(),
        Activation("relu"),
        Dropout(0.25),
        Dense(7, "gelu"),
        LayerNormalization(),
        Dense(4, "softmax"),
    ),
}


def program_of(name, **options):
    loss = "categorical_crossentropy" if name == "all" else "mean_squared_error"
    return Program(Architecture(5, STACKS[name]), loss, **options)


def test_every_kind_of_layer_has_its_gradient_checked():
    """It stands behind parameters, whose gradient comes through it, and its own are trained."""
    checked = set()
    for layers in STACKS.values():
        architecture = Architecture(5, layers)
        trained = [any(p.parameter.trainable for p in own) for own in architecture.places]
        for i, layer in enumerate(layers):
            if any(trained[:i]) and (trained[i] or not architecture.places[i]):
                checked.add(type(layer))
    assert checked == set(RULES)


@pytest.mark.parametrize("name", list(STACKS))
def test_gradient_is_the_slope(name, rng, make_problem):
    program = program_of(name)
    theta, X, Y = make_problem(rng, program, 7)
    data, engine = Data(X, Y, rng.uniform(0.5, 2, size=7)), get_engine("numpy")
    _, gradient = engine.value_and_gradient(program, theta, data, key=5, step=3)
    slopes = np.zeros_like(theta)
    for part in program.architecture.trainable:
        for i in range(part.start, part.stop):
            up, down = theta.copy(), theta.copy()
            up[i] += 1e-6
            down[i] -= 1e-6
            high, _ = engine.value_and_gradient(program, up, data, key=5, step=3)
            low, _ = engine.value_and_gradient(program, down, data, key=5, step=3)
            slopes[i] = (high - low) / (up[i] - down[i])
    np.testing.assert_allclose(gradient, slopes, rtol=1e-6, atol=2e-9)
    assert np.abs(gradient).max() > 1e-3


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("batch_size", [4, 70, 200])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", list(STACKS))
def test_engines_agree(
    name, dtype, batch_size, weighted, fast_engine, reference, rng, make_problem
):
    program = program_of(name, optimizer=SGD(0.05, momentum=0.5))
    theta, X, Y = make_problem(rng, program, 150, dtype)
    data = Data(X, Y, rng.uniform(0.5, 2, size=150).astype(dtype) if weighted else None)
    close = {"rtol": 1e-10, "atol": 1e-13} if dtype == np.float64 else {"rtol": 1e-4, "atol": 1e-5}
    np.testing.assert_allclose(
        fast_engine.forward(program.architecture, theta, X),
        reference.forward(program.architecture, theta, X),
        **close,
    )
    found, expected = (
        engine.value_and_gradient(program, theta, data, key=7, step=2)
        for engine in (fast_engine, reference)
    )
    np.testing.assert_allclose(found[0], expected[0], **close)
    np.testing.assert_allclose(found[1], expected[1], **close)
    ends = []
    for engine in (fast_engine, reference):
        trained, log = theta.copy(), TrainingLog.empty(3)
        state = TrainingState.fresh(program, dtype, key=2**40 + 3)
        order = np.array([np.roll(np.arange(150), shift) for shift in range(3)])
        engine.train(
            *(program, trained, state, data, order),
            batch_size=batch_size,
            log=log,
            validation=data,
        )
        ends.append((trained, state.slots, log.loss, log.validation_loss))
    for one, other in zip(*ends, strict=True):
        np.testing.assert_allclose(one, other, **close)
    assert not np.array_equal(ends[0][0], theta)


def test_frozen_numbers_stay_bit_for_bit(engine, rng, make_problem):
    program = program_of("frozen", optimizer=Adam(0.1, weight_decay=0.1))
    theta, X, Y = make_problem(rng, program, 20)
    before = theta.copy()
    state = TrainingState.fresh(program, theta.dtype)
    log = TrainingLog.empty(3)
    engine.train(program, theta, state, Data(X, Y), None, batch_size=7, log=log)
    trainable = np.zeros(len(theta), dtype=bool)
    for part in program.architecture.trainable:
        trainable[part] = True
    np.testing.assert_array_equal(theta[~trainable], before[~trainable])
    assert (theta[trainable] != before[trainable]).all()


@pytest.mark.parametrize("kind", [BatchNormalization, LayerNormalization])
@pytest.mark.parametrize("held", [("gamma",), ("beta",), ("gamma", "beta")], ids=" and ".join)
@pytest.mark.parametrize("batch_size", [7, 20])
def test_without_center_or_scale_the_numbers_are_held(
    held, kind, batch_size, engine, rng, make_problem
):
    layer = kind(scale="gamma" not in held, center="beta" not in held)
    net = Architecture(5, (Dense(9, "tanh"), layer, Dense(2)))
    optimizer = Adam(0.1, weight_decay=0.1, global_clip_norm=1.0, ema_momentum=0.5)
    program = Program(net, "mean_squared_error", optimizer)
    theta, X, Y = make_problem(rng, program, 20)
    before = net.views(theta.copy())[1]
    state = TrainingState.fresh(program, theta.dtype)
    log = TrainingLog.empty(3)
    engine.train(program, theta, state, Data(X, Y), None, batch_size=batch_size, log=log)
    after = net.views(theta)[1]
    for name in ("gamma", "beta"):
        assert (after[name] == before[name]).all() == (name in held)
        assert (after[name] != before[name]).all() == (name not in held)


def test_max_norm_limits_the_weights_into_each_unit(engine, rng, make_problem):
    layers = (Dense(9, "tanh", max_norm=0.5), Dense(2, max_norm=0.25))
    program = Program(Architecture(5, layers), "mean_squared_error", SGD(0.5))
    theta, X, Y = make_problem(rng, program, 20)
    state = TrainingState.fresh(program, theta.dtype)
    log = TrainingLog.empty(2)
    engine.train(program, theta, state, Data(X, Y), None, batch_size=5, log=log)
    for limit, p in zip((0.5, 0.25), program.architecture.views(theta), strict=True):
        norms = np.linalg.norm(p["W"], axis=0)
        assert (norms <= limit).all()
        assert norms.max() > 0.8 * limit


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_prelu_by_hand(dtype, engine):
    """At the kink the slope is alpha, and what is not negative has no part in that of alpha."""
    net = Architecture(3, (Dense(3, use_bias=False), PReLU()))
    program = Program(net, "sum_of_squared_errors")
    theta = np.concatenate([np.eye(3).ravel(), [0.5, 0.25, 2.0]]).astype(dtype)
    X = np.array([[-2.0, 0.0, 3.0], [4.0, 1.0, -1.0]], dtype=dtype)
    A = [[-1, 0, 3], [4, 1, -2]]
    np.testing.assert_array_equal(engine.forward(net, theta, X), A)
    data = Data(X, np.array(A, dtype=dtype) - 1)  # so that dL/dA is 2 everywhere
    value, gradient = engine.value_and_gradient(program, theta, data)
    assert value == 6
    found = net.views(gradient)
    np.testing.assert_array_equal(found[1]["alpha"], [-4, 0, -2])
    D_ = np.array([[1, 0.5, 2], [2, 2, 4]])  # 2 times the slopes alpha, alpha, 1 and 1, 1, alpha
    np.testing.assert_array_equal(found[0]["W"], X.T @ D_)


def test_prelu_of_a_long_row(fast_engine, reference, rng, make_problem):
    """Rows of 256 numbers lie a line further apart than they are long; 300 rows are some panels."""
    net = Architecture(256, (PReLU(), Dense(512), PReLU("ones"), Dense(2)))
    program = Program(net, "mean_squared_error", SGD(0.05))
    for dtype, close in ((np.float64, 1e-10), (np.float32, 1e-4)):
        theta, X, Y = make_problem(rng, program, 300, dtype)
        found, expected = (
            engine.value_and_gradient(program, theta, Data(X, Y))[1]
            for engine in (fast_engine, reference)
        )
        np.testing.assert_allclose(found, expected, rtol=close, atol=close / 100)


def test_batch_normalisation_by_hand(engine):
    net = Architecture(1, (BatchNormalization(momentum=0.9, epsilon=0.0),))
    program = Program(net, "mean_squared_error", SGD(1e-12))
    theta = np.array([2.0, 1.0, 0.0, 1.0])  # gamma, beta, moving mean and variance
    X = np.array([[1.0], [3.0]])
    # In use x^ = x; in training the mean is 2 and the variance 1, so x^ = -1 and 1.
    np.testing.assert_allclose(engine.forward(net, theta, X), [[3.0], [7.0]])
    data = Data(X, np.array([[-1.0], [3.0]]))
    assert engine.value_and_gradient(program, theta, data)[0] == pytest.approx(0, abs=1e-20)
    state = TrainingState.fresh(program, theta.dtype)
    log = TrainingLog.empty(1)
    engine.train(program, theta, state, data, None, batch_size=2, log=log)
    np.testing.assert_allclose(theta[2:], [0.2, 1.0], rtol=1e-12)


def test_dropout_keeps_the_mean_and_drops_its_share(engine):
    net = Architecture(1000, (Dropout(0.25), Dense(1, use_bias=False)))
    program = Program(net, "mean_absolute_error")
    X, Y = np.ones((1, 1000)), np.full((1, 1), -1e9)
    _, gradient = engine.value_and_gradient(program, np.ones(1000), Data(X, Y), key=1, step=1)
    assert set(np.unique(gradient)) == {0.0, 1 / 0.75}  # dL/dw is the input after dropout
    assert np.count_nonzero(gradient) == pytest.approx(750, abs=45)
    _, other = engine.value_and_gradient(program, np.ones(1000), Data(X, Y), key=1, step=2)
    assert not np.array_equal(gradient, other)
    np.testing.assert_allclose(engine.forward(net, np.ones(1000), X), [[1000.0]])


def noise_of(engine, n, key, step, dtype=np.float64, stddev=1.0):
    """The noise that is added to n zeros: dL/dw is the input of the weights after the noise."""
    net = Architecture(n, (GaussianNoise(stddev), Dense(1, use_bias=False)))
    data = Data(np.zeros((1, n), dtype), np.full((1, 1), -1e9, dtype))
    program = Program(net, "mean_absolute_error")
    return engine.value_and_gradient(program, np.zeros(n, dtype), data, key=key, step=step)[1]


def test_engines_draw_the_same_noise(fast_engine):
    found = noise_of(fast_engine, 100_000, key=2**40 + 3, step=7)
    expected = noise_of(get_engine("numpy"), 100_000, key=2**40 + 3, step=7)
    np.testing.assert_allclose(found, expected, rtol=2e-15, atol=0)
    found = noise_of(fast_engine, 999, 5, 7, np.float32, stddev=0.25)
    expected = noise_of(get_engine("numpy"), 999, 5, 7, np.float32, stddev=0.25)
    np.testing.assert_allclose(found, expected, rtol=2e-7, atol=0)


def test_noise_has_its_deviation_and_is_new_in_every_step_and_none_in_use(engine):
    noise = noise_of(engine, 100_000, key=1, step=1, stddev=0.5)
    assert noise.mean() == pytest.approx(0, abs=0.01)
    assert noise.std() == pytest.approx(0.5, rel=0.01)
    assert len(np.unique(noise)) > 99_000
    assert not np.array_equal(noise, noise_of(engine, 100_000, key=1, step=2, stddev=0.5))
    net = Architecture(3, (GaussianNoise(0.5), Dense(1, use_bias=False)))
    np.testing.assert_array_equal(engine.forward(net, np.ones(3), np.ones((1, 3))), [[3.0]])


def test_normalisation_takes_its_data_to_mean_0_and_variance_1(engine, rng):
    X = rng.normal(1e6, [[1.0, 0.5, 2.0]], size=(50, 3))
    X[:, 1] = 1 / 3  # no variance
    layer = Normalization.adapt(X)
    net = Architecture(3, (layer,))
    A = engine.forward(net, np.zeros(0), X)
    np.testing.assert_allclose(A.mean(axis=0), 0, atol=1e-9)
    np.testing.assert_allclose(A.std(axis=0), [1, 0, 1], rtol=1e-12)
    expected = (X - X.mean(axis=0))[:, [0, 2]] / X.std(axis=0)[[0, 2]]
    np.testing.assert_allclose(A[:, [0, 2]], expected, rtol=1e-8, atol=1e-9)


def test_normalisation_does_not_lose_small_differences_of_large_numbers(engine):
    """As X scale + offset the rounding of X / 3, some 0.03, would show."""
    net = Architecture(1, (Normalization(1e6, 9.0),))
    X = np.array([[1e6], [1e6 + 3], [1e6 - 1.5]], dtype=np.float32)
    A = engine.forward(net, np.zeros(0, dtype=np.float32), X)
    np.testing.assert_allclose(A, [[0], [1], [-0.5]], rtol=1e-6)


def test_sample_weights_count_as_repetitions(engine, rng, make_problem):
    program = dataclasses.replace(program_of("activation"), loss="sum_of_squared_errors")
    theta, X, Y = make_problem(rng, program, 4)
    weighted = Data(X, Y, np.array([1.0, 2.0, 0.0, 3.0]))
    rows = [0, 1, 1, 3, 3, 3]
    repeated = Data(X[rows], Y[rows])
    value, gradient = engine.value_and_gradient(program, theta, weighted)
    expected_value, expected = engine.value_and_gradient(program, theta, repeated)
    assert value == pytest.approx(expected_value, rel=1e-13)
    np.testing.assert_allclose(gradient, expected, rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize(
    ("output", "loss"),
    [
        ("softmax", "categorical_crossentropy"),
        ("softmax", "sparse_categorical_crossentropy"),
        ("linear", "categorical_crossentropy_from_logits"),
        ("linear", "sparse_categorical_crossentropy_from_logits"),
        ("sigmoid", "binary_crossentropy"),
        ("linear", "binary_crossentropy_from_logits"),
    ],
)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_huge_logits_give_the_log_sum_exp_result(output, loss, dtype, engine):
    """Logits of +-1e4 pass through one unit-weight layer: finite loss, exact gradient."""
    Z = np.array([[1e4, -1e4, 0.0], [-1e4, -1e4, -1e4], [1e4, 1e4, 1.0], [3.0, 1e4, -1e4]])
    classes = np.array([1, 0, 2, 1])
    net = Architecture(3, (Dense(3, output, use_bias=False),))
    program = Program(net, loss)
    one_hot = np.eye(3)[classes]
    Y = classes[:, None].astype(float) if "sparse" in loss else one_hot
    data = Data(Z.astype(dtype), Y.astype(dtype))
    theta = np.eye(3, dtype=dtype).ravel()
    value, gradient = engine.value_and_gradient(program, theta, data)

    if "binary" in loss:
        losses = (np.logaddexp(0, Z) - Z * one_hot).mean(axis=1)
        D_ = (np.exp(-np.logaddexp(0, -Z)) - one_hot) / 3
    else:
        log_sum = np.logaddexp.reduce(Z, axis=1, keepdims=True)
        losses = -(one_hot * (Z - log_sum)).sum(axis=1)
        D_ = np.exp(Z - log_sum) - one_hot
    close = 1e-13 if dtype == np.float64 else 1e-6
    assert value == pytest.approx(losses.mean(), rel=close)
    expected = (Z.T @ D_ / 4).ravel()
    np.testing.assert_allclose(gradient, expected, rtol=close, atol=close * 1e4)
