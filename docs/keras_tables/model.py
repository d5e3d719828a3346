"""Tables of a model: its methods, and the arguments of ``compile`` and ``fit``."""

from __future__ import annotations

import inspect

from benchmarks.pages import table
from docs.keras_tables.docstrings import arguments, first_sentence, markdown
from docs.keras_tables.modules import Api, call, missing

from chainrule.keras import Input, Sequential, layers


def methods(api: Api) -> str:
    """Return what a model has of what Keras's Sequential has, and what it has not."""
    model, rows = Sequential([Input((1,)), layers.Dense(1)]), []
    for name in api:
        value = inspect.getattr_static(Sequential, name, None)
        if isinstance(value, property):
            rows.append((f"`.{name}`", markdown(first_sentence(value.fget))))
        elif value is not None and callable(getattr(Sequential, name)):
            method = getattr(Sequential, name)
            rows.append((call(f".{name}", method), markdown(first_sentence(method))))
    here = table(
        [
            ("method or attribute", "left", [row[0] for row in rows]),
            ("what it does", "left", [row[1] for row in rows]),
        ]
    )
    return f"{here}\n\n{missing(model, api)}"


def method_arguments(name: str) -> str:
    """Return the table of a method's arguments: name, default, what it is."""
    method = getattr(Sequential, name)
    said = arguments(method)
    rows = []
    for each in list(inspect.signature(method).parameters.values())[1:]:
        kind, text = said.get(each.name, ("", ""))
        default = "" if each.default is each.empty else f"`{each.default!r}`"
        rows.append((f"`{each.name}`", default, markdown(kind), markdown(text)))
    heads = ("argument", "default", "what may be given", "what it is")
    columns = zip(heads, zip(*rows, strict=True), strict=True)
    return table([(head, "left", list(cells)) for head, cells in columns])
