"""The reading of everything on a page, line by line."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from lekh import ink_page, layout, printed
from lekh.ground import is_cut_out
from lekh.ink_page import PageInk
from lekh.joining import joined
from lekh.judging import digit_of, is_letter, reading_of, unlike
from lekh.layout import Line, Piece, pieces_of, scaled
from lekh.looking import CROWDED, looked_again, looked_at
from lekh.model import Model
from lekh.numerals import AUTO, DOTTED, TAILED
from lekh.photo import QUICK, TALL
from lekh.result import DECIDED, Reading
from lekh.roughness import FAINT, TEXTURE, roughness
from lekh.tails import with_tails
from lekh.touching import parted
from lekh.which_script import by_one_hand

THROUGH_GRAIN = 1.5  # pixels; so blurred
SURE = 0.8  # confidence of a digit that a dash may belong to, or that is large beside crumbs
MOST = 0.5  # of the ink of a page, which that digit holds
PRINTED = 200  # things; where none of them is a digit at a first look, it is print, and no other is taken
PENCILLED, MOSTLY = 3, 0.8  # digits, and their share of all pieces, from which on what is seen so is no grain


def through_grain(grey: np.ndarray, model: Model, script: str) -> Reading | None:
    """The reading of a page whose grain hides its ink, a pencil's in poor light say; `None` where it may be grain."""
    if is_cut_out(grey):
        return None
    page = ink_page.find_page(grey, blur=THROUGH_GRAIN)
    lines = _lines_on(page, grey, model, script)
    if len(pieces_of(lines)) < PENCILLED:
        return None
    many, _ = read_on(page, lines, grey, model, script)
    return many if many.accepted >= max(PENCILLED, MOSTLY * len(many.digits)) else None


def found_on(grey: np.ndarray, model: Model, script: str) -> tuple[PageInk, tuple[Line, ...]]:
    """The ink of a page and its lines, at the lower resolution where that shows enough of the digits."""
    page = ink_page.find_page(grey, QUICK)
    lines = _lines_on(page, grey, model, script)
    if page.scale <= 1:
        return page, lines
    heights = [piece.box_xywh[3] for piece in pieces_of(lines)]
    if heights and np.median(heights) >= TALL:
        return page, lines
    finer = ink_page.find_page(grey, is_light=page.is_light if heights else None)
    found = _lines_on(finer, grey, model, script)
    if len(pieces_of(found)) < len(heights):  # lost in grain
        return page, lines
    return finer, found


def read_large(grey: np.ndarray, page: PageInk, pieces: Sequence[Piece], model: Model, script: str) -> Reading | None:
    """The reading of the one digit that holds most of a page's ink, where the `pieces` that were found are crumbs, and
    it was taken for no writing because it is so much larger; `None` where there is none, and of a cut-out, where what
    was left out is as faint as its grain."""
    most = MOST * page.ink.sum()
    if is_cut_out(grey) or sum(float(piece.ink.sum()) for piece in pieces) >= most:
        return None
    lines = layout.find_lines(page.ink, page.rules, large=True)
    lines = layout.without(lines, [piece.ink.sum() < most for piece in pieces_of(lines)])
    if not lines:
        return None
    read, _ = read_on(page, lines, grey, model, script)
    is_one = len(read.digits) == read.accepted == 1
    return read if is_one and read.digits[0].confidence >= SURE else None


def _lines_on(page, grey, model, script):
    """What `layout` finds; in a small picture without what is as faint as its grain, a step of its light, or wood."""
    lines = layout.find_lines(page.ink, page.rules, script == DOTTED)
    if script == TAILED[0]:
        lines = with_tails(page.ink, lines, lambda pieces: _are_tailed(pieces, model))
    if not is_cut_out(grey):
        return lines
    boxes = [scaled(piece.box_xywh, page.scale) for piece in pieces_of(lines)]
    return layout.without(lines, [roughness(grey, page.ink, box, FAINT) > TEXTURE for box in boxes])


def _are_tailed(pieces, model):
    """Whether each is surely the digit that ends in a stroke apart from the rest."""
    script, tailed = TAILED
    looked = looked_at([(piece.ink, piece.box_xywh) for piece in pieces], model, script)
    read = [digit_of(digit, model, script) for digit in looked]
    return [digit.digit == tailed and not digit.rejected and digit.confidence >= SURE for digit in read]


def read_on(
    page: PageInk, lines: Sequence[Line], grey: np.ndarray, model: Model, script: str
) -> tuple[Reading, Sequence[Line]]:
    """The reading of what `layout` found on a page, and that; found again where the script turns out to be one whose
    digits have dots and dashes.

    Args:
        page: the ink of the page.
        lines: as `found_on` has them, at least one.
        grey: uint8 `(H, W)`, the page.
        model: a loaded model folder.
        script: the one that was asked for, or `"auto"`.
    """
    read, looked, scripts, hand = _looked_on(page, lines, model, script)
    found, share = scripts[0]
    if script == AUTO and found in (DOTTED, TAILED[0]) and share >= DECIDED and len(looked) > 1:
        lines = _lines_on(page, grey, model, found)
        read, looked, _, hand = _looked_on(page, lines, model, found)
    return _read_lines(page, read, looked, scripts, hand, grey, model), lines


def _looked_on(page, lines, model, script):
    """Lines without the print of a form; what the network says of their pieces; how probable the scripts are; and the
    hand that wrote all of them oddly, or `None`."""
    pieces = pieces_of(lines)
    digits = [(piece.ink, scaled(piece.box_xywh, page.scale)) for piece in pieces]
    looked = looked_at(digits, model, script)
    if (form := _print_of_form(looked, lines, model)).any():  # without it a page may not be crowded: look again
        return _looked_on(page, layout.without(lines, form), model, script)
    return lines, *by_one_hand(digits, looked, model, script)


def _read_lines(page, lines, looked, scripts, hand, grey, model):
    """The reading of lines, given what the network says of their pieces."""
    crowded = len(looked) > CROWDED
    looked = iter(looked)
    found = [[[next(looked) for _ in number.pieces] for number in line.numbers] for line in lines]
    if len(pieces_of(lines)) > PRINTED:
        plain = reading_of(found, page.ink, grey, model, scripts, _rough_ground(found, page.ink, grey))
        if not plain.shows_digits:
            return plain
    if crowded:
        found = looked_again(found, model, scripts[0][0], hand)
    found = parted(lines, found, grey, page.scale, model, scripts[0][0], hand)
    found = _joined(found, page.scale, model, scripts[0][0], hand)
    rough = _rough_ground(found, page.ink, grey)
    return replace(reading_of(found, page.ink, grey, model, scripts, rough), hand=hand)


def _print_of_form(looked, lines, model):
    """bool `(N,)`: which pieces are the print of a form. It tells nothing of the digits' script and hand."""
    numbers = [(row, len(number.pieces)) for row, line in enumerate(lines) for number in line.numbers]
    rows, lengths = zip(*numbers, strict=True)
    _, form = printed.amid_print(
        np.array([is_letter(piece, model.card) for piece in looked]),
        np.array([piece.box_xywh[3] for piece in looked], float),
        np.repeat(np.arange(len(numbers)), lengths),
        np.repeat(rows, lengths),
    )
    return form


def _rough_ground(found, page, grey):
    """How rough the ground under each digit is, in reading order; `None` on a page of many, and of a cut-out."""
    boxes = [digit.box_xywh for line in found for number in line for digit in number]
    if len(boxes) > CROWDED or is_cut_out(grey):
        return None
    return np.array([roughness(grey, page, box) for box in boxes])


def _joined(found, scale, model, script, hand):
    """The digits of a page, those made whole that came in two pieces."""

    def look(pairs):
        return looked_at(pairs, model, script, hand)

    def sureness(piece):
        digit = digit_of(piece, model, script)
        return 0.0 if digit.rejected else digit.confidence * (1 - unlike(piece, model.card))

    return joined(found, scale, look, sureness)
