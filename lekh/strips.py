"""The ink of a number -> a strip of fixed height, as the network for numbers sees it."""

from dataclasses import asdict, dataclass

import cv2
import numpy as np

from lekh.normalize import EDGE, stroke_width


@dataclass(frozen=True)
class StripNormalization:
    """How a number is brought to the network; kept in the card, in pixels of the strip.

    Attributes:
        height: of the strip.
        digit: height of the number's typical digit after scaling.
        least: a number taller than the strip, by its slope or its clutter, is shrunk to this share at most.
        min_stroke: thinner strokes are thickened to this width before shrinking.
        max_stroke: the scale is bounded so that no stroke becomes wider.
        margin: paper left and right of the number.
        step: widths are multiples of it.
        stride: columns of the strip to one of the network's answers.
    """

    height: int = 32
    digit: float = 22.0
    least: float = 0.7
    min_stroke: float = 2.4
    max_stroke: float = 8.0
    margin: int = 10
    step: int = 32
    stride: int = 4

    def __post_init__(self):
        if not all(isinstance(value, int) for value in (self.height, self.margin, self.step, self.stride)):
            raise ValueError("height, margin, step and stride are whole numbers.")
        if not 8 <= self.height <= 256 or not 4 <= self.digit <= self.height:
            raise ValueError(f"A strip {self.height} pixels high with digits of {self.digit} makes no sense.")
        if not 1 <= self.stride <= self.step <= 1024 or self.step % self.stride or not 0 < self.least <= 1:
            raise ValueError("step is a multiple of stride, at most 1024, and least lies between 0 and 1.")
        if not 0 <= self.margin <= 256 or not 0 <= self.min_stroke <= self.max_stroke <= 256 or not self.max_stroke:
            raise ValueError("margin, min_stroke and max_stroke lie between 0 and 256, and the last is not 0.")

    def as_dict(self) -> dict:
        """The parameters as the card keeps them."""
        return asdict(self)


@dataclass(frozen=True, eq=False)
class Strip:
    """A number as the network sees it.

    Attributes:
        pixels: float32 `(height, W)`, 0 .. 1, ink = 1; W is a multiple of `step`.
        scale: pixels of the strip to one of the number's ink.
        left: column of the strip where the number's ink begins.
        top: row of the strip where the number's ink begins; negative where its top was cut off.
    """

    pixels: np.ndarray
    scale: float
    left: float
    top: float


@dataclass(frozen=True)
class Frame:
    """How tall the writing of a number is, in pixels of its ink: a typical digit, and all of it around `middle`."""

    typical: float
    middle: float
    total: float

    @classmethod
    def of(cls, ink: np.ndarray) -> "Frame":
        """Of float32 `(h, w)`: dots count little, for they hold little ink; a broken digit is as tall as its rows."""
        _, parts = connected_parts(ink)
        rows = np.cumsum(ink.sum(axis=1))
        if len(parts) == 0 or rows[-1] <= 0:
            return cls(float(ink.shape[0]), ink.shape[0] / 2, float(ink.shape[0]))
        order = np.argsort(parts[:, 3])
        weights = np.cumsum(parts[order, 4])
        typical = parts[order[np.searchsorted(weights, 0.5 * weights[-1])], 3]
        low, high = np.searchsorted(rows, np.array([0.03, 0.97]) * rows[-1])
        typical = max(2.0, float(typical), 0.55 * (high - low))
        counted = parts[parts[:, 3] > 0.4 * typical]
        top = min(low, counted[:, 1].min(initial=low))
        bottom = max(high, (counted[:, 1] + counted[:, 3]).max(initial=high))
        return cls(typical, (top + bottom) / 2, max(typical, float(bottom - top)))


def to_strip(ink: np.ndarray, parameters: StripNormalization, frame: Frame | None = None) -> Strip:
    """A number's ink, thin strokes thickened, scaled so that its typical digit has the height that the network knows.

    Args:
        ink: float32 `(h, w)`, 0 paper .. 1 ink.
        parameters: from the card.
        frame: how tall the writing is and where; found from the ink when it is not given.
    """
    frame = frame or Frame.of(ink)
    stroke = stroke_width(ink)
    share = (parameters.height - 2) * frame.typical / (parameters.digit * frame.total)
    scale = parameters.digit / frame.typical * float(np.clip(share, parameters.least, 1))
    scale = min(scale, parameters.max_stroke / stroke)
    reach = max(0, round((parameters.min_stroke / scale - stroke) / 2))
    if reach:
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
        ink = cv2.dilate(cv2.copyMakeBorder(ink, reach, reach, reach, reach, cv2.BORDER_CONSTANT), kernel)
    size = max(1, round(ink.shape[1] * scale)), max(1, round(ink.shape[0] * scale))
    small = cv2.resize(ink, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    return _framed(small, scale, reach, frame.middle + reach, parameters)


def _framed(small, scale, reach, middle, parameters):
    height, margin = parameters.height, parameters.margin
    width = -(-(small.shape[1] + 2 * margin) // parameters.step) * parameters.step
    pixels = np.zeros((height, width), np.float32)
    top, left = round(height / 2 - middle * scale), (width - small.shape[1]) // 2
    y0, y1 = max(0, -top), min(small.shape[0], height - top)
    if y1 > y0:
        pixels[top + y0 : top + y1, left : left + small.shape[1]] = small[y0:y1]
    return Strip(np.clip(pixels, 0, 1), scale, left + reach * scale, top + reach * scale)


def connected_parts(ink: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What hangs together in float32 `(h, w)`: int32 `(h, w)` labels from 1, 0 for paper; and `(n, 5)` left, top,
    width, height and area of each."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats((ink > EDGE).astype(np.uint8), connectivity=8)
    return labels, stats[1:]
