"""``chainrule two-layer``: the first section of the notebook, computed by an engine."""

from __future__ import annotations

import numpy as np

from chainrule import datasets, training
from chainrule.architecture import Architecture, Program
from chainrule.cli import output
from chainrule.engines import get_engine
from chainrule.engines.protocol import Data
from chainrule.layers import Dense
from chainrule.optimizers import SGD

_EPOCHS, _ETA, _SEED = 10_000, 0.01, 2


def run(engine_name: str) -> None:
    """Train and print; see the command's help."""
    data = datasets.xor()
    X = np.insert(data.X_train, 0, 1, axis=1)  # the bias trick: a column of ones in front
    y = data.y_train
    layers = (Dense(3, "sigmoid", use_bias=False), Dense(1, "linear", use_bias=False))
    program = Program(Architecture(3, layers), "sum_of_squared_errors", SGD(_ETA))
    random = np.random.RandomState(_SEED)
    theta = np.concatenate([random.randn(3, 3).ravel(), random.randn(3, 1).ravel()])
    views = program.architecture.views(theta)
    engine = get_engine(engine_name)
    inputs, targets = X.astype(np.float64), y.astype(np.float64)
    history = training.History()
    try:
        output.line("* model params: {}, {}".format(*(np.round(p["W"], 4).tolist() for p in views)))
        training.fit(
            engine,
            program,
            theta,
            Data(inputs, targets),
            epochs=_EPOCHS,
            batch_size=len(X),
            history=history,
        )
    except KeyboardInterrupt:
        raise KeyboardInterrupt(f"after {len(history.loss)} of {_EPOCHS} epochs") from None
    shown = [(t, history.loss[t]) for t in (*range(0, _EPOCHS, 1000), _EPOCHS - 1)]
    output.table(("epoch", "loss"), shown, "{} {:.6f}")
    views = program.architecture.views(theta)
    output.line("* new model params: {}, {}".format(*(np.round(p["W"], 4).tolist() for p in views)))

    out = engine.forward(program.architecture, theta, inputs)[:, 0]
    output.table(
        ("data", "ground-truth", "out", "y"),
        [(*row, float(o), int(o > 0.5)) for *row, o in zip(X, y, out, strict=True)],
        "data={}, ground-truth={}, out={:.3f}, y={}",
    )
