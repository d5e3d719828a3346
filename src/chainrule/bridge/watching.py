"""Callbacks of real Keras while the engine trains: they see the real model, up to date."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from chainrule.bridge.checks import keras_of
from chainrule.bridge.pairing import Pair
from chainrule.keras.callbacks import Callback, History
from chainrule.keras.callbacks.callback import hears, only_if

# Callbacks of Keras that read and change no weights, but perhaps the learning rate.
_LIGHT = (
    "CSVLogger",
    "History",
    "LearningRateScheduler",
    "ProgbarLogger",
    "ReduceLROnPlateau",
    "RemoteMonitor",
    "TerminateOnNaN",
)
# Hooks that have nothing to do where these settings say so.
_PER_BATCH = {"ModelCheckpoint": ("on_train_batch_end", "save_freq", "epoch")}


class Watched(Callback):
    """The callbacks of a user, called with the real model.

    Before they are called, what was trained is written into the real model; afterwards what they
    have changed there is taken over. So only hooks that somebody has written cost anything.

    Parameters
    ----------
    pair : Pair
        The real model, and the one that is trained.
    callbacks : callback, (nested) list of such, or None
        Of Keras, or of :mod:`chainrule.keras`.
    trains : bool
        Whether this is ``fit``.

    Attributes
    ----------
    history : keras.callbacks.History
        Real, with what :attr:`record` has.
    record : History
        To be given to ``fit`` behind this callback.
    began : bool
        Whether training has begun.
    """

    def __init__(self, pair: Pair, callbacks: Any, *, trains: bool = False) -> None:
        super().__init__()
        self.pair, self.trains, self.began = pair, trains, False
        self.keras = keras_of(pair.real).callbacks
        self.callbacks = list(_flat(callbacks))
        self.record = History()
        given = [each for each in self.callbacks if isinstance(each, self.keras.History)]
        self.history = given[-1] if given else self.keras.History()
        self._linked = not given
        self._listeners: dict[str, list[Any]] = {}

    def set_params(self, params: Any) -> None:
        """Tell all of them, and the history."""
        super().set_params(params)
        for each in (*self.callbacks, self.history):
            each.set_params(params)

    def set_model(self, model: Any) -> None:
        """Give all of them the real model."""
        super().set_model(model)
        if self.trains:
            self.pair.real.history = self.history
        for each in (*self.callbacks, self.history):
            each.set_model(self.pair.real)

    def listeners(self, hook: str) -> list[Any]:
        """Return those that have something to do at a moment."""
        if hook not in self._listeners:
            older = hook.replace("_train_batch_", "_batch_")  # to which Keras hands on
            self._listeners[hook] = [
                each
                for each in self.callbacks
                if (hears(each, hook) or hears(each, older)) and not self._idle(each, hook)
            ]
        return self._listeners[hook]

    def link(self) -> None:
        """Let the real history show what is recorded."""
        if self._linked:
            self.history.history, self.history.epoch = self.record.history, self.record.epoch

    def call(self, hook: str, *where: Any, **named: Any) -> None:
        """Call a hook of all that have it."""
        if hook == "on_train_begin":
            self.began, self.pair.real.stop_training = True, False
        called = self.listeners(hook)
        if not called:
            return
        heavy = not all(map(self._light, called))
        self.link()
        if self.trains and heavy:
            self.pair.write(always=hook == "on_train_end")
        for each in called:
            getattr(each, hook)(*where, **named)
        if not self.trains:
            self.pair.read_weights()
        elif heavy:
            self.pair.read()
        else:
            self.pair.read_rate()
        self.pair.twin.stop_training = bool(self.pair.real.stop_training)
        if hook == "on_train_begin":  # BackupAndRestore says there where to go on
            self.pair.twin._initial_epoch = self.pair.real._initial_epoch

    def _light(self, callback: Any) -> bool:
        if isinstance(callback, self.keras.EarlyStopping):
            same = type(callback) is self.keras.EarlyStopping
            return same and not callback.restore_best_weights
        return any(type(callback) is getattr(self.keras, name, None) for name in _LIGHT)

    def _idle(self, callback: Any, hook: str) -> bool:
        for name, (method, setting, value) in _PER_BATCH.items():
            known = getattr(getattr(self.keras, name), method)
            if hook == method and getattr(type(callback), method, None) is known:
                return bool(getattr(callback, setting) == value)
        return False


def _flat(callbacks: Any) -> Iterable[Any]:
    """Yield the callbacks of nested lists."""
    inner = getattr(callbacks, "callbacks", callbacks)  # a CallbackList has a list
    if isinstance(inner, list | tuple):
        for each in inner:
            yield from _flat(each)
    elif callbacks is not None:
        yield callbacks


def _forward(hook: str) -> Callable[..., None]:
    wanted = hook == "on_train_begin"

    @only_if(lambda self: wanted or bool(self.listeners(hook)))
    def method(self: Watched, *where: Any, **named: Any) -> None:
        self.call(hook, *where, **named)

    method.__name__ = hook
    method.__doc__ = f"Call ``{hook}`` of all of them."
    return method


for _hook in [name for name in vars(Callback) if name.startswith("on_")]:
    if not _hook.startswith("on_batch_"):  # older names, to which on_train_batch_* hands on
        setattr(Watched, _hook, _forward(_hook))
