"""Which pieces have the shape of a digit, or of several that touch, and which are dots, commas, dashes, underlines."""

from collections.abc import Callable

import cv2
import numpy as np

from lekh.boxes import Boxes, cut_by_border, height_around
from lekh.gathering import FLAT, SMALL_PAGE

FLATTEST = 0.08  # of its width, the height of a line under many digits
THINNEST = 0.07  # of its height, the width of a 1
SMALLEST_DIGIT = 0.24  # of the height of the writing around
DOT = 0.36  # of that height, the longer side of a dot
CHAIN = 0.3  # of the height of the writing around, the ink over each other in a row of digits that touch
LOW = 0.3  # of the height of the writing around, the height of a row of low zeros
LOOPS, LEAST_LOOP, HOLLOW = 2, 0.1, 0.15  # in it; of its height squared, paper in each; of its box, in all
MOST_CHAINED = 6  # times as wide as high


def are_written(boxes: Boxes, shape: tuple[int, int], is_looped: Callable[[int], bool]) -> np.ndarray:
    """bool like `boxes`: whether each piece, alone, has the shape of a digit or of several that touch.

    Args:
        boxes: of all pieces of a page.
        shape: of the page, `(h, w)` pixels.
        is_looped: asked of pieces, by their places in `boxes`, that are as flat as a dash and may be zeros that touch.
    """
    around, filled = height_around(boxes), boxes.area / (boxes.width * boxes.height)
    flat = (boxes.height < FLAT * boxes.width) & ((boxes.height < 0.5 * around) | (filled > 0.5))
    flat |= (boxes.height < 0.3 * boxes.width) & (boxes.height < 0.75 * around)
    # A chain of zeros is flat too, but two strokes lie over each other in it.
    flat &= (boxes.area < CHAIN * around * boxes.width) | (boxes.height < 0.5 * around)
    flat |= boxes.height < FLATTEST * boxes.width
    for index in np.flatnonzero(flat & (boxes.height > LOW * around) & (boxes.height > boxes.width / MOST_CHAINED)):
        flat[index] = not is_looped(index)
    cut = cut_by_border(boxes, shape)
    cut &= (boxes.width < 0.45 * around) | (boxes.height < 0.6 * around) | (boxes.height > 1.8 * around)
    cut &= max(shape) > SMALL_PAGE
    return ~flat & ~cut & ~are_marks(boxes, around) & (boxes.width > THINNEST * boxes.height)


def is_looped(boxes: Boxes, index: int, labels: np.ndarray, own: np.ndarray) -> bool:
    """Whether a piece goes around paper several times, as zeros that touch do.

    Args:
        boxes: of all pieces of a page.
        index: the place of this one.
        labels: int32 `(h, w)`, where the ink of each component is.
        own: the labels of those that make this piece.
    """
    left, top, right, bottom = (int(side[index]) for side in boxes.sides)
    mask = np.isin(labels[top:bottom, left:right], own).astype(np.uint8)
    outlines, (tree,) = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    inside = [cv2.contourArea(outline) for outline, links in zip(outlines, tree, strict=True) if links[3] >= 0]
    large = [area for area in inside if area > LEAST_LOOP * (bottom - top) ** 2]
    return len(large) >= LOOPS and sum(large) > HOLLOW * mask.size


def are_marks(boxes: Boxes, height: np.ndarray | float) -> np.ndarray:
    """bool like `boxes`: which are dots and commas among writing of that height.

    A small zero is hollow, a small one is tall.
    """
    filled = boxes.area / (boxes.width * boxes.height)
    dot = (boxes.side < SMALLEST_DIGIT * height) | (boxes.side < DOT * height) & (filled > 0.6)
    comma = (boxes.height < 0.5 * height) & (boxes.width < 0.25 * height)
    return dot | comma
