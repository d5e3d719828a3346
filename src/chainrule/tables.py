"""A table: one row a concept, found by its name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Generic, TypeVar

Row = TypeVar("Row")


class Table(Mapping[str, Row], Generic[Row]):
    """The rows of one kind (activations, losses, ...), in the order in which they were added.

    A name that is not there raises a ValueError that lists what is possible and, for a slip of
    the pen, the name that was probably meant.

    Examples
    --------
    >>> colours = Table("colour", {"red": 0xFF0000, "green": 0x00FF00})
    >>> hex(colours["red"])
    '0xff0000'
    >>> colours["gren"]
    Traceback (most recent call last):
    ...
    ValueError: unknown colour 'gren': did you mean 'green'? Possible: red, green
    """

    def __init__(self, kind: str, rows: Mapping[str, Row]) -> None:
        self._kind = kind
        self._rows = dict(rows)

    def __getitem__(self, name: str) -> Row:
        try:
            return self._rows[name]
        except (KeyError, TypeError):
            raise ValueError(self._unknown(name)) from None

    def get(self, name: str, default: Any = None) -> Any:
        """Return the row of that name, or ``default``."""
        return self._rows.get(name, default)

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, name: object) -> bool:
        return name in self._rows

    def _unknown(self, name: object) -> str:
        import difflib

        close = difflib.get_close_matches(name, self._rows, n=1) if isinstance(name, str) else []
        hint = f"did you mean {close[0]!r}? " if close else ""
        return f"unknown {self._kind} {name!r}: {hint}Possible: {', '.join(self._rows)}"
