"""``fit`` on arrays: whole runs of epochs in one call of the engine, where nobody looks."""

from __future__ import annotations

from collections.abc import Container
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from chainrule import training
from chainrule.arrays import integer
from chainrule.engines.protocol import Data
from chainrule.keras import data, random
from chainrule.keras.callbacks import CallbackList, History, ProgbarLogger
from chainrule.keras.callbacks.callback import hears
from chainrule.keras.models.compiled import Compiled
from chainrule.keras.models.counting import Counting
from chainrule.keras.models.evaluation import engine, evaluate
from chainrule.keras.models.samples import Prepared, prepare
from chainrule.keras.models.sums import Sums
from chainrule.keras.models.trainer import batch_of
from chainrule.keras.models.watching import Watch, averages, limits

if TYPE_CHECKING:
    from chainrule.keras.models.sequential import Sequential

Array = npt.NDArray[Any]


def fit(
    model: Sequential,
    x: Any,
    y: Any,
    batch_size: int | None,
    epochs: int,
    verbose: int | str,
    callbacks: Any,
    validation_split: float,
    validation_data: Any,
    shuffle: bool,
    class_weight: Any,
    sample_weight: Any,
    initial_epoch: int,
    steps_per_epoch: int | None,
    validation_steps: int | None,
    validation_batch_size: int | None,
    validation_freq: Any,
) -> History:
    """Train a model; see :meth:`Trainer.fit`."""
    compiled = model.needed("fit")
    compiled.needed_loss()
    batch_of(batch_size)  # refuses what is none
    integer("epochs", epochs, least=0)
    integer("initial_epoch", initial_epoch, least=0)
    data.check_class_weight(class_weight)
    if not isinstance(shuffle, bool | np.bool_):
        raise ValueError(f"shuffle is {shuffle!r}; possible: True, False")
    verbose = 1 if verbose == "auto" else verbose
    if verbose not in (0, 1, 2):
        raise ValueError(f"verbose is {verbose!r}; possible: 'auto', 0, 1, 2")
    given = data.adapt(
        x,
        y,
        sample_weight,
        batch_size=batch_size,
        steps_per_epoch=steps_per_epoch,
        shuffle=bool(shuffle),
        dtype=model.dtype,
    )
    if validation_split and validation_data is None:
        given, validation_data = _split(given, validation_split)
    validation = Validation(
        model,
        validation_data,
        validation_batch_size or batch_size,
        validation_steps,
        validation_freq,
    )
    if not isinstance(given, data.Samples):
        from chainrule.keras.models.streaming import fit_batches

        return fit_batches(
            model, given, validation, epochs, int(verbose), callbacks, initial_epoch, class_weight
        )
    called = CallbackList(
        callbacks,
        add_history=True,
        add_progbar=verbose != 0,
        model=model,
        verbose=int(verbose),
        epochs=epochs,
        steps=given.num_batches,
    )
    validation.called = called
    run(
        model,
        compiled,
        prepare(model, compiled, given.x, given.y, given.weight),
        validation,
        called,
        given.batch_size,
        epochs,
        initial_epoch,
        int(verbose),
        class_weight,
        shuffle,
    )
    history = called.history
    assert history is not None  # add_history
    return history


def run(
    model: Sequential,
    compiled: Compiled,
    prepared: Prepared,
    validation: Validation,
    called: CallbackList,
    size: int,
    epochs: int,
    initial_epoch: int,
    verbose: int,
    class_weight: Any,
    shuffle: bool,
) -> None:
    """Train on samples that are ready."""
    network = model.network
    same = compiled.measures(prepared.weight is not None or class_weight is not None)
    counted = {compiled.metrics[i].name: measure for i, measure in same.items()}
    others = [metric for i, metric in enumerate(compiled.metrics) if i not in same]
    counting = Counting(compiled, others, prepared, network.result, size) if others else None
    state = compiled.state(network, model.trainable_weights)
    # One list of measures is for both: what training leaves to Python, validation does as well.
    # And what is done after steps is done before a validation.
    after_steps = [*limits(model), *averages(model, compiled)]
    checked = None if others or after_steps else validation.for_engine(called)
    watch = Watch(
        model,
        compiled,
        called,
        initial_epoch,
        epochs,
        verbose,
        counted,
        counting,
        Sums(len(prepared.data.X), size) if compiled.sums else None,
        validation if validation.wanted and checked is None else None,
        after_steps,
    )
    try:
        training.fit(
            engine(),
            compiled.program(network, tuple(dict.fromkeys(counted.values()))),
            network.theta,
            prepared.data,
            epochs=max(0, epochs - initial_epoch),
            batch_size=size,
            state=state,
            shuffle=random.generator() if shuffle else None,
            class_weight=class_weight,
            validation_data=checked,
            callbacks=[watch],
            keep_outputs=counting is not None,
        )
    except BaseException:
        watch.catch_up()  # an interrupted run keeps the history of its epochs
        raise


def _split(given: Any, share: float) -> tuple[Any, Any]:
    """Return the samples to train on, and the tail that is not trained on."""
    if not isinstance(given, data.Samples):
        raise ValueError(
            f"validation_split is {share}, and x gives batches; possible: arrays, or "
            f"validation_data=..."
        )
    head, tail = data.split(given, share)
    return head, tail


class Validation:
    """What is looked at after epochs.

    Parameters
    ----------
    model : Sequential
        Which is validated.
    given : tuple, batches or None
        ``(x, y)``, ``(x, y, sample_weight)``, or what gives batches of such.
    batch_size, steps : int, optional
        As in ``evaluate``.
    frequency : int or container of int
        After every how many epochs, or after which, counted from 1.
    """

    def __init__(
        self,
        model: Sequential,
        given: Any,
        batch_size: int | None,
        steps: int | None,
        frequency: int | Container[int],
    ) -> None:
        self.model, self.frequency = model, frequency
        batch_of(batch_size)  # refuses what is none
        self.steps = steps
        self.given: Any = None
        if given is not None:
            known = isinstance(given, data.Samples)
            x, y, weight = (given, None, None) if known else data.unpack(given)
            self.given = data.adapt(
                x, y, weight, batch_size=batch_size, steps_per_epoch=steps, dtype=model.dtype
            )
        if isinstance(frequency, int | np.integer):
            integer("validation_freq", frequency, least=1)
        elif not isinstance(frequency, Container):
            raise TypeError(f"validation_freq is {frequency!r}; possible: an integer, or a list")

    @property
    def wanted(self) -> bool:
        """Whether there is something to look at."""
        return self.given is not None

    def for_engine(self, called: CallbackList) -> Data | None:
        """Return the samples, where the engine can look at them itself after each epoch."""
        compiled = self.model.needed("fit")
        if not isinstance(self.given, data.Samples) or self.frequency != 1 or self.steps:
            return None
        if compiled.sums:  # batch by batch, as the mean of sums depends on the batches
            return None
        users = (each for each in called.callbacks if type(each) not in (History, ProgbarLogger))
        if any(hears(each, hook) for each in users for hook in _TEST_HOOKS):
            return None
        weighted = self.given.weight is not None
        if len(compiled.measures(weighted)) < len(compiled.metrics):
            return None
        given = self.given
        return prepare(self.model, compiled, given.x, given.y, given.weight, "validation y").data

    def __call__(self, epoch: int) -> dict[str, float]:
        """Return the logs of a validation after that epoch, counted from 0; none if not due."""
        if isinstance(self.frequency, int | np.integer):
            due = (epoch + 1) % self.frequency == 0
        else:
            due = epoch + 1 in self.frequency
        if not due:
            return {}
        found = evaluate(self.model, self.given, verbose=0, callbacks=self.called)
        return {f"val_{name}": value for name, value in found.items()}

    called: CallbackList | None = None


_TEST_HOOKS = ("on_test_begin", "on_test_end", "on_test_batch_begin", "on_test_batch_end")
