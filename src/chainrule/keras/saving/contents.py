"""What a file of a model, or of weights alone, holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chainrule.keras.saving.state import State


@dataclass
class Contents:
    """A model's configuration, None where a file has weights alone, and its numbers.

    ``notes`` are about the run of training; only our own files have them.
    """

    config: Mapping[str, Any] | None
    state: State
    notes: Mapping[str, int] = field(default_factory=dict)
