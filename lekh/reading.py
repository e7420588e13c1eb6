"""The pipeline: image -> Reading. Page, command line and notebooks all pass through here."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import replace

from lekh import images, ink, ink_page, sheet
from lekh.corrected import read_boxes
from lekh.errors import LekhError
from lekh.layout import pieces_of
from lekh.looking import CROWDED, looked_at
from lekh.model import Model
from lekh.numerals import AUTO, DOTTED
from lekh.one_digit import FEW, if_whole, is_alone, read_found, read_looked_at, read_one
from lekh.photo import is_photo
from lekh.result import Box, Digit, Line, Number, Reading
from lekh.skew import skew_of, straightened, turned_back
from lekh.which_script import by_one_hand
from lekh.whole_page import PRINTED, found_on, read_large, read_on, through_grain

__all__ = ["AUTO", "Box", "Digit", "Line", "Number", "Reading", "read", "read_boxes", "read_each", "scripts_of"]


TOGETHER = 8_000_000  # pixels of pages that are held while the network is asked of all their digits
SEVERAL = 3  # digits; of fewer on a page its rules tell too little
MOSTLY = 0.8  # of what is on a page, once it is turned, are digits: no need to read it as it was
TURNED = 0.35  # of that, digits, at least: the rest may be the print of a form
HALF = 0.5  # of what is on a page are digits: fewer, and
FEW_RULES = 2.5  # longer sides of a page tell how it is turned, as short as they are together
MANY_DOTS, ALL_DOTS = 20, 0.95  # digits, so many of them zeros: a texture
GRAINY = 0.09  # of the paper's light; a page of coarser grain is also looked at through a blur
RATHER_GRAINY = 0.06  # the same where little was read


def read(source: images.Source, model: Model, script: str = AUTO, single: bool = False) -> Reading:
    """Reads an image: all numbers on it, line by line, or the one digit that it holds.

    Args:
        source: anything that `images.to_grey` takes.
        model: a loaded model folder.
        script: a script of the model's card, or `"auto"`.
        single: the image holds one digit; a photo may hold other things, a page's rules and shadows say.

    Returns:
        A `Reading`; with no line when there is no ink.

    Raises:
        LekhError: the source is no readable image, or the model does not read `script`.
    """
    start = time.perf_counter()
    if script != AUTO:
        model.card.indices(script)  # an unknown script is said before any work
    grey = images.to_grey(source)
    if not single:
        found = _read_all(grey, model, script)
    else:
        found = _read_photo_of_one(grey, model, script) if is_photo(grey) else read_one(grey, model, script)
    return replace(found, milliseconds=_since(start))


def _read_photo_of_one(grey, model, script):
    """The reading of a photo of one digit, which may be small and beside other things: the one that all of it shows,
    or the largest."""
    many = _read_all(grey, model, script)
    if many.accepted != 1:
        one = read_one(grey, model, script)
        if one.shows_digits or not many.shows_digits:
            return one
    return many.only_largest()


def _read_all(grey, model, script):
    """The reading of a picture: of all of it or, where that shows no digit, of a sheet on a desk, if that shows one or
    many: a few are what was drawn or printed there."""
    found = _without_dots(_read_page(grey, model, script), script)
    lying = None if found.shows_digits or len(found.digits) > PRINTED else sheet.lying_on(grey)
    if lying is None:
        return found
    (left, top), paper = lying.cut_from(grey)
    on_paper = _without_dots(_read_page(paper, model, script), script)
    on_paper = replace(on_paper.with_each(lambda digit: digit.moved(left, top)), grey=grey)
    if on_paper.accepted > FEW:
        return on_paper
    boxes = [digit.box_xywh for digit in on_paper.digits if not digit.rejected]
    is_one = len(boxes) == 1 and len(on_paper.digits) <= FEW and lying.holds(boxes[0], grey.shape)
    return on_paper if is_one else found


def _without_dots(found, script):
    """The reading of a photo without dots, where it shows nothing else: a crumb is a zero to who expects Arabic, and so
    is each dot of a cloth, even where Arabic was chosen."""
    read = [digit.digit for digit in found.digits if not digit.rejected]
    if found.script != DOTTED or read.count(0) < ALL_DOTS * len(read) or (any(read) and len(read) < MANY_DOTS):
        return found
    if len(read) < MANY_DOTS and (script != AUTO or ink_page.even_ground(found.grey) is not None):
        return found
    return found.all_rejected()


def _read_page(grey, model, script):
    """The reading of a page that may hold one digit, many, or none; of one with rules that are turned, turned back."""
    angle = skew_of(grey)
    turned = _read_turned(grey, angle, model, script)
    if turned is not None and turned.accepted >= MOSTLY * len(turned.digits):
        return turned
    level = _read_level(grey, model, script)
    if not angle and level.accepted < HALF * len(level.digits):
        turned = _read_turned(grey, skew_of(grey, FEW_RULES), model, script)
    return turned if turned is not None and turned.accepted > level.accepted else level


def _read_level(grey, model, script):
    """The reading of a page as it is."""
    page, lines = found_on(grey, model, script)
    many, lines, is_grainy = _read_many(grey, page, lines, model, script)
    if is_grainy:
        return many
    pieces = pieces_of(lines)
    if many is not None and many.shows_digits and len(pieces) > FEW:
        return many
    found = ink.find_digit(grey)
    one = read_found(grey, found, model, script)
    if many is None:
        return if_whole(one, found)
    if is_alone(one, found, many, pieces, page):
        return one
    large = read_large(grey, page, pieces, model, script)
    return many if large is None else large


def _read_turned(grey, angle, model, script):
    """The reading of a page turned back by an angle; `None` where that is 0, or hardly any digits show then."""
    if not angle:
        return None
    upright, back = straightened(grey, angle)
    many, _, _ = _read_many(upright, *found_on(upright, model, script), model, script)
    if many is None or many.accepted < max(SEVERAL, TURNED * len(many.digits)):
        return None
    many = many.with_each(lambda digit: replace(digit, box_xywh=turned_back(digit.box_xywh, back)))
    return replace(many, grey=grey)


def _read_many(grey, page, lines, model, script):
    """The reading of all that was found on a page, or `None`; its lines; and whether the page is read through its grain
    because more is seen so."""
    many, lines = read_on(page, lines, grey, model, script) if lines else (None, lines)
    is_read = many is not None and many.accepted >= MOSTLY * len(many.digits)
    coarse = page.grain >= (GRAINY if is_read else RATHER_GRAINY)
    seen = through_grain(grey, model, script) if coarse else None
    is_grainy = seen is not None and (many is None or _balance(seen) > _balance(many))
    return seen if is_grainy else many, lines, is_grainy


def _balance(many):
    """Digits read, less those that were rejected."""
    return 2 * many.accepted - len(many.digits)


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
    plain = [page for page in pages if not isinstance(page, LekhError) and not is_photo(page)]
    found = [ink.find_digit(page) for page in plain]
    looked = iter(looked_at([(one.ink, one.box_xywh) for one in found if one is not None], model, script))
    alone = (
        read_looked_at(page, one, one and next(looked), model, script) for page, one in zip(plain, found, strict=True)
    )

    def answer(page):
        if isinstance(page, LekhError):
            return page
        return _read_photo_of_one(page, model, script) if is_photo(page) else next(alone)

    read = [answer(page) for page in pages]
    milliseconds = _since(start) / max(1, len(pages))
    return [one if isinstance(one, LekhError) else replace(one, milliseconds=milliseconds) for one in read]


def scripts_of(sources: Iterable[images.Source], model: Model) -> tuple[tuple[str, float], ...]:
    """How probable each script is, given digits of one picture that were cut out, one a source; empty without ink.

    Raises:
        LekhError: a source is no readable image.
    """
    found = [one for one in map(ink.find_digit, map(images.to_grey, sources)) if one is not None]
    if not found:
        return ()
    digits = [(one.ink, one.box_xywh) for one in found]
    return by_one_hand(digits, looked_at(digits, model, AUTO), model, AUTO)[1]


def _since(start: float) -> float:
    return (time.perf_counter() - start) * 1000
