"""The ground under strokes, and the sizes in which pictures are looked at: alike for one digit and for whole pages."""

import cv2
import numpy as np

# A digit is so small that a second thread costs more than it gives, and a small host has no second core to lend.
cv2.setNumThreads(1)

WORK = 128  # pixels of the longer side of a region in which strokes are separated from paper
SEARCH = 384  # the same, for the first look at a large page
FIELD = 480  # pixels of a page's longer side; a smaller one is a field, and enlarged: a hair-line needs pixels
LEAST_SIDE = 4  # pixels; in less nobody can write
LEAST_CONTRAST = 0.035  # of the paper's brightness; fainter than this is no ink


def is_cut_out(page: np.ndarray) -> bool:
    """Whether a picture is so small that it is a digit cut out of its page, noise and all, not a photo of anything."""
    return max(page.shape) < FIELD


def resized(grey: np.ndarray, longer: int) -> np.ndarray:
    """A picture brought to another size, its aspect kept.

    Args:
        grey: uint8 `(H, W)`.
        longer: pixels of its longer side.

    Returns:
        uint8 `(h, w)`.
    """
    scale = longer / max(grey.shape)
    size = max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale))
    if scale < 1:
        return cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    return cv2.resize(grey, size, interpolation=cv2.INTER_CUBIC)


def shrunk(grey: np.ndarray, wanted: int) -> np.ndarray:
    """A large picture brought to about that many pixels of its longer side, in whole parts where that comes near.

    Args:
        grey: uint8 `(H, W)`.
        wanted: pixels; a smaller picture stays as it is.

    Returns:
        uint8 `(h, w)`.
    """
    longer = max(grey.shape)
    if longer <= wanted:
        return grey
    parts = -(-longer // (wanted + 100))
    if longer / parts >= 0.8 * wanted:  # whole parts are ten times as fast
        h, w = (side // parts for side in grey.shape)
        if min(h, w) >= 1:
            return cv2.resize(grey[: h * parts, : w * parts], (w, h), interpolation=cv2.INTER_AREA)
    return resized(grey, wanted)


def sampled(values: np.ndarray) -> np.ndarray:
    """Every so many pixels, enough for a percentile: a view `(h, w)` of any `(H, W)`."""
    step = max(1, max(values.shape) // WORK)
    return values[::step, ::step]


def wide_median(grey: np.ndarray) -> np.ndarray:
    """First estimate of the ground: the median of a window wider than any stroke, at half size.

    Args:
        grey: uint8 `(H, W)`.

    Returns:
        float32 `(H, W)`, brightness 0 .. 255.
    """
    side = max(grey.shape)
    small = cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA) if min(grey.shape) > 4 else grey
    pad = max(small.shape) // 4
    padded = cv2.copyMakeBorder(small, pad, pad, pad, pad, cv2.BORDER_REFLECT)
    ground = (
        cv2.medianBlur(padded, min(round(side * (0.3 if side <= WORK else 0.12)) | 1, 255))[pad:-pad, pad:-pad]
        if pad
        else small
    )
    return cv2.resize(ground, grey.shape[::-1], interpolation=cv2.INTER_LINEAR).astype(np.float32)


def closed(grey: np.ndarray, reach: int, goes_on: bool) -> np.ndarray:
    """Another estimate, which follows the edge of a shadow: what is dark for less than `reach` pixels is filled.

    Args:
        grey: uint8 `(H, W)`.
        reach: pixels, odd.
        goes_on: whether a dark strip along the border goes on beyond it, as a shadow does; ink may be cut there.

    Returns:
        uint8 `(H, W)`.
    """
    pad = reach if goes_on else 0
    paper = cv2.copyMakeBorder(cv2.medianBlur(grey, 5), pad, pad, pad, pad, cv2.BORDER_REPLICATE)
    paper = cv2.morphologyEx(paper, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8))
    return paper[pad : paper.shape[0] - pad, pad : paper.shape[1] - pad]


def relative(grey: np.ndarray, ground: np.ndarray) -> np.ndarray:
    """How much darker than its ground each pixel is, as a share of the ground's brightness.

    Args:
        grey: uint8 or float32, of any shape.
        ground: float32, of the same shape, brightness 0 .. 255.

    Returns:
        float32 of that shape, negative where a pixel is lighter than the ground.
    """
    return (ground - grey) / np.maximum(ground, 32)


def is_light(difference: np.ndarray) -> bool:
    """Whether the strokes are lighter than their ground, judged by the middle of the region.

    Args:
        difference: float32 `(H, W)`, the region less its ground.
    """
    h, w = difference.shape
    middle = slice(h // 8, h - h // 8), slice(w // 8, w - w // 8)
    light, dark = (
        float(np.square(part[middle]).sum()) for part in (np.maximum(difference, 0), np.minimum(difference, 0))
    )
    if max(light, dark) > 8 * min(light, dark):
        return light > dark
    # Shadow and light weigh as much as the ink: what is fine tells which of them was written.
    side = max(3, max(h, w) // 5)
    fine = difference - cv2.blur(difference, (side, side))
    return float((fine[middle] ** 3).sum()) > 0


def is_bare_around(grey: np.ndarray, share: float) -> bool:
    """Whether nothing comes near the border of a picture: it is of one grey there, the lightest; as on a drawing.

    Args:
        grey: uint8 `(H, W)`.
        share: of the longer side, how far from the border to look.
    """
    reach = int(np.ceil(share * max(grey.shape)))
    if grey[0, 0] != grey[-1, -1] or 2 * reach >= min(grey.shape):  # a photo mostly ends here
        return False
    lightest = grey.max()
    return all((band == lightest).all() for band in (grey[:reach], grey[-reach:], grey[:, :reach], grey[:, -reach:]))
