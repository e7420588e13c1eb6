"""From composed numbers to batches of strips, at a small scale."""

from dataclasses import replace

import numpy as np
import pytest
from drawn_sets import drawn_letters

from lekh import sequence_batches
from lekh.alphabet import Alphabet
from lekh.model import ClassLabel
from lekh.sequence_samples import MOST_DIGITS
from lekh.sequence_settings import Configuration
from lekh.strips import StripNormalization

P = StripNormalization()
QUICK = Configuration(epochs=1, epoch_numbers=48, batch_size=8, fonts=0, fields=6, pages=1, shares=(0.5, 0.5, 0, 0))
LABELS = tuple(ClassLabel(script, digit, str(digit)) for script in ("latin", "khmer") for digit in range(10))


@pytest.fixture(scope="module")
def letters() -> Alphabet:
    return drawn_letters()


def test_composed_samples_are_the_same_again(letters):
    first, again = (sequence_batches.composed_samples(letters, QUICK) for _ in range(2))
    assert len(first) > 4 and [sample.text for sample in first] == [sample.text for sample in again]
    assert all(np.array_equal(a.pixels, b.pixels) for a, b in zip(first, again, strict=True))


def test_batches_are_strips_of_one_width_with_their_targets(letters, monkeypatch):
    monkeypatch.setattr(sequence_batches, "CHUNK", 48)
    sequence_batches._remember(letters, ([], [], []), LABELS, replace(QUICK, shares=(1, 1, 0, 0)))
    made = sequence_batches._chunk(3)
    assert len(made) == 6
    for strips, wanted in made:
        assert strips.dtype == np.uint8 and strips.shape[:2] == (8, P.height)
        assert strips.shape[2] % P.step == 0 and wanted.shape == (8, strips.shape[2] // P.stride + MOST_DIGITS)
        labels = wanted[:, -MOST_DIGITS:]
        assert labels.max() <= 20 and ((labels > 0) == (np.cumsum(labels == 0, axis=1) == 0)).all()
