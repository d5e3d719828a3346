"""Lines of code that are run to see what comes of them, here and in real Keras."""

from __future__ import annotations

import contextlib
import re
import tempfile
import warnings
from types import ModuleType
from typing import Any

from benchmarks.pages import table
from docs.keras_tables.docstrings import markdown

# What the lines below may use. ``x`` has 20 samples of 4 numbers; ``labels`` are sorted.
_GIVEN = """
import numpy as np
keras.utils.clear_session(free_memory=False)
layers, losses, metrics, models = keras.layers, keras.losses, keras.metrics, keras.models
optimizers, callbacks, utils = keras.optimizers, keras.callbacks, keras.utils
activations, regularizers, K = keras.activations, keras.regularizers, keras.backend
Dense, SGD = layers.Dense, optimizers.SGD
x = np.arange(80.0).reshape(20, 4) % 7 / 7
y = x[:, :1]
labels = np.repeat([0, 1], 10)
one_hot = np.eye(2)[labels]
model = keras.Sequential([keras.Input((4,)), Dense(2, activation="softmax")])
model.compile("sgd", "categorical_crossentropy")
"""

# Old spellings of Keras, and what is still written where it was once right.
OLD = (
    "Dense(32, input_shape=(64,))",
    "Dense(32, input_dim=64)",
    "Dense(32, batch_input_shape=(None, 64))",
    "SGD(lr=0.1)",
    "SGD(0.1, decay=1e-4)",
    "layers.LeakyReLU(alpha=0.2)",
    'model.compile("sgd", "mse", metrics=["acc"])',
    "model.optimizer.lr",
    "model.predict_proba(x)",
    "model.predict_classes(x)",
    "model.fit_generator([(x, one_hot)])",
    'model.save("model")',
    'model.save("model.h5")',
    'model.save_weights("weights.h5")',
    "utils.Sequence",
    "K.clear_session()",
    "K.get_value(model.optimizer.learning_rate)",
    "K.set_value(model.optimizer.learning_rate, 0.5)",
    "K.count_params(model.weights[0])",
    "K.learning_phase()",
    "K.mean(x)",
    "K.dot(x, x.T)",
)

# Mistakes, and what nobody says of them.
MISTAKES = (
    'model.compile("sgd", "mean_sqared_error")',
    'model.compile("sgd", "mse", metrics=["acuracy"])',
    'model.compile("sdg", "mse")',
    'Dense(8, activation="rleu")',
    'Dense(8, kernel_initializer="glorot")',
    "Dense(8.5)",
    "SGD(learning_rate=-0.1)",
    "SGD(momentun=0.9)",
    "layers.Dens(8)",
    "model.add(Dense)",
    "model.fit(x, labels, verbose=0)",
    "model.fit(x, verbose=0)",
    "model.fit(x.tolist(), one_hot, verbose=0)",
    "model.fit(x[:, :3], one_hot, verbose=0)",
    "model.fit(x, one_hot[:10], verbose=0)",
    'model.compile("sgd", "mse")\nmodel.fit(x, y, verbose=0)',
    "model.fit(x, one_hot, batch_size=0, verbose=0)",
    "model.fit(x, one_hot, validation_split=0.2, verbose=0)",
    "model.fit(x, one_hot, validation_split=1.0, verbose=0)",
    'model.fit(x, one_hot, callbacks=[callbacks.EarlyStopping("val_los")], verbose=0)',
    'model.compile("sgd", "sparse_categorical_crossentropy")\nmodel.fit(x, labels + 1, verbose=0)',
    'model.compile("sgd", "sparse_categorical_crossentropy")\nmodel.fit(x, one_hot, verbose=0)',
    'one = keras.Sequential([keras.Input((4,)), Dense(1, activation="softmax")])\n'
    'one.compile("sgd", "categorical_crossentropy")\n'
    "one.fit(x, y, verbose=0)",
    "utils.to_categorical([1, 3], num_classes=3)",
    "keras.Sequential([Dense(2)]).fit(x, y, verbose=0)",
    'model.get_layer("dens")',
)

# What is no feed-forward network on this engine, or has limits there.
REFUSED = (
    "layers.Conv2D(8, 3)",
    "layers.LSTM(8)",
    "layers.Lambda(lambda x: x + 1)",
    "class Mine(layers.Layer): ...\nMine()",
    "class Mine(keras.Model): ...",
    "Dense(2)(keras.Input((4,)))",
    "inputs = keras.Input((4,))\nkeras.Model(inputs, inputs)",
    "keras.Input((None, 4))",
    "one = Dense(4)\nkeras.Sequential([keras.Input((4,)), one, one])",
    "Dense(8, activation=lambda x: x * x)",
    "Dense(8, activation=layers.LeakyReLU())",
    'model.compile("sgd", lambda y_true, y_pred: abs(y_true - y_pred))',
    "Dense(8, kernel_regularizer=lambda w: 0.1 * w)",
    'Dense(8, activity_regularizer="l2")',
    "Dense(8)(np.zeros((2, 3, 4)))",
    "layers.BatchNormalization()(np.zeros((2, 3, 4)))",
    'layers.BatchNormalization(gamma_regularizer="l2")',
    "layers.Dropout(0.5, noise_shape=(None, 1))",
    "layers.ReLU(max_value=3)",
    "layers.ReLU(threshold=1.0)",
    "layers.Softmax(axis=0)",
    'Dense(8, dtype="float16")',
    "SGD(gradient_accumulation_steps=4)",
    "SGD(loss_scale_factor=2.0)",
    "SGD().exclude_from_weight_decay()",
    "regularizers.OrthogonalRegularizer()",
    'model.compile("sgd", losses.MeanSquaredError(reduction="none"))\n'
    "model.fit(x, one_hot, verbose=0)",
    'model.compile("sgd", losses.MeanSquaredError(reduction="sum"))\n'
    "model.fit(x, one_hot, verbose=0)",
    'model.compile("sgd", "mse", loss_weights=[0.5])',
    'model.compile("sgd", ["mse", "mae"])',
    "model.fit(x, one_hot, sample_weight=np.ones((20, 2)), verbose=0)",
    "utils.register_keras_serializable()",
    "keras.ops",
    "keras.applications",
)


def table_of(keras: ModuleType, lines: tuple[str, ...], real: dict[str, str], version: str) -> str:
    """Return what comes of each, here and in real Keras; only what is refused without that."""
    rows = [(each, *outcome(keras, each)) for each in lines]
    columns = [
        ("you write", "left", [_code(each) for each, _, _ in rows]),
        ("you get", "left", [_told(what, said) for _, what, said in rows]),
    ]
    if real:
        columns.append((f"Keras {version}", "left", [_told(real[each], "") for each in lines]))
    return table(columns)


def refused(keras: ModuleType, real: dict[str, str]) -> tuple[str, ...]:
    """Return those lines of :data:`REFUSED` that raise here, and not in real Keras."""
    taken = (each for each in REFUSED if not real[each].endswith("Error"))
    return tuple(each for each in taken if outcome(keras, each)[0].endswith("Error"))


def _code(lines: str) -> str:
    return "<br>".join(f"`{line}`" for line in lines.replace("|", r"\|").splitlines())


def _told(what: str, said: str) -> str:
    if what == "works":
        return "works"
    said = re.sub(r" at 0x[0-9a-f]+", "", said)  # where a function lies is chance
    said = re.sub(r"((?:\w+, ){3})(?:\w+, )+\w+", r"\1...", said)
    return f"`{what}`" + (f": {markdown(said)}" if said else "")


def outcome(keras: ModuleType, lines: str) -> tuple[str, str]:
    """Run lines of code with a Keras; return what comes of them, and what is said.

    The first is "works", the name of an exception, or that of a warning.
    """
    names: dict[str, Any] = {"keras": keras, "__name__": "attempt"}
    with (
        tempfile.TemporaryDirectory() as folder,
        contextlib.chdir(folder),  # some lines write files
        warnings.catch_warnings(record=True) as caught,
    ):
        warnings.simplefilter("ignore")
        exec(_GIVEN, names)
        warnings.simplefilter("always")
        warnings.filterwarnings("ignore", message="__array__")  # Keras's own, with NumPy 2
        try:
            exec(lines, names)
        except NameError:  # a slip in the lines, or in the package
            raise
        except Exception as error:
            return type(error).__name__, str(error)
    if caught:
        return caught[0].category.__name__, str(caught[0].message)
    return "works", ""
