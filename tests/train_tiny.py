"""Trains two small models: `python train_tiny.py FOLDER`, with the repository on PYTHONPATH.

In a process of its own, because the tests' process must never import TensorFlow. Below FOLDER it reads `latin.npz`,
`khmer/` and `shapes/`, and writes the model folders `digits/` and `own/`, each with `keras.npz`: inputs, and what the
Keras networks that were saved make of them; `half.npz`: what a network says before and after it is rounded to half
precision; and `muon.npz`. `digits/` has two networks, as the repository's; `own/` is what the command makes of
somebody's own shapes.
"""

import sys
from pathlib import Path
from unittest import mock

import keras
import numpy as np

from lekh import datasets, exporting, muon, preparation, training
from lekh.model import FILES

QUICK = preparation.Configuration(
    epochs=2, settling=1, epoch_digits=1280, batch_size=32, held_out=0.2,
    drawings=1, photographs=0, fonts=0, nondigits=0,
)  # fmt: skip


def outputs_of_keras(folder: Path) -> None:
    """Keeps what each saved Keras network makes of random ink, float32 `(networks, 40, classes)`."""
    side = QUICK.normalization.size
    inputs = np.random.default_rng(1).random((40, side, side, 1), np.float32) ** 4
    saved = [folder / name for name, _ in FILES if (folder / name).exists()]
    outputs = [keras.models.load_model(path).predict(inputs, verbose=0) for path in saved]
    np.savez(folder / "keras.npz", inputs=inputs, outputs=outputs)


def halved(folder: Path) -> None:
    """Keeps what a network whose batch normalization is far from idle says before and after it is rounded."""
    rng = np.random.default_rng(2)
    network = training.build_network(20, QUICK.normalization)
    for layer in network.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            gamma = rng.uniform(0.7, 1.5, layer.gamma.shape) * rng.choice([-1, 1], layer.gamma.shape)
            layer.set_weights([gamma, *rng.normal(0, 0.3, (2, len(gamma))), rng.uniform(0.5, 2, len(gamma))])
    inputs = np.load(folder / "digits" / "keras.npz")["inputs"]
    below = keras.Model(network.input, network.layers[-3].output)  # its features, which have no bounds
    before = below.predict(inputs, verbose=0)
    exporting.round_to_half(network)
    after = below.predict(inputs, verbose=0)
    np.savez(folder / "half.npz", before=before, after=after)


def steps_of_muon(folder: Path) -> None:
    """Keeps the singular values of what Muon makes of a tall and of a wide matrix, `(2, 20)`."""
    rng = np.random.default_rng(3)
    tall = rng.normal(size=(90, 20)) * np.geomspace(0.1, 1, 20)  # some directions matter ten times as much as others
    made = [np.asarray(muon.orthogonal(keras.ops.convert_to_tensor(each, "float32"))) for each in (tall, tall.T)]
    np.savez(folder / "muon.npz", lengths=[np.linalg.svd(each, compute_uv=False) for each in made])


def main(folder: Path) -> None:
    """All models."""
    digits = [datasets.load(folder / "latin.npz", "latin"), datasets.load(folder / "khmer", "khmer")]
    training.train(digits, folder / "digits", QUICK)
    with mock.patch.object(training, "Configuration", return_value=QUICK):
        training.main([str(folder / "shapes")], "shapes", str(folder / "own"))
    for name in ("digits", "own"):
        outputs_of_keras(folder / name)
    halved(folder)
    steps_of_muon(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
