"""What an image says: digits with their probabilities, in numbers, in lines."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from lekh.hand import Hand

AROUND = 0.2  # of its longer side, the room around a digit that is shown alone
DECIDED = 0.8  # probability of a script from which on no other is named
SHARED = 0.1  # of the first one's probability: what a script needs to be named where none is decided on


@dataclass(frozen=True)
class Digit:
    """One digit that was read.

    Attributes:
        digit: its value, 0 to 9 (the class's place, in a model of somebody's own shapes).
        confidence: calibrated probability of `digit` among the classes of the script, 0 to 1.
        rejected: whether it is no digit of the script to the network, or the confidence is under the card's threshold;
            a rejected digit is not part of any text.
        box_xywh: left, top, width and height in pixels of the image (EXIF turned).
        probabilities: one a class of the script, summing to 1.
        elsewhere: scripts in which the shapes of the image are digits too, where none is clearly the one, and which
            digit this would be in each.
    """

    digit: int
    confidence: float
    rejected: bool
    box_xywh: tuple[int, int, int, int]
    probabilities: tuple[float, ...]
    elsewhere: tuple[tuple[str, int], ...] = ()

    @property
    def runner_up(self) -> tuple[int, float]:
        """The second most probable class and its probability."""
        order = np.argsort(self.probabilities)[::-1]
        return int(order[1]), self.probabilities[order[1]]

    def moved(self, right: int, down: int) -> "Digit":
        """The digit so many pixels further."""
        x, y, w, h = self.box_xywh
        return replace(self, box_xywh=(x + right, y + down, w, h))


@dataclass(frozen=True)
class Number:
    """Digits from left to right without a wide gap."""

    digits: tuple[Digit, ...]

    @property
    def text(self) -> str:
        """The digits that were not rejected, in Western form."""
        return "".join(str(digit.digit) for digit in self.digits if not digit.rejected)


@dataclass(frozen=True)
class Line:
    """Numbers from left to right."""

    numbers: tuple[Number, ...]

    @property
    def digits(self) -> tuple[Digit, ...]:
        """All digits of the line, from left to right."""
        return tuple(digit for number in self.numbers for digit in number.digits)

    @property
    def text(self) -> str:
        """Western digits, numbers joined by a space."""
        return " ".join(number.text for number in self.numbers if number.text)


@dataclass(frozen=True)
class Box:
    """A place on a page where a person says that there is a digit.

    Attributes:
        box_xywh: left, top, width and height in pixels of the image.
        digit: what the person says it is; `None` leaves that to the network.
    """

    box_xywh: tuple[int, int, int, int]
    digit: int | None = None


@dataclass(frozen=True)
class Reading:
    """What an image says, and the steps that led there.

    Attributes:
        scripts: every script of the model with its probability given all digits together, the most probable first;
            the one script that was asked for, at 1; empty when there is no ink.
        lines: empty when there is no ink, or nothing of it can be a digit.
        grey: uint8 `(H, W)`, the page.
        ink: float32 `(h, w)`, 0 paper .. 1 ink: what was taken for ink on the page or, where one digit was looked for,
            in the region around it; of a page that was read turned, as it is then.
        inputs: float32 `(N, S, S, 1)`: what the network saw of each digit, in reading order.
        hand: what straightened all digits before they were read; `None` where they were read as they are.
        milliseconds: from the source to the reading, the model already loaded.
    """

    scripts: tuple[tuple[str, float], ...]
    lines: tuple[Line, ...]
    grey: np.ndarray = field(repr=False)
    ink: np.ndarray = field(repr=False)
    inputs: np.ndarray = field(repr=False)
    hand: Hand | None = None
    milliseconds: float = 0.0

    @property
    def script(self) -> str | None:
        """The script that was asked for, or that `auto` found; `None` when there is no ink."""
        return self.scripts[0][0] if self.scripts else None

    @property
    def shared(self) -> tuple[str, ...]:
        """The scripts in which these shapes are digits, where none of them is clearly the one; the likeliest first."""
        return undecided(self.scripts)

    @property
    def digits(self) -> tuple[Digit, ...]:
        """All digits in reading order."""
        return tuple(digit for line in self.lines for digit in line.digits)

    @property
    def accepted(self) -> int:
        """How many digits were not rejected."""
        return sum(not digit.rejected for digit in self.digits)

    @property
    def shows_digits(self) -> bool:
        """Whether any was not."""
        return self.accepted > 0

    @property
    def text(self) -> str:
        """Western digits, lines joined by a line feed; a line whose digits were all rejected is left out."""
        return "\n".join(line.text for line in self.lines if line.text)

    def as_in(self, script: str) -> str:
        """All digits that were not rejected, in Western form, as one of the `shared` scripts would have them."""
        return "".join(
            str(dict(digit.elsewhere).get(script, digit.digit)) for digit in self.digits if not digit.rejected
        )

    def with_each(self, changed: Callable[[Digit], Digit]) -> "Reading":
        """The reading with every digit as this function has it."""
        return replace(self, lines=tuple(
            Line(tuple(Number(tuple(map(changed, number.digits))) for number in line.numbers)) for line in self.lines
        ))  # fmt: skip

    def only_largest(self) -> "Reading":
        """The reading without all digits but the largest of those that were not rejected, of which there is one."""
        digits = self.digits
        accepted = [place for place, digit in enumerate(digits) if not digit.rejected]
        largest = max(accepted, key=lambda place: digits[place].box_xywh[2] * digits[place].box_xywh[3])
        line = Line((Number((digits[largest],)),))
        around = self._ink_around(digits[largest].box_xywh)
        return replace(self, lines=(line,), ink=around, inputs=self.inputs[largest : largest + 1])

    def _ink_around(self, box_xywh):
        """The ink in the region around a digit; all of it where the page was turned to be read."""
        down, across = (ours / theirs for ours, theirs in zip(self.ink.shape, self.grey.shape, strict=True))
        if abs(down - across) > 0.01 * across:
            return self.ink
        x, y, w, h = box_xywh
        room = AROUND * max(w, h)
        rows, columns = (
            slice(max(0, int(scale * (start - room))), int(np.ceil(scale * (start + length + room))))
            for start, length, scale in ((y, h, down), (x, w, across))
        )
        return self.ink[rows, columns]

    def all_rejected(self) -> "Reading":
        """The reading with every digit rejected."""
        return self.with_each(lambda digit: replace(digit, rejected=True))

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


def undecided(scripts: Sequence[tuple[str, float]]) -> tuple[str, ...]:
    """The scripts of which none is clearly the one, the likeliest first."""
    if not scripts or scripts[0][1] >= DECIDED:
        return ()
    return tuple(script for script, share in scripts if share >= SHARED * scripts[0][1])
