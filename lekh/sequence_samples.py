"""Numbers to learn from: what one is, the same by another hand, two parted and put together, what is wanted of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from lekh.strips import Frame, Strip, StripNormalization

IGNORED = -1  # a column of which nothing is known
MOST_DIGITS = 16  # of a training number
STORED = 40  # pixels: height of a digit in what is kept for training


@dataclass(frozen=True, eq=False)
class Sample:
    """A number as it was found, and what is written there.

    Attributes:
        pixels: uint8 `(h, w)`, 0 paper .. 255 ink.
        frame: how tall the writing is and where, in pixels.
        script: of its digits.
        text: its digits, in Western form.
        middles: `(2, n)` left and width of each digit in pixels, or None where nobody marked them.
    """

    pixels: np.ndarray
    frame: Frame
    script: str
    text: str
    middles: np.ndarray | None


def stored(
    pixels: np.ndarray,
    origin: tuple[int, int],
    frame: Frame,
    script: str,
    digits: Sequence[tuple[int | str, float, float]],
) -> Sample | None:
    """A number as a sample, in the size in which samples are kept; `None` where it is too long.

    Args:
        pixels: float32 `(h, w)`, 0 paper .. 1 ink.
        origin: left and top of `pixels` on the ink page.
        frame: how tall the writing is and where, in pixels.
        script: of its digits.
        digits: value, left and width of each, in pixels of the ink page, from left to right.
    """
    if len(digits) > MOST_DIGITS:
        return None
    scale = STORED / frame.typical
    size = max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale))
    if max(size) > 4000:
        return None
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    middles = np.array([((x - origin[0]) * scale, w * scale) for _, x, w in digits], np.float32).reshape(-1, 2).T
    frame = Frame(frame.typical * scale, frame.middle * scale, frame.total * scale)
    text = "".join(str(digit[0]) for digit in digits)
    return Sample(np.clip(small * 255 + 0.5, 0, 255).astype(np.uint8), frame, script, text, middles)


def vary(
    sample: Sample, rng: np.random.Generator, strength: float = 1.0
) -> tuple[np.ndarray, Frame, np.ndarray | None]:
    """The same number by another hand, pen and camera, its frame found less well.

    Returns:
        float32 `(h, w)` 0 paper .. 1 ink, its frame, and where its digits are, as in `Sample`.
    """
    pixels, frame = sample.pixels, sample.frame
    h, w = pixels.shape
    slant, turn = rng.normal(0, 0.12) * strength, np.deg2rad(rng.normal(0, 1.2)) * strength
    wide, tall = np.exp(rng.normal(0.03, 0.17) * strength), np.exp(rng.normal(0, 0.05) * strength)
    matrix = np.array([[wide, -slant * tall], [np.sin(turn), tall]])
    middle = np.array([w / 2, frame.middle])
    size = int(w * wide + abs(slant) * h) + 4, int(h * tall + abs(np.sin(turn)) * w) + 4
    shift = np.array([size[0] / 2, frame.middle * tall + (size[1] - h * tall) / 2]) - matrix @ middle
    warp = np.hstack([matrix, shift[:, None]]).astype(np.float32)
    made = cv2.warpAffine(pixels, warp, size, flags=cv2.INTER_LINEAR)
    chance = rng.random(6)
    if chance[5] < 0.6 * strength:
        made = _bent(made, rng)
    if chance[0] < 0.3 * strength:
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3) if chance[1] < 0.7 else (2, 2))
        made = cv2.dilate(made, kernel) if chance[1] < 0.6 else cv2.erode(made, kernel)
    made = made.astype(np.float32) / 255
    if chance[2] < 0.3 * strength:
        made = cv2.GaussianBlur(made, (0, 0), rng.uniform(0.5, 1.6))
    if chance[3] < 0.4 * strength:
        made = np.clip(made, 0, 1) ** rng.uniform(0.6, 1.6)
    if chance[4] < 0.2 * strength:
        made = np.clip(made + rng.normal(0, rng.uniform(0.02, 0.12), made.shape).astype(np.float32), 0, 1)
    size_error, place_error = np.exp(rng.normal(0, 0.1) * strength), rng.normal(0, 0.05) * strength
    frame = Frame(
        frame.typical * tall * size_error, float(warp[1] @ (w / 2, frame.middle, 1)) + place_error * frame.typical,
        max(frame.total, frame.typical * size_error) * tall,
    )  # fmt: skip
    if sample.middles is None:
        return made, frame, None
    x = (sample.middles[0] + sample.middles[1] / 2) * wide + warp[0, 1] * sample.frame.middle + warp[0, 2]
    widths = sample.middles[1] * wide
    return made, frame, np.stack([x - widths / 2, widths])


def _bent(pixels, rng):
    """Pulled to and fro by a pixel or so, as no two hands move alike."""
    h, w = pixels.shape
    bend = rng.normal(0, rng.uniform(0, 2.0), (2, h // 16 + 2, w // 16 + 2)).astype(np.float32)
    x, y = np.meshgrid(np.arange(w, dtype=np.float32), np.arange(h, dtype=np.float32))
    maps = (
        grid + cv2.resize(part, (w, h), interpolation=cv2.INTER_CUBIC) for grid, part in zip((x, y), bend, strict=True)
    )
    return cv2.remap(pixels, *maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)


def spliced(first: Sample, second: Sample, rng: np.random.Generator) -> Sample:
    """The left part of one number and the right part of another, of the same size and on the same height.

    Both are parted between two digits, or at an end, where no digit's box is cut. Where that cannot be, where their
    scripts differ, or nobody marked their digits, it is the first number as it was.
    """
    if first.middles is None or second.middles is None or first.script != second.script:
        return first
    cuts = [_some_gap(sample, rng) for sample in (first, second)]
    if None in cuts or not 0 < cuts[0][0] + len(second.text) - cuts[1][0] <= MOST_DIGITS:
        return first
    (count, end), (skipped, start) = cuts
    frames = first.frame, second.frame
    above = max(frame.middle for frame in frames)
    drops = [round(above - frame.middle) for frame in frames]
    gap = round(rng.uniform(-0.02, 0.15) * STORED)
    parts = first.pixels[:, :end], second.pixels[:, start:]
    left = max(0, end + gap)
    tall = max(drop + part.shape[0] for drop, part in zip(drops, parts, strict=True))
    pixels = np.zeros((tall, max(end, left + parts[1].shape[1])), np.uint8)
    for x, drop, part in zip((0, left), drops, parts, strict=True):
        under = pixels[drop : drop + part.shape[0], x : x + part.shape[1]]
        np.maximum(under, part, out=under)
    moved = second.middles[:, skipped:] + np.array([[left - start], [0]], np.float32)
    frame = Frame(frames[0].typical, above, max(frame.total for frame in frames))
    text = first.text[:count] + second.text[skipped:]
    return Sample(pixels, frame, first.script, text, np.hstack([first.middles[:, :count], moved]))


def _some_gap(sample, rng):
    """How many digits stand before some place at which no digit is cut, and its column; None where there is none."""
    left, width = sample.middles
    ends = np.concatenate([[0], left + width])
    starts = np.concatenate([left, [sample.pixels.shape[1]]])
    before = np.flatnonzero(starts - np.maximum.accumulate(ends) >= -1)
    if len(before) == 0:
        return None
    count = int(before[rng.integers(len(before))])
    return count, int(np.clip((ends[count] + starts[count]) / 2, 0, sample.pixels.shape[1]))


def targets(labels: Sequence[int], middles: np.ndarray | None, strip: Strip, parameters: StripNormalization):
    """What the network should say of each column, then the labels.

    Args:
        labels: outputs of the network for the digits, from 1; 0 is blank.
        middles: left and width of each digit in pixels of its ink, as in `Sample`.
        strip: of that ink.
        parameters: of the strip.

    Returns:
        int32 `(T + MOST_DIGITS,)`: a digit's label in the middle of it, 0 between digits, `IGNORED` where either will
        do; then the labels, filled up with 0.
    """
    columns = strip.pixels.shape[1] // parameters.stride
    made = np.zeros(columns + MOST_DIGITS, np.int32)
    made[columns : columns + len(labels)] = labels
    if middles is None:
        made[:columns] = IGNORED
    if middles is None or middles.shape[1] == 0:
        return made
    centre = (np.arange(columns) + 0.5) * parameters.stride
    left, width = strip.left + middles[0] * strip.scale, middles[1] * strip.scale
    away = np.abs(centre[:, None] - (left + width / 2))  # (T, n)
    near = away.argmin(axis=1)
    rows = np.arange(columns)
    core = away[rows, near] <= np.maximum(parameters.stride / 2, 0.22 * width[near])
    outside = away[rows, near] >= 0.5 * width[near] + 0.25 * parameters.stride
    two = np.sort(away, axis=1)[:, :2]
    between = (two[:, 1] - two[:, 0] < parameters.stride) if away.shape[1] > 1 else np.zeros(columns, bool)
    made[:columns] = np.where(outside | between, 0, IGNORED)
    made[:columns][core] = np.asarray(labels)[near[core]]
    return made
