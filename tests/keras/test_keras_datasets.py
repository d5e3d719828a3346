import numpy as np
import pytest

from chainrule import datasets as ours
from chainrule.keras import datasets


def test_digits_are_images_and_labels():
    (x_train, y_train), (x_test, y_test) = datasets.digits.load_data()
    images, labels = ours.digit_images()
    assert x_train.shape == (1347, 8, 8)
    assert x_test.shape == (450, 8, 8)
    assert {x_train.dtype, y_train.dtype, x_test.dtype, y_test.dtype} == {np.dtype("uint8")}
    assert x_train.min() == 0
    assert x_train.max() == 16
    # All images are there, each once and with its own label.
    found = np.column_stack([np.vstack([x_train, x_test]).reshape(1797, 64), [*y_train, *y_test]])
    expected = np.column_stack([images.reshape(1797, 64), labels])
    assert sorted(map(tuple, found.tolist())) == sorted(map(tuple, expected.tolist()))


def test_digits_are_split_as_elsewhere():
    (x_train, y_train), (x_test, y_test) = datasets.digits.load_data(0.1, split_seed=3)
    data = ours.digits(0.1, 3)
    np.testing.assert_array_equal(x_train.reshape(-1, 64) / 16, data.X_train)
    np.testing.assert_array_equal(x_test.reshape(-1, 64) / 16, data.X_test)
    np.testing.assert_array_equal(y_train, data.labels_train)
    np.testing.assert_array_equal(y_test, data.labels_test)


def test_the_exclusive_or_has_four_points():
    train, test = datasets.xor.load_data()
    for x, y in (train, test):
        assert (x.dtype, y.dtype) == (np.float32, np.uint8)
        np.testing.assert_array_equal(x, [[0, 0], [0, 1], [1, 0], [1, 1]])
        np.testing.assert_array_equal(y, [0, 1, 1, 0])
    train[0][0, 0] = 7
    assert test[0][0, 0] == 0


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("mnist", "nothing is downloaded here.*keras.datasets import mnist.*'mnist_784'"),
        ("cifar100", r"keras.datasets import cifar100\), and give the arrays to fit"),
        ("california_housing", r"sklearn.datasets.fetch_california_housing\(\)"),
    ],
)
def test_data_sets_that_must_be_downloaded_say_where_they_are(name, message):
    with pytest.raises(NotImplementedError, match=message):
        getattr(datasets, name)
    with pytest.raises(NotImplementedError, match=message):
        exec(f"from chainrule.keras.datasets import {name}")


def test_a_slip_of_the_pen_gets_a_suggestion():
    with pytest.raises(AttributeError, match="no data set 'digit': did you mean 'digits'"):
        datasets.digit  # noqa: B018
