"""From composed numbers to a reader in a model folder, at a small scale; TensorFlow stays in a process of its own."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from drawn_sets import drawn_letters

from lekh import (
    compose,
    datasets,
    layout,
    model,
    preparation,
    preparation_sequence,
    reading,
    sequence,
    sequence_batches,
    sequence_real,
    training_sequence,
)
from lekh.alphabet import Alphabet
from lekh.model import CARD, ClassLabel
from lekh.sequence_settings import Configuration
from lekh.strips import Strip, StripNormalization

TESTS = Path(__file__).resolve().parent
P = StripNormalization()
QUICK = Configuration(
    epochs=1, again=1, epoch_numbers=48, batch_size=8, fonts=0, fields=6, pages=1, shares=(0.5, 0.5, 0, 0)
)
LABELS = tuple(ClassLabel(script, digit, str(digit)) for script in ("latin", "khmer") for digit in range(10))


@pytest.fixture(scope="module")
def letters() -> Alphabet:
    return drawn_letters()


# The model folder


@pytest.fixture(scope="module")
def trained(tiny_model_folder, tmp_path_factory) -> Path:
    """A model folder with a reader that was trained for a moment, and what Keras makes of two widths."""
    folder = tmp_path_factory.mktemp("reader") / "model"
    shutil.copytree(tiny_model_folder, folder)
    environment = {**os.environ, "PYTHONPATH": str(TESTS.parent), "TF_CPP_MIN_LOG_LEVEL": "3"}
    subprocess.run([sys.executable, __file__, str(folder)], check=True, env=environment)
    return folder


def test_the_export_answers_as_keras_does(trained):
    reader = sequence.load(trained)
    kept = np.load(trained / "keras.npz")
    for width in (64, 160):
        strips = [Strip(pixels, 1.0, 0.0, 0.0) for pixels in kept[f"strips{width}"]]
        answers = np.stack(reader.answers(strips))
        assert answers.shape == (3, width // P.stride, 21) and np.allclose(answers.sum(axis=2), 1, atol=1e-3)
        assert np.abs(answers - kept[f"answers{width}"]).max() < 0.02


def test_the_card_tells_how_the_reader_was_trained(trained):
    raw = model.read_card(trained).raw
    told = raw["reader"]["training"]
    assert told["epochs"] == told["again"] == 1 and len(told["curves"]["loss"]) == 2
    assert raw["reader"]["normalization"] == P.as_dict()
    assert {"digits.tflite", "reader.keras", "reader.tflite"} <= raw["files"].keys()
    assert not (trained / training_sequence.CHECKPOINT).exists()
    model.load(trained)  # the network for digits is still what the card describes


def test_the_entry_can_be_given_again_to_another_card(trained, tiny_model_folder, tmp_path):
    shutil.copytree(tiny_model_folder, tmp_path / "model")
    for name in (sequence.KERAS, sequence.TFLITE):
        shutil.copy(trained / name, tmp_path / "model" / name)
    training_sequence.describe(tmp_path / "model", model.read_card(trained).raw["reader"])
    before, after = (json.loads((folder / CARD).read_text()) for folder in (tiny_model_folder, tmp_path / "model"))
    assert {key: value for key, value in after.items() if key not in ("reader", "files")} == {
        key: value for key, value in before.items() if key != "files"
    }
    assert sequence.load(tmp_path / "model").classes == sequence.load(trained).classes


def test_reading_is_the_same_from_many_threads_and_gives_cuts(trained, letters):
    from concurrent.futures import ThreadPoolExecutor

    reader = sequence.load(trained)
    inks = [compose.number("2024", letters, "latin", np.random.default_rng(seed)).ink for seed in range(6)]
    numbers = [number for sheet in inks for line in layout.find_lines(sheet) for number in line.numbers]
    with ThreadPoolExecutor(3) as threads:
        read = list(threads.map(lambda _: reader.read(numbers, "latin"), range(3)))
    for other in read:
        assert len(other) == len(numbers)
        for cuts, same in zip(read[0], other, strict=True):
            assert [cut.box_xywh for cut in cuts] == [cut.box_xywh for cut in same]
    assert reader.read([], "latin") == []
    for cut in (cut for cuts in read[0] for cut in cuts):
        assert cut.ink.shape == (cut.box_xywh[3], cut.box_xywh[2]) and cut.probabilities.shape == (20,)
        assert cut.probabilities[10:].sum() < 1 and cut.probabilities.sum() == pytest.approx(1, abs=1e-3)


def test_measuring_counts_whole_numbers(trained, letters):
    rows = training_sequence.measure_composed(trained, letters, 4)
    assert [row["name"] for row in rows] == ["composed_latin", "composed_khmer"]
    some = letters.digits != 9
    few = Alphabet(*(value[some] for value in vars(letters).values() if isinstance(value, np.ndarray)))
    assert training_sequence.measure_composed(trained, few, 4) == []  # no number can be written without a 9
    assert all(0 <= row[way] <= row["n"] == 4 for row in rows for way in training_sequence.WAYS)
    training_sequence.report(trained, rows)
    assert model.read_card(trained).raw["reader"]["test_sets"] == rows
    assert sequence.load(trained) is not None


@pytest.mark.skipif(not os.environ.get("LEKH_DATA"), reason="LEKH_DATA is not set")
def test_held_out_fields_are_read():
    """Floors under what was measured on cheques and registers that the reader in model/ has not learnt from."""
    configuration, held = Configuration(), {}
    for path in (sequence_real.CHEQUES, sequence_real.REGISTERS):
        rows = sequence_real.labels_of(datasets.root() / path)
        held[datasets.root() / path] = sequence_real.split(rows, configuration.held_out, configuration.seed)[1]
    if not all(held.values()):
        pytest.skip("the cheques and registers are not there")
    cheques, registers = training_sequence.measure(model.DEFAULT_FOLDER, held)
    assert cheques["page: both"] >= 0.80 * cheques["n"]
    assert registers["page: both"] >= 0.80 * registers["n"]


@pytest.mark.skipif(not os.environ.get("LEKH_DATA"), reason="LEKH_DATA is not set")
def test_touching_digits_of_strangers_are_read_in_every_script():
    """A floor under what was measured on numbers composed of digits that both networks in model/ have held out."""
    reader = model.load()
    sets = [dataset for dataset in preparation.open_sources()[0] if dataset.script in reader.card.scripts]
    with preparation.processes(2) as workers:
        strangers = preparation_sequence.strangers(sets, Configuration(strangers=200), workers)
    rng, right = np.random.default_rng(3), {}
    for script in filter(strangers.writes, reader.card.scripts):
        right[script] = 0
        for _ in range(30):
            written = compose.number(compose.random_text(rng), strangers, script, rng)
            page = np.pad(255 - (255 * np.clip(written.ink, 0, 1)).astype(np.uint8), 40, constant_values=255)
            right[script] += reading.read(page, reader, script).text.replace(" ", "") == written.text
    assert len(right) >= 9
    assert sum(right.values()) >= 0.6 * 30 * len(right), right
    assert min(right.values()) >= 0.25 * 30, right


def main(folder: Path) -> None:
    """Trains a reader in `folder` for a moment, and keeps what Keras makes of random strips."""
    import keras

    letters = drawn_letters()
    pools = sequence_batches.composed_samples(letters, QUICK), [], []
    classes = training_sequence.classes_of(model.read_card(folder))
    sequence_batches.CHUNK = 48
    network = training_sequence.build_network(len(classes), P)
    training_sequence.borrow(network, folder)
    curves = training_sequence.fit(network, letters, pools, classes, QUICK, folder / training_sequence.CHECKPOINT)
    training_sequence.export(network, folder, classes, QUICK, curves)
    network = keras.models.load_model(folder / sequence.KERAS, compile=False)
    kept = {}
    for width in (64, 160):
        strips = np.random.default_rng(width).random((3, P.height, width), np.float32) ** 4
        kept[f"strips{width}"] = strips
        logits = network.predict(strips[..., np.newaxis], verbose=0)
        kept[f"answers{width}"] = np.asarray(keras.ops.softmax(logits))
    np.savez(folder / "keras.npz", **kept)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
