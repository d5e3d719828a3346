"""Settings under the names that Keras 3 has for them; :mod:`chainrule.keras.backend` holds them.

Examples
--------
>>> floatx(), epsilon(), image_data_format(), backend()
('float32', 1e-07, 'channels_last', 'chainrule')
"""

from typing import NoReturn

from chainrule.keras.backend import (
    backend,
    epsilon,
    floatx,
    image_data_format,
    set_epsilon,
    set_floatx,
    set_image_data_format,
)

__all__ = [
    "backend",
    "epsilon",
    "floatx",
    "image_data_format",
    "set_epsilon",
    "set_floatx",
    "set_image_data_format",
]


def __getattr__(name: str) -> NoReturn:
    from chainrule.keras.mistakes import close_to

    raise AttributeError(
        f"module 'chainrule.keras.config' has no setting {name!r}{close_to(name, __all__)} "
        f"Possible: {', '.join(__all__)}; or real Keras"
    )
