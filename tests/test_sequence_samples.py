"""What is wanted of a number to learn from; the same by another hand; parts of two put together."""

import numpy as np
import pytest

from lekh.sequence_samples import IGNORED, MOST_DIGITS, Sample, spliced, targets, vary
from lekh.strips import Frame, Strip, StripNormalization

P = StripNormalization()


def strip_of(width: int) -> Strip:
    return Strip(np.zeros((P.height, width), np.float32), 0.5, 8.0, 0.0)


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


# Parts of two


def bars(text: str, height: int = 40, script: str = "latin", gap: int = 10, marked: bool = True) -> Sample:
    """A bar for each digit, as wide as the digit is large, all on the height of 30; the paper shows 10 grey."""
    lefts, x = [], 5
    for digit in text:
        lefts.append(x)
        x += 10 + 2 * int(digit) + gap
    widths = [10 + 2 * int(digit) for digit in text]
    pixels = np.full((60, x), 10, np.uint8)
    for left, width in zip(lefts, widths, strict=True):
        pixels[30 - height // 2 : 30 + height // 2, left : left + width] = 255
    return Sample(
        pixels, Frame(40, 30, height), script, text, np.array([lefts, widths], np.float32) if marked else None
    )


def bars_in(sample: Sample) -> list[tuple[int, int]]:
    """Left and width of each bar, as it is seen at the height of the writing."""
    row = np.concatenate([[0], (sample.pixels[round(sample.frame.middle)] > 128).astype(int), [0]])
    starts, ends = np.flatnonzero(np.diff(row) == 1), np.flatnonzero(np.diff(row) == -1)
    return list(zip(starts.tolist(), (ends - starts).tolist(), strict=True))


def test_a_spliced_number_begins_as_the_first_and_ends_as_the_second():
    texts = set()
    for seed in range(60):
        made = spliced(bars("123"), bars("98765", height=50), np.random.default_rng(seed))
        texts.add(made.text)
        count = next(k for k in range(4, -1, -1) if made.text.startswith("123"[:k]))
        assert "98765".endswith(made.text[count:]) and made.text
        assert [width for _, width in bars_in(made)] == [10 + 2 * int(digit) for digit in made.text]
        assert np.allclose(made.middles, np.array(bars_in(made)).T)
        assert made.frame.total == 50
    assert len(texts) > 15


@pytest.mark.parametrize("first, second", [
    (bars("12"), bars("34", script="khmer")),
    (bars("12", marked=False), bars("34")),
    (bars("12"), bars("34", marked=False)),
], ids=["two scripts", "the first is not marked", "the second is not marked"])  # fmt: skip
def test_what_cannot_be_put_together_stays_as_it_was(first, second):
    assert all(spliced(first, second, np.random.default_rng(seed)) is first for seed in range(9))


def test_no_digit_is_cut_and_no_number_is_longer_than_the_longest():
    close = bars("1234", gap=-6)
    for seed in range(30):
        made = spliced(close, close, np.random.default_rng(seed))
        assert made.text in ("1234", "12341234")
        long = spliced(bars("1" * 12), bars("2" * 12), np.random.default_rng(seed))
        assert 0 < len(long.text) <= MOST_DIGITS
