"""A network of two layers in plain NumPy: forward, backward and update, each in two lines."""

import numpy as np

X = np.array([[1, 0, 0], [1, 0, 1], [1, 1, 0], [1, 1, 1]])  # (4, 3), ones for the bias trick
y = np.array([[0], [1], [1], [0]])  # (4, 1), the exclusive or

random = np.random.RandomState(2)
w1 = random.randn(3, 3)  # first layer: 3 inputs, 3 hidden units
w2 = random.randn(3, 1)  # second layer: 3 hidden units, 1 output
print(f"* model params: {np.round(w1, 4).tolist()}, {np.round(w2, 4).tolist()}")
eta = 1e-2  # learning rate
n_epochs = 10_000

for t in range(n_epochs):
    # forward pass
    h = 1 / (1 + np.exp(-X @ w1))  # (4, 3), sigmoid
    y_pred = h @ w2  # (4, 1), linear
    loss = np.square(y_pred - y).sum()
    if t % 1000 == 0 or t == n_epochs - 1:
        print(f"{t} {loss:.6f}")

    # backprop: the gradient of the loss with respect to y_pred, w2, h, w1
    grad_y_pred = 2 * (y_pred - y)  # (4, 1)
    grad_w2 = h.T @ grad_y_pred  # (3, 1)
    grad_h = grad_y_pred @ w2.T  # (4, 3)
    grad_w1 = X.T @ (grad_h * h * (1 - h))  # (3, 3)

    # update rule
    w1 -= eta * grad_w1
    w2 -= eta * grad_w2
print(f"* new model params: {np.round(w1, 4).tolist()}, {np.round(w2, 4).tolist()}")

for xi, yi in zip(X, y, strict=True):
    h = 1 / (1 + np.exp(-xi @ w1))
    out = h @ w2
    print(f"data={xi}, ground-truth={yi}, out={out[0]:.3f}, y={int(out[0] > 0.5)}")
