"""Real numbers in every form give the same results, bit for bit, and are never modified."""

from fractions import Fraction

import numpy as np
import pytest

X = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 0], [1, 0, 0]], dtype=float)
ONES = np.hstack([np.ones((5, 1)), X])
Y = np.array([[0, 1], [1, 0], [1, 1], [0, 0], [0, 1]], dtype=float)

DTYPES = [
    *(f"{order}{kind}" for kind in ("i2", "i4", "i8", "u2", "u4", "u8") for order in "<>"),
    *(f"{order}{kind}" for kind in ("f2", "f4", "f8") for order in "<>"),
    *("?", "i1", "u1", "longdouble", "O"),
]


def strided(array):
    wide = np.full((2 * array.shape[0], 3 * array.shape[1]), 99.0)
    wide[::2, ::3] = array
    return wide[::2, ::3]


def read_only(array):
    array = array.copy()
    array.flags.writeable = False
    return array


def unaligned(array):
    buffer = bytearray(1 + array.nbytes)
    moved = np.frombuffer(buffer, dtype=np.float64, offset=1).reshape(array.shape)
    moved[...] = array
    return moved


def broadcast(array):
    return np.broadcast_to(array, (1, *array.shape))[0]


FORMS = {
    "list": np.ndarray.tolist,
    "list of ints": lambda a: a.astype(int).tolist(),
    "list of bools": lambda a: a.astype(bool).tolist(),
    "tuple": lambda a: tuple(map(tuple, a.tolist())),
    "list of arrays": list,
    "fractions": lambda a: [[Fraction(int(v)) for v in row] for row in a],
    "Fortran order": np.asfortranarray,
    "strided": strided,
    "backwards": lambda a: np.ascontiguousarray(a[::-1, ::-1])[::-1, ::-1],
    "read-only": read_only,
    "read-only, strided": lambda a: read_only(strided(a)),
    "unaligned": unaligned,
    "broadcast": broadcast,
    "memoryview": lambda a: memoryview(a.astype(np.float32)),
}


def contents_of_array(array):
    array = np.array(array)
    return array.dtype, array.tolist()


def contents_of_pandas(frame):
    return frame.to_dict(), frame.dtypes.tolist()


def contents_of_polars(frame):
    return frame.to_dict(as_series=False), frame.schema


def results(network, X, ones, y):
    network.fit(X, y, 3, "SGD", display_update=0)
    network.fit(X, y, 2, "batch", display_update=0)
    network.back_propagation(ones, y)
    return [
        *network.W,
        network.loss_history,
        network.predict(X),
        network.predict(ones, bias_trick=False),
        network.loss(ones, y),
        network.loss(X, y, bias_trick=True),
    ]


@pytest.fixture
def check(build):
    """check(form, equal): every method gives the same for form(X), and form(X) stays as it was."""
    layers = [3, 4, 2]
    expected = results(build(layers, eta=0.5), X, ONES, Y)

    def check(form, contents=contents_of_array):
        given = [form(array) for array in (X, ONES, Y)]
        before = [contents(array) for array in given]
        found = results(build(layers, eta=0.5), *given)
        for value, right in zip(found, expected, strict=True):
            np.testing.assert_array_equal(value, right)
        assert [contents(array) for array in given] == before

    return check


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_real_dtype_and_byte_order(dtype, check):
    check(lambda array: array.astype(dtype))


@pytest.mark.parametrize("form", list(FORMS))
def test_every_form(form, check):
    check(FORMS[form])


@pytest.mark.parametrize(
    "dtype",
    ["float64", "float32", "int8", "uint64", "bool", "Int64", "UInt8", "Float32", "boolean"],
)
def test_pandas_frames(dtype, check):
    pandas = pytest.importorskip("pandas")

    def frame(array):
        names = [f"column {i}" for i in range(array.shape[1])]
        index = range(100, 100 - len(array), -1)
        return pandas.DataFrame(array, columns=names, index=index).astype(dtype)

    check(frame, contents_of_pandas)


def test_pandas_frames_of_mixed_columns(check):
    pandas = pytest.importorskip("pandas")
    dtypes = ["Int64", "bool", "float32", "boolean"]

    def frame(array):
        columns = {i: pandas.Series(array[:, i]).astype(dtypes[i]) for i in range(array.shape[1])}
        return pandas.DataFrame(columns)

    check(frame, contents_of_pandas)


@pytest.mark.parametrize("dtype", ["Float64", "Float32", "Int8", "UInt64", "Boolean"])
def test_polars_frames(dtype, check):
    polars = pytest.importorskip("polars")

    def frame(array):
        series = [polars.Series(f"column {i}", array[:, i].tolist()) for i in range(array.shape[1])]
        return polars.DataFrame([s.cast(getattr(polars, dtype)) for s in series])

    check(frame, contents_of_polars)


def test_polars_frames_of_mixed_columns(check):
    polars = pytest.importorskip("polars")
    dtypes = [polars.Int16, polars.Boolean, polars.Float32, polars.UInt8]

    def frame(array):
        series = [polars.Series(str(i), array[:, i].tolist()) for i in range(array.shape[1])]
        return polars.DataFrame([s.cast(d) for s, d in zip(series, dtypes, strict=False)])

    check(frame, contents_of_polars)


@pytest.mark.parametrize("dtype", ["Int64", "Float64", "boolean"])
def test_missing_values_of_pandas_are_refused(dtype, build):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X).astype(dtype)
    frame.iloc[1, 2] = pandas.NA
    with pytest.raises((TypeError, ValueError), match=r"^X holds .*possible"):
        build([3, 4, 2]).fit(frame, Y)


@pytest.mark.parametrize("dtype", ["Int64", "Float64", "Boolean"])
def test_missing_values_of_polars_are_refused(dtype, build):
    polars = pytest.importorskip("polars")
    column = polars.Series("a", [1, None, 0, 1, 1]).cast(getattr(polars, dtype))
    frame = polars.DataFrame([column, column.alias("b"), column.alias("c")])
    with pytest.raises((TypeError, ValueError), match=r"^X holds .*possible"):
        build([3, 4, 2]).fit(frame, Y)


def test_text_in_frames_is_refused(build):
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    words = {"a": [0.0, 1.0], "b": ["0", "1"], "c": [0.0, 1.0]}
    for frame in (pandas.DataFrame(words), polars.DataFrame(words)):
        with pytest.raises(TypeError, match=r"^X holds text"):
            build([3, 4, 2]).predict(frame)


def test_one_output_may_be_a_vector(build):
    pandas, polars = pytest.importorskip("pandas"), pytest.importorskip("polars")
    y = Y[:, 0]
    expected = build([3, 4, 1])
    expected.fit(X, y[:, None], 4, "SGD", display_update=0)
    forms = [y, y.tolist(), y.astype(int), pandas.Series(y), polars.Series(y), y[:, None]]
    for form in forms:
        network = build([3, 4, 1])
        network.fit(X, form, 4, "SGD", display_update=0)
        np.testing.assert_array_equal(network.W[0], expected.W[0])
        assert network.loss_history == expected.loss_history


def test_one_sample_may_be_a_vector(build):
    network, expected = build([3, 4, 2]), build([3, 4, 2])
    expected.fit(X[:1], Y[:1], display_update=0)
    network.fit(X[0], Y[0], display_update=0)
    np.testing.assert_array_equal(network.W[0], expected.W[0])
    np.testing.assert_array_equal(network.predict(X[0].tolist()), expected.predict(X[:1]))


def test_numpy_counts(build):
    network, expected = build([3, 4, 2]), build([3, 4, 2])
    network.fit(X, Y, np.int64(3), "SGD", np.uint8(0))
    expected.fit(X, Y, 3, "SGD", 0)
    assert network.loss_history == expected.loss_history


@pytest.mark.parametrize("method", ["sgd", "SGD", "Sgd"])
def test_the_case_of_a_method_is_free(method, build):
    network, expected = build([3, 4, 2]), build([3, 4, 2])
    network.fit(X, Y, method=method, display_update=0)
    expected.fit(X, Y, method="SGD", display_update=0)
    assert network.loss_history == expected.loss_history
