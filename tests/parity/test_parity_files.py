"""Files between here and real Keras, both ways: models, weights, and training that goes on."""

import json
import warnings

import numpy as np
import pytest

keras = pytest.importorskip("keras", reason="real Keras is not installed: make test-keras")
pytest.importorskip("h5py", reason="h5py is not installed: the extra chainrule[keras]")

from chainrule import keras as ours  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

RNG = np.random.default_rng(5)
X = RNG.uniform(0.1, 1.0, size=(32, 4)).astype("float32")
LABELS = RNG.integers(0, 3, 32)
Y = np.eye(3, dtype="float32")[LABELS]
WAYS = [(ours, keras), (keras, ours)]


@pytest.fixture(params=WAYS, ids=["to-keras", "from-keras"])
def way(request):
    """Where a file is written, and where it is read."""
    for kit in WAYS[0]:
        kit.backend.clear_session(free_memory=False)  # gc would take most of the time
        kit.utils.set_random_seed(1)
    return request.param


@pytest.fixture
def moved(way, tmp_path):
    """moved(model): the model that the other side reads; without a warning."""

    def move(model):
        model.save(tmp_path / "m.keras")
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)
            return way[1].models.load_model(tmp_path / "m.keras")

    return move


def network(kit, *layers, **compiled):
    """Build 4-6-3, with other layers in between."""
    first, last = (kit.layers.Dense(n, activation=f) for n, f in ((6, "tanh"), (3, "softmax")))
    model = kit.Sequential([kit.layers.Input((4,)), first, *layers, last])
    settings = {"optimizer": "sgd", "loss": "categorical_crossentropy"} | compiled
    model.compile(**settings)
    return model


def train(model, epochs, y=Y):
    return model.fit(X, y, batch_size=8, epochs=epochs, shuffle=False, verbose=0).history


def numbers(variables):
    return [np.asarray(variable) for variable in variables]


def same(one, other, relative=0.0):
    """Assert that two models, and their optimisers, have the same numbers."""
    pairs = [(one.weights, other.weights)]
    if one.optimizer is not None:
        pairs.append((one.optimizer.variables, other.optimizer.variables))
    for here, there in pairs:
        assert len(here) == len(there)
        for a, b in zip(numbers(here), numbers(there), strict=True):
            np.testing.assert_allclose(a, b, rtol=relative, atol=relative)


def same_outputs(one, other, x=X):
    outputs = [model.predict(x, verbose=0) for model in (one, other)]
    np.testing.assert_allclose(*outputs, rtol=1e-6, atol=1e-6)


OPTIMIZERS = {
    "SGD": {},
    "SGD-momentum": {"momentum": 0.9, "nesterov": True},
    "RMSprop": {"learning_rate": 0.01, "momentum": 0.5, "centered": True},
    "Adam": {"learning_rate": 0.01},
    "Adam-amsgrad": {"learning_rate": 0.01, "amsgrad": True, "clipnorm": 1.0},
    "AdamW": {"learning_rate": 0.01, "weight_decay": 0.01},
    "Adamax": {"learning_rate": 0.01, "global_clipnorm": 1.0},
    "Nadam": {"learning_rate": 0.01},
    "Adagrad": {"learning_rate": 0.1, "clipvalue": 0.1},
    "Adadelta": {"learning_rate": 1.0},
    "Lion": {"learning_rate": 0.001},
    "SGD-ema": {"use_ema": True, "ema_momentum": 0.5, "momentum": 0.5},
    "Adam-ema": {"use_ema": True, "ema_momentum": 0.5, "ema_overwrite_frequency": 3},
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_training_goes_on_with_each_optimizer(name, way, moved, tmp_path):
    optimizer = getattr(way[0].optimizers, name.partition("-")[0])(**OPTIMIZERS[name])
    model = network(way[0], optimizer=optimizer, metrics=["accuracy"])
    train(model, 2)
    other = moved(model)
    same(model, other, 1e-6 if "Nadam" in name else 0.0)  # which has a product of all its momenta
    same_outputs(model, other)
    assert int(np.asarray(other.optimizer.iterations)) == 8
    if way[0] is keras and "ema" in name:  # whose weights and averages are one array after fit
        model = keras.models.load_model(tmp_path / "m.keras")
    here, there = train(model, 2), train(other, 2)
    assert sorted(here) == sorted(there) == ["accuracy", "loss"]
    for key, values in here.items():
        np.testing.assert_allclose(values, there[key], rtol=1e-5)
    same(model, other, 2e-4)


@pytest.mark.parametrize("optimizer", ["sgd", "nadam"])
def test_a_compiled_model_that_was_not_trained(optimizer, way, moved):
    model = network(way[0], optimizer=optimizer)
    other = moved(built(model) if way[0] is keras else model)
    same_outputs(model, other)
    np.testing.assert_allclose(train(model, 2)["loss"], train(other, 2)["loss"], rtol=1e-5)


def test_a_file_of_keras_with_an_optimizer_that_has_no_slots_yet(tmp_path):
    model = network(keras, optimizer=keras.optimizers.Adam(0.25))
    model.save(tmp_path / "m.keras")
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        other = ours.models.load_model(tmp_path / "m.keras")
    assert float(other.optimizer.learning_rate) == 0.25
    assert not other.optimizer.built
    np.testing.assert_allclose(train(model, 2)["loss"], train(other, 2)["loss"], rtol=1e-5)


SCHEDULES = {
    "ExponentialDecay": (0.1, 3, 0.5, True),
    "PiecewiseConstantDecay": ([3, 9], [0.1, 0.05, 0.01]),
    "PolynomialDecay": (0.1, 10, 0.01, 2.0, True),
    "InverseTimeDecay": (0.1, 3, 0.5),
    "CosineDecay": (0.0, 8, 0.1, "CosineDecay", 0.1, 4),
    "CosineDecayRestarts": (0.1, 3),
}


@pytest.mark.parametrize("name", SCHEDULES)
def test_schedules(name, way, moved):
    schedule = getattr(way[0].optimizers.schedules, name)(*SCHEDULES[name])
    model = network(way[0], optimizer=way[0].optimizers.SGD(schedule, momentum=0.5))
    train(model, 1)
    other = moved(model)
    same(model, other)
    np.testing.assert_allclose(train(model, 2)["loss"], train(other, 2)["loss"], rtol=1e-5)


LAYERS = {
    "Activation": lambda L: [L.Activation("elu"), L.Activation("softplus")],
    "BatchNormalization": lambda L: [L.BatchNormalization(momentum=0.5), L.BatchNormalization()],
    "BatchNormalization, no scale": lambda L: [L.BatchNormalization(scale=False, center=False)],
    "LayerNormalization": lambda L: [L.LayerNormalization(epsilon=0.01)],
    "Dropout": lambda L: [L.Dropout(0.5, seed=3), L.GaussianNoise(0.1, seed=2)],
    "Dense": lambda L: [L.Dense(5, use_bias=False), L.Dense(2, activation="relu", name="named")],
    "shapes": lambda L: [L.Reshape((2, -1)), L.Flatten()],
    "functions": lambda L: [
        *(L.LeakyReLU(0.1), L.ELU(0.5), L.ReLU(negative_slope=0.1), L.ReLU(6.0), L.Softmax())
    ],
    "PReLU": lambda L: [L.PReLU(alpha_initializer="ones")],
    "Rescaling": lambda L: [L.Rescaling(2.0, 1.0)],
    "Rescaling, columns": lambda L: [L.Rescaling([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])],
    "Normalization, given": lambda L: [L.Normalization(mean=[0.5] * 6, variance=[4.0] * 6)],
    "frozen": lambda L: [L.Dense(4, trainable=False), L.BatchNormalization(trainable=False)],
    "regularized": lambda L: [
        L.Dense(4, kernel_regularizer="l2", bias_regularizer=L.regularizers.L1(0.1)),
        L.Dense(4, kernel_regularizer=L.regularizers.L1L2(0.01, 0.02)),
    ],
    "constrained": lambda L: [
        L.Dense(4, kernel_constraint=L.constraints.MaxNorm(0.5), bias_constraint="non_neg"),
        L.Dense(4, kernel_constraint=L.constraints.UnitNorm()),
        L.Dense(4, kernel_constraint=L.constraints.MinMaxNorm(0.2, 0.8, 0.5)),
    ],
    "initialized": lambda L: [
        L.Dense(4, kernel_initializer=L.initializers.VarianceScaling(2.0, "fan_out", seed=1)),
        L.Dense(4, kernel_initializer="he_normal", bias_initializer=L.initializers.Constant(0.5)),
        L.Dense(4, kernel_initializer=L.initializers.Orthogonal(0.5)),
        L.Dense(4, kernel_initializer=L.initializers.RandomUniform(-1.0, 1.0)),
    ],
    "inner": lambda L: [
        L.Sequential([L.Dense(5), L.Sequential([L.BatchNormalization(), L.Dense(4)])]),
        L.Sequential([L.Dense(5)], name="last"),
    ],
}


class Kit:
    """A kit's layers, with its initializers, regularizers, constraints and Sequential."""

    def __init__(self, kit):
        self.kit = kit

    def __getattr__(self, name):
        return getattr(self.kit.layers, name, None) or getattr(self.kit, name)


@pytest.mark.parametrize("name", LAYERS)
def test_layers(name, way, moved):
    model = network(way[0], *LAYERS[name](Kit(way[0])), optimizer="adam")
    train(model, 2)
    other = moved(model)
    same(model, other)
    same_outputs(model, other)
    assert [layer.name for layer in other.layers] == [layer.name for layer in model.layers]
    assert [layer.trainable for layer in other.layers] == [e.trainable for e in model.layers]
    if name != "Dropout":  # whose random numbers differ
        np.testing.assert_allclose(train(model, 2)["loss"], train(other, 2)["loss"], rtol=1e-5)


def test_every_layer_is_among_them():
    built = [layer for make in LAYERS.values() for layer in make(Kit(ours))]
    seen = {type(layer).__name__ for layer in built} | {"InputLayer", "Normalization"}
    assert seen == set(ours.objects.classes("layer"))


def test_adapted_numbers(way, moved):
    kit = way[0]
    adapted = kit.layers.Normalization()
    adapted.adapt(X)
    model = kit.Sequential([kit.layers.Input((4,)), adapted, kit.layers.Dense(2)])
    other = moved(model)
    same_outputs(model, other)
    np.testing.assert_allclose(numbers([other.layers[0].mean])[0].ravel(), X.mean(0), rtol=1e-5)


LOSSES = {
    "MeanSquaredError": {},
    "MeanAbsoluteError": {},
    "MeanSquaredLogarithmicError": {},
    "MeanAbsolutePercentageError": {},
    "Huber": {},
    "LogCosh": {},
    "Poisson": {},
    "KLDivergence": {},
    "CosineSimilarity": {},
    "Hinge": {},
    "SquaredHinge": {},
    "CategoricalHinge": {},
    "BinaryCrossentropy": {"label_smoothing": 0.1},
    "CategoricalCrossentropy": {"from_logits": True},
    "CategoricalFocalCrossentropy": {"gamma": 1.5},
    "BinaryFocalCrossentropy": {"gamma": 1.5},
    "SparseCategoricalCrossentropy": {},
}


@pytest.mark.parametrize("name", LOSSES)
def test_losses(name, way, moved):
    loss = getattr(way[0].losses, name)(**LOSSES[name])
    check_loss(loss, LABELS if "Sparse" in name else Y, way, moved)


def test_keras_keeps_the_delta_that_its_own_files_lose(tmp_path):
    model = network(ours, loss=ours.losses.Huber(0.125))
    model.save(tmp_path / "m.keras")
    other = keras.models.load_model(tmp_path / "m.keras")
    found = [each.evaluate(X, Y, verbose=0) for each in (model, other)]
    np.testing.assert_allclose(*found, rtol=1e-5)


@pytest.mark.parametrize("loss", ["mse", "kl_divergence", "categorical_crossentropy"])
def test_losses_by_name_and_by_function(loss, way, moved):
    check_loss(loss, Y, way, moved)
    function = "mean_squared_error" if loss == "mse" else loss
    check_loss(getattr(way[0].losses, function), Y, way, moved)


def check_loss(loss, y, way, moved):
    model = network(way[0], loss=loss)
    other = moved(built(model) if way[0] is keras else model)
    found = [each.evaluate(X, y, verbose=0) for each in (model, other)]
    np.testing.assert_allclose(*found, rtol=1e-5)


def built(model):
    """Let a model of Keras make the state of its optimiser, as it does in its first step."""
    model.optimizer.build(model.trainable_variables)
    return model


METRICS = {
    "AUC": {"num_thresholds": 50, "multi_label": True},
    "Precision": {"class_id": 1, "thresholds": 0.3},
    "Recall": {},
    "F1Score": {"average": "macro"},
    "CategoricalAccuracy": {"name": "own"},
    "TopKCategoricalAccuracy": {"k": 2},
    "MeanSquaredError": {},
    "RootMeanSquaredError": {},
    "CosineSimilarity": {},
    "CategoricalCrossentropy": {"label_smoothing": 0.1},
    "R2Score": {},
}


@pytest.mark.parametrize("name", METRICS)
def test_metrics(name, way, moved):
    metric = getattr(way[0].metrics, name)(**METRICS[name])
    model = network(way[0], metrics=["accuracy", metric], weighted_metrics=["mse"])
    other = moved(built(model) if way[0] is keras else model)
    here, there = (e.evaluate(X, Y, verbose=0, return_dict=True) for e in (model, other))
    assert sorted(here) == sorted(there)
    for key, value in here.items():
        np.testing.assert_allclose(np.asarray(value), np.asarray(there[key]), rtol=2e-5)


def test_float64(way, moved):
    jax = pytest.importorskip("jax")
    if keras.backend.backend() == "jax":
        before = jax.config.jax_enable_x64
        jax.config.update("jax_enable_x64", True)
    try:
        kit = way[0]
        model = kit.Sequential(
            [kit.layers.Input((4,), dtype="float64"), kit.layers.Dense(3, dtype="float64")]
        )
        other = moved(model)
        assert [str(numbers([v])[0].dtype) for v in other.weights] == ["float64"] * 2
        for a, b in zip(numbers(model.weights), numbers(other.weights), strict=True):
            np.testing.assert_array_equal(a, b)
    finally:
        if keras.backend.backend() == "jax":
            jax.config.update("jax_enable_x64", before)


def test_a_model_that_was_not_built(way, tmp_path):
    model = way[0].Sequential([way[0].layers.Dense(3, name="late")])
    with pytest.warns(UserWarning, match="has not yet been built|is not built"):
        model.save(tmp_path / "m.keras")
    other = way[1].models.load_model(tmp_path / "m.keras")
    assert not other.built
    assert other.predict(X, verbose=0).shape == (32, 3)


def test_weights(way, tmp_path):
    model = network(way[0], way[0].layers.BatchNormalization(), optimizer="adam")
    train(model, 2)
    other = network(way[1], way[1].layers.BatchNormalization(), optimizer="adam")
    other.optimizer.build(other.trainable_variables)  # Keras reads its state only into one
    model.save_weights(tmp_path / "w.weights.h5")
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        other.load_weights(tmp_path / "w.weights.h5")
    same(model, other)
    np.testing.assert_allclose(train(model, 2)["loss"], train(other, 2)["loss"], rtol=1e-5)


def test_weights_out_of_a_model_file(way, tmp_path):
    model, other = (network(kit) for kit in way)
    train(model, 2)
    model.save(tmp_path / "m.keras")
    other.optimizer.build(other.trainable_variables)
    other.load_weights(tmp_path / "m.keras")
    same(model, other)


def test_there_and_back_again(tmp_path):
    """A file of Keras, read and written here, says the same of the model as before."""
    model = network(keras, keras.layers.BatchNormalization(), optimizer="adam", metrics=["mae"])
    train(model, 1)
    model.save(tmp_path / "one.keras")
    ours.models.load_model(tmp_path / "one.keras").save(tmp_path / "two.keras")
    again = keras.models.load_model(tmp_path / "two.keras")
    same(model, again)
    assert json.dumps(again.get_config()) == json.dumps(model.get_config())
    config, before = again.get_compile_config(), model.get_compile_config()
    assert config.pop("jit_compile") is False  # there is nothing to choose here
    before.pop("jit_compile")
    assert config == before


def test_a_metric_of_ones_own(way, tmp_path):
    def here(y_true, y_pred):
        return np.max(np.abs(np.asarray(y_true) - np.asarray(y_pred)), axis=-1)

    def in_keras(y_true, y_pred):
        return keras.ops.max(keras.ops.abs(y_true - y_pred), axis=-1)

    of = {ours: here, keras: in_keras}
    for function in of.values():
        function.__name__ = "largest"
    model = network(way[0], metrics=[of[way[0]]])
    train(model, 1)
    model.save(tmp_path / "m.keras")
    own = {"largest": of[way[1]]}
    other = way[1].models.load_model(tmp_path / "m.keras", custom_objects=own)
    found = [e.evaluate(X, Y, verbose=0, return_dict=True)["largest"] for e in (model, other)]
    np.testing.assert_allclose(*found, rtol=1e-5)
