"""Running a student's code: in silence, and leaving everything as it was."""

import builtins
import random
import sys
import threading

import numpy as np
import pytest

from chainrule.teaching import limits
from chainrule.teaching.belongings import Belongings
from chainrule.teaching.trial import AskedError, SlowError, Trial


def load(text):
    names = {"__name__": "student"}
    exec(compile(text, "<student>", "exec"), names)
    return names


def run(text, call, time_limit=5.0):
    """Return the run of a call to f, and the names of the text afterwards."""
    names = load(text)
    return Trial(names["f"], time_limit).run(lambda: call(names["f"])), names


def test_what_is_printed_is_kept_and_not_shown(capfd):
    text = "import sys\ndef f():\n    print('a')\n    print('b', file=sys.stderr)\n    return 7"
    done, _ = run(text, lambda f: f())
    assert (done.value, done.error, done.printed) == (7, None, "a\n")
    assert capfd.readouterr() == ("", "")


def test_what_is_printed_for_ever_fills_no_memory():
    done, _ = run("def f():\n    for _ in range(5000):\n        print('x' * 1000)", lambda f: f())
    assert len(done.printed) <= 200_000


def test_streams_come_back_after_a_time_out():
    before = sys.stdout, sys.stderr, builtins.input
    with pytest.raises(SlowError) as caught:
        run("def f():\n    while True:\n        print('x')", lambda f: f(), time_limit=0.2)
    assert (sys.stdout, sys.stderr, builtins.input) == before
    assert caught.value.line in (2, 3)


def test_streams_come_back_from_a_thread_that_cannot_be_stopped(monkeypatch):
    monkeypatch.setattr(limits, "_TRIES", 1)
    before = sys.stdout, sys.stderr, builtins.input
    names = load("import time\ndef f():\n    time.sleep(1)")
    found = []

    def work():
        try:
            Trial(names["f"], 0.1).run(names["f"])
        except SlowError:
            found.append((sys.stdout, sys.stderr, builtins.input))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [before]
    for other in threading.enumerate():  # the one that sleeps
        if other is not threading.current_thread() and other.daemon and "work" in other.name:
            other.join()


def test_the_time_is_that_of_all_runs():
    names = load("import time\ndef f():\n    time.sleep(0.15)")
    trial = Trial(names["f"], 0.25)
    trial.run(names["f"])
    with pytest.raises(SlowError):
        trial.run(names["f"])


def test_the_line_of_an_error():
    done, _ = run(
        "import numpy as np\ndef f(x):\n    y = x\n    return np.dot(y, 3 * [y])", f_of_ones
    )
    assert isinstance(done.error, ValueError)
    assert done.line == 4


def f_of_ones(f):
    return f(np.ones(2))


def test_nobody_is_asked():
    done, _ = run("def f():\n    return input('?')", lambda f: f())
    assert isinstance(done.error, AskedError)


def test_exits_and_recursion_are_errors_like_others():
    assert isinstance(run("def f():\n    raise SystemExit", lambda f: f())[0].error, SystemExit)
    assert isinstance(run("def f():\n    return f()", lambda f: f())[0].error, RecursionError)


def test_ctrl_c_goes_through_and_leaves_nothing():
    names = load("x = 1\ndef f():\n    global x\n    x = 2\n    raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        Trial(names["f"], 5).run(names["f"])
    assert names["x"] == 1


def test_warnings_are_not_shown_and_no_errors():
    text = "import warnings, numpy as np\ndef f():\n    warnings.warn('w')\n"
    text += "    return np.exp(np.array([1e9]))"
    done, _ = run(text, lambda f: f())
    assert done.value == np.inf


def test_variables_come_back():
    text = """
import numpy as np
number, array, things, left = 1, np.arange(3.0), [1, 2], 5
def f():
    global number, new, left
    number, new = 2, 3
    del left
    array[0] = 9
    things.append(3)
"""
    done, names = run(text, lambda f: f())
    assert done.left == ("array", "left", "new", "number", "things")
    assert (names["number"], names["things"], names["left"]) == (1, [1, 2], 5)
    assert names["array"].tolist() == [0, 1, 2]
    assert "new" not in names


def test_a_class_and_defaults_come_back():
    text = """
class f:
    W = []
    count = 0
    def __init__(self, history=[]):
        self.W.append(1)
        history.append(2)
        type(self).count += 1
        type(self).extra = 1
"""
    done, names = run(text, lambda f: f())
    cls = names["f"]
    assert set(done.left) == {"W", "__init__", "count", "extra"}
    assert (cls.W, cls.count, cls.__init__.__defaults__) == ([], 0, ([],))
    assert not hasattr(cls, "extra")


def test_code_that_leaves_nothing():
    text = "import numpy as np\nX = np.ones(3)\ndef f():\n    y = X * 2\n    return y"
    done, _ = run(text, lambda f: f())
    assert done.left == ()
    assert not done.drew


@pytest.mark.parametrize(
    "line", ["np.random.seed(0)", "np.random.rand()", "np.random.shuffle([1, 2])"]
)
def test_random_numbers_come_back(line):
    np.random.seed(5)  # noqa: NPY002
    before = np.random.get_state()[1].tolist(), random.getstate()  # noqa: NPY002
    done, _ = run(
        f"import random, numpy as np\ndef f():\n    random.random()\n    {line}", lambda f: f()
    )
    assert done.drew
    assert (np.random.get_state()[1].tolist(), random.getstate()) == before  # noqa: NPY002


def test_a_generator_of_its_own_is_no_global_one():
    done, _ = run(
        "import numpy as np\ndef f():\n    return np.random.RandomState(0).randn()", lambda f: f()
    )
    assert not done.drew


def test_belongings_of_what_is_no_code():
    assert Belongings(3).put_back() == []
