"""The turn of a page's rules, measured and taken back."""

import cv2
import numpy as np
import pytest

from lekh import ink_page, model, reading
from lekh.ink_page import PAGE
from lekh.skew import LEAST, skew_of, straightened, turned_back
from tests.composed import compose, photographed

ANGLES = [-11.0, -4.0, 3.0, 8.0]


def turned(picture, angle, border):
    """The picture turned clockwise by an angle in degrees."""
    h, w = picture.shape
    turn = cv2.getRotationMatrix2D((w / 2, h / 2), -angle, 0.9)
    return cv2.warpAffine(picture, turn, (w, h), borderMode=cv2.BORDER_CONSTANT, borderValue=border), turn


def grid(every=60, shape=(700, 1000)):
    lines = np.zeros(shape, np.uint8)
    lines[::every], lines[:, ::every] = 1, 1
    return cv2.dilate(lines, np.ones((2, 2), np.uint8))


def drawn(mask):
    return 255 - 255 * mask


@pytest.mark.parametrize("angle", ANGLES)
def test_squares_tell_it(angle):
    assert skew_of(drawn(turned(grid(), angle, 0)[0])) == pytest.approx(angle, abs=0.6)
    photo = photographed(0.5 * turned(grid(), angle, 0)[0], grain=2.0)
    assert skew_of(photo) == pytest.approx(angle, abs=0.6)


def test_few_rules_tell_it_where_few_are_enough():
    mask = grid()
    mask[240:], mask[:, 380:] = 0, 0
    photo = photographed(0.5 * turned(mask, 8.0, 0)[0], grain=2.0)
    assert skew_of(photo) == 0
    assert skew_of(photo, 2.5) == pytest.approx(8.0, abs=0.6)


def test_dark_rules_tell_it_on_paper_that_stands_out_from_a_dark_desk(monkeypatch):
    monkeypatch.setattr(ink_page, "_looks_light", lambda page: True)
    photo = photographed(0.5 * turned(grid(), 8.0, 0)[0], grain=2.0)
    assert skew_of(photo) == pytest.approx(8.0, abs=0.6)


@pytest.mark.parametrize(
    "mask",
    [
        pytest.param(grid(), id="level"),
        pytest.param(turned(grid(), LEAST / 2, 0)[0], id="nearly level"),
        pytest.param(np.zeros((300, 400), np.uint8), id="nothing"),
        pytest.param((compose(["1207", "4471"])[0] > 0.5).astype(np.uint8), id="digits"),
        pytest.param(cv2.line(np.zeros((700, 1000), np.uint8), (100, 100), (900, 200), 1, 3), id="one line"),
    ],
)
def test_it_is_none(mask):
    assert skew_of(drawn(mask)) == 0


@pytest.mark.parametrize("times", [1, 5])
@pytest.mark.parametrize("angle", ANGLES)
def test_a_box_goes_there_and_back(angle, times):
    page = np.full((600, 900), 220, np.uint8)
    page[100:160, 700:730] = 40
    page[140:160, 700:800] = 40  # an L
    page = page.repeat(times, 0).repeat(times, 1)  # a large page is made smaller
    upright, back = straightened(page, angle)
    dark = upright < 130
    rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
    x, y, w, h = turned_back((columns[0], rows[0], np.ptp(columns) + 1, np.ptp(rows) + 1), back)
    assert max(upright.shape) < 1.3 * PAGE
    assert abs(x + w / 2 - 750 * times) < 12 * times and abs(y + h / 2 - 130 * times) < 12 * times
    assert 90 * times < w < 120 * times and 50 * times < h < 90 * times
    assert not (upright[:40, :40] < 200).any()  # what was not on the page is paper


@pytest.mark.parametrize("angle", [-9.0, 7.0])
def test_what_is_written_on_turned_squares_is_read_where_it_is(angle):
    ink, boxes = compose(["327 4915", "82 64573", "1946 258"], margin=2.5)
    squared = np.maximum(ink, 0.4 * grid(40, ink.shape))
    seen, turn = turned(photographed(squared, grain=2.0), angle, 225)
    found = reading.read(seen, model.load(), "latin")
    assert found.text == "327 4915\n82 64573\n1946 258"
    assert np.array_equal(found.grey, seen)
    middles = np.array([(x + w / 2, y + h / 2, 1) for row in boxes for number in row for x, y, w, h in number])
    for digit, middle in zip(found.digits, middles @ turn.T, strict=True):
        x, y, w, h = digit.box_xywh
        assert x <= middle[0] <= x + w and y <= middle[1] <= y + h
