import copy
import dataclasses
import inspect
import pickle

import pytest

from chainrule.description import described
from chainrule.layers import Dense
from chainrule.losses import Loss
from chainrule.optimizers import SGD, Adam


@dataclasses.dataclass(frozen=True)
class Plain:
    x: float
    y: float = 0.0
    _: dataclasses.KW_ONLY
    z: list = dataclasses.field(default_factory=list, hash=False)
    unseen: int = dataclasses.field(default=1, compare=False)


@described
class Ours:
    x: float
    y: float = 0.0
    _: dataclasses.KW_ONLY
    z: list = dataclasses.field(default_factory=list, hash=False)
    unseen: int = dataclasses.field(default=1, compare=False)


MADE = [
    ((1.0,), {}),
    ((1.0, 2.0), {"z": [3]}),
    ((), {"x": 1, "y": 2, "z": [4], "unseen": 5}),
    ((1.0,), {"unseen": 2}),
]


@pytest.mark.parametrize(("values", "settings"), MADE)
def test_objects_are_those_of_a_frozen_dataclass(values, settings):
    ours, plain = Ours(*values, **settings), Plain(*values, **settings)
    assert repr(ours) == repr(plain).replace("Plain", "Ours")
    assert vars(ours) == vars(plain) == dataclasses.asdict(ours) == dataclasses.asdict(plain)
    assert hash(ours) == hash(plain)
    assert dataclasses.replace(ours, y=7.0) == Ours(ours.x, 7.0, z=ours.z)
    assert pickle.loads(pickle.dumps(ours)) == copy.deepcopy(ours) == ours
    for others, other in MADE:
        equal = Plain(*others, **other) == plain
        assert (Ours(*others, **other) == ours) is equal
    assert ours != plain


def test_defaults_are_made_anew():
    assert Ours(1).z is not Ours(1).z


@pytest.mark.parametrize(
    ("values", "settings", "message"),
    [
        ((), {}, "missing a required argument: 'x'"),
        ((1, 2, 3), {}, "too many positional arguments"),
        ((1, 2), {"x": 1}, "multiple values for argument 'x'"),
        ((1,), {"w": 1}, "got an unexpected keyword argument 'w'"),
    ],
)
def test_what_does_not_fit_is_refused(values, settings, message):
    with pytest.raises(TypeError, match=message):
        Ours(*values, **settings)
    with pytest.raises(TypeError):
        Plain(*values, **settings)


def test_nothing_can_be_changed():
    for change in (lambda: setattr(Dense(1), "units", 2), lambda: delattr(Dense(1), "units")):
        with pytest.raises(dataclasses.FrozenInstanceError, match=r"field 'units'$"):
            change()
    with pytest.raises(dataclasses.FrozenInstanceError):
        Dense(1).new = 2


@pytest.mark.parametrize("cls", [Ours, Dense, SGD, Adam, Loss])
def test_signatures_are_shown(cls):
    found = inspect.signature(cls).parameters
    names = [field.name for field in sorted(dataclasses.fields(cls), key=lambda f: f.kw_only)]
    assert list(found) == names
    for field in dataclasses.fields(cls):
        assert (found[field.name].kind is inspect.Parameter.KEYWORD_ONLY) == field.kw_only
        if field.default is not dataclasses.MISSING:
            assert found[field.name].default == field.default


def test_a_method_of_its_own_stays():
    @described
    class Quiet:
        x: int

        def __repr__(self):
            return "quiet"

    assert repr(Quiet(1)) == "quiet"


def test_subclasses_inherit_fields_and_add_theirs():
    assert SGD(0.1, 0.9, clip_value=1.0) == SGD(learning_rate=0.1, momentum=0.9, clip_value=1.0)
    assert SGD(0.1) != Adam(0.1)
