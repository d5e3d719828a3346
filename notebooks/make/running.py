"""Run a notebook from its first cell to its last, in a kernel of its own."""

from __future__ import annotations

import sys
import tempfile

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbformat import NotebookNode

_SECONDS_A_CELL = 600  # also where much else runs


class _ThisPython(KernelSpecManager):
    """Starts kernels in this environment, whatever kernels users have installed."""

    def get_kernel_spec(self, kernel_name):
        spec = super().get_kernel_spec(kernel_name)
        spec.argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return spec


def run(notebook: NotebookNode, *, allow_errors: bool = False) -> NotebookNode:
    """Return the notebook with its outputs, and with the metadata that it had.

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
    return done
