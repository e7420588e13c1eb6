"""Where a number is: its pieces pasted together, and what the page shows there."""

from typing import TYPE_CHECKING

import cv2
import numpy as np

from lekh.ink import contrast_of
from lekh.strips import Frame

if TYPE_CHECKING:
    from lekh.layout import Number

PAPER = 1.5  # heights of a digit around a number by which its contrast is judged


def pasted(number: "Number") -> tuple[np.ndarray, tuple[int, int]]:
    """All pieces of a number on an empty sheet: float32 `(h, w)`, and its left and top in pixels of the ink page."""
    boxes = np.array([piece.box_xywh for piece in number.pieces])
    x0, y0 = boxes[:, 0].min(), boxes[:, 1].min()
    x1, y1 = (boxes[:, 0] + boxes[:, 2]).max(), (boxes[:, 1] + boxes[:, 3]).max()
    sheet = np.zeros((y1 - y0, x1 - x0), np.float32)
    for (x, y, w, h), piece in zip(boxes, number.pieces, strict=True):
        part = sheet[y - y0 : y - y0 + h, x - x0 : x - x0 + w]
        np.maximum(part, piece.ink, out=part)
    return sheet, (int(x0), int(y0))


def from_contrast(
    ink: np.ndarray, origin: tuple[int, int], contrast: np.ndarray, reach: float
) -> tuple[np.ndarray, tuple[int, int], Frame]:
    """What the page shows where a number is, not only what was taken for its ink: nothing broken, nothing cleaned.

    Args:
        ink: float32 `(h, w)` of the number, from `pasted`; says where, how tall and how dark the writing is.
        origin: its left and top in pixels of `contrast`.
        contrast: `(H, W)`, how much darker than its paper each pixel is, in any unit.
        reach: how much more than the number's box to look at, to the left and right, in heights of a digit.

    Returns:
        float32 `(h, w)`, 0 paper .. 1 ink, its left and top in pixels of `contrast`, and the frame of the writing.
    """
    x, y = origin
    frame = Frame.of(ink)
    under = contrast[y : y + ink.shape[0], x : x + ink.shape[1]]
    level = under[ink[: under.shape[0], : under.shape[1]] > 0.5]  # ink page and page may differ by a rounded pixel
    level = max(1e-3, float(np.percentile(level, 75))) if level.size else 1.0
    across, along = round(0.3 * frame.typical), round(reach * frame.typical)
    x0, y0 = max(0, x - along), max(0, y - across)
    x1, y1 = min(contrast.shape[1], x + ink.shape[1] + along), min(contrast.shape[0], y + ink.shape[0] + across)
    seen = np.clip(contrast[y0:y1, x0:x1].astype(np.float32) * np.float32(1.15 / level) - np.float32(0.15), 0, 1)
    return seen, (x0, y0), Frame(frame.typical, frame.middle + y - y0, frame.total)


def as_shown(
    ink: np.ndarray, origin: tuple[int, int], grey: np.ndarray, scale: float, reach: float
) -> tuple[np.ndarray, tuple[int, int], Frame]:
    """What the page shows where a number is, see `from_contrast`; its left and top in pixels of the ink page.

    Args:
        ink: float32 `(h, w)` of the number, from `pasted`.
        origin: its left and top on the ink page.
        grey: uint8 `(H, W)`, the page.
        scale: pixels of the page for one of the ink page.
        reach: see `from_contrast`.
    """
    contrast, (x, y) = contrast_around(ink, origin, grey, scale)
    seen, (left, top), frame = from_contrast(ink, (origin[0] - x, origin[1] - y), contrast, reach)
    return seen, (left + x, top + y), frame


def contrast_around(
    ink: np.ndarray, origin: tuple[int, int], grey: np.ndarray, scale: float
) -> tuple[np.ndarray, tuple[int, int]]:
    """The contrast of the part of a page that holds a number and some paper around it.

    Args:
        ink: float32 `(h, w)` of the number, from `pasted`.
        origin: its left and top on the ink page.
        grey: uint8 `(H, W)`, the page.
        scale: pixels of the page for one of the ink page.

    Returns:
        float32 `(h', w')` in the resolution of the ink page, and its left and top there.
    """
    margin = PAPER * Frame.of(ink).typical
    corners = np.array([[v - margin, v + side + margin] for v, side in zip(origin, ink.shape[::-1], strict=True)])
    whole = np.array(grey.shape[::-1])
    (left, right), (top, bottom) = np.clip(np.round(corners), 0, np.round(whole / scale)[:, np.newaxis]).astype(int)
    x0, y0, x1, y1 = (round(v * scale) for v in (left, top, right, bottom))
    part = np.ascontiguousarray(grey[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)])
    size = int(right - left), int(bottom - top)
    if scale > 1:  # a large photo is not looked at more closely than its ink was
        return contrast_of(cv2.resize(part, size, interpolation=cv2.INTER_AREA)), (int(left), int(top))
    return cv2.resize(contrast_of(part), size, interpolation=cv2.INTER_AREA), (int(left), int(top))
