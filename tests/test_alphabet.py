"""Digits to write with: by one hand as far as it is known."""

import numpy as np
import pytest
from drawn_sets import drawn_letters

from lekh import augment
from lekh.alphabet import Alphabet


def test_one_hand_writes_a_number():
    side = augment.INK_SIDE
    squares = np.repeat(np.arange(40, dtype=np.uint8), side * side).reshape(40, side, side)  # each tells its row
    writers = np.repeat(["a", "b", "", ""], 10)
    letters = Alphabet(squares, np.full(40, "latin"), np.tile(np.arange(10), 4), np.full(40, "drawn"), writers)
    rng = np.random.default_rng(0)
    hands = set()
    for _ in range(60):
        rows = np.array([square[0, 0] for square in letters.hand("0123456789", "latin", rng)])
        assert (rows % 10 == np.arange(10)).all()
        hands.add("".join(sorted(set(writers[rows]))))
    assert {"a", "b"} < hands  # and, where the first digit's writer is unknown, whoever is at hand


def test_what_an_alphabet_lacks_is_said():
    letters = drawn_letters()
    few = letters.digits < 5
    small = Alphabet(*(getattr(letters, name)[few] for name in ("squares", "scripts", "digits", "sources", "writers")))
    with pytest.raises(ValueError, match="latin"):
        small.hand("9", "latin", np.random.default_rng(0))
    with pytest.raises(ValueError, match="Each digit"):
        Alphabet(letters.squares[:3], letters.scripts, letters.digits, letters.sources, letters.writers)
