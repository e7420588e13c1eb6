"""Trains two small models: `python train_tiny.py FOLDER`, with the repository on PYTHONPATH.

In a process of its own, because the tests' process must never import TensorFlow. Below FOLDER it reads `latin.npz`,
`khmer/` and `shapes/`, and writes the model folders `digits/` and `own/`, each with `keras.npz`: inputs, and what the
Keras network that was saved makes of them; and `warm.npz`: what a larger network makes of them that begins with what
`digits/` learnt.
"""

import sys
from pathlib import Path

import keras
import numpy as np

from lekh import datasets, preparation, training
from lekh.errors import LekhError
from lekh.model import KERAS, ClassLabel, read_card
from lekh.numerals import SCRIPTS

QUICK = preparation.Configuration(
    epochs=2, settling=1, again=(1, 0), epoch_digits=1280, batch_size=32, held_out=0.2,
    drawings=1, photographs=0, fonts=0, nondigits=0,
)  # fmt: skip


def outputs_of_keras(folder: Path) -> None:
    """Keeps what the saved Keras network makes of random ink."""
    network = keras.models.load_model(folder / KERAS)
    side = QUICK.normalization.size
    inputs = np.random.default_rng(1).random((40, side, side, 1), np.float32) ** 4
    np.savez(folder / "keras.npz", inputs=inputs, outputs=network.predict(inputs, verbose=0))


def warm(folder: Path) -> None:
    """Keeps what a network with ten classes more says before it learns, and why one of another build is refused."""
    kept = np.load(folder / "digits" / "keras.npz")
    thai = [ClassLabel("thai", digit, symbol) for digit, symbol in enumerate(SCRIPTS["thai"].digits)]
    classes = (*thai, *reversed(read_card(folder / "digits").classes))
    network = training.build_network(len(classes), QUICK.normalization)
    shared = training.warm_start(network, classes, folder / "digits")
    wider = keras.Sequential([keras.Input(kept["inputs"].shape[1:]), keras.layers.Flatten(), keras.layers.Dense(30)])
    try:
        training.warm_start(wider, classes, folder / "digits")
        refused = ""
    except LekhError as error:
        refused = str(error)
    outputs = network.predict(kept["inputs"], verbose=0)
    np.savez(folder / "warm.npz", shared=shared, warm=outputs, learnt=kept["outputs"][:, ::-1], refused=refused)


def main(folder: Path) -> None:
    """All models."""
    digits = [datasets.load(folder / "latin.npz", "latin"), datasets.load(folder / "khmer", "khmer")]
    training.train(digits, folder / "digits", QUICK)
    training.train([datasets.load(folder / "shapes", "shapes")], folder / "own", QUICK)
    for name in ("digits", "own"):
        outputs_of_keras(folder / name)
    warm(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
