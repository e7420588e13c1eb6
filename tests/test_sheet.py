"""A note on a desk is found, and nothing else is taken for one."""

import cv2
import numpy as np
import pytest

from lekh import ink, ink_page, model, reading
from lekh.sheet import lying_on
from tests.composed import compose, photographed


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
    assert np.abs(np.array([x, y]) - corners.min(axis=0)).max() < 12 * times
    assert np.abs(np.array([x, y]) + paper.shape[::-1] - corners.max(axis=0)).max() < 12 * times


def test_what_is_written_on_it_is_kept():
    page, _ = with_sheet(10)
    cv2.putText(page, "7", (370, 340), 0, 4, 40, 10)
    (x, y), paper = lying_on(page).cut_from(page)
    written = page[y : y + paper.shape[0], x : x + paper.shape[1]] == 40
    assert (paper[written] == 40).mean() > 0.99


@pytest.mark.parametrize("middle", [(100, 300), (400, 560), (700, 80)], ids=["left", "below", "corner"])
def test_it_may_be_cut_off(middle):
    page = desk()
    corners = cv2.boxPoints((middle, (420, 330), 6))
    cv2.fillConvexPoly(page, np.round(corners).astype(np.int32), 200)
    within = lying_on(page).within(page.shape)
    assert not within[page < 150].any() and within[page > 150].mean() > 0.85


def test_a_soft_shadow_is_on_it():
    page, _ = with_sheet(10, size=(500, 400))
    shadow = cv2.GaussianBlur(np.float32(np.add.outer(np.arange(600), np.arange(800)) > 650), (0, 0), 30)
    within = lying_on(np.uint8(page * (1 - 0.5 * shadow))).within(page.shape)
    assert not within[page < 150].any() and within[page > 150].mean() > 0.85


def test_the_grain_of_the_desk_is_not_read():
    written, _ = compose(["327 4915", "82 64573", "1946 258"], margin=1.5)
    stripes = np.tile(np.float32(np.sin(np.arange(900) / 5) > 0), (700, 1))
    page = photographed(np.float32(0.6 + 0.08 * stripes), contrast=0.9, grain=2.0)
    page[150 : 150 + written.shape[0], 100 : 100 + written.shape[1]] = photographed(written, grain=2.0)
    assert reading.read(page, model.load(), "latin").text == "327 4915\n82 64573\n1946 258"


def disc(page):
    cv2.circle(page, (400, 300), 150, 200, -1)


def two_thirds(page):
    page[:, :500] = 200


def speck(page):
    page[280:340, 380:450] = 200


def all_of_it(page):
    page[:] = 200


def large_zero(page):
    page[:] = 230
    cv2.rectangle(page, (250, 120), (550, 480), 30, 40)


def lit_part_of_a_sheet(page):
    page[:400] = 200
    page[:400, 500:] = 130


@pytest.mark.parametrize(
    "thing", [disc, two_thirds, speck, all_of_it, large_zero, lit_part_of_a_sheet, lambda page: None]
)
def test_these_are_no_sheets(thing):
    page = desk()
    thing(page)
    assert lying_on(page) is None


def test_what_is_held_does_not_touch_its_edge():
    page, corners = with_sheet(0)
    (left, top), middle = corners.min(axis=0).astype(int), (390, 290, 20, 20)
    assert lying_on(page).holds(middle, page.shape)
    assert not lying_on(page).holds((left, top + 100, 20, 20), page.shape)
    assert not lying_on(page).holds((left - 60, top + 100, 20, 20), page.shape)


def test_what_reaches_over_its_edge_is_no_ink():
    page, corners = with_sheet(0, (900, 1200), (600, 500))
    cv2.putText(page, "7", (560, 470), 0, 3, 40, 8)
    right = int(corners[:, 0].max())
    cv2.line(page, (right - 60, 400), (right + 20, 420), 40, 8)
    found = ink_page.find_page(page)
    assert found.ink[:, : right - 100].max() > 0.9 and not found.ink[:, right - 80 :].any()


@pytest.mark.parametrize(
    "rows, is_read", [(["7"], True), (["27", "4"], False), (["23546", "82236"] * 3, True)], ids=["one", "few", "many"]
)
def test_of_a_sheet_where_the_picture_shows_nothing_one_digit_is_read_or_many(rows, is_read, monkeypatch):
    """A few that a look at the whole picture does not show are what was drawn or printed there."""
    page, _ = with_sheet(0, (900, 1200), (700, 600))
    for row, written in enumerate(rows):
        cv2.putText(page, written, (420, 260 + 85 * row), 0, 2, 40, 6)
    whole, read_page = page.shape, reading._read_page

    def nothing_on_all_of_it(grey, loaded, script):
        found = read_page(grey, loaded, script)
        return found.all_rejected() if grey.shape == whole else found

    monkeypatch.setattr(reading, "_read_page", nothing_on_all_of_it)
    assert reading.read(page, model.load(), "latin").text == ("\n".join(rows) if is_read else "")


def test_what_is_written_on_it_is_dark():
    """However much of it is in shadow, the lit rest is no chalk."""
    page, _ = with_sheet(0, (900, 1200), (700, 600))
    shadow = cv2.GaussianBlur(np.float32(np.add.outer(np.arange(900), np.arange(1200)) > 700), (0, 0), 20)
    page = np.uint8(page * (1 - 0.6 * shadow))
    cv2.putText(page, "7", (620, 560), 0, 3, 20, 8)
    found = ink_page.find_page(page)
    assert not found.is_light and found.ink[480:560, 600:720].max() > 0.9


@pytest.mark.parametrize("cut_off", [False, True])
def test_what_reaches_its_edge_is_cut_off(cut_off):
    page, corners = with_sheet(0, (900, 1200), (700, 600))
    left = int(corners[:, 0].min()) if cut_off else 500
    cv2.putText(page, "7", (left, 470), 0, 4, 40, 10)
    assert ink.find_digit(page).cut_off == cut_off
