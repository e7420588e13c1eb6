"""Ink made by hand."""

import numpy as np


def an_l(height=40, pen=6) -> np.ndarray:
    """float32: an L, which is no mirror image of itself."""
    sheet = np.zeros((height, height * 2 // 3), np.float32)
    sheet[:, :pen] = 1
    sheet[-pen:] = 1
    return sheet


def side_by_side(shapes, gap=8) -> np.ndarray:
    height = max(shape.shape[0] for shape in shapes)
    padded = [np.pad(shape, ((height - shape.shape[0], 0), (0, gap))) for shape in shapes]
    return np.concatenate(padded, axis=1)[:, : -gap or None]
