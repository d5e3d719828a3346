"""Callbacks of Keras, while the engine trains: they see and change the real model."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

pytest.importorskip("keras", reason="real Keras is not installed: make test-keras")

from tests.parity.accelerated import SETTINGS, compare, network, train_both

import chainrule


@pytest.fixture
def same(close):
    """same(one, other): see compare."""
    return partial(compare, close)


@pytest.fixture
def both(keras, samples, close):
    """both(build, **fit): see train_both."""
    return partial(train_both, keras, samples, close)


def by_epoch(keras, act):
    """A callback of Keras that calls act(model, epoch) after each epoch."""

    class Acting(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            act(self.model, epoch, logs)

    return Acting()


CALLBACKS = {
    "stopping": lambda k: k.callbacks.EarlyStopping("loss", patience=1, min_delta=0.05),
    "stopping_best": lambda k: k.callbacks.EarlyStopping(
        "val_accuracy", patience=2, restore_best_weights=True
    ),
    "plateau": lambda k: k.callbacks.ReduceLROnPlateau("loss", 0.5, patience=1, min_delta=0.05),
    "scheduler": lambda k: k.callbacks.LearningRateScheduler(
        lambda epoch, rate: rate / (1 + epoch)
    ),
    "no_nan": lambda k: k.callbacks.TerminateOnNaN(),
    "weights": lambda k: by_epoch(
        k, lambda model, *_: model.set_weights([0.9 * w for w in model.get_weights()])
    ),
    "rate": lambda k: by_epoch(
        k, lambda model, epoch, _: setattr(model.optimizer, "learning_rate", 0.01 * epoch)
    ),
    "stop": lambda k: by_epoch(
        k, lambda model, epoch, _: setattr(model, "stop_training", epoch == 4)
    ),
    "steps": lambda k: by_epoch(
        k, lambda model, epoch, _: model.optimizer.iterations.assign(5 * epoch)
    ),
    "logs": lambda k: by_epoch(k, lambda _model, epoch, logs: logs.update(mine=2.0 * epoch)),
    "history": lambda k: k.callbacks.History(),
}


@pytest.mark.parametrize("name", CALLBACKS)
def test_callbacks_act_on_the_real_model(name, both, keras):
    both(callbacks=lambda: [CALLBACKS[name](keras)], validation_split=0.25)


def test_every_hook_sees_the_weights_of_that_moment(keras, samples, close):
    def watching(seen):
        names = [name for name in dir(keras.callbacks.Callback) if name.startswith("on_")]

        def hook(name):
            def method(self, *where, **_):
                rows = [w.copy() for w in self.model.get_weights()]
                rows += [v.numpy() for v in self.model.optimizer.variables]
                seen.append((name, [each for each in where if isinstance(each, int)], rows))

            return method

        made = {name: hook(name) for name in names if "predict" not in name}
        return type("Seeing", (keras.callbacks.Callback,), made)()

    seen = [], []
    settings = SETTINGS | {"epochs": 2, "validation_data": (samples.x[:16], samples.one_hot[:16])}
    for one, trained in zip(
        seen, (network(keras), chainrule.accelerate(network(keras))), strict=True
    ):
        model = trained
        model.optimizer.build(model.trainable_variables)
        trained.fit(samples.x, samples.one_hot, callbacks=[watching(one)], **settings)
    assert [each[:2] for each in seen[1]] == [each[:2] for each in seen[0]]
    assert len(seen[0]) == 2 + 2 * (2 + 2 * 5 + 2 + 2 * 2)
    for theirs, ours in zip(*seen, strict=True):
        for a, b in zip(ours[2], theirs[2], strict=True):
            close(a, b, ours[0])


def test_files_that_callbacks_write(keras, samples, tmp_path, close):
    logs, models = [], []
    for i, trained in enumerate((network(keras), chainrule.accelerate(network(keras)))):
        log, file = tmp_path / f"{i}.csv", str(tmp_path / f"{i}-{{epoch}}.keras")
        callbacks = [keras.callbacks.CSVLogger(log), keras.callbacks.ModelCheckpoint(file)]
        trained.fit(samples.x, samples.one_hot, callbacks=callbacks, **SETTINGS)
        rows = [line.split(",")[:3] for line in log.read_text().splitlines()]
        logs.append((rows[0], np.array(rows[1:], float)))
        models.append([keras.models.load_model(file.format(epoch=e)) for e in (1, 5, 10)])
    assert logs[0][0] == logs[1][0]
    close(logs[1][1], logs[0][1], "log")
    for theirs, ours in zip(*models, strict=True):
        close.weights(ours, theirs)
        assert int(ours.optimizer.iterations.numpy()) == int(theirs.optimizer.iterations.numpy())


def test_a_checkpoint_of_epochs_does_not_cut_them(keras, tmp_path):
    from chainrule.bridge.acceleration import Watched

    fast = chainrule.accelerate(network(keras))
    file = tmp_path / "m.keras"
    from chainrule.keras.callbacks import hooks

    for frequency, cut in (("epoch", False), (3, True)):
        given = keras.callbacks.ModelCheckpoint(file, save_freq=frequency)
        assert hooks([Watched(fast._pair, given, trains=True)]).batches is cut
    assert hooks([Watched(fast._pair, None, trains=True)]) == (False,) * 4


def test_a_callback_that_evaluates(keras, samples, close):
    found = [], []
    for list_, model in zip(found, (network(keras), network(keras)), strict=True):

        def look(model, _epoch, _logs, list_=list_):
            list_.append(model.evaluate(samples.x, samples.one_hot, verbose=0))
            list_.append(model.predict(samples.x, verbose=0)[0].tolist())

        look = by_epoch(keras, look)
        if model is not None and list_ is found[0]:
            model.fit(samples.x, samples.one_hot, callbacks=[look], **SETTINGS)
        else:
            with chainrule.accelerate(model):
                model.fit(samples.x, samples.one_hot, callbacks=[look], **SETTINGS)
    for theirs, ours in zip(*found, strict=True):
        close(ours, theirs, "in the callback")


def interrupting(keras, when):
    """A callback that sees the weights, and one for which nothing is written, that interrupt."""

    def interrupt(epoch):
        if epoch == when:
            raise KeyboardInterrupt

    def rate(epoch, rate):
        interrupt(epoch)
        return rate

    return {
        "seeing": (by_epoch(keras, lambda _model, epoch, _logs: interrupt(epoch)), when),
        "blind": (keras.callbacks.LearningRateScheduler(rate), when - 1),
    }


@pytest.mark.parametrize("kind", ["seeing", "blind"])
def test_an_interrupt_leaves_what_was_trained(kind, keras, samples, same):
    callback, last = interrupting(keras, 3)[kind]
    theirs, ours = network(keras), network(keras)
    theirs.fit(samples.x, samples.one_hot, **(SETTINGS | {"epochs": last + 1}))
    with pytest.raises(KeyboardInterrupt), chainrule.accelerate(ours):
        ours.fit(samples.x, samples.one_hot, callbacks=[callback], **SETTINGS)
    assert "fit" not in vars(ours)
    assert ours.history.epoch == [0, 1, 2]
    same(ours, theirs, metrics=False)


def test_a_backup_is_restored(keras, samples, tmp_path, same):
    def interrupt(_model, epoch, _logs):
        if epoch == 5:
            raise KeyboardInterrupt

    models = []
    for i, fast in enumerate((False, True)):
        callbacks = [keras.callbacks.BackupAndRestore(tmp_path / str(i))]
        first, second = network(keras), network(keras)
        trained = [chainrule.accelerate(m) if fast else m for m in (first, second)]
        with pytest.raises(KeyboardInterrupt):
            trained[0].fit(
                samples.x,
                samples.one_hot,
                callbacks=[*callbacks, by_epoch(keras, interrupt)],
                **SETTINGS,
            )
        h = trained[1].fit(samples.x, samples.one_hot, callbacks=callbacks, **SETTINGS)
        assert h.epoch == [6, 7, 8, 9]
        models.append(second)
    same(*models)
