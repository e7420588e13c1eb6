"""Which dots of a line are digits: the zeros of Arabic, which stand in the middle between the others.

A decimal comma stands at the foot, a separator of thousands at the top, and crumbs stand anywhere.
"""

import numpy as np

SMALLEST, LARGEST = 0.09, 0.42  # of the height of the line's digits, the longer side of a zero
TOO_LARGE, SEVERAL = 0.6, 3  # of the height of so many other digits, no zero
LONGEST = 1.8  # longer side over shorter; a comma is longer
FILLED = 0.5  # of its box; a ring is a five
OFF = 0.3  # of the height, from the middle of the line
GAP = 1.9  # of the height, to the digit or the zero beside it, in the next box of a form perhaps
OVERLAP = 0.3  # of its own width, over a digit
STEEPEST = 0.2  # height over width, of the line

Sides = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]  # left, top, right, bottom


def may_be_zeros(side: np.ndarray, height: np.ndarray) -> np.ndarray:
    """bool `(N,)`: which boxes are no larger than a zero beside the tallest of them.

    Args:
        side: `(N,)`, the longer side of each.
        height: `(N,)`, of all of them.
    """
    return side <= LARGEST * height.max()


def are_no_zeros(zero: np.ndarray, other: np.ndarray, side: np.ndarray, height: np.ndarray) -> np.ndarray:
    """bool `(N,)`: which things on a page that were read as zeros are too large for one: holes punched in it, say.

    Args:
        zero: bool `(N,)`, what was read as a zero.
        other: bool `(N,)`, what was read as another digit.
        side: `(N,)`, the longer side of each.
        height: `(N,)`, of all of them.
    """
    if np.count_nonzero(other) < SEVERAL:
        return np.zeros_like(zero)
    return zero & (side > TOO_LARGE * np.median(height[other]))


def zeros_of(line: Sides, dots: Sides, area: np.ndarray) -> np.ndarray:
    """Which dots are zeros of a line.

    Args:
        line: int `(N,)` each, of its digits from left to right, at least one.
        dots: int `(M,)` each, of everything small on the page.
        area: int `(M,)`, pixels of ink of these.

    Returns:
        bool `(M,)`.
    """
    left, top, right, bottom = line
    height = float(np.median(bottom - top))
    width, tall = dots[2] - dots[0], dots[3] - dots[1]
    longer = np.maximum(width, tall)
    found = (longer >= SMALLEST * height) & (longer <= LARGEST * height)
    found &= (longer <= LONGEST * np.minimum(width, tall)) & (area >= FILLED * width * tall)
    found &= np.abs((dots[1] + dots[3]) / 2 - _middle(line, (dots[0] + dots[2]) / 2)) <= OFF * height
    overlap = np.minimum(dots[2][:, np.newaxis], right) - np.maximum(dots[0][:, np.newaxis], left)
    found &= (overlap <= OVERLAP * width[:, np.newaxis]).all(axis=1)
    return found & _reached(left, right, dots[0], dots[2], found, GAP * height)


def _middle(line, x):
    """The middle of the line at some places: between its digits as they lie, beyond them along its tilt."""
    left, top, right, bottom = line
    own_x, own_y = (left + right) / 2, (top + bottom) / 2
    steps = np.clip(np.diff(own_y) / np.maximum(np.diff(own_x), 1), -STEEPEST, STEEPEST)
    tilt = float(np.median(steps)) * len(steps) / (len(steps) + 2) if len(steps) else 0.0
    beyond = x - np.clip(x, own_x[0], own_x[-1])
    return np.interp(x, own_x, own_y) + tilt * beyond


def _reached(left, right, dot_left, dot_right, candidates, gap):
    """bool like `candidates`: those that a digit is near, or another that is reached so."""
    reached = np.zeros_like(candidates)
    while True:
        ends = np.concatenate([right, dot_right[reached]])
        starts = np.concatenate([left, dot_left[reached]])
        apart = np.maximum(dot_left[:, np.newaxis] - ends, starts - dot_right[:, np.newaxis]).min(axis=1)
        more = candidates & (apart <= gap)
        if (more == reached).all():
            return reached
        reached = more
