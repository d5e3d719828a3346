"""Pictures: one function each. They take arrays, return the matplotlib figure, and show nothing.

Save what they return with ``figure.savefig("loss.pdf")``; a notebook shows it by itself. Only
``matplotlib.figure.Figure`` is used, never pyplot's global state, and matplotlib is imported when
the first picture is drawn.
"""

from chainrule.plots.curves import training_curves, training_panels
from chainrule.plots.images import digit_row, digit_sheet, predictions
from chainrule.plots.results import confusion_matrix, decision_boundary, loss_curve

__all__ = [
    "confusion_matrix",
    "decision_boundary",
    "digit_row",
    "digit_sheet",
    "loss_curve",
    "predictions",
    "training_curves",
    "training_panels",
]
