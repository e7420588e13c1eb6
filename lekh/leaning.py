"""Rules that lean, as on squared paper seen aslant: too far for long runs of pixels, found as straight lines."""

import cv2
import numpy as np

from lekh.connected import components

TURN, NEAR = np.pi / 720, 1.0  # radians, and pixels: how finely lines are told apart
LONG, LONG_ON_PAGE = 4.0, 0.25  # of the writing's height, and of the page's longer side: the shortest
COVERED, GAP = 0.72, 0.3  # of a line is inked; of the writing's height, its widest gap
THIN = 0.3  # of the writing's height: no rule is wider,
THINNEST = 7  # pixels: nor is one that is no wider than this too wide, beside any writing
DRAWN = 5  # pixels, what is taken out along a line
ALONG, DARKER = 0.35, 1.6  # how dark a line is along so much of it; what is so many times as dark is a stroke on it


def leaning_rules(mask: np.ndarray, height: float, contrast: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """What is left of rules in a mask from which those that are nearly level or upright were taken.

    Args:
        mask: uint8 `(H, W)`, 1 where there may be ink.
        height: of the writing, in pixels.
        contrast: uint8 `(H, W)`, how dark the ink is.

    Returns:
        Two uint8 `(H, W)`, 1 on rules: those more level than upright, and the others; `None` where there are none.
    """
    least = max(LONG * height, LONG_ON_PAGE * max(mask.shape))
    labels, stats = components(mask)
    long = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1) > least
    if not long.any():
        return None
    side = max(THINNEST, round(THIN * height))
    there = long[labels].astype(np.uint8)
    there[cv2.morphologyEx(there, cv2.MORPH_OPEN, np.ones((side, side), np.uint8)) > 0] = 0
    small = np.ascontiguousarray(cv2.dilate(there, np.ones((2, 2), np.uint8))[::2, ::2])  # a quarter of the work
    lines = cv2.HoughLinesP(small, NEAR, TURN, round(COVERED * least / 2), None, least / 2, GAP * height / 2)
    if lines is None:
        return None
    darkest = cv2.dilate(contrast * there, np.ones((DRAWN, DRAWN), np.uint8))
    limits = np.zeros_like(mask), np.zeros_like(mask)
    for x, y, to_x, to_y in 2 * lines.reshape(-1, 4):
        count = max(abs(to_x - x), abs(to_y - y)) + 1
        along = darkest[np.linspace(y, to_y, count).astype(int), np.linspace(x, to_x, count).astype(int)]
        if np.count_nonzero(along) < COVERED * count:  # digits one under the other
            continue
        dark = min(255.0, DARKER * float(np.quantile(along, ALONG)))
        steep = int(abs(to_y - y) > abs(to_x - x))
        cv2.line(limits[steep], (int(x), int(y)), (int(to_x), int(to_y)), dark, DRAWN)
    level, upright = (cv2.compare(limit, cv2.max(contrast, 1), cv2.CMP_GE) & there for limit in limits)
    return (level, upright) if level.any() or upright.any() else None
