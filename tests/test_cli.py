"""The command line: its JSON, its tables, its exit status, and that its first answer is light."""

import csv
import json
import os
import shlex
import signal
import subprocess
import sys
import time
import types
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from drawn import draw
from PIL import Image

from lekh import bench, cli, datasets, model, rows

ROOT = Path(__file__).resolve().parent.parent
FULL = Path("/dev/full")
HEAVY = {"streamlit", "tensorflow", "keras", "pandas", "matplotlib", "scipy", "sklearn", "hypothesis", "altair", "tqdm"}


@pytest.fixture
def lekh(tiny_model_folder, capfd):
    """Runs a command with the tiny model: `(status, standard output, standard error)`."""

    def run(*words):
        status = cli.main(["--model", str(tiny_model_folder), *map(str, words)])
        captured = capfd.readouterr()
        return status, captured.out, captured.err

    return run


@pytest.fixture
def pictures(tmp_path):
    """Paths by name: digits drawn, a blank sheet, and what is no picture."""
    pages = {"seven": draw("latin", 7), "khmer_three": draw("khmer", 3), "blank": np.full((60, 60), 255, np.uint8)}
    paths = {name: tmp_path / f"{name}.png" for name in pages}
    for name, page in pages.items():
        Image.fromarray(page).save(paths[name])
    paths["broken"] = tmp_path / "broken.png"
    paths["broken"].write_bytes(b"secret words, no picture")
    paths["missing"] = tmp_path / "missing.png"
    return paths


def class_folders(root):
    for digit in range(10):
        (root / str(digit)).mkdir(parents=True)
        Image.fromarray(draw("khmer", digit)).save(root / str(digit) / "drawn.png")
    return root


class TestRead:
    def test_json_is_an_object_a_line(self, lekh, pictures):
        names = ("seven", "blank", "broken", "missing", "khmer_three")
        status, out, err = lekh("read", "--single", "--json", *(pictures[name] for name in names))
        answers = dict(zip(names, map(json.loads, out.splitlines()), strict=True))
        assert status == 1
        assert err == ""
        for name, answer in answers.items():
            assert list(answer) == ["file", "error", "script", "text", "lines", "milliseconds"]
            assert answer["file"] == str(pictures[name])
        assert (answers["seven"]["error"], answers["seven"]["text"], answers["seven"]["script"]) == (None, "7", "latin")
        assert (answers["khmer_three"]["text"], answers["khmer_three"]["script"]) == ("3", "khmer")
        (digit,) = answers["seven"]["lines"][0]["digits"]
        assert digit["digit"] == 7
        assert len(digit["probabilities"]) == 10
        assert (answers["blank"]["error"], answers["blank"]["text"], answers["blank"]["lines"]) == (None, "", [])
        for name in ("broken", "missing"):
            assert answers[name]["error"].endswith(".")
            assert "secret" not in answers[name]["error"]
            assert (answers[name]["text"], answers[name]["lines"]) == ("", [])

    def test_all_well(self, lekh, pictures):
        status, out, err = lekh("read", pictures["seven"], pictures["blank"])
        first, second = out.splitlines()
        assert (status, err) == (0, "")
        assert first.startswith(f"{pictures['seven']}: 7, ")
        assert second == f"{pictures['blank']}: no ink was found"

    def test_numerals_of_the_script_beside_western(self, lekh, pictures):
        assert "3 (៣), " in lekh("read", "--script", "khmer", pictures["khmer_three"])[1]

    def test_a_failure_is_a_sentence_on_standard_error(self, lekh, pictures):
        status, out, err = lekh("read", pictures["broken"], pictures["seven"])
        assert status == 1
        assert out.startswith(f"{pictures['seven']}: 7")
        assert err.startswith(f"{pictures['broken']}: ")
        assert len(err.splitlines()) == 1

    @pytest.mark.parametrize("place", ["before", "after"])
    def test_the_model_may_be_named_before_or_after_the_command(self, tiny_model_folder, pictures, capsys, place):
        words = ["read", str(pictures["seven"])]
        option = ["--model", str(tiny_model_folder)]
        assert cli.main(option + words if place == "before" else words + option) == 0

    def test_csv(self, lekh, pictures, tmp_path, monkeypatch):
        formula = tmp_path / "=1+1.png"
        pictures["seven"].rename(formula)
        monkeypatch.chdir(tmp_path)
        assert lekh("read", formula.name, "broken.png", "--script", "latin", "--csv", "table.csv")[0] == 1
        with (tmp_path / "table.csv").open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
        assert rows[0]["file"] == "'=1+1.png"
        assert (rows[0]["script"], rows[0]["text"], rows[0]["error"]) == ("latin", "7", "")
        assert 0.5 < float(rows[0]["confidence"]) <= 1
        assert rows[0]["runner_up"] in set("012345689")
        assert rows[1]["error"].endswith(".")
        assert rows[1]["text"] == rows[1]["confidence"] == rows[1]["milliseconds"] == ""

    def test_csv_that_cannot_be_written(self, lekh, pictures, tmp_path):
        status, out, err = lekh("read", pictures["seven"], "--csv", tmp_path / "no" / "table.csv")
        assert (status, out) == (1, "")
        assert "cannot be written" in err

    @pytest.mark.skipif(not FULL.exists(), reason="a full disk is played by a device of Linux")
    def test_csv_on_a_full_disk(self, lekh, pictures):
        status, _, err = lekh("read", pictures["seven"], "--csv", FULL)
        assert (status, err) == (1, "/dev/full cannot be written any further. Make room on the disk.\n")

    def test_a_script_that_the_model_does_not_know(self, lekh, pictures):
        status, out, err = lekh("read", "--script", "tamil", pictures["seven"])
        assert (status, out) == (1, "")
        assert err == "This model does not read the script 'tamil'. Choose one of: latin, khmer.\n"

    def test_no_model(self, pictures, tmp_path, capsys):
        assert cli.main(["read", "--model", str(tmp_path / "none"), str(pictures["seven"])]) == 1
        assert capsys.readouterr().err.startswith("No model was found in none/")


@pytest.mark.parametrize(
    ("value", "cell"),
    [(None, ""), (3, "3"), ("7", "7"), ("=A1", "'=A1"), ("+1", "'+1"), ("-1", "'-1"), ("@x", "'@x"), ("\tx", "'\tx")],
)
def test_cells_are_no_formulas(value, cell):
    assert rows.as_cell(value) == cell


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["read"],
        ["write", "a.png"],
        ["evaluate", "data"],
        ["evaluate-lines", "a.csv", "--script", "latin"],
        ["train", "data"],
        ["train", "data", "--script", "latin"],
        ["train", "--script", "latin"],
        ["train", "--epochs", "0"],
        ["train", "--epochs", "many"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_2(words, capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(words)
    assert caught.value.code == 2
    assert "usage: lekh" in capsys.readouterr().err


class TestEvaluate:
    def test_json(self, lekh, tmp_path):
        status, out, _ = lekh("evaluate", class_folders(tmp_path / "set"), "--script", "khmer", "--json")
        said = json.loads(out)
        assert status == 0
        assert list(said) == ["n", "correct", "accuracy", "rejected", "ece", "per_class", "confusion"]
        assert (said["n"], said["correct"], said["accuracy"], said["rejected"]) == (10, 10, 1.0, 0)
        assert said["per_class"]["3"] == {"n": 1, "precision": 1.0, "recall": 1.0, "f1": 1.0}
        assert said["confusion"] == np.eye(10, dtype=int).tolist()

    def test_npz_and_text(self, lekh, tmp_path):
        pages = np.stack([draw("latin", digit) for digit in (1, 2)])
        np.savez(tmp_path / "set.npz", images=pages, labels=np.array([1, 3]))
        status, out, _ = lekh("evaluate", tmp_path / "set.npz", "--script", "latin")
        assert status == 0
        assert out.startswith("1 of 2 right (50.00%), 1 missed")

    def test_mistakes(self, lekh, tmp_path):
        status, out, err = lekh("evaluate", tmp_path, "--script", "latin")
        assert (status, out) == (1, "")
        assert "no folders with pictures" in err
        assert lekh("evaluate", tmp_path, "--script", "auto")[0] == 1


def test_evaluate_lines(lekh, pictures, tmp_path):
    (tmp_path / "labels.csv").write_text("file,text\nseven.png,7\nblank.png,12\n", encoding="utf-8")
    words = ("evaluate-lines", tmp_path / "labels.csv", "--images", tmp_path, "--script", "latin")
    status, out, _ = lekh(*words, "--json")
    assert status == 0
    assert json.loads(out) == {"n": 2, "exact": 1, "accuracy": 0.5, "cer": 2 / 3}
    assert lekh(*words)[1].startswith("1 of 2 right (50.00%)")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param([], ([], None, str(model.DEFAULT_FOLDER), None), id="everything"),
        pytest.param(["--script", "khmer", "--out", "k"], ([], "khmer", "k", None), id="one script"),
        pytest.param(
            ["a", "b", *("--script", "x", "--out", "m", "--epochs", "3")], (["a", "b"], "x", "m", 3), id="own digits"
        ),
    ],
)
def test_train(monkeypatch, words, expected):
    called = []
    monkeypatch.setitem(sys.modules, "lekh.training", types.SimpleNamespace(main=lambda *given: called.append(given)))
    monkeypatch.setattr("lekh.training", sys.modules["lekh.training"], raising=False)
    assert cli.main(["train", *words]) == 0
    assert called == [expected]


class TestDatasets:
    def test_what_is_here_and_what_is_not(self, lekh, tmp_path, monkeypatch):
        monkeypatch.setenv("LEKH_DATA", str(tmp_path))
        class_folders(tmp_path / "khmer" / "early_strokes")
        status, out, _ = lekh("datasets", "--json")
        rows = {row["key"]: row for row in json.loads(out)}
        assert status == 0
        assert list(rows) == list(datasets.SOURCES)
        assert (rows["khmer_early_strokes"]["present"], rows["khmer_early_strokes"]["n"]) == (True, 10)
        assert (rows["mnist_train"]["present"], rows["mnist_train"]["n"]) == (False, None)
        assert all(row["licence"] and row["origin"] for row in rows.values())

    def test_without_a_data_root(self, lekh, monkeypatch):
        monkeypatch.delenv("LEKH_DATA", raising=False)
        status, out, _ = lekh("datasets")
        assert status == 0
        assert out.count("LEKH_DATA is not set") == len(datasets.SOURCES)


MEASURED = {
    "first_answer_seconds": 0.4,
    "first_answer_megabytes": 105.0,
    "import_tensorflow_seconds": 4.0,
    "import_tensorflow_megabytes": 740.0,
    "first_answer_to_import_tensorflow": 0.1,
    "canvas_milliseconds": 1.5,
    "explanation_milliseconds": 6.0,
    "batch_milliseconds": 0.27,
    "keras_predict_milliseconds": 45.0,
    "keras_predict_to_canvas": 30.0,
    "canvas_images_per_second": 900.0,
    "page_seconds": 0.11,
    "page_to_decoding": 2.4,
    "page_server_megabytes": None,
}


class TestBench:
    def test_prints_what_was_measured(self, lekh, monkeypatch):
        monkeypatch.setattr(bench, "run", lambda folder: MEASURED)
        assert json.loads(lekh("bench", "--json")[1]) == MEASURED
        lines = lekh("bench")[1].splitlines()
        assert len(lines) == len(MEASURED)
        assert lines[0].endswith("0.40 s")
        assert lines[-1].endswith("not measured")

    def test_one_canvas_in_this_process(self, tiny_model_folder):
        milliseconds, per_second = bench._in_process(tiny_model_folder)
        assert milliseconds > 0
        assert per_second > 0

    def test_one_explanation(self, tiny_model_folder, monkeypatch):
        monkeypatch.setattr(bench, "EXPLANATIONS", 5)
        assert 0 < bench._explanation(tiny_model_folder) < 1000

    def test_a_batch_of_digits(self, tiny_model_folder, monkeypatch):
        monkeypatch.setattr(bench, "BATCHES", 5)
        assert 0 < bench._batch(tiny_model_folder) < 1000

    def test_a_photo_of_many_digits(self, tiny_model_folder):
        seconds, decoding = bench._crowded_page(tiny_model_folder)
        assert 0 < decoding < seconds

    @pytest.mark.skipif(not hasattr(os, "wait4"), reason="this system does not tell a child's memory")
    def test_seconds_and_megabytes_of_a_process(self):
        found = bench._timed([sys.executable, "-c", "import time; held = bytearray(80_000_000); time.sleep(0.2)"])
        assert 0.2 < found["seconds"] < 30
        assert 80 < found["megabytes"] < 160
        assert bench._timed([sys.executable, "-c", "raise SystemExit(1)"]) is None


class TestProcess:
    """What only a process of its own can show."""

    def start(self, *words, **options):
        return subprocess.Popen([sys.executable, "-m", "lekh", *map(str, words)], cwd=ROOT, **options)

    def test_reading_imports_nothing_heavy(self, tiny_model_folder, pictures):
        words = ("read", "--single", "--model", tiny_model_folder, pictures["seven"])
        command = [sys.executable, "-X", "importtime", "-m", "lekh", *map(str, words)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        imported = {line.split("|")[-1].strip().split(".")[0] for line in done.stderr.splitlines() if "|" in line}
        assert "cv2" in imported
        assert not imported & HEAVY

    def test_standard_error_is_empty_when_all_is_well(self, tiny_model_folder, pictures):
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        out, err = self.start("read", "--model", tiny_model_folder, pictures["seven"], **pipes).communicate()
        assert out.endswith(b"Latin\n")
        assert err == b""

    @pytest.mark.skipif(os.name == "nt", reason="pipes break in another way there")
    def test_a_broken_pipe_is_quiet(self, tiny_model_folder, pictures):
        words = ("read", "--model", tiny_model_folder, *[pictures["seven"]] * 50)
        process = self.start(*words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 141

    @pytest.mark.skipif(os.name == "nt", reason="interrupts come in another way there")
    def test_an_interrupt_is_quiet(self, tiny_model_folder, pictures):
        words = ("read", "--model", tiny_model_folder, *[pictures["seven"]] * 5000)
        # A shell's background job ignores interrupts, and so would its children.
        heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
        process = self.start(*words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=heard)
        process.stdout.readline()
        time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        assert process.communicate()[1] == b""
        assert process.wait() == 130

    @pytest.mark.skipif(not FULL.exists(), reason="a full disk is played by a device of Linux")
    def test_a_full_disk_is_said_in_one_sentence(self, tiny_model_folder, pictures):
        with FULL.open("wb") as full:
            words = ("read", "--model", tiny_model_folder, pictures["seven"])
            process = self.start(*words, stdout=full, stderr=subprocess.PIPE)
            _, err = process.communicate()
        assert err == b"The disk is full. Make room, then start the same command again.\n"
        assert process.returncode == 1

    @pytest.mark.skipif(os.name == "nt", reason="a shell closes streams in another way there")
    @pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"], ids=["output", "error", "all"])
    def test_closed_streams_keep_nothing_from_being_read(self, tiny_model_folder, pictures, tmp_path, closed):
        words = ("read", "--model", tiny_model_folder, pictures["seven"], pictures["broken"])
        command = shlex.join([sys.executable, "-m", "lekh", *map(str, words), "--csv", str(tmp_path / "table.csv")])
        done = subprocess.run(f"{command} {closed}", shell=True, cwd=ROOT, capture_output=True)
        assert done.returncode == 1
        assert done.stdout.count(b"\n") == (closed == "2>&-")
        assert done.stderr.count(b"\n") == (closed == ">&-")
        assert (tmp_path / "table.csv").read_bytes().count(b"\r\n") == 3

    def test_a_numeral_that_the_terminal_cannot_show(self, tiny_model_folder, pictures):
        environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
        words = ("read", "--model", tiny_model_folder, "--script", "khmer", pictures["khmer_three"])
        out, _ = self.start(*words, stdout=subprocess.PIPE, env=environment).communicate()
        assert b"3 (\\u17e3)" in out
