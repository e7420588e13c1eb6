"""Composed numbers in lines on a photographed sheet of paper."""

from collections.abc import Sequence

import cv2
import numpy as np

from lekh import augment
from lekh.alphabet import Alphabet
from lekh.compose import number
from lekh.compose_field import camera
from lekh.written import HEIGHT, Composed, Page, Written, moved_boxes, scaled_ink


def page(
    rows: Sequence[Sequence[str]],
    alphabet: Alphabet,
    script: str,
    rng: np.random.Generator,
    digit_height: float = 40.0,
    clutter: bool = True,
) -> Page:
    """A photograph of a sheet with lines of numbers: plain, ruled or squared paper, light, shadow, a slight tilt.

    Args:
        rows: the numbers of each line in Western digits; every row has at least one.
        alphabet: what to write with.
        script: a script of the alphabet.
        rng: decides everything else.
        digit_height: pixels.
        clutter: see `compose.number`.

    Returns:
        A `Page` whose lines are `rows`.
    """
    made = [
        [
            _resized(number(text, alphabet, script, rng, clutter), digit_height / HEIGHT * np.exp(rng.normal(0, 0.06)))
            for text in row
        ]
        for row in rows
    ]
    ink, lines = _set(made, digit_height, rng)
    ink, lines = _tilted(ink, lines, np.deg2rad(rng.normal(0, 0.8)))
    contrast = rng.uniform(0.3, 0.9)
    marks = ink * contrast * augment.pencil_texture(*ink.shape, rng)
    rules = _ruling(*ink.shape, digit_height, rng) * min(0.4, contrast) * rng.uniform(0.2, 0.8)
    light = augment.paper_light(*ink.shape, rng)
    grey = camera(light * (1 - np.clip(np.maximum(marks, rules), 0, 1)), rng, rng.uniform(0, 0.02) * digit_height)
    return Page(grey, tuple(lines))


def _resized(composed, scale):
    return Composed(scaled_ink(composed.ink, scale), composed.text, moved_boxes(composed.boxes, scale, 0, 0))


def _set(rows, digit_height, rng):
    """Numbers set in lines: float32 ink of the sheet, and what is written where, line by line."""
    gap, leading = rng.uniform(1.7, 2.8) * digit_height, rng.uniform(0.5, 1.3) * digit_height
    margin = rng.uniform(1.0, 2.0) * digit_height
    tall = [max(composed.ink.shape[0] for composed in row) for row in rows]
    width = max(sum(composed.ink.shape[1] + gap for composed in row) for row in rows) + 2 * margin
    ink = np.zeros((int(sum(tall) + leading * len(rows) + 2 * margin), int(width)), np.float32)
    lines, y = [], margin
    for row, high in zip(rows, tall, strict=True):
        x, written = margin + rng.uniform(0, 0.6) * digit_height, []
        for composed in row:
            written.append(_stamp(ink, composed, round(x), round(y + rng.uniform(0, 0.1) * high)))
            x += composed.ink.shape[1] + gap * rng.uniform(0.85, 1.0)
        lines.append(tuple(written))
        y += high + leading
    return ink, lines


def _stamp(ink, composed, x, y):
    """Writes a number on the sheet with its left and top at `(x, y)`."""
    h, w = composed.ink.shape
    x, y = min(x, ink.shape[1] - w), min(y, ink.shape[0] - h)
    part = ink[y : y + h, x : x + w]
    np.maximum(part, composed.ink, out=part)
    return Written(composed.text, moved_boxes(composed.boxes, 1.0, x, y))


def _tilted(ink, lines, angle):
    """The sheet turned by a small angle; boxes go along by their centres."""
    h, w = ink.shape
    turn = cv2.getRotationMatrix2D((w / 2, h / 2), float(np.rad2deg(angle)), 1.0)
    turned = cv2.warpAffine(ink, turn, (w, h))
    made = []
    for line in lines:
        boxes = [tuple(_turned(box, turn) for box in written.boxes) for written in line]
        made.append(tuple(Written(written.text, own) for written, own in zip(line, boxes, strict=True)))
    return turned, made


def _turned(box, turn):
    x, y, w, h = box
    cx, cy = turn @ (x + w / 2, y + h / 2, 1)
    return round(cx - w / 2), round(cy - h / 2), w, h


def _ruling(height, width, digit, rng):
    """Ruled or squared paper, 0 .. 1; all zeros on plain paper."""
    made = np.zeros((height, width), np.float32)
    kind = rng.choice(3, p=(0.5, 0.3, 0.2))
    step = rng.uniform(0.7, 2.2) * digit
    thick = max(1, round(rng.uniform(0.01, 0.04) * digit))
    slope = rng.normal(0, 0.006)
    if kind >= 1:
        for y in np.arange(rng.uniform(0, step), height, step):
            cv2.line(made, (0, round(y)), (width, round(y + slope * width)), 1.0, thick, cv2.LINE_8)
    if kind == 2:
        for x in np.arange(rng.uniform(0, step), width, step):
            cv2.line(made, (round(x), 0), (round(x - slope * height), height), 1.0, thick, cv2.LINE_8)
    return made
