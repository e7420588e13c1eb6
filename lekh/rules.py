"""Ruled lines, table frames and underlines: found as long straight runs in a mask and taken out of it.

A rule is long for the writing beside it, thin for its length, and straight enough that a run of pixels along it is
longer than any bar of a digit. Strokes that cross a rule are mended where it was.
"""

import cv2
import numpy as np

SHORTEST_RUN = 12  # pixels
RUN = 0.6  # of the writing's height; a tilted thin rule falls into runs about this long
LONG = 2.6  # of the writing's height: longer than any digit
LEAST_SHARE = 0.04  # of the page, the shortest rule
ENOUGH = 0.15  # of the ink, what digits must be to tell their height
FIRST_LOOK = 0.08  # of the page's longer side, the height assumed before
IN_FIELD = 0.3  # of a field's shorter side, the least height of its writing
SPANS = 0.55  # of a cropped field, its shortest rule
THIN, THIN_ON_PAGE = 0.3, 0.04  # of the writing's height, and of the page
THINNEST = 7  # pixels, with a neighbour row on either side: no rule is too thick for any writing


def without_rules(mask: np.ndarray, is_field: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """The mask without its rules.

    Args:
        mask: uint8 `(H, W)`, 1 where there may be ink.
        is_field: whether the mask shows a few digits only, which fill it; then a rule spans most of it.

    Returns:
        Two uint8 `(H, W)`, 0 or 1: the mask without rules (`mask` itself where there are none), and what was taken out.
    """
    height, share = _writing(mask)
    if is_field:  # all of it may hang together by a rule
        return _parted(mask, max(height, IN_FIELD * min(mask.shape)), is_field)
    if share < ENOUGH:  # most hangs together by a grid: without its longest rules the writing shows its height
        rest, _ = _parted(mask, FIRST_LOOK * max(mask.shape), is_field)
        height, share = _writing(rest)
    return _parted(mask, height, is_field)


def _parted(mask, height, is_field):
    """What `without_rules` returns, for writing of that height."""
    level = _rules(mask, height, is_field)
    upright = _rules(np.ascontiguousarray(mask.T), height, is_field)
    if level is None and upright is None:
        return mask, np.zeros_like(mask)
    rest, removed = mask.copy(), np.zeros_like(mask)
    if level is not None:
        rest[level > 0] = 0
        removed |= level
    if upright is not None:
        rest[upright.T > 0] = 0
        removed |= upright.T
    if level is not None:
        rest |= _mended(rest, level)
    if upright is not None:
        rest |= _mended(np.ascontiguousarray(rest.T), upright).T
    return rest, removed


def _writing(mask):
    """Typical height in pixels of what may be digits in a mask, and the share of the mask that they are."""
    h, w = mask.shape
    step = 2 if max(h, w) > 1000 else 1  # a large page may be looked at from afar
    small = cv2.dilate(mask, np.ones((2, 2), np.uint8))[::step, ::step] if step > 1 else mask
    _, _, stats, _ = cv2.connectedComponentsWithStats(np.ascontiguousarray(small), connectivity=8, ltype=cv2.CV_32S)
    stats = stats[1:] * np.array([step] * 4 + [step * step])
    width, height, area = (stats[:, field] for field in (cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT, cv2.CC_STAT_AREA))
    likely = (height >= 8) & (height < 0.9 * h) & (width < 0.4 * w) & (width < 3 * height) & (height < 8 * width)
    likely &= area > 0.5 * height
    if not likely.any():
        return 0.05 * min(h, w), 0.0
    return weighted_median(height[likely], (width * height)[likely]), float(area[likely].sum() / area.sum())


def weighted_median(values: np.ndarray, weights: np.ndarray) -> float:
    """The value in the middle of what is weighed: specks outnumber digits, digits outweigh specks."""
    order = np.argsort(values)
    total = np.cumsum(weights[order], dtype=np.float64)
    return float(values[order][np.searchsorted(total, 0.5 * total[-1])])


def _rules(mask, height, is_field):
    """uint8 mask of the nearly level rules, or None."""
    h, w = mask.shape
    run = min(max(SHORTEST_RUN, round(RUN * height)), w)
    # A thin rule that is tilted climbs from row to row: with its neighbour rows it makes one run.
    thick = cv2.dilate(mask, np.ones((3, 1), np.uint8))
    runs = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, run), np.uint8))
    if not cv2.countNonZero(runs):
        return None
    joined = cv2.morphologyEx(runs, cv2.MORPH_CLOSE, np.ones((3, run // 2 * 2 + 1), np.uint8))
    # Closing goes on to the border from anywhere near it.
    joined[:, :4] &= runs[:, :4]
    joined[:, -4:] &= runs[:, -4:]
    # Every second row and column will do: the runs are three rows high.
    joined = np.ascontiguousarray(joined[::2, ::2])
    _, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8, ltype=cv2.CV_32S)
    left, width = 2 * stats[:, cv2.CC_STAT_LEFT], 2 * stats[:, cv2.CC_STAT_WIDTH]
    thickness = 4 * stats[:, cv2.CC_STAT_AREA] / width
    at_border = (left <= 2).astype(int) + (left + width >= w - 3)
    spans = (width > SPANS * w) & (at_border > 0) & (w >= h)
    long = spans if is_field else width > max(LONG * height, LEAST_SHARE * w)
    thin = thickness < max(THINNEST, min(THIN * height, THIN_ON_PAGE * w))
    chosen = long & thin & (2 * stats[:, cv2.CC_STAT_HEIGHT] < 0.25 * width + thickness)
    chosen[0] = False
    if not chosen.any():
        return None
    rules = cv2.resize(chosen.astype(np.uint8)[labels], (w, h), interpolation=cv2.INTER_NEAREST)
    return rules & mask


def _mended(rest, rules):
    """The strokes of `rest` continued through the level `rules` that they cross."""
    thickness = cv2.distanceTransform(rules, cv2.DIST_L2, 3)
    reach = 2 * int(np.ceil(2 * float(np.percentile(thickness[rules > 0], 90)) + 2)) + 1
    above_and_below = cv2.morphologyEx(rest, cv2.MORPH_CLOSE, np.ones((reach, 3), np.uint8))
    return above_and_below & rules
