"""``chainrule digits``: the second half of the notebook, in its order."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from chainrule import NeuralNetwork, datasets, metrics
from chainrule.cli import output, pictures
from chainrule.cli.train import train

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Options:
    """What the command was asked for; no folder: no pictures and no report."""

    layers: list[int]
    epochs: int
    eta: float
    test_size: float
    split_seed: int
    seed: int
    folder: Path | None
    engine: str


@dataclass(frozen=True)
class Results:
    """What came of it."""

    options: Options
    data: datasets.Dataset
    network: NeuralNetwork
    seconds: float
    seen_train: Array
    seen_test: Array

    @property
    def train_accuracy(self) -> float:
        """The share of the training images that is read right."""
        return metrics.accuracy(self.data.labels_train, self.seen_train)

    @property
    def test_accuracy(self) -> float:
        """The share of the test images that is read right."""
        return metrics.accuracy(self.data.labels_test, self.seen_test)

    @property
    def report(self) -> str:
        """The classification report on the test set."""
        return metrics.classification_report(self.data.labels_test, self.seen_test)


def run(options: Options) -> None:
    """Show, train, print and draw; see the command's help."""
    if options.folder is not None:
        pictures.prepare(options.folder)
    nn = NeuralNetwork(options.layers, options.eta, options.seed, engine=options.engine)
    images, labels = datasets.digit_images()
    data = datasets.digits(options.test_size, options.split_seed)
    _show_data(images, labels)
    _show_split(data)

    output.heading("The network")
    output.line(nn)
    output.line(f"learning rate {nn.eta}")
    seconds = train(nn, data.X_train, data.y_train, options.epochs, display_update=10)
    results = Results(
        options,
        data,
        nn,
        seconds,
        nn.predict(data.X_train).argmax(axis=1),
        nn.predict(data.X_test).argmax(axis=1),
    )
    _show_results(results)
    if options.folder is not None:
        _draw(results, images, labels, options.folder)


def _show_data(images: Array, labels: Array) -> None:
    output.heading("The digits", first=True)
    output.line(f"images: shape {images.shape}, {images.dtype}, {images.min()} to {images.max()}")
    data = images.reshape(len(images), -1)
    output.line(f"data: shape {data.shape}, {data.dtype}")
    index = 34
    output.line(f"image {index}, ground-truth: {labels[index]}")
    output.line(images[index])


def _show_split(data: datasets.Dataset) -> None:
    output.heading("The split, all pixels divided by 16")
    output.line(f"training set: {data.X_train.shape}, test set: {data.X_test.shape}")
    output.line(f"first 10 train labels: {data.labels_train[:10]}")
    output.line(f"first 10 test labels: {data.labels_test[:10]}")
    output.line(f"labels as vectors: {data.y_train.shape}")
    for label, vector in zip(data.labels_train[:10], data.y_train[:10], strict=True):
        output.line(f"{label}: {vector}")


def _show_results(results: Results) -> None:
    data, seen = results.data, results.seen_test
    output.line(f"trained in {results.seconds:.3f} s")
    output.heading("On the test set")
    index = min(11, len(seen) - 1)
    output.line(
        f"test image {index}: predict a {seen[index]} - ground truth is a {data.labels_test[index]}"
    )
    output.line(results.report)
    output.line(f"training accuracy: {100 * results.train_accuracy:.1f} %")
    output.line(f"test accuracy: {100 * results.test_accuracy:.1f} %")


def _draw(results: Results, images: Array, labels: Array, folder: Path) -> None:
    from chainrule import plots
    from chainrule.cli import report

    data, shape = results.data, (-1, 8, 8)
    train = _from_the_tenth(len(data.X_train), 180)
    test = _from_the_tenth(len(data.X_test), 60)
    true, seen = data.labels_test[test], results.seen_test[test]
    counts = metrics.confusion_matrix(data.labels_train, results.seen_train, 10)
    counts_test = metrics.confusion_matrix(data.labels_test, results.seen_test, 10)
    losses = results.network.loss_history
    drawn = {
        "first": pictures.Picture(
            "first 20 digits",
            "digits_first_20.png",
            plots.digit_row(images[:20], labels[:20]),
            f"20 images in a row. They show {', '.join(map(str, labels[:20]))}.",
        ),
        "sheet": pictures.Picture(
            "training images",
            "digits_training_images.png",
            plots.digit_sheet(data.X_train[train].reshape(shape)),
            "Images of handwritten digits in rows of 20.",
        ),
        "curve": pictures.Picture(
            "loss curve",
            "digits_loss.png",
            plots.loss_curve(losses, title="Digits: the loss"),
            f"The loss goes from {losses[0]:.1f} to {losses[-1]:.2f} in {len(losses)} epochs.",
        ),
        "guesses": pictures.Picture(
            "test images",
            "digits_test_images.png",
            plots.predictions(data.X_test[test].reshape(shape), true, seen),
            f"{len(true)} test images, of which {np.sum(true == seen)} are read right.",
        ),
        "matrix": pictures.Picture(
            "confusion matrix, training set",
            "mnist_deep_learning_confusion_matrix.pdf",
            plots.confusion_matrix(counts, title="Confusion matrix, training set"),
            _in_words(counts),
        ),
        "matrix_test": pictures.Picture(
            "confusion matrix, test set",
            "digits_confusion_matrix_test.png",
            plots.confusion_matrix(counts_test, title="Confusion matrix, test set"),
            _in_words(counts_test),
        ),
    }
    output.heading("Pictures")
    pictures.save_all(list(drawn.values()), folder)
    page = folder / "report.html"
    page.write_text(report.page(results, drawn), encoding="utf-8")
    output.line(f"all of it on one page: {page}")


def _in_words(counts: Array) -> str:
    return f"Confusion matrix: {np.trace(counts)} of {counts.sum()} images are on the diagonal."


def _from_the_tenth(n: int, wanted: int) -> slice:
    """Return which of n images are shown: from the tenth on, or from the first if n is small."""
    start = min(10, max(0, n - wanted))
    return slice(start, start + wanted)
