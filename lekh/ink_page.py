"""Grey page -> ink of everything on it, large or small.

The paper is what a morphological closing leaves, which follows the edge of a shadow as no median does; grain is
measured tile by tile, rules are taken out, and each stroke's edge is set by its own darkness.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from lekh import sheet
from lekh.connected import components
from lekh.ground import (
    FIELD,
    LEAST_CONTRAST,
    LEAST_SIDE,
    SEARCH,
    closed,
    is_light,
    relative,
    resized,
    sampled,
    shrunk,
    wide_median,
)
from lekh.normalize import EDGE
from lekh.page_strokes import soft_strokes, without_edges
from lekh.rules import without_rules

PAGE = 2400  # pixels of the longer side of a large page while it is read
MOST_ENLARGED = 4  # times, a field
WIDEST_ON_PAGE = 0.04  # a stroke, as a share of the page's longer side
BAND, BAND_ACROSS = 0.008, 0.8  # of that side, the width of a fold or a narrow shadow; how much of the page it crosses
BAND_DARK = 0.4  # of the paper's light that it takes, at most
BAND_BROAD = 0.06  # of its area is as broad; of rules, where strokes cross them, less
IN_BANDS = 0.012  # of that side, the widest stroke on one
WIDEST_IN_FIELD = 0.3  # and of a tightly cropped field's shorter side
TILE = 64  # pixels; the grain of the paper is measured tile by tile
PAGE_NOISE_RATIO = 3.5  # ink stands out by this many standard deviations of the grain around it
AS_LIGHT = 0.3  # of what dark strokes would take from the page, that which light strokes add to a board
AROUND_STROKES, AS_LIGHT_AROUND = 0.034, 0.55  # of the longer side; of what is so near light strokes, as light: paper
SOFT_EDGE = 7  # pixels, of light strokes, which is neither they nor what is around them
HELD = 0.5  # of what surrounds it is other ink: then it is what that encloses
DRAWN_THRESHOLD = 16  # of 255
FIELD_BLUR = 0.7  # pixels of the field as it came: the pattern of security paper is finer than a pen
DENSE = 0.05  # of a field is inked
PARTED = 0.66  # of the variance lies between ink and paper; of mere noise 0.64
BLACK = 0.2  # of the bright paper; darker is a margin
BESIDE_BLACK, BESIDE_IN_FIELD = 0.07, 0.15  # of the longer side, both sides of a margin's edge: of a page, a field
CLIFF = 0.3  # of the paper's brightness, lost or gained within a few pixels
DESK, STRIP = 0.12, 0.03  # darker than the paper by this; of the longer side, the widest strip of desk at the border
AS_DARK = 1.3  # times the darkest of a rule beside it: may be a part of it


@dataclass(frozen=True)
class PageInk:
    """The ink of a whole page.

    Attributes:
        ink: float32 `(h, w)`, 0 paper .. 1 ink, at the resolution in which the page is read.
        scale: pixels of the page for one of `ink`.
        grain: of the paper's light, what a stroke must take for its grain not to hide it, 0 to 1; 0 of a drawing.
        rules: uint8 `(h, w)`, 1 where rules and frames were taken out.
        is_light: whether the strokes of a photo are lighter than their ground.
    """

    ink: np.ndarray
    scale: float
    grain: float
    rules: np.ndarray
    is_light: bool = False


def find_page(
    grey: np.ndarray, longer: int = PAGE, ruled: bool = True, blur: float = 0.0, is_light: bool | None = None
) -> PageInk:
    """The ink of everything on a page, large or small, without its rules and frames; where a photo shows a sheet that
    lies on a desk, of everything on that.

    Args:
        grey: uint8 `(H, W)`; a photo or a drawing, dark on light or light on dark.
        longer: pixels of the longer side to which a larger page is brought, nearly.
        ruled: whether the page may have rules and frames; where it has none, no bar of an = is taken for one.
        blur: standard deviation in pixels of the smaller page, to look through its grain.
        is_light: whether strokes are lighter than their ground, where another look at the page has told.

    Returns:
        The ink; nothing but zeros where there is none.
    """
    if min(grey.shape) < LEAST_SIDE:
        return PageInk(np.zeros(grey.shape, np.float32), 1.0, 0.0, np.zeros(grey.shape, np.uint8))
    page = _at_reading_size(grey, longer)
    if blur:
        page = cv2.GaussianBlur(page, (0, 0), blur)
    is_field = max(grey.shape) < FIELD
    ground = even_ground(page)
    lying = None if is_field or ground is not None else sheet.lying_on(page)
    if ground is not None:
        found = _ink_of_drawing(page, ground, is_field, ruled)
    elif lying is not None:
        found = _on_sheet(_ink_of_photo(page, is_field, ruled)[0], lying)
    elif is_field or is_light is not None:
        is_light = _looks_light(page) if is_light is None else is_light
        found, _ = _ink_of_photo(255 - page if is_light else page, is_field, ruled)
    else:
        found = _ink_that_stands_out(page, ruled)
    return replace(found, scale=max(grey.shape) / max(page.shape))


def _ink_that_stands_out(page, ruled):
    """`PageInk` of the strokes of a photo that stand out more from their ground, dark ones or light ones."""
    found, paper = _ink_of_photo(page, False, ruled)
    if not _looks_light(page):
        return found
    light, board = _ink_of_photo(255 - page, False, ruled)  # chalk on a board, or white paper on a dark desk
    shown, as_dark = cv2.subtract(board, 255 - page), cv2.subtract(paper, page)
    free = _not_held(light.ink, found.ink)
    more = (free * shown).sum() > AS_LIGHT * (found.ink * as_dark).sum()
    return replace(light, is_light=True) if more and not _is_paper(free, page) else found


def _on_sheet(found, lying):
    """The ink of a photo without that of the desk on which a sheet lies there: wood has strokes, too. What reaches over
    the edge of the sheet goes with it."""
    within = lying.within(found.ink.shape)
    count, labels = cv2.connectedComponents((found.ink > EDGE).astype(np.uint8), ltype=cv2.CV_32S)
    over = np.bincount(labels[within == 0], minlength=count) > 0
    over[0] = False
    return replace(found, ink=np.where((within == 0) | over[labels], 0, found.ink))


def marks_on(grey: np.ndarray, longer: int) -> np.ndarray:
    """Whatever stands out from a page, rules and grids with it: a quick look, by which its skew is told.

    Args:
        grey: uint8 `(H, W)`, no cut-out.
        longer: pixels of the longer side to which a larger page is brought, nearly.

    Returns:
        uint8 `(h, w)`, 1 on marks.
    """
    if min(grey.shape) < LEAST_SIDE:
        return np.zeros(grey.shape, np.uint8)
    page = shrunk(grey, longer)
    ground = even_ground(page)
    if ground is not None:
        return cv2.compare(cv2.absdiff(page, float(ground)), DRAWN_THRESHOLD, cv2.CMP_GT) & 1
    marks = _standing_out(page)
    return marks | _standing_out(255 - page) if _looks_light(page) else marks  # chalk, or paper beside a dark desk


def _standing_out(page):
    """uint8 `(h, w)`: 1 on what is darker than the paper of a photo."""
    paper = _paper_around(page, is_field=False)
    return cv2.compare(_contrast_to(paper, page), _grain_threshold(page, paper), cv2.CMP_GT) & 1


def _not_held(ink, other):
    """The ink without what other ink surrounds: the paper within a 0, which is light between dark strokes."""
    labels, _ = components((ink > EDGE).astype(np.uint8))
    beside = cv2.dilate(labels.astype(np.float32), np.ones((5, 5), np.uint8)).astype(np.int64)
    beside[labels > 0] = 0
    count = int(labels.max()) + 1
    held = np.bincount(beside[other > EDGE], minlength=count) > HELD * np.bincount(beside.ravel(), minlength=count)
    held[0] = False
    return np.where(held[labels], 0, ink)


def _is_paper(ink, page):
    """Whether what may be light strokes is paper, seen between rules and shadows: it is as light around them."""
    strokes = (ink > 0.5).astype(np.uint8)
    if not cv2.countNonZero(strokes):
        return True
    near, far = (cv2.dilate(strokes, np.ones((side, side), np.uint8))
                 for side in (SOFT_EDGE, round(AROUND_STROKES * max(page.shape)) | 1))  # fmt: skip
    around = page[(far > 0) & (near == 0)]
    if not len(around):
        return False
    level = (float(np.median(page[strokes > 0])) + float(np.quantile(around, 0.2))) / 2
    return float((around > level).mean()) > AS_LIGHT_AROUND


def _at_reading_size(grey, wanted):
    longer = max(grey.shape)
    if longer >= FIELD:
        return shrunk(grey, wanted)
    page = resized(grey, min(FIELD, MOST_ENLARGED * longer))
    return cv2.GaussianBlur(page, (0, 0), FIELD_BLUR * max(page.shape) / longer)


def _looks_light(page):
    small = resized(page, SEARCH) if max(page.shape) > SEARCH else page
    return is_light(small.astype(np.float32) - wide_median(small))


def _ink_of_drawing(page, ground, is_field, ruled):
    """`PageInk` of strokes on a ground of one level, which are darker than it as a rule, or lighter."""
    dark, light = cv2.subtract(float(ground), page), cv2.subtract(page, float(ground))
    if float(light.sum()) > float(dark.sum()):
        page, ground = 255 - page, 255 - ground
    threshold = np.full_like(page, DRAWN_THRESHOLD)
    paper = np.full_like(page, ground)
    return _ink_on(paper, page, threshold, is_field, *_marked(paper, page, threshold, is_field, ruled))


def _ink_of_photo(page, is_field, ruled):
    """`PageInk` of dark strokes on paper, whatever its light, and uint8 that paper without them."""
    paper = _paper_around(page, is_field)
    threshold = _heaps_threshold(_contrast_to(paper, page)) if is_field else None
    threshold = _grain_threshold(page, paper) if threshold is None else threshold
    marked = _marked(paper, page, threshold, is_field, ruled)
    bands = None if is_field else _bands(*marked)
    if bands is not None:
        bands = cv2.resize(bands, page.shape[::-1], interpolation=cv2.INTER_NEAREST)
        paper = np.where(bands > 0, cv2.min(paper, _paper_around(page, is_field, IN_BANDS)), paper)
        threshold = _grain_threshold(page, paper)
        marked = _marked(paper, page, threshold, is_field, ruled)
    grain = float(np.median(sampled(threshold))) / 255
    return replace(_ink_on(paper, page, threshold, is_field, *marked), grain=grain), paper


def _marked(paper, page, threshold, is_field, ruled):
    """uint8 `(h, w)`: the contrast of a page to its paper, where that is ink (1), and where it is rules."""
    contrast = _contrast_to(paper, page)
    inked = cv2.compare(contrast, threshold, cv2.CMP_GT) & 1
    if not ruled:
        return contrast, inked, np.zeros_like(inked)
    return contrast, *without_rules(inked, is_field, None if is_field else contrast)


def _ink_on(paper, page, threshold, is_field, contrast, inked, rules):
    ink, labels = soft_strokes(contrast, threshold, inked, _beside_rules(rules, contrast), _cliffs(paper, is_field))
    if max(ink.shape) >= FIELD:  # what is much enlarged is blurred, and too small for anything but digits
        ink = without_edges(ink, labels, page, paper, contrast, rules, is_field)
    return PageInk(ink, 1.0, 0.0, rules)


def _beside_rules(rules, contrast):
    """uint8 `(h, w)`: 1 on rules and beside them, but not where a stroke is darker than they are."""
    if not cv2.countNonZero(rules):
        return rules
    around = cv2.dilate(rules * contrast, np.ones((5, 5), np.uint8))
    return cv2.compare(cv2.convertScaleAbs(around, alpha=AS_DARK), cv2.max(contrast, 1), cv2.CMP_GE) & 1


def _contrast_to(paper, page):
    """uint8 `(h, w)`: how much of the paper's light the ink takes, 255 all of it."""
    return cv2.divide(cv2.subtract(paper, page), cv2.max(paper, 32), scale=255)


def even_ground(page: np.ndarray) -> int | None:
    """The one level of a drawing's ground.

    Args:
        page: uint8 `(H, W)`.

    Returns:
        0 .. 255; `None` on a photo, and where the ground is not the same along the border.
    """
    counts = np.bincount(sampled(page).ravel(), minlength=256)
    ground = int(np.argmax(counts))
    ring = np.concatenate([page[0], page[-1], page[:, 0], page[:, -1]])
    even = counts[max(0, ground - 1) : ground + 2].sum() > 0.5 * counts.sum()
    return ground if even and (np.abs(ring.astype(np.int16) - ground) <= 2).mean() > 0.8 else None


def _bands(contrast, inked, rules):
    """uint8 of half the size, 1 around what is dark, crosses the page and is wider than a pen's stroke, or None.

    Folds, creases and narrow shadows: what is written across them shall stand out from them. A narrow one may have been
    taken for a rule; what else was is no part of it, nor what is written on that.
    """
    half = slice(None, None, 2), slice(None, None, 2)
    contrast, inked, rules = (np.ascontiguousarray(one[half]) for one in (contrast, inked, rules))
    core = cv2.erode(inked | rules, np.ones((max(3, round(BAND * max(inked.shape)) | 1),) * 2, np.uint8)) > 0
    if not core.any():
        return None
    bands = _crossing(inked, core, contrast) | _crossing(rules, core, contrast)
    if not bands.any():
        return None
    return cv2.dilate(bands.astype(np.uint8), np.ones((7, 7), np.uint8))


def _crossing(dark, core, contrast):
    """bool `(h, w)`: the pieces of a mask that are pale, broad, and cross the page."""
    labels, stats = components(dark)
    broad = np.bincount(labels[core], minlength=len(stats))
    level = np.bincount(labels[core], contrast[core], len(stats)) / np.maximum(broad, 1)
    size = np.array(dark.shape[::-1])
    across = (stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]] > BAND_ACROSS * size).any(axis=1)
    across &= (broad > BAND_BROAD * stats[:, cv2.CC_STAT_AREA]) & (level < 255 * BAND_DARK)
    across[0] = False
    return across[labels]


def _paper_around(page, is_field, widest=WIDEST_ON_PAGE):
    """uint8 paper without strokes: what is darker than its surroundings for no more than a stroke's width is filled."""
    halved = not is_field
    small = cv2.resize(page, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA) if halved else page
    reach = WIDEST_IN_FIELD * min(small.shape) if is_field else widest * max(small.shape)
    reach = max(3, round(reach) | 1)
    paper = closed(small, reach, goes_on=not is_field)
    return cv2.resize(paper, page.shape[::-1], interpolation=cv2.INTER_LINEAR) if halved else paper


def _cliffs(paper, is_field):
    """uint8 `(h, w)`: 1 where the paper ends: just beyond its edge, and on both sides of a black margin's."""
    small = resized(paper, min(SEARCH, max(paper.shape)))
    high = cv2.dilate(small, np.ones((9, 9), np.uint8))
    jumps = cv2.compare(small, cv2.convertScaleAbs(high, alpha=1 - CLIFF), cv2.CMP_LT)
    black = cv2.compare(small, BLACK * float(np.percentile(small, 90)), cv2.CMP_LT)
    if cv2.countNonZero(black):
        beside = round((BESIDE_IN_FIELD if is_field else BESIDE_BLACK) * max(small.shape)) | 1
        jumps |= cv2.dilate(black, np.ones((beside, beside), np.uint8))
    jumps |= _strips_of_desk(small)
    return cv2.resize(jumps & 1, paper.shape[::-1], interpolation=cv2.INTER_NEAREST)


def _strips_of_desk(paper):
    """uint8 `(h, w)`, 255 in narrow dark strips along the border: the desk beside the paper, not a shadow on it."""
    reach = round(2 * STRIP * max(paper.shape)) | 1
    bright = cv2.dilate(paper, np.ones((reach, reach), np.uint8))
    dark = cv2.compare(paper, cv2.convertScaleAbs(bright, alpha=1 - DESK), cv2.CMP_LT)
    strips, margin = np.zeros_like(dark), round(STRIP * max(paper.shape))
    for turned, found in ((dark, strips), (dark.T, strips.T)):
        for side in (slice(None), slice(None, None, -1)):
            from_border = np.minimum.accumulate(turned[:, side][:, : margin + 1], axis=1)
            from_border[from_border[:, -1] > 0] = 0  # goes on into the page
            found[:, side][:, : margin + 1] |= from_border
    return cv2.dilate(strips, np.ones((3, 3), np.uint8))


def _heaps_threshold(contrast):
    """uint8 `(h, w)`: what parts ink and paper in a field that holds much of both, or None."""
    between, inked = cv2.threshold(contrast, 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    share = float(inked.mean())
    if not DENSE < share < 1:
        return None
    apart = float(contrast[inked > 0].mean()) - float(contrast[inked == 0].mean())
    if share * (1 - share) * apart**2 < PARTED * float(contrast.var()):
        return None
    return np.full_like(contrast, max(between, 255 * LEAST_CONTRAST))


def _grain_threshold(page, paper):
    """uint8 `(h, w)`: the contrast that the grain of the paper around does not reach, measured tile by tile."""
    h, w = page.shape
    rows, columns = max(1, round(h / TILE)), max(1, round(w / TILE))
    y, x = (np.linspace(0, side - 1, 16 * tiles).astype(int) for side, tiles in ((h, rows), (w, columns)))
    places = y[:, np.newaxis], x
    contrast = relative(page[places], paper[places].astype(np.float32))
    tiles = contrast.reshape(rows, 16, columns, 16).transpose(0, 2, 1, 3).reshape(rows, columns, 256)
    tiles = np.sort(tiles, axis=2)
    middle, low = tiles[:, :, 128], tiles[:, :, 40]  # low: a standard deviation under the middle
    limit = np.maximum(middle, 0) + np.maximum(PAGE_NOISE_RATIO * (middle - low), LEAST_CONTRAST)
    limit = cv2.medianBlur(limit, 3) if min(rows, columns) >= 3 else limit
    return cv2.convertScaleAbs(cv2.resize(limit, (w, h), interpolation=cv2.INTER_LINEAR), alpha=255)
