"""The tutorial's two experiments with Keras, and whose Keras runs them: a row each.

>>> EXPERIMENTS["relu"].batch_size
16
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import chainrule
from chainrule.tables import Table

EPOCHS = 300
LEARNING_RATE = 0.01


@dataclass(frozen=True)
class Experiment:
    """What the tutorial trains.

    Parameters
    ----------
    activation : str
        That of the hidden layers.
    batch_size : int
        Samples a step.
    validation_split : float
        The share of the training set that is held back to validate on; 0: the test set is used.
    title : str
        What its picture is called.
    plot : str
        The function of ``chainrule.plots`` that draws its history.
    file : str
        The name of the picture's files, without an ending.
    """

    activation: str
    batch_size: int
    validation_split: float
    title: str
    plot: str
    file: str


EXPERIMENTS = Table(
    "model",
    {
        "sigmoid": Experiment(
            activation="sigmoid",
            batch_size=10,
            validation_split=0.0,
            title="Digits, sigmoid layers: loss and accuracy",
            plot="training_curves",
            file="Keras_mnist",
        ),
        "relu": Experiment(
            activation="relu",
            batch_size=16,
            validation_split=0.1,
            title="Digits, ReLU layers",
            plot="training_panels",
            file="Keras_mnist_relu",
        ),
    },
)


class NotInstalledError(Exception):
    """A framework is not there; the text says what to do next."""


@dataclass(frozen=True)
class Framework:
    """Somebody's Keras.

    Parameters
    ----------
    check : callable
        Raises NotInstalledError where it is known, without importing, that it is not there.
    load : callable
        Imports and returns the module; raises NotInstalledError where that fails.
    describe : callable
        Takes the module; returns its name and version.
    """

    check: Callable[[], None]
    load: Callable[[], Any]
    describe: Callable[[Any], str]


def _check_keras() -> None:
    if find_spec("keras") is None:
        raise NotInstalledError(
            "real Keras is not installed; next: pip install keras tensorflow, or leave out "
            "--framework: chainrule.keras needs neither"
        )


def _load_keras() -> Any:
    # TensorFlow writes to stderr which instructions and which graphics card it has found.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    back_ends = "KERAS_BACKEND=tensorflow, jax or torch"
    try:
        return import_module("keras")
    except ModuleNotFoundError as error:
        raise NotInstalledError(
            f"real Keras wants {error.name}, which is not installed; next: pip install "
            f"{error.name}, or set {back_ends}, whichever is there"
        ) from None
    except ValueError as error:  # an unknown back end
        raise NotInstalledError(f"real Keras says: {error}; possible: {back_ends}") from None


FRAMEWORKS = Table(
    "framework",
    {
        "chainrule": Framework(
            check=lambda: None,
            load=lambda: import_module("chainrule.keras"),
            describe=lambda _: f"chainrule.keras {chainrule.__version__}",
        ),
        "keras": Framework(
            check=_check_keras,
            load=_load_keras,
            describe=lambda keras: f"Keras {keras.__version__} on {keras.backend.backend()}",
        ),
    },
)
