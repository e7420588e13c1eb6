"""Where the digits of a number are -> the ink of each."""

from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np

from lekh.strips import connected_parts


def cut(ink: np.ndarray, centres: Sequence[float]) -> list[tuple[np.ndarray, bool]]:
    """The ink of each digit of a number.

    What hangs together belongs to the digit in whose part of the number most of it lies; only ink in which two digits
    have their middles is cut, along the path with the least ink from top to bottom.

    Args:
        ink: float32 `(h, w)`, the number's own ink.
        centres: column of the middle of each digit, from left to right.

    Returns:
        For each centre float32 `(h, w)`, together the number's ink without dots, dashes and the like, and whether
        nothing of it was cut.
    """
    zones = np.zeros(ink.shape, np.int32)
    for a, b in pairwise(centres):
        zones += np.arange(ink.shape[1])[None, :] >= _seam(ink, a, b)[:, None]
    labels, parts = connected_parts(ink)
    owners = np.full((len(parts) + 1, len(centres)), False)
    shares = np.stack([np.bincount(labels[zones == zone], minlength=len(parts) + 1) for zone in range(len(centres))])
    main = _main_parts(labels, parts, shares, centres)
    for part in range(1, len(parts) + 1):
        owning = np.flatnonzero(main == part)
        if len(owning) > 1:
            owners[part, owning] = True
        else:
            owner = owning[0] if len(owning) else int(shares[:, part].argmax())
            owners[part, owner] = len(owning) == 1 or _belongs(parts[part - 1], parts[main[owner] - 1])
    soft = cv2.dilate(labels.astype(np.float32), np.ones((3, 3), np.uint8)).astype(np.int32)
    soft = np.where(labels > 0, labels, soft)  # the soft edge of a stroke goes with it
    made = []
    for zone in range(len(centres)):
        mine = owners[:, zone]
        alone = mine & (owners.sum(axis=1) == 1)
        own = np.where(alone[soft] | (mine[soft] & (zones == zone)), ink, 0).astype(np.float32)
        made.append((own, bool((mine == alone).all())))
    return made


def _seam(ink, a, b):
    """int `(h,)`: for each row the column between `a` and `b` where a path from top to bottom meets the least ink."""
    first, last = int(np.floor(a)) + 1, max(int(np.floor(a)) + 2, int(np.ceil(b)))
    first, last = max(0, min(first, ink.shape[1] - 1)), min(max(last, first + 1), ink.shape[1])
    away = np.abs(np.arange(first, last) - (a + b) / 2) / max(1.0, b - a)
    cost = ink[:, first:last] + 0.02 * away.astype(np.float32)
    total = cost.copy()
    for row in range(1, len(cost)):
        total[row] += _least_of_three(total[row - 1])
    seam = np.empty(len(cost), np.int64)
    seam[-1] = int(total[-1].argmin())
    for row in range(len(cost) - 2, -1, -1):
        near = slice(max(0, seam[row + 1] - 1), seam[row + 1] + 2)
        seam[row] = near.start + int(total[row, near].argmin())
    return seam + first


def _least_of_three(values):
    padded = np.concatenate([[np.inf], values, [np.inf]])
    return np.minimum(np.minimum(padded[:-2] + 1e-3, padded[2:] + 1e-3), padded[1:-1])


def _main_parts(labels, parts, shares, centres):
    """For each digit the component that it mainly is: the one with most ink in its zone, near its middle."""
    main = []
    for zone, centre in enumerate(centres):
        near = np.maximum(0, np.maximum(parts[:, 0] - centre, centre - parts[:, 0] - parts[:, 2]))
        weight = shares[zone, 1:] * np.exp(-near / max(4.0, 0.25 * labels.shape[0]))
        main.append(int(weight.argmax()) + 1)
    return np.array(main)


def _belongs(part, main):
    """Whether a component is a stroke of the digit that is mainly `main`, not a dot, a dash or a rest of a rule."""
    x, y, w, h = part[:4]
    mx, my, mw, mh = main[:4]
    over = min(x + w, mx + mw) - max(x, mx)
    below, above = y >= my + 0.9 * mh, y + h <= my - 0.25 * mh
    if below or above:
        return False
    return h > 0.45 * mh or over > 0.3 * w or (over > -0.1 * mh and y + h < my + 0.6 * mh)
