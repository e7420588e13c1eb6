"""What is drawn around an answer, a circle or a frame: no writing, and no part of what it surrounds."""

import cv2
import numpy as np

from lekh.boxes import Boxes

RING = 0.35  # of its box, at the most, is covered by what is drawn around an answer
SURROUNDED = 0.35  # of its height, the least of what it is drawn around; a smaller thing may be a part of it
SURROUNDED_TOGETHER, TOGETHER = 0.2, 3  # the least of so many things; two rings may hang together
RING_GAP = 0.12  # of its height, where it need not be closed
ALL_WITHIN = 0.98  # of the ink of what it is drawn around


def are_rings(boxes: Boxes, labels: np.ndarray, rules: np.ndarray | None) -> np.ndarray:
    """bool like `boxes`: which components are drawn around other writing.

    Args:
        boxes: of all components that may be writing.
        labels: int32 `(h, w)`, where their ink is.
        rules: uint8 `(h, w)`, 1 where rules were taken out, a side of such a frame perhaps; or `None`.
    """
    found = np.zeros(len(boxes), bool)
    order = np.argsort(boxes.x, kind="stable")
    middles = boxes.x[order]
    for index in np.flatnonzero(boxes.area < RING * boxes.width * boxes.height):
        left, top, right, bottom = (int(side[index]) for side in boxes.sides)
        tall = bottom - top
        near = order[np.searchsorted(middles, left) : np.searchsorted(middles, right)]
        near = near[(boxes.left[near] > left) & (boxes.right[near] < right)
                    & (boxes.top[near] > top) & (boxes.bottom[near] < bottom)]  # fmt: skip
        inner = near[boxes.height[near] > SURROUNDED * tall]
        if not len(inner):
            inner = near[boxes.height[near] > SURROUNDED_TOGETHER * tall]
            inner = inner if len(inner) >= TOGETHER else inner[:0]
        if len(inner):
            reach = max(2, round(RING_GAP * tall))
            rows, columns = slice(max(0, top - reach), bottom + reach), slice(max(0, left - reach), right + reach)
            part = labels[rows, columns]
            wall = part == boxes.label[index]
            within = _within(wall if rules is None else wall | (rules[rows, columns] > 0), tall)
            found[index] = any(within[part == boxes.label[other]].mean() > ALL_WITHIN for other in inner)
    return found


def _within(wall, tall):
    """bool like `wall`: what cannot be reached from outside, small gaps in it closed; `tall`: how high the ring is."""
    reach = max(3, round(RING_GAP * tall) | 1)
    closed = cv2.copyMakeBorder(wall.astype(np.uint8), *(reach,) * 4, cv2.BORDER_CONSTANT)
    closed = cv2.morphologyEx(closed, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    cv2.floodFill(closed, None, (0, 0), 2)
    return closed[reach:-reach, reach:-reach] != 2
