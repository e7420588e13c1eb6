"""Kinds of paper: plain, ruled, squared, graph paper, and leaves out of a spiral notebook."""

import cv2
import numpy as np

from strange_pages.sheets import K, Sheet, blank, cloud

BLUE, GREY, GREEN, ORANGE = (0.75, 0.55, 0.4), (0.5, 0.5, 0.5), (0.55, 0.7, 0.45), (0.4, 0.6, 0.85)
RED = (0.5, 0.45, 0.85)


def size(rng: np.random.Generator) -> tuple[float, float]:
    """Width and height of a sheet in millimetres: an exercise book's page, or a note lengthwise."""
    wide = rng.uniform(115, 165)
    return (wide, wide * rng.uniform(1.2, 1.45)) if rng.random() < 0.8 else (wide * 1.1, wide * rng.uniform(0.7, 0.9))


def plain(rng: np.random.Generator, wide: float | None = None, high: float | None = None) -> Sheet:
    """Paper without rules."""
    return blank(rng, *(size(rng) if wide is None else (wide, high)))


def ruled(rng: np.random.Generator) -> Sheet:
    """Pale rules, often a red margin."""
    sheet = blank(rng, *size(rng))
    wide, high = sheet.size
    pitch = rng.uniform(7, 9.5)
    _rules(sheet, rng, np.arange(sheet.margins[1] + rng.uniform(0, 6), high - 4, pitch), wide)
    if rng.random() < 0.7:
        _margin(sheet, rng)
    return sheet


def spiral(rng: np.random.Generator) -> Sheet:
    """A ruled leaf with the holes, and at times the wire, of its spiral; on the left or above."""
    sheet = ruled(rng) if rng.random() < 0.8 else squared(rng)
    wide, high = sheet.size
    above = rng.random() < 0.35
    pitch, radius, far = rng.uniform(6, 9), rng.uniform(1.4, 2.3), rng.uniform(4, 6)
    square, wired = rng.random() < 0.4, rng.random() < 0.6
    for along in np.arange(rng.uniform(3, 8), (wide if above else high) - 3, pitch):
        x, y = (along, far) if above else (far, along)
        _hole(sheet, x, y, radius, square)
        if wired:
            for shift in (-0.7, 0.7):
                ends = (x + shift, -0.5, x + shift, y) if above else (-0.5, y + shift, x, y + shift)
                sheet.lines([ends], 0.55, (0.12, 0.12, 0.13), 0.85)
    left, top, right, bottom = sheet.margins
    clear = far + radius + rng.uniform(3, 6)
    sheet.margins = (left, max(top, clear), right, bottom) if above else (max(left, clear), top, right, bottom)
    sheet.baselines = [line for line in sheet.baselines if line > sheet.margins[1]]
    return sheet


def squared(rng: np.random.Generator, cell: float = 5.0) -> Sheet:
    """Squares, of 5 mm unless told."""
    sheet = blank(rng, *size(rng))
    colour, strength = _rule_ink(rng, (BLUE, GREY, GREEN))
    _grid(sheet, cell, rng.uniform(0.12, 0.24), colour, strength, rng.uniform(0, cell, 2))
    sheet.cell = cell
    if rng.random() < 0.3:
        _margin(sheet, rng)
    return sheet


def graph(rng: np.random.Generator) -> Sheet:
    """Millimetres, stronger every five and ten."""
    sheet = blank(rng, *size(rng))
    colour, strength = _rule_ink(rng, (ORANGE, GREEN, BLUE, RED))
    corner = rng.uniform(0, 10, 2)
    for cell, width, share in ((1, 0.1, 0.4), (5, 0.1, 0.5), (10, 0.2, 0.8)):
        _grid(sheet, cell, width, colour, strength * share, corner % cell)
    return sheet


def fold(sheet: Sheet, rng: np.random.Generator) -> None:
    """Creases where the sheet was folded, and the light that the parts between them get."""
    high, wide = sheet.light.shape[:2]
    rows, columns = np.mgrid[0:high, 0:wide].astype(np.float32)
    relief = np.ones((high, wide), np.float32)
    for _ in range(int(rng.integers(1, 4))):
        upright = rng.random() < 0.5
        turn = rng.normal(0, 0.04)
        place = rng.uniform(0.25, 0.75) * (wide if upright else high)
        across = (
            (columns - place + turn * (rows - high / 2)) if upright else (rows - place + turn * (columns - wide / 2))
        )
        across = across + 6 * cloud(rng, high, wide, 250)
        side = rng.normal(0, 0.05)
        relief *= 1 + side * np.tanh(across / 60) * np.exp(-np.abs(across) / (0.4 * max(high, wide)))
        depth, soft = rng.uniform(0.06, 0.22) * rng.choice([-1, 1], p=[0.7, 0.3]), rng.uniform(1.5, 4)
        relief *= 1 + depth * np.exp(-((across / soft) ** 2)) * (1 + 0.5 * cloud(rng, high, wide, 40))
        relief *= 1 - 0.7 * depth * np.exp(-(((across - 3 * soft) / (2 * soft)) ** 2))
    relief *= 1 + rng.uniform(0.004, 0.02) * cloud(rng, high, wide, 120)
    sheet.relief = relief


def seen_through(sheet: Sheet, other: Sheet, rng: np.random.Generator) -> None:
    """What stands on the paper's other side shows, mirrored and soft."""
    cover = 1 - np.clip(other.light / np.median(other.light, axis=(0, 1)), 0, 1)
    cover = cv2.GaussianBlur(cover[:, ::-1], (0, 0), rng.uniform(1.5, 4.0)) * rng.uniform(0.12, 0.32)
    sheet.light *= 1 - cover[: sheet.light.shape[0], : sheet.light.shape[1]]


def _rule_ink(rng, colours):
    return colours[int(rng.integers(len(colours)))], rng.uniform(0.45, 1.0)


def _rules(sheet, rng, heights, wide):
    colour, strength = _rule_ink(rng, (BLUE, BLUE, GREY))
    sheet.lines([(0, y, wide, y) for y in heights], rng.uniform(0.14, 0.3), colour, strength)
    sheet.baselines = [float(y) for y in heights]


def _margin(sheet, rng):
    x = rng.uniform(14, 26)
    sheet.lines([(x, 0, x, sheet.size[1])], rng.uniform(0.18, 0.35), RED, rng.uniform(0.6, 1.0))
    sheet.margins = (x + rng.uniform(1.5, 4), *sheet.margins[1:])


def _grid(sheet, cell, width, colour, strength, corner):
    wide, high = sheet.size
    lines = [(x, 0, x, high) for x in np.arange(corner[0], wide, cell)]
    lines += [(0, y, wide, y) for y in np.arange(corner[1], high, cell)]
    sheet.lines(lines, width, colour, strength)
    sheet.baselines = [float(y) for y in np.arange(corner[1], high, cell) if y > sheet.margins[1]]
    sheet.corner = tuple(float(value) for value in corner)


def _hole(sheet, x, y, radius, square):
    holes = np.ones(sheet.solid.shape, np.uint8)
    if square:
        ends = [(round((x + s * radius) * K), round((y + s * radius) * K)) for s in (-1, 1)]
        cv2.rectangle(holes, *ends, 0, -1)
    else:
        cv2.circle(holes, (round(x * K), round(y * K)), round(radius * K), 0, -1, cv2.LINE_AA)
    sheet.solid *= holes
