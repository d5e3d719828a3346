"""Arrays of every layout: the public way in takes them, the native engine takes or refuses them.

An array is drawn as a view of a larger block of bytes: rows and columns in steps that may be
negative, by rows or by columns, and at any offset in bytes.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainrule import NeuralNetwork, _native
from chainrule.architecture import Architecture, Program, TrainingState
from chainrule.engines import get_engine
from chainrule.engines.native import NativeEngine
from chainrule.engines.protocol import Data, TrainingLog
from chainrule.layers import Dense
from chainrule.optimizers import SGD

HYPOTHESIS = settings(max_examples=150, deadline=None, derandomize=True)
STEPS = st.sampled_from([1, 1, 1, 2, 3, -1, -2])
LAYOUTS = st.tuples(STEPS, STEPS, st.booleans(), st.sampled_from([0, 0, 0, 1, 2, 4, 8]))
PLAIN = (1, 1, False, 0)

NET = Architecture(3, (Dense(4, "tanh"), Dense(2)))
PROGRAM = Program(
    NET, "mean_squared_error", SGD(0.1, momentum=0.9), measures=("mean_squared_error",)
)


def laid_out(values, layout):
    """Return an array equal to ``values``, of one or two axes, with that layout in memory."""
    row_step, column_step, by_columns, offset = layout
    steps = (row_step, column_step)[: values.ndim]
    shape = [n * abs(step) for n, step in zip(values.shape, steps, strict=True)]
    size = int(np.prod(shape)) * values.itemsize
    start = np.zeros(size + 64 + offset, dtype=np.uint8)
    start = start[-start.ctypes.data % 64 :][offset : offset + size]  # so far from a multiple of 64
    block = start.view(values.dtype).reshape(shape, order="F" if by_columns else "C")
    view = block[tuple(slice(None, None, step) for step in steps)]
    view[...] = values
    np.testing.assert_array_equal(view, values)
    return view


def fits(array):
    return array.flags.c_contiguous and array.flags.aligned


def test_layouts_are_what_they_say():
    values = np.arange(6.0).reshape(2, 3)
    assert fits(laid_out(values, PLAIN))
    assert not laid_out(values, (1, 1, False, 1)).flags.aligned
    assert laid_out(values, (1, 1, True, 0)).flags.f_contiguous
    assert laid_out(values, (-2, 3, False, 0)).strides == (-2 * 9 * 8, 3 * 8)


def test_the_notebooks_class_takes_every_layout(engine_name):
    @HYPOTHESIS
    @given(LAYOUTS, LAYOUTS, LAYOUTS, st.sampled_from("fd"), st.integers(1, 6))
    def check(of_X, of_y, of_W, dtype, samples):
        rng = np.random.default_rng(samples)
        X, y = rng.uniform(size=(samples, 3)).astype(dtype), rng.uniform(size=(samples, 2))
        plain, drawn = (NeuralNetwork([3, 4, 2], engine=engine_name) for _ in range(2))
        drawn.W = [laid_out(W, of_W) for W in drawn.W]
        views = list(drawn.W)
        given_X, given_y = laid_out(X, of_X), laid_out(y, of_y)
        plain.fit(X, y, n_epochs=2, method="SGD", display_update=None)
        drawn.fit(given_X, given_y, n_epochs=2, method="SGD", display_update=None)
        for W, view, expected in zip(drawn.W, views, plain.W, strict=True):
            assert W is view  # written in place, whatever its layout
            np.testing.assert_array_equal(W, expected)
        np.testing.assert_array_equal(drawn.predict(given_X), plain.predict(X))
        np.testing.assert_array_equal(given_X, X)

    check()


# What training hands to native code, and what each looks like: by name, in the order of train().
FORMS = {
    "theta": lambda rng: rng.normal(size=NET.n_parameters),
    "slots": lambda rng: rng.normal(size=(1, NET.n_parameters)),
    "X": lambda rng: rng.normal(size=(5, 3)),
    "Y": lambda rng: rng.normal(size=(5, 2)),
    "weight": lambda rng: rng.uniform(1, 2, size=5),
    "order": lambda rng: rng.integers(0, 5, size=(2, rng.integers(1, 6))),
    "loss": lambda _: np.zeros(2),
    "X_validation": lambda rng: rng.normal(size=(4, 3)),
    "Y_validation": lambda rng: rng.normal(size=(4, 2)),
    "weight_validation": lambda rng: rng.uniform(1, 2, size=4),
    "validation_loss": lambda _: np.zeros(2),
    "measures": lambda _: np.zeros((2, 1)),
    "validation_measures": lambda _: np.zeros((2, 1)),
}
WRITTEN = ("theta", "slots", "loss", "validation_loss", "measures", "validation_measures")


def train(engine, arrays):
    """Train for two epochs with these arrays; return what was written."""
    state = TrainingState(arrays["slots"], step=3, key=5)
    log = TrainingLog(
        *(arrays[name] for name in ("loss", "validation_loss")),
        *(arrays[name] for name in ("measures", "validation_measures")),
    )
    engine.train(
        *(PROGRAM, arrays["theta"], state),
        Data(arrays["X"], arrays["Y"], arrays["weight"]),
        arrays["order"],
        batch_size=2,
        log=log,
        validation=Data(*(arrays[f"{name}_validation"] for name in ("X", "Y", "weight"))),
    )
    return {name: arrays[name].copy() for name in WRITTEN}


@st.composite
def some_layouts(draw):
    odd = draw(st.lists(st.sampled_from(list(FORMS)), min_size=1, max_size=3, unique=True))
    return {name: draw(LAYOUTS) for name in odd}


def test_training_takes_a_layout_or_refuses_it_untouched():
    engine, reference = NativeEngine(), get_engine("numpy")
    ends = {"trained": 0, "refused": 0}

    @HYPOTHESIS
    @given(some_layouts(), st.integers(0, 1000))
    def check(layouts, seed):
        rng = np.random.default_rng(seed)
        plain = {name: form(rng) for name, form in FORMS.items()}
        drawn = {name: laid_out(a, layouts.get(name, PLAIN)) for name, a in plain.items()}
        if all(fits(array) for array in drawn.values()):
            ends["trained"] += 1
            found = train(engine, drawn)
            for name, expected in train(reference, plain).items():
                np.testing.assert_allclose(found[name], expected, rtol=1e-10, atol=1e-13)
        else:
            ends["refused"] += 1
            with pytest.raises((TypeError, ValueError)):
                train(engine, drawn)
            for name in FORMS:
                np.testing.assert_array_equal(drawn[name], plain[name])

    check()
    assert min(ends.values()) > 10


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("offset", [1, 4])
def test_each_misaligned_array_is_refused(name, offset, rng):
    arrays = {form: make(rng) for form, make in FORMS.items()}
    arrays[name] = laid_out(arrays[name], (1, 1, False, offset))
    before = {form: array.copy() for form, array in arrays.items()}
    with pytest.raises(ValueError, match="does not lie on a multiple of 8 bytes"):
        train(NativeEngine(), arrays)
    for form, expected in before.items():
        np.testing.assert_array_equal(arrays[form], expected)


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("dtype", [np.float32, np.int32, ">f8", np.complex128, bool])
def test_each_array_of_another_dtype_is_refused(name, dtype, rng):
    arrays = {form: make(rng) for form, make in FORMS.items()}
    arrays[name] = np.abs(arrays[name]).astype(dtype)
    before = {form: array.copy() for form, array in arrays.items()}
    with pytest.raises((TypeError, ValueError, BufferError)):
        train(NativeEngine(), arrays)
    for form, expected in before.items():
        np.testing.assert_array_equal(arrays[form], expected)


def test_orders_are_taken_or_refused():
    """Numbers in any shape: what is an order trains as the reference does, the rest is refused."""
    engine, reference = NativeEngine(), get_engine("numpy")

    @HYPOTHESIS
    @given(
        st.tuples(st.integers(1, 3), st.integers(0, 7)),
        st.lists(st.integers(-1, 5), min_size=21, max_size=21),
        st.booleans(),
    )
    def check(shape, numbers, in_range):
        order = np.array(numbers[: int(np.prod(shape))], dtype=np.int64).reshape(shape)
        order = order % 5 if in_range else order
        rng = np.random.default_rng(0)
        arrays = {name: form(rng) for name, form in FORMS.items()}
        again = {name: array.copy() for name, array in arrays.items()}
        arrays["order"] = again["order"] = order
        right = shape[0] == 2 and 1 <= shape[1] <= 5 and (order >= 0).all() and (order < 5).all()
        if right:
            found, expected = train(engine, arrays), train(reference, again)
            for name in WRITTEN:
                np.testing.assert_allclose(found[name], expected[name], rtol=1e-10, atol=1e-13)
        else:
            with pytest.raises(ValueError, match="order h"):
                train(engine, arrays)
            np.testing.assert_array_equal(arrays["theta"], again["theta"])

    check()


@pytest.mark.parametrize("wrong", ["x", "y"])
def test_the_vector_functions_refuse_what_is_misaligned(wrong):
    arrays = {"x": np.zeros(3), "y": np.zeros(3)}
    arrays[wrong] = laid_out(arrays[wrong], (1, 1, False, 4))
    with pytest.raises(ValueError, match=f"^{wrong} does not lie on a multiple of 8 bytes"):
        _native.apply("", "exp", arrays["x"], arrays["y"])
