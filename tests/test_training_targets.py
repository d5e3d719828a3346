"""Class weights and label smoothing: what training makes of weights and targets."""

import numpy as np
import pytest

from chainrule.architecture import Architecture, Program
from chainrule.engines.protocol import Data
from chainrule.layers import Dense
from chainrule.losses import LOSSES
from chainrule.measures import MEASURES
from chainrule.optimizers import SGD
from chainrule.training import Every, fit


def described(loss, outputs, activation):
    layers = (Dense(4, "tanh"), Dense(outputs, activation))
    return Program(Architecture(3, layers), loss, SGD(0.1))


SOFTMAX = described("categorical_crossentropy", 3, "softmax")
SPARSE = described("sparse_categorical_crossentropy", 3, "softmax")
ONE = described("binary_crossentropy", 1, "sigmoid")
LABELS = np.array([0, 2, 1, 1, 0, 2, 2])
YES = np.array([0, 1, 1, 0, 1, 1, 1])
# Program, targets, class weights, the weight of each sample.
WEIGHTS = {
    "one-hot": (SOFTMAX, np.eye(3)[LABELS], {0: 2, 2: 0.5}, [2, 0.5, 1, 1, 2, 0.5, 0.5]),
    "sparse": (SPARSE, LABELS[:, None], {0: 2, 1: 0, np.int64(2): 3}, [2, 3, 0, 0, 2, 3, 3]),
    "one column": (ONE, YES[:, None], {0: 4.0, 1: 0.25}, [4, 0.25, 0.25, 4, 0.25, 0.25, 0.25]),
    "rounded": (ONE, 0.2 + 0.7 * YES[:, None], {1: 3}, [1, 3, 3, 1, 3, 3, 3]),
}


def problem(rng, program, Y, dtype=np.float64):
    theta = program.architecture.draw(rng).astype(dtype)
    X = rng.normal(size=(len(Y), 3)).astype(dtype)
    return theta, X, np.ascontiguousarray(Y, dtype=dtype)


def both(engine, program, theta, given, by_hand, **options):
    """Train with an option, and with data that has been changed by hand: all is equal."""
    results = []
    for data, extra in ((given, options), (by_hand, {})):
        own = theta.copy()
        history = fit(
            *(engine, program, own, data),
            epochs=4,
            batch_size=3,
            shuffle=np.random.default_rng(2),
            validation_data=options.get("validation_data"),
            **{name: value for name, value in extra.items() if name != "validation_data"},
        )
        results.append((own, history))
    np.testing.assert_array_equal(results[0][0], results[1][0])
    assert results[0][1] == results[1][1]
    assert not np.array_equal(results[0][0], theta)
    return results[0][1]


@pytest.mark.parametrize("kind", WEIGHTS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_class_weights_are_weights_of_samples(kind, dtype, engine, rng):
    program, Y, class_weight, weight = WEIGHTS[kind]
    theta, X, Y = problem(rng, program, Y, dtype)
    by_hand = Data(X, Y, np.array(weight, dtype))
    both(engine, program, theta, Data(X, Y), by_hand, class_weight=class_weight)


@pytest.mark.parametrize("kind", WEIGHTS)
def test_class_weights_multiply_the_weights_given(kind, engine, rng):
    program, Y, class_weight, weight = WEIGHTS[kind]
    theta, X, Y = problem(rng, program, Y)
    own = rng.uniform(0.5, 2, size=len(Y))
    kept = own.copy()
    by_hand = Data(X, Y, own * weight)
    both(engine, program, theta, Data(X, Y, own), by_hand, class_weight=class_weight)
    np.testing.assert_array_equal(own, kept)


def test_validation_data_is_not_weighted_by_class(engine, rng):
    program, Y, class_weight, weight = WEIGHTS["one-hot"]
    theta, X, Y = problem(rng, program, Y)
    history = both(
        *(engine, program, theta, Data(X, Y), Data(X, Y, np.array(weight))),
        class_weight=class_weight,
        validation_data=Data(X, Y),
    )
    assert len(history.validation_loss) == 4


@pytest.mark.parametrize(
    ("class_weight", "error", "message"),
    [
        ({3: 1.0}, ValueError, r"^class_weight has the class 3; possible: integers from 0 to 2$"),
        ({-1: 1.0}, ValueError, r"^a class in class_weight is -1; possible: an integer of at leas"),
        ({"a": 1.0}, TypeError, r"^a class in class_weight is 'a', a str; possible: an integer"),
        ({True: 1.0}, TypeError, r"^a class in class_weight is True, a bool; possible: an integer"),
        ({0: -1.0}, ValueError, r"class_weight\[0\] is -1.0; possible: a finite number of at lea"),
        ({0: np.inf}, ValueError, r"class_weight\[0\] is inf; possible: a finite number"),
        ({0: np.nan}, ValueError, r"class_weight\[0\] is nan; possible: a finite number"),
    ],
)
@pytest.mark.parametrize("kind", ["one-hot", "sparse"])
def test_class_weights_that_are_none(kind, class_weight, error, message, engine, rng):
    program, Y, *_ = WEIGHTS[kind]
    theta, X, Y = problem(rng, program, Y)
    before = theta.copy()
    with pytest.raises(error, match=message):
        fit(engine, program, theta, Data(X, Y), epochs=1, batch_size=1, class_weight=class_weight)
    np.testing.assert_array_equal(theta, before)


def test_one_column_has_two_classes(engine, rng):
    theta, X, Y = problem(rng, ONE, YES[:, None])
    options = {"epochs": 1, "batch_size": 1}
    with pytest.raises(
        ValueError, match=r"^class_weight has the class 2; possible: integers from 0 to 1$"
    ):
        fit(engine, ONE, theta, Data(X, Y), class_weight={2: 1.0}, **options)
    Y[3] = -1
    with pytest.raises(ValueError, match=r"^class_weight is given and Y holds -1.0; possible for"):
        fit(engine, ONE, theta, Data(X, Y), class_weight={1: 1.0}, **options)


# Program, targets, and what they are with s = 0.3.
SMOOTHED = {
    "three columns": (SOFTMAX, np.eye(3)[LABELS], 0.7 * np.eye(3)[LABELS] + 0.1),
    "one column": (ONE, YES[:, None], 0.7 * YES[:, None] + 0.15),
    "binary": (
        described("binary_crossentropy", 3, "sigmoid"),
        np.eye(3)[LABELS],
        0.7 * np.eye(3)[LABELS] + 0.15,
    ),
}


@pytest.mark.parametrize("kind", SMOOTHED)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_label_smoothing_of_training_and_validation(kind, dtype, engine, rng):
    program, Y, smooth = SMOOTHED[kind]
    theta, X, Y = problem(rng, program, Y, dtype)
    seen = []

    class Look(Every):
        def __call__(self, run):
            seen.append((run.data, run.validation_data))

    history = fit(
        *(engine, program, theta, Data(X, Y)),
        epochs=1,
        batch_size=3,
        label_smoothing=0.3,
        validation_data=Data(X[:2], Y[:2]),
        callbacks=[Look(1, print)],
    )
    ((data, validation),) = seen
    assert data.Y.dtype == validation.Y.dtype == dtype
    np.testing.assert_allclose(data.Y, smooth, rtol=1e-6)
    np.testing.assert_allclose(validation.Y, smooth[:2], rtol=1e-6)
    expected = engine.evaluate(program, theta, Data(X[:2], smooth[:2].astype(dtype)))
    np.testing.assert_allclose(history.validation_loss, [expected], rtol=1e-5)


@pytest.mark.parametrize("kind", SMOOTHED)
def test_training_on_smoothed_labels(kind, engine, rng):
    program, Y, _ = SMOOTHED[kind]
    theta, X, Y = problem(rng, program, Y)
    kept = Y.copy()
    K = 3 if kind == "three columns" else 2
    by_hand = Data(X, Y * (1 - 0.3) + 0.3 / K)
    both(engine, program, theta, Data(X, Y), by_hand, label_smoothing=0.3)
    np.testing.assert_array_equal(Y, kept)


def test_classes_are_those_of_the_labels_before_smoothing(engine, rng):
    theta, X, Y = problem(rng, ONE, YES[:, None])
    by_hand = Data(X, np.full_like(Y, 0.5), np.where(YES == 1, 3.0, 1.0))
    options = {"label_smoothing": 1.0, "class_weight": {1: 3}}
    both(engine, ONE, theta, Data(X, Y), by_hand, **options)


@pytest.mark.parametrize("s", [-0.1, 1.1, np.nan])
def test_label_smoothing_is_a_share(s, engine, rng):
    theta, X, Y = problem(rng, SOFTMAX, np.eye(3)[LABELS])
    with pytest.raises(ValueError, match=f"^label_smoothing is {s}; possible: a number from 0 to"):
        fit(engine, SOFTMAX, theta, Data(X, Y), epochs=1, batch_size=1, label_smoothing=s)


@pytest.mark.parametrize("loss", [name for name, row in LOSSES.items() if row.sparse])
def test_class_numbers_cannot_be_smoothed(loss, engine, rng):
    program = described(loss, 3, "softmax")
    theta, X, Y = problem(rng, program, LABELS[:, None])
    with pytest.raises(ValueError, match=f"^label_smoothing is 0.1 and the loss {loss!r} has cl"):
        fit(engine, program, theta, Data(X, Y), epochs=1, batch_size=1, label_smoothing=0.1)


def test_measures_come_into_the_history(engine, rng, make_problem):
    net = Architecture(4, (Dense(9, "tanh"), Dense(3, "softmax")))
    names = ("categorical_accuracy", "mean_squared_error")
    program = Program(net, "categorical_crossentropy", SGD(0.5), measures=names)
    theta, X, Y = make_problem(rng, program, 30)
    data = Data(X, Y)
    start = MEASURES["categorical_accuracy"].per_sample(engine.forward(net, theta, X), Y).mean()
    options = {"batch_size": 30, "validation_data": data}
    history = fit(engine, program, theta, data, epochs=200, **options)
    fit(engine, program, theta, data, epochs=3, history=history, **options)
    accuracy = history.measures["categorical_accuracy"]
    assert (list(history.measures), len(accuracy)) == (list(names), 203)
    assert accuracy[0] == start
    # The batch is the whole set: an epoch meets it with the weights that the one before left.
    assert accuracy[1:200] == history.validation_measures["categorical_accuracy"][:199]
    assert accuracy[-1] > 0.9 > accuracy[0]
