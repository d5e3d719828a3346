"""The pages of docs/: examples run and print what they say, and links lead somewhere."""

import ast
import io
import re
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from chainrule.activations import ACTIVATIONS
from chainrule.losses import LOSSES
from chainrule.optimizers import OPTIMIZERS

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
SRC = ROOT / "src" / "chainrule"

# The first is made by docs/keras_tables, whose own test runs its examples; the second needs Keras;
# the third has none.
ELSEWHERE = {"keras.md", "accelerate.md", "performance.md"}
PAGES = sorted(DOCS.rglob("*.md"))
EXAMPLES = [p for p in PAGES if p.name not in ELSEWHERE and "```python\n" in p.read_text("utf-8")]

BLOCK = re.compile(r"```python\n(.*?)```(?:\n+```text\n(.*?)```)?", re.DOTALL)
FENCE = re.compile(r"^(`{3,}|:{3,}).*?^\1$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")
CITATION = re.compile(r"docs/maths/[\w-]+\.md#[\w-]+")


def name(page):
    return page.relative_to(DOCS).as_posix()


def anchors(page):
    """The headings of a page as forges name them, and the targets written as (name)=."""
    text = FENCE.sub("", page.read_text("utf-8"))
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    kept = (re.sub(r"[^\w\- ]", "", heading) for heading in headings)
    slugs = {heading.strip().lower().replace(" ", "-") for heading in kept}
    return slugs | set(re.findall(r"^\(([\w-]+)\)=$", text, re.MULTILINE))


@pytest.mark.parametrize("page", EXAMPLES, ids=name)
def test_examples_print_what_they_say(page, tmp_path, monkeypatch):
    blocks = BLOCK.findall(page.read_text("utf-8"))
    if any("import keras\n" in code for code, _ in blocks):
        pytest.importorskip("keras", reason="it speeds up real Keras")
    monkeypatch.chdir(tmp_path)
    namespace = {"__name__": "__main__"}
    for code, expected in blocks:
        printed = io.StringIO()
        with redirect_stdout(printed):
            exec(compile(code, name(page), "exec"), namespace)
        if expected:
            assert printed.getvalue().strip() == expected.strip()


def test_examples_are_found():
    assert len(EXAMPLES) >= 17
    blocks = (block for page in EXAMPLES for block in BLOCK.findall(page.read_text("utf-8")))
    assert sum(bool(expected) for _, expected in blocks) >= 15


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page):
    text = FENCE.sub("", page.read_text("utf-8"))
    for link in LINK.findall(text):
        if re.match(r"https?://", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{name(page)}: {link}"
        if anchor and target.suffix == ".md":
            assert anchor in anchors(target), f"{name(page)}: {link}"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_page_is_in_a_table_of_contents(page):
    if page == DOCS / "index.md":
        return
    entries = set()
    for other in PAGES:
        for tree in re.findall(r"```\{toctree\}\n(.*?)```", other.read_text("utf-8"), re.DOTALL):
            for entry in tree.split("\n"):
                path = entry.partition("<")[2].rstrip(">") or entry
                entries.add((other.parent / f"{path}.md").resolve())
    assert page in entries


def derives(path):
    """Whether a module computes a derivative, or makes steps from one."""
    tree = ast.parse(path.read_text("utf-8"))
    functions = [node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    endings = ("derivative", "gradient", "pullback", "backward", "back_propagation", "sigmoid_grad")
    return any(f.endswith(endings) or f == "update" for f in functions)


ROOMS = ("activations", "losses", "optimizers")
DERIVING = sorted(path for room in ROOMS for path in (SRC / room).glob("*.py") if derives(path))
DERIVING += [SRC / "engines" / "rules.py", SRC / "engines" / "reference.py", SRC / "network.py"]


def test_modules_that_derive_are_found():
    found = {path.relative_to(SRC).as_posix() for path in DERIVING}
    assert found >= {"activations/smooth.py", "losses/binary.py", "optimizers/adam.py"}
    assert all(derives(path) for path in DERIVING)


@pytest.mark.parametrize("path", DERIVING, ids=lambda path: path.relative_to(SRC).as_posix())
def test_what_derives_cites_the_derivation(path):
    docstring = ast.get_docstring(ast.parse(path.read_text("utf-8")))
    _, _, after = docstring.partition("\nDerivation: ")
    cited = CITATION.findall(after)
    assert cited
    for citation in cited:
        page, _, anchor = citation.partition("#")
        assert anchor in anchors(ROOT / page)


@pytest.mark.parametrize("page", sorted((DOCS / "maths").glob("*.md")), ids=name)
def test_derivations_are_cited(page):
    if page.name == "index.md":
        return
    sources = "".join(path.read_text("utf-8") for path in DERIVING)
    assert f"docs/maths/{page.name}#" in sources


@pytest.mark.parametrize(
    ("page", "names"),
    [
        ("activations", list(ACTIVATIONS)),
        ("losses", [loss for loss in LOSSES if not loss.endswith("_from_logits")]),
        ("optimizers", [optimizer.__name__ for optimizer in OPTIMIZERS.values()]),
    ],
)
def test_every_row_is_derived(page, names):
    text = (DOCS / "maths" / f"{page}.md").read_text("utf-8")
    assert [row for row in names if not re.search(rf"\b{row}\b", text)] == []
