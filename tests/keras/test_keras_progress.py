"""The lines of training, character by character."""

import io
import re
import sys

import numpy as np
import pytest

from chainrule.keras import Input, Sequential
from chainrule.keras.callbacks import ProgbarLogger
from chainrule.keras.layers import Dense
from chainrule.keras.output.console import can_redraw, say, write
from chainrule.keras.output.progress import Progress

LINE = "━" * 20


class Terminal(io.StringIO):
    def isatty(self):
        return True


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def test_a_line_an_epoch():
    out = io.StringIO()
    progress = Progress(2, 4, 2, out)
    progress.epoch_begin(1)
    progress.epoch_end(1, {"accuracy": 0.13, "loss": 2.34831, "val_loss": 0.0005}, seconds=0.008)
    assert out.getvalue() == (
        "Epoch 2/2\n4/4 - 0s - 2ms/step - accuracy: 0.1300 - loss: 2.3483 - val_loss: 5.0000e-04\n"
    )


def test_one_epoch_has_no_number_and_silence_has_nothing():
    out = io.StringIO()
    for verbose in (2, 0):
        progress = Progress(1, 4, verbose, out)
        progress.epoch_begin(0)
        progress.batch(1, {"loss": 1.0})
        progress.epoch_end(0, {"loss": 1.0}, seconds=4.0)
        progress.epochs_done(0, [(1.0,)], ["loss"], 4.0)
    line = "4/4 - 4s - 1s/step - loss: 1.0000\n"
    assert out.getvalue() == 2 * line


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.0, "0s"), (3e-6, "3us"), (9.994e-4, "999us"), (1e-3, "1ms"), (0.25, "250ms"), (2.4, "2s")],
)
def test_units_of_a_step(seconds, words):
    out = io.StringIO()
    Progress(1, 10, 2, out).epoch_end(0, {}, seconds=10 * seconds)
    assert out.getvalue().split(" - ")[2] == f"{words}/step\n"


@pytest.mark.parametrize(
    ("value", "bar", "line"),
    [
        (0.0011, "0.0011", "0.0011"),
        (0.001, "1.0000e-03", "1.0000e-03"),
        (0.0, "0.0000e+00", "0.0000e+00"),
        (-0.5, "-0.5000", "-5.0000e-01"),  # so does Keras
        (float("nan"), "nan", "nan"),
        (float("inf"), "inf", "inf"),
    ],
)
def test_numbers(value, bar, line):
    for verbose, expected in ((1, bar), (2, line)):
        one, many = io.StringIO(), io.StringIO()
        Progress(1, 1, verbose, one).epoch_end(0, {"loss": value}, seconds=1.0)
        Progress(1, 1, verbose, many).epochs_done(0, [(value,)], ["loss"], 1.0)
        assert one.getvalue().endswith(f" - loss: {expected}\n")
        assert many.getvalue() == one.getvalue()


def test_bar_is_drawn_over_itself(clock):
    out = Terminal()
    progress = Progress(1, 4, 1, out, clock=clock)
    progress.epoch_begin(0)
    assert out.getvalue() == ""
    clock.now += 0.5
    progress.batch(1, {"accuracy": 0.25, "loss": 12.0})
    first = (
        "\r\x1b[1m1/4\x1b[0m \x1b[32m" + "━" * 5 + "\x1b[0m\x1b[37m" + "━" * 15 + "\x1b[0m"
        " \x1b[1m1s\x1b[0m 500ms/step - accuracy: 0.2500 - loss: 12.0000"
    )
    assert out.getvalue() == first
    clock.now += 0.04  # too soon
    progress.batch(2, {"accuracy": 0.5, "loss": 6.0})
    assert out.getvalue() == first
    clock.now += 0.1
    progress.batch(3, {"accuracy": 0.5, "loss": 6.0})
    visible = len(f"1/4 {LINE} 1s 500ms/step - accuracy: 0.2500 - loss: 12.0000")
    second = (
        "\b" * visible
        + "\r\x1b[1m3/4\x1b[0m \x1b[32m"
        + "━" * 15
        + "\x1b[0m\x1b[37m"
        + "━" * 5
        # the first step is left out of the pace: 0.14 s for two
        + "\x1b[0m \x1b[1m0s\x1b[0m 70ms/step - accuracy: 0.5000 - loss: 6.0000  "
    )
    assert out.getvalue() == first + second
    clock.now += 0.07
    progress.epoch_end(0, {"accuracy": 0.5, "loss": 6.0, "val_loss": 7.0})
    last = (
        "\b" * (visible - 2) + "\r\x1b[1m4/4\x1b[0m \x1b[32m" + LINE + "\x1b[0m\x1b[37m"
        "\x1b[0m \x1b[1m1s\x1b[0m 70ms/step - accuracy: 0.5000 - loss: 6.0000 - val_loss: 7.0000\n"
    )
    assert out.getvalue() == first + second + last


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(9.0, "9s"), (60.0, "60s"), (70.0, "1:10"), (3600.0, "60:00"), (7000.0, "1:56:40")],
)
def test_time_left(clock, seconds, words):
    out = Terminal()
    progress = Progress(1, 3, 1, out, clock=clock)
    clock.now += seconds / 2  # for the first of three steps, so two of that length are left
    progress.batch(1)
    assert out.getvalue().split("\x1b[1m")[2].split("\x1b")[0] == words


def test_unknown_number_of_steps(clock):
    out = Terminal()
    progress = Progress(2, None, 1, out, clock=clock)
    progress.begin()
    clock.now += 2.0
    progress.batch(1, {"loss": 1.0})
    assert out.getvalue() == "\r      1/Unknown \x1b[1m2s\x1b[0m 2s/step - loss: 1.0000"
    progress.batch(2, {"loss": 1.0})
    progress.epoch_end(0, {"loss": 1.0})
    assert "\r\x1b[1m2/2\x1b[0m " in out.getvalue()
    assert progress.steps == 2


def test_into_a_pipe_only_finished_lines_go(clock):
    out = io.StringIO()
    progress = Progress(2, 4, 1, out, clock=clock)
    progress.epoch_begin(0)
    for batch in range(1, 5):
        clock.now += 1.0
        progress.batch(batch, {"loss": 0.5})
    progress.epoch_end(0, {"loss": 0.5})
    assert out.getvalue() == f"Epoch 1/2\n4/4 {LINE} 4s 1s/step - loss: 0.5000\n"


@pytest.mark.parametrize("verbose", [1, 2])
@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
@pytest.mark.parametrize("epochs", [1, 5])
def test_many_epochs_at_once_are_the_same_lines(verbose, stream, epochs):
    names = ["100%", "loss", "val_loss", "zed"]
    rows = [(0.5, 2.0, 0.25, 1.0), (0.5, 1e-4, -1.0, 1.0), (float("nan"), 0.1, 0.2, 0.3)]
    one, many = stream(), stream()
    for epoch, row in enumerate(rows, 2):
        progress = Progress(epochs, 4, verbose, one)
        progress.epoch_begin(epoch)
        progress.epoch_end(epoch, dict(zip(names, row, strict=True)), seconds=0.02)
    progress = Progress(epochs, 4, verbose, many)
    progress.epochs_done(2, rows[:1], names, 0.02)
    progress.epochs_done(3, rows[1:], names, 0.02)
    assert many.getvalue() == one.getvalue()
    assert many.getvalue().count("\n") == 3 * (2 if epochs > 1 else 1)


def test_many_epochs_are_one_write():
    class Counts(io.StringIO):
        writes = 0

        def write(self, text):
            self.writes += 1
            return super().write(text)

    out = Counts()
    Progress(100, 4, 2, out).epochs_done(0, [(0.5,)] * 100, ["loss"], 0.02)
    assert out.writes == 1
    assert out.getvalue().startswith("Epoch 1/100\n4/4 - 0s - 5ms/step - loss: 0.5000\nEpoch 2/100")


def test_order_of_a_bar_is_that_of_batches_first():
    logs = {"loss": 1.0, "val_loss": 3.0, "val_zed": 4.0, "zed": 2.0, "learning_rate": 0.5}
    names = {}
    for verbose in (1, 2):
        out = io.StringIO()
        Progress(1, 1, verbose, out).epoch_end(0, logs, seconds=0.0)
        names[verbose] = [part.split(":")[0] for part in out.getvalue().split(" - ") if ":" in part]
    assert names[1] == ["loss", "zed", "val_loss", "val_zed", "learning_rate"]
    assert names[2] == list(logs)


def test_stdout_is_looked_up_when_it_is_written_to(monkeypatch):
    progress = Progress(1, 4, 2)
    other = io.StringIO()
    monkeypatch.setattr(sys, "stdout", other)
    progress.epoch_end(0, {"loss": 1.0}, seconds=0.0)
    assert other.getvalue() == "4/4 - 0s - 0s/step - loss: 1.0000\n"


def test_narrow_encodings_get_other_bars():
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="ascii")
    write("4/4 ━━ 0s é\n", out)
    assert raw.getvalue() == b"4/4 == 0s \n"


def test_programs_without_a_console(monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    say("nobody reads this")
    assert not can_redraw()


def test_logger_is_silent_in_the_validation_of_fit(capsys):
    logger = ProgbarLogger()
    logger.set_params({"verbose": 2, "epochs": 2, "steps": 1})
    logger.on_train_begin()
    logger.on_epoch_begin(0)
    logger.on_test_begin()
    logger.on_test_batch_end(0, {"loss": 1.0})
    logger.on_test_end({"loss": 1.0})
    assert capsys.readouterr().out == "Epoch 1/2\n"


def test_logger_of_an_evaluation_and_a_prediction(capsys):
    logger = ProgbarLogger()
    logger.set_params({"verbose": 2, "epochs": 1, "steps": 3})
    logger.on_test_begin()
    logger.on_test_end({"accuracy": 0.5, "loss": 1.0})
    line = capsys.readouterr().out
    assert line.startswith("3/3 - 0s - ")
    assert line.endswith("/step - accuracy: 0.5000 - loss: 1.0000\n")
    logger.on_predict_begin()
    logger.on_predict_batch_end(0, {"outputs": [1.0]})
    logger.on_predict_end({"outputs": [1.0]})
    assert capsys.readouterr().out.endswith("/step\n")


def test_bar_of_fit_names_metrics_in_the_order_of_keras_within_an_epoch_too(monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    model = Sequential([Input((2,)), Dense(2, activation="softmax")])
    model.compile("sgd", "categorical_crossentropy", metrics=["accuracy"])
    y = np.eye(2)[np.arange(40) % 2]
    model.fit(np.ones((40, 2)), y, batch_size=2, validation_data=(np.ones((2, 2)), y[:2]))
    first, *_, last = re.split("[\b\r]+", terminal.getvalue().strip())
    for drawn, validated in ((first, []), (last, ["val_accuracy", "val_loss"])):
        assert re.findall(r"(\w+): ", drawn) == ["accuracy", "loss", *validated]
