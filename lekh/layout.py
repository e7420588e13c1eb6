"""Ink page -> lines of numbers. The only place that decides what ink belongs together, and in which order it is read.

Connected ink is gathered into pieces: a loose bar joins its 5, a broken stroke its digit. What is small beside its
neighbours is a dot, what is flat a dash or an underline; neither is returned, but for the dots that are Arabic zeros.
Pieces follow each other from left to right along the tilt of the page; a wide gap parts two numbers on a line.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from lekh.connected import components, weighted_median
from lekh.dotted import may_be_zeros, zeros_of
from lekh.normalize import EDGE

LEAST_PIECE = 5  # pixels of the longer side
MOST_PIECES = 3000  # the largest are read; no page holds more digits
SPECK, SPECK_IN_FIELD = 0.3, 0.2  # of the writing's height; smaller is a speck wherever it lies
HUGE = 4.0  # of the writing's height; taller is no writing
SMALL_PAGE = 600  # pixels; a few digits may fill it
LARGE = 0.12  # of the page's longer side; beside smaller things that hold
SOME = 0.04  # of the ink, it is no writing
SCRATCH = 0.08  # of its box, at the most, is covered by a long line
THREAD = 0.06  # of its box is covered by a straight line; what lies in that box is none of it
RING = 0.35  # of its box, at the most, is covered by what is drawn around an answer
SURROUNDED = 0.35  # of its height, the least of what it is drawn around; a smaller thing may be a part of it
SURROUNDED_TOGETHER, TOGETHER = 0.2, 3  # the least of so many things; two rings may hang together
RING_GAP = 0.12  # of its height, where it need not be closed
ALL_WITHIN = 0.98  # of the ink of what it is drawn around
RIM = 0.003  # of the page's longer side: nearer to its border things are cut off
NEARLY, BLACK = 0.6, 0.1  # how black; of a piece, this share is, or it is a smudge
THINNEST = 0.07  # of its height, the width of a 1
SMALLEST_DIGIT = 0.24  # of the height of the writing around
DOT = 0.36  # of that height, the longer side of a dot
FLAT, FLATTEST = 0.42, 0.08  # of its width, the height of a dash; of a line under many digits
MUCH = 40  # pieces
ALONE, FEW = 2, 0.2  # pieces on a line; of all pieces
CRUMB = 0.75  # of the height of the writing; lower pieces that stand alone are crumbs among longer lines
BREAK = 0.15  # of the height of the writing around, paper between the parts of a broken digit
CHAIN = 0.3  # of the height of the writing around, the ink over each other in a row of digits that touch
LOW = 0.3  # of the height of the writing around, the height of a row of low zeros
LOOPS, LEAST_LOOP, HOLLOW = 2, 0.1, 0.15  # in it; of its height squared, paper in each; of its box, in all
MOST_CHAINED = 6  # times as wide as high
TILT = 0.2  # the steepest line, height over width
REACH = 8.0  # heights to the next piece that follows on the line
CLIMB = 0.2  # of the gap, how far the next piece may stand higher or lower, besides half its height
BAND = 64  # pieces that are looked at together, of about the same height
AROUND = 300  # pieces higher and lower than these, among which the nearest are
STEPS = 12  # from piece to piece, around a piece, which tell the tilt there
BEHIND = 0.9  # of the height, how far two lines may miss each other and still be one
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


def find_lines(ink: np.ndarray, rules: np.ndarray | None = None, dotted: bool = False) -> tuple[Line, ...]:
    """The pieces of ink that may be digits, in reading order.

    Args:
        ink: float32 `(h, w)`, 0 paper .. 1 ink, as `lekh.ink_page.find_page` gives it.
        rules: uint8 `(h, w)`, 1 where rules were taken out: digits each in a box of a row of boxes are one number.
        dotted: whether a dot beside digits is one of them, an Arabic zero.

    Returns:
        Lines from top to bottom, each from left to right; empty when there is nothing to read.
    """
    labels, stats = components((ink > EDGE).astype(np.uint8))
    count = len(stats)
    every = _Boxes.of(stats[:, :5], np.arange(count))
    fragments = every.take(_may_belong(every, ink.shape))
    fragments = fragments.take(_black(ink, labels, count)[fragments.label] > BLACK * fragments.area)
    if len(fragments) == 0:
        return ()
    fragments = fragments.take(~_rings(fragments, labels, rules))
    owner = _joined(fragments, labels)
    pieces = fragments.united(owner)
    keep = _written(pieces, ink.shape, lambda index: _is_looped(pieces, index, labels, fragments.label[owner == index]))
    lines = []
    for members in _lines(pieces.take(keep)):
        members = np.flatnonzero(keep)[members]
        line = pieces.take(members)
        members = members[~_is_mark(line, weighted_median(line.height, line.height))]
        if len(members):
            lines.append(members)
    lines = _without_crumbs(_without_cut_lines(lines, pieces, ink.shape), pieces)
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
    placed = _Boxes(x, y, x + w, y + h, w * h, np.arange(len(boxes)))

    def is_bridged(before, after, height):
        return any(
            left <= placed.x[before] and placed.x[after] <= left + width
            and top <= min(placed.y[before], placed.y[after]) and max(placed.y[before], placed.y[after]) <= top + tall
            for left, top, width, tall in known
        )  # fmt: skip

    def lines_among(chosen):
        return [chosen[members] for members in _lines(placed.take(chosen))]

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


class _Boxes:
    """Boxes as arrays, with the area of the ink in them and the label each came from."""

    def __init__(self, left, top, right, bottom, area, label):
        self.left, self.top, self.right, self.bottom, self.area, self.label = left, top, right, bottom, area, label

    @classmethod
    def of(cls, stats, label):
        x, y, w, h, area = stats[1:].T.astype(np.int64)
        return cls(x, y, x + w, y + h, area, label[1:])

    def __len__(self):
        return len(self.left)

    @property
    def width(self):
        return self.right - self.left

    @property
    def height(self):
        return self.bottom - self.top

    @property
    def side(self):
        return np.maximum(self.width, self.height)

    @property
    def x(self):
        return (self.left + self.right) / 2

    @property
    def y(self):
        return (self.top + self.bottom) / 2

    @property
    def sides(self):
        return self.left, self.top, self.right, self.bottom

    def take(self, chosen):
        return _Boxes(*(values[chosen] for values in self._all))

    def with_others(self, others):
        return _Boxes(*(np.concatenate(pair) for pair in zip(self._all, others._all, strict=True)))

    @property
    def _all(self):
        return self.left, self.top, self.right, self.bottom, self.area, self.label

    def united(self, owner):
        """The box around all that have the same owner, which are numbered from 0."""
        count = int(owner.max()) + 1
        united = []
        for values, reduce, start in (
            (self.left, np.minimum, 2**40),
            (self.top, np.minimum, 2**40),
            (self.right, np.maximum, -1),
            (self.bottom, np.maximum, -1),
            (self.area, np.add, 0),
        ):
            result = np.full(count, start, np.int64)
            reduce.at(result, owner, values)
            united.append(result)
        return _Boxes(*united, np.arange(count))


def _may_belong(boxes, shape):
    """Which components are no specks and no remains of what fills the page, as indices."""
    keep = (boxes.side >= LEAST_PIECE) & (boxes.area >= LEAST_PIECE)
    if not keep.any():
        return np.flatnonzero(keep)
    height = _writing_height(boxes.take(keep), shape)
    speck = SPECK_IN_FIELD if max(shape) <= SMALL_PAGE else SPECK
    keep &= (boxes.side >= speck * height) & (boxes.height <= HUGE * height)
    # A long thin scratch among writing; a hair-line digit alone on its page is as thin, and as tall as the writing.
    keep &= (boxes.height < 2 * height) & (boxes.width < 5 * height) | (
        boxes.area > SCRATCH * boxes.width * boxes.height
    )
    found = np.flatnonzero(keep)
    if len(found) > MOST_PIECES:
        found = np.sort(found[np.argsort(-boxes.area[found], kind="stable")[:MOST_PIECES]])
    return found


def _rings(boxes, labels, rules):
    """bool array: which components are drawn around other writing, a circle or a frame about an answer, a side of which
    may have been taken for a rule."""
    found = np.zeros(len(boxes), bool)
    order = np.argsort(boxes.x, kind="stable")
    middles = boxes.x[order]
    for index in np.flatnonzero(boxes.area < RING * boxes.width * boxes.height):
        left, top, right, bottom = (int(side[index]) for side in boxes.sides)
        tall = bottom - top
        near = order[np.searchsorted(middles, left) : np.searchsorted(middles, right)]
        near = near[(boxes.left[near] > left) & (boxes.right[near] < right)
                    & (boxes.top[near] > top) & (boxes.bottom[near] < bottom)]  # fmt: skip
        inner = near[boxes.height[near] > SURROUNDED * tall]
        if not len(inner):
            inner = near[boxes.height[near] > SURROUNDED_TOGETHER * tall]
            inner = inner if len(inner) >= TOGETHER else inner[:0]
        if len(inner):
            reach = max(2, round(RING_GAP * tall))
            rows, columns = slice(max(0, top - reach), bottom + reach), slice(max(0, left - reach), right + reach)
            part = labels[rows, columns]
            wall = part == boxes.label[index]
            within = _within(wall if rules is None else wall | (rules[rows, columns] > 0), tall)
            found[index] = any(within[part == boxes.label[other]].mean() > ALL_WITHIN for other in inner)
    return found


def _within(wall, tall):
    """bool like `wall`: what cannot be reached from outside, small gaps in it closed; `tall`: how high the ring is."""
    reach = max(3, round(RING_GAP * tall) | 1)
    closed = cv2.copyMakeBorder(wall.astype(np.uint8), *(reach,) * 4, cv2.BORDER_CONSTANT)
    closed = cv2.morphologyEx(closed, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    cv2.floodFill(closed, None, (0, 0), 2)
    return closed[reach:-reach, reach:-reach] != 2


def _black(ink, labels, count):
    """int array of `count`: pixels of each label that are nearly black; a smudge beside a digit has none."""
    inside = np.flatnonzero(ink > NEARLY)
    return np.bincount(labels.ravel()[inside], minlength=count)


def _writing_height(boxes, shape):
    """Typical height of the writing in pixels; what is as large as the page says nothing unless it is alone."""
    side = np.where(boxes.width > 3 * boxes.height, boxes.height, boxes.side).astype(np.float64)
    chosen = (boxes.height < 8 * boxes.width) & (boxes.width < 8 * boxes.height)
    chosen |= not chosen.any()
    few = chosen & (boxes.side < LARGE * max(shape))
    if max(shape) > SMALL_PAGE and boxes.area[few].sum() > SOME * boxes.area[chosen].sum():
        chosen = few
    return weighted_median(side[chosen], (boxes.width * boxes.height)[chosen])


# -- what belongs together --------------------------------------------------------------------------------------------


def _joined(boxes, labels):
    """int array: the piece, numbered from 0, to which each fragment belongs; `labels` shows where the ink is."""
    first, second = _near_pairs(boxes)
    big = np.where(boxes.height[first] >= boxes.height[second], first, second)
    small = first + second - big
    a, b = boxes.take(big), boxes.take(small)
    tallest = np.maximum(a.height, b.height)
    gap_x = np.maximum(0, np.maximum(b.left - a.right, a.left - b.right))
    gap_y = np.maximum(0, np.maximum(b.top - a.bottom, a.top - b.bottom))
    shared_x = np.maximum(0, np.minimum(a.right, b.right) - np.maximum(a.left, b.left)) / np.minimum(a.width, b.width)
    shared_y = np.maximum(0, np.minimum(a.bottom, b.bottom) - np.maximum(a.top, b.top)) / np.minimum(a.height, b.height)
    lies = (b.y - a.top) / a.height  # 0 at the top of the larger, 1 at its foot
    flat = b.height < FLAT * b.width
    height = np.maximum(a.bottom, b.bottom) - np.minimum(a.top, b.top)
    width = np.maximum(a.right, b.right) - np.minimum(a.left, b.left)
    usual = _height_around(boxes)[big]
    fits = height <= np.maximum(1.25 * a.height, 1.35 * usual)
    within = (shared_x > 0.7) & (shared_y > 0.7) & (a.height < 1.6 * usual)
    crossing = (shared_x > 0.6) & (gap_y == 0) & fits
    beside = (gap_y == 0) & (shared_x > 0.25) & (shared_y > 0.5) & (b.height < 0.75 * a.height) & fits
    broken = (np.maximum(gap_x, gap_y) <= BREAK * usual) & (b.height < 0.6 * a.height) & (b.area < 0.6 * a.area)
    broken &= fits & (width < 1.2 * usual) & (np.abs(lies - 0.5) > 0.2)
    halves = (gap_x == 0) & (gap_y == 0) & (shared_y < 0.6) & (a.height < 0.75 * usual) & (height < 1.15 * usual)
    halves &= width < usual
    stacked = (shared_x > 0.5) & (gap_y < np.maximum(0.2 * tallest, 0.28 * usual)) & fits & ~(flat & (lies > 0.7))
    bar = flat & (gap_x < 0.15 * a.height) & (gap_y < 0.25 * a.height) & (lies < 0.3) & (lies > -0.3)
    bar &= fits & (b.x > a.x) & (b.width < 1.1 * a.height) & (b.width > 0.2 * a.height) & ~(a.width > 2 * a.height)
    underline = flat & (lies > 0.7) & (b.width > 0.5 * a.width)
    thread = (a.area < THREAD * a.width * a.height) & (a.height > 1.3 * usual)
    together = (within | crossing | halves | stacked | bar) & ~underline & ~thread
    touching = (beside | broken) & ~together & ~underline & ~thread
    touching[touching] = _ink_gaps(labels, a.take(touching), b.take(touching)) <= BREAK * usual[touching]
    together |= touching
    return _groups(len(boxes), big[together], small[together])


def _ink_gaps(labels, first, second):
    """float array: pixels of paper between the ink of each first box and that of the second."""
    gaps = np.empty(len(first))
    left, top = np.minimum(first.left, second.left), np.minimum(first.top, second.top)
    right, bottom = np.maximum(first.right, second.right), np.maximum(first.bottom, second.bottom)
    for index in range(len(first)):
        part = labels[top[index] : bottom[index], left[index] : right[index]]
        away = cv2.distanceTransform((part != first.label[index]).astype(np.uint8), cv2.DIST_L2, 3)
        gaps[index] = away[part == second.label[index]].min() - 1
    return gaps


def _near_pairs(boxes):
    """Indices of pairs of boxes no farther apart than a quarter of the larger's height."""
    margin = np.maximum(0.25 * boxes.height, 1)
    pairs = []
    for some, near in _bands(boxes.y, 1.25 * float(boxes.height.max()) + 1):
        room = np.maximum(margin[some, None], margin[near])
        close = np.maximum(boxes.left[some, None], boxes.left[near]) - room <= np.minimum(
            boxes.right[some, None], boxes.right[near]
        )
        close &= np.maximum(boxes.top[some, None], boxes.top[near]) - room <= np.minimum(
            boxes.bottom[some, None], boxes.bottom[near]
        )
        first, second = np.nonzero(close & (some[:, None] < near))
        pairs.append((some[first], near[second]))
    return tuple(np.concatenate(side) for side in zip(*pairs, strict=True))


def _bands(y, reach):
    """Indices of some at about the same height, and of all within `reach` of them; pages are too long for all pairs."""
    order = np.argsort(y, kind="stable")
    ordered = y[order]
    for start in range(0, len(y), BAND):
        some = order[start : start + BAND]
        low = np.searchsorted(ordered, ordered[start] - reach)
        high = np.searchsorted(ordered, y[some[-1]] + reach, side="right")
        yield some, order[low:high]


def _nearest(x, y, to_x, to_y, count):
    """int array `(len(to_x), count)`: which of the points `x`, `y` are nearest to each other point.

    What lies higher or lower counts as twice as far.
    """
    order = np.argsort(y, kind="stable")
    ordered = y[order]
    found = np.empty((len(to_x), count), np.int64)
    targets = np.argsort(to_y, kind="stable")
    for start in range(0, len(targets), BAND):
        some = targets[start : start + BAND]
        low = max(0, np.searchsorted(ordered, to_y[some[0]]) - AROUND)
        high = np.searchsorted(ordered, to_y[some[-1]], side="right") + AROUND
        near = order[low:high]
        away = np.square(x[near] - to_x[some, None]) + 4 * np.square(y[near] - to_y[some, None])
        found[some] = near[np.argpartition(away, count - 1, axis=1)[:, :count]]
    return found


def _height_around(boxes):
    """The height of the writing around each box: in the middle of what the ten nearest add up to, itself among them."""
    nearest = _nearest(boxes.x, boxes.y, boxes.x, boxes.y, min(10, len(boxes)))
    nearest = np.sort(boxes.height[nearest], axis=1)
    total = np.cumsum(nearest, axis=1)
    middle = (total < 0.5 * total[:, -1:]).sum(axis=1)
    return nearest[np.arange(len(boxes)), middle]


def _groups(count, first, second):
    """int array of `count`: the connected groups of the pairs, numbered from 0."""
    group = np.arange(count)
    for a, b in zip(first.tolist(), second.tolist(), strict=True):
        while group[a] != a:
            a = group[a]
        while group[b] != b:
            b = group[b]
        group[max(a, b)] = min(a, b)
    for index in range(count):  # a root comes before its members
        group[index] = group[group[index]]
    return np.unique(group, return_inverse=True)[1]


# -- what is no digit -------------------------------------------------------------------------------------------------


def _written(boxes, shape, is_looped):
    """Whether a piece, alone, has the shape of a digit or of several that touch."""
    around, filled = _height_around(boxes), boxes.area / (boxes.width * boxes.height)
    flat = (boxes.height < FLAT * boxes.width) & ((boxes.height < 0.5 * around) | (filled > 0.5))
    flat |= (boxes.height < 0.3 * boxes.width) & (boxes.height < 0.75 * around)
    # A chain of zeros is flat too, but two strokes lie over each other in it.
    flat &= (boxes.area < CHAIN * around * boxes.width) | (boxes.height < 0.5 * around)
    flat |= boxes.height < FLATTEST * boxes.width
    for index in np.flatnonzero(flat & (boxes.height > LOW * around) & (boxes.height > boxes.width / MOST_CHAINED)):
        flat[index] = not is_looped(index)
    rim = 1 + RIM * max(shape)
    cut = (boxes.left <= rim) | (boxes.top <= rim)
    cut |= (boxes.right >= shape[1] - rim) | (boxes.bottom >= shape[0] - rim)
    cut &= (boxes.width < 0.45 * around) | (boxes.height < 0.6 * around) | (boxes.height > 1.8 * around)
    cut &= max(shape) > SMALL_PAGE
    return ~flat & ~cut & ~_is_mark(boxes, around) & (boxes.width > THINNEST * boxes.height)


def _is_looped(boxes, index, labels, own):
    """Whether a piece, of components of these labels, goes around paper several times, as zeros that touch do."""
    left, top, right, bottom = (int(side[index]) for side in boxes.sides)
    mask = np.isin(labels[top:bottom, left:right], own).astype(np.uint8)
    outlines, (tree,) = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    inside = [cv2.contourArea(outline) for outline, links in zip(outlines, tree, strict=True) if links[3] >= 0]
    large = [area for area in inside if area > LEAST_LOOP * (bottom - top) ** 2]
    return len(large) >= LOOPS and sum(large) > HOLLOW * mask.size


def _is_mark(boxes, height):
    """Which are dots and commas among writing of that height; a small zero is hollow, a small one is tall."""
    filled = boxes.area / (boxes.width * boxes.height)
    dot = (boxes.side < SMALLEST_DIGIT * height) | (boxes.side < DOT * height) & (filled > 0.6)
    comma = (boxes.height < 0.5 * height) & (boxes.width < 0.25 * height)
    return dot | comma


# -- what follows what ------------------------------------------------------------------------------------------------


def _lines(boxes):
    """Indices of the pieces of each line, lines from top to bottom, pieces from left to right."""
    if len(boxes) == 0:
        return []
    slope = np.zeros(len(boxes))
    for _ in range(3):
        left, right = _followers(boxes, slope)
        slope = _slopes(boxes, left, right)
    left, right = _followers(boxes, slope)
    group = _groups(len(boxes), left, right)
    order = np.lexsort((boxes.x, group))
    starts = np.searchsorted(group[order], np.arange(1, int(group.max()) + 1))
    lines = _continued(np.split(order, starts), boxes, slope)
    tilt = float(np.median(slope))
    return sorted(lines, key=lambda members: float(np.mean(boxes.y[members] - tilt * boxes.x[members])))


def _followers(boxes, slope):
    """Pairs of pieces that follow each other: each the other's nearest to that side, at the same height."""
    after, before = np.full(len(boxes), -1), np.full(len(boxes), -1)
    for some, near in _bands(boxes.y, (1 + TILT * REACH) * float(boxes.height.max())):
        a, b = boxes.take(some), boxes.take(near)
        for follower, first, second, lean in (
            (after, a, b, slope[some, None] + slope[near]),
            (before, b, a, slope[near, None] + slope[some]),
        ):
            cost = _cost_of_following(first, second, lean / 2)
            cost = cost if follower is after else cost.T
            best = cost.argmin(axis=1)
            follows = np.isfinite(cost[np.arange(len(some)), best])
            follower[some[follows]] = near[best[follows]]
    left = np.flatnonzero(after >= 0)
    left = left[before[after[left]] == left]
    return left, after[left]


def _cost_of_following(first, second, slope):
    """float array `(len(first), len(second))`: how far the second is from following the first; inf: it does not."""
    across = second.x - first.x[:, None]
    climb = np.abs(second.y - first.y[:, None] - slope * across)
    tall, short = np.maximum(second.height, first.height[:, None]), np.minimum(second.height, first.height[:, None])
    gap = second.left - first.right[:, None]
    follows = (across > 0) & (climb < 0.5 * tall + CLIMB * np.maximum(gap, 0)) & (climb < tall)
    follows &= (gap < REACH * tall) & (gap > -0.6 * tall) & (short > 0.25 * tall)
    return np.where(follows, across + 3 * climb, np.inf)


def _slopes(boxes, left, right):
    """The tilt of the lines around each piece: the median of the steps nearest to it."""
    if len(left) == 0:
        return np.zeros(len(boxes))
    x, y = (boxes.x[left] + boxes.x[right]) / 2, (boxes.y[left] + boxes.y[right]) / 2
    steps = np.clip((boxes.y[right] - boxes.y[left]) / np.maximum(boxes.x[right] - boxes.x[left], 1), -TILT, TILT)
    count = min(STEPS, len(steps))
    nearest = _nearest(x, y, boxes.x, boxes.y, count)
    return np.median(steps[nearest], axis=1) * (count / (count + 2))


def _continued(lines, boxes, slope):
    """Lines with those joined that lie one behind the other on the same height."""
    lines = sorted(lines, key=lambda members: boxes.left[members[0]])
    ends = []  # of each line: right end, x, y and slope there, height of the writing
    joined = []
    for members in lines:
        first, last = members[:3], members[-3:]
        start = boxes.left[members[0]]
        height = float(np.median(boxes.height[members]))
        best = None
        if ends:
            right, x, y, lean, tall = np.array(ends).T
            meet = (right + start) / 2
            here = boxes.y[first] + slope[first] * (meet[:, None] - boxes.x[first])
            miss = np.abs(y + lean * (meet - x) - here.mean(axis=1)) / np.maximum(tall, height)
            miss[right - start > 0.5 * height] = np.inf
            best = int(np.argmin(miss)) if miss.min() < BEHIND else None
        end = (
            boxes.right[members].max(),
            *(float(v.mean()) for v in (boxes.x[last], boxes.y[last], slope[last])),
            height,
        )
        if best is None:
            joined.append([members])
            ends.append(end)
        else:
            joined[best].append(members)
            ends[best] = end
    return [together[np.argsort(boxes.x[together], kind="stable")] for together in map(np.concatenate, joined)]


def _without_cut_lines(lines, boxes, shape):
    """Lines without those that the border cuts as a whole, where others lie clear of it: they belong to something else.

    A digit of a tightly cropped field may touch the border; the others of its line do not all.
    """
    rim = 1 + RIM * max(shape)
    cut = (boxes.left <= rim) | (boxes.top <= rim)
    cut |= (boxes.right >= shape[1] - rim) | (boxes.bottom >= shape[0] - rim)
    inside = [members for members in lines if not cut[members].all()]
    return inside or lines


def _without_crumbs(lines, boxes):
    """Lines without those of one or two small pieces, where there is much writing in longer lines."""
    total = sum(map(len, lines))
    alone = [members for members in lines if len(members) <= ALONE]
    if total < MUCH or sum(map(len, alone)) > FEW * total:
        return lines
    height = float(np.median(boxes.height[np.concatenate(lines)]))
    return [members for members in lines if len(members) > ALONE or boxes.height[members].max() > CRUMB * height]


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


# -- what is returned -------------------------------------------------------------------------------------------------


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
