"""A sheet of paper in millimetres, as it looks in even light, and what is written where."""

from dataclasses import dataclass, field

import cv2
import numpy as np

K = 10  # pixels a millimetre


@dataclass(frozen=True)
class Written:
    """One digit on a sheet.

    Attributes:
        digit: its value.
        box: left, top, right and bottom of its ink, in millimetres.
        number: digits with the same one are one number, from left to right.
    """

    digit: int
    box: tuple[float, float, float, float]
    number: int


@dataclass(eq=False)
class Sheet:
    """Paper with what stands on it.

    Attributes:
        light: float32 `(H, W, 3)`, blue, green and red light that it gives back, 0 to 1; `K` pixels a millimetre.
        solid: float32 `(H, W)`, 0 where there is a hole.
        relief: float32 `(H, W)` or `None`: how much brighter folds make it, in light from one side.
        written: the digits.
        margins: left, top, right and bottom of where one writes, in millimetres.
        baselines: heights at which lines of writing stand, where the paper tells.
        cell: side of its squares in millimetres, 0 where it has none; `corner` is where one of them begins.
    """

    light: np.ndarray
    solid: np.ndarray
    margins: tuple[float, float, float, float]
    baselines: list[float] = field(default_factory=list)
    cell: float = 0.0
    corner: tuple[float, float] = (0.0, 0.0)
    relief: np.ndarray | None = None
    written: list[Written] = field(default_factory=list)
    numbers: int = 0

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in millimetres."""
        return self.light.shape[1] / K, self.light.shape[0] / K

    def press(self, cover: np.ndarray, x: float, y: float, colour: tuple[float, float, float]) -> None:
        """Lays ink on the paper.

        Args:
            cover: float32 `(h, w)`, 0 paper to 1 full ink, at `K` pixels a millimetre.
            x, y: where its corner lies, in millimetres.
            colour: light of each kind that full ink lets through.
        """
        left, top = round(x * K), round(y * K)
        high, wide = self.light.shape[:2]
        x0, y0, x1, y1 = max(left, 0), max(top, 0), min(left + cover.shape[1], wide), min(top + cover.shape[0], high)
        if x0 >= x1 or y0 >= y1:
            return
        part = cover[y0 - top : y1 - top, x0 - left : x1 - left, None]
        self.light[y0:y1, x0:x1] *= 1 - part * (1 - np.array(colour, np.float32))

    def next_number(self) -> int:
        """A name for the next number."""
        self.numbers += 1
        return self.numbers - 1

    def lines(self, ends: list[tuple[float, float, float, float]], width: float, colour, strength: float = 1.0) -> None:
        """Prints straight lines `(x, y, x, y)`, all in millimetres."""
        cover = np.zeros(self.light.shape[:2], np.uint8)
        thick = max(1, round(width * K))
        for x0, y0, x1, y1 in ends:
            start, end = ((round(x * K * 16), round(y * K * 16)) for x, y in ((x0, y0), (x1, y1)))
            cv2.line(cover, start, end, 255, thick, cv2.LINE_AA, 4)
        self.press(cover.astype(np.float32) * (strength / 255), 0, 0, colour)


def blank(rng: np.random.Generator, width: float, height: float) -> Sheet:
    """A sheet of this size in millimetres, with a tint, fibres and a few specks."""
    high, wide = round(height * K), round(width * K)
    tint = np.array([rng.uniform(0.72, 0.9), rng.uniform(0.8, 0.9), rng.uniform(0.82, 0.92)], np.float32)
    fibres = cloud(rng, high, wide, 2.0) * rng.uniform(0.004, 0.012)
    stains = cloud(rng, high, wide, rng.uniform(100, 400)) * rng.uniform(0.002, 0.015)
    light = tint * (1 + fibres + stains)[..., None]
    margin = rng.uniform(8, 14), rng.uniform(10, 18), rng.uniform(6, 12), rng.uniform(8, 16)
    sheet = Sheet(light.astype(np.float32), np.ones((high, wide), np.float32), margin)
    for _ in range(int(rng.integers(0, 4))):
        speck = np.zeros((9, 9), np.float32)
        cv2.circle(speck, (4, 4), int(rng.integers(1, 3)), float(rng.uniform(0.1, 0.5)), -1, cv2.LINE_AA)
        sheet.press(speck, rng.uniform(0, width), rng.uniform(0, height), (0.4, 0.45, 0.5))
    return sheet


def cloud(rng: np.random.Generator, high: int, wide: int, scale: float) -> np.ndarray:
    """float32 `(high, wide)` of soft noise with mean 0 and deviation 1, its grains about `scale` pixels."""
    small = max(2, round(high / scale)), max(2, round(wide / scale))
    if scale < 1.5:
        return rng.standard_normal((high, wide), np.float32)
    coarse = rng.standard_normal(small, np.float32)
    soft = cv2.resize(coarse, (wide, high), interpolation=cv2.INTER_CUBIC)
    return (soft - soft.mean()) / max(float(soft.std()), 1e-6)
