"""The command line: ``python -m benchmarks`` measures, ``--readme`` writes the tables."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from benchmarks import machine, readme, report, results
from benchmarks.cases import CASES
from benchmarks.contest import ROOT, Settings
from benchmarks.studies import STUDIES

QUICK_ROUNDS = 3


def command_line(cases: list[str], rounds: int | None, quick: bool, peer_python: bool) -> str:
    """Return the command to write into a result: without folders of this machine."""
    words = ["python -m benchmarks", *(f"--case {case}" for case in cases)]
    words += [f"--rounds {rounds}"] if rounds is not None else []
    words += ["--quick"] if quick else []
    words += ["--peer-python PATH"] if peer_python else []
    return " ".join(words)


def main(
    case: Annotated[
        list[str] | None, typer.Option(help="Only this case; may be given more than once.")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Few rounds: a first look.")] = False,
    rounds: Annotated[
        int | None, typer.Option(min=1, help="How often each contestant runs (default 7).")
    ] = None,
    out: Annotated[Path, typer.Option(help="The folder of result files.")] = results.FOLDER,
    peer_python: Annotated[
        str | None,
        typer.Option(help="Another Python, for peers that this one cannot import."),
    ] = None,
    list_cases: Annotated[bool, typer.Option("--list", help="List the cases.")] = False,
    write_readme: Annotated[
        bool, typer.Option("--readme", help="Write README's table from the newest result.")
    ] = False,
    write_docs: Annotated[
        bool,
        typer.Option("--docs", help="Write the tables and pictures of docs/ from the same."),
    ] = False,
) -> None:
    """Measure chainrule beside its peers, or write pages from the newest result."""
    if list_cases:
        for each in CASES.values():
            typer.echo(f"{each.name}: {each.title}")
        return
    if write_readme or write_docs:
        newest = results.newest(out)
        if newest is None:
            raise typer.BadParameter(f"no result of a complete run in {out}", param_hint="--out")
        if write_readme:
            readme.update(ROOT / "README.md", newest)
            typer.echo(f"README.md has the table of {newest.name}")
        if write_docs:
            from benchmarks import docs

            docs.update(ROOT / "docs", newest)
            typer.echo(f"docs/performance.md has the tables and pictures of {newest.name}")
        return
    names = case or list(CASES)
    if unknown := [name for name in names if name not in CASES]:
        possible = ", ".join(CASES)
        raise typer.BadParameter(f"{unknown[0]!r}; possible: {possible}", param_hint="--case")
    default = QUICK_ROUNDS if quick else Settings.rounds
    peers = None if peer_python is None else str(Path(peer_python).absolute())
    measure(names, quick, rounds, default, out, peers)


def measure(
    names: list[str],
    quick: bool,
    rounds: int | None,
    default_rounds: int,
    out: Path,
    peer_python: str | None,
) -> None:
    """Run the cases, print their tables and write the result file."""
    console = Console(stderr=True)
    whole = set(names) == set(CASES)
    with console.status("measuring the core's peak") as status:

        def settings(name: str) -> Settings:
            return Settings(
                rounds or default_rounds, peer_python, lambda text: status.update(f"{name}: {text}")
            )

        where = machine.describe()
        measured = {name: CASES[name].run(settings(name)) for name in names}
        studied = {name: study(settings(name)) for name, study in STUDIES.items() if whole}
    complete = whole and not quick
    result = results.make(
        measured,
        where,
        machine.versions(),
        day=datetime.now(UTC).date(),
        command=command_line([] if complete else names, rounds, quick, peer_python is not None),
        complete=complete,
        forced_isa=os.environ.get("CHAINRULE_ISA") or None,
        studies=studied,
    )
    for case in result["cases"].values():
        report.print_case(case, where)
    typer.echo(f"Written: {results.write(result, out)}")
    if lines := report.failures(result["cases"]):
        for line in lines:
            typer.echo(f"FAILED {line}", err=True)
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
