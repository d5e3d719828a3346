from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from chainrule.arrays import integer, real_array, real_matrix, widths

VALUES = np.array([[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]])
REAL_DTYPES = [
    *(f"{order}{kind}" for kind in ("i2", "i4", "i8", "u2", "u4", "u8") for order in "<>"),
    *(f"{order}{kind}" for kind in ("f2", "f4", "f8") for order in "<>"),
    *("i1", "u1", "longdouble"),
]


def strided():
    wide = np.full((4, 9), 99.0)
    wide[::2, ::3] = VALUES
    return wide[::2, ::3]


def read_only():
    array = VALUES.copy()
    array.flags.writeable = False
    return array


def unaligned():
    buffer = bytearray(1 + VALUES.nbytes)
    array = np.frombuffer(buffer, dtype=np.float64, offset=1).reshape(VALUES.shape)
    array[...] = VALUES
    return array


FORMS = {
    "list": VALUES.tolist(),
    "tuple": tuple(map(tuple, VALUES.tolist())),
    "list of arrays": list(VALUES),
    "list of lists of NumPy scalars": [[np.float32(v) for v in row] for row in VALUES],
    "Fortran order": np.asfortranarray(VALUES),
    "strided": strided(),
    "backwards": np.ascontiguousarray(VALUES[::-1, ::-1])[::-1, ::-1],
    "transposed": np.ascontiguousarray(VALUES.T).T,
    "read-only": read_only(),
    "unaligned": unaligned(),
    "ints as objects": VALUES.astype(int).astype(object),
    "fractions": [[Fraction(int(v)) for v in row] for row in VALUES],
    "decimals": [[Decimal(int(v)) for v in row] for row in VALUES],
    "memoryview": memoryview(VALUES.astype(np.float32)),
}


def is_for_engines(array):
    flags = array.flags
    return array.dtype.str == np.dtype(np.float64).str and flags.c_contiguous and flags.aligned


@pytest.mark.parametrize("dtype", REAL_DTYPES)
def test_every_real_dtype_and_byte_order(dtype):
    given = VALUES.astype(dtype)
    before = given.copy()
    array = real_array("X", given)
    assert is_for_engines(array)
    np.testing.assert_array_equal(array, VALUES)
    np.testing.assert_array_equal(given, before)


@pytest.mark.parametrize("form", list(FORMS))
def test_every_form(form):
    array = real_array("X", FORMS[form])
    assert is_for_engines(array)
    np.testing.assert_array_equal(array, VALUES)


def test_booleans_are_zeros_and_ones():
    np.testing.assert_array_equal(real_array("X", [True, False]), [1.0, 0.0])


@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (2, 3, 4), (0,), (0, 3)])
def test_the_shape_is_kept(shape):
    assert real_array("X", np.ones(shape, dtype=int)).shape == shape


def test_no_copy_without_need():
    assert np.shares_memory(real_array("X", VALUES), VALUES)


def test_large_integers_are_rounded_like_floats():
    assert real_array("X", np.array([2**64 - 1], dtype=np.uint64))[0] == 2.0**64
    assert real_array("X", [10**300])[0] == 1e300


TEXT = "X holds text"
NO_NUMBERS = {
    "str": ("a", TEXT),
    "list of str": (["1", "2"], TEXT),
    "bytes": ([b"1"], TEXT),
    "numbers and text": ([[1, "a"]], TEXT),
    "text as objects": (np.array([1.0, "a"], dtype=object), "X holds text .dtype object."),
    "complex": ([1j], "X holds complex numbers .dtype complex128."),
    "complex64": (np.ones(2, dtype=np.complex64), "X holds complex numbers .dtype complex64."),
    "complex as objects": (np.array([1.0, 1j], dtype=object), "X holds 1j, a complex"),
    "NumPy's complex as objects": (
        np.array([1.0, np.complex128(2 + 1j)], dtype=object),
        "X holds .*2.*1j.*complex",
    ),
    "dates": (np.array(["2024-02-29"], dtype="M8[D]"), "X holds dates"),
    "durations": (np.array([1], dtype="m8[s]"), "X holds no numbers .dtype timedelta64"),
    "records": (np.zeros(2, dtype="f8,i4"), "X holds no numbers"),
    "dict": ({"a": 1}, "X holds {'a': 1}, a dict"),
    "object": ([[1, object()]], "X holds <object.*>, a object"),
    "lists as objects": (np.array([[1], [1, 2], 3], dtype=object), r"X holds \[1.*\], a list"),
}


@pytest.mark.parametrize("case", list(NO_NUMBERS))
def test_what_holds_no_numbers(case):
    value, message = NO_NUMBERS[case]
    with pytest.raises(TypeError, match=rf"^{message}.*; possible: an array, a list of lists"):
        real_array("X", value)


def test_sparse_matrices_are_told_how_to_come():
    sparse = pytest.importorskip("scipy.sparse")
    with pytest.raises(TypeError, match=r"^X is a sparse matrix; give X\.toarray\(\)$"):
        real_array("X", sparse.eye(3))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", [np.float16, ">f4", np.float64, np.longdouble, object])
def test_nan_and_inf_are_counted_and_located(bad, dtype):
    array = np.zeros((3, 4), dtype=dtype)
    array[1, 2] = array[2, 0] = bad
    with pytest.raises(ValueError, match=r"^X holds 2 NaN or inf, the first at index \(1, 2\);"):
        real_array("X", array)


def test_none_among_numbers():
    with pytest.raises((TypeError, ValueError), match=r"^X holds .*possible"):
        real_array("X", [[1.0, None]])


@pytest.mark.parametrize("value", [[10**400], [[1.0], [-(10**400)]]])
def test_integers_past_float64(value):
    with pytest.raises(ValueError, match=r"^X holds"):
        real_array("X", value)


@pytest.mark.skipif(
    np.finfo(np.longdouble).max == np.finfo(np.float64).max, reason="long double is double here"
)
def test_long_doubles_past_float64():
    with pytest.raises(ValueError, match=r"^X holds 1 NaN or inf, the first at index \(1,\)"):
        real_array("X", np.array([0, 1e300], dtype=np.longdouble) ** 2)


def test_rows_of_unequal_length():
    with pytest.raises(ValueError, match=r"^X has rows of unequal length; all must have as many$"):
        real_array("X", [[1, 2], [3]])


@pytest.mark.parametrize(("given", "shape"), [(3, (1, 1)), ([1, 2], (1, 2)), (VALUES, (2, 3))])
def test_a_matrix_has_two_axes(given, shape):
    matrix = real_matrix("X", given)
    assert matrix.shape == shape
    np.testing.assert_array_equal(matrix.ravel(), np.ravel(given))


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0), (1, 0)])
def test_a_matrix_is_not_empty(shape):
    with pytest.raises(ValueError, match=r"^X is empty \(shape .*\); give at least one sample$"):
        real_matrix("X", np.empty(shape))


def test_a_matrix_has_no_third_axis():
    with pytest.raises(ValueError, match=r"^X has shape \(2, 3, 4\); .*X\.reshape\(len\(X\), -1\)"):
        real_matrix("X", np.zeros((2, 3, 4)))


@pytest.mark.parametrize("value", [0, 3, np.int8(3), np.uint64(3)])
def test_integers(value):
    result = integer("n", value, least=0)
    assert result == value
    assert type(result) is int


@pytest.mark.parametrize("value", [2.0, "2", None, True, np.float64(2), np.bool_(True), [2]])
def test_what_is_no_integer(value):
    with pytest.raises(TypeError, match=r"^n is .*, a \w+; possible: an integer of at least 1$"):
        integer("n", value, least=1)


@pytest.mark.parametrize("value", [0, -1, np.int64(-5)])
def test_an_integer_too_small(value):
    with pytest.raises(ValueError, match=f"^n is {value}; possible: an integer of at least 1$"):
        integer("n", value, least=1)


def test_masked_values_are_refused():
    masked = np.ma.masked_array([[1.0, 2.0]], mask=[[False, True]])
    with pytest.raises(ValueError, match=r"^X has masked values; fill or remove them"):
        real_array("X", masked)
    whole = np.ma.masked_array([[1.0, 2.0]])
    assert real_array("X", whole).tolist() == [[1.0, 2.0]]


@pytest.mark.parametrize("value", [b"\x02\x01", "21", 5, None, []], ids=repr)
def test_widths_that_are_none(value):
    with pytest.raises(TypeError, match=r"^layers is .*; possible: at least two positive integers"):
        widths("layers", value)
