"""What memory a training run takes beside its data, in a fresh process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import pairwise
from typing import Any

from benchmarks.contest import ONE_THREAD, ROOT, Settings

LAYERS = (784, 512, 512, 10)
BATCH_SIZE = 128
# The same network on ever more samples: what a run takes must not grow with them.
SAMPLES = (8_000, 32_000)


def run(settings: Settings) -> dict[str, Any]:
    """Return a row for each number of samples."""
    rows = []
    for samples in SAMPLES:
        settings.progress(f"memory with {samples} samples")
        answer = subprocess.run(
            [sys.executable, "-m", "benchmarks.studies.memory_probe", str(samples)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, **ONE_THREAD},
            check=False,
        )
        rows.append(json.loads(answer.stdout) if answer.returncode == 0 else failed(samples))
    shape = "-".join(map(str, LAYERS))
    title = f"{shape}, relu, Adam, batch {BATCH_SIZE}, float32, shuffled"
    return {"title": title, "rows": rows}


def failed(samples: int) -> dict[str, Any]:
    return {"samples": samples, "failed": "the process ended with an error"}


def bound_bytes(layers: tuple[int, ...], batch_size: int, bytes_a_number: int) -> dict[str, int]:
    """Return four times the parameters, and the activations of one batch with its inputs.

    Examples
    --------
    >>> bound_bytes((2, 3, 1), batch_size=10, bytes_a_number=4)
    {'four_times_parameters': 208, 'activations_of_a_batch': 240}
    """
    pairs = pairwise(layers)
    parameters = sum(inputs * units + units for inputs, units in pairs)
    return {
        "four_times_parameters": 4 * parameters * bytes_a_number,
        "activations_of_a_batch": batch_size * sum(layers) * bytes_a_number,
    }
