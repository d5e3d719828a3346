"""What is printed, character by character; the times are masked."""

import io
import re
from contextlib import redirect_stdout

import numpy as np
import pytest


def plain(kit):
    L = kit.layers
    return kit.Sequential(
        [
            L.Input((64,)),
            L.Dense(32, activation="relu"),
            L.Dense(16, activation="relu"),
            L.Dense(10, activation="softmax"),
        ]
    )


def old_spelling(kit):
    model = kit.Sequential()
    model.add(kit.layers.Dense(32, input_dim=64, activation="relu"))
    model.add(kit.layers.Activation("tanh"))
    model.add(kit.layers.Dense(10))
    return model


def unbuilt(kit):
    L = kit.layers
    without_numbers = [L.Flatten(), L.Rescaling(0.5), L.Dropout(0.1), L.GaussianNoise(0.1)]
    functions = [L.ReLU(), L.LeakyReLU(), L.ELU(), L.Softmax(), L.Activation("tanh")]
    with_numbers = [L.Dense(3), L.BatchNormalization(), L.LayerNormalization(), L.Reshape((3, 1))]
    return kit.Sequential([*without_numbers, *functions, *with_numbers], name="later")


def empty(kit):
    return kit.Sequential(name="empty")


def every_kind(kit):
    L = kit.layers
    return kit.Sequential(
        [
            L.Input((4, 5), name="pixels"),
            L.Rescaling(1 / 255),
            L.Flatten(),
            L.Normalization(mean=0.0, variance=1.0),
            L.Dense(
                12, use_bias=False, name="a_layer_with_a_very_long_name_that_must_be_broken_up"
            ),
            L.BatchNormalization(),
            L.ReLU(),
            L.Dropout(0.5),
            L.Reshape((3, 4)),
            L.LeakyReLU(),
            L.Reshape((12,)),
            L.GaussianNoise(0.1),
            L.LayerNormalization(),
            L.ELU(),
            L.Dense(1000),
            L.Softmax(),
        ],
        name="every_kind",
    )


def frozen(kit):
    model = plain(kit)
    model.layers[0].trainable = False
    return model


def nested(kit):
    inner = kit.Sequential([kit.layers.Dense(4), kit.layers.ReLU()], name="inner")
    return kit.Sequential([kit.layers.Input((6,)), inner, kit.layers.Dense(2)], name="outer")


def nested_unbuilt(kit):
    inner = kit.Sequential([kit.layers.Dense(4), kit.layers.ReLU()], name="inner")
    return kit.Sequential([inner, kit.layers.Dense(2)], name="outer")


def large(kit):
    L = kit.layers
    return kit.Sequential([L.Input((784,)), L.Dense(4096), L.Dense(4096), L.Dense(10)])


MODELS = [
    plain,
    old_spelling,
    unbuilt,
    empty,
    every_kind,
    frozen,
    nested,
    nested_unbuilt,
    large,
]
SETTINGS = [
    {},
    {"line_length": 70},
    {"expand_nested": True},
    {"show_trainable": True},
    {"expand_nested": True, "show_trainable": True, "line_length": 110},
    {"positions": [0.3, 0.6, 1.0]},
]


def each(ours, keras, act):
    for kit in (ours, keras):
        yield act(kit)


# Keras warns of input_dim, and of nothing else here.
@pytest.mark.filterwarnings("ignore:Do not pass an `input_shape`:UserWarning")
@pytest.mark.parametrize("settings", SETTINGS, ids=lambda s: "-".join(s) or "default")
@pytest.mark.parametrize("build", MODELS, ids=lambda f: f.__name__)
def test_summary(build, settings, ours, keras, printed):
    here, real = each(ours, keras, lambda kit: printed(lambda: build(kit).summary(**settings)))
    assert here == real
    assert here.startswith('Model: "')


def test_summary_into_a_function(ours, keras):
    texts = []
    for kit in (ours, keras):
        plain(kit).summary(print_fn=texts.append)
    assert texts[0] == texts[1]


@pytest.mark.parametrize("columns", ["60", "80", "200"])
def test_summary_in_narrow_terminals(columns, ours, keras, printed, monkeypatch):
    monkeypatch.setenv("COLUMNS", columns)
    here, real = each(ours, keras, lambda kit: printed(plain(kit).summary))
    assert here == real


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "rmsprop"])
def test_summary_of_a_compiled_and_of_a_trained_model(optimizer, ours, keras, printed):
    if keras.backend.backend() != "tensorflow":
        pytest.skip("the number of steps has 64 bits on TensorFlow, as here, and 32 elsewhere")
    texts = []
    for kit in (ours, keras):
        model = frozen(kit)
        model.compile(optimizer, "categorical_crossentropy")
        text = printed(model.summary)
        model.fit(np.zeros((4, 64)), np.eye(10)[:4], verbose=0)
        texts.append(text + printed(model.summary))
    assert texts[0] == texts[1]
    assert "Optimizer params" in texts[0]


def test_a_layer_range(ours, keras, printed):
    here, real = each(
        ours,
        keras,
        lambda kit: printed(lambda: plain(kit).summary(layer_range=["dense_1", "dense_2"])),
    )
    assert here == real


# Lines of training.


def masked(text):
    """Return a text with its times, of any unit, as one word."""
    text = re.sub(r"\b\d+(\.\d+)?(ms|us|s)/(step|epoch)\b", r"T/\3", text)
    return re.sub(r"(?<= )(\d+:)*\d+(\.\d+)?(ms|us|s|)(?= T/| - T/)", "T", text)


def shown(text):
    """Return what a terminal shows of a text in the end, without its colours.

    Keras takes each stream on Linux for a terminal, and draws its bar over itself into pipes, too.
    """
    text = re.sub(r"\x1b\[[0-9;]*m", "", text).replace("\b", "")
    return "\n".join(line.rpartition("\r")[2].rstrip(" ") for line in text.split("\n"))


@pytest.fixture
def pair(twins):
    def build(kit):
        return kit.Sequential([kit.layers.Input((6,)), kit.layers.Dense(3, activation="softmax")])

    return lambda optimizer="sgd", metrics=("accuracy",): twins(
        build,
        lambda _: {
            "optimizer": optimizer,
            "loss": "categorical_crossentropy",
            "metrics": list(metrics),
        },
    )


def lines(pair, printed, act):
    here, real = (
        printed(lambda kit=kit, model=model: act(kit, model))
        for kit, model in zip(pair.kits, (pair.here, pair.real), strict=True)
    )
    assert not re.search("[\b\r\x1b]", here)
    return masked(here), masked(shown(real))


FITS = {
    "one_epoch": {"epochs": 1},
    "epochs": {"epochs": 3},
    "validation": {"epochs": 2, "validation_split": 0.3},
    "rarely": {"epochs": 4, "validation_split": 0.3, "validation_freq": 2},
    "goes_on": {"epochs": 12, "initial_epoch": 9},
    "one_batch": {"epochs": 2, "batch_size": 100},
}


@pytest.mark.parametrize("verbose", [1, 2])
@pytest.mark.parametrize("case", FITS)
def test_lines_of_fit(case, verbose, pair, samples, printed):
    """Into a pipe: the lines that remain of Keras's, and nothing that is drawn over."""
    settings = {"batch_size": 8, "shuffle": False, "verbose": verbose} | FITS[case]
    here, real = lines(pair(), printed, lambda _, m: m.fit(samples.x, samples.one_hot, **settings))
    assert here == real
    assert "loss" in here


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize("case", FITS)
def test_bars_of_fit_on_a_terminal(case, pair, samples):
    """What is left to be seen of the bars that are drawn over themselves."""
    settings = {"batch_size": 2, "shuffle": False, "verbose": 1} | FITS[case]
    twins = pair()
    texts = []
    for model in (twins.here, twins.real):
        with redirect_stdout(Terminal()) as terminal:
            model.fit(samples.x, samples.one_hot, **settings)
        texts.append(masked(shown(terminal.getvalue())))
    assert texts[0] == texts[1]
    assert "accuracy" in texts[0]


@pytest.mark.parametrize("verbose", [1, 2])
def test_lines_with_small_and_large_numbers(verbose, pair, samples, printed):
    """Four digits, or a power of ten."""
    y = np.full((40, 3), 1e-4, dtype="float32")
    here, real = lines(
        pair(metrics=("mse", "mae")),
        printed,
        lambda _, m: m.fit(samples.x, y * 1e-1, shuffle=False, epochs=2, verbose=verbose),
    )
    assert here == real
    assert "e-0" in here


@pytest.mark.parametrize("verbose", [1, 2])
def test_lines_of_evaluate_and_predict(verbose, pair, samples, printed):
    def act(_, model):
        model.evaluate(samples.x, samples.one_hot, batch_size=16, verbose=verbose)
        model.predict(samples.x, batch_size=16, verbose=verbose)
        model.predict(samples.x, batch_size=100, verbose=verbose)

    here, real = lines(pair(metrics=("accuracy", "auc")), printed, act)
    assert here == real
    assert "3/3" in here


@pytest.mark.parametrize("verbose", [1, 2])
def test_lines_with_callbacks_that_speak(verbose, pair, samples, printed):
    def act(kit, model):
        c = kit.callbacks
        model.fit(
            samples.x,
            samples.one_hot,
            batch_size=8,
            epochs=8,
            shuffle=False,
            verbose=verbose,
            validation_split=0.3,
            callbacks=[
                c.ReduceLROnPlateau(patience=1, min_delta=0.5, verbose=1),
                c.LearningRateScheduler(lambda _, rate: rate * 0.9, verbose=1),
                c.EarlyStopping(patience=4, min_delta=0.5, verbose=1, restore_best_weights=True),
            ],
        )

    here, real = lines(pair(), printed, act)
    # A callback speaks before the last line of an epoch: Keras's unfinished bar stays above it.
    assert here == re.sub(r"(?m)^[1-4]/4 (?!.* - val_).*$", "", real)
    assert "early stopping" in here


@pytest.mark.filterwarnings("ignore:Your input ran out of data")
@pytest.mark.parametrize("verbose", [1, 2])
def test_lines_of_a_generator(verbose, pair, samples, printed):
    def batches():
        for _ in range(5):
            yield samples.x[:8], samples.one_hot[:8]

    here, real = lines(
        pair(), printed, lambda _, m: m.fit(batches(), epochs=1, shuffle=False, verbose=verbose)
    )
    # Keras counts batches in a thread, which on a busy machine is behind when the epoch ends.
    assert here == re.sub(r"^[1-5]/[1-5]\b", "5/5", real)
    assert here.startswith("5/5 ")
