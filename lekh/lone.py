"""Whether a page holds nothing but the one digit that was read on it.

A digit may fill its page, be too thick for its looks there, break into pieces, lie on grainy paper, or lose most of its
ink with the rules of squared paper; none of this makes several digits of it. Nor do a frame and crumbs beside it.
"""

from collections.abc import Sequence

import numpy as np

from lekh.ground import FIELD
from lekh.ink_page import WIDEST_ON_PAGE
from lekh.layout import Box, Piece, around
from lekh.normalize import box_of, stroke_width

COVERED = 0.8  # share of the ink found on the page that lies in the digit's box
ALIKE = 0.6  # of the digit's width and height, what the pieces together have
REMAINS = 3  # digits that may be what is left of one; more are those of a table, without its frame
LOST = 0.6  # of the digit's ink; if the pieces hold less, what is left of them says nothing
APART = 0.02  # of the page, between its border and the digit
TALL = 0.5  # of the tallest piece; lower ones are parts of a digit
OVERLAP = 0.2  # of the narrower of two digits side by side
ROOM = 0.3  # of the tallest piece, between two digits one under the other
FILLS = 0.3  # of the picture's width or height
ACROSS = 0.95  # of the picture's width or height, what runs from border to border: a frame
CRUMB = 0.2  # of the digit's longer side
THIN = 0.15  # of that; what is thinner and lies at the border is a piece of a frame


def is_all(ink: np.ndarray, box: Box, pieces: Sequence[Piece], scale: float, many: Sequence, shape: tuple) -> bool:
    """Whether the digit is all that the page holds.

    Args:
        ink: float32 `(h, w)`, the digit's, as `ink.find_digit` found it.
        box: its left, top, width and height in pixels of the page.
        pieces: what was found when the whole page was looked at, at least one.
        scale: pixels of the page for one of the pieces'.
        many: the digits that were read from the pieces.
        shape: of the page, `(H, W)`.
    """
    boxes = [tuple(value * scale for value in piece.box_xywh) for piece in pieces]
    weights = np.array([float(piece.ink.sum()) * scale**2 for piece in pieces])
    inside = weights @ [shared(other, box) for other in boxes]
    if inside < COVERED * weights.sum():
        return False
    _, _, w, h = box
    larger = h / box_of(ink)[3]
    if max(shape) >= FIELD and stroke_width(ink) * larger > WIDEST_ON_PAGE * max(shape):
        return True  # such strokes are taken for shadow when a whole page is looked at
    _, _, width, height = around(boxes)
    alike = width > ALIKE * w and height > ALIKE * h
    if alike and (len(many) <= 1 or (len(pieces) > 1 and not _side_by_side(boxes))):
        return True
    own = float(ink.sum()) * larger**2
    apart = to_border(box, shape) > APART * max(shape)  # from what surrounds the paper
    return bool(apart and weights.sum() < LOST * own and len(many) <= REMAINS)


def is_main(box: Box, others: Sequence[Box], shape: tuple) -> bool:
    """Whether a digit is what a picture was taken of: large, clear of its border, and nothing whole beside it.

    Args:
        box: the digit's left, top, width and height in pixels of the picture.
        others: the boxes of the digits that were read when the whole picture was looked at, without the rejected.
        shape: of the picture, `(H, W)`.
    """
    (_, _, w, h), (height, width) = box, shape
    if max(w / width, h / height) < FILLS or to_border(box, shape) <= APART * max(shape):
        return False
    whole = [other for other in others if max(other[2:]) > CRUMB * max(w, h)]
    within = [other for other in whole if shared(other, box) > 0.5 and other[3] > TALL * h]
    beside = [other for other in whole if shared(other, box) <= 0.5]
    return len(within) <= 1 and all(_is_frame(other, THIN * max(w, h), shape) for other in beside)


def _is_frame(box, thin, shape):
    """Whether a box runs from border to border, or along one, thinner than `thin`."""
    (_, _, w, h), (height, width) = box, shape
    return w >= ACROSS * width or h >= ACROSS * height or (min(w, h) <= thin and to_border(box, shape) <= 1)


def to_border(box: Box, shape: tuple) -> float:
    """Pixels between a box and the nearest border of the picture of `shape` `(H, W)`."""
    x, y, w, h = box
    return min(x, y, shape[1] - x - w, shape[0] - y - h)


def is_same(box: Box, other: Box) -> bool:
    """Whether two boxes are of one thing: each lies in the other, nearly."""
    return min(shared(box, other), shared(other, box)) > COVERED


def shared(box: Box, other: Box) -> float:
    """The share of a box that lies in the other, 0 to 1."""
    (x, y, w, h), (ox, oy, ow, oh) = box, other
    return max(0, min(x + w, ox + ow) - max(x, ox)) * max(0, min(y + h, oy + oh) - max(y, oy)) / (w * h)


def _side_by_side(boxes):
    """Whether two boxes stand beside each other, or one under the other with room between, both tall: two digits."""
    tallest = max(h for _, _, _, h in boxes)
    tall = [box for box in boxes if box[3] > TALL * tallest]
    return any(
        x1 + w1 <= x2 + OVERLAP * min(w1, w2) or y1 + h1 + ROOM * tallest <= y2
        for x1, y1, w1, h1 in tall for x2, y2, w2, h2 in tall
    )  # fmt: skip
