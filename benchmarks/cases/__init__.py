"""The cases, one a file. A new case is a file with a ``CASE`` and a line here."""

from __future__ import annotations

from benchmarks.case import Case
from benchmarks.cases import digits_sgd, process, xor

CASES: dict[str, Case] = {case.name: case for case in (digits_sgd.CASE, xor.CASE, process.CASE)}
