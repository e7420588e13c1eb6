"""Signs of arithmetic: each looks like itself, whatever the hand."""

import cv2
import numpy as np
import pytest

from lekh import augment, operators
from lekh.numerals import OPERATORS


def parts(ink):
    """How many separate pieces of ink there are."""
    return cv2.connectedComponents((ink > 0.3).astype(np.uint8), connectivity=8)[0] - 1


@pytest.fixture
def without_fonts(monkeypatch):
    monkeypatch.setattr(augment, "fonts_of", lambda script: ())


@pytest.mark.parametrize(
    ("sign", "pieces", "least", "most"),
    [("+", 1, 0.5, 2), ("-", 1, 2, 60), ("×", 1, 0.5, 2), ("÷", 3, 0.4, 4), ("/", 1, 0.3, 1.4), ("=", 2, 1, 9),
     (".", 1, 0.5, 2), (",", 1, 0.15, 1)],
)  # fmt: skip
def test_a_drawn_sign_has_its_pieces_and_its_shape(without_fonts, sign, pieces, least, most):
    rng = np.random.default_rng(3)
    drawn = [operators.draw(OPERATORS.index(sign), rng) for _ in range(60)]
    assert np.mean([parts(ink) == pieces for ink in drawn]) > 0.9
    assert np.mean([least < ink.shape[1] / ink.shape[0] < most for ink in drawn]) > 0.9


@pytest.mark.parametrize("place", range(len(OPERATORS)), ids=OPERATORS)
def test_ink_is_cropped_and_follows_the_seed(place):
    first, again, other = (operators.draw(place, np.random.default_rng(seed)) for seed in (5, 5, 6))
    np.testing.assert_array_equal(first, again)
    assert first.shape != other.shape or (first != other).any()
    assert first.dtype == np.float32 and first.min() >= 0 and first.max() <= 1
    for edge in (first[0], first[-1], first[:, 0], first[:, -1]):
        assert edge.max() > 0.3
