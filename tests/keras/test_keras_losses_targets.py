import numpy as np
import pytest

from chainrule.keras.losses import check_targets, get

LABELS = np.array([0, 1, 2, 9])
ONE_HOT = np.eye(10)[LABELS]
SPARSE, DENSE = "sparse_categorical_crossentropy", "categorical_crossentropy"


def test_class_numbers_become_a_column():
    for y in (LABELS, LABELS[:, None], LABELS.tolist(), LABELS.astype(np.float64)):
        Y = check_targets(get(SPARSE), y, 10)
        assert Y.dtype == np.float32
        assert Y.flags.c_contiguous
        np.testing.assert_array_equal(Y, [[0], [1], [2], [9]])


def test_columns_become_contiguous_floats():
    y = np.asfortranarray(ONE_HOT.astype(int))
    Y = check_targets(get(DENSE), y, 10, dtype="float64")
    assert Y.dtype == np.float64
    assert Y.flags.c_contiguous
    np.testing.assert_array_equal(Y, ONE_HOT)


def test_what_fits_is_not_copied():
    y = ONE_HOT.astype(np.float32)
    assert np.shares_memory(check_targets(get("mse"), y, 10), y)


@pytest.mark.parametrize("shape", [(4,), (4, 1), (4, 1, 1)])
def test_one_output_takes_a_vector(shape):
    Y = check_targets(get("mse"), np.arange(4.0).reshape(shape), 1)
    np.testing.assert_array_equal(Y, [[0], [1], [2], [3]])


def test_outputs_of_several_axes_are_flattened_where_each_has_its_own_target():
    y = np.arange(12.0).reshape(2, 2, 3)
    np.testing.assert_array_equal(check_targets(get("mse"), y, (2, 3)), y.reshape(2, 6))
    with pytest.raises(ValueError, match=r"shape \(2, 3\), and loss 'categorical_crossentropy'"):
        check_targets(get(DENSE), y, (2, 3))


def test_hinges_get_signs_and_keep_those_that_are_some():
    np.testing.assert_array_equal(check_targets(get("hinge"), [0, 1], 1), [[-1], [1]])
    np.testing.assert_array_equal(check_targets(get("hinge"), [-1, 1], 1), [[-1], [1]])
    np.testing.assert_array_equal(check_targets(get("mse"), [0, 1], 1), [[0], [1]])


def test_nan_passes_but_not_as_a_class():
    assert np.isnan(check_targets(get("mse"), [np.nan, 1.0], 1)[0, 0])
    with pytest.raises(ValueError, match="y holds nan, and loss"):
        check_targets(get(SPARSE), [np.nan, 1.0], 3)


@pytest.mark.parametrize(
    ("loss", "y", "outputs", "message"),
    [
        (DENSE, LABELS, 10, r"use loss='sparse_categorical_crossentropy', or utils.to_categorical"),
        (DENSE, LABELS[:, None], 10, "use loss='sparse_categorical_crossentropy'"),
        ("bce", LABELS, 10, "use loss='sparse_categorical_crossentropy'"),
        (SPARSE, ONE_HOT, 10, r"use loss='categorical_crossentropy', or y.argmax\(axis=1\)"),
        (SPARSE, ONE_HOT[:, :5], 10, r"give y of such a shape"),
        (SPARSE, LABELS + 1, 10, r"the class 10 at index 3, .*: give y - 1"),
        (SPARSE, LABELS, 5, "the class 9 at index 3, .* give the last layer 10 units"),
        (SPARSE, LABELS - 1, 10, "the class -1 at index 0, .* number the classes from 0"),
        (SPARSE, LABELS + 0.5, 10, "y holds 0.5, .* for other targets use loss='mse'"),
        (DENSE, np.zeros((4, 1)), 1, "use loss='binary_crossentropy', or a last layer with one"),
        ("mse", LABELS, 10, r"outputs \(4, 10\); give y .*, or the network a last layer with 1 u"),
        ("mse", ONE_HOT, 3, r"y has shape \(4, 10\), .* a last layer with 10 units"),
        ("mse", ONE_HOT, (2, 3), r"give y of shape \(4, 2, 3\)$"),
        ("mse", 3.0, 1, r"y is the number 3.0; possible: an array"),
    ],
)
def test_targets_that_do_not_fit_are_said_with_what_does(loss, y, outputs, message):
    with pytest.raises(ValueError, match=message):
        check_targets(get(loss), y, outputs)


def test_from_logits_suggests_the_plain_name():
    loss = get({"class_name": "SparseCategoricalCrossentropy", "config": {"from_logits": True}})
    with pytest.raises(ValueError, match="use loss='categorical_crossentropy'"):
        check_targets(loss, ONE_HOT, 10)


def test_arguments_are_called_by_their_names():
    with pytest.raises(ValueError, match="y_val has 4 samples and x has 5"):
        check_targets(get("mse"), LABELS, 1, samples=5, name="y_val")
    with pytest.raises(TypeError, match="y_val holds text"):
        check_targets(get("mse"), ["a", "b"], 1, name="y_val")


def test_no_samples():
    assert check_targets(get(SPARSE), [], 10).shape == (0, 1)
    assert check_targets(get("mse"), np.zeros((0, 3)), 3).shape == (0, 3)
