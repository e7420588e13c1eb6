"""What a last layer learns may not overturn what it knew."""

import numpy as np

from lekh import head
from lekh.lesson import Lesson, Settings


def test_a_lesson_that_overturns_what_is_rehearsed_is_taken_back_in_part():
    rng = np.random.default_rng(3)
    first = head.Head(np.eye(6, dtype=np.float32) * 8, np.zeros(6, np.float32))
    labels = np.repeat(np.arange(6), 20)
    kept = np.eye(6, dtype=np.float32)[labels] + rng.normal(0, 0.1, (120, 6)).astype(np.float32)
    moved = {}
    for most in (1.0, 0.01):
        settings = Settings(most_moved=most, rehearsal=1.0)
        lesson = Lesson(first, np.arange(6), np.arange(6), settings)
        lesson.prepare(kept[::4], (labels[::4] + 1) % 6, kept, 6)  # each class is said to be the next one
        taught = lesson.learn(lambda *_: None)
        change = head.softmax(taught.logits(kept)) - head.softmax(first.logits(kept))
        moved[most] = np.abs(change).sum(axis=1).mean() / 2
    assert moved[1.0] > 0.05
    assert 0 <= moved[0.01] <= 0.01 + 1e-6
