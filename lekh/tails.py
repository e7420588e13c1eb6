"""Digits that end in a stroke apart from them: a Gujarati 9 is an 8 with a dash behind it.

`layout` drops dashes. Where one stands so close behind a piece that both are surely that digit together, they are one.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import cv2
import numpy as np

from lekh.connected import components
from lekh.layout import Line, Piece, around
from lekh.normalize import EDGE

SHORTEST, LONGEST = 0.15, 0.9  # of the piece's height, the width of the dash
FLAT = 0.6  # of its width, the height of a dash; a slanted one is no flatter
INSIDE, GAP = 0.4, 0.3  # of the piece's height, how far it may begin before the piece ends, and after
OFF = 0.35  # of that height, from the middle of the piece

Verdict = Callable[[Sequence[Piece]], Sequence[bool]]


def with_tails(ink: np.ndarray, lines: Sequence[Line], is_one: Verdict) -> tuple[Line, ...]:
    """The same lines, each piece with the dash behind it where both are one digit.

    Args:
        ink: float32 `(h, w)`, 0 paper .. 1 ink, the page on which the lines were found.
        lines: as `lekh.layout.find_lines` gives them.
        is_one: whether each of some pieces is surely the one digit that has such a dash.
    """
    labels, stats = components((ink > EDGE).astype(np.uint8))
    pieces = [piece for line in lines for number in line.numbers for piece in number.pieces]
    candidates = {}
    for place, piece in enumerate(pieces):
        dash = _dash_behind(piece, stats)
        if dash is not None and not _holds(piece, labels, dash):
            candidates[place] = _both(piece, labels, stats, dash, ink)
    found = dict(zip(candidates, is_one(list(candidates.values())), strict=True)) if candidates else {}
    whole = iter([candidates[place] if found.get(place) else piece for place, piece in enumerate(pieces)])
    return tuple(
        replace(line, numbers=tuple(replace(number, pieces=tuple(next(whole) for _ in number.pieces))
                                    for number in line.numbers)) for line in lines
    )  # fmt: skip


def _dash_behind(piece, stats):
    """The label of the nearest dash behind a piece, or None."""
    x, y, w, h = piece.box_xywh
    left, top, width, height = stats[:, :4].T
    behind = (width >= SHORTEST * h) & (width <= LONGEST * h) & (height <= FLAT * width)
    behind &= (left - x - w >= -INSIDE * h) & (left - x - w <= GAP * h) & (left + width > x + w)
    behind &= np.abs(top + height / 2 - y - h / 2) <= OFF * h
    behind[0] = False
    places = np.flatnonzero(behind)
    return int(places[np.argmin(left[places])]) if len(places) else None


def _holds(piece, labels, dash):
    """Whether the dash is a part of the piece already."""
    x, y, w, h = piece.box_xywh
    return bool((piece.ink[labels[y : y + h, x : x + w] == dash] > EDGE).any())


def _both(piece, labels, stats, dash, ink):
    x, y, w, h = box = around([piece.box_xywh, tuple(int(value) for value in stats[dash, :4])])
    own = cv2.dilate((labels[y : y + h, x : x + w] == dash).astype(np.uint8), np.ones((3, 3), np.uint8))
    together = ink[y : y + h, x : x + w] * own
    left, top = piece.box_xywh[0] - x, piece.box_xywh[1] - y
    part = together[top : top + piece.box_xywh[3], left : left + piece.box_xywh[2]]
    np.maximum(part, piece.ink, out=part)
    return Piece(box, together)
