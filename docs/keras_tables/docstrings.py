"""What docstrings say: their first sentence, and what they say of each argument."""

from __future__ import annotations

import inspect
import re

# A sentence ends where a capital letter or nothing follows its full stop.
_END = re.compile(r"(?<!\.)\.(?=\s+[A-Z`]|\s*$)")
_ROLE = re.compile(r":\w+:`~?([^`]+)`")
_VALUE = r"(?:None|True|False|-?\d+(?:\.\d+)?|\"\w+\")"
_ONLY_VALUES = re.compile(rf"{_VALUE}(?:(?:, | or |, or ){_VALUE})*\.?")


def first_sentence(documented: object) -> str:
    """Return the first sentence of an object's docstring, on one line."""
    paragraph = " ".join((inspect.getdoc(documented) or "").split("\n\n")[0].split())
    end = _END.search(paragraph)
    return paragraph[: end.end()] if end else paragraph


def arguments(documented: object) -> dict[str, tuple[str, str]]:
    """Return, by the name of the argument, its type and what the docstring says of it."""
    lines = (inspect.getdoc(documented) or "").splitlines()
    found: dict[str, tuple[str, str]] = {}
    names: list[str] = []
    for line in _parameters(lines):
        if line and not line.startswith(" "):
            left, _, kind = line.partition(" : ")
            names = [name.strip() for name in left.split(",")]
            found |= dict.fromkeys(names, (kind, ""))
        elif line:
            for name in names:
                kind, text = found[name]
                found[name] = (kind, f"{text} {line.strip()}".strip())
    return found


def _parameters(lines: list[str]) -> list[str]:
    """Return the lines of the section on parameters."""
    for at, line in enumerate(lines[1:], 1):
        if set(line) == {"-"} and lines[at - 1] == "Parameters":
            rest = lines[at + 1 :]
            ends = [i - 1 for i, each in enumerate(rest) if each and set(each) == {"-"}]
            return rest[: ends[0]] if ends else rest
    return []


def only(kind: str, text: str) -> str:
    """Return the values that are possible, where a docstring names nothing but values."""
    if _ONLY_VALUES.fullmatch(text):
        return text.removesuffix(".")
    return "None" if kind == "None" else ""


def markdown(text: str) -> str:
    """Return a docstring's text as Markdown for a cell of a table."""
    text = _ROLE.sub(r"`\1`", text).replace("``", "`")
    parts = text.split("`")
    for i in range(0, len(parts), 2):  # outside of code
        parts[i] = re.sub(r"([*<])", r"\\\1", parts[i])
    return "`".join(parts).replace("|", r"\|")
