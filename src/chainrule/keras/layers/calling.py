"""What a layer computes when it is called with data of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from chainrule.keras.layers.inputs import Placeholder

if TYPE_CHECKING:
    from chainrule.keras.layers.base import Layer

Array = npt.NDArray[Any]


def call(layer: Layer, inputs: Any, *, training: bool = False) -> Array:
    """Return the layer's output for inputs of shape (N, ...).

    Raises
    ------
    NotImplementedError
        For a placeholder: graphs of layers are real Keras's.
    """
    from chainrule.architecture import Architecture
    from chainrule.engines.rules import RULES, Mode
    from chainrule.keras import data, random

    if isinstance(inputs, Placeholder) or type(inputs).__name__ == "KerasTensor":
        raise NotImplementedError(
            f"layer {layer.name!r} is called with a placeholder; chainrule has no functional "
            f"graphs: put layers into Sequential([...]), or use real Keras"
        )
    x = data.arrays(inputs, "inputs", layer.dtype)
    layer.build((None, *x.shape[1:]))
    A = x.reshape(len(x), -1)
    first = layer.parameters()
    network = layer.describe()
    if network:
        architecture = Architecture(A.shape[1], network)
        key = int(random.generator().integers(2**63)) if training else 0
        for stream, (description, places) in enumerate(
            zip(network, architecture.places, strict=True)
        ):
            named = {
                place.parameter.name: variable.array
                for place, variable in zip(places, first, strict=False)
            }
            first = first[len(places) :]
            mode = Mode(training, key, 1, stream)
            A = RULES[type(description)].forward(description, named, A, mode)[0]
    return np.ascontiguousarray(A).reshape(len(x), *layer.output_shape[1:])
