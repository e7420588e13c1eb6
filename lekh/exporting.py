"""Networks that were trained -> the files of a model folder, and its card. TensorFlow is imported here, too."""

import json
import platform
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timezone
from importlib import metadata
from pathlib import Path

import numpy as np

from lekh import head, model, model_folder, sequence
from lekh.errors import LekhError
from lekh.model import CARD, CARD_FORMAT, FILES, KERAS, ClassLabel
from lekh.preparation import Configuration

PACKAGES = ("tensorflow", "keras", "ai-edge-litert", "numpy", "opencv-python-headless", "pillow")
CHECKPOINT = "checkpoint.keras"  # written after each epoch, gone when the model folder is complete


def export(networks: Sequence, folder: Path, classes: Sequence[ClassLabel], card: dict) -> None:
    """Writes the networks and `card.json`; the network for numbers that the folder has is kept.

    Args:
        networks: one or two trained Keras models; their weights are rounded to half precision, that of the files.
        folder: made if need be.
        classes: the outputs of each.
        card: the card's other fields, see `make_card`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    reader, files = _reader_in(folder)
    contents = {}
    for names, network in zip(FILES, networks, strict=False):  # the second may be lacking
        contents |= zip(names, _as_files(network), strict=True)
    for left in {CHECKPOINT, *sum(FILES, ())} - contents.keys():
        (folder / left).unlink(missing_ok=True)
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    files = {name: model_folder.described(content) for name, content in contents.items()} | files
    classes = [asdict(label) for label in classes]
    write_card(folder, {"format": CARD_FORMAT, "classes": classes, **card, **reader, "files": files})


def _reader_in(folder):
    """What the card there says of a network for numbers, and of its files; nothing where there is none."""
    try:
        raw = model.read_card(folder).raw
        files = {name: raw["files"][name] for name in (sequence.KERAS, sequence.TFLITE)}
        return {"reader": raw["reader"]}, files
    except (LekhError, KeyError, TypeError):
        return {}, {}


def write_card(folder: Path, card: dict) -> None:
    """Writes `card.json`, readable by people."""
    (folder / CARD).write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def make_card(
    configuration: Configuration,
    temperatures: tuple[float, dict[str, float]],
    history: dict,
    training_sets: list[dict],
    second: dict | None = None,
) -> dict:
    """The card's fields beside classes and files; `measuring.report` fills `test_sets`.

    Args:
        configuration: how the network was trained.
        temperatures: from `calibration.calibrate`.
        history: the curves of `training.fit`.
        training_sets: what it learnt from.
        second: what it says of the second network: its `temperature` and `curves`.
    """
    settings = asdict(configuration)
    normalization = settings.pop("normalization")
    return {
        "name": "lekh-digits",
        "created": datetime.now(timezone.utc).strftime("%Y-%m-%d"),
        "input_size": configuration.normalization.size,
        "normalization": normalization,
        "temperature": temperatures[0],
        "script_temperatures": temperatures[1],
        "rejection_threshold": 0.4,
        "test_sets": [],
        "training_sets": training_sets,
        "training": {
            **settings,
            "curves": history,
            "python": platform.python_version(),
            "packages": {name: metadata.version(name) for name in PACKAGES},
            "source_commit": _commit(),
        },
        **({} if second is None else {"second": second}),
    }


def _commit() -> str | None:
    """The commit of the sources that trained, when they come from a checkout."""
    try:
        found = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=Path(__file__).parent, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return found.stdout.strip()


def round_to_half(network) -> None:
    """Rounds the weights of a network from `training.build_network` to half precision: both of its files are equal.

    What the batch normalization behind a convolution multiplies by goes into the convolution first, as the converter
    would have it; the running mean and variance follow, so that the network says the same as before, and goes on
    learning from nearly there.
    """
    import keras

    for layer in network.layers:
        if not isinstance(layer, keras.layers.BatchNormalization):
            continue
        convolution = layer._inbound_nodes[0].parent_nodes[0].operation
        (kernel,), (gamma, beta, mean, variance) = convolution.get_weights(), layer.get_weights()
        factor = gamma / np.sqrt(variance + layer.epsilon)
        mean, variance = mean * factor, variance * factor**2
        bias = _half(beta - mean)
        convolution.set_weights([_half(kernel * factor)])
        layer.set_weights([np.sqrt(variance + layer.epsilon), bias + mean, mean, variance])
    network.layers[-1].set_weights([_half(values) for values in network.layers[-1].get_weights()])


def _half(values):
    return values.astype(np.float16).astype(np.float32)


def _as_files(network) -> tuple[bytes, bytes]:
    """Content of the `.keras` and the `.tflite` file, the second in half precision but for its last layer."""
    import keras

    round_to_half(network)
    bare = keras.Model.from_config(network.get_config())  # without its optimizer, which is three times as large
    bare.set_weights(network.get_weights())
    with tempfile.TemporaryDirectory() as folder:
        bare.save(Path(folder, KERAS))
        source = Path(folder, KERAS).read_bytes()
    return source, head.in_float32(as_tflite(network), head.Head(*network.layers[-1].get_weights()))


def as_tflite(network) -> bytes:
    """Content of a `.tflite` file with a Keras model, its weights in half precision."""
    import tensorflow as tf

    with tempfile.TemporaryDirectory() as folder:
        network.export(folder, verbose=False)
        converter = tf.lite.TFLiteConverter.from_saved_model(folder)
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.target_spec.supported_types = [tf.float16]
        return converter.convert()
