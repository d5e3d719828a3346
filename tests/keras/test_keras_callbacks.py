"""Callbacks: what they decide from the logs, what they say, what they write."""

import numpy as np
import pytest

from chainrule.keras import callbacks


class Optimizer:
    learning_rate = 1.0


class Metric:
    name, rises = "accuracy", True


class AnyModel:
    def __init__(self):
        self.optimizer = Optimizer()
        self.metrics = [Metric()]
        self.stop_training = False
        self.weights = [np.zeros(1)]

    def get_weights(self):
        return [w.copy() for w in self.weights]

    def set_weights(self, weights):
        self.weights = weights


def run(callback, values, name="val_loss"):
    """Return the model, and the logs of each epoch, up to where the callback stops."""
    model, seen = AnyModel(), []
    callback.set_model(model)
    callback.on_train_begin()
    for epoch, value in enumerate(values):
        model.weights = [np.array([float(epoch)])]
        logs = {name: value}
        callback.on_epoch_begin(epoch)
        callback.on_epoch_end(epoch, logs)
        seen.append(logs)
        if model.stop_training:
            break
    callback.on_train_end()
    return model, seen


@pytest.mark.parametrize(
    ("settings", "values", "epochs"),
    [
        ({}, [3, 2, 2.5, 1], 3),
        ({"patience": 2}, [3, 2, 2.5, 2.5, 1], 4),
        ({"min_delta": 0.5}, [3, 2.9, 1], 2),
        ({"start_from_epoch": 2}, [1, 2, 3, 2.5, 2.7], 5),
        ({"baseline": 1.0, "patience": 2}, [3, 2, 1.5], 3),
        ({"patience": 1}, [1, float("nan"), 0.5], 2),
    ],
)
def test_early_stopping_stops_after(settings, values, epochs):
    assert len(run(callbacks.EarlyStopping(**settings), values)[1]) == epochs


def test_early_stopping_knows_that_accuracy_rises_and_restores(capsys):
    stop = callbacks.EarlyStopping("val_accuracy", patience=2, restore_best_weights=True, verbose=1)
    model, _ = run(stop, [0.5, 0.9, 0.8, 0.7], "val_accuracy")
    assert (stop.best, stop.best_epoch, stop.stopped_epoch) == (0.9, 1, 3)
    assert model.weights[0].tolist() == [1.0]
    assert capsys.readouterr().out == (
        "Epoch 4: early stopping\nRestoring model weights from the end of the best epoch: 2.\n"
    )


def test_what_is_not_in_the_logs_is_said():
    stop = callbacks.EarlyStopping("val_acc", mode="max")
    with pytest.warns(UserWarning, match=r"'val_acc', which is not in the logs"):
        run(stop, [1.0], "val_accuracy")
    with pytest.raises(ValueError, match=r"did you mean 'accuracy'\? Give mode"):
        run(callbacks.EarlyStopping("accuracyy"), [1.0])


def test_reduce_on_plateau_waits_cools_down_and_ends_at_the_least(capsys):
    less = callbacks.ReduceLROnPlateau(
        factor=0.5, patience=1, cooldown=1, min_lr=0.2, verbose=1, min_delta=0
    )
    model, logs = run(less, [1.0] * 8)
    # a cooldown of 1 ends with the epoch after, which counts again
    assert [entry["learning_rate"] for entry in logs] == [1, 1, 0.5, 0.25, 0.2, 0.2, 0.2, 0.2]
    assert model.optimizer.learning_rate == 0.2
    assert (
        "\nEpoch 2: ReduceLROnPlateau reducing learning rate to 0.5.\n" in capsys.readouterr().out
    )


def test_scheduler_sets_says_and_refuses(capsys):
    _, logs = run(callbacks.LearningRateScheduler(lambda e, r: r / (e + 1), verbose=1), [1, 1, 1])
    assert [entry["learning_rate"] for entry in logs] == pytest.approx([1, 1 / 2, 1 / 6])
    assert "LearningRateScheduler setting learning rate to 0.5." in capsys.readouterr().out
    with pytest.raises(ValueError, match=r"returned 1, a int; possible: a float"):
        run(callbacks.LearningRateScheduler(lambda _: 1), [1])


def test_csv_goes_on_with_a_file(tmp_path):
    path = tmp_path / "log.csv"
    run(callbacks.CSVLogger(path), [1.5, 2.5], "loss")
    run(callbacks.CSVLogger(path, append=True), [3.5], "loss")
    assert path.read_text() == "epoch,loss,val_loss\n0,1.5,NA\n1,2.5,NA\n0,3.5,NA\n"


@pytest.mark.parametrize("loss", [float("nan"), float("inf")])
def test_terminate_on_nan(loss, capsys):
    stop = callbacks.TerminateOnNaN()
    stop.set_model(AnyModel())
    stop.on_train_batch_end(0, {"loss": 1.0})
    assert not stop.model.stop_training
    stop.on_train_batch_end(1, {"loss": loss})
    assert stop.model.stop_training
    assert capsys.readouterr().out == "Batch 1: Invalid loss, terminating training\n"
    with pytest.raises(RuntimeError, match=r"after batch 2"):
        callbacks.TerminateOnNaN(raise_error=True).on_train_batch_end(2, {"loss": loss})


def test_hooks_say_where_training_has_to_stop():
    class Batches(callbacks.Callback):
        def on_batch_begin(self, batch, logs=None):
            pass

    assert callbacks.hooks([]) == (False, False, False, False)
    assert callbacks.hooks([callbacks.History(), callbacks.ProgbarLogger()]).epochs is False
    assert callbacks.hooks([callbacks.EarlyStopping()]) == (False, True, False, False)
    assert callbacks.hooks([Batches()]).batches


def test_a_list_calls_in_order_with_shared_logs():
    seen = []
    first = callbacks.LambdaCallback(on_epoch_end=lambda _, logs: logs.update(extra=1.0))
    second = callbacks.LambdaCallback(on_epoch_end=lambda _, logs: seen.append(dict(logs)))
    callbacks.CallbackList([[first], second]).on_epoch_end(0, {"loss": np.float32(0.5), "acc": 1})
    assert seen == [{"acc": 1.0, "loss": 0.5, "extra": 1.0}]
    with pytest.raises(TypeError, match=r"has the class History"):
        callbacks.CallbackList([callbacks.History])


@pytest.mark.parametrize("name", ["TensorBoard", "ModelCheckpoint"])
def test_what_is_missing_says_what_to_do(name):
    with pytest.raises(NotImplementedError, match=rf"callbacks\.{name} is not supported"):
        getattr(callbacks, name)
