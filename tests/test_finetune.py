"""A few digits teach a model folder: what is written, what it tells, and what is refused."""

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from drawn import draw
from drawn_symbols import SYMBOLS, on_disk, symbols

from lekh import cli, datasets, evaluation, finetune, finetune_bench, ink, model, normalize
from lekh.datasets import Dataset
from lekh.errors import LekhError
from lekh.lesson import Settings
from lekh.litert import Network
from lekh.model import CARD, KERAS, SECOND_KERAS, SECOND_TFLITE, TFLITE
from lekh.pupil import PARTS, Pupil

ROOT = Path(__file__).resolve().parent.parent
QUICK = Settings(copies=6, steps=60)


@pytest.fixture(scope="module")
def taught(tiny_model_folder, tmp_path_factory):
    """A folder that the command line wrote, and the lines that it printed."""
    folder = tmp_path_factory.mktemp("taught")
    data = on_disk(symbols(4, seed=1, names=SYMBOLS[:3]), folder / "data")
    command = [sys.executable, "-m", "lekh", "train", str(data), "--script", "marks", "--json"]
    command += ["--from", str(tiny_model_folder), "--out", str(folder / "out")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return folder / "out", [json.loads(line) for line in done.stdout.splitlines()]


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
    assert kinds.count("part") == PARTS
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


@pytest.mark.parametrize("script", ["none", "auto", "Latin"])
def test_a_script_that_means_another_one_is_said_before_any_work(script, tmp_path, capsys):
    assert cli.main(["train", "d", "--script", script, "--from", "m", "--out", str(tmp_path / "out")]) == 1
    assert "One of the names is" in capsys.readouterr().err


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
