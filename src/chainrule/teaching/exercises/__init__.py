"""The exercises of the notebook: a row each, which ``check`` runs by its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chainrule.tables import Table
from chainrule.teaching.exercises import models, script, trained, two_layer
from chainrule.teaching.exercises.back_propagation import check_back_propagation
from chainrule.teaching.exercises.fit import check_fit
from chainrule.teaching.exercises.functions import check_sigmoid, check_sigmoid_grad
from chainrule.teaching.exercises.init import check_init
from chainrule.teaching.exercises.loss import check_loss
from chainrule.teaching.exercises.predict import check_predict
from chainrule.teaching.trial import Trial


@dataclass(frozen=True)
class Exercise:
    """One exercise.

    Attributes
    ----------
    examine : function
        Raises what is wrong. It gets the trial, and the arguments of the check where they are not
        the trial's subject.
    praise : str
        What is said when all is right.
    """

    examine: Callable[..., None]
    praise: str


def _widths(trial: Trial, nn: Any, *layers: int) -> None:
    trained.check_widths(trial, nn, layers)


EXERCISES = Table(
    "exercise",
    {
        "data": Exercise(two_layer.check_data, "The four points are there, each with its one."),
        "weights": Exercise(two_layer.check_weights, "Both layers have the shapes they need."),
        "sigmoid": Exercise(check_sigmoid, "A smooth step from 0 to 1."),
        "sigmoid_grad": Exercise(check_sigmoid_grad, "Steepest in the middle, flat at both ends."),
        "forward": Exercise(two_layer.check_forward, "The data go through both layers."),
        "gradients": Exercise(two_layer.check_gradients, "Both gradients agree with the loss."),
        "two_layer": Exercise(script.check_script, "Forward, backward, update: all agree."),
        "output": Exercise(two_layer.check_output, "That is the output for this sample."),
        "init": Exercise(check_init, "All weights have their shapes and are drawn from the seed."),
        "predict": Exercise(check_predict, "The outputs agree with the reference."),
        "loss": Exercise(check_loss, "The squared errors add up."),
        "back_propagation": Exercise(
            check_back_propagation, "The step follows the gradient in every layer."
        ),
        "fit": Exercise(check_fit, "Batch and SGD learn as they should."),
        "xor_network": Exercise(_widths, "The network for the exclusive or is ready."),
        "xor": Exercise(trained.check_xor, "All four answers are right."),
        "one_hot": Exercise(trained.check_one_hot, "Each label is a row with a single 1."),
        "digits_network": Exercise(_widths, "The network for the digits is ready."),
        "digits": Exercise(trained.check_digits, "It reads more than 90 % of the test images."),
        "digit": Exercise(trained.check_digit, "Both are places of the largest value."),
        "confusion_matrix": Exercise(
            trained.check_confusion_matrix, "Each image is counted where it belongs."
        ),
        "model": Exercise(models.check_model, "The model has its layers and activations."),
        "history": Exercise(models.check_history, "The history is complete, and the loss falls."),
    },
)
