"""Callbacks: when they are called, and with what."""
# ruff: noqa: ARG001, ARG002, ARG005 - functions have the arguments that hooks give them

import numpy as np
import pytest

from chainrule.keras import Sequential, callbacks, layers, optimizers
from chainrule.keras.callbacks import (
    Callback,
    CallbackList,
    EarlyStopping,
    History,
    Hooks,
    LambdaCallback,
    ProgbarLogger,
    hooks,
)
from chainrule.keras.callbacks.callback_list import python_logs

X, Y = np.ones((4, 1), "float32"), np.full((4, 1), 8.0, "float32")


def one_weight(rate=0.25):
    """Halve the distance of one weight, 0 at first, to 8 in every step of a rate of 0.25."""
    model = Sequential([layers.Input((1,)), layers.Dense(1, use_bias=False)])
    model.set_weights([np.zeros((1, 1), "float32")])
    model.compile(optimizers.SGD(rate), "mse")
    return model


# The list, and what it is called for.


class Order(Callback):
    def __init__(self):
        super().__init__()
        self.seen = []


for _name in [name for name in vars(Callback) if name.startswith("on_") and "on_batch" not in name]:

    def _note(self, *where, _name=_name, logs=None):
        self.seen.append((_name, *(each for each in where if isinstance(each, int))))

    setattr(Order, _name, _note)


def test_hooks_are_called_in_the_order_of_keras():
    order = Order()
    one_weight().fit(X, Y, batch_size=2, verbose=0, callbacks=[order], validation_data=(X, Y))
    assert order.seen == [
        ("on_train_begin",),
        ("on_epoch_begin", 0),
        ("on_train_batch_begin", 0),
        ("on_train_batch_end", 0),
        ("on_train_batch_begin", 1),
        ("on_train_batch_end", 1),
        ("on_test_begin",),
        ("on_test_batch_begin", 0),
        ("on_test_batch_end", 0),
        ("on_test_batch_begin", 1),
        ("on_test_batch_end", 1),
        ("on_test_end",),
        ("on_epoch_end", 0),
        ("on_train_end",),
    ]


def test_logs_of_epochs_and_of_batches():
    seen = []
    watcher = LambdaCallback(
        on_epoch_end=lambda epoch, numbers: seen.append((epoch, numbers)),
        on_train_batch_end=lambda batch, logs: seen.append((batch, logs)),
    )
    # w: 0, 4, 6, 7; each loss before the step: 64, 16, 4; in an epoch, the mean so far
    model = one_weight()
    model.fit(X[:3], Y[:3], batch_size=1, verbose=0, shuffle=False, callbacks=[watcher])
    assert seen == [(0, {"loss": 64.0}), (1, {"loss": 40.0}), (2, {"loss": 28.0}), (0, seen[-1][1])]
    assert seen[-1][1] == {"loss": 28.0}
    assert all(type(logs["loss"]) is float for _, logs in seen)


def test_params_model_and_history():
    noted = Order()
    model = one_weight()
    H = model.fit(X, Y, batch_size=3, epochs=2, verbose=0, callbacks=[noted])
    assert dict(noted.params) == {"verbose": 0, "epochs": 2, "steps": 2}
    assert noted.model is model
    assert model.history is H
    assert isinstance(H, History)


def test_a_subclass_need_not_call_the_constructor():
    class Bare(Callback):
        def __init__(self):
            pass

    assert Bare().model is None
    assert Bare().params is None


@pytest.mark.parametrize(
    ("hook", "expected"),
    [
        ("on_train_begin", Hooks(False, False)),
        ("on_train_end", Hooks(False, False)),
        ("on_epoch_begin", Hooks(False, True)),
        ("on_epoch_end", Hooks(False, True)),
        ("on_batch_begin", Hooks(True, False)),
        ("on_batch_end", Hooks(True, False)),
        ("on_train_batch_begin", Hooks(True, False)),
        ("on_train_batch_end", Hooks(True, False)),
        ("on_test_begin", Hooks(False, True)),
        ("on_test_end", Hooks(False, True)),
        ("on_test_batch_begin", Hooks(False, True, test_batches=True)),
        ("on_test_batch_end", Hooks(False, True, test_batches=True)),
        ("on_predict_begin", Hooks(False, False)),
        ("on_predict_end", Hooks(False, False)),
        ("on_predict_batch_begin", Hooks(False, False, predict_batches=True)),
        ("on_predict_batch_end", Hooks(False, False, predict_batches=True)),
    ],
)
def test_hooks_say_where_training_has_to_stop(hook, expected):
    overriding = type("Mine", (Callback,), {hook: lambda self, *args, **kwargs: None})
    assert hooks([overriding()]) == expected
    assert hooks([type("Heir", (overriding,), {})()]) == expected
    assert hooks([LambdaCallback(**{hook: print})]) == expected


def test_what_a_model_does_in_one_go_needs_no_stop():
    assert hooks([]) == hooks([Callback(), History(), ProgbarLogger()]) == Hooks(False, False)
    assert hooks([type("Mine", (History,), {})()]).epochs


def test_defaults_of_keras_own_callbacks_are_known():
    class Foreign:
        def set_model(self, model): ...

        def on_epoch_end(self, epoch, logs=None): ...

        def on_train_batch_end(self, batch, logs=None): ...

    Foreign.on_train_batch_end._is_default = True
    assert hooks([Foreign()]) == Hooks(False, True)


def test_the_older_names_of_batches_are_called_once():
    calls = []
    old = LambdaCallback(on_batch_end=lambda batch, logs: calls.append(batch))
    CallbackList([old]).on_train_batch_end(3, {"loss": 1.0})
    assert calls == [3]


def test_logs_are_shared_sorted_and_floats():
    seen = []

    class Adds(Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["added"] = 1.0

    given = {"loss": np.float32(0.5), "accuracy": 1, "all": [1, 2]}
    reads = LambdaCallback(on_epoch_end=lambda epoch, logs: seen.extend(logs.items()))
    CallbackList([Adds(), reads]).on_epoch_end(0, given)
    assert seen == [("accuracy", 1.0), ("all", [1, 2]), ("loss", 0.5), ("added", 1.0)]
    assert "added" not in given
    assert type(seen[2][1]) is float
    assert python_logs({"b": 1, "a": {"d": 2, "c": 3}}) == {"c": 3.0, "d": 2.0, "b": 1.0}
    assert python_logs(None) == {}


def test_lists_may_be_nested_and_are_not_changed():
    given = [[History()], Callback()]
    called = CallbackList(given, add_history=True, add_progbar=True)
    assert [type(each) for each in called.callbacks] == [History, Callback, ProgbarLogger]
    assert len(given) == 2
    called.append(History())
    assert called.history is called.callbacks[-1]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([EarlyStopping], r"callbacks has the class EarlyStopping; .*EarlyStopping\(\.\.\.\)\]"),
        ([print], r"LambdaCallback\(on_epoch_end=function\)"),
        ("history", "callbacks has 'history', a str"),
    ],
)
def test_what_is_not_a_callback(given, message):
    with pytest.raises(TypeError, match=message):
        one_weight().fit(X, Y, verbose=0, callbacks=given)


@pytest.mark.parametrize("name", ["TensorBoard", "RemoteMonitor"])
def test_what_only_keras_has(name):
    with pytest.raises(NotImplementedError, match=f"callbacks.{name} is not supported"):
        getattr(callbacks, name)


# History.


def test_history_goes_on_and_counts_anew():
    H = History()
    for _ in range(2):
        H.on_train_begin()
        H.on_epoch_end(3, {"loss": 0.5})
    assert (H.history, H.epoch) == ({"loss": [0.5, 0.5]}, [3])
    H.record(4, ["loss", "val_loss"], [(0.25, 1.0), (0.125, 2.0)])
    H.record(6, ["loss"], [])
    assert H.history == {"loss": [0.5, 0.5, 0.25, 0.125], "val_loss": [1.0, 2.0]}
    assert H.epoch == [3, 4, 5]
