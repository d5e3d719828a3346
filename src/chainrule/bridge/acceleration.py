"""accelerate: a model of real Keras, trained and evaluated by chainrule's engine."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import numpy.typing as npt

from chainrule.bridge.pairing import Pair
from chainrule.bridge.reading import described, read
from chainrule.bridge.watching import Watched
from chainrule.keras import data
from chainrule.keras.mistakes import possible, unknown_argument
from chainrule.keras.models.trainer import Trainer

Array = npt.NDArray[Any]


def accelerate(model: Any) -> Accelerated:
    """Return what trains a model of real Keras on chainrule's engine, in its place.

    Either for a while, in which the model's own methods do it::

        with chainrule.accelerate(model):
            model.fit(x, y, epochs=300)

    or at once: ``chainrule.accelerate(model).fit(x, y, epochs=300)``. Afterwards the model has the
    weights, the optimiser's state, the history and the metrics, as if Keras had trained it.

    Parameters
    ----------
    model : keras.Sequential or keras.Model
        The latter only if it is a chain of layers with one input and one output.

    Raises
    ------
    TypeError
        When it is no model of Keras.
    NotImplementedError
        When something in it is not supported; with all reasons, before anything is done.

    Examples
    --------
    >>> accelerate(3)
    Traceback (most recent call last):
    ...
    TypeError: model is 3, a int; possible: a keras.Sequential, or a keras.Model that is a chain \
of layers
    """
    return Accelerated(model)


class Accelerated:
    """A model of real Keras whose training, evaluation and prediction the engine does.

    All else is that model's: attributes are read from it and written to it.

    Parameters
    ----------
    model : keras.Model
        See :func:`accelerate`.
    """

    __slots__ = ("_described", "_hidden", "_pair", "_real")

    _real: Any
    _pair: Pair
    _described: list[Any]
    _hidden: list[dict[str, Any]]

    def __init__(self, model: Any) -> None:
        self._real = model
        self._hidden = []
        self._pair = Pair(model, read(model))
        self._described = described(model)

    # In the model's place.

    def __enter__(self) -> Self:
        """Let the model's own methods be these."""
        own = vars(self._real)
        self._hidden.append({name: own[name] for name in _METHODS if name in own})
        own.update({name: getattr(self, name) for name in _METHODS})
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give the model its own methods back."""
        own = vars(self._real)
        for name in _METHODS:
            own.pop(name, None)
        own.update(self._hidden.pop())

    def __getattr__(self, name: str) -> Any:
        if name in Accelerated.__slots__:  # not there yet: a copy is being made
            raise AttributeError(name)
        return getattr(self._real, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in Accelerated.__slots__:
            object.__setattr__(self, name, value)
        else:
            setattr(self._real, name, value)

    def __call__(self, *inputs: Any, **named: Any) -> Any:
        """Call the model itself."""
        return self._real(*inputs, **named)

    def __repr__(self) -> str:
        return f"<accelerated {self._real!r}>"

    # What the engine does.

    def fit(self, *arguments: Any, **named: Any) -> Any:
        """Train the model; arguments, output and the history returned are those of Keras."""
        given = _bound("fit", arguments, named)
        pair = self._ready("fit", given, trains=True)
        watched = Watched(pair, given.pop("callbacks", None), trains=True)
        try:
            pair.twin.fit(**given, callbacks=[watched, watched.record])
        finally:  # an interrupt leaves what was trained so far
            if watched.began:
                watched.link()
                pair.write(always=True)
                _last(pair, watched)
        return watched.history

    def evaluate(self, *arguments: Any, **named: Any) -> Any:
        """Return the loss and the metrics on data, as Keras does."""
        return self._measured("evaluate", arguments, named)

    def test_on_batch(self, *arguments: Any, **named: Any) -> Any:
        """Return the loss and the metrics of one batch, as Keras does."""
        return self._measured("test_on_batch", arguments, named)

    def train_on_batch(self, *arguments: Any, **named: Any) -> Any:
        """Make one step on one batch, and return its loss and metrics, as Keras does."""
        return self._measured("train_on_batch", arguments, named, trains=True)

    def predict(self, *arguments: Any, **named: Any) -> Array:
        """Return the outputs for samples, as Keras does."""
        given = _bound("predict", arguments, named)
        pair = self._ready("predict", given)
        watched = Watched(pair, given.pop("callbacks", None))
        return pair.twin.predict(**given, callbacks=[watched])

    def predict_on_batch(self, *arguments: Any, **named: Any) -> Array:
        """Return the outputs for one batch, as Keras does."""
        given = _bound("predict_on_batch", arguments, named)
        return self._ready("predict_on_batch", given).twin.predict_on_batch(**given)

    def _measured(
        self, method: str, arguments: Any, named: dict[str, Any], *, trains: bool = False
    ) -> Any:
        given = _bound(method, arguments, named)
        pair = self._ready(method, given, trains=trains)
        if method == "evaluate":
            given["callbacks"] = [Watched(pair, given.get("callbacks"))]
        as_dict = given.pop("return_dict", False)
        act: Callable[..., dict[str, float]] = getattr(pair.twin, method)
        found = act(**given, return_dict=True)
        if trains:
            pair.write(always=True)
        pair.write_metrics(found)
        if as_dict:
            return dict(sorted(found.items()))
        values = [found[name] for name in pair.twin.metrics_names]
        return values if len(values) > 1 else values[0]

    def _ready(self, method: str, given: dict[str, Any], *, trains: bool = False) -> Pair:
        """Return the pair, with the numbers that the real model has now."""
        if not self._real.built:
            self._build(given.get("x"))
        now = described(self._real)
        if now != self._described:
            self._pair, self._described = Pair(self._real, read(self._real)), now
        pair = self._pair
        pair.read_weights()
        if trains:
            pair.twin.needed(method)
            pair.read_optimizer()
        return pair

    def _build(self, x: Any) -> None:
        """Build the real model for these samples, as Keras does when it sees them."""
        given = data.adapt(x)
        if not isinstance(given, data.Samples):
            raise ValueError(
                f"model {self._real.name!r} does not know the shape of its inputs yet, and x gives "
                f"batches; call model.build((None, columns)) first, or begin it with an Input"
            )
        self._real.build((None, *(given.x.shape[1:] or (1,))))


_METHODS = (
    "evaluate",
    "fit",
    "predict",
    "predict_on_batch",
    "test_on_batch",
    "train_on_batch",
)


def _bound(method: str, arguments: Any, named: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of a method by name.

    Raises
    ------
    TypeError
        When it has no such argument.
    """
    act = getattr(Trainer, method)
    for name in named:
        if name not in possible([act]):
            raise unknown_argument(name, method, possible([act]))
    signature = inspect.signature(act)
    found = dict(signature.bind(None, *arguments, **named).arguments)
    del found["self"]
    return found


def _last(pair: Pair, watched: Watched) -> None:
    """Let the real metrics give what they gave at the end of the last epoch."""
    logs = {name: values[-1] for name, values in watched.record.history.items() if values}
    validated = len(watched.record.history.get("val_loss", ())) == len(watched.record.epoch)
    if logs:
        names = pair.twin.metrics_names
        pair.write_metrics({name: logs[f"val_{name}" if validated else name] for name in names})
