"""A hand writes numbers and signs on a sheet."""

from dataclasses import dataclass, replace

import numpy as np

from strange_pages.hands import Hand
from strange_pages.pens import Pen, stroke
from strange_pages.sheets import Sheet, Written
from strange_pages.tracing import Traced

ROWS = 48  # in which the paper between two digits is measured
# Signs as a pen draws them, in a square a digit high: strokes of points.
SIGNS = {
    "+": [[(0.05, 0.55), (0.6, 0.53)], [(0.33, 0.25), (0.32, 0.85)]],
    "-": [[(0.03, 0.55), (0.42, 0.54)]],
    "=": [[(0.05, 0.44), (0.6, 0.42)], [(0.05, 0.68), (0.61, 0.66)]],
    "×": [[(0.08, 0.3), (0.55, 0.8)], [(0.55, 0.3), (0.07, 0.82)]],
    "/": [[(0.5, -0.05), (0.05, 1.1)]],
    ")": [[(0.05, -0.05), (0.24, 0.25), (0.28, 0.5), (0.23, 0.8), (0.03, 1.12)]],
    ".": [[(0.05, 0.96), (0.08, 1.0)]],
}
THICKEST = 0.12  # a pen's stroke, of a digit's height
SIGN_GAP = 0.22  # paper before and after a sign, in shares of a digit's height


@dataclass
class Writer:
    """A hand with a pen over a sheet.

    Attributes:
        height: of its digits, in millimetres.
        touching: share of neighbours that touch.
    """

    sheet: Sheet
    hand: Hand
    pen: Pen
    height: float
    rng: np.random.Generator
    touching: float = 0.0

    def __post_init__(self):
        self.pen = replace(self.pen, width=min(self.pen.width, THICKEST * self.height))  # a felt pen writes larger
        widths = [shape.size[0] for value in self.hand.values for shape in self.hand.samples[value]] or [1.0]
        self._wide = float(np.mean(widths)) + 0.5 * float(np.std(widths)), float(np.max(widths))

    def room(self, length: int) -> float:
        """Millimetres that a number of so many digits may need."""
        mean, widest = self._wide
        return self.height * (length * (mean + self.hand.spacing) + 1.1 * widest - mean) + length * self.pen.width

    def value(self) -> int:
        """Any digit that this hand writes."""
        return int(self.rng.choice(self.hand.values))

    def number(self, length: int) -> list[int]:
        """Any number, only one of a single digit begins with zero; of nobody's hand an empty one."""
        if not self.hand.values:
            return []
        digits = [self.value() for _ in range(length)]
        while length > 1 and digits[0] == 0 and max(self.hand.values) > 0:
            digits[0] = self.value()
        return digits

    def write(self, digits: list[int], x: float, baseline: float, drift: float = 0.0) -> float:
        """Writes a number from `x` on, in millimetres; `drift` is how much it rises for each millimetre.

        Returns:
            Where its ink ends.
        """
        name, before, right, start = self.sheet.next_number(), None, x, x
        for place, value in enumerate(digits):
            shape = self.shaped(self.hand.digit(value, self.rng))
            if place:
                right += self._gap(before, shape)
            base = baseline - drift * (right - start) + self.rng.normal(0, 0.022) * self.height * self.hand.steadiness
            self.put(shape, value, right, base, name)
            right, before = right + shape.size[0] * self.height, shape
        return right

    def put(self, shape: Traced, value: int, x: float, baseline: float, number: int) -> None:
        """Writes one digit whose ink begins at `x` and stands on the baseline."""
        lift = 0.0 if not shape.dots or shape.strokes else self.rng.uniform(0.3, 0.5) * self.height
        corner = np.array([x, baseline - lift - shape.size[1] * self.height])
        lines = [line * self.height + corner for line in shape.strokes]
        dots = [(*(np.array(dot[:2]) * self.height + corner), dot[2] * self.height) for dot in shape.dots]
        stroke(self.sheet, self.pen, lines, self.rng, dots)
        half = self.pen.width / 2 if lines else 0.0
        far = corner + np.array(shape.size) * self.height
        box = *(corner - half), *(far + half)
        self.sheet.written.append(Written(value, tuple(float(side) for side in box), number))

    def shaped(self, shape: Traced) -> Traced:
        """A sample as this hand writes it this time: slanted, turned and stretched a little."""
        loose = self.hand.steadiness
        turn = np.radians(self.rng.normal(0, 2.2) * loose)
        slant = self.hand.slant + self.rng.normal(0, 0.025) * loose
        wide, high = 1 + self.rng.normal(0, 0.05, 2) * loose
        grown = 1 + self.rng.normal(0, 0.035) * loose
        bend = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        bend = grown * bend @ np.array([[1, -slant], [0, 1]]) @ np.diag([wide, high])
        lines = [line @ bend.T for line in shape.strokes]
        dots = [(*(bend @ np.array(dot[:2])), dot[2]) for dot in shape.dots]
        ends = [*lines, *(np.array([[x - r, y - r], [x + r, y + r]]) for x, y, r in dots)]
        corner, far = np.concatenate(ends).min(0), np.concatenate(ends).max(0)
        return Traced(
            tuple((line - corner).astype(np.float32) for line in lines),
            tuple((float(x - corner[0]), float(y - corner[1]), r) for x, y, r in dots),
            tuple(float(side) for side in far - corner),
        )

    def sign(self, sign: str, x: float, baseline: float, gap: float = SIGN_GAP) -> float:
        """Writes a sign of `SIGNS` with some paper around it; returns where that paper ends."""
        start = x + gap * self.height
        lines = []
        for points in SIGNS[sign]:
            line = np.array(points) + self.rng.normal(0, 0.02, (len(points), 2))
            lines.append(line * self.height * 0.95 + (start, baseline - self.height))
        stroke(self.sheet, self.pen, lines, self.rng)
        return max(line[:, 0].max() for line in lines) + gap * self.height

    def by_hand(self, ends: list[tuple[float, float]], pen: Pen | None = None) -> None:
        """A line through points in millimetres, as steady as a hand is."""
        line = np.array(ends, float)
        along = np.linspace(0, len(line) - 1, max(2, 8 * (len(line) - 1)))
        line = np.stack([np.interp(along, np.arange(len(line)), line[:, axis]) for axis in (0, 1)], 1)
        stroke(self.sheet, pen or self.pen, [line + self.rng.normal(0, 0.06, line.shape)], self.rng)

    def _gap(self, before, after):
        """Millimetres from one digit's box to the next one's."""
        if self.touching and self.rng.random() < self.touching:
            return self.rng.uniform(0.1, 0.9) * self.pen.width - _between(before, after) * self.height
        free = self.hand.spacing * (1 + self.rng.normal(0, 0.2) * self.hand.steadiness)
        if self.touching:
            free *= 0.6
        return max(0.06, free) * self.height + self.pen.width


def _between(before, after):
    """How near two digits' lines come to each other when their boxes meet, in shares of their height."""
    right, left = _profile(before, 1), _profile(after, -1)
    gaps = (before.size[0] - right[:, None]) + left[None, :]
    near = np.abs(np.arange(ROWS)[:, None] - np.arange(ROWS)[None, :]) <= 1
    nearest = np.where(near, gaps, np.inf).min()
    return float(np.clip(nearest, 0, 0.5)) if np.isfinite(nearest) else 0.0


def _profile(shape, side):
    """How far to the right (side 1) or to the left (-1) the lines go in each row, rows counted from the baseline."""
    farthest = np.full(ROWS, -np.inf)
    for line in shape.strokes:
        along = np.linspace(0, len(line) - 1, 6 * len(line))
        x, y = (np.interp(along, np.arange(len(line)), line[:, axis]) for axis in (0, 1))
        rows = np.clip(((shape.size[1] - y) * (ROWS / 1.3)).astype(int), 0, ROWS - 1)
        np.maximum.at(farthest, rows, side * x)
    return side * farthest
