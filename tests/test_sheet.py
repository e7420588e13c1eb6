"""A note on a desk is found, and nothing else is taken for one."""

import cv2
import numpy as np
import pytest

from lekh.sheet import lying_on


def desk(shape=(600, 800), level=60, seed=1):
    return np.clip(np.random.default_rng(seed).normal(level, 4, shape), 0, 255).astype(np.uint8)


def with_sheet(lean, shape=(600, 800), size=(300, 240), level=200):
    page = desk(shape)
    corners = cv2.boxPoints(((shape[1] / 2, shape[0] / 2), size, lean))
    cv2.fillConvexPoly(page, np.round(corners).astype(np.int32), level)
    return page, corners


@pytest.mark.parametrize("lean", [0, 7, -20, 45])
@pytest.mark.parametrize("times", [1, 4], ids=["small", "large"])
def test_its_box_and_nothing_of_the_desk(lean, times):
    page, corners = with_sheet(lean, (600 * times, 800 * times), (300 * times, 240 * times))
    (x, y), paper = lying_on(page).cut_from(page)
    assert paper.dtype == np.uint8 and paper.min() > 150
    assert np.abs(np.array([x, y]) - corners.min(axis=0)).max() < 8 * times
    assert np.abs(np.array([x, y]) + paper.shape[::-1] - corners.max(axis=0)).max() < 8 * times


def test_what_is_written_on_it_is_kept():
    page, _ = with_sheet(10)
    cv2.putText(page, "7", (370, 340), 0, 4, 40, 10)
    (x, y), paper = lying_on(page).cut_from(page)
    written = page[y : y + paper.shape[0], x : x + paper.shape[1]] == 40
    assert (paper[written] == 40).mean() > 0.99


def disc(page):
    cv2.circle(page, (400, 300), 150, 200, -1)


def two_thirds(page):
    page[:, :500] = 200


def speck(page):
    page[280:340, 380:450] = 200


def all_of_it(page):
    page[:] = 200


@pytest.mark.parametrize("thing", [disc, two_thirds, speck, all_of_it, lambda page: None])
def test_these_are_no_sheets(thing):
    page = desk()
    thing(page)
    assert lying_on(page) is None
