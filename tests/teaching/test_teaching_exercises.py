"""What is checked beside the solution's own code: subjects of other kinds, trained networks."""

import inspect
import runpy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import chainrule
from chainrule import NeuralNetwork, datasets, keras
from chainrule.teaching import check
from chainrule.teaching.exercises import EXERCISES

REPORT = runpy.run_path(str(Path(__file__).with_name("report.py")))
X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
Y = np.array([[0], [1], [1], [0]])
CLASS_CHECKS = ("init", "predict", "loss", "back_propagation", "fit")


@pytest.fixture(autouse=True)
def quiet(capsys):
    yield
    capsys.readouterr()


def test_every_exercise_has_a_check_and_every_check_an_exercise():
    own = {n for n, f in inspect.getmembers(check, inspect.isfunction)}
    own -= {"run", "show", "in_line"}
    assert own == set(EXERCISES)
    assert all(name in chainrule.teaching.__doc__ for name in (f"check.{n}(" for n in EXERCISES))


def test_an_unknown_exercise():
    with pytest.raises(ValueError, match="unknown exercise 'sigmoyd': did you mean 'sigmoid'"):
        check.run("sigmoyd", None)


def test_what_the_check_itself_cannot_follow_is_said_and_raises_nothing(monkeypatch, capsys):
    def stumbles(*_):
        raise ZeroDivisionError

    row = replace(EXERCISES["sigmoid"], examine=stumbles)
    monkeypatch.setattr(check, "EXERCISES", {"sigmoid": row})
    result = check.sigmoid(len)
    assert result.mistake == "beyond_the_check"
    assert "it stops with ZeroDivisionError" in result.message
    assert capsys.readouterr().out.startswith("not yet: sigmoid\n")


@pytest.mark.parametrize("name", CLASS_CHECKS)
@pytest.mark.parametrize("engine", ["numpy", "native"])
def test_the_class_of_the_package_passes(name, engine):
    class Network(NeuralNetwork):
        def __init__(self, layers, eta=0.1, rand_seed=42):
            super().__init__(layers, eta, rand_seed, engine=engine)

    assert getattr(check, name)(Network), name
    assert getattr(check, name)(NeuralNetwork), name


@pytest.mark.parametrize("name", CLASS_CHECKS)
@pytest.mark.parametrize(
    ("subject", "mistake"),
    [
        (..., "blank"),
        (3, "not_a_function"),
        (NeuralNetwork([2, 1]), "not_a_function"),
        (type("Empty", (), {}), "method_missing"),
    ],
)
def test_subjects_that_are_no_class_of_a_network(name, subject, mistake):
    assert getattr(check, name)(subject).mistake == mistake


@pytest.mark.parametrize("name", CLASS_CHECKS[1:])
def test_a_class_whose_init_stops(name):
    class Network(NeuralNetwork):
        def __init__(self, *_):
            raise ZeroDivisionError

    result = getattr(check, name)(Network)
    assert result.mistake == "init_first"
    assert "ZeroDivisionError" in result.message


@pytest.mark.parametrize("name", ["sigmoid", "sigmoid_grad", "forward", "gradients"])
@pytest.mark.parametrize(("subject", "mistake"), [(..., "blank"), (3, "not_a_function")])
def test_subjects_that_are_no_function(name, subject, mistake):
    assert getattr(check, name)(subject).mistake == mistake


def test_the_time_limit_is_an_argument():
    def endless(_):
        while True:
            pass

    result = check.sigmoid(endless, time_limit=0.2)
    assert result.mistake == "too_slow"
    line = inspect.getsourcelines(endless)[1] + 1
    assert "after 0.2 seconds in line" in result.message
    assert any(f"line {n}." in result.message for n in (line, line + 1))


def test_a_check_leaves_the_objects_of_the_student_alone():
    names = REPORT["run_text"](REPORT["SOLUTION"])
    cls = names["NeuralNetwork"]
    np.random.seed(3)  # noqa: NPY002
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    before, own = dict(names), dict(vars(cls))
    for name in CLASS_CHECKS:
        assert getattr(check, name)(cls)
    assert dict(names) == before
    assert dict(vars(cls)) == own
    assert np.array_equal(np.random.get_state()[1], state)  # noqa: NPY002


def test_one_mistake_does_not_hide_or_blame_the_other_methods():
    row = REPORT["table"]("wrong")["back_carry"]
    names = REPORT["run_text"](REPORT["replaced"](REPORT["SOLUTION"], [row]))
    answers = {name: getattr(check, name)(names["NeuralNetwork"]) for name in CLASS_CHECKS}
    assert {name: answer.mistake for name, answer in answers.items()} == {
        "init": None,
        "predict": None,
        "loss": None,
        "back_propagation": "weights_not_transposed",
        "fit": "back_propagation_first",
    }


def test_a_loss_on_a_wrong_predict():
    row = REPORT["table"]("wrong")["predict_linear"]
    names = REPORT["run_text"](REPORT["replaced"](REPORT["SOLUTION"], [row]))
    assert check.loss(names["NeuralNetwork"]).mistake == "predict_first"


def trained(layers=(2, 2, 1), n_epochs=1000, **settings):
    nn = NeuralNetwork(list(layers), eta=0.5, **settings)
    nn.fit(X, Y, n_epochs=n_epochs, method="SGD", display_update=None)
    return nn


def test_the_network_of_the_exclusive_or():
    assert check.xor_network(NeuralNetwork([2, 2, 1]))
    assert check.xor_network(NeuralNetwork([2, 3, 1])).mistake == "wrong_widths"
    assert check.xor_network(NeuralNetwork).mistake == "not_a_network"
    assert check.xor_network(...).mistake == "blank"
    nn = NeuralNetwork([2, 2, 1])
    nn.W = nn.W[:1]
    assert check.xor_network(nn).mistake == "weight_shape"
    assert check.xor(trained())
    assert check.xor(NeuralNetwork([2, 2, 1])).mistake == "not_trained"
    assert check.xor(trained(n_epochs=3)).mistake == "not_solved"
    nn = trained()
    nn.loss_history.reverse()
    assert check.xor(nn).mistake == "loss_grows"
    nn.loss_history.append(np.nan)
    assert check.xor(nn).mistake == "not_finite"


def test_the_network_of_the_digits():
    pytest.importorskip("sklearn", reason="the digits are scikit-learn's")
    data = datasets.digits()
    nn = NeuralNetwork([64, 32, 16, 10])
    assert check.digits_network(nn)
    assert check.digits_network(NeuralNetwork([64, 10])).mistake == "wrong_widths"
    assert check.digits(nn, data.X_test, data.y_test).mistake == "not_trained"
    nn.fit(data.X_train, data.y_train, n_epochs=1, method="SGD", display_update=None)
    assert check.digits(nn, data.X_test, data.y_test).mistake == "reads_badly"
    nn.fit(data.X_train, data.y_train, n_epochs=40, method="SGD", display_update=None)
    assert check.digits(nn, data.X_test, data.y_test)
    assert check.digits(nn, data.X_test, data.y_test[:, :9]).mistake == "wrong_shape"
    outputs = nn.predict(data.X_test)
    seen, true = outputs.argmax(axis=1), data.y_test.argmax(axis=1)
    assert check.digit(seen[11], true[11], outputs[11:12], data.y_test[11])
    assert check.digit(int(seen[11]), true[11], outputs[11], data.y_test[11])
    assert check.digit(outputs[11].max(), true[11], outputs[11], data.y_test[11]).mistake == (
        "wrong_class"
    )
    assert check.digit(seen[11], data.y_test[11], outputs[11], data.y_test[11]).mistake == (
        "wrong_class"
    )
    assert check.digit(..., true[11], outputs[11], data.y_test[11]).mistake == "blank"
    conf = np.zeros((10, 10), dtype=int)
    np.add.at(conf, (true, seen), 1)
    assert check.confusion_matrix(conf, data.y_test, outputs)
    assert check.confusion_matrix(conf.T, data.y_test, outputs).mistake == "transposed_confusion"
    assert check.confusion_matrix(np.diag(conf.sum(axis=1)), data.y_test, outputs).mistake == (
        "wrong_confusion"
    )
    assert check.confusion_matrix(conf[:9], data.y_test, outputs).mistake == "wrong_shape"


def test_one_hot():
    rows = np.eye(10, dtype=int)[[3, 6, 9]]
    assert check.one_hot(rows)
    assert check.one_hot(rows.astype(float))
    assert check.one_hot(np.array([3, 6, 9])).mistake == "labels_not_converted"
    assert check.one_hot(rows[:, :9]).mistake == "wrong_shape"
    assert check.one_hot(rows + rows[::-1]).mistake == "not_one_hot"
    assert "Row 0" in check.one_hot(rows + rows[::-1]).message
    assert check.one_hot(...).mistake == "blank"


def model(*widths, activation="sigmoid", last="softmax", inputs=64):
    layers = [keras.layers.Dense(n, activation=activation) for n in widths[:-1]]
    return keras.Sequential(
        [keras.Input((inputs,)), *layers, keras.layers.Dense(widths[-1], activation=last)]
    )


def test_a_model():
    assert check.model(model(32, 16, 10))
    assert check.model(model(32, 16, 10, activation="relu"), activation="relu")
    assert check.model(model(20, 5), layers=(64, 20, 5))
    assert check.model(model(32, 16, 10, activation="relu")).mistake == "wrong_activation"
    assert check.model(model(32, 16, 10, last="sigmoid")).mistake == "wrong_last_activation"
    assert check.model(model(32, 10)).mistake == "number_of_layers"
    assert check.model(model(32, 17, 10)).mistake == "wrong_widths"
    assert check.model(model(32, 16, 10, inputs=65)).mistake == "wrong_inputs"
    unbuilt = keras.Sequential([keras.layers.Dense(n) for n in (32, 16, 10)])
    assert check.model(unbuilt).mistake == "not_built"
    assert check.model(keras.Sequential).mistake == "not_a_model"
    assert check.model(...).mistake == "blank"


def test_a_model_with_activations_of_their_own():
    parts = [keras.Input((64,))]
    for units, name in ((32, "relu"), (16, "relu"), (10, "softmax")):
        parts += [keras.layers.Dense(units), keras.layers.Activation(name)]
    assert check.model(keras.Sequential(parts), activation="relu")
    assert check.model(keras.Sequential(parts[:-1]), activation="relu").mistake == (
        "wrong_last_activation"
    )


def test_a_history():
    full = {name: [0.5, 0.4] for name in ("loss", "accuracy", "val_loss", "val_accuracy")}

    class History:
        history = full

    assert check.history(History, epochs=2)
    assert check.history(full, 2)
    assert check.history(full).mistake == "wrong_epochs"
    assert check.history(3).mistake == "not_a_history"
    assert check.history(...).mistake == "blank"
    for name, mistake in (("val_loss", "no_validation"), ("accuracy", "no_accuracy")):
        part = {key: value for key, value in full.items() if key != name}
        assert check.history(part, 2).mistake == mistake
    assert check.history({**full, "loss": [0.4, 0.5]}, 2).mistake == "loss_grows"
    assert check.history({**full, "loss": [0.4, np.nan]}, 2).mistake == "not_finite"


def script():
    return REPORT["run_text"](REPORT["SCRIPT"])


@pytest.mark.parametrize("name", ["X", "w1", "eta", "loss", "grad_h"])
def test_a_script_without_a_variable(name):
    names = script()
    assert check.two_layer(names)
    del names[name]
    result = check.two_layer(names)
    assert result.mistake == "name_missing"
    assert f"`{name}`" in result.message
    assert check.two_layer({**names, name: ...}).mistake == "blank"


def test_a_script_whose_arrays_were_overwritten():
    names = script()
    assert check.two_layer({**names, "h": names["h"][0]}).mistake == "overwritten"
    assert check.two_layer({**names, "y_pred": 1}).mistake == "overwritten"
    assert check.two_layer({**names, "eta": 0}).mistake == "learning_rate"
