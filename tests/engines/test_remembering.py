"""The reference of conftest.py: what it remembers is what the reference computes."""

import dataclasses

import numpy as np
import pytest

from chainrule.architecture import Architecture, Program, TrainingState
from chainrule.engines import get_engine
from chainrule.engines.protocol import Data, TrainingLog
from chainrule.layers import Dense, Dropout
from chainrule.optimizers import Adam

NET = Architecture(3, (Dense(4, "tanh"), Dropout(0.5), Dense(2)))
PROGRAM = Program(NET, "mean_squared_error", Adam(0.1), measures=("mean_squared_error",))


@pytest.fixture
def data(rng):
    return Data(rng.normal(size=(5, 3)), rng.normal(size=(5, 2)))


def trained(engine, theta, data, key):
    theta, state = theta.copy(), TrainingState.fresh(PROGRAM, theta.dtype, key=key)
    log = TrainingLog.empty(3, 1)
    log.outputs = np.full((3, 5, 2), np.nan)
    engine.train(PROGRAM, theta, state, data, None, batch_size=2, log=log, validation=data)
    return theta, dataclasses.astuple(state), dataclasses.astuple(log)


def assert_equal(found, expected):
    for one, other in zip(found, expected, strict=True):
        if isinstance(one, tuple):
            assert_equal(one, other)
        else:
            np.testing.assert_array_equal(one, other)


def test_training_once_and_again(reference, rng, data):
    theta = NET.draw(rng)
    expected = trained(get_engine("numpy"), theta, data, key=7)
    for _ in range(2):
        found = trained(reference, theta, data, key=7)
        assert_equal(found, expected)
        found[0][:] = 0  # the next answer does not know of it
    assert not np.array_equal(trained(reference, theta, data, key=8)[0], expected[0])
    theta[0] += 1e-15
    assert_equal(
        trained(reference, theta, data, key=7), trained(get_engine("numpy"), theta, data, key=7)
    )


def test_other_questions_once_and_again(reference, rng, data):
    theta, engine = NET.draw(rng), get_engine("numpy")
    for _ in range(2):
        A = reference.forward(NET, theta, data.X)
        np.testing.assert_array_equal(A, engine.forward(NET, theta, data.X))
        A[:] = 0
        assert reference.evaluate(PROGRAM, theta, data) == engine.evaluate(PROGRAM, theta, data)
        for step in (1, 2):
            found, expected = (
                e.value_and_gradient(PROGRAM, theta, data, key=5, step=step)
                for e in (reference, engine)
            )
            assert_equal(found, expected)
            found[1][:] = 0


def test_what_was_asked_before_is_not_computed_again(reference, rng, data, monkeypatch):
    theta = NET.draw(rng)
    first = trained(reference, theta, data, key=9)
    monkeypatch.setattr(type(reference).__mro__[1], "train", None)
    assert_equal(trained(reference, theta, data, key=9), first)
    with pytest.raises(TypeError):
        trained(reference, theta, data, key=10)
