"""Pieces -> lines: what follows what along the tilt of a page, and which lines are none."""

import numpy as np

from lekh.boxes import Boxes, bands, cut_by_border, groups, nearest

MUCH = 40  # pieces
ALONE, FEW = 2, 0.2  # pieces on a line; of all pieces
CRUMB = 0.75  # of the height of the writing; lower pieces that stand alone are crumbs among longer lines
TILT = 0.2  # the steepest line, height over width
REACH = 8.0  # heights to the next piece that follows on the line
CLIMB = 0.2  # of the gap, how far the next piece may stand higher or lower, besides half its height
STEPS = 12  # from piece to piece, around a piece, which tell the tilt there
BEHIND = 0.9  # of the height, how far two lines may miss each other and still be one


def followed(boxes: Boxes) -> list[np.ndarray]:
    """Places in `boxes` of the pieces of each line, lines from top to bottom, pieces from left to right."""
    if len(boxes) == 0:
        return []
    slope = np.zeros(len(boxes))
    for _ in range(3):
        left, right = _followers(boxes, slope)
        slope = _slopes(boxes, left, right)
    left, right = _followers(boxes, slope)
    group = groups(len(boxes), left, right)
    order = np.lexsort((boxes.x, group))
    starts = np.searchsorted(group[order], np.arange(1, int(group.max()) + 1))
    lines = _continued(np.split(order, starts), boxes, slope)
    tilt = float(np.median(slope))
    return sorted(lines, key=lambda members: float(np.mean(boxes.y[members] - tilt * boxes.x[members])))


def _followers(boxes, slope):
    """Pairs of pieces that follow each other: each the other's nearest to that side, at the same height."""
    after, before = np.full(len(boxes), -1), np.full(len(boxes), -1)
    for some, near in bands(boxes.y, (1 + TILT * REACH) * float(boxes.height.max())):
        a, b = boxes.take(some), boxes.take(near)
        for follower, first, second, lean in (
            (after, a, b, slope[some, None] + slope[near]),
            (before, b, a, slope[near, None] + slope[some]),
        ):
            cost = _cost_of_following(first, second, lean / 2)
            cost = cost if follower is after else cost.T
            best = cost.argmin(axis=1)
            follows = np.isfinite(cost[np.arange(len(some)), best])
            follower[some[follows]] = near[best[follows]]
    left = np.flatnonzero(after >= 0)
    left = left[before[after[left]] == left]
    return left, after[left]


def _cost_of_following(first, second, slope):
    """float array `(len(first), len(second))`: how far the second is from following the first; inf: it does not."""
    across = second.x - first.x[:, None]
    climb = np.abs(second.y - first.y[:, None] - slope * across)
    tall, short = np.maximum(second.height, first.height[:, None]), np.minimum(second.height, first.height[:, None])
    gap = second.left - first.right[:, None]
    follows = (across > 0) & (climb < 0.5 * tall + CLIMB * np.maximum(gap, 0)) & (climb < tall)
    follows &= (gap < REACH * tall) & (gap > -0.6 * tall) & (short > 0.25 * tall)
    return np.where(follows, across + 3 * climb, np.inf)


def _slopes(boxes, left, right):
    """The tilt of the lines around each piece: the median of the steps nearest to it."""
    if len(left) == 0:
        return np.zeros(len(boxes))
    x, y = (boxes.x[left] + boxes.x[right]) / 2, (boxes.y[left] + boxes.y[right]) / 2
    steps = np.clip((boxes.y[right] - boxes.y[left]) / np.maximum(boxes.x[right] - boxes.x[left], 1), -TILT, TILT)
    count = min(STEPS, len(steps))
    return np.median(steps[nearest(x, y, boxes.x, boxes.y, count)], axis=1) * (count / (count + 2))


def _continued(lines, boxes, slope):
    """Lines with those joined that lie one behind the other on the same height."""
    lines = sorted(lines, key=lambda members: boxes.left[members[0]])
    ends = []  # of each line: right end, x, y and slope there, height of the writing
    joined = []
    for members in lines:
        first, last = members[:3], members[-3:]
        start = boxes.left[members[0]]
        height = float(np.median(boxes.height[members]))
        best = None
        if ends:
            right, x, y, lean, tall = np.array(ends).T
            meet = (right + start) / 2
            here = boxes.y[first] + slope[first] * (meet[:, None] - boxes.x[first])
            miss = np.abs(y + lean * (meet - x) - here.mean(axis=1)) / np.maximum(tall, height)
            miss[right - start > 0.5 * height] = np.inf
            best = int(np.argmin(miss)) if miss.min() < BEHIND else None
        end = (
            boxes.right[members].max(),
            *(float(v.mean()) for v in (boxes.x[last], boxes.y[last], slope[last])),
            height,
        )
        if best is None:
            joined.append([members])
            ends.append(end)
        else:
            joined[best].append(members)
            ends[best] = end
    return [together[np.argsort(boxes.x[together], kind="stable")] for together in map(np.concatenate, joined)]


def without_cut_lines(lines: list[np.ndarray], boxes: Boxes, shape: tuple[int, int]) -> list[np.ndarray]:
    """Lines without those that the border cuts as a whole, where others lie clear of it: they belong to something else.

    A digit of a tightly cropped field may touch the border; the others of its line do not all.
    """
    cut = cut_by_border(boxes, shape)
    inside = [members for members in lines if not cut[members].all()]
    return inside or lines


def without_crumbs(lines: list[np.ndarray], boxes: Boxes) -> list[np.ndarray]:
    """Lines without those of one or two small pieces, where there is much writing in longer lines."""
    total = sum(map(len, lines))
    alone = [members for members in lines if len(members) <= ALONE]
    if total < MUCH or sum(map(len, alone)) > FEW * total:
        return lines
    height = float(np.median(boxes.height[np.concatenate(lines)]))
    return [members for members in lines if len(members) > ALONE or boxes.height[members].max() > CRUMB * height]
