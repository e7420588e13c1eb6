"""Numbers composed from single digits, side by side as one hand would; what is written where is known.

`compose_field` puts one on the printed paper of a form, `compose_page` many on a photographed sheet; such pictures take
the road of an upload.
"""

import cv2
import numpy as np

from lekh import augment, nondigits
from lekh.alphabet import Alphabet
from lekh.compose_sheet import Marks, Sheet, dirty
from lekh.normalize import cropped, stroke_width
from lekh.numerals import DOTTED
from lekh.written import HEIGHT, Composed, scaled_ink

DOT, DOT_LIFT = (0.12, 0.3), (0.2, 0.5)  # of HEIGHT, the size of a dot that is a zero, and how far above the line
_SLANT = 0.2  # standard deviation of the lean that the digits of a number share


def number(
    text: str,
    alphabet: Alphabet,
    script: str,
    rng: np.random.Generator,
    clutter: bool = True,
    strength: float = 1.0,
) -> Composed:
    """Writes a number: one hand's digits, lean, pen and spacing; touching, overlapping or apart.

    Args:
        text: Western digits, at least one.
        alphabet: what to write with.
        script: a script of the alphabet.
        rng: decides everything else.
        clutter: whether separators, dashes, underlines, pieces of rules and specks may be added.
        strength: of the differences between the digits, see `augment.distort`.
    """
    digits = _one_pen(_one_hand(text, alphabet, script, rng, strength), rng)
    marks = Marks(text, rng, script == DOTTED) if clutter else None
    drift, waviness = rng.normal(0, 0.05), rng.uniform(0, 0.09) * HEIGHT
    gaps = _gaps(len(digits), rng)
    sheet = Sheet(digits)
    for place, digit in enumerate(digits):
        if marks and place:
            sheet.mark(marks.between(place), gaps[place])
        lift = rng.uniform(*DOT_LIFT) * HEIGHT if _is_dot(text[place], script) else sheet.lift(rng, digit)
        rise = drift * sheet.right + rng.normal(0, waviness) - lift
        sheet.write(digit, gaps[place], rise, joined=rng.random() < 0.12)
    if marks:
        sheet.mark(marks.after(), rng.uniform(0.02, 0.35) * HEIGHT)
        dirty(sheet, rng)
    return sheet.composed(text)


def nothing(rng: np.random.Generator) -> Composed:
    """Shapes, letters and scribbles side by side where a number might be; its text is empty."""
    shapes = [nondigits.shape(rng) for _ in range(rng.integers(1, 5))]
    sizes = [HEIGHT * np.exp(rng.normal(0, 0.25)) / max(shape.shape) for shape in shapes]
    small = [scaled_ink(shape, size) for shape, size in zip(shapes, sizes, strict=True)]
    strip = np.zeros((2 * HEIGHT + 8, sum(shape.shape[1] + HEIGHT for shape in small) + HEIGHT), np.float32)
    x = 2
    for shape in small:
        h, w = shape.shape
        y = max(0, strip.shape[0] - h - int(rng.integers(2, HEIGHT // 2)))
        part = strip[y : y + h, x : x + w]
        np.maximum(part, shape[: part.shape[0]], out=part)
        x += w + int(rng.uniform(0.02, 0.5) * HEIGHT)
    return Composed(cropped(strip), "", ())


def random_text(rng: np.random.Generator, most: int = 9) -> str:
    """A number as people write them: 1 to `most` digits, round ones and repeated digits more often than by chance."""
    lengths = np.arange(1, most + 1)
    chances = np.array([0.14, 0.2, 0.15, 0.18, 0.17, 0.08, 0.04, 0.02, 0.02])[:most]
    text = "".join(str(digit) for digit in rng.integers(0, 10, rng.choice(lengths, p=chances / chances.sum())))
    if rng.random() < 0.25:  # 25000
        zeros = int(rng.integers(1, 5))
        text = (text + "0" * zeros)[: max(len(text), 2)] if len(text) <= zeros else text[:-zeros] + "0" * zeros
    elif rng.random() < 0.15:
        text = "".join(a if rng.random() < 0.5 else b for a, b in zip(text, text[:1] + text, strict=False))
    if rng.random() < 0.12:  # ones are narrow, and the hardest to count
        text = "".join("1" if rng.random() < 0.5 else digit for digit in text)
    return text


def _one_hand(text, alphabet, script, rng, strength):
    """float32 crops of the digits, distorted, of nearly one height, with one lean."""
    slant = rng.normal(0, _SLANT) * strength
    variety, bend = rng.uniform(0.02, 0.14), rng.uniform(0.2, 0.9) * strength
    narrow = np.exp(rng.normal(0, 0.13))
    small_zeros = rng.uniform(0.55, 0.9) if rng.random() < 0.15 else 1.0
    crops = []
    for value, square in zip(text, alphabet.hand(text, script, rng), strict=True):
        ink = augment.distort(square, rng, strength=bend)
        ink = cropped(_leaning(ink, slant))
        if ink is None:  # a distortion took it all
            ink = cropped(square.astype(np.float32) / 255)
        h, w = ink.shape
        tall = HEIGHT * np.exp(rng.normal(0, variety)) * (small_zeros if value == "0" else 1.0)
        if _is_dot(value, script):
            tall = HEIGHT * rng.uniform(*DOT)
        scale = tall / (0.75 * h + 0.25 * max(h, w))
        size = max(3, round(w * scale * narrow)), max(3, round(h * scale))
        small = cv2.resize(ink, size, interpolation=cv2.INTER_AREA)
        crops.append(np.clip(small / max(0.2, float(np.percentile(small[small > 0.2 * small.max()], 80))), 0, 1))
    return crops


def _is_dot(value, script):
    return value == "0" and script == DOTTED


def _leaning(ink, slant):
    h, w = ink.shape
    room = int(abs(slant) * h / 2) + 1
    shear = np.array([[1, -slant, room + slant * (h - 1) / 2], [0, 1, 0]], np.float32)
    return cv2.warpAffine(ink, shear, (w + 2 * room, h))


def _one_pen(digits, rng):
    """The digits with strokes of about one width: the thinner ones are thickened, the thicker thinned if they can."""
    widths = [stroke_width(digit) for digit in digits]
    wanted = float(np.median(widths)) * np.exp(rng.normal(0.05, 0.25))
    made = []
    for digit, width in zip(digits, widths, strict=True):
        reach = round(abs(wanted - width) / 2)
        if reach:
            kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
            padded = cv2.copyMakeBorder(digit, reach, reach, reach, reach, cv2.BORDER_CONSTANT)
            changed = cropped(cv2.dilate(padded, kernel) if wanted > width else cv2.erode(digit, kernel))
            if changed is not None and (wanted > width or changed.sum() > 0.5 * digit.sum()):
                digit = changed
        made.append(digit)
    return made


def _gaps(count, rng):
    """Pixels of paper before each digit, measured between the ink of neighbours; negative where they overlap."""
    kind = rng.choice(4, p=(0.16, 0.3, 0.42, 0.12))
    common = rng.uniform(*((-0.1, 0.02), (-0.02, 0.12), (0.08, 0.35), (0.3, 0.8))[kind])
    gaps = common + rng.normal(0, 0.06 if kind < 3 else 0.15, count)
    touching = rng.random(count) < 0.1
    gaps = np.where(touching, rng.uniform(-0.12, 0.02, count), gaps)
    return np.round(np.maximum(gaps, -0.14) * HEIGHT).astype(int)
