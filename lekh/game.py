"""The rules of the game: questions, points, the streak, the clock. What it looks like is in `views/play_game.py`."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np

from lekh.arithmetic import Question, ask

QUESTIONS = 10
SECONDS = 60  # for a question, against the clock
MOST_MEANT = 8  # numbers that a child may have meant
ASKING, RIGHT, WRONG, LATE = "asking", "right", "wrong", "late"


@dataclass
class Game:
    """One game.

    Attributes:
        operations, level: see `lekh.arithmetic.ask`; each question has one of the operations.
        timed: whether the clock runs.
        rng: asks the questions.
        now: seconds of a clock that only goes forwards.
        question: the one that is asked.
        phase: `ASKING`, or how the answer was: `RIGHT`, `WRONG`, `LATE`.
        said: the last answer, in Western digits.
        drawn: for each of its digits the probabilities of 0 to 9.
        place: of the question, from 0; `QUESTIONS` when the game is over.
        score: questions answered right at the first try.
        streak, longest: of those in a row.
        missed: questions that were not.
    """

    operations: tuple[str, ...]
    level: str
    timed: bool
    rng: np.random.Generator
    now: float
    question: Question = field(init=False)
    phase: str = ASKING
    said: str = ""
    drawn: Sequence[Sequence[float]] = ()
    place: int = 0
    score: int = 0
    streak: int = 0
    longest: int = 0
    missed: list[Question] = field(default_factory=list)
    _before: int = 0  # the streak before the last answer
    _first_try: bool = True
    _started: float = 0.0

    def __post_init__(self):
        self._ask(self.now)

    @property
    def is_first_try(self) -> bool:
        """Whether the question was answered once at most; only then there is a point."""
        return self._first_try

    @property
    def over(self) -> bool:
        """Whether all questions were asked."""
        return self.place >= QUESTIONS

    def seconds_left(self, now: float) -> float:
        """Of the time for the question."""
        return max(0.0, SECONDS - (now - self._started))

    def answer(self, number: str, drawn: Sequence[Sequence[float]] = ()) -> None:
        """Takes an answer, in Western digits, and what each may be; the clock no longer counts."""
        if self.phase != ASKING:
            return
        self.said, self.drawn = number, drawn
        if int(number) == self.question.answer:
            self._right()
        else:
            self._before = self.streak
            self._miss(WRONG)

    def meant(self, number: str) -> None:
        """Takes what the child says it wrote, instead of what was read."""
        if self.phase != WRONG or int(number) != self.question.answer:
            return
        if self._first_try:
            self.missed.remove(self.question)
            self.streak = self._before
        self._right()

    def again(self, now: float) -> None:
        """Asks the same question once more."""
        self.phase, self._first_try, self._started = ASKING, False, now

    def late(self, now: float) -> None:
        """The time is up, if it is."""
        if self.timed and self.phase == ASKING and self.seconds_left(now) <= 0:
            self._miss(LATE)

    def next(self, now: float) -> None:
        """Goes on to the next question; one that was not answered is skipped."""
        if self.phase == ASKING:
            self._miss(LATE)
        self.place += 1
        if not self.over:
            self._ask(now)

    def _ask(self, now):
        before = getattr(self, "question", None)
        while True:
            operation = self.operations[self.rng.integers(len(self.operations))]
            question = ask(operation, self.level, self.rng)
            if question != before:
                break
        self.question, self.phase, self._first_try, self._started = question, ASKING, True, now

    def _right(self):
        self.phase = RIGHT
        if self._first_try:
            self.score += 1
            self.streak += 1
            self.longest = max(self.longest, self.streak)

    def _miss(self, phase):
        self.phase, self.streak = phase, 0
        if self._first_try:
            self.missed.append(self.question)


def may_have_meant(digits: Sequence[Sequence[float]], read: str) -> list[str]:
    """Other numbers that a drawing may show, the most probable first.

    Args:
        digits: for each digit that was drawn the probabilities of 0 to 9.
        read: the number that was read, in Western digits.

    Returns:
        For one digit all others, however surely it was misread; for more at most `MOST_MEANT`.
    """
    if not digits:
        return []
    kept = 10 if len(digits) == 1 else 3 if len(digits) < 5 else 2
    best = [sorted(range(10), key=lambda value, own=own: -own[value])[:kept] for own in digits[:8]]
    numbers = sorted(
        product(*best), key=lambda number: -float(np.prod([own[v] for own, v in zip(digits, number, strict=False)]))
    )
    written = ["".join(map(str, number)) for number in numbers]
    others = [number for number in written if number != read and (len(number) == 1 or number[0] != "0")]
    return others if len(digits) == 1 else others[:MOST_MEANT]
