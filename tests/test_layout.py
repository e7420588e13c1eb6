"""`lekh.layout`: ink that belongs together, lines and numbers; on composed pages whose boxes are known."""

import csv
import json
import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from lekh import images
from lekh.ink_page import find_page
from lekh.layout import Line, Number, Piece, find_lines, lines_of
from tests.composed import HEIGHT, compose, digit_ink, photographed, ruled, shade, tilted

SAMPLES = Path(__file__).resolve().parent.parent / "dataset" / "samples"


def counts(lines):
    """How many pieces each number of each line has."""
    return [[len(number.pieces) for number in line.numbers] for line in lines]


def expected(boxes):
    return [[len(number) for number in row] for row in boxes]


def pieces(lines):
    return [piece for line in lines for number in line.numbers for piece in number.pieces]


def overlap(first, second):
    """Intersection over union of two boxes."""
    (ax, ay, aw, ah), (bx, by, bw, bh) = first, second
    width, height = min(ax + aw, bx + bw) - max(ax, bx), min(ay + ah, by + bh) - max(ay, by)
    common = max(0, width) * max(0, height)
    return common / (aw * ah + bw * bh - common)


def read(grey):
    """Lines of a grey page, and pixels of it for one of the ink's."""
    found = find_page(grey)
    return find_lines(found.ink, found.rules), found.scale


def check(lines, boxes, scale=1.0, alike=0.7):
    """That every digit has a piece of its own, in its place, in its number, on its line."""
    assert counts(lines) == expected(boxes)
    flat = [box for row in boxes for number in row for box in number]
    for piece, box in zip(pieces(lines), flat, strict=True):
        assert overlap([scale * side for side in piece.box_xywh], box) > alike


ROWS = ["120 3457 98", "6 52 7301", "4444 12 09"]


# What is returned


def test_lines_hold_numbers_hold_pieces_of_plain_types():
    ink, boxes = compose(ROWS)
    before = ink.copy()
    lines = find_lines(ink)
    assert isinstance(lines, tuple) and all(
        isinstance(line, Line) and isinstance(line.numbers, tuple) for line in lines
    )
    assert all(isinstance(number, Number) and isinstance(number.pieces, tuple) for number in lines[0].numbers)
    for piece in pieces(lines):
        assert isinstance(piece, Piece) and all(type(side) is int for side in piece.box_xywh)
        x, y, w, h = piece.box_xywh
        assert piece.ink.shape == (h, w) and piece.ink.dtype == np.float32
        assert piece.ink.min() >= 0 and 0.5 < piece.ink.max() <= 1
        assert min(x, y) >= 0 and x + w <= ink.shape[1] and y + h <= ink.shape[0]
    assert np.array_equal(ink, before)
    check(lines, boxes, alike=0.8)


def test_a_broken_digit_is_one_and_its_neighbour_another():
    """A foot that hangs loose joins its digit; a digit over the foot of another stays its own."""
    ink, boxes = compose(["02468", "13579"], gap=0.8, pitch=2.4)
    x, y = boxes[0][0][4][0] + 90, boxes[0][0][0][1]
    ink = np.pad(ink, ((0, 0), (0, 200)))
    cv2.line(ink, (x, y), (x, y + 36), 1.0, 4)
    cv2.line(ink, (x + 4, y + 42), (x + 18, y + 49), 1.0, 4)  # broken
    left = x + 80
    cv2.line(ink, (left, y), (left, y + 46), 1.0, 4)
    cv2.line(ink, (left, y + 46), (left + 28, y + 46), 1.0, 4)
    cv2.circle(ink, (left + 34, y + 16), 10, 1.0, 3)  # over a foot that reaches under it
    assert [sum(line) for line in counts(find_lines(ink))] == [8, 5]


def test_a_digit_beside_a_line_across_the_page_is_none_of_it():
    ink, boxes = compose(["02468", "13579"], gap=1.2, pitch=2.4, margin=1.4)
    x, y, w, _ = boxes[0][0][0]
    cv2.line(ink, (0, y + 30), (x + w + 10, y - 65), 1.0, 1)
    assert [sum(line) for line in counts(find_lines(ink))] == [5, 5]


def test_a_smudge_without_a_dark_pixel_is_no_digit():
    ink, _ = compose(["02468", "13579"], gap=0.8, pitch=2.2)
    cv2.circle(ink, (ink.shape[1] - 25, 70), 14, 0.45, 4)
    assert [sum(line) for line in counts(find_lines(ink))] == [5, 5]


def test_a_piece_holds_its_own_ink_only():
    ink = np.zeros((140, 200), np.float32)
    seven = np.zeros_like(ink)
    for start, end in (((30, 30), (90, 30)), ((90, 30), (50, 110))):
        cv2.line(seven, start, end, 1.0, 7)
    one = np.zeros_like(ink)
    cv2.line(one, (104, 42), (90, 112), 1.0, 7)  # the boxes overlap, the strokes do not
    found = pieces(find_lines(np.maximum(seven, one)))
    assert [piece.ink.sum() for piece in found] == pytest.approx([seven.sum(), one.sum()])


@pytest.mark.parametrize("script", ["latin", "khmer"])
def test_each_digit_of_two_strokes_or_one_is_one_piece(script):
    ink, boxes = compose(["01234", "56789"], script=script, gap=0.5)
    check(find_lines(ink), boxes, alike=0.8)


# Numbers and lines


@pytest.mark.parametrize("gap, space, numbers", [(0.2, 1.8, 2), (0.5, 2.5, 2), (0.3, 0.6, 1)])
def test_a_wide_gap_parts_two_numbers(gap, space, numbers):
    ink, _ = compose(["345 68"], gap=gap, space=space)
    assert len(counts(find_lines(ink))) == 1
    assert len(counts(find_lines(ink))[0]) == numbers


def test_evenly_spread_digits_are_one_line():
    ink, _ = compose(["0123456789", "0123456789"], gap=1.5, pitch=2.2)
    found = find_lines(ink)
    assert [sum(line) for line in counts(found)] == [10, 10]
    assert [piece.box_xywh[0] for piece in pieces(found)[:10]] == sorted(p.box_xywh[0] for p in pieces(found)[:10])


@pytest.mark.parametrize("degrees", [-6, -3, 2, 5])
def test_lines_follow_the_tilt(degrees):
    ink, _ = compose(["0123456789", "2468024680", "9876543210", "1357913579"], gap=0.9, pitch=2.2)
    found = find_lines(tilted(ink, degrees))
    assert [sum(line) for line in counts(found)] == [10] * 4
    heights = [np.mean([p.box_xywh[1] for number in line.numbers for p in number.pieces]) for line in found]
    assert heights == sorted(heights)


def test_a_curved_row_is_one_line():
    ink, _ = compose(["012345678901"], gap=0.8, margin=3)
    h, w = ink.shape
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    bent = cv2.remap(ink, x, y + 60 * np.square((x - w / 2) / (w / 2)) - 30, cv2.INTER_LINEAR)
    assert [sum(line) for line in counts(find_lines(bent))] == [12]


def test_large_and_small_rows_on_one_page():
    large, _ = compose(["480 26"], height=110)
    small, _ = compose(["1357 902", "46 81"], height=34)
    width = max(large.shape[1], small.shape[1])
    ink = np.concatenate([np.pad(part, ((0, 0), (0, width - part.shape[1]))) for part in (large, small)])
    assert counts(find_lines(ink)) == [[3, 2], [4, 3], [2, 2]]


# What is no digit


def test_dots_commas_and_dashes_are_dropped():
    ink, boxes = compose(["12*500*", "37*48*"], gap=0.35)
    foot = boxes[0][0][0][1] + HEIGHT
    dot_x = boxes[0][0][1][0] + boxes[0][0][1][2] + 14
    cv2.circle(ink, (dot_x, foot - 4), 4, 1.0, -1)
    comma_x = boxes[0][0][4][0] + boxes[0][0][4][2] + 14
    cv2.line(ink, (comma_x, foot - 6), (comma_x - 4, foot + 6), 1.0, 4)
    x, y, w, _ = boxes[1][0][1]
    cv2.line(ink, (x + w + 12, y + HEIGHT // 2), (x + w + 34, y + HEIGHT // 2), 1.0, 5)
    found = find_lines(ink)
    assert [sum(line) for line in counts(found)] == [5, 4]


def test_an_underline_is_dropped():
    ink, boxes = compose(["46"], gap=0.3, shape=(200, 260))
    x, y, _, h = boxes[0][0][0]
    cv2.line(ink, (x - 6, y + h + 12), (x + 90, y + h + 15), 1.0, 4)
    assert counts(find_lines(ink)) == [[2]]


def test_a_long_scratch_among_digits_is_dropped():
    ink, _ = compose(["0123456", "7890123", "4567890"], gap=0.8, pitch=2.4)
    cv2.line(ink, (8, 300), (20, 20), 1.0, 2)
    assert [sum(line) for line in counts(find_lines(ink))] == [7, 7, 7]


def test_specks_are_dropped():
    ink, boxes = compose(ROWS)
    rng = np.random.default_rng(4)
    beside = cv2.dilate((ink > 0).astype(np.uint8), np.ones((25, 25), np.uint8))
    for x, y in zip(rng.integers(5, ink.shape[1] - 5, 80), rng.integers(5, ink.shape[0] - 5, 80), strict=True):
        if not beside[y, x]:
            cv2.circle(ink, (int(x), int(y)), 3, 1.0, -1)
    check(find_lines(ink), boxes, alike=0.8)


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (5, 5), (200, 300)], ids=str)
@pytest.mark.parametrize("level", [0.0, 1.0])
def test_blank_or_full_pages_of_any_shape(shape, level):
    lines = find_lines(np.full(shape, level, np.float32))
    assert lines == () or (level and len(pieces(lines)) <= 1)


def test_thousands_of_specks_stay_quick():
    rng = np.random.default_rng(0)
    ink = np.zeros((2000, 2000), np.float32)
    for x, y in rng.integers(10, 1980, (6000, 2)):
        ink[y : y + 9, x : x + 4] = 1
    assert len(pieces(find_lines(ink))) <= 3000


# From the photo on


@pytest.mark.parametrize("script", ["latin", "khmer"])
@pytest.mark.parametrize("contrast, grain", [(0.8, 2), (0.5, 6), (0.2, 1.5)], ids=["pen", "grainy", "pencil"])
def test_photographed_numbers(script, contrast, grain):
    ink, boxes = compose(["120 3457", "6 52 730"], script=script, shape=(620, 900))
    lines, scale = read(photographed(ink, contrast, grain=grain))
    check(lines, boxes, scale)


@pytest.mark.parametrize("depth, softness", [(0.5, 40.0), (0.55, 1.5)], ids=["soft", "hard"])
def test_a_shadow_across_the_page(depth, softness):
    ink, boxes = compose(ROWS, shape=(700, 1000))
    lines, scale = read(photographed(ink, light=shade(ink.shape, depth, softness)))
    check(lines, boxes, scale)


@pytest.mark.parametrize("across", [False, True], ids=["ruled", "squared"])
def test_rules_through_the_digits_are_taken_out(across):
    ink, _ = compose(["2468 135", "790 8642"], height=60, shape=(700, 1100), pitch=3)
    lines, _ = read(photographed(ruled(ink, 75 if across else 57, across)))
    assert len(lines) == 2 and all(abs(sum(line) - 7) <= 1 for line in counts(lines))


def test_a_table_is_no_digit_and_its_cells_are_read():
    ink, _ = compose(["12 480 36", "7* 951 60", "25 304 81"], height=40, space=2.4, pitch=2.2, shape=(420, 760))
    for y in range(25, 420, 88):
        cv2.line(ink, (15, y), (740, y + 4), 1.0, 3)
    for x in (15, 190, 400, 740):
        cv2.line(ink, (x, 25), (x - 3, 377), 1.0, 3)
    lines, _ = read(photographed(ink))
    assert [sum(line) for line in counts(lines)] == [7, 6, 7]


def test_light_digits_on_a_dark_board():
    ink, boxes = compose(["314 159"], height=70, shape=(300, 800))
    lines, scale = read(255 - photographed(ink, 0.6))
    check(lines, boxes, scale)


def test_a_dark_margin_and_a_desk_are_no_digits():
    ink, boxes = compose(["81 502", "46 37"], height=60, shape=(600, 900), margin=3)
    page = photographed(ink, 0.7)
    desk = np.full((900, 1300), 60, np.float64) + np.random.default_rng(2).normal(0, 6, (900, 1300))
    desk[150:750, 200:1100] = page
    lines, scale = read(np.clip(desk, 0, 255).astype(np.uint8))
    moved = [[[(x + 200, y + 150, w, h) for x, y, w, h in number] for number in row] for row in boxes]
    check(lines, moved, scale)


@pytest.mark.parametrize("name, numbers", [("latin_page", [3, 3, 2, 3]), ("khmer_page", [2, 2, 3])])
def test_sample_pages(name, numbers):
    path = SAMPLES / f"{name}.jpg"
    if not path.is_file():
        pytest.skip("this sample is not there")
    lines, _ = read(images.to_grey(path))
    assert [len(line.numbers) for line in lines] == numbers


@pytest.mark.parametrize("size", [28, 64, 280, 340, 700])
@pytest.mark.parametrize("digit", [0, 1, 4, 5, 7])
def test_a_digit_that_fills_the_page_is_one_piece(digit, size):
    page = np.zeros((size, size), np.float32)
    part = digit_ink("latin", digit, round(0.8 * size))
    page[round(0.1 * size) :, round(0.2 * size) :][: part.shape[0], : part.shape[1]] = part
    grey = np.clip(255 * (1 - page), 0, 255).astype(np.uint8)
    for drawn in (grey, 255 - grey):
        assert counts(read(drawn)[0]) == [[1]]


# Floors on collected pages, where they are at hand


def data(*parts):
    root = os.environ.get("LEKH_DATA")
    path = Path(root, *parts) if root else None
    if path is None or not path.exists():
        pytest.skip("LEKH_DATA is not set")
    return path


def test_pages_of_ten_digits_a_row():
    names = sorted(data("burmese", "pages").glob("knn_sample_grid.*.jpeg"))[::5]
    found = [[sum(line) for line in counts(read(images.to_grey(path))[0])] for path in names]
    near = sum(abs(sum(lines) - 10 * round(sum(lines) / 10)) <= 0.03 * sum(lines) for lines in found)
    assert near >= 0.9 * len(names), found
    assert sum(set(lines) == {10} for lines in found) >= 0.8 * len(names), found


def test_a_form_of_1280_boxes():
    lines, _ = read(images.to_grey(data("kannada", "page", "grid_40x32.png")))
    full = [sum(line) for line in counts(lines) if sum(line) in (32, 33)]
    assert len(full) >= 38
    assert 0.99 * 1280 <= len(pieces(lines)) <= 1.02 * 1280


def test_amounts_on_cheques():
    folder = data("latin", "cheque_amounts")
    with (folder / "labels.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))[::15]
    covered = total = together = 0
    for row in rows:
        lines, scale = read(images.to_grey(folder / "images" / row["file"]))
        together += [len(line.numbers) for line in lines] == [1]
        found = [[scale * side for side in piece.box_xywh] for piece in pieces(lines)]
        for _, x, y, w, h in json.loads(row["boxes_digit_x_y_w_h"]):
            total += 1
            shares = [
                max(0, min(x + w, fx + fw) - max(x, fx)) * max(0, min(y + h, fy + fh) - max(y, fy)) / (w * h)
                for fx, fy, fw, fh in found
            ]
            covered += max(shares, default=0) > 0.7
    assert covered >= 0.96 * total
    assert together >= 0.88 * len(rows)


def test_a_line_that_the_border_cuts_belongs_to_something_else():
    ink = np.zeros((200, 300), np.float32)
    for x in (100, 140):
        cv2.circle(ink, (x, 60), 15, 1.0, 3)
    cv2.circle(ink, (298, 150), 15, 1.0, 3)  # half of it is beyond the border
    (line,) = find_lines(ink)
    assert sum(len(number.pieces) for number in line.numbers) == 2
    ink[30:90] = 0
    assert len(find_lines(ink)) == 1  # with nothing else on the page it is what there is


def test_small_pieces_alone_are_crumbs_where_there_is_much_writing():
    ink = np.zeros((700, 700), np.float32)
    for x in range(60, 640, 80):
        for y in range(60, 500, 80):
            cv2.circle(ink, (x, y), 18, 1.0, 3)
    clean = [len(line.numbers) for line in find_lines(ink)]
    cv2.circle(ink, (400, 620), 8, 1.0, 2)
    assert [len(line.numbers) for line in find_lines(ink)] == clean


def test_boxes_of_a_person_are_put_in_reading_order():
    boxes = [(200, 12, 20, 30), (10, 10, 20, 30), (40, 12, 20, 30), (12, 90, 20, 30)]
    assert lines_of(boxes) == [[[boxes[1], boxes[2]], [boxes[0]]], [[boxes[3]]]]
    assert lines_of([]) == []


def test_boxes_where_a_number_was_are_one_still():
    boxes = [(10 + 60 * place, 10, 20, 30) for place in range(4)]
    assert lines_of(boxes) == [[[box] for box in boxes]]
    assert lines_of(boxes, [(10, 10, 140, 30)]) == [[boxes[:3], [boxes[3]]]]


def form(rows, side=80, apart=0, below=70, strength=0.9):
    """Rows of digits, each in a box of its own, as ink; `apart`: pixels between the boxes."""
    page = np.zeros((len(rows) * (side + below) + 100, max(map(len, rows)) * (side + apart) + 100), np.float32)
    for row, text in enumerate(rows):
        for column, sign in enumerate(text):
            x, y = 50 + column * (side + apart), 50 + row * (side + below)
            cv2.rectangle(page, (x, y), (x + side, y + side), strength, 2)
            digit = digit_ink("latin", int(sign), 48, 10 * row + column)
            part = page[y + 16 : y + 64, x + 20 : x + 20 + digit.shape[1]]
            np.maximum(part, digit, out=part)
    return page


@pytest.mark.parametrize("apart", [0, 12])
def test_digits_in_a_row_of_boxes_are_one_number(apart):
    rows = ["30265", "81974"]
    lines, _ = read(photographed(form(rows, apart=apart), grain=1))
    assert counts(lines) == [[5], [5]]


def test_digits_in_a_table_are_not():
    lines, _ = read(photographed(form(["30265", "81974", "20583"], side=100, below=0), grain=1))
    assert counts(lines) == [[1] * 5] * 3


@pytest.mark.parametrize(
    ("dot", "numbers"),
    [
        pytest.param((150, 118), 1, id="a dot at the foot of the gap"),
        pytest.param(None, 2, id="nothing in the gap"),
        pytest.param((150, 62), 2, id="a dot above the foot"),
        pytest.param((116, 118), 2, id="a full stop after the first"),
    ],
)
def test_a_separator_keeps_a_number_together(dot, numbers):
    ink = np.zeros((180, 300), np.float32)
    for left in (60, 200):
        cv2.rectangle(ink, (left, 60), (left + 40, 120), 1.0, 6)
    if dot:
        cv2.circle(ink, dot, 5, 1.0, -1)
    (line,) = find_lines(ink)
    assert len(line.numbers) == numbers
    assert sum(len(number.pieces) for number in line.numbers) == 2


@pytest.mark.parametrize("gap", [0, 8])
def test_a_ring_around_an_answer_is_no_part_of_it(gap):
    page = sheet_with_two_digits()
    ringed = page.copy()
    cv2.ellipse(ringed, (150, 100), (110, 80), 0, gap, 360, 1.0, 4)
    assert boxes_on(ringed) == boxes_on(page) and len(boxes_on(page)) == 2


def test_a_frame_with_a_side_that_was_taken_for_a_rule_is_no_part_of_its_answer():
    page = sheet_with_two_digits()
    framed, rules = page.copy(), np.zeros(page.shape, np.uint8)
    cv2.polylines(framed, [np.array([[90, 40], [90, 160], [210, 160], [210, 40]], np.int32)], False, 1.0, 4)
    assert len(boxes_on(framed)) != 2
    rules[36:40, 85:215] = 1
    assert boxes_on(framed, rules) == boxes_on(page)


def test_rings_that_touch_are_no_part_of_their_answers():
    page = np.zeros((400, 300), np.float32)
    for top in (70, 230):
        for left in (90, 140, 190):
            cv2.polylines(
                page, [np.array([[left, top], [left + 30, top], [left + 8, top + 60]], np.int32)], False, 1.0, 6
            )
    ringed = page.copy()
    for middle in (100, 258):
        cv2.ellipse(ringed, (150, middle), (110, 80), 0, 0, 360, 1.0, 4)
    assert boxes_on(ringed) == boxes_on(page) and len(boxes_on(page)) == 6


def test_a_zero_around_a_speck_is_a_zero():
    page = np.zeros((200, 300), np.float32)
    cv2.ellipse(page, (150, 100), (40, 60), 0, 0, 360, 1.0, 8)
    cv2.circle(page, (150, 100), 5, 1.0, -1)
    assert len(boxes_on(page)) == 1


def sheet_with_two_digits() -> np.ndarray:
    page = np.zeros((200, 300), np.float32)
    for left in (110, 160):
        cv2.polylines(page, [np.array([[left, 70], [left + 30, 70], [left + 8, 130]], np.int32)], False, 1.0, 6)
    return page


def boxes_on(page: np.ndarray, rules: np.ndarray | None = None) -> list[tuple[int, int, int, int]]:
    return [piece.box_xywh for line in find_lines(page, rules) for number in line.numbers for piece in number.pieces]


@pytest.mark.parametrize("filled, pieces", [(False, 3), (True, 2)], ids=["zeros", "a scribbled line"])
def test_low_zeros_that_touch_are_no_dash(filled, pieces):
    page = np.zeros((200, 420), np.float32)
    for x in (40, 100):
        cv2.putText(page, "3", (x, 150), cv2.FONT_HERSHEY_SIMPLEX, 3.6, 1, 6)
    for x in (220, 272, 324):
        cv2.ellipse(page, (x, 132), (27, 19), 0, 0, 360, 1, -1 if filled else 5)
    (line,) = find_lines(page)
    assert sum(len(number.pieces) for number in line.numbers) == pieces


def test_what_holds_most_of_the_ink_may_be_the_writing_where_crumbs_are_beside_it():
    ink = np.zeros((900, 1200), np.float32)
    cv2.putText(ink, "7", (350, 700), 0, 18, 1.0, 24)
    for left in range(100, 1100, 200):
        ink[40:80, left : left + 8] = 1
    assert {piece.box_xywh[3] for piece in pieces(find_lines(ink))} == {40}
    (piece,) = pieces(find_lines(ink, large=True))
    assert piece.box_xywh[3] > 300
