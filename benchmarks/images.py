"""Images of 28 x 28 for networks with 784 inputs, made from scikit-learn's digits of 8 x 8."""

from __future__ import annotations

import numpy as np

from benchmarks.workload import Array

ENLARGED, MARGIN = 3, 2  # 3 * 8 + 2 * 2 = 28
NOISE = 0.2


def images(n: int, seed: int = 0) -> tuple[Array, Array]:
    """Return n images (n, 784) with values from 0 to 1 and their classes (n, 10), in float32.

    Each is a digit drawn at random, three times as large, moved by up to two pixels a side, with
    noise on every pixel. So no two are the same and none of its pixels is always 0.
    """
    from chainrule.datasets import digit_images

    pictures, labels = digit_images()
    rng = np.random.default_rng(seed)
    chosen = rng.integers(0, len(pictures), n)
    large = np.kron(pictures[chosen] / 16, np.ones((ENLARGED, ENLARGED)))  # (n, 24, 24)
    shifts = rng.integers(0, 2 * MARGIN + 1, (n, 2))
    canvas = rng.uniform(0, NOISE, (n, 28, 28))
    for image, picture, (down, right) in zip(canvas, large, shifts, strict=True):
        image[down : down + 24, right : right + 24] += picture
    X = np.minimum(canvas, 1).reshape(n, -1)
    return X.astype(np.float32), np.eye(10, dtype=np.float32)[labels[chosen]]
