"""``python -m notebooks.make``: write the three notebooks; the solution is run from the top."""

from __future__ import annotations

import argparse
import sys
import time

import nbformat
from notebooks.make.running import run
from notebooks.make.versions import VERSIONS, build, read_source, without_outputs


def main() -> int:
    """Write what is out of date, or say what is; return 1 if ``--check`` found something."""
    arguments = argparse.ArgumentParser(prog="python -m notebooks.make", description=__doc__)
    arguments.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 if a notebook is out of date"
    )
    arguments.add_argument(
        "--force", action="store_true", help="run the solution again though its cells are the same"
    )
    chosen = arguments.parse_args()
    source = read_source()
    stale = []
    for version in VERSIONS.values():
        new = build(version, source)
        if not chosen.force and version.path.is_file():
            old = nbformat.read(version.path, as_version=4)
            if without_outputs(old) == new:
                continue
        stale.append(version.path)
        if chosen.check:
            continue
        start = time.perf_counter()
        if version.runs:
            new = run(new)
        version.path.parent.mkdir(exist_ok=True)
        nbformat.write(new, version.path)
        print(f"{version.path}: {time.perf_counter() - start:.1f} s")
    if chosen.check and stale:
        print(f"out of date: {', '.join(map(str, stale))}; next: make notebooks", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
