"""Calculations written on a sheet by writers, and with signs, that the network never saw."""

from functools import cache

import cv2
import numpy as np

from lekh import datasets, images, ink, operators, splits
from lekh.normalize import cropped
from lekh.numerals import OPERATORS

HEIGHT, WIDTH = 200, 760  # of the sheet, in pixels
SIZES = {"+": 0.6, "-": 0.6, "×": 0.5, "÷": 0.65, "/": 1.1, "=": 0.6}  # longer side over a digit's height
SOURCES = {
    "latin": ("pendigits_train", "mnist_train"),
    "khmer": ("khmer_report_train", "khmer_early_strokes"),
    "devanagari": ("devanagari_scans",),
    "bangla": ("numtadb",),
    "kannada": ("kannada_scans",),
    "arabic": ("madbase_train",),
    "thai": ("thai_canvas",),
}
MOST = 600  # digits of a source that are written with


@cache
def held_out(key: str, fraction: float, seed: int):
    """What training kept back of a source, at most `MOST` of it."""
    _, held = splits.split_by_writer(datasets.open_source(key), fraction, seed)
    chosen = np.random.default_rng(0).permutation(len(held))[:MOST]
    return held.take(np.sort(chosen))


def _digit(script, digit, rng, card):
    sets = [held_out(key, card["held_out"], card["seed"]) for key in SOURCES[script]]
    sets = [held for held in sets if digit in held.labels]
    held = sets[rng.integers(len(sets))]
    while True:
        shown = held.images[rng.choice(np.flatnonzero(held.labels == digit))]
        if isinstance(shown, datasets.Strokes):
            return shown
        found = ink.find_digit(images.to_grey(shown))
        if found is not None:
            return cropped(found.ink)


def _sign(symbol, rng, card):
    """A drawn sign; where somebody drew it for the data, half of the time one of those kept back."""
    held = held_out("operators_drawn", card["held_out"], card["seed"])
    rows = np.flatnonzero(held.labels == OPERATORS.index(symbol))
    if len(rows) and rng.random() < 0.5:
        return cropped(np.asarray(held.images[rng.choice(rows)], np.float32) / 255)
    return operators.draw(OPERATORS.index(symbol), rng)


def _pasted(sheet, shape, x, middle, size, pen):
    """Writes one sign with its left at `x`; returns its width."""
    if isinstance(shape, datasets.Strokes):
        points = np.concatenate(shape.strokes)
        low, extent = points.min(axis=0), np.ptp(points, axis=0)
        scale = size / max(1.0, float(extent.max()))
        top = middle - extent[1] * scale / 2
        for stroke in shape.strokes:
            path = np.round(((stroke - low) * scale + (x, top)) * 16).astype(np.int32)
            cv2.polylines(sheet, [path.reshape(-1, 1, 2)], False, 1.0, pen, cv2.LINE_AA, shift=4)
            for end in (path[0], path[-1]):
                cv2.circle(sheet, (int(end[0]), int(end[1])), pen * 8, 1.0, -1, cv2.LINE_AA, shift=4)
        return extent[0] * scale
    scale = size / max(shape.shape)
    shape = cv2.resize(shape, (max(1, round(shape.shape[1] * scale)), max(1, round(shape.shape[0] * scale))),
                       interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)  # fmt: skip
    shape = np.clip(shape, 0, 1)
    h, w = shape.shape
    top = int(np.clip(middle - h / 2, 0, sheet.shape[0] - h))
    part = sheet[top : top + h, x : x + w]
    np.maximum(part, shape[:, : part.shape[1]], out=part)
    return w


def write(text: str, script: str, seed: int, card: dict) -> np.ndarray:
    """uint8 `(HEIGHT, WIDTH)`: dark ink on white, `text` in digits of `script`; `card` names what was kept back."""
    rng = np.random.default_rng(seed)
    sheet = np.zeros((HEIGHT, WIDTH), np.float32)
    size, pen = rng.uniform(55, 110), int(rng.integers(6, 15))
    x, middle = int(rng.integers(15, 40)), HEIGHT / 2 + rng.normal(0, 12)
    for symbol in text:
        if symbol in OPERATORS:
            shape, own = _sign(symbol, rng, card), SIZES[symbol] * size * rng.uniform(0.8, 1.2)
        else:
            shape, own = _digit(script, int(symbol), rng, card), size * rng.uniform(0.85, 1.15)
        width = _pasted(sheet, shape, x, middle + rng.normal(0, 0.06) * size, own, pen)
        x += int(width + size * rng.uniform(0.15, 0.45))
    return np.uint8(255 * (1 - sheet))


def random_text(rng: np.random.Generator) -> str:
    """Five signs as people write them: `12+7=`, `90/6=`, `3×4-5`, `7+45=`."""
    pattern = ("99+9=", "9+99=", "9+9+9", "99+99")[rng.integers(4)]
    made = ""
    for sign in pattern:
        if sign == "9":
            made += str(rng.integers(0 if made[-1:].isdigit() else 1, 10))
        else:
            made += str(rng.choice(["+", "-", "×", "÷", "/"])) if sign == "+" else sign
    return made
