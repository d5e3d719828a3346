"""Formulas as MathML, written when the site is built, by the converter that docutils has.

Browsers draw MathML themselves, so that pages need no script, no font and no network to be read.
A command that the converter does not know is a warning of the build.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from docutils.nodes import SkipNode, Text, inline, math
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.util import logging

if TYPE_CHECKING:
    from docutils.nodes import Element
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

_LOG = logging.getLogger(__name__)
# What the converter misses: an index beside a hat and not below its letter, bars that belong
# together, and spaces of operators.
_COMMANDS = (
    (r"\\hat\{(\w)\}_", r"{\\hat{\1}{}}_"),
    (r"\\lvert(?![a-z])", r"\\left|"),
    (r"\\rvert(?![a-z])", r"\\right|"),
    (r"\\lVert(?![a-z])", r"\\left\\|"),
    (r"\\rVert(?![a-z])", r"\\right\\|"),
)
_SPACES = (
    ("<mo>'</mo>", "<mo lspace='0' rspace='0'>\N{PRIME}</mo>"),
    (r"<mo>(max|min)</mo>", r"<mi>\1</mi><mo>&ApplyFunction;</mo>"),
    (r"(<mo>&ApplyFunction;</mo>)(?!\s*<mo[^>]*>\()", r"\1<mspace width='0.17em'/>"),
)


def mathml(node: Element, as_block: bool) -> str:
    r"""Return a formula of LaTeX, such as ``\delta = A - Y``, as MathML."""
    formula = node.astext()
    for command, known in _COMMANDS:
        formula = re.sub(command, known, formula)
    try:
        found = tex2mathml(formula, as_block=as_block)
    except MathError as error:
        _LOG.warning("formula %r: %s", formula, error, location=node)
        return f"<code>{escape(formula)}</code>"
    for pattern, spaced in _SPACES:
        found = re.sub(pattern, spaced, found)
    return found


def visit_inline(self: HTML5Translator, node: Element) -> None:
    """Write a formula within a line."""
    self.body.append(mathml(node, as_block=False))
    raise SkipNode  # its text is not text of the page


def visit_block(self: HTML5Translator, node: Element) -> None:
    """Write a formula on lines of its own, which scrolls where the page is narrower."""
    formula = mathml(node, as_block=True)
    self.body.append(f'<div class="formula" tabindex="0">{formula}</div>\n')
    raise SkipNode


def with_its_comma(_: Sphinx, page: Element, __: str) -> None:
    """Keep a formula and the mark after it on one line: browsers may break between them."""
    for node in list(page.findall(math)):
        parent = node.parent
        place = parent.index(node) + 1
        after = parent[place] if place < len(parent) else None
        found = re.match(r"[,.;:)]+", after) if isinstance(after, Text) else None
        if found:
            parent[place] = Text(after[found.end() :])
            parent[place - 1] = inline("", "", node, Text(found[0]), classes=["together"])


def setup(app: Sphinx) -> dict[str, bool]:
    """Give Sphinx this way to show formulas."""
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    app.connect("doctree-resolved", with_its_comma)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
