"""The page with its tables: ``docs/keras.md``."""

from __future__ import annotations

from pathlib import Path

from benchmarks.pages import replaced
from docs.keras_tables import attempts, model, modules, names

from chainrule import keras

PAGE = Path(__file__).parent.parent / "keras.md"


def tables() -> dict[str, str]:
    """Return what stands between the markers of each name."""
    api = names.known()
    of_module, version, real = api["modules"], api["version"], api["attempts"]["all"]
    found = modules.modules()
    return {
        "supported": "\n\n".join(
            modules.section(each, of_module.get(modules.short(each), {})) for each in found
        ),
        "top": modules.missing(keras, of_module[""]),
        "methods": model.methods(api["methods"]["Sequential"]),
        "compile": model.method_arguments("compile"),
        "fit": model.method_arguments("fit"),
        "refused": attempts.table_of(keras, attempts.refused(keras, real), {}, version),
        "old": attempts.table_of(keras, attempts.OLD, real, version),
        "mistakes": attempts.table_of(keras, attempts.MISTAKES, real, version),
    }


def made(text: str) -> str:
    """Return the page's text with its tables as the package has them now."""
    return replaced(text, tables())
