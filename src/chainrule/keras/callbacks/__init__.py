"""Callbacks: what is called at the moments of training.

>>> H = History()
>>> CallbackList([H], epochs=1, steps=1, verbose=0).on_epoch_end(0, {"loss": 0.5})
>>> H.history
{'loss': [0.5]}
"""

from typing import Any

from chainrule.keras.callbacks.averaging import SwapEMAWeights
from chainrule.keras.callbacks.backups import BackupAndRestore
from chainrule.keras.callbacks.callback import Callback
from chainrule.keras.callbacks.callback_list import CallbackList, Hooks, hooks
from chainrule.keras.callbacks.checkpoints import ModelCheckpoint
from chainrule.keras.callbacks.history import History
from chainrule.keras.callbacks.progbar_logger import ProgbarLogger
from chainrule.keras.callbacks.rates import LearningRateScheduler, ReduceLROnPlateau
from chainrule.keras.callbacks.recording import CSVLogger, LambdaCallback
from chainrule.keras.callbacks.stopping import EarlyStopping, TerminateOnNaN
from chainrule.keras.mistakes import missing

__all__ = [
    "BackupAndRestore",
    "CSVLogger",
    "Callback",
    "CallbackList",
    "EarlyStopping",
    "History",
    "Hooks",
    "LambdaCallback",
    "LearningRateScheduler",
    "ModelCheckpoint",
    "ProgbarLogger",
    "ReduceLROnPlateau",
    "SwapEMAWeights",
    "TerminateOnNaN",
    "hooks",
]

_ONLY_IN_KERAS = {
    "OrbaxCheckpoint": "use ModelCheckpoint",
    "RemoteMonitor": "write a LambdaCallback",
    "TensorBoard": "use CSVLogger",
}


def __getattr__(name: str) -> Any:
    if name in _ONLY_IN_KERAS:
        raise NotImplementedError(
            f"callbacks.{name} is not supported: {_ONLY_IN_KERAS[name]}; or use real Keras"
        )
    raise missing(__name__, name, __all__)
