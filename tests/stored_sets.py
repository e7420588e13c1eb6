"""Small sets of digits, in memory and laid out on disk."""

import struct

import numpy as np
from PIL import Image

from lekh.datasets import Dataset


def an_l(size=12):
    """uint8 `(size, size)`: an L, which no flip leaves alone."""
    page = np.full((size, size), 255, np.uint8)
    page[2:10, 3:5] = page[8:10, 3:9] = 0
    return page


def class_folders(root, classes, copies=2, suffix=".png"):
    for name in classes:
        (root / name).mkdir(parents=True)
        for copy in range(copies):
            Image.fromarray(an_l()).save(root / name / f"{copy}{suffix}")
    return root


def npz(path, **arrays):
    np.savez(path, **arrays)
    return path


def idx(array):
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


def drawn_set(n=20, writers=None):
    pages = np.stack([an_l()] * n)
    return Dataset("drawn", "latin", pages, np.arange(n, dtype=np.int64) % 10, writers)
