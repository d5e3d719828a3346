"""The notebook's network, written out from its maths in plain NumPy: what chainrule must give.

It follows the notebook step by step and shares no code with chainrule. With A_0 = [1, X]:

    A_{l+1} = s(A_l W_l)              s(z) = 1 / (1 + exp(-z))
    L       = sum (A_n - y)^2
    D_n     = (A_n - y) * A_n * (1 - A_n)
    D_l     = (D_{l+1} W_l^T) * A_l * (1 - A_l)
    dL/dW_l = 2 A_l^T D_{l+1}         the 2 comes from the square
"""

import numpy as np


class TutorialNetwork:
    def __init__(self, layers, eta=0.1, rand_seed=42):
        random = np.random.RandomState(rand_seed)
        self.layers = layers
        self.eta = eta
        self.loss_history = []
        self.W = []
        for i in range(len(layers) - 2):
            self.W.append(random.randn(layers[i] + 1, layers[i + 1] + 1))
        self.W.append(random.randn(layers[-2] + 1, layers[-1]))

    def sigmoid(self, x):
        return 1 / (1 + np.exp(-x))

    def sigmoid_grad(self, x):
        return self.sigmoid(x) * (1 - self.sigmoid(x))

    def predict(self, X, bias_trick=True):
        A = np.atleast_2d(X)
        if bias_trick:
            A = np.hstack([np.ones((len(A), 1)), A])
        for W in self.W:
            A = self.sigmoid(A @ W)
        return A

    def loss(self, X, y, bias_trick=False):
        errors = self.predict(X, bias_trick=bias_trick) - np.atleast_2d(y)
        return np.sum(errors * errors)

    def back_propagation(self, X, y):
        A = [np.atleast_2d(X)]
        for W in self.W:
            A.append(self.sigmoid(A[-1] @ W))
        D = [(A[-1] - y) * A[-1] * (1 - A[-1])]
        for i in range(len(self.W) - 1, 0, -1):
            D.insert(0, (D[0] @ self.W[i].T) * A[i] * (1 - A[i]))
        for i in range(len(self.W)):
            self.W[i] -= self.eta * (2 * A[i].T @ D[i])

    def fit(self, X, y, n_epochs=10, method="batch", display_update=100):
        X = np.hstack([np.ones((len(X), 1)), X])
        for epoch in range(1, n_epochs + 1):
            if method == "batch":
                self.back_propagation(X, y)
            else:
                for xi, yi in zip(X, y, strict=True):
                    self.back_propagation(xi, yi)
            loss = self.loss(X, y)
            self.loss_history.append(loss)
            if epoch == 1 or epoch % display_update == 0:
                print(f"epoch={epoch}, loss={loss:.3f}")
