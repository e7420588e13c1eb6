"""Signs of arithmetic, drawn with a wobble: they are read beside the digits of every script."""

from collections.abc import Callable

import cv2
import numpy as np

from lekh import augment
from lekh.normalize import cropped
from lekh.numerals import OPERATORS

SIDE = 128  # pixels of the sheet


def draw(place: int, rng: np.random.Generator) -> np.ndarray:
    """A sign as a hand, or now and then a font, would write it.

    Args:
        place: of the sign in `OPERATORS`.

    Returns:
        float32 `(h, w)`, 0 paper .. 1 ink, cropped to the sign.
    """
    while True:
        sign = OPERATORS[place]
        printed = rng.random() < 0.15
        text = "–" if sign == "-" else sign
        ink = cropped(augment.in_some_font(text, "latin", SIDE, rng) if printed else _DRAWN[sign](rng))
        if ink is not None:
            return ink


def _sheet():
    return np.zeros((SIDE, SIDE), np.uint8)


def _pen(rng):
    return max(2, round(float(np.exp(rng.uniform(np.log(2.5), np.log(15))))))


def _stroke(sheet, start, end, pen, rng):
    """A line that a hand draws: off by a little at both ends, and bent."""
    reach = np.linalg.norm(np.subtract(end, start))
    ends = np.array([start, end]) + rng.normal(0, 0.05 * reach, (2, 2))
    t = np.linspace(0, 1, 9)[:, np.newaxis]
    across = np.array([ends[0, 1] - ends[1, 1], ends[1, 0] - ends[0, 0]])
    points = ends[0] + t * (ends[1] - ends[0]) + np.sin(np.pi * t) * across * rng.normal(0, 0.05)
    path = np.round((points + rng.normal(0, 0.006 * reach, points.shape)) * 16).astype(np.int32)
    cv2.polylines(sheet, [path.reshape(-1, 1, 2)], False, 255, pen, cv2.LINE_AA, shift=4)


def _dot(sheet, x, y, radius, rng):
    axes = tuple(max(16, round(radius * rng.uniform(0.75, 1.35) * 16)) for _ in range(2))
    cv2.ellipse(sheet, (round(x * 16), round(y * 16)), axes, rng.uniform(0, 180), 0, 360, 255, -1, cv2.LINE_AA, shift=4)


def _as_ink(sheet):
    return sheet.astype(np.float32) / 255


def _plus(rng):
    sheet, pen, c, r = _sheet(), _pen(rng), SIDE / 2, rng.uniform(28, 50)
    across = r * rng.uniform(0.7, 1.3)
    x, y = c + rng.normal(0, 0.1, 2) * r
    _stroke(sheet, (c - across, y), (c + across, y), pen, rng)
    _stroke(sheet, (x, c - r), (x, c + r), pen, rng)
    return _as_ink(sheet)


def _minus(rng):
    sheet, c, r = _sheet(), SIDE / 2, rng.uniform(28, 54)
    _stroke(sheet, (c - r, c), (c + r, c), int(rng.integers(2, max(3, round(r / 3)))), rng)
    return _as_ink(sheet)


def _times(rng):
    sheet, pen, c, r = _sheet(), _pen(rng), SIDE / 2, rng.uniform(26, 46)
    across = r * rng.uniform(0.7, 1.25)
    _stroke(sheet, (c - across, c - r), (c + across, c + r), pen, rng)
    _stroke(sheet, (c - across, c + r), (c + across, c - r), pen, rng)
    return _as_ink(sheet)


def _divided(rng):
    sheet, c, r = _sheet(), SIDE / 2, rng.uniform(30, 52)
    pen = int(rng.integers(2, 10))
    _stroke(sheet, (c - r, c), (c + r, c), pen, rng)
    away, radius = r * rng.uniform(0.35, 0.75) + pen, max(3.0, pen * rng.uniform(0.6, 1.1))
    for y in (c - away, c + away):
        _dot(sheet, c + rng.normal(0, 0.12) * r, y, radius, rng)
    return _as_ink(sheet)


def _slash(rng):
    sheet, c, r = _sheet(), SIDE / 2, rng.uniform(30, 52)
    across = r * rng.uniform(0.4, 0.9)
    _stroke(sheet, (c - across, c + r), (c + across, c - r), int(rng.integers(2, 12)), rng)
    return _as_ink(sheet)


def _equals(rng):
    sheet, c, r = _sheet(), SIDE / 2, rng.uniform(26, 52)
    pen = int(rng.integers(2, 11))
    away = max(r * rng.uniform(0.18, 0.5), 0.75 * pen + 2)
    for y in (c - away, c + away):
        length = r * rng.uniform(0.8, 1.1)
        _stroke(sheet, (c - length, y), (c + length, y), pen, rng)
    return _as_ink(sheet)


def _point(rng):
    sheet = _sheet()
    _dot(sheet, SIDE / 2, SIDE / 2, rng.uniform(4, 16), rng)
    return _as_ink(sheet)


def _comma(rng):
    """A head and a tail that turns to the left, or a short slanted stroke that does."""
    sheet, c = _sheet(), SIDE / 2
    height, pen = rng.uniform(26, 48), rng.uniform(6, 14)
    t = np.linspace(0, 1, 12)[:, np.newaxis]
    bend, lean = rng.uniform(0.1, 0.35) * height, rng.uniform(0.25, 0.6) * height
    points = np.array([c, c - height / 2]) + t * (-lean, height) + np.sin(np.pi * t) * (bend, 0)
    points = points + rng.normal(0, 0.5, points.shape)
    thin = pen * rng.uniform(0.3, 0.7)
    for share, point, follower in zip(t[:-1, 0], points[:-1], points[1:], strict=True):
        thick = max(1, round(pen * (1 - share) + thin * share))
        ends = (tuple(int(v) for v in np.round(p * 16)) for p in (point, follower))
        cv2.line(sheet, *ends, 255, thick, cv2.LINE_AA, shift=4)
    if rng.random() < 0.6:
        _dot(sheet, points[0, 0], points[0, 1], 0.75 * pen, rng)
    return _as_ink(sheet)


_DRAWN: dict[str, Callable[[np.random.Generator], np.ndarray]] = dict(
    zip(OPERATORS, (_plus, _minus, _times, _divided, _slash, _equals, _point, _comma), strict=True)
)
