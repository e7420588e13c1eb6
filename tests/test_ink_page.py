"""`lekh.ink_page.find_page`: the ink of whole pages; on pages composed on the spot, whose ink is known."""

import resource
import sys

import cv2
import numpy as np
import pytest

from lekh.ink_page import PageInk, find_page
from lekh.layout import find_lines
from tests.composed import INK, PAPER, compose, photographed, ruled, shade, tilted

DIGITS, BOXES = compose(["120 3457 98", "6 52 7301", "4444 12 09"], shape=(640, 1000))


def common(found, ink):
    """Share of the ink that two have in common: the intersection over the union."""
    there = cv2.resize(found.ink, ink.shape[::-1], interpolation=cv2.INTER_LINEAR) > 0.4
    truth = ink > 0.5
    return (there & truth).sum() / (there | truth).sum()


def piece_count(grey):
    return sum(len(number.pieces) for line in find_lines(find_page(grey).ink) for number in line.numbers)


def grey(values):
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def grain(shape, deviation, coarseness=0.0, seed=3):
    noise = np.random.default_rng(seed).normal(0, 1, shape)
    noise = cv2.GaussianBlur(noise, (0, 0), coarseness) if coarseness else noise
    return noise * (deviation / noise.std())


def slope(shape, start, end):
    return np.linspace(start, end, shape[1])[np.newaxis] * np.ones((shape[0], 1))


# What comes out


@pytest.mark.parametrize("shape", [(640, 1000), (1000, 640), (60, 160), (28, 28), (2500, 1200), (3100, 4300)], ids=str)
def test_shape_type_range_and_scale(shape):
    page = np.full(shape, PAPER)
    h, w = shape
    page[h // 4 : h - h // 4, w // 2 : w // 2 + max(2, w // 40)] = INK
    page = grey(page + grain(shape, 2))
    before = page.copy()
    found = find_page(page)
    assert isinstance(found, PageInk) and found.ink.dtype == np.float32 and found.ink.ndim == 2
    assert found.ink.min() == 0 and 0.9 < found.ink.max() <= 1
    assert max(found.ink.shape) <= 2500
    assert np.allclose(np.array(found.ink.shape) * found.scale, shape, rtol=0.02, atol=found.scale)
    assert np.array_equal(page, before)


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (2, 2), (3, 500), (4, 4), (5, 900), (900, 5)], ids=str)
@pytest.mark.parametrize("level", [0, 190, 255])
def test_tiny_pages_hold_nothing(shape, level):
    found = find_page(np.full(shape, level, np.uint8))
    assert found.ink.max() == 0 and found.scale > 0
    assert find_lines(found.ink) == ()


def test_one_dark_pixel_is_no_digit():
    page = np.full((200, 300), 230, np.uint8)
    page[90, 150] = 0
    assert piece_count(page) == 0


def test_a_view_and_an_array_of_its_own_give_the_same():
    page = photographed(DIGITS)
    wide = np.zeros((page.shape[0], 2 * page.shape[1]), np.uint8)
    wide[:, ::2] = page
    page.setflags(write=False)
    assert np.array_equal(find_page(page).ink, find_page(wide[:, ::2]).ink)


# The ink under every light

LIGHTS = {
    "even": 1.0,
    "from the left": slope(DIGITS.shape, 1.1, 0.5),
    "soft shadow": shade(DIGITS.shape, 0.5, 40),
    "hard shadow": shade(DIGITS.shape, 0.5, 1.5),
    "fold": 1 - 0.2 * np.exp(-np.square((np.arange(DIGITS.shape[1]) - 400) / 5))[np.newaxis],
}


@pytest.mark.parametrize("contrast", [0.8, 0.25], ids=["pen", "pencil"])
@pytest.mark.parametrize("light", LIGHTS.values(), ids=LIGHTS.keys())
def test_the_ink_is_found_and_nothing_else(light, contrast):
    assert common(find_page(photographed(DIGITS, contrast, light, grain=2)), DIGITS) > 0.6


@pytest.mark.parametrize("depth", [0.2, 0.3])
def test_what_is_written_across_a_deep_fold_is_found(depth):
    """The paper falls at once and rises slowly behind: dark bands through digits, as broad as they are."""
    away = np.arange(DIGITS.shape[1]) - np.array([[160], [560]])
    folds = depth * np.exp(-np.abs(away) / 25) * (away > 0) + 0.1 * np.exp(-np.square(away / 3))
    page = photographed(DIGITS, 0.7, (1 - folds).prod(axis=0)[np.newaxis], grain=2)
    assert common(find_page(page), DIGITS) > 0.6
    assert piece_count(page) == sum(len(number) for row in BOXES for number in row)


@pytest.mark.parametrize("noise", [0, 3], ids=["drawn", "photographed"])
def test_polarity_changes_nothing(noise):
    page = photographed(DIGITS, grain=noise) if noise else grey(255 * (1 - DIGITS))
    dark, light = find_page(page), find_page(255 - page)
    assert common(dark, DIGITS) > 0.6
    assert np.abs(dark.ink - light.ink).mean() < 0.02


def sheet_with_a_double_margin(ink):
    """uint8: a digit's stroke on a ruled sheet on a dark desk; between the lines of its margin are strips of paper."""
    light = np.full(ink.shape, 0.3, np.float32)
    light[200:-200, 150:-150] = 0.95
    for top in range(240, 680, 48):
        light[top : top + 2, 150:-150] *= 0.8
    for left in (200, 222):
        light[200:-200, left : left + 6] *= 0.75
    return grey(225 * light * (1 - 0.3 * ink) + grain(ink.shape, 1.5))


def test_strips_of_paper_between_rules_are_no_light_ink():
    ink = np.zeros((900, 700), np.float32)
    cv2.polylines(ink, [np.int32([(400, 440), (440, 440), (420, 500)])], False, 1, 4)
    found = find_page(sheet_with_a_double_margin(ink))
    assert not found.is_light and found.ink[ink > 0].mean() > 0.5


def test_chalk_on_a_board_on_a_bright_wall_is_light():
    wall = np.full((DIGITS.shape[0] + 160, DIGITS.shape[1] + 160), 235.0)
    wall[80:-80, 80:-80] = 60 + 130 * DIGITS
    found = find_page(grey(wall + grain(wall.shape, 2)))
    assert found.is_light and common(found, np.pad(DIGITS, 80)) > 0.5


@pytest.mark.parametrize("ground", [255, 200, 90, 0], ids=str)
def test_a_drawing_on_any_ground(ground):
    pen = 0 if ground > 100 else 255
    assert common(find_page(grey(ground + (pen - ground) * DIGITS)), DIGITS) > 0.65


def test_faint_writing_beside_dark_print_is_kept():
    strength = np.where(np.arange(DIGITS.shape[1]) < 300, 1.0, 0.25)[np.newaxis]
    found = find_page(photographed(DIGITS * strength, 0.85, grain=1.5))
    assert common(found, DIGITS) > 0.55
    assert found.ink[:, 340:].max() > 0.9


@pytest.mark.parametrize("times", [1, 2, 4])
def test_a_large_photo_gives_the_same_ink(times):
    page = photographed(DIGITS, grain=2)
    large = cv2.resize(page, None, fx=times, fy=times, interpolation=cv2.INTER_CUBIC)
    assert common(find_page(large), DIGITS) > 0.55


# What is no ink


@pytest.mark.parametrize("degrees", [0, 1.5, -3])
def test_rules_are_taken_out(degrees):
    marks = ruled(DIGITS, 70, across=True, strength=0.6)
    page = photographed(tilted(marks, degrees))
    found, digits = find_page(page), tilted(DIGITS, degrees)
    inside = tilted(np.ones_like(DIGITS), degrees) > 0.99
    beside = (cv2.dilate(digits, np.ones((15, 15), np.uint8)) < 0.1) & inside
    rules = (tilted(marks, degrees) > 0.3) & beside
    assert (found.ink[rules] > 0.4).mean() < 0.12
    assert (found.ink[(digits > 0.6) & inside] > 0.4).mean() > 0.8


def test_a_rule_through_a_stroke_leaves_it_whole():
    ink = np.zeros((500, 900), np.float32)
    for x in range(150, 800, 100):
        cv2.line(ink, (x, 200), (x - 15, 290), 1.0, 6)
    cv2.line(ink, (0, 250), (900, 256), 1.0, 4)
    lines = find_lines(find_page(photographed(ink)).ink)
    assert sum(len(number.pieces) for line in lines for number in line.numbers) == 7
    assert all(piece.box_xywh[3] > 80 for line in lines for number in line.numbers for piece in number.pieces)


def test_digits_on_faint_rules_keep_their_strokes():
    """The rules of the paper run along the strokes of some digits."""
    strokes = np.zeros((600, 900), np.float32)
    for x in range(120, 800, 90):
        cv2.line(strokes, (x, 200), (x, 260), 1.0, 5)
        cv2.line(strokes, (x, 260), (x + 22, 252), 1.0, 5)
    faint = np.zeros_like(strokes)
    for x in range(120, 800, 90):
        cv2.line(faint, (x + 1, 0), (x + 1, 599), 0.14, 2)
    lines = find_lines(find_page(photographed(np.maximum(strokes, faint), grain=1)).ink)
    assert [sum(len(number.pieces) for number in line.numbers) for line in lines] == [8]
    assert all(piece.box_xywh[3] > 55 for number in lines[0].numbers for piece in number.pieces)


def test_what_shows_through_the_paper_is_no_ink_where_one_pen_wrote_all():
    ink, _ = compose(["0123456789"] * 5, gap=0.9, pitch=2.2)
    behind = compose(["98765"] * 2, height=44, shape=ink.shape, gap=1.5, pitch=4.4, margin=2.35)[0][:, ::-1]
    behind = behind * (cv2.dilate(ink, np.ones((9, 9), np.uint8)) < 0.1)
    assert piece_count(photographed(ink, grain=1)) == 50
    assert piece_count(photographed(np.maximum(ink, 0.22 * behind), grain=1)) == 50


def blank(kind, shape=(1200, 900)):
    """A grey page without a digit."""
    paper = slope(shape, 1.0, 0.7) * 230
    if kind == "ruled":
        paper = paper * (1 - 0.4 * ruled(np.zeros(shape, np.float32), 55, strength=1.0))
    elif kind == "squared":
        paper = paper * (1 - 0.3 * ruled(np.zeros(shape, np.float32), 40, across=True, strength=1.0, width=1))
    elif kind == "soft shadow":
        paper = paper * shade(shape, 0.5, 50)
    elif kind == "hard shadow":
        paper = paper * shade(shape, 0.5, 2)
    elif kind == "fold":
        paper = paper * (1 - 0.15 * np.exp(-np.square((np.arange(shape[1]) - 450) / 6)))[np.newaxis]
    elif kind == "dark":
        paper = np.full(shape, 25.0)
    elif kind == "wood":
        y = np.mgrid[0 : shape[0], 0 : shape[1]][0]
        paper = 110 + 40 * np.sin(y / 9 + grain(shape, 2, 40))
    elif kind == "coarse grain":
        return grey(paper + grain(shape, 6, 2))
    return grey(paper + grain(shape, 3.5))


KINDS = ["even", "ruled", "squared", "soft shadow", "hard shadow", "fold", "dark", "wood", "coarse grain"]


@pytest.mark.parametrize("kind", KINDS)
def test_pages_without_digits_give_none_or_few(kind):
    page = blank(kind)
    packed = cv2.imencode(".jpg", page, (cv2.IMWRITE_JPEG_QUALITY, 85))[1]
    assert piece_count(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE)) <= (8 if kind == "squared" else 3)


@pytest.mark.parametrize("shape", [(60, 160), (120, 90), (300, 220)], ids=str)
def test_small_blank_pictures_give_none_or_few(shape):
    assert piece_count(grey(slope(shape, 240, 200) + grain(shape, 4))) <= 3


def test_a_black_margin_and_its_edge_are_no_ink():
    page = photographed(compose(["37"], height=60, shape=(420, 260))[0])
    page = np.concatenate([np.random.default_rng(0).integers(0, 12, (420, 90), dtype=np.uint8), page], axis=1)
    found = find_page(page)
    assert found.ink[:, : round(95 / found.scale)].mean() < 0.02
    assert piece_count(page) == 2


def test_a_dark_strip_along_the_border_is_no_ink():
    page = photographed(DIGITS)
    page[:, -22:] = page[:, -22:] * 0.55
    assert find_page(page).ink[:, -22:].mean() < 0.05


@pytest.mark.parametrize("darkness", [0.8, 0.5])
def test_a_narrow_strip_of_the_desk_is_no_ink_whatever_lies_on_it(darkness):
    page = photographed(DIGITS).astype(np.float64)
    rng = np.random.default_rng(0)
    stack = np.where(rng.random((640, 1)) < 0.3, 0.7, 1.0) * np.ones((640, 24))  # the edges of a pile of sheets
    stack = cv2.GaussianBlur(stack, (0, 0), 1.5)
    page[:, :24] = page[:, :24] * darkness * stack
    edge = np.linspace(darkness, 1, 8)
    page[:, 24:32] = page[:, 24:32] * edge
    assert piece_count(grey(page)) == piece_count(photographed(DIGITS))


@pytest.mark.skipif(sys.platform != "linux", reason="ru_maxrss is in kilobytes on Linux only")
def test_a_page_of_48_megapixels_fits_the_memory():
    page = np.full((6000, 8000), 215, np.uint8)
    marks = compose(["123 456", "78 90"], height=300, shape=(1500, 3000))[0]
    page[2000:3500, 2000:5000] -= (150 * marks).astype(np.uint8)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert piece_count(page) == 10
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000


def test_soft_shading_is_no_ink_beside_digits():
    """As wide as a stroke and as dark as a pencil, but without an edge."""
    y, x = np.mgrid[0 : DIGITS.shape[0], 0 : DIGITS.shape[1]]
    light = np.ones(DIGITS.shape)
    for middle in (200, 420, 640):
        light -= 0.25 * np.exp(-0.5 * np.square((x - middle) / 11)) / (1 + np.exp(np.abs(y - 500) / 4 - 15))
    assert piece_count(photographed(DIGITS, light=light, grain=2)) == piece_count(photographed(DIGITS, grain=2))


@pytest.mark.parametrize("coarseness", [1.2, 3.0])
def test_texture_without_anything_darker_is_no_ink(coarseness):
    """So bright that the light side of its grain, by which grain is measured, is cut off."""
    assert piece_count(grey(248 + grain((900, 1200), 14, coarseness, seed=5))) == 0


@pytest.mark.parametrize("note, pen, width, radius", [(150, 75, 14, 30), (150, 70, 16, 26), (180, 80, 20, 30)])
def test_on_a_note_that_lies_on_a_dark_desk_rings_are_the_ink_not_what_they_hold(note, pen, width, radius):
    page, rings = np.full((900, 1200), 50.0), np.zeros((900, 1200), np.uint8)
    cv2.rectangle(page, (300, 120), (900, 780), note, -1)
    for x in (420, 600, 780):
        for y in (300, 380):
            cv2.circle(rings, (x, y), radius, 1, width)
    page[rings > 0] = pen
    found = find_page(grey(cv2.GaussianBlur(page, (0, 0), 1.5) + grain(page.shape, 3))).ink
    assert (found[rings > 0] > 0.5).mean() > 0.95 and (found[rings == 0] > 0.5).mean() < 0.01
