import signal
import sys
import threading
import time

import pytest

from chainrule.teaching.limits import TimeIsUpError, limited

unix = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="alarms are Unix's")


def endless():
    while True:
        pass


def endless_catching_exceptions():
    while True:
        try:  # noqa: SIM105 (it is this that is tested)
            sum(range(10))
        except Exception:
            pass


def endless_catching_everything():
    while True:
        try:  # noqa: SIM105
            sum(range(10))
        except:  # noqa: E722
            pass


def endless_inside_of_catching_everything():
    while True:
        try:
            while True:
                sum(range(10))
        except:  # noqa: E722
            pass


def sleeping():
    time.sleep(30)


def late():
    """Catch the alarm and return as if nothing had been."""
    try:
        endless()
    except BaseException:
        return "done"


def late_twice():
    """Catch the alarm, and what follows on it."""
    try:
        late()
    except BaseException:
        return "done"


def in_a_thread(call):
    """Return what a call gives outside of the main thread."""
    found = []

    def work():
        try:
            found.append(call())
        except BaseException as error:
            found.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(30)
    assert not thread.is_alive()
    return found[0]


@unix
@pytest.mark.parametrize(
    "call",
    [
        endless,
        endless_catching_exceptions,
        endless_catching_everything,
        endless_inside_of_catching_everything,
        sleeping,
        late,
        late_twice,
    ],
)
def test_what_never_ends_is_stopped(call):
    with pytest.raises(TimeIsUpError) as caught:
        limited(call, 0.2)
    where = caught.value.places[-1]
    assert where[0] == __file__
    first = endless.__code__.co_firstlineno
    assert first < where[1] < in_a_thread.__code__.co_firstlineno


@unix
def test_the_place_is_that_of_the_loop():
    def quick():
        return sum(range(2000))

    def loop():
        while True:
            quick()

    with pytest.raises(TimeIsUpError) as caught:
        limited(loop, 0.3)
    assert caught.value.places[-1][1] in (
        loop.__code__.co_firstlineno + 1,
        loop.__code__.co_firstlineno + 2,
    )


@pytest.mark.parametrize("call", [endless, endless_catching_exceptions, late])
def test_what_never_ends_is_stopped_outside_of_the_main_thread(call):
    assert isinstance(in_a_thread(lambda: limited(call, 0.1)), TimeIsUpError)


def test_values_and_errors_come_through():
    def fails():
        raise KeyError("x")

    assert limited(lambda: 3, 5) == 3
    assert in_a_thread(lambda: limited(lambda: 4, 5)) == 4
    with pytest.raises(KeyError):
        limited(fails, 5)
    assert isinstance(in_a_thread(lambda: limited(fails, 5)), KeyError)


@unix
def test_the_alarm_and_its_handler_are_put_back():
    rung = []
    before = signal.signal(signal.SIGALRM, lambda *_: rung.append(1))
    try:
        signal.setitimer(signal.ITIMER_REAL, 60)
        with pytest.raises(TimeIsUpError):
            limited(endless, 0.1)
        left, _ = signal.setitimer(signal.ITIMER_REAL, 0)
        assert 50 < left < 60
        signal.raise_signal(signal.SIGALRM)
        assert rung == [1]
        assert limited(lambda: 1, 5) == 1
        assert signal.setitimer(signal.ITIMER_REAL, 0) == (0.0, 0.0)
    finally:
        signal.signal(signal.SIGALRM, before)


@unix
def test_tracing_is_put_back():
    before = sys.gettrace()
    with pytest.raises(TimeIsUpError):
        limited(endless_catching_everything, 0.1)
    assert sys.gettrace() is before


@unix
def test_a_limit_inside_of_a_limit():
    def inner():
        with pytest.raises(TimeIsUpError):
            limited(endless, 0.1)
        endless()

    with pytest.raises(TimeIsUpError):
        limited(inner, 0.4)
