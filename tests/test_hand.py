"""Hands: found from some digits, taken back out of others, kept in the card."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from lekh import looking, model, nondigits, reading, which_script
from lekh.errors import LekhError
from lekh.evaluation import edit_distance
from lekh.hand import Hand, fitted, shared
from lekh.model import CARD
from lekh.normalize import bent
from tests.drawn import draw


def bar(degrees: float) -> np.ndarray:
    """A bar that stands upright at 0 and leans to the right at more; float32 `(101, 101)`."""
    ink = np.zeros((101, 101), np.float32)
    away = 40 * np.array([np.sin(np.deg2rad(degrees)), -np.cos(np.deg2rad(degrees))])
    ends = [tuple(np.round(50 + side * away).astype(int).tolist()) for side in (1, -1)]
    cv2.line(ink, *ends, 1.0, 7)
    return ink


def standing_or_lying(inks) -> np.ndarray:
    """Probabilities `(N, 2)` that each bar stands, or lies: the squared cosine and sine of how far it leans."""
    answers = []
    for ink in inks:
        moments = cv2.moments(ink)
        lean = 0.5 * np.arctan2(2 * moments["mu11"], moments["mu02"] - moments["mu20"])
        answers.append((np.cos(lean) ** 2, np.sin(lean) ** 2))
    return np.array(answers)


def test_an_upright_hand_changes_nothing():
    ink = bar(10)[5:96, 20:81]
    assert np.allclose(Hand().matrix, np.eye(2)) and Hand().oddness() == 0
    straight = Hand().straightened(ink, 64)
    assert straight.sum() == pytest.approx(ink.sum(), rel=0.01)


def test_a_hand_is_found_and_straightened():
    leaning = [bar(25 + off) for off in (-2, 0, 2)] * 2 + [bar(115 + off) for off in (-2, 0, 2)] * 2
    truth = [0] * 6 + [1] * 6
    found = fitted(leaning, truth, standing_or_lying, 32)
    straight = [found.straightened(ink, 32) for ink in leaning]
    before, after = (standing_or_lying(inks)[np.arange(12), truth].mean() for inks in (leaning, straight))
    assert before < 0.85 and after > 0.93


def test_upright_digits_are_left_as_they_are():
    upright = [bar(off) for off in (-1, 0, 1)] * 2 + [bar(90 + off) for off in (-1, 0, 1)] * 2
    assert fitted(upright, [0] * 6 + [1] * 6, standing_or_lying, 32) is None


def best(inks) -> np.ndarray:
    return standing_or_lying(inks).max(axis=1, keepdims=True)


def test_the_hand_of_a_picture_is_found_untold():
    leaning = [bar(angle + off) for angle, off in ((38, -2), (128, 0), (38, 2), (128, 2)) * 6]
    found = shared(leaning, leaning, best, 32)
    straight = [found.straightened(ink, 32) for ink in leaning]
    assert best(leaning).mean() < 0.7 and best(straight).mean() > 0.85
    assert shared(leaning, [bar(off) for off in (0, 90)], best, 32) is None  # others stand upright
    assert shared(leaning[:1], [], best, 32) is None  # one bar alone may as well be an odd one
    assert shared([bar(off) for off in (-2, 90, 1, 91)], [], best, 32) is None


def test_the_script_that_fits_all_digits_counts(n=24):
    """Each bar might be of the second script, in which leaning is usual, but not all of them."""

    def either(inks):
        said = best(inks)
        return np.hstack([said, np.where(np.arange(len(said))[:, None] % 4 > 0, 0.99, 0.001)])

    leaning = [bar(angle) for angle in (38, 128)] * (n // 2)
    assert shared(leaning, [], either, 32) is not None
    assert shared(leaning, [], lambda inks: np.hstack([best(inks), np.full((len(inks), 1), 0.99)]), 32) is None


DIGITS = (2, 4, 7, 9, 3, 5, 8, 6)
TURNED, SLANTED = Hand(turn=-28), Hand(slant=0.8)


def row_of(hand):
    """uint8 page with these digits side by side, all turned and slanted alike."""
    page = np.full((260, 180 * len(DIGITS) + 40), 235, np.uint8)
    for place, digit in enumerate(DIGITS):
        shape = bent(255.0 - draw("latin", digit, seed=place, size=120).astype(np.float32), hand.matrix)
        top, left = (260 - shape.shape[0]) // 2, 20 + 180 * place + (180 - shape.shape[1]) // 2
        part = page[top : top + shape.shape[0], left : left + shape.shape[1]]
        np.minimum(part, 235 - 0.9 * np.clip(shape, 0, 255), out=part, casting="unsafe")
    return page


@pytest.fixture(scope="module")
def repository_model():
    return model.load()


@pytest.mark.parametrize("script", ["latin", "auto"])
@pytest.mark.parametrize("hand", [TURNED, SLANTED], ids=["turned", "slanted"])
def test_a_row_by_an_odd_hand_is_read_straightened(repository_model, monkeypatch, hand, script):
    page = row_of(hand)
    straightened = reading.read(page, repository_model, script)
    assert (straightened.script, straightened.hand is not None) == ("latin", True)
    monkeypatch.setattr(which_script, "hand_of", lambda *arguments: None)
    as_it_is = reading.read(page, repository_model, script)

    def errors_and_doubt(found):
        read = [digit for digit in found.digits if not digit.rejected]
        text = "".join(str(digit.digit) for digit in read)
        return edit_distance(text, "".join(map(str, DIGITS))), -sum(digit.confidence for digit in read)

    assert errors_and_doubt(straightened) < errors_and_doubt(as_it_is)
    assert errors_and_doubt(straightened)[0] <= 1


def test_a_corrected_box_is_straightened_too(repository_model):
    found = reading.read(row_of(TURNED), repository_model, "latin")
    x, y, w, h = found.digits[1].box_xywh
    moved = reading.Box((x - 3, y - 3, w + 6, h + 6))
    kept = [reading.Box(digit.box_xywh) for digit in found.digits[2:]]
    again = reading.read_boxes(found, [moved, *kept], repository_model, "latin")
    assert again.hand == found.hand and again.digits[0].digit == 4
    assert np.abs(again.inputs[0] - found.inputs[1]).mean() < 0.05


def test_a_hand_is_looked_for_only_in_several_digits_that_are_in_doubt(repository_model, monkeypatch):
    monkeypatch.setattr(looking, "shared", lambda *arguments: Hand(turn=1))
    odd, plain = ([bent(255.0 - draw("latin", digit, seed=place, size=120).astype(np.float32), hand.matrix) / 255
                   for place, digit in enumerate(digits)]
                  for hand, digits in ((TURNED, DIGITS), (Hand(), (2, 4, 3, 5, 8, 6))))  # fmt: skip
    scrawls = [nondigits.shape(np.random.default_rng(seed)) for seed in range(5)]

    def hand_of(inks, script):
        found = looking.looked_at([(ink, (0, 0, 9, 9)) for ink in inks], repository_model, script)
        return looking.hand_of(found, repository_model, script)

    for script in ("latin", "auto"):
        assert hand_of(odd, script) == Hand(turn=1)
        for inks in (odd[:2], plain, scrawls, odd[:2] + scrawls, []):
            assert hand_of(inks, script) is None


IMPOSSIBLE = {"turn": 90}, {"slant": -2}, {"aspect": 0.0}, {"aspect": 9}, {"turn": float("nan")}


@pytest.mark.parametrize("values", IMPOSSIBLE)
def test_no_hand_is_like_that(values):
    with pytest.raises(ValueError, match="No hand"):
        Hand(**values)


def with_hands(loaded, **hands):
    made = model.Model(loaded.folder, replace(loaded.card, hands=hands), loaded.content)
    assert made.second is None
    return made


def test_a_hand_is_believed_in_its_own_script_alone(tiny_model):
    slanted = bent(255.0 - draw("latin", 4, seed=7).astype(np.float32), Hand(slant=-0.7).matrix)
    page = np.clip(255 - slanted, 0, 255).astype(np.uint8)
    taught = with_hands(tiny_model, latin=Hand(slant=0.7))
    ours, theirs = (reading.read(page, each, "latin", single=True).digits[0] for each in (taught, tiny_model))
    assert ours.probabilities != theirs.probabilities and ours.probabilities[4] > theirs.probabilities[4]
    assert reading.read(page, taught, "khmer", single=True).digits == (
        reading.read(page, tiny_model, "khmer", single=True).digits
    )


def test_other_scripts_are_as_probable_as_before(tiny_model):
    inks = [(bar(30), (0, 0, 9, 9)), (bar(80), (0, 0, 9, 9))]
    taught = with_hands(tiny_model, latin=Hand(turn=-20, aspect=1.3))
    ways = looking._ways([ink for ink, _ in inks], taught, "auto")
    together = looking._together(ways, [way.said for way in ways], taught)
    assert [way.script for way in ways] == [None, "latin"]
    others = taught.card.indices("khmer")
    assert np.array_equal(together[:, others], ways[0].said[:, others])
    assert np.allclose(together.sum(axis=1), 1, atol=1e-5)
    own = [*taught.card.indices("latin"), *taught.card.no_digit]
    assert np.abs(together[:, own] - ways[0].said[:, own]).max() > 0


def test_a_sure_digit_beside_doubtful_ones_changes_nothing_of_either(tiny_model):
    taught = with_hands(tiny_model, latin=Hand(turn=-20))
    digits = [(255 - draw("latin", digit, seed=digit).astype(np.float32)) / 255 for digit in range(6)]
    shown = [(ink, (0, 0, 9, 9)) for ink in (*digits, bar(45), bar(70))]
    together = looking.looked_at(shown, taught, "latin")
    sure = [found.looked[taught.card.indices("latin")].max() >= looking.SURE for found in together]
    assert True in sure and False in sure
    for found, one in zip(together, shown, strict=True):
        assert np.allclose(found.looked, looking.looked_at([one], taught, "latin")[0].looked, atol=1e-4)


@pytest.mark.parametrize(
    ("clear", "sure", "read"),
    [(0.9, 1, 3), (0.55, 1, 8), (0.55, 0.1, 3)],
    ids=["clear as it is", "in doubt", "hardly a digit when it is straightened"],
)
def test_only_what_is_in_doubt_as_it_stands_is_overturned(tiny_model, clear, sure, read):
    taught = with_hands(tiny_model, latin=Hand(turn=-20))
    three, eight = (taught.card.indices("latin")[digit] for digit in (3, 8))
    upright, straight = np.zeros((2, 1, len(taught.card.classes)), np.float32)
    upright[0, [three, eight]] = clear, 1 - clear
    straight[0, [eight, *taught.card.indices("khmer")[:1]]] = sure, 1 - sure
    ways = [looking._Way(None, [], None, upright), looking._Way("latin", [], None, straight)]
    together = looking._together(ways, [upright, straight], taught)
    assert together[0, taught.card.indices("latin")].argmax() == read


def test_the_card_keeps_it(tiny_model_folder, tmp_path):
    folder = Path(shutil.copytree(tiny_model_folder, tmp_path / "model"))
    raw = json.loads((folder / CARD).read_text("utf-8"))
    hand = Hand(12.0, -0.2, 1.2)
    (folder / CARD).write_text(json.dumps({**raw, "hands": {"latin": hand.as_dict()}}), "utf-8")
    assert model.load(folder).card.hands == {"latin": hand}
    for damaged in ({"latin": {"turn": 200}}, {"latin": {"lean": 1}}, {"latin": 3}, {"thai": {}}, ["latin"], 7):
        (folder / CARD).write_text(json.dumps({**raw, "hands": damaged}), "utf-8")
        with pytest.raises(LekhError, match="wrong one"):
            model.load(folder)
