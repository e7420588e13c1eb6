"""A drawing of a calculation -> its signs: digits of one script and + - × ÷ / = . ,

Which ink belongs together, and what it says, is decided at once: among all ways to gather the ink from left to right
into signs, the one that the network, the place of the signs on the line and the grammar of arithmetic together find
most probable. So the two bars of an = are one sign, and a stroke between two numbers is rather a / than a 1.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from lekh import images, ink_page, layout, normalize
from lekh.connected import components
from lekh.errors import LekhError
from lekh.model import NO_DIGIT, Model
from lekh.normalize import EDGE
from lekh.numerals import DOTTED, SIGNS

UNREAD = "?"
MOST_STROKES = 120  # pieces of ink; more is no calculation
MOST_PIECES = 4  # of ink in one sign; an ÷ has three
LEAST_PIECE = 3  # pixels of the longer side
SPECK = 0.03  # of the writing's height; smaller is no dot
LOOSE = 0.35  # of the writing's height: what lies farther apart is not one sign
WIDE = 0.9  # of the writing's height: wider ink may be several digits that touch
SMALL = 0.25  # of the writing's height: what may be a stain
MIDST = 0.3  # of the writing's height, around the line's middle: where an operator stands
LEAST = 0.08  # confidence of a sign that the others speak for
NO_SCRIPT_SIGNS = {DOTTED: (".", ",")}  # a point there is a zero

# Natural logarithms of how much less probable something is.
STAIN = -5.0
BROKEN = -6.0  # against grammar
NEGATIVE = -1.5  # a sign before the first number
AFTER_SIGN = -2.5  # one before a later number
NO_OPERATOR = -3.0
DECIMALS = -1.0
SELDOM = -3.0  # a sign of a size, or at a height, that it seldom has
CUT = -0.3  # ink parted into digits

_START, _DIGIT, _POINT, _SIGN, _END = range(5)
_KIND = {**dict.fromkeys("0123456789", _DIGIT), ".": _POINT, ",": _POINT, "=": _END}


@dataclass(frozen=True)
class Token:
    """One sign that was read.

    Attributes:
        symbol: a Western digit, or one of `lekh.numerals.OPERATORS`.
        confidence: its probability among the digits of the script, the signs and what is neither, 0 to 1.
        rejected: whether it is hardly any digit or sign; one of two that look alike is not rejected.
        box_xywh: left, top, width and height in pixels of the image.
    """

    symbol: str
    confidence: float
    rejected: bool
    box_xywh: tuple[int, int, int, int]


@dataclass(frozen=True)
class Expression:
    """A calculation as it was written, from left to right; without tokens when there is no ink."""

    script: str
    tokens: tuple[Token, ...]

    @property
    def text(self) -> str:
        """All signs, e.g. ``"12+7×3="``; ``"?"`` for one that was rejected."""
        return "".join(UNREAD if token.rejected else token.symbol for token in self.tokens)


@dataclass(frozen=True, eq=False)
class _Arc:
    """Pieces of ink `first` to `last` (exclusive) as one sign, or as several digits that touch.

    Attributes:
        likelihoods: float64 `(S,)` a sign: logarithms over the symbols, geometry and place included.
        confidences: float64 `(S,)` a sign.
        boxes: of each sign, pixels of the ink page.
    """

    first: int
    last: int
    likelihoods: tuple[np.ndarray, ...]
    confidences: tuple[np.ndarray, ...]
    boxes: tuple[tuple[int, int, int, int], ...]


def reads(model: Model) -> bool:
    """Whether the model knows the signs of arithmetic."""
    return any(label.script == SIGNS for label in model.card.classes)


def read_expression(source: images.Source, model: Model, script: str) -> Expression:
    """Reads a calculation on one line.

    Args:
        source: anything that `images.to_grey` takes.
        model: a loaded model folder that knows the signs of arithmetic.
        script: a script of the model's card.

    Raises:
        LekhError: the source is no readable image, the model lacks the script or the signs, or there is too much ink.
    """
    if not reads(model):
        raise LekhError("This model does not read + and -", "Choose a model with the signs of arithmetic")
    alphabet = _Alphabet(model, script)
    page = ink_page.find_page(images.to_grey(source), ruled=False)
    pieces = _Pieces.on(page.ink)
    if not len(pieces):
        return Expression(script, ())
    if len(pieces) > MOST_STROKES:
        raise LekhError("There is too much on the sheet", "Write one calculation on one line")
    arcs = _arcs(pieces, alphabet)
    tokens = []
    for arc, symbols in _best_path(len(pieces), arcs, alphabet.symbols, pieces):
        for place, symbol in enumerate(symbols):
            shares = arc.confidences[place]
            confidence = float(shares[symbol])
            box = tuple(round(value * page.scale) for value in arc.boxes[place])
            rejected = shares.sum() < model.card.rejection_threshold or confidence < LEAST
            tokens.append(Token(alphabet.symbols[symbol], confidence, rejected, box))
    return Expression(script, tuple(tokens))


class _Alphabet:
    """The digits of a script and the signs, and what the network says of each."""

    def __init__(self, model, script):
        self.model, self.script = model, script
        excluded = NO_SCRIPT_SIGNS.get(script, ())
        signs = [
            (label.symbol, index)
            for index, label in enumerate(model.card.classes)
            if label.script == SIGNS and label.symbol not in excluded
        ]
        digits = model.card.indices(script)
        self.symbols = [str(digit) for digit in range(len(digits))] + [symbol for symbol, _ in signs]
        self.outputs = [*digits, *(index for _, index in signs)]
        self.nothing = [index for index, label in enumerate(model.card.classes) if label.script == NO_DIGIT]

    def shares(self, inks):
        """float64 `(N, S)`: probabilities of the symbols; what is missing to 1 is neither digit nor sign."""
        if not inks:
            return np.zeros((0, len(self.symbols)))
        inputs = np.stack([normalize.to_input(own, self.model.card.normalization) for own in inks])
        answers = self.model.predict(inputs).astype(np.float64)
        known = answers[:, self.outputs]
        total = known.sum(axis=1) + answers[:, self.nothing].sum(axis=1)
        return known / np.maximum(total, 1e-9)[:, None]


class _Pieces:
    """Connected ink from left to right, and how high the writing is."""

    def __init__(self, page, labels, numbers, boxes):
        self.page, self.labels, self.numbers, self.boxes = page, labels, numbers, boxes
        self.height = _writing_height(boxes)
        tall = boxes[boxes[:, 3] > 0.6 * self.height]
        self._middles = np.stack([tall[:, 0] + tall[:, 2] / 2, tall[:, 1] + tall[:, 3] / 2], axis=1)

    @classmethod
    def on(cls, page):
        """The pieces of an ink page, without specks."""
        labels, stats = components((page > EDGE).astype(np.uint8))
        numbers, boxes = np.arange(1, len(stats)), stats[1:, :4].astype(np.int64)
        keep = boxes[:, 2:].max(axis=1) >= LEAST_PIECE if len(boxes) else np.zeros(0, bool)
        if keep.any():
            keep &= boxes[:, 2:].max(axis=1) >= SPECK * _writing_height(boxes[keep])
        numbers, boxes = numbers[keep], boxes[keep]
        order = np.argsort(boxes[:, 0] + boxes[:, 2] / 2, kind="stable")
        return cls(page, labels, numbers[order], boxes[order])

    def __len__(self):
        return len(self.boxes)

    def box(self, first, last):
        """The box around some."""
        x, y = self.boxes[first:last, :2].min(axis=0)
        right, bottom = (self.boxes[first:last, :2] + self.boxes[first:last, 2:]).max(axis=0)
        return int(x), int(y), int(right - x), int(bottom - y)

    def ink(self, first, last):
        """The ink of some, without what else is in their box."""
        x, y, w, h = self.box(first, last)
        own = np.isin(self.labels[y : y + h, x : x + w], self.numbers[first:last]).astype(np.uint8)
        return self.page[y : y + h, x : x + w] * cv2.dilate(own, np.ones((3, 3), np.uint8))

    def middle_at(self, x):
        """The height at which the line has its middle, by what stands nearest."""
        if not len(self._middles):
            return float(np.median(self.boxes[:, 1] + self.boxes[:, 3] / 2))
        nearest = np.argsort(np.abs(self._middles[:, 0] - x))[:3]
        return float(np.median(self._middles[nearest, 1]))


def _writing_height(boxes):
    """Typical height of the digits, in pixels: of what is at least half as tall as the tallest."""
    heights = boxes[:, 3]
    if not len(heights):
        return 1.0
    tall = heights[heights >= 0.5 * heights.max()]
    return max(1.0, float(np.median(tall)), 0.3 * float(boxes[:, 2].max()) if len(boxes) == 1 else 0.0)


# -- what may be one sign ---------------------------------------------------------------------------------------------


def _arcs(pieces, alphabet):
    """Every way to take neighbouring pieces for one sign, and wide ink for digits that touch."""
    spans, bonds = [], []
    for first in range(len(pieces)):
        bond = 0.0
        for last in range(first + 1, min(first + MOST_PIECES, len(pieces)) + 1):
            if last > first + 1:
                gain = _bond(pieces.box(first, last - 1), pieces.box(last - 1, last), pieces.height)
                if gain is None:
                    break
                bond += gain
            spans.append((first, last))
            bonds.append(bond)
    shares = alphabet.shares([pieces.ink(*span) for span in spans])
    arcs = []
    for (first, last), bond, share in zip(spans, bonds, shares, strict=True):
        box = pieces.box(first, last)
        # Each piece of ink counts once, however the pieces are gathered.
        likelihoods = (last - first) * np.log(np.maximum(share, 1e-6)) + bond + _place(box, pieces, alphabet)
        arcs.append(_Arc(first, last, (likelihoods,), (share,), (box,)))
    return arcs + _touching(pieces, alphabet)


def _bond(box, other, height):
    """How much more probable than not it is, by their places alone, that ink belongs together; None: impossible."""
    x, _, w, _ = box
    x1, _, w1, _ = other
    shared = min(x + w, x1 + w1) - max(x, x1)
    if shared < -LOOSE * height:
        return None
    if shared <= 0:
        return -2.0 + 6 * shared / height
    return 5.0 * (shared / min(w, w1) - 0.5)


def _place(box, pieces, alphabet):
    """float64 `(S,)`: how seldom each symbol has this size and this height on the line."""
    x, y, w, h = box
    size, width = h / pieces.height, w / pieces.height
    low = (y + h / 2 - pieces.middle_at(x + w / 2)) / pieces.height  # how far under the line's middle
    off = max(0.0, abs(low) - MIDST)
    costs = {
        ".": (size > 0.35) + (width > 0.4) + 2 * (low < 0.15),
        ",": 2 * (size > 0.65) + 2 * (low < 0.15),
        "-": 2 * (size > 0.5) + (width < 0.15) + 4 * off,
        "=": 4 * off,
        "+": 4 * off + (size < 0.2),
        "×": 4 * off + (size < 0.2),
        "÷": 4 * off + (size < 0.2),
        "/": 2 * (size < 0.5),
    }
    digit = 0.0 if alphabet.script == DOTTED else float(size < 0.35) + float(size < 0.2)
    return SELDOM * np.array([costs.get(symbol, digit) for symbol in alphabet.symbols], float)


def _touching(pieces, alphabet):
    """Wide ink as the digits that the network for numbers sees in it."""
    reader = alphabet.model.sequence
    if reader is None or all(label.script != alphabet.script for label in reader.classes):
        return []
    wide = [
        index for index, (_, _, w, h) in enumerate(pieces.boxes) if w > WIDE * pieces.height and h > 0.5 * pieces.height
    ]
    if not wide:
        return []
    numbers = [
        layout.Number((layout.Piece(pieces.box(index, index + 1), pieces.ink(index, index + 1)),)) for index in wide
    ]
    digits = alphabet.model.card.indices(alphabet.script)
    arcs = []
    for index, cuts in zip(wide, reader.read(numbers, alphabet.script), strict=True):
        if len(cuts) < 2:
            continue
        shares = np.zeros((len(cuts), len(alphabet.symbols)))
        told = np.stack([cut.probabilities[digits] for cut in cuts]).astype(np.float64)
        shares[:, : len(digits)] = told / np.maximum(told.sum(axis=1, keepdims=True), 1e-9)
        shares[:, : len(digits)] += alphabet.shares([cut.ink for cut in cuts])[:, : len(digits)]
        shares /= 2
        # What hangs together counts as one piece of ink.
        likelihoods = np.log(np.maximum(shares, 1e-6)) / len(cuts) + CUT / len(cuts)
        arcs.append(_Arc(index, index + 1, tuple(likelihoods), tuple(shares), tuple(cut.box_xywh for cut in cuts)))
    return arcs


# -- the most probable way --------------------------------------------------------------------------------------------


def _best_path(count, arcs, symbols, pieces):
    """Arcs from the first piece to the last, and the symbols of each: the most probable calculation.

    Returns:
        Pairs of an arc and a tuple of places in `symbols`; stains have no arc.
    """
    grammar = _Grammar(symbols)
    start = 0, _START, False  # the piece, the kind of sign before it, whether there was an operator yet
    best = {start: (0.0, None, None, ())}  # score, the state before, arc and symbols
    starting = {}
    for arc in arcs:
        starting.setdefault(arc.first, []).append(arc)
    for place in range(count):
        small = max(pieces.boxes[place, 2:]) < SMALL * pieces.height
        for state in [state for state in best if state[0] == place]:
            score = best[state][0]
            if small:
                _offer(best, (place + 1, *state[1:]), (score + STAIN, state, None, ()))
            for arc in starting.get(place, ()):
                for kind, gain, chosen in grammar.readings(arc, state[1]):
                    operated = state[2] or (kind == _SIGN and state[1] == _DIGIT)
                    _offer(best, (arc.last, kind, operated), (score + gain, state, arc, chosen))
    state = max((state for state in best if state[0] == count), key=lambda state: best[state][0] + _ending(*state[1:]))
    path = []
    while state is not None:
        _, state, arc, chosen = best[state]
        if arc is not None:
            path.append((arc, chosen))
    return path[::-1]


def _offer(best, state, way):
    if state not in best or way[0] > best[state][0]:
        best[state] = way


class _Grammar:
    """How seldom a symbol follows another, for the symbols of an alphabet."""

    def __init__(self, symbols):
        self.kinds = np.array([_KIND.get(symbol, _SIGN) for symbol in symbols])
        self.steps = np.array([[_step(before, symbol) for symbol in symbols] for before in range(5)])

    def readings(self, arc, before):
        """The best symbols of an arc for each kind that its last may have: kind, score, places of the symbols."""
        *firsts, last = arc.likelihoods
        gain, chosen = 0.0, ()
        for likelihoods in firsts:
            scores = likelihoods + self.steps[before]
            symbol = int(np.argmax(scores))
            gain, chosen, before = gain + scores[symbol], (*chosen, symbol), int(self.kinds[symbol])
        scores = last + self.steps[before]
        for kind in np.unique(self.kinds):
            symbol = int(np.argmax(np.where(self.kinds == kind, scores, -np.inf)))
            yield int(kind), gain + scores[symbol], (*chosen, symbol)


def _step(before, symbol):
    """How seldom a symbol follows a sign of the kind `before`."""
    kind = _KIND.get(symbol, _SIGN)
    if kind == _DIGIT:
        return BROKEN if before == _END else 0.0
    if kind == _POINT:
        return DECIMALS if before == _DIGIT else BROKEN
    if symbol == "-" and before in (_START, _SIGN):
        return NEGATIVE if before == _START else AFTER_SIGN
    return 0.0 if before == _DIGIT else BROKEN


def _ending(kind, operated):
    """How seldom a calculation ends with a sign of this kind, and without an operator."""
    return (0.0 if kind in (_DIGIT, _END) else BROKEN) + (0.0 if operated else NO_OPERATOR)
