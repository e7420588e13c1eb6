"""The model folder: what it refuses, that LiteRT says what Keras says, and that threads may share it."""

import hashlib
import json
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lekh import model
from lekh.errors import LekhError
from lekh.numerals import SIGNS

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def folder(tiny_model_folder, tmp_path):
    """A copy of the tiny model's folder, to be spoilt; its network is also the second one, less sure of itself."""
    copy = Path(shutil.copytree(tiny_model_folder, tmp_path / "copy"))
    shutil.copy(copy / model.TFLITE, copy / model.SECOND_TFLITE)

    def second(card):
        card["files"][model.SECOND_TFLITE] = card["files"][model.TFLITE]
        card["second"] = {"temperature": 2.0}

    edit_card(copy, second)
    return copy


def batch(n, seed=0, size=32):
    return np.random.default_rng(seed).random((n, size, size, 1), np.float32)


def edit_card(folder, change):
    card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
    change(card)
    (folder / "card.json").write_text(json.dumps(card), encoding="utf-8")


def drop_a_class(card):
    card["classes"].pop()


def other_size(card):
    card["normalization"]["size"] = 40


def recorded_nonsense(folder):
    (folder / "digits.tflite").write_bytes(b"no network")
    sha = hashlib.sha256(b"no network").hexdigest()
    edit_card(folder, lambda card: card["files"]["digits.tflite"].update(sha256=sha))


SPOILT = {
    "no card": (lambda f: (f / "card.json").unlink(), "No model was found in copy/"),
    "card is no JSON": (lambda f: (f / "card.json").write_text("{"), "card.json is damaged"),
    "card is not UTF-8": (lambda f: (f / "card.json").write_bytes(b"\xff\xfe{"), "card.json is damaged"),
    "card is a list": (lambda f: (f / "card.json").write_text("[]"), "format None"),
    "later format": (lambda f: edit_card(f, lambda c: c.update(format=99)), "has format 99"),
    "no classes": (lambda f: edit_card(f, lambda c: c.pop("classes")), "lacks a field"),
    "unknown normalisation": (lambda f: edit_card(f, lambda c: c["normalization"].update(x=1)), "wrong one"),
    "senseless size": (lambda f: edit_card(f, lambda c: c["normalization"].update(size=2)), "wrong one"),
    "a size with a fraction": (lambda f: edit_card(f, lambda c: c["normalization"].update(size=32.0)), "wrong one"),
    "strokes of no width": (
        lambda f: edit_card(f, lambda c: c["normalization"].update(min_stroke=0, max_stroke=0)),
        "wrong one",
    ),
    "frozen": (lambda f: edit_card(f, lambda c: c.update(temperature=0)), "wrong one"),
    "a frozen script": (lambda f: edit_card(f, lambda c: c.update(script_temperatures={"latin": 0})), "wrong one"),
    "no number": (lambda f: edit_card(f, lambda c: c.update(temperature=float("nan"))), "wrong one"),
    "no script": (lambda f: edit_card(f, lambda c: c.update(classes=[])), "wrong one"),
    "a script of one class": (lambda f: edit_card(f, lambda c: c.update(classes=c["classes"][9:])), "wrong one"),
    "no temperature": (lambda f: edit_card(f, lambda c: c.pop("temperature")), "lacks a field"),
    "no network": (lambda f: (f / "digits.tflite").unlink(), "is incomplete"),
    "no sha256": (lambda f: edit_card(f, lambda c: c.pop("files")), "is incomplete"),
    "other network": (lambda f: (f / "digits.tflite").write_bytes(b"0"), "is not the file that its card describes"),
    "network is nonsense": (recorded_nonsense, "does not load"),
    "other classes": (lambda f: edit_card(f, drop_a_class), "has 20 outputs, its card lists 19 classes"),
    "other input": (lambda f: edit_card(f, other_size), "does not load"),
    "no second network": (lambda f: (f / "second.tflite").unlink(), "is incomplete (second.tflite)"),
    "other second": (lambda f: (f / "second.tflite").write_bytes(b"0"), "second.tflite is not the file that its card"),
    "nothing of the second": (lambda f: edit_card(f, lambda c: c.pop("second")), "lacks a field"),
}


@pytest.mark.parametrize(("spoil", "problem"), SPOILT.values(), ids=SPOILT)
def test_a_broken_folder_says_what_to_do(folder, spoil, problem):
    spoil(folder)
    with pytest.raises(LekhError) as caught:
        model.load(folder)
    assert problem in caught.value.problem
    assert "make train" in caught.value.remedy
    assert str(folder.parent) not in str(caught.value)


def test_scripts_and_symbols_come_from_the_card(tiny_model):
    card = tiny_model.card
    assert card.scripts == ("latin", "khmer")
    assert card.symbols("khmer") == list("០១២៣៤៥៦៧៨៩")
    assert card.indices("khmer") == list(range(10, 20))
    assert card.title("khmer") == "Khmer"
    with pytest.raises(LekhError, match=r"'tamil'\. Choose one of: latin, khmer"):
        card.indices("tamil")


@pytest.mark.parametrize("name", [model.NO_DIGIT, SIGNS])
def test_what_stands_in_the_place_of_a_script_is_none(name):
    card = model.read_card(model.DEFAULT_FOLDER)
    assert name in {label.script for label in card.classes}
    with pytest.raises(LekhError, match=f"does not read the script '{name}'"):
        card.indices(name)


def test_shapes_of_ones_own_have_titles(folder):
    edit_card(folder, lambda card: [label.update(script="my_shapes") for label in card["classes"][10:]])
    assert model.load(folder).card.title("my_shapes") == "My shapes"


@pytest.mark.parametrize("n", [0, 1, 3, 1, 65])
def test_probabilities_of_any_number_of_digits(tiny_model, n):
    probabilities = tiny_model.predict(batch(n))
    assert probabilities.shape == (n, 20)
    assert probabilities.dtype == np.float32
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)


def test_a_batch_says_what_its_digits_say_alone(tiny_model):
    digits = batch(5)
    alone = np.concatenate([tiny_model.predict(digits[i : i + 1]) for i in range(5)])
    np.testing.assert_allclose(tiny_model.predict(digits), alone, atol=1e-5)


def test_the_batch_is_not_modified_and_the_answer_is_the_callers(tiny_model):
    digits = batch(2)
    kept = digits.copy()
    first = tiny_model.predict(digits)
    held = first.copy()
    tiny_model.predict(batch(2, seed=9))
    np.testing.assert_array_equal(digits, kept)
    np.testing.assert_array_equal(first, held)


def test_temperature_softens(folder):
    sharp = model.load(folder).predict(batch(4))
    edit_card(folder, lambda card: card.update(temperature=3.0))
    soft = model.load(folder).predict(batch(4))
    assert (soft.max(axis=1) < sharp.max(axis=1)).all()
    assert soft.argmax(axis=1).tolist() == sharp.argmax(axis=1).tolist()


def test_a_folder_may_have_a_second_network(folder, tiny_model):
    loaded = model.load(folder)
    assert tiny_model.second is None and loaded.second.second is None
    sure, less = loaded.predict(batch(4)), loaded.second.predict(batch(4))
    assert (less.max(axis=1) < sure.max(axis=1)).all()
    assert less.argmax(axis=1).tolist() == sure.argmax(axis=1).tolist()


def test_threads_share_a_model(tiny_model):
    batches = [batch(1 + seed % 4, seed) for seed in range(200)]
    expected = [tiny_model.predict(digits) for digits in batches]
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(tiny_model.predict, batches))
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


_KERAS = """
import sys
import keras, numpy
network = keras.models.load_model(sys.argv[1], compile=False)
numpy.save(sys.argv[3], network.predict(numpy.load(sys.argv[2]), verbose=0))
"""


def folders_to_compare(tiny):
    return [tiny] + ([model.DEFAULT_FOLDER] if (model.DEFAULT_FOLDER / model.CARD).exists() else [])


def test_litert_says_what_keras_says(tiny_model_folder, tmp_path):
    for folder in folders_to_compare(tiny_model_folder):
        loaded = model.load(folder)
        digits = batch(16, size=loaded.card.normalization.size)
        np.save(tmp_path / "in.npy", digits)
        for each, name in ((loaded, model.KERAS), (loaded.second, model.SECOND_KERAS)):
            if each is not None:
                command = [sys.executable, "-c", _KERAS, folder / name, tmp_path / "in.npy", tmp_path / "out.npy"]
                subprocess.run([str(word) for word in command], check=True, capture_output=True)
                np.testing.assert_allclose(each._network(digits), np.load(tmp_path / "out.npy"), atol=1e-4)


def test_the_card_describes_all_files(tiny_model_folder):
    for folder in folders_to_compare(tiny_model_folder):
        for name, described in model.read_card(folder).raw["files"].items():
            content = (folder / name).read_bytes()
            assert described["sha256"] == hashlib.sha256(content).hexdigest()


def test_predicting_imports_no_tensorflow(tiny_model_folder):
    program = (
        "import sys; from lekh import model, reading; import numpy as np\n"
        "page = np.full((99, 99), 255, np.uint8); page[20:80, 45:55] = 0\n"
        "reading.read(page, model.load(sys.argv[1]))\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('tensorflow', 'keras', 'streamlit', 'pandas')])"
    )
    command = [sys.executable, "-c", program, str(tiny_model_folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_symbols_of_ones_own_are_like_no_scripts_numerals():
    card = model.load().card
    own = tuple(model.ClassLabel("mine", digit, str(digit)) for digit in range(10))
    more = replace(card, classes=(*card.classes, *own))
    assert more.alike == (*card.alike, *[[]] * 10)
    latin, khmer = card.indices("latin"), card.indices("khmer")
    assert latin[0] in card.alike[khmer[0]] and latin[5] not in card.alike[khmer[5]]
