import numpy as np
import pytest

from chainrule import training
from chainrule.architecture import Architecture, Program, TrainingState
from chainrule.engines import get_engine
from chainrule.engines.protocol import Data
from chainrule.layers import BatchNormalization, Dense, Dropout
from chainrule.optimizers import SGD, Adam
from chainrule.schedules import CosineDecay
from chainrule.training import Callback, Every, History, fit

PROGRAM = Program(Architecture(3, (Dense(4, "sigmoid"), Dense(2))), optimizer=SGD(0.02))


class Recorder:
    """An engine that computes nothing and keeps what it was told."""

    name = "recorder"

    def __init__(self, interrupt_after=None):
        self.calls = []
        self.interrupt_after = interrupt_after
        self.epochs = 0

    def orders(self, uniforms):
        return get_engine("numpy").orders(uniforms)

    def train(self, program, theta, state, data, order, *, batch_size, log, validation=None):
        self.calls.append(
            {
                "epochs": len(log.loss),
                "order": order,
                "batch_size": batch_size,
                "state": state,
                "given": (program, theta, data.X, data.Y),
            }
        )
        for epoch in range(len(log.loss)):
            if self.epochs == self.interrupt_after:
                raise KeyboardInterrupt
            self.epochs += 1
            log.loss[epoch] = self.epochs
            if validation is not None:
                log.validation_loss[epoch] = -self.epochs
            log.epochs_done = epoch + 1


def run(engine, **options):
    theta, X, Y = np.zeros(PROGRAM.architecture.n_parameters), np.ones((5, 3)), np.ones((5, 2))
    options = {"epochs": 10, "batch_size": 2, **options}
    if options.pop("validate", False):
        options["validation_data"] = Data(X, Y)
    return fit(engine, PROGRAM, theta, Data(X, Y), **options)


def test_a_run_that_nobody_watches_is_one_call():
    engine = Recorder()
    history = run(engine, epochs=1000)
    assert [call["epochs"] for call in engine.calls] == [1000]
    assert engine.calls[0]["order"] is None
    assert engine.calls[0]["batch_size"] == 2
    assert engine.calls[0]["given"][0] is PROGRAM
    assert [len(array) for array in engine.calls[0]["given"][1:]] == [26, 5, 5]
    assert history.loss == list(range(1, 1001))
    assert history.validation_loss == []


def test_validation_losses():
    history = run(Recorder(), epochs=3, validate=True)
    assert history.loss == [1, 2, 3]
    assert history.validation_loss == [-1, -2, -3]
    assert {type(value) for value in history.loss + history.validation_loss} == {float}


def test_no_epochs():
    engine = Recorder()
    assert run(engine, epochs=0) == History([], [])
    assert engine.calls == []


@pytest.mark.parametrize(
    ("distances", "calls"),
    [
        ((1,), [(1, 1), (1, 2), (1, 3), (1, 4), (1, 5), (1, 6), (1, 7), (1, 8), (1, 9), (1, 10)]),
        ((4,), [(4, 1), (4, 4), (4, 8)]),
        ((100,), [(100, 1)]),
        ((4, 3), [(4, 1), (3, 1), (3, 3), (4, 4), (3, 6), (4, 8), (3, 9)]),
        ((5, 10), [(5, 1), (10, 1), (5, 5), (5, 10), (10, 10)]),
    ],
)
@pytest.mark.parametrize("most", [1, 3, 1 << 16])
def test_when_callbacks_are_called(distances, calls, most, monkeypatch):
    monkeypatch.setattr(training, "_MOST_EPOCHS", most)
    seen = []

    def note(distance):
        def function(epoch, history):
            seen.append((distance, epoch))
            assert history.loss == list(range(1, epoch + 1))

        return function

    run(Recorder(), callbacks=[Every(distance, note(distance)) for distance in distances])
    assert seen == calls


def test_the_engine_runs_from_callback_to_callback():
    engine = Recorder()
    run(engine, callbacks=[Every(4, lambda *_: None)])
    assert [call["epochs"] for call in engine.calls] == [1, 3, 4, 2]


def test_one_state_for_the_whole_run():
    engine = Recorder()
    state = TrainingState.fresh(PROGRAM, np.float64)
    run(engine, callbacks=[Every(2, lambda *_: None)], state=state)
    assert all(call["state"] is state for call in engine.calls)


def test_a_given_history_goes_on():
    history = History([0.5], [0.25])
    assert run(Recorder(), epochs=2, validate=True, history=history) is history
    assert history == History([0.5, 1, 2], [0.25, -1, -2])


@pytest.mark.parametrize("callbacks", [[], [Every(2, lambda *_: None)]])
@pytest.mark.parametrize("done", [0, 1, 5])
def test_an_interrupted_run_keeps_the_epochs_done(done, callbacks):
    history = History()
    engine = Recorder(interrupt_after=done)
    with pytest.raises(KeyboardInterrupt):
        run(engine, validate=True, history=history, callbacks=callbacks)
    assert history.loss == list(range(1, done + 1))
    assert history.validation_loss == [-epoch for epoch in range(1, done + 1)]


def test_what_a_callback_raises_ends_the_run():
    def stop(epoch, _):
        if epoch == 4:
            raise StopIteration

    history = History()
    with pytest.raises(StopIteration):
        run(Recorder(), history=history, callbacks=[Every(2, stop)])
    assert history.loss == [1, 2, 3, 4]


def orders(engine):
    return np.concatenate([call["order"] for call in engine.calls])


def test_each_epoch_has_its_own_order_of_all_samples(rng):
    engine = Recorder()
    run(engine, shuffle=rng)
    drawn = orders(engine)
    assert drawn.shape == (10, 5)
    assert drawn.dtype == np.int64
    assert all(call["order"].flags.c_contiguous for call in engine.calls)
    np.testing.assert_array_equal(np.sort(drawn, axis=1), np.tile(np.arange(5), (10, 1)))
    assert len(np.unique(drawn, axis=0)) > 5


def test_the_order_is_the_generators():
    engines = [Recorder() for _ in range(3)]
    for engine, seed in zip(engines, (1, 1, 2), strict=True):
        run(engine, shuffle=np.random.default_rng(seed))
    np.testing.assert_array_equal(orders(engines[0]), orders(engines[1]))
    assert (orders(engines[0]) != orders(engines[2])).any()


@pytest.mark.parametrize("most", [1, 7, 15, 1 << 20])
def test_the_order_does_not_depend_on_where_runs_are_cut(most, monkeypatch):
    whole, cut = Recorder(), Recorder()
    run(whole, shuffle=np.random.default_rng(3))
    monkeypatch.setattr(training, "_MOST_INDICES", most)
    watch = [Every(4, lambda *_: None)]
    run(cut, shuffle=np.random.default_rng(3), callbacks=watch)
    assert len(whole.calls) == 1
    assert all(call["order"].size <= max(most, 5) for call in cut.calls)
    np.testing.assert_array_equal(orders(whole), orders(cut))


@pytest.mark.parametrize("batch_size", [1, 3, 5, 100])
def test_a_run_cut_in_two_is_the_same_run(batch_size, engine, rng, make_problem):
    theta, X, Y = make_problem(rng, PROGRAM, 5)
    whole, cut = theta.copy(), theta.copy()
    state, history = TrainingState.fresh(PROGRAM, theta.dtype), History()
    common = {"batch_size": batch_size, "validation_data": Data(X, Y)}
    expected = fit(engine, PROGRAM, whole, Data(X, Y), epochs=6, **common)
    for epochs in (4, 2):
        fit(
            *(engine, PROGRAM, cut, Data(X, Y)),
            epochs=epochs,
            state=state,
            history=history,
            **common,
        )
    np.testing.assert_array_equal(whole, cut)
    assert history == expected


def test_theta_moves_as_gradient_descent_says(engine, rng, make_problem):
    theta, X, Y = make_problem(rng, PROGRAM, 6)
    reference = get_engine("numpy")
    expected, losses = theta.copy(), []
    for _ in range(3):
        total = 0.0
        for start in (0, 4):
            batch = X[start : start + 4], Y[start : start + 4]
            value, gradient = reference.value_and_gradient(PROGRAM, expected, Data(*batch))
            expected -= 0.02 * gradient
            total += value
        losses.append(total)
    history = fit(engine, PROGRAM, theta, Data(X, Y), epochs=3, batch_size=4)
    np.testing.assert_allclose(theta, expected, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(history.loss, losses, rtol=1e-12)


def test_theta_moves_in_the_order_drawn(engine, rng, make_problem):
    theta, X, Y = make_problem(rng, PROGRAM, 6)
    reference = get_engine("numpy")
    expected, again = theta.copy(), np.random.default_rng(8)
    for _ in range(3):
        rows = reference.orders(again.random((1, 6)))[0]
        for batch in (rows[:4], rows[4:]):
            data = Data(X[batch], Y[batch])
            expected -= 0.02 * reference.value_and_gradient(PROGRAM, expected, data)[1]
    shuffle = np.random.default_rng(8)
    fit(engine, PROGRAM, theta, Data(X, Y), epochs=3, batch_size=4, shuffle=shuffle)
    np.testing.assert_allclose(theta, expected, rtol=1e-12, atol=1e-14)


def test_training_learns(engine, rng, make_problem):
    theta, X, Y = make_problem(rng, PROGRAM, 20)
    history = fit(engine, PROGRAM, theta, Data(X, Y), epochs=200, batch_size=4, shuffle=rng)
    assert history.loss[-1] < 0.2 * history.loss[0]


def test_every_so_many_epochs_is_at_least_one():
    with pytest.raises(ValueError, match="epochs is 0; possible: an integer of at least 1"):
        Every(0, print)


# Everything that a run carries from one epoch to the next.
CARRIED = {
    "adam": Program(PROGRAM.architecture, optimizer=Adam(0.01, ema_momentum=0.9)),
    "schedule": Program(PROGRAM.architecture, optimizer=SGD(CosineDecay(0.02, 20), momentum=0.9)),
    "dropout": Program(
        Architecture(3, (Dense(8, "tanh"), Dropout(0.4), BatchNormalization(), Dense(2))),
        "mean_squared_error",
        Adam(CosineDecay(0.01, 15)),
    ),
}


@pytest.mark.parametrize("name", CARRIED)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_three_epochs_and_three_more_are_six(name, dtype, engine, rng, make_problem):
    program = CARRIED[name]
    theta, X, Y = make_problem(rng, program, 11, dtype)
    data, common = Data(X, Y), {"batch_size": 4, "validation_data": Data(X[:3], Y[:3])}

    whole, state = theta.copy(), TrainingState.fresh(program, dtype, key=77)
    expected = fit(
        *(engine, program, whole, data),
        epochs=6,
        state=state,
        shuffle=np.random.default_rng(4),
        **common,
    )
    halves, resumed = theta.copy(), TrainingState.fresh(program, dtype, key=77)
    shuffle, history = np.random.default_rng(4), History()
    for _ in range(2):
        fit(
            *(engine, program, halves, data),
            epochs=3,
            state=resumed,
            shuffle=shuffle,
            history=history,
            **common,
        )
    np.testing.assert_array_equal(halves, whole)
    assert history == expected
    assert (resumed.step, resumed.key) == (state.step, state.key) == (18, 77)
    np.testing.assert_array_equal(resumed.slots, state.slots)
    assert not np.array_equal(whole, theta)


def test_a_stopped_run_goes_on_as_if_it_had_not_stopped(engine, rng, make_problem):
    program = CARRIED["adam"]
    theta, X, Y = make_problem(rng, program, 11)
    runs = []
    for epochs in ([6], [100, 2]):
        own, state = theta.copy(), TrainingState.fresh(program, theta.dtype)
        shuffle, history = np.random.default_rng(4), History()
        stop = [] if epochs == [6] else [Stop(4)]
        for n in epochs:
            fit(
                *(engine, program, own, Data(X, Y)),
                epochs=n,
                batch_size=4,
                state=state,
                shuffle=shuffle,
                history=history,
                callbacks=stop if n == 100 else [],
            )
        runs.append((own, history))
    np.testing.assert_array_equal(runs[0][0], runs[1][0])
    assert runs[0][1] == runs[1][1]


class Stop(Callback):
    """Stop after an epoch."""

    def __init__(self, last):
        self.last = last

    def next_epoch(self, epoch):
        return self.last if epoch < self.last else None

    def __call__(self, run):
        run.stop()


@pytest.mark.parametrize("name", ["epochs", "batch_size"])
def test_sizes_are_integers_in_their_range(name):
    least = 0 if name == "epochs" else 1
    for wrong, error in ((least - 1, ValueError), (2.5, TypeError), (True, TypeError)):
        with pytest.raises(error, match=f"^{name} is {wrong}.*an integer of at least {least}$"):
            run(Recorder(), **{name: wrong})
