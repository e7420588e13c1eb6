"""A few digits of one's own -> a model folder that reads them, in seconds and without TensorFlow.

First the hand is found that turns, slants and stretches the digits (`lekh.hand`). Then the last layer learns
(`lekh.lesson`), and of it only the outputs of the script that is taught. Each digit is seen many times, bent as another
day's hand would, beside features of all that the network knew before (`lekh.rehearsal`). How well it does is found on
digits that it did not learn from: they are left out in turn (`lekh.pupil`).
"""

import time
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime, timezone
from pathlib import Path

import numpy as np

from lekh import datasets, head, model, model_folder, reading, rehearsal
from lekh.collection_names import check_meaning
from lekh.datasets import Dataset
from lekh.errors import LekhError
from lekh.head import softmax
from lekh.lesson import Settings
from lekh.litert import Network
from lekh.model import KERAS, TFLITE, Model
from lekh.pupil import Pupil, Report

SAMPLES = Path(__file__).resolve().parent.parent / "dataset" / "samples"


def finetune(
    dataset: Dataset,
    start: Path,
    out: Path,
    settings: Settings = Settings(),  # noqa: B008 - frozen
    report: Report = lambda event: None,
) -> dict:
    """Writes a model folder that knows the digits of `dataset` and all that the one in `start` knows.

    Args:
        dataset: images of one digit each, of a script that the model reads, or of a new one.
        start: the model folder to begin with, which stays as it is.
        out: the folder to write: whole, or not at all.
        settings: how.
        report: is told how it goes: objects with `event`, which is `"look"` (`done`, `total`), `"step"` (`part`,
            `step`, `steps`, `loss`, `accuracy`) or `"part"` (`part`, `parts`, `n`, `before`, `after`).

    Returns:
        What the card says of it, under `"fine_tuning"`.

    Raises:
        LekhError: the digits cannot be learnt, or one of the folders cannot be used.
    """
    began = time.perf_counter()
    model_folder.check_place(out, start)
    old = model.load(start)
    sources = _sources(old)
    pupil = Pupil(old, dataset, settings, report)
    before, after = pupil.examined()
    everything = np.ones(len(pupil.examples), bool)
    taught, hand = pupil.taught(everything), pupil.hand(everything)
    learnt = pupil.as_model(taught, hand)
    samples = {name: _samples_read(each) for name, each in (("before", old), ("after", learnt))}
    sha256 = {name: model_folder.described(content)["sha256"]
              for name, content in ((KERAS, sources[0]), (TFLITE, old.content))}  # fmt: skip
    found = {
        "script": dataset.script,
        "n": len(pupil.examples),
        "per_class": pupil.counts(),
        "unreadable": len(dataset) - len(pupil.examples),
        "examined": int((pupil.folds >= 0).sum()),
        "before": before,
        "after": after,
        "samples": samples,
        "rehearsal": pupil.trunks[0].rehearsed_from,
        "hand": None if hand is None else hand.as_dict(),
        "parent": {"name": old.card.raw.get("name"), "sha256": sha256},
        "settings": asdict(settings),
        "seconds": round(time.perf_counter() - began, 1),
    }
    _write(out, start, sources, pupil, taught, learnt.card.hands, found)
    return found


def _sources(old: Model) -> list[bytes]:
    """What Keras opens of each network, which is taught too; said to be missing before anybody waits for a lesson."""
    names = [name for (name, _), each in zip(model.FILES, (old, old.second), strict=True) if each is not None]
    try:
        return [(old.folder / name).read_bytes() for name in names]
    except OSError as error:
        raise LekhError(
            f"{old.folder.name}/ lacks the source of a network", "Copy a complete model folder there"
        ) from error


def _samples_read(reader: Model) -> dict[str, list[int]]:
    """For each script the samples of one digit that are read right, and how many there are."""
    found: dict[str, list[int]] = {}
    for path in sorted(SAMPLES.glob("*_?_*")):
        script, digit = path.stem.split("_")[:2]
        if script not in reader.card.scripts:
            continue
        read = reading.read(path, reader, script, single=True).digits
        row = found.setdefault(script, [0, 0])
        row[0] += bool(read) and not read[0].rejected and read[0].digit == int(digit)
        row[1] += 1
    return found


def _write(out, start, sources, pupil, taught, hands, found):
    """The folder with everything that the other has, and the new networks and card."""
    raw = pupil.old.card.raw
    own = {
        "name": "own_digits", "title": "Own digits", "script": found["script"], "source": "own digits",
        "licence": "Whoever wrote them", "n": found["n"],
    }  # fmt: skip
    card = {
        **raw,
        "created": datetime.now(timezone.utc).strftime("%Y-%m-%d"),
        "classes": [asdict(label) for label in pupil.classes],
        "test_sets": [],  # the parent's figures are not this network's
        "training_sets": [*raw.get("training_sets", []), own],
        "hands": {script: hand.as_dict() for script, hand in hands.items()},
        "fine_tuning": found,
    }
    remembered = [name for name in (rehearsal.FILE, rehearsal.SECOND_FILE) if (start / name).is_file()]
    networks = {name: (start / name).read_bytes() for name in remembered}
    for (keras, tflite), source, trunk, last in zip(model.FILES, sources, pupil.trunks, taught, strict=False):
        networks[keras] = head.put_on_keras(source, trunk.before, last)
        networks[tflite] = head.put_on(trunk.model.content, last)

    def check(folder):
        for (_, tflite), trunk, last in zip(model.FILES, pupil.trunks, taught, strict=False):
            _check((folder / tflite).read_bytes(), trunk, last)

    model_folder.write(out, start, card, networks, check)


def _check(content, trunk, taught):
    """What was written says what was learnt, before it takes its place."""
    below, last = head.taken_off(content)
    size = trunk.model.card.normalization.size
    probe = np.random.default_rng(0).random((8, size, size, 1), np.float32) ** 4
    some = trunk.features[:64]
    if np.abs(Network(content)(probe) - softmax(last.logits(Network(below)(probe)))).max() > 1e-4 or (
        np.abs(softmax(last.logits(some)) - softmax(taught.logits(some))).max() > 1e-4
    ):
        raise LekhError("The network that was written is not the one that learnt", "Try again")


def main(data: Sequence[str], script: str, start: str, out: str, report: Report = lambda event: None) -> dict:
    """The command `train DATA --script NAME --from DIR --out DIR`.

    Raises:
        LekhError: see `finetune`; or there are no digits at one of the places, or the script's name means another one.
    """
    check_meaning(script)
    sets = [datasets.load(path, script) for path in data]
    return finetune(_together(sets), Path(start), Path(out).resolve(), report=report)


def _together(sets: Sequence[Dataset]) -> Dataset:
    """Several sets of one script as one; shapes of one's own go by their names."""
    names = tuple(dict.fromkeys(name for dataset in sets for name in dataset.class_names))
    labels = [names.index(dataset.class_names[label]) for dataset in sets for label in dataset.labels]
    every = [image for dataset in sets for image in dataset.images]
    if len({dataset.has_strokes for dataset in sets}) > 1:
        raise LekhError("Pictures and pen strokes cannot be taught together", "Teach one after the other")
    return replace(sets[0], images=tuple(every), labels=np.array(labels, np.int64), class_names=names, writers=None)
