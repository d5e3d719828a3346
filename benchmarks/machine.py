"""The machine and the software that a result belongs to. No host names."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path
from typing import Any

from benchmarks.peak import compiler_version, fma_peak

# The flags of /proc/cpuinfo that the levels of the x86-64 psABI ask for (those that tell).
X86_LEVELS = (
    ("x86-64-v4", {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"}),
    ("x86-64-v3", {"avx2", "bmi1", "bmi2", "f16c", "fma", "movbe"}),
    ("x86-64-v2", {"cx16", "popcnt", "sse4_1", "sse4_2", "ssse3"}),
)
SHORT_NAMES = {"x86-64-v4": "avx512", "x86-64-v3": "avx2", "x86-64-v2": "sse4"}


def describe() -> dict[str, Any]:
    """Return all that a result file says about where it was measured."""
    info = cpu_info()
    return {
        "cpu": info.get("model name") or platform.processor() or platform.machine(),
        "cpu_family": info.get("cpu family"),
        "cpu_model": info.get("model"),
        "architecture": platform.machine(),
        "isa": isa(platform.machine(), set(info.get("flags", info.get("Features", "")).split())),
        "cores": available_cores(),
        "system": platform.system(),
        "governor": governor(),
        "load_average": load_average(),
        "fma_peak_gflops": {dtype: fma_peak(dtype) for dtype in ("float32", "float64")},
    }


def versions() -> dict[str, str | None]:
    """Return the versions of Python and of the compiler; contestants tell their own."""
    return {"python": platform.python_version(), "compiler": compiler_version()}


def isa(architecture: str, flags: set[str]) -> str:
    """Return the instruction set that counts for speed.

    Examples
    --------
    >>> isa("x86_64", {"avx2", "bmi1", "bmi2", "f16c", "fma", "movbe"})
    'x86-64-v3'
    >>> isa("aarch64", {"asimd", "sve"})
    'sve'
    """
    for level, needed in X86_LEVELS:
        if needed <= flags:
            return level
    if architecture in ("aarch64", "arm64"):
        return "sve" if "sve" in flags else "neon"
    return architecture


def slug(cpu: str, isa: str) -> str:
    """Return a name for files: the CPU and its instruction set, lower case, no blanks.

    Examples
    --------
    >>> slug("Intel(R) Xeon(R) Gold 6230 CPU @ 2.10GHz", "x86-64-v4")
    'intel-xeon-gold-6230-avx512'
    """
    text = re.sub(r"\((r|tm|c)\)|\bcpu\b|\bprocessor\b|@.*", " ", cpu.lower())
    words = re.findall(r"[a-z0-9]+", text)
    return "-".join([*words, SHORT_NAMES.get(isa, isa)])


def cpu_info() -> dict[str, str]:
    """Return what Linux says of its first processor; empty elsewhere."""
    path = Path("/proc/cpuinfo")
    if not path.exists():
        return {}
    first = path.read_text().split("\n\n")[0]
    pairs = (line.partition(":") for line in first.splitlines())
    return {key.strip(): value.strip() for key, _, value in pairs}


def available_cores() -> int | None:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def governor() -> str | None:
    """Return how the first core chooses its frequency, where that can be read."""
    path = Path("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
    return path.read_text().strip() if path.exists() else None


def load_average() -> float | None:
    """Return how many processes ran or waited in the last minute: should be near 0."""
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None
