"""Draws the pictures of dataset/samples/: digits as a hand, a pen and a camera leave them.

Latin and Khmer digits are strokes of our own; those of the other scripts follow the middle lines
of the fonts in static/.

Every picture follows from its name alone and a second run draws the same: `python dataset/draw_samples.py [FOLDER]`.
"""

import io
import sys
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont
from pillow_heif import from_pillow as heif_from_pillow

SAMPLES = Path(__file__).resolve().parent / "samples"
JPEG_QUALITY = 82
EXIF_ORIENTATION = 0x0112
OVERSAMPLING = 3

# Strokes as a hand makes them: points (x right, y down), about 100 high; a point written twice is a sharp corner.
LATIN = {
    0: [[(56, 4), (26, 12), (12, 45), (18, 80), (45, 97), (75, 84), (86, 48), (76, 16), (48, 5)]],
    1: [[(26, 28), (52, 3), (52, 3), (51, 50), (49, 98)]],
    2: [[(14, 25), (32, 6), (62, 4), (78, 24), (66, 52), (36, 78), (10, 96), (10, 96), (44, 91), (90, 95)]],
    3: [[(14, 13), (44, 3), (74, 16), (66, 39), (36, 47), (36, 47), (70, 53), (82, 75), (58, 97), (12, 89)]],
    4: [[(50, 3), (34, 34), (9, 66), (9, 66), (50, 66), (90, 63)], [(66, 34), (64, 66), (61, 99)]],
    5: [[(26, 6), (21, 44), (21, 44), (50, 37), (82, 55), (76, 85), (44, 98), (10, 88)], [(26, 6), (54, 6), (84, 3)]],
    6: [[(70, 4), (36, 24), (14, 60), (24, 91), (54, 97), (78, 78), (66, 55), (38, 55), (18, 74)]],
    7: [[(10, 9), (48, 9), (86, 5), (86, 5), (60, 46), (42, 98)], [(34, 50), (54, 49), (76, 46)]],
    8: [[(74, 17), (50, 3), (25, 15), (34, 37), (64, 54), (80, 77), (52, 97), (20, 81), (34, 57), (64, 38), (76, 14)]],
    9: [[(78, 24), (56, 4), (24, 16), (18, 42), (44, 53), (70, 38), (79, 16), (79, 16), (75, 58), (64, 98)]],
}
# fmt: off
KHMER = {
    0: [[(58, 4), (26, 10), (6, 42), (14, 80), (45, 97), (78, 82), (92, 48), (80, 16), (46, 6)]],
    1: [[(44, 30), (50, 42), (38, 56), (18, 50), (10, 28), (28, 7), (58, 3), (86, 28), (82, 62), (56, 84), (12, 99)]],
    2: [[(12, 0), (26, 10), (31, 42), (28, 78), (46, 98), (84, 96), (101, 68), (90, 38), (90, 38), (76, 54),
         (60, 35), (60, 35), (50, 48), (54, 66), (66, 66)]],
    3: [
        [(20, 66), (31, 78), (22, 97), (6, 92), (2, 62), (10, 22), (34, 2), (56, 14), (60, 44), (57, 98)],
        [(60, 40), (72, 12), (94, 3), (112, 18), (116, 54), (114, 98)],
    ],
    4: [[(16, 0), (36, 8), (36, 26), (20, 56), (4, 92), (4, 92), (46, 97), (88, 94), (88, 94), (70, 78),
         (64, 62), (78, 50), (98, 58)]],
    5: [[(96, 0), (84, 8), (70, 32), (40, 41), (12, 36), (10, 18), (30, 14), (38, 28), (24, 52), (6, 94), (6, 94),
         (44, 98), (82, 95), (82, 95), (64, 80), (60, 64), (74, 55), (94, 62)]],
    6: [[(8, 0), (20, 8), (30, 42), (30, 42), (58, 36), (84, 48), (88, 76), (66, 97), (36, 95), (20, 78), (34, 64),
         (50, 72)]],
    7: [[(18, 72), (30, 80), (24, 97), (8, 96), (4, 72), (12, 36), (26, 20), (40, 40), (40, 40), (52, 22), (64, 36),
         (66, 80), (80, 98), (96, 84), (100, 40), (104, 0)]],
    8: [[(100, 0), (88, 8), (80, 32), (40, 33), (10, 44), (4, 78), (18, 98), (44, 80), (44, 80), (64, 98),
         (84, 90), (86, 70), (72, 58), (60, 66), (68, 78)]],
    9: [[(98, 0), (86, 10), (76, 32), (52, 20), (22, 24), (12, 38), (30, 51), (62, 54), (62, 54), (28, 56), (6, 72),
         (8, 92), (36, 100), (66, 92), (70, 74), (54, 68), (48, 80)]],
}
# fmt: on
STROKES = {"latin": LATIN, "khmer": KHMER}
FONT_FOLDER = Path(__file__).resolve().parent.parent / "static"
FONTS = {  # name of the font and its zero
    "devanagari": ("Devanagari", "०"),
    "bangla": ("Bengali", "০"),
    "telugu": ("Telugu", "౦"),
    "odia": ("Oriya", "୦"),
    "kannada": ("Kannada", "೦"),
    "gujarati": ("Gujarati", "૦"),
    "gurmukhi": ("Gurmukhi", "੦"),
    "arabic": ("Arabic", "٠"),
    "thai": ("Thai", "๐"),
    "burmese": ("Myanmar", "၀"),
}
GLYPH = 200  # pixels of a font's typical digit, where its middle line is looked for
SAMPLE_NAMES = (
    "latin_3_canvas.png",
    "latin_8_chalk.jpg",
    "latin_5_pencil.jpg",
    "latin_2_pen.jpg",
    "latin_7_pen.jpg",
    "latin_9_pencil.jpg",
    "khmer_4_canvas.png",
    "khmer_2_chalk.jpg",
    "khmer_5_pencil.jpg",
    "khmer_9_pen.jpg",
    "khmer_7_pen.jpg",
    "khmer_1_pencil.jpg",
    "khmer_8_pencil.heic",
    "latin_4_pencil_rotated.jpg",
    "devanagari_5_pen.jpg",
    "bangla_7_chalk.jpg",
    "telugu_3_pencil.jpg",
    "odia_6_canvas.png",
    "kannada_9_pen.jpg",
    "gujarati_4_chalk.jpg",
    "gurmukhi_2_pencil.jpg",
    "arabic_4_pen.jpg",
    "thai_6_canvas.png",
    "burmese_3_pencil.jpg",
)
BLANK_NAME = "blank_paper.jpg"
PAGES = {  # whole pages, line by line
    "latin_page.jpg": ("2026 10 14", "350 72 1908", "46 815", "97 603 28"),
    "latin_table.jpg": ("12 480 36", "7 951 60", "25 304 81"),
    "khmer_page.jpg": ("2026 15", "358 907", "61 24 70"),
    "devanagari_number.jpg": ("2047",),
    "bangla_number.jpg": ("1952",),
    "telugu_number.jpg": ("3586",),
    "odia_number.jpg": ("2936",),
    "kannada_number.jpg": ("1975",),
    "gujarati_number.jpg": ("5284",),
    "gurmukhi_number.jpg": ("6392",),
    "arabic_number.jpg": ("2947",),
    "thai_number.jpg": ("2569",),
    "burmese_number.jpg": ("3786",),
}


@dataclass(frozen=True)
class Hand:
    """How one hand differs from the model strokes: lengths in hundredths of a digit's height, angles in degrees."""

    slant: float
    turn: float
    aspect: float
    wobble: float
    width: float
    pressure: float

    @classmethod
    def any(cls, rng: np.random.Generator, width: float) -> "Hand":
        """A hand drawn at random, with a pen of `width`."""
        return cls(
            slant=rng.uniform(-4, 12),
            turn=rng.uniform(-4, 4),
            aspect=rng.uniform(0.88, 1.08),
            wobble=rng.uniform(1.0, 1.8),
            width=width * rng.uniform(0.9, 1.1),
            pressure=rng.uniform(0.12, 0.25),
        )


def draw_digit(script: str, digit: int, shape: tuple[int, int], height: float, hand: Hand, rng: np.random.Generator):
    """How much of each pixel the pen covers.

    Args:
        script, digit: which strokes to draw.
        shape: `(H, W)` of the picture.
        height: of the digit, in pixels; it stands near the middle.
        hand: how it is written.
        rng: source of everything that is left to chance.

    Returns:
        float32 `(H, W)`, 0 paper .. 1 covered.
    """
    if script in FONTS:
        return _after_font(script, digit, shape, height, hand, rng)
    paths = [_wobbled(_curve(np.array(stroke, float)), hand, rng) for stroke in STROKES[script][digit]]
    placed = _place(paths, shape, height, hand, rng)
    coverage = np.zeros((shape[0] * OVERSAMPLING, shape[1] * OVERSAMPLING), np.uint8)
    for path in placed:
        widths = hand.width * height / 100 * (1 + hand.pressure * _smooth_noise(len(path), 5, rng))
        for (x0, y0), (x1, y1), width in zip(path[:-1], path[1:], widths[1:], strict=True):
            ends = [(round(x * OVERSAMPLING), round(y * OVERSAMPLING)) for x, y in ((x0, y0), (x1, y1))]
            cv2.line(coverage, *ends, 255, max(1, round(width * OVERSAMPLING)), cv2.LINE_AA)
    return cv2.resize(coverage, shape[::-1], interpolation=cv2.INTER_AREA).astype(np.float32) / 255


def _curve(points: np.ndarray, steps: int = 16) -> np.ndarray:
    """Catmull-Rom curve through `points` `(n, 2)`; a repeated point breaks the tangent, which makes a corner."""
    padded = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    t = np.linspace(0, 1, steps, endpoint=False)[:, np.newaxis]
    pieces = []
    for before, start, end, after in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        if np.allclose(start, end):
            continue
        enter, leave = (end - before) / 2, (after - start) / 2
        cubic = 2 * t**3 - 3 * t**2 + 1, t**3 - 2 * t**2 + t, -2 * t**3 + 3 * t**2, t**3 - t**2
        pieces.append(cubic[0] * start + cubic[1] * enter + cubic[2] * end + cubic[3] * leave)
    return np.vstack([*pieces, points[-1:]])


def _wobbled(path: np.ndarray, hand: Hand, rng: np.random.Generator) -> np.ndarray:
    knots = max(4, len(path) // 20)
    return path + hand.wobble * np.stack([_smooth_noise(len(path), knots, rng) for _ in range(2)], axis=1)


def _smooth_noise(length: int, knots: int, rng: np.random.Generator) -> np.ndarray:
    """`length` values of about unit deviation that change slowly, with `knots` free values along the way."""
    values = rng.normal(size=(1, knots)).astype(np.float32)
    return cv2.resize(values, (length, 1), interpolation=cv2.INTER_CUBIC)[0]


def _place(paths: list[np.ndarray], shape: tuple[int, int], height: float, hand: Hand, rng: np.random.Generator):
    """Slants, turns and scales the paths, and moves their box near the middle of the picture."""
    slant, turn = np.tan(np.radians(hand.slant)), np.radians(hand.turn)
    shear = np.array([[hand.aspect, -slant], [0, 1]])
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    turned = [path @ (rotation @ shear).T for path in paths]
    everything = np.vstack(turned)
    low, high = everything.min(axis=0), everything.max(axis=0)
    scale = height / (high[1] - low[1])
    middle = np.array(shape[::-1]) / 2 + rng.uniform(-0.05, 0.05, 2) * min(shape)
    return [(path - (low + high) / 2) * scale + middle for path in turned]


# Digits of the fonts


def _after_font(script: str, digit: int, shape: tuple[int, int], height: float, hand: Hand, rng: np.random.Generator):
    """`draw_digit` along the middle line of a font's digit; `height` is that of the script's typical digit."""
    bone = _thinned(_bent(_glyph(script, digit), hand, rng))
    away = cv2.distanceTransform(np.uint8(~bone), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    widths = hand.width * GLYPH / 100 * (1 + hand.pressure * _smooth_field(bone.shape, 5, rng))
    coverage = np.clip(widths / 2 - away + 0.5, 0, 1).astype(np.float32)
    middle = np.array(shape[::-1]) / 2 + rng.uniform(-0.05, 0.05, 2) * min(shape)
    scale = height / GLYPH
    while scale < 0.5:  # by halves, so that no line is lost between pixels
        coverage, scale = cv2.resize(coverage, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), 2 * scale
    across, down = middle - scale * np.array(coverage.shape[::-1]) / 2
    return cv2.warpAffine(coverage, np.float32([(scale, 0, across), (0, scale, down)]), shape[::-1])


@cache
def _font(script: str) -> tuple[ImageFont.FreeTypeFont, float]:
    """The font of a script at the size where its typical digit is `GLYPH` high, and the height of that one's middle."""
    name, zero = FONTS[script]
    path = str(FONT_FOLDER / f"NotoSans{name}-digits.woff")
    large = ImageFont.truetype(path, 1000)
    boxes = np.array([large.getbbox(chr(ord(zero) + digit), anchor="ls") for digit in range(10)])
    top, bottom = np.median(boxes[:, 1]), np.median(boxes[:, 3])
    size = round(1000 * GLYPH / (bottom - top))
    return ImageFont.truetype(path, size), (top + bottom) / 2 * size / 1000


def _glyph(script: str, digit: int) -> np.ndarray:
    """uint8 `(2.4 GLYPH, 2.4 GLYPH)`: the font's digit, the middle of a typical one in the middle."""
    font, middle = _font(script)
    side = round(2.4 * GLYPH)
    page = Image.new("L", (side, side))
    ImageDraw.Draw(page).text(
        (side / 2, side / 2 - middle), chr(ord(FONTS[script][1]) + digit), fill=255, font=font, anchor="ms"
    )
    return np.array(page)


def _bent(glyph: np.ndarray, hand: Hand, rng: np.random.Generator) -> np.ndarray:
    """The glyph slanted, turned and wobbling, bool."""
    slant, turn = np.tan(np.radians(hand.slant)), np.radians(hand.turn)
    shear = np.array([[hand.aspect, -slant], [0, 1]])
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    back = np.linalg.inv(rotation @ shear)
    places = np.stack(np.meshgrid(*(np.arange(length) - length / 2 for length in glyph.shape[::-1])), axis=-1)
    places = places @ back.T + np.array(glyph.shape[::-1]) / 2
    places += 1.6 * hand.wobble * GLYPH / 100 * np.stack([_smooth_field(glyph.shape, 7, rng) for _ in "xy"], axis=-1)
    bent = cv2.remap(glyph, *np.float32(np.moveaxis(places, -1, 0)), cv2.INTER_LINEAR)
    return cv2.GaussianBlur(bent, (0, 0), 3) > 127


def _smooth_field(shape: tuple[int, int], knots: int, rng: np.random.Generator) -> np.ndarray:
    """`shape` values of about unit deviation that change slowly, with `knots` free values a side."""
    values = rng.normal(size=(knots, knots)).astype(np.float32)
    return cv2.resize(values, shape[::-1], interpolation=cv2.INTER_CUBIC)


def _thinned(mask: np.ndarray) -> np.ndarray:
    """The middle lines of a bool mask, one pixel wide: the method of Zhang and Suen."""
    line = np.pad(mask, 1)
    while True:
        before = line.sum()
        for near, far in (((0, 2, 4), (2, 4, 6)), ((0, 2, 6), (0, 4, 6))):
            around = np.stack(
                [np.roll(line, offset, (0, 1)) for offset in
                 ((1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1))]
            )  # fmt: skip
            neighbours = around.sum(axis=0)
            edges = (~around & np.roll(around, -1, axis=0)).sum(axis=0)
            outside = ~around[list(near)].all(axis=0) & ~around[list(far)].all(axis=0)
            line = line & ~((neighbours >= 2) & (neighbours <= 6) & (edges == 1) & outside)
        if line.sum() == before:
            return line[1:-1, 1:-1]


# Papers and cameras


def canvas(script: str, digit: int, rng: np.random.Generator) -> np.ndarray:
    """A dark even stroke on white, as the drawing canvas gives it: uint8 `(280, 280, 3)`."""
    coverage = draw_digit(script, digit, (280, 280), 185, Hand.any(rng, 8.0), rng)
    return _over(np.full((280, 280, 3), 255.0), coverage, (24, 24, 28))


def chalk(script: str, digit: int, rng: np.random.Generator) -> np.ndarray:
    """Chalk on a wiped blackboard."""
    shape = (560, 500)
    hand = Hand.any(rng, 7.5)
    coverage = draw_digit(script, digit, shape, 340, hand, rng)
    grain = _blurred_noise(shape, 1.0, rng) > -0.75  # the board's roughness leaves holes in the line
    dust = cv2.GaussianBlur(coverage, (0, 0), 9) * 0.10
    smears = cv2.resize(_blurred_noise((70, 20), 3.0, rng), shape[::-1], interpolation=cv2.INTER_CUBIC)
    board = np.array((46, 58, 52)) + 5 * smears[..., np.newaxis] + 3 * rng.normal(size=(*shape, 1))
    chalked = np.clip(coverage * (0.25 + 0.75 * grain) * 0.92 + dust, 0, 1)
    return _photographed(_over(board, chalked, (232, 232, 222)), rng, shade=0.12)


def pencil(script: str, digit: int, rng: np.random.Generator) -> np.ndarray:
    """A soft grey line on warm paper, half in the shadow of the hand that holds the phone."""
    shape = (640, 520)
    coverage = draw_digit(script, digit, shape, 350, Hand.any(rng, 3.6), rng)
    graphite = np.clip(1.0 + 0.45 * _blurred_noise(shape, 0.9, rng), 0.15, 1.2)
    page = _over(_paper(shape, (236, 226, 205), rng), np.clip(coverage * graphite * 0.72, 0, 1), (92, 90, 94))
    return _photographed(page, rng, shade=0.30)


def pen(script: str, digit: int, rng: np.random.Generator) -> np.ndarray:
    """Blue ballpoint on ruled or squared paper, the phone held a little askew."""
    shape = (640, 560)
    page = _paper(shape, (243, 243, 240), rng)
    _rule(page, step=int(rng.integers(44, 60)), squared=rng.random() < 0.5, rng=rng)
    coverage = draw_digit(script, digit, shape, 330, Hand.any(rng, 3.2), rng)
    inked = np.clip(coverage * (0.9 + 0.12 * _blurred_noise(shape, 3.0, rng)), 0, 1)
    return _photographed(_tilted(_over(page, inked, (34, 46, 132)), rng), rng, shade=0.22)


def ruled_page(script: str, lines: tuple[str, ...], rng: np.random.Generator) -> np.ndarray:
    """Numbers in ballpoint on ruled paper, a margin to the left, the phone held a little askew."""
    step = 88
    shape = (step * (len(lines) + 1), 860)
    page = _paper(shape, (244, 243, 238), rng)
    for y in range(step, shape[0], step):
        page[y : y + 2] = 0.4 * page[y : y + 2] + 0.6 * np.array((170, 194, 224), float)
    page[:, 84:86] = 0.5 * page[:, 84:86] + 0.5 * np.array((224, 150, 150), float)
    coverage = np.zeros(shape, np.float32)
    for row, line in enumerate(lines, 1):
        _write(coverage, script, line, (120, row * step - 4), 54, Hand.any(rng, 4.6), rng)
    inked = np.clip(coverage * (0.9 + 0.12 * _blurred_noise(shape, 3.0, rng)), 0, 1)
    return _photographed(_tilted(_over(page, inked, (30, 42, 128)), rng), rng, shade=0.28)


def table(script: str, lines: tuple[str, ...], rng: np.random.Generator) -> np.ndarray:
    """A number in each cell of a printed table, in pencil."""
    wide, high, edge = 270, 96, 34
    columns = max(len(line.split()) for line in lines)
    shape = (high * len(lines) + 2 * edge, wide * columns + 2 * edge)
    page = _paper(shape, (238, 234, 224), rng)
    for y in range(edge, shape[0], high):
        page[y : y + 2, edge : shape[1] - edge] = 96
    for x in range(edge, shape[1], wide):
        page[edge : shape[0] - edge, x : x + 2] = 96
    coverage = np.zeros(shape, np.float32)
    hand = Hand.any(rng, 5.0)
    for row, line in enumerate(lines):
        for column, number in enumerate(line.split()):
            start = edge + column * wide + 30, edge + (row + 1) * high - 20
            _write(coverage, script, number, start, 56, hand, rng)
    graphite = np.clip(1.0 + 0.3 * _blurred_noise(shape, 0.9, rng), 0.3, 1.2)
    return _photographed(_over(page, np.clip(coverage * graphite * 0.85, 0, 1), (66, 64, 70)), rng, shade=0.24)


def number(script: str, lines: tuple[str, ...], rng: np.random.Generator) -> np.ndarray:
    """One number in felt pen on a sheet of paper."""
    shape = (190, 130 + 82 * len(lines[0]))
    coverage = np.zeros(shape, np.float32)
    _write(coverage, script, lines[0], (56, 138), 78, Hand.any(rng, 6.0), rng)
    inked = np.clip(coverage * (0.92 + 0.1 * _blurred_noise(shape, 3.0, rng)), 0, 1)
    page = _over(_paper(shape, (240, 236, 226), rng), inked, tuple(rng.integers(20, 70, 3)))
    return _photographed(_tilted(page, rng), rng, shade=0.25)


def _write(coverage, script: str, line: str, start, height: float, hand: Hand, rng: np.random.Generator) -> None:
    """Writes a line of digits and spaces into `coverage`, in place, from `start` (x, y) on the base line."""
    x, base = start
    for character in line:
        if character == " ":
            x += 1.0 * height
            continue
        tall = height * rng.uniform(0.92, 1.06)
        side = round(2.4 * height)
        tile = draw_digit(script, int(character), (side, side), tall, hand, rng)
        used = np.flatnonzero(tile.max(axis=0) > 0.05)
        low = round((side + tall) / 2) if script in FONTS else np.flatnonzero(tile.max(axis=1) > 0.05)[-1]
        left, top = round(x), round(base + rng.uniform(-3, 3)) - low - 1
        tile = tile[max(0, -top) :, used[0] : used[-1] + 1]
        part = coverage[max(0, top) : max(0, top) + tile.shape[0], left : left + tile.shape[1]]
        np.maximum(part, tile[: part.shape[0], : part.shape[1]], out=part)
        x = left + tile.shape[1] + height * rng.uniform(0.16, 0.26)


def blank_paper(rng: np.random.Generator) -> np.ndarray:
    """A sheet with nothing on it."""
    return _photographed(_paper((560, 500), (238, 234, 224), rng), rng, shade=0.25)


def _paper(shape: tuple[int, int], colour: tuple[int, int, int], rng: np.random.Generator) -> np.ndarray:
    fibres = 2.2 * _blurred_noise(shape, 1.2, rng) + 2.0 * _blurred_noise(shape, 12.0, rng)
    return np.array(colour, float) + fibres[..., np.newaxis]


def _rule(page: np.ndarray, step: int, squared: bool, rng: np.random.Generator) -> None:
    """Draws pale printed lines on `page`, in place."""
    pale = np.array((178, 200, 226), float)
    start = int(rng.integers(step))
    for y in range(start, page.shape[0], step):
        page[y : y + 2] = 0.35 * page[y : y + 2] + 0.65 * pale
    if squared:
        for x in range(start, page.shape[1], step):
            page[:, x : x + 2] = 0.35 * page[:, x : x + 2] + 0.65 * pale


def _blurred_noise(shape: tuple[int, int], radius: float, rng: np.random.Generator) -> np.ndarray:
    """float32 `shape`, zero mean and unit deviation, with features of about `radius` pixels."""
    noise = cv2.GaussianBlur(rng.normal(size=shape).astype(np.float32), (0, 0), radius)
    return (noise - noise.mean()) / noise.std()


def _over(page: np.ndarray, coverage: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    mixed = page * (1 - coverage[..., np.newaxis]) + np.array(colour, float) * coverage[..., np.newaxis]
    return np.clip(mixed, 0, 255).astype(np.uint8)


def _tilted(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Seen from a little aside: the corners move by up to 4 %, the frame stays full."""
    height, width = picture.shape[:2]
    corners = np.float32([(0, 0), (width, 0), (width, height), (0, height)])
    outwards = np.float32([(-1, -1), (1, -1), (1, 1), (-1, 1)])
    moved = corners + outwards * rng.uniform(0.005, 0.04, (4, 1)).astype(np.float32) * (width, height)
    warp = cv2.getPerspectiveTransform(corners, moved.astype(np.float32))
    return cv2.warpPerspective(picture, warp, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)


def _photographed(picture: np.ndarray, rng: np.random.Generator, shade: float) -> np.ndarray:
    """Light that falls off to one side, a soft shadow, the lens and the sensor: uint8 `(H, W, 3)`."""
    height, width = picture.shape[:2]
    y, x = np.mgrid[0:height, 0:width] / max(height, width) - 0.5
    angle = rng.uniform(0, 2 * np.pi)
    along = x * np.cos(angle) + y * np.sin(angle)
    edge = rng.uniform(0.05, 0.2)
    shadow = 1 / (1 + np.exp(-(along - edge) / 0.05))
    light = 1 - shade * (0.5 * (along + 0.5) + 0.5 * shadow)
    soft = cv2.GaussianBlur(picture.astype(np.float32), (0, 0), 0.8)
    noisy = soft * light[..., np.newaxis] + rng.normal(scale=2.0, size=picture.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8)


KINDS = {"canvas": canvas, "chalk": chalk, "pencil": pencil, "pen": pen}
PAGE_KINDS = {"page": ruled_page, "table": table, "number": number}


def encode(pixels: np.ndarray, name: str) -> bytes:
    """`pixels` uint8 `(H, W, 3)` RGB as the file that `name` announces.

    A `_rotated` one is stored on its side, with the EXIF tag that turns it upright.
    """
    picture = Image.fromarray(pixels)
    stored = io.BytesIO()
    if name.endswith(".png"):
        picture.save(stored, "PNG", optimize=True)
    elif name.endswith(".heic"):
        heif_from_pillow(picture).save(stored, quality=60)
    elif "_rotated" in name:
        exif = Image.Exif()
        exif[EXIF_ORIENTATION] = 6
        picture.transpose(Image.Transpose.ROTATE_90).save(stored, "JPEG", quality=JPEG_QUALITY, exif=exif)
    else:
        picture.save(stored, "JPEG", quality=JPEG_QUALITY)
    return stored.getvalue()


def draw(name: str) -> bytes:
    """The bytes of the sample called `name`: one of `PAGES`, `blank_paper.jpg`, or one digit,
    `<script>_<digit>_<kind>[_rotated].<ending>`.
    """
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    if name == BLANK_NAME:
        return encode(blank_paper(rng), name)
    if name in PAGES:
        script, kind = name.partition(".")[0].split("_")
        return encode(PAGE_KINDS[kind](script, PAGES[name], rng), name)
    script, digit, kind = name.partition(".")[0].split("_")[:3]
    return encode(KINDS[kind](script, int(digit), rng), name)


def main(folder: Path = SAMPLES) -> None:
    """Writes every sample into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in (*SAMPLE_NAMES, *PAGES, BLANK_NAME):
        (folder / name).write_bytes(draw(name))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
