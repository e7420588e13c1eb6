"""A model folder -> how well it does on the test sets under LEKH_DATA, for its card and the page."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from lekh import datasets, evaluation, figures, model
from lekh.errors import LekhError
from lekh.exporting import write_card


def measure(folder: Path) -> list[tuple[datasets.Source, evaluation.Evaluation]]:
    """Measures the model in `folder` on every test set under LEKH_DATA, and writes its reports.

    Raises:
        LekhError: no model is there, LEKH_DATA is not set, or it holds no test set of the model's scripts.
    """
    results = evaluate_test_sets(folder)
    if not results:
        raise LekhError("No test set was found under LEKH_DATA", "See dataset/README.md for where they come from")
    report(folder, results, evaluate_scripts(folder))
    return results


def evaluate_test_sets(folder: Path) -> list[tuple[datasets.Source, evaluation.Evaluation]]:
    """What the model in `folder` makes of every test set under LEKH_DATA whose script it reads."""
    loaded = model.load(folder)
    results = []
    for source in datasets.SOURCES.values():
        if source.role != "test" or source.script not in loaded.card.scripts:
            continue
        if not (datasets.root() / source.path).exists():
            print(f"{source.title}: not here, left out")
            continue
        results.append((source, evaluation.evaluate(datasets.open_source(source.key), loaded)))
    return results


def evaluate_scripts(folder: Path) -> dict[str, evaluation.ScriptEvaluation]:
    """How often the script of each test set under LEKH_DATA is found, by the source's key."""
    loaded = model.load(folder)
    return {
        source.key: evaluation.evaluate_script(datasets.open_source(source.key), loaded)
        for source in datasets.SOURCES.values()
        if source.role == "test" and source.script in loaded.card.scripts and (datasets.root() / source.path).exists()
    }


def report(
    folder: Path,
    results: Sequence[tuple[datasets.Source, evaluation.Evaluation]],
    scripts: Mapping[str, evaluation.ScriptEvaluation] | None = None,
) -> None:
    """Writes the results of the test sets into the card of `folder`, where the README's figures come from.

    What the page shows of them besides, and the digits of each class that were learnt from, go into
    `reports/evaluation.json`, see `lekh.figures`.
    """
    rows = [
        {"name": source.key, "title": source.title, "script": source.script, "n": found.n, "correct": found.correct,
         "accuracy": round(found.accuracy, 5), "rejected": found.rejected, "ece": round(found.ece, 5),
         **({"auto": _rounded(scripts[source.key])} if scripts and source.key in scripts else {})}
        for source, found in results
    ]  # fmt: skip
    write_card(folder, {**model.read_card(folder).raw, "test_sets": rows})
    card = model.read_card(folder)
    known = figures.read_evaluation(folder, card)[1]
    figures.write_evaluation(folder, card, results, {**known, **figures.class_counts(_names(card))})


def _names(card):
    return [row["name"] for row in card.raw.get("training_sets", []) if "name" in row]


def _rounded(found):
    return {name: round(value, 4) for name, value in asdict(found).items()}
