"""A sheet of light paper that lies on a darker desk, a note say: what digits are written on, and no digit itself."""

from dataclasses import dataclass

import cv2
import numpy as np

from lekh.connected import components
from lekh.ground import is_bare_around, resized

SIDE = 384  # pixels of the longer side of the picture while a sheet is looked for
SMALLEST = 200  # pixels of the longer side; a smaller picture shows a digit, no sheet
BORDER = 0.02  # of that side: where nothing lies there, and nothing is lighter, there is no desk
LEAST = 0.04  # of the picture
WRITTEN = 7  # pixels: what is darker for no more is no edge of a sheet, but written on it
STEP = 0.08  # of the light, within three pixels: an edge; paper and its soft shadows change by less,
RESTLESS = 4  # times what most of the picture changes by: grain is no edge either
CORNER = 0.03  # of its outline, by which the corners may be round
CORNERS = 4, 6  # of a sheet, or of what the picture's border leaves of it
STRAIGHT = 0.9  # of its hull that it fills, and of that in straight sides
RIM = 6  # pixels: what is nearer to the border is cut off by it
EDGE = 3, 7  # pixels: half of that within its edge nothing is written, but crumbs of the edge lie there
ASIDE, EVERY = 5, 3  # pixels, how far from its edge its light and the desk's are compared, and how often along it
DARKER = 0.8  # of its edge, beyond which it is darker
FEWEST = 20, 8  # places where that is compared, of all of the edge and of a side
ALIKE = 1.25  # times darker on one side than on another: a desk is as dark beside a sheet as below it, a shadow is not


@dataclass(frozen=True, eq=False)
class Sheet:
    """Where a sheet lies in a picture.

    Attributes:
        mask: uint8 `(h, w)`, 1 within it, of the picture made smaller.
    """

    mask: np.ndarray

    def within(self, shape: tuple[int, int]) -> np.ndarray:
        """uint8 `shape`, 1 within the sheet, of the picture at that size."""
        return cv2.resize(self.mask, shape[::-1], interpolation=cv2.INTER_NEAREST)

    def holds(self, box_xywh: tuple[int, int, int, int], shape: tuple[int, int]) -> bool:
        """Whether a box in the picture, in pixels at that size, lies within the sheet and does not touch its edge."""
        x, y, w, h = box_xywh
        apart = -(-max(shape) // SIDE)  # a pixel of the mask
        around = self.within(shape)[max(0, y - apart) : y + h + apart, max(0, x - apart) : x + w + apart]
        return bool(around.all())

    def cut_from(self, grey: np.ndarray) -> tuple[tuple[int, int], np.ndarray]:
        """The sheet alone.

        Args:
            grey: uint8 `(H, W)`, the picture.

        Returns:
            Where the sheet's box begins, `(x, y)` in pixels, and uint8 `(h, w)` of that box, in which all beside the
            sheet is as light as it is.
        """
        within = self.within(grey.shape)
        x, y, w, h = cv2.boundingRect(within)
        part, on_it = grey[y : y + h, x : x + w], within[y : y + h, x : x + w] > 0
        paper = np.uint8(np.median(part[::4, ::4][on_it[::4, ::4]]))
        return (x, y), np.where(on_it, part, paper)


def lying_on(grey: np.ndarray) -> Sheet | None:
    """The sheet that a picture shows: light, with straight sides, one of its corners at least in the picture, and what
    is around it darker by the same share on all sides, as no shadow on it is.

    Args:
        grey: uint8 `(H, W)`.

    Returns:
        The sheet; `None` where there is none, or the picture shows little else.
    """
    if max(grey.shape) < SMALLEST or is_bare_around(grey, BORDER):
        return None
    step = max(1, max(grey.shape) // (3 * SIDE))  # a large picture may be looked at from afar
    small = cv2.medianBlur(resized(grey[::step, ::step], SIDE), 5)
    small = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((WRITTEN, WRITTEN), np.uint8))
    light = cv2.threshold(small, 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)[1]
    for parts, edge in ((_even(small), EDGE[0]), (light, EDGE[1])):
        hull = _largest_sheet(parts, small)
        if hull is not None:
            mask = cv2.fillConvexPoly(np.zeros_like(small), hull, 1)
            return Sheet(cv2.erode(mask, np.ones((edge, edge), np.uint8)))
    return None


def _even(small):
    """uint8 like `small`: 1 where the light hardly changes."""
    high, low = (each(small, np.ones((3, 3), np.uint8)).astype(np.float32) for each in (cv2.dilate, cv2.erode))
    change = (high - low) / np.maximum(high, 16)
    return (change < max(STEP, RESTLESS * float(np.median(change)))).astype(np.uint8)


def _largest_sheet(parts, small):
    """The hull, int32 `(N, 1, 2)`, of the largest part that is a sheet, or `None`."""
    labels, stats = components(parts)
    area = stats[:, cv2.CC_STAT_AREA].copy()
    area[0] = 0
    for label in np.argsort(-area):
        if area[label] < LEAST * small.size:
            return None
        outlines, _ = cv2.findContours((labels == label).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        outline = max(outlines, key=cv2.contourArea)
        hull = cv2.convexHull(outline)
        corners = cv2.approxPolyDP(hull, CORNER * cv2.arcLength(hull, True), True)
        if _is_straight(outline, hull, corners, small.shape) and _is_on_desk(hull, corners, small):
            return hull
    return None


def _is_straight(outline, hull, corners, shape):
    """Whether an outline has straight sides and few corners, one of them in a picture of `shape`."""
    area, within = cv2.contourArea(hull), np.array(shape[::-1]) - RIM
    if not CORNERS[0] <= len(corners) <= CORNERS[1]:
        return False
    if min(cv2.contourArea(outline), cv2.contourArea(corners)) < STRAIGHT * area:
        return False
    return bool(((corners[:, 0] >= RIM) & (corners[:, 0] < within)).all(axis=1).any())


def _is_on_desk(hull, corners, small):
    """Whether a picture is darker beyond a hull, by the same share along each of the sides between its corners, and on
    the whole: beyond the stroke of a large 0 there is paper again."""
    within = cv2.fillConvexPoly(np.zeros_like(small), hull, 1) > 0
    if within.all() or np.median(small[~within]) > (1 - STEP) * np.median(small[within]):
        return False
    edge, outwards = _along(hull[:, 0].astype(np.float64))
    inside, outside = edge - ASIDE * outwards, edge + ASIDE * outwards
    most = np.array(small.shape[::-1]) - 1
    seen = ((np.minimum(inside, outside) >= 0) & (np.maximum(inside, outside) <= most)).all(axis=1)
    if np.count_nonzero(seen) < FEWEST[0]:
        return False
    paper, desk = (small[tuple(np.round(place[seen]).astype(int).T[::-1])].astype(float) for place in (inside, outside))
    share = desk / np.maximum(paper, 1)
    if (share < 1 - STEP).mean() < DARKER:
        return False
    side = _nearest_side(edge[seen], corners[:, 0].astype(np.float64))
    shares = [float(np.median(share[side == one])) for one in np.flatnonzero(np.bincount(side) >= FEWEST[1])]
    return not shares or max(shares) < ALIKE * min(shares)


def _along(polygon):
    """Places along a convex polygon, float64 `(N, 2)`, and the way out of it at each."""
    there = np.roll(polygon, -1, axis=0) - polygon
    length = np.hypot(*there.T)
    count = (length // EVERY).astype(int)
    start = np.repeat(np.arange(len(polygon)), count)
    share = (np.arange(len(start)) - np.repeat(np.cumsum(count) - count, count) + 0.5) / count[start]
    places = polygon[start] + share[:, np.newaxis] * there[start]
    out = np.stack([there[start, 1], -there[start, 0]], axis=1) / length[start, np.newaxis]
    return places, out * np.sign(((places - polygon.mean(axis=0)) * out).sum(axis=1, keepdims=True))


def _nearest_side(places, corners):
    """int `(N,)`: which side of a polygon each place is nearest to."""
    there = np.roll(corners, -1, axis=0) - corners
    apart = places[:, np.newaxis] - corners
    share = np.clip((apart * there).sum(axis=2) / np.maximum((there**2).sum(axis=1), 1), 0, 1)
    return np.hypot(*np.moveaxis(apart - share[:, :, np.newaxis] * there, 2, 0)).argmin(axis=1)
