"""Symbols of one's own, as a hand draws them."""

import cv2
import numpy as np

from lekh.datasets import Dataset

SYMBOLS = ("arrow", "heart", "spiral", "star", "triangle")


def strokes(name):
    """One symbol's lines, points `(n, 2)` in about -1 .. 1, y down."""
    t = np.linspace(0, 1, 60)[:, None]
    if name == "arrow":
        return [np.array([(-1, 0), (1, 0)], float), np.array([(0.4, -0.5), (1, 0), (0.4, 0.5)])]
    if name == "heart":
        u = 2 * np.pi * t
        down = 13 * np.cos(u) - 5 * np.cos(2 * u) - 2 * np.cos(3 * u) - np.cos(4 * u)
        return [np.hstack([16 * np.sin(u) ** 3, -down]) / 16]
    if name == "spiral":
        return [t * np.hstack([np.cos(5 * np.pi * t), np.sin(5 * np.pi * t)])]
    corners = 4 * np.pi / 5 * np.arange(6) if name == "star" else 2 * np.pi / 3 * np.arange(4)
    return [np.stack([np.sin(corners), -np.cos(corners)], axis=1)]


def symbol(name, rng, side=200):
    """uint8 `(side, side)`: a symbol as a hand draws it, dark on white: other corners, sizes, leanings and pens."""
    turn, lean, size = rng.normal(0, 0.15), rng.normal(0, 0.12), rng.uniform(42, 80) * np.exp(rng.normal(0, 0.12, 2))
    cos, sin = np.cos(turn), np.sin(turn)
    matrix = np.array([[cos, -sin], [sin, cos]]) @ np.array([[1, lean], [0, 1]]) @ np.diag(size)
    page, pen = np.full((side, side), 255, np.uint8), int(rng.integers(3, 11))
    for line in strokes(name):
        loose = cv2.resize(rng.normal(0, 0.06, (min(6, len(line)), 2)).astype(np.float32), (2, len(line)))
        points = (line + loose) @ matrix.T + side / 2 + rng.uniform(-15, 15)
        cv2.polylines(page, [np.round(16 * points).astype(np.int32)], False, 20, pen, cv2.LINE_AA, shift=4)
    return page


def symbols(copies, seed, names=SYMBOLS, script="marks"):
    """So many of each."""
    rng = np.random.default_rng(seed)
    pages = tuple(symbol(name, rng) for name in names for _ in range(copies))
    return Dataset(script, script, pages, np.repeat(np.arange(len(names)), copies).astype(np.int64), None, names)


def on_disk(dataset, folder):
    """The data set as class folders."""
    for place, (page, label) in enumerate(zip(dataset.images, dataset.labels, strict=True)):
        path = folder / dataset.class_names[label] / f"{place}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), page)
    return folder
