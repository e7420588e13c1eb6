"""Sums for children, and the exact value of what somebody wrote: no drawing, no page, and nothing is ever executed."""

import re
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from lekh.errors import LekhError
from lekh.numerals import to_numerals, to_western

OPERATIONS = ("+", "-", "×", "÷")
LEVELS = ("one", "two", "carrying", "tables")  # one digit, two digits, carrying, tables
BLANK = "?"
MOST_SIGNS = 60  # of an expression; more is no calculation that somebody wrote
_ALIKE = str.maketrans({"−": "-", "–": "-", "x": "×", "X": "×", "*": "×", ":": "÷", "/": "÷", ",": "."})
_TOKEN = re.compile(r"\d+(?:\.\d+)?|[-+×÷]")
_LEFT_TO_RIGHT = "\u200e"  # keeps an equation in order among Arabic numerals, which else turn the signs around


# -- questions --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Question:
    """An equation `left operation right = result` of whole numbers, one of which is asked for.

    Attributes:
        left, right, result: 0 or more.
        operation: one of `OPERATIONS`.
        missing: which of the three numbers is asked for: 0 left, 1 right, 2 result.
    """

    left: int
    operation: str
    right: int
    result: int
    missing: int

    @property
    def numbers(self) -> tuple[int, int, int]:
        """Left, right and result."""
        return self.left, self.right, self.result

    @property
    def answer(self) -> int:
        """The number that is asked for: the only one with which the equation holds."""
        return self.numbers[self.missing]

    def printed(self, script: str, blank: str = BLANK) -> str:
        """The equation in the numerals of `script`, e.g. `"៧ + ? = ១២"`, with `blank` for the missing number."""
        left, right, result = (
            blank if place == self.missing else to_numerals(str(number), script)
            for place, number in enumerate(self.numbers)
        )
        return printed(f"{left} {self.operation} {right} = {result}", script)

    def solved(self, script: str) -> str:
        """The equation with its answer."""
        return printed("{0} {3} {1} = {2}".format(*self.numbers, self.operation), script)


def ask(operation: str, level: str, rng: np.random.Generator) -> Question:
    """A question that can be solved, has one answer, and keeps to its level.

    - ``"one"``: every number has one digit.
    - ``"two"``: numbers up to 99, nothing is carried or borrowed.
    - ``"carrying"``: numbers up to 99; something is carried or borrowed.
    - ``"tables"``: 1 to 10 plus, and times, 1 to 10, and the same backwards.

    Args:
        operation: one of `OPERATIONS`.
        level: one of `LEVELS`.
        rng: decides; the same seed gives the same questions.
    """
    if operation not in OPERATIONS or level not in LEVELS:
        raise ValueError(f"No questions with {operation!r} at level {level!r}.")
    a, b = (_SUMS if operation in "+-" else _PRODUCTS)[level](rng)
    a, b = (a, b) if rng.random() < 0.5 else (b, a)
    whole = a + b if operation in "+-" else a * b
    left, right, result = (a, b, whole) if operation in "+×" else (whole, a, b)
    missing = 2 if rng.random() < 0.5 else int(rng.integers(2))
    return Question(left, operation, right, result, missing)


def _one_digit_sum(rng):
    whole = int(rng.integers(1, 10))
    a = int(rng.integers(0, whole + 1))
    return a, whole - a


def _sum_of_two(rng):
    """Columns that need no carrying; the larger number has two digits."""
    tens, ones = int(rng.integers(1, 10)), int(rng.integers(0, 10))
    a = 10 * int(rng.integers(1, tens + 1)) + int(rng.integers(0, ones + 1))
    return (a, 10 * tens + ones - a) if 10 * tens + ones > a else (a, 0)


def _sum_with_carrying(rng):
    ones = int(rng.integers(1, 10))
    more = int(rng.integers(10 - ones, 10))
    tens = int(rng.integers(0, 9))
    first = int(rng.integers(0, tens + 1))
    return 10 * first + ones, 10 * (tens - first) + more


def _of_tables(rng):
    return int(rng.integers(1, 11)), int(rng.integers(1, 11))


def _one_digit_product(rng):
    a = int(rng.integers(1, 10))
    return a, int(rng.integers(1, 9 // a + 1))


def _product_of_two(rng):
    """Two digits times one, each digit's product below 10."""
    times = int(rng.integers(2, 5))
    most = 9 // times
    return 10 * int(rng.integers(1, most + 1)) + int(rng.integers(0, most + 1)), times


def _product_with_carrying(rng):
    """Two digits times one, up to 99, the product of the last digits 10 or more."""
    pairs = [(a, b) for b in range(2, 9) for a in range(12, 99 // b + 1) if a % 10 * b >= 10]
    return pairs[rng.integers(len(pairs))]


_SUMS = dict(zip(LEVELS, (_one_digit_sum, _sum_of_two, _sum_with_carrying, _of_tables), strict=True))
_PRODUCTS = dict(zip(LEVELS, (_one_digit_product, _product_of_two, _product_with_carrying, _of_tables), strict=True))


# -- the value of what was written ------------------------------------------------------------------------------------


def evaluate(written: str) -> Fraction:
    """The exact value of a calculation such as ``"12 + 7 × 3 ="``.

    Multiplication and division come before addition and subtraction; a sign may stand before a number; a point or a
    comma parts the decimals. One ``=`` may stand at the end.

    Args:
        written: digits of any known script, the signs ``+ - × ÷ / . ,``, spaces.

    Raises:
        LekhError: the calculation is no calculation, or divides by zero.
    """
    signs = re.sub(r"\s+", "", to_western(written)).translate(_ALIKE)
    if len(signs) > MOST_SIGNS:
        raise LekhError("This calculation is too long", f"Write at most {MOST_SIGNS} signs")
    signs = signs[:-1] if signs.endswith("=") else signs
    if not signs:
        raise LekhError("There is no calculation yet", "Write one, for example 12 + 7 =")
    if "=" in signs:
        raise LekhError("The = stands in the middle", "Write it at the end, and nothing behind it")
    tokens = _TOKEN.findall(signs)
    if "".join(tokens) != signs:
        raise LekhError("A sign stands where it makes no sense", "Use digits and + - × ÷ only")
    return _Parser(tokens).value()


class _Parser:
    """Sums of products of signed numbers, read from left to right."""

    def __init__(self, tokens):
        self.tokens, self.place = tokens, 0

    def value(self):
        total = self._product()
        while self.place < len(self.tokens):
            sign = self._next()
            if sign not in ("+", "-"):
                raise LekhError("Two numbers follow each other without a sign", "Write + - × or ÷ between them")
            product = self._product()
            total = total + product if sign == "+" else total - product
        return total

    def _product(self):
        product = self._number()
        while self.place < len(self.tokens) and self.tokens[self.place] in ("×", "÷"):
            sign, number = self._next(), self._number()
            if sign == "÷" and number == 0:
                raise LekhError("Nothing can be divided by zero", "Divide by another number")
            product = product * number if sign == "×" else product / number
        return product

    def _number(self):
        negative = False
        while self.place < len(self.tokens) and self.tokens[self.place] in ("+", "-"):
            negative ^= self._next() == "-"
        if self.place == len(self.tokens):
            raise LekhError("A number is missing at the end", "Write one behind the last sign")
        if self.tokens[self.place] in ("×", "÷"):
            raise LekhError("A number is missing before × or ÷", "Write one there")
        number = Fraction(self._next())
        return -number if negative else number

    def _next(self):
        self.place += 1
        return self.tokens[self.place - 1]


def printed(western: str, script: str) -> str:
    """An equation or a calculation as it is printed: in the numerals of `script`, with a real minus."""
    own = to_numerals(western, script).replace("-", "−")
    return own.replace(" ", f"{_LEFT_TO_RIGHT} {_LEFT_TO_RIGHT}") if script == "arabic" else own


def value_text(value: Fraction, script: str) -> str:
    """A value in the numerals of `script`: whole numbers as they are, others as a fraction in lowest terms."""
    return printed(str(value), script)


def decimal_text(value: Fraction, script: str, places: int = 4) -> str:
    """A value as a decimal number, rounded to at most `places`, e.g. ``"0.3333"``."""
    scaled = round(value * 10**places)
    whole, rest = divmod(abs(scaled), 10**places)
    decimals = f"{rest:0{places}}".rstrip("0")
    sign = "-" if scaled < 0 else ""
    return printed(f"{sign}{whole}.{decimals}" if decimals else f"{sign}{whole}", script)
