"""The checker of the teaching notebook: it says what is wrong and where to look, not the answer.

A cell after each exercise calls ``check.<exercise>`` on what the student wrote. The answer is
shown at once, as text in a terminal and as a small box in a notebook, and is returned as a
:class:`Result`, which is true if all is right: ``assert check.sigmoid(sigmoid)`` is a test cell.

The two-layer script, by its arrays or by functions:

=====================================  =======================================================
``check.data(X, y)``                   ``X`` (4, 3) of the exclusive or, ones first; ``y`` (4, 1)
``check.weights(w1, w2)``              shapes (3, 3) and (3, 1), drawn at random
``check.sigmoid(sigmoid)``             a function of one array
``check.sigmoid_grad(sigmoid_grad)``   its derivative, a function of one array, z
``check.forward(forward)``             ``forward(X, w1, w2)`` returns ``h, y_pred``
``check.gradients(gradients)``         ``gradients(X, y, w1, w2)`` returns ``grad_w1, grad_w2``
``check.two_layer(globals())``         after the loop: ``X, y, w1, w2, eta, h, y_pred, loss,
                                       grad_y_pred, grad_w2, grad_h, grad_w1`` by these names
``check.output(out, xi, w1, w2)``      the output for one sample
=====================================  =======================================================

The class, each method by itself, so that a mistake in one does not hide the others:

===========================================  =================================================
``check.init(NeuralNetwork)``                shapes and drawing of ``W``; ``layers``, ``eta``,
                                             ``loss_history``
``check.predict(NeuralNetwork)``             with and without the bias trick
``check.loss(NeuralNetwork)``                the sum of squared errors
``check.back_propagation(NeuralNetwork)``    one step, against finite differences
``check.fit(NeuralNetwork)``                 "batch" and "SGD", the epochs, the history
===========================================  =================================================

What is trained with them:

====================================================  ========================================
``check.xor_network(nn)``                             2-2-1, before it is trained
``check.xor(nn)``                                     after it: the four answers are right
``check.one_hot(y_train)``                            labels as rows with a single 1
``check.digits_network(nn)``                          64-32-16-10
``check.digits(nn, X_test, y_test)``                  after it: reads more than 90 %
``check.digit(y_class, y, outputs, target)``          the class of one image and the truth, from
                                                      ``nn.predict(...)`` and ``y_test[index]``
``check.confusion_matrix(conf, y_true, outputs)``     from one-hot rows and network outputs
``check.model(model)``                                64-32-16-10 of Keras or chainrule.keras;
                                                      ``activation="relu"`` for the second one
``check.history(H)``                                  losses and accuracies of 300 epochs;
                                                      ``epochs=20`` for another number
====================================================  ========================================

All take ``time_limit=`` in seconds (5 if it is left out). ``chainrule check notebook.ipynb`` runs
a whole notebook.

>>> import numpy as np
>>> from chainrule.teaching import check
>>> result = check.sigmoid(lambda x: 1 / (1 + np.exp(x)))
not yet: sigmoid
  The curve falls where it should rise: large inputs must come out near 1. Look
  at the sign in the exponential.
>>> result.passed, result.mistake
(False, 'sign_of_exponent')
"""

from __future__ import annotations

from chainrule.teaching import check
from chainrule.teaching.result import Result

__all__ = ["Result", "check"]
