"""Activations: A = f(Z), and beside each how a gradient comes back through it.

One row an activation; the formulas lie in this package's modules. The reference engine computes
with them; the native engine has a row of the same name in ``native/activations.hpp``, and a test
holds the two tables together.
"""

from __future__ import annotations

from chainrule.activations import rectifiers, rowwise, shrinking, sigmoids, smooth
from chainrule.activations.row import Activation
from chainrule.activations.sigmoids import sigmoid, sigmoid_derivative
from chainrule.tables import Table

__all__ = ["ACTIVATIONS", "Activation", "sigmoid", "sigmoid_derivative"]

ACTIVATIONS: Table[Activation] = Table(
    "activation",
    {
        row.name: row
        for row in (
            Activation("linear", sigmoids.linear, sigmoids.linear_derivative),
            Activation("sigmoid", sigmoids.sigmoid, sigmoids.sigmoid_derivative),
            Activation("tanh", sigmoids.tanh, sigmoids.tanh_derivative),
            Activation("relu", rectifiers.relu, rectifiers.relu_derivative),
            Activation("relu6", rectifiers.relu6, rectifiers.relu6_derivative),
            Activation(
                "leaky_relu", rectifiers.leaky_relu, rectifiers.leaky_relu_derivative, alpha=0.3
            ),
            Activation("elu", rectifiers.elu, rectifiers.elu_derivative, alpha=1.0),
            Activation("selu", rectifiers.selu, rectifiers.selu_derivative),
            Activation("gelu", smooth.gelu, smooth.gelu_derivative),
            Activation("gelu_tanh", smooth.gelu_tanh, smooth.gelu_tanh_derivative),
            Activation("silu", smooth.silu, smooth.silu_derivative),
            Activation("softplus", smooth.softplus, smooth.softplus_derivative),
            Activation("softsign", sigmoids.softsign, sigmoids.softsign_derivative),
            Activation("hard_sigmoid", sigmoids.hard_sigmoid, sigmoids.hard_sigmoid_derivative),
            Activation("exponential", smooth.exponential, smooth.exponential_derivative),
            Activation("mish", smooth.mish, smooth.mish_derivative),
            Activation("softmax", rowwise.softmax, None, row_pullback=rowwise.softmax_pullback),
            Activation(
                "log_softmax", rowwise.log_softmax, None, row_pullback=rowwise.log_softmax_pullback
            ),
            Activation("celu", rectifiers.celu, rectifiers.celu_derivative, alpha=1.0),
            Activation("hard_tanh", sigmoids.hard_tanh, sigmoids.hard_tanh_derivative),
            Activation("hard_silu", sigmoids.hard_silu, sigmoids.hard_silu_derivative),
            Activation("log_sigmoid", smooth.log_sigmoid, smooth.log_sigmoid_derivative),
            Activation("squareplus", smooth.squareplus, smooth.squareplus_derivative),
            Activation("sparse_plus", smooth.sparse_plus, smooth.sparse_plus_derivative),
            Activation("tanh_shrink", shrinking.tanh_shrink, shrinking.tanh_shrink_derivative),
            Activation(
                "soft_shrink", shrinking.soft_shrink, shrinking.soft_shrink_derivative, alpha=0.5
            ),
            Activation(
                "hard_shrink", shrinking.hard_shrink, shrinking.hard_shrink_derivative, alpha=0.5
            ),
        )
    },
)
