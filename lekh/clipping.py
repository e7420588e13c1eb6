"""The picture of one example: cut out of its page, small, grey, as a PNG that carries a line about itself."""

import hashlib
import io
import json
import struct
from collections.abc import Sequence

import cv2
import numpy as np
from PIL import Image, PngImagePlugin

from lekh import ink, photo
from lekh.errors import LekhError

SIDE = 160  # pixels of the longer side; the ink is looked for at 128
MARGIN = 0.15  # of the box's longer side: paper to tell the ink from
_KEYWORD = "lekh"  # of the line in the PNG
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_LONGEST_LINE = 4096  # bytes

Xywh = tuple[int, int, int, int]


def cut(grey: np.ndarray, box_xywh: Xywh | None = None, others: Sequence[Xywh] = ()) -> np.ndarray:
    """One digit with a little of the paper around it.

    A small picture without a box stays as it is, so that what was once cut out is not cut again.

    Args:
        grey: uint8 `(H, W)`, a page.
        box_xywh: where the digit is, in pixels of the page; without it, where its ink is found.
        others: boxes of other digits; the paper that is added reaches into none of them.

    Returns:
        uint8 `(h, w)`, at most `SIDE` pixels a side.

    Raises:
        LekhError: there is no ink.
    """
    if box_xywh is None:
        found = photo.find_digit(grey)
        if found is None:
            raise _no_ink()
        if max(grey.shape) <= SIDE:
            return grey.copy()
        box_xywh = found.box_xywh
    left, top, right, bottom = _with_margin(box_xywh, others, grey.shape)
    clipping = _small(grey[top:bottom, left:right])
    if clipping.size == 0 or ink.find_digit(clipping) is None:
        raise _no_ink()
    return clipping


def _no_ink() -> LekhError:
    return LekhError("No ink was found in the picture", "Draw larger and darker, or choose another box")


def _with_margin(box, others, shape):
    """Left, top, right and bottom of the box grown by its margin, up to the next box and the page's edge."""
    x, y, w, h = box
    margin = max(2, round(MARGIN * max(w, h)))
    left, top, right, bottom = x - margin, y - margin, x + w + margin, y + h + margin
    for ox, oy, ow, oh in others:
        if ox + ow <= left or ox >= right or oy + oh <= top or oy >= bottom:
            continue
        if ox >= x + w:
            right = min(right, ox)
        elif ox + ow <= x:
            left = max(left, ox + ow)
        elif oy >= y + h:
            bottom = min(bottom, oy)
        elif oy + oh <= y:
            top = max(top, oy + oh)
    return max(0, left), max(0, top), max(0, min(right, shape[1])), max(0, min(bottom, shape[0]))


def _small(grey):
    scale = SIDE / max(*grey.shape, 1)
    if scale >= 1:
        return grey.copy()
    width, height = (max(1, round(side * scale)) for side in grey.shape[::-1])
    return cv2.resize(grey, (width, height), interpolation=cv2.INTER_AREA)


def digest(clipping: np.ndarray) -> str:
    """Hex sha256 of a clipping's shape and pixels: the same picture has the same, whatever file it comes in."""
    return hashlib.sha256(struct.pack(">II", *clipping.shape) + clipping.tobytes()).hexdigest()


def to_png(clipping: np.ndarray, line: dict) -> bytes:
    """A PNG of uint8 `(h, w)` that carries `line`, so that picture and line are written, moved and lost together."""
    info = PngImagePlugin.PngInfo()
    info.add_text(_KEYWORD, json.dumps(line))
    buffer = io.BytesIO()
    Image.fromarray(clipping).save(buffer, "PNG", pnginfo=info, optimize=True)
    return buffer.getvalue()


def line_of(png: bytes) -> dict:
    """The line that a PNG carries; empty where it has none, or one that is damaged."""
    place = len(_SIGNATURE)
    while png.startswith(_SIGNATURE) and place + 8 <= len(png):
        size, kind = struct.unpack_from(">I4s", png, place)
        content = png[place + 8 : place + 8 + size]
        if kind == b"IDAT":
            break
        if kind == b"tEXt" and size <= _LONGEST_LINE and content.startswith(_KEYWORD.encode() + b"\0"):
            try:
                line = json.loads(content[len(_KEYWORD) + 1 :])
            except (ValueError, RecursionError):
                return {}
            return line if isinstance(line, dict) else {}
        place += size + 12
    return {}
