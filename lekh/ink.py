"""Grey page -> ink. The only place where polarity, paper, light and threshold are decided.

The paper under the digit is estimated by a wide median and divided out, so that shadow, colour and vignette go with it;
the threshold comes from the centre of the region, so that a black frame at its edge does not hide a faint pencil; what
lives at the edge is dropped. A small digit on a large page is found first, then looked at again in its own region.
"""

from dataclasses import dataclass

import cv2
import numpy as np

WORK = 128  # pixels of the longer side of a region in which strokes are separated from paper
SEARCH = 384  # the same, for the first look at a large page
MARGIN = 0.3  # paper around the digit when its region is looked at again, as a share of its longer side
LEAST_CONTRAST = 0.035  # of the paper's brightness; fainter than this is no ink
NOISE_RATIO = 4.0  # ink is at least this many standard deviations of the paper's grain


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
    height, width = grey.shape
    x, y, w, h = 0, 0, width, height
    longest = max(w, h)
    work = SEARCH if longest > 1.5 * SEARCH else WORK
    for _ in range(4):
        ink = _region_ink(grey[y : y + h, x : x + w], work)
        box = None if ink is None else _bounding_box(ink)
        if box is None:
            return None
        scale = max(w, h) / max(ink.shape)
        bx, by, bw, bh = (value * scale for value in box)
        settled = max(bw, bh) >= 0.5 * max(w, h) or max(w, h) <= WORK
        found = (round(x + bx), round(y + by), max(1, round(bw)), max(1, round(bh)))
        if settled and work == WORK:
            return DigitInk(ink, _clip(found, width, height))
        if not settled:
            margin = MARGIN * max(bw, bh) + 2
            left, top = max(0, int(x + bx - margin)), max(0, int(y + by - margin))
            right = min(width, int(np.ceil(x + bx + bw + margin)))
            bottom = min(height, int(np.ceil(y + by + bh + margin)))
            x, y, w, h = left, top, right - left, bottom - top
        work = WORK
    return DigitInk(ink, _clip(found, width, height))


def _clip(box, width, height):
    x, y = min(max(box[0], 0), width - 1), min(max(box[1], 0), height - 1)
    return x, y, min(box[2], width - x), min(box[3], height - y)


def _bounding_box(ink):
    rows, columns = np.flatnonzero(ink.max(axis=1) > 0.5), np.flatnonzero(ink.max(axis=0) > 0.5)
    if len(rows) == 0:
        return None
    return columns[0], rows[0], columns[-1] + 1 - columns[0], rows[-1] + 1 - rows[0]


def _region_ink(grey, work):
    """float32 ink of the digit in a region brought to `work` pixels, or None."""
    contrast = contrast_of(_resized(grey, work))
    threshold = _threshold(contrast)
    if threshold is None:
        return None
    # A soft edge keeps what anti-aliasing says of the stroke's outline.
    soft = np.clip((contrast / threshold - 0.5), 0, 1)
    keep = _digit_components((contrast > threshold).astype(np.uint8))
    if keep is None:
        return None
    return soft * cv2.dilate(keep, np.ones((3, 3), np.uint8))


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
        float32 `(H, W)`: 0 like the ground, 1 black on white or white on black; the sign of the ink is decided here.
    """
    ground = _ground(grey)
    difference = grey.astype(np.float32) - ground
    h, w = grey.shape
    centre = difference[h // 8 : h - h // 8, w // 8 : w - w // 8]
    light = np.square(np.maximum(centre, 0)).sum() > np.square(np.minimum(centre, 0)).sum()
    if light:
        return np.maximum(difference, 0) / np.maximum(255 - ground, 32)
    return np.maximum(-difference, 0) / np.maximum(ground, 32)


def _ground(grey):
    side = max(grey.shape)
    small = cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA) if side > 8 else grey
    pad = max(small.shape) // 4
    padded = cv2.copyMakeBorder(small, pad, pad, pad, pad, cv2.BORDER_REFLECT)
    window = max(small.shape) * 6 // 10 | 1
    ground = cv2.medianBlur(padded, min(window, 255))[pad : pad + small.shape[0], pad : pad + small.shape[1]]
    return cv2.resize(cv2.blur(ground, (5, 5)), grey.shape[::-1], interpolation=cv2.INTER_LINEAR).astype(np.float32)


def _threshold(contrast):
    """Half of what the ink at the centre reaches, or None where nothing stands out from the paper."""
    noise = 1.4826 * float(np.median(contrast)) * 1.5
    h, w = contrast.shape
    for share in (5, 0):  # the centre first; a digit in a corner is found in the whole
        dy, dx = (h // share, w // share) if share else (0, 0)
        part = contrast[dy : h - dy, dx : w - dx]
        if part.size == 0:
            continue
        peak = float(np.percentile(part, 99))
        if peak > max(LEAST_CONTRAST, NOISE_RATIO * noise):
            strong = part[part > 0.25 * peak]
            level = float(np.median(strong))
            return max(0.5 * level, 0.25 * peak, 2.5 * noise)
    return None


def _digit_components(mask):
    """The components that make the digit, as a uint8 mask; None where all are specks."""
    h, w = mask.shape
    count, labels, stats, centroids = cv2.connectedComponentsWithStats(mask, connectivity=8)
    if count == 1:
        return None
    side = max(h, w)
    areas = stats[1:, cv2.CC_STAT_AREA].astype(np.float32)
    left, top = stats[1:, cv2.CC_STAT_LEFT], stats[1:, cv2.CC_STAT_TOP]
    right, bottom = left + stats[1:, cv2.CC_STAT_WIDTH], top + stats[1:, cv2.CC_STAT_HEIGHT]
    edge = (left <= 1) | (top <= 1) | (right >= w - 1) | (bottom >= h - 1)
    off_centre = np.hypot((centroids[1:, 0] - w / 2) / w, (centroids[1:, 1] - h / 2) / h)
    ring = np.ones_like(mask)
    my, mx = max(1, h // 6), max(1, w // 6)
    ring[my : h - my, mx : w - mx] = 0
    in_ring = np.bincount(labels.ravel(), ring.ravel() * mask.ravel(), minlength=count)[1:] / areas
    extent = np.maximum(right - left, bottom - top)
    score = areas * np.exp(-4 * np.square(off_centre)) * np.where(edge & (in_ring > 0.5), 0.02, 1.0) * np.where(edge, 0.6, 1)
    main = int(np.argmax(score))
    if areas[main] < 8 and side > 16:
        return None
    gap_x = np.maximum(0, np.maximum(left - right[main], left[main] - right))
    gap_y = np.maximum(0, np.maximum(top - bottom[main], top[main] - bottom))
    near = np.hypot(gap_x, gap_y) < 0.3 * extent[main]
    large = areas > 0.025 * areas[main]
    keep = near & large & ~(edge & (in_ring > 0.35))
    keep[main] = True
    return np.isin(labels, np.flatnonzero(keep) + 1).astype(np.uint8)
