"""Draws the pictures of dataset/samples/: digits from strokes of our own, as a hand, a pen and a camera leave them.

Every picture follows from its name alone and a second run draws the same: `python dataset/draw_samples.py [FOLDER]`.
"""

import io
import sys
import zlib
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image
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
)
BLANK_NAME = "blank_paper.jpg"
PAGES = {  # whole pages, line by line
    "latin_page.jpg": ("2026 10 14", "350 72 1908", "46 815", "97 603 28"),
    "latin_table.jpg": ("12 480 36", "7 951 60", "25 304 81"),
    "khmer_page.jpg": ("2026 15", "358 907", "61 24 70"),
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
        low = np.flatnonzero(tile.max(axis=1) > 0.05)[-1]
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
        return encode((table if kind == "table" else ruled_page)(script, PAGES[name], rng), name)
    script, digit, kind = name.partition(".")[0].split("_")[:3]
    return encode(KINDS[kind](script, int(digit), rng), name)


def main(folder: Path = SAMPLES) -> None:
    """Writes every sample into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in (*SAMPLE_NAMES, *PAGES, BLANK_NAME):
        (folder / name).write_bytes(draw(name))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
