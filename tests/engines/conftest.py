"""The reference, asked once for what each instruction set is compared with."""

import pickle
from collections import OrderedDict

import numpy as np
import pytest

from chainrule.engines.reference import ReferenceEngine


class RememberingReference(ReferenceEngine):
    """The reference, which computes the same only once.

    Tests run under one instruction set after the other with the same program and data, down to the
    last bit: what the reference gives for them is remembered. What was asked is known by all of its
    bytes, and what is answered is a copy.
    """

    def __init__(self, most=512):
        self._answers = OrderedDict()  # from bytes to bytes, the longest unused first
        self._most = most

    def forward(self, *question):
        return self._answer(super().forward, question)

    def evaluate(self, *question):
        return self._answer(super().evaluate, question)

    def value_and_gradient(self, *question, **named):
        return self._answer(super().value_and_gradient, question, named)

    def train(self, program, theta, state, data, order, **named):
        log = named.pop("log")

        def train(program, theta, state, data, order, log, **named):
            ReferenceEngine.train(self, program, theta, state, data, order, log=log, **named)
            return theta, state, log

        question = program, theta, state, data, order, log
        trained, *others = self._answer(train, question, named)
        theta[...] = trained
        for written, found in zip((state, log), others, strict=True):
            for name, value in vars(found).items():
                if isinstance(value, np.ndarray):
                    getattr(written, name)[...] = value
                else:
                    setattr(written, name, value)

    def _answer(self, compute, question, named=None):
        asked = pickle.dumps((compute.__name__, question, named))
        if asked not in self._answers:
            own = pickle.loads(asked)  # what is written into
            self._answers[asked] = pickle.dumps(compute(*own[1], **(own[2] or {})))
            if len(self._answers) > self._most:
                self._answers.popitem(last=False)
        self._answers.move_to_end(asked)
        return pickle.loads(self._answers[asked])


@pytest.fixture(scope="session")
def reference():
    """The reference engine, for tests that compare others with it."""
    return RememberingReference()


def pytest_collection_modifyitems(items):
    """Run each test under all instruction sets before the next: memory is short."""
    places = {}

    def place(item):
        params = item.callspec.params if hasattr(item, "callspec") else {}
        case = item.nodeid.replace(f"native-{params.get('fast_engine')}", "native", 1)
        return places.setdefault(case, len(places))

    items.sort(key=place)
