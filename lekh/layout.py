"""Ink page -> lines of numbers. The only place that decides what ink belongs together, and in which order it is read.

Connected ink is gathered into pieces: a loose bar joins its 5, a broken stroke its digit. What is small beside its
neighbours is a dot, what is flat a dash or an underline; neither is returned, but for the dots that are Arabic zeros.
Pieces follow each other from left to right along the tilt of the page; a wide gap parts two numbers on a line.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from lekh.boxes import Boxes
from lekh.connected import components, weighted_median
from lekh.dotted import may_be_zeros, zeros_of
from lekh.following import followed, without_crumbs, without_cut_lines
from lekh.gathering import gathered, may_belong
from lekh.marks import DOT, are_marks, are_written, is_looped
from lekh.normalize import EDGE
from lekh.rings import are_rings

NEARLY, BLACK = 0.6, 0.1  # how black; of a piece, this share is, or it is a smudge
NUMBER_GAP = 1.0  # of the line's height; a wider gap parts two numbers
CELL = 1.9  # of the line's height, the widest gap between digits in two boxes of a form side by side
WALL = 0.6  # of the height of two digits, the least of a rule between them
SEPARATED = 0.75  # of the line's height; no farther from either digit a dot keeps a number together
Box = tuple[int, int, int, int]  # left, top, width, height in pixels


@dataclass(frozen=True)
class Piece:
    """Ink that belongs together: one digit, or several that touch.

    Attributes:
        box_xywh: left, top, width and height in pixels of the ink page.
        ink: float32 `(h, w)` of that box, 0 paper .. 1 ink; its own ink only.
    """

    box_xywh: tuple[int, int, int, int]
    ink: np.ndarray


@dataclass(frozen=True)
class Number:
    """Pieces from left to right without a wide gap."""

    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Line:
    """Numbers from left to right."""

    numbers: tuple[Number, ...]


def find_lines(
    ink: np.ndarray, rules: np.ndarray | None = None, dotted: bool = False, large: bool = False
) -> tuple[Line, ...]:
    """The pieces of ink that may be digits, in reading order.

    Args:
        ink: float32 `(h, w)`, 0 paper .. 1 ink, as `lekh.ink_page.find_page` gives it.
        rules: uint8 `(h, w)`, 1 where rules were taken out: digits each in a box of a row of boxes are one number.
        dotted: whether a dot beside digits is one of them, an Arabic zero.
        large: whether what holds most of the ink is the writing, even where it is large beside the rest.

    Returns:
        Lines from top to bottom, each from left to right; empty when there is nothing to read.
    """
    labels, stats = components((ink > EDGE).astype(np.uint8))
    count = len(stats)
    every = Boxes.of(stats[:, :5], np.arange(count))
    fragments = every.take(may_belong(every, ink.shape, large))
    fragments = fragments.take(_black(ink, labels, count)[fragments.label] > BLACK * fragments.area)
    if len(fragments) == 0:
        return ()
    fragments = fragments.take(~are_rings(fragments, labels, rules))
    owner = gathered(fragments, labels)
    pieces = fragments.united(owner)
    keep = are_written(
        pieces, ink.shape, lambda index: is_looped(pieces, index, labels, fragments.label[owner == index])
    )
    lines = []
    for members in followed(pieces.take(keep)):
        members = np.flatnonzero(keep)[members]
        line = pieces.take(members)
        members = members[~are_marks(line, weighted_median(line.height, line.height))]
        if len(members):
            lines.append(members)
    lines = without_crumbs(without_cut_lines(lines, pieces, ink.shape), pieces)
    cutter = _Cutter(ink, labels, count, fragments.label, owner)
    heights = [_height(members, pieces) for members in lines]
    if dotted:
        dots = every.take(~np.isin(cutter.owner[every.label], np.concatenate([[-2], *lines])))
        places = len(pieces) + np.arange(len(dots))
        pieces = pieces.with_others(dots)
        lines, found = _with_dots(lines, pieces, places)
        cutter.owner[dots.label[found]] = places[found]

    def is_bridged(before, after, height):
        return _has_dot(pieces, before, after, every, height) or _is_cell_wall(pieces, before, after, rules, height)

    return tuple(
        _line(members, pieces, is_bridged, height, cutter) for members, height in zip(lines, heights, strict=True)
    )


def lines_of(boxes: Sequence[Box], known: Sequence[Box] = (), dotted: bool = False) -> list[list[list[Box]]]:
    """Boxes of single digits in reading order: lines of numbers of boxes.

    Args:
        boxes: left, top, width and height of each, in pixels, at least one pixel wide and high.
        known: of numbers; two digits in the middle of one are of one number, however far apart.
        dotted: whether small ones may be Arabic zeros, which lie between the others; those beside none come last.
    """
    if not boxes:
        return []
    x, y, w, h = np.array(boxes, np.int64).T
    placed = Boxes(x, y, x + w, y + h, w * h, np.arange(len(boxes)))

    def is_bridged(before, after, height):
        return any(
            left <= placed.x[before] and placed.x[after] <= left + width
            and top <= min(placed.y[before], placed.y[after]) and max(placed.y[before], placed.y[after]) <= top + tall
            for left, top, width, tall in known
        )  # fmt: skip

    def lines_among(chosen):
        return [chosen[members] for members in followed(placed.take(chosen))]

    dot = dotted & may_be_zeros(placed.side, placed.height)
    lines = lines_among(np.flatnonzero(~dot))
    heights = [_height(members, placed) for members in lines]
    lines, found = _with_dots(lines, placed, np.flatnonzero(dot))
    rest = lines_among(np.flatnonzero(dot)[~found])
    heights += [_height(members, placed) for members in rest]
    return [
        [[boxes[index] for index in number] for number in _numbers(members, placed, is_bridged, height)]
        for members, height in zip(lines + rest, heights, strict=True)
    ]


def pieces_of(lines: Sequence[Line]) -> list[Piece]:
    """All pieces in reading order."""
    return [piece for line in lines for number in line.numbers for piece in number.pieces]


def without(lines: Sequence[Line], left_out: Iterable[bool]) -> tuple[Line, ...]:
    """The lines without some pieces: a bool for each, in reading order."""
    flags = iter(left_out)
    kept = [[tuple(piece for piece in number.pieces if not next(flags)) for number in line.numbers] for line in lines]
    numbers = [tuple(Number(pieces) for pieces in line if pieces) for line in kept]
    return tuple(Line(line) for line in numbers if line)


def scaled(box: Box, scale: float) -> tuple[int, int, int, int]:
    """A box of an ink page in pixels of the page, at least one of them wide and high."""
    x, y, w, h = (round(value * scale) for value in box)
    return x, y, max(1, w), max(1, h)


def around(boxes: Sequence[Box]) -> Box:
    """The box around several."""
    left, top = min(x for x, _, _, _ in boxes), min(y for _, y, _, _ in boxes)
    return left, top, max(x + w for x, _, w, _ in boxes) - left, max(y + h for _, y, _, h in boxes) - top


def _black(ink, labels, count):
    """int array of `count`: pixels of each label that are nearly black; a smudge beside a digit has none."""
    inside = np.flatnonzero(ink > NEARLY)
    return np.bincount(labels.ravel()[inside], minlength=count)


def _height(members, boxes):
    return float(np.median(boxes.height[members]))


def _with_dots(lines, boxes, dots):
    """Lines with those of the dots, indices too, that are zeros of theirs; and bool, which these are."""
    free, more = np.ones(len(dots), bool), []
    small = boxes.take(dots)
    for members in lines:
        zeros = free & zeros_of(boxes.take(members).sides, small.sides, small.area)
        free &= ~zeros
        together = np.concatenate([members, dots[zeros]])
        more.append(together[np.argsort(boxes.x[together], kind="stable")])
    return more, ~free


class _Cutter:
    """Cuts a piece's own ink out of the page."""

    def __init__(self, ink, labels, count, fragment_labels, owner):
        self.ink, self.labels = ink, labels
        self.owner = np.full(count, -1, np.int64)
        self.owner[fragment_labels] = owner

    def piece(self, index, boxes):
        x, y, right, bottom = (int(v[index]) for v in (boxes.left, boxes.top, boxes.right, boxes.bottom))
        own = self.owner[self.labels[y:bottom, x:right]] == index
        # The soft edge around the stroke is under the threshold of the labels.
        own = cv2.dilate(own.astype(np.uint8), np.ones((3, 3), np.uint8))
        return Piece((x, y, right - x, bottom - y), self.ink[y:bottom, x:right] * own)


def _numbers(members, boxes, is_bridged, height):
    """The members of a line of that height, from left to right, parted at wide gaps that nothing bridges."""
    numbers, end = [], -np.inf
    for index in members.tolist():
        wide = boxes.left[index] - end > NUMBER_GAP * height
        if wide and not (numbers and is_bridged(numbers[-1][-1], index, height)):
            numbers.append([])
        numbers[-1].append(index)
        end = max(end, boxes.right[index])
    return numbers


def _has_dot(boxes, before, after, dots, height):
    """Whether a dot or a comma at the foot of a gap, near the digits on both sides, makes one number of them."""
    start, end, foot = boxes.right[before], boxes.left[after], (boxes.bottom[before] + boxes.bottom[after]) / 2
    if end - start > 2 * (SEPARATED + DOT) * height:
        return False
    near = (dots.left - start > 0) & (dots.left - start < SEPARATED * height)
    near &= (end - dots.right > 0) & (end - dots.right < SEPARATED * height)
    low = (dots.y > foot - 0.35 * height) & (dots.y < foot + 0.3 * height)
    return bool((near & low & (dots.side > 0.1 * height) & (dots.side < 0.4 * height)).any())


def _is_cell_wall(boxes, before, after, rules, height):
    """Whether two digits stand in boxes side by side: a wall is between them, and it is no rule of a table, which goes
    on above or below."""
    start, end = boxes.right[before], boxes.left[after]
    if rules is None or end - start > CELL * height:
        return False
    top, bottom = min(boxes.top[before], boxes.top[after]), max(boxes.bottom[before], boxes.bottom[after])
    near, far = round(0.6 * height), round(1.6 * height)

    def upright(first, last):
        rows = rules[max(0, first) : max(0, last), start:end].any(axis=1)
        return len(rows) > 0 and rows.mean() > WALL

    return upright(top, bottom) and not upright(top - far, top - near) and not upright(bottom + near, bottom + far)


def _line(members, boxes, is_bridged, height, cutter):
    numbers = _numbers(members, boxes, is_bridged, height)
    return Line(tuple(Number(tuple(cutter.piece(index, boxes) for index in number)) for number in numbers))
