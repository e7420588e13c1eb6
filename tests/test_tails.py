"""A dash close behind a piece of ink is a part of it where both are the digit that ends so."""

import cv2
import numpy as np
import pytest

from lekh import layout
from lekh.tails import with_tails


def page(dash=(166, 150, 200, 150)):
    """A hook, `(100, 100)` to `(150, 200)`, another digit far behind it, and a line with these ends."""
    ink = np.zeros((320, 500), np.float32)
    cv2.ellipse(ink, (150, 150), (48, 48), 0, 90, 270, 1.0, 7)
    cv2.ellipse(ink, (350, 150), (30, 46), 0, 0, 360, 1.0, 7)
    if dash:
        cv2.line(ink, dash[:2], dash[2:], 1.0, 7)
    return ink


def boxes(lines):
    return [piece.box_xywh for line in lines for number in line.numbers for piece in number.pieces]


def all_of(pieces):
    return [True] * len(pieces)


def test_both_are_one_where_they_are_read_as_one():
    ink = page()
    lines = layout.find_lines(ink)
    hook, ring = boxes(lines)
    whole, other = boxes(with_tails(ink, lines, all_of))
    assert other == ring
    assert whole[:2] == hook[:2] and whole[2] > hook[2] + 40 and whole[3] == hook[3]
    (piece, *_), *_ = [number.pieces for line in with_tails(ink, lines, all_of) for number in line.numbers]
    x, y, w, h = piece.box_xywh
    assert np.array_equal(piece.ink > 0.5, ink[y : y + h, x : x + w] > 0.5)
    assert boxes(with_tails(ink, lines, lambda pieces: [False] * len(pieces))) == [hook, ring]


@pytest.mark.parametrize(
    "dash",
    [None, (205, 150, 239, 150), (166, 196, 200, 196), (166, 104, 200, 104), (158, 150, 164, 150), (170, 90, 170, 210)],
    ids=["none", "far", "low", "high", "a dot", "upright"],
)
def test_what_is_no_dash_behind_it_stays_apart(dash):
    asked = []
    lines = layout.find_lines(page())
    with_tails(page(dash), lines, lambda pieces: asked.extend(pieces) or all_of(pieces))
    assert not asked


def test_a_part_of_the_piece_is_not_added_to_it():
    ink = page((148, 150, 200, 150))
    cv2.line(ink, (102, 150), (150, 150), 1.0, 7)
    lines = layout.find_lines(ink)
    assert boxes(with_tails(ink, lines, all_of)) == boxes(lines)
    assert with_tails(ink, (), all_of) == ()
