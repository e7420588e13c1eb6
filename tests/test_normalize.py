"""The ink of a digit becomes the network's input: one size, its own shape, one stroke, in the middle."""

import cv2
import numpy as np
import pytest

from lekh.normalize import EDGE, Normalization, box_of, cropped, stroke_width, to_input, to_views

DEFAULT = Normalization()
SMALL = Normalization(size=28, fit=20, min_stroke=2, max_stroke=7)
LARGE = Normalization(size=64, fit=54, min_stroke=5, max_stroke=18)
CARDS = pytest.mark.parametrize("parameters", [DEFAULT, SMALL, LARGE], ids=["32", "28", "64"])


def bars(height, width, stroke, shape=(128, 128), at=(20, 30)):
    """float32 `shape`: an L of that size whose upper left corner is at row, column `at`."""
    ink = np.zeros(shape, np.float32)
    y, x = at
    ink[y : y + height, x : x + stroke] = 1
    ink[y + height - stroke : y + height, x : x + width] = 1
    return ink


def disc(radius, hole=0):
    """float32 `(128, 128)`: a dot, or a ring around a hole."""
    ink = np.zeros((128, 128), np.uint8)
    cv2.circle(ink, (60, 50), radius, 1, -1)
    if hole:
        cv2.circle(ink, (60, 50), hole, 0, -1)
    return ink.astype(np.float32)


def flat(ink, parameters=DEFAULT):
    """The input as `(S, S)`."""
    return to_input(ink, parameters)[..., 0]


def extent(value):
    """Width and height of what is inked."""
    return np.array(box_of(value)[2:])


def centre_of_mass(value):
    rows, columns = np.indices(value.shape)
    return np.array([(rows * value).sum(), (columns * value).sum()]) / value.sum()


# Size, type, range


@CARDS
@pytest.mark.parametrize("shape", [(128, 128), (60, 128), (128, 40), (700, 500), (12, 12)], ids=str)
def test_any_ink_gives_one_size(parameters, shape):
    ink = cv2.resize(bars(80, 50, 12), shape[::-1], interpolation=cv2.INTER_AREA)
    before = ink.copy()
    value = to_input(ink, parameters)
    assert value.shape == (parameters.size, parameters.size, 1) and value.dtype == np.float32
    assert value.min() == 0 and 0.8 < value.max() <= 1
    assert np.array_equal(ink, before)


@CARDS
@pytest.mark.parametrize("shape", [(128, 128), (1, 1), (1, 90), (90, 1)], ids=str)
def test_no_ink_gives_zeros(parameters, shape):
    for faint in (0.0, EDGE - 0.01):
        value = to_input(np.full(shape, faint, np.float32), parameters)
        assert value.shape == (parameters.size, parameters.size, 1) and not value.any()


@CARDS
@pytest.mark.parametrize("shape", [(1, 1), (1, 90), (90, 1), (128, 128)], ids=str)
def test_ink_that_fills_its_region_is_still_a_digit(parameters, shape):
    value = to_input(np.ones(shape, np.float32), parameters)
    assert value.shape == (parameters.size, parameters.size, 1)
    assert np.isfinite(value).all() and 0.8 < value.max() <= 1


@CARDS
def test_the_digit_stays_upright(parameters):
    value = flat(bars(80, 50, 12), parameters)
    x, y, w, h = box_of(value)
    part = value[y : y + h, x : x + w]
    stem, foot = part[:, : w // 4].mean(), part[-h // 6 :].mean()
    assert stem > 0.8 and foot > 0.8
    assert part[: h // 2, w // 2 :].max() < 0.1


# Shape

SHAPES = {"tall": (100, 50), "very tall": (100, 20), "wide": (40, 100), "square": (80, 80), "small": (30, 20)}


@CARDS
@pytest.mark.parametrize(("height", "width"), SHAPES.values(), ids=SHAPES.keys())
def test_the_longer_side_fits_and_the_aspect_is_kept(parameters, height, width):
    found = extent(flat(bars(height, width, 5, at=(4, 6)), parameters))
    expected = np.array([width, height]) * parameters.fit / max(width, height)
    grown = 2 + parameters.min_stroke  # a thickened stroke reaches out of its box
    assert (found >= expected - 2).all() and (found <= expected + grown).all()
    assert found.max() <= parameters.size


@CARDS
def test_a_bar_stays_a_bar(parameters):
    ink = np.zeros((128, 128), np.float32)
    ink[10:110, 60:72] = 1
    width, height = extent(flat(ink, parameters))
    assert height >= parameters.fit - 1 and width < 0.25 * height
    width, height = extent(flat(np.ascontiguousarray(ink.T), parameters))
    assert width >= parameters.fit - 1 and height < 0.25 * width


# Stroke


@CARDS
@pytest.mark.parametrize("stroke", [1, 2, 4])
def test_thin_strokes_are_thickened(parameters, stroke):
    thin, thicker = (flat(bars(100, 60, width), parameters) for width in (stroke, 12))
    width = stem_width(thin)
    assert parameters.min_stroke * 0.75 < width < parameters.min_stroke * 1.5 + 0.5
    assert width < stem_width(thicker)
    assert thin.max() > 0.8


def stem_width(value):
    """Ink across the L's stem, in pixels, at half its height."""
    _, y, _, h = box_of(value)
    return value[y + h // 2].sum()


def test_a_wide_pen_is_left_alone():
    ink = bars(100, 60, 20)
    assert stem_width(flat(ink)) == pytest.approx(20 * DEFAULT.fit / 100, abs=0.5)


@CARDS
def test_a_dot_is_not_enlarged_to_a_ring(parameters):
    dot, ring = flat(disc(12), parameters), flat(disc(40, 28), parameters)
    assert extent(dot).max() < 0.7 * extent(ring).max()
    assert extent(dot).max() <= parameters.max_stroke * 1.7
    assert extent(ring).max() >= parameters.fit - 1
    middle = parameters.size // 2
    assert dot[middle, middle] > 0.9 and ring[middle, middle] < 0.1


@CARDS
def test_a_dot_and_a_small_ring_stay_apart(parameters):
    dot, ring = flat(disc(12), parameters), flat(disc(12, 8), parameters)
    assert extent(ring).max() > extent(dot).max()
    assert np.corrcoef(dot.ravel(), ring.ravel())[0, 1] < 0.6


@pytest.mark.parametrize("width", [1, 2, 5, 9, 14, 21])
def test_the_width_of_a_stroke_is_measured(width):
    assert stroke_width(bars(100, 60, width)) == pytest.approx(width, rel=0.25, abs=1.4)


def test_where_no_ink_is_the_stroke_is_one_pixel():
    assert stroke_width(np.zeros((9, 9), np.float32)) == 1.0


# Place


@CARDS
@pytest.mark.parametrize(("height", "width"), SHAPES.values(), ids=SHAPES.keys())
def test_the_mass_is_in_the_middle_unless_that_would_cut(parameters, height, width):
    value = flat(bars(height, width, 6, at=(4, 6)), parameters)
    x, y, w, h = box_of(value)
    off = centre_of_mass(value) - (parameters.size / 2 - 0.5)
    for distance, start, length in ((off[0], y, h), (off[1], x, w)):
        at_border = start <= 1 or start + length >= parameters.size - 1
        assert abs(distance) <= 0.75 or at_border


def test_nothing_is_cut_off_to_centre_the_mass():
    heavy = np.zeros((128, 128), np.float32)
    heavy[10:110, 20:26] = 1
    heavy[80:110, 20:90] = 1  # almost all of the ink is at the bottom
    value = flat(heavy, Normalization(size=32, fit=30))
    _, y, _, h = box_of(value)
    assert h >= 29 and y >= 0
    assert value[y : y + 4].max() > 0.8


@CARDS
@pytest.mark.parametrize("at", [(0, 0), (0, 68), (28, 0), (28, 68), (13, 37)], ids=str)
def test_where_the_ink_lay_does_not_matter(parameters, at):
    assert np.array_equal(flat(bars(100, 60, 9, at=at), parameters), flat(bars(100, 60, 9), parameters))


def test_how_much_paper_surrounds_it_does_not_matter():
    wide = np.zeros((300, 260), np.float32)
    wide[100:228, 70:198] = bars(100, 60, 9)
    assert np.array_equal(flat(wide), flat(bars(100, 60, 9)))


def likeness(first, second):
    """Correlation where the two fit best, a pixel to either side: the middle is rounded to a pixel."""
    moved = (np.roll(second, (dy, dx), (0, 1)) for dy in (-1, 0, 1) for dx in (-1, 0, 1))
    return max(np.corrcoef(first.ravel(), other.ravel())[0, 1] for other in moved)


@CARDS
@pytest.mark.parametrize("times", [0.5, 2, 3, 6])
@pytest.mark.parametrize("stroke", [3, 10, 18])
def test_size_hardly_matters(parameters, stroke, times):
    ink = bars(100, 60, stroke)
    interpolation = cv2.INTER_AREA if times < 1 else cv2.INTER_LINEAR
    scaled = cv2.resize(ink, None, fx=times, fy=times, interpolation=interpolation)
    first, second = flat(ink, parameters), flat(scaled, parameters)
    assert likeness(first, second) > 0.93
    assert np.abs(centre_of_mass(first) - centre_of_mass(second)).max() < 1


# Views


def test_views_are_the_digit_as_it_is_then_turned_to_either_side():
    upright, *turned, _, _ = to_views(bars(100, 8, 8), DEFAULT)[..., 0]
    np.testing.assert_array_equal(upright, flat(bars(100, 8, 8)))
    angles = [np.rad2deg(np.arctan2(*_main_axis(view))) for view in turned]
    assert angles == pytest.approx(np.array([-1, 1]) * DEFAULT.turn, abs=1.5)


def test_a_card_may_ask_for_leaning_views():
    _, right, left = to_views(bars(100, 8, 8), Normalization(turn=0, squeeze=1, slant=0.2))[..., 0]
    leans = [np.tan(np.arctan2(*_main_axis(view))) for view in (right, left)]
    assert leans == pytest.approx([0.2, -0.2], abs=0.04)


def _main_axis(view):
    """x and y of the direction, downwards, in which the ink reaches furthest."""
    y, x = np.nonzero(view > 0.5)
    axis = np.linalg.svd(np.stack([x - x.mean(), y - y.mean()], axis=1), full_matrices=False)[2][0]
    return axis * np.sign(axis[1])


def test_the_last_views_are_narrower_and_wider():
    whole, *_, narrower, wider = to_views(bars(100, 60, 8), DEFAULT)[..., 0]
    widths, heights = np.array([extent(view) for view in (whole, narrower, wider)]).T
    shares = (widths[1:] / heights[1:]) / (widths[0] / heights[0])
    assert shares == pytest.approx([DEFAULT.squeeze, 1 / DEFAULT.squeeze], abs=0.1)


def test_no_view_cuts_anything_off():
    edge_to_edge = np.zeros((128, 60), np.float32)
    edge_to_edge[:, :6] = edge_to_edge[:, -6:] = edge_to_edge[:6] = 1
    whole, *bent = to_views(edge_to_edge, DEFAULT)
    assert all(view.sum() > 0.75 * whole.sum() for view in bent)  # the bar of the narrower one is shorter by a third


def test_without_bends_there_is_one_view():
    assert to_views(bars(100, 60, 8), Normalization(turn=0, squeeze=1)).shape == (1, 32, 32, 1)


# Parameters


def test_each_parameter_changes_the_result():
    thin, dot = bars(100, 60, 2), disc(12)
    assert stem_width(flat(thin, Normalization(min_stroke=5))) > stem_width(flat(thin)) + 1
    assert stem_width(flat(thin, Normalization(min_stroke=0))) < stem_width(flat(thin)) - 1
    assert extent(flat(dot, Normalization(max_stroke=15))).max() > extent(flat(dot)).max() + 3
    assert extent(flat(bars(100, 60, 9), Normalization(fit=16))).max() < extent(flat(bars(100, 60, 9))).max() - 6
    assert flat(thin, Normalization(size=48)).shape == (48, 48)


@pytest.mark.parametrize("parameters", [DEFAULT, SMALL, LARGE], ids=["32", "28", "64"])
def test_a_card_gives_the_parameters_back(parameters):
    assert set(parameters.as_dict()) == {"size", "fit", "min_stroke", "max_stroke", "turn", "squeeze", "slant"}
    assert Normalization(**parameters.as_dict()) == parameters


NONSENSE = {
    "too small": {"size": 7, "fit": 5},
    "too large": {"size": 257},
    "fit beyond the size": {"size": 28, "fit": 28.5},
    "no fit": {"fit": 3.9},
    "negative stroke": {"min_stroke": -0.1},
    "strokes the wrong way round": {"min_stroke": 10, "max_stroke": 9},
    "turned too far": {"turn": 46},
    "squeezed to nothing": {"squeeze": 0},
    "not a number": {"fit": float("nan")},
}


@pytest.mark.parametrize("parameters", NONSENSE.values(), ids=NONSENSE.keys())
def test_nonsense_is_refused(parameters):
    with pytest.raises(ValueError, match=r"makes no sense|must lie"):
        Normalization(**parameters)


# Boxes


def test_the_box_of_the_ink():
    ink = np.zeros((40, 60), np.float32)
    assert box_of(ink) is None and cropped(ink) is None
    ink[5, 7], ink[30, 50], ink[39, 59] = 1, EDGE + 0.01, EDGE - 0.01
    assert box_of(ink) == (7, 5, 44, 26)
    crop = cropped(ink)
    assert crop.shape == (26, 44) and crop.flags.c_contiguous
    assert crop[0, 0] == 1 and crop[25, 43] == ink[30, 50]


@pytest.mark.parametrize("stroke", [-1, 300, 10**400], ids=["below zero", "wider than any input", "no float holds it"])
def test_a_stroke_that_makes_no_sense_is_refused(stroke):
    with pytest.raises(ValueError, match="max_stroke"):
        Normalization(max_stroke=stroke)
