"""Whatever the paper, the light and the pen: the same strokes in the same place, and nothing from a blank page."""

import cv2
import numpy as np
import pytest
from drawn import draw

from lekh import ink
from lekh.ground import WORK
from lekh.ink import contrast_of, find_digit
from lekh.normalize import EDGE, cropped

SIDE = 240  # of the pages here, in pixels
STROKE = 16


def strokes(*lines, side=SIDE, width=STROKE):
    """float32 `(side, side)`, 0 paper .. 1 ink: lines of points (x, y) in 0..1."""
    mask = np.zeros((side, side), np.uint8)
    for line in lines:
        points = np.round(np.array(line) * side * 16).astype(np.int32)
        cv2.polylines(mask, [points], False, 255, width, cv2.LINE_AA, shift=4)
    return mask.astype(np.float32) / 255


LETTER = ((0.36, 0.24), (0.36, 0.76), (0.68, 0.76))  # an L, whose every turn and flip looks different


def letter(side=SIDE, width=STROKE):
    """The L alone."""
    return strokes(LETTER, side=side, width=width)


def page(ink, paper=230.0, contrast=0.8):
    """float64 page of brightness 0..255: `paper`, a number or `(H, W)`, darker by `contrast` where there is ink."""
    return paper * (1 - contrast * ink)


def grey(values):
    """uint8 page."""
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def across(start, end, side=SIDE):
    """float64 `(1, side)` that runs from one value to the other from left to right."""
    return np.linspace(start, end, side)[np.newaxis]


def grain(deviation, coarseness=0.0, side=SIDE, seed=5):
    """float64 `(side, side)` noise of that standard deviation."""
    noise = np.random.default_rng(seed).normal(0, 1, (side, side))
    noise = cv2.GaussianBlur(noise, (0, 0), coarseness) if coarseness else noise
    return noise * (deviation / noise.std())


def shadow(depth, softness, place=0.5, slope=0.4, side=SIDE):
    """float64 `(side, side)`: 1 in the light, 1 - depth in the shade; its edge runs `softness` pixels."""
    y, x = np.mgrid[0:side, 0:side]
    distance = (x + slope * y) - (place + slope / 2) * side
    return 1 - depth / (1 + np.exp(np.clip(-distance / max(softness, 0.1), -50, 50)))


def jpeg(values, quality):
    """The page after JPEG of that quality."""
    packed = cv2.imencode(".jpg", grey(values), (cv2.IMWRITE_JPEG_QUALITY, quality))[1]
    return cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE)


def box(ink):
    """Left, top, right, bottom of what is inked."""
    rows, columns = np.flatnonzero(ink.max(axis=1) > EDGE), np.flatnonzero(ink.max(axis=0) > EDGE)
    return np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1])


def likeness(found, ink):
    """Share of the ink that two have in common, 0 to 1: the intersection over the union inside their boxes."""
    left, top, right, bottom = box(ink)
    truth = ink[top:bottom, left:right] > 0.5
    crop = cv2.resize(cropped(found.ink), truth.shape[::-1], interpolation=cv2.INTER_LINEAR) > 0.5
    return (truth & crop).sum() / (truth | crop).sum()


def misplaced(found, ink):
    """How far the found box's worst side lies from the ink's, as a share of its longer side."""
    x, y, w, h = found.box_xywh
    expected = box(ink)
    return np.abs(np.array([x, y, x + w, y + h]) - expected).max() / max(expected[2:] - expected[:2])


def check(found, ink, alike=0.7, off=0.05):
    """That `ink` was found, all of it, nothing else, and in its place."""
    assert found is not None
    assert likeness(found, ink) > alike
    assert misplaced(found, ink) < off


# The digit under every light

L = letter()
PAGES = {
    "dark on light": page(L),
    "black on white": page(L, 255, 1),
    "light on dark": 255 - page(L),
    "chalk": 40 + 150 * L + grain(6, 1),
    "grey on dark grey": 60 + 60 * L,
    "white on black": 255 * L,
    "photo inverted": 255 - page(L, 210 * shadow(0.5, 20), 0.6) - grain(3),
    "coloured paper": page(L, 120, 0.6),
    "dark paper": page(L, 70, 0.6),
    "light from the left": page(L, across(250, 90), 0.6),
    "light from above": page(L, across(250, 90).T, 0.6),
    "vignette": page(L, 240 * (1 - 0.5 * np.hypot(*(np.mgrid[0:SIDE, 0:SIDE] / SIDE - 0.5)) / 0.7), 0.6),
    "soft shadow": page(L, 230 * shadow(0.5, 25), 0.7),
    "hard shadow": page(L, 230 * shadow(0.3, 0.5), 0.7),
    "hard shadow along the stem": page(L, 230 * shadow(0.2, 0.5, place=0.36, slope=0), 0.8),
    "soft shadow over the foot": page(L, 230 * shadow(0.6, 25, place=0.6, slope=0).T, 0.8),
    "faint pencil": page(L, 220, 0.12),
    "faint pencil, grain": page(L, 220, 0.12) + grain(2),
    "faint pencil, uneven light": page(L, across(240, 150), 0.12) + grain(1),
    "ink of uneven pressure": page(L * np.linspace(1, 0.5, SIDE)[:, np.newaxis], 220, 0.7),
    "grain": page(L, 210, 0.5) + grain(8),
    "coarse grain": page(L, 210, 0.5) + grain(5, 2),
    "jpeg of quality 20": jpeg(page(L, 220, 0.6), 20),
    "jpeg of quality 10, pencil": jpeg(page(L, 220, 0.3) + grain(2), 10),
    "blurred": cv2.GaussianBlur(page(L, 230, 0.7), (0, 0), 4),
}


@pytest.mark.parametrize("values", PAGES.values(), ids=PAGES.keys())
def test_the_digit_is_found(values):
    check(find_digit(grey(values)), L)


@pytest.mark.parametrize("contrast", [0.1, 0.3, 0.8])
@pytest.mark.parametrize("width", [3, 8, 30], ids=lambda width: f"pen of {width}")
def test_any_pen_is_found(width, contrast):
    ink = letter(width=width)
    check(find_digit(grey(page(ink, 225, contrast))), ink, alike=0.7)


def test_a_stroke_of_one_pixel_is_found_whole():
    thin = np.full((64, 64), 255, np.uint8)
    for start, end in (((22, 12), (22, 50)), ((22, 50), (44, 50))):
        cv2.line(thin, start, end, 0, 1)
    found = find_digit(thin)
    x, y, w, h = found.box_xywh
    assert abs(x - 22) <= 1 and abs(y - 12) <= 1 and abs(x + w - 45) <= 1 and abs(y + h - 51) <= 1
    assert one_piece(found.ink)


def one_piece(ink):
    """Whether the ink hangs together."""
    return cv2.connectedComponents((ink > EDGE).astype(np.uint8), connectivity=8)[0] == 2


@pytest.mark.parametrize("script", ["latin", "khmer"])
@pytest.mark.parametrize("digit", range(10))
def test_polarity_changes_nothing(script, digit):
    drawn = draw(script, digit, seed=digit)
    dark, light = find_digit(drawn), find_digit(255 - drawn)
    assert dark.box_xywh == light.box_xywh
    assert np.abs(dark.ink - light.ink).max() < 0.02


# Tight crops


def tight(script, digit, side, fatter=1):
    """uint8 `(side, side)`: a drawn digit cropped to its ink and stretched, as some collections store theirs."""
    pen = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (fatter, fatter))
    ink = cv2.dilate(255 - draw(script, digit, size=400), pen)
    left, top, right, bottom = box(ink / 255)
    return 255 - cv2.resize(ink[top:bottom, left:right], (side, side), interpolation=cv2.INTER_AREA)


@pytest.mark.parametrize("side", [16, 32, 128])
@pytest.mark.parametrize("polarity", ["dark", "light"])
@pytest.mark.parametrize("script, digit", [("latin", 2), ("latin", 5), ("latin", 7), ("khmer", 2), ("khmer", 8)])
def test_a_tight_crop_keeps_its_bars(script, digit, polarity, side):
    image = tight(script, digit, side)
    ink = ((255.0 - image) / 235).astype(np.float32)
    found = find_digit(image if polarity == "dark" else 255 - image)
    check(found, ink, alike=0.7, off=0.08)


@pytest.mark.parametrize("side", [16, 32, 128])
@pytest.mark.parametrize("polarity", ["dark", "light"])
@pytest.mark.parametrize("script, digit", [("latin", 2), ("latin", 7), ("latin", 8), ("latin", 9), ("khmer", 3)])
def test_a_tight_crop_may_be_half_full_of_ink(script, digit, polarity, side):
    image = tight(script, digit, side, fatter=22)
    ink = ((255.0 - image) / 235).astype(np.float32)
    assert 0.3 < (ink > 0.5).mean() < 0.7
    found = find_digit(image if polarity == "dark" else 255 - image)
    check(found, ink, alike=0.7, off=0.1)


# What is not the digit


def add(ink, *lines, width=STROKE):
    return np.maximum(ink, strokes(*lines, width=width))


def dots(count, radius, seed=3):
    """float32 `(SIDE, SIDE)`: specks away from the L."""
    rng = np.random.default_rng(seed)
    mask = np.zeros((SIDE, SIDE), np.uint8)
    beside = cv2.dilate((letter() > 0).astype(np.uint8), np.ones((41, 41), np.uint8))
    while count:
        x, y = rng.integers(10, SIDE - 10, 2)
        if not beside[y, x]:
            cv2.circle(mask, (int(x), int(y)), radius, 255, -1, cv2.LINE_AA)
            count -= 1
    return mask.astype(np.float32) / 255


FRAME = ((0.02, 0.02), (0.98, 0.03), (0.97, 0.98), (0.03, 0.97), (0.02, 0.02))
CLUTTER = {  # id: what else there is on the page
    "specks": dots(12, 2),
    "a blot in the corner": strokes(((0.94, 0.92), (0.95, 0.93)), width=14),
    "frame": strokes(FRAME, width=5),
    "thick frame": strokes(FRAME, width=12),
    "rule above": strokes(((0, 0.05), (1, 0.04)), width=6),
    "rule to the left": strokes(((0.04, 0), (0.05, 1)), width=6),
    "corner of a frame": strokes(((0, 0.95), (0.96, 0.96), (0.97, 0)), width=6),
    "end of the neighbour to the right": strokes(((1.05, 0.3), (0.94, 0.5), (1.05, 0.7))),
    "end of the neighbour to the left": strokes(((-0.05, 0.3), (0.08, 0.35), (0.07, 0.5), (-0.05, 0.6))),
    "foot of the number above": strokes(((0.4, -0.02), (0.45, 0.07), (0.6, 0.07), (0.62, -0.02))),
}


@pytest.mark.parametrize("polarity", [1, -1])
@pytest.mark.parametrize("corners", [(7, 6, 8, 5), (0, 9, 0, 8), (10, 0, 7, 9), (5, 5, 0, 5)])
def test_a_dot_that_fills_its_picture_is_no_paper(corners, polarity):
    """An Arabic zero whose box was stretched: what is left of the paper are the corners."""
    dot = np.full((28, 28), 255, np.uint8)
    for turns, leg in enumerate(corners):
        paper = np.add.outer(np.arange(28), np.arange(28)) < leg
        dot[np.rot90(paper, turns)] = 0
    found = find_digit(dot if polarity > 0 else 255 - dot)
    assert found.ink[32:-32, 32:-32].min() > 0.9


def test_strokes_in_the_corners_of_a_tight_crop_are_no_paper():
    """A digit whose box was stretched, broken in two: its pieces reach corners, but they are thin."""
    page = np.full((32, 32), 255, np.uint8)
    cv2.polylines(page, [np.array([[31, 1], [10, 1], [5, 8], [20, 17]])], False, 0, 2)
    cv2.polylines(page, [np.array([[18, 21], [2, 22], [1, 30], [31, 30]])], False, 0, 2)
    found = find_digit(page)
    assert 0.1 < found.ink.mean() < 0.45 and found.ink[30:100, 90:].max() < 0.1


@pytest.mark.parametrize("paper", [230.0, 230 * shadow(0.4, 15)], ids=["even light", "shadow"])
@pytest.mark.parametrize("clutter", CLUTTER.values(), ids=CLUTTER.keys())
def test_clutter_is_dropped(clutter, paper):
    both = np.maximum(L, clutter)
    assert np.abs(both - L).max() > 0.9
    check(find_digit(grey(page(both, paper) + grain(2))), L)


@pytest.mark.parametrize("darkness", [0.5, 0.9])
def test_a_frame_darker_than_the_digit_does_not_hide_it(darkness):
    marks = np.maximum(0.2 * L, darkness * CLUTTER["thick frame"])
    check(find_digit(grey(page(marks, 220, 1) + grain(2))), L)


def test_a_frame_that_touches_the_digit_is_dropped():
    tall = strokes(((0.36, 0.06), (0.36, 0.76), (0.68, 0.76)))
    rule = strokes(((0, 0.03), (1, 0.03)), width=10)
    both = np.maximum(tall, rule)
    found = find_digit(grey(page(both) + grain(2)))
    assert found.box_xywh[2] < 0.5 * SIDE
    check(found, tall, alike=0.7, off=0.08)


TWO_STROKES = {
    "four": (((0.45, 0.25), (0.3, 0.55), (0.62, 0.55)), ((0.7, 0.35), (0.7, 0.75))),
    "five, its bar apart": (
        ((0.36, 0.4), (0.36, 0.52), (0.6, 0.52), (0.6, 0.74), (0.36, 0.76)),
        ((0.38, 0.28), (0.66, 0.26)),
    ),
    "three pieces": (((0.4, 0.25), (0.4, 0.42)), ((0.4, 0.54), (0.4, 0.75)), ((0.52, 0.75), (0.68, 0.75))),
}  # fmt: skip


@pytest.mark.parametrize("noise", [0, 3], ids=["drawn", "photographed"])
@pytest.mark.parametrize("lines", TWO_STROKES.values(), ids=TWO_STROKES.keys())
def test_a_digit_in_pieces_is_kept_whole(lines, noise):
    ink = strokes(*lines)
    pieces = cv2.connectedComponents((ink > 0.3).astype(np.uint8))[0] - 1
    assert pieces == len(lines)
    check(find_digit(grey(page(ink, 225) + (grain(noise) if noise else 0))), ink)


# Where it is


@pytest.mark.parametrize("noise", [0, 3], ids=["drawn", "photographed"])
@pytest.mark.parametrize("shape", [(900, 1200), (2000, 900)], ids=str)
@pytest.mark.parametrize("place", [(0.1, 0.1), (0.8, 0.15), (0.45, 0.5), (0.1, 0.8), (0.75, 0.75)], ids=str)
def test_a_small_digit_on_a_large_sheet_is_found(place, shape, noise):
    height, width = shape
    small_letter = letter(side=200, width=14)
    ink = np.zeros(shape, np.float32)
    y, x = round(place[1] * (height - 200)), round(place[0] * (width - 200))
    ink[y : y + 200, x : x + 200] = small_letter
    sheet = page(ink, 215 * np.linspace(1, 0.7, width)[np.newaxis], 0.7)
    sheet += np.random.default_rng(1).normal(0, noise, shape)
    found = find_digit(grey(sheet))
    check(found, ink, off=0.06)
    assert max(found.ink.shape) == WORK


@pytest.mark.parametrize("times", [2, 4, 8])
def test_the_same_picture_at_another_size_gives_the_same_ink(times):
    for name in ("dark on light", "soft shadow", "faint pencil"):
        small_page = grey(PAGES[name])
        large_page = cv2.resize(small_page, None, fx=times, fy=times, interpolation=cv2.INTER_CUBIC)
        first, second = find_digit(small_page), find_digit(large_page)
        assert np.abs(np.array(first.box_xywh) * times - second.box_xywh).max() <= 0.03 * times * SIDE
        check(second, cv2.resize(L, None, fx=times, fy=times), alike=0.75)
        assert likeness(second, np.where(first.ink > EDGE, first.ink, 0)) > 0.85


# No digit

SHEET = np.full((SIDE, SIDE), 215.0)
BLANK = {
    "white": np.full((300, 200), 255),
    "black": np.zeros((300, 200)),
    "grey": np.full((300, 200), 127),
    "one pixel": np.zeros((1, 1)),
    "a row": np.full((1, 300), 190),
    "a column": np.full((300, 1), 190),
    "two by two": np.full((2, 2), 190),
    "grain": SHEET + grain(5),
    "coarse grain": SHEET + grain(4, 3),
    "strong grain": SHEET + grain(20),
    "grain on black": 20 + grain(5),
    "jpeg": jpeg(SHEET + grain(6), 15).astype(float),
    "light from the left": SHEET * across(1, 0.4),
    "light from a corner, grain": SHEET * across(1, 0.7) * across(1, 0.7).T + grain(2),
    "vignette": SHEET * (1 - 0.5 * np.hypot(*(np.mgrid[0:SIDE, 0:SIDE] / SIDE - 0.5)) / 0.7) + grain(2),
    "soft shadow": SHEET * shadow(0.5, 25) + grain(2),
    "faint soft shadow": SHEET * shadow(0.2, 12, place=0.6) + grain(2),
    "single speck": SHEET * (1 - 0.5 * strokes(((0.3, 0.4), (0.3, 0.4)), width=3)) + grain(4),
    "large blank sheet": np.random.default_rng(2).normal(200, 4, (1500, 1100)),
}


@pytest.mark.parametrize("values", BLANK.values(), ids=BLANK.keys())
def test_a_blank_page_holds_no_digit(values):
    assert find_digit(grey(values)) is None
    assert find_digit(255 - grey(values)) is None


# What comes out


@pytest.mark.parametrize("shape", [(240, 240), (90, 240), (240, 90), (40, 40), (700, 500), (16, 16)], ids=str)
def test_shapes_types_and_range(shape):
    height, width = shape
    image = grey(page(cv2.resize(L, (width, height), interpolation=cv2.INTER_AREA)))
    before = image.copy()
    found = find_digit(image)
    assert found.ink.dtype == np.float32 and found.ink.ndim == 2 and max(found.ink.shape) == WORK
    assert found.ink.min() == 0 and 0.9 < found.ink.max() <= 1
    x, y, w, h = found.box_xywh
    assert all(type(value) is int for value in found.box_xywh)
    assert min(x, y) >= 0 and min(w, h) >= 1 and x + w <= width and y + h <= height
    assert np.array_equal(image, before)


@pytest.mark.parametrize("name", ["dark on light", "light on dark", "soft shadow", "chalk"])
def test_a_view_and_an_array_of_its_own_give_the_same(name):
    image = grey(PAGES[name])
    wide = np.zeros((SIDE, 2 * SIDE), np.uint8)
    wide[:, ::2] = image
    image.setflags(write=False)
    first, second = find_digit(image), find_digit(wide[:, ::2])
    assert first.box_xywh == second.box_xywh and np.array_equal(first.ink, second.ink)


@pytest.mark.parametrize("sign", [1, -1], ids=["dark ink", "light ink"])
def test_contrast_is_the_share_of_the_paper_that_the_ink_takes(sign):
    image = grey(page(L, 200, 0.5))
    contrast = contrast_of(image if sign > 0 else 255 - image)
    assert contrast.shape == image.shape and contrast.dtype == np.float32
    assert abs(np.median(contrast[L == 0])) < 0.01
    # On a dark ground it is the light's share that counts: 100 of the 200 that black paper lacks to white.
    assert np.median(contrast[L == 1]) == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("share", [50, 95, 98, 99.5])
def test_the_fast_percentile_is_numpys(share):
    rng = np.random.default_rng(round(share))
    for size in (1, 2, 3, 50, 1000, 40_001):
        values = rng.random((1, size)).astype(np.float32)
        assert ink._percentile(values, share) == np.percentile(values, share)


@pytest.mark.parametrize("size", [1, 2, 3, 50, 1001, 40_000])
def test_the_fast_median_is_numpys(size):
    values = np.random.default_rng(size).normal(size=size).astype(np.float32)
    assert ink._median(values) == np.median(values)


def on_a_desk(note: int = 215, lean: float = 8, digit: bool = True) -> np.ndarray:
    """A photo of a light note on a dark desk, with a 4 on it, or nothing."""
    paper = np.full((400, 360), note, np.uint8)
    if digit:
        cv2.polylines(paper, [np.array([[150, 100], [120, 220], [240, 220]])], False, 50, 14)
        cv2.line(paper, (210, 150), (200, 310), 50, 14)
    turn = cv2.getRotationMatrix2D((180, 200), lean, 1.0) + np.array([[0, 0, 200], [0, 0, 90]])
    desk = np.full((640, 800), 70, np.uint8)
    cv2.warpAffine(paper, turn, (800, 640), desk, borderMode=cv2.BORDER_TRANSPARENT)
    grain = np.random.default_rng(3).normal(0, 3, desk.shape)
    return np.clip(desk + grain, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("lean", [0, 8, -14])
def test_the_digit_on_a_note_is_found_not_the_note(lean):
    found = find_digit(on_a_desk(lean=lean))
    x, y, w, h = found.box_xywh
    assert 280 < x < 360 and 150 < y < 230 and 120 < w < 190 and 200 < h < 260


def test_a_note_with_nothing_on_it_is_no_digit():
    assert find_digit(on_a_desk(digit=False)) is None


@pytest.mark.parametrize("axes", [(120, 190), (170, 170)], ids=["oval", "round"])
def test_a_broad_light_ring_is_no_sheet_of_paper(axes):
    board = np.full((640, 800), 50, np.uint8)
    cv2.ellipse(board, (400, 320), axes, 0, 0, 360, 220, 60)
    w, h = find_digit(board).box_xywh[2:]
    assert w > 2 * axes[0] and h > 2 * axes[1]


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_large_even_picture_holds_nothing(level):
    assert find_digit(np.full((600, 700), level, np.uint8)) is None
