"""What is learnt from a few digits, what is left alone, and what is refused."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from drawn import draw
from drawn_symbols import SYMBOLS, symbols

from lekh import evaluation, model, normalize
from lekh.datasets import Dataset
from lekh.errors import LekhError
from lekh.lesson import Settings
from lekh.model import CARD
from lekh.pupil import Pupil

QUICK = Settings(copies=6, steps=60)


@pytest.mark.parametrize(("script", "other"), [("latin", "khmer"), ("khmer", "latin")])
def test_a_strange_hand_is_learnt_and_the_other_script_left_alone(script, other, tiny_model):
    pages = [(digit, draw(script, digit, seed=700 + copy)) for digit in range(10) for copy in range(6)]
    shear = np.float32([[1, -0.9, 45], [0, 1, 0]])
    bent = np.stack([cv2.warpAffine(page, shear, page.shape[::-1], borderValue=255) for _, page in pages])
    hand = Dataset("hand", script, bent, np.array([digit for digit, _ in pages]))
    mine = np.arange(len(hand)) % 6 < 2
    pupil = Pupil(tiny_model, hand.take(np.flatnonzero(mine)), QUICK)
    (last,) = pupil.taught(np.ones(len(pupil.examples), bool))
    rest = hand.take(np.flatnonzero(~mine))
    found = pupil.hand(np.ones(len(pupil.examples), bool))
    assert found is not None and found.slant > 0.1  # it leant the other way
    before, by_last_layer, after = (
        evaluation.evaluate(rest, each).correct
        for each in (tiny_model, pupil.as_model([last]), pupil.as_model([last], found))
    )
    assert len(rest) - by_last_layer <= (len(rest) - before) / 2
    assert after >= by_last_layer
    known, learnt = pupil.examined()
    assert 0 <= known <= learnt <= len(pupil.examples)
    others = tiny_model.card.indices(other)
    assert np.array_equal(last.kernel[:, others], pupil.trunks[0].before.kernel[:, others])


def with_no_digit_class(folder, to):
    """A copy of the model whose last class, of its last script, is *not a digit*."""
    copied = Path(shutil.copytree(folder, to))
    card = json.loads((copied / CARD).read_text("utf-8"))
    last = card["classes"][-1]["script"]
    card["classes"] = [{**label, "script": "none"} if label["script"] == last else label for label in card["classes"]]
    (copied / CARD).write_text(json.dumps(card), "utf-8")
    return model.load(copied)


@pytest.mark.parametrize("refuses", [True, False])
def test_a_new_script_is_taught_each_digit_as_itself(refuses, tiny_model_folder, tmp_path):
    old = with_no_digit_class(tiny_model_folder, tmp_path / "start") if refuses else model.load(tiny_model_folder)
    pages = tuple(draw("khmer", digit, seed=40 + copy) for digit in range(10) for copy in range(4))
    thai = Dataset("thai", "thai", pages, np.repeat(np.arange(10), 4).astype(np.int64))  # by the shapes it tells apart
    pupil = Pupil(old, thai, QUICK)
    learnt = pupil.as_model(pupil.taught(np.ones(len(pupil.examples), bool)))
    inputs = np.stack([normalize.to_input(ink, learnt.card.normalization) for ink in pupil.inks])
    own = learnt.predict(inputs)[:, learnt.card.indices("thai")]
    assert (own.argmax(axis=1) == pupil.labels).mean() >= 0.9


def test_numerals_of_one_number_may_be_symbols_apart(tiny_model):
    pages = tuple(draw(script, 7, seed=50 + copy) for script in ("khmer", "latin") for copy in range(4))
    both = Dataset("both", "both", pages, np.repeat([0, 1], 4).astype(np.int64), None, ("៧", "7"))
    assert Pupil(tiny_model, both, QUICK).examined()[1] == 8


def refused_sets():
    plain = symbols(2, seed=1, names=SYMBOLS[:2])
    many = tuple(f"shape {place}" for place in range(41))
    blank = replace(plain, images=(np.full((50, 50), 255, np.uint8),) * 4)
    forty = replace(plain, images=plain.images[:1] * 41, labels=np.arange(41), class_names=many)
    half = Dataset("few", "thai", plain.images, np.array([0, 1, 2, 3]))
    return {
        "one class": (plain.take([0, 1]), "only one class"),
        "too many": (forty, "41 classes"),
        "a reserved name": (replace(plain, script="none"), "No script can have the name"),
        "no ink": (blank, "None of the digits has ink"),
        "half a script": (half, "digits of this script are missing"),
    }  # fmt: skip


@pytest.mark.parametrize("case", refused_sets())
def test_what_cannot_be_learnt_is_said(case, tiny_model):
    dataset, words = refused_sets()[case]
    with pytest.raises(LekhError, match=words):
        Pupil(tiny_model, dataset, QUICK)
