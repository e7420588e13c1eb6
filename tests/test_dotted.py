"""Which dots of a line are Arabic zeros, and that numbers are read with them."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from lekh import images, layout, looking, model, reading, touching
from lekh.dotted import are_no_zeros, zeros_of

SAMPLES = Path(__file__).resolve().parent.parent / "dataset" / "samples"
LINE = [(100, 100, 30, 60), (150, 104, 40, 56), (300, 102, 30, 60)]  # left, top, width, height


def sides(boxes):
    x, y, w, h = np.array(boxes).T
    return x, y, x + w, y + h


def is_zero(*dots, line=LINE, area=None):
    area = np.array([w * h * 0.8 for _, _, w, h in dots]) if area is None else np.array(area)
    return zeros_of(sides(line), sides(dots), area).tolist()


@pytest.mark.parametrize(
    ("box", "zero"),
    [
        ((205, 126, 12, 11), True),
        ((340, 128, 12, 11), True),
        ((82, 122, 12, 12), True),
        ((205, 156, 12, 11), False),
        ((205, 96, 9, 10), False),
        ((205, 126, 4, 4), False),
        ((205, 116, 28, 28), False),
        ((205, 122, 6, 16), False),
        ((110, 126, 12, 11), False),
        ((480, 126, 12, 11), False),
    ],
    ids=["between", "behind", "before", "point at the foot", "mark at the top", "speck", "too large", "comma",
         "in a digit", "far away"],
)  # fmt: skip
def test_zeros_stand_in_the_middle_beside_the_others(box, zero):
    assert is_zero(box) == [zero]


def test_a_ring_is_none():
    assert is_zero((205, 120, 20, 20), area=[120]) == [False]


def test_zeros_follow_each_other():
    row = [(400 + 60 * place, 126, 12, 11) for place in range(6)]
    assert is_zero(*row) == [True] * 6
    assert is_zero(*row[3:]) == [False] * 3


def test_they_follow_the_tilt_of_the_line():
    tilted = [(100 + 60 * place, 100 + 9 * place, 30, 60) for place in range(6)]
    assert is_zero((450, 176, 12, 11), line=tilted) == [True]
    assert is_zero((450, 126, 12, 11), line=tilted) == [False]


def test_dots_are_digits_only_where_they_are_asked_for():
    ink = np.zeros((300, 500), np.float32)
    for x, y, w, h in LINE:
        cv2.rectangle(ink, (x, y), (x + w, y + h), 1.0, 5)
    cv2.circle(ink, (220, 132), 7, 1.0, -1)
    cv2.circle(ink, (250, 134), 7, 1.0, -1)
    (line,) = layout.find_lines(ink)
    assert sum(len(number.pieces) for number in line.numbers) == 3
    (line,) = layout.find_lines(ink, dotted=True)
    assert [len(number.pieces) for number in line.numbers] == [5]


def test_corrected_boxes_keep_their_zeros():
    boxes = [*LINE, (205, 126, 12, 11), (235, 126, 12, 11)]
    (number,) = layout.lines_of(boxes, dotted=True)[0]
    assert number == [LINE[0], LINE[1], boxes[3], boxes[4], LINE[2]]
    far = (205, 260, 12, 11)
    assert layout.lines_of([*boxes, far], dotted=True)[1] == [[far]]
    assert layout.lines_of([far], dotted=True) == [[[far]]]


def test_what_the_network_for_numbers_left_out_is_put_back():
    def found(*box):
        return looking.Found(np.zeros((3, 3), np.float32), box, None, np.zeros(3, np.float32))

    one, dot, other = found(10, 10, 20, 50), found(40, 30, 10, 10), found(60, 12, 20, 50)
    assert touching._with_zeros([one, other], [one, dot, other]) == [one, dot, other]
    whole = found(8, 10, 74, 52)
    assert touching._with_zeros([whole], [one, dot, other]) == [whole]


@pytest.fixture(scope="module")
def repository_model():
    return model.load()


@pytest.mark.parametrize("script", ["auto", "arabic"])
def test_a_number_is_read_with_its_zeros(repository_model, script):
    page = images.to_grey(SAMPLES / "arabic_number.jpg").copy()
    page = cv2.copyMakeBorder(page, 0, 0, 0, page.shape[1] // 2, cv2.BORDER_REPLICATE)
    x, y, w, h = reading.read(page, repository_model, script).digits[-1].box_xywh
    for place in range(2):
        centre = x + w + h // 3 + place * h // 2, y + h // 2
        cv2.ellipse(page, centre, (h // 8, h // 10), 30, 0, 360, 50, -1, cv2.LINE_AA)
    found = reading.read(page, repository_model, script)
    assert found.text == "294700"
    assert all(not digit.rejected for digit in found.digits)
    boxes = [reading.Box(digit.box_xywh) for digit in found.digits]
    assert reading.read_boxes(found, boxes[1:], repository_model, script).text == "94700"


@pytest.mark.parametrize(
    "others, side, expected",
    [(4, 12, False), (4, 40, True), (2, 40, False)],
    ids=["a dot", "as large as the digits", "beside two digits"],
)
def test_what_is_as_large_as_a_digit_is_no_zero(others, side, expected):
    zero = np.array([True] + [False] * others)
    sides = np.array([side] + [50] * others)
    assert are_no_zeros(zero, ~zero, sides, sides).tolist() == [expected] + [False] * others


@pytest.mark.parametrize("rows, shown", [(2, True), (8, False)], ids=["some zeros", "a cloth"])
def test_a_photo_of_many_dots_shows_no_zeros(rows, shown, repository_model):
    grain = np.random.default_rng(0).normal(0, 2, (900, 1200))
    page = np.full((900, 1200), 200.0) + np.linspace(0, 30, 1200) + grain
    for y in range(rows):
        for x in range(8):
            cv2.circle(page, (150 + 120 * x, 100 + 90 * y), 9, 40, -1)
    found = reading.read(np.clip(page, 0, 255).astype(np.uint8), repository_model, "arabic")
    assert found.shows_digits == shown
