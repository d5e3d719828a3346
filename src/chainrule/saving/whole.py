"""Files that are written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path


def write_whole(path: str | os.PathLike[str], content: bytes) -> None:
    """Write ``content`` to ``path``, in one step.

    The bytes go to a new file beside it, are flushed to the disk, and take the name ``path`` only
    then: whatever happens, ``path`` holds the old content or the new, never a part.

    Raises
    ------
    OSError
        When the directory is missing or cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_whole(f"{folder}/a", b"content")
    ...     os.listdir(folder), Path(folder, "a").read_bytes()
    (['a'], b'content')
    """
    target = Path(os.path.realpath(path))  # a link stays a link; the file it names is replaced
    part = target.with_name(f".{target.name}.{os.urandom(8).hex()}.part")
    try:
        with open(part, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    _flush_directory(target.parent)


def _flush_directory(folder: str | os.PathLike[str]) -> None:
    """Make the new name itself survive a power cut, where the system lets directories be synced."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
