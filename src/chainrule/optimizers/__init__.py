"""Optimisers: how a gradient changes the parameters.

One frozen class an optimiser: its fields are its settings, ``slots`` names the vectors that it
carries from step to step (each of the parameters' shape), and ``update`` is its formula, Keras
3's. The native engine has a row of the same name in ``native/optimizers.hpp``.
"""

from __future__ import annotations

from chainrule.optimizers.adam import Adam, Adamax, AdamW, Nadam
from chainrule.optimizers.base import Optimizer, Schedule
from chainrule.optimizers.descent import SGD, Lion
from chainrule.optimizers.scaled import Adadelta, Adagrad, RMSprop
from chainrule.tables import Table

__all__ = [
    "OPTIMIZERS",
    "SGD",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Lion",
    "Nadam",
    "Optimizer",
    "RMSprop",
    "Schedule",
]

_ROWS: tuple[type[Optimizer], ...] = (
    SGD,
    RMSprop,
    Adam,
    AdamW,
    Adamax,
    Nadam,
    Adagrad,
    Adadelta,
    Lion,
)

OPTIMIZERS: Table[type[Optimizer]] = Table("optimizer", {row.name: row for row in _ROWS})
