"""From pictures to a model folder, at a small scale; TensorFlow stays in a process of its own."""

import hashlib
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest
from drawn import draw
from drawn_sets import digits

from lekh import datasets, evaluation, figures, measuring, model, preparation, reading, training
from lekh.datasets import Dataset
from lekh.errors import LekhError
from lekh.model import CARD, KERAS, SECOND_KERAS, SECOND_TFLITE, TFLITE
from lekh.normalize import Normalization
from lekh.preparation import Configuration
from lekh.training import classes_of

TESTS = Path(__file__).resolve().parent
QUICK = Configuration(drawings=1, photographs=0, fonts=0, nondigits=0, held_out=0.25, batch_size=16)


def shape(name, seed, size=90):
    """uint8 page with a circle, a cross or a square."""
    rng = np.random.default_rng(seed)
    page = np.full((size, size), 255, np.uint8)
    x, y = (int(value) for value in rng.uniform(0.4, 0.6, 2) * size)
    r, pen = int(rng.uniform(0.2, 0.33) * size), int(rng.integers(3, 8))
    if name == "circle":
        cv2.circle(page, (x, y), r, 20, pen, cv2.LINE_AA)
    elif name == "square":
        cv2.rectangle(page, (x - r, y - r), (x + r, y + r), 20, pen, cv2.LINE_AA)
    else:
        cv2.line(page, (x - r, y - r), (x + r, y + r), 20, pen, cv2.LINE_AA)
        cv2.line(page, (x - r, y + r), (x + r, y - r), 20, pen, cv2.LINE_AA)
    return page


# Classes


def test_classes_follow_the_sets_script_by_script():
    classes = classes_of([digits("khmer", 1), digits("latin", 1), digits("khmer", 2)])
    assert [(label.script, label.digit) for label in classes] == [
        (script, digit) for script in ("khmer", "latin") for digit in range(10)
    ]
    assert "".join(label.symbol for label in classes) == "០១២៣៤៥៦៧៨៩0123456789"


def test_shapes_of_ones_own_are_classes():
    own = Dataset("mine", "shapes", digits(copies=1).images[:3], np.arange(3), None, ("circle", "cross", "square"))
    assert [(label.script, label.digit, label.symbol) for label in classes_of([own])] == [
        ("shapes", 0, "circle"), ("shapes", 1, "cross"), ("shapes", 2, "square"),
    ]  # fmt: skip


def test_sets_of_one_script_must_agree_on_the_classes():
    pages = digits(copies=1).images
    first = Dataset("mine", "shapes", pages[:2], np.arange(2), None, ("circle", "cross"))
    second = Dataset("yours", "shapes", pages[:2], np.arange(2), None, ("cross", "circle"))
    with pytest.raises(LekhError, match="shapes have different classes"):
        classes_of([first, second])


# All of it


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> Path:
    """A folder with the data and the models of `train_tiny.py`."""
    folder = tmp_path_factory.mktemp("trained")
    latin, khmer = digits(copies=30), digits("khmer", 12)
    np.savez(folder / "latin.npz", images=latin.images, labels=latin.labels, writers=latin.writers)
    for index, (page, digit) in enumerate(zip(khmer.images, khmer.labels, strict=True)):
        (folder / "khmer" / str(digit)).mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(folder / "khmer" / str(digit) / f"{index}.png"), page)
    for name in ("circle", "cross", "square"):
        (folder / "shapes" / name).mkdir(parents=True)
        for seed in range(60):
            cv2.imwrite(str(folder / "shapes" / name / f"{seed}.png"), shape(name, seed))
    environment = {**os.environ, "PYTHONPATH": str(TESTS.parent), "TF_CPP_MIN_LOG_LEVEL": "3", "CI": "1"}
    environment.pop("LEKH_DATA", None)  # with it, the command would report on the test sets too
    done = subprocess.run(
        [sys.executable, str(TESTS / "train_tiny.py"), str(folder)], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return folder


FOLDERS = pytest.mark.parametrize("name", ["digits", "own"])
FILES = {"digits": (KERAS, TFLITE, SECOND_KERAS, SECOND_TFLITE), "own": (KERAS, TFLITE)}


@FOLDERS
def test_a_model_folder_comes_out_whole(trained, name):
    folder = trained / name
    assert {path.name for path in folder.iterdir()} == {CARD, *FILES[name], "keras.npz"}
    loaded = model.load(folder)
    assert loaded.card.normalization == Normalization()
    raw = json.loads((folder / CARD).read_text(encoding="utf-8"))
    for file in FILES[name]:
        content = (folder / file).read_bytes()
        assert raw["files"][file] == {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}


@FOLDERS
def test_the_card_tells_all(trained, name):
    raw = model.read_card(trained / name).raw
    assert {"format", "classes", "input_size", "normalization", "temperature", "rejection_threshold", "files",
            "test_sets", "training_sets", "training", "created"} <= raw.keys()  # fmt: skip
    assert raw["format"] == 1 and raw["input_size"] == raw["normalization"]["size"] == 32
    assert 0.2 <= raw["temperature"] <= 3 and 0 < raw["rejection_threshold"] < 1
    run = raw["training"]
    assert (run["seed"], run["epochs"], run["photographs"], run["fonts"]) == (7, 2, 0, 0)
    assert {"tensorflow", "keras", "ai-edge-litert", "numpy"} <= run["packages"].keys() and run["python"]
    assert "source_commit" in run
    for curve in ("loss", "accuracy", "val_loss", "val_accuracy"):
        assert (
            len(run["curves"][curve]) == run["epochs"] + run["settling"] == 3
            and np.isfinite(run["curves"][curve]).all()
        )
    assert run["curves"]["loss"][1] < run["curves"]["loss"][0]
    expected = [("latin", "latin", 300), ("khmer", "khmer", 120)] if name == "digits" else [("shapes", "shapes", 180)]
    assert [(row["name"], row["script"], row["n"]) for row in raw["training_sets"]] == expected
    assert raw["test_sets"] == []


@FOLDERS
def test_litert_equals_keras(trained, name):
    kept = np.load(trained / name / "keras.npz")
    loaded = model.load(trained / name)
    for each, outputs in zip(filter(None, (loaded, loaded.second)), kept["outputs"], strict=True):
        assert np.ptp(outputs, axis=0).max() > 0.01  # the inputs do make a difference
        assert np.abs(each.predict(kept["inputs"]) - each.calibrated(outputs)).max() < 1e-4


def test_the_second_network_is_another(trained):
    loaded = model.load(trained / "digits")
    first, second = np.load(trained / "digits" / "keras.npz")["outputs"]
    assert np.abs(first - second).max() > 0.01
    told = loaded.card.raw["second"]
    assert loaded.second.card.temperature == told["temperature"]
    assert {name: len(values) for name, values in told["curves"].items()} == {
        "loss": 3, "accuracy": 3, "val_loss": 3, "val_accuracy": 3
    }  # fmt: skip
    assert told["curves"]["loss"] != loaded.card.raw["training"]["curves"]["loss"]


def test_half_precision_changes_nothing_that_matters(trained):
    kept = np.load(trained / "half.npz")
    assert kept["before"].max() > 0.5
    assert 0 < np.abs(kept["after"] - kept["before"]).max() < 0.005 * kept["before"].max()


def test_every_direction_is_learnt_at_about_the_same_pace(trained):
    lengths = np.load(trained / "muon.npz")["lengths"]
    assert lengths.shape == (2, 20)
    assert lengths.min() > 0.6 and lengths.max() < 1.3


@FOLDERS
def test_the_optimizer_is_left_behind(trained, name):
    with zipfile.ZipFile(trained / name / model.KERAS) as packed:
        config = json.loads(packed.read("config.json"))
    assert "compile_config" not in config or not config["compile_config"]
    # Half the bytes a weight, and nothing beside the weights.
    assert (trained / name / model.KERAS).stat().st_size < 2.5 * (trained / name / model.TFLITE).stat().st_size


@pytest.mark.parametrize("script", ["latin", "khmer"])
def test_what_was_learnt_is_read(trained, script):
    fresh = [(digit, draw(script, digit, seed=50_000 + digit + 10 * copy)) for digit in range(10) for copy in range(3)]
    loaded = model.load(trained / "digits")
    right = [reading.read(page, loaded, script).digits[0].digit == digit for digit, page in fresh]
    assert np.mean(right) > 0.7


def test_shapes_of_ones_own_are_read(trained):
    loaded = model.load(trained / "own")
    assert loaded.card.scripts == ("shapes",) and loaded.card.symbols("shapes") == ["circle", "cross", "square"]
    for digit, name in enumerate(("circle", "cross", "square")):
        right = [reading.read(shape(name, 900 + seed), loaded).digits[0].digit == digit for seed in range(10)]
        assert np.mean(right) > 0.7


def test_what_the_test_sets_say_goes_into_the_card(trained, monkeypatch, tmp_path):
    source = datasets.SOURCES["mnist_test"]
    fresh = digits(copies=1, name="fresh")
    path = tmp_path / source.path
    path.parent.mkdir(parents=True)
    np.savez(path, images=fresh.images, labels=fresh.labels)
    monkeypatch.setenv("LEKH_DATA", str(tmp_path))
    folder = trained / "digits"
    before = model.read_card(folder).raw
    results = measuring.evaluate_test_sets(folder)
    assert [found.key for found, _ in results] == ["mnist_test"]
    measuring.report(folder, results)
    row, = model.read_card(folder).raw["test_sets"]  # fmt: skip
    measured = evaluation.evaluate(fresh, model.load(folder))
    assert (row["name"], row["script"], row["n"], row["correct"]) == ("mnist_test", "latin", 10, measured.correct)
    assert row["accuracy"] == pytest.approx(measured.correct / 10)
    after = model.read_card(folder).raw
    assert {**after, "test_sets": []} == before
    (shown,), _ = figures.read_evaluation(folder, model.read_card(folder))
    assert shown.confusion.tolist() == measured.confusion.tolist() and shown.n == 10
    measuring.report(folder, [])
    assert model.read_card(folder).raw == before
    assert figures.read_evaluation(folder, model.read_card(folder))[0] == []


def test_ones_own_digits_are_counted_by_class(trained):
    (row,) = model.read_card(trained / "own").raw["training_sets"]
    assert len(row["per_class"]) == 3 and sum(row["per_class"]) == row["n"]


# The command


def test_ones_own_digits_need_a_script():
    with pytest.raises(LekhError, match="--script"):
        training.main(["somewhere"])


@pytest.mark.parametrize("script", ["none", "auto", "Latin"])
def test_a_script_that_means_another_one_is_said_before_any_work(script):
    with pytest.raises(LekhError, match="One of the names is"):
        training.main(["somewhere"], script, "out")


def test_without_data_there_is_nothing_to_train_on(monkeypatch, tmp_path):
    monkeypatch.setenv("LEKH_DATA", str(tmp_path))
    with pytest.raises(LekhError, match="No training set"):
        preparation.open_sources()
    monkeypatch.delenv("LEKH_DATA")
    with pytest.raises(LekhError, match="LEKH_DATA is not set"):
        preparation.open_sources()


def test_the_process_of_the_tests_never_imports_tensorflow():
    assert not {"tensorflow", "keras"} & set(sys.modules)
