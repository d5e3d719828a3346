"""The native engine refuses what does not fit before native code touches memory."""

import os
import subprocess
import sys

import numpy as np
import pytest

from chainrule.architecture import Architecture, Program, TrainingState
from chainrule.engines.protocol import Data, TrainingLog
from chainrule.layers import Dense
from chainrule.losses import LOSSES
from chainrule.measures import MEASURES
from chainrule.optimizers import SGD, Adam

NET = Architecture(3, (Dense(4, "tanh"), Dense(2)))


@pytest.fixture
def native():
    engines = pytest.importorskip("chainrule.engines.native", reason="the native engine")
    return engines.NativeEngine()


def run(engine, program=None, epochs=2, **changed):
    """Train on what is right but for what is changed."""
    program = program or Program(NET, "mean_squared_error", SGD(0.1))
    dtype = np.float64
    given = {
        "theta": np.zeros(NET.n_parameters),
        "X": np.zeros((5, 3)),
        "Y": np.zeros((5, program.targets)),
        "weight": None,
        "order": None,
        "batch_size": 2,
        "state": TrainingState.fresh(program, dtype),
        "log": TrainingLog.empty(epochs),
        "validation": None,
        **changed,
    }
    engine.train(
        program,
        given["theta"],
        given["state"],
        Data(given["X"], given["Y"], given["weight"]),
        given["order"],
        batch_size=given["batch_size"],
        log=given["log"],
        validation=given["validation"],
    )


def misaligned(shape):
    """Return zeros that do not lie on a multiple of eight bytes."""
    n = int(np.prod(shape))
    return np.zeros(8 * n + 1, dtype=np.uint8)[1:].view(np.float64).reshape(shape)


def with_outputs(outputs):
    log = TrainingLog.empty(2)
    log.outputs = outputs
    return log


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"theta": np.zeros(3)}, "theta has 3 numbers; the network has 26"),
        ({"X": np.zeros((5, 4))}, "X has 4 columns; the network has 3"),
        ({"Y": np.zeros((5, 3))}, "Y has 3 columns; the network has 2"),
        ({"X": np.zeros((4, 3))}, "X has 4 rows and Y has 5"),
        ({"X": np.zeros((0, 3)), "Y": np.zeros((0, 2))}, "X has no rows"),
        ({"weight": np.zeros(4)}, "weight and X differ in length"),
        ({"order": np.zeros((2, 6), dtype=np.int64)}, "order has 6 columns; possible: 1 to 5"),
        ({"order": np.zeros((2, 0), dtype=np.int64)}, "order has 0 columns; possible: 1 to 5"),
        ({"order": np.zeros((3, 5), dtype=np.int64)}, "order has 3 rows; possible: 2"),
        ({"order": np.full((2, 5), 5)}, "order holds 5; possible: 0 to 4"),
        ({"order": np.full((2, 5), -1)}, "order holds -1; possible: 0 to 4"),
        ({"theta": misaligned((26,))}, "theta does not lie on a multiple of 8 bytes"),
        ({"X": misaligned((5, 3))}, "X does not lie on a multiple of 8 bytes"),
        ({"state": TrainingState(np.zeros((1, 26)))}, r"slots has shape \(1, 26\); possible: \(0,"),
        ({"validation": Data(np.zeros((2, 3)), np.zeros((1, 2)))}, "X has 2 rows and Y has 1"),
        (
            {"log": with_outputs(np.zeros((2, 5, 3)))},
            r"outputs has shape .2, 5, 3.; possible: .2, 5, 2.",
        ),
        (
            {"log": with_outputs(np.zeros((2, 4, 2)))},
            r"outputs has shape .2, 4, 2.; possible: .2, 5, 2.",
        ),
        ({"log": with_outputs(misaligned((2, 5, 2)))}, "outputs does not lie on a multiple of 8"),
    ],
)
def test_what_does_not_fit_is_refused(changed, message, native):
    with pytest.raises(ValueError, match=message):
        run(native, **changed)


@pytest.mark.parametrize("batch_size", [0, -1])
def test_batches_have_a_sample(batch_size, engine):
    with pytest.raises(ValueError, match=f"batch_size is {batch_size}; possible"):
        run(engine, batch_size=batch_size)


@pytest.mark.parametrize(
    "changed",
    [
        {"X": np.zeros((5, 3), dtype=np.float32)},
        {"Y": np.zeros((5, 2), dtype=np.int64)},
        {"X": np.zeros((3, 5)).T},
        {"theta": np.zeros(52)[::2]},
        {"order": np.zeros((2, 5), dtype=np.int32)},
        {"order": np.zeros((2, 5), dtype=np.int64, order="F")},
        {"log": with_outputs(np.zeros((2, 5, 2), dtype=np.float32))},
    ],
    ids=[
        "float32 among float64",
        "integers",
        "not C-contiguous",
        "strided",
        "int32 order",
        "order by columns",
        "float32 outputs",
    ],
)
def test_other_dtypes_and_layouts_are_refused(changed, native):
    with pytest.raises(TypeError):
        run(native, **changed)


def test_theta_that_is_read_only_is_refused(native):
    theta = np.zeros(26)
    theta.flags.writeable = False
    with pytest.raises(TypeError):
        run(native, theta=theta)


def test_classes_out_of_range_are_refused(native):
    program = Program(NET, "sparse_categorical_crossentropy_from_logits", Adam())
    for wrong in (-1.0, 2.0, np.nan):
        Y = np.zeros((5, 1))
        Y[3] = wrong
        with pytest.raises(ValueError, match="Y holds a class that is not one of 0 to 1"):
            run(native, program, Y=Y)


def test_sparse_losses_have_one_column_and_others_as_many_as_outputs(native):
    """Classes are read from the first column: a wider Y would be read where it was not checked."""
    from chainrule import _native

    def compiled(loss, targets, measures=()):
        stage = ("dense", 3, 2, "linear", 0.0, 1, [], 0)
        sgd = ("sgd", [0.0, 0.0], 0, 0.0, 0.0, 0.0, 0.0, -1.0)
        block = (3, 2, True, 0.0, 0.0, 0.0)
        return _native.Compiled(
            native.isa, [stage], [block], loss, True, False, targets, [], sgd, list(measures)
        )

    for name, row in LOSSES.items():
        compiled(name, 1 if row.sparse else 2)
        with pytest.raises(ValueError, match=r"^Y would have . columns; the network has 2$"):
            compiled(name, 2 if row.sparse else 1)
        for measure, its in MEASURES.items():
            if its.sparse == row.sparse:
                compiled(name, 1 if row.sparse else 2, [measure])
            else:
                with pytest.raises(ValueError, match=f"^the measure '{measure}' does not fit"):
                    compiled(name, 1 if row.sparse else 2, [measure])


@pytest.mark.parametrize("units", [2**62, 2**40])
def test_sizes_that_overflow_are_refused(units, native):
    net = Architecture(2**20, (Dense(units),))
    with pytest.raises(ValueError, match="is too large"):
        native.forward(net, np.zeros(3), np.zeros((1, 3)))


def test_an_unknown_instruction_set(native):
    with pytest.raises(ValueError, match=r"^CHAINRULE_ISA is 'v9'; possible on this processor: "):
        type(native)("v9")
    environment = {**os.environ, "CHAINRULE_ISA": "v9"}
    code = "import chainrule; chainrule.NeuralNetwork([2, 1])"
    ended = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert "ValueError: CHAINRULE_ISA is 'v9'" in ended.stderr


# Layers and batch size; whether vectors of 32 bytes are taken in float32 and in float64, on a
# processor that does 64 bytes at once, and on one that does them in two halves.
NARROW = {
    "4 units": ((2, 4, 1), 8, (True, True), (True, True)),
    "5 units": ((2, 5, 1), 8, (True, False), (True, True)),
    "8 units": ((2, 8, 1), 8, (True, False), (True, True)),
    "9 units": ((2, 9, 1), 8, (False, False), (True, True)),
    "20 units": ((20, 20, 3), 8, (False, False), (True, True)),
    "full vectors": ((32, 16, 10), 8, (False, False), (False, False)),
    "full vectors, row by row": ((32, 16, 10), 1, (False, False), (True, True)),
}


@pytest.mark.parametrize("case", NARROW)
def test_narrow_vectors_are_taken_where_wide_ones_would_be_half_empty(case):
    """A build that is named is kept to."""
    engine = pytest.importorskip("chainrule.engines.native", reason="the native engine")
    if "v3" not in engine.isas():
        pytest.skip("this processor has no build for vectors of 32 bytes")
    best = engine.isas()[-1]
    widths, batch, at_once, in_halves = NARROW[case]
    program = Program(Architecture(64, tuple(Dense(units, "tanh") for units in widths)))
    compiled = engine._compiled("", program)
    narrow = in_halves if engine._native.works_in_halves() else at_once
    expected = tuple("v3" if each else best for each in narrow)
    assert (compiled.isa_in_float32(batch), compiled.isa_in_float64(batch)) == expected
    assert compiled.isa == best
    for isa in engine.isas():
        named = engine._compiled(isa, program)
        found = (named.isa_in_float32(batch), named.isa_in_float64(batch), named.isa)
        assert found == (isa,) * 3


def test_a_step_of_momentum_is_no_step_row_by_row():
    engine = pytest.importorskip("chainrule.engines.native", reason="the native engine")
    network = Architecture(64, (Dense(32), Dense(16)))
    compiled = engine._compiled("", Program(network, optimizer=SGD(momentum=0.9)))
    assert compiled.isa_in_float32(1) == compiled.isa_in_float32(8)
