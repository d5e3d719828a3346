"""What all optimisers share: settings as users change them, and the state between steps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from chainrule.architecture import TrainingState
from chainrule.arrays import integer, positive
from chainrule.keras.objects import Configured, classes, new_name, serialize, snake_case
from chainrule.keras.old import renamed
from chainrule.keras.optimizers.old import learning_rate as spelled
from chainrule.keras.optimizers.rates import Rate, as_rate, checked, engine_rate
from chainrule.keras.optimizers.schedules import current
from chainrule.keras.optimizers.shared import SHARED
from chainrule.keras.optimizers.state import Iterations, Slots, Weights, momentum_product
from chainrule.keras.optimizers.steps import places, step
from chainrule.keras.variables import Variable
from chainrule.optimizers import Optimizer as Rule

Array = npt.NDArray[Any]

_CLIPS = ("clipnorm", "clipvalue", "global_clipnorm")


class Optimizer(Configured):
    """The base of all optimisers.

    Parameters
    ----------
    learning_rate : float, LearningRateSchedule or callable
        The length of a step; or a schedule, called with the number of steps made so far; or a
        function without arguments.
    weight_decay : float, optional
        w <- w - learning_rate weight_decay w before each update.
    clipnorm, clipvalue, global_clipnorm : float, optional
        At most one: the gradient of each weight is scaled to at most this norm; each of its
        numbers is limited to it; the whole gradient is scaled to at most this norm.
    use_ema : bool
        Keep an exponential moving average of the weights, which training puts in their place at
        its end.
    ema_momentum : float
        What of the average remains after a step, from 0 to 1.
    ema_overwrite_frequency : int, optional
        After so many steps the average is put in the place of the weights, again and again.
    loss_scale_factor, gradient_accumulation_steps : None
        Keras has them; here they must be None.
    name : str, optional
        By default the class's name, with a number from the second on.

    Raises
    ------
    TypeError, ValueError
        For a setting that is not possible; for ``decay``, which schedules replaced.

    Examples
    --------
    >>> from chainrule.keras.optimizers import SGD
    >>> optimizer = SGD(0.1, momentum=0.9, name="sgd")
    >>> optimizer.learning_rate = 0.05
    >>> round(float(optimizer.learning_rate), 6), optimizer.iterations.numpy()
    (0.05, array(0))
    """

    # The formula; the names of its own settings, those that it calls otherwise, and the slots as
    # Keras orders and calls them: group, then weight, then slot, each (Keras's name, the rule's).
    rule: ClassVar[type[Rule] | None] = None
    own: ClassVar[tuple[str, ...]] = ()
    renamed: ClassVar[dict[str, str]] = {}
    groups: ClassVar[tuple[tuple[tuple[str, str], ...], ...]] = ()

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: None = None,
        gradient_accumulation_steps: None = None,
        name: str | None = None,
        **old: Any,
    ) -> None:
        possible = ("learning_rate", *self.own, *SHARED, "name")
        learning_rate = spelled(learning_rate, old, type(self).__name__, possible)
        cls = type(self).__name__
        self.name = name or new_name(_AUTOMATIC.get(cls) or snake_case(cls))
        self.weight_decay = weight_decay
        self.clipnorm = clipnorm
        self.clipvalue = clipvalue
        self.global_clipnorm = global_clipnorm
        self.use_ema = use_ema
        self.ema_momentum = ema_momentum
        self.ema_overwrite_frequency = ema_overwrite_frequency
        self.loss_scale_factor = loss_scale_factor
        self.gradient_accumulation_steps = gradient_accumulation_steps
        self._check()
        self.built = False
        self.state = TrainingState(np.zeros((0, 0)))
        self._iterations = Iterations(self.state, f"{self.name}/iteration")
        self._slots: Slots | None = None
        self._beside: list[Variable] = []
        self._described: tuple[Any, Rule] | None = None
        self._rate: Variable | Callable[..., Any] = as_rate(
            learning_rate, f"{self.name}/learning_rate"
        )
        if self.rule is not None:
            self.describe()  # which checks the other settings

    def _check(self) -> None:
        for name in ("loss_scale_factor", "gradient_accumulation_steps"):
            if getattr(self, name) is not None:
                raise ValueError(
                    f"{name} is {getattr(self, name)!r}; possible: None. "
                    f"It needs real Keras, or here a larger batch_size"
                )
        given = [name for name in _CLIPS if getattr(self, name) is not None]
        for name in given:
            positive(name, getattr(self, name))
        if len(given) > 1:
            raise ValueError(f"{' and '.join(given)} are given; possible: one of them, or none")
        if self.use_ema and self.ema_overwrite_frequency is not None:
            integer("ema_overwrite_frequency", self.ema_overwrite_frequency, least=1)

    @property
    def learning_rate(self) -> Any:
        """The learning rate: a variable, or what the schedule gives for the next step."""
        if isinstance(self._rate, Variable):
            return self._rate
        return current(self._rate, self.state.step)

    @learning_rate.setter
    def learning_rate(self, learning_rate: Any) -> None:
        if callable(learning_rate):
            self._rate = learning_rate
        elif isinstance(self._rate, Variable):
            self._rate.assign(checked(learning_rate))
        else:
            raise TypeError(
                f"learning_rate is the schedule {self._rate!r}, and cannot become the number "
                f"{learning_rate!r}; make the optimizer with a number, which may be changed, or "
                f"give another schedule"
            )

    @property
    def lr(self) -> Any:
        """The old spelling of :attr:`learning_rate`."""
        renamed("optimizer.lr", "optimizer.learning_rate")
        return self.learning_rate

    @lr.setter
    def lr(self, learning_rate: Any) -> None:
        renamed("optimizer.lr", "optimizer.learning_rate")
        self.learning_rate = learning_rate

    @property
    def iterations(self) -> Variable:
        """How many steps have been made."""
        return self._iterations

    @property
    def variables(self) -> list[Variable]:
        """All numbers of the optimiser, in Keras's order: steps, learning rate, then slots."""
        rate = [self._rate] if isinstance(self._rate, Variable) else []
        slots = [] if self._slots is None else self._slots.variables
        return [self._iterations, *rate, *slots, *self._beside]

    def describe(self) -> Rule:
        """Return the frozen description with the present settings, the same while they stay.

        Examples
        --------
        >>> from chainrule.keras.optimizers import Adam
        >>> optimizer = Adam(0.5)
        >>> optimizer.describe() is optimizer.describe()
        True
        >>> optimizer.learning_rate = 0.25
        >>> optimizer.describe().learning_rate
        0.25
        """
        rate = self._rate.array.item() if isinstance(self._rate, Variable) else self._rate
        settings = {self.renamed.get(name, name): getattr(self, name) for name in self.own} | {
            "weight_decay": self.weight_decay or 0.0,
            "clip_norm": self.clipnorm,
            "clip_value": self.clipvalue,
            "global_clip_norm": self.global_clipnorm,
            "ema_momentum": float(self.ema_momentum) if self.use_ema else None,
        }
        if self._described is not None and self._described[0] == (rate, settings):
            return self._described[1]
        if self.rule is None:
            raise ValueError(
                f"optimizer is a {type(self).__name__}, whose formula is not known here; "
                f"possible: SGD, RMSprop, Adam, AdamW, Adamax, Nadam, Adagrad, Adadelta, Lion. "
                f"One of your own needs real Keras"
            )
        rule = self.rule(engine_rate(rate), **settings)
        self._described = (rate, settings), rule
        return rule

    def build(
        self,
        weights: Weights | Sequence[Variable],
        size: int | None = None,
        dtype: npt.DTypeLike | None = None,
    ) -> None:
        """Make the slots of these weights, and :attr:`state` around them.

        Called again with the same weights in other places, it keeps their numbers.

        Parameters
        ----------
        weights : sequence of (Variable, slice)
            The weights to train, and where each lies in the flat vector; without places, one
            comes after the other.
        size : int, optional
            The length of the flat vector; by default it ends with the last of the weights.
        dtype : dtype, optional
            Of the slots; that of the first weight if None.

        Raises
        ------
        ValueError
            When the optimiser was built for other weights.

        Examples
        --------
        >>> from chainrule.keras.optimizers import SGD
        >>> optimizer = SGD(momentum=0.9, name="sgd")
        >>> optimizer.build([Variable(np.zeros((2, 3)), "kernel")])
        >>> optimizer.state.slots.shape, [variable.path for variable in optimizer.variables]
        ((1, 6), ['sgd/iteration', 'sgd/learning_rate', 'sgd/kernel_momentum'])
        """
        known = places(weights)
        size = max((place.stop for _, place in known), default=0) if size is None else size
        before = self._slots
        if before is not None:
            self._refuse_unknown([weight for weight, _ in known])
            if before.same_places(known, size):
                return
        rule = self.describe()
        dtype = np.dtype(dtype or (known[0][0].dtype if known else np.float32))
        averages = ((("average", "ema"),),) if self.use_ema else ()
        own = tuple(tuple(pair for pair in group if pair[1] in rule.slots) for group in self.groups)
        self._slots = Slots(rule, (*averages, *own), self.name, known, size, dtype)
        if before is not None:
            self._slots.copy_from(before)
        self.state.slots = self._slots.array
        self._beside = momentum_product(rule, self.state, dtype)
        self.built = True

    def _refuse_unknown(self, weights: Iterable[Variable]) -> None:
        for weight in weights:
            if self._slots is not None and not self._slots.knows(weight):
                raise ValueError(
                    f"{weight.path} is no weight that {self.name} was built for; "
                    f"make a new optimizer for another model"
                )

    def apply(
        self,
        grads: Sequence[npt.ArrayLike | None],
        trainable_variables: Sequence[Variable] | None = None,
    ) -> None:
        """Make one step with the gradients of these variables, outside of models.

        Examples
        --------
        >>> from chainrule.keras.optimizers import SGD
        >>> w = Variable([1.0, 2.0], "w")
        >>> SGD(0.5).apply([[1.0, -1.0]], [w])
        >>> w.numpy()
        array([0.5, 2.5])
        """
        if trainable_variables is None:
            if self._slots is None:
                raise ValueError("trainable_variables is None; give those of the gradients")
            trainable_variables = [weight for weight, _ in self._slots.weights]
        if len(grads) != len(trainable_variables):
            raise ValueError(
                f"grads has {len(grads)} arrays and trainable_variables {len(trainable_variables)}"
                f"; possible: one gradient for each variable"
            )
        if self._slots is None:
            self.build(list(trainable_variables))
        self._refuse_unknown(trainable_variables)
        assert self._slots is not None
        pairs = list(zip(grads, trainable_variables, strict=True))
        step(self.describe(), self.state, self._slots, pairs)
        if (
            self.use_ema
            and self.ema_overwrite_frequency
            and self.state.step % self.ema_overwrite_frequency == 0
        ):
            self.finalize_variable_values([weight for weight, _ in self._slots.weights])

    def apply_gradients(self, grads_and_vars: Iterable[tuple[Any, Variable]]) -> Variable:
        """Make one step with pairs (gradient, variable), as :meth:`apply`; return the steps."""
        pairs = list(grads_and_vars)
        self.apply([g for g, _ in pairs], [w for _, w in pairs])
        return self._iterations

    def finalize_variable_values(self, variables: Sequence[Variable]) -> None:
        """Put the moving averages in the place of the weights, if there are any.

        Examples
        --------
        >>> from chainrule.keras.optimizers import SGD
        >>> w, optimizer = Variable([1.0]), SGD(1.0, use_ema=True, ema_momentum=0.5)
        >>> for _ in range(2):  # w is 0, then -1; the average 0, then -0.5
        ...     optimizer.apply([[1.0]], [w])
        >>> optimizer.finalize_variable_values([w])
        >>> w.numpy()
        array([-0.5])
        """
        if not self.use_ema or self._slots is None or not self.state.step:
            return
        self._refuse_unknown(variables)
        for weight in variables:
            weight.assign(self._slots.part(weight, "ema").array)

    def set_weights(self, weights: Sequence[npt.ArrayLike]) -> None:
        """Write all :attr:`variables`, in their order."""
        if len(weights) != len(self.variables):
            raise ValueError(
                f"weights has {len(weights)} arrays; possible: {len(self.variables)}, one for "
                f"each of {', '.join(variable.path for variable in self.variables)}"
            )
        for variable, weight in zip(self.variables, weights, strict=True):
            variable.assign(weight)

    def exclude_from_weight_decay(self, *_: object, **__: object) -> None:
        """Raise: the decay is that of all weights here."""
        raise ValueError(
            "exclude_from_weight_decay is not supported here; possible: weight_decay for all "
            "weights, kernel_regularizer for some, or real Keras"
        )

    def get_config(self) -> dict[str, Any]:
        """Return the settings by name, with the present learning rate."""
        rate: Any = self._rate
        if isinstance(rate, Variable):
            rate = float(rate)
        elif type(rate) in classes("schedule").values():
            rate = serialize(rate)
        else:
            raise ValueError(
                f"learning_rate is {rate!r}, which a file cannot say; possible: a number, or a "
                f"schedule of chainrule.keras.optimizers.schedules"
            )
        return {"name": self.name, "learning_rate": rate} | {
            name: getattr(self, name) for name in (*SHARED, *self.own)
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Make an optimiser with these settings, which may hold a written schedule."""
        return cls(**config)

    def __repr__(self) -> str:
        rate = f"{float(self._rate):.6g}" if isinstance(self._rate, Variable) else repr(self._rate)
        own = "".join(f", {name}={getattr(self, name)!r}" for name in self.own)
        return f"<{type(self).__name__}: learning_rate={rate}{own}>"


# Keras makes automatic names by other rules than identifiers.
_AUTOMATIC = {"RMSprop": "rm_sprop", "AdamW": "adam_w"}
