"""The pipeline: image -> Reading. Page, command line and notebooks all pass through here."""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from lekh import clutter, images, ink, ink_page, layout, lone, printed, sequence, sheet
from lekh.dotted import may_be_zeros
from lekh.errors import LekhError
from lekh.ground import FIELD
from lekh.hand import Hand
from lekh.joining import joined
from lekh.looking import CROWDED, Found, hand_of, looked_again, looked_at
from lekh.model import Card, Model
from lekh.numerals import AUTO, DOTTED, TAILED
from lekh.roughness import roughness, roughness_of_one
from lekh.tails import with_tails

TOGETHER = 8_000_000  # pixels of pages that are held while the network is asked of all their digits
QUICK = 1200  # pixels of a page's longer side, at a first look
TALL = 28  # pixels; digits of this height lose nothing there
GRAINY = 0.09  # of the paper's light; a page of coarser grain is also looked at
THROUGH_GRAIN = 1.5  # pixels; so blurred
PENCILLED, MOSTLY = 3, 0.8  # digits, and their share of all pieces, from which on what is seen so is no grain
FEW = 24  # pieces of ink; among so few there may be nothing but one digit, broken or on grainy paper
SINGLE = 0.8  # confidence of a digit that is taken for all that there is
MAIN = 0.99  # the same, where other things were found that may be a frame or grain
FAINT, TEXTURE = 15, 0.15  # grey levels; on ground rougher than this what stands out by less is no ink of a cut-out
RULED = 0.9  # the same, where rules go from border to border: what it stands on is paper
EVEN = 0.1  # roughness of the paper around a digit that is the only one, however small
MARGIN = 0.2  # of a picture's width or height; what is thinner and runs along all of its border is no digit
TOLD = 0.95  # probability of a digit among its neighbours that makes it one, whatever it looks like alone
DECIDED = 0.8  # probability of a script from which on no other is named
SHARED = 0.1  # of the first one's probability: what a script needs to be named where none is decided on
VETO = 0.01  # the least that a digit gives each script, so that one odd digit does not decide against the others
STRANGE = 0.003  # probability of a whole script; a shape under it is no digit of that script
AS_ELSEWHERE = 0.3  # unless it is so probably a digit of others that is written like this one
DOUBT = 2  # times its probability against a digit's: so that 95 of 100 doodles and letters are refused in any script
PLAIN = 0.9  # share of the best digit, and 1 minus that of no digit, from which on a piece says enough by itself
WIDE = 1.9  # times the usual width: a piece that may hold two digits


@dataclass(frozen=True)
class Digit:
    """One digit that was read.

    Attributes:
        digit: its value, 0 to 9 (the class's place, in a model of somebody's own shapes).
        confidence: calibrated probability of `digit` among the classes of the script, 0 to 1.
        rejected: whether it is no digit of the script to the network, or the confidence is under the card's threshold;
            a rejected digit is not part of any text.
        box_xywh: left, top, width and height in pixels of the image (EXIF turned).
        probabilities: one a class of the script, summing to 1.
        elsewhere: scripts in which the shapes of the image are digits too, where none is clearly the one, and which
            digit this would be in each.
    """

    digit: int
    confidence: float
    rejected: bool
    box_xywh: tuple[int, int, int, int]
    probabilities: tuple[float, ...]
    elsewhere: tuple[tuple[str, int], ...] = ()

    @property
    def runner_up(self) -> tuple[int, float]:
        """The second most probable class and its probability."""
        order = np.argsort(self.probabilities)[::-1]
        return int(order[1]), self.probabilities[order[1]]


@dataclass(frozen=True)
class Number:
    """Digits from left to right without a wide gap."""

    digits: tuple[Digit, ...]

    @property
    def text(self) -> str:
        """The digits that were not rejected, in Western form."""
        return "".join(str(digit.digit) for digit in self.digits if not digit.rejected)


@dataclass(frozen=True)
class Line:
    """Numbers from left to right."""

    numbers: tuple[Number, ...]

    @property
    def digits(self) -> tuple[Digit, ...]:
        """All digits of the line, from left to right."""
        return tuple(digit for number in self.numbers for digit in number.digits)

    @property
    def text(self) -> str:
        """Western digits, numbers joined by a space."""
        return " ".join(number.text for number in self.numbers if number.text)


@dataclass(frozen=True)
class Box:
    """A place on a page where a person says that there is a digit.

    Attributes:
        box_xywh: left, top, width and height in pixels of the image.
        digit: what the person says it is; `None` leaves that to the network.
    """

    box_xywh: tuple[int, int, int, int]
    digit: int | None = None


@dataclass(frozen=True)
class Reading:
    """What an image says, and the steps that led there.

    Attributes:
        scripts: every script of the model with its probability given all digits together, the most probable first;
            the one script that was asked for, at 1; empty when there is no ink.
        lines: empty when there is no ink, or nothing of it can be a digit.
        milliseconds: from the source to the reading, the model already loaded.
        grey: uint8 `(H, W)`, the page.
        ink: float32 `(h, w)`, 0 paper .. 1 ink: what was taken for ink on the page or, where one digit was looked for,
            in the region around it.
        inputs: float32 `(N, S, S, 1)`: what the network saw of each digit, in reading order.
        hand: what straightened all digits before they were read; `None` where they were read as they are.
    """

    scripts: tuple[tuple[str, float], ...]
    lines: tuple[Line, ...]
    milliseconds: float
    grey: np.ndarray = field(repr=False)
    ink: np.ndarray = field(repr=False)
    inputs: np.ndarray = field(repr=False)
    hand: Hand | None = None

    @property
    def script(self) -> str | None:
        """The script that was asked for, or that `auto` found; `None` when there is no ink."""
        return self.scripts[0][0] if self.scripts else None

    @property
    def shared(self) -> tuple[str, ...]:
        """The scripts in which these shapes are digits, where none of them is clearly the one; the likeliest first."""
        return _undecided(self.scripts)

    @property
    def digits(self) -> tuple[Digit, ...]:
        """All digits in reading order."""
        return tuple(digit for line in self.lines for digit in line.digits)

    @property
    def text(self) -> str:
        """Western digits, lines joined by a line feed; a line whose digits were all rejected is left out."""
        return "\n".join(line.text for line in self.lines if line.text)

    def as_in(self, script: str) -> str:
        """All digits that were not rejected, in Western form, as one of the `shared` scripts would have them."""
        return "".join(
            str(dict(digit.elsewhere).get(script, digit.digit)) for digit in self.digits if not digit.rejected
        )

    def as_dict(self) -> dict:
        """The reading as `read --json` prints it, without the file's name."""
        return {
            "script": self.script,
            "text": self.text,
            "lines": [
                {
                    "text": line.text,
                    "digits": [
                        {
                            "digit": digit.digit,
                            "confidence": digit.confidence,
                            "rejected": digit.rejected,
                            "box_xywh": list(digit.box_xywh),
                            "probabilities": list(digit.probabilities),
                        }
                        for digit in line.digits
                    ],
                }
                for line in self.lines
            ],
            "milliseconds": self.milliseconds,
        }


def read(source: images.Source, model: Model, script: str = AUTO, single: bool = False) -> Reading:
    """Reads an image: all numbers on it, line by line, or the one digit that it holds.

    Args:
        source: anything that `images.to_grey` takes.
        model: a loaded model folder.
        script: a script of the model's card, or `"auto"`.
        single: the image holds one digit.

    Returns:
        A `Reading`; with no line when there is no ink.

    Raises:
        LekhError: the source is no readable image, or the model does not read `script`.
    """
    start = time.perf_counter()
    if script != AUTO:
        model.card.indices(script)  # an unknown script is said before any work
    grey = images.to_grey(source)
    if single:
        return _read_one(grey, model, script, start)
    return replace(_read_all(grey, model, script, start), milliseconds=_since(start))


def _read_all(grey, model, script, start):
    """The reading of a picture: of all of it or, where that shows no digit, of a sheet that lies on a desk there."""
    found = _without_dots(_read_page(grey, model, script, start), script)
    lying = None if _shows(found) else sheet.on_desk(grey)
    if lying is None:
        return found
    (left, top), paper = lying
    on_paper = _without_dots(_read_page(paper, model, script, start), script)
    if not _shows(on_paper):
        return found
    return replace(on_paper, lines=_each(on_paper.lines, lambda digit: _moved(digit, left, top)), grey=grey)


def _each(lines, changed):
    """The lines with each digit as this function has it."""
    return tuple(Line(tuple(Number(tuple(map(changed, number.digits))) for number in line.numbers)) for line in lines)


def _rejected(digit):
    return replace(digit, rejected=True)


def _shows(found):
    return any(not digit.rejected for digit in found.digits)


def _without_dots(found, script):
    """The reading of a photo without dots, where it shows nothing else: a crumb is a zero to who expects Arabic."""
    read = [digit.digit for digit in found.digits if not digit.rejected]
    if script != AUTO or found.script != DOTTED or any(read) or ink_page.even_ground(found.grey) is not None:
        return found
    return replace(found, lines=_each(found.lines, _rejected))


def _moved(digit, right, down):
    x, y, w, h = digit.box_xywh
    return replace(digit, box_xywh=(x + right, y + down, w, h))


def _read_page(grey, model, script, start):
    """The reading of a page that may hold one digit, many, or none."""
    page, lines = _found_on(grey, script, model)
    many, lines = _read_on(page, lines, grey, model, script, start) if lines else (None, lines)
    seen = _through_grain(grey, model, script, start) if page.grain >= GRAINY else None
    if seen and (not many or _balance(seen) > _balance(many)):
        return seen
    if not many:
        return _if_sure(_read_one(grey, model, script, start))
    pieces = _pieces(lines)
    if len(pieces) <= FEW or not _shows(many):
        found = ink.find_digit(grey)
        one = _read_found(grey, found, model, script, start)
        alone = _is_whole(one) and not _is_surer(many, one)
        if alone and (_is_all(one, pieces, page, many) or _is_main(one, many) or _is_clear(one, many, found.ruled)):
            return one
    return many


def _pieces(lines):
    return [piece for line in lines for number in line.numbers for piece in number.pieces]


def _read_on(page, lines, grey, model, script, start):
    """The reading of what `layout` found on a page, and that; found again where the script turns out to be one whose
    digits have dots and dashes."""
    read, looked, scripts, hand = _looked_on(page, lines, model, script)
    found, share = scripts[0]
    if script == AUTO and found in (DOTTED, TAILED[0]) and share >= DECIDED and len(looked) > 1:
        lines = _lines_on(page, grey, found, model)
        read, looked, _, hand = _looked_on(page, lines, model, found)
    return _read_lines(page, read, looked, scripts, hand, grey, model, start), lines


def _looked_on(page, lines, model, script):
    """Lines without the print of a form; what the network says of their pieces; how probable the scripts are; and the
    hand that wrote all of them oddly, or `None`."""
    pieces = _pieces(lines)
    digits = [(piece.ink, _scaled(piece.box_xywh, page.scale)) for piece in pieces]
    looked = looked_at(digits, model, script)
    if (form := _print_of_form(looked, lines, model)).any():  # without it a page may not be crowded: look again
        return _looked_on(page, _without(lines, form), model, script)
    return lines, *_by_one_hand(digits, looked, model, script)


def _read_lines(page, lines, looked, scripts, hand, grey, model, start):
    """The reading of lines, given what the network says of their pieces."""
    crowded = len(looked) > CROWDED
    looked = iter(looked)
    found = [[[next(looked) for _ in number.pieces] for number in line.numbers] for line in lines]
    if crowded:
        found = looked_again(found, model, scripts[0][0], hand)
    found = _parted(lines, found, grey, page.scale, model, scripts[0][0], hand)
    found = _joined(found, page.scale, model, scripts[0][0], hand)
    rough = _rough_ground(found, page.ink, grey)
    return replace(_reading(found, page.ink, grey, model, scripts, start, rough), hand=hand)


def _through_grain(grey, model, script, start):
    """The reading of a page whose grain hides its ink, a pencil's in poor light say; `None` where it may be grain."""
    if _is_cut_out(grey):
        return None
    page = ink_page.find_page(grey, QUICK, blur=THROUGH_GRAIN)
    lines = _lines_on(page, grey, script, model)
    if len(_pieces(lines)) < PENCILLED:
        return None
    many, _ = _read_on(page, lines, grey, model, script, start)
    accepted = sum(not digit.rejected for digit in many.digits)
    return many if accepted >= max(PENCILLED, MOSTLY * len(many.digits)) else None


def _by_one_hand(digits, looked, model, script):
    """What the network says of the digits of one picture, straightened where one hand wrote all of them oddly; how
    probable the scripts are; and that hand, or `None`."""
    scripts = _scripts_of(looked, model, script)
    hand = hand_of(looked, model, script)
    if hand is None:
        return looked, scripts, None
    straight = looked_at(digits, model, script, hand)
    others = _scripts_of(straight, model, script)
    # Bent far enough, the digits of one script, and letters, look like digits of another, a few of them surely so.
    more = _accepted(straight, model, others) > _accepted(looked, model, scripts)
    if others[0][0] != scripts[0][0] and (len(looked) > CROWDED or not more):
        return looked, scripts, None
    return straight, others, hand


def _accepted(looked, model, scripts):
    """How many pieces are digits of the likeliest script."""
    return sum(not _digit(piece, model, scripts[0][0]).rejected for piece in looked)


def _balance(many):
    """Digits read, less those that were rejected."""
    return sum(-1 if digit.rejected else 1 for digit in many.digits)


def _print_of_form(looked, lines, model):
    """bool `(N,)`: which pieces are the print of a form. It tells nothing of the digits' script and hand."""
    numbers = [(row, len(number.pieces)) for row, line in enumerate(lines) for number in line.numbers]
    rows, lengths = zip(*numbers, strict=True)
    _, form = printed.amid_print(
        np.array([_is_letter(piece, model.card) for piece in looked]),
        np.array([piece.box_xywh[3] for piece in looked], float),
        np.repeat(np.arange(len(numbers)), lengths),
        np.repeat(rows, lengths),
    )
    return form


def _without(lines, left_out):
    """The lines of `layout` without these pieces, a bool for each in reading order."""
    flags = iter(left_out.tolist())
    kept = [[tuple(piece for piece in number.pieces if not next(flags)) for number in line.numbers] for line in lines]
    numbers = [tuple(layout.Number(pieces) for pieces in line if pieces) for line in kept]
    return tuple(layout.Line(line) for line in numbers if line)


def _is_sure(one, least=SINGLE):
    return bool(one.digits) and not one.digits[0].rejected and one.digits[0].confidence >= least


def _is_whole(one):
    """Whether the one digit is a digit beyond doubt, and all of it is in the picture, on paper."""
    return _is_sure(one) and not _is_cut_off(one) and not _is_on_rough_ground(one)


def _is_on_rough_ground(one):
    box = one.digits[0].box_xywh
    if _is_cut_out(one.grey):
        return roughness_of_one(one.grey, one.ink, box, FAINT) > TEXTURE
    return roughness_of_one(one.grey, one.ink, box) > clutter.NO_PAPER


def _is_cut_out(grey):
    """Whether a picture is so small that it is a digit cut out of its page, noise and all, not a photo of anything."""
    return max(grey.shape) < FIELD


def _rough_ground(found, page, grey):
    """How rough the ground under each digit is, in reading order; `None` on a page of many, and of a cut-out."""
    boxes = [digit.box_xywh for line in found for number in line for digit in number]
    if len(boxes) > CROWDED or _is_cut_out(grey):
        return None
    return np.array([roughness(grey, page, box) for box in boxes])


def _is_main(one, many):
    accepted = [digit.box_xywh for digit in many.digits if not digit.rejected]
    return _is_sure(one, MAIN) and lone.is_main(one.digits[0].box_xywh, accepted, one.grey.shape)


def _is_surer(many, one):
    """Whether the one thing on the page is that digit, and was more surely read there."""
    (digit,), (seen, *others) = one.digits, many.digits
    if others or seen.rejected or not lone.is_same(seen.box_xywh, digit.box_xywh):
        return False
    return seen.confidence > digit.confidence


def _is_clear(one, many, ruled):
    """Whether it is the one thing that is surely a digit, however small, and stands on even paper or a ruled page."""
    if _shows(many):
        return False
    box, shape = one.digits[0].box_xywh, one.grey.shape
    if lone.to_border(box, shape) <= lone.APART * max(shape):
        return False
    if _is_sure(one, MAIN) and roughness_of_one(one.grey, one.ink, box) <= EVEN:
        return True
    return ruled and _is_sure(one, RULED) and len(many.digits) <= FEW  # more are print, or a page that was refused


def _is_all(one, pieces, page, many):
    return lone.is_all(one.ink, one.digits[0].box_xywh, pieces, page.scale, many.digits, one.grey.shape)


def _is_cut_off(one):
    """Whether the one digit is the border's shadow, a margin or the desk.

    Of a large picture it is that where it reaches the border, of a small one where it runs along it, thin, all the way.
    """
    height, width = one.grey.shape
    x, y, w, h = box = one.digits[0].box_xywh
    if max(height, width) >= FIELD:
        return lone.to_border(box, one.grey.shape) <= layout.RIM * max(height, width)
    upright = h >= lone.ACROSS * height and w < MARGIN * width and min(x, width - x - w) == 0
    level = w >= lone.ACROSS * width and h < MARGIN * height and min(y, height - y - h) == 0
    return upright or level


def _if_sure(one):
    """The reading of a page without pieces: its digit is rejected unless it is sure and, on a large page, whole."""
    if not one.digits or _is_whole(one):
        return one
    return replace(one, lines=_each(one.lines, _rejected))


def _found_on(grey, script, model):
    """The ink of a page and its lines, at the lower resolution where that shows enough of the digits."""
    page = ink_page.find_page(grey, QUICK)
    lines = _lines_on(page, grey, script, model)
    if page.scale <= 1:
        return page, lines
    heights = [piece.box_xywh[3] for piece in _pieces(lines)]
    if heights and np.median(heights) >= TALL:
        return page, lines
    finer = ink_page.find_page(grey)
    found = _lines_on(finer, grey, script, model)
    if len(_pieces(found)) < len(heights):  # lost in grain
        return page, lines
    return finer, found


def _lines_on(page, grey, script, model):
    """What `layout` finds; in a small picture without what is as faint as its grain, a step of its light, or wood."""
    lines = layout.find_lines(page.ink, page.rules, script == DOTTED)
    if script == TAILED[0]:
        lines = with_tails(page.ink, lines, lambda pieces: _are_tailed(pieces, model))
    if not _is_cut_out(grey):
        return lines
    boxes = [_scaled(piece.box_xywh, page.scale) for piece in _pieces(lines)]
    return _without(lines, np.array([roughness(grey, page.ink, box, FAINT) > TEXTURE for box in boxes], bool))


def _are_tailed(pieces, model):
    """Whether each is surely the digit that ends in a stroke apart from the rest."""
    script, tailed = TAILED
    looked = looked_at([(piece.ink, piece.box_xywh) for piece in pieces], model, script)
    read = [_digit(digit, model, script) for digit in looked]
    return [digit.digit == tailed and not digit.rejected and digit.confidence >= SINGLE for digit in read]


def _parted(lines, found, grey, scale, model, script, hand):
    """Lines of numbers of `Found` after the network for numbers has parted what touches and left out what is no digit.

    It is not asked where no piece is wide enough for two digits and each is read without doubt, nor, on a crowded page,
    of any number whose digits cannot touch; there it only parts what touches, and leaves out nothing.
    """
    reader = model.sequence
    if reader is None or all(label.script != script for label in reader.classes):
        return found
    crowded = sum(len(number) for line in found for number in line) > CROWDED
    clear = [_clear_numbers(line) for line in found]
    asked = {
        (row, column): number for row, line in enumerate(lines) for column, number in enumerate(line.numbers)
        if not (clear[row][column] and (crowded or _beyond_doubt(found[row][column], model, script)))
    }  # fmt: skip
    answers = reader.read(list(asked.values()), script, grey, scale)
    cuts = [cut for answer in answers for cut in answer]
    looked = iter(looked_at([(cut.ink, _scaled(cut.box_xywh, scale)) for cut in cuts], model, script, hand))
    parted = [list(line) for line in found]
    for (row, column), answer in zip(asked, answers, strict=True):
        told = [cut.probabilities if len(answer) > 1 else None for cut in answer]  # its neighbours are what it knows
        digits = [replace(next(looked), told=said, whole=cut.whole) for said, cut in zip(told, answer, strict=True)]
        if script == DOTTED:
            digits = _with_zeros(digits, found[row][column])
        more = len(digits) > len(found[row][column])
        if more if crowded else digits or not clear[row][column]:  # rather a piece too many than a digit lost
            parted[row][column] = digits
    parted = [[number for number in line if number] for line in parted]
    return [line for line in parted if line]


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


def _joined(found, scale, model, script, hand):
    """The digits of a page, those made whole that came in two pieces."""

    def look(pairs):
        return looked_at(pairs, model, script, hand)

    def sureness(piece):
        digit = _digit(piece, model, script)
        return 0.0 if digit.rejected else digit.confidence * (1 - _unlike(piece, model.card))

    return joined(found, scale, look, sureness)


def _clear_numbers(line):
    """For each number of a line whether no piece of it is wide enough for two digits."""
    width = float(np.median([piece.box_xywh[2] for number in line for piece in number]))
    return [all(piece.box_xywh[2] <= max(WIDE * width, piece.box_xywh[3]) for piece in number) for number in line]


def _beyond_doubt(number, model, script):
    """Whether each piece of a number is a digit of the script, and which one."""
    looked = np.stack([piece.looked for piece in number])
    among = looked[:, model.card.indices(script)]
    unlike = looked[:, model.card.no_digit].sum(axis=1)
    return bool(np.all((among.max(axis=1) >= PLAIN * among.sum(axis=1)) & (unlike <= 1 - PLAIN)))


def _scaled(box, scale):
    """A box in pixels of the page, at least one pixel wide and high."""
    x, y, w, h = (round(value * scale) for value in box)
    return x, y, max(1, w), max(1, h)


def read_each(
    sources: Iterable[images.Source | LekhError], model: Model, script: str = AUTO
) -> Iterator[Reading | LekhError]:
    """Reads images that hold one digit each, as `read(..., single=True)` does; the network is asked of many at once.

    Args:
        sources: as for `read`, or the error that kept one from being opened, which is passed on.
        model: a loaded model folder.
        script: as for `read`.

    Yields:
        For each source its `Reading`, whose milliseconds are the mean of those read together, or the `LekhError`.

    Raises:
        LekhError: the model does not read `script`.
    """
    if script != AUTO:
        model.card.indices(script)
    together, pixels, start = [], 0, time.perf_counter()
    for source in sources:
        together.append(_opened(source))
        pixels += getattr(together[-1], "size", 0)
        if len(together) == CROWDED or pixels > TOGETHER:
            yield from _read_together(together, model, script, start)
            together, pixels, start = [], 0, time.perf_counter()
    yield from _read_together(together, model, script, start)


def _opened(source):
    try:
        return source if isinstance(source, LekhError) else images.to_grey(source)
    except LekhError as error:
        return error


def _read_together(pages, model, script, start):
    """The reading of each page, or the error that stands in its place."""
    found = [None if isinstance(page, LekhError) else ink.find_digit(page) for page in pages]
    looked = iter(looked_at([(one.ink, one.box_xywh) for one in found if one is not None], model, script))
    read = []
    for page, one in zip(pages, found, strict=True):
        lines = [] if one is None else [[[next(looked)]]]
        read.append(page if isinstance(page, LekhError) else _one_digit(page, one, lines, model, script, start))
    milliseconds = _since(start) / max(1, len(pages))
    for one in read:
        yield one if isinstance(one, LekhError) else replace(one, milliseconds=milliseconds)


def read_boxes(reading: Reading, boxes: Sequence[Box], model: Model, script: str = AUTO) -> Reading:
    """The reading of exactly these boxes, as a person corrected them; lines and numbers are found anew.

    What stands where a number was is one still: digits in the boxes of a form are far apart.

    Args:
        reading: of the page; its `grey` is looked at again where a box is new.
        boxes: a box that the reading has too keeps its digit.
        model: a loaded model folder.
        script: as for `read`.

    Raises:
        LekhError: the model does not read `script`.
    """
    start = time.perf_counter()
    known = dict(
        zip([digit.box_xywh for digit in reading.digits], zip(reading.digits, reading.inputs, strict=True), strict=True)
    )
    size = model.card.normalization.size
    script = (reading.script or model.card.scripts[0]) if script == AUTO else script
    digits, inputs = {}, {}
    for box in boxes:
        place = tuple(round(value) for value in box.box_xywh)
        if place in known:
            digit, seen = known[place]
        else:
            digit, seen = _looked_into(reading.grey, place, model, script, reading.hand)
        if box.digit is not None:
            digit = _told(digit, box.digit)
        digits[place], inputs[place] = digit, seen
    numbers = [layout.around([digit.box_xywh for digit in number.digits])
               for line in reading.lines for number in line.numbers]  # fmt: skip
    order = layout.lines_of(list(digits), numbers, script == DOTTED)
    lines = tuple(Line(tuple(Number(tuple(digits[place] for place in number)) for number in line)) for line in order)
    seen = [inputs[digit.box_xywh] for line in lines for digit in line.digits]
    seen = np.stack(seen) if seen else np.zeros((0, size, size, 1), np.float32)
    return replace(reading, lines=lines, milliseconds=_since(start), inputs=seen)


def _looked_into(grey, box, model, script, hand):
    """The digit in a box that a person drew, and its input; rejected where nothing is found in it."""
    x, y, w, h = box
    found = ink.find_digit(grey[max(0, y) : max(0, y + h), max(0, x) : max(0, x + w)])
    if found is None:
        size, classes = model.card.normalization.size, len(model.card.indices(script))
        return Digit(0, 1 / classes, True, box, (1 / classes,) * classes), np.zeros((size, size, 1), np.float32)
    (digit,) = looked_at([(found.ink, box)], model, script, hand)
    return _digit(digit, model, script), digit.seen


def _told(digit, said):
    """The digit as a person says it is."""
    sure = tuple(float(place == said) for place in range(len(digit.probabilities)))
    return replace(digit, digit=said, confidence=1.0, rejected=False, probabilities=sure, elsewhere=())


def _read_one(grey, model, script, start):
    return _read_found(grey, ink.find_digit(grey), model, script, start)


def _read_found(grey, found, model, script, start):
    """The reading of the one digit whose ink is `found`, or of none."""
    lines = [] if found is None else [[looked_at([(found.ink, found.box_xywh)], model, script)]]
    return _one_digit(grey, found, lines, model, script, start)


def _one_digit(grey, found, lines, model, script, start):
    """`found`: the digit's ink or `None`; `lines`: one number of one `Found`, or nothing."""
    if found is None:
        size = model.card.normalization.size
        empty = np.zeros((0, size, size, 1), np.float32)
        return Reading((), (), _since(start), grey, np.zeros(grey.shape, np.float32), empty)
    digits = [digit for line in lines for number in line for digit in number]
    return _reading(lines, found.ink, grey, model, _scripts_of(digits, model, script), start)


def _reading(found, page, grey, model, scripts, start, rough=None):
    """`found`: lines of numbers of `Found`; `rough`: of each, how rough its ground is."""
    found = [[_in_place(number) for number in line] for line in found]
    shared = _undecided(scripts)

    def read_as(digit):
        elsewhere = tuple((script, _digit(digit, model, script).digit) for script in shared)
        return replace(_digit(digit, model, scripts[0][0]), elsewhere=elsewhere)

    read_lines = [[[read_as(digit) for digit in number] for number in line] for line in found]
    read_lines = _given_the_others(read_lines, found, model, rough)
    lines = tuple(Line(tuple(Number(tuple(number)) for number in line)) for line in read_lines)
    size = model.card.normalization.size
    seen = [digit.seen for line in found for number in line for digit in number]
    inputs = np.stack(seen) if seen else np.zeros((0, size, size, 1), np.float32)
    return Reading(scripts, lines, _since(start), grey, page, inputs)


def _in_place(number):
    """The `Found` of a number, those told that stand between others."""
    return [replace(digit, between=0 < place < len(number) - 1) for place, digit in enumerate(number)]


def _given_the_others(lines, found, model, rough):
    """The lines with those digits rejected that are none, given what else was found: print, and clutter."""
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
    letters = rejected & [_is_letter(piece, model.card) for piece, _ in pieces]
    words, form = printed.amid_print(letters, height, place, row)
    rejected |= words
    others = ~form
    rejected[others] |= clutter.amid_clutter(
        np.array([_unlike(piece, model.card, alone) for piece, alone in pieces])[others],
        np.array([digit.confidence for digit in digits])[others],
        rejected[others],
        row[others],
        np.maximum(width, height)[others],
        np.zeros(np.count_nonzero(others)) if rough is None else rough[others],
    )
    flags = iter(rejected.tolist())
    return [[[replace(digit, rejected=next(flags)) for digit in number] for number in line] for line in lines]


def _is_letter(found: Found, card: Card) -> bool:
    """Whether a shape looks like no digit and no sign: not one that was rejected for doubt, or the script."""
    return _is_unlike(_unlike(found, card)) and 2 * found.looked[card.signs].sum() < found.looked[card.no_digit].sum()


def _undecided(scripts):
    """The scripts of which none is clearly the one, the likeliest first."""
    if not scripts or scripts[0][1] >= DECIDED:
        return ()
    return tuple(script for script, share in scripts if share >= SHARED * scripts[0][1])


def _scripts_of(found, model, script):
    if script != AUTO:
        return ((script, 1.0),)
    return probable_scripts(np.stack([digit.looked for digit in found]), model)


def scripts_of(sources: Iterable[images.Source], model: Model) -> tuple[tuple[str, float], ...]:
    """How probable each script is, given digits of one picture that were cut out, one a source; empty without ink.

    Raises:
        LekhError: a source is no readable image.
    """
    found = [one for one in map(ink.find_digit, map(images.to_grey, sources)) if one is not None]
    if not found:
        return ()
    digits = [(one.ink, one.box_xywh) for one in found]
    return _by_one_hand(digits, looked_at(digits, model, AUTO), model, AUTO)[1]


def probable_scripts(probabilities: np.ndarray, model: Model) -> tuple[tuple[str, float], ...]:
    """How probable each script is, given all digits of an image together.

    Each digit multiplies every script by the script's share of it; what is hardly a digit hardly counts.

    Args:
        probabilities: float32 `(N, C)`, what the network says of each digit.
        model: whose scripts are asked for.

    Returns:
        Scripts and probabilities that sum to 1, the most probable first.
    """
    scripts = model.card.scripts
    shares = np.stack([probabilities[:, model.card.indices(script)].sum(axis=1) for script in scripts], axis=1)
    written = shares.sum(axis=1, keepdims=True)
    support = (1 - VETO) * shares / np.maximum(written, 1e-9) + VETO / len(scripts)
    logits = (written * np.log(support)).sum(axis=0)
    chances = np.exp(logits - logits.max())
    chances /= chances.sum()
    return tuple((scripts[place], float(chances[place])) for place in np.argsort(-chances, kind="stable"))


def _digit(found: Found, model: Model, script: str) -> Digit:
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
    strange = strange or _is_unlike(_unlike(found, card))  # of any script: an upright 1 is one of several
    no_digit = found.whole and not seen_in_line and strange
    rejected = bool(confidence < card.rejection_threshold or no_digit)
    return Digit(best, confidence, rejected, found.box_xywh, tuple(float(share) for share in shares))


def _is_unlike(unlike: float) -> bool:
    """Whether a shape so probably no digit is taken for none."""
    return DOUBT * unlike > 1 - unlike


def _unlike(found: Found, card: Card, alone: bool = False) -> float:
    """How probable it is that a shape is no digit, 0 to 1.

    A leaning stroke is a 1, not a /, unless it stands between digits, or `alone` amid what may be anything.
    """
    places = card.no_digit if found.between or alone else card.no_digit_apart
    return float(found.looked[places].sum())


def _since(start: float) -> float:
    return (time.perf_counter() - start) * 1000
