"""What a check answers: passed or not, the mistake's name, and a sentence or two."""

from __future__ import annotations

import html
import re
import textwrap
from dataclasses import dataclass

_WIDTH = 79
# Colours that can be read on white and on black: the text keeps the page's own colour, and what
# is behind it is only tinted.
_RIGHT, _WRONG = "46, 160, 67", "219, 118, 20"
_CODE = (
    "background: rgba(127, 127, 127, 0.16); color: inherit; border-radius: 3px; padding: 0 0.25em"
)


def _with_code(message: str) -> str:
    """Return a message as HTML, with what stands between backticks as code."""
    code = f'<code style="{_CODE}">\\1</code>'
    return re.sub("`([^`]+)`", code, html.escape(message))


@dataclass(frozen=True)
class Result:
    """The answer of a check; true if all is right.

    Attributes
    ----------
    exercise : str
        The name of the check.
    passed : bool
        Whether all is right.
    message : str
        What is wrong and where to look, or a word of praise.
    mistake : str or None
        The name of the mistake, for programs; None if there is none.

    Examples
    --------
    >>> result = Result("loss", False, "The loss is a single number.", "not_a_number")
    >>> bool(result), result
    (False, <not yet: loss, not_a_number>)
    >>> print(result.text())
    not yet: loss
      The loss is a single number.
    """

    exercise: str
    passed: bool
    message: str
    mistake: str | None = None

    def __bool__(self) -> bool:
        return self.passed

    @property
    def title(self) -> str:
        """``passed: ...`` or ``not yet: ...``."""
        return f"{'passed' if self.passed else 'not yet'}: {self.exercise}"

    def __repr__(self) -> str:
        return f"<{', '.join(filter(None, [self.title, self.mistake]))}>"

    def text(self) -> str:
        """Return the answer as lines for a terminal."""
        indent = "  "
        body = textwrap.fill(self.message, _WIDTH, initial_indent=indent, subsequent_indent=indent)
        return f"{self.title}\n{body}"

    def _repr_html_(self) -> str:
        colour = _RIGHT if self.passed else _WRONG
        return (
            f'<div role="status" style="border-left: 4px solid rgb({colour}); border-radius: 4px; '
            f"background: rgba({colour}, 0.12); color: inherit; padding: 8px 12px; margin: 4px 0; "
            f'max-width: 50em; line-height: 1.4"><b>{html.escape(self.title)}</b><br>'
            f"{_with_code(self.message)}</div>"
        )

    def _ipython_display_(self) -> None:
        """Do nothing at the end of a cell: the answer was shown when the check ran."""
