"""Single digits to write with come by the road of an upload."""

import numpy as np
from drawn import draw

from lekh import augment, ink, preparation
from lekh.datasets import Dataset
from lekh.sequence_alphabet import alphabet
from lekh.sequence_settings import Configuration


def test_the_alphabet_comes_by_the_road_of_an_upload():
    pages = np.stack([draw("latin", digit, seed=digit) for digit in range(10)])
    dataset = Dataset("drawn", "latin", pages, np.arange(10), np.array([f"hand {d % 2}" for d in range(10)]))
    with preparation.processes(1) as workers:
        letters = alphabet([dataset], Configuration(fonts=0), workers)
    assert letters.digits.tolist() == list(range(10)) and set(letters.writers) == {"hand 0", "hand 1"}
    assert np.array_equal(letters.squares[3], augment.to_square(ink.find_digit(pages[3]).ink))
