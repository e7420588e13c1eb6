"""The game's points, streak and clock."""

import numpy as np
import pytest

from lekh.arithmetic import LEVELS, OPERATIONS
from lekh.game import ASKING, LATE, MOST_MEANT, QUESTIONS, RIGHT, SECONDS, WRONG, Game, may_have_meant


def game(timed=False, operations=("+",), level="one", seed=1) -> Game:
    return Game(operations, level, timed, np.random.default_rng(seed), 100.0)


def right(played: Game) -> str:
    return str(played.question.answer)


def wrong(played: Game) -> str:
    return str(played.question.answer + 1)


def test_all_right_is_all_points():
    played = game()
    for turn in range(QUESTIONS):
        assert played.place == turn and played.phase == ASKING
        played.answer(right(played))
        assert played.phase == RIGHT
        played.next(0.0)
    assert played.over and played.score == played.longest == QUESTIONS and not played.missed


def test_a_wrong_answer_ends_the_streak_and_is_kept_to_practise():
    played = game()
    played.answer(right(played))
    played.next(0.0)
    question = played.question
    played.answer(wrong(played))
    assert (played.phase, played.streak, played.score, played.missed) == (WRONG, 0, 1, [question])
    played.again(0.0)
    assert played.phase == ASKING and played.question is question
    played.answer(right(played))
    assert (played.phase, played.score, played.streak) == (RIGHT, 1, 0), "The second try brings no point"
    assert played.missed == [question]


def test_what_the_child_meant_counts_as_if_it_had_been_read():
    played = game()
    played.answer(right(played))
    played.next(0.0)
    played.answer(wrong(played))
    played.meant(wrong(played))
    assert played.phase == WRONG
    played.meant(right(played))
    assert (played.phase, played.score, played.streak, played.missed) == (RIGHT, 2, 2, [])


def test_zeros_in_front_change_nothing():
    played = game()
    played.answer(f"0{right(played)}")
    assert played.phase == RIGHT


def test_the_clock_ends_a_question_only_when_it_runs():
    relaxed, timed = game(), game(timed=True)
    for played in (relaxed, timed):
        assert played.seconds_left(100.0) == SECONDS
        played.late(100.0 + SECONDS - 1)
        assert played.phase == ASKING
        played.late(100.0 + SECONDS)
    assert relaxed.phase == ASKING and timed.phase == LATE
    assert timed.missed == [timed.question]
    timed.next(500.0)
    assert timed.phase == ASKING and timed.seconds_left(510.0) == SECONDS - 10


def test_a_skipped_question_is_to_practise_and_no_question_comes_twice_in_a_row():
    played = game(seed=3)
    before = None
    while not played.over:
        assert played.question != before
        before = played.question
        played.next(0.0)
    assert len(played.missed) == QUESTIONS and played.score == 0


@pytest.mark.parametrize("level", LEVELS)
def test_every_operation_of_a_game_comes_up(level):
    played, seen = game(operations=OPERATIONS, level=level, seed=5), set()
    for _ in range(8):
        played.place = 0
        while not played.over:
            seen.add(played.question.operation)
            played.next(0.0)
    assert seen == set(OPERATIONS)


def test_one_digit_may_be_any_other():
    probabilities = np.full(10, 0.01)
    probabilities[[9, 4]] = 0.6, 0.3
    assert may_have_meant([probabilities], "9")[0] == "4"
    assert sorted(may_have_meant([probabilities], "9")) == list("012345678")


def test_a_number_may_be_its_likely_neighbours():
    first, second = np.full(10, 0.001), np.full(10, 0.001)
    first[[1, 7]], second[[7, 1]] = (0.9, 0.09), (0.6, 0.4)
    meant = may_have_meant([first, second], "17")
    assert meant[0] == "11" and "77" in meant and "17" not in meant
    assert len(meant) <= MOST_MEANT and not any(number.startswith("0") for number in meant)
    assert may_have_meant([], "") == []
