"""Writes a small but working model folder: `python build_tiny_model.py FOLDER`, with the repository on PYTHONPATH.

In a process of its own, because the tests' process must never import TensorFlow.
"""

import hashlib
import json
import sys
from pathlib import Path

import numpy as np
import tensorflow as tf
from drawn import DRAWN, draw

from lekh import ink, normalize
from lekh.model import CARD, CARD_FORMAT, KERAS, TFLITE
from lekh.numerals import SCRIPTS

COPIES, EPOCHS, SEED = 60, 12, 7


def drawn_digits(parameters: normalize.Normalization) -> tuple[np.ndarray, np.ndarray]:
    """float32 `(N, S, S, 1)` and int64 `(N,)`: digits of the drawn scripts, by the road of an upload."""
    classes = [(script, digit) for script in DRAWN for digit in range(10)]
    pages = [(label, draw(*classes[label], seed=copy)) for label in range(len(classes)) for copy in range(COPIES)]
    inputs = [normalize.to_input(ink.find_digit(page).ink, parameters) for _, page in pages]
    return np.stack(inputs), np.array([label for label, _ in pages])


def trained(inputs: np.ndarray, labels: np.ndarray) -> tf.keras.Model:
    """A network of a few thousand parameters that knows the drawn digits."""
    layers = tf.keras.layers
    network = tf.keras.Sequential(
        [
            layers.Input(inputs.shape[1:]),
            layers.Conv2D(8, 3, strides=2, activation="relu"),
            layers.Conv2D(16, 3, strides=2, activation="relu"),
            layers.Flatten(),
            layers.Dense(10 * len(DRAWN), activation="softmax"),
        ]
    )
    network.compile(tf.keras.optimizers.Adam(4e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
    network.fit(inputs, labels, batch_size=64, epochs=EPOCHS, verbose=0)
    return network


def write(folder: Path) -> None:
    """The model folder with its card."""
    tf.keras.utils.set_random_seed(SEED)
    parameters = normalize.Normalization()
    network = trained(*drawn_digits(parameters))
    folder.mkdir(parents=True, exist_ok=True)
    network.save(folder / KERAS)
    (folder / TFLITE).write_bytes(tf.lite.TFLiteConverter.from_keras_model(network).convert())
    files = {name: (folder / name).read_bytes() for name in (KERAS, TFLITE)}
    card = {
        "format": CARD_FORMAT,
        "classes": [
            {"script": script, "digit": digit, "symbol": symbol}
            for script in DRAWN
            for digit, symbol in enumerate(SCRIPTS[script].digits)
        ],
        "normalization": parameters.as_dict(),
        "temperature": 1.0,
        "rejection_threshold": 0.3,
        "files": {
            name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
            for name, content in files.items()
        },
        "test_sets": [],
        "training_sets": [],
    }
    (folder / CARD).write_text(json.dumps(card, ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
