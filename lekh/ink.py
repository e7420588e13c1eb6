"""Grey page -> ink. The only place where polarity, paper, light and threshold are decided.

The paper under the digit is estimated by a wide median and divided out, so that shadow, colour and vignette go with it;
the threshold comes from the centre of the region, so that a black frame at its edge does not hide a faint pencil; what
lives at the edge is dropped. A small digit on a large page is found first, then looked at again in its own region.

Of a whole page (`find_page`) the paper is what a morphological closing leaves, which follows the edge of a shadow as no
median does; grain is measured tile by tile, rules are taken out, and each stroke's edge is set by its own darkness.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from lekh import sheet
from lekh.normalize import EDGE, box_of
from lekh.rules import components, weighted_median, weighted_quantile, without_rules

# A digit is so small that a second thread costs more than it gives, and a small host has no second core to lend.
cv2.setNumThreads(1)

WIDEST = 0.3  # a stroke, as a share of the longer side; what is dark and wider is shadow
EVEN_PAPER = 200.0  # leaves room for what shines
LOOKS = 4  # at ever smaller regions around the digit
WORK = 128  # pixels of the longer side of a region in which strokes are separated from paper
SEARCH = 384  # the same, for the first look at a large page
MARGIN = 0.3  # paper around the digit when its region is looked at again, as a share of its longer side
LEAST_SIDE = 4  # pixels; in less nobody can write
LEAST_CONTRAST = 0.035  # of the paper's brightness; fainter than this is no ink
LOWEST_THRESHOLD, HIGHEST_THRESHOLD = 0.3, 0.5  # of the ink's contrast: for clean paper, for grainy paper
DRAWN_GRAIN = 0.002  # no paper is as even as this
THICKEST = 0.23  # half a stroke's width, of the longer side; what is wider is a shadow
LEAST_DRAWN = 0.04  # of the longer side: an Arabic zero is a dot
LEAST_FRAMED = 40  # a picture with fewer pixels a side has no room for a frame
NOISE_RATIO = 4.0  # ink stands out by at least this many standard deviations of the paper's grain
SMALL_NOISE_RATIO = 1.8  # the same in a picture that shows nothing but the digit, and little paper


@dataclass(frozen=True)
class DigitInk:
    """The ink of one digit.

    Attributes:
        ink: float32 `(h, w)`, 0 paper .. 1 ink; the region around the digit, its longer side `WORK` pixels.
        box_xywh: the ink's bounding box, in pixels of the page.
    """

    ink: np.ndarray
    box_xywh: tuple[int, int, int, int]


def find_digit(grey: np.ndarray) -> DigitInk | None:
    """The ink of the one digit on a page.

    Args:
        grey: uint8 `(H, W)`.

    Returns:
        `None` when the page holds no ink.
    """
    if min(grey.shape) < LEAST_SIDE:
        return None
    lying = sheet.on_desk(grey) if max(grey.shape) >= FIELD else None
    if lying is None:
        return _find_on_paper(grey)
    (left, top), paper = lying
    found = _find_on_paper(paper)
    if found is None:
        return None
    x, y, w, h = found.box_xywh
    return replace(found, box_xywh=(left + x, top + y, w, h))


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
    contrast, drawn = _contrast(_resized(grey, work), small)
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
        keep = _all_strokes(mask, small)
    else:
        keep = _digit_components(_without_frame(mask) if framed else mask, framed, searching=work != WORK)
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


def _resized(grey, work):
    scale = work / max(grey.shape)
    size = max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale))
    if scale < 1:
        return cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    return cv2.resize(grey, size, interpolation=cv2.INTER_CUBIC)


def contrast_of(grey: np.ndarray) -> np.ndarray:
    """How much darker than the paper (or lighter than a dark ground) each pixel is.

    Args:
        grey: uint8 `(H, W)`.

    Returns:
        float32 `(H, W)`: 0 like the ground, 1 black on white or white on black, negative where the paper shines; the
        sign of the ink is decided here.
    """
    return _contrast(grey, small=False)[0]


def _contrast(grey, small):
    """What `contrast_of` returns, and whether the page is a drawing, which has neither grain nor shadow."""
    ground = _wide_median(_without_dense_strokes(grey, 0.5 if small else THICKEST))
    if _is_light(grey.astype(np.float32) - ground):
        grey, ground = 255 - grey, 255 - ground
    contrast = _relative(grey, _paper_beside(grey, ground))
    drawn = _grain(contrast) <= DRAWN_GRAIN
    if drawn and small and _is_around(grey):
        return _relative(255 - grey, np.full(grey.shape, 255 - float(grey.min()), np.float32)), drawn
    if drawn or small or max(grey.shape) > WORK:  # a search needs no finer paper
        return contrast, drawn
    even = _without_shadow(grey)
    ground = _wide_median(np.clip(even, 0, 255).astype(np.uint8))
    return _relative(even, _paper_beside(even, ground)), drawn


def _without_shadow(grey):
    """float32, dark strokes on even paper: what is dark and wider than a stroke is shadow, however sharp its edge."""
    reach = round(max(grey.shape) * WIDEST) | 1
    paper = cv2.morphologyEx(cv2.medianBlur(grey, 5), cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    return grey * (np.float32(EVEN_PAPER) / np.maximum(paper, 8).astype(np.float32))


def _is_light(difference):
    """Whether the strokes are lighter than their ground, judged by the middle of the region."""
    h, w = difference.shape
    middle = slice(h // 8, h - h // 8), slice(w // 8, w - w // 8)
    light, dark = (
        float(np.square(part[middle]).sum()) for part in (np.maximum(difference, 0), np.minimum(difference, 0))
    )
    if max(light, dark) > 8 * min(light, dark):
        return light > dark
    # Shadow and light weigh as much as the ink: what is fine tells which of them was written.
    side = max(3, max(h, w) // 5)
    fine = difference - cv2.blur(difference, (side, side))
    return float((fine[middle] ** 3).sum()) > 0


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


def _relative(grey, ground):
    return (ground - grey) / np.maximum(ground, 32)


def _without_dense_strokes(grey, thickest):
    """The page with its strokes painted over, where a tight crop holds so much ink that no median finds the paper."""
    _, light = cv2.threshold(grey, 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    if not 0.25 < light.mean() < 0.75:
        return grey
    ring = np.concatenate([light[0], light[-1], light[:, 0], light[:, -1]])
    halves = [cv2.distanceTransform(part, cv2.DIST_L2, 3).max() for part in (light, 1 - light)]
    thin = 2 * min(halves) < max(halves) and 0.25 < ring.mean() < 0.75  # a digit may run along its picture's border
    is_light = halves[0] < halves[1] if thin else ring.mean() < 0.5
    strokes, half_width = (light, halves[0]) if is_light else (1 - light, halves[1])
    # A shadow covers half of a page too, but it is no stroke.
    written, paper = np.median(grey[strokes > 0]), np.median(grey[strokes == 0])
    if half_width > thickest * max(grey.shape) or abs(written - paper) < 60 or min(ring.mean(), 1 - ring.mean()) > 0.47:
        return grey
    filled = grey.copy()
    filled[strokes > 0] = paper
    return filled


def _wide_median(grey):
    """First estimate of the ground: the median of a window wider than any stroke, at half size."""
    side = max(grey.shape)
    small = cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA) if min(grey.shape) > 4 else grey
    pad = max(small.shape) // 4
    padded = cv2.copyMakeBorder(small, pad, pad, pad, pad, cv2.BORDER_REFLECT)
    ground = (
        cv2.medianBlur(padded, min(round(side * (0.3 if side <= WORK else 0.12)) | 1, 255))[pad:-pad, pad:-pad]
        if pad
        else small
    )
    return cv2.resize(ground, grey.shape[::-1], interpolation=cv2.INTER_LINEAR).astype(np.float32)


def _paper_beside(grey, ground):
    """Second estimate: the paper beside the strokes, which follows a shadow where the wide median cannot."""
    first = _relative(grey, ground)
    level = max(0.02, 0.3 * float(_percentile(_sampled(first), 98)), 2.5 * _grain(first))
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


def _sampled(values):
    """Every so many pixels, enough for a percentile."""
    step = max(1, max(values.shape) // WORK)
    return values[::step, ::step]


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
    contrast = _sampled(contrast)
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


def _all_strokes(mask, small):
    """What was drawn, specks left out: on a clean sheet a stroke cut by the border belongs to the digit too.

    A clean sheet may be the cell of a form, though: whole rules at its edge go, if a digit is left that keeps off it.
    """
    parts = _Components(mask, False)
    if len(parts.areas) == 0:
        return None
    long = np.maximum(parts.width, parts.height)
    if not small and long.max() < LEAST_DRAWN * max(mask.shape):
        return None
    keep = parts.areas > 0.025 * parts.areas.max()
    if not small and len(parts.areas) > 1 and parts.touches.any():
        written = ~parts.cell_borders(mask)
        clear = written & ~parts.touches & (long >= LEAST_DRAWN * max(mask.shape))
        if clear.any():
            keep = written & (parts.areas > 0.025 * parts.areas[written].max())
    return np.isin(parts.labels, np.flatnonzero(keep) + 1).astype(np.uint8)


def _digit_components(mask, framed, searching=False):
    """The components that make the digit, as a uint8 mask; None where all are specks.

    In a search of a large page, what reaches the page's border is the desk around the paper.
    """
    h, w = mask.shape
    parts = _Components(mask, framed)
    if len(parts.areas) == 0:
        return None
    main = parts.main(0.01 if searching and framed else 0.6)
    if parts.areas[main] < 8 and max(h, w) > 16:
        return None
    keep = parts.near(main) & (parts.areas > 0.025 * parts.areas[main]) & ~parts.at_edge & ~parts.rules()
    keep[main] = True
    return np.isin(parts.labels, np.flatnonzero(keep) + 1).astype(np.uint8)


class _Components:
    """8-connected components of a mask, with what tells a digit from a neighbour, a frame or a speck."""

    def __init__(self, mask, framed):
        self.framed = framed
        self.shape = h, w = mask.shape
        _, self.labels, stats, centroids = cv2.connectedComponentsWithStats(mask, connectivity=8)
        stats, self.centroids = stats[1:], centroids[1:]
        self.areas = stats[:, cv2.CC_STAT_AREA].astype(np.float32)
        self.left, self.top = stats[:, cv2.CC_STAT_LEFT], stats[:, cv2.CC_STAT_TOP]
        self.width, self.height = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
        self.right, self.bottom = self.left + self.width, self.top + self.height
        self.touches = (self.left <= 1) | (self.top <= 1) | (self.right >= w - 1) | (self.bottom >= h - 1)
        outer = mask.copy()
        my, mx = max(1, h // 6), max(1, w // 6)
        outer[my : h - my, mx : w - mx] = 0
        self.outer_share = self._share(outer)
        self.frames = self._frames(mask) if framed else np.zeros(len(stats), bool)

    def _share(self, part):
        """How much of each component lies in `part` of the mask."""
        counts = np.bincount(self.labels.ravel(), part.ravel(), minlength=len(self.areas) + 1)
        return counts[1:] / np.maximum(self.areas, 1)

    @property
    def at_edge(self):
        """Cut off by the region's border and living there, or a thin frame that spans the region."""
        return (self.touches & (self.outer_share > 0.35)) | self.frames

    def _frames(self, mask):
        """Thin straight rules that reach two borders and span most of the region, as a table's do."""
        h, w = self.shape
        borders = (self.left <= 1) * 1 + (self.top <= 1) + (self.right >= w - 1) + (self.bottom >= h - 1)
        spans = (self.width > 0.7 * w) | (self.height > 0.7 * h)
        found = (borders >= 2) & spans & (self.areas < 0.25 * self.width * self.height)
        if not found.any():
            return found
        outside = mask.copy()
        outside[h // 4 : h - h // 4, w // 4 : w - w // 4] = 0
        return found & (self._share(outside) > 0.75) & (self._straight_share(mask) > 0.75)

    def cell_borders(self, mask):
        """Long thin straight rules that live at the edge of a clean sheet and reach it."""
        h, w = self.shape
        found = self.touches & (self.outer_share > 0.85) & ((self.width > 0.4 * w) | (self.height > 0.4 * h))
        found &= self.areas < 0.05 * max(h, w) * (self.width + self.height)
        return found & (self._straight_share(mask) > 0.8) if found.any() else found

    def _straight_share(self, mask):
        """How much of each component lies on long level or upright runs."""
        h, w = self.shape
        level = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((1, max(5, w // 7)), np.uint8))
        upright = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((max(5, h // 7), 1), np.uint8))
        return self._share(cv2.dilate(level | upright, np.ones((3, 3), np.uint8)) & mask)

    def main(self, touching=0.6):
        """Index of the largest component, those in the middle preferred; `touching` weighs what reaches a border."""
        h, w = self.shape
        off_centre = np.hypot(self.centroids[:, 0] / w - 0.5, self.centroids[:, 1] / h - 0.5)
        score = self.areas * np.exp(-4 * np.square(off_centre)) * np.where(self.touches, touching, 1.0)
        unlikely = (self.touches & (self.outer_share > 0.5)) | self.frames
        main = int(np.argmax(score * np.where(unlikely, 0.02, 1.0)))
        largest = int(np.argmax(self.areas))
        # A speck amid a tightly cropped digit is not what the crop was made for.
        speck = max(self.width[main], self.height[main]) < 0.2 * max(h, w) and not self.frames[largest]
        return largest if speck and self.areas[main] < 0.3 * self.areas[largest] else main

    def near(self, main):
        """Whether a component lies within a third of the main one's size: the bar of a 5, not the next digit."""
        gap_x = np.maximum(0, np.maximum(self.left - self.right[main], self.left[main] - self.right))
        gap_y = np.maximum(0, np.maximum(self.top - self.bottom[main], self.top[main] - self.bottom))
        return np.hypot(gap_x, gap_y) < 0.3 * max(self.width[main], self.height[main])

    def rules(self):
        """Thin straight pieces along an edge."""
        if not self.framed:
            return np.zeros(len(self.areas), bool)
        h, w = self.shape
        x, y = self.centroids[:, 0] / w, self.centroids[:, 1] / h
        upright = (self.width < 0.08 * w) & (self.height > 2 * self.width + 4) & ((x < 0.2) | (x > 0.8))
        level = (self.height < 0.08 * h) & (self.width > 2 * self.height + 4) & ((y < 0.2) | (y > 0.8))
        return upright | level


def _without_frame(mask):
    """The mask without straight rules along its edges, if a digit that touches no edge is left.

    A tightly cropped 7 also has a bar along the edge; what remains of it reaches the opposite edge, and so it is kept.
    """
    rules = cv2.bitwise_or(_rules_along(mask), _rules_along(mask.T).T)
    if not rules.any():
        return mask
    rest = mask & ~cv2.dilate(rules, np.ones((3, 3), np.uint8)) & 1
    parts = _Components(np.ascontiguousarray(rest), True)
    if len(parts.areas) == 0:
        return mask
    main = parts.main()
    large = max(parts.height[main] / mask.shape[0], parts.width[main] / mask.shape[1]) > 0.25
    # A frame meets the digit at one rule at the most; a bar at both ends belongs to a 2 or a Z-shaped digit.
    beside = cv2.dilate((parts.labels == main + 1).astype(np.uint8), np.ones((7, 7), np.uint8)) & rules
    bars = cv2.connectedComponents(beside, connectivity=8)[0] - 1
    return rest if large and bars <= 1 and not parts.touches[main] else mask


def _rules_along(mask):
    """uint8 mask of the nearly horizontal rules in the upper and lower fifth of a mask."""
    mask = np.ascontiguousarray(mask)
    h, w = mask.shape
    length = max(5, w // 4)
    runs = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    runs[h // 5 : h - h // 5] = 0
    found = np.zeros_like(mask)
    if not runs.any():
        return found
    _, labels, stats, _ = cv2.connectedComponentsWithStats(cv2.dilate(runs, np.ones((3, 3), np.uint8)), connectivity=8)
    for index in range(1, len(stats)):
        x, _, width, _, area = stats[index]
        from_side = x <= 2 or x + width >= w - 2
        if from_side and width > 0.55 * w and area / width < 0.12 * h + 3:
            found[(labels == index) & (runs > 0)] = 1
    return found


# Whole pages

PAGE = 2400  # pixels of the longer side of a large page while it is read
FIELD = 480  # and of a small one: a hair-line needs pixels
MOST_ENLARGED = 4
WIDEST_ON_PAGE = 0.04  # a stroke, as a share of the page's longer side
BAND, BAND_ACROSS = 0.008, 0.8  # of that side, the width of a fold or a narrow shadow; how much of the page it crosses
BAND_DARK = 0.4  # of the paper's light that it takes, at most
IN_BANDS = 0.012  # of that side, the widest stroke on one
WIDEST_IN_FIELD = 0.3  # and of a tightly cropped field's shorter side
TILE = 64  # pixels; the grain of the paper is measured tile by tile
PAGE_NOISE_RATIO = 3.5  # ink stands out by this many standard deviations of the grain around it
AS_LIGHT = 0.3  # of what dark strokes would take from the page, that which light strokes add to a board
HELD = 0.5  # of what surrounds it is other ink: then it is what that encloses
DRAWN_THRESHOLD = 16  # of 255
FIELD_BLUR = 0.7  # pixels of the field as it came: the pattern of security paper is finer than a pen
DENSE = 0.05  # of a field is inked
PARTED = 0.66  # of the variance lies between ink and paper; of mere noise 0.64
BLACK = 0.2  # of the bright paper; darker is a margin
BESIDE_BLACK, BESIDE_IN_FIELD = 0.07, 0.15  # of the longer side, both sides of a margin's edge: of a page, a field
STROKE_LEVEL = 0.35  # of a stroke's own contrast: where it ends
SURPLUS, GRAIN_AREA = 0.5, 100  # over the threshold, for a few pixels; how many are a few
WEAK_SPECK, WEAK = 0.5, 0.25  # of the usual contrast of the ink: what is fainter is none, small things and others
MUCH_WRITTEN = 40  # pieces
FAINTEST, ONE_PEN = 0.1, 0.6  # share of the ink that is as faint; if it reaches so much of the usual, one pen wrote all
OTHER = 0.45  # of that: fainter is no writing where one pen wrote all
CLIFF = 0.3  # of the paper's brightness, lost or gained within a few pixels
DESK, STRIP = 0.12, 0.03  # darker than the paper by this; of the longer side, the widest strip of desk at the border
SEEN, MANY_SEEN, TEXTURE = 20, 15, 1.9  # pixels; pieces; times its threshold the writing reaches, or all is texture
AS_INK, DARK = 0.6, 0.22  # of a stroke's contrast, and of the paper: what is as dark beside it is no paper
DARK_BESIDE, SOME_BESIDE = 0.12, 0.04  # of what surrounds a stroke is as dark: it is the edge of that
SOFT, SOFT_AT = 0.09, 1200  # of its contrast a pixel, how the outline of a blurred stroke rises; on a page of that side
SOFT_IN_FIELD, RATHER_SOFT = 0.07, 1.25  # the same in a field; times this it is rather soft
AS_DARK = 1.3  # times the darkest of a rule beside it: may be a part of it
ON_RULE, ON_CLIFF = 0.65, 0.5  # of what hangs together lies there: then it is a crumb of that, no writing


@dataclass(frozen=True)
class PageInk:
    """The ink of a whole page.

    Attributes:
        ink: float32 `(h, w)`, 0 paper .. 1 ink, at the resolution in which the page is read.
        scale: pixels of the page for one of `ink`.
        grain: of the paper's light, what a stroke must take for its grain not to hide it, 0 to 1; 0 of a drawing.
        rules: uint8 `(h, w)`, 1 where rules and frames were taken out.
    """

    ink: np.ndarray
    scale: float
    grain: float
    rules: np.ndarray


def find_page(grey: np.ndarray, longer: int = PAGE, ruled: bool = True, blur: float = 0.0) -> PageInk:
    """The ink of everything on a page, large or small, without its rules and frames.

    Args:
        grey: uint8 `(H, W)`; a photo or a drawing, dark on light or light on dark.
        longer: pixels of the longer side to which a larger page is brought, nearly.
        ruled: whether the page may have rules and frames; where it has none, no bar of an = is taken for one.
        blur: standard deviation in pixels of the smaller page, to look through its grain.

    Returns:
        The ink; nothing but zeros where there is none.
    """
    if min(grey.shape) < LEAST_SIDE:
        return PageInk(np.zeros(grey.shape, np.float32), 1.0, 0.0, np.zeros(grey.shape, np.uint8))
    page = _at_reading_size(grey, longer)
    if blur:
        page = cv2.GaussianBlur(page, (0, 0), blur)
    is_field = max(grey.shape) < FIELD
    ground = _even_ground(page)
    if ground is not None:
        found = _ink_of_drawing(page, ground, is_field, ruled)
    elif is_field:
        found, _ = _ink_of_photo(255 - page if _looks_light(page) else page, is_field, ruled)
    else:
        found, paper = _ink_of_photo(page, is_field, ruled)
        if _looks_light(page):  # chalk on a board, or white paper on a dark desk: see what stands out more
            light, board = _ink_of_photo(255 - page, is_field, ruled)
            shown, as_dark = cv2.subtract(board, 255 - page), cv2.subtract(paper, page)
            as_light = _not_held(light.ink, found.ink) * shown
            if as_light.sum() > AS_LIGHT * (found.ink * as_dark).sum():
                found = light
    return replace(found, scale=max(grey.shape) / max(page.shape))


def _not_held(ink, other):
    """The ink without what other ink surrounds: the paper within a 0, which is light between dark strokes."""
    labels, _ = components((ink > EDGE).astype(np.uint8))
    beside = cv2.dilate(labels.astype(np.float32), np.ones((5, 5), np.uint8)).astype(np.int64)
    beside[labels > 0] = 0
    count = int(labels.max()) + 1
    held = np.bincount(beside[other > EDGE], minlength=count) > HELD * np.bincount(beside.ravel(), minlength=count)
    held[0] = False
    return np.where(held[labels], 0, ink)


def _at_reading_size(grey, wanted):
    longer = max(grey.shape)
    if longer > wanted:
        parts = -(-longer // (wanted + 100))
        if longer / parts >= 0.8 * wanted:  # whole parts are ten times as fast
            h, w = (side // parts for side in grey.shape)
            if min(h, w) >= 1:
                return cv2.resize(grey[: h * parts, : w * parts], (w, h), interpolation=cv2.INTER_AREA)
        return _resized(grey, wanted)
    if longer >= FIELD:
        return grey
    page = _resized(grey, min(FIELD, MOST_ENLARGED * longer))
    return cv2.GaussianBlur(page, (0, 0), FIELD_BLUR * max(page.shape) / longer)


def _looks_light(page):
    small = _resized(page, SEARCH) if max(page.shape) > SEARCH else page
    return _is_light(small.astype(np.float32) - _wide_median(small))


def _ink_of_drawing(page, ground, is_field, ruled):
    """`PageInk` of strokes on a ground of one level, which are darker than it as a rule, or lighter."""
    dark, light = cv2.subtract(float(ground), page), cv2.subtract(page, float(ground))
    if float(light.sum()) > float(dark.sum()):
        page, ground = 255 - page, 255 - ground
    threshold = np.full_like(page, DRAWN_THRESHOLD)
    return _ink_on(np.full_like(page, ground), page, threshold, is_field, ruled)


def _ink_of_photo(page, is_field, ruled):
    """`PageInk` of dark strokes on paper, whatever its light, and uint8 that paper without them."""
    paper = _paper_around(page, is_field)
    threshold = _heaps_threshold(_contrast_to(paper, page)) if is_field else None
    threshold = _grain_threshold(page, paper) if threshold is None else threshold
    bands = None if is_field else _bands(page, paper, threshold)
    if bands is not None:
        paper = np.where(bands > 0, cv2.min(paper, _paper_around(page, is_field, IN_BANDS)), paper)
        threshold = _grain_threshold(page, paper)
    grain = float(np.median(_sampled(threshold))) / 255
    return replace(_ink_on(paper, page, threshold, is_field, ruled), grain=grain), paper


def _ink_on(paper, page, threshold, is_field, ruled):
    contrast = _contrast_to(paper, page)
    inked = cv2.compare(contrast, threshold, cv2.CMP_GT) & 1
    rules = np.zeros_like(inked)
    if ruled:
        inked, rules = without_rules(inked, is_field, None if is_field else contrast)
    ink, labels = _soft_strokes(contrast, threshold, inked, _beside_rules(rules, contrast), _cliffs(paper, is_field))
    if max(ink.shape) >= FIELD:  # what is much enlarged is blurred, and too small for anything but digits
        ink = _without_edges(ink, labels, page, paper, contrast, rules, is_field)
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


def _even_ground(page):
    """The one level of a drawing's ground, or None on a photo."""
    counts = np.bincount(_sampled(page).ravel(), minlength=256)
    ground = int(np.argmax(counts))
    ring = np.concatenate([page[0], page[-1], page[:, 0], page[:, -1]])
    even = counts[max(0, ground - 1) : ground + 2].sum() > 0.5 * counts.sum()
    return ground if even and (np.abs(ring.astype(np.int16) - ground) <= 2).mean() > 0.8 else None


def _bands(page, paper, threshold):
    """uint8 `(h, w)`, 1 around what is dark, crosses much of the page and is wider than a pen's stroke, or None.

    Folds, creases and narrow shadows: what is written across them shall stand out from them.
    """
    half = slice(None, None, 2), slice(None, None, 2)
    contrast = _contrast_to(paper[half], page[half])
    dark = cv2.compare(contrast, threshold[half], cv2.CMP_GT) & 1
    core = cv2.erode(dark, np.ones((max(3, round(BAND * max(dark.shape)) | 1),) * 2, np.uint8)) > 0
    if not core.any():
        return None
    labels, stats = components(dark)
    broad = np.bincount(labels[core], minlength=len(stats))
    level = np.bincount(labels[core], contrast[core], len(stats)) / np.maximum(broad, 1)
    size = np.array(dark.shape[::-1])
    across = (stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]] > BAND_ACROSS * size).any(axis=1)
    across &= (broad > 0) & (level < 255 * BAND_DARK)
    if not across.any():
        return None
    bands = cv2.dilate(across[labels].astype(np.uint8), np.ones((7, 7), np.uint8))
    return cv2.resize(bands, page.shape[::-1], interpolation=cv2.INTER_NEAREST)


def _paper_around(page, is_field, widest=WIDEST_ON_PAGE):
    """uint8 paper without strokes: what is darker than its surroundings for no more than a stroke's width is filled."""
    halved = not is_field
    small = cv2.resize(page, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA) if halved else page
    reach = WIDEST_IN_FIELD * min(small.shape) if is_field else widest * max(small.shape)
    reach = max(3, round(reach) | 1)
    pad = 0 if is_field else reach  # a dark strip along the border goes on beyond it; a field may be cut at the ink
    paper = cv2.copyMakeBorder(cv2.medianBlur(small, 5), pad, pad, pad, pad, cv2.BORDER_REPLICATE)
    paper = cv2.morphologyEx(paper, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    paper = paper[pad : paper.shape[0] - pad, pad : paper.shape[1] - pad]
    return cv2.resize(paper, page.shape[::-1], interpolation=cv2.INTER_LINEAR) if halved else paper


def _cliffs(paper, is_field):
    """uint8 `(h, w)`: 1 where the paper ends: just beyond its edge, and on both sides of a black margin's."""
    small = _resized(paper, min(SEARCH, max(paper.shape)))
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
    sampled = y[:, np.newaxis], x
    contrast = _relative(page[sampled], paper[sampled].astype(np.float32))
    tiles = contrast.reshape(rows, 16, columns, 16).transpose(0, 2, 1, 3).reshape(rows, columns, 256)
    tiles = np.sort(tiles, axis=2)
    middle, low = tiles[:, :, 128], tiles[:, :, 40]  # low: a standard deviation under the middle
    limit = np.maximum(middle, 0) + np.maximum(PAGE_NOISE_RATIO * (middle - low), LEAST_CONTRAST)
    limit = cv2.medianBlur(limit, 3) if min(rows, columns) >= 3 else limit
    return cv2.convertScaleAbs(cv2.resize(limit, (w, h), interpolation=cv2.INTER_LINEAR), alpha=255)


def _soft_strokes(contrast, threshold, mask, rules, cliffs):
    """float32 ink: each stroke with the level of its own pen, soft at its edge; and the labels of the mask."""
    ink = np.zeros(mask.shape, np.float32)
    labels, stats = components(np.ascontiguousarray(mask))
    count, inside = len(stats), np.flatnonzero(mask > 0)
    if len(inside) == 0:
        return ink, labels
    label, value = labels.ravel()[inside], contrast.ravel()[inside].astype(np.float32)
    # The mean of what is inked, the darker the heavier: an outline's soft edge does not pull it down.
    level = (np.bincount(label, value**3, count) / np.maximum(np.bincount(label, value**2, count), 1)).astype(
        np.float32
    )
    area = stats[:, cv2.CC_STAT_AREA]
    limit = np.bincount(label, threshold.ravel()[inside], count) / np.maximum(area, 1)
    # A few pixels of grain may stand out together; the more there are, the less they need to.
    certain = level > (1.1 + SURPLUS * np.exp(-area / GRAIN_AREA)) * limit
    keep = certain & ~_is_weak(np.where(certain, level, 0), stats)
    # What is left on a rule, or lies where the paper ends, is a crumb of it.
    keep &= np.bincount(label, rules.ravel()[inside], count) < ON_RULE * area
    keep &= np.bincount(label, cliffs.ravel()[inside], count) < ON_CLIFF * area
    if max(mask.shape) >= FIELD and _is_texture((level / np.maximum(limit, 1))[keep & (area > SEEN)]):
        return ink, labels
    inside, label, value = (values[keep[label]] for values in (inside, label, value))
    level = level[label]
    edge = np.maximum(STROKE_LEVEL * level, threshold.ravel()[inside])
    ink.ravel()[inside] = np.clip((value - 0.5 * edge) / np.maximum(0.65 * level - 0.5 * edge, 1), 0, 1)
    return ink, labels


def _without_edges(ink, labels, page, paper, contrast, rules, is_field):
    """The ink without what is no stroke: the edge of a thing, dark on one side of it, or of a shadow, which is soft."""
    inside = np.flatnonzero(ink > 0.5)
    if len(inside) == 0:
        return ink
    label, count = labels.ravel()[inside], int(labels.max()) + 1
    area = np.maximum(np.bincount(label, minlength=count), 1)
    around = np.bincount(label, paper.ravel()[inside], count) / area
    level = np.bincount(label, contrast.ravel()[inside], count) / area
    beside = _dark_beside(labels, page, around * (1 - np.maximum(AS_INK * level / 255, DARK)), rules)
    sharp = _sharpness(ink, labels, contrast, count) / np.maximum(level, 1)
    soft = SOFT_IN_FIELD if is_field else SOFT * min(1, SOFT_AT / max(ink.shape))
    edges = (beside > DARK_BESIDE) | (sharp < soft) | ((beside > SOME_BESIDE) & (sharp < RATHER_SOFT * soft))
    edges[0] = False
    if edges.any():
        ink[edges[labels]] = 0
    return ink


def _dark_beside(labels, page, limits, rules):
    """float array: for each label, the share of what surrounds it, other ink and rules left out, under its limit."""
    if len(limits) > np.iinfo(np.uint16).max:
        return np.zeros(len(limits))
    owner = cv2.dilate(labels.astype(np.uint16), np.ones((11, 11), np.uint8))
    busy = cv2.dilate((labels > 0).astype(np.uint8) | rules, np.ones((5, 5), np.uint8))
    ring = np.flatnonzero((owner > 0) & (busy == 0))
    owner = owner.ravel()[ring]
    dark = page.ravel()[ring] < limits[owner]
    return np.bincount(owner[dark], minlength=len(limits)) / np.maximum(np.bincount(owner, minlength=len(limits)), 10)


def _sharpness(ink, labels, contrast, count):
    """float array: for each label, how much the contrast changes from pixel to pixel along its outline."""
    across, down = cv2.spatialGradient(cv2.GaussianBlur(contrast, (0, 0), 1))
    outline = cv2.morphologyEx((ink > 0.5).astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    outline = np.flatnonzero(outline & (labels > 0))
    label = labels.ravel()[outline]
    slope = np.hypot(across.ravel()[outline], down.ravel()[outline]) / 8
    length = np.bincount(label, minlength=count)
    return np.where(length > 0, np.bincount(label, slope, count) / np.maximum(length, 1), np.inf)


def _is_texture(surplus):
    """Whether nothing on a page stands out far: grain coarser than the measure of it foresees, in many places."""
    return len(surplus) >= MANY_SEEN and float(np.quantile(surplus, 0.9)) < TEXTURE


def _is_weak(level, stats):
    """Which components are fainter than what else is written, for their size: grain, stains, what shows through."""
    height, area = stats[:, cv2.CC_STAT_HEIGHT].astype(np.float32), stats[:, cv2.CC_STAT_AREA].astype(np.float32)
    area[0] = 0  # the paper
    if not (area * level).any():
        return np.ones(len(level), bool)
    usual, tall = weighted_median(level, area * level), weighted_median(height, area * level)
    weak = level < usual * np.where(height < 0.5 * tall, WEAK_SPECK, WEAK)
    written = (level > 0) & (height > 0.5 * tall) & (height < 2 * tall)
    if np.count_nonzero(written) >= MUCH_WRITTEN:
        faint = weighted_quantile(level[written], (area * level)[written], FAINTEST)
        if faint > ONE_PEN * usual:
            weak |= level < OTHER * faint
    return weak
