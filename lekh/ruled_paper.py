"""Ruled and squared paper under one digit, however large: its rules are painted over before the digit is looked for.

Unlike `lekh.rules`, which parts rules from the ink of a whole page, this knows nothing of the writing's height: a rule
is thin and goes straight from border to border, which no digit does.
"""

import cv2
import numpy as np

from lekh.ground import LEAST_CONTRAST, is_bare_around, relative, resized

SMALLEST = 200  # pixels of the longer side; a smaller picture is a digit that was cut out
SIDE = 640  # the same, at which rules are looked for, and painted over
THICKEST = 0.02  # of that side, a rule
BLUR = 0.7  # pixels, against grain
NOISE_RATIO = 3.5  # a rule is darker than the paper by this many standard deviations of its grain
VOTES, SEEN, GAP = 60, 0.3, 0.03  # pixels on one line; of the side, how far it runs on, and what may interrupt it
TURN = np.pi / 360  # radians, how finely lines are told apart
TILT = np.tan(np.radians(20))  # how far from level, or upright, a page is held
COVERED = 0.6  # of a line from border to border, that where something thin is seen
END, ENDED = 0.12, 0.5  # of that line, each of its ends, and how much is seen of that: a long 1 ends before
NEAR = 2  # pixels beside that line: no paper is quite flat
ACROSS = 11  # pixels across a rule, within which there is paper


def without_rules(grey: np.ndarray) -> np.ndarray:
    """A picture of a page, the rules that cross it painted over with the paper beside them.

    Strokes stay where they cross a rule, and whole where they are broader than one.

    Args:
        grey: uint8 `(H, W)`, dark rules on light paper.

    Returns:
        uint8 `(h, w)`, its longer side at most `SIDE` pixels; `grey` itself where it has no rules or is very small.
    """
    if max(grey.shape) < SMALLEST or is_bare_around(grey, END):  # a rule reaches the border
        return grey
    plain = resized(grey, SIDE) if max(grey.shape) > SIDE else grey
    level, upright = _rules(_thin(plain))
    if not (level.any() or upright.any()):
        return grey
    for rules, across in ((level, (1, ACROSS)), (upright, (ACROSS, 1))):
        paper = cv2.morphologyEx(plain, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_RECT, across))
        plain = np.where(rules > 0, paper, plain)
    return plain


def _thin(page):
    """uint8 `(h, w)`: 1 where a page is darker than the paper for no more than a rule's thickness."""
    page = cv2.GaussianBlur(page, (0, 0), BLUR)
    thickest = round(THICKEST * max(page.shape)) | 1
    paper = cv2.morphologyEx(page, cv2.MORPH_CLOSE, np.ones((thickest, thickest), np.uint8))
    contrast = relative(page, paper.astype(np.float32))
    low, middle = np.quantile(contrast[::2, ::2], (0.16, 0.5))  # a standard deviation apart
    return (contrast > middle + max(NOISE_RATIO * (middle - low), LEAST_CONTRAST)).astype(np.uint8)


def _rules(thin):
    """Two uint8 `(h, w)`: 1 along the straight lines of a mask from border to border, the level and the upright."""
    side = max(thin.shape)
    found = cv2.HoughLinesP(thin, 1, TURN, VOTES, None, SEEN * side, GAP * side)
    near = _wider(thin, NEAR)
    both = np.zeros((2, *thin.shape), np.uint8)
    for x0, y0, x1, y1 in [] if found is None else found[:, 0].tolist():
        upright = abs(y1 - y0) > abs(x1 - x0)
        rules = both[int(upright)]
        if rules[y0, x0] and rules[y1, x1]:
            continue  # another piece of a rule that is known
        x, y = _through(y0, x0, y1, x1, thin.shape[::-1])[::-1] if upright else _through(x0, y0, x1, y1, thin.shape)
        if len(x) and _is_seen(near[y, x]):
            cv2.line(rules, (int(x[0]), int(y[0])), (int(x[-1]), int(y[-1])), 1, 2 * NEAR + 1)
    return [_wider(rules & _wider(thin, 1), 1) for rules in both]


def _wider(mask, by):
    return cv2.dilate(mask, np.ones((2 * by + 1, 2 * by + 1), np.uint8))


def _is_seen(line):
    """Whether something thin is seen along most of a line, uint8 `(N,)`, and at both of its ends."""
    end = max(1, round(END * len(line)))
    return line.mean() > COVERED and min(line[:end].mean(), line[-end:].mean()) > ENDED


def _through(x0, y0, x1, y1, shape):
    """The pixels `(x, y)` of a nearly level line through a picture of `shape` `(h, w)`; none if it is too steep."""
    slope = (y1 - y0) / (x1 - x0)
    x = np.arange(shape[1])
    y = np.round(y0 + slope * (x - x0)).astype(int)
    inside = (y >= 0) & (y < shape[0]) & (abs(slope) < TILT)
    return x[inside], y[inside]
