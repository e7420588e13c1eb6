"""What the road of an upload makes of pages whose digits are known."""

import cv2
import numpy as np
import pytest
from drawn_sets import drawn_letters

from lekh import compose_page
from lekh.sequence_found import found_numbers
from lekh.sequence_samples import STORED
from lekh.written import Page


def test_numbers_of_a_page_are_found_with_their_digits():
    rng = np.random.default_rng(4)
    page = compose_page.page([["1234", "56"], ["789"]], drawn_letters(), "latin", rng, 40, clutter=False)
    samples = found_numbers(page, "latin")
    assert {sample.text for sample in samples} & {"1234", "56", "789"}
    for sample in samples:
        assert sample.pixels.dtype == np.uint8 and set(sample.text) <= set("123456789")
        assert sample.middles.shape == (2, len(sample.text))
        assert sample.frame.typical == pytest.approx(STORED, rel=0.01)


def test_what_was_not_written_has_no_digits():
    grey = np.full((200, 300), 230, np.uint8)
    cv2.polylines(grey, [np.array([[100, 80], [140, 120], [100, 120], [140, 80]], np.int32)], True, 30, 5)
    samples = found_numbers(Page(grey, ()), "latin")
    assert [sample.text for sample in samples] == [""]
