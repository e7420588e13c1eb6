"""Two pieces become one digit where they are surely one, and apart are not surely two."""

import numpy as np
import pytest

from lekh.joining import joined
from lekh.looking import Found

# How surely a piece is a digit, by the width of its ink: halves 8 wide are none, digits 20 wide are.
SURE = {8: 0.2, 20: 0.95, 24: 0.97, 48: 0.1}


def piece(x, width=8, height=40, told=None, scale=1):
    ink = np.ones((height, width), np.float32)
    said = None if told is None else np.array([told, 1 - told], np.float32)
    box = tuple(scale * value for value in (x, 10, width, height))
    return Found(ink, box, np.zeros((32, 32, 1)), np.zeros(2), said)


def look(pairs):
    return [Found(ink, box, np.zeros((32, 32, 1)), np.zeros(2)) for ink, box in pairs]


def widths(lines):
    made = joined(lines, 1.0, look, lambda found: SURE.get(found.ink.shape[1], 0.0))
    return [[[found.ink.shape[1] for found in number] for number in line] for line in made]


def test_a_broken_digit_is_joined():
    assert widths([[[piece(0, 20), piece(30), piece(42), piece(60, 20)]]]) == [[[20, 20, 20]]]


@pytest.mark.parametrize("scale", [1, 2, 3])
def test_the_ink_of_both_is_where_it_was(scale):
    left, right = piece(30, scale=scale), piece(42, height=30, scale=scale)
    [[[one]]] = joined([[[left, right]]], scale, look, lambda found: SURE[found.ink.shape[1]])
    assert one.box_xywh == tuple(scale * value for value in (30, 10, 20, 40))
    assert one.ink.shape == (40, 20)
    assert one.ink[:, :8].all() and one.ink[:30, 12:].all()
    assert not one.ink[:, 8:12].any() and not one.ink[30:, 12:].any()


def test_two_digits_stay_two():
    assert widths([[[piece(0, 20), piece(22, 24)]]]) == [[[20, 24]]]


def test_what_is_no_digit_together_stays_apart():
    assert widths([[[piece(0), piece(40, 8)]]]) == [[[8, 8]]]  # a digit's width of paper between them


@pytest.mark.parametrize(("told", "apart"), [(0.95, True), (0.6, False)])
def test_the_network_for_numbers_can_tell_them_apart(told, apart):
    assert widths([[[piece(0, told=told), piece(12, told=told)]]]) == [[[8, 8] if apart else [20]]]


def test_a_piece_is_a_part_of_one_digit_only():
    assert widths([[[piece(0), piece(12), piece(24)]]]) == [[[20, 8]]]


def test_pieces_of_two_numbers_are_not_joined():
    assert widths([[[piece(0)], [piece(12)]], [[piece(0), piece(12)]]]) == [[[8], [8]], [[20]]]


def test_nothing_is_nothing():
    assert joined([], 1.0, look, lambda found: 0.0) == []
