"""Callbacks within epochs: when they are called, and that they change nothing."""

import dataclasses

import numpy as np
import pytest

from chainrule.architecture import Architecture, Program, TrainingState
from chainrule.callbacks import Callback, Every, EveryBatches
from chainrule.engines.protocol import Data, TrainingLog
from chainrule.layers import BatchNormalization, Dense, Dropout, GaussianNoise
from chainrule.optimizers import SGD, Adam
from chainrule.schedules import CosineDecay
from chainrule.training import History, fit

CHAIN = (Dense(8, "tanh"), Dense(2))
PROGRAMS = {
    "plain": Program(Architecture(3, CHAIN), "mean_squared_error", SGD(0.1)),
    "sum": Program(Architecture(3, CHAIN), optimizer=SGD(0.01, momentum=0.9)),
    "averaged": Program(Architecture(3, CHAIN), optimizer=SGD(0.1), reduction="mean"),
    "summed": Program(Architecture(3, CHAIN), "huber", SGD(0.01), reduction="sum"),
    "schedule": Program(Architecture(3, CHAIN), "huber", Adam(CosineDecay(0.01, 20))),
    "noise": Program(
        Architecture(
            3,
            (GaussianNoise(0.1), Dense(8, "tanh"), Dropout(0.4), BatchNormalization(), Dense(2)),
        ),
        "mean_squared_error",
        Adam(0.01, ema_momentum=0.9),
        measures=("mean_absolute_error", "binary_accuracy"),
    ),
    "regularised": Program(
        Architecture(3, (Dense(8, "tanh", kernel_l2=0.01), Dense(2, kernel_l1=0.01))),
        "mean_absolute_error",
        SGD(0.05),
    ),
}


class AtBatches(Callback):
    """Note what is seen after given batches of the run; stop after one of them."""

    def __init__(self, *batches, stop=None):
        self.batches, self.stop, self.seen = batches, stop, []

    def next_epoch(self, _):
        return None

    def __call__(self, _):
        raise AssertionError("no epoch was asked for")

    def next_batch(self, batch):
        return min((b for b in self.batches if b > batch), default=None)

    def after_batch(self, run):
        self.seen.append((run.batch, run.epoch, run.state.step, len(run.history.loss)))
        if run.batch == self.stop:
            run.stop()


def trained(engine, program, theta, data, *callbacks, shuffled=True, **options):
    theta = theta.copy()
    state = TrainingState.fresh(program, theta.dtype, key=2**40 + 3)
    history = fit(
        *(engine, program, theta, data),
        state=state,
        shuffle=np.random.default_rng(4) if shuffled else None,
        callbacks=callbacks,
        **options,
    )
    return theta, state, history


def assert_same_history(found, expected):
    """The numbers of both, to the last bits: sums of parts are added in another order."""
    one, other = dataclasses.asdict(found), dataclasses.asdict(expected)
    assert one.keys() == other.keys()
    for name, value in other.items():
        assert np.shape(one[name]) == np.shape(value)
        pairs = (
            [(one[name], value)]
            if isinstance(value, list)
            else [(one[name][key], value[key]) for key in value]
        )
        for a, b in pairs:
            np.testing.assert_allclose(a, b, rtol=1e-6)


def check_cut(engine, program, theta, data, batches, **options):
    whole = trained(engine, program, theta, data, **options)
    at = AtBatches(*batches)
    cut = trained(engine, program, theta, data, at, **options)
    np.testing.assert_array_equal(cut[0], whole[0])
    np.testing.assert_array_equal(cut[1].slots, whole[1].slots)
    assert (cut[1].step, cut[1].key) == (whole[1].step, whole[1].key)
    assert_same_history(cut[2], whole[2])
    assert [seen[0] for seen in at.seen] == sorted(batches)
    assert not np.array_equal(whole[0], theta)


@pytest.mark.parametrize("shuffled", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("batch_size", [1, 4, 5, 30])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", PROGRAMS)
def test_a_run_in_parts_is_the_run_bit_for_bit(
    name, dtype, batch_size, weighted, shuffled, fast_engine, rng, make_problem
):
    """11 samples, 4 epochs; cuts in the middle, at the ends, and none at all in the third."""
    program = PROGRAMS[name]
    theta, X, Y = make_problem(rng, program, 11, dtype)
    data = Data(X, Y, rng.uniform(0.5, 2, size=11).astype(dtype) if weighted else None)
    a_epoch = -(-11 // batch_size)
    batches = {1, a_epoch - 1, a_epoch, a_epoch + 1, 3 * a_epoch + 1, 4 * a_epoch} - {0}
    options = {"epochs": 4, "batch_size": batch_size, "validation_data": Data(X[:3], Y[:3])}
    check_cut(fast_engine, program, theta, data, batches, shuffled=shuffled, **options)


@pytest.mark.parametrize("batch_size", [1, 4, 5])
@pytest.mark.parametrize("name", PROGRAMS)
def test_the_reference_in_parts(name, batch_size, rng, make_problem):
    from chainrule.engines import get_engine

    program = PROGRAMS[name]
    theta, X, Y = make_problem(rng, program, 11)
    options = {"epochs": 3, "batch_size": batch_size, "validation_data": Data(X[:3], Y[:3])}
    check_cut(get_engine("numpy"), program, theta, Data(X, Y), {1, 2, 5, 7}, **options)


def test_panels_do_not_depend_on_the_parts(fast_engine, rng, make_problem):
    program = PROGRAMS["plain"]
    theta, X, Y = make_problem(rng, program, 300, np.float32)
    check_cut(fast_engine, program, theta, Data(X, Y), {1, 2, 4}, epochs=2, batch_size=130)


def test_what_is_seen_after_a_batch(engine, rng, make_problem):
    program = PROGRAMS["noise"]
    theta, X, Y = make_problem(rng, program, 11)
    at = AtBatches(1, 3, 4, 6)
    trained(engine, program, theta, Data(X, Y), at, epochs=3, batch_size=4)  # 3 batches an epoch
    assert at.seen == [(1, 0, 1, 0), (3, 1, 3, 1), (4, 1, 4, 1), (6, 2, 6, 2)]


def test_the_loss_so_far_is_that_of_the_batches_so_far(engine):
    """One weight w, x = 1, y = 8: (w - 8)^2 is 64, 16, 4, 1 with a rate of a quarter."""
    net = Architecture(1, (Dense(1, use_bias=False),))
    data, seen = Data(np.ones((4, 1)), np.full((4, 1), 8.0)), []
    look = EveryBatches(1, lambda run: seen.append((run.loss, run.measures)))
    for loss, expected in (
        ("mean_squared_error", [64.0, 40.0, 28.0, 21.25]),
        ("sum_of_squared_errors", [64.0, 80.0, 84.0, 85.0]),
    ):
        seen.clear()
        program = Program(net, loss, SGD(0.25), measures=("mean_absolute_error",))
        history = fit(engine, program, np.zeros(1), data, epochs=1, batch_size=1, callbacks=[look])
        assert seen == [
            (value, {"mean_absolute_error": error})
            for value, error in zip(expected, [8.0, 6.0, 14 / 3, 3.75], strict=True)
        ]
        assert history.loss == expected[-1:]
        assert history.measures == {"mean_absolute_error": [3.75]}


@pytest.mark.parametrize("shuffled", [False, True])
@pytest.mark.parametrize("name", ["plain", "noise"])
def test_kept_outputs_are_those_so_far(name, shuffled, engine, rng, make_problem):
    """3 batches an epoch; the first epoch is cut into 2 and 1, the second is whole."""
    program = PROGRAMS[name]
    theta, X, Y = make_problem(rng, program, 11)
    seen = []

    def look(run):
        seen.append((run.epoch, run.batch, run.outputs, run.order))

    class Look(AtBatches):
        def next_epoch(self, epoch):
            return epoch + 1

        def __call__(self, run):
            look(run)

        def after_batch(self, run):
            look(run)

    options = {"shuffled": shuffled, "epochs": 2, "batch_size": 4, "keep_outputs": True}
    kept = trained(engine, program, theta, Data(X, Y), Look(2), **options)
    assert [(epoch, batch, len(A)) for epoch, batch, A, _ in seen] == [
        *[(0, 2, 8), (1, 3, 11), (2, 6, 11)]
    ]
    (_, _, part, of_part), (_, _, first, of_first), (_, _, second, of_second) = seen
    np.testing.assert_array_equal(part, first[:8])
    np.testing.assert_array_equal(of_part, of_first[:8])
    assert sorted(of_first) == sorted(of_second) == list(range(11))
    assert (of_first.tolist() != list(range(11))) == shuffled

    log, again = TrainingLog.empty(2, len(program.measures)), theta.copy()
    log.outputs = np.empty((2, 11, 2))
    state, order = TrainingState.fresh(program, theta.dtype, 2**40 + 3), [of_first, of_second]
    engine.train(program, again, state, Data(X, Y), np.array(order), batch_size=4, log=log)
    np.testing.assert_array_equal([first, second], log.outputs)
    np.testing.assert_array_equal(kept[0], again)


def test_outputs_are_kept_only_if_asked_for(engine, rng, make_problem):
    program = PROGRAMS["plain"]
    theta, X, Y = make_problem(rng, program, 11)
    seen = []
    look = EveryBatches(1, lambda run: seen.append((run.outputs, run.order)))
    trained(engine, program, theta, Data(X, Y), look, epochs=2, batch_size=4)
    assert seen == [(None, None)] * 6


def test_with_kept_outputs_an_epoch_is_a_call():
    engine, data = Calls(), Data(np.ones((10, 3)), np.ones((10, 2)))
    options = {"epochs": 3, "batch_size": 3, "keep_outputs": True}
    fit(engine, PROGRAMS["plain"], np.zeros(50), data, **options)
    assert engine.made == [(1, 10, False)] * 3


def test_stopping_within_an_epoch_ends_the_run_there(engine, rng, make_problem):
    program = PROGRAMS["sum"]
    theta, X, Y = make_problem(rng, program, 11)
    at, ended = AtBatches(1, 5, 6, stop=5), []
    at.end = lambda run: ended.append((run.epoch, run.batch))
    _, state, history = trained(engine, program, theta, Data(X, Y), at, epochs=9, batch_size=4)
    assert ended == [(1, 5)]
    assert (state.step, len(history.loss)) == (5, 1)


class Calls:
    """An engine that counts what it is asked to do; its losses are 0."""

    name = "calls"

    def __init__(self):
        self.made = []

    def train(self, *args, log, validation=None, **_):
        order = args[4]
        self.made.append(
            (len(log.loss), 10 if order is None else order.shape[1], validation is not None)
        )
        log.loss[:] = log.measures[:] = 0
        log.epochs_done = len(log.loss)


def calls(*callbacks, epochs=6):
    engine, data = Calls(), Data(np.ones((10, 3)), np.ones((10, 2)))
    fit(
        *(engine, PROGRAMS["plain"], np.zeros(50), data),
        epochs=epochs,
        batch_size=3,
        validation_data=data,
        callbacks=callbacks,
    )
    return engine.made


def test_only_epochs_with_a_callback_within_are_cut():
    assert calls() == calls(AtBatches()) == [(6, 10, True)]
    # 4 batches an epoch. The 14th batch is the second of the fourth epoch.
    expected = [(3, 10, True), (1, 6, False), (1, 4, True), (2, 10, True)]
    assert calls(AtBatches(14)) == expected
    assert calls(AtBatches(8)) == [(2, 10, True), (4, 10, True)]
    assert calls(AtBatches(25)) == [(6, 10, True)]


def test_batches_and_epochs_together():
    epochs, batches = [], []
    every = Every(2, lambda epoch, _: epochs.append((epoch, len(batches))))
    inside = EveryBatches(5, lambda run: batches.append((run.batch, run.epoch)))
    calls(every, inside)
    assert batches == [(5, 1), (10, 2), (15, 3), (20, 5)]
    assert epochs == [(1, 0), (2, 1), (4, 3), (6, 4)]


def test_an_epoch_interrupted_between_its_parts_is_not_in_the_history():
    class Interrupted(Calls):
        def train(self, *args, **options):
            if len(self.made) == 2:
                raise KeyboardInterrupt
            super().train(*args, **options)

    history, data = History(), Data(np.ones((10, 3)), np.ones((10, 2)))
    with pytest.raises(KeyboardInterrupt):
        fit(
            *(Interrupted(), PROGRAMS["plain"], np.zeros(50), data),
            epochs=6,
            batch_size=3,
            callbacks=[AtBatches(5)],
            history=history,
        )
    assert history.loss == [0.0]  # the second epoch has only its first batch


def test_the_next_batch_is_a_later_one():
    class Backwards(AtBatches):
        def next_batch(self, batch):
            return batch

    with pytest.raises(ValueError, match=r"^next_batch\(0\) of .* is 0; possible: one after 0"):
        calls(Backwards())


def test_every_so_many_batches_is_at_least_one():
    with pytest.raises(ValueError, match="batches is 0; possible: an integer of at least 1"):
        EveryBatches(0, print)
