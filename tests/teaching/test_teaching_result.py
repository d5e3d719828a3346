import subprocess
import sys
from html.parser import HTMLParser
from types import ModuleType, SimpleNamespace

import pytest

from chainrule.teaching import Result, check
from chainrule.teaching.showing import collecting, show

WRONG = Result("loss", False, "Is a < b & c? " + "word " * 40, "some_mistake")
RIGHT = Result("loss", True, "The squared errors add up.")


class Page(HTMLParser):
    """The text of a page and the tags that are open."""

    def __init__(self, text):
        super().__init__()
        self.text, self.open, self.styles = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.styles.append(dict(attrs).get("style", ""))
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def test_it_is_true_if_passed():
    assert RIGHT
    assert not WRONG
    assert (RIGHT.passed, RIGHT.mistake, RIGHT.exercise) == (True, None, "loss")


def test_text():
    lines = WRONG.text().splitlines()
    assert lines[0] == "not yet: loss"
    assert len(lines) == 4
    assert all(line.startswith("  ") and len(line) <= 100 for line in lines[1:])
    assert RIGHT.text() == "passed: loss\n  The squared errors add up."
    assert repr(WRONG) == "<not yet: loss, some_mistake>"
    assert repr(RIGHT) == "<passed: loss>"


@pytest.mark.parametrize("result", [RIGHT, WRONG])
def test_html(result):
    page = Page(result._repr_html_())
    assert page.open == []
    assert page.text == [result.title, result.message]
    box = page.styles[0]
    assert "color: inherit" in box  # the page's own, be it dark or light
    assert "rgba(" in box
    assert ("46, 160, 67" in box) is result.passed


def test_code_in_a_sentence_is_code_in_html_and_stays_escaped():
    result = Result("loss", False, "Is `a < b` or `...` left? A lone ` stays.", "some_mistake")
    page = Page(result._repr_html_())
    assert page.open == []
    assert "".join(page.text) == "not yet: lossIs a < b or ... left? A lone ` stays."
    assert result._repr_html_().count("<code") == 2
    assert "`a < b`" in result.text()


def test_a_terminal_gets_text_on_stdout(capfd):
    show(WRONG)
    out, err = capfd.readouterr()
    assert (out, err) == (WRONG.text() + "\n", "")


def fake_ipython(monkeypatch, shell):
    shown = []
    ipython, display = ModuleType("IPython"), ModuleType("IPython.display")
    ipython.get_ipython = lambda: shell
    display.display = lambda content, raw: shown.append((content, raw))
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    return shown


def test_a_notebook_gets_a_box(monkeypatch, capfd):
    shown = fake_ipython(monkeypatch, SimpleNamespace(kernel=1))
    show(RIGHT)
    expected = {"text/plain": RIGHT.text(), "text/html": RIGHT._repr_html_()}
    assert shown == [(expected, True)]
    assert capfd.readouterr() == ("", "")
    RIGHT._ipython_display_()  # at the end of a cell it is not shown again
    assert len(shown) == 1


@pytest.mark.parametrize("shell", [None, SimpleNamespace()])
def test_ipython_without_a_kernel_gets_text(monkeypatch, capfd, shell):
    assert fake_ipython(monkeypatch, shell) == []
    show(RIGHT)
    assert capfd.readouterr().out == RIGHT.text() + "\n"


def test_real_ipython_runs_a_box():
    pytest.importorskip("ipykernel")
    code = """
from ipykernel.zmqshell import ZMQInteractiveShell
shell = ZMQInteractiveShell.instance()
shell.kernel = object()
published = []
shell.display_pub.publish = lambda data, metadata=None, **_: published.append(data)
from chainrule.teaching import check
check.sigmoid(lambda x: x)
print(sorted(published[0]))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "['text/html', 'text/plain']\n", done.stderr


def test_collecting(capfd):
    found = []
    with collecting(found.append):
        result = check.one_hot([[1, 0]])
    check.one_hot([[1, 0]])
    assert found == [result]
    assert capfd.readouterr().out.count("not yet: one_hot") == 2


def test_importing_chainrule_does_not_load_the_checker():
    code = (
        "import sys, chainrule; print('chainrule.teaching' in sys.modules); "
        "chainrule.teaching.check; print('IPython' in sys.modules, 'rich' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False", "False"]
