"""What is no digit: shapes, marks, scribbles, letters, words and pairs of digits, drawn to be refused.

A circle, an upright or slanted stroke, a dot and letters that look like a digit of any script are left out: nobody can
tell them apart. Signs of arithmetic have classes of their own, see `lekh.operators`.
"""

from collections.abc import Callable

import cv2
import numpy as np

from lekh import augment
from lekh.normalize import cropped

SIDE = 128  # pixels of the sheet
PRINT = 64  # pixels: height of what is set in a font
LETTERS = "AFHKMRfk&@#%$€©®"
WORD_LETTERS = {
    "latin": "AFHKMRfk&@#%$BCDEGJLNOPQSTUVWXYZabcdeghijlmnoprstuvwxyz?",
    "khmer": "កខគឃងចឆជឈញដឋឌឍណតថទធនបផពភមយរលវសហឡអ",
    "devanagari": "अआइईउऊएकखगघचछजझटठडढणतथदधनपफबभमयरलवशषसह",
    "bangla": "অআইঈউঊএকখগঘচছজঝটঠডঢণতথদধনপফবভমযরলশষসহ",
    "telugu": "అఆఇఈఉఊఎకఖగఘచఛజఝటఠడఢణతథదధనపఫబభమయరలవశషసహ",
    "odia": "ଅଆଇଈଉଊଏକଖଗଘଚଛଜଝଟଡଢଣତଥଦଧନପଫବଭମଯରଲଶଷସହ",
    "kannada": "ಅಆಇಈಉಊಎಕಖಗಘಚಛಜಝಟಠಡಢಣತಥದಧನಪಫಬಭಮಯರಲವಶಷಸಹ",
    "gujarati": "અઆઇઈઉઊએકખગઘચછજઝટઠડઢણતથદધનપફબભમયરલવશષસહ",
    "gurmukhi": "ਅਆਇਈਉਊਏਕਖਗਘਚਛਜਝਟਠਡਢਣਤਥਦਧਨਪਫਬਭਮਯਰਲਵਸਹ",
    "arabic": "ءبتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "thai": "กขคฆงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรลวศษสหฬอฮ",
    "burmese": "ကခဂဃငစဆဇညဋဌဍဎဏတထဒဓနပဖဗဘမယရလသဟဠအ",
}


def shape(rng: np.random.Generator) -> np.ndarray:
    """Something that is no digit.

    Returns:
        float32 `(h, w)`, 0 paper .. 1 ink, cropped to what was drawn.
    """
    while True:
        kinds, chances = zip(*_KINDS, strict=True)
        ink = cropped(kinds[rng.choice(len(kinds), p=np.array(chances) / sum(chances))](rng))
        if ink is not None:
            return ink


def pair(first: np.ndarray, second: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Two digits side by side, touching or nearly so.

    Args:
        first: float32 `(h, w)`, 0 paper .. 1 ink.
        second: the same.

    Returns:
        float32 `(h, w)`.
    """
    height = max(first.shape[0], second.shape[0])
    gap = round(rng.uniform(-0.12, 0.25) * height)
    page = np.zeros((2 * height, first.shape[1] + second.shape[1] + height), np.float32)
    y = (height - first.shape[0] + rng.integers(0, height // 3 + 1), height - second.shape[0] + height // 6)
    for digit, top, left in ((first, y[0], 0), (second, y[1], max(0, first.shape[1] + gap))):
        part = page[top : top + digit.shape[0], left : left + digit.shape[1]]
        np.maximum(part, digit, out=part)
    return page


def _sheet():
    return np.zeros((SIDE, SIDE), np.uint8)


def _pen(rng):
    return max(1, round(float(np.exp(rng.uniform(np.log(2), np.log(16))))))


def _line(sheet, points, pen, closed=False):
    path = np.round(np.asarray(points, np.float64) * 16).astype(np.int32).reshape(-1, 1, 2)
    cv2.polylines(sheet, [path], closed, 255, pen, cv2.LINE_AA, shift=4)


def _as_ink(sheet):
    return sheet.astype(np.float32) / 255


def _wobbled(points, rng, amount=2.0):
    return np.asarray(points, np.float64) + rng.normal(0, amount, (len(points), 2))


def _polygon(rng):
    """Squares, rectangles, triangles, pentagons, stars."""
    corners = int(rng.choice([3, 4, 4, 4, 5, 6]))
    angles = 2 * np.pi * (np.arange(corners) + (0.5 if corners == 4 else 0.25)) / corners - np.pi / 2
    if rng.random() < 0.2:  # a star, in one stroke
        corners = 5
        angles = 2 * np.pi * np.arange(5) * 2 / 5 - np.pi / 2
    points = np.stack([np.cos(angles) * rng.uniform(25, 52), np.sin(angles) * rng.uniform(25, 52)], 1) + SIDE / 2
    sheet = _sheet()
    _line(sheet, _wobbled(points, rng, 3), _pen(rng), closed=True)
    return _as_ink(sheet)


def _dots(rng):
    """Several dots in a row."""
    sheet, count = _sheet(), int(rng.choice([2, 3, 3, 4, 5]))
    radius = rng.uniform(4, 10)
    for place in range(count):
        x = SIDE / 2 + (place - (count - 1) / 2) * rng.uniform(22, 26)
        y = SIDE / 2 + rng.normal(0, 3)
        axes = int(radius * rng.uniform(0.7, 1.3) * 16), int(radius * rng.uniform(0.7, 1.3) * 16)
        cv2.ellipse(sheet, (int(x * 16), int(y * 16)), axes, 0, 0, 360, 255, -1, cv2.LINE_AA, shift=4)
    return _as_ink(sheet)


def _mark(rng):
    """An arrow, a hash, a window, a star of strokes."""
    sheet, pen, c, r = _sheet(), _pen(rng), SIDE / 2, rng.uniform(30, 50)
    marks = (
        [[(c - r, c), (c + r, c)], [(c + r / 2, c - r / 2), (c + r, c), (c + r / 2, c + r / 2)]],
        [[(c - r, c - r / 3), (c + r, c - r / 3)], [(c - r, c + r / 3), (c + r, c + r / 3)],
         [(c - r / 3, c - r), (c - r / 3, c + r)], [(c + r / 3, c - r), (c + r / 3, c + r)]],
        [[(c - r, c - r), (c + r, c - r), (c + r, c + r), (c - r, c + r), (c - r, c - r)], [(c - r, c), (c + r, c)],
         [(c, c - r), (c, c + r)]],
        [[(c + r * np.cos(a), c + r * np.sin(a)), (c - r * np.cos(a), c - r * np.sin(a))] for a in (0, 1.05, 2.1)],
    )  # fmt: skip
    for stroke in marks[rng.integers(len(marks))]:
        _line(sheet, _wobbled(stroke, rng, 3), pen)
    return _as_ink(sheet)


def _scribble(rng):
    """A pen that goes to and fro, round and round, or along a wave."""
    sheet, pen, kind = _sheet(), int(rng.integers(2, 8)), rng.integers(4)
    t = np.linspace(0, 1, 160)
    if kind == 0:
        waypoints = rng.uniform(12, SIDE - 12, (int(rng.integers(10, 24)), 2))
        x, y = (np.interp(t * (len(waypoints) - 1), np.arange(len(waypoints)), waypoints[:, axis]) for axis in (0, 1))
        smooth = np.ones(7) / 7
        points = np.stack([np.convolve(x, smooth, "valid"), np.convolve(y, smooth, "valid")], 1)
    elif kind == 1:
        turns, spiral, pen = rng.uniform(3, 6), rng.random() < 0.5, min(pen, 4)  # a full disc would be a dot
        radius, angle = (5 + 45 * t) if spiral else rng.uniform(14, 26), 2 * np.pi * turns * t
        points = np.stack([radius * np.cos(angle), radius * np.sin(angle) * rng.uniform(0.5, 1)], 1) + SIDE / 2
        points[:, 0] += 0 if spiral else 80 * (t - 0.5)
    elif kind == 2:
        waves, height = rng.integers(4, 9), rng.uniform(8, 40)
        phase = 2 * np.pi * waves * t
        wave = np.sin(phase) if rng.random() < 0.5 else 2 / np.pi * np.arcsin(np.sin(phase))
        points = np.stack([10 + 108 * t, SIDE / 2 + height * wave], 1)
    else:
        rows = int(rng.integers(5, 12))
        y = np.repeat(np.linspace(20, 108, rows), 2)
        x = np.tile([18, 110, 110, 18], rows)[: 2 * rows]
        points = _wobbled(np.stack([x, y + np.tile([0, 5], rows)], 1), rng, 5)
    _line(sheet, points, pen)
    return _as_ink(sheet)


def _doodle(rng):
    """A face, a house, a heart, a sun, a flower."""
    sheet, pen, c, kind = _sheet(), int(rng.integers(2, 7)), SIDE / 2, rng.integers(5)
    angle = np.linspace(0, 2 * np.pi, 40)
    circle = np.stack([np.cos(angle), np.sin(angle)], 1)
    if kind == 0:
        _line(sheet, _wobbled(circle * rng.uniform(40, 52) + c, rng, 0.7), pen)
        for x in (-16, 16):
            cv2.circle(sheet, (int(c + x), int(c - 13)), int(rng.integers(2, 7)), 255, -1, cv2.LINE_AA)
        _line(sheet, circle[2:19] * (rng.uniform(16, 28), rng.uniform(-22, 24)) + (c, c + 10), pen)
    elif kind == 1:
        _line(sheet, _wobbled([(28, 112), (28, 60), (100, 60), (100, 112), (28, 112)], rng), pen)
        _line(sheet, _wobbled([(22, 60), (64, 20), (106, 60)], rng), pen)
        _line(sheet, _wobbled([(56, 112), (56, 86), (74, 86), (74, 112)], rng), pen)
    elif kind == 2:
        heart = np.stack([16 * np.sin(angle) ** 3, -13 * np.cos(angle) + 5 * np.cos(2 * angle) + 2 * np.cos(3 * angle)
                          + np.cos(4 * angle)], 1)  # fmt: skip
        _line(sheet, _wobbled(heart * rng.uniform(2, 3.2) + c, rng, 0.8), pen, closed=True)
    elif kind == 3:
        radius = rng.uniform(16, 26)
        _line(sheet, circle * radius + c, pen)
        for a in np.linspace(0, 2 * np.pi, int(rng.integers(6, 13)), endpoint=False):
            ray = np.array([np.cos(a), np.sin(a)])
            _line(sheet, [c + ray * radius * 1.3, c + ray * radius * rng.uniform(1.7, 2.2)], pen)
    else:
        petals = int(rng.integers(4, 8))
        for a in np.linspace(0, 2 * np.pi, petals, endpoint=False):
            _line(sheet, circle * 16 + c + 26 * np.array([np.cos(a), np.sin(a)]), pen)
    return _as_ink(sheet)


def _letter(rng):
    return augment.in_some_font(LETTERS[rng.integers(len(LETTERS))], "latin", PRINT, rng)


def _word(rng):
    script = "latin" if rng.random() < 0.4 else _OTHERS[rng.integers(len(_OTHERS))]
    letters = rng.choice(list(WORD_LETTERS[script]), int(rng.integers(2, 6)))
    return augment.in_some_font("".join(letters), script, PRINT, rng)


_OTHERS = tuple(script for script in WORD_LETTERS if script != "latin")
_KINDS: tuple[tuple[Callable[[np.random.Generator], np.ndarray], float], ...] = (
    (_polygon, 2),
    (_dots, 0.6),
    (_mark, 1.2),
    (_scribble, 2),
    (_doodle, 1.2),
    (_letter, 3),
    (_word, 3),
)
