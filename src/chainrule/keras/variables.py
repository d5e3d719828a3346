"""Variables: the numbers of layers and optimisers, as users read, write and print them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


class Tensor(np.ndarray[Any, Any]):
    """A NumPy array that also answers to ``numpy()``, as tensors do.

    Examples
    --------
    >>> tensor(np.ones(2)).numpy()
    array([1., 1.])
    """

    def numpy(self) -> Array:
        """Return the plain array."""
        return np.asarray(self)


def tensor(array: Array) -> Tensor:
    """Return a view of the array that is a :class:`Tensor`.

    Examples
    --------
    >>> tensor(np.array([1.0, 2.0])) + 1
    Tensor([2., 3.])
    """
    return array.view(Tensor)


class Variable:
    """Numbers with a name. ``array`` is where they lie now; writing goes through :meth:`assign`.

    A model keeps all its weights in one flat vector, and moves the array of each variable there;
    so ``array`` may be another object later, with the same values.

    Parameters
    ----------
    value : array_like
        The first values.
    name : str
        "kernel", "bias", ...
    trainable : bool
        Whether training may change it.
    dtype : str or dtype, optional
        That of the value if None.
    path : str, optional
        The name with those of its owners, such as "sequential/dense/kernel".

    Examples
    --------
    >>> v = Variable([1.0, 2.0], name="bias", dtype="float32")
    >>> v.assign([3.0, 4.0])
    >>> v.numpy(), v.shape, v.dtype
    (array([3., 4.], dtype=float32), (2,), 'float32')
    >>> v.assign([1.0])
    Traceback (most recent call last):
    ...
    ValueError: bias has shape (2,), and the value (1,); give an array of shape (2,)
    """

    def __init__(
        self,
        value: npt.ArrayLike,
        name: str = "variable",
        *,
        trainable: bool = True,
        dtype: npt.DTypeLike | None = None,
        path: str | None = None,
    ) -> None:
        self.array: Array = np.array(value, dtype=dtype)
        self.name = name
        self.trainable = trainable
        self.path = path or name

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the numbers."""
        return self.array.shape

    @property
    def ndim(self) -> int:
        """How many axes they have."""
        return self.array.ndim

    @property
    def dtype(self) -> str:
        """Their type, as a text, as Keras 3 has it."""
        return self.array.dtype.name

    @property
    def value(self) -> Tensor:
        """The numbers, as a tensor; a copy."""
        return tensor(self.array.copy())

    def numpy(self) -> Array:
        """Return a copy of the numbers."""
        return self.array.copy()

    def assign(self, value: npt.ArrayLike) -> None:
        """Write other numbers of the same shape.

        Raises
        ------
        ValueError
            When the shape is another.
        """
        new = np.asarray(value)
        if new.shape != self.array.shape:
            raise ValueError(
                f"{self.path} has shape {self.shape}, and the value {new.shape}; "
                f"give an array of shape {self.shape}"
            )
        self.array[...] = new

    def assign_add(self, value: npt.ArrayLike) -> None:
        """Add to the numbers."""
        self.assign(self.array + np.asarray(value))

    def assign_sub(self, value: npt.ArrayLike) -> None:
        """Subtract from the numbers."""
        self.assign(self.array - np.asarray(value))

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> Array:
        return np.array(self.array, dtype=dtype, copy=True if copy is None else copy)

    def __len__(self) -> int:
        return len(self.array)

    def __getitem__(self, index: Any) -> Any:
        return self.value[index]

    def __float__(self) -> float:
        return float(self.array)

    def __int__(self) -> int:
        return int(self.array)

    def __format__(self, spec: str) -> str:
        return format(self.array.item() if self.array.ndim == 0 else self.array, spec)

    def __repr__(self) -> str:
        return (
            f"<Variable path={self.path}, shape={self.shape}, dtype={self.dtype}, "
            f"value={np.array2string(self.array, threshold=20)}>"
        )


def _arithmetic(name: str) -> Any:
    def method(self: Variable, *others: Any) -> Any:
        plain = [other.array if isinstance(other, Variable) else other for other in others]
        return getattr(np.asarray(self.array), name)(*plain)

    method.__name__ = name
    return method


for _name in ("add", "sub", "mul", "truediv", "pow", "matmul", "lt", "le", "gt", "ge", "eq", "ne"):
    setattr(Variable, f"__{_name}__", _arithmetic(f"__{_name}__"))
for _name in ("radd", "rsub", "rmul", "rtruediv", "rpow", "rmatmul", "neg", "abs"):
    setattr(Variable, f"__{_name}__", _arithmetic(f"__{_name}__"))
Variable.__hash__ = object.__hash__  # type: ignore[method-assign]
