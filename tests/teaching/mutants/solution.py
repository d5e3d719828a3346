"""The notebook, filled in. Each mutant is this text with one passage replaced."""
# ruff: noqa: B905, NPY002, UP032, UP034 (as students write it)

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def sigmoid_grad(x):
    return sigmoid(x) * (1 - sigmoid(x))


def forward(X, w1, w2):
    h = sigmoid(X.dot(w1))
    y_pred = h.dot(w2)
    return h, y_pred


def gradients(X, y, w1, w2):
    h, y_pred = forward(X, w1, w2)
    grad_y_pred = 2 * (y_pred - y)
    grad_w2 = h.T.dot(grad_y_pred)
    grad_h = grad_y_pred.dot(w2.T)
    grad_w1 = X.T.dot(grad_h * h * (1 - h))
    return grad_w1, grad_w2


class NeuralNetwork:
    def __init__(self, layers, eta=0.1, rand_seed=42):
        np.random.seed(rand_seed)
        self.W = []
        self.layers = layers
        for i in np.arange(0, len(layers) - 2):
            w = np.random.randn(layers[i] + 1, layers[i + 1] + 1)
            self.W.append(w)
        w = np.random.randn(layers[-2] + 1, layers[-1])
        self.W.append(w)
        self.eta = eta
        self.loss_history = []

    def sigmoid(self, x):
        return 1 / (1 + np.exp(-x))

    def sigmoid_grad(self, x):
        return self.sigmoid(x) * (1 - self.sigmoid(x))

    def predict(self, X, bias_trick=True):
        p = np.atleast_2d(X)
        if bias_trick:
            p = np.c_[np.ones((p.shape[0])), p]
        for layer in np.arange(0, len(self.layers) - 1):
            p = self.sigmoid(np.dot(p, self.W[layer]))
        return p

    def loss(self, X, y, bias_trick=False):
        y = np.atleast_2d(y)
        y_pred = self.predict(X, bias_trick=bias_trick)
        loss = np.sum((y_pred - y) ** 2)
        return loss

    def back_propagation(self, X, y):
        A = [np.atleast_2d(X)]
        # forward pass
        for layer in np.arange(0, len(self.layers) - 1):
            a = np.dot(A[layer], self.W[layer])
            A.append(self.sigmoid(a))
        # backprop phase
        D = [(A[-1] - y) * A[-1] * (1 - A[-1])]
        for layer in np.arange(len(A) - 2, 0, -1):
            delta = np.dot(D[-1], self.W[layer].T)
            delta = delta * A[layer] * (1 - A[layer])
            D.append(delta)
        D = D[::-1]
        # update weights
        for layer in np.arange(0, len(self.layers) - 1):
            grad_W = np.dot(A[layer].T, D[layer])
            self.W[layer] -= self.eta * grad_W

    def fit(self, X, y, n_epochs=10, method="batch", display_update=100):
        X = np.c_[np.ones((X.shape[0])), X]
        for i_epoch in range(n_epochs):
            if method == "batch":
                self.back_propagation(X, y)
            else:
                for xi, yi in zip(X, y):
                    self.back_propagation(xi, yi)
            loss = self.loss(X, y)
            self.loss_history.append(loss)
            if i_epoch == 0 or (1 + i_epoch) % display_update == 0:
                print("epoch={}, loss={:.3f}".format(1 + i_epoch, loss))
