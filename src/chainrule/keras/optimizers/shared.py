"""The settings that every optimiser has beside its own; ``base.Optimizer`` describes them."""

from __future__ import annotations

from typing import TypedDict

# In the order in which Keras writes them.
SHARED = (
    "weight_decay",
    "clipnorm",
    "global_clipnorm",
    "clipvalue",
    "use_ema",
    "ema_momentum",
    "ema_overwrite_frequency",
    "loss_scale_factor",
    "gradient_accumulation_steps",
)


class SharedButDecay(TypedDict, total=False):
    """The settings that every optimiser has beside its own, but the decay of weights."""

    clipnorm: float | None
    clipvalue: float | None
    global_clipnorm: float | None
    use_ema: bool
    ema_momentum: float
    ema_overwrite_frequency: int | None
    loss_scale_factor: None
    gradient_accumulation_steps: None
    name: str | None
    lr: float
    decay: float


class Shared(SharedButDecay, total=False):
    """The settings that every optimiser has beside its own; with that decay."""

    weight_decay: float | None
