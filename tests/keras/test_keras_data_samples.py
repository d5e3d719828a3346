import warnings

import numpy as np
import pandas as pd
import pytest

from chainrule.keras.data import Batches, Samples, adapt, split, weigh_classes

X = np.arange(12, dtype="float32").reshape(6, 2)
Y = np.array([0, 1, 2, 0, 1, 2])


def test_arrays_become_samples():
    samples = adapt(X, Y, [1, 2, 3, 4, 5, 6])
    assert isinstance(samples, Samples)
    assert samples.x is X
    assert np.shares_memory(samples.y, Y)
    assert samples.weight.dtype == np.float32
    np.testing.assert_array_equal(samples.weight, [1, 2, 3, 4, 5, 6])
    assert (samples.n, samples.batch_size, samples.num_batches) == (6, 32, 1)


def test_targets_keep_their_axes_and_integers_and_floats_become_floatx():
    assert adapt(X, Y[:, None]).y.shape == (6, 1)
    assert adapt(X, Y.astype(float)).y.dtype == np.float32
    assert adapt(X, Y, dtype="float64").x.dtype == np.float64
    assert adapt(X, Y > 1).y.dtype == np.bool_


def test_frames_become_samples():
    frame = pd.DataFrame(X, columns=["a", "b"])
    samples = adapt(frame, pd.Series(Y))
    np.testing.assert_array_equal(samples.x, X)
    np.testing.assert_array_equal(samples.y, Y)


@pytest.mark.parametrize("x", [[X], (X,), {"input": X}])
@pytest.mark.parametrize("y", [Y, [Y], {"output": Y}, [Y.tolist()]])
def test_structures_with_one_entry_are_what_they_hold(x, y):
    samples = adapt(x, y, [np.ones(6)])
    np.testing.assert_array_equal(samples.x, X)
    np.testing.assert_array_equal(samples.y, Y)
    assert samples.weight.shape == (6,)


def test_one_sample_in_a_list_stays_one_sample():
    assert adapt([np.array([1.0, 2.0])], [3.0]).x.shape == (1, 2)
    assert adapt([[1.0, 2.0]], [[3.0]]).y.shape == (1, 1)


@pytest.mark.parametrize(
    ("batch_size", "steps", "expected"),
    [(None, None, 32), (4, None, 4), (None, 2, 3), (3, 2, 3)],
)
def test_the_size_of_a_batch_is_given_or_follows_from_the_steps(batch_size, steps, expected):
    assert adapt(X, Y, batch_size=batch_size, steps_per_epoch=steps).batch_size == expected


def test_a_column_of_weights_is_one_weight_a_sample():
    assert adapt(X, Y, np.ones((6, 1))).weight.shape == (6,)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((X, Y[:5]), ValueError, "x has 6 samples and y has 5; give as many of each"),
        ((X, Y, np.ones(2)), ValueError, "x has 6 samples and sample_weight has 2"),
        (
            (X, Y, np.ones((6, 2))),
            ValueError,
            r"sample_weight has shape \(6, 2\); possible: \(6,\)",
        ),
        (({"a": X, "b": X}, Y), TypeError, "x is a dictionary with 2 entries, a, b; a model has"),
        ((None, Y), ValueError, "x is None; give inputs"),
        ((3.0, Y), ValueError, "x is the single number 3.0"),
        ((object(), None), TypeError, "x is <object .*>, a object; possible: an array"),
    ],
)
def test_what_does_not_fit_together_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        adapt(*arguments)


@pytest.mark.parametrize(
    ("numbers", "error"),
    [
        ({"batch_size": 0}, ValueError),
        ({"batch_size": 2.5}, TypeError),
        ({"steps_per_epoch": 0}, ValueError),
        ({"steps_per_epoch": "2"}, TypeError),
    ],
)
def test_numbers_of_batches_are_checked(numbers, error):
    with pytest.raises(error, match=f"{next(iter(numbers))} is .*; possible: an integer of at"):
        adapt(X, Y, **numbers)


@pytest.mark.parametrize(
    "y",
    [
        Y,
        Y[:, None],
        Y.astype(float) - 0.2,  # rounded, as Keras does
        np.eye(3)[Y],
    ],
    ids=["numbers", "column", "floats", "one-hot"],
)
def test_classes_have_weights(y):
    samples = adapt(X, y, class_weight={0: 0.5, np.int64(2): 4})
    np.testing.assert_array_equal(samples.weight, [0.5, 1, 4, 0.5, 1, 4])
    assert samples.weight.dtype == np.float32


@pytest.mark.parametrize(
    ("samples", "weights", "error", "message"),
    [
        (Samples(X, Y), [1.0, 2.0], TypeError, r"class_weight is a list; .* dict\(enumerate"),
        (Samples(X, Y), {"0": 1.0}, TypeError, "class_weight has the key '0', a str; possible"),
        (Samples(X, Y, np.ones(6)), {0: 1.0}, ValueError, "class_weight and sample_weight are"),
        (Samples(X), {0: 1.0}, ValueError, "there is no y"),
        (Samples(X, np.zeros((6, 2, 2))), {0: 1.0}, ValueError, r"y has shape \(6, 2, 2\)"),
        (Samples(X, np.full(6, np.nan)), {0: 1.0}, ValueError, "y has NaN or inf"),
    ],
)
def test_weights_of_classes_are_checked(samples, weights, error, message):
    with pytest.raises(error, match=message):
        weigh_classes(samples, weights)


@pytest.mark.parametrize(("share", "at"), [(0.2, 4), (0.25, 4), (0.5, 3), (0.99, 0), (0.1, 5)])
def test_the_tail_begins_where_keras_has_it(share, at):
    samples = Samples(X, np.array([0.5, 0.1, 0.2, 0.6, 0.3, 0.4]), np.arange(6.0), batch_size=4)
    if at == 0:
        with pytest.raises(ValueError, match=r"leaves none of 6 samples to train on"):
            split(samples, share)
        return
    train, validation = split(samples, share)
    np.testing.assert_array_equal(train.x, X[:at])
    np.testing.assert_array_equal(validation.x, X[at:])
    np.testing.assert_array_equal(validation.y, samples.y[at:])
    np.testing.assert_array_equal(validation.weight, np.arange(6.0)[at:])
    assert train.batch_size == validation.batch_size == 4
    assert np.shares_memory(train.x, X)


@pytest.mark.parametrize(
    ("share", "error", "message"),
    [
        (0, ValueError, "validation_split is 0; possible: between 0 and 1"),
        (1.0, ValueError, "validation_split is 1.0; possible"),
        (-0.2, ValueError, "validation_split is -0.2"),
        (float("nan"), ValueError, "validation_split is nan"),
        (1e-20, ValueError, "leaves none of 6 samples to validate on"),
        ("0.2", TypeError, "validation_split is '0.2', a str; possible: a number"),
    ],
)
def test_a_share_that_splits_nothing_is_refused(share, error, message):
    with pytest.raises(error, match=message):
        split(Samples(X, Y), share)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (
            np.repeat([0, 1, 2], 10),
            "last 6 of 30 samples, .* holds class 2 only, since the samples",
        ),
        (np.repeat([1, 0], 15), r"holds class 0 only, since .* are grouped by class\. Shuffle x"),
        (np.repeat([0, 2, 1], 10), "holds class 1 only"),
        (np.eye(3)[np.repeat([0, 2, 1], 10)], "holds class 1 only"),
        (np.append(np.tile([0, 1], 12), [0, 2, 2, 1, 3, 0]), "holds classes 2, 3, which the oth"),
        (np.repeat([0.0, 1.0], 15)[:, None], "holds class 1 only"),
    ],
)
def test_classes_in_order_are_warned_of_where_the_user_is(y, message):
    with pytest.warns(UserWarning, match=message) as noted:
        split(Samples(np.zeros((30, 1)), y), 0.2)
    assert noted[0].filename == __file__


@pytest.mark.parametrize(
    "y",
    [
        None,
        np.tile([0, 1, 2], 10),
        np.linspace(0, 1, 30),
        np.arange(30),
        np.zeros(30),
        np.random.default_rng(0).normal(size=(30, 2)),
        np.zeros((30, 2, 2)),
        np.append(np.tile([0, 1], 14), [0, 1]),
    ],
    ids=["none", "mixed", "floats", "counted", "one class", "columns", "axes", "alternating"],
)
def test_other_targets_are_not_warned_of(y):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        split(Samples(np.zeros((30, 1)), y), 0.2)


def test_samples_that_are_adapted_already_are_finished_only():
    train, _ = split(adapt(X, np.array([0, 1, 0, 1, 0, 1])), 0.5)
    finished = adapt(train, class_weight={1: 3.0}, batch_size=2)
    np.testing.assert_array_equal(finished.weight, [1, 3, 1])
    assert finished.batch_size == 2


def test_steps_that_are_no_epoch_of_the_arrays_make_batches():
    batches = adapt(X, Y, batch_size=2, steps_per_epoch=2)
    assert isinstance(batches, Batches)
    assert batches.num_batches == 2
    # Four steps for six samples take two each, and there are three such batches, as in Keras.
    with pytest.warns(UserWarning, match="an epoch needs 4. Give fewer steps_per_epoch, or none"):
        assert [batch.n for batch in adapt(X, Y, steps_per_epoch=4).epoch()] == [2, 2, 2]
