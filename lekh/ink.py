"""Grey page -> ink of the one digit on it.

The only place, beside `ink_page` for whole pages, where polarity, paper, light and threshold are decided.

The paper under the digit is estimated by a wide median and divided out, so that shadow, colour and vignette go with it;
the threshold comes from the centre of the region, so that a black frame at its edge does not hide a faint pencil; what
lives at the edge is dropped. A small digit on a large page is found first, then looked at again in its own region.
Where the picture shows a note on a desk, or rules that cross the page, these go before.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from lekh import ruled_paper, sheet
from lekh.digit_parts import all_strokes, digit_components, without_frame
from lekh.ground import (
    LEAST_CONTRAST,
    LEAST_SIDE,
    SEARCH,
    WORK,
    closed,
    is_light,
    relative,
    resized,
    sampled,
    wide_median,
)
from lekh.normalize import box_of

WIDEST, WIDEST_IN_SEARCH = 0.3, 0.2  # a stroke, of the region's, of a page's longer side; what is wider is shadow
DARKEST = 0.25  # of the bright paper, that in a shadow; what is darker is a margin
EVEN_PAPER = 200.0  # leaves room for what shines
LOOKS = 4  # at ever smaller regions around the digit
MARGIN = 0.3  # paper around the digit when its region is looked at again, as a share of its longer side
LOWEST_THRESHOLD, HIGHEST_THRESHOLD = 0.3, 0.5  # of the ink's contrast: for clean paper, for grainy paper
DRAWN_GRAIN = 0.002  # no paper is as even as this
THICKEST = 0.23  # half a stroke's width, of the longer side; what is wider is a shadow
LEAST_FRAMED = 40  # a picture with fewer pixels a side has no room for a frame
NOISE_RATIO = 4.0  # ink stands out by at least this many standard deviations of the paper's grain
SMALL_NOISE_RATIO = 1.8  # the same in a picture that shows nothing but the digit, and little paper


@dataclass(frozen=True)
class DigitInk:
    """The ink of one digit.

    Attributes:
        ink: float32 `(h, w)`, 0 paper .. 1 ink; the region around the digit, its longer side `WORK` pixels.
        box_xywh: the ink's bounding box, in pixels of the page.
        ruled: whether rules that cross the page were painted over.
        cut_off: whether it reaches the edge of the sheet on a desk that it is written on.
    """

    ink: np.ndarray
    box_xywh: tuple[int, int, int, int]
    ruled: bool = False
    cut_off: bool = False


def find_digit(grey: np.ndarray) -> DigitInk | None:
    """The ink of the one digit on a page.

    Args:
        grey: uint8 `(H, W)`.

    Returns:
        `None` when the page holds no ink.
    """
    if min(grey.shape) < LEAST_SIDE:
        return None
    lying = sheet.lying_on(grey)
    (left, top), paper = ((0, 0), grey) if lying is None else lying.cut_from(grey)
    plain = ruled_paper.without_rules(paper)
    found = _find_on_paper(plain)
    if found is None:
        return None
    scale = max(paper.shape) / max(plain.shape)
    x, y, w, h = _clipped(*(value * scale for value in found.box_xywh), paper.shape)
    box = left + x, top + y, w, h
    cut_off = lying is not None and not lying.holds(box, grey.shape)
    return replace(found, box_xywh=box, ruled=plain is not paper, cut_off=cut_off)


def _find_on_paper(grey):
    """What `find_digit` returns, where all of the picture may be paper."""
    x, y, w, h = 0, 0, grey.shape[1], grey.shape[0]
    work = SEARCH if max(w, h) > 1.5 * SEARCH else WORK
    for _ in range(LOOKS):
        ink = _region_ink(grey[y : y + h, x : x + w], work)
        box = None if ink is None else box_of(ink)
        if box is None:
            return None
        scale = max(w, h) / max(ink.shape)
        bx, by, bw, bh = (value * scale for value in box)
        found = DigitInk(ink, _clipped(x + bx, y + by, bw, bh, grey.shape))
        fills = max(bw, bh) >= 0.5 * max(w, h) or max(w, h) <= WORK
        if fills and work == WORK:
            break
        if not fills:
            margin = MARGIN * max(bw, bh) + 2
            x, y, w, h = _clipped(x + bx - margin, y + by - margin, bw + 2 * margin, bh + 2 * margin, grey.shape)
        work = WORK
    return found


def _clipped(x, y, w, h, shape):
    """The box in whole pixels, at least one, inside a page of `shape`."""
    left, top = min(max(round(x), 0), shape[1] - 1), min(max(round(y), 0), shape[0] - 1)
    return left, top, max(1, min(round(x + w), shape[1]) - left), max(1, min(round(y + h), shape[0]) - top)


def _region_ink(grey, work):
    """float32 ink of the digit in a region brought to `work` pixels, or None."""
    small = min(grey.shape) < LEAST_FRAMED
    contrast, drawn = _contrast(resized(grey, work), small)
    grain = _grain(contrast)
    level = _level(contrast, grain, 99 if work == WORK else 99.9, SMALL_NOISE_RATIO if small else NOISE_RATIO)
    if level is None and drawn and not small:  # a dot is a smaller share of the pixels than any other digit
        level = _level(contrast, grain, 99.9, NOISE_RATIO)
    if level is None:
        return None
    threshold = float(np.clip(3.5 * grain, LOWEST_THRESHOLD * level, HIGHEST_THRESHOLD * level))
    mask = (contrast > threshold).astype(np.uint8)
    framed = not drawn and not small
    if drawn:
        keep = all_strokes(mask, small)
    else:
        keep = digit_components(without_frame(mask) if framed else mask, framed, searching=work != WORK)
    if keep is None or (framed and work == WORK and not _is_written(keep, contrast, level, grain)):
        return None
    # A soft edge keeps what anti-aliasing says of the stroke's outline; a pen's uneven pressure is evened out.
    soft = np.clip((contrast - 0.5 * threshold) / (0.65 * level - 0.5 * threshold), 0, 1)
    return soft * cv2.dilate(keep, np.ones((3, 3), np.uint8))


def _is_written(keep, contrast, level, grain):
    """Whether strokes were found, not a stain, the grain, a fold or the edge of a shadow.

    Strokes are thin, longer than they are wide, smooth and end sharply, and they do not cross the whole page straight.
    The limits lie below what photographed digits show, and above most of what blank paper shows.
    """
    half_width = float(cv2.distanceTransform(keep, cv2.DIST_L2, 3).max())
    _, _, w, h = cv2.boundingRect(keep)
    if half_width > 0.17 * max(keep.shape) or (max(w, h) < 2.7 * 2 * half_width and level < max(0.3, 60 * grain)):
        return False
    if level < 6 * grain and (cv2.medianBlur(keep, 5) != keep).mean() > 0.3 * keep.mean():
        return False
    if _crosses_straight(keep, half_width):
        return False
    if half_width < 2:  # a hair-line is sharp by being one
        return True
    smooth = cv2.GaussianBlur(contrast, (0, 0), 1.5)
    slope = np.hypot(cv2.Sobel(smooth, cv2.CV_32F, 1, 0, scale=1 / 8), cv2.Sobel(smooth, cv2.CV_32F, 0, 1, scale=1 / 8))
    outline = cv2.morphologyEx(keep, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 0
    return float(slope[outline].mean()) > 0.115 * float(contrast[keep > 0].mean())


def _crosses_straight(keep, half_width):
    """A thin straight line from border to border; a tightly cropped 1 is thick for the width of its page."""
    h, w = keep.shape
    if half_width > 0.03 * min(h, w):
        return False
    points = cv2.findNonZero(keep)[:, 0].astype(np.float32)
    ends = np.stack([points.min(axis=0), points.max(axis=0)])
    reached = (ends[0] <= 2).sum() + (ends[1] >= np.array([w, h]) - 3).sum()
    dx, dy, x0, y0 = cv2.fitLine(points, cv2.DIST_L2, 0, 0.01, 0.01).ravel()
    away = np.abs((points[:, 0] - x0) * dy - (points[:, 1] - y0) * dx)
    return reached >= 2 and float(away.max()) < 0.03 * max(h, w)


def contrast_of(grey: np.ndarray) -> np.ndarray:
    """How much darker than the paper (or lighter than a dark ground) each pixel is.

    Args:
        grey: uint8 `(H, W)`.

    Returns:
        float32 `(H, W)`: 0 like the ground, 1 black on white or white on black, negative where the paper shines; the
        sign of the ink is decided here.
    """
    return _contrast(grey, small=False, around=False)[0]


def _contrast(grey, small, around=True):
    """What `contrast_of` returns, and whether the page is a drawing, which has neither grain nor shadow.

    `around`: whether the page may show more than writing, a shadow that goes on beyond its border say; what was cut
    around a number may not, and the network for numbers learnt it as it is.
    """
    ground = wide_median(_without_dense_strokes(grey, 0.5 if small else THICKEST))
    if is_light(grey.astype(np.float32) - ground):
        grey, ground = 255 - grey, 255 - ground
    contrast = relative(grey, _paper_beside(grey, ground))
    drawn = _grain(contrast) <= DRAWN_GRAIN
    if drawn and small and _is_around(grey):
        return relative(255 - grey, np.full(grey.shape, 255 - float(grey.min()), np.float32)), drawn
    if drawn or small or (max(grey.shape) > WORK and not around):
        return contrast, drawn
    even = _without_shadow(grey, around)
    ground = wide_median(np.clip(even, 0, 255).astype(np.uint8))
    return relative(even, _paper_beside(even, ground)), drawn


def _without_shadow(grey, around):
    """float32, dark strokes on even paper: what is dark and wider than a stroke is shadow, however sharp its edge."""
    longer = max(grey.shape)
    reach = round(longer * (WIDEST if longer <= WORK else WIDEST_IN_SEARCH)) | 1
    paper = closed(grey, reach, goes_on=around)
    darkest = max(8, int(DARKEST * np.percentile(paper, 90))) if around else 8
    return grey * (np.float32(EVEN_PAPER) / np.maximum(paper, darkest).astype(np.float32))


def _is_around(grey):
    """Whether what is dark is the paper in the corners around a shape that fills its picture, an Arabic zero say.

    Such paper lies along the border further than it reaches inwards, and is no thin stroke.
    """
    _, dark = cv2.threshold(grey, 0, 1, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    corners = set(labels[[0, 0, -1, -1], [0, -1, 0, -1]].tolist()) - {0}
    shapes = cv2.connectedComponents(1 - dark, connectivity=4)[0] - 1
    if len(corners) < 2 or shapes > 1 or cv2.distanceTransform(dark, cv2.DIST_L2, 3).max() < 0.12 * max(grey.shape):
        return False
    along = np.bincount(np.concatenate([labels[0], labels[-1], labels[1:-1, 0], labels[1:-1, -1]]), minlength=count)
    return bool((along[1:] ** 2 >= 3 * stats[1:, cv2.CC_STAT_AREA]).all())


def _without_dense_strokes(grey, thickest):
    """The page with its strokes painted over, where a tight crop holds so much ink that no median finds the paper."""
    _, light = cv2.threshold(grey, 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    if not 0.25 < light.mean() < 0.75:
        return grey
    ring = np.concatenate([light[0], light[-1], light[:, 0], light[:, -1]])
    halves = [cv2.distanceTransform(part, cv2.DIST_L2, 3).max() for part in (light, 1 - light)]
    thin = 2 * min(halves) < max(halves) and 0.25 < ring.mean() < 0.75  # a digit may run along its picture's border
    inverted = halves[0] < halves[1] if thin else ring.mean() < 0.5
    strokes, half_width = (light, halves[0]) if inverted else (1 - light, halves[1])
    # A shadow covers half of a page too, but it is no stroke.
    written, paper = np.median(grey[strokes > 0]), np.median(grey[strokes == 0])
    if half_width > thickest * max(grey.shape) or abs(written - paper) < 60 or min(ring.mean(), 1 - ring.mean()) > 0.47:
        return grey
    filled = grey.copy()
    filled[strokes > 0] = paper
    return filled


def _paper_beside(grey, ground):
    """Second estimate: the paper beside the strokes, which follows a shadow where the wide median cannot."""
    first = relative(grey, ground)
    level = max(0.02, 0.3 * float(_percentile(sampled(first), 98)), 2.5 * _grain(first))
    mask = cv2.dilate((first > level).astype(np.uint8), np.ones((5, 5), np.uint8))
    paper = (1 - mask).astype(np.float32)
    weight = _smooth(paper)
    local = _smooth(paper * grey) / np.maximum(weight, 1e-3)
    trust = np.clip(weight / 0.15, 0, 1)
    return trust * local + (1 - trust) * ground


def _smooth(values):
    """Two box filters: nearly a Gaussian with a standard deviation of a fourteenth of the longer side, far cheaper."""
    side = max(values.shape)
    side = max(3, round(side / (5.7 if side <= WORK else 16)) | 1)
    return cv2.blur(cv2.blur(values, (side, side)), (side, side))


def _percentile(values, share):
    """What `np.percentile` returns of float32 values, to the last bit, several times as fast."""
    place = np.float32(values.size - 1) * (np.float32(share) / np.float32(100))
    below = int(place)
    above = min(below + 1, values.size - 1)
    parted = np.partition(values, (below, above), axis=None)
    low, high, part = parted[below], parted[above], place - np.float32(below)
    return low + (high - low) * part if part < 0.5 else high - (high - low) * (1 - part)


def _median(values):
    """What `np.median` returns of float32 `(N,)`, in half the time; N is at least 1."""
    middle = len(values) // 2
    if len(values) % 2:
        return np.partition(values, middle)[middle]
    parted = np.partition(values, (middle - 1, middle))
    return (parted[middle - 1] + parted[middle]) / np.float32(2)


def _grain(contrast):
    """Standard deviation of the paper, from its shining side, where no ink is."""
    contrast = sampled(contrast)
    shining = contrast[contrast < 0]
    return 1.4826 * float(-_median(shining)) if len(shining) > 0.05 * contrast.size else 0.0


def _level(contrast, grain, percentile, noise_ratio):
    """The contrast that the ink at the centre typically reaches, or None where nothing stands out from the grain.

    The limits were measured on photographed digits and on blank paper. On a large page the ink is a small share of the
    pixels, which is why the `percentile` that finds it is higher there.
    """
    h, w = contrast.shape
    weak = None
    for share in (5, 0):  # the centre first; a digit in a corner, or a wide ring, is found in the whole
        dy, dx = (h // share, w // share) if share else (0, 0)
        part = contrast[dy : h - dy, dx : w - dx]
        if part.size == 0:
            continue
        peak = float(_percentile(part, percentile))
        if peak <= max(LEAST_CONTRAST, noise_ratio * grain):
            continue
        inked = part[part > max(0.25 * peak, min(2.5 * grain, 0.6 * peak))]
        level = max(0.5 * peak, float(_median(inked))) if len(inked) else 0.0
        if level >= min(1.3 * noise_ratio * grain, 0.25):
            return level
        if level >= 0.8 * noise_ratio * grain:
            weak = weak or level
    return weak
