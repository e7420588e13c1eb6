"""From what the network for numbers says of each column to digits; on answers made by hand."""

from itertools import product

import numpy as np
import pytest

from lekh import decoding
from lekh.decoding import ABUTTING, aligned, best_text, decode, likelihood, restricted

UNSURE = np.array(  # blank, 0, 1: both digits are seen in turn, and nothing between them
    [[0.9, 0.05, 0.05], [0.1, 0.5, 0.4], [0.1, 0.4, 0.5], [0.9, 0.05, 0.05]], np.float32
)


def answers(text: str, classes: int = 4) -> np.ndarray:
    """One column a character: a class 0 .. 9 with 0.8, "-" blank."""
    made = np.full((len(text), 1 + classes), 0.2 / classes, np.float32)
    for column, sign in enumerate(text):
        made[column, 0 if sign == "-" else 1 + int(sign)] = 0.8
    return made


def digits(spans) -> list[int]:
    return [int(span.probabilities.argmax()) for span in spans]


@pytest.mark.parametrize("search", [True, False])
@pytest.mark.parametrize(
    "columns, expected",
    [
        ("", []),
        ("-----", []),
        ("--1--", [(1, 2, 2)]),
        ("-11--2-", [(1, 1, 2), (2, 5, 5)]),
        ("11-11", [(1, 0, 1), (1, 3, 4)]),
        ("-22-33", [(2, 1, 2), (3, 4, 5)]),
    ],
    ids=["no columns", "blank", "one", "two", "twice the same", "one blank between"],
)
def test_columns_that_say_the_same_are_one_digit(columns, expected, search):
    spans, probability = decode(answers(columns), search)
    assert [(digit, s.first, s.last) for digit, s in zip(digits(spans), spans, strict=True)] == expected
    assert all(np.isclose(s.probabilities.sum(), 1) for s in spans)
    assert 0 < probability <= 1


def test_columns_that_waver_are_one_digit_and_columns_that_do_not_are_two():
    assert digits(decode(UNSURE, search=False)[0]) == [0, 1]
    spans, probability = decode(UNSURE)
    assert [(s.first, s.last) for s in spans] == [(1, 2)] and 0.2 < probability < 0.6
    sure = np.where(answers("-0011-", 2) > 0.5, 0.99, 0.005).astype(np.float32)
    assert digits(decode(sure)[0]) == [0, 1]


def test_a_script_decides_which_digit_and_whether_there_is_one():
    free = answers("-0-3-")
    bound = restricted(free, [2, 3])
    assert np.allclose(bound.sum(axis=1), 1, atol=1e-5)
    assert (bound[:, [1, 2]] == 0).all()
    assert digits(decode(bound)[0]) == [3]  # of the other column nothing is known
    unlike = np.array([[0.3, 0.66, 0.0, 0.02, 0.02]], np.float32)  # a digit 0 of another script, else nothing
    assert decode(unlike)[0] and not decode(restricted(unlike, [2, 3]))[0]
    assert restricted(free, None) is free


def test_a_text_is_as_probable_as_all_its_ways():
    free = np.array([[0.5, 0.3, 0.2], [0.1, 0.6, 0.3]])  # blank, 0, 1
    assert likelihood(free, [0]) == pytest.approx(0.5 * 0.6 + 0.3 * 0.1 + 0.3 * 0.6)
    assert likelihood(free, [0, 1]) == pytest.approx(0.3 * 0.3 * ABUTTING)
    assert likelihood(free, [0, 0]) == 0  # no column is left for the blank between
    assert likelihood(free, []) == pytest.approx(0.05)


def every_text(classes: int, most: int) -> list[list[int]]:
    return [list(text) for count in range(most + 1) for text in product(range(classes), repeat=count)]


@pytest.mark.parametrize("seed", range(8))
def test_no_text_is_likelier_than_the_best_one(seed, monkeypatch):
    free = np.random.default_rng(seed).dirichlet([0.6] * 3, 4)  # blank and two digits
    for abutting in (1.0, ABUTTING):
        monkeypatch.setattr(decoding, "ABUTTING", abutting)
        probable = {tuple(text): likelihood(free, text) for text in every_text(2, 4)}
        assert best_text(free) == list(max(probable, key=probable.get))
        assert sum(probable.values()) == pytest.approx(1) if abutting == 1 else sum(probable.values()) < 1


@pytest.mark.parametrize("text", [[], [0], [1, 0], [1, 1], [0, 1, 0]])
def test_the_columns_of_a_text_are_those_of_its_likeliest_way(text, monkeypatch):
    monkeypatch.setattr(decoding, "ABUTTING", 1.0)
    free = np.random.default_rng(3).dirichlet([1.0] * 3, 5)

    def said(path):
        return [k - 1 for at, k in enumerate(path) if k and (at == 0 or path[at - 1] != k)]

    ways = [path for path in product(range(3), repeat=5) if said(path) == text]
    best = max(ways, key=lambda path: np.prod(free[range(5), path]))
    assert aligned(free, text).tolist() == list(best)
