"""Check a built site: `python docs/site/check.py build/site`.

Every public name is in the reference, every link within the site leads to a place that is there,
and no page needs another host.
"""

from __future__ import annotations

import sys
import zlib
from html.parser import HTMLParser
from importlib import import_module
from inspect import isclass, isfunction
from pathlib import Path
from types import ModuleType
from urllib.parse import unquote, urlsplit

from sphinx.ext.autodoc.mock import mock

SOURCE = Path(__file__).parent.parent.parent / "src"
FACES = ("chainrule", "chainrule.keras", "chainrule.teaching")
LOADED = {"script": "src", "img": "src", "link": "href", "source": "src", "iframe": "src"}


class Page(HTMLParser):
    """What a page of HTML has that can be led to, where it leads, and what it loads."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of a tag."""
        given = dict(attrs)
        self.ids.add(given.get("id") or "")
        if tag == "a" and given.get("href"):
            self.links.append(given["href"] or "")
        elif given.get(LOADED.get(tag, "")):
            self.loads.append(given[LOADED[tag]] or "")


def public_names(module: ModuleType) -> set[str]:
    """Return the full names of what a module offers; those of its rooms with them."""
    own = getattr(module, "__all__", None)
    if own is None:
        own = [name for name, value in vars(module).items() if is_own(module, name, value)]
    found = set()
    for name in own:
        value = getattr(module, name)
        if isinstance(value, ModuleType):
            found |= public_names(value)
        elif isclass(value) or isfunction(value):
            found.add(f"{module.__name__}.{name}")
    return found


def is_own(module: ModuleType, name: str, value: object) -> bool:
    """Whether a module that lists no names offers this one."""
    defined = isclass(value) or isfunction(value)
    return defined and value.__module__ == module.__name__ and not name.startswith("_")


def described(site: Path) -> set[str]:
    """Return the names that the site's inventory has."""
    inventory = (site / "objects.inv").read_bytes().split(b"\n", 4)[4]
    return {line.split(" ", 1)[0] for line in zlib.decompress(inventory).decode().splitlines()}


def missing_names(site: Path) -> list[str]:
    """Return a line for each public name that the reference lacks under all its names."""
    there = described(site)
    with mock(["chainrule._native"]):
        wanted = set().union(*(public_names(import_module(face)) for face in FACES))
        known = {id(resolve(name)) for name in there if name.startswith("chainrule.")}
        lacking = [name for name in wanted - there if id(resolve(name)) not in known]
    return [f"{name} is not in the reference" for name in sorted(lacking)]


def resolve(name: str) -> object:
    """Return what a full name stands for; None if it is not an object of a module."""
    module, _, last = name.rpartition(".")
    try:
        return getattr(import_module(module), last, None)
    except (ImportError, NotImplementedError):
        return None


def broken_links(site: Path) -> list[str]:
    """Return a line for each link that leads nowhere, and each load from another host."""
    pages = {path: Page(path) for path in sorted(site.rglob("*.html"))}
    found = []
    for path, page in pages.items():
        where = path.relative_to(site)
        found += [f"{where} loads {url}" for url in page.loads if urlsplit(url).netloc]
        for link in page.links + page.loads:
            url = urlsplit(link)
            if url.scheme or url.netloc:
                continue
            target = (path.parent / unquote(url.path)).resolve() if url.path else path
            there = target.is_file() and (
                not url.fragment
                or target not in pages
                or unquote(url.fragment) in pages[target].ids
            )
            if not there:
                found.append(f"{where} leads to {link}, which is not there")
    return found


def main(site: Path) -> int:
    """Print what is wrong, and return the exit status."""
    site = site.resolve()
    sys.path.insert(0, str(SOURCE))
    wrong = missing_names(site) + broken_links(site)
    size = sum(path.stat().st_size for path in site.rglob("*") if path.is_file())
    pages = sum(1 for _ in site.rglob("*.html"))
    print(*wrong, f"{site}: {pages} pages, {size / 1e6:.1f} MB, {len(wrong)} faults", sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
