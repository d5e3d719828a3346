import subprocess
import sys
from pathlib import Path

EXAMPLES = Path(__file__).parents[1] / "examples"


def output_of(*arguments):
    command = [sys.executable, "-W", "error", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_two_layer_solves_xor_and_the_command_says_the_same():
    path = EXAMPLES / "two_layer.py"
    assert "chainrule" not in path.read_text()
    printed = output_of(path)
    assert [line for line in printed.splitlines() if line.startswith("data=")] == [
        "data=[1 0 0], ground-truth=[0], out=0.001, y=0",
        "data=[1 0 1], ground-truth=[1], out=0.999, y=1",
        "data=[1 1 0], ground-truth=[1], out=0.999, y=1",
        "data=[1 1 1], ground-truth=[0], out=0.002, y=0",
    ]
    assert printed.splitlines()[1] == "0 4.425280"
    assert output_of("-m", "chainrule", "two-layer", "--engine", "numpy") == printed
