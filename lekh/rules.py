"""Ruled lines, table frames and underlines: found as long straight runs in a mask and taken out of it.

A rule is long for the writing beside it, thin for its length, and straight enough that a run of pixels along it is
longer than any bar of a digit. Strokes that cross a rule are mended where it was.
"""

import cv2
import numpy as np

from lekh.connected import components, weighted_median
from lekh.leaning import ALONG, THIN, THINNEST, leaning_rules
from lekh.walls import COVERED_WALL, walls_among

SHORTEST_RUN = 12  # pixels
RUN = 0.6  # of the writing's height; a tilted thin rule falls into runs about this long
LONG = 2.6  # of the writing's height: longer than any digit
COVERED = 0.9  # of a rule is inked, at least: strokes one under the other leave gaps
LONG_PAIR, TWINS = 1.6, 0.1  # the same for two of one length, the upper and lower side of boxes; how unlike they may be
NEAR, FAR = 0.6, 2.5  # of the writing's height, how far one is below the other
MOST_PAIRED = 500  # of them; in a texture there are more
LONG_UPRIGHT = 4.0  # and longer than two digits, one under the other
LEAST_SHARE = 0.04  # of the page, the shortest rule
WALL = 0.5  # of the writing's height, the shortest wall of a cell
GRID = 4  # rules, one under the other or side by side
KEPT = 0.8  # of the rules that are crossed by the first look, how many must be by the second
SAMPLED = 6  # every so many columns tell how many rules there are, and how thick
ENOUGH = 0.15  # of the ink, what digits must be to tell their height
ONE_TELLS = 0.1  # of what tells the height of the writing, a single piece: remains of a grid may be large
FIRST_LOOK = 0.08  # of the page's longer side, the height assumed before
IN_FIELD = 0.3  # of a field's shorter side, the least height of its writing
SPANS = 0.55  # of a cropped field, its shortest rule
THIN_ON_PAGE = 0.04  # of the page, as THIN is of the writing's height
THIN_WALL = 0.4  # of the writing's height, walls of two cells side by side
SHORT, BENT = 0.4, 0.02  # of the page, what is no longer; of its length, how bent it is, at most: no arc of an ellipse
PATH, BESIDE = 9, 1.5  # of every second pixel: how far along a rule its path is smooth; how far its own ink is from it
END = 0.15  # of its length, its ends
PALE = 0.05  # how dark a rule is along so little of it, as along so much of it, ALONG
UNEVEN = 6  # times that difference: as much darker a rule may be where it is darkest,
DARKER = 1.5, 2.0  # but so many times as dark at least, and at most; what is darker is a stroke that runs along it


def without_rules(
    mask: np.ndarray, is_field: bool = False, contrast: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """The mask without its rules.

    Args:
        mask: uint8 `(H, W)`, 1 where there may be ink.
        is_field: whether the mask shows a few digits only, which fill it; then a rule spans most of it.
        contrast: uint8 `(H, W)`, how dark the ink is, if that shall tell strokes from the rules that they run along.

    Returns:
        Two uint8 `(H, W)`, 0 or 1: the mask without rules (`mask` itself where there are none), and what was taken out.
    """
    height, share = _writing(mask)
    if is_field:  # all of it may hang together by a rule
        return _parted(mask, max(height, IN_FIELD * min(mask.shape)), is_field, contrast)
    if share >= ENOUGH:
        return _parted(mask, height, is_field, contrast)
    # Most hangs together by a grid: without its longest rules the writing shows its height.
    first = _parted(mask, FIRST_LOOK * max(mask.shape), is_field, contrast)
    second = _parted(mask, _writing(first[0])[0], is_field, contrast)
    lost = _most_crossed(second[1]) < KEPT * _most_crossed(first[1])  # what was left was no writing
    return first if lost and _most_crossed(first[1]) > GRID else second


def _parted(mask, height, is_field, contrast):
    """What `without_rules` returns, for writing of that height."""
    level = _rules(mask, LONG * height, height, is_field, contrast, paired=not is_field)
    turned = None if contrast is None else contrast.T
    upright = _rules(np.ascontiguousarray(mask.T), LONG_UPRIGHT * height, height, is_field, turned)
    rest, removed = mask.copy(), np.zeros_like(mask)
    if level is not None:
        rest[level > 0] = 0
        removed |= level
        found = None if is_field else _rules(
            np.ascontiguousarray(rest.T), WALL * height, height, False, None, 0.0, thin=THIN_WALL, covered=COVERED_WALL
        )  # fmt: skip
        walls = None if found is None else walls_among(found, level, upright, round(RUN * height) | 1)
        if walls is not None:
            upright = walls if upright is None else upright | walls
    if upright is not None:
        rest[upright.T > 0] = 0
        removed |= upright.T
    _mend(rest, level, upright)
    leaning = None if is_field or contrast is None else leaning_rules(rest, height, contrast)
    if leaning is not None:
        level, upright = leaning
        rest[(level | upright) > 0] = 0
        removed |= level | upright
        _mend(rest, level, np.ascontiguousarray(upright.T))
    return (rest, removed) if removed.any() else (mask, removed)


def _writing(mask):
    """Typical height in pixels of what may be digits in a mask, and the share of the mask that they are."""
    h, w = mask.shape
    step = 2 if max(h, w) > 1000 else 1  # a large page may be looked at from afar
    small = cv2.dilate(mask, np.ones((2, 2), np.uint8))[::step, ::step] if step > 1 else mask
    _, stats = components(np.ascontiguousarray(small))
    stats = stats[1:] * np.array([step] * 4 + [step * step])
    left, top, width, height, area = stats.T
    likely = (height >= 8) & (height < 0.9 * h) & (width < 0.4 * w) & (width < 3 * height) & (height < 8 * width)
    likely &= area > 0.5 * height
    # What reaches the border is the desk, or cut off. Specks outnumber digits; a few large things hold more room.
    likely &= (np.minimum(left, top) > step) & (left + width < w - step) & (top + height < h - step)
    if not likely.any():
        return 0.05 * min(h, w), 0.0
    height, area_likely, box = (each[likely] for each in (height, area, width * height))
    weight = np.sqrt(box * area_likely)
    weight = np.minimum(weight, ONE_TELLS * weight.sum())
    return weighted_median(height, weight), float(area_likely.sum() / area.sum())


def _rules(mask, least, height, is_field, contrast, shortest=LEAST_SHARE, thin=THIN, covered=COVERED, paired=False):
    """uint8 mask of the nearly level rules, or None."""
    h, w = mask.shape
    run = min(max(SHORTEST_RUN, round(RUN * height)), w)
    # A thin rule that is tilted climbs from row to row: with its neighbour rows it makes one run.
    thick = cv2.dilate(mask, np.ones((3, 1), np.uint8))
    runs = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, run), np.uint8))
    if not cv2.countNonZero(runs):
        return None
    joined = cv2.morphologyEx(runs, cv2.MORPH_CLOSE, np.ones((3, run // 2 * 2 + 1), np.uint8))
    # Closing goes on to the border from anywhere near it.
    joined[:, :4] &= runs[:, :4]
    joined[:, -4:] &= runs[:, -4:]
    # Every second row and column will do: the runs are three rows high.
    joined = np.ascontiguousarray(joined[::2, ::2])
    labels, stats = components(joined)
    left, width = 2 * stats[:, cv2.CC_STAT_LEFT], 2 * stats[:, cv2.CC_STAT_WIDTH]
    thickness = 4 * stats[:, cv2.CC_STAT_AREA] / np.maximum(width, 1)
    at_border = (left <= 2).astype(int) + (left + width >= w - 3)
    spans = (width > SPANS * w) & (at_border > 0) & (w >= h)
    long = spans if is_field else width > max(least, shortest * w)
    slim = thickness < max(THINNEST, min(thin * height, THIN_ON_PAGE * w))
    chosen = slim & (2 * stats[:, cv2.CC_STAT_HEIGHT] < 0.25 * width + thickness)
    inked = np.bincount(labels[runs[::2, ::2] > 0], minlength=len(stats))
    chosen &= inked > covered * stats[:, cv2.CC_STAT_AREA]
    chosen[0] = False
    chosen &= long | _paired(2 * stats, chosen, height) if paired else long
    if not is_field and (chosen & (width < SHORT * w)).any():
        chosen &= (width >= SHORT * w) | (2 * _bend(labels, chosen) <= BENT * width)
    if not chosen.any():
        return None
    y, x, rule = _along(labels, chosen)
    if not len(y):
        return None
    if contrast is None:
        rules = np.zeros_like(labels, np.uint8)
        rules[y, x] = 1
        return cv2.resize(rules, (w, h), interpolation=cv2.INTER_NEAREST) & mask
    limits = _darkest(y, x, rule, labels.shape, contrast * mask)
    limits = cv2.resize(limits, (w, h), interpolation=cv2.INTER_NEAREST)
    return cv2.compare(limits, cv2.max(contrast, 1), cv2.CMP_GE) & mask


def _paired(stats, chosen, height):
    """bool array: which of the chosen have another one above or below, of the same length: the sides of boxes."""
    paired = np.zeros(len(stats), bool)
    long = np.flatnonzero(chosen & (stats[:, cv2.CC_STAT_WIDTH] > LONG_PAIR * height))
    if len(long) > MOST_PAIRED:
        return paired
    x, y, w, h = stats[long, :4].T
    middle, unlike = y + h / 2, TWINS * w
    apart = np.abs(middle[:, None] - middle)
    twins = (np.abs(x[:, None] - x) < unlike) & (np.abs((x + w)[:, None] - x - w) < unlike)
    paired[long] = (twins & (apart > NEAR * height) & (apart < FAR * height)).any(axis=1)
    return paired


def _bend(labels, chosen):
    """float array: for each label, how far the middle of its level piece lies from the line between its ends."""
    y, x = np.nonzero(chosen[labels])
    label, count = labels[y, x], len(chosen)
    first, last = np.full(count, labels.shape[1]), np.zeros(count)
    np.minimum.at(first, label, x)
    np.maximum.at(last, label, x)
    along = (x - first[label]) / np.maximum(last - first, 1)[label]
    parts = [along < END, np.abs(along - 0.5) < END / 2, along > 1 - END]
    left, middle, right = (
        np.bincount(label[part], y[part], count) / np.maximum(np.bincount(label[part], minlength=count), 1)
        for part in parts
    )
    return np.abs(middle - (left + right) / 2)


def _along(labels, chosen):
    """Rows and columns of the pixels of the chosen rules, and the number of the rule that each is of: what lies on its
    path. Strokes of digits that run beside a rule hang together with it."""
    y, x = np.nonzero(chosen[labels])
    rule, width = np.cumsum(chosen)[labels[y, x]] - 1, labels.shape[1]
    place = rule * width + x
    count = np.bincount(place, minlength=np.count_nonzero(chosen) * width)
    middle = np.bincount(place, y, len(count)) / np.maximum(count, 1)
    count, middle = count.reshape(-1, width), middle.reshape(-1, width)
    usual = np.array([np.median(thick[thick > 0]) for thick in count])
    paths = np.stack([_path(np.flatnonzero((thick > 0) & (thick <= most)), rows)
                      for thick, rows, most in zip(count, middle, usual, strict=True)])  # fmt: skip
    on_path = np.abs(y - paths[rule, x]) <= usual[rule] / 2 + BESIDE
    return y[on_path], x[on_path], rule[on_path]


def _path(columns, rows):
    """float like `rows`: the row of a rule in each column, smooth, given those in some columns."""
    path = np.interp(np.arange(len(rows)), columns, rows[columns])
    return cv2.blur(path.reshape(1, -1), (PATH, 1), borderType=cv2.BORDER_REPLICATE)[0]


def _darkest(y, x, rule, shape, contrast):
    """uint8 `shape`: how dark rules may be, each by what it is along its length; 0 elsewhere; arguments: `_along`."""
    # The darkest of each column is the middle of the rule, or a stroke that crosses it.
    columns = np.zeros((rule.max() + 1, shape[1]), np.uint8)
    np.maximum.at(columns, (rule, x), cv2.dilate(contrast, np.ones((2, 2), np.uint8))[::2, ::2][y, x])
    pale, middle = np.transpose([
        np.quantile(column[column > 0], (PALE, ALONG)) if column.any() else (0, 0) for column in columns
    ])  # fmt: skip
    limit = np.clip(middle + UNEVEN * (middle - pale), DARKER[0] * middle, DARKER[1] * middle)
    limits = np.zeros(shape, np.uint8)
    limits[y, x] = np.clip(limit, 1, 255)[rule]
    return limits


def _mend(rest, level, upright):
    """Continues the strokes of `rest` through rules that were taken out; `upright` is turned; each may be `None`."""
    if level is not None and level.any():
        rest |= _mended(rest, level)
    if upright is not None and upright.any():
        rest |= _mended(np.ascontiguousarray(rest.T), upright).T


def _mended(rest, rules):
    """The strokes of `rest` continued through the level `rules` that they cross."""
    columns = rules[:, ::SAMPLED]
    thickness = np.count_nonzero(columns) / max(1, columns.shape[1] * _crossed(rules))
    reach = 2 * int(np.ceil(min(1.3 * thickness, rules.shape[0]))) + 5
    above_and_below = cv2.morphologyEx(rest, cv2.MORPH_CLOSE, np.ones((reach, 3), np.uint8))
    return above_and_below & rules


def _most_crossed(rules):
    """How many rules are crossed down or across a mask, in the mean; whichever is more."""
    return max(_crossed(rules), _crossed(rules.T))


def _crossed(rules):
    """How many level rules a column of a mask crosses, in the mean."""
    columns = rules[:, ::SAMPLED]
    return (np.count_nonzero(columns[1:] > columns[:-1]) + np.count_nonzero(columns[0])) / columns.shape[1]
