"""The table of reports: rows that are measured, others' best, and Lekh's column renewed without training."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from drawn import draw

from lekh import baselines, figures, model, reproduced
from lekh.baselines import KHMER, MNIST, UPLOAD, row
from lekh.datasets import SOURCES, Dataset


def drawn(copies: int, name: str = "mnist_test", dark: bool = True) -> Dataset:
    labels = np.repeat(np.arange(10), copies).astype(np.int64)
    pages = np.stack([draw("latin", int(label), i, 40) for i, label in enumerate(labels)])
    return Dataset(name, "latin", pages if dark else 255 - pages, labels)


@pytest.fixture
def folder(tiny_model_folder, tmp_path):
    """A copy of the tiny model whose card says that it read 7 of the 20 digits of MNIST."""
    shutil.copytree(tiny_model_folder, tmp_path / "model")
    path = tmp_path / "model" / model.CARD
    card = json.loads(path.read_text("utf-8"))
    card["test_sets"] = [{"name": "mnist_test", "script": "latin", "n": 20, "correct": 7}]
    path.write_text(json.dumps(card), "utf-8")
    return tmp_path / "model"


def test_lekhs_figure_comes_from_its_card_for_a_whole_set_and_is_measured_for_a_part(folder):
    loaded = model.load(folder)
    assert reproduced.lekh_on(drawn(2), loaded) == 35.0
    assert reproduced.lekh_on(drawn(1), loaded) > 70
    assert reproduced.lekh_on(Dataset("a", "tamil", *_pair()), loaded) is None


def _pair():
    return np.zeros((1, 8, 8), np.uint8), np.zeros(1, np.int64)


def test_every_machine_is_compared_on_a_test_set_of_its_own():
    assert {comparison.test for comparison in reproduced.SVM_COMPARISONS} >= {"mnist_test", "khmer_report_test"}
    for comparison in reproduced.SVM_COMPARISONS:
        assert SOURCES[comparison.test].role == "test"


def test_machines_give_two_rows_with_their_better_kernel_and_are_kept(folder, tmp_path, monkeypatch):
    telugu = next(one for one in reproduced.SVM_COMPARISONS if one.test == "telugu_cmaterdb_test")
    calls = []

    def compare(train, test, seen):
        calls.append((len(train), len(test), seen))
        return {"HOG linear": 4, "HOG RBF": 9, "CNN linear": 8, "CNN RBF": 6, "CNN": 5}

    monkeypatch.setattr(baselines, "compare", compare)
    monkeypatch.setattr(baselines, "open_comparison", lambda _: (drawn(2, telugu.train), drawn(1, telugu.test)))
    loaded = model.load(folder)
    for _ in range(2):
        hog, cnn = reproduced.svm_rows(telugu, loaded, tmp_path / "kept", most=15, seen=60)
    assert calls == [(15, 10, 60)]
    assert (hog["reproduced"], hog["reported"], cnn["reproduced"], cnn["reported"]) == (90.0, None, 80.0, 99.16)
    assert "15 digits learnt from; RBF" in hog["note"] and "linear" in cnn["note"]


def test_drawings_are_read_by_the_contour_script_and_by_lekh(tiny_model, monkeypatch):
    asked = []

    def answers(_, squares):
        asked.append(squares.shape)
        return np.zeros(len(squares), np.int64)

    monkeypatch.setattr(baselines, "answers", answers)
    line = reproduced.drawings_row(None, tiny_model, drawn(2, dark=False), count=3, length=2)
    assert asked == [(2, 28, 28)] * 3
    assert (line["n"], line["reported"], line["test_set"]) == (3, None, None)
    assert 0 <= line["lekh"] <= 100


def test_others_are_published_first_and_measured_where_nothing_was_published():
    def line(test_set, share, method="HOG"):
        return {"test_set": test_set, "reproduced": share, "method": method}

    best = reproduced.others([line("gurmukhi_test", 96.0), line("gurmukhi_test", 97.0, "CNN"), line(None, 99.0)])
    assert best["gurmukhi_test"] == {"percent": 97.0, "whose": "CNN, measured here"}
    assert best["mnist_test"]["percent"] == 99.83
    assert set(best) <= set(SOURCES)
    assert all(SOURCES[name].role == "test" for name in best)


def test_lekhs_column_is_renewed_alone(folder, monkeypatch, tmp_path):
    monkeypatch.setenv("LEKH_DATA", str(tmp_path / "nowhere"))
    whole = row(MNIST, "CNN, Adam", "MNIST", 20, 99.15, [19], 50.0, "n", "mnist_test")
    part = row(UPLOAD, "CNN, Adam", "a fifth", 2, 98.96, [2], 50.0, "n")
    reproduced.write(folder, [whole, part])
    assert reproduced.refresh(folder) == 1
    assert figures.read_reproduced(folder) == [{**whole, "lekh": 35.0}, part]  # no data: what is known stays
    monkeypatch.setattr(baselines, "open_report", lambda report: (None, drawn(1, report.train)))
    assert reproduced.refresh(folder) == 2
    renewed = figures.read_reproduced(folder)[1]
    assert renewed["lekh"] == reproduced.lekh_on(drawn(1, "paint_strokes"), model.load(folder)) != 50.0
    assert {**renewed, "lekh": 50.0} == part


def test_without_a_table_nothing_is_renewed(tiny_model_folder):
    assert reproduced.refresh(tiny_model_folder) == 0
    assert not (tiny_model_folder / figures.FOLDER).exists()


def test_the_repositorys_table_has_a_measured_number_in_every_row():
    rows = figures.read_reproduced(model.DEFAULT_FOLDER)
    assert {line["report"] for line in rows} >= {KHMER, UPLOAD, MNIST, reproduced.SVM, reproduced.CONTOURS}
    for line in rows:
        assert 0 < line["reproduced"] <= 100 and 0 < line["lekh"] <= 100, line
        assert line["note"]
    reported = {line["reported"] for line in rows}
    assert {95.0, 98.96, 99.15, 97.5, 84.53} <= reported


def test_importing_it_needs_no_tensorflow():
    code = "import sys, lekh.reproduced; print(*{'tensorflow', 'keras', 'sklearn', 'skimage'} & set(sys.modules))"
    root = Path(__file__).resolve().parent.parent
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
