"""Measures `lekh.finetune` on writers that the network never learnt from, and what it forgets.

LEKH_DATA=... python -m lekh.finetune_bench [--writers N] [--tests SET...] [--most N] [--json FILE]

The writers are those of MNIST's training part that are held out of training. Few are misread, so each also writes with
a heavy hand: one strong change of slant, aspect, bend and pen, the same for all of the writer's digits, other for each
writer, and of another kind than what training bends digits by. Twenty digits of a writer, two a class, are learnt;
the errors are counted on the writer's others, read as an upload is. The test sets are only reported.

The README has what was measured.
"""

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from lekh import datasets, evaluation, model, preparation
from lekh.datasets import Dataset
from lekh.lesson import Settings
from lekh.model import Model
from lekh.pupil import Pupil

LEARNT = 2  # digits of each class
TESTS = ("mnist_test", "mnist_corrupted", "paint_strokes")  # of the script that is taught; others hardly change
Tests = dict[str, tuple[Dataset, int]]  # a test set, and how many of it the model misreads before it is taught
MISREAD = 0.04  # share of a heavy hand's digits from which on the writer counts


@dataclass(frozen=True)
class Outcome:
    """Of one writer: errors on the digits that were not learnt, and by how many points each test set got worse."""

    writer: str
    n: int
    before: int
    after: int
    lost: dict[str, float]
    seconds: float
    cpu_seconds: float


def heavy_hand(page: np.ndarray, seed: int) -> np.ndarray:
    """A picture of a digit, uint8 `(h, w)`, light on dark, as the hand `seed` would have written it: `(128, 128)`."""
    rng = np.random.default_rng(seed)
    turn, slant, aspect = np.deg2rad(rng.uniform(-30, 30)), rng.uniform(-0.6, 0.6), np.exp(rng.uniform(-0.6, 0.4))
    waves, phases, pen = rng.uniform(0, 7, 2), rng.uniform(0, 2 * np.pi, 2), int(rng.integers(-1, 6))
    cos, sin = np.cos(turn), np.sin(turn)
    matrix = np.array([[cos, -sin], [sin, cos]]) @ np.array([[1, slant], [0, 1]]) @ np.diag([aspect, 1 / aspect])
    y, x = np.mgrid[0:128, 0:128].astype(np.float32) - 63.5
    back = np.stack([x, y], axis=-1) @ np.linalg.inv(matrix).T.astype(np.float32)
    scale = 80 / max(page.shape)
    across = (back[..., 0] + waves[0] * np.sin(back[..., 1] / 12 + phases[0])) / scale + (page.shape[1] - 1) / 2
    down = (back[..., 1] + waves[1] * np.sin(back[..., 0] / 12 + phases[1])) / scale + (page.shape[0] - 1) / 2
    bent = cv2.remap(page, across.astype(np.float32), down.astype(np.float32), cv2.INTER_LINEAR, borderValue=0)
    if pen > 1:
        bent = cv2.dilate(bent, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (pen, pen)))
    return bent


def held_out_writers(seed: int = 0) -> list[Dataset]:
    """The digits of each writer of MNIST's training part that is held out of training, in random order."""
    _, held = preparation.split(datasets.open_source("mnist_train"))
    writers = np.random.default_rng(seed).permutation(np.unique(held.writers))
    return [held.take(np.flatnonzero(held.writers == writer)) for writer in writers]


def learnt(dataset: Dataset, seed: int) -> np.ndarray:
    """Places of the digits of a writer that are learnt."""
    rng = np.random.default_rng(seed)
    places = [rng.permutation(np.flatnonzero(dataset.labels == digit))[:LEARNT] for digit in range(10)]
    return np.sort(np.concatenate(places))


def errors(dataset: Dataset, reader: Model) -> int:
    """How many of the digits are misread within their script."""
    found = evaluation.evaluate(dataset, reader)
    return int((found.read != found.truth).sum())


def measure(reader: Model, writer: Dataset, name: str, tests: Tests, seed: int = 0) -> Outcome:
    """Teaches the model 20 digits of a writer and counts errors on the others, and on the tests."""
    mine = learnt(writer, seed)
    rest = writer.take(np.setdiff1d(np.arange(len(writer)), mine))
    began, began_cpu = time.perf_counter(), time.process_time()
    pupil = Pupil(reader, writer.take(mine), Settings())
    everything = np.ones(len(pupil.examples), bool)
    taught = pupil.as_model(pupil.taught(everything), pupil.hand(everything))
    spent, spent_cpu = time.perf_counter() - began, time.process_time() - began_cpu
    lost = {name: 100 * (errors(test, taught) - before) / len(test) for name, (test, before) in tests.items()}
    return Outcome(name, len(rest), errors(rest, reader), errors(rest, taught), lost, spent, spent_cpu)


def opened(keys: Sequence[str], reader: Model, most: int | None = None) -> Tests:
    """The test sets, at most so many digits of each, drawn once, and how many of these the model misreads."""
    sets = {key: datasets.open_source(key) for key in keys}
    if most is not None:
        rng = np.random.default_rng(0)
        sets = {key: each.take(np.sort(rng.permutation(len(each))[:most])) for key, each in sets.items()}
    return {key: (each, errors(each, reader)) for key, each in sets.items()}


def main() -> None:
    """Prints the errors of each writer before and after, and all of them together."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default=str(model.DEFAULT_FOLDER))
    parser.add_argument("--writers", type=int, default=20)
    parser.add_argument("--tests", nargs="*", default=TESTS)
    parser.add_argument("--most", type=int, help="digits of each test set; all of them by default")
    parser.add_argument("--json", metavar="FILE")
    chosen = parser.parse_args()
    reader = model.load(Path(chosen.model))
    tests = opened(chosen.tests, reader, chosen.most)
    outcomes = []
    for place, writer in enumerate(held_out_writers()[: chosen.writers]):
        for kind, hand in (("as it is", None), ("heavy hand", place)):
            pages = writer.images if hand is None else np.stack([heavy_hand(page, hand) for page in writer.images])
            given = Dataset(f"{writer.writers[0]}", writer.script, pages, writer.labels)
            outcomes.append(measure(reader, given, f"{writer.writers[0]}, {kind}", tests))
            print(outcomes[-1], flush=True)
    summary = summarised(outcomes)
    print(json.dumps(summary, indent=1))
    if chosen.json:
        rows = [vars(outcome) for outcome in outcomes]
        Path(chosen.json).write_text(json.dumps({**summary, "writers": rows}, indent=1), encoding="utf-8")


def summarised(outcomes: list[Outcome]) -> dict:
    """Errors before and after of the writers as they are that were misread, and of the heavy hands that were."""
    found = {}
    for kind, least in (("as it is", 1e-9), ("heavy hand", MISREAD)):
        some = [each for each in outcomes if each.writer.endswith(kind) and each.before / each.n >= least]
        if some:
            lost = {name: max(each.lost[name] for each in some) for name in some[0].lost}
            found[kind] = {
                "writers": len(some), "digits": sum(each.n for each in some),
                "before": sum(each.before for each in some), "after": sum(each.after for each in some),
                "most lost in points": lost,
                "mean lost in points": {name: float(np.mean([each.lost[name] for each in some])) for name in lost},
                "seconds": max(each.seconds for each in some),
                "cpu seconds": max(each.cpu_seconds for each in some),
            }  # fmt: skip
    return found


if __name__ == "__main__":
    main()
