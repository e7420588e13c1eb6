"""The ink of one digit -> the lines along which a pen went."""

from dataclasses import dataclass

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter1d
from skimage.morphology import skeletonize

from strange_pages.skeletons import even, lines_of

SIDE = 140  # pixels of the longer side of a digit while it is traced
SMOOTHED = 2.5  # pixels, of the outline of coarse pictures
CRUMB = 0.02  # of the digit's ink
BLOT = 0.22  # of half a stroke's width, that of ink beside the lines: it filled a loop
DEEPER = 1.45  # times as far from its edge as anywhere in strokes along the lines: so did this ink
VALLEY = 0.13  # by which less ink shows in a loop that is narrower than a pixel


@dataclass(frozen=True, eq=False)
class Traced:
    """One digit as lines.

    Attributes:
        strokes: float32 `(n, 2)` each, n >= 2; x to the right and y down from the corner of the ink's box, in shares of
            what a digit of this source is high.
        dots: `(x, y, radius)`, in the same unit.
        size: `(w, h)` of the ink's box, in the same unit.
    """

    strokes: tuple[np.ndarray, ...]
    dots: tuple[tuple[float, float, float], ...]
    size: tuple[float, float]


def traced(ink: np.ndarray, unit: float, coarse: float = 1.0) -> Traced | None:
    """The lines of an ink; `None` where they tell too little of it, e.g. of a loop that is filled.

    Args:
        ink: float32 `(h, w)`, 0 to 1.
        unit: what a digit of its source is high, in pixels of the ink.
        coarse: what a pixel of its source is wide, in pixels of the ink.
    """
    mask, scale = _enlarged(ink, coarse)
    if mask is None:
        return None
    depth = cv2.distanceTransform(mask, cv2.DIST_L2, 5)
    strokes, dots = [], []
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    for label in range(1, count):
        part = labels == label
        radius = float(np.median(depth[part & (depth >= 0.6 * depth[part].max())]))
        if stats[label, cv2.CC_STAT_AREA] < CRUMB * np.count_nonzero(mask):
            continue
        if max(stats[label, 2:4]) < 4 * radius:
            x, y = np.mean(np.nonzero(part), axis=1)[::-1]
            dots.append((x, y, radius))
            continue
        strokes.extend(lines_of(skeletonize(part), depth))
    if not strokes and not dots:
        return None
    if strokes and not _tells(strokes, dots, _half_width(strokes, depth), mask):
        return None
    return _in_units(strokes, dots, scale * unit)


def from_strokes(strokes: tuple[np.ndarray, ...]) -> Traced:
    """A digit that is known as the pen went."""
    points = np.concatenate(strokes)
    high = max(float(np.ptp(points[:, 1])), 0.8 * float(np.ptp(points[:, 0])), 1e-6)
    lines = [line for stroke in strokes if len(line := even(np.asarray(stroke, float), high / 60)) > 1]
    lines = [np.stack([gaussian_filter1d(line[:, axis], 1.2, mode="nearest") for axis in (0, 1)], 1) for line in lines]
    return _in_units(lines, [], high)


def as_dot(ink: np.ndarray, unit: float) -> Traced:
    """A blot of ink as a row of round dots along its longer way."""
    places = np.argwhere(ink > 0.35)[:, ::-1].astype(float)
    shares, ways = np.linalg.eigh(np.cov(places.T) + 0.1 * np.eye(2))
    radius, half = 2 * np.sqrt(shares)
    along = ways[:, 1] * (half - radius)
    dots = [(*(places.mean(0) + share * along), float(radius)) for share in (-1, -0.5, 0, 0.5, 1)]
    return _in_units([], dots, unit)


def _enlarged(ink, coarse):
    """uint8 `(SIDE, ...)` 0 or 255, and by how much it is larger than the ink; `None` where there is hardly any."""
    rows, columns = np.nonzero(ink > 0.35)
    if len(rows) < 4:
        return None, 0.0
    cut = ink[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    scale = SIDE / max(cut.shape)
    border = 12
    size = max(1, round(cut.shape[1] * scale)), max(1, round(cut.shape[0] * scale))
    large = cv2.copyMakeBorder(
        cv2.resize(cut, size, interpolation=cv2.INTER_CUBIC), border, border, border, border, cv2.BORDER_CONSTANT
    )
    soft = SMOOTHED * max(0.4, min(1.0, scale / 4))
    large = cv2.GaussianBlur(large, (0, 0), soft)
    mask = (large > 0.42).astype(np.uint8) * 255
    return cv2.bitwise_and(mask, cv2.bitwise_not(_narrow_loops(large, mask, coarse * scale))), scale


def _narrow_loops(large, mask, scale):
    """uint8 255 where a loop is so narrow that coarse pixels hardly show it, else 0."""
    around = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * round(1.6 * scale) + 1,) * 2)
    valley = (cv2.morphologyEx(large, cv2.MORPH_CLOSE, around) - large > VALLEY).astype(np.uint8)
    open_paper = cv2.bitwise_or(cv2.bitwise_not(mask), valley * 255)
    _, parts, stats, _ = cv2.connectedComponentsWithStats(open_paper, connectivity=4)
    outside, known = parts[0, 0], set(np.unique(parts[mask == 0]))
    kept = [part for part in range(1, len(stats)) if part != outside and part not in known and stats[part, 4] > 12]
    return np.isin(parts, kept).astype(np.uint8) * 255


# -- whether the lines tell what the ink told --------------------------------------------------------------------------


def _half_width(strokes, depth):
    """Half the width of most of the strokes, in pixels."""
    lines = np.zeros(depth.shape, np.uint8)
    cv2.polylines(lines, [np.round(line).astype(np.int32) for line in strokes], False, 255)
    along = depth[(lines > 0) & (depth > 0)]
    return float(np.percentile(along, 40)) if len(along) else 1.0


def _tells(strokes, dots, pen, mask):
    """Whether a pen that follows the lines leaves the same ink, but for its edges."""
    drawn = np.zeros_like(mask)
    lines = [np.round(line).astype(np.int32) for line in strokes]
    cv2.polylines(drawn, lines, False, 255, max(1, round(2 * pen)))
    for x, y, radius in dots:
        cv2.circle(drawn, (round(x), round(y)), round(radius), 255, -1)
    near = np.ones((7, 7), np.uint8)
    lost = cv2.bitwise_and(mask, cv2.bitwise_not(cv2.dilate(drawn, near)))
    added = cv2.bitwise_and(drawn, cv2.bitwise_not(cv2.dilate(mask, near)))
    blot, deepest, deepest_drawn = (
        float(cv2.distanceTransform(one, cv2.DIST_L2, 5).max()) for one in (lost, mask, drawn)
    )
    if blot > BLOT * pen + 1 or deepest > DEEPER * deepest_drawn:
        return False
    most = 0.06 * np.count_nonzero(mask)
    return np.count_nonzero(lost) < most and np.count_nonzero(added) < most


def _in_units(strokes, dots, unit):
    everything = np.concatenate([*strokes, *(np.array([[x - r, y - r], [x + r, y + r]]) for x, y, r in dots)])
    corner, far = everything.min(0), everything.max(0)
    return Traced(
        tuple(((line - corner) / unit).astype(np.float32) for line in strokes),
        tuple(((x - corner[0]) / unit, (y - corner[1]) / unit, r / unit) for x, y, r in dots),
        tuple(float(value) for value in (far - corner) / unit),
    )
