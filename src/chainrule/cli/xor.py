"""``chainrule xor``: the exclusive or, learnt by a 2-2-1 network."""

from __future__ import annotations

from pathlib import Path

from chainrule import NeuralNetwork, datasets
from chainrule.cli import output, pictures
from chainrule.cli.train import train


def run(*, epochs: int, eta: float, seed: int, folder: Path | None, engine: str) -> None:
    """Train, print and draw; see the command's help. No folder: no pictures."""
    if folder is not None:
        pictures.prepare(folder)
    data = datasets.xor()
    X, y = data.X_train, data.y_train
    nn = NeuralNetwork([2, 2, 1], eta=eta, rand_seed=seed, engine=engine)
    output.line(nn)
    output.line(f"W shape: {[W.shape for W in nn.W]}")
    output.line(f"learning rate {nn.eta}")
    train(nn, X, y, epochs, display_update=100)
    out = nn.predict(X)[:, 0]
    output.table(
        ("data", "ground-truth", "out", "y"),
        [(*row, float(o), int(o > 0.5)) for *row, o in zip(X, y, out, strict=True)],
        "data={}, ground-truth={}, out={:.3f}, y={}",
    )
    if folder is None:
        return

    from chainrule import plots

    drawn = [
        pictures.Picture(
            "loss curve",
            "XOR_deep_learning_loss.pdf",
            plots.loss_curve(nn.loss_history, title="XOR: the loss"),
        ),
        pictures.Picture(
            "decision boundary",
            "XOR_decision_boundary.png",
            plots.decision_boundary(nn.predict, X, y, title="XOR: what the network has learnt"),
        ),
    ]
    output.heading("Pictures")
    pictures.save_all(drawn, folder)
