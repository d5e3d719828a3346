"""The measures: the reference by hand, and agreement of the engines."""

import numpy as np
import pytest

from chainrule.architecture import Architecture, Program, TrainingState
from chainrule.engines.protocol import Data, TrainingLog
from chainrule.layers import Dense
from chainrule.losses import LOSSES
from chainrule.measures import MEASURES
from chainrule.optimizers import SGD

A = np.array([[0.1, 0.7, 0.2], [0.6, 0.3, 0.1], [0.2, 0.2, 0.6]])
ONE_HOT = np.array([[0.0, 1.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
CLASSES = np.array([[1.0], [1.0], [2.0]])


def fitting(loss):
    return tuple(name for name in MEASURES if MEASURES[name].sparse == LOSSES[loss].sparse)


@pytest.mark.parametrize(
    ("name", "Y", "expected"),
    [
        ("binary_accuracy", ONE_HOT, [1, 1 / 3, 1]),
        ("categorical_accuracy", ONE_HOT, [1, 0, 1]),
        ("sparse_categorical_accuracy", CLASSES, [1, 0, 1]),
        ("top_k_categorical_accuracy", ONE_HOT, [1, 1, 1]),
        ("mean_squared_error", ONE_HOT, [0.14 / 3, 0.86 / 3, 0.24 / 3]),
        ("mean_absolute_error", ONE_HOT, [0.2, 1.4 / 3, 0.8 / 3]),
    ],
)
def test_by_hand(name, Y, expected):
    np.testing.assert_allclose(MEASURES[name].per_sample(A, Y), expected, rtol=1e-14)


def test_top_five_of_seven():
    outputs = np.tile(np.arange(7.0), (7, 1))
    expected = [0, 0, 1, 1, 1, 1, 1]
    dense, sparse = "top_k_categorical_accuracy", "sparse_top_k_categorical_accuracy"
    assert MEASURES[dense].per_sample(outputs, np.eye(7)).tolist() == expected
    assert MEASURES[sparse].per_sample(outputs, np.arange(7.0)[:, None]).tolist() == expected


def test_the_native_table_has_the_same_rows(fast_engine):
    from chainrule import _native

    assert set(_native.tables()[3]) == set(MEASURES)
    assert fast_engine.name == "native"


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("batch_size", [1, 7, 100])
@pytest.mark.parametrize(
    "loss", ["sum_of_squared_errors", "mean_squared_error", "sparse_categorical_crossentropy"]
)
def test_engines_agree(loss, batch_size, dtype, fast_engine, reference, rng, make_problem):
    output = "softmax" if "sparse" in loss else "sigmoid"
    net = Architecture(6, (Dense(9, "tanh"), Dense(8, output)))
    program = Program(net, loss, SGD(0.01), measures=fitting(loss))
    theta, X, Y = make_problem(rng, program, 100, dtype)
    _, X_new, Y_new = make_problem(rng, program, 70, dtype)
    logs = []
    for engine in (fast_engine, reference):
        log = TrainingLog.empty(3, len(program.measures))
        state = TrainingState.fresh(program, dtype)
        engine.train(
            *(program, theta.copy(), state, Data(X, Y), None),
            batch_size=batch_size,
            log=log,
            validation=Data(X_new, Y_new),
        )
        logs.append(log)
    found, expected = logs
    close = 1e-12 if dtype == np.float64 else 1e-4
    np.testing.assert_allclose(found.measures, expected.measures, rtol=close)
    np.testing.assert_allclose(found.validation_measures, expected.validation_measures, rtol=close)
    assert np.isfinite(expected.measures).all()


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("batch_size", [1, 7])
@pytest.mark.parametrize("nans", [(), (2,), (5, 2), (0,), (18, 17), (1, 17)], ids=str)
def test_the_first_nan_is_the_largest_output(nans, batch_size, dtype, reference, fast_engine, rng):
    units, samples = 19, 40
    net = Architecture(4, (Dense(units, use_bias=False, trainable=False),))
    program = Program(net, "mean_squared_error", SGD(0.01), measures=("categorical_accuracy",))
    W, X = rng.standard_normal((4, units)), rng.standard_normal((samples, 4))
    W[:, 16], X[:, 3] = [0, 0, 0, np.inf], 1.0  # the largest number that there is
    W[:, nans] = np.nan
    X[7] = np.nan
    outputs = X @ W
    assert np.isnan(outputs[7]).all()
    guess = outputs.argmax(axis=1)
    Y = np.eye(units)[np.where(np.arange(samples) % 2, guess, (guess + 1) % units)]
    for each in (reference, fast_engine):
        log, theta = TrainingLog.empty(1, 1), W.astype(dtype).ravel()
        data = Data(X.astype(dtype), Y.astype(dtype))
        state = TrainingState.fresh(program, dtype)
        with np.errstate(invalid="ignore"):
            each.train(
                *(program, theta, state, data, None),
                batch_size=batch_size,
                log=log,
                validation=data,
            )
        assert (log.measures[0, 0], log.validation_measures[0, 0]) == (0.5, 0.5)


def test_measures_that_do_not_fit_the_targets_are_refused():
    net = Architecture(2, (Dense(3, "softmax"),))
    message = r"^measures has 'categorical_accuracy', but the targets of 'sparse_.* are class num"
    with pytest.raises(ValueError, match=message):
        Program(net, "sparse_categorical_crossentropy", measures=("categorical_accuracy",))
    with pytest.raises(ValueError, match="unknown measure 'acuracy'"):
        Program(net, "categorical_crossentropy", measures=("acuracy",))
