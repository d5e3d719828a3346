"""What a model can do: compile, fit, evaluate, predict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy.typing as npt

from chainrule.keras.mistakes import named
from chainrule.keras.variables import Tensor, tensor

if TYPE_CHECKING:
    from chainrule.keras.callbacks import History
    from chainrule.keras.metrics import Metric
    from chainrule.keras.models.compiled import Compiled
    from chainrule.keras.models.sequential import Sequential

Array = npt.NDArray[Any]


class Trainer:
    """Training, evaluation and prediction of a model, in the words of Keras.

    Attributes
    ----------
    optimizer : Optimizer or None
        That of :meth:`compile`.
    history : History or None
        Of the last :meth:`fit`.
    stop_training : bool
        A callback sets it to end the run.
    """

    def __init__(self) -> None:
        self._compiled: Compiled | None = None
        self.history: History | None = None
        self.stop_training = False

    def forget(self) -> None:
        """Forget what was made for layers that have changed; ``compile`` has to be called again."""
        self._compiled = None

    # Settling.

    @named
    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        run_eagerly: bool = False,  # noqa: ARG002, there is nothing to choose
        steps_per_execution: int = 1,  # noqa: ARG002
        jit_compile: Any = "auto",  # noqa: ARG002
        auto_scale_loss: bool = True,  # noqa: ARG002
    ) -> None:
        """Settle how the model is trained.

        Parameters
        ----------
        optimizer : str or Optimizer
            A name, or an object of :mod:`chainrule.keras.optimizers`.
        loss : str or Loss
            A name, or an object of :mod:`chainrule.keras.losses`.
        loss_weights : None
            There is one loss.
        metrics, weighted_metrics : list
            Names, objects of :mod:`chainrule.keras.metrics`, or functions ``f(y_true, y_pred)``;
            the weighted ones count samples with their weights.
        run_eagerly, steps_per_execution, jit_compile, auto_scale_loss
            Taken, and without effect: whole epochs run in native code in any case.

        Raises
        ------
        TypeError, ValueError
            For an unknown name, with what was probably meant.
        """
        from chainrule.keras.models import fitting  # noqa: F401, not while the first fit is timed
        from chainrule.keras.models.compiled import Compiled

        if loss_weights not in (None, 1, 1.0, [1], [1.0]):
            raise ValueError(f"loss_weights is {loss_weights!r}; possible: None: there is one loss")
        self._compiled = Compiled(optimizer, loss, metrics, weighted_metrics)

    @property
    def compiled(self) -> bool:
        """Whether :meth:`compile` was called."""
        return self._compiled is not None

    def needed(self, method: str) -> Compiled:
        """Return what :meth:`compile` settled.

        Raises
        ------
        ValueError
            When it was not called.
        """
        if self._compiled is None:
            raise ValueError(f"call compile(...) before {method}()")
        return self._compiled

    @property
    def optimizer(self) -> Any:
        """The optimiser, or None before :meth:`compile`."""
        return None if self._compiled is None else self._compiled.optimizer

    @optimizer.setter
    def optimizer(self, value: Any) -> None:
        from chainrule.keras import optimizers

        self.needed("setting optimizer").optimizer = optimizers.get(value)

    @property
    def loss(self) -> Any:
        """The loss as it was given to :meth:`compile`."""
        return None if self._compiled is None else self._compiled.given_loss

    @property
    def metrics(self) -> list[Metric]:
        """The metrics; known when the model has seen data."""
        return [] if self._compiled is None else list(self._compiled.metrics)

    @property
    def metrics_names(self) -> list[str]:
        """What :meth:`evaluate` returns, by name."""
        return ["loss", *(metric.name for metric in self.metrics)]

    def reset_metrics(self) -> None:
        """Let the metrics begin anew."""
        for metric in self.metrics:
            metric.reset_state()

    def get_metrics_result(self) -> dict[str, Any]:
        """Return what the metrics have counted."""
        from chainrule.keras.models.counting import result

        return {metric.name: result(metric) for metric in self.metrics}

    def get_compile_config(self) -> dict[str, Any] | None:
        """Return what files say of :meth:`compile`."""
        from chainrule.keras.models.settings import compile_config

        return None if self._compiled is None else compile_config(self._compiled)

    def compile_from_config(self, config: Any) -> None:
        """Compile as :meth:`get_compile_config`, or Keras, wrote."""
        from chainrule.keras.models.settings import compile_arguments

        if config:
            self.compile(**compile_arguments(config))

    # Training.

    @named
    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: int | str = "auto",
        callbacks: Any = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool = True,
        class_weight: Any = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: Any = 1,
    ) -> History:
        """Train the model.

        Parameters
        ----------
        x : array_like, or batches
            Samples: arrays, lists, frames, what has ``__dlpack__``; or a generator or an object
            with ``__getitem__`` and ``__len__`` that gives batches ``(x, y)`` or ``(x, y, w)``.
        y : array_like
            Targets.
        batch_size : int, optional
            Samples a step, 32 if None.
        epochs : int
            The number of the last epoch.
        verbose : {"auto", 0, 1, 2}
            A bar, nothing, a bar, or a line an epoch.
        callbacks : list of Callback
            What is called in between.
        validation_split : float
            The share of the samples, from the end, that is not trained on.
        validation_data : tuple
            ``(x, y)`` or ``(x, y, sample_weight)`` to look at after epochs.
        shuffle : bool
            Draw a new order of the samples for each epoch.
        class_weight : dict of int to float
            What the samples of each class count.
        sample_weight : array_like
            What each sample counts.
        initial_epoch : int
            The number of epochs that are done already.
        steps_per_epoch, validation_steps : int, optional
            How many batches an epoch has, for batches without a length.
        validation_batch_size, validation_freq
            As in :meth:`evaluate`; after every how many epochs, or after which.

        Returns
        -------
        History
            ``.history`` has the loss and the metrics of each epoch, by name.

        Raises
        ------
        TypeError, ValueError
            When an argument is not what it may be; the weights are unchanged then.

        Examples
        --------
        >>> from chainrule.keras import Sequential, layers
        >>> model = Sequential([layers.Input((1,)), layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> H = model.fit([[1.0], [2.0]], [[2.0], [4.0]], epochs=3, verbose=0)
        >>> len(H.history["loss"]), H.epoch
        (3, [0, 1, 2])
        """
        from chainrule.keras.models.fitting import fit

        arguments = dict(locals())
        for name in ("self", "fit"):
            arguments.pop(name)
        return fit(cast("Sequential", self), **arguments)

    @named
    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: int | str = "auto",
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: Any = None,
        return_dict: bool = False,
    ) -> Any:
        """Return the loss and the metrics on data: a list, a number without metrics, or a dict."""
        from chainrule.keras.models.evaluation import evaluate

        found = evaluate(
            cast("Sequential", self),
            x,
            y,
            sample_weight,
            batch_size,
            verbose=verbose,
            steps=steps,
            callbacks=callbacks,
        )
        return dict(sorted(found.items())) if return_dict else self._in_order(found)

    def _in_order(self, logs: dict[str, float]) -> Any:
        values = [logs[name] for name in ("loss", *(m.name for m in self.metrics))]
        return values if len(values) > 1 else values[0]

    @named
    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: int | str = "auto",
        steps: int | None = None,
        callbacks: Any = None,
    ) -> Array:
        """Return the outputs for samples x, shape (N, ...)."""
        from chainrule.keras.models.evaluation import predict

        return predict(
            cast("Sequential", self),
            x,
            batch_size,
            verbose=verbose,
            steps=steps,
            callbacks=callbacks,
        )

    # Single batches.

    @named
    def train_on_batch(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        class_weight: Any = None,
        return_dict: bool = False,
    ) -> Any:
        """Make one step on one batch; return its loss and metrics, from before the step."""
        from chainrule.keras.models.streaming import train_on_batch

        found = train_on_batch(cast("Sequential", self), x, y, sample_weight, class_weight)
        return dict(sorted(found.items())) if return_dict else self._in_order(found)

    @named
    def test_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False
    ) -> Any:
        """Return the loss and the metrics of one batch."""
        from chainrule.keras import data

        size = max(1, len(data.arrays(x, "x")))
        return self.evaluate(
            x, y, batch_size=size, verbose=0, sample_weight=sample_weight, return_dict=return_dict
        )

    @named
    def predict_on_batch(self, x: Any) -> Array:
        """Return the outputs for one batch."""
        from chainrule.keras.models.evaluation import outputs

        return outputs(cast("Sequential", self), x)

    def __call__(self, inputs: Any, *, training: bool = False) -> Tensor:
        """Return the outputs for samples, as a tensor."""
        from chainrule.keras.layers.calling import call
        from chainrule.keras.models.evaluation import outputs

        if training or type(inputs).__name__ in ("Placeholder", "KerasTensor"):
            return tensor(call(self, inputs, training=training))  # type: ignore[arg-type]
        return tensor(outputs(cast("Sequential", self), inputs))

    def predict_proba(self, *_: Any, **__: Any) -> None:
        """Raise: Keras dropped it."""
        raise AttributeError("predict_proba() was dropped by Keras; predict() gives the same")

    def predict_classes(self, *_: Any, **__: Any) -> None:
        """Raise: Keras dropped it."""
        raise AttributeError(
            "predict_classes() was dropped by Keras; write model.predict(x).argmax(axis=-1), or "
            "(model.predict(x) > 0.5).astype(int) for a single sigmoid"
        )

    def fit_generator(self, *_: Any, **__: Any) -> None:
        """Raise: Keras dropped it."""
        raise AttributeError("fit_generator() was dropped by Keras; fit() takes generators")

    def evaluate_generator(self, *_: Any, **__: Any) -> None:
        """Raise: Keras dropped it."""
        raise AttributeError(
            "evaluate_generator() was dropped by Keras; evaluate() takes generators"
        )

    def predict_generator(self, *_: Any, **__: Any) -> None:
        """Raise: Keras dropped it."""
        raise AttributeError("predict_generator() was dropped by Keras; predict() takes generators")

    # Texts.

    def to_json(self, **settings: Any) -> str:
        """Return the configuration, and that of :meth:`compile`, as JSON."""
        import json

        from chainrule.keras.saving.description import written

        return json.dumps(written(cast("Sequential", self)), **settings)


def batch_of(batch_size: int | None) -> int:
    """Return the samples a step.

    Raises
    ------
    TypeError, ValueError
        When it is not a positive integer.
    """
    from chainrule.arrays import integer

    return 32 if batch_size is None else integer("batch_size", batch_size, least=1)
