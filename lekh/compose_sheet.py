"""The strip of paper that a number is written on: its digits, what stands between and after them, and dirt."""

from collections.abc import Sequence

import cv2
import numpy as np

from lekh.normalize import box_of, stroke_width
from lekh.written import HEIGHT, Composed


class Marks:
    """What is written between and after digits and is no digit.

    Args:
        text: the digits.
        rng: decides which marks, and where.
        dotted: whether a dot is a zero, so that none is written.
    """

    def __init__(self, text: str, rng: np.random.Generator, dotted: bool):
        self.rng, self.count, self.dotted = rng, len(text), dotted
        self.separator = rng.choice([".", ",", "'", "-", ""], p=(0.36, 0.08, 0.03, 0.03, 0.5))
        self.places = {self.count - 3, self.count - 6}
        if rng.random() < 0.15:
            self.places = set(rng.integers(1, max(2, self.count), 2).tolist())
        endings = ["", ".", "-", ".-", "=", "..", ",", ":", "~"]
        self.ending = rng.choice(endings, p=(0.5, 0.17, 0.1, 0.1, 0.04, 0.02, 0.03, 0.02, 0.02))

    def between(self, place: int) -> str:
        """The signs before the digit at `place`; mostly none."""
        return self._allowed(self.separator) if place in self.places else ""

    def after(self) -> str:
        """The signs behind the last digit; often none."""
        return self._allowed(self.ending)

    def _allowed(self, signs):
        return signs.translate({ord("."): ",", ord(":"): "-"}) if self.dotted else signs


class Sheet:
    """An ink strip that grows to the right.

    Attributes:
        ink: float32 `(h, w)`, 0 paper .. 1 ink.
        pen: width of a stroke in pixels.
        base: row of the baseline.
        left, right: columns between which it is written on.
        boxes: left, top, width and height of each digit's own ink, from left to right.
    """

    def __init__(self, digits: Sequence[np.ndarray]):
        """Room for float32 `(h, w)` digits, and what stands beside them."""
        self.pen = max(1.0, float(np.median([stroke_width(digit) for digit in digits])))
        self.base = 2 * HEIGHT
        width = 3 * HEIGHT + sum(digit.shape[1] + HEIGHT for digit in digits)
        self.ink = np.zeros((4 * HEIGHT, width + 5 * HEIGHT), np.float32)
        self.left = self.right = HEIGHT
        self.boxes = []

    @staticmethod
    def lift(rng: np.random.Generator, digit: np.ndarray) -> float:
        """Pixels: a digit smaller than the others stands on the line, or now and then above it."""
        spare = max(0, HEIGHT - digit.shape[0])
        return spare * rng.uniform(0, 1) if rng.random() < 0.3 else 0.0

    def write(self, digit: np.ndarray, gap: int, rise: float, joined: bool) -> None:
        """Puts a digit behind the last one.

        Args:
            digit: float32 `(h, w)`.
            gap: pixels of paper between its ink and that before.
            rise: pixels of its foot below the line.
            joined: whether the pen stayed on the paper, where the digits are near.
        """
        h, w = digit.shape
        top = int(np.clip(self.base + rise - h, 2, self.ink.shape[0] - h - 2))
        x = self._beside(digit, top) + gap if self.boxes else self.left
        if self.boxes:  # a hand moves on
            x0, _, w0, _ = self.boxes[-1]
            x = max(x, round(x0 + w0 / 2 + 0.62 * (w0 + w) / 2 - w / 2) + 1, x0 + 1)
        x = int(np.clip(x, 2, self.ink.shape[1] - w - 2))
        part = self.ink[top : top + h, x : x + w]
        if joined and self.boxes:
            self._join(x, top, digit)
        np.maximum(part, digit, out=part)
        bx, by, bw, bh = box_of(digit) or (0, 0, w, h)
        self.boxes.append((x + bx, top + by, bw, bh))
        self.right = max(self.right, x + w)

    def _beside(self, digit, top):
        """The column at which the digit would just touch the ink that stands before it."""
        before = self.ink[top : top + digit.shape[0], : self.right + 2] > 0.4
        after = cv2.dilate(digit, np.ones((5, 1), np.uint8)) > 0.4
        rows = before.any(axis=1) & after.any(axis=1)
        if not rows.any():
            return self.right
        ends = before.shape[1] - np.argmax(before[rows, ::-1], axis=1)
        starts = np.argmax(after[rows], axis=1)
        return int((ends - starts).max())

    def _join(self, x, top, digit):
        """The pen stayed on the paper between two digits: a thin line between nearby points of both."""
        x0, y0, w0, h0 = self.boxes[-1]
        before = np.argwhere(self.ink[y0 : y0 + h0, x0 + w0 // 2 : x0 + w0] > 0.5)
        after = np.argwhere(digit[:, : max(1, digit.shape[1] // 2)] > 0.5)
        if len(before) == 0 or len(after) == 0 or x - x0 - w0 > 0.5 * HEIGHT:
            return
        a = before[np.argmax(before[:, 1])] + (y0, x0 + w0 // 2)
        b = after[np.argmin(after[:, 1])] + (top, x)
        if abs(a[0] - b[0]) < 0.6 * HEIGHT:
            cv2.line(self.ink, (int(a[1]), int(a[0])), (int(b[1]), int(b[0])), 1.0, max(1, round(0.7 * self.pen)))

    def mark(self, signs: str, gap: float) -> None:
        """Draws dots, commas and dashes behind what is written, the first of them after `gap` pixels."""
        rng = np.random.default_rng(int(self.ink.sum() * 16) + len(self.boxes))
        for sign in signs:
            x = self.right + max(1, int(gap)) + int(self.pen / 2)
            self.right = self._sign(sign, min(x, self.ink.shape[1] - 2 * HEIGHT), rng)
            gap = rng.uniform(0.03, 0.3) * HEIGHT

    def _sign(self, sign, x, rng):
        """Draws one sign at column `x`; returns where it ends."""
        thick = max(1, round(self.pen * rng.uniform(0.8, 1.3)))
        foot = self.base + int(rng.normal(0, 0.07) * HEIGHT)
        middle = foot - int(rng.uniform(0.25, 0.6) * HEIGHT)
        if sign in ".:":
            for y in (foot, middle)[: 1 + (sign == ":")]:
                end = x + int(rng.integers(0, 3)), y + int(rng.integers(0, 3))
                cv2.line(self.ink, (x, y), end, 1.0, round(thick * rng.uniform(1, 1.5)))
            return x + thick
        if sign in ",'":
            y = foot if sign == "," else foot - HEIGHT
            end = x - int(rng.uniform(0, 0.15) * HEIGHT), y + int(rng.uniform(0.12, 0.3) * HEIGHT)
            cv2.line(self.ink, (x, y), end, 1.0, thick)
            return x + thick
        length = int(rng.uniform(0.25, 1.0 if rng.random() < 0.8 else 1.7) * HEIGHT)
        tilt = int(rng.normal(0, 0.08) * length)
        for y in (middle, middle + max(thick + 2, HEIGHT // 6))[: 1 + (sign == "=")]:
            bend = rng.uniform(0.05, 0.15) * HEIGHT if sign == "~" else rng.normal(0, 0.02) * HEIGHT
            steps = np.linspace(0, 1, 12)
            path = np.stack([x + steps * length, y + steps * tilt + bend * np.sin(2 * np.pi * steps)], axis=-1)
            cv2.polylines(self.ink, [np.round(path).astype(np.int32)], False, 1.0, thick)
        return x + length

    def composed(self, text: str) -> Composed:
        """The strip, cropped to its ink; its digits are `text`."""
        x, y, w, h = box_of(self.ink)
        boxes = tuple((bx - x, by - y, bw, bh) for bx, by, bw, bh in self.boxes)
        return Composed(np.ascontiguousarray(self.ink[y : y + h, x : x + w]), text, boxes)


def dirty(sheet: Sheet, rng: np.random.Generator) -> None:
    """Adds underlines, pieces of rules and frames, specks, left-overs of printed patterns."""
    left, right = sheet.left, sheet.right
    chance = rng.random(5)
    thin = max(1, round(sheet.pen * rng.uniform(0.4, 1.1)))
    if chance[0] < 0.12:  # underlined by hand, once or twice
        y = sheet.base + rng.uniform(0.0, 0.4) * HEIGHT
        for k in range(1 + (rng.random() < 0.2)):
            a = left + rng.normal(0, 0.2) * HEIGHT, y + k * 0.15 * HEIGHT
            b = right + rng.normal(0, 0.2) * HEIGHT, a[1] + rng.normal(0, 0.05) * (right - left)
            _line(sheet.ink, a, b, thin)
    if chance[1] < 0.08:  # rests of a printed rule
        y = sheet.base + rng.uniform(-1.3, 0.4) * HEIGHT
        for _ in range(int(rng.integers(1, 5))):
            x, length = rng.uniform(left - HEIGHT / 2, right), rng.uniform(0.1, 0.8) * HEIGHT
            _line(sheet.ink, (x, y), (x + length, y + rng.normal(0, 1)), max(1, thin // 2))
    if chance[2] < 0.04:  # of an upright one, at an end
        x = left - rng.uniform(0.15, 0.6) * HEIGHT if rng.random() < 0.5 else right + rng.uniform(0.2, 0.6) * HEIGHT
        y = sheet.base - rng.uniform(0.6, 1.4) * HEIGHT
        _line(sheet.ink, (x, y), (x + rng.normal(0, 2), y + rng.uniform(0.15, 0.5) * HEIGHT), max(1, thin // 2))
    if chance[3] < 0.12:  # specks
        for _ in range(int(rng.integers(1, 7))):
            x, y = rng.uniform(left, right), sheet.base + rng.uniform(-1.2, 0.3) * HEIGHT
            cv2.circle(sheet.ink, (int(x), int(y)), int(rng.integers(0, 3)), float(rng.uniform(0.4, 1)), -1)
    if chance[4] < 0.1:  # security printing that was taken for ink
        for _ in range(int(rng.integers(2, 14))):
            x, y = rng.uniform(left, right), sheet.base + rng.uniform(-1.3, 0.3) * HEIGHT
            angle, length = rng.normal(0, 0.5), rng.uniform(0.05, 0.35) * HEIGHT
            a, b = (x, y), (x + length * np.cos(angle), y + length * np.sin(angle))
            _line(sheet.ink, a, b, 1, float(rng.uniform(0.3, 0.8)))


def _line(ink, a, b, thick, level=1.0):
    """A line that covers, never erases."""
    sheet = np.zeros_like(ink) if level < 1 else ink
    cv2.line(sheet, (round(a[0]), round(a[1])), (round(b[0]), round(b[1])), level, thick)
    if level < 1:
        np.maximum(ink, sheet, out=ink)
