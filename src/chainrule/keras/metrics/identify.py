"""From what users write for a metric, a name, a function, a class or an object, to the object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chainrule.keras import objects
from chainrule.keras.losses import Loss
from chainrule.keras.losses.identify import kind_of_classes
from chainrule.keras.metrics.base import Metric
from chainrule.keras.metrics.means import MeanMetricWrapper, name_of

# What Keras 3 has beside the metrics here, with short spellings.
_ONLY_IN_KERAS = (
    "BinaryIoU",
    "ConcordanceCorrelation",
    "IoU",
    "MeanIoU",
    "OneHotIoU",
    "OneHotMeanIoU",
    "PearsonCorrelation",
    "PrecisionAtRecall",
    "RecallAtPrecision",
    "SensitivityAtSpecificity",
    "SpecificityAtSensitivity",
)
_BY_SHAPE = {
    "accuracy": "accuracy",
    "acc": "accuracy",
    "crossentropy": "crossentropy",
    "ce": "crossentropy",
}


def get(identifier: Any) -> Metric | None:
    """Return the metric that an identifier stands for.

    Parameters
    ----------
    identifier : str, dict, class, Metric, Loss, function or None
        A name such as "mse", what :func:`serialize` gave, a class or an object of this module, or
        anything to call with targets and outputs; None gives None.

    Raises
    ------
    ValueError
        When the name is unknown, or only real Keras has the metric.

    Examples
    --------
    >>> get("mse"), get(lambda y_true, y_pred: y_pred - y_true)
    (<MeanSquaredError name=mean_squared_error>, <MeanMetricWrapper name=lambda>)
    >>> get("precison")
    Traceback (most recent call last):
    ...
    ValueError: unknown metric 'precison': did you mean 'precision'? Possible: accuracy, ...
    """
    if identifier is None or isinstance(identifier, Metric):
        return identifier
    name = identifier.get("class_name") if isinstance(identifier, Mapping) else identifier
    refuse(name)
    if isinstance(identifier, type) and issubclass(identifier, (Metric, Loss)):
        identifier = identifier()
    if isinstance(identifier, Metric):
        return identifier
    if callable(identifier):
        return MeanMetricWrapper(identifier)
    found: Metric = objects.resolve("metric", identifier)
    return found


def refuse(name: object) -> None:
    """Raise where only real Keras has a metric of this name.

    Raises
    ------
    ValueError
        When that is so.

    Examples
    --------
    >>> refuse("mse")
    >>> refuse("MeanIoU")
    Traceback (most recent call last):
    ...
    ValueError: the metric 'MeanIoU' needs real Keras: import keras in the place of \
chainrule.keras; or give a function of y_true and y_pred
    """
    for only in _ONLY_IN_KERAS:
        if name in (only, objects.snake_case(only)):
            raise ValueError(
                f"the metric {name!r} needs real Keras: import keras in the place of "
                f"chainrule.keras; or give a function of y_true and y_pred"
            )


def resolve(
    identifier: Any, y_shape: Sequence[int | None], output_shape: Sequence[int | None]
) -> Metric:
    """Return the metric that ``compile(metrics=[identifier])`` stands for.

    Its name, which is its key in histories, is the text that was given, such as "acc"; the name
    of the object; or that of the function.

    Parameters
    ----------
    identifier : str, dict, class, Metric, Loss or function
        As for :func:`get`; "accuracy", "acc", "crossentropy" and "ce" stand for the binary one
        where there is one output, for the sparse one where targets are class numbers, and for the
        categorical one.
    y_shape, output_shape : sequence of int
        Shapes of targets and outputs, both with the axis of the samples.

    Raises
    ------
    ValueError
        When the name is unknown, or None.

    Examples
    --------
    >>> resolve("acc", (100,), (100, 10))
    <SparseCategoricalAccuracy name=acc>
    >>> resolve("accuracy", (100, 1), (100, 1))
    <BinaryAccuracy name=accuracy>
    """
    if isinstance(identifier, str):
        what = _BY_SHAPE.get(identifier.lower())
        kind = f"{kind_of_classes(y_shape, output_shape)}_{what}" if what else identifier
        metric = get(kind)
    else:
        metric = get(identifier)
    if metric is None:
        raise ValueError("metrics has None; possible: names, functions and metrics")
    metric.name = identifier if isinstance(identifier, str) else name_of(metric)
    return metric


def deserialize(config: Mapping[str, Any] | str, custom_objects: Any = None) -> Any:
    """Make the metric that :func:`serialize`, or Keras, has written.

    Raises
    ------
    ValueError
        When the class is unknown, or ``custom_objects`` are given.

    Examples
    --------
    >>> deserialize({"class_name": "AUC", "config": {"curve": "PR"}}).curve
    'PR'
    """
    if custom_objects:
        raise ValueError("custom_objects is given; possible: None, as only known metrics are made")
    return get(config) if isinstance(config, str) else objects.deserialize(config, "metric")
