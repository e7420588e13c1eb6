"""The ink of a number -> its digits and where they are. LiteRT predicts; TensorFlow is never imported here.

A number's own ink becomes a strip of fixed height; a convolutional network says for each column of it whether the
middle of a digit is there, and which; each digit's ink is then taken out of the number. What the network says nothing
of (dots, dashes, rests of rules) belongs to no digit.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from lekh.cuts import cut
from lekh.decoding import decode, restricted
from lekh.errors import LekhError
from lekh.litert import Network
from lekh.model import Card, ClassLabel, read_card
from lekh.normalize import box_of
from lekh.numerals import AUTO
from lekh.shown import as_shown, pasted
from lekh.strips import Frame, Strip, StripNormalization, to_strip

if TYPE_CHECKING:
    from lekh.layout import Number

KERAS, TFLITE = "reader.keras", "reader.tflite"
SURE = 0.9  # probability of a number's text above which one look is enough
MOST_DOUBTFUL = 60  # numbers of a page; of more none is looked at again
MANY = 300  # numbers
STRETCHES = (1.2,)  # how much wider than it is a doubtful number is also shown
REACH = 0.15  # heights of a digit beyond a number's ends that are shown of the page
BATCH = 16  # strips of one width that the network sees at a time
_REMEDY = "Run notebook 3_train_reader, or copy a complete model folder there"


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
