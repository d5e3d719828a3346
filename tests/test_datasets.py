import subprocess
import sys

import numpy as np
import pytest

from chainrule import datasets

sklearn_data = pytest.importorskip("sklearn.datasets", reason="the digits are scikit-learn's")


def test_xor_is_the_truth_table():
    data = datasets.xor()
    assert data.X_train.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert data.labels_train.tolist() == [0, 1, 1, 0]
    assert data.y_train.tolist() == [[0], [1], [1], [0]]
    for name in ("X", "labels", "y"):
        train, test = getattr(data, f"{name}_train"), getattr(data, f"{name}_test")
        np.testing.assert_array_equal(train, test)
        assert not np.shares_memory(train, test)
    assert data.image_shape is None


def test_digit_images_are_those_of_scikit_learn():
    images, labels = datasets.digit_images()
    theirs = sklearn_data.load_digits()
    np.testing.assert_array_equal(images, theirs.images)
    np.testing.assert_array_equal(labels, theirs.target)
    assert images.dtype == theirs.images.dtype


@pytest.mark.parametrize(
    ("test_size", "split_seed"), [(0.25, 13), (0.1, 0), (0.999, 2**32 - 1), (1e-9, 5), (1 / 3, 1)]
)
def test_digits_are_split_and_coded_as_by_scikit_learn(test_size, split_seed):
    from sklearn.model_selection import train_test_split
    from sklearn.preprocessing import LabelBinarizer

    theirs = sklearn_data.load_digits()
    X_train, X_test, labels_train, labels_test = train_test_split(
        theirs.data / 16.0, theirs.target, test_size=test_size, random_state=split_seed
    )
    coder = LabelBinarizer().fit(theirs.target)
    data = datasets.digits(test_size, split_seed)
    np.testing.assert_array_equal(data.X_train, X_train)
    np.testing.assert_array_equal(data.X_test, X_test)
    np.testing.assert_array_equal(data.labels_train, labels_train)
    np.testing.assert_array_equal(data.labels_test, labels_test)
    np.testing.assert_array_equal(data.y_train, coder.transform(labels_train))
    np.testing.assert_array_equal(data.y_test, coder.transform(labels_test))
    assert data.image_shape == (8, 8)


def test_digits_describe_themselves():
    data = datasets.digits()
    assert data.description == sklearn_data.load_digits().DESCR
    assert repr(data) == (
        "Dataset digits: 1347 samples to train on, 450 to test on, 64 inputs, 10 outputs"
    )
    assert repr(datasets.xor()).endswith("4 to test on, 2 inputs, 1 output")


def test_digits_when_the_file_is_not_where_it_was(monkeypatch, tmp_path):
    images, labels = datasets.digit_images()
    monkeypatch.setattr(datasets, "_sklearn_folder", lambda: tmp_path)
    again, labels_again = datasets.digit_images()
    np.testing.assert_array_equal(again, images)
    np.testing.assert_array_equal(labels_again, labels)
    assert datasets.digits().description.startswith("8 x 8 images")


def test_digits_do_not_import_scikit_learn():
    code = (
        "import sys; from chainrule import datasets; datasets.digits(); "
        "print([m for m in ('sklearn', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_without_scikit_learn_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setattr(datasets, "find_spec", lambda _name: None)
    with pytest.raises(ModuleNotFoundError, match=r'pip install "chainrule\[tutorial\]"'):
        datasets.digits()


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"test_size": 0.0}, ValueError, r"test_size is 0.0; possible: between 0 and 1"),
        ({"test_size": 1}, ValueError, r"test_size is 1; possible: between 0 and 1"),
        ({"test_size": -0.5}, ValueError, r"test_size is -0.5"),
        ({"test_size": float("nan")}, ValueError, r"test_size is nan"),
        ({"test_size": 0.99999}, ValueError, r"leaves none of 1797 samples to train on"),
        ({"test_size": "0.25"}, TypeError, r"test_size is '0.25', a str"),
        ({"test_size": True}, TypeError, r"test_size is True, a bool"),
        ({"split_seed": -1}, ValueError, r"split_seed is -1; possible: .* at least 0"),
        ({"split_seed": 2**32}, ValueError, r"split_seed is 4294967296; .* 2\*\*32 - 1"),
        ({"split_seed": 1.5}, TypeError, r"split_seed is 1.5, a float"),
        ({"split_seed": None}, TypeError, r"split_seed is None"),
    ],
)
def test_wrong_arguments_are_named(arguments, error, message):
    with pytest.raises(error, match=message):
        datasets.digits(**arguments)
