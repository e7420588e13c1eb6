"""Digits drawn on the spot, so that tests need no data: strokes on a grid of 4 x 6, jittered like a hand."""

import cv2
import numpy as np

# Each digit is one or two strokes of points (x, y) in 0..4 x 0..6, y down. Plain, but no two are alike.
_STROKES = {
    "latin": (
        [[(2, 0), (0, 2), (0, 4), (2, 6), (4, 4), (4, 2), (2, 0)]],
        [[(1, 1), (2, 0), (2, 6)]],
        [[(0, 1), (2, 0), (4, 1), (4, 2), (0, 6), (4, 6)]],
        [[(0, 0), (4, 0), (2, 2), (4, 4), (3, 6), (0, 5.5)]],
        [[(1, 0), (0, 4), (4, 4)], [(3, 2), (3, 6)]],
        [[(4, 0), (0.5, 0), (0.5, 2.5), (3, 2.3), (4, 4), (3, 6), (0, 5.5)]],
        [[(3, 0), (1, 2), (0, 4), (1, 6), (3, 6), (4, 4.5), (3, 3.2), (0, 4)]],
        [[(0, 0), (4, 0), (1.5, 6)]],
        [[(2, 3), (0.5, 1.5), (2, 0), (3.5, 1.5), (0.5, 4.5), (2, 6), (3.5, 4.5), (2, 3)]],
        [[(4, 1), (2, 0), (0, 1.5), (2, 3), (4, 1.5), (4, 1), (4, 6)]],
    ),
    "khmer": (
        [[(2, 2), (1, 3), (2, 4), (3, 3), (2, 2)]],
        [[(2, 3), (3, 3), (3, 4), (2, 4.3), (1, 3), (1.5, 1), (4, 0.5), (4, 6)]],
        [[(1, 0), (0, 2), (1, 3), (0, 5), (2, 6), (4, 5), (4, 1), (2, 1)]],
        [[(1, 0), (0, 2), (1, 3), (0, 5), (2, 6), (2, 2)], [(2, 6), (4, 5), (4, 1)]],
        [[(0, 3), (2, 2), (0, 5), (4, 6), (4, 3)], [(1, 0), (4, 1)]],
        [[(0, 3), (2, 2), (0, 5), (4, 6), (4, 3), (3, 2)], [(0, 0), (4, 0), (3, 1)]],
        [[(0, 1), (1, 0), (2, 1), (2, 3), (0, 6)], [(2, 3), (4, 6)]],
        [[(0, 5), (0, 1), (1, 0), (1.5, 3), (2.5, 0), (4, 1), (4, 6), (2.5, 5)]],
        [[(0, 0), (0, 5), (1, 6), (2, 5), (2, 2), (3, 1), (4, 2), (4, 6)]],
        [[(0, 5), (0, 1), (2, 0), (4, 1), (4, 5), (3, 6), (2.5, 5), (3, 4)], [(0, 3), (4, 3)]],
    ),
}

DRAWN = tuple(_STROKES)  # the scripts whose digits can be drawn here


def draw(script: str, digit: int, seed: int | None = None, size: int = 200) -> np.ndarray:
    """uint8 `(size, size)`: dark ink on white paper; without a seed upright and clean, with one jittered."""
    rng = np.random.default_rng(seed)
    jitter = 0.0 if seed is None else 1.0
    page = np.full((size, size), 255, np.uint8)
    slant, squeeze, turn = jitter * rng.normal(0, [0.12, 0.08, 0.08])
    unit = size * (0.11 + 0.02 * jitter * rng.uniform(-1, 1))
    centre = size / 2 + jitter * size * rng.uniform(-0.08, 0.08, 2)
    shape = np.array([[1 + squeeze, slant], [turn, 1 - squeeze]])
    width = max(2, round(size * (0.045 + 0.02 * jitter * rng.uniform(-1, 1))))
    for stroke in _STROKES[script][digit]:
        points = np.array(stroke, float) - [2, 3] + jitter * rng.normal(0, 0.12, (len(stroke), 2))
        points = np.round(points @ shape.T * unit + centre).astype(np.int32)
        cv2.polylines(page, [points], isClosed=False, color=20, thickness=width, lineType=cv2.LINE_AA)
    return page
