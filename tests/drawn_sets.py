"""Sets of digits that are drawn on the spot."""

import numpy as np
from drawn import draw

from lekh import augment, ink
from lekh.alphabet import Alphabet
from lekh.datasets import Dataset
from lekh.preparation import Pool


def digits(script="latin", copies=6, name="drawn", size=100, writers=True):
    """Drawn digits: each copy of all ten is by a hand of its own."""
    pairs = [(digit, copy) for digit in range(10) for copy in range(copies)]
    pages = np.stack([draw(script, digit, seed=1000 * digit + copy, size=size) for digit, copy in pairs])
    hands = np.array([f"hand {copy}" for _, copy in pairs]) if writers else None
    return Dataset(name, script, pages, np.array([digit for digit, _ in pairs], np.int64), hands)


def drawn_letters(copies: int = 2) -> Alphabet:
    """Digits drawn on the spot, each copy by a hand of its own."""
    rows = [
        (augment.to_square(ink.find_digit(draw(script, digit, seed=copy)).ink), script, digit, "drawn", str(copy))
        for script in ("latin", "khmer") for digit in range(10) for copy in range(copies)
    ]  # fmt: skip
    return Alphabet(*(np.array(column) for column in zip(*rows, strict=True)))


def pool(sizes, rows) -> Pool:
    """Blank squares: of each source so many rows, of so many digits; the first source is Latin, the others Khmer."""
    sources = np.repeat(np.arange(len(rows)), rows)
    squares = np.zeros((len(sources), augment.INK_SIDE, augment.INK_SIDE), np.uint8)
    names = tuple(f"source {index}" for index in range(len(rows)))
    scripts = tuple("khmer" if index else "latin" for index in range(len(rows)))
    return Pool(squares, np.zeros(len(sources), np.int64), sources, names, tuple(sizes), scripts)
