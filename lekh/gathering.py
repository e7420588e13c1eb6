"""Connected ink -> pieces: what is no speck, and what belongs together: a loose bar and its 5, a broken stroke."""

import cv2
import numpy as np

from lekh.boxes import Boxes, groups, height_around, near_pairs
from lekh.connected import weighted_median

LEAST_PIECE = 5  # pixels of the longer side
MOST_PIECES = 3000  # the largest are read; no page holds more digits
SPECK, SPECK_IN_FIELD = 0.3, 0.2  # of the writing's height; smaller is a speck wherever it lies
HUGE = 4.0  # of the writing's height; taller is no writing
SMALL_PAGE = 600  # pixels; a few digits may fill it
LARGE = 0.12  # of the page's longer side; beside smaller things that hold
SOME, MOST = 0.04, 0.5  # of the ink, it is no writing; the same where that may be large
SCRATCH = 0.08  # of its box, at the most, is covered by a long line
THREAD = 0.06  # of its box is covered by a straight line; what lies in that box is none of it
FLAT = 0.42  # of its width, the height of a dash
BREAK = 0.15  # of the height of the writing around, paper between the parts of a broken digit


def may_belong(boxes: Boxes, shape: tuple[int, int], large: bool = False) -> np.ndarray:
    """Which components are no specks and no remains of what fills the page.

    Args:
        boxes: of all components.
        shape: of the page, `(h, w)` pixels.
        large: whether what holds most of the ink is the writing, even where it is large beside the rest.

    Returns:
        int `(N,)`, places in `boxes`; at most `MOST_PIECES`, the largest.
    """
    keep = (boxes.side >= LEAST_PIECE) & (boxes.area >= LEAST_PIECE)
    if not keep.any():
        return np.flatnonzero(keep)
    height = _writing_height(boxes.take(keep), shape, large)
    speck = SPECK_IN_FIELD if max(shape) <= SMALL_PAGE else SPECK
    keep &= (boxes.side >= speck * height) & (boxes.height <= HUGE * height)
    # A long thin scratch among writing; a hair-line digit alone on its page is as thin, and as tall as the writing.
    keep &= (boxes.height < 2 * height) & (boxes.width < 5 * height) | (
        boxes.area > SCRATCH * boxes.width * boxes.height
    )
    found = np.flatnonzero(keep)
    if len(found) > MOST_PIECES:
        found = np.sort(found[np.argsort(-boxes.area[found], kind="stable")[:MOST_PIECES]])
    return found


def _writing_height(boxes, shape, large):
    """Typical height of the writing in pixels; what is as large as the page says nothing unless it is alone."""
    side = np.where(boxes.width > 3 * boxes.height, boxes.height, boxes.side).astype(np.float64)
    chosen = (boxes.height < 8 * boxes.width) & (boxes.width < 8 * boxes.height)
    chosen |= not chosen.any()
    few = chosen & (boxes.side < LARGE * max(shape))
    some = MOST if large else SOME
    if max(shape) > SMALL_PAGE and boxes.area[few].sum() > some * boxes.area[chosen].sum():
        chosen = few
    return weighted_median(side[chosen], (boxes.width * boxes.height)[chosen])


def gathered(boxes: Boxes, labels: np.ndarray) -> np.ndarray:
    """The piece to which each fragment belongs.

    Args:
        boxes: of the fragments.
        labels: int32 `(h, w)`, where their ink is.

    Returns:
        int like `boxes`, pieces numbered from 0.
    """
    first, second = near_pairs(boxes)
    big = np.where(boxes.height[first] >= boxes.height[second], first, second)
    small = first + second - big
    a, b = boxes.take(big), boxes.take(small)
    tallest = np.maximum(a.height, b.height)
    gap_x = np.maximum(0, np.maximum(b.left - a.right, a.left - b.right))
    gap_y = np.maximum(0, np.maximum(b.top - a.bottom, a.top - b.bottom))
    shared_x = np.maximum(0, np.minimum(a.right, b.right) - np.maximum(a.left, b.left)) / np.minimum(a.width, b.width)
    shared_y = np.maximum(0, np.minimum(a.bottom, b.bottom) - np.maximum(a.top, b.top)) / np.minimum(a.height, b.height)
    lies = (b.y - a.top) / a.height  # 0 at the top of the larger, 1 at its foot
    flat = b.height < FLAT * b.width
    height = np.maximum(a.bottom, b.bottom) - np.minimum(a.top, b.top)
    width = np.maximum(a.right, b.right) - np.minimum(a.left, b.left)
    usual = height_around(boxes)[big]
    fits = height <= np.maximum(1.25 * a.height, 1.35 * usual)
    within = (shared_x > 0.7) & (shared_y > 0.7) & (a.height < 1.6 * usual)
    crossing = (shared_x > 0.6) & (gap_y == 0) & fits
    beside = (gap_y == 0) & (shared_x > 0.25) & (shared_y > 0.5) & (b.height < 0.75 * a.height) & fits
    broken = (np.maximum(gap_x, gap_y) <= BREAK * usual) & (b.height < 0.6 * a.height) & (b.area < 0.6 * a.area)
    broken &= fits & (width < 1.2 * usual) & (np.abs(lies - 0.5) > 0.2)
    halves = (gap_x == 0) & (gap_y == 0) & (shared_y < 0.6) & (a.height < 0.75 * usual) & (height < 1.15 * usual)
    halves &= width < usual
    stacked = (shared_x > 0.5) & (gap_y < np.maximum(0.2 * tallest, 0.28 * usual)) & fits & ~(flat & (lies > 0.7))
    bar = flat & (gap_x < 0.15 * a.height) & (gap_y < 0.25 * a.height) & (lies < 0.3) & (lies > -0.3)
    bar &= fits & (b.x > a.x) & (b.width < 1.1 * a.height) & (b.width > 0.2 * a.height) & ~(a.width > 2 * a.height)
    underline = flat & (lies > 0.7) & (b.width > 0.5 * a.width)
    thread = (a.area < THREAD * a.width * a.height) & (a.height > 1.3 * usual)
    together = (within | crossing | halves | stacked | bar) & ~underline & ~thread
    touching = (beside | broken) & ~together & ~underline & ~thread
    touching[touching] = _ink_gaps(labels, a.take(touching), b.take(touching)) <= BREAK * usual[touching]
    together |= touching
    return groups(len(boxes), big[together], small[together])


def _ink_gaps(labels, first, second):
    """float array: pixels of paper between the ink of each first box and that of the second."""
    gaps = np.empty(len(first))
    left, top = np.minimum(first.left, second.left), np.minimum(first.top, second.top)
    right, bottom = np.maximum(first.right, second.right), np.maximum(first.bottom, second.bottom)
    for index in range(len(first)):
        part = labels[top[index] : bottom[index], left[index] : right[index]]
        away = cv2.distanceTransform((part != first.label[index]).astype(np.uint8), cv2.DIST_L2, 3)
        gaps[index] = away[part == second.label[index]].min() - 1
    return gaps
