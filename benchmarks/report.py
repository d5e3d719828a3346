"""A case as a table: cells of text, and the printing of them."""

from __future__ import annotations

from typing import Any

from benchmarks.summary import share_of_peak, target_share


def time_text(microseconds: float) -> str:
    """Return a time with three digits and its unit.

    Examples
    --------
    >>> time_text(0.3941), time_text(21.66), time_text(1234.5), time_text(1.2e6)
    ('0.394 us', '21.7 us', '1.23 ms', '1.20 s')
    """
    for unit, size in (("s", 1e6), ("ms", 1e3)):
        if microseconds >= 0.9995 * size:
            return f"{three_digits(microseconds / size)} {unit}"
    return f"{three_digits(microseconds)} us"


def three_digits(value: float) -> str:
    """Return a number with three digits that count.

    Examples
    --------
    >>> three_digits(0.3941), three_digits(9.996), three_digits(21.66), three_digits(1805.2)
    ('0.394', '10.0', '21.7', '1805')
    """
    decimals = next((d for limit, d in ((0.9995, 3), (9.995, 2), (99.95, 1)) if value < limit), 0)
    return f"{value:.{decimals}f}"


def time_cell(row: dict[str, Any]) -> str:
    if "us_per_unit" in row:
        return time_text(row["us_per_unit"]["median"])
    return "skipped" if "skipped" in row else "failed"


def spread_cell(row: dict[str, Any]) -> str:
    if "us_per_unit" not in row:
        return ""
    return " .. ".join(time_text(row["us_per_unit"][end]) for end in ("min", "max"))


def target_cell(row: dict[str, Any], case: dict[str, Any]) -> str:
    """Return the figure to reach, and the share of its core's peak that it stands for."""
    if not row.get("target_us"):
        return ""
    share = target_share(case, row)
    return time_text(row["target_us"]) + (f" ({percent(share)})" if share else "")


def ratio_cell(row: dict[str, Any]) -> str:
    return three_digits(row["ratio"]) if "ratio" in row else ""


def percent(share: float) -> str:
    """Return a share with two digits, or three from 100 on.

    Examples
    --------
    >>> percent(0.5349), percent(0.004217), percent(1.02)
    ('53 %', '0.42 %', '102 %')
    """
    return f"{100 * share:.0f} %" if share >= 0.0995 or share == 0 else f"{100 * share:.2g} %"


def peak_cell(row: dict[str, Any], machine: dict[str, Any]) -> str:
    """Return the share of the core's peak that the arithmetic of the network reached."""
    share = share_of_peak(row, machine)
    return "" if share is None else percent(share)


def memory_cell(row: dict[str, Any]) -> str:
    if "peak_memory_mb" not in row:
        return ""
    limit = row.get("target_memory_mb")
    return f"{row['peak_memory_mb']:.0f} MB" + (f" (at most {limit:.0f})" if limit else "")


def agrees(row: dict[str, Any]) -> bool | None:
    """Return whether the loss is the one expected; None where nothing is."""
    if row.get("expected_loss") is None:
        return None
    # Rounding in float32 grows over epochs.
    allowed = row["agreement"] * row["expected_loss"]
    return bool(abs(row["loss"] - row["expected_loss"]) <= allowed)


def loss_cell(row: dict[str, Any]) -> str:
    if "loss" not in row:
        return ""
    judgement = {True: ", as expected", False: f", not {row.get('expected_loss', 0):.4g}", None: ""}
    return f"{row['loss']:.4g} after {row['epochs']}{judgement[agrees(row)]}"


def accuracy_cell(row: dict[str, Any]) -> str:
    return f"{100 * row['accuracy']:.1f} %" if row.get("accuracy") is not None else ""


def first_cell(row: dict[str, Any]) -> str:
    """Return what passes before the first run ends, less an ordinary run: imports, compiling."""
    if "us_per_unit" not in row or "setup_seconds" not in row:
        return ""
    usual = 1e-6 * row["us_per_unit"]["median"] * row["units_per_run"]
    extra = max(0.0, row["first_run_seconds"] - usual)
    return time_text(1e6 * (row["setup_seconds"] + extra))


def note_cell(row: dict[str, Any]) -> str:
    return str(row.get("skipped") or row.get("failed") or row.get("note", ""))


def table(case: dict[str, Any], machine: dict[str, Any]) -> tuple[list[str], list[list[str]]]:
    """Return the heads of the columns and the rows of cells, without columns that are empty."""
    columns = {
        "contestant": lambda row: row["name"],
        f"a {case['unit']}": time_cell,
        "min .. max": spread_cell,
        "to reach": lambda row: target_cell(row, case),
        "times ours": ratio_cell,
        "of peak": lambda row: peak_cell(row, machine),
        "memory": memory_cell,
        "training loss": loss_cell,
        "accuracy": accuracy_cell,
        "start": first_cell,
        "note": note_cell,
    }
    cells = {head: [make(row) for row in case["contestants"]] for head, make in columns.items()}
    heads = [head for head in columns if any(cells[head])]
    return heads, [list(row) for row in zip(*(cells[head] for head in heads), strict=True)]


def print_case(case: dict[str, Any], machine: dict[str, Any]) -> None:
    """Print the table of a case."""
    from rich.console import Console
    from rich.table import Table

    console = Console()
    if not console.is_terminal:
        console.width = 220  # a pipe does not wrap
    heads, rows = table(case, machine)
    picture = Table(title=case["title"], title_justify="left")
    for head in heads:
        left = head in ("contestant", "note")
        picture.add_column(head, justify="left" if left else "right")
    for row in rows:
        picture.add_row(*row)
    console.print(picture)
    for line in remarks(case):
        console.print(f"  {line}")


def remarks(case: dict[str, Any]) -> list[str]:
    """Return lines below a case's table: the best peer, narrower instruction sets, published."""
    lines = []
    found = case.get("summary")
    if found and found["best_peer"]:
        lines.append(
            f"best peer: {found['best_peer']}, {three_digits(found['best_peer_ratio'])} times "
            f"the time of {case['ours']}"
        )
    for isa, narrow in (found or {}).get("narrow", {}).items():
        ratio = narrow["best_peer_ratio"]
        beside = f"; the best peer takes {three_digits(ratio)} times as long" if ratio else ""
        lines.append(f"with {isa}: {time_text(narrow['us_per_unit'])}{beside}")
    for row in case.get("published", ()):
        lines.append(f"{row['name']}: {time_text(row['us_per_unit'])} ({row['note']})")
    return lines


def failures(cases: dict[str, dict[str, Any]]) -> list[str]:
    """Return a line for each contestant that failed or learnt something else."""
    lines = []
    for name, case in cases.items():
        for row in [*case["contestants"], *case.get("narrow", ())]:
            if "failed" in row:
                lines.append(f"{name}: {row['name']}: {row['failed']}")
            elif agrees(row) is False:
                lines.append(f"{name}: {row['name']}: training loss {loss_cell(row)}")
    return lines
