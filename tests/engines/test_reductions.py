"""The loss of a batch as the sum or the mean over its samples, whatever the loss's row says."""

import dataclasses

import numpy as np
import pytest

from chainrule.architecture import Architecture, Program, TrainingState
from chainrule.engines.many import Many
from chainrule.engines.protocol import Data, TrainingLog
from chainrule.layers import Dense
from chainrule.losses import LOSSES
from chainrule.optimizers import SGD, Adam

OTHER = {"sum": "mean", "mean": "sum"}
CASES = ["sum_of_squared_errors", "huber", "categorical_crossentropy"]


def both(suited, loss, **options):
    """Describe a program with each of the reductions."""
    program = suited(loss, (5, 9, 3), "tanh", **options)
    return [dataclasses.replace(program, reduction=reduction) for reduction in ("sum", "mean")]


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("loss", list(LOSSES))
def test_the_sum_is_the_mean_times_the_samples(loss, weighted, engine, rng, make_problem, suited):
    summed, averaged = both(suited, loss)
    theta, X, Y = make_problem(rng, summed, 7)
    data = Data(X, Y, rng.uniform(0.5, 2, size=7) if weighted else None)
    total, gradient = engine.value_and_gradient(summed, theta, data)
    mean, of_mean = engine.value_and_gradient(averaged, theta, data)
    assert total == pytest.approx(7 * mean, rel=1e-13)
    np.testing.assert_allclose(gradient, 7 * of_mean, rtol=1e-11, atol=1e-14)
    assert engine.evaluate(summed, theta, data) == pytest.approx(total, rel=1e-13)
    assert engine.evaluate(averaged, theta, data) == pytest.approx(mean, rel=1e-13)


@pytest.mark.parametrize("loss", CASES)
def test_the_rows_own_reduction_changes_no_bit(loss, engine, rng, make_problem, suited):
    program = suited(loss, (5, 9, 3), "tanh")
    theta, X, Y = make_problem(rng, program, 7)
    same = dataclasses.replace(program, reduction=LOSSES[loss].reduction)
    found, expected = (engine.value_and_gradient(p, theta, Data(X, Y)) for p in (same, program))
    assert found[0] == expected[0]
    np.testing.assert_array_equal(found[1], expected[1])


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("batch_size", [1, 4, 11])
@pytest.mark.parametrize("loss", CASES)
def test_engines_agree(loss, batch_size, dtype, fast_engine, reference, rng, make_problem):
    layers = (Dense(9, "tanh", kernel_l2=0.01), Dense(3, "softmax"))
    reduction = OTHER[LOSSES[loss].reduction]
    for optimizer in (SGD(0.01), Adam(0.01)):
        program = Program(Architecture(5, layers), loss, optimizer, reduction=reduction)
        theta, X, Y = make_problem(rng, program, 11, dtype)
        ends = []
        for engine in (fast_engine, reference):
            trained, log = theta.copy(), TrainingLog.empty(3)
            state, data = TrainingState.fresh(program, dtype), Data(X, Y)
            engine.train(
                *(program, trained, state, data, None),
                batch_size=batch_size,
                log=log,
                validation=data,
            )
            ends.append((trained, log.loss, log.validation_loss))
        close = 1e-10 if dtype == np.float64 else 1e-4
        for found, expected in zip(*ends, strict=True):
            np.testing.assert_allclose(found, expected, rtol=close, atol=close / 100)
        assert not np.array_equal(ends[0][0], theta)


def test_the_loss_of_an_epoch_by_hand(engine):
    """One weight of 0, x = 1, y = 1, 2, 3, which no step of this size moves: 1, 4, 9."""
    net = Architecture(1, (Dense(1, use_bias=False),))
    data = Data(np.ones((3, 1)), np.array([[1.0], [2.0], [3.0]]))
    for reduction, expected in (("sum", 14.0), ("mean", 14 / 3)):
        for loss in ("sum_of_squared_errors", "mean_squared_error"):
            program = Program(net, loss, SGD(1e-300), reduction=reduction)
            state, log = TrainingState.fresh(program, np.float64), TrainingLog.empty(1)
            engine.train(program, np.zeros(1), state, data, None, batch_size=2, log=log)
            assert log.loss[0] == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize("loss", CASES)
def test_many_networks(loss, fast_engine, reference, make_problem, rng, suited):
    for program in both(suited, loss, optimizer=SGD(0.01)):
        assert fast_engine._compile(program).in_lanes
        theta, X, Y = make_problem(rng, program, 10)
        many = Many.fresh(program, np.tile(theta, (5, 1)), np.zeros(5, np.uint64))
        losses = np.zeros((5, 2))
        fast_engine.train_many(
            *(program, many, Data(X, Y), None),
            batch_size=4,
            loss=losses,
            measures=np.zeros((5, 2, 0)),
        )
        state, log = TrainingState.fresh(program, theta.dtype), TrainingLog.empty(2)
        reference.train(program, theta, state, Data(X, Y), None, batch_size=4, log=log)
        np.testing.assert_allclose(many.thetas, np.tile(theta, (5, 1)), rtol=1e-10, atol=1e-13)
        np.testing.assert_allclose(losses, np.tile(log.loss, (5, 1)), rtol=1e-12)
