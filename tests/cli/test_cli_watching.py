"""Training watched from beside: the lines that come, and a pipe that breaks."""

import time
from types import SimpleNamespace

import pytest

from chainrule.cli import output, watching


def model_after(losses):
    return SimpleNamespace(history=SimpleNamespace(history={"loss": losses}))


def test_the_first_and_every_tenth_part_of_the_epochs_get_a_line(capsys):
    model = model_after([])
    with watching.watched(model, 25):
        model.history.history["loss"] += [float(epoch) for epoch in range(1, 26)]
    lines = [f"epoch={epoch}, loss={epoch}.000" for epoch in (1, *range(2, 26, 2))]
    assert capsys.readouterr().out.splitlines() == lines


def test_what_has_come_is_shown_while_the_training_goes_on(monkeypatch):
    shown = []
    monkeypatch.setattr(output, "line", shown.append)
    monkeypatch.setattr(watching, "_PAUSE", 0.001)
    model = model_after([0.5])
    with watching.watched(model, 2):
        until = time.monotonic() + 30
        while not shown and time.monotonic() < until:
            time.sleep(0.001)
        before = list(shown)
        model.history.history["loss"].append(0.25)
    assert before == ["epoch=1, loss=0.500"]
    assert shown == ["epoch=1, loss=0.500", "epoch=2, loss=0.250"]


@pytest.mark.parametrize("model", [SimpleNamespace(history=None), SimpleNamespace()])
def test_a_model_without_a_history_shows_nothing(model, capsys):
    with watching.watched(model, 3):
        pass
    assert capsys.readouterr().out == ""


def test_what_fails_beside_is_raised_too():
    with pytest.raises(AttributeError), watching.watched(SimpleNamespace(history=3), 1):
        pass


def test_a_broken_pipe_is_raised_where_the_training_was_called(monkeypatch):
    def broken(_):
        raise BrokenPipeError

    monkeypatch.setattr(output, "line", broken)
    with pytest.raises(BrokenPipeError), watching.watched(model_after([1.0]), 1):
        pass


def test_an_interrupt_passes_and_what_was_done_is_shown(capsys):
    with pytest.raises(KeyboardInterrupt), watching.watched(model_after([1.0]), 5):
        raise KeyboardInterrupt
    assert capsys.readouterr().out == "epoch=1, loss=1.000\n"
