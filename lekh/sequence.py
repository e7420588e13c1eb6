"""The ink of a number -> its digits and where they are. LiteRT predicts; TensorFlow is never imported here.

A number's own ink becomes a strip of fixed height; a convolutional network says for each column of it whether the
middle of a digit is there, and which; each digit's ink is then taken out of the number. What the network says nothing
of (dots, dashes, rests of rules) belongs to no digit.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from lekh.decoding import decode, restricted
from lekh.errors import LekhError
from lekh.ink import contrast_of
from lekh.litert import Network
from lekh.model import Card, ClassLabel, read_card
from lekh.normalize import EDGE, box_of, stroke_width
from lekh.numerals import AUTO

if TYPE_CHECKING:
    from lekh.layout import Number

KERAS, TFLITE = "reader.keras", "reader.tflite"
SURE = 0.9  # probability of a number's text above which one look is enough
MOST_DOUBTFUL = 60  # numbers of a page; of more none is looked at again
MANY = 300  # numbers
STRETCHES = (1.2,)  # how much wider than it is a doubtful number is also shown
PAPER = 1.5  # heights of a digit around a number by which its contrast is judged
REACH = 0.15  # heights of a digit beyond a number's ends that are shown of the page
BATCH = 16  # strips of one width that the network sees at a time
_REMEDY = "Run notebook 3_train_reader, or copy a complete model folder there"


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


@dataclass(frozen=True, eq=False)
class Cut:
    """One digit of a number.

    Attributes:
        box_xywh: pixels of the ink page.
        ink: float32 `(h, w)`, this digit's ink only, for `normalize.to_input`.
        probabilities: float32 `(C,)` over the classes of the card, what the sequence network says of this digit; 0
            for classes that it does not know.
        whole: whether the ink hangs together with no other digit's; of a digit that was cut out of its neighbours
            the sequence network, which sees them, knows more than a look at the digit alone.
        middle: column of the ink page where the sequence network sees its middle.
    """

    box_xywh: tuple[int, int, int, int]
    ink: np.ndarray
    probabilities: np.ndarray
    whole: bool = True
    middle: float = 0.0


# -- the number's ink -> strip ----------------------------------------------------------------------------------------


def pasted(number: "Number") -> tuple[np.ndarray, tuple[int, int]]:
    """All pieces of a number on an empty sheet: float32 `(h, w)`, and its left and top in pixels of the ink page."""
    boxes = np.array([piece.box_xywh for piece in number.pieces])
    x0, y0 = boxes[:, 0].min(), boxes[:, 1].min()
    x1, y1 = (boxes[:, 0] + boxes[:, 2]).max(), (boxes[:, 1] + boxes[:, 3]).max()
    sheet = np.zeros((y1 - y0, x1 - x0), np.float32)
    for (x, y, w, h), piece in zip(boxes, number.pieces, strict=True):
        part = sheet[y - y0 : y - y0 + h, x - x0 : x - x0 + w]
        np.maximum(part, piece.ink, out=part)
    return sheet, (int(x0), int(y0))


def from_contrast(
    ink: np.ndarray, origin: tuple[int, int], contrast: np.ndarray, reach: float
) -> tuple[np.ndarray, tuple[int, int], "Frame"]:
    """What the page shows where a number is, not only what was taken for its ink: nothing broken, nothing cleaned.

    Args:
        ink: float32 `(h, w)` of the number, from `pasted`; says where, how tall and how dark the writing is.
        origin: its left and top in pixels of `contrast`.
        contrast: `(H, W)`, how much darker than its paper each pixel is, in any unit.
        reach: how much more than the number's box to look at, to the left and right, in heights of a digit.

    Returns:
        float32 `(h, w)`, 0 paper .. 1 ink, its left and top in pixels of `contrast`, and the frame of the writing.
    """
    x, y = origin
    frame = Frame.of(ink)
    under = contrast[y : y + ink.shape[0], x : x + ink.shape[1]]
    level = under[ink[: under.shape[0], : under.shape[1]] > 0.5]  # ink page and page may differ by a rounded pixel
    level = max(1e-3, float(np.percentile(level, 75))) if level.size else 1.0
    across, along = round(0.3 * frame.typical), round(reach * frame.typical)
    x0, y0 = max(0, x - along), max(0, y - across)
    x1, y1 = min(contrast.shape[1], x + ink.shape[1] + along), min(contrast.shape[0], y + ink.shape[0] + across)
    seen = np.clip(contrast[y0:y1, x0:x1].astype(np.float32) * np.float32(1.15 / level) - np.float32(0.15), 0, 1)
    return seen, (x0, y0), Frame(frame.typical, frame.middle + y - y0, frame.total)


def as_shown(
    ink: np.ndarray, origin: tuple[int, int], grey: np.ndarray, scale: float, reach: float
) -> tuple[np.ndarray, tuple[int, int], "Frame"]:
    """What the page shows where a number is, see `from_contrast`; its left and top in pixels of the ink page.

    Args:
        ink: float32 `(h, w)` of the number, from `pasted`.
        origin: its left and top on the ink page.
        grey: uint8 `(H, W)`, the page.
        scale: pixels of the page for one of the ink page.
        reach: see `from_contrast`.
    """
    contrast, (x, y) = contrast_around(ink, origin, grey, scale)
    seen, (left, top), frame = from_contrast(ink, (origin[0] - x, origin[1] - y), contrast, reach)
    return seen, (left + x, top + y), frame


def contrast_around(
    ink: np.ndarray, origin: tuple[int, int], grey: np.ndarray, scale: float
) -> tuple[np.ndarray, tuple[int, int]]:
    """The contrast of the part of a page that holds a number and some paper around it.

    Args:
        ink: float32 `(h, w)` of the number, from `pasted`.
        origin: its left and top on the ink page.
        grey: uint8 `(H, W)`, the page.
        scale: pixels of the page for one of the ink page.

    Returns:
        float32 `(h', w')` in the resolution of the ink page, and its left and top there.
    """
    margin = PAPER * Frame.of(ink).typical
    corners = np.array([[v - margin, v + side + margin] for v, side in zip(origin, ink.shape[::-1], strict=True)])
    whole = np.array(grey.shape[::-1])
    (left, right), (top, bottom) = np.clip(np.round(corners), 0, np.round(whole / scale)[:, np.newaxis]).astype(int)
    x0, y0, x1, y1 = (round(v * scale) for v in (left, top, right, bottom))
    part = np.ascontiguousarray(grey[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)])
    size = int(right - left), int(bottom - top)
    if scale > 1:  # a large photo is not looked at more closely than its ink was
        return contrast_of(cv2.resize(part, size, interpolation=cv2.INTER_AREA)), (int(left), int(top))
    return cv2.resize(contrast_of(part), size, interpolation=cv2.INTER_AREA), (int(left), int(top))


def components(ink: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What hangs together in float32 `(h, w)`: int32 `(h, w)` labels from 1, 0 for paper; and `(n, 5)` left, top,
    width, height and area of each."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats((ink > EDGE).astype(np.uint8), connectivity=8)
    return labels, stats[1:]


def to_strip(ink: np.ndarray, parameters: StripNormalization, frame: "Frame | None" = None) -> Strip:
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


@dataclass(frozen=True)
class Frame:
    """How tall the writing of a number is, in pixels of its ink: a typical digit, and all of it around `middle`."""

    typical: float
    middle: float
    total: float

    @classmethod
    def of(cls, ink: np.ndarray) -> "Frame":
        """Of float32 `(h, w)`: dots count little, for they hold little ink; a broken digit is as tall as its rows."""
        _, parts = components(ink)
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


def _framed(small, scale, reach, middle, parameters):
    height, margin = parameters.height, parameters.margin
    width = -(-(small.shape[1] + 2 * margin) // parameters.step) * parameters.step
    pixels = np.zeros((height, width), np.float32)
    top, left = round(height / 2 - middle * scale), (width - small.shape[1]) // 2
    y0, y1 = max(0, -top), min(small.shape[0], height - top)
    if y1 > y0:
        pixels[top + y0 : top + y1, left : left + small.shape[1]] = small[y0:y1]
    return Strip(np.clip(pixels, 0, 1), scale, left + reach * scale, top + reach * scale)


# -- digits -> their ink ----------------------------------------------------------------------------------------------


def cut(ink: np.ndarray, centres: Sequence[float]) -> list[tuple[np.ndarray, bool]]:
    """The ink of each digit of a number.

    What hangs together belongs to the digit in whose part of the number most of it lies; only ink in which two digits
    have their middles is cut, along the path with the least ink from top to bottom.

    Args:
        ink: float32 `(h, w)`, the number's own ink.
        centres: column of the middle of each digit, from left to right.

    Returns:
        For each centre float32 `(h, w)`, together the number's ink without dots, dashes and the like, and whether
        nothing of it was cut.
    """
    zones = np.zeros(ink.shape, np.int32)
    for a, b in pairwise(centres):
        zones += np.arange(ink.shape[1])[None, :] >= _seam(ink, a, b)[:, None]
    labels, parts = components(ink)
    owners = np.full((len(parts) + 1, len(centres)), False)
    shares = np.stack([np.bincount(labels[zones == zone], minlength=len(parts) + 1) for zone in range(len(centres))])
    main = _main_parts(labels, parts, shares, centres)
    for part in range(1, len(parts) + 1):
        owning = np.flatnonzero(main == part)
        if len(owning) > 1:
            owners[part, owning] = True
        else:
            owner = owning[0] if len(owning) else int(shares[:, part].argmax())
            owners[part, owner] = len(owning) == 1 or _belongs(parts[part - 1], parts[main[owner] - 1])
    soft = cv2.dilate(labels.astype(np.float32), np.ones((3, 3), np.uint8)).astype(np.int32)
    soft = np.where(labels > 0, labels, soft)  # the soft edge of a stroke goes with it
    made = []
    for zone in range(len(centres)):
        mine = owners[:, zone]
        alone = mine & (owners.sum(axis=1) == 1)
        own = np.where(alone[soft] | (mine[soft] & (zones == zone)), ink, 0).astype(np.float32)
        made.append((own, bool((mine == alone).all())))
    return made


def _seam(ink, a, b):
    """int `(h,)`: for each row the column between `a` and `b` where a path from top to bottom meets the least ink."""
    first, last = int(np.floor(a)) + 1, max(int(np.floor(a)) + 2, int(np.ceil(b)))
    first, last = max(0, min(first, ink.shape[1] - 1)), min(max(last, first + 1), ink.shape[1])
    away = np.abs(np.arange(first, last) - (a + b) / 2) / max(1.0, b - a)
    cost = ink[:, first:last] + 0.02 * away.astype(np.float32)
    total = cost.copy()
    for row in range(1, len(cost)):
        total[row] += _least_of_three(total[row - 1])
    seam = np.empty(len(cost), np.int64)
    seam[-1] = int(total[-1].argmin())
    for row in range(len(cost) - 2, -1, -1):
        near = slice(max(0, seam[row + 1] - 1), seam[row + 1] + 2)
        seam[row] = near.start + int(total[row, near].argmin())
    return seam + first


def _least_of_three(values):
    padded = np.concatenate([[np.inf], values, [np.inf]])
    return np.minimum(np.minimum(padded[:-2] + 1e-3, padded[2:] + 1e-3), padded[1:-1])


def _main_parts(labels, parts, shares, centres):
    """For each digit the component that it mainly is: the one with most ink in its zone, near its middle."""
    main = []
    for zone, centre in enumerate(centres):
        near = np.maximum(0, np.maximum(parts[:, 0] - centre, centre - parts[:, 0] - parts[:, 2]))
        weight = shares[zone, 1:] * np.exp(-near / max(4.0, 0.25 * labels.shape[0]))
        main.append(int(weight.argmax()) + 1)
    return np.array(main)


def _belongs(part, main):
    """Whether a component is a stroke of the digit that is mainly `main`, not a dot, a dash or a rest of a rule."""
    x, y, w, h = part[:4]
    mx, my, mw, mh = main[:4]
    over = min(x + w, mx + mw) - max(x, mx)
    below, above = y >= my + 0.9 * mh, y + h <= my - 0.25 * mh
    if below or above:
        return False
    return h > 0.45 * mh or over > 0.3 * w or (over > -0.1 * mh and y + h < my + 0.6 * mh)


def combined(told: np.ndarray, looked: np.ndarray, whole: bool) -> np.ndarray:
    """What both networks together say of a digit: their product where its ink is whole, else what the reader told.

    The reader's word weighs twice as much: it sees the neighbours. On held-out fields that was better than evenly.

    Args:
        told: float32 `(K,)`, by this network, over some classes, for instance those of a script.
        looked: float32 `(K,)`, by the network for single digits, over the same classes.
        whole: see `Cut`.

    Returns:
        float32 `(K,)`, which sums to 1.
    """
    mixed = told * np.sqrt(looked) if whole else told
    return (mixed / max(float(mixed.sum()), 1e-9)).astype(np.float32)


# -- several looks at a number ----------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class View:
    """A way of looking at a number: float32 `(h, w)` ink, where it lies on the ink page, its frame, and how many times
    wider it is shown."""

    ink: np.ndarray
    origin: tuple[int, int]
    frame: Frame
    stretch: float = 1.0

    def strip(self, parameters: StripNormalization) -> Strip:
        """What the network sees."""
        ink = self.ink
        if self.stretch != 1:
            ink = cv2.resize(ink, None, fx=self.stretch, fy=1, interpolation=cv2.INTER_LINEAR)
        return to_strip(ink, parameters, self.frame)


@dataclass(frozen=True, eq=False)
class Text:
    """What a view says: a class for each digit, the column of its middle on the ink page, float32 `(n, K)` what was
    told of each, and how probable it is that the text is this one."""

    labels: tuple[int, ...]
    middles: tuple[float, ...]
    told: np.ndarray
    probability: float


def elected(texts: Sequence[Text]) -> Text:
    """The text that most probability speaks for, with the mean of what those views told that say it."""
    if len(texts) == 1:
        return texts[0]
    votes = {}
    for text in texts:
        votes.setdefault(text.labels, []).append(text)
    agreed = max(votes.values(), key=lambda same: sum(text.probability for text in same))
    best = max(agreed, key=lambda text: text.probability)
    told = np.average([text.told for text in agreed], axis=0, weights=[text.probability + 1e-9 for text in agreed])
    return Text(best.labels, best.middles, told, best.probability)


# -- the reader -------------------------------------------------------------------------------------------------------


class SequenceReader:
    """The network for numbers. Safe to share between threads.

    Attributes:
        classes: its outputs after blank.
        parameters: how a number is brought to it.
    """

    def __init__(self, card: Card, network: bytes):
        entry = card.raw["reader"]
        self.classes = tuple(ClassLabel(str(c["script"]), int(c["digit"]), str(c["symbol"])) for c in entry["classes"])
        self.parameters = StripNormalization(**entry["normalization"])
        place = {(label.script, label.digit): index for index, label in enumerate(card.classes)}
        known = [(own, place[key]) for own, c in enumerate(self.classes) if (key := (c.script, c.digit)) in place]
        self._own, self._card = (np.array(side, np.int64) for side in zip(*known, strict=True)) if known else ([], [])
        self._outputs = len(card.classes)
        self._network = Network(network)

    def read(
        self, numbers: "Sequence[Number]", script: str = AUTO, grey: np.ndarray | None = None, scale: float = 1.0
    ) -> list[list[Cut]]:
        """The digits of each number, from left to right.

        A number that is not read surely is looked at in more ways: stretched, for narrow digits, and as the page shows
        it, where ink is broken or a rule was taken out through a digit. Each way votes with its text's probability.

        Args:
            numbers: from `layout.find_lines`.
            script: restricts which digits there may be; `"auto"`, and a script that the reader does not know: all.
            grey: uint8 `(H, W)`, the page, for a second look.
            scale: pixels of the page for one of the ink page, see `ink_page.PageInk`.

        Returns:
            One list a number, empty where no digit was seen in it.
        """
        chosen = [index for index, label in enumerate(self.classes) if label.script == script] or None
        sheets = [pasted(number) for number in numbers]
        first = self._texts([View(ink, origin, Frame.of(ink)) for ink, origin in sheets], chosen)
        votes = [[text] for text in first]
        doubtful = [index for index, text in enumerate(first) if text.probability < SURE]
        if len(doubtful) <= MOST_DOUBTFUL:
            more = [self._more_views(*sheets[index], grey, scale) for index in doubtful]
            texts = iter(self._texts([view for views in more for view in views], chosen))
            for index, views in zip(doubtful, more, strict=True):
                votes[index] += [next(texts) for _ in views]
        return [self._cuts(*sheet, elected(texts)) for sheet, texts in zip(sheets, votes, strict=True)]

    @staticmethod
    def _more_views(ink, origin, grey, scale):
        frame = Frame.of(ink)
        views = [View(ink, origin, frame, stretch) for stretch in STRETCHES]
        if grey is not None:
            shown = as_shown(ink, origin, grey, scale, REACH)
            views += [View(*shown, stretch) for stretch in (1.0, *STRETCHES)]
        return views

    def _texts(self, views, chosen):
        """What each view says; of very many, their best paths."""
        stride, made = self.parameters.stride, []
        strips = [view.strip(self.parameters) for view in views]
        for view, strip, answers in zip(views, strips, self.answers(strips), strict=True):
            answers = restricted(answers, chosen)
            spans, probability = decode(answers, search=len(views) <= MANY)
            labels = tuple(int(span.probabilities.argmax()) for span in spans)
            middles = [(span.first + span.last + 1) / 2 * stride for span in spans]
            middles = tuple((x - strip.left) / strip.scale / view.stretch + view.origin[0] for x in middles)
            told = np.array([span.probabilities for span in spans])
            made.append(Text(labels, middles, told, probability))
        return made

    def answers(self, strips: Sequence[Strip]) -> list[np.ndarray]:
        """float32 `(T, 1 + K)` for each strip, T = W / stride, blank first, rows sum to 1."""
        by_width = {}
        for index, strip in enumerate(strips):
            by_width.setdefault(strip.pixels.shape[1], []).append(index)
        made = [None] * len(strips)
        for _, members in sorted(by_width.items()):
            for start in range(0, len(members), BATCH):
                some = members[start : start + BATCH]
                batch = np.stack([strips[index].pixels for index in some])[..., np.newaxis]
                for index, answer in zip(some, self._network(batch), strict=True):
                    made[index] = answer
        return made

    def _cuts(self, ink, origin, text):
        if not text.labels:
            return []
        middles = np.clip(np.array(text.middles) - origin[0], 0, ink.shape[1] - 1)
        made = []
        for told, middle, (own, whole) in zip(text.told, text.middles, cut(ink, middles.tolist()), strict=True):
            box = box_of(own)
            if box is None:
                continue
            x, y, w, h = box
            probabilities = np.zeros(self._outputs, np.float32)
            probabilities[self._card] = told[self._own]
            crop = np.ascontiguousarray(own[y : y + h, x : x + w])
            made.append(Cut((origin[0] + x, origin[1] + y, w, h), crop, probabilities, whole, middle))
        return made


def load(folder: str | Path) -> SequenceReader | None:
    """The reader in a model folder, checked by its sha256 and its shapes; `None` where the card names no reader.

    Raises:
        LekhError: the card or the reader is missing, damaged or not what the card describes.
    """
    folder = Path(folder)
    card = read_card(folder)
    if "reader" not in card.raw:
        return None
    try:
        network = (folder / TFLITE).read_bytes()
        expected = card.raw["files"][TFLITE]["sha256"]
        reader = SequenceReader(card, network)
    except (OSError, KeyError, TypeError, ValueError, OverflowError) as error:
        raise LekhError(f"The reader in {folder.name}/ is incomplete ({TFLITE})", _REMEDY) from error
    if hashlib.sha256(network).hexdigest() != expected:
        raise LekhError(f"The reader {folder.name}/{TFLITE} is not the file that its card describes", _REMEDY)
    parameters = reader.parameters
    blank = np.zeros((parameters.height, 2 * parameters.step), np.float32)
    try:
        shape = reader.answers([Strip(blank, 1.0, 0.0, 0.0)])[0].shape
    except (ValueError, RuntimeError) as error:
        raise LekhError(f"The reader {folder.name}/{TFLITE} does not load", _REMEDY) from error
    if shape != (2 * parameters.step // parameters.stride, 1 + len(reader.classes)):
        raise LekhError(f"The reader {folder.name}/{TFLITE} does not fit its card", _REMEDY)
    return reader
