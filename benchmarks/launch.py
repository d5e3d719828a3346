"""Run a command and print its wall time and peak memory as JSON: ``launch.py COMMAND ...``.

A small process of its own, because Linux counts the memory of whoever starts a process into the
child's peak, and the benchmark itself has read scikit-learn's data by then.
"""

import json
import os
import sys
import time


def main() -> None:
    """Run the command that the arguments are; its output goes nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    actions = [(os.POSIX_SPAWN_DUP2, nowhere, descriptor) for descriptor in (0, 1)]
    start = time.perf_counter()
    child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=actions)
    _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - start
    unit = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss, in bytes
    answer = {
        "exit_code": os.waitstatus_to_exitcode(status),
        "seconds": seconds,
        "peak_memory_mb": round(usage.ru_maxrss * unit / 1e6, 1),
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
