"""What each callback does, with values counted by hand."""
# ruff: noqa: ARG005 - functions have the arguments that hooks give them

import numpy as np
import pytest

from chainrule.keras import Sequential, layers, optimizers
from chainrule.keras.callbacks import (
    CallbackList,
    CSVLogger,
    EarlyStopping,
    LambdaCallback,
    LearningRateScheduler,
    ReduceLROnPlateau,
    TerminateOnNaN,
)

X, Y = np.ones((4, 1), "float32"), np.full((4, 1), 8.0, "float32")


class Metric:
    def __init__(self, name, rises):
        self.name, self.rises = name, rises


class Model:
    """As much of a model as callbacks ask for; the weights are the number of the epoch."""

    def __init__(self, rate=0.5):
        self.metrics = [Metric("accuracy", True), Metric("mae", False), Metric("own", None)]
        self.optimizer = optimizers.SGD(rate)
        self.stop_training = False
        self.weights = [0]

    def get_weights(self):
        return list(self.weights)

    def set_weights(self, weights):
        self.weights = list(weights)


def watch(callback, values, name="loss", model=None):
    """Run a callback over epochs with these values; return the model and the epochs run."""
    model = model or Model()
    called = CallbackList([callback], add_history=True, model=model, epochs=len(values), steps=1)
    called.on_train_begin()
    for epoch, value in enumerate(values):
        called.on_epoch_begin(epoch)
        model.weights = [epoch]
        called.on_epoch_end(epoch, {name: value})
        if model.stop_training:
            break
    called.on_train_end()
    return model, called.history


def one_weight(rate=0.25):
    """Halve the distance of one weight, 0 at first, to 8 in every step of a rate of 0.25."""
    model = Sequential([layers.Input((1,)), layers.Dense(1, use_bias=False)])
    model.set_weights([np.zeros((1, 1), "float32")])
    model.compile(optimizers.SGD(rate), "mse")
    return model


# EarlyStopping.


def test_stops_after_patience_and_says_so(capsys):
    stop = EarlyStopping("loss", patience=2, verbose=1, restore_best_weights=True)
    model, H = watch(stop, [5.0, 3.0, 4.0, 3.5, 1.0])
    assert H.epoch == [0, 1, 2, 3]
    assert (stop.best, stop.best_epoch, stop.stopped_epoch, stop.wait) == (3.0, 1, 3, 2)
    assert model.weights == [1]
    assert capsys.readouterr().out == (
        "Epoch 4: early stopping\nRestoring model weights from the end of the best epoch: 2.\n"
    )


@pytest.mark.parametrize(
    ("settings", "values", "epochs"),
    [
        ({}, [1.0, 1.0, 0.5], 2),  # equal is not better; patience 0 is as 1
        ({"patience": 1}, [1.0, 2.0, 0.5], 2),
        ({}, [float("nan"), 1.0, 0.5], 2),  # nothing is better than NaN, as in Keras
        ({}, [1.0, float("nan"), 0.5], 2),
        ({"min_delta": 0.5}, [2.0, 1.6, 1.0], 2),
        ({"min_delta": -0.5}, [2.0, 1.4, 0.8, 0.5], 4),  # the sign is ignored
        ({"mode": "max"}, [1.0, 2.0, 1.5, 3.0], 3),
        (
            {"baseline": 0.5, "patience": 2},
            [3.0, 2.0, 1.0, 0.9, 0.8],
            5,
        ),  # better, so never stopped
        ({"baseline": 0.5, "patience": 3}, [3.0, 2.0, 1.0, 1.1, 0.2], 4),
        ({"start_from_epoch": 2}, [1.0, 2.0, 3.0, 4.0, 5.0], 4),
    ],
)
def test_when_training_stops(settings, values, epochs):
    assert len(watch(EarlyStopping("loss", **settings), values)[1].epoch) == epochs


@pytest.mark.parametrize(
    ("monitor", "values", "epochs"),
    [("val_accuracy", [0.5, 0.6, 0.4, 0.7], 3), ("mae", [0.5, 0.4, 0.6, 0.1], 3)],
)
def test_metrics_know_what_is_better(monitor, values, epochs):
    assert len(watch(EarlyStopping(monitor), values, monitor)[1].epoch) == epochs


def test_without_improvement_the_first_weights_come_back():
    stop = EarlyStopping("loss", patience=2, restore_best_weights=True)
    model, _ = watch(stop, [float("nan")] * 4)
    assert model.weights == [0]


def test_weights_come_back_without_a_stop_too():
    stop = EarlyStopping("loss", patience=9, restore_best_weights=True)
    model, _ = watch(stop, [2.0, 1.0, 3.0])
    assert (model.weights, stop.stopped_epoch) == ([1], 0)


def test_every_run_starts_afresh():
    stop = EarlyStopping("loss")
    for _ in range(2):
        assert watch(stop, [1.0, 2.0, 0.0])[1].epoch == [0, 1]


def test_settings_are_attributes():
    stop = EarlyStopping("loss", min_delta=-0.5, mode="max")
    assert (stop.monitor, stop.mode, stop.min_delta) == ("loss", "max", 0.5)


def test_a_model_is_really_stopped_and_restored():
    # The rate of 1.5 doubles the distance: the losses are 64, 256, 1024, ...
    model = one_weight(1.5)
    stop = EarlyStopping("loss", patience=2, restore_best_weights=True)
    H = model.fit(X, Y, epochs=9, verbose=0, callbacks=[stop])
    assert H.history["loss"] == [64.0, 256.0, 1024.0]
    assert model.get_weights()[0] == 24.0  # 0 + 1.5 * 2 * 8


@pytest.mark.parametrize(
    ("monitor", "hint"),
    [
        ("val_loss", "accuracy,loss; give fit validation_data or validation_split"),
        ("acc", "accuracy,loss: did you mean 'accuracy'\\?"),
        ("los", "accuracy,loss: did you mean 'loss'\\?"),
        ("other", "accuracy,loss$"),
    ],
)
@pytest.mark.parametrize(
    ("watcher", "words"),
    [
        (EarlyStopping, "Early stopping conditioned on metric"),
        (ReduceLROnPlateau, "Learning rate reduction is conditioned on metric"),
    ],
)
def test_what_is_not_in_the_logs(watcher, words, monitor, hint):
    callback = watcher(monitor, mode="min")
    callback.set_model(Model())
    hint = hint.replace("loss", "loss,learning_rate", 1) if watcher is ReduceLROnPlateau else hint
    if monitor == "los" and watcher is ReduceLROnPlateau:
        hint = "did you mean 'loss'"
    with pytest.warns(UserWarning, match=f"{words} `{monitor}` which is not available.*{hint}"):
        callback.on_epoch_end(0, {"accuracy": 1.0, "loss": 0.5})


@pytest.mark.parametrize(
    ("monitor", "message"),
    [
        ("own", r"monitor is 'own', .*mode='min' or mode='max'"),
        ("val_acc", r"did you mean 'val_accuracy'\?"),
        ("acuracy", r"did you mean 'accuracy'\?"),
    ],
)
def test_who_does_not_know_what_is_better_says_so(monitor, message):
    with pytest.raises(ValueError, match=message):
        watch(EarlyStopping(monitor), [1.0], monitor)


def test_an_unknown_mode_is_auto_with_a_warning():
    with pytest.warns(UserWarning, match="EarlyStopping mode 'most' is unknown, fallback to auto"):
        assert EarlyStopping("loss", mode="most").mode == "auto"


# Learning rates.


def test_reduces_after_patience_with_cooldown_down_to_the_least(capsys):
    less = ReduceLROnPlateau("loss", 0.5, patience=2, verbose=1, cooldown=1, min_lr=0.1)
    model, H = watch(less, [1.0] * 9)
    # best at 0; waits 1, 2: reduced; the epoch of the cooldown counts again: 1, 2; and so on
    assert H.history["learning_rate"] == pytest.approx(
        [0.5] * 3 + [0.25] * 2 + [0.125] * 2 + [0.1] * 2
    )
    assert float(model.optimizer.learning_rate) == pytest.approx(0.1)
    assert capsys.readouterr().out == (
        "\nEpoch 3: ReduceLROnPlateau reducing learning rate to 0.25.\n"
        "\nEpoch 5: ReduceLROnPlateau reducing learning rate to 0.125.\n"
        "\nEpoch 7: ReduceLROnPlateau reducing learning rate to 0.1.\n"
    )


def test_epochs_of_a_cooldown_are_not_counted():
    less = ReduceLROnPlateau("loss", 0.5, patience=2, cooldown=2)
    _, H = watch(less, [1.0] * 9)
    # reduced after epoch 2; epoch 3 is not counted, 4 and 5 are; reduced after epoch 5
    assert H.history["learning_rate"] == [0.5] * 3 + [0.25] * 3 + [0.125] * 3


def test_improvement_keeps_the_rate():
    less = ReduceLROnPlateau("loss", 0.5, patience=2, min_delta=0.1)
    _, H = watch(less, [1.0, 0.95, 0.85, 0.84, 0.7])
    assert H.history["learning_rate"] == [0.5] * 5
    assert (less.best, less.wait, less.in_cooldown()) == (0.7, 0, False)


def test_a_factor_that_does_not_reduce():
    with pytest.raises(ValueError, match=r"factor is 1\.0; possible: a number less than 1"):
        ReduceLROnPlateau(factor=1.0)


@pytest.mark.parametrize(
    "schedule", [lambda epoch, rate: rate / 2, lambda epoch: [0.25, 0.125][epoch]]
)
def test_schedule_of_epochs(schedule, capsys):
    _, H = watch(LearningRateScheduler(schedule, verbose=1), [1.0, 1.0])
    assert H.history["learning_rate"] == [0.25, 0.125]
    assert list(H.history) == ["loss", "learning_rate"]
    assert capsys.readouterr().out == (
        "\nEpoch 1: LearningRateScheduler setting learning rate to 0.25.\n"
        "\nEpoch 2: LearningRateScheduler setting learning rate to 0.125.\n"
    )


def test_a_model_really_takes_the_rate():
    model = one_weight(rate=0.01)
    model.fit(X, Y, verbose=0, callbacks=[LearningRateScheduler(lambda epoch: 0.25)])
    assert model.get_weights()[0] == 4.0


def test_a_schedule_has_to_return_a_float():
    with pytest.raises(ValueError, match=r"schedule\(0\) returned 1, a int; possible: a float"):
        watch(LearningRateScheduler(lambda epoch, rate: 1), [1.0])


# The others.


@pytest.mark.parametrize("loss", [float("nan"), float("inf"), -float("inf")])
def test_no_more_batches_after_a_loss_that_is_none(loss, capsys):
    stop = TerminateOnNaN()
    stop.set_model(Model())
    stop.on_train_batch_end(2, {"loss": 1.0})
    stop.on_train_batch_end(2, {})
    assert not stop.model.stop_training
    stop.on_train_batch_end(3, {"loss": loss})
    assert stop.model.stop_training
    assert capsys.readouterr().out == "Batch 3: Invalid loss, terminating training\n"
    with pytest.raises(RuntimeError, match="after batch 3"):
        TerminateOnNaN(raise_error=True).on_train_batch_end(3, {"loss": loss})


def test_csv_has_the_lines_of_keras(tmp_path):
    path = tmp_path / "log.csv"
    for append in (False, True):
        watch(CSVLogger(path, separator=";", append=append), [0.5, 0.25])
    assert path.read_bytes() == (
        b"epoch;loss;val_loss\r\n0;0.5;NA\r\n1;0.25;NA\r\n0;0.5;NA\r\n1;0.25;NA\r\n"
    )
    watch(CSVLogger(str(path)), [1.0])
    assert path.read_bytes() == b"epoch,loss,val_loss\r\n0,1.0,NA\r\n"


def test_csv_columns_are_those_of_the_first_epoch(tmp_path):
    logger = CSVLogger(tmp_path / "log.csv")
    logger.on_train_begin()
    logger.on_epoch_end(0, {"val_loss": 1.0, "loss": [1, 2], "name": "a"})
    logger.on_epoch_end(1, {"loss": np.array([0.5, 1.5]), "more": 2.0})
    logger.on_train_end()
    assert (tmp_path / "log.csv").read_text().splitlines() == [
        "epoch,loss,name,val_loss",
        '0,"""[1, 2]""",a,1.0',
        '1,"""[0.5, 1.5]""",NA,NA',
    ]


def test_functions_by_position_and_by_name():
    seen = []
    callback = LambdaCallback(
        lambda e, things: seen.append(("begin", e, things)),
        lambda e, things: seen.append(("end", e, things)),
        on_test_begin=lambda things: seen.append(("test", things)),
    )
    called = CallbackList([callback])
    called.on_epoch_begin(0)
    called.on_test_begin()
    called.on_epoch_end(0, {"loss": 1.0})
    assert seen == [("begin", 0, {}), ("test", {}), ("end", 0, {"loss": 1.0})]


def test_functions_for_moments_that_do_not_exist():
    with pytest.raises(TypeError, match="did you mean 'on_epoch_end'"):
        LambdaCallback(on_epoch_ends=print)
    with pytest.raises(TypeError, match="on_epoch_end is 3; possible: a function"):
        LambdaCallback(on_epoch_end=3)
