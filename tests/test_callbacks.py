import dataclasses

import numpy as np
import pytest

from chainrule.architecture import Architecture, Program
from chainrule.callbacks import Callback, EarlyStopping, Every
from chainrule.engines.protocol import Data
from chainrule.layers import Dense
from chainrule.measures import MEASURES
from chainrule.optimizers import SGD
from chainrule.training import History, fit

PROGRAM = Program(Architecture(1, (Dense(1, use_bias=False),)), optimizer=SGD(0.25))
NAN = float("nan")


class Scripted:
    """An engine whose losses are given, and whose only parameter counts the epochs."""

    name = "scripted"

    def __init__(self, losses):
        self.losses = losses
        self.calls = []
        self.epoch = 0

    def train(self, *args, log, **_):
        theta = args[1]
        self.calls.append(len(log.loss))
        for i in range(len(log.loss)):
            if self.losses[self.epoch] is KeyboardInterrupt:
                raise KeyboardInterrupt
            log.loss[i] = self.losses[self.epoch]
            log.validation_loss[i] = -self.losses[self.epoch]
            self.epoch += 1
            theta[:] = self.epoch
            log.epochs_done = i + 1


def run(losses, *callbacks, epochs=None, validate=False, history=None):
    engine, theta = Scripted(losses), np.zeros(1)
    data = Data(np.ones((2, 1)), np.ones((2, 1)))
    fit(
        *(engine, PROGRAM, theta, data),
        epochs=len(losses) if epochs is None else epochs,
        batch_size=1,
        validation_data=data if validate else None,
        callbacks=callbacks,
        history=history,
    )
    return engine, theta[0]


class Recorder(Callback):
    """Note everything that happens, at given epochs; stop after one of them."""

    def __init__(self, *epochs, stop=None):
        self.epochs, self.stop, self.seen = epochs, stop, []

    def begin(self, run):
        self.seen.append(("begin", run.epoch, run.theta[0]))

    def next_epoch(self, epoch):
        return min((e for e in self.epochs if e > epoch), default=None)

    def __call__(self, run):
        self.seen.append((len(run.history.loss), run.epoch, run.theta[0]))
        if run.epoch == self.stop:
            run.stop()

    def end(self, run):
        self.seen.append(("end", run.epoch, run.theta[0]))


def test_a_callback_is_called_where_it_wants_to_be_and_sees_the_parameters():
    recorder = Recorder(2, 5)
    engine, _ = run([1.0] * 7, recorder)
    assert recorder.seen == [("begin", 0, 0), (2, 2, 2), (5, 5, 5), ("end", 7, 7)]
    assert engine.calls == [2, 3, 2]


def test_a_callback_that_never_wants_to_be_called_costs_nothing():
    recorder = Recorder()
    assert run([1.0] * 7, recorder)[0].calls == [7]
    assert recorder.seen == [("begin", 0, 0), ("end", 7, 7)]


def test_a_callback_stops_the_run_after_all_were_called():
    first, second = Recorder(3, 4, stop=3), Recorder(3, 4)
    engine, theta = run([1.0] * 7, first, second)
    assert first.seen == second.seen == [("begin", 0, 0), (3, 3, 3), ("end", 3, 3)]
    assert (engine.calls, theta) == ([3], 3)


def test_an_interrupted_run_does_not_end_its_callbacks():
    recorder = Recorder(1)
    with pytest.raises(KeyboardInterrupt):
        run([1.0, 1.0, KeyboardInterrupt], recorder)
    assert recorder.seen == [("begin", 0, 0), (1, 1, 1)]


def test_what_a_callback_sees_is_what_trains():
    class Look(Recorder):
        def __call__(self, run):
            A = run.engine.forward(run.program.architecture, run.theta, run.data.X)
            self.seen.append((run.state.step, A[0, 0], run.validation_data.Y[0, 0]))

    from chainrule.engines import get_engine

    look = Look(1, 2)
    theta, data = np.array([0.0]), Data(np.array([[1.0]]), np.array([[8.0]]))
    options = {"epochs": 2, "batch_size": 1, "validation_data": data, "callbacks": [look]}
    fit(get_engine("numpy"), PROGRAM, theta, data, **options)
    assert look.seen[1:-1] == [(1, 4.0, 8.0), (2, 6.0, 8.0)]


def test_the_next_epoch_is_a_later_one():
    class Backwards(Recorder):
        def next_epoch(self, epoch):
            return epoch

    with pytest.raises(ValueError, match=r"^next_epoch\(0\) of .* is 0; possible: one after"):
        run([1.0], Backwards())


# Losses, settings; then the epoch that stops the run (0 for none) and the best one, as Keras's
# EarlyStopping counts (its numbers, which are from 0, plus 1).
CASES = [
    ([3, 2, 1, 0], {}, 0, 4),
    ([3, 2, 2, 0], {}, 3, 2),
    ([3, 2, 2, 0], {"patience": 1}, 3, 2),
    ([3, 2, 2, 0], {"patience": 2}, 0, 4),
    ([3, 2, 4, 4, 1], {"patience": 2}, 4, 2),
    ([3, 4, 2, 4, 4, 4, 1], {"patience": 3}, 6, 3),
    ([3, 4, 4, 2, 4, 4, 1], {"patience": 3}, 0, 7),
    ([3.0, 2.5, 2.4, 1.0], {"min_delta": 0.5}, 2, 1),
    ([3.0, 2.5, 2.6, 1.0], {"min_delta": -0.5, "patience": 2}, 3, 1),
    ([3.0, 2.4, 1.0], {"min_delta": 0.5}, 0, 3),
    ([1, 5, 4, 3, 3, 3], {"start_from_epoch": 2}, 5, 4),
    ([1, 5, 4], {"start_from_epoch": 5}, 0, 0),
    ([NAN, NAN, 1], {}, 2, 0),
    ([NAN, 1, NAN, NAN, 0], {"patience": 2}, 4, 2),
    ([3, NAN, NAN, 1], {"patience": 3}, 0, 4),
    ([1], {}, 0, 1),
    # With a baseline, what does not beat it as well is best but does not start the count anew.
    ([9, 8, 7, 6, 5, 6], {"baseline": 6.5, "patience": 3}, 0, 5),
    ([9, 8, 7, 7, 5, 6], {"baseline": 6.5, "patience": 3}, 4, 3),
    ([9, 8, 7, 6, 7, 7, 7], {"baseline": 6.5, "patience": 3}, 7, 4),
    ([9, 8, 7, 6, 7, 7, 7], {"baseline": 6.5, "patience": 3, "min_delta": 0.75}, 5, 4),
    # More is better.
    ([1, 2, 3, 3], {"mode": "max"}, 4, 3),
    ([1, 2, 1, 0, 3], {"mode": "max", "patience": 2}, 4, 2),
    ([1.0, 1.5, 1.6, 9.0], {"mode": "max", "min_delta": 0.5}, 2, 1),
    ([NAN, 1, NAN, NAN, 2], {"mode": "max", "patience": 2}, 4, 2),
    ([1, 2, 3, 4, 3], {"mode": "max", "baseline": 3.5, "patience": 2}, 0, 4),
    ([1, 2, 2, 4, 3], {"mode": "max", "baseline": 3.5, "patience": 2}, 3, 2),
]


@pytest.mark.parametrize("restore_best", [False, True])
@pytest.mark.parametrize(("losses", "settings", "stopped", "best"), CASES)
def test_when_training_stops_early(losses, settings, stopped, best, restore_best):
    stopping = EarlyStopping("loss", restore_best=restore_best, **settings)
    engine, theta = run(losses, stopping)
    last = stopped or len(losses)
    assert (stopping.stopped_epoch, engine.epoch) == (stopped, last)
    if restore_best and not best and last > stopping.start_from_epoch:
        best = 1  # none improved: the parameters of the first are kept
    assert stopping.best_epoch == best
    assert theta == (best if restore_best and best else last)


def test_the_engine_runs_until_the_run_may_have_to_stop():
    engine, _ = run([5.0, 4, 4, 4, 4, 3, 3, 3, 3, 3, 3], EarlyStopping("loss", patience=5))
    assert engine.calls == [5, 2, 4]  # 5, best was 2; 7, best was 6; 11
    engine, _ = run([5.0] * 20, EarlyStopping("loss", start_from_epoch=12))
    assert engine.calls == [13, 1]


@pytest.mark.parametrize("others", [[], [1], [2, 3, 7], [5]])
@pytest.mark.parametrize("patience", range(5))
def test_stopping_does_not_depend_on_other_callbacks(patience, others, rng):
    for losses in rng.integers(0, 9, size=(20, 12)).astype(float):
        alone, beside = (EarlyStopping("loss", patience=patience) for _ in range(2))
        every_epoch = EarlyStopping("loss", patience=patience, restore_best=True)
        epochs = [
            run(losses, alone)[0].epoch,
            run(losses, Recorder(*others), beside)[0].epoch,
            run(losses, every_epoch)[0].epoch,
        ]
        assert len(set(epochs)) == 1
        assert alone.best_epoch == beside.best_epoch == every_epoch.best_epoch
        assert alone.best == beside.best == every_epoch.best == losses[alone.best_epoch - 1]


@pytest.mark.parametrize("name", MEASURES)
@pytest.mark.parametrize("validated", [False, True])
def test_auto_knows_of_each_measure_whether_more_is_better(name, validated):
    """The third of these epochs is the best if more is better, the second if less is."""
    best = 2 if name in ("mean_squared_error", "mean_absolute_error") else 3

    class Measured(Scripted):
        def train(self, *args, log, **options):
            super().train(*args, log=log, **options)
            log.measures[:, 0] = NAN if validated else log.loss
            log.validation_measures[:, 0] = log.loss if validated else NAN

    sparse = "sparse_categorical_crossentropy" if MEASURES[name].sparse else "mean_squared_error"
    program = dataclasses.replace(PROGRAM, loss=sparse, measures=(name,))
    stopping = EarlyStopping(f"validation_{name}" if validated else name, 9, restore_best=True)
    data, theta = Data(np.ones((2, 1)), np.zeros((2, 1))), np.zeros(1)
    fit(
        *(Measured([5.0, 4.0, 7.0, 6.0]), program, theta, data),
        epochs=4,
        batch_size=1,
        validation_data=data,
        callbacks=[stopping],
    )
    assert (stopping.best_epoch, stopping.best, theta[0]) == (best, [4.0, 7.0][best - 2], best)


def test_a_mode_overrules_what_is_known():
    assert EarlyStopping("binary_accuracy").best == -np.inf
    assert EarlyStopping("binary_accuracy", mode="min").best == np.inf
    assert EarlyStopping("loss", mode="max").best == -np.inf


def test_the_validation_loss_is_watched_by_default():
    stopping = EarlyStopping()
    engine, _ = run([1.0, 2, 3, 2, 5], stopping, validate=True)  # on validation -1, -2, ...
    assert (engine.epoch, stopping.best, stopping.best_epoch) == (4, -3, 3)


def test_every_run_starts_afresh_and_after_what_the_history_has():
    stopping, history = EarlyStopping("loss", restore_best=True), History([0.5, 0.25])
    for _ in range(2):
        engine, theta = run([3.0, 2, 4, 1], stopping, history=history)
        assert (engine.epoch, stopping.best, stopping.stopped_epoch, theta) == (3, 2, 3, 2)
    assert history.loss == [0.5, 0.25, 3, 2, 4, 3, 2, 4]


def test_another_callback_ends_the_run_and_the_best_is_known():
    stopping = EarlyStopping("loss", patience=10)
    run([3.0, 1, 2, 2], Recorder(3, stop=3), stopping)
    assert (stopping.best, stopping.best_epoch, stopping.stopped_epoch) == (1, 2, 0)


def test_the_best_parameters_come_back(engine, rng):
    X = rng.normal(size=(6, 3))
    Y = X @ np.array([[1.0], [2.0], [3.0]])
    program = Program(Architecture(3, (Dense(1),)), "mean_squared_error", SGD(0.05))
    theta, other = np.zeros(4), Data(X, Y[::-1].copy())
    stopping = EarlyStopping(patience=3, restore_best=True)
    options = {"batch_size": 2, "validation_data": other, "callbacks": [stopping]}
    history = fit(engine, program, theta, Data(X, Y), epochs=500, **options)
    assert len(history.validation_loss) == stopping.best_epoch + 3 == stopping.stopped_epoch
    assert stopping.best == min(history.validation_loss)
    assert engine.evaluate(program, theta, other) == stopping.best


def test_settings_out_of_range():
    with pytest.raises(ValueError, match=r"^monitor is 'accuracy'; possible: 'loss', the name"):
        EarlyStopping("accuracy")
    for name in ("patience", "start_from_epoch"):
        with pytest.raises(ValueError, match=f"^{name} is -1; possible: an integer of at least 0"):
            EarlyStopping(**{name: -1})
    with pytest.raises(ValueError, match=r"^min_delta is nan; possible: a finite number$"):
        EarlyStopping(min_delta=NAN)
    with pytest.raises(ValueError, match=r"^mode is 'most'; possible: 'auto', 'min', 'max'$"):
        EarlyStopping(mode="most")
    with pytest.raises(ValueError, match=r"^baseline is nan; possible: a number, or None$"):
        EarlyStopping(baseline=NAN)
    with pytest.raises(ValueError, match=r"^monitor is 'validation_loss', which a run without"):
        run([1.0], EarlyStopping())
    with pytest.raises(ValueError, match=r"^monitor is 'mean_squared_error', which the program do"):
        run([1.0], EarlyStopping("mean_squared_error"))


def test_every_says_when():
    every = Every(3, print)
    assert [every.next_epoch(epoch) for epoch in range(7)] == [1, 3, 3, 6, 6, 6, 9]
