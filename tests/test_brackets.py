"""A closing bracket is told from a 1 by how far it bends, where several do."""

import cv2
import numpy as np
import pytest

from lekh.brackets import closing_brackets


def stroke(bow, height=80, thick=5):
    """float32: a stroke whose middle is so much of its height to the right of its ends."""
    ink = np.zeros((height + 20, height + 20), np.float32)
    rows = np.linspace(0, 1, 30)
    middles = 30 + height * bow * 4 * rows * (1 - rows)
    points = np.stack([middles, 10 + height * rows], axis=1)
    cv2.polylines(ink, [np.int32(np.round(points * 16))], False, 1.0, thick, cv2.LINE_AA, 4)
    return ink


def found(bows, behind=True, **drawn):
    return closing_brackets([stroke(bow, **drawn) for bow in bows], np.broadcast_to(behind, len(bows))).tolist()


@pytest.mark.parametrize("drawn", [{}, {"height": 30, "thick": 2}, {"height": 160, "thick": 14}], ids=str)
@pytest.mark.parametrize(
    ("bow", "is_bracket"), [(0.13, True), (0.2, True), (0.05, False), (0.0, False), (-0.15, False)]
)
def test_a_bow_to_the_right_is_a_bracket(bow, is_bracket, drawn):
    assert found([bow] * 3, **drawn) == [is_bracket] * 3


def test_a_few_may_be_ones_of_an_odd_hand():
    assert found([0.13, 0.13, 0.02]) == [False] * 3
    assert found([0.13, 0.13, 0.02, 0.13]) == [True, True, False, True]


def test_a_bracket_stands_behind_a_digit():
    assert found([0.13] * 5, behind=np.array([True, True, True, False, False])) == [True] * 3 + [False] * 2


def test_what_is_wide_or_nothing_is_none():
    wide = np.zeros((60, 80), np.float32)
    cv2.ellipse(wide, (10, 30), (50, 25), 0, -90, 90, 1.0, 5)
    for ink in (wide, np.zeros((20, 10), np.float32), np.ones((3, 2), np.float32)):
        assert not closing_brackets([ink] * 4, np.ones(4, bool)).any()
    assert closing_brackets([], np.zeros(0, bool)).shape == (0,)
