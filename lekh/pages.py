"""Pages on which the digits stand in a known order -> single digits, labelled by their places."""

from pathlib import Path

import numpy as np

from lekh.images import to_grey
from lekh.ink_page import find_page
from lekh.layout import Line, Piece, find_lines

ORDER = 10  # digits a row, from 0 on the left to 9 on the right
LEAST_WHOLE = 0.6  # of a page's rows must have come out whole, or none of them is trusted
LONG = 8  # pieces; a shorter line is a speck or a part of a row
MARGIN = 0.35  # of a digit's height, the paper around it
ONE_DIGIT_A_ROW = frozenset(("kkkn_sample.jpg",))  # ten times the same digit from left to right, 0 in the first row


def cut_rows(pages: list[Path]) -> tuple[tuple[np.ndarray, ...], np.ndarray, np.ndarray]:
    """The digits of pages whose rows read 0 1 2 ... 9, without their neighbours, as the reading of a page sees them.

    Only rows in which exactly ten pieces were found are taken, for their places are sure; from a page most of whose
    rows came out otherwise, none is.

    Args:
        pages: pictures of whole pages.

    Returns:
        uint8 `(h, w)` pictures, dark on white with some paper around, int64 `(N,)` digits, and the name of the page of
        each.

    Raises:
        LekhError: a picture cannot be read.
    """
    pictures, labels, names = [], [], []
    for path in pages:
        lines = find_lines(find_page(to_grey(path)).ink)
        for line, digits in _labelled(lines, path.name in ONE_DIGIT_A_ROW):
            pictures.extend(_on_white(piece) for number in line.numbers for piece in number.pieces)
            labels.extend(digits)
            names.extend([path.name] * ORDER)
    return tuple(pictures), np.array(labels, np.int64), np.array(names)


def _labelled(lines: tuple[Line, ...], one_digit_a_row: bool) -> list[tuple[Line, list[int]]]:
    """The rows that came out whole, and their digits."""
    rows = [line for line in lines if _length(line) >= LONG]
    if one_digit_a_row and len(rows) != ORDER:
        return []
    whole = [(line, [row] * ORDER if one_digit_a_row else list(range(ORDER)))
             for row, line in enumerate(rows) if _length(line) == ORDER]  # fmt: skip
    broken = sum(_length(line) > 2 for line in lines) - len(whole)
    return whole if len(whole) >= LEAST_WHOLE * (len(whole) + broken) else []


def _length(line):
    return sum(len(number.pieces) for number in line.numbers)


def _on_white(piece: Piece) -> np.ndarray:
    margin = max(2, round(MARGIN * max(piece.ink.shape)))
    return np.round(255 * (1 - np.pad(piece.ink, margin))).astype(np.uint8)
