"""From composed numbers to batches of strips, at a small scale."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from drawn import draw
from drawn_sets import drawn_letters

from lekh import augment, compose, datasets, ink, preparation, preparation_sequence, sequence
from lekh.compose import Alphabet
from lekh.model import ClassLabel
from lekh.preparation_sequence import IGNORED, MOST_DIGITS, Configuration, Sample, targets, vary
from lekh.sequence import Frame, StripNormalization

P = StripNormalization()
QUICK = Configuration(epochs=1, epoch_numbers=48, batch_size=8, fonts=0, fields=6, pages=1, shares=(0.5, 0.5, 0, 0))
LABELS = tuple(ClassLabel(script, digit, str(digit)) for script in ("latin", "khmer") for digit in range(10))


@pytest.fixture(scope="module")
def letters() -> Alphabet:
    return drawn_letters()


# What the network should say


def strip_of(width: int) -> sequence.Strip:
    return sequence.Strip(np.zeros((P.height, width), np.float32), 0.5, 8.0, 0.0)


def test_a_digit_is_named_in_its_middle_and_nothing_between():
    middles = np.array([[0, 80], [40, 40]], np.float32)  # in the strip: 8 .. 28 and 48 .. 68
    made = targets([3, 7], middles, strip_of(96), P)
    columns, labels = made[:24], made[24:]
    assert columns.dtype == np.int32 and labels.tolist() == [3, 7] + [0] * (MOST_DIGITS - 2)
    assert [index for index in range(24) if columns[index] == 3] == [3, 4, 5]  # their centres: 14, 18, 22
    assert [index for index in range(24) if columns[index] == 7] == [13, 14, 15]
    assert (columns[[0, 8, 9, 10, 20, 23]] == 0).all() and columns[2] == IGNORED


def test_twice_the_same_digit_has_blank_between():
    middles = np.array([[0, 26], [24, 24]], np.float32)
    columns = targets([1, 1], middles, strip_of(96), P)[:24]
    named = np.flatnonzero(columns == 1)
    assert np.diff(named).max() > 1 and 0 in columns[named[0] : named[-1]]


def test_unknown_places_are_ignored_and_no_digit_is_blank_throughout():
    assert (targets([4], None, strip_of(64), P)[:16] == IGNORED).all()
    empty = targets([], np.zeros((2, 0), np.float32), strip_of(64), P)
    assert (empty == 0).all() and len(empty) == 16 + MOST_DIGITS


def test_another_hand_keeps_the_places_of_the_digits():
    pixels = np.zeros((60, 200), np.uint8)
    pixels[10:50, 30:40] = pixels[10:50, 150:160] = 255
    sample = Sample(pixels, Frame(40, 30, 40), "latin", "11", np.array([[30, 150], [10, 10]], np.float32))
    for seed in range(20):
        made, frame, middles = vary(sample, np.random.default_rng(seed))
        assert made.dtype == np.float32 and made.min() >= 0 and made.max() <= 1
        row = np.clip(round(frame.middle), 3, made.shape[0] - 4)
        for left, width in middles.T:
            middle = round(left + width / 2)
            assert made[row - 3 : row + 4, max(0, middle - 9) : middle + 10].max() > 0.4
        assert 20 < frame.typical < 80


def test_strength_zero_changes_nothing():
    pixels = np.zeros((60, 90), np.uint8)
    pixels[10:50, 30:40] = 255
    sample = Sample(pixels, Frame(40, 30, 40), "latin", "1", np.array([[30], [10]], np.float32))
    made, frame, middles = vary(sample, np.random.default_rng(0), 0.0)
    assert made.sum() == pytest.approx(400) and frame.typical == 40
    left = round(middles[0, 0])
    assert made[:, left : left + 10].sum() == pytest.approx(400, rel=0.15)


# The road of an upload


def test_numbers_of_a_page_are_found_with_their_digits(letters):
    rng = np.random.default_rng(4)
    page = compose.page([["1234", "56"], ["789"]], letters, "latin", rng, 40, clutter=False)
    samples = preparation_sequence.found_numbers(page, "latin")
    assert {sample.text for sample in samples} & {"1234", "56", "789"}
    for sample in samples:
        assert sample.pixels.dtype == np.uint8 and set(sample.text) <= set("123456789")
        assert sample.middles.shape == (2, len(sample.text))
        assert sample.frame.typical == pytest.approx(preparation_sequence.STORED, rel=0.01)


def test_what_was_not_written_has_no_digits():
    grey = np.full((200, 300), 230, np.uint8)
    cv2.polylines(grey, [np.array([[100, 80], [140, 120], [100, 120], [140, 80]], np.int32)], True, 30, 5)
    samples = preparation_sequence.found_numbers(compose.Page(grey, ()), "latin")
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
