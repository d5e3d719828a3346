# What the tutorial does with Keras, its blanks filled: the same calls with the same settings. The
# tests run this text twice: as it stands, and with tensorflow.keras replaced by chainrule.keras.

# %% data
from matplotlib import pyplot as plt
from sklearn import datasets
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import LabelBinarizer

digits = datasets.load_digits()
(X_train, X_test, y_train, y_test) = train_test_split(
    digits["data"] / 16.0, digits["target"], test_size=0.25, random_state=13
)
y_train = LabelBinarizer().fit_transform(y_train)
y_test = LabelBinarizer().fit_transform(y_test)

# %% imports
from tensorflow.keras import backend as K  # noqa: E402, F401, N812
from tensorflow.keras.layers import Activation, Dense, Flatten  # noqa: E402, F401
from tensorflow.keras.models import Sequential  # noqa: E402
from tensorflow.keras.optimizers import SGD  # noqa: E402

# %% sigmoid
# Layer by layer: 64 inputs, 32 and 16 hidden neurons, one output for each digit.
model = Sequential()
model.add(Dense(32, input_shape=(64,), activation="sigmoid"))
model.add(Dense(16, activation="sigmoid"))
model.add(Dense(10, activation="softmax"))

sgd = SGD(0.01)
model.compile(loss="categorical_crossentropy", optimizer=sgd, metrics=["accuracy"])

print("training network...")
H = model.fit(
    X_train,
    y_train,
    validation_data=(X_test, y_test),
    epochs=300,
    verbose=1,
    shuffle=True,
    batch_size=10,
)

# Loss and accuracy in one figure.
plt.figure()
plt.axhline(y=1.0, color="gray", linestyle="dashed")
plt.plot(H.history["loss"][:300], label="training loss")
plt.plot(H.history["val_loss"][:300], label="validation loss")
plt.plot(H.history["accuracy"][:300], label="training accuracy")
plt.plot(H.history["val_accuracy"][:300], label="validation accuracy")
plt.title("Training Loss and Accuracy")
plt.xlabel("Epoch")
plt.ylabel("Loss/Accuracy")
plt.xlim(0, 300)
plt.legend()
plt.savefig("Keras_mnist.pdf")
plt.show()

# %% relu
# The same network with the activation that learns deep networks more easily.
model_relu = Sequential()
model_relu.add(Dense(32, input_shape=(64,), activation="relu"))
model_relu.add(Dense(16, activation="relu"))
model_relu.add(Dense(10, activation="softmax"))

model_relu.summary()

sgd = SGD(0.01)
model_relu.compile(loss="categorical_crossentropy", optimizer=sgd, metrics=["accuracy"])

X_train.shape  # noqa: B018

H = model_relu.fit(
    X_train,
    y_train,
    epochs=300,
    validation_split=0.1,
    verbose=1,
    shuffle=True,
    batch_size=16,
)

# Two panels: losses, and accuracies.
loss = H.history["loss"]
val_loss = H.history["val_loss"]
epochs = range(1, len(loss) + 1)
fig = plt.figure(figsize=(12, 5))
ax1 = plt.subplot(1, 2, 1)
ax1.plot(epochs, loss, label="Training loss")
ax1.plot(epochs, val_loss, label="Validation loss")
plt.xlabel("Epochs")
plt.ylabel("Loss")
plt.legend()
ax2 = plt.subplot(1, 2, 2)
acc = H.history["accuracy"]
val_acc = H.history["val_accuracy"]
ax2.plot(epochs, acc, label="Training acc")
ax2.plot(epochs, val_acc, label="Validation acc")
plt.xlabel("Epochs")
plt.ylabel("Accuracy")
plt.legend()
plt.subplots_adjust(wspace=0.3)
plt.show()
