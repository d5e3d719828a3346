import sys

import numpy as np
import pytest

import chainrule
from chainrule.engines import ENGINES, get_engine
from chainrule.engines.protocol import TrainingLog


def test_an_empty_log_is_nan():
    log = TrainingLog.empty(3)
    np.testing.assert_array_equal(log.loss, [np.nan] * 3)
    np.testing.assert_array_equal(log.validation_loss, [np.nan] * 3)
    assert log.loss.dtype == log.validation_loss.dtype == np.float64
    assert not np.shares_memory(log.loss, log.validation_loss)
    assert log.epochs_done == 0


def test_the_engines():
    assert list(ENGINES) == ["native", "numpy"]


def test_engines_know_their_name(engine_name):
    assert get_engine(engine_name).name == engine_name
    assert get_engine(engine_name) is get_engine(engine_name)


def test_an_unknown_engine():
    with pytest.raises(ValueError, match=r"^unknown engine 'nativ': did you mean 'native'"):
        get_engine("nativ")


def test_without_the_native_module_the_error_says_how_to_build_it(monkeypatch):
    monkeypatch.delitem(sys.modules, "chainrule.engines.native", raising=False)
    monkeypatch.setitem(sys.modules, "chainrule._native", None)
    monkeypatch.delattr(chainrule, "_native", raising=False)
    chainrule.engines._made.cache_clear()
    try:
        with pytest.raises(ImportError, match=r"pip install|make "):
            get_engine("native")
    finally:
        chainrule.engines._made.cache_clear()
