"""A list of callbacks that is called as one, and what it wants to be called for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from chainrule.keras.callbacks.callback import Callback, Logs, hears
from chainrule.keras.callbacks.history import History
from chainrule.keras.callbacks.progbar_logger import ProgbarLogger

_TRAIN_BATCH = ("on_train_batch_begin", "on_train_batch_end", "on_batch_begin", "on_batch_end")
_TEST_BATCH = ("on_test_batch_begin", "on_test_batch_end")
_PREDICT_BATCH = ("on_predict_batch_begin", "on_predict_batch_end")
_EPOCH = ("on_epoch_begin", "on_epoch_end", "on_test_begin", "on_test_end", *_TEST_BATCH)


class Hooks(NamedTuple):
    """Where the callbacks want Python to run: within epochs, and between them.

    ``batches`` is about the batches of training; ``epochs`` about epochs, and the validation
    after them; ``test_batches`` and ``predict_batches`` about the batches of ``evaluate`` (and of
    validation) and of ``predict``.

    Examples
    --------
    >>> Hooks(batches=False, epochs=True).test_batches
    False
    """

    batches: bool
    epochs: bool
    test_batches: bool = False
    predict_batches: bool = False


def hooks(callbacks: Iterable[Any]) -> Hooks:
    """Tell where the callbacks want to be called, so that training stops only there.

    :class:`History` and :class:`ProgbarLogger` are left out, but not their subclasses: a model
    fills and prints many epochs at once.

    Examples
    --------
    >>> from chainrule.keras.callbacks import EarlyStopping, LambdaCallback
    >>> hooks([History(), EarlyStopping("loss")])
    Hooks(batches=False, epochs=True, test_batches=False, predict_batches=False)
    >>> hooks([LambdaCallback(on_batch_end=lambda batch, logs: print(batch))]).batches
    True
    """
    callbacks = [each for each in callbacks if type(each) not in (History, ProgbarLogger)]

    def wanted(names: tuple[str, ...]) -> bool:
        return any(hears(callback, name) for callback in callbacks for name in names)

    return Hooks(wanted(_TRAIN_BATCH), wanted(_EPOCH), wanted(_TEST_BATCH), wanted(_PREDICT_BATCH))


def python_logs(logs: Mapping[str, Any] | None) -> Logs:
    """Return new logs, sorted by name, with Python floats where that is possible.

    Examples
    --------
    >>> import numpy as np
    >>> python_logs({"loss": np.float32(0.5), "accuracy": 1})
    {'accuracy': 1.0, 'loss': 0.5}
    """
    result: Logs = {}
    for name, value in sorted((logs or {}).items()):
        if isinstance(value, Mapping):
            result.update(python_logs(value))
            continue
        try:
            result[name] = float(value)
        except (TypeError, ValueError):
            result[name] = value
    return result


def _all(callbacks: Any) -> list[Any]:
    """Return the callbacks of nested lists, each checked."""
    if callbacks is None:
        return []
    if isinstance(callbacks, list | tuple):
        return [each for part in callbacks for each in _all(part)]
    if isinstance(callbacks, type):
        raise TypeError(
            f"callbacks has the class {callbacks.__name__}; "
            f"possible: an object of it, as in callbacks=[{callbacks.__name__}(...)]"
        )
    if not (hasattr(callbacks, "set_model") and hasattr(callbacks, "on_epoch_end")):
        raise TypeError(
            f"callbacks has {callbacks!r}, a {type(callbacks).__name__}; possible: objects of "
            f"subclasses of callbacks.Callback; for a function: "
            f"callbacks.LambdaCallback(on_epoch_end=function)"
        )
    return [callbacks]


class CallbackList(Callback):
    """Callbacks that are called as one, in their order; hooks that do nothing are left out.

    Parameters
    ----------
    callbacks : Callback or (nested) list of Callback, optional
        Which.
    add_history, add_progbar : bool
        Whether to append a :class:`History`, a :class:`ProgbarLogger`, if there is none.
    model : Model, optional
        What they are about.
    params
        ``verbose``, ``epochs``, ``steps``: what they find in their ``params``.

    Raises
    ------
    TypeError
        When something is not a callback.

    Examples
    --------
    >>> H = History()
    >>> both = CallbackList([H], epochs=2, steps=1, verbose=0)
    >>> both.on_train_begin()
    >>> both.on_epoch_end(0, {"loss": 0.5, "accuracy": 1})
    >>> H.history
    {'accuracy': [1.0], 'loss': [0.5]}
    """

    def __init__(
        self,
        callbacks: Any = None,
        add_history: bool = False,
        add_progbar: bool = False,
        model: Any = None,
        **params: Any,
    ) -> None:
        super().__init__()
        self.callbacks = _all(callbacks)
        if add_history and self.history is None:
            self.callbacks.append(History())
        if add_progbar and self.progbar is None:
            self.callbacks.append(ProgbarLogger())
        if model is not None:
            self.set_model(model)
        if params:
            self.set_params(params)

    @property
    def history(self) -> History | None:
        """The last :class:`History` among them."""
        return next((each for each in self.callbacks[::-1] if isinstance(each, History)), None)

    @property
    def progbar(self) -> ProgbarLogger | None:
        """The last :class:`ProgbarLogger` among them."""
        found = (each for each in self.callbacks[::-1] if isinstance(each, ProgbarLogger))
        return next(found, None)

    @property
    def hooks(self) -> Hooks:
        """Where they want to be called."""
        return hooks(self.callbacks)

    def append(self, callback: Any) -> None:
        """Add a callback behind the others."""
        self.callbacks.extend(_all(callback))

    def set_params(self, params: Mapping[str, Any]) -> None:
        """Tell all of them."""
        super().set_params(params)
        for callback in self.callbacks:
            callback.set_params(params)

    def set_model(self, model: Any) -> None:
        """Tell all of them, and give the model the history."""
        super().set_model(model)
        if self.history is not None:
            model.history = self.history
        for callback in self.callbacks:
            callback.set_model(model)

    def _call(self, hook: str, *where: int, logs: Mapping[str, Any] | None) -> None:
        older = hook.replace("_train_batch_", "_batch_")  # to which Callback hands on
        called = [each for each in self.callbacks if hears(each, hook) or hears(each, older)]
        if called:
            shared = python_logs(logs)  # one for all: what one adds, the later ones see
            for callback in called:
                # As in Keras, by name only here: users' functions call the logs what they like.
                if "_batch_" in hook:
                    getattr(callback, hook)(*where, logs=shared)
                else:
                    getattr(callback, hook)(*where, shared)


def _forward(hook: str) -> Callable[..., None]:
    if hook.endswith(("_train_begin", "_train_end", "_test_begin", "_test_end")) or hook in (
        "on_predict_begin",
        "on_predict_end",
    ):

        def whole(self: CallbackList, logs: Logs | None = None) -> None:
            self._call(hook, logs=logs)

        return whole

    def part(self: CallbackList, index: int, logs: Logs | None = None) -> None:
        self._call(hook, index, logs=logs)

    return part


for _hook in [name for name in vars(Callback) if name.startswith("on_")]:
    setattr(CallbackList, _hook, _forward(_hook))
    getattr(CallbackList, _hook).__name__ = _hook
    getattr(CallbackList, _hook).__doc__ = f"Call ``{_hook}`` of all of them."
