"""How well a model reads: each image goes through the door of an upload, and what comes out is counted."""

import csv
import os
import unicodedata
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from lekh import reading
from lekh.datasets import Dataset
from lekh.errors import LekhError
from lekh.model import Card, Model
from lekh.numerals import DIGITS, to_western
from lekh.result import DECIDED

BINS = 15  # of the calibration error, equal in width
TOGETHER = 5  # digits whose script is found together
NOTHING = -1  # in `read`: no ink was found, or the file could not be read
Progress = Callable[..., Iterable]
LONGEST_LABEL = 5000  # signs; a page has about 1500


@dataclass(frozen=True, eq=False)
class Evaluation:
    """What a model made of N images of one digit each.

    Attributes:
        class_names: how the k classes are written.
        truth: int64 `(N,)`, the right classes, 0 .. k-1.
        read: int64 `(N,)`, the most probable classes, or `NOTHING`, which is always a miss.
        confidence: float64 `(N,)`, probability of `read`; 0 where nothing was read.
        refused: bool `(N,)`, where nothing was read or the confidence was under the card's threshold.
    """

    class_names: tuple[str, ...]
    truth: np.ndarray = field(repr=False)
    read: np.ndarray = field(repr=False)
    confidence: np.ndarray = field(repr=False)
    refused: np.ndarray = field(repr=False)

    def __post_init__(self):
        shapes = {array.shape for array in (self.truth, self.read, self.confidence, self.refused)}
        if len(shapes) != 1 or self.truth.ndim != 1 or len(self.truth) == 0:
            raise ValueError(f"truth, read, confidence and refused are all (N,) with N >= 1; got {shapes}.")

    @property
    def n(self) -> int:
        """How many images there were."""
        return len(self.truth)

    @cached_property
    def correct(self) -> int:
        """How many were read right, sure or not."""
        return int((self.read == self.truth).sum())

    @property
    def accuracy(self) -> float:
        """Share of `correct`, 0 to 1."""
        return self.correct / self.n

    @property
    def rejected(self) -> int:
        """How many were refused: no ink, not readable, or too little confidence."""
        return int(self.refused.sum())

    @cached_property
    def misses(self) -> list[tuple[int, int, int]]:
        """`(index, truth, read)` of every image that was not read right, in the order of the set."""
        return [(int(i), int(self.truth[i]), int(self.read[i])) for i in np.flatnonzero(self.read != self.truth)]

    @cached_property
    def confusion(self) -> np.ndarray:
        """int64 `(k, k)`, rows truth, columns read; what was not read is in no column."""
        table = np.zeros((len(self.class_names),) * 2, np.int64)
        seen = self.read != NOTHING
        np.add.at(table, (self.truth[seen], self.read[seen]), 1)
        return table

    @cached_property
    def per_class(self) -> dict[str, dict[str, float]]:
        """For each class `n`, `precision`, `recall` and `f1`; 0 where there is nothing to divide by."""
        counts = np.bincount(self.truth, minlength=len(self.class_names))
        hits, said = np.diag(self.confusion), self.confusion.sum(axis=0)
        return {
            name: {
                "n": int(counts[k]),
                "precision": _ratio(hits[k], said[k]),
                "recall": _ratio(hits[k], counts[k]),
                "f1": _ratio(2 * hits[k], said[k] + counts[k]),
            }
            for k, name in enumerate(self.class_names)
        }

    @cached_property
    def reliability(self) -> list[dict[str, float]]:
        """For each bin of confidence that holds an image: `low`, `high`, `n`, mean `confidence`, `accuracy`."""
        places = np.minimum((self.confidence * BINS).astype(int), BINS - 1)
        right = self.read == self.truth
        return [
            {
                "low": place / BINS,
                "high": (place + 1) / BINS,
                "n": int(inside.sum()),
                "confidence": float(self.confidence[inside].mean()),
                "accuracy": float(right[inside].mean()),
            }
            for place in range(BINS)
            if (inside := places == place).any()
        ]

    @property
    def ece(self) -> float:
        """Expected calibration error: the mean gap between confidence and accuracy over the bins, 0 to 1."""
        return sum(bin["n"] * abs(bin["confidence"] - bin["accuracy"]) for bin in self.reliability) / self.n

    def as_dict(self) -> dict[str, Any]:
        """The evaluation as `evaluate --json` prints it."""
        return {
            "n": self.n,
            "correct": self.correct,
            "accuracy": self.accuracy,
            "rejected": self.rejected,
            "ece": self.ece,
            "per_class": self.per_class,
            "confusion": self.confusion.tolist(),
        }


@dataclass(frozen=True)
class LinesEvaluation:
    """What a model made of images that hold numbers.

    Attributes:
        n: how many images.
        exact: how many came out with every digit right.
        edits: digits to insert, delete or replace over all images.
        characters: digits that are truly there over all images.
    """

    n: int
    exact: int
    edits: int
    characters: int

    def as_dict(self) -> dict[str, Any]:
        """The evaluation as `evaluate-lines --json` prints it; `cer` is the character error rate."""
        return {"n": self.n, "exact": self.exact, "accuracy": self.exact / self.n, "cer": self.cer}

    @property
    def cer(self) -> float:
        """Edits a true digit."""
        return _ratio(self.edits, self.characters)


@dataclass(frozen=True)
class ScriptEvaluation:
    """How often `auto` finds the script of a set.

    Attributes:
        n: digits.
        decided: share of the digits after which alone one script is named, see `Reading.shared`.
        right: share of those for which it is the right one.
        together: share of the groups of five digits, put together at random as if they were of one picture, whose
            script is found.
    """

    n: int
    decided: float
    right: float
    together: float


def evaluate(dataset: Dataset, model: Model, progress: Progress | None = None) -> Evaluation:
    """Reads every image as one digit of the set's script, exactly as an upload is read.

    Args:
        dataset: images, not strokes.
        model: a loaded model folder that knows `dataset.script`.
        progress: wraps an iterable, e.g. `tqdm`; called as `progress(iterable, total=N)`.

    Raises:
        LekhError: the set holds strokes, or the model does not know its script or one of its classes.
    """
    truth = _class_indices(dataset, model.card)
    if dataset.has_strokes:
        raise LekhError(f"{dataset.name} holds pen strokes, not images", "Evaluate a set of images")

    def read(image) -> tuple[int, float, bool]:
        try:
            digits = reading.read(image, model, dataset.script, single=True).digits
        except LekhError:
            digits = ()
        return (digits[0].digit, digits[0].confidence, digits[0].rejected) if digits else (NOTHING, 0.0, True)

    answers = list(_with_progress(_in_threads(read, dataset.images), len(dataset), progress))
    found, confidence, refused = zip(*answers, strict=True)
    names = _class_names(model.card, dataset.script)
    return Evaluation(
        names, truth, np.array(found, np.int64), np.array(confidence, np.float64), np.array(refused, bool)
    )


def evaluate_script(
    dataset: Dataset, model: Model, most: int = 1000, seed: int = 0, progress: Progress | None = None
) -> ScriptEvaluation:
    """Has `auto` find the script of each digit, and of five digits together.

    Args:
        dataset: images of one digit each, of a script that the model knows.
        model: a loaded model folder.
        most: digits, drawn at random from a larger set.
        seed: of that choice, and of the groups.
        progress: as for `evaluate`.

    Raises:
        LekhError: the model does not know the script, or no digit has ink.
    """
    model.card.indices(dataset.script)
    rng = np.random.default_rng(seed)
    images = [dataset.images[place] for place in rng.permutation(len(dataset))[:most]]

    def scripts_of(some) -> dict[str, float]:
        try:
            return dict(reading.scripts_of(some, model))
        except LekhError:
            return {}

    alone = [[image] for image in images]
    groups = [images[place : place + TOGETHER] for place in range(0, len(images) - TOGETHER + 1, TOGETHER)]
    asked = alone + groups
    found = list(_with_progress(_in_threads(scripts_of, asked), len(asked), progress))
    ones, fives = ([scripts for scripts in some if scripts] for some in (found[: len(alone)], found[len(alone) :]))
    if not ones:
        raise LekhError(f"No ink was found in {dataset.name}", "Evaluate a set of images of digits")
    decided = [scripts for scripts in ones if max(scripts.values()) >= DECIDED]

    def found_in(answers) -> float:
        return _ratio(sum(max(scripts, key=scripts.get) == dataset.script for scripts in answers), len(answers))

    return ScriptEvaluation(
        n=len(ones), decided=len(decided) / len(ones), right=found_in(decided), together=found_in(fives)
    )


def evaluate_lines(
    labels: str | Path, images: str | Path, model: Model, script: str, progress: Progress | None = None
) -> LinesEvaluation:
    """Reads images of numbers and compares their digits; white space and punctuation do not count.

    Args:
        labels: a CSV file with the columns `file` and `text`, the digits in Western form or in any script's numerals.
        images: the folder that `file` is relative to.
        model: a loaded model folder.
        script: a script of the model's card, or `"auto"`.
        progress: as for `evaluate`.

    Raises:
        LekhError: the CSV file is not readable, lacks a column or has no row, there is no such folder, or the model
            does not know the script.
    """
    if script != reading.AUTO:
        model.card.indices(script)
    rows = _read_labels(Path(labels))
    if not os.path.isdir(Path(images)):  # noqa: PTH112 - false for what is no path at all
        raise LekhError(f"There is no folder {Path(images).name}", "Give the folder that holds the pictures")

    def compare(row: dict[str, str]) -> tuple[int, int]:
        truth = digits_only(row["text"])
        try:
            found = digits_only(reading.read(Path(images) / row["file"], model, script).text)
        except LekhError:
            found = ""
        return edit_distance(truth, found), len(truth)

    edits, lengths = zip(*_with_progress(_in_threads(compare, rows), len(rows), progress), strict=True)
    return LinesEvaluation(len(rows), sum(edit == 0 for edit in edits), sum(edits), sum(lengths))


def digits_only(text: str) -> str:
    """`text` with numerals in Western form and without white space, control characters and punctuation."""
    return "".join(sign for sign in to_western(text) if unicodedata.category(sign)[0] not in "ZCP")


def edit_distance(first: str, second: str) -> int:
    """The least number of insertions, deletions and replacements that turn one text into the other."""
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, 1):
        diagonal, row[0] = row[0], i
        for j, b in enumerate(second, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (a != b))
    return row[-1]


def _class_indices(dataset: Dataset, card: Card) -> np.ndarray:
    """int64 `(N,)`: the labels as places among the model's classes, matched by name where both have names."""
    symbols = card.symbols(dataset.script)
    western = [to_western(symbol) for symbol in symbols]
    used = np.unique(dataset.labels)
    if dataset.class_names == DIGITS and not set(DIGITS) & set(western) and used[-1] < len(symbols):
        return dataset.labels  # numbered shapes, as an .npz has them

    def place_of(name):  # as it is written first: numerals of one number may be symbols apart
        return next((names.index(name) for names in (symbols, western) if name in names), NOTHING)

    places = np.array([place_of(name) for name in dataset.class_names], np.int64)
    strange = [dataset.class_names[label] for label in used if places[label] == NOTHING]
    if strange:
        problem = f"{dataset.name} has the class {strange[0]}, which the model does not know"
        raise LekhError(problem, f"Use the classes {', '.join(_class_names(card, dataset.script))}")
    return places[dataset.labels]


def _class_names(card: Card, script: str) -> tuple[str, ...]:
    """How the classes of a script are called, all of them differently: in Western digits where that can be."""
    symbols = tuple(card.symbols(script))
    western = tuple(map(to_western, symbols))
    return western if len(set(western)) == len(symbols) else symbols


def _in_threads(function: Callable, items: Iterable) -> Iterator:
    """`map` in as many threads as there are cores, in order and only a little ahead; decoding leaves the lock."""
    workers = os.cpu_count() or 1
    pool = ThreadPoolExecutor(workers)
    try:
        rest = iter(items)
        waiting = deque(pool.submit(function, item) for item in islice(rest, 16 * workers))
        while waiting:
            waiting.extend(pool.submit(function, item) for item in islice(rest, 1))
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _with_progress(results: Iterable, total: int, progress: Progress | None) -> Iterable:
    return results if progress is None else progress(results, total=total)


def _read_labels(path: Path) -> list[dict[str, str]]:
    remedy = "Give a CSV file in UTF-8 with the columns file and text"
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
    except OSError as error:
        raise LekhError(f"{path.name} cannot be read", remedy) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise LekhError(f"{path.name} is no CSV file", remedy) from error
    if not rows:
        raise LekhError(f"{path.name} has no rows", remedy)
    if any(row.get("file") is None or row.get("text") is None for row in rows):
        raise LekhError(f"{path.name} lacks a column or a cell", remedy)
    if any(len(row["text"]) > LONGEST_LABEL for row in rows):  # comparing takes the time of both lengths multiplied
        raise LekhError(f"{path.name} has a text of more than {LONGEST_LABEL} signs", "Cut the pictures into pages")
    return rows


def _ratio(part: float, whole: float) -> float:
    return float(part / whole) if whole else 0.0
