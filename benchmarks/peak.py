"""The measured peak of fused multiply-adds of one core."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

SOURCE = Path(__file__).with_name("fma_peak.c")


def compiler() -> str | None:
    """Return the name of a C compiler that is there, or None."""
    candidates = (os.environ.get("CC"), "gcc", "clang", "cc")
    return next((name for name in candidates if name and shutil.which(name)), None)


def compiler_version() -> str | None:
    """Return the first line of what the compiler says of itself."""
    if (name := compiler()) is None:
        return None
    answer = subprocess.run([name, "--version"], capture_output=True, text=True, check=False)
    return answer.stdout.partition("\n")[0] or None


def fma_peak(dtype: str) -> float | None:
    """Return GFLOP/s of one core in "float32" or "float64"; None without a compiler."""
    if (name := compiler()) is None:
        return None
    real = {"float32": "float", "float64": "double"}[dtype]
    with tempfile.TemporaryDirectory() as folder:
        program = str(Path(folder) / "fma_peak")
        options = ["-O3", "-march=native", "-ffp-contract=fast", f"-DREAL={real}"]
        try:
            subprocess.run([name, *options, str(SOURCE), "-o", program], check=True)
            answer = subprocess.run([program], capture_output=True, text=True, check=True)
        except (OSError, subprocess.CalledProcessError):
            return None
    return float(answer.stdout)
