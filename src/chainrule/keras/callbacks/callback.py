"""What a callback is: an object with a method for each moment of training."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

Logs = dict[str, Any]
Method = TypeVar("Method", bound=Callable[..., Any])


def only_if(needed: Callable[[Any], bool]) -> Callable[[Method], Method]:
    """Say that a hook has something to do only for some objects of its class.

    Training is cut into pieces for hooks; a hook that would do nothing need not cut it.

    Parameters
    ----------
    needed : callable
        Gets the callback; tells whether the hook is to be called.
    """

    def mark(method: Method) -> Method:
        method.needed = needed  # type: ignore[attr-defined]
        return method

    return mark


_never = only_if(lambda callback: False)  # noqa: ARG005


def hears(callback: object, hook: str) -> bool:
    """Tell whether a callback has something to do at a moment.

    Examples
    --------
    >>> class Mine(Callback):
    ...     def on_epoch_end(self, epoch, logs=None):
    ...         print(epoch)
    >>> hears(Mine(), "on_epoch_end"), hears(Mine(), "on_train_batch_end")
    (True, False)
    """
    method = getattr(callback, hook, None)
    if method is None or getattr(method, "_is_default", False):  # the latter is Keras's own mark
        return False
    needed = getattr(method, "needed", None)
    return needed is None or bool(needed(callback))


class Callback:
    """What is called at the moments of ``fit``, ``evaluate`` and ``predict``; to be subclassed.

    A subclass overrides the methods of the moments that it wants; all others cost nothing. ``logs``
    holds the loss and the metrics up to that moment, as floats, sorted by name; those of
    ``on_epoch_end`` have the validation's too, named ``val_...``. Epochs and batches count from 0.
    Setting ``self.model.stop_training = True`` in a method of training ends it.

    Attributes
    ----------
    model : Model
        Who is trained.
    params : dict
        ``verbose``, ``epochs`` and ``steps``.

    Examples
    --------
    >>> class UntilGood(Callback):
    ...     def on_epoch_end(self, epoch, logs=None):
    ...         if logs["accuracy"] > 0.9:
    ...             self.model.stop_training = True
    """

    # Of the class, so that a subclass need not call super().__init__().
    params: Mapping[str, Any] | None = None
    _model: Any = None

    def __init__(self) -> None:
        self.params = None
        self._model = None

    @property
    def model(self) -> Any:
        """The model that is trained."""
        return self._model

    def set_params(self, params: Mapping[str, Any]) -> None:
        """Take what :attr:`params` is."""
        self.params = params

    def set_model(self, model: Any) -> None:
        """Take what :attr:`model` is."""
        self._model = model

    @_never
    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Do what is to be done before the first epoch."""

    @_never
    def on_train_end(self, logs: Logs | None = None) -> None:
        """Do what is to be done after the last epoch; the logs are those of that epoch."""

    @_never
    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Do what is to be done before an epoch."""

    @_never
    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Do what is to be done after an epoch and its validation."""

    @_never
    def on_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Do what is to be done before a batch; the older name of ``on_train_batch_begin``."""

    @_never
    def on_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Do what is to be done after a batch; the older name of ``on_train_batch_end``."""

    @_never
    def on_train_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Do what is to be done before a batch of training."""
        self.on_batch_begin(batch, logs=logs)

    @_never
    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Do what is to be done after a batch; the logs are means over the epoch up to it."""
        self.on_batch_end(batch, logs=logs)

    @_never
    def on_test_begin(self, logs: Logs | None = None) -> None:
        """Do what is to be done before an evaluation, also that of an epoch."""

    @_never
    def on_test_end(self, logs: Logs | None = None) -> None:
        """Do what is to be done after an evaluation."""

    @_never
    def on_test_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Do what is to be done before a batch of an evaluation."""

    @_never
    def on_test_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Do what is to be done after a batch of an evaluation."""

    @_never
    def on_predict_begin(self, logs: Logs | None = None) -> None:
        """Do what is to be done before a prediction."""

    @_never
    def on_predict_end(self, logs: Logs | None = None) -> None:
        """Do what is to be done after a prediction."""

    @_never
    def on_predict_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Do what is to be done before a batch of a prediction."""

    @_never
    def on_predict_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Do what is to be done after a batch; the logs have its ``outputs``."""
