"""The table of layers, character by character."""

import numpy as np
import pytest

from chainrule.keras import Sequential, layers

DIGITS = """\
Model: "digits"
┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━┓
┃ Layer (type)                    ┃ Output Shape           ┃       Param # ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━┩
│ hidden (Dense)                  │ (None, 32)             │         2,080 │
├─────────────────────────────────┼────────────────────────┼───────────────┤
│ dropout (Dropout)               │ (None, 32)             │             0 │
├─────────────────────────────────┼────────────────────────┼───────────────┤
│ out (Dense)                     │ (None, 10)             │           330 │
└─────────────────────────────────┴────────────────────────┴───────────────┘
 Total params: 2,410 (9.41 KB)
 Trainable params: 2,410 (9.41 KB)
 Non-trainable params: 0 (0.00 B)
"""


@pytest.fixture(autouse=True)
def _terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")


def digits():
    inside = [
        layers.Input((64,)),
        layers.Dense(32, name="hidden"),
        layers.Dropout(0.5, name="dropout"),
        layers.Dense(10, name="out"),
    ]
    return Sequential(inside, name="digits")


def text(model, **settings):
    parts = []
    model.summary(print_fn=parts.append, **settings)
    assert len(parts) == 1  # the whole text in one call, as in Keras
    return "\n".join(line.rstrip() for line in parts[0].splitlines()) + "\n"


def row(table, name):
    line = next(line for line in table.splitlines() if name in line)
    return [cell.strip() for cell in line.strip("│").split("│")]


def test_the_table_of_keras():
    assert text(digits()) == DIGITS


def test_printed_without_a_function_for_it(capsys):
    assert digits().summary() is None
    printed = capsys.readouterr().out
    assert "\n".join(line.rstrip() for line in printed.splitlines()) + "\n" == DIGITS


def test_wide_terminals_are_not_filled(monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    lines = text(digits()).splitlines()
    assert len(lines[1]) == 88
    assert len(text(digits(), show_trainable=True).splitlines()[1]) == 100
    assert len(text(digits(), line_length=60).splitlines()[1]) == 60


def test_columns_end_where_they_are_told_to():
    top = text(digits(), line_length=60, positions=[0.5, 0.75, 1.0]).splitlines()[1]
    # 30, 15 and 15; a table of four rules and its padding is wider than its columns
    assert [len(part) for part in top.strip("┏┓").split("┳")] == pytest.approx([30, 15, 15], abs=3)


def test_what_is_trainable():
    model = digits()
    model.layers[0].trainable = False
    table = text(model, show_trainable=True)
    assert row(table, "hidden")[-1] == "N"
    assert row(table, "dropout")[-1] == "-"
    assert row(table, "│ out (")[-1] == "Y"
    assert " Trainable params: 330 (1.29 KB)\n" in table
    assert " Non-trainable params: 2,080 (8.12 KB)\n" in table


def test_layers_that_do_not_know_their_inputs_yet():
    table = text(Sequential([layers.Dense(3, name="later")], name="a[bold]b"))
    assert table.startswith('Model: "a[bold]b"\n')
    assert row(table, "later") == ["later (Dense)", "?", "0 (unbuilt)"]
    assert " Total params: 0 (0.00 B)\n" in table


def test_a_kilobyte_has_1024_bytes():
    sizes = [
        text(Sequential([layers.Input((inputs,)), layers.Dense(5)])).splitlines()[-3]
        for inputs in (50, 51)
    ]
    assert sizes == [" Total params: 255 (1020.00 B)", " Total params: 260 (1.02 KB)"]


def test_a_range_of_layers():
    assert "hidden" not in text(digits(), layer_range=["dropout", "out"])
    backwards = text(digits(), layer_range=["drop.*", "hid"])
    assert "hidden" in backwards
    assert "out (Dense)" not in backwards


def test_models_within_models():
    inner = Sequential([layers.Input((8,)), layers.Dense(4, name="deep")], name="inner")
    outer = Sequential([layers.Input((8,)), inner, layers.Dense(1, name="last")], name="outer")
    assert row(text(outer), "inner") == ["inner (Sequential)", "(None, 4)", "36"]
    assert "deep" not in text(outer)
    expanded = text(outer, expand_nested=True)
    assert "│    └ deep (Dense) " in expanded
    assert row(expanded, "deep") == ["└ deep (Dense)", "(None, 4)", "36"]
    assert " Total params: 41 (164.00 B)\n" in expanded


def test_the_optimizer_counts_once_it_is_there():
    model = Sequential([layers.Input((2,)), layers.Dense(1, name="one")])
    model.compile("adam", "mse")
    assert "Optimizer params" not in text(model)
    model.fit(np.ones((4, 2)), np.ones(4), verbose=0)
    # 3 weights; of Adam two numbers for each, iterations (8 bytes) and the learning rate
    table = text(model)
    assert " Total params: 11 (48.00 B)\n" in table
    assert " Trainable params: 3 (12.00 B)\n" in table
    assert " Optimizer params: 8 (36.00 B)\n" in table


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"line_length": 8}, "line_length is 8; possible: enough for columns of 4 characters"),
        ({"layer_range": ["x", "y"]}, "possible: names among hidden, dropout, out"),
        ({"layer_range": ["hidden"]}, "possible: two names of layers"),
        ({"layer_range": [0, 1]}, "possible: two names of layers"),
    ],
)
def test_what_cannot_be_shown(settings, message):
    with pytest.raises(ValueError, match=message):
        digits().summary(**settings)
