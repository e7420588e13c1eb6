"""Questions that can be solved, and exact values."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lekh import arithmetic
from lekh.arithmetic import LEVELS, OPERATIONS, Question, ask, decimal_text, evaluate, value_text
from lekh.errors import LekhError
from lekh.numerals import SCRIPTS, to_western

QUESTIONS = 10_000
APPLY = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "×": lambda a, b: a * b,
    "÷": lambda a, b: a // b if b and a % b == 0 else None,
}


def carries(question: Question) -> bool:
    """Whether the last column needs carrying or borrowing when the equation is worked out."""
    left, right = question.left % 10, question.right % 10
    if question.operation == "+":
        return left + right >= 10
    if question.operation == "-":
        return left < right
    a, b = sorted((question.left, question.right) if question.operation == "×" else (question.right, question.result))
    return a * (b % 10) >= 10


def inside(question: Question, level: str) -> bool:
    """Whether the question keeps to what the level says."""
    numbers = question.numbers
    parts = {"+": (0, 1), "×": (0, 1), "-": (1, 2), "÷": (1, 2)}[question.operation]
    if level == "one":
        return max(numbers) <= 9
    if level == "two":
        return 10 <= max(numbers) <= 99 and not carries(question)
    if level == "carrying":
        return 10 <= max(numbers) <= 99 and carries(question)
    return all(1 <= numbers[part] <= 10 for part in parts)


def solutions(question: Question) -> list[int]:
    """Every number up to 100 that makes the equation true."""
    found = []
    for guess in range(101):
        numbers = list(question.numbers)
        numbers[question.missing] = guess
        if APPLY[question.operation](numbers[0], numbers[1]) == numbers[2]:
            found.append(guess)
    return found


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_question_is_solvable_unique_inside_its_level_and_printed_right(operation, level):
    rng = np.random.default_rng(3)
    questions = {ask(operation, level, rng) for _ in range(QUESTIONS)}
    assert {question.missing for question in questions} == {0, 1, 2}
    for question in questions:
        assert question.operation == operation and min(question.numbers) >= 0
        assert inside(question, level), question
        assert solutions(question) == [question.answer], question
        left, right, result = (
            arithmetic.BLANK if place == question.missing else str(number)
            for place, number in enumerate(question.numbers)
        )
        for script, numerals in SCRIPTS.items():
            written = question.printed(script).replace("\u200e", "").replace("−", "-")
            assert to_western(written) == f"{left} {operation} {right} = {result}"
            assert set(written) <= {*numerals.digits, *f" {operation}=?"}


def test_the_same_seed_asks_the_same():
    first, again, other = ([ask("+", "two", np.random.default_rng(seed)) for _ in range(3)] for seed in (1, 1, 2))
    assert first == again != other


@pytest.mark.parametrize(("operation", "level"), [("+", "three"), ("^", "one")])
def test_there_are_no_other_questions(operation, level):
    with pytest.raises(ValueError, match="No questions"):
        ask(operation, level, np.random.default_rng(0))


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("12+7=", 19),
        ("90/6=", 15),
        ("90÷6", 15),
        ("12 + 7 × 3 =", 33),
        ("2×3+4×5", 26),
        ("8-3-2", 3),
        ("8÷4÷2", 1),
        ("1/2+1/3", Fraction(5, 6)),
        ("1÷3×3", 1),
        ("-4+1", -3),
        ("3×-2", -6),
        ("5--2", 7),
        ("+5", 5),
        ("0.1+0.2", Fraction(3, 10)),
        ("1,5×2", 3),
        ("0÷5", 0),
        ("០១២+៧", 19),
        ("٩٠/٦=", 15),
        ("7x6", 42),
        ("9−4", 5),
        ("99999999999999999999+1", 10**20),
    ],
)
def test_values_are_exact(written, value):
    assert evaluate(written) == value


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("", "no calculation yet"),
        ("=", "no calculation yet"),
        ("7÷0=", "divided by zero"),
        ("7/(1-1)", "makes no sense"),
        ("3÷(2", "makes no sense"),
        ("5÷0×0", "divided by zero"),
        ("12+", "missing at the end"),
        ("×4", "missing before ×"),
        ("4+×4", "missing before ×"),
        ("3+4=7", "in the middle"),
        ("1.2.3", "makes no sense"),
        (".5", "makes no sense"),
        ("5.", "makes no sense"),
        ("?", "makes no sense"),
        ("__import__('os')", "makes no sense"),
        ("1" * 61, "too long"),
    ],
)
def test_nonsense_gets_a_sentence(written, problem):
    with pytest.raises(LekhError, match=problem):
        evaluate(written)


@given(st.lists(st.integers(0, 999), min_size=1, max_size=8), st.lists(st.sampled_from("+-×÷"), min_size=7, max_size=7))
def test_values_agree_with_pythons_own(numbers, signs):
    written, python = str(numbers[0]), f"Fraction({numbers[0]})"
    for sign, number in zip(signs, numbers[1:], strict=False):
        written += sign + str(number)
        python += {"×": "*", "÷": "/"}.get(sign, sign) + f"Fraction({number})"
    try:
        expected = eval(python, {"Fraction": Fraction})  # the tests' own calculation; nothing of it is in the library
    except ZeroDivisionError:
        with pytest.raises(LekhError, match="divided by zero"):
            evaluate(written)
    else:
        assert evaluate(written) == expected


@settings(deadline=None)
@given(st.text("0123456789+-×÷/.,=() x", max_size=20))
def test_whatever_is_written_has_a_value_or_a_sentence(written):
    try:
        assert isinstance(evaluate(written), Fraction)
    except LekhError as error:
        assert str(error).endswith(".")


@pytest.mark.parametrize(
    ("value", "script", "exact", "decimal"),
    [
        (Fraction(19), "latin", "19", "19"),
        (Fraction(-7, 2), "latin", "−7/2", "−3.5"),
        (Fraction(1, 3), "latin", "1/3", "0.3333"),
        (Fraction(19), "khmer", "១៩", "១៩"),
        (Fraction(5, 4), "khmer", "៥/៤", "១.២៥"),
        (Fraction(1, 10**9), "latin", "1/1000000000", "0"),
    ],
)
def test_values_are_printed(value, script, exact, decimal):
    assert (value_text(value, script), decimal_text(value, script)) == (exact, decimal)
