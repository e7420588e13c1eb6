"""Numbers, fields and whole pages composed from single digits; what is written where is known.

Three steps: `number` writes digits side by side as one hand would, touching or apart, with separators and underlines;
`field` puts one number on the printed paper of a form; `page` puts many on a photographed sheet. Fields and pages are
grey pictures that take the road of an upload.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field as attribute

import cv2
import numpy as np

from lekh import augment, nondigits
from lekh.normalize import box_of, cropped, stroke_width
from lekh.numerals import DOTTED

HEIGHT = 44  # pixels of a digit of common size in a composed number
DOT, DOT_LIFT = (0.12, 0.3), (0.2, 0.5)  # of that height, the size of a dot that is a zero, and how far above the line
_SLANT = 0.2  # standard deviation of the lean that the digits of a number share


@dataclass(frozen=True, eq=False)
class Alphabet:
    """Single digits to write with.

    Attributes:
        squares: uint8 `(N, INK_SIDE, INK_SIDE)`, as `augment.to_square` makes them.
        scripts: str `(N,)`.
        digits: int64 `(N,)`, 0 .. 9.
        sources: str `(N,)`: the set that each came from; every set is written with equally often.
        writers: str `(N,)`: digits with the same writer were written by the same hand; "" where nobody knows.
    """

    squares: np.ndarray = attribute(repr=False)
    scripts: np.ndarray = attribute(repr=False)
    digits: np.ndarray = attribute(repr=False)
    sources: np.ndarray = attribute(repr=False)
    writers: np.ndarray = attribute(repr=False)

    def __post_init__(self):
        if not len(self.squares) == len(self.scripts) == len(self.digits) == len(self.sources) == len(self.writers):
            raise ValueError("Each digit of an alphabet has a square, a script, a value, a source and a writer.")
        by_source, by_writer = {}, {}
        keys = zip(self.scripts, self.sources, self.writers, self.digits, strict=True)
        for row, (script, source, writer, digit) in enumerate(keys):
            by_source.setdefault(str(script), {}).setdefault(str(source), {}).setdefault(int(digit), []).append(row)
            if writer:
                by_writer.setdefault((str(source), str(writer)), {}).setdefault(int(digit), []).append(row)
        object.__setattr__(self, "_by_source", by_source)
        object.__setattr__(self, "_by_writer", by_writer)

    def writes(self, script: str) -> bool:
        """Whether one source at least has all ten digits of `script`, so that any number can be written."""
        return any(len(rows) == 10 for rows in self._by_source.get(script, {}).values())

    def hand(self, text: str, script: str, rng: np.random.Generator) -> list[np.ndarray]:
        """A square for each digit of `text`, by one writer as far as that writer's digits are known.

        Raises:
            ValueError: no digit of this value and script is in the alphabet.
        """
        sources = self._by_source.get(script, {})
        wanted = {int(digit) for digit in text}
        able = [source for source, rows in sources.items() if wanted <= rows.keys()]
        if not able:
            raise ValueError(f"No source has all digits of a number in {script}.")
        source = able[rng.integers(len(able))]
        rows = sources[source]
        first = rows[int(text[0])]
        own = self._by_writer.get((source, str(self.writers[first[rng.integers(len(first))]])), {})
        chosen = []
        for digit in text:
            known = own.get(int(digit)) or rows[int(digit)]
            chosen.append(self.squares[known[rng.integers(len(known))]])
        return chosen


@dataclass(frozen=True, eq=False)
class Composed:
    """A number as it was written.

    Attributes:
        ink: float32 `(h, w)`, 0 paper .. 1 ink.
        text: its digits, in Western form.
        boxes: left, top, width and height in pixels of `ink` of each digit's own ink, from left to right.
    """

    ink: np.ndarray = attribute(repr=False)
    text: str
    boxes: tuple[tuple[int, int, int, int], ...]


@dataclass(frozen=True, eq=False)
class Written:
    """A number on a picture: its digits in Western form, and where they are in pixels of the picture."""

    text: str
    boxes: tuple[tuple[int, int, int, int], ...]


@dataclass(frozen=True, eq=False)
class Page:
    """A picture and what is written on it.

    Attributes:
        grey: uint8 `(H, W)`.
        lines: the numbers of each line, from left to right and from top to bottom.
    """

    grey: np.ndarray = attribute(repr=False)
    lines: tuple[tuple[Written, ...], ...]


# -- one number -------------------------------------------------------------------------------------------------------


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
    marks = _Marks(text, rng, script == DOTTED) if clutter else None
    drift, waviness = rng.normal(0, 0.05), rng.uniform(0, 0.09) * HEIGHT
    gaps = _gaps(len(digits), rng)
    sheet = _Sheet(digits)
    for place, digit in enumerate(digits):
        if marks and place:
            sheet.mark(marks.between(place), gaps[place])
        lift = rng.uniform(*DOT_LIFT) * HEIGHT if _is_dot(text[place], script) else sheet.lift(rng, digit)
        rise = drift * sheet.right + rng.normal(0, waviness) - lift
        sheet.write(digit, gaps[place], rise, joined=rng.random() < 0.12)
    if marks:
        sheet.mark(marks.after(), rng.uniform(0.02, 0.35) * HEIGHT)
        _dirty(sheet, rng)
    return sheet.composed(text)


def nothing(rng: np.random.Generator) -> Composed:
    """Shapes, letters and scribbles side by side where a number might be; its text is empty."""
    shapes = [nondigits.shape(rng) for _ in range(rng.integers(1, 5))]
    sizes = [HEIGHT * np.exp(rng.normal(0, 0.25)) / max(shape.shape) for shape in shapes]
    small = [_scaled(shape, size) for shape, size in zip(shapes, sizes, strict=True)]
    strip = np.zeros((2 * HEIGHT + 8, sum(shape.shape[1] + HEIGHT for shape in small) + HEIGHT), np.float32)
    x = 2
    for shape in small:
        h, w = shape.shape
        y = max(0, strip.shape[0] - h - int(rng.integers(2, HEIGHT // 2)))
        part = strip[y : y + h, x : x + w]
        np.maximum(part, shape[: part.shape[0]], out=part)
        x += w + int(rng.uniform(0.02, 0.5) * HEIGHT)
    return Composed(cropped(strip), "", ())


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


class _Marks:
    """What is written between and after digits and is no digit: no dot, where that is a zero."""

    def __init__(self, text, rng, dotted):
        self.rng, self.count, self.dotted = rng, len(text), dotted
        self.separator = rng.choice([".", ",", "'", "-", ""], p=(0.36, 0.08, 0.03, 0.03, 0.5))
        self.places = {self.count - 3, self.count - 6}
        if rng.random() < 0.15:
            self.places = set(rng.integers(1, max(2, self.count), 2).tolist())
        endings = ["", ".", "-", ".-", "=", "..", ",", ":", "~"]
        self.ending = rng.choice(endings, p=(0.5, 0.17, 0.1, 0.1, 0.04, 0.02, 0.03, 0.02, 0.02))

    def between(self, place):
        return self._allowed(self.separator) if place in self.places else ""

    def after(self):
        return self._allowed(self.ending)

    def _allowed(self, signs):
        return signs.translate({ord("."): ",", ord(":"): "-"}) if self.dotted else signs


class _Sheet:
    """An ink strip that grows to the right."""

    def __init__(self, digits):
        self.pen = max(1.0, float(np.median([stroke_width(digit) for digit in digits])))
        self.base = 2 * HEIGHT  # row of the baseline
        width = 3 * HEIGHT + sum(digit.shape[1] + HEIGHT for digit in digits)
        self.ink = np.zeros((4 * HEIGHT, width + 5 * HEIGHT), np.float32)
        self.left = self.right = HEIGHT
        self.boxes = []

    @staticmethod
    def lift(rng, digit):
        """Pixels: a digit smaller than the others stands on the line, or now and then above it."""
        spare = max(0, HEIGHT - digit.shape[0])
        return spare * rng.uniform(0, 1) if rng.random() < 0.3 else 0.0

    def write(self, digit, gap, rise, joined):
        """Puts a digit behind the last one, `gap` pixels of paper between their ink, its foot `rise` below the line."""
        h, w = digit.shape
        top = int(np.clip(self.base + rise - h, 2, self.ink.shape[0] - h - 2))
        x = self._beside(digit, top) + gap if self.boxes else self.left
        if self.boxes:  # a hand moves on
            x0, _, w0, _ = self.boxes[-1]
            x = max(x, round(x0 + w0 / 2 + 0.62 * (w0 + w) / 2 - w / 2) + 1, x0 + 1)
        x = int(np.clip(x, 2, self.ink.shape[1] - w - 2))
        part = self.ink[top : top + h, x : x + w]
        if joined and self.boxes:
            self._join(x, top, digit)
        np.maximum(part, digit, out=part)
        bx, by, bw, bh = box_of(digit) or (0, 0, w, h)
        self.boxes.append((x + bx, top + by, bw, bh))
        self.right = max(self.right, x + w)

    def _beside(self, digit, top):
        """The column at which the digit would just touch the ink that stands before it."""
        before = self.ink[top : top + digit.shape[0], : self.right + 2] > 0.4
        after = cv2.dilate(digit, np.ones((5, 1), np.uint8)) > 0.4
        rows = before.any(axis=1) & after.any(axis=1)
        if not rows.any():
            return self.right
        ends = before.shape[1] - np.argmax(before[rows, ::-1], axis=1)
        starts = np.argmax(after[rows], axis=1)
        return int((ends - starts).max())

    def _join(self, x, top, digit):
        """The pen stayed on the paper between two digits: a thin line between nearby points of both."""
        x0, y0, w0, h0 = self.boxes[-1]
        before = np.argwhere(self.ink[y0 : y0 + h0, x0 + w0 // 2 : x0 + w0] > 0.5)
        after = np.argwhere(digit[:, : max(1, digit.shape[1] // 2)] > 0.5)
        if len(before) == 0 or len(after) == 0 or x - x0 - w0 > 0.5 * HEIGHT:
            return
        a = before[np.argmax(before[:, 1])] + (y0, x0 + w0 // 2)
        b = after[np.argmin(after[:, 1])] + (top, x)
        if abs(a[0] - b[0]) < 0.6 * HEIGHT:
            cv2.line(self.ink, (int(a[1]), int(a[0])), (int(b[1]), int(b[0])), 1.0, max(1, round(0.7 * self.pen)))

    def mark(self, signs, gap):
        """Draws dots, commas and dashes behind what is written."""
        rng = np.random.default_rng(int(self.ink.sum() * 16) + len(self.boxes))
        for sign in signs:
            x = self.right + max(1, int(gap)) + int(self.pen / 2)
            self.right = self._sign(sign, min(x, self.ink.shape[1] - 2 * HEIGHT), rng)
            gap = rng.uniform(0.03, 0.3) * HEIGHT

    def _sign(self, sign, x, rng):
        """Draws one sign at column `x`; returns where it ends."""
        thick = max(1, round(self.pen * rng.uniform(0.8, 1.3)))
        foot = self.base + int(rng.normal(0, 0.07) * HEIGHT)
        middle = foot - int(rng.uniform(0.25, 0.6) * HEIGHT)
        if sign in ".:":
            for y in (foot, middle)[: 1 + (sign == ":")]:
                end = x + int(rng.integers(0, 3)), y + int(rng.integers(0, 3))
                cv2.line(self.ink, (x, y), end, 1.0, round(thick * rng.uniform(1, 1.5)))
            return x + thick
        if sign in ",'":
            y = foot if sign == "," else foot - HEIGHT
            end = x - int(rng.uniform(0, 0.15) * HEIGHT), y + int(rng.uniform(0.12, 0.3) * HEIGHT)
            cv2.line(self.ink, (x, y), end, 1.0, thick)
            return x + thick
        length = int(rng.uniform(0.25, 1.0 if rng.random() < 0.8 else 1.7) * HEIGHT)
        tilt = int(rng.normal(0, 0.08) * length)
        for y in (middle, middle + max(thick + 2, HEIGHT // 6))[: 1 + (sign == "=")]:
            bend = rng.uniform(0.05, 0.15) * HEIGHT if sign == "~" else rng.normal(0, 0.02) * HEIGHT
            steps = np.linspace(0, 1, 12)
            path = np.stack([x + steps * length, y + steps * tilt + bend * np.sin(2 * np.pi * steps)], axis=-1)
            cv2.polylines(self.ink, [np.round(path).astype(np.int32)], False, 1.0, thick)
        return x + length

    def composed(self, text):
        """The strip, cropped to its ink."""
        x, y, w, h = box_of(self.ink)
        boxes = tuple((bx - x, by - y, bw, bh) for bx, by, bw, bh in self.boxes)
        return Composed(np.ascontiguousarray(self.ink[y : y + h, x : x + w]), text, boxes)


def _dirty(sheet, rng):
    """Underlines, pieces of rules and frames, specks, left-overs of printed patterns."""
    left, right = sheet.left, sheet.right
    chance = rng.random(5)
    thin = max(1, round(sheet.pen * rng.uniform(0.4, 1.1)))
    if chance[0] < 0.12:  # underlined by hand, once or twice
        y = sheet.base + rng.uniform(0.0, 0.4) * HEIGHT
        for k in range(1 + (rng.random() < 0.2)):
            a = left + rng.normal(0, 0.2) * HEIGHT, y + k * 0.15 * HEIGHT
            b = right + rng.normal(0, 0.2) * HEIGHT, a[1] + rng.normal(0, 0.05) * (right - left)
            _line(sheet.ink, a, b, thin)
    if chance[1] < 0.08:  # rests of a printed rule
        y = sheet.base + rng.uniform(-1.3, 0.4) * HEIGHT
        for _ in range(int(rng.integers(1, 5))):
            x, length = rng.uniform(left - HEIGHT / 2, right), rng.uniform(0.1, 0.8) * HEIGHT
            _line(sheet.ink, (x, y), (x + length, y + rng.normal(0, 1)), max(1, thin // 2))
    if chance[2] < 0.04:  # of an upright one, at an end
        x = left - rng.uniform(0.15, 0.6) * HEIGHT if rng.random() < 0.5 else right + rng.uniform(0.2, 0.6) * HEIGHT
        y = sheet.base - rng.uniform(0.6, 1.4) * HEIGHT
        _line(sheet.ink, (x, y), (x + rng.normal(0, 2), y + rng.uniform(0.15, 0.5) * HEIGHT), max(1, thin // 2))
    if chance[3] < 0.12:  # specks
        for _ in range(int(rng.integers(1, 7))):
            x, y = rng.uniform(left, right), sheet.base + rng.uniform(-1.2, 0.3) * HEIGHT
            cv2.circle(sheet.ink, (int(x), int(y)), int(rng.integers(0, 3)), float(rng.uniform(0.4, 1)), -1)
    if chance[4] < 0.1:  # security printing that was taken for ink
        for _ in range(int(rng.integers(2, 14))):
            x, y = rng.uniform(left, right), sheet.base + rng.uniform(-1.3, 0.3) * HEIGHT
            angle, length = rng.normal(0, 0.5), rng.uniform(0.05, 0.35) * HEIGHT
            a, b = (x, y), (x + length * np.cos(angle), y + length * np.sin(angle))
            _line(sheet.ink, a, b, 1, float(rng.uniform(0.3, 0.8)))


def _line(ink, a, b, thick, level=1.0):
    """A line that covers, never erases."""
    sheet = np.zeros_like(ink) if level < 1 else ink
    cv2.line(sheet, (round(a[0]), round(a[1])), (round(b[0]), round(b[1])), level, thick)
    if level < 1:
        np.maximum(ink, sheet, out=ink)


# -- a field of a form ------------------------------------------------------------------------------------------------


def field(composed: Composed, rng: np.random.Generator) -> Page:
    """A scan of one number on the printed paper of a cheque or a form, as small as such scans are.

    Args:
        composed: from `number`.
        rng: decides paper, print, pen, light, resolution.

    Returns:
        A `Page` of one line and one number.
    """
    scale = np.exp(rng.uniform(np.log(18), np.log(64))) / HEIGHT
    ink = _scaled(composed.ink, scale)
    around = max(3, round(HEIGHT * scale))
    left, top, right, bottom = (rng.uniform(0.04, 0.55, 4) * around).round().astype(int) + 1
    ink = cv2.copyMakeBorder(ink, int(top), int(bottom), int(left), int(right), cv2.BORDER_CONSTANT)
    contrast = rng.uniform(0.3, 0.92)
    marks = ink * contrast * augment.pencil_texture(*ink.shape, rng)
    pattern = _security_print(*ink.shape, around, rng) * min(0.3, 0.5 * contrast)
    paper = augment.paper_light(*ink.shape, rng)
    page = paper * (1 - np.clip(np.maximum(marks, pattern + 0.6 * marks), 0, 1))
    page = _printed_rules(page, around, contrast, rng)
    grey = _camera(page, rng, blur=rng.uniform(0, 0.035) * around)
    boxes = _moved(composed.boxes, scale, left, top)
    return Page(grey, ((Written(composed.text, boxes),),))


def _scaled(ink, scale):
    size = max(1, round(ink.shape[1] * scale)), max(1, round(ink.shape[0] * scale))
    return np.clip(cv2.resize(ink, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR), 0, 1)


def _moved(boxes, scale, left, top):
    made = []
    for x, y, w, h in boxes:
        x0, y0 = round(x * scale + left), round(y * scale + top)
        made.append((x0, y0, max(1, round((x + w) * scale + left) - x0), max(1, round((y + h) * scale + top) - y0)))
    return tuple(made)


def _security_print(height, width, digit, rng):
    """Waves, hatching or grain as banks print them, 0 .. 1; all zeros on plain paper."""
    if rng.random() < 0.3:
        return np.zeros((height, width), np.float32)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    made = np.zeros((height, width), np.float32)
    for _ in range(int(rng.integers(1, 3))):
        angle, period = rng.normal(0, 0.35), rng.uniform(0.08, 0.3) * digit
        wave = rng.uniform(0, 0.5) * digit * np.sin(2 * np.pi * (x / (rng.uniform(0.8, 5) * digit) + rng.random()))
        phase = (y + wave) * np.cos(angle) + x * np.sin(angle)
        made = np.maximum(made, np.clip(np.cos(2 * np.pi * phase / max(2.5, period)), 0, 1) ** rng.uniform(1, 6))
    return made * np.float32(rng.uniform(0.1, 1))


def _printed_rules(page, digit, contrast, rng):
    """Lines of the form above and below, sometimes through the number's feet."""
    h, w = page.shape
    for near in (0, h - 1):
        if rng.random() < 0.3:
            away = rng.uniform(0, 0.3) * digit
            y = near + away if near == 0 else near - away
            lines = np.zeros_like(page)
            ends = (-2, round(y)), (w + 2, round(y + rng.normal(0, 0.01) * w))
            cv2.line(lines, *ends, 1.0, max(1, round(rng.uniform(0.02, 0.07) * digit)), cv2.LINE_8)
            page = page * (1 - lines * contrast * rng.uniform(0.4, 1.0))
    return page


def _camera(page, rng, blur):
    """uint8: blur, grain and JPEG."""
    if blur > 0.35:
        page = cv2.GaussianBlur(page, (0, 0), blur)
    page = page + rng.normal(0, rng.uniform(0.002, 0.02), page.shape).astype(np.float32)
    grey = np.clip(page * 255, 0, 255).astype(np.uint8)
    _, packed = cv2.imencode(".jpg", grey, (cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(40, 96))))
    return cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE)


# -- a sheet of paper -------------------------------------------------------------------------------------------------


def page(
    rows: Sequence[Sequence[str]],
    alphabet: Alphabet,
    script: str,
    rng: np.random.Generator,
    digit_height: float = 40.0,
    clutter: bool = True,
) -> Page:
    """A photograph of a sheet with lines of numbers: plain, ruled or squared paper, light, shadow, a slight tilt.

    Args:
        rows: the numbers of each line in Western digits; every row has at least one.
        alphabet: what to write with.
        script: a script of the alphabet.
        rng: decides everything else.
        digit_height: pixels.
        clutter: see `number`.

    Returns:
        A `Page` whose lines are `rows`.
    """
    made = [
        [
            _resized(number(text, alphabet, script, rng, clutter), digit_height / HEIGHT * np.exp(rng.normal(0, 0.06)))
            for text in row
        ]
        for row in rows
    ]
    ink, lines = _set(made, digit_height, rng)
    ink, lines = _tilted(ink, lines, np.deg2rad(rng.normal(0, 0.8)))
    contrast = rng.uniform(0.3, 0.9)
    marks = ink * contrast * augment.pencil_texture(*ink.shape, rng)
    rules = _ruling(*ink.shape, digit_height, rng) * min(0.4, contrast) * rng.uniform(0.2, 0.8)
    light = augment.paper_light(*ink.shape, rng)
    grey = _camera(light * (1 - np.clip(np.maximum(marks, rules), 0, 1)), rng, rng.uniform(0, 0.02) * digit_height)
    return Page(grey, tuple(lines))


def _resized(composed, scale):
    return Composed(_scaled(composed.ink, scale), composed.text, _moved(composed.boxes, scale, 0, 0))


def _set(rows, digit_height, rng):
    """Numbers set in lines: float32 ink of the sheet, and what is written where, line by line."""
    gap, leading = rng.uniform(1.7, 2.8) * digit_height, rng.uniform(0.5, 1.3) * digit_height
    margin = rng.uniform(1.0, 2.0) * digit_height
    tall = [max(composed.ink.shape[0] for composed in row) for row in rows]
    width = max(sum(composed.ink.shape[1] + gap for composed in row) for row in rows) + 2 * margin
    ink = np.zeros((int(sum(tall) + leading * len(rows) + 2 * margin), int(width)), np.float32)
    lines, y = [], margin
    for row, high in zip(rows, tall, strict=True):
        x, written = margin + rng.uniform(0, 0.6) * digit_height, []
        for composed in row:
            written.append(_stamp(ink, composed, round(x), round(y + rng.uniform(0, 0.1) * high)))
            x += composed.ink.shape[1] + gap * rng.uniform(0.85, 1.0)
        lines.append(tuple(written))
        y += high + leading
    return ink, lines


def _stamp(ink, composed, x, y):
    """Writes a number on the sheet with its left and top at `(x, y)`."""
    h, w = composed.ink.shape
    x, y = min(x, ink.shape[1] - w), min(y, ink.shape[0] - h)
    part = ink[y : y + h, x : x + w]
    np.maximum(part, composed.ink, out=part)
    return Written(composed.text, _moved(composed.boxes, 1.0, x, y))


def _tilted(ink, lines, angle):
    """The sheet turned by a small angle; boxes go along by their centres."""
    h, w = ink.shape
    turn = cv2.getRotationMatrix2D((w / 2, h / 2), float(np.rad2deg(angle)), 1.0)
    turned = cv2.warpAffine(ink, turn, (w, h))
    moved = []
    for line in lines:
        boxes = [tuple(_turned(box, turn) for box in written.boxes) for written in line]
        moved.append(tuple(Written(written.text, own) for written, own in zip(line, boxes, strict=True)))
    return turned, moved


def _turned(box, turn):
    x, y, w, h = box
    cx, cy = turn @ (x + w / 2, y + h / 2, 1)
    return round(cx - w / 2), round(cy - h / 2), w, h


def _ruling(height, width, digit, rng):
    """Ruled or squared paper, 0 .. 1; all zeros on plain paper."""
    made = np.zeros((height, width), np.float32)
    kind = rng.choice(3, p=(0.5, 0.3, 0.2))
    step = rng.uniform(0.7, 2.2) * digit
    thick = max(1, round(rng.uniform(0.01, 0.04) * digit))
    slope = rng.normal(0, 0.006)
    if kind >= 1:
        for y in np.arange(rng.uniform(0, step), height, step):
            cv2.line(made, (0, round(y)), (width, round(y + slope * width)), 1.0, thick, cv2.LINE_8)
    if kind == 2:
        for x in np.arange(rng.uniform(0, step), width, step):
            cv2.line(made, (round(x), 0), (round(x - slope * height), height), 1.0, thick, cv2.LINE_8)
    return made


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
