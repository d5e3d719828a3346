"""Models and weights in our own files, and all that paths, files and their contents can have wrong.

Files of Keras are in test_keras_saving_h5.py, and what real Keras makes of them in tests/parity.
"""

import sys

import numpy as np
import pytest

from chainrule import keras
from chainrule.keras import layers, metrics, models, optimizers
from chainrule.keras.saving.formats import FORMATS
from chainrule.keras.saving.state import collect, places

RNG = np.random.default_rng(0)
X = RNG.normal(size=(24, 4)).astype("float32")
Y = np.eye(3, dtype="float32")[RNG.integers(0, 3, 24)]
OPTIMIZERS = {
    "sgd": lambda **s: optimizers.SGD(0.1, **s),
    "momentum": lambda **s: optimizers.SGD(0.1, momentum=0.9, nesterov=True, **s),
    "rmsprop": lambda **s: optimizers.RMSprop(0.01, momentum=0.5, centered=True, **s),
    "adam": lambda **s: optimizers.Adam(0.01, amsgrad=True, **s),
    "adamw": lambda **s: optimizers.AdamW(0.01, **s),
    "adamax": lambda **s: optimizers.Adamax(0.01, **s),
    "nadam": lambda **s: optimizers.Nadam(0.01, **s),
    "adagrad": lambda **s: optimizers.Adagrad(0.1, **s),
    "adadelta": lambda **s: optimizers.Adadelta(1.0, **s),
    "lion": lambda **s: optimizers.Lion(0.01, **s),
    "schedule": lambda **s: optimizers.Adam(
        optimizers.schedules.ExponentialDecay(0.05, 3, 0.5, staircase=True), **s
    ),
}


def network(dtype=None, **inner):
    """Every kind of layer that has numbers or a seed, and a model within the model."""
    model = models.Sequential(
        [
            layers.Input((4,), dtype=dtype, name="pixels"),
            layers.Normalization(dtype=dtype),
            models.Sequential(
                [
                    layers.Dense(5, activation="relu", kernel_regularizer="l2", dtype=dtype),
                    layers.BatchNormalization(dtype=dtype),
                ],
                name="inner",
            ),
            layers.Dropout(0.25, seed=3, dtype=dtype),
            layers.Dense(4, use_bias=False, name="frozen", trainable=False, dtype=dtype),
            layers.LayerNormalization(dtype=dtype),
            layers.LeakyReLU(0.2, dtype=dtype),
            layers.Dense(3, activation="softmax", dtype=dtype, **inner),
        ],
        name="whole",
    )
    model.layers[0].adapt(X)
    return model


def trained(optimizer="adam", **settings):
    model = network(**settings)
    model.compile(optimizer, "categorical_crossentropy", metrics=["accuracy", metrics.AUC()])
    model.fit(X, Y, epochs=2, verbose=0, shuffle=False, batch_size=8)
    return model


def same(one, other):
    assert [v.name for v in one.weights] == [v.name for v in other.weights]
    for here, there in zip(one.weights, other.weights, strict=True):
        assert here.dtype == there.dtype
        np.testing.assert_array_equal(here.numpy(), there.numpy(), err_msg=here.path)


@pytest.fixture(scope="module")
def model():
    return trained()


def test_a_model_comes_back_as_it_was(model, tmp_path):
    model.save(tmp_path / "m.safetensors")
    found = models.load_model(tmp_path / "m.safetensors")
    assert found.get_config() == model.get_config()
    assert found.get_compile_config() == model.get_compile_config()
    assert (found.name, found.history) == ("whole", None)
    assert [layer.trainable for layer in found.layers] == [True] * 3 + [False] + [True] * 3
    assert found.layers[2].seed == 3
    same(model, found)
    np.testing.assert_array_equal(model.predict(X, verbose=0), found.predict(X, verbose=0))
    for one, other in zip(model.optimizer.variables, found.optimizer.variables, strict=True):
        np.testing.assert_array_equal(one.numpy(), other.numpy(), err_msg=one.path)
    assert int(found.optimizer.iterations) == 6
    assert found.evaluate(X, Y, verbose=0) == model.evaluate(X, Y, verbose=0)


@pytest.mark.parametrize("ema", [False, True], ids=["", "ema"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_training_goes_on_bit_by_bit(name, ema, tmp_path):
    settings = {"use_ema": True, "ema_momentum": 0.5} if ema else {}
    here = trained(OPTIMIZERS[name](**settings))
    here.save(tmp_path / "m.safetensors")
    there = models.load_model(tmp_path / "m.safetensors")
    more = {"epochs": 2, "verbose": 0, "shuffle": False, "batch_size": 8}
    histories = [each.fit(X, Y, **more).history for each in (here, there)]
    assert histories[0] == histories[1]
    same(here, there)
    for one, other in zip(here.optimizer.variables, there.optimizer.variables, strict=True):
        np.testing.assert_array_equal(one.numpy(), other.numpy(), err_msg=one.path)


def test_float64_stays(tmp_path):
    model = trained(dtype="float64")
    model.save(tmp_path / "m.safetensors")
    found = models.load_model(tmp_path / "m.safetensors")
    assert found.weights[3].dtype == "float64"
    same(model, found)


def test_models_that_are_not_compiled_or_not_trained(tmp_path):
    path = tmp_path / "m.safetensors"
    bare = network()
    bare.save(path)
    assert not models.load_model(path).compiled
    bare.compile(optimizers.Adam(0.125), "mse")
    bare.save(path)
    assert not bare.optimizer.built  # saving changes nothing
    found = models.load_model(path)
    assert float(found.optimizer.learning_rate) == 0.125
    assert int(found.optimizer.iterations) == 0
    assert not models.load_model(path, compile=False).compiled


def test_a_model_that_is_not_built(tmp_path):
    model = models.Sequential([layers.Dense(2, name="late")])
    with pytest.warns(UserWarning, match="not built, so the file has no weights"):
        model.save(tmp_path / "m.safetensors")
    found = models.load_model(tmp_path / "m.safetensors")
    assert not found.built
    assert found.layers[0].name == "late"
    with pytest.raises(ValueError, match="not built, and has no weights to save"):
        model.save_weights(tmp_path / "w.safetensors")
    with pytest.raises(ValueError, match="not built, and has no weights to load"):
        model.load_weights(tmp_path / "m.safetensors")


def test_a_path_without_an_ending_gets_ours(model, tmp_path):
    model.save(f"{tmp_path}/digits")
    assert [path.name for path in tmp_path.iterdir()] == ["digits.safetensors"]
    same(model, models.load_model(f"{tmp_path}/digits"))


@pytest.mark.parametrize(
    ("act", "path", "text"),
    [
        ("save", "m.h5", r"possible endings: .keras, .safetensors; the HDF5 files of Keras 2"),
        ("save", "m.weights.h5", "endings: .keras, .safetensors; it holds weights alone"),
        ("save", "m.pkl", r"filepath is 'm.pkl'; possible endings: .keras, .safetensors$"),
        ("save_weights", "w.keras", "endings: .weights.h5, .safetensors; it holds a whole model"),
        ("save_weights", "w.h5", "the HDF5 files of Keras 2"),
        ("load_weights", "w.npz", "possible endings: .weights.h5, .keras, .safetensors$"),
    ],
)
def test_endings(model, act, path, text):
    with pytest.raises(ValueError, match=text):
        getattr(model, act)(path)


def test_a_path_is_a_text_or_a_path(model):
    with pytest.raises(TypeError, match=r"filepath is 3, a int; possible: a text or a Path"):
        model.save(3)


def test_an_existing_file(model, tmp_path, monkeypatch):
    path = tmp_path / "m.safetensors"
    path.write_bytes(b"old")
    monkeypatch.setattr(sys, "stdin", None)
    for act in (model.save, model.save_weights):
        with pytest.raises(FileExistsError, match="exists, and overwrite is False; give another"):
            act(path, overwrite=False)
    assert path.read_bytes() == b"old"
    model.save(path)
    same(model, models.load_model(path))


@pytest.mark.parametrize(("answers", "is_written"), [(["x", "n"], False), ([" Y "], True)])
def test_an_existing_file_on_a_terminal(model, tmp_path, monkeypatch, answers, is_written):
    path = tmp_path / "m.safetensors"
    path.write_bytes(b"old")
    asked = []

    class Terminal:
        def isatty(self):
            return True

    def answer(question):
        asked.append(question)
        return answers.pop(0)

    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr("builtins.input", answer)
    model.save(path, overwrite=False)
    assert asked[0] == f"[WARNING] {path} already exists - overwrite? [y/n]"
    assert asked[1:] == ([] if is_written else ['Enter "y" (overwrite) or "n" (cancel).'])
    assert (path.read_bytes() != b"old") == is_written


def test_places_that_cannot_be_written(model, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no directory .*; make it first"):
        model.save(tmp_path / "none" / "m.safetensors")
    (tmp_path / "folder.safetensors").mkdir()
    for act in (model.save, model.load_weights, models.load_model):
        with pytest.raises(IsADirectoryError, match="is a directory; give a file"):
            act(tmp_path / "folder.safetensors")
    with pytest.raises(FileNotFoundError, match=r"none.safetensors' does not exist"):
        models.load_model(tmp_path / "none")


def test_old_arguments(model, tmp_path):
    path = tmp_path / "m.safetensors"
    model.save(path, include_optimizer=True, save_format="keras")
    with pytest.raises(ValueError, match="include_optimizer is False; possible: True"):
        model.save(path, include_optimizer=False)
    with pytest.raises(ValueError, match="zipped is False; possible: None, True"):
        model.save(path, zipped=False)
    with pytest.raises(TypeError, match=r"save\(\) has no argument 'zip'"):
        model.save(path, zip=True)
    with pytest.raises(ValueError, match="by_name is True; possible: None"):
        model.load_weights(path, by_name=True)
    with pytest.raises(ValueError, match="max_shard_size is 1; possible: None"):
        model.save_weights(path, max_shard_size=1)


def test_without_h5py(model, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "h5py", None)  # whose import fails then
    text = r'needs h5py: pip install "chainrule\[keras\]"; or give a path that ends in .safetensors'
    for act, name in ((model.save, "m.keras"), (model.save_weights, "w.weights.h5")):
        with pytest.raises(ImportError, match=text):
            act(tmp_path / name)
        assert list(tmp_path.iterdir()) == []
    for act, name in ((models.load_model, "m.keras"), (model.load_weights, "w.weights.h5")):
        (tmp_path / name).write_bytes(b"something")
        with pytest.raises(ImportError, match=text):
            act(tmp_path / name)


# Weights.


def test_weights_go_by_place_not_by_name(model, tmp_path):
    model.save_weights(tmp_path / "w.safetensors")
    other = network(name="another")
    other.load_weights(tmp_path / "w.safetensors")
    same(model, other)
    assert not other.compiled


def test_weights_bring_the_state_of_the_optimizer(model, tmp_path):
    model.save_weights(tmp_path / "w.safetensors")
    other = network()
    other.compile("adam", "categorical_crossentropy")
    other.load_weights(tmp_path / "w.safetensors")
    assert int(other.optimizer.iterations) == 6
    for one, two in zip(model.optimizer.variables, other.optimizer.variables, strict=True):
        np.testing.assert_array_equal(one.numpy(), two.numpy(), err_msg=one.path)


def test_the_state_of_another_optimizer_is_left_out(model, tmp_path):
    model.save_weights(tmp_path / "w.safetensors")
    other = network()
    other.compile("sgd", "categorical_crossentropy")
    with pytest.warns(UserWarning, match="state of another optimizer, in 18 arrays where 'sgd"):
        other.load_weights(tmp_path / "w.safetensors")
    same(model, other)
    assert int(other.optimizer.iterations) == 0


def test_load_weights_of_a_whole_model(model, tmp_path):
    model.save(tmp_path / "m.safetensors")
    other = network()
    other.load_weights(tmp_path / "m.safetensors")
    same(model, other)


def test_weights_are_no_model(model, tmp_path):
    model.save_weights(tmp_path / "w.safetensors")
    with pytest.raises(ValueError, match=r"holds weights alone; build the model, and call load_w"):
        models.load_model(tmp_path / "w.safetensors")


def chain(*units):
    return models.Sequential(
        [layers.Input((4,)), *(layers.Dense(n, name=f"of_{n}") for n in units)]
    )


@pytest.mark.parametrize(
    ("units", "text"),
    [
        (
            (5, 2),
            r"layer 'of_5' has kernel of shape \(4, 5\), and the file \(4, 3\); layer 'of_2' ",
        ),
        ((3, 2, 1), r"layer 'of_1' is not in the file: there is no layers/dense_2, but layers/de"),
    ],
)
def test_weights_that_do_not_fit(units, text, tmp_path):
    chain(3, 2).save_weights(tmp_path / "w.safetensors")
    other = chain(*units)
    before = other.get_weights()
    with pytest.raises(ValueError, match=text):
        other.load_weights(tmp_path / "w.safetensors")
    for one, two in zip(before, other.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)


def test_a_layer_with_other_variables(tmp_path):
    chain(3).save_weights(tmp_path / "w.safetensors")
    other = models.Sequential([layers.Input((4,)), layers.Dense(3, use_bias=False, name="d")])
    text = r"layer 'd' has 1 variables \(kernel \(4, 3\)\), and the file 2"
    with pytest.raises(ValueError, match=text):
        other.load_weights(tmp_path / "w.safetensors")


def test_skip_mismatch(tmp_path):
    saved, other = chain(3, 2), chain(3, 1)
    saved.save_weights(tmp_path / "w.safetensors")
    before = other.get_weights()
    with pytest.warns(UserWarning, match="layer 'of_1' has kernel.* These layers stay as they are"):
        other.load_weights(tmp_path / "w.safetensors", skip_mismatch=True)
    np.testing.assert_array_equal(other.get_weights()[0], saved.get_weights()[0])
    np.testing.assert_array_equal(other.get_weights()[2], before[2])


def test_weights_of_layers_that_the_model_lacks(tmp_path):
    saved, other = chain(3, 2), chain(3)
    saved.save_weights(tmp_path / "w.safetensors")
    with pytest.warns(UserWarning, match="has weights for layers/dense_1, and the model no such"):
        other.load_weights(tmp_path / "w.safetensors")
    np.testing.assert_array_equal(other.get_weights()[0], saved.get_weights()[0])


# Settings and names.


def test_settings_that_configurations_of_keras_leave_out(tmp_path):
    model = network()
    model.compile("sgd", keras.losses.Huber(0.125))
    model.save(tmp_path / "m.safetensors")
    assert models.load_model(tmp_path / "m.safetensors").loss.delta == 0.125


def test_arrays_in_settings(tmp_path):
    scale = np.array([1.0, 2.0, 3.0, 4.0])
    model = models.Sequential(
        [
            layers.Input((4,)),
            layers.Rescaling(scale, offset=1.0),
            layers.Normalization(mean=[1.0, 2, 3, 4], variance=[4.0, 4, 1, 1]),
            layers.Dense(2),
        ]
    )
    model.save(tmp_path / "m.safetensors")
    found = models.load_model(tmp_path / "m.safetensors")
    np.testing.assert_array_equal(found.predict(X, verbose=0), model.predict(X, verbose=0))


def test_places_have_the_names_of_keras():
    many = [
        *(layers.Dense(2), layers.ReLU(), layers.Dense(2), layers.ELU(), layers.LeakyReLU()),
        *(layers.PReLU(), layers.Dense(2), layers.GaussianNoise(0.1)),
    ]
    names = ["dense", "re_lu", "dense_1", "elu", "leaky_re_lu", "p_re_lu", "dense_2"]
    found = [place for place, _ in places(models.Sequential(many))]
    assert found == [f"layers/{name}" for name in [*names, "gaussian_noise"]]


def test_the_state_has_the_variables_of_the_optimizer(model):
    state = collect(model)
    assert len(state.groups["optimizer"]) == len(model.optimizer.variables) == 18
    assert state.names["layers/sequential"] == "inner"
    assert [array.shape for array in state.groups["layers/normalization"]] == [(4,), (4,), ()]


def test_only_ours_needs_nothing():
    assert [ending for ending, row in FORMATS.items() if row.models] == [".keras", ".safetensors"]
