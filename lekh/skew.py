"""How a page's rules are turned, and the page turned back: rows of boxes and squares are found where they are level."""

import cv2
import numpy as np

from lekh.ground import is_cut_out, resized, shrunk, wide_median
from lekh.ink_page import PAGE, marks_on

LOOK = 800  # pixels of the longer side of a page on which its rules are looked for,
SIDE = 480  # and, about, at which their directions are measured
LONG = 0.08  # of that side, the shortest line that tells a direction
COVERED, GAP = 0.8, 4  # of a line is inked; pixels, its widest gap
TURN = np.pi / 360  # radians, how finely
MOST = 20.0  # degrees; further is another direction
ALIKE = 4.0  # degrees: so far from each other rules of one page may be seen
TOGETHER, ENOUGH = 0.6, 5.0  # share of all lines' length that agrees; its least, in longer sides: a form has more
LEAST = 1.5  # degrees; less does no harm


def skew_of(grey: np.ndarray, enough: float = ENOUGH) -> float:
    """The angle by which a page's rules are turned, in degrees, positive where they fall to the right.

    Args:
        grey: uint8 `(H, W)`.
        enough: of its longer side, how long the rules that agree must be, together.

    Returns:
        0 where they are nearly level and upright, too few, or disagree, and of a digit cut out of its page.
    """
    if is_cut_out(grey):
        return 0.0
    marks = marks_on(grey, LOOK)
    step = max(1, round(max(marks.shape) / SIDE))
    small = np.ascontiguousarray(cv2.dilate(marks, np.ones((step, step), np.uint8))[::step, ::step])
    least = LONG * max(small.shape)
    lines = cv2.HoughLinesP(small, 1.0, TURN, round(COVERED * least), None, least, GAP)
    if lines is None:
        return 0.0
    x, y, to_x, to_y = lines.reshape(-1, 4).astype(float).T
    length = np.hypot(to_x - x, to_y - y)
    angle = np.degrees(np.arctan2(to_y - y, to_x - x))
    angle = (angle + 45) % 90 - 45  # upright rules turn as level ones do
    near = np.abs(angle) <= MOST
    if not near.any():
        return 0.0
    order = np.argsort(angle[near])
    total = np.cumsum(length[near][order])
    middle = float(angle[near][order][np.searchsorted(total, total[-1] / 2)])
    agreeing = length[np.abs(angle - middle) <= ALIKE].sum()
    sure = agreeing >= max(TOGETHER * length.sum(), enough * max(small.shape))
    return middle if sure and abs(middle) >= LEAST else 0.0


def straightened(grey: np.ndarray, angle: float) -> tuple[np.ndarray, np.ndarray]:
    """A page turned back by its skew, all of it, on ground that goes on as it is at the border, without its strokes.

    Args:
        grey: uint8 `(H, W)`.
        angle: in degrees, from `skew_of`.

    Returns:
        uint8 `(h, w)`, no larger than pages are read; and float64 `(2, 3)`, the map from its pixels to those of `grey`.
    """
    page = shrunk(grey, PAGE)
    h, w = page.shape
    turn = cv2.getRotationMatrix2D((w / 2, h / 2), angle, 1.0)
    cos, sin = abs(turn[0, 0]), abs(turn[0, 1])
    size = round(w * cos + h * sin), round(h * cos + w * sin)
    turn[:, 2] += (np.array(size) - (w, h)) / 2
    small = resized(page, min(SIDE, max(page.shape)))
    ground = np.clip(wide_median(small), 0, 255).astype(np.uint8)
    from_small = turn @ np.diag([w / small.shape[1], h / small.shape[0], 1])
    ground = cv2.warpAffine(ground, from_small, size, borderMode=cv2.BORDER_REPLICATE)
    upright = cv2.warpAffine(page, turn, size, dst=ground, borderMode=cv2.BORDER_TRANSPARENT)
    return upright, max(grey.shape) / max(page.shape) * cv2.invertAffineTransform(turn)


def turned_back(box: tuple[int, int, int, int], back: np.ndarray) -> tuple[int, int, int, int]:
    """The box of a digit of the straightened page in pixels of the page: halfway between the box turned and one around
    that, for ink rarely fills corners."""
    x, y, w, h = box
    cos, sin = np.abs(back[0, :2])
    scale = np.hypot(cos, sin)
    middle = back @ (x + w / 2, y + h / 2, 1)
    width, height = (w * (scale + cos) + h * sin) / 2, (h * (scale + cos) + w * sin) / 2
    left, top = middle - (width / 2, height / 2)
    return round(left), round(top), max(1, round(width)), max(1, round(height))
