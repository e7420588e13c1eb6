"""Which parts of a mask make the one digit, and which are a frame, a rule, a neighbour or a speck."""

import cv2
import numpy as np

LEAST_DRAWN = 0.04  # of the longer side: an Arabic zero is a dot


def all_strokes(mask: np.ndarray, small: bool) -> np.ndarray | None:
    """What was drawn, specks left out: on a clean sheet a stroke cut by the border belongs to the digit too.

    A clean sheet may be the cell of a form, though: whole rules at its edge go, if a digit is left that keeps off it.

    Args:
        mask: uint8 `(H, W)`, 1 where there may be ink.
        small: whether the picture has no room for a frame, and anything in it may be the digit.

    Returns:
        uint8 `(H, W)`, 0 or 1; `None` where there is nothing, or nothing but specks.
    """
    parts = _Components(mask, False)
    if len(parts.areas) == 0:
        return None
    long = np.maximum(parts.width, parts.height)
    if not small and long.max() < LEAST_DRAWN * max(mask.shape):
        return None
    keep = parts.areas > 0.025 * parts.areas.max()
    if not small and len(parts.areas) > 1 and parts.touches.any():
        written = ~parts.cell_borders(mask)
        clear = written & ~parts.touches & (long >= LEAST_DRAWN * max(mask.shape))
        if clear.any():
            keep = written & (parts.areas > 0.025 * parts.areas[written].max())
    return np.isin(parts.labels, np.flatnonzero(keep) + 1).astype(np.uint8)


def digit_components(mask: np.ndarray, framed: bool, searching: bool = False) -> np.ndarray | None:
    """The components that make the digit, as a uint8 mask; None where all are specks.

    In a search of a large page, what reaches the page's border is the desk around the paper.

    Args:
        mask: uint8 `(H, W)`, 1 where there may be ink.
        framed: whether there may be a frame around the digit, or rules beside it.
        searching: whether the mask is that of a page on which the digit is looked for, not of its own region.
    """
    h, w = mask.shape
    parts = _Components(mask, framed)
    if len(parts.areas) == 0:
        return None
    main = parts.main(0.01 if searching and framed else 0.6)
    if parts.areas[main] < 8 and max(h, w) > 16:
        return None
    keep = parts.near(main) & (parts.areas > 0.025 * parts.areas[main]) & ~parts.at_edge & ~parts.rules()
    keep[main] = True
    return np.isin(parts.labels, np.flatnonzero(keep) + 1).astype(np.uint8)


def without_frame(mask: np.ndarray) -> np.ndarray:
    """The mask without straight rules along its edges, if a digit that touches no edge is left.

    A tightly cropped 7 also has a bar along the edge; what remains of it reaches the opposite edge, and so it is kept.

    Args:
        mask: uint8 `(H, W)`, 1 where there may be ink.

    Returns:
        uint8 `(H, W)`, 0 or 1; `mask` itself where nothing was taken out.
    """
    rules = cv2.bitwise_or(_rules_along(mask), _rules_along(mask.T).T)
    if not rules.any():
        return mask
    rest = mask & ~cv2.dilate(rules, np.ones((3, 3), np.uint8)) & 1
    parts = _Components(np.ascontiguousarray(rest), True)
    if len(parts.areas) == 0:
        return mask
    main = parts.main()
    large = max(parts.height[main] / mask.shape[0], parts.width[main] / mask.shape[1]) > 0.25
    # A frame meets the digit at one rule at the most; a bar at both ends belongs to a 2 or a Z-shaped digit.
    beside = cv2.dilate((parts.labels == main + 1).astype(np.uint8), np.ones((7, 7), np.uint8)) & rules
    bars = cv2.connectedComponents(beside, connectivity=8)[0] - 1
    return rest if large and bars <= 1 and not parts.touches[main] else mask


def _rules_along(mask):
    """uint8 mask of the nearly horizontal rules in the upper and lower fifth of a mask."""
    mask = np.ascontiguousarray(mask)
    h, w = mask.shape
    length = max(5, w // 4)
    runs = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    runs[h // 5 : h - h // 5] = 0
    found = np.zeros_like(mask)
    if not runs.any():
        return found
    _, labels, stats, _ = cv2.connectedComponentsWithStats(cv2.dilate(runs, np.ones((3, 3), np.uint8)), connectivity=8)
    for index in range(1, len(stats)):
        x, _, width, _, area = stats[index]
        from_side = x <= 2 or x + width >= w - 2
        if from_side and width > 0.55 * w and area / width < 0.12 * h + 3:
            found[(labels == index) & (runs > 0)] = 1
    return found


class _Components:
    """8-connected components of a mask, with what tells a digit from a neighbour, a frame or a speck."""

    def __init__(self, mask, framed):
        self.framed = framed
        self.shape = h, w = mask.shape
        _, self.labels, stats, centroids = cv2.connectedComponentsWithStats(mask, connectivity=8)
        stats, self.centroids = stats[1:], centroids[1:]
        self.areas = stats[:, cv2.CC_STAT_AREA].astype(np.float32)
        self.left, self.top = stats[:, cv2.CC_STAT_LEFT], stats[:, cv2.CC_STAT_TOP]
        self.width, self.height = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
        self.right, self.bottom = self.left + self.width, self.top + self.height
        self.touches = (self.left <= 1) | (self.top <= 1) | (self.right >= w - 1) | (self.bottom >= h - 1)
        outer = mask.copy()
        my, mx = max(1, h // 6), max(1, w // 6)
        outer[my : h - my, mx : w - mx] = 0
        self.outer_share = self._share(outer)
        self.frames = self._frames(mask) if framed else np.zeros(len(stats), bool)

    def _share(self, part):
        """How much of each component lies in `part` of the mask."""
        counts = np.bincount(self.labels.ravel(), part.ravel(), minlength=len(self.areas) + 1)
        return counts[1:] / np.maximum(self.areas, 1)

    @property
    def at_edge(self):
        """Cut off by the region's border and living there, or a thin frame that spans the region."""
        return (self.touches & (self.outer_share > 0.35)) | self.frames

    def _frames(self, mask):
        """Thin straight rules that reach two borders and span most of the region, as a table's do."""
        h, w = self.shape
        borders = (self.left <= 1) * 1 + (self.top <= 1) + (self.right >= w - 1) + (self.bottom >= h - 1)
        spans = (self.width > 0.7 * w) | (self.height > 0.7 * h)
        found = (borders >= 2) & spans & (self.areas < 0.25 * self.width * self.height)
        if not found.any():
            return found
        outside = mask.copy()
        outside[h // 4 : h - h // 4, w // 4 : w - w // 4] = 0
        return found & (self._share(outside) > 0.75) & (self._straight_share(mask) > 0.75)

    def cell_borders(self, mask):
        """Long thin straight rules that live at the edge of a clean sheet and reach it."""
        h, w = self.shape
        found = self.touches & (self.outer_share > 0.85) & ((self.width > 0.4 * w) | (self.height > 0.4 * h))
        found &= self.areas < 0.05 * max(h, w) * (self.width + self.height)
        return found & (self._straight_share(mask) > 0.8) if found.any() else found

    def _straight_share(self, mask):
        """How much of each component lies on long level or upright runs."""
        h, w = self.shape
        level = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((1, max(5, w // 7)), np.uint8))
        upright = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((max(5, h // 7), 1), np.uint8))
        return self._share(cv2.dilate(level | upright, np.ones((3, 3), np.uint8)) & mask)

    def main(self, touching=0.6):
        """Index of the largest component, those in the middle preferred; `touching` weighs what reaches a border."""
        h, w = self.shape
        off_centre = np.hypot(self.centroids[:, 0] / w - 0.5, self.centroids[:, 1] / h - 0.5)
        score = self.areas * np.exp(-4 * np.square(off_centre)) * np.where(self.touches, touching, 1.0)
        unlikely = (self.touches & (self.outer_share > 0.5)) | self.frames
        main = int(np.argmax(score * np.where(unlikely, 0.02, 1.0)))
        largest = int(np.argmax(self.areas))
        # A speck amid a tightly cropped digit is not what the crop was made for.
        speck = max(self.width[main], self.height[main]) < 0.2 * max(h, w) and not self.frames[largest]
        return largest if speck and self.areas[main] < 0.3 * self.areas[largest] else main

    def near(self, main):
        """Whether a component lies within a third of the main one's size: the bar of a 5, not the next digit."""
        gap_x = np.maximum(0, np.maximum(self.left - self.right[main], self.left[main] - self.right))
        gap_y = np.maximum(0, np.maximum(self.top - self.bottom[main], self.top[main] - self.bottom))
        return np.hypot(gap_x, gap_y) < 0.3 * max(self.width[main], self.height[main])

    def rules(self):
        """Thin straight pieces along an edge."""
        if not self.framed:
            return np.zeros(len(self.areas), bool)
        h, w = self.shape
        x, y = self.centroids[:, 0] / w, self.centroids[:, 1] / h
        upright = (self.width < 0.08 * w) & (self.height > 2 * self.width + 4) & ((x < 0.2) | (x > 0.8))
        level = (self.height < 0.08 * h) & (self.width > 2 * self.height + 4) & ((y < 0.2) | (y > 0.8))
        return upright | level
