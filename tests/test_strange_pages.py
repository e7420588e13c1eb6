"""The program that draws strangers' pages: what it counts; and, where digits are there to draw with, what it draws."""

import os

import numpy as np
import pytest
from strange_pages import kinds, nothing
from strange_pages.camera import enlarged
from strange_pages.counting import match
from strange_pages.sheets import Sheet, Written

from lekh import model, reading
from lekh.result import Digit, Line, Number, Reading

needs_data = pytest.mark.skipif("LEKH_DATA" not in os.environ, reason="there are no digits to draw with")


def sheet() -> Sheet:
    """12 and 3 on a line, each digit ten millimetres high."""
    written = [Written(digit, (x, 10, x + 6, 20), number) for digit, x, number in ((1, 10, 0), (2, 18, 0), (3, 40, 1))]
    return Sheet(np.ones((4, 4, 3), np.float32), np.ones((4, 4), np.float32), (0, 0, 0, 0), written=written)


def read(*numbers: list[tuple[int, int]], rejected: bool = False) -> Reading:
    """Numbers of digits, each a value and its left in millimetres, on one line."""
    line = tuple(
        Number(tuple(Digit(value, 0.9, rejected, (x, 10, 6, 10), (0.1,) * 10) for value, x in number))
        for number in numbers
    )
    grey = np.zeros((40, 80), np.uint8)
    return Reading((("latin", 1.0),), (Line(line),), grey, grey / 255, np.zeros((0, 28, 28, 1), np.float32))


@pytest.mark.parametrize(
    "numbers, right, misread, beside, whole, alone",
    [
        ([[(1, 10), (2, 18)], [(3, 40)]], 3, 0, 0, 2, 2),
        ([[(1, 10), (2, 18), (3, 40)]], 3, 0, 0, 2, 0),
        ([[(1, 10), (7, 18)], [(3, 40)]], 2, 1, 0, 1, 1),
        ([[(1, 10), (7, 25), (2, 18)], [(3, 40)]], 3, 0, 1, 1, 1),
        ([[(1, 10), (1, 11), (2, 18)]], 2, 0, 1, 0, 0),
        ([], 0, 0, 0, 0, 0),
    ],
    ids=["all", "in one number", "a wrong digit", "one between", "one twice", "nothing"],
)
def test_what_was_read_is_counted(numbers, right, misread, beside, whole, alone):
    count = match(sheet(), np.eye(3), read(*numbers), 0.1).count
    assert (count.written, count.numbers) == (3, 2)
    assert (count.right, count.misread, count.beside, count.whole, count.alone) == (
        right,
        misread,
        beside,
        whole,
        alone,
    )


def test_what_was_rejected_is_not_read():
    assert match(sheet(), np.eye(3), read([(1, 10)], rejected=True), 0.1).count.right == 0


@needs_data
def test_a_page_is_the_same_again_and_most_of_it_is_read():
    (written, photo), (_, again) = (kinds.page("plain", "latin", 5, 0) for _ in range(2))
    assert photo.jpeg == again.jpeg
    count = match(written, photo.to_sheet, reading.read(photo.jpeg, model.load(), script="latin"), 0.1).count
    assert count.written > 20 and count.right > 0.9 * count.written


@needs_data
def test_a_photo_of_more_pixels_shows_the_same_sheet():
    _, photo = kinds.page("card", "latin", 5, 0)
    large = enlarged(photo, 4)
    assert large.image.shape[0] * large.image.shape[1] == pytest.approx(4e6, rel=0.01)
    corners = [np.array([*one.image.shape[1::-1], 1]) for one in (photo, large)]
    small_mm, large_mm = (one.to_sheet @ corner for one, corner in zip((photo, large), corners, strict=True))
    assert small_mm / small_mm[2] == pytest.approx(large_mm / large_mm[2])


@needs_data
def test_a_picture_of_nothing_holds_nothing():
    empty, photo = nothing.picture("desk", 5, 0)
    assert not empty.written and photo.jpeg
