"""What can go wrong in training: which steps are made, in which order, and what is recorded."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from chainrule.teaching.exercises.tracing import Event
from chainrule.teaching.mistakes import (
    Mistake,
)

Array = npt.NDArray[Any]

EPOCHS = 8

METHODS = ("batch", "SGD")

SAMPLES = 5

ALL = tuple(range(SAMPLES))

_BATCH: list[Event] = [ALL]

_SGD: list[Event] = [(i,) for i in range(SAMPLES)]

LOSS: Event = "loss"


def epochs_of(steps: dict[str, list[Event]], n: int = EPOCHS) -> dict[str, list[Event]]:
    """Return these steps in each epoch, with the loss after them."""
    return {method: [*steps[method], LOSS] * n for method in METHODS}


def _pair(batch: list[Event], sgd: list[Event]) -> dict[str, list[Event]]:
    return {"batch": batch, "SGD": sgd}


STEPS_OF = _pair(_BATCH, _SGD)

RIGHT = epochs_of(STEPS_OF)


def _row(name: str, sentence: str, events: dict[str, list[Event]]) -> Mistake:
    """Return a row: what fit calls with either method, where it is made with this mistake."""
    return Mistake(name, sentence, lambda _: events)


_EPOCHS_OFF = (
    "The number of epochs is wrong: fit makes {} than n_epochs says. Where does the "
    "loop start and end?"
)

_EARLY = (
    "The loss is recorded before the weights are updated in an epoch. It is to tell what the "
    "epoch has brought."
)

_PER_SAMPLE = (
    "The loss is recorded after each sample. One entry for each epoch is wanted: look "
    "at the indentation."
)

_SKIPPED = "SGD leaves out {}. Every sample has its turn in every epoch{}."

ROWS = (
    _row(
        "methods_swapped",
        'Batch and SGD are swapped: with "batch" the weights change after '
        'each sample, with "SGD" once in an epoch.',
        epochs_of(_pair(_SGD, _BATCH)),
    ),
    _row(
        "always_batch",
        'The method "SGD" does the same as "batch": all samples at once. It '
        "should make a step for each sample.",
        epochs_of(_pair(_BATCH, _BATCH)),
    ),
    _row(
        "always_sgd",
        'The method "batch" does the same as "SGD": a step for each sample. It '
        "should make one step with all of them.",
        epochs_of(_pair(_SGD, _SGD)),
    ),
    _row(
        "epochs_off_by_one", _EPOCHS_OFF.format("one epoch less"), epochs_of(STEPS_OF, EPOCHS - 1)
    ),
    _row(
        "epochs_off_by_one", _EPOCHS_OFF.format("one epoch more"), epochs_of(STEPS_OF, EPOCHS + 1)
    ),
    _row(
        "one_epoch_only",
        "Only one epoch is made. Is there a `return` or a `break` in the loop, "
        "or no loop over the epochs?",
        epochs_of(STEPS_OF, 1),
    ),
    _row(
        "epochs_repeated",
        "Both methods go through the data in an epoch, one after the other. "
        "Only one of them should.",
        epochs_of(_pair(_BATCH + _SGD, _BATCH + _SGD)),
    ),
    _row(
        "epochs_repeated",
        'With "batch", fit goes through the samples afterwards as well. Is an `else` missing?',
        epochs_of(_pair(_BATCH + _SGD, _SGD)),
    ),
    _row(
        "epochs_repeated",
        'With "SGD", a batch step is made as well. Is its condition missing?',
        epochs_of(_pair(_BATCH, _BATCH + _SGD)),
    ),
    _row(
        "epochs_repeated",
        'With "batch", the step with all samples is made once for each '
        "sample. Once in an epoch is meant.",
        epochs_of(_pair(_BATCH * SAMPLES, _SGD)),
    ),
    _row(
        "sgd_on_all_samples",
        "In the loop of SGD, each step gets all samples. Which one is its turn?",
        epochs_of(_pair(_BATCH, _BATCH * SAMPLES)),
    ),
    _row(
        "loss_too_often",
        "A loss is recorded before the first epoch, too. One entry after each epoch is wanted.",
        {m: [LOSS, *RIGHT[m]] for m in METHODS},
    ),
    _row(
        "loss_too_often",
        "The loss is recorded twice in an epoch, before the steps and after them. One entry after "
        "each epoch is wanted.",
        {m: [LOSS, *STEPS_OF[m], LOSS] * EPOCHS for m in METHODS},
    ),
    _row("loss_too_early", _EARLY, {m: [LOSS, *STEPS_OF[m]] * EPOCHS for m in METHODS}),
    _row(
        "loss_per_sample",
        _PER_SAMPLE,
        _pair(RIGHT["batch"], [e for s in _SGD for e in (s, LOSS)] * EPOCHS),
    ),
    _row(
        "loss_per_sample",
        _PER_SAMPLE,
        _pair(_BATCH * EPOCHS, [e for s in _SGD for e in (s, LOSS)] * EPOCHS),
    ),
    _row(
        "loss_once",
        "The loss is recorded once, at the end. An entry for each epoch is wanted: "
        "look at the indentation.",
        {m: [*STEPS_OF[m] * EPOCHS, LOSS] for m in METHODS},
    ),
    _row(
        "loss_once",
        "The loss is recorded once, at the start. An entry after each epoch is wanted.",
        {m: [LOSS, *STEPS_OF[m] * EPOCHS] for m in METHODS},
    ),
    _row(
        "loss_not_recorded",
        "The loss of the epochs is not computed. After each epoch it belongs into `loss_history`.",
        {m: STEPS_OF[m] * EPOCHS for m in METHODS},
    ),
    _row(
        "loss_of_sgd_only",
        'With "batch" the loss is not recorded. It belongs after the `if`, for both methods.',
        _pair(_BATCH * EPOCHS, RIGHT["SGD"]),
    ),
    _row(
        "loss_of_batch_only",
        'With "SGD" the loss is not recorded. It belongs after the `if`, for both methods.',
        _pair(RIGHT["batch"], _SGD * EPOCHS),
    ),
    _row(
        "nothing_is_learnt",
        "No step is made: `back_propagation` is never called. What happens in an epoch?",
        {m: [LOSS] * EPOCHS for m in METHODS},
    ),
    _row(
        "method_not_recognised",
        'With "SGD" nothing is learnt. Is the name of the method compared as it is written?',
        epochs_of(_pair(_BATCH, [])),
    ),
    _row(
        "method_not_recognised",
        'With "batch" nothing is learnt. Is the name of the method compared as it is written?',
        epochs_of(_pair([], _SGD)),
    ),
    _row(
        "samples_left_out",
        _SKIPPED.format("all samples but the first", ": is its loop left too early"),
        epochs_of(_pair(_BATCH, _SGD[:1])),
    ),
    _row(
        "samples_left_out",
        _SKIPPED.format("all samples but the last", ": look at the indentation"),
        epochs_of(_pair(_BATCH, _SGD[-1:])),
    ),
    _row(
        "samples_left_out",
        _SKIPPED.format("the last sample", ""),
        epochs_of(_pair(_BATCH, _SGD[:-1])),
    ),
    _row(
        "samples_left_out",
        _SKIPPED.format("the first sample", ""),
        epochs_of(_pair(_BATCH, _SGD[1:])),
    ),
    _row(
        "order_reversed",
        "SGD takes the samples from the last to the first. Take them in the "
        "order in which they are given.",
        epochs_of(_pair(_BATCH, _SGD[::-1])),
    ),
    _row(
        "loops_swapped",
        "All epochs are made with one sample before the next has its turn. Which "
        "loop is inside of the other?",
        _pair(RIGHT["batch"], [e for s in _SGD for e in [s] * EPOCHS]),
    ),
    _row(
        "loops_swapped",
        "All epochs are made with one sample before the next has its turn. Which "
        "loop is inside of the other?",
        _pair(RIGHT["batch"], [e for s in _SGD for e in [s, LOSS] * EPOCHS]),
    ),
)

EPOCHS_IGNORED = Mistake(
    "epochs_ignored",
    "`fit` makes {given} epochs where n_epochs is {epochs}. Is a fixed number in its place, or is "
    "it multiplied?",
)
LOSS_TIMES = Mistake(
    "history_entries",
    "The loss is computed {losses} times in {epochs} epochs. Once after each epoch is wanted: "
    "look at the indentation.",
)
SHUFFLES = Mistake(
    "shuffles",
    "The samples are shuffled. Here they keep the order in which they "
    "are given, so that results can be compared.",
)

MINI_BATCHES = Mistake(
    "mini_batches",
    "SGD makes its steps with several samples at a time. Here each step has a single one.",
)

COLUMNS = {
    "none": Mistake(
        "bias_missing", "{who} gets X without its column of ones. Where is it put in front?"
    ),
    "last": Mistake(
        "bias_at_end",
        "{who} gets X with the ones at the end. They belong in front, "
        "where the first row of the weights waits for them.",
    ),
    "zeros": Mistake(
        "bias_of_zeros", "{who} gets X with a column of zeros. Which constant makes the bias count?"
    ),
    "twice": Mistake(
        "bias_added_twice",
        "{who} gets X with more than one column of ones. Is it "
        "put in front anew in each epoch, or twice?",
    ),
    "other": Mistake(
        "wrong_inputs",
        "{who} gets other values than those of X with its column of "
        "ones. What happens to X on the way?",
    ),
    "targets": Mistake(
        "wrong_targets",
        "{who} gets targets that do not belong to its samples. Do "
        "X and y go through the loop together?",
    ),
    "part": Mistake(
        "loss_of_some_samples",
        "The loss of an epoch is that of some samples only. Which X and y does it get?",
    ),
    "trick": Mistake(
        "bias_added_twice",
        "`loss` is told to put ones in front of X, which has them "
        "already by then. Look at `bias_trick`.",
    ),
}

ENTRIES = Mistake(
    "history_entries",
    "The length of `loss_history` is {n} after {epochs} epochs; one entry for each is wanted.",
)

LAST_ONLY = Mistake(
    "history_replaced",
    "`loss_history` holds only the loss of the last epoch. Is it replaced, or begun anew, in each "
    "of them?",
)

PRINTED_ONLY = Mistake(
    "history_entries",
    "The loss is recorded only in the epochs that print it. It belongs there after each epoch: "
    "look at the indentation.",
)

OTHER_VALUES = Mistake(
    "history_values",
    "`loss_history` does not hold what `loss` gives after each epoch. What is appended there?",
)

NOT_A_LIST = Mistake(
    "history_replaced",
    "`loss_history` is no list of numbers any more. Append to it; do not replace it.",
)

ETA_CHANGED = Mistake(
    "learning_rate_changed", "The learning rate changes during fit. It stays as it was given."
)

OWN_CHANGES = Mistake(
    "weights_changed_by_fit",
    "Beside what `back_propagation` does, fit changes the weights itself. Does it draw them anew?",
)

STEPS_WRONG = Mistake(
    "wrong_steps",
    'With method "{method}", step {i} of fit gets {given}; {expected} should have its turn.',
)

CALLS_WRONG = Mistake(
    "wrong_steps",
    'With method "{method}", fit makes {given} steps and '
    "records {losses} losses in {epochs} epochs. Count what each loop does.",
)

BACK_FIRST = Mistake(
    "back_propagation_first",
    "`fit` itself calls the right things, but the "
    "weights come out wrong. Make check.back_propagation pass first.",
)

LOSS_FIRST = Mistake(
    "loss_first",
    "`fit` itself calls the right things, but the losses are wrong. "
    "Make check.loss and check.predict pass first.",
)

OUTCOME = Mistake(
    "wrong_outcome",
    'With method "{method}", the weights after fit are not what '
    "{epochs} epochs of your `back_propagation` give. Follow one epoch by hand.",
)

PRINTS = Mistake(
    "prints_every_epoch",
    "`fit` prints {n} lines for {epochs} epochs, although "
    "`display_update` is {every}. Which epochs should print?",
)
