"""One whole job in a fresh process: ``python -m benchmarks.once MODULE WORKLOAD OPTIONS``.

Imports the library, builds the network, does the job once, and leaves.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from benchmarks.worker import pin, prepared
from benchmarks.workload import Workload

MISSING = 3  # the exit code when the library is not installed


def main() -> None:
    module, path, text = sys.argv[1:]
    options = json.loads(text)
    pin(options.pop("cores"))
    try:
        peer = prepared(module, Workload.load(Path(path)), options)
    except ModuleNotFoundError:
        sys.exit(MISSING)
    peer.run()


if __name__ == "__main__":
    main()
