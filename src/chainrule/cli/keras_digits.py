"""``chainrule digits --model``: the tutorial's two experiments with Keras, real or ours.

What builds and trains takes the module, ``chainrule.keras`` or ``keras``, and is the same for both.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule import datasets, metrics
from chainrule.cli import output, pictures
from chainrule.cli.experiments import EXPERIMENTS, FRAMEWORKS, Experiment
from chainrule.cli.watching import watched

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Options:
    """What the command was asked for; no folder: no pictures."""

    model: str
    framework: str
    layers: list[int]
    epochs: int
    batch_size: int
    learning_rate: float
    test_size: float
    split_seed: int
    seed: int
    folder: Path | None
    quiet: bool

    @property
    def experiment(self) -> Experiment:
        """What the tutorial has under this model's name."""
        return EXPERIMENTS[self.model]


def run(options: Options) -> None:
    """Build, train, print and draw; see the command's help."""
    if options.folder is not None:
        pictures.prepare(options.folder)
    framework = FRAMEWORKS[options.framework]
    keras = framework.load()
    data = datasets.digits(options.test_size, options.split_seed)
    output.heading("The digits, all pixels divided by 16", first=True)
    output.line(f"training set: {data.X_train.shape}, test set: {data.X_test.shape}")

    model = compiled(keras, options)
    output.heading(f"The network, in {framework.describe(keras)}")
    _show(model, options)

    output.heading(f"Training, {options.epochs} epochs")
    history, seconds = trained(model, data, options)
    output.line(f"fit took {_duration(seconds)}, {_duration(seconds / options.epochs)} an epoch")
    _show_history(history, options)

    seen = np.asarray(model.predict(data.X_test, verbose=0)).argmax(axis=1)
    output.heading("On the test set")
    output.line(metrics.classification_report(data.labels_test, seen))
    output.line(f"test accuracy: {100 * metrics.accuracy(data.labels_test, seen):.1f} %")
    if options.folder is not None:
        _draw(history, options, options.folder)


def compiled(keras: Any, options: Options) -> Any:
    """Return the network of the tutorial, ready to be trained.

    Parameters
    ----------
    keras : module
        ``chainrule.keras`` or ``keras``.
    options : Options
        Which network.
    """
    keras.utils.set_random_seed(options.seed)
    inputs, *hidden, outputs = options.layers
    model = keras.Sequential()
    model.add(keras.Input((inputs,)))
    for units in hidden:
        model.add(keras.layers.Dense(units, activation=options.experiment.activation))
    model.add(keras.layers.Dense(outputs, activation="softmax"))
    model.compile(
        loss="categorical_crossentropy",
        optimizer=keras.optimizers.SGD(options.learning_rate),
        metrics=["accuracy"],
    )
    return model


def trained(
    model: Any, data: datasets.Dataset, options: Options
) -> tuple[dict[str, list[float]], float]:
    """Train a model as the tutorial does; return its history and the seconds that ``fit`` took.

    Raises
    ------
    KeyboardInterrupt
        On Ctrl-C, saying after how many epochs.
    """
    if split := options.experiment.validation_split:
        validation: dict[str, Any] = {"validation_split": split}
    else:
        validation = {"validation_data": (data.X_test, data.y_test)}

    def fit() -> float:
        start = time.perf_counter()
        model.fit(
            data.X_train,
            data.y_train,
            epochs=options.epochs,
            batch_size=options.batch_size,
            shuffle=True,
            verbose=0,
            **validation,
        )
        return time.perf_counter() - start

    try:
        if options.quiet:
            seconds = fit()
        else:
            with watched(model, options.epochs):
                seconds = fit()
    except KeyboardInterrupt:
        history = getattr(model, "history", None)
        done = len(history.epoch) if history else 0
        raise KeyboardInterrupt(f"after {done} of {options.epochs} epochs") from None
    return model.history.history, seconds


def _show(model: Any, options: Options) -> None:
    output.table(
        ("units", "activation", "parameters"),
        [
            (layer.units, layer.activation.__name__, f"{layer.count_params():,}")
            for layer in model.layers
        ],
        "{} units, {}, {} parameters",
    )
    output.line(f"{model.count_params():,} parameters in all")
    output.line(
        f"categorical cross-entropy, SGD with learning rate {options.learning_rate:g}, "
        f"batches of {options.batch_size}, seed {options.seed}"
    )


def _show_history(history: dict[str, list[float]], options: Options) -> None:
    split = options.experiment.validation_split
    held_back = f"last {100 * split:g} % of the training set" if split else "test set"
    output.table(
        ("after training", "loss", "accuracy"),
        [
            (part, history[f"{prefix}loss"][-1], history[f"{prefix}accuracy"][-1])
            for part, prefix in (("training", ""), (f"validation ({held_back})", "val_"))
        ],
        "{}: loss {:.3f}, accuracy {:.3f}",
    )


def _draw(history: dict[str, list[float]], options: Options, folder: Path) -> None:
    from chainrule import plots

    experiment = options.experiment
    figure = getattr(plots, experiment.plot)(history, title=experiment.title)
    output.heading("Pictures")
    names = [experiment.file + ending for ending in (".pdf", ".png")]
    pictures.save_all(
        [pictures.Picture("loss and accuracy", name, figure) for name in names], folder
    )


def _duration(seconds: float) -> str:
    """Return a time with three digits that count.

    Examples
    --------
    >>> _duration(61.72), _duration(0.0617), _duration(0.000206), _duration(12345.6)
    ('61.7 s', '61.7 ms', '206 us', '12346 s')
    """
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= 0.9995 * size or unit == "us":
            break
    value = seconds / size
    return f"{value:.3g} {unit}" if value < 999.5 else f"{value:.0f} {unit}"
