"""Data: from what users give to what models train on, in arrays or in batches.

>>> samples = adapt([[0, 1], [2, 3], [4, 5]], [0, 1, 1], batch_size=2)
>>> samples.x.dtype, samples.y, samples.num_batches
(dtype('float32'), array([0, 1, 1]), 2)
"""

from chainrule.keras.data.adapting import adapt
from chainrule.keras.data.batches import Batches
from chainrule.keras.data.conversion import arrays
from chainrule.keras.data.dataset import PyDataset
from chainrule.keras.data.packing import pack, unpack
from chainrule.keras.data.samples import Samples, check_class_weight, split, weigh_classes

__all__ = [
    "Batches",
    "PyDataset",
    "Samples",
    "adapt",
    "arrays",
    "check_class_weight",
    "pack",
    "split",
    "unpack",
    "weigh_classes",
]
