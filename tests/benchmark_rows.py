"""Rows and results as the benchmark makes them, for its tests; nothing was measured."""

from __future__ import annotations

from datetime import date
from typing import Any

from benchmarks import results
from benchmarks.summary import summary


def row(name: str, **more: Any) -> dict[str, Any]:
    """Return a measured row: three runs of 1000 samples."""
    base = {"name": name, "dtype": "float64", "against": None, "note": "", "epochs": 1}
    base |= {"same_network": True, "agreement": 0.05, "threads": 1, "isa": None}
    base |= {"units_per_run": 1000, "seconds": [0.001, 0.002, 0.003]}
    base |= {"us_per_unit": {"min": 1.0, "median": 2.0, "max": 3.0}}
    return base | more


def result() -> dict[str, Any]:
    """Return a result of one case, ours, a peer, and one that is not there, and of processes."""
    peer = row("peer", module="peer", against="ours", seconds=[0.01, 0.02, 0.06])
    peer |= {"us_per_unit": {"min": 10.0, "median": 20.0, "max": 60.0}, "ratio": 10.0}
    peer |= {"versions": {"peer": "2.0"}, "gflops": 1.0}
    missing = {"name": "absent", "dtype": "float64", "skipped": "absent is not installed"}
    ours = row("ours", module="chainrule_engine", target_us=1.5, gflops=10.0)
    slower = row("ours, v2", module="chainrule_engine", isa="v2", versions={"kernels": "v2"})
    slower["us_per_unit"] = {"min": 4.0, "median": 4.0, "max": 5.0}
    case = {
        "title": "A case",
        "short": "case",
        "unit": "sample",
        "ours": "ours",
        "flops_per_unit": 75_000,
        "target_peak_gflops": {"float32": 200.0, "float64": 100.0},
        "contestants": [ours, peer, missing],
        "narrow": [slower],
        "published": [{"name": "they", "us_per_unit": 0.5, "note": "elsewhere"}],
    }
    case["summary"] = summary(case)
    process = row("python", peak_memory_mb=10.0)
    growth = {"title": "a network", "x": [1, 2], "seconds": [0.001, 0.002], "slope": 1.0}
    took = {"samples": 10, "data_bytes": 10**6, "taken_bytes": 2 * 10**6, "bound_bytes": 3 * 10**6}
    return results.make(
        {"case": case, "process": {"title": "Runs", "unit": "run", "contestants": [process]}},
        {
            "cpu": "Fast(R) Chip",
            "isa": "x86-64-v3",
            "fma_peak_gflops": {"float32": 100.4, "float64": 50.0},
        },
        {"python": "3.13.1", "compiler": None},
        day=date(2026, 1, 2),
        command="python -m benchmarks",
        complete=True,
        studies={
            "growth": {"samples": growth},
            "memory": {"title": "A network", "rows": [took | {"order_bytes": 80}]},
        },
    )
