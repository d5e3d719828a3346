"""A case in a few numbers: ours against the best peer, and against the peak of the core."""

from __future__ import annotations

from typing import Any


def is_peer(row: dict[str, Any]) -> bool:
    """Return whether a row is somebody else's, and was measured."""
    return not row.get("module", "").startswith("chainrule") and "us_per_unit" in row


def median(row: dict[str, Any]) -> float:
    """Return the row's time a unit, in microseconds."""
    return float(row["us_per_unit"]["median"])


def our_row(case: dict[str, Any]) -> dict[str, Any] | None:
    """Return the row that stands for us, if it was measured."""
    rows = (row for row in case["contestants"] if row["name"] == case.get("ours"))
    return next((row for row in rows if "us_per_unit" in row), None)


def peers(case: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of the peers of the same precision as ours, the fastest first."""
    ours = our_row(case)
    same = (row for row in case["contestants"] if ours and row["dtype"] == ours["dtype"])
    return sorted(filter(is_peer, same), key=median)


def best_peer(case: dict[str, Any]) -> dict[str, Any] | None:
    """Return the row of the fastest peer of the same precision as ours, or None."""
    return next(iter(peers(case)), None)


def target_share(case: dict[str, Any], row: dict[str, Any]) -> float | None:
    """Return which share of the peak of its threads' cores a row's figure to reach stands for.

    Examples
    --------
    100 operations in 2 us are 0.05 GFLOP/s, half of what such a core could do:

    >>> case = {"flops_per_unit": 100, "target_peak_gflops": {"float32": 0.1}}
    >>> target_share(case, {"target_us": 2.0, "dtype": "float32"})
    0.5
    """
    if not row.get("target_us") or "flops_per_unit" not in case:
        return None
    peak = case["target_peak_gflops"][row["dtype"]]
    threads = row.get("threads") or 1
    return float(case["flops_per_unit"] / (1e3 * row["target_us"]) / peak / threads)


def summary(case: dict[str, Any]) -> dict[str, Any] | None:
    """Return our time, the best peer and how many times ours it takes; None if we did not run.

    Of the narrower instruction sets, the time of the row that stands for us, and the same ratio.
    """
    ours, best = our_row(case), best_peer(case)
    if ours is None:
        return None
    narrow = {
        row["isa"]: {
            "us_per_unit": median(row),
            "best_peer_ratio": None if best is None else median(best) / median(row),
        }
        for row in case.get("narrow", ())
        if "us_per_unit" in row and row["name"] == f"{ours['name']}, {row['isa']}"
    }
    return {
        "us_per_unit": median(ours),
        "best_peer": None if best is None else best["name"],
        "best_peer_us_per_unit": None if best is None else median(best),
        "best_peer_ratio": None if best is None else median(best) / median(ours),
        "target_us": ours.get("target_us"),
        "target_share_of_peak": target_share(case, ours),
        "narrow": narrow,
    }


def share_of_peak(row: dict[str, Any], machine: dict[str, Any]) -> float | None:
    """Return which share of this core's peak a row's arithmetic reached, or None."""
    peak = machine["fma_peak_gflops"].get(row.get("dtype", ""))
    threads = row.get("threads") or 1
    return float(row["gflops"] / peak / threads) if peak and "gflops" in row else None


def in_step_with_peak(target_us: float, target_peak: float, peak: float) -> float:
    """Return the time that the same share of another core's peak takes.

    Examples
    --------
    >>> in_step_with_peak(1.0, 232.0, 116.0)
    2.0
    """
    return target_us * target_peak / peak
