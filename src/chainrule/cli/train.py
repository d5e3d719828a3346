"""Training with something to look at, and with Ctrl-C."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from chainrule.cli import output

if TYPE_CHECKING:
    import numpy.typing as npt

    from chainrule import NeuralNetwork

_LONGEST_CHUNK = 0.05  # seconds between two updates of the progress bar, about


def train(
    nn: NeuralNetwork, X: npt.NDArray[Any], y: npt.NDArray[Any], epochs: int, display_update: int
) -> float:
    """Train sample by sample and return the seconds that it took.

    ``fit`` is called with a few epochs at a time, as many as take some 50 ms, and prints nothing;
    its lines are printed here, beside the progress bar.

    Raises
    ------
    KeyboardInterrupt
        On Ctrl-C, saying after how many epochs.
    """
    try:
        with output.progress(epochs) as advance:
            return _train(nn, X, y, epochs, display_update, advance)
    except KeyboardInterrupt:
        done = len(nn.loss_history)
        raise KeyboardInterrupt(f"after {done} of {epochs} epochs") from None


def _train(
    nn: NeuralNetwork,
    X: npt.NDArray[Any],
    y: npt.NDArray[Any],
    epochs: int,
    display_update: int,
    advance: output.Advance,
) -> float:
    chunk, seconds = 1, 0.0
    while (done := len(nn.loss_history)) < epochs:
        n = min(chunk, epochs - done)
        start = time.perf_counter()
        nn.fit(X, y, n_epochs=n, method="SGD", display_update=0)
        elapsed = time.perf_counter() - start
        seconds += elapsed
        if elapsed < _LONGEST_CHUNK / 2:
            chunk *= 2
        for epoch in range(done + 1, done + n + 1):
            if epoch == 1 or epoch % display_update == 0:
                output.line(f"epoch={epoch}, loss={nn.loss_history[epoch - 1]:.3f}")
        advance(done + n, nn.loss_history[-1])
    return seconds
