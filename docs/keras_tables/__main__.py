"""Write the tables of ``docs/keras.md``: ``python -m docs.keras_tables``."""

from __future__ import annotations

from docs.keras_tables.page import PAGE, made

if __name__ == "__main__":
    text = made(PAGE.read_text(encoding="utf-8"))
    PAGE.write_text(text, encoding="utf-8")
