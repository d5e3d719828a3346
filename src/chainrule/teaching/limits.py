"""Run what may never end: a call gets some seconds, then it is stopped.

On Unix, in the main thread, an alarm raises an exception in the midst of what runs. Elsewhere (on
Windows, or in another thread) the call runs in a thread of its own, in which an exception is
raised from outside. Neither can stop a single call into compiled code before it returns.
"""

from __future__ import annotations

import ctypes
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any, TypeVar

Value = TypeVar("Value")

_AGAIN = 0.05  # seconds from one alarm to the next, for code that catches everything
_TRIES = 40
_LOOK = 0.7  # the part of the time after which is seen which functions run


class TimeIsUpError(BaseException):
    """The call took too long. Not an Exception, so that ``except Exception`` lets it through.

    Attributes
    ----------
    places : list of (str, int)
        The file and the line of each function that has not come to its end for a while, from the
        outermost; the last one has the loop. Empty where that is not known.
    """

    places: list[tuple[str, int]]

    def __init__(self) -> None:
        self.places = []
        super().__init__()


def limited(call: Callable[[], Value], seconds: float) -> Value:
    """Return ``call()``, or raise :class:`TimeIsUpError` when it takes longer than allowed.

    Examples
    --------
    >>> limited(lambda: 6 * 7, seconds=1)
    42
    """
    if hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread():
        return _by_alarm(call, seconds)
    return _by_thread(call, seconds)


def _by_alarm(call: Callable[[], Value], seconds: float) -> Value:
    here = sys._getframe()
    armed, rung = True, False
    seen: list[FrameType] | None = None
    places: list[tuple[str, int]] = []

    def after(_: FrameType, event: str, __: Any) -> Any:
        # The line after the one where the alarm rang is in an `except:` that caught it. Raising
        # there too is what ends `while True: try: ... except: pass`.
        if armed and event == "line":
            raise TimeIsUpError
        return after

    def ring(_: int, frame: FrameType | None) -> None:
        nonlocal rung, seen
        if not armed:
            return
        frames = []
        while frame is not None and frame is not here:
            frames.append(frame)
            frame = frame.f_back
        if seen is None:  # the first alarm is for a look
            seen = frames
            signal.setitimer(signal.ITIMER_REAL, seconds * (1 - _LOOK), _AGAIN)
            return
        if not rung:
            both = [f for f in reversed(frames) if any(f is other for other in seen)]
            places.extend((f.f_code.co_filename, f.f_lineno) for f in both)
        rung = True
        sys.settrace(lambda *_: None)
        for frame in frames:
            if not _is_ours(frame):
                frame.f_trace = after
        raise TimeIsUpError

    traced, started = sys.gettrace(), time.monotonic()
    handler = signal.signal(signal.SIGALRM, ring)
    left, interval = signal.setitimer(signal.ITIMER_REAL, seconds * _LOOK, _AGAIN)
    try:
        try:
            value = call()
        except TimeIsUpError as error:
            error.places = places
            raise
        finally:
            armed, seen = False, []
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler or signal.SIG_DFL)
        sys.settrace(traced)
        if left:  # somebody else's alarm goes on
            rest = max(left - (time.monotonic() - started), 0.001)
            signal.setitimer(signal.ITIMER_REAL, rest, interval)
    if rung:  # it was caught, and the call went on to its end
        late = TimeIsUpError()
        late.places = places
        raise late
    return value


def _is_ours(frame: FrameType) -> bool:
    """Return whether a frame is of this package, which puts things back on its way out."""
    return str(frame.f_globals.get("__name__")).partition(".")[0] in ("chainrule", "contextlib")


def _by_thread(call: Callable[[], Value], seconds: float) -> Value:
    values: list[Value] = []
    errors: list[BaseException] = []

    def work() -> None:
        try:
            values.append(call())
        except BaseException as error:  # handed on to who waits
            errors.append(error)

    worker = threading.Thread(target=work, daemon=True)
    worker.start()
    worker.join(seconds)
    late = worker.is_alive()
    for _ in range(_TRIES):
        if not worker.is_alive():
            break
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(worker.ident or 0), ctypes.py_object(TimeIsUpError)
        )
        worker.join(_AGAIN)
    if late:
        raise next((e for e in errors if isinstance(e, TimeIsUpError)), TimeIsUpError())
    if errors:
        raise errors[0]
    return values[0]
