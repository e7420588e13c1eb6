"""What is drawn to be refused: ink of every kind, and never a single digit's worth of a circle or a stroke."""

import cv2
import numpy as np
import pytest

from lekh import augment, nondigits
from lekh.numerals import SCRIPTS

KINDS = [kind for kind, _ in nondigits._KINDS]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_kind_draws_ink(kind):
    if kind.__name__ in ("_letter", "_word") and not augment.fonts_of("latin"):
        pytest.skip("no Latin font is installed")
    rng = np.random.default_rng(5)
    for _ in range(30):
        ink = kind(rng)
        assert ink.dtype == np.float32 and ink.ndim == 2
        assert ink.min() >= 0 and ink.max() <= 1
    assert any(kind(rng).max() > 0.9 for _ in range(10))


def test_a_shape_is_cropped_to_its_ink_and_follows_the_seed():
    shapes = [nondigits.shape(np.random.default_rng(seed)) for seed in (3, 3, 4)]
    np.testing.assert_array_equal(shapes[0], shapes[1])
    assert shapes[0].shape != shapes[2].shape or (shapes[0] != shapes[2]).any()
    for ink in shapes:
        assert ink[0].max() > 0.3 and ink[-1].max() > 0.3 and ink[:, 0].max() > 0.3 and ink[:, -1].max() > 0.3


def test_no_scribble_is_a_ring():
    """A pen that goes round on the same circle draws a zero."""
    rng = np.random.default_rng(11)
    for _ in range(60):
        ink = (nondigits._scribble(rng) > 0.5).astype(np.uint8)
        contours, hierarchy = cv2.findContours(ink, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
        holes = [contours[i] for i in range(len(contours)) if hierarchy[0][i][3] >= 0]
        outer = max(cv2.contourArea(contour) for contour in contours)
        assert len(holes) != 1 or cv2.contourArea(holes[0]) < 0.4 * outer


def test_a_pair_shows_both_digits_side_by_side():
    rng = np.random.default_rng(0)
    first, second = np.ones((40, 12), np.float32), np.ones((30, 20), np.float32)
    for _ in range(20):
        page = nondigits.pair(first, second, rng)
        columns = np.flatnonzero(page.max(axis=0))
        assert page.sum() >= 0.8 * (first.sum() + second.sum())
        assert np.ptp(columns) + 1 >= 26  # they may overlap, by an eighth of the height
        assert page.max() == 1


def test_letters_leave_out_what_looks_like_a_digit():
    latin, others = set("OoQDlIiSsZzBbGgqJjTL|/"), set("EmNVvWwyXx+-×÷=.,")
    assert not set(nondigits.LETTERS) & (latin | others)


def test_words_come_from_every_script():
    assert set(nondigits.WORD_LETTERS) == set(SCRIPTS)
    for script, letters in nondigits.WORD_LETTERS.items():
        assert not set(letters) & set(SCRIPTS[script].digits)
