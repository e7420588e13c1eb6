"""A model folder -> probabilities. LiteRT predicts; TensorFlow is never imported here."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from lekh.errors import LekhError
from lekh.hand import Hand
from lekh.litert import Network
from lekh.normalize import Normalization
from lekh.numerals import SCRIPTS, SIGNS, UPRIGHT, alike

CARD_FORMAT = 1
DEFAULT_FOLDER = Path(__file__).resolve().parent.parent / "model"
CARD, KERAS, TFLITE = "card.json", "digits.keras", "digits.tflite"
SECOND_KERAS, SECOND_TFLITE = "second.keras", "second.tflite"  # asked of digits in doubt; a folder may lack them
FILES = (KERAS, TFLITE), (SECOND_KERAS, SECOND_TFLITE)  # of the networks for single digits
NO_DIGIT = "none"  # the script of the class *not a digit*
COOLEST = 0.01  # temperature that a card may name, and what the hottest is the inverse of
_REMEDY = "Run `make train`, or copy a complete model folder there"


@dataclass(frozen=True)
class ClassLabel:
    """One output of the network: `digit` is its place among the classes of `script`, `symbol` how it is written."""

    script: str
    digit: int
    symbol: str


@dataclass(frozen=True)
class Card:
    """What `card.json` says of the network; `raw` keeps all of it for whoever shows or copies it.

    `hands` has for each script whose digits were taught the hand that wrote them, where it is not an upright one.
    """

    classes: tuple[ClassLabel, ...]
    normalization: Normalization
    temperature: float
    rejection_threshold: float
    script_temperatures: dict[str, float]
    raw: dict
    hands: Mapping[str, Hand] = field(default_factory=dict)

    def __post_init__(self):
        if not set(self.hands) <= set(self.scripts):
            raise ValueError("The card names a hand of a script that it does not list.")
        if not all(COOLEST <= each <= 1 / COOLEST for each in (self.temperature, *self.script_temperatures.values())):
            raise ValueError(f"Temperatures lie between {COOLEST} and {1 / COOLEST:.0f}.")

    @cached_property
    def scripts(self) -> tuple[str, ...]:
        """Names of the scripts, in the order of their first class."""
        return tuple(dict.fromkeys(label.script for label in self.classes if label.script not in (NO_DIGIT, SIGNS)))

    @cached_property
    def no_digit(self) -> list[int]:
        """The network's outputs for what is no digit of any script: signs of arithmetic, and everything else."""
        return [index for index, label in enumerate(self.classes) if label.script in (NO_DIGIT, SIGNS)]

    @cached_property
    def no_digit_apart(self) -> list[int]:
        """As `no_digit`, of a shape that stands between no digits: a leaning stroke is then a 1, not a /."""
        return [index for index in self.no_digit if self.classes[index].symbol != "/"]

    @cached_property
    def signs(self) -> list[int]:
        """The network's outputs for signs of arithmetic."""
        return [index for index, label in enumerate(self.classes) if label.script == SIGNS]

    @cached_property
    def strokes(self) -> list[int]:
        """The network's outputs for a bare stroke: a / and the ones that are no more than that."""
        return [index for index, label in enumerate(self.classes)
                if label.symbol == "/" or (label.script in UPRIGHT and label.digit == 1)]  # fmt: skip

    @cached_property
    def alike(self) -> tuple[list[int], ...]:
        """For each of the network's outputs those for numerals of other known scripts that are written like it."""
        numerals = {label.symbol: index for index, label in enumerate(self.classes) if label.script in SCRIPTS}
        return tuple(
            [numerals[symbol] for symbol in alike(label.symbol) if symbol in numerals]
            if label.script in SCRIPTS else [] for label in self.classes
        )  # fmt: skip

    def indices(self, script: str) -> list[int]:
        """The network's outputs that belong to `script`, in the order of their digits."""
        found = self._places.get(script)
        if found is None:
            raise LekhError(
                f"This model does not read the script {script!r}", f"Choose one of: {', '.join(self.scripts)}"
            )
        return list(found)

    @cached_property
    def _places(self) -> dict[str, tuple[int, ...]]:
        """`indices` of every script, sorted once: each digit that is read asks for all of them."""
        places: dict[str, list[tuple[int, int]]] = {}
        for index, label in enumerate(self.classes):
            if label.script in self.scripts:
                places.setdefault(label.script, []).append((label.digit, index))
        return {script: tuple(index for _, index in sorted(found)) for script, found in places.items()}

    def symbols(self, script: str) -> list[str]:
        """How each class of `script` is written, in the order of its digits."""
        return [self.classes[index].symbol for index in self.indices(script)]

    def title(self, script: str) -> str:
        """What a person reads for `script`."""
        return SCRIPTS[script].title if script in SCRIPTS else script.replace("_", " ").capitalize()


class Model:
    """A loaded model folder. Safe to share between threads.

    Attributes:
        card: what the folder says of its network.
        folder: where it was loaded from.
        content: of the network's `.tflite` file.
        second: another network for the same classes, as a model of its own, to be asked of digits in doubt; or `None`.
    """

    def __init__(self, folder: Path, card: Card, content: bytes, second: "Model | None" = None):
        self.folder = folder
        self.card = card
        self.content = content
        self.second = second
        self._network = Network(content)

    @cached_property
    def sequence(self):
        """The network for numbers, a `lekh.sequence.SequenceReader`, or `None` where the folder has none."""
        from lekh import sequence  # here, because it reads the card with this module

        return sequence.load(self.folder)

    def predict(self, batch: np.ndarray) -> np.ndarray:
        """Calibrated probabilities of every class.

        Args:
            batch: float32 `(N, S, S, 1)`, 0 paper .. 1 ink, as `normalize` makes it.

        Returns:
            float32 `(N, C)`, each row sums to 1.
        """
        if len(batch) == 0:
            return np.zeros((0, len(self.card.classes)), np.float32)
        return self.calibrated(self._network(batch))

    def calibrated(self, outputs: np.ndarray) -> np.ndarray:
        """The network's own softmax outputs `(N, C)` at the card's temperature, float32 `(N, C)`."""
        logits = np.log(np.maximum(outputs, 1e-12)) / self.card.temperature
        exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
        return (exponentials / exponentials.sum(axis=1, keepdims=True)).astype(np.float32)


def load(folder: str | Path = DEFAULT_FOLDER) -> Model:
    """The model in `folder`, checked: format version, sha256 of its networks, their input and output shapes.

    Raises:
        LekhError: a file is missing, damaged or of another version, with what to do about it.
    """
    folder = Path(folder)
    card = read_card(folder)
    files = card.raw.get("files")
    has_second = isinstance(files, dict) and SECOND_TFLITE in files
    second = _checked(folder, _second_card(folder, card), SECOND_TFLITE) if has_second else None
    model = _checked(folder, card, TFLITE, second)
    _ = model.sequence  # a damaged one is said now
    return model


def _checked(folder, card, name, second=None):
    """The model whose network is the file `name`, which takes the card's digits and knows its classes."""
    model = Model(folder, card, _checked_bytes(folder, card, name), second)
    size = card.normalization.size
    try:
        classes = model.predict(np.zeros((1, size, size, 1), np.float32)).shape[1]
    except (ValueError, RuntimeError) as error:
        raise LekhError(f"The network in {folder.name}/{name} does not load", _REMEDY) from error
    if classes != len(card.classes):
        raise LekhError(
            f"The network in {folder.name}/{name} has {classes} outputs, its card lists {len(card.classes)} classes",
            _REMEDY,
        )
    return model


def _second_card(folder, card):
    """The card as it holds for the second network."""
    try:
        return replace(card, temperature=float(card.raw["second"]["temperature"]))
    except (KeyError, TypeError, ValueError) as error:
        raise LekhError(f"{folder.name}/{CARD} lacks a field or has a wrong one", _REMEDY) from error


def read_card(folder: str | Path) -> Card:
    """The card of a model folder.

    Raises:
        LekhError: the card is missing, is not JSON, is of another version or lacks a field.
    """
    path = Path(folder) / CARD
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise LekhError(f"No model was found in {path.parent.name}/ ({CARD} is missing)", _REMEDY) from error
    except (ValueError, RecursionError) as error:
        raise LekhError(f"{path.parent.name}/{CARD} is damaged", _REMEDY) from error
    version = raw.get("format") if isinstance(raw, dict) else None
    if version != CARD_FORMAT:
        raise LekhError(
            f"{path.parent.name}/{CARD} has format {version!r}, this version of Lekh reads {CARD_FORMAT}", _REMEDY
        )
    try:
        card = Card(
            classes=tuple(ClassLabel(str(c["script"]), int(c["digit"]), str(c["symbol"])) for c in raw["classes"]),
            normalization=Normalization(**raw["normalization"]),
            temperature=float(raw["temperature"]),
            rejection_threshold=float(raw["rejection_threshold"]),
            script_temperatures={str(k): float(t) for k, t in raw.get("script_temperatures", {}).items()},
            raw=raw,
            hands={str(script): Hand(**raw["hands"][script]) for script in raw.get("hands", ())},
        )
        if not card.scripts or any(len(card.indices(script)) < 2 for script in card.scripts):
            raise ValueError("The card lists no script, or one of a single class.")
        return card
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise LekhError(f"{path.parent.name}/{CARD} lacks a field or has a wrong one", _REMEDY) from error


def _checked_bytes(folder: Path, card: Card, name: str) -> bytes:
    try:
        network = (folder / name).read_bytes()
        expected = card.raw["files"][name]["sha256"]
    except (OSError, KeyError, TypeError) as error:
        raise LekhError(f"The model in {folder.name}/ is incomplete ({name})", _REMEDY) from error
    if hashlib.sha256(network).hexdigest() != expected:
        raise LekhError(f"{folder.name}/{name} is not the file that its card describes", _REMEDY)
    return network
