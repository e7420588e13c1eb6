"""From the network's answers to digits, and from digits to their ink; on answers and ink made by hand."""

import json
import shutil

import cv2
import numpy as np
import pytest

from lekh import layout, model, sequence, touching
from lekh.errors import LekhError
from lekh.looking import Found
from lekh.sequence import Frame, StripNormalization, cut, to_strip

P = StripNormalization()


# -- strips -----------------------------------------------------------------------------------------------------------


def an_l(height=40, pen=6) -> np.ndarray:
    """float32: an L, which is no mirror image of itself."""
    sheet = np.zeros((height, height * 2 // 3), np.float32)
    sheet[:, :pen] = 1
    sheet[-pen:] = 1
    return sheet


def side_by_side(shapes, gap=8) -> np.ndarray:
    height = max(shape.shape[0] for shape in shapes)
    padded = [np.pad(shape, ((height - shape.shape[0], 0), (0, gap))) for shape in shapes]
    return np.concatenate(padded, axis=1)[:, : -gap or None]


@pytest.mark.parametrize("height", [12, 40, 300])
def test_a_strip_has_digits_of_the_height_that_the_network_knows(height):
    strip = to_strip(side_by_side([an_l(height, max(2, height // 7))] * 3, height // 5), P)
    assert strip.pixels.shape[0] == P.height and strip.pixels.shape[1] % P.step == 0
    rows = np.flatnonzero(strip.pixels.max(axis=1) > 0.5)
    assert abs(rows[-1] + 1 - rows[0] - P.digit) <= 3
    columns = np.flatnonzero(strip.pixels.max(axis=0) > 0.5)
    assert columns[0] >= P.margin - 3 and P.margin - 3 <= strip.pixels.shape[1] - 1 - columns[-1]
    assert abs(strip.left - columns[0]) <= 2 and abs(strip.top - rows[0]) <= 2


def test_dots_and_underlines_do_not_change_the_size():
    plain = side_by_side([an_l()] * 3)
    marked = np.pad(plain, ((0, 14), (0, 20)))
    marked[36:41, -8:-3] = 1
    marked[50:53, 4:-24] = 1
    assert to_strip(marked, P).scale == pytest.approx(to_strip(plain, P).scale, rel=0.3)


def test_thin_strokes_survive():
    page = np.zeros((400, 250), np.float32)
    cv2.line(page, (20, 10), (20, 390), 1.0, 1)
    cv2.line(page, (20, 389), (230, 389), 1.0, 1)
    strip = to_strip(page, P)
    assert strip.pixels.max() > 0.9


def test_empty_ink_is_an_empty_strip():
    strip = to_strip(np.zeros((20, 30), np.float32), P)
    assert strip.pixels.max() == 0 and strip.pixels.shape[1] % P.step == 0


def test_parameters_that_make_no_sense_are_refused():
    for wrong in ({"height": 4}, {"digit": 60.0}, {"stride": 5}, {"least": 0.0}, {"margin": -1}):
        with pytest.raises(ValueError):
            StripNormalization(**wrong)


def number_of(sheet: np.ndarray, x: int = 0, y: int = 0) -> layout.Number:
    return layout.Number((layout.Piece((x, y, sheet.shape[1], sheet.shape[0]), sheet),))


def test_pieces_are_pasted_where_they_were():
    first, second = an_l(30), an_l(20)
    number = layout.Number((*number_of(first, 100, 50).pieces, *number_of(second, 130, 65).pieces))
    sheet, (x, y) = sequence.pasted(number)
    assert (x, y) == (100, 50)
    assert np.array_equal(sheet[:30, : first.shape[1]], first)
    assert np.array_equal(sheet[15:35, 30 : 30 + second.shape[1]], second)


def test_contrast_shows_what_the_ink_lacks():
    page = np.zeros((60, 200), np.float32)
    page[10:50, 50:56] = page[10:50, 90:96] = 40  # two strokes, in any unit
    page[10:50, 70:76] = 40  # and one that was not found
    sheet = np.zeros((40, 46), np.float32)
    sheet[:, :6] = sheet[:, 40:] = 1
    seen, (x, y), frame = sequence.from_contrast(sheet, (50, 10), page, reach=0.5)
    assert seen.max() == 1 and seen[20, 72 - x] == 1 and seen[20, 60 - x] == 0
    assert 40 < 50 - x + 40 <= 65 and y == 0 and frame.typical == pytest.approx(40, abs=2)


@pytest.mark.parametrize("scale", [1.0, 2.5])
def test_contrast_is_taken_from_the_page_where_the_number_is(scale):
    page = np.full((round(120 * scale), round(300 * scale)), 200, np.uint8)
    page[round(40 * scale) : round(80 * scale), round(150 * scale) : round(156 * scale)] = 60
    contrast, (x, y) = sequence.contrast_around(np.ones((40, 6), np.float32), (150, 40), page, scale)
    assert contrast.shape == (120, 126) and (x, y) == (90, 0)
    assert contrast[60, 63] > 0.5 and abs(contrast[60, 20]) < 0.05 and abs(contrast[10, 63]) < 0.05


# -- cutting ----------------------------------------------------------------------------------------------------------


def test_what_hangs_together_stays_together():
    five = an_l()
    five[:20, 12:20] = 1
    five[:20, :6] = 0  # the bar of a 5 apart from its body
    sheet = side_by_side([five, an_l(), an_l()])
    parts = cut(sheet, [13.0, 47.0, 81.0])
    assert all(whole for _, whole in parts)
    assert np.array_equal(sum(part for part, _ in parts), sheet)
    assert (parts[0][0][:, :26] == five).all() and not parts[0][0][:, 26:].any()


def test_touching_digits_are_cut_where_the_ink_is_least():
    sheet = np.zeros((40, 70), np.float32)
    cv2.circle(sheet, (16, 20), 14, 1.0, 4)
    cv2.circle(sheet, (52, 20), 14, 1.0, 4)
    sheet[19:21, 30:40] = 1  # a thin bridge
    (left, left_whole), (right, right_whole) = cut(sheet, [16.0, 52.0])
    assert not left_whole and not right_whole
    assert np.array_equal(left + right, sheet) and not (left * right).any()
    assert not left[:, 41:].any() and not right[:, :29].any()


def test_dots_and_dashes_belong_to_no_digit():
    sheet = side_by_side([an_l(), an_l()], gap=16)
    sheet = np.pad(sheet, ((0, 2), (0, 60)))
    sheet[36:42, 31:37] = 1  # a dot
    sheet[18:23, 85:120] = 1  # a dash
    first, second = cut(sheet, [13.0, 55.0])
    assert not (first[0] + second[0])[36:42, 31:37].any()
    assert not (first[0] + second[0])[18:23, 85:120].any()
    assert first[1] and second[1]


# -- the folder -------------------------------------------------------------------------------------------------------


def test_a_folder_without_a_reader_has_none(tiny_model_folder):
    assert sequence.load(tiny_model_folder) is None


@pytest.fixture
def named_reader(tiny_model_folder, tmp_path):
    """A model folder whose card names a reader that is not there."""
    folder = tmp_path / "model"
    shutil.copytree(tiny_model_folder, folder)
    card = json.loads((folder / model.CARD).read_text(encoding="utf-8"))
    card["reader"] = {"classes": card["classes"], "normalization": P.as_dict()}
    (folder / model.CARD).write_text(json.dumps(card), encoding="utf-8")
    return folder


def test_a_missing_reader_is_said(named_reader):
    with pytest.raises(LekhError, match="incomplete"):
        sequence.load(named_reader)


def test_another_file_is_refused(named_reader):
    (named_reader / sequence.TFLITE).write_bytes(b"no network")
    card = json.loads((named_reader / model.CARD).read_text(encoding="utf-8"))
    card["files"][sequence.TFLITE] = {"sha256": "0" * 64, "bytes": 10}
    (named_reader / model.CARD).write_text(json.dumps(card), encoding="utf-8")
    with pytest.raises(LekhError, match="not the file"):
        sequence.load(named_reader)


def test_frame_of_broken_writing_is_as_tall_as_its_rows():
    whole = side_by_side([an_l()] * 3)
    broken = whole.copy()
    broken[18:22] = 0
    assert Frame.of(whole).typical == pytest.approx(40, abs=1)
    assert Frame.of(broken).typical > 18 and Frame.of(broken).total > 36


# -- several looks ----------------------------------------------------------------------------------------------------


def test_views_vote_with_their_probability():
    def text(labels, probability):
        return sequence.Text(labels, tuple(range(len(labels))), np.full((len(labels), 3), probability), probability)

    texts = [text((1, 2), 0.5), text((1,), 0.3), text((1,), 0.35)]
    chosen = sequence.elected(texts)
    assert chosen.labels == (1,) and chosen.probability == 0.35
    assert 0.3 < chosen.told[0, 0] < 0.35
    assert sequence.elected(texts[:2]).labels == (1, 2)
    assert sequence.elected([text((), 0.9)]).labels == ()


def test_the_reader_outweighs_the_look_at_a_single_digit():
    told, looked = np.array([0.6, 0.3, 0.1], np.float32), np.array([0.3, 0.6, 0.1], np.float32)
    assert sequence.combined(told, looked, whole=True).argmax() == 0
    assert sequence.combined(told, np.array([0.05, 0.9, 0.05], np.float32), whole=True).argmax() == 1
    assert np.allclose(sequence.combined(told, looked, whole=False), told)
    assert sequence.combined(told, looked, whole=True).sum() == pytest.approx(1)
    assert not sequence.combined(np.zeros(3, np.float32), looked, whole=True).any()


def test_a_number_at_the_border_may_reach_beyond_the_page_by_a_pixel():
    seen, _, _ = sequence.from_contrast(np.ones((21, 11), np.float32), (90, 0), np.full((20, 100), 0.5), reach=0.5)
    assert seen.shape[0] == 20 and seen.max() == 1
    contrast, _ = sequence.contrast_around(np.ones((7, 5), np.float32), (0, 0), np.full((6, 5), 90, np.uint8), 1.0)
    assert contrast.shape == (6, 5)


def test_a_bracket_beside_a_digit_is_none_of_it():
    def seen(box, share):
        looked = np.array([1 - share, share], np.float32)
        return Found(np.ones((2, 2), np.float32), box, np.zeros((28, 28, 1), np.float32), looked)

    whole, digit, bracket = seen((0, 0, 60, 50), 0.4), seen((0, 0, 40, 50), 0.9), seen((44, 0, 16, 50), 0.95)
    told = sequence.Cut((0, 0, 30, 25), np.ones((25, 30), np.float32), np.array([0.1, 0.9], np.float32), middle=11)
    assert touching._or_piece(whole, told, [digit, bracket], scale=2) is digit
    assert touching._or_piece(digit, told, [digit, bracket], scale=2) is digit
    assert touching._or_piece(seen((0, 0, 60, 50), 0.95), told, [digit, bracket], scale=2) is not digit
