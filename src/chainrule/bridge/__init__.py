"""The bridge to real Keras: its models trained here, and models taken over and back.

Keras itself is never imported to find out what something is: who has a model of Keras has
imported it already.
"""

from chainrule.bridge.acceleration import Accelerated, accelerate
from chainrule.bridge.reading import from_keras
from chainrule.bridge.writing import to_keras

__all__ = ["Accelerated", "accelerate", "from_keras", "to_keras"]
