"""Pages in a known order: places become labels, and what is unsure is left."""

import cv2
import numpy as np
import pytest
from drawn import draw

from lekh import datasets, ink, pages


def page_of(rows, size=80):
    """A sheet with these digits, a row of them a line."""
    sheet = np.full((110 * len(rows) + 60, 100 * max(map(len, rows)) + 60), 235, np.uint8)
    for y, row in enumerate(rows):
        for x, digit in enumerate(row):
            sheet[30 + 110 * y :, 30 + 100 * x :][:size, :size] = np.minimum(
                draw("latin", digit, 100 * y + x, size), 235
            )
    return sheet


def saved(folder, name, rows):
    folder.mkdir(exist_ok=True)
    cv2.imwrite(str(folder / name), page_of(rows))
    return folder / name


ROW = list(range(10))


def test_digits_are_labelled_by_their_places(tmp_path):
    path = saved(tmp_path, "a.png", [ROW] * 4)
    pictures, labels, names = pages.cut_rows([path])
    assert labels.dtype == np.int64 and labels.tolist() == ROW * 4
    assert set(names.tolist()) == {"a.png"}
    for picture, digit in zip(pictures[:10], ROW, strict=True):
        assert picture.dtype == np.uint8 and picture[0].min() == 255 and picture.min() < 60
        found = ink.find_digit(picture).box_xywh
        alone = ink.find_digit(draw("latin", digit, digit, 80)).box_xywh
        assert found[2:] == pytest.approx(alone[2:], abs=4)


def test_a_row_with_a_digit_too_few_is_left_out(tmp_path):
    path = saved(tmp_path, "a.png", [ROW, ROW[:-1], ROW, ROW])
    assert pages.cut_rows([path])[1].tolist() == ROW * 3


def test_a_page_of_broken_rows_is_left_out(tmp_path):
    path = saved(tmp_path, "a.png", [ROW, ROW[:-1], ROW[:-1], ROW[:-1]])
    assert len(pages.cut_rows([path])[1]) == 0


def test_the_page_with_one_digit_a_row(tmp_path):
    (name,) = pages.ONE_DIGIT_A_ROW
    path = saved(tmp_path, name.replace(".jpg", ".png"), [[digit] * 10 for digit in ROW])
    path = path.rename(tmp_path / name)
    assert pages.cut_rows([path])[1].tolist() == [digit for digit in ROW for _ in range(10)]


def test_a_source_of_pages(tmp_path, monkeypatch):
    monkeypatch.setenv("LEKH_DATA", str(tmp_path))
    folder = tmp_path / datasets.SOURCES["burmese_pages"].path
    folder.mkdir(parents=True)
    for name in ("b.png", "a.png"):
        saved(folder, name, [ROW] * 2)
    dataset = datasets.open_source("burmese_pages")
    assert (dataset.name, dataset.script, len(dataset)) == ("burmese_pages", "burmese", 40)
    assert list(dict.fromkeys(dataset.writers.tolist())) == ["a.png", "b.png"]
