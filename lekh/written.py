"""What was composed: a number as ink, or a picture; and what is written where on it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

HEIGHT = 44  # pixels of a digit of common size in a composed number


@dataclass(frozen=True, eq=False)
class Composed:
    """A number as it was written.

    Attributes:
        ink: float32 `(h, w)`, 0 paper .. 1 ink.
        text: its digits, in Western form.
        boxes: left, top, width and height in pixels of `ink` of each digit's own ink, from left to right.
    """

    ink: np.ndarray = field(repr=False)
    text: str
    boxes: tuple[tuple[int, int, int, int], ...]


@dataclass(frozen=True, eq=False)
class Written:
    """A number on a picture: its digits in Western form, and where they are in pixels of the picture."""

    text: str
    boxes: tuple[tuple[int, int, int, int], ...]


@dataclass(frozen=True, eq=False)
class Page:
    """A picture and what is written on it.

    Attributes:
        grey: uint8 `(H, W)`.
        lines: the numbers of each line, from left to right and from top to bottom.
    """

    grey: np.ndarray = field(repr=False)
    lines: tuple[tuple[Written, ...], ...]


def scaled_ink(ink: np.ndarray, scale: float) -> np.ndarray:
    """float32 `(h, w)`, 0 .. 1, at another size of at least one pixel."""
    size = max(1, round(ink.shape[1] * scale)), max(1, round(ink.shape[0] * scale))
    return np.clip(cv2.resize(ink, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR), 0, 1)


def moved_boxes(
    boxes: Sequence[tuple[int, int, int, int]], scale: float, left: float, top: float
) -> tuple[tuple[int, int, int, int], ...]:
    """Boxes `(x, y, w, h)` scaled, then moved by `left` and `top` pixels; none is narrower or lower than one."""
    made = []
    for x, y, w, h in boxes:
        x0, y0 = round(x * scale + left), round(y * scale + top)
        made.append((x0, y0, max(1, round((x + w) * scale + left) - x0), max(1, round((y + h) * scale + top) - y0)))
    return tuple(made)
