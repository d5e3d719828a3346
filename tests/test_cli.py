import base64
import os
import re
import signal
import subprocess
import sys
from html.parser import HTMLParser

import pytest

import chainrule
from chainrule import datasets, metrics
from chainrule.cli.app import app

BOX_OR_ESCAPE = re.compile("[\x1b\u2500-\u257f]")
XOR_LINES = """\
NeuralNetwork: 2-2-1
W shape: [(3, 3), (3, 1)]
learning rate 0.5
"""


def command(*arguments):
    return [sys.executable, "-W", "error", "-m", "chainrule", *map(str, arguments)]


def run(*arguments, code=0, **options):
    """Run the command, and check its exit code and that there is no traceback."""
    done = subprocess.run(command(*arguments), capture_output=True, text=True, **options)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert not BOX_OR_ESCAPE.search(done.stdout + done.stderr)
    return done


@pytest.fixture(scope="module")
def digits_run(tmp_path_factory):
    """Three epochs on the digits with all pictures: what was printed, and the folder."""
    pytest.importorskip("sklearn", reason="the digits are scikit-learn's")
    pytest.importorskip("matplotlib", reason="it draws the pictures")
    folder = tmp_path_factory.mktemp("digits") / "made" / "on the way"
    done = run("digits", "--epochs", 3, "--engine", "numpy", "--out", folder)
    assert done.stderr == ""
    return done.stdout, folder


def test_help_is_quick_and_names_the_commands():
    text = run("--help").stdout
    assert all(name in text for name in ("two-layer", "xor", "digits"))
    heavy = ("matplotlib", "sklearn", "rich.progress", "chainrule.plots", "chainrule.datasets")
    code = f"import sys, chainrule.cli.app; print([m for m in {heavy} if m in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert loaded.stdout.strip() == "[]"


def test_help_of_digits_shows_the_defaults():
    text = " ".join(run("digits", "--help").stdout.split())
    for default in ("64,32,16,10", "100", "0.1", "0.25", "13", "42", "chainrule-out", "native"):
        assert f"[default: {default}" in text


def test_version():
    assert run("--version").stdout == f"chainrule {chainrule.__version__}\n"


def test_xor_prints_what_fit_and_predict_give(capsys):
    printed = run("xor", "--no-plots", "--engine", "numpy", "--epochs", 250).stdout
    data = datasets.xor()
    nn = chainrule.NeuralNetwork([2, 2, 1], eta=0.5, engine="numpy")
    nn.fit(data.X_train, data.y_train, n_epochs=250, method="SGD")
    epochs = capsys.readouterr().out
    points = [
        f"data={x}, ground-truth={y}, out={out[0]:.3f}, y={int(out[0] > 0.5)}\n"
        for x, y, out in zip(data.X_train, data.y_train, nn.predict(data.X_train), strict=True)
    ]
    assert printed == XOR_LINES + epochs + "".join(points)


def test_xor_draws_two_pictures(tmp_path):
    pytest.importorskip("matplotlib", reason="it draws the pictures")
    printed = run("xor", "--engine", "numpy", "--epochs", 20, cwd=tmp_path).stdout
    folder = tmp_path / "chainrule-out"  # the default
    assert sorted(path.name for path in folder.iterdir()) == [
        "XOR_decision_boundary.png",
        "XOR_deep_learning_loss.pdf",
    ]
    assert (folder / "XOR_deep_learning_loss.pdf").read_bytes().startswith(b"%PDF")
    assert (folder / "XOR_decision_boundary.png").read_bytes().startswith(b"\x89PNG")
    for path in folder.iterdir():
        assert f": {path.relative_to(tmp_path)}\n" in printed


def test_digits_prints_what_the_notebook_prints(digits_run, capsys):
    printed, _ = digits_run
    data = datasets.digits()
    nn = chainrule.NeuralNetwork([64, 32, 16, 10], eta=0.1, engine="numpy")
    nn.fit(data.X_train, data.y_train, n_epochs=3, method="SGD")
    seen = nn.predict(data.X_test).argmax(axis=1)
    share = 100 * metrics.accuracy(data.labels_test, seen)
    in_order = [
        "images: shape (1797, 8, 8), float64, 0.0 to 16.0",
        str(datasets.digit_images()[0][34]),
        "training set: (1347, 64), test set: (450, 64)",
        f"first 10 train labels: {data.labels_train[:10]}",
        f"first 10 test labels: {data.labels_test[:10]}",
        f"{data.labels_train[9]}: {data.y_train[9]}",
        "NeuralNetwork: 64-32-16-10\nlearning rate 0.1\n" + capsys.readouterr().out,
        f"test image 11: predict a {seen[11]} - ground truth is a {data.labels_test[11]}",
        metrics.classification_report(data.labels_test, seen),
        f"test accuracy: {share:.1f} %\n",
    ]
    places = [printed.find(text) for text in in_order]
    assert -1 not in places
    assert places == sorted(places)


def test_digits_writes_all_pictures_and_says_where(digits_run):
    printed, folder = digits_run
    assert sorted(path.name for path in folder.iterdir()) == [
        "digits_confusion_matrix_test.png",
        "digits_first_20.png",
        "digits_loss.png",
        "digits_test_images.png",
        "digits_training_images.png",
        "mnist_deep_learning_confusion_matrix.pdf",
        "report.html",
    ]
    for path in folder.iterdir():
        assert f": {path}\n" in printed


class Page(HTMLParser):
    """Tags with their attributes, the text, and whether tags are closed in order."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.text, self.open = [], "", []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data + " "


def test_report_holds_all_and_asks_for_nothing(digits_run):
    printed, folder = digits_run
    text = (folder / "report.html").read_text(encoding="utf-8")
    page = Page(text)
    assert page.open == []
    assert "$" not in text
    images = [attributes for tag, attributes in page.tags if tag == "img"]
    assert len(images) == 6
    for image in images:
        assert len(image["alt"]) > 20
        head, code = image["src"].split(",")
        assert head == "data:image/png;base64"
        assert base64.b64decode(code).startswith(b"\x89PNG")
    links = [a for _, attributes in page.tags for a in attributes if a in ("href", "srcset")]
    assert links == []
    assert "url(" not in text
    assert "http" not in text
    words = " ".join(page.text.replace("\xa0", " ").split())
    accuracy = re.search(r"test accuracy: (.*)\n", printed)[1]
    assert f"Test accuracy {accuracy}" in words
    assert re.search(r"Final loss \d+\.\d{3} Time to train \d", words)
    assert "Layers 64-32-16-10 Weights 2,876 Learning rate 0.1 Epochs 3" in words
    for line in printed.splitlines():
        if line.startswith("           ") and line.split()[0].isdigit():
            assert " ".join(line.split()) in words


def test_a_test_set_smaller_than_the_pictures(tmp_path):
    pytest.importorskip("sklearn", reason="the digits are scikit-learn's")
    pytest.importorskip("matplotlib", reason="it draws the pictures")
    options = ("--epochs", 1, "--engine", "numpy", "--test-size", 0.002, "--layers", "64,10")
    run("digits", *options, "--out", tmp_path)
    assert "4 of the 4 images of the test set" in (tmp_path / "report.html").read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["digits", "--layers", "64,x"], "'--layers': '64,x' is not a list of whole numbers"),
        (["digits", "--layers", "32,10"], "'--layers': '32,10' does not go from the 64 pixels"),
        (["digits", "--layers", "64,0,10"], "'--layers': '64,0,10' has a width below 1"),
        (["digits", "--layers", "64"], "possible: 64, the widths of hidden layers, 10"),
        (["digits", "--eta", "-1"], "'--eta': '-1'; possible: a positive, finite number"),
        (["digits", "--eta", "nan"], "'--eta': 'nan'"),
        (["xor", "--eta", "inf"], "'--eta': 'inf'"),
        (["xor", "--epochs", "0"], "'--epochs': '0'; possible: a whole number of at least 1"),
        (["xor", "--epochs", "many"], "'--epochs': 'many'; possible: a whole"),
        (["digits", "--test-size", "1"], "'--test-size': '1'; possible: a number between 0 and 1"),
        (["digits", "--test-size", "0.9999"], "'--test-size': '0.9999' leaves no image"),
        (["digits", "--split-seed", "-1"], "'--split-seed': '-1'; possible: a whole number from 0"),
        (["xor", "--seed", str(2**32)], "'--seed': '4294967296'; possible"),
        (["xor", "--engine", "numpi"], "did you mean 'numpy'? Possible: native, numpy"),
        (["xor", "--epoch", "3"], "--epoch"),
        (["mnist"], "mnist"),
    ],
)
def test_wrong_usage_is_2_and_names_the_option(arguments, message):
    from typer.testing import CliRunner

    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.split())


def test_wrong_usage_of_the_process_is_2_and_plain():
    assert "'--eta': '-1'; possible" in run("xor", "--eta", "-1", code=2).stderr
    run(code=2)  # no command: the help


@pytest.mark.parametrize("name", ["CHAINRULE_ISA", "CHAINRULE_NUM_THREADS"])
def test_a_wrong_variable_of_the_environment_is_2(name):
    pytest.importorskip("chainrule.engines.native", reason="the native engine reads it")
    done = run("two-layer", env={**os.environ, name: "v9"}, code=2)
    assert done.stderr.startswith(f"chainrule: error: {name} is 'v9'; possible")


def test_out_that_is_a_file_is_1(tmp_path):
    file = tmp_path / "file"
    file.touch()
    for out in (file, file / "below"):
        done = run("xor", "--out", out, code=1)
        assert done.stderr.startswith(f"chainrule: error: --out '{out}' cannot be written to: ")
        assert done.stderr.count("\n") == 1
        assert done.stdout == ""  # said before any work is done


@pytest.mark.parametrize(
    ("module", "arguments", "message"),
    [
        (
            "sklearn",
            ["digits", "--no-plots", "--engine", "numpy"],
            "the digits come with scikit-learn",
        ),
        ("matplotlib", ["xor"], "pictures are drawn by matplotlib"),
    ],
)
def test_a_missing_library_is_1(module, arguments, message, tmp_path):
    code = (
        "import sys, importlib.util as u; find = u.find_spec\n"
        f"u.find_spec = lambda name, *a: None if name == {module!r} else find(name, *a)\n"
        "from chainrule.cli import main; main()"
    )
    call = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(call, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith(f"chainrule: error: {message}")
    assert done.stderr.count("\n") == 1
    assert 'pip install "chainrule[tutorial]"' in done.stderr


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process")
@pytest.mark.parametrize(
    ("arguments", "epochs"),
    [(["xor", "--epochs", 10**8], 10**8), (["two-layer"], None)],
)
def test_ctrl_c_is_130_and_says_after_how_many_epochs(arguments, epochs):
    options = ["--engine", "numpy"] + (["--no-plots"] if epochs else [])
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command(*arguments, *options), stdout=pipe, stderr=pipe, text=True
    ) as process:
        try:
            for line in process.stdout:
                if line.startswith(("epoch=100,", "* model params")):
                    break
            process.send_signal(signal.SIGINT)
            _, error = process.communicate(timeout=30)
        finally:
            process.kill()
    assert process.returncode == 130
    assert re.fullmatch(rf"interrupted after \d+ of {epochs or 10_000} epochs\n", error)


@pytest.mark.parametrize(
    "arguments", [["xor", "--no-plots", "--engine", "numpy"], ["--help"], ["--version"]]
)
def test_a_closed_pipe_is_no_traceback(arguments):
    pipe = subprocess.PIPE
    with subprocess.Popen(command(*arguments), stdout=pipe, stderr=pipe, text=True) as process:
        process.stdout.close()
        error = process.stderr.read()
    assert process.returncode == 1
    assert error == ""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo-terminals")
def test_on_a_terminal_there_are_tables_and_a_progress_bar(shown_on):
    import pty

    parent, child = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100"}
    call = command("xor", "--no-plots", "--engine", "numpy", "--epochs", 100)
    with subprocess.Popen(call, stdout=child, stderr=child, env=environment) as process:
        os.close(child)
        text = shown_on(parent)
    os.close(parent)
    assert process.returncode == 0
    assert "100/100" in text
    assert "ground-truth" in text
    assert "data=[" not in text
    assert BOX_OR_ESCAPE.search(text)


def _read(descriptor):
    try:
        return os.read(descriptor, 4096)
    except OSError:  # Linux says so that the other end was closed
        return b""
