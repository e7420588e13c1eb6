"""What the strokes of a digit say: on digits drawn here, with a tiny network and with the repository's own."""

from functools import cache

import cv2
import numpy as np
import pens
import pytest
from drawn import draw

from lekh import deletion, explain, ink, model, neighbours, normalize, reading
from lekh.errors import LekhError
from lekh.explain import REST


@cache
def shipped() -> model.Model:
    return model.load()


@cache
def written(script: str, digit: int, width: int = 12) -> np.ndarray:
    """What the shipped network sees of a digit drawn with a pen."""
    page = np.full((280, 280), 255, np.uint8)
    for stroke in pens.strokes(str(digit), script, (280, 280), 190):
        cv2.polylines(page, [np.array(stroke, np.int32)], False, 0, width, cv2.LINE_AA)
    return normalize.to_input(ink.find_digit(page).ink, shipped().card.normalization)


def small(script: str, digit: int) -> np.ndarray:
    return normalize.to_input(ink.find_digit(draw(script, digit)).ink, normalize.Normalization())


# The pieces


def test_each_pixel_of_ink_is_in_one_piece_of_each_parting():
    digit = written("khmer", 3)[..., 0]
    pieces = explain.pieces_of(digit)
    assert (pieces.sum(axis=0) == len(explain.PARTS) * (digit > explain.INKED)).all()
    assert len(pieces) == sum(explain.PARTS)


def test_pieces_are_small():
    digit = written("latin", 8)[..., 0]
    largest = explain.pieces_of(digit).sum(axis=(1, 2)).max()
    assert largest < (digit > explain.INKED).sum() / 3


def test_a_dot_has_fewer_pieces_than_are_wanted():
    dot = np.zeros((32, 32), np.float32)
    dot[14:16, 20:22] = 1
    pieces = explain.pieces_of(dot)
    assert 4 <= len(pieces) <= 12 and (pieces.sum(axis=0) > 0).sum() == 4


def test_a_large_input_takes_pieces_too():
    large = cv2.resize(written("latin", 4)[..., 0], (256, 256))
    assert len(explain.pieces_of(large)) == sum(explain.PARTS)


# What they say


@pytest.mark.parametrize("script", ["latin", "khmer"])
@pytest.mark.parametrize("digit", range(10))
def test_an_explanation_is_of_the_answer_and_its_runner_up(script, digit):
    seen = written(script, digit)
    told = explain.explain(seen, shipped(), script)
    said = shipped().predict(seen[np.newaxis])[0, shipped().card.indices(script)]
    assert [told.answer, told.rival] == np.argsort(-said)[:2].tolist()
    assert told.margin == pytest.approx(np.log(said[told.answer] / said[told.rival]), abs=1e-3)
    assert told.evidence.shape == seen.shape[:2] and told.evidence.dtype == np.float32
    assert (told.evidence[seen[..., 0] <= explain.INKED] == 0).all()


def test_the_bar_of_a_seven_parts_it_from_a_one():
    """The middle of the leaning stroke is common to both; where it ends, a shorter one is less of either."""
    told = explain.explain(written("latin", 7), shipped(), "latin", 7, 1)
    inked = np.where(told.seen > 0.5, told.evidence, np.nan)
    rows = np.flatnonzero(~np.isnan(inked).all(axis=1))
    quarter = len(rows) // 4
    bar, stem = np.nanmean(inked[rows[:quarter]]), np.nanmean(inked[rows[quarter:-quarter]])
    assert bar > 2 * abs(stem) and told.speaks_for


def test_the_rivals_evidence_is_the_answers_with_the_sign_changed():
    one = explain.explain(written("latin", 4), shipped(), "latin", 4, 9)
    other = explain.explain(written("latin", 4), shipped(), "latin", 9, 4)
    np.testing.assert_allclose(one.evidence, -other.evidence, atol=1e-4)
    assert one.margin == pytest.approx(-other.margin, abs=1e-4) and one.margin > 0


def test_evidence_is_what_the_network_loses(monkeypatch):
    """A network that counts ink to the left for 0 and to the right for 1: left is for 0, right is against."""
    network, seen = shipped(), np.zeros((32, 32, 1), np.float32)
    seen[8:24, 4:8], seen[8:24, 24:28] = 1, 1
    own = network.card.indices("latin")

    def counted(batch):
        said = np.full((len(batch), len(network.card.classes)), 1e-6, np.float32)
        left, right = (batch[:, :, part].sum(axis=(1, 2, 3)) for part in (slice(0, 16), slice(16, 32)))
        said[:, own[0]], said[:, own[1]] = np.exp(left / 64 - 2), np.exp(right / 64 - 2.5)
        return said

    monkeypatch.setattr(network, "predict", counted)
    told = explain.explain(seen, network, "latin")
    assert (told.answer, told.rival) == (0, 1) and told.margin == pytest.approx(0.5, abs=1e-5)
    assert (told.evidence[8:24, 4:8] > 0.05).all() and (told.evidence[8:24, 24:28] < -0.05).all()
    assert told.speaks_for and told.speaks_against
    assert not told.strongest[:, 16:].any() and told.strongest.sum() == pytest.approx(0.2 * seen.sum(), abs=1)
    assert explain.where(told.strongest, told.seen)[1] == 0


def test_a_rejected_shape_is_weighed_against_no_digit_at_all():
    ring = written("khmer", 0)
    told = explain.explain(ring, shipped(), "khmer", 0, REST)
    said = shipped().predict(ring[np.newaxis])[0]
    own = shipped().card.indices("khmer")
    others = np.delete(said, own).sum()
    assert told.rival == REST and told.margin == pytest.approx(np.log(said[own[0]] / others), abs=1e-3)


def test_what_a_person_says_is_weighed_against_the_networks_own_answer():
    told = explain.explain(written("latin", 1), shipped(), "latin", answer=5)
    assert (told.answer, told.rival) == (5, 1) and told.margin < 0


def test_where_there_is_no_ink_nothing_is_said():
    told = explain.explain(np.zeros((32, 32, 1), np.float32), shipped(), "latin")
    assert told.without is None and not told.evidence.any() and not told.strongest.any()
    assert not told.speaks_for and not told.speaks_against


def test_a_network_with_other_layers_is_explained_too(tiny_model):
    told = explain.explain(small("khmer", 5), tiny_model, "khmer")
    assert told.answer == 5 and told.speaks_for
    only = explain.explain(small("khmer", 5), tiny_model, "khmer", 5, REST)
    assert only.rival == REST and np.isfinite(only.evidence).all()


def test_an_unknown_script_is_refused():
    with pytest.raises(LekhError, match="does not read"):
        explain.explain(written("latin", 1), shipped(), "martian")


def test_an_explanation_leaves_the_digit_as_it_was():
    seen = written("latin", 2)
    before = seen.copy()
    explain.explain(seen, shipped(), "latin")
    np.testing.assert_array_equal(seen, before)


def test_every_digit_of_a_page_is_explained():
    page = reading.read(neighbours.FOLDER / "khmer_page.jpg", shipped(), "khmer")
    for digit, seen in zip(page.digits, page.inputs, strict=True):
        told = explain.explain(seen, shipped(), "khmer", digit.digit, digit.runner_up[0])
        assert (told.answer, told.rival) == (digit.digit, digit.runner_up[0]) and told.evidence.any()


@pytest.mark.parametrize(
    ("rows", "columns", "expected"),
    [
        pytest.param(slice(4, 6), slice(4, 6), (0, 0), id="top left"),
        pytest.param(slice(26, 28), slice(4, 6), (2, 0), id="bottom left"),
        pytest.param(slice(26, 28), slice(26, 28), (2, 2), id="bottom right"),
        pytest.param(slice(15, 17), slice(4, 6), (1, 0), id="left"),
    ],
)
def test_where_a_piece_lies_is_told_by_ninths_of_the_ink(rows, columns, expected):
    ring = np.zeros((32, 32), np.float32)
    cv2.rectangle(ring, (4, 4), (27, 27), 1, 2)
    mask = np.zeros((32, 32), bool)
    mask[rows, columns] = True
    assert explain.where(mask, ring) == expected


def test_read_again_says_when_nothing_of_the_script_is_likely():
    said = np.array([[0.1, 0.2, 0.7], [0.5, 0.1, 0.4]], np.float32)
    assert explain.read_again(said, [0, 1]) == [REST, 0]


# The deletion test


@pytest.fixture(scope="module")
def own_digits() -> tuple[np.ndarray, list[str]]:
    """Digits of pens and samples: nobody's handwriting."""
    parameters = shipped().card.normalization
    drawings = neighbours.album(shipped()).drawings
    drawn = [(script, written(script, digit, width)) for script in ("latin", "khmer") for digit in range(10)
             for width in (9, 15)]  # fmt: skip
    pairs = [(drawing.script, drawing.seen) for drawing in drawings] + drawn
    assert all(seen.shape == (parameters.size, parameters.size, 1) for _, seen in pairs)
    return np.stack([seen for _, seen in pairs]), [script for script, _ in pairs]


def test_the_named_strokes_matter_more_than_others(own_digits):
    found = deletion.deletion_test(*own_digits, shipped())
    assert found.n == len(own_digits[1]) > 150
    assert found.named >= 2 * found.chance and found.named >= 0.12 * found.n


def test_the_deletion_test_repeats(own_digits):
    few = own_digits[0][:12], own_digits[1][:12]
    assert deletion.deletion_test(*few, shipped()) == deletion.deletion_test(*few, shipped())


def test_digits_without_ink_are_left_out():
    found = deletion.deletion_test(np.zeros((2, 32, 32, 1), np.float32), ["latin"] * 2, shipped())
    assert found == deletion.Deletion(0, 0, 0) and str(found) == "no digits"


@pytest.mark.parametrize("digit", [0, 4, 8])
def test_as_much_ink_is_erased_at_random_in_as_many_pieces(digit):
    told = explain.explain(written("latin", digit), shipped(), "latin")
    rng = np.random.default_rng(digit)
    masks = [deletion.at_random(told.strongest, told.seen, rng) for _ in range(5)]
    wanted = told.seen[told.strongest].sum()
    for mask in masks:
        assert told.seen[mask].sum() == pytest.approx(wanted, abs=1.0 * told.strongest.any() + 3)
        assert (told.seen[mask] > explain.INKED).all()
    assert any((mask != masks[0]).any() for mask in masks[1:])
