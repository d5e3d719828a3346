"""The two-layer script of the notebook, with fewer epochs."""
# ruff: noqa: B007, NPY002 (as students write it)

import numpy as np

X = np.array([[1, 0, 0], [1, 0, 1], [1, 1, 0], [1, 1, 1]])
y = np.array([[0], [1], [1], [0]])

np.random.seed(2)
w1 = np.random.randn(3, 3)
w2 = np.random.randn(3, 1)
eta = 1e-2
n_epochs = 200

for t in range(n_epochs):
    # forward pass
    h = 1 / (1 + np.exp(-X.dot(w1)))
    y_pred = h.dot(w2)
    loss = np.square(y_pred - y).sum()

    # backprop
    grad_y_pred = 2.0 * (y_pred - y)
    grad_w2 = h.T.dot(grad_y_pred)
    grad_h = grad_y_pred.dot(w2.T)
    grad_w1 = X.T.dot(grad_h * h * (1 - h))

    # update rule
    w1 -= eta * grad_w1
    w2 -= eta * grad_w2

xi = X[1]
out = (1 / (1 + np.exp(-xi.dot(w1)))).dot(w2)
