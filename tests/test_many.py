"""chainrule.train_many: many networks in one call."""

import numpy as np
import pytest

from chainrule import many as room
from chainrule import train_many, training
from chainrule.architecture import Architecture, Program, TrainingState
from chainrule.engines import get_engine
from chainrule.engines.protocol import Data
from chainrule.layers import Dense, Dropout
from chainrule.optimizers import SGD, Adam

NET = Architecture(2, (Dense(3, "tanh"), Dense(1)))
PROGRAM = Program(NET, "mean_squared_error", Adam(0.01))
X = np.array([[0, 0], [0, 1], [1, 0], [1, 1], [2, 1]], dtype=float)
Y = np.array([0.0, 1.0, 1.0, 0.0, 0.5])


def alone(engine_name, program, theta, *, key=0, shuffle=None, weight=None, epochs=4):
    """Train one network by training.fit."""
    theta = theta.copy()
    history = training.fit(
        get_engine(engine_name),
        program,
        theta,
        Data(X.astype(theta.dtype), Y.reshape(-1, 1).astype(theta.dtype), weight),
        epochs=epochs,
        batch_size=2,
        state=TrainingState.fresh(program, theta.dtype, key),
        shuffle=shuffle,
    )
    return theta, history


def train(engine_name, program=PROGRAM, epochs=4, **settings):
    settings = {"epochs": epochs, "batch_size": 2, "dtype": np.float64, **settings}
    return train_many(program, X, Y, engine=engine_name, **settings)


def start(seed):
    return NET.draw(np.random.default_rng(seed))


def test_seeds(engine_name):
    found = train(engine_name, seeds=[3, 5, 3])
    assert found.thetas.shape == (3, NET.n_parameters)
    assert found.loss.shape == (3, 4)
    for k, seed in enumerate([3, 5, 3]):
        theta, history = alone(engine_name, PROGRAM, start(seed))
        np.testing.assert_allclose(found.thetas[k], theta, rtol=1e-12)
        np.testing.assert_allclose(found.loss[k], history.loss, rtol=1e-12)


def test_seeds_are_the_keys_of_dropout(engine_name):
    net = Architecture(2, (Dense(3, "tanh"), Dropout(0.5), Dense(1)))
    program = Program(net, "mean_squared_error", SGD(0.1))
    found = train(engine_name, program, seeds=[4, 9])
    for k, seed in enumerate([4, 9]):
        theta, _ = alone(engine_name, program, start(seed), key=seed)
        np.testing.assert_allclose(found.thetas[k], theta, rtol=1e-12)


def test_seeds_give_float32_unless_asked(engine_name):
    found = train_many(PROGRAM, X, Y, seeds=range(2), epochs=1, batch_size=5, engine=engine_name)
    assert found.thetas.dtype == np.float32


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_thetas_are_trained_in_place(dtype, engine_name):
    thetas = np.array([start(seed) for seed in range(3)], dtype=dtype)
    before = thetas.copy()
    found = train(engine_name, thetas=thetas)
    assert found.thetas is thetas
    for k in range(3):
        theta, _ = alone(engine_name, PROGRAM, before[k])
        np.testing.assert_allclose(thetas[k], theta, rtol=1e-4 if dtype == np.float32 else 1e-12)


def test_learning_rates(engine_name):
    found = train(engine_name, seeds=[3, 3], learning_rates=[0.01, 0.1])
    for k, rate in enumerate([0.01, 0.1]):
        theta, _ = alone(engine_name, Program(NET, PROGRAM.loss, Adam(rate)), start(3))
        np.testing.assert_allclose(found.thetas[k], theta, rtol=1e-12)


def test_one_order_for_all(engine_name):
    found = train(engine_name, seeds=[3, 5], shuffle=np.random.default_rng(8))
    for k, seed in enumerate([3, 5]):
        theta, _ = alone(engine_name, PROGRAM, start(seed), shuffle=np.random.default_rng(8))
        np.testing.assert_allclose(found.thetas[k], theta, rtol=1e-12)


def test_an_order_for_each(engine_name):
    found = train(engine_name, seeds=[3, 3], shuffle=[8, np.random.default_rng(9)])
    for k, seed in enumerate([8, 9]):
        theta, _ = alone(engine_name, PROGRAM, start(3), shuffle=np.random.default_rng(seed))
        np.testing.assert_allclose(found.thetas[k], theta, rtol=1e-12)
    assert not np.array_equal(found.thetas[0], found.thetas[1])


def test_weights(engine_name):
    weight = [1.0, 2.0, 0.5, 1.0, 3.0]
    found = train(engine_name, seeds=[3], weight=weight)
    theta, _ = alone(engine_name, PROGRAM, start(3), weight=np.array(weight))
    np.testing.assert_allclose(found.thetas[0], theta, rtol=1e-12)


def test_measures(engine_name):
    program = Program(NET, PROGRAM.loss, PROGRAM.optimizer, measures=("mean_absolute_error",))
    found = train(engine_name, program, seeds=[3, 5])
    _, history = alone(engine_name, program, start(5))
    measured = found.measures["mean_absolute_error"]
    np.testing.assert_allclose(measured[1], history.measures["mean_absolute_error"], rtol=1e-12)


@pytest.mark.parametrize("shuffle", [None, "one", "each"])
def test_parts_of_a_run(shuffle, engine_name, monkeypatch):
    """A run that is handed to the engine in parts is the whole run."""
    program = Program(NET, PROGRAM.loss, PROGRAM.optimizer, measures=("mean_absolute_error",))
    make = {None: lambda: None, "one": lambda: np.random.default_rng(8), "each": lambda: [8, 9]}
    whole = train(engine_name, program, epochs=7, seeds=[3, 5], shuffle=make[shuffle]())
    monkeypatch.setattr(room, "_MOST_INDICES", 20)
    parts = train(engine_name, program, epochs=7, seeds=[3, 5], shuffle=make[shuffle]())
    np.testing.assert_array_equal(parts.thetas, whole.thetas)
    np.testing.assert_array_equal(parts.loss, whole.loss)
    name = "mean_absolute_error"
    np.testing.assert_array_equal(parts.measures[name], whole.measures[name])


def test_no_epochs(engine_name):
    found = train(engine_name, epochs=0, seeds=[3])
    np.testing.assert_array_equal(found.thetas[0], start(3))
    assert found.loss.shape == (1, 0)


READ_ONLY = np.zeros((2, NET.n_parameters))
READ_ONLY.flags.writeable = False


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        ({"seeds": None}, ValueError, "^neither is given of seeds and thetas; possible: one"),
        ({"thetas": np.zeros((1, 13))}, ValueError, "^both are given of seeds and thetas"),
        ({"seeds": 1000}, TypeError, r"^seeds is 1000; possible: .* such as range\(1000\)$"),
        ({"seeds": "12"}, TypeError, "^seeds is '12'; possible"),
        ({"seeds": []}, ValueError, "^seeds is empty; possible"),
        ({"seeds": [2**64]}, ValueError, "^seeds is 18446744073709551616; possible"),
        ({"seeds": [-1]}, ValueError, "^a seed in seeds is -1; possible: an integer of at least 0"),
        ({"seeds": [1.5]}, TypeError, "^a seed in seeds is 1.5, a float"),
        ({"dtype": np.float16}, ValueError, "^dtype is float16; possible: float32 and float64"),
        ({"epochs": -1}, ValueError, "^epochs is -1; possible"),
        ({"batch_size": 0}, ValueError, "^batch_size is 0; possible"),
        ({"engine": "numpi"}, ValueError, "^unknown engine 'numpi'"),
        ({"X": X[:, :1]}, ValueError, "^X has 1 columns; possible: 2 for this program"),
        ({"Y": X}, ValueError, "^Y has 2 columns; possible: 1 for this program"),
        ({"Y": Y[:4]}, ValueError, r"^Y has shape \(4, 1\); possible: 5 rows, as many as X"),
        ({"X": X * np.nan}, ValueError, "^X holds 10 NaN or inf"),
        ({"weight": [1.0]}, ValueError, r"^weight has shape \(1,\); possible: 5 rows"),
        ({"weight": np.ones((5, 1))}, ValueError, r"^weight has shape \(5, 1\); possible: \(5,\)"),
        ({"learning_rates": [0.1]}, ValueError, r"^learning_rates has shape \(1,\); possible: \(2"),
        ({"learning_rates": [0.1, 0]}, ValueError, "^learning_rates holds 0.0; possible: positive"),
        ({"shuffle": True}, TypeError, "^shuffle is True; possible: None, a numpy.random.Gen"),
        ({"shuffle": [1]}, ValueError, "^shuffle has 1 entries; possible: 2, one for each"),
        ({"shuffle": [1, -1]}, ValueError, "^a seed in shuffle is -1; possible"),
        (
            {"seeds": None, "thetas": [[0.0] * 13]},
            TypeError,
            "^thetas is a list; possible: an array of float32 or float64",
        ),
        (
            {"seeds": None, "thetas": np.zeros((2, 13), dtype=int)},
            TypeError,
            "^thetas is int64; possible",
        ),
        (
            {"seeds": None, "thetas": np.zeros((2, 12))},
            ValueError,
            r"^thetas has shape \(2, 12\); possible: \(networks, 13\), at least one",
        ),
        ({"seeds": None, "thetas": np.zeros((13, 2)).T}, ValueError, "^thetas is read-only, or"),
        ({"seeds": None, "thetas": READ_ONLY}, ValueError, "^thetas is read-only, or"),
    ],
)
def test_what_does_not_fit_is_refused(changed, error, message, engine_name):
    settings = {"seeds": [1, 2], "epochs": 1, "batch_size": 1, "engine": engine_name, **changed}
    data = settings.pop("X", X), settings.pop("Y", Y)
    with pytest.raises(error, match=message):
        train_many(PROGRAM, *data, **settings)


def test_rates_and_a_schedule(engine_name):
    program = Program(NET, PROGRAM.loss, SGD(lambda _: 0.1))
    with pytest.raises(ValueError, match=r"^learning_rates is given, and the optimizer's"):
        train(engine_name, program, seeds=[1], learning_rates=[0.1])
