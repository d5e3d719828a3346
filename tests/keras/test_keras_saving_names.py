"""What a file may name: classes of a closed list, the user's own metrics, and never code."""

import json

import numpy as np
import pytest

from chainrule import keras
from chainrule.keras import layers, metrics, models, saving
from chainrule.keras.saving.description import made, written
from chainrule.saving import write_tensors

RNG = np.random.default_rng(0)
X = RNG.normal(size=(24, 4)).astype("float32")
Y = np.eye(3, dtype="float32")[RNG.integers(0, 3, 24)]


def network():
    inner = models.Sequential([layers.Dense(5, activation="relu")], name="inner")
    last = layers.Dense(3, activation="softmax")
    return models.Sequential([layers.Input((4,)), layers.Dropout(0.1), inner, last], name="whole")


@pytest.fixture
def model():
    model = network()
    model.compile("adam", "categorical_crossentropy")
    return model


def config_of(model, change=None):
    config = json.loads(json.dumps(written(model)))
    if change is not None:
        change(config)
    return config


def layer(class_name, **more):
    return {"module": "keras.layers", "class_name": class_name, "config": {"name": "it"}} | more


@pytest.mark.parametrize(
    ("written_layer", "text"),
    [
        (layer("LSTM"), "f has 'it', a LSTM: layers.LSTM is not supported"),
        (layer("Lambda"), "'it', a Lambda: Python code, which chainrule neither"),
        (layer("Functional", module="keras"), r"a graph of layers, .* chainrule.from_keras\(model"),
        (layer("Dense", module="mine"), "'it', a Dense: a class of somebody's own"),
        (layer("Dense", registered_name="mine>Dense"), "'it', a Dense: a class of somebody's own"),
        (layer("Popen", module="subprocess"), "'it', a Popen: a class of somebody's own"),
        (layer("Popen"), "'it', a Popen: a class of somebody's own"),
    ],
)
def test_layers_that_are_not_supported(written_layer, text):
    def change(config):
        config["config"]["layers"][2]["config"]["layers"].append(written_layer)

    with pytest.raises(ValueError, match=text):
        made(config_of(network(), change), "f", True, {})


def test_a_model_that_is_a_graph():
    config = {"module": "keras", "class_name": "Functional", "config": {"name": "graph"}}
    with pytest.raises(ValueError, match="f has 'graph', a Functional: a graph of layers"):
        made(config, "f", True, {})


@pytest.mark.parametrize("safe_mode", [True, False])
def test_code_in_a_file_is_never_run(safe_mode, tmp_path):
    model = network()
    code = {"class_name": "__lambda__", "config": {"value": "x"}}
    config = written(model)
    config["config"]["layers"][-1]["config"]["activation"] = code
    path = tmp_path / "m.safetensors"
    write_tensors(path, {}, {"kind": "keras model", "model": config})
    with pytest.raises(ValueError, match="holds a Python function as code, which is never run"):
        models.load_model(path, safe_mode=safe_mode)


def test_classes_of_other_parts_that_are_not_ours(model):
    def change(config):
        config["config"]["layers"][-1]["config"]["kernel_initializer"]["module"] = "os"

    with pytest.raises(ValueError, match="f names the class 'GlorotUniform' of somebody's own"):
        made(config_of(model, change), "f", True, {})


@pytest.mark.parametrize(
    "config",
    [
        {"class_name": "Sequential", "config": {"name": "m", "layers": 3}},
        {"class_name": "Sequential", "config": {"name": "m", "layers": ["Dense"]}},
        {"class_name": "Sequential", "config": {"name": "m"}},
        {"class_name": "Sequential", "config": {"name": "m", "layers": [layer("Dense")]}},
        {"class_name": "Sequential", "config": {"layers": [layer("Dense", config={"unit": 3})]}},
    ],
)
def test_configurations_that_cannot_be_read(config):
    with pytest.raises(ValueError, match=r"configuration that cannot be read|does not list the la"):
        made(config, "f", True, {})


def largest_error(y_true, y_pred):
    return np.max(np.abs(np.asarray(y_true) - np.asarray(y_pred)), axis=-1)


class Doubled(metrics.MeanSquaredError):
    def result(self):
        return 2 * super().result()


def test_metrics_of_the_users_own(tmp_path):
    model = network()
    model.compile("sgd", "mse", metrics=["mae", largest_error, Doubled(name="twice")])
    expected = model.evaluate(X, Y, verbose=0, return_dict=True)
    path = tmp_path / "m.safetensors"
    model.save(path)
    hint = r".*Metrics of your own go into load_model\(..., custom_objects={name: metric}\)"
    with pytest.raises(ValueError, match=f"unknown metric.*'largest_error'.*{hint}"):
        models.load_model(path, custom_objects={"Doubled": Doubled})
    with pytest.raises(ValueError, match=f"the class 'Doubled' of somebody's own{hint}"):
        models.load_model(path, custom_objects={"largest_error": largest_error})
    own = {"largest_error": largest_error, "Doubled": Doubled}
    found = models.load_model(path, custom_objects=own)
    assert found.evaluate(X, Y, verbose=0, return_dict=True) == expected
    apart = model.predict(X, verbose=0) - Y
    assert expected["twice"] == pytest.approx(2 * np.mean(apart**2), rel=1e-5)
    assert expected["largest_error"] == pytest.approx(abs(apart).max(axis=1).mean(), rel=1e-5)
    assert not models.load_model(path, compile=False).compiled
    with pytest.raises(TypeError, match="custom_objects is 3; possible: a dictionary"):
        models.load_model(path, custom_objects=3)


def test_functions_without_a_name(tmp_path):
    model = network()
    model.compile("sgd", "mse", metrics=[lambda *_: 0.0])
    with pytest.raises(ValueError, match=r"<lambda>.*, which a file cannot say; possible: names"):
        model.save(tmp_path / "m.safetensors")
    assert list(tmp_path.iterdir()) == []


def test_functions_and_classes_of_keras(tmp_path):
    model = network()
    model.compile("sgd", keras.losses.mean_squared_error, metrics=[keras.metrics.MeanAbsoluteError])
    path = tmp_path / "m.safetensors"
    model.save(path)
    found = models.load_model(path).evaluate(X, Y, verbose=0, return_dict=True)
    assert found == model.evaluate(X, Y, verbose=0, return_dict=True)


def test_names_of_the_module():
    assert saving.load_model is models.load_model
    assert models.save_model is saving.save_model
    assert keras.saving is saving
    with pytest.raises(NotImplementedError, match=r"saving.get_custom_objects is not supported: f"):
        _ = saving.get_custom_objects
    with pytest.raises(NotImplementedError, match=r"metrics of your own go into load_model"):
        _ = saving.register_keras_serializable
    with pytest.raises(AttributeError, match=r"no attribute 'load_modle': did you mean 'load_mode"):
        _ = saving.load_modle
    with pytest.raises(NotImplementedError, match=r"write model.save\('m.keras'\) here"):
        network().export("served")


def test_an_object_and_its_text():
    text = saving.serialize_keras_object(layers.Dense(3, name="d"))
    assert saving.deserialize_keras_object(text).units == 3
