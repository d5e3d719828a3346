"""The command ``chainrule``. ``app`` has its options; each subcommand has a file."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command with the arguments of the process, and end the process.

    The exit code is 0 when all is done, 1 when something failed, 2 for a wrong option, 130 after
    Ctrl-C.
    """
    try:
        try:
            from chainrule.cli.app import app

            app(prog_name="chainrule")
        finally:
            sys.stdout.flush()
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        # Who read our output has gone, as `head` does. Python would complain when it flushes
        # what is left, so what is left goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
