"""What the network says of pieces of ink -> the digits that they are read as, those rejected that are none."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from lekh import clutter, printed, sequence
from lekh.brackets import closing_brackets
from lekh.dotted import are_no_zeros
from lekh.looking import Found
from lekh.model import Card, Model
from lekh.numerals import DOTTED, UPRIGHT
from lekh.result import Digit, Line, Number, Reading, undecided

TOLD = 0.95  # probability of a digit among its neighbours that makes it one, whatever it looks like alone
STRANGE = 0.003  # probability of a whole script; a shape under it is no digit of that script
AS_ELSEWHERE = 0.3  # unless it is so probably a digit of others that is written like this one
BARE = 0.95  # probability of a bare stroke; it is no digit of a script that has none, whatever stands beside it
DOUBT = 2  # times its probability against a digit's: so that 95 of 100 doodles and letters are refused in any script


def reading_of(
    found: Sequence[Sequence[Sequence[Found]]],
    page: np.ndarray,
    grey: np.ndarray,
    model: Model,
    scripts: tuple[tuple[str, float], ...],
    rough: np.ndarray | None = None,
) -> Reading:
    """The reading of lines of numbers of pieces.

    Args:
        found: of each piece its ink and what the networks said; no number is empty.
        page: float32 `(h, w)`, the ink of all of the page.
        grey: uint8 `(H, W)`, the page.
        model: a loaded model folder.
        scripts: how probable each is, the one to read as first.
        rough: float `(N,)`, of each piece, in reading order, how rough its ground is; `None` where nobody looked.
    """
    found = [[_in_place(number) for number in line] for line in found]
    shared = undecided(scripts)

    def read_as(digit):
        elsewhere = tuple((script, digit_of(digit, model, script).digit) for script in shared)
        return replace(digit_of(digit, model, scripts[0][0]), elsewhere=elsewhere)

    read_lines = [[[read_as(digit) for digit in number] for number in line] for line in found]
    read_lines = _given_the_others(read_lines, found, model, scripts[0][0], rough)
    lines = tuple(Line(tuple(Number(tuple(number)) for number in line)) for line in read_lines)
    size = model.card.normalization.size
    seen = [digit.seen for line in found for number in line for digit in number]
    inputs = np.stack(seen) if seen else np.zeros((0, size, size, 1), np.float32)
    return Reading(scripts, lines, grey, page, inputs)


def _in_place(number):
    """The `Found` of a number, those told that stand between others."""
    return [replace(digit, between=0 < place < len(number) - 1) for place, digit in enumerate(number)]


def _given_the_others(lines, found, model, script, rough):
    """The lines with those digits rejected that are none, given what else was found: print, clutter, and brackets."""
    numbers = [(number, seen, row) for row, parts in enumerate(zip(lines, found, strict=True))
               for number, seen in zip(*parts, strict=True)]  # fmt: skip
    if not numbers:
        return lines
    row = np.array([row for number, _, row in numbers for _ in number])
    place = np.array([place for place, (number, _, _) in enumerate(numbers) for _ in number])
    digits = [digit for number, _, _ in numbers for digit in number]
    pieces = [(piece, len(seen) == 1) for _, seen, _ in numbers for piece in seen]
    width, height = np.array([digit.box_xywh[2:] for digit in digits], float).T
    rejected = np.array([digit.rejected for digit in digits])
    letters = rejected & [is_letter(piece, model.card) for piece, _ in pieces]
    words, form = printed.amid_print(letters, height, place, row)
    strokes = np.array([_is_bare(piece, model.card) for piece, _ in pieces])
    rejected |= words | printed.of_lost_hairlines(strokes, place)
    others = ~form
    rejected[others] |= clutter.amid_clutter(
        np.array([unlike(piece, model.card, alone) for piece, alone in pieces])[others],
        np.array([digit.confidence for digit in digits])[others],
        rejected[others],
        row[others],
        place[others],
        np.maximum(width, height)[others],
        np.zeros(np.count_nonzero(others)) if rough is None else rough[others],
    )
    value = np.array([digit.digit for digit in digits])
    if script == DOTTED:
        zero, other = (~rejected & is_so for is_so in (value == 0, value != 0))
        rejected |= are_no_zeros(zero, other, np.maximum(width, height), height)
    if script in UPRIGHT:
        ones = np.flatnonzero(~rejected & (value == 1))
        behind = np.diff(place, prepend=-1) == 0
        rejected[ones] |= closing_brackets([pieces[one][0].ink for one in ones], behind[ones])
    flags = iter(rejected.tolist())
    return [[[replace(digit, rejected=next(flags)) for digit in number] for number in line] for line in lines]


def is_letter(found: Found, card: Card) -> bool:
    """Whether a shape looks like no digit and no sign: not one that was rejected for doubt, or the script."""
    sign, none = (float(found.looked[places].sum()) for places in (card.signs, card.no_digit))
    return _is_unlike(unlike(found, card)) and 2 * sign < none


def digit_of(found: Found, model: Model, script: str) -> Digit:
    """What a piece is in a script, as far as it alone can tell."""
    card = model.card
    places = card.indices(script)
    among = found.looked[places]
    total = float(among.sum())
    shares = among / total if total > 0 else np.full(len(among), 1 / len(among))
    shares = shares ** (1 / card.script_temperatures.get(script, 1.0))
    shares /= shares.sum()
    seen_in_line = False
    if found.told is not None and (told := found.told[places]).any():
        shares = sequence.combined(told, shares, found.whole)
        seen_in_line = float(told.max()) > TOLD
    best = int(np.argmax(shares))
    confidence = float(shares[best])
    alike = float(found.looked[card.alike[places[best]]].sum())
    strange = total < STRANGE and alike < AS_ELSEWHERE
    strange = strange or _is_unlike(unlike(found, card))  # of any script: an upright 1 is one of several
    bare = script not in UPRIGHT and total < STRANGE and _is_bare(found, card)
    no_digit = found.whole and (bare or (strange and not seen_in_line))
    rejected = bool(confidence < card.rejection_threshold or no_digit)
    return Digit(best, confidence, rejected, found.box_xywh, tuple(float(share) for share in shares))


def _is_bare(found: Found, card: Card) -> bool:
    """Whether a shape is surely a bare stroke."""
    return float(found.looked[card.strokes].sum()) > BARE


def _is_unlike(chance: float) -> bool:
    """Whether a shape so probably no digit is taken for none."""
    return DOUBT * chance > 1 - chance


def unlike(found: Found, card: Card, alone: bool = False) -> float:
    """How probable it is that a shape is no digit, 0 to 1.

    A leaning stroke is a 1, not a /, unless it stands between digits, or `alone` amid what may be anything.
    """
    places = card.no_digit if found.between or alone else card.no_digit_apart
    return float(found.looked[places].sum())
