"""The same model twice, here and in real Keras: built, trained and compared.

Tests that want Keras run where it is installed: ``make test-keras``. Elsewhere they are left out.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import os
from importlib.util import find_spec
from types import SimpleNamespace

import numpy as np
import pytest

RELATIVE = 1e-5  # of the largest number of an array; a history's values are compared one by one


KERAS_IS_THERE = os.environ.get("CHAINRULE_REQUIRE_KERAS") == "1" or find_spec("keras") is not None


def pytest_collection_modifyitems(config, items):
    """Leave out what wants Keras where it is not: a thousand tests, which would all say so."""
    if KERAS_IS_THERE:
        return
    left_out = [item for item in items if "keras" in getattr(item, "fixturenames", ())]
    if left_out:
        gone = set(map(id, left_out))
        items[:] = [item for item in items if id(item) not in gone]
        config.hook.pytest_deselected(items=left_out)


def pytest_terminal_summary(terminalreporter):
    if not KERAS_IS_THERE:
        terminalreporter.write_line(
            "tests/parity: those beside real Keras are left out, it is not installed; "
            "make test-keras runs them"
        )


@pytest.fixture
def keras():
    """Real Keras, with its names counted anew, as ours are."""
    real = importlib.import_module("keras")
    from chainrule import keras as ours

    for kit in (real, ours):
        kit.backend.clear_session(free_memory=False)  # gc would take most of the time
    real.utils.set_random_seed(3)  # for the weights that are copied
    return real


@pytest.fixture
def ours(keras):
    """chainrule.keras; asked for together with Keras, so that a test without it is skipped."""
    assert keras is not None
    return importlib.import_module("chainrule.keras")


@pytest.fixture
def double(keras, ours):
    """All floats have 64 bits here: what differs then is no rounding."""
    with doubles_in_jax(keras):
        for kit in (keras, ours):
            kit.backend.set_floatx("float64")
        yield
        for kit in (keras, ours):
            kit.backend.set_floatx("float32")


@contextlib.contextmanager
def doubles_in_jax(keras):
    """Let JAX have 64 bits, where it is Keras's back end; the others have them."""
    if keras.backend.backend() != "jax":
        yield
        return
    config = importlib.import_module("jax").config
    before = config.jax_enable_x64
    config.update("jax_enable_x64", True)
    yield
    config.update("jax_enable_x64", before)


def near(here, real, what, relative=RELATIVE):
    """Assert that arrays differ by no more than a share of the largest number."""
    if hasattr(real, "detach"):  # a tensor of PyTorch that knows its gradient
        real = real.detach()
    here, real = np.asarray(here), np.asarray(real)
    assert here.shape == real.shape, f"{what}: shape {here.shape} here, {real.shape} in Keras"
    finite = np.isfinite(real)
    np.testing.assert_array_equal(here[~finite], real[~finite], err_msg=what)
    largest = np.abs(real[finite]).max(initial=0.0)
    apart = np.abs(here[finite].astype(float) - real[finite].astype(float)).max(initial=0.0)
    assert apart <= relative * largest, (
        f"{what}: apart by {apart:.3g}, which is {apart / max(largest, 1e-300):.3g} of the "
        f"largest number {largest:.6g}\nhere  {here.ravel()[:8]}\nKeras {real.ravel()[:8]}"
    )


def near_history(here, real, relative=RELATIVE):
    """Assert that two histories have the same names, in the same order, and such values."""
    assert list(here) == list(real)
    for name, values in real.items():
        assert len(here[name]) == len(values), f"{name}: {len(here[name])} epochs here"
        for epoch, (one, other) in enumerate(zip(here[name], values, strict=True)):
            near(one, other, f"history[{name!r}][{epoch}]", relative)


class Twins:
    """A model here and the same in real Keras.

    Parameters
    ----------
    kits : pair of modules
        chainrule.keras and keras.
    build : callable
        ``build(kit)`` returns the model of a kit. The weights of the real one are copied.
    compiled : callable or None
        ``compiled(kit)`` returns the arguments of compile().
    """

    def __init__(self, kits, build, compiled=None):
        self.kits = kits
        self.here, self.real = (build(kit) for kit in kits)
        if self.real.built:
            assert self.here.built
            assert [v.shape for v in self.here.weights] == [v.shape for v in self.real.weights]
            self.here.set_weights(self.real.get_weights())
        self.compiled = compiled
        if compiled is not None:
            for kit, model in zip(kits, (self.here, self.real), strict=True):
                model.compile(**compiled(kit))

    def each(self, act):
        """Return what ``act(kit, model)`` gives here, and in Keras."""
        return tuple(
            act(kit, model) for kit, model in zip(self.kits, (self.here, self.real), strict=True)
        )

    def fit(self, x, y=None, relative=RELATIVE, **settings):
        """Train both, without shuffling, and compare; 50 steps are 10 epochs of 40 samples.

        A setting that is a function gets the kit: ``callbacks=lambda kit: [...]``.
        """
        settings = {"epochs": 10, "batch_size": 8, "shuffle": False, "verbose": 0} | settings
        found = self.each(
            lambda kit, model: model.fit(
                x(kit) if callable(x) else x,
                y,
                **{k: v(kit) if callable(v) else v for k, v in settings.items()},
            )
        )
        self.same(found[0].history, found[1].history, relative)
        assert found[0].epoch == found[1].epoch
        if not callable(x):
            near(self.here(x), self.real(x), "outputs", relative)
        return found

    def same(self, here=None, real=None, relative=RELATIVE):
        """Compare histories, if given, weights, and where the optimisers stand."""
        if real is not None:
            near_history(here, real, relative)
        near_weights(self.here, self.real, relative)
        optimizers = self.here.optimizer, self.real.optimizer
        if self.compiled is not None and optimizers[1] is not None:
            assert int(optimizers[0].iterations.numpy()) == int(optimizers[1].iterations)
            rates = [float(np.asarray(each.learning_rate)) for each in optimizers]
            near(*rates, "learning_rate", relative)


def near_weights(here, real, relative=RELATIVE):
    """Assert that two models have the same variables, with such values."""
    assert [v.name for v in here.weights] == [v.name for v in real.weights]
    for one, other in zip(here.weights, real.weights, strict=True):
        near(one.numpy(), np.asarray(other), f"weight {other.path}", relative)


@pytest.fixture
def twins(ours, keras):
    """twins(build, compiled) -> Twins."""
    return lambda build, compiled=None: Twins((ours, keras), build, compiled)


@pytest.fixture(scope="session")
def close():
    """close(here, real, what): arrays; close.history and close.weights likewise."""
    near.history, near.weights = near_history, near_weights
    return near


@pytest.fixture(scope="session")
def samples():
    """40 samples with 6 columns, and targets of every kind for 3 outputs."""
    rng = np.random.default_rng(7)
    labels = rng.integers(0, 3, size=40)
    return SimpleNamespace(
        x=rng.normal(size=(40, 6)).astype("float32"),
        labels=labels,
        one_hot=np.eye(3, dtype="float32")[labels],
        yes_no=rng.integers(0, 2, size=(40, 3)).astype("float32"),
        signs=rng.choice([-1.0, 1.0], size=(40, 3)).astype("float32"),
        numbers=rng.normal(size=(40, 3)).astype("float32"),
        positive=rng.uniform(0.1, 2.0, size=(40, 3)).astype("float32"),
        shares=rng.dirichlet([1.0, 2.0, 3.0], size=40).astype("float32"),
        weight=rng.uniform(0.2, 3.0, size=40).astype("float32"),
    )


def _network(kit, hidden="tanh", output="linear", units=8, outputs=3, **settings):
    return kit.Sequential(
        [
            kit.layers.Input((6,)),
            kit.layers.Dense(units, activation=hidden, **settings),
            kit.layers.Dense(outputs, activation=output),
        ]
    )


@pytest.fixture(scope="session")
def network():
    """network(kit, hidden, output): 6-8-3, with these activations."""
    return _network


@pytest.fixture(scope="session")
def printed():
    """printed(act): what act() writes to the standard output."""

    def capture(act):
        with contextlib.redirect_stdout(io.StringIO()) as out:
            act()
        return out.getvalue()

    return capture
