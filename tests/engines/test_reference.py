import dataclasses
import math
from itertools import pairwise

import numpy as np
import pytest

from chainrule.activations import ACTIVATIONS
from chainrule.architecture import Architecture, Program, TrainingState
from chainrule.description import described
from chainrule.engines import get_engine
from chainrule.engines.protocol import Data, TrainingLog
from chainrule.layers import Dense
from chainrule.losses import LOSSES
from chainrule.optimizers import OPTIMIZERS, SGD

BATCHES = [1, 2, 3, 7]


@pytest.fixture
def engine():
    return get_engine("numpy")


def chain(*widths, activation="sigmoid", use_bias=True, loss="sum_of_squared_errors"):
    layers = tuple(Dense(width, activation, use_bias) for width in widths[1:])
    return Program(Architecture(widths[0], layers), loss)


def central_differences(engine, program, theta, X, Y, eps=1e-6):
    slopes = np.empty_like(theta)
    for i in range(len(theta)):
        up, down = theta.copy(), theta.copy()
        up[i] += eps
        down[i] -= eps
        rise = engine.evaluate(program, up, Data(X, Y)) - engine.evaluate(program, down, Data(X, Y))
        slopes[i] = rise / (up[i] - down[i])
    return slopes


@pytest.mark.parametrize("samples", BATCHES)
@pytest.mark.parametrize("use_bias", [True, False])
@pytest.mark.parametrize("loss", list(LOSSES))
@pytest.mark.parametrize("activation", list(ACTIVATIONS))
def test_gradient_is_the_slope(
    activation, loss, use_bias, samples, engine, rng, make_problem, suited
):
    program = suited(loss, (3, 5, 4, 3), activation, use_bias)
    theta, X, Y = make_problem(rng, program, samples)
    if activation.endswith("_shrink"):  # of small numbers nothing comes through
        theta *= 4
    value, gradient = engine.value_and_gradient(program, theta, Data(X, Y))
    assert value == engine.evaluate(program, theta, Data(X, Y))
    expected = central_differences(engine, program, theta, X, Y)
    size = np.abs(expected).max()  # exponential layers make large losses, differences of which
    np.testing.assert_allclose(gradient, expected, rtol=1e-6, atol=1e-8 + 1e-9 * size)
    assert size > 1e-4


def test_gradient_of_mixed_layers(engine, rng, make_problem):
    layers = (Dense(4, "sigmoid"), Dense(3, "linear", use_bias=False), Dense(2, "sigmoid"))
    program = Program(Architecture(3, layers))
    theta, X, Y = make_problem(rng, program, 5)
    _, gradient = engine.value_and_gradient(program, theta, Data(X, Y))
    expected = central_differences(engine, program, theta, X, Y)
    np.testing.assert_allclose(gradient, expected, rtol=1e-6, atol=1e-8)


def by_hand(program, theta, x):
    """One sample through the network, number by number."""
    numbers = iter(theta.tolist())
    a = x.tolist()
    for layer in program.architecture.layers:
        z = [0.0] * layer.units
        for ai in a:
            for j in range(layer.units):
                z[j] += ai * next(numbers)
        if layer.use_bias:
            z = [zj + next(numbers) for zj in z]
        a = [1 / (1 + math.exp(-zj)) for zj in z] if layer.activation == "sigmoid" else z
    return a


@pytest.mark.parametrize("use_bias", [True, False])
@pytest.mark.parametrize("activation", ["linear", "sigmoid"])
def test_forward_and_loss_number_by_number(activation, use_bias, engine, rng, make_problem):
    program = chain(3, 4, 2, activation=activation, use_bias=use_bias)
    theta, X, Y = make_problem(rng, program, 6)
    expected = [by_hand(program, theta, x) for x in X]
    np.testing.assert_allclose(engine.forward(program.architecture, theta, X), expected, rtol=1e-12)
    loss = sum(
        (a - y) ** 2
        for A, row in zip(expected, Y, strict=True)
        for a, y in zip(A, row, strict=True)
    )
    assert engine.evaluate(program, theta, Data(X, Y)) == pytest.approx(loss, rel=1e-12)


def test_float32_stays_float32(engine, rng, make_problem):
    program = chain(3, 4, 2)
    theta, X, Y = make_problem(rng, program, 5, np.float32)
    exact = [array.astype(np.float64) for array in (theta, X, Y)]
    A = engine.forward(program.architecture, theta, X)
    value, gradient = engine.value_and_gradient(program, theta, Data(X, Y))
    assert A.dtype == gradient.dtype == np.float32
    assert type(value) is float
    exact_value, exact_gradient = engine.value_and_gradient(program, exact[0], Data(*exact[1:]))
    assert value == pytest.approx(exact_value, rel=1e-5)
    np.testing.assert_allclose(gradient, exact_gradient, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("batch_size", [1, 2, 3, 5, 9])
@pytest.mark.parametrize("shuffled", [False, True])
@pytest.mark.parametrize("optimizer", list(OPTIMIZERS))
def test_train_is_a_step_a_batch(optimizer, shuffled, batch_size, engine, rng, make_problem):
    program = dataclasses.replace(
        chain(3, 4, 2), optimizer=OPTIMIZERS[optimizer](learning_rate=0.05)
    )
    theta, X, Y = make_problem(rng, program, 5)
    _, X_new, Y_new = make_problem(rng, program, 4)
    order = rng.permuted(np.tile(np.arange(5), (3, 1)), axis=1) if shuffled else None

    expected = theta.copy()
    slots = TrainingState.fresh(program, theta.dtype).slots
    losses, validation_losses, t = [], [], 0
    for epoch in range(3):
        rows = list(range(5)) if order is None else order[epoch].tolist()
        met = 0.0
        for start, stop in pairwise([*range(0, 5, batch_size), 5]):
            batch = rows[start:stop]
            value, gradient = engine.value_and_gradient(program, expected, Data(X[batch], Y[batch]))
            t += 1
            program.optimizer.step(expected, gradient, slots, t, program.architecture.trainable)
            met += value
        losses.append(met)
        validation_losses.append(engine.evaluate(program, expected, Data(X_new, Y_new)))

    state, log = TrainingState.fresh(program, theta.dtype), TrainingLog.empty(3)
    engine.train(
        *(program, theta, state, Data(X, Y), order),
        batch_size=batch_size,
        log=log,
        validation=Data(X_new, Y_new),
    )
    np.testing.assert_allclose(theta, expected, rtol=1e-14)
    np.testing.assert_allclose(state.slots, slots, rtol=1e-14)
    np.testing.assert_allclose(log.loss, losses, rtol=1e-14)
    np.testing.assert_allclose(log.validation_loss, validation_losses, rtol=1e-14)
    assert (state.step, log.epochs_done) == (t, 3)


def test_without_validation_data_the_log_says_nan(engine, rng, make_problem):
    program = chain(2, 1)
    theta, X, Y = make_problem(rng, program, 3)
    log = TrainingLog.empty(2)
    state = TrainingState.fresh(program, theta.dtype)
    engine.train(program, theta, state, Data(X, Y), None, batch_size=1, log=log)
    assert np.isnan(log.validation_loss).all()


def test_data_is_only_read(engine, rng, make_problem):
    program = chain(3, 4, 2, activation="linear")
    theta, X, Y = make_problem(rng, program, 5)
    X.flags.writeable = Y.flags.writeable = False
    state, log = TrainingState.fresh(program, theta.dtype), TrainingLog.empty(2)
    engine.train(
        program, theta, state, Data(X, Y), None, batch_size=2, log=log, validation=Data(X, Y)
    )
    theta.flags.writeable = False
    engine.value_and_gradient(program, theta, Data(X, Y))
    engine.forward(program.architecture, theta, X)
    assert log.epochs_done == 2


@described
class Breaking(SGD):
    """Gradient descent that is interrupted at its eighth step."""

    def step(self, theta, gradient, slots, t, blocks=()):
        if t == 8:
            raise KeyboardInterrupt
        super().step(theta, gradient, slots, t, blocks)


def test_an_interrupted_run_leaves_theta_state_and_log_valid(engine, rng, make_problem):
    program = dataclasses.replace(chain(3, 4, 2), optimizer=Breaking(0.05))
    theta, X, Y = make_problem(rng, program, 3)
    start = theta.copy()
    state, log = TrainingState.fresh(program, theta.dtype), TrainingLog.empty(10)
    with pytest.raises(KeyboardInterrupt):
        engine.train(program, theta, state, Data(X, Y), None, batch_size=1, log=log)
    assert log.epochs_done == 2
    assert np.isfinite(log.loss[:2]).all()
    assert np.isnan(log.loss[2:]).all()
    plain = dataclasses.replace(program, optimizer=SGD(0.05))
    rows = np.array([[0, 1, 2], [0, 1, 2], [0, 0, 0]])
    for row in [*rows[0], *rows[1], 0]:
        _, gradient = engine.value_and_gradient(plain, start, Data(X[[row]], Y[[row]]))
        start -= 0.05 * gradient
    np.testing.assert_array_equal(theta, start)
