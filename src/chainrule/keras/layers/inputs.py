"""The shape of what goes into a model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from chainrule.description import described
from chainrule.keras.layers.base import Layer, Shape, sample_shape
from chainrule.keras.objects import new_name, register
from chainrule.layers import Layer as Description


@described
class Placeholder:
    """What stands for data in a model: a shape, a dtype, a name.

    Examples
    --------
    >>> Input((64,), name="pixels")
    <Placeholder shape=(None, 64), dtype=float32, name=pixels>
    """

    shape: Shape
    dtype: str
    name: str

    @property
    def ndim(self) -> int:
        """How many axes there are, with that of the samples."""
        return len(self.shape)

    def __repr__(self) -> str:
        return f"<Placeholder shape={self.shape}, dtype={self.dtype}, name={self.name}>"


@register("layer", "keras.layers")
class InputLayer(Layer):
    """The shape of one sample, as the first layer of a model.

    Parameters
    ----------
    shape : sequence of int, optional
        The axes of one sample, all of them known.
    batch_size : int, optional
        Kept for files.
    dtype : str, optional
        "float32" or "float64"; :func:`chainrule.keras.backend.floatx` if None.
    batch_shape : sequence of int, optional
        In the place of ``shape``, with None in front.
    name : str, optional
        How the layer is called.

    Raises
    ------
    ValueError
        When no shape is given, or an axis is not known.

    Examples
    --------
    >>> InputLayer((64,)).output_shape
    (None, 64)
    """

    hidden: ClassVar[bool] = True

    def __init__(
        self,
        shape: Sequence[int] | None = None,
        batch_size: int | None = None,
        dtype: Any = None,
        *,
        batch_shape: Sequence[int | None] | None = None,
        name: str | None = None,
        **unknown: Any,
    ) -> None:
        if shape is None and batch_shape is None:
            raise ValueError("shape is not given; possible: the axes of one sample, such as (64,)")
        axes = shape if shape is not None else tuple(batch_shape or ())[1:]
        super().__init__(name=name, dtype=dtype, **unknown)
        self.batch_size = batch_size
        self.build((None, *sample_shape("shape", axes)))

    def describe(self) -> tuple[Description, ...]:
        """Return nothing: samples go through as they are."""
        return ()

    def get_config(self) -> dict[str, Any]:
        """Return the settings by name, as Keras writes them."""
        return {
            "batch_shape": [self.batch_size, *self.input_shape[1:]],
            "dtype": self.dtype,
            "sparse": False,
            "ragged": False,
            "name": self.name,
            "optional": False,
        }

    def build_config(self) -> None:
        """Return None: the settings have it all."""
        return None


def Input(  # noqa: N802, Keras's name
    shape: Sequence[int] | None = None,
    batch_size: int | None = None,
    dtype: Any = None,
    name: str | None = None,
    *,
    batch_shape: Sequence[int | None] | None = None,
    **unknown: Any,
) -> Placeholder:
    """Return a placeholder for samples of this shape, to stand first in a Sequential.

    Parameters
    ----------
    shape, batch_size, dtype, name, batch_shape
        As in :class:`InputLayer`.

    Examples
    --------
    >>> Input(shape=(8, 8)).shape
    (None, 8, 8)
    """
    layer = InputLayer(
        shape,
        batch_size,
        dtype,
        batch_shape=batch_shape,
        name=name or new_name("input_layer"),
        **unknown,
    )
    return Placeholder(layer.output_shape, layer.dtype, layer.name)
