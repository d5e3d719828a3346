"""The checks: one function an exercise. Each shows its answer and returns it as a Result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from chainrule.teaching.exercises import EXERCISES
from chainrule.teaching.mistakes import BEYOND, TOO_SLOW, WrongError, in_line
from chainrule.teaching.result import Result
from chainrule.teaching.showing import show
from chainrule.teaching.trial import SlowError, Trial

TIME_LIMIT = 5.0


def run(exercise: str, subject: Any, *arguments: Any, time_limit: float = TIME_LIMIT) -> Result:
    """Run the check of that name, show its answer and return it.

    Parameters
    ----------
    exercise : str
        A row of :data:`chainrule.teaching.exercises.EXERCISES`.
    subject : object
        The student's function or class, which is run; None if there is none.
    *arguments : object
        What else is checked.
    time_limit : float
        How many seconds the student's code may take in all.

    Raises
    ------
    ValueError
        For an unknown exercise.
    KeyboardInterrupt
        On Ctrl-C.
    """
    row = EXERCISES[exercise]
    try:
        with np.errstate(all="ignore"):  # what mistakes give may overflow
            row.examine(Trial(subject, time_limit), *arguments)
        result = Result(exercise, True, row.praise)
    except SlowError as slow:
        sentence = TOO_SLOW.sentence.format(seconds=time_limit, where=in_line(slow.line))
        result = Result(exercise, False, sentence, TOO_SLOW.name)
    except WrongError as wrong:
        result = Result(exercise, False, wrong.sentence, wrong.mistake)
    except Exception as error:  # of the check itself: students shall not see its traceback
        sentence = BEYOND.sentence.format(type=type(error).__name__)
        result = Result(exercise, False, sentence, BEYOND.name)
    show(result)
    return result


def data(X: Any, y: Any, *, time_limit: float = TIME_LIMIT) -> Result:
    """Check the four points of the exclusive or: ``X`` (4, 3) with ones in front, ``y`` (4, 1)."""
    return run("data", None, X, y, time_limit=time_limit)


def weights(w1: Any, w2: Any, *, time_limit: float = TIME_LIMIT) -> Result:
    """Check the weights of the two layers before training: shapes (3, 3) and (3, 1)."""
    return run("weights", None, w1, w2, time_limit=time_limit)


def sigmoid(sigmoid: Any, *, time_limit: float = TIME_LIMIT) -> Result:
    """Check a function of one array, s(z) = 1 / (1 + exp(-z))."""
    return run("sigmoid", sigmoid, time_limit=time_limit)


def sigmoid_grad(sigmoid_grad: Any, *, time_limit: float = TIME_LIMIT) -> Result:
    """Check the derivative of the sigmoid, a function of z."""
    return run("sigmoid_grad", sigmoid_grad, time_limit=time_limit)


def forward(forward: Any, *, time_limit: float = TIME_LIMIT) -> Result:
    """Check ``forward(X, w1, w2)``, which returns ``h, y_pred``."""
    return run("forward", forward, time_limit=time_limit)


def gradients(gradients: Any, *, time_limit: float = TIME_LIMIT) -> Result:
    """Check ``gradients(X, y, w1, w2)``, which returns ``grad_w1, grad_w2``."""
    return run("gradients", gradients, time_limit=time_limit)


def two_layer(names: Mapping[str, Any], *, time_limit: float = TIME_LIMIT) -> Result:
    """Check the arrays of the script after its loop; give ``globals()``."""
    return run("two_layer", None, names, time_limit=time_limit)


def output(out: Any, xi: Any, w1: Any, w2: Any, *, time_limit: float = TIME_LIMIT) -> Result:
    """Check the output of the two layers for one sample."""
    return run("output", None, out, xi, w1, w2, time_limit=time_limit)


def init(network: Any, *, time_limit: float = TIME_LIMIT) -> Result:
    """Check ``__init__`` of the class: W, layers, eta, loss_history."""
    return run("init", network, time_limit=time_limit)


def predict(network: Any, *, time_limit: float = TIME_LIMIT) -> Result:
    """Check ``predict`` of the class, with and without the bias trick."""
    return run("predict", network, time_limit=time_limit)


def loss(network: Any, *, time_limit: float = TIME_LIMIT) -> Result:
    """Check ``loss`` of the class, the sum of squared errors."""
    return run("loss", network, time_limit=time_limit)


def back_propagation(network: Any, *, time_limit: float = TIME_LIMIT) -> Result:
    """Check ``back_propagation`` of the class: one step of gradient descent."""
    return run("back_propagation", network, time_limit=time_limit)


def fit(network: Any, *, time_limit: float = TIME_LIMIT) -> Result:
    """Check ``fit`` of the class: both methods, the epochs, the history."""
    return run("fit", network, time_limit=time_limit)


def xor_network(nn: Any, *, time_limit: float = TIME_LIMIT) -> Result:
    """Check the network for the exclusive or before it is trained."""
    return run("xor_network", None, nn, 2, 2, 1, time_limit=time_limit)


def xor(nn: Any, *, time_limit: float = TIME_LIMIT) -> Result:
    """Check that a trained network solves the exclusive or."""
    return run("xor", None, nn, time_limit=time_limit)


def one_hot(y: Any, *, time_limit: float = TIME_LIMIT) -> Result:
    """Check labels that are turned into rows with a single 1, (N, 10)."""
    return run("one_hot", None, y, time_limit=time_limit)


def digits_network(nn: Any, *, time_limit: float = TIME_LIMIT) -> Result:
    """Check the network for the digits before it is trained."""
    return run("digits_network", None, nn, 64, 32, 16, 10, time_limit=time_limit)


def digits(nn: Any, X_test: Any, y_test: Any, *, time_limit: float = TIME_LIMIT) -> Result:
    """Check that a trained network reads more than 90 % of the test images."""
    return run("digits", None, nn, X_test, y_test, time_limit=time_limit)


def digit(
    y_class: Any, y: Any, outputs: Any, target: Any, *, time_limit: float = TIME_LIMIT
) -> Result:
    """Check the class that is read in one image, and the true one, against their rows."""
    return run("digit", None, y_class, y, outputs, target, time_limit=time_limit)


def confusion_matrix(
    conf: Any, y_true: Any, outputs: Any, *, time_limit: float = TIME_LIMIT
) -> Result:
    """Check a confusion matrix against one-hot rows and the outputs of the network."""
    return run("confusion_matrix", None, conf, y_true, outputs, time_limit=time_limit)


def model(
    model: Any,
    layers: tuple[int, ...] = (64, 32, 16, 10),
    activation: str = "sigmoid",
    *,
    time_limit: float = TIME_LIMIT,
) -> Result:
    """Check the layers of a model of Keras or chainrule.keras: inputs, widths, activations.

    Examples
    --------
    >>> from chainrule import keras
    >>> result = model(keras.Sequential([keras.Input((64,)), keras.layers.Dense(10)]))
    not yet: model
      The number of dense layers is 1, and 3 are expected. Was the cell ...
    """
    return run("model", None, model, layers, activation, time_limit=time_limit)


def history(H: Any, epochs: int = 300, *, time_limit: float = TIME_LIMIT) -> Result:
    """Check what ``fit`` of a model returned: losses and accuracies of so many epochs."""
    return run("history", None, H, epochs, time_limit=time_limit)
