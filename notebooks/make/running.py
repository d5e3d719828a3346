"""Run a notebook from its first cell to its last, in a kernel of its own."""

from __future__ import annotations

import re
import sys
import tempfile

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbformat import NotebookNode

_SECONDS_A_CELL = 120


class _ThisPython(KernelSpecManager):
    """Starts kernels in this environment, whatever kernels users have installed."""

    def get_kernel_spec(self, kernel_name):
        spec = super().get_kernel_spec(kernel_name)
        spec.argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return spec


def run(notebook: NotebookNode, *, allow_errors: bool = False) -> NotebookNode:
    """Return the notebook with its outputs, and without what differs from machine to machine.

    Parameters
    ----------
    notebook : NotebookNode
        Is not changed.
    allow_errors : bool
        Go on behind a cell that fails.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        When a cell fails.
    """
    done = nbformat.from_dict(notebook)
    with tempfile.TemporaryDirectory() as folder:
        manager = AsyncKernelManager(kernel_spec_manager=_ThisPython(), kernel_name="python3")
        client = NotebookClient(
            done,
            km=manager,
            timeout=_SECONDS_A_CELL,
            allow_errors=allow_errors,
            record_timing=False,
            coalesce_streams=True,
            resources={"metadata": {"path": folder}},
        )
        client.execute(cleanup_kc=True)  # or the kernel would outlive this
    done.metadata = nbformat.from_dict(notebook.metadata)
    for cell in done.cells:
        for output in cell.get("outputs", []):
            if "text/html" in output.get("data", {}):
                _name_frames_the_same(output.data)
    return done


def _name_frames_the_same(data: NotebookNode) -> None:
    """Replace the random names that matplotlib gives the parts of an animation."""
    names = dict.fromkeys(re.findall(r"\b[0-9a-f]{32}\b", data["text/html"]))
    for number, name in enumerate(names):
        data["text/html"] = data["text/html"].replace(name, f"animation{number}")
