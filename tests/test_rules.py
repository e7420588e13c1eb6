"""`lekh.rules`: lines and frames taken out of a mask, what crosses them mended."""

import cv2
import numpy as np
import pytest

from lekh.rules import without_rules
from tests.composed import compose, ruled

DIGITS = (compose(["120 3457 98", "6 52 7301"], shape=(500, 1000))[0] > 0.5).astype(np.uint8)

FIRST_LINE = 120  # rows, which hold the first line of digits


def marked(ink):
    return (ink > 0.3).astype(np.uint8)


@pytest.mark.parametrize("lean", [0.0, 0.02, -0.05])
@pytest.mark.parametrize("width", [1, 3, 5])
def test_rules_go_and_digits_stay(width, lean):
    lines = marked(ruled(np.zeros(DIGITS.shape, np.float32), 90, strength=1.0, width=width, lean=lean))
    rest, removed = without_rules(DIGITS | lines)
    assert rest.dtype == removed.dtype == np.uint8 and set(np.unique(rest)) <= {0, 1}
    beside = (lines > 0) & (cv2.dilate(DIGITS, np.ones((9, 9), np.uint8)) == 0)
    assert rest[beside].mean() < 0.1 and removed[beside].mean() > 0.9
    assert rest[DIGITS > 0].mean() > 0.9


def test_a_stroke_beside_a_rule_is_none_of_it():
    """As dark as the rule, and as level, it hangs together with it; the rule goes on where its path goes."""
    page, stroke = DIGITS.copy(), np.zeros_like(DIGITS)
    page[440:443] = 1
    for left in range(100, 900, 160):
        stroke[429:440, left : left + 50] = 1
    rest, removed = without_rules(page | stroke, contrast=120 * (page | stroke))
    assert removed[440:443].mean() > 0.9
    assert rest[stroke > 0].mean() > 0.6


@pytest.mark.parametrize("every", [40, 60])
@pytest.mark.parametrize("fall", [0.06, 0.1])
def test_squares_seen_aslant_go_for_the_most_part(every, fall):
    """Their lines are no parallels: what is left of a grid is taller than any digit, and tells nothing of those."""
    grid = np.zeros((640, 1000), np.uint8)
    for place in range(every, 2000, every):
        cv2.line(grid, (0, place), (1000, round(place * (1 - fall))), 1, 2)
        cv2.line(grid, (place, 0), (round(place * (1 - fall)), 640), 1, 2)
    digits = np.zeros_like(grid)
    digits[60:560] = DIGITS
    rest, removed = without_rules(digits | grid)
    beside = (grid > 0) & (cv2.dilate(digits, np.ones((9, 9), np.uint8)) == 0)
    assert removed[beside].mean() > 0.75
    assert rest[digits > 0].mean() > 0.7


@pytest.mark.parametrize("thick", [5, 12])
def test_large_strokes_without_rules_stay(thick):
    page = np.zeros((900, 1200), np.uint8)
    cv2.polylines(page, [np.int32([(150, 150), (520, 150), (330, 760)])], False, 1, thick)
    cv2.line(page, (800, 120), (800, 780), 1, thick)
    cv2.line(page, (640, 460), (1000, 460), 1, thick)
    rest, removed = without_rules(page)
    assert np.array_equal(rest, page) or removed.mean() < 0.2 * page.mean()


def test_without_rules_nothing_changes():
    before = DIGITS.copy()
    rest, removed = without_rules(DIGITS)
    assert np.array_equal(rest, DIGITS) and not removed.any() and np.array_equal(DIGITS, before)


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (50, 1), (4, 4), (200, 300)], ids=str)
@pytest.mark.parametrize("level", [0, 1])
@pytest.mark.parametrize("is_field", [False, True])
def test_blank_and_full_masks_of_any_shape(shape, level, is_field):
    rest, removed = without_rules(np.full(shape, level, np.uint8), is_field)
    assert rest.shape == removed.shape == shape


def test_a_field_keeps_the_bars_of_its_digits():
    seven = np.zeros((200, 300), np.uint8)
    cv2.line(seven, (70, 30), (240, 30), 1, 9)
    cv2.line(seven, (240, 30), (150, 180), 1, 9)
    rest, _ = without_rules(seven, is_field=True)
    assert np.array_equal(rest, seven)


def test_a_stroke_along_a_fainter_rule_stays():
    """Ones that stand on the upright rules of the paper."""
    ones, rules = np.zeros((500, 1000), np.uint8), np.zeros((500, 1000), np.uint8)
    for x in range(100, 1000, 100):
        cv2.line(rules, (x + 1, 0), (x + 1, 499), 1, 1)
        for y in range(60, 420, 120):
            cv2.line(ones, (x, y), (x, y + 45), 1, 3)
    contrast = np.maximum(30 * rules, 150 * ones)
    rest, removed = without_rules(ones | rules, contrast=contrast)
    assert rest[ones > 0].all() and rest.sum() < 1.2 * ones.sum()
    assert removed[(rules > 0) & (ones == 0)].mean() > 0.9
    assert without_rules(ones | rules)[0][ones > 0].mean() < 0.6  # which nobody can tell without the contrast


@pytest.mark.parametrize("rough", [2, 12])
def test_bars_that_run_along_a_rule_of_three_fifths_their_darkness_stay(rough):
    """Of an even rule as printed on a pad; one that is as uneven as a pencil's may be as dark here and there."""
    rules, bars = np.zeros((500, 1000), np.uint8), np.zeros((500, 1000), np.uint8)
    for y in range(60, 500, 60):
        cv2.line(rules, (0, y), (999, y), 1, 3)
        for x in range(80 + y % 90, 950, 150):
            cv2.line(bars, (x, y), (x + 40, y), 1, 4)
            cv2.line(bars, (x, y), (x + 20, y + 50), 1, 4)
    printed = np.clip(np.random.default_rng(7).normal(100, rough, rules.shape), 1, 255).astype(np.uint8)
    contrast = np.maximum(printed * rules, 180 * bars)
    rest, removed = without_rules(bars | rules, contrast=contrast)
    assert removed[(rules > 0) & (bars == 0)].mean() > 0.97
    assert (rest[bars > 0].mean() > 0.95) == (rough == 2)


def test_upright_strokes_one_under_the_other_are_no_rule():
    column = np.zeros((600, 500), np.uint8)
    for x in range(60, 460, 60):
        for y in range(40, 560, 76):
            cv2.line(column, (x, y), (x, y + 46), 1, 5)
    assert np.array_equal(without_rules(column)[0], column)


def cells(rows: int = 3, columns: int = 8, side: int = 80) -> tuple[np.ndarray, np.ndarray]:
    """A form: rows of boxes with paper between the rows, and a digit in each box; the walls and rules, the digits."""
    form, digits = np.zeros((2, 60 + rows * 140, 80 + columns * side), np.uint8)
    for row in range(rows):
        top = 40 + row * 140
        for y in (top, top + side):
            cv2.line(form, (40, y), (40 + columns * side, y), 1, 2)
        for column in range(columns + 1):
            cv2.line(form, (40 + column * side, top), (40 + column * side, top + side), 1, 2)
        for column in range(columns):
            left = 40 + column * side + 24
            cv2.polylines(
                digits, [np.array([[left, top + 16], [left + 30, top + 16], [left + 6, top + 62]])], False, 1, 5
            )
    return form, digits


def test_the_walls_of_boxes_go_and_what_is_written_in_them_stays():
    form, digits = cells()
    rest, removed = without_rules(form | digits)
    assert rest[digits > 0].mean() > 0.98
    assert removed[(form > 0) & (digits == 0)].mean() > 0.95


def test_walls_beside_a_long_upright_rule_go():
    """Boxes stacked on each other, the lower ones fewer: their first walls are one rule."""
    form, _ = cells(rows=3, columns=3)
    wide, _ = cells(rows=1, columns=8)
    form = np.pad(form, ((100, 0), (0, wide.shape[1] - form.shape[1])))
    cv2.line(form, (200, 40), (200, form.shape[0] - 60), 1, 2)
    form[: wide.shape[0]] |= wide
    _, removed = without_rules(form)
    walls = wide.copy()
    walls[:45], walls[115:] = 0, 0
    assert removed[: wide.shape[0]][walls > 0].mean() > 0.95


def test_ones_between_rules_are_no_walls():
    """Of different heights, or standing free of the rules."""
    form, _ = cells(columns=6)
    ones = np.zeros_like(form)
    for row in range(3):
        for column, height in enumerate((40, 52, 46, 56, 42, 50)):
            x, y = 80 + column * 80, 40 + row * 140 + 12
            cv2.line(ones, (x, y), (x, y + height), 1, 5)
    rest, _ = without_rules(form | ones)
    assert rest[ones > 0].mean() > 0.95


def test_a_frame_around_an_answer_goes_with_its_sides():
    frame = np.zeros_like(DIGITS)
    x, y, w, h = cv2.boundingRect(DIGITS[:FIRST_LINE])
    cv2.rectangle(frame, (x - 15, y - 15), (x + w + 15, y + h + 15), 1, 4)
    rest, removed = without_rules(DIGITS | frame)
    assert removed[frame > 0].mean() > 0.9
    assert np.array_equal(rest & ~frame, DIGITS & ~frame)


@pytest.mark.parametrize("flat", [0.3, 0.4])
def test_what_is_flat_of_an_ellipse_is_no_rule(flat):
    ring = np.zeros((700, 1000), np.uint8)
    cv2.ellipse(ring, (500, 300), (150, round(150 * flat)), 0, 0, 360, 1, 5)
    digits = (compose(["1234"], shape=(700, 1000))[0] > 0.5).astype(np.uint8)
    rest, _ = without_rules(digits | ring, contrast=200 * (digits | ring))
    assert np.array_equal(rest, digits | ring)


def digits_on(page, rows, left=120, count=6, height=40):
    """A zigzag for each digit, no stroke of which is level or upright for long."""
    for y in rows:
        for x in range(left, left + 50 * count, 50):
            points = [(x, y), (x + 24, y + height // 2), (x + 4, y + height // 2 + 4), (x + 26, y + height)]
            cv2.polylines(page, [np.array(points, np.int32)], False, 1, 4)
    return page


def test_the_posts_of_a_comb_go_and_a_one_at_the_end_of_an_underline_stays():
    page = digits_on(np.zeros((600, 800), np.uint8), (100, 220, 340, 460))
    comb = page.copy()
    cv2.polylines(comb, [np.array([[100, 110], [100, 160], [430, 160], [430, 110]], np.int32)], False, 1, 3)
    rest, _ = without_rules(comb)
    assert not rest[112:150, 96:105].any() and not rest[112:150, 426:435].any()
    underlined = page.copy()
    cv2.polylines(underlined, [np.array([[100, 160], [430, 160], [430, 110]], np.int32)], False, 1, 3)
    assert without_rules(underlined)[0][112:150, 426:435].any()


@pytest.mark.parametrize("boxes, is_frame", [(2, True), (1, False)])
def test_two_sides_of_one_length_are_rules_though_short(boxes, is_frame):
    page = digits_on(np.zeros((600, 800), np.uint8), (100, 220, 340, 460))
    cv2.rectangle(page, (560, 200), (560 + 45 * boxes, 270), 1, 3)
    rest, _ = without_rules(page)
    assert (not rest[198:203, 570 : 550 + 45 * boxes].any()) == is_frame
