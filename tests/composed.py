"""Pages of several digits, composed on the spot of those that `drawn` draws, with the boxes known."""

import cv2
import numpy as np

from tests.drawn import draw

PAPER, INK = 225.0, 45.0
HEIGHT = 48  # pixels of a digit


def digit_ink(script: str, digit: int, height: int = HEIGHT, seed: int = 0) -> np.ndarray:
    """float32 `(height, w)`: 0 paper .. 1 ink, cropped to the digit."""
    ink = (255 - draw(script, digit, seed, size=240)).astype(np.float32) / 235
    rows, columns = np.flatnonzero(ink.max(axis=1) > 0.3), np.flatnonzero(ink.max(axis=0) > 0.3)
    ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    size = max(2, round(height * ink.shape[1] / ink.shape[0])), height
    return np.clip(cv2.resize(ink, size, interpolation=cv2.INTER_AREA), 0, 1)


def compose(rows, script="latin", height=HEIGHT, shape=None, gap=0.3, space=1.6, pitch=1.9, margin=1.2, seed=0):
    """A page of rows of numbers.

    Args:
        rows: strings of digits; a blank parts two numbers, a star leaves room for a digit.
        gap, space, pitch, margin: between digits, between numbers, from row to row, around; in digits' heights.

    Returns:
        `(ink, boxes)`: float32 `(H, W)`, and for each row, for each of its numbers, the boxes `(x, y, w, h)`.
    """
    edge = round(margin * height)
    width = max(len(row) for row in rows) * round((0.9 + gap) * height) + 2 * edge
    width += round(max(row.count(" ") for row in rows) * space * height)
    shape = shape or (2 * edge + round(((len(rows) - 1) * pitch + 1) * height), width)
    ink, boxes = np.zeros(shape, np.float32), []
    for index, row in enumerate(rows):
        x, y = edge, edge + round(index * pitch * height)
        numbers = [[]]
        for sign in row:
            if sign == " ":
                x += round((space - gap) * height)
                numbers.append([])
                continue
            if sign == "*":
                x += round((0.7 + gap) * height)
                continue
            seed += 1
            digit = digit_ink(script, int(sign), height, seed)
            part = ink[y : y + height, x : x + digit.shape[1]]
            np.maximum(part, digit, out=part)
            numbers[-1].append((x, y, digit.shape[1], height))
            x += digit.shape[1] + round(gap * height)
        boxes.append(numbers)
    return ink, boxes


def photographed(ink, contrast=0.8, light=1.0, grain=3.0, seed=1):
    """uint8 page: dark ink on paper under that light (a number or `(H, W)`), with grain, after JPEG."""
    page = PAPER * light * (1 - contrast * ink)
    page = page + np.random.default_rng(seed).normal(0, grain, ink.shape)
    packed = cv2.imencode(".jpg", np.clip(page, 0, 255).astype(np.uint8), (cv2.IMWRITE_JPEG_QUALITY, 88))[1]
    return cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE)


def tilted(ink, degrees):
    """float32 ink turned about its middle, in a frame that holds it."""
    h, w = ink.shape
    turn = cv2.getRotationMatrix2D((w / 2, h / 2), degrees, 1)
    cos, sin = abs(turn[0, 0]), abs(turn[0, 1])
    width, height = round(h * sin + w * cos), round(h * cos + w * sin)
    turn[:, 2] += (width - w) / 2, (height - h) / 2
    return cv2.warpAffine(ink, turn, (width, height))


def shade(shape, depth=0.5, softness=12.0):
    """float32 `(H, W)`: 1 in the light, less in a shadow whose edge runs obliquely across the page."""
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]]
    distance = (x + 0.4 * y) - 0.5 * (shape[1] + 0.4 * shape[0])
    return (1 - depth / (1 + np.exp(np.clip(-distance / softness, -50, 50)))).astype(np.float32)


def ruled(ink, step, across=False, strength=0.5, width=2, lean=0.01):
    """The ink with rules through it, every `step` pixels; `across`: upright rules too."""
    h, w = ink.shape
    rules = np.zeros((h, w), np.uint8)
    for y in range(step // 2, h, step):
        cv2.line(rules, (0, y), (w, round(y + lean * w)), 255, width, cv2.LINE_AA)
    for x in range(step // 2, w, step) if across else ():
        cv2.line(rules, (x, 0), (round(x - lean * h), h), 255, width, cv2.LINE_AA)
    return np.maximum(ink, strength * rules.astype(np.float32) / 255)
