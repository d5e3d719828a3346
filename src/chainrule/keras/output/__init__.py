"""What a model prints: the lines of training, and the table of its layers."""

from chainrule.keras.output.console import say
from chainrule.keras.output.progress import Progress
from chainrule.keras.output.summary import summary

__all__ = ["Progress", "say", "summary"]
