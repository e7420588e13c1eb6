"""Paper beside strokes is even; the ground beside what looks like strokes by chance is not."""

import cv2
import numpy as np
import pytest
from drawn import draw

from lekh import ink
from lekh.roughness import roughness, roughness_of_one

BOX = (120, 90, 60, 120)


def scene(texture=0.0, step=90.0, slope=0.0, seed=0, box=BOX, shape=(300, 400)):
    """A page, uint8, and its ink, float32: an upright ring on ground that varies by `texture` grey levels."""
    x, y, w, h = box
    rng = np.random.default_rng(seed)
    ground = cv2.GaussianBlur(rng.normal(0, 1, shape).astype(np.float32), (0, 0), 5)
    strokes = np.zeros(shape, np.float32)
    cv2.ellipse(strokes, (x + w // 2, y + h // 2), (w // 2 - 5, h // 2 - 5), 0, 0, 360, 1.0, 9, cv2.LINE_AA)
    page = 190 + texture * ground / ground.std() + slope * np.arange(shape[1]) - step * strokes
    return np.clip(page, 0, 255).astype(np.uint8), strokes


def test_even_paper_is_even():
    assert roughness(*scene(), BOX) < 0.01


def test_light_that_falls_off_adds_nothing():
    assert roughness(*scene(slope=0.25), BOX) < 0.02


@pytest.mark.parametrize("texture", [9, 27, 45])
def test_it_is_the_share_of_what_the_strokes_stand_out_by(texture):
    assert roughness(*scene(texture), BOX) == pytest.approx(texture / 90, rel=0.4)
    assert roughness(*scene(texture), BOX) > 1.5 * roughness(*scene(texture / 2), BOX)


@pytest.mark.parametrize("darker", [-40, 0, 45])
def test_what_a_ring_surrounds_is_the_paper_around_it_or_it_is_a_cup(darker):
    page, strokes = scene(2)
    x, y, w, h = BOX
    within = np.zeros(page.shape, np.uint8)
    cv2.ellipse(within, (x + w // 2, y + h // 2), (w // 2 - 10, h // 2 - 10), 0, 0, 360, 1, -1)
    page = np.where((within > 0) & (strokes < 0.1), np.clip(page - float(darker), 0, 255), page).astype(np.uint8)
    assert (roughness(page, strokes, BOX) > 0.4) == (darker != 0)


def shaded(page, ink, edge, darker):
    """The page under a shadow whose edge runs through it aslant; `ink` too, or the ground alone."""
    y, x = np.indices(page.shape)
    shadow = 1 - darker / (1 + np.exp(-(x + 0.4 * y - edge) / 4))
    return np.where(ink, page, np.clip(page * shadow, 0, 255)).astype(np.uint8)


@pytest.mark.parametrize("edge", [190, 205, 220])
@pytest.mark.parametrize("darker", [0.3, 0.5])
def test_a_shadow_that_darkens_ink_and_paper_alike_adds_nothing(edge, darker):
    page, strokes = scene(2)
    nowhere = np.zeros(page.shape, bool)
    assert roughness(shaded(page, nowhere, edge, darker), strokes, BOX) < 0.15
    assert roughness(shaded(page, strokes > 0.02, edge, darker), strokes, BOX) > 0.8 * darker


def test_the_ink_may_be_of_another_size():
    page, strokes = scene(30)
    small = cv2.resize(strokes, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    assert roughness(page, small, BOX) == pytest.approx(roughness(page, strokes, BOX), rel=0.15)


def test_other_strokes_beside_it_are_no_ground():
    page, strokes = scene()
    for x in (112, 184):  # bars close to either side
        cv2.line(page, (x, 80), (x, 220), 60, 7)
        cv2.line(strokes, (x, 80), (x, 220), 1.0, 7)
    assert roughness(page, strokes, BOX) < 0.05


@pytest.mark.parametrize("box", [(0, 0, 60, 120), (340, 180, 60, 120), (0, 0, 400, 300), (199, 149, 1, 1)])
def test_a_digit_anywhere_on_the_page(box):
    page, strokes = scene(box=box if box[2] > 20 else BOX)
    assert 0 <= roughness(page, strokes, box) < 0.05


def test_without_ground_there_is_nothing_to_say():
    assert roughness(np.zeros((40, 40), np.uint8), np.ones((40, 40), np.float32), (0, 0, 40, 40)) == 0
    assert roughness(np.zeros((40, 40), np.uint8), np.zeros((40, 40), np.float32), (0, 0, 40, 40)) == 0


def ink_of(strokes):
    """What is known of the one digit, at half the size."""
    x, y, w, h = BOX
    return np.pad(cv2.resize(strokes[y : y + h, x : x + w], None, fx=0.5, fy=0.5), 7)


@pytest.mark.parametrize("texture", [0, 30])
def test_one_digit_by_its_own_ink(texture):
    page, strokes = scene(texture)
    assert roughness_of_one(page, ink_of(strokes), BOX) == pytest.approx(roughness(page, strokes, BOX), abs=0.06)


def test_a_drawn_digit_stands_on_paper():
    page = draw("latin", 5, seed=3)
    found = ink.find_digit(page)
    assert roughness_of_one(page, found.ink, found.box_xywh) < 0.15


def test_of_what_stands_out_nothing_is_said():
    page, strokes = scene(30)
    own = ink_of(strokes)
    assert roughness(page, strokes, BOX) > 0.1
    assert roughness(page, strokes, BOX, faintest=15) == roughness_of_one(page, own, BOX, faintest=15) == 0
    faint = np.round(128 + (page - 128.0) / 12).astype(np.uint8)
    assert roughness(faint, strokes, BOX, faintest=15) > 0.1
    assert roughness_of_one(faint, own, BOX, faintest=15) > 0.1
