# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Deep learning
#
# A single layer can only draw a straight line between two classes. In this notebook you build
# networks with more than one layer, first as a short script, then as a class that takes any number
# of layers. You train it on a problem that no straight line can solve, and then on images of
# handwritten digits. Last, you build the same network with Keras.
#
# | Part | What you do |
# |:--|:--|
# | 1. A network of two layers | write the forward pass, the gradients and the updates by hand |
# | 2. A class for any number of layers | turn the script into `NeuralNetwork` |
# | 3. The exclusive or | train a 2-2-1 network and look at its loss |
# | 4. Handwritten digits | train a 64-32-16-10 network and look at its mistakes |
# | 5. Keras with sigmoid layers | the same network in a few lines |
# | 6. Keras with ReLU layers | a better activation |
# | 7. Faster, and a closer look | the same class in compiled code, and what its speed is good for |
#
# **How it works.** Wherever you see `...`, put your own code in its place. The cell after it calls
# a check, which says whether you are right, and if not, where to look. Run the cells from top to
# bottom; you can change and run a cell as often as you like. You need Python with NumPy, and what
# a derivative is.

# %% [markdown]
# The first cell installs what is missing, and does nothing if all is there. It works in Jupyter, in
# VS Code and in Google Colab. Your teacher may have given you a file or an address to install from:
# put it in front of `[tutorial]`.

# %%
import importlib.util

PACKAGE = "chainrule[tutorial]"


def missing():
    """Return the packages that this notebook needs and that are not there."""
    importlib.invalidate_caches()
    needed = ("chainrule", "numpy", "matplotlib", "sklearn")
    return [name for name in needed if importlib.util.find_spec(name) is None]


if missing():
    print("installing", PACKAGE, "- this takes a minute, once")
    # %pip install --quiet "{PACKAGE}"
print("not installed: " + ", ".join(missing()) if missing() else "all is there")

# %%
import numpy as np
from matplotlib import cm
from matplotlib import pyplot as plt

from chainrule import plots
from chainrule.teaching import check
from chainrule.teaching.blanks import explain_blanks

explain_blanks()  # a cell that meets a blank says so, in the place of a long error

# How the pictures look. Blue and orange can be told apart by nearly everybody.
BLUE, ORANGE, INK, LINES = "#2563eb", "#d9620a", "#1f2933", "#dfe4ea"
plt.rcParams.update(
    {
        "figure.figsize": (6, 4),
        "lines.linewidth": 2.2,
        "axes.prop_cycle": plt.cycler(color=[BLUE, ORANGE]),
        "axes.titlelocation": "left",
        "axes.titleweight": "bold",
        "axes.titlesize": 13,
        "axes.labelsize": 11,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": LINES,
        "axes.axisbelow": True,
        "xtick.color": LINES,
        "xtick.labelcolor": INK,
        "ytick.color": LINES,
        "ytick.labelcolor": INK,
        "grid.color": LINES,
        "text.color": INK,
        "axes.labelcolor": INK,
    }
)

# %% [markdown]
# ## 1. A network of two layers
#
# **You will learn** what a forward pass is, how the chain rule gives the gradient of every weight,
# and how gradient descent uses it. All of it fits into one loop.
#
# ### The data
#
# The *exclusive or* of two inputs is 1 when exactly one of them is 1:
#
# | $x_1$ | $x_2$ | $y$ |
# |:-:|:-:|:-:|
# | 0 | 0 | 0 |
# | 0 | 1 | 1 |
# | 1 | 0 | 1 |
# | 1 | 1 | 0 |
#
# A neuron also has a bias, a constant that is added to its weighted inputs. Instead of treating it
# on its own, we put a 1 in front of every sample. The weight of this 1 is the bias. This is called
# the *bias trick*, and it makes each layer a single product of matrices.
#
# **Exercise.** Write the four samples as `X` of shape (4, 3), the column of ones first and the
# samples in the order of the table, and the four targets as `y` of shape (4, 1).

# %% exercise="data"
### BEGIN SOLUTION
### X = ...  # np.array of four rows, each with its 1 in front
### y = ...  # np.array of four rows with one value
X = np.array([[1, 0, 0], [1, 0, 1], [1, 1, 0], [1, 1, 1]])
y = np.array([[0], [1], [1], [0]])
### END SOLUTION

# %% check="data" points=1
check.data(X, y)

# %% [markdown]
# ### The activation and its slope
#
# Without something that bends between them, two layers would be no more than one: the product of
# two matrices is a matrix. We bend with the sigmoid,
#
# $$ s(z) = \frac{1}{1 + e^{-z}} , $$
#
# which turns any number into one between 0 and 1. We shall need its derivative. Write $s$ as
# $u^{-1}$ with $u = 1 + e^{-z}$, so that $u' = -e^{-z}$:
#
# $$ s'(z) = -\frac{u'}{u^2} = \frac{e^{-z}}{(1 + e^{-z})^2}
#   = \frac{1}{1 + e^{-z}} \cdot \frac{e^{-z}}{1 + e^{-z}} . $$
#
# The first factor is $s(z)$. The second is $\frac{(1 + e^{-z}) - 1}{1 + e^{-z}} = 1 - s(z)$. So
#
# $$ s'(z) = s(z)\,\bigl(1 - s(z)\bigr) . $$
#
# This is convenient. Once we have the activation $a = s(z)$, its slope is $a(1 - a)$, without
# another exponential.
#
# **Exercise.** Write both as functions of an array `z`.


# %% exercise="sigmoid"
def sigmoid(z):
    """Return 1 / (1 + exp(-z)) for every element of z."""
    ### BEGIN SOLUTION
    ### a = ...
    a = 1 / (1 + np.exp(-z))
    ### END SOLUTION
    return a


def sigmoid_grad(z):
    """Return the derivative of the sigmoid at every element of z."""
    ### BEGIN SOLUTION
    ### slope = ...
    slope = sigmoid(z) * (1 - sigmoid(z))
    ### END SOLUTION
    return slope


# %% check="sigmoid" points=1
check.sigmoid(sigmoid)

# %% check="sigmoid_grad" points=1
check.sigmoid_grad(sigmoid_grad)

# %% [markdown]
# A picture of both. The slope is largest in the middle, where it is 1/4, and vanishes at both ends.

# %%
z = np.linspace(-8, 8, 201)
a, slope = sigmoid(z), sigmoid_grad(z)
plt.plot(z, a)
plt.plot(z, slope, linestyle="dashed")
plt.text(8, 0.93, "s(z)", color=BLUE, size=12, weight="bold", ha="right")
plt.text(8, 0.05, "s'(z)", color=ORANGE, size=12, weight="bold", ha="right")
plt.title("The sigmoid and its slope")
plt.xlabel("z")
plt.ylabel("value")
plt.grid(axis="y")
plt.show()

# %% [markdown]
# ### Forward: from the inputs to the loss
#
# Two inputs and a bias go into three hidden neurons, and these go into one output:
#
# | step | formula | shape |
# |:--|:--|:--|
# | hidden layer | $h = s(X w^{(1)})$ | (4, 3) times (3, 3) gives (4, 3) |
# | output | $\hat y = h\, w^{(2)}$ | (4, 3) times (3, 1) gives (4, 1) |
# | loss | $L = \sum_n (\hat y_n - y_n)^2$ | one number |
#
# All four samples go through at once, one a row. The output has no sigmoid here, so that the
# gradients stay short.
#
# **Exercise.** Draw the start weights from the normal distribution with `np.random.randn`. The
# seed is set, so that everybody gets the same ones: draw `w1` before `w2`.

# %% exercise="weights"
np.random.seed(2)
### BEGIN SOLUTION
### w1 = ...  # first layer: np.random.randn with the right shape
### w2 = ...  # second layer
w1 = np.random.randn(3, 3)  # first layer
w2 = np.random.randn(3, 1)  # second layer
### END SOLUTION

# %% check="weights" points=1
check.weights(w1, w2)

# %% [markdown]
# ### Backward: from the loss to the gradients
#
# How does the loss change when a weight changes a little? We start at the loss and go back, one
# step of the table above at a time.
#
# **1. The output.** Only the $n$-th term of the sum has $\hat y_n$ in it:
#
# $$ \frac{\partial L}{\partial \hat y_n} = 2\,(\hat y_n - y_n) . $$
#
# **2. The second layer.** For one sample, $\hat y_n = \sum_i h_{ni}\, w^{(2)}_i$. The weight
# $w^{(2)}_i$ stands beside $h_{ni}$, so that $\partial \hat y_n / \partial w^{(2)}_i = h_{ni}$. It
# is used for all samples, so we sum over them:
#
# $$ \frac{\partial L}{\partial w^{(2)}_i}
#   = \sum_n h_{ni}\, \frac{\partial L}{\partial \hat y_n}
#   \qquad\text{or}\qquad
#   \frac{\partial L}{\partial w^{(2)}} = h^\top \frac{\partial L}{\partial \hat y} . $$
#
# Check the shapes: (3, 4) times (4, 1) gives (3, 1), the shape of $w^{(2)}$. A gradient always has
# the shape of what it is the gradient of.
#
# **3. The hidden activations.** In the same sum, $h_{ni}$ stands beside $w^{(2)}_i$:
#
# $$ \frac{\partial L}{\partial h_{ni}} = \frac{\partial L}{\partial \hat y_n}\, w^{(2)}_i
#   \qquad\text{or}\qquad
#   \frac{\partial L}{\partial h} = \frac{\partial L}{\partial \hat y}\, w^{(2)\top} . $$
#
# **4. Through the sigmoid.** Call the input of the hidden layer $z = X w^{(1)}$. Then $h = s(z)$,
# element by element, and the slope of $s$ is $h\,(1 - h)$:
#
# $$ \frac{\partial L}{\partial z} = \frac{\partial L}{\partial h} \odot h \odot (1 - h) , $$
#
# where $\odot$ multiplies element by element (`*` in NumPy).
#
# **5. The first layer.** $z = X w^{(1)}$ has the form of step 2, with $X$ in the place of $h$:
#
# $$ \frac{\partial L}{\partial w^{(1)}} = X^\top \frac{\partial L}{\partial z} . $$
#
# ### Update
#
# The gradient points to where the loss grows. A small step against it makes the loss smaller:
#
# $$ w \leftarrow w - \eta\, \frac{\partial L}{\partial w} . $$
#
# The step size $\eta$ (`eta`) is the learning rate.
#
# **Exercise.** Fill in the loop. `grad_h` is the gradient of step 3; step 4 belongs to `grad_w1`.

# %% exercise="two_layer"
eta = 1e-2  # learning rate
n_epochs = 10000

for t in range(n_epochs):
    # forward pass
    ### BEGIN SOLUTION
    ### h = ...  # activation of the first layer, (4, 3)
    ### y_pred = ...  # output of the second layer, (4, 1)
    h = sigmoid(X.dot(w1))  # activation of the first layer, (4, 3)
    y_pred = h.dot(w2)  # output of the second layer, (4, 1)
    ### END SOLUTION
    loss = np.square(y_pred - y).sum()
    if t % 1000 == 0:
        print(f"epoch {t:5d}, loss {loss:.6f}")

    # backward pass
    ### BEGIN SOLUTION
    ### grad_y_pred = ...  # step 1, (4, 1)
    ### grad_w2 = ...  # step 2, (3, 1)
    ### grad_h = ...  # step 3, (4, 3)
    ### grad_w1 = ...  # steps 4 and 5, (3, 3)
    grad_y_pred = 2 * (y_pred - y)  # step 1, (4, 1)
    grad_w2 = h.T.dot(grad_y_pred)  # step 2, (3, 1)
    grad_h = grad_y_pred.dot(w2.T)  # step 3, (4, 3)
    grad_w1 = X.T.dot(grad_h * h * (1 - h))  # steps 4 and 5, (3, 3)
    ### END SOLUTION

    # update rule
    ### BEGIN SOLUTION
    ### w1 -= ...
    ### w2 -= ...
    w1 -= eta * grad_w1
    w2 -= eta * grad_w2
    ### END SOLUTION

print("weights of the first layer:")
print(w1.round(3))
print("weights of the second layer:")
print(w2.round(3))

# %% check="two_layer" points=4
check.two_layer(globals())

# %% [markdown]
# What does the trained network answer? Everything above one half counts as a 1.
#
# **Exercise.** Compute the output for one sample `xi`.

# %% exercise="output"
for xi, yi in zip(X, y):
    h = sigmoid(xi.dot(w1))
    ### BEGIN SOLUTION
    ### out = ...
    out = h.dot(w2)
    ### END SOLUTION
    y_pred = 1 if out > 0.5 else 0
    print(f"data={xi}, ground-truth={yi}, out={out[0]:.3f}, y={y_pred}")

# %% check="output" points=1
check.output(out, xi, w1, w2)

# %% [markdown]
# **Questions**
#
# 1. Why are all weights drawn at random? What would happen if they all started at 0?
# 2. The line `w2 -= ...` stands after `grad_h` is computed. What would go wrong if it stood before?

# %% [markdown] answer=true
# **Answers**
#
# 1. With all weights 0, each hidden neuron gives 1/2, and each gets a gradient of 0, because
#    `grad_h` has `w2` as a factor. After a step all three entries of `w2` are equal, so that all
#    three hidden neurons get the same gradient, and stay equal for ever. Three equal neurons can do
#    no more than one. Random weights make them different from the start.
# 2. `grad_h` needs the weights that were used in the forward pass. With new ones it would be the
#    gradient of another network, and no longer fit `h` and `y_pred`. All gradients are computed
#    first, and only then all weights are changed.

# %% [markdown]
# ## 2. A class for any number of layers
#
# **You will learn** how the five steps become one rule that is repeated layer by layer, and why
# this is called *back-propagation*.
#
# ### The network
#
# The script has two layers, and the code for each was written out. Now the widths are a list such
# as `[64, 32, 16, 10]`, and loops do the rest. Let the list have $L + 1$ entries. Then there are
# $L$ matrices of weights, counted from 0 as in Python:
#
# $$ A_0 = [1, X], \qquad Z_{l+1} = A_l W_l, \qquad A_{l+1} = s(Z_{l+1}),
#   \qquad l = 0, \dots, L - 1 . $$
#
# Every layer has a sigmoid now, the last one too. So each output lies between 0 and 1.
#
# **Shapes.** The inputs get a column of ones. So that the next layers have a bias as well, each
# hidden layer gets one unit more than the list says. It is a unit like any other: training may keep
# it nearly constant, or use it for something else. The outputs get no extra unit. Hence
#
# $$ W_l \text{ has the shape } (n_l + 1,\; n_{l+1} + 1) \text{ for all but the last, which has }
#   (n_{L-1} + 1,\; n_L) . $$
#
# With `[2, 2, 1]` this gives (3, 3) and (3, 1), as in the script.
#
# ### The gradients
#
# The loss is $L = \sum (A_L - y)^2$ over all samples and outputs. The important quantity of a layer
# is the gradient with respect to its $Z$, which is called its *delta*. The 2 of the square would go
# with it through all layers. We put it aside until the end, and keep half of the gradient:
#
# $$ D_l = \tfrac12\, \frac{\partial L}{\partial Z_{l+1}} . $$
#
# **The last delta.** Step 1 and step 4 of the script, one after the other:
#
# $$ D_{L-1} = (A_L - y) \odot A_L \odot (1 - A_L) . $$
#
# **From one delta to the one before.** Suppose that we have $D_l$. It belongs to
# $Z_{l+1} = A_l W_l$. Back through the product (step 3) gives $D_l W_l^\top$, and back through the
# sigmoid that made $A_l$ (step 4) multiplies it by $A_l (1 - A_l)$:
#
# $$ D_{l-1} = (D_l W_l^\top) \odot A_l \odot (1 - A_l), \qquad l = L - 1, \dots, 1 . $$
#
# So the deltas are computed from the last layer to the first. The error runs backward through the
# network, and this gives the method its name.
#
# **The gradient of the weights.** As in steps 2 and 5, with $A_l$ for what goes into the layer, and
# with the 2 that we had put aside:
#
# $$ \frac{\partial L}{\partial W_l} = 2\, A_l^\top D_l , \qquad
#   W_l \leftarrow W_l - \eta\, \frac{\partial L}{\partial W_l} . $$
#
# (Many programs leave the 2 out, and take half the sum of squares as the loss. Their steps are half
# as long; a learning rate twice as large makes up for it.)
#
# ### Batch and SGD
#
# `back_propagation` takes one sample or many. Given all samples, it makes one step with the sum of
# their gradients: this is *batch* gradient descent, one step an epoch. Given one sample after the
# other, it makes as many steps as there are samples: this is *stochastic* gradient descent, `SGD`.
#
# **Exercise.** Complete the class. Each method has a check of its own, so you can do one at a time.


# %% exercise="class"
class NeuralNetwork:
    """A feed-forward network of sigmoid units with any number of layers.

    The loss is the sum of the squared errors; the weights are learnt by back-propagation and
    gradient descent.
    """

    def __init__(self, layers, eta=0.1, rand_seed=42):
        """Draw the weights: `layers` are the numbers of inputs, hidden units ..., outputs."""
        np.random.seed(rand_seed)
        self.W = []
        self.layers = layers
        self.eta = eta  # learning rate
        self.loss_history = []
        # all layers but the last one: a bias row, and an extra unit
        ### BEGIN SOLUTION
        ### for i in np.arange(...):
        ###     w = np.random.randn(...)
        ###     self.W.append(w)
        for i in np.arange(0, len(layers) - 2):
            w = np.random.randn(layers[i] + 1, layers[i + 1] + 1)
            self.W.append(w)
        ### END SOLUTION
        # the last layer: a bias row, but no extra unit
        ### BEGIN SOLUTION
        ### w = np.random.randn(...)
        w = np.random.randn(layers[-2] + 1, layers[-1])
        ### END SOLUTION
        self.W.append(w)

    def __repr__(self):
        """Say which layers the network has."""
        return "NeuralNetwork: {}".format("-".join(str(l) for l in self.layers))

    def sigmoid(self, x):
        """Return the activation."""
        return 1 / (1 + np.exp(-x))

    def sigmoid_grad(self, x):
        """Return the derivative of the activation at x."""
        return self.sigmoid(x) * (1 - self.sigmoid(x))

    def predict(self, X, bias_trick=True):
        """Return the outputs for one sample or many, (N, outputs), between 0 and 1."""
        p = np.atleast_2d(X)
        if bias_trick:
            p = np.c_[np.ones(p.shape[0]), p]
        for layer in np.arange(0, len(self.layers) - 1):
            ### BEGIN SOLUTION
            ### p = ...  # the activation of the next layer
            p = self.sigmoid(np.dot(p, self.W[layer]))
            ### END SOLUTION
        return p

    def loss(self, X, y, bias_trick=False):
        """Return the sum of the squared errors over all samples and outputs."""
        y = np.atleast_2d(y)
        y_pred = self.predict(X, bias_trick=bias_trick)
        ### BEGIN SOLUTION
        ### loss = ...
        loss = np.sum((y_pred - y) ** 2)
        ### END SOLUTION
        return loss

    def back_propagation(self, X, y):
        """Make one step of gradient descent; X has its column of ones."""
        A = [np.atleast_2d(X)]  # the activations of all layers, the inputs first

        # forward pass
        ### BEGIN SOLUTION
        ### for layer in np.arange(...):
        ###     a = ...
        ###     A.append(...)
        for layer in np.arange(0, len(self.layers) - 1):
            a = self.sigmoid(A[layer].dot(self.W[layer]))
            A.append(a)
        ### END SOLUTION

        # backward pass: the deltas, the last layer's first
        D = [(A[-1] - y) * A[-1] * (1 - A[-1])]
        ### BEGIN SOLUTION
        ### for layer in np.arange(...):
        ###     delta = ...  # back through the weights
        ###     delta = ...  # back through the sigmoid
        ###     D.append(delta)
        for layer in np.arange(len(self.layers) - 2, 0, -1):
            delta = D[-1].dot(self.W[layer].T)  # back through the weights
            delta = delta * A[layer] * (1 - A[layer])  # back through the sigmoid
            D.append(delta)
        ### END SOLUTION
        D = D[::-1]  # now D[layer] belongs to W[layer]

        # update the weights
        for layer in np.arange(0, len(self.layers) - 1):
            ### BEGIN SOLUTION
            ### grad_W = ...
            ### self.W[layer] -= ...
            grad_W = 2 * A[layer].T.dot(D[layer])
            self.W[layer] -= self.eta * grad_W
            ### END SOLUTION

    def fit(self, X, y, n_epochs=10, method="batch", display_update=100):
        """Train for a number of epochs, with all samples a step or with one."""
        X = np.c_[np.ones(X.shape[0]), X]  # bias trick
        for i_epoch in range(n_epochs):
            if method == "batch":
                # one step with the whole training set
                ### BEGIN SOLUTION
                self.back_propagation(X, y)
                ### END SOLUTION
            else:
                # SGD: one step with every sample
                ### BEGIN SOLUTION
                for xi, yi in zip(X, y):
                    self.back_propagation(xi, yi)
                ### END SOLUTION
            # the epoch is over: what is the loss now?
            loss = self.loss(X, y)
            self.loss_history.append(loss)
            if i_epoch == 0 or (1 + i_epoch) % display_update == 0:
                print(f"epoch={1 + i_epoch}, loss={loss:.3f}")


# %% check="init" points=2
check.init(NeuralNetwork)

# %% check="predict" points=1
check.predict(NeuralNetwork)

# %% check="loss" points=1
check.loss(NeuralNetwork)

# %% check="back_propagation" points=4
check.back_propagation(NeuralNetwork)

# %% check="fit" points=2
check.fit(NeuralNetwork)

# %% [markdown]
# **Questions**
#
# 1. The class uses `A[layer] * (1 - A[layer])`, and never `sigmoid_grad`. Why is
#    `sigmoid_grad(A[layer])` not the same?
# 2. How would you test `back_propagation` if there were no check?

# %% [markdown] answer=true
# **Answers**
#
# 1. `sigmoid_grad` takes what goes *into* the sigmoid, $z$, and `A[layer]` is what came *out*. For
#    $a = s(z)$ the slope is $a(1 - a)$. `sigmoid_grad(A[layer])` would apply the sigmoid twice. We
#    would need `sigmoid_grad` if we had kept $Z$ in the place of $A$.
# 2. With finite differences. Change one weight by a small $\varepsilon$ in both directions and
#    compute $\bigl(L(w + \varepsilon) - L(w - \varepsilon)\bigr) / 2\varepsilon$. This must be the
#    gradient of this weight, to six digits or so. Repeat it for every weight. It is slow, but it
#    finds nearly every mistake, and it is what the check does.

# %% [markdown]
# ## 3. The exclusive or
#
# **You will learn** that two layers solve what one layer cannot, and how to read a loss curve.
#
# Draw the four points in the plane. The two that should give 1 are opposite corners of a square.
# No straight line has both of them on one side and the other two on the other.
#
# **Exercise.** Make a network with 2 inputs, 2 hidden units and 1 output, and a learning rate of
# 0.5.

# %% exercise="xor_network"
### BEGIN SOLUTION
### nn = ...  # NeuralNetwork(layers=[...], eta=...)
nn = NeuralNetwork(layers=[2, 2, 1], eta=0.5)
### END SOLUTION
print(nn)

# %% check="xor_network" points=1
check.xor_network(nn)

# %% [markdown]
# Now without the column of ones: `fit` and `predict` put it in front by themselves.
#
# **Exercise.** Train for 1000 epochs with SGD.

# %% exercise="xor"
X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
y = np.array([[0], [1], [1], [0]])
print(f"W shape: {[Wi.shape for Wi in nn.W]}")
print("initial weights:", *nn.W, sep="\n")
### BEGIN SOLUTION
### nn.fit(..., ..., n_epochs=..., method=...)
nn.fit(X, y, n_epochs=1000, method="SGD")
### END SOLUTION

# %% check="xor" points=2
check.xor(nn)

# %% [markdown]
# **Exercise.** What does the network answer for each sample?

# %% exercise="xor_answers"
for xi, yi in zip(X, y):
    ### BEGIN SOLUTION
    ### out = ...  # of shape (1, 1)
    out = nn.predict(xi)
    ### END SOLUTION
    y_pred = 1 if out > 0.5 else 0
    print(f"data={xi}, ground-truth={yi}, out={out[0][0]:.3f}, y={y_pred}")

# %% [markdown]
# **Exercise.** Draw the loss after each epoch. The network has kept it.

# %% exercise="xor_loss"
### BEGIN SOLUTION
### losses = ...
losses = nn.loss_history
### END SOLUTION
plt.plot(losses)
plt.title("XOR: the loss while it learns")
plt.xlabel("Epoch")
plt.ylabel("Loss (sum of squared errors)")
plt.ylim(bottom=0)
plt.grid(axis="y")
plt.show()

# %% [markdown]
# **Questions**
#
# 1. At first the loss falls slowly, from a value near 1. Which answers give a loss of 1?
# 2. What do you expect with `method="batch"` and the same 1000 epochs? Try it.

# %% [markdown] answer=true
# **Answers**
#
# 1. If all four answers are 1/2, each error is 1/2, and $4 \cdot (1/2)^2 = 1$. The network has
#    learnt the average of the targets and nothing else. It takes a while until the hidden units
#    differ enough to do better. Then the loss falls quickly.
# 2. SGD makes four steps an epoch and batch only one, though a larger one: the sum of four
#    gradients. While the learning rate is small enough, four small steps and their sum lead to
#    nearly the same place, so the two curves look much alike. They are not equal: with SGD each
#    sample meets weights that the ones before it have just changed.

# %% [markdown]
# ## 4. Handwritten digits
#
# **You will learn** how images become inputs and labels become targets, why some data is kept for
# testing, and how to see which mistakes a network makes.
#
# ### The data
#
# The data set comes with scikit-learn. It is a small relative of the well-known MNIST: 1797 images
# of digits, 8 pixels wide and high.

# %%
from sklearn import datasets
from sklearn.model_selection import train_test_split

digits = datasets.load_digits()
print(digits.keys())
print(digits.DESCR.split("Preprocessing")[0])

# %% [markdown]
# Each image is there twice: as a square in `images`, and as a row of 64 numbers in `data`. The rows
# are what a network takes.

# %%
print("images:", digits["images"].shape, digits["images"].dtype)
print("pixels from", digits["images"].min(), "(white) to", digits["images"].max(), "(black)")
print("data:  ", digits["data"].shape, digits["data"].dtype)

index = 34
print(digits["data"][index, :].reshape((8, 8)))
same = np.sum(digits["data"][index, :] == digits["images"][index].ravel())
print(same, "of 64 values are the same in both")

# %% [markdown]
# **Exercise.** Show this image as a picture.

# %% exercise="image"
### BEGIN SOLUTION
### image = ...  # the image number `index`, of shape (8, 8)
image = digits["images"][index]
### END SOLUTION
plt.figure(figsize=(3, 3.3))
plt.imshow(image, cmap=cm.gray_r)
plt.title(f"ground truth: {digits.target[index]}")
plt.axis("off")
plt.show()

# %% [markdown]
# The first images, with their labels:

# %%
n_images = 20
plots.digit_row(digits["images"][:n_images], digits["target"][:n_images])

# %% [markdown]
# ### To train on, and to test on
#
# A network that has seen an image may simply remember it. Whether it has learnt something shows on
# images that it has not seen. So we hide a quarter of them until the end. The pixels are divided by
# 16, so that all inputs lie between 0 and 1.

# %%
(X_train, X_test, labels_train, labels_test) = train_test_split(
    digits["data"] / 16.0, digits["target"], test_size=0.25, random_state=13
)
print(X_train.shape, X_test.shape)
print(f"first 10 train labels: {labels_train[:10]}")
print(f"first 10 test labels: {labels_test[:10]}")

# %% [markdown]
# The split has shuffled images and labels. Do they still belong together?

# %%
plots.digit_row(X_train[:n_images].reshape(-1, 8, 8), labels_train[:n_images])

# %% [markdown]
# Many more of them. People write very differently, and some digits are hard to read.

# %%
start_index = 10
plots.digit_sheet(X_train[start_index : start_index + 180].reshape(-1, 8, 8))

# %% [markdown]
# ### From labels to targets
#
# The outputs of our network lie between 0 and 1, and a label is a digit from 0 to 9. So we use ten
# outputs, one a digit, and turn each label into a *one-hot vector*: ten zeros, but for a 1 at the
# index of the digit. Indices count from 0, so a 6 has its 1 at index 6, which is the seventh place:
#
# $$ 6 \;\to\; [0, 0, 0, 0, 0, 0, 1, 0, 0, 0] . $$
#
# Why not one output that gives the digit as a number? Because then a 3 would lie between a 2 and a
# 4, and a network in doubt between 2 and 4 would have to say 3.
#
# **Exercise.** Make one-hot vectors of all labels with `LabelBinarizer`: `fit` tells it which
# labels there are, and `transform` turns labels into vectors.

# %% exercise="one_hot"
from sklearn.preprocessing import LabelBinarizer

binarizer = LabelBinarizer().fit(labels_train)
### BEGIN SOLUTION
### y_train = ...
### y_test = ...
y_train = binarizer.transform(labels_train)
y_test = binarizer.transform(labels_test)
### END SOLUTION
for i in range(10):
    print(f"{labels_train[i]}: {y_train[i]}")

# %% check="one_hot" points=1
check.one_hot(y_train)

# %% [markdown]
# ### Training
#
# **Exercise.** Make a network with four layers of 64, 32, 16 and 10 neurons. Leave its learning
# rate as it is.

# %% exercise="digits_network"
### BEGIN SOLUTION
### nn = ...
nn = NeuralNetwork([64, 32, 16, 10])
### END SOLUTION
print(nn)
print(f"learning rate {nn.eta}")

# %% check="digits_network" points=1
check.digits_network(nn)

# %% [markdown]
# **Exercise.** Train for 100 epochs with SGD on the training data. This takes some seconds.

# %% exercise="digits"
### BEGIN SOLUTION
### nn.fit(..., ..., n_epochs=..., method=..., display_update=10)
nn.fit(X_train, y_train, n_epochs=100, method="SGD", display_update=10)
### END SOLUTION

# %% check="digits" points=2
check.digits(nn, X_test, y_test)

# %% [markdown]
# **Exercise.** Draw the loss.

# %% exercise="digits_loss"
### BEGIN SOLUTION
### losses = ...
losses = nn.loss_history
### END SOLUTION
plt.plot(losses)
plt.title("Digits: the loss while it learns")
plt.xlabel("Epoch")
plt.ylabel("Loss (sum of squared errors)")
plt.ylim(bottom=0)
plt.grid(axis="y")
plt.show()

# %% [markdown]
# ### What it reads
#
# The network gives ten numbers. The digit that it reads is the place of the largest one.
#
# **Exercise.** Which digit does it read in this test image, and which one is it?

# %% exercise="digit"
index = 11
y_pred = nn.predict(X_test[index, :])
### BEGIN SOLUTION
### y_class = ...  # the digit that is read
### y = ...  # the digit that it is, from y_test
y_class = np.argmax(y_pred)  # the digit that is read
y = np.argmax(y_test[index])  # the digit that it is
### END SOLUTION
print(f"test image {index}: predict a {y_class} - ground truth is a {y}")

# %% check="digit" points=1
check.digit(y_class, y, y_pred, y_test[index])

# %% [markdown]
# Sixty test images, framed green where the network is right. Where it is wrong, the frame is thick
# and red, and says what was read.

# %%
shown = slice(10, 70)
outputs = nn.predict(X_test[shown])
plots.predictions(X_test[shown].reshape(-1, 8, 8), labels_test[shown], outputs.argmax(axis=1))

# %% [markdown]
# A single number, the share of right answers, hides much. The report shows for each digit
#
# - *precision*: of the images that were read as this digit, how many were it;
# - *recall*: of the images of this digit, how many were read as it;
# - *f1-score*: the harmonic mean of both;
# - *support*: how many images of this digit there are.

# %%
from sklearn.metrics import classification_report

predictions = nn.predict(X_test)
y_test_pred = predictions.argmax(axis=1)
print(classification_report(y_test.argmax(axis=1), y_test_pred))

# %% [markdown]
# ### What it confuses with what
#
# In a *confusion matrix*, entry $(i, j)$ counts the images of digit $i$ that were read as $j$.
# Right answers lie on the diagonal.
#
# **Exercise.** Compute the outputs for the training images.

# %% exercise="confusion_matrix"
from sklearn.metrics import confusion_matrix

### BEGIN SOLUTION
### predictions = ...
predictions = nn.predict(X_train)
### END SOLUTION
y_train_pred = predictions.argmax(axis=1)
conf = confusion_matrix(y_train.argmax(axis=1), y_train_pred)

# %% check="confusion_matrix" points=1
check.confusion_matrix(conf, y_train, predictions)

# %%
plots.confusion_matrix(conf, title="Confusion matrix, training images")

# %% [markdown]
# And the same for the images that it has never seen:

# %%
conf_test = confusion_matrix(y_test.argmax(axis=1), y_test_pred)
plots.confusion_matrix(conf_test, title="Confusion matrix, test images")

# %% [markdown]
# **Questions**
#
# 1. The two matrices differ. What does the difference tell?
# 2. Suppose that the network is to sort letters by their postal codes. Which of the numbers above
#    would you look at, and what could the network do when it is in doubt?

# %% [markdown] answer=true
# **Answers**
#
# 1. On the training images nearly everything is right, on the test images less. The network has
#    partly learnt these images, and not only what digits look like. This is *overfitting*. How good
#    the network really is, the test images tell.
# 2. A wrong digit sends a letter to a wrong place, so a high precision is what matters. When the
#    largest output is small, or hardly larger than the second, the network could leave the letter
#    to a human.

# %% [markdown]
# ## 5. Keras with sigmoid layers
#
# **You will learn** how the same network is written with a library, what softmax and cross-entropy
# are, and what validation data is for.
#
# [Keras](https://keras.io) describes a network as a list of layers and does the rest: gradients,
# updates, batches. It usually computes with TensorFlow, which is large. `chainrule.keras` has the
# same names and takes the same lines, but comes with this notebook.
#
# One switch decides who computes. With `"auto"` it is TensorFlow if it is installed, and chainrule
# if it is not. Write `"tensorflow"` or `"chainrule"` to choose.

# %%
KERAS = "auto"  # "auto", "tensorflow" or "chainrule"

if KERAS == "auto":
    KERAS = "chainrule" if importlib.util.find_spec("tensorflow") is None else "tensorflow"
if KERAS == "tensorflow":
    from tensorflow.keras.layers import Dense
    from tensorflow.keras.models import Sequential
    from tensorflow.keras.optimizers import SGD
    from tensorflow.keras.utils import set_random_seed
else:
    from chainrule.keras.layers import Dense
    from chainrule.keras.models import Sequential
    from chainrule.keras.optimizers import SGD
    from chainrule.keras.utils import set_random_seed
print("Keras is computed by", KERAS)

# %% [markdown]
# ### Softmax and cross-entropy
#
# Two things change at the end of the network. The last layer gets the *softmax*,
#
# $$ p_k = \frac{e^{z_k}}{\sum_m e^{z_m}} , $$
#
# which makes ten positive outputs that sum to 1: probabilities. And the loss becomes the
# *cross-entropy*, which only looks at the probability of the right class:
#
# $$ L = -\sum_k y_k \log p_k . $$
#
# It is 0 when this probability is 1, and grows without bound when it goes to 0.
#
# **The gradient.** We want $\partial L / \partial z_j$. First the softmax. With
# $S = \sum_m e^{z_m}$ and $\partial S / \partial z_j = e^{z_j}$, the quotient rule gives
#
# $$ \frac{\partial p_k}{\partial z_j}
#   = \frac{\delta_{kj}\, e^{z_k}\, S - e^{z_k} e^{z_j}}{S^2}
#   = p_k\,(\delta_{kj} - p_j) , $$
#
# where $\delta_{kj}$ is 1 for $k = j$ and 0 otherwise. Now the loss, by the chain rule:
#
# $$ \frac{\partial L}{\partial z_j}
#   = -\sum_k \frac{y_k}{p_k}\, p_k\,(\delta_{kj} - p_j)
#   = -\sum_k y_k \delta_{kj} + p_j \sum_k y_k
#   = p_j - y_j , $$
#
# because the $y_k$ sum to 1. The delta of the last layer is simply $p - y$. Compare it with
# $(a - y)\, a\, (1 - a)$ of our class: the factor $a (1 - a)$ is gone. It is nearly 0 when an
# output is close to 0 or 1, even if it is completely wrong, and then the squared error hardly
# learns. Cross-entropy does not have this problem.
#
# ### The model
#
# **Exercise.** Add the layers, so that the network is 64-32-16-10 again. `Dense(n)` is a layer of
# $n$ neurons, each with its own bias. Only the first layer has to be told the number of inputs.

# %% exercise="model"
set_random_seed(42)  # the same start weights each time
model = Sequential()
### BEGIN SOLUTION
### model.add(Dense(..., input_shape=(64,), activation="sigmoid"))
### model.add(Dense(..., activation="sigmoid"))
### model.add(Dense(..., activation="softmax"))
model.add(Dense(32, input_shape=(64,), activation="sigmoid"))
model.add(Dense(16, activation="sigmoid"))
model.add(Dense(10, activation="softmax"))
### END SOLUTION

# %% check="model" points=1
check.model(model)

# %%
sgd = SGD(0.01)
model.compile(loss="categorical_crossentropy", optimizer=sgd, metrics=["accuracy"])

# %% [markdown]
# **Exercise.** Train for 300 epochs on the training data. After each epoch Keras measures loss and
# accuracy, and it does so on the validation data, too, which it does not learn from. All of it is
# in `H.history`. A step is made with the mean gradient of 10 samples: a *mini-batch*, halfway
# between SGD and batch.

# %% exercise="history"
### BEGIN SOLUTION
### H = model.fit(
###     ...,
###     ...,
###     validation_data=(X_test, y_test),
###     epochs=...,
###     verbose=0,  # 1 shows each epoch
###     shuffle=True,
###     batch_size=10,
### )
H = model.fit(
    X_train,
    y_train,
    validation_data=(X_test, y_test),
    epochs=300,
    verbose=0,  # 1 shows each epoch
    shuffle=True,
    batch_size=10,
)
### END SOLUTION
for name, values in H.history.items():
    print(f"{name:>12}: {values[0]:.3f} after 1 epoch, {values[-1]:.3f} at the end")

# %% check="history" points=1
check.history(H)

# %% [markdown]
# Loss and accuracy, on the data that it learns from and on the data that it does not:

# %%
plots.training_curves(H.history, title="Sigmoid layers: loss and accuracy")

# %% [markdown]
# **Questions**
#
# 1. In the first epochs the loss hardly falls. What are the ten probabilities then, more or less,
#    and which loss goes with them?
# 2. Why is it not quite honest to choose the number of epochs by the validation curve, and then to
#    report the accuracy on the same data?

# %% [markdown] answer=true
# **Answers**
#
# 1. All about 1/10, whatever the image. The loss is then $-\log \frac{1}{10} \approx 2.3$, which is
#    about where the curve begins. On their way back the errors pass two layers of sigmoids, and
#    each multiplies them by a slope of at most 1/4. Part 6 does something about it.
# 2. The number of epochs is then chosen so that it suits these very images, by luck as well. The
#    accuracy on other images will be a little lower. Where it matters, one splits into three: to
#    learn from, to make choices with, and to test on once, at the end.

# %% [markdown]
# ## 6. Keras with ReLU layers
#
# **You will learn** why another activation learns faster.
#
# The slope of the sigmoid is at most 1/4. Going back through a layer multiplies the error by it, so
# that little is left of it after a few layers: the *vanishing gradient*. The *rectified linear
# unit* does not shrink it,
#
# $$ r(z) = \max(0, z), \qquad
#   r'(z) = \begin{cases} 1 & z > 0 \\ 0 & z < 0 . \end{cases} $$
#
# For $z > 0$ it is $z$ itself, with the slope 1. For $z < 0$ it is the constant 0, with the slope
# 0. At $z = 0$ there is a kink without a derivative; one takes 0. The deltas are those of part 2,
# with $r'(Z_l)$ in the place of $A_l (1 - A_l)$:
#
# $$ D_{l-1} = (D_l W_l^\top) \odot r'(Z_l) . $$
#
# In practice, try ReLU in hidden layers first.
#
# **Exercise.** Build the network of part 5 again, with `"relu"` in both hidden layers. The last
# layer stays a softmax.

# %% exercise="model_relu"
set_random_seed(42)
model_relu = Sequential()
### BEGIN SOLUTION
### model_relu.add(Dense(...))
### model_relu.add(Dense(...))
### model_relu.add(Dense(...))
model_relu.add(Dense(32, input_shape=(64,), activation="relu"))
model_relu.add(Dense(16, activation="relu"))
model_relu.add(Dense(10, activation="softmax"))
### END SOLUTION

# %% check="model_relu" points=1
check.model(model_relu, activation="relu")

# %% [markdown]
# The summary counts the parameters. Check the first number by hand: 64 weights and a bias for each
# of 32 neurons.

# %%
model_relu.summary()

# %% [markdown]
# This time we do not use the test images to validate. Keras holds back a tenth of the training
# images itself.
#
# **Exercise.** Train for 300 epochs.

# %% exercise="history_relu"
sgd = SGD(0.01)
model_relu.compile(loss="categorical_crossentropy", optimizer=sgd, metrics=["accuracy"])
### BEGIN SOLUTION
### H = model_relu.fit(
###     ...,
###     ...,
###     epochs=...,
###     validation_split=0.1,
###     verbose=0,
###     shuffle=True,
###     batch_size=16,
### )
H = model_relu.fit(
    X_train,
    y_train,
    epochs=300,
    validation_split=0.1,
    verbose=0,
    shuffle=True,
    batch_size=16,
)
### END SOLUTION

# %% check="history_relu" points=1
check.history(H)

# %%
plots.training_panels(H.history, title="ReLU layers")

# %% [markdown]
# How good are both on the test images?

# %%
for name, trained in (("sigmoid", model), ("ReLU", model_relu)):
    test_loss, test_accuracy = trained.evaluate(X_test, y_test, verbose=0)
    print(f"{name:>7}: {100 * test_accuracy:.1f} % right, loss {test_loss:.3f}")

# %% [markdown]
# **Questions**
#
# 1. At the end the training accuracy stands still at 1, but the training loss goes on falling. How
#    can that be?
# 2. What happens to a ReLU neuron whose $z$ is negative for every sample?

# %% [markdown] answer=true
# **Answers**
#
# 1. The accuracy only asks which output is the largest. The loss asks how large it is. When all
#    images are read right, the probabilities of the right digits can still grow towards 1, and the
#    weights grow with them. It no longer helps on the validation data.
# 2. Its output is 0 and its slope is 0 for every sample, so that its weights get no gradient. It
#    stays as it is, unless the layers before it change its inputs. Such a neuron is called dead. A
#    small learning rate and a good choice of the start weights make it rare.

# %% [markdown]
# ## 7. Faster, and a closer look
#
# **You will learn** where the time goes when a small network is trained with NumPy, how a decision
# boundary forms, and how much depends on luck at the start.
#
# ### The same class, compiled
#
# `chainrule.NeuralNetwork` has the methods of your class, and gives the same results. Its loops
# are compiled. Which one is faster, and by how much? To be fair, both get the same data in the
# same order, the same start weights and the same number of epochs, and both compute the loss after
# each epoch. Each is run several times and the best time counts, because the others were
# disturbed by something else that the computer had to do.
#
# The first line of the output shows that both end at the same weights, but for the last digits. (If
# yours differ, your gradients may do without the factor 2. The check lets you, but then the two
# train at different learning rates.)

# %%
import contextlib
import io
import timeit

import chainrule


def trained(Network, n_epochs=3):
    """Return a network of the digits, trained in silence."""
    network = Network([64, 32, 16, 10], eta=0.1, rand_seed=42)
    with contextlib.redirect_stdout(io.StringIO()):
        network.fit(X_train, y_train, n_epochs=n_epochs, method="SGD")
    return network


yours, compiled = trained(NeuralNetwork), trained(chainrule.NeuralNetwork)
difference = max(np.abs(a - b).max() for a, b in zip(yours.W, compiled.W))
print(f"largest difference of two weights after training: {difference:.1e}")

seconds = {
    "your class": min(timeit.repeat(lambda: trained(NeuralNetwork), number=1, repeat=5)),
    "chainrule": min(timeit.repeat(lambda: trained(chainrule.NeuralNetwork), number=1, repeat=5)),
}
per_sample = {name: 1e6 * s / (3 * len(X_train)) for name, s in seconds.items()}
for name, microseconds in per_sample.items():
    print(f"{name:>10}: {microseconds:6.1f} microseconds a sample")
times = seconds["your class"] / seconds["chainrule"]
print(f"chainrule is {times:.0f} times as fast here")

# %%
names, heights = list(per_sample), list(per_sample.values())
figure, ax = plt.subplots(figsize=(7, 2))
bars = ax.barh(names, heights, color=[ORANGE, BLUE], height=0.6)
ax.bar_label(bars, fmt="%.1f µs", padding=6, size=11, weight="bold")
ax.set_xlim(0, 1.18 * max(heights))
ax.invert_yaxis()
ax.tick_params(axis="y", length=0, labelsize=11)
ax.set_title("Time for one sample: forward, backward, update")
ax.set_xlabel("microseconds (less is better)")
ax.grid(axis="x")
plt.show()

# %% [markdown]
# **Why?** Not because NumPy computes slowly. It is the *calls*. Watch how long it takes to add two
# arrays, from 1 number to 10,000:

# %%
print("numbers   time of one addition")
for n in (1, 10, 100, 1000, 10000):
    u, v = np.ones(n), np.ones(n)
    repeats = timeit.repeat(lambda u=u, v=v: u + v, number=2000, repeat=7)
    print(f"{n:7d}   {1e6 * min(repeats) / 2000:.2f} microseconds")

# %% [markdown]
# Up to some hundred numbers the time hardly changes. It is spent on finding out what the arrays
# are, on making a new one, and on Python itself. One sample through 64-32-16-10 takes dozens of
# such calls on arrays of 10 to 65 numbers, so that most of the time is spent between the
# calculations.
#
# The compiled class makes *one* call for the whole training: all epochs, all samples. In that call
# the weights stay in the processor's cache, no memory is asked for, and one instruction multiplies
# and adds several numbers. The larger the layers are, the less this matters. For layers of
# thousands of units both would spend their time on multiplying.

# %% [markdown]
# ### How a decision boundary forms
#
# With this speed we can stop the training many times and look. We train the 2-2-1 network on the
# exclusive or again, and draw its output for all inputs of the plane. The line is where the output
# is 1/2: on one side the network answers 0, on the other side 1.

# %%
import tempfile
from pathlib import Path

from IPython.display import Image
from matplotlib.animation import FuncAnimation
from matplotlib.colors import LinearSegmentedColormap

X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
y = np.array([[0], [1], [1], [0]])
axis = np.linspace(-0.4, 1.4, 61)
grid = np.stack(np.meshgrid(axis, axis), axis=-1)  # (61, 61, 2)
shades = LinearSegmentedColormap.from_list("answers", ["#e98a45", "#faf7f4", "#5f8ff2"], N=20)


def snapshots(epochs):
    """Return (epoch, loss, output over the grid) at these epochs of one training."""
    network = chainrule.NeuralNetwork([2, 2, 1], eta=0.5, rand_seed=42)
    found, done = [], 0
    for epoch in epochs:
        network.fit(X, y, n_epochs=epoch - done, method="SGD", display_update=None)
        done = epoch
        field = network.predict(grid.reshape(-1, 2)).reshape(len(axis), len(axis))
        found.append((epoch, network.loss(X, y, bias_trick=True), field))
    return found


def draw(ax, epoch, loss, field):
    """Draw the output over the plane, the line where it is 1/2, and the four points."""
    ax.clear()
    edge = (axis[0], axis[-1], axis[0], axis[-1])
    ax.imshow(field, cmap=shades, vmin=0, vmax=1, origin="lower", extent=edge, aspect="equal")
    if field.min() < 0.5 < field.max():
        ax.contour(axis, axis, field, [0.5], colors=INK, linewidths=1.8)
    for label, marker, colour in ((0, "o", ORANGE), (1, "s", BLUE)):
        points = X[y[:, 0] == label]
        ax.plot(*points.T, marker, color=colour, ms=11, mec="white", mew=2)
    ax.set_title(f"epoch {epoch}\nloss {loss:.2f}", size=12)
    ax.set_xticks([0, 1])
    ax.set_yticks([0, 1])


# %% [markdown]
# Six moments. Circles should get a 0 (orange), squares a 1 (blue).

# %%
figure, axes = plt.subplots(
    2, 3, figsize=(8.4, 6.6), sharex=True, sharey=True, layout="constrained"
)
for ax, moment in zip(axes.flat, snapshots([0, 100, 200, 250, 300, 1000])):
    draw(ax, *moment)
figure.get_layout_engine().set(hspace=0.08)
figure.supxlabel("first input", size=11)
figure.supylabel("second input", size=11)
plt.show()

# %% [markdown]
# And as a film:

# %%
moments = snapshots([0, 50, *range(100, 340, 15), *range(350, 500, 50), 600, 800, 1000])
moments += 8 * moments[-1:]  # the end stays for a while, then it begins again
figure, ax = plt.subplots(figsize=(4.4, 4.8), dpi=70, layout="constrained")
film = FuncAnimation(figure, lambda i: draw(ax, *moments[i]), frames=len(moments))
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder, "film.gif")
    film.save(path, writer="pillow", fps=5)
    picture = Image(path.read_bytes(), format="gif", alt="a decision boundary that forms")
plt.close(figure)
picture

# %% [markdown]
# ### How much is luck?
#
# Our network has learnt the exclusive or from the seed 42. What about other seeds? We train 1000
# networks, with the seeds 0 to 999, in one call. `train_many` gets all start weights and returns
# all weights at the end. The network is described by its layers: three hidden units (two and the
# extra one) and one output, without biases of their own, because the column of ones does it.

# %%
import time

from chainrule import layers, optimizers
from chainrule.activations import sigmoid as s
from chainrule.architecture import Architecture, Program

hidden = layers.Dense(3, "sigmoid", use_bias=False)
output = layers.Dense(1, "sigmoid", use_bias=False)
program = Program(Architecture(3, (hidden, output)), "sum_of_squared_errors", optimizers.SGD(0.5))
X_ones = np.c_[np.ones(4), X]
seeds = range(1000)
start = np.array([np.random.RandomState(seed).randn(12) for seed in seeds])  # 9 for W_0, 3 for W_1

clock = time.perf_counter()
many = chainrule.train_many(program, X_ones, y, thetas=start.copy(), epochs=1000, batch_size=1)
print(f"1000 networks, 1000 epochs each: {time.perf_counter() - clock:.3f} s")

# %% [markdown]
# Which of them are right for all four samples? NumPy can compute the outputs of all networks at
# once, because `@` multiplies stacks of matrices.

# %%
W_0, W_1 = many.thetas[:, :9].reshape(-1, 3, 3), many.thetas[:, 9:].reshape(-1, 3, 1)
outputs = s(s(X_ones @ W_0) @ W_1)[:, :, 0]  # (1000, 4)
solved = ((outputs > 0.5) == (y[:, 0] == 1)).all(axis=1)
print(f"{solved.sum()} of {len(solved)} seeds solve it in 1000 epochs")
print("seed 42 is one of them:", bool(solved[42]))

# %%
from matplotlib.colors import ListedColormap

figure, ax = plt.subplots(figsize=(9, 5.4))
edges = np.arange(41), np.arange(0, 1001, 40)
colours = ListedColormap(["#f6c9a5", BLUE])
ax.pcolormesh(*edges, solved.reshape(25, 40), cmap=colours, edgecolors="white", linewidth=1)
ax.invert_yaxis()
ax.set_title("Which seeds solve XOR? Blue: solved, orange: not")
ax.set_xlabel("seed, counted from the first one of its row")
ax.set_ylabel("first seed of the row")
ax.set_xticks(np.arange(0, 40, 5) + 0.5, np.arange(0, 40, 5))
ax.set_yticks(np.arange(0, 1000, 200) + 20, np.arange(0, 1000, 200))
plt.show()

# %% [markdown]
# Would the others get there with more patience? An error of 1/2 or more at a single sample makes
# the loss at least $(1/2)^2 = 0.25$. So a loss below 0.25 means that all four answers are right. We
# train five times as long, and count after each epoch.

# %%
longer = chainrule.train_many(program, X_ones, y, thetas=start.copy(), epochs=5000, batch_size=1)
share = 100 * (longer.loss < 0.25).mean(axis=0)  # of each epoch, over the networks
figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")
left.plot(np.arange(1, 5001), share)
left.set_title("Share of the seeds that are solved")
left.set_xlabel("Epoch")
left.set_ylabel("solved (%)")
left.set_ylim(0, 100)
left.grid(axis="y")
right.hist(longer.loss[:, -1], bins=np.linspace(0, 1.1, 45), color=BLUE)
right.set_title("Loss of the 1000 networks at the end")
right.set_xlabel("Loss (sum of squared errors)")
right.set_ylabel("networks")
right.grid(axis="y")
plt.show()

# %% [markdown]
# Most losses at the end are near 0. The others are not spread out: they sit near 1/4, and a few
# near 1/2 and 3/4. Look into one of these networks: the activations of its hidden layer, one row a
# sample, and its outputs.

# %%
stuck = np.flatnonzero(longer.loss[:, -1] > 0.2)
W_0, W_1 = longer.thetas[stuck[0], :9].reshape(3, 3), longer.thetas[stuck[0], 9:].reshape(3, 1)
h = s(X_ones @ W_0)
print("seed", stuck[0])
for xi, hi, out, yi in zip(X, h, s(h @ W_1), y):
    units = " ".join(f"{value:.3f}" for value in hi)
    print(f"data={xi}, hidden={units}, out={out[0]:.3f}, ground-truth={yi[0]}")

# %% [markdown]
# **Questions**
#
# 1. For one sample the output is 1/2. What is special about its hidden activations? Why does
#    training not change it?
# 2. What would you do with a network that is stuck, and why do we not see this with the digits?

# %% [markdown] answer=true
# **Answers**
#
# 1. All of them are 0. The output layer has no constant, so its input is 0 as well, whatever its
#    weights are, and its output is $s(0) = 1/2$: an error of 1/2 and a loss of 1/4. Two such
#    samples make 1/2, three make 3/4. The gradient of $W_1$ has $h$ as a factor, that of $W_0$ has
#    the slope $h(1 - h)$, and both are 0. So this sample moves no weight at all. A real bias in the
#    output layer, a unit that is always 1, would still get a gradient. This is the price for
#    letting the extra unit be a unit like any other.
# 2. Start again from another seed. This costs little, and one of a few tries will succeed. Or take
#    more hidden units: some of them are then likelier to start in a useful place. The network for
#    the digits has 48 hidden units and not 2, so that bad luck with some of them hardly matters.
