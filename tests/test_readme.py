"""README's lines of Python run as they stand."""

import re
from pathlib import Path

import pytest

README = Path(__file__).parent.parent / "README.md"
BLOCKS = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)


def test_readme_has_both_faces_and_the_checker():
    assert len(BLOCKS) == 3


@pytest.mark.parametrize("code", BLOCKS, ids=["notebook", "keras", "checker"])
def test_lines_of_python_run(code, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "README.md", "exec"), {})
    out = capsys.readouterr().out
    if "keras" in code:
        assert "Epoch 30/30" in out
        assert "val_accuracy: 0.9" in out
    elif "check" in code:
        assert "not yet: sigmoid" in out
        assert "the sign in the" in out
    else:
        assert re.search(r"test accuracy: 9\d\.\d%", out)
