import random

import numpy as np
import pytest

from chainrule.keras import data, utils
from chainrule.keras.random import generator, set_seed


def test_classes_become_one_hot_rows():
    found = utils.to_categorical([0, 2, 1])
    np.testing.assert_array_equal(found, [[1, 0, 0], [0, 0, 1], [0, 1, 0]])
    assert found.dtype == np.float64  # as in Keras
    np.testing.assert_array_equal(utils.to_categorical([1], 3), [[0, 1, 0]])


@pytest.mark.parametrize(
    ("x", "shape"),
    [
        (1, (2,)),
        ([1], (1, 2)),
        ([[0], [1]], (2, 2)),  # a column of classes loses its last axis
        ([[0, 1], [1, 0]], (2, 2, 2)),
        (np.array([True, False]), (2, 2)),
        (np.array([1.0, 0.0]), (2, 2)),
        (np.array([1, 0], np.uint8), (2, 2)),
    ],
)
def test_the_classes_are_the_last_axis(x, shape):
    found = utils.to_categorical(x)
    assert found.shape == shape
    np.testing.assert_array_equal(found.argmax(-1).ravel(), np.ravel(x))
    np.testing.assert_array_equal(found.sum(-1), np.ones(shape[:-1]))


@pytest.mark.parametrize(
    ("x", "num_classes", "error", "message"),
    [
        ([0, 3], 3, ValueError, "x holds class 3, and num_classes is 3; .* or num_classes=4"),
        ([-1, 0], None, ValueError, "x holds class -1; possible: from 0"),
        ([0.5, 1], None, ValueError, "x holds 0.5, which is no integer"),
        ([0, np.nan], None, ValueError, "x holds nan, which is no integer"),
        ([], None, ValueError, "x is empty"),
        (["cat", "dog"], None, TypeError, r"x has the dtype <U3; .*np.unique\(x, return_inverse"),
    ],
)
def test_what_is_no_class_is_refused(x, num_classes, error, message):
    with pytest.raises(error, match=message):
        utils.to_categorical(x, num_classes)


def test_norms_become_one():
    x = np.array([[3.0, 4.0], [0.0, 0.0], [-6.0, 8.0]])
    np.testing.assert_allclose(utils.normalize(x), [[0.6, 0.8], [0, 0], [-0.6, 0.8]])
    lengths = np.array([np.sqrt(45.0), np.sqrt(80.0)])
    np.testing.assert_allclose(utils.normalize(x, axis=0), x / lengths)
    np.testing.assert_allclose(utils.normalize(x, axis=None), x / np.sqrt(125.0))
    np.testing.assert_allclose(utils.normalize(x, order=1)[0], [3 / 7, 4 / 7])
    np.testing.assert_allclose(utils.normalize(x, order=np.inf)[2], [-0.75, 1])
    assert utils.normalize(x.astype("float32")).dtype == np.float32
    np.testing.assert_allclose(utils.normalize([3, 4]), [0.6, 0.8])
    assert x[0, 0] == 3.0  # not changed


def test_one_seed_makes_all_numbers_repeat():
    numpy_state, python_state = np.random.get_state(), random.getstate()  # noqa: NPY002
    try:
        drawn = []
        for _ in range(2):
            utils.set_random_seed(np.int64(3))
            drawn.append((random.random(), np.random.random(), generator().random()))  # noqa: NPY002
        assert drawn[0] == drawn[1]
        assert drawn[0][0] == random.Random(3).random()
        assert drawn[0][1] == np.random.RandomState(3).random_sample()
        utils.set_random_seed(4)
        assert generator().random() != drawn[0][2]
    finally:
        random.setstate(python_state)
        np.random.set_state(numpy_state)  # noqa: NPY002
        set_seed(None)


@pytest.mark.parametrize("seed", [1.5, "1", True, None, -1, 2**32])
def test_a_seed_is_an_integer(seed):
    with pytest.raises(ValueError, match=r"seed is .*; possible: an integer from 0 to"):
        utils.set_random_seed(seed)


def test_names_are_those_of_keras():
    assert utils.Sequence is utils.PyDataset is data.PyDataset
    assert utils.pack_x_y_sample_weight(1, 2) == (1, 2)
    assert utils.unpack_x_y_sample_weight((1, 2)) == (1, 2, None)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("get_custom_objects", "files may name only the layers"),
        ("register_keras_serializable", "for own classes use real Keras"),
        ("model_to_dot", "plot_model draws without Graphviz"),
        ("pad_sequences", "for recurrent networks; use real Keras"),
        ("get_file", "it reads or downloads files"),
    ],
)
def test_what_is_not_supported_says_what_to_do(name, message):
    with pytest.raises(NotImplementedError, match=rf"utils\.{name} is not supported: .*{message}"):
        getattr(utils, name)


def test_a_slip_of_the_pen_gets_a_suggestion():
    with pytest.raises(AttributeError, match="'to_categoricl': did you mean 'to_categorical'"):
        utils.to_categoricl  # noqa: B018
