"""The figures by hand, and a whole evaluation through the door of an upload."""

import csv
from dataclasses import replace

import numpy as np
import pytest
from drawn import draw
from PIL import Image

from lekh import evaluation
from lekh.datasets import Dataset, Strokes
from lekh.errors import LekhError
from lekh.evaluation import NOTHING, Evaluation
from lekh.model import Model


def counted(truth, read, confidence=None, refused=None, names="abc"):
    n = len(truth)
    return Evaluation(
        tuple(names),
        np.array(truth, np.int64),
        np.array(read, np.int64),
        np.array(confidence or [0.9] * n, np.float64),
        np.array(refused or [False] * n, bool),
    )


class TestFigures:
    found = counted(
        [0, 0, 0, 1, 1, 2, 2], [0, 0, 1, 1, NOTHING, 0, 0], refused=[False, True, False, False, True, False, False]
    )

    def test_counts(self):
        assert (self.found.n, self.found.correct, self.found.accuracy, self.found.rejected) == (7, 3, 3 / 7, 2)

    def test_misses(self):
        assert self.found.misses == [(2, 0, 1), (4, 1, NOTHING), (5, 2, 0), (6, 2, 0)]

    def test_confusion_has_no_column_for_what_was_not_read(self):
        assert self.found.confusion.tolist() == [[2, 1, 0], [0, 1, 0], [2, 0, 0]]

    def test_per_class(self):
        expected = {
            "a": {"n": 3, "precision": 2 / 4, "recall": 2 / 3, "f1": 4 / 7},
            "b": {"n": 2, "precision": 1 / 2, "recall": 1 / 2, "f1": 1 / 2},
            "c": {"n": 2, "precision": 0.0, "recall": 0.0, "f1": 0.0},
        }
        for name, scores in expected.items():
            assert self.found.per_class[name] == pytest.approx(scores)

    def test_as_dict(self):
        keys = ["n", "correct", "accuracy", "rejected", "ece", "per_class", "confusion"]
        assert list(self.found.as_dict()) == keys

    @pytest.mark.parametrize(
        ("confidence", "right", "expected"),
        [
            pytest.param([1.0, 1.0], [True, True], 0.0, id="sure and right"),
            pytest.param([1.0, 1.0], [False, False], 1.0, id="sure and wrong"),
            pytest.param([0.5, 0.5], [True, False], 0.0, id="half sure, half right"),
            pytest.param([0.9, 0.3], [True, False], 0.2, id="two bins, gaps 0.1 and 0.3"),
            pytest.param([0.0, 1.0], [False, True], 0.0, id="nothing read counts as no confidence"),
        ],
    )
    def test_calibration_error(self, confidence, right, expected):
        found = counted([0] * len(right), [0 if r else 1 for r in right], confidence)
        assert found.ece == pytest.approx(expected)
        assert sum(bin["n"] for bin in found.reliability) == len(right)

    def test_bins_are_fifteen_and_equal(self):
        found = counted([0] * 100, [0] * 100, list(np.linspace(0, 1, 100)))
        assert [round(bin["low"] * 15) for bin in found.reliability] == list(range(15))
        assert {round(bin["high"] - bin["low"], 9) for bin in found.reliability} == {round(1 / 15, 9)}

    def test_shapes_must_agree(self):
        with pytest.raises(ValueError, match="are all"):
            counted([0, 1], [0])


class TestEvaluate:
    @pytest.mark.parametrize("script", ["latin", "khmer"])
    def test_drawn_digits(self, tiny_model, script):
        pages = np.stack([draw(script, digit, 1000 + digit) for digit in range(10)])
        found = evaluation.evaluate(Dataset("drawn", script, pages, np.arange(10, dtype=np.int64)), tiny_model)
        assert found.accuracy == 1
        assert found.class_names == tuple("0123456789")
        assert found.confusion.tolist() == np.eye(10, dtype=int).tolist()

    def test_blank_and_unreadable_are_misses(self, tiny_model, tmp_path):
        files = [tmp_path / name for name in ("seven.png", "blank.png", "broken.png")]
        Image.fromarray(draw("latin", 7)).save(files[0])
        Image.fromarray(np.full((50, 50), 255, np.uint8)).save(files[1])
        files[2].write_bytes(b"no picture")
        dataset = Dataset("files", "latin", tuple(files), np.array([7, 7, 7]))
        found = evaluation.evaluate(dataset, tiny_model)
        assert (found.correct, found.rejected) == (1, 2)
        assert found.misses == [(1, 7, NOTHING), (2, 7, NOTHING)]

    def test_order_is_kept_over_many_threads(self, tiny_model):
        labels = np.random.default_rng(0).integers(0, 10, 150)
        pages = np.stack([draw("latin", label) for label in range(10)])[labels]
        found = evaluation.evaluate(Dataset("many", "latin", pages, labels), tiny_model)
        assert found.read.tolist() == labels.tolist()

    def test_strokes_are_refused(self, tiny_model):
        pen = (Strokes((np.zeros((3, 2), np.float32),)),)
        with pytest.raises(LekhError, match="holds pen strokes"):
            evaluation.evaluate(Dataset("pen", "latin", pen, np.array([1])), tiny_model)

    @pytest.mark.parametrize(
        ("script", "names", "problem"),
        [
            pytest.param("tamil", tuple("0123456789"), "does not read the script 'tamil'", id="script"),
            pytest.param("latin", ("arrow", "ring"), "has the class ring", id="classes"),
        ],
    )
    def test_what_the_model_does_not_know(self, tiny_model, script, names, problem):
        dataset = Dataset("shapes", script, draw("latin", 1)[np.newaxis], np.array([1]), None, names)
        with pytest.raises(LekhError, match=problem):
            evaluation.evaluate(dataset, tiny_model)

    def test_classes_are_matched_by_name(self, tiny_model):
        pages = np.stack([draw("latin", digit) for digit in (7, 3)])
        dataset = Dataset("some", "latin", pages, np.array([0, 1]), None, ("7", "3"))
        assert evaluation.evaluate(dataset, tiny_model).truth.tolist() == [7, 3]

    def test_numerals_of_one_number_may_be_symbols_apart(self, tiny_model):
        both = tuple(replace(label, script="both", digit=place) for place, label in enumerate(tiny_model.card.classes))
        apart = Model(tiny_model.folder, replace(tiny_model.card, classes=both), tiny_model.content)
        pages = np.stack([draw(script, 7) for script in ("khmer", "latin")])
        found = evaluation.evaluate(Dataset("some", "both", pages, np.array([0, 1]), None, ("៧", "7")), apart)
        assert found.truth.tolist() == found.read.tolist() == [17, 7]
        assert found.class_names == (*"0123456789", *"០១២៣៤៥៦៧៨៩") and len(found.per_class) == 20

    def test_progress_sees_every_image(self, tiny_model):
        seen = []

        def progress(results, total):
            for result in results:
                seen.append(total)
                yield result

        pages = np.stack([draw("latin", 1)] * 3)
        evaluation.evaluate(Dataset("three", "latin", pages, np.ones(3, np.int64)), tiny_model, progress)
        assert seen == [3, 3, 3]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [("", "", 0), ("12", "12", 0), ("12", "", 2), ("", "12", 2), ("123", "13", 1), ("123", "143", 1), ("12", "21", 2)],
)
def test_edit_distance(first, second, expected):
    assert evaluation.edit_distance(first, second) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1 234,50", "123450"), ("12\n34", "1234"), ("១២-៣", "123"), (" - . ", ""), ("#12#", "12")],
)
def test_digits_only(text, expected):
    assert evaluation.digits_only(text) == expected


class TestEvaluateLines:
    def labels(self, folder, rows, header=("file", "text")):
        with (folder / "labels.csv").open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows([header, *rows])
        return folder / "labels.csv"

    def test_counts(self, tiny_model, tmp_path):
        for digit in (3, 7):
            Image.fromarray(draw("latin", digit)).save(tmp_path / f"{digit}.png")
        rows = [("3.png", " 3."), ("7.png", "71"), ("none.png", "55")]
        found = evaluation.evaluate_lines(self.labels(tmp_path, rows), tmp_path, tiny_model, "latin")
        assert found.as_dict() == {"n": 3, "exact": 1, "accuracy": 1 / 3, "cer": 3 / 5}

    @pytest.mark.parametrize(
        ("rows", "header", "problem"),
        [
            pytest.param([], ("file", "text"), "has no rows", id="empty"),
            pytest.param([("a.png", "1")], ("file", "digits"), "lacks a column", id="column"),
            pytest.param([("a.png",)], ("file", "text"), "lacks a column or a cell", id="cell"),
        ],
    )
    def test_mistakes(self, tiny_model, tmp_path, rows, header, problem):
        with pytest.raises(LekhError, match=problem):
            evaluation.evaluate_lines(self.labels(tmp_path, rows, header), tmp_path, tiny_model, "latin")

    def test_no_csv(self, tiny_model, tmp_path):
        (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00")
        for name, problem in (("none.csv", "cannot be read"), ("binary.csv", "is no CSV file")):
            with pytest.raises(LekhError, match=problem):
                evaluation.evaluate_lines(tmp_path / name, tmp_path, tiny_model, "latin")

    def test_no_folder(self, tiny_model, tmp_path):
        labels = self.labels(tmp_path, [("a.png", "1")])
        with pytest.raises(LekhError, match="There is no folder none"):
            evaluation.evaluate_lines(labels, tmp_path / "none", tiny_model, "latin")

    def test_unknown_script(self, tiny_model, tmp_path):
        with pytest.raises(LekhError, match="tamil"):
            evaluation.evaluate_lines(tmp_path / "none.csv", tmp_path, tiny_model, "tamil")


class TestScripts:
    @pytest.fixture
    def digits(self):
        pages = tuple(draw("khmer", digit, 3000 + seed) for seed in range(2) for digit in (2, 3, 4, 5, 6))
        return Dataset("drawn", "khmer", pages, np.array([2, 3, 4, 5, 6] * 2), None, tuple("0123456789"))

    def test_five_digits_tell_the_script(self, tiny_model, digits):
        found = evaluation.evaluate_script(digits, tiny_model)
        assert (found.n, found.together) == (10, 1.0)
        assert found.decided > 0.5
        assert found.right > 0.8

    def test_a_part_is_enough(self, tiny_model, digits):
        assert evaluation.evaluate_script(digits, tiny_model, most=4).n == 4

    def test_no_ink(self, tiny_model, digits):
        blank = np.full((40, 40), 255, np.uint8)
        nothing = Dataset("blank", "khmer", (blank,), np.array([0]), None, digits.class_names)
        with pytest.raises(LekhError, match="No ink"):
            evaluation.evaluate_script(nothing, tiny_model)
