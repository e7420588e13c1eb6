"""Which script a picture's digits are of, and when one odd hand wrote them."""

import numpy as np
import pytest

from lekh import looking, model, which_script
from lekh.hand import Hand

SLANTED = Hand(slant=0.4)


@pytest.fixture(scope="module")
def repository_model():
    return model.load()


def found(card, *weights):
    """A piece of ink of which the network says this, and hardly anything else."""
    looked = np.full(len(card.classes), 1e-4, np.float32)
    for place, weight in weights:
        looked[place] = weight
    return looking.Found(np.ones((9, 9), np.float32), (0, 0, 9, 9), None, looked / looked.sum())


@pytest.mark.parametrize(
    ("latin_share", "expected"),
    [
        pytest.param([0.9], "latin", id="one digit"),
        pytest.param([0.6, 0.6, 0.01], "khmer", id="one sure digit outweighs two that waver"),
        pytest.param([0.4, 0.4, 0.9], "latin", id="the product decides, not the count"),
    ],
)
def test_all_digits_decide_the_script_together(tiny_model, latin_share, expected):
    probabilities = np.zeros((len(latin_share), 20), np.float32)
    probabilities[:, 4], probabilities[:, 14] = latin_share, 1 - np.array(latin_share)
    chances = which_script.probable_scripts(probabilities, tiny_model)
    assert chances[0][0] == expected
    assert sum(chance for _, chance in chances) == pytest.approx(1)


def test_what_is_hardly_a_digit_hardly_decides_the_script(tiny_model):
    probabilities = np.zeros((3, 20), np.float32)
    probabilities[0, 4], probabilities[0, 14] = 0.8, 0.2
    probabilities[1:, 14] = 1e-4  # the rest went to what is no digit
    assert which_script.probable_scripts(probabilities, tiny_model)[0][0] == "latin"


@pytest.mark.parametrize(("surely", "taken"), [(2, False), (6, True)], ids=["a few of them", "more than before"])
def test_a_hand_that_makes_another_script_of_the_digits_must_read_more(
    repository_model, monkeypatch, surely, taken, n=8
):
    card = repository_model.card
    gujarati, latin = card.indices("gujarati")[3], card.indices("latin")[2]
    as_it_is = [found(card, (gujarati, 0.9)) for _ in range(4)] + [
        found(card, (card.no_digit[-1], 0.9)) for _ in range(n - 4)
    ]
    straight = [found(card, (latin, 1.0)) for _ in range(surely)]
    straight += [found(card, (card.no_digit[-1], 0.9)) for _ in range(n - surely)]
    monkeypatch.setattr(which_script, "hand_of", lambda *arguments: SLANTED)
    monkeypatch.setattr(which_script, "looked_at", lambda *arguments: straight)
    looked, scripts, hand = which_script.by_one_hand([], as_it_is, repository_model, "auto")
    assert (looked is straight, hand is SLANTED) == (taken, taken)
    assert scripts[0][0] == ("latin" if taken else "gujarati")


@pytest.mark.parametrize(
    ("before", "then", "taken"),
    [
        pytest.param((0.6, 0.02), (0.9, 0.01), True, id="digits, surer when they are straightened"),
        pytest.param((0.6, 0.01), (0.9, 0.6), False, id="more like nothing that is written"),
        pytest.param((0.3, 0.6), (0.9, 0.001), True, id="no digits before, all digits then"),
    ],
)
def test_the_hand_of_a_page_of_many_must_make_them_more_like_digits(
    repository_model, monkeypatch, before, then, taken, n=60
):
    card = repository_model.card
    one, none = card.indices("latin")[2], card.no_digit[-1]
    as_it_is, straight = (
        [found(card, (one, sure), (none, unlike)) for _ in range(n)] for sure, unlike in (before, then)
    )
    monkeypatch.setattr(which_script, "hand_of", lambda *arguments: SLANTED)
    monkeypatch.setattr(which_script, "looked_at", lambda *arguments: straight)
    looked, _, hand = which_script.by_one_hand([], as_it_is, repository_model, "latin")
    assert (looked is straight, hand is SLANTED) == (taken, taken)


def test_a_page_of_print_of_which_some_are_digits_when_they_are_bent_stays_print(repository_model, monkeypatch, n=60):
    card = repository_model.card
    letter, digit = found(card, (card.no_digit[-1], 0.9)), found(card, (card.indices("latin")[2], 1.0))
    as_it_is, straight = [letter] * n, [digit] * (n * 4 // 5) + [letter] * (n // 5)
    monkeypatch.setattr(which_script, "hand_of", lambda *arguments: SLANTED)
    monkeypatch.setattr(which_script, "looked_at", lambda *arguments: straight)
    assert which_script.by_one_hand([], as_it_is, repository_model, "latin")[2] is None
