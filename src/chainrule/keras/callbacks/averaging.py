"""SwapEMAWeights: looking at the model with the averages of its weights."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from chainrule.keras.callbacks.callback import Callback, Logs, only_if
from chainrule.keras.mistakes import named

_between_epochs = only_if(lambda callback: callback.swap_on_epoch)


class SwapEMAWeights(Callback):
    """Puts the moving averages of the weights in their place for evaluations, and takes them back.

    The averages are those of an optimiser with ``use_ema=True``. Training goes on with the weights
    themselves.

    Source: Polyak and Juditsky, Acceleration of Stochastic Approximation by Averaging, 1992.

    Parameters
    ----------
    swap_on_epoch : bool
        Whether the averages are in place between epochs as well, so that callbacks after this one
        in the list, such as a ``ModelCheckpoint``, see them.

    Raises
    ------
    ValueError
        In ``fit``, when the optimiser keeps no averages.

    Examples
    --------
    >>> import numpy as np
    >>> from chainrule.keras import Sequential, layers, optimizers
    >>> model = Sequential([layers.Input((1,)), layers.Dense(1, use_bias=False)])
    >>> model.set_weights([[[0.0]]])
    >>> model.compile(optimizers.SGD(0.25, use_ema=True, ema_momentum=0.5), "mse")
    >>> x, y = np.ones((1, 1)), np.full((1, 1), 8.0)  # the weight is 4, then 6; the average 5
    >>> look = dict(validation_data=(x, y), verbose=0, callbacks=[SwapEMAWeights()])
    >>> model.fit(x, y, epochs=2, batch_size=1, **look).history["val_loss"]
    [16.0, 9.0]
    """

    @named
    def __init__(self, swap_on_epoch: bool = False) -> None:
        super().__init__()
        self.swap_on_epoch = bool(swap_on_epoch)
        self._kept: list[npt.NDArray[np.floating]] | None = None  # the weights themselves

    def _average(self) -> None:
        optimizer = self.model.optimizer
        if optimizer is None or not optimizer.use_ema:
            raise ValueError(
                "SwapEMAWeights needs the averages of an optimizer with use_ema=True: "
                "model.compile(optimizers.SGD(use_ema=True), ...)"
            )
        if self._kept is None:
            self._kept = [variable.numpy() for variable in self.model.trainable_weights]
            optimizer.finalize_variable_values(self.model.trainable_weights)

    def _take_back(self) -> None:
        if self._kept is not None:
            for variable, kept in zip(self.model.trainable_weights, self._kept, strict=True):
                variable.assign(kept)
            self._kept = None

    @_between_epochs
    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:  # noqa: ARG002
        """Take the weights back, if the averages are in their place between epochs."""
        self._take_back()

    @_between_epochs
    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:  # noqa: ARG002
        """Put the averages in place, if they are to be there between epochs."""
        self._average()

    def on_train_end(self, logs: Logs | None = None) -> None:  # noqa: ARG002
        """Leave what is in place: training ends with the averages, as ``use_ema`` says."""
        self._kept = None

    def on_test_begin(self, logs: Logs | None = None) -> None:  # noqa: ARG002
        """Put the averages in place."""
        self._average()

    def on_test_end(self, logs: Logs | None = None) -> None:  # noqa: ARG002
        """Take the weights back."""
        self._take_back()

    def on_predict_begin(self, logs: Logs | None = None) -> None:  # noqa: ARG002
        """Put the averages in place."""
        self._average()

    def on_predict_end(self, logs: Logs | None = None) -> None:  # noqa: ARG002
        """Take the weights back."""
        self._take_back()
