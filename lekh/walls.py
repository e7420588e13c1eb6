"""Walls: what stands upright on level rules, too short for a rule itself; of cells, frames and combs."""

import cv2
import numpy as np

from lekh.connected import components

COVERED_WALL = 0.72  # of a wall is inked, at least, and of a rule that ends at it
WALLS, APART = 3, 4.0  # so many walls, no more of their heights apart, make cells
ALIKE = 0.15  # of their height, how much they differ, and how far from a rule they may end
BESIDE = 1.5  # of a wall's height, where no long upright rule stands: squared paper has those, and digits between
MOST_TILT = 0.1  # of a row of cells


def walls_among(found: np.ndarray, level: np.ndarray, upright: np.ndarray | None, run: int) -> np.ndarray | None:
    """The walls among short upright rules.

    They go straight from one level rule to the next, and there are several alike; or both rules end at one, the side of
    a frame; or two alike stand on both ends of one, the posts of a comb.

    Args:
        found: uint8 mask, turned, of what is straight.
        level: uint8 mask of the level rules, not turned.
        upright: uint8 mask, turned, of the long upright rules, or `None`.
        run: pixels, odd, of a gap in a wall.

    Returns:
        uint8 mask, turned, or `None`.
    """
    ends = _ends(level)
    level = np.ascontiguousarray(level.T)
    labels, stats = components(cv2.morphologyEx(found, cv2.MORPH_CLOSE, np.ones((3, run), np.uint8)))
    between = [label for label, (x, y, w, h, _) in enumerate(stats.tolist())
               if label and w > 2 * h and _stands_between(x, y, w, h, level, upright)]  # fmt: skip
    x, y, w = stats[between][:, [cv2.CC_STAT_LEFT, cv2.CC_STAT_TOP, cv2.CC_STAT_WIDTH]].astype(np.float64).T
    kept = np.zeros(len(stats), np.uint8)
    for label, left, top, width in zip(between, x, y, w, strict=True):
        away = np.abs(y - top)
        alike = (np.abs(w - width) < ALIKE * width) & (np.abs(x - left) < ALIKE * width + MOST_TILT * away)
        kept[label] = np.count_nonzero(alike & (away < APART * width)) >= WALLS or _is_side(*stats[label, :4], level)
    posts = [label for label in _posts(stats, ends) if not _is_by_rule(*stats[label, :4], upright)]
    kept[posts] = 1
    return found & kept[labels] if kept.any() else None


def _stands_between(x, y, w, h, level, upright):
    """Whether a turned wall ends at a level rule on either side, and no long upright rule is near."""
    if _is_by_rule(x, y, w, h, upright):
        return False
    reach, rows = max(4, round(ALIKE * w)), slice(max(0, y - 2), y + h + 2)
    return all(level[rows, max(0, end - reach) : end + reach].any() for end in (x, x + w))


def _is_by_rule(x, y, w, h, upright):
    """Whether a turned wall is between long upright rules that are near."""
    if upright is None:
        return False
    beside, middle = round(BESIDE * w), x + w // 2
    columns = slice(max(0, middle - 2), middle + 3)
    sides = upright[max(0, y - beside) : y + h // 2, columns], upright[y + h // 2 : y + h + beside, columns]
    return all(side.any() for side in sides)


def _is_side(x, y, w, h, level):
    """Whether level rules start at both ends of a turned wall, on the same side of it, and are on that side only."""
    reach, near = max(4, round(ALIKE * w)), max(3, h)
    before, after = slice(max(0, y - w), max(0, y - near)), slice(y + h + near, y + h + w)
    ends = [level[:, max(0, end - reach) : end + reach].any(axis=1) for end in (x, x + w)]
    shares = np.array([[end[side].mean() if len(end[side]) else 0.0 for side in (before, after)] for end in ends])
    there, not_there = shares > COVERED_WALL, shares < 1 - COVERED_WALL
    return bool((there.all(axis=0) & not_there.all(axis=0)[::-1]).any())


def _ends(level):
    """int `(N, 4)`: column and row of the left and of the right end of each level rule in a mask."""
    labels, stats = components(cv2.dilate(level, np.ones((3, 5), np.uint8)))
    ends = []
    for label, (x, y, w, h, _) in enumerate(stats.tolist()):
        if label and w > 4 * h:
            part, columns = labels[y : y + h] == label, (x + 2, x + w - 3)
            rows = [y + int(np.median(np.flatnonzero(part[:, column]))) for column in columns]
            ends.append((columns[0], rows[0], columns[1], rows[1]))
    return np.array(ends, np.int64).reshape(-1, 4)


def _posts(stats, ends):
    """The labels of turned walls that stand in pairs, alike, on both ends of a level rule."""
    x, y, w, h = stats[1:, :4].T
    upright, reach = w > 2 * h, np.maximum(4, ALIKE * w)
    foot, column = x + w, y + h / 2
    found = []
    for left, left_row, right, right_row in ends.tolist():
        at = [np.flatnonzero(upright & (np.abs(column - end) < reach) & (np.abs(foot - row) < reach))
              for end, row in ((left, left_row), (right, right_row))]  # fmt: skip
        if all(map(len, at)):
            pair = [int(side[np.argmax(w[side])]) for side in at]
            if pair[0] != pair[1] and min(w[pair]) > (1 - 2 * ALIKE) * max(w[pair]):
                found += [index + 1 for index in pair]
    return found
