"""Calculations that somebody draws: every sign, in order, whatever the hand."""

import itertools
import os

import cv2
import expressions
import numpy as np
import pytest
from drawn import draw

from lekh import datasets, model, operators
from lekh.arithmetic import evaluate
from lekh.errors import LekhError
from lekh.expression import read_expression, reads
from lekh.normalize import cropped
from lekh.numerals import OPERATORS

HELD_OUT = 100  # calculations a script
FLOOR = 0.9


@pytest.fixture(scope="module")
def reader():
    """The model under test; those of before the signs of arithmetic are left alone."""
    loaded = model.load(os.environ.get("LEKH_MODEL") or model.DEFAULT_FOLDER)
    if not reads(loaded):
        pytest.skip("The model does not know the signs of arithmetic")
    return loaded


def sheet(text, script="latin", seed=0, size=90):
    """uint8 `(200, W)`: `text` in digits drawn with plain strokes, dark on white."""
    rng = np.random.default_rng(seed)
    page, x = np.zeros((200, 40 + 110 * len(text)), np.float32), 20
    for symbol in text:
        if symbol in OPERATORS:
            ink, side = operators.draw(OPERATORS.index(symbol), rng), expressions.SIZES[symbol] * size
        elif symbol == "0":  # the drawn one has corners
            ink, side = cv2.ellipse(np.zeros((100, 70), np.float32), (35, 50), (28, 43), 0, 0, 360, 1, 7), size
        else:
            ink, side = cropped(1 - draw(script, int(symbol)).astype(np.float32) / 255), size
        scale = side / max(ink.shape)
        ink = cv2.resize(ink, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        h, w = ink.shape
        page[100 - h // 2 : 100 - h // 2 + h, x : x + w] = ink
        x += w + 25
    return np.uint8(255 * (1 - np.clip(page, 0, 1)))


@pytest.mark.parametrize(
    ("text", "value"), [("12+7=", 19), ("90/6=", 15), ("9-4=", 5), ("3×4+2=", 14), ("-5+8=", 3), ("7÷2", 3.5)]
)
def test_plain_calculations_are_read_and_computed(reader, text, value):
    read = read_expression(sheet(text), reader, "latin")
    assert read.text == text
    assert evaluate(read.text) == value


def test_light_ink_on_a_dark_sheet_is_the_same(reader):
    assert read_expression(255 - sheet("12+7="), reader, "latin").text == "12+7="


def test_each_sign_has_its_box_and_its_confidence(reader):
    page = sheet("4+5=")
    tokens = read_expression(page, reader, "latin").tokens
    for token, after in itertools.pairwise(tokens):
        assert token.box_xywh[0] + token.box_xywh[2] <= after.box_xywh[0] + 4
    x, y, w, h = tokens[-1].box_xywh
    assert (page[y : y + h, x : x + w] < 128).any(axis=1).sum() < h, "Both bars of the = are in its box"
    assert all(0 < token.confidence <= 1 and not token.rejected for token in tokens)


def test_a_blank_sheet_holds_nothing(reader):
    assert read_expression(np.full((200, 600), 255, np.uint8), reader, "latin").text == ""


def test_a_scribble_is_too_much(reader):
    page = np.full((400, 800), 255, np.uint8)
    page[5::20, 5::20] = 0
    page = cv2.erode(page, np.ones((6, 6), np.uint8))
    with pytest.raises(LekhError, match="too much"):
        read_expression(page, reader, "latin")


def test_a_script_must_be_known(reader):
    with pytest.raises(LekhError, match="does not read the script"):
        read_expression(sheet("1+1="), reader, "klingon")


def test_a_model_without_signs_says_so(tiny_model):
    assert not reads(tiny_model)
    with pytest.raises(LekhError, match="does not read"):
        read_expression(sheet("1+1="), tiny_model, "latin")


@pytest.mark.parametrize("script", expressions.SOURCES)
def test_what_was_kept_back_is_read(reader, script):
    """At least 90 % of calculations of five signs exactly right."""
    card = reader.card.raw["training"]
    rng = np.random.default_rng(5)
    texts = [expressions.random_text(rng) for _ in range(HELD_OUT)]
    try:
        sheets = [expressions.write(text, script, 1000 + place, card) for place, text in enumerate(texts)]
    except LekhError as error:
        pytest.skip(error.problem)
    misses = []
    for text, page in zip(texts, sheets, strict=True):
        read = read_expression(page, reader, script).text
        if read != text:
            misses.append((text, read))
    assert HELD_OUT - len(misses) >= FLOOR * HELD_OUT, misses


def test_what_was_kept_back_was_never_trained_with():
    assert all(datasets.SOURCES[key].role == "train" for keys in expressions.SOURCES.values() for key in keys)
