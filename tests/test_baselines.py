"""Comparisons with what others do: known answers on digits made on the spot, and tables that fit each other."""

import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from drawn import draw

from lekh import baselines
from lekh.datasets import SOURCES, Dataset


def _drawn(copies: int, first: int = 0, side: int = 40) -> Dataset:
    labels = np.repeat(np.arange(10), copies).astype(np.int64)
    pages = np.stack([draw("latin", int(label), first + i, side) for i, label in enumerate(labels)])
    return Dataset("drawn", "latin", pages, labels)


def _patterns(copies: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Squares with a bar at an angle that tells the class, and their classes."""
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(4), copies).astype(np.int64)
    squares = np.zeros((len(labels), 28, 28), np.float32)
    for square, label in zip(squares, labels, strict=True):
        turn, reach = np.pi * label / 4 + rng.normal(0, 0.05), 9 * np.array([1, -1])
        ends = np.stack([14 + reach * np.cos(turn), 14 + reach * np.sin(turn)], axis=1).round().astype(int)
        cv2.line(square, tuple(map(int, ends[0])), tuple(map(int, ends[1])), 1.0, 2)
    return squares, labels


def test_every_comparison_learns_from_a_training_set_and_tests_on_a_test_set_of_its_script():
    for comparison in baselines.COMPARISONS:
        assert SOURCES[comparison.train].role == "train"
        if comparison.test is not None:
            assert SOURCES[comparison.test].role == "test"
            assert SOURCES[comparison.test].script == SOURCES[comparison.train].script


def test_every_report_names_sets_that_exist():
    for report in baselines.REPORTS:
        assert report.train in SOURCES
        assert report.test is None or SOURCES[report.test].role == "test"


def test_some_keeps_the_order_and_small_sets_whole():
    dataset = _drawn(3)
    assert baselines.some(dataset, 30) is dataset
    few = baselines.some(dataset, 12)
    assert len(few) == 12
    assert (np.diff(few.labels) >= 0).all()


def test_squares_are_whole_pictures_with_their_polarity():
    page = np.full((40, 20), 255, np.uint8)
    page[:10] = 0  # the upper quarter, across the whole width
    dataset = Dataset("a", "latin", (page,), np.zeros(1, np.int64))
    square = baselines.squares(dataset)[0]
    assert square.shape == (28, 28)
    assert square.dtype == np.float32
    assert (square[:7] == 0).all() and (square[7:] == 1).all()


def test_polarity_of_a_set():
    squares = baselines.squares(_drawn(1))
    assert baselines.is_dark_on_light(squares)
    assert not baselines.is_dark_on_light(1 - squares)


@pytest.mark.parametrize("kernel", ["linear", "rbf"])
def test_hog_with_a_support_vector_machine_tells_angles_apart(kernel):
    train, labels = _patterns(8, 1)
    test, truth = _patterns(3, 2)
    features = baselines.hog_features(train)
    assert features.shape == (32, 6 * 6 * 4 * 9)
    said = baselines.svm_answers(features, labels, baselines.hog_features(test), kernel)
    assert said.dtype == np.int64
    assert (said == truth).all()


def test_drawings_and_contours_are_inverse():
    squares = 1 - baselines.squares(_drawn(1, side=28))
    page = baselines.drawing(squares[[7, 2, 0]], np.random.default_rng(3))
    cut, boxes = baselines.contour_squares(page)
    assert page.shape == (200, 420) and set(np.unique(page)) == {0, 255}
    assert cut.shape == (3, 28, 28)
    assert [int(x) // 140 for x in boxes[:, 0]] == [0, 1, 2]


def test_contours_stretch_each_digit_to_18_pixels_with_five_around():
    page = np.full((100, 200), 255, np.uint8)
    page[20:80, 150:156] = 0  # a tall bar on the right
    page[40:60, 20:80] = 74  # a wide one on the left, just dark enough
    page[5:10, 100:140] = 76  # too pale
    cut, boxes = baselines.contour_squares(page)
    assert boxes.tolist() == [[20, 40, 60, 20], [150, 20, 6, 60]]
    frame = np.pad(np.ones((18, 18), np.float32), 5)
    assert (cut == frame).all()


def test_no_contour_on_a_blank_page():
    cut, boxes = baselines.contour_squares(np.full((50, 50), 255, np.uint8))
    assert cut.shape == (0, 28, 28) and boxes.shape == (0, 4)


def test_drawings_count_for_each_reader():
    digits, labels = 1 - baselines.squares(_drawn(2, side=28)), np.repeat(np.arange(10), 2)
    pages = []

    def silent(page):
        pages.append(page)
        return ""

    right = baselines.read_drawings(digits, labels, 4, [silent, lambda page: str(len(pages))], length=2)
    assert right[0] == 0
    assert len(pages) == 4
    assert all(page.shape == (200, 280) for page in pages)


def test_a_row_is_the_mean_of_its_runs_and_is_json():
    row = baselines.row("report", "method", "set", 200, 95.0, [190, 194], 100.0, "a note", "key")
    assert row["reproduced"] == 96.0
    assert row["note"] == "2 runs, 95.00 to 97.00; a note"
    assert json.loads(json.dumps(row)) == row
    assert baselines.row("report", "method", "set", 3, None, [2], None, "alone")["note"] == "alone"


def test_importing_it_needs_neither_tensorflow_nor_development_packages():
    code = "import sys, lekh.baselines; print(*{'tensorflow', 'keras', 'sklearn', 'skimage'} & set(sys.modules))"
    root = Path(__file__).resolve().parent.parent
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
