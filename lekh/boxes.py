"""Many boxes at once, as arrays: which are near each other, and how high the writing is around each."""

from collections.abc import Iterator

import numpy as np

RIM = 0.003  # of the page's longer side: nearer to its border things are cut off
BAND = 64  # pieces that are looked at together, of about the same height
AROUND = 300  # pieces higher and lower than these, among which the nearest are


class Boxes:
    """Boxes as arrays, with the area of the ink in them and the label each came from."""

    def __init__(self, left, top, right, bottom, area, label):
        self.left, self.top, self.right, self.bottom, self.area, self.label = left, top, right, bottom, area, label

    @classmethod
    def of(cls, stats, label):
        x, y, w, h, area = stats[1:].T.astype(np.int64)
        return cls(x, y, x + w, y + h, area, label[1:])

    def __len__(self):
        return len(self.left)

    @property
    def width(self):
        return self.right - self.left

    @property
    def height(self):
        return self.bottom - self.top

    @property
    def side(self):
        return np.maximum(self.width, self.height)

    @property
    def x(self):
        return (self.left + self.right) / 2

    @property
    def y(self):
        return (self.top + self.bottom) / 2

    @property
    def sides(self):
        return self.left, self.top, self.right, self.bottom

    def take(self, chosen):
        return Boxes(*(values[chosen] for values in self._all))

    def with_others(self, others):
        return Boxes(*(np.concatenate(pair) for pair in zip(self._all, others._all, strict=True)))

    @property
    def _all(self):
        return self.left, self.top, self.right, self.bottom, self.area, self.label

    def united(self, owner):
        """The box around all that have the same owner, which are numbered from 0."""
        count = int(owner.max()) + 1
        united = []
        for values, reduce, start in (
            (self.left, np.minimum, 2**40),
            (self.top, np.minimum, 2**40),
            (self.right, np.maximum, -1),
            (self.bottom, np.maximum, -1),
            (self.area, np.add, 0),
        ):
            result = np.full(count, start, np.int64)
            reduce.at(result, owner, values)
            united.append(result)
        return Boxes(*united, np.arange(count))


def cut_by_border(boxes: Boxes, shape: tuple[int, int]) -> np.ndarray:
    """bool array: which boxes reach the border of a page of that shape, or nearly."""
    rim = 1 + RIM * max(shape)
    cut = (boxes.left <= rim) | (boxes.top <= rim)
    return cut | (boxes.right >= shape[1] - rim) | (boxes.bottom >= shape[0] - rim)


def near_pairs(boxes: Boxes) -> tuple[np.ndarray, np.ndarray]:
    """Indices of pairs of boxes no farther apart than a quarter of the larger's height."""
    margin = np.maximum(0.25 * boxes.height, 1)
    pairs = []
    for some, near in bands(boxes.y, 1.25 * float(boxes.height.max()) + 1):
        room = np.maximum(margin[some, None], margin[near])
        close = np.maximum(boxes.left[some, None], boxes.left[near]) - room <= np.minimum(
            boxes.right[some, None], boxes.right[near]
        )
        close &= np.maximum(boxes.top[some, None], boxes.top[near]) - room <= np.minimum(
            boxes.bottom[some, None], boxes.bottom[near]
        )
        first, second = np.nonzero(close & (some[:, None] < near))
        pairs.append((some[first], near[second]))
    return tuple(np.concatenate(side) for side in zip(*pairs, strict=True))


def bands(y: np.ndarray, reach: float) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Indices of some at about the same height, and of all within `reach` of them; pages are too long for all pairs."""
    order = np.argsort(y, kind="stable")
    ordered = y[order]
    for start in range(0, len(y), BAND):
        some = order[start : start + BAND]
        low = np.searchsorted(ordered, ordered[start] - reach)
        high = np.searchsorted(ordered, y[some[-1]] + reach, side="right")
        yield some, order[low:high]


def nearest(x: np.ndarray, y: np.ndarray, to_x: np.ndarray, to_y: np.ndarray, count: int) -> np.ndarray:
    """int array `(len(to_x), count)`: which of the points `x`, `y` are nearest to each other point.

    What lies higher or lower counts as twice as far.
    """
    order = np.argsort(y, kind="stable")
    ordered = y[order]
    found = np.empty((len(to_x), count), np.int64)
    targets = np.argsort(to_y, kind="stable")
    for start in range(0, len(targets), BAND):
        some = targets[start : start + BAND]
        low = max(0, np.searchsorted(ordered, to_y[some[0]]) - AROUND)
        high = np.searchsorted(ordered, to_y[some[-1]], side="right") + AROUND
        near = order[low:high]
        away = np.square(x[near] - to_x[some, None]) + 4 * np.square(y[near] - to_y[some, None])
        found[some] = near[np.argpartition(away, count - 1, axis=1)[:, :count]]
    return found


def height_around(boxes: Boxes) -> np.ndarray:
    """The height of the writing around each box: in the middle of what the ten nearest add up to, itself among them."""
    ten = nearest(boxes.x, boxes.y, boxes.x, boxes.y, min(10, len(boxes)))
    heights = np.sort(boxes.height[ten], axis=1)
    total = np.cumsum(heights, axis=1)
    middle = (total < 0.5 * total[:, -1:]).sum(axis=1)
    return heights[np.arange(len(boxes)), middle]


def groups(count: int, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """int array of `count`: the connected groups of the pairs, numbered from 0."""
    group = np.arange(count)
    for a, b in zip(first.tolist(), second.tolist(), strict=True):
        while group[a] != a:
            a = group[a]
        while group[b] != b:
            b = group[b]
        group[max(a, b)] = min(a, b)
    for index in range(count):  # a root comes before its members
        group[index] = group[group[index]]
    return np.unique(group, return_inverse=True)[1]
