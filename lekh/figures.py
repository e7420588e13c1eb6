"""The reports of a model folder: JSON that `evaluate --report` and the notebooks write, and that the page shows.

`reports/evaluation.json` belongs to one network, whose SHA-256 it names; `reports/reproduced.json` holds the figures of
others, measured anew. Both are optional: a folder without them is a model all the same.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lekh import datasets
from lekh.errors import LekhError
from lekh.evaluation import Evaluation
from lekh.model import TFLITE, Card
from lekh.numerals import SCRIPTS

FOLDER = "reports"
EVALUATION, REPRODUCED = "evaluation.json", "reproduced.json"
FORMAT = 1
COMPOSED = "composed_"  # before a script's name: a set of numbers that were put together
_DECIMALS = 4


@dataclass(frozen=True, eq=False)
class TestSet:
    """What a network made of one test set.

    Attributes:
        name: its key among `lekh.datasets.SOURCES`.
        title: what a person reads.
        script: that it is written in.
        class_names: how the k classes are written.
        n: digits in it.
        correct: how many were read right.
        rejected: how many were refused.
        ece: expected calibration error, 0 to 1.
        per_class: by class `n`, `precision`, `recall` and `f1`.
        confusion: int64 `(k, k)`, rows truth, columns read; what was not read is in no column.
        reliability: for each bin of confidence `low`, `high`, `n`, mean `confidence`, `accuracy`.
    """

    __test__ = False  # no test, whatever its name begins with

    name: str
    title: str
    script: str
    class_names: tuple[str, ...]
    n: int
    correct: int
    rejected: int
    ece: float
    per_class: dict[str, dict[str, float]]
    confusion: np.ndarray
    reliability: list[dict[str, float]]

    def __post_init__(self):
        k = len(self.class_names)
        if (
            self.confusion.shape != (k, k)
            or self.confusion.dtype != np.int64
            or set(self.per_class) != {*self.class_names}
        ):
            raise ValueError(f"confusion is int64 ({k}, {k}) and per_class has the {k} classes of {self.name}.")

    @property
    def accuracy(self) -> float:
        """Share read right, 0 to 1."""
        return self.correct / self.n

    def mistakes(self) -> list[tuple[int, int, int]]:
        """`(truth, read, count)` of each pair that was mixed up, the most frequent first."""
        wrong = self.confusion - np.diag(np.diag(self.confusion))
        pairs = [(int(truth), int(read), int(wrong[truth, read])) for truth, read in np.argwhere(wrong)]
        return sorted(pairs, key=lambda pair: -pair[2])


@dataclass(frozen=True)
class Result:
    """The figures of one test set that every card has.

    Attributes:
        name: its key.
        title: what a person reads.
        script: that it is written in.
        n: digits in it.
        correct: how many were read right.
        together: share of the groups of five digits whose script is found, or `None` where that was not measured.
    """

    name: str
    title: str
    script: str
    n: int
    correct: int
    together: float | None = None

    @property
    def accuracy(self) -> float:
        """Share read right, 0 to 1."""
        return self.correct / self.n


@dataclass(frozen=True)
class Numbers:
    """Whole numbers: `n` of them, `correct` of which were read right, every digit."""

    name: str
    n: int
    correct: int

    @property
    def composed_of(self) -> str | None:
        """The script whose single digits they were put together from; `None` of real ones."""
        script = self.name.removeprefix(COMPOSED)
        return script if script in SCRIPTS and script != self.name else None


@dataclass(frozen=True)
class TrainingSet:
    """What a card says of a set that was learnt from; what it does not say is empty.

    Attributes:
        title: what a person reads.
        script: that it is written in.
        n: digits in it, or `None`.
        per_class: digits of each class.
        licence: as its publisher states it.
        source: where it can be had.
    """

    title: str
    script: str
    n: int | None
    per_class: tuple[int, ...] = ()
    licence: str = ""
    source: str = ""

    @property
    def link(self) -> str | None:
        """The first address in `source`."""
        found = re.search(r"https?://[^\s)]+", self.source)
        return found.group() if found else None


def results(card: Card) -> list[Result]:
    """The test sets of a card; what is no proper row is left out, for a card may be somebody else's."""
    found = []
    for row in _rows(card, "test_sets"):
        try:
            auto = row.get("auto") or {}
            together = float(auto["together"]) if "together" in auto else None
            name, n, correct = str(row["name"]), int(row["n"]), int(row["correct"])
            found.append(Result(name, str(row.get("title", name)), str(row["script"]), n, correct, together))
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            continue
    return [result for result in found if 0 <= result.correct <= result.n and result.n > 0]


def numbers(card: Card) -> list[Numbers]:
    """What the card's network for numbers made of whole numbers; empty where it has none, or none that was measured."""
    reader = card.raw.get("reader")
    rows = reader.get("test_sets") if isinstance(reader, dict) else None
    found = []
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict) and "name" in row:
            right, n = row.get("page: both", row.get("both")), row.get("n")
            if isinstance(right, int) and isinstance(n, int) and 0 <= right <= n and n:
                found.append(Numbers(str(row["name"]), n, right))
    return found


def calibration_error(tested: Sequence[TestSet]) -> float:
    """The expected calibration error, 0 to 1: the mean of the sets', by their digits; at least one set."""
    return float(np.average([one.ece for one in tested], weights=[one.n for one in tested]))


def reliability(tested: Sequence[TestSet]) -> list[dict[str, float]]:
    """The bins of confidence of several sets, those of the same range put together."""
    same: dict[float, list] = {}
    for bin in (bin for one in tested for bin in one.reliability):
        same.setdefault(bin["low"], []).append(bin)
    pooled = []
    for _, bins in sorted(same.items()):
        n = sum(bin["n"] for bin in bins)
        means = {name: sum(bin["n"] * bin[name] for bin in bins) / n for name in ("confidence", "accuracy")}
        pooled.append({"n": n, **means})
    return pooled


def learnt_classes(card: Card, learnt: Sequence[TrainingSet]) -> dict[str, list[int]]:
    """For each script the digits of each class in all its training sets, as far as these say."""
    counted: dict[str, np.ndarray] = {}
    for one in learnt:
        classes = len(card.indices(one.script)) if one.script in card.scripts else 0
        if one.per_class and len(one.per_class) <= classes:
            row = counted.setdefault(one.script, np.zeros(classes, np.int64))
            row[: len(one.per_class)] += one.per_class
    return {script: row.tolist() for script, row in counted.items()}


def training_sets(card: Card, counts: Mapping[str, Sequence[int]]) -> list[TrainingSet]:
    """The training sets of a card, with the digits of each class that the card or the report counted."""
    found = []
    for row in _rows(card, "training_sets"):
        try:
            name = str(row["name"])
            per_class = tuple(int(number) for number in row.get("per_class") or counts.get(name, ()))
            n = int(row["n"]) if "n" in row else sum(per_class) or None
            words = (str(row.get(key, "")) for key in ("licence", "source"))
            found.append(TrainingSet(str(row.get("title", name)), str(row["script"]), n, per_class, *words))
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            continue
    return found


def curves(card: Card) -> dict[str, list[float]]:
    """The curves of the training, see `lekh.training.fit`; none where the card has none that can be drawn."""
    training = card.raw.get("training")
    found = training.get("curves") if isinstance(training, dict) else None
    return found if isinstance(found, dict) and all(_is_curve(values) for values in found.values()) else {}


def _is_curve(values):
    return isinstance(values, list) and all(isinstance(value, int | float) for value in values)


def _rows(card, name):
    rows = card.raw.get(name)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def class_counts(names: Iterable[str]) -> dict[str, list[int]]:
    """Digits of each class of those training sets that are under LEKH_DATA, by their keys."""
    counts = {}
    for name in names:
        try:
            dataset = datasets.open_source(name)
        except LekhError:
            continue
        counts[name] = np.bincount(dataset.labels, minlength=len(dataset.class_names)).tolist()
    return counts


def write_evaluation(
    folder: Path,
    card: Card,
    results: Sequence[tuple[datasets.Source, Evaluation]],
    counts: Mapping[str, Sequence[int]],
) -> Path:
    """Writes `reports/evaluation.json`.

    Args:
        folder: a model folder.
        card: its card.
        results: what its network made of each test set.
        counts: see `class_counts`.
    """
    report = {
        "format": FORMAT,
        "network": _network(card),
        "test_sets": [_as_dict(source, found) for source, found in results],
        "training_sets": {name: list(map(int, numbers)) for name, numbers in counts.items()},
    }
    return write(folder, EVALUATION, report)


def write(folder: Path, name: str, report: dict) -> Path:
    """Writes one report as JSON, lists of plain values on one line."""
    path = Path(folder) / FOLDER / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_as_text(report) + "\n", encoding="utf-8")
    return path


def read_evaluation(folder: Path, card: Card) -> tuple[list[TestSet], dict[str, list[int]]]:
    """The test sets, and the digits of each class of each training set.

    Both are empty where there is no such report, or where it is damaged or tells of another network.
    """
    report = _read(folder, EVALUATION)
    if report.get("network") != _network(card):
        return [], {}
    try:
        tested = [_test_set(row) for row in report["test_sets"]]
        counts = {str(name): [int(number) for number in row] for name, row in report["training_sets"].items()}
    except (KeyError, TypeError, ValueError, AttributeError):
        return [], {}
    return tested, counts


def read_reproduced(folder: Path) -> list[dict[str, Any]]:
    """The rows of `lekh.baselines.row`; none where there is no such report, or where it is damaged."""
    rows = _read(folder, REPRODUCED).get("rows")
    wanted = {"report", "method", "dataset", "n", "reported", "reproduced", "lekh", "note"}
    if not isinstance(rows, list) or not all(isinstance(row, dict) and wanted <= set(row) for row in rows):
        return []
    return rows


def read_others(folder: Path) -> dict[str, dict[str, Any]]:
    """What others reach on a test set, by its key: `percent` and `whose`; empty where there is no such report."""
    others = _read(folder, REPRODUCED).get("others")
    if not isinstance(others, dict):
        return {}
    return {
        name: other
        for name, other in others.items()
        if isinstance(other, dict) and isinstance(other.get("percent"), int | float) and "whose" in other
    }


def _read(folder, name):
    try:
        report = json.loads((Path(folder) / FOLDER / name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return report if isinstance(report, dict) and report.get("format") == FORMAT else {}


def _network(card):
    try:
        return card.raw["files"][TFLITE]["sha256"]
    except (KeyError, TypeError):
        return None


def _as_dict(source, found):
    return {
        "name": source.key,
        "title": source.title,
        "script": source.script,
        "class_names": list(found.class_names),
        "n": found.n,
        "correct": found.correct,
        "rejected": found.rejected,
        "ece": round(found.ece, _DECIMALS + 1),
        "per_class": {name: _rounded(scores) for name, scores in found.per_class.items()},
        "confusion": found.confusion.tolist(),
        "reliability": [_rounded(bin) for bin in found.reliability],
    }


def _rounded(scores):
    return {name: round(value, _DECIMALS) for name, value in scores.items()}


def _test_set(row):
    return TestSet(
        **{
            **{name: row[name] for name in TestSet.__dataclass_fields__},
            "class_names": tuple(map(str, row["class_names"])),
            "confusion": np.array(row["confusion"], np.int64),
        }
    )


def _as_text(value, depth=0):
    """JSON with an indent, except for what holds nothing but plain values, which stays on one line."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if not any(isinstance(item, dict | list) for item in inner):
        return json.dumps(value, ensure_ascii=False)
    space, end = " " * (depth + 1), " " * depth
    if isinstance(value, dict):
        items = [f"{json.dumps(key, ensure_ascii=False)}: {_as_text(item, depth + 1)}" for key, item in value.items()]
        return "{\n" + ",\n".join(space + item for item in items) + f"\n{end}}}"
    return "[\n" + ",\n".join(space + _as_text(item, depth + 1) for item in value) + f"\n{end}]"
