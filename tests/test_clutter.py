"""What else was found tells how much to believe a thing that looks like a digit."""

import numpy as np
import pytest

from lekh import clutter

SURE, WEAK, NONE = (0.0002, 0.999, False), (0.05, 0.6, False), (0.95, 0.3, True)  # unlike, confidence, rejected


def amid(*things, lines=None, sides=None, rough=0.0, length=5):
    unlike, confidence, rejected = (np.array(values) for values in zip(*things, strict=True))
    lines = np.zeros(len(things), int) if lines is None else np.array(lines)
    sides = np.full(len(things), 40.0) if sides is None else np.array(sides, float)
    rough = np.broadcast_to(rough, len(things))
    numbers = 100 * lines + np.arange(len(things)) // length
    return clutter.amid_clutter(unlike, confidence, rejected, lines, numbers, sides, rough).tolist()


def test_nothing_found_is_nothing_refused():
    none = np.zeros(0)
    assert clutter.amid_clutter(
        none, none, none.astype(bool), none.astype(int), none.astype(int), none, none
    ).shape == (0,)


@pytest.mark.parametrize(
    ("things", "refused"),
    [
        pytest.param([WEAK], [False], id="alone"),
        pytest.param([WEAK, NONE], [True, True], id="beside something that is none"),
        pytest.param([SURE, NONE], [False, True], id="a digit beside something that is none"),
        pytest.param([WEAK] + [SURE] * 5, [False] * 6, id="amid digits"),
        pytest.param([WEAK] + [NONE] * 5, [True] * 6, id="amid drawings"),
        pytest.param([WEAK, WEAK, WEAK, WEAK], [True] * 4, id="nothing but weak ones"),
        pytest.param([SURE] * 6 + [NONE] * 3, [False] * 6 + [True] * 3, id="digits beside drawings"),
        pytest.param([(0.0, 1.0, False)] + [NONE] * 30, [False] + [True] * 30, id="beyond doubt"),
    ],
)
def test_the_others_decide(things, refused):
    said = np.array(amid(*things)) | np.array([rejected for _, _, rejected in things])
    assert said.tolist() == refused


def test_the_others_of_its_line_count_more():
    doubtful = (0.05, 0.7, False)
    things = [doubtful] + [SURE] * 3 + [NONE] * 5
    assert not amid(*things, lines=[0] * 4 + [1] * 5)[0]
    assert amid(*things, lines=[1] + [0] * 3 + [1] * 5)[0]


def test_digits_of_one_hand_are_alike_in_size():
    things, lines = [(0.003, 0.97, False)] * 4 + [NONE] * 2, range(6)
    assert not any(amid(*things, lines=lines, sides=[40, 44, 38, 41, 90, 20])[:4])
    assert all(amid(*things, lines=lines, sides=[20, 90, 41, 180, 90, 20])[:4])


def test_what_looks_like_a_digit_where_no_paper_is_is_none():
    assert amid(SURE, rough=0.1) == [False] and amid(SURE, rough=0.5) == [True]
    on_a_face = [SURE] * 4 + [NONE] * 2
    assert all(amid(*on_a_face, rough=0.5))
    assert not any(amid(*on_a_face, rough=0.15)[:4])


def test_rough_ground_under_one_digit_of_a_page_says_little():
    assert not any(amid(*[SURE] * 6, rough=[0.5] + [0.05] * 5))


def test_a_page_of_print_is_judged_as_a_whole():
    """Half its letters look like digits, half like nothing; as few things are not enough to say so."""
    page = [(0.001, 0.97, False), (0.3, 0.8, False)]
    assert all(amid(*page * 30))
    assert not all(amid(*page * 5))


def test_a_number_amid_print_is_kept():
    """Letters that pass for digits one by one do not where most of their line does not."""
    letters = [(0.001, 0.97, False), (0.3, 0.8, False)] * 30
    kept = amid(*letters, *[SURE] * 5, lines=[place // 10 for place in range(60)] + [6] * 5)
    assert kept == [True] * 60 + [False] * 5
    assert all(amid(*letters, *[SURE] * 2, lines=[place // 10 for place in range(60)] + [6] * 2))


@pytest.mark.parametrize(("length", "refused"), [(5, False), (30, True)])
def test_more_than_a_number_has_digits_without_a_gap_is_print_sooner(length, refused):
    page = [(0.001, 0.97, False), (0.005, 0.95, False)] * 30  # letters of a face that passes for a hand
    assert amid(*page, lines=[place // 30 for place in range(60)], length=length) == [refused] * 60


def test_a_heading_of_print_does_not_make_print_of_what_is_written_under_it():
    heading, digits = [NONE] * 20, [(0.001, 0.985, False)] * 30
    said = amid(*heading, *digits, lines=[place // 10 for place in range(50)])
    assert not any(said[20:])


@pytest.mark.parametrize(("height", "digits", "refused"), [(40, 2, True), (80, 2, False), (80, 1, True)])
def test_a_short_number_amid_print_is_kept_where_it_is_larger(height, digits, refused):
    letters = [(0.001, 0.97, False), (0.3, 0.8, False)] * 30
    lines, sides = [place // 10 for place in range(60)] + [6] * digits, [40] * 60 + [height] * digits
    assert amid(*letters, *[SURE] * digits, lines=lines, sides=sides)[60:] == [refused] * digits


def test_the_order_does_not_matter():
    rng = np.random.default_rng(2)
    unlike, confidence = rng.uniform(0, 0.4, 30), rng.uniform(0.4, 1, 30)
    rejected, line = rng.random(30) < 0.3, rng.integers(0, 6, 30)
    side, rough, order = rng.uniform(10, 90, 30), rng.uniform(0, 0.5, 30), rng.permutation(30)
    each = unlike, confidence, rejected, line, 10 * line + rng.integers(0, 3, 30), side, rough
    said, again = clutter.amid_clutter(*each), clutter.amid_clutter(*(values[order] for values in each))
    np.testing.assert_array_equal(said[order], again)
