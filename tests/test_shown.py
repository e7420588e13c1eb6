"""What the page shows where a number is."""

import numpy as np
import pytest
from inks import an_l

from lekh import layout
from lekh.shown import contrast_around, from_contrast, pasted


def number_of(sheet: np.ndarray, x: int = 0, y: int = 0) -> layout.Number:
    return layout.Number((layout.Piece((x, y, sheet.shape[1], sheet.shape[0]), sheet),))


def test_pieces_are_pasted_where_they_were():
    first, second = an_l(30), an_l(20)
    number = layout.Number((*number_of(first, 100, 50).pieces, *number_of(second, 130, 65).pieces))
    sheet, (x, y) = pasted(number)
    assert (x, y) == (100, 50)
    assert np.array_equal(sheet[:30, : first.shape[1]], first)
    assert np.array_equal(sheet[15:35, 30 : 30 + second.shape[1]], second)


def test_contrast_shows_what_the_ink_lacks():
    page = np.zeros((60, 200), np.float32)
    page[10:50, 50:56] = page[10:50, 90:96] = 40  # two strokes, in any unit
    page[10:50, 70:76] = 40  # and one that was not found
    sheet = np.zeros((40, 46), np.float32)
    sheet[:, :6] = sheet[:, 40:] = 1
    seen, (x, y), frame = from_contrast(sheet, (50, 10), page, reach=0.5)
    assert seen.max() == 1 and seen[20, 72 - x] == 1 and seen[20, 60 - x] == 0
    assert 40 < 50 - x + 40 <= 65 and y == 0 and frame.typical == pytest.approx(40, abs=2)


@pytest.mark.parametrize("scale", [1.0, 2.5])
def test_contrast_is_taken_from_the_page_where_the_number_is(scale):
    page = np.full((round(120 * scale), round(300 * scale)), 200, np.uint8)
    page[round(40 * scale) : round(80 * scale), round(150 * scale) : round(156 * scale)] = 60
    contrast, (x, y) = contrast_around(np.ones((40, 6), np.float32), (150, 40), page, scale)
    assert contrast.shape == (120, 126) and (x, y) == (90, 0)
    assert contrast[60, 63] > 0.5 and abs(contrast[60, 20]) < 0.05 and abs(contrast[10, 63]) < 0.05


def test_a_number_at_the_border_may_reach_beyond_the_page_by_a_pixel():
    seen, _, _ = from_contrast(np.ones((21, 11), np.float32), (90, 0), np.full((20, 100), 0.5), reach=0.5)
    assert seen.shape[0] == 20 and seen.max() == 1
    contrast, _ = contrast_around(np.ones((7, 5), np.float32), (0, 0), np.full((6, 5), 90, np.uint8), 1.0)
    assert contrast.shape == (6, 5)
