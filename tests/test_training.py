"""From pictures to a model folder, at a small scale; TensorFlow stays in a process of its own."""

import hashlib
import json
import os
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from drawn import draw

from lekh import augment, datasets, evaluation, figures, ink, model, reading, sequence, training
from lekh.datasets import Dataset, Strokes
from lekh.errors import LekhError
from lekh.model import CARD, KERAS, TFLITE
from lekh.normalize import Normalization, box_of
from lekh.numerals import OPERATORS, SIGNS
from lekh.training import Configuration, Pool, batches, classes_of, prepare

TESTS = Path(__file__).resolve().parent
QUICK = Configuration(drawings=1, photographs=0, fonts=0, nondigits=0, held_out=0.25, batch_size=16)


def digits(script="latin", copies=6, name="drawn", size=100, writers=True):
    """Drawn digits: each copy of all ten is by a hand of its own."""
    pairs = [(digit, copy) for digit in range(10) for copy in range(copies)]
    pages = np.stack([draw(script, digit, seed=1000 * digit + copy, size=size) for digit, copy in pairs])
    hands = np.array([f"hand {copy}" for _, copy in pairs]) if writers else None
    return Dataset(name, script, pages, np.array([digit for digit, _ in pairs], np.int64), hands)


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


def squares_of(dataset):
    """The bytes of each image's square, and whose hand it is."""
    squares = [augment.to_square(ink.find_digit(page).ink).tobytes() for page in dataset.images]
    return dict(zip(squares, dataset.writers, strict=True))


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


# How often a digit is drawn


def pool(sizes, rows):
    sources = np.repeat(np.arange(len(rows)), rows)
    squares = np.zeros((len(sources), augment.INK_SIDE, augment.INK_SIDE), np.uint8)
    names = tuple(f"source {index}" for index in range(len(rows)))
    scripts = tuple("khmer" if index else "latin" for index in range(len(rows)))
    return Pool(squares, np.zeros(len(sources), np.int64), sources, names, tuple(sizes), scripts)


@pytest.mark.parametrize("flatness", [0.0, 0.4, 1.0])
@pytest.mark.parametrize(
    ("sizes", "rows"),
    [((900, 100), (900, 100)), ((900, 100), (900, 500)), ((50, 0, 200), (50, 0, 800)), ((7,), (7,))],
    ids=["two sources", "the smaller photographed", "one without ink", "one"],
)
def test_chances_sum_to_one_and_follow_the_sizes(sizes, rows, flatness):
    drawn = pool(sizes, rows)
    chances = drawn.chances(flatness)
    assert chances.shape == (sum(rows),) and chances.dtype == np.float64
    assert chances.sum() == pytest.approx(1) and (chances > 0).all()
    weights = np.array([size**flatness if row else 0 for size, row in zip(sizes, rows, strict=True)])
    shares = np.bincount(drawn.sources, chances, minlength=len(sizes))
    assert shares == pytest.approx(weights / weights.sum())
    assert all(np.ptp(chances[drawn.sources == source]) < 1e-12 for source in range(len(sizes)) if rows[source])


def test_a_script_can_be_given_more_of_an_epoch():
    drawn = pool((900, 100, 100), (900, 100, 300))
    shares = np.bincount(drawn.sources, drawn.chances(0.5, {"khmer": 3.0, "thai": 9.0}))
    assert shares == pytest.approx(np.array([30, 3 * 10, 3 * 10]) / 90)


# Prepare


@pytest.fixture(scope="module")
def prepared():
    """Two sets, and the pools that were made of them."""
    sets = [digits(copies=8), digits("khmer", 4, name="khmer drawn", writers=False)]
    return sets, prepare(sets, classes_of(sets), QUICK)


def test_the_road_of_an_upload_leads_to_the_pool(prepared):
    sets, (learn, held) = prepared
    assert learn.names == held.names == ("drawn", "khmer drawn")
    assert len(learn) + len(held) == sum(map(len, sets))
    for part in (learn, held):
        assert part.squares.dtype == np.uint8 and part.squares.shape == (len(part), augment.INK_SIDE, augment.INK_SIDE)
        assert part.classes.dtype == part.sources.dtype == np.int64
        assert ((part.classes < 10) == (part.sources == 0)).all()
        assert part.sizes == tuple(np.bincount(part.sources))
    direct = squares_of(sets[0])
    assert all(square.tobytes() in direct for square in learn.squares[learn.sources == 0])


def test_no_hand_is_on_both_sides(prepared):
    sets, (learn, held) = prepared
    hands = squares_of(sets[0])
    learnt, kept = ({hands[square.tobytes()] for square in part.squares[part.sources == 0]} for part in (learn, held))
    assert len(kept) == 2 and len(learnt) == 6 and not learnt & kept


def test_a_run_that_goes_on_with_another_seed_holds_out_the_same_hands(prepared):
    sets, (_, held) = prepared
    _, again = prepare(sets, classes_of(sets), replace(QUICK, seed=QUICK.seed + 4))
    assert [square.tobytes() for square in again.squares] == [square.tobytes() for square in held.squares]


def test_where_nobody_knows_the_hands_every_class_is_held_out(prepared):
    _, (_, held) = prepared
    assert np.bincount(held.classes[held.sources == 1], minlength=20)[10:].tolist() == [1] * 10


def test_the_same_configuration_gives_the_same_squares():
    drawing = tuple(Strokes((np.array([[0, 0], [0, 50 + seed], [30, 50]], np.float32),)) for seed in range(24))
    strokes = Dataset("strokes", "latin", drawing, np.arange(24) % 10)
    sets = [digits(copies=2), strokes]
    some = replace(QUICK, photographs=2, drawings=2)
    first, second, other = (
        prepare(sets, classes_of(sets), configuration) for configuration in (some, some, replace(some, seed=8))
    )
    for one, again in zip(first, second, strict=True):
        assert np.array_equal(one.squares, again.squares)
        assert np.array_equal(one.classes, again.classes) and np.array_equal(one.sources, again.sources)
    assert first[0].squares.shape != other[0].squares.shape or (first[0].squares != other[0].squares).any()


def test_photographs_and_drawings_are_for_learning_alone():
    drawing = tuple(Strokes((np.array([[0, 0], [0, 60], [30, 60 + n]], np.float32),)) for n in range(20))
    sets = [digits(copies=4), Dataset("strokes", "latin", drawing, np.arange(20) % 10, np.arange(20) % 4)]
    learn, held = prepare(sets, classes_of(sets), replace(QUICK, photographs=3, drawings=2))
    originals = np.array([30, 15 * 2])
    counts = np.bincount(learn.sources)
    assert (counts > 1.5 * originals).all() and (counts <= np.array([30 * 4, 15 * (2 + 4)])).all()
    assert np.bincount(held.sources).tolist() == [10, 5]
    assert learn.sizes == (30, 15)


def test_photographs_have_a_limit():
    sets = [digits(copies=10)]
    learn, _ = prepare(sets, classes_of(sets), replace(QUICK, photographs=4, most_photographs=20, held_out=0))
    assert 100 < len(learn) < 140


def test_sources_have_a_limit_unless_they_are_named():
    sets = [digits(copies=10), digits(copies=10, name="all of it")]
    some = replace(QUICK, most_digits=40, whole=("all of it",))
    learn, held = prepare(sets, classes_of(sets), some)
    assert np.bincount(learn.sources).tolist() == [40, 80] and learn.sizes == (40, 80)
    assert np.bincount(held.sources).tolist() == [10, 20]


def test_stretched_digits_also_come_narrower():
    sets = [replace(digits(copies=2), stretched=True)]
    some = replace(QUICK, natural=2, narrowest=0.5, held_out=0)
    learn, _ = prepare(sets, classes_of(sets), some)
    assert len(learn) == 3 * 20 and learn.sizes == (20,)
    wide, *narrow = (
        np.array([box_of(square / np.float32(255))[2:] for square in learn.squares[i::3]]) for i in range(3)
    )
    for boxes in narrow:
        aspect = (boxes[:, 0] / boxes[:, 1]) / (wide[:, 0] / wide[:, 1])
        assert 0.4 < aspect.min() < 0.7 < aspect.max() < 1.05
    assert len(prepare(sets, classes_of(sets), replace(some, natural=0))[0]) == 20
    assert len(prepare([digits(copies=2)], classes_of(sets), some)[0]) == 20


def test_signs_of_arithmetic_are_drawn_where_the_network_reads_them():
    signs = Dataset("signs I have", SIGNS, digits(copies=1).images[:2], np.array([0, 5]), None, OPERATORS)
    sets = [digits(copies=1), signs]
    classes = classes_of(sets)
    assert "".join(label.symbol for label in classes[10:]) == "".join(OPERATORS)
    learn, held = prepare(sets, classes, replace(QUICK, held_out=0, signs=32))
    drawn, kept = (part.classes[part.sources == 2] for part in (learn, held))
    assert learn.names[2] == "signs" and learn.scripts == ("latin", SIGNS, SIGNS) and learn.sizes[2] == 8 * 32
    assert (np.bincount(drawn, minlength=18)[10:] >= 32).all() and (drawn >= 10).all()
    assert len(kept) >= 2 * 8


def test_no_sign_is_drawn_for_digits_alone():
    assert prepare([digits(copies=1)], classes_of([digits(copies=1)]), QUICK)[0].names == ("drawn",)


@pytest.mark.parametrize(
    ("held_out", "writers"), [(0.0, None), (0.25, "one hand")], ids=["nothing asked for", "one hand alone"]
)
def test_what_cannot_be_held_out_is_learnt(held_out, writers):
    whole = digits(copies=3, writers=False)
    sets = [replace(whole, writers=None if writers is None else np.array([writers] * len(whole)))]
    learn, held = prepare(sets, classes_of(sets), replace(QUICK, held_out=held_out))
    assert (len(learn), len(held)) == (len(whole), 0)


def test_what_holds_no_ink_is_left_out():
    drawn = digits(copies=1)
    pages = drawn.images.copy()
    pages[3] = 255
    learn, _ = prepare([replace(drawn, images=pages)], classes_of([drawn]), replace(QUICK, held_out=0))
    assert learn.classes.tolist() == [0, 1, 2, 4, 5, 6, 7, 8, 9]


def test_fonts_are_writers_of_their_own(monkeypatch):
    def two_fonts(script, most):
        assert most == 5
        for digit in [*range(10)] * 2:
            yield digit, 1 - draw(script, digit, size=96)[10:90, 10:90] / np.float32(255)

    monkeypatch.setattr(augment, "font_digits", two_fonts)
    sets = [digits("khmer", 1), digits("latin", 1)]
    learn, held = prepare(sets, classes_of(sets), replace(QUICK, fonts=5, held_out=0))
    assert learn.names == ("drawn", "drawn", "fonts_khmer", "fonts_latin") and held.names == ("drawn", "drawn")
    assert np.bincount(learn.sources).tolist() == [10, 10, 20, 20]
    assert learn.classes[learn.sources == 3].tolist() == [*range(10, 20)] * 2


# Batches


def first_batches(learn, configuration, count=3):
    stream = batches(learn, configuration)
    try:
        return [next(stream) for _ in range(count)]
    finally:
        stream.close()


def test_batches_follow_from_the_seed(prepared, monkeypatch):
    monkeypatch.setattr(training, "CHUNK", 32)
    _, (learn, _) = prepared
    before = learn.squares.copy()
    one, again, other = (first_batches(learn, replace(QUICK, seed=seed)) for seed in (7, 7, 8))
    for (inputs, classes), (same, same_classes) in zip(one, again, strict=True):
        side = QUICK.normalization.size
        assert inputs.shape == (16, side, side, 1) and inputs.dtype == np.float32
        assert inputs.min() == 0 and 0.9 < inputs.max() <= 1
        assert classes.shape == (16,) and classes.dtype == np.int64 and set(classes) <= set(range(20))
        assert np.array_equal(inputs, same) and np.array_equal(classes, same_classes)
    assert not np.array_equal(one[0][0], other[0][0])
    assert not np.array_equal(one[0][0], one[1][0])
    assert np.array_equal(learn.squares, before)


def test_batches_have_the_size_of_the_card(prepared, monkeypatch):
    monkeypatch.setattr(training, "CHUNK", 16)
    small = replace(QUICK, normalization=Normalization(size=20, fit=16, min_stroke=1.5, max_stroke=6))
    (inputs, _), = first_batches(prepared[1][0], small, 1)  # fmt: skip
    assert inputs.shape == (16, 20, 20, 1)


def test_distorted_digits_keep_their_class(prepared, tiny_model, monkeypatch):
    monkeypatch.setattr(training, "CHUNK", 64)
    stream = first_batches(prepared[1][0], replace(QUICK, batch_size=64), 2)
    right = [tiny_model.predict(inputs).argmax(axis=1) == classes for inputs, classes in stream]
    assert np.mean(right) > 0.4  # by chance 0.05


# Calibration


class Boaster:
    """A network that answers with prepared probabilities."""

    def __init__(self, outputs):
        self.outputs = outputs

    def predict(self, inputs, **_):
        assert len(inputs) == len(self.outputs)
        return self.outputs


@pytest.mark.parametrize("boast", [0.8, 1.0, 2.0])
def test_the_temperature_undoes_overconfidence(boast):
    rng = np.random.default_rng(0)
    classes = classes_of([digits(copies=1), digits("khmer", 1)])
    honest = rng.normal(0, 2, (4000, 20))
    latin = np.exp(honest[:, :10]) / np.exp(honest[:, :10]).sum(axis=1, keepdims=True)
    truth = (latin.cumsum(axis=1) > rng.random((4000, 1))).argmax(axis=1)
    outputs = np.exp(boast * honest)
    held = Pool(np.zeros((4000, 64, 64), np.uint8), truth, np.zeros(4000, np.int64), ("drawn",), (4000,), ("latin",))
    seen_once = Normalization(size=8, fit=8, slant=0, turn=0, squeeze=1)
    found = training.calibrate(Boaster(outputs / outputs.sum(axis=1, keepdims=True)), held, classes, seen_once)
    assert found[0] == pytest.approx(boast, rel=0.1)
    assert found[1] == {"latin": pytest.approx(1, rel=0.1)}


def test_the_temperature_is_that_of_the_averaged_views():
    rng = np.random.default_rng(1)
    classes = classes_of([digits(copies=1)])
    truth = rng.integers(0, 10, 3000)
    sure = np.full((3000, 5, 10), 1e-4)  # each view is sure, one in three is wrong: together they are not
    for view in range(5):
        sure[np.arange(3000), view, (truth + (rng.random(3000) < 1 / 3)) % 10] = 1
    outputs = (sure / sure.sum(axis=2, keepdims=True)).reshape(-1, 10)
    held = Pool(np.zeros((3000, 64, 64), np.uint8), truth, np.zeros(3000, np.int64), ("drawn",), (3000,), ("latin",))
    assert training.calibrate(Boaster(outputs), held, classes, Normalization(size=8, fit=8))[0] > 1.1


def test_with_few_digits_there_is_nothing_to_calibrate():
    held = pool((99,), (99,))
    assert training.calibrate(Boaster(None), held, classes_of([digits(copies=1)]), Normalization()) == (1.0, {})


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
    done = subprocess.run(
        [sys.executable, str(TESTS / "train_tiny.py"), str(folder)], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return folder


FOLDERS = pytest.mark.parametrize("name", ["digits", "own"])


@FOLDERS
def test_a_model_folder_comes_out_whole(trained, name):
    folder = trained / name
    assert {path.name for path in folder.iterdir()} == {CARD, KERAS, TFLITE, "keras.npz"}
    loaded = model.load(folder)
    assert loaded.card.normalization == Normalization()
    raw = json.loads((folder / CARD).read_text(encoding="utf-8"))
    for file in (KERAS, TFLITE):
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
            len(run["curves"][curve]) == run["epochs"] + run["settling"] + sum(run["again"]) == 4
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
    assert np.ptp(kept["outputs"], axis=0).max() > 0.01  # the inputs do make a difference
    assert np.abs(loaded.predict(kept["inputs"]) - loaded.calibrated(kept["outputs"])).max() < 1e-4


@FOLDERS
def test_the_optimizer_is_left_behind(trained, name):
    with zipfile.ZipFile(trained / name / model.KERAS) as packed:
        config = json.loads(packed.read("config.json"))
    assert "compile_config" not in config or not config["compile_config"]
    assert (trained / name / model.KERAS).stat().st_size < 1.5 * (trained / name / model.TFLITE).stat().st_size


def test_the_network_for_numbers_that_a_folder_has_is_kept(tmp_path):
    reader, files = training._reader_in(model.DEFAULT_FOLDER)
    assert reader["reader"]["classes"]
    assert set(files) == {sequence.KERAS, sequence.TFLITE}
    assert training._reader_in(tmp_path) == ({}, {})


@pytest.mark.parametrize("script", ["latin", "khmer"])
def test_what_was_learnt_is_read(trained, script):
    fresh = [(digit, draw(script, digit, seed=50_000 + digit + 10 * copy)) for digit in range(10) for copy in range(3)]
    loaded = model.load(trained / "digits")
    right = [reading.read(page, loaded, script).digits[0].digit == digit for digit, page in fresh]
    assert np.mean(right) > 0.7


def test_a_warm_start_knows_what_was_learnt_and_nothing_of_the_rest(trained):
    kept = np.load(trained / "warm.npz")
    assert kept["shared"] == 20 and kept["warm"].shape[1] == 30
    known = kept["warm"][:, 10:]
    assert np.abs(known / known.sum(axis=1, keepdims=True) - kept["learnt"]).max() < 1e-4


def test_a_warm_start_refuses_another_build(trained):
    assert "is built otherwise" in str(np.load(trained / "warm.npz")["refused"])


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
    results = training.evaluate_test_sets(folder)
    assert [found.key for found, _ in results] == ["mnist_test"]
    training.report(folder, results)
    row, = model.read_card(folder).raw["test_sets"]  # fmt: skip
    measured = evaluation.evaluate(fresh, model.load(folder))
    assert (row["name"], row["script"], row["n"], row["correct"]) == ("mnist_test", "latin", 10, measured.correct)
    assert row["accuracy"] == pytest.approx(measured.correct / 10)
    after = model.read_card(folder).raw
    assert {**after, "test_sets": []} == before
    (shown,), _ = figures.read_evaluation(folder, model.read_card(folder))
    assert shown.confusion.tolist() == measured.confusion.tolist() and shown.n == 10
    training.report(folder, [])
    assert model.read_card(folder).raw == before
    assert figures.read_evaluation(folder, model.read_card(folder))[0] == []


def test_ones_own_digits_are_counted_by_class(trained):
    (row,) = model.read_card(trained / "own").raw["training_sets"]
    assert len(row["per_class"]) == 3 and sum(row["per_class"]) == row["n"]


# The command


def test_ones_own_digits_need_a_script():
    with pytest.raises(LekhError, match="--script"):
        training.main(["somewhere"])


def test_without_data_there_is_nothing_to_train_on(monkeypatch, tmp_path):
    monkeypatch.setenv("LEKH_DATA", str(tmp_path))
    with pytest.raises(LekhError, match="No training set"):
        training.open_sources()
    monkeypatch.delenv("LEKH_DATA")
    with pytest.raises(LekhError, match="LEKH_DATA is not set"):
        training.open_sources()


def test_the_process_of_the_tests_never_imports_tensorflow():
    assert not {"tensorflow", "keras"} & set(sys.modules)
