"""The rules of a page go, however the page is held; strokes stay, and so does a page without rules."""

import cv2
import numpy as np
import pytest
from drawn import draw

from lekh import lone, model, reading
from lekh.ruled_paper import SIDE, without_rules

PAPER, RULE, PEN = 225, 170, 60


def lines(shape, every, lean, upright=False, thick=2):
    """bool of that shape: parallel lines, so many pixels apart, climbing by `lean` pixels in one."""
    y, x = np.indices(shape, np.float32)
    along, across = (y, x) if upright else (x, y)
    return np.abs((across - lean * along) % every - every / 2) <= thick / 2


def page(kind="squared", lean=0.0, every=60, shape=(480, 640), thick=2):
    """float32 paper with rules, and where these are."""
    ruled = lines(shape, every, lean, thick=thick)
    if kind == "squared":
        ruled |= lines(shape, every, -lean, upright=True, thick=thick)
    return np.where(ruled, RULE, PAPER).astype(np.float32), ruled


def photographed(picture, seed=0, grain=2.0):
    """uint8: the light falls off, the lens is soft, the sensor has grain."""
    light = np.linspace(1.0, 0.75, picture.shape[1], dtype=np.float32)
    seen = cv2.GaussianBlur(picture * light, (0, 0), 0.8)
    return np.clip(seen + np.random.default_rng(seed).normal(0, grain, seen.shape), 0, 255).astype(np.uint8)


def written(paper, script, digit, thick=0, at=(150, 90), size=300, pen=PEN):
    """The page with a digit on it, and bool where that is."""
    strokes = cv2.resize(draw(script, digit, size=size), (size, size)) < 128
    if thick:
        strokes = cv2.dilate(strokes.astype(np.uint8), np.ones((thick, thick), np.uint8)) > 0
    where = np.zeros(paper.shape, bool)
    where[at[1] : at[1] + size, at[0] : at[0] + size] = strokes
    return np.where(where, pen, paper).astype(np.float32), where


@pytest.mark.parametrize("lean", [0.0, 0.04, -0.15])
@pytest.mark.parametrize("kind", ["ruled", "squared"])
@pytest.mark.parametrize("thick", [0, 25], ids=["pen", "felt"])
def test_rules_go_and_the_digit_stays(kind, lean, thick):
    paper, ruled = page(kind, lean)
    picture, digit = written(paper, "latin", 5, thick)
    seen = photographed(picture)
    plain = without_rules(seen)
    assert plain.shape == seen.shape and plain.dtype == np.uint8
    level = np.median(seen[:, :40])
    away = ruled & (cv2.dilate(digit.astype(np.uint8), np.ones((15, 15), np.uint8)) == 0)
    light = photographed(np.full(paper.shape, PAPER, np.float32), grain=0).astype(float)
    assert (plain[away] > 0.9 * light[away]).mean() > 0.97
    core = cv2.erode(digit.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    assert (plain[core] < 0.7 * level).mean() > 0.93


def test_a_large_photo_is_brought_to_the_size_at_which_rules_are_looked_for():
    paper, _ = page(every=200, shape=(1500, 2000), thick=6)
    assert max(without_rules(photographed(paper)).shape) == SIDE


@pytest.mark.parametrize("digit", range(10))
def test_a_page_without_rules_is_left_as_it_is(digit):
    picture, _ = written(np.full((480, 640), PAPER, np.float32), "latin", digit)
    seen = photographed(picture)
    assert without_rules(seen) is seen


def test_a_stroke_that_does_not_reach_the_border_is_no_rule():
    picture = np.full((480, 640), PAPER, np.float32)
    cv2.line(picture, (140, 240), (480, 250), PEN, 4)
    cv2.line(picture, (300, 50), (310, 430), PEN, 4)
    seen = photographed(picture)
    assert without_rules(seen) is seen


def test_a_picture_of_a_digit_is_not_searched():
    seen = photographed(page(every=30, shape=(120, 160))[0])
    assert without_rules(seen) is seen


@pytest.mark.parametrize("kind", ["ruled", "squared"])
@pytest.mark.parametrize(("thick", "every"), [(0, 60), (25, 60), (25, 140)])
@pytest.mark.parametrize("pen", [PEN, RULE - 15], ids=["dark", "as pale as the rules"])
def test_it_is_read_on_any_paper(kind, thick, every, pen):
    paper, _ = page(kind, 0.05, every)
    for digit in (2, 5, 8):
        picture, where = written(paper, "latin", digit, thick, pen=pen)
        found = reading.read(photographed(picture), model.load(), "latin")
        assert found.text == str(digit)
        rows, columns = np.flatnonzero(where.any(axis=1)), np.flatnonzero(where.any(axis=0))
        box = (columns[0], rows[0], np.ptp(columns) + 1, np.ptp(rows) + 1)
        # A rule that a broad stroke hides for the most part may stay.
        assert lone.shared(box, found.digits[0].box_xywh) > 0.9
        assert lone.shared(found.digits[0].box_xywh, box) > 0.65


@pytest.mark.parametrize("place", [(90, 60), (420, 300)])
def test_a_small_digit_on_squared_paper_is_the_only_one(place):
    """Its ink is as pale as the squares: the page's own look takes parts of it away with them, and is not asked."""
    paper, _ = page("squared", 0.03, 90)
    for digit in (2, 3, 6):
        picture, _ = written(paper, "latin", digit, 3, at=place, size=130, pen=RULE - 15)
        assert reading.read(photographed(picture), model.load(), "latin").text == str(digit)


def test_ruled_paper_alone_shows_no_digit():
    for kind in ("ruled", "squared"):
        for seed, (lean, every) in enumerate([(0.0, 40), (0.05, 60), (-0.1, 140), (0.12, 90)]):
            seen = photographed(page(kind, lean, every)[0], seed)
            assert reading.read(seen, model.load(), "latin").text == ""
