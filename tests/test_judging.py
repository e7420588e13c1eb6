"""What a piece of ink is, given what both networks say of it."""

import cv2
import numpy as np
import pytest

from lekh import model, reading
from lekh.judging import digit_of
from lekh.looking import Found

LOADED = model.load()
CARD = LOADED.card
SLASH = next(place for place, label in enumerate(CARD.classes) if label.symbol == "/")


def said(**probable):
    """float32 `(C,)`: `{"thai": 0.3}` and the rest a bare stroke, the / or a Latin 1."""
    answers = np.full(len(CARD.classes), 1e-6, np.float32)
    for script, share in probable.items():
        answers[CARD.indices(script)[1]] = share
    answers[[SLASH, CARD.indices("latin")[1]]] += (1 - answers.sum()) / 2
    return answers


def piece(looked, script, told=None):
    beside = np.zeros_like(looked)
    beside[CARD.indices(script)[1]] = told or 0.0
    return Found(np.ones((20, 4), np.float32), (0, 0, 4, 20), None, looked, None if told is None else beside)


@pytest.mark.parametrize("script", ["thai", "devanagari", "khmer", "kannada"])
def test_a_bare_stroke_is_no_digit_where_no_digit_is_one(script):
    assert digit_of(piece(said(), script, told=0.99), LOADED, script).rejected
    assert digit_of(piece(said(), script), LOADED, script).rejected
    assert not digit_of(piece(said(**{script: 0.2}), script, told=0.99), LOADED, script).rejected


@pytest.mark.parametrize("script", ["latin", "arabic"])
def test_where_the_one_is_a_bare_stroke_its_neighbours_tell(script):
    found = digit_of(piece(said(), script, told=0.99), LOADED, script)
    assert found.digit == 1 and not found.rejected


def test_the_brackets_of_a_list_are_no_ones():
    page = np.full((520, 500), 245, np.uint8)
    for row in range(4):
        top = 40 + 120 * row
        for left in (40, 260, 340):  # a 7 each, in two strokes of a pen
            cv2.polylines(page, [np.int32([(left, top), (left + 34, top), (left + 14, top + 64)])], False, 30, 6)
        cv2.ellipse(page, (84, top + 32), (18, 40), 0, -60, 60, 30, 6, cv2.LINE_AA)
    found = reading.read(page, LOADED, "latin")
    assert found.text == "\n".join(["7 77"] * 4)
    kept = [digit.digit for digit in found.digits if not digit.rejected]
    assert kept == [7] * 12
