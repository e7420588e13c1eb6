"""Digits of a number that touch -> each by itself, as the network for numbers has them."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from lekh import layout
from lekh.dotted import may_be_zeros
from lekh.hand import Hand
from lekh.judging import unlike
from lekh.layout import scaled
from lekh.looking import CROWDED, Found, looked_at
from lekh.model import Model
from lekh.numerals import DOTTED

PLAIN = 0.9  # share of the best digit, and 1 minus that of no digit, from which on a piece says enough by itself
PAIR = 1.15  # times the usual width: a piece that is no digit, and may be two narrow ones
WIDE = 1.9  # times the usual width: a piece that may hold two digits


def parted(
    lines: Sequence[layout.Line],
    found: list[list[list[Found]]],
    grey: np.ndarray,
    scale: float,
    model: Model,
    script: str,
    hand: Hand | None,
) -> list[list[list[Found]]]:
    """Lines of numbers after the network for numbers has parted what touches and left out what is no digit.

    It is not asked where no piece is wide enough for two digits and each is read without doubt, nor, on a crowded page,
    of any number whose digits cannot touch, or which is not rather wide and no digit; there it only parts what touches,
    and leaves out nothing.

    Args:
        lines: as `layout` has found them.
        found: what the network for digits says of their pieces.
        grey: uint8 `(H, W)`, the page.
        scale: pixels of the page for one of the lines'.
        model: a loaded model folder; without a network for numbers all stays as it was found.
        script: of the page.
        hand: that wrote it oddly, or `None`.
    """
    reader = model.sequence
    if reader is None or all(label.script != script for label in reader.classes):
        return found
    crowded = sum(len(number) for line in found for number in line) > CROWDED
    clear = [_clear_numbers(line) for line in found]
    width = float(np.median([piece.box_xywh[2] for line in found for number in line for piece in number]))
    asked = {
        (row, column): number for row, line in enumerate(lines) for column, number in enumerate(line.numbers)
        if not (clear[row][column] and (crowded or _beyond_doubt(found[row][column], model, script)))
        or (crowded and _may_be_pairs(found[row][column], width, model))
    }  # fmt: skip
    answers = reader.read(list(asked.values()), script, grey, scale)
    cuts = [cut for answer in answers for cut in answer]
    looked = iter(looked_at([(cut.ink, scaled(cut.box_xywh, scale)) for cut in cuts], model, script, hand))
    now = [list(line) for line in found]
    for (row, column), answer in zip(asked, answers, strict=True):
        told = [cut.probabilities if len(answer) > 1 else None for cut in answer]  # its neighbours are what it knows
        digits = [
            replace(_or_piece(next(looked), cut, found[row][column], scale), told=said, whole=cut.whole)
            for said, cut in zip(told, answer, strict=True)
        ]
        if script == DOTTED:
            digits = _with_zeros(digits, found[row][column])
        more = len(digits) > len(found[row][column])
        if more if crowded else digits or not clear[row][column]:  # rather a piece too many than a digit lost
            now[row][column] = digits
    now = [[number for number in line if number] for line in now]
    return [line for line in now if line]


def _or_piece(digit, cut, pieces, scale):
    """The digit, or the piece of it in the middle, where that looks more like what the network for numbers tells: a
    bracket that stands beside it is none of it."""
    label, middle = int(cut.probabilities.argmax()), cut.middle * scale
    for piece in pieces:
        left, _, width, _ = piece.box_xywh
        within = left <= middle <= left + width and width < digit.box_xywh[2]
        if within and piece.looked[label] > digit.looked[label]:
            return piece
    return digit


def _with_zeros(digits, before):
    """The digits of a number with its dots that none of them holds: the network for numbers leaves out many."""
    sizes = np.array([piece.box_xywh[2:] for piece in before])
    small = may_be_zeros(sizes.max(axis=1), sizes[:, 1])

    def is_held(dot):
        x, y, w, h = dot.box_xywh
        return any(left <= x + w / 2 <= left + width and top <= y + h / 2 <= top + height
                   for left, top, width, height in (digit.box_xywh for digit in digits))  # fmt: skip

    lost = [piece for piece, is_dot in zip(before, small, strict=True) if is_dot and not is_held(piece)]
    return sorted([*digits, *lost], key=lambda digit: digit.box_xywh[0])


def _clear_numbers(line):
    """For each number of a line whether no piece of it is wide enough for two digits."""
    width = float(np.median([piece.box_xywh[2] for number in line for piece in number]))
    return [all(piece.box_xywh[2] <= max(WIDE * width, piece.box_xywh[3]) for piece in number) for number in line]


def _may_be_pairs(number, width, model):
    """Whether some piece of a number is rather wide, and no digit."""
    return any(piece.box_xywh[2] > PAIR * width and 2 * unlike(piece, model.card) > 1 for piece in number)


def _beyond_doubt(number, model, script):
    """Whether each piece of a number is a digit of the script, and which one."""
    looked = np.stack([piece.looked for piece in number])
    among = looked[:, model.card.indices(script)]
    unlike = looked[:, model.card.no_digit].sum(axis=1)
    return bool(np.all((among.max(axis=1) >= PLAIN * among.sum(axis=1)) & (unlike <= 1 - PLAIN)))
