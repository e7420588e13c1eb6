"""A composed number on the printed paper of a form, scanned."""

import cv2
import numpy as np

from lekh import augment
from lekh.written import HEIGHT, Composed, Page, Written, moved_boxes, scaled_ink


def field(composed: Composed, rng: np.random.Generator) -> Page:
    """A scan of one number on the printed paper of a cheque or a form, as small as such scans are.

    Args:
        composed: from `compose.number`.
        rng: decides paper, print, pen, light, resolution.

    Returns:
        A `Page` of one line and one number.
    """
    scale = np.exp(rng.uniform(np.log(18), np.log(64))) / HEIGHT
    ink = scaled_ink(composed.ink, scale)
    around = max(3, round(HEIGHT * scale))
    left, top, right, bottom = (rng.uniform(0.04, 0.55, 4) * around).round().astype(int) + 1
    ink = cv2.copyMakeBorder(ink, int(top), int(bottom), int(left), int(right), cv2.BORDER_CONSTANT)
    contrast = rng.uniform(0.3, 0.92)
    marks = ink * contrast * augment.pencil_texture(*ink.shape, rng)
    pattern = _security_print(*ink.shape, around, rng) * min(0.3, 0.5 * contrast)
    paper = augment.paper_light(*ink.shape, rng)
    page = paper * (1 - np.clip(np.maximum(marks, pattern + 0.6 * marks), 0, 1))
    page = _printed_rules(page, around, contrast, rng)
    grey = camera(page, rng, blur=rng.uniform(0, 0.035) * around)
    boxes = moved_boxes(composed.boxes, scale, left, top)
    return Page(grey, ((Written(composed.text, boxes),),))


def _security_print(height, width, digit, rng):
    """Waves, hatching or grain as banks print them, 0 .. 1; all zeros on plain paper."""
    if rng.random() < 0.3:
        return np.zeros((height, width), np.float32)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    made = np.zeros((height, width), np.float32)
    for _ in range(int(rng.integers(1, 3))):
        angle, period = rng.normal(0, 0.35), rng.uniform(0.08, 0.3) * digit
        wave = rng.uniform(0, 0.5) * digit * np.sin(2 * np.pi * (x / (rng.uniform(0.8, 5) * digit) + rng.random()))
        phase = (y + wave) * np.cos(angle) + x * np.sin(angle)
        made = np.maximum(made, np.clip(np.cos(2 * np.pi * phase / max(2.5, period)), 0, 1) ** rng.uniform(1, 6))
    return made * np.float32(rng.uniform(0.1, 1))


def _printed_rules(page, digit, contrast, rng):
    """Lines of the form above and below, sometimes through the number's feet."""
    h, w = page.shape
    for near in (0, h - 1):
        if rng.random() < 0.3:
            away = rng.uniform(0, 0.3) * digit
            y = near + away if near == 0 else near - away
            lines = np.zeros_like(page)
            ends = (-2, round(y)), (w + 2, round(y + rng.normal(0, 0.01) * w))
            cv2.line(lines, *ends, 1.0, max(1, round(rng.uniform(0.02, 0.07) * digit)), cv2.LINE_8)
            page = page * (1 - lines * contrast * rng.uniform(0.4, 1.0))
    return page


def camera(page: np.ndarray, rng: np.random.Generator, blur: float) -> np.ndarray:
    """A sheet as a camera or a scanner has it: blur, grain and JPEG.

    Args:
        page: float32 `(H, W)`, 0 black .. 1 white.
        rng: decides the grain and the quality.
        blur: standard deviation in pixels; a third of a pixel is none.

    Returns:
        uint8 `(H, W)`.
    """
    if blur > 0.35:
        page = cv2.GaussianBlur(page, (0, 0), blur)
    page = page + rng.normal(0, rng.uniform(0.002, 0.02), page.shape).astype(np.float32)
    grey = np.clip(page * 255, 0, 255).astype(np.uint8)
    _, packed = cv2.imencode(".jpg", grey, (cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(40, 96))))
    return cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE)
