"""The pipeline: image -> Reading. Page, command line and notebooks all pass through here."""

import time
from dataclasses import dataclass, field

import numpy as np

from lekh import images, ink, normalize
from lekh.model import Model

AUTO = "auto"


@dataclass(frozen=True)
class Digit:
    """One digit that was read.

    Attributes:
        digit: its value, 0 to 9 (the class's place, in a model of somebody's own shapes).
        confidence: calibrated probability of `digit` among the classes of the script, 0 to 1.
        rejected: whether the confidence is under the card's threshold; a rejected digit is not part of any text.
        box_xywh: left, top, width and height in pixels of the image (EXIF turned).
        probabilities: one a class of the script, summing to 1.
    """

    digit: int
    confidence: float
    rejected: bool
    box_xywh: tuple[int, int, int, int]
    probabilities: tuple[float, ...]

    @property
    def runner_up(self) -> tuple[int, float]:
        """The second most probable class and its probability."""
        order = np.argsort(self.probabilities)[::-1]
        return int(order[1]), self.probabilities[order[1]]


@dataclass(frozen=True)
class Line:
    """Digits from left to right."""

    digits: tuple[Digit, ...]

    @property
    def text(self) -> str:
        """The digits that were not rejected, in Western form."""
        return "".join(str(digit.digit) for digit in self.digits if not digit.rejected)


@dataclass(frozen=True)
class Reading:
    """What an image says, and the steps that led there.

    Attributes:
        script: the script that was asked for, or that `auto` found; `None` when there is no ink.
        lines: empty when no ink was found.
        milliseconds: from the source to the reading, the model already loaded.
        grey: uint8 `(H, W)`, the page.
        ink: float32 `(h, w)`, 0 paper .. 1 ink: what was taken for ink, in the region that was read.
        inputs: float32 `(N, S, S, 1)`: what the network saw of each digit.
    """

    script: str | None
    lines: tuple[Line, ...]
    milliseconds: float
    grey: np.ndarray = field(repr=False)
    ink: np.ndarray = field(repr=False)
    inputs: np.ndarray = field(repr=False)

    @property
    def digits(self) -> tuple[Digit, ...]:
        """All digits in reading order."""
        return tuple(digit for line in self.lines for digit in line.digits)

    @property
    def text(self) -> str:
        """Western digits, lines joined by a line feed."""
        return "\n".join(line.text for line in self.lines)

    def as_dict(self) -> dict:
        """The reading as `read --json` prints it, without the file's name."""
        return {
            "script": self.script,
            "text": self.text,
            "lines": [
                {
                    "text": line.text,
                    "digits": [
                        {
                            "digit": digit.digit,
                            "confidence": digit.confidence,
                            "rejected": digit.rejected,
                            "box_xywh": list(digit.box_xywh),
                            "probabilities": list(digit.probabilities),
                        }
                        for digit in line.digits
                    ],
                }
                for line in self.lines
            ],
            "milliseconds": self.milliseconds,
        }


def read(source: images.Source, model: Model, script: str = AUTO) -> Reading:
    """Reads an image that holds one digit.

    Args:
        source: anything that `images.to_grey` takes.
        model: a loaded model folder.
        script: a script of the model's card, or `"auto"`.

    Returns:
        A `Reading` with one line of one digit, or with no line when there is no ink.

    Raises:
        LekhError: the source is no readable image, or the model does not read `script`.
    """
    start = time.perf_counter()
    if script != AUTO:
        model.card.indices(script)  # an unknown script is said before any work
    grey = images.to_grey(source)
    found = ink.find_digit(grey)
    parameters = model.card.normalization
    if found is None:
        empty = np.zeros((0, parameters.size, parameters.size, 1), np.float32)
        return Reading(None, (), _since(start), grey, np.zeros(grey.shape, np.float32), empty)
    views = normalize.to_views(found.ink, parameters)
    probabilities = model.predict(views).mean(axis=0, keepdims=True)
    if script == AUTO:
        script = most_probable_script(probabilities, model)
    digit = _digit(probabilities[0][model.card.indices(script)], found.box_xywh, model.card.rejection_threshold)
    return Reading(script, (Line((digit,)),), _since(start), grey, found.ink, views[:1])


def most_probable_script(probabilities: np.ndarray, model: Model) -> str:
    """The script that all digits of an image support together: the product over digits of each script's share."""
    card = model.card
    shares = [np.log(probabilities[:, card.indices(script)].sum(axis=1) + 1e-9).sum() for script in card.scripts]
    return card.scripts[int(np.argmax(shares))]


def _digit(probabilities: np.ndarray, box_xywh: tuple[int, int, int, int], threshold: float) -> Digit:
    total = float(probabilities.sum())
    shares = probabilities / total if total > 0 else np.full(len(probabilities), 1 / len(probabilities))
    best = int(np.argmax(shares))
    confidence = float(shares[best])
    return Digit(best, confidence, confidence < threshold, box_xywh, tuple(float(share) for share in shares))


def _since(start: float) -> float:
    return (time.perf_counter() - start) * 1000
