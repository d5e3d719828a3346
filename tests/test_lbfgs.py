import builtins
import subprocess
import sys

import numpy as np
import pytest

from chainrule import lbfgs
from chainrule.architecture import Architecture, Program
from chainrule.engines import get_engine
from chainrule.engines.protocol import Data
from chainrule.layers import BatchNormalization, Dense, Dropout

LINEAR = Program(Architecture(3, (Dense(2),)), "mean_squared_error")
XOR = Data(np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]]), np.array([[0.0], [1], [1], [0]]))


@pytest.fixture(autouse=True)
def _scipy():
    pytest.importorskip("scipy")


def regression(rng, dtype=np.float64):
    X = rng.normal(size=(20, 3))
    Y = X @ rng.normal(size=(3, 2)) + 1 + 0.1 * rng.normal(size=(20, 2))
    return Data(X.astype(dtype), Y.astype(dtype))


def least_squares(data):
    """Return W (3, 2) and b (2,) as one vector, and the mean squared error there."""
    with_ones = np.column_stack([data.X, np.ones(len(data.X))]).astype(np.float64)
    solution = np.linalg.lstsq(with_ones, data.Y.astype(np.float64))[0]
    return solution.ravel(), np.mean(np.square(with_ones @ solution - data.Y))


@pytest.mark.parametrize(("dtype", "close"), [(np.float64, 1e-7), (np.float32, 1e-3)])
def test_a_linear_network_finds_least_squares(dtype, close, engine, rng):
    data = regression(rng, dtype)
    theta = LINEAR.architecture.draw(rng).astype(dtype)
    tolerance = 1e-8 if dtype == np.float64 else 1e-4
    result = lbfgs.minimise(engine, LINEAR, theta, data, tolerance=tolerance)
    solution, error = least_squares(data)
    assert theta.dtype == dtype
    np.testing.assert_allclose(theta, solution, rtol=close, atol=close)
    np.testing.assert_allclose(result.value, error, rtol=close)
    np.testing.assert_allclose(engine.evaluate(LINEAR, theta, data), result.value, rtol=1e-6)
    assert result.converged
    assert 3 < result.iterations < 50


def test_the_exclusive_or(engine):
    program = Program(Architecture(2, (Dense(4, "tanh"), Dense(1, "sigmoid"))))
    theta = program.architecture.draw(np.random.default_rng(3))
    result = lbfgs.minimise(engine, program, theta, XOR, max_iterations=500)
    assert result.value < 1e-6
    A = engine.forward(program.architecture, theta, XOR.X)
    np.testing.assert_allclose(A, XOR.Y, atol=1e-3)


def test_frozen_parts_stay_as_they_are(engine, rng):
    layers = (Dense(4, "tanh", trainable=False), BatchNormalization(), Dense(2))
    program = Program(Architecture(3, layers), "mean_squared_error")
    theta, data = program.architecture.draw(rng), regression(rng)
    before = theta.copy()
    result = lbfgs.minimise(engine, program, theta, data, max_iterations=30)
    trained = np.zeros(len(theta), dtype=bool)
    for part in program.architecture.trainable:
        trained[part] = True
    np.testing.assert_array_equal(theta[~trained], before[~trained])
    assert (theta[trained] != before[trained]).all()
    assert result.value < engine.value_and_gradient(program, before, data)[0]


def test_a_network_with_nothing_to_train(engine, rng):
    program = Program(Architecture(3, (Dense(2, trainable=False),)))
    theta, data = program.architecture.draw(rng), regression(rng)
    before = theta.copy()
    result = lbfgs.minimise(engine, program, theta, data)
    np.testing.assert_array_equal(theta, before)
    assert result.value == engine.value_and_gradient(program, theta, data)[0]
    assert (result.iterations, result.converged) == (0, True)


def test_dropout_keeps_its_masks(engine, rng):
    layers = (Dense(8, "tanh"), Dropout(0.5), Dense(2))
    program = Program(Architecture(3, layers), "mean_squared_error")
    theta, data = program.architecture.draw(rng), regression(rng)
    start, _ = engine.value_and_gradient(program, theta, data, key=5)
    result = lbfgs.minimise(engine, program, theta, data, key=5)
    end, _ = engine.value_and_gradient(program, theta, data, key=5)
    np.testing.assert_allclose(end, result.value, rtol=1e-12)
    assert end < 0.05 * start
    assert engine.value_and_gradient(program, theta, data, key=6)[0] > 2 * end


def test_weights_and_regularisers_count(engine, rng):
    program = Program(Architecture(3, (Dense(1, use_bias=False, kernel_l2=0.3),)))
    X, Y = rng.normal(size=(9, 3)), rng.normal(size=(9, 1))
    weight = rng.uniform(0.5, 2, size=9)
    theta = np.zeros(3)
    lbfgs.minimise(engine, program, theta, Data(X, Y, weight))
    ridge = np.linalg.solve(X.T @ (weight[:, None] * X) + 0.3 * np.eye(3), X.T @ (weight * Y[:, 0]))
    np.testing.assert_allclose(theta, ridge, rtol=1e-6, atol=1e-8)


def test_iterations_run_out(engine, rng):
    theta, data = LINEAR.architecture.draw(rng), regression(rng)
    result = lbfgs.minimise(engine, LINEAR, theta, data, max_iterations=2)
    assert (result.iterations, result.converged) == (2, False)
    assert "ITERATIONS" in result.message.upper()
    np.testing.assert_allclose(engine.evaluate(LINEAR, theta, data), result.value, rtol=1e-12)


def test_a_start_that_is_not_finite(engine, rng):
    theta = np.full(LINEAR.architecture.n_parameters, np.nan)
    result = lbfgs.minimise(engine, LINEAR, theta, regression(rng))
    assert np.isnan(result.value)
    assert not result.converged
    assert np.isnan(theta).all()


class Interrupted:
    """An engine that is interrupted after some calls."""

    def __init__(self, engine, calls):
        self.engine, self.calls, self.values = engine, calls, []

    def value_and_gradient(self, *args, **options):
        if len(self.values) == self.calls:
            raise KeyboardInterrupt
        value, gradient = self.engine.value_and_gradient(*args, **options)
        self.values.append(value)
        return value, gradient


@pytest.mark.parametrize("calls", [0, 1, 5])
def test_an_interrupted_search_keeps_the_best(calls, engine, rng):
    theta, data = LINEAR.architecture.draw(rng), regression(rng)
    before, interrupted = theta.copy(), Interrupted(engine, calls)
    with pytest.raises(KeyboardInterrupt):
        lbfgs.minimise(interrupted, LINEAR, theta, data)
    assert len(interrupted.values) == calls
    if calls < 2:
        np.testing.assert_array_equal(theta, before)
    else:
        value, _ = engine.value_and_gradient(LINEAR, theta, data)
        assert value == min(interrupted.values) < interrupted.values[0]


def test_a_try_that_is_worse_is_not_kept(rng):
    class Worse(Interrupted):
        def value_and_gradient(self, program, theta, *args, **options):
            if len(self.values) == 2:
                self.values.append(np.inf)
                return 1e9, np.ones(len(theta))
            if len(self.values) == 1:
                self.kept = theta.copy()
            return super().value_and_gradient(program, theta, *args, **options)

    theta, worse = LINEAR.architecture.draw(rng), Worse(get_engine("numpy"), 3)
    with pytest.raises(KeyboardInterrupt):
        lbfgs.minimise(worse, LINEAR, theta, regression(rng))
    assert worse.values[1] < worse.values[0]
    np.testing.assert_array_equal(theta, worse.kept)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("max_iterations", 0, "max_iterations is 0; possible: an integer of at least 1"),
        ("memory", 0, "memory is 0; possible: an integer of at least 1"),
        ("tolerance", -1.0, "tolerance is -1.0; possible: a finite number of at least 0"),
        ("value_tolerance", np.nan, "value_tolerance is nan; possible: a finite number"),
    ],
)
def test_arguments_out_of_range(name, value, message, engine, rng):
    theta = LINEAR.architecture.draw(rng)
    with pytest.raises(ValueError, match=f"^{message}"):
        lbfgs.minimise(engine, LINEAR, theta, regression(rng), **{name: value})


def test_a_constraint_is_refused(engine, rng):
    program = Program(Architecture(3, (Dense(2, max_norm=1.0),)))
    with pytest.raises(ValueError, match=r"^a layer has a max_norm, which L-BFGS cannot keep"):
        lbfgs.minimise(engine, program, program.architecture.draw(rng), regression(rng))


def test_without_scipy_it_says_what_to_install(engine, rng, monkeypatch):
    imports = builtins.__import__

    def without(name, *args, **options):
        if name.startswith("scipy"):
            raise ImportError("no scipy")
        return imports(name, *args, **options)

    theta = LINEAR.architecture.draw(rng)
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ImportError, match=r"^L-BFGS needs SciPy.*`pip install scipy`$"):
        lbfgs.minimise(engine, LINEAR, theta, regression(rng))


def test_importing_it_does_not_import_scipy():
    code = "import chainrule.lbfgs, chainrule.training, sys; assert 'scipy' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
