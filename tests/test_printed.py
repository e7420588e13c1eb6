"""What is a word is no number, and what is written into a form is no print."""

import numpy as np
import pytest

from lekh.printed import amid_print, of_lost_hairlines

WORD, NUMBER = [True, False, False] * 2, [False, False, True]


def judged(*lines, heights=20.0):
    """`amid_print` of lines of numbers, each a list of bool: is it a letter?"""
    rows = [(letter, (row, column), row) for row, line in enumerate(lines) for column, part in enumerate(line)
            for letter in part]  # fmt: skip
    letter, number, line = zip(*rows, strict=True)
    number = [sorted(set(number)).index(each) for each in number]
    heights = np.broadcast_to(np.array(heights, float), len(letter))
    return amid_print(np.array(letter), heights, np.array(number), np.array(line))


def test_a_word_is_known_by_its_letters():
    words, form = judged([WORD, NUMBER])
    assert words.tolist() == [True] * 6 + [False] * 3 and not form.any()


def test_on_a_page_of_print_what_stands_in_its_lines_is_print():
    words, _ = judged(*[[WORD, [False]]] * 10)
    assert words.all()


@pytest.mark.parametrize("letters", [0, 1, 8])
def test_a_page_of_numbers_is_none(letters):
    lines = [[[False] * 4, [False] * 2] for _ in range(10)]
    lines[0][0] = [place < letters for place in range(4)]
    assert not judged(*lines)[0].any()


# A form: in each line the name of a field, half of whose letters pass for digits, and what was written there.
FORM = [[[True, False, False, True], [False, False], [False] * 3]] * 9
PRINT = ([True] * 6 + [False] * 3) * 9


def heights(print_, written):
    return [print_] * 6 + [written] * 3


def test_size_tells_what_is_written_into_a_form():
    words, form = judged(*FORM, heights=heights(20, 50) * 9)
    assert words.tolist() == PRINT and form.tolist() == PRINT


def test_a_number_is_as_high_as_its_digits_whatever_dots_are_among_them():
    with_zeros = [50, 50, 50, 8, 8]  # an Arabic 100, say
    words, form = judged(*FORM, heights=[value for _ in range(9) for value in [20] * 4 + with_zeros])
    assert words.tolist() == ([True] * 4 + [False] * 5) * 9 and form.tolist() == words.tolist()


def test_a_form_filled_in_as_small_as_its_print_is_judged_as_any_page():
    words, form = judged(*FORM, heights=heights(20, 24) * 9)
    assert not form.any() and words.tolist() == judged(*FORM)[0].tolist()


def test_letters_of_many_heights_are_no_print():
    """Badly written digits among others, say, or a desk."""
    uneven = [height * scale for scale in (1, 1.4, 2) * 3 for height in heights(20, 90)]
    assert not judged(*FORM, heights=uneven)[1].any()


def test_a_large_heading_is_a_word():
    heading = [[True, True, False, True, True, False]]
    lines = [heading, *FORM]
    words, form = judged(*lines, heights=[50] * 6 + heights(20, 50) * 9)
    assert words[:6].all() and not form[:6].any()


# Above numbers a heading in print of two heights, few letters of which look like none.
HEADING = [[[False, True, False, False], [True, False], [False] * 3, [True, False, True]]]
NUMBERS = [[[False] * 4, [False] * 3]] * 6


def test_a_heading_is_print_of_a_form():
    words, form = judged(*HEADING, *NUMBERS, heights=[14, 20, 14, 14, 14, 20] * 2 + [50] * 42)
    assert words.tolist() == [True] * 12 + [False] * 42 and form.tolist() == words.tolist()


@pytest.mark.parametrize(
    "heading, height",
    [
        pytest.param(HEADING, 40, id="nearly as tall as the rest"),
        pytest.param([[[False, True, False, False], [False] * 8]], 16, id="with one odd digit"),
    ],
)
def test_a_line_of_smaller_numbers_is_none(heading, height):
    words, _ = judged(*heading, *NUMBERS, heights=[height] * 12 + [50] * 42)
    assert not words.any()


@pytest.mark.parametrize(
    "heading, height, is_print",
    [
        pytest.param([[[False] * 19]], 24, True, id="much lower, longer than any number"),
        pytest.param([[[False] * 12]], 24, False, id="as long as a number may be"),
        pytest.param([[[False] * 19]], 30, False, id="not much lower"),
        pytest.param([[[True, False, False]] * 4], 36, True, id="lower, a third of it letters"),
        pytest.param([[[True, False, False, False]] * 4], 36, False, id="lower, a quarter of it letters"),
        pytest.param([[[True, False, False]]], 36, False, id="lower, three things"),
    ],
)
def test_a_line_of_print_is_known_by_its_height(heading, height, is_print):
    count = sum(map(len, heading[0]))
    words, _ = judged(*heading, *NUMBERS, heights=[height] * count + [50] * 42)
    assert words.tolist() == [is_print] * count + [False] * 42


@pytest.mark.parametrize("height, is_print", [(32, True), (40, False)], ids=["lower", "nearly as tall"])
def test_short_names_above_what_is_written_are_print_all_together(height, is_print):
    words, _ = judged(*[[[True, False, False]]] * 4, *NUMBERS, heights=[height] * 12 + [50] * 42)
    assert words.tolist() == [is_print] * 12 + [False] * 42


def test_low_digits_on_lines_without_letters_are_none_of_the_print():
    low = [[[False] * 3]] * 2
    words, _ = judged(*[[[True, False, False]]] * 4, *low, *NUMBERS, heights=[32] * 18 + [50] * 42)
    assert words.tolist() == [True] * 12 + [False] * 48


def test_a_low_name_before_what_is_written_is_no_line_of_print():
    lines = [[[True, False, False, False], [False] * 4]] * 6
    words, _ = judged(*lines, heights=([36] * 4 + [50] * 4) * 6)
    assert not words.any()


@pytest.mark.parametrize(
    "strokes, length, all_print",
    [
        pytest.param([True] * 9 + [False] * 3, 12, True, id="mostly strokes in long rows"),
        pytest.param([True] * 5 + [False] * 7, 12, False, id="numbers"),
        pytest.param([True] * 12, 1, False, id="a child practising its ones"),
    ],
)
def test_rows_of_bare_strokes_are_print_that_lost_its_hairlines(strokes, length, all_print):
    said = of_lost_hairlines(np.array(strokes * 5), np.arange(60) // length)
    assert said.tolist() == [all_print] * 60
    assert not of_lost_hairlines(np.array(strokes), np.arange(12) // length).any()  # few tell nothing
