"""What tests share: the engines, the tutorial's network as an oracle, and data."""

import contextlib
import functools
import importlib.util
import io
import os
import signal
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from chainrule import NeuralNetwork
from chainrule.architecture import Architecture, Program
from chainrule.engines import ENGINES, get_engine
from chainrule.layers import Dense
from chainrule.losses import LOSSES

# Shells without job control start what runs in the background deaf to Ctrl-C, and whatever that
# starts; some tests press it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

NATIVE_IS_REQUIRED = os.environ.get("CHAINRULE_REQUIRE_NATIVE") == "1"


def need_native():
    """Skip where the native module was not built; fail there if it was to be built."""
    if importlib.util.find_spec("chainrule._native") is None:
        reason = "the native module chainrule._native is not built"
        if NATIVE_IS_REQUIRED:
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)


@pytest.fixture(params=list(ENGINES))
def engine_name(request):
    """Every engine in turn."""
    if request.param == "native":
        need_native()
    return request.param


@pytest.fixture
def engine(engine_name):
    return get_engine(engine_name)


def _isas():
    """Return the instruction sets that native kernels can run on here; none where unbuilt."""
    try:
        from chainrule.engines.native import isas
    except ImportError:
        return ["unknown"]
    if os.environ.get("CHAINRULE_TEST_ISAS") == "widest":  # where each test is slow
        return [isas()[-1]]
    return isas()


@pytest.fixture(params=_isas(), ids="native-{}".format)
def fast_engine(request):
    """The native engine, on every instruction set of this machine in turn."""
    need_native()
    from chainrule.engines.native import NativeEngine

    return NativeEngine(request.param)


@pytest.fixture
def threads():
    """threads(n) sets their number, which is set back afterwards."""
    need_native()
    from chainrule.engines import native

    before = native.get_num_threads()
    yield native.set_num_threads
    native.set_num_threads(before)


@pytest.fixture
def build(engine_name):
    """NeuralNetwork(...) on every engine in turn."""

    def network(layers, eta=0.1, rand_seed=42):
        return NeuralNetwork(layers, eta, rand_seed, engine=engine_name)

    return network


@pytest.fixture
def rng():
    return np.random.default_rng(20240229)


# What each loss wants in front of it; linear for those that are not here.
_OUTPUTS = {
    "binary_crossentropy": "sigmoid",
    "categorical_crossentropy": "softmax",
    "sparse_categorical_crossentropy": "softmax",
    "binary_focal_crossentropy": "sigmoid",
    "categorical_focal_crossentropy": "softmax",
    "kl_divergence": "softmax",
    "mean_squared_logarithmic_error": "softplus",
    "poisson": "softplus",
    "categorical_hinge": "tanh",
}


_STEEP = ("exponential", "log_softmax")  # hidden layers whose outputs grow fast


def _suited(loss, widths, activation="sigmoid", use_bias=True, output=None, **others):
    """Describe a network with that activation (or those, in turn) in its hidden layers.

    The activation of the output is one that suits the loss.
    """
    several = [activation] if isinstance(activation, str) else activation
    last = _OUTPUTS.get(loss, "linear") if output is None else output
    names = [several[i % len(several)] for i in range(len(widths) - 2)] + [last]
    layers = [Dense(width, name, use_bias) for width, name in zip(widths[1:], names, strict=True)]
    return Program(Architecture(widths[0], tuple(layers)), loss, **others)


@pytest.fixture(scope="session")
def suited():
    """suited(loss, widths, activation, use_bias, output) -> Program."""
    return _suited


def _targets(rng, loss, samples, outputs):
    """Draw targets of the kind that the loss is for."""
    if LOSSES[loss].sparse:
        return rng.integers(0, outputs, size=(samples, 1)).astype(float)
    if "hinge" in loss and loss != "categorical_hinge":
        return rng.choice([-1.0, 1.0], size=(samples, outputs))
    if "categorical" in loss:
        return np.eye(outputs)[rng.integers(0, outputs, size=samples)]
    return rng.uniform(0.1, 0.9, size=(samples, outputs))


def _make_problem(rng, program, samples, dtype=np.float64):
    """Draw parameters, inputs and targets such that units are neither dead nor saturated."""
    architecture = program.architecture
    hidden = architecture.layers[:-1]
    theta = np.zeros(architecture.n_parameters)
    for width, places in zip(architecture.widths, architecture.places, strict=False):
        for place in places:
            values = rng.normal(scale=width**-0.5, size=place.parameter.size)
            around = {"gamma": 1, "moving_variance": 3}.get(place.parameter.name, 0)
            if any(getattr(layer, "activation", "") in _STEEP for layer in hidden):
                values *= 0.2  # or training them leaves the range of floats
            theta[place.slice] = around + values
    X = rng.normal(size=(samples, architecture.inputs))
    Y = _targets(rng, program.loss, samples, architecture.outputs)
    return theta.astype(dtype), X.astype(dtype), Y.astype(dtype)


@pytest.fixture(scope="session")
def make_problem():
    """make_problem(rng, program, samples, dtype) -> theta, X, Y."""
    return _make_problem


@pytest.fixture(scope="session")
def tutorial_network():
    """The class of tests/oracles/tutorial_network.py."""
    path = Path(__file__).parent / "oracles" / "tutorial_network.py"
    spec = importlib.util.spec_from_file_location("tutorial_network", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.TutorialNetwork


@pytest.fixture(scope="session")
def digits():
    """The digits as the tutorial prepares them."""
    pytest.importorskip("sklearn")
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split
    from sklearn.preprocessing import LabelBinarizer

    data = load_digits()
    X_train, X_test, y_train, y_test = train_test_split(
        data["data"] / 16.0, data["target"], test_size=0.25, random_state=13
    )
    return SimpleNamespace(
        X_train=X_train,
        X_test=X_test,
        y_train=LabelBinarizer().fit_transform(y_train),
        y_test=LabelBinarizer().fit_transform(y_test),
    )


@pytest.fixture(scope="session")
def trained_oracle(tutorial_network, digits):
    """trained_oracle(n_epochs): the oracle after so many epochs of SGD, and what it printed."""

    @functools.cache
    def train(n_epochs):
        oracle = tutorial_network([64, 32, 16, 10])
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            oracle.fit(digits.X_train, digits.y_train, n_epochs, method="SGD", display_update=10)
        oracle.printed = printed.getvalue()
        return oracle

    return train


def _shown_on(descriptor):
    shown = b""
    with contextlib.suppress(OSError):  # Linux says so that the other end was closed
        while chunk := os.read(descriptor, 4096):
            shown += chunk
    return shown.decode()


@pytest.fixture
def shown_on():
    """Read a pseudo-terminal until its other end is closed: what comes, comes in pieces."""
    return _shown_on
