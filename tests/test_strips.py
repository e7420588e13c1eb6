"""A number's ink -> the strip that the network sees; on ink made by hand."""

import cv2
import numpy as np
import pytest
from inks import an_l, side_by_side

from lekh.strips import Frame, StripNormalization, to_strip

P = StripNormalization()


@pytest.mark.parametrize("height", [12, 40, 300])
def test_a_strip_has_digits_of_the_height_that_the_network_knows(height):
    strip = to_strip(side_by_side([an_l(height, max(2, height // 7))] * 3, height // 5), P)
    assert strip.pixels.shape[0] == P.height and strip.pixels.shape[1] % P.step == 0
    rows = np.flatnonzero(strip.pixels.max(axis=1) > 0.5)
    assert abs(rows[-1] + 1 - rows[0] - P.digit) <= 3
    columns = np.flatnonzero(strip.pixels.max(axis=0) > 0.5)
    assert columns[0] >= P.margin - 3 and P.margin - 3 <= strip.pixels.shape[1] - 1 - columns[-1]
    assert abs(strip.left - columns[0]) <= 2 and abs(strip.top - rows[0]) <= 2


def test_dots_and_underlines_do_not_change_the_size():
    plain = side_by_side([an_l()] * 3)
    marked = np.pad(plain, ((0, 14), (0, 20)))
    marked[36:41, -8:-3] = 1
    marked[50:53, 4:-24] = 1
    assert to_strip(marked, P).scale == pytest.approx(to_strip(plain, P).scale, rel=0.3)


def test_thin_strokes_survive():
    page = np.zeros((400, 250), np.float32)
    cv2.line(page, (20, 10), (20, 390), 1.0, 1)
    cv2.line(page, (20, 389), (230, 389), 1.0, 1)
    strip = to_strip(page, P)
    assert strip.pixels.max() > 0.9


def test_empty_ink_is_an_empty_strip():
    strip = to_strip(np.zeros((20, 30), np.float32), P)
    assert strip.pixels.max() == 0 and strip.pixels.shape[1] % P.step == 0


def test_parameters_that_make_no_sense_are_refused():
    for wrong in ({"height": 4}, {"digit": 60.0}, {"stride": 5}, {"least": 0.0}, {"margin": -1}):
        with pytest.raises(ValueError):
            StripNormalization(**wrong)


def test_frame_of_broken_writing_is_as_tall_as_its_rows():
    whole = side_by_side([an_l()] * 3)
    broken = whole.copy()
    broken[18:22] = 0
    assert Frame.of(whole).typical == pytest.approx(40, abs=1)
    assert Frame.of(broken).typical > 18 and Frame.of(broken).total > 36
