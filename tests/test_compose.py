"""Numbers composed from digits: what is said to be written where is there."""

import numpy as np
import pytest
from drawn import DRAWN, draw

from lekh import augment, compose, compose_field, compose_page, ink
from lekh.alphabet import Alphabet
from lekh.normalize import EDGE
from lekh.written import HEIGHT


@pytest.fixture(scope="module")
def letters() -> Alphabet:
    """Two drawn digits of each value and script, the first of a known writer."""
    rows = []
    for script in DRAWN:
        for digit in range(10):
            for copy in range(2):
                square = augment.to_square(ink.find_digit(draw(script, digit, seed=copy)).ink)
                rows.append((square, script, digit, "drawn", "first" if copy == 0 else ""))
    return Alphabet(*(np.array(column) for column in zip(*rows, strict=True)))


@pytest.mark.parametrize("script", DRAWN)
@pytest.mark.parametrize("text", ["7", "40", "11111", "9876543210"])
def test_a_number_holds_its_digits_from_left_to_right(letters, script, text):
    for seed in range(5):
        made = compose.number(text, letters, script, np.random.default_rng(seed))
        assert made.text == text and len(made.boxes) == len(text)
        assert made.ink.dtype == np.float32 and made.ink.min() >= 0 and made.ink.max() <= 1
        lefts = [x for x, _, _, _ in made.boxes]
        assert lefts == sorted(lefts)
        for x, y, w, h in made.boxes:
            assert x >= 0 and y >= 0 and x + w <= made.ink.shape[1] and y + h <= made.ink.shape[0]
            assert 0.3 * HEIGHT < h < 2 * HEIGHT
            assert (made.ink[y : y + h, x : x + w] > EDGE).any(axis=1).mean() > 0.6


def test_without_clutter_all_ink_is_in_the_boxes(letters):
    for seed in range(10):
        made = compose.number("2024", letters, "latin", np.random.default_rng(seed), clutter=False, strength=0.3)
        outside = made.ink > 0.5
        for x, y, w, h in made.boxes:
            outside[y : y + h, x : x + w] = False
        assert outside.sum() < 0.06 * (made.ink > 0.5).sum()  # only what joins two digits


def test_clutter_adds_ink_but_no_digit(letters):
    plain, cluttered = (
        np.mean([compose.number("530", letters, "latin", np.random.default_rng(seed), clutter).ink.shape[1]
                 for seed in range(40)])
        for clutter in (False, True)
    )  # fmt: skip
    assert cluttered > 1.05 * plain


@pytest.mark.parametrize("make", [
    lambda letters, rng: compose.number("1960", letters, "khmer", rng).ink,
    lambda letters, rng: compose_field.field(compose.number("1960", letters, "khmer", rng), rng).grey,
    lambda letters, rng: compose_page.page([["19", "60"], ["7"]], letters, "khmer", rng).grey,
], ids=["number", "field", "page"])  # fmt: skip
def test_the_seed_decides(letters, make):
    first, again, other = (make(letters, np.random.default_rng(seed)) for seed in (3, 3, 4))
    assert np.array_equal(first, again)
    assert first.shape != other.shape or not np.array_equal(first, other)


def test_random_texts_are_numbers():
    rng = np.random.default_rng(1)
    texts = [compose.random_text(rng, 6) for _ in range(300)]
    assert all(text.isdigit() and 1 <= len(text) <= 6 for text in texts)
    assert len({len(text) for text in texts}) == 6


def test_an_arabic_zero_is_a_dot():
    bar, dot = (np.zeros((augment.INK_SIDE,) * 2, np.uint8) for _ in range(2))
    bar[20:76, 44:52] = dot[44:52, 44:52] = 255
    made = Alphabet(
        np.stack([dot, *[bar] * 9]), np.full(10, "arabic"), np.arange(10), np.full(10, "drawn"), np.full(10, "")
    )
    for seed in range(40):
        number = compose.number("1010", made, "arabic", np.random.default_rng(seed), strength=0.2)
        (_, top, _, tall), (_, y, _, h) = number.boxes[:2]
        assert h < 0.45 * tall and top < y and y + h < top + tall + 0.2 * HEIGHT
