"""What the network for numbers says of each column -> the digits of the number, and the columns of each."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

ABUTTING = 0.1  # how likely a digit begins in the column after another one's, of what the columns alone would say
PLAIN = 0.9  # probability of the best path from which on it is not looked further
CLEAR = 0.5  # the same from which on no other text can be likelier
MOST_COLUMNS = 200  # in which is looked for another text; no number is as wide
BEAM = 10  # beginnings of a text that are followed
LIKELY = 3  # digits that a column may be
FAINT = 1e-3  # probability from which on it may be that digit


@dataclass(frozen=True, eq=False)
class Span:
    """A digit in the network's answers: first and last column (inclusive), and the mean answer between, float32
    `(K,)` over the reader's classes, which sums to 1."""

    first: int
    last: int
    probabilities: np.ndarray


def restricted(answers: np.ndarray, chosen: Sequence[int] | None) -> np.ndarray:
    """The answers when only some classes are possible: a dot is a digit in one script, and none in another.

    Args:
        answers: float32 `(T, 1 + K)`, blank first, rows sum to 1.
        chosen: places among the K classes; `None` for all.

    Returns:
        float32 `(T, 1 + K)`, 0 for the other classes.
    """
    if chosen is None:
        return answers
    made = np.zeros_like(answers)
    columns = [0, *(place + 1 for place in chosen)]
    kept = answers[:, columns] + 1e-9
    made[:, columns] = kept / kept.sum(axis=1, keepdims=True)
    return made


def decode(answers: np.ndarray, search: bool = True) -> tuple[list[Span], float]:
    """The digits of the most probable text, and its probability.

    A text is as probable as all ways together in which the columns can say it (connectionist temporal classification,
    Graves et al. 2006), but between two digits there mostly is a column of neither: columns that waver between two
    digits are one digit. On held-out numbers that and the search were worth six texts in a hundred.

    Args:
        answers: float32 `(T, 1 + K)`, blank first, rows sum to 1; see `restricted`.
        search: whether to look further than the best path, and its probability, which is less work.
    """
    path = answers.argmax(axis=1) if len(answers) else np.zeros(0, np.int64)
    probability = float(answers.max(axis=1, initial=0).prod()) * ABUTTING ** _abutting(path)
    if not search or probability >= PLAIN or len(answers) > MOST_COLUMNS:
        return _spans(path, answers), probability
    labels = path[_starts(path)] - 1 if probability >= CLEAR else best_text(answers)
    return _spans(aligned(answers, labels), answers), likelihood(answers, labels)


def _starts(path):
    """The columns in which a path comes to a digit."""
    return np.flatnonzero((np.diff(path, prepend=0) != 0) & (path > 0))


def _abutting(path):
    """How often a path goes from digit to digit."""
    starts = _starts(path)
    return int(np.count_nonzero(path[starts[starts > 0] - 1]))


def _spans(path, answers):
    """The runs of a path that are no blank."""
    starts = _starts(path)
    ends = np.flatnonzero((np.diff(path, append=0) != 0) & (path > 0))
    means = [answers[first : last + 1, 1:].mean(axis=0) for first, last in zip(starts, ends, strict=True)]
    return [
        Span(int(first), int(last), (mean / mean.sum()).astype(np.float32))
        for first, last, mean in zip(starts, ends, means, strict=True)
    ]


def best_text(answers: np.ndarray) -> list[int]:
    """The classes, from 0, of the most probable text, by prefix beam search.

    Source: Hannun et al., "First-pass large vocabulary continuous speech recognition using bi-directional recurrent
    DNNs", 2014, arXiv:1408.2873; without a language model, and with `ABUTTING`.

    Args:
        answers: float32 `(T, 1 + K)`, blank first, rows sum to 1.
    """
    beam = {(): (1.0, 0.0)}  # a text's beginning: how probable it is, the last column blank, or its last digit
    for column in answers.astype(np.float64):
        likely = [int(k) for k in np.argsort(-column[1:])[:LIKELY] if column[k + 1] > FAINT]
        grown = {}
        for text, (blank, digit) in beam.items():
            _add(grown, text, (blank + digit) * column[0], digit * column[text[-1] + 1] if text else 0.0)
            for k in likely:
                before = blank if text and text[-1] == k else blank + ABUTTING * digit
                _add(grown, (*text, k), 0.0, before * column[k + 1])
        kept = sorted(grown.items(), key=lambda item: -sum(item[1]))[:BEAM]
        beam = dict(kept)
    return list(max(beam, key=lambda text: sum(beam[text])))


def _add(grown, text, blank, digit):
    before = grown.get(text, (0.0, 0.0))
    grown[text] = before[0] + blank, before[1] + digit


def likelihood(answers: np.ndarray, labels: Sequence[int]) -> float:
    """The probability of a text: of all ways in which the columns can say it; see `decode`.

    Args:
        answers: float32 `(T, 1 + K)`, blank first, rows sum to 1.
        labels: classes from 0.
    """
    said, skips = _states(answers, labels)
    reached = np.where(np.arange(said.shape[1]) < 2, said[0], 0.0)
    for column in said[1:]:
        moved = reached.copy()
        moved[1:] += reached[:-1]
        moved[2:] += skips[2:] * reached[:-2]
        reached = moved * column
    return float(reached[-2:].sum())


def aligned(answers: np.ndarray, labels: Sequence[int]) -> np.ndarray:
    """int64 `(T,)`: the most probable way to say a text, 0 for blank and from 1 the class of each column.

    Args:
        answers: float32 `(T, 1 + K)`, blank first, rows sum to 1.
        labels: classes from 0, of a text for which there are enough columns.
    """
    said, skips = _states(answers, labels)
    count = said.shape[1]
    reached = np.where(np.arange(count) < 2, said[0], 0.0)
    steps = np.zeros(said.shape, np.int64)  # how many states each came on
    for row, column in enumerate(said[1:], 1):
        ways = np.zeros((3, count))
        ways[0], ways[1, 1:], ways[2, 2:] = reached, reached[:-1], skips[2:] * reached[:-2]
        steps[row] = ways.argmax(axis=0)
        reached = ways.max(axis=0) * column
    path = np.zeros(len(said), np.int64)
    path[-1] = count - 1 if count == 1 or reached[-1] >= reached[-2] else count - 2
    for row in range(len(said) - 1, 0, -1):
        path[row - 1] = path[row] - steps[row, path[row]]
    return np.concatenate([[0], np.asarray(labels, np.int64) + 1])[np.where(path % 2, path // 2 + 1, 0)]


def _states(answers, labels):
    """float64 `(T, S)` what the columns say of blank, digit, blank, ..., digit, blank; and float64 `(S,)` how likely
    each is reached from the digit before, where that is another one."""
    states = np.zeros(2 * len(labels) + 1, np.int64)
    states[1::2] = np.asarray(labels, np.int64) + 1
    skips = np.zeros(len(states))
    skips[3::2] = ABUTTING * (states[3::2] != states[1:-2:2])
    return answers[:, states].astype(np.float64), skips
