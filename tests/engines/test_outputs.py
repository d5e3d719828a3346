"""The outputs of training: what the network gave for each sample as it was met."""

import dataclasses

import numpy as np
import pytest

from chainrule.architecture import Architecture, Program, TrainingState
from chainrule.engines.protocol import Data, TrainingLog
from chainrule.layers import Activation, BatchNormalization, Dense, Dropout, LayerNormalization
from chainrule.optimizers import SGD, Adam

CROSSENTROPY = "categorical_crossentropy"
# A loss from logits and one from outputs, by row where that is possible and by batch.
PROGRAMS = {
    "sigmoid": ((Dense(9, "tanh"), Dense(3, "sigmoid")), "sum_of_squared_errors", SGD(0.05)),
    "fused sigmoid": ((Dense(9, "tanh"), Dense(3, "sigmoid")), "binary_crossentropy", SGD(0.05)),
    "fused softmax": ((Dense(17, "tanh"), Dense(3, "softmax")), CROSSENTROPY, SGD(0.05)),
    "softmax": ((Dense(17, "tanh"), Dense(3, "softmax")), "mean_squared_error", Adam(0.01)),
    "activation last": ((Dense(3), Activation("softmax")), CROSSENTROPY, Adam(0.01)),
    "others": (
        (LayerNormalization(), Dense(9, "tanh", kernel_l2=0.1), Dense(3)),
        "huber",
        SGD(0.05),
    ),
    "noise": ((Dense(9, "tanh"), Dropout(0.5), Dense(3)), "mean_squared_error", SGD(0.05)),
    "batch": ((Dense(9), BatchNormalization(), Dense(3)), "mean_squared_error", SGD(0.05)),
}
DIFFERENT_IN_USE = ("noise", "batch")


def program_of(name):
    layers, loss, optimizer = PROGRAMS[name]
    return Program(Architecture(5, layers), loss, optimizer)


def trained(engine, program, theta, data, order, batch_size, outputs):
    theta, state = theta.copy(), TrainingState.fresh(program, theta.dtype, key=7)
    log = TrainingLog.empty(len(order))
    if outputs:
        shape = (*order.shape, program.architecture.outputs)
        log.outputs = np.full(shape, np.nan, theta.dtype)
    engine.train(program, theta, state, data, order, batch_size=batch_size, log=log)
    return theta, state, log


@pytest.fixture
def problem(rng, make_problem):
    def make(name, dtype=np.float64, samples=150):
        program = program_of(name)
        theta, X, Y = make_problem(rng, program, samples, dtype)
        order = rng.integers(0, samples, size=(2, samples - 3))
        return program, theta, Data(X, Y), order

    return make


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("batch_size", [1, 7, 140])
@pytest.mark.parametrize("name", [name for name in PROGRAMS if name not in DIFFERENT_IN_USE])
def test_outputs_are_those_before_each_step(name, batch_size, dtype, engine, problem):
    """Where training is as use: a run of one batch after the other, and forward before each."""
    program, theta, data, order = problem(name, dtype, samples=20 if batch_size == 1 else 150)
    _, _, log = trained(engine, program, theta, data, order, batch_size, outputs=True)
    state = TrainingState.fresh(program, dtype)
    expected = np.empty_like(log.outputs)
    for rows, found in zip(order, expected, strict=True):
        for start in range(0, len(rows), batch_size):
            batch = rows[start : start + batch_size]
            found[start : start + len(batch)] = engine.forward(
                program.architecture, theta, data.X[batch]
            )
            one = TrainingLog.empty(1)
            engine.train(program, theta, state, data, batch[None], batch_size=batch_size, log=one)
    close = 1e-12 if dtype == np.float64 else 2e-5
    np.testing.assert_allclose(log.outputs, expected, rtol=close, atol=close)
    assert log.outputs.dtype == dtype


@pytest.mark.parametrize("batch_size", [1, 7, 140])
@pytest.mark.parametrize("name", PROGRAMS)
def test_engines_agree(name, batch_size, fast_engine, reference, problem):
    given = problem(name, samples=20 if batch_size == 1 else 150)
    found, expected = (
        trained(engine, *given, batch_size, outputs=True)[2].outputs
        for engine in (fast_engine, reference)
    )
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("batch_size", [1, 7, 140])
@pytest.mark.parametrize("name", PROGRAMS)
def test_asking_for_outputs_changes_no_bit(name, batch_size, dtype, engine, problem):
    given = problem(name, dtype)
    with_them, without = (trained(engine, *given, batch_size, outputs=o) for o in (True, False))
    np.testing.assert_array_equal(with_them[0], without[0])
    np.testing.assert_array_equal(with_them[1].slots, without[1].slots)
    np.testing.assert_array_equal(with_them[2].loss, without[2].loss)
    assert without[2].outputs is None


@pytest.mark.parametrize("batch_size", [1, 7])
@pytest.mark.parametrize("name", ["sigmoid", "fused softmax"])
def test_measures_are_those_of_the_outputs(name, batch_size, engine, problem):
    program, *given = problem(name)
    program = dataclasses.replace(program, measures=("mean_squared_error",))
    theta, data, order = given
    log = TrainingLog.empty(2, 1)
    log.outputs = np.empty((*order.shape, 3))
    state = TrainingState.fresh(program, theta.dtype)
    engine.train(program, theta, state, data, order, batch_size=batch_size, log=log)
    errors = np.square(log.outputs - data.Y[order]).mean(axis=(1, 2))
    np.testing.assert_allclose(log.measures[:, 0], errors, rtol=1e-12)


def test_without_an_order_samples_come_first_to_last(engine):
    """One weight w, x = 1, y = 8: w goes half the way to 8 with each sample."""
    program = Program(Architecture(1, (Dense(1, use_bias=False),)), optimizer=SGD(0.25))
    log = TrainingLog.empty(2)
    log.outputs = np.empty((2, 2, 1))
    state, data = (
        TrainingState.fresh(program, np.float64),
        Data(np.ones((2, 1)), np.full((2, 1), 8.0)),
    )
    engine.train(program, np.zeros(1), state, data, None, batch_size=1, log=log)
    assert log.outputs.tolist() == [[[0.0], [4.0]], [[6.0], [7.0]]]
