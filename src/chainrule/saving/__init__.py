"""Files: safetensors with a JSON description; written whole or not at all; never pickle."""

from chainrule.saving.tensors import read_tensors, write_tensors
from chainrule.saving.whole import write_whole

__all__ = ["read_tensors", "write_tensors", "write_whole"]
