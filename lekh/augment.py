"""More writers, pens, papers and cameras than were collected.

Two steps, each before the one preprocessing: `photograph` and `draw` make whole pages, which take the road of an
upload; `distort` bends the ink of a digit before it is normalised, as another hand would.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from lekh.labelled import Strokes
from lekh.normalize import cropped
from lekh.numerals import SCRIPTS

FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".local/share/fonts")
INK_SIDE = 64  # ink waits for `distort` in squares of this side
INK_FIT = 50  # the longer side of the digit in them


# -- pages ------------------------------------------------------------------------------------------------------------


def draw(strokes: Strokes, rng: np.random.Generator, side: int = 280) -> np.ndarray:
    """A drawing as the page's canvas would give it: any pen, any size, anywhere, mostly dark on white.

    Returns:
        uint8 `(side, side)`.
    """
    points = np.concatenate(strokes.strokes)
    low, extent = points.min(axis=0), max(1.0, float(np.ptp(points, axis=0).max()))
    share = rng.uniform(0.3, 0.9)
    scale = share * side / extent
    room = np.maximum(side - np.ptp(points, axis=0) * scale, 0)
    origin = room * (rng.uniform(0.1, 0.9, 2) if rng.random() < 0.7 else 0.5)
    pen = max(1, round(share * side * float(np.exp(rng.uniform(np.log(0.012), np.log(0.16))))))
    page = np.zeros((side, side), np.uint8)
    for stroke in strokes.strokes:
        path = np.round(((stroke - low) * scale + origin) * 16).astype(np.int32)
        cv2.polylines(page, [path.reshape(-1, 1, 2)], False, 255, pen, cv2.LINE_AA, shift=4)
        for end in (path[0], path[-1]):
            cv2.circle(page, (int(end[0]), int(end[1])), pen * 8, 255, -1, cv2.LINE_AA, shift=4)
    return 255 - page if rng.random() < 0.8 else page


def photograph(ink: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A phone's picture of a digit on paper: uneven light, grain, faint pen, pieces of print, blur, JPEG.

    Args:
        ink: float32 `(h, w)`, 0 paper .. 1 ink, cropped to the digit.

    Returns:
        uint8 `(H, W)`, now and then light on dark.
    """
    digit = _pasted(ink, rng)
    height, width = digit.shape
    paper = paper_light(height, width, rng)
    contrast = rng.uniform(0.12, 0.5) if rng.random() < 0.5 else rng.uniform(0.4, 0.95)
    marks = digit * contrast * pencil_texture(height, width, rng)
    marks = np.maximum(marks, _print_at_edges(height, width, contrast, rng))
    if rng.random() < 0.08:
        marks = np.maximum(marks, 0.3 * contrast * _ruled(height, width, rng))
    page = paper * (1 - np.clip(marks, 0, 1))
    blur = rng.uniform(0, 0.012) * max(height, width)
    if blur > 0.4:
        page = cv2.GaussianBlur(page, (0, 0), blur)
    page += rng.normal(0, rng.uniform(0.002, 0.025), page.shape).astype(np.float32)
    page = np.clip(page * 255, 0, 255).astype(np.uint8)
    _, packed = cv2.imencode(".jpg", page, (cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(30, 96))))
    page = cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE)
    return 255 - page if rng.random() < 0.1 else page


def _pasted(ink, rng):
    """The digit somewhere near the middle of a page that it fills by a third to nine tenths; neighbours at the edge."""
    longer = rng.uniform(30, 130)
    scale = longer / max(ink.shape)
    size = max(1, round(ink.shape[1] * scale)), max(1, round(ink.shape[0] * scale))
    small = cv2.resize(ink, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    share = rng.uniform(0.4, 0.92)
    height = max(size[1] + 4, round(longer / share * rng.uniform(0.85, 1.15)))
    width = max(size[0] + 4, round(longer / share * rng.uniform(0.7, 1.15)))
    page = np.zeros((height, width), np.float32)
    y = round((height - size[1]) * rng.uniform(0.25, 0.75))
    x = round((width - size[0]) * rng.uniform(0.25, 0.75))
    page[y : y + size[1], x : x + size[0]] = small
    if rng.random() < 0.15:  # the digit next to it, cut off by the edge
        shift = round(rng.uniform(0.9, 1.0) * width) * (1 if rng.random() < 0.5 else -1)
        neighbour = np.zeros_like(page)
        if shift > 0:
            neighbour[:, shift:] = page[:, : width - shift]
        else:
            neighbour[:, :shift] = page[:, -shift:]
        page = np.maximum(page, neighbour)
    return np.clip(page, 0, 1)


def paper_light(height: int, width: int, rng: np.random.Generator) -> np.ndarray:
    """Paper in uneven light, with its grain, now and then half in shadow: float32 `(height, width)`, 0.05 .. 1."""
    field = rng.uniform(-1, 1, (4, 4)).astype(np.float32) * rng.uniform(0, 0.18)
    light = 1 + cv2.resize(field, (width, height), interpolation=cv2.INTER_CUBIC)
    if rng.random() < 0.3:
        light *= shadow(height, width, rng)
    grain = rng.normal(0, rng.uniform(0, 0.04), (height // 2 + 1, width // 2 + 1)).astype(np.float32)
    light += cv2.resize(grain, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.clip(rng.uniform(0.25, 1.0) * light, 0.05, 1).astype(np.float32)


def shadow(height: int, width: int, rng: np.random.Generator) -> np.ndarray:
    """How much light a shadow with one straight edge leaves: float32 `(height, width)`, 0 .. 1."""
    angle, offset = rng.uniform(0, 2 * np.pi), rng.uniform(-0.4, 0.4)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    distance = (x / width - 0.5) * np.cos(angle) + (y / height - 0.5) * np.sin(angle) - offset
    depth, softness = rng.uniform(0.3, 0.8), rng.uniform(0.01, 0.25)
    return (1 - (1 - depth) / (1 + np.exp(np.clip(-distance / softness, -30, 30)))).astype(np.float32)


def pencil_texture(height: int, width: int, rng: np.random.Generator) -> np.ndarray | float:
    """1 where the pen wrote fully, less where the paper shows through: float32 `(height, width)`, or 1.0."""
    if rng.random() < 0.5:
        return 1.0
    noise = rng.uniform(0, 1, (height, width)).astype(np.float32)
    noise = cv2.GaussianBlur(noise, (0, 0), rng.uniform(0.6, 2.0))
    noise = (noise - noise.min()) / max(1e-6, float(np.ptp(noise)))
    return 1 - rng.uniform(0.2, 0.9) * noise


def _print_at_edges(height, width, contrast, rng):
    """Pieces of a printed frame along the edges, sometimes thicker and darker than the digit."""
    page = np.zeros((height, width), np.uint8)
    if rng.random() < 0.5:
        return page.astype(np.float32)
    darkness = min(1.0, contrast * rng.uniform(0.5, 2.5))
    for edge in range(4):
        if rng.random() < 0.5:
            continue
        across, along = (height, width) if edge < 2 else (width, height)
        near = rng.uniform(-0.02, 0.07) * across
        near, far = (near, near + rng.normal(0, 0.03) * along)
        ends = [(-2, near), (along + 2, far)]
        if edge % 2:
            ends = [(a, across - 1 - b) for a, b in ends]
        points = [(round(a), round(b)) if edge < 2 else (round(b), round(a)) for a, b in ends]
        cv2.line(page, *points, 255, max(1, round(rng.uniform(0.008, 0.05) * across)), cv2.LINE_AA)
    return page.astype(np.float32) / 255 * darkness


def _ruled(height, width, rng):
    page = np.zeros((height, width), np.uint8)
    step = max(8, round(rng.uniform(0.2, 0.6) * height))
    for y in range(int(rng.integers(0, step)), height, step):
        cv2.line(page, (0, y), (width, y), 255, max(1, round(0.01 * height)), cv2.LINE_AA)
    return page.astype(np.float32) / 255


# -- fonts ------------------------------------------------------------------------------------------------------------


def font_digits(script: str, most: int = 60, side: int = 96) -> Iterator[tuple[int, np.ndarray]]:
    """Each digit of `script` in each installed font that has all ten of them: writers that cost nothing.

    Args:
        script: a name in `lekh.numerals.SCRIPTS`.
        most: number of fonts, spread over those found. No font is no error: nothing is yielded.
        side: height of the rendering in pixels.

    Yields:
        `(digit, ink)`, ink float32 `(h, w)` cropped to the digit.
    """
    fonts = fonts_of(script) if most > 0 else ()
    for path in fonts[:: max(1, -(-len(fonts) // max(1, most)))]:
        font = ImageFont.truetype(str(path), side)
        for digit, numeral in enumerate(SCRIPTS[script].digits):
            page = Image.new("L", (3 * side, 3 * side))
            ImageDraw.Draw(page).text((side, side), numeral, fill=255, font=font)
            box = page.getbbox()
            if box:
                yield digit, np.asarray(page.crop(box), np.float32) / 255


def in_some_font(text: str, script: str, size: int, rng: np.random.Generator) -> np.ndarray:
    """The text in one of the installed fonts of `script`, `size` pixels high: float32 `(h, w)`, 0 paper .. 1 ink.

    An empty page where there is no font.
    """
    fonts = fonts_of(script)
    if not fonts:
        return np.zeros((1, 1), np.float32)
    font = ImageFont.truetype(str(fonts[rng.integers(len(fonts))]), size)
    page = Image.new("L", (size * (len(text) + 4), 3 * size))
    ImageDraw.Draw(page).text((size, size), text, fill=255, font=font)
    return np.asarray(page, np.float32) / 255


@cache
def fonts_of(script: str) -> tuple[Path, ...]:
    """Installed fonts made for `script` that hold ten distinct digits of it."""
    names = _FONT_NAMES.get(script, (script,))
    found = sorted(path for folder in FONT_FOLDERS for path in folder.rglob("*.[to]t[fc]"))
    wanted = (path for path in found if any(name in path.name.lower() for name in names))
    return tuple(path for path in wanted if _has_all_digits(path, script))


# Fonts of other scripts often bring Latin digits along, all alike; these families have their own. Two scripts go by
# another name in the files of their fonts.
_FONT_NAMES = {
    "latin": ("notosans-", "notoserif-", "notosansmono-", "notoserifdisplay-", "dejavu", "liberation"),
    "bangla": ("bengali", "bangla"),
    "odia": ("oriya", "odia"),
    "burmese": ("myanmar", "burmese"),
}


def _has_all_digits(path: Path, script: str) -> bool:
    try:
        font = ImageFont.truetype(str(path), 24)
    except OSError:
        return False
    shapes = {bytes(font.getmask(numeral)) for numeral in SCRIPTS[script].digits}
    missing = bytes(font.getmask("\U0010fffe"))
    return len(shapes) == 10 and missing not in shapes


# -- ink --------------------------------------------------------------------------------------------------------------


def to_square(ink: np.ndarray) -> np.ndarray:
    """A digit's ink, cropped and centred in a uint8 `(INK_SIDE, INK_SIDE)` square, for `distort`."""
    square = np.zeros((INK_SIDE, INK_SIDE), np.uint8)
    crop = cropped(ink)
    if crop is None:
        return square
    scale = INK_FIT / max(crop.shape)
    size = max(1, round(crop.shape[1] * scale)), max(1, round(crop.shape[0] * scale))
    small = cv2.resize(crop, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    y, x = (INK_SIDE - size[1]) // 2, (INK_SIDE - size[0]) // 2
    square[y : y + size[1], x : x + size[0]] = np.clip(small * 255 + 0.5, 0, 255)
    return square


def distort(square: np.ndarray, rng: np.random.Generator, strength: float = 1.0) -> np.ndarray:
    """The same digit by another hand: turned, slanted, stretched, bent, with another pen, worn or smudged.

    Args:
        square: uint8 `(INK_SIDE, INK_SIDE)`, from `to_square`.
        strength: 0 changes nothing, 1 is a full hand's difference.

    Returns:
        float32 `(INK_SIDE + 16, INK_SIDE + 16)`, 0 paper .. 1 ink, room around the digit for what grew.
    """
    ink = cv2.remap(square, *_warp(rng, strength), cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    chance = rng.random(7)
    if chance[0] < 0.5 * strength:
        ink = _another_pen(ink, rng)
    if chance[1] < 0.08 * strength:  # written twice
        dy, dx = rng.integers(-4, 5, 2)
        ink = np.maximum(ink, np.roll(ink, (dy, dx), (0, 1)))
    if chance[2] < 0.12 * strength:
        ink = _broken(ink, rng)
    if chance[3] < 0.1 * strength:
        ink = _debris(ink, rng)
    if chance[6] < 0.06 * strength:
        ink = _cut_off(ink, rng)
    ink = ink.astype(np.float32) * np.float32(1 / 255)
    if chance[4] < 0.25 * strength:
        ink = cv2.GaussianBlur(ink, (0, 0), rng.uniform(0.6, 1.8))
        ink *= 1 / max(0.3, float(ink.max()))
    if chance[5] < 0.12 * strength:
        ink = np.clip(ink + rng.normal(0, 0.15, ink.shape).astype(np.float32) * (ink > 0.05), 0, 1)
    return ink


def _warp(rng, strength):
    """Maps of one affine and elastic change, for `cv2.remap`, from a larger square back into the ink's."""
    side = INK_SIDE + 16
    turn, slant = np.deg2rad(rng.normal(0, 7)) * strength, rng.normal(0, 0.16) * strength
    aspect, size = np.exp(rng.normal(0, 0.12, 2) * strength)
    cos, sin = np.cos(turn), np.sin(turn)
    matrix = np.array([[cos, -sin], [sin, cos]]) @ np.array([[1, slant], [0, 1]]) @ np.diag([aspect, 1 / aspect])
    matrix = matrix * (1.0 + 0.1 * (size - 1))
    grid = _GRID @ matrix.T.astype(np.float32) + np.float32(INK_SIDE / 2 - 0.5)
    cells = int(rng.integers(3, 7))
    bend = rng.normal(0, 1, (cells, cells, 2)).astype(np.float32)
    bend *= np.float32(strength * rng.uniform(0, 3.4) * (4.0 / cells) ** 0.5)
    grid = grid + cv2.resize(bend, (side, side), interpolation=cv2.INTER_CUBIC)
    return np.ascontiguousarray(grid[..., 0]), np.ascontiguousarray(grid[..., 1])


def _centred_grid():
    side = INK_SIDE + 16
    y, x = np.mgrid[0:side, 0:side].astype(np.float32) - (side / 2 - 0.5)
    return np.stack([x, y], axis=-1)


_GRID = _centred_grid()


def _another_pen(ink, rng):
    """Thicker, or thinner where the stroke can spare it."""
    if rng.random() < 0.55:
        size = int(rng.integers(2, 6))
        return cv2.dilate(ink, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)))
    thin = cv2.erode(ink, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3)))
    if thin.sum() < 0.45 * ink.sum():  # the stroke would break
        return ink
    return thin


def _broken(ink, rng):
    """Gaps where the pen skipped."""
    side = ink.shape[0]
    ink = ink.copy()
    for _ in range(int(rng.integers(1, 4))):
        x, y = rng.uniform(0.2, 0.8, 2) * side
        angle, length = rng.uniform(0, np.pi), rng.uniform(0.1, 0.5) * side
        dx, dy = length * np.cos(angle), length * np.sin(angle)
        cv2.line(ink, (int(x - dx), int(y - dy)), (int(x + dx), int(y + dy)), 0, int(rng.integers(1, 4)))
    return ink


def _cut_off(ink, rng):
    """The edge of the sheet or of a careless crop took a part."""
    ink, turns = ink.copy(), int(rng.integers(4))
    np.rot90(ink, turns)[: round(8 + rng.uniform(0.05, 0.17) * INK_SIDE)] = 0  # a view: writes into `ink`
    return ink


def _debris(ink, rng):
    """What was not dropped beside the digit: a speck, a piece of a rule, the end of a neighbour."""
    side = ink.shape[0]
    if rng.random() < 0.4:
        shift = round(rng.uniform(0.58, 0.72) * side) * (1 if rng.random() < 0.5 else -1)
        neighbour = np.roll(np.roll(ink, shift, axis=1), int(rng.integers(-12, 13)), axis=0)
        return np.maximum(ink, neighbour)
    ink = ink.copy()
    if rng.random() < 0.5:
        x, y = (int(v) for v in rng.uniform(0.15, 0.85, 2) * side)
        cv2.circle(ink, (x, y), int(rng.integers(1, 4)), 255, -1)
        return ink
    near, length, start = rng.uniform(0.06, 0.14) * side, rng.uniform(0.2, 0.9) * side, rng.uniform(0, 0.3) * side
    near = near if rng.random() < 0.5 else side - near
    a, b = (start, near), (start + length, near + rng.normal(0, 2))
    if rng.random() < 0.5:
        a, b = a[::-1], b[::-1]
    cv2.line(ink, (int(a[0]), int(a[1])), (int(b[0]), int(b[1])), 255, int(rng.integers(1, 4)))
    return ink
