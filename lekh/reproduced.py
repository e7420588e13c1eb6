"""The table of reports: what others said of their networks, what these reach here, and what Lekh reads of the same.

`notebooks/5_reports_reproduced.ipynb` writes it as `reports/reproduced.json` into the model folder. Lekh's own column
is the only one that ages: `refresh` renews it for another network, without training anything else.
"""

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from lekh import baselines, datasets, evaluation, figures, reading
from lekh.baselines import COMPARISONS, Comparison, Report, percent, row
from lekh.datasets import Dataset
from lekh.errors import LekhError
from lekh.model import Model, load

SVM = "Features with a support vector machine"
CONTOURS = "Contour script, several digits on a canvas"
DRAWINGS, LENGTH = 200, 5  # drawings, and digits in each
MOST = 6_000  # digits that the machines learn from; their time grows with the square
SEEN = 60_000  # digits that the network for the features sees
SVM_COMPARISONS = tuple(comparison for comparison in COMPARISONS if comparison.test is not None)


# -- rows -------------------------------------------------------------------------------------------------------------


def lekh_on(dataset: Dataset, model: Model) -> float | None:
    """Percent that Lekh reads right: from its card for a whole test set, else measured; `None`: unknown script."""
    for tested in model.card.raw.get("test_sets", []):
        if tested["name"] == dataset.name and tested["n"] == len(dataset):
            return percent(tested["correct"], tested["n"])
    if dataset.script not in model.card.scripts:
        return None
    found = evaluation.evaluate(dataset, model)
    return percent(found.correct, found.n)


def network_row(
    report: Report, model: Model, seeds: int = 1, epochs: int | None = None, most: int | None = None,
    keep: Path | None = None,
) -> dict:  # fmt: skip
    """Trains a report's network as it says.

    Args:
        report: one of `lekh.baselines.REPORTS`.
        model: Lekh's.
        seeds: how often it is trained, each time from other weights.
        epochs: instead of the report's.
        most: digits to learn from and to test on, drawn at random; all by default.
        keep: see `lekh.baselines.reproduce`.
    """
    train, test = baselines.open_report(report)
    if most is not None:
        train, test = baselines.some(train, most), baselines.some(test, most)
    found = [right for _, right in baselines.reproduce(report, train, test, seeds, epochs, keep)]
    title = datasets.SOURCES[report.test].title if report.test else f"{datasets.SOURCES[report.train].title}, a fifth"
    fewer = f"; {epochs} of its {report.epochs} epochs" if epochs not in (None, report.epochs) else ""
    return row(
        report.title, report.method, title, len(test), report.reported, found, lekh_on(test, model),
        report.note + fewer, report.test,
    )  # fmt: skip


def svm_rows(
    comparison: Comparison, model: Model, keep: Path | None = None, most: int = MOST, seen: int = SEEN
) -> list:
    """HOG with a machine, and a network's features with one, each with the better of its kernels.

    Args:
        comparison: with a test set of its own.
        model: Lekh's.
        keep: a folder where counts are kept from one run to the next.
        most: digits to learn from at the most.
        seen: digits that the network for the features sees.
    """
    train, test = baselines.open_comparison(comparison)
    train = baselines.some(train, most)
    right = _kept(keep, f"svm {comparison.train} {most} {seen}", lambda: baselines.compare(train, test, seen))
    lekh, title = lekh_on(test, model), datasets.SOURCES[comparison.test].title
    rows = []
    for name, kind in (("HOG", "HOG and SVM"), ("CNN", "CNN and SVM")):
        kernel = max(("linear", "RBF"), key=lambda kernel: right[f"{name} {kernel}"])
        same = name == "CNN" and "CNN and SVM" in comparison.remark
        note = f"{len(train):,} digits learnt from; {kernel} kernel, the better of two"
        note += _elsewhere(comparison) if same else ""
        count = right[f"{name} {kernel}"]
        rows.append(
            row(SVM, kind, title, len(test), comparison.published if same else None, [count], lekh, note,
                comparison.test)
        )  # fmt: skip
    return rows


def _elsewhere(comparison):
    return "; the published figure is of another set" if "another set" in comparison.remark else ""


def drawings_row(network, model: Model, test: Dataset, count: int = DRAWINGS, length: int = LENGTH) -> dict:
    """The contour script before a network, on drawings of several digits.

    Args:
        network: a trained Keras network for squares of 28, ink = 1.
        model: Lekh's.
        test: light digits on dark, none of which `network` learnt from.
        count: number of drawings.
        length: digits in each.
    """

    def contours(page: np.ndarray) -> str:
        return "".join(map(str, baselines.answers(network, baselines.contour_squares(page)[0])))

    right, lekh = read_drawings(model, test, [contours], count, length)
    note = "boxes at threshold 75, 18 x 18, padded to 28; a drawing counts when all its digits are right"
    title = f"Drawings of {length} digits each, from {datasets.SOURCES[test.name].title}"
    return row(CONTOURS, "CNN, Adam", title, count, None, [right],
               percent(lekh, count), note)  # fmt: skip


def read_drawings(
    model: Model, test: Dataset, others: Sequence[Callable] = (), count: int = DRAWINGS, length: int = LENGTH
) -> list[int]:
    """How many drawings of several digits each of `others` reads right, and, last, Lekh."""

    def lekh(page: np.ndarray) -> str:
        return evaluation.digits_only(reading.read(page, model, test.script).text)

    squares = baselines.squares(test)
    return baselines.read_drawings(squares, test.labels, count, [*others, lekh], length)


# -- what others reach ------------------------------------------------------------------------------------------------


def others(rows: Sequence[dict]) -> dict[str, dict]:
    """For each test set the best figure of somebody else, by its key: `percent` and `whose`.

    Published figures go before those of `rows`, which were measured here.
    """
    best = {}
    for line in rows:
        name, share = line.get("test_set"), line["reproduced"]
        if name and share > best.get(name, {"percent": -1})["percent"]:
            best[name] = {"percent": share, "whose": f"{line['method']}, measured here"}
    published = {
        comparison.test: {"percent": comparison.published, "whose": f"{comparison.remark} (published)"}
        for comparison in COMPARISONS
        if comparison.test is not None and comparison.published is not None
    }
    reports = {"paint_strokes": {"percent": 98.96, "whose": "the report's network, trained on this set (published)"}}
    return {**best, **published, **reports}


# -- the file ---------------------------------------------------------------------------------------------------------


def write(folder: Path, rows: Sequence[dict]) -> Path:
    """Writes `reports/reproduced.json` into a model folder."""
    report = {"format": figures.FORMAT, "rows": list(rows), "others": others(rows)}
    return figures.write(folder, figures.REPRODUCED, report)


def refresh(folder: Path) -> int:
    """Renews Lekh's figures in `reports/reproduced.json` of a model folder; 0 where there is no such report.

    Figures of whole test sets come from the card; the others are measured, where LEKH_DATA has their set.

    Returns:
        How many rows are new.
    """
    rows, model = figures.read_reproduced(folder), load(folder)
    if not rows:
        return 0
    tested = {line["name"]: line for line in model.card.raw.get("test_sets", [])}
    renewed = 0
    for line in rows:
        share = _measured_again(line, tested, model)
        if share is not None:
            line["lekh"] = share
            renewed += 1
    write(folder, rows)
    return renewed


def _measured_again(line, tested, model):
    if line.get("test_set") in tested:
        found = tested[line["test_set"]]
        return percent(found["correct"], found["n"])
    try:
        if line["report"] == CONTOURS:
            right = read_drawings(model, datasets.open_source("mnist_test"), count=line["n"])
            return percent(right[-1], line["n"])
        for report in baselines.REPORTS:
            if (report.title, report.method) == (line["report"], line["method"]) and report.test is None:
                return lekh_on(baselines.open_report(report)[1], model)
    except LekhError:
        pass
    return None


def _kept(folder, name, make):
    """What `make` returns, or what it returned the last time, where a folder for that is given."""
    if folder is None:
        return make()
    path = folder / ("_".join(re.findall("[a-z0-9]+", name.lower())) + ".json")
    if not path.is_file():
        made = make()
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(made), encoding="utf-8")
    return json.loads(path.read_text(encoding="utf-8"))
