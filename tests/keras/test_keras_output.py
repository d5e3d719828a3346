"""What models print: the lines and the bar of training, the table of layers."""

import io

import pytest

from chainrule.keras import Sequential, layers
from chainrule.keras.output.progress import Progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def lines(verbose, stream, logs=None):
    times = iter([0.0, 0.0, 0.25, 0.5, 1.0, 1.5, 2.0])
    progress = Progress(2, 4, verbose, stream, clock=lambda: next(times))
    progress.epoch_begin(0)
    progress.batch(2, {"loss": 0.5})
    progress.epoch_end(0, logs or {"accuracy": 0.13, "loss": 2.34831}, seconds=2.0)
    return stream.getvalue()


def test_a_line_an_epoch():
    expected = "Epoch 1/2\n4/4 - 2s - 500ms/step - accuracy: 0.1300 - loss: 2.3483\n"
    assert lines(2, io.StringIO()) == expected


def test_small_numbers_have_exponents():
    assert lines(2, io.StringIO(), {"loss": 1e-3}).endswith(" - loss: 1.0000e-03\n")


def test_a_file_gets_only_the_finished_bar():
    text = lines(1, io.StringIO())
    bar = "━" * 20
    assert text == f"Epoch 1/2\n4/4 {bar} 2s 500ms/step - accuracy: 0.1300 - loss: 2.3483\n"


def test_a_terminal_gets_a_bar_that_is_drawn_over():
    text = lines(1, Terminal())
    assert "\x1b[1m2/4\x1b[0m \x1b[32m" + "━" * 10 + "\x1b[0m\x1b[37m" + "━" * 10 in text
    assert text.count("\b") > 40
    assert text.endswith("\n")


def test_nothing_is_said_when_nothing_is_wanted():
    assert lines(0, io.StringIO()) == ""


def test_many_epochs_at_once_are_the_lines_of_one_after_the_other():
    one, many = io.StringIO(), io.StringIO()
    rows = [(0.25, 2.0), (0.5, 1e-4)]
    progress = Progress(2, 4, 2, one)
    for epoch, row in enumerate(rows):
        progress.epoch_begin(epoch)
        progress.epoch_end(epoch, dict(zip(("accuracy", "loss"), row, strict=True)), seconds=0.4)
    Progress(2, 4, 2, many).epochs_done(0, rows, ["accuracy", "loss"], 0.4)
    assert many.getvalue() == one.getvalue()


TABLE = """\
Model: "net"
┏━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━┓
┃ Layer (type)             ┃ Output Shape      ┃    Param # ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━┩
│ first (Dense)            │ (None, 32)        │      2,080 │
├──────────────────────────┼───────────────────┼────────────┤
│ second (Dense)           │ (None, 10)        │        330 │
└──────────────────────────┴───────────────────┴────────────┘
 Total params: 2,410 (9.41 KB)
 Trainable params: 2,080 (8.12 KB)
 Non-trainable params: 330 (1.29 KB)
"""


def net():
    first = layers.Dense(32, input_shape=(64,), name="first")
    return Sequential([first, layers.Dense(10, name="second", trainable=False)], name="net")


def test_summary_is_the_table_of_keras():
    caught = []
    net().summary(line_length=61, print_fn=caught.append)
    assert "".join(caught) == TABLE


def test_summary_of_what_is_not_built():
    caught = []
    Sequential([layers.Dense(3, name="d")]).summary(line_length=61, print_fn=caught.append)
    assert "│ ?                 │          0 │" in caught[0]
    assert "(unbuilt)" in caught[0]


def test_a_part_of_a_summary():
    caught = []
    net().summary(line_length=61, print_fn=caught.append, layer_range=["second", "second"])
    assert "first" not in caught[0]
    with pytest.raises(ValueError, match=r"possible: names among first, second"):
        net().summary(layer_range=["third", "third"])
