"""Callbacks: what they do to a run, what they are told, what they write."""

import numpy as np
import pytest

from chainrule.keras import callbacks as ours_callbacks


@pytest.fixture
def pair(twins, network):
    return twins(
        lambda kit: network(kit, output="softmax"),
        lambda kit: {
            "optimizer": kit.optimizers.SGD(0.5, momentum=0.5),
            "loss": "categorical_crossentropy",
            "metrics": ["accuracy"],
        },
    )


def run(pair, samples, *made, **settings):
    """Train 12 epochs with callbacks, each made by a function of the kit."""
    settings = {"epochs": 12, "validation_split": 0.3} | settings
    return pair.fit(
        samples.x,
        samples.one_hot,
        callbacks=lambda kit: [make(kit.callbacks) for make in made],
        **settings,
    )


STOPPING = [
    {"patience": 2},
    {"patience": 2, "restore_best_weights": True},
    {"monitor": "loss", "min_delta": 0.05, "patience": 1, "restore_best_weights": True},
    {"monitor": "val_accuracy", "mode": "max", "patience": 3, "start_from_epoch": 2},
    {"monitor": "val_accuracy", "patience": 2, "baseline": 0.5},
    {"patience": 30, "restore_best_weights": True},
    {"patience": 0, "mode": "min"},
]


@pytest.mark.parametrize("settings", STOPPING, ids=lambda s: "-".join(s))
def test_early_stopping(settings, pair, samples, printed):
    lines = printed(lambda: run(pair, samples, lambda c: c.EarlyStopping(verbose=1, **settings)))
    half = lines[: len(lines) // 2]
    assert lines == half + half  # of both kits, the same


RATES = [
    {"patience": 1, "factor": 0.3},
    {"patience": 2, "cooldown": 2, "min_lr": 0.02},
    {"monitor": "accuracy", "patience": 1, "min_delta": 0.1, "factor": 0.5, "mode": "max"},
]


@pytest.mark.parametrize("settings", RATES, ids=lambda s: "-".join(s))
def test_reduce_on_plateau(settings, pair, samples, printed):
    lines = printed(
        lambda: run(pair, samples, lambda c: c.ReduceLROnPlateau(verbose=1, **settings))
    )
    half = lines[: len(lines) // 2]
    assert lines
    assert lines == half + half


def halved(epoch, rate):
    return rate if epoch < 2 else rate * 0.5


def given(epoch):
    return 0.1 / (1 + epoch)


@pytest.mark.parametrize("schedule", [halved, given])
def test_learning_rate_scheduler(schedule, pair, samples, printed):
    lines = printed(
        lambda: run(pair, samples, lambda c: c.LearningRateScheduler(schedule, verbose=1), epochs=5)
    )
    half = lines[: len(lines) // 2]
    assert lines == half + half


@pytest.mark.parametrize("settings", [{}, {"separator": ";"}, {"append": True}], ids=str)
def test_csv_logger(settings, pair, samples, tmp_path):
    """Two runs into a file; columns, numbers and ends of lines are Keras's but for rounding."""

    def log(kit):
        return kit.CSVLogger(tmp_path / kit.__name__.split(".")[0], **settings)

    for _ in range(2):
        run(pair, samples, log, epochs=4, validation_freq=2)
    here, real = ((tmp_path / n).read_bytes().decode() for n in ("chainrule", "keras"))
    assert [len(line) > 0 for line in here.split("\n")] == [
        len(line) > 0 for line in real.split("\n")
    ]
    separator = settings.get("separator", ",")
    for one, other in zip(here.splitlines(True), real.splitlines(True), strict=True):
        cells = one.split(separator), other.split(separator)
        assert len(cells[0]) == len(cells[1])
        for a, b in zip(*cells, strict=True):
            if "." in b:
                assert a.endswith("\r\n") == b.endswith("\r\n")
                np.testing.assert_allclose(float(a), float(b), rtol=1e-5)
            else:
                assert a == b


def test_csv_logger_bytes(pair, samples, tmp_path):
    """Of numbers that are no matter of rounding, each byte is Keras's."""

    def logger(kit):
        class Given(kit.CSVLogger):
            def on_epoch_end(self, epoch, logs=None):  # noqa: ARG002
                super().on_epoch_end(epoch, {"a": 0.1 * epoch, "b": np.float32(epoch), "c": [1, 2]})

        return Given(str(tmp_path / kit.__name__.split(".")[0]))

    run(pair, samples, logger, epochs=3)
    assert (tmp_path / "chainrule").read_bytes() == (tmp_path / "keras").read_bytes()


def test_terminate_on_nan(pair, samples):
    x = samples.x.copy()
    x[17] = np.nan
    found = pair.each(
        lambda kit, model: model.fit(
            x,
            samples.one_hot,
            batch_size=8,
            epochs=5,
            shuffle=False,
            verbose=0,
            callbacks=[kit.callbacks.TerminateOnNaN()],
        )
    )
    assert found[0].epoch == found[1].epoch
    np.testing.assert_array_equal(*(each.history["loss"] for each in found))
    assert np.isnan(found[0].history["loss"]).all()


HOOKS = [
    f"on_{what}_{end}"
    for what in ("train", "epoch", "train_batch", "test", "test_batch", "predict", "predict_batch")
    for end in ("begin", "end")
]


def recorder(base, heard):
    """A callback of the user's own that writes down all that it is told."""

    def listen(name):
        def hook(_, *place, logs=None):
            if place and not isinstance(place[-1], int):
                *place, logs = place
            names = {k: None if k == "outputs" else float(v) for k, v in (logs or {}).items()}
            heard.append((name, *place, names))

        return hook

    return type("Recorder", (base,), {name: listen(name) for name in HOOKS})()


def test_what_callbacks_are_told(pair, samples, close):
    """Every moment of fit, evaluate and predict, in the same order, with the same logs."""
    heard = []
    for kit, model in zip(pair.kits, (pair.here, pair.real), strict=True):
        heard.append([])
        mine = [recorder(kit.callbacks.Callback, heard[-1])]
        model.fit(
            samples.x,
            samples.one_hot,
            batch_size=16,
            epochs=2,
            shuffle=False,
            verbose=0,
            validation_split=0.25,
            callbacks=mine,
        )
        model.evaluate(samples.x, samples.one_hot, batch_size=16, verbose=0, callbacks=mine)
        model.predict(samples.x, batch_size=16, verbose=0, callbacks=mine)
    assert [each[:-1] for each in heard[0]] == [each[:-1] for each in heard[1]]
    for (*place, here), (*_, real) in zip(*heard, strict=True):
        assert set(here) == set(real), place
        for name, value in real.items():
            if value is not None:
                close(here[name], value, f"{place} {name}")


def test_stopping_within_an_epoch(pair, samples):
    def stopper(base):
        class Stopper(base):
            def on_train_batch_end(self, batch, logs=None):  # noqa: ARG002
                if batch == 2:
                    self.model.stop_training = True

        return Stopper()

    H, _ = run(pair, samples, lambda c: stopper(c.Callback), validation_split=0.0)
    assert len(H.epoch) == 1


def test_lambda_callback_and_changed_rates(pair, samples):
    """A callback that sets the learning rate between batches."""

    def setter(callbacks):
        class Setter(callbacks.Callback):
            def on_train_batch_begin(self, batch, logs=None):  # noqa: ARG002
                self.model.optimizer.learning_rate = 0.01 * (1 + batch)

        return Setter()

    told = []
    run(
        pair,
        samples,
        lambda c: setter(c),
        lambda c: c.LambdaCallback(on_epoch_end=lambda epoch, _: told.append(epoch)),
        epochs=4,
    )
    assert told == [0, 1, 2, 3] * 2


def test_the_names_of_keras(keras):
    """Each class of callbacks here is one of Keras, but for what runs them."""
    left = {name for name in ours_callbacks.__all__ if not hasattr(keras.callbacks, name)}
    assert left <= {"Hooks", "hooks", "ProgbarLogger"}
