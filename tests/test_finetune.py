"""A few digits teach a model: what it learns, what it keeps, what is written, and what is refused."""

import io
import json
import os
import shutil
import subprocess
import sys
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from drawn import draw

from lekh import (
    cli,
    datasets,
    evaluation,
    finetune,
    finetune_bench,
    head,
    ink,
    model,
    model_folder,
    normalize,
    rehearsal,
)
from lekh.datasets import Dataset
from lekh.errors import LekhError
from lekh.finetune import Pupil, Settings
from lekh.litert import Network
from lekh.model import CARD, KERAS, SECOND_KERAS, SECOND_TFLITE, TFLITE

ROOT = Path(__file__).resolve().parent.parent
SYMBOLS = ("arrow", "heart", "spiral", "star", "triangle")
QUICK = Settings(copies=6, steps=60)


def strokes(name):
    """One symbol's lines, points `(n, 2)` in about -1 .. 1, y down."""
    t = np.linspace(0, 1, 60)[:, None]
    if name == "arrow":
        return [np.array([(-1, 0), (1, 0)], float), np.array([(0.4, -0.5), (1, 0), (0.4, 0.5)])]
    if name == "heart":
        u = 2 * np.pi * t
        down = 13 * np.cos(u) - 5 * np.cos(2 * u) - 2 * np.cos(3 * u) - np.cos(4 * u)
        return [np.hstack([16 * np.sin(u) ** 3, -down]) / 16]
    if name == "spiral":
        return [t * np.hstack([np.cos(5 * np.pi * t), np.sin(5 * np.pi * t)])]
    corners = 4 * np.pi / 5 * np.arange(6) if name == "star" else 2 * np.pi / 3 * np.arange(4)
    return [np.stack([np.sin(corners), -np.cos(corners)], axis=1)]


def symbol(name, rng, side=200):
    """uint8 `(side, side)`: a symbol as a hand draws it, dark on white: other corners, sizes, leanings and pens."""
    turn, lean, size = rng.normal(0, 0.15), rng.normal(0, 0.12), rng.uniform(42, 80) * np.exp(rng.normal(0, 0.12, 2))
    cos, sin = np.cos(turn), np.sin(turn)
    matrix = np.array([[cos, -sin], [sin, cos]]) @ np.array([[1, lean], [0, 1]]) @ np.diag(size)
    page, pen = np.full((side, side), 255, np.uint8), int(rng.integers(3, 11))
    for line in strokes(name):
        loose = cv2.resize(rng.normal(0, 0.06, (min(6, len(line)), 2)).astype(np.float32), (2, len(line)))
        points = (line + loose) @ matrix.T + side / 2 + rng.uniform(-15, 15)
        cv2.polylines(page, [np.round(16 * points).astype(np.int32)], False, 20, pen, cv2.LINE_AA, shift=4)
    return page


def symbols(copies, seed, names=SYMBOLS, script="marks"):
    """So many of each."""
    rng = np.random.default_rng(seed)
    pages = tuple(symbol(name, rng) for name in names for _ in range(copies))
    return Dataset(script, script, pages, np.repeat(np.arange(len(names)), copies).astype(np.int64), None, names)


def on_disk(dataset, folder):
    """The data set as class folders."""
    for place, (page, label) in enumerate(zip(dataset.images, dataset.labels, strict=True)):
        path = folder / dataset.class_names[label] / f"{place}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), page)
    return folder


@pytest.fixture(scope="module")
def taught(tiny_model_folder, tmp_path_factory):
    """A folder that the command line wrote, and the lines that it printed."""
    folder = tmp_path_factory.mktemp("taught")
    data = on_disk(symbols(4, seed=1, names=SYMBOLS[:3]), folder / "data")
    command = [sys.executable, "-m", "lekh", "train", str(data), "--script", "marks", "--json"]
    command += ["--from", str(tiny_model_folder), "--out", str(folder / "out")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return folder / "out", [json.loads(line) for line in done.stdout.splitlines()]


# The last layer


def test_a_network_is_its_features_and_its_last_layer(tiny_model_folder):
    content = (tiny_model_folder / TFLITE).read_bytes()
    below, last = head.taken_off(content)
    inputs = np.random.default_rng(1).random((70, 32, 32, 1), np.float32)
    said = Network(content)(inputs)
    assert np.abs(head.softmax(last.logits(Network(below)(inputs))) - said).max() < 1e-5
    assert np.array_equal(Network(head.put_on(content, last))(inputs), said)


def test_the_layers_below_keep_their_fingerprint(tiny_model_folder):
    content = (tiny_model_folder / TFLITE).read_bytes()
    _, last = head.taken_off(content)
    wider = head.Head(np.pad(last.kernel, ((0, 0), (0, 3))), np.pad(last.bias, (0, 3)))
    other = head.put_on(content, wider)
    assert Network(other)(np.zeros((1, 32, 32, 1), np.float32)).shape == (1, len(last.bias) + 3)
    assert head.fingerprint(other) == head.fingerprint(content)
    shipped = (model.DEFAULT_FOLDER / TFLITE).read_bytes()
    assert head.fingerprint(shipped) != head.fingerprint(content)


@pytest.mark.parametrize("content", [b"", b"TFL3", bytes(4000)], ids=["empty", "short", "zeros"])
def test_what_is_no_network_is_refused(content):
    with pytest.raises(LekhError):
        head.taken_off(content)


def test_both_files_must_be_the_same_network(tiny_model_folder):
    _, last = head.taken_off((tiny_model_folder / TFLITE).read_bytes())
    other = head.Head(last.kernel + 1, last.bias)
    with pytest.raises(LekhError, match="not the same network"):
        head.put_on_keras((tiny_model_folder / KERAS).read_bytes(), other, last)


# What is written


def test_the_folder_reads_the_symbols_and_still_the_digits(taught, tiny_model):
    loaded = model.load(taught[0])
    assert loaded.card.symbols("marks") == list(SYMBOLS[:3])
    fresh = evaluation.evaluate(symbols(10, seed=2, names=SYMBOLS[:3]), loaded)
    assert fresh.correct >= 26
    assert loaded.card.classes[: len(tiny_model.card.classes)] == tiny_model.card.classes
    page = draw("khmer", 4, seed=5)
    known = evaluation.evaluate(Dataset("one", "khmer", (page,), np.array([4])), loaded)
    assert known.correct == 1


def test_the_card_tells_where_it_comes_from(taught, tiny_model_folder):
    card, told = json.loads((taught[0] / CARD).read_text("utf-8")), taught[1][-1]
    found = card["fine_tuning"]
    assert told == {"event": "done", **found}
    assert (found["n"], found["per_class"]) == (12, dict.fromkeys(SYMBOLS[:3], 4))
    assert (found["examined"], found["before"]) == (12, None)
    assert 6 <= found["after"] <= 12
    parent = json.loads((tiny_model_folder / CARD).read_text("utf-8"))["files"]
    assert found["parent"]["sha256"] == {name: parent[name]["sha256"] for name in (KERAS, TFLITE)}
    own = card["training_sets"][-1]
    assert (own["source"], own["n"], card["test_sets"]) == ("own digits", 12, [])


def test_it_tells_how_it_goes(taught):
    kinds = [event["event"] for event in taught[1]]
    assert kinds.count("look") == 12
    assert kinds.count("part") == finetune.PARTS
    last = [event for event in taught[1] if event["event"] == "step" and event["part"] is None]
    assert last[-1]["step"] == last[-1]["steps"]
    assert last[-1]["loss"] < last[0]["loss"]


def test_keras_and_litert_say_the_same(taught, tmp_path):
    inputs = np.random.default_rng(3).random((20, 32, 32, 1), np.float32)
    np.save(tmp_path / "inputs.npy", inputs)
    code = (
        "import sys, keras, numpy as np\n"
        "network = keras.models.load_model(sys.argv[1], compile=False)\n"
        "np.save(sys.argv[3], network.predict(np.load(sys.argv[2]), verbose=0))"
    )
    files = [str(taught[0] / KERAS), str(tmp_path / "inputs.npy"), str(tmp_path / "outputs.npy")]
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    subprocess.run([sys.executable, "-c", code, *files], check=True, env=environment)
    said = Network((taught[0] / TFLITE).read_bytes())(inputs)
    assert np.abs(np.load(files[2]) - said).max() < 1e-4


@pytest.mark.parametrize(("script", "other"), [("latin", "khmer"), ("khmer", "latin")])
def test_a_strange_hand_is_learnt_and_the_other_script_left_alone(script, other, tiny_model):
    pages = [(digit, draw(script, digit, seed=700 + copy)) for digit in range(10) for copy in range(6)]
    shear = np.float32([[1, -0.9, 45], [0, 1, 0]])
    bent = np.stack([cv2.warpAffine(page, shear, page.shape[::-1], borderValue=255) for _, page in pages])
    hand = Dataset("hand", script, bent, np.array([digit for digit, _ in pages]))
    mine = np.arange(len(hand)) % 6 < 2
    pupil = Pupil(tiny_model, hand.take(np.flatnonzero(mine)), QUICK)
    (last,) = pupil.taught(np.ones(len(pupil.examples), bool))
    rest = hand.take(np.flatnonzero(~mine))
    found = pupil.hand(np.ones(len(pupil.examples), bool))
    assert found is not None and found.slant > 0.1  # it leant the other way
    before, by_last_layer, after = (
        evaluation.evaluate(rest, each).correct
        for each in (tiny_model, pupil.as_model([last]), pupil.as_model([last], found))
    )
    assert len(rest) - by_last_layer <= (len(rest) - before) / 2
    assert after >= by_last_layer
    known, learnt = pupil.examined()
    assert 0 <= known <= learnt <= len(pupil.examples)
    others = tiny_model.card.indices(other)
    assert np.array_equal(last.kernel[:, others], pupil.trunks[0].before.kernel[:, others])


def test_a_lesson_that_overturns_what_is_rehearsed_is_taken_back_in_part():
    rng = np.random.default_rng(3)
    first = head.Head(np.eye(6, dtype=np.float32) * 8, np.zeros(6, np.float32))
    labels = np.repeat(np.arange(6), 20)
    kept = np.eye(6, dtype=np.float32)[labels] + rng.normal(0, 0.1, (120, 6)).astype(np.float32)
    moved = {}
    for most in (1.0, 0.01):
        settings = Settings(most_moved=most, rehearsal=1.0)
        lesson = finetune._Lesson(first, np.arange(6), np.arange(6), settings)
        lesson.prepare(kept[::4], (labels[::4] + 1) % 6, kept, 6)  # each class is said to be the next one
        taught = lesson.learn(lambda *_: None)
        change = head.softmax(taught.logits(kept)) - head.softmax(first.logits(kept))
        moved[most] = np.abs(change).sum(axis=1).mean() / 2
    assert moved[1.0] > 0.05
    assert 0 <= moved[0.01] <= 0.01 + 1e-6


def test_a_symbol_more_keeps_the_places_of_those_before(taught):
    pupil = Pupil(model.load(taught[0]), symbols(3, seed=4, names=("heart", "square", "star")[::2]), QUICK)
    own = [label for label in pupil.classes if label.script == "marks"]
    assert [(label.digit, label.symbol) for label in own] == [*enumerate(SYMBOLS[:3]), (3, "star")]
    assert sorted(set(pupil.labels.tolist())) == [1, 3]


def test_a_symbol_more_is_learnt_beside_those_before(taught, tmp_path):
    start = Path(shutil.copytree(taught[0], tmp_path / "start"))
    known = replace(symbols(4, seed=5, names=("heart", "square", "star")[::2]), script="marks")
    found = finetune.finetune(known, start, tmp_path / "more", QUICK)
    assert (found["per_class"], found["examined"]) == ({"arrow": 0, "heart": 4, "spiral": 0, "star": 4}, 8)
    assert 0 <= found["before"] <= 4 < found["after"]
    alone = symbols(4, seed=6, names=("star",))
    assert finetune.finetune(alone, start, tmp_path / "alone", QUICK)["before"] == 0


def with_no_digit_class(folder, to):
    """A copy of the model whose last class, of its last script, is *not a digit*."""
    copied = Path(shutil.copytree(folder, to))
    card = json.loads((copied / CARD).read_text("utf-8"))
    last = card["classes"][-1]["script"]
    card["classes"] = [{**label, "script": "none"} if label["script"] == last else label for label in card["classes"]]
    (copied / CARD).write_text(json.dumps(card), "utf-8")
    return model.load(copied)


@pytest.mark.parametrize("refuses", [True, False])
def test_a_new_script_is_taught_each_digit_as_itself(refuses, tiny_model_folder, tmp_path):
    old = with_no_digit_class(tiny_model_folder, tmp_path / "start") if refuses else model.load(tiny_model_folder)
    pages = tuple(draw("khmer", digit, seed=40 + copy) for digit in range(10) for copy in range(4))
    thai = Dataset("thai", "thai", pages, np.repeat(np.arange(10), 4).astype(np.int64))  # by the shapes it tells apart
    pupil = Pupil(old, thai, QUICK)
    learnt = pupil.as_model(pupil.taught(np.ones(len(pupil.examples), bool)))
    inputs = np.stack([normalize.to_input(ink, learnt.card.normalization) for ink in pupil.inks])
    own = learnt.predict(inputs)[:, learnt.card.indices("thai")]
    assert (own.argmax(axis=1) == pupil.labels).mean() >= 0.9


def test_a_model_without_its_sources_is_refused_before_the_lesson(tiny_model_folder, tmp_path):
    start = Path(shutil.copytree(tiny_model_folder, tmp_path / "start"))
    (start / KERAS).unlink()
    told = []
    with pytest.raises(LekhError, match="lacks the source of a network"):
        finetune.finetune(symbols(2, seed=1), start, tmp_path / "out", QUICK, told.append)
    assert not told


def test_both_networks_of_a_model_are_taught(tiny_model_folder, tmp_path):
    start = Path(shutil.copytree(tiny_model_folder, tmp_path / "start"))
    card = json.loads((start / CARD).read_text("utf-8"))
    for first, second in ((KERAS, SECOND_KERAS), (TFLITE, SECOND_TFLITE)):
        shutil.copy(start / first, start / second)
        card["files"][second] = card["files"][first]
    (start / CARD).write_text(json.dumps({**card, "second": {"temperature": 1.5}}), "utf-8")
    found = finetune.finetune(symbols(4, seed=1, names=SYMBOLS[:3]), start, tmp_path / "out", QUICK)
    assert found["examined"] == 12
    loaded = model.load(tmp_path / "out")
    assert loaded.second.card.classes == loaded.card.classes and loaded.second.card.temperature == 1.5
    inputs = np.stack([normalize.to_input(ink.find_digit(page).ink, loaded.card.normalization)
                       for page in symbols(10, seed=2, names=SYMBOLS[:3]).images])  # fmt: skip
    own, truth = loaded.card.indices("marks"), np.repeat(np.arange(3), 10)
    for each in (loaded, loaded.second):
        assert (each.predict(inputs)[:, own].argmax(axis=1) == truth).sum() >= 26


# Never half a folder


def test_whoever_is_killed_leaves_no_half_folder(tiny_model_folder, tmp_path):
    data = on_disk(symbols(2, seed=1, names=SYMBOLS[:2]), tmp_path / "data")
    command = [sys.executable, "-m", "lekh", "train", str(data), "--script", "marks", "--json"]
    command += ["--from", str(tiny_model_folder), "--out", str(tmp_path / "out")]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    for line in process.stdout:
        event = json.loads(line)
        if event.get("part", 0) is None and event["step"] == event["steps"]:
            break
    time.sleep(0.05)
    process.kill()
    process.wait()
    process.stdout.close()
    if (tmp_path / "out").exists():
        model.load(tmp_path / "out")


@pytest.mark.parametrize("there", [False, True], ids=["a new folder", "over another"])
@pytest.mark.parametrize("at", ["write_bytes", "write_text", "rename"])
def test_a_write_that_breaks_off_changes_nothing(at, there, tiny_model_folder, tmp_path, monkeypatch):
    out = tmp_path / "out"
    if there:
        shutil.copytree(tiny_model_folder, out)
    card = json.loads((tiny_model_folder / CARD).read_text("utf-8"))

    def broken(*_, **__):
        raise OSError("no space left")

    monkeypatch.setattr(Path, at, broken)
    with pytest.raises(LekhError, match="cannot be written"):
        model_folder.write(out, tiny_model_folder, card, {})
    monkeypatch.undo()
    assert [path.name for path in tmp_path.iterdir()] == (["out"] if there else [])
    if there:
        model.load(out)


def test_what_a_killed_process_left_is_removed(tiny_model_folder, tmp_path):
    left = tmp_path / ".out.99999999.part"
    left.mkdir()
    card = json.loads((tiny_model_folder / CARD).read_text("utf-8"))
    model_folder.write(tmp_path / "out", tiny_model_folder, card, {})
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    model.load(tmp_path / "out")


# What is refused


def refused_sets():
    plain = symbols(2, seed=1, names=SYMBOLS[:2])
    many = tuple(f"shape {place}" for place in range(41))
    blank = replace(plain, images=(np.full((50, 50), 255, np.uint8),) * 4)
    forty = replace(plain, images=plain.images[:1] * 41, labels=np.arange(41), class_names=many)
    half = Dataset("few", "thai", plain.images, np.array([0, 1, 2, 3]))
    return {
        "one class": (plain.take([0, 1]), "only one class"),
        "too many": (forty, "41 classes"),
        "a reserved name": (replace(plain, script="none"), "No script can have the name"),
        "no ink": (blank, "None of the digits has ink"),
        "half a script": (half, "digits of this script are missing"),
    }  # fmt: skip


@pytest.mark.parametrize("case", refused_sets())
def test_what_cannot_be_learnt_is_said(case, tiny_model):
    dataset, words = refused_sets()[case]
    with pytest.raises(LekhError, match=words):
        Pupil(tiny_model, dataset, QUICK)


@pytest.mark.parametrize("place", ["model", "a file", "other things"])
def test_the_place_must_be_free(place, tiny_model_folder, tmp_path, capsys):
    out = tmp_path / "out"
    if place == "a file":
        out.write_text("mine")
    elif place == "other things":
        out.mkdir()
        (out / "thesis.txt").write_text("mine")
    data = str(on_disk(symbols(1, seed=1), tmp_path / "data"))
    out = tiny_model_folder if place == "model" else out
    arguments = ["train", data, "--script", "marks", "--from", str(tiny_model_folder), "--out", str(out)]
    assert cli.main(arguments) == 1
    assert "Choose another folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [["--script", "x", "--out", "o", "--from", "m"], ["d", "--script", "x", "--out", "o", "--json"],
     ["d", "--script", "x", "--out", "o", "--from", "m", "--epochs", "2"]],
    ids=["no data", "json alone", "epochs"],
)  # fmt: skip
def test_wrong_usage(words):
    with pytest.raises(SystemExit) as stopped:
        cli.main(["train", *words])
    assert stopped.value.code == 2


# Folders as zip files


def zipped(members):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return content.getvalue()


def test_a_folder_comes_back_from_its_zip(taught, tmp_path):
    loaded = model_folder.unpacked(model_folder.packed(taught[0]), tmp_path / "back")
    assert loaded.card == model.load(taught[0]).card
    assert (tmp_path / "back" / KERAS).read_bytes() == (taught[0] / KERAS).read_bytes()


HOSTILE = {
    "no zip": lambda files: b"hello",
    "cut off": lambda files: zipped(files)[:2000],
    "a slip": lambda files: zipped({f"../{name}": member for name, member in files.items()}),
    "an absolute path": lambda files: zipped({f"/etc/{name}": member for name, member in files.items()}),
    "two folders": lambda files: zipped({f"{place}/{name}": files[name] for place, name in enumerate(files)}),
    "a stranger": lambda files: zipped({**files, "digits.pkl": b"cos\nsystem\n"}),
    "a bomb": lambda files: zipped({**files, KERAS: bytes(60_000_000)}),
    "another network": lambda files: zipped({**files, TFLITE: files[TFLITE] + b"\0"}),
    "another source": lambda files: zipped({**files, KERAS: b"PK"}),
    "no card": lambda files: zipped({name: member for name, member in files.items() if name != CARD}),
    "a card that is none": lambda files: zipped({**files, CARD: b"[]"}),
    "no network": lambda files: zipped({CARD: files[CARD]}),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_zip_is_refused_and_leaves_nothing(case, taught, tmp_path):
    files = {name: (taught[0] / name).read_bytes() for name in (CARD, KERAS, TFLITE)}
    with pytest.raises(LekhError) as raised:
        model_folder.unpacked(HOSTILE[case](files), tmp_path / "inner" / "back")
    assert str(tmp_path) not in str(raised.value)
    assert ".part" not in str(raised.value)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


# Rehearsal


def test_drawn_features_are_like_those_that_were_described(tmp_path):
    rng = np.random.default_rng(1)
    labels = np.repeat([0, 1, 2], [300, 300, 4])
    shift = np.zeros((604, 40))
    shift[labels == 1, 3] = 5
    features = np.abs(rng.normal(2, 0.3, (604, 40)) + shift).astype(np.float32)
    statistics = rehearsal.described(features, labels, [("a", "x"), ("a", "y"), ("a", "few")])
    assert statistics.classes == (("a", "x"), ("a", "y"))
    made = statistics.draw(400, rng, wider=1.0).reshape(2, 400, 40)
    assert np.abs(made.mean(axis=1)[:, 3] - [2, 7]).max() < 0.2
    assert made.std(axis=1).mean() == pytest.approx(0.3, rel=0.1)
    rehearsal.save(statistics, tmp_path / rehearsal.FILE, "trunk")
    back = rehearsal.find(tmp_path, "trunk")
    assert back.classes == statistics.classes
    assert np.allclose(back.means, statistics.means, atol=1e-2)
    assert rehearsal.find(tmp_path, "another") is None
    (tmp_path / rehearsal.FILE).write_bytes(b"PK\3\4 no more")
    assert rehearsal.find(tmp_path, "trunk") is None


def test_the_shipped_statistics_are_of_the_shipped_network():
    loaded = model.load()
    for each in (loaded, loaded.second):
        statistics = rehearsal.find(loaded.folder, head.fingerprint(each.content))
        assert statistics is not None, "run `python -m lekh.rehearsal model` after a training"
        assert set(statistics.classes) == {(label.script, label.symbol) for label in loaded.card.classes}


# How well


def test_five_new_symbols_from_ten_examples_each():
    shipped = model.load()
    began = time.process_time()
    pupil = Pupil(shipped, symbols(10, seed=11), Settings())
    taught = pupil.as_model(pupil.taught(np.ones(len(pupil.examples), bool)))
    assert time.process_time() - began < 60
    fresh = evaluation.evaluate(symbols(20, seed=12), taught)
    assert ((fresh.read == fresh.truth) & ~fresh.refused).mean() >= 0.95
    before, after = (finetune._samples_read(each) for each in (shipped, taught))
    assert after == before


@pytest.mark.skipif(not os.environ.get("LEKH_DATA"), reason="needs the training sets")
def test_twenty_digits_halve_the_errors_of_writers_that_are_misread():
    shipped = model.load()
    outcomes = []
    for place, writer in enumerate(finetune_bench.held_out_writers()[:16]):  # those of finetune_bench's figures
        pages = np.stack([finetune_bench.heavy_hand(page, place) for page in writer.images])
        given = Dataset("writer", "latin", pages, writer.labels)
        outcomes.append(finetune_bench.measure(shipped, given, "writer", {}))
    before, after = (sum(getattr(each, name) for each in outcomes) for name in ("before", "after"))
    assert before >= 10
    assert after <= before / 2


def test_several_folders_are_one_set(tmp_path):
    first = datasets.load(on_disk(symbols(1, 1, ("arrow", "star")), tmp_path / "a"), "marks")
    second = datasets.load(on_disk(symbols(1, 2, ("heart", "star")), tmp_path / "b"), "marks")
    together = finetune._together([first, second])
    names = [together.class_names[label] for label in together.labels]
    assert names == ["arrow", "star", "heart", "star"]
