"""Pictures of models: one card a layer, arrows between them, shapes on the arrows.

matplotlib draws; neither Graphviz nor pydot is needed.
"""

from __future__ import annotations

import sys
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chainrule.keras.drawing.blocks import Shown, blocks_of
from chainrule.keras.drawing.ink import draw
from chainrule.keras.drawing.layout import lay_out
from chainrule.keras.mistakes import named

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["plot_model"]

_DIRECTIONS = ("TB", "BT", "LR", "RL")


@named
def plot_model(
    model: Any,
    to_file: str | PathLike[str] | None = "model.png",
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = False,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: int = 200,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    splines: str = "ortho",  # noqa: ARG001  as in Keras
) -> Figure | Any:
    """Draw a model: a card for each layer, from the input to the output.

    A blue bar marks layers with weights. Shapes and types stand on the arrows, between the layer
    that puts them out and the one that takes them in.

    Parameters
    ----------
    model : Model
        One that is built.
    to_file : path, optional
        Where the picture is written; its ending says how: png, pdf, svg, jpg. None writes nothing.
    show_shapes, show_dtype : bool
        Write shapes, and types, of what flows between layers.
    show_layer_names : bool
        Write the names of layers beside their classes.
    rankdir : str
        From the input to the output: "TB" top to bottom, "BT", "LR" left to right, or "RL".
    expand_nested : bool
        Draw the layers of models that are layers, in a frame.
    dpi : int
        Dots per inch; text is 10 to 11 points.
    show_layer_activations : bool
        Write the activation of layers that have one.
    show_trainable : bool
        Mark layers with weights as trainable or frozen.
    splines : str
        As in Keras; the arrows of a chain are straight whatever it says.

    Returns
    -------
    matplotlib.figure.Figure or IPython.display.Image
        In a notebook, the image that was written, which it shows; else the figure.

    Raises
    ------
    ModuleNotFoundError
        When matplotlib is not installed.
    ValueError
        When the model is not built or has no layers, or for an unknown direction.

    Examples
    --------
    >>> from chainrule.keras import Sequential, layers
    >>> model = Sequential([layers.Input((64,)), layers.Dense(10, activation="softmax")])
    >>> figure = plot_model(model, to_file=None, show_shapes=True)
    >>> sorted(text.get_text() for text in figure.axes[0].texts)
    ['(None, 10)', '(None, 64)', 'Dense']
    """
    if rankdir not in _DIRECTIONS:
        raise ValueError(f"rankdir is {rankdir!r}; possible: {', '.join(_DIRECTIONS)}")
    if not model.built:
        raise ValueError(
            f"model {model.name!r} is not built, so that its shapes are unknown; give its first "
            f"layer input_shape=, or call model.build((None, columns))"
        )
    shown = Shown(show_shapes, show_dtype, show_layer_names, show_layer_activations, show_trainable)
    plan = lay_out(blocks_of(model, shown, expand_nested), rankdir)
    figure = draw(plan)
    if to_file is None:
        return figure
    kind = Path(to_file).suffix[1:].lower() or "png"
    figure.savefig(fspath(to_file), dpi=dpi, format=kind)
    return _shown_in_notebook(to_file, kind) or figure


def _shown_in_notebook(path: str | PathLike[str], kind: str) -> Any:
    """Return what a notebook shows of the picture; None outside of one."""
    ipython = sys.modules.get("IPython")
    if ipython is None or ipython.get_ipython() is None or kind not in ("png", "jpg", "jpeg"):
        return None
    from IPython import display

    image: Any = display.Image
    return image(filename=fspath(path))
