"""A sheet of light paper that lies on a darker desk, a note say: what digits are written on, and no digit itself."""

import cv2
import numpy as np

from lekh.ground import is_bare_around

SIDE = 384  # pixels of the longer side of the picture while a sheet is looked for
SMALLEST = 200  # pixels of the longer side; a smaller picture shows a digit, no sheet
BORDER = 0.02  # of that side: where nothing lies there, and nothing is lighter, there is no desk
LEAST = 0.04  # of the picture
CORNER = 0.03  # of its outline, by which the four corners may be round
STRAIGHT = 0.93  # of its hull that it fills, and of that in four straight sides


def on_desk(grey: np.ndarray) -> tuple[tuple[int, int], np.ndarray] | None:
    """The sheet that a picture shows.

    Args:
        grey: uint8 `(H, W)`.

    Returns:
        Where the sheet's box begins, `(x, y)` in pixels, and uint8 `(h, w)` of that box, in which all beside the sheet
        is as light as it is; `None` where there is no sheet, or the picture shows little else.
    """
    if max(grey.shape) < SMALLEST or is_bare_around(grey, BORDER):
        return None
    step = max(1, max(grey.shape) // (3 * SIDE))  # a large picture may be looked at from afar
    far = grey[::step, ::step]
    size = tuple(max(1, round(side * SIDE / max(far.shape))) for side in far.shape[::-1])
    small = cv2.medianBlur(cv2.resize(far, size, interpolation=cv2.INTER_AREA), 5)
    _, light = cv2.threshold(small, 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    light = cv2.morphologyEx(light, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    outlines, _ = cv2.findContours(light, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not outlines:
        return None
    outline = max(outlines, key=cv2.contourArea)
    hull = cv2.convexHull(outline)
    if not _is_sheet(outline, hull, small.shape):
        return None
    x, y, w, h = cv2.boundingRect(hull)
    within = cv2.erode(cv2.fillConvexPoly(np.zeros_like(small), hull, 1), np.ones((5, 5), np.uint8))
    paper = np.uint8(np.median(small[(within & light) > 0]))
    left, right = (round(side * grey.shape[1] / small.shape[1]) for side in (x, x + w))
    top, bottom = (round(side * grey.shape[0] / small.shape[0]) for side in (y, y + h))
    part = grey[top:bottom, left:right]
    within = cv2.resize(within[y : y + h, x : x + w], part.shape[::-1], interpolation=cv2.INTER_NEAREST)
    return (left, top), np.where(within > 0, part, paper)


def _is_sheet(outline, hull, shape):
    """Whether what is light in a picture of `shape` has four corners and straight sides, and ends within it."""
    area, corners = cv2.contourArea(hull), cv2.approxPolyDP(hull, CORNER * cv2.arcLength(hull, True), True)
    if area < LEAST * shape[0] * shape[1] or cv2.contourArea(outline) < STRAIGHT * area:
        return False
    if len(corners) != 4 or abs(cv2.contourArea(corners) - area) > (1 - STRAIGHT) * area:
        return False
    x, y, w, h = cv2.boundingRect(hull)
    return (x <= 1) + (y <= 1) + (x + w >= shape[1] - 1) + (y + h >= shape[0] - 1) <= 1  # or it is a page's lit part
