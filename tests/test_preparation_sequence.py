"""From composed numbers to batches of strips, at a small scale."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from drawn import draw
from drawn_sets import drawn_letters

from lekh import augment, compose_page, datasets, ink, preparation, preparation_sequence, sequence_samples
from lekh.alphabet import Alphabet
from lekh.model import ClassLabel
from lekh.preparation_sequence import Configuration
from lekh.sequence_samples import MOST_DIGITS
from lekh.strips import StripNormalization
from lekh.written import Page

P = StripNormalization()
QUICK = Configuration(epochs=1, epoch_numbers=48, batch_size=8, fonts=0, fields=6, pages=1, shares=(0.5, 0.5, 0, 0))
LABELS = tuple(ClassLabel(script, digit, str(digit)) for script in ("latin", "khmer") for digit in range(10))


@pytest.fixture(scope="module")
def letters() -> Alphabet:
    return drawn_letters()


# The road of an upload


def test_numbers_of_a_page_are_found_with_their_digits(letters):
    rng = np.random.default_rng(4)
    page = compose_page.page([["1234", "56"], ["789"]], letters, "latin", rng, 40, clutter=False)
    samples = preparation_sequence.found_numbers(page, "latin")
    assert {sample.text for sample in samples} & {"1234", "56", "789"}
    for sample in samples:
        assert sample.pixels.dtype == np.uint8 and set(sample.text) <= set("123456789")
        assert sample.middles.shape == (2, len(sample.text))
        assert sample.frame.typical == pytest.approx(sequence_samples.STORED, rel=0.01)


def test_what_was_not_written_has_no_digits():
    grey = np.full((200, 300), 230, np.uint8)
    cv2.polylines(grey, [np.array([[100, 80], [140, 120], [100, 120], [140, 80]], np.int32)], True, 30, 5)
    samples = preparation_sequence.found_numbers(Page(grey, ()), "latin")
    assert [sample.text for sample in samples] == [""]


def test_composed_samples_are_the_same_again(letters):
    first, again = (preparation_sequence.composed_samples(letters, QUICK) for _ in range(2))
    assert len(first) > 4 and [sample.text for sample in first] == [sample.text for sample in again]
    assert all(np.array_equal(a.pixels, b.pixels) for a, b in zip(first, again, strict=True))


def test_pages_of_a_register_are_held_out_whole(tmp_path):
    rows = [{"file": f"book_{page}_row_{row}.jpg", "text": "1"} for page in range(20) for row in range(3)]
    kept, held = preparation_sequence.split(rows, 0.2, seed=1)
    assert len(held) == 12 and len(kept) == 48
    assert not {r["file"][:8] for r in kept} & {r["file"][:8] for r in held}
    assert preparation_sequence.split(rows, 0.2, seed=1) == (kept, held)
    assert preparation_sequence.labels_of(tmp_path) == []


def test_a_marked_field_tells_where_its_digits_are(tmp_path):
    (tmp_path / "images").mkdir()
    cv2.imwrite(str(tmp_path / "images" / "a.png"), np.full((40, 90), 200, np.uint8))
    row = {"file": "a.png", "text": "42", "boxes_digit_x_y_w_h": "[[2, 50, 5, 20, 30], [4, 10, 5, 20, 30]]"}
    page = preparation_sequence.marked_field(tmp_path, row)
    assert page.grey.shape == (40, 90)
    assert page.lines[0][0].text == "42" and page.lines[0][0].boxes[0] == (10, 5, 20, 30)


def test_batches_are_strips_of_one_width_with_their_targets(letters, monkeypatch):
    monkeypatch.setattr(preparation_sequence, "CHUNK", 48)
    preparation_sequence._remember(letters, ([], [], []), LABELS, replace(QUICK, shares=(1, 1, 0, 0)))
    made = preparation_sequence._chunk(3)
    assert len(made) == 6
    for strips, wanted in made:
        assert strips.dtype == np.uint8 and strips.shape[:2] == (8, P.height)
        assert strips.shape[2] % P.step == 0 and wanted.shape == (8, strips.shape[2] // P.stride + MOST_DIGITS)
        labels = wanted[:, -MOST_DIGITS:]
        assert labels.max() <= 20 and ((labels > 0) == (np.cumsum(labels == 0, axis=1) == 0)).all()


def test_the_alphabet_comes_by_the_road_of_an_upload():
    pages = np.stack([draw("latin", digit, seed=digit) for digit in range(10)])
    dataset = datasets.Dataset("drawn", "latin", pages, np.arange(10), np.array([f"hand {d % 2}" for d in range(10)]))
    with preparation.processes(1) as workers:
        letters = preparation_sequence.alphabet([dataset], QUICK, workers)
    assert letters.digits.tolist() == list(range(10)) and set(letters.writers) == {"hand 0", "hand 1"}
    assert np.array_equal(letters.squares[3], augment.to_square(ink.find_digit(pages[3]).ink))
