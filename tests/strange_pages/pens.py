"""Pens, and the marks that they leave."""

from dataclasses import dataclass

import cv2
import numpy as np

from strange_pages.sheets import K, Sheet, cloud

FINE = 3  # times K while a stroke is drawn
COLOURS = {  # blue, green and red light that the ink lets through
    "blue": (0.42, 0.12, 0.07),
    "royal": (0.55, 0.20, 0.10),
    "black": (0.06, 0.05, 0.05),
    "red": (0.10, 0.08, 0.55),
    "green": (0.14, 0.26, 0.06),
    "graphite": (0.22, 0.21, 0.21),
}


@dataclass(frozen=True)
class Pen:
    """A pen.

    Attributes:
        width: of its stroke, in millimetres.
        colour: light that full ink lets through.
        strength: of the ink where it is full, 0 to 1.
        grain: how much of the paper's tooth shows through, 0 to 1.
        uneven: how much its strength varies along a stroke.
        soft: millimetres by which its edges bleed.
    """

    width: float
    colour: tuple[float, float, float]
    strength: float
    grain: float
    uneven: float
    soft: float


def any_pen(rng: np.random.Generator) -> Pen:
    """A ball pen, a gel pen, a felt pen or, at times, a pencil."""
    kind = rng.choice(["ball", "gel", "felt", "pencil"], p=[0.5, 0.2, 0.18, 0.12])
    if kind == "pencil":
        return pencil(rng)
    colour = COLOURS[rng.choice(["blue", "royal", "black", "red", "green"], p=[0.35, 0.1, 0.4, 0.08, 0.07])]
    colour = tuple(float(np.clip(part * rng.uniform(0.7, 1.3), 0.02, 0.7)) for part in colour)
    if kind == "felt":
        return Pen(rng.uniform(0.65, 1.05), colour, rng.uniform(0.92, 1.0), 0.0, 0.05, 0.06)
    if kind == "gel":
        return Pen(rng.uniform(0.45, 0.7), colour, rng.uniform(0.92, 1.0), 0.0, 0.06, 0.04)
    return Pen(rng.uniform(0.36, 0.6), colour, rng.uniform(0.78, 0.97), 0.12, 0.16, 0.03)


def pencil(rng: np.random.Generator, faint: bool = False) -> Pen:
    """A pencil; a hard one is faint."""
    strength = rng.uniform(0.5, 0.68) if faint else rng.uniform(0.62, 0.85)
    return Pen(rng.uniform(0.45, 0.75), COLOURS["graphite"], strength, rng.uniform(0.45, 0.8), 0.15, 0.05)


def stroke(sheet: Sheet, pen: Pen, lines: list[np.ndarray], rng: np.random.Generator, dots=()) -> None:
    """Draws lines, each `(n, 2)` x, y in millimetres, and `(x, y, radius)` dots."""
    points = [*lines, *(np.array([[x - r, y - r], [x + r, y + r]]) for x, y, r in dots)]
    if not points:
        return
    everything, margin = np.concatenate(points), pen.width + 0.5
    corner = np.floor((everything.min(0) - margin) * K) / K
    wide, high = np.ceil((everything.max(0) + margin - corner) * K).astype(int)
    fine = np.zeros((high * FINE, wide * FINE), np.uint8)
    for line in lines:
        _drawn(fine, (np.asarray(line) - corner) * K * FINE, pen.width * K * FINE, rng)
    for x, y, radius in dots:
        centre = tuple(round(float(value) * K * FINE) for value in (x - corner[0], y - corner[1]))
        cv2.circle(fine, centre, max(1, round(max(radius, 0.55 * pen.width) * K * FINE)), 255, -1)
    cover = cv2.resize(fine, (int(wide), int(high)), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    cover = cv2.GaussianBlur(cover, (0, 0), max(0.3, pen.soft * K))
    cover *= np.clip(1 + pen.uneven * cloud(rng, high, wide, 12), 0.4, 1.15) * pen.strength
    if pen.grain:
        tooth = 0.6 * cloud(rng, high, wide, 1.0) + 0.8 * cloud(rng, high, wide, 2.2)
        cover *= np.clip(1 + pen.grain * (0.75 * tooth - 0.25), 0.05, 1.0)
    sheet.press(np.clip(cover, 0, 1), *corner, pen.colour)


def _drawn(fine, line, width, rng):
    """One line, thicker where the pen presses, on uint8 `(h, w)`."""
    if len(line) < 2:
        return
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    places = np.linspace(0, along[-1], max(2, int(along[-1] / max(2.0, 0.25 * width))))
    line = np.stack([np.interp(places, along, line[:, axis]) for axis in (0, 1)], 1)
    press = np.interp(np.linspace(0, 1, len(line)), np.linspace(0, 1, 5), rng.normal(1, 0.09, 5))
    ends = np.minimum(places, along[-1] - places) / max(width, 1e-6)
    press *= np.clip(0.75 + 0.25 * ends, 0.75, 1)  # a pen lands and leaves
    for start, end, wide in zip(line[:-1], line[1:], press[1:] * width, strict=True):
        ends = [tuple(np.round(point * 16).astype(int).tolist()) for point in (start, end)]
        cv2.line(fine, *ends, 255, max(1, round(wide)), cv2.LINE_8, 4)
