"""Pieces of ink that are one digit together: a broken stroke, or two strokes side by side.

`layout` joins what lies so that no two digits could. The rest is told by what is read: where neighbours are surely a
digit together, and apart are not surely two, they are one. On composed pages 38 of 72 parts of a digit were joined,
each read right then, and none of 1,800 pairs of digits. In rows of 11,000 strongly bent digits that all but touch, 100
joined ones are read right, 14 wrong, and five times two digits became one.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from lekh.layout import around
from lekh.looking import CROWDED, Found

NEAR = 0.3  # of their height, the paper between two pieces, at most
WIDEST = 1.7  # times the height, of a digit
DOUBT = 0.7  # probability that both are digits, under which they may be one
SURE = 0.9  # of which they must be one
TOLD = 0.65  # that the network for numbers gives both; from which on they are two

Line = list[list[Found]]
Look = Callable[[Sequence[tuple[np.ndarray, tuple]]], Sequence[Found]]  # at pairs of ink and box
Sureness = Callable[[Found], float]  # how surely a piece is one digit, 0 to 1


def joined(lines: Sequence[Line], scale: float, look: Look, sureness: Sureness) -> list[Line]:
    """The same lines of numbers, those neighbours in a number made one that are one digit.

    Args:
        lines: of numbers, of pieces from left to right.
        scale: pixels of the page, in which boxes are given, for one of the pieces' ink.
        look: see `lekh.looking.looked_at`.
        sureness: of a piece; 0 of what is no digit.
    """
    neighbours = (pair for line in lines for number in line for pair in pairwise(number))
    pairs = [pair for pair in neighbours if _are_near(*pair) and not _are_told_apart(*pair)]
    alone = {id(piece): sureness(piece) for pair in pairs for piece in pair}
    both = [alone[id(left)] * alone[id(right)] for left, right in pairs]
    doubtful = [pairs[place] for place in np.argsort(both, kind="stable")[:CROWDED] if both[place] < DOUBT]
    made = look([_together(left, right, scale) for left, right in doubtful])
    best = sorted(((sureness(one), one, pair) for one, pair in zip(made, doubtful, strict=True)), key=lambda of: -of[0])
    instead, gone = {}, set()
    for sure, one, (left, right) in best:
        if sure >= SURE and not {id(left), id(right)} & (gone | instead.keys()):
            instead[id(left)] = replace(one, whole=left.whole and right.whole)
            gone.add(id(right))
    return [
        [[instead.get(id(piece), piece) for piece in number if id(piece) not in gone] for number in line]
        for line in lines
    ]


def _are_near(first, second):
    (x1, _, w1, h1), (x2, _, _, h2) = first.box_xywh, second.box_xywh
    _, _, w, h = around((first.box_xywh, second.box_xywh))
    return x2 - x1 - w1 <= NEAR * max(h1, h2) and w <= WIDEST * h


def _are_told_apart(first, second):
    return first.told is not None and second.told is not None and first.told.max() * second.told.max() >= TOLD


def _together(first, second, scale):
    """The ink of both, float32 `(h, w)`, and the box around it."""
    box = around((first.box_xywh, second.box_xywh))
    corners = [[round((piece.box_xywh[axis] - box[axis]) / scale) for axis in (1, 0)] for piece in (first, second)]
    placed = list(zip(corners, (first, second), strict=True))
    sheet = np.zeros(np.max([np.add(corner, piece.ink.shape) for corner, piece in placed], axis=0), np.float32)
    for (top, left), piece in placed:
        part = sheet[top:, left:][: piece.ink.shape[0], : piece.ink.shape[1]]
        np.maximum(part, piece.ink, out=part)
    return sheet, box
