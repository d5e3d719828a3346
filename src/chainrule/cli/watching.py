"""Training that is watched from beside: ``fit`` is called once, and calls nothing of ours."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from chainrule.cli import output

_PAUSE = 0.1  # seconds between two looks
_LINES = 10  # how many are printed on the way, about


@contextmanager
def watched(model: Any, epochs: int) -> Iterator[None]:
    """Show how far ``model.fit`` is while it runs, by looking at ``model.history``.

    A callback would stop the engine after every epoch, and what is timed would be the looking.

    Parameters
    ----------
    model : Sequential
        Of Keras, whichever.
    epochs : int
        How many there will be.
    """
    over, failures = threading.Event(), list[Exception]()
    with output.progress(epochs) as advance:
        arguments = (model, epochs, advance, over, failures)
        thread = threading.Thread(target=_look, args=arguments, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
    if failures:  # most likely, who reads the pipe has gone
        raise failures[0]


def _look(
    model: Any,
    epochs: int,
    advance: output.Advance,
    over: threading.Event,
    failures: list[Exception],
) -> None:
    every, shown, is_over = max(1, epochs // _LINES), 0, False
    try:
        while not is_over:
            is_over = over.wait(_PAUSE)
            history = getattr(model, "history", None)  # real Keras gives it when fit begins
            losses = list(history.history.get("loss", ())) if history else []
            for epoch, loss in enumerate(losses[shown:], shown + 1):
                if epoch == 1 or epoch % every == 0:
                    output.line(f"epoch={epoch}, loss={loss:.3f}")
            if len(losses) > shown:
                shown = len(losses)
                advance(shown, losses[-1])
    except Exception as failure:
        failures.append(failure)
