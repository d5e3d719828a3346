"""Full-batch L-BFGS: for small data and networks, fewer and better steps than gradient descent's.

SciPy decides where to look next; an engine computes the loss and its gradient there.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule.architecture import Program
from chainrule.arrays import integer
from chainrule.description import described
from chainrule.engines.protocol import Data, Engine

Array = npt.NDArray[Any]


@described
class Result:
    """How a minimisation ended.

    Parameters
    ----------
    value : float
        The loss over the data at the parameters found.
    iterations : int
        How many steps were made.
    converged : bool
        Whether one of the two tolerances was reached; if not, ``message`` says what happened.
    message : str
        Why it ended, in SciPy's words.
    """

    value: float
    iterations: int
    converged: bool
    message: str


def minimise(
    engine: Engine,
    program: Program,
    theta: Array,
    data: Data,
    *,
    max_iterations: int = 200,
    tolerance: float = 1e-8,
    value_tolerance: float = 0.0,
    memory: int = 10,
    key: int = 0,
) -> Result:
    """Change ``theta`` in place such that the loss over all the data is least nearby.

    Every iteration makes the step theta <- theta - a H g, where g is the gradient over all the
    data, H an approximation of the inverse Hessian from the last ``memory`` steps and changes of
    the gradient, and a the length that a line search finds. The optimiser of the program is not
    used. Call it as ``minimise(engine, program, theta, data).value``. Source: Liu and Nocedal, On
    the Limited Memory BFGS Method for Large Scale Optimization, 1989; the code is that of Byrd,
    Lu, Nocedal and Zhu, A Limited Memory Algorithm for Bound Constrained Optimization, 1995, as
    SciPy has it.

    Parameters
    ----------
    engine : Engine
        Who computes.
    program : Program
        Architecture and loss; max-norm constraints, which are no part of the loss, are refused.
    theta : ndarray, shape (P,)
        Where to start, and then the best parameters found, also when an exception ends the search.
        Frozen parts and moving averages stay as they are. With float32 the search is among
        float32 numbers, and tolerances much below 1e-4 are seldom reached.
    data : Data
        Inputs and targets, C-contiguous and of the dtype of ``theta``.
    max_iterations : int
        After how many steps to end at the latest.
    tolerance : float
        The search ends when no element of the gradient is larger than this.
    value_tolerance : float
        It ends as well when a step lowers the loss by no more than this times the larger of 1 and
        the losses before and after; 0 for when it lowers it by nothing.
    memory : int
        Of how many steps H is made.
    key : int
        Of dropout's masks, which are the same in every iteration.

    Raises
    ------
    ImportError
        When SciPy is not installed.
    TypeError, ValueError
        When an argument is not what it may be.
    KeyboardInterrupt
        On Ctrl-C; ``theta`` is then the best that was found.
    """
    integer("max_iterations", max_iterations, least=1)
    integer("memory", memory, least=1)
    for name, number in (("tolerance", tolerance), ("value_tolerance", value_tolerance)):
        if not 0 <= number < math.inf:
            raise ValueError(f"{name} is {number}; possible: a finite number of at least 0")
    places = [place for own in program.architecture.places for place in own]
    if any(p.parameter.trainable and p.parameter.max_norm is not None for p in places):
        raise ValueError(
            "a layer has a max_norm, which L-BFGS cannot keep; possible: no max_norm, or to train "
            "with chainrule.training.fit"
        )
    try:
        from scipy.optimize import minimize  # type: ignore[import-untyped]
    except ImportError as error:
        raise ImportError(
            "L-BFGS needs SciPy, which is not installed; install it with `pip install scipy`"
        ) from error

    free = np.zeros(len(theta), dtype=bool)  # what may change
    for part in program.architecture.trainable:
        free[part] = True
    trial = theta.copy()
    best = math.inf

    def value_and_gradient(w: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        nonlocal best
        trial[free] = w
        value, gradient = engine.value_and_gradient(program, trial, data, key=key)
        if value < best:
            best = value
            theta[free] = trial[free]
        return value, gradient[free].astype(np.float64)

    if not free.any():
        value, _ = value_and_gradient(np.empty(0))
        return Result(value, 0, True, "there is nothing to train")
    found = minimize(
        value_and_gradient,
        theta[free].astype(np.float64),
        jac=True,
        method="L-BFGS-B",
        options={
            "maxiter": max_iterations,
            "maxfun": 100 * max_iterations,  # a line search takes one or two, as a rule
            "gtol": tolerance,
            "ftol": value_tolerance,
            "maxcor": memory,
        },
    )
    value = best if math.isfinite(best) else float(found.fun)  # NaN where nothing was finite
    return Result(value, int(found.nit), bool(found.success), str(found.message))
