"""Trains two small models: `python train_tiny.py FOLDER`, with the repository on PYTHONPATH.

In a process of its own, because the tests' process must never import TensorFlow. Below FOLDER it reads `latin.npz`,
`khmer/` and `shapes/`, and writes the model folders `digits/` and `own/`, each with `keras.npz`: inputs, and what the
Keras network that was saved makes of them.
"""

import sys
from pathlib import Path

import numpy as np

from lekh import datasets, training
from lekh.model import KERAS

QUICK = training.Configuration(
    epochs=2,
    settling=1,
    epoch_digits=1280,
    batch_size=32,
    drawings=1,
    photographs=0,
    fonts=0,
    nondigits=0,
    held_out=0.2,
)


def outputs_of_keras(folder: Path) -> None:
    """Keeps what the saved Keras network makes of random ink."""
    import keras

    network = keras.models.load_model(folder / KERAS)
    side = QUICK.normalization.size
    inputs = np.random.default_rng(1).random((40, side, side, 1), np.float32) ** 4
    np.savez(folder / "keras.npz", inputs=inputs, outputs=network.predict(inputs, verbose=0))


def main(folder: Path) -> None:
    """Both models."""
    digits = [datasets.load(folder / "latin.npz", "latin"), datasets.load(folder / "khmer", "khmer")]
    training.train(digits, folder / "digits", QUICK)
    training.train([datasets.load(folder / "shapes", "shapes")], folder / "own", QUICK)
    for name in ("digits", "own"):
        outputs_of_keras(folder / name)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
