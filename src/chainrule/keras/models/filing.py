"""What a model does with files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn, cast

if TYPE_CHECKING:
    from chainrule.keras.models.sequential import Sequential


class Filing:
    """Saving a model and loading weights, in the words of Keras."""

    # Where ``fit`` begins instead of at initial_epoch, if a callback sets it in on_train_begin.
    _initial_epoch: int | None = None

    def save(
        self, filepath: Any, overwrite: bool = True, zipped: bool | None = None, **old: Any
    ) -> None:
        """Write the model to a file; see :func:`chainrule.keras.saving.save_model`.

        Parameters
        ----------
        filepath : str or Path
            Ends in ``.keras``, which real Keras opens (needs h5py), or in ``.safetensors``, which
            is ours and needs nothing. Without an ending, ``.safetensors`` is added.
        overwrite : bool
            Whether to replace a file that is there.
        zipped : bool, optional
            True or None: models are single files.

        Raises
        ------
        FileExistsError, ImportError, ValueError
            When the file may not be replaced, h5py is missing, or a part cannot be written.
        """
        from chainrule.keras.saving import save_model

        save_model(cast("Sequential", self), filepath, overwrite, zipped, **old)

    def save_weights(
        self, filepath: Any, overwrite: bool = True, max_shard_size: None = None
    ) -> None:
        """Write the weights, and the optimiser's state if the model is compiled.

        See :func:`chainrule.keras.saving.save_weights`.

        Parameters
        ----------
        filepath : str or Path
            Ends in ``.weights.h5``, which real Keras reads (needs h5py), or in ``.safetensors``.
        overwrite : bool
            Whether to replace a file that is there.
        max_shard_size : None
            Weights are in one file here.

        Raises
        ------
        FileExistsError, ImportError, ValueError
            When the file may not be replaced, h5py is missing, or the model is not built.
        """
        from chainrule.keras.saving import save_weights

        save_weights(cast("Sequential", self), filepath, overwrite, max_shard_size)

    def load_weights(self, filepath: Any, skip_mismatch: bool = False, **old: Any) -> None:
        """Read weights, and the optimiser's state if the model is compiled with the same one.

        See :func:`chainrule.keras.saving.load_weights`.

        Parameters
        ----------
        filepath : str or Path
            A file of weights or of a model: ``.weights.h5``, ``.keras`` or ``.safetensors``.
        skip_mismatch : bool
            Whether layers that do not fit stay as they are, with a warning.

        Raises
        ------
        FileNotFoundError, ImportError, ValueError
            When the file is not there, is damaged, or does not fit; the model is unchanged then.
        """
        from chainrule.keras.saving import load_weights

        load_weights(cast("Sequential", self), filepath, skip_mismatch, **old)

    def restored_epoch(self, otherwise: int) -> int:
        """Return the epoch with which a callback wants ``fit`` to go on, once; else the other.

        Examples
        --------
        >>> filing = Filing()
        >>> filing._initial_epoch = 3  # as BackupAndRestore does
        >>> filing.restored_epoch(0), filing.restored_epoch(0)
        (3, 0)
        """
        epoch, self._initial_epoch = self._initial_epoch, None
        return otherwise if epoch is None else epoch

    def export(self, *_: Any, **__: Any) -> NoReturn:
        """Raise: programs for servers and phones are real Keras's."""
        raise NotImplementedError(
            "export() is not supported; write model.save('m.keras') here, and with real Keras "
            "keras.models.load_model('m.keras').export(...)"
        )
