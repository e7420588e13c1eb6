"""Boxes that a person changes, one step at a time; what the browser sends is not trusted."""

import pytest

from lekh.reading import Box
from views.corrections import Corrections, change

A, B = Box((10, 10, 20, 30)), Box((50, 10, 20, 30), digit=7)
PAGE = (100, 80)


@pytest.mark.parametrize(
    ("edit", "after"),
    [
        pytest.param(
            {"kind": "move", "from": [10, 10, 20, 30], "to": [12, 9, 25, 31]}, ((12, 9, 25, 31), None), id="move"
        ),
        pytest.param({"kind": "label", "from": [10, 10, 20, 30], "digit": 0}, ((10, 10, 20, 30), 0), id="label"),
        pytest.param(
            {"kind": "move", "from": [10, 10, 20, 30], "to": [90.4, 70, 20, 30]}, ((90, 70, 10, 10), None), id="edge"
        ),
        pytest.param(
            {"kind": "move", "from": [10, 10, 20, 30], "to": [-5, -5, 20, 30]}, ((0, 0, 15, 25), None), id="corner"
        ),
        pytest.param({"kind": "move", "from": [10, 10, 20, 30], "to": [5, 5, 0, 0]}, ((5, 5, 1, 1), None), id="flat"),
    ],
)
def test_one_box_changes_and_the_other_stays(edit, after):
    assert change((A, B), edit, PAGE) == (Box(*after), B)


def test_a_moved_box_keeps_what_was_said_of_it():
    moved = change((A, B), {"kind": "move", "from": [50, 10, 20, 30], "to": [52, 10, 20, 30]}, PAGE)
    assert moved == (A, Box((52, 10, 20, 30), digit=7))


def test_what_was_said_can_be_taken_back():
    assert change((A, B), {"kind": "label", "from": [50, 10, 20, 30], "digit": None}, PAGE)[1].digit is None


def test_boxes_are_added_and_deleted():
    assert change((A,), {"kind": "add", "to": [1, 2, 3, 4]}, PAGE) == (A, Box((1, 2, 3, 4)))
    assert change((A, B), {"kind": "delete", "from": [10, 10, 20, 30]}, PAGE) == (B,)


@pytest.mark.parametrize(
    "edit",
    [
        {},
        {"kind": "explode", "from": [10, 10, 20, 30]},
        {"kind": "delete", "from": [1, 1, 1, 1]},
        {"kind": "delete", "from": 5},
        {"kind": "add", "to": None},
        {"kind": "add", "to": [1, 2, 3]},
        {"kind": "add", "to": [1, 2, 3, "4"]},
        {"kind": "add", "to": [1, 2, 3, float("nan")]},
        {"kind": "add", "to": [1, 2, 3, float("inf")]},
        {"kind": "add", "to": [1, 2, 3, True]},
        {"kind": "add", "to": [10, 10, 20, 30]},
        {"kind": "move", "from": [10, 10, 20, 30], "to": [50, 10, 20, 30]},
        {"kind": "label", "from": [10, 10, 20, 30], "digit": 10},
        {"kind": "label", "from": [10, 10, 20, 30], "digit": -1},
        {"kind": "label", "from": [10, 10, 20, 30], "digit": "5"},
    ],
)
def test_what_makes_no_sense_changes_nothing(edit):
    assert change((A, B), edit, PAGE) == (A, B)


def test_steps_are_taken_back_one_by_one_and_reset_is_a_step():
    mine = Corrections()
    mine.change((A,))
    mine.change((A, B))
    mine.reset()
    assert mine.boxes is None
    mine.undo()
    assert mine.boxes == (A, B)
    mine.undo()
    mine.undo()
    mine.undo()
    assert mine.boxes is None and mine.past == []
