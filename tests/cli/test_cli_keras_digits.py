"""``chainrule digits --model``: what it trains, prints, draws and refuses."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from chainrule import datasets, keras, metrics
from chainrule.cli import keras_digits
from chainrule.cli.app import app

pytest.importorskip("sklearn", reason="the digits are scikit-learn's")

BOX_OR_ESCAPE = re.compile("[\x1b\u2500-\u257f]")


def command(*arguments):
    return [sys.executable, "-W", "error", "-m", "chainrule", "digits", *map(str, arguments)]


def run(*arguments, code=0, **options):
    """Run the command, and check its exit code and that there is no traceback."""
    done = subprocess.run(command(*arguments), capture_output=True, text=True, **options)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert not BOX_OR_ESCAPE.search(done.stdout + done.stderr)
    return done


def trained_by_hand(activation, **fit):
    """Train as the tutorial does, but for three epochs; return the model, history and data."""
    data = datasets.digits()
    keras.utils.set_random_seed(42)
    model = keras.Sequential()
    model.add(keras.layers.Dense(32, input_shape=(64,), activation=activation))
    model.add(keras.layers.Dense(16, activation=activation))
    model.add(keras.layers.Dense(10, activation="softmax"))
    sgd = keras.optimizers.SGD(0.01)
    model.compile(loss="categorical_crossentropy", optimizer=sgd, metrics=["accuracy"])
    if "validation_split" not in fit:
        fit["validation_data"] = (data.X_test, data.y_test)
    history = model.fit(data.X_train, data.y_train, epochs=3, verbose=0, **fit).history
    return model, history, data


@pytest.mark.parametrize(
    ("name", "fit", "held_back"),
    [
        ("sigmoid", {"batch_size": 10}, "test set"),
        ("relu", {"batch_size": 16, "validation_split": 0.1}, "last 10 % of the training set"),
    ],
)
def test_prints_what_the_tutorials_lines_give(name, fit, held_back):
    model, history, data = trained_by_hand(name, **fit)
    last = {column: values[-1] for column, values in history.items()}
    seen = model.predict(data.X_test, verbose=0).argmax(axis=1)
    printed = run("--model", name, "--epochs", 3, "--no-plots").stdout
    in_order = [
        "training set: (1347, 64), test set: (450, 64)",
        "The network, in chainrule.keras ",
        f"32 units, {name}, 2,080 parameters\n16 units, {name}, 528 parameters\n"
        "10 units, softmax, 170 parameters\n2,778 parameters in all\n",
        f"SGD with learning rate 0.01, batches of {fit['batch_size']}, seed 42\n",
        *(f"epoch={i}, loss={loss:.3f}\n" for i, loss in enumerate(history["loss"], 1)),
        f"training: loss {last['loss']:.3f}, accuracy {last['accuracy']:.3f}\n",
        f"validation ({held_back}): loss {last['val_loss']:.3f}, "
        f"accuracy {last['val_accuracy']:.3f}\n",
        metrics.classification_report(data.labels_test, seen),
        f"test accuracy: {100 * metrics.accuracy(data.labels_test, seen):.1f} %\n",
    ]
    places = [printed.find(text) for text in in_order]
    assert -1 not in places
    assert places == sorted(places)
    assert re.search(r"\nfit took \d[\d.]* (us|ms|s), \d[\d.]* (us|ms|s) an epoch\n", printed)
    assert "Pictures" not in printed


@pytest.mark.parametrize(
    ("name", "file"), [("sigmoid", "Keras_mnist"), ("relu", "Keras_mnist_relu")]
)
def test_draws_the_picture_twice_and_says_where(name, file, tmp_path):
    pytest.importorskip("matplotlib", reason="it draws the pictures")
    printed = run("--model", name, "--epochs", 2, "--quiet", cwd=tmp_path).stdout
    folder = Path("chainrule-out")  # the default
    names = sorted(path.name for path in (tmp_path / folder).iterdir())
    assert names == [f"{file}.pdf", f"{file}.png"]
    assert (tmp_path / folder / names[0]).read_bytes().startswith(b"%PDF")
    assert (tmp_path / folder / names[1]).read_bytes().startswith(b"\x89PNG")
    for each in names:
        assert f"loss and accuracy: {folder / each}\n" in printed
    assert "epoch=" not in printed  # --quiet


def options_of(monkeypatch, *arguments):
    """Return the options with which the command would run."""
    seen = []
    monkeypatch.setattr(keras_digits, "run", seen.append)
    result = CliRunner().invoke(app, ["digits", *arguments])
    assert result.exit_code == 0, result.stderr
    return seen[0]


@pytest.mark.parametrize(("name", "batch_size"), [("sigmoid", 10), ("relu", 16)])
def test_the_defaults_are_the_tutorials(name, batch_size, monkeypatch):
    assert options_of(monkeypatch, "--model", name) == keras_digits.Options(
        model=name,
        framework="chainrule",
        layers=[64, 32, 16, 10],
        epochs=300,
        batch_size=batch_size,
        learning_rate=0.01,
        test_size=0.25,
        split_seed=13,
        seed=42,
        folder=Path("chainrule-out"),
        quiet=False,
    )


def test_options_arrive_where_they_belong(monkeypatch):
    words = "--model relu --layers 64,20,10 --epochs 100 --batch-size 7 --learning-rate 0.1 "
    words += "--test-size 0.5 --split-seed 3 --seed 4 --out here --quiet"
    assert options_of(monkeypatch, *words.split()) == keras_digits.Options(
        model="relu",
        framework="chainrule",
        layers=[64, 20, 10],
        epochs=100,  # the default of the class, and here written
        batch_size=7,
        learning_rate=0.1,
        test_size=0.5,
        split_seed=3,
        seed=4,
        folder=Path("here"),
        quiet=True,
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--model", "relo"], "'--model': unknown model 'relo': did you mean 'relu'? Possible: s"),
        (["--model", "relu", "--framework", "kears"], "did you mean 'keras'? Possible: chainrule"),
        (["--framework", "chainrule"], "'--framework': goes with --model; next: add --model"),
        (["--batch-size", "10"], "'--batch-size': goes with --model; next: add --model sigmoid"),
        (["--quiet"], "'--quiet': goes with --model"),
        (["--learning-rate", "0.01"], "goes with --model; next: add --model sigmoid, or --model r"),
        (["--model", "relu", "--eta", "0.1"], "'--eta': does not go with --model; next: write --l"),
        (["--model", "relu", "--engine", "native"], "'--engine': does not go with --model"),
        (["--model", "relu", "--batch-size", "0"], "'--batch-size': '0'; possible: a whole"),
        (["--model", "relu", "--learning-rate", "-1"], "'-1'; possible: a positive, finite"),
        (["--model", "relu", "--test-size", "0.999"], "'0.999' leaves one image, to train and"),
        (["--model"], "--model"),
        (["--modl", "relu"], "--model"),
    ],
)
def test_wrong_usage_is_2_and_says_what_is_possible(arguments, message):
    result = CliRunner().invoke(app, ["digits", "--no-plots", *arguments])
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.split())


def test_the_smallest_training_sets_are_trained_on():
    assert (
        "last 10 %"
        in run("--model", "relu", "--test-size", 0.9988, "--epochs", 1, "--no-plots").stdout
    )
    assert (
        "test set: (1796, 64)"
        in run("--model", "sigmoid", "--test-size", 0.9994, "--epochs", 1, "--no-plots").stdout
    )


def with_keras(folder, text):
    """Put a package ``keras`` into a folder; return the environment in which it is found."""
    (folder / "keras").mkdir()
    (folder / "keras" / "__init__.py").write_text(text)
    return {**os.environ, "PYTHONPATH": str(folder), "KERAS_BACKEND": "torch"}


def test_the_other_framework_runs_the_same_lines(tmp_path):
    environment = with_keras(tmp_path, "from chainrule.keras import *\n__version__ = '3.99'\n")
    options = ("--model", "relu", "--epochs", 2, "--no-plots", "--seed", 7)
    ours = run(*options).stdout
    theirs = run(*options, "--framework", "keras", env=environment).stdout
    assert "The network, in Keras 3.99 on chainrule\n" in theirs
    # All but the name of the framework and the time is the same.
    assert [line for line in theirs.splitlines() if " in Keras" not in line and "took" not in line]
    for own, other in zip(ours.splitlines(), theirs.splitlines(), strict=True):
        assert own == other or own.startswith(("The network, in", "fit took"))


def test_keras_that_is_not_installed_is_2_and_says_what_to_install():
    code = (
        "import sys, importlib.util as u; find = u.find_spec\n"
        "u.find_spec = lambda name, *a: None if name == 'keras' else find(name, *a)\n"
        "from chainrule.cli import main; main()"
    )
    arguments = ["digits", "--model", "relu", "--framework", "keras", "--no-plots"]
    call = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(call, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert "real Keras is not installed; next: pip install keras tensorflow" in done.stderr


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("import tensorfool", "wants tensorfool, which is not installed; next: pip install tensor"),
        ("raise ValueError('no back end x')", "says: no back end x; possible: KERAS_BACKEND=tenso"),
    ],
)
def test_keras_without_its_back_end_is_2(text, message, tmp_path):
    environment = with_keras(tmp_path, text)
    done = run("--model", "relu", "--framework", "keras", "--no-plots", code=2, env=environment)
    assert message in " ".join(done.stderr.split())


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process")
def test_ctrl_c_is_130_and_says_after_how_many_epochs():
    pipe = subprocess.PIPE
    call = command("--model", "sigmoid", "--epochs", 10**8, "--no-plots")
    with subprocess.Popen(call, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            for line in process.stdout:
                if line.startswith("Training, "):
                    break
            time.sleep(1)  # it says nothing more until it ends
            process.send_signal(signal.SIGINT)
            _, error = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 130
    assert re.fullmatch(r"interrupted after \d+ of 100000000 epochs\n", error)


def test_a_closed_pipe_is_no_traceback():
    pipe = subprocess.PIPE
    call = command("--model", "relu", "--no-plots", "--epochs", 3)
    with subprocess.Popen(call, stdout=pipe, stderr=pipe, text=True) as process:
        process.stdout.close()
        error = process.stderr.read()
    assert (process.returncode, error) == (1, "")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo-terminals")
def test_on_a_terminal_there_are_tables_and_a_progress_bar(shown_on):
    import pty

    parent, child = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100"}
    call = command("--model", "relu", "--no-plots", "--epochs", 20)
    with subprocess.Popen(call, stdout=child, stderr=child, env=environment) as process:
        os.close(child)
        text = shown_on(parent)
    os.close(parent)
    assert process.returncode == 0
    assert "20/20" in text
    assert "after training" in text
    assert "units, relu" not in text
    assert BOX_OR_ESCAPE.search(text)


def test_nothing_heavy_is_imported_without_pictures():
    code = (
        "import sys\nfrom chainrule.cli.app import app\n"
        "words = 'digits --model relu --no-plots --epochs 1'\n"
        "app(words.split(), standalone_mode=False)\n"
        "print([m for m in ('sklearn', 'scipy', 'pandas', 'matplotlib', 'keras') "
        "if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_help_says_what_goes_with_model():
    text = " ".join(run("--help").stdout.split())
    assert "--model sigmoid|relu" in text
    assert "--framework chainrule|keras" in text
    assert "300 with --model. [default: 100]" in text
    assert "With --model: learning rate, positive. [default: 0.01]" in text
    assert "10 for sigmoid, 16 for relu" in text
