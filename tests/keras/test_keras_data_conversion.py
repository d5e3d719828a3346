from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pytest

from chainrule.keras import backend
from chainrule.keras.data import arrays

ROWS = [[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]


class OfDLPack:
    """What has no ``__array__``, but is exchanged by DLPack; on the device with that number."""

    def __init__(self, device=1):
        self.array, self.device = np.array(ROWS, "float32"), device

    def __dlpack__(self, **settings):
        return self.array.__dlpack__(**settings)

    def __dlpack_device__(self):
        return self.device, 0


class OfGradients:
    """A tensor that gives no array until it is detached, as those of PyTorch."""

    requires_grad = True

    def detach(self):
        return np.array(ROWS)

    def __array__(self, dtype=None, copy=None):
        raise RuntimeError("detach first")


@pytest.mark.parametrize(
    "value",
    [
        ROWS,
        tuple(map(tuple, ROWS)),
        [np.array(row) for row in ROWS],
        np.array(ROWS),
        np.array(ROWS, order="F"),
        np.array(ROWS, ">f8"),
        np.array(ROWS, np.float16),
        np.array(ROWS, np.longdouble),
        np.array(ROWS, np.uint8),
        np.array(ROWS, ">i4"),
        np.repeat(np.array(ROWS), 2, axis=0)[::2],
        np.array(ROWS)[::-1][::-1],
        np.array(ROWS, object),
        np.ma.masked_array(ROWS, mask=False),
        pd.DataFrame(ROWS),
        pd.DataFrame(ROWS).astype("Int64"),
        pd.DataFrame({"a": [0, 2, 4], "b": [1.0, 3.0, 5.0]}),
        pl.DataFrame({"a": [0, 2, 4], "b": [1.0, 3.0, 5.0]}),
        OfDLPack(),
        OfGradients(),
        memoryview(np.array(ROWS)),
    ],
    ids=lambda value: type(value).__name__,
)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_numbers_of_every_kind_become_contiguous_floats(value, dtype):
    found = arrays(value, "x", dtype)
    assert type(found) is np.ndarray
    assert found.dtype == dtype
    assert found.flags.c_contiguous
    assert found.flags.aligned
    np.testing.assert_array_equal(found, ROWS)


@pytest.mark.parametrize("series", [pd.Series([1, 0, 2]), pl.Series([1, 0, 2])])
def test_series_have_one_axis(series):
    np.testing.assert_array_equal(arrays(series, "y"), np.array([1.0, 0.0, 2.0], "float32"))


def test_an_array_that_is_right_is_not_copied():
    right = np.array(ROWS, "float32")
    assert arrays(right, "x") is right
    exchanged = OfDLPack()
    assert np.shares_memory(arrays(exchanged, "x"), exchanged.array)


def test_what_is_given_is_never_changed():
    given = np.array(ROWS)
    given.flags.writeable = False
    np.testing.assert_array_equal(arrays(given, "x", "float64"), ROWS)
    np.testing.assert_array_equal(arrays(given, "x", "float32"), ROWS)


def test_the_type_is_floatx_unless_given():
    assert arrays(ROWS, "x").dtype == np.float32
    backend.set_floatx("float64")
    try:
        assert arrays(ROWS, "x").dtype == np.float64
    finally:
        backend.set_floatx("float32")


@pytest.mark.parametrize(
    ("value", "dtype"),
    [
        (np.array([1, 2], ">i2"), np.int16),
        ([True, False], np.bool_),
        (np.array([1, 2], np.uint8), np.uint8),
        (np.array([1.0, 2.0]), np.float32),
    ],
)
def test_integers_are_kept_where_they_are_classes(value, dtype):
    found = arrays(value, "y", keep_integers=True)
    assert found.dtype == dtype
    assert found.dtype.isnative
    np.testing.assert_array_equal(found, value)


def test_nan_passes_and_missing_values_become_nan():
    expected = np.array([1.0, np.nan, 3.0], "float32")
    for value in (
        [1.0, np.nan, 3.0],
        [1.0, None, 3.0],
        pd.Series([1, None, 3], dtype="Int64"),
        pl.Series([1, None, 3]),
        [Decimal(1), None, np.float16(3)],
    ):
        np.testing.assert_array_equal(arrays(value, "x"), expected)


def test_what_is_past_float32_is_infinite():
    np.testing.assert_array_equal(arrays([1e300, -1e300], "x"), [np.inf, -np.inf])


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        (["a", "b"], TypeError, r"x holds text \(dtype <U1\); possible: an array"),
        (np.array([1.0, "a"], object), TypeError, r"x holds text \(dtype object\)"),
        (pd.DataFrame({"a": [1.0], "b": ["red"]}), TypeError, "x holds text"),
        (pl.DataFrame({"a": [1.0], "b": ["red"]}), TypeError, "x holds text"),
        ([1j], TypeError, "x holds complex numbers"),
        (np.array([1j], object), TypeError, "x holds 1j, a complex"),
        (np.array(["2020-01-01"], "M8[D]"), TypeError, "x holds dates"),
        (np.array([1], "m8[D]"), TypeError, "x holds durations"),
        (np.zeros(2, [("a", "f4")]), TypeError, "x holds no numbers"),
        ([[1.0], [1.0, 2.0]], ValueError, "x has rows of unequal length"),
        ({"a": 1}, TypeError, "x is a dict; possible: an array"),
        ({1.0, 2.0}, TypeError, "x is a set; possible: an array"),
        (1.5, ValueError, r"x is the single number 1\.5; possible: one sample or more"),
        ([], ValueError, r"x is empty \(shape \(0,\)\); give at least one sample"),
        (np.zeros((3, 0)), ValueError, r"x is empty \(shape \(3, 0\)\)"),
        (np.ma.masked_array([1.0], mask=[True]), ValueError, "x has masked values"),
        ([10**400], ValueError, "x holds an integer past the largest float"),
        (OfDLPack(device=2), ValueError, r"in the memory of a GPU; .* such as x\.cpu\(\)"),
    ],
)
def test_what_holds_no_numbers_is_refused(value, error, message):
    with pytest.raises(error, match=message):
        arrays(value, "x")


def test_a_sparse_matrix_is_refused():
    sparse = pytest.importorskip("scipy.sparse")
    with pytest.raises(TypeError, match=r"x is a sparse matrix; give x\.toarray\(\)"):
        arrays(sparse.csr_matrix(np.eye(2)), "x")


def test_half_precision_of_other_libraries_is_read():
    bfloat16 = pytest.importorskip("ml_dtypes").bfloat16
    np.testing.assert_array_equal(arrays(np.array(ROWS, bfloat16), "x"), ROWS)
