"""The bridge where there is no Keras, and what it says of things that are no models."""

from __future__ import annotations

import importlib
import subprocess
import sys

import numpy as np
import pytest

import chainrule
from chainrule import keras
from chainrule.bridge.checks import Reasons, keras_of, leaves, of_keras, own


def small():
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)], name="small")


@pytest.mark.parametrize("take", [chainrule.accelerate, chainrule.from_keras])
@pytest.mark.parametrize(
    ("model", "words"),
    [
        ("model.keras", r"model is 'model\.keras', a str; possible: a keras\.Sequential"),
        (None, r"model is None, a NoneType; possible"),
        (np.zeros(2), r"a ndarray; possible"),
        (keras.Sequential, r"a type; possible"),
    ],
)
def test_what_is_no_model(take, model, words):
    with pytest.raises(TypeError, match=words):
        take(model)


@pytest.mark.parametrize("take", [chainrule.accelerate, chainrule.from_keras])
def test_a_model_of_ours_is_trained_as_it_is(take):
    with pytest.raises(TypeError, match=r"Sequential name=small.*trains as it is; call its fit"):
        take(small())


def test_keras_is_not_imported_to_look_for_it():
    code = (
        "import sys, chainrule\n"
        "for act in (chainrule.accelerate, chainrule.from_keras):\n"
        "    try:\n        act(1)\n"
        "    except TypeError: pass\n"
        "    else: raise SystemExit('no error')\n"
        "raise SystemExit('keras' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_names_are_found_late():
    code = (
        "import sys, chainrule\n"
        "early = 'chainrule.bridge' in sys.modules\n"
        "chainrule.accelerate\n"
        "raise SystemExit(early or 'chainrule.bridge' not in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    assert {"accelerate", "from_keras"} <= set(dir(chainrule))


def test_to_keras_without_keras_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "keras", None)  # as if it were not there
    with pytest.raises(ImportError, match=r"pip install keras.*tensorflow, jax or torch"):
        small().to_keras()


def test_a_module_called_keras_is_not_enough(monkeypatch):
    monkeypatch.setitem(sys.modules, "keras", importlib.import_module("json"))
    with pytest.raises(TypeError, match=r"possible: a keras\.Sequential"):
        keras_of(3)


# Code of the user's.


def mine(y_true, y_pred):
    return y_true - y_pred


class FromKeras:
    """Stands for what real Keras defines."""


FromKeras.__module__ = "keras.src.losses"


def test_what_is_of_keras_and_what_is_not():
    assert of_keras(FromKeras)
    assert of_keras(FromKeras())
    assert not of_keras(mine)
    assert not of_keras(small())
    assert not of_keras("mse")


@pytest.mark.parametrize("made", ["mse", None, 3, [1], FromKeras, FromKeras()])
def test_own_lets_pass_what_is_of_keras_and_what_is_no_code(made):
    assert own(made) is made


@pytest.mark.parametrize("made", [mine, lambda x: x, type("Loss", (), {})])
def test_own_refuses_code_of_the_user(made):
    with pytest.raises(NotImplementedError, match=r"loss is '.*', Python code of your own"):
        own(made, "loss")


def test_leaves_of_what_compile_takes():
    assert list(leaves("mse")) == ["mse"]
    assert list(leaves(None)) == [None]
    assert list(leaves(["a", ("b", {"c": "d"})])) == ["a", "b", "d"]


def test_reasons_are_collected():
    reasons = Reasons()
    assert reasons.of("one", int, "1") == 1
    reasons.refuse("model 'm'")  # nothing to refuse
    assert reasons.of("two", int, "x") is None
    assert reasons.of("three", own, mine) is None
    with pytest.raises(NotImplementedError) as caught:
        reasons.refuse("model 'm'")
    lines = str(caught.value).splitlines()
    assert lines[0] == "model 'm' cannot be trained by chainrule:"
    assert lines[1].startswith("- two: invalid literal")
    assert lines[2].startswith("- three: it is 'mine'")
    assert "Keras itself" in lines[3]


def test_reasons_let_other_errors_through():
    with pytest.raises(ZeroDivisionError):
        Reasons().of("one", lambda: 1 / 0)
