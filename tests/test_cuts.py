"""Where digits are -> their ink; on ink made by hand."""

import cv2
import numpy as np
from inks import an_l, side_by_side

from lekh.cuts import cut


def test_what_hangs_together_stays_together():
    five = an_l()
    five[:20, 12:20] = 1
    five[:20, :6] = 0  # the bar of a 5 apart from its body
    sheet = side_by_side([five, an_l(), an_l()])
    parts = cut(sheet, [13.0, 47.0, 81.0])
    assert all(whole for _, whole in parts)
    assert np.array_equal(sum(part for part, _ in parts), sheet)
    assert (parts[0][0][:, :26] == five).all() and not parts[0][0][:, 26:].any()


def test_touching_digits_are_cut_where_the_ink_is_least():
    sheet = np.zeros((40, 70), np.float32)
    cv2.circle(sheet, (16, 20), 14, 1.0, 4)
    cv2.circle(sheet, (52, 20), 14, 1.0, 4)
    sheet[19:21, 30:40] = 1  # a thin bridge
    (left, left_whole), (right, right_whole) = cut(sheet, [16.0, 52.0])
    assert not left_whole and not right_whole
    assert np.array_equal(left + right, sheet) and not (left * right).any()
    assert not left[:, 41:].any() and not right[:, :29].any()


def test_dots_and_dashes_belong_to_no_digit():
    sheet = side_by_side([an_l(), an_l()], gap=16)
    sheet = np.pad(sheet, ((0, 2), (0, 60)))
    sheet[36:42, 31:37] = 1  # a dot
    sheet[18:23, 85:120] = 1  # a dash
    first, second = cut(sheet, [13.0, 55.0])
    assert not (first[0] + second[0])[36:42, 31:37].any()
    assert not (first[0] + second[0])[18:23, 85:120].any()
    assert first[1] and second[1]
