"""Rules that lean too far for long runs of pixels."""

import cv2
import numpy as np
import pytest

from lekh.leaning import leaning_rules
from tests.composed import HEIGHT, compose

DIGITS = (compose(["120 3457 98", "6 52 7301"], shape=(500, 1000))[0] > 0.5).astype(np.uint8)


def leaning_lines(slope, every=90, upright=False):
    lines = np.zeros(DIGITS.shape, np.uint8)
    for place in range(-300, 1300, every):
        ends = ((place, 0), (place + round(500 * slope), 499)) if upright else (
            (0, place), (999, place + round(1000 * slope)))  # fmt: skip
        cv2.line(lines, *ends, 1, 2)
    return lines


@pytest.mark.parametrize("slope", [0.15, -0.25])
@pytest.mark.parametrize("upright", [False, True], ids=["level", "upright"])
def test_they_are_found_and_digits_are_not(slope, upright):
    lines = leaning_lines(slope, upright=upright)
    contrast = np.maximum(60 * lines, 200 * DIGITS)
    found = leaning_rules(DIGITS | lines, HEIGHT, contrast)
    assert not found[not upright].any()
    beside = (lines > 0) & (cv2.dilate(DIGITS, np.ones((9, 9), np.uint8)) == 0)
    long = beside & (cv2.boxFilter(lines, cv2.CV_32F, (41, 41), normalize=False) > 60)  # not the bits in the corners
    assert found[upright][long].mean() > 0.9
    assert found[upright][DIGITS > 0].mean() < 0.05  # what is so much darker is a stroke that crosses


def test_digits_one_under_the_other_are_no_line():
    column = np.zeros((900, 400), np.uint8)
    for y in range(30, 860, 70):
        cv2.line(column, (190 + y // 8, y), (196 + y // 8, y + 45), 1, 4)
    assert leaning_rules(column, 45, 200 * column) is None


def test_a_page_of_digits_has_none():
    assert leaning_rules(DIGITS, HEIGHT, 200 * DIGITS) is None
