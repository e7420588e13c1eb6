"""What was written against what was read."""

from dataclasses import dataclass, field

import cv2
import numpy as np

from lekh.result import Digit, Reading
from strange_pages.sheets import Sheet

WIDER = 0.12  # of its height, a box on each side, in which the middle of what is read has to lie


@dataclass
class Count:
    """Sums over pages.

    Attributes:
        pages: how many.
        written: digits written.
        right: of those, found and read as what they are.
        misread: found, and read as another digit.
        beside: digits read where none was written, or once more where one was.
        numbers: numbers written.
        whole: of those, read digit after digit with nothing else among them.
        alone: of those, read as a number of its own.
        showing: pages on which any digit was read.
        seconds: of reading.
    """

    pages: int = 0
    written: int = 0
    right: int = 0
    misread: int = 0
    beside: int = 0
    numbers: int = 0
    whole: int = 0
    alone: int = 0
    showing: int = 0
    seconds: float = 0.0

    def __iadd__(self, other: "Count") -> "Count":
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)
        return self

    def __str__(self) -> str:
        share = f"{100 * self.right / self.written:5.1f} %" if self.written else "      -"
        return (
            f"{self.written:>6} {self.right:>6} {share} {self.misread:>7} {self.beside:>7} "
            f"{self.numbers:>8} {self.whole:>6} {self.alone:>6} {self.seconds / max(1, self.pages):>7.2f}"
        )

    @property
    def nothing(self) -> str:
        """The sums that tell something of pictures without digits."""
        return f"{self.pages:>8} {self.showing:>8} {self.beside:>8} {self.seconds / max(1, self.pages):>7.2f}"


HEADINGS = (
    f"{'digits':>6} {'right':>6} {'':>7} {'misread':>7} {'beside':>7} "
    f"{'numbers':>8} {'whole':>6} {'alone':>6} {'s/page':>7}"
)
NOTHING_HEADINGS = f"{'pictures':>8} {'showing':>8} {'digits':>8} {'s/page':>7}"


@dataclass
class Matched:
    """One page's match.

    Attributes:
        count: the page's sums.
        of_written: for each digit written the one read there, or `None`.
        beside: digits read where none was written.
    """

    count: Count
    of_written: list[Digit | None]
    beside: list[Digit] = field(default_factory=list)


def match(sheet: Sheet, to_sheet: np.ndarray, reading: Reading, seconds: float) -> Matched:
    """Matches the digits that were not rejected with those written, each with one at most, the nearest first."""
    read = [digit for digit in reading.digits if not digit.rejected]
    pairs = sorted(
        (far, row, column)
        for column, (x, y) in enumerate(_middles(read, to_sheet))
        for row, one in enumerate(sheet.written)
        if (far := _within(one.box, x, y)) is not None
    )
    of_written, taken = [None] * len(sheet.written), set()
    for _, row, column in pairs:
        if of_written[row] is None and column not in taken:
            of_written[row] = read[column]
            taken.add(column)
    right = [
        found is not None and found.digit == one.digit for one, found in zip(sheet.written, of_written, strict=True)
    ]
    beside = [digit for column, digit in enumerate(read) if column not in taken]
    numbers = _numbers(sheet)
    whole = [_is_whole(rows, of_written, right, reading) for rows in numbers]
    count = Count(
        pages=1,
        written=len(right),
        right=sum(right),
        misread=sum(found is not None for found in of_written) - sum(right),
        beside=len(beside),
        numbers=len(numbers),
        whole=sum(found > 0 for found in whole),
        alone=sum(found > 1 for found in whole),
        showing=int(bool(read)),
        seconds=seconds,
    )
    return Matched(count, of_written, beside)


def _middles(read, to_sheet):
    """The middle of each digit read, in the sheet's millimetres."""
    boxes = np.array([digit.box_xywh for digit in read], float).reshape(-1, 4)
    middles = boxes[:, :2] + boxes[:, 2:] / 2
    return cv2.perspectiveTransform(middles[None], to_sheet)[0] if len(middles) else []


def _within(box, x, y):
    """How far a place is from the middle of a box, 0 to about 1; `None` outside of it."""
    left, top, right, bottom = box
    more = WIDER * max(bottom - top, 0.5 * (right - left))
    across = abs(x - (left + right) / 2) / ((right - left) / 2 + more)
    down = abs(y - (top + bottom) / 2) / ((bottom - top) / 2 + more)
    return max(across, down) if max(across, down) <= 1 else None


def _numbers(sheet):
    """The places of the digits of each number, in order."""
    rows = {}
    for row, one in enumerate(sheet.written):
        rows.setdefault(one.number, []).append(row)
    return list(rows.values())


def _is_whole(rows, of_written, right, reading):
    """0: it is not; 1: its digits follow each other on a line that was read; 2: they are all of a number read."""
    if not all(right[row] for row in rows):
        return 0
    wanted = [id(of_written[row]) for row in rows]
    for line in reading.lines:
        read = [id(digit) for digit in line.digits if not digit.rejected]
        if wanted[0] not in read:
            continue
        start = read.index(wanted[0])
        if read[start : start + len(wanted)] != wanted:
            return 0
        of_numbers = [[id(digit) for digit in number.digits if not digit.rejected] for number in line.numbers]
        return 1 + (wanted in of_numbers)
    return 0
